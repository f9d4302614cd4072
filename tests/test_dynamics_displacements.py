from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles.dynamics import moments

from supercooled import Box, Trajectory
from supercooled.dynamics import displacements, hops, logarithmic_lags, propensity
from supercooled.errors import ParameterError, TrajectoryError

BOX = Box.cube(30.0)
CURVES = ("msd", "quartic", "alpha2", "overlap")


def brownian(seed, n_frames=60, n_particles=5, step=0.1, dimensions=3):
    rng = np.random.default_rng(seed)
    steps = rng.normal(scale=step, size=(n_frames, n_particles, dimensions))
    return np.cumsum(steps, axis=0)


def trajectory(positions, interval=1.0, box=BOX, **more):
    times = interval * np.arange(len(positions))
    return Trajectory.from_arrays(positions, box, times=times, unwrapped=True, **more)


@given(
    seed=st.integers(0, 1000),
    spacing=st.integers(1, 7),
    lags=st.sets(st.integers(1, 29), min_size=1, max_size=6),
    megabytes=st.sampled_from([1e-6, 5e-4, 64.0]),
)
@settings(deadline=None, max_examples=25)
def test_moments_equal_the_double_loop_however_frames_are_read(seed, spacing, lags, megabytes):
    positions = brownian(seed, n_frames=30)
    found = displacements(
        trajectory(positions, interval=0.5),
        lags=0.5 * np.array(sorted(lags)),
        overlap_radius=0.3,
        origin_spacing=0.5 * spacing,
        megabytes=megabytes,
    )
    for k, lag in enumerate(sorted(lags)):
        msd, quartic, overlap, origins = moments(positions, lag, spacing, 0.3)
        here = found.isel(lag=k)
        assert float(here.msd) == pytest.approx(msd, rel=1e-12)
        assert float(here.quartic) == pytest.approx(quartic, rel=1e-12)
        assert float(here.overlap) == pytest.approx(overlap, rel=1e-12)
        assert float(here.alpha2) == pytest.approx(0.6 * quartic / msd**2 - 1, rel=1e-9, abs=1e-12)
        assert int(here.n_origins) == origins


def test_chunks_and_an_executor_agree_on_everything():
    run = trajectory(brownian(1))
    asked = {"lags": [1.0, 4.0, 20.0, 50.0], "overlap_radius": 0.3, "origin_spacing": 3.0}
    whole = displacements(run, **asked)
    with ThreadPoolExecutor(2) as executor:
        cut = displacements(run, **asked, megabytes=2e-3, executor=executor)
    for name in whole:
        np.testing.assert_allclose(cut[name].values, whole[name].values, rtol=1e-12, atol=1e-14)


def test_ballistic_flight_is_v2_t2():
    velocities = np.random.default_rng(1).normal(size=(20, 3))
    positions = 0.1 * np.arange(50)[:, None, None] * velocities
    lags = 0.1 * np.array([1, 7, 30])
    found = displacements(trajectory(positions, interval=0.1), lags=lags, overlap_radius=0.5)
    v2 = (velocities**2).sum(axis=1)
    np.testing.assert_allclose(found.msd.values, v2.mean() * lags**2, rtol=1e-10)
    np.testing.assert_allclose(found.quartic.values, (v2**2).mean() * lags**4, rtol=1e-10)
    np.testing.assert_allclose(found.overlap.values, [(v2 * t**2 <= 0.25).mean() for t in lags])
    # Every origin sees the same flight: nothing varies between blocks.
    alike = displacements(trajectory(positions, interval=0.1), lags=lags[:1], overlap_radius=0.5)
    np.testing.assert_allclose(alike.msd_error.values, 0.0, atol=1e-9)


@pytest.mark.parametrize(("dimensions", "box"), [(3, BOX), (2, Box(30.0, 30.0, dimensions=2))])
def test_brownian_motion_is_gaussian_and_diffuses(dimensions, box):
    positions = brownian(3, n_frames=510, n_particles=200, step=0.1, dimensions=dimensions)
    found = displacements(trajectory(positions, box=box), lags=[1.0, 5.0, 20.0], overlap_radius=0.3)
    expected = dimensions * 0.01 * found.lag.values
    assert (np.abs(found.msd.values - expected) < 4 * found.msd_error.values).all()
    assert (np.abs(found.alpha2.values) < 4 * found.alpha2_error.values).all()
    assert (found.alpha2_error.values < 0.02).all()


def test_errors_cover_the_scatter_of_many_runs():
    lags = [5.0]
    runs = [
        displacements(trajectory(brownian(s, n_frames=150)), lags=lags, overlap_radius=0.3) for s in range(60)
    ]
    scatter = np.std([float(r.msd[0]) for r in runs], ddof=1)
    claimed = np.sqrt(np.mean([float(r.msd_error[0]) ** 2 for r in runs]))
    assert claimed == pytest.approx(scatter, rel=0.35)


