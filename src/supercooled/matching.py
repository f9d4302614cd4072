"""Two things paired by what they are: trajectory, frame, time and particle, never by position."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias, overload

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike

from supercooled.arguments import Indices, validated
from supercooled.arrays import Array, Integers
from supercooled.errors import ParameterError
from supercooled.trajectory import Trajectory

__all__ = ["Labels", "Match", "coordinates", "field_values", "laid_on", "matched", "origin", "passed_on"]

# Written times are rounded: they are one if they differ by less than this share of the shortest interval,
# or, where there is no interval, by this share of themselves.
OF_AN_INTERVAL, OF_ITSELF = 1e-2, 1e-6

Labelled: TypeAlias = Trajectory | xr.DataArray | xr.Dataset


@dataclass(frozen=True, slots=True, eq=False)
class Labels:
    """What the rows and columns of a thing are.

    Parameters
    ----------
    name
        what an error calls it
    made_from
        fingerprint of the trajectory it was made from, None if unknown, or that trajectory
    frames
        (row,), numbers in that trajectory's source, None if unknown
    times
        (row,), tau, None if unknown
    particles
        (column,), numbers in that trajectory, None if unknown
    n_rows, n_columns
        how many; None where it has none
    whole
        it has every particle, so that there are no others

    Examples
    --------
    >>> from supercooled import Box
    >>> run = Trajectory.from_arrays(np.zeros((5, 2, 3)), Box.cube(9.0))
    >>> Labels.of(run[1::2]).frames.tolist()
    [1, 3]
    """

    name: str
    made_from: str | Trajectory | None
    frames: Integers | None
    times: Array | None
    particles: Integers | None
    n_rows: int | None
    n_columns: int | None
    whole: bool = False

    @classmethod
    def of(cls, thing: Labelled, name: str | None = None) -> Labels:
        """Those of a trajectory, of a field (frame, particle), or of a table with a column ``frame``."""
        if isinstance(thing, Trajectory):
            every = np.arange(thing.n_particles)
            return cls(
                name or thing.source.name, thing, thing.frames, thing.moments, every,
                thing.n_frames, thing.n_particles, whole=True,
            )  # fmt: skip
        made = thing.attrs.get("trajectory")
        called = name or str(getattr(thing, "name", None) or "field")
        particles = thing["particle"] if "particle" in thing.coords else None
        rows = _along_rows(thing)
        _check_once(thing, rows, called)
        return cls(
            called,
            made if isinstance(made, str) else None,
            None if "frame" not in _known(thing) else np.atleast_1d(thing["frame"].values).astype(np.int64),
            _times(thing, rows),
            None if particles is None or particles.ndim != 1 else particles.values.astype(np.int64),
            None if rows is None else thing.sizes[rows],
            thing.sizes.get("particle"),
        )

    @property
    def trajectory(self) -> str | None:
        """Fingerprint of the trajectory it was made from, None if unknown; of a file it takes reading it."""
        return self.made_from.fingerprint if isinstance(self.made_from, Trajectory) else self.made_from

    def in_words(self) -> str:
        """Its name, and of which trajectory it is, where it says so itself."""
        known = isinstance(self.made_from, str)
        return f"{self.name} (of trajectory {self.trajectory:.8})" if known else self.name


@dataclass(frozen=True, slots=True, eq=False)
class Match:
    """Places in two things of what is in both: frames in the order of the second, particles by number.

    Parameters
    ----------
    rows, other_rows
        (row,)
    columns, other_columns
        (column,)
    """

    rows: Integers
    other_rows: Integers
    columns: Integers
    other_columns: Integers


@validated
def matched(one: Labelled | Labels, other: Labelled | Labels, *, lead: float = 0.0) -> Match:
    """Where two things are of the same frame, or of times `lead` apart, and of the same particle.

    Parameters
    ----------
    one, other
        trajectories, or fields and tables made from one; in a table a frame may occur often
    lead
        from the time of `one` to that of `other`, tau

    Returns
    -------
    Match
        rows and columns of both that belong together

    Raises
    ------
    ParameterError
        naming both, if they are of two trajectories, a frame has two times, no frame or no particle is in
        both, or something without labels is not as long as the other.

    Notes
    -----
    Frames are identified by their numbers in the trajectory's source, which stay in every slice, and those
    that have a number in common must have a time in common; with a lead, by their times. What has no
    coordinate ``frame`` or ``particle`` is taken as it stands only where it is as long as the whole of the
    other.

    Examples
    --------
    >>> from supercooled import Box
    >>> run = Trajectory.from_arrays(np.zeros((9, 3, 3)), Box.cube(9.0))
    >>> at = {"frame": [4, 6, 8], "time": ("frame", [4.0, 6.0, 8.0]), "particle": [2]}
    >>> late = xr.DataArray(np.ones((3, 1)), at, ("frame", "particle"), name="softness")
    >>> found = matched(late, run[3:7])
    >>> found.rows.tolist(), found.other_rows.tolist(), found.other_columns.tolist()
    ([0, 1], [1, 3], [2])
    """
    a, b = (thing if isinstance(thing, Labels) else Labels.of(thing) for thing in (one, other))
    if not np.isfinite(lead):
        raise ParameterError(f"lead must be a time, not {lead}, for example lead=0.0")
    if a.made_from is not None and b.made_from is not None and a.trajectory != b.trajectory:
        raise ParameterError(
            f"{a.in_words()} and {b.in_words()} belong to different trajectories, {a.trajectory:.8} and "
            f"{b.trajectory:.8}. If these contain the same particles at the same times, as a "
            "run and its inherent structures do, supercooled.matching.laid_on(field, "
            "trajectory) assigns the field to the other trajectory"
        )
    return Match(*_rows(a, b, lead), *_columns(a, b))


@validated
def laid_on(field: xr.DataArray, trajectory: Trajectory) -> xr.DataArray:
    """A field as one of another trajectory, which holds the same particles at the same times.

    Parameters
    ----------
    field
        (frame, ...) with ``time``, for example of the inherent structures of `trajectory`, or of the same
        run in another file
    trajectory
        whose frames' numbers it gets, by their times

    Returns
    -------
    xr.DataArray
        the field at those of its frames that `trajectory` has.

    Raises
    ------
    ParameterError
        if the field has no times, no time is in both, or it is of particles that `trajectory` lacks.

    Examples
    --------
    >>> from supercooled import Box
    >>> run = Trajectory.from_arrays(np.zeros((9, 2, 3)), Box.cube(9.0))
    >>> at = {"frame": [0, 1], "time": ("frame", [4.0, 8.0])}
    >>> still = xr.DataArray(np.ones((2, 2)), at, ("frame", "particle"), name="softness")
    >>> laid_on(still, run).frame.values.tolist()
    [4, 8]
    """
    a, b = Labels.of(field), Labels.of(trajectory)
    times = trajectory.times
    if a.times is None:
        raise ParameterError(
            f"{a.name} has no coordinate `time` along its frames, so its frames can't be matched"
        )
    rows, other_rows = _at_times(a.times, times)
    if len(rows) == 0:
        raise ParameterError(
            f"{a.name} is known from t = {a.times.min():g} to {a.times.max():g}, and {b.name} has no frame "
            "at any of these times"
        )
    _columns(a, b)
    chosen = field.isel(frame=rows)
    again = chosen.assign_coords(
        {"frame": trajectory.frames[other_rows], "time": ("frame", times[other_rows])}
    )
    again["time"].attrs.update(field["time"].attrs)
    return again.assign_attrs(trajectory=trajectory.fingerprint)


@validated
def field_values(name: str, field: xr.DataArray | ArrayLike, trajectory: Trajectory) -> Array:
    """Values of a field at every frame and particle of a trajectory, (frame, particle), or NaN.

    Parameters
    ----------
    name
        name of the field, for messages
    field
        (frame, particle), plain or labelled
    trajectory
        trajectory

    Returns
    -------
    Array
        (frame, particle), NaN where the field has no value

    Raises
    ------
    ParameterError
        if it does not belong to the trajectory; an array without labels must be as large as it is.

    Examples
    --------
    >>> from supercooled import Box
    >>> still = Trajectory.from_arrays(np.zeros((2, 3, 3)), Box.cube(4.0))
    >>> where = {"frame": [1], "particle": [0, 2]}
    >>> late = xr.DataArray([[1.0, 2.0]], dims=("frame", "particle"), coords=where)
    >>> field_values("softness", late, still)
    array([[nan, nan, nan],
           [ 1., nan,  2.]])
    """
    expected = (trajectory.n_frames, trajectory.n_particles)
    if not isinstance(field, xr.DataArray):
        values = np.asarray(field, dtype=np.float64)
        if values.shape != expected:
            raise ParameterError(
                f"field {name!r} has shape {values.shape}, {trajectory.source.name} {expected}; "
                "a DataArray may hold some of the frames and particles if its coordinates "
                "number them"
            )
        return values
    if set(field.dims) != {"frame", "particle"}:
        raise ParameterError(f"field {name!r} must have dimensions (frame, particle), not {field.dims}")
    found = matched(Labels.of(field, name), trajectory)
    full = np.full(expected, np.nan)
    values = field.transpose("frame", "particle").isel(frame=found.rows, particle=found.columns).to_numpy()
    full[np.ix_(found.other_rows, found.other_columns)] = values
    return full


@validated
def coordinates(
    trajectory: Trajectory,
    rows: Indices | slice = slice(None),
    particles: Indices | None = None,
) -> dict[str, Any]:
    """Labels of a result over frames: number in the source; time and temperature, where known; particles.

    Parameters
    ----------
    trajectory
        trajectory
    rows
        which of the trajectory's frames, counted in it from 0
    particles
        which, None for results that have none

    Returns
    -------
    dict[str, Any]
        coordinates by name

    Raises
    ------
    ParameterError
        if there is no such frame.

    Examples
    --------
    >>> from supercooled import Box
    >>> run = Trajectory.from_arrays(np.zeros((5, 2, 3)), Box.cube(9.0))[2:]
    >>> coordinates(run, [0, 1])["frame"].tolist()
    [2, 3]
    """
    if not isinstance(rows, slice):
        rows = np.asarray(rows, dtype=np.int64)
        if rows.size and rows.max() >= trajectory.n_frames:
            raise ParameterError(
                f"rows[{int(rows.argmax())}] is {rows.max()} of {trajectory.n_frames} frames"
            )
    found: dict[str, Any] = {"frame": trajectory.frames[rows]}
    if trajectory.moments is not None:
        found["time"] = ("frame", trajectory.moments[rows])
    if particles is not None:
        found["particle"] = particles
    if trajectory.temperature is not None:
        found["temperature"] = trajectory.temperature
    return found


@validated
def origin(trajectory: Trajectory) -> dict[str, Any]:
    """Attributes of a result that say of what it is: trajectory, particles, volume of the box.

    ``trajectory`` is the fingerprint of the whole source, ``volume`` that of its first frame, the same for
    all slices.

    Parameters
    ----------
    trajectory
        trajectory

    Returns
    -------
    dict[str, Any]
        attributes by name

    Examples
    --------
    >>> from supercooled import Box
    >>> origin(Trajectory.from_arrays(np.zeros((5, 2, 3)), Box.cube(2.0)))["system"]
    '2 A in 3 dimensions'
    """
    counts = np.bincount(trajectory.species, minlength=len(trajectory.names))
    particles = ", ".join(
        f"{n} {name}" for name, n in sorted(zip(trajectory.names, counts, strict=True)) if n
    )
    return {
        "trajectory": trajectory.fingerprint,
        "system": f"{particles} in {trajectory.dimensions} dimensions",
        "volume": float(trajectory.source.boxes([0])[0, : trajectory.dimensions].prod()),
        **({} if trajectory.clock == "tau" else {"clock": trajectory.clock}),
    }


@overload
def on_its_clock(found: xr.Dataset, clock: str) -> xr.Dataset: ...
@overload
def on_its_clock(found: xr.DataArray, clock: str) -> xr.DataArray: ...
def on_its_clock(found: Any, clock: str) -> Any:
    """A result of trajectories of a clock: where that is frames, they take the place of tau in its units."""
    if clock == "tau":
        return found
    own = found.data_vars.values() if isinstance(found, xr.Dataset) else [found]
    for one in (*found.coords.values(), *own):
        unit = str(one.attrs.get("units", ""))
        if "tau" in unit.replace("/", " ").replace("^", " ").split():
            one.attrs["units"] = unit.replace("tau", clock)
    if "time" in found.coords:
        found["time"].attrs.setdefault("units", clock)
    return found.assign_attrs(clock=clock)


def passed_on(attributes: Mapping[Hashable, Any]) -> dict[str, Any]:
    """Of the attributes of a result those of :func:`origin`, for what is made from it."""
    return {
        name: attributes[name] for name in ("trajectory", "system", "volume", "clock") if name in attributes
    }


def _along_rows(thing: xr.DataArray | xr.Dataset) -> Hashable | None:
    """The dimension along which frames lie: ``frame``, or that of a table's column of this name."""
    if "frame" in thing.dims:
        return "frame"
    column = thing["frame"] if "frame" in _known(thing) else None
    return None if column is None or column.ndim != 1 else column.dims[0]


