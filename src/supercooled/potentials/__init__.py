"""Pair potentials as frozen data, with energy and force as functions."""

from supercooled.potentials.base import PairPotential
from supercooled.potentials.continuous_sizes import ContinuousSizes
from supercooled.potentials.lennard_jones import (
    CurvatureSmoothedLennardJones,
    ExpandedLennardJones,
    LennardJones,
    SmoothedLennardJones,
)
from supercooled.potentials.repulsive import HarmonicRepulsion, InversePower, SmoothedInversePower
from supercooled.potentials.tabulated import Tabulated

__all__ = [
    "ContinuousSizes",
    "CurvatureSmoothedLennardJones",
    "ExpandedLennardJones",
    "HarmonicRepulsion",
    "InversePower",
    "LennardJones",
    "PairPotential",
    "SmoothedInversePower",
    "SmoothedLennardJones",
    "Tabulated",
]
