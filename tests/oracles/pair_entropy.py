"""Pair entropies, written as their formulas read."""

import numpy as np

from oracles.structure import neighbour_distances


def half_measure(r, dimensions):
    return 2 * np.pi * r**2 if dimensions == 3 else np.pi * r


def local_pair_entropy(
    positions, box, species, i, *, n_species, width, r, total=False, radius=None, switching=None, leak=5.0
):
    """Pair entropy of particle i at the distances r, each standing for one step.

    total : one g that knows no species; radius : of the local density, or None for the whole box's
    switching : function of r; leak : widths beyond the last distance that a neighbour may be away
    """
    step = r[1] - r[0]
    kinds = np.zeros(len(positions), int) if total else species
    result = 0.0
    for b in range(1 if total else n_species):
        smeared, inside = np.zeros(len(r)), 0
        for j, distance in neighbour_distances(positions, box, i):
            if kinds[j] != b:
                continue
            if radius is not None and distance < radius:
                inside += 1
            if distance < r[-1] + leak * width:
                for k, r_k in enumerate(r):
                    gauss = np.exp(-((r_k - distance) ** 2) / (2 * width**2))
                    smeared[k] += gauss / (np.sqrt(2 * np.pi) * width)
        if radius is None:
            rho = np.sum(kinds == b) / box.volume
        else:
            rho = inside / (4 / 3 * np.pi * radius**3 if box.dimensions == 3 else np.pi * radius**2)
        if rho == 0:
            continue
        for k, r_k in enumerate(r):
            sphere = 2 * half_measure(r_k, box.dimensions)
            g = smeared[k] / (rho * sphere)
            integrand = (g * np.log(g) if g > 0 else 0.0) - g + 1
            if switching is not None:
                integrand *= switching(r_k)
            result -= rho * integrand * half_measure(r_k, box.dimensions) * step
    return result


def averaged(positions, box, values, i, *, within):
    """Mean of values over particle i and its neighbours."""
    chosen = [values[i]]
    for j, distance in neighbour_distances(positions, box, i):
        if distance < within:
            chosen.append(values[j])
    return np.mean(chosen)


def pair_entropy(g, r, dr, densities, dimensions):
    """Excess entropy around one species from its g (partner, r)."""
    total = 0.0
    for b, rho in enumerate(densities):
        for k, r_k in enumerate(r):
            value = g[b][k]
            integrand = (value * np.log(value) if value > 0 else 0.0) - value + 1
            total -= rho * integrand * half_measure(r_k, dimensions) * dr
    return total
