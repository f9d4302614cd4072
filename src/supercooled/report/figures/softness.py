"""Local softness and what it says about rearrangements."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from supercooled.arrays import Array, Booleans
from supercooled.report.numbers import shown
from supercooled.report.style import (
    ACCENT,
    FAINT,
    INK,
    PAPER,
    QUIET,
    TALL,
    axis,
    by_temperature,
    errors_of,
    figure,
    finite,
    floats,
    key_above,
    panel,
    steps,
)

_EDGE: Mapping[str, Any] = {"markeredgecolor": PAPER, "markeredgewidth": 0.4, "elinewidth": 0.8}


@figure
def depth_distribution(distributions: xr.Dataset) -> Figure:
    """Distribution of the local depth at each temperature."""
    return _densities(distributions["P_depth"], "depth", scale=1.0, ylabel=r"$P(\beta\Phi_r)$")


@figure
def softness_distribution(distributions: xr.Dataset) -> Figure:
    """Distribution of the local softness at each temperature."""
    return _densities(
        distributions["P_S"], "softness", scale=1e3, ylabel=r"$P(S)$ ($10^{3}\,\sigma_{AA}^{-2}$)"
    )


@figure
def rearranging_softness(distributions: xr.Dataset) -> Figure:
    """P(S) of all particles and of those that rearrange, a strip a temperature."""
    return _beside(distributions, "P_S", "softness", scale=1e3, ylabel=r"$P(S),\ P(S|R)$")


@figure
def rearranging_depth(distributions: xr.Dataset) -> Figure:
    """The same for the depth of the cage."""
    return _beside(
        distributions,
        "P_depth",
        "depth",
        scale=1.0,
        ylabel=r"$P(\beta\Phi_r),\ P(\beta\Phi_r|R)$",
        suffix="_depth" if "P_S" in distributions else "",
    )


@figure
def rearrangement_probability(rearrangement: xr.Dataset) -> Figure:
    """Share of particles of a softness that rearrange, at each temperature."""
    fig, (axes,) = panel(height=TALL)
    x = 1e3 * floats(rearrangement["softness"])
    for temperature, label, colour, marker in by_temperature(rearrangement):
        y = floats(rearrangement["rearrangement_probability"].sel(temperature=temperature))
        error = errors_of(rearrangement, "rearrangement_probability", temperature=temperature)
        there = y > 0
        axes.errorbar(
            x[there],
            y[there],
            yerr=_log_bars(y, error, there),
            color=colour,
            marker=marker,
            linewidth=0.8,
            label=label,
            **_EDGE,
        )
    axes.set(yscale="log", xlabel=axis("softness", power=-3), ylabel=r"$P_R(S)$")
    low, high = axes.get_ylim()
    if high < 200 * low:
        # two decades hold too few powers of ten to read a value by
        axes.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"${value:g}$"))
        axes.yaxis.set_minor_formatter(NullFormatter())
    axes.legend(title="$T$", loc="lower right")
    return fig


@figure
def arrhenius(rearrangement: xr.Dataset, fits: xr.Dataset) -> Figure:
    """log10 of P_R against 1/T at a few softnesses, the fitted lines, and where they cross."""
    fig, (axes,) = panel(height=TALL)
    fits = fits.isel(softness=np.isfinite(fits["barrier"].values))
    inverse = 1 / floats(rearrangement["temperature"])
    onset = finite(fits.attrs.get("onset"))
    crossing = 1 / onset if onset is not None and onset > 0 else None
    if crossing is not None and crossing < inverse.min() - np.ptp(inverse):
        # so far outside that showing it would hide the data
        crossing = None
    start = min(inverse.min(), crossing or inverse.min())
    reach = np.array([start, inverse.max()]) + np.array([-0.05, 0.05]) * (inverse.max() - start)
    chosen = _spread(floats(fits["softness"]), 5)
    for value, colour in zip(chosen, steps(len(chosen), "softness"), strict=True):
        here, fit = (data.sel(softness=value, method="nearest") for data in (rearrangement, fits))
        line = (float(fit["entropy"]) - float(fit["barrier"]) * reach) / math.log(10)
        axes.plot(reach, line, color=colour, linewidth=0.9)
        p = floats(here["rearrangement_probability"])
        error = errors_of(here, "rearrangement_probability")
        there = p > 0
        axes.errorbar(
            inverse[there],
            np.log10(p[there]),
            yerr=None if error is None else error[there] / p[there] / math.log(10),
            color=colour,
            marker="o",
            linestyle="none",
            label=f"${1e3 * value:.2f}$",
            **_EDGE,
        )
    if onset is not None and crossing is not None:
        _mark_onset(axes, onset, finite(fits.attrs.get("onset_error")))
    axes.set(xlim=reach, xlabel=r"$1/T$ ($k_{B}/\epsilon_{AA}$)", ylabel=r"$\log_{10} P_R(S)$")
    key_above(axes, "$10^{3}S$")
    return fig


@figure
def barrier(fits: xr.Dataset) -> Figure:
    """Energy barrier against softness: natural units left, the paper's base-10 slope right."""
    fig, (axes,) = panel()
    there = np.isfinite(floats(fits["barrier"]))
    x, y = 1e3 * floats(fits["softness"])[there], floats(fits["barrier"])[there]
    error = errors_of(fits, "barrier")
    for i, colour in enumerate(steps(len(x), "softness")):
        dy = None if error is None else error[there][i]
        axes.errorbar(x[i], y[i], yerr=dy, color=colour, marker="o", linestyle="none", **_EDGE)
    axes.set(xlabel=axis("softness", power=-3), ylabel=axis("barrier"))
    axes.tick_params(which="both", right=False)
    printed = axes.secondary_yaxis("right", functions=(_to_base_10, _to_base_e))
    printed.set_ylabel(r"$\Delta E/\ln 10$ ($\epsilon_{AA}$)")
    return fig


