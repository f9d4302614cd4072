"""Pair structure: radial distribution functions and structure factors."""

from supercooled.structure.factor import structure_factor
from supercooled.structure.radial import radial_distribution
from supercooled.structure.surroundings import surroundings

__all__ = ["radial_distribution", "structure_factor", "surroundings"]
