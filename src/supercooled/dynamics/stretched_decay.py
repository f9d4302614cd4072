"""The shape in which a correlation decays."""

from __future__ import annotations

from dataclasses import dataclass
from math import gamma

import numpy as np
import xarray as xr

from supercooled.arguments import NotNegative, Positive, Uncertain, validated
from supercooled.arguments.datasets import CurveErrors
from supercooled.arrays import Array
from supercooled.dynamics.jackknife import curve_of
from supercooled.errors import ParameterError
from supercooled.estimate import Estimate

LEAST_LAGS = 4
STEP = 1e-6
# Correlations begin at 1, so no plateau is higher, but for noise.
_HIGHEST = 1.02
# What the fit answers when it has come to rest.
CONVERGED = (1, 2, 3, 4)
# Earliest time of a fit, in first lags.
_EARLIEST = 0.1
FIELDS = {"amplitude": "1", "time": "tau", "exponent": "1", "mean_time": "tau"}


@validated
@dataclass(frozen=True, slots=True)
class StretchedExponential:
    """Parameters of a stretched exponential, with standard errors.

    Parameters
    ----------
    amplitude
        A, height of the plateau
    time
        tau
    exponent
        beta
    mean_time
        integral of the curve over its amplitude, tau
    deviation
        root mean square of what the fit leaves over
    """

    amplitude: Estimate
    time: Estimate
    exponent: Estimate
    mean_time: Estimate
    deviation: Uncertain


@validated
def stretched_exponential(
    curves: xr.Dataset | xr.DataArray,
    *,
    of: str = "overlap",
    shortest: NotNegative,
    longest: Positive,
    errors: CurveErrors | None = None,
) -> StretchedExponential:
    r"""Stretched exponential through the final decay of a correlation.

    .. math:: q(t) = A\, e^{-(t/\tau)^\beta}, \qquad
              \langle\tau\rangle = \frac{\tau}{\beta}\,\Gamma\!\left(\frac{1}{\beta}\right)

    Parameters
    ----------
    curves, of, errors
        as in :func:`relaxation_time`
    shortest, longest
        lags fitted, tau: from the plateau on, since the approach to it decays otherwise

    Returns
    -------
    StretchedExponential
        amplitude, time (tau) and exponent with their errors

    Raises
    ------
    ParameterError
        if fewer than four lags are within the range, the curve doesn't decay there, or no such curve
        goes through it: one of a time long before the first lag or beyond the last would be an extrapolation,
        and one of an amplitude above 1 has taken in another decay.

    Notes
    -----
    All lags count alike. Errors are jackknives over blocks, or follow from those of the curve; without
    either, from the scatter about the fit.

    References
    ----------
    R. Kohlrausch, Ann. Phys. Chem. 167, 179 (1854); G. Williams and D. C. Watts, Trans. Faraday
    Soc. 66, 80 (1970).

    Examples
    --------
    >>> import numpy as np
    >>> lags = np.geomspace(1.0, 1000.0, 30)
    >>> curve = xr.DataArray(0.8 * np.exp(-((lags / 50.0) ** 0.6)), dims="lag", coords={"lag": lags})
    >>> found = stretched_exponential(curve, shortest=2.0, longest=500.0)
    >>> [round(float(x), 4) for x in (found.amplitude, found.time, found.exponent)]
    [0.8, 50.0, 0.6]
    """
    whole = curve_of(curves, of, errors)
    near = (whole.lags >= shortest * (1 - 1e-9)) & (whole.lags <= longest * (1 + 1e-9))
    lags, values = whole.lags[near], whole.values[near]
    if near.sum() < LEAST_LAGS:
        raise ParameterError(
            f"{int(near.sum())} lags lie between {shortest:g} and {longest:g}, and a stretched "
            "exponential needs four: use more lags or a wider range"
        )
    if not (values[0] > 0 and values[-1] < values[0]):
        raise ParameterError(f"{of} does not decay from {values[0]:.3g} between {shortest:g} and {longest:g}")
    fit, covariance, deviation = _fit(lags, values)
    if np.isnan(deviation) or np.exp(fit[1]) < _EARLIEST * lags[0]:
        raise ParameterError(
            f"no stretched exponential fits {of} between {shortest:g} and {longest:g}: fit the "
            "final decay alone"
        )

    found = dict(zip(FIELDS, _fields(fit).tolist(), strict=True))
    if found["time"] > lags[-1] * (1 + 1e-9):
        raise ParameterError(
            f"{of} has not decayed by {lags[-1]:g}, the last lag fitted: time {found['time']:.3g} would "
            "be an extrapolation; prolong the run or fit longer lags"
        )
    if found["amplitude"] > _HIGHEST:
        raise ParameterError(
            f"the stretched exponential through {of} between {shortest:g} and {longest:g} "
            f"starts at {found['amplitude']:.3g}, above 1: these lags contain another decay "
            "too; fit later ones"
        )

    def error(k: int) -> float:
        if whole.without is None and whole.errors is None:
            return _scatter(fit, covariance, k)
        return whole.error(lambda row: float(_fields(_fit(lags, row[near], fit)[0])[k]), lags[-1])

    def estimate(k: int, name: str) -> Estimate:
        own = error(k)
        return Estimate(found[name], own, FIELDS[name], whole.why(own) if np.isnan(own) else "")

    return StretchedExponential(**{n: estimate(k, n) for k, n in enumerate(FIELDS)}, deviation=deviation)


