"""Bond order: how the directions of the bonds of a particle agree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from supercooled.arguments import Whole, validated
from supercooled.arrays import Array
from supercooled.frame import Frame
from supercooled.indicators.bonds import Bonded
from supercooled.kernels.harmonics import bond_harmonics, bond_waves, harmonic_factors, lengths_of_means


@validated
@dataclass(frozen=True)
class BondOrder(
    Bonded, unit="1", symbol=r"$\bar q_l$", long_name="bond order", source="Lechner and Dellago 2008"
):
    r"""Averaged bond order of degree l; in the plane the bond order of degree k.

    .. math:: q_{lm}(i) = \frac{\sum_j w_{ij} Y_{lm}(\hat{\mathbf r}_{ij})}{\sum_j w_{ij}}, \quad
              \bar q_{lm}(i) = \frac{q_{lm}(i) + \sum_j q_{lm}(j)}{N_b(i) + 1}, \quad
              \bar q_l = \Big(\frac{4\pi}{2l+1} \sum_m |\bar q_{lm}|^2\Big)^{1/2}, \qquad
              \psi_k = \Big|\frac{\sum_j w_{ij} e^{ik\theta_{ij}}}{\sum_j w_{ij}}\Big|

    The weights are 1, or the areas of the Voronoi faces (Mickel and others, 2013).

    Parameters
    ----------
    degree
        l or k
    averaged
        over the particle and its neighbours; False gives q_l of Steinhardt, Nelson and Ronchetti
    neighbours
        "cutoff"; "nearest", a number of them; "voronoi", those across a face of the radical
        Voronoi cell
    cutoff
        of the bonds, sigma_AA, with "cutoff"
    number
        of the nearest, with "nearest"
    radii
        of each species by name, ``(("A", 0.5), ("B", 0.44))``, sigma_AA, with "voronoi"; none makes
        Voronoi's own cells

    Notes
    -----
    A particle without a neighbour has none: NaN.

    References
    ----------
    Lechner and Dellago, J. Chem. Phys. 129, 114707 (2008), Eqs. 5 and 6; Mickel and others, J. Chem.
    Phys. 138, 044501 (2013).

    Examples
    --------
    >>> from supercooled import Box
    >>> grid = np.stack(np.meshgrid(*[np.arange(6.0)] * 3), axis=-1).reshape(-1, 3)
    >>> frame = Frame.from_arrays(grid, Box.cube(6.0))
    >>> BondOrder(4, cutoff=1.2).of(frame).values[:2].round(3)
    array([0.764, 0.764])
    >>> BondOrder(4, neighbours="voronoi").of(frame).values[:2].round(3)
    array([0.764, 0.764])
    """

    degree: Annotated[int, Whole(at_least=1, at_most=20)] = 6
    averaged: bool = True

    def extent(self, frame: Frame) -> float | None:
        """Cutoff of the bonds, and as far again where the neighbours' own are averaged."""
        once = super().extent(frame)
        return 2.0 * once if once is not None and self.averaged and frame.dimensions == 3 else once

    def __call__(self, frame: Frame) -> Array:
        """Value of every particle, (particle,)."""
        bonds = self.bonds(frame)
        out = np.empty(frame.n_particles)
        if frame.dimensions == 2:
            bond_waves(bonds.starts, bonds.vectors, bonds.distances, bonds.weights, self.degree, out)
            return out
        re = np.empty((frame.n_particles, self.degree + 1))
        im = np.empty_like(re)
        factors = harmonic_factors(self.degree)
        bond_harmonics(bonds.starts, bonds.vectors, bonds.distances, bonds.weights, factors, re, im)
        starts = bonds.starts if self.averaged else np.zeros_like(bonds.starts)
        lengths_of_means(starts, bonds.partner, re, im, out)
        return out
