"""Lennard-Jones pairs: cut and shifted, smoothed at the cutoff, and with a well of another width."""

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


def _lj(epsilon: float, sigma: float, r: Array | float) -> Any:
    x6 = (sigma / r) ** 6
    return 4.0 * epsilon * (x6 * x6 - x6)


def _lj_force(epsilon: float, sigma: float, r: Array | float) -> Any:
    x6 = (sigma / r) ** 6
    return 24.0 * epsilon * (2.0 * x6 * x6 - x6) / r


def _lj_curvature(epsilon: float, sigma: float, r: Array | float) -> Any:
    x6 = (sigma / r) ** 6
    return 24.0 * epsilon * (26.0 * x6 * x6 - 7.0 * x6) / r**2


@validated(error=MixtureError)
@dataclass(frozen=True, slots=True)
class LennardJones:
    r"""12-6 pair potential, cut off and shifted to zero there.

    .. math:: U(r) = 4\epsilon\left[(\sigma/r)^{12} - (\sigma/r)^6\right] - U_c,\quad r < r_c

    with :math:`U_c` its unshifted value at the cutoff if `shift`, else 0.

    Parameters
    ----------
    epsilon
        epsilon_AA
    sigma, cutoff
        sigma_AA
    shift
        subtract the energy at the cutoff

    Raises
    ------
    MixtureError
        if epsilon, sigma or the cutoff is not positive.

    References
    ----------
    nandi2021, SI Eq. 1; sharma2022, Eq. 1.

    Examples
    --------
    >>> LennardJones(1.0, 1.0, 2.5, shift=False).energy(2 ** (1 / 6)).round(12).item()
    -1.0
    """

    epsilon: Positive
    sigma: Positive
    cutoff: Positive
    shift: bool = True

    @classmethod
    @validated(error=MixtureError)
    def wca(cls, epsilon: float, sigma: float) -> LennardJones:
        """Weeks-Chandler-Andersen: cut off at the minimum, so that only the repulsion is left.

        Parameters
        ----------
        epsilon
            depth of the well, epsilon_AA
        sigma
            distance at which the energy is zero, sigma_AA

        Returns
        -------
        LennardJones
            purely repulsive potential
        """
        return cls(epsilon, sigma, 2.0 ** (1.0 / 6.0) * sigma)

    def smoothed(self) -> SmoothedLennardJones:
        """The same pair with a force that goes to zero at the cutoff.

        Returns
        -------
        SmoothedLennardJones
            potential with the same epsilon, sigma and cutoff
        """
        return SmoothedLennardJones(self.epsilon, self.sigma, self.cutoff)

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
        end = _lj(self.epsilon, self.sigma, self.cutoff) if self.shift else 0.0
        return between(r, 0.0, self.cutoff, lambda x: _lj(self.epsilon, self.sigma, x) - end)

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
        return between(r, 0.0, self.cutoff, lambda x: _lj_force(self.epsilon, self.sigma, x))

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
        return between(r, 0.0, self.cutoff, lambda x: _lj_curvature(self.epsilon, self.sigma, x))

    def to_dict(self) -> dict[str, Any]:
        """Plain data that names it.

        Returns
        -------
        dict[str, Any]
            its parameters as plain data
        """
        return {"style": "lennard-jones", **asdict(self)}


@validated(error=MixtureError)
@dataclass(frozen=True, slots=True)
class SmoothedLennardJones:
    r"""12-6 pair potential whose energy and force both go to zero at the cutoff.

    .. math:: U(r) = \phi(r) - \phi(r_c) - (r - r_c)\,\phi'(r_c),\quad r < r_c,\quad
              \phi(r) = 4\epsilon\left[(\sigma/r)^{12} - (\sigma/r)^6\right]

    Parameters
    ----------
    epsilon
        epsilon_AA
    sigma, cutoff
        sigma_AA

    Raises
    ------
    MixtureError
        if epsilon, sigma or the cutoff is not positive.

    References
    ----------
    Toxvaerd and Dyre 2011, Eq. 3 (shifted force); schoenholz2016 smooths its potential "so
    that the force varies continuously" and does not say how.

    Examples
    --------
    >>> SmoothedLennardJones(1.0, 1.0, 2.5).force([2.4999999, 2.5]).round(6).tolist()
    [-0.0, 0.0]
    """

    epsilon: Positive
    sigma: Positive
    cutoff: Positive

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
        end = _lj(self.epsilon, self.sigma, self.cutoff)
        slope = -_lj_force(self.epsilon, self.sigma, self.cutoff)
        return between(
            r,
            0.0,
            self.cutoff,
            lambda x: _lj(self.epsilon, self.sigma, x) - end - (x - self.cutoff) * slope,
        )

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
        end = _lj_force(self.epsilon, self.sigma, self.cutoff)
        return between(r, 0.0, self.cutoff, lambda x: _lj_force(self.epsilon, self.sigma, x) - end)

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
        return between(r, 0.0, self.cutoff, lambda x: _lj_curvature(self.epsilon, self.sigma, x))

    def to_dict(self) -> dict[str, Any]:
        """Plain data that names it.

        Returns
        -------
        dict[str, Any]
            its parameters as plain data
        """
        return {"style": "lennard-jones-smoothed", **asdict(self)}


