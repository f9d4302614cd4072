"""Why rows of graham2023 miss: what was tried, and what the errors alone would leave."""

from __future__ import annotations

from typing import Literal, TypeAlias

import numpy as np
import xarray as xr

from supercooled.arrays import Array
from supercooled.errors import ParameterError
from supercooled.relation import common_line
from supercooled.studies.missing import longer
from supercooled.studies.stages import Results

# Of the collapse: the spread after scaling over that before, or R^2 of one line after it.
Kind: TypeAlias = Literal["ratio", "straight"]
# Liquids that a common line is drawn through, at least.
_FEWEST = 2


def collapse(results: Results, raw: str, scaled: str, kind: Kind) -> str:
    """Of the collapse: the best that errors of the barriers allow, and each liquid left out.

    raw, scaled : names of the barriers, in "strata" and in "groups"
    """
    groups, strata = results["groups"], results["strata"].sel(field="softness")
    x, before, after = groups["pair_entropy"].values, strata[raw].values, groups[scaled].values
    known = np.isfinite(after)
    x, before = np.where(known, x, np.nan), np.where(known, before, np.nan)
    unit = np.abs(after / before)
    errors = np.where(known, strata[f"{raw}_error"].values * unit, np.nan)
    noise = float(np.sqrt(np.nanmean(errors**2)) / np.nanstd(after))
    tried = []
    for q in np.flatnonzero(known.any(axis=1)):
        rest = np.delete(np.arange(len(known)), q)
        if known[rest].any(axis=1).sum() < _FEWEST:
            continue
        try:
            ratio, straight = _found(x[rest], before[rest], after[rest])
        except ParameterError:
            continue
        tried.append((ratio if kind == "ratio" else straight, float(groups["width"].values[q])))
    if kind == "ratio":
        spread_before = common_line(list(x), list(before)).spread
        words = f"Errors of the barriers alone would leave {noise / spread_before:.2f}."
    else:
        words = (
            f"With these errors of the barriers a straight line would have {max(0.0, 1.0 - noise**2):.2f}."
        )
    if not tried:
        return words
    best, width = min(tried) if kind == "ratio" else max(tried)
    return f"{words} Tried: each liquid left out; the best is {best:.2f}, without Δ = {width:g}."


def _found(x: Array, before: Array, after: Array) -> tuple[float, float]:
    first, second = common_line(list(x), list(before)), common_line(list(x), list(after))
    return second.spread / first.spread, second.r_squared


def spread(strata: xr.Dataset, off: float, error: float) -> str:
    """Of the spread of P_R between strata at the coldest state: its error, and strata without a P_R.

    strata : of one liquid
    off, error : from the value to the bound, and the value's standard error
    """
    P = strata["rearrangement_probability"].sel(field="softness").isel(state=0).values
    empty = int(np.sum(~(P > 0)))
    if not empty:
        return longer(off, error)
    which = "stratum has" if empty == 1 else "strata have"
    return f"{empty} of {len(P)} {which} no P_R yet: a longer run may have a wider spread."
