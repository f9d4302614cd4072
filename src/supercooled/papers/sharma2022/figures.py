"""Local pair structure: about the rearranging, by width, and the closure that it enters."""

from __future__ import annotations

import numpy as np
import xarray as xr
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from supercooled.papers.sharma2022.chosen import PRINTED
from supercooled.report.numbers import (
    shown,
    temperature_text,
)
from supercooled.report.plates import Caption, Figures, Plate, Results, drawn_by
from supercooled.report.style import (
    ACCENT,
    FAINT,
    INK,
    PAPER,
    QUIET,
    axis,
    by_temperature,
    errors_of,
    figure,
    floats,
    key_above,
    panel,
    steps,
)
from supercooled.report.tables import Table, cell


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


def closures_caption(results: Results) -> Caption:
    """C(r) by closure and from S(q)."""
    data = results["closures"]["direct_correlation"].isel(temperature=0)
    chain, exact = (data.isel(closure=k, pair=0) for k in (0, 1))
    tops = [float(np.nanmax(floats(c.sel(r=slice(0.9, 1.4))))) for c in (chain, exact)]
    return Caption(
        Markup(
            "Direct correlation functions in the hypernetted-chain approximation and from "
            "<i>S</i>(<i>q</i>) up to <i>q</i><sub>max</sub>, coldest temperature."
        ),
        f"Direct correlation functions of distance; the first maximum is {tops[0]:.2f} in the closure and "
        f"{tops[1]:.2f} from S(q).",
    )


@figure
def around(data: xr.Dataset) -> Figure:
    """g(r) about the rearranging and about all, a strip a pair."""
    return _two(data["around"])


def around_caption(results: Results) -> Caption:
    """g(r) about the rearranging."""
    g = results["neighbourhood"]["around"]
    first = str(g["pair"].values[0])
    tops = [float(g.sel(who=who, pair=first).max()) for who in ("rearranging", "all")]
    return Caption(
        Markup("Radial distribution about particles that rearrange and about all, coldest temperature."),
        f"Radial distribution about rearranging particles and about all: the first peak of {first} is "
        f"{tops[0]:.2f} high about the rearranging, {tops[1]:.2f} about all.",
    )


@figure
def representative(data: xr.Dataset) -> Figure:
    """g(r) of one particle that rearranges and of one that does not, in one frame."""
    return _two(data["representative"])


def representative_caption(results: Results) -> Caption:
    """g(r) of single particles."""
    pairs = ", ".join(map(str, results["neighbourhood"]["pair"].values))
    return Caption(
        Markup("The same of one particle that rearranges and of one that does not."),
        f"Local radial distributions {pairs} of one rearranging and one resting particle in one frame.",
    )


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


def smeared_caption(results: Results) -> Caption:
    """Averaged local g(r) by width."""
    return Caption(
        Markup("Average of the local <i>g</i>(<i>r</i>) for several widths δ."),
        f"Averaged local radial distribution for widths {_widths(results)}: wider ones lower the first peak.",
    )


@figure
def one_particle(data: xr.Dataset) -> Figure:
    """The local g(r) of one particle in one frame by width."""
    fig, (axes,) = panel()
    pair = data["pair"].values[0]
    _by_width(axes, data["one"].sel(pair=pair))
    axes.set(ylim=(0, None), xlabel=axis("r"), ylabel=f"$g_{{{pair}}}(r)$")
    axes.legend(title=r"$\delta$", loc="upper right")
    return fig


def one_particle_caption(results: Results) -> Caption:
    """One particle's g(r) by width."""
    return Caption(
        Markup("Local <i>g</i>(<i>r</i>) of one particle in one frame for several widths δ."),
        f"Local radial distribution of one particle for widths {_widths(results)}.",
    )


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


def softness_by_width_caption(results: Results) -> Caption:
    """P(S) and P(S|R) by width."""
    widths = ", ".join(f"{float(w):g}" for w in results["widths"]["width"].values)
    return Caption(
        Markup(
            "Softness of all particles and of those that rearrange for several widths δ, coldest temperature."
        ),
        f"Distributions of softness of all and of rearranging particles for widths {widths}.",
    )


