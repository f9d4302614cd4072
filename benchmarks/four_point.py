"""S4 of a pair of frames over all wave vectors, up to several largest ones, in processor time.

python -m benchmarks.four_point
"""

from __future__ import annotations

import numpy as np

import supercooled as sc
from benchmarks.structure_factor import timed

N_PARTICLES, EDGE, PAIRS = 4096, 15.05658, 20


def main() -> None:
    """Print the time of a pair; what is set up once for a call is left out."""
    random = np.random.default_rng(1)
    start = random.uniform(-EDGE / 2, EDGE / 2, (1, N_PARTICLES, 3))
    walk = start + np.cumsum(random.normal(scale=0.1, size=(PAIRS + 2, N_PARTICLES, 3)), axis=0)
    run = sc.Trajectory.from_arrays(walk, sc.Box.cube(EDGE), unwrapped=True)
    for mobility in ("overlap", "displacement"):
        for q_max in (4.0, 8.0, 12.0, 24.5):

            def of(pairs: int, q_max: float = q_max, mobility: str = mobility) -> object:
                return sc.space.four_point_structure_factor(
                    run[: pairs + 1], lags=[1.0], overlap_radius=0.3, q_max=q_max, dq=0.2,
                    mobility=mobility, blocks=1,
                )  # fmt: skip

            of(1)
            took = (timed(lambda of=of: of(PAIRS + 1), 3) - timed(lambda of=of: of(1), 3)) / PAIRS
            print(
                f"S4 by {mobility} to q = {q_max:g}, N = {N_PARTICLES}: {1e3 * took:.1f} ms a pair of frames"
            )


if __name__ == "__main__":
    main()
