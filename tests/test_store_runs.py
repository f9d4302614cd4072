"""Runs on disk: never half-written, never twice, and the same bits however often they are killed."""

import inspect
import io as text_io
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import tokenize
import warnings
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import gsd.fl
import numpy as np
import pytest
import signac
from hypothesis import given, settings
from hypothesis import strategies as st

from supercooled import io, source_code, store, systems
from supercooled.box import Box
from supercooled.errors import (
    MissingExtraError,
    ParameterError,
    StoreError,
    SupercooledError,
    TrajectoryError,
)
from supercooled.simulation import LammpsEngine, Snapshot, lattice, schedule
from supercooled.store.folder import Checkpoint, RunFolder, source_of_runs

LIQUID = systems.kob_andersen(density=1.2)
N = 200


@dataclass(frozen=True)
class Stirring:
    """Engine whose every step depends on all before it and, like a real one, on where it restarted.

    fuse : file with the number of calls after which it dies, as by a signal
    """

    fuse: Path | None = None

    def version(self):
        return "stirring 1"

    def prepare(self, state, start, checkpoint):
        self._burn()
        checkpoint.write_text(json.dumps([0, state.seed]))

    def advance(self, state, checkpoint, leg, after, tick):
        step, number = json.loads(checkpoint.read_text())
        assert step == leg.begin
        number += 1
        shots = [self._shot(state, step, number)] if step in leg.frames else []
        for stop in leg.stops:
            number = (6364136223846793005 * number + stop - step) % 2**63
            step = stop
            if stop in leg.frames:
                shots.append(self._shot(state, step, number))
            tick(stop)
        self._burn()
        if after is not None:
            after.write_text(json.dumps([step, number]))
        return shots

    def _burn(self):
        if self.fuse is None:
            return
        left = int(self.fuse.read_text())
        self.fuse.write_text(str(left - 1))
        if left == 0:
            raise KeyboardInterrupt

    @staticmethod
    def _shot(state, step, number):
        box = Box.cube(state.liquid.edge(state.n_particles))
        positions = np.random.default_rng(number).uniform(-1, 1, (state.n_particles, 3))
        images = np.full((state.n_particles, 3), number % 5)
        return Snapshot(step, positions, images, box, {"potential_energy": float(number)})


def ask(duration=1.0, **changes):
    arguments = {"temperature": 1.0, "n_particles": N, "every": 0.05, "start": "lattice", "hold": 0.1}
    return store.request(LIQUID, duration=duration, **{**arguments, **changes})


def frames_of(path):
    """Everything that a file holds, to the bit."""
    with gsd.fl.open(name=str(path), mode="r") as file:
        names = file.find_matching_chunk_names("")
        return [
            {
                n: file.read_chunk(frame=f, name=n).tobytes()
                for n in names
                if file.chunk_exists(frame=f, name=n)
            }
            for f in range(file.nframes)
        ]


@pytest.fixture
def short_legs(monkeypatch):
    monkeypatch.setattr(schedule, "ATOM_STEPS_PER_CHECKPOINT", 40 * N)


@settings(max_examples=10, deadline=None)
@given(
    st.lists(st.integers(1, 30), min_size=1, max_size=3),
    st.lists(st.integers(0, 6), max_size=4),
    st.sampled_from([7, 25, 40, 1000]),
)
def test_interrupting_and_prolonging_never_change_a_frame(lengths, deaths, leg_steps):
    with tempfile.TemporaryDirectory() as root, pytest.MonkeyPatch.context() as patch:
        patch.setattr(schedule, "ATOM_STEPS_PER_CHECKPOINT", leg_steps * N)
        # Only a power cut would miss it, and it takes most of the time.
        patch.setattr(os, "fsync", lambda _: None)
        fuse = Path(root) / "fuse"
        for length in lengths:
            for calls in deaths:
                fuse.write_text(str(calls))
                try:
                    simulate(ask(length * 0.05), Path(root) / "killed", Stirring(fuse))
                except KeyboardInterrupt:
                    continue
            run = simulate(ask(length * 0.05), Path(root) / "killed", Stirring())
            assert run.n_frames == length + 1
        longest = ask(max(lengths) * 0.05)
        whole = simulate(longest, Path(root) / "whole", Stirring())
        again = simulate(longest, Path(root) / "killed", Stirring())
        assert frames_of(again.source.name) == frames_of(whole.source.name)
        assert len(frames_of(whole.source.name)) == max(lengths) + 1
        assert len(list(Path(again.source.name).parent.glob("checkpoint-*"))) == 1


