"""p_hop of a run for windows of 11 to 301 frames: running sums beside the formula in NumPy.

python -m benchmarks.hops
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from benchmarks import Row
from supercooled import Box, Trajectory
from supercooled.dynamics import hops

N_FRAMES, N_PARTICLES = 1200, 4000
WINDOWS = (11, 31, 101, 301)
# The formula's cost a frame doesn't depend on how many frames there are: a few tell it.
FORMULA_FRAMES = 20


def formula(positions: NDArray[np.float64], side: int) -> NDArray[np.float64]:
    """sqrt(<|r - <r>_U|^2>_V <|r - <r>_V|^2>_U), frame by frame, all particles at once."""
    out = np.empty((len(positions) - 2 * side, positions.shape[1]))
    for t in range(side, len(positions) - side):
        before, after = positions[t - side : t + 1], positions[t : t + side + 1]
        v = ((after - before.mean(axis=0)) ** 2).sum(axis=2).mean(axis=0)
        u = ((before - after.mean(axis=0)) ** 2).sum(axis=2).mean(axis=0)
        out[t - side] = np.sqrt(u * v)
    return out


def nanoseconds(function: Callable[[], NDArray[np.float64]], repeats: int = 3) -> float:
    """Best time of a few, for each frame and particle that comes out."""
    best = np.inf
    for _ in range(repeats):
        began = time.perf_counter()
        values = function()
        best = min(best, (time.perf_counter() - began) / values.size * 1e9)
    return float(best)


def main() -> list[Row]:
    rng = np.random.default_rng(0)
    positions = np.cumsum(rng.normal(scale=0.03, size=(N_FRAMES, N_PARTICLES, 3)), axis=0)
    positions += rng.uniform(-7.0, 7.0, size=(1, N_PARTICLES, 3))
    run = Trajectory.from_arrays(positions, Box.cube(14.94), unwrapped=True)
    hops(run[:20], window=10.0)
    rows = []
    print(f"{N_PARTICLES} particles, {N_FRAMES} frames in memory, one core, ns a frame and particle")
    for window in WINDOWS:
        side = window // 2
        some = positions[: 2 * side + FORMULA_FRAMES]
        fast = hops(run, window=2.0 * side).values[:FORMULA_FRAMES]
        worst = float(np.abs(fast / formula(some, side) - 1.0).max())
        ours = nanoseconds(lambda side=side: hops(run, window=2.0 * side).values)
        slow = nanoseconds(lambda some=some, side=side: formula(some, side), repeats=1)
        print(
            f"  {window:3d} frames: supercooled {ours:5.1f}, NumPy {slow:7.0f}, ratio {slow / ours:5.0f}, "
            f"largest relative difference {worst:.0e}"
        )
        rows.append(
            Row(
                f"p_hop, window of {window} frames, a frame and particle",
                f"{ours:.0f} ns",
                f"NumPy {slow:.0f} ns",
                f"{slow / ours:.0f}",
                seconds=1e-9 * ours,
                # a position in, a number out
                traffic=32.0,
            )
        )
    return rows


if __name__ == "__main__":
    main()
