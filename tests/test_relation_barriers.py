import numpy as np
import pytest
import xarray as xr

from supercooled.errors import ParameterError
from supercooled.relation import arrhenius, block_error, onset, rearrangement_probability, steepness

P_R = "rearrangement_probability"
TEMPERATURES = np.array([0.47, 0.53, 0.58, 0.65, 0.7])
SOFTNESS = np.linspace(1.0, 2.5, 9)
ONSET = 0.8


def barrier(S):
    return 7.0 - 1.5 * S


def entropy(S):
    # Every line passes through ln P_R = -2 at the onset.
    return (barrier(S) - 1.6) / ONSET


def exact(temperature, error=0.05, S=SOFTNESS):
    P = np.exp(entropy(S) - barrier(S) / temperature)
    data = {P_R: ("softness", P), f"{P_R}_error": ("softness", error * P)}
    return xr.Dataset(data, {"softness": S, "temperature": temperature})


def noisy(rng, error=0.05):
    data = []
    for T in TEMPERATURES:
        one = exact(T, error)
        data.append(one.assign({P_R: one[P_R] * (1 + error * rng.normal(size=len(SOFTNESS)))}))
    return data


def test_an_exact_law_is_recovered():
    fit = arrhenius([exact(T) for T in TEMPERATURES], weighting="errors")
    np.testing.assert_allclose(fit.barrier, barrier(SOFTNESS), rtol=1e-10)
    np.testing.assert_allclose(fit.entropy, entropy(SOFTNESS), rtol=1e-10)
    np.testing.assert_allclose(fit.barrier_base10, barrier(SOFTNESS) / np.log(10), rtol=1e-10)
    np.testing.assert_allclose(fit.chi_square, 0.0, atol=1e-18)
    assert fit.barrier.attrs["units"] == "epsilon_AA"
    assert fit.n_temperatures.values.tolist() == [5] * 9
    crossing = onset(fit)
    assert crossing.temperature.value == pytest.approx(ONSET, rel=1e-6)
    assert crossing.energy == pytest.approx(1.6, rel=1e-5)
    assert crossing.unweighted == pytest.approx(ONSET, rel=1e-9)


def test_the_printed_base_10_is_the_slope_of_log10():
    fit = arrhenius([exact(T) for T in TEMPERATURES], weighting="errors")
    P = np.array([exact(T)[P_R].values for T in TEMPERATURES])
    slope = np.polyfit(1 / TEMPERATURES, np.log10(P), 1)[0]
    np.testing.assert_allclose(fit.barrier_base10, -slope, rtol=1e-9)


def test_errors_cover_the_scatter_and_the_onset_is_not_drawn_to_the_middle():
    rng = np.random.default_rng(1)
    fits = [arrhenius(noisy(rng), weighting="errors") for _ in range(80)]
    for name in ("barrier", "entropy"):
        scatter = np.std([f[name].values for f in fits], axis=0, ddof=1)
        assert float((fits[0][f"{name}_error"] / scatter).mean()) == pytest.approx(1.0, abs=0.12)
    together = [np.cov(f)[0, 1] for f in np.transpose([[f.barrier, f.entropy] for f in fits], (2, 1, 0))]
    assert float((fits[0].covariance / together).mean()) == pytest.approx(1.0, abs=0.25)
    assert np.mean([float(f.chi_square.mean()) for f in fits]) == pytest.approx(1.0, abs=0.15)
    found = [onset(f) for f in fits]
    pulls = np.array([(o.temperature.value - ONSET) / o.temperature.error for o in found])
    assert pulls.std() == pytest.approx(0.95, abs=0.2)
    assert abs(pulls.mean()) < 0.4
    # Plain least squares is drawn towards the temperatures measured.
    assert np.mean([o.unweighted for o in found]) < ONSET - 3 * np.std([o.unweighted for o in found]) / 12


def test_the_onset_is_the_one_crossing_that_fits_all_data_best():
    data = noisy(np.random.default_rng(2))
    found = onset(arrhenius(data, weighting="errors"))
    P = np.array([d[P_R].values for d in data])
    weight = 1 / np.array([d[f"{P_R}_error"].values / d[P_R].values for d in data])

    def misfit(T0):
        # ln P = Sigma(S) (1 - T0/T) - e/T, linear in Sigma and e.
        n_T, n_S = P.shape
        design = np.zeros((n_T, n_S, n_S + 1))
        for s in range(n_S):
            design[:, s, s] = 1 - T0 / TEMPERATURES
        design[:, :, -1] = -1 / TEMPERATURES[:, None]
        A = (design * weight[..., None]).reshape(-1, n_S + 1)
        return np.linalg.lstsq(A, (np.log(P) * weight).ravel(), rcond=None)[1][0]

    around = found.temperature.value * np.array([0.97, 1.0, 1.03])
    below, here, above = (misfit(t) for t in around)
    assert here < min(below, above)
    grid = np.linspace(0.9, 1.1, 401) * found.temperature.value
    assert grid[np.argmin([misfit(t) for t in grid])] == pytest.approx(found.temperature.value, rel=1e-3)


