"""gamdpy in this process: one replica at a time, on the first card."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from numba import config, cuda

from supercooled.errors import SimulationError
from supercooled.extras import require
from supercooled.simulation.engine import Leg, Snapshot
from supercooled.simulation.gpu.checkpoint import Checkpoint
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
        """For example ``gamdpy 0.8.3, numba-cuda 0.30.4, NVIDIA H200``: the bits depend on all three.

        Raises
        ------
        MissingExtraError
            if gamdpy is not installed.
        """
        require("gamdpy", doing="the engine gamdpy")
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
        from supercooled.simulation.gpu.starting import started

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
        from supercooled.simulation.gpu.leg import run_leg
        from supercooled.simulation.gpu.starting import masses_of

        begun = Checkpoint.read(checkpoint, state.key, state.label)
        if begun.step != leg.begin:
            raise SimulationError(
                f"{checkpoint} is of step {begun.step}, not {leg.begin}; delete the run's folder"
            )
        # Forces in single precision do not add up to zero, and would carry the liquid away in a long run.
        masses = masses_of(state, begun.species)
        begun.velocities = begun.velocities - (masses * begun.velocities).sum(axis=0) / masses.sum()
        with _named(state):
            end, snapshots = run_leg(state, begun, leg, tick)
        if after is not None:
            end.write(after)
        return snapshots


@contextmanager
def _named(state: StatePoint) -> Iterator[None]:
    """Have errors say which run it was."""
    try:
        yield
    except SimulationError as error:
        raise SimulationError(f"{state.label}: {error}") from error