def _curve(lags: Array, fit: Array) -> tuple[Array, Array]:
    """Of ln A, ln tau and ln beta, which keep all three positive; and its derivatives (lag, 3)."""
    # Beyond this the curve has vanished, and its exponent would overflow.
    power = np.minimum(np.exp(fit[2]) * (np.log(lags) - fit[1]), 100.0)
    decay = np.exp(power)
    values = np.exp(fit[0] - decay)
    slopes = np.stack([values, values * decay * np.exp(fit[2]), -values * decay * power], axis=1)
    return values, slopes


def _fit(lags: Array, values: Array, start: Array | None = None) -> tuple[Array, Array, float]:
    """Logarithms of A, tau, beta, their covariance from the scatter, and its size; NaN without a fit."""
    from scipy.optimize import leastsq

    if start is None:
        fallen = np.flatnonzero(values < values[0] / np.e)
        time = lags[fallen[0]] if len(fallen) else lags[-1]
        start = np.array([np.log(values[0]), np.log(time), np.log(0.7)])
    # With its full output it reports in the outcome what it would warn of.
    fit, _, _, _, outcome = leastsq(
        lambda p: _curve(lags, p)[0] - values,
        start,
        Dfun=lambda p: _curve(lags, p)[1],
        xtol=1e-12,
        ftol=1e-12,
        full_output=True,
    )
    if outcome not in CONVERGED:
        return np.full(3, np.nan), np.full((3, 3), np.nan), np.nan
    found, slopes = _curve(lags, fit)
    squares = float(np.sum((found - values) ** 2))
    covariance = squares / (len(lags) - len(fit)) * np.linalg.pinv(slopes.T @ slopes)
    return np.asarray(fit), np.asarray(covariance, np.float64), float(np.sqrt(squares / len(lags)))


def _fields(fit: Array) -> Array:
    amplitude, time, exponent = np.exp(fit)
    if np.isnan(exponent):
        return np.full(len(FIELDS), np.nan)
    return np.array([amplitude, time, exponent, time / exponent * gamma(1.0 / exponent)])


def _scatter(fit: Array, covariance: Array, k: int) -> float:
    steps = STEP * np.eye(3)
    gradient = np.array([_fields(fit + s)[k] - _fields(fit - s)[k] for s in steps]) / (2.0 * STEP)
    return float(np.sqrt(gradient @ covariance @ gradient))
