"""Local softness: processor time a frame on one core, by size, and the memory of a neighbour pair.

Beside it the formula in NumPy, the floor that its exponentials and logarithms set, and what more cores
bring.

python -m benchmarks.local_softness
"""

from __future__ import annotations

import multiprocessing
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import supercooled as sc
from benchmarks import Row
from supercooled import cluster
from supercooled.indicators import LocalDepth

DENSITY = 1.2
TEMPERATURE = 0.47
WIDTH = 0.09
STEP = 0.01
CUTOFFS = {"AA": (0.91, 1.42), "AB": (0.76, 1.24)}
SIZES = (1_000, 4_000, 16_000, 100_000, 1_000_000)
LARGEST = SIZES[-1]
CHECKED = 200
# Of a neighbour's Gaussian, by recurrence on the grid; a logarithm a grid point comes on top.
EXPONENTIALS = 2
# As far as a Gaussian is followed, in widths.
REACH = 6.0
# Of the seconds that every number of cores works, so that starting them counts for little.
WORK = 3.0


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


def pairs(n: int) -> float:
    """Neighbours that a Gaussian reaches from, over all centres, by the mean density."""
    reach = max(high for _, high in CUTOFFS.values()) + REACH * WIDTH
    return 0.8 * n * DENSITY * 4.0 / 3.0 * np.pi * reach**3


def points() -> int:
    """Distances at which C(r) is known about each centre."""
    return sum(int(np.ceil((high - low) / STEP - 1e-9)) for low, high in CUTOFFS.values())


def floor(n: int) -> float:
    """Seconds that the exponentials and logarithms of a frame take NumPy, from and to cache."""
    x = np.random.default_rng(0).uniform(0.5, 1.5, 4096)
    out = np.empty_like(x)
    each = []
    for function in (np.exp, np.log):
        best = np.inf
        for _ in range(20):
            start = time.process_time()
            for _ in range(100):
                function(x, out=out)
            best = min(best, (time.process_time() - start) / 100 / len(x))
        each.append(best)
    return EXPONENTIALS * pairs(n) * each[0] + 0.8 * n * points() * each[1]


def memory_of(n: int) -> int:
    """Bytes that the depths of one frame need at their peak, beside the positions that were there."""
    depths(liquid(1_000, 1))  # compile
    run = liquid(n, 1)
    status = Path("/proc/self/status")
    Path("/proc/self/clear_refs").write_text("5")  # the peak starts anew
    before = _kilobytes(status.read_text(), "VmRSS")
    depths(run)
    return 1024 * (_kilobytes(status.read_text(), "VmHWM") - before)


def _kilobytes(status: str, name: str) -> int:
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith(name))


def memory_of_a_pair() -> float:
    """Bytes a neighbour pair that the largest frame needs, its positions and all that is made of them."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as fresh:
        made = fresh.submit(memory_of, LARGEST).result()
    return (made + 24 * LARGEST) / pairs(LARGEST)


def cores() -> dict[int, float]:
    """Frames of 4000 particles a second of the clock, by the number of processes."""
    run = liquid(4_000, 20)
    rates = {}
    for n in sorted({1, 2, 4} & set(range(1, cluster.available_cores() + 1))):
        with cluster.executor(n) as pool:
            # each has compiled code and a copy of the run before the clock starts
            list(pool.map(_repeat, [run] * n, [1] * n))
            start = time.perf_counter()
            done = sum(pool.map(_for_a_while, [run] * n))
            rates[n] = done / (time.perf_counter() - start)
    return rates


def _repeat(run: sc.Trajectory, times: int) -> int:
    for _ in range(times):
        depths(run[:1])
    return times


def _for_a_while(run: sc.Trajectory) -> int:
    start, done = time.perf_counter(), 0
    while time.perf_counter() - start < WORK:
        depths(run)
        done += run.n_frames
    return done


def depths(run: sc.Trajectory) -> NDArray[np.float64]:
    """Depth of the cage of each A particle, (frame, particle)."""
    depth = LocalDepth(mixture(), CUTOFFS, width=WIDTH, dr=STEP, temperature=TEMPERATURE)
    return np.asarray(depth.of(run, species="A").values)


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
    """Time by size, memory, floor and cores, beside NumPy."""
    depths(liquid(1_000, 1))  # compile
    rows, best = [], {}
    for n in SIZES:
        run = liquid(n, max(1, 40_000 // n))
        took = []
        for _ in range(3 if n < LARGEST else 1):
            start = time.process_time()
            ours = depths(run)
            took.append((time.process_time() - start) / run.n_frames)
        best[n] = min(took)
        print(f"{n:7d} particles: {1e3 * best[n]:8.2f} ms a frame, {1e9 * best[n] / n:6.0f} ns a particle")
        if n == 4_000:
            rows += _beside_numpy(run, ours, best[n])
    exponent = float(np.polyfit(np.log(list(best)), np.log(list(best.values())), 1)[0])
    rows.append(
        Row(
            f"the same from N = {SIZES[0]} to {LARGEST}: t = N^{exponent:.2f}",
            f"{1e9 * best[SIZES[0]] / SIZES[0]:.0f} to {1e9 * best[LARGEST] / LARGEST:.0f} ns a particle",
            "linear",
            f"{exponent:.2f}",
        )
    )
    least = floor(4_000)
    rows.append(
        Row(
            "the same beside its exponentials and logarithms alone",
            f"{1e3 * best[4_000]:.1f} ms",
            f"{EXPONENTIALS} exp a pair and {points()} log a centre, by NumPy: {1e3 * least:.1f} ms",
            f"{least / best[4_000]:.2f}",
        )
    )
    memory = memory_of_a_pair()
    rows.append(
        Row(
            f"memory a neighbour pair, N = {LARGEST}",
            f"{memory:.0f} bytes",
            "bound 200 bytes",
            f"{200 / memory:.0f}",
        )
    )
    rates = cores()
    most = max(rates)
    rows.append(
        Row(
            f"frames of 4000 a second on {most} cores, by the clock",
            f"{rates[most]:.0f}",
            f"one core {rates[1]:.0f}",
            f"{rates[most] / rates[1]:.2f}",
        )
    )
    for row in rows[1:]:
        print(f"        {row.what}: {row.ours}; {row.peer}; {row.ratio}")
    return rows


def _beside_numpy(run: sc.Trajectory, ours: NDArray[np.float64], took: float) -> list[Row]:
    centres = run.of_species("A")
    start = time.process_time()
    slow = in_numpy(run, centres[:CHECKED])
    numpy = (time.process_time() - start) * len(centres) / CHECKED
    difference = float(np.abs(slow - ours[0, :CHECKED]).max())
    ratio = f"{numpy / took:.0f}"
    print(
        f"        NumPy:     {1e3 * numpy:8.0f} ms a frame, {ratio} times ours; "
        f"largest difference {difference:.1e}"
    )
    return [
        Row(
            f"local depth and softness, neighbours included, N = {run.n_particles}, a frame",
            f"{1e3 * took:.1f} ms",
            f"NumPy {1e3 * numpy:.0f} ms",
            ratio,
        )
    ]


if __name__ == "__main__":
    main()