def test_a_softness_needs_enough_temperatures():
    data = [exact(T) for T in TEMPERATURES]
    for d in data[:3]:
        d[P_R][0] = np.nan
    data[0][P_R][1] = 0.0
    fit = arrhenius(data, weighting="errors")
    assert np.isnan(fit.barrier[0])
    assert fit.n_temperatures.values[:3].tolist() == [2, 4, 5]
    np.testing.assert_allclose(fit.barrier[1:], barrier(SOFTNESS)[1:], rtol=1e-10)
    assert np.isfinite(arrhenius(data, weighting="errors", minimum_temperatures=2).barrier[0])


def test_one_temperature_given_again_and_again_is_no_line():
    with pytest.raises(ParameterError, match="at 3 temperatures"):
        arrhenius([exact(0.5)] * 3, weighting="errors")
    # A bin that is known at one of three temperatures only, but three times.
    data = [exact(T) for T in (0.5, 0.5, 0.5, 0.6, 0.7)]
    for d in data[3:]:
        d[P_R][0] = np.nan
    fit = arrhenius(data, weighting="errors")
    assert np.isnan(fit.barrier[0])
    assert fit.n_temperatures.values[:2].tolist() == [1, 3]
    np.testing.assert_allclose(fit.barrier[1:], barrier(SOFTNESS)[1:], rtol=1e-10)


def test_order_and_concatenation_make_no_difference():
    data = noisy(np.random.default_rng(3))
    one = arrhenius(data, weighting="errors")
    xr.testing.assert_allclose(one, arrhenius(data[::-1], weighting="errors"))
    xr.testing.assert_allclose(one, arrhenius(xr.concat(data, dim="temperature"), weighting="errors"))


def test_counts_drawn_from_the_law_give_it_back():
    rng = np.random.default_rng(4)
    S = np.linspace(1.0, 2.5, 7)
    edges = np.concatenate([S - 0.125, [S[-1] + 0.125]])
    probabilities = []
    for T in TEMPERATURES:
        softness = rng.choice(S, size=(25, 4000))
        happens = rng.random(softness.shape) < np.exp(entropy(softness) - barrier(softness) / T)
        coords = {"frame": np.arange(25), "temperature": T}
        probabilities.append(
            rearrangement_probability(
                xr.DataArray(softness, coords, ("frame", "particle"), name="softness"),
                xr.DataArray(happens.astype(float), coords, ("frame", "particle"), name="p_hop"),
                threshold=0.5,
                bins=edges,
                lead=0.0,
                minimum_count=10,
            )
        )
    fit = arrhenius(probabilities, weighting="errors")
    pulls = (fit.barrier - barrier(S)) / fit.barrier_error
    assert float(np.abs(pulls).max()) < 4
    assert float(np.sqrt((pulls**2).mean())) < 2
    crossing = onset(fit)
    assert abs(crossing.temperature.value - ONSET) < 3 * crossing.temperature.error
    assert crossing.temperature.error < 0.15
    error = block_error(probabilities, lambda p: onset(arrhenius(p, weighting="errors")).temperature.value)
    assert 0.3 < error / crossing.temperature.error < 3.0


def test_leaving_out_blocks_adds_the_temperatures_variances():
    jackknife = np.array([[1.0, 5.0], [2.0, 5.0], [4.0, 5.0]])
    parts = [
        exact(T, S=np.array([1.0, 2.0])).assign({f"{P_R}_jackknife": (("block", "softness"), k * jackknife)})
        for T, k in ((0.5, 1.0), (0.6, 2.0))
    ]
    error = block_error(parts, lambda p: float(p[P_R].sum()))
    one = 2 / 3 * ((jackknife[:, 0] - jackknife[:, 0].mean()) ** 2).sum()
    assert error == pytest.approx(np.sqrt(one + 4 * one))


def test_runs_with_different_numbers_of_blocks_go_together():
    S = np.array([1.0, 2.0])
    parts = [
        exact(T, S=S)
        .assign(
            {f"{P_R}_jackknife": (("block", "softness"), np.arange(2.0 * n).reshape(n, 2))},
        )
        .assign_coords(block=np.arange(n))
        for T, n in ((0.5, 3), (0.6, 5))
    ]
    error = block_error(parts, lambda p: float(p[P_R].sum()))
    expected = sum((n - 1) / n * ((4 * (np.arange(n) - (n - 1) / 2)) ** 2).sum() for n in (3, 5))
    assert error == pytest.approx(np.sqrt(expected))


