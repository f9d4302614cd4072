"""From what a reader found in a file to a trajectory, as its caller means it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from supercooled.arrays import Array, Integers
from supercooled.errors import TrajectoryError
from supercooled.frame_source import FrameSource, ReducedSource
from supercooled.io.labels import times_of
from supercooled.io.meaning import Meaning
from supercooled.trajectory import Trajectory


@dataclass(frozen=True, slots=True)
class Found:
    """What a reader found in a file.

    Parameters
    ----------
    kind
        of file
    species, names
        of each particle, and what they are called
    steps, times
        (frame,), None where the file has none
    units
        that the file says it has, None where it says nothing
    species_column
        what told the species, None if nothing
    coordinates
        what the positions are, in words
    left_out
        a last frame that is not whole was left out
    unended
        the last line has no end
    has_z
        there is a third coordinate, whether it is flat or not
    not_read
        columns that are not read
    """

    kind: str
    source: FrameSource
    species: Integers
    names: tuple[str, ...]
    dimensions: int
    steps: Array | None
    times: Array | None
    units: str | None
    species_column: str | None
    coordinates: str
    counts_images: bool
    left_out: bool = False
    unended: bool = False
    has_z: bool = True
    not_read: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Opened:
    """A trajectory, and what was found in its file.

    Parameters
    ----------
    repeats
        frames left out because others have their time
    """

    trajectory: Trajectory
    found: Found
    repeats: int = 0


def opened(path: str | Path, found: Found, meaning: Meaning) -> Opened:
    """The trajectory that a file is by what is said about it."""
    units = meaning.units_for(path, found.units)
    source = found.source
    times = times_of(
        path, source.n_frames, recorded=found.times, steps=found.steps, timestep=meaning.timestep
    )
    frames = frames_once(path, found, times, meaning)
    T = meaning.temperature
    trajectory = Trajectory(
        source=source if units.length == 1.0 else ReducedSource(source, units.length, found.dimensions),
        species=found.species,
        names=found.names,
        moments=None if times is None else times[frames] / units.time,
        frames=frames,
        dimensions=found.dimensions,
        temperature=None if T is None else T * units.temperature,
        units=units if meaning.units is not None or found.units == units.system else None,
    )
    return Opened(trajectory[meaning.frames], found, source.n_frames - len(frames))


def frames_once(path: str | Path, found: Found, times: Array | None, meaning: Meaning) -> Integers:
    """Frames that count, each time once: a restarted run writes again what it begins with.

    Of two frames of one step that hold the same to the last bit the second is left out always.

    Raises
    ------
    TrajectoryError
        where steps go back and `meaning` does not say which count.
    """
    every = np.arange(found.source.n_frames)
    keys = found.steps if found.steps is not None else found.times
    if keys is None or not (np.diff(keys) <= 0).any():
        return every
    again = {int(k) for k in np.flatnonzero(np.diff(keys) == 0) + 1 if _alike(found.source, int(k))}
    counted = [int(k) for k in every if k not in again]
    if meaning.repeats == "refuse":
        back = next((k for k, b in pairwise(counted) if keys[b] <= keys[k]), None)
        if back is not None:
            meaning.doubt(_goes_back(path, back, counted[counted.index(back) + 1], keys, times))
    return np.array(_first(counted, keys) if meaning.repeats != "last" else _last(counted, keys))


def _alike(source: FrameSource, frame: int) -> bool:
    both = source.read([frame - 1, frame])
    return np.array_equal(*both.boxes) and np.array_equal(*both.positions)


def _first(frames: list[int], keys: Array) -> list[int]:
    kept: list[int] = []
    for k in frames:
        if not kept or not keys[k] <= keys[kept[-1]]:
            kept.append(k)
    return kept


def _last(frames: list[int], keys: Array) -> list[int]:
    kept: list[int] = []
    for k in frames:
        while kept and keys[kept[-1]] >= keys[k]:
            kept.pop()
        kept.append(k)
    return kept


def _goes_back(
    path: str | Path, before: int, frame: int, keys: Array, times: Array | None
) -> TrajectoryError:
    what, values = ("step", keys) if times is None else ("time", times)
    return TrajectoryError(
        f"{path}: the {what} of frame {frame}, {values[frame]:g}, is not after the one before, "
        f"{values[before]:g}: joined runs must follow each other; where a restarted run wrote "
        "frames again, repeats='last', or --repeats last, keeps those written last, 'first' "
        "those written first"
    )
