import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles.events import extrema, separated, stretches
from scipy.spatial.transform import Rotation

from supercooled import Box, Trajectory
from supercooled.dynamics import (
    ExtremaRule,
    balanced,
    events,
    hops,
    rearrangements,
    training_by_crossing,
    training_by_extrema,
    waiting_times,
)
from supercooled.errors import ParameterError, TrajectoryError
from supercooled.kernels.events import KEPT, count_stretches, find_extrema, find_stretches, thin_out

BOX = Box.cube(60.0)
SMALLEST = 1e-4  # megabytes: chunks of one period each


def hopping(seed, *, n_frames=300, n_particles=6, noise=0.05):
    rng = np.random.default_rng(seed)
    jumps = rng.normal(scale=0.46, size=(n_frames, n_particles, 3))
    jumps *= rng.random((n_frames, n_particles, 1)) < 0.02
    sites = rng.uniform(-20, 20, size=(1, n_particles, 3)) + np.cumsum(jumps, axis=0)
    return sites + rng.normal(scale=noise, size=(n_frames, n_particles, 3))


def trajectory(positions, interval=1.0, box=BOX, **more):
    more = {"unwrapped": True} | more
    return Trajectory.from_arrays(positions, box, times=3.0 + interval * np.arange(len(positions)), **more)


@given(seed=st.integers(0, 10_000), side=st.integers(1, 7), threshold=st.sampled_from([0.01, 0.05, 0.3]))
@settings(deadline=None, max_examples=15)
def test_events_are_the_stretches_of_the_indicator_whatever_the_chunks(seed, side, threshold):
    run = trajectory(hopping(seed), interval=0.5)
    p_hop = hops(run, window=float(side)).values
    slow = stretches(p_hop, threshold)
    for megabytes in (SMALLEST, 64.0):
        table = events(run, window=float(side), threshold=threshold, megabytes=megabytes)
        names = ("particle", "first_frame", "last_frame", "frame")
        fast = np.stack([table[name].values for name in names], axis=1)
        later = np.array([0, side, side, side])
        expected = np.array([s[:4] for s in slow]).reshape(-1, 4) + later
        np.testing.assert_array_equal(fast, expected)
        np.testing.assert_array_equal(table.peak.values, [s[4] for s in slow])
        np.testing.assert_allclose(table.time.values, 3.0 + 0.5 * table.frame.values)
        np.testing.assert_allclose(table.start.values, 3.0 + 0.5 * table.first_frame.values)
        np.testing.assert_allclose(table.end.values, 3.0 + 0.5 * table.last_frame.values)
        np.testing.assert_allclose(table.duration.values, [0.5 * (s[2] - s[1] + 1) for s in slow])
        inside = [side < first and last < 299 - side for _, first, last, _ in fast]
        np.testing.assert_array_equal(table.whole.values, inside)


@given(seed=st.integers(0, 10_000), separation=st.integers(1, 12))
@settings(deadline=None, max_examples=20)
def test_of_equal_values_the_earlier_counts(seed, separation):
    # Whole numbers: flat tops, and peaks alike in height.
    values = np.random.default_rng(seed).integers(0, 4, (60, 3)).astype(float)
    n = count_stretches(values, 1.0)
    spans, peaks, places = np.empty((n, 4), np.int64), np.empty(n), np.empty((n, 3, 3))
    find_stretches(values, np.zeros((64, 3, 3)), 2, 1.0, spans, peaks, places)
    found = sorted((*span, peak) for span, peak in zip(spans.tolist(), peaks, strict=True))
    assert found == stretches(values, 1.0)
    frames, particles, heights = np.empty(200, np.int64), np.empty(200, np.int64), np.empty(200)
    m = find_extrema(values, 1.5, 0.5, frames, particles, heights)
    peak_list, trough_list = extrema(values, 1.5, 0.5)
    columns = zip(particles[:m].tolist(), frames[:m].tolist(), heights[:m], strict=True)
    assert sorted(columns) == sorted(peak_list + trough_list)
    i, t, value = (np.array(column) for column in zip(*peak_list, strict=True))
    fate = np.empty(len(t), np.int64)
    thin_out(i, t, value, separation, -(2**62), 2**62, fate)
    assert [e for e, kept in zip(peak_list, fate == KEPT, strict=True) if kept] == separated(
        peak_list, separation, 1
    )


