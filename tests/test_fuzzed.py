"""Changed files for every reader: what is read is finite, or refused with an error of the package's own.

In the tests some thousands. The long run, kept out of them::

    SUPERCOOLED_FUZZED=1000000 pytest tests/test_fuzzed.py

makes so many in all, shared out among the readers by what one of each costs; a case that fails is named by a
number that makes it again.
"""

from __future__ import annotations

import bz2
import gzip
import importlib.util
import io
import json
import os
import random
import re
import tempfile
import warnings
import zlib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import corpus
import numpy as np
import pytest
import zstandard
from corpus import configurations, documents, hostile, trajectories
from test_bad_input import bounded
from test_io_programs import run_of_gamdpy

import supercooled as sc
from supercooled import fields, learning, report, systems
from supercooled.errors import SupercooledError, TrajectoryError
from supercooled.io import readers
from supercooled.plain_data import parsed_json
from supercooled.store import folder as run_folder

FRAME = sc.testing.liquid_frame(2, seed=1)
CASES = int(os.environ.get("SUPERCOOLED_FUZZED", "4000"))
# Words that files of some kind are made of: put where they don't belong they get further than bits do.
WORDS = (
    *(
        b"0",
        b"-1",
        b"1e400",
        b"-0",
        b"nan",
        b"inf",
        b"9" * 30,
        b"0.5",
        b"1e-320",
        b"2147483648",
        b"\x00",
        b"\xff",
    ),
    *(
        b"\n",
        b"\r\n",
        b" ",
        b"\t",
        b'"',
        b"'",
        b"[",
        b"]",
        b"{",
        b"}",
        b":",
        b",",
        b"=",
        b"#",
        b"\\",
        b"!",
        b"&a",
        b"*a",
    ),
    *(
        b"null",
        b"true",
        b"[]",
        b"{}",
        b'""',
        b"ITEM: ",
        b"ITEM: TIMESTEP\n",
        b"Lattice=",
        b"pbc=",
        b"x",
        b"\xc3\xa9",
    ),
    *(
        b"\x1b[31m",
        b"\\u0000",
        b"\\ud800",
        b"!!python/none",
        b"2024-01-01",
        b"- ",
        b"? ",
        b"? - ",
        b"<<: ",
        b"1:30",
    ),
)


def changed(good: bytes, rng: random.Random) -> bytes:
    """A file with up to four changes: bits, bytes, parts left out, doubled or exchanged, words put in."""
    data = bytearray(good)
    for _ in range(rng.randint(1, 4)):
        at, length = rng.randrange(len(data) + 1), int(rng.paretovariate(0.5)) % (len(data) + 1)
        how = rng.randrange(7)
        if how == 0 and data:
            data[at % len(data)] ^= 1 << rng.randrange(8)
        elif how == 1 and data:
            data[at % len(data)] = rng.randrange(256)
        elif how == 2:
            del data[at : at + length]
        elif how == 3:
            data[at:at] = data[at : at + length]
        elif how == 4:
            other = rng.randrange(len(data) + 1)
            data[at : at + length] = data[other : other + length]
        elif how == 5:
            word = rng.choice(WORDS)
            data[at : at + rng.choice((0, 1, len(word)))] = word
        elif rng.random() < 0.2:
            del data[at:]
    return bytes(data)


Read = Callable[[bytes, Path], object]


def trajectory(suffix: str, data: bytes, folder: Path, **said: Any) -> object:
    path = folder / f"a{suffix}"
    path.write_bytes(data)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        # What other packages warn of while they read damage.
        warnings.simplefilter("ignore", DeprecationWarning)
        run = sc.read(path, timestep=0.005, **said)
        positions = run.positions()
        try:
            return run.unwrapped(), positions
        except TrajectoryError:
            # It moves by half a box.
            return positions, positions


def with_topology(suffix: str, data: bytes, folder: Path) -> object:
    """A trajectory of MDAnalysis, beside a topology that is whole."""
    (folder / "topology.data").write_bytes(DATA)
    return trajectory(suffix, data, folder, topology=folder / "topology.data")


