"""Structure functions by loops, as their formulas are written."""

from __future__ import annotations

import itertools

import numpy as np


def distances(positions, i, matrix, periodic=3):
    """Vectors from one particle to the nearest image of each other, found among all near images."""
    shifts = [range(-2, 3) if k < periodic else range(1) for k in range(3)]
    images = np.array(list(itertools.product(*shifts))) @ matrix.T
    all_images = positions[None] - positions[i] + images[:, None]
    nearest = np.linalg.norm(all_images, axis=2).argmin(axis=0)
    return all_images[nearest, np.arange(len(positions))]


def radial(vectors, species, i, partner, *, mean, width, cutoff):
    total = 0.0
    for j, vector in enumerate(vectors):
        r = np.linalg.norm(vector)
        if j != i and species[j] == partner and r < cutoff:
            total += np.exp(-((r - mean) ** 2) / (2 * width**2))
    return total


def angular(vectors, species, i, pair, *, xi, sign, zeta, cutoff):
    total = 0.0
    for j, k in itertools.combinations([j for j in range(len(vectors)) if j != i], 2):
        if sorted((species[j], species[k])) != sorted(pair):
            continue
        rj, rk = np.linalg.norm(vectors[j]), np.linalg.norm(vectors[k])
        if rj < cutoff and rk < cutoff:
            rjk = np.linalg.norm(vectors[j] - vectors[k])
            cosine = vectors[j] @ vectors[k] / (rj * rk)
            total += np.exp(-(rj**2 + rk**2 + rjk**2) / xi**2) * (1 + sign * cosine) ** zeta
    return total