def simulate(asked, root, engine):
    return store.simulate_all([asked], root=root, workers=1, progress=False, engine=engine)[0]


def test_a_finished_run_is_not_simulated_again_and_a_shorter_one_is_its_beginning(tmp_path, short_legs):
    fuse = tmp_path / "fuse"
    fuse.write_text("1000")
    long = simulate(ask(1.0), tmp_path / "runs", Stirring(fuse))
    spent = fuse.read_text()
    short = simulate(ask(0.5), tmp_path / "runs", Stirring(fuse))
    simulate(ask(1.0), tmp_path / "runs", Stirring(fuse))
    assert fuse.read_text() == spent
    assert (long.n_frames, short.n_frames) == (21, 11)
    np.testing.assert_array_equal(short.positions(), long.positions(slice(0, 11)))


OTHER = replace(LIQUID, density=1.19)
# Each argument of `simulate` with another value, but those of whose work it is and where it lies.
CHANGES = {
    "liquid": OTHER,
    "temperature": 1.1,
    "n_particles": 250,
    "every": 0.1,
    "per_decade": 2,
    "seed": 2,
    "dt": 0.0025,
    "damping": 50.0,
    "ensemble": "nve",
    "start": "equilibrated",
    "hold": 0.2,
}


def runs_below(root):
    return {path.parent.name for path in root.glob("workspace/*/run.json")}


def test_a_run_with_any_argument_changed_is_made_again(tmp_path, monkeypatch):
    monkeypatch.setattr(systems, "equilibrated", lambda *_: tmp_path / "shipped.gsd")
    own = {"temperature": 1.0, "n_particles": N, "every": 0.2, "start": "lattice", "hold": 0.1}

    def made(**changed):
        given = {"liquid": LIQUID, "duration": 0.2, **own, **changed}
        store.simulate(**given, root=tmp_path / "runs", engine=Stirring(), progress=False)
        return len(runs_below(tmp_path / "runs"))

    io.write_gsd(tmp_path / "shipped.gsd", io.read(_run_of(tmp_path / "b").source.name)[-1:])
    assert set(inspect.signature(store.simulate).parameters) - set(CHANGES) == {
        "duration", "engine", "root", "progress",
    }  # fmt: skip
    assert made() == made() == made(duration=0.4) == 1
    for number, (name, value) in enumerate(CHANGES.items()):
        assert made(**{name: value}) == 2 + number, name
        assert made(**{name: value}) == 2 + number, name


def _run_of(root):
    return simulate(ask(0.05), root, ToLattice())


class ToLattice(Stirring):
    """An engine in whose frames nothing overlaps."""

    @staticmethod
    def _shot(state, step, number):
        start = lattice(state.liquid, state.n_particles, 1)
        zeros = np.zeros((state.n_particles, 3), dtype=np.int32)
        return Snapshot(step, start.positions, zeros, start.box, {"potential_energy": 0.0})


class Newer(Stirring):
    def version(self):
        return "stirring 2"


def test_another_engine_or_another_version_of_it_makes_a_run_of_its_own(tmp_path):
    first = simulate(ask(0.2), tmp_path, Stirring())
    with pytest.warns(
        UserWarning, match=r"this run was made with stirring 1, and the engine is now stirring 2"
    ):
        other = simulate(ask(0.2), tmp_path, Newer())
    assert len({first.source.name, other.source.name}) == len(runs_below(tmp_path)) == 2
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert simulate(ask(0.2), tmp_path, Stirring()).source.name == first.source.name
        assert simulate(ask(0.2), tmp_path, Newer()).source.name == other.source.name