def topology(data: bytes, folder: Path) -> object:
    """The other way about."""
    (folder / "changed.data").write_bytes(data)
    return trajectory(".dcd", WRITTEN["dcd"], folder, topology=folder / "changed.data")


def mixture(data: bytes, folder: Path) -> None:
    (folder / "a.yaml").write_bytes(data)
    systems.read_mixture(folder / "a.yaml")


def table(data: bytes, folder: Path) -> None:
    (folder / "t.txt").write_bytes(data)
    (folder / "b.yaml").write_bytes(TABULATED)
    systems.read_mixture(folder / "b.yaml")


def model(data: bytes, folder: Path) -> object:
    (folder / "m.json").write_bytes(data)
    found = learning.load_model(folder / "m.json")
    said = found.decide(np.ones(len(found.features)))
    if not found.definition:
        return (said,)
    softness = sc.indicators.LearnedSoftness(found)(FRAME)
    return said, softness[~np.isnan(softness)]


def provenance(data: bytes, folder: Path) -> None:
    out = folder / "out"
    if not out.exists():
        report.write(out, title="t", summary="s", rows=[], results={}, provenance=PROVENANCE)
    (out / "provenance.json").write_bytes(data)
    report.rebuild(out)


def recorded(name: str, data: bytes, folder: Path) -> object:
    """A record of a run; mostly with the sum that belongs to it, as one can write who knows how."""
    try:
        held = parsed_json(data)
    except ValueError:
        held = None
    if isinstance(held, dict) and zlib.crc32(data) % 5:
        data = _summed(held)
    return hostile.written(name, data, folder)


def _summed(held: dict[str, Any]) -> bytes:
    held = {key: value for key, value in held.items() if key != run_folder._SUM}
    return json.dumps({**held, run_folder._SUM: run_folder._sum(held)}).encode()


def plain(data: bytes, folder: Path) -> None:
    """Whatever is read is what JSON can say, and is written and read again as it was."""
    try:
        found = parsed_json(data)
    except ValueError:
        return
    again = json.dumps(found, ensure_ascii=False, allow_nan=False)
    assert parsed_json(again) == found


def exchanged(kind: str, data: bytes, folder: Path) -> None:
    """A stored folder of which one file is another; mostly sealed again, as one can who knows how.

    data : the place of the file among all, and what it becomes
    """
    make, name, read = STORES[kind]
    store = folder / name
    if not store.exists():
        make(lambda _: None, folder)
    files = sorted(p for p in store.rglob("*") if p.is_file())
    path, seal = files[data[0] % len(files)], store / "sealed/zarr.json"
    was, sealed = path.read_bytes(), seal.read_bytes()
    rng = random.Random(data)
    path.write_bytes(changed(was, rng))
    if path != seal and rng.random() < 0.8:
        hostile.sealed(store)
    try:
        read(store)
    finally:
        path.write_bytes(was)
        seal.parent.mkdir(exist_ok=True)
        seal.write_bytes(sealed)


