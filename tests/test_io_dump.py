"""LAMMPS dumps and extended XYZ say the same however they are written."""

import gzip
import itertools
import pickle
import re
import subprocess
import sys
import zlib
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

import supercooled as sc
from supercooled.errors import BoxError, ParameterError, StoreError, TrajectoryError
from supercooled.io import decompression, labels

BOXES = {
    "cuboid": sc.Box(6.0, 5.0, 7.0),
    "tilted": sc.Box(6.0, 5.0, 7.0, 0.3, -0.45, 0.2),
    "negative": sc.Box(6.0, 5.0, 7.0, -0.4, 0.1, -0.3),
    "plane": sc.Box(6.0, 5.0, xy=0.35, dimensions=2),
}


@dataclass
class Run:
    """Random walkers, and the ways to write them down."""

    box: sc.Box = BOXES["cuboid"]
    n_frames: int = 3
    n: int = 5
    corner: np.ndarray = field(default_factory=lambda: np.array([1.0, -2.0, 30.0]))

    def __post_init__(self) -> None:
        random = np.random.default_rng(7)
        self.centred = np.cumsum(random.normal(scale=2.0, size=(self.n_frames, self.n, 3)), axis=0)
        if self.box.dimensions == 2:
            self.centred[..., 2] = 0.0
        self.types = np.arange(self.n) % 2 + 1
        self.ids = np.arange(self.n) * 3 + 2
        self.half = self.box.matrix @ [0.5, 0.5, 0.5 * (self.box.dimensions == 3)]
        if self.box.dimensions == 2:
            self.corner = self.corner * [1, 1, 0]

    @property
    def steps(self) -> list[int]:
        return [100 * k * k for k in range(self.n_frames)]

    def values(self, frame: int) -> dict[str, list[str]]:
        """Every column that a dump can have."""
        free = self.centred[frame]
        folded, images = self.box.wrap(free)
        columns = {"id": self.ids, "type": self.types, "element": np.array(["Ni", "P"])[self.types - 1]}
        columns["mass"] = np.full(self.n, 1.5)
        for axis, x in enumerate("xyz"):
            columns[x] = (folded + self.half + self.corner)[:, axis]
            columns[x + "u"] = (free + self.half + self.corner)[:, axis]
            columns[x + "s"] = self.box.fractional(folded)[:, axis] + 0.5
            columns[x + "su"] = self.box.fractional(free)[:, axis] + 0.5
            columns["i" + x] = images[:, axis]
        return {name: [str(v) for v in column.tolist()] for name, column in columns.items()}

    def bounds(self) -> str:
        b = self.box
        xy, xz, yz = b.xy * b.Ly, b.xz * b.Lz, b.yz * b.Lz
        low = self.corner - [0, 0, 0.5 * (b.dimensions == 2)]
        high = low + b.lengths
        if not any((xy, xz, yz)):
            rows = [f"{lo!r} {hi!r}" for lo, hi in zip(low.tolist(), high.tolist(), strict=True)]
            return "\n".join(["ITEM: BOX BOUNDS pp pp pp", *rows])
        corners = np.array(list(itertools.product([0, 1], repeat=3))) @ b.matrix.T + low
        least, most = corners.min(axis=0).tolist(), corners.max(axis=0).tolist()
        rows = [f"{lo!r} {hi!r} {t!r}" for lo, hi, t in zip(least, most, (xy, xz, yz), strict=True)]
        return "\n".join(["ITEM: BOX BOUNDS xy xz yz pp pp pp", *rows])

    def dump(self, columns: list[str], *, seed: int | None = None, time: bool = False) -> str:
        text = []
        for k, step in enumerate(self.steps):
            values = self.values(k)
            rows = [" ".join(values[name][i] for name in columns) + " " for i in range(self.n)]
            if seed is not None:
                np.random.default_rng(seed + k).shuffle(rows)
            timing = ["ITEM: UNITS", "lj", "ITEM: TIME", str(0.005 * step)] if time else []
            text += [*timing, "ITEM: TIMESTEP", str(step), "ITEM: NUMBER OF ATOMS", str(self.n)]
            text += [self.bounds(), "ITEM: ATOMS " + " ".join(columns), *rows]
        return "\n".join([*text, ""])

    def xyz(self, *, turn: np.ndarray | None = None, comment: str = "") -> str:
        text = []
        turn = np.eye(3) if turn is None else turn
        edges = (turn @ self.box.matrix).T
        for k in range(self.n_frames):
            lattice = " ".join(repr(float(v)) for v in edges.ravel())
            text += [str(self.n), f'Lattice="{lattice}" Properties=species:S:1:vel:R:2:pos:R:3 {comment}']
            place = (self.centred[k] + self.half) @ turn.T
            kinds = np.array(["Ni", "P"])[self.types - 1]
            for kind, at in zip(kinds, place.tolist(), strict=True):
                text.append(f"{kind} 9 9 {' '.join(map(repr, at))}")
        return "\n".join([*text, ""])


