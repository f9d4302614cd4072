"""Runs of one state point, or fields of them, that are averaged: they must be alike, and each given once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np
import xarray as xr

from supercooled.arrays import Array, Integers
from supercooled.box import Box
from supercooled.errors import ParameterError, SupercooledError, TrajectoryError
from supercooled.matching import OF_AN_INTERVAL, Labels
from supercooled.trajectory import Trajectory

# How far mean volumes of one state may differ where boxes breathe, and edges where they don't.
BREATH, EDGE = 0.05, 1e-6
# How far apart particles are in two forms of one frame, of the longest edge: single precision, or six digits.
SAME_PLACE = 1e-5
# How far the volumes may differ of the boxes that fields know: of one frame, which may breathe.
OF_ONE_FRAME = 0.02
# What a field says of how it was made that a threshold or a bin means something else without.
ALIKE = (
    "units",
    "window",
    "frames_in_each_half",
    "horizon",
    "width",
    "direct_correlation",
    "pair_correlation",
    "normalisation",
    "switching",
)


def replicas(
    trajectories: Trajectory | Sequence[Trajectory], *, one_interval: bool = False
) -> tuple[Trajectory, ...]:
    """One trajectory or several of one state point, as a tuple.

    Parameters
    ----------
    one_interval
        must the time between frames be the same in all?

    Raises
    ------
    ParameterError, TrajectoryError
        naming both, if they are not alike, or one is given twice, under whatever path; or there is none.

    Notes
    -----
    They must hold the same particles of the same species in as many dimensions, in one box (edges within
    1e-6; of boxes that breathe the mean volume within 5 %), at one temperature and of one liquid where
    both say theirs. Two parts of one run are allowed where they don't overlap in time: they are not
    independent as two runs are, and errors from them know no more than those from parts of one run.

    Examples
    --------
    >>> from supercooled import Box
    >>> run = Trajectory.from_arrays(np.zeros((8, 5, 3)), Box.cube(9.0))
    >>> len(replicas([run[:4], run[4:]]))
    2
    """
    runs = (trajectories,) if isinstance(trajectories, Trajectory) else tuple(trajectories)
    if not runs:
        raise ParameterError("there is no trajectory; pass one, or a sequence of replicas")
    for run in runs[1:]:
        _check_alike(runs[0], run, one_interval=one_interval)
    each_once(runs)
    return runs


def see_one_interval(runs: Sequence[Trajectory]) -> None:
    """Refused where the closest frames of some runs are further apart than those of others.

    Pairs of frames of all runs are averaged: one with half as many would count half, at some lags alone.

    Raises
    ------
    TrajectoryError
        naming both.
    """
    known = [(run, float(np.diff(run.times).min())) for run in runs if run.n_frames > 1]
    for run, apart in known[1:]:
        first, closest = known[0]
        if not np.isclose(apart, closest, rtol=OF_AN_INTERVAL):
            raise TrajectoryError(
                f"{run.source.name} and {first.source.name} are replicas, but their closest "
                f"frames are {apart:g} and {closest:g} apart: replicas need the same interval; "
                "write the finer one again with fewer frames"
            )


def each_once(things: Sequence[Trajectory] | Sequence[xr.DataArray]) -> None:
    """Refused where two of some runs or fields share frames: what is independent is given once.

    A run is known again in another form too, as a GSD file of a dump, or a copy from before it was prolonged.

    Raises
    ------
    ParameterError
        naming both.
    """
    if len(things) < 2:
        return
    labels = [Labels.of(thing) for thing in things]
    # Found once for each run, not for each pair of runs.
    origins = [label.trajectory for label in labels]
    few = _Few()
    for i, j in combinations(range(len(things)), 2):
        a, b, one, other = labels[i], labels[j], things[i], things[j]
        known = a.made_from is not None and b.made_from is not None
        again = known and origins[i] == origins[j] and _overlap(a, b)
        if not again and isinstance(one, Trajectory) and isinstance(other, Trajectory):
            again = origins[i] != origins[j] and few.may_end_alike(one, other) and _end_alike(one, other)
        if one is other or again:
            first = "is given twice" if a.name == b.name else f"has the same contents as {a.name}"
            raise ParameterError(f"{b.name} {first}: replicas are independent runs, each given once")


def alike(fields: Sequence[xr.DataArray], *, one_temperature: bool = True) -> None:
    """Refused where fields are of other temperatures, liquids or boxes, or made in other ways.

    What a field does not say is taken as it is. Fields of several kinds may be among them: those of a kind,
    by their name, are held against each other in how they were made.

    Parameters
    ----------
    one_temperature
        must they be of the same, where they say it?

    Raises
    ------
    ParameterError
        naming both.
    """
    if one_temperature:
        _check_temperatures(fields)
    kinds: dict[str, xr.DataArray] = {}
    for one in fields:
        first = kinds.setdefault(str(one.name), one)
        for key in ALIKE:
            if key in first.attrs and key in one.attrs and not _equal(first.attrs[key], one.attrs[key]):
                raise ParameterError(
                    f"{Labels.of(first).in_words()} has {key} {first.attrs[key]}, and a "
                    f"{Labels.of(one).in_words()} given with it {one.attrs[key]}: only results of "
                    "the same kind can be averaged"
                )
    known = [one for one in fields if "system" in one.attrs]
    for one in known[1:]:
        if one.attrs["system"] != known[0].attrs["system"]:
            raise ParameterError(
                f"{Labels.of(known[0]).in_words()} is of {known[0].attrs['system']}, and "
                f"{Labels.of(one).in_words()} of {one.attrs['system']}: give runs of one liquid"
            )
    _check_boxes([(Labels.of(one).in_words(), one.attrs) for one in fields])


def counts_of(run: Trajectory) -> dict[str, int]:
    """Particles of each species that has any."""
    every = np.bincount(run.species, minlength=len(run.names))
    return {name: int(n) for name, n in sorted(zip(run.names, every.tolist(), strict=True)) if n}


def species_counts(trajectory: Trajectory) -> Integers:
    """Particles of each species, (species,)."""
    return np.bincount(trajectory.species, minlength=len(trajectory.names))


def _check_alike(first: Trajectory, run: Trajectory, *, one_interval: bool) -> None:
    both = f"{run.source.name} and {first.source.name}"

    def differ(what: str, ours: object, theirs: object, kind: type[SupercooledError]) -> SupercooledError:
        return kind(f"{both} {what} {theirs} and {ours}: replicas must have the same state point")

    if first.dimensions != run.dimensions:
        raise differ("have dimensions", first.dimensions, run.dimensions, TrajectoryError)
    if (first.field_of_view is None) != (run.field_of_view is None):
        borders = ["a periodic box" if one.field_of_view is None else "open borders" for one in (first, run)]
        raise differ("have", borders[0], borders[1], ParameterError)
    seen = first.field_of_view is not None
    if seen and first.names != run.names:
        raise differ("have the species", first.names, run.names, ParameterError)
    ours, theirs = counts_of(first), counts_of(run)
    if ours != theirs and not seen:
        raise differ("hold", ours, theirs, ParameterError)
    if first.clock != run.clock:
        raise differ("count time in", first.clock, run.clock, ParameterError)
    at, there = first.temperature, run.temperature
    if at is not None and there is not None and not np.isclose(at, there):
        raise differ("are of T =", f"{at:g}", f"{there:g}", ParameterError)
    if first.state is not None and run.state is not None:
        one, other = first.state.liquid, run.state.liquid
        if one.name != other.name or one.mixture.to_dict() != other.mixture.to_dict():
            raise differ("were made with", one.name, other.name, ParameterError)
    if not seen and not _one_box(run, first):
        raise TrajectoryError(
            f"{both} are replicas, but their boxes differ: replicas have the same state point "
            "and the same box"
        )
    if one_interval and not np.isclose(run.interval, first.interval, rtol=1e-6):
        raise TrajectoryError(
            f"{both} are replicas, but their frames are {run.interval:g} and {first.interval:g} "
            "apart: replicas need the same interval; write the finer one again with fewer "
            "frames"
        )


def _one_box(a: Trajectory, b: Trajectory) -> bool:
    """Is it the same box? Of boxes that breathe the volume need only be about the same."""
    ends = [
        (run.boxes(slice(0, 1))[0], run.boxes(slice(run.n_frames - 1, run.n_frames))[0]) for run in (a, b)
    ]
    if all(np.array_equal(begin, end) for begin, end in ends):
        return bool(np.allclose(ends[0][0], ends[1][0], rtol=EDGE, atol=1e-9))
    first, second = (float(np.mean([box[: a.dimensions].prod() for box in pair])) for pair in ends)
    return abs(first - second) <= BREATH * first


class _Few:
    """Places of a few particles in single frames, kept, so that hundreds of runs are read once each."""

    number = 16

    def __init__(self) -> None:
        self._kept: dict[tuple[int, int], tuple[Array, float]] = {}

    def _of(self, run: Trajectory, row: int) -> tuple[Array, float]:
        """In units of the edges, and below which difference two of them are the same place."""
        key = id(run), row
        if key not in self._kept:
            part = slice(row, row + 1)
            edges = run.boxes(part)[0]
            box = Box.from_array(edges, run.dimensions)
            places = box.fractional(run.positions(part)[0][: self.number])
            self._kept[key] = places, _near(edges, run.dimensions) / float(box.heights.min())
        return self._kept[key]

    def may_end_alike(self, a: Trajectory, b: Trajectory) -> bool:
        """False where these few particles end in other places: all then need not be compared."""
        where = _last_of_both(a, b)
        if where is None:
            return False
        (ours, near), (theirs, _) = self._of(a, where[0]), self._of(b, where[1])
        if ours.shape != theirs.shape:
            return False
        apart = ours - theirs
        return float(np.abs(apart - np.rint(apart)).max(initial=0.0)) < 2.0 * near


def _near(edges: Array, dimensions: int) -> float:
    """Distance below which two places are the same, sigma_AA."""
    return SAME_PLACE * float(np.max(edges[:dimensions]))


def _end_alike(a: Trajectory, b: Trajectory) -> bool:
    """Are box and places of all particles the same in the last frame that both have, but not as they began?

    Runs from one configuration begin alike, but don't end so.
    """
    if a.field_of_view is not None:
        return False
    where = _last_of_both(a, b)
    if where is None or a.n_particles != b.n_particles or a.dimensions != b.dimensions:
        return False
    edges, others = (run.boxes(slice(k, k + 1))[0] for run, k in zip((a, b), where, strict=True))
    if not np.allclose(edges, others, rtol=SAME_PLACE, atol=SAME_PLACE):
        return False
    box = Box.from_array(edges, a.dimensions)
    near = _near(edges, a.dimensions)

    def apart(one: Array, other: Array) -> float:
        return float(np.abs(box.minimum_image(one - other)).max(initial=0.0))

    ours, theirs = (run.positions(slice(k, k + 1))[0] for run, k in zip((a, b), where, strict=True))
    return apart(ours, theirs) < near and apart(ours, a.positions(slice(0, 1))[0]) > 10 * near


def begin_alike(a: Trajectory, b: Trajectory) -> bool:
    """Do both begin with one configuration?"""
    if a.n_particles != b.n_particles or a.dimensions != b.dimensions:
        return False
    edges = a.boxes(slice(0, 1))[0]
    box = Box.from_array(edges, a.dimensions)
    apart = box.minimum_image(a.positions(slice(0, 1))[0] - b.positions(slice(0, 1))[0])
    return float(np.abs(apart).max(initial=0.0)) < _near(edges, a.dimensions)


def _last_of_both(a: Trajectory, b: Trajectory) -> tuple[int, int] | None:
    """Where the last time is that both have, if they have one; the last frame, where times are not known."""
    ours, theirs = a.moments, b.moments
    if ours is None or theirs is None:
        last = min(a.n_frames, b.n_frames) - 1
        return (last, last) if last > 0 else None
    end = min(ours[-1], theirs[-1])
    i, j = (int(np.argmin(np.abs(times - end))) for times in (ours, theirs))
    close = bool(np.isclose(ours[i], theirs[j], rtol=1e-6, atol=0.0))
    return (i, j) if close and i > 0 and j > 0 else None


def _overlap(a: Labels, b: Labels) -> bool:
    """Do two of one trajectory share a part of its time, and particles?"""
    if a.frames is None or b.frames is None or len(a.frames) == 0 or len(b.frames) == 0:
        return True
    apart = a.frames.max() < b.frames.min() or b.frames.max() < a.frames.min()
    if a.particles is not None and b.particles is not None:
        apart = apart or not np.isin(a.particles, b.particles).any()
    return not apart


def _check_temperatures(given: Sequence[xr.DataArray]) -> None:
    """Replicas are of one temperature; what does not say its own is taken as it is."""
    known = [
        one
        for one in given
        if "temperature" in one.coords
        and one["temperature"].ndim == 0
        and np.isfinite(float(one["temperature"]))
    ]
    for one in known[1:]:
        ours, theirs = (float(each["temperature"]) for each in (known[0], one))
        if not np.isclose(ours, theirs):
            raise ParameterError(
                f"{known[0].name} is at T = {ours:g}, but the {one.name} given with it is at T "
                f"= {theirs:g}: give runs of the same temperatures in the same order"
            )


def _equal(a: Any, b: Any) -> bool:
    if isinstance(a, float | int | np.number) and isinstance(b, float | int | np.number):
        return bool(np.isclose(float(a), float(b), rtol=1e-6))
    return bool(a == b)


def alike_tables(tables: Sequence[xr.Dataset]) -> None:
    """Refused where tables of events are of other liquids, found in other ways, or of one run given twice.

    Raises
    ------
    ParameterError
        saying what differs.
    """
    for k, table in enumerate(tables[1:], start=1):
        for key in ("system", "species", "window", "interval", "threshold", "temperature"):
            first = tables[0].attrs
            if key in first and key in table.attrs and not _equal(first[key], table.attrs[key]):
                raise ParameterError(
                    f"events of run 0 have {key} {first[key]}, and those of run {k} "
                    f"{table.attrs[key]}: only events of the same kind can be combined"
                )
        clocks = [one.attrs.get("clock", "tau") for one in (tables[0], table)]
        if clocks[0] != clocks[1]:
            raise ParameterError(
                f"events of run 0 count time in {clocks[0]}, and those of run {k} in {clocks[1]}: take "
                "by_frame() of all, or of none"
            )
    _check_boxes([(f"a table of events, of run {k},", table.attrs) for k, table in enumerate(tables)])
    for (j, one), (k, other) in combinations(enumerate(tables), 2):
        made = one.attrs.get("trajectory"), other.attrs.get("trajectory")
        shared = "moment_frame" in one and "moment_frame" in other and _share(one, other)
        if one is other or (made[0] is not None and made[0] == made[1] and shared):
            raise ParameterError(
                f"events of run {j} and of run {k} belong to the same trajectory, {made[0]}: "
                "replicas are independent runs, each given once"
            )


def _check_boxes(each: Sequence[tuple[str, Mapping[Any, Any]]]) -> None:
    """Boxes of the first frames, which may breathe."""
    boxes = [(name, float(attributes["volume"])) for name, attributes in each if "volume" in attributes]
    for name, volume in boxes[1:]:
        if abs(boxes[0][1] - volume) > OF_ONE_FRAME * boxes[0][1]:
            raise ParameterError(
                f"{boxes[0][0]} is of a box of volume {boxes[0][1]:.6g}, and {name} of "
                f"{volume:.6g}: give runs with the same density"
            )


def _share(one: xr.Dataset, other: xr.Dataset) -> bool:
    a, b = one["moment_frame"].values, other["moment_frame"].values
    return bool(a.max() >= b.min() and b.max() >= a.min())
