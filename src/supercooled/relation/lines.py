"""Rearrangement probabilities at several temperatures, and straight lines through them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr

from supercooled.arrays import Array
from supercooled.errors import ParameterError

P_R = "rearrangement_probability"


def concatenated(probabilities: xr.Dataset | Sequence[xr.Dataset]) -> xr.Dataset:
    """Rearrangement probabilities along temperature, in the same bins, coldest first."""
    if isinstance(probabilities, xr.Dataset):
        parts = [probabilities]
        if "temperature" in probabilities.dims:
            return probabilities
    else:
        parts = list(probabilities)
    if not parts:
        raise ParameterError("no rearrangement probability was given")
    if any("temperature" not in part.coords for part in parts):
        raise ParameterError(
            "a rearrangement probability has no temperature: use assign_coords(temperature=0.47)"
        )
    (name,) = (str(d) for d in parts[0][P_R].dims)
    for part in parts[1:]:
        if part[P_R].dims != (name,) or not np.array_equal(part[name].values, parts[0][name].values):
            raise ParameterError(f"rearrangement probabilities must share their bins of {name}: give edges")
    joined = xr.concat(parts, dim="temperature", join="outer", combine_attrs="drop_conflicts")
    return joined.sortby("temperature")


def known(together: xr.Dataset) -> tuple[str, Array, Array]:
    """Name of the bins, and P_R and its error (temperature, bin), NaN where either has no logarithm."""
    (name,) = [str(d) for d in together[P_R].dims if d != "temperature"]
    P = together[P_R].transpose("temperature", name).values
    error = together[f"{P_R}_error"].transpose("temperature", name).values
    with np.errstate(invalid="ignore"):
        usable = (P > 0) & (error > 0)
    return name, np.where(usable, P, np.nan), np.where(usable, error, np.nan)


def straight_line(x: Array, y: Array, root_weight: Array) -> Array:
    """Weighted straight line: intercept, slope, their variances, covariance, reduced chi square."""
    w = root_weight**2
    mean = np.average(x, weights=w)
    # About the mean, intercept and slope are independent and nothing cancels.
    moment = np.sum(w * (x - mean) ** 2)
    slope = np.sum(w * (x - mean) * y) / moment
    middle = np.average(y, weights=w)
    chi_square = np.sum(w * (y - middle - slope * (x - mean)) ** 2)
    reduced = chi_square / (len(x) - 2) if len(x) > 2 else np.nan
    variance = 1.0 / moment
    return np.array(
        [
            middle - slope * mean,
            slope,
            1.0 / w.sum() + mean**2 * variance,
            variance,
            -mean * variance,
            reduced,
        ]
    )
