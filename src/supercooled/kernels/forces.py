"""Energies and forces of pairs, from a list of neighbours that is kept while particles move little."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from supercooled.arrays import AnyArray, Array, Integers
from supercooled.kernels.neighbours import Cells, gather, room_for, square_distances

# Lists end on a multiple of this many neighbours: a vector loop leaves nothing behind. What fills them up
# lies too far away for any force.
LANES = 8
AWAY = 1e30
# The images of a particle that are next to the box, and itself in the middle.
IMAGES = 27


class Near(NamedTuple):
    """Who may be in reach of whom, as places of particles and of images next to the box.

    first, end : where the neighbours of a species lie in `who`, (particle, species)
    who : (neighbour,), places
    """

    first: Integers
    end: Integers
    who: AnyArray


class Neighbours(NamedTuple):
    """Who may be in reach of whom. Every pair is listed from both ends.

    Parameters
    ----------
    first, end
        where the neighbours of a species lie in `who`, (particle, species)
    who
        (neighbour,), unsigned: an index that can't be negative needs no test
    edges
        Lx, Ly, Lz, xy Ly, xz Lz, yz Lz
    """

    first: Integers
    end: Integers
    who: AnyArray
    edges: Array


# c cell, i particle in it, k its place, j one around it, b species of j; reach (species, species);
# who (neighbour,)
@njit(cache=True, error_model="numpy")
def list_neighbours(
    cells: Cells, kind: Integers, reach: Array, first: Integers, end: Integers, who: AnyArray
) -> int:
    """List the neighbours of each particle, those of one species together.

    How many they are; -1 if `who` has no room for them.
    """
    n_species = reach.shape[0]
    farthest = reach.max() ** 2
    room = room_for(cells)
    near = np.empty((3, room))
    around = np.empty(room, np.int64)
    squares = np.empty(room)
    close = np.empty(room, np.int64)
    m = 0
    for c in range(cells.starts.shape[0] - 1):
        if cells.starts[c] == cells.starts[c + 1]:
            continue
        n = gather(c, cells, near, around)
        for j in range(n):
            around[j] = cells.order[around[j]]
        for k in range(cells.starts[c], cells.starts[c + 1]):
            square_distances(k, n, cells.xyz, near, squares)
            i = cells.order[k]
            n_close = 0
            # Written always and kept sometimes: no branch to mispredict.
            for j in range(n):
                close[n_close] = j
                n_close += squares[j] < farthest
            if m + n_species * n_close > who.shape[0]:
                return -1
            for b in range(n_species):
                within = reach[kind[i], b] ** 2
                first[i, b] = m
                for k_close in range(n_close):
                    j = close[k_close]
                    who[m] = around[j]
                    m += (squares[j] < within) & (kind[around[j]] == b) & (around[j] != i)
                end[i, b] = m
    return m


@njit(fastmath=True, inline="always")
def shortest(
    dx: float, dy: float, dz: float, edges: tuple[float, ...], per_edge: tuple[float, ...]
) -> tuple[float, float, float]:
    """From one particle to the nearest image of another."""
    lx, ly, lz, txy, txz, tyz = edges
    ix, iy, iz = per_edge
    n = np.rint(dz * iz)
    dz -= lz * n
    dy -= tyz * n
    dx -= txz * n
    n = np.rint(dy * iy)
    dy -= ly * n
    dx -= txy * n
    return dx - lx * np.rint(dx * ix), dy, dz


# i particle, b species and k place of its neighbour j; known (particle, image) the place of an image or -1;
# who (neighbour,), source (image,), shift (3, image)
@njit(cache=True, error_model="numpy")
def find_images(
    inside: Array, near: Neighbours, known: Integers, who: AnyArray, source: Integers, shift: Array
) -> int:
    """Turn each neighbour into the place of its nearest image; particles have the first places.

    How many images there are; -1 if there is no room for them.
    """
    n = inside.shape[1]
    lx, ly, lz, txy, txz, tyz = near.edges
    ix, iy, iz = 1.0 / lx, 1.0 / ly, 1.0 / lz
    count = 0
    known[:] = -1
    for i in range(n):
        xi, yi, zi = inside[0, i], inside[1, i], inside[2, i]
        for b in range(near.first.shape[1]):
            for k in range(near.first[i, b], near.end[i, b]):
                j = near.who[k]
                dx, dy, dz = xi - inside[0, j], yi - inside[1, j], zi - inside[2, j]
                nz = np.rint(dz * iz)
                ny = np.rint((dy - tyz * nz) * iy)
                nx = np.rint((dx - txz * nz - txy * ny) * ix)
                if nx == 0.0 and ny == 0.0 and nz == 0.0:
                    who[k] = j
                    continue
                image = int(9.0 * nx + 3.0 * ny + nz) + IMAGES // 2
                if known[j, image] < 0:
                    if count == source.shape[0]:
                        return -1
                    source[count] = j
                    shift[0, count] = lx * nx + txy * ny + txz * nz
                    shift[1, count] = ly * ny + tyz * nz
                    shift[2, count] = lz * nz
                    known[j, image] = n + count
                    count += 1
                who[k] = known[j, image]
    return count


# c coordinate, i particle, g image; xyz, home (3, particle), places (3, particle + image + 1)
@njit(cache=True, fastmath=True, error_model="numpy")
def put_in_place(xyz: Array, home: Array, source: Integers, shift: Array, places: Array) -> None:
    """Particles in the box, their images beside it, and last of all something far away."""
    n, images = xyz.shape[1], source.shape[0]
    for c in range(3):
        row, back, step, to = xyz[c], home[c], shift[c], places[c]
        for i in range(n):
            to[i] = row[i] - back[i]
        for g in range(images):
            to[n + g] = to[np.uint64(source[g])] + step[g]
        to[n + images] = AWAY


# i particle, a its species, b species and k place of its neighbour j; reach (species, species)
@njit(cache=True, error_model="numpy")
def keep_near(places: Array, kind: Integers, wide: Near, reach: Array, kept: Near) -> None:
    """Of a wide list those that are nearer, each list filled up to whole vectors."""
    x, y, z = places[0], places[1], places[2]
    nobody = places.shape[1] - 1
    who, m = kept.who, 0
    for i in range(kind.shape[0]):
        xi, yi, zi, a = x[i], y[i], z[i], kind[i]
        for b in range(wide.first.shape[1]):
            within = reach[a, b] ** 2
            kept.first[i, b] = m
            some = wide.who[wide.first[i, b] : wide.end[i, b]]
            for k in range(some.shape[0]):
                j = some[k]
                dx, dy, dz = xi - x[j], yi - y[j], zi - z[j]
                who[m] = j
                m += dx * dx + dy * dy + dz * dz < within
            while (m - kept.first[i, b]) % LANES != 0:
                who[m] = nobody
                m += 1
            kept.end[i, b] = m


# i particle, a its species, b species and k place of its neighbour; force (3, particle);
# law (species, species, [sigma^2, 4 epsilon, cutoff^2, energy at the cutoff])
@njit(cache=True, fastmath=True, error_model="numpy")
def lennard_jones(places: Array, kind: Integers, near: Near, law: Array, force: Array) -> float:
    """Forces on all particles, and the energy of all pairs."""
    x, y, z = places[0], places[1], places[2]
    total = 0.0
    for i in range(kind.shape[0]):
        fx = fy = fz = energy = 0.0
        xi, yi, zi, a = x[i], y[i], z[i], kind[i]
        for b in range(near.first.shape[1]):
            s2, e4, c2, shift = law[a, b, 0], law[a, b, 1], law[a, b, 2], law[a, b, 3]
            who = near.who[near.first[i, b] : near.end[i, b]]
            for k in range(who.shape[0]):
                j = who[k]
                dx, dy, dz = xi - x[j], yi - y[j], zi - z[j]
                r2 = dx * dx + dy * dy + dz * dz
                inverse = 1.0 / r2
                p = s2 * inverse
                p6 = p * p * p
                inside = r2 < c2
                energy += e4 * p6 * (p6 - 1.0) - shift if inside else 0.0
                f = 6.0 * e4 * p6 * (2.0 * p6 - 1.0) * inverse if inside else 0.0
                fx += f * dx
                fy += f * dy
                fz += f * dz
        force[0, i], force[1, i], force[2, i] = fx, fy, fz
        total += energy
    return 0.5 * total


# as above; law (species, species, [sigma^2, 4 epsilon, cutoff^2, energy at the cutoff, delta, least
# r - delta])
@njit(cache=True, fastmath=True, error_model="numpy")
def expanded(places: Array, kind: Integers, near: Near, law: Array, force: Array) -> float:
    """The same of pairs whose distance counts from delta."""
    x, y, z = places[0], places[1], places[2]
    total = 0.0
    for i in range(kind.shape[0]):
        fx = fy = fz = energy = 0.0
        xi, yi, zi, a = x[i], y[i], z[i], kind[i]
        for b in range(near.first.shape[1]):
            s2, e4, c2, shift, delta, least = law[a, b]
            who = near.who[near.first[i, b] : near.end[i, b]]
            for k in range(who.shape[0]):
                j = who[k]
                dx, dy, dz = xi - x[j], yi - y[j], zi - z[j]
                r2 = dx * dx + dy * dy + dz * dz
                r = max(np.sqrt(r2), 1e-12)
                # Nearer than the wall the energy goes on straight.
                s = max(r - delta, least)
                inverse = 1.0 / s
                p = s2 * inverse * inverse
                p6 = p * p * p
                inside = r2 < c2
                pull = 12.0 * e4 * p6 * (p6 - 0.5) * inverse if inside else 0.0
                energy += e4 * p6 * (p6 - 1.0) - shift + pull * (s - (r - delta)) if inside else 0.0
                f = pull / r
                fx += f * dx
                fy += f * dy
                fz += f * dz
        force[0, i], force[1, i], force[2, i] = fx, fy, fz
        total += energy
    return 0.5 * total


# i particle, a its species, b species and k place of its neighbour, m node; force (3, particle);
# cutoff2 (species, species); law (species, species, node, [1, u, u^2, u^3]): between nodes m and m + 1
# the energy is a cubic of u = (r - r_m) / step in row m + 1; row 0 is [r_0, 1 / step]
@njit(cache=True, fastmath=True, error_model="numpy")
def tabulated(places: Array, kind: Integers, near: Near, cutoff2: Array, law: Array, force: Array) -> float:
    """Forces on all particles, and the energy of all pairs: cubics between nodes."""
    x, y, z = places[0], places[1], places[2]
    last = law.shape[2] - 2
    total = 0.0
    for i in range(kind.shape[0]):
        fx = fy = fz = energy = 0.0
        xi, yi, zi, a = x[i], y[i], z[i], kind[i]
        for b in range(near.first.shape[1]):
            c2, table = cutoff2[a, b], law[a, b]
            r0, per_step = table[0, 0], table[0, 1]
            who = near.who[near.first[i, b] : near.end[i, b]]
            for k in range(who.shape[0]):
                j = who[k]
                dx, dy, dz = xi - x[j], yi - y[j], zi - z[j]
                r2 = dx * dx + dy * dy + dz * dz
                if r2 >= c2:
                    continue
                r = np.sqrt(r2)
                t = (r - r0) * per_step
                # Below the first node the energy goes on straight.
                m = min(max(int(t), 0), last)
                u = max(t - m, 0.0)
                row = table[m + 1]
                slope = row[1] + u * (2.0 * row[2] + u * 3.0 * row[3])
                energy += row[0] + u * (row[1] + u * (row[2] + u * row[3])) + min(t, 0.0) * row[1]
                f = -slope * per_step / max(r, 1e-12)
                fx += f * dx
                fy += f * dy
                fz += f * dz
        force[0, i], force[1, i], force[2, i] = fx, fy, fz
        total += energy
    return 0.5 * total


# as above; law (species, species, node, [1, u, u^2, u^3]): the force of a pair as a cubic of u, whose slope
# is that of the force
@njit(cache=True, fastmath=True, error_model="numpy")
def squares_and_laplacian(
    xyz: Array, kind: Integers, near: Neighbours, cutoff2: Array, law: Array, dimensions: int
) -> tuple[float, float]:
    """Sum of the squares of all forces, and of all second derivatives of the energy."""
    x, y, z = xyz[0], xyz[1], xyz[2]
    lx, ly, lz, txy, txz, tyz = near.edges
    edges, per_edge = (lx, ly, lz, txy, txz, tyz), (1.0 / lx, 1.0 / ly, 1.0 / lz)
    last = law.shape[2] - 2
    squares = laplacian = 0.0
    for i in range(xyz.shape[1]):
        fx = fy = fz = bent = 0.0
        xi, yi, zi, a = x[i], y[i], z[i], kind[i]
        for b in range(near.first.shape[1]):
            c2, table = cutoff2[a, b], law[a, b]
            r0, per_step = table[0, 0], table[0, 1]
            who = near.who[near.first[i, b] : near.end[i, b]]
            for k in range(who.shape[0]):
                j = who[k]
                dx, dy, dz = shortest(xi - x[j], yi - y[j], zi - z[j], edges, per_edge)
                r2 = dx * dx + dy * dy + dz * dz
                if r2 >= c2:
                    continue
                r = np.sqrt(r2)
                t = (r - r0) * per_step
                # Below the first node the force goes on straight.
                m = min(max(int(t), 0), last)
                u = max(t - m, 0.0)
                row = table[m + 1]
                force = row[0] + u * (row[1] + u * (row[2] + u * row[3])) + min(t, 0.0) * row[1]
                slope = row[1] + u * (2.0 * row[2] + u * 3.0 * row[3])
                pull = force / max(r, 1e-12)
                fx += pull * dx
                fy += pull * dy
                fz += pull * dz
                bent -= slope * per_step + (dimensions - 1) * pull
        squares += fx * fx + fy * fy + fz * fz
        laplacian += bent
    return squares, laplacian
