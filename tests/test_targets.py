"""What the motion makes of each particle: against obvious loops, by law, and what is refused."""

from dataclasses import dataclass

import numpy as np
import pytest
from oracles import targets as slow

import supercooled as sc
from supercooled import targets
from supercooled.cluster import executor
from supercooled.errors import BrokenLawError, ParameterError
from supercooled.targets import (
    BondBreaking,
    Displacement,
    Hop,
    NonaffineMotion,
    PersistenceTime,
    Propensity,
    Target,
)
from supercooled.testing import check_target, liquid_runs

EDGE, FRAMES, PARTICLES = 4.0, 30, 40


def wandering(interval=0.5, *, folded=False):
    """Particles that rattle, jump, and all drift."""
    rng = np.random.default_rng(3)
    start = rng.uniform(0, EDGE, (1, PARTICLES, 3))
    jumps = (rng.random((FRAMES, PARTICLES, 1)) < 0.04) * rng.uniform(-0.6, 0.6, size=(FRAMES, PARTICLES, 3))
    paths = start + np.cumsum(jumps + 0.01, axis=0) + rng.normal(scale=0.04, size=jumps.shape)
    box, times = sc.Box.cube(EDGE), 2.0 + interval * np.arange(FRAMES)
    if folded:
        return sc.Trajectory.from_arrays(box.wrap(paths)[0], box, times=times)
    return sc.Trajectory.from_arrays(paths, box, times=times, unwrapped=True)


RUN = wandering()
PATHS, TIMES = RUN.unwrapped(), RUN.times
CASES = {
    "hop": (
        Hop(within=2.0, window=3.0, threshold=0.05),
        lambda paths: slow.hop(paths, TIMES, 2.0, 3, 0.05),
    ),
    "displacement": (Displacement(after=3.5), lambda paths: slow.displacement(paths, TIMES, 3.5)),
    "persistence": (
        PersistenceTime(distance=0.4, longest=5.0),
        lambda paths: slow.persistence(paths, TIMES, 0.4, 5.0),
    ),
    "bonds": (
        BondBreaking(after=4.0, formed=1.2, broken=1.5),
        lambda paths: slow.bond_breaking(paths, EDGE, TIMES, 4.0, (1.2, 1.5)),
    ),
}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("folded", [False, True])
def test_a_target_is_that_of_the_obvious_loop(name, folded):
    target, twin = CASES[name]
    expected = twin(PATHS)
    assert 0.2 < np.isfinite(expected).mean() < 1
    assert np.nanstd(expected) > 0
    found = target.of(wandering(folded=folded))
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)


def test_workers_and_chunks_never_change_it(monkeypatch):
    here = {name: target.of(RUN).values for name, (target, _) in CASES.items()}
    folded = {name: target.of(wandering(folded=True)).values for name, (target, _) in CASES.items()}
    with executor(2) as pool:
        for name, (target, _) in CASES.items():
            assert target.of(RUN, executor=pool).values.tobytes() == here[name].tobytes()
            again = target.of(wandering(folded=True), executor=pool).values
            assert again.tobytes() == folded[name].tobytes()
    monkeypatch.setattr("supercooled.dynamics.paths.frames_within", lambda *_: 2)
    for name, (target, _) in CASES.items():
        assert target.of(RUN).values.tobytes() == here[name].tobytes()
        again = target.of(wandering(folded=True)).values
        np.testing.assert_allclose(again, folded[name], rtol=1e-9, atol=1e-9)


def test_nonaffine_motion_is_that_of_dynamics_at_the_frames_asked_for():
    target = NonaffineMotion(after=2.0, cutoff=2.0)
    every = sc.dynamics.nonaffine_displacement(RUN, lag=2.0, cutoff=2.0).nonaffine
    found = target.of(RUN, frames=slice(1, None, 3))
    known = found.isel(frame=np.isfinite(found.values).all(axis=1))
    assert known.frame.values.tolist() == [f for f in range(1, FRAMES, 3) if f + 4 < FRAMES]
    np.testing.assert_array_equal(known, every.sel(frame=known.frame))
    assert found.sizes["frame"] > known.sizes["frame"]


