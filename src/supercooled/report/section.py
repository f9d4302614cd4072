"""A part of the page that a study writes."""

from __future__ import annotations

from dataclasses import dataclass

from supercooled.arguments import validated


@validated
@dataclass(frozen=True, slots=True)
class Section:
    """A heading, plain text (blank lines part paragraphs), tables and plates by name.

    plates : names in `supercooled.report.plates.PLATES`; those without results are left out
    tables : names in `supercooled.report.tables.TABLES`, likewise
    """

    heading: str
    text: str = ""
    plates: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
