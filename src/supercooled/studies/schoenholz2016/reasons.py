"""Why rows of schoenholz2016 miss: what was tried, and what it gave."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import xarray as xr

from supercooled.report import Tolerance

# What was tried one at a time, in words: the dataset, its dimension, what it is called.
TRIED = (
    ("by_lead", "lead", "lead of {:g} tau"),
    ("by_quiet", "quiet", "hard ones still for {:g} tau"),
    ("by_split", "split", "{}"),
    ("by_subset", "subset", "features {}"),
    ("by_method", "method", "method {}"),
    ("by_number", "size", "{:.0f} examples of each kind"),
)


def learning(learned: Mapping[str, xr.Dataset]) -> str:
    """Of an accuracy: what gave the most of everything that was tried one at a time."""
    best = [_best(learned[key], dim, words) for key, dim, words in TRIED if key in learned]
    best = sorted(one for one in best if np.isfinite(one[0]))[::-1]
    return f"Tried one at a time, the most of each: {', '.join(f'{a:.3f} ({w})' for a, w in best)}."


def _best(data: xr.Dataset, dim: str, words: str) -> tuple[float, str]:
    accuracy = data["accuracy"].values
    if not np.isfinite(accuracy).any():
        return np.nan, ""
    k = int(np.nanargmax(accuracy))
    value = data[dim].values[k]
    return float(accuracy[k]), words.format(value if isinstance(value, str) else float(value))


def barrier(fits: xr.Dataset, tolerance: Tolerance) -> str:
    """Of the ends of the barriers: which softnesses lie within the printed range."""
    seen = fits.dropna("learned_softness", subset=["barrier"])
    S, E = seen["learned_softness"].values, seen["barrier"].values
    within = np.array([tolerance.holds(float(e), 0.0) for e in E])
    if not within.any():
        return "No softness has a barrier within the printed range."
    return (
        f"{within.sum()} of {len(S)} softnesses, from {S[within].min():.2f} to {S[within].max():.2f}, have "
        "barriers within the printed range; the paper does not say which softnesses it plots."
    )


def relaxation(own: float, deviation: float) -> str:
    """Of q(t): the prediction with the c_a of its own temperature.

    own, deviation : that c_a, and the largest deviation with it
    """
    return f"Tried: with the c_a of this temperature, {own:.2f}, the largest deviation is {deviation:.3f}."
