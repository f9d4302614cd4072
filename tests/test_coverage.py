"""Plus and minus the stated error hold the truth in 68 % of cases, or as near as a few parts can."""

import re
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

import supercooled
from supercooled import Box, Trajectory, cage, compare, indicators, learning, relation, space
from supercooled.blocks import jackknife_error
from supercooled.dynamics import correlators
from supercooled.predictors import fit_predictor
from supercooled.relation import distribution
from supercooled.structure import structure_factor

# The range that the stated 68 % may be found in.
LEAST, MOST = 0.60, 0.76


def run_of(positions):
    return Trajectory.from_arrays(positions, Box.cube(1000.0), unwrapped=True)


def walkers(rng, n_frames, n):
    """Free walkers, which forget the way that they came at once."""
    return np.cumsum(rng.normal(scale=0.1, size=(n_frames, n, 3)), axis=0)


def remembered(rng, n_frames, shape, memory):
    """Ornstein-Uhlenbeck processes of variance 1 that remember for `memory` frames."""
    kept = np.exp(-1.0 / memory)
    places = rng.normal(size=(n_frames, *shape))
    places[1:] *= np.sqrt(1 - kept**2)
    for k in range(1, n_frames):
        places[k] += kept * places[k - 1]
    return places


def tethered(rng, n_frames, n):
    """Walkers that are drawn back to a site, all over in a few frames."""
    return 0.3 * remembered(rng, n_frames, (n, 3), 4.0)


