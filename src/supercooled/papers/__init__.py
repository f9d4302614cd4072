"""Papers repeated number by number: a folder each, found by its entry point."""

from supercooled.papers.paper import Findings, Paper, Work, known, named
from supercooled.papers.rows import (
    Printed,
    explained,
    longer,
    matching,
    of_parts,
    printed_beside,
    printed_numbers,
)

__all__ = [
    "Findings",
    "Paper",
    "Printed",
    "Work",
    "explained",
    "known",
    "longer",
    "matching",
    "named",
    "of_parts",
    "printed_beside",
    "printed_numbers",
]
