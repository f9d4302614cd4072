"""Moments of displacements."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray


# o origin of a pair of frames, i particle, c component, m moment (r^2, r^4, r < a)
@njit(cache=True, error_model="numpy", fastmath={"reassoc", "contract", "nsz"})
def add_moments(
    origins: NDArray[np.float64],
    rows: NDArray[np.int64],
    columns: NDArray[np.int64],
    stretches: NDArray[np.int64],
    later: NDArray[np.float64],
    radius2: float,
    sums: NDArray[np.float64],
) -> None:
    """Add each pair (origin row, this frame) to ``sums[stretch, lag column]``."""
    n = later.shape[0]
    for pair in range(rows.shape[0]):
        earlier = origins[rows[pair]]
        square = 0.0
        fourth = 0.0
        inside = 0.0
        for i in range(n):
            dx = later[i, 0] - earlier[i, 0]
            dy = later[i, 1] - earlier[i, 1]
            dz = later[i, 2] - earlier[i, 2]
            r2 = dx * dx + dy * dy + dz * dz
            square += r2
            fourth += r2 * r2
            inside += 1.0 if r2 <= radius2 else 0.0
        target = sums[stretches[pair], columns[pair]]
        target[0] += square
        target[1] += fourth
        target[2] += inside
