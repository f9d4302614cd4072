"""What the neighbours of each particle add up to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, TypeAlias

import numpy as np
import xarray as xr
from scipy.special import erfc

from supercooled.arguments import Number, validated
from supercooled.arrays import Array
from supercooled.box import Box
from supercooled.errors import BoxError, MixtureError, ParameterError
from supercooled.kernels.neighbours import make_cells
from supercooled.kernels.surroundings import add_up
from supercooled.matching import coordinates, origin
from supercooled.mixture import Mixture, pair_labels
from supercooled.nearest import check_units_once
from supercooled.quantities import labelled
from supercooled.trajectory import Trajectory

# Tables of a pair's functions of distance have this many entries a unit of length.
PER_LENGTH = 4000.0
# Below it no pair of a liquid comes, and its energy needs no table.
CORE = 0.05

Length: TypeAlias = Annotated[float, Number(above=0.0, at_most=1e3)]


@validated
def surroundings(
    trajectory: Trajectory,
    *,
    mixture: Mixture,
    centre: str,
    shells: Mapping[str, float],
    radius: Length,
    width: Length,
    frames: slice = slice(None),
) -> xr.Dataset:
    r"""Energy, coordination number and density of each particle's surroundings.

    .. math:: e_i = \tfrac12 \sum_{j \ne i} U(r_{ij}), \quad
              z_i = \sum_{j \ne i} \theta(R_{uv} - r_{ij}), \quad
              \rho_i = \frac{1}{V(R)} \sum_{j \ne i} \tfrac12\,
              \mathrm{erfc}\frac{r_{ij} - R}{\sqrt2\,\delta}

    mixture : pair potentials, cut where they are cut
    centre : species u of the particles
    shells : R_uv of each pair of `centre`, sigma_AA, for example the first minimum of g(r)
    radius : R of the density, sigma_AA
    width : delta, over which a neighbour passes from inside to outside, sigma_AA
    frames : which frames of the trajectory; their numbers in it stay

    Returns ``potential_energy`` (epsilon_AA), ``coordination`` and ``local_density`` (sigma_AA^-d), each
    (frame, particle), ``particle`` numbering those of the centre species.

    Raises
    ------
    ParameterError
        if a shell is missing or a length is not positive.
    MixtureError
        if the species differ from the mixture's.
    BoxError
        if a particle would meet a neighbour twice.

    Source: sharma2022, Sec. I and Ref. 17, names coarse-grained energy and density as peers of softness.

    >>> import supercooled as sc
    >>> fluid = Mixture("lj", ("A",), (1.0,), (1.0,), (sc.LennardJones(1.0, 1.0, 2.5),))
    >>> lattice = np.stack(np.meshgrid(*[np.arange(6) * 1.1 - 3.3] * 3), axis=-1).reshape(1, -1, 3)
    >>> run = sc.Trajectory.from_arrays(lattice, sc.Box.cube(6.6))
    >>> surroundings(run, mixture=fluid, centre="A", shells={"AA": 1.3}, radius=1.3,
    ...     width=0.05).coordination.values.mean().item()
    6.0
    """
    if trajectory.names != mixture.species:
        raise MixtureError(
            f"{trajectory.source.name} has species {trajectory.names}, {mixture.name} has {mixture.species}"
        )
    if not (radius > 0 and width > 0):
        raise ParameterError(f"radius={radius} and width={width} must be positive")
    check_units_once(trajectory, mixture)
    u = trajectory.species_index(centre)
    shell = _shells(shells, mixture, u)
    reach = max(mixture.cutoff, float(shell.max()), radius + 6.0 * width)
    tables = _tables(mixture, centre, (reach, radius, width))
    numbers = np.arange(trajectory.n_frames)[frames]
    centres = trajectory.of_species(centre)
    kind = trajectory.species.astype(np.int64)
    values = np.empty((3, len(numbers), len(centres)))
    for row, number in enumerate(numbers):
        one = trajectory[number : number + 1]
        box = Box.from_array(one.boxes()[0], trajectory.dimensions)
        if reach > 0.5 * box.heights.min():
            raise BoxError(
                f"{trajectory.source.name}: frame {trajectory.frames[number]}: neighbours count up to "
                f"{reach:.4g}, beyond half of the smallest height {box.heights.min():.4g} of the box"
            )
        xyz = one.positions()[0]
        cells = make_cells(xyz, box.fractional(xyz), box.matrix, box.heights, reach)
        sorted_kind = kind[cells.order]
        sums = np.zeros((3, len(kind)))
        add_up(cells, sorted_kind, sorted_kind == u, tables, PER_LENGTH, shell, sums)
        back = np.empty_like(sums)
        back[:, cells.order] = sums
        values[:, row] = back[:, centres]
    R, d = radius, trajectory.dimensions
    values[1] /= 4.0 / 3.0 * np.pi * R**3 if d == 3 else np.pi * R**2
    coords, made = coordinates(trajectory, numbers, centres), origin(trajectory)
    names = ("potential_energy", "local_density", "coordination")
    return xr.Dataset(
        {n: labelled(n, v, ("frame", "particle"), coords, **made) for n, v in zip(names, values, strict=True)}
    ).assign_attrs(made, centre=centre, radius=radius, width=width, shells=str(dict(shells)))


def _shells(shells: Mapping[str, float], mixture: Mixture, u: int) -> Array:
    labels = dict(zip(mixture.pairs, pair_labels(mixture.species), strict=True))
    names = mixture.species
    found = []
    for v in range(len(names)):
        pair = labels[names[min(u, v)], names[max(u, v)]]
        if not shells.get(pair, 0.0) > 0:
            raise ParameterError(f"no shell for the pair {pair}; pass shells={{{pair!r}: 1.4, ...}}")
        found.append(float(shells[pair]))
    return np.array(found)


def _tables(mixture: Mixture, centre: str, lengths: tuple[float, float, float]) -> Array:
    reach, radius, width = lengths
    r = np.arange(int(np.ceil(reach * PER_LENGTH)) + 2) / PER_LENGTH
    inside = 0.5 * erfc((r - radius) / (np.sqrt(2.0) * width))
    halves = [0.5 * mixture.potential(centre, name).energy(np.maximum(r, CORE)) for name in mixture.species]
    return np.stack([np.stack([half, inside]) for half in halves])
