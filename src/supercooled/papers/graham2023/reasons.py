"""Why rows of graham2023 miss: what was tried, and what the errors alone would leave."""

from __future__ import annotations

from typing import Literal, TypeAlias

import numpy as np
import xarray as xr
from scipy.optimize import minimize

from supercooled.analysis.stages import Results
from supercooled.arrays import Array
from supercooled.errors import ParameterError
from supercooled.papers import longer
from supercooled.relation import common_line

# Of the collapse: the spread after scaling over that before, or R^2 of one line after it.
Kind: TypeAlias = Literal["ratio", "straight"]
# Liquids that a common line is drawn through, at least.
_FEWEST = 2
# What a spread as large as before the scaling costs, in squares of a standard error.
_PRICE = 10.0


def accuracy(state: xr.Dataset) -> str:
    """Instead of P(S > 0|R), P(R|S > 0): on equally many examples, and with as many as there are of each."""
    precision, recall, share = (float(state[name]) for name in ("accuracy", "recall", "soft_share"))
    other = f"Tried: P(R|S > 0), as the words stand, is {precision:.2f} on equally many examples"
    if not precision > 0:
        return f"{other}."
    # Of the hard, the share with S > 0 follows from equally many.
    mistaken = recall * (1.0 - precision) / precision
    weighed = recall * share / (recall * share + mistaken * (1.0 - share))
    return (
        f"{other}, and {weighed:.2f} on as many peaks and troughs of p_hop as were found, "
        f"{100 * share:.0f} % of them soft."
    )


def collapse(results: Results, raw: str, scaled: str, kind: Kind) -> str:
    """Of the collapse: the best that errors of the barriers allow, each liquid left out, and the crossovers.

    Parameters
    ----------
    raw, scaled
        names of the barriers, in "strata" and in "groups"
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
    if tried:
        best, width = min(tried) if kind == "ratio" else max(tried)
        words += f" Tried: each liquid left out; the best is {best:.2f}, without Δ = {width:g}."
    return f"{words} {_with_crossovers_moved(results, raw, kind)}".strip()


def _with_crossovers_moved(results: Results, raw: str, kind: Kind) -> str:
    """How far the crossover temperatures would have to move for a collapse.

    ln P_R(T_A) is a small difference of large numbers: an error of T_A moves a liquid as a whole.
    """
    strata = results["strata"].sel(field="softness")
    T, error = strata["crossover"].values, strata["crossover_error"].values
    known = np.isfinite(results["groups"]["log_probability"].values)
    # A crossover without an error can't be moved within it, and the others alone are another comparison.
    if known.sum() < _FEWEST or not (error[known] > 0).all():
        return ""
    x = results["groups"]["pair_entropy"].values[known]
    S, E, T, error = (part[known] for part in (strata["entropy"].values, strata["barrier"].values, T, error))

    def scaled(shift: Array) -> tuple[Array, Array]:
        at = T + error * shift
        log_P = np.nanmean(S - E / at[:, None], axis=1)
        return (S if raw == "entropy" else E / at[:, None]) / log_P[:, None], log_P

    def cost(shift: Array) -> float:
        after, log_P = scaled(shift)
        if not (log_P < 0).all() or not (T + error * shift > 0).all():
            return np.inf
        ratio, _ = _found(x, strata[raw].values[known], after)
        return _PRICE * ratio**2 + float(np.mean(shift**2))

    shift = minimize(cost, np.zeros(len(T)), method="Nelder-Mead", options={"maxiter": 4000}).x
    after, _ = scaled(shift)
    ratio, straight = _found(x, strata[raw].values[known], after)
    _, log_P = scaled(np.zeros(len(T)))
    off = np.nanmean(E, axis=1) * error / T**2
    each = ", ".join(f"{value:.2f}({100 * e:.0f})" for value, e in zip(log_P, off, strict=True))
    return (
        f"ln P_R(T_A), which all of a liquid is divided by, is {each}: with the crossover temperatures moved "
        f"for this row alone, by at most {np.abs(shift).max():.1f} of their standard errors it would be "
        f"{ratio if kind == 'ratio' else straight:.2f}."
    )


def _found(x: Array, before: Array, after: Array) -> tuple[float, float]:
    first, second = common_line(list(x), list(before)), common_line(list(x), list(after))
    return second.spread / first.spread, second.r_squared


def spread(strata: xr.Dataset, off: float, error: float) -> str:
    """Of the spread of P_R between strata at the coldest state: its error, and strata without a P_R.

    Parameters
    ----------
    strata
        of one liquid
    off, error
        from the value to the bound, and the value's standard error
    """
    P = strata["rearrangement_probability"].sel(field="softness").isel(state=0).values
    empty = int(np.sum(~(P > 0)))
    if not empty:
        return longer(off, error)
    which = "stratum has" if empty == 1 else "strata have"
    return f"{empty} of {len(P)} {which} no P_R yet: a longer run may have a wider spread."
