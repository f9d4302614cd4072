"""Plus and minus the stated error hold the truth in 68 % of cases, or as near as a few parts can."""

import numpy as np
import pytest
import xarray as xr

from supercooled import Box, Trajectory
from supercooled.dynamics import correlators
from supercooled.relation import distribution

# The range that the stated 68 % may be found in; five numbers that know nothing of each other give 63 %.
LEAST, MOST = 0.60, 0.76


def run_of(positions):
    return Trajectory.from_arrays(positions, Box.cube(1000.0), unwrapped=True)


def walkers(rng, n_frames, n):
    """Free walkers, which forget the way that they came at once."""
    return np.cumsum(rng.normal(scale=0.1, size=(n_frames, n, 3)), axis=0)


def remembered(rng, n_frames, shape, memory):
    """Ornstein-Uhlenbeck processes of variance 1 that remember for `memory` frames."""
    kept = np.exp(-1.0 / memory)
    places = rng.normal(size=(n_frames, *shape))
    places[1:] *= np.sqrt(1 - kept**2)
    for k in range(1, n_frames):
        places[k] += kept * places[k - 1]
    return places


def tethered(rng, n_frames, n):
    """Walkers that are drawn back to a site, all over in a few frames."""
    return 0.3 * remembered(rng, n_frames, (n, 3), 4.0)


def moody(rng, n_frames, n):
    """Walkers of which every three are fast for a while and then slow together."""
    mood = np.repeat(remembered(rng, n_frames, (n // 3,), 6.0), 3, axis=1)
    return np.cumsum(0.08 * rng.normal(size=(n_frames, n, 3)) * np.exp(0.25 * mood)[..., None], axis=0)


@pytest.mark.parametrize("process", [walkers, tethered, moody])
def test_stated_errors_of_displacements_and_overlap_cover_the_truth(process):
    # Every three particles are a run of their own, looked at as a group.
    runs, lags = 250, [1.0, 4.0, 10.0, 30.0]
    inside, given = [], []
    for seed, (n_frames, parts) in enumerate(((300, 5), (600, 5), (1200, 10))):
        run = run_of(process(np.random.default_rng(seed), n_frames, 3 * runs))
        groups = np.repeat(np.arange(runs), 3)
        found = correlators(run, lags=lags, overlap_radius=0.4, groups=groups, blocks=parts)
        for name in ("msd", "overlap"):
            value, error = found[name].values, found[f"{name}_error"].values
            known = np.isfinite(error) & (error > 0)
            inside.append((np.abs(value - value.mean(axis=0)) < error)[known])
            given.append(known.mean(axis=0))
        # What parts of too short a run can't know is not given.
        assert not given[-1][n_frames / parts < 5 * np.array(lags)].any()
    assert np.max(given, axis=0)[:3].min() > 0.9
    assert LEAST < np.concatenate(inside).mean() < MOST


def test_half_a_relaxation_time_gives_a_value_and_no_error():
    # Four windows of lag 522 in one run of half a relaxation time said 0.4593(6); runs scatter by 0.06.
    slow = np.cumsum(np.random.default_rng(1).normal(scale=0.004, size=(1000, 50, 3)), axis=0)
    found = correlators(run_of(slow), lags=[100.0, 522.0], overlap_radius=0.3, wave_numbers=[7.2])
    assert np.isfinite(found.scattering).all()
    assert np.isnan(found.scattering_error).all()
    assert "parts of the run are not independent of each other" in found.no_error
    assert "prolong the run, or give 4 or more independent runs with blocks=1" in found.no_error


def test_stated_errors_of_distributions_cover_the_truth_or_are_not_given():
    inside, given = [], {}
    for memory in (0.3, 2.0, 8.0):
        for n_frames in (25, 100, 400):
            found = []
            for seed in range(100):
                values = remembered(np.random.default_rng(seed), n_frames, (10,), memory)
                field = xr.DataArray(values, dims=("frame", "particle"), name="x")
                found.append(distribution(field, bins=[-0.3, 0.3]))
            error = np.array([one.probability_density_error.item() for one in found])
            value = np.array([one.probability_density.item() for one in found])
            known = np.isfinite(error)
            # P(|x| < 0.3) of a normal x, over the bin.
            inside.append((np.abs(value - 0.235823 / 0.6) < error)[known])
            given[memory, n_frames] = known.mean()
    assert LEAST < np.concatenate(inside).mean() < MOST
    # Five parts of 25 or 100 frames say nothing where 8 are remembered; where nothing is, they do.
    assert max(given[8.0, 25], given[8.0, 100]) < 0.3
    assert min(given[0.3, n] for n in (25, 100, 400)) > 0.85
