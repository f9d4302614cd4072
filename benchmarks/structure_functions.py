"""Structure functions: processor seconds a frame on one core, beside dscribe's ACSF of the same parameters.

python -m benchmarks.structure_functions

The floor is the time of the exponentials alone: as a triplet needs one for each xi (the three distances
share it), and a neighbour two for a whole row of evenly spaced Gaussians.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import numpy as np
from numba import njit
from numpy.typing import NDArray

import supercooled as sc
from benchmarks import Row
from benchmarks.local_softness import liquid
from supercooled.indicators import StructureFunctions
from supercooled.kernels.exponential import exponential
from supercooled.structure import FEATURE_SETS

SIZES = (1_000, 4_000, 16_000)
RADIUS = 5.0  # dscribe ends at a sharp distance; so do ours here
CHOSEN = FEATURE_SETS["schoenholz2016"]
ANGULAR = CHOSEN.angular or sys.exit("the set has no angular functions")


@njit(fastmath=True, error_model="numpy")
def exponentials(x: NDArray[np.float64], out: NDArray[np.float64]) -> None:
    """As many exponentials as x has numbers."""
    for i in range(x.shape[0]):
        out[i] = exponential(x[i])


def seconds(work: Callable[[], object], repeats: int = 3) -> float:
    """Shortest of a few."""
    took = []
    for _ in range(repeats):
        start = time.process_time()
        work()
        took.append(time.process_time() - start)
    return min(took)


def an_exponential() -> float:
    """Seconds that one of many takes."""
    x = np.random.default_rng(0).uniform(-80.0, 0.0, 256)
    out = np.empty_like(x)
    exponentials(x, out)

    def many() -> None:
        for _ in range(4000):
            exponentials(x, out)

    return seconds(many) / (4000 * len(x))


def neighbours(run: sc.Trajectory, radius: float) -> NDArray[np.int64]:
    """How many each A particle has."""
    from freud.locality import AABBQuery

    box = run.fixed_box()
    positions = run.positions()[0]
    pairs = AABBQuery((box.Lx, box.Ly, box.Lz, 0, 0, 0), positions).query(
        positions[run.of_species("A")], {"r_max": radius, "exclude_ii": False}
    )
    found = np.bincount(pairs.toNeighborList().query_point_indices)
    return np.asarray(found - 1)


def dscribes(run: sc.Trajectory, **parameters: object) -> float:
    """Seconds of dscribe's ACSF for every A particle."""
    from ase import Atoms
    from dscribe.descriptors import ACSF

    atoms = Atoms(
        numbers=run.species + 1,
        positions=run.positions()[0],
        cell=run.fixed_box().matrix.T,
        pbc=True,
    )
    made = ACSF(species=[1, 2], periodic=True, **parameters)
    return seconds(lambda: made.create(atoms, centers=run.of_species("A").tolist()), 1)


def main() -> list[Row]:
    one = an_exponential()
    print(f"an exponential: {1e9 * one:.2f} ns")
    (gaussians,) = CHOSEN.radial
    sharp = sc.structure.Radial(
        gaussians.first, gaussians.step, gaussians.number, gaussians.width, cutoff=RADIUS
    )
    rows = []
    pairs, gaussian = StructureFunctions(angular=ANGULAR), StructureFunctions((sharp,))
    sc.compute(liquid(4_000, 1), [pairs, gaussian], species="A")  # compile
    for n in SIZES:
        run = liquid(n, 1)
        angular = seconds(lambda run=run: pairs.of(run, species="A"))
        near = neighbours(run, ANGULAR.cutoff)
        floor = one * len({xi for xi, _, _ in ANGULAR.functions}) * float((near * (near - 1) // 2).sum())
        print(
            f"{n:6d} particles: angular {1e3 * angular:8.1f} ms, {angular / floor:.2f} times its exponentials"
        )
        if 0.5 * run.fixed_box().heights.min() < RADIUS:
            continue
        radial = seconds(lambda run=run: gaussian.of(run, species="A"))
        lower = one * 2.0 * float(neighbours(run, RADIUS).sum())
        print(
            f"                  radial  {1e3 * radial:8.1f} ms, {radial / lower:.2f} times its exponentials"
        )
        if n != 4_000:
            continue
        try:
            peer_angular = dscribes(
                run,
                r_cut=ANGULAR.cutoff,
                g4_params=[(xi**-2, zeta, sign) for xi, sign, zeta in ANGULAR.functions],
            )
            peer_radial = dscribes(
                run, r_cut=RADIUS, g2_params=[(0.5 / gaussians.width**2, mu) for mu in gaussians.means]
            )
        except ImportError:
            print("dscribe is not installed here: make bench has it")
            continue
        for what, ours, peer in (
            ("22 x 3 angular structure functions to 2.5", angular, peer_angular),
            ("50 x 2 radial structure functions to 5", radial, peer_radial),
        ):
            ratio = f"{peer / ours:.0f}"
            print(f"                  {what}: dscribe {peer:.2f} s, {ratio} times ours")
            rows.append(
                Row(f"{what}, N = {n}, a frame", f"{1e3 * ours:.0f} ms", f"dscribe {peer:.1f} s", ratio)
            )
    return rows


if __name__ == "__main__":
    main()
