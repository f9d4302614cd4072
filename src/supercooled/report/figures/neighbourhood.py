"""Local pair structure: about the rearranging, by width, and the closure that it enters."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from supercooled.report.style import (
    ACCENT,
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
    floats,
    key_above,
    panel,
    steps,
)

# sharma2022, App. B, at T = 0.47.
_PRINTED = {0.02: 0.66, 0.04: 0.74, 0.09: 0.752, 0.12: 0.71}


@figure
def around(data: xr.Dataset) -> Figure:
    """g(r) about the rearranging and about all, a strip a pair."""
    return _two(data["around"])


@figure
def representative(data: xr.Dataset) -> Figure:
    """g(r) of one particle that rearranges and of one that does not, in one frame."""
    return _two(data["representative"])


@figure
def smeared(data: xr.Dataset) -> Figure:
    """The averaged local g(r) of the like pair by width, and the fine one."""
    fig, (axes,) = panel()
    r, pair = floats(data["r"]), data["pair"].values[0]
    axes.plot(r, floats(data["around"].sel(who="all", pair=pair)), color=QUIET, label="fine", linewidth=0.9)
    _by_width(axes, data["smeared"].sel(pair=pair))
    axes.set(ylim=(0, None), xlabel=axis("r"), ylabel=f"$g_{{{pair}}}(r)$")
    axes.legend(title=r"$\delta$", loc="upper right")
    return fig


@figure
def one_particle(data: xr.Dataset) -> Figure:
    """The local g(r) of one particle in one frame by width."""
    fig, (axes,) = panel()
    pair = data["pair"].values[0]
    _by_width(axes, data["one"].sel(pair=pair))
    axes.set(ylim=(0, None), xlabel=axis("r"), ylabel=f"$g_{{{pair}}}(r)$")
    axes.legend(title=r"$\delta$", loc="upper right")
    return fig


@figure
def closures(data: xr.Dataset) -> Figure:
    """Direct correlation functions of distance: the closure's, and from S(q), a strip a pair."""
    pairs = [str(pair) for pair in data["pair"].values]
    fig, strips = panel(rows=len(pairs), height=0.75 + 0.95 * len(pairs))
    cold = data["direct_correlation"].isel(temperature=0)
    for axes, pair in zip(strips, pairs, strict=True):
        for name, colour in zip(cold["closure"].values, (ACCENT, INK), strict=True):
            axes.plot(
                floats(cold["r"]), floats(cold.sel(pair=pair, closure=name)), color=colour, label=str(name)
            )
        axes.axhline(0, color=FAINT, linewidth=0.6)
        axes.set_ylim(-8, 6)
        axes.text(0.975, 0.1, f"${pair}$", transform=axes.transAxes, ha="right", fontsize=9)
    strips[0].legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=2)
    strips[len(strips) // 2].set_ylabel(axis("direct_correlation"))
    strips[-1].set_xlabel(axis("r"))
    return fig


@figure
def softness_by_width(data: xr.Dataset) -> Figure:
    """P(S) of all and of the rearranging by width, coldest temperature."""
    widths = [float(w) for w in data["width"].values]
    fig, strips = panel(rows=len(widths), height=0.75 + 0.75 * len(widths))
    for axes, width in zip(strips, widths, strict=True):
        here = data.sel(width=width)
        x = 1e3 * floats(here["bin_softness"])
        every, moving = 1e-3 * floats(here["P_S"]), 1e-3 * floats(here["P_S_R"])
        axes.fill_between(x, 0, every, color=FAINT, linewidth=0)
        axes.plot(x, every, color=INK, linewidth=1.0, label="all")
        axes.plot(x, moving, color=ACCENT, label="rearranging")
        share = 100 * float(here["share"].isel(temperature=0))
        note = rf"$\delta = {width:g}$" + f"\n{share:.1f} % softer"
        axes.text(0.975, 0.88, note, transform=axes.transAxes, ha="right", va="top", fontsize=8.5)
        axes.set_ylim(0, None)
        axes.set_yticks([])
        axes.tick_params(which="both", left=False, right=False)
    strips[0].legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=2)
    strips[len(strips) // 2].set_ylabel("$P(S)$, $P(S|R)$")
    strips[-1].set_xlabel(axis("softness", power=-3))
    return fig


@figure
def share_by_width(data: xr.Dataset) -> Figure:
    """Share of the rearranging softer than the peak against the width, with the printed ones."""
    fig, (axes,) = panel()
    _shares(axes, data, "width")
    key_above(axes, "$T$")
    axes.plot(list(_PRINTED), list(_PRINTED.values()), "_", color=INK, markersize=11, markeredgewidth=1.4)
    axes.set(xlabel=r"$\delta$ ($\sigma_{AA}$)", ylabel="share softer than the peak")
    return fig


@figure
def share_by_window(data: xr.Dataset) -> Figure:
    """The same against the window of p_hop."""
    fig, (axes,) = panel()
    _shares(axes, data, "window")
    axes.set(xlabel=r"$\Delta t$ ($\tau$)", ylabel="share softer than the peak")
    key_above(axes, "$T$")
    return fig


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


def _two(data: xr.DataArray) -> Figure:
    pairs = [str(pair) for pair in data["pair"].values]
    fig, strips = panel(rows=len(pairs), height=0.75 + 1.05 * len(pairs))
    for axes, pair in zip(strips, pairs, strict=True):
        for who, colour in (("all", INK), ("rearranging", ACCENT)):
            axes.plot(floats(data["r"]), floats(data.sel(who=who, pair=pair)), color=colour, label=who)
        axes.set_ylim(0, None)
        axes.set_ylabel(f"$g_{{{pair}}}(r)$")
    strips[0].legend(loc="upper right")
    strips[-1].set_xlabel(axis("r"))
    return fig


def _by_width(axes: Axes, data: xr.DataArray) -> None:
    widths = [float(w) for w in data["width"].values]
    for width, colour in zip(widths, steps(len(widths)), strict=True):
        axes.plot(floats(data["r"]), floats(data.sel(width=width)), color=colour, label=f"{width:g}")


def _shares(axes: Axes, data: xr.Dataset, along: str) -> None:
    for temperature, label, colour, marker in by_temperature(data):
        here = data.sel(temperature=temperature)
        there = np.isfinite(floats(here["share"]))
        error = errors_of(here, "share")
        axes.errorbar(
            floats(here[along])[there],
            floats(here["share"])[there],
            yerr=None if error is None else error[there],
            color=colour,
            marker=marker,
            linewidth=0.9,
            markeredgecolor=PAPER,
            markeredgewidth=0.4,
            label=label,
        )
