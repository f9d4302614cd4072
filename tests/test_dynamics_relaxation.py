import re

import numpy as np
import pytest
import xarray as xr
from scipy.integrate import quad

from supercooled import Box, Trajectory
from supercooled.blocks import interval_of
from supercooled.dynamics import (
    correlators,
    diffusion,
    reduced_diffusion,
    relaxation_time,
    stretched_exponential,
)
from supercooled.errors import ParameterError

LAGS = np.geomspace(0.1, 1000.0, 41)


def curve(values, lags=LAGS, name="overlap"):
    return xr.DataArray(values, dims="lag", coords={"lag": lags}, name=name)


def with_blocks(name, rows, lags=LAGS, **attributes):
    """A dataset as the correlators return it, of curves without each block."""
    rows = np.asarray(rows)
    return xr.Dataset(
        {
            name: ("lag", rows.mean(axis=0)),
            f"{name}_jackknife": (("block", "lag"), rows),
            "block_weight": (("block", "lag"), np.ones(rows.shape)),
            "independence": ("lag", np.ones(len(lags))),
        },
        {"lag": lags},
        {"dimensions": 3} | attributes,
    )


@pytest.fixture(scope="module")
def brownian():
    """Steps of variance 2 D in each component: D = 0.02."""
    rng = np.random.default_rng(3)
    walk = np.cumsum(rng.normal(scale=0.2, size=(1800, 100, 3)), axis=0)
    run = Trajectory.from_arrays(walk, Box.cube(50.0), unwrapped=True)
    lags = np.unique(np.rint(np.geomspace(1, 60, 14)))
    return correlators(run, lags=lags, overlap_radius=0.5, wave_numbers=[1.5, 3.0], origin_spacing=3.0)


@pytest.mark.parametrize("k", [1.5, 3.0])
def test_brownian_scattering_relaxes_after_one_over_k_squared_d(brownian, k):
    found = relaxation_time(brownian.sel(q=k), of="scattering")
    assert found.known
    assert found.value == pytest.approx(1 / (0.02 * k**2), abs=4 * found.error)
    assert 0 < found.error < 0.1 * found.value


def test_brownian_motion_has_its_diffusion_coefficient_from_the_first_lag_on(brownian):
    found = diffusion(brownian, tolerance=0.1, decades=0.4)
    assert found.known
    assert found.start == 1.0
    assert found.value == pytest.approx(0.02, abs=4 * found.error)
    assert 0 < found.error < 0.002


def test_a_curve_that_hangs_on_more_than_the_lag_is_refused(brownian):
    with pytest.raises(ParameterError, match=r"depends on \['q'\] and the lag"):
        relaxation_time(brownian, of="scattering")
    with pytest.raises(ParameterError, match="no curve 'nonsense'"):
        relaxation_time(brownian, of="nonsense")


@pytest.mark.parametrize("level", [0.1, 0.5, 0.9])
def test_any_level_is_found_on_a_stretched_exponential(level):
    found = relaxation_time(curve(np.exp(-((LAGS / 30.0) ** 0.6))), level=level)
    assert found.value == pytest.approx(30.0 * (-np.log(level)) ** (1 / 0.6), rel=1e-9)
    with pytest.raises(ParameterError, match="between 0 and 1"):
        relaxation_time(curve(np.exp(-LAGS)), level=1.0)


def test_errors_of_a_curve_alone_move_the_crossing_by_as_much_over_its_slope():
    values, sigma = np.exp(-LAGS / 30.0), 0.01
    found = relaxation_time(curve(values), errors=curve(np.full(len(LAGS), sigma)))
    # dq/dt = -q/tau at the crossing; all lags shifted together shift it by sigma over that.
    assert found.error == pytest.approx(sigma * 30.0 * np.e, rel=0.02)
    assert np.isnan(relaxation_time(curve(values)).error)


def test_blocks_that_depend_on_each_other_or_are_few_give_no_error_and_the_reason():
    times = [28.0, 30.0, 33.0, 29.0, 31.0]
    data = with_blocks("overlap", [np.exp(-LAGS / tau) for tau in times])
    one = relaxation_time(data)
    assert one.error == pytest.approx(interval_of(5) * np.sqrt(4 / 5 * np.var(times) * 5), rel=1e-9)
    assert one.no_error == ""
    data["independence"] = ("lag", np.where(LAGS < 10.0, 1.0, np.nan))
    dependent = relaxation_time(data.assign_attrs(no_error="parts share a window"))
    assert dependent.value == one.value
    assert np.isnan(dependent.error)
    assert dependent.no_error == "parts share a window"
    data["independence"] = ("lag", np.ones(len(LAGS)))
    data["block_weight"][0] = LAGS < 10.0
    expected = interval_of(4) * np.sqrt(3 / 4 * np.var(times[1:]) * 4)
    assert relaxation_time(data).error == pytest.approx(expected, rel=1e-9)
    data["block_weight"][:2] = LAGS < 10.0
    assert np.isnan(relaxation_time(data).error)


