"""Learned softness: what it must find in made-up examples, and what it must refuse."""

from __future__ import annotations

import json
import warnings
from dataclasses import replace

import hypothesis.strategies as st
import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from sklearn.base import clone
from sklearn.svm import SVC

import supercooled as sc
from supercooled import dynamics, learning, structure
from supercooled.errors import ParameterError
from supercooled.testing import liquid_runs

NAMES = ("AA mu=1 sigma=0.1", "AB mu=0.9 sigma=0.1", "noise")


def examples(n=400, *, gap=1.5, seed=0, runs=4, **attributes):
    """Two clouds a distance apart along a known direction, with a third feature that says nothing."""
    random = np.random.default_rng(seed)
    soft = np.arange(n) % 2 == 0
    X = random.normal(size=(n, 3))
    X[:, :2] += np.where(soft, gap, -gap)[:, None] * np.array([-0.8, -0.6])
    return xr.DataArray(
        X * [5.0, 0.1, 1.0] + [12.0, 3.0, 0.0],
        dims=("example", "feature"),
        coords={
            "feature": list(NAMES),
            "soft": ("example", soft),
            "run": ("example", np.arange(n) * runs // n),
            "time": ("example", np.arange(n) % 50 * 1.0),
        },
        attrs={
            "definition": json.dumps({"centre": "A", "species": ["A", "B"]}, sort_keys=True),
            **attributes,
        },
    )


def fitted(table, **changes):
    groups = learning.groups_of(table, blocks=1)
    of_training = {"unit", "method", "C", "folds", "constant", "seed"}
    chosen = {"method": "linear-svm", "C": 1.0, "folds": 4, **changes}
    more = {name: chosen.pop(name) for name in set(chosen) - of_training}
    return learning.fit_softness(table, groups=groups, training=learning.Training(**chosen), **more)


@pytest.mark.parametrize("method", learning.METHODS)
def test_every_method_finds_the_direction_that_tells_the_clouds_apart(method):
    # A network takes long, and learns little more from more.
    network = method == "neural-network"
    model, found = fitted(examples(80 if network else 400), method=method)
    # 1.5 standard deviations on either side: 93 % of a Gaussian
    assert found.accuracy == pytest.approx(0.933, abs=0.1 if network else 0.03)
    assert found.soft_share == pytest.approx(found.hard_share, abs=0.2 if network else 0.06)
    if method != "neural-network":
        normal = learning.projections(model)
        assert normal.sel(feature=NAMES[0]) < -0.6
        assert normal.sel(feature=NAMES[1]) < -0.3
        assert abs(float(normal.sel(feature="noise"))) < 0.15
        assert float((normal**2).sum()) == pytest.approx(1.0)


def test_the_svm_is_libsvms_on_standardised_features():
    table = examples(120)
    model, _ = fitted(table, method="svm", C=0.3)
    X = table.values
    z = (X - X.mean(axis=0)) / X.std(axis=0)
    peer = SVC(kernel="linear", C=0.3).fit(z, table.soft.values)
    np.testing.assert_allclose(model.softness(table).values, peer.decision_function(z), rtol=1e-6, atol=1e-9)


@given(
    scale=st.lists(st.floats(0.01, 100.0), min_size=3, max_size=3),
    shift=st.lists(st.floats(-50.0, 50.0), min_size=3, max_size=3),
)
@settings(max_examples=8, deadline=None)
def test_units_and_origins_of_features_do_not_matter(scale, shift):
    table = examples(80)
    other = table * scale + shift
    a, b = (fitted(t)[0].softness(t).values for t in (table, other.assign_attrs(table.attrs)))
    np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)


def test_softness_is_the_signed_distance_from_the_plane():
    table = examples(100)
    margin, _ = fitted(table)
    distance, _ = fitted(table, unit="distance")
    assert float(np.linalg.norm(distance.weights)) == pytest.approx(1.0)
    S = distance.softness(table)
    ratio = margin.softness(table).values / S.values
    np.testing.assert_allclose(ratio, float(np.linalg.norm(margin.weights)), rtol=1e-9)
    # A step of one standard deviation along a feature changes the distance by its weight.
    moved = table.copy()
    moved[:, 0] += distance.scale[0]
    np.testing.assert_allclose(distance.softness(moved) - S, float(distance.weights[0]), rtol=1e-9)


