"""Tables of results that stand in a part of the page."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr

from supercooled.report.numbers import shown, temperature_text, unit_text

__all__ = ["Table", "cell"]


@dataclass(frozen=True, slots=True)
class Table:
    """Columns and lines of text; the first column names the line."""

    caption: str
    columns: tuple[str, ...]
    lines: tuple[tuple[str, ...], ...]


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
                    *(cell(one, "auc") for one in by),
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
    """Relaxation, threshold of a hop, diffusion and the shape of the decay: one line per temperature."""
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
        lines.append((temperature_text(float(T)), *(cell(row, name) for name in columns)))
    caption = (
        f"Motion of {data.attrs['species']} particles: time at which the overlap is 1/e, mean squared "
        "displacement and time of the maximum of the non-Gaussian parameter, diffusion coefficient, and the "
        "stretched exponential of the final decay (τ_KWW, β); "
        + (f"τ_s is where F_s at k = {data.attrs['wave_number']:g} is 1/e; " if scattered else "")
        + "– where the run does not reach it."
    )
    headings = (_with_unit(symbol, data[name]) for name, symbol in columns.items())
    return Table(caption, ("T", *headings), tuple(lines))


def _with_unit(symbol: str, quantity: xr.DataArray) -> str:
    unit = unit_text(str(quantity.attrs.get("units", "1")))
    return f"{symbol} ({unit})" if unit else symbol


def cell(row: xr.Dataset, name: str) -> str:
    """A number with its ``_error``, as it stands in a table."""
    return shown(float(row[name]), float(row[f"{name}_error"]))