@pytest.mark.parametrize("folded", [False, True])
def test_displacements_are_means_after_less_means_before_even_across_chunks(folded):
    # A threshold below the rattling: events are long and cross the edges of chunks and the box.
    positions = hopping(3, n_frames=500, noise=0.1)
    box = Box.cube(9.0)
    run = trajectory(box.wrap(positions)[0] if folded else positions, box=box, unwrapped=not folded)
    side = 5
    table = events(run, window=2.0 * side, threshold=0.012, megabytes=SMALLEST)
    assert (table.duration.values > 100).any()
    for k in range(table.sizes["event"]):
        r = positions[:, table.particle.values[k]]
        first, last = table.first_frame.values[k], table.last_frame.values[k]
        expected = r[last : last + side + 1].mean(axis=0) - r[first - side : first + 1].mean(axis=0)
        np.testing.assert_allclose(table.displacement.values[k], expected, atol=1e-11)


def test_a_clean_jump_is_one_event_of_its_own_length():
    positions = np.zeros((101, 3, 3))
    positions[50:, 1] = jump = np.array([0.3, -0.4, 1.2])
    table = events(trajectory(positions), window=20.0, threshold=0.05)
    assert table.particle.values.tolist() == [1]
    np.testing.assert_allclose(table.displacement.values[0], jump, atol=1e-14)
    # The window's middle frame belongs to both halves: two frames see the jump alike.
    assert table.frame.values[0] == 49
    assert table.peak.values[0] == pytest.approx(1.69 * (10 / 11) ** 1.5)
    # Above the threshold while enough of both halves lies on either side: d^2 x^1.5 > 0.05 for a share x.
    x = np.array([k / 11 for k in range(1, 11) if 1.69 * (k / 11) ** 1.5 > 0.05])
    assert table.duration.values[0] == 2 * len(x)


def test_rotation_and_relabelling_carry_over_to_the_table():
    positions = hopping(5)
    turn = Rotation.from_rotvec([0.3, -1.1, 0.7]).as_matrix()
    one = events(trajectory(positions), window=8.0, threshold=0.05)
    two = events(trajectory(positions @ turn.T), window=8.0, threshold=0.05)
    np.testing.assert_array_equal(one.first_frame.values, two.first_frame.values)
    np.testing.assert_allclose(one.displacement.values @ turn.T, two.displacement.values, atol=1e-12)
    order = np.array([3, 1, 5, 0, 2, 4])
    three = events(trajectory(positions[:, order]), window=8.0, threshold=0.05)
    back = three.assign(particle=("event", order[three.particle.values])).sortby(["particle", "first_frame"])
    np.testing.assert_array_equal(back.frame.values, one.frame.values)


def test_species_keep_their_particles_numbers():
    kinds = np.array([0, 1, 0, 1, 1, 0])
    run = trajectory(hopping(6), species=kinds)
    everyone = events(run, window=8.0, threshold=0.05)
    some = events(run, window=8.0, threshold=0.05, species="B")
    chosen = np.isin(everyone.particle.values, [1, 3, 4])
    np.testing.assert_array_equal(some.particle.values, everyone.particle.values[chosen])
    np.testing.assert_array_equal(some.peak.values, everyone.peak.values[chosen])
    assert some.observed.values.tolist() == [1, 3, 4]


def test_rearrangements_are_the_higher_events():
    table = events(trajectory(hopping(7)), window=8.0, threshold=0.05)
    high = rearrangements(table, threshold=0.3)
    assert 0 < high.sizes["event"] < table.sizes["event"]
    assert high.sizes["event"] == (table.peak.values > 0.3).sum()
    with pytest.raises(ParameterError, match="below the threshold of the events"):
        rearrangements(table, threshold=0.01)


def test_a_still_liquid_has_no_event_and_bad_input_is_refused():
    still = trajectory(np.zeros((50, 2, 3)))
    table = events(still, window=8.0, threshold=0.05)
    assert table.sizes["event"] == 0
    assert table.displacement.shape == (0, 3)
    with pytest.raises(ParameterError, match=r"threshold=0\.05"):
        events(still, window=8.0, threshold=0.0)
    with pytest.raises(TrajectoryError, match="shorter than the window"):
        events(still, window=80.0, threshold=0.05)
    with pytest.raises(ParameterError, match="no species 'B'"):
        events(still, window=8.0, threshold=0.05, species="B")


def renewal(draw, n_particles=400, length=300.0, seed=1):
    """A table of renewal processes in the steady state, seen in [0, length]."""
    rng = np.random.default_rng(seed)
    # Starting long before makes the first stretch that of a steady state.
    moments = np.cumsum(draw(rng, (n_particles, int(12 * length))), axis=1) - 5 * length
    particle, column = np.nonzero((moments >= 0) & (moments <= length))
    assert (moments[:, -1] > length).all()
    return xr.Dataset(
        {
            "particle": ("event", particle),
            "time": ("event", moments[particle, column]),
            "observed": np.arange(n_particles),
        },
        attrs={"observed_from": 0.0, "observed_to": length},
    )


