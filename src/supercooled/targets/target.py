"""What a target is: what the motion after a frame makes of each particle in it."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from concurrent.futures import Executor
from functools import partial
from typing import Any, ClassVar, TypeAlias

import numpy as np
import xarray as xr

from supercooled.arguments import shown
from supercooled.arrays import Array, Integers
from supercooled.chunks import map_add, shared_out
from supercooled.dynamics.hops import added_up
from supercooled.errors import ParameterError
from supercooled.fields import Described, enter
from supercooled.matching import OF_AN_INTERVAL, coordinates, matched, origin
from supercooled.quantities import labelled
from supercooled.trajectory import Trajectory

# One run, or, for a propensity, the runs that start from one configuration.
Runs: TypeAlias = Trajectory | Sequence[Trajectory]


class Target(Described):
    """What the motion after a frame makes of each particle; a frozen dataclass whose fields say what.

    Write :meth:`values`, and :attr:`ahead` where a fixed time is looked ahead. Its number belongs to the
    frame that the structure is taken from; NaN where the run does not reach so far.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> @dataclass(frozen=True)
    ... class Climb(Target, unit="sigma_AA", long_name="way along z to the next frame"):
    ...     def values(self, run, rows):
    ...         ways = np.full((len(rows), run.n_particles), np.nan)
    ...         for way, row in zip(ways, rows):
    ...             if row + 1 < run.n_frames:
    ...                 way[:] = run.displacement(row, row + 1)[:, 2]
    ...         return ways
    >>> from supercooled import Box
    >>> rising = 0.5 * np.arange(3.0)[:, None, None] * np.array([0.0, 0.0, 1.0])
    >>> Climb().of(Trajectory.from_arrays(rising, Box.cube(9.0))).values.T
    array([[0.5, 0.5, nan]])
    """

    known_kinds: ClassVar[dict[str, type[Any]]] = {}
    # 1 or 0: it happens or it does not.
    binary: ClassVar[bool] = False
    # Of several runs that start from one configuration.
    of_several: ClassVar[bool] = False

    def __init_subclass__(cls, *, binary: bool = False, of_several: bool = False, **described: Any) -> None:
        """Say what it is called, as of an indicator.

        Parameters
        ----------
        binary
            it is 1 where something happens, and 0 where it does not
        of_several
            it is made from several runs that start from one configuration
        """
        super().__init_subclass__(**described)
        cls.binary, cls.of_several = binary, of_several

    @property
    def ahead(self) -> float:
        """How far it looks ahead, tau; NaN where that is not fixed."""
        return np.nan

    @abstractmethod
    def values(self, run: Trajectory, rows: Integers) -> Array:
        """Values at some frames, (row, particle); NaN where the run does not reach far enough.

        Parameters
        ----------
        rows
            places of the frames in the run, rising
        """

    def of(
        self,
        run: Runs,
        *,
        species: str | None = None,
        frames: slice = slice(None),
        executor: Executor | None = None,
    ) -> xr.DataArray:
        """Values at a run's frames, or at the first one of several runs that start alike.

        Parameters
        ----------
        species
            of the particles; None takes all
        frames
            from which it looks ahead; all of the run is what it looks at
        executor
            maps frames; None does them here

        Returns
        -------
        xr.DataArray
            DataArray (frame, particle) with unit and long name; the attribute ``after`` says how far it looks
            ahead, ``binary`` whether it is 1 or 0.

        Raises
        ------
        ParameterError
            if no frame is chosen, there is no such species, or the run is shorter than it looks ahead.
        """
        first = _first_of(run, several=self.of_several, asked=str(self))
        rows: Integers = np.sort(np.arange(first.n_frames)[frames])
        if len(rows) == 0:
            raise ParameterError(f"{first.source.name}: {frames} selects none of the {first.n_frames} frames")
        self._check_length(first, rows)
        particles = np.arange(first.n_particles) if species is None else first.of_species(species)
        rows, values, beside = self.found(run, rows, species, executor)
        if values.shape != (len(rows), first.n_particles):
            raise ParameterError(
                f"{self} must return one number for each of {len(rows)} frames and "
                f"{first.n_particles} particles, not {shown(values)}"
            )
        if not np.isfinite(values[:, particles]).any():
            raise ParameterError(
                f"{first.source.name}: {self} has no value at any of the frames: no two of them "
                "are as far apart as its time"
            )
        enter(self)
        coords = coordinates(first, rows, particles)
        coords |= {name: (("frame", "particle"), data[:, particles]) for name, data in beside.items()}
        about: dict[str, Any] = {"target": str(self), "source": self.source, "digest": self.digest}
        about |= {"after": float(self.ahead), "binary": int(self.binary)}
        return labelled(
            self.name, values[:, particles], ("frame", "particle"), coords, **origin(first), **about
        )

    def _check_length(self, run: Trajectory, rows: Integers) -> None:
        if not np.isfinite(self.ahead):
            return
        lasting = float(run.times[-1] - run.times[rows[0]])
        if lasting < self.ahead * (1 - OF_AN_INTERVAL / max(1, run.n_frames)):
            raise ParameterError(
                f"{run.source.name}: {self} needs {self.ahead:g} tau after each frame, and "
                f"after its frame {run.frames[rows[0]]} the run lasts {lasting:g}: use a longer "
                "run, or a shorter time"
            )

    def found(
        self, run: Runs, rows: Integers, species: str | None, executor: Executor | None
    ) -> tuple[Integers, Array, dict[str, Array]]:
        """Frames, values (frame, particle) of all particles, and what else is known of each."""
        one = _first_of(run, several=False, asked=str(self))
        # Paths that are added up differ by rounding where they begin, so they know no workers.
        pool = None if added_up(one) else executor
        size = shared_out(len(rows), most=max(1, len(rows)), executor=pool)
        parts = [rows[start : start + size] for start in range(0, len(rows), size)]
        return rows, np.concatenate(map_add(partial(_listed, self, one), parts, pool)), {}


def _listed(target: Target, run: Trajectory, rows: Integers) -> list[Array]:
    return [np.asarray(target.values(run, rows), dtype=np.float64)]


def _first_of(run: Runs, *, several: bool, asked: str) -> Trajectory:
    """The run whose frames count."""
    if isinstance(run, Trajectory) and not several:
        return run
    if several and not isinstance(run, Trajectory) and len(run) > 1 and isinstance(run[0], Trajectory):
        return run[0]
    wanted = "two or more trajectories that start from one configuration" if several else "one trajectory"
    raise ParameterError(f"{asked} needs {wanted}, not {shown(run)}")


def with_later(run: Trajectory, rows: Integers, after: float) -> tuple[Integers, Integers]:
    """Places in `rows` of the frames that have another one so much later, and places of that in the run."""
    try:
        pairs = matched(run, run, lead=after)
    except ParameterError:
        none = np.zeros(0, np.int64)
        return none, none
    place = np.full(run.n_frames, -1)
    place[pairs.rows] = pairs.other_rows
    there = np.flatnonzero(place[rows] >= 0)
    return there, place[rows[there]]