def test_lags_without_a_pair_are_left_out():
    values = np.exp(-LAGS / 30.0)
    values[20:24] = np.nan
    pairs = xr.DataArray(np.where(np.isnan(values), 0, 7), dims="lag")
    assert relaxation_time(xr.Dataset({"overlap": curve(values), "n_origins": pairs})).value == pytest.approx(
        30.0, rel=1e-9
    )
    with pytest.raises(ParameterError, match="overlap is nan at lag"):
        relaxation_time(curve(values))
    nothing = relaxation_time(curve(np.full(len(LAGS), np.nan)))
    assert not nothing.known
    assert "no value" in nothing.reason


def caged(D, plateau=0.05, flight=0.5):
    """Flight of speed v, a cage of the given size, and diffusion."""
    return plateau * (1 - np.exp(-flight * LAGS**2 / plateau)) + 6 * D * LAGS


def test_the_diffusive_part_begins_after_the_cage_and_leaves_it_out():
    data = with_blocks("msd", [caged(2e-3)] * 3)
    found = diffusion(data, tolerance=0.05, decades=0.3)
    # The slope is 6 D t / (c + 6 D t): 0.95 where 6 D t is 19 times c.
    assert found.start == pytest.approx(19 * 0.05 / 0.012, rel=0.3)
    assert found.value == pytest.approx(2e-3, rel=1e-6)
    # Not the ratio at the end, in which the cage is still seen.
    assert data.msd.values[-1] / 6 / LAGS[-1] > 2e-3 * 1.003


def test_a_slope_of_one_in_passing_does_not_count():
    passing = np.abs(np.gradient(np.log(caged(1e-6)), np.log(LAGS)) - 1) < 0.2
    assert passing.any()
    found = diffusion(with_blocks("msd", [caged(1e-6)] * 3), tolerance=0.2, decades=0.3)
    assert not found.known
    assert np.isnan([found.value, found.error, found.start]).all()
    assert "rises as t^0." in found.reason


@pytest.mark.parametrize(
    ("msd", "reason"),
    [(LAGS**2, r"rises as t\^2 "), (caged(2e-4), r"diffusive from [\d.]+ on"), (0.0 * LAGS, "too few")],
)
def test_motion_that_is_not_diffusive_for_long_is_said_to_be(msd, reason):
    found = diffusion(with_blocks("msd", [msd] * 3), tolerance=0.1, decades=0.6)
    assert not found.known
    assert re.search(reason, found.reason), found.reason


def test_the_error_of_d_is_the_jackknifes():
    factors = np.array([1.0, 1.1, 0.9, 1.0, 1.05])
    found = diffusion(with_blocks("msd", factors[:, None] * caged(2e-3)), tolerance=0.05, decades=0.3)
    expected = 2e-3 * interval_of(5) * np.sqrt(4 / 5 * ((factors - factors.mean()) ** 2).sum())
    assert found.error == pytest.approx(expected, rel=1e-6)
    with pytest.raises(ParameterError, match="tolerance"):
        diffusion(with_blocks("msd", [LAGS]), tolerance=0.0, decades=0.3)


def test_lags_count_by_their_relative_errors():
    noisy = caged(2e-3) * (1 + 0.01 * np.sin(7 * np.arange(len(LAGS))))
    found = diffusion(with_blocks("msd", [noisy] * 3), tolerance=0.1, decades=0.3)
    late = found.start <= LAGS
    slope, _ = np.polyfit(LAGS[late], noisy[late], 1, w=1 / LAGS[late])
    assert found.value == pytest.approx(slope / 6, rel=1e-9)


@pytest.mark.parametrize("dimensions", [2, 3])
def test_reduced_diffusion_knows_no_units(dimensions):
    D, density, T, mass = 0.013, 1.2, 0.47, 1.7
    value = reduced_diffusion(D, density=density, temperature=T, mass=mass, dimensions=dimensions)
    length, energy, weight = 1.3, 0.7, 2.9
    time = length * np.sqrt(weight / energy)
    other = reduced_diffusion(
        D * length**2 / time,
        density=density / length**dimensions,
        temperature=T * energy,
        mass=mass * weight,
        dimensions=dimensions,
    )
    assert other == pytest.approx(value, rel=1e-12)
    # rho^(1/3) (m/kT)^(1/2) D, by hand.
    assert reduced_diffusion(1.0, density=8.0, temperature=0.25, mass=1.0) == pytest.approx(4.0)
    with pytest.raises(ParameterError, match="density must be positive"):
        reduced_diffusion(1.0, density=0.0, temperature=1.0)


@pytest.mark.parametrize(("A", "tau", "beta"), [(1.0, 10.0, 1.0), (0.75, 40.0, 0.55), (0.6, 3.0, 1.8)])
def test_a_stretched_exponential_is_found_again(A, tau, beta):
    decay = A * np.exp(-((LAGS / tau) ** beta))
    found = stretched_exponential(curve(decay), shortest=0.5, longest=300.0)
    shape = [float(x) for x in (found.amplitude, found.time, found.exponent)]
    assert shape == pytest.approx([A, tau, beta], rel=1e-6)
    area, _ = quad(lambda t: np.exp(-((t / tau) ** beta)), 0, np.inf, limit=200)
    assert found.mean_time.value == pytest.approx(area, rel=1e-6)
    assert found.deviation < 1e-9


