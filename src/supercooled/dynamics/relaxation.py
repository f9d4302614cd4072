"""How long the liquid remembers where its particles were."""

from __future__ import annotations

import numpy as np
import xarray as xr

from supercooled.arguments import Fraction, validated
from supercooled.arguments.datasets import CurveErrors
from supercooled.arrays import Array
from supercooled.dynamics.jackknife import curve_of
from supercooled.errors import ParameterError
from supercooled.estimate import Estimate

# Where a relaxation time is read, unless another level is given.
ONE_OVER_E = float(np.exp(-1))


@validated
def relaxation_time(
    curves: xr.Dataset | xr.DataArray,
    *,
    of: str = "overlap",
    level: Fraction = ONE_OVER_E,
    errors: CurveErrors | None = None,
) -> Estimate:
    r"""Time at which a correlation has decayed to 1/e.

    .. math:: q(\tau_\alpha) = 1/e \quad\text{or}\quad F_s(k, \tau_\alpha) = 1/e

    Between two lags ln(-ln q) is taken as linear in ln t, which is exact for every stretched
    exponential. The first crossing counts.

    Parameters
    ----------
    curves
        what :func:`displacements` or :func:`correlators` returns, or one curve (lag,)
    of
        which curve, "overlap" or "scattering"; choose one wave number or group first, as in
        ``curves.sel(q=7.2)``
    level
        between 0 and 1
    errors
        (lag,), standard errors of a curve that comes alone

    Returns
    -------
    Estimate
        tau; NaN with the reason where the correlation has not decayed

    Raises
    ------
    ParameterError
        if the curve isn't there, depends on more than the lag, or `level` is out of range.

    Notes
    -----
    The error is the jackknife's over blocks, or follows from those of the curve; NaN, with the reason, where
    the blocks are not independent at that time. Where the curve does not fall so far within the lags there
    is no value, and the reason says so.

    References
    ----------
    nandi2021, SI; sharma2022, Sec. IV B (overlap); graham2023, Sec. II.A (F_s).

    Examples
    --------
    >>> import numpy as np
    >>> lags = np.geomspace(1.0, 100.0, 9)
    >>> curve = xr.Dataset({"overlap": ("lag", np.exp(-np.sqrt(lags / 20.0)))}, {"lag": lags})
    >>> round(relaxation_time(curve).value, 6)
    20.0
    """
    if not 0.0 < level < 1.0:
        raise ParameterError(f"level must lie between 0 and 1, not {level}, for example level=0.1")
    curve = curve_of(curves, of, errors)
    lags, values = curve.lags, curve.values
    value = _crossing(lags, values, level)
    if np.isnan(value):
        return Estimate(np.nan, np.nan, "tau", _reason(lags, values, of, level))
    error = curve.error(lambda row: _crossing(lags, row, level), value)
    return Estimate(value, error, "tau", curve.why(error))


def _reason(lags: Array, values: Array, name: str, level: Fraction) -> str:
    target = "1/e" if level == np.exp(-1) else f"{level:g}"
    if len(lags) == 0:
        return f"the {name} has no value at any lag"
    if values[0] <= level:
        return f"the {name} is {values[0]:.3g} at the shortest lag, {lags[0]:g}, already below {target}"
    return f"the {name} is still {values.min():.3g} at the longest lag, {lags[-1]:g}, above {target}"


def _crossing(lags: Array, values: Array, level: Fraction) -> float:
    below = np.flatnonzero(values <= level)
    if len(below) == 0 or below[0] == 0:
        return np.nan
    after = below[0]
    pair = values[[after - 1, after]]
    x = np.log(lags[[after - 1, after]])
    # Neither 0 nor 1 has a double logarithm; half a count in a billion from them changes nothing.
    y = np.log(-np.log(np.clip(pair, 1e-9, 1 - 1e-9)))
    along = (np.log(-np.log(level)) - y[0]) / (y[1] - y[0])
    return float(np.exp(x[0] + along * (x[1] - x[0])))
