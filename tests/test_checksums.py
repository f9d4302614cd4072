"""No bit of a trajectory changes unnoticed."""

import importlib
import random
import warnings

import gsd.fl
import numpy as np
import pytest

import supercooled as sc
from supercooled import Box, Trajectory
from supercooled.errors import StoreError, SupercooledError, TrajectoryError
from supercooled.io import GsdAppender, read_fields
from supercooled.io.gsd_file import GsdFile
from supercooled.store import logged

BOX = Box(6.0, 7.0, 8.0, xy=0.2)
N = 12


def written(path, n_frames=6):
    """A file with fields, as `write_gsd` makes it."""
    random_ = np.random.default_rng(3)
    frames = np.cumsum(random_.normal(scale=2.0, size=(n_frames, N, 3)), axis=0)
    run = Trajectory.from_arrays(frames, BOX, species=np.arange(N) % 2, unwrapped=True)
    sc.write_gsd(path, run, fields={"softness": random_.uniform(size=(n_frames, N))})
    return path


def simulated(path, n_frames=6):
    """A file with logs, as a simulation makes it."""
    random_ = np.random.default_rng(4)
    with GsdAppender(
        path, species=np.arange(N) % 2, names=("A", "B"), masses=(1.0, 2.0), dimensions=3
    ) as file:
        for k in range(n_frames):
            log = {"potential_energy": random_.normal()}
            positions, images = random_.uniform(-2, 2, (N, 3)), random_.integers(-3, 4, (N, 3))
            file.append(10 * k, 0.05 * k, BOX, positions, images, log)
            if k == n_frames // 2:
                file.flush()
    return path


def all_of(path, *, fields):
    """Everything that the package reads from a file."""
    run = sc.read(path)
    data = run.read()
    beside = read_fields(path)["softness"] if fields else logged(run, "potential_energy")
    return [
        *(data.positions, data.boxes, data.images, run.boxes(), run.times, run.species, beside.values),
        *(np.array(run.names), np.array([run.dimensions])),
    ]


def same(found, before):
    return all(a.shape == b.shape and (a == b).all() for a, b in zip(found, before, strict=True))


@pytest.mark.parametrize("make", [written, simulated])
def test_a_bit_that_flips_is_refused_or_changes_nothing_that_is_read(tmp_path, make):
    path = make(tmp_path / "run.gsd")
    before = all_of(path, fields=make is written)
    content = path.read_bytes()
    chosen = random.Random(1)
    # Most of the file is room for the index to grow, which nobody reads: half of the places lie elsewhere.
    used = [k for k, byte in enumerate(content) if byte]
    places = [chosen.choice(used) for _ in range(250)] + [chosen.randrange(len(content)) for _ in range(50)]
    said = []
    for place in places:
        changed = bytearray(content)
        changed[place] ^= 1 << chosen.randrange(8)
        path.write_bytes(changed)
        try:
            with warnings.catch_warnings():
                # Of a simulation it can't be known whether the last frame was being written.
                warnings.simplefilter("error")
                assert same(all_of(path, fields=make is written), before), place
        except (UserWarning, SupercooledError) as error:
            said.append(str(error))
    assert len(said) > 150
    assert all("run.gsd" in one for one in said)


def test_a_damaged_frame_is_named_and_the_others_are_still_read(tmp_path):
    path = simulated(tmp_path / "run.gsd")
    with gsd.fl.open(str(path), "r") as file:
        positions = file.read_chunk(3, "particles/position").tobytes()
    content = path.read_bytes()
    place = content.index(positions) + 17
    path.write_bytes(content[:place] + bytes([content[place] ^ 4]) + content[place + 1 :])
    run = sc.read(path)
    assert run.read(slice(0, 3)).positions.shape == (3, N, 3)
    with pytest.raises(
        TrajectoryError, match=r"run\.gsd: frame 3: particles/position is not what was written"
    ):
        run.read(slice(2, 5))
    with GsdFile(path) as opened:
        assert (opened.whole_frames(), opened.whole_frames(4)) == (3, 6)


