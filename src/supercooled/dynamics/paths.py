"""Positions without jumps, one frame after the other, of runs larger than memory."""

from __future__ import annotations

from collections.abc import Iterator

from supercooled.arrays import Array
from supercooled.chunks import frames_within
from supercooled.trajectory import Trajectory


def continuous(
    run: Trajectory, start: int, stop: int, *, megabytes: float = 16.0
) -> Iterator[tuple[int, Array]]:
    """First frame and positions (frame, particle, 3) of consecutive chunks, on one path from the first on.

    Continuity starts anew with each chunk that is read: the frame that two have in common says how many
    edges lie between.
    """
    size = frames_within(megabytes, run.n_particles)
    last: Array | None = None
    for begin in range(start, stop, size):
        first = begin if last is None else begin - 1
        positions = run.unwrapped(slice(first, min(begin + size, stop)))
        if last is not None:
            positions = (positions + (last - positions[0]))[1:]
        last = positions[-1]
        yield begin, positions