def _check_once(thing: xr.DataArray | xr.Dataset, rows: Hashable | None, name: str) -> None:
    """A table may have many rows of a frame or particle, a field one."""
    for label in ("frame", "particle"):
        if label in thing.dims and label in thing.coords and (rows == "frame" or label == "particle"):
            numbers, counts = np.unique(thing[label].values, return_counts=True)
            if (counts > 1).any():
                raise ParameterError(f"{name} has {label} {numbers[counts > 1][0]} twice: keep one of them")


def _known(thing: xr.DataArray | xr.Dataset) -> set[Hashable]:
    return set(thing.coords) | (set(thing.data_vars) if isinstance(thing, xr.Dataset) else set())


def _times(thing: xr.DataArray | xr.Dataset, rows: Hashable | None) -> Array | None:
    if "time" not in _known(thing) or thing["time"].dims != (rows,):
        return None
    times = np.asarray(thing["time"].values, dtype=np.float64)
    return times if np.isfinite(times).any() else None


def _rows(a: Labels, b: Labels, lead: float) -> tuple[Integers, Integers]:
    if a.frames is None or b.frames is None:
        return _unnumbered(a, b, lead)
    if a.times is not None and b.times is not None:
        _check_times(a, b)
        if lead == 0:
            rows, other_rows = _same(a.frames, b.frames)
        else:
            rows, other_rows = _at_times(a.times + lead, b.times)
    else:
        rows, other_rows = _same(a.frames + _in_frames(b, lead), b.frames)
    if len(rows) == 0:
        _check_lead(b, lead)
        ahead = f" with a lead of {lead:g} tau reaches" if lead else " is known in"
        step = 0 if lead == 0 or b.times is None else _steps(b, lead)
        raise ParameterError(
            f"{a.in_words()}{ahead} frames {a.frames.min() + step} to {a.frames.max() + step}, "
            f"{b.in_words()} has {b.frames.min()} to {b.frames.max()}: they have no frame in common"
        )
    return rows, other_rows


