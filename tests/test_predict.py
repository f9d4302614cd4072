"""One line from a file to what a model says of each particle."""

import dataclasses
import json
import warnings
from pathlib import Path

import gsd.hoomd
import numpy as np
import pytest
from test_indicators import taught, trajectory
from typer.testing import CliRunner

import supercooled as sc
from supercooled import cli
from supercooled.errors import ParameterError, StoreError
from supercooled.predictors import predictor

RUNNER = CliRunner()


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "one.gsd"
    sc.write_gsd(path, trajectory(2))
    return path


def test_a_softness_model_of_a_file_is_applied_to_a_file(tmp_path, file):
    model, _ = taught(trajectory(2))
    path = model.save(tmp_path / "model.json")
    found = sc.predict(file, model=path, species="A")
    run = sc.read(file)
    np.testing.assert_array_equal(found, sc.indicators.LearnedSoftness(model).of(run, species="A"))
    np.testing.assert_array_equal(found[1], sc.predict(run[1], model=model, species="A"))
    assert found.attrs["units"] == "1"


def test_what_a_predictor_says_is_written_for_other_programs(tmp_path, file, monkeypatch):
    run = sc.read(file)
    target = [sc.indicators.BondOrder(6)(frame) for frame in run]
    made = sc.predictors.fit_predictor(
        [sc.indicators.Coordination(1.4), sc.indicators.BondOrder(6)], list(run), target, target="order",
        species=("A", "B"), groups=[0, 1],
    )  # fmt: skip
    path = made.save(tmp_path / "order.json")
    out = tmp_path / "told.gsd"
    asked = []
    real = predictor.values_of
    monkeypatch.setattr(predictor, "values_of", lambda frame, wanted: asked.append(1) or real(frame, wanted))
    said = RUNNER.invoke(cli.app, ["predict", str(file), "--model", str(path), "--out", str(out)])
    assert said.exit_code == 0, said.output
    # Once a frame, for the values and for how foreign it is: a quench may be among the features.
    assert len(asked) == 2
    assert "predicted order" in said.output
    assert "of the particles lie outside the range of the training data" in said.output
    with gsd.hoomd.open(out) as written:
        stored = written[1].log["particles/predicted_order"]
    np.testing.assert_allclose(stored, made.of(run)[1], rtol=1e-6)
    assert float(np.corrcoef(stored, target[1])[0, 1]) > 0.999


def test_what_comes_with_the_package_is_listed_with_how_good_it_is():
    said = RUNNER.invoke(cli.app, ["models"], env={"COLUMNS": "200"})
    assert said.exit_code == 0, said.output
    table = sc.models()
    assert list(table.index) == list(sc.predictors.shipped_models())
    for name, line in table.iterrows():
        one = sc.predictors.shipped(name)
        measure = next(name for name in ("pearson", "accuracy", "auc") if name in one.scores["A"])
        assert f"{name}: {one.target}" in said.output
        assert f"A {measure} {one.scores['A'][measure]['mean']:.2f}" in said.output
        assert line[measure] == pytest.approx(one.scores["A"][measure]["mean"])
        assert (line.density, line.temperature) == (one.provenance["density"], one.provenance["temperature"])
        assert line.domain in said.output
        assert line.validated in said.output


@pytest.mark.parametrize("name", sc.predictors.shipped_models())
def test_a_shipped_model_is_small_and_at_home_where_it_learned(name):
    one = sc.predictors.shipped(name)
    path = Path(sc.predictors.__file__).with_name("fitted") / f"{name}.json"
    assert path.stat().st_size < 25_000
    made = one.provenance
    assert {"density", "temperature", "domain", "version"} <= set(made)
    liquid = sc.systems.named(made["liquid"], density=made["density"])
    known = [
        c for c in sc.systems.library()
        if c.fits(liquid, made["temperature"], c.n_particles) and c.n_particles == made["particles"]
    ]  # fmt: skip
    if not known:
        # Of a public set that the package does not ship.
        assert name == "ka-propensity-T0.44"
        return
    frame = sc.read(known[0].path, temperature=made["temperature"])[0]
    assert one.foreign(frame) < 0.05
    distance = one.distance(frame)[frame.species == 0]
    assert 0.5 < np.median(distance) < 1.5


