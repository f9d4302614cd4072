"""Going downhill with a memory of the last steps."""

from __future__ import annotations

import numpy as np
from numba import njit

from supercooled.arrays import Array


# k coordinate
@njit(cache=True, fastmath=True, error_model="numpy")
def dot(a: Array, b: Array) -> float:
    """Scalar product."""
    total = 0.0
    for k in range(a.shape[0]):
        total += a[k] * b[k]
    return total


# i particle: xyz, old (3, particle)
@njit(cache=True, fastmath=True, error_model="numpy")
def two_farthest(xyz: Array, old: Array) -> float:
    """How far the two that have gone farthest have gone, one and the other added up."""
    most = next_most = 0.0
    for i in range(xyz.shape[1]):
        dx, dy, dz = xyz[0, i] - old[0, i], xyz[1, i] - old[1, i], xyz[2, i] - old[2, i]
        square = dx * dx + dy * dy + dz * dz
        if square > next_most:
            next_most = min(square, most)
            most = max(square, most)
    together: float = np.sqrt(most) + np.sqrt(next_most)
    return together


# i particle: way (3, particle)
@njit(cache=True, fastmath=True, error_model="numpy")
def longest(way: Array) -> float:
    """Length of the longest of some vectors."""
    most = 0.0
    for i in range(way.shape[1]):
        square = way[0, i] * way[0, i] + way[1, i] * way[1, i] + way[2, i] * way[2, i]
        most = max(most, square)
    length: float = np.sqrt(most)
    return length


# k coordinate
@njit(cache=True, fastmath=True, error_model="numpy")
def advance(x: Array, length: float, way: Array, out: Array) -> None:
    """Go a length along a way."""
    for k in range(x.shape[0]):
        out[k] = x[k] + length * way[k]


# k coordinate
@njit(cache=True, fastmath=True, error_model="numpy")
def difference(a: Array, b: Array, out: Array) -> None:
    """What is between two points."""
    for k in range(a.shape[0]):
        out[k] = a[k] - b[k]


# s row of steps and of changes of the gradient, k coordinate; the newest row is `last`
@njit(cache=True, fastmath=True, error_model="numpy")
def quasi_newton(
    force: Array, steps: Array, changes: Array, products: Array, known: int, last: int, out: Array
) -> None:
    """The inverse Hessian that the last steps tell, times the force: L-BFGS' two loops."""
    rows = steps.shape[0]
    weights = np.empty(rows)
    for k in range(out.shape[0]):
        out[k] = force[k]
    for back in range(known):
        s = (last - back) % rows
        weights[s] = dot(steps[s], out) / products[s]
        w, change = weights[s], changes[s]
        for k in range(out.shape[0]):
            out[k] -= w * change[k]
    scale = products[last] / dot(changes[last], changes[last])
    for k in range(out.shape[0]):
        out[k] *= scale
    for back in range(known - 1, -1, -1):
        s = (last - back) % rows
        w, step = weights[s] - dot(changes[s], out) / products[s], steps[s]
        for k in range(out.shape[0]):
            out[k] += w * step[k]
