"""What a field remembers: exact decays, particle by particle twins, and chunks that change nothing."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles.relation import correlation, stayed

from supercooled import Box, Trajectory
from supercooled.errors import ParameterError
from supercooled.relation import StayRule, autocorrelation, memory, propagation


def framed(values):
    at = {
        "frame": np.arange(len(values)),
        "time": ("frame", 0.5 * np.arange(len(values))),
        "particle": np.arange(values.shape[1]),
    }
    return xr.DataArray(values, at, ("frame", "particle"), name="softness")


def moving(positions, box=20.0):
    return Trajectory.from_arrays(
        positions, Box.cube(box), times=0.5 * np.arange(len(positions)), unwrapped=True
    )


@given(seed=st.integers(0, 2**31), step=st.integers(1, 5))
@settings(deadline=None, max_examples=20)
def test_the_memory_is_that_of_the_particle_by_particle_twin(seed, step):
    values = np.random.default_rng(seed).normal(size=(8, 6))
    found = memory(framed(values), lags=[0.5 * step])
    assert float(found.memory[0]) == pytest.approx(correlation(values.tolist(), step))


def test_a_forgetful_walk_decays_as_it_is_made_to():
    rng = np.random.default_rng(1)
    keep, x = 0.8, [rng.normal(size=2000)]
    for _ in range(150):
        x.append(keep * x[-1] + np.sqrt(1 - keep**2) * rng.normal(size=2000))
    found = memory(framed(np.array(x)), lags=[0.5, 1.0, 2.5])
    np.testing.assert_allclose(found.memory, keep ** np.array([1, 2, 5]), atol=0.02)
    assert (found.memory_error < 0.02).all()


def test_a_shift_and_a_scale_of_each_frame_change_nothing():
    rng = np.random.default_rng(2)
    values = np.cumsum(rng.normal(size=(12, 30)), axis=0)
    other = values * rng.uniform(0.5, 2.0, (12, 1)) + rng.normal(size=(12, 1))
    lags = [0.5, 2.0]
    xr.testing.assert_allclose(memory(framed(values), lags=lags), memory(framed(other), lags=lags))


def test_particles_without_a_value_do_not_count():
    values = np.random.default_rng(3).normal(size=(10, 20))
    holes = np.concatenate([values, np.full((10, 7), np.nan)], axis=1)
    xr.testing.assert_allclose(memory(framed(holes), lags=[1.0]), memory(framed(values), lags=[1.0]))


@given(seed=st.integers(0, 2**31))
@settings(deadline=None, max_examples=15)
def test_what_becomes_of_a_group_is_what_the_twin_finds(seed):
    rng = np.random.default_rng(seed)
    values = rng.random((9, 12))
    positions = np.cumsum(rng.normal(scale=0.15, size=(9, 12, 3)), axis=0)
    found = propagation(
        framed(values),
        moving(positions),
        ranges=[(0.0, 0.5), (0.5, 1.0)],
        lags=[0.5, 2.0],
        bins=[0.0, 0.25, 0.5, 0.75, 1.0],
        blocks=5,
        stay=StayRule(within=0.5, overlap_radius=0.3, origins=5),
    )
    for g, group in enumerate([(0.0, 0.5), (0.5, 1.0)]):
        for k, step in enumerate((1, 4)):
            parts = [stayed(values, positions, (o, step), group, (0.5, 0.3)) for o in range(5)]
            fields = np.concatenate([p[0] for p in parts])
            number = sum(p[2] for p in parts)
            assert float(found.overlap[g, k]) == pytest.approx(sum(p[1] for p in parts) / number)
            assert float(found.staying[g, k]) == pytest.approx(len(fields) / number)
            if len(fields):
                assert float(found.propagated_mean[g, k]) == pytest.approx(fields.mean())
                assert float(found.propagated_width[g, k]) == pytest.approx(fields.std(), abs=1e-7)
                density = np.histogram(fields, 4, (0.0, 1.0))[0] / len(fields) / 0.25
                np.testing.assert_allclose(found.propagator[g, k], density)


def test_who_left_and_came_back_has_not_stayed():
    positions = np.zeros((5, 2, 3))
    positions[2, 0, 0] = 0.9
    values = np.tile([1.0, 1.0], (5, 1))
    found = propagation(
        framed(values),
        moving(positions),
        ranges=[(0.5, 1.5)],
        lags=[1.5],
        bins=[0.0, 2.0],
        stay=StayRule(within=0.5, overlap_radius=0.3, origins=1),
    )
    assert float(found.staying[0, 0]) == 0.5
    assert float(found.overlap[0, 0]) == 1.0


@pytest.mark.parametrize(("name", "unit"), [("softness", "sigma_AA^(d+2)"), ("learned_softness", "1")])
def test_what_was_followed_keeps_its_unit(name, unit):
    found = propagation(
        framed(np.random.default_rng(6).random((6, 4))).rename(name),
        moving(np.zeros((6, 4, 3))),
        ranges=[(0.0, 1.0)],
        lags=[0.5],
        bins=4,
        stay=StayRule(within=0.5, overlap_radius=0.3, origins=2),
    )
    named = ("propagated_mean", "propagated_mean_error", "propagated_width", "initial")
    assert {found[key].attrs["units"] for key in named} == {unit}


def test_replicas_are_added_up():
    rng = np.random.default_rng(7)
    fields = [framed(rng.random((length, 10))) for length in (9, 12)]
    paths = [np.cumsum(rng.normal(scale=0.15, size=(one.sizes["frame"], 10, 3)), axis=0) for one in fields]
    asked = {
        "ranges": [(0.0, 0.4), (0.4, 1.0)], "lags": [0.5, 2.0],
        "bins": [0.0, 0.5, 1.0], "blocks": 4, "stay": StayRule(0.5, 0.3, 5),
    }  # fmt: skip
    both = propagation(fields, [moving(one) for one in paths], **asked)
    alone = [propagation(f, moving(x), **asked) for f, x in zip(fields, paths, strict=True)]
    # At each of five origins every particle belongs to one of the groups.
    number = [
        np.array(
            [sum(((v.values[o] >= a) & (v.values[o] <= b)).sum() for o in begins) for a, b in asked["ranges"]]
        )
        for v, begins in zip(fields, ([0, 1, 2, 3, 4], [0, 2, 4, 5, 7]), strict=True)
    ]
    for name in ("overlap", "staying"):
        expected = (
            sum(n[:, None] * one[name] for n, one in zip(number, alone, strict=True)) / sum(number)[:, None]
        )
        np.testing.assert_allclose(both[name], expected)
    # One run given twice would be no more than itself, with errors as of two.
    with pytest.raises(ParameterError, match="given twice"):
        propagation([fields[0], fields[0].copy()], [moving(paths[0]), moving(paths[0])], **asked)
    with pytest.raises(ParameterError, match="2 fields for 1 runs"):
        propagation(fields, moving(paths[0]), **asked)


def test_who_stays_stays_though_its_field_is_not_known_later():
    values = np.tile([1.0, 2.0, 3.0, 4.0], (13, 1))
    values[1::2, 0] = np.nan
    found = propagation(
        framed(values),
        moving(np.zeros((13, 4, 3))),
        ranges=[(0.0, 5.0)],
        lags=[0.5, 1.0],
        bins=4,
        stay=StayRule(within=0.5, overlap_radius=0.3, origins=11),
    )
    np.testing.assert_allclose(found.staying, 1.0)
    np.testing.assert_allclose(found.overlap, 1.0)
    # at odd origins the first has no field, and at even ones it loses it by the first lag
    assert float(found.propagated_mean[0, 0]) == pytest.approx(3.0)


def test_groups_that_touch_share_no_particle_and_those_that_overlap_are_refused():
    values = np.tile([1.0, 2.0, 3.0, 4.0], (6, 1))
    asked = {
        "lags": [0.5],
        "bins": 4,
        "stay": StayRule(0.5, 0.3, 3),
    }
    found = propagation(framed(values), moving(np.zeros((6, 4, 3))), ranges=[(0, 2), (2, 4)], **asked)
    np.testing.assert_allclose(found.initial, [1.0, 3.0])
    np.testing.assert_allclose(found.propagated_mean[:, 0], [1.0, 3.0])
    with pytest.raises(ParameterError, match=r"the groups 0 to 2\.5 and 1\.5 to 4 overlap"):
        propagation(framed(values), moving(np.zeros((6, 4, 3))), ranges=[(1.5, 4), (0, 2.5)], **asked)


def test_errors_are_those_of_repeating_the_run_and_not_given_at_lags_longer_than_a_fifth_of_a_block():
    rng = np.random.default_rng(8)
    lags, found, memories = [0.5, 1.0, 25.0], [], []
    for _ in range(60):
        positions = np.cumsum(rng.normal(scale=0.2, size=(101, 30, 3)), axis=0)
        values = framed(positions[..., 0] + rng.normal(size=(101, 30)))
        found.append(
            propagation(
                values,
                moving(positions),
                ranges=[(-99.0, 99.0)],
                lags=lags,
                bins=[-99.0, 99.0],
                blocks=5,
                stay=StayRule(within=0.5, overlap_radius=0.5, origins=50),
            )
        )
        memories.append(memory(framed(rng.normal(size=(101, 30))), lags=lags))
    for name in ("overlap", "staying"):
        # at lags of a tenth and a fifth of a block of ten frames
        told = np.sqrt(np.mean([one[f"{name}_error"].values[0, :2] ** 2 for one in found], axis=0))
        true = np.std([one[name].values[0, :2] for one in found], axis=0, ddof=1)
        assert np.isnan([one[f"{name}_error"].values[0, 2] for one in found]).all()
        assert ((told / true > 0.7) & (told / true < 1.7)).all(), (name, told / true)
    told = np.sqrt(np.mean([one.memory_error.values[:2] ** 2 for one in memories], axis=0))
    true = np.std([one.memory.values[:2] for one in memories], axis=0, ddof=1)
    assert np.isnan([one.memory_error.values[2] for one in memories]).all()
    assert ((told / true > 0.7) & (told / true < 2.0)).all(), told / true


def test_pieces_of_the_run_change_nothing(monkeypatch):
    rng = np.random.default_rng(4)
    values = rng.random((14, 10))
    positions = np.cumsum(rng.normal(scale=0.2, size=(14, 10, 3)), axis=0)
    wrapped = Trajectory.from_arrays((positions + 2.0) % 4.0 - 2.0, Box.cube(4.0), times=0.5 * np.arange(14))
    asked = {
        "ranges": [(0.0, 1.0)], "lags": [1.0, 3.0],
        "bins": 4, "stay": StayRule(0.5, 0.3, 6),
    }  # fmt: skip
    whole = propagation(framed(values), moving(positions), **asked)
    monkeypatch.setattr(autocorrelation, "frames_within", lambda *_: 3)
    xr.testing.assert_allclose(propagation(framed(values), wrapped, **asked), whole)


def test_lags_and_groups_that_do_not_fit_are_refused():
    values = np.random.default_rng(5).random((6, 4))
    with pytest.raises(ParameterError, match="not a multiple"):
        memory(framed(values), lags=[0.7])
    with pytest.raises(ParameterError, match="the same for all particles"):
        memory(framed(np.ones((6, 4))), lags=[0.5])
    with pytest.raises(ParameterError, match="between 5 and 6"):
        propagation(
            framed(values),
            moving(np.zeros((6, 4, 3))),
            ranges=[(5.0, 6.0)],
            lags=[0.5],
            bins=4,
            stay=StayRule(within=0.5, overlap_radius=0.3, origins=2),
        )
