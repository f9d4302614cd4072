"""Structural indicators: one number a particle, found in one frame.

:func:`known` lists them with unit and source. A new one is a frozen dataclass that inherits from
:class:`Indicator`; one from another package is found through the entry point ``supercooled.indicators``.
"""

from supercooled.fields import Features, Indicator, compute, parameter
from supercooled.indicators.angular_descriptors import AngularDescriptors
from supercooled.indicators.averaging import Average, Averages, averaged
from supercooled.indicators.bond_order import BondOrder
from supercooled.indicators.cage import LocalDepth, LocalSoftness
from supercooled.indicators.cage_state import AtCage, CageDistance, CageFluctuation, CageState, cage_state
from supercooled.indicators.debye_waller import DebyeWaller
from supercooled.indicators.inherent_structures import (
    DistanceToInherent,
    Inherent,
    InherentFeatures,
    inherent,
)
from supercooled.indicators.known import known
from supercooled.indicators.learned import LearnedSoftness
from supercooled.indicators.modes import LowModes, NormalModes, Vibrality, normal_modes
from supercooled.indicators.nonaffine import NonaffineBefore
from supercooled.indicators.packing_order import PackingOrder
from supercooled.indicators.pair_entropy import PairEntropy
from supercooled.indicators.sized import (
    Diameter,
    PseudoSpeciesDepth,
    SizedEnergy,
    SizedStructureFunctions,
)
from supercooled.indicators.structure_functions import StructureFunction, StructureFunctions
from supercooled.indicators.surroundings import Coordination, LocalDensity, PotentialEnergy
from supercooled.indicators.variance import Variance
from supercooled.indicators.voronoi import Asphericity, VoronoiCoordination, VoronoiSurface, VoronoiVolume

__all__ = [
    "AngularDescriptors",
    "Asphericity",
    "AtCage",
    "Average",
    "Averages",
    "BondOrder",
    "CageDistance",
    "CageFluctuation",
    "CageState",
    "Coordination",
    "DebyeWaller",
    "Diameter",
    "DistanceToInherent",
    "Features",
    "Indicator",
    "Inherent",
    "InherentFeatures",
    "LearnedSoftness",
    "LocalDensity",
    "LocalDepth",
    "LocalSoftness",
    "LowModes",
    "NonaffineBefore",
    "NormalModes",
    "PackingOrder",
    "PairEntropy",
    "PotentialEnergy",
    "PseudoSpeciesDepth",
    "SizedEnergy",
    "SizedStructureFunctions",
    "StructureFunction",
    "StructureFunctions",
    "Variance",
    "Vibrality",
    "VoronoiCoordination",
    "VoronoiSurface",
    "VoronoiVolume",
    "averaged",
    "cage_state",
    "compute",
    "inherent",
    "known",
    "normal_modes",
    "parameter",
]