def put(folder: Path, text: str, name: str = "run.dump") -> Path:
    data = text.encode()
    packers = {".gz": gzip.compress, ".zst": zstandard.ZstdCompressor().compress}
    path = folder / name
    path.write_bytes(packers.get(path.suffix, bytes)(data))
    return path


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_a_dump_reads_the_same_however_it_is_written(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    run = Run(box=BOXES[data.draw(st.sampled_from(sorted(BOXES)))])
    kind = data.draw(st.sampled_from(["", "u", "s", "su"]))
    with_images = data.draw(st.booleans())
    planar = run.box.dimensions == 2
    axes = "xy" if planar and data.draw(st.booleans()) else "xyz"
    turns = "xy" if planar and data.draw(st.booleans()) else axes
    said = data.draw(st.sampled_from(["type", "element"]))
    columns = ["id", said, "mass", *[x + kind for x in axes], *["i" + x for x in turns if with_images]]
    name = "run.lammpstrj" + data.draw(st.sampled_from(["", ".gz", ".zst"]))
    text = run.dump(data.draw(st.permutations(columns)), seed=data.draw(st.sampled_from([None, 1, 2])))
    trajectory = sc.read(put(tmp_path_factory.mktemp("dump"), text, name), timestep=0.005)
    assert trajectory.dimensions == run.box.dimensions
    assert trajectory.names == (("A", "B") if said == "type" else ("Ni", "P"))
    np.testing.assert_array_equal(trajectory.species, run.types - 1)
    np.testing.assert_allclose(trajectory.times, 0.005 * np.array(run.steps))
    np.testing.assert_allclose(trajectory.boxes(), [run.box.to_array()] * run.n_frames, atol=1e-13)
    if with_images or kind in {"u", "su"}:
        np.testing.assert_allclose(trajectory.unwrapped(), run.centred, atol=1e-12)
    offset = run.box.fractional(trajectory.positions() - run.centred)
    np.testing.assert_allclose(offset, np.rint(offset), atol=1e-12)


@settings(deadline=None, max_examples=15)
@given(st.lists(st.integers(0, 5), min_size=1, max_size=8))
def test_frames_come_in_the_order_they_are_asked_for(
    tmp_path_factory: pytest.TempPathFactory, frames: list[int]
) -> None:
    run = Run(n_frames=6)
    path = put(tmp_path_factory.mktemp("dump"), run.dump(["id", "xu", "yu", "zu"], seed=3))
    source = sc.read(path, timestep=1.0).source
    np.testing.assert_allclose(source.read(frames).positions, run.centred[frames], atol=1e-12)
    assert source.boxes(frames).shape == (len(frames), 6)


@pytest.mark.parametrize(("more", "exact"), [((), False), (("ix", "iy"), False), (("ix", "iy", "iz"), True)])
def test_of_two_kinds_of_coordinates_the_more_precise_is_read(
    tmp_path: Path, more: tuple[str, ...], exact: bool
) -> None:
    text = Run().dump(["id", "xu", "yu", "zu", "x", "y", "z", *more])
    lines = text.split("\n")
    at = line_of(text, 0, 0)
    lines[at] = " ".join(["2", "0", "0", "0", *lines[at].split()[4:]])
    found = sc.read(put(tmp_path, "\n".join(lines)), timestep=1.0).unwrapped()[0, 0]
    assert np.allclose(found, Run().centred[0, 0], atol=1e-12) == exact
    assert np.allclose(found, -Run().half - Run().corner, atol=1e-12) != exact


def test_a_frame_that_a_restart_wrote_again_counts_once(tmp_path: Path) -> None:
    frames = Run().dump(["id", "x", "y", "z"]).split("ITEM: TIMESTEP")[1:]
    joined = "".join("ITEM: TIMESTEP" + part for part in (frames[0], frames[1], frames[1], frames[2]))
    run = sc.read(put(tmp_path, joined), timestep=1.0)
    whole = sc.read(put(tmp_path, Run().dump(["id", "x", "y", "z"]), "whole.dump"), timestep=1.0)
    assert run.frames.tolist() == [0, 1, 3]
    np.testing.assert_array_equal(run.times, whole.times)
    np.testing.assert_array_equal(run.positions(), whole.positions())


def test_types_get_the_names_that_a_mapping_says(tmp_path: Path) -> None:
    text = Run().dump(["id", "type", "x", "y", "z"])
    plain = sc.read(put(tmp_path, text), timestep=1.0)
    odd = re.sub(r"(?m)^(\d+) ([12]) (\S+ \S+ \S+)", lambda m: f"{m[1]} {'73'[int(m[2]) - 1]} {m[3]}", text)
    path = put(tmp_path, odd, "odd.dump")
    mapped = sc.read(path, timestep=1.0, names={"7": "A", "3": "B"})
    assert mapped.names == ("A", "B")
    np.testing.assert_array_equal(mapped.species, plain.species)
    assert sc.read(path, timestep=1.0).names == tuple("ABCDEFG")
    in_order = sc.read(path, timestep=1.0, names=["three", "seven"])
    assert in_order.names == ("three", "seven")
    np.testing.assert_array_equal(in_order.species, 1 - plain.species)
    assert sc.read(path, timestep=1.0, names={"7": "A", "3": "A"}).names == ("A",)
    with pytest.raises(ParameterError, match="names has no entry for 3; the file has 3, 7"):
        sc.read(path, timestep=1.0, names={"7": "A"})
    with pytest.raises(ParameterError, match="a mapping also works"):
        sc.read(path, timestep=1.0, names=["A", "B", "C"])
    sc.write_gsd(tmp_path / "named.gsd", plain)
    assert sc.read(tmp_path / "named.gsd", names={"A": "Ni", "B": "P"}).names == ("Ni", "P")
    swapped = sc.read(tmp_path / "named.gsd", names={"A": "B", "B": "A"})
    np.testing.assert_array_equal(swapped.species, 1 - plain.species)


def test_the_time_in_a_dump_goes_before_a_timestep(tmp_path: Path) -> None:
    path = put(tmp_path, Run().dump(["id", "x", "y", "z"], time=True))
    np.testing.assert_allclose(sc.read(path).times, [0.0, 0.5, 2.0])
    np.testing.assert_allclose(sc.read(path, timestep=0.01).times, [0.0, 0.5, 2.0])
    bare = put(tmp_path, Run().dump(["id", "x", "y", "z"]), "bare.dump")
    with pytest.raises(ParameterError, match=r'read\("bare.dump", timestep=0.005\)'):
        _ = sc.read(bare).times
    assert sc.read(put(tmp_path, Run(n_frames=1).dump(["x", "y", "z"]), "one.dump")).times == [0.0]


def test_names_are_the_callers(tmp_path: Path) -> None:
    by_type = put(tmp_path, Run().dump(["id", "type", "x", "y", "z"]))
    assert sc.read(by_type, timestep=1.0, names=["Si", "O"]).names == ("Si", "O")
    by_element = put(tmp_path, Run().dump(["id", "element", "x", "y", "z"]), "e.dump")
    turned = sc.read(by_element, timestep=1.0, names=["P", "Ni"])
    np.testing.assert_array_equal(turned.species, 2 - Run().types)
    with pytest.raises(ParameterError, match=r"has 2 species \(A, B\)"):
        sc.read(by_type, timestep=1.0, names=["Si"])


def test_a_source_reads_on_in_another_process_after_its_copy_is_gone(tmp_path: Path) -> None:
    path = put(tmp_path, Run().dump(["id", "xu", "yu", "zu"]), "run.dump.gz")
    trajectory = sc.read(path, timestep=1.0)
    copy = decompression.plain_text(path)
    assert copy.exists()
    (tmp_path / "source").write_bytes(pickle.dumps(trajectory.source))
    script = "import pickle, sys; print(pickle.load(open(sys.argv[1], 'rb')).read([2]).positions.sum())"
    command = [sys.executable, "-c", script, str(tmp_path / "source")]
    ended = subprocess.run(command, capture_output=True, text=True, check=True)
    assert float(ended.stdout) == pytest.approx(Run().centred[2].sum())
    copy.unlink()
    np.testing.assert_allclose(trajectory.unwrapped(), Run().centred, atol=1e-12)


def test_an_unpacked_copy_goes_when_its_process_ends(tmp_path: Path) -> None:
    path = put(tmp_path, Run().dump(["id", "xu", "yu", "zu"]), "run.dump.zst")
    script = (
        "import sys, supercooled as sc; from supercooled.io.decompression import plain_text;"
        "sc.read(sys.argv[1], timestep=1.0); print(plain_text(sys.argv[1]))"
    )
    command = [sys.executable, "-c", script, str(path)]
    ended = subprocess.run(command, capture_output=True, text=True, check=True)
    assert ended.stdout.strip().endswith("run.dump")
    assert not Path(ended.stdout.strip()).parent.exists()


def test_members_of_a_joined_gzip_file_follow_each_other(tmp_path: Path) -> None:
    whole = Run().dump(["id", "xu", "yu", "zu"]).encode()
    path = tmp_path / "joined.dump.gz"
    path.write_bytes(gzip.compress(whole[:500]) + gzip.compress(whole[500:]))
    np.testing.assert_allclose(sc.read(path, timestep=1.0).unwrapped(), Run().centred, atol=1e-12)


@pytest.mark.parametrize("suffix", ["", ".gz", ".zst"])
@pytest.mark.parametrize("lost", [2, 30, 150, 250])
def test_a_cut_dump_names_its_last_whole_frame(tmp_path: Path, suffix: str, lost: int) -> None:
    run = Run(n_frames=4)
    text = run.dump(["id", "type", "x", "y", "z"])
    path = put(tmp_path, text[:-lost], "run.dump" + suffix)
    with pytest.raises(
        TrajectoryError, match=r"cut short: frames 0 to 2 are complete, frame 3 is not"
    ) as error:
        sc.read(path, timestep=1.0)
    keep = int(str(error.value).split("head")[1].split("-c ")[1].split('"')[0].split()[0])
    assert sc.read(put(tmp_path, text[:keep], "kept.dump"), timestep=1.0).n_frames == 3


@pytest.mark.parametrize("suffix", [".gz", ".zst"])
def test_a_cut_archive_names_its_last_whole_frame(tmp_path: Path, suffix: str) -> None:
    run = Run(n_frames=4, n=2000)
    path = put(tmp_path, run.dump(["id", "xu", "yu", "zu"]), "run.dump" + suffix)
    data = path.read_bytes()
    path.write_bytes(data[: int(0.9 * len(data))])
    with pytest.raises(TrajectoryError, match=r"frame 3 is not"):
        sc.read(path, timestep=1.0)


@pytest.mark.parametrize("suffix", [".gz", ".zst"])
def test_an_archive_cut_between_two_frames_is_still_cut(tmp_path: Path, suffix: str) -> None:
    text = Run(n_frames=4).dump(["id", "xu", "yu", "zu"]).encode()
    at = text.rindex(b"ITEM: TIMESTEP")
    packer = zlib.compressobj(wbits=31) if suffix == ".gz" else zstandard.ZstdCompressor().compressobj()
    flush = zlib.Z_FULL_FLUSH if suffix == ".gz" else zstandard.COMPRESSOBJ_FLUSH_BLOCK
    path = tmp_path / f"run.dump{suffix}"
    path.write_bytes(packer.compress(text[:at]) + packer.flush(flush))
    with pytest.raises(TrajectoryError, match="frames 0 to 2 are complete, frame 3 is not"):
        sc.read(path, timestep=1.0)


def test_no_room_to_unpack_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = put(tmp_path, Run().dump(["id", "x", "y", "z"]), "run.dump.gz")
    monkeypatch.setattr(decompression.tempfile, "mkdtemp", lambda **_: str(tmp_path / "gone"))
    with pytest.raises(StoreError, match=r"gone.run\.dump can't be written"):
        sc.read(path, timestep=1.0)


def test_a_damaged_archive_is_named(tmp_path: Path) -> None:
    for suffix in (".gz", ".zst"):
        path = tmp_path / f"run.dump{suffix}"
        path.write_bytes(b"not packed at all, and long enough to tell")
        with pytest.raises(TrajectoryError, match="damaged"):
            sc.read(path, timestep=1.0)


def line_of(text: str, frame: int, row: int) -> int:
    lines = text.split("\n")
    heads = [k for k, line in enumerate(lines) if line.startswith("ITEM: ATOMS")]
    return heads[frame] + 1 + row


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("8 1 nan 0 0", r"frame 1, particle in row 2 \(id 8\): x is 'nan', not a finite number"),
        ("8 1 1e999 0 0", r"row 2 \(id 8\): x is '1e999', not a finite number"),
        ("8 1 0 0", r"row 2 \(id 8\): 4 values for 5 columns"),
        ("8 1 0 0 0 0", r"row 2 \(id 8\): 6 values for 5 columns"),
        ("8 2 0 0 0", r"frame 1, particle id 8: its species is '2', in frame 0 it was '1'"),
        ("9 1 0 0 0", r"frame 1: particle id 9 is not in frame 0"),
        ("99 1 0 0 0", r"frame 1: particle id 99 is not in frame 0"),
        ("5 1 0 0 0", r"frame 1: particle id 5 occurs 2 times, id 8 is missing"),
    ],
)
def test_a_bad_row_names_file_frame_and_particle(tmp_path: Path, row: str, said: str) -> None:
    text = Run().dump(["id", "type", "x", "y", "z"])
    lines = text.split("\n")
    lines[line_of(text, 1, 2)] = row
    trajectory = sc.read(put(tmp_path, "\n".join(lines)), timestep=1.0)
    with pytest.raises(
        TrajectoryError, match=r"run\.dump: " + said.removeprefix("row") if said[0] == "f" else said
    ):
        trajectory.read()


