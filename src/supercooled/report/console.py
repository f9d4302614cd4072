"""The comparison on the terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from supercooled.report.comparison import Row, Verdict
from supercooled.report.numbers import percent, shown, unit_text

_STYLES: dict[Verdict, str] = {"met": "green", "missed": "bold red", "not measured": "yellow"}
_WORDS: dict[Verdict, str] = {"missed": "MISSED", "no published value": "–", "not judged": "–"}
_NARROW = 96


def print_comparison(
    rows: Sequence[Row], page: Path | None = None, *, console: Console | None = None
) -> None:
    """Comparison as a table, what is missed or not measured in words below it, and the page's place."""
    console = console or Console(highlight=False)
    judged = any(row.published is not None for row in rows)
    if rows:
        console.print(_table(rows, judged=judged, narrow=console.width < _NARROW))
    for row in rows:
        if row.verdict in ("missed", "not measured"):
            line = Text(f"{_word(row.verdict)}: ", style=_STYLES[row.verdict])
            place = f" ({row.item})" if judged and row.item else ""
            line.append(f"{row.name}, {row.state}{place}. {row.note}", style="default")
            console.print(line)
    if judged:
        console.print(Text(tally(rows)))
    if page is not None:
        console.print(Text(f"Report: {page}"), soft_wrap=True)


def tally(rows: Sequence[Row]) -> str:
    """How many of the published numbers are met, in a sentence.

    >>> tally([])
    'No published number to compare with.'
    """
    published = [row for row in rows if row.published is not None]
    if not published:
        return "No published number to compare with."
    counts = Counter(row.verdict for row in published)
    parts = [f"{counts['met']} of {len(published)} published numbers met"]
    parts += [f"{counts['missed']} missed"] if counts["missed"] else []
    parts += [f"{counts['not measured']} not measured"] if counts["not measured"] else []
    return ", ".join(parts) + "."


def _table(rows: Sequence[Row], *, judged: bool, narrow: bool) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1), show_edge=False, expand=narrow)
    table.add_column("", min_width=18, ratio=1)
    if judged:
        table.add_column("published", justify="right", no_wrap=True)
    table.add_column("measured", justify="right", no_wrap=not narrow)
    if not narrow:
        table.add_column("unit", no_wrap=True)
    if judged and not narrow:
        table.add_column("off by", justify="right", no_wrap=True)
    if judged:
        table.add_column("verdict", no_wrap=not narrow)
    for row in rows:
        cells = [Text(f"{row.name}, {row.state}" if row.state else row.name)]
        cells += [Text(shown(row.published))] if judged else []
        cells += [Text(shown(row.measured, row.uncertainty))]
        cells += [] if narrow else [Text(unit_text(row.unit))]
        cells += [Text(percent(row.deviation))] if judged and not narrow else []
        cells += [Text(_word(row.verdict), style=_STYLES.get(row.verdict, ""))] if judged else []
        table.add_row(*cells)
    return table


def _word(verdict: Verdict) -> str:
    return _WORDS.get(verdict, verdict)
