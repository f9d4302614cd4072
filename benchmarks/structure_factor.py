"""Partial S(q) of one frame over all wave vectors: ours beside freud's direct sum, one core each.

python -m benchmarks.structure_factor [q_max]

freud is asked for the total S(q) alone, which it makes in one pass; ours gives all three partial
ones. freud's grid of "all" wave vectors is the octant with no negative index, an eighth of them and
a fair sample of an isotropic liquid only; ours are all. Each is compared with its sum written out
where that is affordable.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import freud
import numba
import numpy as np
from numpy.typing import NDArray

import supercooled as sc
from benchmarks import Row

N_PARTICLES = 4000
DENSITY = 1.2
WIDTH = 0.1
Q_MAX_WRITTEN_OUT = 5.0


def liquid() -> sc.Trajectory:
    """One frame of a jittered lattice, a fifth of it of species B."""
    random = np.random.default_rng(0)
    edge = (N_PARTICLES / DENSITY) ** (1 / 3)
    per_edge = int(np.ceil(N_PARTICLES ** (1 / 3)))
    sites = np.stack(np.meshgrid(*[np.arange(per_edge)] * 3), axis=-1).reshape(-1, 3)
    chosen = random.permutation(sites)[:N_PARTICLES] * (edge / per_edge)
    positions = chosen + random.normal(scale=0.1, size=chosen.shape)
    species = (np.arange(N_PARTICLES) % 5 == 4).astype(int)
    return sc.Trajectory.from_arrays(positions[None], sc.Box.cube(edge), species=species, names=("A", "B"))


def timed(function: Callable[[], object], repeats: int = 1) -> float:
    """Least processor seconds of some calls: what else runs on the machine counts less."""
    took = []
    for _ in range(repeats):
        start = time.process_time()
        function()
        took.append(time.process_time() - start)
    return min(took)


def written_out(run: sc.Trajectory, q_max: float, *, octant: bool) -> NDArray[np.float64]:
    """S_AA, S_AB, S_BB (pair, shell) by the sum over particles."""
    box, positions = run.fixed_box(), run.positions()[0]
    most = int(q_max * box.Lx / (2 * np.pi)) + 1
    n = np.arange(0 if octant else -most, most + 1)
    q = np.stack(np.meshgrid(n, n, n), axis=-1).reshape(-1, 3) * 2 * np.pi / box.Lx
    length = np.linalg.norm(q, axis=1)
    keep = (length > 0) & (length <= q_max)
    q, shell = q[keep], (length[keep] / WIDTH).astype(int)
    rho = [np.zeros(len(q), complex) for _ in run.names]
    for position, kind in zip(positions, run.species, strict=True):
        rho[kind] += np.exp(-1j * q @ position)
    count = np.bincount(run.species)
    products = [
        (rho[a] * rho[b].conj()).real / np.sqrt(count[a] * count[b]) for a, b in ((0, 0), (0, 1), (1, 1))
    ]
    return np.array([[p[shell == s].mean() for s in np.unique(shell)] for p in products])


def total(partial: NDArray[np.float64], run: sc.Trajectory) -> NDArray[np.float64]:
    """S(q) of all particles from the partial ones, (shell,)."""
    a, b = run.composition()
    return a * partial[0] + 2 * np.sqrt(a * b) * partial[1] + b * partial[2]


def beside_dynasor(run: sc.Trajectory, q_max: float, ours: float) -> list[Row]:
    """Densities by dynasor of both species over half of the wave vectors: the others are conjugates."""
    try:
        from dynasor.core.reciprocal import calc_rho_q
    except ImportError:
        print("dynasor is not installed here")
        return []
    numba.set_num_threads(1)
    edge, positions = run.fixed_box().Lx, run.positions()[0]
    most = int(q_max * edge / (2 * np.pi)) + 1
    n = np.arange(-most, most + 1)
    q = np.stack(np.meshgrid(n[n >= 0], n, n, indexing="ij"), axis=-1).reshape(-1, 3) * 2 * np.pi / edge
    length = np.linalg.norm(q, axis=1)
    q = q[(length > 0) & (length <= q_max)]
    parts = [positions[run.species == kind] for kind in range(len(run.names))]
    calc_rho_q(parts[0][:10], q[:10])
    calc_rho_q(parts[0], q[:100])

    def theirs() -> None:
        a, b = (calc_rho_q(part, q) for part in parts)
        for product in (a * a.conj(), a * b.conj(), b * b.conj()):
            np.bincount((np.linalg.norm(q, axis=1) / WIDTH).astype(int), product.real)

    took = timed(theirs)
    print(f"dynasor {took:6.3f} s a frame, {len(q)} wave vectors: {took / ours:.0f} times ours")
    return [
        Row(
            f"the same beside dynasor, N = {N_PARTICLES}, a frame",
            f"{ours:.2f} s (AA, AB, BB)",
            f"dynasor {took:.1f} s (AA, AB, BB, half of the vectors, the others being their conjugates)",
            f"{took / ours:.0f}",
        )
    ]


def main(q_max: float = 24.0) -> list[Row]:
    run = liquid()

    def ours(largest: float = q_max) -> NDArray[np.float64]:
        result = sc.structure.structure_factor(run, q_max=largest, dq=WIDTH)
        return np.asarray(result.structure_factor.values)

    ours(2.0)  # compile
    whole = timed(ours, 5)
    frames = sc.Trajectory.from_arrays(
        np.repeat(run.positions(), 11, axis=0), run.fixed_box(), species=run.species, names=run.names
    )
    many = timed(lambda: sc.structure.structure_factor(frames, q_max=q_max, dq=WIDTH))
    per_frame = (many - whole) / 10

    freud.parallel.set_num_threads(1)
    peer = freud.diffraction.StaticStructureFactorDirect(
        bins=round(q_max / WIDTH), k_max=q_max, num_sampled_k_points=0
    )
    frame = (freud.box.Box.cube(run.fixed_box().Lx), run.positions()[0])
    theirs = timed(lambda: peer.compute(frame))

    sq = sc.structure.structure_factor(run, q_max=q_max, dq=WIDTH)
    all_of_them = written_out(run, Q_MAX_WRITTEN_OUT, octant=False)
    an_eighth = total(written_out(run, Q_MAX_WRITTEN_OUT, octant=True), run)
    shell = (sq.q.values / WIDTH).astype(int)[: len(an_eighth)]
    error = float(np.abs(all_of_them - ours(Q_MAX_WRITTEN_OUT)).max())
    # The median: freud holds positions in single precision, and a vector may change shells.
    peer_error = float(np.median(np.abs(peer.S_k[shell] - an_eighth)))
    n_vectors = int(sq.n_vectors.sum())
    print(f"{n_vectors} wave vectors up to q = {q_max:g}, {N_PARTICLES} particles, one core")
    print(f"ours  {whole:8.3f} s the first frame, {per_frame:.3f} s each further one; three partial S(q)")
    print(f"freud {theirs:8.3f} s a frame; total S(q): {theirs / whole:.0f} times ours")
    print(f"from the sum written out up to q = {Q_MAX_WRITTEN_OUT:g}: ours {error:.1e} at most, all vectors;")
    print(f"freud {peer_error:.1e} (median), the octant")
    return [
        Row(
            f"partial S(q), all {n_vectors} wave vectors to q = {q_max:g}, N = {N_PARTICLES}, a frame",
            f"{per_frame:.2f} s (AA, AB, BB)",
            f"freud {theirs:.0f} s (total S(q), an eighth of the vectors)",
            f"{theirs / whole:.0f}",
            seconds=per_frame,
            # the positions in; each density and product of a wave vector's out
            traffic=24.0 * N_PARTICLES + 40.0 * n_vectors,
        ),
        *beside_dynasor(run, q_max, whole),
    ]


if __name__ == "__main__":
    main(*(float(value) for value in sys.argv[1:2]))
