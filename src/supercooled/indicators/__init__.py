"""Structural indicators: one number a particle, found in one frame.

:func:`known` lists them with unit and source. A new one is a frozen dataclass that inherits from
:class:`Indicator`; one from another package is found through the entry point ``supercooled.indicators``.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from supercooled.fields import Features, Indicator, compute, parameter
from supercooled.indicators.cage_state import AtCage, CageDistance, CageFluctuation, CageState, cage_state
from supercooled.indicators.known import known

if TYPE_CHECKING:
    from supercooled.indicators.angular_descriptors import AngularDescriptors
    from supercooled.indicators.averaging import Average, Averages, averaged
    from supercooled.indicators.bond_order import BondOrder
    from supercooled.indicators.cage import LocalDepth, LocalSoftness
    from supercooled.indicators.debye_waller import DebyeWaller
    from supercooled.indicators.inherent_structures import (
        DistanceToInherent,
        Inherent,
        InherentFeatures,
        inherent,
    )
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

# One is imported when it is asked for: few commands need more than one or two of them.
_LATER = {
    "AngularDescriptors": "angular_descriptors",
    "Asphericity": "voronoi",
    "Average": "averaging",
    "Averages": "averaging",
    "BondOrder": "bond_order",
    "Coordination": "surroundings",
    "DebyeWaller": "debye_waller",
    "Diameter": "sized",
    "DistanceToInherent": "inherent_structures",
    "Inherent": "inherent_structures",
    "InherentFeatures": "inherent_structures",
    "LearnedSoftness": "learned",
    "LocalDensity": "surroundings",
    "LocalDepth": "cage",
    "LocalSoftness": "cage",
    "LowModes": "modes",
    "NonaffineBefore": "nonaffine",
    "NormalModes": "modes",
    "PackingOrder": "packing_order",
    "PairEntropy": "pair_entropy",
    "PotentialEnergy": "surroundings",
    "PseudoSpeciesDepth": "sized",
    "SizedEnergy": "sized",
    "SizedStructureFunctions": "sized",
    "StructureFunction": "structure_functions",
    "StructureFunctions": "structure_functions",
    "Variance": "variance",
    "Vibrality": "modes",
    "VoronoiCoordination": "voronoi",
    "VoronoiSurface": "voronoi",
    "VoronoiVolume": "voronoi",
    "averaged": "averaging",
    "inherent": "inherent_structures",
    "normal_modes": "modes",
}

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


def __getattr__(name: str) -> Any:
    if name in _LATER:
        return getattr(importlib.import_module(f"supercooled.indicators.{_LATER[name]}"), name)
    raise AttributeError(f"module 'supercooled.indicators' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
