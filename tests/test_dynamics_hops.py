from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles.dynamics import hop_indicator as slow_hop_indicator
from scipy.spatial.transform import Rotation

from supercooled import Box, Trajectory
from supercooled.dynamics import events, hops
from supercooled.errors import ParameterError, TrajectoryError

BOX = Box.cube(50.0)


def walk(seed, n_frames=40, n_particles=7, step=0.1):
    rng = np.random.default_rng(seed)
    steps = rng.normal(scale=step, size=(n_frames, n_particles, 3))
    return np.cumsum(steps, axis=0) + rng.uniform(-20, 20, size=(1, n_particles, 3))


def trajectory(positions, interval=1.0, **more):
    times = interval * np.arange(len(positions))
    return Trajectory.from_arrays(positions, BOX, times=times, unwrapped=True, **more)


def p_hop(positions, window=8.0):
    return hops(trajectory(positions), window=window).values


@given(seed=st.integers(0, 1000), side=st.integers(1, 12), n_particles=st.sampled_from([1, 3, 64, 65, 130]))
@settings(deadline=None, max_examples=15)
def test_running_sums_equal_the_formula(seed, side, n_particles):
    positions = walk(seed, n_frames=2 * side + 20, n_particles=n_particles)
    np.testing.assert_allclose(
        p_hop(positions, 2.0 * side), slow_hop_indicator(positions, side), rtol=1e-10, atol=1e-14
    )


def test_sums_that_have_run_for_long_still_equal_the_formula():
    # Far from the origin, drifting, and longer than many fresh starts of the sums.
    positions = walk(1, n_frames=900, n_particles=2) + 1000.0 + 0.5 * np.arange(900)[:, None, None]
    np.testing.assert_allclose(p_hop(positions, 10.0), slow_hop_indicator(positions, 5), rtol=1e-8)


def test_rotation_translation_and_relabelling_change_nothing():
    positions = walk(2)
    turned = positions @ Rotation.from_rotvec([0.3, -1.1, 0.7]).as_matrix().T + [3.0, -2.0, 9.0]
    np.testing.assert_allclose(p_hop(turned), p_hop(positions), rtol=1e-9)
    order = np.random.default_rng(1).permutation(positions.shape[1])
    np.testing.assert_array_equal(p_hop(positions[:, order]), p_hop(positions)[:, order])


def test_time_reversal_reverses_the_indicator():
    positions = walk(3)
    np.testing.assert_allclose(p_hop(positions[::-1]), p_hop(positions)[::-1], rtol=1e-9)


@given(scale=st.floats(0.01, 100.0))
def test_the_indicator_is_a_squared_length(scale):
    positions = walk(4)
    np.testing.assert_allclose(p_hop(scale * positions), scale**2 * p_hop(positions), rtol=1e-8)


@pytest.mark.parametrize("direction", [(1, 0, 0), (0, 0, 1), (1, 1, 1), (1, -2, 0.5)])
def test_a_clean_jump_of_length_d_has_d_squared(direction):
    jump = 0.8 * np.array(direction) / np.linalg.norm(direction)
    positions = np.zeros((400, 1, 3))
    positions[200:] = jump
    k = 50
    largest = p_hop(positions, 2.0 * k).max()
    assert largest == pytest.approx(0.64 * (k / (k + 1)) ** 1.5, rel=1e-12)
    assert largest == pytest.approx(0.64, rel=0.03)


def test_perpendicular_rattles_before_and_after_multiply_as_whole_vectors():
    # Rattling along x before and along y after: a product taken per component would vanish.
    positions = np.zeros((21, 1, 3))
    positions[:10, 0, 0] = np.tile([1.0, -1.0], 5)
    positions[11:, 0, 1] = np.tile([1.0, -1.0], 5)
    assert p_hop(positions, 20.0)[0, 0] == pytest.approx(10 / 11)


def test_uniform_motion():
    # Both halves are rulers of k + 1 marks: variance k(k+2)/12 about means k apart.
    v, k = np.array([0.1, -0.2, 0.2]), 6
    positions = v * np.arange(30)[:, None, None]
    expected = (v @ v) * (k * (k + 2) / 12 + k**2)
    np.testing.assert_allclose(p_hop(positions, 2.0 * k), expected, rtol=1e-10)


def test_a_particle_that_stands_still_has_zero_exactly():
    assert (p_hop(np.full((200, 3, 3), 0.1)) == 0).all()


