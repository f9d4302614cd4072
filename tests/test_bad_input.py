"""Bad input gets its error: no crash, no hang, no silent NaN, no memory without bounds."""

from __future__ import annotations

import ast
import io
import resource
import signal
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import corpus
import pytest
from corpus.case import Case

import supercooled
from supercooled import plain_data, yaml_files
from supercooled.arguments.amounts import MOST_ENTRIES
from supercooled.errors import SupercooledError
from supercooled.io import text_index
from supercooled.predictors.predictor import MOST_LAYERS

SECONDS = 20


@contextmanager
def bounded(seconds: int = SECONDS) -> Iterator[None]:
    """An alarm after some seconds of the processor, and no more than two gigabytes beyond what is there.

    What only waits is interrupted after ten times as many of the clock: other work may share the processor.
    """

    def late(*_: object) -> None:
        raise AssertionError(f"took more than {seconds} s")

    before = resource.getrlimit(resource.RLIMIT_AS)
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    alarms = (
        (signal.SIGPROF, signal.ITIMER_PROF, seconds),
        (signal.SIGALRM, signal.ITIMER_REAL, 10 * seconds),
    )
    for number, timer, after in alarms:
        signal.signal(number, late)
        signal.setitimer(timer, after)
    resource.setrlimit(resource.RLIMIT_AS, (used + 2**31, before[1]))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", RuntimeWarning)
            yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)
        for _, timer, _ in alarms:
            signal.setitimer(timer, 0)


def test_the_corpus_is_large_and_names_each_case_once():
    names = [case.name for case in corpus.CASES]
    assert len(names) >= 200
    assert sorted(set(names)) == sorted(names)


@pytest.mark.parametrize("case", corpus.CASES, ids=lambda case: case.name)
def test_bad_input_gets_its_error(case: Case, tmp_path: Path) -> None:
    with bounded(), pytest.raises(SupercooledError) as caught:
        case.attempt(tmp_path)
    said = str(caught.value)
    assert type(caught.value) is case.error, f"{type(caught.value).__name__}: {said}"
    assert case.says in said, said
    assert "Traceback" not in said
    assert len(said) < 2000


class Growing(io.BytesIO):
    """A file of the system's that is larger than the system says, and how much is asked of it at once."""

    def __init__(self, content: bytes, known: Path) -> None:
        super().__init__(content)
        self.known = known.open("rb")
        self.asked: list[int] = []

    def fileno(self) -> int:
        return self.known.fileno()

    def read(self, size: int | None = -1, /) -> bytes:
        assert size is not None
        self.asked.append(size)
        return super().read(size)


@pytest.mark.parametrize("longer", [0, 1, 3 * 2**20])
def test_a_file_gets_room_for_what_is_in_it_not_for_the_most(longer, tmp_path, monkeypatch):
    """Room for two gigabytes failed, or waited for ever where another library watches the memory."""
    known = tmp_path / "a"
    known.write_bytes(b"a" * 100)
    file = Growing(b"a" * (100 + longer), known)
    monkeypatch.setattr(plain_data, "open_regular", lambda *_, **__: file)
    assert len(plain_data.read_bytes(known, most=2**31, error=SupercooledError)) == 100 + longer
    assert max(file.asked) <= 2**20
    again = Growing(b"a" * (100 + longer), known)
    monkeypatch.setattr(plain_data, "open_regular", lambda *_, **__: again)
    with pytest.raises(SupercooledError, match="too large"):
        plain_data.read_bytes(known, most=99 + longer, error=SupercooledError)


# What reads files, and where it may stand: behind a bound, or for what is the package's own.
ONLY_IN = {
    "json.load json.loads zipfile.ZipFile": {"plain_data.py"},
    # of lines of a text that a bounded reader has read
    "np.loadtxt": {"plain_data.py", "io/lammps_data.py"},
    "yaml.load": {"yaml_files.py"},
    "np.load np.fromfile np.genfromtxt np.fromstring json.JSONDecoder": set(),
    # of annotations in the package itself
    "eval": {"arguments/signatures.py"},
    "exec compile pickle.load marshal.loads": set(),
    # of tasks that this program's own executor has carried from one of its processes to another
    "pickle.loads": {"parcels.py"},
    "gzip.open bz2.open lzma.open tarfile.open zipfile.extractall gsd.hoomd.read_log": set(),
    "zlib.decompressobj bz2.BZ2Decompressor zstandard.ZstdDecompressor": {"io/decompression.py"},
    # of folders whose metadata has been looked at
    "xr.load_dataset xr.open_dataset zarr.open_array zarr.open_group zarr.open": {
        "fields/lazy.py",
        "fields/blockwise.py",
        "fields/stored_chunks.py",
    },
    # the package's own files, a seal that has been checked, a log just written
    ".read_text": {"report/viewer.py", "source_code.py", "simulation/lammps_minimise.py"},
    ".read_bytes": {"source_code.py", "fields/field_digests.py", "systems/library.py"},
}


def test_nothing_is_read_but_by_a_reader_with_bounds():
    place = Path(supercooled.__file__).parent
    where: dict[str, set[str]] = {}
    for path in place.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call):
                name = ast.unparse(node.func)
                last = name.rpartition(".")[2]
                # of a Path: a function of the same name takes a bound
                called = f".{last}" if name != last and last in ("read_text", "read_bytes") else name
                where.setdefault(called, set()).add(path.relative_to(place).as_posix())
    wrong = {
        name: where[name] - allowed - {"plain_data.py"}
        for names, allowed in ONLY_IN.items()
        for name in names.split()
        if where.get(name, set()) - allowed - {"plain_data.py"}
    }
    assert not wrong


def test_the_documentation_says_the_bounds_that_there_are():
    text = " ".join((Path(__file__).parents[1] / "docs" / "faults.rst").read_text().split())
    for said in (
        f"{round(plain_data.LARGEST_JSON / 2**20)} MB; lists {plain_data.DEEPEST} deep",
        f"whole numbers of {plain_data.MOST_DIGITS} digits, others of {plain_data.LONGEST_NUMBER} characters",
        f"{yaml_files.LARGEST_YAML // 10**6} MB, {plain_data.MOST_NODES // 1000} 000 words and numbers",
        f"{plain_data.LARGEST_TABLE // 2**20} MB of text",
        f"header up to {text_index.LONGEST_LINE // 2**20} MB, {text_index.MOST_COLUMNS} columns",
        f"text beyond {plain_data.UNPACKED_ANYWAY // 2**20} MiB",
        f"at most {MOST_LAYERS} layers",
        f"at most {MOST_ENTRIES} radii, lengths or functions",
        f"Every case has {SECONDS} seconds",
    ):
        assert said in text, said
    assert plain_data.MOST_TIMES == 1000  # a thousand times