@pytest.fixture
def edited(monkeypatch, tmp_path):
    """A module as if its source were another."""
    found = source_code._file

    def edit(module, old, new):
        text = found(module).read_text(encoding="utf-8")
        assert old in text
        (tmp_path / "edited.py").write_text(text.replace(old, new, 1), encoding="utf-8")
        monkeypatch.setattr(
            source_code, "_file", lambda name: tmp_path / "edited.py" if name == module else found(name)
        )
        for kept in (source_code.simulating_digest, source_code._imported):
            kept.cache_clear()

    yield edit
    for kept in (source_code.simulating_digest, source_code._imported):
        kept.cache_clear()


@pytest.mark.parametrize(
    ("module", "old", "new"),
    [
        ("simulation.schedule", "20_000_000", "10_000_000"),
        ("store.running", "step * state.protocol.dt", "2 * step * state.protocol.dt"),
        ("potentials.lennard_jones", "4.0", "4.1"),
        ("io.gsd_writing", "np.float32", "np.float64"),
        ("box", "0.5", "0.49"),
    ],
)
def test_a_run_is_made_again_when_the_code_that_simulates_has_changed(tmp_path, edited, module, old, new):
    first = simulate(ask(0.2), tmp_path / "runs", Stirring())
    edited(f"supercooled.{module}", old, new)
    with pytest.warns(
        UserWarning, match="the code that simulates has changed since this run was made; it is kept"
    ):
        again = simulate(ask(0.2), tmp_path / "runs", Stirring())
    assert len({first.source.name, again.source.name}) == 2
    assert frames_of(first.source.name) == frames_of(again.source.name)


def test_a_run_outlives_a_change_of_words_and_of_what_does_not_simulate(tmp_path, edited):
    first = simulate(ask(0.2), tmp_path / "runs", Stirring())
    for module, old, new in (
        ("simulation.schedule", '"""', '"""Said otherwise; é. '),
        ("simulation.schedule", "# Twenty", "# Said otherwise: twenty"),
        ("simulation.schedule", "\n\n\n", "\n\n\n\n"),
        ("errors", "class", "x = 1\n\n\nclass"),
        ("systems.catalogue", "def ", "x = 1\n\n\ndef "),
        ("report.console", "def ", "x = 1\n\n\ndef "),
    ):
        edited(f"supercooled.{module}", old, new)
        assert simulate(ask(0.2), tmp_path / "runs", Stirring()).source.name == first.source.name


def test_comments_are_where_python_finds_them():
    """In the source that simulates, where a word of a comment must not count, and all else must."""
    for name in source_code._modules():
        if source_code._simulates(name):
            text = source_code._file(name).read_text(encoding="utf-8")
            tokens = tokenize.generate_tokens(text_io.StringIO(text).readline)
            expected = [token.string for token in tokens if token.type == tokenize.COMMENT]
            assert [found for found in source_code._WORDS.findall(text) if found.startswith("#")] == expected


def test_the_code_of_a_run_is_all_that_decides_its_frames():
    """What LAMMPS is told, what is made of its answer, and where a run stops."""
    source_code.simulating_digest.cache_clear()
    read = []
    real = source_code._file
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(source_code, "_file", lambda name: (read.append(name), real(name))[1])
        source_of_runs(LammpsEngine())
    source_code.simulating_digest.cache_clear()
    assert {name.removeprefix("supercooled.") for name in read} >= {
        "box", "io.gsd_writing", "mixture", "potentials.lennard_jones", "potentials.repulsive",
        "potentials.tabulated", "simulation.active", "simulation.engine", "simulation.lammps_engine",
        "simulation.lammps_library", "simulation.pair_styles", "simulation.schedule", "simulation.start",
        "state", "store.running",
    }  # fmt: skip


