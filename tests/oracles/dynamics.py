"""Displacements and hops, written as their formulas read."""

import numpy as np


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
