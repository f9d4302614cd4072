"""How far structure orders particles as their propensity for motion does."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from supercooled.report.figures.heterogeneity import WORDS
from supercooled.report.style import (
    ACCENT,
    CALM,
    INK,
    MARKERS,
    PAPER,
    QUIET,
    axis,
    by_temperature,
    errors_of,
    figure,
    floats,
    panel,
)

_COLOURS = (ACCENT, CALM, INK, QUIET)


@figure
def rank_by_time(data: xr.Dataset) -> Figure:
    """Rank correlation of each field with the propensity, at the coldest temperature."""
    fig, (axes,) = panel()
    cold = data.isel(temperature=0)
    for k, name in enumerate(str(name) for name in cold["field"].values):
        here = cold.sel(field=name)
        value, error = floats(here["rank_correlation"]), errors_of(here, "rank_correlation")
        there = np.isfinite(value)
        axes.errorbar(
            floats(here["time"])[there],
            value[there],
            yerr=None if error is None else error[there],
            color=_COLOURS[k % len(_COLOURS)],
            marker=MARKERS[k % len(MARKERS)],
            linewidth=0.9,
            markeredgecolor=PAPER,
            markeredgewidth=0.4,
            label=WORDS.get(name, name.replace("_", " ")),
        )
    axes.axhline(0, color=QUIET, linewidth=0.5)
    axes.set(xscale="log", xlabel=axis("time"), ylabel="rank correlation with propensity")
    axes.legend(loc="best", fontsize=8)
    return fig


@figure
def rank_by_temperature(data: xr.Dataset) -> Figure:
    """That of softness, at each temperature."""
    fig, (axes,) = panel()
    soft = data.sel(field="softness")
    for temperature, label, colour, marker in by_temperature(soft):
        here = soft.sel(temperature=temperature)
        value, error = floats(here["rank_correlation"]), errors_of(here, "rank_correlation")
        there = np.isfinite(value)
        axes.errorbar(
            floats(here["time"])[there],
            value[there],
            yerr=None if error is None else error[there],
            color=colour,
            marker=marker,
            linewidth=0.9,
            markeredgecolor=PAPER,
            markeredgewidth=0.4,
            label=label,
        )
    axes.axhline(0, color=QUIET, linewidth=0.5)
    axes.set(xscale="log", xlabel=axis("time"), ylabel="rank correlation, softness")
    axes.legend(title="$T$", loc="best", fontsize=8)
    return fig
