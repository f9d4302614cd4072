"""Who a trajectory is: what its files and arrays hold, and nothing that they are called or dated."""

import os
import shutil
from dataclasses import replace

import numpy as np
import pytest

import supercooled as sc
from supercooled import Box, Trajectory
from supercooled.digests import Digest, digest_of
from supercooled.errors import ParameterError

BOX = Box.cube(6.0)


def walk(n_frames=5, n_particles=20, seed=1):
    rng = np.random.default_rng(seed)
    return np.cumsum(rng.normal(scale=0.1, size=(n_frames, n_particles, 3)), axis=0) + rng.uniform(
        -3, 3, (n_particles, 3)
    )


def dump(path, frames, *, types=(1, 2)):
    with path.open("w") as file:
        for k, rows in enumerate(frames):
            file.write(f"ITEM: TIMESTEP\n{100 * k}\nITEM: NUMBER OF ATOMS\n{len(rows)}\n")
            file.write("ITEM: BOX BOUNDS pp pp pp\n" + "-3 3\n" * 3 + "ITEM: ATOMS id type xu yu zu\n")
            for i, (x, y, z) in enumerate(rows):
                file.write(f"{i + 1} {types[i % 2]} {x:.6f} {y:.6f} {z:.6f}\n")
    return path


def xyz(path, frames):
    with path.open("w") as file:
        for rows in frames:
            file.write(f'{len(rows)}\nLattice="6 0 0 0 6 0 0 0 6" Properties=species:S:1:pos:R:3\n')
            for i, (x, y, z) in enumerate(rows):
                file.write(f"{'AB'[i % 2]} {x:.6f} {y:.6f} {z:.6f}\n")
    return path


def gsd(path, frames):
    run = Trajectory.from_arrays(frames, BOX, species=np.arange(frames.shape[1]) % 2)
    sc.write_gsd(path, run)
    return path


WRITERS = {"a.dump": dump, "a.xyz": xyz, "a.gsd": gsd}


@pytest.mark.parametrize("name", WRITERS)
def test_a_file_replaced_with_its_size_and_its_times_kept_is_another(tmp_path, name):
    frames = walk()
    file = WRITERS[name](tmp_path / name, frames)
    before, about = sc.read(file, timestep=0.1).fingerprint, file.stat()
    # One coordinate of a frame in the middle: the first and last frames stay.
    frames[2, 7, 1] += 0.5
    again = WRITERS[name](tmp_path / f"new-{name}", frames)
    assert again.stat().st_size == about.st_size
    os.utime(again, ns=(about.st_atime_ns, about.st_mtime_ns))
    again.replace(file)
    assert file.stat().st_mtime_ns == about.st_mtime_ns
    assert sc.read(file, timestep=0.1).fingerprint != before


@pytest.mark.parametrize("name", WRITERS)
def test_what_a_file_is_called_and_when_it_was_written_does_not_matter(tmp_path, name):
    file = WRITERS[name](tmp_path / name, walk())
    before = sc.read(file, timestep=0.1)
    (tmp_path / "elsewhere").mkdir()
    moved = shutil.copy(file, tmp_path / "elsewhere" / f"other-{name}")
    os.utime(moved, (1e9, 1e9))
    after = sc.read(moved, timestep=0.1)
    assert after.fingerprint == before.fingerprint == before[2:].fingerprint == after[::2].fingerprint
    assert len(before.fingerprint) == 32


def test_arrays_in_memory_have_one_too():
    frames = walk()
    run = Trajectory.from_arrays(frames, BOX, species=np.arange(20) % 2)
    same = Trajectory.from_arrays(frames.copy(), BOX, species=np.arange(20) % 2)
    assert run.fingerprint == same.fingerprint
    changed = frames.copy()
    changed[3, 4, 2] = np.nextafter(changed[3, 4, 2], 9.0)
    folded, images = BOX.wrap(frames)
    others = [
        Trajectory.from_arrays(changed, BOX, species=np.arange(20) % 2),
        Trajectory.from_arrays(frames, Box.cube(6.1), species=np.arange(20) % 2),
        Trajectory.from_arrays(frames, BOX, species=np.arange(20) % 3),
        Trajectory.from_arrays(frames, BOX, species=np.arange(20) % 2, names=("B", "A")),
        Trajectory.from_arrays(frames, BOX, species=np.arange(20) % 2, unwrapped=True),
        Trajectory.from_arrays(folded, BOX, images=images, species=np.arange(20) % 2),
        Trajectory.from_arrays(folded, BOX, images=images + 1, species=np.arange(20) % 2),
        Trajectory.from_arrays(frames[:-1], BOX, species=np.arange(20) % 2),
        replace(run, dimensions=2),
    ]
    assert len({run.fingerprint, *(other.fingerprint for other in others)}) == 1 + len(others)


