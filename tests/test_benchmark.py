"""The benchmark: public files as they are, and numbers against planted ones."""

from dataclasses import replace

import numpy as np
import pytest
import xarray as xr
from typer.testing import CliRunner

import supercooled as sc
from supercooled.analysis.benchmark.benchmark import benchmark
from supercooled.analysis.benchmark.findings import findings
from supercooled.cli import app
from supercooled.datasets.configurations import Configuration, of_runs, published, read_configurations
from supercooled.errors import ParameterError, TrajectoryError
from supercooled.indicators import Averages, BondOrder, PotentialEnergy, inherent
from supercooled.testing import liquid_frame

ORDER = BondOrder(6)


def moved(frame, seed, runs=8, scale=1.0):
    """End positions of runs: mean way 0.2 + 2 times the bond order, each in its own direction."""
    random = np.random.default_rng(seed)
    size = scale * (0.2 + 2.0 * ORDER(frame))
    ways = random.normal(size=(runs, frame.n_particles, 3))
    ways *= (size / np.linalg.norm(ways, axis=2) * random.uniform(0.5, 1.5, size=ways.shape[:2]))[..., None]
    return frame.positions + ways


def original(folder, number, *, T="0.44", tc="07", box=None, seed=0, scale=1.0):
    frame = liquid_frame(seed=number)
    arrays = {"types": frame.species + 1, "initial_positions": frame.positions}
    arrays["positions"] = moved(frame, seed, scale=scale)
    if box is not None:
        arrays["box"] = box
    path = folder / f"isoconfig_N{frame.n_particles}T{T}_{number}_tc{tc}.npz"
    np.savez_compressed(path, **arrays)
    return arrays


def test_files_of_both_kinds_say_the_same(tmp_path):
    given = original(tmp_path, 3, box=np.full(3, 8.0))
    (one,) = read_configurations(tmp_path)
    ways = np.linalg.norm(given["positions"] - given["initial_positions"], axis=2)
    np.testing.assert_allclose(one.propensity, ways.mean(axis=0))
    np.testing.assert_allclose(one.halves, [ways[:4].mean(axis=0), ways[4:].mean(axis=0)])
    assert (one.name, one.state, one.said) == ("003", (0.44, 4120.0), ())
    assert one.frame.box.lengths.tolist() == [8.0, 8.0, 8.0]
    assert one.frame.names == ("A", "B")
    np.testing.assert_array_equal(one.frame.species, given["types"] - 1)
    reduced = tmp_path / "reduced"
    reduced.mkdir()
    halves = {"propensity_first_half": one.halves[0], "propensity_second_half": one.halves[1]}
    np.savez(
        reduced / "ka_T0.44_configuration003.npz",
        positions=given["initial_positions"], types=given["types"], box=np.full(3, 8.0),
        propensity=one.propensity, **halves,
    )  # fmt: skip
    (other,) = read_configurations(reduced, time=4120.0)
    # Both in one folder are one; a time that the name says is not overruled.
    (both,) = read_configurations(tmp_path, time=4120.0)
    assert both.name == "003"
    (kept,) = read_configurations(tmp_path / "isoconfig_N512T0.44_3_tc07.npz", time=1.0)
    assert kept.time == 4120.0
    np.testing.assert_array_equal(other.propensity, one.propensity)
    np.testing.assert_array_equal(other.frame.positions, one.frame.positions)
    assert (other.name, other.state) == ("003", (0.44, 4120.0))


def test_a_box_that_is_not_in_the_file_is_said(tmp_path):
    original(tmp_path, 1)
    (one,) = read_configurations(tmp_path)
    assert one.frame.box.lengths[0] == pytest.approx((512 / 1.2) ** (1 / 3))
    assert one.said == ("no box; with edge 7.52829 the density of its 512 particles would be 1.2",)


def test_files_in_the_plane(tmp_path):
    frame = liquid_frame(2)
    there = frame.positions[:, :2]
    np.savez(
        tmp_path / "N400T0.23_151_tc40_positions.npz",
        types=frame.species + 1, initial_positions=there + 20.0, initial_positions_inherent=there,
        positions=np.stack([there + np.array([20.3, 20.4])] * 4), box=np.array(20.0),
        temperature=np.array("0.23"),
    )  # fmt: skip
    (one,) = read_configurations(tmp_path)
    assert one.state == (0.23, 1500000.0)
    np.testing.assert_allclose(one.propensity, 0.5)
    assert one.frame.dimensions == one.frame.inherent.dimensions == 2


