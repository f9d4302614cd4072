"""GSD files keep what is put into them, and what a kill, a cut or a full disk leaves is told apart."""

import errno
import os
import pickle
import resource
import signal
import subprocess
import sys
from pathlib import Path

import freud
import gsd.hoomd
import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

import supercooled as sc
from supercooled.errors import ParameterError, StoreError, TrajectoryError
from supercooled.io import GsdAppender, read_fields
from supercooled.outputs import owned_file, whole_file

SINGLE = 1e-6
TILTED = sc.Box(9.0, 8.0, 7.0, 0.3, -0.2, 0.1)
PLANE = sc.Box(9.0, 8.0, xy=0.4, dimensions=2)
NAMES = ("A", "B")


def walk(box: sc.Box, n_frames: int = 6, n_particles: int = 7, seed: int = 1) -> sc.Trajectory:
    """Unwrapped random walkers that leave the box by far."""
    random = np.random.default_rng(seed)
    steps = random.normal(scale=4.0, size=(n_frames, n_particles, 3))
    if box.dimensions == 2:
        steps[..., 2] = 0.0
    return sc.Trajectory.from_arrays(
        np.cumsum(steps, axis=0),
        box,
        species=np.arange(n_particles) % 2,
        names=NAMES,
        times=np.cumsum(random.uniform(0.1, 2.0, n_frames)),
        unwrapped=True,
    )


def started(path: Path, **changes: object) -> GsdAppender:
    options = {"species": [0, 1, 0, 1], "names": NAMES, "masses": (1.0, 2.0), "dimensions": 3} | changes
    return GsdAppender(path, **options)


def add(file: GsdAppender, step: int, n: int = 4) -> None:
    positions = np.random.default_rng(step).uniform(-2, 2, (n, 3))
    file.append(step, 0.005 * step, sc.Box.cube(5.0), positions, np.full((n, 3), step), {"energy": -step})


@pytest.mark.parametrize("box", [sc.Box.cube(10.0), TILTED, PLANE], ids=["cube", "tilted", "plane"])
def test_a_written_trajectory_reads_back(tmp_path: Path, box: sc.Box) -> None:
    given_ = walk(box)
    sc.write_gsd(tmp_path / "walk.gsd", given_)
    back = sc.read(tmp_path / "walk.gsd")
    np.testing.assert_allclose(back.unwrapped(), given_.unwrapped(), atol=40 * SINGLE)
    np.testing.assert_allclose(back.boxes(), given_.boxes(), rtol=SINGLE)
    np.testing.assert_array_equal(back.times, given_.times)
    np.testing.assert_array_equal(back.species, given_.species)
    assert back.names == NAMES
    assert back.dimensions == box.dimensions
    inside = box.fractional(back.read().positions)
    assert np.abs(inside).max() < 0.5 + SINGLE


@settings(deadline=None, max_examples=20)
@given(start=st.integers(0, 5), count=st.integers(1, 6), size=st.integers(1, 7))
def test_blocks_of_any_size_read_the_same(
    tmp_path_factory: pytest.TempPathFactory, start: int, count: int, size: int
) -> None:
    path = tmp_path_factory.mktemp("blocks") / "walk.gsd"
    sc.write_gsd(path, walk(TILTED))
    trajectory = sc.read(path)
    wanted = slice(start, start + count)
    whole = trajectory.unwrapped()
    pieces = [trajectory[wanted].unwrapped(slice(k, k + size)) for k in range(0, len(whole[wanted]), size)]
    np.testing.assert_array_equal(np.concatenate(pieces), whole[wanted])


def test_a_source_travels_to_another_process(tmp_path: Path) -> None:
    sc.write_gsd(tmp_path / "walk.gsd", walk(TILTED))
    trajectory = sc.read(tmp_path / "walk.gsd")
    packed = pickle.dumps(trajectory.source)
    assert len(packed) < 1000
    np.testing.assert_array_equal(
        pickle.loads(packed).read([3]).positions, trajectory.source.read([3]).positions
    )


def test_without_images_only_folded_positions_are_stored(tmp_path: Path) -> None:
    box = sc.Box.cube(4.0)
    far = sc.Trajectory.from_arrays(np.random.default_rng(0).uniform(-2, 2, (3, 5, 3)), box)
    sc.write_gsd(tmp_path / "far.gsd", far)
    data = sc.read(tmp_path / "far.gsd").read()
    assert data.images is None
    np.testing.assert_allclose(data.positions, far.positions(), atol=SINGLE)


