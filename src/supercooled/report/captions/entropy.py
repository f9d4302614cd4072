"""The words of the figures of softness and pair entropy."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import xarray as xr
from markupsafe import Markup

from supercooled.report.captions.common import Results, Words
from supercooled.report.numbers import shown
from supercooled.report.style import floats


def wells(results: Results) -> Words:
    """Pair potentials."""
    data = results["wells"]
    return Words(
        Markup("Pair potential of the majority species; the larger Δ, the narrower the well."),
        f"Pair potentials for {_widths(data)}, all with their minimum at the same distance.",
    )


def total_radial_distribution(results: Results) -> Words:
    """g(r)."""
    data = results["wells"]
    peaks = [shown(float(np.nanmax(row)), digits=3) for row in data["radial_distribution"].values]
    return Words(
        Markup("Radial distribution function of all particles at each liquid's coldest temperature."),
        f"Radial distribution functions; for {_widths(data)} the first peak is {', '.join(peaks)}.",
    )


def diffusivity(results: Results) -> Words:
    """D."""
    return _states(
        results, Markup("Diffusion coefficient of A particles."), "diffusivity", "Diffusion coefficient"
    )


def diffusion_by_softness(results: Results) -> Words:
    """D* and S."""
    return _states(
        results,
        Markup("Reduced diffusion coefficient against the mean softness."),
        "reduced_diffusivity",
        "Reduced diffusion coefficient against the mean softness",
    )


def diffusion_by_entropy(results: Results) -> Words:
    """D* and s2."""
    return _states(
        results,
        Markup("The same against the pair entropy of A particles, from the thermal <i>g</i>(<i>r</i>)."),
        "reduced_diffusivity",
        "Reduced diffusion coefficient against the pair entropy",
    )


def strata(liquid: int) -> Callable[[Results], Words]:
    """P_R of the strata of a liquid."""

    def words(results: Results) -> Words:
        one = results["strata"].isel(liquid=liquid)
        width = float(one["width"])
        P = one["rearrangement_probability"].isel(state=0)
        ends = []
        for field, name in (("softness", "softness"), ("entropy", "pair entropy")):
            values = floats(P.sel(field=field))
            known = values[values > 0]
            if len(known):
                ends.append(f"by {name} from {known.min():.2g} to {known.max():.2g}")
        return Words(
            Markup(
                "Share <i>P<sub>R</sub></i> of each stratum that rearranges, Δ = {}: strata of "
                "softness above, of local pair entropy below; lines, Arrhenius fits."
            ).format(f"{width:g}"),
            f"Rearrangement probability of five strata at Δ = {width:g}; at the coldest temperature "
            f"{' and '.join(ends) or 'none is known'}.",
        )

    return words


def joint(results: Results) -> Words:
    """Joint histogram."""
    data = results["joint"].isel(liquid=0)
    return Words(
        Markup("How often a softness and a local pair entropy come together, Δ = {}, <i>T</i> = {}.").format(
            f"{float(data['width']):g}", f"{float(data['temperature']):g}"
        ),
        f"Joint histogram of softness and local pair entropy; their Pearson correlation is "
        f"{float(data['pearson']):.2f}.",
    )


def pearson(results: Results) -> Words:
    """Pearson by width."""
    data = results["joint"]
    return Words(
        Markup("Pearson correlation of the two at each liquid's coldest temperature."),
        f"Pearson correlation for {_widths(data)}: "
        f"{', '.join(f'{float(v):.2f}' for v in data['pearson'].values)}.",
    )


def crossovers(results: Results) -> Words:
    """T_A."""
    data = results["strata"]
    each = []
    for width, pair in zip(data["width"].values, data["crossover"].values, strict=True):
        values = [f"{v:.2f}" if np.isfinite(v) else "none" for v in pair]
        each.append(f"{values[0]} and {values[1]} at {float(width):g}")
    return Words(
        Markup("Temperature at which the Arrhenius lines of the strata cross."),
        f"Crossover temperatures from softness and from pair entropy, by Δ: {', '.join(each)}.",
    )


def group_distributions(results: Results) -> Words:
    """g(r) by group."""
    data = results["groups"].isel(liquid=0)
    return Words(
        Markup(
            "Radial distribution functions of inherent structures about particles of like softness, Δ = {}."
        ).format(f"{float(data['width']):g}"),
        "Radial distribution functions of five groups from hard to soft: the harder, the higher the peaks "
        "and the emptier the troughs.",
    )


def group_entropy(results: Results) -> Words:
    """s2 of the groups."""
    data = results["groups"]
    first = floats(data["pair_entropy"].isel(liquid=0))
    return Words(
        Markup("Pair entropy of the groups, from their own <i>g</i>(<i>r</i>)."),
        f"Pair entropy of groups of like softness for {_widths(data)}; in the first liquid from "
        f"{first[0]:.2f} to {first[-1]:.2f}.",
    )


def scaled(name: str) -> Callable[[Results], Words]:
    """Scaled barriers."""
    word = "Entropic" if name == "scaled_entropy" else "Energy"

    def words(results: Results) -> Words:
        data = results["groups"]
        n = int(np.isfinite(data[name].values).any(axis=1).sum())
        return Words(
            Markup("{} barriers of the groups against their pair entropy, scaled by the crossover.").format(
                word
            ),
            f"{word} barriers of {n} liquids, scaled, against the pair entropy of softness groups, with one "
            "straight line through all.",
        )

    return words


def _widths(data: xr.Dataset) -> str:
    return "Δ = " + ", ".join(f"{float(w):g}" for w in data["width"].values)


def _states(results: Results, caption: Markup, name: str, words: str) -> Words:
    data = results["states"]
    known = floats(data[name])
    known = known[np.isfinite(known)]
    text = f"{words} for {_widths(data)}"
    return Words(
        caption, f"{text}, from {known.min():.2g} to {known.max():.2g}." if len(known) else f"{text}."
    )
