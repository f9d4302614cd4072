"""Triangles and tetrahedra of mutual neighbours, against those of spheres that touch."""

from __future__ import annotations

import numpy as np
from numba import njit

from supercooled.arrays import Array, Booleans, Integers

# Two ways to an image of a particle that end nearer than this part of a bond are the same.
SAME = 1e-6


# o particle, m bond; i, j neighbours of o, by their places among its bonds; mutual (i, j), place (particle)
@njit(cache=True, error_model="numpy")
def find_mutual(
    o: int, starts: Integers, partner: Integers, vectors: Array, place: Integers, mutual: Booleans
) -> None:
    """Which neighbours of a particle are neighbours of one another."""
    first, last = starts[o], starts[o + 1]
    n = last - first
    mutual[:n, :n] = False
    for m in range(first, last):
        place[partner[m]] = m - first
    for m in range(first, last):
        i = m - first
        for k in range(starts[partner[m]], starts[partner[m] + 1]):
            j = place[partner[k]]
            if j < 0:
                continue
            # In a small box two neighbours may be bonded around the other side.
            gap, size = 0.0, 0.0
            for axis in range(3):
                way = vectors[m, axis] + vectors[k, axis] - vectors[first + j, axis]
                gap += way * way
                size += vectors[k, axis] * vectors[k, axis]
            if gap < SAME * SAME * size:
                mutual[i, j] = True
    for m in range(first, last):
        place[partner[m]] = -1


# a, b particles
@njit(inline="always")
def contact(a: int, b: int, species: Integers, sigma: Array, size: Array) -> float:
    """Distance of two particles that touch."""
    if sigma.shape[0] == 0:
        return float(0.5 * (size[a] + size[b]))
    return float(sigma[species[a], species[b]])


# o particle, m bond; sigma (species, species), or size (o) where that is empty; out (o)
@njit(cache=True, error_model="numpy")
def tetrahedra(
    starts: Integers,
    partner: Integers,
    vectors: Array,
    distances: Array,
    species: Integers,
    sigma: Array,
    size: Array,
    out: Array,
) -> None:
    """Mean over the tetrahedra at each particle of how far their edges are from contact."""
    room = np.max(np.diff(starts)) + 1
    mutual, place = np.zeros((room, room), np.bool_), np.full(starts.shape[0], -1)
    lengths, touching = np.empty((room, room)), np.empty((room, room))
    for o in range(starts.shape[0] - 1):
        first = starts[o]
        n = starts[o + 1] - first
        find_mutual(o, starts, partner, vectors, place, mutual)
        for i in range(n):
            for j in range(i + 1, n):
                square = 0.0
                for axis in range(3):
                    side = vectors[first + i, axis] - vectors[first + j, axis]
                    square += side * side
                lengths[i, j] = np.sqrt(square)
                touching[i, j] = contact(partner[first + i], partner[first + j], species, sigma, size)
            lengths[i, i] = distances[first + i]
            touching[i, i] = contact(o, partner[first + i], species, sigma, size)
        total, count = 0.0, 0
        for i in range(n):
            for j in range(i + 1, n):
                if not mutual[i, j]:
                    continue
                for k in range(j + 1, n):
                    if not (mutual[i, k] and mutual[j, k]):
                        continue
                    off, whole = 0.0, 0.0
                    for a, b in ((i, i), (j, j), (k, k), (i, j), (i, k), (j, k)):
                        off += np.abs(lengths[a, b] - touching[a, b])
                        whole += touching[a, b]
                    total += off / whole
                    count += 1
        out[o] = total / count if count > 0 else np.nan


# o particle, m bond; sigma (species, species), or size (o) where that is empty; out (o)
@njit(cache=True, error_model="numpy")
def triangles(
    starts: Integers,
    partner: Integers,
    vectors: Array,
    distances: Array,
    species: Integers,
    sigma: Array,
    size: Array,
    out: Array,
) -> None:
    """Mean over the triangles at each particle of how far its angle is from that of three in contact."""
    room = np.max(np.diff(starts)) + 1
    mutual, place = np.zeros((room, room), np.bool_), np.full(starts.shape[0], -1)
    for o in range(starts.shape[0] - 1):
        first = starts[o]
        n = starts[o + 1] - first
        find_mutual(o, starts, partner, vectors, place, mutual)
        total, count = 0.0, 0
        for i in range(n):
            for j in range(i + 1, n):
                if not mutual[i, j]:
                    continue
                m, k = first + i, first + j
                dot = vectors[m, 0] * vectors[k, 0] + vectors[m, 1] * vectors[k, 1]
                angle = np.arccos(min(max(dot / (distances[m] * distances[k]), -1.0), 1.0))
                a = contact(o, partner[m], species, sigma, size)
                b = contact(o, partner[k], species, sigma, size)
                c = contact(partner[m], partner[k], species, sigma, size)
                cosine = (a * a + b * b - c * c) / (2.0 * a * b)
                total += np.abs(angle - np.arccos(min(max(cosine, -1.0), 1.0)))
                count += 1
        out[o] = total / count if count > 0 else np.nan