def _unnumbered(a: Labels, b: Labels, lead: float) -> tuple[Integers, Integers]:
    """Without numbers of the frames times tell, or a trajectory is as long as what is laid over it."""
    if a.times is not None and b.times is not None:
        rows, other_rows = _at_times(a.times + lead, b.times)
        if len(rows) == 0:
            raise ParameterError(f"{a.in_words()} and {b.in_words()} have no time in common")
        return rows, other_rows
    if a.frames is None and a.n_rows is not None and b.whole and lead == 0:
        if a.n_rows == b.n_rows:
            return np.arange(a.n_rows), np.arange(a.n_rows)
        raise ParameterError(
            f"{a.name} has {a.n_rows} of the {b.n_rows} frames of {b.name} and no coordinate that numbers "
            "its frames: use assign_coords(frame=...)"
        )
    bare = a if a.frames is None else b
    raise ParameterError(
        f"{bare.name} has no coordinate that numbers its frames: use assign_coords(frame=...)"
    )


def _same(wanted: Integers, known: Integers) -> tuple[Integers, Integers]:
    """Places of numbers that are in both, in the order of the second; of the first a number may be often."""
    order = np.argsort(known, kind="stable")
    place = np.searchsorted(known[order], wanted).clip(max=max(len(known) - 1, 0))
    there = np.flatnonzero(known[order][place] == wanted) if len(known) else np.zeros(0, np.int64)
    found = order[place[there]]
    by_number = np.lexsort((found, wanted[there]))
    return there[by_number], found[by_number]


