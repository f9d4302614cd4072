"""Runs on disk, named by their parameters."""

from supercooled.store.cooling import Rung, cool
from supercooled.store.energies import logged
from supercooled.store.equilibrating import equilibrate
from supercooled.store.folder import RunFolder
from supercooled.store.isoconfigurational import isoconfigurational
from supercooled.store.quenching import quench_trajectory
from supercooled.store.reading import read_run
from supercooled.store.rechecking import recheck
from supercooled.store.request import Request, request
from supercooled.store.simulating import simulate, simulate_all
from supercooled.store.steady_state import steady_state

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
