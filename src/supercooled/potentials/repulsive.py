"""Pairs that only repel."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from supercooled.arguments import Positive, validated
from supercooled.arrays import Array
from supercooled.errors import MixtureError
from supercooled.potentials.base import Distances, between

# Of a number that its square, times some hundred thousand, still fits a double.
_LARGEST_LOGARITHM = 340.0


@validated(error=MixtureError)
@dataclass(frozen=True, slots=True)
class InversePower:
    r"""Inverse power, cut off and shifted to zero there.

    .. math:: U(r) = \epsilon\,(\sigma/r)^n - U_c,\quad r < r_c

    Parameters
    ----------
    epsilon
        epsilon_AA
    sigma, cutoff
        sigma_AA
    exponent
        n, dimensionless
    shift
        :math:`U_c` is the value at the cutoff, not 0

    Raises
    ------
    MixtureError
        if a number is not positive, or epsilon sigma^n too large for a double.

    References
    ----------
    Hoover et al. 1970, Eq. 1.

    Examples
    --------
    >>> InversePower(1.0, 1.0, exponent=12.0, cutoff=3.0, shift=False).energy(0.5).item()
    4096.0
    """

    epsilon: Positive
    sigma: Positive
    exponent: Positive
    cutoff: Positive
    shift: bool = True

    def __post_init__(self) -> None:
        with np.errstate(over="ignore", under="ignore"):
            if not (np.isfinite(self.strength) and self.strength > 0):
                raise MixtureError(f"inverse power epsilon sigma^{self.exponent:g} is out of range")

    @property
    def strength(self) -> float:
        """Factor of r^-n: epsilon sigma^n."""
        return float(self.epsilon * np.float64(self.sigma) ** self.exponent)

    @property
    def energy_at_cutoff(self) -> float:
        """What the shift takes away: the unshifted energy at the cutoff, or 0."""
        return float(self._at(self.cutoff)) if self.shift else 0.0

    @validated(error=MixtureError)
    def energy(self, r: Distances) -> Array:
        """Energy of a pair at distance `r`; infinite at r = 0.

        Parameters
        ----------
        r
            distance of the pair, sigma_AA

        Returns
        -------
        Array
            epsilon_AA, in the shape of `r`
        """
        end = self.energy_at_cutoff
        return between(r, 0.0, self.cutoff, lambda x: self._at(x) - end)

    @validated(error=MixtureError)
    def force(self, r: Distances) -> Array:
        """Repulsive force of a pair at distance `r`; infinite at r = 0.

        Parameters
        ----------
        r
            distance of the pair, sigma_AA

        Returns
        -------
        Array
            epsilon_AA/sigma_AA, in the shape of `r`
        """
        return between(r, 0.0, self.cutoff, lambda x: self.exponent * self._at(x) / x)

    @validated(error=MixtureError)
    def curvature(self, r: Distances) -> Array:
        """Second derivative of the energy inside the cutoff; infinite at r = 0.

        Parameters
        ----------
        r
            distance of the pair, sigma_AA

        Returns
        -------
        Array
            epsilon_AA/sigma_AA^2, in the shape of `r`
        """
        steep = self.exponent * (self.exponent + 1.0)
        return between(r, 0.0, self.cutoff, lambda x: steep * self._at(x) / x**2)

    def _at(self, r: Array | float) -> Any:
        return self.epsilon * (self.sigma / r) ** self.exponent

    def to_dict(self) -> dict[str, Any]:
        """Plain data that names it.

        Returns
        -------
        dict[str, Any]
            its parameters as plain data
        """
        return {"style": "inverse-power", **asdict(self)}


@validated(error=MixtureError)
@dataclass(frozen=True, slots=True)
class SmoothedInversePower:
    r"""Inverse power that ends smoothly: energy, force and its slope are zero at the cutoff.

    .. math:: U(r) = \epsilon\left[(\sigma/r)^n + c_0 + c_2 (r/\sigma)^2 + c_4 (r/\sigma)^4\right],\quad
              r < r_c

    Parameters
    ----------
    epsilon
        epsilon_AA
    sigma, cutoff
        sigma_AA
    exponent
        n, dimensionless

    Raises
    ------
    MixtureError
        if a number is not positive, or epsilon sigma^n too large for a double.

    References
    ----------
    Ninarello, Berthier and Coslovich 2017, with n = 12 and r_c = 1.25 sigma.

    Examples
    --------
    >>> soft = SmoothedInversePower(1.0, 1.0, exponent=12.0, cutoff=1.25)
    >>> soft.energy([1.0, 1.25]).round(6).tolist()
    [0.59582, 0.0]
    """

    epsilon: Positive
    sigma: Positive
    exponent: Positive
    cutoff: Positive

    def __post_init__(self) -> None:
        # the same numbers, with the same bounds
        InversePower(self.epsilon, self.sigma, self.exponent, self.cutoff)
        if not (self.exponent + 4.0) * abs(np.log(self.cutoff / self.sigma)) < _LARGEST_LOGARITHM:
            raise MixtureError(
                f"smoothed inverse power of {self.exponent:g} that ends at {self.cutoff:g} is out of range"
            )

    @property
    def coefficients(self) -> tuple[float, float, float]:
        """c_0, c_2 and c_4, dimensionless."""
        n, end = self.exponent, self.cutoff / self.sigma
        return (
            -0.125 * (n + 2.0) * (n + 4.0) * end**-n,
            0.25 * n * (n + 4.0) * end ** -(n + 2.0),
            -0.125 * n * (n + 2.0) * end ** -(n + 4.0),
        )

    @validated(error=MixtureError)
    def energy(self, r: Distances) -> Array:
        """Energy of a pair at distance `r`; infinite at r = 0.

        Parameters
        ----------
        r
            distance of the pair, sigma_AA

        Returns
        -------
        Array
            epsilon_AA, in the shape of `r`
        """
        c0, c2, c4 = self.coefficients

        def at(r: Array) -> Array:
            x2 = (r / self.sigma) ** 2
            return self.epsilon * ((self.sigma / r) ** self.exponent + c0 + x2 * (c2 + x2 * c4))

        return between(r, 0.0, self.cutoff, at)

    @validated(error=MixtureError)
    def force(self, r: Distances) -> Array:
        """Repulsive force of a pair at distance `r`; infinite at r = 0.

        Parameters
        ----------
        r
            distance of the pair, sigma_AA

        Returns
        -------
        Array
            epsilon_AA/sigma_AA, in the shape of `r`
        """
        _, c2, c4 = self.coefficients

        def at(r: Array) -> Array:
            x = r / self.sigma
            steep = self.exponent * x ** -(self.exponent + 1.0)
            return self.epsilon / self.sigma * (steep - 2.0 * x * (c2 + 2.0 * c4 * x**2))

        return between(r, 0.0, self.cutoff, at)

    @validated(error=MixtureError)
    def curvature(self, r: Distances) -> Array:
        """Second derivative of the energy of a pair at distance `r`; infinite at r = 0.

        Parameters
        ----------
        r
            distance of the pair, sigma_AA

        Returns
        -------
        Array
            epsilon_AA/sigma_AA^2, in the shape of `r`
        """
        n, (_, c2, c4) = self.exponent, self.coefficients

        def at(r: Array) -> Array:
            x = r / self.sigma
            steep = n * (n + 1.0) * x ** -(n + 2.0)
            return self.epsilon / self.sigma**2 * (steep + 2.0 * c2 + 12.0 * c4 * x**2)

        return between(r, 0.0, self.cutoff, at)

    def to_dict(self) -> dict[str, Any]:
        """Plain data that names it.

        Returns
        -------
        dict[str, Any]
            its parameters as plain data
        """
        return {"style": "inverse-power-smoothed", **asdict(self)}


@validated(error=MixtureError)
@dataclass(frozen=True, slots=True)
class HarmonicRepulsion:
    r"""Soft spheres that repel where they overlap.

    .. math:: U(r) = \frac{\epsilon}{2}\left(1 - r/\sigma\right)^2,\quad r < \sigma

    Parameters
    ----------
    epsilon
        epsilon_AA
    sigma
        diameter, where energy and force end, sigma_AA

    Raises
    ------
    MixtureError
        if epsilon or sigma is not positive.

    References
    ----------
    O'Hern et al. 2003, Eq. 1 with exponent 2.

    Examples
    --------
    >>> HarmonicRepulsion(2.0, 1.0).energy([0.0, 0.5, 1.0]).tolist()
    [1.0, 0.25, 0.0]
    """

    epsilon: Positive
    sigma: Positive

    @property
    def cutoff(self) -> float:
        """Distance beyond which energy and force are zero: sigma."""
        return self.sigma

    @validated(error=MixtureError)
    def energy(self, r: Distances) -> Array:
        """Energy of a pair at distance `r`, finite at r = 0.

        Parameters
        ----------
        r
            distance of the pair, sigma_AA

        Returns
        -------
        Array
            epsilon_AA, in the shape of `r`
        """
        return between(r, -np.inf, self.sigma, lambda x: 0.5 * self.epsilon * (1.0 - x / self.sigma) ** 2)

    @validated(error=MixtureError)
    def force(self, r: Distances) -> Array:
        """Repulsive force of a pair at distance `r`.

        Parameters
        ----------
        r
            distance of the pair, sigma_AA

        Returns
        -------
        Array
            epsilon_AA/sigma_AA, in the shape of `r`
        """
        return between(r, -np.inf, self.sigma, lambda x: self.epsilon * (1.0 - x / self.sigma) / self.sigma)

    @validated(error=MixtureError)
    def curvature(self, r: Distances) -> Array:
        """Second derivative of the energy where they overlap.

        Parameters
        ----------
        r
            distance of the pair, sigma_AA

        Returns
        -------
        Array
            epsilon_AA/sigma_AA^2, in the shape of `r`
        """
        return between(r, -np.inf, self.sigma, lambda x: np.full_like(x, self.epsilon / self.sigma**2))

    def to_dict(self) -> dict[str, Any]:
        """Plain data that names it.

        Returns
        -------
        dict[str, Any]
            its parameters as plain data
        """
        return {"style": "harmonic", **asdict(self)}
