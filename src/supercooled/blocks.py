"""Frames in blocks, mapped and added up; errors from stretches of a run."""

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

Floats = NDArray[np.float64]

# Fewer parts of a run don't tell their own scatter: an interval of plus and minus its error from three
# holds the truth in 58 % of cases, from four in 61 %, from five in 63 %.
FEWEST_PARTS = 4
# A part lasts as many lags at least, or the pairs of frames that end in its neighbour tie the two together,
# and as many times as it takes the particles to leave their places, since how they move hangs on those.
PART = 5.0
# Where the correlation is estimated from the data: so many integrated correlation times, of which one step is
# no more than the noise of the estimate.
TIMES_A_PART, LEAST_TIME = 10.0, 1.0

ROUNDING = 1e-12

# Blocks that each of several cores does, at least: what one loses to other work, the rest make up for.
ROUNDS = 4


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


def as_slice(rows: Sequence[int] | NDArray[np.int32] | NDArray[np.int64]) -> slice:
    """The slice that chooses evenly spaced rows, whichever way they go.

    >>> as_slice([4, 2, 0]), as_slice([7])
    (slice(4, None, -2), slice(7, 8, 1))
    """
    step = int(rows[1] - rows[0]) if len(rows) > 1 else 1
    # A slice that ends before the first row would start again from the end.
    after = int(rows[-1]) + step
    return slice(int(rows[0]), after if after >= 0 else None, step)


def frames_within(megabytes: float, n_particles: int) -> int:
    """How many frames of positions fit into `megabytes`, at least one.

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
    """Size of the blocks of `n` frames, at most `most`, so that every core has as much to do as another.

    most : what memory allows, a multiple of `multiple`
    multiple : the size is one of these, as far as `most` allows

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


def jackknife_error(
    replicates: Floats, weights: Floats | None = None, *, fewest: int = FEWEST_PARTS
) -> Floats:
    r"""Standard error of an estimate from its values without each stretch in turn.

    .. math:: \sigma^2 = \frac{1}{n} \sum_s \frac{1 - p_s}{p_s} (x_s - \bar x)^2, \qquad
              \bar x = \frac{1}{n - 1} \sum_s (1 - p_s)\, x_s

    of n stretches, each with a share p_s of the data.

    replicates : (stretch, ...)
    weights : (stretch, ...), how much data a stretch holds, in any unit; one without any doesn't count.
        All hold as much if None

    fewest : NaN where fewer stretches count: so few don't tell their own scatter. Where errors of several
        runs are added up, each may have fewer

    Source: F. M. T. A. Busing, E. Meijer and R. van der Leeden, Stat. Comput. 9, 3 (1999); of equal
    stretches B. Efron, The Jackknife, the Bootstrap and Other Resampling Plans, SIAM 1982, Eq. 3.5.

    >>> jackknife_error(leave_one_out(np.array([1.0, 2.0, 3.0])) / 2).round(4).item()
    nan
    >>> jackknife_error(leave_one_out(np.array([1.0, 2.0, 3.0, 4.0])) / 3).round(4).item()
    0.6455
    """
    held = np.ones(replicates.shape) if weights is None else np.broadcast_to(weights, replicates.shape)
    counts = held > 0
    n = counts.sum(axis=0).astype(np.float64)
    enough = n >= fewest
    safe = np.where(enough, n, float(fewest))
    share = np.where(counts & enough, held, 1.0) / np.where(enough, held.sum(axis=0), 1.0)
    values = np.where(counts, replicates, 0.0)
    mean = np.where(counts, (1.0 - share) * values, 0.0).sum(axis=0) / (safe - 1.0)
    spread = np.where(counts, (1.0 - share) / share * (values - mean) ** 2, 0.0).sum(axis=0)
    return np.where(enough, np.sqrt(spread / safe), np.nan)


def independent(lags: Floats, *, part: float, memory: float = 0.0) -> Floats:
    r"""1 where parts of a run are independent of each other, NaN where they are not, (lag,).

    .. math:: t_\mathrm{part} \ge 5\, \max(t, \tau)

    lags : t, between the two frames of a pair
    part : how long a part lasts, in the unit of the lags
    memory : tau, how long the particles remember where they were

    Parts of a run that is short beside either share one window or one structure, and scatter less than other
    runs would. Of free walkers, 5 parts of 2 lags each state an interval that holds the truth in 57 % of
    cases, of 3 in 60 %, of 5 in 62 %: what 5 numbers that know nothing of each other do.

    >>> independent(np.array([1.0, 2.0, 3.0]), part=10.0, memory=1.0)
    array([ 1.,  1., nan])
    """
    return np.where(part >= PART * np.maximum(lags, memory) * (1 - 1e-9), 1.0, np.nan)


def remembered(series: Sequence[Floats]) -> float:
    r"""Integrated correlation time of a quantity in several runs, in steps: 1/2 if nothing is remembered.

    .. math:: \hat\tau = \frac12 + \sum_{k=1}^{W} \frac{c_k}{c_0}, \qquad W \ge 5 \hat\tau

    series : (step,), of each run

    A run that is shorter than the correlation seems to remember for about a tenth of its own length.

    Source: A. Sokal, in Functional Integration, Plenum 1997, Sec. 3.

    >>> round(remembered([np.random.default_rng(1).normal(size=4000)]), 1)
    0.5
    >>> remembered([np.linspace(0.0, 1.0, 50)]) > 4
    True
    """
    mean = np.concatenate(series).mean()
    about = [one - mean for one in series]
    square = sum(float(one @ one) for one in about) / sum(map(len, about))
    found, lag = 0.5, 1
    # What only rounding moves is remembered no longer than what stands still.
    while (
        square > (ROUNDING * mean) ** 2 and lag < 5.0 * found + 1 and any(len(one) > 2 * lag for one in about)
    ):
        long = [one for one in about if len(one) > 2 * lag]
        pairs = sum(float(one[:-lag] @ one[lag:]) for one in long) / sum(len(one) - lag for one in long)
        found, lag = max(0.5, found + pairs / square), lag + 1
    return found


def without_bias(value: Floats | float, replicates: Floats) -> Floats:
    r"""An estimate less the part of its bias that falls as one over the amount of data.

    .. math:: x - \mathrm{bias} \simeq n\, x - (n - 1)\, \langle x_s \rangle

    value : (...), from n stretches together
    replicates : (stretch, ...), without each in turn, NaN where that gives none; of fewer than two, `value`
        is returned as it is

    Whatever is curved in noisy means has such a bias: the square of a mean is too large by its variance.

    Source: M. H. Quenouille, Biometrika 43, 353 (1956).

    >>> noisy = np.array([1.0, -1.0, 2.0, -2.0])
    >>> round(float(without_bias(noisy.mean() ** 2, (leave_one_out(noisy) / 3) ** 2)), 12)
    -0.833333333333

    which is the mean squared less its variance, 10 / 3 / 4.
    """
    known = np.isfinite(replicates)
    mean = np.where(known, replicates, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    n = len(replicates)
    return np.where(known.sum(axis=0) > 1, n * value - (n - 1) * mean, value)
