"""Why rows of schoenholz2016 miss: what was tried, and what it gave."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

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


def learning(learned: Mapping[str, xr.Dataset], quantity: Literal["accuracy", "soft_share"]) -> str:
    """Of an accuracy or a share: the most that each thing gave that was tried, one at a time."""
    there = [(learned[k][quantity], dim, words) for k, dim, words in TRIED if quantity in learned.get(k, ())]
    best = sorted(
        (_best(data, dim, words) for data, dim, words in there if data.notnull().any()), reverse=True
    )
    if not best:
        return ""
    return f"Tried one at a time, the most of each: {', '.join(f'{a:.3f} ({w})' for a, w in best)}."


def _best(data: xr.DataArray, dim: str, words: str) -> tuple[float, str]:
    k = int(np.nanargmax(data.values))
    value = data[dim].values[k]
    return float(data.values[k]), words.format(value if isinstance(value, str) else float(value))


def barrier(fits: xr.Dataset, tolerance: Tolerance) -> str:
    """Of the ends of the barriers: which softnesses lie within the printed range."""
    seen = fits.dropna("learned_softness", subset=["barrier"])
    S, E = seen["learned_softness"].values, seen["barrier"].values
    within = np.array([tolerance.holds(float(e), 0.0) for e in E])
    bounds = f"{tolerance.lower:g} to {tolerance.upper:g}"
    if not within.any():
        return f"No softness has a barrier of {bounds}."
    there = ", ".join(f"{s:g}" for s in S[within])
    return f"Barriers of {bounds} have S = {there}."


def relaxation(own: tuple[float, float] | None, once: tuple[float, float]) -> str:
    """Of q(t): the predictions by other readings, each with its c_a and its largest deviation.

    Parameters
    ----------
    own
        c_a of the temperature itself; None where it is the study's
    once
        P_R that counts each rearrangement once, and c_a the share of them that displaces by more than a
    """
    words = [] if own is None else [f"the c_a of this temperature ({own[0]:.2f}): {own[1]:.3f}"]
    words.append(f"each rearrangement counted once (c_a {once[0]:.2f}): {once[1]:.3f}")
    return f"Tried: {'; '.join(words)}."
