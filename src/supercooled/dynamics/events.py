"""Hops as a table of events."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np
import xarray as xr

from supercooled.arguments import Positive, validated
from supercooled.arguments.datasets import Events
from supercooled.arrays import Array, Integers
from supercooled.chunks import Span, frames_within, map_add, spans
from supercooled.dynamics.hops import frames_on_each_side, paths
from supercooled.errors import ParameterError
from supercooled.kernels.events import count_stretches, find_stretches
from supercooled.kernels.hops import hop_indicator, restart_period
from supercooled.matching import on_its_clock, origin
from supercooled.parcels import parcels
from supercooled.quantities import labelled
from supercooled.trajectory import Trajectory


@validated
def events(
    trajectory: Trajectory,
    *,
    window: Positive,
    threshold: float,
    species: str | int | None = None,
    remove_drift: bool = False,
    executor: Executor | None = None,
    megabytes: Positive = 64.0,
) -> xr.Dataset:
    r"""Events: stretches of frames in a row during which a particle's hop indicator exceeds a threshold.

    .. math:: p_\mathrm{hop}(i, t) > p_c \text{ for } t_1 \le t \le t_2, \qquad
              \mathbf d = \langle\mathbf r_i\rangle_{[t_2, t_2 + w/2]}
                        - \langle\mathbf r_i\rangle_{[t_1 - w/2, t_1]}

    Parameters
    ----------
    trajectory
        trajectory
    window
        w of the hop indicator, tau; cut to whole intervals as in :func:`hops`
    threshold
        p_c, sigma_AA^2; a low one gives candidates, from which :func:`rearrangements` chooses
    species
        whose particles; None takes all
    remove_drift
        subtract the mean position of all particles in each frame; not done by default
    executor, megabytes
        map chunks of frames; they never change the answer

    Returns
    -------
    xr.Dataset
        a table along ``event``, by particle and then by time, since particles have any number of them:
        ``particle``; ``peak`` (sigma_AA^2), its ``frame`` and ``time``, the first of equals; ``first_frame``,
        ``last_frame``, ``start``, ``end``; ``duration`` (tau), each frame counting for one interval;
        ``displacement`` d (event, component), sigma_AA; ``whole``, false if it touches an end of the time
        observed, from ``observed_from`` to ``observed_to``; and ``observed``, the particles looked at, with
        or without events. Frames have their numbers in the trajectory's source; ``moment_frame`` and
        ``moment_time`` (moment) are those of all its frames. The frames are never in memory together, only
        the events.

    Raises
    ------
    ParameterError
        if `threshold` is not positive, or half of the window is shorter than the interval.
    TrajectoryError
        if frames are unevenly spaced, or the run is shorter than the window.

    References
    ----------
    schoenholz2016, Sec. I.B.

    Examples
    --------
    >>> import numpy as np
    >>> from supercooled import Box, Trajectory
    >>> jump = np.zeros((40, 2, 3))
    >>> jump[20:, 1] = (0.0, 0.6, 0.8)
    >>> run = Trajectory.from_arrays(jump, Box.cube(10.0), unwrapped=True)
    >>> found = events(run, window=10.0, threshold=0.05)
    >>> found.particle.values, found.displacement.values.round(3)
    (array([1]), array([[0. , 0.6, 0.8]]))
    """
    if not (np.isfinite(threshold) and threshold > 0):
        raise ParameterError(f"threshold must be positive, not {threshold}, for example threshold=0.05")
    search = indicator_search(trajectory, window, species, remove_drift=remove_drift)
    pool = parcels(executor, lambda span: [(trajectory, span.read)], trajectory)
    pieces = map_add(partial(_pieces, search, threshold), search.chunks(megabytes), pool)
    found = _table(search, *_joined(pieces)).assign_attrs(search.attributes(), threshold=float(threshold))
    return on_its_clock(found, trajectory.clock)


@validated
def rearrangements(events: Events, *, threshold: float) -> xr.Dataset:
    r"""Events whose peak exceeds a second, higher threshold.

    .. math:: \max_{t_1 \le t \le t_2} p_\mathrm{hop}(i, t) > p_c

    Parameters
    ----------
    events
        what :func:`events` returns
    threshold
        p_c, sigma_AA^2, for example 0.2

    Returns
    -------
    xr.Dataset
        the events that remain, with the variables of `events`

    Raises
    ------
    ParameterError
        if it is lower than the threshold of the events: some would be missing.

    References
    ----------
    schoenholz2016, Sec. I.B.

    Examples
    --------
    >>> import numpy as np
    >>> from supercooled import Box, Trajectory
    >>> jumps = np.zeros((60, 1, 3))
    >>> jumps[20:], jumps[40:] = (0.3, 0.0, 0.0), (1.3, 0.0, 0.0)
    >>> run = Trajectory.from_arrays(jumps, Box.cube(10.0), unwrapped=True)
    >>> found = events(run, window=10.0, threshold=0.05)
    >>> found.sizes["event"], rearrangements(found, threshold=0.2).sizes["event"]
    (2, 1)
    """
    if not threshold >= events.attrs["threshold"]:
        raise ParameterError(
            f"threshold {threshold:g} is below the threshold of the events, {events.attrs['threshold']:g}: "
            "find the events again with a lower one"
        )
    return events.isel(event=events["peak"].values > threshold).assign_attrs(rearrangement=float(threshold))


@dataclass(frozen=True, slots=True)
class IndicatorSearch:
    """Whose hop indicator is looked at, and over how many frames on either side."""

    trajectory: Trajectory
    side: int
    particles: Integers
    species: str
    remove_drift: bool

    @property
    def period(self) -> int:
        """Frames between fresh starts of the running sums: chunks of whole periods give the same bits."""
        period: int = restart_period(self.side)
        return period

    def chunks(self, megabytes: float, before: int = 0) -> list[Span]:
        """Chunks of frames that have an indicator, each with the frames that it needs."""
        n = self.trajectory.n_frames
        size = max(1, frames_within(megabytes, self.trajectory.n_particles) // self.period) * self.period
        return spans(
            self.side, n - self.side, size=size, before=self.side + before, after=self.side + 1, end=n
        )

    def positions(self, frames: slice) -> Array:
        """Of the particles looked at, (frame, particle, 3)."""
        return paths(self.trajectory, frames, self.particles, remove_drift=self.remove_drift)

    def indicator(self, positions: Array) -> Array:
        """Of the frames with enough others on either side, (frame, particle)."""
        values = np.empty((len(positions) - 2 * self.side, len(self.particles)))
        hop_indicator(positions, self.side, values)
        return values

    def attributes(self) -> Mapping[str, object]:
        """What a table tells about how it was made."""
        times = self.trajectory.times
        return {
            "interval": self.trajectory.interval,
            "window": 2 * self.side * self.trajectory.interval,
            "frames_in_each_half": self.side + 1,
            **origin(self.trajectory),
            **({} if self.trajectory.temperature is None else {"temperature": self.trajectory.temperature}),
            "first_observed": int(self.trajectory.frames[self.side]),
            "last_observed": int(self.trajectory.frames[len(times) - self.side - 1]),
            "observed_from": float(times[self.side]),
            "observed_to": float(times[len(times) - self.side - 1]),
            "species": self.species,
        }


def indicator_search(
    trajectory: Trajectory, window: float, species: str | int | None, *, remove_drift: bool
) -> IndicatorSearch:
    """Checked: the window fits the run, and the species exists."""
    trajectory.check_borders()
    side = frames_on_each_side(trajectory, window)
    if species is None:
        return IndicatorSearch(trajectory, side, np.arange(trajectory.n_particles), "all", remove_drift)
    name = trajectory.names[trajectory.species_index(species)]
    return IndicatorSearch(trajectory, side, trajectory.of_species(species), name, remove_drift)


class _Pieces(NamedTuple):
    """Stretches, cut at the edges of chunks.

    Parameters
    ----------
    spans
        (piece, 4), particle, first, last and peak frame
    peaks
        (piece,)
    places
        (piece, 3, 3), mean before, mean after, position at the next chunk, from that at this one
    """

    spans: Integers
    peaks: Array
    places: Array


def _pieces(search: IndicatorSearch, threshold: float, span: Span) -> list[_Pieces]:
    positions = search.positions(span.read)
    # One more frame is read than the indicator needs: where the next chunk begins.
    needed = span.stop - span.start + 2 * search.side
    values = search.indicator(positions[:needed])
    n = count_stretches(values, threshold)
    found = _Pieces(np.empty((n, 4), np.int64), np.empty(n), np.empty((n, 3, 3)))
    find_stretches(values, positions, search.side, threshold, *found)
    found.spans[:, 1:] += span.start
    return [found]


def _joined(parts: list[_Pieces]) -> tuple[Integers, Array, Array]:
    """Pieces of one stretch put together: spans, peaks, displacements."""
    spans, peaks, places = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.lexsort((spans[:, 1], spans[:, 0]))
    spans, peaks, places = spans[order], peaks[order], places[order]
    if len(spans) == 0:
        return spans, peaks, places[:, 0]
    begins = np.ones(len(spans), bool)
    begins[1:] = (spans[1:, 0] != spans[:-1, 0]) | (spans[1:, 1] != spans[:-1, 2] + 1)
    starts = np.flatnonzero(begins)
    ends = np.append(starts[1:], len(spans)) - 1
    highest = np.maximum.reduceat(peaks, starts)
    group = np.cumsum(begins) - 1
    tops = np.flatnonzero(peaks == highest[group])
    _, earliest = np.unique(group[tops], return_index=True)
    across = places[:, 2].copy()
    across[ends] = 0.0
    moved = np.add.reduceat(across, starts, axis=0) + places[ends, 1] - places[starts, 0]
    whole = np.stack([spans[starts, 0], spans[starts, 1], spans[ends, 2], spans[tops[earliest], 3]], axis=1)
    return whole, highest, moved


def _table(search: IndicatorSearch, whole: Integers, peaks: Array, moved: Array) -> xr.Dataset:
    times, numbers = search.trajectory.times, search.trajectory.frames
    rows, first, last, frame = whole.T
    last_seen = search.trajectory.n_frames - search.side - 1

    def column(values: Integers, what: str) -> xr.DataArray:
        return xr.DataArray(values, dims="event", attrs={"units": "1", "long_name": what})

    def moment(values: Array, what: str) -> xr.DataArray:
        return labelled("time", values, ("event",)).assign_attrs(long_name=what)

    return xr.Dataset(
        {
            "particle": column(search.particles[rows], "particle"),
            "frame": column(numbers[frame], "frame of the peak"),
            "first_frame": column(numbers[first], "first frame above the threshold"),
            "last_frame": column(numbers[last], "last frame above the threshold"),
            "time": moment(times[frame], "time of the peak"),
            "start": moment(times[first], "time of the first frame above the threshold"),
            "end": moment(times[last], "time of the last frame above the threshold"),
            "duration": labelled("duration", (last - first + 1) * search.trajectory.interval, ("event",)),
            "peak": labelled("p_hop", peaks, ("event",)),
            "displacement": labelled("displacement", moved, ("event", "component")),
            "whole": column((first > search.side) & (last < last_seen), "begins and ends while observed"),
            "observed": xr.DataArray(search.particles, dims="observed"),
            "moment_frame": xr.DataArray(numbers, dims="moment"),
            "moment_time": labelled("time", times, ("moment",)),
        }
    )
