"""Particles that are connected by their bonds."""

from __future__ import annotations

import numpy as np
from numba import njit

from supercooled.arrays import Array, Booleans, Integers


# i particle, m bond, k axis; starts (particle + 1), partner (m), vectors (m, 3); inverse (3, 3) of the box;
# label (particle); place (particle, 3) from the first of its cluster along bonds; around (particle, 3) of
# each cluster, whether it meets an image of its own along an edge
@njit(cache=True, error_model="numpy")
def connect(
    starts: Integers, partner: Integers, vectors: Array, inverse: Array, label: Integers, place: Array,
    around: Booleans,
) -> int:  # fmt: skip
    """Number the clusters from 0 on; how many there are."""
    n = starts.shape[0] - 1
    label[:] = -1
    around[:] = False
    queue = np.empty(n, np.int64)
    found: int = 0
    for seed in range(n):
        if label[seed] >= 0:
            continue
        label[seed] = found
        place[seed] = 0.0
        queue[0] = seed
        head, tail = 0, 1
        while head < tail:
            i = queue[head]
            head += 1
            for m in range(starts[i], starts[i + 1]):
                j = partner[m]
                x = place[i, 0] + vectors[m, 0]
                y = place[i, 1] + vectors[m, 1]
                z = place[i, 2] + vectors[m, 2]
                if label[j] < 0:
                    label[j] = found
                    place[j, 0], place[j, 1], place[j, 2] = x, y, z
                    queue[tail] = j
                    tail += 1
                else:
                    # A loop ends where it began, or whole edges away.
                    x, y, z = x - place[j, 0], y - place[j, 1], z - place[j, 2]
                    for k in range(3):
                        edges = inverse[k, 0] * x + inverse[k, 1] * y + inverse[k, 2] * z
                        if abs(edges) > 0.5:
                            around[found, k] = True
        found += 1
    return found
