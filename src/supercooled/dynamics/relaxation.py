"""How long the liquid remembers where its particles were."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr

from supercooled.arrays import Array, Booleans
from supercooled.blocks import jackknife_error


@dataclass(frozen=True, slots=True)
class RelaxationTime:
    """Alpha relaxation time, or why the run doesn't give one.

    value, error : tau; NaN if not reached
    reached : whether the overlap falls to 1/e within the lags
    reason : why not; empty if reached
    """

    value: float
    error: float
    reached: bool
    reason: str = ""


def relaxation_time(displacements: xr.Dataset) -> RelaxationTime:
    r"""Time at which the self overlap has decayed to 1/e.

    .. math:: q(\tau_\alpha) = 1/e

    Between two lags ln(-ln q) is taken as linear in ln t, which is exact for every stretched
    exponential. The error is the jackknife's over stretches.

    displacements : what :func:`displacements` returns

    Source: nandi2021, SI; sharma2022, Sec. IV B.

    >>> import numpy as np
    >>> lags = np.geomspace(1.0, 100.0, 9)
    >>> curve = xr.Dataset({"overlap": ("lag", np.exp(-np.sqrt(lags / 20.0)))}, {"lag": lags})
    >>> round(relaxation_time(curve).value, 6)
    20.0
    """
    lags = displacements["lag"].values
    overlap = displacements["overlap"].values
    value = _crossing(lags, overlap)
    if np.isnan(value):
        below = overlap[0] <= np.exp(-1)
        reason = (
            f"the overlap is {overlap[0]:.3g} at the shortest lag, {lags[0]:g}, already below 1/e"
            if below
            else f"the overlap is still {np.nanmin(overlap):.3g} at the longest lag, {lags[-1]:g}, above 1/e"
        )
        return RelaxationTime(np.nan, np.nan, reached=False, reason=reason)
    return RelaxationTime(value, _error(displacements, value), reached=True)


def _crossing(lags: Array, overlap: Array) -> float:
    below = np.flatnonzero(overlap <= np.exp(-1))
    if len(below) == 0 or below[0] == 0:
        return np.nan
    after = below[0]
    pair = overlap[[after - 1, after]]
    x = np.log(lags[[after - 1, after]])
    # Neither 0 nor 1 has a double logarithm; half a count in a billion from them changes nothing.
    y = np.log(-np.log(np.clip(pair, 1e-9, 1 - 1e-9)))
    return float(np.exp(x[0] - y[0] * (x[1] - x[0]) / (y[1] - y[0])))


def _error(displacements: xr.Dataset, value: float) -> float:
    if "overlap_jackknife" not in displacements:
        return np.nan
    lags = displacements["lag"].values
    reach = int(np.searchsorted(lags, value, side="right"))
    present: Booleans = np.all(displacements["present"].values[:, : reach + 1], axis=1)
    replicates = np.array([_crossing(lags, q) for q in displacements["overlap_jackknife"].values])
    if np.isnan(replicates[present]).any():
        return np.nan
    scale = np.interp(value, lags, displacements["independence"].values)
    return float(jackknife_error(replicates, present) * scale)
