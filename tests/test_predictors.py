"""Predictors: fitted with groups apart, saved as JSON, applied as indicators."""

import json
import warnings

import numpy as np
import pytest
from sklearn.linear_model import Ridge
from sklearn.metrics import roc_auc_score

import supercooled as sc
from supercooled.errors import ParameterError, StoreError
from supercooled.indicators import Average, Averages, BondOrder
from supercooled.predictors import Predictor, fit_predictor, load_predictor, score
from supercooled.testing import check_indicator, liquid_frame

ORDERS = Averages(BondOrder(6), (0.0, 1.0), ("A", "all"), cutoff=2.5)


@pytest.fixture(scope="module")
def frames():
    return [liquid_frame(seed=seed) for seed in range(4)]


def noisy(frames, noise=0.5):
    random = np.random.default_rng(7)
    found = []
    for frame in frames:
        x = ORDERS.values(frame)
        signal = x[:, 0] / 0.02 + 2.0 * x[:, 1] / 0.007  # their spreads
        found.append(signal + noise * random.normal(size=len(x)))
    return found


def test_a_ridge_is_scikit_learns_and_its_score_is_of_configurations_left_out(frames):
    y = noisy(frames)
    fitted = fit_predictor(ORDERS, frames, y, target="order", penalties=(1e-2,))
    x = [ORDERS.values(frame)[frame.species == 0] for frame in frames]
    own = [one[frame.species == 0] for one, frame in zip(y, frames, strict=True)]

    def ridge(rest):
        a, b = np.concatenate([x[k] for k in rest]), np.concatenate([own[k] for k in rest])
        z = (a - a.mean(axis=0)) / a.std(axis=0)
        machine = Ridge(alpha=1e-2 * len(b)).fit(z, b)
        return lambda new: machine.predict((new - a.mean(axis=0)) / a.std(axis=0))

    left_out = [
        np.corrcoef(ridge([k for k in range(4) if k != out])(x[out]), own[out])[0, 1] for out in range(4)
    ]
    np.testing.assert_allclose(fitted.scores["A"]["pearson"]["folds"], left_out, rtol=1e-9)
    given = fitted.of(frames[0]).values
    np.testing.assert_allclose(given[frames[0].species == 0], ridge(range(4))(x[0]), rtol=1e-9)
    assert np.isnan(given[frames[0].species == 1]).all()


def test_a_target_of_noise_is_not_predicted_and_groups_stay_whole(frames):
    """Copies of one configuration in two groups would be known by heart; in one group they are left out."""
    random = np.random.default_rng(3)
    y = [random.normal(size=frame.n_particles) for frame in frames[:2]]
    twice, wish = [*frames[:2], *frames[:2]], [*y, *y]
    many = Averages(BondOrder(6), (0.0, 0.3, 0.6, 1.0, 1.5), ("A", "B", "all"), cutoff=2.5)
    apart = fit_predictor(many, twice, wish, target="noise", groups=["a", "b", "a", "b"])
    assert abs(apart.scores["A"]["pearson"]["mean"]) < 0.1
    with pytest.raises(ParameterError, match="frames 0 and 2 of those given are one configuration"):
        fit_predictor(many, twice, wish, target="noise", penalties=(1e-6,))


@pytest.mark.parametrize("model", ["ridge", "mlp", "svm"])
def test_numbers_are_predicted_and_survive_a_file(model, frames, tmp_path):
    y = noisy(frames)
    fitted = fit_predictor(
        [ORDERS, BondOrder(4)],
        frames,
        y,
        target="order",
        model=model,
        species=("A", "B"),
        networks=2,
        folds=2,
    )
    # Noise of 0.5 in a signal of variance near 5 leaves .97.
    assert 0.9 < fitted.scores["A"]["pearson"]["mean"] < 1.0
    again = load_predictor(fitted.save(tmp_path / "one.json"))
    assert again.digest == fitted.digest
    np.testing.assert_array_equal(again.of(frames[0]).values, fitted.of(frames[0]).values)
    assert np.isfinite(again.of(frames[0]).values).all()
    # As one of the features of another, and a whole one again.
    stacked = fit_predictor(Averages(again, (0.0, 1.0), ("all",), 2.5), frames, y, target="order")
    there = load_predictor(stacked.save(tmp_path / "two.json"))
    np.testing.assert_array_equal(there.of(frames[1]).values, stacked.of(frames[1]).values)