def moody(rng, n_frames, n):
    """Walkers of which every three are fast for a while and then slow together."""
    mood = np.repeat(remembered(rng, n_frames, (n // 3,), 6.0), 3, axis=1)
    return np.cumsum(0.08 * rng.normal(size=(n_frames, n, 3)) * np.exp(0.25 * mood)[..., None], axis=0)


@pytest.mark.parametrize("process", [walkers, tethered, moody])
def test_stated_errors_of_displacements_and_overlap_cover_the_truth(process):
    # Every three particles are a run of their own, looked at as a group.
    runs, lags = 250, [1.0, 4.0, 10.0, 30.0]
    inside, given = [], []
    for seed, (n_frames, parts) in enumerate(((300, 5), (600, 5), (1200, 10))):
        run = run_of(process(np.random.default_rng(seed), n_frames, 3 * runs))
        groups = np.repeat(np.arange(runs), 3)
        found = correlators(run, lags=lags, overlap_radius=0.4, particle_groups=groups, blocks=parts)
        for name in ("msd", "overlap"):
            value, error = found[name].values, found[f"{name}_error"].values
            known = np.isfinite(error) & (error > 0)
            inside.append((np.abs(value - value.mean(axis=0)) < error)[known])
            given.append(known.mean(axis=0))
        # What parts of too short a run can't know is not given.
        assert not given[-1][n_frames / parts < 5 * np.array(lags)].any()
    assert np.max(given, axis=0)[:3].min() > 0.9
    assert LEAST < np.concatenate(inside).mean() < MOST


def test_half_a_relaxation_time_gives_a_value_and_no_error():
    # Four windows of lag 522 in one run of half a relaxation time said 0.4593(6); runs scatter by 0.06.
    slow = np.cumsum(np.random.default_rng(1).normal(scale=0.004, size=(1000, 50, 3)), axis=0)
    found = correlators(run_of(slow), lags=[100.0, 522.0], overlap_radius=0.3, wave_numbers=[7.2])
    assert np.isfinite(found.scattering).all()
    assert np.isnan(found.scattering_error).all()
    assert "parts of the run are not independent of each other" in found.no_error
    assert "prolong the run, or give 4 or more independent runs with blocks=1" in found.no_error


def test_stated_errors_of_distributions_cover_the_truth_or_are_not_given():
    inside, given = [], {}
    for memory in (0.3, 2.0, 8.0):
        for n_frames in (25, 100, 400):
            found = []
            for seed in range(100):
                values = remembered(np.random.default_rng(seed), n_frames, (10,), memory)
                field = xr.DataArray(values, dims=("frame", "particle"), name="x")
                found.append(distribution(field, bins=[-0.3, 0.3]))
            error = np.array([one.probability_density_error.item() for one in found])
            value = np.array([one.probability_density.item() for one in found])
            known = np.isfinite(error)
            # P(|x| < 0.3) of a normal x, over the bin.
            inside.append((np.abs(value - 0.235823 / 0.6) < error)[known])
            given[memory, n_frames] = known.mean()
    assert LEAST < np.concatenate(inside).mean() < MOST
    # Five parts of 25 or 100 frames say nothing where 8 are remembered; where nothing is, they do.
    assert max(given[8.0, 25], given[8.0, 100]) < 0.3
    assert min(given[0.3, n] for n in (25, 100, 400)) > 0.85


def on_and_off(rng, n_frames, n, memory, share):
    """Particles that are on now and then, and for `memory` frames: 1 or 0, as skewed as what is rare."""
    found = rng.random((n_frames, n)) < share
    stays = rng.random((n_frames, n)) < np.exp(-1.0 / memory)
    for k in range(1, n_frames):
        found[k] = np.where(stays[k], found[k - 1], found[k])
    return found.astype(float)


def field_of(values, name="x"):
    frames = np.arange(len(values))
    at = {"frame": frames, "time": ("frame", frames * 1.0), "particle": np.arange(values.shape[1])}
    return xr.DataArray(values, at, ("frame", "particle"), name=name)


def rare(rng, n_frames, memory, blocks):
    """How many of a few particles are on."""
    found = distribution(
        field_of(on_and_off(rng, n_frames, 5, memory, 0.1)), bins=[-0.5, 0.5, 1.5], blocks=blocks
    )
    return found.probability_density.values[1:], found.probability_density_error.values[1:]


def large(rng, n_frames, memory, blocks):
    """How many values of a lognormal process are large."""
    values = np.exp(remembered(rng, n_frames, (5,), memory))
    found = distribution(field_of(values), bins=[0.0, 3.0, 1e9], blocks=blocks)
    return found.probability_density.values[:1], found.probability_density_error.values[:1]


def hopping(rng, n_frames, memory, blocks):
    """How many of the soft and of the hard hop, and how well softness ranks them."""
    hop = on_and_off(rng, n_frames, 40, memory, 0.04)
    soft = remembered(rng, n_frames, (40,), memory) + 0.7 * hop
    given = field_of(soft), field_of(hop, "p_hop")
    asked = {"threshold": 0.5, "lead": 0.0, "blocks": blocks}
    found = relation.rearrangement_probability(*given, bins=[-9.0, 0.3, 9.0], minimum_count=1, **asked)
    ranked = relation.ranking(*given, bins=4, **asked)
    share = relation.softer_share(*given, threshold=0.5, lead=0.0, blocks=blocks)
    return (
        np.array([*found.rearrangement_probability.values, ranked.auc.item(), share.value]),
        np.array([*found.rearrangement_probability_error.values, ranked.auc_error.item(), share.error]),
    )


def kept(rng, n_frames, memory, blocks):
    """How long particles that are on and off keep it."""
    values = on_and_off(rng, n_frames, 30, memory, 0.2) + 0.01 * rng.normal(size=(n_frames, 30))
    found = relation.memory(field_of(values), lags=[1.0, 4.0], blocks=blocks)
    return found.memory.values, found.memory_error.values


@pytest.mark.parametrize("blocks", [5, 10])
@pytest.mark.parametrize("process", [rare, large, hopping, kept])
def test_stated_errors_of_skewed_and_intermittent_processes_cover_the_truth(process, blocks):
    inside = []
    for memory, n_frames in ((0.3, 200), (1.0, 400), (4.0, 1200)):
        found = [process(np.random.default_rng(seed), n_frames, memory, blocks) for seed in range(80)]
        value, error = (np.array(one) for one in zip(*found, strict=True))
        known = np.isfinite(error)
        # Parts of twenty correlation times and more nearly always know it.
        assert known.mean() > 0.85
        inside.append((np.abs(value - value.mean(axis=0)) < error)[known])
    assert LEAST < np.concatenate(inside).mean() < MOST


def test_of_what_never_happened_no_error_is_given():
    found = distribution(field_of(np.zeros((25, 4))), bins=[-0.5, 0.5, 1.5])
    assert found.probability_density.values.tolist() == [1.0, 0.0]
    assert np.isnan(found.probability_density_error).all()
    assert "not independent" in found.no_error


def gas(rng, n_frames, memory, n=20):
    """Particles that wander about a box smaller than their ways."""
    return 2.0 * remembered(rng, n_frames, (n, 3), memory)


def test_stated_errors_of_the_structure_factor_cover_the_truth_or_are_not_given():
    inside, given = [], []
    for memory, n_frames in ((0.2, 40), (30.0, 80), (3000.0, 80)):
        found = []
        for seed in range(20):
            run = Trajectory.from_arrays(gas(np.random.default_rng(seed), n_frames, memory), Box.cube(5.0))
            sq = structure_factor(run, q_max=4.0, dq=0.1, blocks=8)
            x = sq.structure_factor_jackknife[:, 0]
            error = jackknife_error(x.values)
            found.append((sq.structure_factor[0].values, error, not sq.no_error))
        value, error, known = (np.array(one) for one in zip(*found, strict=True))
        covered = np.abs(value - value.mean(axis=0)) < error
        inside.append(covered[known])
        given.append(known.mean())
    assert LEAST < np.concatenate(inside).mean() < MOST
    assert (given[0] > 0.9, given[1] > 0.9, given[2]) == (True, True, 0.0)
    # Without the rule the last ones would say too little.
    assert covered.mean() < LEAST


def test_blocks_that_are_whole_runs_are_independent_however_slow():
    runs = [
        Trajectory.from_arrays(gas(np.random.default_rng(seed), 12, 300.0), Box.cube(5.0))
        for seed in range(5)
    ]
    assert structure_factor(runs, q_max=4.0, dq=0.1, blocks=5).no_error == ""
    several = structure_factor(runs, q_max=4.0, dq=0.1, blocks=10)
    assert "the structure stays correlated for" in several.no_error
    assert "fewer than 4" in structure_factor(runs, q_max=4.0, dq=0.1, blocks=3).no_error


def test_a_memory_asked_for_at_short_lags_alone_has_no_error_from_parts_that_are_too_short():
    values = remembered(np.random.default_rng(1), 200, (50,), 25.0)
    field = xr.DataArray(values, {"time": ("frame", np.arange(200) * 1.0)}, ("frame", "particle"), "x")
    assert np.isnan(relation.memory(field, lags=[1.0, 2.0]).memory_error).all()


def one_run(memory, n_frames=40, n=150):
    """A run whose structure, motion and who rearranges last `memory` frames, with a field and p_hop of it."""
    rng = np.random.default_rng(3)
    slow = remembered(rng, n_frames, (n,), memory)
    places = 2.0 * remembered(rng, n_frames, (n, 3), memory)
    run = Trajectory.from_arrays(places, Box.cube(6.0), unwrapped=True)
    coords = {"frame": np.arange(n_frames), "time": ("frame", np.arange(n_frames) * 1.0)}
    about = {"trajectory": run.fingerprint, "units": "1"}
    field = xr.DataArray(slow, {**coords, "particle": np.arange(n)}, ("frame", "particle"), "x", about)
    # In common moods, so that frames are alike as well as particles.
    mood = remembered(rng, n_frames, (1,), memory)
    return run, field + 0.5 * mood, (field + mood + 0.3 * rng.normal(size=slow.shape)).rename("p_hop")


def examples(field, hop):
    at = {"run": 0 * field.time, "time": field.time}
    flat = field.assign_coords(at).stack(example=("frame", "particle"), create_index=False)
    soft = hop.stack(example=("frame", "particle"), create_index=False).values > 0.4
    features = np.stack([flat.values, np.random.default_rng(4).normal(size=flat.size)], 1)
    coords = {
        "feature": ["x", "noise"], "soft": ("example", soft), "run": ("example", flat["run"].values),
        "time": ("example", flat["time"].values),
    }  # fmt: skip
    return xr.DataArray(features, coords, ("example", "feature"))


def learned(run, field, hop, verb, **more):
    given = examples(field, hop)
    groups = np.repeat(np.arange(5), len(given) // 5)
    found = verb(given, groups=groups, training=learning.Training("ridge", C=1.0, folds=5), **more)
    if isinstance(found, xr.Dataset):
        return found.accuracy_error.values, found.no_error
    return found.error, found.no_error


def with_reason(found, *names):
    errors = np.array([np.ravel(found[f"{name}_error"].values) for name in names], float)
    return errors, found.attrs["no_error"] if np.isnan(errors).any() else ""


def predictor(run, field, hop):
    frames = [run[k] for k in range(run.n_frames)]
    fitted = fit_predictor(
        indicators.BondOrder(6, cutoff=1.5), frames, list(field.values), target="x",
        groups=[k // 8 for k in range(run.n_frames)],
    )  # fmt: skip
    error = fitted.scores["A"]["pearson"]["error"]
    return np.nan if error is None else error, fitted.provenance.get("no_error", "")


def compared(run, field, hop):
    table = compare(run, [field], [hop], blocks=5).table
    return table.pearson_error.values, str(table.reason.values.ravel()[0])


def moody_events(field):
    """Particles of a common mood have their events at the same times."""
    places = np.argwhere(field.values > np.quantile(field.values, 0.8))
    frame, particle = places[np.lexsort((places[:, 0], places[:, 1]))].T
    columns = {"particle": particle, "frame": frame, "time": frame * 1.0, "peak": 1.0 + 0.0 * frame}
    columns |= {"first_frame": frame, "last_frame": frame}
    table = xr.Dataset({name: ("event", values) for name, values in columns.items()})
    about = {"threshold": 0.1, "observed_from": 0.0, "observed_to": 39.0, "interval": 1.0}
    return table.assign_attrs(about)


def transferred(run, field, _):
    events = moody_events(field)
    return with_reason(
        space.mobility_transfer(run, events, delays=[0.0, 1.5], r_max=3.0, dr=3.0, blocks=5), "transfer"
    )


def clustered(run, field, _):
    found = space.cluster_statistics(space.clusters(run, field, above=0.5, cutoff=1.0), blocks=5)
    return found.mean_size.error, found.mean_size.reason


def agreement(run, field, hop):
    some = range(0, run.n_frames, 5)
    pairs = [
        (field[k], hop[k].expand_dims(time=[1.0]).drop_vars("frame").assign_coords(frame=k)) for k in some
    ]
    later = [one[1].assign_coords(time=[0.5]) for one in pairs]
    return with_reason(relation.rank_correlation([one[0] for one in pairs], later), "rank_correlation")


# Everything in the package that makes an error from parts of one run: an error, and why there is none.
ERRORS = {
    "analysis/comparison/compare": compared,
    "cage/mean_field": lambda run, *_: with_reason(
        cage.softness(structure_factor(run, q_max=3.0, dq=0.2, blocks=5), q_max=3.0), "softness", "depth"
    ),
    "dynamics/curves": lambda run, *_: with_reason(
        correlators(run, lags=[1.0, 3.0], overlap_radius=2.0).isel(lag=0), "msd", "overlap"
    ),
    "learning/fitting": lambda *given: learned(*given, learning.cross_validated),
    "learning/examining": lambda *given: learned(
        *given, learning.by_number, sizes=[50], seed=1
    ),
    "predictors/fitting": predictor,
    "relation/event_theory": lambda run, field, _: with_reason(
        relation.event_rates(field, moody_events(field), bins=[-9.0, 9.0], lead=0.0, blocks=5), "rate"
    ),
    "relation/autocorrelation": lambda run, field, _: with_reason(
        relation.memory(field, lags=[1.0], blocks=5), "memory"
    ),
    "relation/distributions": lambda run, field, _: with_reason(
        distribution(field, bins=[-0.3, 0.3], blocks=5), "probability_density"
    ),
    "relation/probability": lambda run, field, hop: with_reason(
        relation.rearrangement_probability(
            field, hop, threshold=0.4, lead=0.0, bins=2, minimum_count=1, blocks=5
        ),
        "rearrangement_probability",
    ),
    "relation/ranking": lambda run, field, hop: with_reason(
        relation.ranking(field, hop, threshold=0.4, lead=0.0, bins=2, blocks=5), "auc", "mutual_information"
    ),
    "relation/rank_agreement": agreement,
    "space/spatial_correlation": lambda run, field, _: with_reason(
        space.spatial_correlation(run, field, r_max=2.0, dr=1.0, blocks=5), "spatial_correlation"
    ),
    "space/spectra": lambda run, field, _: with_reason(
        space.field_structure_factor(run, field, q_max=3.0, dq=1.0, blocks=5), "field_structure_factor"
    ),
    "space/clusters": clustered,
    "space/facilitation": transferred,
}  # fmt: skip
# The rest are made from errors or from blocks of the ones above, or from things that are independent.
OTHERWISE = {
    "analysis/analyze": "bond order, by its frames' memory: test_analyze",
    "analysis/benchmark/scores": "configurations of a set, four or more",
    "cage/mean_field": "",
    "dynamics/jackknife": "of curves, whose independence it takes",
    "dynamics/onsets": "",
    "dynamics/propensity": "runs of one configuration, each given once",
    "dynamics/threshold": "of curves, whose no_error it takes",
    "dynamics/waiting_statistics": "by its own rule: test_dynamics_events",
    "relation/association": "analysis/comparison/compare asks it where parts are independent",
    "relation/onset_temperature": "of probabilities, whose independence it takes",
    "relation/pairing": "relation/distributions and others ask it",
    "relation/strata": "scatter of strata, not of blocks",
}


@pytest.mark.parametrize("name", ERRORS)
def test_every_error_from_parts_of_one_run_is_known_or_says_why_not(name):
    error, why = ERRORS[name](*one_run(memory=300.0))
    assert np.isnan(np.asarray(error, float)).all(), error
    assert re.search("not independent", why), why
    error, why = ERRORS[name](*one_run(memory=0.2))
    assert np.isfinite(np.asarray(error, float)).all(), why
    assert not why


def test_no_module_makes_an_error_that_the_rule_does_not_know():
    root = Path(supercooled.__file__).parent
    making = {
        str(path.relative_to(root).with_suffix(""))
        for path in root.rglob("*.py")
        if re.search(r"jackknife_error\(|\.?std\([^)]*ddof=1", path.read_text())
    }
    # The store judges equilibration by limits, and a paper's page has errors of its own kind.
    asked = {name for name in making if not name.startswith(("store/", "papers/", "blocks"))}
    assert asked - set(ERRORS) - set(OTHERWISE) == set()
