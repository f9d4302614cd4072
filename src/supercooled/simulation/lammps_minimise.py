"""Minimising the energy with LAMMPS."""

from __future__ import annotations

import re

import numpy as np

from supercooled.arrays import Array
from supercooled.errors import ParameterError, SimulationError
from supercooled.mixture import Mixture
from supercooled.simulation.lammps_engine import create, interact, session
from supercooled.simulation.plain_paths import plain_folder, quoted
from supercooled.simulation.start import Start

STYLES = ("cg", "fire")
# FIRE begins with this time step and makes it up to ten times longer.
_FIRE_STEP = 0.005
_COUNTS = re.compile(r"Iterations, force evaluations = (\d+) (\d+)")


def lammps_minimum(
    start: Start, mixture: Mixture, *, style: str, tolerance: float, most: int
) -> tuple[Array, float, float, int]:
    """Positions (particle, 3), energy, 2-norm of the forces, and evaluations of LAMMPS' minimum.

    Parameters
    ----------
    style
        "cg" (Polak-Ribiere conjugate gradient) or "fire"
    tolerance
        2-norm of all forces together, epsilon_AA/sigma_AA
    most
        evaluations

    Raises
    ------
    ParameterError
        if the box is tilted.
    SimulationError
        if LAMMPS stops.
    """
    box = start.box
    if box.xy or box.xz or box.yz:
        raise ParameterError(
            f"{start.name}: tilted boxes are not supported with LAMMPS here; use minimiser='l-bfgs'"
        )
    with session(f"quench of {start.name}") as lmp, plain_folder() as folder:
        log = folder / "log"
        create(lmp, mixture, start)
        interact(lmp, mixture)
        if box.dimensions == 2:
            lmp.command("fix plane all enforce2d")
        lmp.command(f"min_style {style}")
        if style == "fire":
            lmp.command(f"timestep {_FIRE_STEP}")
        lmp.command(f"log {quoted(log)}")
        lmp.command(f"minimize 0.0 {float(tolerance)!r} {int(most)} {int(most)}")
        lmp.command("log none")
        counts = _COUNTS.findall(log.read_text())
        if not counts:
            raise SimulationError(f"quench of {start.name}: the output of LAMMPS does not show how it ended")
        n = len(start.species)
        xyz = np.ctypeslib.as_array(lmp.gather_atoms("x", 1, 3)).reshape(n, 3).copy()
        forces = np.ctypeslib.as_array(lmp.gather_atoms("f", 1, 3))
        energy = float(lmp.get_thermo("pe")) * n
        return xyz, energy, float(np.linalg.norm(forces)), int(counts[-1][1])