@figure
def barrier_entropy(fits: xr.Dataset) -> Figure:
    """Barrier against the logarithm of the attempt probability: a line whose slope is the onset."""
    fig, (axes,) = panel()
    fits = fits.isel(softness=np.isfinite(floats(fits["barrier"])))
    x, y = floats(fits["entropy"]), floats(fits["barrier"])
    dx, dy = (errors_of(fits, name) for name in ("entropy", "barrier"))
    onset = finite(fits.attrs.get("onset"))
    if onset is not None:
        weights = None if dy is None else 1 / dy**2
        through = [float(np.average(values, weights=weights)) for values in (x, y)]
        reach = np.array([x.min(), x.max()]) + np.array([-0.08, 0.08]) * float(np.ptp(x))
        line = through[1] + onset * (reach - through[0])
        axes.plot(reach, line, color=QUIET, linewidth=0.9, linestyle=(0, (5, 2)))
    for i, colour in enumerate(steps(len(x), "softness")):
        bars: dict[str, Any] = {"xerr": None if dx is None else dx[i], "yerr": None if dy is None else dy[i]}
        axes.errorbar(x[i], y[i], color=colour, marker="o", linestyle="none", **bars, **_EDGE)
    axes.set(xlabel=axis("entropy"), ylabel=axis("barrier"))
    return fig


def _to_base_10(energy: Any) -> Any:
    return energy / math.log(10)


def _to_base_e(energy: Any) -> Any:
    return energy * math.log(10)


def _densities(data: xr.DataArray, along: str, *, scale: float, ylabel: str) -> Figure:
    fig, (axes,) = panel()
    x = scale * floats(data[along])
    for temperature, label, colour, _ in by_temperature(data):
        y = floats(data.sel(temperature=temperature)) / scale
        axes.plot(x, y, color=colour, label=label)
        axes.fill_between(x, 0, y, color=colour, alpha=0.07, linewidth=0)
    axes.set_xlim(*_support(data, along, scale))
    axes.set_ylim(0, None)
    axes.set(xlabel=axis(along, power=-3 if scale != 1 else 0), ylabel=ylabel)
    axes.legend(title="$T$", loc="upper right")
    return fig


