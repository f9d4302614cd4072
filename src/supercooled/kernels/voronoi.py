"""Radical Voronoi cells: each face is a piece of its plane, cut by the planes of the other neighbours."""

from __future__ import annotations

import numpy as np
from numba import njit

from supercooled.arrays import Array, Integers


# i particle, m bond, k plane; starts (i + 1), vectors (m, 3), weights (i), normals (3, k), offsets (k)
@njit(cache=True, error_model="numpy")
def make_planes(
    i: int,
    starts: Integers,
    partner: Integers,
    vectors: Array,
    distances: Array,
    weights: Array,
    normals: Array,
    offsets: Array,
) -> int:
    """The radical planes between a particle and its neighbours: n . x = offset; how many."""
    first = starts[i]
    n: int = starts[i + 1] - first
    for k in range(n):
        m = first + k
        r = distances[m]
        for axis in range(3):
            normals[axis, k] = vectors[m, axis] / r
        offsets[k] = 0.5 * (r + (weights[i] - weights[partner[m]]) / r)
    return n


# c corner of a polygon, in turn; xs, ys (2, c): one row is read, the other one written; side (c)
@njit(cache=True, error_model="numpy")
def cut(a: float, b: float, limit: float, count: int, row: int, xs: Array, ys: Array, side: Array) -> int:
    """Cut away the corners of a polygon where a x + b y > limit; how many are left, -1 if none went."""
    outside = False
    x, y, to_x, to_y = xs[row], ys[row], xs[1 - row], ys[1 - row]
    for c in range(count):
        side[c] = a * x[c] + b * y[c] - limit
        outside |= side[c] > 0.0
    if not outside:
        return -1
    left: int = 0
    last = count - 1
    for c in range(count):
        if (side[last] <= 0.0) != (side[c] <= 0.0):
            way = side[last] / (side[last] - side[c])
            to_x[left] = x[last] + way * (x[c] - x[last])
            to_y[left] = y[last] + way * (y[c] - y[last])
            left += 1
        if side[c] <= 0.0:
            to_x[left], to_y[left] = x[c], y[c]
            left += 1
        last = c
    return left


# c corner; x, y (c)
@njit(cache=True, error_model="numpy")
def area_and_size(count: int, x: Array, y: Array) -> tuple[float, float]:
    """Area of a polygon, and the square of the distance of its farthest corner from the origin."""
    area, square = 0.0, 0.0
    last = count - 1
    for c in range(count):
        area += 0.5 * (x[last] * y[c] - x[c] * y[last])
        square = max(square, x[c] * x[c] + y[c] * y[c])
        last = c
    return area, square


# i particle, m bond; areas (m), volumes, farthest (i)
@njit(cache=True, error_model="numpy")
def cells_in_space(
    starts: Integers,
    partner: Integers,
    vectors: Array,
    distances: Array,
    weights: Array,
    size: float,
    areas: Array,
    volumes: Array,
    farthest: Array,
) -> None:
    """Area of each face, volume of each cell, and how far its farthest corner is from its particle.

    Parameters
    ----------
    size
        half of the side of the square that each face is cut from
    """
    room = np.max(np.diff(starts)) + 8
    normals, offsets = np.empty((3, room)), np.empty(room)
    xs, ys, side = np.empty((2, room)), np.empty((2, room)), np.empty(room)
    for i in range(starts.shape[0] - 1):
        n = make_planes(i, starts, partner, vectors, distances, weights, normals, offsets)
        volume, most = 0.0, 0.0
        for k in range(n):
            x, y, z, offset = normals[0, k], normals[1, k], normals[2, k], offsets[k]
            # Two directions in the plane, by Duff et al. 2017
            sign = 1.0 if z >= 0.0 else -1.0
            a = -1.0 / (sign + z)
            b = x * y * a
            ux, uy, uz = 1.0 + sign * x * x * a, sign * b, -sign * x
            vx, vy, vz = b, sign + y * y * a, -y
            xs[0, 0], xs[0, 1], xs[0, 2], xs[0, 3] = -size, size, size, -size
            ys[0, 0], ys[0, 1], ys[0, 2], ys[0, 3] = -size, -size, size, size
            row, count = 0, 4
            for m in range(n):
                if m == k:
                    continue
                p, q, s = normals[0, m], normals[1, m], normals[2, m]
                limit = offsets[m] - offset * (p * x + q * y + s * z)
                along_u, along_v = p * ux + q * uy + s * uz, p * vx + q * vy + s * vz
                left = cut(along_u, along_v, limit, count, row, xs, ys, side)
                if left >= 0:
                    row, count = 1 - row, left
                    if count < 3:
                        break
            area = 0.0
            if count >= 3:
                area, square = area_and_size(count, xs[row], ys[row])
                most = max(most, square + offset * offset)
            areas[starts[i] + k] = area
            volume += area * offset / 3.0
        volumes[i] = volume
        farthest[i] = np.sqrt(most) if n > 0 else np.inf


# i particle, m bond; areas (m), volumes, farthest (i)
@njit(cache=True, error_model="numpy")
def cells_in_plane(
    starts: Integers,
    partner: Integers,
    vectors: Array,
    distances: Array,
    weights: Array,
    size: float,
    areas: Array,
    volumes: Array,
    farthest: Array,
) -> None:
    """The same in two dimensions: lengths of edges, areas of cells.

    Parameters
    ----------
    size
        half of the line that each edge is cut from
    """
    room = np.max(np.diff(starts)) + 1
    normals, offsets = np.empty((3, room)), np.empty(room)
    for i in range(starts.shape[0] - 1):
        n = make_planes(i, starts, partner, vectors, distances, weights, normals, offsets)
        volumes[i], farthest[i] = 0.0, 0.0
        for k in range(n):
            x, y = normals[0, k], normals[1, k]
            low, high = -size, size
            for m in range(n):
                if m == k:
                    continue
                along = normals[1, m] * x - normals[0, m] * y
                limit = offsets[m] - offsets[k] * (normals[0, m] * x + normals[1, m] * y)
                if along > 0.0:
                    high = min(high, limit / along)
                elif along < 0.0:
                    low = max(low, limit / along)
                elif limit < 0.0:
                    high = low
                if low >= high:
                    break
            length = max(high - low, 0.0)
            if length > 0.0:
                farthest[i] = max(farthest[i], offsets[k] ** 2 + max(low * low, high * high))
            areas[starts[i] + k] = length
            volumes[i] += 0.5 * length * offsets[k]
        farthest[i] = np.sqrt(farthest[i]) if n > 0 else np.inf
