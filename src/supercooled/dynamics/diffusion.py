"""How fast particles spread in the end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, TypeAlias

import numpy as np

from supercooled.arguments import Dimensions, Number, Positive, Temperature, Uncertain, validated
from supercooled.arguments.datasets import MeanSquares
from supercooled.arrays import Array, Booleans
from supercooled.dynamics.jackknife import curve_of
from supercooled.errors import ParameterError
from supercooled.estimate import Estimate

LEAST_LAGS = 3

Decades: TypeAlias = Annotated[float, Number(above=0.0, at_most=100.0, like="0.4")]
"""Of a window on a logarithmic axis."""


@validated
@dataclass(frozen=True, slots=True)
class Diffusion(Estimate):
    """Self-diffusion coefficient, or why the run doesn't give one.

    Parameters
    ----------
    value, error, unit, reason
        as of :class:`supercooled.Estimate`, sigma_AA^2/tau
    start
        lag from which the motion is diffusive, tau; NaN without a value
    """

    start: Uncertain = np.nan


@validated
def diffusion(
    displacements: MeanSquares,
    *,
    tolerance: Positive,
    decades: Decades,
) -> Diffusion:
    r"""Self-diffusion coefficient from the part of the mean squared displacement that is diffusive.

    .. math:: \langle\Delta r^2(t)\rangle = 2 d D t + c \quad\text{where}\quad
              \left|\frac{d \ln\langle\Delta r^2\rangle}{d \ln t} - 1\right| \le \delta

    Parameters
    ----------
    displacements
        what :func:`displacements` or :func:`correlators` returns
    tolerance
        delta on the slope, which is that of a line through the lags within `decades`
    decades
        decades of time on either side, for example 0.3

    Returns
    -------
    Diffusion
        coefficient, sigma_AA^2/tau, with its error and the range of the fit

    Raises
    ------
    ParameterError
        if `tolerance` or `decades` is not positive.

    Notes
    -----
    The diffusive part goes from the first lag after which every slope is within the tolerance to the
    last; a slope of 1 in passing, between ballistic flight and cage, doesn't count. It must span `decades`
    decades at least. D is the slope of a line through it, each lag with the same relative error: c, what
    the cage added, is no part of it. The error is the jackknife's over the lags at which blocks are
    independent, the lags staying the same; NaN where these are fewer than three.

    References
    ----------
    A. Einstein, Ann. Phys. 322, 549 (1905); graham2023, Fig. 1d (D_A).

    Examples
    --------
    >>> import numpy as np
    >>> import xarray as xr
    >>> lags = np.geomspace(0.1, 1000.0, 41)
    >>> msd = 6 * 0.02 * lags + 0.05 * (1 - np.exp(-lags))
    >>> curve = xr.Dataset({"msd": ("lag", msd)}, {"lag": lags}, {"dimensions": 3})
    >>> round(diffusion(curve, tolerance=0.05, decades=0.3).value, 6)
    0.02
    """
    for what, value in (("tolerance", tolerance), ("decades", decades)):
        if not (np.isfinite(value) and value > 0):
            raise ParameterError(
                f"{what} must be positive, not {value}, for example tolerance=0.05, decades=0.3"
            )
    curve = curve_of(displacements, "msd")
    lags, msd = curve.lags, curve.values
    if len(lags) < LEAST_LAGS or not (msd > 0).all():
        return _unreached(f"{int((msd > 0).sum())} lags with a displacement are too few")
    slopes = np.array([_slope(lags, msd, np.abs(np.log10(lags / t)) <= decades * (1 + 1e-9)) for t in lags])
    wrong = np.flatnonzero(~(np.abs(slopes - 1.0) <= tolerance))
    first = 0 if len(wrong) == 0 else int(wrong[-1]) + 1
    if first == len(lags):
        return _unreached(
            f"the mean squared displacement rises as t^{slopes[-1]:.3g} at the longest lag, {lags[-1]:g}"
        )
    if len(lags) - first < LEAST_LAGS or np.log10(lags[-1] / lags[first]) < decades * (1 - 1e-9):
        return _unreached(
            f"the motion is diffusive from {lags[first]:g} on, and the longest lag, {lags[-1]:g}, is less "
            f"than {decades:g} decades beyond"
        )
    dimensions = int(displacements.attrs["dimensions"])

    def estimate(row: Array, last: int) -> float:
        return _line(lags[first:last], row[first:last]) / (2.0 * dimensions)

    # Lags whose error isn't known have no say in that of the slope, which without them is larger.
    last = max(first, int(np.count_nonzero(np.isfinite(curve.independence))))
    last = last if last - first >= LEAST_LAGS else len(lags)
    error = curve.error(lambda row: estimate(row, last), lags[last - 1])
    return Diffusion(
        estimate(msd, len(lags)), error, "sigma_AA^2/tau", curve.why(error), start=float(lags[first])
    )


@validated
def reduced_diffusion(
    diffusivity: Positive,
    *,
    density: Positive,
    temperature: Temperature,
    mass: Positive = 1.0,
    dimensions: Dimensions = 3,
) -> float:
    r"""Diffusion coefficient in units of the mean distance and thermal speed of the particles.

    .. math:: D^* = \rho^{1/d} \sqrt{\frac{m}{k_B T}}\, D

    Parameters
    ----------
    diffusivity
        D, sigma_AA^2/tau
    density
        rho of all particles, sigma_AA^-d
    temperature
        epsilon_AA/k_B
    mass
        of the particles that D is of
    dimensions
        2 or 3

    Returns
    -------
    float
        dimensionless

    Raises
    ------
    ParameterError
        if an argument is not positive.

    Notes
    -----
    Dimensionless.

    References
    ----------
    graham2023, caption of Fig. 2, which has d = 3.

    Examples
    --------
    >>> round(reduced_diffusion(0.01, density=1.2, temperature=0.5), 6)
    0.015028
    """
    for what, value in (("density", density), ("temperature", temperature), ("mass", mass)):
        if not (np.isfinite(value) and value > 0):
            raise ParameterError(f"{what} must be positive, not {value}")
    return float(density ** (1.0 / dimensions) * np.sqrt(mass / temperature) * diffusivity)


def _unreached(reason: str) -> Diffusion:
    return Diffusion(np.nan, np.nan, "sigma_AA^2/tau", reason)


def _slope(lags: Array, msd: Array, near: Booleans) -> float:
    if near.sum() < 2:
        return np.nan
    x = np.log(lags[near])
    x = x - x.mean()
    return float(x @ np.log(msd[near]) / (x @ x))


def _line(lags: Array, msd: Array) -> float:
    """Slope of a line, each point weighted by the inverse of its square."""
    weight = 1.0 / lags**2
    x = lags - np.average(lags, weights=weight)
    return float((weight * x) @ msd / ((weight * x) @ x))