def test_softness_keeps_frames_and_particles_and_finds_features_by_name():
    model, _ = fitted(examples())
    field = xr.DataArray(
        np.random.default_rng(1).normal(size=(2, 5, 3)),
        dims=("frame", "particle", "feature"),
        coords={"frame": [3, 7], "particle": np.arange(5), "feature": list(NAMES), "temperature": 0.5},
    )
    S = model.softness(field)
    assert S.name == "learned_softness"
    assert S.dims == ("frame", "particle")
    assert float(S.temperature) == 0.5
    np.testing.assert_array_equal(model.softness(field[..., ::-1]).values, S.values)


def test_a_saved_model_is_text_and_gives_the_same_softness(tmp_path):
    table = examples(80, lead=1.0)
    for method in ("linear-svm", "neural-network"):
        model, found = fitted(table, method=method, provenance={"run": "abc"})
        path = model.save(tmp_path / "model.json")
        again = learning.load_model(path)
        np.testing.assert_array_equal(again.softness(table).values, model.softness(table).values)
        text = json.loads(path.read_text())
        assert text["provenance"]["accuracy"] == found.accuracy
        assert text["provenance"]["lead"] == 1.0
        assert text["provenance"]["run"] == "abc"
        assert [p.name for p in tmp_path.glob("[!.]*")] == ["model.json"]


@pytest.mark.parametrize("text", ["{}", "no", '{"format": "other"}'])
def test_a_file_that_holds_no_model_is_refused(tmp_path, text):
    (tmp_path / "model.json").write_text(text)
    with pytest.raises(sc.SupercooledError, match=r"model\.json is not"):
        learning.load_model(tmp_path / "model.json")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda d: d["mean"].pop(), "do not match"),
        (lambda d: d["scale"].__setitem__(0, -1.0), "a scale is negative"),
        (lambda d: d["features"].__setitem__(0, d["features"][1]), "named twice"),
        (lambda d: d["layers"].__setitem__(0, _without_weights(d)), "all weights are 0"),
        (lambda d: d.update(layers=[], features=["a"], mean=[0.0], scale=[1.0]), "do not match"),
    ],
)
def test_a_model_whose_parts_do_not_fit_is_refused(tmp_path, change, message):
    model, _ = fitted(examples(), unit="distance")
    data = model.to_dict()
    change(data)
    (tmp_path / "model.json").write_text(json.dumps(data))
    with pytest.raises(sc.SupercooledError, match=message):
        learning.load_model(tmp_path / "model.json")


def _without_weights(data):
    return {**data["layers"][0], "weights": [[0.0]] * len(data["features"])}


def test_a_margin_of_no_weights_and_a_feature_left_out_are_models(tmp_path):
    data = fitted(examples())[0].to_dict()
    data["scale"][0], data["layers"][0] = 0.0, _without_weights(data)
    (tmp_path / "model.json").write_text(json.dumps(data))
    assert learning.load_model(tmp_path / "model.json").unit == "margin"


def test_features_named_twice_are_refused():
    model, _ = fitted(examples())
    twice = examples().isel(feature=[0, 0, *range(1, examples().sizes["feature"])])
    with pytest.raises(sc.SupercooledError, match="named twice"):
        model.softness(twice)


def test_runs_are_kept_apart():
    table = examples()
    groups = learning.groups_of(table, blocks=1)
    assert len(np.unique(groups)) == 4
    assert (np.diff(groups) >= 0).all()
    # Features that number the runs tell much of a run that was learned from, and nothing of another.
    random = np.random.default_rng(1)
    run = table.run.values
    soft = random.random(400) < np.array([0.9, 0.1, 0.9, 0.1])[run]
    numbers = xr.DataArray(
        np.stack([run == k for k in range(4)], axis=1).astype(float),
        dims=("example", "feature"),
        coords={"feature": list("abcd"), "soft": ("example", soft)},
    )
    how = learning.Training("ridge", C=1.0, folds=4, constant="ignore")
    assert learning.cross_validated(numbers, groups=np.arange(400) % 4, training=how).accuracy > 0.85
    assert learning.cross_validated(numbers, groups=groups, training=how).accuracy < 0.7


