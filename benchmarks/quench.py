"""Inherent structures of 4000 particles: L-BFGS beside LAMMPS' conjugate gradient and FIRE.

python -m benchmarks.quench
"""

from __future__ import annotations

import tempfile
import time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks import Row
from supercooled import simulate, systems
from supercooled.simulation import InherentStructure, inherent_structure

N_PARTICLES, N_FRAMES, INTERVAL = 4000, 3, 2.0
TEMPERATURES = (0.47, 0.8)
# 2-norm of all forces together
TOLERANCES = (1e-1, 1e-4)
# A particle this far from where it is in another minimum has rearranged.
ELSEWHERE = 0.1


def timed(minimiser: Any, tolerance: float, **frame: Any) -> tuple[InherentStructure, float]:
    """The minimum, and the processor time that it took."""
    began = time.process_time()
    found = inherent_structure(**frame, minimiser=minimiser, tolerance=tolerance)
    return found, time.process_time() - began


def elsewhere(a: InherentStructure, b: InherentStructure) -> NDArray[np.bool_]:
    """Which particles lie elsewhere."""
    return np.asarray(np.linalg.norm(a.positions - b.positions, axis=1) > ELSEWHERE)


def main() -> list[Row]:
    liquid = systems.kob_andersen(density=1.2)
    rows = []
    print(f"{N_PARTICLES} particles, {N_FRAMES} frames, one core: processor time and evaluations a frame")
    for temperature in TEMPERATURES:
        with tempfile.TemporaryDirectory() as root:
            run = simulate(
                liquid,
                temperature=temperature,
                n_particles=N_PARTICLES,
                duration=(N_FRAMES - 1) * INTERVAL,
                every=INTERVAL,
                root=root,
                progress=False,
            )
            box, positions = run.fixed_box(), run.positions()
        common = {"box": box, "species": run.species, "mixture": liquid.mixture}
        inherent_structure(positions[0], tolerance=10.0, **common)  # compiles
        for tolerance in TOLERANCES:
            found: dict[str, list[tuple[InherentStructure, float]]] = {
                name: [timed(name, tolerance, positions=xyz, **common) for xyz in positions]
                for name in ("l-bfgs", "lammps-cg", "lammps-fire")
            }
            seconds = {name: float(np.mean([t for _, t in pairs])) for name, pairs in found.items()}
            print(f"T={temperature:g}, tolerance {tolerance:g}")
            for name, pairs in found.items():
                minima = [m for m, _ in pairs]
                theirs = [m for m, _ in found["lammps-cg"]]
                moved = [int(elsewhere(m, r).sum()) for m, r in zip(minima, theirs, strict=True)]
                print(
                    f"  {name:12s}{seconds[name]:6.2f} s {np.mean([m.evaluations for m in minima]):6.0f}   "
                    f"energy {np.mean([m.energy for m in minima]):.6f}, elsewhere than lammps-cg {moved}"
                )
            ratio = seconds["lammps-cg"] / seconds["l-bfgs"]
            print(f"  ratio to conjugate gradient {ratio:.1f}")
            rows.append(
                Row(
                    f"inherent structure, T={temperature:g}, force below {tolerance:g}",
                    f"{seconds['l-bfgs']:.2f} s",
                    f"LAMMPS' conjugate gradient {seconds['lammps-cg']:.1f} s",
                    f"{ratio:.1f}",
                )
            )
    return rows


if __name__ == "__main__":
    main()
