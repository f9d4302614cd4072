"""Times between frames: which to ask for, and which frames are that far apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import ArrayLike, NDArray

from supercooled.arguments import Positive, Whole, validated
from supercooled.arrays import Array
from supercooled.errors import ParameterError, TrajectoryError
from supercooled.trajectory import Trajectory

# Written times are rounded: an interval counts as even, and a lag as its multiple, to this fraction.
ROUNDING = 1e-6
# Of a run with more frames, so many are looked at for the times between them.
PAIRS = 20_000_000


@validated
def logarithmic_lags(
    trajectory: Trajectory, *, per_decade: Annotated[int, Whole(at_least=1, at_most=1000)], longest: Positive
) -> Array:
    """Times from one interval to `longest`, about `per_decade` in each factor of ten, (lag,), tau.

    Each is a whole number of intervals, so there are fewer where that leaves no choice. Where frames
    are unevenly spaced each is the time that most pairs of frames are apart, of those near its place; there
    are none where no two frames are.

    Parameters
    ----------
    trajectory
        trajectory
    per_decade
        number of lags in each factor of ten
    longest
        largest lag, tau

    Returns
    -------
    Array
        (lag,), tau

    Raises
    ------
    ParameterError
        if `longest` is shorter than the interval, or there would be no time in a decade.

    Examples
    --------
    >>> import numpy as np
    >>> from supercooled import Box, Trajectory
    >>> run = Trajectory.from_arrays(np.zeros((101, 1, 3)), Box.cube(5.0), times=0.5 * np.arange(101))
    >>> logarithmic_lags(run, per_decade=3, longest=50.0)
    array([ 0.5,  1. ,  2.5,  5. , 11. , 23. , 50. ])
    """
    even = evenly_spaced(trajectory.times) or trajectory.n_frames < 2
    interval = trajectory.interval if even else float(np.diff(trajectory.times).min())
    last = longest / interval * (1 + ROUNDING) if np.isfinite(longest) else 0.0
    if last < 1 or per_decade < 1:
        raise ParameterError(
            f"{trajectory.source.name}: lags from {interval:g} to {longest:g} with {per_decade} "
            "per decade do not exist: use, for example, per_decade=12, longest=100.0"
        )
    last = np.rint(longest / interval) if even else longest / interval
    n = max(1, round(per_decade * np.log10(last)))
    steps = np.geomspace(1, last, n + 1)
    if even:
        return np.asarray(interval * np.unique(np.rint(steps)), np.float64)
    return _commonest(trajectory.times, interval * steps)


def _commonest(times: Array, places: Array) -> Array:
    """Near each of some rising times the one that most pairs of frames are apart, of equals the nearest."""
    n = len(times)
    origins = np.arange(n)
    if n * n > PAIRS:
        origins = np.sort(np.random.default_rng(0).choice(n, max(1, PAIRS // n), replace=False))
    apart = np.concatenate([times[k + 1 :] - times[k] for k in origins])
    unit = ROUNDING * places[0]
    _, first_of, counts = np.unique(np.rint(apart / unit), return_index=True, return_counts=True)
    known = apart[first_of]
    middles = np.sqrt(places[1:] * places[:-1])
    edges = np.concatenate([[places[0] * (1 - ROUNDING)], middles, [places[-1] * (1 + ROUNDING)]])
    found = []
    for place, low, high in zip(places, edges[:-1], edges[1:], strict=True):
        first, last = np.searchsorted(known, [low, high])
        if first < last:
            near = -np.abs(np.log(known[first:last] / place))
            found.append(known[first:last][np.lexsort((near, counts[first:last]))[-1]])
    return np.unique(np.array(found, dtype=np.float64))


def evenly_spaced(times: Array) -> bool:
    """Whether times rise by the same step."""
    steps = np.diff(times)
    return len(steps) > 0 and bool(np.ptp(steps) <= ROUNDING * steps.mean())


@dataclass(frozen=True, slots=True)
class Pairing:
    """Which later frames go with which origins.

    Parameters
    ----------
    times
        (frame,)
    origins
        (origin,), frames
    shortest, longest
        (lag,), the times apart that count for a lag
    """

    times: Array
    origins: NDArray[np.int64]
    shortest: Array
    longest: Array

    def ending_in(self, frames: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """First and last plus one of the origins that each of some frames goes with, (frame, lag)."""
        at, later = self.times[self.origins], self.times[frames, None]
        first = np.searchsorted(at, later - self.longest, side="left")
        last = np.searchsorted(at, later - self.shortest, side="right")
        return first, np.maximum(first, last)

    def used(self) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
        """Whether each frame is an origin with a later frame, or one such; and pairs for each lag."""
        needed = np.zeros(len(self.times), bool)
        edges = np.zeros(len(self.origins) + 1, np.int64)
        counts = np.zeros(len(self.longest), np.int64)
        for start in range(0, len(self.times), 4096):
            frames = np.arange(start, min(start + 4096, len(self.times)))
            first, last = self.ending_in(frames)
            needed[frames] = (last > first).any(axis=1)
            np.add.at(edges, first, 1)
            np.add.at(edges, last, -1)
            counts += (last - first).sum(axis=0)
        needed[self.origins[np.cumsum(edges)[:-1] > 0]] = True
        return needed, counts

    def within(self, part: slice | NDArray[np.bool_]) -> Pairing:
        """Those of some origins."""
        return Pairing(self.times, self.origins[part], self.shortest, self.longest)


def pairing(run: Trajectory, lags: Array, tolerance: float | None, origin_spacing: float | None) -> Pairing:
    """Frames whose times apart are the lags, or within `tolerance` of them as a fraction.

    Raises
    ------
    ParameterError
        if a lag or the spacing of origins is not a multiple of the interval.
    TrajectoryError
        if the frames are unevenly spaced and no tolerance is given.
    """
    even = evenly_spaced(run.times)
    if tolerance is None and not even:
        raise TrajectoryError(
            f"{run.source.name}: frames are unevenly spaced in time, so few pairs are exactly a "
            "lag apart: give the tolerance of the lag, for example tolerance=0.05"
        )
    if tolerance is None:
        exact = np.asarray(run.interval * in_frames(run, lags, "lag"), np.float64)
        width = np.full(len(lags), 0.25 * run.interval)
    else:
        exact, width = lags, tolerance * lags
    if origin_spacing is None:
        origins = np.arange(run.n_frames)
    elif even:
        origins = np.arange(0, run.n_frames, int(in_frames(run, origin_spacing, "origin_spacing")[0]))
    else:
        origins = _apart(run.times, origin_spacing)
    return Pairing(run.times, origins, exact - width, exact + width)


def in_frames(run: Trajectory, times: ArrayLike, what: str) -> NDArray[np.int64]:
    """Times in units of the interval between frames."""
    ratio = np.atleast_1d(np.asarray(times, dtype=np.float64)) / run.interval
    whole = np.rint(ratio).astype(np.int64)
    wrong = (np.abs(ratio - whole) > ROUNDING * np.maximum(ratio, 1.0)) | (whole < 1)
    if wrong.any():
        value = float((ratio * run.interval)[wrong][0])
        raise ParameterError(
            f"{run.source.name}: {what} {value:g} is not a multiple of the interval between frames, "
            f"{run.interval:g}"
        )
    return whole


def blocks_of(times: Array, blocks: int) -> NDArray[np.int64]:
    """Which of some contiguous parts, equally long in time, each frame belongs to, (frame,)."""
    n = len(times)
    duration = (times[-1] - times[0]) * n / max(n - 1, 1) or 1.0
    count = min(blocks, n)
    part = np.floor(count * (times - times[0]) / duration * (1 + ROUNDING / n)).astype(np.int64)
    return np.asarray(np.minimum(part, count - 1))


def _apart(times: Array, spacing: float) -> NDArray[np.int64]:
    if not (np.isfinite(spacing) and spacing > 0):
        raise ParameterError(f"origin_spacing must be a positive time, not {spacing}")
    chosen = [0]
    while (after := int(np.searchsorted(times, times[chosen[-1]] + spacing * (1 - ROUNDING)))) < len(times):
        chosen.append(after)
    return np.array(chosen, np.int64)
