"""Plates of softness and pair entropy in several liquids."""

from __future__ import annotations

from functools import partial

from supercooled.report.captions import entropy as words
from supercooled.report.figures import entropy
from supercooled.report.panels import Plate, drawn_by

__all__ = ["ENTROPY"]

ENTROPY: tuple[Plate, ...] = (
    Plate(
        "wells",
        "Wells, structure and diffusion",
        (
            drawn_by(entropy.wells, words.wells, "wells/pair_energy"),
            drawn_by(
                entropy.total_radial_distribution,
                words.total_radial_distribution,
                "wells/radial_distribution",
            ),
            drawn_by(entropy.diffusivity, words.diffusivity, "states/diffusivity"),
        ),
    ),
    Plate(
        "reduced_diffusion",
        "Diffusion by softness and by entropy",
        (
            drawn_by(
                entropy.diffusion_by_softness, words.diffusion_by_softness, "states/reduced_diffusivity"
            ),
            drawn_by(entropy.diffusion_by_entropy, words.diffusion_by_entropy, "states/reduced_diffusivity"),
        ),
    ),
    Plate(
        "entropy_strata",
        "Rearrangements by strata",
        tuple(
            drawn_by(
                partial(entropy.strata, liquid=liquid),
                words.strata(liquid),
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
            drawn_by(entropy.joint, words.joint, "joint/histogram"),
            drawn_by(entropy.pearson, words.pearson, "joint/pearson"),
        ),
    ),
    Plate(
        "crossovers",
        "Crossover temperatures",
        (drawn_by(entropy.crossovers, words.crossovers, "strata/crossover"),),
    ),
    Plate(
        "softness_groups",
        "Groups of like softness",
        (
            drawn_by(entropy.group_distributions, words.group_distributions, "groups/radial_distribution"),
            drawn_by(entropy.group_entropy, words.group_entropy, "groups/pair_entropy"),
        ),
    ),
    Plate(
        "scaled_barriers",
        "Scaled barriers",
        tuple(
            drawn_by(
                partial(entropy.scaled_barriers, name=name),
                words.scaled(name),
                f"groups/{name}",
                "groups/pair_entropy",
                name=name,
            )
            for name in ("scaled_entropy", "scaled_barrier")
        ),
    ),
)
