"""Bad input gets its error: no crash, no hang, no silent NaN, no memory without bounds."""

from __future__ import annotations

import gzip
import os
import resource
import signal
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import corpus
import numpy as np
import pytest
from corpus import documents, trajectories
from corpus.case import Case
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from supercooled.errors import SupercooledError

# Changed files for each reader, and for the stores, which take a hundred times longer to make.
FUZZED, FUZZED_STORES = (int(os.environ.get("FUZZED", n)) for n in (150, 15))
SECONDS = 20


@contextmanager
def bounded() -> Iterator[None]:
    """An alarm after some seconds, and no more than two gigabytes beyond what is there."""

    def late(*_: object) -> None:
        raise AssertionError(f"took more than {SECONDS} s")

    before = resource.getrlimit(resource.RLIMIT_AS)
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, SECONDS)
    resource.setrlimit(resource.RLIMIT_AS, (used + 2**31, before[1]))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", RuntimeWarning)
            yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)
        signal.setitimer(signal.ITIMER_REAL, 0)


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


def _gsd_of(folder: Path) -> bytes:
    trajectories.chunks({}, 0, folder)
    return (folder / "bad.gsd").read_bytes()


def _model_of(folder: Path) -> bytes:
    documents.model(lambda _: None, folder)
    return (folder / "model.json").read_bytes()


def _read_model(data: bytes, folder: Path) -> object:
    return documents.model(lambda _: data.decode("utf-8", "surrogateescape"), folder)


def _read_store(of: str, data: bytes, folder: Path) -> object:
    """The largest file of a store exchanged."""

    def change(store: Path) -> None:
        path = max((p for p in store.glob(of) if p.is_file()), key=lambda p: p.stat().st_size)
        path.write_bytes(data)

    return (documents.stored if of.startswith(("values", "labels")) else documents.curves)(change, folder)


def _store_of(of: str, folder: Path) -> bytes:
    kept: list[bytes] = []

    def keep(store: Path) -> None:
        path = max((p for p in store.glob(of) if p.is_file()), key=lambda p: p.stat().st_size)
        kept.append(path.read_bytes())

    (documents.stored if of.startswith(("values", "labels")) else documents.curves)(keep, folder)
    return kept[0]


READERS = {
    "gsd": (_gsd_of, partial(trajectories.raw, suffix=".gsd")),
    "dump": (lambda _: trajectories.dump().encode(), partial(trajectories.raw, suffix=".dump")),
    "xyz": (lambda _: trajectories.xyz().encode(), partial(trajectories.raw, suffix=".xyz")),
    "gz": (
        lambda _: gzip.compress(trajectories.dump().encode()),
        partial(trajectories.raw, suffix=".dump.gz"),
    ),
    "yaml": (lambda _: documents.MIXTURE.encode(), documents.described),
    "model": (_model_of, _read_model),
    "field": (partial(_store_of, "values/c/**/*"), partial(_read_store, "values/c/**/*")),
    "labels": (partial(_store_of, "labels/**/*"), partial(_read_store, "labels/**/*")),
    "curves": (partial(_store_of, "radial/**/*"), partial(_read_store, "radial/**/*")),
}


@pytest.mark.parametrize("kind", READERS)
def test_no_change_of_a_file_does_more_than_raise_its_error(
    kind: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Bits flipped, bytes overwritten, parts left out or twice: what is read is finite, or refused."""
    make, read = READERS[kind]
    good = make(tmp_path_factory.mktemp("good"))
    place = st.integers(0, len(good) - 1)
    change = st.tuples(st.sampled_from(["flip", "byte", "cut", "omit", "twice"]), place, st.integers(0, 255))

    number = FUZZED_STORES if kind in ("field", "labels", "curves") else FUZZED

    @settings(max_examples=number, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
    @given(changes=st.lists(change, min_size=1, max_size=3))
    def fuzz(changes: list[tuple[str, int, int]]) -> None:
        data = bytearray(good)
        for how, at, value in changes:
            _change(data, how, at, value)
        with bounded(), tempfile.TemporaryDirectory() as folder:
            try:
                found = read(bytes(data), folder=Path(folder))
            except SupercooledError:
                return
        for values in found if isinstance(found, tuple) else ():
            assert np.isfinite(values).all()

    fuzz()


def _change(data: bytearray, how: str, at: int, value: int) -> None:
    if at >= len(data):
        return
    if how == "flip":
        data[at] ^= 1 << value % 8
    elif how == "byte":
        data[at] = value
    elif how == "cut":
        del data[at:]
    elif how == "omit":
        del data[at : at + value]
    else:
        data[at:at] = data[at : at + value]
