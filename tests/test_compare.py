"""Indicators held against targets: known answers, honest errors, ceilings, and what is refused."""

import json
import shlex
from dataclasses import dataclass, replace

import matplotlib as mpl
import numpy as np
import pytest
import xarray as xr
from scipy import stats
from typer.testing import CliRunner

import supercooled as sc
from supercooled import Box, Frame, Indicator, Trajectory, cli
from supercooled.errors import ParameterError, StoreError, SupercooledError, TrajectoryError
from supercooled.indicators import BondOrder
from supercooled.relation.association import Association
from supercooled.targets import Displacement, Hop, Propensity
from supercooled.testing import liquid_runs

mpl.use("Agg")


def field(values, name, **attributes):
    values = np.atleast_2d(values)
    at = {"frame": np.arange(len(values)), "particle": np.arange(values.shape[1])}
    return xr.DataArray(values, at, ("frame", "particle"), name=name, attrs=attributes)


def gaussian(rho, n_runs=8, shape=(5, 1000), seed=1):
    """Pairs of fields with a known correlation, of several runs."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n_runs, *shape))
    y = rho * x + np.sqrt(1 - rho**2) * rng.normal(size=x.shape)
    return x, y


def fields(values, name):
    return [field(one, name) for one in values]


def test_a_planted_correlation_is_found():
    rho = 0.6
    x, y = gaussian(rho)
    table = sc.compare(None, [fields(x, "x")], [fields(y, "y")]).table.isel(indicator=0, target=0)
    expected = {
        "pearson": rho,
        "spearman": 6 / np.pi * np.arcsin(rho / 2),
        # Twenty quantiles a side lose some of it.
        "mutual_information": -0.5 * np.log2(1 - rho**2),
    }
    for name, value in expected.items():
        error = float(table[f"{name}_error"])
        assert 0 < error < 0.02
        assert abs(float(table[name]) - value) < 4 * error + (0.02 if name == "mutual_information" else 0)
    assert int(table.samples) == x.size


def test_a_planted_area_and_information_of_a_binary_target_are_found():
    rng = np.random.default_rng(2)
    happens = rng.random((8, 5, 1000)) < 0.2
    x = rng.normal(size=happens.shape) + 1.5 * happens
    table = sc.compare(None, [fields(x, "x")], [fields(happens.astype(float), "y")]).table
    table = table.isel(indicator=0, target=0)
    assert abs(float(table.auc) - stats.norm.cdf(1.5 / np.sqrt(2))) < 4 * float(table.auc_error)
    grid = np.linspace(-6, 8, 4001)
    p = np.stack([0.8 * stats.norm.pdf(grid), 0.2 * stats.norm.pdf(grid - 1.5)])
    both = p.sum(axis=0)
    known = (p * np.log2(p / both / np.array([[0.8], [0.2]]))).sum() * (grid[1] - grid[0])
    assert abs(float(table.mutual_information) - known) < 4 * float(table.mutual_information_error) + 0.005


def test_information_of_nothing_is_none():
    x, y = gaussian(0.0)
    table = sc.compare(None, [fields(x, "x")], [fields(y, "y")], bins=30).table
    assert abs(table.mutual_information.item()) < 3 * table.mutual_information_error.item()
    # Counted without the correction it would be about (bins - 1)^2 / (2 n ln 2).
    assert 29**2 / (2 * x.size * np.log(2)) > 5 * table.mutual_information_error.item()


def test_what_a_third_field_explains_is_gone_where_it_is_fixed():
    rng = np.random.default_rng(3)
    z, a, b = rng.normal(size=(3, 8, 5, 1000))
    x, y = z + a, z**3 / 4 + 0.5 * a + b
    table = sc.compare(
        None, [fields(z + a, "x")], [fields(z + b, "y")], at_fixed=[fields(z, "z")]
    ).table.isel(indicator=0, target=0)
    assert abs(float(table.pearson) - 0.5) < 4 * float(table.pearson_error)
    assert abs(float(table.partial_pearson)) < 4 * float(table.partial_pearson_error)
    assert abs(float(table.partial_spearman)) < 0.05
    # cov(a, 0.5 a + b) / (1 * sqrt(1.25)), where what is linear in z is held fixed, and z^3 is not all of it
    linear = y - 0.75 * z
    known = np.corrcoef(a.ravel(), (linear - np.mean(linear)).ravel())[0, 1]
    again = sc.compare(None, [fields(x, "x")], [fields(y, "y")], at_fixed=[fields(z, "z")]).table
    assert abs(again.partial_pearson.item() - known) < 0.02


def test_at_fixed_species_what_species_differ_in_is_gone():
    run = moving(n_frames=12)
    rng = np.random.default_rng(4)
    kinds = 3.0 * run.species
    x = field(kinds + rng.normal(size=(12, run.n_particles)), "x")
    y = field(kinds + rng.normal(size=(12, run.n_particles)), "y")
    table = sc.compare(run, x, y, at_fixed="species").table
    assert table.pearson.item() > 0.5
    assert abs(table.partial_pearson.item()) < 0.05
    assert abs(table.partial_spearman.item()) < 0.05
    of_b = sc.compare(run, x, y, species="B").table
    assert of_b.samples.item() == 12 * (run.species == 1).sum()
    assert abs(of_b.pearson.item()) < 0.1


def brute_area(x, happens):
    return np.mean([(a > b) + 0.5 * (a == b) for a in x[happens] for b in x[~happens]])


def test_statistics_are_those_of_obvious_formulas():
    rng = np.random.default_rng(5)
    x, y = rng.integers(0, 12, (2, 100)).astype(float)  # many ties
    table = sc.compare(None, field(x, "x"), field(y, "y"), top=0.2).table
    assert table.pearson.item() == pytest.approx(stats.pearsonr(x, y)[0])
    assert table.spearman.item() == pytest.approx(stats.spearmanr(x, y)[0])
    ranks = stats.rankdata(y)
    assert table.auc.item() == pytest.approx(brute_area(x, ranks > 80.5))
    happens = y > 8
    binary = sc.compare(None, field(x, "x"), field(happens.astype(float), "y")).table
    assert binary.auc.item() == pytest.approx(brute_area(x, happens))
    counts = np.histogram2d(x, y, bins=[np.arange(13), np.arange(13)])[0]
    whole = Association(
        x, y, np.zeros(100, int), 1, np.zeros(100, int), np.zeros((100, 0)), binary=False, top=0.1, bins=2
    )
    halves = np.add.reduceat(np.add.reduceat(counts, [0, np.sum(_below(x))], 0), [0, np.sum(_below(y))], 1)
    p = halves / 100
    known = (p * np.log2(p / p.sum(0) / p.sum(1)[:, None])).sum()
    assert whole.information()[0] == pytest.approx(known)


def _below(values):
    """Which of the twelve values lie in the lower quantile, by their middle rank."""
    return [np.median(stats.rankdata(values)[values == v]) - 0.5 < 50 for v in range(12)]


def test_errors_are_those_that_other_runs_scatter_by():
    """Particles keep their values over frames, so that samples are few and their errors large."""
    found = []
    for seed in range(50):
        x, y = gaussian(0.5, n_runs=8, shape=(1, 60), seed=seed)
        x, y = np.repeat(x, 4, axis=1), np.repeat(y, 4, axis=1)
        z = [fields(np.sin(7 * x), "z")]
        found.append(sc.compare(None, [fields(x, "x")], [fields(y, "y")], bins=4, at_fixed=z).table)
    for name in ("pearson", "spearman", "auc", "mutual_information", "partial_pearson", "partial_spearman"):
        values = [table[name].item() for table in found]
        errors = [table[f"{name}_error"].item() for table in found]
        # The spread of 50 values is known to 10 %, and the mean square of the jackknife's of 8 parts to 4 %.
        assert np.std(values) == pytest.approx(np.sqrt(np.mean(np.square(errors))), rel=0.3)


def test_blocks_of_one_run_are_left_out_in_turn_and_say_where_they_are_too_short():
    rng = np.random.default_rng(6)
    x = rng.normal(size=(400, 50))
    y = 0.5 * x + rng.normal(size=x.shape)
    table = sc.compare(None, field(x, "x"), field(y, "y")).table
    assert table.pearson_error.item() == pytest.approx(np.sqrt(1 - 0.2**2) ** 2 / np.sqrt(x.size), rel=0.8)
    assert not table.reason.item()
    slow = np.repeat(rng.normal(size=(4, 50)), 100, axis=0)
    table = sc.compare(None, field(slow, "x"), field(slow + y, "y")).table
    assert np.isfinite(table.pearson.item())
    assert np.isnan(table.pearson_error.item())
    assert "not independent" in table.reason.item()


def test_blocks_shorter_than_the_target_looks_ahead_give_no_error():
    run = moving(n_frames=60)
    x = field(np.random.default_rng(1).normal(size=(60, run.n_particles)), "x")
    table = sc.compare(run, x, [Displacement(after=2.0), Displacement(after=20.0)]).table
    assert np.isfinite(table.pearson.values).all()
    assert np.isfinite(table.pearson_error.values[0, 0])
    assert np.isnan(table.pearson_error.values[0, 1])
    assert "shorter than 5 times the 20 tau" in table.reason.values[0, 1]


def moving(n_frames=24, seed=1, dimensions=2):
    return liquid_runs(dimensions, number=1, n_frames=n_frames, seed=seed)[0]


def test_each_frame_is_looked_at_once_for_all_indicators(monkeypatch):
    run, built = moving(), []
    made = Frame.cells
    monkeypatch.setattr(Frame, "cells", lambda self, reach: built.append(self.number) or made(self, reach))
    sc.compare(run, [BondOrder(4), BondOrder(6)], [Displacement(after=4.0)], frames=slice(3, 20, 3))
    assert built == [3, 6, 9, 12, 15, 18]


def test_only_frames_that_a_target_knows_are_looked_at(monkeypatch):
    run, seen = moving(), []
    made = Trajectory.each

    def noted(self, chunk):
        for frame in made(self, chunk):
            seen.append(frame.row)
            yield frame

    monkeypatch.setattr(Trajectory, "each", noted)
    sc.compare(run, BondOrder(6), Displacement(after=20.0))
    assert set(seen) == {0, 1, 2, 3}


def test_fields_made_of_a_part_of_a_run_are_laid_by_frame_and_particle():
    run = moving()
    every = sc.compare(run, BondOrder(6), Displacement(after=4.0), species="B", frames=slice(8, 14))
    made = BondOrder(6).of(run[6:16], species="B")
    again = sc.compare(run, made, Displacement(after=4.0).of(run[8:]), species="B", frames=slice(8, 14))
    for name in ("pearson", "spearman", "auc"):
        assert again.table[name].item() == every.table[name].item()
    assert again.table.samples.item() == every.table.samples.item() > 0
    shuffled = made.isel(particle=slice(None, None, -1), frame=[4, 2, 7, 3, 6, 5])
    once_more = sc.compare(run, shuffled, Displacement(after=4.0), species="B", frames=slice(8, 14))
    assert once_more.table.pearson.item() == pytest.approx(every.table.pearson.item(), abs=1e-12)


def test_a_mobile_particle_is_known_by_what_moves_it():
    """Displacement grows with a speed that the indicator knows, and with nothing else."""

    @dataclass(frozen=True)
    class Number(Indicator):
        def __call__(self, frame):
            return np.arange(frame.n_particles) % 10.0

    rng = np.random.default_rng(7)
    walks = [
        np.cumsum(rng.normal(size=(30, 100, 3)) * (0.05 + np.arange(100) % 10)[:, None] / 50, axis=0)
        for _ in range(5)
    ]
    runs = [Trajectory.from_arrays(walk, Box.cube(12.0), unwrapped=True) for walk in walks]
    hop = Hop(within=3.0, window=4.0, threshold=0.02)
    found = sc.compare(runs, [Number(), BondOrder(2, cutoff=5.0)], [Displacement(after=5.0), hop])
    table = found.table
    assert (table.spearman.sel(indicator="number") > 0.5).all()
    assert (table.auc.sel(indicator="number") > 0.75).all()
    assert (abs(table.pearson.isel(indicator=1)) < 0.1).all()
    assert np.isfinite(table.pearson_error.values).all()
    assert table.time_ahead.values.tolist() == [5.0, 3.0]
    assert table.attrs["blocks"] == 1


def test_the_ceiling_of_a_propensity_is_set_by_its_runs():
    rng = np.random.default_rng(8)
    groups, truths = [], []
    for seed in range(5):
        start = moving(n_frames=1, seed=seed + 1)
        truth = rng.uniform(0.1, 0.3, start.n_particles)
        group = []
        for _ in range(6):
            way = np.zeros((2, start.n_particles, 3))
            length = np.abs(truth + 0.1 * rng.normal(size=len(truth)))
            angle = rng.uniform(0, 2 * np.pi, len(truth))
            way[1, :, 0], way[1, :, 1] = length * np.cos(angle), length * np.sin(angle)
            group.append(Trajectory.from_arrays(start.unwrapped() + way, start.box, unwrapped=True))
        groups.append(group)
        truths.append(field(truth, "truth"))
    found = sc.compare(groups, [truths], Propensity(after=1.0)).table
    spread, noise = 0.2**2 / 12, 0.1**2 / 6
    known = np.sqrt(spread / (spread + noise))
    assert found.ceiling.item() == pytest.approx(known, abs=0.03)
    assert 0 < found.ceiling_error.item() < 0.03
    # What knows all of the truth reaches it, and no more.
    assert found.pearson.item() == pytest.approx(found.ceiling.item(), abs=4 * found.ceiling_error.item())
    assert found.ceiling_spearman.item() == pytest.approx(found.spearman.item(), abs=0.05)
    assert not found.no_ceiling.item()


def test_without_runs_that_start_alike_there_is_no_ceiling():
    found = sc.compare(moving(), BondOrder(6), Displacement(after=4.0))
    assert np.isnan(found.table.ceiling.item())
    assert "noise can't be estimated from one run" in found.table.no_ceiling.item()
    assert "ceiling of displacement(after=4)" in found.reasons()


def test_table_figure_and_files(tmp_path):
    x, y = gaussian(0.5, n_runs=4, shape=(2, 50))
    late = [field(one, "y", target="moved(after=9)", after=9.0) for one in -y]
    early = [field(one, "y", target="moved(after=1)", after=1.0) for one in y]
    found = sc.compare(None, [fields(x, "x"), fields(x**2, "<b>")], [early, late])
    lines = found.to_pandas()
    assert len(lines) == 4
    assert lines.time_ahead.tolist() == [1.0, 9.0, 1.0, 9.0]
    assert lines.pearson[0] == found.table.pearson.values[0, 0] == -lines.pearson[1]
    assert "&lt;b&gt;" in found._repr_html_()
    assert "moved(after=9)" in repr(found)
    axes = found.plot()
    drawn = axes.get_lines()[0].get_ydata()
    np.testing.assert_allclose(drawn, found.table.spearman[0])
    alone = sc.compare(None, [fields(x, "x")], [early]).plot("auc")
    assert alone.get_xlabel() == "area under the ROC curve"
    out = found.save(tmp_path / "out", provenance={"commands": ["this"]})
    assert {f.name for f in out.iterdir()} >= {
        "comparison.csv", "comparison.svg", "results.zarr", "provenance.json"
    }  # fmt: skip
    again = sc.report.load_results(out)["comparison"]
    xr.testing.assert_identical(again.pearson.drop_attrs(), found.table.pearson.drop_attrs())
    before = (out / "comparison.svg").read_bytes()
    found.save(out)
    assert (out / "comparison.svg").read_bytes() == before
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "comparison.csv").write_text("precious")
    with pytest.raises(StoreError):
        found.save(tmp_path / "mine")
    assert (tmp_path / "mine" / "comparison.csv").read_text() == "precious"


def test_where_there_is_nothing_to_say_the_reason_stands():
    same = sc.compare(None, field(np.ones(9), "x"), field(np.arange(9.0), "y")).table
    assert np.isnan(same.pearson.item())
    assert same.reason.item() == "the indicator is the same for all particles, 1"
    few = sc.compare(None, field([1.0, np.nan, 2.0], "x"), field([np.nan, 1.0, 3.0], "y")).table
    assert few.reason.item() == "1 particles have a value of both"
    one = sc.compare(None, field(np.arange(9.0), "x"), field(np.arange(9.0) ** 2, "y")).table
    assert one.spearman.item() == pytest.approx(1.0)
    assert np.isnan(one.spearman_error.item())
    assert "1 parts are too few for an estimate of their scatter" in one.reason.item()


def test_bad_wishes_get_a_sentence():
    run, x = moving(), field(np.arange(9.0), "x")
    y = x.rename("y")
    for call, words in (
        (lambda: sc.compare(run, [], Displacement(after=1.0)), "one or more different indicators"),
        (lambda: sc.compare(run, [BondOrder(6), BondOrder(6)], Displacement(after=1.0)), "different indic"),
        (lambda: sc.compare(run, BondOrder(6), Propensity(after=1.0)), r"\[\[run, run, run\]\]"),
        (
            lambda: sc.compare([run, run], BondOrder(6), Displacement(after=1.0)),
            "given twice|has the same contents",
        ),
        (lambda: sc.compare(None, BondOrder(6), y), "give the runs too"),
        (lambda: sc.compare(None, x, Displacement(after=1.0)), "give the runs too"),
        (lambda: sc.compare(None, x, y, species="A"), "known for trajectories only"),
        (lambda: sc.compare(None, x, y, at_fixed="size"), "at_fixed takes"),
        (lambda: sc.compare(None, x.rename(particle="atom"), y), "dimensions frame and particle"),
        (lambda: sc.compare(None, [[x, x.copy()]], y), "2 runs|for each"),
        (lambda: sc.compare("run.gsd", x, y), "runs must be a trajectory"),
        (lambda: sc.compare(run, "BondOrder", y), "an object of its kind"),
        (
            lambda: sc.compare(run, BondOrder(6).of(moving(seed=2)), Displacement(after=1.0)),
            "different traject",
        ),
        (lambda: sc.compare(None, x, y).plot("partial_pearson"), "give at_fixed"),
        (
            lambda: sc.compare(run, x, Displacement(after=1.0), frames=slice(None, None, -1)),
            "frames must increase",
        ),
    ):
        with pytest.raises(ParameterError, match=words):
            call()


def written_to(path, run):
    sc.write_gsd(path, run)
    return path


def commanded(*words):
    return CliRunner().invoke(cli.app, [str(word) for word in words])


def test_the_command_gives_what_the_function_does_and_the_printed_command_gives_it_again(
    tmp_path, monkeypatch
):
    runs = [moving(seed=seed, dimensions=3) for seed in (1, 2)]
    runs[1] = replace(runs[1], species=runs[0].species)
    files = [written_to(tmp_path / f"{k}.gsd", run) for k, run in enumerate(runs)]
    monkeypatch.chdir(tmp_path)
    words = ["-i", "BondOrder:degree=4,averaged=False", "-i", "bond_order", "-t", "Displacement:after=4"]
    words += ["-t", "Hop:within=3,window=4,threshold=0.1", "--at-fixed", "species", "--every", "5"]
    done = commanded("compare", *files, *words, "--out", "out", "--workers", "1")
    assert done.exit_code == 0, done.output
    assert "bond_order(" in done.output
    here = sc.compare(
        [sc.read(file) for file in files],
        [BondOrder(4, averaged=False), BondOrder()],
        [Displacement(after=4.0), Hop(within=3.0, window=4.0, threshold=0.1)],
        at_fixed="species",
        frames=slice(None, None, 5),
    )
    written = (tmp_path / "out" / "comparison.csv").read_text()
    assert written == here.to_pandas().to_csv(index=False)
    (again,) = json.loads((tmp_path / "out" / "provenance.json").read_text())["commands"]
    (tmp_path / "second").mkdir()
    monkeypatch.chdir(tmp_path / "second")
    assert commanded(*shlex.split(again)[1:]).exit_code == 0
    assert (tmp_path / "second" / "out" / "comparison.csv").read_text() == written


def test_files_that_start_alike_are_one_configuration_for_a_propensity(tmp_path):
    first, second = liquid_runs(3, n_frames=3, seed=1), liquid_runs(3, n_frames=3, seed=2)
    second = [replace(run, species=first[0].species) for run in second]
    mixed = [run for pair in zip(first, second, strict=True) for run in pair]
    files = [written_to(tmp_path / f"{k}.gsd", run) for k, run in enumerate(mixed)]
    out = tmp_path / "out"
    done = commanded("compare", *files, "-i", "BondOrder", "-t", "Propensity:after=2", "--out", out)
    assert done.exit_code == 0, done.output
    table = sc.report.load_results(out)["comparison"]
    assert table.attrs["runs"] == 2
    assert table.samples.item() == 2 * first[0].n_particles
    assert np.isfinite(table.ceiling.item())


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (["-i", "Nonsense", "-t", "Displacement:after=4"], "there is no indicator 'Nonsense'; known are"),
        (["-i", "BondOrder", "-t", "Displacement"], "lacks after: give them as Displacement:after="),
        (
            ["-i", "BondOrder:degre=4", "-t", "Displacement:after=4"],
            "should be parameter=value; BondOrder takes degree",
        ),
        (["-i", "BondOrder:degree=x", "-t", "Displacement:after=4"], "degree"),
        (["-i", "BondOrder.mine", "-t", "Displacement:after=4"], "no recipe 'mine'"),
        (["-i", "none.json", "-t", "Displacement:after=4"], "none.json"),
        (["-i", "BondOrder", "-t", "Displacement:after=4", "--at-fixed", "size"], "no indicator 'size'"),
    ],
)
def test_a_wrong_wish_on_the_command_line_gets_a_sentence_and_writes_nothing(given, words, tmp_path):
    file = written_to(tmp_path / "run.gsd", moving())
    done = commanded("compare", file, *given, "--out", tmp_path / "out")
    assert isinstance(done.exception, SupercooledError)
    assert words in str(done.exception)
    assert not (tmp_path / "out").exists()


def ensemble(seeds, start=0):
    begin = np.random.default_rng(90 + start).uniform(-3, 3, (40, 3))
    return [
        Trajectory.from_arrays(
            begin + np.insert(np.cumsum(np.random.default_rng(k).normal(size=(9, 40, 3)), 0), 0, 0.0, axis=0),
            Box.cube(6.0), unwrapped=True,
        )
        for k in seeds
    ]  # fmt: skip


def test_a_configuration_given_as_two_is_refused():
    ways = (BondOrder(6, cutoff=1.6), Propensity(after=2.0))
    sc.compare([ensemble((1, 2)), ensemble((3, 4), start=1)], *ways)
    with pytest.raises(
        ParameterError, match="start from the same configuration: give all of its runs in one list"
    ):
        sc.compare([ensemble((1, 2)), ensemble((3, 4))], *ways)


def test_runs_whose_frames_lie_further_apart_are_not_pooled():
    fine, coarse = ensemble((1, 2))
    coarse = replace(coarse, moments=2.0 * coarse.times)
    with pytest.raises(TrajectoryError, match="closest frames are 2 and 1 apart"):
        sc.compare([fine, coarse], BondOrder(6, cutoff=1.6), Displacement(after=2.0))


def test_an_infinite_value_is_not_taken_for_one_that_is_not_known():
    rng = np.random.default_rng(1)
    x = rng.normal(size=(40, 30))
    y = x + rng.normal(size=x.shape)
    x[3, 4] = np.nan
    assert np.isfinite(sc.compare(None, field(x, "x"), field(y, "y")).table.pearson.item())
    x[5, 6] = np.inf
    for reference in (None, field(y, "z")):
        fields = [field(x, "x")] if reference is None else [reference, field(x, "x")]
        with pytest.raises(ParameterError, match="x is infinite for 1 particles at times"):
            sc.compare(None, fields, field(y, "y"))
