"""The pair entropy of each particle: its own smeared pair distribution, and the integral over it."""

from __future__ import annotations

import numpy as np
from numba import njit

from supercooled.arrays import Array, Integers
from supercooled.kernels.gaussians import Ladder, on_ladder, raise_ratio
from supercooled.kernels.neighbours import Cells, gather, room_for, square_distances


# c cell, i particle, j one around or before it, b species, k distance, behind a margin of the ladder's
# lanes on either side; adds to sums (i, b, k), and to inside (i, b) those within `radius`
@njit(cache=True, fastmath=True, error_model="numpy")
def gaussian_sums(
    cells: Cells, kind: Integers, ladder: Ladder, reach: float, radius: float, sums: Array, inside: Array
) -> None:
    """Gaussians of all neighbours of each particle; each pair is met once."""
    room = room_for(cells) + cells.order.shape[0]
    near = np.empty((3, room))
    who, squares, close = np.empty(room, np.int64), np.empty(room), np.empty(room + 1, np.int64)
    r, place = np.empty(room), np.empty(room, np.int64)
    base, ratio = np.empty(room), np.empty(room)
    lanes = ladder.table.shape[0]
    powers = np.empty(lanes)
    outermost = max(reach, radius)
    for c in range(cells.starts.shape[0] - 1):
        if cells.starts[c] == cells.starts[c + 1]:
            continue
        n = gather(c, cells, near, who)
        for i in range(cells.starts[c], cells.starts[c + 1]):
            square_distances(i, n, cells.xyz, near, squares)
            m = 0
            # Without a branch: whether a particle is near can't be predicted.
            for j in range(n):
                close[m] = j
                m += squares[j] < outermost * outermost
            for j in range(m):
                r[j] = np.sqrt(squares[close[j]])
            on_ladder(r, m, ladder, place, base, ratio)
            for j in range(m):
                o, p = who[close[j]], place[j]
                if squares[close[j]] < radius * radius:
                    inside[i, kind[o]] += 1.0
                    inside[o, kind[i]] += 1.0
                if r[j] < reach:
                    raise_ratio(base[j], ratio[j], powers)
                    mine = sums[i, kind[o], p : p + lanes]
                    theirs = sums[o, kind[i], p : p + lanes]
                    for k in range(lanes):
                        mine[k] += powers[k] * ladder.table[k]
                    for k in range(lanes):
                        theirs[k] += powers[k] * ladder.table[k]
            # With half of the offsets each pair is met once, if those after meet it in this cell.
            near[:, n] = cells.xyz[:, i]
            who[n] = i
            n += 1


# i particle, b species, k distance; sums (i, b, lanes + k) and scale (k) make the density at a distance,
# density (i, b) that of the ideal gas, weight (k) half the measure of the integral; out (i)
@njit(cache=True, fastmath=True, error_model="numpy")
def entropies(sums: Array, lanes: int, scale: Array, density: Array, weight: Array, out: Array) -> None:
    """Pair entropy of each particle from its smeared densities."""
    for i in range(sums.shape[0]):
        total = 0.0
        for b in range(sums.shape[1]):
            rho = density[i, b]
            if rho <= 0.0:
                continue
            for k in range(scale.shape[0]):
                here = sums[i, b, lanes + k] * scale[k]
                # x ln x tends to 0 with x
                product = here * np.log(here / rho) if here > 0.0 else 0.0
                total += weight[k] * (product - here + rho)
        out[i] = -total


# c cell, i particle, j neighbour; values of the sorted particles; out (i)
@njit(cache=True, error_model="numpy")
def neighbour_means(cells: Cells, values: Array, reach: float, out: Array) -> None:
    """Mean over each particle and its neighbours."""
    room = room_for(cells)
    near = np.empty((3, room))
    who = np.empty(room, np.int64)
    squares = np.empty(room)
    for c in range(cells.starts.shape[0] - 1):
        if cells.starts[c] == cells.starts[c + 1]:
            continue
        n = gather(c, cells, near, who)
        for i in range(cells.starts[c], cells.starts[c + 1]):
            square_distances(i, n, cells.xyz, near, squares)
            total, count = 0.0, 0
            for j in range(n):
                if squares[j] < reach * reach:
                    total += values[who[j]]
                    count += 1
            out[i] = total / count
