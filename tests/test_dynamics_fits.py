import numpy as np
import pytest
from scipy import stats
from scipy.optimize import least_squares

from supercooled.dynamics import compare_laws, fit_law, onset_temperatures
from supercooled.dynamics.laws import LAWS
from supercooled.errors import ParameterError

T = np.array([0.47, 0.5, 0.53, 0.58, 0.63, 0.7, 0.8, 1.0])
TRUTH = {
    "arrhenius": (0.1, 2.7),
    "vft": (0.2, 0.189, 0.279),
    "parabolic": (0.3, 3.1, 1.3),
    "mct": (0.9, 2.4, 0.435),
}


def arrhenius(T, tau_0, E):
    return tau_0 * np.exp(E / T)


def vft(T, tau_0, K, T_0):
    return tau_0 * np.exp(1 / (K * (T / T_0 - 1)))


def parabolic(T, tau_0, J, T_o):
    return tau_0 * np.exp(J**2 * (1 / T - 1 / T_o) ** 2)


def mct(T, tau_0, gamma, T_c):
    return tau_0 * (T / T_c - 1) ** -gamma


FORMULAS = {"arrhenius": arrhenius, "vft": vft, "parabolic": parabolic, "mct": mct}


@pytest.mark.parametrize("law", list(LAWS))
def test_exact_times_give_back_the_parameters(law):
    times = FORMULAS[law](T, *TRUTH[law])
    found = fit_law(T, times, law=law, confidence=0.68)
    assert found.values == pytest.approx(TRUTH[law], rel=1e-5)
    np.testing.assert_allclose(found(T), times, rtol=1e-6)
    assert found.at_bound == ()
    assert found[found.parameters[1]] == found.values[1]


@pytest.mark.parametrize("law", list(LAWS))
def test_units_of_time_and_temperature_scale_what_carries_them(law):
    times = FORMULAS[law](T, *TRUTH[law]) * np.exp(0.05 * np.sin(37 * T))
    one = fit_law(T, times, law=law, confidence=0.68)
    two = fit_law(3.0 * T, 7.0 * times, law=law, confidence=0.68)
    powers = {"barrier": 3.0, "J": 3.0, "T_VFT": 3.0, "T_o": 3.0, "T_c": 3.0, "tau_0": 7.0}
    for k, name in enumerate(one.parameters):
        for which in ("values", "low", "high"):
            expected = powers.get(name, 1.0) * getattr(one, which)[k]
            assert getattr(two, which)[k] == pytest.approx(expected, rel=1e-4), (name, which)
    assert two.chi_square == pytest.approx(one.chi_square, rel=1e-6)


def test_the_intervals_of_a_straight_line_are_those_of_linear_least_squares():
    sigma = 0.1 * np.linspace(0.5, 1.5, len(T))
    y = np.log(arrhenius(T, *TRUTH["arrhenius"])) + 0.3 * sigma * np.cos(50 * T)
    design = np.stack([np.ones(len(T)), 1 / T], axis=1) / sigma[:, None]
    covariance = np.linalg.inv(design.T @ design)
    E = (covariance @ design.T @ (y / sigma))[1]
    one_sigma = 2 * stats.norm.cdf(1) - 1
    given = {"law": "arrhenius", "confidence": one_sigma}
    found = fit_law(T, np.exp(y), errors=sigma * np.exp(y), **given)
    assert found.chi_square < found.degrees_of_freedom == 6
    assert found["barrier"] == pytest.approx(E, rel=1e-9)
    width = np.sqrt(covariance[1, 1])
    assert [found.low[1], found.high[1]] == pytest.approx([E - width, E + width], rel=1e-6)
    # Errors too small for the scatter are enlarged by it.
    small = fit_law(T, np.exp(y), errors=0.01 * sigma * np.exp(y), **given)
    scale = 0.01 * np.sqrt(small.chi_square / 6)
    assert small.high[1] - E == pytest.approx(width * scale, rel=1e-5)
    # Without errors Student's t of the scatter.
    plain = stats.linregress(1 / T, y)
    free = fit_law(T, np.exp(y), law="arrhenius", confidence=0.9)
    assert free.high[1] - plain.slope == pytest.approx(stats.t.ppf(0.95, 6) * plain.stderr, rel=1e-6)
    intercept = np.log(free.high[0]) - plain.intercept
    assert intercept == pytest.approx(stats.t.ppf(0.95, 6) * plain.intercept_stderr, rel=1e-6)


