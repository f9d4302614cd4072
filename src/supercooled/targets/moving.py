"""Targets that follow each particle by itself: how far, how long, whether it hops."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from dataclasses import dataclass

import numpy as np
import xarray as xr

from supercooled.arguments import NotNegative, Positive, validated
from supercooled.arrays import Array, Integers
from supercooled.dynamics.changing_box import warn_of_breathing
from supercooled.dynamics.hops import added_up, drift, hops
from supercooled.dynamics.paths import continuous
from supercooled.dynamics.propensity import distances_gone
from supercooled.errors import ParameterError
from supercooled.fields import parameter
from supercooled.matching import OF_AN_INTERVAL
from supercooled.relation import within_horizon
from supercooled.targets.target import Runs, Target, with_later
from supercooled.trajectory import Trajectory

# Frames that are needed are read one by one where they are fewer than this share of all.
_FEW = 0.2


@validated
@dataclass(frozen=True)
class Hop(
    Target,
    binary=True,
    symbol="$h$",
    long_name="hop within a time",
    source="Candelier et al. 2010; schoenholz2016; sharma2022",
):
    r"""Whether a particle hops within a time: 1 or 0.

    .. math:: h(i, t) = \theta\Big(\max_{t \le t' \le t + \tau} p_\mathrm{hop}(i, t') - p_c\Big)

    Parameters
    ----------
    within
        :math:`\tau`, tau
    window
        of p_hop, half before and half after each moment, tau
    threshold
        p_c, sigma_AA^2
    remove_drift
        subtract the mean position of all particles in each frame

    Notes
    -----
    NaN in the first half window of the run, and where it ends before the time has passed.

    References
    ----------
    R. Candelier et al., Phys. Rev. Lett. 105, 135702 (2010); sharma2022, Eq. 2.

    Examples
    --------
    >>> from supercooled import Box
    >>> jump = np.zeros((8, 1, 3))
    >>> jump[4:] = (0.0, 0.6, 0.8)
    >>> run = Trajectory.from_arrays(jump, Box.cube(10.0), unwrapped=True)
    >>> Hop(within=1.0, window=2.0, threshold=0.3).of(run).values.T
    array([[nan,  0.,  1.,  1.,  1.,  0., nan, nan]])
    """

    within: NotNegative = parameter(unit="tau")
    window: Positive = parameter(unit="tau")
    threshold: Positive = parameter(unit="sigma_AA^2")
    remove_drift: bool = False

    @property
    def ahead(self) -> float:
        """Time within which it hops."""
        return self.within

    def values(self, run: Trajectory, rows: Integers) -> Array:
        """Values at some frames, (row, particle)."""
        return self._values(run, rows, None, None)

    def found(
        self, run: Runs, rows: Integers, species: str | None, executor: Executor | None
    ) -> tuple[Integers, Array, dict[str, Array]]:
        """Frames and values; p_hop has chunks of its own."""
        if not isinstance(run, Trajectory):
            return super().found(run, rows, species, executor)
        return rows, self._values(run, rows, species, executor), {}

    def _values(
        self, run: Trajectory, rows: Integers, species: str | None, executor: Executor | None
    ) -> Array:
        p_hop = hops(
            run, window=self.window, species=species, remove_drift=self.remove_drift, executor=executor
        )
        if run.field_of_view is not None:
            return self._of_seen(run, p_hop)[rows]
        ahead = within_horizon(p_hop, threshold=self.threshold, horizon=self.within)
        values = np.full((run.n_frames, run.n_particles), np.nan)
        side = (run.n_frames - p_hop.sizes["frame"]) // 2
        moving = np.where(np.isnan(ahead.values), np.nan, ahead.values > self.threshold)
        values[side : side + len(moving), ahead["particle"].values] = moving
        return values[rows]

    def _of_seen(self, run: Trajectory, p_hop: xr.DataArray) -> Array:
        """Of those that come and go: NaN unless it is seen to hop, or all the time."""
        values = np.full((run.n_frames, run.n_particles), np.nan)
        unknown = p_hop.copy(data=np.where(np.isnan(p_hop.values), 2.0 * self.threshold, 0.0))
        moves, holes = (
            within_horizon(one, threshold=self.threshold, horizon=self.within)
            for one in (p_hop.fillna(0.0), unknown)
        )
        rows = slice((run.n_frames - len(moves)) // 2, (run.n_frames + len(moves)) // 2)
        hops_ = moves.values > self.threshold
        known = (hops_ | (holes.values == 0.0)) & ~np.isnan(moves.values)
        there = run.present(rows)[:, moves["particle"].values]
        values[rows, moves["particle"].values] = np.where(known & there, hops_, np.nan)
        return values


@validated
@dataclass(frozen=True)
class Displacement(Target, quantity="displacement", symbol=r"$|\Delta\mathbf r|$", source="Kob et al. 1997"):
    r"""How far a particle is after a time.

    .. math:: |\Delta\mathbf r_i| = |\mathbf r_i(t + \tau) - \mathbf r_i(t)|

    Parameters
    ----------
    after
        :math:`\tau`, tau
    remove_drift
        subtract the mean position of all particles in each frame

    References
    ----------
    W. Kob et al., Phys. Rev. Lett. 79, 2827 (1997).

    Examples
    --------
    >>> from supercooled import Box
    >>> flight = np.arange(4.0)[:, None, None] * np.array([0.1, 0.2, 0.2])
    >>> run = Trajectory.from_arrays(flight, Box.cube(9.0), unwrapped=True)
    >>> Displacement(after=2.0).of(run).round(3).values.T
    array([[0.6, 0.6, nan, nan]])
    """

    after: Positive = parameter(unit="tau")
    remove_drift: bool = False

    @property
    def ahead(self) -> float:
        """Time after which it is measured."""
        return self.after

    def values(self, run: Trajectory, rows: Integers) -> Array:
        """Values at some frames, (row, particle)."""
        warn_of_breathing(run)
        there, later = with_later(run, rows, self.after)
        values = np.full((len(rows), run.n_particles), np.nan)
        if len(there) == 0:
            return values
        ends: dict[int, list[int]] = {}
        for k, end in zip(there, later, strict=True):
            ends.setdefault(int(end), []).append(int(k))
        starts = {int(rows[k]): int(k) for k in there}
        held: dict[int, Array] = {}
        places = _places if run.field_of_view is None else _seen_places
        for row, place in places(run, np.unique([*starts, *ends]), self.remove_drift):
            if row in starts:
                held[starts[row]] = place
            for k in ends.get(row, ()):
                values[k] = np.linalg.norm(place - held.pop(k), axis=1)
        return values


@validated
@dataclass(frozen=True)
class PersistenceTime(
    Target,
    unit="tau",
    symbol=r"$\tau_p$",
    long_name="time until the particle leaves its position",
    source="Jung, Garrahan and Chandler 2004",
):
    r"""First time after which a particle is farther away than a distance.

    .. math:: \tau_p(i, t) = \min\{t' > 0 : |\mathbf r_i(t + t') - \mathbf r_i(t)| > d\}, \quad
              \text{at most } t_\mathrm{max}

    Parameters
    ----------
    distance
        d, sigma_AA
    longest
        :math:`t_\mathrm{max}`, tau: a particle that stays longer counts as this, so that ranks and means are
        not those of the particles that leave, and every frame looks equally far ahead
    remove_drift
        subtract the mean position of all particles in each frame

    Notes
    -----
    NaN at frames that the run ends less than `longest` after. It has the resolution of the frames.

    References
    ----------
    Y. J. Jung, J. P. Garrahan and D. Chandler, Phys. Rev. E 69, 061205 (2004).

    Examples
    --------
    >>> from supercooled import Box
    >>> flight = np.arange(5.0)[:, None, None] * np.array([[0.3, 0.0, 0.0], [0.1, 0.0, 0.0]])
    >>> run = Trajectory.from_arrays(flight, Box.cube(9.0), unwrapped=True)
    >>> PersistenceTime(distance=0.5, longest=3.0).of(run).values.T
    array([[ 2.,  2., nan, nan, nan],
           [ 3.,  3., nan, nan, nan]])
    """

    distance: Positive = parameter(unit="sigma_AA")
    longest: Positive = parameter(unit="tau")
    remove_drift: bool = False

    @property
    def ahead(self) -> float:
        """The longest time that counts."""
        return self.longest

    def values(self, run: Trajectory, rows: Integers) -> Array:
        """Values at some frames, (row, particle)."""
        warn_of_breathing(run)
        times = run.times
        step = float(np.diff(times).min()) if run.n_frames > 1 else 0.0
        limit = self.longest + OF_AN_INTERVAL * step
        there = [
            int(k) for k in np.flatnonzero(times[-1] - times[rows] >= self.longest - OF_AN_INTERVAL * step)
        ]
        values = np.full((len(rows), run.n_particles), np.nan)
        if not there:
            return values
        values[there] = self.longest
        starts = {int(rows[k]): k for k in there}
        last = int(np.flatnonzero(times <= times[rows[there[-1]]] + limit)[-1])
        staying: dict[int, tuple[Integers, Array]] = {}
        for row, place in _places(run, np.arange(int(rows[there[0]]), last + 1), self.remove_drift):
            for k in list(staying):
                since = float(times[row] - times[rows[k]])
                if since > limit:
                    del staying[k]
                    continue
                who, start = staying[k]
                left = np.linalg.norm(place[who] - start, axis=1) > self.distance
                values[k, who[left]] = since
                staying[k] = who[~left], start[~left]
            if row in starts:
                staying[starts[row]] = np.arange(run.n_particles), place
        return values


@validated
@dataclass(frozen=True)
class Propensity(
    Target,
    quantity="propensity",
    of_several=True,
    source="Widmer-Cooper, Harrowell and Fynewever 2004",
):
    r"""How far a particle is after a time, averaged over runs that start from one configuration.

    .. math:: \langle|\Delta\mathbf r_i(\tau)|\rangle_\mathrm{iso} = \frac1n \sum_{k=1}^n
              |\mathbf r_i^{(k)}(\tau) - \mathbf r_i(0)|

    Parameters
    ----------
    after
        :math:`\tau`, tau
    remove_drift
        subtract the mean displacement of all particles in each run

    Notes
    -----
    Of the first frame only. ``of`` takes the runs of one configuration; the field carries its noise:
    coordinates ``noise``, the variance of the mean over runs, and ``half`` and ``other_half``, the means of
    every second run, from which the best that any structure can reach is known.

    References
    ----------
    A. Widmer-Cooper, P. Harrowell and H. Fynewever, Phys. Rev. Lett. 93, 135701 (2004).

    Examples
    --------
    >>> from supercooled import Box
    >>> ways = np.zeros((2, 3, 1, 3))
    >>> ways[0, 2, 0, 0], ways[1, 2, 0, 1] = 1.0, 2.0
    >>> found = Propensity(after=2.0).of([Trajectory.from_arrays(w, Box.cube(9.0)) for w in ways])
    >>> found.values, found.noise.values
    (array([[1.5]]), array([[0.25]]))
    """

    after: Positive = parameter(unit="tau")
    remove_drift: bool = False

    @property
    def ahead(self) -> float:
        """Time after which it is measured."""
        return self.after

    def values(self, run: Trajectory, rows: Integers) -> Array:
        """Of a single run there is none."""
        raise ParameterError(f"{self} needs two or more trajectories that start from one configuration")

    def found(
        self, run: Runs, rows: Integers, species: str | None, executor: Executor | None
    ) -> tuple[Integers, Array, dict[str, Array]]:
        """The first frame, the mean over runs, its noise, and the means of both halves."""
        runs = [run] if isinstance(run, Trajectory) else list(run)
        if rows[0] != 0:
            raise ParameterError(
                f"{self} belongs to the first frame of the runs: choose frames that start with it"
            )
        each = distances_gone(
            runs, np.array([self.after]), remove_drift=self.remove_drift, executor=executor
        )[:, 0]
        beside = {
            "noise": each.var(axis=0, ddof=1) / len(each),
            "half": each[::2].mean(axis=0),
            "other_half": each[1::2].mean(axis=0),
        }
        return rows[:1], each.mean(axis=0)[None], {name: data[None] for name, data in beside.items()}


def _seen_places(run: Trajectory, rows: Integers, remove_drift: bool) -> Iterator[tuple[int, Array]]:
    """The same of those that are seen, NaN for the others."""
    wanted = set(rows.tolist())
    last, gone = None, np.zeros(3)
    for row in range(int(rows[0]), int(rows[-1]) + 1) if remove_drift else rows.tolist():
        place = run.tracks(slice(row, row + 1))[0]
        if last is not None and remove_drift:
            gone = gone + drift(np.stack([last, place]))[-1]
        last = place
        if row in wanted:
            yield row, place - gone


def _places(run: Trajectory, rows: Integers, remove_drift: bool) -> Iterator[tuple[int, Array]]:
    """Positions without jumps of some frames, one after the other, all on one path."""
    begin, end = int(rows[0]), int(rows[-1]) + 1
    every: Iterator[tuple[int, Array]]
    if not added_up(run) and len(rows) < _FEW * (end - begin):
        every = ((int(row), run.unwrapped(slice(int(row), int(row) + 1))) for row in rows)
    else:
        every = continuous(run, begin, end)
    wanted = set(rows.tolist())
    for first, places in every:
        for row, place in enumerate(places, start=first):
            if row in wanted:
                yield row, place - place.mean(axis=0) if remove_drift else place.copy()