def test_the_penalty_is_chosen_by_the_examples_left_out():
    table = examples(60, gap=0.5)
    found = learning.cross_validated(
        table,
        groups=np.arange(60) // 6,
        training=learning.Training("linear-svm", C=[1e-4, 1e-2, 1.0], folds=5),
    )
    assert found.accuracy == max(accuracy for _, accuracy in found.tried)
    assert dict(found.tried)[found.C] == found.accuracy
    assert ((found.softness > 0) == table.soft.values).mean() == pytest.approx(found.accuracy)


def test_batches_give_the_plane_of_the_whole_within_its_own_error():
    table = examples(1500, gap=0.8)
    whole, _ = fitted(table, method="svm", C=0.1)
    parts = [table[k::5] for k in range(5)]
    model = learning.fit_in_batches(lambda: parts, C=0.1, passes=30, unit="margin", seed=1)
    np.testing.assert_allclose(model.mean, table.values.mean(axis=0))
    np.testing.assert_allclose(model.scale, table.values.std(axis=0))
    other, _ = fitted(examples(1500, gap=0.8, seed=9), method="svm", C=0.1)
    n, m, o = (learning.projections(x).sortby("feature").values for x in (whole, model, other))
    assert n @ m > 0.999
    assert np.arccos(n @ m) < 2.0 * np.arccos(n @ o) + 0.02
    agree = (model.softness(table).values > 0) == (whole.softness(table).values > 0)
    assert agree.mean() > 0.98


@pytest.mark.parametrize(
    ("changed", "said"),
    [({"time": [0.0, np.nan]}, "time of example 1"), ({"run": [np.nan, 0.0]}, "run of example 0")],
)
def test_an_example_of_no_run_or_time_belongs_to_no_group(changed, said):
    """It stood in the first run's, or in one of the largest negative number."""
    held = {"run": [0.0, 0.0], "time": [0.0, 1.0]} | changed
    with pytest.raises(ParameterError, match=said):
        learning.groups_of(xr.Dataset({name: ("example", v) for name, v in held.items()}), blocks=2)


def test_what_it_learned():
    table = examples(600)
    groups = learning.groups_of(table, blocks=3)
    how = {"groups": groups, "training": learning.Training("linear-svm", C=1.0, folds=4)}
    several = {**how, "training": replace(how["training"], C=(0.1, 1.0))}
    subsets = learning.by_subset(table, {"all": NAMES, "one": NAMES[:1], "noise": NAMES[2:]}, **several)
    accuracy = subsets.accuracy
    assert accuracy.sel(subset="all") > accuracy.sel(subset="one") > 0.8
    assert accuracy.sel(subset="noise") == pytest.approx(0.5, abs=0.08)
    kept = learning.by_elimination(table, numbers=[3, 2, 1], **how)
    np.testing.assert_array_equal(kept.kept.sel(number=2).values, [1.0, 1.0, 0.0])
    assert kept.accuracy.sel(number=2) == pytest.approx(float(accuracy.sel(subset="all")), abs=0.02)
    curve = learning.by_number(table, sizes=[3, 150, 10_000], seed=1, **how)
    np.testing.assert_array_equal(curve["size"].values, [3, 150])
    assert curve.accuracy[1] >= curve.accuracy[0] - 0.02


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: t.isel(example=t.soft.values), "no hard example"),
        (lambda t: t.isel(example=~t.soft.values), "no soft example"),
        (lambda t: t * [1.0, 0.0, 1.0], "1 features do not vary.*the first is AB mu=0.9"),
        (lambda t: t * 0.0, "no feature varies"),
        (lambda t: t.where(t.feature != "noise"), "feature noise is nan, not a number"),
        (lambda t: t.drop_vars("soft"), "a coordinate soft"),
    ],
)
def test_examples_nothing_can_be_learned_from_are_refused(change, message):
    with pytest.raises(sc.SupercooledError, match=message):
        learning.cross_validated(
            change(examples(40)),
            groups=np.arange(40) // 10,
            training=learning.Training("ridge", C=1.0, folds=2),
        )


