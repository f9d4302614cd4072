"""Files that somebody made to do harm: code in Zarr, JSON and YAML without end, pipes and devices."""

from __future__ import annotations

import bz2
import io
import json
import os
import shutil
import struct
import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import zstandard

import supercooled as sc
from corpus import trajectories
from corpus.case import Case
from corpus.documents import curves, mixture, stored
from supercooled import fields, learning, report, systems
from supercooled.errors import MixtureError, StoreError, TrajectoryError
from supercooled.plain_data import read_arrays
from supercooled.store.folder import RunFolder


def _zarr(name: str, of: Callable[..., object], change: Callable[[Path], object], says: str) -> Case:
    return Case(f"zarr: {name}", partial(of, change), StoreError, says)


def described(path: str, **changes: object) -> Callable[[Path], object]:
    """Metadata changed, by somebody who seals the folder again."""

    def change(folder: Path) -> None:
        data = json.loads((folder / path).read_text())
        (folder / path).write_text(json.dumps({**data, **changes}))
        sealed(folder)

    return change


def sealed(folder: Path) -> None:
    """Seal a folder again, as one can who knows how."""
    shutil.rmtree(folder / "sealed")
    fields.seal(folder)


def put(path: str, content: bytes, *, again: bool = True) -> Callable[[Path], object]:
    """A file of some bytes."""

    def change(folder: Path) -> None:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
        if again:
            sealed(folder)

    return change


def _unsealed(folder: Path) -> None:
    shutil.rmtree(folder / "sealed")


def _link(folder: Path) -> None:
    (folder / "radial/g/c/0/0").rename(folder.parent / "elsewhere")
    (folder / "radial/g/c/0/0").symlink_to(folder.parent / "elsewhere")


def _swap(folder: Path) -> None:
    one, other = folder / "values/c/0/0", folder / "values/c/1/0"
    was = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(was)


def _codec(name: str, **configuration: object) -> list[dict[str, object]]:
    return [
        {"name": "bytes", "configuration": {"endian": "little"}},
        {"name": name, "configuration": configuration},
    ]


def _grid(*shape: int) -> dict[str, object]:
    return {"name": "regular", "configuration": {"chunk_shape": shape}}