def test_a_poisson_process_has_equal_exponential_persistence_and_exchange():
    times = np.array([0.0, 1.0, 3.0, 8.0])
    found = waiting_times(renewal(lambda g, n: g.exponential(3.0, n)), times=times)
    for kind in ("persistence", "exchange"):
        error = found[f"{kind}_survival_error"].values
        miss = found[f"{kind}_survival"].values - np.exp(-times / 3.0)
        assert (np.abs(miss) < 4 * error + 1e-12).all()
        assert (error[1:] < 0.01).all()
        assert found[f"{kind}_mean"].item() == pytest.approx(3.0, abs=4 * found[f"{kind}_mean_error"].item())
        assert found[f"{kind}_mean_error"].item() < 0.05
        assert found[f"{kind}_unseen"].item() < 0.01


def test_persistence_is_exchange_squared_over_twice_exchange():
    # Two rates: many short waits and few long ones.
    def draw(g, n):
        return g.exponential(np.where(g.random(n) < 0.8, 1.0, 10.0))

    found = waiting_times(renewal(draw), times=[0.0, 5.0])
    exchange, squared = 0.8 + 2.0, 2 * (0.8 + 0.2 * 100.0)
    persistence = squared / (2 * exchange)
    share = (0.8 * np.exp(-5.0) + 2.0 * np.exp(-0.5)) / exchange
    assert found.exchange_mean.item() == pytest.approx(exchange, abs=4 * found.exchange_mean_error.item())
    assert found.persistence_mean.item() == pytest.approx(
        persistence, abs=4 * found.persistence_mean_error.item()
    )
    assert found.persistence_mean_error.item() < 0.05 * persistence
    assert found.persistence_survival.values[1] == pytest.approx(
        share, abs=4 * found.persistence_survival_error.values[1]
    )


def test_a_run_of_a_few_waits_is_not_biased_to_short_ones():
    # Counting only the waits that fit whole into the run would give 2.4 for the mean of uniform ones.
    found = waiting_times(renewal(lambda g, n: g.uniform(0, 6.0, n), 3000, 7.0), times=[0.0, 4.0])
    # Four errors of some 6000 waits that know nothing of each other.
    assert found.exchange_mean.item() == pytest.approx(3.0, abs=0.09)
    assert found.exchange_survival.values[1] == pytest.approx(1 / 3, abs=0.025)
    assert found.persistence_mean.item() == pytest.approx(2.0, abs=0.09)
    assert np.isnan(found.persistence_mean_error)
    assert "shorter than 5 mean persistence times" in found.no_error


def test_the_error_of_waiting_times_knows_that_particles_wait_together():
    """Events of pairs at the same moments are half as many; of all at once, one particle's."""
    alone = renewal(lambda g, n: g.exponential(5.0, n), 40, 2000.0)
    one = alone.isel(event=(alone.particle == 0).values)
    copies = [one.assign(particle=one.particle + k) for k in range(40)]
    all_alike = xr.concat(copies, "event", data_vars="minimal").assign_attrs(alone.attrs)
    single, together = (waiting_times(t, times=[1.0]) for t in (alone, all_alike))
    assert single.dependence < 2.5
    assert together.dependence == pytest.approx(40.0, rel=1e-9)
    assert single.no_error == ""


def test_waits_longer_than_the_run_are_told():
    found = waiting_times(renewal(lambda g, n: g.exponential(30.0, n), 2000, 30.0), times=[0.0])
    assert found.exchange_unseen.item() == pytest.approx(np.exp(-1), abs=0.05)
    assert found.persistence_unseen.item() == pytest.approx(np.exp(-1), abs=0.05)


def test_waiting_times_of_a_trajectory_are_those_of_its_jumps():
    positions = np.zeros((400, 2, 3))
    for number, frame in enumerate((50, 100, 200, 350)):
        positions[frame:, 0, 0] = number + 1.0
    found = waiting_times(events(trajectory(positions), window=10.0, threshold=0.05), times=[49.0, 50.0])
    T = 390.0
    gaps = np.array([50.0, 100.0, 150.0])
    assert found.exchange_mean.item() == pytest.approx(np.average(gaps, weights=1 / (T - gaps)))
    np.testing.assert_allclose(found.exchange_survival.values, [1.0, 2 / 3])
    stretch = np.array([44.5, *gaps, 45.5, T]) - 49.0
    expected = stretch[stretch > 0].sum() / (2 * (T - 49.0))
    assert found.persistence_survival.values[0] == pytest.approx(expected)
    with pytest.raises(ParameterError, match="not shorter than the time observed"):
        waiting_times(events(trajectory(positions), window=10.0, threshold=0.05), times=[390.0])


