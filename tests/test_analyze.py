"""The public analysis: what the command does, as a function that returns an object."""

import json
from dataclasses import FrozenInstanceError, replace

import numpy as np
import pytest
import short_study
import xarray as xr
from short_study import CHOICES, TEMPERATURES
from typer.testing import CliRunner

import supercooled as sc
from supercooled import cli
from supercooled.analysis.inputs import Given
from supercooled.errors import ParameterError, SupercooledError
from supercooled.indicators import BondOrder, LocalDensity
from supercooled.report import writing
from supercooled.report.figures import GENERAL
from supercooled.report.plates import draw
from supercooled.targets import Displacement


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    return short_study.write_runs(tmp_path_factory.mktemp("runs"))


@pytest.fixture(autouse=True)
def no_page(monkeypatch):
    monkeypatch.setattr(
        writing, "rebuild", lambda out, **_: sc.report.files.write_text(out / "report.html", "")
    )


@pytest.fixture(scope="module")
def analysis(files):
    return sc.analyze(files, liquid="ka-lj", given=Given(TEMPERATURES), thresholds=[0.1] * 3, choices=CHOICES)


@pytest.fixture(scope="module")
def without(files):
    return sc.analyze([read(file, T) for file, T in zip(files, TEMPERATURES, strict=True)], choices=CHOICES)


def read(file, T):
    return sc.read(file, temperature=T)


def test_its_report_is_that_of_the_command(analysis, files, tmp_path):
    analysis.report(tmp_path / "one")
    short_study.analyse(files, tmp_path / "two")
    one, two = (tmp_path / name for name in ("one", "two"))
    assert (one / "comparison.json").read_bytes() == (two / "comparison.json").read_bytes()
    here, there = (sc.report.load_results(folder) for folder in (one, two))
    assert here.keys() == there.keys() == analysis.results.keys()
    for name in here:
        xr.testing.assert_identical(here[name], there[name])
    for file in two.glob("fields_*.gsd"):
        assert (one / file.name).read_bytes() == file.read_bytes()


def test_what_it_holds_is_what_was_measured(analysis, files):
    assert analysis.temperatures == list(TEMPERATURES)
    cold = read(files[0], TEMPERATURES[0])
    (hops,) = analysis.hops[0.5]
    expected = sc.dynamics.hops(cold, window=CHOICES.window, species="A")
    np.testing.assert_allclose(hops, expected, rtol=1e-12)
    (depth,) = analysis.depth[0.5]
    assert depth.dims == ("frame", "particle")
    line = analysis.calibration
    if line is None:
        assert analysis.softness == {}
    else:
        xr.testing.assert_identical(analysis.softness[0.5][0], line.softness(depth))
    some = analysis.table.to_dataframe().set_index(["quantity", "state"]).measured
    softness = analysis.results["cage"].softness.values
    assert some["average softness", "T = 0.5"] == pytest.approx(softness[0], rel=1e-9)
    assert np.isnan(analysis.onset) or analysis.onset > 0
    assert "average softness, T = 0.5" in repr(analysis)
    assert "<td>T = 0.5</td>" in analysis._repr_html_()
    with pytest.raises(FrozenInstanceError):
        analysis.liquid = "other"


def test_without_a_liquid_it_gives_what_needs_no_potential(analysis, without, tmp_path):
    assert without.depth == without.softness == {}
    assert without.relations is None
    for T in TEMPERATURES:
        xr.testing.assert_equal(without.radial[T], analysis.radial[T])
        xr.testing.assert_equal(without.factor[T], analysis.factor[T])
        xr.testing.assert_equal(without.motion[T], analysis.motion[T])
        xr.testing.assert_equal(without.hops[T][0], analysis.hops[T][0])
    rows = {(row.quantity, row.state): row for row in without.rows}
    g = without.radial[0.7]
    entropy = sc.structure.pair_entropy(g, r_max=g.attrs["r_max"], switching=None).total.item()
    assert rows["pair entropy", "T = 0.7"].measured == pytest.approx(entropy, rel=1e-9)
    order = sc.indicators.BondOrder(6).of(without.states[0.7][0], species="A", frames=slice(None, None, 4))
    assert rows["bond order q6", "T = 0.7"].measured == pytest.approx(order.values.mean(), rel=1e-9)
    softness = analysis.results["cage"].softness.values
    assert rows["average softness", "T = 0.7"].measured == pytest.approx(softness[2], rel=1e-9)
    out = tmp_path / "out"
    without.report(out)
    assert set(sc.report.load_results(out)) == {"structure", "cage", "dynamics", "hops"}
    assert "No liquid is given" in (out / "provenance.json").read_text()


