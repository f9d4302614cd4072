"""A liquid on the card: compiled once for all the legs of its runs."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import gamdpy
import numpy as np
from numba import cuda

from supercooled.arrays import Array, Integers
from supercooled.box import Box
from supercooled.errors import SimulationError
from supercooled.mixture import Mixture
from supercooled.simulation.gpu.motion import NoseHoover, Push
from supercooled.simulation.gpu.pairs import pair_law
from supercooled.simulation.pair_forces import spare_room

# Beyond the cutoff; gamdpy's own choice.
SKIN = 0.5
# Up to here every pair is looked at when lists are made, which keeps their order and so the sums' bits.
_MOST_PAIRWISE = 32_768
# Neighbours for which there is room: so many times those of an even density, and some.
_ROOM, _SPARE_NEIGHBOURS = 1.6, 40
_BLOCK, _LARGEST_BLOCK, _MANY_BLOCKS = 32, 256, 1024


@dataclass(slots=True, eq=False)
class Particles:
    """What the card is given and gives back, in single precision.

    positions : (particle, dimension), folded into the box, sigma_AA
    velocities : (particle, dimension), half a step before the positions
    forces : (particle, dimension), at the positions; energy, virial : (particle,), at them
    images : (particle, dimension)
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
        if gamdpy is not told of a pair potential, or there is no card.
    BoxError
        if the box is too small for the cutoff.
    """

    def __init__(self, mixture: Mixture, n_particles: int, box: Box) -> None:
        law = pair_law(mixture)
        if not cuda.is_available():
            raise SimulationError("gamdpy needs an NVIDIA card with its driver, and finds none; use lammps")
        D = mixture.dimensions
        # A hair less: lengths are in single precision there.
        skin = min(SKIN, 0.999 * spare_room(mixture, box))
        reach = mixture.cutoff + skin
        volume = float(np.prod(box.lengths[:D]))
        sphere = 4.0 / 3.0 * np.pi * reach**3 if D == 3 else np.pi * reach**2
        room = int(_ROOM * sphere * n_particles / volume) + _SPARE_NEIGHBOURS
        self._masses = np.asarray(mixture.masses)
        self._configuration = c = gamdpy.Configuration(D=D, N=n_particles)
        c.simbox = gamdpy.Orthorhombic(D, list(map(float, box.lengths[:D])))
        # Its kernel is tried out once: on particles far from one another.
        c["r"] = _spread(n_particles, box.lengths[:D])
        c["m"] = 1.0
        self.motion = NoseHoover(D * (n_particles - 1))
        self.push = Push(n_particles, D)
        pairs = gamdpy.PairPotential(law.function, list(law.numbers), max_num_nbs=min(room, n_particles))
        plan = {**gamdpy.get_default_compute_plan(c), **_plan(n_particles, skin)}
        with _nameless():
            self._program = gamdpy.Simulation(
                c, [pairs, self.push], self.motion, [], 1, 1, "memory", compute_plan=plan, timing=False
            )

    def load(self, positions: Array, velocities: Array, images: Integers, species: Integers) -> None:
        """Put particles on the card, at first without a push; lists of neighbours begin anew."""
        c = self._configuration
        self.push.set(np.zeros(positions.shape))
        c["r"], c["v"], c["m"] = positions, velocities, self._masses[species]
        c.r_im = np.ascontiguousarray(images, dtype=np.int32)
        c.ptype = np.ascontiguousarray(species, dtype=np.int32)
        self._program.update_params()
        c.copy_to_device()

    def run(self, steps: int) -> None:
        """Steps; 0 for the forces alone.

        Raises
        ------
        SimulationError
            if a particle has more neighbours than there is room for: they do not repel as liquids do.
        """
        self._program.integrate_self(0.0, steps)
        for interaction in self._program.interactions:
            try:
                interaction.check_datastructure_validity()
            except RuntimeError as error:
                raise SimulationError("too many neighbours of one particle; take a smaller dt") from error

    def read(self) -> Particles:
        """What is on the card."""
        c = self._configuration
        c.copy_to_host()
        # Each is a part of an array that the next read replaces.
        return Particles(c["r"], c["v"], c.r_im, c["f"], c["U"], c["W"])


def _plan(n_particles: int, skin: float) -> dict[str, Any]:
    block = _BLOCK
    while n_particles > _MANY_BLOCKS * block and block < _LARGEST_BLOCK:
        block *= 2
    lists = "N squared" if n_particles <= _MOST_PAIRWISE else "linked lists"
    # One thread a particle adds its forces up in one order.
    return {"pb": block, "tp": 1, "skin": skin, "UtilizeNIII": False, "nblist": lists}


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
