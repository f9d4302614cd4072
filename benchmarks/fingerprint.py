"""What it costs to know who a trajectory is: the digest of a dump, and the checksums of frames.

python -m benchmarks.fingerprint [MB]

Each is measured beside the same work without it, in processor seconds, the best of several in turn.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from unittest import mock

import gsd.fl
import numpy as np

import supercooled as sc
from benchmarks.read_dump import write_dump
from supercooled.io import GsdAppender, lammps, text_index

REPEATS = 5
N_PARTICLES, FRAMES = 4000, 1000


class Nothing:
    """A digest of nothing."""

    text = ""

    def add(self, _: object) -> None:
        """Pass over the bytes."""


def best(*jobs: Callable[[], object]) -> list[float]:
    """Processor seconds of each job, in turn, so that all see the same machine."""
    found: list[list[float]] = [[] for _ in jobs]
    for _ in range(REPEATS):
        for seconds, job in zip(found, jobs, strict=True):
            began = time.process_time()
            job()
            seconds.append(time.process_time() - began)
    return [min(seconds) for seconds in found]


def index_of(path: Path, *, digest: bool) -> object:
    """Read the index of a dump, with the digest of its text or without."""
    if digest:
        return text_index.index_text(path, lammps._header)
    with mock.patch.object(text_index, "Digest", Nothing):
        return text_index.index_text(path, lammps._header)


def dump(folder: Path, megabytes: float) -> None:
    """A dump of many megabytes: the frames of a smaller one again and again, each with its own step."""
    once = folder / "once.dump"
    write_dump(once, min(megabytes, 40.0))
    frames = once.read_bytes().split(b"ITEM: TIMESTEP\n")[1:]
    path = folder / "big.dump"
    with path.open("wb") as file:
        step = 0
        while file.tell() < 1e6 * megabytes:
            for frame in frames:
                file.write(b"ITEM: TIMESTEP\n%d\n" % step + frame.partition(b"\n")[2])
                step += 200
    without, with_it, whole = best(
        lambda: index_of(path, digest=False),
        lambda: index_of(path, digest=True),
        lambda: sc.read(path, timestep=0.005).fingerprint,
    )
    print(f"index of a dump of {path.stat().st_size / 1e9:.2f} GB: {without:.3f} s")
    print(f"  with the digest of its text: {with_it:.3f} s, {with_it / without:.3f} times")
    print(f"  opened, and its fingerprint: {whole:.3f} s, {whole / without:.3f} times (1.2 at most)")


def frames(folder: Path) -> None:
    """Frames of a run, verified, and by the library of GSD, which verifies nothing."""
    path = folder / "run.gsd"
    random = np.random.default_rng(0)
    with GsdAppender(
        path, species=np.arange(N_PARTICLES) % 2, names=("A", "B"), masses=(1.0, 1.0), dimensions=3
    ) as file:
        box = sc.Box.cube(15.0)
        for k in range(FRAMES):
            positions, images = (
                random.uniform(-7, 7, (N_PARTICLES, 3)),
                random.integers(-3, 4, (N_PARTICLES, 3)),
            )
            file.append(k, 0.5 * k, box, positions, images, {"potential_energy": -7.0})
    run = sc.read(path)

    def ours() -> None:
        for chunk in run.chunks(16.0):
            run.source.read(run.frames[chunk].tolist())

    def library() -> None:
        for chunk in run.chunks(16.0):
            n = chunk.stop - chunk.start
            positions, images = np.zeros((n, N_PARTICLES, 3)), np.zeros((n, N_PARTICLES, 3), np.int32)
            with gsd.fl.open(str(path), "r") as file:
                for k in range(n):
                    file.read_chunk(chunk.start + k, "configuration/box")
                    positions[k] = file.read_chunk(chunk.start + k, "particles/position")
                    images[k] = file.read_chunk(chunk.start + k, "particles/image")

    verified, by_library = best(ours, library)
    each = 1e6 / FRAMES
    print(f"a frame of {N_PARTICLES} particles with images, verified: {verified * each:.0f} microseconds")
    print(f"  by the library of GSD, not verified: {by_library * each:.0f}")
    began = time.process_time()
    _ = run.fingerprint
    print(
        f"fingerprint of {FRAMES} frames from their checksums: {1e3 * (time.process_time() - began):.1f} ms"
    )


def main(megabytes: float = 2000.0) -> None:
    """Measure both."""
    with tempfile.TemporaryDirectory() as folder:
        dump(Path(folder), megabytes)
        frames(Path(folder))


if __name__ == "__main__":
    main(*(float(value) for value in sys.argv[1:2]))
