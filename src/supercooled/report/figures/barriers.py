"""The probability to rearrange, its barriers and their onset, by softness and by depth."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from supercooled.arrays import Array, Booleans
from supercooled.report.numbers import (
    at_temperature,
    curves,
    shown,
    temperatures_text,
)
from supercooled.report.plates import Caption, Plate, Results, drawn_by
from supercooled.report.style import (
    CALM,
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


def rearrangement_probability_caption(results: Results) -> Caption:
    """P_R(S)."""
    data = results["rearrangement"]["rearrangement_probability"]
    seen = [(t, curve[np.isfinite(curve) & (curve > 0)]) for t, curve in curves(data)]
    rises = [f"from {curve[0]:.2g} to {curve[-1]:.2g} {at_temperature(t)}" for t, curve in seen if len(curve)]
    return Caption(
        Markup(
            "Share <i>P<sub>R</sub></i>(<i>S</i>) of the particles with softness <i>S</i> that rearrange."
        ),
        f"Probability of rearranging against softness, {'; '.join(rises)}.",
    )


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


def arrhenius_caption(results: Results) -> Caption:
    """The Arrhenius lines."""
    attributes = results["arrhenius"].attrs
    caption = Markup(
        "log<sub>10</sub> <i>P<sub>R</sub></i> against 1/<i>T</i> at fixed softness, with the fitted lines"
    )
    text = "Logarithm of the probability of rearranging against inverse temperature at fixed softness"
    if finite(attributes.get("onset")) is not None:
        onset = shown(attributes["onset"], attributes.get("onset_error"))
        caption += Markup("; they cross at <i>T</i><sub>0</sub> = {}").format(onset)
        text += f"; the lines cross at T_0 = {onset}"
    return Caption(caption + Markup("."), text + ".")


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


def barrier_caption(results: Results) -> Caption:
    """Barrier against softness."""
    fitted = results["arrhenius"]["barrier"].dropna("softness")
    return Caption(
        Markup(
            "Barrier Δ<i>E</i>(<i>S</i>), in natural units (left) and as the slope of "
            "log<sub>10</sub> <i>P<sub>R</sub></i> (right)."
        ),
        f"Energy barrier against softness, from {float(fitted[0]):.3g} "
        f"at S = {shown(float(fitted.softness[0]))} to {float(fitted[-1]):.3g} "
        f"at S = {shown(float(fitted.softness[-1]))}.",
    )


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


def barrier_entropy_caption(results: Results) -> Caption:
    """Barrier against entropy."""
    data = results["arrhenius"]
    caption = Markup("The barrier against Σ(<i>S</i>)")
    text = "Energy barrier against the logarithm of the attempt probability"
    if finite(data.attrs.get("onset")) is not None:
        onset = shown(data.attrs["onset"], data.attrs.get("onset_error"))
        caption += Markup("; the slope is the onset temperature <i>T</i><sub>0</sub> = {}").format(onset)
        text += f"; the slope is the onset temperature {onset}"
    return Caption(caption + Markup("."), text + ".")


@figure
def collapse(rearrangement: xr.Dataset, fits: xr.Dataset) -> Figure:
    """P_R / P_0 against the barrier over the temperature: one line for all softnesses."""
    fig, (axes,) = panel()
    barrier, entropy = floats(fits["barrier"]), floats(fits["entropy"])
    highest = 0.0
    for temperature, label, colour, marker in by_temperature(rearrangement):
        if temperature not in list(fits.attrs.get("temperatures", [temperature])):
            continue
        P = floats(rearrangement["rearrangement_probability"].sel(temperature=temperature))
        there = np.isfinite(P) & (P > 0) & np.isfinite(barrier)
        x = barrier[there] / temperature
        axes.plot(
            x, np.exp(np.log(P[there]) - entropy[there]), marker, color=colour, label=label, markersize=3.2
        )
        highest = max(highest, float(x.max(initial=0.0)))
    x = np.linspace(0.0, highest, 50)
    axes.plot(x, np.exp(-x), color=QUIET, linewidth=0.8, zorder=0)
    axes.set(yscale="log", xlabel=r"$\Delta E(S)/T$", ylabel="$P_R/P_0$")
    key_above(axes, "$T$")
    return fig


def collapse_caption(results: Results) -> Caption:
    """All softnesses on one line."""
    data = results["arrhenius"]["barrier"].dropna("softness")
    return Caption(
        Markup(
            "<i>P<sub>R</sub></i>/<i>P</i><sub>0</sub> against Δ<i>E</i>/<i>T</i> of every softness; the "
            "line is exp(−Δ<i>E</i>/<i>T</i>)."
        ),
        f"Probability of rearranging over its prefactor against barrier over temperature, for {data.size} "
        "softnesses, beside an exponential.",
    )


@figure
def probability_by_depth(rearrangement: xr.Dataset) -> Figure:
    """Share of particles of a depth that rearrange, at each temperature."""
    fig, (axes,) = panel(height=TALL)
    x = floats(rearrangement["depth"])
    for temperature, label, colour, marker in by_temperature(rearrangement):
        here = rearrangement.sel(temperature=temperature)
        y, error = floats(here["rearrangement_probability"]), errors_of(here, "rearrangement_probability")
        there = y > 0
        axes.errorbar(
            x[there],
            y[there],
            yerr=None if error is None else np.minimum(error, 0.9 * y)[there],
            color=colour,
            marker=marker,
            linewidth=0.8,
            markeredgecolor=PAPER,
            markeredgewidth=0.4,
            label=label,
        )
    axes.set(yscale="log", xlabel=axis("depth"), ylabel=r"$P_R(\beta\Phi_r)$")
    axes.legend(title="$T$", loc="lower left")
    return fig


def probability_by_depth_caption(results: Results) -> Caption:
    """P_R(depth)."""
    data = results["depth_rearrangement"]
    return Caption(
        Markup("Share of the particles with a given depth that rearrange."),
        "Probability of rearranging against the depth of the cage at "
        f"{temperatures_text(data)}: the deeper the cage, the rarer.",
    )


@figure
def arrhenius_by_depth(rearrangement: xr.Dataset, fits: xr.Dataset) -> Figure:
    """log10 of P_R against 1/T at a few depths, and the fitted lines."""
    fig, (axes,) = panel(height=TALL)
    fits = fits.isel(depth=np.isfinite(floats(fits["barrier"])))
    inverse = 1 / floats(rearrangement["temperature"])
    reach = np.array([inverse.min(), inverse.max()]) + np.array([-0.05, 0.05]) * np.ptp(inverse)
    chosen = floats(fits["depth"])[np.unique(np.linspace(0, fits.sizes["depth"] - 1, 5).astype(int))]
    for value, colour in zip(chosen, steps(len(chosen), "softness")[::-1], strict=True):
        here, fit = (data.sel(depth=value, method="nearest") for data in (rearrangement, fits))
        line = (float(fit["entropy"]) - float(fit["barrier"]) * reach) / np.log(10)
        axes.plot(reach, line, color=colour, linewidth=0.9)
        p = floats(here["rearrangement_probability"])
        there = p > 0
        error = errors_of(here, "rearrangement_probability")
        axes.errorbar(
            inverse[there],
            np.log10(p[there]),
            yerr=None if error is None else error[there] / p[there] / np.log(10),
            color=colour,
            marker="o",
            linestyle="none",
            markeredgecolor=PAPER,
            markeredgewidth=0.4,
            label=f"{value:.0f}",
        )
    axes.set(xlim=reach, xlabel=r"$1/T$ ($k_{B}/\epsilon_{AA}$)", ylabel=r"$\log_{10} P_R(\beta\Phi_r)$")
    key_above(axes, r"$\beta\Phi_r$")
    return fig


def arrhenius_by_depth_caption(results: Results) -> Caption:
    """Arrhenius lines of a few depths."""
    data = results["depth_arrhenius"]
    onset = finite(data.attrs.get("onset"))
    said = "" if onset is None else f"; they cross at T_0 = {shown(onset, data.attrs.get('onset_error'))}"
    return Caption(
        Markup(
            "log<sub>10</sub> <i>P<sub>R</sub></i> of particles of a few depths against 1/<i>T</i>, with the "
            "fitted lines."
        ),
        f"Logarithm of the probability of rearranging against inverse temperature for a few depths{said}.",
    )


@figure
def barrier_by_depth(fits: xr.Dataset) -> Figure:
    """Barrier against the depth of the cage."""
    fig, (axes,) = panel()
    there = np.isfinite(floats(fits["barrier"]))
    error = errors_of(fits, "barrier")
    axes.errorbar(
        floats(fits["depth"])[there],
        floats(fits["barrier"])[there],
        yerr=None if error is None else error[there],
        color=CALM,
        marker="o",
        linestyle="none",
        markeredgecolor=PAPER,
        markeredgewidth=0.4,
    )
    axes.set(xlabel=axis("depth"), ylabel=axis("barrier"))
    return fig


def barrier_by_depth_caption(results: Results) -> Caption:
    """Barrier against depth."""
    data = results["depth_arrhenius"]
    seen = data["barrier"].dropna("depth")
    onset = finite(data.attrs.get("onset"))
    said = (
        "" if onset is None else f"; the lines cross at T_0 = {shown(onset, data.attrs.get('onset_error'))}"
    )
    return Caption(
        Markup("Barrier against the depth of the cage."),
        f"Energy barrier from {float(seen[0]):.3g} to {float(seen[-1]):.3g} with growing depth{said}.",
    )


def _to_base_10(energy: Any) -> Any:
    return energy / math.log(10)


def _to_base_e(energy: Any) -> Any:
    return energy * math.log(10)


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


PLATES: tuple[Plate, ...] = (
    Plate(
        "arrhenius",
        "Probability, barrier and onset",
        (
            drawn_by(
                rearrangement_probability,
                rearrangement_probability_caption,
                "rearrangement/rearrangement_probability",
            ),
            drawn_by(
                arrhenius,
                arrhenius_caption,
                "rearrangement/rearrangement_probability",
                "arrhenius/barrier",
                "arrhenius/entropy",
            ),
            drawn_by(barrier, barrier_caption, "arrhenius/barrier"),
            drawn_by(
                barrier_entropy,
                barrier_entropy_caption,
                "arrhenius/barrier",
                "arrhenius/entropy",
            ),
            drawn_by(
                collapse,
                collapse_caption,
                "rearrangement/rearrangement_probability",
                "arrhenius/barrier",
                "arrhenius/entropy",
            ),
        ),
    ),
    Plate(
        "by_depth",
        "The depth of the cage as order parameter",
        (
            drawn_by(
                probability_by_depth,
                probability_by_depth_caption,
                "depth_rearrangement/rearrangement_probability",
            ),
            drawn_by(
                arrhenius_by_depth,
                arrhenius_by_depth_caption,
                "depth_rearrangement/rearrangement_probability",
                "depth_arrhenius/barrier",
                "depth_arrhenius/entropy",
            ),
            drawn_by(barrier_by_depth, barrier_by_depth_caption, "depth_arrhenius/barrier"),
        ),
    ),
)