@pytest.mark.parametrize(("window", "side"), [(6.0, 3), (7.0, 3), (7.9, 3), (8.0, 4), (3.0, 1)])
def test_both_halves_are_closed_and_hold_the_frames_within(window, side):
    positions = walk(5)
    result = hops(trajectory(positions), window=window)
    np.testing.assert_allclose(result.values, slow_hop_indicator(positions, side), rtol=1e-9)
    assert result.attrs["frames_in_each_half"] == side + 1
    assert result.frame.values.tolist() == list(range(side, 40 - side))


def test_the_window_is_a_time_and_coordinates_say_which_frames_are_there():
    positions = walk(6)
    result = hops(trajectory(positions, interval=0.1, temperature=0.5), window=0.6)
    np.testing.assert_allclose(result.values, slow_hop_indicator(positions, 3), rtol=1e-9)
    np.testing.assert_allclose(result.time.values, 0.1 * result.frame.values)
    assert float(result.temperature) == 0.5
    assert result.attrs["units"] == "sigma_AA^2"


def test_chunks_of_any_size_and_an_executor_give_the_same_bits():
    positions = walk(7, n_frames=300, n_particles=5)
    whole = hops(trajectory(positions), window=9.0)
    with ThreadPoolExecutor(2) as executor:
        cut = hops(trajectory(positions), window=9.0, megabytes=1e-6, executor=executor)
    np.testing.assert_array_equal(cut.values, whole.values)


def test_chunks_unwrap_by_continuity_as_the_whole_does():
    positions = walk(8, n_frames=300, n_particles=5, step=0.5)
    folded = Trajectory.from_arrays(BOX.wrap(positions)[0], BOX)
    np.testing.assert_allclose(
        hops(folded, window=9.0, megabytes=1e-6).values, p_hop(positions, 9.0), rtol=1e-9, atol=1e-12
    )


def test_the_plane():
    positions = walk(9)[..., :2]
    flat = Trajectory.from_arrays(positions, Box(50.0, 50.0, dimensions=2), unwrapped=True)
    np.testing.assert_allclose(hops(flat, window=8.0).values, slow_hop_indicator(positions, 4), rtol=1e-9)


def test_a_drift_of_all_is_taken_out_where_asked_and_of_some_particles_too():
    still = walk(11)
    still -= still.mean(axis=1, keepdims=True)
    drifting = still + 0.3 * np.arange(len(still))[:, None, None] * [1.0, 0.0, 0.0]
    species = np.arange(7) % 2
    kept = hops(trajectory(drifting, species=species), window=8.0)
    taken = hops(trajectory(drifting, species=species), window=8.0, remove_drift=True)
    np.testing.assert_allclose(taken, p_hop(still), rtol=1e-9)
    assert float(kept.mean()) > 2 * float(taken.mean())
    some = hops(trajectory(drifting, species=species), window=8.0, species="B", remove_drift=True)
    np.testing.assert_array_equal(some, taken.isel(particle=some.particle.values))
    asked = {"window": 8.0, "threshold": 0.2}
    found = events(trajectory(drifting), remove_drift=True, **asked)
    assert found.particle.values.tolist() == events(trajectory(still), **asked).particle.values.tolist()


def test_the_window_that_is_recorded_is_the_one_that_was_used():
    run = trajectory(walk(12), interval=0.2)
    for window, used in ((5.0, 4.8), (4.8, 4.8), (2.0, 2.0)):
        assert hops(run, window=window).attrs["window"] == pytest.approx(used)
        assert events(run, window=window, threshold=0.1).attrs["window"] == pytest.approx(used)


def test_a_run_shorter_than_the_window_is_refused_with_both_lengths():
    with pytest.raises(TrajectoryError, match=r"run of 9 tau \(10 frames\).*window of 15 tau \(15 frames\)"):
        hops(trajectory(walk(1, n_frames=10)), window=15.0)


def test_other_bad_windows_and_spacings():
    with pytest.raises(ParameterError, match="shorter than the interval"):
        hops(trajectory(walk(1)), window=1.0)
    for window in (0.0, -1.0, np.nan):
        with pytest.raises(ParameterError, match="positive"):
            hops(trajectory(walk(1)), window=window)
    uneven = Trajectory.from_arrays(walk(1, n_frames=4), BOX, times=[0, 1, 2, 10], unwrapped=True)
    with pytest.raises(TrajectoryError, match="unevenly"):
        hops(uneven, window=2.0)
