"""Softness and pair entropy of several liquids."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import xarray as xr
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure

from supercooled.arrays import Array
from supercooled.report.numbers import shown
from supercooled.report.plates import Caption, Figures, Plate, Results, drawn_by
from supercooled.report.style import (
    FAINT,
    MARKERS,
    QUIET,
    TALL,
    Shade,
    axis,
    figure,
    floats,
    key_above,
    panel,
    steps,
)

FIELDS = {"softness": "$S$", "entropy": "$s^{(2)}$"}


@figure
def wells(data: xr.Dataset) -> Figure:
    """Pair potential of each liquid."""
    fig, (axes,) = panel()
    axes.axhline(0.0, color=QUIET, linewidth=0.6)
    for q, shade in _liquids(data):
        axes.plot(
            data["separation"], data["pair_energy"][q], color=shade.colour, linewidth=1.0, label=shade.label
        )
    axes.set(xlim=(0.9, 2.5), ylim=(-1.1, 1.0), xlabel=axis("r"), ylabel=axis("pair_energy"))
    key_above(axes, r"$\Delta$")
    return fig


def wells_caption(results: Results) -> Caption:
    """Pair potentials."""
    data = results["wells"]
    return Caption(
        Markup("Pair potential of the majority species; the larger Δ, the narrower the well."),
        f"Pair potentials for {_widths(data)}, all with their minimum at the same distance.",
    )


@figure
def total_radial_distribution(data: xr.Dataset) -> Figure:
    """g(r) of all particles of each liquid."""
    fig, (axes,) = panel()
    for q, shade in _liquids(data):
        axes.plot(
            data["r"], data["radial_distribution"][q], color=shade.colour, linewidth=1.0, label=shade.label
        )
    axes.set(xlim=(0.6, 3.5), ylim=(0, None), xlabel=axis("r"), ylabel="$g(r)$")
    key_above(axes, r"$\Delta$")
    return fig


def total_radial_distribution_caption(results: Results) -> Caption:
    """g(r)."""
    data = results["wells"]
    peaks = [shown(float(np.nanmax(row)), digits=3) for row in data["radial_distribution"].values]
    return Caption(
        Markup("Radial distribution function of all particles at each liquid's coldest temperature."),
        f"Radial distribution functions; for {_widths(data)} the first peak is {', '.join(peaks)}.",
    )


@figure
def diffusivity(states: xr.Dataset) -> Figure:
    """D of the centres against 1/T."""
    return _curves(states, "temperature", "diffusivity", inverse=True)


def diffusivity_caption(results: Results) -> Caption:
    """D."""
    return _states(
        results, Markup("Diffusion coefficient of A particles."), "diffusivity", "Diffusion coefficient"
    )


@figure
def diffusion_by_softness(states: xr.Dataset) -> Figure:
    """Reduced D against the mean softness."""
    return _curves(states, "softness", "reduced_diffusivity")


def diffusion_by_softness_caption(results: Results) -> Caption:
    """D* and S."""
    return _states(
        results,
        Markup("Reduced diffusion coefficient against the mean softness."),
        "reduced_diffusivity",
        "Reduced diffusion coefficient against the mean softness",
    )


@figure
def diffusion_by_entropy(states: xr.Dataset) -> Figure:
    """Reduced D against the pair entropy of the liquid."""
    return _curves(states, "pair_entropy", "reduced_diffusivity")


def diffusion_by_entropy_caption(results: Results) -> Caption:
    """D* and s2."""
    return _states(
        results,
        Markup("The same against the pair entropy of A particles, from the thermal <i>g</i>(<i>r</i>)."),
        "reduced_diffusivity",
        "Reduced diffusion coefficient against the pair entropy",
    )


@figure
def strata(data: xr.Dataset, liquid: int) -> Figure:
    """P_R of the strata of both fields against 1/T, with their Arrhenius lines."""
    fig, rows = panel(rows=2, height=1.5 * TALL)
    one = data.isel(liquid=liquid)
    inverse = 1.0 / floats(one["temperature"])
    known = np.isfinite(inverse)
    reach = np.array([inverse[known].min(), inverse[known].max()]) + np.array([-0.08, 0.08])
    for axes, (field, symbol) in zip(rows, FIELDS.items(), strict=True):
        here = one.sel(field=field)
        for k, colour in enumerate(steps(here.sizes["stratum"], "softness")):
            P = floats(here["rearrangement_probability"][:, k])
            error = floats(here["rearrangement_probability_error"][:, k])
            there = P > 0
            label = f"${float(here['middle'][k]):.2g}$"
            axes.errorbar(
                inverse[there],
                P[there],
                yerr=np.stack([np.minimum(error, 0.9 * P), error])[:, there],
                color=colour,
                marker="o",
                linestyle="none",
                elinewidth=0.8,
                label=label,
            )
            line = np.exp(float(here["entropy"][k]) - float(here["barrier"][k]) * reach)
            if np.isfinite(line).all():
                axes.plot(reach, line, color=colour, linewidth=0.9)
        axes.set(yscale="log", ylabel=rf"$P_R$({symbol})")
        axes.legend(title=symbol, loc="lower left", fontsize=7.5, title_fontsize=8)
    rows[-1].set(xlim=reach, xlabel=r"$1/T$ ($k_{B}/\epsilon_{AA}$)")
    return fig


def strata_caption(liquid: int) -> Callable[[Results], Caption]:
    """P_R of the strata of a liquid."""

    def words(results: Results) -> Caption:
        one = results["strata"].isel(liquid=liquid)
        width = float(one["width"])
        P = one["rearrangement_probability"].isel(state=0)
        ends = []
        for field, name in (("softness", "softness"), ("entropy", "pair entropy")):
            values = floats(P.sel(field=field))
            known = values[values > 0]
            if len(known):
                ends.append(f"by {name} from {known.min():.2g} to {known.max():.2g}")
        return Caption(
            Markup(
                "Share <i>P<sub>R</sub></i> of each stratum that rearranges, Δ = {}: strata of "
                "softness above, of local pair entropy below; lines, Arrhenius fits."
            ).format(f"{width:g}"),
            f"Rearrangement probability of five strata at Δ = {width:g}; at the coldest temperature "
            f"{' and '.join(ends) or 'none is known'}.",
        )

    return words


@figure
def joint(data: xr.Dataset) -> Figure:
    """How often softness and local pair entropy come together, in the first liquid."""
    fig, (axes,) = panel(height=TALL)
    one = data.isel(liquid=0)
    density = floats(one["histogram"]).T
    shown = np.where(density > 0, density, np.nan)
    low = np.nanmin(shown)
    image = axes.pcolormesh(
        floats(one["softness_edges"]),
        floats(one["entropy_edges"]),
        shown,
        cmap="Greys",
        norm=LogNorm(low, np.nanmax(shown)),
        rasterized=True,
    )
    fig.colorbar(image, ax=axes, label=r"$P(S, s^{(2)})$")
    axes.set(xlabel="$S$", ylabel=axis("pair_entropy"))
    return fig


def joint_caption(results: Results) -> Caption:
    """Joint histogram."""
    data = results["joint"].isel(liquid=0)
    return Caption(
        Markup("How often a softness and a local pair entropy come together, Δ = {}, <i>T</i> = {}.").format(
            f"{float(data['width']):g}", f"{float(data['temperature']):g}"
        ),
        f"Joint histogram of softness and local pair entropy; their Pearson correlation is "
        f"{float(data['pearson']):.2f}.",
    )


@figure
def pearson(data: xr.Dataset) -> Figure:
    """Correlation of the two against the width of the well."""
    fig, (axes,) = panel()
    axes.axhline(0.5, color=QUIET, linewidth=0.8, linestyle=(0, (4, 2)), label="plateau of the paper")
    axes.errorbar(data["width"], data["pearson"], yerr=_bars(data, "pearson"), marker="o", color="#14655f")
    axes.set(ylim=(0, 0.7), xlabel=r"$\Delta$", ylabel=axis("pearson"))
    axes.legend(loc="lower right")
    return fig


def pearson_caption(results: Results) -> Caption:
    """Pearson by width."""
    data = results["joint"]
    return Caption(
        Markup("Pearson correlation of the two at each liquid's coldest temperature."),
        f"Pearson correlation for {_widths(data)}: "
        f"{', '.join(f'{float(v):.2f}' for v in data['pearson'].values)}.",
    )


@figure
def crossovers(data: xr.Dataset) -> Figure:
    """Crossover temperature from the strata of both, against the width of the well."""
    fig, (axes,) = panel()
    for k, ((field, symbol), colour) in enumerate(zip(FIELDS.items(), steps(3, "softness"), strict=False)):
        one = data.sel(field=field)
        axes.errorbar(
            floats(one["width"]) + 0.006 * (2 * k - 1),
            one["crossover"],
            yerr=_bars(one, "crossover"),
            marker=MARKERS[k],
            linestyle="none",
            color=colour,
            label=f"from {symbol}",
        )
    axes.set(xlabel=r"$\Delta$", ylabel=r"$T_A$ ($\epsilon_{AA}/k_{B}$)")
    axes.legend(loc="upper left")
    return fig


def crossovers_caption(results: Results) -> Caption:
    """T_A."""
    data = results["strata"]
    each = []
    for width, pair in zip(data["width"].values, data["crossover"].values, strict=True):
        values = [f"{v:.2f}" if np.isfinite(v) else "none" for v in pair]
        each.append(f"{values[0]} and {values[1]} at {float(width):g}")
    return Caption(
        Markup("Temperature at which the Arrhenius lines of the strata cross."),
        f"Crossover temperatures from softness and from pair entropy, by Δ: {', '.join(each)}.",
    )


@figure
def group_distributions(groups: xr.Dataset) -> Figure:
    """g(r) about particles of like softness, in the first liquid."""
    one = groups.isel(liquid=0)
    names = [str(s) for s in one["species"].values]
    fig, rows = panel(rows=len(names), height=0.95 + 1.2 * len(names))
    for axes, name in zip(rows, names, strict=True):
        for k, colour in enumerate(steps(one.sizes["stratum"], "softness")):
            curve = one["radial_distribution"].isel(stratum=k).sel(species=name)
            label = f"${float(one['middle'][k]):.2g}$"
            axes.plot(one["r"], curve, color=colour, linewidth=0.9, label=label)
        axes.set(ylabel=rf"$g_{{{names[0]}{name}}}(r)$", ylim=(0, None))
    key_above(rows[0], "$S$")
    rows[-1].set(xlim=(0.6, 3.0), xlabel=axis("r"))
    return fig


def group_distributions_caption(results: Results) -> Caption:
    """g(r) by group."""
    data = results["groups"].isel(liquid=0)
    return Caption(
        Markup(
            "Radial distribution functions of inherent structures about particles of like softness, Δ = {}."
        ).format(f"{float(data['width']):g}"),
        "Radial distribution functions of five groups from hard to soft: the harder, the higher the peaks "
        "and the emptier the troughs.",
    )


@figure
def group_entropy(groups: xr.Dataset) -> Figure:
    """Pair entropy of the groups against their softness."""
    fig, (axes,) = panel()
    for q, shade in _liquids(groups):
        axes.plot(groups["middle"][q], groups["pair_entropy"][q], label=shade.label, **_line(shade))
    axes.set(xlabel="$S$", ylabel=axis("pair_entropy"))
    key_above(axes, r"$\Delta$")
    return fig


def group_entropy_caption(results: Results) -> Caption:
    """s2 of the groups."""
    data = results["groups"]
    first = floats(data["pair_entropy"].isel(liquid=0))
    return Caption(
        Markup("Pair entropy of the groups, from their own <i>g</i>(<i>r</i>)."),
        f"Pair entropy of groups of like softness for {_widths(data)}; in the first liquid from "
        f"{first[0]:.2f} to {first[-1]:.2f}.",
    )


@figure
def scaled_barriers(groups: xr.Dataset, name: str) -> Figure:
    """Scaled barriers of the groups against their pair entropy."""
    fig, (axes,) = panel()
    every_x, every_y = [], []
    for q, shade in _liquids(groups):
        x, y = floats(groups["pair_entropy"][q]), floats(groups[name][q])
        there = np.isfinite(x) & np.isfinite(y)
        if there.any():
            axes.plot(x[there], y[there], label=shade.label, **_line(shade))
            every_x.append(x[there])
            every_y.append(y[there])
    _common(axes, np.concatenate(every_x), np.concatenate(every_y))
    axes.set(xlabel=axis("pair_entropy"), ylabel=axis(name))
    key_above(axes, r"$\Delta$")
    return fig


def scaled_barriers_caption(name: str) -> Callable[[Results], Caption]:
    """Scaled barriers."""
    word = "Entropic" if name == "scaled_entropy" else "Energy"

    def words(results: Results) -> Caption:
        data = results["groups"]
        n = int(np.isfinite(data[name].values).any(axis=1).sum())
        return Caption(
            Markup("{} barriers of the groups against their pair entropy, scaled by the crossover.").format(
                word
            ),
            f"{word} barriers of {n} liquids, scaled, against the pair entropy of softness groups, with one "
            "straight line through all.",
        )

    return words


def _common(axes: Axes, x: Array, y: Array) -> None:
    if len(x) > 2:
        slope, intercept = np.polyfit(x, y, 1)
        ends = np.array([x.min(), x.max()])
        axes.plot(ends, intercept + slope * ends, color=FAINT, linewidth=2.5, zorder=0)


def _curves(states: xr.Dataset, x_name: str, y_name: str, *, inverse: bool = False) -> Figure:
    fig, (axes,) = panel()
    for q, shade in _liquids(states):
        x, y = floats(states[x_name][q]), floats(states[y_name][q])
        there = np.isfinite(x) & np.isfinite(y)
        if there.any():
            axes.plot((1.0 / x if inverse else x)[there], y[there], label=shade.label, **_line(shade))
    label = r"$1/T$ ($k_{B}/\epsilon_{AA}$)" if inverse else axis(x_name)
    if x_name == "softness":
        label = r"$\langle S \rangle$"
    axes.set(yscale="log", xlabel=label, ylabel=axis(y_name))
    key_above(axes, r"$\Delta$")
    return fig


def _liquids(data: xr.Dataset) -> list[tuple[int, Shade]]:
    """A shade for each liquid, by the width of its well."""
    widths = floats(data["width"])
    colours = steps(len(widths))
    return [
        (q, Shade(float(w), f"{w:g}", colours[q], MARKERS[q % len(MARKERS)])) for q, w in enumerate(widths)
    ]


def _line(shade: Shade) -> dict[str, Any]:
    return {"color": shade.colour, "marker": shade.marker, "linewidth": 0.8}


def _bars(data: xr.Dataset, name: str) -> Array:
    return np.nan_to_num(floats(data[f"{name}_error"]))


def _widths(data: xr.Dataset) -> str:
    return "Δ = " + ", ".join(f"{float(w):g}" for w in data["width"].values)


def _states(results: Results, caption: Markup, name: str, words: str) -> Caption:
    data = results["states"]
    known = floats(data[name])
    known = known[np.isfinite(known)]
    text = f"{words} for {_widths(data)}"
    return Caption(
        caption, f"{text}, from {known.min():.2g} to {known.max():.2g}." if len(known) else f"{text}."
    )


PLATES: tuple[Plate, ...] = (
    Plate(
        "wells",
        "Wells, structure and diffusion",
        (
            drawn_by(wells, wells_caption, "wells/pair_energy"),
            drawn_by(
                total_radial_distribution,
                total_radial_distribution_caption,
                "wells/radial_distribution",
            ),
            drawn_by(diffusivity, diffusivity_caption, "states/diffusivity"),
        ),
    ),
    Plate(
        "reduced_diffusion",
        "Diffusion by softness and by entropy",
        (
            drawn_by(diffusion_by_softness, diffusion_by_softness_caption, "states/reduced_diffusivity"),
            drawn_by(diffusion_by_entropy, diffusion_by_entropy_caption, "states/reduced_diffusivity"),
        ),
    ),
    Plate(
        "entropy_strata",
        "Rearrangements by strata",
        tuple(
            drawn_by(
                partial(strata, liquid=liquid),
                strata_caption(liquid),
                "strata/rearrangement_probability",
                name=f"strata_{name}",
            )
            for name, liquid in (("first", 0), ("last", -1))
        ),
    ),
    Plate(
        "joint",
        "Softness and pair entropy together",
        (
            drawn_by(joint, joint_caption, "joint/histogram"),
            drawn_by(pearson, pearson_caption, "joint/pearson"),
        ),
    ),
    Plate(
        "crossovers",
        "Crossover temperatures",
        (drawn_by(crossovers, crossovers_caption, "strata/crossover"),),
    ),
    Plate(
        "softness_groups",
        "Groups of like softness",
        (
            drawn_by(group_distributions, group_distributions_caption, "groups/radial_distribution"),
            drawn_by(group_entropy, group_entropy_caption, "groups/pair_entropy"),
        ),
    ),
    Plate(
        "scaled_barriers",
        "Scaled barriers",
        tuple(
            drawn_by(
                partial(scaled_barriers, name=name),
                scaled_barriers_caption(name),
                f"groups/{name}",
                "groups/pair_entropy",
                name=name,
            )
            for name in ("scaled_entropy", "scaled_barrier")
        ),
    ),
)


FIGURES = Figures(
    PLATES,
    shown_in={
        "diffusion coefficient": ("reduced_diffusion",),
        "spread of P_R across strata": ("entropy_strata",),
        "further spread across strata": ("entropy_strata",),
        "Pearson correlation of S and s2": ("joint",),
        "rise of that correlation": ("joint",),
        "crossover temperature": ("crossovers",),
        "difference of the two crossover": ("crossovers",),
        "smallest step of s2": ("softness_groups",),
        "spread of the": ("scaled_barriers",),
        "R^2 of the scaled": ("scaled_barriers",),
    },
)
