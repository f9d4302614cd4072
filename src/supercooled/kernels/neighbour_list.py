"""Every pair of near particles, written down particle by particle."""

from __future__ import annotations

import numpy as np
from numba import njit

from supercooled.arrays import Array, Integers
from supercooled.kernels.neighbours import Cells, gather, room_for


# c cell, i sorted particle, j one around; counts (particle), by their own numbers
@njit(cache=True, error_model="numpy")
def count_neighbours(cells: Cells, square: float, counts: Integers) -> None:
    """How many neighbours each particle has within reach."""
    room = room_for(cells)
    near = np.empty((3, room))
    who = np.empty(room, np.int64)
    for c in range(cells.starts.shape[0] - 1):
        if cells.starts[c] == cells.starts[c + 1]:
            continue
        n = gather(c, cells, near, who)
        for i in range(cells.starts[c], cells.starts[c + 1]):
            x, y, z = cells.xyz[0, i], cells.xyz[1, i], cells.xyz[2, i]
            found = 0
            for j in range(n):
                dx, dy, dz = near[0, j] - x, near[1, j] - y, near[2, j] - z
                found += dx * dx + dy * dy + dz * dz < square
            # The particle itself is always there.
            counts[cells.order[i]] = found - 1


# c cell, i sorted particle, j one around, m bond; starts (particle + 1); partner (m), vectors (m, 3),
# distances (m)
@njit(cache=True, error_model="numpy")
def list_neighbours(
    cells: Cells, square: float, starts: Integers, partner: Integers, vectors: Array, distances: Array
) -> None:
    """Neighbours of each particle, the nearest first, and of two as near the one with the lower number."""
    room = room_for(cells)
    near = np.empty((3, room))
    who, close = np.empty(room, np.int64), np.empty(room, np.int64)
    squares = np.empty(room)
    for c in range(cells.starts.shape[0] - 1):
        if cells.starts[c] == cells.starts[c + 1]:
            continue
        n = gather(c, cells, near, who)
        for i in range(cells.starts[c], cells.starts[c + 1]):
            x, y, z = cells.xyz[0, i], cells.xyz[1, i], cells.xyz[2, i]
            m = 0
            for j in range(n):
                dx, dy, dz = near[0, j] - x, near[1, j] - y, near[2, j] - z
                r2 = dx * dx + dy * dy + dz * dz
                if r2 < square and who[j] != i:
                    squares[m] = r2
                    close[m] = j
                    m += 1
            first = starts[cells.order[i]]
            by_distance = np.argsort(squares[:m])
            for k in range(m):
                j = close[by_distance[k]]
                # Equal distances, as in a lattice, come in the order of the particles' numbers.
                place = first + k
                r2, number = squares[by_distance[k]], cells.order[who[j]]
                while place > first and distances[place - 1] == r2 and partner[place - 1] > number:
                    partner[place], distances[place] = partner[place - 1], distances[place - 1]
                    vectors[place] = vectors[place - 1]
                    place -= 1
                partner[place], distances[place] = number, r2
                vectors[place, 0], vectors[place, 1], vectors[place, 2] = (
                    near[0, j] - x,
                    near[1, j] - y,
                    near[2, j] - z,
                )
            for k in range(first, first + m):
                distances[k] = np.sqrt(distances[k])


# i particle, m bond, k column; values (particle, k), weights (m), out (particle, k)
@njit(cache=True, error_model="numpy")
def weighted_sums(starts: Integers, partner: Integers, weights: Array, values: Array, out: Array) -> None:
    """Sum over the neighbours of each particle of a weight a bond times a value of the neighbour."""
    for i in range(starts.shape[0] - 1):
        out[i] = 0.0
        for m in range(starts[i], starts[i + 1]):
            for k in range(values.shape[1]):
                out[i, k] += weights[m] * values[partner[m], k]
