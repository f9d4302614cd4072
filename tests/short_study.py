"""An analysis of a second: three short runs of a shaken lattice, hotter and looser one after the other."""

from __future__ import annotations

import os
import resource
import signal
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from unittest import mock

import numpy as np

import supercooled as sc
from supercooled import store
from supercooled.analysis import analyze_files
from supercooled.analysis.choices import Choices
from supercooled.analysis.inputs import Given
from supercooled.papers import sharma2022
from supercooled.report import writing

TEMPERATURES = (0.5, 0.6, 0.7)
N, FRAMES, DENSITY = 216, 80, 1.2
CHOICES = Choices(window=6.0, q_max=12.0, structure_frames=8, blocks=2, bins=8, minimum_count=1, dq=0.5)


def lattice(seed: int, amplitude: float, *, n_frames: int = FRAMES, n: int = N) -> sc.Trajectory:
    """Particles about the sites of a lattice; now and then one moves on."""
    rng = np.random.default_rng(seed)
    edge, side = (n / DENSITY) ** (1 / 3), round(n ** (1 / 3))
    sites = np.stack(np.meshgrid(*[np.arange(side)] * 3), axis=-1).reshape(-1, 3) * edge / side
    jumps = np.cumsum(rng.random((n_frames, n, 1)) < 0.01, axis=0) * [0.5, 0.3, 0.1]
    paths = sites + jumps + rng.normal(0, amplitude, (n_frames, n, 3))
    box = sc.Box.cube(edge)
    folded, images = box.wrap(paths)
    species = (np.arange(n) % 5 == 4).astype(int)
    return sc.Trajectory.from_arrays(folded, box, images=images, species=species, names=("A", "B"))


def write_runs(folder: Path) -> list[Path]:
    files = [folder / f"T{T}.gsd" for T in TEMPERATURES]
    for k, (file, T) in enumerate(zip(files, TEMPERATURES, strict=True)):
        sc.write_gsd(file, lattice(k, 0.14 * T))
    return files


def analyse(files: Sequence[Path], out: Path, **changes: object) -> Path:
    """The whole way but for the figures, which are drawn from what is compared here."""
    options = {"liquid": "ka-lj", "given": Given(TEMPERATURES), "thresholds": [0.1] * 3}
    with mock.patch.object(writing, "rebuild", _draw_nothing):
        return analyze_files.run(files, out=out, **{**options, "choices": CHOICES, "workers": 1, **changes})


def _draw_nothing(folder: Path, **_: object) -> None:
    sc.report.files.write_text(folder / "report.html", "drawn")


def in_a_child(files: Sequence[Path], out: Path, room: int | None = None) -> None:
    """In a process of its own, as the command does it.

    room : bytes after which a file finds the disk full
    """
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    if room is not None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
    try:
        analyse(files, out)
    except sc.SupercooledError as error:
        (out.parent / "said").write_text(str(error))
        sys.exit(2)


def die_once(note: Path) -> int:
    """The process that did it; the first one is killed in the middle."""
    with suppress(FileExistsError):
        note.touch(exist_ok=False)
        os.kill(os.getpid(), signal.SIGKILL)
    return os.getpid()


def wait_for(folder: Path) -> str:
    """Says that it has begun, and ends when it may."""
    (folder / f"{os.getpid()}").touch()
    while not (folder / "go").exists():
        time.sleep(0.05)
    return "done"


def study(out: Path) -> None:
    """A study with all that it simulates, of few particles and short; nothing is drawn."""
    short = sharma2022.Preset({0.53: 10.0, 0.58: 10.0, 0.70: 10.0}, every=0.125, dt=0.005, whole=False)
    with (
        mock.patch.object(writing, "rebuild", _draw_nothing),
        mock.patch.object(store, "request", partial(store.request, start="lattice", hold=1.0)),
        mock.patch.multiple(sharma2022, CHOICES=CHOICES, N_PARTICLES=250),
    ):
        replace(sharma2022.PAPER, presets={"short": short}).run("short", out, root=out / "runs", workers=1)


def study_in_a_child(out: Path, share: float | None, counted: Path) -> None:
    """The study, killed when this share of the file operations in `counted` is done; without, count them."""
    done, last = [0], None if share is None else int(share * int(counted.read_text()))

    def count(event: str, _: object) -> None:
        if event in ("open", "os.mkdir", "os.rename", "os.remove", "os.rmdir"):
            done[0] += 1
            if last is not None and done[0] >= last:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(count)
    study(out)
    if share is None:
        counted.write_text(str(done[0]))


def redraw_in_a_child(out: Path, step: int) -> None:
    """Draw the report again, killed before the file operation of this number."""
    left = [step]

    def kill(event: str, _: object) -> None:
        if event in ("open", "os.mkdir", "os.rename", "os.remove", "os.rmdir") and left:
            left[0] -= 1
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    from supercooled.report import figures  # noqa: F401  its own files are not counted

    sys.addaudithook(kill)
    sc.report.rebuild(out)
    left.clear()


def cool_in_a_child(root: Path) -> None:
    """Two steps of cooling, small ones."""
    liquid = sc.systems.kob_andersen(density=1.2)
    sc.store.cool(
        liquid, [2.0, 1.5], n_particles=200, hold=1.0, duration=4.0, every=0.1, root=root, progress=False
    )
