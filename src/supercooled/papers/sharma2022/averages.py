"""How the average softness and the average depths go together."""

from __future__ import annotations

import numpy as np
import xarray as xr
from scipy.stats import linregress

from supercooled.analysis.results import Cages


def average_lines(found: Cages, reading: str) -> xr.Dataset:
    r"""Straight lines between the averages over the temperatures, by least squares.

    .. math:: 1/S = a_0 + a_1 \Phi_q, \qquad \Phi_q = b_0 + b_1 \Phi_r, \qquad 1/S = c_0 + c_1 \Phi_r

    Parameters
    ----------
    reading
        which of the depths is Phi_r

    Returns
    -------
    xr.Dataset
        ``value`` and ``error`` (coefficient), named a0, a1, b0, b1, c0, c1; the errors follow from
        the scatter about the line and are NaN for two temperatures.

    References
    ----------
    sharma2022, Eqs. 4, 7 and Fig. 1.
    """
    inverse = 1.0 / found.softness.softness.values
    deep_q, deep_r = found.softness.depth.values, found.depths[reading]
    values, errors = [], []
    for x, y in ((deep_q, inverse), (deep_r, deep_q), (deep_r, inverse)):
        fit = linregress(x, y)
        several = len(x) > 2
        values += [fit.intercept, fit.slope]
        errors += [fit.intercept_stderr if several else np.nan, fit.stderr if several else np.nan]
    names = [f"{letter}{power}" for letter in "abc" for power in (0, 1)]
    return xr.Dataset(
        {"value": ("coefficient", np.array(values)), "error": ("coefficient", np.array(errors))},
        {"coefficient": names},
        {"reading": reading},
    )
