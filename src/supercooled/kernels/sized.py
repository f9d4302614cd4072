"""Particles with a diameter each: who is near whom, energies and forces, motion, and Monte Carlo with swaps.

`law` is epsilon, n/2, c_0, c_2, c_4, square of the cutoff in units of sigma_ij, and nonadditivity; `edges`
and `per_edge` are those of :func:`supercooled.kernels.forces.shortest`.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from supercooled.arrays import AnyArray, Array, Integers
from supercooled.kernels.forces import shortest
from supercooled.kernels.neighbours import Cells, gather, room_for, square_distances

Six = tuple[float, float, float, float, float, float]
Three = tuple[float, float, float]
Law = tuple[float, float, float, float, float, float, float]


# a, b diameters
@njit(fastmath=True, inline="always", error_model="numpy")
def sigma_of(a: float, b: float, law: Law) -> float:
    """Length of a pair."""
    return float(0.5 * (a + b) * (1.0 - law[6] * np.abs(a - b)))


# x2 the square of r / sigma_ij
@njit(fastmath=True, inline="always", error_model="numpy")
def power_of(x2: float, law: Law) -> float:
    """(r / sigma_ij)^-n."""
    inverse = 1.0 / x2
    cube = inverse * inverse * inverse
    return cube * cube if law[1] == 6.0 else inverse ** law[1]


@njit(fastmath=True, inline="always", error_model="numpy")
def energy_of(r2: float, sigma: float, law: Law) -> float:
    """Energy of a pair by the square of its distance."""
    x2 = r2 / (sigma * sigma)
    inside = law[0] * (power_of(x2, law) + law[2] + x2 * (law[3] + x2 * law[4]))
    return inside if x2 < law[5] else 0.0


# c cell, k place of particle i in it, j one around it; size (particle)
@njit(cache=True, error_model="numpy")
def list_sized(
    cells: Cells, size: Array, law: Law, reach: float, skin: float, starts: Integers, who: AnyArray
) -> int:
    """List the neighbours of each particle, from both ends; how many, or -1 where `who` has no room for them.

    reach : the same for all pairs; where it is 0, the cutoff of each pair and the skin
    """
    room = room_for(cells)
    near = np.empty((3, room))
    around = np.empty(room, np.int64)
    squares = np.empty(room)
    counts = np.zeros(size.shape[0], np.int64)
    end = np.sqrt(law[5])
    for both in range(2):
        if both == 1:
            starts[0] = 0
            for i in range(size.shape[0]):
                starts[i + 1] = starts[i] + counts[i]
            if starts[size.shape[0]] > who.shape[0]:
                return -1
        for c in range(cells.starts.shape[0] - 1):
            if cells.starts[c] == cells.starts[c + 1]:
                continue
            n = gather(c, cells, near, around)
            for k in range(cells.starts[c], cells.starts[c + 1]):
                square_distances(k, n, cells.xyz, near, squares)
                i = cells.order[k]
                m = starts[i] if both == 1 else 0
                for j in range(n):
                    other = cells.order[around[j]]
                    far = reach
                    if reach == 0.0:
                        far = end * sigma_of(size[i], size[other], law) + skin
                    if squares[j] < far * far and other != i:
                        if both == 1:
                            who[m] = other
                        m += 1
                if both == 0:
                    counts[i] = m
    return int(starts[size.shape[0]])


# i particle, m place of its neighbour j; xyz, force (3, particle); each (particle), half of its pairs
@njit(cache=True, fastmath=True, error_model="numpy")
def sized_forces(
    xyz: Array,
    size: Array,
    starts: Integers,
    who: AnyArray,
    edges: Six,
    per_edge: Three,
    law: Law,
    force: Array,
    each: Array,
) -> float:
    """Forces on all particles, and the energy of all pairs."""
    x, y, z = xyz[0], xyz[1], xyz[2]
    epsilon, c0, c2, c4, end2 = law[0], law[2], law[3], law[4], law[5]
    n = 2.0 * law[1]
    total = 0.0
    for i in range(xyz.shape[1]):
        fx = fy = fz = energy = 0.0
        xi, yi, zi, a = x[i], y[i], z[i], size[i]
        for m in range(starts[i], starts[i + 1]):
            j = who[m]
            dx, dy, dz = shortest(xi - x[j], yi - y[j], zi - z[j], edges, per_edge)
            r2 = dx * dx + dy * dy + dz * dz
            sigma = sigma_of(a, size[j], law)
            per_square = 1.0 / (sigma * sigma)
            x2 = r2 * per_square
            if x2 >= end2:
                continue
            steep = power_of(x2, law)
            energy += epsilon * (steep + c0 + x2 * (c2 + x2 * c4))
            f = epsilon * per_square * (n * steep / x2 - 2.0 * c2 - 4.0 * c4 * x2)
            fx += f * dx
            fy += f * dy
            fz += f * dz
        force[0, i], force[1, i], force[2, i] = fx, fy, fz
        each[i] = 0.5 * energy
        total += energy
    return 0.5 * total


# s step; xyz, velocity, force, origin (3, particle), masses 1
@njit(cache=True, fastmath=True, error_model="numpy")
def advance(
    xyz: Array,
    velocity: Array,
    force: Array,
    origin: Array,
    size: Array,
    starts: Integers,
    who: AnyArray,
    edges: Six,
    per_edge: Three,
    law: Law,
    each: Array,
    steps: int,
    dt: float,
    farthest: float,
) -> int:
    """Velocity Verlet until a particle is `farthest` from its origin; how many steps."""
    for s in range(steps):
        beyond = False
        for i in range(xyz.shape[1]):
            gone = 0.0
            for k in range(3):
                velocity[k, i] += 0.5 * dt * force[k, i]
                xyz[k, i] += dt * velocity[k, i]
                gone += (xyz[k, i] - origin[k, i]) ** 2
            beyond |= gone > farthest * farthest
        sized_forces(xyz, size, starts, who, edges, per_edge, law, force, each)
        for i in range(xyz.shape[1]):
            for k in range(3):
                velocity[k, i] += 0.5 * dt * force[k, i]
        if beyond:
            return s + 1
    return steps


# i particle at (px, py, pz) with diameter a, m place of its neighbour k; all but `other`
@njit(cache=True, fastmath=True, error_model="numpy")
def energy_at(
    i: int,
    px: float,
    py: float,
    pz: float,
    a: float,
    other: int,
    xyz: Array,
    size: Array,
    starts: Integers,
    who: AnyArray,
    edges: Six,
    per_edge: Three,
    law: Law,
) -> float:
    """Energy of a particle of any size anywhere, with its neighbours but one."""
    x, y, z = xyz[0], xyz[1], xyz[2]
    total = 0.0
    for m in range(starts[i], starts[i + 1]):
        k = who[m]
        dx, dy, dz = shortest(px - x[k], py - y[k], pz - z[k], edges, per_edge)
        u = energy_of(dx * dx + dy * dy + dz * dz, sigma_of(a, size[k], law), law)
        total += u if k != other else 0.0
    return total


# t trial, i and j particles; draws (trial, [kind, i, x or j, y, z, chance]) in 0..1; xyz, origin (3, i)
@njit(cache=True, fastmath=True, error_model="numpy")
def monte_carlo(
    xyz: Array,
    size: Array,
    origin: Array,
    starts: Integers,
    who: AnyArray,
    edges: Six,
    per_edge: Three,
    law: Law,
    draws: Array,
    limits: tuple[float, float, float, float, int],
    first: int,
    counts: Integers,
) -> int:
    """Trials from `first` on, until one takes a particle too far from its origin; the next that is not done.

    limits : share of swaps, longest step of a component, temperature, distance from the origin, dimensions
    counts : tried and accepted displacements, tried and accepted swaps; added to
    """
    swaps, step, temperature, farthest, dimensions = limits
    n = xyz.shape[1]
    for t in range(first, draws.shape[0]):
        i = min(int(draws[t, 1] * n), n - 1)
        a = size[i]
        x, y, z = xyz[0, i], xyz[1, i], xyz[2, i]
        if draws[t, 0] < swaps:
            # The pair itself has the same energy after the exchange.
            j = min(int(draws[t, 2] * n), n - 1)
            b = size[j]
            counts[2] += 1
            if i == j or a == b:
                continue
            u, v, w = xyz[0, j], xyz[1, j], xyz[2, j]
            change = energy_at(i, x, y, z, b, j, xyz, size, starts, who, edges, per_edge, law)
            change += energy_at(j, u, v, w, a, i, xyz, size, starts, who, edges, per_edge, law)
            change -= energy_at(i, x, y, z, a, j, xyz, size, starts, who, edges, per_edge, law)
            change -= energy_at(j, u, v, w, b, i, xyz, size, starts, who, edges, per_edge, law)
            if change <= 0.0 or draws[t, 5] < np.exp(-change / temperature):
                size[i], size[j] = b, a
                counts[3] += 1
            continue
        counts[0] += 1
        p = x + step * (2.0 * draws[t, 2] - 1.0)
        q = y + step * (2.0 * draws[t, 3] - 1.0)
        r = z + step * (2.0 * draws[t, 4] - 1.0) if dimensions == 3 else z
        change = energy_at(i, p, q, r, a, -1, xyz, size, starts, who, edges, per_edge, law)
        change -= energy_at(i, x, y, z, a, -1, xyz, size, starts, who, edges, per_edge, law)
        if change <= 0.0 or draws[t, 5] < np.exp(-change / temperature):
            xyz[0, i], xyz[1, i], xyz[2, i] = p, q, r
            counts[1] += 1
            gone = (p - origin[0, i]) ** 2 + (q - origin[1, i]) ** 2 + (r - origin[2, i]) ** 2
            if gone > farthest * farthest:
                return t + 1
    return len(draws)