def test_the_propensity_is_the_mean_over_runs_and_carries_its_noise():
    runs = liquid_runs(3, number=5, n_frames=12)
    found = Propensity(after=10.0).of(runs, species="B")
    each = np.stack([np.linalg.norm(run.displacement(0, 10), axis=1) for run in runs])
    each = each[:, runs[0].of_species("B")]
    assert found.frame.values.tolist() == [0]
    np.testing.assert_allclose(found[0], each.mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(found.noise[0], each.var(axis=0, ddof=1) / 5, rtol=1e-12)
    np.testing.assert_allclose(found.half[0], each[[0, 2, 4]].mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(found.other_half[0], each[[1, 3]].mean(axis=0), rtol=1e-12)


LAWFUL = (
    Hop(within=3.0, window=4.0, threshold=0.1),
    Displacement(after=5.0),
    Displacement(after=5.0, remove_drift=True),
    PersistenceTime(distance=0.3, longest=9.0),
    Propensity(after=6.0),
    NonaffineMotion(after=4.0, cutoff=2.5),
    BondBreaking(after=8.0, formed=1.4, broken=1.7),
)


@pytest.mark.parametrize("target", LAWFUL, ids=str)
def test_every_target_obeys_the_laws(target):
    check_target(target)


def test_every_known_target_is_among_those_and_says_what_it_is():
    assert {type(one).__name__ for one in LAWFUL} == set(targets.known())
    for kind in targets.known().values():
        assert kind.source
        assert kind.long_name


@pytest.mark.parametrize(
    ("value", "law"),
    [
        (lambda run, row: run.unwrapped()[row, :, 0], "a translation"),
        (lambda run, row: run.displacement(row, run.n_frames - 1)[:, 1] ** 2, "a rotation"),
        (lambda run, row: np.linalg.norm(run.displacement(0, row), axis=1), "the past"),
        (lambda run, row: np.linalg.norm(run.displacement(row, run.n_frames - 1), axis=1), "long after"),
        (lambda run, row: np.arange(run.n_particles), "relabelling"),
        (lambda run, row: np.full(run.n_particles, np.nan), "has no value at any"),
        (lambda run, row: np.full(run.n_particles, run.box.lengths[0]), "rescaling of every length"),
        (lambda run, row: np.full(run.n_particles, run.interval), "rescaling of every time"),
    ],
)
def test_what_measures_no_motion_is_caught(value, law):
    @dataclass(frozen=True)
    class Wrong(Target):
        def values(self, run, rows):
            return np.stack([value(run, int(row)) for row in rows])

    with pytest.raises((BrokenLawError, ParameterError), match=law):
        check_target(Wrong(), dimensions=(3,))


def test_a_target_says_of_what_it_is():
    found = Displacement(after=1.0).of(RUN[4:], species="A", frames=slice(0, 5))
    assert found.dims == ("frame", "particle")
    assert found.frame.values.tolist() == [4, 5, 6, 7, 8]
    np.testing.assert_array_equal(found.time, TIMES[4:9])
    assert found.attrs["trajectory"] == RUN.fingerprint
    assert (found.attrs["units"], found.attrs["after"], found.attrs["binary"]) == ("sigma_AA", 1.0, 0)
    assert found.attrs["target"] == "displacement(after=1)"
    assert Hop(within=1.0, window=2.0, threshold=0.1).of(RUN).attrs["binary"] == 1


def test_of_uneven_frames_those_count_that_have_one_so_much_later():
    some = np.array([0, 1, 2, 4, 8, 9, 16])
    uneven = sc.Trajectory.from_arrays(PATHS[some], RUN.box, times=TIMES[some], unwrapped=True)
    found = Displacement(after=1.0).of(uneven)
    known = np.isfinite(found.values).all(axis=1)
    assert some[known].tolist() == [0, 2]
    np.testing.assert_allclose(found[0], np.linalg.norm(PATHS[2] - PATHS[0], axis=1), rtol=1e-12)


def test_bad_wishes_get_a_sentence():
    with pytest.raises(ParameterError, match=r"needs 99 tau after each frame, .* the run lasts 14.5"):
        Displacement(after=99.0).of(RUN)
    with pytest.raises(ParameterError, match=r"needs 99 tau after each frame, .* the run lasts 14.5"):
        PersistenceTime(distance=1.0, longest=99.0).of(RUN)
    with pytest.raises(ParameterError, match=r"displacement\(after=0.7\) has no value at any"):
        Displacement(after=0.7).of(RUN)
    with pytest.raises(ParameterError, match="two or more trajectories that start from one configuration"):
        Propensity(after=1.0).of(RUN)
    with pytest.raises(ParameterError, match="one trajectory, not"):
        Displacement(after=1.0).of([RUN, RUN])
    with pytest.raises(ParameterError, match="selects none of the 30 frames"):
        Displacement(after=1.0).of(RUN, frames=slice(50, None))
    with pytest.raises(ParameterError, match="start with it"):
        Propensity(after=1.0).of(liquid_runs(3, n_frames=4), frames=slice(1, None))
    with pytest.raises(ParameterError, match=r"at least formed=1\.5"):
        BondBreaking(after=1.0, formed=1.5, broken=1.0)