@pytest.mark.parametrize("law", ["vft", "parabolic", "mct"])
@pytest.mark.parametrize("which", [0, 1, 2])
def test_at_the_ends_of_an_interval_an_independent_minimiser_finds_the_same_chi_square(law, which):
    sigma = 0.05
    y = np.log(FORMULAS[law](T, *TRUTH[law])) + sigma * np.sin(23 * T)
    found = fit_law(T, np.exp(y), law=law, confidence=0.9, errors=sigma * np.exp(y))
    rise = stats.chi2.ppf(0.9, 1) * max(1.0, found.chi_square / found.degrees_of_freedom)
    others = [k for k in range(3) if k != which]
    for end in (found.low[which], found.high[which]):
        values = np.array(found.values)
        values[which] = end

        def rest(x, values=values):
            values[others] = np.exp(x)
            with np.errstate(invalid="ignore", divide="ignore"):
                out = (np.log(FORMULAS[law](T, *values)) - y) / sigma
            return np.where(np.isfinite(out), out, 1e3)

        held = least_squares(
            rest, np.log(np.array(found.values)[others]), x_scale="jac", xtol=1e-14, ftol=1e-14
        )
        assert 2 * held.cost == pytest.approx(found.chi_square + rise, rel=1e-3)


def test_intervals_hold_the_truth_as_often_as_they_say():
    rng = np.random.default_rng(8)
    held = 0
    for _ in range(60):
        times = vft(T, *TRUTH["vft"]) * np.exp(0.05 * rng.normal(size=len(T)))
        found = fit_law(T, times, law="vft", confidence=0.7, errors=0.05 * times)
        held += found.low[1] <= 0.189 <= found.high[1]
    # 42 expected with a deviation of 3.5; chi square above its mean widens some.
    assert 33 <= held <= 55


def test_a_strong_liquid_has_no_fragility():
    found = fit_law(T, arrhenius(T, 0.1, 2.7), law="vft", confidence=0.68)
    assert found.at_bound == ("T_VFT",)
    assert found["K"] < 1e-3
    assert found["T_VFT"] / found["K"] == pytest.approx(2.7, rel=1e-3)


def test_a_parabola_whose_vertex_lies_among_the_temperatures_is_at_its_bound():
    found = fit_law(T, parabolic(np.minimum(T, 0.7), 0.3, 3.1, 0.7), law="parabolic", confidence=0.68)
    assert found.at_bound == ("T_o",)


