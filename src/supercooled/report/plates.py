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
from supercooled.report.panels import KINDS, DrawnPanel, DrawnPlate, Panel, Plate, draw, drawn_by

__all__ = ["KINDS", "PLATES", "DrawnPanel", "DrawnPlate", "Panel", "Plate", "draw"]

PLATES: tuple[Plate, ...] = (
    Plate(
        "structure",
        "Structure of the liquid",
        (
            drawn_by(
                structure.radial_distribution,
                structure_words.radial_distribution,
                "structure/radial_distribution",
            ),
            drawn_by(
                structure.structure_factor, structure_words.structure_factor, "structure/structure_factor"
            ),
        ),
    ),
    Plate(
        "cage",
        "The cage and its softness",
        (
            drawn_by(
                cage.potential, cage_words.caging_potential, "cage/caging_potential", name="caging_potential"
            ),
            drawn_by(cage.softness, cage_words.softness, "cage/softness", temperatures=2),
        ),
    ),
    Plate(
        "depth",
        "Depth of the cage and softness",
        (
            drawn_by(cage.depth_q, cage_words.depth_q, "cage/depth_q", "cage/softness", temperatures=2),
            drawn_by(cage.depth_r, cage_words.depth_r, "cage/depth_r", "cage/softness", temperatures=2),
        ),
    ),
    Plate(
        "dynamics",
        "Displacements and the threshold of a rearrangement",
        (
            drawn_by(dynamics.displacements, dynamics_words.msd, "dynamics/msd", name="msd"),
            drawn_by(dynamics.non_gaussian, dynamics_words.alpha2, "dynamics/alpha2", name="alpha2"),
        ),
    ),
    Plate(
        "hops",
        "Relaxation and hops",
        (
            drawn_by(dynamics.overlap, dynamics_words.overlap, "dynamics/overlap"),
            drawn_by(dynamics.hop_trace, dynamics_words.p_hop, "hops/p_hop", name="p_hop"),
        ),
    ),
    Plate(
        "distributions",
        "Local depth and local softness",
        (
            drawn_by(softness.depth_distribution, softness_words.depth_distribution, "distributions/P_depth"),
            drawn_by(
                softness.softness_distribution, softness_words.softness_distribution, "distributions/P_S"
            ),
        ),
    ),
    Plate(
        "rearranging",
        "Particles that rearrange",
        (
            drawn_by(
                softness.rearranging_softness,
                softness_words.rearranging_softness,
                "distributions/P_S",
                "distributions/P_S_R",
            ),
            drawn_by(
                softness.rearranging_depth,
                softness_words.rearranging_depth,
                "distributions/P_depth",
                "distributions/P_depth_R",
            ),
        ),
    ),
    Plate(
        "arrhenius",
        "Probability, barrier and onset",
        (
            drawn_by(
                softness.rearrangement_probability,
                softness_words.rearrangement_probability,
                "rearrangement/rearrangement_probability",
            ),
            drawn_by(
                softness.arrhenius,
                softness_words.arrhenius,
                "rearrangement/rearrangement_probability",
                "arrhenius/barrier",
                "arrhenius/entropy",
            ),
            drawn_by(softness.barrier, softness_words.barrier, "arrhenius/barrier"),
            drawn_by(
                softness.barrier_entropy,
                softness_words.barrier_entropy,
                "arrhenius/barrier",
                "arrhenius/entropy",
            ),
            drawn_by(
                neighbourhood.collapse,
                words.collapse,
                "rearrangement/rearrangement_probability",
                "arrhenius/barrier",
                "arrhenius/entropy",
            ),
        ),
    ),
    *FURTHER,
    *MASTER,
    *ENTROPY,
    *LEARNED,
)
"""Every plate the package knows, in the order of the straight line."""
