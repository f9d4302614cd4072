"""The pair entropy of each particle: its own smeared pair distribution, and the integral over it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from supercooled.arrays import Array, Integers
from supercooled.kernels.neighbours import Cells, gather, room_for, square_distances

# A Gaussian is worked out to eight widths, where it has fallen to 1e-14 of its peak.
WIDTHS = 8.0
# Its points come in multiples of this many, so that they fill vector registers.
LANES = 4


class Ladder(NamedTuple):
    """Evenly spaced distances, and what a Gaussian about each looks like.

    first, step : first distance and spacing
    half : steps in eight widths
    table : exp(-m^2 step^2 / 2 width^2) for m from 1 - half, (lane,)
    sharpness : step^2 / width^2
    """

    first: float
    step: float
    half: int
    table: Array
    sharpness: float


def make_ladder(first: float, step: float, width: float) -> Ladder:
    """A ladder whose Gaussians are filled up to whole vector registers."""
    half = int(np.ceil(WIDTHS * width / step))
    lanes = -(-2 * half // LANES) * LANES
    m = np.arange(lanes) + 1 - half
    table = np.exp(-0.5 * (m * step / width) ** 2)
    return Ladder(first, step, half, table, (step / width) ** 2)


# j value; exp(x) into out, halved and squared back `halvings` times, with which |x| is below 1/4
@njit(cache=True, fastmath=True, error_model="numpy")
def exponentials(x: Array, n: int, halvings: int, out: Array) -> None:
    """Exponentials by their series: without a branch or a call, so that they vectorise."""
    scale = 0.5**halvings
    for j in range(n):
        y = x[j] * scale
        s = 1.0 + y * (1.0 / 12.0)
        s = 1.0 + y * (1.0 / 11.0) * s
        s = 1.0 + y * (1.0 / 10.0) * s
        s = 1.0 + y * (1.0 / 9.0) * s
        s = 1.0 + y * (1.0 / 8.0) * s
        s = 1.0 + y * (1.0 / 7.0) * s
        s = 1.0 + y * (1.0 / 6.0) * s
        s = 1.0 + y * (1.0 / 5.0) * s
        s = 1.0 + y * (1.0 / 4.0) * s
        s = 1.0 + y * (1.0 / 3.0) * s
        s = 1.0 + y * 0.5 * s
        out[j] = 1.0 + y * s
    for _ in range(halvings):
        for j in range(n):
            out[j] *= out[j]


# j value; the distances of a ladder below each r, and what its Gaussian starts from and grows by
@njit(cache=True, fastmath=True, error_model="numpy")
def on_ladder(r: Array, n: int, ladder: Ladder, place: Integers, base: Array, ratio: Array) -> None:
    """Where the Gaussian of each neighbour begins, and the powers that make it."""
    # Of a neighbour d steps above a rung, m rungs away: exp(-a (m - d)^2 / 2) is a product of what
    # depends on d alone, of m alone (the table), and of the m-th power of exp(a d).
    a, half = ladder.sharpness, ladder.half
    for j in range(n):
        t = (r[j] - ladder.first) / ladder.step
        below = np.floor(t)
        d = t - below
        place[j] = np.int64(below) + 1 - half + ladder.table.shape[0]
        ratio[j] = a * d
        base[j] = -a * d * (half - 1 + 0.5 * d)
    # Halved so often, both exponents are below 1/4.
    exponentials(ratio, n, max(0, int(np.ceil(np.log2(4.0 * a)))), ratio)
    exponentials(base, n, max(0, int(np.ceil(np.log2(4.0 * a * half)))), base)


# k distance; mine (k), theirs (k) of the two particles of a pair
@njit(cache=True, fastmath=True, error_model="numpy", inline="always")
def add_gaussian(base: float, ratio: float, table: Array, powers: Array, mine: Array, theirs: Array) -> None:
    """Add a pair's Gaussian to both of its particles."""
    powers[0] = base
    powers[1] = powers[0] * ratio
    powers[2] = powers[1] * ratio
    powers[3] = powers[2] * ratio
    ratio *= ratio
    ratio *= ratio
    for k in range(LANES, table.shape[0]):
        powers[k] = powers[k - LANES] * ratio
    for k in range(table.shape[0]):
        powers[k] *= table[k]
    for k in range(table.shape[0]):
        mine[k] += powers[k]
    for k in range(table.shape[0]):
        theirs[k] += powers[k]


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
                    mine = sums[i, kind[o], p : p + lanes]
                    theirs = sums[o, kind[i], p : p + lanes]
                    add_gaussian(base[j], ratio[j], ladder.table, powers, mine, theirs)
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
