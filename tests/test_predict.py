"""One line from a file to what a model says of each particle."""

import json

import gsd.hoomd
import numpy as np
import pytest
from test_indicators import taught, trajectory
from typer.testing import CliRunner

import supercooled as sc
from supercooled import cli
from supercooled.errors import ParameterError, StoreError

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


def test_what_a_predictor_says_is_written_for_other_programs(tmp_path, file):
    run = sc.read(file)
    target = [sc.indicators.BondOrder(6)(frame) for frame in run]
    made = sc.predictors.fit_predictor(
        [sc.indicators.Coordination(1.4), sc.indicators.BondOrder(6)], list(run), target, target="order",
        species=("A", "B"), groups=[0, 1],
    )  # fmt: skip
    path = made.save(tmp_path / "order.json")
    out = tmp_path / "told.gsd"
    said = RUNNER.invoke(cli.app, ["predict", str(file), "--model", str(path), "--out", str(out)])
    assert said.exit_code == 0, said.output
    assert "predicted order" in said.output
    assert "of the particles lie outside what the model has learned from" in said.output
    with gsd.hoomd.open(out) as written:
        stored = written[1].log["particles/predicted_order"]
    np.testing.assert_allclose(stored, made.of(run)[1], rtol=1e-6)
    assert float(np.corrcoef(stored, target[1])[0, 1]) > 0.999


def test_what_comes_with_the_package_is_listed_with_how_good_it_is():
    said = RUNNER.invoke(cli.app, ["models"], env={"COLUMNS": "200"})
    assert said.exit_code == 0, said.output
    for name in sc.predictors.shipped_models():
        one = sc.predictors.shipped(name)
        assert name in said.output
        assert f"{one.scores['A']['pearson']['mean']:.2f}" in said.output


def test_what_is_no_model_is_refused_in_a_sentence(tmp_path, file):
    with pytest.raises(ParameterError, match=r"no file 'softer', and no model of this name .* ka-propensity"):
        sc.predict(file, model="softer")
    damaged = tmp_path / "damaged.json"
    damaged.write_text(json.dumps({"format": "something else"}))
    with pytest.raises(StoreError, match=r"damaged\.json"):
        sc.predict(file, model=damaged)
    with pytest.raises(sc.SupercooledError, match="species"):
        sc.predict(sc.testing.liquid_frame(2), model=taught(trajectory(1))[0])
