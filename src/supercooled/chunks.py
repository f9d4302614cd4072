"""Frames in chunks, as many as are read at once, mapped and added up."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import Any, Protocol, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

# Chunks that each of several cores does, at least: what one loses to other work, the rest make up for.
ROUNDS = 4


class Addable(Protocol):
    """What a chunk may return."""

    def __add__(self, other: Any, /) -> Self:
        """Both together."""
        ...


Item = TypeVar("Item")
Sum = TypeVar("Sum", bound=Addable)


@dataclass(frozen=True, slots=True)
class Span:
    """Frames that a chunk answers for, and the wider range it must read to do so.

    Parameters
    ----------
    start, stop
        the frames answered for
    first, last
        the frames read, ``first <= start < stop <= last``
    """

    start: int
    stop: int
    first: int
    last: int

    @property
    def read(self) -> slice:
        """Frames to read."""
        return slice(self.first, self.last)

    @property
    def own(self) -> slice:
        """Frames answered for, counted within those read."""
        return slice(self.start - self.first, self.stop - self.first)


def spans(start: int, stop: int, *, size: int, before: int = 0, after: int = 0, end: int) -> list[Span]:
    """Consecutive spans of at most `size` frames that cover ``[start, stop)`` once.

    Parameters
    ----------
    before, after
        how many more frames each reads on either side, never beyond ``[0, end)``

    Examples
    --------
    >>> [(s.read, s.own) for s in spans(2, 8, size=4, before=2, after=2, end=10)]
    [(slice(0, 8, None), slice(2, 6, None)), (slice(4, 10, None), slice(2, 4, None))]
    """
    edges = range(start, stop, max(1, size))
    return [
        Span(a, b := min(a + max(1, size), stop), first=max(0, a - before), last=min(end, b + after))
        for a in edges
    ]


def as_slice(rows: Sequence[int] | NDArray[np.int32] | NDArray[np.int64]) -> slice:
    """The slice that chooses evenly spaced rows, whichever way they go.

    Examples
    --------
    >>> as_slice([4, 2, 0]), as_slice([7])
    (slice(4, None, -2), slice(7, 8, 1))
    """
    step = int(rows[1] - rows[0]) if len(rows) > 1 else 1
    # A slice that ends before the first row would start again from the end.
    after = int(rows[-1]) + step
    return slice(int(rows[0]), after if after >= 0 else None, step)


def frames_within(megabytes: float, n_particles: int) -> int:
    """How many frames of positions fit into `megabytes`, at least one.

    Examples
    --------
    >>> frames_within(64.0, 4000)
    699
    """
    return max(1, int(megabytes * 2**20 / (24 * max(1, n_particles))))


def cores_of(pool: Executor | None) -> int:
    """Tasks that an executor does at the same time; as many as there are cores, if it does not say."""
    return 1 if pool is None else int(getattr(pool, "cores", None) or _cores())


def _cores() -> int:
    # Those that a batch system has given, where that is known.
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def shared_out(n: int, *, most: int, executor: Executor | None, multiple: int = 1) -> int:
    """Size of the chunks of `n` frames, at most `most`, so that every core has as much to do as another.

    Parameters
    ----------
    most
        what memory allows, a multiple of `multiple`
    multiple
        the size is one of these, as far as `most` allows

    Examples
    --------
    >>> shared_out(1600, most=174, executor=None)
    160
    >>> from supercooled.cluster import executor
    >>> with executor(4) as pool:
    ...     shared_out(1600, most=174, executor=pool), shared_out(1600, most=174, executor=pool, multiple=87)
    (100, 174)
    """
    cores = cores_of(executor)
    rounds = max(-(-n // (most * cores)), ROUNDS if cores > 1 else 1)
    size = -(-n // (rounds * cores))
    return max(multiple, min(most, -(-size // multiple) * multiple))


def map_add(function: Callable[[Item], Sum], items: Iterable[Item], executor: Executor | None = None) -> Sum:
    """Sum of ``function(item)``, in the items' order, here or on any executor's workers.

    The order of addition is that of the items, so the answer doesn't depend on the workers.

    Examples
    --------
    >>> map_add(lambda n: n * n, [1, 2, 3])
    14
    """
    results = map(function, items) if executor is None else executor.map(function, items)
    return reduce(add, results)