@pytest.mark.parametrize(
    ("old", "new", "error", "said"),
    [
        ("ITEM: NUMBER OF ATOMS\n5", "ITEM: NUMBER OF ATOMS\n4", TrajectoryError, "frame 1: .* more rows"),
        (
            "ITEM: NUMBER OF ATOMS\n5",
            "ITEM: NUMBER OF ATOMS\nx",
            TrajectoryError,
            "frame 0: number of atoms: 'x'",
        ),
        ("1.0 7.0", "1.0 1.0", BoxError, "frame 0: edges .* no volume"),
        ("1.0 7.0", "1.0 nan", BoxError, "frame 0: edges"),
        ("1.0 7.0", "1.0 -7.0", BoxError, "frame 0: edges .* no volume"),
        ("1.0 7.0", "1.0", TrajectoryError, "frame 0: box bounds: '1.0' should be 2 numbers"),
        ("pp pp pp", "pp ff pp", BoxError, "not periodic along y"),
        ("id type x y z", "id type vx vy vz", TrajectoryError, "no coordinates among"),
        ("id type x", "tag type x", TrajectoryError, "no id column"),
        ("ITEM: BOX BOUNDS pp", "ITEM: BOX BOUNDS abc origin pp", TrajectoryError, "general triclinic"),
        ("ITEM: TIMESTEP", "5", TrajectoryError, "'5' is in the place of"),
    ],
)
def test_a_bad_header_is_named(tmp_path: Path, old: str, new: str, error: type[Exception], said: str) -> None:
    text = Run().dump(["id", "type", "x", "y", "z"])
    assert old in text
    with pytest.raises(error, match=said):
        sc.read(put(tmp_path, text.replace(old, new)), timestep=1.0)


