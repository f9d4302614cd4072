"""Cores and memory: how much faster several workers are, and that memory follows the chunk.

``python -m benchmarks.scaling --workers 1 2 4`` times local softness, structure functions and p_hop with so
many processes. Where there are fewer cores than that, their CPU seconds still say what more cores would give:
nobody waits for anything but the busiest worker and what the first process does by itself.
``python -m benchmarks.scaling --memory 1000:2000 1000:20000`` analyses synthetic trajectories of so many
particles and frames, each in a process of its own, and prints the largest memory that it held.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from functools import partial
from os import getpid
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

import supercooled as sc
from benchmarks.local_softness import CUTOFFS, DENSITY, STEP, TEMPERATURE, WIDTH, mixture
from supercooled import cluster
from supercooled.chunks import cores_of
from supercooled.indicators import LocalDepth
from supercooled.io import GsdAppender

N_PARTICLES, N_FRAMES = 4_000, 1_600
# Structure functions take some thirty times what the depth does.
ONE_IN = 8


def written(path: Path, n: int, n_frames: int) -> sc.Trajectory:
    """A GSD file of a shaken lattice, written frame by frame."""
    rng = np.random.default_rng(1)
    side = int(np.ceil(n ** (1 / 3) - 1e-9))
    box = sc.Box.cube((n / DENSITY) ** (1 / 3))
    sites = np.stack(np.meshgrid(*[np.arange(side)] * 3), axis=-1).reshape(-1, 3)[
        rng.permutation(side**3)[:n]
    ]
    sites = sites * (box.Lx / side) - box.Lx / 2
    species = (np.arange(n) % 5 == 4).astype(int)
    drift = np.zeros((n, 3))
    with GsdAppender(path, species=species, names=("A", "B"), masses=(1.0, 1.0), dimensions=3) as file:
        for frame in range(n_frames):
            # A few move away in each frame and come back, so that some p_hop is large and all frames alike.
            drift *= 0.98
            movers = rng.integers(0, n, max(1, n // 1000))
            drift[movers] += rng.normal(0, 0.3, (len(movers), 3))
            folded, images = box.wrap(sites + drift + rng.normal(0, 0.07, (n, 3)))
            file.append(frame, 0.5 * frame, box, folded, images)
    return sc.read(path, temperature=TEMPERATURE)


class Took(NamedTuple):
    """Seconds by the clock, and of the processor: of the busiest worker and of the process that asks."""

    seconds: float
    busiest: float
    first: float


class Watched(Executor):
    """Another executor, and how much processor time each of its workers spent."""

    def __init__(self, pool: Executor) -> None:
        self._pool = pool
        self.cores = cores_of(pool)
        self.spent: dict[int, float] = defaultdict(float)

    def map(self, fn: Callable[..., Any], *iterables: Iterable[Any], **named: Any) -> Iterator[Any]:
        """As the other does it."""
        for result, worker, seconds in self._pool.map(partial(_timed, fn), *iterables, **named):
            self.spent[worker] += seconds
            yield result

    @contextmanager
    def watching(self, took: dict[str, Took], what: str) -> Iterator[None]:
        """Note what happens inside as `what`."""
        self.spent.clear()
        began, processor = time.perf_counter(), time.process_time()
        yield
        own = time.process_time() - processor
        # A single worker is the first process itself, whose time holds that of its tasks.
        first = own - self.spent[getpid()]
        took[what] = Took(time.perf_counter() - began, max(self.spent.values()), first)


def _timed(fn: Callable[..., Any], *arguments: Any) -> tuple[Any, int, float]:
    began = time.process_time()
    result = fn(*arguments)
    return result, getpid(), time.process_time() - began


def fields(run: sc.Trajectory, folder: Path, workers: int) -> dict[str, Took]:
    """What the depth, structure functions and p_hop take; the first and the last go to a store."""
    took: dict[str, Took] = {}
    paper = sc.indicators.StructureFunctions.of_paper("schoenholz2016")
    with cluster.executor(workers) as pool:
        list(pool.map(_ready, range(4 * workers)))
        watched = Watched(pool)
        with watched.watching(took, "local softness"):
            depth = LocalDepth(mixture(), CUTOFFS, width=WIDTH, dr=STEP, temperature=TEMPERATURE)
            depth.of(run, species="A", executor=watched, out=folder / f"depth{workers}")
        with watched.watching(took, "structure functions"):
            paper.of(run[::ONE_IN], species="A", executor=watched, out=folder / f"functions{workers}")
        with watched.watching(took, "p_hop"):
            sc.dynamics.hops(
                run, window=15.0, species="A", executor=watched, out=folder / f"hops{workers}", megabytes=16
            )
    return took


def _ready(_: int) -> None:
    """Have the kernels loaded before the clock starts."""
    still = np.random.default_rng(1).uniform(0, 6, (40, 216, 3))
    run = sc.Trajectory.from_arrays(
        still, sc.Box.cube(6.0), species=np.arange(216) % 2, unwrapped=True, names=("A", "B")
    )
    sc.dynamics.hops(run, window=3.0)
    paper = sc.indicators.StructureFunctions.of_paper("schoenholz2016")
    large = sc.Trajectory.from_arrays(
        2.0 * still[:1], sc.Box.cube(12.0), species=np.arange(216) % 2, unwrapped=True, names=("A", "B")
    )
    paper.of(large, species="A")
    LocalDepth(mixture(), CUTOFFS, width=WIDTH, dr=STEP, temperature=1.0).of(run[:1], species="A")


def scaling(workers: list[int], n_frames: int) -> None:
    """Print seconds, speed-up and efficiency."""
    with tempfile.TemporaryDirectory() as folder:
        run = written(Path(folder) / "run.gsd", N_PARTICLES, n_frames)
        alone: dict[str, Took] = {}
        for n in workers:
            for name, took in fields(run, Path(folder), n).items():
                one = alone.setdefault(name, took)
                path = took.busiest + took.first
                print(
                    f"{name}: {n} workers {took.seconds:.1f} s, {one.seconds / took.seconds:.2f} times "
                    f"{workers[0]}; processor {took.busiest:.1f} s of the busiest and {took.first:.1f} s of "
                    f"the first, {(one.busiest + one.first) / path:.2f} times with a core each",
                    flush=True,
                )


def analysed(file: Path, out: Path, q_max: float) -> None:
    """`supercooled analyze` but for its figures; prints the largest memory held, megabytes."""
    from supercooled.analysis import analyze_files
    from supercooled.analysis.choices import Choices
    from supercooled.analysis.inputs import Given
    from supercooled.report import writing

    writing.rebuild = lambda folder, **_: folder / "report.html"  # type: ignore[assignment]
    analyze_files.run(
        [file], out=out, liquid="ka-lj", given=Given([TEMPERATURE]), thresholds=[0.1],
        choices=Choices(q_max=q_max), workers=1,
    )  # fmt: skip
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def memory(sizes: list[str], q_max: float) -> None:
    """Print the memory that each analysis took."""
    for size in sizes:
        n, n_frames = map(int, size.split(":"))
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "run.gsd"
            written(file, n, n_frames)
            began = time.perf_counter()
            command = [
                sys.executable,
                "-m",
                "benchmarks.scaling",
                "--analyse",
                str(file),
                "--q-max",
                str(q_max),
            ]
            said = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
            seconds = time.perf_counter() - began
            print(f"{n} particles, {n_frames} frames: {float(said):.0f} MB, {seconds:.0f} s", flush=True)


def main() -> None:
    """Read what is asked."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    asked.add_argument("--frames", type=int, default=N_FRAMES)
    asked.add_argument("--memory", nargs="+", metavar="PARTICLES:FRAMES")
    asked.add_argument("--q-max", type=float, default=24.5)
    asked.add_argument("--analyse", type=Path, help=argparse.SUPPRESS)
    given = asked.parse_args()
    if given.analyse:
        analysed(given.analyse, given.analyse.with_suffix(""), given.q_max)
    elif given.memory:
        memory(given.memory, given.q_max)
    else:
        scaling(given.workers, given.frames)


if __name__ == "__main__":
    main()
