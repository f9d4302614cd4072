"""What events do to their neighbours: planted transfer, returns, avalanches and changes of softness."""

from itertools import pairwise

import numpy as np
import pytest
import xarray as xr

from supercooled import Box, Trajectory, space
from supercooled.errors import ParameterError


def table_of(particle, time, *, end, displacement=None):
    """Events at frames, which are times, as `dynamics.events` writes them."""
    order = np.lexsort((time, particle))
    particle, time = np.asarray(particle)[order], np.asarray(time, float)[order]
    n = len(time)
    way = np.zeros((n, 3)) if displacement is None else np.asarray(displacement)[order]
    # Whole times are frames; else each time is one.
    whole = (time == np.rint(time)).all()
    frame = time.astype(int) if whole else np.searchsorted(np.unique(time), time)
    columns = {"particle": particle, "time": time, "peak": np.ones(n), "frame": frame}
    columns |= {"first_frame": frame, "last_frame": frame}
    data = {name: ("event", values) for name, values in columns.items()}
    data["displacement"] = (("event", "component"), way)
    attrs = {"threshold": 0.1, "observed_from": 0.0, "observed_to": float(end), "interval": 1.0}
    return xr.Dataset(data, attrs=attrs)


def still_run(xyz, L, times):
    """Particles at rest, with a frame at each time."""
    times = np.unique(times)
    return Trajectory.from_arrays(np.tile(xyz, (len(times), 1, 1)), Box.cube(L), times=times)


def checkerboard(rng, n, duration, *, rate, chance, delay):
    """A square lattice whose white sites move only after a black neighbour has.

    Black ones move by themselves, at a rate; each of the four white neighbours follows with a chance, after a
    time that is exponentially distributed.
    """
    sites = np.stack(np.meshgrid(np.arange(n), np.arange(n), indexing="ij"), -1).reshape(-1, 2)
    black = np.flatnonzero(sites.sum(axis=1) % 2 == 0)
    # Long before the time observed they have begun.
    early = 10 * delay
    count = rng.poisson(rate * (duration + early) * len(black))
    who, when = rng.choice(black, count), rng.uniform(-early, duration, count)
    particle, time = [who], [when]
    for step in ((1, 0), (-1, 0), (0, 1), (0, -1)):
        follows = rng.random(count) < chance
        place = (sites[who[follows]] + step) % n
        particle.append(place[:, 0] * n + place[:, 1])
        time.append(when[follows] + rng.exponential(delay, follows.sum()))
    particle, time = np.concatenate(particle), np.concatenate(time)
    kept = (time > 0) & (time < duration)
    xyz = np.concatenate([sites, np.zeros((len(sites), 1))], axis=1).astype(float)
    return xyz, particle[kept], time[kept]


def test_the_transfer_of_a_constrained_lattice_is_the_planted_one():
    n, duration, rate, chance, delay = 30, 200, 0.02, 0.5, 4.0
    delays = np.array([0.0, 2.0, 6.0, 20.0])
    runs, tables = [], []
    for seed in range(4):
        xyz, particle, time = checkerboard(
            np.random.default_rng(seed), n, duration, rate=rate, chance=chance, delay=delay
        )
        runs.append(still_run(xyz, float(n), time))
        tables.append(table_of(particle, time, end=duration))
    found = space.mobility_transfer(runs, tables, delays=delays, r_max=1.6, dr=0.4, blocks=1)
    near = found.sel(r=1.0, method="nearest")
    white = 4 * chance * rate
    # A black event, then one of its four white neighbours: by chance, or caused.
    black, width = n**2 / 2, np.diff(delays)
    caused = np.diff(-np.exp(-delays / delay)) * chance * rate * 4 * black
    # Two whites about one black site are also caused together; they are sqrt(2) or 2 apart, not 1.
    by_chance = width * rate * white * 4 * black
    pairs = 2 * by_chance + caused
    # What shuffled times give: all pairs at this distance in both orders, those that were caused among them.
    shuffled = 2 * by_chance * (1 + chance / (white * duration))
    # One in a hundred of all pairs so near in time is caused, and stays so in the shuffled times.
    np.testing.assert_allclose(near.transfer, pairs / shuffled, rtol=0.02)
    assert (near.transfer_error < 0.03).all()
    # Whites diagonal to each other have two black neighbours in common; blacks there know of nothing.
    common = 2 * rate * chance**2 * (1 - np.exp(-delays[1] / delay))
    alone = 2 * delays[1] * (white**2 + rate**2)
    diagonal = found.sel(r=1.4, method="nearest").transfer.values[0]
    np.testing.assert_allclose(diagonal, 1 + common / alone, rtol=0.05)


