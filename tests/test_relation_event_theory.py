"""A theory of the overlap that closes: a Markov toy with planted rates, returns and drift has its q(t)."""

import numpy as np
import pytest
import xarray as xr

from supercooled import relation
from supercooled.errors import ParameterError

INTERVAL, K0, B, TAU = 0.5, 0.006, 1.2, 15.0
BEYOND, BACK, AWAY, RADIUS = 0.7, 0.5, 6.0, 0.5
LAGS = np.array([2.0, 8.0, 25.0, 80.0])


def toy(seed, n=1200, n_frames=500, settle=100):
    """Softness that drifts; events at rates that it sets, beyond a or not, undone or not; and the overlap."""
    rng = np.random.default_rng(seed)
    kept = np.exp(-INTERVAL / TAU)
    S = rng.normal(size=n)
    away = np.zeros(n, bool)
    place, way = np.zeros((n, 2)), np.zeros((n, 3))
    values, steps, events = [], [], []
    for step in range(-settle, n_frames):
        if step >= 0:
            values.append(S.copy())
            steps.append((place[:, 0].copy(), place[:, 1].copy()))
        back = away & (rng.random(n) < -np.expm1(-INTERVAL / AWAY))
        hops = ~away & (rng.random(n) < -np.expm1(-INTERVAL * K0 * np.exp(B * S)))
        beyond = hops & (rng.random(n) < BEYOND)
        length = np.where(beyond, 1.0, 0.2)[:, None]
        direction = rng.normal(size=(n, 3))
        new = length * direction / np.linalg.norm(direction, axis=1)[:, None]
        if step >= 0:
            # It is at its new place in the next frame.
            for who, d in ((np.flatnonzero(back), -way), (np.flatnonzero(hops), new)):
                events.append((who, np.full(len(who), step + 1), d[who]))
        # Places by number: the home that a particle has now, and whether it is out.
        lost = beyond & (rng.random(n) >= BACK)
        out = beyond & ~lost
        place[lost, 0] += 1
        place[out, 1], place[back, 1] = 1.0, 0.0
        way[hops] = new[hops]
        away = (away & ~back) | out
        S = kept * S + np.sqrt(1 - kept**2) * rng.normal(size=n)
    who, frame, d = (np.concatenate(part) for part in zip(*events, strict=True))
    inside = frame < n_frames
    who, frame, d = who[inside], frame[inside], d[inside]
    order = np.lexsort((frame, who))
    columns = {"particle": who, "time": INTERVAL * frame, "peak": 0 * frame + 1.0, "frame": frame}
    columns |= {"first_frame": frame, "last_frame": frame}
    table = xr.Dataset({name: ("event", column[order]) for name, column in columns.items()})
    table["displacement"] = ("event", "component"), d[order]
    about = {
        "threshold": 0.1,
        "observed_from": 0.0,
        "observed_to": INTERVAL * (n_frames - 1),
        "interval": INTERVAL,
    }
    at = {
        "frame": np.arange(n_frames),
        "time": ("frame", INTERVAL * np.arange(n_frames)),
        "particle": np.arange(n),
    }
    field = xr.DataArray(np.array(values), at, ("frame", "particle"), "softness", {"units": "1"})
    home, outside = (np.array(part) for part in zip(*steps, strict=True))
    q = [
        np.mean((home[k:] == home[:-k]) & (outside[k:] == outside[:-k]))
        for k in (LAGS / INTERVAL).astype(int)
    ]
    return field, table.assign_attrs(about), np.array(q)


@pytest.fixture(scope="module")
def toys():
    return [toy(seed) for seed in range(5)]


def test_the_theory_gives_the_overlap_of_a_markov_toy(toys):
    fields, tables, overlaps = zip(*toys, strict=True)
    merged = [relation.excursions(one, within=0.1, window=60.0) for one in tables]
    leaving = relation.Leaving.of(merged, overlap_radius=RADIUS, window=60.0)
    assert abs(leaving.share_beyond - BEYOND) < 0.02
    assert abs(leaving.return_share - BACK) < 0.03
    assert abs(leaving.return_time - AWAY) < 0.4
    edges = np.linspace(-3.5, 3.5, 22)
    rates = relation.event_rates(fields, merged, bins=edges, lead=INTERVAL, blocks=1)
    planted = K0 * np.exp(B * rates.softness)
    well = rates.n_events > 100
    pull = ((rates.rate - planted) / rates.rate_error)[well]
    assert well.sum() > 8
    assert np.sqrt(np.mean(pull**2)) < 2.0, pull.values
    memory = np.mean([relation.memory(one, lags=[5.0], blocks=1).memory.item() for one in fields])
    drift = relation.Drift(mean=0.0, width=1.0, time=-5.0 / np.log(memory))
    assert abs(drift.time - TAU) < 0.5
    measured = np.mean(overlaps, axis=0)
    error = np.std(overlaps, axis=0, ddof=1) / np.sqrt(len(overlaps))
    spread = relation.transitions(fields, lag=2.0, bins=edges)
    for changes in (drift, spread):
        found = relation.closed_overlap(rates, lags=LAGS, leaving=leaving, changes=changes)
        apart = found.overlap.values - measured
        both = np.sqrt(found.overlap_error.values**2 + error**2)
        # Bins of a third of a standard deviation, and shares that are measured too.
        assert (np.abs(apart) < 4 * both + 0.01).all(), (apart, both)
    # Without returns, or with a softness that stays, it is another curve.
    without = relation.closed_overlap(
        rates, lags=LAGS, leaving=relation.Leaving(leaving.share_beyond), changes=drift
    )
    still = relation.closed_overlap(rates, lags=LAGS, leaving=leaving)
    for other in (without, still):
        assert (np.abs(other.overlap.values - measured) > 5 * both).any()


