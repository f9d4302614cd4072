"""How far softness and mobility reach."""

from __future__ import annotations

import numpy as np
import xarray as xr
from markupsafe import Markup
from matplotlib.figure import Figure

from supercooled.report.numbers import temperatures_text, values_text
from supercooled.report.plates import Caption, Plate, Results, drawn_by
from supercooled.report.style import (
    QUIET,
    axis,
    band,
    by_temperature,
    errors_of,
    figure,
    floats,
    key_above,
    panel,
)


@figure
def four_point(space: xr.Dataset) -> Figure:
    """S4(q) at the relaxation time, with its fit at small q."""
    fig, (axes,) = panel()
    for temperature, label, colour, _ in by_temperature(space):
        one = space.sel(temperature=temperature).dropna("q", subset=["four_point"])
        q, value = floats(one["q"]), floats(one["four_point"])
        band(axes, q, value, errors_of(one, "four_point"), colour)
        axes.plot(q, value, color=colour, linewidth=1.0, label=label)
        xi, limit = float(one["correlation_length"]), float(one["chi4_limit"])
        if np.isfinite(xi) and np.isfinite(limit):
            x = np.linspace(0.0, 2.0, 101)
            axes.plot(x, limit / (1.0 + (x * xi) ** 2), color=colour, linewidth=0.8, linestyle=(0, (1, 1.4)))
    axes.set(yscale="log", xlim=(0.0, None), xlabel=axis("q"), ylabel="$S_4(q, t)$")
    key_above(axes, "$T$")
    return fig


def four_point_caption(results: Results) -> Caption:
    """S4(q)."""
    data = results["space"]
    return Caption(
        Markup(
            "Four-point structure factor <i>S</i><sub>4</sub>(<i>q</i>, <i>t</i>) of the overlap at the "
            "relaxation time, or at the longest time that the runs allow (lines), and its "
            "Ornstein–Zernike form (dotted)."
        ),
        f"Four-point structure factor at {temperatures_text(data)}; its length is "
        f"{values_text(data, 'correlation_length')}.",
    )


@figure
def field_correlation(space: xr.Dataset) -> Figure:
    """C(r) of softness or depth."""
    fig, (axes,) = panel()
    for temperature, label, colour, _ in by_temperature(space):
        one = space.sel(temperature=temperature).dropna("r", subset=["spatial_correlation"])
        r, value = floats(one["r"]), floats(one["spatial_correlation"])
        band(axes, r, value, errors_of(one, "spatial_correlation"), colour)
        axes.plot(r, value, color=colour, linewidth=1.0, label=label)
    axes.axhline(0.0, color=QUIET, linewidth=0.6, linestyle=(0, (1, 2)))
    axes.set(xlim=(0.0, None), xlabel=axis("r"), ylabel="$C(r)$")
    key_above(axes, "$T$")
    return fig


def field_correlation_caption(results: Results) -> Caption:
    """C(r)."""
    data = results["space"]
    name = str(data["of_field"].values.flat[0])
    return Caption(
        Markup("Correlation <i>C</i>(<i>r</i>) of {} with itself in space.").format(name),
        f"Correlation of {name} in space at {temperatures_text(data)}; its length is "
        f"{values_text(data, 'field_length')}.",
    )


PLATES: tuple[Plate, ...] = (
    Plate(
        "space",
        "Correlations in space",
        (
            drawn_by(four_point, four_point_caption, "space/four_point"),
            drawn_by(field_correlation, field_correlation_caption, "space/spatial_correlation"),
        ),
    ),
)