def test_a_run_of_a_version_that_did_not_name_its_engine_is_kept_and_not_taken(tmp_path):
    first = Path(simulate(ask(0.2), tmp_path, Stirring()).source.name).parent
    old = signac.init_project(str(tmp_path)).open_job(ask(0.2).state.to_dict())
    shutil.copytree(first, old.path)
    shutil.rmtree(first)
    (Path(old.path) / "signac_statepoint.json").unlink()
    old.init()
    with pytest.warns(UserWarning, match=f"{old.id}: an earlier version made this run and did not record"):
        again = simulate(ask(0.2), tmp_path, Stirring())
    assert Path(again.source.name).parent == first
    assert Path(old.path, "trajectory.gsd").exists()


def test_a_run_is_read_where_its_engine_is_not_installed(tmp_path, monkeypatch):
    first = simulate(ask(0.2), tmp_path, Stirring())

    def missing(_):
        raise MissingExtraError("stirring is not installed")

    monkeypatch.setattr(Stirring, "version", missing)
    assert simulate(ask(0.2), tmp_path, Stirring()).source.name == first.source.name
    with pytest.raises(MissingExtraError):
        simulate(ask(0.2, seed=2), tmp_path, Stirring())


def test_a_run_says_how_it_was_made_and_not_where(tmp_path):
    run = simulate(ask(0.5), tmp_path, Stirring())
    folder = Path(run.source.name).parent
    record = json.loads((folder / "run.json").read_text())
    named = json.loads((folder / "signac_statepoint.json").read_text())
    assert (named.pop("engine"), named.pop("source")) == ("stirring 1", source_of_runs(Stirring()))
    assert record["state"] == run.state.to_dict() == named
    assert record["versions"]["engine"] == "stirring 1"
    assert record["atom_steps"] == N * (20 + 100)
    assert record["atom_steps_per_second"] == pytest.approx(
        record["atom_steps"] / record["seconds"], rel=0.05
    )
    assert record["start"]["name"] == "lattice"
    assert (record["frames"], record["duration"]) == (11, 0.5)
    assert str(tmp_path) not in json.dumps(record)
    assert run.temperature == 1.0
    np.testing.assert_allclose(run.times, np.arange(11) * 0.05)
    assert io.read(folder / "start.gsd", timestep=1.0).n_particles == N


def test_logged_numbers_belong_to_their_frames(tmp_path):
    run = simulate(ask(0.5), tmp_path, Stirring())
    energy = store.logged(run, "potential_energy")
    np.testing.assert_array_equal(store.logged(run[3:9:2], "potential_energy"), energy[3:9:2])
    np.testing.assert_array_equal(energy.time, run.times)
    assert energy.attrs["units"] == "epsilon_AA"
    with pytest.raises(ParameterError, match="no log of 'pressure'"):
        store.logged(run, "pressure")


def test_equal_requests_make_one_run_and_each_gets_its_frames(tmp_path):
    runs = store.simulate_all(
        [ask(0.2), ask(0.4), ask(0.1)], root=tmp_path, workers=1, progress=False, engine=Stirring()
    )
    assert [r.n_frames for r in runs] == [5, 9, 3]
    assert len({r.source.name for r in runs}) == 1


def test_a_run_from_a_configuration_that_was_replaced_is_refused(monkeypatch, tmp_path):
    def ask_again(root):
        return store.simulate(
            LIQUID, temperature=1.0, n_particles=1000, duration=0.05, every=0.05, root=root, progress=False
        )

    run = ask_again(tmp_path)
    assert ask_again(tmp_path).n_frames == run.n_frames
    beside = Path(run.source.name).parent / "run.json"
    record = json.loads(beside.read_text())
    record["start"]["sha256"] = "0" * 64
    RunFolder(beside.parent).write_record(record)
    with pytest.raises(
        StoreError, match=r"started from another equilibrated configuration .* ka-lj_rho1\.2_T1_"
    ):
        ask_again(tmp_path)
    ask_again(tmp_path / "elsewhere")
    # Where the package has none any more there is nothing to compare with, and the run is still there.
    monkeypatch.setattr(systems, "equilibrated", _has_none)
    assert ask_again(tmp_path / "elsewhere").n_frames == run.n_frames


