"""Gaussians about neighbours, at evenly spaced distances."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from supercooled.arrays import Array, Booleans, Integers
from supercooled.kernels.exponential import exponential
from supercooled.kernels.neighbours import Cells, gather, room_for, square_distances

# A Gaussian is worked out to eight widths, where it has fallen to 1e-14 of its peak.
WIDTHS = 8.0
# Its points come in multiples of this many, so that they fill vector registers.
LANES = 4
# Rungs further apart than this many widths would take exponentials beyond what is worked out.
WIDEST = 16.0
# Rungs nearer to each other than this share of a width all say the same, and cost room for each.
NARROWEST = 0.01


class Ladder(NamedTuple):
    """Evenly spaced distances, and what a Gaussian about each looks like.

    Parameters
    ----------
    first, step, number
        first distance, spacing, how many
    half
        steps in eight widths
    table
        exp(-m^2 step^2 / 2 width^2) for m from 1 - half, (lane,)
    sharpness
        step^2 / width^2

    Notes
    -----
    Sums over Gaussians stand behind a margin of as many places as there are lanes, and before another:
    the ends of a Gaussian go there, and all of one that reaches no rung.
    """

    first: float
    step: float
    number: int
    half: int
    table: Array
    sharpness: float


def make_ladder(first: float, step: float, number: int, width: float) -> Ladder:
    """A ladder whose Gaussians are filled up to whole vector registers."""
    # The spacing of a single rung means nothing.
    spacing = step if number > 1 else width
    half = int(np.ceil(WIDTHS * width / spacing))
    lanes = -(-2 * half // LANES) * LANES
    m = np.arange(lanes) + 1 - half
    table = np.exp(-0.5 * (m * spacing / width) ** 2)
    return Ladder(first, spacing, number, half, table, (spacing / width) ** 2)


# j value; the rungs below each r, and what its Gaussian starts from and grows by
@njit(cache=True, fastmath=True, error_model="numpy")
def on_ladder(r: Array, n: int, ladder: Ladder, place: Integers, base: Array, ratio: Array) -> None:
    """Where the Gaussian of each neighbour begins, and the powers that make it."""
    # Of a neighbour d steps above a rung, m rungs away: exp(-a (m - d)^2 / 2) is a product of what
    # depends on d alone, of m alone (the table), and of the m-th power of exp(a d).
    a, half, lanes = ladder.sharpness, ladder.half, ladder.table.shape[0]
    for j in range(n):
        t = (r[j] - ladder.first) / ladder.step
        below = np.floor(t)
        d = t - below
        # One too near or too far for any rung goes to a margin, where it is never read.
        place[j] = min(max(np.int64(below) + 1 - half + lanes, 0), lanes + ladder.number)
        ratio[j] = exponential(a * d)
        base[j] = exponential(-a * d * (half - 1 + 0.5 * d))


# k rung; times the table, powers (k) is the Gaussian
@njit(cache=True, fastmath=True, error_model="numpy", inline="always")
def raise_ratio(base: float, ratio: float, powers: Array) -> None:
    """Powers of a neighbour's ratio on the rungs about it."""
    powers[0] = base
    powers[1] = powers[0] * ratio
    powers[2] = powers[1] * ratio
    powers[3] = powers[2] * ratio
    ratio *= ratio
    ratio *= ratio
    for k in range(LANES, powers.shape[0]):
        powers[k] = powers[k - LANES] * ratio


# c cell, i centre, j one around, b its species, k distance; out (i, b, k)
@njit(cache=True, fastmath=True, error_model="numpy")
def gaussians_around(
    cells: Cells, kind: Integers, is_centre: Booleans, ladder: Ladder, reach: float, out: Array
) -> None:
    """Gaussians of the neighbours of each centre."""
    room = room_for(cells)
    near = np.empty((3, room))
    who, squares, close = np.empty(room, np.int64), np.empty(room), np.empty(room + 1, np.int64)
    r, place = np.empty(room), np.empty(room, np.int64)
    base, ratio = np.empty(room), np.empty(room)
    lanes = ladder.table.shape[0]
    powers = np.empty(lanes)
    sums = np.empty((out.shape[1], ladder.number + 2 * lanes))
    for c in range(cells.starts.shape[0] - 1):
        if not is_centre[cells.starts[c] : cells.starts[c + 1]].any():
            continue
        n = gather(c, cells, near, who)
        for i in range(cells.starts[c], cells.starts[c + 1]):
            if not is_centre[i]:
                continue
            square_distances(i, n, cells.xyz, near, squares)
            m = 0
            # Without a branch: whether a particle is near can't be predicted.
            for j in range(n):
                close[m] = j
                m += (squares[j] < reach * reach) & (who[j] != i)
            for j in range(m):
                r[j] = np.sqrt(squares[close[j]])
            on_ladder(r, m, ladder, place, base, ratio)
            sums[:] = 0.0
            for j in range(m):
                raise_ratio(base[j], ratio[j], powers)
                mine = sums[kind[who[close[j]]], place[j] : place[j] + lanes]
                for k in range(lanes):
                    mine[k] += powers[k] * ladder.table[k]
            out[i] = sums[:, lanes : lanes + ladder.number]
