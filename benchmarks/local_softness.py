"""Local softness: processor milliseconds a frame on one core, beside the formula in NumPy.

python -m benchmarks.local_softness
"""

from __future__ import annotations

import time

import numpy as np
from numpy.typing import NDArray

import supercooled as sc
from benchmarks import Row

DENSITY = 1.2
TEMPERATURE = 0.47
WIDTH = 0.09
STEP = 0.01
CUTOFFS = {"AA": (0.91, 1.42), "AB": (0.76, 1.24)}
SIZES = (1_000, 4_000, 16_000, 100_000)
CHECKED = 200


def mixture() -> sc.Mixture:
    """Kob-Andersen."""
    pairs = ((1.0, 1.0), (1.5, 0.8), (0.5, 0.88))
    potentials = tuple(sc.LennardJones(e, s, 2.5 * s) for e, s in pairs)
    return sc.Mixture("ka-lj", ("A", "B"), (0.8, 0.2), (1.0, 1.0), potentials)


def liquid(n: int, n_frames: int) -> sc.Trajectory:
    """Frames of a jittered lattice at the density of the liquid."""
    random = np.random.default_rng(0)
    edge = (n / DENSITY) ** (1 / 3)
    per_edge = int(np.ceil(n ** (1 / 3) - 1e-9))
    sites = np.stack(np.meshgrid(*[np.arange(per_edge)] * 3), axis=-1).reshape(-1, 3)
    chosen = random.permutation(sites)[:n] * (edge / per_edge)
    positions = chosen + random.normal(scale=0.1, size=(n_frames, n, 3))
    species = (np.arange(n) % 5 == 4).astype(int)
    return sc.Trajectory.from_arrays(positions, sc.Box.cube(edge), species=species, names=("A", "B"))


def depths(run: sc.Trajectory) -> NDArray[np.float64]:
    """Depth of the cage of each A particle, (frame, particle)."""
    depth = sc.cage.local_depth(
        run,
        mixture=mixture(),
        temperature=TEMPERATURE,
        centre="A",
        width=WIDTH,
        cutoffs=CUTOFFS,
        dr=STEP,
        correlation="local",
        normalisation="total",
    )
    return np.asarray(depth.values)


def in_numpy(run: sc.Trajectory, centres: NDArray[np.int64]) -> NDArray[np.float64]:
    """The same for some particles of the first frame, vectorised over neighbours and distances."""
    box, positions, species = run.fixed_box(), run.positions()[0], run.species
    x, potentials = run.composition(), mixture().potentials
    out = np.zeros(len(centres))
    for row, i in enumerate(centres):
        r_ij = np.linalg.norm(box.minimum_image(positions - positions[i]), axis=1)
        r_ij[i] = np.inf
        for v, pair in enumerate(("AA", "AB")):
            low, high = CUTOFFS[pair]
            n = int(np.ceil((high - low) / STEP - 1e-9))
            h = (high - low) / n
            r = low + h * (np.arange(n) + 0.5)
            near = r_ij[(species == v) & (r_ij < high + 6 * WIDTH)]
            gauss = np.exp(-((r[:, None] - near) ** 2) / (2 * WIDTH**2)).sum(axis=1)
            g = gauss / np.sqrt(2 * np.pi * WIDTH**2) / (4 * np.pi * DENSITY * r**2)
            C = -potentials[v].energy(r) / TEMPERATURE + g - 1 - np.log(np.where(g > 0, g, 1.0))
            out[row] += DENSITY * np.sqrt(x[0] * x[v]) * np.sum(4 * np.pi * r**2 * C * g) * h
    return out


def main() -> list[Row]:
    depths(liquid(1_000, 1))  # compile
    rows = []
    for n in SIZES:
        run = liquid(n, max(2, 40_000 // n))
        took = []
        for _ in range(3):
            start = time.process_time()
            ours = depths(run)
            took.append((time.process_time() - start) / run.n_frames)
        print(
            f"{n:7d} particles: {1e3 * min(took):8.2f} ms a frame, {1e9 * min(took) / n:6.0f} ns a particle"
        )
        if n == 4_000:
            centres = run.of_species("A")
            start = time.process_time()
            slow = in_numpy(run, centres[:CHECKED])
            numpy = (time.process_time() - start) * len(centres) / CHECKED
            difference = float(np.abs(slow - ours[0, :CHECKED]).max())
            ratio = f"{numpy / min(took):.0f}"
            print(
                f"        NumPy:     {1e3 * numpy:8.0f} ms a frame, {ratio} times ours; "
                f"largest difference {difference:.1e}"
            )
            rows.append(
                Row(
                    f"local depth and softness, neighbours included, N = {n}, a frame",
                    f"{1e3 * min(took):.1f} ms",
                    f"NumPy {1e3 * numpy:.0f} ms",
                    ratio,
                )
            )
    return rows


if __name__ == "__main__":
    main()
