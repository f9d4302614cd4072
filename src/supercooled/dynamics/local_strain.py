"""How a particle moves against its neighbours."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeAlias

import numpy as np
import xarray as xr

from supercooled.arguments import Positive, validated
from supercooled.arrays import Array, Booleans, Integers
from supercooled.box import Box
from supercooled.chunks import Span, frames_within, map_add, spans
from supercooled.errors import ParameterError, TrajectoryError
from supercooled.frame import Frame
from supercooled.kernels.neighbours import Cells
from supercooled.kernels.strain import nonaffine_motion, relative_motion
from supercooled.matching import coordinates, on_its_clock, origin
from supercooled.neighbour_list import check_argument, in_order, sorted_into_cells
from supercooled.parcels import parcels
from supercooled.quantities import labelled
from supercooled.trajectory import Trajectory
from supercooled.unwrapping import edges_followed


@validated
def nonaffine_displacement(
    trajectory: Trajectory,
    *,
    lag: Positive,
    cutoff: Positive,
    origin_spacing: Positive | None = None,
    executor: Executor | None = None,
    megabytes: Positive = 64.0,
) -> xr.Dataset:
    r"""Deviation of the neighbours' motion from the affine deformation that fits it best.

    .. math:: D^2_\mathrm{min}(i, t) = \min_{\mathsf J} \sum_{j:\, r_{ij}(t) < r_c}
              |\mathbf r_{ij}(t + \Delta t) - \mathsf J\, \mathbf r_{ij}(t)|^2

    A box that changes takes neighbours across its faces along.

    Parameters
    ----------
    trajectory
        trajectory
    lag
        from t to the later frame, tau
    cutoff
        r_c of the neighbours at t, sigma_AA
    origin_spacing
        time between frames t, tau; None takes every frame that has a later one
    executor, megabytes
        map chunks of frames; they never change the answer

    Returns
    -------
    xr.Dataset
        ``nonaffine`` (frame, particle), sigma_AA^2, a sum over neighbours, and ``n_neighbours``, by
        which others divide it. ``frame`` and ``time`` are those of t. In two or three dimensions.

    Raises
    ------
    ParameterError
        if `lag` or `origin_spacing` isn't a multiple of the interval, or `cutoff` isn't positive.
    BoxError
        if `cutoff` exceeds half of the smallest height of the box, or the box changes by as much as
        itself between two frames.
    TrajectoryError
        naming frame and particle, if its neighbours are too few for a deformation, or lie in a plane.

    References
    ----------
    M. L. Falk and J. S. Langer, Phys. Rev. E 57, 7192 (1998), Eqs. 2.11 to 2.14.

    Examples
    --------
    >>> import numpy as np
    >>> from supercooled import Box, Trajectory
    >>> gas = np.random.default_rng(1).uniform(-3, 3, (1, 200, 3))
    >>> sheared = np.concatenate([gas, gas + 0.1 * gas[..., [1, 2, 0]]])
    >>> run = Trajectory.from_arrays(sheared, Box.cube(30.0), unwrapped=True)
    >>> bool(nonaffine_displacement(run, lag=1.0, cutoff=3.0).nonaffine.max() < 1e-20)
    True
    """
    plan = _plan(trajectory, lag, cutoff, origin_spacing)
    frames, values, numbers = _columns(plan, partial(_nonaffine, plan), executor, megabytes)
    if (values < 0).any():
        f, i = np.argwhere(values < 0)[0]
        raise TrajectoryError(
            f"{trajectory.source.name}: frame {trajectory.frames[frames[f]]}, particle {i}: "
            f"{int(numbers[f, i])} neighbours within {cutoff:g} do not determine a deformation: "
            "use a larger cutoff"
        )
    return _dataset(plan, frames, labelled("nonaffine", values, ("frame", "particle")), numbers)


@validated
def cage_relative_displacement(
    trajectory: Trajectory,
    *,
    lag: Positive,
    cutoff: Positive,
    origin_spacing: Positive | None = None,
    executor: Executor | None = None,
    megabytes: Positive = 64.0,
) -> xr.Dataset:
    r"""Displacement less the mean displacement of the neighbours.

    .. math:: \Delta\mathbf r^\mathrm{CR}_i = \Delta\mathbf r_i
              - \frac{1}{N_i} \sum_{j:\, r_{ij}(t) < r_c} \Delta\mathbf r_j

    In two dimensions long waves move whole regions back and forth; this leaves them out, and so it
    does the deformation F of a box that changes: displacements are r(t + lag) - F r(t).

    Parameters
    ----------
    trajectory
        trajectory
    lag, cutoff, origin_spacing, executor, megabytes
        as in :func:`nonaffine_displacement`

    Returns
    -------
    xr.Dataset
        ``cage_relative_displacement`` (frame, particle, component), sigma_AA, and ``n_neighbours``.

    Raises
    ------
    ParameterError, BoxError
        as in :func:`nonaffine_displacement`
    TrajectoryError
        naming frame and particle, if it has no neighbour.

    References
    ----------
    S. Mazoyer, F. Ebert, G. Maret and P. Keim, EPL 88, 66004 (2009).

    Examples
    --------
    >>> import numpy as np
    >>> from supercooled import Box, Trajectory
    >>> grid = np.stack(np.meshgrid(*[np.arange(6.0)] * 2), -1).reshape(1, 36, 2)
    >>> moved = grid + 0.5
    >>> moved[0, 7] += (0.2, 0.0)
    >>> run = Trajectory.from_arrays(np.concatenate([grid, moved]), Box.cube(6.0, 2), unwrapped=True)
    >>> found = cage_relative_displacement(run, lag=1.0, cutoff=1.1)
    >>> found.cage_relative_displacement.sel(particle=[7, 8]).values.round(2)
    array([[[ 0.2 ,  0.  ,  0.  ],
            [-0.05,  0.  ,  0.  ]]])
    """
    plan = _plan(trajectory, lag, cutoff, origin_spacing)
    frames, values, numbers = _columns(plan, partial(_relative, plan), executor, megabytes)
    if (numbers == 0).any():
        f, i = np.argwhere(numbers == 0)[0]
        raise TrajectoryError(
            f"{trajectory.source.name}: frame {trajectory.frames[frames[f]]}, particle {i}: "
            f"no neighbour within {cutoff:g}: use a larger cutoff"
        )
    field = labelled("cage_relative_displacement", values, ("frame", "particle", "component"))
    return _dataset(plan, frames, field, numbers)


@dataclass(frozen=True, slots=True)
class _Plan:
    """One run and what is asked of it, lag and spacing in frames."""

    trajectory: Trajectory
    lag: int
    spacing: int
    cutoff: float

    def origins(self, span: Span) -> Iterator[tuple[int, Cells, Array, _Seen | None]]:
        """Frame, neighbours at it, and the sorted particles' way to the later one, (3, particle).

        With who they are, where some are not seen.
        Less what the box takes all along with: an affine map of everything, images included.
        """
        run = self.trajectory
        if run.field_of_view is not None:
            yield from self._seen(span)
            return
        unwrapped = run.laid_out(span.read)
        positions, boxes = run.positions(span.read), run.boxes(span.read)
        carried = _carried(boxes, run)
        for frame in range(-(-span.start // self.spacing) * self.spacing, span.stop, self.spacing):
            f = frame - span.first
            box = Box.from_array(boxes[f], run.dimensions)
            check_argument(box, self.cutoff, f"{run.source.name}: frame {run.frames[frame]}", "cutoff")
            cells = sorted_into_cells(positions[f], box, self.cutoff)
            before = unwrapped[f]
            if carried is not None:
                before = before @ (carried[f + self.lag] @ np.linalg.inv(carried[f])).T
            moves = (unwrapped[f + self.lag] - before)[cells.order].T
            yield frame, cells, np.ascontiguousarray(moves), None

    def _seen(self, span: Span) -> Iterator[tuple[int, Cells, Array, _Seen | None]]:
        """The same of those that are seen at both times."""
        run = self.trajectory
        first = -(-span.start // self.spacing) * self.spacing
        for frame in run.seen(slice(first, span.stop, self.spacing)):
            assert frame.view is not None  # noqa: S101
            here = frame.view.particles
            both = run.tracks(slice(frame.row, frame.row + self.lag + 1, self.lag))
            lost = np.isnan(both[1, here, 0])
            rest = _without(frame, lost)
            who = here[~lost]
            cells = rest.cells(self.cutoff)
            moves = (both[1, who] - both[0, who])[cells.order].T
            known = _Seen(who, rest.surrounded(self.cutoff), run.n_particles)
            yield frame.row, cells, np.ascontiguousarray(moves), known


@dataclass(frozen=True, slots=True)
class _Seen:
    """Who is seen at both times, and of whom all neighbours are.

    particles, known : (particle,)
    n_particles : of the run
    """

    particles: Integers
    known: Booleans
    n_particles: int

    def spread(self, values: Array, numbers: Integers) -> tuple[Array, Array]:
        """Values and numbers of neighbours of all particles of the run, NaN where they are not known."""
        good = self.known & (numbers > 0) & ~(values < 0 if values.ndim == 1 else np.zeros(len(values), bool))
        every = np.full((self.n_particles, *values.shape[1:]), np.nan)
        every[self.particles[good]] = values[good]
        counts = np.full(self.n_particles, np.nan)
        counts[self.particles[good]] = numbers[good]
        return every, counts


def _without(frame: Frame, lost: Booleans) -> Frame:
    """The frame without some of its particles: who is near them is not surrounded."""
    assert frame.view is not None  # noqa: S101
    rest = ~lost
    view = replace(
        frame.view,
        particles=frame.view.particles[rest],
        missing=np.concatenate([frame.view.missing, frame.positions[lost]]),
        within=np.concatenate([frame.view.within, np.zeros(int(lost.sum()))]),
    )
    sizes = None if frame.diameters is None else frame.diameters[rest]
    return replace(
        frame,
        positions=frame.positions[rest],
        species=frame.species[rest],
        diameters=sizes,
        view=view,
        known={},
    )


def _carried(boxes: Array, run: Trajectory) -> Array | None:
    """How the box takes everything along from the first frame to each, (frame, 3, 3); None if it is fixed.

    A sheared box is now and then described by other edges, whole multiples of which are the old ones.
    """
    if (boxes == boxes[0]).all():
        return None
    edges = edges_followed(boxes, run.dimensions, run.source.name)
    return np.asarray(edges @ np.linalg.inv(edges[0]))


def _plan(trajectory: Trajectory, lag: float, cutoff: float, spacing: float | None) -> _Plan:
    name, interval = trajectory.source.name, trajectory.interval
    if not (np.isfinite(cutoff) and cutoff > 0):
        raise ParameterError(f"cutoff must be positive, not {cutoff}, for example cutoff=1.5")
    frames = []
    for what, time in (("lag", lag), ("origin_spacing", interval if spacing is None else spacing)):
        ratio = time / interval if np.isfinite(time) else 0.0
        if ratio < 0.5 or abs(ratio - round(ratio)) > 1e-6 * ratio:
            raise ParameterError(
                f"{name}: {what} {time:g} is not a multiple of the interval between frames, {interval:g}"
            )
        frames.append(round(ratio))
    if frames[0] >= trajectory.n_frames:
        length = trajectory.times[-1] - trajectory.times[0]
        raise TrajectoryError(f"{name}: the lag {lag:g} is longer than the run, {length:g}")
    return _Plan(trajectory, frames[0], frames[1], float(cutoff))


_Column: TypeAlias = tuple[int, Array, Integers | Array]


def _nonaffine(plan: _Plan, span: Span) -> list[_Column]:
    found = []
    for frame, cells, moves, seen in plan.origins(span):
        values, numbers = np.empty(len(cells.order)), np.empty(len(cells.order), np.int64)
        nonaffine_motion(cells, moves, plan.cutoff, plan.trajectory.dimensions, values, numbers)
        found.append(_in_order(frame, cells, values, numbers, seen))
    return found


def _relative(plan: _Plan, span: Span) -> list[_Column]:
    found = []
    for frame, cells, moves, seen in plan.origins(span):
        values, numbers = np.empty(moves.shape), np.empty(len(cells.order), np.int64)
        relative_motion(cells, moves, plan.cutoff, values, numbers)
        found.append(_in_order(frame, cells, values.T, numbers, seen))
    return found


def _in_order(frame: int, cells: Cells, values: Array, numbers: Integers, seen: _Seen | None) -> _Column:
    ordered, counts = in_order(values, cells), in_order(numbers, cells)
    return (frame, ordered, counts) if seen is None else (frame, *seen.spread(ordered, counts))


def _columns(
    plan: _Plan, work: Callable[[Span], list[_Column]], executor: Executor | None, megabytes: float
) -> tuple[Integers, Array, Integers | Array]:
    run = plan.trajectory
    size = frames_within(megabytes, run.n_particles)
    chunks = spans(0, run.n_frames - plan.lag, size=size, after=plan.lag, end=run.n_frames)
    pool = parcels(executor, lambda span: [(run, span.read)], run)
    frames, values, numbers = zip(*map_add(work, chunks, pool), strict=True)
    return np.array(frames, np.int64), np.stack(values), np.stack(numbers)


def _dataset(plan: _Plan, frames: Integers, field: xr.DataArray, numbers: Integers | Array) -> xr.Dataset:
    run = plan.trajectory
    count = xr.DataArray(numbers, dims=("frame", "particle"))
    count.attrs.update(units="1", long_name="neighbours")
    made = origin(run)
    found = xr.Dataset(
        {str(field.name): field.assign_attrs(made), "n_neighbours": count.assign_attrs(made)},
        coordinates(run, frames, np.arange(run.n_particles)),
        {**made, "lag": float(plan.lag * run.interval), "cutoff": plan.cutoff},
    )
    found["time"] = labelled("time", run.times[frames], ("frame",))
    return on_its_clock(found, run.clock)
