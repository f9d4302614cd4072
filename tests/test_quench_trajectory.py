"""Whole trajectories quenched: every frame once, in its place, however often the work is killed."""

import json
import random
import signal
import subprocess
import sys
import time
from functools import cache
from pathlib import Path

import gsd.fl
import numpy as np
import pytest

from supercooled import Trajectory, io, store, systems
from supercooled.errors import MixtureError, ParameterError, SimulationError, StoreError
from supercooled.mixture import Mixture
from supercooled.simulation import inherent_structure, lattice
from supercooled.store import quenching
from supercooled.store.folder import RunFolder

LIQUID = systems.kob_andersen(density=1.2)
N, FRAMES, TOLERANCE = 200, 12, 1e-2


@cache
def wandering(frames=FRAMES, seed=1):
    """A quenched lattice whose particles rattle while all drift across the box's faces."""
    start = lattice(LIQUID, N, 1)
    bottom = inherent_structure(start.positions, start.box, start.species, LIQUID.mixture, tolerance=1.0)
    rng = np.random.default_rng(seed)
    rattle = rng.normal(scale=0.05, size=(frames, N, 3))
    drift = np.arange(frames)[:, None, None] * np.array([1.1, -0.7, 0.0])
    return bottom.positions + rattle + drift, start.box, start.species


def trajectory(frames=FRAMES, *, kind="unwrapped", seed=1):
    positions, box, species = wandering(FRAMES, seed)
    known = {"species": species, "names": ("A", "B"), "times": np.arange(FRAMES) * 0.5}
    if kind == "unwrapped":
        whole = Trajectory.from_arrays(positions, box, unwrapped=True, **known)
    else:
        folded, images = box.wrap(positions)
        images = images if kind == "images" else None
        whole = Trajectory.from_arrays(folded, box, images=images, **known)
    return whole[:frames]


def quench(run, root, **changes):
    arguments = {"tolerance": TOLERANCE, "mixture": LIQUID.mixture, "workers": 1, "progress": False}
    return store.quench_trajectory(run, root=root, **{**arguments, **changes})


def bits_of(path):
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


@pytest.mark.parametrize("kind", ["unwrapped", "images", "folded"])
def test_each_structure_is_that_of_its_frame_and_keeps_its_path(kind, tmp_path):
    run = trajectory(kind=kind)
    still = quench(run, tmp_path)
    np.testing.assert_array_equal(still.times, run.times)
    energies = store.logged(still, "potential_energy")
    thermal, quenched = run.unwrapped(), still.unwrapped()
    box = run.fixed_box()
    for frame in (0, FRAMES - 1):
        alone = inherent_structure(
            run.positions(slice(frame, frame + 1))[0], box, run.species, LIQUID.mixture, tolerance=TOLERANCE
        )
        assert energies[frame] == pytest.approx(alone.energy, abs=1e-5)
    # A rattling particle is near its site: a lost image would be a whole box away.
    moved = quenched - quenched[0] - (thermal - thermal[0])
    assert np.abs(moved).max() < 1.0
    assert np.abs(thermal[-1] - thermal[0]).max() > box.Lx
    assert (store.logged(still, "force_norm") <= TOLERANCE).all()
    assert (store.logged(still, "evaluations") > 10).all()


def test_quenched_again_nothing_is_done_and_prolonged_only_what_is_new(tmp_path, monkeypatch):
    monkeypatch.setattr(quenching, "_PARTICLES_PER_CHUNK", 2 * N)
    made = []
    original = quenching.inherent_structure

    def counted(*arguments, **named):
        made.append(named["name"])
        return original(*arguments, **named)

    monkeypatch.setattr(quenching, "inherent_structure", counted)
    quench(trajectory(5), tmp_path)
    assert len(made) == 5
    short = quench(trajectory(3), tmp_path)
    assert (short.n_frames, len(made)) == (3, 5)
    whole = quench(trajectory(), tmp_path)
    assert len(made) == len(set(made)) == FRAMES
    other = quench(trajectory(), tmp_path / "other")
    assert bits_of(whole.source.name) == bits_of(other.source.name)


def test_what_names_a_quench(tmp_path):
    folders = {
        Path(quench(*arguments[:1], tmp_path, **changes).source.name).parent
        for *arguments, changes in (
            (trajectory(2), {}),
            (trajectory(2), {"tolerance": 0.1}),
            (trajectory(2), {"minimiser": "lammps-cg"}),
            (trajectory(2, seed=2), {}),
            (trajectory(4)[::2], {}),
        )
    }
    assert len(folders) == 5
    for folder in folders:
        record = json.loads((folder / "run.json").read_text())
        assert record["frames"] == 2
        assert record["evaluations"] > 0
        assert str(tmp_path) not in json.dumps(record)


