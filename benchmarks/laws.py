"""What a time step must not change: energy at constant energy, and averages when it is halved.

``python -m benchmarks.laws [LIQUID ...]`` takes an hour of one core and prints a line a liquid.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import numpy as np

from supercooled import store, systems
from supercooled.mixture import Liquid
from supercooled.simulation import LammpsEngine, Leg
from supercooled.state import Protocol, StatePoint

# Temperature a little above onset, and the step of the paper.
STATES = {
    "ka-lj": (1.2, 0.8, 0.005),
    "ka-lj-smooth": (1.2, 0.8, 0.005),
    "ka-wca": (1.2, 0.8, 0.005),
    "wahnstrom": (1.2959, 0.9, 0.005),
    "ka-width0.3": (1.14, 1.0, 0.001),
    "ka-width0.4": (1.12, 1.0, 0.001),
}
N = 200
BLOCKS = 20


def energy_drift(
    liquid: Liquid, temperature: float, dt: float, *, steps: int, n_particles: int = N
) -> tuple[float, float]:
    """Change of the total energy a particle over a run at constant energy, by a straight line through
    means, and its standard error.
    """
    from supercooled.simulation import lattice

    protocol = Protocol(every=100 * dt, dt=dt, ensemble="nve", start="lattice", hold=2000 * dt)
    state = StatePoint(liquid, temperature, n_particles, protocol)
    engine, hold = LammpsEngine(), 2000
    with tempfile.TemporaryDirectory() as folder:
        start, held = Path(folder) / "start", Path(folder) / "held"
        engine.prepare(state, lattice(liquid, n_particles, 1), start)
        engine.advance(state, start, Leg(0, (hold,), frozenset()), held, lambda _: None)
        # What is kept of each frame grows with the liquid.
        frames = range(hold, hold + steps + 1, max(5, n_particles // 50))
        leg = Leg(hold, tuple(frames[1:]), frozenset(frames))
        shots = engine.advance(state, held, leg, None, lambda _: None)
    kinetic = np.array([s.log["kinetic_temperature"] for s in shots]) * 1.5 * (1 - 1 / n_particles)
    total = kinetic + np.array([s.log["potential_energy"] for s in shots])
    # The step's own error swings with the vibrations: only means over many of them show a drift.
    means = total[: len(total) // BLOCKS * BLOCKS].reshape(BLOCKS, -1).mean(axis=1)
    t = (np.arange(BLOCKS) + 0.5) / BLOCKS - 0.5
    slope = float(t @ means / (t @ t))
    rest = means - means.mean() - slope * t
    return slope, float(np.sqrt(rest @ rest / (BLOCKS - 2) / (t @ t)))


def averages(temperature: float, dt: float, root: Path) -> dict[str, tuple[float, float]]:
    """Mean and standard error of energy, temperature and pressure of Kob-Andersen at density 1.2."""
    from supercooled.store.ageing import blocking_error

    run = store.simulate(
        systems.kob_andersen(density=1.2),
        temperature=temperature,
        n_particles=500,
        duration=400.0,
        every=0.1,
        dt=dt,
        damping=0.5 / dt,
        start="lattice",
        hold=40.0,
        root=root,
        progress=False,
    )
    names = ("potential_energy", "kinetic_temperature", "pressure")
    logs = {name: store.logged(run, name).values for name in names}
    return {name: (float(v.mean()), blocking_error(v)) for name, v in logs.items()}


def main() -> None:
    """Print both."""
    for name in sys.argv[1:] or STATES:
        density, temperature, dt = STATES[name]
        liquid = systems.named(name, density=density)
        for step in (dt, dt / 2, dt / 5):
            drift, error = energy_drift(liquid, temperature, step, steps=100_000)
            print(f"{name} T={temperature} dt={step:g}: drift {drift:+.1e} +- {error:.0e}", flush=True)
    if sys.argv[1:]:
        return
    with tempfile.TemporaryDirectory() as folder:
        for temperature in (0.8, 2.0):
            for dt in (0.005, 0.0025):
                made = averages(temperature, dt, Path(folder))
                shown = ", ".join(f"{name} {mean:.4f} +- {error:.4f}" for name, (mean, error) in made.items())
                print(f"ka-lj T={temperature} dt={dt}: {shown}", flush=True)


if __name__ == "__main__":
    main()