STORES = {
    "field": (documents.stored, "depth.zarr", lambda path: fields.opened(path).load()),
    "curves": (documents.curves, "results.zarr", report.load_results),
}
PROVENANCE = {
    "runs": [{"T": 1.0}],
    "parameters": {"q": {"value": 1, "why": "so"}},
    "commands": ["x"],
    "y": {"z": 1},
}
TABULATED = b"""name: mono
species: [{name: A, fraction: 1}]
pairs: {A-A: {style: tabulated, file: t.txt, points: 20}}
"""
POLYDISPERSE = b"""name: poly
sizes: {smallest: 0.73, largest: 1.63, exponent: -3, classes: 4}
nonadditivity: 0.2
pair: {style: inverse-power-smoothed, epsilon: 1.0, sigma: 1.0, exponent: 12, cutoff: 1.25}
"""
IMAGES = b"""ITEM: UNITS
lj
ITEM: TIME
0.5
ITEM: TIMESTEP
0
ITEM: NUMBER OF ATOMS
3
ITEM: BOX BOUNDS xy xz yz pp pp pp
-3 3 0.5
-3 3 0
-3 3 0.25
ITEM: ATOMS id type xs ys zs ix iy iz
2 1 0.1 0.2 0.3 0 -1 0
1 2 0.4 0.5 0.6 7 0 0
3 1 0.7 0.8 0.9 0 0 12
"""
DATA = b"""LAMMPS data file via write_data, timestep = 70, units = lj

2 atoms
2 atom types

0 8 xlo xhi
0 9 ylo yhi
0 10 zlo zhi

Masses

1 1.0
2 1.0

Atoms # atomic

2 2 4 5 6 0 0 1
1 1 1 2 3 0 0 0
"""
TILTED = DATA.replace(b"zlo zhi\n", b"zlo zhi\n1 -2 0.5 xy xz yz\n")
# Of atooms, RUMD, and with no more than rows.
ATOOMS = b"""2
step:0 columns:id,pos dt:0.005 cell:8.0,9.0,10.0
A 0.5 0.5 0.5
B 1.5 2.5 -3.5
"""
RUMD = b"""2
ioformat=2 numTypes=2 sim_box=RectangularSimulationBox,8,9,10 mass=1,1 columns=type,x,y,z,imx,imy,imz,vx,vy,vz
0 0.5 0.5 0.5 1 0 0 0 0 0
1 1.5 2.5 -3.5 0 0 -1 0 0 0
"""
PLAIN = b"""2
any words
A 0.5 0.5 0.5
B 1.5 2.5 -3.5
"""
OVITO = b"""2
Lattice=[[6, 0, 0], [0, 6, 0], [0, 0, 6]] pbc=[T, T, T] Properties=id:I:1:type:I:1:pos:R:3 Time=1
1 1 0.5 0.5 0.5
2 2 1.5 1e0 -2.5
"""
RUN = _summed({"state": hostile.STATE, "versions": {"engine": "x"}, "seconds": 1.5, "frames": 3})
CHECKPOINT = _summed({"step": 10, "file": "checkpoint-10", "digest": "d", "frames": 3})


