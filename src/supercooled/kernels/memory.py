"""How particles that stay where they are change."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]


# o slot of an origin, i particle; positions (i, 3), origins (o, i, 3), escaped (o, i)
@njit(cache=True, error_model="numpy")
def mark_escapes(
    positions: Floats, origins: Floats, active: NDArray[np.bool_], limit2: float, escaped: NDArray[np.bool_]
) -> None:
    """Mark those that are farther than the limit from where they were."""
    for o in range(origins.shape[0]):
        if not active[o]:
            continue
        x, gone = origins[o], escaped[o]
        for i in range(positions.shape[0]):
            dx = positions[i, 0] - x[i, 0]
            dy = positions[i, 1] - x[i, 1]
            dz = positions[i, 2] - x[i, 2]
            gone[i] = gone[i] | (dx * dx + dy * dy + dz * dz > limit2)


# i particle, g its group (-1: none); sums (g, 6): all, within the radius, stayed, stayed and have a field,
# their field, its square; histogram (g, bin) of those
@njit(cache=True, error_model="numpy")
def add_changes(
    group: NDArray[np.int64],
    field: Floats,
    escaped: NDArray[np.bool_],
    earlier: Floats,
    positions: Floats,
    radius2: float,
    bins: tuple[float, float, float],
    sums: Floats,
    histogram: Floats,
) -> None:
    """Add what became of the particles of each group."""
    low, per_unit, high = bins
    for i in range(group.shape[0]):
        g, value = group[i], field[i]
        if g < 0:
            continue
        dx = positions[i, 0] - earlier[i, 0]
        dy = positions[i, 1] - earlier[i, 1]
        dz = positions[i, 2] - earlier[i, 2]
        sums[g, 0] += 1.0
        sums[g, 1] += 1.0 if dx * dx + dy * dy + dz * dz <= radius2 else 0.0
        if escaped[i]:
            continue
        sums[g, 2] += 1.0
        if np.isnan(value):
            continue
        sums[g, 3] += 1.0
        sums[g, 4] += value
        sums[g, 5] += value * value
        if low <= value <= high:
            # The last bin has its upper edge too.
            place = int((value - low) * per_unit)
            histogram[g, min(place, histogram.shape[1] - 1)] += 1.0
