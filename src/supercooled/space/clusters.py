"""Clusters of soft, hard or mobile particles: size, dimension, and whether they go around the box."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial

import numpy as np
import xarray as xr

from supercooled.arguments import AnyNumber, Blocks, Count, Positive, validated
from supercooled.arguments.datasets import Clusters
from supercooled.arrays import Array, Booleans, Integers
from supercooled.blocks import block_of, jackknife_error, leave_one_out
from supercooled.box import Box
from supercooled.chunks import map_add
from supercooled.errors import ParameterError
from supercooled.estimate import Estimate
from supercooled.kernels.clusters import connect
from supercooled.neighbour_list import neighbours
from supercooled.quantities import labelled
from supercooled.space.averages import FieldOrFields, Piece, fields_of, known_of_each_other
from supercooled.structure.replicas import described
from supercooled.trajectory import Trajectory


@validated
@dataclass(frozen=True, slots=True)
class ClusterStatistics:
    """What clusters are like in the mean.

    Parameters
    ----------
    mean_size
        particles in the cluster of a particle that belongs to one, sum of s^2 over sum of s
    largest
        share of the chosen particles that are in the largest cluster of their frame
    percolating
        share of the frames with a cluster that meets an image of itself
    fractal_dimension
        d of s ~ R^d, of those that don't
    """

    mean_size: Estimate
    largest: Estimate
    percolating: Estimate
    fractal_dimension: Estimate


@validated
def clusters(
    trajectories: Trajectory | Sequence[Trajectory],
    field: FieldOrFields,
    *,
    cutoff: Positive,
    above: AnyNumber | None = None,
    below: AnyNumber | None = None,
    executor: Executor | None = None,
) -> xr.Dataset:
    r"""Clusters of the particles whose field is high, or low: those that bonds connect.

    .. math:: R_g^2 = \frac1s \sum_{i=1}^{s} |\mathbf r_i - \bar{\mathbf r}|^2

    along the bonds, across the faces of the box. A cluster that meets an image of itself has no radius.

    Parameters
    ----------
    trajectories
        one run, or several of one state point
    field
        (frame, particle) for each trajectory, such as a softness, or a target for mobile particles; those
        whose value is NaN belong to none
    cutoff
        two particles nearer than this are connected, sigma_AA
    above, below
        particles with a larger, or with a smaller value; one of them must be given
    executor
        maps chunks of frames; None does them here

    Returns
    -------
    xr.Dataset
        a table along ``cluster``: ``run``, ``frame``, ``size``, ``gyration_radius`` (sigma_AA), and
        ``percolates`` (cluster, edge), whether it meets its own image along each edge of the box; and along
        ``moment``, of every frame, ``moment_run``, ``moment_frame`` and ``chosen``, the number of particles.

    Raises
    ------
    ParameterError
        if not just one of the bounds is given, or fields and trajectories don't match.
    BoxError
        if `cutoff` exceeds half of the smallest height of the box.

    References
    ----------
    C. Donati et al., Phys. Rev. Lett. 80, 2338 (1998) (mobile particles); J. Machta et al., Phys.
    Rev. E 54, 1332 (1996) (meeting one's own image).

    Examples
    --------
    >>> import supercooled as sc
    >>> run = sc.Trajectory.from_arrays([[[0.0, 0, 0], [1, 0, 0], [4, 0, 0]]], sc.Box.cube(9.0))
    >>> x = xr.DataArray([[2.0, 3.0, 4.0]], {"frame": [0]}, ("frame", "particle"), "x")
    >>> clusters(run, x, above=1.0, cutoff=1.2)["size"].values
    array([2, 1])
    """
    bounds = [one for one in (above, below) if one is not None]
    if len(bounds) != 1 or not np.isfinite(bounds[0]):
        raise ParameterError("give either above or below, a number, for example above=1.0")
    fields = fields_of(trajectories, 1, field)
    found = map_add(partial(_of_piece, cutoff, above, below), fields.pieces(), executor)
    of_clusters = {
        "run": (found.run, "number of the run"),
        "frame": (found.frame, "frame"),
        "size": (found.size, "particles in the cluster"),
    }
    data = {
        name: xr.DataArray(values, dims="cluster", attrs={"units": "1", "long_name": what})
        for name, (values, what) in of_clusters.items()
    }
    data["gyration_radius"] = labelled("gyration_radius", found.radius, ("cluster",))
    data["percolates"] = xr.DataArray(found.around, dims=("cluster", "edge"))
    for k, name in enumerate(("moment_run", "moment_frame", "chosen")):
        data[name] = xr.DataArray(found.moments[:, k], dims="moment")
    bound = {"above": float(above)} if above is not None else {"below": float(below or 0.0)}
    return xr.Dataset(
        data, attrs={**described(fields.runs), "n_frames": len(found.moments), "cutoff": cutoff, **bound}
    )


@validated
def cluster_statistics(clusters: Clusters, *, smallest: Count = 10, blocks: Blocks = 5) -> ClusterStatistics:
    r"""Mean size, percolation and fractal dimension of clusters, with errors.

    .. math:: \bar s = \frac{\sum s^2}{\sum s}, \qquad s \propto R_g^{d_f}

    Parameters
    ----------
    clusters
        what :func:`clusters` returns
    smallest
        size from which on clusters count for the fractal dimension, by least squares of ln R_g over
        ln s, whose slope is 1/d_f; those that meet their own image don't count
    blocks
        contiguous parts of each run that are left out in turn, for errors; 1 leaves out whole runs

    Returns
    -------
    ClusterStatistics
        each with its error, or the reason why there is none

    References
    ----------
    D. Stauffer and A. Aharony, Introduction to Percolation Theory, Taylor & Francis 1994, Secs. 2, 3.

    Examples
    --------
    >>> import supercooled as sc
    >>> run = sc.Trajectory.from_arrays([[[0.0, 0, 0], [1, 0, 0], [4, 0, 0]]], sc.Box.cube(9.0))
    >>> x = xr.DataArray([[2.0, 3.0, 4.0]], {"frame": [0]}, ("frame", "particle"), "x")
    >>> cluster_statistics(clusters(run, x, above=1.0, cutoff=1.2)).mean_size.value.__round__(3)
    1.667
    """
    runs, frames = clusters["moment_run"].values, clusters["moment_frame"].values
    order = np.lexsort((frames, runs))
    runs, frames = runs[order], frames[order]
    chosen = np.asarray(clusters["chosen"].values[order], dtype=np.float64)
    moment = _moments(runs, frames, clusters["run"].values, clusters["frame"].values)
    size = np.asarray(clusters["size"].values, dtype=np.float64)
    radius = np.asarray(clusters["gyration_radius"].values, dtype=np.float64)
    around = clusters["percolates"].values.any(axis=1)
    n = len(frames)
    largest = np.zeros(n)
    np.maximum.at(largest, moment, size)
    counted = (size >= max(smallest, 2)) & ~around & (radius > 0)
    x, y = (np.log(np.where(counted, one, 1.0)) for one in (size, radius))
    columns = np.stack(
        [
            np.bincount(moment, size**2, n),
            np.bincount(moment, size, n),
            np.divide(largest, chosen, out=np.zeros(n), where=chosen > 0),
            (chosen > 0).astype(float),
            np.bincount(moment, around, n) > 0,
            np.ones(n),
            *(np.bincount(moment, np.where(counted, one, 0.0), n) for one in (counted, x, y, x * x, x * y)),
        ],
        axis=1,
    )
    each = [columns[runs == number] for number in np.unique(runs)]
    parts, before = np.zeros(n, np.int64), 0
    for number in np.unique(runs):
        block = block_of(int((runs == number).sum()), blocks)
        parts[runs == number] = before + block
        before += int(block[-1]) + 1
    sums = np.zeros((before, columns.shape[1]))
    np.add.at(sums, parts, columns)
    tell = [np.stack([one[:, 0] / np.maximum(one[:, 1], 1.0), one[:, 2], one[:, 4]], axis=1) for one in each]
    independence, why = known_of_each_other(tell, blocks, "the size of clusters")
    values = _statistics(sums.sum(axis=0))
    errors = independence * jackknife_error(_statistics(leave_one_out(sums)))
    missing = (
        "there is no cluster",
        "there is no cluster",
        "",
        f"fewer than two sizes of clusters from {smallest} particles on don't meet their own image",
    )
    return ClusterStatistics(
        *(
            Estimate(
                value, error if np.isfinite(value) else np.nan, "1",
                none if np.isnan(value) else "" if np.isfinite(error) else why or "a part has none",
            )
            for value, error, none in zip(values.tolist(), errors.tolist(), missing, strict=True)
        )
    )  # fmt: skip


def _statistics(sums: Array) -> Array:
    """Mean size, share in the largest, share that percolates, fractal dimension, (..., 4)."""
    squares, sizes, largest, some, around, n, number, x, y, xx, xy = np.moveaxis(sums, -1, 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        slope = (number * xy - x * y) / (number * xx - x * x)
        known = (number > 1) & (number * xx - x * x > 1e-9 * number * xx) & (slope > 0)
        dimension = np.where(known, 1.0 / slope, np.nan)
        return np.stack([squares / sizes, largest / some, around / n, dimension], axis=-1)


def _moments(runs: Integers, frames: Integers, of_run: Integers, of_frame: Integers) -> Integers:
    """Which moment each cluster belongs to."""
    known = {key: k for k, key in enumerate(zip(runs.tolist(), frames.tolist(), strict=True))}
    try:
        return np.array(
            [known[key] for key in zip(of_run.tolist(), of_frame.tolist(), strict=True)], np.int64
        )
    except KeyError as missing:
        raise ParameterError(
            f"clusters has one of run and frame {missing}, which are not among its moments"
        ) from None


@dataclass(frozen=True, slots=True)
class _Table:
    """Clusters of some frames, and of each frame its run, its number and how many particles were chosen."""

    run: Integers
    frame: Integers
    size: Integers
    radius: Array
    around: Booleans
    moments: Integers

    def __add__(self, other: _Table) -> _Table:
        return _Table(
            *(np.concatenate([getattr(self, name), getattr(other, name)]) for name in self.__slots__)
        )


def _of_piece(cutoff: float, above: float | None, below: float | None, piece: Piece) -> _Table:
    d = piece.run.dimensions
    size, radius, around, counts, moments = [], [], [], [], []
    for still, row in zip(piece.frames(), piece.rows, strict=True):
        values = still.values[0]
        chosen = still.xyz[values > above if above is not None else values < (below or 0.0)]
        n = len(chosen)
        found = _connected(chosen, still.box, cutoff, still.place) if n else None
        if found is not None:
            size.append(found[0])
            radius.append(found[1])
            around.append(found[2][:, :d])
        counts.append(0 if found is None else len(found[0]))
        moments.append((piece.number, int(piece.run.frames[row]), n))
    of_moments = np.array(moments, np.int64).reshape(-1, 3)
    return _Table(
        np.repeat(of_moments[:, 0], counts),
        np.repeat(of_moments[:, 1], counts),
        np.concatenate([np.zeros(0, np.int64), *size]),
        np.concatenate([np.zeros(0), *radius]),
        np.concatenate([np.zeros((0, d), bool), *around]),
        of_moments,
    )


def _connected(xyz: Array, box: Box, cutoff: float, place: str) -> tuple[Integers, Array, Booleans]:
    """Size, radius of gyration and edges around of each cluster."""
    near = neighbours(xyz, box, cutoff=cutoff, name=place)
    n = len(xyz)
    label, where, around = np.empty(n, np.int64), np.empty((n, 3)), np.empty((n, 3), bool)
    inverse = np.asarray(np.linalg.inv(box.matrix), dtype=np.float64)
    count = connect(near.starts, near.partner, near.vectors, inverse, label, where, around)
    size = np.bincount(label, minlength=count)
    means = np.stack([np.bincount(label, one, count) for one in where.T], axis=1) / size[:, None]
    square = np.bincount(label, ((where - means[label]) ** 2).sum(axis=1), count) / size
    meets = around[:count]
    return size, np.where(meets.any(axis=1), np.nan, np.sqrt(square)), meets
