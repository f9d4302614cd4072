"""Pair structure, written as its formulas read."""

from itertools import combinations_with_replacement, product

import numpy as np


def images(box):
    """Shifts to the box and its neighbours."""
    d = box.dimensions
    return [np.array([*n, 0][:3]) @ box.matrix.T for n in product((-1, 0, 1), repeat=d)]


def neighbour_distances(positions, box, i):
    """(j, distance) of every image of every other particle within the surrounding boxes."""
    shifts = np.array(images(box))
    for j in range(len(positions)):
        if j != i:
            for r in np.linalg.norm(positions[j] + shifts - positions[i], axis=1).tolist():
                yield j, r


def pair_counts(positions, box, species, n_species, edges):
    """Unordered pairs in each bin, (pair, bin)."""
    pairs = list(combinations_with_replacement(range(n_species), 2))
    distances = {pair: [] for pair in pairs}
    for i in range(len(positions)):
        for j, r in neighbour_distances(positions, box, i):
            if i < j:
                distances[tuple(sorted((int(species[i]), int(species[j]))))].append(r)
    return np.array([np.histogram(distances[pair], bins=edges)[0] for pair in pairs])


def radial_distribution(positions, box, species, n_species, edges):
    """g (pair, bin) of one frame."""
    counts = np.bincount(species, minlength=n_species)
    d = box.dimensions
    inside = 4 / 3 * np.pi * edges**3 if d == 3 else np.pi * edges**2
    g = pair_counts(positions, box, species, n_species, edges).astype(float)
    for p, (a, b) in enumerate(combinations_with_replacement(range(n_species), 2)):
        pairs = counts[a] * counts[b] / (2 if a == b else 1)
        g[p] *= box.volume / (pairs * np.diff(inside))
    return g


def wave_vectors(box, q_max):
    """Every wave vector of the box with 0 < |q| <= q_max, (vector, 3)."""
    d = box.dimensions
    edges = box.matrix[:d, :d]
    reciprocal = 2 * np.pi * np.linalg.inv(edges)
    n_max = [int(q_max * np.linalg.norm(edge) / (2 * np.pi)) + 1 for edge in edges.T]
    vectors = []
    for n in product(*(range(-m, m + 1) for m in n_max)):
        q = np.array(n) @ reciprocal
        if any(n) and np.linalg.norm(q) <= q_max:
            vectors.append([*q, 0.0][:3])
    return np.array(vectors).reshape(-1, 3)


def structure_factor(frames, box, species, n_species, *, q_max, dq):
    """S (pair, shell), mean q and number of vectors of each shell that has one."""
    vectors = wave_vectors(box, q_max)
    length = np.linalg.norm(vectors, axis=1)
    shell = np.floor(length / dq).astype(int)
    counts = np.bincount(species, minlength=n_species)
    pairs = list(combinations_with_replacement(range(n_species), 2))
    total = np.zeros((len(pairs), len(vectors)))
    for positions in frames:
        waves = np.exp(-1j * positions @ vectors.T)
        rho = [waves[species == a].sum(axis=0) for a in range(n_species)]
        for p, (a, b) in enumerate(pairs):
            total[p] += (rho[a] * np.conj(rho[b])).real / np.sqrt(counts[a] * counts[b])
    total /= len(frames)
    filled = np.unique(shell)
    S = np.array([[row[shell == s].mean() for s in filled] for row in total])
    q = np.array([length[shell == s].mean() for s in filled])
    return S, q, np.array([(shell == s).sum() for s in filled])


def surroundings(positions, box, species, centre, rules):
    """Half the pair energy, smeared count and sharp count of each centre, (3, particle).

    rules : energy(partner, r), inside(r), shell of each partner
    """
    energy, inside, shells = rules
    out = []
    for i in np.flatnonzero(species == centre):
        half, smeared, sharp = 0.0, 0.0, 0
        for j, r in neighbour_distances(positions, box, i):
            partner = int(species[j])
            half += 0.5 * energy(partner, r)
            smeared += inside(r)
            sharp += r <= shells[partner]
        out.append((half, smeared, sharp))
    return np.array(out).T
