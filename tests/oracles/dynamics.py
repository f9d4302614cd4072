"""Displacements and hops, written as their formulas read."""

import itertools

import numpy as np
from scipy.special import j0


def hop_indicator(positions, side):
    """p_hop (frame - side, particle) of positions (frame, particle, component)."""
    n_frames, n_particles, _ = positions.shape
    out = np.empty((n_frames - 2 * side, n_particles))
    for t in range(side, n_frames - side):
        for i in range(n_particles):
            before = positions[t - side : t + 1, i]
            after = positions[t : t + side + 1, i]
            after_about_before = [np.sum((r - before.mean(axis=0)) ** 2) for r in after]
            before_about_after = [np.sum((r - after.mean(axis=0)) ** 2) for r in before]
            out[t - side, i] = np.sqrt(np.mean(after_about_before) * np.mean(before_about_after))
    return out


def moments(positions, lag, spacing, radius):
    """Means of r^2, r^4 and of r <= radius over origins and particles, and how many origins."""
    squares = []
    origins = range(0, len(positions) - lag, spacing)
    for origin in origins:
        for r0, r1 in zip(positions[origin], positions[origin + lag], strict=True):
            squares.append(float(np.sum((r1 - r0) ** 2)))
    squares = np.array(squares)
    return squares.mean(), (squares**2).mean(), (squares <= radius**2).mean(), len(origins)


def correlators(positions, times, origins, window, *, radius, waves, edges, weights=None, shells=None):
    """Everything of one lag from a loop over pairs of frames (frame, particle, component).

    window : shortest and longest time apart
    weights : (frame, particle), of the origin
    shells : wave vectors of each wave number; None takes all directions
    """
    n_frames, n_particles, d = positions.shape
    weights = np.ones((n_frames, n_particles)) if weights is None else weights
    rows, apart = [], []
    for i in origins:
        for j in range(i + 1, n_frames):
            w = weights[i]
            if not window[0] <= times[j] - times[i] <= window[1] or w.sum() == 0:
                continue
            vector = positions[j] - positions[i]
            r = np.sqrt(np.sum(vector**2, axis=1))
            inside = w @ (r <= radius)
            waving = [w @ _wave(q, k, vector, r, shells) for k, q in enumerate(waves)]
            counts = np.histogram(r, edges, weights=w)[0]
            rows.append([w.sum(), w @ r**2, w @ r**4, inside, *waving, *counts])
            apart.append(times[j] - times[i])
    rows = np.array(rows)
    number = rows[:, 0]
    mean = rows[:, 1:].sum(axis=0) / number.sum()
    scaled = rows[:, 3 : 4 + len(waves)] / number[:, None]
    total = rows[:, 3 : 4 + len(waves)].sum(axis=0)
    chi4 = ((number[:, None] * scaled**2).sum(axis=0) - total**2 / number.sum()) / len(rows)
    space = np.pi * np.diff(edges**2) if d == 2 else 4 / 3 * np.pi * np.diff(edges**3)
    return {
        "msd": mean[0],
        "quartic": mean[1],
        "overlap": mean[2],
        "scattering": mean[3 : 3 + len(waves)],
        "van_hove": mean[3 + len(waves) :] / space,
        "van_hove_beyond": 1 - mean[3 + len(waves) :].sum(),
        "chi4_overlap": chi4[0] if len(rows) > 1 else np.nan,
        "chi4_scattering": chi4[1:] if len(rows) > 1 else np.full(len(waves), np.nan),
        "n_origins": len(rows),
        "mean_lag": np.mean(apart),
    }


def _wave(q, k, vector, r, shells):
    if shells is not None:
        return np.mean([np.cos(vector @ v[: vector.shape[1]]) for v in shells[k]], axis=0)
    return j0(q * r) if vector.shape[1] == 2 else np.sinc(q * r / np.pi)


def wave_vectors(matrix, q, width):
    """All wave vectors of a periodic box with edges as columns whose length is within width/2 of q."""
    d = len(matrix)
    whole = itertools.product(range(-12, 13), repeat=d)
    vectors = np.array([2 * np.pi * np.linalg.inv(matrix).T @ n for n in whole])
    return vectors[np.abs(np.linalg.norm(vectors, axis=1) - q) <= width / 2]
