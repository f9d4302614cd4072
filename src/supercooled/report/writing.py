"""Everything a report consists of, written into one folder, and made again from it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from supercooled.errors import StoreError
from supercooled.report.comparison import Row, read_comparison, write_comparison
from supercooled.report.files import (
    load_results,
    plain,
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

    Every file appears under its final name only when complete, the page last. Where the same content
    has been written before, nothing is drawn again (:func:`rebuild` does so).

    Raises
    ------
    StoreError
        if the folder can't be written.
    """
    out = Path(out)
    story = {"title": title, "summary": summary, "sections": [asdict(section) for section in sections]}
    content = _content(story, rows, results, provenance)
    if (out / PAGE).exists() and _content_of(out) == content:
        return out / PAGE
    # What the page shows is about to change: until it is drawn again there is none.
    (out / PAGE).unlink(missing_ok=True)
    save_results(out / RESULTS, results)
    write_comparison(out / COMPARISON, rows)
    write_json(out / PROVENANCE, {"page": story, "provenance": provenance, "content": content})
    return rebuild(out)


def _content(
    story: Mapping[str, Any],
    rows: Sequence[Row],
    results: Mapping[str, xr.Dataset],
    provenance: Mapping[str, Any],
) -> str:
    """Hash of everything that a report is made from."""
    digest = hashlib.sha256()
    described = [plain(story), [asdict(row) for row in rows], plain(provenance)]
    digest.update(json.dumps(described, sort_keys=True).encode())
    for group, dataset in sorted(results.items()):
        digest.update(json.dumps([group, plain(dict(dataset.attrs))], sort_keys=True).encode())
        for name, variable in sorted(dataset.variables.items(), key=lambda item: str(item[0])):
            values = np.ascontiguousarray(variable.values)
            digest.update(f"{name}{variable.dims}{values.shape}{values.dtype}".encode())
            digest.update(values.tobytes() if values.dtype.kind in "biuf" else str(values.tolist()).encode())
    return digest.hexdigest()


def _content_of(out: Path) -> str | None:
    """The hash that the report in a folder was made with."""
    if not (out / PROVENANCE).exists():
        return None
    stored = read_json(out / PROVENANCE)
    return stored.get("content") if isinstance(stored, dict) else None


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
            Section(part["heading"], part["text"], tuple(part["plates"]), tuple(part.get("tables", ())))
            for part in story["sections"]
        )
    except (KeyError, TypeError) as error:
        raise StoreError(f"{out / PROVENANCE} lacks {error}; run the study again") from error

    plates = tuple(plate for plate in (draw(plate, results) for plate in PLATES) if plate is not None)
    kept = {name for plate in plates for name in plate.save(out / FIGURES)}
    known = {f"{panel.name}.{kind}" for plate in PLATES for panel in plate.panels for kind in KINDS}
    for name in known - kept:
        (out / FIGURES / name).unlink(missing_ok=True)
    page = render(
        title=title,
        summary=summary,
        rows=rows,
        plates=plates,
        provenance=provenance,
        sections=sections,
        results=results,
    )
    write_text(out / PAGE, page)
    return out / PAGE