def test_events_that_do_not_know_of_each_other_give_one():
    runs, tables, rng = [], [], np.random.default_rng(7)
    for _ in range(10):
        xyz = np.concatenate([rng.uniform(-4, 4, (300, 2)), np.zeros((300, 1))], axis=1)
        # Some particles move often, all near each other: that alone transfers nothing.
        weight = np.where(xyz[:, 0] > 2, 5.0, 1.0)
        particle = rng.choice(300, 600, p=weight / weight.sum())
        time = rng.uniform(0, 100, 600)
        runs.append(still_run(xyz, 8.0, time))
        tables.append(table_of(particle, time, end=100))
    found = space.mobility_transfer(runs, tables, delays=[0.0, 5.0, 40.0], r_max=3.0, dr=0.5, blocks=1)
    pull = (found.transfer - 1) / found.transfer_error
    assert np.sqrt(np.mean(pull**2)) < 1.7
    np.testing.assert_allclose(found.transfer, 1.0, atol=0.1)


def test_the_null_is_the_mean_over_shuffled_times():
    rng = np.random.default_rng(2)
    xyz = rng.uniform(-3, 3, (40, 3))
    particle, time = rng.integers(0, 40, 60), rng.uniform(0, 50, 60)
    run, edges, box = still_run(xyz, 6.0, time), np.array([0.0, 4.0, 15.0]), Box.cube(6.0)
    found = space.mobility_transfer(
        run, table_of(particle, time, end=50), delays=edges, r_max=2.5, dr=1.25, blocks=1
    )
    r = np.linalg.norm(box.minimum_image(xyz[particle][:, None] - xyz[particle]), axis=-1)
    other = particle[:, None] != particle

    def count(times):
        after = times[None] - times[:, None]
        between = [(after > a) & (after <= b) for a, b in pairwise(edges)]
        return [[(w & other & (r >= a) & (r < a + 1.25)).sum() for a in (0, 1.25)] for w in between]

    null = np.mean([count(rng.permutation(time)) for _ in range(4000)], axis=0)
    np.testing.assert_array_equal(found.n_pairs, count(time))
    np.testing.assert_allclose(found.transfer, count(time) / null, rtol=0.05)


def test_backward_hops_are_as_many_as_planted():
    rng, share, runs = np.random.default_rng(3), 0.3, []
    for _ in range(12):
        n = 400
        way = rng.normal(size=(n, 3))
        back = rng.random(n) < share
        particle, time = np.arange(n), rng.uniform(0, 60, n)
        runs.append(
            table_of(
                np.concatenate([particle, particle[back]]),
                np.concatenate([time, time[back] + rng.uniform(1, 8, back.sum())]),
                end=100.0,
                displacement=np.concatenate([way, -way[back]]),
            )
        )
    # The way back counts as an event too, which is never undone.
    found = space.backward_hops(runs, within=0.1, window=10.0, blocks=1)
    assert abs(found.share - share / (1 + share)) < 3 * found.share_error
    assert 0 < found.share_error < 0.02
    np.testing.assert_allclose(found.next_cosine, -1.0)
    assert space.backward_hops(runs, within=0.1, window=0.5, blocks=1).share == 0.0
    with pytest.raises(ParameterError, match="observed for a window of 200"):
        space.backward_hops(runs, within=0.1, window=200.0)


