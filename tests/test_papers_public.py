"""A paper uses what anybody may use, and nothing knows a paper but the registry."""

from __future__ import annotations

import ast
import importlib
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import supercooled as sc
from supercooled import extensions, source_code

ROOT = Path(sc.__path__[0])
NAMES = tuple(extensions.OWN[extensions.PAPERS])


def taken(path: Path) -> Iterator[tuple[str, str]]:
    """Module and name of everything of the package that a file imports."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "supercooled":
            yield from ((node.module or "", alias.name) for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names if alias.name.startswith("supercooled"))


def objection(paper: str, module: str, name: str) -> str | None:
    """Why a paper may not take this, if so."""
    folder = f"supercooled.papers.{paper}"
    if module == folder or module.startswith(f"{folder}."):
        return None
    if any(part.startswith("_") for part in (*module.split("."), name)) or ".kernels" in f"{module}.{name}":
        return "private"
    if name in getattr(importlib.import_module(module), "__all__", ()):
        return None
    return "not in __all__"


@pytest.mark.parametrize("paper", NAMES)
def test_a_paper_takes_only_what_is_public(paper: str) -> None:
    files = sorted((ROOT / "papers" / paper).rglob("*.py"))
    assert len(files) > 3
    refused = {
        f"{path.name}: from {module} import {name}": why
        for path in files
        for module, name in taken(path)
        if (why := objection(paper, module, name))
    }
    assert refused == {}


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("supercooled.kernels.cage", "depths"),
        ("supercooled.papers.nandi2021.chosen", "CHOICES"),
        ("supercooled.report.plates", "_has_numbers"),
        ("supercooled.report.plates", "draw"),
    ],
)
def test_what_is_not_public_is_noticed(module: str, name: str) -> None:
    assert objection("sharma2022", module, name)


def test_report_knows_no_paper() -> None:
    known = re.compile("|".join(name.rstrip("0123456789") for name in NAMES), re.IGNORECASE)
    for path in sorted((ROOT / "report").rglob("*.py")):
        tree = ast.parse(path.read_text())
        told = [ast.get_docstring(node, clean=False) for node in ast.walk(tree) if hasattr(node, "body")
                and isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)]  # fmt: skip
        words = [
            node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value not in told
        ]
        assert [word for word in words if known.search(word)] == [], path


def test_the_papers_of_the_package_are_registered_as_others_are() -> None:
    project = tomllib.loads((ROOT.parents[1] / "pyproject.toml").read_text())
    offered = {
        group: names
        for group, names in project["project"]["entry-points"].items()
        if group.startswith("supercooled.")
    }
    assert offered == extensions.OWN


def test_a_caption_of_a_paper_is_no_part_of_what_its_stages_depend_on() -> None:
    from supercooled.analysis.stages import STAGES

    for name in NAMES:
        importlib.import_module(f"supercooled.papers.{name}")
    drawn = ("figures", "supplement", "tables", "page")
    ours = [name for name in STAGES if name.startswith("supercooled.")]
    assert len(ours) > 10
    for name in ours:
        reached = source_code._reached(name.rpartition(".")[0])
        assert [one for one in reached if one.startswith("supercooled.papers.") and one.endswith(drawn)] == []
