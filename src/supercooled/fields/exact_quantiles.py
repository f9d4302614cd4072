"""Quantiles of more values than fit into memory, to the last digit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from supercooled.arrays import Array, Integers

# Values between two bounds that are sorted in memory.
IN_MEMORY = 2**19
_BINS = 2**12


def quantiles(chunks: Callable[[], Iterable[Array]], q: Sequence[float]) -> Array:
    """Quantiles of all values of some chunks, as :func:`numpy.quantile` gives them for all at once.

    Parameters
    ----------
    chunks
        begins anew with each call; NaN does not count
    q
        between 0 and 1

    Notes
    -----
    Every pass narrows the bounds about a value of each rank, until what lies between can be sorted.

    Examples
    --------
    >>> parts = [np.array([3.0, 1.0]), np.array([2.0, 5.0])]
    >>> quantiles(lambda: iter(parts), [0.5, 1.0])
    array([2.5, 5. ])
    """
    n, low, high = 0, np.inf, -np.inf
    for values in chunks():
        known = values[~np.isnan(values)]
        if known.size:
            n, low, high = n + known.size, min(low, known.min()), max(high, known.max())
    if n == 0:
        return np.full(len(q), np.nan)
    exact = np.asarray(q, dtype=np.float64) * (n - 1)
    below = np.floor(exact).astype(np.int64)
    ranks = np.unique(np.concatenate([below, np.minimum(below + 1, n - 1)]))
    found = dict(zip(ranks.tolist(), _at(chunks, ranks, float(low), float(high)).tolist(), strict=True))
    a = np.array([found[int(k)] for k in below])
    b = np.array([found[int(min(k + 1, n - 1))] for k in below])
    t = exact - below
    # Either form is exact at its own end, and this is how NumPy joins them.
    return np.asarray(np.where(t < 0.5, a + (b - a) * t, b - (b - a) * (1.0 - t)))


def _at(chunks: Callable[[], Iterable[Array]], ranks: Integers, low: float, high: float) -> Array:
    """Values of some ranks, counted from the smallest."""
    found = np.empty(len(ranks))
    waiting = [_Between(low, high, 0, np.arange(len(ranks)))]
    while waiting:
        wide = waiting.pop()
        few = []
        for part in wide.parts(chunks, ranks):
            if part.low == part.high:
                found[part.wanted] = part.low
            elif part.count > IN_MEMORY:
                waiting.append(part)
            else:
                few.append(part)
        kept: list[list[Array]] = [[] for _ in few]
        for values in chunks() if few else ():
            for part, into in zip(few, kept, strict=True):
                into.append(values[(values >= part.low) & (values <= part.high)])
        for part, into in zip(few, kept, strict=True):
            found[part.wanted] = np.sort(np.concatenate(into))[ranks[part.wanted] - part.before]
    return found


@dataclass(frozen=True, slots=True)
class _Between:
    """Bounds, ends included, between which values of some ranks lie.

    Parameters
    ----------
    before
        values below them
    wanted
        (rank,), which ranks
    count
        values between them, where that is known
    """

    low: float
    high: float
    before: int
    wanted: Integers
    count: int = 0

    def parts(self, chunks: Callable[[], Iterable[Array]], ranks: Integers) -> list[_Between]:
        """Narrower bounds, by a histogram."""
        edges = np.linspace(self.low, self.high, _BINS + 1)
        edges[-1] = np.nextafter(self.high, np.inf)
        # Where no number lies between two edges, one bin is one number.
        edges = np.unique(edges)
        counts = np.zeros(len(edges) - 1, np.int64)
        for values in chunks():
            inside = values[(values >= self.low) & (values <= self.high)]
            place = np.searchsorted(edges, inside, side="right") - 1
            counts += np.bincount(place, minlength=len(counts))
        ends = self.before + np.cumsum(counts)
        bins = np.searchsorted(ends, ranks[self.wanted], side="right")
        return [
            _Between(
                float(edges[one]),
                float(np.nextafter(edges[one + 1], -np.inf)),
                int(ends[one] - counts[one]),
                self.wanted[bins == one],
                int(counts[one]),
            )
            for one in np.unique(bins)
        ]
