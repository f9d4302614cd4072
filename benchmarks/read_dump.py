"""Reading a LAMMPS text dump: ours beside MDAnalysis, on the same file and the same core.

python -m benchmarks.read_dump [MB]
"""

import gzip
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

import supercooled as sc
from benchmarks import Row

N_PARTICLES = 4000
EDGE = 14.94


def write_dump(path: Path, megabytes: float) -> int:
    """A Kob-Andersen-like dump of shuffled rows, six significant digits as LAMMPS writes them."""
    random = np.random.default_rng(0)
    frame = 0
    with path.open("w") as file:
        while path.stat().st_size < megabytes * 1e6:
            file.write(f"ITEM: TIMESTEP\n{200 * frame}\nITEM: NUMBER OF ATOMS\n{N_PARTICLES}\n")
            file.write("ITEM: BOX BOUNDS pp pp pp\n" + f"0 {EDGE}\n" * 3)
            file.write("ITEM: ATOMS id type x y z ix iy iz\n")
            places = random.uniform(0, EDGE, (N_PARTICLES, 3))
            images = random.integers(-3, 4, (N_PARTICLES, 3))
            for i in random.permutation(N_PARTICLES):
                x, y, z = places[i]
                ix, iy, iz = images[i]
                file.write(f"{i + 1} {1 + (i >= 3200)} {x:g} {y:g} {z:g} {ix} {iy} {iz} \n")
            file.flush()
            frame += 1
    return frame


def ours(path: Path) -> float:
    trajectory = sc.read(path, timestep=0.005)
    return sum(float(trajectory.read(chunk).positions.sum()) for chunk in trajectory.chunks())


def mdanalysis(path: Path) -> float:
    import MDAnalysis

    universe = MDAnalysis.Universe(str(path), format="LAMMPSDUMP", dt=1.0)
    return sum(float(ts.positions.sum()) for ts in universe.trajectory)


def rates(reader: Callable[[Path], float], path: Path, megabytes: float) -> tuple[float, float]:
    """MB a second by the clock, and a second of processor time: a busy machine spoils only the first."""
    clock, processor = time.perf_counter(), time.process_time()
    reader(path)
    return megabytes / (time.perf_counter() - clock), megabytes / (time.process_time() - processor)


def line(name: str, found: tuple[float, float]) -> str:
    return f"  {name:20s} {found[0]:7.1f} MB/s    {found[1]:7.1f} MB a processor second"


def main(wanted: float = 200.0) -> list[Row]:
    """Read one synthetic dump with both."""
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder, "run.dump")
        frames = write_dump(plain, wanted)
        megabytes = plain.stat().st_size / 1e6
        packed = Path(folder, "run.dump.gz")
        with gzip.open(packed, "wb", compresslevel=6) as file:
            file.write(plain.read_bytes())
        small = Path(folder, "small.dump")
        write_dump(small, 1.0)
        ours(small)
        print(f"dump of {megabytes:.0f} MB, {frames} frames of {N_PARTICLES} particles, one core")
        ours_plain, ours_packed = rates(ours, plain, megabytes), rates(ours, packed, megabytes)
        print(line("supercooled", ours_plain))
        print(line("supercooled, gzip", ours_packed))
        try:
            peer = rates(mdanalysis, plain, megabytes)
        except ImportError:
            print("  MDAnalysis is not installed here")
            return []
        print(line("MDAnalysis", peer))
        ratio = ours_plain[1] / peer[1]
        print(f"  ratio {ratio:.1f}")
        return [
            Row(
                f"reading a LAMMPS dump of {megabytes:.0f} MB",
                f"{ours_plain[1]:.0f} MB/s (gz: {ours_packed[1]:.0f})",
                f"MDAnalysis {peer[1]:.0f} MB/s",
                f"{ratio:.0f}",
                seconds=megabytes / ours_plain[1],
                traffic=1e6 * megabytes,
            )
        ]


if __name__ == "__main__":
    main(*(float(value) for value in sys.argv[1:2]))
