"""Telling a crystal from a liquid."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from supercooled.arrays import Array
from supercooled.chunks import map_add
from supercooled.simulation.start import Start
from supercooled.trajectory import Trajectory

# Bonds of ten Wolde's kind. Measured: in every liquid of the catalogue, and its A particles alone, down
# to the coldest state at hand, at most 0.5 % of the particles are solid-like and the largest cluster of
# them holds 0.2 %; in a face-centred cubic lattice with vibrations of 0.1 it holds 45 to 84 %.
BOND_THRESHOLD, SOLID_BONDS = 0.7, 7
LARGEST_CLUSTER = 0.02
# |rho_k|^2/N of a liquid is exponentially distributed about S(k) < 4, so 100 has probability exp(-25);
# a crystal has about N exp(-k^2 u^2).
LARGEST_BRAGG = 100.0
Q_MAX = 10.0
# A nucleus of a tenth of the particles hides among the noise of one frame, and stays where that changes. The
# mean of ten independent frames exceeds 20 with probability exp(-40) where S(k) = 3. Measured: at most 14.5
# in some hundred runs of all liquids, 37 in one of Wahnstroem's at 0.6 that began with a nucleus.
LARGEST_LASTING, LASTING_FRAMES = 20.0, 10


@dataclass(frozen=True, slots=True)
class Order:
    """How crystalline a configuration is.

    Parameters
    ----------
    cluster
        share of the particles in the largest solid-like cluster, of all particles or of the
        first species alone, whichever is larger; 0 in the plane, where bragg decides
    bragg
        largest intensity of any wave vector below 10, (1/N)|sum exp(i k r)|^2
    """

    cluster: float
    bragg: float

    @property
    def crystalline(self) -> bool:
        """Whether no liquid looks like this."""
        return self.cluster > LARGEST_CLUSTER or self.bragg > LARGEST_BRAGG


def order(start: Start) -> Order:
    """Bond order and Bragg intensity of a configuration.

    A bond is solid-like if the normalised product of its ends' q_6m exceeds 0.7, a particle if it has
    seven such bonds.

    References
    ----------
    ten Wolde, Ruiz-Montero and Frenkel 1995.

    Examples
    --------
    >>> from supercooled.simulation.start import lattice
    >>> from supercooled.systems import kob_andersen
    >>> order(lattice(kob_andersen(density=1.2), 500, seed=1)).crystalline
    True
    """
    edges = start.box.lengths[: start.box.dimensions]
    cluster = 0.0
    if start.box.dimensions == 3:
        first = start.species == 0
        # Species of different size may crystallise one by one.
        cluster = max(_cluster(start, np.ones_like(first)), _cluster(start, first))
    return Order(cluster, _bragg(start.positions[:, : len(edges)], edges))


def lasting_peak(run: Trajectory) -> float:
    """Largest intensity of any wave vector below 10, averaged over frames evenly spread over a run.

    Where they are more than a relaxation time apart, a liquid's comes near S(k), and a nucleus that stays
    keeps its own.

    Examples
    --------
    >>> from supercooled import Box
    >>> gas = np.random.default_rng(1).uniform(-4.0, 4.0, size=(10, 400, 3))
    >>> lasting_peak(Trajectory.from_arrays(gas, Box.cube(8.0))) < 5.0
    True
    """
    some = np.unique(np.linspace(0, run.n_frames - 1, LASTING_FRAMES).round().astype(int))
    edges = run.fixed_box().lengths[: run.dimensions]
    frames = (run[int(f) : int(f) + 1].positions()[0][:, : run.dimensions] for f in some)
    return float((map_add(lambda x: _intensities(x, edges), frames) / len(some)).max(initial=0.0))


def _cluster(start: Start, chosen: Array) -> float:
    """Share of the chosen particles in the largest cluster of solid-like ones."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components
    from scipy.spatial import KDTree
    from scipy.special import sph_harm_y

    lengths = start.box.lengths
    positions = np.mod(start.positions[chosen] / lengths, 1.0) % 1.0 * lengths
    n = len(positions)
    # The first minimum of the total g(r): 1.4 at density 1.2.
    reach = 1.4 * (1.2 * start.box.volume / len(start.positions)) ** (1.0 / 3.0)
    i, j = KDTree(positions, boxsize=lengths).query_pairs(reach, output_type="ndarray").T
    bonds = positions[j] - positions[i]
    bonds -= np.round(bonds / lengths) * lengths
    polar = np.arctan2(np.hypot(bonds[:, 0], bonds[:, 1]), bonds[:, 2])
    azimuth = np.arctan2(bonds[:, 1], bonds[:, 0])
    q = np.zeros((n, 13), np.complex128)
    for m in range(-6, 7):
        # Of even degree, so that a bond counts alike for both its ends.
        harmonic = sph_harm_y(6, m, polar, azimuth)
        for end in (i, j):
            q[:, m + 6] += np.bincount(end, harmonic.real, n) + 1j * np.bincount(end, harmonic.imag, n)
    q /= np.maximum(np.linalg.norm(q, axis=1), 1e-300)[:, None]
    alike = np.einsum("bm,bm->b", q[i], q[j].conj()).real > BOND_THRESHOLD
    i, j = i[alike], j[alike]
    solid = np.bincount(i, minlength=n) + np.bincount(j, minlength=n) >= SOLID_BONDS
    held = solid[i] & solid[j]
    graph = coo_array((np.ones(int(held.sum())), (i[held], j[held])), shape=(n, n))
    _, cluster = connected_components(graph, directed=False)
    # Every particle is a cluster of one.
    return float(np.bincount(cluster[solid]).max(initial=1)) / n


def _bragg(positions: Array, edges: Array) -> float:
    return float(_intensities(positions, edges).max(initial=0.0))


def _intensities(positions: Array, edges: Array) -> Array:
    """|rho_k|^2/N of every wave vector below `Q_MAX`, 0 of the others; of k and -k one."""
    waves = [np.arange(-int(Q_MAX * L / (2 * np.pi)), int(Q_MAX * L / (2 * np.pi)) + 1) for L in edges]
    phases = [
        np.exp(2j * np.pi / L * np.outer(n, x)) for n, L, x in zip(waves, edges, positions.T, strict=True)
    ]
    lengths = [(2 * np.pi * n / L) ** 2 for n, L in zip(waves, edges, strict=True)]
    rest = lengths[1][:, None] if len(edges) == 2 else lengths[1][:, None] + lengths[2][None, :]
    planes = []
    # rho of -k is the conjugate of rho of k: half of the first axis is enough
    for along, q2 in list(zip(phases[0], lengths[0], strict=True))[len(waves[0]) // 2 :]:
        plane = phases[1] * along
        rho = plane.sum(axis=1)[:, None] if len(edges) == 2 else plane @ phases[2].T
        inside = (q2 + rest > 0) & (q2 + rest <= Q_MAX**2)
        planes.append(np.where(inside, np.abs(rho) ** 2, 0.0))
    return np.array(planes) / len(positions)
