"""Whole commands of this checkout beside those of another, in turn: has a change made one slower?

    python -m benchmarks.commands --against OTHER/src --pairs 7 --particles 1000

Processor seconds of each process and its children, start and imports included. Both take turns, and the
ratio is taken pair by pair, so that what else the machine does matters little. A first turn, in which
kernels are compiled, is not counted.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

HERE = Path(__file__).resolve().parents[1] / "src"
LIQUID = "ka-lj -T 0.7 --density 1.2 -N NUMBER"
HOPS = "-c import supercooled as sc; sc.dynamics.hops(sc.read('run.gsd'), window=6.0"
COMMANDS: dict[str, str] = {
    "help": "--help",
    "systems": "systems --states",
    "read a GSD": "-c import supercooled as sc; sc.read('run.gsd', temperature=0.7).positions()",
    "read a dump": "-c import supercooled as sc; sc.read('run.dump', timestep=0.005).positions()",
    "hops": f"{HOPS})",
    "hops into a folder": f"{HOPS}, out='out')",
    "simulate": f"simulate {LIQUID} --duration 10 --every 0.25 --workers 1 --runs RUNS",
    "cool": f"cool {LIQUID} --hold 1 --duration 4 --every 0.1 --start few.gsd --runs RUNS",
    "quench": "quench ka-lj few.gsd --tolerance 1.0 --runs RUNS --workers 1",
    "dynamics": "dynamics run.gsd -T 0.7 --out OUT",
    "dynamics of a dump": "dynamics run.dump -T 0.7 --timestep 0.005 --out OUT",
    "analyze": "analyze run.gsd --liquid ka-lj -T 0.7 --out OUT --window 6 --workers 1",
    "propensity": (
        f"propensity {LIQUID} --n-runs 2 --duration 2 --every 1 --out OUT --runs RUNS --workers 1"
    ),
    "study": "study sharma2022 --preset quick --out OUT --runs STUDY --workers 1",
    "report": "report REPORT",
}


# The same run as files of other programs.
SCRIPT = """
import pathlib
import supercooled as sc

run = sc.read(next(pathlib.Path("made").rglob("trajectory.gsd")))
sc.write_gsd("run.gsd", run)
sc.write_gsd("few.gsd", run[:10])
half = run.boxes(slice(0, 1))[0, 0] / 2
with open("run.dump", "w") as file:
    for k in range(run.n_frames):
        file.write(f"ITEM: TIMESTEP\\n{50 * k}\\nITEM: NUMBER OF ATOMS\\n{run.n_particles}\\n")
        file.write("ITEM: BOX BOUNDS pp pp pp\\n" + f"{-half} {half}\\n" * 3 + "ITEM: ATOMS id type x y z\\n")
        for i, (kind, place) in enumerate(zip(run.species, run.positions(slice(k, k + 1))[0], strict=True)):
            file.write("%d %d %.6f %.6f %.6f\\n" % (i + 1, kind + 1, *place))
"""


def main() -> None:
    """Prints one line for each command: seconds here, seconds there, and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--against", type=Path, required=True, help="src of the other checkout")
    parser.add_argument("--pairs", type=int, default=5, help="runs of each, after one that is not counted")
    parser.add_argument("--particles", type=int, default=4000, help="of the run that they read")
    parser.add_argument("--only", nargs="*", choices=list(COMMANDS), default=list(COMMANDS))
    chosen = parser.parse_args()
    sources = {"here": HERE, "there": chosen.against.resolve()}
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        _prepare(folder, sources, chosen.particles)
        for name in chosen.only:
            seconds = _in_turn(
                partial(_timed, folder, sources, COMMANDS[name].replace("NUMBER", str(chosen.particles))),
                chosen.pairs,
            )
            ratios = [a / b for a, b in zip(seconds["here"], seconds["there"], strict=True)]
            here, there = (statistics.median(seconds[which]) for which in ("here", "there"))
            ratio = f"{statistics.median(ratios):.3f} ({min(ratios):.3f} to {max(ratios):.3f})"
            print(f"{name:20s} {here:8.2f} s  {there:8.2f} s  ratio {ratio}", flush=True)


def _in_turn(run: Callable[[str], float], pairs: int) -> dict[str, list[float]]:
    seconds: dict[str, list[float]] = {"here": [], "there": []}
    for turn in range(pairs + 1):
        for which in ("here", "there") if turn % 2 else ("there", "here"):
            taken = run(which)
            if turn:
                seconds[which].append(taken)
    return seconds


def _prepare(folder: Path, sources: dict[str, Path], particles: int) -> None:
    """One run as GSD and as text, ten frames of it, and a report of each checkout."""
    liquid = LIQUID.replace("NUMBER", str(particles))
    _run(folder, sources["here"], f"simulate {liquid} --duration 20 --every 0.25 --workers 1 --runs made")
    subprocess.run([sys.executable, "-c", SCRIPT], cwd=folder, env=_environment(sources["here"]), check=True)
    for which, source in sources.items():
        _run(folder, source, f"dynamics run.gsd -T 0.7 --out report-{which}")


def _timed(folder: Path, sources: dict[str, Path], command: str, which: str) -> float:
    for made in ("out", "runs"):
        shutil.rmtree(folder / made, ignore_errors=True)
    words = (
        command.replace("OUT", "out")
        .replace("RUNS", "runs")
        .replace("REPORT", f"report-{which}")
        .replace("STUDY", f"study-{which}")
    )
    return _run(folder, sources[which], words)


def _run(folder: Path, source: Path, command: str) -> float:
    """Processor seconds of a command."""
    words = command.split(" ", 1) if command.startswith("-c ") else ["-m", "supercooled", *command.split()]
    before = os.times()
    subprocess.run(
        [sys.executable, *words], cwd=folder, env=_environment(source), check=True, capture_output=True
    )
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def _environment(source: Path) -> dict[str, str]:
    """As it is where the package is installed: sources are compiled once."""
    around = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**around, "PYTHONPATH": str(source)}


if __name__ == "__main__":
    main()