def test_lags_outside_of_the_range_do_not_count():
    decay = 0.75 * np.exp(-((LAGS / 40.0) ** 0.55))
    decay[LAGS < 1.0] = 1.0
    found = stretched_exponential(curve(decay), shortest=1.0, longest=1000.0)
    assert found.exponent.value == pytest.approx(0.55, rel=1e-6)


def test_the_scatter_about_the_fit_tells_its_errors():
    rng = np.random.default_rng(5)
    truth = np.array([0.75, 40.0, 0.55])
    decay = truth[0] * np.exp(-((LAGS / truth[1]) ** truth[2]))
    z = []
    for _ in range(60):
        noisy = curve(decay + rng.normal(scale=0.005, size=len(LAGS)))
        found = stretched_exponential(noisy, shortest=0.1, longest=1000.0)
        miss = np.array([found.amplitude.value, found.time.value, found.exponent.value]) - truth
        z.append(miss / [found.amplitude.error, found.time.error, found.exponent.error])
    assert (np.abs(np.mean(z, axis=0)) < 0.5).all()
    assert ((np.std(z, axis=0) > 0.7) & (np.std(z, axis=0) < 1.4)).all()


def test_the_jackknife_tells_the_errors_of_a_fit_and_given_errors_their_own():
    taus = 40.0 * np.array([1.0, 1.1, 0.9, 1.0, 1.05])
    rows = [0.75 * np.exp(-((LAGS / tau) ** 0.55)) for tau in taus]
    found = stretched_exponential(with_blocks("overlap", rows), shortest=0.1, longest=1000.0)
    expected = interval_of(5) * np.sqrt(4 / 5 * ((taus - taus.mean()) ** 2).sum())
    assert found.time.error == pytest.approx(expected, rel=1e-4)
    assert found.exponent.error == pytest.approx(0.0, abs=1e-6)
    # Errors that are a fraction of the curve and go together are an error of the amplitude at most.
    one = curve(rows[0])
    alone = stretched_exponential(one, shortest=0.1, longest=1000.0, errors=0.02 * one)
    assert 0.02 * 0.75 <= alone.amplitude.error * (1 + 1e-6) < 0.1 * 0.75


def test_what_does_not_decay_is_not_fitted():
    with pytest.raises(ParameterError, match="needs four"):
        stretched_exponential(curve(np.exp(-LAGS)), shortest=1.0, longest=1.5)
    with pytest.raises(ParameterError, match="does not decay"):
        stretched_exponential(curve(np.ones(len(LAGS))), shortest=1.0, longest=100.0)
    # A power law has no time of its own: the best of these curves decays long before what is known of it.
    with pytest.raises(ParameterError, match="no stretched exponential"):
        stretched_exponential(curve(0.3 * LAGS**-0.5), shortest=1.0, longest=100.0)
    # Nor is a curve of this form with a time of 1e-3 known from what is left of it at 1.
    with pytest.raises(ParameterError, match="no stretched exponential"):
        stretched_exponential(curve(5.0 * np.exp(-((LAGS / 1e-3) ** 0.2))), shortest=1.0, longest=100.0)


def test_a_single_wave_number_need_not_be_chosen():
    rng = np.random.default_rng(4)
    path = np.cumsum(rng.normal(scale=0.05, size=(300, 40, 3)), axis=0)
    run = Trajectory.from_arrays(path, Box.cube(10.0), unwrapped=True)
    asked = {"lags": [1, 2, 5, 10, 20, 50, 100], "overlap_radius": 0.3}
    one = correlators(run, wave_numbers=[3.0], **asked)
    both = correlators(run, wave_numbers=[3.0, 5.0], **asked)
    found, chosen = (relaxation_time(curves, of="scattering") for curves in (one, both.sel(q=3.0)))
    assert found == chosen or np.isnan([found.error, chosen.error]).all()
    assert found.value == chosen.value
    # F_s of a walk is exp(-q^2 D t) with 2 D t the variance of a component
    assert found.value == pytest.approx(1.0 / (9.0 * 0.5 * 0.05**2), rel=0.1)


def test_a_stretched_exponential_above_1_or_beyond_the_last_lag_is_refused_with_the_reason():
    # A correlation begins at 1, however its first lags look.
    with pytest.raises(ParameterError, match="starts at 3, above 1: these lags contain another decay too"):
        stretched_exponential(curve(3.0 * np.exp(-((LAGS / 1.0) ** 0.4))), shortest=0.5, longest=100.0)
    with pytest.raises(ParameterError, match=r"has not decayed by 100, the last lag fitted: time 1e\+03"):
        stretched_exponential(curve(0.9 * np.exp(-((LAGS / 1000.0) ** 0.6))), shortest=1.0, longest=100.0)
