"""How tight a quench must be: the rearrangements found at a tolerance, and at one ten times tighter.

python -m benchmarks.quench_tolerance TEMPERATURE FRAMES

Rearranging is a particle whose p_hop between inherent structures exceeds 0.2 (window 10 tau) at any
time. It writes nothing; the numbers are for choosing the tolerance of a study.
"""

from __future__ import annotations

import sys
import tempfile
import time

import numpy as np

from supercooled import dynamics, simulate, store, systems

N_PARTICLES, INTERVAL, WINDOW, THRESHOLD = 4000, 1.0, 10.0, 0.2
TOLERANCES = (10.0, 1.0, 0.1, 0.01, 0.001)


def main() -> None:
    """Quench the same run to falling tolerances and compare with the tightest."""
    temperature, frames = float(sys.argv[1]), int(sys.argv[2])
    with tempfile.TemporaryDirectory() as root:
        run = simulate(
            systems.kob_andersen(density=1.2),
            temperature=temperature,
            n_particles=N_PARTICLES,
            duration=(frames - 1) * INTERVAL,
            every=INTERVAL,
            root=root,
            progress=False,
        )
        found = {}
        for tolerance in TOLERANCES:
            began = time.process_time()
            still = store.quench_trajectory(run, tolerance=tolerance, root=root, workers=1, progress=False)
            seconds = (time.process_time() - began) / frames
            hopped = (dynamics.hops(still, window=WINDOW).max("frame") > THRESHOLD).values
            steps = np.linalg.norm(np.diff(still.unwrapped(), axis=0), axis=2)
            found[tolerance] = (
                seconds,
                float(store.logged(still, "evaluations").mean()),
                store.logged(still, "potential_energy").values,
                still.unwrapped(),
                hopped,
                steps,
            )
    best = found[TOLERANCES[-1]]
    print(f"T={temperature:g}, {N_PARTICLES} particles, {frames} frames every {INTERVAL:g} tau")
    print("tolerance  s/frame  evaluations  energy       other basin  rms     hopped  of the tightest  lost")
    for tolerance, (seconds, evaluations, energy, paths, hopped, steps) in found.items():
        away = np.linalg.norm(paths - best[3], axis=2)
        print(
            f"{tolerance:9g}  {seconds:7.2f}  {evaluations:11.0f}  {energy.mean():.7f}  "
            f"{int((away.max(axis=1) > 0.1).sum()):5d} of {len(energy):3d}  "
            f"{np.sqrt(np.median(away**2)):.4f}  {int(hopped.sum()):6d}  "
            f"{int((hopped & best[4]).sum()):15d}  {int((best[4] & ~hopped).sum()):4d}   "
            f"steps above 0.2: {int((steps > 0.2).sum())}"
        )


if __name__ == "__main__":
    main()