def _has_none(*_):
    raise ParameterError("no equilibrated configuration")


def test_a_damaged_or_incomplete_folder_is_named(tmp_path):
    folder = Path(simulate(ask(0.2), tmp_path, Stirring()).source.name).parent
    (folder / "checkpoint.json").write_text("{")
    with pytest.raises(StoreError, match=r"checkpoint\.json can't be read"):
        simulate(ask(0.4), tmp_path, Stirring())
    RunFolder(folder).replace_checkpoint(Checkpoint(0, "checkpoint-0", "", 1))
    for engine_file in folder.glob("checkpoint-*"):
        engine_file.unlink()
    with pytest.raises(StoreError, match="checkpoint-0 is missing"):
        simulate(ask(0.4), tmp_path, Stirring())


def test_frames_that_were_removed_are_missed_not_skipped(tmp_path, short_legs):
    folder = Path(simulate(ask(2.0), tmp_path, Stirring()).source.name).parent
    (folder / "trajectory.gsd").unlink()
    with pytest.raises(StoreError, match=r"has 0 frames of the 41 that were written"):
        simulate(ask(2.0), tmp_path, Stirring())


def test_frames_that_a_checkpoint_counts_and_that_are_not_there_are_computed_again(tmp_path, short_legs):
    whole = frames_of(simulate(ask(2.0), tmp_path / "whole", Stirring()).source.name)
    folder = Path(simulate(ask(1.0), tmp_path / "runs", Stirring()).source.name).parent
    record = json.loads((folder / "checkpoint.json").read_text())
    record.pop("checksum")
    RunFolder(folder).replace_checkpoint(Checkpoint(**{**record, "frames": 1000}))
    with pytest.warns(UserWarning, match=r"frames 21 to 999 are damaged or missing, and are computed again"):
        assert frames_of(simulate(ask(2.0), tmp_path / "runs", Stirring()).source.name) == whole


def flipped(path, place):
    content = bytearray(path.read_bytes())
    content[place] ^= 1 << (place % 8)
    path.write_bytes(content)


@pytest.mark.parametrize("cut", [False, True])
def test_a_damaged_tail_is_computed_again_and_said(tmp_path, short_legs, cut):
    run = simulate(ask(2.1), tmp_path, Stirring())
    path, before = Path(run.source.name), frames_of(run.source.name)
    kept = RunFolder(path.parent).checkpoint()
    assert kept.frames == len(before) == 43
    # Behind the last checkpoint, which is of step 440, the tenth of a tau before the end.
    place = path.read_bytes().index(before[42]["particles/position"])
    if cut:
        os.truncate(path, place + 100)
    else:
        flipped(path, place + 100)
    with pytest.warns(UserWarning, match=r"frames 42 to 42 are damaged or missing, and are computed again"):
        again = simulate(ask(2.1), tmp_path, Stirring())
    assert frames_of(again.source.name) == before


def test_a_damaged_frame_in_the_middle_is_refused_with_its_name(tmp_path, short_legs):
    run = simulate(ask(2.0), tmp_path, Stirring())
    path = Path(run.source.name)
    flipped(path, path.read_bytes().index(frames_of(path)[7]["particles/position"]) + 40)
    again = simulate(ask(2.0), tmp_path, Stirring())
    with pytest.raises(TrajectoryError, match=r"trajectory\.gsd: frame 7: particles/position is not what"):
        again.read()


