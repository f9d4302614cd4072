"""Lines through barriers and softness: exact cases, intervals that hold, and what a collapse must not do."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from supercooled import dynamics, relation
from supercooled.errors import ParameterError

T = np.array([0.47, 0.5, 0.55, 0.6, 0.7, 0.8])
S = 1.77e-4 + 1.41e-3 * T


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10**6), n=st.integers(3, 12), slope=st.floats(-5, 5), noise=st.floats(0.01, 3))
def test_a_line_is_that_of_an_independent_library(seed, n, slope, noise):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=n)
    y = 0.3 + slope * x + noise * rng.normal(size=n)
    found, other = relation.line(x, y, confidence=0.9), stats.linregress(x, y)
    assert found.slope == pytest.approx(other.slope, rel=1e-9, abs=1e-9)
    assert found.intercept == pytest.approx(other.intercept, rel=1e-9, abs=1e-9)
    assert found.correlation == pytest.approx(other.rvalue, abs=1e-9)
    # That library takes the residual from 1 - r^2, whose rounding is all that is left of it near r = 1.
    rounding = 1e-6 + 1e-15 / (1.0 - other.rvalue**2)
    assert found.slope_error == pytest.approx(other.stderr, rel=rounding)
    assert found.intercept_error == pytest.approx(other.intercept_stderr, rel=rounding)


def test_nine_intervals_in_ten_hold_the_slope():
    rng = np.random.default_rng(5)
    x = np.linspace(0, 1, 6)
    holds = 0
    for _ in range(400):
        low, high = relation.line(x, 2.0 * x + rng.normal(scale=0.2, size=6), confidence=0.9).slope_ends
        holds += low <= 2.0 <= high
    assert 0.85 < holds / 400 < 0.95


def test_points_that_make_no_line_are_refused():
    with pytest.raises(ParameterError, match="three different points"):
        relation.line([1.0, 1.0, 1.0], [1.0, 2.0, 3.0], confidence=0.9)
    with pytest.raises(ParameterError, match="point 1 is not finite"):
        relation.line([1.0, 2.0, 3.0], [1.0, np.nan, 3.0], confidence=0.9)
    with pytest.raises(ParameterError, match="numbers must be equal"):
        relation.line([1.0, 2.0, 3.0], [1.0, 2.0], confidence=0.9)


def liquids(noise, seed=3):
    rng = np.random.default_rng(seed)
    x = [np.linspace(0.5, 1.3, 6), np.linspace(0.9, 2.0, 6), np.linspace(0.3, 1.0, 5)]
    y = [
        a + b * one + noise * b * rng.normal(size=len(one))
        for one, (a, b) in zip(x, ((-3, 4), (-14, 8), (0.5, 1)), strict=True)
    ]
    return x, y, [relation.line(one, two, confidence=0.9) for one, two in zip(x, y, strict=True)]


def test_own_lines_collapse_liquids_that_one_line_cannot():
    exact, noisy = relation.collapse(*liquids(0.0)), relation.collapse(*liquids(0.05))
    assert exact.after == pytest.approx(0.0, abs=1e-12)
    assert exact.quality == pytest.approx(1.0)
    assert exact.before > 0.3
    # noise is measured against the spread of x, whatever the slopes
    assert 1e-3 < noisy.after < 5e-2
    assert noisy.after < noisy.before


@given(factor=st.floats(0.01, 100.0), shift=st.floats(-10.0, 10.0))
@settings(max_examples=20, deadline=None)
def test_a_collapse_does_not_depend_on_the_unit_of_energy(factor, shift):
    x, y, lines = liquids(0.05)
    moved = [factor * one + shift for one in y]
    again = [relation.line(one, two, confidence=0.9) for one, two in zip(x, moved, strict=True)]
    plain, found = relation.collapse(x, y, lines), relation.collapse(x, moved, again)
    assert found.after == pytest.approx(plain.after, rel=1e-6)
    assert found.before == pytest.approx(plain.before, rel=1e-6)


def test_liquids_that_share_a_line_have_nothing_to_collapse():
    x = [np.linspace(0, 1, 5), np.linspace(1, 3, 5)]
    y = [2.0 * one + 1.0 for one in x]
    lines = [relation.line(a, b, confidence=0.9) for a, b in zip(x, y, strict=True)]
    assert relation.collapse(x, y, lines).before == pytest.approx(0.0, abs=1e-12)


def test_the_law_of_softness_finds_what_made_the_times_and_its_interval_holds_it():
    exact = 0.6 * np.exp((-3.6 + 4.26e-3 / S) / T)
    rng = np.random.default_rng(8)
    holds = 0
    for _ in range(200):
        times = exact * np.exp(0.05 * rng.normal(size=len(T)))
        found = relation.softness_law(T, S, times, errors=0.05 * times, confidence=0.9)
        holds += found.low[2] <= 4.26e-3 <= found.high[2]
    assert holds > 0.85 * 200
    assert relation.softness_law(T, S, exact, confidence=0.9)(T, S) == pytest.approx(exact, rel=1e-8)


def test_softness_beats_arrhenius_where_it_made_the_times_and_not_where_barriers_are_constant():
    curved = 0.6 * np.exp((-3.6 + 4.26e-3 / S) / T)
    plain = 0.6 * np.exp(2.0 / T)
    for times, wins in ((curved, True), (plain, False)):
        errors = 0.03 * times
        soft = relation.softness_law(T, S, times, errors=errors, confidence=0.9)
        other = dynamics.fit_law(T, times, law="arrhenius", errors=errors, confidence=0.9)
        assert (soft.aic < other.aic) == wins


def test_the_information_of_the_law_is_counted_as_that_of_the_others():
    # softness linear in T makes 1/(S T) a VFT-like curve; both have three parameters and no error here
    times = 0.2 * np.exp(1 / (0.189 * (T / 0.279 - 1)))
    errors = 0.05 * times
    soft = relation.softness_law(T, S, times, errors=errors, confidence=0.9)
    vft = dynamics.fit_law(T, times, law="vft", errors=errors, confidence=0.9)
    assert vft.aic == pytest.approx(6.0, abs=1e-3)
    assert soft.aic == pytest.approx(soft.chi_square + 6.0)
    assert soft.degrees_of_freedom == vft.degrees_of_freedom == 3


def test_too_few_temperatures_are_refused():
    with pytest.raises(ParameterError, match="four temperatures"):
        relation.softness_law(T[:3], S[:3], np.ones(3), confidence=0.9)