def test_freud_and_gsd_open_the_file(tmp_path: Path) -> None:
    softness = np.random.default_rng(3).uniform(size=(6, 7))
    sc.write_gsd(tmp_path / "walk.gsd", walk(TILTED), fields={"softness": softness})
    ours = sc.read(tmp_path / "walk.gsd")
    with gsd.hoomd.open(tmp_path / "walk.gsd", "r") as file:
        frame = file[4]
    assert frame.particles.types == list(NAMES)
    np.testing.assert_array_equal(frame.log["particles/softness"], softness[4])
    nearest = freud.locality.AABBQuery.from_system(frame).query(
        frame.particles.position, {"num_neighbors": 1, "exclude_ii": True}
    )
    distances = nearest.toNeighborList().distances
    positions = ours.positions(slice(4, 5))[0]
    images = np.array(np.meshgrid(*[[-1, 0, 1]] * 3)).reshape(3, -1).T
    pairs = positions[:, None, None] - positions[None, :, None] + images @ TILTED.matrix.T
    brute = np.linalg.norm(pairs, axis=-1).min(axis=2)
    np.fill_diagonal(brute, np.inf)
    np.testing.assert_allclose(distances, brute.min(axis=1), atol=1e-5)


def test_freud_takes_a_planar_file_for_planar(tmp_path: Path) -> None:
    sc.write_gsd(tmp_path / "plane.gsd", walk(PLANE))
    with gsd.hoomd.open(tmp_path / "plane.gsd", "r") as file:
        assert freud.box.Box.from_box(file[0].configuration.box).is2D


def test_fields_find_their_frames_and_particles(tmp_path: Path) -> None:
    trajectory = walk(TILTED)
    values = np.arange(6.0).reshape(2, 3)
    dims = ("frame", "particle")
    by_number = xr.DataArray(values, dims=dims, coords={"frame": [4, 1], "particle": [0, 2, 6]})
    by_time = by_number.drop_vars("frame").assign_coords(time=("frame", trajectory.times[[4, 1]]))
    fields = {"softness": by_number, "mine": by_time.T}
    sc.write_gsd(tmp_path / "walk.gsd", trajectory, fields=fields)
    back = read_fields(tmp_path / "walk.gsd")
    expected = np.full((6, 7), np.nan)
    expected[4, [0, 2, 6]] = values[0]
    expected[1, [0, 2, 6]] = values[1]
    np.testing.assert_array_equal(back.softness, expected)
    np.testing.assert_array_equal(back.mine, expected)
    assert back.softness.attrs["units"] == "sigma_AA^(d+2)"
    np.testing.assert_array_equal(back.time, trajectory.times)
    renumbered = by_time.assign_coords(frame=[0, 1])
    with pytest.raises(ParameterError, match=r"frame 0 of mine is at 3\.7\d*, but in .* at 0\.4"):
        sc.write_gsd(tmp_path / "walk.gsd", trajectory, fields={"mine": renumbered})


def test_fields_follow_the_chosen_frames(tmp_path: Path) -> None:
    field = np.arange(42.0).reshape(6, 7)
    sc.write_gsd(tmp_path / "odd.gsd", walk(TILTED), fields={"f": field}, frames=slice(1, None, 2))
    np.testing.assert_array_equal(read_fields(tmp_path / "odd.gsd").f, field[1::2])


@pytest.mark.parametrize(
    ("field", "said"),
    [
        (np.zeros((5, 7)), r"field 'f' has shape \(5, 7\)"),
        (
            xr.DataArray(np.zeros((6, 3)), dims=("frame", "particle")),
            "3 particles.* 7, and there is no `particle` coordinate",
        ),
        (xr.DataArray(np.zeros((6, 7)), dims=("time", "particle")), "dimensions"),
        (
            xr.DataArray(np.zeros((1, 7)), dims=("frame", "particle"), coords={"frame": [6]}),
            "6 to 6,.* 0 to 5: they have no frame in common",
        ),
        (
            xr.DataArray(np.zeros((1, 7)), dims=("frame", "particle"), coords={"time": ("frame", [1e3])}),
            "no time in common",
        ),
    ],
)
def test_a_field_that_does_not_fit_is_refused(tmp_path: Path, field: xr.DataArray, said: str) -> None:
    with pytest.raises(ParameterError, match=said):
        sc.write_gsd(tmp_path / "walk.gsd", walk(TILTED), fields={"f": field})
    assert not list(tmp_path.iterdir())