OLD = (
    b'{"zarr_format": 2, "shape": [1], "chunks": [1], "dtype": "|O", "fill_value": null, "order": "C", '
    b'"compressor": {"id": "pickle", "protocol": 5}, "filters": [{"id": "vlen-utf8"}]}'
)
G, VALUES, TOP = "radial/g/zarr.json", "values/zarr.json", "zarr.json"
MANY = [2, 10**12]
STORES = (
    _zarr("curves, never sealed", curves, _unsealed, "list of its files is missing"),
    _zarr("field, never sealed", stored, _unsealed, "list of its files is missing"),
    _zarr("curves, a file too many", curves, put("radial/x", b"1", again=False), "not among the files"),
    _zarr("curves, a file of no array", curves, put("radial/x", b"1"), "belongs to no array"),
    _zarr("curves, a link out", curves, _link, "is a link"),
    _zarr("field, two chunks exchanged", stored, _swap, "has changed"),
    _zarr("curves, version 2", curves, put("radial/old/.zarray", OLD), "belongs to no array"),
    _zarr(
        "curves, version 2 as 3",
        curves,
        put(G, OLD),
        "is not the description of an array of this package (zarr_format",
    ),
    _zarr("curves, numbered version 2", curves, described(G, zarr_format=2), "zarr_format"),
    _zarr("curves, another codec", curves, described(G, codecs=_codec("gzip", level=1)), "codecs"),
    _zarr("curves, a codec of numcodecs", curves, described(G, codecs=_codec("numcodecs.pickle")), "codecs"),
    _zarr("curves, no codec", curves, described(G, codecs=[]), "codecs"),
    _zarr("curves, text without length", curves, described(G, data_type="string"), "data_type"),
    _zarr("curves, objects", curves, described(G, data_type="object"), "data_type"),
    _zarr("curves, a shape of 10^12", curves, described(G, shape=MANY), "1 chunks, but its shape needs"),
    _zarr("curves, a negative shape", curves, described(G, shape=[-2, 9]), "shape.0"),
    _zarr("curves, a shape of words", curves, described(G, shape="nine"), "shape"),
    _zarr("curves, no shape", curves, described(G, shape=None), "shape"),
    _zarr("curves, one dimension", curves, described(G, shape=[18]), "different dimensions"),
    _zarr(
        "curves, a chunk of 10^12",
        curves,
        described(G, shape=MANY, chunk_grid=_grid(*MANY)),
        "instead of 16000000000000",
    ),
    _zarr("curves, a grid of no size", curves, described(G, chunk_grid={"name": "regular"}), "chunk_grid"),
    _zarr("curves, transformed", curves, described(G, storage_transformers=[{}]), "storage_transformers"),
    _zarr("curves, a group elsewhere", curves, described(TOP, attributes={"groups": ["../x"]}), "a group"),
    _zarr(
        "curves, groups are a number", curves, described(TOP, attributes={"groups": 7}), "a group is missing"
    ),
    _zarr("curves, metadata nested deep", curves, put(G, b"[" * 100_000), "more than 32 deep"),
    _zarr("curves, metadata of a list", curves, put(G, b"[]"), "contains no record"),
    _zarr(
        "field, no crc32c",
        stored,
        described(VALUES, codecs=_codec("crc32c")[:1]),
        "bytes of values instead of",
    ),
    _zarr("field, of whole numbers", stored, described(VALUES, data_type="int64"), "no field"),
)
JSONS: dict[str, bytes] = {
    "nested 10^5 deep": b"[" * 100_000,
    "a number of 400 digits": b'{"step": ' + b"9" * 400 + b"}",
    "a number beyond doubles": b'{"step": 1e400}',
    "nan": b'{"step": NaN}',
    "a key twice": b'{"step": 1, "step": 2}',
    "half a character": b'{"label": "\\ud800"}',
    "larger than 16 MB": b" " * (16 * 2**20 + 1),
    "other bytes": b"\xff\xfe{}",
}
READERS: dict[str, Callable[[Path], object]] = {
    "model.json": learning.load_model,
    "comparison.json": report.read_comparison,
    "run.json": lambda path: RunFolder(path.parent).record(),
    "checkpoint.json": lambda path: RunFolder(path.parent).checkpoint(),
}


def written(name: str, content: bytes, folder: Path) -> object:
    """What its reader makes of a file."""
    (folder / name).write_bytes(content)
    return READERS[name](folder / name)


def record(name: str, data: dict[str, object], folder: Path) -> object:
    """What its reader makes of a record whose checksum fits."""
    RunFolder(folder)._write(name, data)
    return READERS[name](folder / name)


DOCUMENTS = tuple(
    Case(f"{reader}: {name}", partial(written, reader, content), StoreError, reader)
    for name, content in JSONS.items()
    for reader in READERS
)
STATE = {
    "mixture": {"name": "ka-lj"}, "density": 1.2, "temperature": 1.0, "n_particles": 8, "seed": 1,
    "protocol": {"every": 1.0, "dt": 0.005, "damping": 100.0, "ensemble": "nvt", "start": "x", "hold": 0.0},
}  # fmt: skip


def _run(name: str, says: str, *, state: dict[str, object] | None = None, **changes: object) -> Case:
    data = {"state": {**STATE, **(state or {})}, "versions": {"engine": "x"}, **changes}
    return Case(f"run.json: {name}", partial(record, "run.json", data), StoreError, says)


RUNS = (
    _run("a temperature of words", "state.temperature", state={"temperature": "cold"}),
    _run("particles that are a list", "state.n_particles", state={"n_particles": [8]}),
    _run("a mixture that is a name", "state.mixture", state={"mixture": "ka-lj"}),
    _run("a mixture without a name", "state.mixture.name", state={"mixture": {}}),
    _run("a protocol that is missing", "state.protocol", state={"protocol": None}),
    _run("a protocol of other words", "state.protocol", state={"protocol": {"often": 1.0}}),
    _run("versions that are a number", "versions", versions=1),
    _run("a start that is a word", "start", start="there"),
    _run("frames that are negative", "frames", frames=-1),
    _run("seconds that are a list", "seconds", seconds=[]),
)