@pytest.mark.parametrize(
    ("attributes", "soft", "message"),
    [
        ({"rearrangement": 0.2}, False, r"rearrangement=0\.2"),
        ({"candidate": 0.05, "quiet": 700.0}, True, r"below 0\.05 for quiet=700"),
        ({"soft_above": 0.2}, False, r"soft_above=0\.2"),
        ({"hard_below": 0.05}, True, r"hard_below=0\.05"),
    ],
)
def test_an_empty_class_is_told_by_the_threshold_that_emptied_it(attributes, soft, message):
    table = examples(20, **attributes)
    with pytest.raises(sc.SupercooledError, match=message):
        fitted(table.isel(example=table.soft.values == soft))


def test_a_constant_feature_can_be_ignored():
    table = examples() * [1.0, 1.0, 0.0]
    model, found = fitted(table.assign_attrs(definition=""), constant="ignore")
    assert found.accuracy > 0.9
    assert float(model.weights.sel(feature="noise")) == 0.0
    far = table.copy()
    far[:, 2] = 1e6
    np.testing.assert_array_equal(model.softness(far).values, model.softness(table).values)


def test_features_of_other_species_or_parameters_are_refused():
    model, _ = fitted(examples())
    other = examples().assign_attrs(definition=json.dumps({"centre": "A", "species": ["1", "2"]}))
    with pytest.raises(sc.SupercooledError, match=r"species is \['1', '2'\], in the model \['A', 'B'\]"):
        model.softness(other)
    with pytest.raises(sc.SupercooledError, match="1 features of the model are missing, the first 'noise'"):
        model.softness(examples().isel(feature=slice(0, 2)))
    with pytest.raises(sc.SupercooledError, match="dimension 'feature' and names"):
        model.softness(examples().drop_vars("feature"))
    network, _ = fitted(examples(60), method="neural-network")
    with pytest.raises(sc.SupercooledError, match="not have one weight per feature"):
        _ = network.weights


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"method": "forest"}, "method must be"),
        ({"C": 0.0}, "C must be positive"),
        ({"C": []}, "no penalty C was given"),
        ({"unit": "metre"}, "unit must be"),
        ({"unit": "distance", "method": "neural-network"}, "no hyperplane"),
        ({"folds": 9}, "4 groups can't be divided into 9 folds"),
    ],
)
def test_parameters_that_make_no_sense_are_refused(change, message):
    with pytest.raises(sc.SupercooledError, match=message):
        fitted(examples(40), **change)


def test_batches_that_do_not_fit_are_refused():
    table = examples(40)
    how = {"C": 1.0, "passes": 2, "unit": "margin", "seed": 0}
    with pytest.raises(sc.SupercooledError, match="no batch"):
        learning.fit_in_batches(list, **how)
    with pytest.raises(sc.SupercooledError, match="no hard example in any batch"):
        learning.fit_in_batches(lambda: [table.isel(example=table.soft.values)], **how)
    with pytest.raises(sc.SupercooledError, match="different features"):
        learning.fit_in_batches(lambda: [table, table[:, :2]], **how)


def test_the_estimator_is_one_of_scikit_learns():
    classifier = learning.SoftnessClassifier(method="logistic", C=0.5)
    assert clone(classifier).get_params() == classifier.get_params()
    table = examples(60)
    fit = classifier.fit(table.values, np.where(table.soft.values, "soft", "hard"))
    assert fit.score(table.values, np.where(table.soft.values, "soft", "hard")) > 0.85