def _at_times(wanted: Array, known: Array) -> tuple[Integers, Integers]:
    """Places of times that are in both."""
    within = _tolerance(known)
    order = np.argsort(known, kind="stable")
    rising = known[order]
    after = np.searchsorted(rising, wanted).clip(max=len(known) - 1)
    before = np.maximum(after - 1, 0)
    nearer = np.abs(rising[before] - wanted) < np.abs(rising[after] - wanted)
    place = np.where(nearer, before, after)
    there = np.flatnonzero(np.abs(rising[place] - wanted) <= within)
    found = order[place[there]]
    by_time = np.argsort(wanted[there], kind="stable")
    return there[by_time], found[by_time]


def _tolerance(times: Array) -> float:
    finite = np.sort(times[np.isfinite(times)])
    steps = np.diff(finite)
    between = float(steps[steps > 0].min(initial=np.inf))
    if np.isfinite(between):
        return OF_AN_INTERVAL * between
    return OF_ITSELF * float(np.abs(finite).max(initial=0.0))


def _check_times(a: Labels, b: Labels) -> None:
    """Frames are numbers; of two files they may be of other times."""
    if a.frames is None or b.frames is None or a.times is None or b.times is None:
        return
    rows, other_rows = _same(a.frames, b.frames)
    apart = np.abs(b.times[other_rows] - a.times[rows])
    wrong = np.isfinite(apart) & (apart > _tolerance(b.times if len(b.times) > 1 else a.times))
    if wrong.any():
        k = int(np.argmax(wrong))
        raise ParameterError(
            f"frame {a.frames[rows[k]]} of {a.in_words()} is at {a.times[rows[k]]:g}, but in "
            f"{b.in_words()} at {b.times[other_rows[k]]:g}: their frames are numbered in different "
            "files. supercooled.matching.laid_on(field, trajectory) numbers the frames of a "
            "field as in a trajectory, by time; if only the origin of time differs, use "
            "drop_vars('time')"
        )


