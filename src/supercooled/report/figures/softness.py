"""Local softness and depth: their distributions, of all particles and of those that rearrange."""

from __future__ import annotations

import numpy as np
import xarray as xr
from markupsafe import Markup
from matplotlib.figure import Figure

from supercooled.report.numbers import (
    at_temperature,
    shown,
    temperatures_in,
    temperatures_text,
    values_text,
)
from supercooled.report.plates import Caption, Plate, Results, drawn_by
from supercooled.report.style import (
    ACCENT,
    FAINT,
    INK,
    axis,
    by_temperature,
    figure,
    finite,
    floats,
    panel,
)


@figure
def depth_distribution(distributions: xr.Dataset) -> Figure:
    """Distribution of the local depth at each temperature."""
    return _densities(distributions["P_depth"], "depth", scale=1.0, ylabel=r"$P(\beta\Phi_r)$")


def depth_distribution_caption(results: Results) -> Caption:
    """P(depth)."""
    return Caption(
        Markup("Distribution of the local depth <i>β</i>Φ<sub>r</sub>."),
        f"Distribution of the local depth; its highest point is at {_modes(results, 'P_depth', 'depth')}.",
    )


@figure
def softness_distribution(distributions: xr.Dataset) -> Figure:
    """Distribution of the local softness at each temperature."""
    return _densities(
        distributions["P_S"], "softness", scale=1e3, ylabel=r"$P(S)$ ($10^{3}\,\sigma_{AA}^{-2}$)"
    )


def softness_distribution_caption(results: Results) -> Caption:
    """P(S)."""
    return Caption(
        Markup("Distribution of the local softness <i>S</i>."),
        f"Distribution of the local softness; its highest point is at {_modes(results, 'P_S', 'softness')}.",
    )


@figure
def rearranging_softness(distributions: xr.Dataset) -> Figure:
    """P(S) of all particles and of those that rearrange, a strip a temperature."""
    return _beside(distributions, "P_S", "softness", scale=1e3, ylabel=r"$P(S),\ P(S|R)$")


def rearranging_softness_caption(results: Results) -> Caption:
    """P(S) and P(S|R)."""
    data = results["distributions"]
    caption = Markup(
        "Softness of all particles, <i>P</i>(<i>S</i>) (grey), and of those that rearrange, "
        "<i>P</i>(<i>S</i>|<i>R</i>) (coloured)"
    )
    text = "Distributions of the softness of all particles and of those that rearrange."
    if "share" in data:
        caption += Markup(
            "; dashed, the peak of <i>P</i>(<i>S</i>), and the share of the rearranging that is softer"
        )
        text += f" Share softer than the peak: {values_text(data, 'share')}."
    return Caption(caption + Markup("."), text)


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


def rearranging_depth_caption(results: Results) -> Caption:
    """P(depth) and P(depth|R)."""
    data = results["distributions"]
    if "P_S_R" in data:
        caption = Markup("The same for the depth <i>β</i>Φ<sub>r</sub> of the cage.")
    else:
        caption = Markup(
            "Depth of the cage of all particles, <i>P</i>(<i>β</i>Φ<sub>r</sub>) (grey), "
            "and of those that rearrange, <i>P</i>(<i>β</i>Φ<sub>r</sub>|<i>R</i>) (coloured)."
        )
    return Caption(
        caption,
        "Distributions of the depth of all particles and of those that rearrange, at "
        f"{temperatures_text(data)}.",
    )


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


def _modes(results: Results, name: str, along: str) -> str:
    data = results["distributions"][name]
    peaks = data.fillna(-1.0).idxmax(along)
    return ", ".join(
        f"{shown(float(peaks.sel(temperature=t)), digits=3)} {at_temperature(t)}"
        for t in temperatures_in(data)
    )


PLATES: tuple[Plate, ...] = (
    Plate(
        "distributions",
        "Local depth and local softness",
        (
            drawn_by(depth_distribution, depth_distribution_caption, "distributions/P_depth"),
            drawn_by(softness_distribution, softness_distribution_caption, "distributions/P_S"),
        ),
    ),
    Plate(
        "rearranging",
        "Particles that rearrange",
        (
            drawn_by(
                rearranging_softness,
                rearranging_softness_caption,
                "distributions/P_S",
                "distributions/P_S_R",
            ),
            drawn_by(
                rearranging_depth,
                rearranging_depth_caption,
                "distributions/P_depth",
                "distributions/P_depth_R",
            ),
        ),
    ),
)
