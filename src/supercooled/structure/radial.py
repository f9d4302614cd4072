"""Partial radial distribution functions."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from functools import partial

import numpy as np
import xarray as xr

from supercooled.arguments import Positive, number_of_bins, validated
from supercooled.arrays import Array, Integers
from supercooled.box import Box
from supercooled.chunks import frames_within, map_add, spans
from supercooled.errors import BoxError, ParameterError
from supercooled.field_of_view import FieldOfView
from supercooled.kernels.neighbours import half_of
from supercooled.kernels.pairs import pair_histogram
from supercooled.mixture import pair_labels
from supercooled.neighbour_list import check_argument, sorted_into_cells
from supercooled.parcels import parcels
from supercooled.quantities import labelled
from supercooled.replicas import species_counts
from supercooled.structure.replicas import described, in_one_order, mean_counts
from supercooled.trajectory import Trajectory


@validated
def radial_distribution(
    trajectories: Trajectory | Sequence[Trajectory],
    *,
    r_max: Positive,
    dr: Positive,
    executor: Executor | None = None,
) -> xr.Dataset:
    r"""Partial radial distribution functions, averaged over frames and replicas.

    .. math:: g_{ab}(r) = \frac{V}{N_a N_b}
        \Big\langle \sum_{i \in a} \sum_{j \in b,\, j \ne i} \delta(\mathbf r - \mathbf r_{ij}) \Big\rangle

    Parameters
    ----------
    trajectories
        one trajectory, or replicas
    r_max
        largest distance, sigma_AA; the last bin ends at the last whole multiple of `dr` below it
    dr
        width of a bin, sigma_AA
    executor
        maps chunks of frames; None does them here

    Returns
    -------
    xr.Dataset
        ``radial_distribution`` (pair, r), dimensionless, r at the middle of each bin. As
        defined, it tends to 1 between species, and to 1 - 1/N_a within one.

    Raises
    ------
    BoxError
        if `r_max` exceeds half of the smallest height of the box: pairs would be missing; or the shortest
        edge of a field of view.
    ParameterError
        if `r_max` or `dr` makes no bin, or the replicas differ.

    Notes
    -----
    Where the borders of a field of view are open, pairs are counted within it and divided by as many as an
    ideal gas of the same mean density has there (the set covariance of the field of view, averaged over
    directions), so that what lies beyond is not missing.

    References
    ----------
    nandi2021 and sharma2022 use it without writing it down; sharma2022, Eq. B2.

    Examples
    --------
    >>> import numpy as np
    >>> gas = np.random.default_rng(1).uniform(-5, 5, (20, 500, 3))
    >>> g = radial_distribution(Trajectory.from_arrays(gas, Box.cube(10.0)), r_max=5.0, dr=1.0)
    >>> g.radial_distribution.sel(pair="AA", r=4.5).round(1).item()
    1.0
    """
    runs = in_one_order(trajectories)
    n_bins = number_of_bins(r_max, dr)
    chunks = [
        (run, span.read)
        for run in runs
        for span in spans(0, run.n_frames, size=frames_within(8.0, run.n_particles), end=run.n_frames)
    ]
    edges_r: Array = dr * np.arange(n_bins + 1, dtype=np.float64)
    if runs[0].field_of_view is not None:
        for run in runs:
            _check_seen(run, float(edges_r[-1]))
        sums = map_add(partial(_sums_in_view, n_bins, dr), chunks, executor)
        attributes = described(runs)
        g = sums / np.sum([_expected(run, edges_r) for run in runs], axis=0)
    else:
        pool = parcels(executor, lambda chunk: [chunk], *runs)
        sums = map_add(partial(_sums, n_bins, dr), chunks, pool)
        attributes = described(runs)
        shells = shell_volumes(edges_r, runs[0].dimensions)
        g = sums / (_pairs(species_counts(runs[0]))[:, None] * shells * attributes["n_frames"])
    array = labelled(
        "radial_distribution",
        g,
        ("pair", "r"),
        {"pair": list(pair_labels(runs[0].names)), "r": 0.5 * (edges_r[1:] + edges_r[:-1])},
    )
    return xr.Dataset({"radial_distribution": array}, attrs={**attributes, "r_max": r_max, "dr": dr})


def _check_seen(run: Trajectory, r_max: float) -> None:
    seen = run.field_of_view
    if seen is None:
        raise ParameterError(
            f"{run.source.name} has a periodic box, and other replicas have open borders: average them apart"
        )
    if r_max > float(seen.lengths.min()) * (1 + 1e-9):
        raise BoxError(
            f"{run.source.name}: r_max={r_max:g} exceeds the shortest edge of the field of view; choose at "
            f"most {seen.lengths.min():.6g}"
        )


def _expected(run: Trajectory, edges: Array) -> Array:
    """Pairs in each bin that an ideal gas of the same densities has in the frames of a run, (pair, bin)."""
    assert run.field_of_view is not None  # noqa: S101
    densities = mean_counts(run) / run.field_of_view.volume
    return np.asarray(run.n_frames * _pairs(densities)[:, None] * set_covariance(run.field_of_view, edges))


def set_covariance(seen: FieldOfView, edges: Array) -> Array:
    r"""Volume of the field of view times what of the shell about a point lies in it, on average, (bin,).

    .. math:: \int_a^b \bar\gamma(r)\, S_d r^{d-1} dr, \qquad
              \bar\gamma(r) = \big\langle \prod_k (L_k - r |u_k|) \big\rangle_{\mathbf u}

    over directions u: so many ordered pairs of an ideal gas of density 1 lie so far apart in it.

    edges : rising distances, the largest at most the shortest edge, sigma_AA

    Source: J. Ohser, Math. Operationsforsch. Statist., Ser. Statist. 14, 63 (1983); the set covariance of a
    rectangle and a cuboid, averaged over directions, by <|u|> = 2/pi, <|u v|> = 1/pi in the plane and
    1/2, 2/(3 pi), <|u v w|> = 1/(4 pi) in space.

    >>> square = FieldOfView((0.0, 0.0), (2.0, 2.0))
    >>> round(float(set_covariance(square, np.array([0.0, 1e-3]))[0] / (np.pi * 1e-6)), 2)
    4.0
    """
    L = seen.lengths
    if seen.dimensions == 2:
        powers = [L[0] * L[1], -2.0 / np.pi * L.sum(), 1.0 / np.pi]
        sphere = 2.0 * np.pi
    else:
        faces = L[0] * L[1] + L[1] * L[2] + L[0] * L[2]
        powers = [L.prod(), -0.5 * faces, 2.0 / (3.0 * np.pi) * L.sum(), -1.0 / (4.0 * np.pi)]
        sphere = 4.0 * np.pi
    d = seen.dimensions
    integral = sphere * sum(c * edges ** (k + d) / (k + d) for k, c in enumerate(powers))
    return np.asarray(np.diff(integral), dtype=np.float64)


def shell_volumes(edges: Array, dimensions: int) -> Array:
    """Volumes (areas) between consecutive radii, (bin,)."""
    inside = 4.0 / 3.0 * np.pi * edges**3 if dimensions == 3 else np.pi * edges**2
    return np.asarray(np.diff(inside), dtype=np.float64)


def _pairs(counts: Integers | Array) -> Array:
    """Unordered pairs of particles in each pair of species, N_a N_b or N_a^2 / 2."""
    n = len(counts)
    products = np.outer(counts, counts).astype(np.float64)
    products[np.diag_indices(n)] /= 2.0
    return products[np.triu_indices(n)]


def _pair_numbers(n: int) -> Integers:
    """Which pair of species two species make, (species, species)."""
    upper = np.triu_indices(n)
    pair_of = np.zeros((n, n), np.int64)
    pair_of[upper] = pair_of.T[upper] = np.arange(len(upper[0]))
    return pair_of


def _sums_in_view(n_bins: int, dr: float, chunk: tuple[Trajectory, slice]) -> Array:
    """Pairs in each bin of those that are seen, added up over a chunk of frames, (pair, bin)."""
    run, frames = chunk
    pair_of = _pair_numbers(len(run.names))
    counts = np.zeros((pair_of.max() + 1, n_bins), np.int64)
    for frame in run.seen(frames):
        if frame.n_particles:
            cells = frame.cells(n_bins * dr)
            kind = frame.species.astype(np.int64)[cells.order]
            pair_histogram(half_of(cells), kind, dr, pair_of, counts)
    return counts.astype(np.float64)


def _sums(n_bins: int, dr: float, chunk: tuple[Trajectory, slice]) -> Array:
    """Pairs in each bin times the volume of the box, added up over a chunk of frames, (pair, bin)."""
    run, frames = chunk
    pair_of = _pair_numbers(len(run.names))
    kind = run.species.astype(np.int64)
    sums = np.zeros((pair_of.max() + 1, n_bins))
    for number, xyz, edges in zip(run.frames[frames], run.positions(frames), run.boxes(frames), strict=True):
        box = Box.from_array(edges, run.dimensions)
        check_argument(box, n_bins * dr, f"{run.source.name}: frame {number}", "r_max")
        cells = sorted_into_cells(xyz, box, n_bins * dr)
        counts = np.zeros(sums.shape, np.int64)
        pair_histogram(half_of(cells), kind[cells.order], dr, pair_of, counts)
        sums += box.volume * counts
    return sums
