"""Growth from a thousand to a million particles: processor time and memory of one frame, a process each.

python -m benchmarks.growth [N ...]

Each size runs in a process of its own, so that its peak of memory is its own; what the imports, the
compiled code and the input take is measured in the same process first and subtracted.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

import supercooled as sc
from benchmarks.local_softness import CUTOFFS, DENSITY, WIDTH, depths, liquid, mixture

SIZES = (1_000, 10_000, 100_000, 1_000_000)
R_MAX, Q_MAX, FRAMES = 2.5, 8.0, 31
SHELL = 4.0 / 3.0 * np.pi * DENSITY


def _hops(run: sc.Trajectory) -> object:
    return sc.dynamics.hops(run, window=float(FRAMES - 1))


def _radial(run: sc.Trajectory) -> object:
    return sc.structure.radial_distribution(run, r_max=R_MAX, dr=0.01)


def _factor(run: sc.Trajectory) -> object:
    return sc.structure.structure_factor(run, q_max=Q_MAX, dq=0.1)


def _surroundings(run: sc.Trajectory) -> object:
    upper = {pair: high for pair, (_, high) in CUTOFFS.items()}
    asked = [
        sc.indicators.PotentialEnergy(mixture()),
        sc.indicators.LocalDensity(max(upper.values()), WIDTH),
        sc.indicators.Coordination(upper),
    ]
    return sc.compute(run, asked, species="A")


# What runs, of how many frames, and neighbour pairs a particle within its reach (None: none are made).
KERNELS: dict[str, tuple[Callable[[sc.Trajectory], object], int, float | None]] = {
    "local softness": (depths, 1, SHELL * (max(high for _, high in CUTOFFS.values()) + 6 * WIDTH) ** 3),
    "g(r) to 2.5": (_radial, 1, SHELL * R_MAX**3),
    "energy, density, coordination": (_surroundings, 1, SHELL * 2.5**3),
    f"S(q), all wave vectors to q = {Q_MAX:g}": (_factor, 1, None),
    f"p_hop, window of {FRAMES} frames": (_hops, FRAMES + 1, None),
}


def peak() -> int:
    """Most memory that this process has had, bytes."""
    said = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return said if sys.platform == "darwin" else said * 1024


def measured(name: str, n: int) -> dict[str, Any]:
    """Seconds of one call and the memory beyond the input, in this process."""
    function, frames, pairs = KERNELS[name]
    function(liquid(1_000, frames))  # compile
    run = liquid(n, frames)
    before = peak()
    took = []
    for _ in range(3 if n <= 100_000 else 1):
        start = time.process_time()
        function(run)
        took.append(time.process_time() - start)
    extra = max(0, peak() - before)
    return {
        "what": name,
        "N": n,
        "seconds": min(took),
        "ns_a_particle": 1e9 * min(took) / n,
        "bytes_a_particle": extra / n,
        "bytes_a_pair": None if pairs is None else extra / n / pairs,
    }


def apart(name: str, n: int) -> dict[str, Any]:
    """The same in a process of its own."""
    alone = {"OMP_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.growth", "--one", name, str(n)],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, **alone},
    )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def exponent(lines: list[dict[str, Any]]) -> float:
    """Slope of log time against log N over the two largest sizes."""
    a, b = lines[-2:]
    return float(np.log(b["seconds"] / a["seconds"]) / np.log(b["N"] / a["N"]))


def table(sizes: tuple[int, ...] = SIZES) -> list[dict[str, Any]]:
    """Every kernel at every size."""
    out = []
    for name in KERNELS:
        lines = [apart(name, n) for n in sizes]
        for line in lines:
            pair = "" if line["bytes_a_pair"] is None else f", {line['bytes_a_pair']:.0f} a neighbour pair"
            print(
                f"{name:34s} N = {line['N']:8d} {line['seconds']:9.4f} s {line['ns_a_particle']:8.0f} ns and "
                f"{line['bytes_a_particle']:6.0f} bytes a particle{pair}",
                flush=True,
            )
        if len(lines) > 1:
            print(f"{'':34s} grows as N^{exponent(lines):.2f}")
        out += lines
    return out


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        print(json.dumps(measured(sys.argv[2], int(sys.argv[3]))))
    else:
        table(tuple(int(n) for n in sys.argv[1:]) or SIZES)
