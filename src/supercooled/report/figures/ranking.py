"""How well a field ranks who will rearrange, and how far particles go."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import xarray as xr
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from supercooled.report.numbers import at_temperature, curves, shown, temperatures_in, value_text
from supercooled.report.plates import Caption, Plate, Results, drawn_by
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

_DASHES = ((0, ()), (0, (4, 1.5)), (0, (1, 1.2)), (0, (4, 1, 1, 1)))
_COLOURS = (ACCENT, CALM, INK, QUIET)
WORDS: Mapping[str, str] = {
    "softness": "softness",
    "potential_energy": "energy",
    "local_density": "low density",
    "coordination": "few neighbours",
}


@figure
def area_by_horizon(ranking: xr.Dataset) -> Figure:
    """Area under the ROC curve against the horizon, at the coldest temperature."""
    fig, (axes,) = panel()
    cold = ranking.isel(temperature=0)
    there = np.isfinite(floats(cold["auc"])).any(axis=cold["auc"].get_axis_num("field"))
    _areas(axes, cold.isel(horizon=there), "horizon")
    axes.set_xscale("symlog", linthresh=5.0)
    horizons = floats(cold["horizon"])[there]
    axes.set_xticks(horizons, [f"{h:g}" for h in horizons])
    axes.minorticks_off()
    axes.set(xlabel=r"horizon ($\tau$)", xlim=(-1.0, 1.15 * max(horizons.max(), 1.0)))
    return fig


def area_by_horizon_caption(results: Results) -> Caption:
    """Area under the ROC curve at the coldest temperature."""
    data = results["ranking"].isel(temperature=0)
    first = data.isel(horizon=0)
    said = [
        f"{shown(float(first['auc'].sel(field=f)), digits=3)} by {f}" for f in map(str, data.field.values)
    ]
    where = at_temperature(float(data["temperature"])) if "temperature" in data.coords else ""
    return Caption(
        Markup(
            "Area under the ROC curve for rearranging within a horizon, at the coldest "
            "temperature; 0.5 is random."
        ),
        f"Area under the ROC curve {where}, in the same frame: {', '.join(said).replace('_', ' ')}.",
    )


@figure
def area_by_temperature(ranking: xr.Dataset) -> Figure:
    """The same against the temperature, in the frame of the structure."""
    fig, (axes,) = panel()
    _areas(axes, ranking.isel(horizon=0), "temperature")
    axes.set(xlabel=axis("temperature"))
    return fig


def area_by_temperature_caption(results: Results) -> Caption:
    """The same by temperature."""
    data = results["ranking"].isel(horizon=0).sel(field="softness")
    said = ", ".join(value_text(data, "auc", t) for t in temperatures_in(data))
    return Caption(
        Markup("The same in the frame of the structure, against the temperature."),
        f"Area under the ROC curve of softness: {said}.",
    )


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


def rank_by_time_caption(results: Results) -> Caption:
    """Each field at the coldest temperature."""
    data = results["propensity"].isel(temperature=0)
    said = []
    for name in map(str, data["field"].values):
        value = floats(data["rank_correlation"].sel(field=name))
        said.append(f"{shown(float(np.nanmax(value)), digits=2)} by {name.replace('_', ' ')}")
    where = at_temperature(float(data["temperature"]))
    return Caption(
        Markup(
            "Rank correlation of the surroundings of a particle with its propensity, its mean "
            "displacement over runs that share the configuration, against time, at the coldest "
            "temperature."
        ),
        f"Rank correlation with the propensity {where}, at most {', '.join(said)}.",
    )


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


def rank_by_temperature_caption(results: Results) -> Caption:
    """Softness at each temperature."""
    data = results["propensity"].sel(field="softness")
    said = [
        f"{shown(float(np.nanmax(curve)), digits=2)} {at_temperature(t)}"
        for t, curve in curves(data["rank_correlation"])
    ]
    return Caption(
        Markup("The same of softness alone, at each temperature."),
        f"Rank correlation of softness with the propensity, at most {', '.join(said)}.",
    )


def _areas(axes: Axes, data: xr.Dataset, along: str) -> None:
    for k, name in enumerate(str(name) for name in data["field"].values):
        here = data.sel(field=name)
        axes.errorbar(
            floats(here[along]),
            floats(here["auc"]),
            yerr=errors_of(here, "auc"),
            color=_COLOURS[k % len(_COLOURS)],
            marker=MARKERS[k % len(MARKERS)],
            linewidth=0.9,
            linestyle=_DASHES[k % len(_DASHES)],
            markeredgecolor=PAPER,
            markeredgewidth=0.4,
            label=WORDS.get(name, name.replace("_", " ")),
        )
    axes.axhline(0.5, color=QUIET, linewidth=0.6, linestyle=(0, (1, 2)))
    axes.set(ylabel="area under the ROC curve")
    axes.legend(loc="best", fontsize=8)


PLATES: tuple[Plate, ...] = (
    Plate(
        "ranking",
        "How well a field ranks who will rearrange",
        (
            drawn_by(area_by_horizon, area_by_horizon_caption, "ranking/auc"),
            drawn_by(area_by_temperature, area_by_temperature_caption, "ranking/auc", temperatures=2),
        ),
    ),
    Plate(
        "propensity",
        "How well a field ranks the propensity for motion",
        (
            drawn_by(rank_by_time, rank_by_time_caption, "propensity/rank_correlation"),
            drawn_by(
                rank_by_temperature,
                rank_by_temperature_caption,
                "propensity/rank_correlation",
                temperatures=2,
            ),
        ),
    ),
)