def test_from_a_trajectory_to_a_softness_that_knows_who_will_jump():
    """Particles with a near neighbour stay; those without jump: the straight line must find that."""
    random = np.random.default_rng(2)
    n, frames = 40, 60
    sites = np.stack(np.meshgrid(*[np.arange(4) * 3.0 - 4.5] * 3), axis=-1).reshape(-1, 3)[:n]
    xyz = np.repeat(sites[None], frames, axis=0) + random.normal(scale=0.01, size=(frames, n, 3))
    loose = np.arange(n) % 2 == 0
    xyz[30:, loose] += [0.6, 0.0, 0.0]
    tight = xyz[:, ~loose] + random.normal(scale=0.01, size=(frames, n // 2, 3)) + [0.0, 0.9, 0.0]
    run = sc.Trajectory.from_arrays(
        np.concatenate([xyz, tight], axis=1),
        sc.Box.cube(12.0),
        species=np.repeat([0, 1], [n, n // 2]),
        unwrapped=True,
    )
    found = dynamics.events(run, window=10.0, threshold=0.05, species="A")
    chosen = dynamics.training_by_crossing(found, rearrangement=0.2, lead=1.0, quiet=30.0, hard_at="middle")
    near = sc.indicators.StructureFunctions((structure.Radial(first=0.8, step=0.1, number=4, width=0.1),))
    features = structure.features_of_examples(run, chosen, near, species="A")
    groups = np.arange(features.sizes["example"]) % 4
    model, validation = learning.fit_softness(
        features, groups=groups, training=learning.Training("svm", C=1.0, folds=2, constant="ignore")
    )
    assert validation.accuracy == 1.0
    S = sc.indicators.LearnedSoftness(model).of(run, species="A", frames=slice(0, 5))
    np.testing.assert_array_equal(S.values > 0, np.tile(loose, (5, 1)))


def test_a_model_that_always_says_hard_is_not_taken_for_one_that_knows():
    # 246 soft and 1013 hard examples: accuracy 0.803 looks like knowing, and always saying hard has 0.805.
    rng = np.random.default_rng(1)
    soft = np.arange(1259) < 246
    rng.shuffle(soft)
    near = xr.DataArray(
        rng.normal(size=(1259, 4)) + 0.05 * soft[:, None],
        dims=("example", "feature"),
        coords={"feature": list("abcd"), "soft": ("example", soft)},
    )
    asked = {"groups": np.arange(1259) % 5, "training": learning.Training("svm", C=0.1, folds=5)}
    with pytest.warns(
        UserWarning, match=r"no better than the 0\.805 of always predicting the more frequent kind"
    ):
        model, found = learning.fit_softness(near, **asked)
    assert found.accuracy == pytest.approx(0.805, abs=0.01)
    assert found.chance == pytest.approx(1013 / 1259)
    assert found.balanced_accuracy == pytest.approx(0.5, abs=0.02)
    assert model.provenance["balanced_accuracy"] == found.balanced_accuracy
    clear = near + 3.0 * near.soft
    assert learning.fit_softness(clear, **asked)[1].warning == ""


def test_a_softness_of_a_liquid_in_other_units_says_that_it_is_a_guess():
    """The same liquid in Angstrom got a softness, five standard deviations hard, without a word."""
    (run,) = liquid_runs(3, number=1, n_frames=12)
    features = sc.indicators.StructureFunctions((sc.structure.Radial(0.5, 0.5, 4, 0.3, cutoff=2.5),))
    flat = features.of(run, species="A").stack(example=("frame", "particle"), create_index=False)
    flat = flat.transpose("example", "feature")
    soft = flat.values[:, 1] > np.median(flat.values[:, 1])
    examples = flat.drop_vars(set(flat.coords) - {"feature"}).assign_coords(soft=("example", soft))
    model, _ = learning.fit_softness(
        examples, groups=np.arange(len(soft)) % 5, training=learning.Training("ridge", C=1.0, folds=5)
    )
    angstrom = sc.Trajectory.from_arrays(
        3.4 * run.unwrapped(), sc.Box.cube(3.4 * 8.0), species=run.species, unwrapped=True
    )
    softness = sc.indicators.LearnedSoftness(model)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        softness.of(run, species="A")
        model.softness(features.of(run[3], species="A"))
    for call in (
        lambda: softness.of(angstrom, species="A"),
        lambda: softness.of(angstrom[2]),
        lambda: model.softness(features.of(angstrom, species="A")),
    ):
        with pytest.warns(UserWarning, match="what it says is a guess; are the lengths in the same unit"):
            call()


def test_the_classifier_passes_the_checks_of_scikit_learn() -> None:
    from sklearn.utils.estimator_checks import check_estimator

    with warnings.catch_warnings():
        # Of its own examples, some of which can't be told apart.
        warnings.simplefilter("ignore")
        told = check_estimator(learning.SoftnessClassifier(), on_fail=None)
    wrong = [f"{one['check_name']}: {one['exception']}" for one in told if one["status"] == "failed"]
    assert not wrong, wrong
    assert sum(one["status"] == "passed" for one in told) > 50
