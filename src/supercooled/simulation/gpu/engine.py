"""gamdpy in this process: one replica at a time, on the first card."""

from __future__ import annotations

import importlib.metadata
import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from supercooled.arrays import Array, Integers
from supercooled.box import Box
from supercooled.errors import SimulationError
from supercooled.simulation.active import Drive
from supercooled.simulation.engine import MELT_FACTOR, MELT_LEAST, MELT_TIME, Leg, Snapshot
from supercooled.simulation.gpu.checkpoint import Checkpoint
from supercooled.simulation.gpu.device import Device, Particles, device_for
from supercooled.simulation.gpu.motion import CHAIN
from supercooled.simulation.lbfgs import descend
from supercooled.simulation.pair_forces import PairForces
from supercooled.simulation.start import Start
from supercooled.state import StatePoint

# Of the lattice's clashes nothing is left that a step can't take.
_RELAXED, _MOST_EVALUATIONS = 1.0, 2000


@dataclass(frozen=True, slots=True)
class GamdpyEngine:
    """A graphics card through gamdpy: forces in single precision, motion in double.

    Up to 32 768 particles give the same bits each time; above that forces add up in no certain order, and
    two runs drift apart as after other rounding.
    """

    def version(self) -> str:
        """For example ``gamdpy 0.8.3``."""
        return f"gamdpy {importlib.metadata.version('gamdpy')}"

    def prepare(self, state: StatePoint, start: Start, checkpoint: Path) -> None:
        """Write the checkpoint of step 0: fresh velocities, after melting if `start` is a lattice.

        Raises
        ------
        SimulationError
            if there is no card, or a pair potential is one gamdpy is not told about.
        """
        device = _device(state)
        here = _still(start, state)
        if start.melt:
            here = _melted(device, here, state)
        here.velocities = _thermal(state, here.species, state.temperature)
        _load(device, here)
        _set(device, state, state.temperature, held=False, chain=np.zeros(CHAIN))
        _push(device, Drive.of(state, here.species), 0, state)
        device.run(0)
        forces = device.read().forces
        # The leg's first step begins with the half kick that is due.
        here.velocities -= 0.5 * state.protocol.dt * forces / _masses(state, here.species)
        here.write(checkpoint)

    def advance(
        self,
        state: StatePoint,
        checkpoint: Path,
        leg: Leg,
        after: Path | None,
        tick: Callable[[int], None],
    ) -> list[Snapshot]:
        """Run a leg from its checkpoint; write the checkpoint of its end to `after`, if named.

        Raises
        ------
        SimulationError
            if the checkpoint is not that of the leg's beginning, or another run's, or the run blows up.
        """
        begun = Checkpoint.read(checkpoint, state.key, state.label)
        if begun.step != leg.begin:
            raise SimulationError(
                f"{checkpoint} is of step {begun.step}, not {leg.begin}; delete the run's folder"
            )
        device, step = _device(state), leg.begin
        held = step >= state.protocol.steps(state.protocol.hold)
        drive = Drive.of(state, begun.species)
        _load(device, begun)
        _set(device, state, state.temperature, held=held, chain=begun.chain)
        snapshots = []
        if step in leg.frames:
            _push(device, drive, step, state)
            device.run(0)
            snapshots.append(_snapshot(device.read(), state, begun.species, step))
        now = None
        for stop in leg.stops:
            for piece in [stop] if drive is None else drive.pieces(step, stop):
                _push(device, drive, step, state)
                device.run(piece - step)
                step = piece
            now = device.read()
            shot = _snapshot(now, state, begun.species, step)
            if stop in leg.frames:
                snapshots.append(shot)
            tick(stop)
        if after is not None:
            end = begun if now is None else _checkpoint(now, begun, step, device.motion.chain)
            end.write(after)
        return snapshots


def _device(state: StatePoint) -> Device:
    edge = state.liquid.edge(state.n_particles)
    return device_for(state.liquid.mixture, state.n_particles, edge)