def rates_of(k, edges, S=None):
    middle = 0.5 * (edges[1:] + edges[:-1])
    density = np.exp(-0.5 * middle**2)
    density /= (density * np.diff(edges)).sum()
    return xr.Dataset(
        {"rate": ("softness", k(middle)), "probability_density": ("softness", density)},
        {"softness": middle, "lower": ("softness", edges[:-1]), "upper": ("softness", edges[1:])},
    )


def test_limits_that_are_known():
    edges = np.linspace(-4, 4, 401)
    rates = rates_of(lambda S: 0.05 * np.exp(S), edges)
    once = relation.Leaving(share_beyond=0.5)
    # Softness that stays: the mean of exponentials.
    S = rates.softness.values
    weight = rates.probability_density.values * np.diff(edges)
    still = relation.closed_overlap(rates, lags=LAGS, leaving=once).overlap
    np.testing.assert_allclose(still, np.exp(-0.5 * np.outer(LAGS, 0.05 * np.exp(S))) @ weight, rtol=1e-9)
    # One that changes at once: a single exponential of the mean rate.
    fast = relation.closed_overlap(
        rates, lags=LAGS, leaving=once, changes=relation.Drift(mean=0.0, width=1.0, time=1e-3)
    ).overlap
    np.testing.assert_allclose(fast, np.exp(-0.5 * 0.05 * np.exp(0.5) * LAGS), rtol=2e-3)
    # Returns alone: those away come and go about a balance.
    flat = rates_of(lambda S: 0.1 + 0 * S, edges)
    there = relation.closed_overlap(
        flat, lags=[1e4], leaving=relation.Leaving(share_beyond=1.0, return_share=1.0, return_time=5.0)
    )
    # A third is away at first, and gone later; of the others two thirds are at home.
    np.testing.assert_allclose(there.overlap, (2 / 3) ** 2, rtol=1e-6)


def test_the_overlap_of_a_drift_is_that_of_a_slow_walk():
    """The same equation by many particles of Ornstein and Uhlenbeck."""
    rng, tau, dt = np.random.default_rng(2), 4.0, 0.02
    S, left = rng.normal(size=20000), np.ones(20000)
    for _ in range(500):
        left *= np.exp(-dt * 0.1 * np.exp(S))
        S = np.exp(-dt / tau) * S + np.sqrt(-np.expm1(-2 * dt / tau)) * rng.normal(size=len(S))
    rates = rates_of(lambda S: 0.1 * np.exp(S), np.linspace(-4, 4, 401))
    found = relation.closed_overlap(
        rates,
        lags=[10.0],
        leaving=relation.Leaving(1.0),
        changes=relation.Drift(mean=0.0, width=1.0, time=tau),
    )
    assert abs(found.overlap.item() - left.mean()) < 4 * left.std() / np.sqrt(len(left))


def test_bins_that_differ_and_nothing_known_are_refused():
    edges = np.linspace(-4, 4, 41)
    rates = rates_of(lambda S: 0.1 + 0 * S, edges)
    at = {"frame": np.arange(4), "time": ("frame", np.arange(4.0))}
    field = xr.DataArray([[0.5], [1.5], [0.5], [1.5]], at, ("frame", "particle"), "softness")
    moves = relation.transitions(field, lag=1.0, bins=[0.0, 1.0, 2.0])
    with pytest.raises(ParameterError, match="are not those of the rates"):
        relation.closed_overlap(rates, lags=[1.0], leaving=relation.Leaving(1.0), changes=moves)
    with pytest.raises(ParameterError, match="has a rate of events"):
        relation.closed_overlap(rates_of(lambda S: 0 * S, edges), lags=[1.0], leaving=relation.Leaving(1.0))
    with pytest.raises(ParameterError, match="not a multiple"):
        relation.transitions(field, lag=1.5, bins=[0.0, 1.0, 2.0])
