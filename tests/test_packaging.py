"""What is handed out: a wheel that works where it is put, an archive that builds, a version from the tags."""

from __future__ import annotations

import os
import re
import runpy
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
VERSION = runpy.run_path(str(ROOT / "tools" / "version.py"))["version"]
PAPERS = {"nandi2021", "sharma2022", "schoenholz2016", "graham2023"}


def run(*command: str | Path, at: Path = ROOT) -> str:
    """What a command says; its errors if it fails."""
    done = subprocess.run(
        [str(word) for word in command], cwd=at, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.strip()


@pytest.fixture(scope="module")
def dist(tmp_path_factory):
    """The wheel and the archive of the sources."""
    made = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "hatchling", "build", "-d", made)
    return made


@pytest.fixture(scope="module")
def wheel(dist):
    (found,) = dist.glob("*.whl")
    return found


def test_the_wheel_works_in_an_environment_of_its_own(wheel, tmp_path, monkeypatch):
    """Its dependencies are those of this one; the package itself must come from the wheel."""
    home = tmp_path / "env"
    venv.create(home, with_pip=False)
    site = Path(run(home / "bin/python", "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"))
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index"]
    run(*pip, "--disable-pip-version-check", "--ignore-installed", "--prefix", home, wheel)
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    code = """
import supercooled as sc
run = sc.Trajectory.from_arrays([[[0.0, 0, 0], [1.0, 0, 0]]], sc.Box.cube(9.0))
g = sc.structure.radial_distribution(run, r_max=2.0, dr=0.5)
print(sc.__file__, g.attrs is not None, len(sc.systems.library()) > 10, sc.__version__)
"""
    # nothing is compiled for it yet, and three pairs need no compiler
    monkeypatch.setenv("NUMBA_DISABLE_JIT", "1")
    where, _, library, version = run(home / "bin/python", "-c", code, at=tmp_path).split()
    assert Path(where).is_relative_to(site)
    assert library == "True"
    assert version == wheel.name.split("-")[1]
    assert "ka-lj" in run(home / "bin/supercooled", "systems", at=tmp_path)
    # As a shell asks for it; --show-completion looks for the shell above it, and there may be none.
    monkeypatch.setenv("_SUPERCOOLED_COMPLETE", "source_bash")
    assert "complete" in run(home / "bin/supercooled", at=tmp_path)


def test_the_wheel_holds_types_templates_and_licence_and_no_tests(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    for wanted in ("supercooled/py.typed", "supercooled/report/templates/view.js", "licenses/LICENSE"):
        assert any(name.endswith(wanted) for name in names), wanted
    assert not [
        name for name in names if name.startswith(("tests", "docs")) or name.endswith((".nbi", ".nbc"))
    ]
    sources = {str(path.relative_to(ROOT / "src")) for path in (ROOT / "src").rglob("*.py")}
    assert sources <= set(names)


def test_the_archive_builds_the_same_version_without_git(dist, wheel, tmp_path):
    (archive,) = dist.glob("*.tar.gz")
    with tarfile.open(archive) as packed:
        packed.extractall(tmp_path, filter="data")
    (unpacked,) = tmp_path.iterdir()
    assert VERSION(unpacked) == wheel.name.split("-")[1]
    for wanted in ("Makefile", "CITATION.cff", "tests/test_packaging.py", "docs/conf.py", "tools/version.py"):
        assert (unpacked / wanted).exists(), wanted


def test_the_version_comes_from_the_tags(tmp_path):
    def git(*words: str) -> None:
        quiet = {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null"}
        subprocess.run(
            ["git", "-c", "user.name=a", "-c", "user.email=a@b", *words],
            cwd=tmp_path, check=True, capture_output=True, env={**os.environ, **quiet},
        )  # fmt: skip

    assert VERSION(tmp_path) == "0.1.0"
    git("init")
    git("commit", "--allow-empty", "-m", "one")
    assert VERSION(tmp_path) == "0.1.0"
    git("tag", "v1.2.0")
    assert VERSION(tmp_path) == "1.2.0"
    git("commit", "--allow-empty", "-m", "two")
    assert re.fullmatch(r"1\.2\.1\.dev1\+g[0-9a-f]+", VERSION(tmp_path))


def test_every_extra_is_what_the_errors_and_the_pages_name():
    extras = set(tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"])
    told = set(re.findall(r"supercooled\[(\w+)\]", (ROOT / "docs" / "install.rst").read_text()))
    assert told == extras
    named = {
        extra
        for path in (ROOT / "src").rglob("*.py")
        for extra in re.findall(r"supercooled\[(\w+)\]", path.read_text())
    }
    assert named <= extras


def test_the_citation_names_the_four_papers():
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert cited["cff-version"] == "1.2.0"
    assert {paper["notes"] for paper in cited["references"]} == PAPERS
    described = (ROOT / "docs" / "references.rst").read_text()
    for paper in cited["references"]:
        assert all(author["family-names"].split()[-1] in described for author in paper["authors"])
        assert "doi" in paper or paper["identifiers"]
