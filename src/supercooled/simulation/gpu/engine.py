"""gamdpy in this process: one replica at a time, on the first card."""

from __future__ import annotations

import importlib.metadata
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
from numba import config, cuda

from supercooled.arrays import Integers
from supercooled.errors import SimulationError
from supercooled.simulation.active import Drive
from supercooled.simulation.engine import Leg, Snapshot
from supercooled.simulation.gpu.checkpoint import Checkpoint
from supercooled.simulation.gpu.device import Device, Particles
from supercooled.simulation.gpu.starting import box_of, device_of, load, masses_of, push, started
from supercooled.simulation.start import Start
from supercooled.state import StatePoint


@dataclass(frozen=True, slots=True)
class GamdpyEngine:
    """A graphics card through gamdpy: forces in single precision, motion in double.

    Up to 32 768 particles give the same bits each time; above that forces add up in no certain order, and
    two runs drift apart as after other rounding.
    """

    # A second run beside the first would only share the card.
    alone: ClassVar[bool] = True

    def version(self) -> str:
        """For example ``gamdpy 0.8.3, numba-cuda 0.30.4, NVIDIA H200``: the bits depend on all three."""
        parts = []
        for name in ("gamdpy", "numba-cuda"):
            with suppress(importlib.metadata.PackageNotFoundError):
                parts.append(f"{name} {importlib.metadata.version(name)}")
        if cuda.is_available() and not config.ENABLE_CUDASIM:
            card = cuda.get_current_device().name
            parts.append(card.decode() if isinstance(card, bytes) else card)
        return ", ".join(parts)

    def prepare(self, state: StatePoint, start: Start, checkpoint: Path) -> None:
        """Write the checkpoint of step 0: fresh velocities, after melting if `start` is a lattice.

        Raises
        ------
        SimulationError
            if there is no card, a pair potential is one gamdpy is not told about, or the first step of
            the card is not that of the processor.
        """
        with _named(state):
            here = started(state, start)
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
        # Forces in single precision do not add up to zero, and would carry the liquid away in a long run.
        masses = masses_of(state, begun.species)
        begun.velocities = begun.velocities - (masses * begun.velocities).sum(axis=0) / masses.sum()
        with _named(state):
            end, snapshots = _legged(state, begun, leg, tick)
        if after is not None:
            end.write(after)
        return snapshots


def _legged(
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


@contextmanager
def _named(state: StatePoint) -> Iterator[None]:
    """Have errors say which run it was."""
    try:
        yield
    except SimulationError as error:
        raise SimulationError(f"{state.label}: {error}") from error


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
        raise SimulationError(f"the energy is no longer a number at step {step}; take a smaller dt")
    there, crossed = np.zeros((n, 3)), np.zeros((n, 3), np.int32)
    there[:, :D], crossed[:, :D] = now.positions, now.images
    positions, moved = box.wrap(there)
    return Snapshot(step, positions, (crossed + moved).astype(np.int32), box, log)
