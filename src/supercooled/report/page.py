"""One HTML file that holds the whole report and asks for nothing from outside."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import xarray as xr
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from supercooled.report.comparison import Row
from supercooled.report.console import KINDS
from supercooled.report.markup import number_html, symbols, unit_html
from supercooled.report.numbers import percent, score, split
from supercooled.report.plates import DrawnPlate, Figures, Section
from supercooled.report.svg import inline, palette
from supercooled.report.tables import Table
from supercooled.report.viewer import view

_LAID_OUT = ("runs", "parameters", "versions", "commands", "source")
# Measured values without a printed one that stand open below those with one; more are folded.
_SHOWN_ALONE = 30
# Controls but for the ends of lines and tabulators, and halves of characters: names of files may have them.
_NOT_IN_A_PAGE = dict.fromkeys(
    {*range(32), *range(127, 160), *range(0xD800, 0xE000)} - set(map(ord, "\n\r\t")),
    "\N{REPLACEMENT CHARACTER}",
)


@dataclass(frozen=True, slots=True)
class _Shown:
    """A part of the page with the plates that stand in it, each with its number."""

    heading: str
    text: str
    plates: tuple[tuple[int, DrawnPlate], ...]
    tables: tuple[Table, ...]


def render(
    *,
    title: str,
    summary: str,
    rows: Sequence[Row],
    plates: Sequence[DrawnPlate],
    provenance: Mapping[str, Any],
    sections: Sequence[Section],
    figures: Figures,
    results: Mapping[str, xr.Dataset] | None = None,
) -> str:
    """The page. Everything that comes from outside the package is escaped.

    Light or dark as the reader's system asks, from the width of a phone to paper.
    """
    parts = _arranged(sections, plates, figures, results or {})
    drawings = {
        panel.name: inline(
            panel.svg, prefix=panel.name.replace("_", "-"), description=panel.caption.description
        )
        for plate in plates
        for panel in plate.panels
    }
    numbers = {plate.name: number for part in parts for number, plate in part.plates}
    everything = "".join(drawings.values())
    entries = [(row, figures.plate_of(row.name, numbers)) for row in rows]
    beside_printed = [entry for entry in entries if entry[0].published is not None]
    alone = [entry for entry in entries if entry[0].published is None]
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            title=title,
            summary=summary,
            rows=rows,
            judged=bool(beside_printed),
            beside_printed=beside_printed,
            alone=alone,
            folded=len(alone) > _SHOWN_ALONE,
            counts=Counter(row.verdict for row in rows if row.independent),
            others=Counter(row.kind for row, _ in beside_printed if not row.independent),
            tests=sum(row.independent for row in rows),
            kinds=KINDS,
            parts=parts,
            drawings=drawings,
            runs=_run_table(provenance.get("runs") or []),
            parameters=_parameters(provenance.get("parameters") or {}),
            versions=provenance.get("versions") or {},
            commands=provenance.get("commands") or [],
            source=provenance.get("source"),
            view=view(results["scene"]) if results and "scene" in results else None,
            other=_flat({key: value for key, value in provenance.items() if key not in _LAID_OUT}),
            light=Markup(palette(everything, dark=False)),  # noqa: S704  names and colours of our own
            dark=Markup(palette(everything, dark=True)),  # noqa: S704
        )
        .translate(_NOT_IN_A_PAGE)
    )


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        shown=lambda value, uncertainty=None: number_html(split(value, uncertainty)),
        percent=percent,
        score=score,
        symbols=symbols,
        unit=unit_html,
        paragraphs=lambda text: [part.strip() for part in str(text).split("\n\n") if part.strip()],
        letter=lambda index: "abcdefghijklmnopqrstuvwxyz"[index],
        plainly=_plainly,
    )
    return environment


def _arranged(
    sections: Sequence[Section],
    plates: Sequence[DrawnPlate],
    figures: Figures,
    results: Mapping[str, xr.Dataset],
) -> list[_Shown]:
    by_name = {plate.name: plate for plate in plates}
    groups = [
        (
            section.heading,
            section.text,
            [by_name.pop(name) for name in section.plates if name in by_name],
            tuple(figures.tables[name](results[name]) for name in section.tables if name in results),
        )
        for section in sections
    ]
    if by_name:
        groups.append(("Further figures" if sections else "Figures", "", list(by_name.values()), ()))
    number, parts = 0, []
    for heading, text, found, tables in groups:
        if text.strip() or found or tables:
            parts.append(_Shown(heading, text, tuple(enumerate(found, start=number + 1)), tables))
            number += len(found)
    return parts


def _run_table(runs: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    names = list(dict.fromkeys(name for run in runs for name in run))
    numeric = {name: all(isinstance(run.get(name), (int, float)) for run in runs) for name in names}
    return {
        "columns": [(name, numeric[name]) for name in names],
        "lines": [[(run.get(name), numeric[name]) for name in names] for run in runs],
    }


def _parameters(parameters: Mapping[str, Any]) -> list[tuple[str, Any, str]]:
    return [
        (name, entry.get("value"), str(entry.get("why", "")))
        if isinstance(entry, Mapping) and "value" in entry
        else (name, entry, "")
        for name, entry in parameters.items()
    ]


def _flat(data: Any, name: str = "") -> list[tuple[str, Any]]:
    if isinstance(data, Mapping):
        return [
            line
            for key, value in data.items()
            for line in _flat(value, f"{name}.{key}" if name else str(key))
        ]
    return [(name, data)]


def _plainly(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return {None: "–", True: "yes", False: "no"}[value]
    if isinstance(value, float):
        return f"{value:.6g}".replace("-", "−")
    if isinstance(value, str) and re.fullmatch(r"[0-9a-f]{24,}", value):
        # a hash: its beginning tells runs apart, the whole stands in provenance.json
        return f"{value[:10]}…"
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {_plainly(entry)}" for key, entry in value.items())
    if isinstance(value, (list, tuple)):
        return ", ".join(_plainly(entry) for entry in value)
    return str(value)
