"""How much of a particle's future motion is encoded in the structure around it?

``import supercooled as sc`` costs next to nothing: each part is imported when it is first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

_SUBPACKAGES = (
    "analysis",
    "cage",
    "datasets",
    "dynamics",
    "indicators",
    "interfaces",
    "io",
    "learning",
    "matching",
    "papers",
    "plot",
    "potentials",
    "predictors",
    "quantities",
    "relation",
    "report",
    "simulation",
    "space",
    "store",
    "structure",
    "systems",
    "targets",
    "testing",
)
_NAMES = {
    "Activity": "mixture",
    "Box": "box",
    "Estimate": "estimate",
    "Features": "fields",
    "FieldOfView": "field_of_view",
    "Frame": "frame",
    "Indicator": "fields",
    "LennardJones": "potentials",
    "Liquid": "mixture",
    "Mixture": "mixture",
    "Protocol": "state",
    "StatePoint": "state",
    "SupercooledError": "errors",
    "Target": "targets",
    "Trajectory": "trajectory",
    "Units": "units",
    "Analysis": "analysis.analyze",
    "Comparison": "analysis.comparison.table",
    "analyze": "analysis.analyze",
    "compare": "analysis.comparison.compare",
    "benchmark": "analysis.benchmark.benchmark",
    "compute": "fields",
    "from_dataframe": "io",
    "Learned": "analysis.learn",
    "learn": "analysis.learn",
    "look": "io",
    "predict": "predictors",
    "softness": "predictors",
    "models": "predictors.shipped",
    "Neighbours": "neighbour_list",
    "neighbours": "neighbour_list",
    "read": "io",
    "write_gsd": "io",
    "simulate": "store",
}

if TYPE_CHECKING:
    __version__: str
    from supercooled import (
        analysis,
        cage,
        datasets,
        dynamics,
        indicators,
        interfaces,
        io,
        learning,
        matching,
        papers,
        plot,
        potentials,
        predictors,
        quantities,
        relation,
        report,
        simulation,
        space,
        store,
        structure,
        systems,
        targets,
        testing,
    )
    from supercooled.analysis.analyze import Analysis, analyze
    from supercooled.analysis.benchmark.benchmark import benchmark
    from supercooled.analysis.comparison.compare import compare
    from supercooled.analysis.comparison.table import Comparison
    from supercooled.analysis.learn import Learned, learn
    from supercooled.box import Box
    from supercooled.errors import SupercooledError
    from supercooled.estimate import Estimate
    from supercooled.field_of_view import FieldOfView
    from supercooled.fields import Features, Indicator, compute
    from supercooled.frame import Frame
    from supercooled.io import from_dataframe, look, read, write_gsd
    from supercooled.mixture import Activity, Liquid, Mixture
    from supercooled.neighbour_list import Neighbours, neighbours
    from supercooled.potentials import LennardJones
    from supercooled.predictors import predict, softness
    from supercooled.predictors.shipped import models
    from supercooled.state import Protocol, StatePoint
    from supercooled.store import simulate
    from supercooled.targets import Target
    from supercooled.trajectory import Trajectory
    from supercooled.units import Units

__all__ = [
    "Activity",
    "Analysis",
    "Box",
    "Comparison",
    "Estimate",
    "Features",
    "FieldOfView",
    "Frame",
    "Indicator",
    "Learned",
    "LennardJones",
    "Liquid",
    "Mixture",
    "Neighbours",
    "Protocol",
    "StatePoint",
    "SupercooledError",
    "Target",
    "Trajectory",
    "Units",
    "analysis",
    "analyze",
    "benchmark",
    "cage",
    "compare",
    "compute",
    "datasets",
    "dynamics",
    "from_dataframe",
    "indicators",
    "interfaces",
    "io",
    "learn",
    "learning",
    "look",
    "matching",
    "models",
    "neighbours",
    "papers",
    "plot",
    "potentials",
    "predict",
    "predictors",
    "quantities",
    "read",
    "relation",
    "report",
    "simulate",
    "simulation",
    "softness",
    "space",
    "store",
    "structure",
    "systems",
    "targets",
    "testing",
    "write_gsd",
]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("supercooled")
    if name in _SUBPACKAGES:
        return importlib.import_module(f"supercooled.{name}")
    if name in _NAMES:
        return getattr(importlib.import_module(f"supercooled.{_NAMES[name]}"), name)
    raise AttributeError(f"module 'supercooled' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
