"""The cage of each particle: its own smeared pair distribution, and the depth that follows."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from supercooled.arrays import Array, Booleans, Integers
from supercooled.kernels.neighbours import Cells, gather, room_for, square_distances

# A Gaussian is followed to six widths, where it has fallen to 1.5e-8 of its peak.
WIDTHS = 6.0
LANES = 8


class Grid(NamedTuple):
    """Distances at which the pair distributions of a particle are wanted, for each partner species.

    first, step : first distance and spacing, (species,)
    points : how many, (species,)
    half : steps in six widths, (species,)
    table : exp(-m^2 step^2 / 2 width^2) for m from -half, (species, 2 half + 1 + LANES)
    width : of the Gaussians
    scale : from a sum of Gaussians to g, (species, point)
    """

    first: Array
    step: Array
    points: Integers
    half: Integers
    table: Array
    width: float
    scale: Array


# k grid point, m lane; adds exp(-(first + k step - r)^2 / 2 width^2) to raw (k)
@njit(cache=True, fastmath=True, error_model="numpy")
def add_gaussian(r: float, b: int, grid: Grid, powers: Array, raw: Array) -> None:
    """Add a neighbour's Gaussian on the grid of its species."""
    # About the grid point nearest to r, d steps away, the Gaussian is a product of what depends
    # on d alone, on the grid alone (the table), and of the powers of exp(a d).
    step, half, table = grid.step[b], grid.half[b], grid.table[b]
    t = (r - grid.first[b]) / step
    nearest = int(np.floor(t + 0.5))
    low = max(nearest - half, 0)
    high = min(nearest + half + 1, grid.points[b])
    if high <= low:
        return
    d = t - nearest
    a = step * step / (grid.width * grid.width)
    ratio = np.exp(a * d)
    base = np.exp(a * d * (low - nearest - 0.5 * d))
    power = 1.0
    for m in range(LANES):
        powers[m] = power
        power *= ratio
    for k in range(low, high, LANES):
        out = raw[k : k + LANES]
        known = table[k - nearest + half : k - nearest + half + LANES]
        for m in range(LANES):
            out[m] += base * powers[m] * known[m]
        base *= power


# i centre, j neighbour, b its species, k grid point; g (b, k)
@njit(cache=True, fastmath=True, error_model="numpy")
def smear(
    i: int, n: int, squares: Array, who: Integers, kind: Integers, grid: Grid, powers: Array, g: Array
) -> None:
    """Distributions of one particle, from the square distances around it."""
    g[:] = 0.0
    for j in range(n):
        b = kind[who[j]]
        low = grid.first[b] - grid.step[b] - WIDTHS * grid.width
        high = grid.first[b] + grid.points[b] * grid.step[b] + WIDTHS * grid.width
        s = squares[j]
        if s < high * high and (low < 0.0 or s > low * low) and who[j] != i:
            add_gaussian(np.sqrt(s), b, grid, powers, g[b])
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
    powers = np.empty(LANES)
    g = np.zeros((weight.shape[0], weight.shape[1] + LANES))
    for c in range(cells.starts.shape[0] - 1):
        if cells.starts[c] == cells.starts[c + 1]:
            continue
        n = gather(c, cells, near, who)
        for i in range(cells.starts[c], cells.starts[c + 1]):
            if not is_centre[i]:
                continue
            square_distances(i, n, cells.xyz, near, squares)
            smear(i, n, squares, who, kind, grid, powers, g)
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
    powers = np.empty(LANES)
    g = np.zeros((out.shape[1], out.shape[2] + LANES))
    for c in range(cells.starts.shape[0] - 1):
        n = gather(c, cells, near, who)
        for i in range(cells.starts[c], cells.starts[c + 1]):
            if is_centre[i]:
                square_distances(i, n, cells.xyz, near, squares)
                smear(i, n, squares, who, kind, grid, powers, g)
                out[i] = g[:, : out.shape[2]]