def _yaml(name: str, old: str, new: str, says: str) -> Case:
    return Case(f"yaml: {name}", partial(mixture, old, new), MixtureError, says)


MIXTURES = (
    _yaml("a date", "name: mine", "name: 2024-01-01T00:00:00Z", "a name has at most 64 letters"),
    _yaml("a date for a number", "epsilon: 1.0", "epsilon: 2024-01-01", "valid number"),
    _yaml("a tagged date", "name: mine", "name: !!timestamp 2024-01-01", "tags such as"),
    _yaml("tagged bytes", "name: mine", "name: !!binary aGVsbG8=", "tags such as"),
    _yaml("a tag of one's own", "name: mine", "name: !mine x", "tags such as"),
    _yaml("digits without end", "epsilon: 1.0", f"epsilon: {'9' * 5000}", "a whole number of 5000 digits"),
    _yaml("decimals without end", "epsilon: 1.0", f"epsilon: 1.{'9' * 5000}", "a number of 5002 characters"),
    _yaml("a number beyond doubles", "epsilon: 1.0", "epsilon: 1e999", "finite number"),
    _yaml("a list as a key", "name: mine", "? [a, b]\n: mine", "not allowed as a key"),
    _yaml("a merge", "name: mine", "<<: {name: mine}", "mine.yaml"),
    _yaml("more words than a mixture", "name: mine", f"name: [{'x, ' * 60_000}]", "more than 50000 words"),
)


def _folder(folder: Path) -> Path:
    (folder / "a.yaml").mkdir()
    return folder / "a.yaml"


def pipe(folder: Path, name: str) -> Path:
    """A pipe into which nobody writes."""
    os.mkfifo(folder / name)
    return folder / name


def _table(folder: Path, text: str) -> Path:
    (folder / "t.txt").write_text(text)
    return folder / "t.txt"


def _tabulated(table: Callable[[Path], Path], folder: Path) -> object:
    pair = f"{{style: tabulated, file: {table(folder)}, points: 100}}"
    return mixture("{style: lennard-jones, epsilon: 1.0, sigma: 1.0, cutoff: 2.5}", pair, folder)


def _tab(name: str, table: Callable[[Path], Path], says: str) -> Case:
    return Case(f"table: {name}", partial(_tabulated, table), MixtureError, says)


PLACES = (
    Case(
        "yaml: a folder", lambda f: systems.read_mixture(_folder(f)), MixtureError, "is a folder, not a file"
    ),
    Case("yaml: a pipe", lambda f: systems.read_mixture(pipe(f, "a.yaml")), MixtureError, "is a pipe"),
    Case("yaml: a device", lambda _: systems.read_mixture("/dev/zero"), MixtureError, "is a device"),
    Case("model: a pipe", lambda f: learning.load_model(pipe(f, "m.json")), StoreError, "is a pipe"),
    Case("model: a device", lambda _: learning.load_model("/dev/zero"), StoreError, "is a device"),
    _tab("a pipe", lambda f: pipe(f, "t.txt"), "is a pipe"),
    _tab("a device", lambda _: Path("/dev/zero"), "is a device"),
    _tab("words", lambda f: _table(f, "r energy\n"), "not a table with columns of numbers"),
    _tab("nothing", lambda f: _table(f, ""), "not a table with columns of numbers"),
    _tab("larger than 16 MB", lambda f: _table(f, "1 " * 2**23 + "1"), "larger than"),
)


def _bomb(suffix: str, pack: Callable[[bytes], bytes], folder: Path) -> object:
    """Two gigabytes of a digit, packed."""
    head = trajectories.dump().encode()[:-1]
    content = pack(head) + pack(b"0" * 2**25) * 64
    return trajectories.raw(content, f".dump{suffix}", folder)


def _images(counts: tuple[str, str, str], folder: Path) -> object:
    head = "ITEM: TIMESTEP\n0\nITEM: NUMBER OF ATOMS\n2\nITEM: BOX BOUNDS pp pp pp\n" + 3 * "-3 3\n"
    rows = "7 1 0 0 0 0 0 0\n9 1 1 1 1 {} {} {}\n".format(*counts)
    text = f"{head}ITEM: ATOMS id type x y z ix iy iz\n{rows}"
    return trajectories.raw(text.encode(), ".dump", folder)


