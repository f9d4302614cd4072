"""A softness learned from one's own runs: whoever is planted is found, and nobody else."""

import warnings
from contextlib import contextmanager

import numpy as np
import pytest
import xarray as xr
from typer.testing import CliRunner

import supercooled as sc
from supercooled import cli, dynamics
from supercooled.dynamics import CrossingRule, ExtremaRule
from supercooled.errors import ParameterError, TrajectoryError
from supercooled.indicators import StructureFunctions
from supercooled.structure import Radial
from supercooled.testing import liquid_runs

NEAR = StructureFunctions((Radial(0.8, 0.1, 6, 0.1),))


@contextmanager
def _quietly():
    """Models that are no better than chance say so, which is not the question."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        yield


@pytest.fixture(scope="module")
def runs():
    return liquid_runs(2, number=4, n_frames=60)


@pytest.fixture(scope="module")
def planted(runs):
    """A field that the surroundings decide, for each run."""
    fields = [NEAR.of(run, species="A")[..., 2] for run in runs]
    middle = float(np.median(np.concatenate([one.values.ravel() for one in fields])))
    return [(one > middle).rename("crowded").assign_attrs(one.attrs) for one in fields]


@pytest.fixture(scope="module")
def found(runs, planted):
    return sc.learn(runs, species="A", examples=planted, features=NEAR, size=300)


def test_who_is_planted_is_found_in_runs_that_took_no_part(found):
    scores = found.scores
    assert scores["accuracy"]["mean"] > 0.95
    assert scores["balanced_accuracy"]["mean"] > 0.95
    assert scores["auc"]["mean"] > 0.98
    assert scores["auc"]["mean"] > scores["accuracy"]["mean"]
    assert len(scores["accuracy"]["folds"]) == 4
    # Of four groups: with Student's t, as every error from parts, 1.2 times what their scatter says.
    for name in ("auc", "balanced_accuracy"):
        assert scores[name]["error"] == pytest.approx(
            1.1969 * np.std(scores[name]["folds"], ddof=1) / 2.0, rel=1e-3
        )
    # The planted function has by far the largest weight.
    assert int(np.argmax(np.abs(found.weights.values))) == 2
    assert found.curve.accuracy.values[-1] > found.curve.accuracy.values[0] - 0.02
    assert set(np.unique(found.examples["run"].values)) == {0, 1, 2, 3}


def test_nothing_is_found_where_nothing_is(runs, planted):
    rng = np.random.default_rng(1)
    drawn = [one.copy(data=rng.random(one.shape) > 0.5) for one in planted]
    with _quietly():
        none = sc.learn(runs, species="A", examples=drawn, features=NEAR, size=400)
    assert abs(none.scores["accuracy"]["mean"] - 0.5) < 0.08
    assert abs(none.scores["auc"]["mean"] - 0.5) < 0.08


def test_the_model_goes_through_its_file_and_says_what_it_is(found, runs, tmp_path):
    path = found.save(tmp_path / "model.json")
    values = sc.softness(runs[0], model=path)
    np.testing.assert_array_equal(values, sc.softness(runs[0], model=found.model))
    soft = values.values > 0
    truth = NEAR.of(runs[0], species="A")[..., 2].values
    assert truth[soft].mean() > truth[~soft].mean() + 1.0
    made = found.model.provenance
    assert made["examples"] == {"soft": 300, "hard": 300}
    assert made["density"] == 1.0
    assert made["dimensions"] == 2
    with pytest.raises(ParameterError, match="has 3 dimensions"):
        sc.softness(liquid_runs(3, number=1, n_frames=1)[0], model=path)


def test_recipes_are_the_papers_own_tables(runs):
    rule = CrossingRule.schoenholz2016(quiet=12.0)
    crossing = [dynamics.events(run, window=10.0, threshold=0.05, species="A") for run in runs]
    table = dynamics.training_by_crossing(crossing, rearrangement=0.2, lead=0.0, quiet=12.0, hard_at="middle")
    with _quietly():
        one = sc.learn(runs, species="A", examples=rule, features=NEAR, size=10**5)
        two = sc.learn(
            runs, species="A", examples=ExtremaRule.graham2023(lead=0.0), features="graham2023", size=10**5
        )
    number = min(int(table.soft.sum()), int((~table.soft).sum()))
    assert one.model.provenance["examples"] == {"soft": number, "hard": number}
    who = ("run", "frame", "particle", "soft")
    all_of_them, drawn = (
        set(zip(*(one_[k].values.tolist() for k in who), strict=True)) for one_ in (table, one.examples)
    )
    assert drawn <= all_of_them
    extrema = dynamics.training_by_extrema(runs, ExtremaRule.graham2023(lead=0.0), species="A")
    assert two.model.provenance["examples"]["soft"] == min(
        int(extrema.soft.sum()), int((~extrema.soft).sum())
    )
    assert len(two.weights) == 54


def test_a_target_is_its_own_field(runs):
    hop = sc.targets.Hop(within=5.0, window=4.0, threshold=0.2)
    with _quietly():
        one = sc.learn(runs, species="A", examples=hop, features=NEAR, size=200)
        two = sc.learn(
            runs, species="A", examples=[hop.of(run, species="A") for run in runs], features=NEAR, size=200
        )
    xr.testing.assert_identical(one.examples, two.examples)


def test_blocks_of_one_run_are_left_out_in_turn(runs, planted):
    one = sc.learn(runs[0], species="A", examples=planted[0], features=NEAR, size=100, blocks=5)
    assert one.model.provenance["groups"] == 5
    assert one.scores["accuracy"]["mean"] > 0.9


def test_the_command_learns_from_a_column_of_files_and_writes_model_and_page(runs, planted, tmp_path):
    files = []
    for k, (run, field) in enumerate(zip(runs, planted, strict=True)):
        files.append(str(tmp_path / f"{k}.gsd"))
        sc.write_gsd(files[-1], run, fields={"crowded": field.astype(float)})
    model, page = tmp_path / "model.json", tmp_path / "page"
    words = ["learn", *files, "-e", "crowded", "--features", "graham2023", "--species", "A", "--size", "150"]
    said = CliRunner().invoke(cli.app, [*words, "--out", str(model), "--page", str(page)])
    assert said.exit_code == 0, said.output
    assert "balanced accuracy: 0." in said.output
    assert "150 soft and 150 hard examples; 4 groups" in said.output
    text = (page / "report.html").read_text()
    for words_ in ("auc", "Accuracy against the number of examples", "Weights of the features"):
        assert words_ in text
    told = CliRunner().invoke(cli.app, ["predict", files[0], "--model", str(model)])
    assert told.exit_code == 0, told.output
    assert "predicted softness" in told.output


@pytest.mark.parametrize(
    ("error", "words", "given"),
    [
        (ParameterError, "all of one group", {"blocks": 1}),
        (ParameterError, "no paper 'who2020'", {"features": "who2020"}),
        (ParameterError, "features must be", {"features": 3}),
        (ParameterError, "examples must be a rule", {"examples": []}),
        (ParameterError, "there is no soft example among", {"above": 1e9}),
        (ParameterError, "give the value above which", {"above": None}),
        (TrajectoryError, "arrays in memory", {"examples": "crowded"}),
    ],
)
def test_what_can_not_be_learned_is_one_sentence(runs, error, words, given):
    run = runs[0]
    number = NEAR.of(run, species="A")[..., 2]
    good = {"species": "A", "examples": number, "features": NEAR, "above": 1.0, "blocks": 3}
    with pytest.raises(error, match=words):
        sc.learn(run, **{**good, **given})
