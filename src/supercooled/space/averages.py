"""Fields and runs frame by frame, and what parts of runs know of each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, TypeAlias

import numpy as np
import xarray as xr

from supercooled.arguments import AtLeast
from supercooled.arguments.datasets import ParticleField
from supercooled.arrays import Array, Integers
from supercooled.blocks import FEWEST_PARTS, TIMES_A_PART, block_of, forgotten, remembered
from supercooled.box import Box
from supercooled.chunks import frames_within, spans
from supercooled.errors import ParameterError
from supercooled.matching import matched
from supercooled.replicas import alike
from supercooled.structure.replicas import in_one_order
from supercooled.trajectory import Trajectory

# One field, or one for each replica.
FieldOrFields: TypeAlias = Annotated[ParticleField | Sequence[ParticleField], AtLeast(1)]

# Megabytes of positions that are read at once.
CHUNK = 8.0
# A curve is remembered longer in one place than in another: so many parts of it are looked at.
BANDS = 8


@dataclass(frozen=True, slots=True)
class Still:
    """One frame of a run with its fields, of the particles that have them all.

    Parameters
    ----------
    xyz
        (particle, 3)
    species
        (particle,)
    values
        (field, particle)
    part
        which part of all runs it belongs to
    """

    xyz: Array
    box: Box
    species: Integers
    values: Array
    part: int
    place: str


@dataclass(frozen=True, slots=True)
class Piece:
    """Some frames of a run, with their fields.

    Parameters
    ----------
    rows
        of the run, (frame,)
    columns
        particles of the run, (column,)
    fields
        (frame, column) of each
    part
        (frame,)
    """

    run: Trajectory
    rows: Integers
    columns: Integers
    fields: tuple[xr.DataArray, ...]
    part: Integers
    number: int

    def frames(self) -> Iterator[Still]:
        """One after the other; a frame whose particles have no values holds none."""
        values = np.stack([np.asarray(one.values, dtype=np.float64) for one in self.fields], axis=1)
        run, species = self.run, self.run.species[self.columns].astype(np.int64)
        for row, of_frame, part in zip(self.rows, values, self.part, strict=True):
            known = np.isfinite(of_frame).all(axis=0)
            only = slice(int(row), int(row) + 1)
            box = Box.from_array(run.boxes(only)[0], run.dimensions)
            xyz = run.positions(only)[0][self.columns[known]]
            place = f"{run.source.name}: frame {run.frames[row]}"
            yield Still(xyz, box, species[known], of_frame[:, known], int(part), place)


@dataclass(frozen=True, slots=True)
class Fields:
    """Runs with one or several fields of each.

    Parameters
    ----------
    runs
        of one state point
    placed
        (rows, columns) of each run, and its fields there
    part
        (frame,) of each run
    """

    runs: tuple[Trajectory, ...]
    placed: tuple[tuple[Integers, Integers, tuple[xr.DataArray, ...]], ...]
    part: tuple[Integers, ...]

    @property
    def n_parts(self) -> int:
        """Parts of all runs together."""
        return int(self.part[-1][-1]) + 1

    def pieces(self) -> Iterator[Piece]:
        """Some frames at a time."""
        for number, run in enumerate(self.runs):
            (rows, columns, fields), part = self.placed[number], self.part[number]
            size = frames_within(CHUNK, run.n_particles)
            for span in spans(0, len(rows), size=size, end=len(rows)):
                some = tuple(one.isel(frame=span.read) for one in fields)
                yield Piece(run, rows[span.read], columns, some, part[span.read], number)


def fields_of(
    trajectories: Trajectory | Sequence[Trajectory], blocks: int, *several: FieldOrFields | None
) -> Fields:
    """Runs and their fields, matched by frame and particle.

    Parameters
    ----------
    several
        each one field for each run; None is left out

    Raises
    ------
    ParameterError
        if there is not one field for each run, they are not alike, or no frame has all of them.
    """
    runs = in_one_order(trajectories)
    given = [[one] if isinstance(one, xr.DataArray) else list(one) for one in several if one is not None]
    for fields in given:
        if len(fields) != len(runs):
            raise ParameterError(
                f"{len(fields)} fields for {len(runs)} trajectories: give one for each of them"
            )
        alike(fields)
    placed, parts, before = [], [], 0
    for number, run in enumerate(runs):
        mine = [fields[number].transpose("frame", "particle") for fields in given]
        places = [matched(one, run) for one in mine]
        rows, columns = places[0].other_rows, places[0].other_columns
        for place in places[1:]:
            rows = np.intersect1d(rows, place.other_rows)
            columns = np.intersect1d(columns, place.other_columns)
        if len(rows) == 0 or len(columns) == 0:
            raise ParameterError(f"no frame of {run.source.name} has a particle with all of the fields")
        rows = np.sort(rows).astype(np.int64)
        some = tuple(
            one.isel(
                frame=_where(place.other_rows, place.rows, rows),
                particle=_where(place.other_columns, place.columns, columns),
            )
            for one, place in zip(mine, places, strict=True)
        )
        placed.append((rows, columns, some))
        block = block_of(len(rows), blocks)
        parts.append(block + before)
        before += int(block[-1]) + 1
    return Fields(runs, tuple(placed), tuple(parts))


def _where(of_run: Integers, of_field: Integers, wanted: Integers) -> Integers:
    """Places in a field of what has these places in the run."""
    order = np.argsort(of_run, kind="stable")
    found: Integers = of_field[order[np.searchsorted(of_run[order], wanted)]]
    return found


def in_bands(values: Array) -> Array:
    """Sums over some neighbouring bins, (..., bin) to a flat array: what tells how long a curve lasts."""
    edges = np.linspace(0, values.shape[-1], min(BANDS, values.shape[-1]) + 1).astype(int)[:-1]
    return np.asarray(np.add.reduceat(values, edges, axis=-1).ravel())


def known_of_each_other(series: Sequence[Array], blocks: int, what: str) -> tuple[float, str]:
    """1 where parts of runs are independent, else NaN; and why.

    Parameters
    ----------
    series
        (frame, quantity) of each run
    blocks
        parts of each run
    what
        stays correlated, for the sentence
    """
    parts = [int(block_of(len(one), blocks)[-1]) + 1 for one in series]
    if sum(parts) < FEWEST_PARTS:
        return np.nan, (
            f"{sum(parts)} parts of the runs are fewer than {FEWEST_PARTS}, too few for an estimate of their "
            "scatter: use more blocks, or more independent runs"
        )
    if max(parts) == 1:
        return 1.0, ""
    several = [one for one, n in zip(series, parts, strict=True) if n > 1]
    memory = max(
        (remembered([one[:, k] for one in several]) for k in range(several[0].shape[1])), default=0.0
    )
    part = min(len(one) / n for one, n in zip(series, parts, strict=True) if n > 1)
    if forgotten(memory, part):
        return 1.0, ""
    return np.nan, (
        f"parts of {part:.3g} frames are not independent of each other: {what} stays correlated for "
        f"{memory:.2g} frames, and a part must last {TIMES_A_PART:g} times that; use frames further apart, "
        f"prolong the run, or give {FEWEST_PARTS} independent runs or more with blocks=1"
    )
