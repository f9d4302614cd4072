"""Energies and forces pair by pair."""

import numpy as np


def energy_and_forces(positions, box, species, mixture):
    """Energy of all pairs (nearest images) and forces (particle, 3)."""
    energy, forces = 0.0, np.zeros((len(positions), 3))
    for i in range(len(positions)):
        for j in range(i):
            pair = mixture.potential(mixture.species[species[i]], mixture.species[species[j]])
            away = box.minimum_image(positions[i] - positions[j])
            r = np.linalg.norm(away)
            energy += float(pair.energy(r))
            push = float(pair.force(r)) * away / r
            forces[i] += push
            forces[j] -= push
    return energy, forces