def test_the_information_criteria_choose_the_law_and_count_its_parameters():
    for law, formula in FORMULAS.items():
        times = formula(T, *TRUTH[law])
        table = compare_laws(T, times, confidence=0.68, errors=0.01 * times)
        assert table.law.values[table.aic.values.argmin()] == law
        assert table.weight.sel(law=law).item() > 0.6
        assert table.weight.values.sum() == pytest.approx(1.0)
        fit = fit_law(T, times, law=law, confidence=0.68, errors=0.01 * times)
        for name, value in zip(fit.parameters, fit.values, strict=True):
            assert table.value.sel(law=law, parameter=name).item() == value
    times = arrhenius(T, 0.1, 2.7) * np.exp(0.05 * np.cos(50 * T))
    known = fit_law(T, times, law="arrhenius", confidence=0.68, errors=0.1 * times)
    assert known.aic == pytest.approx(known.chi_square + 4)
    assert known.bic == pytest.approx(known.chi_square + 2 * np.log(8))
    unknown = fit_law(T, times, law="arrhenius", confidence=0.68)
    likelihood = 8 * np.log(unknown.chi_square / 8)
    assert unknown.aic == pytest.approx(likelihood + 6)
    assert unknown.bic == pytest.approx(likelihood + 3 * np.log(8))
    assert np.isnan(table.value.sel(law="arrhenius", parameter="K").item())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"temperatures": T[:3], "times": T[:3]}, "3 temperatures are too few for Vogel.* at least 4"),
        ({"times": np.where(T == 0.58, np.nan, T)}, r"at T=0\.58, nan, can't be fitted: leave out"),
        ({"errors": np.zeros(8)}, r"at T=0\.47, .* with error 0"),
        ({"times": T}, "do not increase on cooling"),
        ({"law": "guess"}, "no law 'guess' among arrhenius, vft"),
        ({"confidence": 1.0}, "confidence must be between 0 and 1"),
        ({"times": T[:5]}, "must be equal in number"),
    ],
)
def test_what_cannot_be_fitted_is_refused(change, message):
    given = {"temperatures": T, "times": 1 / T, "law": "vft", "confidence": 0.68}
    with pytest.raises(ParameterError, match=message):
        fit_law(**given | change)


FINE = np.concatenate([np.linspace(0.5, 0.78, 12), np.linspace(0.8, 1.4, 6)])


def bent(T, T_o=0.8, c=9.0):
    return np.exp(0.3 + 1.1 / T + c * np.maximum(0.0, 1 / T - 1 / T_o) ** 2)


def onsets(T, times, **change):
    return onset_temperatures(T, times, **({"hot": 0.8, "excess": 0.1} | change))


def test_each_definition_finds_its_own_onset():
    found = onsets(FINE, bent(FINE), others={"softness": (0.801, 0.02)}).onset_temperature
    assert found.sel(definition="bend").item() == pytest.approx(0.8, rel=1e-4)
    # c (1/T - 1/T_o)^2 = 0.1, but for the line between two temperatures.
    departure = 1 / (1 / 0.8 + np.sqrt(0.1 / 9.0))
    assert found.sel(definition="departure").item() == pytest.approx(departure, rel=5e-3)
    assert found.sel(definition="softness").item() == 0.801
    # 1.1 x + 9 (x - x_o)^2 is a parabola in x = 1/T whose vertex lies 1.1 / 18 before x_o.
    parabola = 1 / (1 / 0.8 - 1.1 / 18)
    assert found.sel(definition="parabolic").item() == pytest.approx(parabola, rel=1e-4)


def test_errors_of_the_times_carry_over_to_the_onsets():
    rng = np.random.default_rng(2)
    times, relative = bent(FINE), 0.01
    told = onsets(FINE, times, errors=relative * times)
    noisy = [
        onsets(FINE, times * np.exp(relative * rng.normal(size=len(FINE)))).onset_temperature.values
        for _ in range(40)
    ]
    scatter = np.std(noisy, axis=0)
    assert (told.onset_temperature_error.values > 0.6 * scatter).all()
    assert (told.onset_temperature_error.values < 1.6 * scatter).all()
    assert np.isnan(onsets(FINE, times).onset_temperature_error.values).all()


def test_a_liquid_without_onset_is_said_to_have_none():
    found = onsets(FINE, arrhenius(FINE, 0.1, 2.7) * np.exp(-0.05 * (1 / FINE - 1) ** 2))
    assert np.isnan(found.onset_temperature.sel(definition=["bend", "departure"]).values).all()
    assert all(found.reason.sel(definition=["bend", "departure"]).values)
    with pytest.raises(ParameterError, match="an onset needs at least four and two"):
        onsets(FINE, bent(FINE), hot=1.4)
    with pytest.raises(ParameterError, match="5 temperatures are too few"):
        onsets(FINE[:5], bent(FINE[:5]))
    with pytest.raises(ParameterError, match="excess must be positive"):
        onsets(FINE, bent(FINE), excess=0.0)