def _of_arrays(counts: list[float], folder: Path) -> object:
    return sc.Trajectory.from_arrays(np.zeros((1, 2, 3)), sc.Box.cube(5.0), images=[[[0, 0, 0], counts]])


def _gsd(name: str, values: object) -> Callable[[Path], object]:
    return partial(trajectories.chunks, {name: values}, 0)


def _sparse(folder: Path) -> object:
    """A file whose particles, a hundred gigabytes of them, are a hole."""
    trajectories.chunks({}, 0, folder)
    path = folder / "bad.gsd"
    data = bytearray(path.read_bytes())
    at, slots = struct.unpack_from("<QQ", data, 8)
    for entry in range(at, at + 32 * slots, 32):
        if struct.unpack_from("<Q", data, entry + 8)[0] == trajectories.N:  # rows
            struct.pack_into("<Q", data, entry + 8, 2**33)
    path.write_bytes(data)
    os.truncate(path, 2**37)
    return trajectories.whole(path, timestep=None)


def _sparse_index(folder: Path) -> object:
    trajectories.chunks({}, 0, folder)
    path = folder / "bad.gsd"
    data = bytearray(path.read_bytes())
    struct.pack_into("<Q", data, 16, 2**31)
    path.write_bytes(data)
    os.truncate(path, 2**37)
    return trajectories.whole(path, timestep=None)


def _zeros(folder: Path) -> object:
    (folder / "a.dump").touch()
    os.truncate(folder / "a.dump", 2**36)
    return trajectories.whole(folder / "a.dump")


def _wide(columns: str, folder: Path) -> object:
    return trajectories.raw(trajectories.xyz().replace("pos:R:3", columns, 1).encode(), ".xyz", folder)


def _dumped(old: str, new: str, folder: Path) -> object:
    return trajectories.text(trajectories.dump, ".dump", old, new, folder)


T = TrajectoryError
FRAMES = (
    *(
        Case(
            f"dump{suffix}: two gigabytes of a digit",
            partial(_bomb, suffix, pack),
            T,
            "1000 times its own size",
        )
        for suffix, pack in ((".zst", zstandard.compress), (".bz2", bz2.compress))
    ),
    Case(
        "images: beyond 32 bits",
        partial(_images, ("0", "0", "2147483648")),
        T,
        "row 1 (id 9): its image flags",
    ),
    Case("images: a fraction", partial(_images, ("0.5", "0", "0")), T, "0.5 0 0 are not whole numbers"),
    Case("images: nan", partial(_images, ("nan", "0", "0")), T, "row 1"),
    Case("arrays: images beyond 32 bits", partial(_of_arrays, [0, 0, 2**31]), T, "frame 0, particle 1"),
    Case("arrays: images of nan", partial(_of_arrays, [0, float("nan"), 0]), T, "frame 0, particle 1"),
    Case("arrays: a fraction of an image", partial(_of_arrays, [0, 0.5, 0]), T, "its image flag is 0.5"),
    Case(
        "gsd: images beyond 32 bits",
        _gsd("particles/image", np.full((4, 3), 2**31, np.int64)),
        T,
        "particle 0",
    ),
    Case("gsd: images of nan", _gsd("particles/image", np.full((4, 3), np.nan, np.float32)), T, "particle 0"),
    Case("gsd: a fraction of an image", _gsd("particles/image", np.full((4, 3), 0.5)), T, "image is 0.5"),
    Case("gsd: a fraction of a species", _gsd("particles/typeid", np.full(4, 0.5)), T, "its species is 0.5"),
    Case("gsd: a hole for particles", _sparse, T, "the rest is empty"),
    Case("gsd: a hole for an index", _sparse_index, T, "the rest is empty"),
    Case("dump: 64 gigabytes of a hole", _zeros, T, "a line of more than 2 MB"),
    Case(
        "xyz: 10^12 columns",
        partial(_wide, "pos:R:3:x:R:1000000000000"),
        T,
        "columns",
    ),
    Case(
        "xyz: 10^30 columns",
        partial(_wide, f"pos:R:3:x:R:1{30 * '0'}"),
        T,
        "name:type",
    ),
    Case("xyz: other digits", partial(_wide, "pos:R:3:x:R:²"), T, "name:type:columns"),
    *(
        Case(
            f"xyz: {len(line)} bytes of {line[:6]!r}",
            partial(trajectories.raw, b"4\n" + line + b"\n", ".xyz"),
            T,
            says,
        )
        for line, says in (
            (b"a" * 200_000, "no Lattice"),
            (b"a-" * 100_000, "no Lattice"),
            (b'="' * 100_000, "no Lattice"),
            (b"[=[" * 66_000, "no Lattice"),
            (b"Lattice=[" + b"[" * 200_000, "should be 9 numbers"),
            (b"a" * 2**22, "a line of more than 2 MB"),
        )
    ),
    Case("dump: 5000 columns", partial(_dumped, r"ATOMS id", "ATOMS id" + " c" * 5000), T, "5005 columns"),
    Case(
        "dump: a count with marks", partial(_dumped, r"ATOMS\n4", "ATOMS\n0_4"), T, "should be a whole number"
    ),
    Case(
        "dump: a step of 500 digits", partial(_dumped, r"STEP\n0", "STEP\n" + 500 * "9"), T, "a whole number"
    ),
    Case("dump: an id of 31 digits", partial(_dumped, r"\n2 2 ", f"\n{'9' * 31} 2 "), T, "is 2^53 or more"),
    Case("dump: a pipe", lambda f: trajectories.whole(pipe(f, "a.dump")), T, "is a pipe, not a trajectory"),
    Case("gsd: a pipe", lambda f: trajectories.whole(pipe(f, "a.gsd")), T, "is a pipe, not a trajectory"),
    Case("a device", lambda _: sc.read("/dev/zero", format="lammps"), T, "is a device, not a trajectory"),
)