def test_what_is_no_such_file_is_refused(tmp_path):
    with pytest.raises(ParameterError, match=r"no \.npz file with a propensity"):
        read_configurations(tmp_path)
    file = tmp_path / "a.npz"
    good = {"types": np.zeros(5), "positions": np.zeros((5, 3)), "propensity": np.ones(5), "box": np.ones(3)}
    np.savez(file, **good)
    with pytest.raises(ParameterError, match="gives the temperature"):
        read_configurations(tmp_path)
    with pytest.raises(ParameterError, match="gives the time of the propensity"):
        read_configurations(tmp_path, temperature=0.5)
    for change, words in [
        ({"propensity": np.ones(4)}, "propensity must be 5 non-negative numbers"),
        ({"propensity": np.full(5, np.nan)}, "propensity contains numbers that are not finite"),
        ({"types": np.zeros(4)}, "types must be 5"),
        ({"positions": np.zeros((5, 4))}, "positions must be coordinates"),
        ({"types": np.array([{}] * 5)}, "can't be read"),
    ]:
        np.savez(file, **{**good, **change})
        with pytest.raises(TrajectoryError, match=words):
            read_configurations(tmp_path, temperature=0.5, time=1.0)
    np.savez(file, initial_positions=np.zeros((5, 3)), types=np.zeros(5))
    with pytest.raises(TrajectoryError, match="no array 'positions'"):
        read_configurations(tmp_path, temperature=0.5, time=1.0)


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    folder = tmp_path_factory.mktemp("planted")
    for number in (1, 2, 3):
        original(folder, number, box=np.full(3, 8.0), seed=number)
        original(folder, number, T="0.50", tc="05", box=np.full(3, 8.0), seed=10 + number, scale=0.5)
    return read_configurations(folder)


def test_a_planted_relation_is_found_with_its_ceiling(planted):
    sets = {"two": [Averages(ORDER, (0.0, 1.0), ("all",), cutoff=2.5), BondOrder(4)]}
    found = benchmark(planted, indicators=[ORDER, BondOrder(4)], predictors=sets)
    cold = found.table.sel(temperature=0.44, time=4120.0)
    group = [one for one in planted if one.temperature == 0.44]
    r = [
        np.corrcoef(ORDER(one.frame)[A], one.propensity[A])[0, 1]
        for one in group
        for A in [one.frame.species == 0]
    ]
    assert float(cold.pearson.sel(contender="bond_order")) == pytest.approx(np.mean(r))
    # Three configurations don't tell their own scatter.
    assert np.isnan(cold.pearson_error.sel(contender="bond_order"))
    # A line in the propensity: what learned it comes as near to the ceiling as the number itself.
    assert float(cold.pearson.sel(contender="two")) == pytest.approx(np.mean(r), abs=0.03)
    assert np.mean(r) == pytest.approx(float(cold.ceiling), abs=0.03)
    assert int(cold.configurations) == 3
    added = found.added.sel(temperature=0.44, time=4120.0).added.values
    assert added[0] > 0.3
    assert abs(added[1]) < 0.05
    transfer = found.transfer.transfer.sel(contender="two")
    assert float(transfer.sel(trained=0.44, judged=0.5)) > 0.5
    assert np.isnan(float(transfer.sel(trained=0.44, judged=0.44)))
    assert float(found.table["columns"].sel(contender="two")) == 3.0


def test_the_error_is_that_of_the_mean_over_four_configurations_or_more(tmp_path):
    for number in (1, 2, 3, 4):
        original(tmp_path, number, box=np.full(3, 8.0), seed=number)
    given = read_configurations(tmp_path)
    found = benchmark(given, indicators=[ORDER], predictors={})
    r = [
        np.corrcoef(ORDER(one.frame)[own], one.propensity[own])[0, 1]
        for one in given
        for own in [one.frame.species == 0]
    ]
    (error,) = found.table.pearson_error.values.ravel()
    assert error == pytest.approx(np.std(r, ddof=1) / 2)


