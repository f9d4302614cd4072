"""Figures in the report's style, as Matplotlib axes."""

from supercooled.extras import require

require("matplotlib", "jinja2", doing="supercooled.plot")

from supercooled.plot.curves import (  # noqa: E402
    arrhenius,
    barrier,
    caging_potential,
    curve,
    displacements,
    distribution,
    non_gaussian,
    overlap,
    radial_distribution,
    rearrangement_probability,
    structure_factor,
)
from supercooled.plot.particles import hops, particles  # noqa: E402

__all__ = [
    "arrhenius",
    "barrier",
    "caging_potential",
    "curve",
    "displacements",
    "distribution",
    "hops",
    "non_gaussian",
    "overlap",
    "particles",
    "radial_distribution",
    "rearrangement_probability",
    "structure_factor",
]
