"""A leg of a run on the card."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from supercooled.arrays import Integers
from supercooled.errors import SimulationError
from supercooled.simulation.active import Drive
from supercooled.simulation.engine import Leg, Snapshot
from supercooled.simulation.gpu.checkpoint import Checkpoint
from supercooled.simulation.gpu.device import Device, Particles
from supercooled.simulation.gpu.starting import box_of, device_of, load, masses_of, push
from supercooled.state import StatePoint


def run_leg(
    state: StatePoint, begun: Checkpoint, leg: Leg, tick: Callable[[int], None]
) -> tuple[Checkpoint, list[Snapshot]]:
    """The end of a leg, and its frames."""
    device, step, protocol = device_of(state), leg.begin, state.protocol
    drive = Drive.of(state, begun.species)
    held = step < protocol.steps(protocol.hold) or protocol.ensemble == "nvt"
    load(device, begun, state, thermostat=held)
    snapshots = []
    if step in leg.frames:
        push(device, drive, step)
        device.run(0)
        snapshots.append(snapshot(device.read(), state, begun.species, step))
    end = begun
    for stop in leg.stops:
        for piece in [stop] if drive is None else drive.pieces(step, stop):
            push(device, drive, step)
            device.run(piece - step)
            step = piece
        now = device.read()
        shot = snapshot(now, state, begun.species, step)
        if stop in leg.frames:
            snapshots.append(shot)
        end = _checkpoint(now, begun, step, device)
        tick(stop)
    return end, snapshots


def _checkpoint(now: Particles, begun: Checkpoint, step: int, device: Device) -> Checkpoint:
    moving = now.positions, now.velocities, now.images
    return Checkpoint(begun.key, step, begun.species, *moving, device.motion.chain)


def snapshot(now: Particles, state: StatePoint, species: Integers, step: int) -> Snapshot:
    """A frame of what is on the card.

    Raises
    ------
    SimulationError
        if energies are no longer numbers.
    """
    box, n = box_of(state), state.n_particles
    D, masses = box.dimensions, masses_of(state, species)
    v = now.velocities + 0.5 * state.protocol.dt * now.forces.astype(np.float64) / masses
    temperature = float((masses * v**2).sum()) / (D * (n - 1))
    virial = float(now.virial.sum(dtype=np.float64))
    log = {
        "potential_energy": float(now.energy.mean(dtype=np.float64)),
        "kinetic_temperature": temperature,
        "pressure": ((n - 1) * temperature + virial) / box.volume,
    }
    if not all(map(math.isfinite, log.values())):
        raise SimulationError(f"the energy is not finite at step {step}; use a smaller dt")
    there, crossed = np.zeros((n, 3)), np.zeros((n, 3), np.int32)
    there[:, :D], crossed[:, :D] = now.positions, now.images
    positions, moved = box.wrap(there)
    return Snapshot(step, positions, (crossed + moved).astype(np.int32), box, log)
