"""The comparison on the terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table as Grid
from rich.text import Text

from supercooled.arguments import validated
from supercooled.display import shown as plain
from supercooled.report.comparison import Kind, Row, Verdict
from supercooled.report.numbers import percent, score, shown, unit_text
from supercooled.report.tables import Table

_STYLES: dict[Verdict, str] = {
    "met": "green",
    "missed": "bold red",
    "undecided": "yellow",
    "inconsistent": "yellow",
    "not measured": "yellow",
}
_EXPLAINED: tuple[Verdict, ...] = ("missed", "undecided", "inconsistent", "not measured")
_WORDS: dict[Verdict, str] = {"missed": "MISSED", "no published value": "–", "not judged": "–"}
# What a printed number is that is no independent test.
KINDS: dict[Kind, str] = {
    "test": "by a reading or a bound that was chosen when the outcome was known",
    "calibrated": "by which a parameter was set",
    "bound": "with one bound only",
    "scan": "of a scan",
    "definition": "by definition",
}
_NARROW = 96


@validated
def print_comparison(
    rows: Sequence[Row], page: Path | None = None, *, console: Console | None = None
) -> None:
    """Comparison as a table, what is not met in words below it, and the page's place.

    Parameters
    ----------
    rows
        rows of the comparison
    page
        path of the page
    console
        console of rich
    """
    console = console or Console(highlight=False)
    judged = any(row.published is not None for row in rows)
    if rows:
        console.print(_table(rows, judged=judged, narrow=console.width < _NARROW))
    for row in rows:
        if row.verdict in _EXPLAINED:
            line = _text(f"{_word(row.verdict)}: ", style=_STYLES[row.verdict])
            place = f" ({row.item})" if judged and row.item else ""
            line.append(plain(f"{row.name}, {row.state}{place}. {row.remarks}"), style="default")
            console.print(line)
    if judged:
        console.print(_text(tally(rows)))
    if page is not None:
        console.print(_text(f"Report: {page}"), soft_wrap=True)


def print_table(table: Table, *, console: Console | None = None) -> None:
    """Table as it is where it is no wider than the terminal; else a paragraph for each of its lines.

    What goes to a file or a pipe has no width to keep to.
    """
    console = console or Console(highlight=False)
    grid = Grid(box=None, header_style="bold", pad_edge=False)
    for column in table.columns:
        grid.add_column(_text(column), no_wrap=True)
    for line in table.lines:
        grid.add_row(*map(_text, line))
    width = console.measure(grid, options=console.options.update(width=10_000)).maximum
    if not console.is_terminal:
        console.width = max(console.width, width)
    if width <= console.width:
        console.print(grid)
        return
    first, *others = table.columns
    for name, *values in table.lines:
        console.print(_text(f"{first} = {name}", style="bold"))
        paragraph = Grid(box=None, show_header=False)
        for column, value in zip(others, values, strict=True):
            paragraph.add_row(_text(column), _text(value))
        console.print(paragraph)


def tally(rows: Sequence[Row]) -> str:
    """How many of the independent tests are met, in a sentence, and how many printed numbers are none.

    Examples
    --------
    >>> tally([])
    'There is no published number to compare with.'
    """
    published = [row for row in rows if row.published is not None]
    if not published:
        return "There is no published number to compare with."
    tests = [row for row in published if row.independent]
    counts = Counter(row.verdict for row in tests)
    parts = [f"{counts['met']} of {len(tests)} independent tests met"]
    parts += [f"{counts[verdict]} {verdict}" for verdict in _EXPLAINED if counts[verdict]]
    others = Counter(row.kind for row in published if not row.independent)
    words = [f"{number} {KINDS[kind]}" for kind, number in others.items()]
    return ", ".join(parts) + "." + (f" Besides {' and '.join(words)}." if words else "")


def _table(rows: Sequence[Row], *, judged: bool, narrow: bool) -> Grid:
    table = Grid(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1), show_edge=False, expand=narrow)
    table.add_column("", min_width=18, ratio=1)
    if judged:
        table.add_column("published", justify="right", no_wrap=True)
    table.add_column("measured", justify="right", no_wrap=not narrow)
    if not narrow:
        table.add_column("unit", no_wrap=True)
    if judged and not narrow:
        table.add_column("off by", justify="right", no_wrap=True)
        table.add_column("z", justify="right", no_wrap=True)
    if judged:
        table.add_column("verdict", no_wrap=not narrow)
        table.add_column("kind", no_wrap=not narrow)
    for row in rows:
        cells = [_text(f"{row.name}, {row.state}" if row.state else row.name)]
        cells += [_text(shown(row.published))] if judged else []
        measured, unit = shown(row.measured, row.uncertainty), unit_text(row.unit)
        together = measured if row.measured is None else f"{measured} {unit}".rstrip()
        cells += [_text(together)] if narrow else [_text(measured), _text(unit)]
        if judged and not narrow:
            cells += [_text(percent(row.deviation)), _text(score(row.z))]
        if judged:
            cells += [_text(_word(row.verdict), style=_STYLES.get(row.verdict, ""))]
            cells += [_text(row.kind if row.published is not None else "–")]
        table.add_row(*cells)
    return table


def _word(verdict: Verdict) -> str:
    return _WORDS.get(verdict, verdict)


def _text(text: str, style: str = "") -> Text:
    """Text without characters that a terminal would obey."""
    return Text(plain(text), style=style)
