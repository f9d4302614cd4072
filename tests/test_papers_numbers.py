"""Every number that a paper prints stands in a row, and the kept rows have what the studies choose."""

from __future__ import annotations

import importlib
import json
import runpy
from pathlib import Path
from typing import Any

import pytest

from supercooled import extensions
from supercooled.papers import Printed, matching, printed_beside, printed_numbers
from supercooled.report import Row, Tolerance, read_comparison

ROOT = Path(__file__).resolve().parents[1]
NAMES = tuple(extensions.OWN[extensions.PAPERS])


def lines(paper: str) -> dict[str, Printed]:
    table: dict[str, Printed] = importlib.import_module(f"supercooled.papers.{paper}.rows").TABLE
    return table


def numbers(paper: str) -> dict[str, float]:
    return printed_numbers(printed_beside(importlib.import_module(f"supercooled.papers.{paper}").__file__))


def kept(paper: str) -> tuple[Row, ...]:
    return read_comparison(ROOT / "reproduction" / paper / "comparison.json")


@pytest.mark.parametrize("paper", NAMES)
def test_every_number_of_a_paper_has_a_line_and_every_line_its_numbers(paper: str) -> None:
    there, found = numbers(paper), set()
    assert len(there) > 10
    for name, line in lines(paper).items():
        for pattern in line.numbers:
            matched = matching([pattern], there)
            assert matched, (name, pattern)
            found.update(matched)
        # without a tolerance nothing would be judged
        assert not line.numbers or line.tolerance is not None, name
    assert found == set(there)


@pytest.mark.parametrize("paper", NAMES)
def test_every_line_with_numbers_stands_in_the_kept_table_beside_them(paper: str) -> None:
    there = numbers(paper)
    rows = kept(paper)
    for name, line in lines(paper).items():
        if not line.numbers:
            continue
        mine = [row for row in rows if (row.item, row.quantity) == (line.item, line.quantity)]
        judged = [row for row in mine if row.published is not None]
        assert judged, name
        values = {there[path] for path in matching(line.numbers, there)}
        if line.kind == "definition":
            # each of them by itself; of two liquids at one density there are two
            assert {row.published for row in judged} == values, name


def definitions(paper: str) -> list[Row]:
    """What the preset of the kept run takes."""
    study = importlib.import_module(f"supercooled.papers.{paper}")
    module = importlib.import_module(f"supercooled.papers.{paper}.definitions")
    said = json.loads((ROOT / "reproduction" / paper / "provenance.json").read_text())["provenance"]
    words = said["commands"][0].split()
    preset: Any = study.PRESETS[words[words.index("--preset") + 1]]
    runs = said["runs"]
    (n_particles,) = {run["particles"] for run in runs}
    dt = max(run["dt"] for run in runs)
    made: list[Row]
    if paper == "sharma2022":
        made = module.definition_rows(
            study.CHOICES, n_particles=n_particles, density=1.2, dt=dt, stays_within=0.5
        )
    elif paper == "schoenholz2016":
        assert (preset.n_particles, preset.dt) == (n_particles, dt)
        made = module.definition_rows(preset, study.CHOICES)
    elif paper == "graham2023":
        made = module.definition_rows(study.CHOICES, preset.liquids, n_particles=n_particles, dt=dt)
    else:
        return []
    return made


@pytest.mark.parametrize("paper", NAMES)
def test_the_kept_definitions_are_those_of_the_kept_run(paper: str) -> None:
    rows = kept(paper)
    for row in definitions(paper):
        assert row in rows, row
    if paper == "nandi2021":
        said = json.loads((ROOT / "reproduction" / paper / "provenance.json").read_text())["provenance"]
        known = {row.quantity: row for row in rows if row.kind == "definition" and row.state == "every run"}
        assert {run["particles"] for run in said["runs"]} == {known["number of particles"].measured}
        assert any("onset: T = 0.801" in row.note for row in rows if row.state == "LJ 1.2")


def test_a_state_that_was_not_run_says_what_it_costs() -> None:
    rows = [row for row in kept("schoenholz2016") if row.item == "Table I"]
    missing = [row for row in rows if row.measured is None]
    assert len(rows) == sum(path.startswith("state_points/") for path in numbers("schoenholz2016"))
    assert 0 < len(missing) < len(rows)
    assert all("1.2e11 atom-steps" in row.note for row in missing)
    assert sum("of the preset paper" in row.note for row in missing) == 5


def test_numbers_are_found_at_any_depth_and_a_star_is_one_name() -> None:
    published = {"a": {"0.47": 1, "b": [2.0, {"c": 3}]}, "word": "x", "yes": True, "none": None}
    found = printed_numbers(published)
    assert found == {"a/0.47": 1.0, "a/b/0": 2.0, "a/b/1/c": 3.0}
    assert matching(["a/*"], found) == ["a/0.47"]
    assert matching(["a/*/0", "a/b/*/c"], found) == ["a/b/0", "a/b/1/c"]
    assert matching([], found) == []


def test_the_page_of_definitions_counts_the_rows_by_kind_and_verdict() -> None:
    counted = runpy.run_path(str(ROOT / "docs" / "_ext" / "counting.py"))["counted"]
    close = Tolerance.absolute(0.1)
    given = {"item": "", "state": "", "unit": "1", "published": 1.0, "uncertainty": 0.01}
    rows = [
        Row.judge(quantity="a", measured=1.0, tolerance=close, **given),
        Row.judge(quantity="b", measured=2.0, tolerance=close, reading="Set later.", **given),
        Row.judge(quantity="c", measured=1.0, tolerance=close, kind="definition", **given),
        Row.judge("", "d", "", measured=1.0, unit="1"),
    ]
    lines = counted({"one": rows})
    cells = [line.split("- ")[-1] for line in lines if line.strip().startswith(("*", "-"))]
    heads, values = cells[: len(cells) // 2], cells[len(cells) // 2 :]
    found = dict(zip(heads, values, strict=True))
    assert (found["rows"], found["judged"], found["tests met"], found["tests missed"]) == ("4", "3", "1", "0")
    assert (found["set later"], found["definition"], found["bound"]) == ("1", "1", "0")
