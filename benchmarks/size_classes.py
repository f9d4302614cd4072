"""How the depth of the cage depends on the number of classes that stand for continuous sizes.

python -m benchmarks.size_classes

The table of docs/sizes: correlation with the displacement after 10 tau, as it is and at fixed diameter.
The four runs begin 500 sweeps of swaps apart, one after the other: they are not independent, and no error is
given.
"""

from __future__ import annotations

import supercooled as sc
from supercooled import simulation, systems
from supercooled.indicators import Diameter, PackingOrder, PseudoSpeciesDepth

PARTICLES, TEMPERATURE, RUNS, AFTER = 500, 0.15, 4, 10.0
CLASSES = (1, 2, 4, 8, 16)


def main() -> None:
    """Equilibrate by swaps, run without them, compare."""
    liquid = systems.ninarello2017()
    swapped = simulation.swap_monte_carlo(
        liquid.lattice(PARTICLES, seed=1), liquid.potential, temperature=0.3, sweeps=300, every=100, seed=1
    )
    swapped = simulation.swap_monte_carlo(
        swapped.trajectory[-1], liquid.potential, temperature=TEMPERATURE, sweeps=2500, every=100, seed=2
    )
    runs = []
    for number in range(RUNS):
        swapped = simulation.swap_monte_carlo(
            swapped.trajectory[-1],
            liquid.potential,
            temperature=TEMPERATURE,
            sweeps=500,
            every=500,
            seed=10 + number,
        )
        moved = simulation.sized_dynamics(
            swapped.trajectory[-1], liquid.potential, temperature=TEMPERATURE, timestep=0.01, every=200,
            n_frames=61, seed=number,
        )  # fmt: skip
        runs.append(moved.trajectory)
    indicators = [Diameter(), PackingOrder(), *(PseudoSpeciesDepth(liquid.potential, M) for M in CLASSES)]
    table = sc.compare(
        runs,
        indicators,
        [sc.targets.Displacement(after=AFTER)],
        at_fixed=[Diameter()],
        frames=slice(0, None, 5),
    ).table
    names = ["diameter", "packing order", *(f"depth, M = {M}" for M in CLASSES)]
    print(f"{'indicator':16}{'correlation':>12}{'at fixed size':>15}")
    for name, raw, fixed in zip(
        names, table["pearson"].values.ravel(), table["partial_pearson"].values.ravel(), strict=True
    ):
        print(f"{name:16}{raw:12.3f}{fixed:15.3f}")


if __name__ == "__main__":
    main()
