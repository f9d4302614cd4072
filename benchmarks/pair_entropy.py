"""Pair entropy of every particle of one frame, beside LAMMPS and pyscal3: time and values.

python -m benchmarks.pair_entropy
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

import supercooled as sc
from benchmarks import Row
from supercooled.indicators import PairEntropy
from supercooled.simulation import from_trajectory
from supercooled.simulation.lammps_engine import create, interact, session
from supercooled.structure import Logistic

Floats = NDArray[np.float64]

TEMPERATURE, N_PARTICLES = 0.53, 4000
# What all peers can do: one g for all species, the density of the box, no window.
WIDTH, R_MAX = 0.2, 3.0
# Particles of the slow formula.
CHECKED = 100
GRAHAM: dict[str, Any] = {
    "centre": None, "width": 0.1, "r": np.arange(0.4, 3.05, 0.1), "pair_correlation": "partial",
    "normalisation": "local",
    "radius": 3.0, "switching": Logistic(2.0, 1.0), "averaged_within": None,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reading:
    """A peer's sum, as its source has it, for the slow formula.

    r : distances; a trapezoid rule gives the last one half
    beyond : widths beyond the last distance up to which neighbours count
    below, above : steps from the distance below a neighbour at which its Gaussian is cut off
    halved : the last distance counts half
    factor : that the peer's values lack
    """

    r: Floats
    beyond: float
    below: float = np.inf
    above: float = np.inf
    halved: bool = True
    factor: float = 1.0


def frame() -> sc.Trajectory:
    """The shipped configuration."""
    liquid = sc.systems.kob_andersen(density=1.2)
    return sc.read(sc.systems.equilibrated(liquid, TEMPERATURE, N_PARTICLES), timestep=1.0)


def slow(run: sc.Trajectory, reading: Reading) -> Floats:
    """The formula in NumPy, for some particles, with the choices of a reading."""
    box, x = run.fixed_box(), run.positions()[0]
    rho, r, step = len(x) / box.volume, reading.r, reading.r[1] - reading.r[0]
    weight = 2 * np.pi * rho * r**2 * step
    if reading.halved:
        weight[-1] /= 2
    out = np.empty(CHECKED)
    for i in range(CHECKED):
        d = np.linalg.norm(box.minimum_image(np.delete(x, i, axis=0) - x[i]), axis=1)
        d = d[d < r[-1] + reading.beyond * WIDTH]
        g = np.exp(-((r[:, None] - d) ** 2) / (2 * WIDTH**2))
        away = np.rint((r[:, None] - step * np.floor(d / step)) / step)
        g[(away < -reading.below) | (away > reading.above)] = 0.0
        g = g.sum(axis=1) / (np.sqrt(2 * np.pi) * WIDTH * 4 * np.pi * rho * r**2)
        out[i] = -np.sum(weight * (g * np.log(np.where(g > 0, g, 1.0)) - g + 1.0))
    return out


def lammps(run: sc.Trajectory) -> tuple[Floats, float]:
    """``compute entropy/atom``: values, and processor seconds with its neighbour list."""
    liquid = sc.systems.kob_andersen(density=1.2)
    start = from_trajectory(run, liquid, TEMPERATURE)
    with session("entropy/atom") as lmp:
        create(lmp, liquid.mixture, start)
        interact(lmp, liquid.mixture)
        lmp.command("neighbor 1.0 bin")
        lmp.command(f"compute s2 all entropy/atom {WIDTH} {R_MAX}")
        lmp.command("compute all_of_it all reduce ave c_s2")
        lmp.command("thermo_style custom step c_all_of_it")
        lmp.command("run 0 post no")
        took = []
        for _ in range(3):
            # Nothing moves: the difference to a run without it is the compute.
            began = time.process_time()
            lmp.command("run 0 post no")
            took.append(time.process_time() - began)
        values = np.array(lmp.gather("c_s2", 1, 1))
        lmp.command("thermo_style custom step")
        lmp.command("uncompute all_of_it")
        lmp.command("run 0 post no")
        bare = []
        for _ in range(3):
            began = time.process_time()
            lmp.command("run 0 post no")
            bare.append(time.process_time() - began)
    return values, min(took) - min(bare)


def pyscal(run: sc.Trajectory, *, step: float, reach: float) -> tuple[Floats, float]:
    """pyscal3: values, and processor seconds with its neighbour search."""
    import pyscal3
    from ase import Atoms

    box = run.fixed_box()
    atoms = Atoms(positions=run.positions()[0], cell=box.lengths, pbc=True)
    began = time.process_time()
    pyscal3.find_neighbors(atoms, method="cutoff", cutoff=reach)
    values = pyscal3.entropy(atoms, R_MAX, sigma=WIDTH, rstart=step, h=step)
    return np.asarray(values), time.process_time() - began


def ours(run: sc.Trajectory, **reading: Any) -> tuple[Floats, float]:
    """Values of the frame by this package, and the least processor seconds of a few."""
    entropy = PairEntropy(**reading)
    entropy.of(run)
    took = []
    for _ in range(5):
        began = time.process_time()
        values = entropy.of(run).values[0]
        took.append(time.process_time() - began)
    return values, min(took)


def alike(r: Floats) -> dict[str, Any]:
    """The peers' formula in our words."""
    return {
        "centre": None, "width": WIDTH, "r": r, "pair_correlation": "total",
        "normalisation": "bulk", "radius": None,
        "switching": None, "averaged_within": None,
    }  # fmt: skip