@validated(error=MixtureError)
@dataclass(frozen=True, slots=True)
class CurvatureSmoothedLennardJones:
    r"""12-6 pair potential whose energy, force and curvature all go to zero at the cutoff.

    .. math:: U(r) = 4\epsilon\left[(\sigma/r)^{12} - (\sigma/r)^6 + c_0 + c_2 (r/\sigma)^2
              + c_4 (r/\sigma)^4\right],\quad r < r_c

    Parameters
    ----------
    epsilon
        epsilon_AA
    sigma, cutoff
        sigma_AA

    Raises
    ------
    MixtureError
        if epsilon, sigma or the cutoff is not positive, or their ratio out of range.

    References
    ----------
    Parmar, Ozawa and Berthier, Phys. Rev. Lett. 125, 085505 (2020), with r_c = 2.5 sigma; the
    coefficients follow from the three conditions.

    Examples
    --------
    >>> smooth = CurvatureSmoothedLennardJones(1.0, 1.0, 2.5)
    >>> [round(c, 9) for c in smooth.coefficients]
    [0.040490238, -0.009701551, 0.000620126]
    >>> bool(np.abs(smooth.curvature([2.4999999, 2.5])).max() < 1e-6)
    True
    """

    epsilon: Positive
    sigma: Positive
    cutoff: Positive

    def __post_init__(self) -> None:
        if not 16.0 * abs(np.log(self.cutoff / self.sigma)) < _LARGEST_LOGARITHM:
            raise MixtureError(
                f"smoothed Lennard-Jones of sigma {self.sigma:g} that ends at {self.cutoff:g} is out of range"
            )

    @property
    def coefficients(self) -> tuple[float, float, float]:
        """c_0, c_2 and c_4, dimensionless."""
        x2 = (self.sigma / self.cutoff) ** 2
        x6 = x2 * x2 * x2
        return (
            x6 * (10.0 - 28.0 * x6),
            x6 * x2 * (48.0 * x6 - 15.0),
            x6 * x2 * x2 * (6.0 - 21.0 * x6),
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
            added: Array = _lj(self.epsilon, self.sigma, r) + 4.0 * self.epsilon * (c0 + x2 * (c2 + x2 * c4))
            return added

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
            added = 8.0 * self.epsilon / self.sigma * x * (c2 + 2.0 * c4 * x**2)
            left: Array = _lj_force(self.epsilon, self.sigma, r) - added
            return left

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
        _, c2, c4 = self.coefficients

        def at(r: Array) -> Array:
            added = 8.0 * self.epsilon / self.sigma**2 * (c2 + 6.0 * c4 * (r / self.sigma) ** 2)
            whole: Array = _lj_curvature(self.epsilon, self.sigma, r) + added
            return whole

        return between(r, 0.0, self.cutoff, at)

    def to_dict(self) -> dict[str, Any]:
        """Plain data that names it.

        Returns
        -------
        dict[str, Any]
            its parameters as plain data
        """
        return {"style": "lennard-jones-curvature-smoothed", **asdict(self)}


@validated(error=MixtureError)
@dataclass(frozen=True, slots=True)
class ExpandedLennardJones:
    r"""12-6 pair potential moved outwards and cut off.

    .. math:: U(r) = 4\epsilon\left[\left(\frac{\sigma}{r-\delta}\right)^{12}
              - \left(\frac{\sigma}{r-\delta}\right)^6\right] - U_c,\quad r < r_c

    Parameters
    ----------
    epsilon
        epsilon_AA
    sigma, delta, cutoff
        sigma_AA; at `delta` the energy is infinite
    shift
        :math:`U_c` is the value at the cutoff, not 0

    Raises
    ------
    MixtureError
        if epsilon or sigma is not positive, delta is negative, or the cutoff is not beyond it.

    References
    ----------
    graham2023, the equation of its Methods.

    Examples
    --------
    >>> well = ExpandedLennardJones.modified_well(1.0, 1.0, well_width=0.3, cutoff=2.5)
    >>> well.energy(2 ** (1 / 6)).round(9).item()
    -1.0
    """

    epsilon: Positive
    sigma: Positive
    delta: float
    cutoff: Positive
    shift: bool = True

    def __post_init__(self) -> None:
        if not 0 <= self.delta < self.cutoff < np.inf:
            raise MixtureError(
                f"expanded Lennard-Jones needs 0 <= delta < cutoff, not delta {self.delta} and "
                f"cutoff {self.cutoff}"
            )

    @classmethod
    @validated(error=MixtureError)
    def modified_well(
        cls, epsilon: float, sigma: float, *, well_width: float, cutoff: float
    ) -> ExpandedLennardJones:
        r"""Well of another width, with its minimum where it was.

        .. math:: \delta = \Delta\,\sigma,\qquad \sigma' = \sigma\,(1 - \Delta/2^{1/6})

        The paper prints :math:`r - \Delta` for every pair; only with :math:`\Delta` in units of the
        pair's own sigma does the minimum stay at :math:`2^{1/6}\sigma`, as its text says. A larger
        :math:`\Delta` makes the well narrower.

        The energy is not shifted, as printed; forces and dynamics do not know.

        Parameters
        ----------
        epsilon
            depth of the well, epsilon_AA
        sigma
            distance at which the energy is zero, sigma_AA
        well_width
            the paper's Delta, below 2^(1/6)
        cutoff
            distance at which it is cut off, sigma_AA

        Returns
        -------
        ExpandedLennardJones
            potential with the minimum at its old place

        Raises
        ------
        MixtureError
            if the width parameter is out of range.

        References
        ----------
        sharma2022, Sec. II.

        Examples
        --------
        >>> pair = ExpandedLennardJones.modified_well(1.0, 1.0, well_width=0.2, cutoff=2.5)
        >>> pair.energy([2 ** (1 / 6)]).round(9)
        array([-1.])
        """
        if not 0 <= well_width < 2.0 ** (1.0 / 6.0):
            raise MixtureError(f"the well's width parameter must lie between 0 and 2^(1/6), not {well_width}")
        return cls(
            epsilon, sigma * (1.0 - well_width / 2.0 ** (1.0 / 6.0)), well_width * sigma, cutoff, shift=False
        )

    @property
    def energy_at_cutoff(self) -> float:
        """What the shift takes away: the unshifted energy at the cutoff, or 0."""
        return float(_lj(self.epsilon, self.sigma, self.cutoff - self.delta)) if self.shift else 0.0

    @validated(error=MixtureError)
    def energy(self, r: Distances) -> Array:
        """Energy of a pair at distance `r`; infinite up to r = delta.

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
        return between(
            r, self.delta, self.cutoff, lambda x: _lj(self.epsilon, self.sigma, x - self.delta) - end
        )

    @validated(error=MixtureError)
    def force(self, r: Distances) -> Array:
        """Repulsive force of a pair at distance `r`; infinite up to r = delta.

        Parameters
        ----------
        r
            distance of the pair, sigma_AA

        Returns
        -------
        Array
            epsilon_AA/sigma_AA, in the shape of `r`
        """
        return between(
            r, self.delta, self.cutoff, lambda x: _lj_force(self.epsilon, self.sigma, x - self.delta)
        )

    @validated(error=MixtureError)
    def curvature(self, r: Distances) -> Array:
        """Second derivative of the energy inside the cutoff; infinite up to r = delta.

        Parameters
        ----------
        r
            distance of the pair, sigma_AA

        Returns
        -------
        Array
            epsilon_AA/sigma_AA^2, in the shape of `r`
        """
        return between(
            r, self.delta, self.cutoff, lambda x: _lj_curvature(self.epsilon, self.sigma, x - self.delta)
        )

    def to_dict(self) -> dict[str, Any]:
        """Plain data that names it.

        Returns
        -------
        dict[str, Any]
            its parameters as plain data
        """
        return {"style": "lennard-jones-expanded", **asdict(self)}
