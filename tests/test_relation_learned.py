"""Predicted relaxation, straight barriers, and temperatures left out, by exact laws."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

import supercooled as sc
from supercooled import relation

P_R = "rearrangement_probability"
S = np.linspace(-3.0, 3.0, 13)


def probability(P, *, density=None):
    density = np.exp(-0.5 * S**2) if density is None else density
    return xr.Dataset(
        {P_R: ("s", P), "probability_density": ("s", density)},
        {"s": S, "lower": ("s", S - 0.25), "upper": ("s", S + 0.25)},
    )


def changes(mean, width, lags=(1.0, 10.0, 1000.0), begin=(-2.0, 0.0, 2.0)):
    begin = np.array(begin)
    shape = (len(begin), len(lags))
    return xr.Dataset(
        {
            "propagated_mean": (("group", "lag"), np.broadcast_to(mean(begin[:, None]), shape)),
            "propagated_width": (("group", "lag"), np.full(shape, width)),
            "initial": ("group", begin),
        },
        {"lag": list(lags)},
    )


def test_one_softness_decays_exponentially():
    found = relation.predicted_overlap(
        probability(np.full(13, 0.02)), interval=2.0, lags=[0, 2, 40], share_beyond=0.5
    )
    np.testing.assert_allclose(found.overlap.values, 0.99 ** np.array([0, 1, 20]), rtol=1e-12)


def test_two_softnesses_decay_as_the_sum_of_two_exponentials():
    density = np.zeros(13)
    density[0], density[-1] = 0.75, 0.25
    P = np.full(13, 0.001)
    P[-1] = 0.1
    found = relation.predicted_overlap(
        probability(P, density=density), interval=1.0, lags=[5.0, 50.0], share_beyond=1.0
    )
    t = np.array([5.0, 50.0])
    np.testing.assert_allclose(found.overlap, 0.75 * 0.999**t + 0.25 * 0.9**t, rtol=1e-12)


def test_a_softness_that_does_not_change_makes_both_predictions_one():
    P = 1e-3 * np.exp(S)
    # The propagator's first lag is one step: before it, nothing has changed either.
    same = changes(lambda begin: begin, 1e-9)
    how = {"interval": 1.0, "lags": [1.0, 30.0, 300.0], "share_beyond": 0.6}
    naive = relation.predicted_overlap(probability(P), **how)
    propagated = relation.predicted_overlap(probability(P), changes=same, **how)
    np.testing.assert_allclose(naive.overlap, propagated.overlap, rtol=1e-9)


def test_a_softness_forgotten_at_once_makes_every_particle_decay_alike():
    P = 1e-3 * np.exp(S)
    forgotten = changes(lambda begin: 0.0 * begin, 1e-9, lags=(1.0, 1000.0))
    found = relation.predicted_overlap(
        probability(P), interval=1.0, lags=[1.0, 101.0], share_beyond=1.0, changes=forgotten
    )
    of_each = found.overlap_of.values
    # The first step belongs to where each began, all later ones to softness 0.
    np.testing.assert_allclose(of_each[:, 1] / of_each[:, 0], 0.999**100, rtol=1e-9)


def test_a_wide_propagator_raises_a_convex_probability():
    P = 1e-3 * np.exp(S)
    wide = changes(lambda begin: 0.0 * begin, 0.5)
    found = relation.predicted_overlap(
        probability(P), interval=1.0, lags=[1.0, 2.0], share_beyond=1.0, changes=wide
    )
    ratio = found.overlap_of.values[6, 1] / found.overlap_of.values[6, 0]
    # The mean of exp(S) over a Gaussian of width 0.5
    assert 1.0 - ratio == pytest.approx(1e-3 * np.exp(0.125), rel=1e-2)


def test_a_bin_without_probability_takes_it_from_its_neighbours():
    P = 1e-3 * np.exp(S)
    gap = P.copy()
    gap[5] = np.nan
    how = {"interval": 1.0, "lags": [100.0], "share_beyond": 1.0}
    a, b = (relation.predicted_overlap(probability(p), **how).overlap for p in (P, gap))
    np.testing.assert_allclose(a, b, rtol=1e-9)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"share_beyond": 0.0}, "share_beyond must be positive and at most 1"),
        ({"share_beyond": 1.5}, "share_beyond must be positive and at most 1"),
        ({"lags": [-1.0]}, r"lags\[0\] must be 0\.0 or more"),
    ],
)
def test_impossible_predictions_are_refused(change, message):
    how = {"interval": 1.0, "lags": [1.0], "share_beyond": 0.5, **change}
    with pytest.raises(sc.SupercooledError, match=message):
        relation.predicted_overlap(probability(np.full(13, 0.1)), **how)
    with pytest.raises(sc.SupercooledError, match="no softness has"):
        relation.predicted_overlap(
            probability(np.full(13, np.nan)), interval=1.0, lags=[1.0], share_beyond=0.5
        )


def law(T, *, bend=0.0):
    """P_R of barriers 8 - 2 S and entropies 8 - 2.5 S, with a bend in 1/T that no barrier has."""
    T = np.asarray(T)[:, None]
    P = np.exp(8.0 - 2.5 * S - (8.0 - 2.0 * S) / T + bend * (1 / T - 2.0) ** 2)
    both = ("temperature", "s")
    return xr.Dataset({P_R: (both, P), f"{P_R}_error": (both, 0.01 * P)}, {"temperature": T[:, 0], "s": S})


def test_straight_barriers_are_found_with_their_crossing():
    fits = relation.arrhenius(law([0.45, 0.5, 0.6]), weighting="equal")
    found = relation.straight_barriers(fits)
    assert (found.e0, found.e1) == pytest.approx((8.0, 2.0))
    assert (found.s0, found.s1) == pytest.approx((8.0, 2.5))
    assert found.onset == pytest.approx(0.8)
    assert found.curvature < 1e-6


def test_a_bent_barrier_is_told_from_a_straight_one():
    fits = relation.arrhenius(law([0.45, 0.5, 0.6]), weighting="equal")
    bent = fits.assign(barrier=fits.barrier + 0.3 * fits.s**2)
    assert relation.straight_barriers(bent).curvature == pytest.approx(0.3 * 3.0 / 2.0, rel=1e-6)
    three = bent.isel(s=slice(0, 3))
    half = 0.5 * float(np.ptp(three.s.values))
    slope = relation.straight_barriers(three).e1
    assert relation.straight_barriers(three).curvature == pytest.approx(abs(0.3 * half / slope), rel=1e-6)


def test_a_temperature_left_out_is_predicted_by_a_barrier_and_not_by_a_bend():
    T = [0.45, 0.5, 0.55, 0.6]
    exact = relation.left_out(law(T), weighting="equal")
    np.testing.assert_allclose(exact.predicted, exact[P_R], rtol=1e-9)
    np.testing.assert_allclose(exact.slope, 1.0, rtol=1e-9)
    np.testing.assert_array_equal(exact.outside, [True, False, False, True])
    bent = relation.left_out(law(T, bend=3.0), weighting="equal")
    assert (bent.deviation > 0.01).all()
    assert float(bent.deviation[0]) > float(bent.deviation[1])


def test_too_few_temperatures_can_not_be_left_out():
    with pytest.raises(sc.SupercooledError, match="leaving one out in turn needs 3"):
        relation.left_out(law([0.5, 0.6]), weighting="equal")
    fits = relation.arrhenius(law([0.45, 0.5, 0.6]), weighting="equal")
    with pytest.raises(sc.SupercooledError, match="need three"):
        relation.straight_barriers(fits.isel(s=slice(0, 2)))