@pytest.mark.parametrize("interval", [0.1, 0.3, 0.7])
def test_the_unit_of_time_moves_no_event_across_the_end_of_a_wait(interval):
    rng = np.random.default_rng(12)
    frames = [np.unique(np.concatenate([[0, 3, 6], rng.integers(0, 60, 9)])) for _ in range(50)]
    particle = np.repeat(np.arange(50), [len(f) for f in frames])
    waits = np.array([1.0, 2.0, 3.0, 5.0, 8.0])

    def table(unit):
        time = unit * np.concatenate(frames)
        return xr.Dataset(
            {"particle": ("event", particle), "time": ("event", time), "observed": np.arange(50)},
            attrs={"observed_from": 0.0, "observed_to": unit * 59, "interval": unit},
        )

    whole = waiting_times(table(1.0), times=waits)
    scaled = waiting_times(table(interval), times=interval * waits)
    np.testing.assert_allclose(scaled.exchange_survival, whole.exchange_survival)
    for k, t in enumerate(waits):
        early = [(f[i], f[i + 1 :]) for f in frames for i in range(len(f)) if f[i] + 0.5 <= 60 - t]
        longer = sum(not (later <= f + t).any() for f, later in early)
        assert float(whole.exchange_survival[k]) == pytest.approx(longer / len(early))


def test_events_in_the_first_and_the_last_frame_are_the_longest_wait():
    table = xr.Dataset(
        {"particle": ("event", [0, 0]), "time": ("event", [2.0, 8.0]), "observed": [0, 1]},
        attrs={"observed_from": 2.0, "observed_to": 8.0, "interval": 2.0},
    )
    found = waiting_times(table, times=[0.0, 6.0])
    assert found.exchange_mean.item() == pytest.approx(6.0)
    # Stretches of 1, 6, 1 and 8 within 8, of which those beyond 6 leave 2 of 2 times 2.
    assert found.persistence_survival.values[1] == pytest.approx(0.5)
    p = np.array([8 * -np.log(1 - x / 8) - x for x in (1.0, 6.0)]).sum()
    assert found.persistence_mean.item() == pytest.approx(p / -np.log((1 - 1 / 8) * (1 - 6 / 8)))