def slow_avalanches(xyz, box, time, cutoff, window):
    r = np.linalg.norm(box.minimum_image(xyz[:, None] - xyz), axis=-1)
    near = (r < cutoff) & (np.abs(time[:, None] - time) <= window)
    label = np.arange(len(time))
    for _ in label:
        label = np.where(near, label, len(time)).min(axis=1)
    return np.sort(np.unique(label, return_counts=True)[1])


def test_avalanches_are_those_of_labels_that_spread():
    rng = np.random.default_rng(4)
    xyz = rng.uniform(-4, 4, (200, 3))
    particle, time = rng.integers(0, 200, 300), rng.uniform(0, 30, 300)
    run, events = still_run(xyz, 8.0, time), table_of(particle, time, end=30)
    found = space.avalanches(run, events, cutoff=1.5, window=4.0)
    places = xyz[events.particle.values]
    expected = slow_avalanches(places, Box.cube(8.0), events.time.values, 1.5, 4.0)
    np.testing.assert_array_equal(np.sort(found["size"]), expected)
    assert found["size"].max() > 5
    np.testing.assert_array_equal(np.bincount(found.belongs_to), found["size"])
    assert (found.end >= found.start).all()
    assert (found.particles <= found["size"]).all()


def test_the_softness_of_neighbours_changes_as_planted():
    runs, fields, tables = [], [], []
    for seed in range(8):
        rng = np.random.default_rng(seed)
        xyz = rng.uniform(-4, 4, (400, 3))
        values = np.tile(rng.normal(size=400), (80, 1)) + 0.01 * rng.normal(size=(80, 400))
        who, when = rng.choice(400, 10, replace=False), 6 * np.arange(10) + 3
        way = rng.normal(size=(10, 3))
        for particle, frame, d in zip(who, when, way, strict=True):
            apart = Box.cube(8.0).minimum_image(xyz - xyz[particle])
            r = np.linalg.norm(apart, axis=1)
            ahead = apart @ d > 0
            near = (r < 1.5) & (np.arange(400) != particle)
            # Softer ahead and harder behind, as long as the next event is.
            values[frame + 1 : frame + 5, near] += np.where(ahead, 1.0, -0.5)[near]
        runs.append(still_run(xyz, 8.0, np.arange(80.0)))
        fields.append(xr.DataArray(values, {"frame": np.arange(80)}, ("frame", "particle"), "x"))
        tables.append(table_of(who, when, end=79, displacement=way))
    found = space.response(runs, fields, tables, lags=[0.0, 2.0], r_max=3.0, dr=1.5, directions=2, blocks=1)
    near, far = found.sel(lag=2.0).response.transpose("r", "direction").values
    np.testing.assert_allclose(near, [-0.5, 1.0], atol=0.03)
    np.testing.assert_allclose(far, 0.0, atol=0.03)
    # At the end of the event, which begins in the same frame, nothing has changed.
    np.testing.assert_allclose(found.sel(lag=0.0).response, 0.0, atol=1e-12)


def test_events_of_another_run_are_refused():
    run = still_run(np.random.default_rng(1).uniform(-3, 3, (20, 3)), 6.0, np.arange(30.0))
    with pytest.raises(ParameterError, match="has 20"):
        space.avalanches(run, table_of([25], [3.0], end=29), cutoff=1.0, window=1.0)
    with pytest.raises(ParameterError, match="begin at -1"):
        space.mobility_transfer(
            run, table_of([2, 3], [3.0, 4.0], end=29), delays=[-1.0, 1.0], r_max=1.0, dr=0.5
        )
    with pytest.raises(ParameterError, match="no two events"):
        space.mobility_transfer(run, table_of([2], [3.0], end=29), delays=[0.0, 1.0], r_max=1.0, dr=0.5)