def test_no_bit_of_a_checkpoint_or_a_record_changes_a_run_unnoticed(tmp_path, short_legs):
    """Refused, or the same frames."""
    first = simulate(ask(1.0), tmp_path / "first", Stirring())
    expected = frames_of(simulate(ask(2.0), tmp_path / "whole", Stirring()).source.name)
    folder = Path(first.source.name).parent.relative_to(tmp_path / "first")
    (engine_file,) = (tmp_path / "first" / folder).glob("checkpoint-*")
    chosen = random.Random(5)
    refused = 0
    for name in (engine_file.name, "checkpoint.json", "run.json", "start.gsd"):
        size = (tmp_path / "first" / folder / name).stat().st_size
        for k in range(8):
            root = tmp_path / f"{name}{k}"
            shutil.copytree(tmp_path / "first", root)
            flipped(root / folder / name, chosen.randrange(min(size, 6000)))
            try:
                run = simulate(ask(2.0), root, Stirring())
            except SupercooledError as error:
                refused += 1
                assert name in str(error), error  # noqa: PT017
                continue
            assert frames_of(run.source.name) == expected
    assert refused >= 24


def test_a_run_of_before_checksums_is_refused_with_the_reason(tmp_path):
    folder = Path(simulate(ask(0.2), tmp_path, Stirring()).source.name).parent
    for name in ("checkpoint.json", "run.json"):
        record = json.loads((folder / name).read_text())
        del record["checksum"]
        kept = (folder / name).read_bytes()
        (folder / name).write_text(json.dumps(record))
        with pytest.raises(
            StoreError, match=f"{name} has no checksum: an earlier version or another program wrote it"
        ):
            simulate(ask(0.2), tmp_path, Stirring())
        (folder / name).write_bytes(kept)


def test_many_may_make_a_new_folder_of_runs_at_one_instant(tmp_path):
    def enter(root, barrier):
        barrier.wait()
        return RunFolder.of(ask().state, root).path

    with ThreadPoolExecutor(4) as pool:
        for k in range(30):
            enter_here = partial(enter, tmp_path / f"{k}", threading.Barrier(4))
            assert len({one.result() for one in [pool.submit(enter_here) for _ in range(4)]}) == 1


def test_only_one_process_writes_a_run_and_the_other_says_that_it_waits(tmp_path, monkeypatch):
    folder = RunFolder.of(ask().state, tmp_path)
    events = []
    assert not folder.is_held()
    monkeypatch.setattr(
        "warnings.warn", lambda said, **_: events.append("waits" if "waiting for it" in said else said)
    )

    def second():
        with folder.held():
            events.append("writes")

    with folder.held():
        assert folder.is_held()
        other = threading.Thread(target=second)
        other.start()
        end = time.monotonic() + 5
        while "waits" not in events and time.monotonic() < end:
            time.sleep(0.01)
        events.append("first done")
    other.join()
    assert events == ["waits", "first done", "writes"]
    assert not folder.is_held()


def test_a_full_disk_is_an_error_and_what_is_there_stays_good(tmp_path, short_legs):
    """A limit on the size of files stands for the disk."""
    whole = simulate(ask(2.0), tmp_path / "whole", Stirring())
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, hard))
    try:
        with pytest.raises(StoreError, match="disk is full"):
            simulate(ask(2.0), tmp_path / "full", Stirring())
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    again = simulate(ask(2.0), tmp_path / "full", Stirring())
    assert frames_of(again.source.name) == frames_of(whole.source.name)
    assert not list((tmp_path / "full").rglob("*.part"))


def test_lammps_checkpoint_cut_by_a_full_disk_is_no_checkpoint(tmp_path):
    from supercooled.simulation import LammpsEngine, lattice

    state = ask(hold=0.1).state
    LammpsEngine().version()  # MPI needs room of its own when it begins
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, hard))
    try:
        with pytest.raises(StoreError, match="disk is full"):
            LammpsEngine().prepare(state, lattice(LIQUID, N, 1), tmp_path / "start")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert list(tmp_path.iterdir()) == []


