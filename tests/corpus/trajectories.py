"""Trajectories: LAMMPS dumps, extended XYZ, compressed text, GSD."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path

import gsd.fl
import numpy as np
import zstandard

import supercooled as sc
from corpus.case import Case
from supercooled.errors import BoxError, ParameterError, SupercooledError, TrajectoryError

N = 4
EDGE = 6.0
PLACES = np.round(np.random.default_rng(1).uniform(-2.9, 2.9, (3, N, 3)), 3)


def dump() -> str:
    """Three frames of four particles."""
    frames = []
    for k, xyz in enumerate(PLACES):
        head = f"ITEM: TIMESTEP\n{100 * k}\nITEM: NUMBER OF ATOMS\n{N}\nITEM: BOX BOUNDS pp pp pp\n"
        rows = "".join(f"{i + 1} {1 + i % 2} {x:g} {y:g} {z:g}\n" for i, (x, y, z) in enumerate(xyz))
        frames.append(head + 3 * f"{-EDGE / 2} {EDGE / 2}\n" + "ITEM: ATOMS id type x y z\n" + rows)
    return "".join(frames)


def xyz() -> str:
    """Three frames of four particles."""
    frames = []
    for k, places in enumerate(PLACES):
        head = f'{N}\nLattice="6 0 0 0 6 0 0 0 6" Properties=species:S:1:pos:R:3 Time={k}.0\n'
        frames.append(head + "".join(f"{'AB'[i % 2]} {x} {y} {z}\n" for i, (x, y, z) in enumerate(places)))
    return "".join(frames)


def whole(path: Path, **how: object) -> object:
    """Everything that a trajectory file holds."""
    run = sc.read(path, **({"timestep": 0.005} | how))
    return run.unwrapped(), run.positions()


def text(make: Callable[[], str], suffix: str, old: str, new: str, folder: Path) -> object:
    """The file with something replaced, once, by a regular expression."""
    changed, n = re.subn(old, new, make(), count=1, flags=re.DOTALL)
    assert n == 1
    path = folder / f"bad{suffix}"
    path.write_bytes(changed.encode("utf-8", "surrogateescape"))
    return whole(path)


def raw(content: bytes, suffix: str, folder: Path) -> object:
    """A file of some bytes."""
    path = folder / f"bad{suffix}"
    path.write_bytes(content)
    return whole(path)


def packed(
    pack: Callable[[bytes], bytes], suffix: str, change: Callable[[bytes], bytes], folder: Path
) -> object:
    """A compressed dump, changed."""
    return raw(change(pack(200 * dump().encode())), f".dump{suffix}", folder)


FRAME = {
    "configuration/step": np.array([0], np.uint64),
    "configuration/box": np.array([EDGE, EDGE, EDGE, 0, 0, 0], np.float32),
    "particles/N": np.array([N], np.uint32),
    "particles/types": np.array([[65, 0], [66, 0]], np.int8),
    "particles/typeid": np.array([0, 1, 0, 1], np.uint32),
    "particles/position": PLACES[0].astype(np.float32),
    "log/time": np.array([0.0]),
}


def chunks(changes: dict[str, object], frame: int, folder: Path) -> object:
    """A GSD file of three frames with some chunks of one changed, or left out where None."""
    path = folder / "bad.gsd"
    with gsd.fl.open(str(path), "w", application="test", schema="hoomd", schema_version=[1, 4]) as file:
        for k in range(3):
            moved = {"configuration/step": np.array([k], np.uint64), "log/time": np.array([float(k)])}
            for name, value in ({**FRAME, **moved} | (changes if k == frame else {})).items():
                if value is not None:
                    file.write_chunk(name, value)
            file.end_frame()
    return whole(path, timestep=None)


def cut(make: Callable[[dict[str, object], int, Path], object], share: float, folder: Path) -> object:
    """A GSD file that ends early."""
    make({}, 0, folder)
    path = folder / "bad.gsd"
    data = path.read_bytes()
    path.write_bytes(data[: int(share * len(data))])
    return whole(path)


def of_text(  # noqa: PLR0917  a row of a table
    name: str,
    make: Callable[[], str],
    suffix: str,
    old: str,
    new: str,
    error: type[SupercooledError],
    says: str,
) -> Case:
    """A case of text with something replaced."""
    return Case(f"{suffix[1:]}: {name}", partial(text, make, suffix, old, new), error, says)


def _row(name: str, old: str, new: str, error: type[SupercooledError], says: str) -> Case:
    return of_text(name, dump, ".dump", old, new, error, says)


def _xyz(name: str, old: str, new: str, error: type[SupercooledError], says: str) -> Case:
    return of_text(name, xyz, ".xyz", old, new, error, says)


def _gsd(name: str, changes: dict[str, object], frame: int, error: type[SupercooledError], says: str) -> Case:
    return Case(f"gsd: {name}", partial(chunks, changes, frame), error, says)


def _raw(name: str, content: bytes, suffix: str, error: type[SupercooledError], says: str) -> Case:
    return Case(f"{suffix[1:]}: {name}", partial(raw, content, suffix), error, says)


T, B, P = TrajectoryError, BoxError, ParameterError
LAST = r"(.*ITEM: ATOMS[^\n]*\n)"  # up to the rows of the last frame
DUMPS = (
    _row("no number in a row", r"\n1 1 \S+", "\n1 1 abc", T, "frame 0, particle in row 0 (id 1): x is 'abc'"),
    _row("nan in a later frame", LAST + r"1 1 \S+", r"\g<1>1 1 nan", T, "frame 2, particle in row 0"),
    _row("infinite", r"\n2 2 \S+", "\n2 2 inf", T, "x is 'inf', not a finite number"),
    _row("overflowing number", r"\n2 2 \S+", "\n2 2 1e999", T, "not a finite number"),
    _row("hexadecimal", r"\n2 2 \S+", "\n2 2 0x10", T, "x is '0x10'"),
    _row("a value too few", r"\n3 1 (\S+) (\S+) \S+", r"\n3 1 \1 \2", T, "4 values for 5 columns"),
    _row("a value too many", r"\n3 1 ", "\n3 1 0 ", T, "6 values for 5 columns"),
    _row("no integer of particles", r"ATOMS\n4", "ATOMS\nfour", T, "'four' should be a whole number"),
    _row("fractional particles", r"ATOMS\n4", "ATOMS\n4.5", T, "'4.5' should be a whole number"),
    _row("negative particles", r"ATOMS\n4", "ATOMS\n-4", T, "no particles"),
    _row("no particles", r"ATOMS\n4", "ATOMS\n0", T, "no particles"),
    _row("more particles than rows", r"ATOMS\n4", "ATOMS\n5", T, "frame 1"),
    _row("fewer particles than rows", r"ATOMS\n4", "ATOMS\n3", T, "in the place of"),
    _row("absurdly many", r"ATOMS\n4", "ATOMS\n999999999999", T, "cut short"),
    _row("beyond 64 bits", r"ATOMS\n4", f"ATOMS\n{10**30}", T, "cut short"),
    _row("step is no number", r"TIMESTEP\n0", "TIMESTEP\nzero", T, "'zero' should be a whole number"),
    _row("step goes back", r"TIMESTEP\n200", "TIMESTEP\n50", T, "is not after the one before"),
    _row("step twice", r"TIMESTEP\n200", "TIMESTEP\n100", T, "is not after the one before"),
    _row("no box", r"ITEM: BOX BOUNDS pp pp pp\n(\S+ \S+\n){3}", "", T, "no 'ITEM: BOX BOUNDS'"),
    _row("no count", r"ITEM: NUMBER OF ATOMS\n4\n", "", T, "no 'ITEM: NUMBER OF ATOMS'"),
    _row("bounds the wrong way", r"-3.0 3.0\n", "3.0 -3.0\n", B, "no volume"),
    _row("box without width", r"-3.0 3.0\n", "3.0 3.0\n", B, "no volume"),
    _row("infinite box", r"-3.0 3.0\n", "-inf inf\n", B, "no volume"),
    _row("box of nan", r"-3.0 3.0\n", "nan 3.0\n", B, "no volume"),
    _row("three bounds", r"-3.0 3.0\n", "-3.0 3.0 1.0\n", T, "should be 2 numbers"),
    _row("one bound", r"-3.0 3.0\n", "-3.0\n", T, "should be 2 numbers"),
    _row("free boundary", "pp pp pp", "pp ff pp", B, "not periodic along y"),
    _row("general triclinic", "BOUNDS pp pp pp", "BOUNDS abc origin pp pp pp", T, "general triclinic"),
    _row("unknown item", "ITEM: NUMBER", "ITEM: WEIGHT", T, "is in the place of a line 'ITEM: ...'"),
    _row("no coordinates", "id type x y z", "id type vx vy vz", T, "frame 0 has id species vx vy vz"),
    _row("no id", "id type x y z", "number type x y z", T, "columns"),
    _row("id twice", r"\n2 2 ", "\n1 2 ", T, "particle id 1 occurs more than once"),
    _row("another id later", LAST + "1 1 ", r"\g<1>9 1 ", T, "particle id 9 is not in frame 0"),
    _row("fractional id", LAST + "1 1 ", r"\g<1>1.5 1 ", T, "particle id 1.5 is not in frame 0"),
    _row("species changes", LAST + "1 1 ", r"\g<1>1 2 ", T, "its species is '2', in frame 0 it was '1'"),
    _row("long species", r"\n1 1 ", "\n1 abcdefghijkl ", T, "a name of at most 7 characters"),
    _row(
        "cut in a row", r"\n4 2 \S+ \S+ \S+\n$", "\n4 2 0.1", T, "frames 0 to 1 are complete, frame 2 is not"
    ),
    _row("cut in a header", r"(.*)ITEM: NUMBER.*", r"\1", T, "frames 0 to 1 are complete"),
    _row("not text", r"\n1 1 \S+", "\n1 1 \udcff\udcfe", T, "frame 0, particle in row 0"),
    _row("other units", r"^ITEM", "ITEM: UNITS\nmetal\nITEM", P, "is in units 'metal'"),
    _row(
        "units of nobody", r"^ITEM", "ITEM: UNITS\nparsec\nITEM", P, "give the scales of the liquid in them"
    ),
    _row("edges of three numbers", "BOUNDS pp pp pp", "BOUNDS abc origin pp pp pp", T, "should be 4 numbers"),
    _raw("empty", b"", ".dump", T, "the file is empty"),
    _raw("blank lines", b"\n\n\n", ".dump", T, "no frame"),
    _raw("another kind of text", b"hello\nworld\n", ".dump", T, "this is not a LAMMPS dump"),
    _raw("zeros", bytes(1000), ".dump", T, "cut short"),
    _raw("a line of a megabyte", b"x" * 2**20 + b"\n", ".lammpstrj", T, "this is not a LAMMPS dump"),
)
XYZS = (
    _xyz("no lattice", r'Lattice="[^"]*" ', "", T, "no Lattice"),
    _xyz("eight numbers in the lattice", "6 0 0 0 6 0 0 0 6", "6 0 0 0 6 0 0 0", T, "should be 9 numbers"),
    _xyz("lattice of words", "6 0 0 0 6 0 0 0 6", "a b c d e f g h i", T, "should be 9 numbers"),
    _xyz("flat lattice", "6 0 0 0 6 0 0 0 6", "6 0 0 6 0 0 0 0 6", B, "no volume"),
    _xyz("left-handed lattice", "6 0 0 0 6 0 0 0 6", "0 6 0 6 0 0 0 0 6", B, "left-handed"),
    _xyz("a lattice sheared to nothing", "6 0 0 0 6 0 0 0 6", "6 0 0 9e30 6 0 0 0 6", B, "no volume"),
    _xyz(
        "a lattice turned and sheared to nothing", "6 0 0 0 6 0 0 0 6", "6 9e30 0 0 6 0 0 0 6", B, "no volume"
    ),
    _xyz("a lattice without end", "6 0 0 0 6 0 0 0 6", "9e30 0 0 0 6 0 0 0 6", B, "beyond 1e+15"),
    _xyz("lattice of nan", "6 0 0 0 6 0 0 0 6", "nan 0 0 0 6 0 0 0 6", B, "no volume"),
    _xyz("free boundary", "Time=0", 'pbc="T T F" Time=0', B, "not periodic along z"),
    _xyz("no truth values", "Time=0", 'pbc="T T X" Time=0', T, "three of T and F"),
    _xyz("two boundaries", "Time=0", 'pbc="T T" Time=0', T, "three of T and F"),
    _xyz("properties of two words", "species:S:1:pos:R:3", "species:S", T, "name:type:columns"),
    _xyz("properties of a wide column", "pos:R:3", "pos:R:x", T, "name:type:columns"),
    _xyz("no positions", "pos:R:3", "vel:R:3", T, "frame 0 has species vel[0]"),
    _xyz("time is a word", "Time=0.0", "Time=noon", T, "should be 1 number"),
    _xyz("count is a word", r"^4\n", "many\n", T, "should be a whole number"),
    _xyz("count is too large", r"^4\n", "400\n", T, "cut short: even frame 0 is incomplete"),
    _xyz("a coordinate is a word", r"\nA \S+", "\nA left", T, "x is 'left'"),
    _xyz("a coordinate is missing", r"\nA (\S+) (\S+) \S+", r"\nA \1 \2", T, "3 values for 4 columns"),
    _raw("empty", b"", ".xyz", T, "the file is empty"),
    _raw("only a count", b"4\n", ".extxyz", T, "cut short"),
)
HALF = {"first half": lambda data: data[: len(data) // 2], "first byte": lambda data: data[:1]}
PACKED = (
    *(
        Case(f"dump.gz: {n}", partial(packed, gzip.compress, ".gz", c), T, "cut short")
        for n, c in HALF.items()
    ),
    *(
        Case(f"dump.zst: {n}", partial(packed, zstandard.compress, ".zst", c), T, "cut short")
        for n, c in HALF.items()
    ),
    Case(
        "dump.gz: two bytes of the middle",
        partial(packed, gzip.compress, ".gz", lambda d: d[:300] + b"\xff\xff" + d[302:]), T, "bad.dump.gz",
    ),
    _raw("plain text under a packed name", dump().encode(), ".dump.gz", T, "damaged and can't be unpacked"),
    _raw("plain text under another name", dump().encode(), ".dump.zst", T, "damaged and can't be unpacked"),
    _raw("empty", b"", ".dump.gz", T, "empty"),
)  # fmt: skip
NAN = PLACES[0].astype(np.float32).copy()
NAN[2, 1] = np.nan
GSDS = (
    _gsd("nan", {"particles/position": NAN}, 1, T, "frame 1, particle 2: position"),
    _gsd(
        "infinite", {"particles/position": np.full((N, 3), np.inf, np.float32)}, 0, T, "frame 0, particle 0"
    ),
    _gsd("too few positions", {"particles/position": PLACES[0, :3].astype(np.float32)}, 1, T, "frame 1"),
    _gsd("too many positions", {"particles/position": np.zeros((9, 3), np.float32)}, 1, T, "frame 1"),
    _gsd("one position", {"particles/position": np.zeros((1, 3), np.float32)}, 1, T, "frame 1"),
    _gsd("flat positions", {"particles/position": np.zeros((N, 2), np.float32)}, 1, T, "frame 1"),
    _gsd("another number", {"particles/N": np.array([5], np.uint32)}, 2, T, "frame 2 has 5 particles"),
    _gsd("no particles", {"particles/N": np.array([0], np.uint32)}, 0, T, "particles"),
    _gsd("absurdly many", {"particles/N": np.array([2**32 - 1], np.uint32)}, 0, T, "particles"),
    _gsd(
        "species changes",
        {"particles/typeid": np.array([0, 1, 1, 1], np.uint32)},
        1,
        T,
        "frame 1, particle 2",
    ),
    _gsd("fewer species", {"particles/typeid": np.array([0, 1, 1], np.uint32)}, 1, T, "frame 1"),
    _gsd(
        "species without a name",
        {"particles/typeid": np.array([0, 1, 0, 7], np.uint32)},
        0,
        T,
        "its species is not that of frame 0",
    ),
    _gsd("too few species", {"particles/typeid": np.array([0, 1], np.uint32)}, 0, T, "shape (2,)"),
    _gsd("name of other bytes", {"particles/types": np.array([[-1, 0], [66, 0]], np.int8)}, 0, T, "name"),
    _gsd("box of nan", {"configuration/box": np.full(6, np.nan, np.float32)}, 1, B, "frame 1"),
    _gsd("box without width", {"configuration/box": np.zeros(6, np.float32)}, 1, B, "frame 1"),
    _gsd("negative box", {"configuration/box": -FRAME["configuration/box"]}, 1, B, "frame 1"),
    _gsd("box of three", {"configuration/box": np.full(3, EDGE, np.float32)}, 1, T, "frame 1"),
    _gsd("five dimensions", {"configuration/dimensions": np.array([5], np.uint8)}, 0, T, "dimensions"),
    _gsd("time goes back", {"log/time": np.array([-1.0])}, 2, T, "is not after the one before"),
    _gsd("time of nan", {"log/time": np.array([np.nan])}, 1, T, "time of frame 1"),
    _gsd("time of no number", {"log/time": np.zeros(0)}, 1, T, "frame 1"),
    _gsd("images of another number", {"particles/image": np.zeros((2, 3), np.int32)}, 1, T, "frame 1"),
    *(
        Case(f"gsd: first {share:g} of it", partial(cut, chunks, share), T, "bad.gsd")
        for share in (0.0, 0.001, 0.05, 0.3, 0.6, 0.99)
    ),
    _raw("text", b"not a gsd file at all" * 50, ".gsd", T, "is not a GSD file"),
    _raw("empty", b"", ".gsd", T, "is not a GSD file"),
)


def _no_time(folder: Path) -> object:
    (folder / "a.dump").write_text(dump())
    return sc.dynamics.hops(sc.read(folder / "a.dump"), window=1.0)


def _folder(folder: Path) -> object:
    (folder / "a.gsd").mkdir()
    return sc.read(folder / "a.gsd")


OTHERS = (
    Case("dump: no time", _no_time, P, "contains no times"),
    Case("a missing file", lambda folder: sc.read(folder / "none.gsd"), T, "no such file"),
    Case("a folder", _folder, T, "is a folder, not a trajectory"),
    Case("an unknown suffix", lambda folder: sc.read(folder / "a.pdb"), P, "unknown kind of file"),
    Case("an unknown format", lambda folder: whole(_touched(folder), format="pdb"), P, "format must be"),
)


def _touched(folder: Path) -> Path:
    (folder / "a.dump").write_text(dump())
    return folder / "a.dump"


CASES = (*DUMPS, *XYZS, *PACKED, *GSDS, *OTHERS)
