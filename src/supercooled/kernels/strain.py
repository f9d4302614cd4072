"""How neighbours move together."""

from __future__ import annotations

import numpy as np
from numba import njit

from supercooled.arrays import Array, Integers
from supercooled.kernels.neighbours import Cells, gather, room_for, square_distances

# A spread of neighbours thinner than this, relative to its extent, leaves the affine map undetermined.
FLAT = 1e-12


# j the n particles around i; vectors (j, 3) to those within the cutoff, movers (j) their sorted index
@njit(cache=True, error_model="numpy")
def _within(
    i: int,
    n: int,
    cells: Cells,
    near: Array,
    who: Integers,
    squares: Array,
    cutoff: float,
    vectors: Array,
    movers: Integers,
) -> int:
    square_distances(i, n, cells.xyz, near, squares)
    found = 0
    for j in range(n):
        if squares[j] < cutoff * cutoff and who[j] != i:
            for c in range(3):
                vectors[found, c] = near[c, j] - cells.xyz[c, i]
            movers[found] = who[j]
            found += 1
    return found


# a, b, c component; the inverse of a symmetric matrix, or False
@njit(cache=True, error_model="numpy")
def _invert(m: Array, out: Array) -> bool:
    for a in range(3):
        for b in range(3):
            a1, a2, b1, b2 = (a + 1) % 3, (a + 2) % 3, (b + 1) % 3, (b + 2) % 3
            out[b, a] = m[a1, b1] * m[a2, b2] - m[a1, b2] * m[a2, b1]
    determinant = m[0, 0] * out[0, 0] + m[0, 1] * out[1, 0] + m[0, 2] * out[2, 0]
    scale = (m[0, 0] + m[1, 1] + m[2, 2]) / 3.0
    if not determinant > FLAT * scale * scale * scale:
        return False
    for a in range(3):
        for b in range(3):
            out[a, b] /= determinant
    return True


# j the n neighbours of i; vectors (j, 3), moves (3, particle)
@njit(cache=True, error_model="numpy")
def _least(i: int, n: int, vectors: Array, movers: Integers, moves: Array, dimensions: int) -> float:
    spread, inverse, mixed, strain = np.zeros((3, 3)), np.empty((3, 3)), np.zeros((3, 3)), np.empty((3, 3))
    for j in range(n):
        for a in range(3):
            u = moves[a, movers[j]] - moves[a, i]
            for b in range(3):
                spread[a, b] += vectors[j, a] * vectors[j, b]
                mixed[a, b] += u * vectors[j, b]
    if dimensions == 2:
        spread[2, 2] = 0.5 * (spread[0, 0] + spread[1, 1])
    if n < dimensions + 1 or not _invert(spread, inverse):
        return -1.0
    for a in range(3):
        for b in range(3):
            strain[a, b] = (
                mixed[a, 0] * inverse[0, b] + mixed[a, 1] * inverse[1, b] + mixed[a, 2] * inverse[2, b]
            )
    # What is left over is added up neighbour by neighbour: as a difference of sums it would drown in
    # the rounding of a nearly affine motion.
    total = 0.0
    for j in range(n):
        for a in range(3):
            rest = moves[a, movers[j]] - moves[a, i]
            for b in range(3):
                rest -= strain[a, b] * vectors[j, b]
            total += rest * rest
    return total


# c cell, i particle; moves (3, particle), out (particle), -1 where the neighbours are too few or flat
@njit(cache=True, error_model="numpy")
def nonaffine_motion(
    cells: Cells, moves: Array, cutoff: float, dimensions: int, out: Array, numbers: Integers
) -> None:
    """Least sum of squares that an affine motion of the neighbours leaves over, and how many they are."""
    room = room_for(cells)
    near, who, squares = np.empty((3, room)), np.empty(room, np.int64), np.empty(room)
    vectors, movers = np.empty((room, 3)), np.empty(room, np.int64)
    for c in range(cells.starts.shape[0] - 1):
        first, end = cells.starts[c], cells.starts[c + 1]
        if first == end:
            continue
        n = gather(c, cells, near, who)
        for i in range(first, end):
            numbers[i] = _within(i, n, cells, near, who, squares, cutoff, vectors, movers)
            out[i] = _least(i, numbers[i], vectors, movers, moves, dimensions)


# c cell, i particle; moves (3, particle), out (3, particle)
@njit(cache=True, error_model="numpy")
def relative_motion(cells: Cells, moves: Array, cutoff: float, out: Array, numbers: Integers) -> None:
    """Motion less the mean of the neighbours', and how many they are."""
    room = room_for(cells)
    near, who, squares = np.empty((3, room)), np.empty(room, np.int64), np.empty(room)
    vectors, movers = np.empty((room, 3)), np.empty(room, np.int64)
    for c in range(cells.starts.shape[0] - 1):
        first, end = cells.starts[c], cells.starts[c + 1]
        if first == end:
            continue
        n = gather(c, cells, near, who)
        for i in range(first, end):
            found = _within(i, n, cells, near, who, squares, cutoff, vectors, movers)
            numbers[i] = found
            for a in range(3):
                total = 0.0
                for j in range(found):
                    total += moves[a, movers[j]]
                out[a, i] = moves[a, i] - total / max(found, 1)
