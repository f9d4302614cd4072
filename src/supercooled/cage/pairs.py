"""Values for each unordered pair of species, as a symmetric matrix and back."""

from __future__ import annotations

import numpy as np

from supercooled.arrays import Array


def ordered(values: Array, n_species: int) -> Array:
    """(pair, x) to (x, species, species)."""
    matrix = np.empty((values.shape[1], n_species, n_species))
    a, b = np.triu_indices(n_species)
    matrix[:, a, b] = matrix[:, b, a] = values.T
    return matrix


def unordered(matrix: Array) -> Array:
    """(x, species, species) to (pair, x)."""
    a, b = np.triu_indices(matrix.shape[-1])
    values: Array = matrix[:, a, b].T
    return values
