"""The averaged bond order as a package of its own brings it: with what is public, and SciPy."""

from dataclasses import dataclass

import numpy as np
from scipy.special import sph_harm_y

import supercooled as sc
from supercooled.indicators import parameter


@dataclass(frozen=True)
class AveragedOrder(
    sc.Indicator, unit="1", symbol=r"$\bar q_l$", long_name="averaged bond order", source="Lechner 2008"
):
    r"""Length of the spherical harmonics of the bonds, averaged over a particle and its neighbours.

    .. math:: q_{lm}(i) = \frac{1}{N_i} \sum_j Y_{lm}(\hat{\mathbf r}_{ij}), \quad
              \bar q_{lm}(i) = \frac{q_{lm}(i) + \sum_j q_{lm}(j)}{N_i + 1}, \quad
              \bar q_l = \Big(\frac{4\pi}{2l+1} \sum_m |\bar q_{lm}|^2\Big)^{1/2}

    degree : l
    cutoff : of the bonds, sigma_AA

    Source: Lechner and Dellago, J. Chem. Phys. 129, 114707 (2008), Eqs. 5 and 6.
    """

    degree: int = 6
    cutoff: float = parameter(1.4, unit="sigma_AA")

    def __call__(self, frame: sc.Frame) -> np.ndarray:
        """Value of every particle, (particle,); NaN without a neighbour."""
        bonds = frame.neighbours(self.cutoff)
        x, y, z = bonds.vectors.T[:, :, None]
        m = np.arange(-self.degree, self.degree + 1)
        waves = sph_harm_y(self.degree, m, np.arctan2(np.hypot(x, y), z), np.arctan2(y, x))
        number = np.where(bonds.counts > 0, bonds.counts, np.nan)[:, None]
        q = bonds.add_up(np.concatenate([waves.real, waves.imag], axis=1)) / number
        mean = (q + bonds.sum(q)) / (number + 1.0)
        return np.sqrt(4.0 * np.pi / (2 * self.degree + 1) * (mean**2).sum(axis=1))