def test_the_command_needs_no_liquid(files, tmp_path):
    words = ["analyze", str(files[0]), "-T", "0.5", "--window", "6", "--out", str(tmp_path / "out")]
    done = CliRunner().invoke(cli.app, [*words, "--workers", "1"], catch_exceptions=False)
    assert done.exit_code == 0
    assert "bond order q6" in (tmp_path / "out" / "comparison.json").read_text()


def test_bad_wishes_get_a_sentence(files):
    run = read(files[0], 0.5)
    for call, words in (
        (lambda: sc.analyze([]), "no run to analyse"),
        (lambda: sc.analyze([run, files[1]]), "trajectories, or files"),
        (lambda: sc.analyze(files[0], choices=CHOICES), "give its temperature"),
        (lambda: sc.analyze(run, choices=CHOICES, thresholds=[0.1, 0.2]), "1 files need 1 times"),
        (lambda: sc.analyze(run, choices=CHOICES, thresholds=[-1.0]), "threshold must be positive"),
        (lambda: sc.analyze(run, choices=replace(CHOICES, species="C")), "no species 'C'"),
        (lambda: sc.analyze([run, run], choices=CHOICES), "given twice"),
        (lambda: sc.analyze(run, liquid="nonsense", choices=CHOICES), "nonsense"),
    ):
        with pytest.raises(SupercooledError, match=words):
            call()
    with pytest.raises(ParameterError):
        sc.analyze(run, liquid=3)


COMPARED = (BondOrder(6), LocalDensity(radius=1.6), Displacement(after=2.0), Displacement(after=1.0))
ON_THE_LINE = ("BondOrder", "LocalDensity:radius=1.6", "Displacement:after=2.0", "Displacement:after=1")


def test_a_comparison_is_a_section_of_the_report(files, tmp_path):
    runs = [read(file, T) for file, T in zip(files[:2], TEMPERATURES, strict=False)]
    found = sc.analyze(runs, choices=CHOICES, compare=COMPARED)
    for T, run in zip(TEMPERATURES, runs, strict=False):
        alone = sc.compare(run, COMPARED[:2], COMPARED[2:], species="A").table
        xr.testing.assert_allclose(found.comparison[T].table, alone, rtol=1e-12)
    found.report(tmp_path / "one")
    words = [word for text in ON_THE_LINE for word in ("--compare", text)]
    given = [str(files[0]), str(files[1]), "-T", "0.5", "-T", "0.6", "--window", "6", "--workers", "1"]
    given += ["--out", str(tmp_path / "two")]
    done = CliRunner().invoke(cli.app, ["analyze", *given, *words])
    assert done.exit_code == 0, done.output
    here, there = (sc.report.load_results(tmp_path / name)["comparison"] for name in ("one", "two"))
    xr.testing.assert_allclose(here, there, rtol=1e-12)
    page = json.loads((tmp_path / "one" / "provenance.json").read_text())["page"]
    assert page["sections"][-1]["heading"] == "Indicators against targets"
    assert "Errors are left out where they can't be estimated: " in page["sections"][-1]["text"]
    (plate,) = [one for one in GENERAL.plates if one.name == "comparison"]
    drawn = draw(plate, {"comparison": here})
    assert drawn is not None
    largest = np.abs(here.spearman.isel(temperature=0)).max().item()
    assert f"{largest:.3f}" in drawn.panels[0].caption.description.replace("−", "")
    table = GENERAL.tables["comparison"](here)
    assert table.columns == ("indicator", "target", "T", "rank correlation", "ROC area", "bits")
    assert len(table.lines) == 2 * 2 * 2
    assert table.lines[0][:3] == ("bond_order", "displacement(after=2)", "0.50")
    assert table.lines[0][3].replace("−", "-").startswith(f"{here.spearman.values[0, 0, 0]:.3f}")


@pytest.mark.parametrize(
    ("compared", "said"),
    [
        ((BondOrder(6),), "there is no target to compare"),
        ((Displacement(after=2.0),), "there is no indicator to compare"),
        ((BondOrder(6), "displacement"), "takes indicators and targets"),
    ],
)
def test_a_comparison_needs_both_kinds(files, compared, said):
    with pytest.raises(ParameterError, match=said):
        sc.analyze(read(files[0], 0.5), choices=CHOICES, compare=compared)
