"""What kills jobs: nothing is lost, nothing doubled, and the result is the same to the byte."""

from __future__ import annotations

import dataclasses
import multiprocessing
import os
import random
import shutil
import signal
import threading
import time
import warnings
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

import pytest
import report_example
import short_study

import supercooled as sc
from supercooled import cluster, outputs
from supercooled.analysis import measurement, stages
from supercooled.errors import ClusterError

# A server that has imported everything once forks a child in no time.
CHILDREN = multiprocessing.get_context("forkserver")
CHILDREN.set_forkserver_preload(["short_study"])


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return short_study.write_runs(tmp_path_factory.mktemp("files"))


@pytest.fixture(scope="module")
def whole(files: list[Path], tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, float]:
    """An analysis left alone, and how long it took."""
    out = tmp_path_factory.mktemp("whole") / "out"
    began = time.monotonic()
    child = started(files, out)
    child.join()
    assert child.exitcode == 0
    return out, time.monotonic() - began


def started(files: list[Path], out: Path, room: int | None = None) -> ForkServerProcess:
    child = CHILDREN.Process(target=short_study.in_a_child, args=(files, out, room))
    child.start()
    return child


def compared(out: Path) -> bytes:
    return (out / "comparison.json").read_bytes()


def inside(out: Path) -> set[str]:
    return {path.name for path in out.iterdir()} | {path.name for path in (out / "work").iterdir()}


def test_killed_twenty_times_it_ends_with_the_same_bytes(files, whole, tmp_path):
    left_alone, took = whole
    instants, killed, out = random.Random(1), 0, tmp_path / "out"
    while killed < 20:
        child = started(files, out)
        child.join(instants.uniform(0.0, 0.25 * took))
        if child.exitcode is not None:
            # Done between two kills: begin again, with some of it there.
            shutil.rmtree(out / "results.zarr")
            (out / "report.html").unlink()
            shutil.rmtree(instants.choice(sorted((out / "work").iterdir())))
            continue
        os.kill(child.pid, instants.choice([signal.SIGKILL, signal.SIGKILL, signal.SIGTERM]))
        child.join()
        killed += 1
    child = started(files, out)
    child.join()
    assert child.exitcode == 0
    assert compared(out) == compared(left_alone)
    assert inside(out) == inside(left_alone)


def test_a_study_that_is_killed_ends_with_the_same_bytes(tmp_path):
    """Simulations, fields and results: only what says when and where it was made differs."""
    counted, exits = tmp_path / "counted", []
    for name, share in (("whole", None), *(("killed", share) for share in (0.3, 0.6, 2.0))):
        child = CHILDREN.Process(target=short_study.study_in_a_child, args=(tmp_path / name, share, counted))
        child.start()
        child.join()
        exits.append(child.exitcode)
    assert exits[0] == exits[-1] == 0
    assert exits[1] == -signal.SIGKILL
    whole, killed = (
        {
            path.relative_to(tmp_path / name): path.read_bytes()
            for path in (tmp_path / name).rglob("*")
            if path.is_file() and path.name not in ("run.json", "provenance.json", ".supercooled.manifest")
        }
        for name in ("whole", "killed")
    )
    assert killed == whole


def test_a_cooling_that_is_killed_ends_with_the_same_frames(tmp_path):
    """Killed once the first step, and once the second, has written a checkpoint."""

    def began(root: Path) -> ForkServerProcess:
        child = CHILDREN.Process(target=short_study.cool_in_a_child, args=(root,))
        child.start()
        return child

    def runs(root: Path) -> dict[str, bytes]:
        return {path.parent.name: path.read_bytes() for path in root.rglob("trajectory.gsd")}

    killed = 0
    for steps in (1, 2):
        child = began(tmp_path / "killed")
        while (
            child.exitcode is None
            and len(list((tmp_path / "killed").glob("workspace/*/checkpoint-*"))) < steps
        ):
            child.join(0.005)
        child.kill()
        child.join()
        killed += child.exitcode == -signal.SIGKILL
    assert killed == 2
    for name in ("killed", "whole"):
        child = began(tmp_path / name)
        child.join()
        assert child.exitcode == 0
    assert runs(tmp_path / "killed") == runs(tmp_path / "whole")
    assert len(runs(tmp_path / "whole")) == 2


def test_two_on_one_folder_make_it_once(files, whole, tmp_path):
    children = [started(files, tmp_path / "out") for _ in range(2)]
    for child in children:
        child.join()
        assert child.exitcode == 0
    assert compared(tmp_path / "out") == compared(whole[0])
    assert inside(tmp_path / "out") == inside(whole[0])


