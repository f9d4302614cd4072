"""Tables of the page."""

from __future__ import annotations

import numpy as np
import xarray as xr

from supercooled.report.numbers import shown, temperature_text
from supercooled.report.tables import Table, cell


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
            cell(here, "tau_alpha"),
        )
        for k in range(data.sizes["assumption"])
        for here in (data.isel(assumption=k),)
    ]
    caption = f"Active liquids at T = {temperature_text(float(data.attrs['temperature']))}, by who pushes."
    return Table(caption, ("assumed", "1000 S", "1000 S printed", "τ_α"), tuple(lines))
