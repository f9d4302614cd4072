"""The beginning of a run on the card, which the processor checks."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from supercooled.arrays import Array, Integers
from supercooled.box import Box
from supercooled.errors import SimulationError
from supercooled.simulation.active import Drive
from supercooled.simulation.engine import MELT_FACTOR, MELT_LEAST, MELT_TIME
from supercooled.simulation.gpu.checkpoint import Checkpoint
from supercooled.simulation.gpu.device import Device, device_for
from supercooled.simulation.gpu.motion import CHAIN
from supercooled.simulation.lbfgs import descend
from supercooled.simulation.pair_forces import PairForces
from supercooled.simulation.start import Start
from supercooled.state import StatePoint

# Of the lattice's clashes nothing is left that a step can't take.
_RELAXED, _MOST_EVALUATIONS = 1.0, 2000
# Of the largest force, and sigma_AA: what single precision can't explain.
_OTHER_FORCES, _OTHER_PLACES = 1e-4, 1e-5
# Of the cutoff: in a crystal, or where a quench ended, forces are small differences of large ones, and
# particles are shaken by so much to compare them. Smaller ones than the last count as none.
_SHAKE, _NO_FORCE = 0.02, 1e-3


def started(state: StatePoint, start: Start) -> Checkpoint:
    """Step 0: fresh velocities, after melting if `start` is a lattice.

    Raises
    ------
    SimulationError
        if the card's first step is not that of the processor, there is no card, or a potential is unknown.
    """
    device = device_of(state)
    D = state.liquid.mixture.dimensions
    positions = np.array(start.positions[:, :D])
    images = np.zeros(positions.shape, np.int32)
    at_rest = np.zeros_like(positions)
    here = Checkpoint(state.key, 0, start.species, positions, at_rest, images, np.zeros(CHAIN))
    if start.melt:
        _melt(device, here, state)
    here.velocities = _thermal(state, here.species, state.temperature)
    forces = _forces(state, here.positions, here.species)
    # A step begins with the half kick that is due.
    here.velocities -= 0.5 * state.protocol.dt * forces / masses_of(state, here.species)
    _check_first_step(device, here, forces, state)
    return here


def device_of(state: StatePoint) -> Device:
    """The liquid on the card."""
    edge = state.liquid.edge(state.n_particles)
    return device_for(state.liquid.mixture, state.n_particles, edge)


def box_of(state: StatePoint) -> Box:
    """Its box."""
    return Box.cube(state.liquid.edge(state.n_particles), state.liquid.mixture.dimensions)


def masses_of(state: StatePoint, species: Integers) -> Array:
    """Mass of each particle, (particle, 1)."""
    return np.asarray(state.liquid.mixture.masses)[species][:, None]


def load(
    device: Device,
    here: Checkpoint,
    state: StatePoint,
    *,
    thermostat: bool = True,
    temperature: float | None = None,
) -> None:
    """Put a checkpoint on the card, with the thermostat of the state's temperature or of another."""
    device.load(here.positions, here.velocities, here.images, here.species)
    protocol = state.protocol
    device.motion.set(
        dt=protocol.dt,
        temperature=state.temperature if temperature is None else temperature,
        relaxation=protocol.damping * protocol.dt if thermostat else None,
        chain=here.chain if thermostat else np.zeros(CHAIN),
    )


def push(device: Device, drive: Drive | None, step: int) -> None:
    """Have the active particles push as they do at `step`, with what was drawn before, and after it."""
    if drive is not None:
        first, then = drive.forces(max(0, step - 1)), drive.forces(step)
        device.push.set(first[:, : drive.dimensions], then[:, : drive.dimensions])


def _thermal(state: StatePoint, species: Integers, temperature: float) -> Array:
    """Velocities of a temperature exactly, (particle, dimension); together they go nowhere."""
    D, masses = state.liquid.mixture.dimensions, masses_of(state, species)
    v = np.random.default_rng(state.seed).standard_normal((len(species), D)) / np.sqrt(masses)
    v -= (masses * v).sum(axis=0) / masses.sum()
    v *= math.sqrt(temperature * D * (len(species) - 1) / float((masses * v**2).sum()))
    return v


def _melt(device: Device, here: Checkpoint, state: StatePoint) -> None:
    """Relax the lattice's clashes and melt it hot."""
    D, box = state.liquid.mixture.dimensions, box_of(state)
    xyz = np.zeros((3, state.n_particles))
    xyz[:D] = here.positions.T
    forces = PairForces(state.liquid.mixture, box, here.species)
    relaxed = descend(forces, xyz, tolerance=_RELAXED, most=_MOST_EVALUATIONS)
    here.positions = box.wrap(relaxed.xyz.T)[0][:, :D]
    hot = max(MELT_FACTOR * state.temperature, MELT_LEAST)
    here.velocities = _thermal(state, here.species, hot)
    load(device, here, state, temperature=hot)
    device.run(math.ceil(MELT_TIME / state.protocol.dt))
    here.positions = device.read().positions


def _forces(state: StatePoint, positions: Array, species: Integers) -> Array:
    """Forces by the processor, (particle, dimension), at the positions that the card's forces see."""
    D = state.liquid.mixture.dimensions
    xyz, force = np.zeros((2, 3, state.n_particles))
    xyz[:D] = positions.T.astype(np.float32)
    PairForces(state.liquid.mixture, box_of(state), species)(xyz, force)
    drive = Drive.of(state, species)
    pairs: Array = force[:D].T
    return pairs if drive is None else pairs + drive.forces(0)[:, :D]


def _check_first_step(device: Device, here: Checkpoint, forces: Array, state: StatePoint) -> None:
    """Refuse a card, driver or translation that computes something else.

    Raises
    ------
    SimulationError
        if forces or places differ by more than single precision explains.
    """
    dt, D, box = state.protocol.dt, forces.shape[1], box_of(state)
    load(device, here, state, thermostat=False)
    push(device, Drive.of(state, here.species), 0)
    device.run(1)
    moved, shaken = np.zeros((2, state.n_particles, 3))
    moved[:, :D] = device.read().positions - here.positions
    expected = dt * (here.velocities + dt * forces / masses_of(state, here.species))
    astray = np.abs(box.minimum_image(moved)[:, :D] - expected).max()
    by = _SHAKE * state.liquid.mixture.cutoff
    shaken[:, :D] = here.positions + np.random.default_rng(state.seed).uniform(-by, by, here.positions.shape)
    shaken = box.wrap(shaken)[0]
    load(device, replace(here, positions=shaken[:, :D]), state, thermostat=False)
    push(device, Drive.of(state, here.species), 0)
    device.run(0)
    right = _forces(state, shaken[:, :D], here.species)
    wrong = np.abs(device.read().forces - right).max() / max(np.abs(right).max(), _NO_FORCE)
    if not (wrong < _OTHER_FORCES and astray < _OTHER_PLACES):
        raise SimulationError(
            f"forces on the card differ from the processor's by {wrong:.1g} of the largest, and "
            f"positions after a step by {astray:.1g}; use lammps, and report the card to the "
            "authors"
        )
