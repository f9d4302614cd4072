"""What an event does to its neighbours, and whether it is undone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, TypeAlias

import numpy as np
import xarray as xr

from supercooled.arguments import (
    AtLeast,
    Blocks,
    Positive,
    Rising,
    Times,
    Whole,
    number_of_bins,
    validated,
)
from supercooled.arguments.datasets import Events
from supercooled.arrays import Array, Integers
from supercooled.blocks import PART, independent, jackknife_error, leave_one_out
from supercooled.box import Box
from supercooled.dynamics.lags import in_frames
from supercooled.errors import ParameterError
from supercooled.kernels.event_pairs import connect_events, count_event_pairs, first_of
from supercooled.kernels.neighbours import half_of
from supercooled.matching import matched
from supercooled.neighbour_list import check_argument, sorted_into_cells
from supercooled.quantities import labelled
from supercooled.replicas import alike_tables
from supercooled.space.averages import FieldOrFields, fields_of, known_of_each_other
from supercooled.structure.replicas import one_box
from supercooled.trajectory import Trajectory

# Times are written with some digits: two are the same to this share of the interval between frames.
ROUNDING = 1e-6
# Numbers of a result and its jackknife.
MOST = 1e8
# One table of events, or one for each replica.
EventTables: TypeAlias = Annotated[Events | Sequence[Events], AtLeast(1)]


@validated
def mobility_transfer(
    trajectories: Trajectory | Sequence[Trajectory],
    events: EventTables,
    *,
    delays: Rising,
    r_max: Positive,
    dr: Positive,
    blocks: Blocks = 5,
) -> xr.Dataset:
    r"""How much likelier an event follows another one nearby than if the times were shuffled.

    .. math:: M(r, t) = \frac{n(r, t)}{\langle n(r, t)\rangle_\mathrm{shuffled}}

    of pairs of events of two particles that are r apart, the second a time t after the first. The null is
    the mean over all ways to deal out the times among the events at their places, which is known without
    drawing any: the pairs at r times the share of all pairs of times that are t apart. Events that don't
    know of each other give 1, wherever they tend to happen.

    Parameters
    ----------
    trajectories
        one run, or several of one state point, in which the events are
    events
        what :func:`supercooled.dynamics.events` returns, of each run
    delays
        edges of the intervals of t, (delay + 1,), tau; each holds its upper one
    r_max, dr
        largest distance and width of a bin, sigma_AA
    blocks
        parts of each run, equally long, within which pairs are counted and times are shuffled; they are
        left out in turn for errors. 1 takes whole runs

    Returns
    -------
    xr.Dataset
        ``transfer`` (delay, r) with its ``_error`` and ``_jackknife``, NaN where no pair is expected;
        ``n_pairs`` (delay, r), those counted; ``shortest`` and ``longest`` (delay). The attribute
        ``no_error`` says why errors are not known.

    Raises
    ------
    ParameterError
        if events and trajectories don't match, no part has two events, or the delays begin below 0.
    BoxError
        if `r_max` exceeds half of the smallest height of the box, or the box changes.

    References
    ----------
    M. Vogel and S. C. Glotzer, Phys. Rev. Lett. 92, 255901 (2004); A. S. Keys et al., Phys. Rev. X 1,
    021013 (2011).

    Examples
    --------
    >>> import supercooled as sc
    >>> jump = np.zeros((60, 3, 3)) + [[[0.0, 0, 0], [1, 0, 0], [5, 0, 0]]]
    >>> for particle, time in enumerate((20, 24, 44)):
    ...     jump[time:, particle] += (0.0, 0.6, 0.8)
    >>> run = sc.Trajectory.from_arrays(jump, sc.Box.cube(10.0), unwrapped=True)
    >>> found = sc.dynamics.events(run, window=10.0, threshold=0.05)
    >>> mobility_transfer(run, found, delays=[0.0, 10.0], r_max=2.0, dr=2.0, blocks=1).transfer.item()
    3.0
    """
    edges = np.asarray(delays, dtype=np.float64)
    if edges[0] < 0:
        raise ParameterError(f"delays begin at {edges[0]:g}, and no event follows before 0; give, for "
                             "example, delays=[0.0, 10.0, 100.0]")  # fmt: skip
    placed = _placed(trajectories, events)
    n_bins = number_of_bins(r_max, dr)
    counts, expected = [], []
    for one in placed:
        check_argument(one.box, n_bins * dr, one.run.source.name, "r_max")
        for part in range(blocks):
            chosen = one.part(blocks) == part
            found = _pairs_of(one, chosen, n_bins, dr, edges)
            counts.append(found[0])
            expected.append(found[1])
    counted, null = np.array(counts), np.array(expected)
    if null.sum() == 0:
        raise ParameterError("no two events of different particles lie within r_max and the delays")
    independence, why = known_of_each_other([one.rate() for one in placed], blocks, "the rate of events")
    if blocks > 1 and not why:
        lasting = min(one.duration for one in placed) / blocks
        if np.isnan(independent(edges[-1:], part=lasting)).any():
            independence = np.nan
            why = (
                f"parts of {lasting:.3g} are not independent of each other at delays of more than a "
                f"{PART:g}th of that: prolong the run, or give four independent runs or more with blocks=1"
            )
    with np.errstate(invalid="ignore", divide="ignore"):
        value = counted.sum(axis=0) / null.sum(axis=0)
        without = leave_one_out(counted) / leave_one_out(null)
    value[~np.isfinite(value)] = np.nan
    steps: Array = dr * np.arange(n_bins + 1, dtype=np.float64)
    coords = {
        "r": 0.5 * (steps[1:] + steps[:-1]),
        "shortest": ("delay", edges[:-1]),
        "longest": ("delay", edges[1:]),
    }
    name, dims = "transfer", ("delay", "r")
    return xr.Dataset(
        {
            name: labelled("mobility_transfer", value, dims, coords),
            f"{name}_error": labelled("mobility_transfer", independence * jackknife_error(without), dims),
            f"{name}_jackknife": labelled("mobility_transfer", without, ("block", *dims)),
            "n_pairs": labelled("count", counted.sum(axis=0), dims),
        },
        attrs={"r_max": r_max, "dr": dr, "blocks": blocks, "no_error": why},
    )


@validated
def backward_hops(
    events: EventTables, *, within: Positive, window: Positive, blocks: Blocks = 5
) -> xr.Dataset:
    r"""Share of the events that the same particle undoes within a time.

    .. math:: |\mathbf d_1 + \mathbf d_2| \le b, \qquad t_2 - t_1 \le w

    for an event of displacement d_1 and the next one of its particle.

    Parameters
    ----------
    events
        what :func:`supercooled.dynamics.events` returns, of one run or of several
    within
        b, sigma_AA
    window
        w, tau; events that are not observed for as long afterwards don't count
    blocks
        parts of each run, equally long, left out in turn for errors; 1 leaves out whole runs

    Returns
    -------
    xr.Dataset
        ``share`` with ``share_error``; ``next_cosine``, the mean cosine between the displacements of an event
        and of the next one within the window, -1 where all are undone (NaN where there is none), with its
        error; ``count``, the events that count. The attribute ``no_error`` says why errors are not known.

    Raises
    ------
    ParameterError
        if no event is observed for as long as the window.

    References
    ----------
    A. Widmer-Cooper and P. Harrowell, J. Chem. Phys. 126, 154503 (2007); R. Candelier et al., Phys.
    Rev. Lett. 105, 135702 (2010).

    Examples
    --------
    >>> import supercooled as sc
    >>> jump = np.zeros((80, 1, 3))
    >>> jump[20:40] = (0.0, 0.6, 0.8)
    >>> run = sc.Trajectory.from_arrays(jump, sc.Box.cube(10.0), unwrapped=True)
    >>> found = sc.dynamics.events(run, window=10.0, threshold=0.05)
    >>> backward_hops(found, within=0.3, window=36.0, blocks=1).share.item()
    1.0
    """
    tables = [events] if isinstance(events, xr.Dataset) else list(events)
    alike_tables(tables)
    sums, series = [], []
    for table in tables:
        begin, end = (float(table.attrs[name]) for name in ("observed_from", "observed_to"))
        near = ROUNDING * float(table.attrs["interval"])
        order = np.lexsort((table["time"].values, table["particle"].values))
        who, time = (table[name].values[order] for name in ("particle", "time"))
        way = table["displacement"].transpose("event", "component").values[order]
        follows = np.zeros(len(who), bool)
        follows[:-1] = (who[1:] == who[:-1]) & (time[1:] - time[:-1] <= window + near)
        both = np.zeros_like(way)
        both[:-1] = way[1:]
        length = np.linalg.norm(way, axis=1) * np.linalg.norm(both, axis=1)
        cosine = np.divide((way * both).sum(axis=1), length, out=np.zeros(len(who)), where=length > 0)
        undone = follows & (np.linalg.norm(way + both, axis=1) <= within)
        counts = time + window <= end + near
        part = _part_of(time, begin, end, blocks)
        columns = np.stack([counts, undone & counts, follows & counts, np.where(follows & counts, cosine, 0)])
        sums.append(np.stack([np.bincount(part, column, blocks) for column in columns], axis=1))
        series.append(_rate(time, begin, end, float(table.attrs["interval"])))
    every = np.concatenate(sums).astype(np.float64)
    if every[:, 0].sum() == 0:
        raise ParameterError(f"no event is observed for a window of {window:g} after it: give a shorter one")
    independence, why = known_of_each_other(series, blocks, "the rate of events")

    def ratios(one: Array) -> list[Array]:
        with np.errstate(invalid="ignore", divide="ignore"):
            return [one[..., 1] / one[..., 0], one[..., 3] / one[..., 2]]

    values, without = ratios(every.sum(axis=0)), ratios(leave_one_out(every))
    data: dict[str, xr.DataArray] = {}
    for name, value, parts in zip(("share", "next_cosine"), values, without, strict=True):
        data[name] = labelled("probability", value, ())
        data[f"{name}_error"] = labelled("probability", independence * jackknife_error(parts), ())
    data["next_cosine"].attrs["long_name"] = "mean cosine between an event and the next of its particle"
    data["count"] = labelled("count", every[:, 0].sum(), ())
    return xr.Dataset(data, attrs={"within": within, "window": window, "no_error": why})


@validated
def avalanches(
    trajectories: Trajectory | Sequence[Trajectory],
    events: EventTables,
    *,
    cutoff: Positive,
    window: Positive,
) -> xr.Dataset:
    r"""Events that follow each other nearby, in chains of any length.

    .. math:: |\mathbf r_e - \mathbf r_f| < r_c, \qquad |t_e - t_f| \le w

    connects two events; an avalanche holds all that are connected through others.

    Parameters
    ----------
    trajectories
        one run, or several of one state point, in which the events are
    events
        what :func:`supercooled.dynamics.events` returns, of each run
    cutoff
        r_c, sigma_AA
    window
        w, tau

    Returns
    -------
    xr.Dataset
        a table along ``avalanche``: ``run``, ``size``, the events; ``particles``, how many took part;
        ``start`` and ``end`` (tau); and along ``event``, all runs one after the other, ``belongs_to``.

    Raises
    ------
    ParameterError
        if events and trajectories don't match.
    BoxError
        if `cutoff` exceeds half of the smallest height of the box, or the box changes.

    References
    ----------
    R. Candelier et al., Phys. Rev. Lett. 105, 135702 (2010).

    Examples
    --------
    >>> import supercooled as sc
    >>> jump = np.zeros((60, 2, 3))
    >>> jump[20:, 0], jump[24:, 1], jump[:, 1, 0] = (0.0, 0.6, 0.8), (0.0, 0.6, 0.8), 1.0
    >>> run = sc.Trajectory.from_arrays(jump, sc.Box.cube(10.0), unwrapped=True)
    >>> found = sc.dynamics.events(run, window=10.0, threshold=0.05)
    >>> avalanches(run, found, cutoff=1.5, window=10.0)["size"].values
    array([2])
    """
    columns: dict[str, list[Array]] = {name: [] for name in ("run", "size", "particles", "start", "end")}
    belongs, before = [], 0
    for number, one in enumerate(_placed(trajectories, events)):
        check_argument(one.box, cutoff, one.run.source.name, "cutoff")
        n = len(one.time)
        parent = np.arange(n)
        if n:
            cells = sorted_into_cells(one.xyz, one.box, cutoff)
            connect_events(
                half_of(cells), one.time[cells.order], cutoff**2, window + ROUNDING * one.interval, parent
            )
        _, label = np.unique([first_of(parent, i) for i in range(n)], return_inverse=True)
        count = int(label.max(initial=-1)) + 1
        pairs = np.unique(np.stack([label, one.particle], axis=1), axis=0)
        start, end = np.full(count, np.inf), np.full(count, -np.inf)
        np.minimum.at(start, label, one.time)
        np.maximum.at(end, label, one.time)
        found = (
            np.full(count, number),
            np.bincount(label, minlength=count),
            np.bincount(pairs[:, 0].astype(np.int64), minlength=count),
            start,
            end,
        )
        for name, values in zip(columns, found, strict=True):
            columns[name].append(values)
        belongs.append(label + before)
        before += count
    data = {
        name: (
            labelled("time", np.concatenate(parts), ("avalanche",))
            if name in ("start", "end")
            else labelled("count", np.concatenate(parts).astype(np.int64), ("avalanche",))
        )
        for name, parts in columns.items()
    }
    data["belongs_to"] = xr.DataArray(np.concatenate(belongs), dims="event")
    return xr.Dataset(data, attrs={"cutoff": cutoff, "window": window})


@validated
def response(
    trajectories: Trajectory | Sequence[Trajectory],
    field: FieldOrFields,
    events: EventTables,
    *,
    lags: Times,
    r_max: Positive,
    dr: Positive,
    directions: Annotated[int, Whole(at_least=1, at_most=1000)] = 1,
    blocks: Blocks = 5,
) -> xr.Dataset:
    r"""Change of the softness of the neighbours of an event, by distance, direction and time.

    .. math:: \Delta S(r, \theta, t) = \big\langle S_j(t_2 + t) - S_j(t_1) \big\rangle
              - \big\langle S_k(t_2 + t) - S_k(t_1) \big\rangle_k

    for an event of particle i from t_1 to t_2 and a neighbour j that is r away at t_1, at an angle theta from
    the displacement of i; less the mean change of all particles k in that time, whose species is that of j.

    Parameters
    ----------
    trajectories
        one run, or several of one state point
    field
        (frame, particle) of each, such as a softness
    events
        what :func:`supercooled.dynamics.events` returns, of each run
    lags
        t, (lag,), whole multiples of the interval between frames, tau; 0 is the end of the event
    r_max, dr
        largest distance and width of a bin, sigma_AA
    directions
        equal parts of cos theta from -1 (behind) to 1 (ahead)
    blocks
        parts of each run, equally long, left out in turn for errors; 1 leaves out whole runs

    Returns
    -------
    xr.Dataset
        ``response`` (lag, direction, r) in the unit of the field, with ``_error`` and ``_jackknife``;
        ``count`` (lag, direction, r), neighbours of events. The attribute ``no_error`` says why errors are
        not known.

    Raises
    ------
    ParameterError
        if fields, events and trajectories don't match, or no event begins and ends in frames that the field
        has.
    BoxError
        if `r_max` exceeds half of the smallest height of the box, or the box changes.

    References
    ----------
    A. S. Keys et al., Phys. Rev. X 1, 021013 (2011) (facilitation); G. Zhang, S. A. Ridout and A. J.
    Liu, Phys. Rev. X 11, 041019 (2021) (change of softness about a rearrangement).

    Examples
    --------
    >>> import supercooled as sc
    >>> jump = np.zeros((60, 2, 3))
    >>> jump[20:, 0], jump[:, 1, 0] = (0.0, 0.6, 0.8), 1.0
    >>> run = sc.Trajectory.from_arrays(jump, sc.Box.cube(10.0), unwrapped=True)
    >>> found = sc.dynamics.events(run, window=10.0, threshold=0.05)
    >>> x = xr.DataArray(np.zeros((60, 2)), {"frame": range(60)}, ("frame", "particle"), "x")
    >>> x[25:, 1] = 2.0
    >>> response(run, x, found, lags=[2.0], r_max=2.0, dr=2.0, blocks=1).response.item()
    1.0
    """
    fields = fields_of(trajectories, 1, field)
    placed = _placed(trajectories, events)
    n_bins, times = number_of_bins(r_max, dr), np.atleast_1d(np.asarray(lags, dtype=np.float64))
    shape = (len(times), directions, n_bins)
    if len(placed) * blocks * np.prod(shape, dtype=float) > MOST:
        raise ParameterError(
            f"{blocks} blocks, {len(times)} lags, {directions} directions and {n_bins} distances are more "
            f"than {MOST:g} numbers: use a larger dr, or fewer of them"
        )
    sums = np.zeros((len(placed) * blocks, 2, *shape))
    for number, (one, mine) in enumerate(zip(placed, fields.placed, strict=True)):
        check_argument(one.box, n_bins * dr, one.run.source.name, "r_max")
        steps = np.array([0 if t == 0 else int(in_frames(one.run, t, "lag")[0]) for t in times])
        rows, columns, (values,) = mine
        of_row = np.full(one.run.n_frames, -1, np.int64)
        of_row[rows] = np.arange(len(rows))
        part = one.part(blocks) + number * blocks
        species = one.run.species[columns]
        for begin in np.unique(one.first):
            if of_row[begin] < 0:
                continue
            places = one.run.positions(slice(int(begin), int(begin) + 1))[0]
            before = np.asarray(values.isel(frame=int(of_row[begin])).values, dtype=np.float64)
            for e in np.flatnonzero(one.first == begin):
                apart = one.box.minimum_image(places[columns] - places[one.particle[e]])
                distance = np.linalg.norm(apart, axis=1)
                length = distance * np.linalg.norm(one.way[e])
                cosine = np.divide(apart @ one.way[e], length, out=np.zeros(len(apart)), where=length > 0)
                side = np.minimum((0.5 * (cosine + 1.0) * directions).astype(np.int64), directions - 1)
                near = (distance < n_bins * dr) & (columns != one.particle[e])
                bin_ = np.minimum((distance / dr).astype(np.int64), n_bins - 1)
                for k, step in enumerate(steps):
                    end = one.last[e] + step
                    if end >= one.run.n_frames or of_row[end] < 0:
                        continue
                    after = np.asarray(values.isel(frame=int(of_row[end])).values, dtype=np.float64)
                    change = _about_species(after - before, species)
                    good = near & np.isfinite(change)
                    where = (part[e], slice(None), k)
                    flat = side[good] * n_bins + bin_[good]
                    sums[where] += np.stack(
                        [
                            np.bincount(flat, w, directions * n_bins)
                            for w in (change[good], np.ones(good.sum()))
                        ]
                    ).reshape(2, directions, n_bins)
    total = sums.sum(axis=0)
    if total[1].sum() == 0:
        raise ParameterError("no event begins and ends in frames that the field has, with a neighbour there")
    independence, why = known_of_each_other([one.rate() for one in placed], blocks, "the rate of events")
    without = leave_one_out(sums)
    with np.errstate(invalid="ignore", divide="ignore"):
        value, replicates = total[0] / total[1], without[:, 0] / without[:, 1]
    edges = np.linspace(-1.0, 1.0, directions + 1)
    unit = str(fields.placed[0][2][0].attrs.get("units", "1"))
    about = {"units": unit, "long_name": "change of the field of neighbours"}
    dims = ("lag", "direction", "r")
    coords = {
        "lag": times,
        "direction": 0.5 * (edges[1:] + edges[:-1]),
        "r": dr * (np.arange(n_bins) + 0.5),
    }
    return xr.Dataset(
        {
            "response": (dims, value, about),
            "response_error": (dims, independence * jackknife_error(replicates), about),
            "response_jackknife": (("block", *dims), replicates, about),
            "count": labelled("count", total[1], dims),
        },
        coords,
        attrs={"r_max": r_max, "dr": dr, "blocks": blocks, "no_error": why},
    )


def _about_species(change: Array, species: Integers) -> Array:
    """Less the mean of all particles of a species that are known."""
    known = np.isfinite(change)
    n = int(species.max()) + 1
    sums = np.bincount(species[known], change[known], n)
    means = sums / np.maximum(np.bincount(species[known], minlength=n), 1)
    return np.asarray(change - means[species])


@dataclass(frozen=True, slots=True)
class _Placed:
    """Events of one run at their places.

    Parameters
    ----------
    xyz
        (event, 3), of the particle in the frame of the event's peak
    time, particle
        (event,)
    way
        (event, 3), displacements
    first, last
        (event,), rows of the run
    """

    run: Trajectory
    box: Box
    xyz: Array
    time: Array
    particle: Integers
    way: Array
    first: Integers
    last: Integers
    begin: float
    end: float
    interval: float

    @property
    def duration(self) -> float:
        """Time observed."""
        return self.end - self.begin

    def part(self, blocks: int) -> Integers:
        """Which of equally long parts each event belongs to, (event,)."""
        return _part_of(self.time, self.begin, self.end, blocks)

    def rate(self) -> Array:
        """Events in each interval, (interval, 1)."""
        return _rate(self.time, self.begin, self.end, self.interval)


def _part_of(time: Array, begin: float, end: float, blocks: int) -> Integers:
    share = (time - begin) / max(end - begin, 1e-300)
    return np.clip(np.floor(share * blocks + ROUNDING).astype(np.int64), 0, blocks - 1)


def _rate(time: Array, begin: float, end: float, interval: float) -> Array:
    n = max(round((end - begin) / interval) + 1, 1)
    return np.bincount(np.clip(np.rint((time - begin) / interval).astype(np.int64), 0, n - 1), minlength=n)[
        :, None
    ].astype(np.float64)


def _placed(
    trajectories: Trajectory | Sequence[Trajectory], events: xr.Dataset | Sequence[xr.Dataset]
) -> list[_Placed]:
    runs = [trajectories] if isinstance(trajectories, Trajectory) else list(trajectories)
    tables = [events] if isinstance(events, xr.Dataset) else list(events)
    if len(tables) != len(runs):
        raise ParameterError(
            f"{len(tables)} tables of events for {len(runs)} trajectories: give one for each"
        )
    alike_tables(tables)
    box, found = one_box(runs), []
    for run, table in zip(runs, tables, strict=True):
        n = table.sizes["event"]
        rows = np.zeros(n, np.int64)
        if n:
            match = matched(table, run)
            if len(match.rows) < n:
                raise ParameterError(
                    f"{n - len(match.rows)} of {n} events are of frames that {run.source.name} does not have"
                )
            rows[match.rows] = match.other_rows
        particle = table["particle"].values.astype(np.int64)
        if n and not (particle.min() >= 0 and particle.max() < run.n_particles):
            raise ParameterError(
                f"events are of particles {particle.min()} to {particle.max()}, and {run.source.name} has "
                f"{run.n_particles}"
            )
        xyz = np.zeros((n, 3))
        for row in np.unique(rows):
            mine = rows == row
            xyz[mine] = run.positions(slice(int(row), int(row) + 1))[0][particle[mine]]
        place = {int(frame): k for k, frame in enumerate(run.frames)}
        first, last = (
            np.array([place.get(int(frame), int(row)) for frame, row in zip(of, rows, strict=True)], np.int64)
            for of in (
                table[name].values if name in table else table["frame"].values
                for name in ("first_frame", "last_frame")
            )
        )  # fmt: skip
        way = np.zeros((n, 3))
        if "displacement" in table:
            way[:, : table.sizes["component"]] = table["displacement"].transpose("event", "component").values
        about = [float(table.attrs[name]) for name in ("observed_from", "observed_to", "interval")]
        time = table["time"].values.astype(np.float64)
        found.append(_Placed(run, box, xyz, time, particle, way, first, last, *about))
    return found


def _pairs_of(one: _Placed, chosen: Array, n_bins: int, dr: float, edges: Array) -> tuple[Array, Array]:
    """Pairs of some events that follow each other, and those expected of shuffled times, (delay, bin)."""
    pairs, later = np.zeros(n_bins, np.int64), np.zeros((len(edges) - 1, n_bins), np.int64)
    time, n = one.time[chosen], int(chosen.sum())
    if n < 2:
        return later.astype(np.float64), later.astype(np.float64)
    cells = sorted_into_cells(one.xyz[chosen], one.box, n_bins * dr)
    order = cells.order
    particle = one.particle[chosen]
    edges = edges + ROUNDING * one.interval
    count_event_pairs(half_of(cells), time[order], particle[order], dr, edges, pairs, later)
    rising = np.sort(time)
    # Of all pairs in order, those whose times are no more than each edge apart.
    upto = np.array([(np.searchsorted(rising, rising + edge, side="right")).sum() for edge in edges])
    share = np.diff(upto) / (n * (n - 1.0))
    return later.astype(np.float64), share[:, None] * pairs
