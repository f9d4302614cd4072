"""Products of a field of near particles, by distance."""

from __future__ import annotations

import numpy as np
from numba import njit

from supercooled.arrays import Array, Integers
from supercooled.kernels.neighbours import Cells, gather, room_for, square_distances


# c cell, i sorted particle, j one around or before it; kind, x, y (sorted particle);
# sums (species of x, species of y, bin, 4): pairs, x, y, x y
@njit(cache=True, error_model="numpy")
def pair_products(cells: Cells, kind: Integers, x: Array, y: Array, dr: float, sums: Array) -> None:
    """Add up each pair of particles twice, x of the one with y of the other."""
    n_bins = sums.shape[2]
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
            a, xi, yi = kind[i], x[i], y[i]
            for k in range(n):
                if squares[k] < r_max * r_max:
                    bin_ = min(int(np.sqrt(squares[k]) / dr), n_bins - 1)
                    j = who[k]
                    b, xj, yj = kind[j], x[j], y[j]
                    one, other = sums[a, b, bin_], sums[b, a, bin_]
                    one[0] += 1.0
                    one[1] += xi
                    one[2] += yj
                    one[3] += xi * yj
                    other[0] += 1.0
                    other[1] += xj
                    other[2] += yi
                    other[3] += xj * yi
            # With half of the offsets each pair is met once, if those after meet it in this cell.
            near[:, n] = cells.xyz[:, i]
            who[n] = i
            n += 1
