"""Rank correlations of structure and motion."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import spearmanr

from supercooled.errors import ParameterError
from supercooled.relation import rank_correlation


def field(values, numbers=None):
    values = np.asarray(values, float)
    numbers = np.arange(len(values)) if numbers is None else numbers
    return xr.DataArray(values, {"particle": numbers}, ("particle",), "softness")


def motion(rows, numbers=None, times=None):
    rows = np.atleast_2d(np.asarray(rows, float))
    numbers = np.arange(rows.shape[1]) if numbers is None else numbers
    times = np.arange(1.0, len(rows) + 1) if times is None else times
    return xr.DataArray(rows, {"time": times, "particle": numbers}, ("time", "particle"), "propensity")


@given(st.integers(0, 2**32 - 1), st.integers(4, 60), st.integers(1, 20))
def test_it_is_spearmans_with_ties(seed, n, levels):
    random = np.random.default_rng(seed)
    x, y = random.integers(0, levels + 1, n).astype(float), random.integers(0, levels + 1, n).astype(float)
    x[:2], y[:2] = (-1.0, levels + 2.0), (levels + 2.0, -1.0)
    found = rank_correlation([field(x)], [motion(y)]).rank_correlation.item()
    assert found == pytest.approx(spearmanr(x, y).statistic, abs=1e-12)


def test_only_the_order_counts_and_turning_it_turns_the_sign():
    random = np.random.default_rng(2)
    x, y = random.normal(size=50), random.normal(size=50)
    straight = rank_correlation([field(x)], [motion(y)]).rank_correlation.item()
    bent = rank_correlation([field(np.exp(3 * x))], [motion(y**3)]).rank_correlation.item()
    turned = rank_correlation([field(-x)], [motion(y)]).rank_correlation.item()
    assert bent == pytest.approx(straight)
    assert turned == pytest.approx(-straight)


def test_particles_meet_by_their_numbers_and_those_without_a_value_stay_out():
    y = np.arange(10.0)
    x = field([9.0, np.nan, 5.0, 0.0], [9, 1, 5, 0])
    found = rank_correlation([x], [motion([y, -y])]).rank_correlation.values
    np.testing.assert_allclose(found, [1.0, -1.0])


def test_the_error_is_that_of_the_mean_over_configurations():
    random = np.random.default_rng(7)
    each = []
    for _ in range(60):
        fields = [field(random.normal(size=200)) for _ in range(4)]
        later = [motion(0.5 * f.values + random.normal(size=200)) for f in fields]
        each.append(rank_correlation(fields, later))
    values = np.array([e.rank_correlation.item() for e in each])
    errors = np.array([e.rank_correlation_error.item() for e in each])
    assert np.sqrt((errors**2).mean()) == pytest.approx(values.std(ddof=1), rel=0.35)
    assert np.isnan(rank_correlation(fields[:1], later[:1]).rank_correlation_error.item())


def test_a_field_meets_the_motion_of_its_own_configuration():
    """Given in another order, each still meets its own; one that there is no motion of is refused."""
    random = np.random.default_rng(9)

    def of(one, frame, trajectory="a" * 32):
        return one.assign_coords(frame=frame).assign_attrs(trajectory=trajectory)

    values = random.normal(size=(3, 50))
    fields = [of(field(v), k) for k, v in enumerate(values)]
    later = [of(motion(v), k) for k, v in enumerate(values)]
    for order in ([0, 1, 2], [2, 0, 1]):
        found = rank_correlation(fields, [later[k] for k in order])
        assert found.rank_correlation.item() == pytest.approx(1.0)
    for other in (of(later[0], 7), of(later[0], 0, "b" * 32)):
        with pytest.raises(ParameterError, match="no motion for frame 0 of trajectory aaaaaaaa"):
            rank_correlation(fields, [other, *later[1:]])


@pytest.mark.parametrize(
    ("fields", "later", "said"),
    [
        ([], [], "give one of each"),
        ([field([1, 2, 3])], [motion([1, 2, 3])] * 2, "give one of each"),
        (
            [field([1, 2, 3]), field([3, 2, 1])],
            [motion([1, 2, 3]), motion([1, 2, 3], times=[9.0])],
            "different times",
        ),
        ([field([1, 2, 3])] * 2, [motion([1, 2, 3])] * 2, "softness is given twice"),
        ([field([1, 2, np.nan])], [motion([1, 2, 3])], "ranks need three"),
    ],
)
def test_what_does_not_fit_together_is_refused(fields, later, said):
    with pytest.raises(ParameterError, match=said):
        rank_correlation(fields, later)