def test_two_trajectories_that_share_their_first_frames_do_not_answer_for_each_other(tmp_path):
    positions, box, species = wandering()
    known = {"species": species, "names": ("A", "B"), "unwrapped": True}
    other = positions.copy()
    other[3:] = wandering(seed=2)[0][3:]
    here, there = (Trajectory.from_arrays(x, box, **known)[:5] for x in (positions, other))
    fresh = store.logged(quench(there, tmp_path / "fresh"), "potential_energy")
    first = bits_of(quench(here, tmp_path / "runs").source.name)
    found = store.logged(quench(there, tmp_path / "runs"), "potential_energy")
    np.testing.assert_array_equal(found, fresh)
    assert len(list((tmp_path / "runs" / "inherent").iterdir())) == 2
    # Each is read back by itself; a beginning that they share is the same.
    assert bits_of(quench(here, tmp_path / "runs").source.name) == first
    assert bits_of(quench(there[:3], tmp_path / "runs").source.name)[:3] == first[:3]
    assert len(list((tmp_path / "runs" / "inherent").iterdir())) == 2


def test_other_times_and_other_particles_are_quenched_anew(tmp_path):
    positions, box, _ = wandering()
    half = np.arange(N) % 2
    mixture = systems.wahnstrom(density=1.2).mixture
    found = []
    for species, times in ((half, [0.0, 1.0]), (1 - half, [0.0, 1.0]), (half, [0.0, 2.0])):
        run = Trajectory.from_arrays(
            positions[:2], box, species=species, names=("A", "B"), times=times, unwrapped=True
        )
        still = quench(run, tmp_path / "runs", mixture=mixture, tolerance=10.0)
        fresh = quench(run, tmp_path / f"fresh{len(found)}", mixture=mixture, tolerance=10.0)
        assert bits_of(still.source.name) == bits_of(fresh.source.name)
        np.testing.assert_array_equal(still.times, times)
        found.append(still.source.name)
    assert len(set(found)) == 3


