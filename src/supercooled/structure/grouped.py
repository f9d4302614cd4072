"""Radial distribution functions of groups of particles, such as those of like softness."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr

from supercooled.arguments import Positive, Rising, number_of_bins, validated
from supercooled.arguments.datasets import GroupedDistribution, ParticleField
from supercooled.arrays import Array, Integers
from supercooled.box import Box
from supercooled.errors import ParameterError
from supercooled.kernels.neighbours import half_of
from supercooled.kernels.pairs import pair_histogram
from supercooled.matching import matched
from supercooled.neighbour_list import check_argument, sorted_into_cells
from supercooled.quantities import labelled
from supercooled.replicas import alike
from supercooled.structure.entropy import Logistic, described, entropy_of, half_measure
from supercooled.structure.radial import shell_volumes
from supercooled.structure.replicas import in_one_order
from supercooled.trajectory import Trajectory


@validated
def grouped_radial_distribution(
    trajectories: Trajectory | Sequence[Trajectory],
    field: ParticleField | Sequence[ParticleField],
    *,
    edges: Rising,
    r_max: Positive,
    dr: Positive,
) -> xr.Dataset:
    r"""Radial distribution functions about the particles of each group.

    .. math:: g_{GK}(r) = \frac{1}{\rho_K} \Big\langle
        \sum_{j \in K,\, j \ne i} \delta(\mathbf r - \mathbf r_{ij}) \Big\rangle_{i \in G}

    A group holds the samples, each a particle in a frame, whose field lies in its bin; partners are all
    particles of a species, whatever their group.

    Parameters
    ----------
    trajectories
        one trajectory, or replicas
    field
        (frame, particle) for each trajectory, of some of its frames and particles, labelled by ``frame``,
        ``time`` and ``particle``
    edges
        of the bins, (group + 1,)
    r_max, dr
        largest distance and width of a bin of distance, sigma_AA

    Returns
    -------
    xr.Dataset
        ``radial_distribution`` (group, species, r), dimensionless, and ``members`` (group), particles
        at times; ``lower`` and ``upper`` of each group; ``density`` (species) of the partners.

    Raises
    ------
    ParameterError
        if the edges don't rise, there is no bin of distance, or fields and trajectories don't match each
        other, or trajectories one another.
    BoxError
        if `r_max` exceeds half of the smallest height of the box.

    References
    ----------
    graham2023, Sec. III.B and Fig. 5(a).

    Examples
    --------
    >>> import supercooled as sc
    >>> gas = np.random.default_rng(1).uniform(-5, 5, (4, 500, 3))
    >>> run = sc.Trajectory.from_arrays(gas, sc.Box.cube(10.0))
    >>> x = xr.DataArray(gas[:, :, 0], {"frame": range(4), "particle": range(500)}, ("frame", "particle"))
    >>> g = grouped_radial_distribution(run, x, edges=[-5.0, 0.0, 5.0], r_max=5.0, dr=1.0)
    >>> g.radial_distribution.sel(species="A", r=4.5).round(1).values
    array([1., 1.])
    """
    runs = in_one_order(trajectories)
    fields = [field] if isinstance(field, xr.DataArray) else list(field)
    if len(runs) != len(fields):
        raise ParameterError(f"{len(runs)} trajectories need the same number of fields, not {len(fields)}")
    alike(fields)
    placed = [matched(one, run) for run, one in zip(runs, fields, strict=True)]
    limits = np.asarray(edges, dtype=np.float64)
    if limits.ndim != 1 or len(limits) < 2 or not (np.diff(limits) > 0).all():
        raise ParameterError("edges must increase, for example those that relation.strata returns")
    n_bins = number_of_bins(r_max, dr)
    shape = (len(limits) - 1, len(runs[0].names), n_bins)
    sums, members, densities = np.zeros(shape), np.zeros(shape[0]), np.zeros(shape[1])
    totals = (sums, members, densities)
    for run, one, at in zip(runs, fields, placed, strict=True):
        ordered = one.transpose("frame", "particle")
        for row, frame in zip(at.rows, at.other_rows, strict=True):
            values = ordered.isel(frame=int(row)).values[at.columns]
            _add_frame(
                run[int(frame) : int(frame) + 1],
                values,
                at.other_columns,
                limits=limits,
                dr=dr,
                totals=totals,
            )
    n_frames = sum(len(at.rows) for at in placed)
    densities /= n_frames
    steps: Array = dr * np.arange(n_bins + 1, dtype=np.float64)
    ideal = np.outer(densities, shell_volumes(steps, runs[0].dimensions))
    expected = members[:, None, None] * ideal
    coords: dict[str, Any] = {
        "group": 0.5 * (limits[1:] + limits[:-1]),
        "lower": ("group", limits[:-1]),
        "upper": ("group", limits[1:]),
        "species": list(runs[0].names),
        "r": 0.5 * (steps[1:] + steps[:-1]),
    }
    g = np.divide(sums, expected, out=np.full(shape, np.nan), where=expected > 0)
    return xr.Dataset(
        {
            "radial_distribution": labelled("radial_distribution", g, ("group", "species", "r"), coords),
            "density": labelled("density", densities, ("species",)),
            "members": (
                "group",
                members,
                {"units": "1", "long_name": "samples (particle and frame) in the group"},
            ),
        },
        attrs={"dimensions": runs[0].dimensions, "dr": dr, "r_max": r_max, "n_frames": n_frames},
    )


@validated
def grouped_pair_entropy(
    grouped: GroupedDistribution, *, r_max: Positive, switching: Logistic | None
) -> xr.DataArray:
    r"""Pair entropy of each group, from its own radial distribution functions.

    .. math:: s^{(2)}_G = -2\pi \sum_K \rho_K \int_0^{r_{max}}
        \left[g_{GK} \ln g_{GK} - g_{GK} + 1\right] r^2 dr

    Parameters
    ----------
    grouped
        what :func:`grouped_radial_distribution` returns
    r_max, switching
        as in :func:`supercooled.structure.pair_entropy`

    Returns
    -------
    xr.DataArray
        ``pair_entropy`` (group), in k_B; NaN for a group without members.

    Raises
    ------
    ParameterError
        if `r_max` is outside of the distances.

    References
    ----------
    graham2023, Eq. 4 and Fig. 5(b).

    Examples
    --------
    >>> import supercooled as sc
    >>> run = sc.Trajectory.from_arrays(np.zeros((1, 1, 3)), sc.Box.cube(10.0))
    >>> x = xr.DataArray([[0.5]], {"frame": [0], "particle": [0]}, ("frame", "particle"))
    >>> alone = grouped_radial_distribution(run, x, edges=[0.0, 1.0], r_max=3.0, dr=0.1)
    >>> round(float(grouped_pair_entropy(alone, r_max=3.0, switching=None)[0]), 4)  # -density volume / 2
    -0.0565
    """
    r, dr = grouped["r"].values, float(grouped.attrs["dr"])
    if not dr <= r_max <= (r[-1] + 0.5 * dr) * (1 + 1e-9):
        raise ParameterError(f"r_max={r_max:g} must lie between {dr:g} and {r[-1] + 0.5 * dr:g}")
    weight = half_measure(r, dr, int(grouped.attrs["dimensions"])) * (r < r_max * (1 + 1e-9))
    if switching is not None:
        weight = weight * switching(r)
    density = np.asarray(grouped["density"].values, dtype=np.float64)
    curves = grouped["radial_distribution"].transpose("group", "species", "r").values
    values = [entropy_of(g, density, weight) if np.isfinite(g).all() else np.nan for g in curves]
    coords = {name: grouped[name] for name in ("group", "lower", "upper")}
    return labelled("pair_entropy", values, ("group",), coords, r_max=r_max, switching=described(switching))


def _add_frame(
    run: Trajectory,
    values: Array,
    particles: Integers,
    *,
    limits: Array,
    dr: float,
    totals: tuple[Array, Array, Array],
) -> None:
    """Pairs about each group in the only frame of `run`, its members, and the densities of the partners.

    Parameters
    ----------
    values, particles
        (particle,) of the field, and whose they are
    """
    sums, members, densities = totals
    n_groups, n_species, n_bins = sums.shape
    xyz, box = run.positions()[0], Box.from_array(run.boxes()[0], run.dimensions)
    check_argument(box, n_bins * dr, f"{run.source.name}: frame {run.frames[0]}", "r_max")
    place = np.searchsorted(limits, values, side="right") - 1
    place[values == limits[-1]] = n_groups - 1
    place[~((place >= 0) & (place < n_groups))] = n_groups
    # A label tells group and species: the pairs of all labels are counted once.
    group = np.full(run.n_particles, n_groups, np.int64)
    group[particles] = place
    label = group * n_species + run.species
    n_labels = (n_groups + 1) * n_species
    upper = np.triu_indices(n_labels)
    pair_of = np.zeros((n_labels, n_labels), np.int64)
    pair_of[upper] = pair_of.T[upper] = np.arange(len(upper[0]))
    counts = np.zeros((len(upper[0]), n_bins), np.int64)
    cells = sorted_into_cells(xyz, box, n_bins * dr)
    pair_histogram(half_of(cells), label[cells.order], dr, pair_of, counts)
    # Both particles of a pair see the other: a pair within one label counts twice.
    seen = counts[pair_of].astype(np.float64)
    seen[np.diag_indices(n_labels)] *= 2.0
    of_group = seen.reshape(n_groups + 1, n_species, n_groups + 1, n_species, n_bins).sum(axis=(1, 2))
    sums += of_group[:n_groups]
    members += np.bincount(group, minlength=n_groups + 1)[:n_groups]
    densities += np.bincount(run.species, minlength=n_species) / box.volume
