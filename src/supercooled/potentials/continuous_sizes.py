"""Pairs whose length is that of their two particles, which have a diameter each."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from supercooled.arguments import Number, Numbers, Positive, validated
from supercooled.arrays import Array
from supercooled.errors import MixtureError
from supercooled.potentials.base import Distances
from supercooled.potentials.repulsive import InversePower, SmoothedInversePower

Diameters: TypeAlias = Annotated[ArrayLike, Numbers(above=0.0, least=1)]


@validated(error=MixtureError)
@dataclass(frozen=True, slots=True)
class ContinuousSizes:
    r"""One pair potential for particles of any sizes, its lengths in units of the pair's own.

    .. math:: U_{ij}(r) = U(r/\sigma_{ij}),\qquad
              \sigma_{ij} = \tfrac12 (d_i + d_j)\,(1 - \eta\,|d_i - d_j|)

    Parameters
    ----------
    pair
        U, with sigma = 1
    nonadditivity
        eta, 1/sigma_AA; 0 for additive sizes. Positive ones keep particles of different sizes mixed

    Raises
    ------
    MixtureError
        if the pair's sigma is not 1.

    References
    ----------
    Ninarello, Berthier and Coslovich 2017, Eqs. 1 and 2.

    Examples
    --------
    >>> soft = ContinuousSizes(InversePower(1.0, 1.0, exponent=12.0, cutoff=1.25, shift=False), 0.2)
    >>> soft.sigma(0.8, 1.2).item(), soft.energy(0.92, 0.8, 1.2).item()
    (0.92, 1.0)
    """

    pair: InversePower | SmoothedInversePower
    nonadditivity: Annotated[float, Number(at_least=0.0)] = 0.0

    def __post_init__(self) -> None:
        if self.pair.sigma != 1.0:
            raise MixtureError(
                "the lengths of the pair are those of its two particles: its sigma must be 1, not "
                f"{self.pair.sigma:g}"
            )

    @validated(error=MixtureError)
    def sigma(self, first: Diameters, second: Diameters) -> Array:
        """Length of pairs of particles by their diameters, sigma_AA.

        Parameters
        ----------
        first, second
            diameters, sigma_AA

        Returns
        -------
        Array
            sigma_ij, of the shape of both together

        Raises
        ------
        MixtureError
            if two sizes differ by so much that it is not positive.
        """
        a, b = _together(first, second)
        found = 0.5 * (a + b) * (1.0 - self.nonadditivity * np.abs(a - b))
        if not (found > 0).all():
            raise MixtureError(
                f"sizes that differ by {float(np.abs(a - b).max()):g} have no positive length with a "
                f"nonadditivity of {self.nonadditivity:g}"
            )
        return np.asarray(found)

    @validated(error=MixtureError)
    def cutoff(self, diameters: Diameters) -> float:
        """Largest distance at which any two of some particles act on each other, sigma_AA.

        Parameters
        ----------
        diameters
            of the particles, sigma_AA

        Returns
        -------
        float
            cutoff of two of the largest
        """
        sizes = np.asarray(diameters, dtype=np.float64)
        smallest, largest = float(sizes.min()), float(sizes.max())
        self.sigma(smallest, largest)
        # Two of the largest are the longest pair: sigma_ij is never above the larger diameter.
        return self.pair.cutoff * largest

    @validated(error=MixtureError)
    def energy(self, r: Distances, first: Diameters, second: Diameters) -> Array:
        """Energy of pairs at distance `r` by their diameters, epsilon_AA; infinite at r = 0.

        Parameters
        ----------
        r
            distances, sigma_AA
        first, second
            diameters, sigma_AA

        Returns
        -------
        Array
            energy of each pair
        """
        distance, a, b = _together(r, first, second)
        return self.pair.energy(distance / self.sigma(a, b))

    @validated(error=MixtureError)
    def force(self, r: Distances, first: Diameters, second: Diameters) -> Array:
        """Repulsive force of pairs at distance `r`, epsilon_AA/sigma_AA.

        Parameters
        ----------
        r
            distances, sigma_AA
        first, second
            diameters, sigma_AA

        Returns
        -------
        Array
            force of each pair
        """
        distance, a, b = _together(r, first, second)
        sigma = self.sigma(a, b)
        return np.asarray(self.pair.force(distance / sigma) / sigma)

    @validated(error=MixtureError)
    def between(self, first: Positive, second: Positive) -> InversePower | SmoothedInversePower:
        """The potential of two particles, with lengths in sigma_AA.

        Parameters
        ----------
        first, second
            diameters, sigma_AA

        Returns
        -------
        InversePower | SmoothedInversePower
            of the kind of `pair`

        Examples
        --------
        >>> soft = ContinuousSizes(SmoothedInversePower(1.0, 1.0, exponent=12.0, cutoff=1.25))
        >>> soft.between(0.8, 1.2).cutoff
        1.25
        """
        sigma = self.sigma(first, second).item()
        return replace(self.pair, sigma=sigma, cutoff=self.pair.cutoff * sigma)

    @property
    def law(self) -> tuple[float, float, float, float, float, float, float]:
        """For kernels: epsilon, n/2, c_0, c_2, c_4, squared cutoff in units of sigma_ij, nonadditivity."""
        if isinstance(self.pair, SmoothedInversePower):
            c0, c2, c4 = self.pair.coefficients
        else:
            c0, c2, c4 = -self.pair.energy_at_cutoff / self.pair.epsilon, 0.0, 0.0
        return (
            float(self.pair.epsilon),
            0.5 * self.pair.exponent,
            c0,
            c2,
            c4,
            float(self.pair.cutoff) ** 2,
            float(self.nonadditivity),
        )

    def to_dict(self) -> dict[str, Any]:
        """Plain data that names it.

        Returns
        -------
        dict[str, Any]
            style and numbers
        """
        return {"style": "continuous-sizes", "nonadditivity": self.nonadditivity, "pair": self.pair.to_dict()}


def _together(*values: ArrayLike) -> tuple[Array, ...]:
    """Numbers that are of one shape, or stand for all.

    Raises
    ------
    MixtureError
        if they don't fit together.
    """
    arrays = [np.asarray(one, dtype=np.float64) for one in values]
    try:
        return np.broadcast_arrays(*arrays)
    except ValueError:
        shapes = ", ".join(str(one.shape) for one in arrays)
        raise MixtureError(f"distances and diameters of shapes {shapes} do not fit together") from None
