"""One file a paper, in the paper's order."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from supercooled.cluster import Workers
from supercooled.errors import ParameterError


class Study(Protocol):
    """What `supercooled study NAME` calls; it returns the folder it has written."""

    def __call__(self, preset: str, out: Path, *, runs: Path, workers: Workers) -> Path:
        """Simulate, measure, compare, write."""
        ...


def known() -> dict[str, Callable[[], Study]]:
    """The studies by name; each is imported when it is asked for."""

    def graham2023() -> Study:
        from supercooled.papers import graham2023 as paper

        return paper.run

    def nandi2021() -> Study:
        from supercooled.papers import nandi2021 as paper

        return paper.run

    def schoenholz2016() -> Study:
        from supercooled.papers import schoenholz2016 as paper

        return paper.run

    def sharma2022() -> Study:
        from supercooled.papers import sharma2022 as paper

        return paper.run

    return {
        "graham2023": graham2023,
        "nandi2021": nandi2021,
        "schoenholz2016": schoenholz2016,
        "sharma2022": sharma2022,
    }


def named(name: str) -> Study:
    """The study of a paper.

    Raises
    ------
    ParameterError
        listing the known ones, if this is none of them.

    >>> named("sharma2022").__name__
    'run'
    """
    if name not in known():
        raise ParameterError(f"no study {name!r}; known are {', '.join(known())}")
    return known()[name]()
