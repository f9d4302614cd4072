"""What the page shows: each plate's panels, what they need, and the words that go with them."""

from __future__ import annotations

from supercooled.report.captions import cage as cage_words
from supercooled.report.captions import dynamics as dynamics_words
from supercooled.report.captions import heterogeneity as words
from supercooled.report.captions import softness as softness_words
from supercooled.report.captions import structure as structure_words
from supercooled.report.entropy import ENTROPY
from supercooled.report.figures import cage, dynamics, neighbourhood, softness, structure
from supercooled.report.further import FURTHER
from supercooled.report.learned import LEARNED
from supercooled.report.master import MASTER
from supercooled.report.panels import KINDS, DrawnPanel, DrawnPlate, Panel, Plate, draw

__all__ = ["KINDS", "PLATES", "DrawnPanel", "DrawnPlate", "Panel", "Plate", "draw"]

PLATES: tuple[Plate, ...] = (
    Plate(
        "structure",
        "Structure of the liquid",
        (
            Panel(
                "radial_distribution",
                lambda r: structure.radial_distribution(r["structure"]),
                (("structure", "radial_distribution"),),
                structure_words.radial_distribution,
            ),
            Panel(
                "structure_factor",
                lambda r: structure.structure_factor(r["structure"]),
                (("structure", "structure_factor"),),
                structure_words.structure_factor,
            ),
        ),
    ),
    Plate(
        "cage",
        "The cage and its softness",
        (
            Panel(
                "caging_potential",
                lambda r: cage.potential(r["cage"]),
                (("cage", "caging_potential"),),
                cage_words.caging_potential,
            ),
            Panel(
                "softness",
                lambda r: cage.softness(r["cage"]),
                (("cage", "softness"),),
                cage_words.softness,
                temperatures=2,
            ),
        ),
    ),
    Plate(
        "depth",
        "Depth of the cage and softness",
        (
            Panel(
                "depth_q",
                lambda r: cage.depth_q(r["cage"]),
                (("cage", "depth_q"), ("cage", "softness")),
                cage_words.depth_q,
                temperatures=2,
            ),
            Panel(
                "depth_r",
                lambda r: cage.depth_r(r["cage"]),
                (("cage", "depth_r"), ("cage", "softness")),
                cage_words.depth_r,
                temperatures=2,
            ),
        ),
    ),
    Plate(
        "dynamics",
        "Displacements and the threshold of a rearrangement",
        (
            Panel(
                "msd",
                lambda r: dynamics.displacements(r["dynamics"]),
                (("dynamics", "msd"),),
                dynamics_words.msd,
            ),
            Panel(
                "alpha2",
                lambda r: dynamics.non_gaussian(r["dynamics"]),
                (("dynamics", "alpha2"),),
                dynamics_words.alpha2,
            ),
        ),
    ),
    Plate(
        "hops",
        "Relaxation and hops",
        (
            Panel(
                "overlap",
                lambda r: dynamics.overlap(r["dynamics"]),
                (("dynamics", "overlap"),),
                dynamics_words.overlap,
            ),
            Panel(
                "p_hop", lambda r: dynamics.hop_trace(r["hops"]), (("hops", "p_hop"),), dynamics_words.p_hop
            ),
        ),
    ),
    Plate(
        "distributions",
        "Local depth and local softness",
        (
            Panel(
                "depth_distribution",
                lambda r: softness.depth_distribution(r["distributions"]),
                (("distributions", "P_depth"),),
                softness_words.depth_distribution,
            ),
            Panel(
                "softness_distribution",
                lambda r: softness.softness_distribution(r["distributions"]),
                (("distributions", "P_S"),),
                softness_words.softness_distribution,
            ),
        ),
    ),
    Plate(
        "rearranging",
        "Particles that rearrange",
        (
            Panel(
                "rearranging_softness",
                lambda r: softness.rearranging_softness(r["distributions"]),
                (("distributions", "P_S"), ("distributions", "P_S_R")),
                softness_words.rearranging_softness,
            ),
            Panel(
                "rearranging_depth",
                lambda r: softness.rearranging_depth(r["distributions"]),
                (("distributions", "P_depth"), ("distributions", "P_depth_R")),
                softness_words.rearranging_depth,
            ),
        ),
    ),
    Plate(
        "arrhenius",
        "Probability, barrier and onset",
        (
            Panel(
                "rearrangement_probability",
                lambda r: softness.rearrangement_probability(r["rearrangement"]),
                (("rearrangement", "rearrangement_probability"),),
                softness_words.rearrangement_probability,
            ),
            Panel(
                "arrhenius",
                lambda r: softness.arrhenius(r["rearrangement"], r["arrhenius"]),
                (
                    ("rearrangement", "rearrangement_probability"),
                    ("arrhenius", "barrier"),
                    ("arrhenius", "entropy"),
                ),
                softness_words.arrhenius,
            ),
            Panel(
                "barrier",
                lambda r: softness.barrier(r["arrhenius"]),
                (("arrhenius", "barrier"),),
                softness_words.barrier,
            ),
            Panel(
                "barrier_entropy",
                lambda r: softness.barrier_entropy(r["arrhenius"]),
                (("arrhenius", "barrier"), ("arrhenius", "entropy")),
                softness_words.barrier_entropy,
            ),
            Panel(
                "collapse",
                lambda r: neighbourhood.collapse(r["rearrangement"], r["arrhenius"]),
                (
                    ("rearrangement", "rearrangement_probability"),
                    ("arrhenius", "barrier"),
                    ("arrhenius", "entropy"),
                ),
                words.collapse,
            ),
        ),
    ),
    *FURTHER,
    *MASTER,
    *ENTROPY,
    *LEARNED,
)
"""Every plate the package knows, in the order of the straight line."""