def test_a_configuration_under_another_name_is_given_twice(planted):
    first = planted[0]
    with pytest.raises(ParameterError, match=f"another has the same contents as {first.name}"):
        benchmark([*planted, replace(first, name="another")], indicators=[ORDER], predictors={})


def test_the_ceiling_is_that_of_the_mean_over_all_runs():
    """Truth of unit variance, and noise of variance s in the mean of each half: r = 1 / (1 + s)."""
    random = np.random.default_rng(2)
    frame = liquid_frame(2)
    many = []
    for k in range(40):
        truth = random.normal(size=frame.n_particles)
        halves = truth + random.normal(size=(2, frame.n_particles)) * np.sqrt(0.5)
        another = replace(frame, positions=frame.box.wrap(frame.positions + 0.1 * k)[0], known={})
        many.append(Configuration(str(k), another, 0.5, 1.0, halves.mean(axis=0), halves))
    found = benchmark(many, indicators=[ORDER], predictors={})
    assert float(found.table.ceiling[0, 0]) == pytest.approx(1.0 / np.sqrt(1.25), abs=0.01)


def test_published_curves_stand_beside_ours():
    frame = sc.Frame.from_arrays(
        np.random.default_rng(1).uniform(-7.5, 7.5, (4096, 3)),
        sc.Box.cube(15.05658),
        species=np.arange(4096) % 2,
    )
    one = Configuration("1", frame, 0.44, 4120.0, np.arange(4096.0), None)
    found = benchmark([one], indicators=[BondOrder(6)], predictors={"order": BondOrder(6)})
    theirs = found.table.published_pearson.sel(temperature=0.44, time=4120.0)
    assert float(theirs.sel(published="SE3")) == pytest.approx(0.8146, abs=1e-4)
    assert "CC-BY-4.0" in found.table.attrs["published_license"]
    assert np.isnan(found.table.pearson.sel(contender="order").values).all()
    assert any("there are only 1" in sentence for sentence in found.said)
    assert published()["license"] == "CC-BY-4.0"


def test_inherent_structures_are_quenched_once_and_kept(planted, tmp_path, monkeypatch):
    mixture = sc.systems.kob_andersen(density=1.2).mixture
    energy = [inherent(PotentialEnergy(mixture), mixture)]
    some = [one for one in planted if one.temperature == 0.44][:1]
    first = benchmark(some, mixture=mixture, indicators=energy, predictors={}, cache=tmp_path)
    monkeypatch.setattr("supercooled.analysis.benchmark.scores.inherent_frame", None)
    again = benchmark(some, mixture=mixture, indicators=energy, predictors={}, cache=tmp_path)
    np.testing.assert_array_equal(first.table.pearson.values, again.table.pearson.values)
    assert any("quenched with ka-lj" in sentence for sentence in again.said)
    (kept,) = tmp_path.glob("*.npz")
    damaged = kept.read_bytes()[:-1] + b"x"
    kept.write_bytes(damaged)
    monkeypatch.undo()
    with pytest.warns(UserWarning, match=r"npz is damaged: it is kept as .*npz\.damaged-1 and made again"):
        once_more = benchmark(some, mixture=mixture, indicators=energy, predictors={}, cache=tmp_path)
    np.testing.assert_array_equal(first.table.pearson.values, once_more.table.pearson.values)
    assert kept.with_name(f"{kept.name}.damaged-1").read_bytes() == damaged


def test_isoconfigurational_runs_are_configurations():
    frame = liquid_frame(seed=1)
    other = liquid_frame(seed=2)
    random = np.random.default_rng(1)

    def run(start):
        way = random.normal(scale=0.1, size=(2, start.n_particles, 3))
        whole = start.positions + np.concatenate([np.zeros((1, start.n_particles, 3)), way])
        return sc.Trajectory.from_arrays(
            whole, start.box, species=start.species, unwrapped=True, temperature=0.5
        )

    runs = [run(frame) for _ in range(4)] + [run(other)]
    found = of_runs(runs)
    assert [one.time for one in found] == [1.0, 2.0]
    ways = [np.linalg.norm(one.displacement(0, 1), axis=1) for one in runs[:4]]
    np.testing.assert_allclose(found[0].propensity, np.mean(ways, axis=0), rtol=1e-5)
    assert found[0].halves.shape == (2, 512)


