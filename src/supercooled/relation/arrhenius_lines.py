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
        raise ParameterError("there is no rearrangement probability")
    if any("temperature" not in part.coords for part in parts):
        raise ParameterError(
            "a rearrangement probability has no temperature: use assign_coords(temperature=0.47)"
        )
    (name,) = (str(d) for d in parts[0][P_R].dims)
    for part in parts[1:]:
        if part[P_R].dims != (name,) or not np.array_equal(part[name].values, parts[0][name].values):
            raise ParameterError(f"rearrangement probabilities must share their bins of {name}: give edges")
    joined = xr.concat(parts, dim="temperature", join="outer", combine_attrs="drop_conflicts")
    whys = [str(part.attrs.get("no_error", "")) for part in parts]
    return joined.sortby("temperature").assign_attrs(no_error=next(filter(None, whys), ""))


def known(together: xr.Dataset) -> tuple[str, Array, Array, Array]:
    """Name of the bins, and P_R, what weighs it and its error (temperature, bin).

    NaN where P_R or its weight has no logarithm. The weight is the error, unless that is not known.
    """
    (name,) = [str(d) for d in together[P_R].dims if d != "temperature"]
    P = together[P_R].transpose("temperature", name).values
    spread = weight_of(together, P_R).transpose("temperature", name).values
    error = together[f"{P_R}_error"].transpose("temperature", name).values
    with np.errstate(invalid="ignore"):
        usable = (P > 0) & (spread > 0)
    P, spread, error = (np.where(usable, x, np.nan) for x in (P, spread, error))
    return name, P, spread, error


def weight_of(fits: xr.Dataset, name: str) -> xr.DataArray:
    """What weighs a quantity in a fit: its ``_spread``, or its error where there is none."""
    return fits[f"{name}_spread" if f"{name}_spread" in fits else f"{name}_error"]


def straight_line(x: Array, y: Array, error: Array, root_weight: Array) -> Array:
    """Straight line: intercept, slope, their variances, covariance, reduced chi square.

    The variances follow from the errors of y, whatever the weights are.
    """
    w = root_weight**2
    mean = np.average(x, weights=w)
    # Both are linear in y; about the mean nothing cancels.
    to_slope = w * (x - mean) / np.sum(w * (x - mean) ** 2)
    to_intercept = w / w.sum() - mean * to_slope
    slope, intercept = to_slope @ y, to_intercept @ y
    chi_square = np.sum(((y - intercept - slope * x) / error) ** 2)
    return np.array(
        [
            intercept,
            slope,
            to_intercept**2 @ error**2,
            to_slope**2 @ error**2,
            (to_intercept * to_slope) @ error**2,
            chi_square / (len(x) - 2) if len(x) > 2 else np.nan,
        ]
    )