def test_times_are_not_guessed(tmp_path: Path) -> None:
    with gsd.hoomd.open(tmp_path / "other.gsd", "w") as file:
        for step in (100, 300):
            frame = gsd.hoomd.Frame()
            frame.configuration.step = step
            frame.configuration.box = [5, 5, 5, 0, 0, 0]
            frame.particles.N = 2
            frame.particles.position = [[0, 0, 0], [1, 1, step / 200]]
            file.append(frame)
    with pytest.raises(ParameterError, match=r'read\("other.gsd", timestep=0.005\)'):
        _ = sc.read(tmp_path / "other.gsd").times
    back = sc.read(tmp_path / "other.gsd", timestep=0.005, names=["X"])
    np.testing.assert_allclose(back.times, [0.5, 1.5])
    assert back.names == ("X",)
    assert back.read().images is None
    assert back.positions()[1, 1, 2] == 1.5


@pytest.mark.parametrize(
    ("change", "said"),
    [("count", "frame 1 has 3 particles, frame 0 has 2"), ("species", "frame 1, particle 1: its species")],
)
def test_particles_must_stay_the_same(tmp_path: Path, change: str, said: str) -> None:
    with gsd.hoomd.open(tmp_path / "odd.gsd", "w") as file:
        for k in range(2):
            frame = gsd.hoomd.Frame()
            frame.configuration.box = [5, 5, 5, 0, 0, 0]
            frame.particles.N = 2 + (k if change == "count" else 0)
            frame.particles.types = ["A", "B"]
            frame.particles.typeid = [0, k if change == "species" else 0, 0][: frame.particles.N]
            frame.particles.position = np.full((frame.particles.N, 3), k)
            file.append(frame)
    with pytest.raises(TrajectoryError, match=said):
        sc.read(tmp_path / "odd.gsd", timestep=1.0)


def test_appended_frames_read_back_with_their_log(tmp_path: Path) -> None:
    with started(tmp_path / "run.gsd") as file:
        for step in (0, 10, 20):
            add(file, step)
    with started(tmp_path / "run.gsd") as file:
        assert file.n_frames == 3
        add(file, 30)
    back = sc.read(tmp_path / "run.gsd")
    np.testing.assert_allclose(back.times, [0.0, 0.05, 0.1, 0.15])
    np.testing.assert_array_equal(back.read().images[:, 0, 0], [0, 10, 20, 30])
    logged = gsd.hoomd.read_log(tmp_path / "run.gsd")
    np.testing.assert_array_equal(logged["log/energy"], [0, -10, -20, -30])
    with gsd.hoomd.open(tmp_path / "run.gsd") as file:
        np.testing.assert_array_equal(file[2].particles.mass, [1, 2, 1, 2])


@pytest.mark.parametrize("keep", [0, 1, 3, 4])
def test_truncate_keeps_the_first_frames_and_goes_on(tmp_path: Path, keep: int) -> None:
    with started(tmp_path / "run.gsd") as file:
        for step in range(4):
            add(file, step)
        file.truncate(keep)
        assert file.n_frames == keep
        add(file, 7)
    np.testing.assert_allclose(sc.read(tmp_path / "run.gsd").times, 0.005 * np.array([*range(keep), 7]))
    assert [p.name for p in tmp_path.iterdir()] == ["run.gsd"]


def test_an_appender_refuses_another_liquid_and_bad_frames(tmp_path: Path) -> None:
    with started(tmp_path / "run.gsd") as file:
        add(file, 0)
        with pytest.raises(ParameterError, match="particle 2 is at"):
            file.append(
                1,
                1.0,
                sc.Box.cube(5.0),
                np.where(np.arange(4)[:, None] == 2, np.nan, np.zeros(3)),
                np.zeros((4, 3)),
            )
        with pytest.raises(ParameterError, match=r"must both be \(4, 3\)"):
            file.append(1, 1.0, sc.Box.cube(5.0), np.zeros((3, 3)), np.zeros((4, 3)))
        with pytest.raises(ParameterError, match="can't keep 2 of 1"):
            file.truncate(2)
    with pytest.raises(StoreError, match="choose another name"):
        started(tmp_path / "run.gsd", species=[0, 0, 0, 1])
    assert sc.read(tmp_path / "run.gsd").n_frames == 1


