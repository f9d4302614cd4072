"""Plates of softness and pair entropy in several liquids."""

from __future__ import annotations

from functools import partial

from matplotlib.figure import Figure

from supercooled.report.captions import entropy as words
from supercooled.report.captions.common import Results
from supercooled.report.figures import entropy
from supercooled.report.panels import Panel, Plate

__all__ = ["ENTROPY"]


def _strata(results: Results, *, liquid: int) -> Figure:
    return entropy.strata(results["strata"], liquid)


def _scaled(results: Results, *, name: str) -> Figure:
    return entropy.scaled_barriers(results["groups"], name)


ENTROPY: tuple[Plate, ...] = (
    Plate(
        "wells",
        "Wells, structure and diffusion",
        (
            Panel("wells", lambda r: entropy.wells(r["wells"]), (("wells", "pair_energy"),), words.wells),
            Panel(
                "total_radial_distribution",
                lambda r: entropy.total_radial_distribution(r["wells"]),
                (("wells", "radial_distribution"),),
                words.total_radial_distribution,
            ),
            Panel(
                "diffusivity",
                lambda r: entropy.diffusivity(r["states"]),
                (("states", "diffusivity"),),
                words.diffusivity,
            ),
        ),
    ),
    Plate(
        "reduced_diffusion",
        "Diffusion by softness and by entropy",
        (
            Panel(
                "diffusion_by_softness",
                lambda r: entropy.diffusion_by_softness(r["states"]),
                (("states", "reduced_diffusivity"),),
                words.diffusion_by_softness,
            ),
            Panel(
                "diffusion_by_entropy",
                lambda r: entropy.diffusion_by_entropy(r["states"]),
                (("states", "reduced_diffusivity"),),
                words.diffusion_by_entropy,
            ),
        ),
    ),
    Plate(
        "entropy_strata",
        "Rearrangements by strata",
        tuple(
            Panel(
                f"strata_{name}",
                partial(_strata, liquid=liquid),
                (("strata", "rearrangement_probability"),),
                words.strata(liquid),
            )
            for name, liquid in (("first", 0), ("last", -1))
        ),
    ),
    Plate(
        "joint",
        "Softness and pair entropy together",
        (
            Panel("joint", lambda r: entropy.joint(r["joint"]), (("joint", "histogram"),), words.joint),
            Panel("pearson", lambda r: entropy.pearson(r["joint"]), (("joint", "pearson"),), words.pearson),
        ),
    ),
    Plate(
        "crossovers",
        "Crossover temperatures",
        (
            Panel(
                "crossovers",
                lambda r: entropy.crossovers(r["strata"]),
                (("strata", "crossover"),),
                words.crossovers,
            ),
        ),
    ),
    Plate(
        "softness_groups",
        "Groups of like softness",
        (
            Panel(
                "group_distributions",
                lambda r: entropy.group_distributions(r["groups"]),
                (("groups", "radial_distribution"),),
                words.group_distributions,
            ),
            Panel(
                "group_entropy",
                lambda r: entropy.group_entropy(r["groups"]),
                (("groups", "pair_entropy"),),
                words.group_entropy,
            ),
        ),
    ),
    Plate(
        "scaled_barriers",
        "Scaled barriers",
        tuple(
            Panel(
                name,
                partial(_scaled, name=name),
                (("groups", name), ("groups", "pair_entropy")),
                words.scaled(name),
            )
            for name in ("scaled_entropy", "scaled_barrier")
        ),
    ),
)