def test_a_chunk_that_vanishes_is_not_taken_for_that_of_the_first_frame(tmp_path):
    path = simulated(tmp_path / "run.gsd")
    before = sc.read(path).read().positions
    content = path.read_bytes()
    path.write_bytes(content.replace(b"particles/image\0", b"particles/imagf\0"))
    with pytest.raises(TrajectoryError, match="frame 0: particles/imag"):
        sc.read(path)
    assert (before[0] != before[1]).any()


def test_frames_replaced_under_an_open_trajectory_are_not_mixed_with_its_own(tmp_path):
    path = simulated(tmp_path / "run.gsd")
    run = sc.read(path)
    simulated(tmp_path / "other.gsd", n_frames=7)
    with GsdAppender(
        tmp_path / "third.gsd", species=np.arange(N) % 2, names=("A", "B"), masses=(1.0, 2.0), dimensions=3
    ) as file:
        for k in range(6):
            file.append(10 * k, 0.05 * k, BOX, np.full((N, 3), 0.1 * k), np.zeros((N, 3), int))
    (tmp_path / "other.gsd").replace(path)
    # The first six frames are the same: a run that went on meanwhile.
    assert run.read().positions.shape == (6, N, 3)
    (tmp_path / "third.gsd").replace(path)
    with pytest.raises(TrajectoryError, match="has changed since it was first read"):
        run.read()


def test_files_from_before_checksums_are_read_with_a_warning_and_not_continued(tmp_path):
    path = tmp_path / "old.gsd"
    with gsd.fl.open(
        str(path), "w", application="supercooled", schema="hoomd", schema_version=[1, 4]
    ) as file:
        for k in range(3):
            file.write_chunk("configuration/step", np.array([k], np.uint64))
            file.write_chunk("configuration/box", np.array([5, 5, 5, 0, 0, 0], np.float32))
            file.write_chunk("particles/N", np.array([2], np.uint32))
            file.write_chunk("particles/position", np.full((2, 3), k, np.float32))
            file.write_chunk("log/time", np.array([float(k)]))
            file.end_frame()
    with pytest.warns(UserWarning, match="before frames had checksums: damage in it can't be noticed"):
        assert sc.read(path).n_frames == 3
    with pytest.warns(UserWarning, match="checksums"), pytest.raises(StoreError, match="can't be continued"):
        GsdAppender(path, species=[0, 0], names=("A",), masses=(1.0,), dimensions=3)


def test_checksums_are_what_the_documentation_says(tmp_path):
    import xxhash

    path = simulated(tmp_path / "run.gsd")
    with gsd.fl.open(str(path), "r") as file:
        stated = {int(name): int(value) for name, value in file.read_chunk(2, "supercooled/checksums")}
        for name in ("particles/position", "particles/image", "log/time", "configuration/box"):
            data = file.read_chunk(2, name)
            kind = {"float32": 9, "int32": 7, "float64": 10}[data.dtype.name]
            columns = 1 if data.ndim == 1 else data.shape[1]
            seed = kind + 2**8 * columns + 2**16 * len(data)
            assert stated[xxhash.xxh3_64_intdigest(name.encode())] == xxhash.xxh3_64_intdigest(
                data.tobytes(), seed
            )


def test_a_shipped_configuration_with_a_flipped_bit_is_refused(tmp_path, monkeypatch):
    from dataclasses import replace

    library = importlib.import_module("supercooled.systems.library")
    liquid = sc.systems.kob_andersen(density=1.2)
    path = sc.systems.equilibrated(liquid, 1.0, 1000)
    (shipped,) = [one for one in library.library() if one.path == path]
    content = bytearray(path.read_bytes())
    content[-1000] ^= 1
    (tmp_path / path.name).write_bytes(content)
    monkeypatch.setattr(library, "library", lambda: (replace(shipped, path=tmp_path / path.name),))
    with pytest.raises(StoreError, match=f"{path.name} is not the configuration that its record describes"):
        sc.systems.equilibrated(liquid, 1.0, 1000)
