"""The table of motion, on walks whose every number is known."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import supercooled as sc
from supercooled import io
from supercooled.cli import app
from supercooled.errors import ParameterError
from supercooled.report.tables import motion as as_table
from supercooled.studies import moving
from supercooled.studies.motion import Motion, motion_curves, motion_rows

D = 0.004


def walk(path: Path, seed: int, frames: int = 300, n: int = 150) -> Path:
    """Brownian motion with a diffusion coefficient D."""
    steps = np.random.default_rng(seed).normal(scale=np.sqrt(2 * D), size=(frames, n, 3))
    species = (np.arange(n) % 5 == 4).astype(int)
    run = sc.Trajectory.from_arrays(
        np.cumsum(steps, axis=0), sc.Box.cube(8.0), species=species, names=("A", "B"),
        times=np.arange(float(frames)), unwrapped=True,
    )  # fmt: skip
    io.write_gsd(path, run)
    return path


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("walks")
    return [walk(folder / f"walk{k}.gsd", k) for k in range(3)]


def test_a_walk_has_its_diffusion_coefficient_and_relaxation_time(files, tmp_path):
    table = moving.run(
        files, out=tmp_path, temperatures=[0.5, 0.5, 0.5], timestep=None, how=Motion(species=None)
    )
    assert table.sizes["temperature"] == 1
    here = table.isel(temperature=0)
    assert float(here["diffusivity"]) == pytest.approx(D, rel=0.06)
    assert abs(float(here["diffusivity"]) - D) < 5 * float(here["diffusivity_error"])
    # The overlap of a walk is that of a Gaussian of width sqrt(2 D t): 1/e where a^2 = 2 D t * 1.73,
    # the 1/e quantile of chi squared with three degrees of freedom.
    assert float(here["tau_alpha"]) == pytest.approx(0.09 / (2 * D * 1.7236), rel=0.06)
    # alpha_2 of a walk is none, so its maximum is chance or nothing.
    assert np.isnan(here["p_c"]) or abs(float(here["alpha2_max"])) < 0.1
    stored = json.loads((tmp_path / "comparison.json").read_text())
    assert {row["quantity"] for row in stored} >= {"relaxation time", "diffusion coefficient"}
    assert "Motion of all particles" in (tmp_path / "report.html").read_text()


def test_replicas_are_averaged_and_temperatures_are_sorted(files, tmp_path):
    how = Motion(species="A")
    runs = [io.read(f, temperature=T) for f, T in zip(files, (0.7, 0.5, 0.5), strict=True)]
    both = motion_curves(runs[1:], how, work=tmp_path)
    each = [motion_curves([run], how, work=tmp_path) for run in runs[1:]]
    np.testing.assert_allclose(both["msd"], 0.5 * (each[0]["msd"] + each[1]["msd"]), rtol=1e-9)
    table = moving.run(files, out=tmp_path, temperatures=[0.7, 0.5, 0.5], timestep=None, how=how)
    np.testing.assert_allclose(table["temperature"], [0.5, 0.7])
    assert table.attrs["species"] == "A"


def test_what_is_not_reached_says_why(tmp_path):
    short = [walk(tmp_path / "short.gsd", 9, frames=12)]
    table = moving.run(
        short, out=tmp_path / "out", temperatures=[0.5], timestep=None, how=Motion(species=None)
    )
    rows = {row.quantity: row for row in motion_rows(table, list(table.data_vars), item="measured")}
    assert rows["relaxation time"].measured is None
    assert "longest lag" in rows["relaxation time"].note
    assert as_table(table).lines[0][1] == "–"


def test_the_command_prints_a_line_a_temperature_and_goes_on_from_what_is_there(files, tmp_path):
    arguments = ["dynamics", *map(str, files), "--out", str(tmp_path / "out"), "--species", "all"]
    for T in (0.5, 0.5, 0.7):
        arguments += ["-T", str(T)]
    first = CliRunner().invoke(app, arguments)
    assert first.exit_code == 0, first.output
    lines = [line.split() for line in first.output.splitlines()]
    assert [line[0] for line in lines if line and line[0] in ("0.50", "0.70")] == ["0.50", "0.70"]
    made = sorted((path, path.stat().st_mtime_ns) for path in (tmp_path / "out" / "work").iterdir())
    assert CliRunner().invoke(app, arguments).output == first.output
    assert made == sorted((path, path.stat().st_mtime_ns) for path in (tmp_path / "out" / "work").iterdir())


def test_a_temperature_for_each_file_and_a_species_that_is_there(files, tmp_path):
    with pytest.raises(ParameterError, match="3 files need 3 times --temperature, not 1"):
        moving.run(files, out=tmp_path, temperatures=[0.5], timestep=None, how=Motion(species=None))
    with pytest.raises(ParameterError, match="C"):
        moving.run(files[:1], out=tmp_path, temperatures=[0.5], timestep=None, how=Motion(species="C"))
