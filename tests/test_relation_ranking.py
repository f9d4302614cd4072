"""Area under the ROC curve and mutual information: exact cases, pair counting, and nothing from nothing."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles.relation import roc_area
from scipy.stats import norm

from supercooled.errors import ParameterError
from supercooled.relation import ranking, within_horizon


def framed(values, name="softness"):
    values = np.asarray(values, dtype=float)
    at = {"frame": np.arange(len(values)), "time": ("frame", 0.5 * np.arange(len(values)))}
    return xr.DataArray(values, at, ("frame", "particle"), name=name)


ASKED = {"threshold": 0.5, "lead": 0.0, "bins": 8}


@given(seed=st.integers(0, 2**31), levels=st.integers(1, 12))
@settings(deadline=None, max_examples=25)
def test_the_area_is_what_counting_pairs_gives_with_ties(seed, levels):
    rng = np.random.default_rng(seed)
    x = rng.integers(0, levels, (4, 10)).astype(float)
    moves = rng.random((4, 10)) < 0.4
    moves[0, 0], moves[0, 1] = True, False
    found = ranking(framed(x), framed(moves, "p_hop"), **ASKED, blocks=2)
    assert float(found.auc) == pytest.approx(roc_area(x.ravel(), moves.ravel()))


def test_two_gaussians_have_the_area_of_their_distance():
    rng = np.random.default_rng(1)
    moves = rng.random((40, 2000)) < 0.3
    found = ranking(framed(rng.normal(size=moves.shape) + 1.2 * moves), framed(moves, "p_hop"), **ASKED)
    assert float(found.auc) == pytest.approx(norm.cdf(1.2 / np.sqrt(2)), abs=4 * float(found.auc_error))
    assert 0 < float(found.auc_error) < 0.01


def test_any_rising_function_of_the_field_ranks_alike_and_a_falling_one_the_other_way():
    rng = np.random.default_rng(2)
    x = rng.normal(size=(10, 300))
    hop = framed(x + rng.normal(size=x.shape) > 1, "p_hop")
    plain, bent, turned = (ranking(framed(y), hop, **ASKED) for y in (x, np.exp(x), -x))
    xr.testing.assert_allclose(plain.auc, bent.auc)
    assert float(plain.auc + turned.auc) == pytest.approx(1.0)
    assert float(bent.mutual_information) == pytest.approx(float(plain.mutual_information))
    assert float(turned.mutual_information) == pytest.approx(float(plain.mutual_information), abs=2e-3)


def test_a_field_that_decides_has_all_the_information_and_one_that_does_not_has_none():
    rng = np.random.default_rng(3)
    x = rng.random((20, 1000))
    sure = ranking(framed(x), framed(x > 0.75, "p_hop"), **ASKED)
    p = float((x > 0.75).mean())
    H = -p * np.log2(p) - (1 - p) * np.log2(1 - p)
    assert float(sure.auc) == 1.0
    assert float(sure.entropy) == pytest.approx(H)
    assert float(sure.mutual_information) == pytest.approx(H, rel=0.05)


def test_the_jackknife_takes_away_what_counting_alone_makes():
    rng = np.random.default_rng(4)
    found = [
        ranking(
            framed(rng.random((10, 40))), framed(rng.random((10, 40)) < 0.3, "p_hop"), **ASKED | {"bins": 30}
        )
        for _ in range(30)
    ]
    raw = np.mean([f.attrs["uncorrected"] for f in found])
    # the plain estimate has a bias of (bins - 1) / (2 n ln 2)
    assert raw == pytest.approx(29 / (800 * np.log(2)), rel=0.2)
    assert abs(np.mean([float(f.mutual_information) for f in found])) < 0.15 * raw


def test_within_the_horizon_whoever_hops_in_time_hops():
    rng = np.random.default_rng(5)
    hop = framed(rng.random((30, 12)), "p_hop")
    ahead = within_horizon(hop, threshold=0.9, horizon=2.0)
    expected = [(hop.values[f : f + 5] > 0.9).any(axis=0) for f in range(26)]
    np.testing.assert_array_equal(ahead.values > 0.9, expected)
    np.testing.assert_array_equal(ahead.frame, np.arange(26))
    now = within_horizon(hop, threshold=0.9, horizon=0.0)
    np.testing.assert_array_equal(now.values > 0.9, hop.values > 0.9)


def test_what_is_not_known_of_the_horizon_is_not_stillness():
    hop = framed(np.array([[0.0, 0.0], [np.nan, 0.5], [0.0, np.nan], [0.0, 0.0]]), "p_hop")
    ahead = within_horizon(hop, threshold=0.2, horizon=0.5)
    np.testing.assert_array_equal(ahead.values, [[np.nan, 0.4], [np.nan, 0.4], [0.0, np.nan]])
    with pytest.raises(ParameterError, match="threshold must be positive, not 0"):
        within_horizon(hop, threshold=0.0, horizon=0.5)


def test_nothing_to_tell_apart_is_refused():
    x = framed(np.random.default_rng(6).random((4, 5)))
    with pytest.raises(ParameterError, match="every particle rearranges"):
        ranking(x, framed(np.ones((4, 5)), "p_hop"), **ASKED)
    with pytest.raises(ParameterError, match="at least 2 bins"):
        ranking(x, x.rename("p_hop"), **ASKED | {"bins": 1})
    with pytest.raises(ParameterError, match="horizon"):
        within_horizon(x, threshold=0.1, horizon=50.0)


def test_a_horizon_needs_frames_of_one_interval():
    hop = framed(np.zeros((5, 2)), "p_hop").assign_coords(time=("frame", [0.0, 0.5, 1.0, 2.0, 2.5]))
    with pytest.raises(ParameterError, match="unevenly spaced"):
        within_horizon(hop, threshold=0.1, horizon=0.5)
    assert within_horizon(hop, threshold=0.1, horizon=0.0).sizes["frame"] == 5


@pytest.mark.parametrize("times", [np.round(np.arange(400) / 3, 3), np.float32(0.1) * np.arange(400)])
def test_times_that_are_rounded_are_of_one_interval(times):
    hop = framed(np.zeros((400, 2)), "p_hop").assign_coords(time=("frame", times))
    interval = float(np.mean(np.diff(times)))
    ahead = within_horizon(hop, threshold=0.1, horizon=30 * interval)
    assert ahead.sizes["frame"] == 400 - 30
    # A horizon that rounding makes a hair shorter than its frames still reaches the last of them.
    shorter = within_horizon(hop, threshold=0.1, horizon=29.995 * interval)
    assert shorter.sizes["frame"] == 400 - 30
    late = np.concatenate([times[:200], times[200:] + 0.5 * interval])
    with pytest.raises(ParameterError, match="unevenly spaced"):
        within_horizon(hop.assign_coords(time=("frame", late)), threshold=0.1, horizon=1.0)
