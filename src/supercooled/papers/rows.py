"""Rows of a paper as a table: what it prints where, in which unit, and how near is near enough."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import numpy as np

from supercooled.blocks import error_of_mean
from supercooled.errors import StoreError
from supercooled.plain_data import read_json
from supercooled.report import Kind, Row, Tolerance

__all__ = ["Printed", "explained", "longer", "matching", "of_parts", "printed_beside", "printed_numbers"]

# Standard errors between a value and its bound beyond which longer runs are not expected to meet it.
_SURELY = 2.0


def printed_beside(module: str) -> Mapping[str, Any]:
    """What a paper prints: ``published.json`` in the folder of a module.

    Parameters
    ----------
    module
        its ``__file__``

    Raises
    ------
    StoreError
        if the file is missing or damaged.
    """
    numbers: Mapping[str, Any] = read_json(Path(module).with_name("published.json"), error=StoreError)
    return numbers


def printed_numbers(published: Any) -> dict[str, float]:
    """Every number of a paper's ``published.json``, by its path: names and places joined by "/".

    Parameters
    ----------
    published
        what :func:`printed_beside` reads

    Examples
    --------
    >>> printed_numbers({"p_c": {"0.47": 0.115}, "range": [1.2, 2.9], "where": "Table I"})
    {'p_c/0.47': 0.115, 'range/0': 1.2, 'range/1': 2.9}
    """
    if isinstance(published, Mapping):
        parts = published.items()
    elif isinstance(published, list | tuple):
        parts = enumerate(published)  # type: ignore[assignment]
    else:
        return {}
    found: dict[str, float] = {}
    for name, part in parts:
        if isinstance(part, int | float) and not isinstance(part, bool):
            found[str(name)] = float(part)
        found |= {f"{name}/{path}": number for path, number in printed_numbers(part).items()}
    return found


def matching(patterns: Sequence[str], paths: Iterable[str]) -> list[str]:
    """Paths that one of the patterns describes: ``*`` is any one name or place between two "/".

    Parameters
    ----------
    patterns, paths
        such as ``p_c/*`` and ``p_c/0.47``

    Examples
    --------
    >>> matching(["p_c/*"], ["p_c/0.47", "p_c/0.47/error", "share/0.47"])
    ['p_c/0.47']
    """

    def one(pattern: str, path: str) -> bool:
        asked, there = pattern.split("/"), path.split("/")
        return len(asked) == len(there) and all(map(fnmatchcase, there, asked))

    return [path for path in paths if any(one(pattern, path) for pattern in patterns)]


@dataclass(frozen=True, slots=True)
class Printed:
    """A line of a paper's table of rows: a quantity that it prints, or that stands beside what it prints.

    Parameters
    ----------
    item
        where it stands in the paper, such as "Table III"
    quantity
        name in the table of quantities, or the field's word; heads the row
    tolerance
        how far off a measured value may be, said before it is measured; None where none is printed
    note
        how it is measured, where this is the same at every state
    kind
        of the verdict, as :class:`supercooled.report.Row` has them; None for what the tolerance says
    reading
        what was decided about the paper's words after an outcome was known
    numbers
        which numbers of the paper's ``published.json`` the line stands beside, as patterns of
        :func:`matching`

    Examples
    --------
    >>> line = Printed("Sec. III", "p_c", "sigma_AA^2", Tolerance.relative(0.1), "By the MSD.")
    >>> line.row("T = 0.58", 0.144, error=0.002, published=0.141).note
    'Met if within 10 % of the published value. By the MSD.'
    >>> line.row("T = 0.53", 0.131).verdict
    'no published value'
    """

    item: str
    quantity: str
    unit: str = "1"
    tolerance: Tolerance | None = None
    note: str = ""
    kind: Kind | None = None
    reading: str = ""
    numbers: tuple[str, ...] = ()

    @classmethod
    def definition(
        cls, item: str, quantity: str, unit: str, digit: float, *numbers: str, note: str = ""
    ) -> Printed:
        """A parameter of the paper, beside what the study takes: the same to half of the last printed digit.

        Parameters
        ----------
        item, quantity, unit, note
            as of the line
        digit
            the last one that is printed
        *numbers
            patterns of its numbers

        Examples
        --------
        >>> line = Printed.definition("Sec. II", "particles", "1", 1.0, "n_particles")
        >>> [line.row("all", n, published=32768.0).verdict for n in (32768.0, 4000.0)]
        ['met', 'missed']
        """
        return cls(
            item, quantity, unit, Tolerance.absolute(0.5 * digit), note, kind="definition", numbers=numbers
        )

    def row(
        self,
        state: str,
        measured: float | None,
        *,
        error: float | None = None,
        published: float | None = None,
        note: str | None = None,
        published_error: float | None = None,
        contradiction: str = "",
        too_short: str = "",
        tried: Callable[[], str] | None = None,
    ) -> Row:
        """Measured at a state beside what is printed for it; judged where both are there.

        Parameters
        ----------
        measured, error
            and its standard error; None or no finite number where there is none, and then the
            note says why
        note
            instead of the line's
        published_error
            standard error of the printed value, where one is printed
        contradiction
            by which of the paper's own numbers the printed one can't be
        too_short
            why the runs can't tell, whatever the number
        tried
            what else was tried, which is said where the printed number is missed
        """
        row = Row.judge(
            item=self.item,
            quantity=self.quantity,
            state=state,
            published=published,
            measured=_finite(measured),
            uncertainty=None if _finite(measured) is None else _finite(error),
            unit=self.unit,
            tolerance=None if published is None else self.tolerance,
            note=self.note if note is None else note,
            kind=self.kind,
            published_error=published_error,
            reading=self.reading,
            contradiction=contradiction,
            too_short=too_short,
        )
        return row if tried is None else explained(row, tried)


def explained(row: Row, tried: Callable[[], str]) -> Row:
    """The row, with what was tried if it misses.

    Examples
    --------
    >>> from supercooled.report import Tolerance
    >>> row = Row("Table I", "K_VFT", "LJ 1.2", 0.2, 0.3, None, "1", Tolerance.relative(0.1), note="Ours.")
    >>> explained(row, lambda: "Tried: two windows.").note
    'Ours. Tried: two windows.'
    >>> explained(replace(row, measured=0.21), lambda: "Tried: two windows.").note
    'Ours.'
    """
    return row if row.within is not False else replace(row, note=f"{row.note} {tried()}".strip())


def longer(off: float, error: float) -> str:
    """Could a longer run meet the bound, as the error has it?

    Parameters
    ----------
    off, error
        from the value to the bound, either way, and the value's standard error

    Examples
    --------
    >>> longer(0.3, 0.2)
    'It is 1.5 standard errors from the bound: a longer run may meet it.'
    >>> longer(0.3, 0.1)
    'It is 3.0 standard errors from the bound: by its error alone no longer run is expected to meet it.'
    """
    if not (np.isfinite(off) and np.isfinite(error) and error > 0):
        return "Its error is not known."
    away = abs(off) / error
    word = "by its error alone no longer run is expected to" if away > _SURELY else "a longer run may"
    return f"It is {away:.1f} standard errors from the bound: {word} meet it."


def of_parts(values: Sequence[float]) -> tuple[float, float]:
    """Mean of a quantity over parts of a run that are independent, and its standard error.

    Parameters
    ----------
    values
        of each part; the error is NaN for fewer than four

    Examples
    --------
    >>> mean, error = of_parts([1.0, 2.0, 3.0, 4.0])
    >>> mean, round(error, 2)
    (2.5, 0.77)
    """
    parts = np.asarray(values, dtype=np.float64)
    return float(parts.mean()), float(error_of_mean(parts))


def _finite(value: float | None) -> float | None:
    return float(value) if value is not None and np.isfinite(value) else None
