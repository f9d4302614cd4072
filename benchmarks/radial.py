"""Partial g(r): ours, all three at once, beside freud, MDAnalysis and OVITO, in processor time.

python -m benchmarks.radial

freud and MDAnalysis take one pair of species at a time and are asked for all three.
"""

from __future__ import annotations

import warnings

import freud
import numpy as np

import supercooled as sc
from benchmarks import Row
from benchmarks.local_softness import liquid
from benchmarks.structure_factor import timed

N_PARTICLES, N_FRAMES, R_MAX, DR = 4000, 10, 3.0, 0.01


def freud_pairs(run: sc.Trajectory) -> None:
    """Its RDF of AA, AB and BB."""
    box = freud.box.Box.cube(run.fixed_box().Lx)
    peers = [freud.density.RDF(round(R_MAX / DR), R_MAX) for _ in range(3)]
    for positions in run.positions():
        a, b = positions[run.of_species("A")], positions[run.of_species("B")]
        for peer, points, centres in zip(peers, (a, b, b), (a, a, b), strict=True):
            peer.compute((box, points), centres, reset=False)


def mdanalysis_pairs(run: sc.Trajectory) -> None:
    """Its InterRDF of AA, AB and BB."""
    import MDAnalysis
    from MDAnalysis.analysis.rdf import InterRDF

    universe = MDAnalysis.Universe.empty(run.n_particles, trajectory=True)
    universe.add_TopologyAttr("type", np.array(run.names)[run.species])
    edge = run.fixed_box().Lx
    box = np.array([edge, edge, edge, 90.0, 90.0, 90.0])
    universe.load_new(run.positions().astype(np.float32), dimensions=np.tile(box, (run.n_frames, 1)))
    kinds = {name: universe.select_atoms(f"type {name}") for name in run.names}
    for one, other in ((("A", "A")), (("A", "B")), (("B", "B"))):
        InterRDF(kinds[one], kinds[other], nbins=round(R_MAX / DR), range=(0.0, R_MAX)).run()


def ovito_pairs(run: sc.Trajectory) -> None:
    """Its coordination analysis with partial functions."""
    from ovito.data import DataCollection, ParticleType
    from ovito.modifiers import CoordinationAnalysisModifier

    modifier = CoordinationAnalysisModifier(cutoff=R_MAX, number_of_bins=round(R_MAX / DR), partial=True)
    edge = run.fixed_box().Lx
    cell = np.column_stack([edge * np.eye(3), np.full(3, -edge / 2)])
    for positions in run.positions():
        frame = DataCollection()
        frame.create_cell(cell, pbc=(True, True, True))
        particles = frame.create_particles(count=run.n_particles)
        particles.create_property("Position", data=positions)
        kinds = particles.create_property("Particle Type", data=run.species + 1)
        for number, name in enumerate(run.names, start=1):
            kinds.types.append(ParticleType(id=number, name=name))
        frame.apply(modifier)


def main() -> list[Row]:
    run = liquid(N_PARTICLES, N_FRAMES)
    freud.parallel.set_num_threads(1)

    def ours() -> object:
        return sc.structure.radial_distribution(run, r_max=R_MAX, dr=DR)

    ours()
    took = timed(ours, 5) / N_FRAMES
    what = f"partial g(r) to r = {R_MAX:g}, N = {N_PARTICLES}, a frame"
    print(f"{what}: supercooled {1e3 * took:.2f} ms")
    rows = []
    peers = {"freud": freud_pairs, "MDAnalysis": mdanalysis_pairs, "OVITO": ovito_pairs}
    for name, peer in peers.items():
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                peer(run[:1])
                theirs = timed(lambda peer=peer: peer(run), 2) / N_FRAMES
        except ImportError:
            print(f"  {name} is not installed here")
            continue
        print(f"  {name:12s} {1e3 * theirs:7.2f} ms, ratio {theirs / took:.1f}")
        floor = {"seconds": took, "traffic": 24.0 * N_PARTICLES} if not rows else {}
        rows.append(
            Row(
                what, f"{1e3 * took:.1f} ms", f"{name} {1e3 * theirs:.1f} ms", f"{theirs / took:.1f}", **floor
            )
        )
    return rows


if __name__ == "__main__":
    main()