def _made(make: Callable[[Path], object], name: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        make(Path(folder))
        return (Path(folder) / name).read_bytes()


def _own_gsd(folder: Path) -> None:
    run = sc.Trajectory.from_arrays(trajectories.PLACES, sc.Box.cube(6.0), images=np.ones((3, 4, 3), int))
    sc.write_gsd(folder / "a.gsd", run)


def _row(folder: Path) -> None:
    row = report.Row.judge(
        item="a", quantity="q", state="T = 1", published=1.0, measured=1.1, uncertainty=0.1, unit="1",
        tolerance=report.Tolerance.relative(0.2),
    )  # fmt: skip
    report.write_comparison(folder / "comparison.json", [row, row])


def _page(folder: Path) -> None:
    report.write(folder, title="t", summary="s", rows=[], results={}, provenance=PROVENANCE)


def _glassbench() -> bytes:
    held = io.BytesIO()
    runs = np.random.default_rng(1).random((2, 3, 3))
    np.savez(held, types=[1, 1, 2], initial_positions=runs[0], positions=runs, box=[2.0] * 3, temperature=0.5)
    return held.getvalue()


def _gamdpy(folder: Path) -> None:
    run_of_gamdpy(folder / "run.h5")


def _ase(folder: Path) -> None:
    import ase
    from ase.io import write

    frames = [
        ase.Atoms("NiP", [(0.5, 0.5, 0.5), (1.5, 2.5 + k, 3.5)], cell=(8, 9, 10), pbc=True) for k in range(2)
    ]
    write(folder / "a.traj", frames)


def _mdanalysis(suffix: str, folder: Path) -> None:
    import MDAnalysis

    universe = MDAnalysis.Universe.empty(2, trajectory=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with MDAnalysis.Writer(str(folder / f"a.{suffix}"), 2, convert_units=suffix == "trr") as file:
            for k in range(2):
                universe.atoms.positions = [(1.0, 2.0, 3.0 + k), (4.0, 5.0, 6.0)]
                universe.dimensions = [8.0, 9.0, 10.0, 90.0, 90.0, 90.0]
                file.write(universe.atoms)


def _there(package: str) -> bool:
    return importlib.util.find_spec(package) is not None


# What packages write that are not needed; without them nothing of theirs is read either.
WRITTEN = {
    suffix: _made(partial(_mdanalysis, suffix), f"a.{suffix}") for suffix in ("dcd",) if _there("MDAnalysis")
}
WRITTEN |= {"traj": _made(_ase, "a.traj")} if _there("ase") else {}
WRITTEN |= {"h5": _made(_gamdpy, "run.h5")} if _there("h5py") else {}


def by(name: str) -> tuple[bytes, ...]:
    return (WRITTEN[name],) if name in WRITTEN else ()


DUMP, XYZ = trajectories.dump().encode(), trajectories.xyz().encode()
# What is changed, what reads it, and which share of the cases it gets: by what one of each costs.
READERS: dict[str, tuple[tuple[bytes, ...], Read, float]] = {
    "dump": ((DUMP, IMAGES), partial(trajectory, ".dump"), 0.1),
    "xyz": ((XYZ, OVITO, ATOOMS, RUMD), partial(trajectory, ".xyz"), 0.1),
    "xyz without a cell": ((PLAIN,), partial(trajectory, ".xyz", box=sc.Box.cube(8.0)), 0.04),
    "data": ((DATA, TILTED), partial(trajectory, ".data"), 0.06),
    "glassbench": ((_glassbench(),), partial(trajectory, ".npz"), 0.02),
    "gamdpy": (by("h5"), partial(trajectory, ".h5"), 0.02),
    "ase": (by("traj"), partial(trajectory, ".traj"), 0.01),
    "dcd": (by("dcd"), partial(with_topology, ".dcd"), 0.01),
    "topology": ((DATA,) if _there("MDAnalysis") else (), topology, 0.01),
    "gsd": (
        (_made(partial(trajectories.chunks, {}, 0), "bad.gsd"), _made(_own_gsd, "a.gsd")),
        partial(trajectory, ".gsd"),
        0.1,
    ),
    "gz": ((gzip.compress(DUMP),), partial(trajectory, ".dump.gz"), 0.04),
    "bz2": ((bz2.compress(DUMP),), partial(trajectory, ".dump.bz2"), 0.04),
    "zst": (
        (zstandard.compress(DUMP), zstandard.compress(IMAGES) * 2),
        partial(trajectory, ".dump.zst"),
        0.03,
    ),
    "yaml": ((documents.MIXTURE.encode(), POLYDISPERSE), mixture, 0.06),
    "table": (
        (b"# r energy\n" + b"".join(b"%g %g\n" % (r, (2 - r) ** 2) for r in np.linspace(1, 2, 12)),),
        table,
        0.04,
    ),
    "model": (
        (
            _made(partial(documents.model, lambda _: None), "model.json"),
            _made(configurations.described, "m.json"),
        ),
        model,
        0.05,
    ),
    "predictor": ((json.dumps(configurations.fitted()).encode(),), configurations.predicted, 0.03),
    "npz": (
        (configurations.written(configurations.ARRAYS), configurations.written(configurations.EXTRACT)),
        configurations.numbers_of,
        0.04,
    ),
    "json": ((RUN, CHECKPOINT, b'[[1, 2.5e-3, true, null, "a\\u00e9"], {"b": {"c": []}}]'), plain, 0.05),
    "run.json": ((RUN,), partial(recorded, "run.json"), 0.04),
    "checkpoint.json": ((CHECKPOINT,), partial(recorded, "checkpoint.json"), 0.04),
    "comparison.json": ((_made(_row, "comparison.json"),), partial(hostile.written, "comparison.json"), 0.04),
    "provenance.json": ((_made(_page, "provenance.json"),), provenance, 0.01),
    "field": ((bytes(8),), partial(exchanged, "field"), 0.01),
    "curves": ((bytes(8),), partial(exchanged, "curves"), 0.01),
}


def attempt(kind: str, number: int, folder: Path) -> str | None:
    """One case; what went wrong with it, if it did."""
    good, read, _ = READERS[kind]
    rng = random.Random(f"{kind} {number}")
    data = rng.randbytes(8) if kind in STORES else changed(rng.choice(good), rng)
    try:
        with bounded():
            found = read(data, folder)
    except SupercooledError as error:
        said = str(error)
        return None if said and "Traceback" not in said else f"says nothing of use: {said!r}"
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt):
            raise
        return f"{type(error).__name__}: {error} of {data[:2000]!r}"
    arrays = [value for value in found if isinstance(value, np.ndarray)] if isinstance(found, tuple) else []
    if not all(np.isfinite(values).all() for values in arrays):
        return f"something that is not finite of {data[:2000]!r}"
    return None


def test_every_case_is_counted_once():
    assert sum(share for _, _, share in READERS.values()) == pytest.approx(1.0)


def test_every_kind_of_file_that_is_read_is_fuzzed():
    """By its suffix; those of packages that are not here too, which then have no file to begin with."""
    used = [read for _, read, _ in READERS.values() if isinstance(read, partial)]
    suffixes = {read.args[0] for read in used if read.func in (trajectory, with_topology)}
    fuzzed = {readers.kind_of(Path(f"a{suffix}")) for suffix in suffixes}
    assert fuzzed == set(readers._OWN)
    assert {suffix for suffix in suffixes for packed in readers.PACKED if suffix.endswith(packed)} == {
        f".dump{packed}" for packed in readers.PACKED
    }
    # The library behind these two can end the process on damage, which docs/faults says.
    assert set(readers._OWN["mdanalysis"].suffixes) - suffixes == {".xtc", ".trr"}


@pytest.mark.parametrize("kind", READERS)
def test_what_is_changed_is_read_as_it_is(kind: str, tmp_path: Path) -> None:
    """Else the changes would be of something that is refused already."""
    good, read, _ = READERS[kind]
    (tmp_path / "checkpoint-10").touch()
    for data in good if kind not in STORES else ():
        read(data, tmp_path)


def test_the_documentation_says_how_many_readers_and_files_there_are():
    text = (Path(__file__).parents[1] / "docs" / "faults.rst").read_text()
    assert f"these {len(READERS)} readers are fuzzed" in text
    (more,) = re.findall(r"More than (\d+) files and parameter sets", text)
    assert int(more) < len(corpus.CASES) < int(more) + 40


@pytest.mark.parametrize(("kind", "number"), [("xyz", 66930), ("xyz", 116482), ("gsd", 39239)])
def test_a_change_that_once_did_more_raises_its_error(kind: str, number: int, tmp_path: Path) -> None:
    """A last line of no column, a box sheared to nothing, and a signalling NaN among positions."""
    assert attempt(kind, number, tmp_path) is None


@pytest.mark.parametrize("kind", READERS)
def test_no_change_of_a_file_does_more_than_raise_its_error(kind: str, tmp_path: Path) -> None:
    if not READERS[kind][0]:
        pytest.skip("its package is not installed")
    (tmp_path / "checkpoint-10").touch()
    wrong = {}
    for number in range(max(1, round(CASES * READERS[kind][2]))):
        said = attempt(kind, number, tmp_path)
        if said is not None:
            wrong[number] = said
            if len(wrong) >= 5:
                break
    assert not wrong, "\n".join(f"attempt({kind!r}, {number}): {said}" for number, said in wrong.items())
