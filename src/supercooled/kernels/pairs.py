"""Histograms of pair distances."""

from __future__ import annotations

import numpy as np
from numba import njit

from supercooled.arrays import Integers
from supercooled.kernels.neighbours import Cells, gather, room_for, square_distances


# c cell, i particle, j one around or before it; pair_of (species, species); counts (pair, bin)
@njit(cache=True, error_model="numpy")
def pair_histogram(cells: Cells, kind: Integers, dr: float, pair_of: Integers, counts: Integers) -> None:
    """Count each pair of particles once, by species and distance."""
    n_bins = counts.shape[1]
    r_max = n_bins * dr
    room = room_for(cells)
    near = np.empty((3, room))
    who = np.empty(room, np.int64)
    squares = np.empty(room)
    for c in range(cells.starts.shape[0] - 1):
        first, end = cells.starts[c], cells.starts[c + 1]
        if first == end:
            continue
        n = gather(c, cells, near, who)
        for i in range(first, end):
            square_distances(i, n, cells.xyz, near, squares)
            for j in range(n):
                if squares[j] < r_max * r_max:
                    b = min(int(np.sqrt(squares[j]) / dr), n_bins - 1)
                    counts[pair_of[kind[i], kind[who[j]]], b] += 1
            # With half of the offsets each pair is met once, if those after meet it in this cell.
            near[:, n] = cells.xyz[:, i]
            who[n] = i
            n += 1