def test_frames_survive_a_kill(tmp_path: Path) -> None:
    script = """
import os, signal, sys
sys.path.insert(0, "tests")
from pathlib import Path
from test_io_gsd import started, add
file = started(Path(sys.argv[1]))
for step in range(3):
    add(file, step)
    file.flush()
add(file, 3)
os.kill(os.getpid(), signal.SIGKILL)
"""
    path = tmp_path / "run.gsd"
    root = Path(__file__).parents[1]
    ended = subprocess.run([sys.executable, "-c", script, str(path)], cwd=root, check=False)
    assert ended.returncode == -signal.SIGKILL
    assert sc.read(path).n_frames == 3
    with started(path) as file:
        assert file.n_frames == 3
        add(file, 3)
    assert sc.read(path).n_frames == 4


def test_a_half_written_last_frame_does_not_count(tmp_path: Path) -> None:
    path = tmp_path / "run.gsd"
    with started(path) as file:
        for step in range(3):
            add(file, step)
    with gsd.fl.open(str(path), "r+", schema="hoomd") as raw:
        raw.write_chunk("configuration/step", np.array([3], np.uint64))
        raw.end_frame()
        raw.flush()
        assert raw.nframes == 4
    with pytest.warns(UserWarning, match="its last frame, 3, is incomplete"):
        assert sc.read(path).n_frames == 3
    with pytest.warns(UserWarning, match="its last frame, 3, is incomplete"), started(path) as file:
        assert file.n_frames == 3
    with gsd.fl.open(str(path), "r") as raw:
        assert raw.nframes == 3


def test_a_cut_file_names_the_last_whole_frame(tmp_path: Path) -> None:
    path = tmp_path / "cut.gsd"
    random = np.random.default_rng(0)
    sc.write_gsd(path, sc.Trajectory.from_arrays(random.uniform(-2, 2, (9, 400, 3)), sc.Box.cube(4.0)))
    assert sc.read(path).n_frames == 9
    size = path.stat().st_size
    os.truncate(path, size - 4800 - 400)
    with pytest.raises(TrajectoryError, match=r"cut short: frames 0 to 6 are complete, frame 7 is not"):
        sc.read(path)
    os.truncate(path, 300)
    with pytest.raises(TrajectoryError, match="cut short"):
        sc.read(path)


@pytest.mark.parametrize("content", [b"", b"ITEM: TIMESTEP\n", b"\0" * 4096])
def test_something_else_is_no_gsd_file(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.gsd").write_bytes(content)
    with pytest.raises(TrajectoryError, match=r"x\.gsd"):
        sc.read(tmp_path / "x.gsd")


@pytest.mark.parametrize("place", [48, 112], ids=["application", "schema"])
def test_a_header_that_is_no_text_is_refused(tmp_path: Path, place: int) -> None:
    path = tmp_path / "run.gsd"
    sc.write_gsd(path, walk(TILTED))
    content = bytearray(path.read_bytes())
    content[place] ^= 0x80
    path.write_bytes(content)
    with pytest.raises(TrajectoryError, match="not a readable GSD trajectory"):
        sc.read(path)


def test_a_missing_file_and_an_unknown_kind_are_named(tmp_path: Path) -> None:
    with pytest.raises(TrajectoryError, match=r"none\.gsd: no such file"):
        sc.read(tmp_path / "none.gsd")
    with pytest.raises(ParameterError, match="format='lammps'"):
        sc.read(tmp_path / "run.abc")


def test_a_full_disk_leaves_nothing_behind(tmp_path: Path) -> None:
    script = """
import resource, signal, sys
import supercooled as sc, numpy as np
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    sc.write_gsd(sys.argv[1], sc.Trajectory.from_arrays(np.zeros((100, 1000, 3)), sc.Box.cube(4.0)))
except sc.SupercooledError as error:
    sys.exit(f"{type(error).__name__}: {error}")
"""
    assert resource.RLIMIT_FSIZE is not None
    with owned_file(tmp_path / "run.gsd", by="write_gsd") as made:
        made.write_text("older")
    ended = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "run.gsd")], capture_output=True, text=True, check=False
    )
    assert ended.stderr.startswith("StoreError")
    assert "disk is full" in ended.stderr
    assert [p.read_text() for p in tmp_path.glob("[!.]*")] == ["older"]
    assert {p.name for p in tmp_path.glob(".*")} == {".supercooled.manifest"}


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EACCES])
def test_an_error_while_writing_removes_the_temporary_file(tmp_path: Path, number: int) -> None:
    def write() -> None:
        with whole_file(tmp_path / "curve.txt") as temporary:
            temporary.write_text("half")
            raise OSError(number, os.strerror(number))

    with pytest.raises(StoreError, match="curve"):
        write()
    assert not list(tmp_path.iterdir())
