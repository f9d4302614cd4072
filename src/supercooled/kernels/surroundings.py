"""Sums over the neighbours of each particle."""

from __future__ import annotations

import numpy as np
from numba import njit

from supercooled.arrays import Array, Booleans, Integers
from supercooled.kernels.neighbours import Cells, gather, room_for, square_distances


# c cell, i centre, j neighbour, b its species, s sum, k place in the tables; tables (b, s, k) at
# distances k / per_length; shell (b) largest distance that counts; out (s + 1, i), the last the count
@njit(cache=True, error_model="numpy")
def add_up(
    cells: Cells,
    kind: Integers,
    is_centre: Booleans,
    tables: Array,
    per_length: float,
    shell: Array,
    out: Array,
) -> None:
    """Sum of tabulated functions of distance, and the neighbours in a shell, of each centre."""
    room = room_for(cells)
    near = np.empty((3, room))
    who = np.empty(room, np.int64)
    squares = np.empty(room)
    n_sums = tables.shape[1]
    reach = (tables.shape[2] - 1) / per_length
    for c in range(cells.starts.shape[0] - 1):
        if cells.starts[c] == cells.starts[c + 1]:
            continue
        n = gather(c, cells, near, who)
        for i in range(cells.starts[c], cells.starts[c + 1]):
            if not is_centre[i]:
                continue
            out[:, i] = 0.0
            square_distances(i, n, cells.xyz, near, squares)
            for j in range(n):
                if not squares[j] < reach * reach or who[j] == i:
                    continue
                b = kind[who[j]]
                r = np.sqrt(squares[j])
                place = r * per_length
                # A distance just below the reach may round to it.
                k = min(int(place), tables.shape[2] - 2)
                rest = place - k
                for s in range(n_sums):
                    out[s, i] += (1.0 - rest) * tables[b, s, k] + rest * tables[b, s, k + 1]
                out[n_sums, i] += 1.0 if r <= shell[b] else 0.0
