"""Where particles change cage."""

from __future__ import annotations

from concurrent.futures import Executor
from functools import partial
from pathlib import Path

import numpy as np
import xarray as xr

from supercooled.arguments import Positive, validated
from supercooled.arrays import Array, Booleans, Integers
from supercooled.chunks import Span, frames_within, shared_out, spans
from supercooled.dynamics.changing_box import warn_of_breathing
from supercooled.errors import ParameterError, TrajectoryError
from supercooled.fields import field
from supercooled.kernels.hops import hop_indicator, restart_period
from supercooled.matching import coordinates, on_its_clock, origin
from supercooled.parcels import parcels
from supercooled.trajectory import Trajectory


@validated
def hops(
    trajectory: Trajectory,
    *,
    window: Positive,
    species: str | int | None = None,
    remove_drift: bool = False,
    executor: Executor | None = None,
    out: str | Path | None = None,
    megabytes: Positive = 64.0,
) -> xr.DataArray:
    r"""Hop indicator of every particle, large when its mean position changes within the window.

    .. math:: p_\mathrm{hop}(i, t) = \sqrt{
              \langle |\mathbf r_i - \langle\mathbf r_i\rangle_U|^2 \rangle_V
              \langle |\mathbf r_i - \langle\mathbf r_i\rangle_V|^2 \rangle_U},
              \quad U = [t - w/2, t],\; V = [t, t + w/2]

    Parameters
    ----------
    trajectory
        trajectory
    window
        w, tau; both intervals hold the frames within them, ends included, so t belongs to both. Half of
        it is cut to whole intervals, and the attribute ``window`` says what is left
    species
        whose particles; None takes all
    remove_drift
        subtract the mean position of all particles in each frame; not done by default
    executor
        maps chunks of frames; None does them here
    out
        folder to store the field in, for more than fits into memory; what is returned then reads it
        when asked. What is there already is replaced only if it is a field or results of this package
    megabytes
        of positions in a chunk; it never changes the answer

    Returns
    -------
    xr.DataArray
        ``p_hop`` (frame, particle), a squared length, sigma_AA^2. Frames whose window reaches
        beyond the trajectory are left out; ``frame`` is the number of each in the trajectory's source, in
        every slice of it, and ``time`` its time. A jump of length d between two still places gives
        d^2 (k/(k+1))^(3/2) at its middle, where k+1 frames lie in each half and one in both.

    Raises
    ------
    ParameterError
        if half of the window is shorter than the interval between frames.
    TrajectoryError
        if the frames are unevenly spaced, or the run is shorter than the window.
    StoreError
        if `out` holds something else, or can't be written.

    Notes
    -----
    The paper prints further powers of one half, which would make it a length; its threshold is a
    squared one, so the powers are left out here.

    References
    ----------
    sharma2022, Eq. 2.

    Examples
    --------
    >>> import numpy as np
    >>> from supercooled import Box, Trajectory
    >>> jump = np.zeros((8, 1, 3))
    >>> jump[4:] = (0.0, 0.6, 0.8)
    >>> run = Trajectory.from_arrays(jump, Box.cube(10.0), unwrapped=True)
    >>> hops(run, window=6.0).round(3).values.T
    array([[0.65, 0.65]])
    """
    if not isinstance(trajectory, Trajectory):
        raise ParameterError(
            "hops takes one trajectory: call it for each run, and pass the list to the functions of relation"
        )
    side = frames_on_each_side(trajectory, window)
    n = trajectory.n_frames
    # Chunks of whole periods start their sums where an undivided run would: the same bits come out. Paths
    # that are added up begin anew in each chunk and differ by rounding, so their chunks know no workers.
    period = restart_period(side)
    most = max(1, frames_within(megabytes, trajectory.n_particles) // period) * period
    size = most
    if not added_up(trajectory):
        size = shared_out(n - 2 * side, most=most, executor=executor, multiple=period)
    chunks = spans(side, n - side, size=size, before=side, after=side, end=n)
    particles = np.arange(trajectory.n_particles) if species is None else trajectory.of_species(species)
    found = field(
        "p_hop",
        partial(_hops_of, trajectory, side, None if species is None else particles, remove_drift),
        chunks,
        [chunk.stop - chunk.start for chunk in chunks],
        coords=coordinates(trajectory, slice(side, n - side), particles),
        executor=parcels(
            executor, lambda chunk: [(trajectory, getattr(chunk, "item", chunk).read)], trajectory
        ),
        out=out,
        by="hops",
        inputs=[trajectory.source.name],
        **origin(trajectory),
        window=2 * side * trajectory.interval,
        frames_in_each_half=side + 1,
        **noise_floor(trajectory, side),
    )
    return on_its_clock(found, trajectory.clock)


def added_up(run: Trajectory) -> bool:
    """Whether paths are added up from frame to frame, so that none may be left out.

    For want of image flags, or because the box changes.
    """
    if run.field_of_view is not None:
        return False
    first = run.read(slice(0, 1))
    if not first.unwrapped and first.images is None:
        return True
    boxes = run.boxes()
    return bool((boxes != boxes[0]).any())


def paths(trajectory: Trajectory, frames: slice, particles: Integers | None, *, remove_drift: bool) -> Array:
    """Unwrapped positions of some particles, (frame, particle, 3), with or without the drift of all."""
    if trajectory.field_of_view is not None:
        seen = trajectory.tracks(frames, None if remove_drift else particles)
        if not remove_drift:
            return seen
        seen -= drift(seen)[:, None]
        return seen if particles is None else np.ascontiguousarray(seen[:, particles])
    if not remove_drift:
        return trajectory.unwrapped(frames, particles)
    every = trajectory.unwrapped(frames)
    every -= every.mean(axis=1, keepdims=True)
    return every if particles is None else np.ascontiguousarray(every[:, particles])


def drift(positions: Array) -> Array:
    """How far those that are seen in two frames running have gone on average, added up, (frame, 3).

    positions : (frame, particle, 3), NaN where a particle is not seen
    """
    steps = np.diff(positions, axis=0)
    there = ~np.isnan(steps[..., 0])
    total = np.where(there[..., None], steps, 0.0).sum(axis=1)
    mean = total / np.maximum(there.sum(axis=1), 1)[:, None]
    return np.concatenate([np.zeros((1, 3)), np.cumsum(mean, axis=0)])


def frames_on_each_side(trajectory: Trajectory, window: float) -> int:
    """Whole frames in half of the window."""
    name = trajectory.source.name
    if not (np.isfinite(window) and window > 0):
        raise ParameterError(f"the window must be a positive time, not {window}, for example window=15.0")
    if trajectory.n_frames < 2:
        raise TrajectoryError(f"{name}: one frame is shorter than the window of {window:g}")
    interval = trajectory.interval
    warn_of_breathing(trajectory)
    side = int(window / 2.0 / interval * (1.0 + 1e-9) + 1e-9)
    if side < 1:
        raise ParameterError(
            f"{name}: half of the window ({window / 2:g}) is shorter than the interval between frames "
            f"({interval:g}): write frames more often or use a longer window"
        )
    if trajectory.n_frames < 2 * side + 1:
        length = trajectory.times[-1] - trajectory.times[0]
        raise TrajectoryError(
            f"{name}: the run of {length:g} tau ({trajectory.n_frames} frames) is shorter than the window of "
            f"{window:g} tau ({2 * side + 1} frames): prolong the run or use a shorter window"
        )
    return side


def _hops_of(
    trajectory: Trajectory, side: int, particles: Integers | None, remove_drift: bool, span: Span
) -> Array:
    positions = paths(trajectory, span.read, particles, remove_drift=remove_drift)
    out = np.empty((span.stop - span.start, positions.shape[1]))
    if trajectory.field_of_view is None:
        hop_indicator(positions, side, out)
        return out
    there = ~np.isnan(positions[..., 0])
    hop_indicator(_filled(positions, there), side, out)
    counts = np.cumsum(np.concatenate([np.zeros((1, there.shape[1]), np.int64), there]), axis=0)
    whole = counts[2 * side + 1 :] - counts[: -2 * side - 1] == 2 * side + 1
    return np.where(whole, out, np.nan)


def _filled(positions: Array, there: Booleans) -> Array:
    """Positions with the last known ones where a particle is not seen: running sums go on past them."""
    rows = np.where(there, np.arange(len(there))[:, None], -1)
    last = np.maximum.accumulate(rows, axis=0)
    first = np.argmax(there, axis=0)
    last = np.where(last < 0, first, last)
    filled = np.take_along_axis(positions, last[..., None], axis=0)
    return np.nan_to_num(filled, copy=False)


def noise_floor(trajectory: Trajectory, side: int) -> dict[str, float]:
    r"""What p_hop is of a particle at rest whose places are not seen sharply; nothing if that is not known.

    .. math:: d \epsilon^2 \frac{(n - 1)(n + 2)}{n^2}

    with the n frames of each half, one of which they share, and the error epsilon of each coordinate: the
    mean of either factor, of which p_hop is the root of the product.
    """
    seen = trajectory.field_of_view
    if seen is None or seen.localisation_error is None:
        return {}
    n = side + 1
    floor = seen.dimensions * seen.localisation_error**2 * (n - 1) * (n + 2) / n**2
    return {"noise_floor": float(floor)}
