"""How long softness lasts, and what becomes of it."""

from __future__ import annotations

import numpy as np
import xarray as xr
from markupsafe import Markup
from matplotlib.figure import Figure

from supercooled.arrays import Array
from supercooled.report.numbers import at_temperature, temperatures_in
from supercooled.report.plates import Caption, Plate, Results, drawn_by
from supercooled.report.style import (
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


def memory_caption(results: Results) -> Caption:
    """C_S(t) and q(t)."""
    data = results["memory"]["memory"]
    first = [
        f"{float(data.sel(temperature=t).dropna('lag')[0]):.2f} {at_temperature(t)}"
        for t in temperatures_in(data)
    ]
    return Caption(
        Markup(
            "Correlation <i>C<sub>S</sub></i>(<i>t</i>) of softness with itself (lines) and the overlap "
            "<i>q</i>(<i>t</i>) (dotted)."
        ),
        "Correlation of softness with itself at a later time beside the overlap; at the first lag it is "
        f"{', '.join(first)}.",
    )


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


def propagator_caption(results: Results) -> Caption:
    """G(S, S0, t)."""
    where = results["propagator"].attrs.get("temperature")
    place = f" at T = {where:g}" if where is not None else ""
    return Caption(
        Markup(
            "Distribution of the softness of particles that were among the hardest at the "
            "start and stayed within a distance of 0.5, after the times <i>t</i>{}."
        ).format(place),
        "Softness of particles that were hard at the start and stayed, at several later "
        f"times{place}: it widens and moves towards the average.",
    )


@figure
def propagated_mean(data: xr.Dataset) -> Figure:
    """Mean softness of particles that stayed, by their initial softness."""
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


def propagated_mean_caption(results: Results) -> Caption:
    """Mean softness by the first softness."""
    data = results["propagation"].isel(temperature=0)
    starts = ", ".join(f"{1e3 * float(s):.2f}" for s in floats(data["initial"]))
    return Caption(
        Markup("Mean softness of particles that stayed, by their initial softness."),
        f"Mean softness of particles that stayed; their initial softness is {starts} times "
        "0.001, and the curves converge.",
    )


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


def overlap_by_softness_caption(results: Results) -> Caption:
    """q(S, t)."""
    data = results["propagation"]
    ts = temperatures_in(data)
    two = [ts[0], *ts[2:3]]
    shown_at = Markup(" and <i>T</i> = ").join(f"{t:g}" for t in two)
    return Caption(
        Markup(
            "Overlap of the hardest, the middle and the softest particles at <i>T</i> = {} (the first "
            "full, the second dashed)."
        ).format(shown_at),
        f"Overlap of hard and soft particles at T = {' and '.join(f'{t:g}' for t in two)}: soft ones first.",
    )


def _curve(data: xr.Dataset, name: str) -> tuple[Array, Array, Array | None]:
    value, lag, error = floats(data[name]), floats(data["lag"]), errors_of(data, name)
    there = np.isfinite(value) & (lag > 0)
    return lag[there], value[there], None if error is None else error[there]


def _shown_lags(hardest: xr.DataArray) -> list[float]:
    """First, about the tenth and hundredth of the last, and the last that has particles."""
    seen = floats(hardest["lag"])[np.isfinite(floats(hardest)).any(axis=hardest.get_axis_num("softness"))]
    wanted = [seen[0], 10.0, 100.0, seen[-1]]
    return sorted({float(seen[np.argmin(np.abs(np.log(seen / w)))]) for w in wanted})


PLATES: tuple[Plate, ...] = (
    Plate(
        "memory",
        "How long softness lasts",
        (
            drawn_by(memory, memory_caption, "memory/memory", "dynamics/overlap"),
            drawn_by(propagator, propagator_caption, "propagator/propagator"),
            drawn_by(propagated_mean, propagated_mean_caption, "propagation/propagated_mean"),
            drawn_by(overlap_by_softness, overlap_by_softness_caption, "propagation/overlap"),
        ),
    ),
)
