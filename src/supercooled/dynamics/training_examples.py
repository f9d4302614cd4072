"""Particles about to move and particles that stay, for learning softness."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

import numpy as np
import xarray as xr

from supercooled.arguments import Count, NotNegative, Positive, Random, validated
from supercooled.arguments.datasets import Events, Kinds
from supercooled.arrays import Array, Booleans, Integers
from supercooled.chunks import Span, map_add
from supercooled.dynamics.events import IndicatorSearch, indicator_search
from supercooled.errors import ParameterError, TrajectoryError
from supercooled.kernels.events import REMOVED, find_extrema, thin_out
from supercooled.matching import on_its_clock, origin
from supercooled.parcels import parcels
from supercooled.quantities import labelled
from supercooled.replicas import alike_tables, replicas
from supercooled.trajectory import Trajectory


@validated
def training_by_crossing(
    events: Events | Sequence[Events],
    *,
    rearrangement: float,
    lead: NotNegative,
    quiet: NotNegative,
    hard_at: Literal["middle", "after"],
) -> xr.Dataset:
    r"""Soft particles before they cross a low threshold on the way to a peak; hard ones that stay below.

    .. math:: t_\mathrm{soft} = t_1 - \ell \text{ of events with } \max p_\mathrm{hop} > p_c, \qquad
              p_\mathrm{hop}(i, t) \le p_0 \text{ for } t_a \le t \le t_b,\; t_b - t_a \ge t_q

    Parameters
    ----------
    events
        what :func:`events` returns with the low threshold p_0, of one run or of several
    rearrangement
        p_c, sigma_AA^2; 0.2 in the paper, whose p_0 is 0.05
    lead
        l, tau, from the soft structure to the crossing t_1; half of the window is the first frame of
        the window around t_1
    quiet
        t_q, tau; the relaxation time in the paper
    hard_at
        "middle" of the quiet stretch, or "after" it has been quiet for `quiet`

    Returns
    -------
    xr.Dataset
        a table along ``example``: ``run`` (0, 1, ...; learn and test on different ones), ``frame``,
        ``time``, ``particle`` and ``soft``. A stretch gives one hard example, however long it is. An event
        whose crossing was not seen, or whose structure comes before the run, gives none.

    Raises
    ------
    ParameterError
        if a threshold, `lead` or `quiet` is out of range.

    References
    ----------
    schoenholz2016, Secs. I.B and I.C, which asks of hard particles that they have not rearranged
    "for a time tau_alpha preceding" (here "after"); the middle is a later practice.

    Examples
    --------
    >>> import numpy as np
    >>> from supercooled import Box, Trajectory
    >>> from supercooled.dynamics import events
    >>> jump = np.zeros((60, 2, 3))
    >>> jump[30:, 1] = (0.0, 0.6, 0.8)
    >>> run = Trajectory.from_arrays(jump, Box.cube(10.0), unwrapped=True)
    >>> found = events(run, window=10.0, threshold=0.05)
    >>> chosen = training_by_crossing(found, rearrangement=0.2, lead=5.0, quiet=40.0, hard_at="middle")
    >>> [chosen[name].values.tolist() for name in ("particle", "frame", "soft")]
    [[1, 0], [20, 29], [True, False]]
    """
    if hard_at not in ("middle", "after"):
        raise ParameterError(f"hard_at must be 'middle' or 'after', not {hard_at!r}")
    if not (np.isfinite(quiet) and quiet > 0 and np.isfinite(lead) and lead >= 0):
        raise ParameterError(
            f"quiet must be positive and lead at least 0, not {quiet} and {lead}; "
            "for example quiet=700.0, lead=5.0"
        )
    tables = [events] if isinstance(events, xr.Dataset) else list(events)
    alike_tables(tables)
    parts = []
    for number, table in enumerate(tables):
        if not rearrangement >= table.attrs["threshold"]:
            raise ParameterError(
                f"rearrangement={rearrangement:g} is below the threshold of the events, "
                f"{table.attrs['threshold']:g}"
            )
        soft = _before_crossing(table, rearrangement, lead)
        hard = _quiet_stretches(table, quiet, hard_at)
        moments = table["moment_frame"].values, table["moment_time"].values
        parts.append(_examples(number, soft, hard, *moments))
    found = _together(parts).assign_attrs(
        _origins([table.attrs for table in tables]),
        rearrangement=float(rearrangement),
        candidate=float(tables[0].attrs["threshold"]),
        lead=float(lead),
        quiet=float(quiet),
        hard_at=hard_at,
        species=tables[0].attrs["species"],
    )
    return on_its_clock(found, tables[0].attrs.get("clock", "tau"))


@validated
@dataclass(frozen=True, slots=True)
class CrossingRule:
    """Which events of the hop indicator make soft examples, and which quiet stretches hard ones.

    Parameters
    ----------
    window
        of the hop indicator, tau
    candidate, rearrangement
        p_0, at which an event begins, and p_c, which its peak exceeds, sigma_AA^2
    quiet
        how long a hard particle stays below p_0, tau; the paper asks for a relaxation time
    lead
        from the soft structure to the crossing of p_0, tau
    hard_at
        "middle" of the quiet stretch, or "after" it has been quiet for `quiet`

    Raises
    ------
    ParameterError
        if the thresholds are not positive and rising.

    Notes
    -----
    :meth:`schoenholz2016` makes the paper's choice. :func:`training_by_crossing` applies it to events.

    Examples
    --------
    >>> CrossingRule.schoenholz2016(quiet=30.0).rearrangement
    0.2
    """

    window: Positive
    candidate: Positive
    rearrangement: Positive
    quiet: Positive
    lead: NotNegative = 0.0
    hard_at: Literal["middle", "after"] = "middle"

    def __post_init__(self) -> None:
        if not self.rearrangement >= self.candidate:
            raise ParameterError(
                f"rearrangement={self.rearrangement:g} must not be below candidate={self.candidate:g}"
            )

    @classmethod
    @validated
    def schoenholz2016(cls, *, quiet: Positive) -> CrossingRule:
        """The paper's window and thresholds (Sec. I.B), hard particles in the middle of their stretch.

        Parameters
        ----------
        quiet
            how long a hard particle stays below the lower threshold, tau

        Returns
        -------
        CrossingRule
            rule with the paper's numbers
        """
        return cls(10.0, 0.05, 0.2, quiet)


@validated
@dataclass(frozen=True, slots=True)
class ExtremaRule:
    """Which peaks and troughs of the hop indicator make examples.

    Parameters
    ----------
    window
        of the hop indicator, tau
    soft_above, hard_below
        p_S and p_H, sigma_AA^2
    soft_separation, hard_separation
        least time between two peaks, and between two troughs, of one
        particle, tau. Of those too close the highest peak or the deepest trough stays, the earlier of equals
    lead
        from the soft structure to the peak, tau. At the peak a part of the hop has happened

    Raises
    ------
    ParameterError
        if a threshold, a separation or `lead` is out of range.

    Notes
    -----
    :meth:`graham2023` makes the paper's choice.
    """

    window: Positive
    soft_above: float
    hard_below: float
    soft_separation: NotNegative
    hard_separation: NotNegative
    lead: NotNegative

    def __post_init__(self) -> None:
        above, below = self.soft_above, self.hard_below
        if not (np.isfinite([above, below]).all() and above >= below > 0):
            raise ParameterError(
                f"thresholds must be positive, the soft one higher, not soft_above={above}, "
                f"hard_below={below}; for example 0.2 and 0.05"
            )
        if min(self.soft_separation, self.hard_separation) <= 0:
            raise ParameterError("separations must be positive, for example soft_separation=10.0")

    @classmethod
    @validated
    def graham2023(cls, *, lead: NotNegative) -> ExtremaRule:
        """The paper's choice (Sec. II.B); it says of no lead.

        Parameters
        ----------
        lead
            time from the structure to the extremum of p_hop, tau

        Returns
        -------
        ExtremaRule
            rule with the paper's thresholds and separations

        Examples
        --------
        >>> ExtremaRule.graham2023(lead=0.0).hard_separation
        80.0
        """
        return cls(10.0, 0.2, 0.05, 10.0, 80.0, lead)


@validated
def training_by_extrema(
    trajectories: Trajectory | Sequence[Trajectory],
    rule: ExtremaRule,
    *,
    species: str | int | None = None,
    remove_drift: bool = False,
    executor: Executor | None = None,
    megabytes: Positive = 64.0,
) -> xr.Dataset:
    r"""Soft particles at peaks of the hop indicator, hard ones in its troughs.

    .. math:: p_\mathrm{hop}(i, t_\mathrm{peak}) > p_S, \qquad p_\mathrm{hop}(i, t_\mathrm{trough}) < p_H

    Parameters
    ----------
    trajectories
        trajectories of one state point
    rule
        which peaks and troughs
    species
        whose particles; A in the paper; None takes all
    remove_drift
        subtract the mean position of all particles in each frame; not done by default
    executor, megabytes
        map chunks of frames; they never change the answer

    Returns
    -------
    xr.Dataset
        a table along ``example`` as :func:`training_by_crossing` does. A peak is higher than both
        frames beside it, a trough lower. Memory grows with the extrema that are kept.

    Raises
    ------
    ParameterError
        if there are no such particles.
    TrajectoryError
        if frames are unevenly spaced, or a run is shorter than the window.

    References
    ----------
    graham2023, Sec. II.B.

    Examples
    --------
    >>> import numpy as np
    >>> from supercooled import Box, Trajectory
    >>> rng = np.random.default_rng(1)
    >>> rattling = rng.normal(scale=0.02, size=(100, 1, 3))
    >>> rattling[50:] += (0.0, 0.6, 0.8)
    >>> run = Trajectory.from_arrays(rattling, Box.cube(10.0), unwrapped=True)
    >>> chosen = training_by_extrema(run, ExtremaRule.graham2023(lead=0.0))
    >>> int(chosen.soft.sum()), abs(chosen.frame.values[chosen.soft.values] - 50) <= 1
    (1, array([ True]))
    """
    runs = replicas(trajectories)
    parts = []
    for number, run in enumerate(runs):
        search = indicator_search(run, rule.window, species, remove_drift=remove_drift)
        steps = tuple(_in_frames(x, run.interval) for x in (rule.soft_separation, rule.hard_separation))
        find = partial(_extrema_of, search, rule.soft_above, rule.hard_below, steps)
        pool = parcels(executor, partial(_read, run), run)
        found = map_add(find, search.chunks(megabytes, before=search.period), pool)
        particles, frames, values = (np.concatenate(column) for column in zip(*found, strict=True))
        peak = values > rule.soft_above
        kept = []
        for which, step, sign in ((peak, steps[0], 1.0), (~peak, steps[1], -1.0)):
            chosen = _thinned(particles[which], frames[which], sign * values[which], step, None)
            kept.append((search.particles[chosen[0]], chosen[1]))
        kept[0] = (kept[0][0], kept[0][1] - _in_frames(rule.lead, run.interval))
        parts.append(_examples(number, kept[0], kept[1], run.frames, run.times))
    table = _together(parts).assign_attrs(
        _origins([origin(run) for run in runs]),
        window=float(rule.window),
        soft_above=float(rule.soft_above),
        hard_below=float(rule.hard_below),
        soft_separation=float(rule.soft_separation),
        hard_separation=float(rule.hard_separation),
        lead=float(rule.lead),
        species=search.species,
    )
    return on_its_clock(table, runs[0].clock)


@validated
def balanced(examples: Kinds, *, size: Count, seed: Random) -> xr.Dataset:
    """As many soft as hard examples, drawn at random without putting back.

    Parameters
    ----------
    examples
        what :func:`training_by_crossing` or :func:`training_by_extrema` returns
    size
        of each kind; 6000 in the paper
    seed
        of the draw

    Returns
    -------
    xr.Dataset
        the drawn examples, with the variables of `examples`

    Raises
    ------
    ParameterError
        if there are fewer examples of a kind: a longer run has more.

    References
    ----------
    schoenholz2016, Sec. I.C.

    Examples
    --------
    >>> import numpy as np
    >>> table = xr.Dataset({"soft": ("example", np.arange(10) < 3)})
    >>> int(balanced(table, size=3, seed=1).soft.sum())
    3
    """
    soft = examples["soft"].values
    if size < 1:
        raise ParameterError(f"size must be at least 1, not {size}")
    for what, n in (("soft", int(soft.sum())), ("hard", int((~soft).sum()))):
        if n < size:
            raise ParameterError(
                f"only {n} {what} examples for {size} of each kind: use a longer run or a smaller size"
            )
    rng = np.random.default_rng(seed)
    drawn = [rng.choice(np.flatnonzero(kind), size, replace=False) for kind in (soft, ~soft)]
    return examples.isel(example=np.sort(np.concatenate(drawn))).assign_attrs(seed=int(seed))


def _in_frames(time: float, interval: float) -> int:
    """Fewest frames that last at least `time`."""
    return int(np.ceil(time / interval * (1.0 - 1e-9)))


def _before_crossing(table: xr.Dataset, rearrangement: float, lead: float) -> tuple[Integers, Integers]:
    first, (seen_from, _) = _places(table, "first_frame"), _observed(table)
    chosen = (table["peak"].values > rearrangement) & (first > seen_from)
    frames = first[chosen] - _in_frames(lead, table.attrs["interval"])
    return table["particle"].values[chosen], frames


def _quiet_stretches(table: xr.Dataset, quiet: float, hard_at: str) -> tuple[Integers, Integers]:
    first, last = _observed(table)
    observed = table["observed"].values
    # A frame before and one after the observed ones bound each particle's stretches like events.
    particle = np.concatenate([table["particle"].values, observed, observed])
    begin = np.concatenate(
        [_places(table, "first_frame"), np.full(len(observed), first - 1), np.full(len(observed), last + 1)]
    )
    end = np.concatenate([_places(table, "last_frame"), begin[-2 * len(observed) :]])
    order = np.lexsort((begin, particle))
    particle, begin, end = particle[order], begin[order], end[order]
    same = particle[1:] == particle[:-1]
    a, b = end[:-1][same] + 1, begin[1:][same] - 1
    needed = _in_frames(quiet, table.attrs["interval"])
    long = b - a >= needed
    middle = (a + b) // 2 if hard_at == "middle" else a + needed
    return particle[1:][same][long], middle[long]


def _read(run: Trajectory, span: Span) -> list[tuple[Trajectory, slice]]:
    """What a chunk reads."""
    return [(run, span.read)]


def _extrema_of(
    search: IndicatorSearch, above: float, below: float, steps: tuple[int, ...], span: Span
) -> list[tuple[Integers, Integers, Array]]:
    """Particle, frame and value of extrema, without those that one in the same chunk rules out."""
    side, n = search.side, search.trajectory.n_frames
    positions = search.positions(span.read)
    # The frame of the next chunk starts its sums there, and so it must here for the same bits.
    values = [search.indicator(positions[: span.stop + side - span.first])]
    if span.stop < n - side:
        values.append(search.indicator(positions[span.stop - side - span.first :]))
    values_from = span.first + side
    rows = np.concatenate(values)[max(0, span.start - 1 - values_from) :]
    rows_from = max(span.start - 1, values_from)
    room = 0
    while True:
        frames, particles, heights = np.empty(room, np.int64), np.empty(room, np.int64), np.empty(room)
        found = find_extrema(rows, above, below, frames, particles, heights)
        if found <= room:
            break
        room = found
    frames += rows_from
    seen = (span.start, span.stop)
    parts = []
    for which, step, sign in ((heights > above, steps[0], 1.0), (heights <= above, steps[1], -1.0)):
        chosen = _thinned(particles[which], frames[which], sign * heights[which], step, seen)
        parts.append((chosen[0], chosen[1], sign * chosen[2]))
    return parts


def _thinned(
    particles: Integers, frames: Integers, heights: Array, step: int, seen: tuple[int, int] | None
) -> tuple[Integers, Integers, Array]:
    order = np.lexsort((frames, particles))
    particles, frames, heights = particles[order], frames[order], heights[order]
    fate = np.empty(len(frames), np.int64)
    everything = 2**62
    start, stop = seen if seen is not None else (-everything, everything)
    thin_out(particles, frames, heights, step, start, stop, fate)
    left: Booleans = fate != REMOVED
    return particles[left], frames[left], heights[left]


def _examples(
    run: int,
    soft: tuple[Integers, Integers],
    hard: tuple[Integers, Integers],
    frames: Integers,
    times: Array,
) -> xr.Dataset:
    """Table of particles, each with the place of its frame among those of its run."""
    particle = np.concatenate([soft[0], hard[0]])
    place = np.concatenate([soft[1], hard[1]])
    kind = np.arange(len(place)) < len(soft[0])
    there = place >= 0
    columns = {
        "run": np.full(int(there.sum()), run),
        "frame": frames[place[there]],
        "particle": particle[there],
        "soft": kind[there],
    }
    table = xr.Dataset({name: ("example", values) for name, values in columns.items()})
    table["time"] = labelled("time", times[place[there]], ("example",))
    return table


def _places(table: xr.Dataset, column: str) -> Integers:
    """Places of frames among those of the run, from their numbers."""
    return np.searchsorted(table["moment_frame"].values, table[column].values)


def _observed(table: xr.Dataset) -> tuple[int, int]:
    """Places of the first and the last frame that has an indicator."""
    ends = [table.attrs["first_observed"], table.attrs["last_observed"]]
    first, last = np.searchsorted(table["moment_frame"].values, ends)
    return int(first), int(last)


def _origins(each: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Which trajectory each run of a table is, in the order of their numbers."""
    if not all("trajectory" in one for one in each):
        return {}
    return {"trajectory": [str(one["trajectory"]) for one in each]}


def _together(parts: list[xr.Dataset]) -> xr.Dataset:
    if not parts:
        raise TrajectoryError("there is no run")
    return xr.concat(parts, dim="example", combine_attrs="drop_conflicts")