# Imports once; then, for each folder that it is told, a process of its own makes the run there.
MAKER = """
import os, sys
os.fsync = lambda _: None
import gsd.hoomd, signac
from supercooled import io, source_code, store, systems
from supercooled.simulation import lammps_engine, schedule
schedule.ATOM_STEPS_PER_CHECKPOINT = 240 * 250
schedule.ATOM_STEPS_PER_STOP = 50 * 250
asked = store.request(systems.kob_andersen(density=1.2), temperature=1.0, n_particles=250, every=0.25,
    start="lattice", hold=1.0, duration=36.0)
for line in sys.stdin:
    if not (child := os.fork()):
        store.simulate_all([asked], root=line.strip(), workers=1, progress=False)
        os._exit(0)
    print(child, flush=True)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


def test_a_run_that_is_killed_ten_times_ends_with_the_bits_of_one_left_alone(tmp_path):
    """SIGKILL at random instants, LAMMPS underneath: every frame is there once, whole, the same."""
    instants = random.Random(2)
    maker = subprocess.Popen(
        [sys.executable, "-c", MAKER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert maker.stdin is not None
    assert maker.stdout is not None

    def began(root):
        maker.stdin.write(f"{root}\n")
        maker.stdin.flush()
        return int(maker.stdout.readline())

    found = []
    for _ in range(10):
        child = began(tmp_path / "killed")
        seen = {p.name for p in (tmp_path / "killed").glob("workspace/*/checkpoint-*")}
        more = instants.randrange(4)
        while more and Path(f"/proc/{child}").exists():
            now = {p.name for p in (tmp_path / "killed").glob("workspace/*/checkpoint-*")}
            more -= bool(now - seen)
            seen |= now
            time.sleep(0.002)
        time.sleep(instants.uniform(0.0, 0.03))
        os.kill(child, signal.SIGKILL)
        assert int(maker.stdout.readline()) == -signal.SIGKILL
        found.append(len(seen))
    # some before the first checkpoint or soon after the last kill, some further on
    assert len(set(found)) >= 4
    for name in ("killed", "whole"):
        began(tmp_path / name)
        assert int(maker.stdout.readline()) == 0
    maker.stdin.close()
    assert maker.wait() == 0
    killed_run, whole_run = (next((tmp_path / n).rglob("trajectory.gsd")) for n in ("killed", "whole"))
    frames = frames_of(whole_run)
    assert frames_of(killed_run) == frames
    steps = [int(np.frombuffer(f["configuration/step"], np.uint64)[0]) for f in frames]
    assert steps == list(range(0, 7201, 50))
    left = {p.name for p in killed_run.parent.iterdir()}
    assert left - {p.name for p in whole_run.parent.iterdir()} == set()


def test_workers_end_with_the_process_that_made_them(tmp_path):
    script = tmp_path / "main.py"
    script.write_text(
        "import os, signal, sys, time\n"
        "from supercooled import cluster\n"
        # Shells let what they start in the background ignore Ctrl-C.
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "def sleep(path):\n"
        "    open(path, 'w').write(str(os.getpid()))\n"
        "    time.sleep(60)\n"
        "if __name__ == '__main__':\n"
        "    with cluster.executor(2) as workers:\n"
        "        workers.submit(sleep, sys.argv[1])\n"
        "        time.sleep(60)\n"
    )
    for how in (signal.SIGINT, signal.SIGKILL):
        note = tmp_path / how.name
        parent = subprocess.Popen([sys.executable, str(script), str(note)], stderr=subprocess.DEVNULL)
        while not note.exists() or not note.read_text():
            time.sleep(0.02)
        parent.send_signal(how)
        parent.wait(timeout=10)
        assert _gone(int(note.read_text()), seconds=5)


def _gone(pid, seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        stat = Path(f"/proc/{pid}/stat")
        if stat.exists() and stat.read_text().split()[2] == "Z":
            return True
        time.sleep(0.05)
    return False
