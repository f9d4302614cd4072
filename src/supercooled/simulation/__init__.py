"""Molecular dynamics: where a run starts, when it stops, and the engine that moves it."""

from supercooled.simulation.configurational import configurational
from supercooled.simulation.engine import Engine, Leg, Snapshot
from supercooled.simulation.engine_choice import EngineName, chosen_engine
from supercooled.simulation.hessian import hessian
from supercooled.simulation.lammps_engine import LammpsEngine
from supercooled.simulation.pair_forces import PairForces
from supercooled.simulation.quench import InherentStructure, Minimiser, inherent_structure
from supercooled.simulation.schedule import Schedule
from supercooled.simulation.sized import (
    SizedForces,
    SizedRun,
    quenched_sizes,
    sized_dynamics,
    swap_monte_carlo,
)
from supercooled.simulation.start import Start, from_trajectory, lattice, overlaps

__all__ = [
    "Engine",
    "EngineName",
    "InherentStructure",
    "LammpsEngine",
    "Leg",
    "Minimiser",
    "PairForces",
    "Schedule",
    "SizedForces",
    "SizedRun",
    "Snapshot",
    "Start",
    "chosen_engine",
    "configurational",
    "from_trajectory",
    "hessian",
    "inherent_structure",
    "lattice",
    "overlaps",
    "quenched_sizes",
    "sized_dynamics",
    "swap_monte_carlo",
]
