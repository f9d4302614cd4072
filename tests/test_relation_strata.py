"""Strata, crossings and the collapse of barriers: by law."""

import numpy as np
import pytest
import xarray as xr

from supercooled.errors import ParameterError
from supercooled.relation import common_line, crossings, scaled_barriers, strata, within_fences


def lines(barrier, entropy):
    return xr.Dataset({"barrier": ("softness", barrier), "entropy": ("softness", entropy)})


def crossing_at(T, energy, entropies):
    """Lines that all meet at T with ln P = -energy / T."""
    S = np.asarray(entropies, dtype=float)
    return lines(energy + T * S, S)


def test_strata_are_equally_wide_between_the_percentiles_and_leave_out_what_is_undefined():
    x = np.random.default_rng(1).normal(size=(4, 500))
    x[0, :3] = np.nan
    field = xr.DataArray(x, dims=("frame", "particle"), name="S")
    edges = strata(field, count=5, percentiles=(5.0, 95.0))
    known = x[np.isfinite(x)]
    assert (known < edges[0]).mean() == pytest.approx(0.05, abs=1e-3)
    assert (known > edges[-1]).mean() == pytest.approx(0.05, abs=1e-3)
    assert np.diff(edges) == pytest.approx((edges[-1] - edges[0]) / 5)
    assert strata([field, field.copy()], count=5, percentiles=(5.0, 95.0)) == pytest.approx(edges, abs=1e-2)


@pytest.mark.parametrize(("count", "ends"), [(0, (5, 95)), (3, (95, 5)), (3, (5, 101))])
def test_what_are_no_strata_is_refused(count, ends):
    field = xr.DataArray(np.arange(10.0)[None], dims=("frame", "particle"))
    with pytest.raises(ParameterError, match=r"count must be|strata need"):
        strata(field, count=count, percentiles=ends)
    with pytest.raises(ParameterError, match="no strata"):
        strata(field * 0, count=3, percentiles=(5, 95))


def test_fences_do_not_depend_on_order_or_scale():
    x = np.array([1.0, 1.2, 0.9, 1.1, 5.0, 1.05])
    inside = within_fences(x, fences=1.5)
    assert inside.tolist() == [True, True, True, True, False, True]
    assert within_fences(x[::-1] * -3 + 7, fences=1.5)[::-1].tolist() == inside.tolist()
    assert within_fences(x, fences=100.0).all()
    assert not within_fences([np.nan, np.inf], fences=1.5).any()
    with pytest.raises(ParameterError, match="fences"):
        within_fences(x, fences=-1.0)


def test_lines_through_one_point_cross_there():
    found = crossings(crossing_at(0.85, 3.0, [1.0, 2.0, 3.5, 4.0]), fences=1.5)
    assert found.temperature.value == pytest.approx(0.85)
    assert found.spread == pytest.approx(0.0, abs=1e-12)
    assert (found.kept, found.every) == (6, 6)


def test_nearly_colinear_lines_do_not_move_the_crossing():
    fits = crossing_at(0.85, 3.0, [1.0, 2.0, 3.0, 4.0, 5.0])
    # The third line is almost the second: where those two cross means nothing.
    fits["entropy"][2] = float(fits.entropy[1]) + 0.001
    fits["barrier"][2] = float(fits.barrier[1]) + 0.02
    fits["barrier"] += xr.DataArray([0.01, 0.0, 0.0, -0.01, 0.02], dims="softness")
    found = crossings(fits, fences=1.5)
    assert found.kept < found.every == 10
    assert found.temperature.value == pytest.approx(0.85, rel=0.02)
    assert crossings(fits, fences=1e9).temperature.value > 1.5


def test_missing_strata_are_left_out_and_one_is_too_few():
    fits = crossing_at(0.9, 2.0, [1.0, np.nan, 3.0])
    assert crossings(fits, fences=1.5).every == 1
    with pytest.raises(ParameterError, match="too few for a crossing"):
        crossings(crossing_at(0.9, 2.0, [1.0, np.nan]), fences=1.5)
    parallel = crossings(lines([1.0, 2.0], [3.0, 3.0]), fences=1.5)
    assert np.isnan(parallel.temperature.value)
    assert parallel.kept == 0


def test_barriers_of_lines_that_meet_obey_the_identity():
    T, fits = 0.85, crossing_at(0.85, 3.0, [1.0, 2.0, 3.5])
    scaled = scaled_barriers(fits, crossover=T)
    assert scaled.attrs["log_probability"] == pytest.approx(-3.0 / 0.85)
    assert scaled.scaled_entropy.values == pytest.approx(fits.entropy.values / (-3.0 / 0.85))
    assert scaled.identity.values == pytest.approx(0.0, abs=1e-12)
    # At any other temperature the lines are apart, and the identity does not hold.
    assert np.abs(scaled_barriers(fits, crossover=0.7).identity.values).max() > 0.05
    with pytest.raises(ParameterError, match="crossover"):
        scaled_barriers(fits, crossover=np.nan)
    with pytest.raises(ParameterError, match="a share of particles can't"):
        scaled_barriers(lines([1.0], [9.0]), crossover=1.0)


def test_scaling_brings_liquids_with_one_law_onto_one_line():
    s = [np.linspace(-5, -3, 5), np.linspace(-4.5, -2, 5)]
    unlike = [factor * (1.0 + 0.4 * x) for factor, x in zip((-2.0, -5.0), s, strict=True)]
    scaled = [y / factor for factor, y in zip((-2.0, -5.0), unlike, strict=True)]
    before, after = common_line(s, unlike), common_line(s, scaled)
    assert after.spread == pytest.approx(0.0, abs=1e-7)
    assert after.r_squared == pytest.approx(1.0)
    assert (after.intercept, after.slope) == pytest.approx((1.0, 0.4))
    assert before.spread > 0.2
    assert before.spread**2 == pytest.approx(1 - before.r_squared)
    stretched = common_line(s, [100 * y + 3 for y in unlike])
    assert stretched.spread == pytest.approx(before.spread)
    with pytest.raises(ParameterError, match="three are needed"):
        common_line([[1.0, 2.0]], [[1.0, np.nan]])
