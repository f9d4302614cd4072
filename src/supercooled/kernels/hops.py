"""The hop indicator by running sums."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

# Particles are taken in tiles so that a window of frames of one tile stays in the cache.
TILE = 64
# Running sums start afresh about the current position at least this often: rounding stays local,
# and a start costs no more than two of the frames in between.
FRESH = 64


# k frames on each side
@njit(cache=True)
def restart_period(k: int) -> int:
    """Frames between two fresh starts of the running sums."""
    return max(FRESH, 2 * (k + 1))


# t frame, j particle and component together, k frames on each side of t
@njit(cache=True, error_model="numpy")
def _start(
    flat: NDArray[np.float64],
    t: int,
    k: int,
    a: int,
    b: int,
    reference: NDArray[np.float64],
    sums: NDArray[np.float64],
) -> None:
    sums[:] = 0.0
    for j in range(b - a):
        reference[j] = flat[t, a + j]
    for s in range(-k, k + 1):
        for j in range(b - a):
            x = flat[t + s, a + j] - reference[j]
            if s <= 0:
                sums[0, j] += x
                sums[1, j] += x * x
            if s >= 0:
                sums[2, j] += x
                sums[3, j] += x * x


# t frame, j particle and component together, k frames on each side of t; the rows of sums: sum and
# sum of squares over U, then over V
@njit(cache=True, error_model="numpy")
def _advance(
    flat: NDArray[np.float64],
    t: int,
    k: int,
    a: int,
    b: int,
    reference: NDArray[np.float64],
    sums: NDArray[np.float64],
) -> None:
    out_u = flat[t - k - 1]
    in_u = flat[t]
    out_v = flat[t - 1]
    in_v = flat[t + k]
    for j in range(b - a):
        origin = reference[j]
        old = out_u[a + j] - origin
        new = in_u[a + j] - origin
        sums[0, j] += new - old
        sums[1, j] += new * new - old * old
        old = out_v[a + j] - origin
        new = in_v[a + j] - origin
        sums[2, j] += new - old
        sums[3, j] += new * new - old * old


# t frame, i particle, c component, k frames on each side of t
@njit(cache=True, error_model="numpy")
def hop_indicator(positions: NDArray[np.float64], k: int, out: NDArray[np.float64]) -> None:
    """Fill ``out`` (t - k, i) for every frame with k frames on either side."""
    n_frames, n_particles = positions.shape[0], positions.shape[1]
    flat = positions.reshape(n_frames, 3 * n_particles)
    reference = np.empty(3 * TILE)
    sums = np.empty((4, 3 * TILE))
    about_u = np.empty(3 * TILE)
    about_v = np.empty(3 * TILE)
    inverse = 1.0 / (k + 1)
    period = restart_period(k)
    for first in range(0, n_particles, TILE):
        count = min(TILE, n_particles - first)
        a = 3 * first
        b = a + 3 * count
        for t in range(k, n_frames - k):
            if (t - k) % period == 0:
                _start(flat, t, k, a, b, reference, sums)
            else:
                _advance(flat, t, k, a, b, reference, sums)
            for j in range(b - a):
                mean_u = sums[0, j] * inverse
                mean_v = sums[2, j] * inverse
                apart = (mean_v - mean_u) * (mean_v - mean_u)
                about_u[j] = sums[3, j] * inverse - mean_v * mean_v + apart
                about_v[j] = sums[1, j] * inverse - mean_u * mean_u + apart
            for i in range(count):
                v = about_u[3 * i] + about_u[3 * i + 1] + about_u[3 * i + 2]
                u = about_v[3 * i] + about_v[3 * i + 1] + about_v[3 * i + 2]
                # Rounding can leave a particle that stands still a little below zero.
                out[t - k, first + i] = np.sqrt(max(u, 0.0) * max(v, 0.0))
