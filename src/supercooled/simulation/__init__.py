"""Molecular dynamics: where a run starts, when it stops, and the engine that moves it."""

from supercooled.simulation.engine import Engine, Leg, Snapshot
from supercooled.simulation.lammps_engine import LammpsEngine
from supercooled.simulation.schedule import Schedule
from supercooled.simulation.start import Start, from_trajectory, lattice, overlaps

__all__ = [
    "Engine",
    "LammpsEngine",
    "Leg",
    "Schedule",
    "Snapshot",
    "Start",
    "from_trajectory",
    "lattice",
    "overlaps",
]