def test_the_command_writes_table_and_page(tmp_path):
    data, out = tmp_path / "data", tmp_path / "out"
    data.mkdir()
    for number in (1, 2, 3):
        original(data, number, box=np.full(3, 8.0), seed=number)
    said = CliRunner().invoke(app, ["benchmark", str(data), "--out", str(out), "--liquid", "none"])
    assert said.exit_code == 0, said.output
    page = (out / "report.html").read_text()
    assert "all indicators averaged" in page
    assert "Zenodo 10118191" in page
    rows = sc.report.read_comparison(out / "comparison.json")
    assert {row.quantity for row in rows} >= {"bond order", "all indicators averaged"}
    # The page is drawn again from what is kept.
    assert CliRunner().invoke(app, ["report", str(out)]).exit_code == 0


def test_two_of_one_name_are_refused(tmp_path):
    for seed in (1, 2):
        (tmp_path / str(seed)).mkdir()
        original(tmp_path / str(seed), 1, seed=seed)
    with pytest.raises(ParameterError, match="two different configurations are called 001"):
        read_configurations(tmp_path)


def test_sets_are_not_mixed(planted):
    flat = Configuration("1", liquid_frame(2), 0.5, 1.0, np.ones(400), None)
    with pytest.raises(ParameterError, match="400 particles in 2-D and 512 particles in 3-D"):
        benchmark([planted[0], flat], indicators=[ORDER], predictors={})


def test_a_configuration_twice_is_refused(planted):
    with pytest.raises(ParameterError, match=r"given twice at T=0\.44"):
        benchmark([planted[0], planted[0]], indicators=[ORDER], predictors={})


def test_what_was_found_is_said_in_words_with_its_numbers(planted):
    sets = {"averaged inherent energy": Averages(BondOrder(4), (0.0, 1.0), ("all",), cutoff=2.5)}
    sets["all of them"] = [Averages(one, (0.0, 1.0), ("all",), cutoff=2.5) for one in (BondOrder(4), ORDER)]
    given = [one for one in planted if one.temperature == 0.44]
    found = benchmark(given, indicators=[ORDER, BondOrder(4)], predictors=sets)
    cold = found.table.isel(temperature=0, time=0)
    told = findings(found.table, found.added)
    best = str(cold.contender.values[int(np.abs(cold.pearson.values[:2]).argmax())])
    assert best == str(ORDER)
    assert told[0].startswith(f"Of the single indicators, “{best}” predicts most of the propensity (")
    assert f"{float(cold.pearson[0]):.3f}" in told[0]
    assert "“all of them” predicts most" in told[1]
    gain = found.added.beyond_energy.isel(temperature=0, time=0).values
    assert np.isnan(gain[0])  # it is the energy here, and adds nothing to itself
    alone, both = (float(cold.pearson.sel(contender=name)) for name in sets)
    assert gain[1] == pytest.approx(both - alone)
    assert f"“{found.added.feature.values[1]}” adds most ({gain[1]:+.3f}" in told[2]


def test_what_softness_adds_is_told_from_chance_by_the_number_of_configurations():
    """0.04 with an error of 0.018: nothing of 4 configurations (t = 3.18), something of 12 (t = 2.20)."""
    energy, along = "averaged inherent energy", ("temperature", "time")
    for number, words in (
        (4, "adds nothing significant (+0.040 ± 0.018)"),
        (12, "adds (+0.040 ± 0.018)"),
    ):
        table = xr.Dataset(
            {
                "pearson": (("contender", *along), np.full((1, 1, 1), 0.7)),
                "pearson_error": (("contender", *along), np.full((1, 1, 1), 0.01)),
                "configurations": (along, [[number]]),
                "kind": ("contender", ["predictor"]),
            },
            {"contender": [energy], "temperature": [0.5], "time": [1.0]},
        )
        added = xr.Dataset(
            {
                "beyond_energy": (("feature", *along), np.full((1, 1, 1), 0.04)),
                "beyond_energy_error": (("feature", *along), np.full((1, 1, 1), 0.018)),
            },
            {"feature": ["average of depth of the cage"], "temperature": [0.5], "time": [1.0]},
        )
        assert f"softness (“average of depth of the cage”) {words}." in findings(table, added)[-1]