def test_the_times_are_not_part_of_it_but_of_the_identity():
    frames = walk()
    run, later = (Trajectory.from_arrays(frames, BOX, times=start + np.arange(5.0)) for start in (0, 7))
    assert run.fingerprint == later.fingerprint
    variants = [run, later, run[1:], run[::2], replace(run, temperature=0.5)]
    assert len({digest_of(one) for one in variants}) == len(variants)


def test_names_given_to_the_species_of_a_file_are_part_of_it(tmp_path):
    file = dump(tmp_path / "a.dump", walk())
    given = [None, {"2": "A", "1": "B"}, ["x", "y"]]
    assert len({sc.read(file, timestep=0.1, names=names).fingerprint for names in given}) == 3


def test_a_text_digest_is_that_of_the_whole_file_however_its_frames_are_cut(tmp_path, monkeypatch):
    from supercooled.io import lammps, text_index

    file = dump(tmp_path / "a.dump", walk())
    whole = Digest()
    whole.add(file.read_bytes())
    for rows in (1, 7, 4096):
        monkeypatch.setattr(text_index, "_ROWS", rows)
        assert text_index.index_text(file, lammps._header).digest == whole.text


def test_a_packed_file_replaced_within_one_session_is_read_anew(tmp_path):
    import gzip

    file = tmp_path / "a.dump.gz"
    plain = dump(tmp_path / "a.dump", walk())
    text = plain.read_bytes()
    file.write_bytes(gzip.compress(text, compresslevel=0, mtime=0))
    before, about = sc.read(file, timestep=0.1), file.stat()
    assert before.fingerprint == sc.read(plain, timestep=0.1).fingerprint
    changed = text[:-5] + bytes([text[-5] ^ 1]) + text[-4:]
    file.write_bytes(gzip.compress(changed, compresslevel=0, mtime=0))
    os.utime(file, ns=(about.st_atime_ns, about.st_mtime_ns))
    assert file.stat().st_size == about.st_size
    after = sc.read(file, timestep=0.1)
    assert after.fingerprint != before.fingerprint
    assert (after.positions() != Trajectory.from_arrays(walk(), BOX).positions()).any()


def test_a_universe_has_the_fingerprint_of_its_frames(tmp_path):
    analysis = pytest.importorskip("MDAnalysis")
    file = xyz(tmp_path / "a.xyz", walk())

    def opened():
        universe = analysis.Universe(str(file), convert_units=False)
        universe.dimensions = [6, 6, 6, 90, 90, 90]
        from MDAnalysis.transformations import set_dimensions

        universe.trajectory.add_transformations(set_dimensions([6, 6, 6, 90, 90, 90]))
        return sc.io.from_mdanalysis(universe, timestep=0.1)

    assert opened().fingerprint == opened()[1:].fingerprint
    before, frames = opened().fingerprint, walk()
    frames[2, 7, 1] += 0.5
    xyz(file, frames)
    assert opened().fingerprint != before


DIFFERENT = [
    *(None, True, 1, 1.0, "1", b"1", 0, False, 0.0, "", np.inf, np.nan, np.float32(1)),
    *((), {}, set(), ((),), [[1], 2], [1, [2]], ["ab", "c"], ["a", "bc"], {1}, {2}),
    *({"a": 1}, {"a": 2}, {"b": 1}, BOX, Box.cube(6.1), Box.cube(6.0, dimensions=2)),
    *(np.zeros(2), np.zeros((2, 1)), np.zeros(2, np.float32), np.zeros(2, int)),
    *(np.array(["a"]), np.array(["a", 1], object)),
]


def test_values_that_differ_have_other_digests():
    found = [digest_of(value) for value in DIFFERENT]
    assert len(set(found)) == len(found)
    assert digest_of("a", "b") != digest_of("ab")


@pytest.mark.parametrize("value", [object(), lambda: 1, {"a": [object()]}, np.array([object()])])
def test_what_cannot_be_told_apart_is_an_error_and_not_its_text(value):
    with pytest.raises(ParameterError, match="have no digest"):
        digest_of(value)
