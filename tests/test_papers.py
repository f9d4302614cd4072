"""The straight line on a real liquid: a short run of the Kob-Andersen mixture at two temperatures."""

from __future__ import annotations

import dataclasses
import json
import re
import shutil
from collections.abc import Sequence
from pathlib import Path

import gsd.hoomd
import numpy as np
import pytest
import xarray as xr

import supercooled as sc
from supercooled import papers, report
from supercooled.analysis import analyze_files, choices, measurement, results
from supercooled.analysis.inputs import Given
from supercooled.errors import MixtureError, ParameterError
from supercooled.papers import graham2023, nandi2021, sharma2022
from supercooled.papers.sharma2022.chosen import softness_line
from supercooled.report import plates
from supercooled.simulation import LammpsEngine

TEMPERATURES = (0.70, 1.00)
CHOICES = choices.Choices(window=6.0, structure_frames=12, blocks=3, minimum_count=50, bins=30)


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    liquid = sc.systems.kob_andersen(density=1.2)
    root = tmp_path_factory.mktemp("runs")
    return [
        Path(
            sc.simulate(
                liquid, temperature=T, n_particles=1000, duration=12.0, every=0.5, root=root, progress=False
            ).source.name
        )
        for T in TEMPERATURES
    ]


def analysed(files: Sequence[Path], out: Path, **changed: object) -> Path:
    options: dict[str, object] = {
        "liquid": "ka-lj", "given": Given(TEMPERATURES[: len(files)]), "thresholds": [0.12] * len(files),
        "choices": CHOICES, "workers": 1,
    }  # fmt: skip
    return analyze_files.run(files, out=out, **{**options, **changed})  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def analysis(runs: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return analysed(runs, tmp_path_factory.mktemp("own"))


def test_the_average_softness_is_the_papers_within_five_per_cent(analysis: Path) -> None:
    softness = report.load_results(analysis / "results.zarr")["cage"].softness
    for T in TEMPERATURES:
        assert float(softness.sel(temperature=T)) == pytest.approx(softness_line(T), rel=0.05)


def test_soft_particles_rearrange_first_and_more_so_when_colder(analysis: Path) -> None:
    found = report.load_results(analysis / "results.zarr")
    share = found["distributions"].share
    assert float(share.sel(temperature=0.70)) > 0.5
    P = found["rearrangement"].rearrangement_probability.sel(temperature=0.70)
    known = P.dropna("softness")
    assert float(known[-3:].mean()) > 1.3 * float(known[:3].mean())
    steep = sc.relation.steepness(found["rearrangement"]).steepness
    assert float(steep.sel(temperature=0.70)) > float(steep.sel(temperature=1.00))


def test_a_run_too_short_for_the_maximum_says_so(analysis: Path) -> None:
    rows = [r for r in report.read_comparison(analysis / "comparison.json") if r.quantity == "p_c"]
    assert [r.measured for r in rows] == [None, None]
    assert all("Not reached" in r.note and "threshold that was given, 0.12" in r.note for r in rows)


def test_everything_is_written_and_a_second_time_nothing_is_made_again(
    analysis: Path, runs: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    names = {path.name for path in analysis.iterdir()}
    assert {"comparison.json", "report.html", "figures", "results.zarr", "fields_T0.7.gsd"} <= names
    before = {p: p.stat().st_mtime_ns for p in (analysis / "report.html", *(analysis / "work").iterdir())}

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("measured again")

    for module, name in (
        (measurement.structure, "structure_factor"),
        (measurement.dynamics, "displacements"),
        (measurement.dynamics, "hops"),
        (measurement.LocalDepth, "of"),
    ):
        monkeypatch.setattr(module, name, refuse)
    analysed(runs, analysis)
    assert {p: p.stat().st_mtime_ns for p in before} == before


def test_the_fields_are_in_a_file_that_can_be_coloured(analysis: Path) -> None:
    with gsd.hoomd.open(analysis / "fields_T0.7.gsd") as file:
        frame = file[0]
    softness, depth = (frame.log[f"particles/{name}"] for name in ("softness", "depth"))
    is_a = frame.particles.typeid == 0
    assert np.isfinite(softness[is_a]).mean() > 0.99
    assert np.isnan(softness[~is_a]).all()
    # a softer cage is a shallower one
    order = np.argsort(depth[is_a])
    assert (np.diff(softness[is_a][order]) <= 1e-9).all()


@pytest.fixture
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages without figures, which take longer than what is measured here."""
    monkeypatch.setattr(plates, "draw", lambda *_: None)


@pytest.mark.usefixtures("undrawn")
def test_one_temperature_has_depths_and_no_softness(runs: list[Path], tmp_path: Path) -> None:
    out = analysed(runs[:1], tmp_path / "one")
    found = report.load_results(out / "results.zarr")
    assert "P_depth" in found["distributions"]
    assert "P_S" not in found["distributions"]
    assert "two" in json.loads((out / "provenance.json").read_text())["page"]["summary"]


@pytest.mark.usefixtures("undrawn")
def test_without_a_threshold_rearrangements_are_left_out_and_the_rest_is_there(
    runs: list[Path], tmp_path: Path
) -> None:
    out = analysed(runs, tmp_path / "none", thresholds=None)
    found = report.load_results(out / "results.zarr")
    assert "rearrangement" not in found
    assert float(found["cage"].softness[0]) > 0


def test_a_file_given_twice_or_another_liquid_is_refused(runs: list[Path], tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match="is given twice: replicas"):
        analysed([runs[1], runs[1]], tmp_path / "out", given=Given())
    with pytest.raises(MixtureError, match="was made with ka-lj, and wahnstrom is another"):
        analysed(runs, tmp_path / "out", liquid="wahnstrom")
    copies = [Path(shutil.copy(run, tmp_path / f"{k}.gsd")) for k, run in enumerate(runs)]
    with pytest.raises(MixtureError, match="composition"):
        analysed(copies, tmp_path / "out", liquid="wahnstrom")
    assert not (tmp_path / "out").exists()


def test_a_short_study_takes_the_whole_way(
    runs: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    short = sharma2022.Preset({0.58: 9.0, 0.70: 9.0, 0.80: 9.0}, every=0.5, dt=0.005)
    monkeypatch.setitem(sharma2022.PRESETS, "tiny", short)
    monkeypatch.setattr(sharma2022, "CHOICES", dataclasses.replace(CHOICES, bins=12))
    monkeypatch.setattr(sharma2022, "HIGHEST", 1.0)
    # The page holds every figure already; other tests write them as files.
    monkeypatch.setattr(plates.DrawnPlate, "save", lambda *_: set())
    out = papers.named("sharma2022").run("tiny", tmp_path / "out", root=tmp_path / "runs", workers=1)
    rows = report.read_comparison(out / "comparison.json")
    judged = {(r.quantity, r.state): r for r in rows}
    assert judged["softness", "T = 0.58"].within
    assert judged["p_c", "T = 0.58"].within is None
    assert judged["share softer than the peak", "T = 0.58"].measured is not None
    assert any(r.quantity == "onset temperature" for r in rows)
    assert any(r.quantity.startswith("area under the ROC curve") for r in rows)
    found = report.load_results(out / "results.zarr")
    table = found["readings"]
    assert table.sizes["reading"] == 16
    # what the study does on every frame, the table does on some
    own = table.isel(reading=0)
    assert own.calibrated_by.item() == "ensemble-cut"
    np.testing.assert_allclose(own.share, found["distributions"].share, atol=0.05)
    # the calibration moves the softness, and leaves the order of cages alone
    assert np.ptp(table.shallower.values[:4]) == 0
    np.testing.assert_allclose(found["widths"].rank_correlation.sel(width=0.09), 1.0)
    a1, b1, c1 = (float(found["lines"].value.sel(coefficient=name)) for name in ("a1", "b1", "c1"))
    assert c1 == pytest.approx(a1 * b1, rel=0.1)
    made = json.loads((out / "provenance.json").read_text())["provenance"]["runs"]
    assert {run["engine"] for run in made} == {LammpsEngine().version()}
    page = (out / "report.html").read_text()
    # an error that three short runs can't give is left out of a sentence
    words = re.sub(r"<(script|style|svg).*?</\1>", "", page, flags=re.DOTALL)
    assert not re.search(r"\bnan\b", words, re.IGNORECASE)
    assert "Every reading of the local cage" in page
    assert "How well each field ranks" in page


def test_every_state_that_a_study_runs_is_shipped() -> None:
    fitting = [
        (sc.systems.kob_andersen(density=1.2), T, 4000)
        for preset in sharma2022.PRESETS.values()
        for T in (*preset.durations, *preset.beyond)
    ]
    for (width, density), (fitted, hotter) in graham2023.LADDERS.items():
        liquid = sc.systems.kob_andersen_width(well_width=width, density=density)
        fitting += [(liquid, T, 4000) for T in (*fitted, *hotter)]
    for preset in nandi2021.PRESETS.values():
        fitting += [(one.liquid, at.temperature, 1000) for one in preset.liquids() for at in one.states]
    shipped = sc.systems.library()
    for liquid, T, n in fitting:
        assert any(configuration.fits(liquid, T, n) for configuration in shipped), (liquid.name, T, n)


class OtherVelocities(LammpsEngine):
    """An engine of its own: another seed's velocities."""

    def prepare(self, state, start, checkpoint):  # type: ignore[no-untyped-def]
        super().prepare(dataclasses.replace(state, seed=9), start, checkpoint)

    def advance(self, state, *rest):  # type: ignore[no-untyped-def]
        return super().advance(dataclasses.replace(state, seed=9), *rest)


def test_runs_of_one_state_point_by_two_engines_have_stages_of_their_own(tmp_path: Path) -> None:
    here, there, again = (
        sc.simulate(
            sc.systems.kob_andersen(density=1.2), temperature=2.0, n_particles=200, duration=0.1, every=0.05,
            start="lattice", hold=0.1, engine=engine, root=tmp_path / name, progress=False,
        )
        for name, engine in (("a", None), ("b", OtherVelocities()), ("c", "lammps"))
    )  # fmt: skip
    assert here.state == there.state
    assert here.fingerprint != there.fingerprint
    assert here.fingerprint == again.fingerprint


def test_barriers_need_three_temperatures_below_onset() -> None:
    with pytest.raises(ParameterError, match="three temperatures"):
        results.below_onset([xr.Dataset()] * 3, [0.5, 0.6, 0.9], 0.8)


def test_readings_are_known_or_refused() -> None:
    with pytest.raises(ParameterError, match="ensemble-cut"):
        choices.Choices(calibrated_by="guess")  # type: ignore[arg-type]
