"""How long softness lasts, what becomes of it, and how well it ranks."""

from __future__ import annotations

from collections.abc import Mapping

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
    TALL,
    axis,
    band,
    by_temperature,
    errors_of,
    figure,
    floats,
    key_above,
    panel,
    steps,
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
def memory(remembered: xr.Dataset, dynamics: xr.Dataset) -> Figure:
    """C_S(t) and, dotted, the overlap q(t)."""
    fig, (axes,) = panel(height=TALL)
    for temperature, label, colour, _ in by_temperature(remembered):
        lag, value, error = _curve(remembered.sel(temperature=temperature), "memory")
        band(axes, lag, value, error, colour)
        axes.plot(lag, value, color=colour, label=label)
        lag, value, _ = _curve(dynamics.sel(temperature=temperature), "overlap")
        axes.plot(lag, value, color=colour, linewidth=0.9, linestyle=(0, (1, 1.4)))
    axes.axhline(0, color=QUIET, linewidth=0.5)
    axes.set(xscale="log", ylim=(-0.05, 1.02), xlabel=axis("lag"), ylabel="$C_S(t)$, $q(t)$")
    axes.legend(title="$T$", loc="upper right")
    return fig


@figure
def propagator(data: xr.Dataset) -> Figure:
    """Where the softness of particles that began hard, and stayed, has got to."""
    fig, (axes,) = panel()
    hardest = data["propagator"].isel(group=0)
    x = 1e3 * floats(hardest["softness"])
    lags = _shown_lags(hardest)
    for lag, colour in zip(lags, steps(len(lags)), strict=True):
        y = 1e-3 * floats(hardest.sel(lag=lag))
        axes.plot(x, y, color=colour, label=f"${lag:g}$")
    axes.set(ylim=(0, None), xlabel=axis("softness", power=-3), ylabel="$G(S, S_0, t)$")
    axes.legend(title=r"$t$ ($\tau$)", loc="upper right")
    return fig


@figure
def propagated_mean(data: xr.Dataset) -> Figure:
    """Mean softness of particles that stayed, by the softness they began with."""
    fig, (axes,) = panel()
    cold = data.isel(temperature=0)
    for k, colour in enumerate(steps(cold.sizes["group"], "softness")):
        here = cold.isel(group=k)
        lag, value, error = _curve(here, "propagated_mean")
        # A mean of a handful of particles that are left says nothing, by its error where that is known.
        seen = np.ones(len(lag), bool) if error is None else ~(error >= 0.1 * value)
        band(axes, lag[seen], 1e3 * value[seen], None if error is None else 1e3 * error[seen], colour)
        axes.plot(lag[seen], 1e3 * value[seen], color=colour, label=f"${1e3 * float(here['initial']):.2f}$")
    axes.set(xscale="log", xlabel=axis("lag"), ylabel=axis("propagated_mean", power=-3))
    key_above(axes, "$10^3S_0$")
    return fig


@figure
def overlap_by_softness(data: xr.Dataset) -> Figure:
    """q(S, t) of the hardest, the middle and the softest particles at two temperatures."""
    fig, (axes,) = panel()
    last = data.sizes["group"] - 1
    chosen = sorted({0, last // 2, last})
    temperatures = floats(data["temperature"])
    two = [temperatures[0], *temperatures[2:3]]
    for temperature, dash in zip(two, ("-", (0, (4, 1.5))), strict=False):
        here = data.sel(temperature=temperature)
        for k, colour in zip(chosen, steps(len(chosen), "softness"), strict=True):
            lag, value, _ = _curve(here.isel(group=k), "overlap")
            word = {chosen[0]: "hardest", chosen[-1]: "softest"}.get(k, "middle")
            axes.plot(lag, value, color=colour, linestyle=dash, label=word if dash == "-" else None)
    axes.set(xscale="log", ylim=(0, 1.02), xlabel=axis("lag"), ylabel="$q(S, t)$")
    axes.legend(loc="lower left")
    return fig


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


@figure
def area_by_temperature(ranking: xr.Dataset) -> Figure:
    """The same against the temperature, in the frame of the structure."""
    fig, (axes,) = panel()
    _areas(axes, ranking.isel(horizon=0), "temperature")
    axes.set(xlabel=axis("temperature"))
    return fig


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


def _curve(data: xr.Dataset, name: str) -> tuple[Array, Array, Array | None]:
    value, lag, error = floats(data[name]), floats(data["lag"]), errors_of(data, name)
    there = np.isfinite(value) & (lag > 0)
    return lag[there], value[there], None if error is None else error[there]


def _shown_lags(hardest: xr.DataArray) -> list[float]:
    """First, about the tenth and hundredth of the last, and the last that has particles."""
    seen = floats(hardest["lag"])[np.isfinite(floats(hardest)).any(axis=hardest.get_axis_num("softness"))]
    wanted = [seen[0], 10.0, 100.0, seen[-1]]
    return sorted({float(seen[np.argmin(np.abs(np.log(seen / w)))]) for w in wanted})