ARRAYS: dict[str, np.ndarray] = {
    "key": np.array("k"), "step": np.array(1), "species": np.zeros(2, int), "positions": np.zeros((2, 3)),
    "velocities": np.zeros((2, 3)), "images": np.zeros((2, 3), int), "chain": np.zeros(2),
}  # fmt: skip


def _arrays(change: Callable[[Path], object], folder: Path) -> object:
    """A checkpoint of the card's engine."""
    path = folder / "checkpoint-1"
    with path.open("wb") as file:
        np.savez(file, **ARRAYS)
    change(path)
    return read_arrays(path, tuple(ARRAYS), error=StoreError)


def _saved(how: Callable[..., None], **changes: object) -> Callable[[Path], None]:
    def save(path: Path) -> None:
        with path.open("wb") as file:
            how(file, **(ARRAYS | changes))

    return save


def _claiming(path: Path) -> None:
    """One array says that it has ten thousand million rows."""
    with zipfile.ZipFile(path, "w") as whole:
        for name, array in ARRAYS.items():
            file = io.BytesIO()
            np.save(file, array)
            data = file.getvalue()
            if name == "positions":
                data = data.replace(b"(2, 3), }" + 10 * b" ", b"(10000000000, 3), }")
            whole.writestr(f"{name}.npy", data)


NPZ = (
    Case(
        "npz: objects",
        partial(_arrays, _saved(np.savez, chain=np.array([{}]))),
        StoreError,
        "does not contain numbers",
    ),
    Case("npz: compressed", partial(_arrays, _saved(np.savez_compressed)), StoreError, "it is compressed"),
    Case("npz: more than there is", partial(_arrays, _claiming), StoreError, "size that its header gives"),
    Case("npz: another array", partial(_arrays, _saved(np.savez, x=np.ones(1))), StoreError, "other arrays"),
    Case("npz: cut", partial(_arrays, lambda p: os.truncate(p, 900)), StoreError, "not a zip file"),
    Case("npz: empty", partial(_arrays, lambda p: os.truncate(p, 0)), StoreError, "not a zip file"),
)

CASES = (*NPZ, *FRAMES, *STORES, *DOCUMENTS, *RUNS, *MIXTURES, *PLACES)
