"""Killed before any of its steps, a replacement leaves the old or the new, and the next one goes on."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from supercooled import outputs
from supercooled.outputs import exchange, locks

# What the system is asked to do; each raises an event before it is done, and two of our own.
STEPS = ("open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.scandir", "os.listdir", "fcntl.flock")
OF_OURS = ("supercooled.rename.exchange", "supercooled.rename.new")
_countdown: list[int] = []


def _kill(event: str, _: object) -> None:
    if _countdown and event in (*STEPS, *OF_OURS):
        _countdown[0] -= 1
        if _countdown[0] == 0:
            os._exit(9)


sys.addaudithook(_kill)


def killed_at(step: int, work: Callable[[], None]) -> bool:
    """In a process of its own, do `work` until its step of this number; whether it ended before."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            _countdown[:] = [step]
            work()
            _countdown.clear()
            code = 0
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    assert code in (0, 9)
    return code == 0


def nothing_against(_: Path) -> None:
    """All folders are ours here."""


def folder_of(path: Path, text: str) -> None:
    with outputs.owned_folder(path, nothing_against, by="me") as made:
        made.mkdir()
        for name in ("first", "second"):
            (made / name).write_text(text)


def file_of(path: Path, text: str) -> None:
    with outputs.owned_file(path, by="me") as made:
        made.write_text(text)


def whole_file_of(path: Path, text: str) -> None:
    with outputs.whole_file(path) as made:
        made.write_text(text)


def results_of(path: Path, text: str) -> None:
    with (
        outputs.results_folder(path, by="me", names=("*.txt",)),
        outputs.owned_file(path / "first.txt", by="me") as made,
    ):
        made.write_text(text)


def held_in(path: Path) -> dict[str, str]:
    visible = [path] if path.is_file() else sorted(path.glob("[!.]*"))
    return {one.name: one.read_text() for one in visible}


def hidden_in(folder: Path) -> set[str]:
    return {path.name for path in folder.rglob(".*")} - {".supercooled.manifest"}


@pytest.fixture
def without_exchange(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a file system that lacks the exchange of two names, NFS for one."""
    monkeypatch.setattr(exchange, "_system_rename", lambda: None)


KINDS = {"folder": folder_of, "file": file_of, "file of a folder of ours": whole_file_of}


def killed_at_every_step(write: Callable[[Path, str], None], folder: Path) -> int:
    """How many steps there were; the next process has old or new in its hands each time, and finishes."""
    step = 0
    while True:
        step += 1
        place = folder / str(step)
        place.mkdir()
        out = place / "out"
        write(out, "old")
        old = held_in(out)
        ended = killed_at(step, lambda: write(out, "new"))  # noqa: B023  called before the next round
        new = dict.fromkeys(old, "new")
        # What the next process finds once it has looked: never neither.
        outputs.clear_after_the_dead(place, of="out")
        found = held_in(out)
        assert found in (old, new), step
        assert found == new or not ended
        write(out, "later")
        assert held_in(out) == dict.fromkeys(old, "later")
        assert not hidden_in(place), step
        if ended:
            return step


@pytest.mark.parametrize("kind", list(KINDS))
def test_old_or_new_is_there_whenever_it_is_killed(kind, tmp_path):
    assert killed_at_every_step(KINDS[kind], tmp_path) > 8


@pytest.mark.usefixtures("without_exchange")
def test_old_or_new_is_there_also_where_names_cannot_be_exchanged(tmp_path):
    assert killed_at_every_step(folder_of, tmp_path) > 10


def test_a_folder_of_results_is_ours_whenever_it_is_killed(tmp_path):
    """Also between its being made and its manifest, and between the manifest and a file."""
    for began in ("new", "old"):
        step, ended = 0, False
        while not ended:
            step += 1
            out = tmp_path / f"{began}{step}" / "out"
            if began == "old":
                results_of(out, "old")
            ended = killed_at(step, lambda: results_of(out, "new"))  # noqa: B023
            if out.exists():
                assert set(held_in(out).values()) <= {"old", "new"}
            results_of(out, "later")
            assert held_in(out) == {"first.txt": "later"}
            assert not hidden_in(out.parent)
        assert step > 20


@pytest.mark.usefixtures("without_exchange")
def test_the_next_process_brings_back_what_lay_between_two_names(tmp_path):
    """Both steps of the fallback, each with the state that a kill leaves."""
    for k, (there, expected) in enumerate([(("made", "replaced"), "new"), (("replaced",), "old")]):
        place = tmp_path / str(k)
        room = place / ".out.x.part"
        for name in there:
            inside = room / ("out" if name == "made" else exchange.REPLACED)
            inside.mkdir(parents=True)
            (inside / "first").write_text("new" if name == "made" else "old")
        (room / exchange.JOURNAL).write_text(json.dumps({"name": "out"}))
        (room / ".lock").write_text(locks._header())
        outputs.clear_after_the_dead(place)
        assert held_in(place / "out") == {"first": expected}
        assert not hidden_in(place)


def test_what_lives_or_is_of_another_host_or_no_room_stays(tmp_path):
    rooms = {
        name: tmp_path / f".out.{name}.part" for name in ("dead", "living", "elsewhere", "mine", "empty")
    }
    for room in rooms.values():
        room.mkdir()
    for name in ("dead", "living", "elsewhere", "mine"):
        (rooms[name] / "half").write_text("half")
    for name in ("dead", "living"):
        (rooms[name] / ".lock").write_text(locks._header())
    (rooms["elsewhere"] / ".lock").write_text(json.dumps({"supercooled": "room", "host": "another"}))
    with (rooms["living"] / ".lock").open("r+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        folder_of(tmp_path / "out", "new")
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {"out", *(rooms[name].name for name in ("living", "elsewhere", "mine"))}


def test_what_a_killed_process_unpacked_goes_when_the_next_one_unpacks(tmp_path):
    """And not what a living one has unpacked."""
    script = "from supercooled.outputs import scratch_folder; print(scratch_folder(), flush=True); input()"
    around = {**os.environ, "TMPDIR": str(tmp_path)}

    def started() -> tuple[subprocess.Popen[str], Path]:
        process = subprocess.Popen(
            [sys.executable, "-c", script],
            env=around,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        return process, Path(process.stdout.readline().strip())

    dead, left = started()
    (left / "dump").write_text("unpacked")
    living, kept = started()
    assert left.exists()
    dead.kill()
    dead.wait()
    other, new = started()
    assert not left.exists()
    assert kept.exists()
    for process in (living, other):
        process.communicate("\n")
    assert not kept.exists()
    assert not new.exists()
