"""The hop indicator by running sums."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

# Particles are taken in tiles so that a window of frames of one tile stays in the cache.
TILE = 128
# Running sums start afresh about the current position at least this often: rounding stays local,
# and a start costs no more than two of the frames in between.
FRESH = 64


# k frames on each side
@njit(cache=True)
def restart_period(k: int) -> int:
    """Frames between two fresh starts of the running sums."""
    return max(FRESH, 2 * (k + 1))


# t frame of the window, j particle and component together; the rows of sums: sum and sum of squares
# over U (the first half), then over V; the rows of about: V about the mean of U, U about that of V
@njit(cache=True, error_model="numpy")
def _start(
    window: NDArray[np.float64],
    reference: NDArray[np.float64],
    sums: NDArray[np.float64],
    about: NDArray[np.float64],
) -> None:
    middle = window.shape[0] // 2
    inverse = 1.0 / (middle + 1)
    sums[:] = 0.0
    reference[:] = window[middle]
    for t in range(window.shape[0]):
        row = window[t]
        for j in range(reference.shape[0]):
            x = row[j] - reference[j]
            if t <= middle:
                sums[0, j] += x
                sums[1, j] += x * x
            if t >= middle:
                sums[2, j] += x
                sums[3, j] += x * x
    for j in range(reference.shape[0]):
        mean_u, mean_v = sums[0, j] * inverse, sums[2, j] * inverse
        apart = (mean_v - mean_u) * (mean_v - mean_u)
        about[0, j] = sums[3, j] * inverse - mean_v * mean_v + apart
        about[1, j] = sums[1, j] * inverse - mean_u * mean_u + apart


# as above; one frame leaves and one enters each half. Everything in one pass and through views that
# start at 0, so that the loop runs on whole vector registers: half of the time of two passes.
@njit(cache=True, error_model="numpy")
def _advance(
    out_u: NDArray[np.float64],
    in_u: NDArray[np.float64],
    out_v: NDArray[np.float64],
    in_v: NDArray[np.float64],
    reference: NDArray[np.float64],
    sums: NDArray[np.float64],
    inverse: float,
    about: NDArray[np.float64],
) -> None:
    sum_u, square_u, sum_v, square_v = sums[0], sums[1], sums[2], sums[3]
    v_about_u, u_about_v = about[0], about[1]
    for j in range(reference.shape[0]):
        origin = reference[j]
        old, new = out_u[j] - origin, in_u[j] - origin
        su, qu = sum_u[j] + (new - old), square_u[j] + (new * new - old * old)
        old, new = out_v[j] - origin, in_v[j] - origin
        sv, qv = sum_v[j] + (new - old), square_v[j] + (new * new - old * old)
        sum_u[j], square_u[j], sum_v[j], square_v[j] = su, qu, sv, qv
        mean_u, mean_v = su * inverse, sv * inverse
        apart = (mean_v - mean_u) * (mean_v - mean_u)
        v_about_u[j] = qv * inverse - mean_v * mean_v + apart
        u_about_v[j] = qu * inverse - mean_u * mean_u + apart


# i particle
@njit(cache=True, error_model="numpy")
def _combine(about: NDArray[np.float64], out: NDArray[np.float64]) -> None:
    v_about_u, u_about_v = about[0], about[1]
    for i in range(out.shape[0]):
        v = v_about_u[3 * i] + v_about_u[3 * i + 1] + v_about_u[3 * i + 2]
        u = u_about_v[3 * i] + u_about_v[3 * i + 1] + u_about_v[3 * i + 2]
        # Rounding can leave a particle that stands still a little below zero.
        v = v if v > 0.0 else 0.0
        u = u if u > 0.0 else 0.0
        out[i] = np.sqrt(u * v)


# t frame, i particle, c component, k frames on each side of t
@njit(cache=True, error_model="numpy")
def hop_indicator(positions: NDArray[np.float64], k: int, out: NDArray[np.float64]) -> None:
    """Fill ``out`` (t - k, i) for every frame with k frames on either side."""
    n_frames, n_particles = positions.shape[0], positions.shape[1]
    flat = positions.reshape(n_frames, 3 * n_particles)
    inverse = 1.0 / (k + 1)
    period = restart_period(k)
    for first in range(0, n_particles, TILE):
        count = min(TILE, n_particles - first)
        a, b = 3 * first, 3 * (first + count)
        reference = np.empty(3 * count)
        sums = np.empty((4, 3 * count))
        about = np.empty((2, 3 * count))
        for t in range(k, n_frames - k):
            if (t - k) % period == 0:
                _start(flat[t - k : t + k + 1, a:b], reference, sums, about)
            else:
                _advance(
                    flat[t - k - 1, a:b],
                    flat[t, a:b],
                    flat[t - 1, a:b],
                    flat[t + k, a:b],
                    reference,
                    sums,
                    inverse,
                    about,
                )
            _combine(about, out[t - k, first : first + count])