def test_training_by_crossing_takes_the_lead_and_the_middle_of_quiet():
    positions = np.zeros((201, 3, 3))
    positions[100:, 0, 0] = 1.0  # a rearrangement
    positions[120:, 1, 0] = 0.3  # only a candidate
    run = trajectory(positions, interval=0.5)
    table = events(run, window=5.0, threshold=0.05)
    assert table.particle.values.tolist() == [0, 1]
    first, last = table.first_frame.values, table.last_frame.values
    given = {"rearrangement": 0.2, "lead": 2.5, "quiet": 30.0}
    chosen = training_by_crossing(table, hard_at="middle", **given)
    soft = chosen.isel(example=chosen.soft.values)
    assert (soft.particle.values.tolist(), soft.frame.values.tolist()) == ([0], [first[0] - 5])
    np.testing.assert_allclose(chosen.time.values, 3.0 + 0.5 * chosen.frame.values)
    hard = chosen.isel(example=~chosen.soft.values)
    expected = {
        (0, (5 + first[0] - 1) // 2),
        (0, (last[0] + 1 + 195) // 2),
        (1, (5 + first[1] - 1) // 2),
        (1, (last[1] + 1 + 195) // 2),
        (2, 100),
    }
    assert set(zip(hard.particle.values, hard.frame.values, strict=True)) == expected
    # All 191 frames observed are quiet for 95 and no longer.
    later = training_by_crossing(table, hard_at="after", **given | {"quiet": 95.0})
    hard = later.isel(example=~later.soft.values)
    assert list(zip(hard.particle.values, hard.frame.values, strict=True)) == [(2, 195)]
    never = training_by_crossing(table, hard_at="after", **given | {"quiet": 95.5})
    assert never.soft.values.all()


def test_hard_examples_are_quiet_for_long_enough_and_soft_ones_cross_next():
    runs = [trajectory(hopping(seed, n_frames=800, noise=0.02)) for seed in (11, 12)]
    every = [hops(run, window=10.0).values for run in runs]
    tables = [events(run, window=10.0, threshold=0.05) for run in runs]
    chosen = training_by_crossing(tables, rearrangement=0.2, lead=1.0, quiet=40.0, hard_at="after")
    assert set(chosen.run.values) == {0, 1}
    n_soft = 0
    for example in range(chosen.sizes["example"]):
        frame, particle = chosen.frame.values[example] - 5, chosen.particle.values[example]
        p_hop = every[chosen.run.values[example]]
        if chosen.soft.values[example]:
            n_soft += 1
            assert p_hop[frame, particle] <= 0.05 < p_hop[frame + 1, particle]
        else:
            assert (p_hop[frame - 40 : frame + 1, particle] <= 0.05).all()
    assert 0 < n_soft < chosen.sizes["example"]
    assert n_soft == sum(
        ((table.peak.values > 0.2) & (table.first_frame.values > 5)).sum() for table in tables
    )


@given(
    seed=st.integers(0, 10_000),
    side=st.integers(1, 6),
    separations=st.tuples(st.integers(1, 30), st.integers(1, 90)),
)
@settings(deadline=None, max_examples=15)
def test_extrema_are_thinned_from_the_most_prominent_on_whatever_the_chunks(seed, side, separations):
    run = trajectory(hopping(seed, n_frames=400, n_particles=4))
    p_hop = hops(run, window=2.0 * side).values
    peaks, troughs = extrema(p_hop, 0.1, 0.05)
    slow = [
        sorted((i, t + side) for i, t, _ in separated(found, separation, sign))
        for found, separation, sign in ((peaks, separations[0], 1), (troughs, separations[1], -1))
    ]
    for megabytes in (SMALLEST, 64.0):
        table = training_by_extrema(
            run,
            ExtremaRule(
                window=2.0 * side,
                soft_above=0.1,
                hard_below=0.05,
                soft_separation=float(separations[0]),
                hard_separation=float(separations[1]),
                lead=0.0,
            ),
            megabytes=megabytes,
        )
        for kind, expected in ((True, slow[0]), (False, slow[1])):
            some = table.isel(example=table.soft.values == kind)
            assert sorted(zip(some.particle.values, some.frame.values, strict=True)) == expected


def test_the_lead_moves_soft_structures_only_and_drops_those_before_the_run():
    positions = hopping(12, n_frames=500)
    given = {"window": 10.0, "soft_above": 0.2, "hard_below": 0.05}
    given |= {"soft_separation": 10.0, "hard_separation": 80.0}
    at_once = training_by_extrema(trajectory(positions), ExtremaRule(lead=0.0, **given))
    before = training_by_extrema(trajectory(positions), ExtremaRule(lead=8.0, **given))
    frames = at_once.frame.values - 8 * at_once.soft.values
    assert (frames < 0).sum() == at_once.sizes["example"] - before.sizes["example"]
    np.testing.assert_array_equal(before.frame.values, frames[frames >= 0])


def test_balanced_examples_are_as_many_of_each_and_the_seed_decides():
    table = xr.Dataset({"soft": ("example", np.arange(100) % 5 == 0), "frame": ("example", np.arange(100))})
    drawn = balanced(table, size=15, seed=4)
    assert drawn.soft.values.sum() == 15
    assert drawn.sizes["example"] == 30
    assert len(set(drawn.frame.values)) == 30
    np.testing.assert_array_equal(drawn.frame.values, balanced(table, size=15, seed=4).frame.values)
    assert (drawn.frame.values != balanced(table, size=15, seed=5).frame.values).any()
    with pytest.raises(ParameterError, match="only 20 soft examples for 21"):
        balanced(table, size=21, seed=1)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"hard_at": "end"}, "'middle' or 'after'"),
        ({"quiet": 0.0}, "quiet must be positive"),
        ({"lead": -1.0}, "lead must be 0 or more"),
        ({"rearrangement": 0.01}, "below the threshold"),
    ],
)
def test_training_by_crossing_refuses(change, message):
    table = events(trajectory(hopping(1)), window=8.0, threshold=0.05)
    given = {"rearrangement": 0.2, "lead": 0.0, "quiet": 20.0, "hard_at": "middle"}
    with pytest.raises(ParameterError, match=message):
        training_by_crossing(table, **given | change)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"soft_above": 0.01}, "the soft one higher"),
        ({"hard_separation": 0.0}, "separations must be positive"),
        ({"lead": np.nan}, "lead must be 0 or more"),
    ],
)
def test_training_by_extrema_refuses(change, message):
    given = {"window": 8.0, "soft_above": 0.2, "hard_below": 0.05, "lead": 0.0}
    given |= {"soft_separation": 10.0, "hard_separation": 80.0}
    with pytest.raises(ParameterError, match=message):
        ExtremaRule(**given | change)
