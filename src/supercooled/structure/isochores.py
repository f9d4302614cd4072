"""Excess entropy along an isochore, what of it pairs know, and where the rest changes sign."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike

from supercooled.arguments import Dimensions, Number, Numbers, Positive, Temperature, validated
from supercooled.arrays import Array
from supercooled.errors import ParameterError
from supercooled.estimate import Estimate
from supercooled.quantities import labelled

# Power of 1/T over which energies are smooth, as those of r^-12 are in three dimensions.
SMOOTH = 0.25

Temperatures = Annotated[ArrayLike, Numbers(rank=1, above=0.0, least=2)]
Values = Annotated[ArrayLike, Numbers(rank=1, least=2)]
Errors = Annotated[ArrayLike, Numbers(rank=1, least=2, at_least=0.0)]


@validated
@dataclass(frozen=True, slots=True)
class IdealGas:
    """An isochore that begins at infinite temperature, where the liquid is an ideal gas.

    Parameters
    ----------
    exponent
        n of the repulsion r^-n at short distances, 12 of Lennard-Jones
    dimensions
        d; n must be larger, or the energy of the gas has no limit

    Raises
    ------
    ParameterError
        if the exponent is not larger than the dimensions.
    """

    exponent: Positive = 12.0
    dimensions: Dimensions = 3

    def __post_init__(self) -> None:
        if not self.exponent > self.dimensions:
            raise ParameterError(
                f"exponent={self.exponent:g} must be larger than {self.dimensions} dimensions, "
                "for example 12.0"
            )


@validated
@dataclass(frozen=True, slots=True)
class KnownEntropy:
    """An isochore that begins where the excess entropy is known, from a simulation of another kind.

    Parameters
    ----------
    temperature
        epsilon_AA/k_B, within those of the energies
    entropy, error
        k_B a particle
    """

    temperature: Temperature
    entropy: Annotated[float, Number()]
    error: Annotated[float, Number(at_least=0.0)] = 0.0


@validated
def excess_entropy(
    temperatures: Temperatures,
    energies: Values,
    *,
    start: IdealGas | KnownEntropy,
    errors: Errors | None = None,
) -> xr.Dataset:
    r"""Excess entropy over that of the ideal gas of the same density, from the energy along an isochore.

    .. math:: s_\mathrm{ex}(T) = s_\mathrm{ex}(T_0) + \frac{u(T)}{T} - \frac{u(T_0)}{T_0}
              - \int_{1/T_0}^{1/T} u\, d\beta, \qquad
              s_\mathrm{ex}(T) = \frac{u(T)}{T} - \int_0^{1/T} u\, d\beta

    per particle, from a temperature where it is known, or from the ideal gas at infinite temperature. There u
    of a repulsion r^-n grows as :math:`\beta^{d/n - 1}`; what is interpolated by a cubic spline and
    integrated exactly is :math:`y = u \beta^{1 - d/n}` over :math:`x = \beta^{d/n}`, smooth down to x = 0, so

    .. math:: \int_0^{1/T} u\, d\beta = \frac nd \int_0^{T^{-d/n}} y\, dx

    and beyond the hottest temperature y follows the straight line of the two hottest. Keep that part, which
    is returned, small. From a known entropy it is the same with d/n = 1/4.

    Parameters
    ----------
    temperatures
        (temperature,), epsilon_AA/k_B, in any order
    energies
        u, potential energy per particle, epsilon_AA
    start
        :class:`IdealGas` or :class:`KnownEntropy`
    errors
        of the energies, independent of each other; None leaves the errors out

    Returns
    -------
    xr.Dataset
        ``excess_entropy`` (temperature), k_B, with ``excess_entropy_error``, NaN without errors of the
        energies; ``beyond`` (temperature), the part of it that comes from temperatures hotter than all. The
        attribute ``no_error`` says why errors are not known.

    Raises
    ------
    ParameterError
        if numbers are not as many as temperatures, a temperature is given twice, there are fewer than four,
        or the temperature where the entropy is known is outside of them.

    References
    ----------
    D. Frenkel and B. Smit, Understanding Molecular Simulation, Academic Press 2002, Sec. 7.1
    (thermodynamic integration); S. Sastry, Phys. Rev. Lett. 85, 590 (2000) (of a glass former).

    Examples
    --------
    >>> T = np.geomspace(0.5, 500.0, 12)
    >>> soft = 0.25 * 0.1 * T ** 0.75
    >>> found = excess_entropy(T, soft, start=IdealGas(exponent=12.0))
    >>> (found.excess_entropy.sel(temperature=0.5) / (-0.75 * 0.1 * 0.5 ** -0.25)).round(6).item()
    1.0
    """
    T, u, sigma = _given(temperatures, energies, errors)
    s, beyond = _entropy(T, u, start)
    error, why = np.full(len(T), np.nan), "the energies have no errors"
    if sigma is not None:
        # Each energy by itself: what it does to the entropy at each temperature, which is linear in it.
        base = _entropy(T, np.zeros(len(T)), start)[0]
        change = np.array([_entropy(T, one, start)[0] - base for one in np.diag(sigma)])
        error, why = np.sqrt((change**2).sum(axis=0) + _own(start) ** 2), ""
    order = np.argsort(np.argsort(np.asarray(temperatures, dtype=np.float64)))
    coords = {"temperature": T[order]}
    return xr.Dataset(
        {
            "excess_entropy": labelled("excess_entropy", s[order], ("temperature",), coords),
            "excess_entropy_error": labelled("excess_entropy", error[order], ("temperature",)),
            "beyond": labelled("excess_entropy", beyond[order], ("temperature",)),
        },
        attrs={"no_error": why},
    )


@validated
def entropy_onset(
    temperatures: Temperatures,
    excess: Values,
    pair: Values,
    *,
    errors: Errors | None = None,
) -> Estimate:
    r"""Temperature at which the residual multiparticle entropy changes sign.

    .. math:: \Delta s(T) = s_\mathrm{ex}(T) - s_2(T), \qquad \Delta s(T_\mathrm{onset}) = 0

    On cooling pairs know more and more of the order of a liquid; beyond the onset they seem to know more than
    there is, and the residual, negative in the hot liquid, is positive.

    Parameters
    ----------
    temperatures
        (temperature,), epsilon_AA/k_B
    excess
        s_ex, as of :func:`excess_entropy`, k_B
    pair
        s_2, the ``total`` of :func:`pair_entropy`, k_B
    errors
        of the difference, independent of each other; None leaves the error out

    Returns
    -------
    Estimate
        the temperature, on a straight line between the two next to the change of sign; without a value
        where there is none, or more than one.

    Raises
    ------
    ParameterError
        if numbers are not as many as temperatures, or a temperature is given twice.

    References
    ----------
    A. Banerjee, M. K. Nandi, S. Sastry and S. Maitra Bhattacharyya, J. Chem. Phys. 147, 024504 (2017);
    P. V. Giaquinta and G. Giunta, Physica A 187, 145 (1992) (residual multiparticle entropy).

    Examples
    --------
    >>> str(entropy_onset([0.6, 0.8, 1.0], [-3.9, -3.5, -3.2], [-4.0, -3.4, -3.0], errors=[0.02] * 3))
    '0.70(1) epsilon_AA/k_B'
    """
    T, residual, sigma = _given(
        temperatures, np.asarray(excess, float) - np.asarray(pair, float), errors, least=2
    )
    unit = "epsilon_AA/k_B"
    changes = np.flatnonzero((residual[:-1] > 0) != (residual[1:] > 0))
    if len(changes) != 1:
        sign = "positive" if residual[0] > 0 else "negative"
        return Estimate(
            np.nan,
            np.nan,
            unit,
            f"the residual entropy is {sign} at all temperatures from {T[0]:g} to {T[-1]:g}: look beyond them"
            if len(changes) == 0
            else f"the residual entropy changes sign {len(changes)} times: use longer runs",
        )
    k = int(changes[0])
    a, b = residual[k], residual[k + 1]
    share = a / (a - b)
    value = float(T[k] + share * (T[k + 1] - T[k]))
    if sigma is None:
        return Estimate(value, np.nan, unit, "the entropies have no errors")
    # On the line both ends move it, the nearer one more.
    at_crossing = np.hypot((1.0 - share) * sigma[k], share * sigma[k + 1])
    return Estimate(value, float(at_crossing * (T[k + 1] - T[k]) / abs(a - b)), unit)


def _given(
    temperatures: ArrayLike, values: ArrayLike, errors: ArrayLike | None, *, least: int = 4
) -> tuple[Array, Array, Array | None]:
    """Temperatures that rise, with what belongs to them."""
    T, u = (np.asarray(one, dtype=np.float64) for one in (temperatures, values))
    sigma = None if errors is None else np.asarray(errors, dtype=np.float64)
    for one in (u, sigma):
        if one is not None and one.shape != T.shape:
            raise ParameterError(f"{len(T)} temperatures need as many values and errors, not {len(one)}")
    order = np.argsort(T)
    T = T[order]
    if len(T) < least:
        raise ParameterError(f"{len(T)} temperatures are too few: give {least} or more")
    if (np.diff(T) <= 0).any():
        raise ParameterError(f"the temperature {T[int(np.argmax(np.diff(T) <= 0))]:g} is given twice")
    return T, u[order], None if sigma is None else sigma[order]


def _own(start: IdealGas | KnownEntropy) -> float:
    return start.error if isinstance(start, KnownEntropy) else 0.0


def _entropy(T: Array, u: Array, start: IdealGas | KnownEntropy) -> tuple[Array, Array]:
    """Excess entropy at rising temperatures, and what of it is beyond the hottest."""
    from scipy.interpolate import CubicSpline

    power = start.dimensions / start.exponent if isinstance(start, IdealGas) else SMOOTH
    beta = 1.0 / T[::-1]
    x, y = beta**power, u[::-1] * beta ** (1.0 - power)
    spline = CubicSpline(x, y)
    inside = np.array([spline.integrate(x[0], one) for one in x]) / power
    if isinstance(start, IdealGas):
        # The area below the straight line from 0 to the hottest.
        slope = (y[1] - y[0]) / (x[1] - x[0])
        before = float(x[0] * (y[0] - 0.5 * slope * x[0])) / power
        s = beta * u[::-1] - before - inside
        return np.asarray(s[::-1]), np.full(len(T), -before)
    if not T[0] * (1 - 1e-9) <= start.temperature <= T[-1] * (1 + 1e-9):
        raise ParameterError(
            f"the entropy is known at {start.temperature:g}, outside of the temperatures of the energies, "
            f"{T[0]:g} to {T[-1]:g}"
        )
    x0 = start.temperature**-power
    # u beta is y x there.
    known = float(spline(x0)) * x0 - float(spline.integrate(x[0], x0)) / power
    s = start.entropy + beta * u[::-1] - inside - known
    return np.asarray(s[::-1]), np.zeros(len(T))
