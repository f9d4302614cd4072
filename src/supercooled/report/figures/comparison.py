"""Indicators held against targets."""

from __future__ import annotations

import numpy as np
import xarray as xr
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from supercooled.arrays import Array
from supercooled.report.numbers import temperature_text
from supercooled.report.plates import Caption, Plate, Results, drawn_by
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
from supercooled.report.tables import Table

_COLOURS = (ACCENT, CALM, INK, QUIET)
# Of several kinds of targets; markers are open from the second on.
_LINES = ("-", "--", ":", "-.")
# Where an indicator and the target are independent.
_NOTHING = {"auc": 0.5}


@figure
def comparison(data: xr.Dataset) -> Figure:
    """Rank correlation of each indicator with each target at the coldest temperature.

    Parameters
    ----------
    data
        tables of a comparison, (temperature, indicator, target)
    """
    return compared(data.isel(temperature=0), "spearman")


def comparison_caption(results: Results) -> Caption:
    """What is compared with what, and which predicts best."""
    data = results["comparison"].isel(temperature=0)
    at = f"T = {temperature_text(float(data['temperature']))}"
    value, error = floats(data["spearman"]), floats(data["spearman_error"])
    i, j = np.unravel_index(np.nanargmax(np.abs(value)), value.shape)
    best, target = (str(data[name].values[k]) for name, k in (("indicator", i), ("target", j)))
    number = _number(data.isel(indicator=i, target=j), "spearman")
    bars = "Bars are standard errors. " if np.isfinite(error).any() else ""
    ceiling = "Dashed: the largest correlation possible given the noise of a target.  "
    known = ceiling if np.isfinite(floats(data["ceiling_spearman"])).any() else ""
    said = Markup(
        "Rank correlation at {at} between an indicator of a particle in a frame and the motion "
        "of this particle afterwards. An indicator that predicts nothing lies at 0. {more}The "
        "largest is {number}, of {best} with {target}."
    ).format(at=at, more=bars + known, number=number, best=best, target=target)
    return Caption(
        said,
        f"Rank correlation of each indicator with each target at {at}; the largest is {number}, of {best}.",
    )


@figure
def compared(data: xr.Dataset, statistic: str) -> Figure:
    """One statistic of each indicator, against time where there are several targets.

    Parameters
    ----------
    data
        table of a comparison, (indicator, target)
    """
    fig, (axes,) = panel()
    kinds = [str(target).partition("(")[0] for target in data["target"].values]
    if data.sizes["target"] > 1 and np.isfinite(floats(data["time_ahead"])).all():
        for style, kind in enumerate(dict.fromkeys(kinds)):
            of_kind = data.isel(target=[k for k, one in enumerate(kinds) if one == kind]).sortby("time_ahead")
            _against_time(axes, of_kind, statistic, kind if len(set(kinds)) > 1 else "", style)
        axes.set(xlabel=axis("time"), ylabel=data[statistic].attrs["long_name"])
        if (floats(data["time_ahead"]) > 0).all():
            axes.set_xscale("log")
        axes.axhline(_NOTHING.get(statistic, 0.0), color=QUIET, linewidth=0.5)
        low, high = axes.get_ylim()
        # Room for the legend above what it is of.
        entries = len(axes.get_legend_handles_labels()[1])
        axes.set_ylim(low, high + 0.09 * entries * (high - low))
        axes.legend(loc="upper left", fontsize=6)
    else:
        _side_by_side(axes, data, statistic)
    return fig


def _against_time(axes: Axes, data: xr.Dataset, statistic: str, kind: str, style: int) -> None:
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
            linestyle=_LINES[style % len(_LINES)],
            markerfacecolor=PAPER if style else None,
            markeredgecolor=None if style else PAPER,
            markeredgewidth=0.8 if style else 0.4,
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


def table_of_comparison(data: xr.Dataset) -> Table:
    """A line for each temperature, target and indicator."""
    statistics = {"spearman": "rank correlation", "auc": "ROC area", "mutual_information": "bits"}
    several = data.sizes["temperature"] > 1
    known = bool(np.isfinite(floats(data["ceiling_spearman"])).any())
    lines = []
    for k, T in enumerate(floats(data["temperature"])):
        for j, target in enumerate(map(str, data["target"].values)):
            here = data.isel(temperature=k, target=j)
            for i, indicator in enumerate(map(str, data["indicator"].values)):
                one = here.isel(indicator=i)
                numbers = [_number(one, name) for name in statistics]
                numbers += [_number(here, "ceiling_spearman")] if known else []
                lines.append(
                    (indicator, target, *([temperature_text(float(T))] if several else []), *numbers)
                )
    columns = ("indicator", "target", *(["T"] if several else []), *statistics.values())
    caption = "What the structure of a frame predicts of the motion after it."
    return Table(caption, (*columns, *(["ceiling"] if known else [])), tuple(lines))


def _number(row: xr.Dataset, name: str) -> str:
    """With three decimals: correlations of one table are compared with each other."""
    value, error = float(row[name]), float(row[f"{name}_error"])
    if not np.isfinite(value):
        return "–"
    # + 0.0: nothing below zero is no zero with a sign
    text = f"{round(value, 3) + 0.0:.3f}" + (f" ± {error:.3f}" if np.isfinite(error) else "")
    return text.replace("-", "−")


PLATES = (
    Plate(
        "comparison",
        "How much of the motion each indicator predicts",
        (drawn_by(comparison, comparison_caption, "comparison/spearman"),),
    ),
)
TABLES = {"comparison": table_of_comparison}
