"""Overlap from events that are counted by softness, returns, and a softness that drifts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, TypeAlias

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike

from supercooled.arguments import AtLeast, Blocks, NotNegative, Number, Positive, Times, validated
from supercooled.arguments.datasets import EventRates, Events, ParticleField, Transitions
from supercooled.arrays import Array, Booleans, Integers
from supercooled.blocks import block_of, forgotten, jackknife_error, leave_one_out, memory_of
from supercooled.errors import ParameterError
from supercooled.fields import chunks_of
from supercooled.matching import Labels, matched
from supercooled.quantities import labelled
from supercooled.relation.distributions import field_unit
from supercooled.relation.pairing import bin_edges, why_unknown
from supercooled.replicas import alike, alike_tables

Fields: TypeAlias = Annotated[ParticleField | Sequence[ParticleField], AtLeast(1)]
Tables: TypeAlias = Annotated[Events | Sequence[Events], AtLeast(1)]

# Points of softness on which the theory is worked out, and how many standard deviations they reach.
POINTS, REACH = 81, 5.0
# Steps of a measured propagator up to the longest lag.
MOST_STEPS = 1_000_000


@validated
@dataclass(frozen=True, slots=True)
class Leaving:
    """What an event does to a particle: it leaves its place or not, and comes back or not.

    Parameters
    ----------
    share_beyond
        c, share of the events that displace a particle by more than the radius of the overlap
    return_share
        p, of these, that come back; 0 if none
    return_time
        mean time until they do, tau

    Raises
    ------
    ParameterError
        if a share is not between 0 and 1, or the time is not positive.
    """

    share_beyond: Annotated[float, Number(above=0.0, at_most=1.0)]
    return_share: Annotated[float, Number(at_least=0.0, at_most=1.0)] = 0.0
    return_time: Positive = 1.0

    @classmethod
    @validated
    def of(cls, events: Tables, *, overlap_radius: Positive, window: Positive) -> Leaving:
        """As counted in events that :func:`excursions` has merged with their returns.

        Parameters
        ----------
        events
            of one run or of several
        overlap_radius
            a of the overlap, sigma_AA
        window
            that of the excursions, tau; events later than that before the end don't count for returns

        Returns
        -------
        Leaving
            with a return time of 1 where nothing returns

        Raises
        ------
        ParameterError
            if no event displaces a particle by more than the radius, or they are not merged.

        Examples
        --------
        >>> one = {"particle": [1, 1], "time": [4.0, 9.0], "peak": [1.0, 1.0], "returned": [True, False],
        ...     "delay": [2.0, np.nan]}
        >>> about = {"threshold": 0.1, "observed_from": 0.0, "observed_to": 99.0, "interval": 1.0}
        >>> table = xr.Dataset({name: ("event", values) for name, values in one.items()}, attrs=about)
        >>> table["displacement"] = ("event", "component"), np.ones((2, 3))
        >>> Leaving.of(table, overlap_radius=0.5, window=9.0)
        Leaving(share_beyond=1.0, return_share=0.5, return_time=2.0)
        """
        tables = [events] if isinstance(events, xr.Dataset) else list(events)
        counts, delay = np.zeros(4), 0.0
        for table in tables:
            if "returned" not in table or "delay" not in table or "displacement" not in table:
                raise ParameterError("events are not merged with their returns: pass what excursions returns")
            far = np.linalg.norm(table["displacement"].values, axis=1) > overlap_radius
            back = table["returned"].values.astype(bool)
            long = table["time"].values + window <= float(table.attrs["observed_to"])
            counts += len(far), far.sum(), (far & long).sum(), (far & long & back).sum()
            delay += float(table["delay"].values[far & long & back].sum())
        if counts[1] == 0:
            raise ParameterError(f"no event displaces a particle by more than {overlap_radius:g}")
        share = counts[3] / counts[2] if counts[2] else 0.0
        return cls(float(counts[1] / counts[0]), float(share), float(delay / counts[3]) if counts[3] else 1.0)


@validated
def excursions(events: Events, *, within: Positive, window: Positive) -> xr.Dataset:
    r"""Events with those that undo them taken together: a way out and back is one.

    .. math:: |\mathbf d_1 + \mathbf d_2| \le b, \qquad t_2 - t_1 \le w

    of an event and the next one of its particle. The two become one that lasts from the first frame of the
    first to the last of the second, with the displacement of the first.

    Parameters
    ----------
    events
        what :func:`supercooled.dynamics.events` or :func:`supercooled.dynamics.rearrangements` returns
    within
        b, sigma_AA
    window
        w, tau

    Returns
    -------
    xr.Dataset
        the table, with ``returned`` (event) and ``delay`` (event), t_2 - t_1, tau, NaN where it did not.

    Raises
    ------
    ParameterError
        if the events have no displacement.

    References
    ----------
    R. Candelier et al., Phys. Rev. Lett. 105, 135702 (2010) (hops and returns).

    Examples
    --------
    >>> at = {"particle": [1, 1], "time": [4.0, 6.0], "peak": [1.0, 1.0], "first_frame": [4, 6],
    ...     "last_frame": [4, 6]}
    >>> about = {"threshold": 0.1, "observed_from": 0.0, "observed_to": 99.0, "interval": 1.0}
    >>> table = xr.Dataset({name: ("event", values) for name, values in at.items()}, attrs=about)
    >>> table["displacement"] = ("event", "component"), np.array([[1.0, 0, 0], [-0.9, 0, 0]])
    >>> found = excursions(table, within=0.3, window=5.0)
    >>> found.last_frame.values, found.delay.values
    (array([6]), array([2.]))
    """
    if "displacement" not in events or "last_frame" not in events:
        raise ParameterError("events need displacement and last_frame, as dynamics.events gives them")
    table = events.isel(event=np.lexsort((events["time"].values, events["particle"].values)))
    who, time = table["particle"].values, table["time"].values
    way = table["displacement"].transpose("event", "component").values
    n = len(who)
    near = 1e-6 * float(table.attrs["interval"])
    undoes = np.zeros(n, bool)
    undoes[1:] = (who[1:] == who[:-1]) & (time[1:] - time[:-1] <= window + near)
    undoes[1:] &= np.linalg.norm(way[1:] + way[:-1], axis=1) <= within
    # Of a particle that goes there and back and there again, every second one is a return.
    for k in np.flatnonzero(undoes):
        undoes[k] = not undoes[k - 1]
    back = np.append(undoes[1:], False)[:n]
    after = np.minimum(np.arange(n) + 1, max(n - 1, 0))
    last = table["last_frame"].values
    merged = table.assign(
        last_frame=("event", np.where(back, last[after], last), table["last_frame"].attrs),
        returned=("event", back),
        delay=labelled("waiting_time", np.where(back, time[after] - time, np.nan), ("event",)),
    )
    return merged.isel(event=~undoes)


@validated
@dataclass(frozen=True, slots=True)
class Drift:
    r"""A softness that drifts back to its mean: an Ornstein-Uhlenbeck process.

    .. math:: \langle S(t) \rangle_{S_0} = \bar S + (S_0 - \bar S)\, e^{-t/\tau_S}, \qquad
              \sigma^2(t) = \sigma^2 \left(1 - e^{-2t/\tau_S}\right)

    Parameters
    ----------
    mean, width
        of all particles, in the unit of the softness
    time
        tau_S, tau

    Raises
    ------
    ParameterError
        if the width or the time is not positive.

    References
    ----------
    G. E. Uhlenbeck and L. S. Ornstein, Phys. Rev. 36, 823 (1930).

    Examples
    --------
    >>> Drift(mean=0.0, width=1.0, time=20.0).time
    20.0
    """

    mean: float
    width: Positive
    time: Positive


@validated
def event_rates(
    field: Fields, events: Tables, *, bins: int | ArrayLike, lead: NotNegative, blocks: Blocks = 5
) -> xr.Dataset:
    r"""Events per time by softness, each counted once.

    .. math:: k(S) = \frac{\text{events whose softness was } S \text{ a lead before they began}}
              {\text{time that particles spent at } S \text{ outside of events}}

    An event lasts several frames; counting frames, as the rearrangement probability does, makes a rate that
    grows with how long events last.

    Parameters
    ----------
    field
        (frame, particle), evenly spaced in time, or one for each run
    events
        of the same runs, as :func:`supercooled.dynamics.events` or
        :func:`supercooled.dynamics.rearrangements` return them
    bins
        edges of S, or how many between its smallest and largest value
    lead
        how long before the first frame of an event its softness is taken, tau
    blocks
        parts of each run that are left out in turn for errors; 1 leaves out whole runs

    Returns
    -------
    xr.Dataset
        ``rate`` (softness), 1/tau, with ``rate_error`` and ``rate_jackknife``; NaN where no particle was;
        ``probability_density`` (softness), one over the unit of S; ``n_events`` (softness); ``lower`` and
        ``upper``. The attribute ``no_error`` says why errors are not known.

    Raises
    ------
    ParameterError
        if fields and events don't match, or none of the events is in the field.

    References
    ----------
    schoenholz2016, main text (rearrangements by softness), counted by event.

    Examples
    --------
    >>> at = {"frame": np.arange(8), "time": ("frame", np.arange(8.0))}
    >>> field = xr.DataArray(np.ones((8, 2)), at, ("frame", "particle"), "softness")
    >>> one = {"particle": [1], "time": [4.0], "peak": [1.0], "first_frame": [3], "last_frame": [5],
    ...     "frame": [4]}
    >>> about = {"threshold": 0.1, "observed_from": 0.0, "observed_to": 7.0, "interval": 1.0}
    >>> table = xr.Dataset({name: ("event", values) for name, values in one.items()}, attrs=about)
    >>> event_rates(field, table, bins=[0.0, 2.0], lead=1.0, blocks=1).rate.values.round(4)
    array([0.0769])
    """
    fields = [field] if isinstance(field, xr.DataArray) else list(field)
    tables = [events] if isinstance(events, xr.Dataset) else list(events)
    if len(fields) != len(tables):
        raise ParameterError(
            f"{len(fields)} fields need the same number of tables of events, not {len(tables)}"
        )
    alike(fields)
    alike_tables(tables)
    edges = bin_edges(_ends(fields), bins)
    sums: list[Array] = []
    series: list[list[Array]] = []
    for one, table in zip(fields, tables, strict=True):
        exposure, begun, seen = _counted(one.transpose("frame", "particle"), table, edges, lead)
        block = block_of(len(exposure), blocks)
        n = int(block[-1]) + 1
        of_run = np.zeros((n, 2, len(edges) - 1))
        for number in range(n):
            of_run[number] = exposure[block == number].sum(axis=0), begun[block == number].sum(axis=0)
        sums.extend(of_run)
        series.append([seen, begun.sum(axis=1)])
    every = np.array(sums)
    if every[:, 1].sum() == 0:
        raise ParameterError(
            f"none of the events begins where {fields[0].name} is known, a lead of {lead:g} before"
        )
    independence = 1.0
    if blocks > 1:
        part = min(len(one[0]) / blocks for one in series)
        memory = memory_of([[one[k] for one in series] for k in (0, 1)])
        independence = 1.0 if forgotten(memory, part) else np.nan

    def rate(counts: Array) -> Array:
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(counts[..., 1, :] / counts[..., 0, :])

    value, without = rate(every.sum(axis=0)), rate(leave_one_out(every))
    time = every.sum(axis=0)[0]
    unit = field_unit(fields)
    name = "softness"
    coords = {
        name: (name, 0.5 * (edges[1:] + edges[:-1]), {"units": unit, "long_name": str(fields[0].name)}),
        "lower": (name, edges[:-1]),
        "upper": (name, edges[1:]),
    }
    density = time / (time.sum() * np.diff(edges))
    return xr.Dataset(
        {
            "rate": labelled("event_rate", value, (name,)),
            "rate_error": labelled("event_rate", independence * jackknife_error(without), (name,)),
            "rate_jackknife": labelled("event_rate", without, ("block", name)),
            "probability_density": (name, density, {"units": f"1/({unit})" if unit != "1" else "1"}),
            "n_events": labelled("count", every.sum(axis=0)[1], (name,)),
        },
        coords,
        attrs={"lead": float(lead), "blocks": blocks, "no_error": why_unknown(len(every), independence)},
    )


@validated
def transitions(field: Fields, *, lag: Positive, bins: int | ArrayLike) -> xr.Dataset:
    r"""Where softness goes in a time, from each bin to each other: the measured propagator.

    .. math:: T_{ab} = P\left(S(t' + t) \in b \mid S(t') \in a\right)

    Parameters
    ----------
    field
        (frame, particle), evenly spaced in time, or one for each run
    lag
        t, a whole multiple of the interval between frames, tau
    bins
        edges of S, or how many between its smallest and largest value

    Returns
    -------
    xr.Dataset
        ``transition`` (softness, later), whose rows add up to 1, NaN where no particle begins; ``lower``
        and ``upper`` (softness).

    Raises
    ------
    ParameterError
        if the lag is not a multiple of the interval, or no two frames are so far apart.

    References
    ----------
    schoenholz2016, main text (the propagator of softness).

    Examples
    --------
    >>> at = {"frame": np.arange(4), "time": ("frame", np.arange(4.0))}
    >>> field = xr.DataArray([[0.5], [1.5], [0.5], [1.5]], at, ("frame", "particle"), "softness")
    >>> transitions(field, lag=1.0, bins=[0.0, 1.0, 2.0]).transition.values
    array([[0., 1.],
           [1., 0.]])
    """
    fields = [field] if isinstance(field, xr.DataArray) else list(field)
    alike(fields)
    edges = bin_edges(_ends(fields), bins)
    n = len(edges) - 1
    counts = np.zeros((n, n))
    for one in fields:
        ordered = one.transpose("frame", "particle")
        step = round(lag / _interval(one))
        if abs(step * _interval(one) - lag) > 1e-6 * lag or not 1 <= step < ordered.sizes["frame"]:
            raise ParameterError(
                f"lag {lag:g} is not a multiple of the interval {_interval(one):g} between frames of "
                f"{one.name} that fits into its {ordered.sizes['frame']} frames"
            )
        for chunk, values in chunks_of(ordered.isel(frame=slice(0, -step))):
            later = ordered.isel(frame=slice(chunk.start + step, chunk.stop + step)).values
            a, b = _bin_of(values, edges), _bin_of(later, edges)
            both = (a >= 0) & (b >= 0)
            counts += np.bincount(a[both] * n + b[both], minlength=n * n).reshape(n, n)
    with np.errstate(invalid="ignore"):
        share = counts / counts.sum(axis=1, keepdims=True)
    middle = 0.5 * (edges[1:] + edges[:-1])
    return xr.Dataset(
        {"transition": labelled("probability", share, ("softness", "later"))},
        {
            "softness": middle, "later": middle, "lower": ("softness", edges[:-1]),
            "upper": ("softness", edges[1:]),
        },
        attrs={"lag": float(lag)},
    )  # fmt: skip


@validated
def closed_overlap(
    rates: EventRates, *, lags: Times, leaving: Leaving, changes: Drift | Transitions | None = None
) -> xr.Dataset:
    r"""Overlap that follows from events by softness, returns, and how softness changes.

    .. math:: \partial_t h = L h - c\, k(S)\, h + \frac{g}{\tau_r}, \qquad
              \partial_t g = L g + c\, p\, k(S)\, h - \frac{g}{\tau_r}, \qquad
              \partial_t e = L e - \frac{e}{\tau_r}, \qquad q(t) = \int (h + e)\, dS

    of the particles h that are where they began, those g that are away and will return, and those e that were
    away when looked at first, and leave by going back: h + e begins as P(S), e as it stands steadily.
    Nothing is fitted to q(t): the rates, the shares and the drift are all measured elsewhere. Against
    :func:`predicted_overlap` rearrangements are counted once, what returns is not lost, and the softness of
    those that have left is not that of all.

    Parameters
    ----------
    rates
        what :func:`event_rates` returns, of events without their returns (:func:`excursions`)
    lags
        (lag,), tau
    leaving
        c, p and tau_r
    changes
        L: a :class:`Drift`, or what :func:`transitions` returns with the bins of the rates; None leaves
        the softness of each particle as it is

    Returns
    -------
    xr.Dataset
        ``overlap`` (lag), with ``overlap_error`` by what the blocks of the rates say (the other numbers
        are taken as they are), and ``overlap_jackknife``; ``away`` (lag), the share that will return. The
        attribute ``no_error`` says why errors are not known.

    Raises
    ------
    ParameterError
        if no rate is known, or bins of rates and changes differ.

    References
    ----------
    schoenholz2016, main text and Fig. 3, for what is closed here; N. G. van Kampen, Stochastic
    Processes in Physics and Chemistry, Elsevier 2007, Chaps. V and VIII (master equation, drift).

    Examples
    --------
    >>> one = xr.Dataset({"rate": ("softness", [0.1]), "probability_density": ("softness", [1.0])},
    ...     {"softness": [0.5], "lower": ("softness", [0.0]), "upper": ("softness", [1.0])})
    >>> closed_overlap(one, lags=[10.0], leaving=Leaving(share_beyond=1.0)).overlap.values.round(4)
    array([0.3679])
    """
    times = np.atleast_1d(np.asarray(lags, dtype=np.float64))
    model = _Model.of(rates, leaving, changes)
    values = np.asarray(rates["rate"].values, dtype=np.float64)
    value, away = model.overlap(values, times)
    dims, coords = ("lag",), {"lag": times}
    data = {
        "overlap": labelled("overlap", value, dims, coords),
        "away": labelled(
            "probability",
            away,
            dims,
            coords,
        ),
    }
    why = str(rates.attrs.get("no_error", "")) or "the rates have no errors"
    if "rate_jackknife" in rates:
        parts = rates["rate_jackknife"].transpose("block", "softness").values
        without = np.array([model.overlap(part, times)[0] for part in parts])
        why = str(rates.attrs.get("no_error", ""))
        error = jackknife_error(without) * (np.nan if why else 1.0)
        data["overlap_error"] = labelled("overlap", error, dims)
        data["overlap_jackknife"] = labelled("overlap", without, ("block", "lag"))
    return xr.Dataset(data, attrs={"no_error": why})


@dataclass(frozen=True, slots=True)
class _Model:
    """The master equation on points of softness.

    Parameters
    ----------
    S, weight
        (point,), and what share of particles begins at each
    middle
        (bin,), softness of the rates
    generator
        L, (point, point), by columns; None where softness stays
    step
        of a measured propagator, tau; 0 where L is a generator
    """

    S: Array
    weight: Array
    middle: Array
    generator: Array | None
    step: float
    leaving: Leaving

    @classmethod
    def of(cls, rates: xr.Dataset, leaving: Leaving, changes: Drift | xr.Dataset | None) -> _Model:
        middle = np.asarray(rates["softness"].values, dtype=np.float64)
        width = np.asarray(rates["upper"].values - rates["lower"].values, dtype=np.float64)
        share = np.nan_to_num(np.asarray(rates["probability_density"].values, dtype=np.float64)) * width
        if not share.sum() > 0:
            raise ParameterError("rates has no particles: its probability_density is 0 or unknown everywhere")
        share = share / share.sum()
        if changes is None:
            return cls(middle, share, middle, None, 0.0, leaving)
        if isinstance(changes, Drift):
            S = changes.mean + changes.width * np.linspace(-REACH, REACH, POINTS)
            stationary = np.exp(-0.5 * ((S - changes.mean) / changes.width) ** 2)
            stationary /= stationary.sum()
            # Steps between neighbours, in balance with the Gaussian.
            speed = (changes.width / (S[1] - S[0])) ** 2 / changes.time
            up = speed * np.sqrt(stationary[1:] / stationary[:-1])
            down = speed * np.sqrt(stationary[:-1] / stationary[1:])
            L = np.diag(up, -1) + np.diag(down, 1)
            L -= np.diag(L.sum(axis=0))
            return cls(S, stationary, middle, L, 0.0, leaving)
        same = [np.array_equal(changes[name].values, rates[name].values) for name in ("lower", "upper")]
        if not all(same):
            raise ParameterError("the bins of the transitions are not those of the rates: give both the same")
        T = np.asarray(changes["transition"].values, dtype=np.float64)
        unknown = np.isnan(T).any(axis=1)
        T[unknown] = np.eye(len(T))[unknown]
        return cls(middle, share, middle, T.T, float(changes.attrs.get("lag", 1.0)), leaving)

    def overlap(self, values: Array, times: Array) -> tuple[Array, Array]:
        """Shares at home and away, (lag,)."""
        from scipy.linalg import expm

        rate = self._rate(values)
        n, p, speed = len(self.S), self.leaving.return_share, 1.0 / self.leaving.return_time
        out = self.leaving.share_beyond * rate
        events = np.zeros((2 * n, 2 * n))
        events[:n, :n], events[:n, n:] = -np.diag(out), speed * np.identity(n)
        events[n:, :n], events[n:, n:] = p * np.diag(out), -speed * np.identity(n)
        # Those that are on the way at the origin leave it for where they came from.
        L = np.zeros((n, n)) if self.step or self.generator is None else self.generator
        begun = np.linalg.solve(speed * np.identity(n) - L + p * np.diag(out), p * out * self.weight)
        state = np.concatenate([self.weight - begun, np.zeros(n)])
        # They go back at one rate whatever their softness does.
        going = begun.sum() * np.exp(-speed * times)
        found = np.empty((2, len(times)))
        order = np.argsort(times)
        now = 0.0
        if self.generator is None:
            # No point knows of another.
            each = np.zeros((n, 2, 2))
            each[:, 0, 0], each[:, 0, 1], each[:, 1, 0], each[:, 1, 1] = -out, speed, p * out, -speed
            for k in order:
                both = expm(each * times[k])[:, :, 0] * state[:n, None]
                found[:, k] = both[:, 0].sum() + going[k], both[:, 1].sum()
            return found[0], found[1]
        if self.step == 0:
            whole = events + np.kron(np.identity(2), self.generator)
            for k in order:
                if times[k] > now:
                    state = expm(whole * (times[k] - now)) @ state
                    now = float(times[k])
                found[:, k] = state[:n].sum() + going[k], state[n:].sum()
            return found[0], found[1]
        if times.max(initial=0.0) > MOST_STEPS * self.step:
            raise ParameterError(
                f"lags up to {times.max():g} are more than {MOST_STEPS} steps of {self.step:g}"
            )
        # Half of the events of a step before softness changes and half after.
        half = expm(0.5 * self.step * events)
        one = half @ np.kron(np.identity(2), np.asarray(self.generator, dtype=np.float64)) @ half
        done = 0
        for k in order:
            whole_steps = int(times[k] / self.step * (1 + 1e-9))
            state = np.linalg.matrix_power(one, whole_steps - done) @ state
            done = whole_steps
            rest = expm((times[k] - done * self.step) * events) @ state
            found[:, k] = rest[:n].sum() + going[k], rest[n:].sum()
        return found[0], found[1]

    def _rate(self, values: Array) -> Array:
        """Rate at each point: its logarithm on straight lines between bins, and beyond the last as there."""
        with np.errstate(invalid="ignore"):
            known = values > 0
        if not known.any():
            raise ParameterError("no softness has a rate of events: use wider bins, or longer runs")
        return np.exp(np.interp(self.S, self.middle[known], np.log(values[known])))


def _ends(fields: Sequence[xr.DataArray]) -> Array:
    ends = [(np.nanmin(values), np.nanmax(values)) for one in fields for _, values in chunks_of(one)]
    low, high = np.transpose(ends)
    return np.array([low.min(), high.max()])


def _bin_of(values: Array, edges: Array) -> Integers:
    """Number of each bin, -1 outside of all."""
    place = np.searchsorted(edges, values, side="right") - 1
    place[values == edges[-1]] = len(edges) - 2
    place[(place >= len(edges) - 1) | ~np.isfinite(values)] = -1
    return place.astype(np.int64)


def _interval(field: xr.DataArray) -> float:
    if "time" not in field.coords or field.sizes["frame"] < 2:
        raise ParameterError(f"{field.name} needs the times of at least two frames, a coordinate `time`")
    steps = np.diff(field["time"].values)
    if not (steps > 0).all() or np.ptp(steps) > 1e-6 * steps.mean():
        raise ParameterError(f"the frames of {field.name} must be evenly spaced in time")
    return float(steps.mean())


def _counted(field: xr.DataArray, table: xr.Dataset, edges: Array, lead: float) -> tuple[Array, Array, Array]:
    """Time outside of events and events that begin, (frame, bin), and the mean of the field, (frame,)."""
    interval = _interval(field)
    shift = round(lead / interval)
    if abs(shift * interval - lead) > 1e-6 * max(lead, interval):
        raise ParameterError(f"lead {lead:g} is not a multiple of the interval {interval:g} between frames")
    labels = Labels.of(field)
    if table.sizes["event"]:
        matched(table, field)
    frames = labels.frames if labels.frames is not None else np.arange(field.sizes["frame"])
    particles = labels.particles if labels.particles is not None else np.arange(field.sizes["particle"])
    row = {int(frame): k for k, frame in enumerate(frames)}
    column = {int(particle): k for k, particle in enumerate(particles)}
    n_frames, n_bins = field.sizes["frame"], len(edges) - 1
    some: Booleans = np.array([int(i) in column for i in table["particle"].values], bool)
    own = table.isel(event=some) if table.sizes["event"] else table
    who = np.array([column[int(i)] for i in own["particle"].values], np.int64)
    first, last = (_rows_of(own[name].values, row, frames) for name in ("first_frame", "last_frame"))
    began = np.array([int(frame) in row for frame in own["first_frame"].values], bool)
    exposure, begun, seen = np.zeros((n_frames, n_bins)), np.zeros((n_frames, n_bins)), np.zeros(n_frames)
    for chunk, values in chunks_of(field):
        size = chunk.stop - chunk.start
        marks = np.zeros((size + 1, values.shape[1]), np.int64)
        inside = (first < chunk.stop) & (last >= chunk.start)
        np.add.at(marks, (np.maximum(first[inside] - chunk.start, 0), who[inside]), 1)
        np.add.at(marks, (np.minimum(last[inside] + 1 - chunk.start, size), who[inside]), -1)
        free = np.cumsum(marks, axis=0)[:-1] == 0
        place = _bin_of(values, edges)
        seen[chunk] = np.nanmean(values, axis=1)
        flat = np.arange(size)[:, None] * n_bins + place
        counted = flat[free & (place >= 0)]
        exposure[chunk] = interval * np.bincount(counted, minlength=size * n_bins).reshape(size, n_bins)
        mine = began & (first - shift >= chunk.start) & (first - shift < chunk.stop)
        at = first[mine] - shift - chunk.start
        bins = place[at, who[mine]]
        np.add.at(begun, (at[bins >= 0] + chunk.start, bins[bins >= 0]), 1.0)
    return exposure, begun, seen


def _rows_of(wanted: Integers, row: dict[int, int], frames: Integers) -> Integers:
    """Rows of frames; of those that the field lacks, where they would be."""
    return np.array([row.get(int(one), int(np.searchsorted(frames, one))) for one in wanted], np.int64)