def test_particles_and_columns_must_stay_the_same(tmp_path: Path) -> None:
    small, large = (
        Run(n_frames=1).dump(["id", "x", "y", "z"]),
        Run(n_frames=1, n=6).dump(["id", "x", "y", "z"]),
    )
    with pytest.raises(TrajectoryError, match="frame 1 has 6 particles, frame 0 has 5"):
        sc.read(put(tmp_path, small + large), timestep=1.0)
    other = Run(n_frames=1).dump(["id", "y", "x", "z"])
    with pytest.raises(TrajectoryError, match="frame 1 has columns id y x z, frame 0 has id x y z"):
        sc.read(put(tmp_path, small + other), timestep=1.0)
    with pytest.raises(TrajectoryError, match="time of frame 1, 0, is not after the one before, 0"):
        sc.read(put(tmp_path, small + small.replace("2 4.00", "2 4.01")), timestep=1.0)
    with pytest.raises(TrajectoryError, match="empty"):
        sc.read(put(tmp_path, ""), timestep=1.0)


def test_a_planar_particle_that_leaves_the_plane_is_named(tmp_path: Path) -> None:
    text = Run(box=BOXES["plane"]).dump(["id", "z", "y", "x"])
    lines = text.split("\n")
    at = line_of(text, 2, 1)
    lines[at] = lines[at].replace(" 0.0 ", " 0.25 ")
    trajectory = sc.read(put(tmp_path, "\n".join(lines)), timestep=1.0)
    with pytest.raises(TrajectoryError, match="frame 2, particle in row 1 leaves the plane"):
        trajectory.read()


