"""The cage of a particle, written as its formulas read."""

import numpy as np

from oracles.structure import neighbour_distances


def sphere(r, dimensions):
    return 4 * np.pi * r**2 if dimensions == 3 else 2 * np.pi * r


def local_distribution(positions, box, species, i, *, v, r, width, density):
    """g of particle i with species v at the distances r."""
    total = np.zeros_like(r)
    for j, distance in neighbour_distances(positions, box, i):
        if species[j] == v:
            total += np.exp(-((r - distance) ** 2) / (2 * width**2)) / np.sqrt(2 * np.pi * width**2)
    return total / (density * sphere(r, box.dimensions))


def local_depth(positions, box, species, i, *, energy, temperature, width, grids, normalisation, C=None):
    """Depth of the cage of particle i.

    energy : function (v, r); grids : (r, step) for each species; C : function (v, r), or None for
    the hypernetted chain of the particle's own g
    """
    counts = np.bincount(species, minlength=len(grids))
    rho = len(positions) / box.volume
    x = counts / len(positions)
    total = 0.0
    for v, (r, step) in enumerate(grids):
        density = rho if normalisation == "total" else rho * x[v]
        g = local_distribution(positions, box, species, i, v=v, r=r, width=width, density=density)
        for r_k, g_k in zip(r, g, strict=True):
            if g_k == 0.0:
                continue
            C_k = -energy(v, r_k) / temperature + g_k - 1.0 - np.log(g_k) if C is None else C(v, r_k)
            total += rho * np.sqrt(x[species[i]] * x[v]) * sphere(r_k, box.dimensions) * step * C_k * g_k
    return total


def potential(S, q, composition, *, q_max, displacement, dimensions=3):
    """beta Phi of structure factors S (q, species, species) by a fine trapezoid up to q_max."""
    out = np.zeros(len(displacement))
    x = np.sqrt(np.asarray(composition))
    f = np.zeros(len(q))
    for k in range(len(q)):
        C = np.eye(len(x)) - np.linalg.inv(S[k])
        for u in range(len(x)):
            for v in range(len(x)):
                f[k] += C[u, v] * x[u] * x[v] * (S[k][u, v] - (u == v))
    for n, r in enumerate(displacement):
        measure = sphere(q, dimensions) / (2 * np.pi) ** dimensions
        y = f * measure * np.exp(-(q**2) * r**2 / (2 * dimensions))
        inside = q <= q_max
        out[n] = -np.sum(0.5 * (y[inside][1:] + y[inside][:-1]) * np.diff(q[inside]))
    return out