@figure
def share_by_width(data: xr.Dataset) -> Figure:
    """Share of the rearranging softer than the peak against the width, with the printed ones."""
    fig, (axes,) = panel()
    _shares(axes, data, "width")
    key_above(axes, "$T$")
    printed = PRINTED["fraction_rearranging_softer_than_peak_by_delta_T0.47"]
    axes.plot(
        [float(width) for width in printed],
        list(printed.values()),
        "_",
        color=INK,
        markersize=11,
        markeredgewidth=1.4,
    )
    axes.set(xlabel=r"$\delta$ ($\sigma_{AA}$)", ylabel="share softer than the peak")
    return fig


def share_by_width_caption(results: Results) -> Caption:
    """Shares by delta."""
    data = results["widths"]
    cold = data["share"].isel(temperature=0)
    said = ", ".join(f"{float(cold.sel(width=w)):.3f} for {float(w):g}" for w in data["width"].values)
    return Caption(
        Markup(
            "Share of the rearranging that is softer than the peak against δ; bars are printed, for the "
            "coldest."
        ),
        f"Share softer than the peak by the width of the local g(r), coldest temperature: {said}.",
    )


@figure
def share_by_window(data: xr.Dataset) -> Figure:
    """The same against the window of p_hop."""
    fig, (axes,) = panel()
    _shares(axes, data, "window")
    axes.set(xlabel=r"$\Delta t$ ($\tau$)", ylabel="share softer than the peak")
    key_above(axes, "$T$")
    return fig


def share_by_window_caption(results: Results) -> Caption:
    """Shares by the window of p_hop."""
    data = results["windows"]
    cold = data["share"].isel(temperature=0).dropna("window")
    said = ", ".join(f"{float(v):.3f} for {float(w):g}" for v, w in zip(cold, cold["window"], strict=True))
    return Caption(
        Markup("The same against the window Δ<i>t</i> of <i>p</i><sub>hop</sub>."),
        f"Share softer than the peak by the window of p_hop, coldest temperature: {said}.",
    )


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


def _widths(results: Results) -> str:
    return ", ".join(f"{float(w):g}" for w in results["neighbourhood"]["width"].values)


def readings(data: xr.Dataset) -> Table:
    """Every reading of the local cage: a line each."""
    temperatures = [temperature_text(float(T)) for T in data["temperature"].values]
    columns = (
        "C(r), density of g(r), calibrated by",
        *(f"softer, T = {T}" for T in temperatures),
        f"shallower, T = {temperatures[0]}",
        f"peak of P(S), T = {temperatures[0]}",
        "S with a barrier",
        "barrier, base 10",
        "onset",
        "off by",
    )
    lines = []
    for k in range(data.sizes["reading"]):
        row = data.isel(reading=k)
        words = [str(row[name].item()) for name in ("correlation", "normalisation", "calibrated_by")]
        lines.append(
            (
                ", ".join(words),
                *(cell(row.isel(temperature=t), "share") for t in range(len(temperatures))),
                cell(row, "shallower"),
                cell(row.isel(temperature=0), "peak"),
                _range(row, "softness"),
                _range(row, "barrier"),
                cell(row, "onset"),
                shown(float(row["distance"]), digits=2),
            )
        )
    return Table("Every reading of the local cage.", columns, tuple(lines))


def _range(row: xr.Dataset, name: str) -> str:
    low, high = (float(row[f"{name}_{end}"]) for end in ("lowest", "highest"))
    if not np.isfinite([low, high]).all():
        return "–"
    return f"{shown(low, digits=3)} to {shown(high, digits=3)}"


PLATES: tuple[Plate, ...] = (
    Plate(
        "closures",
        "Direct correlation function of distance",
        (drawn_by(closures, closures_caption, "closures/direct_correlation"),),
    ),
    Plate(
        "neighbourhood",
        "The neighbours of those that rearrange",
        (
            drawn_by(around, around_caption, "neighbourhood/around"),
            drawn_by(representative, representative_caption, "neighbourhood/representative"),
            drawn_by(smeared, smeared_caption, "neighbourhood/smeared", "neighbourhood/around"),
            drawn_by(one_particle, one_particle_caption, "neighbourhood/one"),
        ),
    ),
    Plate(
        "widths",
        "Width of the local g(r) and window of the hops",
        (
            drawn_by(softness_by_width, softness_by_width_caption, "widths/P_S"),
            drawn_by(share_by_width, share_by_width_caption, "widths/share"),
            drawn_by(share_by_window, share_by_window_caption, "windows/share"),
        ),
    ),
)


FIGURES = Figures(PLATES, {"readings": readings})
