"""Tables of results that stand in a part of the page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import xarray as xr

from supercooled.report.numbers import shown, temperature_text, unit_text


@dataclass(frozen=True, slots=True)
class Table:
    """Columns and lines of text; the first column names the line."""

    caption: str
    columns: tuple[str, ...]
    lines: tuple[tuple[str, ...], ...]


def readings(data: xr.Dataset) -> Table:
    """Every reading of the local cage: a line each."""
    temperatures = [temperature_text(float(T)) for T in data["temperature"].values]
    columns = (
        "C(r), density of g(r), calibrated by",
        *(f"softer, T = {T}" for T in temperatures),
        f"shallower, T = {temperatures[0]}",
        f"peak of P(S), T = {temperatures[0]}",
        "S with a barrier",
        "barrier, base 10",
        "onset",
        "off by",
    )
    lines = []
    for k in range(data.sizes["reading"]):
        row = data.isel(reading=k)
        words = [str(row[name].item()) for name in ("correlation", "normalisation", "calibrated_by")]
        lines.append(
            (
                ", ".join(words),
                *(_with_error(row.isel(temperature=t), "share") for t in range(len(temperatures))),
                _with_error(row, "shallower"),
                _with_error(row.isel(temperature=0), "peak"),
                _range(row, "softness"),
                _range(row, "barrier"),
                _with_error(row, "onset"),
                shown(float(row["distance"]), digits=2),
            )
        )
    return Table("Every reading of the local cage.", columns, tuple(lines))


def ranking(data: xr.Dataset) -> Table:
    """Area under the ROC curve and information of each field at each temperature and horizon."""
    fields = [str(name) for name in data["field"].values]
    columns = (
        "T, horizon",
        *(f"area, {name.replace('_', ' ')}" for name in fields),
        *(f"1000 bit, {name.replace('_', ' ')}" for name in fields),
        "1000 bit in all",
    )
    lines = []
    for T in data["temperature"].values:
        for horizon in data["horizon"].values:
            row = data.sel(temperature=T, horizon=horizon)
            if not np.isfinite(row["auc"].values).any():
                continue
            by = [row.sel(field=name) for name in fields]
            lines.append(
                (
                    f"{temperature_text(float(T))}, {float(horizon):g}",
                    *(_with_error(one, "auc") for one in by),
                    *(
                        shown(
                            1e3 * float(one["mutual_information"]),
                            1e3 * float(one["mutual_information_error"]),
                        )
                        for one in by
                    ),
                    shown(1e3 * float(by[0]["entropy"]), digits=3),
                )
            )
    caption = "How well each field ranks the particles that rearrange within a horizon (in tau)."
    return Table(caption, columns, tuple(lines))


def motion(data: xr.Dataset) -> Table:
    """Relaxation, threshold of a hop, diffusion and the shape of the decay: a line a temperature."""
    columns = {
        "tau_alpha": "τ_α",
        "p_c": "p_c",
        "p_c_time": "t*",
        "alpha2_max": "α_2(t*)",
        "diffusivity": "D",
        "stretched_time": "τ_KWW",
        "stretched_exponent": "β",
    }
    scattered = "tau_scattering" in data
    if scattered:
        columns["tau_scattering"] = "τ_s"
    lines = []
    for k, T in enumerate(data["temperature"].values):
        row = data.isel(temperature=k)
        lines.append((temperature_text(float(T)), *(_with_error(row, name) for name in columns)))
    caption = (
        f"Motion of {data.attrs['species']} particles: time at which the overlap is 1/e, mean squared "
        "displacement and time of the maximum of the non-Gaussian parameter, diffusion coefficient, and the "
        "stretched exponential of the final decay (τ_KWW, β); "
        + (f"τ_s is where F_s at k = {data.attrs['wave_number']:g} is 1/e; " if scattered else "")
        + "– where the run does not reach it."
    )
    headings = (_with_unit(symbol, data[name]) for name, symbol in columns.items())
    return Table(caption, ("T", *headings), tuple(lines))


def slopes(data: xr.Dataset) -> Table:
    """Slope of the barrier against the inverse softness, liquid by liquid, read every way."""
    liquids = list(dict.fromkeys(str(name) for name in data["liquid"].values))
    kinds = list(
        dict.fromkeys(zip(data["zero"].values.tolist(), data["window"].values.tolist(), strict=True))
    )
    lines = []
    for zero, window in kinds:
        cells = []
        for liquid in liquids:
            here = data.isel(
                reading=np.flatnonzero(
                    (data["zero"].values == zero)
                    & (data["window"].values == window)
                    & (data["liquid"].values == liquid)
                )
            )
            cells.append(
                shown(1e3 * float(here["slope"][0]), 1e3 * float(here["slope_error"][0]))
                if here.sizes["reading"]
                else "–"
            )
        lines.append((f"τ0 = {zero}; {window}", *cells))
    return Table("1000 B' of each liquid, by where τ0 is read and which temperatures count.",
                 ("τ0 and temperatures", *liquids), tuple(lines))  # fmt: skip


def laws(data: xr.Dataset) -> Table:
    """Weights of the laws that relaxation times may follow, and their chi square."""
    names = [str(name) for name in data["law"].values]
    lines = [
        (
            str(liquid),
            *(
                f"{shown(float(here['weight'].sel(law=name)), digits=2)} "
                f"({shown(float(here['chi_square'].sel(law=name)), digits=2)})"
                for name in names
            ),
        )
        for liquid in data["liquid"].values
        for here in (data.sel(liquid=liquid),)
    ]
    caption = "Akaike weight of each law through the times below onset; in brackets, chi square per freedom."
    return Table(caption, ("liquid", *names), tuple(lines))


def far(data: xr.Dataset) -> Table:
    """Softness against the upper wave number and the range of the fit, as a share of the study's."""
    reaches = [float(q) for q in data["q_max"].values]
    ends = [float(r) for r in data["fit_end"].values]
    lines = []
    for k in range(data.sizes["point"]):
        here = data.isel(point=k)
        own = float(here["softness"].sel(q_max=float(data.attrs["q_max"])))
        cells = [
            f"{float(value) / own:.3f}" for value in [*here["softness"].values, *here["softness_fit"].values]
        ]
        lines.append((f"{here['liquid'].item()}, T = {temperature_text(float(here['temperature']))}", *cells))
    caption = (
        f"Softness in units of that at q_max = {data.attrs['q_max']:g}, by curvature: against q_max, and of "
        "a parabola fitted from 0 to r."
    )
    columns = ("liquid", *(f"q_max = {q:g}" for q in reaches), *(f"r = {end:g}" for end in ends))
    return Table(caption, columns, tuple(lines))


