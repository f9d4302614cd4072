"""Everything a report consists of, written into one folder, and made again from it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from pydantic import ConfigDict

from supercooled import extensions
from supercooled.arguments import Prose, validated
from supercooled.errors import ParameterError, StoreError
from supercooled.extras import require
from supercooled.fields import objection, reading
from supercooled.outputs import Named, remove_owned, results_folder
from supercooled.records import Fields, read_record
from supercooled.report.comparison import Row, plain_row, read_comparison, write_comparison
from supercooled.report.files import (
    BY,
    load_results,
    plain,
    read_json,
    save_results,
    write_json,
    write_text,
)
from supercooled.report.plates import KINDS, Figures, Format, Section

RESULTS, COMPARISON, PROVENANCE, FIGURES, PAGE = (
    "results.zarr",
    "comparison.json",
    "provenance.json",
    "figures",
    "report.html",
)


class _Section(Fields):
    heading: str
    text: str
    plates: list[str]
    tables: tuple[str, ...] | list[str] = ()


class _Page(Fields):
    title: str
    summary: str
    sections: list[_Section]
    paper: str = ""


class _Provenance(Fields):
    """What the page lays out; whatever else there is stands under the provenance."""

    model_config = ConfigDict(extra="allow")

    runs: list[dict[str, Any]] | None = None
    parameters: dict[str, Any] | None = None
    versions: dict[str, Any] | None = None
    commands: list[Any] | None = None


class _Stored(Fields):
    page: _Page
    provenance: _Provenance
    content: dict[str, str] | None = None


@validated
@contextmanager
def own_folder(
    out: str | Path,
    *,
    by: str = BY,
    inputs: Iterable[Named] = (),
    root: Named = None,
    names: Sequence[str] = (),
    redrawn: bool = False,
    figures: Figures | None = None,
) -> Iterator[None]:
    """Hold the folder of a report, in which nothing of somebody else is replaced; another process waits.

    Parameters
    ----------
    out
        folder of the report
    by
        the command or function whose report it is; no other one replaces it
    inputs
        files that the report is made from, which must not lie in it
    root
        folder of runs, which may lie in it
    names
        patterns of further files that will be written
    redrawn
        only the page and its figures will be written, for a report of any command
    figures
        those of a paper, which are written too

    Returns
    -------
    Iterator[None]
        context manager

    Raises
    ------
    ParameterError
        if `out` can't be the name of a folder to write, or an input lies in it.
    StoreError
        if it holds something else than a report of the same maker, or a file of the report has been changed.
    """
    drawn = (PAGE, *(f"{FIGURES}/{name}" for name in _with_general(figures).files))
    written = drawn if redrawn else (*drawn, COMPARISON, PROVENANCE, *names)
    check = None if redrawn else _changed_results
    whose = None if redrawn else by
    with results_folder(out, by=whose, inputs=inputs, root=root, names=written, check=check):
        yield


def _with_general(figures: Figures | None) -> Figures:
    """The figures that no paper owns, and those of a paper."""
    require("matplotlib", "jinja2", "k3d", doing="a report with its figures")
    from supercooled.report.figures import GENERAL

    return GENERAL + (figures or Figures())


def _figures_of(paper: str, out: Path) -> Figures:
    """The figures of the paper that the results in a folder say they were made for."""
    if not paper:
        return Figures()
    known = extensions.known(extensions.PAPERS)
    if paper not in known:
        raise StoreError(
            f"{out} was made for the paper {paper!r}, which no installed package provides; "
            f"known are {', '.join(known)}"
        )
    found = extensions.loaded(extensions.PAPERS, paper, kind="paper")
    figures = getattr(found, "figures", None)
    if not isinstance(figures, Figures):
        raise ParameterError(f"{known[paper].value} is not a paper: it has no figures")
    return figures


def _changed_results(out: Path) -> str | None:
    why = objection(out / RESULTS) if (out / RESULTS).exists() else None
    return None if why is None else f"{out / RESULTS} {why}"


@validated
def write(
    out: str | Path,
    *,
    title: str,
    summary: Prose,
    results: Mapping[str, xr.Dataset],
    provenance: Mapping[str, Any],
    rows: Sequence[Row] = (),
    sections: Sequence[Section] = (),
    paper: str = "",
    figures: Figures | None = None,
) -> Path:
    """Comparison, results, figures and page in the folder `out`; the page's path.

    Parameters
    ----------
    out
        folder of the report
    title
        title of the page
    summary
        plain text, blank lines part paragraphs
    rows
        of the comparison; without any published value the table shows measured values only
    results
        "structure", "cage", "dynamics", "distributions", "rearrangement", "arrhenius",
        "hops"; what is absent leaves its figures out
    provenance
        plain data. The page lays out ``runs`` (a list of mappings, one a run),
        ``parameters`` (name: value, or name: {"value": ..., "why": ...}), ``versions``
        (name: version), ``commands`` (list of str) and ``source`` (the paper); any other key goes
        under the provenance
    sections
        the order of the page's plates; without it, structure first, then motion and what follows
    paper
        name of the paper that the results were made for, by which its figures are found again
    figures
        those of the paper, beside the ones that every report has

    Returns
    -------
    Path
        the page, ``index.html``

    Raises
    ------
    ParameterError
        if `out` can't be the name of a folder to write.
    StoreError
        if it holds something else than a report, a file of it has been changed, or it can't be written.

    Notes
    -----
    Every file appears under its final name only when complete, the page last. Where the same content
    has been written before, nothing is drawn again (:func:`rebuild` does so).
    """
    story: dict[str, Any] = {
        "title": title,
        "summary": summary,
        "sections": [asdict(section) for section in sections],
    }
    if paper:
        story["paper"] = paper
    content = _content(story, rows, results, provenance)
    with own_folder(out, figures=figures):
        out = Path(out)
        if (out / PAGE).exists() and _stored_content(out) == content:
            return out / PAGE
        # What the page shows is about to change: until it is drawn again there is none.
        remove_owned(out / PAGE)
        save_results(out / RESULTS, results)
        write_comparison(out / COMPARISON, rows)
        write_json(out / PROVENANCE, {"page": story, "provenance": provenance, "content": content})
        return rebuild(out, figures=figures)


def _content(
    story: Mapping[str, Any],
    rows: Sequence[Row],
    results: Mapping[str, xr.Dataset],
    provenance: Mapping[str, Any],
) -> dict[str, str]:
    """Digest of what each file of a report holds, so that files of two reports are not taken for one."""
    return {
        COMPARISON: _digest([plain_row(row) for row in rows]),
        PROVENANCE: _digest([plain(story), plain(provenance)]),
        RESULTS: _digest({group: _described(dataset) for group, dataset in results.items()}),
    }


def _digest(data: Any) -> str:
    return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()


def _described(dataset: xr.Dataset) -> dict[str, Any]:
    """Attributes, and dimensions, kind and digest of the values of each variable."""
    described: dict[str, Any] = {"attributes": plain(dict(dataset.attrs))}
    for name, variable in dataset.variables.items():
        values = np.ascontiguousarray(variable.values)
        numeric = values.dtype.kind in "biuf"
        stored = values.tobytes() if numeric else json.dumps(plain(values.tolist())).encode()
        kind = str(values.dtype) if numeric else "text"
        described[f"variable {name}"] = [
            list(map(str, variable.dims)),
            list(values.shape),
            kind,
            plain(dict(variable.attrs)),
            hashlib.sha256(stored).hexdigest(),
        ]
    return described


def _stored_content(out: Path) -> dict[str, str] | None:
    """The digests that the report in a folder was made with."""
    if not (out / PROVENANCE).exists():
        return None
    stored = read_json(out / PROVENANCE)
    content = stored.get("content") if isinstance(stored, dict) else None
    return content if isinstance(content, dict) else None


def _check_together(out: Path, found: Mapping[str, str]) -> None:
    """See that results, comparison and provenance are those that were written together."""
    written = _stored_content(out) or {}
    changed = [name for name, digest in found.items() if written.get(name) != digest]
    if changed:
        names = " and ".join(changed) + (" is" if len(changed) == 1 else " are")
        raise StoreError(
            f"{out}: {names} not what was written with the rest: edited since, or of another report; "
            "run the study or the analysis again"
        )


@validated
def rebuild(out: str | Path, *, figures: Figures | None = None, formats: Sequence[Format] = ("svg",)) -> Path:
    """Figures and page once more, from what is stored in the folder `out`; the page's path.

    Parameters
    ----------
    out
        folder of the report
    figures
        those of the paper that the results were made for; without them, as the paper of the name that
        the results say has them
    formats
        "pdf" or "png" beside "svg", which the page needs. A format that the folder has already is made again

    Returns
    -------
    Path
        the page, ``index.html``

    Raises
    ------
    StoreError
        if the results, the comparison or the provenance are missing, damaged, edited or of another report, or
        a figure or the page has been changed; or if they were made for a paper that no installed package
        brings.
    """
    require("matplotlib", "jinja2", "k3d", doing="a report with its figures")
    from supercooled.report.page import render
    from supercooled.report.plates import draw

    with own_folder(out, redrawn=True):
        out = Path(out)
        results = load_results(out / RESULTS)
        rows = read_comparison(out / COMPARISON)
        stored = read_record(
            out / PROVENANCE,
            _Stored,
            error=StoreError,
            saying="is not a provenance",
            remedy="; run the study again",
        )
        own = _figures_of(stored.page.paper, out) if figures is None else figures
        known = _with_general(own)
        provenance = stored.provenance.model_dump(exclude_unset=True)
        sections = tuple(
            Section(part.heading, part.text, tuple(part.plates), tuple(part.tables))
            for part in stored.page.sections
        )
        story = stored.page.model_dump(exclude_unset=True)
        _check_together(out, _content(story, rows, results, provenance))

        with (
            own_folder(out, redrawn=True, figures=own),
            # Results that are whole may lack what a figure draws, or hold something else.
            reading(f"what is stored in {out}", "run the study again"),
        ):
            drawn = (draw(plate, results) for plate in known.plates)
            plates = tuple(plate for plate in drawn if plate is not None)
            there = {path.name for path in (out / FIGURES).glob("*")} & set(known.files)
            asked = [one for one in KINDS if one in formats or any(name.endswith(one) for name in there)]
            kept = {name for plate in plates for name in plate.save(out / FIGURES, asked)}
            for name in set(known.files) - kept:
                remove_owned(out / FIGURES / name)
            page = render(
                title=stored.page.title,
                summary=stored.page.summary,
                rows=rows,
                plates=plates,
                provenance=provenance,
                sections=sections,
                figures=known,
                results=results,
            )
        write_text(out / PAGE, page)
        return out / PAGE
