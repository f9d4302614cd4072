"""What this machine's memory gives to one core: the floor under everything that must read its input once."""

from __future__ import annotations

import time

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# Larger than any cache.
BYTES = 400_000_000


@njit(error_model="numpy", fastmath=True)
def add_up(values: Floats) -> float:
    """Read every byte once and do next to nothing with it."""
    total = 0.0
    for value in values:
        total += value
    return total


def bandwidth(repeats: int = 5) -> float:
    """Bytes that one core reads in a processor second, the best of a few."""
    values = np.ones(BYTES // 8)
    add_up(values[:10])
    best = np.inf
    for _ in range(repeats):
        start = time.process_time()
        add_up(values)
        best = min(best, time.process_time() - start)
    return float(values.nbytes / best)
