"""What other packages bring, found by their entry points and imported when it is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from types import MappingProxyType
from typing import Any

from supercooled.errors import MissingExtraError, ParameterError

PAPERS, POTENTIALS, QUANTITIES = "supercooled.papers", "supercooled.potentials", "supercooled.quantities"
# The package's own, as pyproject.toml has them: found where it runs from its source and is not installed.
OWN: Mapping[str, Mapping[str, str]] = {
    PAPERS: {
        "graham2023": "supercooled.papers.graham2023:PAPER",
        "nandi2021": "supercooled.papers.nandi2021:PAPER",
        "schoenholz2016": "supercooled.papers.schoenholz2016:PAPER",
        "sharma2022": "supercooled.papers.sharma2022:PAPER",
    }
}


@cache
def known(group: str) -> Mapping[str, EntryPoint]:
    """Entry points of a group by name: the package's own first, then those of other installed packages.

    Examples
    --------
    >>> "sharma2022" in known(PAPERS)
    True
    """
    found = {name: EntryPoint(name, value, group) for name, value in OWN.get(group, {}).items()}
    for each in sorted(entry_points(group=group), key=lambda one: (one.name, one.value)):
        # a name that is taken keeps its meaning: results that are stored say it
        found.setdefault(each.name, each)
    return MappingProxyType(found)


def loaded(group: str, name: str, *, kind: str) -> Any:
    """What an entry point leads to.

    Parameters
    ----------
    kind
        what the group holds, in a word

    Raises
    ------
    ParameterError
        listing the known ones, if there is none of this name; or if the package that brings it can't be
        imported.
    MissingExtraError
        if it asks for a package that an extra brings.
    """
    if name not in known(group):
        raise ParameterError(f"no {kind} {name!r}; known are {', '.join(known(group))}")
    point = known(group)[name]
    try:
        return point.load()
    except MissingExtraError:
        raise
    except Exception as error:
        raise ParameterError(f"the {kind} {name!r} can't be loaded from {point.value}: {error}") from error
