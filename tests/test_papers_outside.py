"""A fifth paper, in a package of its own that knows only what is public."""

from __future__ import annotations

import importlib
import json
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from supercooled import cli, extensions, papers, report
from supercooled.errors import ParameterError, StoreError

RUNNER = CliRunner()
PAPER = '''
"""The fifth paper: how far an ideal gas goes."""

from dataclasses import dataclass

import numpy as np
import xarray as xr
from markupsafe import Markup
from matplotlib.figure import Figure

from supercooled import dynamics
from supercooled.box import Box
from supercooled.papers import Findings, Paper, Printed, Work
from supercooled.report import Section, Tolerance
from supercooled.report.plates import Caption, Figures, Plate, drawn_by
from supercooled.report.style import axis, figure, panel
from supercooled.report.tables import Table
from supercooled.trajectory import Trajectory


@dataclass(frozen=True)
class Preset:
    frames: int


ROW = Printed("Eq. 1", "slope of the MSD", "sigma_AA^2/tau", Tolerance.relative(0.2), "By its longest lag.")


def study(preset: Preset, where: Work) -> Findings:
    steps = np.random.default_rng(1).normal(scale=0.1, size=(preset.frames, 50, 3))
    run = Trajectory.from_arrays(np.cumsum(steps, axis=0), Box.cube(9.0), unwrapped=True, temperature=1.0)
    msd = dynamics.displacements(run, lags=[1.0, 2.0, 4.0], overlap_radius=0.3, blocks=2)
    slope = float(msd["msd"][-1]) / 4.0
    error = slope * (2.0 / 150.0 / (preset.frames / 4)) ** 0.5
    return Findings(
        summary="An ideal gas diffuses.",
        rows=[ROW.row("T = 1", slope, error=error, published=0.03)],
        results={"walk": msd[["msd"]]},
        trajectories=[run],
        parameters={"frames": {"value": preset.frames, "why": "enough"}},
        sections=[Section("Diffusion", "Straight.", ("walk",), ("walk",))],
    )


@figure
def walk(data: xr.Dataset) -> Figure:
    fig, (axes,) = panel()
    axes.plot(data["lag"], data["msd"])
    axes.set(xlabel=axis("lag"), ylabel=axis("msd"))
    return fig


FIGURES = Figures(
    (
        Plate(
            "walk",
            "The walk of a gas",
            (drawn_by(walk, lambda results: Caption(Markup("A line."), "A straight line."), "walk/msd"),),
        ),
    ),
    {"walk": lambda data: Table("Every lag.", ("lag", "MSD"), (("1", "0.03"),))},
    {"slope of": ("walk",)},
)
PAPER = Paper(
    "fifth2027", "A gas", "fifth2027: nowhere", {"quick": Preset(40), "long": Preset(400)}, study, FIGURES
)
'''


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder in which the package is installed, as pip would leave it."""
    site = tmp_path / "site"
    (site / "fifth_paper").mkdir(parents=True)
    (site / "fifth_paper" / "__init__.py").write_text(PAPER)
    told = site / "fifth_paper-1.0.dist-info"
    told.mkdir()
    (told / "METADATA").write_text("Metadata-Version: 2.1\nName: fifth-paper\nVersion: 1.0\n")
    (told / "entry_points.txt").write_text(
        textwrap.dedent("""\
            [supercooled.papers]
            fifth2027 = fifth_paper:PAPER
            damaged = fifth_paper:NOTHING
            no_paper = fifth_paper:FIGURES
            sharma2022 = fifth_paper:PAPER
        """)
    )
    monkeypatch.syspath_prepend(str(site))
    extensions.known.cache_clear()
    yield site
    sys.modules.pop("fifth_paper", None)
    monkeypatch.undo()
    importlib.invalidate_caches()
    extensions.known.cache_clear()


def test_a_paper_from_outside_is_run_and_drawn_again(installed: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    made = RUNNER.invoke(cli.app, ["study", "fifth2027", "--out", str(out), "--workers", "1"])
    assert made.exit_code == 0, made.output
    assert "1 of 1 independent tests met." in made.output
    (row,) = report.read_comparison(out / "comparison.json")
    assert row.note.startswith("Met if within 20 % of the published value. By its longest lag.")
    stored = json.loads((out / "provenance.json").read_text())
    assert stored["page"]["paper"] == "fifth2027"
    assert stored["provenance"]["commands"] == [
        f"supercooled study fifth2027 --preset quick --out {out} --runs {out / 'runs'}"
    ]
    page = (out / "report.html").read_text()
    assert "Figure 1. The walk of a gas." in page
    assert 'href="#walk">Figure 1</a>' in page
    assert "Every lag." in page
    drawn = {path.name for path in (out / "figures").iterdir() if not path.name.startswith(".")}
    assert drawn == {"walk.svg"}
    (out / "figures" / "walk.svg").unlink()
    again = RUNNER.invoke(cli.app, ["report", str(out), "--figures", "svg, png"])
    assert again.exit_code == 0, again.output
    assert (out / "figures" / "walk.svg").exists()
    assert (out / "figures" / "walk.png").exists()
    unknown = RUNNER.invoke(cli.app, ["report", str(out), "--figures", "pdf,jpeg"])
    assert unknown.exit_code != 0
    assert "'jpeg' is not a format of figures; known are svg, pdf, png" in str(unknown.exception)
    assert (out / "report.html").read_text() == page


def test_without_the_package_its_results_say_what_is_missing(
    installed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = papers.named("fifth2027").run("quick", tmp_path / "out", root=tmp_path / "runs")
    page = (out / "report.html").read_bytes()
    monkeypatch.setattr(sys, "path", [folder for folder in sys.path if folder != str(installed)])
    extensions.known.cache_clear()
    with pytest.raises(StoreError, match="was made for the paper 'fifth2027', which no installed package"):
        report.rebuild(out)
    assert (out / "report.html").read_bytes() == page
    refused = RUNNER.invoke(cli.app, ["study", "fifth2027", "--out", str(tmp_path / "new")])
    assert "known are graham2023, nandi2021, schoenholz2016, sharma2022" in str(refused.exception)
    assert not (tmp_path / "new").exists()


def test_help_and_errors_list_the_papers_that_are_installed(installed: Path) -> None:
    assert papers.known()[:4] == ("graham2023", "nandi2021", "schoenholz2016", "sharma2022")
    assert "fifth2027" in papers.known()
    assert "fifth2027" in RUNNER.invoke(cli.app, ["study", "--help"]).output
    with pytest.raises(ParameterError, match=r"no preset 'slow' of fifth2027; known are quick, long"):
        papers.named("fifth2027").preset("slow")
    # the package's own keep their names
    assert papers.named("sharma2022").title.startswith("Local softness")


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("damaged", "the paper 'damaged' can't be loaded from fifth_paper:NOTHING"),
        ("no_paper", "fifth_paper:FIGURES should be a supercooled.papers.Paper, not Figures"),
    ],
)
def test_what_is_no_paper_gets_a_sentence(installed: Path, name: str, why: str) -> None:
    with pytest.raises(ParameterError, match=why):
        papers.named(name)