def _check_lead(b: Labels, lead: float) -> None:
    """Refused where it is no whole number of intervals."""
    if lead == 0 or b.times is None or len(b.times) < 2:
        return
    interval = float(np.diff(np.sort(b.times)).min())
    if abs(lead / interval - round(lead / interval)) > OF_AN_INTERVAL:
        raise ParameterError(
            f"a lead of {lead:g} is not a multiple of the interval between frames of {b.name}, {interval:g}"
        )


def _in_frames(b: Labels, lead: float) -> int:
    """How many frames a time is, where only one of two things has times."""
    if lead == 0:
        return 0
    if b.times is None or len(b.times) < 2:
        raise ParameterError(f"a lead needs {b.name} in at least two frames, with their `time` coordinate")
    _check_lead(b, lead)
    return _steps(b, lead)


def _steps(b: Labels, lead: float) -> int:
    if b.frames is None or b.times is None or len(b.times) < 2:
        return 0
    return round(float(lead * (b.frames[-1] - b.frames[0]) / (b.times[-1] - b.times[0])))


def _columns(a: Labels, b: Labels) -> tuple[Integers, Integers]:
    if a.n_columns is None or b.n_columns is None:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    if a.particles is None or b.particles is None:
        if a.n_columns != b.n_columns:
            raise ParameterError(
                f"{a.name} has {a.n_columns} particles, {b.name} {b.n_columns}, and there is no "
                "`particle` coordinate to match them"
            )
        return np.arange(a.n_columns), np.arange(b.n_columns)
    for one, other in ((a, b), (b, a)):
        named = np.zeros(0, np.int64) if one.particles is None else one.particles
        if other.whole and len(named) and not 0 <= named.min() <= named.max() < (other.n_columns or 0):
            raise ParameterError(
                f"{one.in_words()} has particles {named.min()} to {named.max()}, but {other.name} "
                f"has only {other.n_columns}, numbered from 0"
            )
    _, columns, other_columns = np.intersect1d(a.particles, b.particles, return_indices=True)
    if len(columns) == 0:
        raise ParameterError(f"{a.in_words()} and {b.in_words()} have no particle in common")
    return columns, other_columns
