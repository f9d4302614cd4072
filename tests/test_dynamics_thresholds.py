import numpy as np
import pytest
import xarray as xr

from supercooled import Box, Trajectory
from supercooled.blocks import interval_of
from supercooled.dynamics import displacements, hop_threshold, relaxation_time
from supercooled.errors import ParameterError


def curves(lags, alpha2, msd, *, duration=1e4, overlap=None):
    """What displacements would return of these curves, with five blocks that are all alike."""
    overlap = np.exp(-lags / 20.0) if overlap is None else overlap

    def spread(values):
        return np.tile(values, (5, 1))

    return xr.Dataset(
        {
            "alpha2": ("lag", alpha2),
            "msd": ("lag", msd),
            "overlap": ("lag", overlap),
            "alpha2_jackknife": (("block", "lag"), spread(alpha2)),
            "msd_jackknife": (("block", "lag"), spread(msd)),
            "overlap_jackknife": (("block", "lag"), spread(overlap)),
            "block_weight": (("block", "lag"), np.ones((5, len(lags)))),
            "independence": ("lag", np.ones(len(lags))),
        },
        {"lag": lags},
        {"duration": duration},
    )


LAGS = np.geomspace(1.0, 400.0, 40)
BUMP = 1.2 * np.exp(-((np.log(LAGS / 37.0)) ** 2) / 3.0)


def test_the_threshold_is_the_msd_where_alpha2_is_largest():
    found = hop_threshold(curves(LAGS, BUMP, 0.02 * LAGS**0.5), decades=0.3)
    assert found.known
    assert found.time == pytest.approx(37.0, rel=0.01)
    assert found.value == pytest.approx(0.02 * np.sqrt(37.0), rel=0.005)
    assert found.error == pytest.approx(0.0, abs=1e-9)


def test_the_top_lies_between_lags():
    exact = 1.0 - 0.1 * np.log(LAGS / 37.0) ** 2
    found = hop_threshold(curves(LAGS, exact, LAGS**0.5), decades=0.3)
    assert found.time == pytest.approx(37.0, rel=1e-9)
    assert found.value == pytest.approx(np.sqrt(37.0), rel=1e-9)


def test_noise_moves_the_threshold_less_than_the_largest_point_alone():
    rng = np.random.default_rng(2)
    fitted, largest = [], []
    for _ in range(40):
        noisy = BUMP + 0.05 * rng.normal(size=len(LAGS))
        fitted.append(hop_threshold(curves(LAGS, noisy, LAGS), decades=0.5).value)
        largest.append(LAGS[np.argmax(noisy)])
    assert np.nanstd(np.log(fitted)) < 0.6 * np.std(np.log(largest))


def test_the_error_is_the_jackknifes():
    factors = np.array([1.0, 1.1, 0.9, 1.0, 1.05])
    data = curves(LAGS, BUMP, LAGS**0.5)
    data["msd_jackknife"] = data["msd_jackknife"] * factors[:, None]
    found = hop_threshold(data, decades=0.3)
    expected = found.value * interval_of(5) * np.sqrt(4 / 5 * ((factors - factors.mean()) ** 2).sum())
    assert found.error == pytest.approx(expected, rel=1e-9)
    data["independence"] = data["independence"].where(data.lag < 30.0)
    unknown = hop_threshold(data.assign_attrs(no_error="parts share a window"), decades=0.3)
    assert unknown.value == found.value
    assert np.isnan(unknown.error)
    assert unknown.no_error == "parts share a window"


@pytest.mark.parametrize(
    ("data", "width", "reason"),
    [
        (curves(LAGS, LAGS / 400.0, LAGS), 0.3, "no maximum within"),
        (curves(LAGS[:28], BUMP[:28], LAGS[:28]), 0.3, "below twice that"),
        (curves(LAGS, BUMP, LAGS, duration=290.0), 0.3, "less than eight times that"),
        (curves(LAGS, BUMP, LAGS), 0.02, "only 1 lags"),
        (curves(LAGS, np.full(40, np.nan), LAGS), 0.3, "no particle moved"),
    ],
)
def test_what_the_run_cannot_tell_is_not_guessed(data, width, reason):
    found = hop_threshold(data, decades=width)
    assert not found.known
    assert np.isnan([found.value, found.error, found.time]).all()
    assert reason in found.reason


def test_a_maximum_that_hangs_on_one_block_has_no_error():
    data = curves(LAGS, BUMP, LAGS)
    data["alpha2_jackknife"][2] = LAGS
    found = hop_threshold(data, decades=0.3)
    assert found.known
    assert np.isnan(found.error)


def test_the_decades_must_be_positive():
    with pytest.raises(ParameterError, match=r"decades=0\.4"):
        hop_threshold(curves(LAGS, BUMP, LAGS), decades=0.0)


def test_cage_jumps_reach_the_threshold_from_a_trajectory():
    # Rattling about a site, and jumping to another at random: alpha2 peaks when some have jumped.
    rng = np.random.default_rng(5)
    n_frames, n = 3000, 75
    jumps = rng.normal(scale=0.5, size=(n_frames, n, 3)) * (rng.random((n_frames, n, 1)) < 0.01)
    positions = np.cumsum(jumps, axis=0) + rng.normal(scale=0.08, size=(n_frames, n, 3))
    run = Trajectory.from_arrays(positions, Box.cube(40.0), unwrapped=True)
    lags = np.unique(np.rint(np.geomspace(1, 400, 30)))
    found = displacements(run, lags=lags, overlap_radius=0.3)
    threshold = hop_threshold(found, decades=0.4)
    assert threshold.known
    # 6 s^2 of rattling, 3 d^2 a jump: the moments of such motion put the top where these are alike.
    t = np.linspace(1, 200, 2000)
    rate, s2, d2 = 0.01 * t, 2 * 0.08**2, 0.25
    r2 = 3 * (s2 + rate * d2)
    r4 = 15 * (s2**2 + 2 * s2 * rate * d2 + (rate + rate**2) * d2**2)
    top = np.argmax(0.6 * r4 / r2**2 - 1)
    assert threshold.time == pytest.approx(t[top], rel=0.25)
    assert threshold.value == pytest.approx(r2[top], abs=max(4 * threshold.error, 0.1 * r2[top]))
    tau = relaxation_time(found)
    assert tau.known
    assert 0 < tau.error < 0.2 * tau.value


@pytest.mark.parametrize("stretching", [0.5, 1.0])
def test_stretched_exponentials_relax_at_their_time(stretching):
    lags = np.geomspace(1, 1000, 7)
    found = relaxation_time(curves(lags, lags, lags, overlap=np.exp(-((lags / 71.0) ** stretching))))
    assert found.known
    assert found.value == pytest.approx(71.0, rel=1e-9)


def test_an_overlap_that_falls_to_zero_at_once_still_has_a_crossing():
    lags = np.array([1.0, 2.0, 4.0])
    found = relaxation_time(curves(lags, lags, lags, overlap=np.array([1.0, 0.8, 0.0])))
    assert 2.0 < found.value < 4.0


def test_relaxation_that_is_too_slow_or_too_fast_is_said_to_be():
    lags = np.array([1.0, 2.0, 4.0])
    slow = relaxation_time(curves(lags, lags, lags, overlap=np.array([0.9, 0.8, 0.7])))
    assert not slow.known
    assert "still 0.7 at the longest lag, 4" in slow.reason
    fast = relaxation_time(curves(lags, lags, lags, overlap=np.array([0.3, 0.2, 0.1])))
    assert not fast.known
    assert "already below 1/e" in fast.reason
