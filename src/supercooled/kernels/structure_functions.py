"""Structure functions: sums of Gaussians over neighbours, and over pairs of them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from supercooled.arrays import Array, Booleans, Integers
from supercooled.kernels.exponential import LOWEST, exponential
from supercooled.kernels.neighbours import Cells, gather, room_for

# Pairs of neighbours worked on together: few enough to stay in the first cache.
CHUNK = 256


class Angles(NamedTuple):
    """Functions of two neighbours.

    Parameters
    ----------
    decays
        1/xi^2 of each decay, (decay,)
    starts
        first function of each decay, (decay + 1,)
    powers
        which power of each function, (function,)
    signs, exponents
        lambda and zeta of each power, (power,)
    square
        of the distance beyond which no neighbour counts
    """

    decays: Array
    starts: Integers
    powers: Integers
    signs: Array
    exponents: Integers
    square: float


class Around(NamedTuple):
    """Neighbours of one particle within reach, by species.

    Parameters
    ----------
    xyz
        from the particle, (3, neighbour)
    squares, inverse
        of their distances, (neighbour,)
    starts
        first neighbour of each species, (species + 1,)
    """

    xyz: Array
    squares: Array
    inverse: Array
    starts: Integers


# i centre, j the n particles around, b species; around.starts (b + 1)
@njit(cache=True, error_model="numpy")
def choose(
    i: int, n: int, xyz: Array, near: Array, who: Integers, kind: Integers, square: float, around: Around
) -> None:
    """Neighbours within reach, sorted by species."""
    x, y, z = xyz[0, i], xyz[1, i], xyz[2, i]
    m = 0
    for b in range(around.starts.shape[0] - 1):
        around.starts[b] = m
        for j in range(n):
            if kind[who[j]] != b:
                continue
            dx = near[0, j] - x
            dy = near[1, j] - y
            dz = near[2, j] - z
            r2 = dx * dx + dy * dy + dz * dz
            if r2 < square and who[j] != i:
                around.xyz[0, m] = dx
                around.xyz[1, m] = dy
                around.xyz[2, m] = dz
                around.squares[m] = r2
                around.inverse[m] = 1.0 / np.sqrt(r2)
                m += 1
    around.starts[around.starts.shape[0] - 1] = m


# m pair of neighbours, w power; cosines (m), powers (w, m)
@njit(cache=True, fastmath=True, error_model="numpy")
def raise_to_powers(n: int, cosines: Array, angles: Angles, powers: Array) -> None:
    """(1 + lambda cos)^zeta by squaring."""
    for w in range(angles.signs.shape[0]):
        sign = angles.signs[w]
        row = powers[w]
        base = powers[powers.shape[0] - 1]
        for m in range(n):
            base[m] = 1.0 + sign * cosines[m]
            row[m] = 1.0
        zeta = angles.exponents[w]
        while zeta > 0:
            if zeta & 1:
                for m in range(n):
                    row[m] *= base[m]
            zeta >>= 1
            if zeta > 0:
                for m in range(n):
                    base[m] *= base[m]


# m pair of neighbours, x decay, f function; squares, cosines (m), out (f)
@njit(cache=True, fastmath=True, error_model="numpy")
def add_pairs(
    n: int, squares: Array, cosines: Array, angles: Angles, powers: Array, decayed: Array, out: Array
) -> None:
    """Add some pairs of neighbours to every function."""
    raise_to_powers(n, cosines, angles, powers)
    for x in range(angles.decays.shape[0]):
        decay = -angles.decays[x]
        for m in range(n):
            decayed[m] = exponential(max(decay * squares[m], LOWEST))
        for f in range(angles.starts[x], angles.starts[x + 1]):
            power = powers[angles.powers[f]]
            total = 0.0
            for m in range(n):
                total += decayed[m] * power[m]
            out[f] += total


# j, k two neighbours of species a <= b; out (f)
@njit(cache=True, fastmath=True, error_model="numpy")
def add_species_pair(
    around: Around, a: int, b: int, angles: Angles, work: Array, powers: Array, out: Array
) -> None:
    """Add each pair of neighbours of two species once."""
    xs, ys, zs = around.xyz[0], around.xyz[1], around.xyz[2]
    squares, cosines = work[0], work[1]
    filled = 0
    for j in range(around.starts[a], around.starts[a + 1]):
        x, y, z, r2, inverse = xs[j], ys[j], zs[j], around.squares[j], around.inverse[j]
        k = max(j + 1, around.starts[b])
        while k < around.starts[b + 1]:
            room = min(around.starts[b + 1] - k, CHUNK - filled)
            for m in range(room):
                dot = x * xs[k + m] + y * ys[k + m] + z * zs[k + m]
                cosines[filled + m] = dot * inverse * around.inverse[k + m]
                # The square of the third side follows from the cosine: r_ij^2 + r_ik^2 + r_jk^2
                squares[filled + m] = 2.0 * (r2 + around.squares[k + m] - dot)
            filled += room
            k += room
            if filled == CHUNK:
                add_pairs(filled, squares, cosines, angles, powers, work[2], out)
                filled = 0
    add_pairs(filled, squares, cosines, angles, powers, work[2], out)


# c cell, i centre, p pair of species a <= b, f function; out (i, p, f)
@njit(cache=True, error_model="numpy")
def angular_sums(
    cells: Cells, kind: Integers, is_centre: Booleans, n_species: int, angles: Angles, out: Array
) -> None:
    """Every function of two neighbours, for each centre and pair of species."""
    room = room_for(cells)
    near = np.empty((3, room))
    who = np.empty(room, np.int64)
    around = Around(np.empty((3, room)), np.empty(room), np.empty(room), np.empty(n_species + 1, np.int64))
    work = np.empty((3, CHUNK))
    powers = np.empty((angles.signs.shape[0] + 1, CHUNK))
    for c in range(cells.starts.shape[0] - 1):
        if cells.starts[c] == cells.starts[c + 1]:
            continue
        n = gather(c, cells, near, who)
        for i in range(cells.starts[c], cells.starts[c + 1]):
            if not is_centre[i]:
                continue
            choose(i, n, cells.xyz, near, who, kind, angles.square, around)
            p = 0
            for a in range(n_species):
                for b in range(a, n_species):
                    out[i, p] = 0.0
                    add_species_pair(around, a, b, angles, work, powers, out[i, p])
                    p += 1
