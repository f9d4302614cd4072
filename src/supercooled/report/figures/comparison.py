"""Indicators held against targets."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from supercooled.arrays import Array
from supercooled.report.style import (
    ACCENT,
    CALM,
    INK,
    MARKERS,
    PAPER,
    QUIET,
    axis,
    errors_of,
    figure,
    floats,
    panel,
)

_COLOURS = (ACCENT, CALM, INK, QUIET)
# Where an indicator knows nothing.
_NOTHING = {"auc": 0.5}


@figure
def compared(data: xr.Dataset, statistic: str) -> Figure:
    """One statistic of each indicator, against time where there are several targets.

    data : table of a comparison, (indicator, target)
    """
    fig, (axes,) = panel()
    kinds = [str(target).partition("(")[0] for target in data["target"].values]
    if data.sizes["target"] > 1 and np.isfinite(floats(data["time_ahead"])).all():
        for kind in dict.fromkeys(kinds):
            of_kind = data.isel(target=[k for k, one in enumerate(kinds) if one == kind]).sortby("time_ahead")
            _against_time(axes, of_kind, statistic, kind if len(set(kinds)) > 1 else "")
        axes.set(xlabel=axis("time"), ylabel=data[statistic].attrs["long_name"])
        if (floats(data["time_ahead"]) > 0).all():
            axes.set_xscale("log")
        axes.axhline(_NOTHING.get(statistic, 0.0), color=QUIET, linewidth=0.5)
        axes.legend(loc="best", fontsize=7)
    else:
        _side_by_side(axes, data, statistic)
    return fig


def _against_time(axes: Axes, data: xr.Dataset, statistic: str, kind: str) -> None:
    time = floats(data["time_ahead"])
    for k, name in enumerate(str(name) for name in data["indicator"].values):
        here = data.sel(indicator=name)
        value, error = floats(here[statistic]), errors_of(here, statistic)
        there = np.isfinite(value)
        bars = None if error is None else np.where(np.isfinite(error[there]), error[there], 0.0)
        axes.errorbar(
            time[there],
            value[there],
            yerr=bars,
            color=_COLOURS[k % len(_COLOURS)],
            marker=MARKERS[k % len(MARKERS)],
            linewidth=0.9,
            markeredgecolor=PAPER,
            markeredgewidth=0.4,
            label=f"{name}, {kind}" if kind else name,
        )
    ceiling = _ceiling(data, statistic)
    if np.isfinite(ceiling).any():
        axes.plot(time, ceiling, color=INK, linewidth=0.7, linestyle="--", label="ceiling")


def _side_by_side(axes: Axes, data: xr.Dataset, statistic: str) -> None:
    pairs = [(i, j) for i in range(data.sizes["indicator"]) for j in range(data.sizes["target"])]
    values, errors = floats(data[statistic]), errors_of(data, statistic)
    ceiling, several = _ceiling(data, statistic), data.sizes["target"] > 1
    labels = []
    for row, (i, j) in enumerate(pairs):
        error = None if errors is None or not np.isfinite(errors[i, j]) else errors[i, j]
        axes.errorbar(
            values[i, j],
            row,
            xerr=error,
            color=_COLOURS[j % len(_COLOURS)],
            marker=MARKERS[j % len(MARKERS)],
            linestyle="none",
        )
        if np.isfinite(ceiling[j]):
            axes.plot([ceiling[j]] * 2, [row - 0.4, row + 0.4], color=INK, linewidth=0.7, linestyle="--")
        names = [str(data["indicator"].values[i])]
        labels.append(", ".join([*names, str(data["target"].values[j])] if several else names))
    axes.axvline(_NOTHING.get(statistic, 0.0), color=QUIET, linewidth=0.5)
    axes.set(xlabel=data[statistic].attrs["long_name"], ylim=(len(pairs) - 0.5, -0.5))
    axes.set_yticks(range(len(pairs)), labels, fontsize=7)


def _ceiling(data: xr.Dataset, statistic: str) -> Array:
    name = {"pearson": "ceiling", "spearman": "ceiling_spearman"}.get(statistic)
    return np.full(data.sizes["target"], np.nan) if name is None else floats(data[name])
