"""Neighbours, bond order, Voronoi cells, pair entropy and g(r) of one frame: ours beside freud and mdapy.

python -m benchmarks.local_structure

Processor seconds, each in turn with the others, the least of several; one thread. Where a peer defines
a quantity alike, the largest difference stands beside its time.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

os.environ.setdefault("POLARS_MAX_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")

import freud
import numpy as np
from numpy.typing import NDArray

import supercooled as sc
from benchmarks import Row
from benchmarks.pair_entropy import frame as shipped
from supercooled.frame import Frame

Floats = NDArray[np.float64]
Work = Callable[[], Floats | None]

CUTOFF, WIDE, DR, REPEATS = 1.4, 3.0, 0.01, 7


def ours(run: sc.Trajectory) -> dict[str, Work]:
    """Each from a frame that nothing is known of yet."""

    def fresh() -> Frame:
        return run.frame(0)

    def neighbours() -> None:
        fresh().neighbours(WIDE)

    def g() -> None:
        sc.structure.radial_distribution(run, r_max=WIDE, dr=DR)

    def field(indicator: Any) -> Work:
        return lambda: np.asarray(indicator.of(fresh()))

    bonds = sc.indicators.BondOrder
    return {
        "neighbour list to r = 3": neighbours,
        "g(r) to r = 3": g,
        "bond order q6": field(bonds(6, averaged=False, cutoff=CUTOFF)),
        "averaged bond order q6": field(bonds(6, averaged=True, cutoff=CUTOFF)),
        "Voronoi volume": field(sc.indicators.VoronoiVolume()),
        "pair entropy, as graham2023": field(sc.indicators.PairEntropy.graham2023()),
    }


def of_freud(run: sc.Trajectory) -> dict[str, Work]:
    """What freud has of them."""
    positions, edge = run.positions()[0], run.fixed_box().Lx
    box = freud.box.Box.cube(edge)
    system = (box, positions)
    near = {"r_max": CUTOFF, "exclude_ii": True}

    def neighbours() -> None:
        query = freud.locality.AABBQuery(*system).query(positions, {"r_max": WIDE, "exclude_ii": True})
        _ = query.toNeighborList().distances

    def g() -> None:
        for one, other in (("A", "A"), ("A", "B"), ("B", "B")):
            points, centres = positions[run.of_species(other)], positions[run.of_species(one)]
            freud.density.RDF(round(WIDE / DR), WIDE).compute((box, points), centres)

    def order(*, average: bool) -> Work:
        def compute() -> Floats:
            found = freud.order.Steinhardt(6, average=average).compute(system, neighbors=near)
            return np.asarray(found.particle_order, dtype=np.float64)

        return compute

    def voronoi() -> Floats:
        return np.asarray(freud.locality.Voronoi().compute(system).volumes)

    return {
        "neighbour list to r = 3": neighbours,
        "g(r) to r = 3": g,
        "bond order q6": order(average=False),
        "averaged bond order q6": order(average=True),
        "Voronoi volume": voronoi,
    }


def of_mdapy(run: sc.Trajectory) -> dict[str, Work]:
    """What mdapy has of them; its pair entropy knows one g for all species."""
    import mdapy

    positions, edge = run.positions()[0], run.fixed_box().Lx

    def system() -> Any:
        return mdapy.System(pos=positions + 0.5 * edge, box=edge)

    def neighbours() -> None:
        system().build_neighbor(WIDE)

    def g() -> None:
        system().cal_radial_distribution_function(WIDE, round(WIDE / DR))

    def order(*, average: bool) -> Work:
        def compute() -> Floats:
            made = system()
            made.cal_steinhardt_bond_orientation([6], rc=CUTOFF, average=average)
            return np.asarray(made.data["ql6"].to_numpy(), dtype=np.float64)

        return compute

    def voronoi() -> Floats:
        made = system()
        made.cal_voronoi_volume()
        return np.asarray(made.data["volume"].to_numpy(), dtype=np.float64)

    def entropy() -> None:
        system().cal_structure_entropy(WIDE, 0.1)

    return {
        "neighbour list to r = 3": neighbours,
        "g(r) to r = 3": g,
        "bond order q6": order(average=False),
        "averaged bond order q6": order(average=True),
        "Voronoi volume": voronoi,
        "pair entropy, as graham2023": entropy,
    }


def main() -> list[Row]:
    run = shipped()
    freud.parallel.set_num_threads(1)
    mine = ours(run)
    peers = {"freud": ("freud-analysis", of_freud(run))}
    try:
        peers["mdapy"] = ("mdapy", of_mdapy(run))
    except ImportError:
        print("mdapy is not installed here")
    rows = []
    print(f"Kob-Andersen, T = 0.53, {run.n_particles} particles, one frame, processor milliseconds")
    for what, work in mine.items():
        every = {"supercooled": work, **{name: of[what] for name, (_, of) in peers.items() if what in of}}
        least, values = dict.fromkeys(every, np.inf), dict[str, Any]()
        for _ in range(REPEATS):
            for name, one in every.items():
                began = time.process_time()
                values[name] = one()
                least[name] = min(least[name], time.process_time() - began)
        took = least.pop("supercooled")
        print(f"  {what:30s} {1e3 * took:8.2f}")
        for name, slower in least.items():
            theirs, known = values[name], values["supercooled"]
            apart = "" if theirs is None else f", largest difference {np.nanmax(np.abs(theirs - known)):.0e}"
            print(f"    {name:28s} {1e3 * slower:8.2f}, ratio {slower / took:.1f}{apart}")
            rows.append(
                Row(
                    f"{what}, N = {run.n_particles}, a frame",
                    f"{1e3 * took:.1f} ms",
                    f"{name} {version(peers[name][0])} {1e3 * slower:.1f} ms",
                    f"{slower / took:.1f}",
                )
            )
    return rows


if __name__ == "__main__":
    main()
