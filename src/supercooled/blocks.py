"""Frames in blocks, mapped and added up; errors from stretches of a run."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import Any, Protocol, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Addable(Protocol):
    """What a block may return."""

    def __add__(self, other: Any, /) -> Self:
        """Both together."""
        ...


Item = TypeVar("Item")
Sum = TypeVar("Sum", bound=Addable)


@dataclass(frozen=True, slots=True)
class Span:
    """Frames that a block answers for, and the wider range it must read to do so.

    start, stop : the frames answered for
    first, last : the frames read, ``first <= start < stop <= last``
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

    before, after : how many more frames each reads on either side, never beyond ``[0, end)``

    >>> [(s.read, s.own) for s in spans(2, 8, size=4, before=2, after=2, end=10)]
    [(slice(0, 8, None), slice(2, 6, None)), (slice(4, 10, None), slice(2, 4, None))]
    """
    edges = range(start, stop, max(1, size))
    return [
        Span(a, b := min(a + max(1, size), stop), first=max(0, a - before), last=min(end, b + after))
        for a in edges
    ]


def frames_within(megabytes: float, n_particles: int) -> int:
    """How many frames of positions fit into `megabytes`, at least one.

    >>> frames_within(64.0, 4000)
    699
    """
    return max(1, int(megabytes * 2**20 / (24 * max(1, n_particles))))


def map_add(function: Callable[[Item], Sum], items: Iterable[Item], executor: Executor | None = None) -> Sum:
    """Sum of ``function(item)``, in the items' order, here or on any executor's workers.

    The order of addition is that of the items, so the answer doesn't depend on the workers.

    >>> map_add(lambda n: n * n, [1, 2, 3])
    14
    """
    results = map(function, items) if executor is None else executor.map(function, items)
    return reduce(add, results)


def stretch_of(n: int, stretches: int) -> NDArray[np.int64]:
    """Which of `stretches` equal contiguous parts each of `n` frames belongs to, (n,).

    >>> stretch_of(5, 2)
    array([0, 0, 0, 1, 1])
    """
    return (np.arange(n) * min(stretches, max(n, 1))) // max(n, 1)


def leave_one_out(sums: Floats) -> Floats:
    """Total without each stretch in turn, (stretch, ...)."""
    return np.asarray(sums.sum(axis=0) - sums, dtype=np.float64)


def jackknife_error(replicates: Floats, present: NDArray[np.bool_] | None = None) -> Floats:
    r"""Standard error of an estimate from its values without each stretch in turn.

    .. math:: \sigma^2 = \frac{n-1}{n} \sum_s (x_s - \bar x)^2

    replicates : (stretch, ...)
    present : (stretch, ...), false where a stretch had no data; it then doesn't count

    NaN where fewer than two stretches count: one stretch says nothing about its own error.

    Source: B. Efron, The Jackknife, the Bootstrap and Other Resampling Plans, SIAM 1982, Eq. 3.5.

    >>> jackknife_error(leave_one_out(np.array([1.0, 2.0, 3.0])) / 2).round(4).item()
    0.5774
    """
    counts = np.ones(replicates.shape, bool) if present is None else present
    n = counts.sum(axis=0).astype(np.float64)
    values = np.where(counts, replicates, 0.0)
    enough = n >= 2
    safe = np.where(enough, n, 2.0)
    mean = values.sum(axis=0) / safe
    spread = np.where(counts, (replicates - mean) ** 2, 0.0).sum(axis=0)
    return np.where(enough, np.sqrt((safe - 1.0) / safe * spread), np.nan)
