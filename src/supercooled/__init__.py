"""How much of where a particle will move is written in the structure around it?

``import supercooled as sc`` costs next to nothing: each part is imported when it is first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

_SUBPACKAGES = (
    "analysis",
    "cage",
    "dynamics",
    "io",
    "learning",
    "matching",
    "papers",
    "plot",
    "potentials",
    "quantities",
    "relation",
    "report",
    "simulation",
    "store",
    "structure",
    "systems",
)
_NAMES = {
    "Activity": "mixture",
    "Box": "box",
    "LennardJones": "potentials",
    "Liquid": "mixture",
    "Mixture": "mixture",
    "Protocol": "state",
    "StatePoint": "state",
    "SupercooledError": "errors",
    "Trajectory": "trajectory",
    "Units": "units",
    "look": "io",
    "read": "io",
    "write_gsd": "io",
    "simulate": "store",
}

if TYPE_CHECKING:
    __version__: str
    from supercooled import (
        analysis,
        cage,
        dynamics,
        io,
        learning,
        matching,
        papers,
        plot,
        potentials,
        quantities,
        relation,
        report,
        simulation,
        store,
        structure,
        systems,
    )
    from supercooled.box import Box
    from supercooled.errors import SupercooledError
    from supercooled.io import look, read, write_gsd
    from supercooled.mixture import Activity, Liquid, Mixture
    from supercooled.potentials import LennardJones
    from supercooled.state import Protocol, StatePoint
    from supercooled.store import simulate
    from supercooled.trajectory import Trajectory
    from supercooled.units import Units

__all__ = [
    "Activity",
    "Box",
    "LennardJones",
    "Liquid",
    "Mixture",
    "Protocol",
    "StatePoint",
    "SupercooledError",
    "Trajectory",
    "Units",
    "analysis",
    "cage",
    "dynamics",
    "io",
    "learning",
    "look",
    "matching",
    "papers",
    "plot",
    "potentials",
    "quantities",
    "read",
    "relation",
    "report",
    "simulate",
    "simulation",
    "store",
    "structure",
    "systems",
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