def _still(start: Start, state: StatePoint) -> Checkpoint:
    D = state.liquid.mixture.dimensions
    positions = start.positions[:, :D]
    at_rest = np.zeros_like(positions)
    return Checkpoint(
        state.key, 0, start.species, positions, at_rest, np.zeros(at_rest.shape, np.int32), np.zeros(CHAIN)
    )


def _load(device: Device, here: Checkpoint) -> None:
    device.load(here.positions, here.velocities, here.images, here.species)


def _set(device: Device, state: StatePoint, temperature: float, *, held: bool, chain: Array) -> None:
    protocol = state.protocol
    free = held and protocol.ensemble == "nve"
    device.motion.set(
        dt=protocol.dt,
        temperature=temperature,
        relaxation=None if free else protocol.damping * protocol.dt,
        chain=np.zeros(CHAIN) if free else chain,
    )


def _push(device: Device, drive: Drive | None, step: int, state: StatePoint) -> None:
    if drive is not None:
        device.push.set(drive.forces(step)[:, : state.liquid.mixture.dimensions])


def _masses(state: StatePoint, species: Integers) -> Array:
    return np.asarray(state.liquid.mixture.masses)[species][:, None]


def _thermal(state: StatePoint, species: Integers, temperature: float) -> Array:
    """Velocities of a temperature exactly, (particle, dimension); together they go nowhere."""
    D, masses = state.liquid.mixture.dimensions, _masses(state, species)
    v = np.random.default_rng(state.seed).standard_normal((len(species), D)) / np.sqrt(masses)
    v -= (masses * v).sum(axis=0) / masses.sum()
    v *= math.sqrt(temperature * D * (len(species) - 1) / float((masses * v**2).sum()))
    return v


def _melted(device: Device, here: Checkpoint, state: StatePoint) -> Checkpoint:
    """Relax the lattice's clashes and melt it hot."""
    liquid, protocol = state.liquid, state.protocol
    D = liquid.mixture.dimensions
    box = Box.cube(liquid.edge(state.n_particles), D)
    xyz = np.zeros((3, state.n_particles))
    xyz[:D] = here.positions.T
    relaxed = descend(
        PairForces(liquid.mixture, box, here.species), xyz, tolerance=_RELAXED, most=_MOST_EVALUATIONS
    )
    here.positions = box.wrap(relaxed.xyz.T)[0][:, :D]
    hot = max(MELT_FACTOR * state.temperature, MELT_LEAST)
    here.velocities = _thermal(state, here.species, hot)
    _load(device, here)
    _set(device, state, hot, held=False, chain=np.zeros(CHAIN))
    device.run(math.ceil(MELT_TIME / protocol.dt))
    molten = device.read()
    _snapshot(molten, state, here.species, 0)
    here.positions = molten.positions
    return here


def _checkpoint(now: Particles, begun: Checkpoint, step: int, chain: Array) -> Checkpoint:
    moving = now.positions, now.velocities, now.images
    return Checkpoint(begun.key, step, begun.species, *moving, chain)


def _snapshot(now: Particles, state: StatePoint, species: Integers, step: int) -> Snapshot:
    liquid, n = state.liquid, state.n_particles
    D = liquid.mixture.dimensions
    box = Box.cube(liquid.edge(n), D)
    masses = _masses(state, species)
    v = now.velocities + 0.5 * state.protocol.dt * now.forces.astype(np.float64) / masses
    temperature = float((masses * v**2).sum()) / (D * (n - 1))
    virial = float(now.virial.sum(dtype=np.float64))
    log = {
        "potential_energy": float(now.energy.mean(dtype=np.float64)),
        "kinetic_temperature": temperature,
        "pressure": ((n - 1) * temperature + virial) / box.volume,
    }
    if not all(map(math.isfinite, log.values())):
        raise SimulationError(f"the energy is no longer a number at step {step}; take a smaller dt")
    there, crossed = np.zeros((n, 3)), np.zeros((n, 3), np.int32)
    there[:, :D], crossed[:, :D] = now.positions, now.images
    positions, moved = box.wrap(there)
    return Snapshot(step, positions, (crossed + moved).astype(np.int32), box, log)
