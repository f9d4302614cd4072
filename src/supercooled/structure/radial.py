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
from supercooled.kernels.neighbours import half_of
from supercooled.kernels.pairs import pair_histogram
from supercooled.mixture import pair_labels
from supercooled.neighbour_list import check_argument, sorted_into_cells
from supercooled.quantities import labelled
from supercooled.replicas import species_counts
from supercooled.structure.replicas import described, in_one_order
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
        if `r_max` exceeds half of the smallest height of the box: pairs would be missing.
    ParameterError
        if `r_max` or `dr` makes no bin, or the replicas differ.

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
    sums = map_add(partial(_sums, n_bins, dr), chunks, executor)
    attributes = described(runs)
    edges_r: Array = dr * np.arange(n_bins + 1, dtype=np.float64)
    shells = shell_volumes(edges_r, runs[0].dimensions)
    g = sums / (_pairs(species_counts(runs[0]))[:, None] * shells * attributes["n_frames"])
    array = labelled(
        "radial_distribution",
        g,
        ("pair", "r"),
        {"pair": list(pair_labels(runs[0].names)), "r": 0.5 * (edges_r[1:] + edges_r[:-1])},
    )
    return xr.Dataset({"radial_distribution": array}, attrs={**attributes, "r_max": r_max, "dr": dr})


def shell_volumes(edges: Array, dimensions: int) -> Array:
    """Volumes (areas) between consecutive radii, (bin,)."""
    inside = 4.0 / 3.0 * np.pi * edges**3 if dimensions == 3 else np.pi * edges**2
    return np.asarray(np.diff(inside), dtype=np.float64)


def _pairs(counts: Integers) -> Array:
    """Unordered pairs of particles in each pair of species, N_a N_b or N_a^2 / 2."""
    n = len(counts)
    products = np.outer(counts, counts).astype(np.float64)
    products[np.diag_indices(n)] /= 2.0
    return products[np.triu_indices(n)]


def _sums(n_bins: int, dr: float, chunk: tuple[Trajectory, slice]) -> Array:
    """Pairs in each bin times the volume of the box, added up over a chunk of frames, (pair, bin)."""
    run, frames = chunk
    n = len(run.names)
    upper = np.triu_indices(n)
    pair_of = np.zeros((n, n), np.int64)
    pair_of[upper] = pair_of.T[upper] = np.arange(len(upper[0]))
    kind = run.species.astype(np.int64)
    sums = np.zeros((len(upper[0]), n_bins))
    for number, xyz, edges in zip(run.frames[frames], run.positions(frames), run.boxes(frames), strict=True):
        box = Box.from_array(edges, run.dimensions)
        check_argument(box, n_bins * dr, f"{run.source.name}: frame {number}", "r_max")
        cells = sorted_into_cells(xyz, box, n_bins * dr)
        counts = np.zeros(sums.shape, np.int64)
        pair_histogram(half_of(cells), kind[cells.order], dr, pair_of, counts)
        sums += box.volume * counts
    return sums
