"""Cells: who is near whom in a periodic box."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from supercooled.arrays import Array, Integers


class Cells(NamedTuple):
    """Particles sorted into the cells of a periodic box.

    Parameters
    ----------
    counts
        cells along each edge, (3,)
    offsets
        of the cells in reach, (offset, 3)
    matrix
        edges of the box as columns, (3, 3)
    starts
        first sorted particle of each cell, (cell + 1,)
    order
        sorted particles, (particle,)
    xyz
        positions of the sorted particles, (3, particle)
    """

    counts: Integers
    offsets: Integers
    matrix: Array
    starts: Integers
    order: Integers
    xyz: Array


def make_cells(
    positions: Array, fractions: Array, matrix: Array, heights: Array, reach: float, finer: int | None = None
) -> Cells:
    """Cells of some eight particles where `reach` allows it, and the offsets that cover `reach`.

    finer : cells along `reach` instead

    No image is met twice: an offset that leaves the box reaches another image of its cell.
    """
    dimensions = len(heights)
    # by logarithms: the volume of a box of a strange unit is not finite
    spacing = np.exp(np.log(heights).mean() - np.log(len(positions)) / dimensions)
    finer = int(np.clip(reach / (2.0 * spacing), 1, 3)) if finer is None else finer
    counts = np.ones(3, np.int64)
    with np.errstate(over="ignore"):
        wanted = finer * heights / reach
    counts[:dimensions] = _cells_along(wanted, most=max(8 * len(positions), 64))
    span = np.zeros(3, np.int64)
    span[:dimensions] = np.ceil(reach * counts[:dimensions] / heights - 1e-12)
    steps = [np.arange(-s, s + 1) for s in span]
    offsets = np.stack(np.meshgrid(*steps, indexing="ij"), axis=-1).reshape(-1, 3)
    order, starts = sort_into_cells(fractions, counts)
    return Cells(counts, offsets, matrix, starts, order, np.ascontiguousarray(positions[order].T))


def _cells_along(wanted: Array, *, most: int) -> Array:
    """Whole cells along each height, at least one, and no more together than `most`."""
    counts = np.clip(np.floor(wanted), 1.0, most)
    while counts.prod() > most:
        counts[np.argmax(counts)] //= 2
    return counts


def half_of(cells: Cells) -> Cells:
    """With one of each two opposite offsets, and without the cell itself."""
    first = np.sign(cells.offsets) @ np.array([9, 3, 1])
    return cells._replace(offsets=cells.offsets[first > 0])


# i particle, k edge, c cell
@njit(cache=True)
def sort_into_cells(fractions: Array, counts: Integers) -> tuple[Integers, Integers]:
    """Particles in the order of their cells, and where each cell starts."""
    n = fractions.shape[0]
    n_cells = counts[0] * counts[1] * counts[2]
    where = np.empty(n, np.int64)
    starts = np.zeros(n_cells + 1, np.int64)
    for i in range(n):
        c = 0
        for k in range(3):
            index = int(np.floor((fractions[i, k] + 0.5) * counts[k]))
            c = c * counts[k] + min(max(index, 0), counts[k] - 1)
        where[i] = c
        starts[c + 1] += 1
    for c in range(n_cells):
        starts[c + 1] += starts[c]
    free = starts[:-1].copy()
    order = np.empty(n, np.int64)
    for i in range(n):
        order[free[where[i]]] = i
        free[where[i]] += 1
    return order, starts


# c cell; the most particles that `gather` can meet
@njit(cache=True)
def room_for(cells: Cells) -> int:
    """Room that is enough for the surroundings of any cell."""
    most: int = 0
    for c in range(cells.starts.shape[0] - 1):
        most = max(most, cells.starts[c + 1] - cells.starts[c])
    room: int = most * (cells.offsets.shape[0] + 1)
    return room


# c cell, o offset, j particle around c; near (3, j) its image, who (j) its sorted index
@njit(cache=True, error_model="numpy")
def gather(c: int, cells: Cells, near: Array, who: Integers) -> int:
    """Collect the surroundings of a cell; how many particles they hold."""
    counts, offsets, h, starts, x = cells.counts, cells.offsets, cells.matrix, cells.starts, cells.xyz
    c2 = c % counts[2]
    c1 = (c // counts[2]) % counts[1]
    c0 = c // (counts[2] * counts[1])
    n = 0
    for o in range(offsets.shape[0]):
        n0 = c0 + offsets[o, 0]
        n1 = c1 + offsets[o, 1]
        n2 = c2 + offsets[o, 2]
        e0 = n0 // counts[0]
        e1 = n1 // counts[1]
        e2 = n2 // counts[2]
        sx = h[0, 0] * e0 + h[0, 1] * e1 + h[0, 2] * e2
        sy = h[1, 1] * e1 + h[1, 2] * e2
        sz = h[2, 2] * e2
        m = ((n0 - e0 * counts[0]) * counts[1] + n1 - e1 * counts[1]) * counts[2] + n2 - e2 * counts[2]
        for j in range(starts[m], starts[m + 1]):
            near[0, n] = x[0, j] + sx
            near[1, n] = x[1, j] + sy
            near[2, n] = x[2, j] + sz
            who[n] = j
            n += 1
    return n


# j the n particles around; i the one in the middle
@njit(cache=True, fastmath=True, error_model="numpy")
def square_distances(i: int, n: int, xyz: Array, near: Array, squares: Array) -> None:
    """Square distances from one particle to those around."""
    x, y, z = xyz[0, i], xyz[1, i], xyz[2, i]
    nx, ny, nz = near[0], near[1], near[2]
    for j in range(n):
        dx = nx[j] - x
        dy = ny[j] - y
        dz = nz[j] - z
        squares[j] = dx * dx + dy * dy + dz * dz
