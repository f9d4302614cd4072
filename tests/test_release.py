"""What is published beside the package says what the package says."""

from __future__ import annotations

import json
import re
import runpy
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
CHANGELOG = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
LICENCES = runpy.run_path(str(ROOT / "tools" / "licences.py"), run_name="licences")
# What a package is called in conda-forge, where that is another name.
IN_CONDA = {"xxhash": "python-xxhash"}


def recipe() -> dict[str, object]:
    """The recipe with its two variables put in."""
    text = (ROOT / "packaging" / "conda" / "meta.yaml").read_text()
    known = dict(re.findall(r'{% set (\w+) = "([^"]+)" %}', text))
    text = re.sub(r"{%.*?%}\n", "", text)
    text = re.sub(r"{{ (\w+)(?:\|lower)? }}", lambda found: known.get(found[1], found[1]), text)
    return yaml.safe_load(text)


def test_the_recipe_asks_for_what_the_core_asks_for() -> None:
    made = recipe()
    said = {}
    for line in made["requirements"]["run"]:
        name, _, version = line.partition(" ")
        said[name] = version
    wanted = {
        IN_CONDA.get(one.name, one.name): str(one.specifier)
        for one in map(Requirement, PROJECT["dependencies"])
    }
    assert said == {"python": PROJECT["requires-python"], **wanted}
    assert made["package"]["name"] == PROJECT["name"]
    (script,) = made["build"]["entry_points"]
    assert script == f"supercooled = {PROJECT['scripts']['supercooled']}"
    assert made["about"]["license"] == PROJECT["license"]
    assert made["about"]["summary"] == PROJECT["description"]
    assert made["source"]["path"].endswith(f"supercooled-{made['package']['version']}.tar.gz")


def test_the_version_is_the_same_everywhere() -> None:
    first = runpy.run_path(str(ROOT / "tools" / "version.py"))["FIRST"]
    released = re.findall(r"^## (\d+\.\d+\.\d+)\b", CHANGELOG, flags=re.MULTILINE)
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert {recipe()["package"]["version"], cited["version"], released[0] if released else first} == {first}


def test_addresses_are_those_of_the_project() -> None:
    allowed = tuple(PROJECT["urls"].values())
    files = [*(ROOT / "packaging").rglob("*.yaml"), *(ROOT / ".github").rglob("*.yml"), ROOT / "CITATION.cff"]
    found = {
        address.rstrip("/")
        for path in files
        for address in re.findall(r"https://[^\s\"]*supercooled[^\s\"@]*", path.read_text())
    }
    assert found
    assert [one for one in found if not one.removesuffix(".git").startswith(allowed)] == []


def test_zenodo_cites_the_papers_that_the_citation_names() -> None:
    told = json.loads((ROOT / ".zenodo.json").read_text())
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert told["license"] == PROJECT["license"]
    papers = {paper.get("doi") or paper["identifiers"][0]["value"] for paper in cited["references"]}
    assert papers == {one["identifier"] for one in told["related_identifiers"]}


def test_the_workflow_runs_what_ci_runs() -> None:
    told = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text())
    steps = [step["run"] for job in told["jobs"].values() for step in job["steps"] if "run" in step]
    assert ".ci/run" in steps
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))
    assert {target for step in steps for target in re.findall(r"make (\w+)", step)} <= targets
    pythons = told["jobs"]["run"]["strategy"]["matrix"]["python"]
    said = [line.rpartition(" ")[2] for line in PROJECT["classifiers"] if re.search(r":: 3\.\d+$", line)]
    assert pythons == said


@pytest.mark.parametrize(
    "form", sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml")), ids=lambda p: p.stem
)
def test_the_forms_of_issues_are_well_formed(form: Path) -> None:
    told = yaml.safe_load(form.read_text())
    if form.stem == "config":
        assert told["contact_links"]
        return
    assert {"name", "description", "body"} <= set(told)
    ids = [field["id"] for field in told["body"]]
    assert len(ids) == len(set(ids))
    options = {one["label"] for field in told["body"] for one in field["attributes"].get("options", [])}
    named = set(re.findall(r"`(--[\w-]+)`", " ".join(options)))
    from typer.main import get_command

    from supercooled.cli import app

    known = {name for option in get_command(app).commands["look"].params for name in option.opts}  # type: ignore[attr-defined]
    assert named <= known


def test_every_licence_is_one_that_was_looked_at() -> None:
    direct = sorted(LICENCES["asked"]())
    found = LICENCES["licences"](direct)
    assert LICENCES["objections"](found) == []
    assert {one.name for one in found} >= {
        canonicalize_name(Requirement(d).name) for d in PROJECT["dependencies"]
    }
    page = (ROOT / "docs" / "licences.rst").read_text()
    assert [name for name in direct if f"    * - {name}\n" not in page] == []
    for one in found:
        assert f"    * - {one.name}\n      - {one.words}\n      - {one.where}\n" in page


def test_the_check_of_licences_objects() -> None:
    kind = LICENCES["Licence"]
    bad = [kind("a", "GPL-3.0", "core"), kind("b", "my own", "learn"), kind("c", "GPL-3.0", "learn")]
    assert [line.split(" ")[0].strip(":") for line in LICENCES["objections"](bad)] == ["b", "a"]


def test_the_paper_cites_what_its_bibliography_has_and_is_short() -> None:
    text = (ROOT / "paper" / "paper.md").read_text()
    _, header, body = text.split("---\n", 2)
    keys = set(re.findall(r"^@\w+{(\w+),", (ROOT / "paper" / "paper.bib").read_text(), flags=re.MULTILINE))
    assert set(re.findall(r"@(\w+)", body)) == keys
    assert yaml.safe_load(header)["bibliography"] == "paper.bib"
    words = len(re.sub(r"^\|.*$", "", body, flags=re.MULTILINE).split())
    assert 750 <= words <= 1100
