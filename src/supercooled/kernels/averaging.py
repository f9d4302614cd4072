"""Means over the neighbourhood of each particle, for many columns and lengths at once."""

from __future__ import annotations

import numpy as np
from numba import njit

from supercooled.arrays import Array, Booleans, Integers
from supercooled.kernels.exponential import LOWEST, exponential
from supercooled.kernels.neighbours import Cells, gather, room_for, square_distances


# j the n particles around, in the order that they were found; first (g + 1), numbers and around (m)
@njit(cache=True, error_model="numpy")
def by_group(
    n: int, near: Array, who: Integers, group: Integers, around: Array, numbers: Integers, first: Integers
) -> None:
    """Put those of one group side by side, so that a sum over them runs through memory."""
    m = 0
    first[0] = 0
    for g in range(first.shape[0] - 1):
        for j in range(n):
            if group[who[j]] == g:
                numbers[m] = who[j]
                around[0, m], around[1, m], around[2, m] = near[0, j], near[1, j], near[2, j]
                m += 1
        first[g + 1] = m


# g group, j one around, l length, k column; squares (j), columns (k, j), lengths (l); out (g, l, k)
@njit(cache=True, fastmath=True, error_model="numpy")
def sums_of_one(
    squares: Array,
    columns: Array,
    first: Integers,
    lengths: Array,
    cutoff: float,
    weights: Array,
    out: Array,
) -> None:
    """Sums around one particle."""
    m = first[-1]
    for l in range(lengths.shape[0]):  # noqa: E741  the index of a length
        inverse = 1.0 / lengths[l]
        for j in range(m):
            r = np.sqrt(squares[j])
            weights[j] = exponential(max(-r * inverse, LOWEST)) if r < cutoff else 0.0
        for g in range(out.shape[0]):
            for k in range(columns.shape[0]):
                found = 0.0
                for j in range(first[g], first[g + 1]):
                    found += weights[j] * columns[k, j]
                out[g, l, k] = found


# c cell, i sorted particle, j one around, k column; group (i), values (k, i), lengths (l), wanted (i);
# out (i, g, l, k)
@njit(cache=True, error_model="numpy")
def exponential_sums(
    cells: Cells,
    group: Integers,
    values: Array,
    lengths: Array,
    cutoff: float,
    own: bool,
    wanted: Booleans,
    out: Array,
) -> None:
    """Sums over neighbours nearer than a cutoff of exp(-r / length) times their values, group by group."""
    room = room_for(cells)
    near, around = np.empty((3, room)), np.empty((3, room))
    who, numbers = np.empty(room, np.int64), np.empty(room, np.int64)
    columns = np.empty((values.shape[0], room))
    squares, weights = np.empty(room), np.empty(room)
    first = np.empty(out.shape[1] + 1, np.int64)
    for c in range(cells.starts.shape[0] - 1):
        if not wanted[cells.starts[c] : cells.starts[c + 1]].any():
            continue
        n = gather(c, cells, near, who)
        by_group(n, near, who, group, around, numbers, first)
        for k in range(values.shape[0]):
            for j in range(n):
                columns[k, j] = values[k, numbers[j]]
        for i in range(cells.starts[c], cells.starts[c + 1]):
            if not wanted[i]:
                continue
            square_distances(i, n, cells.xyz, around, squares)
            for j in range(n):
                if numbers[j] == i and not own:
                    # its images are out of reach as they are
                    squares[j] = cutoff * cutoff
            sums_of_one(squares, columns, first, lengths, cutoff, weights, out[i])