def test_steepness_is_the_power_and_grows_on_cooling():
    S = SOFTNESS
    for power in (0.5, 3.0):
        row = {P_R: ("softness", 0.01 * S**power), f"{P_R}_error": ("softness", 0.001 * S**power)}
        found = steepness([xr.Dataset(row, {"softness": S, "temperature": 0.5})])
        assert float(found.steepness[0]) == pytest.approx(power)
    found = steepness([exact(T) for T in TEMPERATURES])
    assert (np.diff(found.steepness.values) < 0).all()
    assert found.temperature.values.tolist() == TEMPERATURES.tolist()


def test_the_steepness_error_covers_the_scatter():
    rng = np.random.default_rng(6)
    found = [steepness(noisy(rng)) for _ in range(60)]
    scatter = np.std([f.steepness.values for f in found], axis=0, ddof=1)
    np.testing.assert_allclose(found[0].steepness_error, scatter, rtol=0.3)


def test_what_no_line_can_be_drawn_through_is_refused():
    data = [exact(T) for T in TEMPERATURES]
    with pytest.raises(ParameterError, match="no softness has a rearrangement probability at 3 temp"):
        arrhenius(data[:2], weighting="errors")
    with pytest.raises(ParameterError, match="at least 2 temperatures"):
        arrhenius(data, weighting="errors", minimum_temperatures=1)
    with pytest.raises(ParameterError, match="share their bins"):
        arrhenius([data[0], exact(0.6, S=SOFTNESS + 0.1)], weighting="errors")
    with pytest.raises(ParameterError, match="assign_coords"):
        arrhenius([data[0].drop_vars("temperature")], weighting="errors")
    with pytest.raises(ParameterError, match="no rearrangement probability"):
        arrhenius([], weighting="errors")
    with pytest.raises(ParameterError, match="too few to test whether"):
        onset(arrhenius([exact(T, S=SOFTNESS[:2]) for T in TEMPERATURES], weighting="errors"))
    negative = [d.assign_coords(softness=SOFTNESS - 2.0) for d in data]
    with pytest.raises(ParameterError, match="positive softness"):
        steepness(negative)


def test_weights_bend_the_lines_of_a_law_that_is_not_arrhenius_and_equal_ones_do_not() -> None:
    # ln P = m(T)(S - 1) - c/T^2 bends with 1/T, yet the lines of every S cross where m vanishes: at
    # a temperature that no S may shift by being seen better hot or cold.
    T = np.array([0.47, 0.53, 0.58, 0.70])
    S = np.linspace(1.0, 2.0, 11)
    P = np.exp((1.0 / T - 1.25)[:, None] * (S - 1.0) - (0.6 / T**2)[:, None])
    hot = (T - 0.4)[:, None] * S + (0.8 - T)[:, None] * (3.0 - S)
    data = xr.Dataset(
        {
            "rearrangement_probability": (("temperature", "softness"), P),
            "rearrangement_probability_error": (("temperature", "softness"), 0.1 * P / hot),
        },
        {"temperature": T, "softness": S},
    )
    assert onset(arrhenius(data, weighting="equal")).temperature.value == pytest.approx(0.8, abs=1e-6)
    assert abs(onset(arrhenius(data, weighting="errors")).temperature.value - 0.8) > 0.005


def test_a_probability_of_large_error_is_left_out() -> None:
    data = xr.concat([exact(T) for T in TEMPERATURES], dim="temperature")
    spoilt = data.copy(deep=True)
    spoilt["rearrangement_probability"][0] *= 3.0
    spoilt["rearrangement_probability_error"][0] = 0.6 * spoilt["rearrangement_probability"][0]
    kept = arrhenius(spoilt, weighting="equal", largest_error=0.5)
    without = arrhenius(data.isel(temperature=slice(1, None)), weighting="equal")
    np.testing.assert_allclose(kept.barrier, without.barrier)
    with pytest.raises(ParameterError, match="weighting"):
        arrhenius(data, weighting="best")  # type: ignore[arg-type]


def test_an_onset_beyond_the_temperatures_says_so():
    S = np.array([1.0, 2.0, 3.0])
    ones = ("softness", np.ones(3))
    fits = xr.Dataset(
        {
            "barrier": ("softness", 5.0 - S), "entropy": ("softness", 4.0 - S / 0.8),
            "barrier_error": ones, "entropy_error": ones, "covariance": ("softness", 0.5 * np.ones(3)),
        }
    )  # fmt: skip
    assert onset(fits.assign_attrs(temperatures=[0.5, 0.9])).extrapolated == ""
    beyond = onset(fits.assign_attrs(temperatures=[0.47, 0.53, 0.7])).extrapolated
    assert "cross at 0.8, outside the temperatures 0.47 to 0.7" in beyond
