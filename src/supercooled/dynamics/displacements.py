"""How far particles move in a given time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from supercooled.arrays import Array, Integers
from supercooled.blocks import Span, frames_within, jackknife_error, leave_one_out, map_add, spans, stretch_of
from supercooled.errors import ParameterError, TrajectoryError
from supercooled.kernels.displacements import add_moments
from supercooled.quantities import labelled, quantity
from supercooled.trajectory import Trajectory

CURVES = ("msd", "quartic", "alpha2", "overlap")


def logarithmic_lags(trajectory: Trajectory, *, per_decade: int, longest: float) -> Array:
    """Times from one interval to `longest`, about `per_decade` in each factor of ten, (lag,), tau.

    Each is a whole number of intervals, so there are fewer where that leaves no choice.

    Raises
    ------
    ParameterError
        if `longest` is shorter than the interval, or there would be no time in a decade.

    >>> import numpy as np
    >>> from supercooled import Box, Trajectory
    >>> run = Trajectory.from_arrays(np.zeros((101, 1, 3)), Box.cube(5.0), times=0.5 * np.arange(101))
    >>> logarithmic_lags(run, per_decade=3, longest=50.0)
    array([ 0.5,  1. ,  2.5,  5. , 11. , 23. , 50. ])
    """
    interval = trajectory.interval
    last = round(longest / interval) if np.isfinite(longest) else 0
    if last < 1 or per_decade < 1:
        raise ParameterError(
            f"{trajectory.source.name}: lags from {interval:g} to {longest:g} with {per_decade} a decade "
            "don't exist: use, for example, per_decade=12, longest=100.0"
        )
    n = max(1, round(per_decade * np.log10(last)))
    whole = np.unique(np.rint(np.geomspace(1, last, n + 1)))
    return np.asarray(interval * whole, dtype=np.float64)


def displacements(
    trajectories: Trajectory | Sequence[Trajectory],
    *,
    lags: ArrayLike,
    overlap_radius: float,
    species: str | int | None = None,
    origin_spacing: float | None = None,
    stretches: int = 5,
    remove_drift: bool = False,
    executor: Executor | None = None,
    megabytes: float = 64.0,
) -> xr.Dataset:
    r"""Mean squared displacement, non-Gaussian parameter and self overlap against time.

    .. math:: \alpha_2(t) = \frac{d}{d+2} \frac{\langle\Delta r^4\rangle}{\langle\Delta r^2\rangle^2} - 1,
              \qquad q(t) = \langle \theta(a - |\Delta\mathbf r|) \rangle

    averaged over particles, time origins and replicas, in d dimensions.

    trajectories : one run, or several of the same liquid at one state point
    lags : (lag,), whole multiples of the interval between frames, tau
    overlap_radius : a, sigma_AA
    species : whose particles; None takes all
    origin_spacing : time between origins, tau; None takes every frame
    stretches : contiguous parts of each run, left out in turn for the errors
    remove_drift : subtract the mean position of all particles in each frame; not done by default
    executor, megabytes : map groups of origins; they never change the answer

    Returns ``msd``, ``quartic``, ``alpha2``, ``overlap`` (lag), each with its standard error
    ``*_error`` and its values without each stretch ``*_jackknife`` (stretch, lag), and ``n_origins``
    (lag). Where a stretch is shorter than the lag its neighbours aren't independent of it: there the
    variance is multiplied by lag/stretch. An error is NaN where fewer than two stretches have an origin.

    Raises
    ------
    ParameterError
        if a lag is not a multiple of the interval, or a parameter is out of range.
    TrajectoryError
        if frames are unevenly spaced, or no run is as long as the longest lag.

    Source: sharma2022, Secs. III and IV B; nandi2021, SI (overlap).

    >>> import numpy as np
    >>> from supercooled import Box, Trajectory
    >>> flight = np.arange(10)[:, None, None] * np.array([0.1, 0.2, 0.2])
    >>> run = Trajectory.from_arrays(flight, Box.cube(9.0), unwrapped=True)
    >>> displacements(run, lags=[1, 2, 3], overlap_radius=0.7).msd.values.round(2)
    array([0.09, 0.36, 0.81])
    """
    runs = [trajectories] if isinstance(trajectories, Trajectory) else list(trajectories)
    times = _checked(runs, lags, overlap_radius, stretches)
    parts = []
    for run in runs:
        plan = _Plan(
            trajectory=run,
            lags=_in_frames(run, times, "lag"),
            spacing=1
            if origin_spacing is None
            else int(_in_frames(run, origin_spacing, "origin_spacing")[0]),
            radius=float(overlap_radius),
            particles=np.arange(run.n_particles) if species is None else run.of_species(species),
            stretches=stretches,
            remove_drift=remove_drift,
            megabytes=megabytes,
        )
        parts.append(map_add(partial(_sums, plan), plan.spans(), executor))
    durations = np.array([run.times[-1] - run.times[0] for run in runs])
    curves = _curves(np.concatenate(parts), times, durations.mean() / stretches, runs[0].dimensions)
    return curves.assign_attrs(
        dimensions=runs[0].dimensions,
        species="all" if species is None else runs[0].names[runs[0].species_index(species)],
        overlap_radius=float(overlap_radius),
        origin_spacing=runs[0].interval if origin_spacing is None else float(origin_spacing),
        stretches=stretches,
        replicas=len(runs),
        duration=float(durations.sum()),
        remove_drift=remove_drift,
    )


@dataclass(frozen=True, slots=True)
class _Plan:
    """One run and what is asked of it, lags and spacing in frames."""

    trajectory: Trajectory
    lags: NDArray[np.int64]
    spacing: int
    radius: float
    particles: Integers
    stretches: int
    remove_drift: bool
    megabytes: float

    def spans(self) -> list[Span]:
        """Groups of origins that fit into memory together, with the frames that their lags reach."""
        n, longest = self.trajectory.n_frames, int(self.lags.max())
        size = self.spacing * frames_within(self.megabytes, len(self.particles))
        return spans(0, n, size=size, after=longest, end=n)


def _sums(plan: _Plan, span: Span) -> Array:
    """Sums (stretch, lag, moment): r^2, r^4, r <= a, particles, origins."""
    stretch = stretch_of(plan.trajectory.n_frames, plan.stretches)
    first = -(-span.start // plan.spacing) * plan.spacing
    n_origins = len(range(first, span.stop, plan.spacing))
    origins = np.empty((n_origins, len(plan.particles), 3))
    moments = np.zeros((plan.stretches, len(plan.lags), 3))
    counts = np.zeros((plan.stretches, len(plan.lags), 2))
    for frame, positions in _continuous(plan, span):
        if frame < span.stop and frame % plan.spacing == 0:
            origins[(frame - first) // plan.spacing] = positions
        start = frame - plan.lags
        (columns,) = np.nonzero((start >= first) & (start < span.stop) & (start % plan.spacing == 0))
        if len(columns):
            rows = (start[columns] - first) // plan.spacing
            parts = stretch[start[columns]]
            add_moments(origins, rows, columns, parts, positions, plan.radius**2, moments)
            counts[parts, columns] += (len(plan.particles), 1)
    return np.concatenate([moments, counts], axis=2)


def _continuous(plan: _Plan, span: Span) -> Iterator[tuple[int, Array]]:
    """Frames of a span one by one, unwrapped over the whole span though read in pieces."""
    size = frames_within(plan.megabytes, plan.trajectory.n_particles)
    before: Array | None = None
    for start in range(span.first, span.last, size):
        first = max(span.first, start - 1)
        positions = plan.trajectory.unwrapped(slice(first, min(start + size, span.last)))
        if before is not None:
            # Continuity starts anew with each piece: the frame in common says how many edges lie
            # between the two.
            positions = (positions + (before - positions[0]))[1:]
        before = positions[-1]
        for offset, xyz in enumerate(positions):
            moved = xyz - xyz.mean(axis=0) if plan.remove_drift else xyz
            yield start + offset, np.ascontiguousarray(moved[plan.particles])


def _checked(runs: list[Trajectory], lags: ArrayLike, radius: float, stretches: int) -> Array:
    if not runs:
        raise ParameterError("no trajectory was given")
    times = np.atleast_1d(np.asarray(lags, dtype=np.float64))
    if times.ndim != 1 or len(times) == 0 or not np.isfinite(times).all() or (np.diff(times) <= 0).any():
        raise ParameterError("lags must be rising times, for example lags=[1.0, 2.0, 5.0, 10.0]")
    if times[0] <= 0:
        raise ParameterError(f"lags must be positive, not {times[0]:g}")
    if not (np.isfinite(radius) and radius > 0):
        raise ParameterError(f"overlap_radius must be positive, not {radius}, for example overlap_radius=0.3")
    if stretches < 1:
        raise ParameterError(f"stretches must be at least 1, not {stretches}")
    if len({run.dimensions for run in runs}) > 1:
        raise TrajectoryError("trajectories in two and in three dimensions can't be averaged together")
    longest = max(run.times[-1] - run.times[0] for run in runs)
    if times[-1] > longest * (1 + 1e-9):
        raise TrajectoryError(
            f"{runs[0].source.name}: the longest lag, {times[-1]:g}, exceeds the longest run, {longest:g}: "
            "prolong the run or ask for shorter lags"
        )
    return times


def _in_frames(run: Trajectory, times: ArrayLike, what: str) -> NDArray[np.int64]:
    ratio = np.atleast_1d(np.asarray(times, dtype=np.float64)) / run.interval
    whole = np.rint(ratio).astype(np.int64)
    wrong = (np.abs(ratio - whole) > 1e-6 * np.maximum(ratio, 1.0)) | (whole < 1)
    if wrong.any():
        value = float((ratio * run.interval)[wrong][0])
        raise ParameterError(
            f"{run.source.name}: {what} {value:g} is not a multiple of the interval between frames, "
            f"{run.interval:g}"
        )
    return whole


def _moments(sums: Array, dimensions: int) -> dict[str, Array]:
    with np.errstate(invalid="ignore", divide="ignore"):
        msd, quartic, overlap = np.moveaxis(sums[..., :3] / sums[..., 3:4], -1, 0)
        alpha2 = dimensions / (dimensions + 2.0) * quartic / msd**2 - 1.0
    return {"msd": msd, "quartic": quartic, "alpha2": alpha2, "overlap": overlap}


def _curves(sums: Array, lags: Array, stretch: float, dimensions: int) -> xr.Dataset:
    values = _moments(sums.sum(axis=0), dimensions)
    replicates = _moments(leave_one_out(sums), dimensions)
    present = sums[..., 4] > 0
    scale = np.sqrt(np.maximum(1.0, lags / stretch))
    arrays: dict[str, xr.DataArray] = {}
    for name in CURVES:
        arrays[name] = labelled(name, values[name], ("lag",), {"lag": lags})
        error = jackknife_error(replicates[name], present) * scale
        arrays[f"{name}_error"] = _beside(name, error, ("lag",), "standard error of the")
        what = "without one stretch,"
        arrays[f"{name}_jackknife"] = _beside(name, replicates[name], ("stretch", "lag"), what)
    arrays["present"] = xr.DataArray(present, dims=("stretch", "lag"))
    arrays["present"].attrs.update(units="1", long_name="whether the stretch has an origin for the lag")
    arrays["n_origins"] = xr.DataArray(sums[..., 4].sum(axis=0).astype(np.int64), dims=("lag",))
    arrays["n_origins"].attrs.update(units="1", long_name="pairs of frames averaged over")
    arrays["independence"] = xr.DataArray(scale, dims=("lag",))
    arrays["independence"].attrs.update(units="1", long_name="factor on errors for overlapping stretches")
    return xr.Dataset(arrays)


def _beside(name: str, data: Array, dims: tuple[str, ...], what: str) -> xr.DataArray:
    entry = quantity(name)
    return xr.DataArray(
        data, dims=dims, attrs={"units": entry.unit, "long_name": f"{what} {entry.long_name}"}
    )