def _beside(
    data: xr.Dataset, name: str, along: str, *, scale: float, ylabel: str, suffix: str = ""
) -> Figure:
    shades = by_temperature(data)
    fig, strips = panel(rows=len(shades), height=0.75 + 1.05 * len(shades))
    x = scale * floats(data[along])
    for axes, (temperature, label, _, _) in zip(strips, shades, strict=True):
        here = data.sel(temperature=temperature)
        every, moving = (floats(here[key]) / scale for key in (name, f"{name}_R"))
        axes.fill_between(x, 0, every, color=FAINT, linewidth=0)
        axes.plot(x, every, color=INK, linewidth=1.0, label="all")
        axes.plot(x, moving, color=ACCENT, label="rearranging")
        note = f"$T = {label}$"
        peak, share, error = (_number(here, f"{key}{suffix}") for key in ("peak", "share", "share_error"))
        if peak is not None:
            peak *= scale
            ends = (peak, x[-1]) if along == "softness" else (x[0], peak)
            beyond = np.union1d(x[(x > ends[0]) & (x < ends[1])], ends)
            axes.axvline(peak, color=INK, linewidth=0.7, linestyle=(0, (2, 2)))
            shaded = np.interp(beyond, x, moving)
            axes.fill_between(beyond, 0, shaded, color=ACCENT, alpha=0.16, linewidth=0)
        if share is not None:
            spread = rf" $\pm$ {100 * error:.1f}" if error is not None else ""
            note += f"\n{100 * share:.1f}{spread} % {'softer' if along == 'softness' else 'shallower'}"
        axes.text(
            0.975, 0.9, note, transform=axes.transAxes, ha="right", va="top", linespacing=1.35, fontsize=9
        )
        axes.set_ylim(0, 1.12 * float(np.nanmax([every, moving])))
        axes.set_xlim(*_support(data[name], along, scale))
        axes.set_yticks([])
        axes.tick_params(which="both", left=False, right=False)
    strips[0].legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=2, columnspacing=1.2)
    strips[len(strips) // 2].set_ylabel(ylabel)
    strips[-1].set_xlabel(axis(along, power=-3 if scale != 1 else 0))
    return fig


def _number(here: xr.Dataset, name: str) -> float | None:
    return finite(float(here[name])) if name in here else None


def _support(data: xr.DataArray, along: str, scale: float) -> tuple[float, float]:
    highest = data.max(along)
    seen = np.asarray((data > 0.004 * highest).any("temperature"))
    x = scale * floats(data[along])[seen]
    margin = 0.03 * float(np.ptp(x))
    return float(x.min()) - margin, float(x.max()) + margin


def _spread(values: Array, n: int) -> Array:
    if len(values) <= n:
        return values
    chosen = np.unique(np.linspace(0, len(values) - 1, n).round().astype(np.int64))
    return np.take(values, chosen)


def _log_bars(y: Array, error: Array | None, there: Booleans) -> Array | None:
    if error is None:
        return None
    # a lower bar that reaches zero has no end on a logarithmic axis
    return np.stack([np.minimum(error, 0.9 * y)[there], error[there]])


def _mark_onset(axes: Axes, onset: float, error: float | None) -> None:
    if error is not None and math.isfinite(error) and error < onset:
        axes.axvspan(1 / (onset + error), 1 / (onset - error), color=FAINT, alpha=0.7, linewidth=0, zorder=0)
    axes.axvline(1 / onset, color=QUIET, linewidth=0.9, linestyle=(0, (5, 2)))
    axes.annotate(
        f"$T_0 = {shown(onset, error)}$".replace("±", r"\pm"),
        (1 / onset, 0.0),
        (4, 5),
        xycoords=("data", "axes fraction"),
        textcoords="offset points",
        fontsize=9,
        color=INK,
    )