def main() -> list[Row]:
    run = frame()
    coarse, fine = WIDTH * np.arange(1, round(R_MAX / WIDTH) + 1), 0.02 * np.arange(1, 151)
    print(f"Kob-Andersen, T = {TEMPERATURE}, {N_PARTICLES} particles, all of them centres; one core")
    values, seconds = ours(run, **GRAHAM)
    print(f"  ours, graham2023: {1e3 * seconds:6.1f} ms, mean {values.mean():.4f}")
    print(
        f"one g for all species, sigma = {WIDTH}, to r = {R_MAX}: mean, largest difference from its own sum"
    )
    peers: list[tuple[str, Callable[[], tuple[Floats, float]], Floats, Reading]] = [
        ("LAMMPS entropy/atom", lambda: lammps(run), coarse, Reading(coarse, 0.0, below=3.0, above=3.0)),
        (
            "pyscal3",
            lambda: pyscal(run, step=0.02, reach=R_MAX + 1.0),
            fine,
            Reading(fine, 5.0, factor=2 * np.pi),
        ),
    ]
    rows = []
    for name, peer, r, reading in peers:
        theirs, slower = peer()
        mine, faster = ours(run, **alike(r))
        expected = slow(run, reading)
        known = np.isfinite(theirs[:CHECKED])
        apart = float(np.abs(reading.factor * theirs[:CHECKED] - expected)[known].max())
        print(
            f"  {name:30s} {1e3 * slower:9.1f} ms, mean {np.nanmean(theirs):8.4f}, undefined "
            f"{int(np.isnan(theirs).sum())}, from its own sum {apart:.0e}"
        )
        print(
            f"  {'':30s} ours {1e3 * faster:5.1f} ms, mean {mine.mean():8.4f}, from theirs "
            f"up to {np.nanmax(np.abs(theirs - mine)):.2f}"
        )
        rows.append(
            Row(
                f"local pair entropy, one g for all species, {len(r)} distances, N = {N_PARTICLES}, a frame",
                f"{1e3 * faster:.0f} ms",
                f"{name} {1e3 * slower:.0f} ms",
                f"{slower / faster:.1f}",
            )
        )
    rows.insert(
        0,
        Row(
            f"local pair entropy of graham2023, N = {N_PARTICLES}, a frame",
            f"{1e3 * seconds:.0f} ms",
            "-",
            "-",
        ),
    )
    return rows


if __name__ == "__main__":
    main()
