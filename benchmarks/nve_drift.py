"""Which time step keeps the energy: its drift over 100 000 steps at constant energy, 1000 particles.

``python -m benchmarks.nve_drift`` takes ten minutes of one core and prints a line a liquid and step. A step
is tried on a tenth of that length first: where that drifts too far already, the whole is not run.
"""

from __future__ import annotations

import math
import sys
import time

from benchmarks.laws import energy_drift
from supercooled import systems

LIMIT = 1e-5
STEPS, FIRST = 100_000, 10_000
N = 1000
# density, temperature a little above onset, and the steps to try
LIQUIDS = {
    "ka-lj-smooth": (1.2, 0.8, (0.005,)),
    "ka-wca": (1.2, 0.8, (0.005, 0.0025, 0.002, 0.001, 0.0005, 0.00025)),
    "ka-lj": (1.2, 0.8, (0.005, 0.0025, 0.001, 0.0005, 0.00025)),
    "ka-lj 1.6": (1.6, 3.0, (0.002, 0.001, 0.0005, 0.00025)),
    "wahnstrom": (1.2959, 0.9, (0.005, 0.0025, 0.001, 0.0005, 0.00025)),
}


def worth_running(drift: float, error: float) -> bool:
    """Whether a drift over the first part leaves hope for the whole.

    Errors that add up at random, the slower way to grow, go with the root of the steps.
    """
    return abs(drift) - 2 * error < LIMIT * math.sqrt(FIRST / STEPS)


def main() -> None:
    """Print the table."""
    for name in sys.argv[1:] or LIQUIDS:
        density, temperature, tried = LIQUIDS[name]
        liquid = systems.named(name.split()[0], density=density)
        for dt in tried:
            began, steps = time.process_time(), FIRST
            drift, error = energy_drift(liquid, temperature, dt, steps=FIRST, n_particles=N)
            if worth_running(drift, error):
                steps = STEPS
                drift, error = energy_drift(liquid, temperature, dt, steps=STEPS, n_particles=N)
            kept = steps == STEPS and abs(drift) < LIMIT
            print(
                f"{liquid.name} T={temperature} dt={dt:g}: {drift:+.1e} +- {error:.0e} in {steps} steps, "
                f"{'kept' if kept else 'not kept'} ({time.process_time() - began:.0f} s)",
                flush=True,
            )
            if kept:
                break


if __name__ == "__main__":
    main()
