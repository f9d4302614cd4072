"""Everything a report consists of, written into one folder, and made again from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import xarray as xr

from supercooled.errors import StoreError
from supercooled.report.comparison import Row, read_comparison, write_comparison
from supercooled.report.files import (
    load_results,
    read_json,
    save_results,
    write_json,
    write_text,
)
from supercooled.report.section import Section

RESULTS, COMPARISON, PROVENANCE, FIGURES, PAGE = (
    "results.zarr",
    "comparison.json",
    "provenance.json",
    "figures",
    "report.html",
)


def write(
    out: str | Path,
    *,
    title: str,
    summary: str,
    rows: Sequence[Row],
    results: Mapping[str, xr.Dataset],
    provenance: Mapping[str, Any],
    sections: Sequence[Section] = (),
) -> Path:
    """Comparison, results, figures and page in the folder `out`; the page's path.

    summary : plain text, blank lines part paragraphs
    rows : without any published value the table shows measured values only
    results : "structure", "cage", "dynamics", "distributions", "rearrangement", "arrhenius",
        "hops"; what is absent leaves its figures out
    provenance : plain data. The page lays out ``runs`` (a list of mappings, one a run),
        ``parameters`` (name: value, or name: {"value": ..., "why": ...}), ``versions``
        (name: version), ``commands`` (list of str) and ``source`` (the paper); any other key goes
        under the provenance
    sections : the order of the page's plates; without it, the order of the straight line

    Every file appears under its final name only when complete, the page last.

    Raises
    ------
    StoreError
        if the folder can't be written.
    """
    out = Path(out)
    story = {"title": title, "summary": summary, "sections": [asdict(section) for section in sections]}
    save_results(out / RESULTS, results)
    write_json(out / PROVENANCE, {"page": story, "provenance": provenance})
    write_comparison(out / COMPARISON, rows)
    return rebuild(out)


def rebuild(out: str | Path) -> Path:
    """Figures and page once more, from what is stored in the folder `out`; the page's path.

    Raises
    ------
    StoreError
        if the results, the comparison or the provenance are missing or damaged.
    """
    from supercooled.report.page import render
    from supercooled.report.plates import KINDS, PLATES, draw

    out = Path(out)
    results = load_results(out / RESULTS)
    rows = read_comparison(out / COMPARISON)
    stored = read_json(out / PROVENANCE)
    try:
        story, provenance = stored["page"], stored["provenance"]
        title, summary = story["title"], story["summary"]
        sections = tuple(
            Section(part["heading"], part["text"], tuple(part["plates"])) for part in story["sections"]
        )
    except (KeyError, TypeError) as error:
        raise StoreError(f"{out / PROVENANCE} lacks {error}; run the study again") from error

    plates = tuple(plate for plate in (draw(plate, results) for plate in PLATES) if plate is not None)
    kept = {name for plate in plates for name in plate.save(out / FIGURES)}
    known = {f"{panel.name}.{kind}" for plate in PLATES for panel in plate.panels for kind in KINDS}
    for name in known - kept:
        (out / FIGURES / name).unlink(missing_ok=True)
    page = render(
        title=title, summary=summary, rows=rows, plates=plates, provenance=provenance, sections=sections
    )
    write_text(out / PAGE, page)
    return out / PAGE