def scan(data: xr.Dataset) -> Table:
    """What each assumption about who is active gives."""
    lines = [
        (
            str(here["assumption"].item()),
            shown(1e3 * float(here["softness"]), 1e3 * float(here["softness_error"])),
            shown(1e3 * float(here["published_softness"])),
            _with_error(here, "tau_alpha"),
        )
        for k in range(data.sizes["assumption"])
        for here in (data.isel(assumption=k),)
    ]
    caption = f"Active liquids at T = {temperature_text(float(data.attrs['temperature']))}, by who pushes."
    return Table(caption, ("assumed", "1000 S", "1000 S printed", "τ_α"), tuple(lines))


def _with_unit(symbol: str, quantity: xr.DataArray) -> str:
    unit = unit_text(str(quantity.attrs.get("units", "1")))
    return f"{symbol} ({unit})" if unit else symbol


def _with_error(row: xr.Dataset, name: str) -> str:
    return shown(float(row[name]), float(row[f"{name}_error"]))


def _range(row: xr.Dataset, name: str) -> str:
    low, high = (float(row[f"{name}_{end}"]) for end in ("lowest", "highest"))
    if not np.isfinite([low, high]).all():
        return "–"
    return f"{shown(low, digits=3)} to {shown(high, digits=3)}"


TABLES: Mapping[str, Callable[[xr.Dataset], Table]] = {
    "motion": motion,
    "readings": readings,
    "ranking": ranking,
    "slopes": slopes,
    "laws": laws,
    "far": far,
    "scan": scan,
}
"""Every table the package knows, by the group of results that it shows."""
