"""The radial distribution functions around each particle in each frame."""

from __future__ import annotations

from typing import Annotated

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike

from supercooled.arguments import Numbers, Positive, validated
from supercooled.arrays import Array
from supercooled.cage.smearing import Normalisation, Points, Smearing
from supercooled.errors import ParameterError
from supercooled.frame import Frame
from supercooled.kernels.cage import local_distributions
from supercooled.matching import coordinates, origin
from supercooled.mixture import pair_labels
from supercooled.neighbour_list import in_order
from supercooled.quantities import labelled
from supercooled.trajectory import Trajectory


@validated
def local_radial_distribution(
    trajectory: Trajectory,
    *,
    species: str,
    width: Positive,
    r: Annotated[ArrayLike, Numbers(rank=1, least=2)],
    normalisation: Normalisation,
    frames: slice = slice(None),
) -> xr.DataArray:
    r"""Each particle's own radial distribution functions, a Gaussian for each neighbour.

    .. math:: g_{uv}^i(r) = \frac{1}{4\pi \rho' r^2} \sum_{j \in v,\, j \ne i}
        \frac{e^{-(r - r_{ij})^2 / 2\delta^2}}{\sqrt{2\pi}\,\delta}

    Parameters
    ----------
    trajectory
        trajectory
    species
        u, that of the particles
    width
        delta, sigma_AA
    r
        evenly spaced distances, sigma_AA
    normalisation
        rho' is the "total" density, or that of the "partner" species v
    frames
        which frames; a frame takes 8 bytes a particle, pair and distance

    Returns
    -------
    xr.DataArray
        ``radial_distribution`` (frame, particle, pair, r), dimensionless; the pairs of `species`.

    Raises
    ------
    ParameterError
        if the distances are not evenly spaced from above 0.
    BoxError
        if the box is too small for them.

    References
    ----------
    sharma2022, Eqs. 8, B1.

    Examples
    --------
    >>> import supercooled as sc
    >>> pair = np.array([[[0.0, 0.0, 0.0], [1.0, 0.0, 0.0]]])
    >>> g = local_radial_distribution(Trajectory.from_arrays(pair, sc.Box.cube(10.0)), species="A",
    ...     width=0.1, r=[0.9, 1.0, 1.1], normalisation="total")
    >>> (g / g.sel(r=1.0)).isel(frame=0, particle=0, pair=0).values.round(3)
    array([0.749, 1.   , 0.501])
    """
    distances = np.asarray(r, dtype=np.float64)
    steps = np.diff(distances)
    if distances.size < 2 or not (distances[0] > 0 and (steps > 0).all() and np.ptp(steps) < 1e-6 * steps[0]):
        raise ParameterError("r must hold two or more evenly spaced positive distances")
    u = trajectory.species_index(species)
    points = Points(float(distances[0]), float(steps.mean()), len(distances))
    smearing = Smearing(u, (points,) * len(trajectory.names), width, normalisation)
    centres = trajectory.of_species(u)
    if len(np.arange(trajectory.n_frames)[frames]) == 0:
        raise ParameterError(
            f"{trajectory.source.name}: {frames} selects none of the {trajectory.n_frames} frames"
        )
    values = np.stack([_distributions_of(frame, smearing)[centres] for frame in trajectory.each(frames)])
    coords = {
        **coordinates(trajectory, frames, centres),
        "pair": list(pairs_of(trajectory.names, u)),
        "r": distances,
    }
    return labelled(
        "radial_distribution",
        values,
        ("frame", "particle", "pair", "r"),
        coords,
        **origin(trajectory),
        width=width,
    )


def _distributions_of(frame: Frame, smearing: Smearing) -> Array:
    """G of every particle of one species, (particle, species, r)."""
    near = smearing.neighbourhood(frame)
    g = np.empty((frame.n_particles, len(smearing.points), smearing.points[0].number))
    local_distributions(near.cells, near.kind, near.chosen, near.grid, g)
    return in_order(g, near.cells)


def pairs_of(names: tuple[str, ...], centre: int) -> tuple[str, ...]:
    """Label of the pair of one species with each, (species,)."""
    labels = np.array(pair_labels(names))
    n = len(names)
    a, b = np.triu_indices(n)
    return tuple(
        str(labels[np.flatnonzero((a == min(centre, v)) & (b == max(centre, v)))[0]]) for v in range(n)
    )
