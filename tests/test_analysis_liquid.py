"""What an analysis of trajectories of your own says of itself."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import short_study
import xarray as xr
from asked import local_depth
from short_study import CHOICES, TEMPERATURES

import supercooled as sc
from supercooled import report
from supercooled.analysis.inputs import Given
from supercooled.analysis.measurement import Measured
from supercooled.analysis.results import Cages, calibrated, unbound_share
from supercooled.errors import MixtureError, ParameterError


def cages(depths: list[float], softness: list[float]) -> Cages:
    T = np.arange(len(depths)) / 10 + 0.5
    data = xr.Dataset({"softness": ("temperature", softness)}, {"temperature": T})
    return Cages(T, data, {"ensemble-cut": np.array(depths)}, xr.DataArray())


def states(*depths: list[float]) -> list[Measured]:
    empty = xr.Dataset()
    return [
        Measured(empty, empty, empty, (xr.DataArray([one], dims=("frame", "particle")),), ())
        for one in depths
    ]


def test_a_line_that_leaves_cages_without_softness_says_how_many_and_is_not_relied_on() -> None:
    # 1/S = 100 Phi - 1000: nothing below Phi = 10 has a softness
    found = cages([20.0, 15.0], [1e-3, 2e-3])
    some, most = [12.0] * 97 + [9.0] * 3, [12.0] * 80 + [9.0] * 20
    line, said = calibrated(found, states([15.0] * 100, some), CHOICES)
    assert line is not None
    assert "no positive softness to 3 % of the cages at T = 0.6" in said
    assert unbound_share([xr.DataArray([[*some, np.nan]], dims=("frame", "particle"))], line) == 0.03
    line, said = calibrated(found, states(most, some), CHOICES)
    assert line is None
    assert "20 % of the cages at T = 0.5" in said
    assert "depth of each particle's cage is used instead" in said
    assert calibrated(found, states([15.0], [15.0]), CHOICES)[1] == ""


def test_depths_that_rise_with_softness_calibrate_nothing_and_lose_nothing() -> None:
    line, said = calibrated(cages([15.0, 20.0], [1e-3, 2e-3]), states([15.0], [20.0]), CHOICES)
    assert line is None
    assert said.startswith("No softness: softness does not fall with depth")
    assert calibrated(cages([15.0], [1e-3]), states([15.0]), CHOICES)[0] is None


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return short_study.write_runs(tmp_path_factory.mktemp("files"))


@pytest.fixture(scope="module")
def out(files: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return short_study.analyse(files, tmp_path_factory.mktemp("own") / "out")


def test_a_share_stands_beside_that_of_all(out: Path) -> None:
    rows = [r for r in report.read_comparison(out / "comparison.json") if "than the peak" in r.quantity]
    assert len(rows) >= len(TEMPERATURES)
    assert all("of all particles 0." in row.note for row in rows)


def test_curves_keep_their_units(out: Path) -> None:
    results = report.load_results(out)
    for group in ("structure", "distributions", "dynamics", "cage"):
        without = [n for n, v in results[group].data_vars.items() if "units" not in v.attrs]
        assert not without, (group, without)


def test_the_window_that_was_taken_is_the_one_that_is_told(files: list[Path], tmp_path: Path) -> None:
    asked = replace(CHOICES, window=7.0)
    done = short_study.analyse(
        files[:1], tmp_path / "out", choices=asked, given=Given([0.5]), thresholds=[0.1]
    )
    window = _parameters(done)["window"]
    assert window["value"] == 6.0
    assert "7 was requested" in window["why"]
    whole = short_study.analyse(files[:1], tmp_path / "whole", given=Given([0.5]), thresholds=[0.1])
    assert _parameters(whole)["window"] == 6.0


def _parameters(out: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((out / "provenance.json").read_text())["provenance"]["parameters"]
    return found


def test_foreign_types_get_an_example_that_works(tmp_path: Path) -> None:
    run = short_study.lattice(0, 0.07)
    types = np.where(run.species == 0, 2, 6).astype(np.int32)
    path = tmp_path / "types.gsd"
    sc.write_gsd(path, replace(run, species=types, names=tuple("ABCDEFG")))
    with pytest.raises(MixtureError, match=r"--names 3=A,7=B"):
        short_study.analyse([path], tmp_path / "out", given=Given([0.5]), thresholds=[0.1])
    sc.write_gsd(path, replace(run, names=("Ni", "P")))
    with pytest.raises(MixtureError, match=r"--names Ni=A,P=B"):
        short_study.analyse([path], tmp_path / "out", given=Given([0.5]), thresholds=[0.1])


def test_species_called_the_other_way_round_get_the_names_that_would_do(tmp_path: Path) -> None:
    run = short_study.lattice(0, 0.07)
    path = tmp_path / "types.gsd"
    sc.write_gsd(path, replace(run, names=run.names[::-1]))
    with pytest.raises(MixtureError, match=r"composition .* with --names B=A,A=B it would be"):
        short_study.analyse([path], tmp_path / "out", given=Given([0.5], units="lj"), thresholds=[0.1])


def test_depths_at_another_temperature_than_the_runs_are_refused() -> None:
    run = replace(short_study.lattice(0, 0.07), temperature=0.5)
    mixture = sc.systems.named("ka-lj", density=1.2).mixture
    asked = {
        "mixture": mixture, "species": "A", "width": 0.09, "cutoffs": {"AA": (0.9, 1.4), "AB": (0.8, 1.3)},
        "dr": 0.01, "direct_correlation": "local", "normalisation": "total",
    }  # fmt: skip
    with pytest.raises(ParameterError, match=r"at T = 0\.5, and temperature is 5"):
        local_depth(run, temperature=5.0, **asked)
    with pytest.raises(ParameterError, match="must be a Trajectory"):
        sc.dynamics.hops([run, run], window=6.0)  # type: ignore[arg-type]
