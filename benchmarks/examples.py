"""The small files that the package ships as examples of each kind: `sc.datasets.examples()`.

python -m benchmarks.examples [--out FOLDER]

Some minutes of one core. Liquids of continuous sizes are equilibrated by swaps; tracks are what a microscope
would see of one: a window of it, 3 % of the positions lost, each 0.02 off.
"""

from __future__ import annotations

import argparse
import gzip
import shutil
import tempfile
from pathlib import Path

import numpy as np

import supercooled as sc
from supercooled import systems
from supercooled.simulation import sized_dynamics, swap_monte_carlo

SHIPPED = Path(__file__).parents[1] / "src" / "supercooled" / "datasets" / "files"
LOST, NOISE, WINDOW = 0.03, 0.02, 0.7


def main() -> None:
    """Make them all."""
    about = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    about.add_argument("--out", type=Path, default=SHIPPED, help="folder; default the package's")
    out = about.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    write_snapshot(out / "ka-snapshot.xyz.gz")
    write_dumps(out)
    space = sizes(3, 300, temperature=0.12, frames=13)
    with tempfile.TemporaryDirectory() as folder:
        sc.write_gsd(Path(folder) / "made.gsd", space)
        shutil.copyfile(Path(folder) / "made.gsd", out / "polydisperse.gsd")
    write_tracks(out / "tracks-3d.csv.gz", space, ("x", "y", "z"))
    write_tracks(out / "tracks-2d.csv.gz", sizes(2, 300, temperature=0.15, frames=25), ("x", "y"))


def write_snapshot(path: Path) -> None:
    """One equilibrated frame of the Kob-Andersen liquid, extended XYZ."""
    frame = sc.read(systems.equilibrated(systems.kob_andersen(density=1.2), 0.47, 4000))[0]
    edge = frame.box.lengths[0]
    lattice = f"{edge:.6f} 0 0 0 {edge:.6f} 0 0 0 {edge:.6f}"
    rows = [
        f"{frame.names[kind]} {x:.4f} {y:.4f} {z:.4f}"
        for kind, (x, y, z) in zip(frame.species, frame.positions + edge / 2, strict=True)
    ]
    head = f'Lattice="{lattice}" Properties=species:S:1:pos:R:3 pbc="T T T"'
    _write(path, "\n".join([str(len(rows)), head, *rows, ""]))


def write_dumps(out: Path) -> None:
    """A short run of the Kob-Andersen liquid, as LAMMPS dumps in reduced and in metal units."""
    liquid = systems.kob_andersen(density=1.2)
    with tempfile.TemporaryDirectory() as root:
        run = sc.simulate(
            liquid,
            temperature=0.8,
            n_particles=500,
            duration=6.0,
            every=1.0,
            start="lattice",
            hold=40.0,
            root=root,
            progress=False,
        )
        paths, boxes, times = run.unwrapped(), run.boxes(), run.times
        kinds = run.species
    metal = sc.Units("metal", sigma=2.2, epsilon=0.08, mass=58.7)
    for name, units in (("ka-lj.dump.gz", None), ("ka-metal.dump.gz", metal)):
        length, time = (1.0, 1.0) if units is None else (units.length, units.time)
        lines = []
        for k in range(len(paths)):
            half = 0.5 * boxes[k, 0] * length
            if units is not None:
                lines += ["ITEM: UNITS", "metal"]
            lines += ["ITEM: TIME", f"{times[k] * time:.8g}", "ITEM: TIMESTEP", str(200 * k)]
            lines += ["ITEM: NUMBER OF ATOMS", str(len(kinds)), "ITEM: BOX BOUNDS pp pp pp"]
            lines += [f"{-half:.8f} {half:.8f}"] * 3 + ["ITEM: ATOMS id type xu yu zu"]
            lines += [
                f"{i + 1} {kind + 1} {x:.4f} {y:.4f} {z:.4f}"
                for i, (kind, (x, y, z)) in enumerate(zip(kinds, paths[k] * length, strict=True))
            ]
        _write(out / name, "\n".join([*lines, ""]))


def sizes(dimensions: int, n: int, *, temperature: float, frames: int) -> sc.Trajectory:
    """A liquid of continuous sizes: equilibrated by swaps, then left to its dynamics."""
    liquid = systems.ninarello2017(dimensions=dimensions)
    start = liquid.lattice(n, seed=1)
    for T, sweeps in ((0.5, 500), (temperature, 6000)):
        made = swap_monte_carlo(start, liquid.potential, temperature=T, sweeps=sweeps, every=sweeps, seed=1)
        start = made.trajectory[-1]
    return sized_dynamics(
        start, liquid.potential, temperature=temperature, timestep=0.01, every=200, n_frames=frames, seed=1
    ).trajectory


def write_tracks(path: Path, run: sc.Trajectory, axes: tuple[str, ...]) -> None:
    """What a microscope sees: particles come and go, and each is a little elsewhere."""
    rng = np.random.default_rng(1)
    edge, d = float(run.box.lengths[0]), len(axes)
    rows = [",".join((*axes, "frame", "particle", "diameter"))]
    for frame in run:
        xyz = frame.positions[:, :d] + rng.normal(scale=NOISE, size=(frame.n_particles, d))
        seen = (np.abs(xyz) < 0.5 * WINDOW * edge).all(axis=1) & (rng.random(frame.n_particles) > LOST)
        for i in np.flatnonzero(seen):
            places = ",".join(f"{x + 0.5 * WINDOW * edge:.3f}" for x in xyz[i])
            rows.append(f"{places},{frame.number},{i},{frame.sizes[i]:.3f}")
    _write(path, "\n".join([*rows, ""]))


def _write(path: Path, text: str) -> None:
    """Compressed, the same to the last byte from the same text."""
    path.write_bytes(gzip.compress(text.encode(), 9, mtime=0))


if __name__ == "__main__":
    main()