def test_a_lag_longer_than_a_fifth_of_a_block_has_no_error_and_the_reason():
    run = trajectory(brownian(1, n_frames=101))
    found = displacements(run, lags=[1.0, 4.0, 10.0], overlap_radius=0.05)
    np.testing.assert_array_equal(found.independence.values, [1.0, 1.0, np.nan])
    assert np.isfinite(found.msd_error.values).tolist() == [True, True, False]
    assert np.isfinite(found.msd).all()
    assert "from the lag 10 on each lasts, with 20, less than 5 lags" in found.no_error
    # Particles that stay in their places for more than a third of a block tie it to the next.
    held = displacements(run, lags=[1.0, 4.0, 10.0], overlap_radius=3.0)
    assert np.isnan(held.msd_error).all()
    assert "less than 5 times as long as particles stay in place, 10" in held.no_error
    # Runs of their own are independent, and four of them are enough.
    runs = [trajectory(brownian(seed, n_frames=11)) for seed in range(4)]
    apart = displacements(runs, lags=[1.0, 10.0], overlap_radius=3.0, blocks=1)
    assert np.isfinite(apart.msd_error).all()
    assert "no_error" not in apart.attrs
    few = displacements(runs[:3], lags=[1.0, 10.0], overlap_radius=3.0, blocks=1)
    assert np.isnan(few.msd_error).all()
    assert "fewer than 4 parts" in few.no_error


def test_replicas_are_pooled_particle_by_particle():
    short, long = brownian(1, n_frames=20), brownian(2, n_frames=50)
    both = displacements([trajectory(short), trajectory(long)], lags=[3.0, 30.0], overlap_radius=0.3)
    a, b = moments(short, 3, 1, 0.3), moments(long, 3, 1, 0.3)
    weights = [a[3], b[3]]
    assert float(both.msd[0]) == pytest.approx(np.average([a[0], b[0]], weights=weights))
    assert float(both.msd[1]) == pytest.approx(moments(long, 30, 1, 0.3)[0])
    assert both.sizes["block"] == 10


def test_one_species_alone():
    positions = brownian(1)
    run = trajectory(positions, species=[0, 1, 0, 1, 1], names=("A", "B"))
    found = displacements(run, lags=[2.0], overlap_radius=0.3, species="B")
    assert float(found.msd[0]) == pytest.approx(moments(positions[:, [1, 3, 4]], 2, 1, 0.3)[0])
    assert found.attrs["species"] == "B"


def test_drift_stays_unless_it_is_asked_out():
    positions = brownian(1) + np.arange(60)[:, None, None] * np.array([0.3, 0.0, 0.0])
    moving = displacements(trajectory(positions), lags=[10.0], overlap_radius=0.3)
    still = displacements(trajectory(positions), lags=[10.0], overlap_radius=0.3, remove_drift=True)
    assert float(moving.msd[0]) > 9.0
    centred = positions - positions.mean(axis=1, keepdims=True)
    assert float(still.msd[0]) == pytest.approx(moments(centred, 10, 1, 0.3)[0], rel=1e-9)


def test_folded_frames_read_in_pieces_are_unwrapped_as_one():
    positions = brownian(5, step=0.4)
    small = Box(5.0, 6.0, 7.0, xy=0.3, xz=-0.2, yz=0.1)
    folded = Trajectory.from_arrays(small.wrap(positions)[0], small)
    found = displacements(folded, lags=[1.0, 30.0], overlap_radius=0.3, megabytes=1e-4)
    expected = [moments(positions, lag, 1, 0.3)[0] for lag in (1, 30)]
    np.testing.assert_allclose(found.msd.values, expected, rtol=1e-10)


def test_time_reversal_and_translation_change_nothing():
    positions = brownian(6)
    one = displacements(trajectory(positions), lags=[1.0, 9.0], overlap_radius=0.3)
    other = displacements(trajectory(positions[::-1] + 7.0), lags=[1.0, 9.0], overlap_radius=0.3)
    for name in CURVES:
        np.testing.assert_allclose(other[name].values, one[name].values, rtol=1e-9)


def test_logarithmic_lags_are_whole_intervals_and_evenly_spread():
    run = trajectory(np.zeros((1001, 1, 3)), interval=0.2)
    lags = logarithmic_lags(run, per_decade=10, longest=200.0)
    np.testing.assert_allclose(lags / 0.2, np.rint(lags / 0.2))
    assert lags[0] == pytest.approx(0.2)
    assert lags[-1] == pytest.approx(200.0)
    late = np.diff(np.log10(lags[lags > 10]))
    assert late.max() < 0.13
    assert late.min() > 0.07
    with pytest.raises(ParameterError, match="per_decade=12"):
        logarithmic_lags(run, per_decade=10, longest=0.05)


