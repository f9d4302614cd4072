"""Structural indicators: one number a particle, found in one frame.

:func:`known` lists them with unit and source. A new one is a frozen dataclass that inherits from
:class:`Indicator`; one from another package is found through the entry point ``supercooled.indicators``.
"""

from supercooled.fields import Features, Indicator, compute, parameter
from supercooled.indicators.averaging import Average, Averages, averaged
from supercooled.indicators.bond_order import BondOrder
from supercooled.indicators.cage import LocalDepth, LocalSoftness
from supercooled.indicators.known import known
from supercooled.indicators.packing_order import PackingOrder
from supercooled.indicators.pair_entropy import PairEntropy
from supercooled.indicators.structure_functions import StructureFunction, StructureFunctions
from supercooled.indicators.surroundings import Coordination, LocalDensity, PotentialEnergy
from supercooled.indicators.voronoi import Asphericity, VoronoiCoordination, VoronoiSurface, VoronoiVolume

__all__ = [
    "Asphericity",
    "Average",
    "Averages",
    "BondOrder",
    "Coordination",
    "Features",
    "Indicator",
    "LocalDensity",
    "LocalDepth",
    "LocalSoftness",
    "PackingOrder",
    "PairEntropy",
    "PotentialEnergy",
    "StructureFunction",
    "StructureFunctions",
    "VoronoiCoordination",
    "VoronoiSurface",
    "VoronoiVolume",
    "averaged",
    "compute",
    "known",
    "parameter",
]
