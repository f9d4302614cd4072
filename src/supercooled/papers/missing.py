"""Why a row misses its number: what else was tried, and what it gave."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from supercooled.report import Row

# Standard errors between a value and its bound beyond which longer runs are not expected to meet it.
_SURELY = 2.0


def explained(row: Row, tried: Callable[[], str]) -> Row:
    """The row, with what was tried if it misses.

    >>> from supercooled.report import Tolerance
    >>> row = Row("Table I", "K_VFT", "LJ 1.2", 0.2, 0.3, None, "1", Tolerance.relative(0.1), note="Ours.")
    >>> explained(row, lambda: "Tried: two windows.").note
    'Ours. Tried: two windows.'
    >>> explained(replace(row, measured=0.21), lambda: "Tried: two windows.").note
    'Ours.'
    """
    return row if row.within is not False else replace(row, note=f"{row.note} {tried()}".strip())


def longer(off: float, error: float) -> str:
    """Could a longer run meet the bound, as the error has it?

    off, error : from the value to the bound, either way, and the value's standard error

    >>> longer(0.3, 0.2)
    'It is 1.5 standard errors from the bound: a longer run may meet it.'
    >>> longer(0.3, 0.1)
    'It is 3.0 standard errors from the bound: by its error alone no longer run is expected to meet it.'
    """
    if not (np.isfinite(off) and np.isfinite(error) and error > 0):
        return "Its error is not known."
    away = abs(off) / error
    word = "by its error alone no longer run is expected to" if away > _SURELY else "a longer run may"
    return f"It is {away:.1f} standard errors from the bound: {word} meet it."