@pytest.mark.parametrize(
    ("asked", "error", "message"),
    [
        ({"lags": [0.25]}, ParameterError, "not a multiple of the interval"),
        ({"lags": [2.0, 1.0]}, ParameterError, "increasing"),
        ({"lags": []}, ParameterError, "increasing"),
        ({"lags": [0.0, 1.0]}, ParameterError, "positive"),
        ({"lags": [100.0]}, TrajectoryError, "longest lag, 100, exceeds the longest run, 59"),
        ({"overlap_radius": -0.3}, ParameterError, "overlap_radius=0.3"),
        ({"origin_spacing": 1.5}, ParameterError, "origin_spacing 1.5"),
        ({"blocks": 0}, ParameterError, "blocks"),
        ({"species": "C"}, ParameterError, "no species 'C'"),
    ],
)
def test_bad_input_is_named(asked, error, message):
    with pytest.raises(error, match=message):
        displacements(trajectory(brownian(1)), **({"lags": [1.0], "overlap_radius": 0.3} | asked))


def test_no_run_mixed_dimensions_and_uneven_frames_are_refused():
    with pytest.raises(ParameterError, match="no trajectory"):
        displacements([], lags=[1.0], overlap_radius=0.3)
    flat = trajectory(brownian(1, dimensions=2), box=Box(30.0, 30.0, dimensions=2))
    with pytest.raises(TrajectoryError, match="have dimensions 2 and 3: replicas"):
        displacements([trajectory(brownian(1)), flat], lags=[1.0], overlap_radius=0.3)
    uneven = Trajectory.from_arrays(brownian(1, n_frames=4), BOX, times=[0, 1, 2, 10], unwrapped=True)
    with pytest.raises(TrajectoryError, match="unevenly"):
        displacements(uneven, lags=[1.0], overlap_radius=0.3)


@pytest.mark.parametrize("unit", [1.0, 0.037])
def test_of_unevenly_spaced_frames_the_commonest_lags_are_asked_for(unit):
    within = np.array([0, 1, 2, 4, 8, 16, 32, 64])
    times = unit * (100.0 * np.arange(30)[:, None] + within).ravel()
    run = Trajectory.from_arrays(np.zeros((len(times), 1, 3)), Box.cube(5.0), times=times)
    lags = logarithmic_lags(run, per_decade=4, longest=1000.0 * unit) / unit
    # 68 is from the 32nd of one hundred to the next, as often as 64 and nearer to its place
    assert np.rint(lags).tolist() == [1, 2, 4, 6, 8, 16, 32, 68, 100, 200, 300, 500, 800]
    apart = times[:, None] - times
    pairs = [(np.abs(apart / unit - lag) < 1e-6).sum() for lag in lags]
    assert min(pairs) >= 20
    found = displacements(run, lags=lags * unit, overlap_radius=0.3, tolerance=1e-5)
    np.testing.assert_array_equal(found.n_origins, pairs)


def test_a_box_that_changes_is_said_and_one_that_rounds_is_not(recwarn):
    ways = brownian(1, n_frames=10)
    sizes = 30.0 * (1 + 0.01 * np.linspace(0, 1, 10))
    breathing = Trajectory.from_arrays(ways, [Box.cube(size) for size in sizes], unwrapped=True)
    with pytest.warns(UserWarning, match=r"the box changes by 1 % of its edges"):
        displacements(breathing, lags=[2.0], overlap_radius=0.3)
    with pytest.warns(UserWarning, match="changes"):
        hops(breathing, window=4.0)
    sheared = [Box(30.0, 30.0, 30.0, xy=0.01 * k) for k in range(10)]
    with pytest.warns(UserWarning, match=r"changes by 9 %") as said:
        hops(Trajectory.from_arrays(ways, sheared, unwrapped=True), window=4.0)
    # The place that is named is the caller's.
    assert said[0].filename == __file__
    for runs in ([breathing, still := trajectory(ways)], [still, breathing]):
        with pytest.warns(UserWarning, match="changes"):
            propensity(runs, times=[2.0])
    recwarn.clear()
    rounded = [Box.cube(30.0 + 1e-6 * (k % 2)) for k in range(10)]
    displacements(Trajectory.from_arrays(ways, rounded, unwrapped=True), lags=[2.0], overlap_radius=0.3)
    assert not recwarn.list