def test_one_snapshot_of_the_kob_andersen_liquid_gets_its_softness():
    """Colder cages are deeper, and cold inherent structures harder: in one line each."""
    liquid = sc.systems.kob_andersen(density=1.2)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        cold, hot = (
            sc.softness(sc.systems.equilibrated(liquid, T, 4000), model="ka-lj-1.2").mean()
            for T in (0.51, 0.7)
        )
    assert cold < hot - 0.1
    by_cage = {
        T: sc.softness(
            sc.read(sc.systems.equilibrated(liquid, T, 4000), temperature=T), model="ka-lj-1.2-cage"
        )
        for T in (0.51, 0.7)
    }
    line = sc.predictors.shipped("ka-lj-1.2-cage").features[0]
    for T, found in by_cage.items():
        assert found.attrs["units"] == "sigma_AA^5"
        own = line.of(sc.read(sc.systems.equilibrated(liquid, T, 4000), temperature=T)[0], species="A")
        np.testing.assert_allclose(found[0], own, rtol=1e-12)
    assert by_cage[0.51].mean() < by_cage[0.7].mean()


def ordered(density=1.2):
    """A predictor of frames of a density, and one of the frames."""
    frames = [liquid_at(density, seed) for seed in (1, 2)]
    order = sc.indicators.BondOrder(6)
    return sc.predictors.fit_predictor(order, frames, [order(f) for f in frames], target="softness"), frames[
        0
    ]


def liquid_at(density, seed=1, dimensions=3):
    frame = sc.testing.liquid_frame(dimensions, seed=seed)
    scale = (frame.n_particles / frame.box.volume / density) ** (1 / dimensions)
    box = sc.Box(*(scale * frame.box.lengths[:dimensions]), dimensions=dimensions)
    there = scale * frame.positions[:, :dimensions]
    return sc.Frame.from_arrays(there, box, species=frame.species, names=frame.names)


def test_another_density_is_warned_of_and_one_far_off_refused():
    made, frame = ordered()
    assert made.densities == pytest.approx((1.2, 1.2))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        made(frame)
        made(liquid_at(1.21))
    with pytest.warns(UserWarning, match=r"a density of 1\.25 is 4 % away from the 1\.2 that"):
        made(liquid_at(1.25))
    with pytest.raises(ParameterError, match=r"a density of 0\.05 is far from the 1\.2 that .* --units says"):
        made(liquid_at(0.05))
    with pytest.raises(ParameterError, match=r"a density of 1\.45 is far"):
        made.foreign(liquid_at(1.45))


def test_a_predictor_keeps_its_densities_in_its_file(tmp_path):
    frames = [liquid_at(density, seed=k) for k, density in enumerate((1.1, 1.3))]
    order = sc.indicators.BondOrder(6)
    made = sc.predictors.fit_predictor(order, frames, [order(f) for f in frames], target="order")
    again = sc.predictors.load_predictor(made.save(tmp_path / "made.json"))
    assert again.densities == pytest.approx((1.1, 1.3))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        again.distance(liquid_at(1.2))


def test_another_number_of_dimensions_and_other_species_are_refused():
    made, frame = ordered()
    with pytest.raises(ParameterError, match=r"has 2 dimensions, and .* has learned in 3"):
        made(liquid_at(1.2, dimensions=2))
    other = dataclasses.replace(frame, names=("Ni", "P"))
    with pytest.raises(ParameterError, match=r"trained on frames with the species .*--names 1=A,2=B"):
        made(other)


def test_softness_is_of_the_species_that_the_model_knows(tmp_path, file):
    made, frame = ordered()
    found = sc.softness(frame, model=made)
    own = np.flatnonzero(frame.species == 0)
    np.testing.assert_array_equal(found.particle, own)
    np.testing.assert_array_equal(found, made(frame)[own])
    model, _ = taught(trajectory(2))
    run = sc.read(file)
    path = model.save(tmp_path / "model.json")
    np.testing.assert_array_equal(
        sc.softness(file, model=path), sc.indicators.LearnedSoftness(model).of(run, species="A")
    )


def test_what_predicts_something_else_is_no_softness(file):
    with pytest.raises(ParameterError, match="is no softness, but predicted propensity"):
        sc.softness(file, model="ka-propensity-T0.44")
    with pytest.raises(ParameterError, match="is no softness"):
        sc.softness(file, model=sc.indicators.BondOrder(6))


def test_what_is_no_model_is_refused_in_a_sentence(tmp_path, file):
    with pytest.raises(
        ParameterError, match=r"no file 'softer', and the package has no model of this name; .* ka-propensity"
    ):
        sc.predict(file, model="softer")
    damaged = tmp_path / "damaged.json"
    damaged.write_text(json.dumps({"format": "something else"}))
    with pytest.raises(StoreError, match=r"damaged\.json"):
        sc.predict(file, model=damaged)
    with pytest.raises(sc.SupercooledError, match="species"):
        sc.predict(sc.testing.liquid_frame(2), model=taught(trajectory(1))[0])
