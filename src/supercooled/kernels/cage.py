"""The cage of each particle: its own smeared pair distribution, and the depth that follows."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from supercooled.arrays import Array, Booleans, Integers
from supercooled.kernels.neighbours import Cells, gather, room_for, square_distances

# A Gaussian is followed to six widths, where it has fallen to 1.5e-8 of its peak.
WIDTHS = 6.0
# Powers are multiplied up this many at a time, so that they fill vector registers.
LANES = 8


class Grid(NamedTuple):
    """Distances at which the pair distributions of a particle are wanted, for each partner species.

    Parameters
    ----------
    first, step
        first distance and spacing, (species,)
    points
        how many, (species,)
    half
        steps in six widths, (species,)
    table
        exp(-m^2 step^2 / 2 width^2) for m from -half, (species, 2 half + 1)
    width
        of the Gaussians
    reach
        distance beyond which no neighbour counts
    scale
        from a sum of Gaussians to g, (species, point)
    """

    first: Array
    step: Array
    points: Integers
    half: Integers
    table: Array
    width: float
    reach: float
    scale: Array


class Work(NamedTuple):
    """Room for intermediate values.

    Parameters
    ----------
    near
        which of those around are near
    powers
        of one number, (point + LANES,)
    """

    near: Integers
    powers: Array


# b species of the neighbour, k grid point; adds exp(-(first + k step - r)^2 / 2 width^2) to raw (k)
@njit(cache=True, fastmath=True, error_model="numpy")
def add_gaussian(r: float, b: int, grid: Grid, powers: Array, raw: Array) -> None:
    """Add a neighbour's Gaussian on the grid of its species."""
    # About the grid point nearest to r, d steps away, the Gaussian is a product of what depends
    # on d alone, on the grid alone (the table), and of the powers of exp(a d).
    step, half = grid.step[b], grid.half[b]
    t = (r - grid.first[b]) / step
    nearest = int(np.floor(t + 0.5))
    low = max(nearest - half, 0)
    n = min(nearest + half + 1, grid.points[b]) - low
    if n <= 0:
        return
    d = t - nearest
    a = step * step / (grid.width * grid.width)
    power = np.exp(a * d)
    powers[0] = np.exp(a * d * (low - nearest - 0.5 * d))
    known = 1
    while known < LANES:
        for k in range(known):
            powers[known + k] = powers[k] * power
        power *= power
        known *= 2
    for k in range(LANES, n):
        powers[k] = powers[k - LANES] * power
    out = raw[low : low + n]
    table = grid.table[b, low - nearest + half : low - nearest + half + n]
    for k in range(n):
        out[k] += powers[k] * table[k]


# i centre, j neighbour, b its species, k grid point; g (b, k)
@njit(cache=True, fastmath=True, error_model="numpy")
def smear(
    i: int, n: int, squares: Array, who: Integers, kind: Integers, grid: Grid, work: Work, g: Array
) -> None:
    """Distributions of one particle, from the square distances around it."""
    g[:] = 0.0
    near = 0
    # Without a branch: whether a particle is near can't be predicted.
    for j in range(n):
        work.near[near] = j
        near += squares[j] < grid.reach * grid.reach
    for m in range(near):
        j = work.near[m]
        if who[j] != i:
            b = kind[who[j]]
            add_gaussian(np.sqrt(squares[j]), b, grid, work.powers, g[b])
    for b in range(grid.scale.shape[0]):
        for k in range(grid.points[b]):
            g[b, k] *= grid.scale[b, k]


# c cell, i centre, b partner species, k grid point; known (b, k) is -beta U - 1, or C if not `local`;
# weight (b, k) the measure of the integral; depths (i)
@njit(cache=True, fastmath=True, error_model="numpy")
def local_depths(
    cells: Cells,
    kind: Integers,
    is_centre: Booleans,
    grid: Grid,
    known: Array,
    weight: Array,
    local: bool,
    depths: Array,
) -> None:
    """Depth of the cage of each centre."""
    room = room_for(cells)
    near = np.empty((3, room))
    who = np.empty(room, np.int64)
    squares = np.empty(room)
    work = Work(np.empty(room + 1, np.int64), np.empty(weight.shape[1] + LANES))
    g = np.zeros(weight.shape)
    for c in range(cells.starts.shape[0] - 1):
        if cells.starts[c] == cells.starts[c + 1]:
            continue
        n = gather(c, cells, near, who)
        for i in range(cells.starts[c], cells.starts[c + 1]):
            if not is_centre[i]:
                continue
            square_distances(i, n, cells.xyz, near, squares)
            smear(i, n, squares, who, kind, grid, work, g)
            total = 0.0
            for b in range(weight.shape[0]):
                for k in range(grid.points[b]):
                    value = g[b, k]
                    # g ln g tends to 0 with g
                    if local and value > 0.0:
                        total += weight[b, k] * value * (known[b, k] + value - np.log(value))
                    elif not local:
                        total += weight[b, k] * value * known[b, k]
            depths[i] = total


# c cell, i centre, b partner species, k grid point; out (i, b, k)
@njit(cache=True, fastmath=True, error_model="numpy")
def local_distributions(cells: Cells, kind: Integers, is_centre: Booleans, grid: Grid, out: Array) -> None:
    """Distributions of each centre."""
    room = room_for(cells)
    near = np.empty((3, room))
    who = np.empty(room, np.int64)
    squares = np.empty(room)
    work = Work(np.empty(room + 1, np.int64), np.empty(out.shape[2] + LANES))
    g = np.zeros(out.shape[1:])
    for c in range(cells.starts.shape[0] - 1):
        n = gather(c, cells, near, who)
        for i in range(cells.starts[c], cells.starts[c + 1]):
            if is_centre[i]:
                square_distances(i, n, cells.xyz, near, squares)
                smear(i, n, squares, who, kind, grid, work, g)
                out[i] = g
