"""Why rows of graham2023 miss: what was tried, and what the errors alone would leave."""

from __future__ import annotations

import numpy as np

from supercooled.arrays import Array
from supercooled.errors import ParameterError
from supercooled.relation import common_line
from supercooled.studies.stages import Results

# Liquids that a common line is drawn through, at least.
_FEWEST = 2


def collapse(results: Results, raw: str, scaled: str) -> str:
    """Of the collapse: what errors of the barriers leave, and each liquid left out.

    raw, scaled : names of the barriers, in "strata" and in "groups"
    """
    groups, strata = results["groups"], results["strata"].sel(field="softness")
    x, before, after = groups["pair_entropy"].values, strata[raw].values, groups[scaled].values
    known = np.isfinite(after)
    x, before = np.where(known, x, np.nan), np.where(known, before, np.nan)
    unit = np.abs(after / before)
    noise = float(np.sqrt(np.nanmean((strata[f"{raw}_error"].values * unit)[known] ** 2)) / np.nanstd(after))
    words = f"Errors of the barriers alone leave a spread of {noise:.2f}."
    tried = []
    for q in np.flatnonzero(known.any(axis=1)):
        rest = np.delete(np.arange(len(known)), q)
        if known[rest].any(axis=1).sum() < _FEWEST:
            continue
        try:
            pair = _ratio(x[rest], before[rest], after[rest])
        except ParameterError:
            continue
        tried.append((*pair, float(groups["width"].values[q])))
    if not tried:
        return words
    ratio, r_squared, width = min(tried)
    return (
        f"{words} Tried: each liquid left out; without Δ = {width:g} the ratio is {ratio:.2f}, "
        f"R^2 {r_squared:.2f}."
    )


def _ratio(x: Array, before: Array, after: Array) -> tuple[float, float]:
    first, second = common_line(list(x), list(before)), common_line(list(x), list(after))
    return second.spread / first.spread, second.r_squared