def turned(angles: tuple[float, float, float]) -> np.ndarray:
    matrix = np.eye(3)
    for axis, angle in enumerate(angles):
        c, s = np.cos(angle), np.sin(angle)
        about_z = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])
        matrix = matrix @ np.roll(np.roll(about_z, axis, axis=0), axis, axis=1)
    return matrix


@pytest.mark.parametrize("angles", [(0.0, 0.0, 0.0), (0.3, -1.2, 2.0)], ids=["aligned", "turned"])
@pytest.mark.parametrize("box", BOXES)
@pytest.mark.parametrize("name", ["run.xyz", "run.extxyz.gz", "run.xyz.zst"])
def test_extended_xyz_reads_in_any_orientation(
    tmp_path: Path, name: str, box: str, angles: tuple[float, float, float]
) -> None:
    run = Run(box=BOXES[box])
    turn = turned((angles[0], 0.0, 0.0) if run.box.dimensions == 2 else angles)
    trajectory = sc.read(put(tmp_path, run.xyz(turn=turn, comment='pbc="T T T"'), name), timestep=0.5)
    assert trajectory.dimensions == run.box.dimensions
    assert trajectory.names == ("Ni", "P")
    np.testing.assert_array_equal(trajectory.species, run.types - 1)
    np.testing.assert_allclose(trajectory.boxes(), [run.box.to_array()] * run.n_frames, atol=1e-12)
    offset = run.box.fractional(trajectory.positions() - run.centred)
    np.testing.assert_allclose(offset, np.rint(offset), atol=1e-12)


