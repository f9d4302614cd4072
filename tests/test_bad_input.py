"""Bad input gets its error: no crash, no hang, no silent NaN, no memory without bounds."""

from __future__ import annotations

import resource
import signal
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import corpus
import pytest
from corpus.case import Case

from supercooled.errors import SupercooledError

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
