"""Rows by kind and verdict as reStructuredText, without Sphinx."""

import re
from collections.abc import Mapping, Sequence

from supercooled.report import Row


def counted(studies: Mapping[str, Sequence[Row]]) -> list[str]:
    """How many rows of each study are of each kind, and what its tests have come to."""
    verdicts = ("met", "missed", "undecided", "inconsistent", "not measured")
    kinds = ("bound", "calibrated", "scan", "definition")
    heads = ("study", "rows", "judged", *(f"tests {verdict}" for verdict in verdicts), "set later", *kinds)
    lines = [".. list-table::", "    :header-rows: 1", "", *cells(heads)]
    for name, rows in studies.items():
        judged = [row for row in rows if row.published is not None]
        tests = [row for row in judged if row.independent]
        numbers = [
            len(rows),
            len(judged),
            *(sum(row.verdict == verdict for row in tests) for verdict in verdicts),
            sum(row.kind == "test" and bool(row.reading) for row in judged),
            *(sum(row.kind == kind for row in judged) for kind in kinds),
        ]
        lines += cells([name, *map(str, numbers)])
    return [*lines, ""]


def cells(words: Sequence[str]) -> list[str]:
    """One line of a list-table."""
    first, *rest = [re.sub(r"([\\*_|`])", r"\\\1", word) for word in words]
    return [f"    * - {first}", *(f"      - {word}" for word in rest)]
