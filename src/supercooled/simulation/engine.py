"""The seam behind which a molecular dynamics program lies."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from supercooled.arguments import AnyNumber, validated
from supercooled.arrays import Array, Integers
from supercooled.box import Box
from supercooled.simulation.start import Start
from supercooled.state import StatePoint

# A lattice is melted for ten tau at four times the temperature, but at 2 at least.
MELT_TIME, MELT_FACTOR, MELT_LEAST = 10.0, 4.0, 2.0


@validated
@dataclass(frozen=True, slots=True)
class Snapshot:
    """One frame as the engine has it.

    Parameters
    ----------
    step
        integration steps since the start of the hold
    positions
        (particle, 3), folded into the box, sigma_AA
    images
        (particle, 3), how many edges each particle has crossed
    box
        periodic box
    log
        potential_energy and kinetic_temperature a particle, pressure
    """

    step: int
    positions: Array
    images: Integers
    box: Box
    log: Mapping[str, AnyNumber]


@validated
@dataclass(frozen=True, slots=True)
class Leg:
    """A part of a run from one checkpoint to the next, or to the end.

    Parameters
    ----------
    begin
        step at which it begins
    stops
        rising steps at which the engine pauses, the last one the end of the leg
    frames
        steps among `begin` and `stops` at which a frame is taken
    """

    begin: int
    stops: tuple[int, ...]
    frames: frozenset[int]


class Engine(Protocol):
    """What the store asks of a molecular dynamics program. Small and picklable: it holds no run.

    The same checkpoint and leg must give the same bits on the same machine, however often and in
    whatever process: that is what makes an interrupted run end like one left alone.
    """

    def version(self) -> str:
        """Name and version. With the code of the engine's module it names the runs, so it says all that
        decides the frames and is neither in the state point nor in the source.
        """
        ...

    def prepare(self, state: StatePoint, start: Start, checkpoint: Path) -> None:
        """Write the checkpoint of step 0: `start` with fresh velocities of the state's seed, melted
        and brought to the temperature first if it is a lattice.
        """
        ...

    def advance(
        self,
        state: StatePoint,
        checkpoint: Path,
        leg: Leg,
        after: Path | None,
        tick: Callable[[int], None],
    ) -> list[Snapshot]:
        """Run a leg from its checkpoint; write the checkpoint of its end to `after`, if named.

        Parameters
        ----------
        tick
            told the step at each stop
        """
        ...