def test_a_composition_that_is_not_the_mixtures_is_refused(tmp_path):
    """As `analyze` does."""
    positions, box, species = wandering()
    run = Trajectory.from_arrays(positions, box, species=1 - species, names=("A", "B"), unwrapped=True)
    with pytest.raises(MixtureError, match=r"\(40, 160\) particles of \('A', 'B'\), not \(160, 40\)"):
        quench(run, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_the_command_given_the_right_names_does_not_print_the_first_ones_energy(
    tmp_path, capsys, monkeypatch
):
    """Types 1 and 2 taken the wrong way round, then rightly, with one folder of runs."""
    from supercooled.cli import main

    positions, box, species = wandering()
    dump = tmp_path / "still.dump"
    with dump.open("w") as file:
        edge = box.Lx / 2
        file.write(f"ITEM: TIMESTEP\n0\nITEM: NUMBER OF ATOMS\n{N}\nITEM: BOX BOUNDS pp pp pp\n")
        file.write(f"{-edge} {edge}\n" * 3 + "ITEM: ATOMS id type x y z\n")
        for i, (x, y, z) in enumerate(box.wrap(positions[0])[0]):
            # The majority is type 2 here.
            file.write(f"{i + 1} {2 - species[i]} {x:.6f} {y:.6f} {z:.6f}\n")

    def said(runs, *words):
        options = ["--tolerance", "0.01", "--workers", "1", "--runs", str(tmp_path / runs)]
        monkeypatch.setattr(sys, "argv", ["supercooled", "quench", "ka-lj", str(dump), *options, *words])
        with pytest.raises(SystemExit) as ended:
            main()
        return ended.value.code or 0, capsys.readouterr().err

    code, why = said("runs")
    assert code == 2
    assert "not (160, 40)" in " ".join(why.split())
    (code, right), (_, fresh) = (said(runs, "--names", "2=A,1=B") for runs in ("runs", "other"))
    assert code == 0
    energies = [text[text.index("energy") :].split()[1] for text in (right, fresh)]
    assert energies[0] == energies[1]


def test_unvouched_frames_are_made_again_and_missing_ones_are_missed(tmp_path, monkeypatch):
    monkeypatch.setattr(quenching, "_PARTICLES_PER_CHUNK", 2 * N)
    still = quench(trajectory(8), tmp_path)
    expected = bits_of(still.source.name)
    folder = Path(still.source.name).parent
    record = json.loads((folder / "run.json").read_text())
    RunFolder(folder).write_record({**record, "frames": 5})
    assert bits_of(quench(trajectory(8), tmp_path).source.name) == expected
    (folder / "trajectory.gsd").unlink()
    with pytest.raises(StoreError, match="has 0 frames of the 8 that were written"):
        quench(trajectory(8), tmp_path)


def test_an_error_leaves_the_frames_before_it(tmp_path, monkeypatch):
    monkeypatch.setattr(quenching, "_PARTICLES_PER_CHUNK", 2 * N)
    positions, box, species = wandering()
    bad = positions.copy()
    bad[5, 1] = bad[5, 0]
    run = Trajectory.from_arrays(bad, box, species=species, names=("A", "B"), unwrapped=True)
    with pytest.raises(SimulationError, match="arrays in memory: frame 5: the forces stay"):
        quench(run, tmp_path)
    file = next(tmp_path.rglob("trajectory.gsd"))
    assert len(bits_of(file)) == json.loads((file.parent / "run.json").read_text())["frames"] == 4


def test_what_can_not_be_quenched_is_refused(tmp_path):
    with pytest.raises(ParameterError, match="does not say which mixture its particles are"):
        quench(trajectory(), tmp_path, mixture=None)
    mono = Mixture("mono", ("A",), (1.0,), (1.0,), LIQUID.mixture.potentials[:1])
    with pytest.raises(MixtureError, match=r"species \['B'\] are not those of"):
        quench(trajectory(), tmp_path, mixture=mono)
    with pytest.raises(ParameterError, match="tolerance must be positive"):
        quench(trajectory(), tmp_path, tolerance=-1.0)
    assert not list(tmp_path.iterdir())


def test_paths_that_can_not_be_followed_are_refused(tmp_path):
    positions, box, species = wandering()
    jumping = np.stack([positions[0], positions[0] + 0.45 * box.lengths])
    run = Trajectory.from_arrays(box.wrap(jumping)[0], box, species=species, names=("A", "B"))
    with pytest.raises(StoreError, match=r"particle \d+ moves 0\.\d+ of the box.*give image flags"):
        quench(run, tmp_path)


SCRIPT = """
import os, sys
os.fsync = lambda _: None
from supercooled import io, store, systems
from supercooled.store import quenching
from supercooled.store.folder import RunFolder
quenching._PARTICLES_PER_CHUNK = 400
if __name__ == "__main__":
    store.quench_trajectory(
        io.read(sys.argv[1]), tolerance=1e-2, mixture=systems.kob_andersen(density=1.2).mixture,
        root=sys.argv[2], workers=int(sys.argv[3]), progress=False)
"""


def test_killed_at_random_instants_a_quench_ends_with_every_frame_once(tmp_path):
    random.seed(3)
    source = tmp_path / "source.gsd"
    positions, box, species = wandering(40)
    io.write_gsd(
        source, Trajectory.from_arrays(positions, box, species=species, names=("A", "B"), unwrapped=True)
    )
    script = tmp_path / "quench.py"
    script.write_text(SCRIPT)
    arguments = [sys.executable, str(script), str(source)]
    killed = 0
    for workers in ("1", "2"):
        child = subprocess.Popen([*arguments, str(tmp_path / "killed"), workers])
        before = _frames(tmp_path / "killed")
        while child.poll() is None and _frames(tmp_path / "killed") == before:
            time.sleep(0.003)
        time.sleep(random.uniform(0.0, 0.03))
        child.send_signal(signal.SIGKILL)
        killed += child.wait() == -signal.SIGKILL
    assert killed == 2
    for name in ("killed", "whole"):
        subprocess.run([*arguments, str(tmp_path / name), "1"], check=True)
    (killed_file,) = (tmp_path / "killed").rglob("trajectory.gsd")
    (whole_file,) = (tmp_path / "whole").rglob("trajectory.gsd")
    assert bits_of(killed_file) == bits_of(whole_file)
    assert len(bits_of(whole_file)) == 40


def _frames(root):
    records = list(root.rglob("run.json"))
    try:
        return json.loads(records[0].read_text())["frames"] if records else 0
    except (ValueError, KeyError):
        return 0
