"""How strongly two numbers of the same particles go together, with errors from independent parts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from supercooled.arrays import Array, Booleans
from supercooled.blocks import FEWEST_PARTS, jackknife_error, without_bias
from supercooled.relation.pairing import over_blocks
from supercooled.relation.ranking import information

# Fewer samples than this have no correlation.
FEWEST = 3


@dataclass(frozen=True)
class Association:
    """What a field says of another, of the same particles at the same times.

    Parameters
    ----------
    x, y
        (sample,), finite
    part
        (sample,), which independent part each belongs to
    n_parts
        how many there are
    group
        (sample,), number of the group that partial correlations stay within, for example of the species
    fixed
        (sample, k), what partial correlations hold fixed beside it
    binary
        y is 1 or 0
    top
        share of the samples with the largest y that the area is of, where y is not binary
    bins
        quantiles of x, and of y where it is not binary, that information is counted in
    """

    x: Array
    y: Array
    part: NDArray[np.int64]
    n_parts: int
    group: NDArray[np.int64]
    fixed: Array
    binary: bool
    top: float
    bins: int

    @property
    def why_not(self) -> str:
        """Why there is nothing to say; empty if there is."""
        if len(self.x) < FEWEST:
            return f"{len(self.x)} particles have a value of both"
        for name, values in (("indicator", self.x), ("target", self.y)):
            if values.max() == values.min():
                return f"the {name} is the same for all particles, {values[0]:g}"
        return ""

    def pearson(self) -> tuple[float, float]:
        """Pearson's correlation and its standard error."""
        return self._both(lambda kept: correlation(self.x[kept], self.y[kept]))

    def spearman(self) -> tuple[float, float]:
        """Spearman's rank correlation and its standard error."""
        return self._both(lambda kept: correlation(self._x.among(kept), self._y.among(kept)))

    def area(self) -> tuple[float, float]:
        """Area under the ROC curve and its standard error."""
        return self._both(self._area)

    def partial_pearson(self) -> tuple[float, float]:
        """Pearson's correlation of what groups and fixed fields leave unexplained, and its standard error."""
        return self._both(lambda kept: self._partial(kept, self.x[kept], self.y[kept], self.fixed[kept]))

    def partial_spearman(self) -> tuple[float, float]:
        """The same of the ranks."""

        def ranked(kept: Booleans) -> float:
            fixed = [one.among(kept) for one in self._fixed]
            columns = np.stack(fixed, axis=1) if fixed else self.fixed[kept]
            return self._partial(kept, self._x.among(kept), self._y.among(kept), columns)

        return self._both(ranked)

    def information(self) -> tuple[float, float]:
        """Mutual information, bit, less its bias, and its standard error."""
        every = np.ones(len(self.x), bool)
        b = _quantile(self._x.among(every), self.bins)
        y = (self.y > 0).astype(np.int64) if self.binary else _quantile(self._y.among(every), self.bins)
        shape = (self.n_parts, self.bins, 2 if self.binary else self.bins)
        counts = np.zeros(shape)
        np.add.at(counts, (self.part, b, y), 1.0)
        raw, replicates = over_blocks(counts, information)
        return float(without_bias(raw, replicates)), float(jackknife_error(replicates))

    @cached_property
    def _x(self) -> _Ranks:
        return _Ranks.of(self.x)

    @cached_property
    def _y(self) -> _Ranks:
        return _Ranks.of(self.y)

    @cached_property
    def _fixed(self) -> list[_Ranks]:
        return [_Ranks.of(column) for column in self.fixed.T]

    def _both(self, estimate: Callable[[Booleans], float]) -> tuple[float, float]:
        every = np.ones(len(self.x), bool)
        value = estimate(every)
        if self.n_parts < FEWEST_PARTS:
            return value, np.nan
        without = np.array([estimate(self.part != part) for part in range(self.n_parts)])
        return value, float(jackknife_error(without))

    def _area(self, kept: Booleans) -> float:
        ranks = self._x.among(kept)
        n = len(ranks)
        first = self.y[kept] > 0 if self.binary else self._y.among(kept) > n * (1.0 - self.top) + 0.5
        of_first = int(first.sum())
        if not 0 < of_first < n:
            return np.nan
        won = float(ranks[first].sum()) - 0.5 * of_first * (of_first + 1)
        return won / (of_first * (n - of_first))

    def _partial(self, kept: Booleans, x: Array, y: Array, fixed: Array) -> float:
        group = self.group[kept]
        columns = np.column_stack([x, y, fixed])
        counts = np.bincount(group)
        means = [np.bincount(group, column) / np.maximum(counts, 1) for column in columns.T]
        columns -= np.stack(means, axis=1)[group]
        left, given = columns[:, :2], columns[:, 2:]
        if given.shape[1]:
            left = left - given @ np.linalg.lstsq(given, left, rcond=None)[0]
        # What is explained to the last digit leaves rounding, which correlates with anything.
        spread = left.std(axis=0)
        if (spread <= 1e-10 * np.array([x.std(), y.std()])).any():
            return np.nan
        return correlation(left[:, 0], left[:, 1])


@dataclass(frozen=True)
class _Ranks:
    """Values in order, so that those of some can be ranked without sorting again.

    Parameters
    ----------
    place
        (sample,), number of each value among the different ones
    """

    place: NDArray[np.int64]
    different: int

    @classmethod
    def of(cls, values: Array) -> _Ranks:
        known, place = np.unique(values, return_inverse=True)
        return cls(place.astype(np.int64), len(known))

    def among(self, kept: Booleans) -> Array:
        """Ranks of some from 1 on, ties in their middle, (kept,)."""
        place = self.place[kept]
        counts = np.bincount(place, minlength=self.different)
        ranks: Array = (np.cumsum(counts) - 0.5 * (counts - 1))[place]
        return ranks


def correlation(x: Array, y: Array) -> float:
    """Pearson's correlation; NaN where one is the same for all.

    Examples
    --------
    >>> round(correlation(np.array([1.0, 2.0, 3.0]), np.array([1.0, 2.0, 4.0])), 4)
    0.982
    """
    if len(x) < 2:
        return np.nan
    a, b = x - x.mean(), y - y.mean()
    norm = float(np.sqrt((a @ a) * (b @ b)))
    return float(a @ b) / norm if norm > 0 else np.nan


def spearman_brown(halves: float) -> float:
    r"""Correlation of a mean with what it would be without noise, from that of its two halves.

    .. math:: \rho = \sqrt{\frac{2 r}{1 + r}}

    No other field can have a larger one with the mean. NaN where the halves don't go together.

    References
    ----------
    C. Spearman, Br. J. Psychol. 3, 271 (1910); W. Brown, ibid. 296.

    Examples
    --------
    >>> spearman_brown(0.6).__round__(4)
    0.866
    """
    return float(np.sqrt(2.0 * halves / (1.0 + halves))) if halves > 0 else np.nan


def _quantile(ranks: Array, bins: int) -> NDArray[np.int64]:
    return np.minimum((ranks - 0.5) / len(ranks) * bins, bins - 1).astype(np.int64)
