from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from supercooled import Box, Trajectory
from supercooled.dynamics import propensity
from supercooled.errors import ParameterError, TrajectoryError

BOX = Box(9.0, 8.0, 7.0, 0.3, -0.1, 0.2)


def isoconfigurational(n_runs, n_frames=12, n_particles=30, seed=1):
    """Walks of particles that differ in the length of their steps, (run, frame, particle, 3)."""
    rng = np.random.default_rng(seed)
    start = BOX.absolute(rng.random((n_particles, 3)) - 0.5)
    lengths = np.linspace(0.02, 0.3, n_particles)[:, None]
    steps = lengths * rng.normal(size=(n_runs, n_frames - 1, n_particles, 3))
    walks = start + np.cumsum(steps, axis=1)
    return np.concatenate([np.broadcast_to(start, (n_runs, 1, n_particles, 3)), walks], axis=1), lengths[:, 0]


def trajectories(walks, **more):
    return [Trajectory.from_arrays(walk, BOX, **({"unwrapped": True} | more)) for walk in walks]


def test_gaussian_walks_have_the_maxwell_means_and_spreads():
    walks, length = isoconfigurational(400)
    found = propensity(trajectories(walks), times=[1.0, 9.0])
    for k, n in enumerate((1, 9)):
        scale = length * np.sqrt(n)
        error = found.propensity_error.values[k]
        z = (found.propensity.values[k] - scale * np.sqrt(8 / np.pi)) / error
        assert np.abs(z).max() < 4
        assert 0.6 < z.std() < 1.5
        expected = scale * np.sqrt(3 - 8 / np.pi)
        np.testing.assert_allclose(found.propensity_spread.values[k], expected, rtol=0.2)
        np.testing.assert_allclose(error, found.propensity_spread.values[k] / 20.0, rtol=1e-12)
        np.testing.assert_allclose(found.propensity_squared.values[k], 3 * scale**2, rtol=0.25)


@pytest.mark.parametrize("remove_drift", [False, True])
def test_it_is_the_mean_over_runs_whatever_the_chunks_the_folding_and_the_workers(remove_drift):
    walks, _ = isoconfigurational(4)
    walks = walks + 0.2 * np.arange(12)[:, None, None]
    moved = walks[:, [3, 11]] - walks[:, :1]
    if remove_drift:
        moved = moved - moved.mean(axis=2, keepdims=True)
    distances = np.linalg.norm(moved, axis=3)
    wanted = {"times": [3.0, 11.0], "remove_drift": remove_drift}
    folded = [BOX.wrap(walk)[0] for walk in walks]
    with ThreadPoolExecutor(2) as threads:
        results = [
            propensity(trajectories(walks), **wanted),
            propensity(trajectories(folded, unwrapped=False), megabytes=1e-9, **wanted),
            propensity(trajectories(walks), megabytes=2e-3, executor=threads, **wanted),
        ]
    for found in results:
        np.testing.assert_allclose(found.propensity, distances.mean(axis=0), rtol=1e-12)
        np.testing.assert_allclose(found.propensity_spread, distances.std(axis=0, ddof=1), rtol=1e-10)


def test_runs_that_differ_in_their_start_species_box_or_times_are_refused():
    walks, _ = isoconfigurational(2)
    one, two = trajectories(walks)
    with pytest.raises(ParameterError, match="two or more runs"):
        propensity([one], times=[1.0])
    with pytest.raises(ParameterError, match="runs must be a sequence"):
        propensity(one, times=[1.0])
    with pytest.raises(ParameterError, match=r"there is no frame at 2\.5 after the first; the last is at 11"):
        propensity([one, two], times=[1.0, 2.5])
    with pytest.raises(ParameterError, match="positive and increasing"):
        propensity([one, two], times=[0.0, 1.0])
    elsewhere = walks[1].copy()
    elsewhere[0, 17] += (0.0, 0.1, 0.0)
    with pytest.raises(TrajectoryError, match=r"particle 17 of its first frame is 0\.1 away"):
        propensity([one, *trajectories([elsewhere])], times=[1.0])
    (others,) = trajectories(walks[1:], species=np.arange(30) % 2)
    with pytest.raises(TrajectoryError, match="species"):
        propensity([one, others], times=[1.0])
    wider = Trajectory.from_arrays(walks[1], Box(9.5, 8.0, 7.0, 0.3, -0.1, 0.2), unwrapped=True)
    with pytest.raises(TrajectoryError, match="box"):
        propensity([one, wider], times=[1.0])


def test_a_start_on_the_other_face_of_the_box_is_the_same_start():
    walks, _ = isoconfigurational(2)
    # The last particle lies on a face, and a little noise puts the second run's beyond it.
    walks[:, :, -1] += (0.5 - 1e-9) * BOX.matrix[:, 0] - walks[0, 0, -1]
    found = propensity(trajectories(walks), times=[5.0])
    shifted = walks[1] + (1.0 + 1e-8) * BOX.matrix[:, 0]
    assert np.ptp([BOX.wrap(x[0, -1])[0][0] for x in (walks[0], shifted)]) > 8.9
    other = propensity([*trajectories(walks[:1]), *trajectories([shifted])], times=[5.0])
    np.testing.assert_allclose(found.propensity, other.propensity)