@pytest.mark.parametrize("model", ["ridge", "mlp", "svm", "logistic"])
def test_truth_values_are_told_apart(model, frames):
    true = [one > np.quantile(one, 0.8) for one in noisy(frames)]
    fitted = fit_predictor(ORDERS, frames, true, target="fast", model=model, networks=1)
    scores = fitted.scores["A"]
    assert fitted.kind == "classification"
    assert scores["auc"]["mean"] > 0.9
    assert 0.15 < scores["share"]["mean"] < 0.25
    A = frames[0].species == 0
    found = fitted.of(frames[0]).values[A]
    auc = score(found, true[0][A])["auc"]
    assert auc == pytest.approx(roc_auc_score(true[0][A], found))


def test_the_rarer_kind_is_named(frames):
    true = [one > np.quantile(one, 0.95) for one in noisy(frames)]
    with pytest.warns(UserWarning, match=r"only \d\.\d % of the particles of A are of the rarer kind"):
        found = fit_predictor(ORDERS, frames, true, target="fast", model="logistic")
    assert found.scores["A"]["accuracy"]["mean"] > 0.9


def test_a_predictor_obeys_the_laws(frames):
    fitted = fit_predictor(ORDERS, frames, noisy(frames), target="order", species=("A", "B"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        check_indicator(fitted, dimensions=(3,), frame=frames[3])


def test_what_is_foreign_is_said(frames):
    fitted = fit_predictor(ORDERS, frames, noisy(frames), target="order")
    assert fitted.foreign(frames[0]) < 0.01
    A = frames[0].species == 0
    assert 0.8 < np.median(fitted.distance(frames[0])[A]) < 1.2
    grid = np.stack(np.meshgrid(*[np.arange(8.0)] * 3), axis=-1).reshape(-1, 3)
    crystal = sc.Frame.from_arrays(grid, sc.Box.cube(8.0), species=np.arange(512) % 2)
    with pytest.warns(UserWarning, match="100 % of the particles are farther"):
        fitted.of(crystal)


def test_what_is_refused(frames, tmp_path):
    y = noisy(frames)
    with pytest.raises(ParameterError, match="two or more are needed"):
        fit_predictor(ORDERS, frames, y, target="order", groups=[1, 1, 1, 1])
    with pytest.raises(ParameterError, match="the same number of targets"):
        fit_predictor(ORDERS, frames, y[:2], target="order")
    with pytest.raises(ParameterError, match="one a particle"):
        fit_predictor(ORDERS, frames, [one[:-1] for one in y], target="order")
    with pytest.raises(ParameterError, match="do not vary"):
        fit_predictor([ORDERS, Average(Constant(), 1.0, cutoff=2.0)], frames, y, target="order")
    with pytest.raises(ParameterError, match="truth values"):
        fit_predictor(ORDERS, frames, y, target="order", model="logistic")
    fitted = fit_predictor(ORDERS, frames, y, target="order")
    with pytest.raises(ParameterError, match="these are"):
        fitted.of(sc.Frame.from_arrays(frames[0].positions, frames[0].box))
    with pytest.raises(ParameterError, match="give its class a source"):
        fit_predictor(Half(), frames, y, target="order").save(tmp_path / "no.json")
    good = fitted.to_dict()
    for name, change in {
        "format": "supercooled predictor 7",
        "columns": good["columns"][:-1],
        "features": [{"indicator": "Nothing", "fields": {}}],
        "models": {"A": {**good["models"]["A"], "scale": [1.0]}},
        "kind": "guess",
    }.items():
        path = tmp_path / f"{name}.json"
        path.write_text(json.dumps({**good, name: change}))
        with pytest.raises(StoreError, match="is not a predictor"):
            load_predictor(path)


class Constant(sc.Indicator):
    def __call__(self, frame):
        return np.ones(frame.n_particles)


class Half(sc.Indicator):
    def __call__(self, frame):
        return frame.neighbours(1.5).distances[frame.neighbours(1.5).starts[:-1]]


def test_a_score_leaves_out_what_is_not_known():
    assert score([1.0, np.nan, 3.0, 4.0], [2.0, 1.0, np.nan, 8.0])["number"] == 2.0
    assert np.isnan(score([1.0, 1.0], [0.0, 1.0])["pearson"])


def test_a_predictor_is_an_indicator():
    assert issubclass(Predictor, sc.Indicator)


def test_the_shipped_one_knows_where_it_is_at_home():
    """Learned at T = 0.44: a configuration at 0.47 is near, one at 0.58 is not."""
    fitted = sc.predictors.shipped("ka-propensity-T0.44")
    liquid = sc.systems.kob_andersen(density=1.2)
    near = sc.read(sc.systems.equilibrated(liquid, 0.47, 4000), timestep=1.0)[0]
    far = sc.read(sc.systems.equilibrated(liquid, 0.58, 4000), timestep=1.0)[0]
    assert fitted.foreign(near) < 0.2
    assert fitted.foreign(far) > 0.9
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = fitted.of(near)
    assert found.attrs["units"] == "sigma_AA"
    # Of the order of a diameter in a relaxation time, and B, which are smaller, go farther.
    mean = [float(found.values[near.species == kind].mean()) for kind in (0, 1)]
    assert 0.2 < mean[0] < mean[1] < 3.0
    assert len(fitted.columns_of) == 39


def test_what_is_not_shipped_is_refused():
    with pytest.raises(ParameterError, match=r"it has .*ka-propensity-T0\.44"):
        sc.predictors.shipped("ka")


def test_a_predictor_that_holds_a_learned_softness_survives_a_file(frames, tmp_path):
    run = sc.Trajectory.from_arrays(frames[0].positions[None], frames[0].box, species=frames[0].species)
    functions = sc.indicators.StructureFunctions((sc.structure.Radial(0.9, 0.2, 4, 0.2),))
    features = functions.of(run, species="A")
    names = tuple(features.feature.values.tolist())
    random = np.random.default_rng(5)
    plane = (random.normal(size=(len(names), 1)), np.array([0.3]))
    model = sc.learning.SoftnessModel(
        names, np.zeros(len(names)), np.ones(len(names)), (plane,), "distance", features.attrs["definition"]
    )
    softness = sc.indicators.LearnedSoftness(model)
    y = [softness(frame) + 0.1 * random.normal(size=frame.n_particles) for frame in frames]
    fitted = fit_predictor([softness, BondOrder(6)], frames, y, target="softness")
    assert fitted.scores["A"]["pearson"]["mean"] > 0.9
    path = fitted.save(tmp_path / "p.json")
    again = load_predictor(path)
    assert again.digest == fitted.digest
    np.testing.assert_array_equal(again(frames[1]), fitted(frames[1]))
    spoiled = json.loads(path.read_text())
    (held,) = (one["fields"]["model"]["softness"] for one in spoiled["features"] if "model" in one["fields"])
    held["scale"][0] = -1.0
    (tmp_path / "negative.json").write_text(json.dumps(spoiled))
    del held["mean"]
    (tmp_path / "lacking.json").write_text(json.dumps(spoiled))
    for name, words in (("negative", "a scale is negative"), ("lacking", "not a softness model: mean")):
        with pytest.raises(StoreError, match=words):
            load_predictor(tmp_path / f"{name}.json")


def walks(seed, n_frames=4, n=60):
    rng = np.random.default_rng(seed)
    places = np.cumsum(rng.normal(scale=0.08, size=(n_frames, n, 3)), axis=0) + rng.uniform(-3, 3, (n, 3))
    return sc.Trajectory.from_arrays(places, sc.Box.cube(6.0), unwrapped=True, names=("A",))


def test_a_configuration_given_twice_in_whatever_form_never_learns_and_judges_at_once(tmp_path):
    run, other = walks(1), walks(2)
    sc.write_gsd(tmp_path / "copy.gsd", run)
    order, y = BondOrder(6, cutoff=1.6), [np.random.default_rng(k).normal(size=60) for k in range(4)]
    for again in (run[0], sc.read(tmp_path / "copy.gsd")[0]):
        with pytest.raises(ParameterError, match="frames 0 and 1 of those given are one configuration"):
            fit_predictor(order, [run[0], again, other[1], other[0]], y, target="x")


def test_a_target_of_another_frame_or_run_is_not_taken_by_its_place():
    run, other = walks(1), walks(2)
    order, ahead = BondOrder(6, cutoff=1.6), sc.targets.Displacement(after=1.0)
    moved, elsewhere = ahead.of(run), ahead.of(other)
    frames = [run[0], run[1], other[0], other[1]]
    right = [moved[0], moved[1], elsewhere[0], elsewhere[1]]
    fitted = fit_predictor(order, frames, right, target="x")
    # In the order of the particles, whatever that of the values is.
    turned = [one.isel(particle=slice(None, None, -1)) for one in right]
    again = fit_predictor(order, frames, turned, target="x")
    assert again.scores["A"]["pearson"]["folds"] == fitted.scores["A"]["pearson"]["folds"]
    with pytest.raises(
        ParameterError, match="its target is frame 1 of its trajectory; give targets in the or"
    ):
        fit_predictor(order, frames, [right[1], right[0], *right[2:]], target="x")
    with pytest.raises(ParameterError, match="its target is frame 0 of another trajectory"):
        fit_predictor(order, frames, [*right[2:], *right[2:]], target="x")


def test_frames_of_the_plane_and_of_space_are_no_one_liquid():
    flat = sc.Frame.from_arrays(
        np.random.default_rng(1).uniform(0, 6, (60, 2)), sc.Box.cube(6.0, 2), names=("A",)
    )
    with pytest.raises(
        ParameterError, match=r"has 2 dimensions, and frame 0, .*, 3: a predictor is for one liquid"
    ):
        fit_predictor(BondOrder(6, cutoff=1.6), [walks(1)[0], flat], [np.zeros(60)] * 2, target="x")


def test_the_unit_is_the_targets_and_other_dimensions_are_refused():
    frames = [walks(seed)[0] for seed in range(4)]
    order = BondOrder(6, cutoff=1.6)
    y = [
        order.of(frame).copy(data=np.arange(60.0) * (k + 1)).assign_attrs(units="sigma_AA")
        for k, frame in enumerate(frames)
    ]
    assert fit_predictor(order, frames, y, target="x").unit == "sigma_AA"
    with pytest.raises(ParameterError, match="say that they are in sigma_AA, and unit is 'tau'"):
        fit_predictor(order, frames, y, target="x", unit="tau")
    y[1].attrs["units"] = "tau"
    with pytest.raises(ParameterError, match="different units: sigma_AA, tau"):
        fit_predictor(order, frames, y, target="x")
    plain = fit_predictor(order, frames, [one.values for one in y], target="x", unit="tau")
    assert plain.unit == "tau"
    flat = sc.Frame.from_arrays(np.random.default_rng(1).random((60, 2)) * 8.0, sc.Box.cube(8.0, 2))
    with pytest.raises(ParameterError, match="has 2 dimensions, and predicted_x has learned in 3"):
        plain(flat)


def test_scores_of_numbers_say_how_well_the_farthest_and_the_farther_half_are_told():
    rng = np.random.default_rng(1)
    target = rng.random(1000)
    assert score(target**3, target)["auc"] == 1.0
    assert score(target**3, target)["accuracy"] == 1.0
    noise = score(rng.random(1000), target)
    assert abs(noise["auc"] - 0.5) < 0.15
    assert abs(noise["accuracy"] - 0.5) < 0.1
    top = target > np.quantile(target, 0.9)
    guess = target + rng.normal(size=1000)
    pairs = guess[top][:, None] > guess[~top][None]
    assert score(guess, target)["auc"] == pytest.approx(pairs.mean(), abs=1e-12)
    assert np.isnan(score(np.ones(10), target[:10])["accuracy"])