def test_the_second_on_a_folder_says_that_it_waits(tmp_path):
    said = []

    def first(ends: threading.Event) -> None:
        with outputs.results_folder(tmp_path / "out", by="me"):
            held.set()
            assert ends.wait(30)

    held, ends = threading.Event(), threading.Event()
    other = threading.Thread(target=first, args=(ends,))
    other.start()
    assert held.wait(30)
    with warnings.catch_warnings():
        warnings.showwarning = lambda message, *_, **__: (said.append(str(message)), ends.set())
        warnings.simplefilter("always")
        with outputs.results_folder(tmp_path / "out", by="me"):
            assert said == [f"another process is writing {tmp_path / 'out'}: waiting for it"]
    other.join()
    with outputs.results_folder(tmp_path / "new" / "out", by="me"):
        assert (tmp_path / "new" / "out" / ".lock").exists()
    assert not (tmp_path / "new").exists()


def test_a_report_killed_while_it_is_drawn_again_ends_with_the_same_bytes(tmp_path):
    out = tmp_path / "out"
    sc.report.write(
        out, title="Hops", summary="", rows=report_example.rows(), results={"hops": report_example.hops()},
        provenance=report_example.provenance(),
    )  # fmt: skip
    whole = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    killed = 0
    for step in (15, 40, 70, 10_000):
        (out / "report.html").unlink(missing_ok=True)
        child = CHILDREN.Process(target=short_study.redraw_in_a_child, args=(out, step))
        child.start()
        child.join()
        killed += child.exitcode == -signal.SIGKILL
    assert killed >= 2
    assert child.exitcode == 0
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == whole


def test_a_full_disk_is_said_and_made_good(files, whole, tmp_path):
    # One that fails in a field, one in a curve.
    for room in (100_000, 300):
        out = tmp_path / str(room)
        child = started(files, out, room)
        child.join()
        assert child.exitcode == 2
        assert "free some space" in (tmp_path / "said").read_text()
        assert not [path for path in out.rglob(".*") if path.name != ".supercooled.manifest"]
    child = started(files, out)
    child.join()
    assert compared(out) == compared(whole[0])


@pytest.mark.parametrize("how", ["cut", "missing", "other"])
def test_a_damaged_output_is_made_again(files, whole, tmp_path, how):
    out = tmp_path / "out"
    shutil.copytree(whole[0], out)
    (out / "report.html").unlink()
    for kind in ("depth", "structure"):
        folder = next((out / "work").glob(f"T0.6-{kind}-*"))
        chunk = max((p for p in folder.rglob("c/*/*") if p.is_file()), key=lambda p: p.stat().st_size)
        if how == "cut":
            chunk.write_bytes(chunk.read_bytes()[: chunk.stat().st_size // 2])
        elif how == "missing":
            chunk.unlink()
        else:
            chunk.write_bytes(bytes(chunk.stat().st_size))
    short_study.analyse(files, out)
    assert compared(out) == compared(whole[0])


def test_a_clock_that_jumps_makes_nothing_again(files, whole, tmp_path, monkeypatch):
    out = tmp_path / "out"
    shutil.copytree(whole[0], out)
    (out / "report.html").unlink()
    for k, path in enumerate(sorted(out.rglob("*"))):
        os.utime(path, (4e9, 4e9) if k % 2 else (0.0, 0.0))

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("made again")

    monkeypatch.setattr(stages, "save_results", refuse)
    monkeypatch.setattr(measurement.LocalDepth, "of", refuse)
    monkeypatch.setattr(measurement.dynamics, "hops", refuse)
    short_study.analyse(files, out)
    assert compared(out) == compared(whole[0])


def test_a_killed_worker_process_is_said_in_one_sentence(tmp_path):
    with pytest.raises(ClusterError, match="worker process died; run it again"), cluster.executor(2) as pool:
        list(pool.map(short_study.die_once, [tmp_path / "note"] * 4))


@pytest.mark.parametrize(
    ("changed", "again"),
    [
        ({"window": 8.0}, {"p_hop"}),
        ({"width": 0.08}, {"depth"}),
        ({"q_max": 11.0}, {"structure"}),
        ({"overlap_radius": 0.2}, {"motion"}),
        ({"bins": 6}, set()),
        ({"species": "B"}, {"depth", "p_hop", "motion"}),
    ],
)
def test_a_changed_choice_repeats_what_depends_on_it(files, whole, changed, again, monkeypatch):
    """Named by their inputs: which outputs a choice would make anew."""
    made: set[str] = set()

    def kept(self: Any, folder: Path, label: str, *args: Any, **kwargs: Any) -> Any:
        path = folder / f"{label}-{self.key(*args, **kwargs)}.zarr"
        if not path.exists():
            made.add(label.split("-")[1])
            path = next(folder.glob(f"{label}-*"))
        return stages.opened(path) if isinstance(self, stages.FieldStage) else stages.load_results(path)

    monkeypatch.setattr(stages.Stage, "kept", kept)
    monkeypatch.setattr(stages.FieldStage, "kept", kept)
    run = sc.read(files[0], temperature=0.5)
    choices = dataclasses.replace(short_study.CHOICES, **changed)
    mixture = sc.systems.named("ka-lj", density=1.2).mixture
    measurement.measure([[run]], mixture, choices, folder=whole[0] / "work", workers=1)
    assert made == again
