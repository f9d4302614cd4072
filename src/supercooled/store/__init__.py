"""Runs on disk, named by their parameters."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from supercooled.store.folder import RunFolder
from supercooled.store.isoconfigurational import isoconfigurational
from supercooled.store.reading import read_run
from supercooled.store.request import Request, request
from supercooled.store.simulating import simulate, simulate_all

if TYPE_CHECKING:
    from supercooled.store.ageing import steady_state
    from supercooled.store.cooling import Rung, cool
    from supercooled.store.energies import logged
    from supercooled.store.equilibrating import equilibrate
    from supercooled.store.quenching import quench_trajectory
    from supercooled.store.rechecking import recheck

# What a simulation does not need is imported when it is asked for.
_LATER = {
    "Rung": "cooling",
    "cool": "cooling",
    "equilibrate": "equilibrating",
    "logged": "energies",
    "quench_trajectory": "quenching",
    "recheck": "rechecking",
    "steady_state": "ageing",
}

__all__ = [
    "Request",
    "RunFolder",
    "Rung",
    "cool",
    "equilibrate",
    "isoconfigurational",
    "logged",
    "quench_trajectory",
    "read_run",
    "recheck",
    "request",
    "simulate",
    "simulate_all",
    "steady_state",
]


def __getattr__(name: str) -> Any:
    if name in _LATER:
        return getattr(importlib.import_module(f"supercooled.store.{_LATER[name]}"), name)
    raise AttributeError(f"module 'supercooled.store' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
