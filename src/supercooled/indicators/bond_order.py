"""Bond order: how the directions of the bonds of a particle agree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from scipy.special import sph_harm_y

from supercooled.arguments import Positive, Whole, validated
from supercooled.arrays import Array
from supercooled.fields import Indicator, parameter
from supercooled.frame import Frame


@validated
@dataclass(frozen=True)
class BondOrder(
    Indicator, unit="1", symbol=r"$\bar q_l$", long_name="bond order", source="Lechner and Dellago 2008"
):
    r"""Averaged bond order of degree l; in the plane the bond order of degree k.

    .. math:: q_{lm}(i) = \frac{1}{N_b(i)} \sum_j Y_{lm}(\hat{\mathbf r}_{ij}), \quad
              \bar q_{lm}(i) = \frac{q_{lm}(i) + \sum_j q_{lm}(j)}{N_b(i) + 1}, \quad
              \bar q_l = \Big(\frac{4\pi}{2l+1} \sum_m |\bar q_{lm}|^2\Big)^{1/2}, \qquad
              \psi_k = \Big|\frac{1}{N_b} \sum_j e^{ik\theta_{ij}}\Big|

    degree : l or k
    cutoff : of the bonds, sigma_AA
    averaged : over the particle and its neighbours; False gives q_l of Steinhardt, Nelson and Ronchetti

    A particle without a neighbour has none: NaN.

    Source: Lechner and Dellago, J. Chem. Phys. 129, 114707 (2008), Eqs. 5 and 6.

    >>> from supercooled import Box
    >>> grid = np.stack(np.meshgrid(*[np.arange(4.0)] * 3), axis=-1).reshape(-1, 3)
    >>> BondOrder(4, cutoff=1.2).of(Frame.from_arrays(grid, Box.cube(4.0))).values[:2].round(3)
    array([0.764, 0.764])
    """

    degree: Annotated[int, Whole(at_least=1, at_most=20)] = 6
    cutoff: Positive = parameter(1.4, unit="sigma_AA")
    averaged: bool = True

    @property
    def reach(self) -> float:
        """Cutoff of the bonds."""
        return self.cutoff

    def __call__(self, frame: Frame) -> Array:
        """Value of every particle, (particle,)."""
        bonds = frame.neighbours(self.cutoff)
        x, y, z = bonds.vectors.T
        azimuth = np.arctan2(y, x)
        if frame.dimensions == 2:
            waves = np.exp(1j * self.degree * azimuth)[:, None]
        else:
            m = np.arange(-self.degree, self.degree + 1)
            polar = np.arccos(np.clip(z / bonds.distances, -1.0, 1.0))
            waves = sph_harm_y(self.degree, m, polar[:, None], azimuth[:, None])
        with np.errstate(invalid="ignore", divide="ignore"):
            q = (bonds.add_up(waves.real) + 1j * bonds.add_up(waves.imag)) / bonds.counts[:, None]
        if self.averaged and frame.dimensions == 3:
            q = (q + bonds.sum(q.real) + 1j * bonds.sum(q.imag)) / (bonds.counts[:, None] + 1)
        norm = 1.0 if frame.dimensions == 2 else 4.0 * np.pi / (2 * self.degree + 1)
        return np.asarray(np.sqrt(norm * (np.abs(q) ** 2).sum(axis=1)))
