"""Requests that no memory holds, refused before any is taken."""

from __future__ import annotations

import math
from collections.abc import Collection, Hashable

from supercooled.arguments.sentences import shown
from supercooled.errors import ParameterError

# Bins of a distribution, of distance or of a field.
MOST_BINS = 10**6
# Parameters of one kind in an indicator: each makes columns of numbers for every particle.
MOST_ENTRIES = 1000


def number_of_bins(r_max: float, dr: float, *, rounding: float = 1e-12) -> int:
    """How many whole bins of width `dr` lie below `r_max`.

    Raises
    ------
    ParameterError
        if there is none, or more than a million.

    Examples
    --------
    >>> number_of_bins(3.0, 0.01)
    300
    """
    exact = r_max / dr * (1 + rounding)
    if not exact >= 1:
        raise ParameterError(f"r_max={r_max:g} and dr={dr:g} give no bin; try r_max=3.0, dr=0.01")
    if exact > MOST_BINS:
        raise ParameterError(
            f"r_max={r_max:g} and dr={dr:g} make {exact:.3g} bins, more than {MOST_BINS}; "
            "try r_max=3.0, dr=0.01"
        )
    return int(exact)


def number_of_steps(length: float, step: float) -> int:
    """How many equal steps of at most `step` make a length.

    Raises
    ------
    ParameterError
        if that is more than a million.

    Examples
    --------
    >>> number_of_steps(1.0, 0.3)
    4
    """
    exact = length / step * (1 - 1e-12)
    if not exact <= MOST_BINS:
        raise ParameterError(
            f"dr={step:g} makes {exact:.3g} steps of {length:g}, more than {MOST_BINS}; try dr=0.01"
        )
    return math.ceil(exact)


def check_entries(name: str, entries: Collection[Hashable]) -> None:
    """That parameters of one kind differ from each other, and are not more than a thousand.

    Raises
    ------
    ParameterError
        naming what is given twice.

    Examples
    --------
    >>> check_entries("radii", (1.0, 1.2, 1.0))
    Traceback (most recent call last):
    ...
    supercooled.errors.ParameterError: radii holds 1.0 twice
    """
    if len(entries) > MOST_ENTRIES:
        raise ParameterError(f"{name} holds {len(entries)} entries, more than {MOST_ENTRIES}")
    seen: set[Hashable] = set()
    for one in entries:
        if one in seen:
            raise ParameterError(f"{name} holds {shown(one)} twice")
        seen.add(one)
