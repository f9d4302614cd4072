"""A liquid on the card: compiled once for all the legs of its runs."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import gamdpy
import numpy as np
from numba import config, cuda

from supercooled.arrays import Array, Integers
from supercooled.box import Box
from supercooled.errors import SimulationError
from supercooled.mixture import Mixture
from supercooled.simulation.gpu.forces import SteadyForces
from supercooled.simulation.gpu.motion import LEAP, NoseHoover, Push
from supercooled.simulation.gpu.pairs import pair_law
from supercooled.simulation.pair_forces import spare_room

# numba would say at each launch that a liquid of thousands leaves much of a card idle.
warnings.filterwarnings("ignore", message=r".*Grid size \d+ will likely result in GPU under-utilization")

# Beyond the cutoff; gamdpy's own choice.
SKIN = 0.5
# Up to here lists are made by looking at every pair, which keeps their order; gamdpy's own need cells above.
_MOST_STEADY = 32_768
# Particles a block, and threads a particle at most
_BLOCK, _MOST_THREADS = 16, 8
# Threads that a multiprocessor holds, whatever a kernel needs: all together have to be there to wait for
# one another.
_RESIDENT = 512
# Of gamdpy's lists, for the neighbours of one particle, times those of an even density
_ROOM = 2.0


@dataclass(slots=True, eq=False)
class Particles:
    """What the card gives back.

    Parameters
    ----------
    positions, velocities, images
        (particle, dimension), folded into the box; velocities half a step before
    forces, energy, virial
        at the positions, (particle, dimension) and (particle,), in single precision
    """

    positions: Array
    velocities: Array
    images: Integers
    forces: Array
    energy: Array
    virial: Array


class Device:
    """Particles of a mixture in a box, on the card.

    Raises
    ------
    SimulationError
        if gamdpy is not told of a pair potential, there is no card, or it does not take the program.
    BoxError
        if the box is too small for the cutoff.
    """

    def __init__(self, mixture: Mixture, n_particles: int, box: Box) -> None:
        law = pair_law(mixture)
        if not cuda.is_available():
            raise SimulationError(
                "gamdpy needs an NVIDIA card with its driver, but none was found; use lammps"
            )
        D = mixture.dimensions
        # A hair less: lengths are in single precision there.
        skin = min(SKIN, 0.999 * spare_room(mixture, box))
        self._masses = np.asarray(mixture.masses)
        self._lengths = box.lengths[:D]
        c: Any = gamdpy.Configuration(D=D, N=n_particles)
        c.simbox = gamdpy.Orthorhombic(D, list(map(float, self._lengths)))
        # Its kernel is tried out once: on particles far from one another.
        c["r"] = apart = _spread(n_particles, self._lengths)
        c["m"] = 1.0
        self.motion = NoseHoover(n_particles, D)
        self.motion.place(apart, np.zeros_like(apart), self._lengths)
        self.push = Push(n_particles, D)
        pairs: Any = SteadyForces(law, skin=skin, density=n_particles / box.volume, dimensions=D)
        plan = {**gamdpy.get_default_compute_plan(c), "skin": skin}
        if n_particles <= _MOST_STEADY:
            plan |= steady_plan(n_particles)
        else:
            room = int(_ROOM * pairs.neighbours)
            pairs = gamdpy.PairPotential(law.function, list(law.numbers), max_num_nbs=room)
        self._configuration = c
        self._program = _program(c, [pairs, self.push], self.motion, plan)

    def load(self, positions: Array, velocities: Array, images: Integers, species: Integers) -> None:
        """Put particles on the card, at first without a push; lists of neighbours begin anew."""
        c = self._configuration
        self.push.set(np.zeros(positions.shape), np.zeros(positions.shape))
        self.motion.place(positions, velocities, self._lengths)
        c["r"], c["m"] = positions, self._masses[species]
        c.r_im = np.ascontiguousarray(images, dtype=np.int32)
        c.ptype = np.ascontiguousarray(species, dtype=np.int32)
        self._program.update_params()
        c.copy_to_device()

    def run(self, steps: int) -> None:
        """Steps; 0 for the forces alone.

        Raises
        ------
        SimulationError
            if a particle leaps, or has more neighbours than there is room for.
        """
        self._program.integrate_self(0.0, steps)
        if self.motion.leapt:
            raise SimulationError(
                f"a particle moved farther than {LEAP:g} in one step, or its position is not "
                "finite; use a smaller dt"
            )
        for interaction in self._program.interactions:
            try:
                interaction.check_datastructure_validity()
            except RuntimeError as error:
                raise SimulationError(
                    "a particle has more neighbours than twice the mean density gives, too "
                    "many for the card's neighbour list; use lammps"
                ) from error

    def read(self) -> Particles:
        """What is on the card."""
        c = self._configuration
        c.copy_to_host()
        moving = self.motion.positions, self.motion.velocities, c.r_im
        return Particles(*moving, c["f"], c["U"], c["W"])


def steady_plan(n_particles: int) -> dict[str, Any]:
    """Threads of the card there is: several a particle, if all of them find place at once."""
    if config.ENABLE_CUDASIM:
        return {"pb": _BLOCK, "tp": 2, "gridsync": False}
    room = cuda.get_current_device().MULTIPROCESSOR_COUNT * _RESIDENT
    # Blocks are whole
    padded = -(-n_particles // _BLOCK) * _BLOCK
    threads = _MOST_THREADS
    while threads > 2 and padded * threads > room:
        threads //= 2
    return {"pb": _BLOCK, "tp": threads, "gridsync": padded * threads <= room}


def _program(configuration: Any, interactions: list[Any], motion: NoseHoover, plan: dict[str, Any]) -> Any:
    """Gamdpy's program, with the plan that was asked for and no other: that is what the bits follow."""
    taken = dict(plan)
    try:
        with _nameless():
            program = gamdpy.Simulation(
                configuration, interactions, motion, [], 1, 1, "memory", compute_plan=taken, timing=False
            )
    except (SystemExit, Exception) as error:
        raise SimulationError(f"gamdpy can't start on this card: {error}; use lammps") from error
    if taken != plan:
        raise SimulationError(f"gamdpy can't use {plan} on this card and would use {taken}; use lammps")
    return program


def _spread(n_particles: int, lengths: Array) -> Array:
    """Particles on a simple cubic (square) lattice."""
    across = int(np.ceil(n_particles ** (1.0 / len(lengths))))
    cells = np.stack(np.unravel_index(np.arange(n_particles), [across] * len(lengths)), axis=1)
    placed: Array = ((cells + 0.5) / across - 0.5) * lengths
    return placed


@contextmanager
def _nameless() -> Iterator[None]:
    """Keep gamdpy from copying the program's own file into its output."""
    name, sys.argv[0] = sys.argv[0], ""
    try:
        yield
    finally:
        sys.argv[0] = name


@lru_cache(maxsize=4)
def device_for(mixture: Mixture, n_particles: int, edge: float) -> Device:
    """The liquid in its box on the card, compiled when it is first asked for."""
    return Device(mixture, n_particles, Box.cube(edge, mixture.dimensions))
