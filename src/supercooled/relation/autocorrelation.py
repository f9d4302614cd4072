"""How long a field remembers, and what becomes of particles that stay."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from supercooled.arguments import Blocks, Count, Positive, Times, validated
from supercooled.arguments.datasets import ParticleField
from supercooled.arrays import Array, Integers
from supercooled.blocks import FEWEST_PARTS, PART, block_of, independent, jackknife_error, leave_one_out
from supercooled.chunks import frames_within
from supercooled.errors import ParameterError
from supercooled.fields import chunks_of
from supercooled.kernels.memory import add_changes, mark_escapes
from supercooled.matching import matched
from supercooled.quantities import labelled, quantity
from supercooled.relation.distributions import field_unit
from supercooled.relation.pairing import bin_edges
from supercooled.replicas import alike, replicas
from supercooled.trajectory import Trajectory


@validated
def memory(field: ParticleField, *, lags: Times, blocks: Blocks = 5) -> xr.Dataset:
    r"""Correlation of a field with itself at a later time.

    .. math:: C_S(t) = \left\langle \frac{[S_i(t') - \bar S(t')]\,[S_i(t'+t) - \bar S(t'+t)]}
              {\sigma_{S(t')}\, \sigma_{S(t'+t)}} \right\rangle

    with mean and standard deviation over the particles of a frame, averaged over particles and origins.
    A particle without a value (NaN) in either frame does not count.

    Parameters
    ----------
    field
        (frame, particle) with ``time``, evenly spaced
    lags
        (lag,), whole multiples of the interval, tau
    blocks
        parts of the run, left out in turn for the error; NaN where a part is shorter than five lags
        or than five times that after which less than 1/e of the correlation is left, since parts then know of
        each other

    Returns
    -------
    xr.Dataset
        ``memory`` and ``memory_error`` (lag), dimensionless; C_S(0) = 1. The attribute ``no_error`` says
        why an error is not known.

    Raises
    ------
    ParameterError
        if a lag is no multiple of the interval or longer than the run, or a frame's values are all alike.

    References
    ----------
    sharma2022, Sec. IV B.

    Examples
    --------
    >>> same = np.tile([1.0, 2.0, 4.0], (6, 1))
    >>> times = {"time": ("frame", np.arange(6.0))}
    >>> field = xr.DataArray(same, times, ("frame", "particle"), name="softness")
    >>> memory(field, lags=[1.0, 2.0]).memory.values.round(9)
    array([1., 1.])
    """
    steps = _in_frames(field, lags)
    n_frames = field.sizes["frame"]
    products = np.zeros((len(steps), 2, n_frames))
    standard = _Standard.of(field)
    for chunk, now in standard.chunks(0, n_frames):
        for k, step in enumerate(steps):
            for part, then in standard.chunks(chunk.start + step, min(chunk.stop + step, n_frames)):
                at = slice(part.start - step, part.stop - step)
                first = now[at.start - chunk.start : at.stop - chunk.start]
                products[k, 0, at], products[k, 1, at] = standard.pairs(first, then)
    block = block_of(n_frames, blocks)
    n = int(block[-1]) + 1
    sums = np.zeros((n, len(steps), 2))
    for k, step in enumerate(steps):
        for kind in (0, 1):
            last = n_frames - step
            sums[:, k, kind] = np.bincount(block[:last], products[k, kind, :last], n)
    with np.errstate(invalid="ignore", divide="ignore"):
        value = sums[..., 0].sum(axis=0) / sums[..., 1].sum(axis=0)
        parts = leave_one_out(sums)
        error = jackknife_error(parts[..., 0] / parts[..., 1], sums[..., 1])
    scale = independent(steps.astype(np.float64), part=n_frames / n, memory=_forgotten(steps, value))
    why = _why_unknown(n, scale, "the correlation time of the field, or the lag")
    coords = {"lag": np.atleast_1d(np.asarray(lags, dtype=np.float64))}
    return xr.Dataset(
        {
            "memory": labelled("memory", value, ("lag",), coords),
            "memory_error": _error("memory", scale * error),
        },
        attrs={"no_error": why},
    )


def _why_unknown(blocks: int, scale: Array, last: str) -> str:
    """Why errors at some lags are not known; empty if all are."""
    if blocks < FEWEST_PARTS:
        return (
            f"{blocks} parts of the run are fewer than {FEWEST_PARTS}, too few for an estimate "
            "of their scatter: use more blocks"
        )
    if np.isnan(scale).any():
        return (
            "at some lags parts of the run are not independent of each other: they last less "
            f"than {PART:g} times {last}; prolong the run, or give {FEWEST_PARTS} or more "
            "independent ones"
        )
    return ""


@validated
@dataclass(frozen=True, slots=True)
class StayRule:
    """Which particles count as having stayed, from how many origins.

    Parameters
    ----------
    within
        d, sigma_AA, looked at in every frame
    overlap_radius
        a, sigma_AA
    origins
        how many in each run, evenly spread

    Raises
    ------
    ParameterError
        if a distance or the number of origins is not positive.

    Notes
    -----
    :meth:`sharma2022` makes the paper's choice.
    """

    within: Positive
    overlap_radius: Positive
    origins: Count

    @classmethod
    @validated
    def sharma2022(cls, *, origins: Count) -> StayRule:
        """The paper's distances (Sec. IV B), 0.5 and 0.3; it does not say from how many origins.

        Parameters
        ----------
        origins
            number of time origins

        Returns
        -------
        StayRule
            rule with the paper's distances

        Examples
        --------
        >>> StayRule.sharma2022(origins=40)
        StayRule(within=0.5, overlap_radius=0.3, origins=40)
        """
        return cls(0.5, 0.3, origins)


@validated
def propagation(
    field: ParticleField | Sequence[ParticleField],
    trajectory: Trajectory | Sequence[Trajectory],
    *,
    ranges: Sequence[tuple[float, float]],
    lags: Times,
    bins: int | ArrayLike,
    stay: StayRule,
    blocks: Blocks = 5,
) -> xr.Dataset:
    r"""What becomes of particles that begin with a given softness.

    .. math:: G(S, S_0, t) = P\left(S_i(t'+t) = S \mid S_i(t') \in S_0,\;
              |\mathbf r_i(t'') - \mathbf r_i(t')| \le d \text{ for } t'' \text{ up to } t'+t\right)

    and q(S_0, t), the share of them within a of where they were, whether they stayed or came back.

    Parameters
    ----------
    field
        (frame, particle), of consecutive frames of the trajectory, labelled by ``frame`` and ``time``; or
        one for each replica
    trajectory
        trajectory
    ranges
        (lowest, highest) softness at the origin, of each group S_0; the highest belongs to it unless
        another group begins there
    lags
        (lag,), whole multiples of the interval between frames, tau; the longest sets how late the
        last origin can be
    bins
        evenly spaced edges of S, or how many over the range of the field
    stay
        distances d and a, and the number of origins
    blocks
        parts of the origins of a run, left out in turn for the errors, as in :func:`memory`

    Returns
    -------
    xr.Dataset
        ``propagator`` (group, lag, field), a density over S; ``propagated_mean`` and
        ``propagated_width`` (group, lag) of those that stay; ``overlap`` (group, lag), ``staying``
        (group, lag), the share that has never left; errors of all but the density; and ``initial``
        (group), the mean at the origin. The attribute ``no_error`` says why an error is not known.

    Raises
    ------
    ParameterError
        if a field's frames don't follow each other, a lag does not fit, a group is empty or overlaps
        another, or the fields are not as many as the runs.

    References
    ----------
    sharma2022, Sec. IV B, Fig. 3(b, c) and Sec. V, Fig. 5(d); schoenholz2016 (the propagator).

    Examples
    --------
    >>> from supercooled import Box, Trajectory
    >>> run = Trajectory.from_arrays(np.zeros((8, 2, 3)), Box.cube(5.0), unwrapped=True)
    >>> at = {"frame": np.arange(8), "time": ("frame", run.times), "particle": [0, 1]}
    >>> field = xr.DataArray(np.tile([1.0, 3.0], (8, 1)), at, ("frame", "particle"), name="softness")
    >>> found = propagation(field, run, ranges=[(0.5, 1.5)], lags=[1.0, 2.0],
    ...     bins=[0.0, 2.0, 4.0], stay=StayRule.sharma2022(origins=3))
    >>> found.propagated_mean.values, found.overlap.values
    (array([[1., 1.]]), array([[1., 1.]]))
    """
    fields = (field,) if isinstance(field, xr.DataArray) else tuple(field)
    runs = replicas(trajectory)
    if not fields or len(fields) != len(runs):
        raise ParameterError(f"{len(fields)} fields for {len(runs)} runs; pass one for each run")
    alike(fields)
    name = str(fields[0].name)
    edges = bin_edges(_range(fields), bins)
    if np.ptp(np.diff(edges)) > 1e-6 * (edges[1] - edges[0]):
        raise ParameterError("bins of the propagator must be evenly spaced, for example bins=60")
    walk = _Walk(
        groups=_apart(ranges),
        limits=(stay.within**2, stay.overlap_radius**2),
        edges=edges,
        origins=stay.origins,
        blocks=blocks,
    )
    parts = [walk.along(run, one, _in_frames(one, lags)) for run, one in zip(runs, fields, strict=True)]
    sums, histograms, starts, lengths = zip(*parts, strict=True)
    tally = np.concatenate(sums), np.sum(histograms, axis=0), np.sum(starts, axis=0)
    if (tally[2][:, 1] == 0).any():
        empty = ranges[int(np.argmin(tally[2][:, 1]))]
        raise ParameterError(f"no {name} between {empty[0]:g} and {empty[1]:g} at any origin")
    coords = {
        "lag": np.atleast_1d(np.asarray(lags, dtype=np.float64)),
        "lowest": ("group", walk.groups[:, 0]),
        "highest": ("group", walk.groups[:, 1]),
    }
    steps = _in_frames(fields[0], lags)
    return _described(
        (name, field_unit(fields)),
        tally,
        edges,
        coords,
        independent(steps.astype(np.float64), part=float(np.mean(lengths))),
    )


@dataclass(frozen=True, slots=True)
class _Walk:
    """One pass over the frames of a run with several origins alive at once."""

    groups: Array
    limits: tuple[float, float]
    edges: Array
    origins: int
    blocks: int

    def along(
        self, trajectory: Trajectory, field: xr.DataArray, steps: Integers
    ) -> tuple[Array, Array, Array, float]:
        """Sums (block, group, lag, 6), histogram (group, lag, bin), starts (group: sum, number), and the
        frames from one block of origins to the next.
        """
        field = field.transpose("frame", "particle")
        found = matched(field, trajectory)
        frames, particles = found.other_rows, found.other_columns
        if len(frames) < field.sizes["frame"] or (np.diff(frames) != 1).any():
            raise ParameterError(
                f"{field.name} must be known in consecutive frames of {trajectory.source.name}"
            )
        if not np.array_equal(found.columns, np.arange(field.sizes["particle"])):
            field = field.isel(particle=found.columns)
        n, n_groups, longest = len(particles), len(self.groups), int(steps.max())
        last = len(frames) - longest
        begins = np.unique(np.linspace(0, last - 1, min(self.origins, last)).round().astype(np.int64))
        block = block_of(len(begins), self.blocks)
        sums = np.zeros((int(block[-1]) + 1, len(steps), n_groups, 6))
        histogram = np.zeros((len(steps), n_groups, len(self.edges) - 1))
        initial = np.zeros((n_groups, 2))
        positions = np.zeros((len(begins), n, 3))
        escaped = np.zeros((len(begins), n), bool)
        member = np.full((len(begins), n), -1, np.int64)
        low, next_, high = (float(self.edges[k]) for k in (0, 1, -1))
        bins = (low, 1.0 / (next_ - low), high)
        followed = _followed(trajectory, int(frames[0]), len(frames), particles)
        for (frame, xyz), values in zip(followed, _frames_of(field), strict=True):
            age = frame - begins
            for o in np.flatnonzero(age == 0):
                positions[o] = xyz
                member[o] = self._members(values, initial)
            active = (age > 0) & (age <= longest)
            if active.any():
                mark_escapes(xyz, positions, active, self.limits[0], escaped)
            for o, k in zip(*np.nonzero(age[:, None] == steps[None, :]), strict=True):
                add_changes(
                    member[o], values, escaped[o], positions[o], xyz, self.limits[1], bins,
                    sums[block[o], k], histogram[k],
                )  # fmt: skip
        return sums.swapaxes(1, 2), histogram.swapaxes(0, 1), initial, last / len(sums)

    def _members(self, values: Array, initial: Array) -> NDArray[np.int64]:
        member = np.full(len(values), -1, np.int64)
        for g, (low, high) in enumerate(self.groups):
            closed = not (self.groups[:, 0] == high).any()
            inside = (values >= low) & ((values < high) | (closed & (values == high)))
            member[inside] = g
            initial[g] += (values[inside].sum(), inside.sum())
        return member


@dataclass(frozen=True, slots=True)
class _Standard:
    """A field in standard deviations from each frame's mean.

    Parameters
    ----------
    mean, spread
        (frame,)
    complete
        every particle has a value in every frame
    """

    field: xr.DataArray
    mean: Array
    spread: Array
    complete: bool

    @classmethod
    def of(cls, field: xr.DataArray) -> _Standard:
        parts = [
            (np.nanmean(values, axis=1), np.nanstd(values, axis=1), ~np.isnan(values).any(axis=1))
            for _, values in chunks_of(field)
        ]
        mean, spread, complete = (np.concatenate(part) for part in zip(*parts, strict=True))
        if not (spread > 0).all():
            raise ParameterError(
                f"{field.name} is the same for all particles of a frame, so it has no correlation"
            )
        return cls(field, mean, spread, bool(complete.all()))

    def chunks(self, start: int, stop: int) -> Iterator[tuple[slice, Array]]:
        """Some frames at a time, (frame, particle)."""
        for chunk, values in chunks_of(self.field.isel(frame=slice(start, stop))):
            frames = slice(start + chunk.start, start + chunk.stop)
            deviation = (values - self.mean[frames, None]) / self.spread[frames, None]
            yield frames, deviation

    def pairs(self, now: Array, then: Array) -> tuple[Array, Array | int]:
        """Sum of products over the particles that have both values, and how many do, (frame,)."""
        if self.complete:
            return np.einsum("fi,fi->f", now, then), now.shape[1]
        products = now * then
        return np.nansum(products, axis=1), (~np.isnan(products)).sum(axis=1)


def _apart(groups: Sequence[tuple[float, float]]) -> Array:
    """The groups (group, 2), no two of which share more than an end."""
    found = np.asarray(groups, dtype=np.float64).reshape(-1, 2)
    low, high = found[np.argsort(found[:, 0])].T
    for k in np.flatnonzero(low[1:] < high[:-1]):
        raise ParameterError(
            f"the groups {low[k]:g} to {high[k]:g} and {low[k + 1]:g} to {high[k + 1]:g} "
            "overlap: groups must not overlap"
        )
    return found


def _forgotten(steps: Integers, memory: Array) -> float:
    """Frames after which less than 1/e is left; where more is left at all lags, as the last ones decay."""
    gone = np.flatnonzero(memory <= np.exp(-1))
    if len(gone):
        return float(steps[gone[0]])
    with np.errstate(divide="ignore"):
        return float(np.max(steps / -np.log(np.minimum(memory, 1.0 - 1e-12))))


def _range(fields: Sequence[xr.DataArray]) -> Array:
    """Lowest and highest value."""
    ends = [(np.nanmin(values), np.nanmax(values)) for one in fields for _, values in chunks_of(one)]
    low, high = np.transpose(ends)
    return np.array([low.min(), high.max()])


def _frames_of(field: xr.DataArray) -> Iterator[Array]:
    """Values of a frame after the other."""
    for _, values in chunks_of(field):
        yield from np.ascontiguousarray(values)


def _followed(
    trajectory: Trajectory, first: int, number: int, particles: Integers
) -> Iterator[tuple[int, Array]]:
    """Unwrapped positions of some particles, frame by frame, continuous though read in pieces."""
    before: Array | None = None
    size = frames_within(64.0, trajectory.n_particles)
    for start in range(first, first + number, size):
        begin = start if before is None else start - 1
        chunk = trajectory.unwrapped(slice(begin, min(start + size, first + number)), particles)
        if before is not None:
            chunk = (chunk + (before - chunk[0]))[1:]
        before = chunk[-1]
        for offset, xyz in enumerate(chunk):
            yield start - first + offset, xyz


def _described(
    called: tuple[str, str],
    tally: tuple[Array, Array, Array],
    edges: Array,
    coords: dict[str, object],
    independence: Array,
) -> xr.Dataset:
    (name, unit), (sums, histogram, initial) = called, tally
    counts = histogram.sum(axis=-1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        density = histogram / counts / np.diff(edges)
        values = _estimates(sums.sum(axis=0))
        errors = [independence * jackknife_error(part) for part in _estimates(leave_one_out(sums))]
    along = ("group", "lag")
    data = {
        "propagator": xr.DataArray(
            density,
            dims=("group", "lag", name),
            coords={**coords, name: 0.5 * (edges[1:] + edges[:-1])},
            attrs={"units": f"1/({unit})", "long_name": f"density of {name} of particles that stayed"},
        )
    }
    for key, value, error in zip(
        ("propagated_mean", "propagated_width", "overlap", "staying"), values, errors, strict=True
    ):
        data[key] = labelled(key, value, along)
        data[f"{key}_error"] = _error(key, error, along)
        # Means and widths are in the unit of what was followed, whichever softness that is.
        if key.startswith("propagated"):
            for one in (data[key], data[f"{key}_error"]):
                one.attrs["units"] = unit
    data["initial"] = xr.DataArray(
        initial[:, 0] / initial[:, 1],
        dims=("group",),
        attrs={"units": unit, "long_name": f"mean {name} at the origin"},
    )
    return xr.Dataset(data, attrs={"no_error": _why_unknown(len(sums), independence, "the lag")})


def _estimates(sums: Array) -> list[Array]:
    number, inside, stayed, known, first, second = np.moveaxis(sums, -1, 0)
    mean = first / known
    return [mean, np.sqrt(np.maximum(second / known - mean**2, 0.0)), inside / number, stayed / number]


def _in_frames(field: xr.DataArray, lags: ArrayLike) -> NDArray[np.int64]:
    if set(field.dims) != {"frame", "particle"} or "time" not in field.coords or field.sizes["frame"] < 2:
        raise ParameterError(
            f"{field.name} must have the dimensions frame and particle, and the times of at least two frames"
        )
    times = field["time"].values
    if not np.isfinite(times).all():
        raise ParameterError(f"a frame of {field.name} has no time: remove it with dropna")
    intervals = np.diff(times)
    interval = float(intervals.mean())
    if np.ptp(intervals) > 1e-6 * interval:
        raise ParameterError(f"the frames of {field.name} must be evenly spaced in time")
    ratio = np.atleast_1d(np.asarray(lags, dtype=np.float64)) / interval
    whole = np.rint(ratio).astype(np.int64)
    wrong = (np.abs(ratio - whole) > 1e-6 * np.maximum(ratio, 1.0)) | (whole < 1) | (whole >= len(times))
    if wrong.any():
        raise ParameterError(
            f"a lag of {float((ratio * interval)[wrong][0]):g} is not a multiple of the "
            f"interval {interval:g}, or is longer than {float(times[-1] - times[0]):g}, for "
            f"which {field.name} is known"
        )
    return whole


def _error(name: str, data: Array, dims: tuple[str, ...] = ("lag",)) -> xr.DataArray:
    entry = quantity(name)
    return xr.DataArray(
        data, dims=dims, attrs={"units": entry.unit, "long_name": f"standard error of the {entry.long_name}"}
    )