def test_times_of_extended_xyz(tmp_path: Path) -> None:
    assert sc.read(put(tmp_path, Run(n_frames=1).xyz(comment="Time=2.5"), "a.xyz")).times == [2.5]
    steps = put(tmp_path, Run(n_frames=1).xyz(comment="Timestep=400"), "b.xyz")
    assert sc.read(steps, timestep=0.005).times == [2.0]
    neither = put(tmp_path, Run().xyz(), "c.xyz")
    np.testing.assert_allclose(sc.read(neither, timestep=0.5).times, [0.0, 0.5, 1.0])
    with pytest.raises(ParameterError, match="time between two frames"):
        _ = sc.read(neither).times


@pytest.mark.parametrize(
    ("old", "new", "error", "said"),
    [
        ("Lattice=", "Cell=", TrajectoryError, "frame 0: no Lattice"),
        ('Lattice="6.0 ', 'Lattice="', TrajectoryError, "frame 0: Lattice: .* should be 9 numbers"),
        ('Lattice="6.0 ', 'Lattice="-6.0 ', BoxError, "frame 0: edges .* left-handed"),
        ("pos:R:3", "pos:R", TrajectoryError, "Properties"),
        ("pos:R:3", 'pos:R:3 pbc="T F T"', BoxError, "not periodic along y"),
        ("5\nLattice", "6\nLattice", TrajectoryError, "frame 1: .*should be a whole number|cut short"),
        ("Ni 9 9", "Ni 9 9 9", TrajectoryError, "row 0: 7 values for 6 columns"),
        ("Ni 9 9", "Nicknames 9 9", TrajectoryError, "species is 'Nicknames', not a name of at most 7"),
    ],
)
def test_bad_extended_xyz_is_named(
    tmp_path: Path, old: str, new: str, error: type[Exception], said: str
) -> None:
    text = Run().xyz()
    assert old in text
    with pytest.raises(error, match=said):
        sc.read(put(tmp_path, text.replace(old, new), "run.xyz"), timestep=1.0).read()


def test_a_mapping_that_leaves_a_label_out_merges_nothing() -> None:
    kinds = np.array([0, 1, 0])
    with pytest.raises(ParameterError, match="names has no entry for B"):
        labels.named_species("x", kinds, ["A", "B"], {"A": "B"})
    _, names = labels.named_species("x", kinds, ["A", "B"], {"3": "A", "7": "B"})
    assert names == ("A", "B")
