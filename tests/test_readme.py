"""The README says what the files beside it say, and its example prints what it says."""

import importlib
import json
import re
import runpy
import shlex
import subprocess
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import typer

from supercooled.cli import app
from supercooled.report import read_comparison

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


TOOL = runpy.run_path(str(ROOT / "tools" / "readme.py"))


@pytest.mark.parametrize("name", TOOL["PAGES"])
def test_its_tables_are_those_of_the_reproductions(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    marks = re.findall(r"<!-- (?!end )([\w-]+) -->", text)
    assert marks
    assert TOOL["filled"](text) == text
    for mark in marks:
        begin, end = f"<!-- {mark} -->", f"<!-- end {mark} -->"
        spoiled = text[: text.index(begin)] + begin + "| no |" + text[text.index(end) :]
        assert TOOL["filled"](spoiled) == text, mark


def test_its_commands_are_in_the_makefile() -> None:
    targets = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert set(re.findall(r"`?make (\w+)", README)) <= set(targets)


def test_its_example_prints_what_it_says(capsys: pytest.CaptureFixture[str]) -> None:
    (example,) = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)
    (said,) = re.findall(r"```text\n(.*?)```", README, flags=re.DOTALL)
    assert len(example.strip().splitlines()) <= 7
    exec(compile(example, "README.md", "exec"), {"__name__": "__main__"})  # noqa: S102  our own text
    assert capsys.readouterr().out == said


def commands() -> list[str]:
    """Lines of its blocks of the shell, without their remarks."""
    blocks = "".join(re.findall(r"```sh\n(.*?)```", README, flags=re.DOTALL))
    return [line.partition("  #")[0].strip() for line in blocks.splitlines() if line.strip()]


@pytest.mark.parametrize("line", [line for line in commands() if line.startswith("supercooled ")])
def test_its_commands_are_understood(line: str) -> None:
    name, *words = shlex.split(line)[1:]
    context = typer.main.get_command(app).commands[name].make_context(name, words)  # type: ignore[attr-defined]
    assert context.params


def test_it_has_no_other_commands() -> None:
    assert {line.split()[0] for line in commands()} == {"pip", "make", "supercooled"}
    asked = re.findall(r"pip install [^\s]*\[(\w+)\]", README)
    assert set(asked) <= set(
        tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    )


def test_it_is_two_screens_and_its_links_lead_somewhere() -> None:
    assert len(README.splitlines()) <= 100
    assert len(README.split()) <= 750
    links = re.findall(r"\]\(([^)#]+)(?:#[\w-]+)?\)", README)
    assert len(links) > 15
    assert [link for link in links if not link.startswith("https://") and not (ROOT / link).exists()] == []


def test_the_figure_says_what_its_script_says_now() -> None:
    tool = runpy.run_path(str(ROOT / "tools" / "figure.py"))
    assert TOOL["figure_caption"](tool["PATH"]) == f"*{tool['caption']()}*"


@pytest.mark.parametrize(
    "kept", sorted(ROOT.glob("reproduction/*/comparison.json")), ids=lambda p: p.parent.name
)
def test_the_kinds_of_the_kept_rows_are_those_of_the_studies_tables(kept: Path) -> None:
    table = importlib.import_module(f"supercooled.papers.{kept.parent.name}.rows").TABLE
    known = {(line.item, line.quantity): line for line in table.values()}
    told = 0
    for row in read_comparison(kept):
        line = known.get((row.item, row.quantity))
        if line is None or row.published is None:
            continue
        told += 1
        assert row.reading == line.reading
        if line.kind is not None:
            assert row.kind == line.kind
        elif row.tolerance is not None and row.tolerance.one_sided:
            assert row.kind == "bound"
        else:
            assert row.kind in ("test", "scan", "calibrated")
    assert told > 10


@pytest.mark.parametrize(
    "kept", sorted(ROOT.glob("reproduction/*/comparison.json")), ids=lambda p: p.parent.name
)
def test_the_verdicts_of_the_kept_tables_follow_from_their_numbers(kept: Path) -> None:
    # Reading them makes each verdict anew; the tolerance's words stand in front of the note.
    rows = read_comparison(kept)
    judged = [row for row in rows if row.tolerance is not None]
    assert judged
    assert all(row.note.startswith(f"Met if {row.tolerance.text}.") for row in judged)
    assert all(row.tolerance is not None for row in rows if row.published is not None)


@pytest.mark.parametrize(
    "kept", sorted(ROOT.glob("reproduction/*/provenance.json")), ids=lambda p: p.parent.name
)
def test_a_kept_report_says_which_source_made_it_or_how_far_that_is_known(kept: Path) -> None:
    said = json.loads(kept.read_text(encoding="utf-8"))["provenance"]
    code, words = said["code"], said["versions"]["commit"]
    assert set(code) >= {"version", "commit", "clean", "source"}
    if code["commit"] is not None:
        assert code["commit"] in words
        assert isinstance(code["clean"], bool)
        return
    # Made before reports recorded it: git says since when it has these numbers.
    assert words.startswith("not recorded when it was made")
    assert code["kept_by"] in words
    table = kept.with_name("comparison.json").relative_to(ROOT)
    try:
        listed = subprocess.run(
            ["git", "-C", str(ROOT), "log", "--format=%H", "--", str(table)],
            capture_output=True, text=True, check=True, timeout=60,
        ).stdout.split()  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        pytest.skip("this copy has no history")
    if len(listed) < 2:
        pytest.skip("this copy has no history")
    then, now = (_rows(_at(commit, table)) for commit in (code["kept_by"], "HEAD"))
    assert code["kept_by"] in listed
    assert Counter(map(_measured, then)) <= Counter(map(_measured, now))
    # What was added since follows from the choices of the run, or from a kept row, or says what it costs.
    for row in now:
        if _measured(row) in set(map(_measured, then)):
            continue
        assert (
            row["kind"] == "definition"
            or row["verdict"] == "not measured"
            or any(f"S = {1e3 * row['measured']:.2f}e-3" in one["state"] for one in then)
        ), row


def _at(commit: str, table: Path) -> str:
    shown = ["git", "-C", str(ROOT), "show", f"{commit}:{table.as_posix()}"]
    return subprocess.run(shown, capture_output=True, text=True, check=True, timeout=60).stdout


def _rows(text: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(text)
    return rows


def _measured(row: dict[str, Any]) -> str:
    # Which of them stands beside what is printed, and in which order, is no measurement.
    names = ("item", "quantity", "state", "measured", "uncertainty", "unit")
    return str([row[name] for name in names])
