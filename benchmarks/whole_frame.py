"""All that is computed of one frame beside the simulation of one tau, in processor seconds of one core.

python -m benchmarks.whole_frame

The floor of a part is what it can't do without: exponentials for structure functions and depths, at the
speed at which this machine makes them; the bytes of the positions for what looks at pairs, so that the ratio
says how far from reading alone it is. Parts take turns, and the least of several counts.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable

import numpy as np

import supercooled as sc
from benchmarks import Row
from benchmarks.local_softness import floor as exponentials_and_logarithms
from benchmarks.memory import bandwidth
from benchmarks.structure_functions import ANGULAR, an_exponential, neighbours
from supercooled.frame import Frame
from supercooled.simulation import inherent_structure
from supercooled.structure import FEATURE_SETS

TEMPERATURE, N_PARTICLES, TAU, REPEATS = 0.47, 4000, 4.0, 3
QUENCH = "quench, force below 0.1"
CHOSEN = FEATURE_SETS["schoenholz2016"]


def simulated(root: str) -> tuple[sc.Trajectory, float]:
    """A run, and processor seconds of one tau of it: a longer one less a shorter one has no start."""
    liquid = sc.systems.kob_andersen(density=1.2)
    took, run = [], None
    for number, duration in enumerate((TAU, 3.0 * TAU)):
        began = _spent()
        run = sc.simulate(
            liquid,
            temperature=TEMPERATURE,
            n_particles=N_PARTICLES,
            duration=duration,
            every=TAU,
            root=f"{root}/{number}",
            progress=False,
        )
        took.append(_spent() - began)
    assert run is not None  # noqa: S101
    return run, (took[1] - took[0]) / (2.0 * TAU)


def _spent() -> float:
    """Processor seconds of this process and of those that it has started: LAMMPS runs in one."""
    return sum(os.times()[:4])


def parts(run: sc.Trajectory) -> dict[str, Callable[[], object]]:
    """Each from a frame that nothing is known of yet; functions and depths of A particles."""

    def fresh() -> Frame:
        return run.frame(0)

    one, mixture = run[:1], sc.systems.kob_andersen(density=1.2).mixture
    functions = sc.indicators.StructureFunctions(CHOSEN.radial, CHOSEN.angular)
    depth = sc.indicators.LocalDepth.sharma2022(run, mixture)
    entropy, energy = sc.indicators.PairEntropy.graham2023(), sc.indicators.PotentialEnergy(mixture)
    order, volume = sc.indicators.BondOrder(6), sc.indicators.VoronoiVolume()
    return {
        "S(q) to 24.5": lambda: sc.structure.structure_factor(one, q_max=24.5, dq=0.1, blocks=1),
        "structure functions": lambda: sc.compute(fresh(), [functions], species="A"),
        "depth of sharma2022": lambda: depth.of(fresh(), species="A"),
        "pair entropy of graham2023": lambda: entropy.of(fresh()),
        "g(r) to 3": lambda: sc.structure.radial_distribution(one, r_max=3.0, dr=0.01),
        "averaged bond order": lambda: order.of(fresh()),
        "Voronoi volume": lambda: volume.of(fresh()),
        "potential energy": lambda: energy.of(fresh()),
        QUENCH: lambda: inherent_structure(
            run.positions(slice(0, 1))[0], run.fixed_box(), run.species, mixture, tolerance=0.1
        ),
    }


def floors(run: sc.Trajectory) -> dict[str, tuple[float, str]]:
    """Seconds that some parts can't do without, and of what."""
    near = neighbours(run, ANGULAR.cutoff)
    triplets = len({xi for xi, _, _ in ANGULAR.functions}) * float((near * (near - 1) // 2).sum())
    (gaussians,) = CHOSEN.radial
    reach = gaussians.first + gaussians.step * gaussians.number
    radial = 2.0 * float(neighbours(run, reach).sum())
    each = an_exponential()
    return {
        "structure functions": (each * (triplets + radial), "exponentials of triplets and neighbours"),
        "depth of sharma2022": (exponentials_and_logarithms(run.n_particles), "exponentials and logarithms"),
    }


def main() -> list[Row]:
    with tempfile.TemporaryDirectory() as root:
        run, tau = simulated(root)
        work = parts(run)
        least = dict.fromkeys(work, np.inf)
        for turn in range(REPEATS + 1):
            for name, one in work.items():
                began = time.process_time()
                one()
                # The first turn compiles.
                least[name] = min(least[name], time.process_time() - began if turn else np.inf)
        lower, reading = floors(run), 24.0 * run.n_particles / bandwidth()
    print(f"Kob-Andersen, T = {TEMPERATURE}, {N_PARTICLES} particles, one core, processor seconds")
    print(f"  {'1 tau of simulation, dt = 0.005':32s} {tau:7.3f}")
    rows = []
    for name, took in least.items():
        floor, of_what = lower.get(name, (reading, "positions read once"))
        print(f"  {name:32s} {took:7.3f}  {took / tau:6.3f} of it, {took / floor:10.1f} times {of_what}")
        rows.append(
            Row(
                f"{name}, T = {TEMPERATURE}, N = {N_PARTICLES}, a frame",
                f"{1e3 * took:.0f} ms",
                f"1 tau of LAMMPS {tau:.2f} s",
                f"{tau / took:.1f}",
            )
        )
    together = sum(took for name, took in least.items() if name != QUENCH)
    print(f"  all but the quench               {together:7.3f}  {together / tau:6.3f} of it")
    return rows


if __name__ == "__main__":
    main()
