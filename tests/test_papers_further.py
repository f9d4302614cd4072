"""The parts that only a long study has, on formulas whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from report_example import further

import supercooled as sc
from supercooled import relation, report
from supercooled.analysis.choices import Choices
from supercooled.analysis.heterogeneity import ranked
from supercooled.analysis.results import Cages, barriers, crossing
from supercooled.errors import ParameterError
from supercooled.mixture import Mixture
from supercooled.papers.sharma2022 import neighbourhoods
from supercooled.papers.sharma2022 import readings as readings_of_cages
from supercooled.papers.sharma2022.averages import average_lines
from supercooled.papers.sharma2022.figures import FIGURES
from supercooled.papers.sharma2022.page import own_reading, sections
from supercooled.papers.sharma2022.rows import _nearest_rows, with_readings
from supercooled.report.figures import memory as drawn
from supercooled.report.tables import ranking

T = {"temperature": np.array([0.47, 0.58, 0.70])}


def test_the_lines_between_averages_follow_from_each_other():
    deep_r = np.array([44.0, 40.0, 37.0, 33.0])
    deep_q = 3.0 + 1.5 * deep_r
    inverse = -200.0 + 9.0 * deep_q
    softness = xr.Dataset({"softness": ("temperature", 1 / inverse), "depth": ("temperature", deep_q)})
    found = Cages(np.arange(4.0), softness, {"ensemble-cut": deep_r}, xr.DataArray())
    lines = average_lines(found, "ensemble-cut")
    np.testing.assert_allclose(lines.value, [-200.0, 9.0, 3.0, 1.5, -200.0 + 27.0, 13.5], rtol=1e-9)
    assert (lines.error < 1e-6).all()


def test_a_gaussian_direct_correlation_comes_back_from_its_structure_factor():
    h, w, density = 0.5, 0.35, 1.0
    q = np.arange(0.05, 24.5, 0.1)
    wave = density * h * (2 * np.pi) ** 1.5 * w**3 * np.exp(-((q * w) ** 2) / 2)
    factor = xr.Dataset(
        {"structure_factor": (("pair", "q"), 1.0 / (1.0 - wave[None]))},
        {"pair": ["AA"], "q": q},
        {"species": ["A"], "composition": [1.0], "density": density, "dimensions": 3, "q_max": 24.5},
    )
    r = np.arange(0.005, 4.0, 0.01)
    radial = xr.Dataset(
        {"radial_distribution": (("pair", "r"), np.ones((1, 400)))}, {"pair": ["AA"], "r": r},
        {"species": ["A"], "composition": [1.0], "density": density, "dimensions": 3, "dr": 0.01},
    )  # fmt: skip
    fluid = Mixture("lj", ("A",), (1.0,), (1.0,), (sc.LennardJones(1.0, 1.0, 2.5),))
    found = neighbourhoods.closures(
        fluid, radial, factor, temperature=1.0, choices=Choices()
    ).direct_correlation
    exact = found.sel(closure="from S(q)", pair="AA")
    np.testing.assert_allclose(exact, h * np.exp(-(exact.r**2) / (2 * w**2)), atol=2e-3)
    chain = found.sel(closure="hypernetted chain", pair="AA")
    np.testing.assert_allclose(chain, -fluid.potentials[0].energy(chain.r.values), rtol=1e-9)


def test_the_nearest_reading_misses_least_and_no_onset_is_no_help():
    table = further(T)["readings"]
    best = readings_of_cages.nearest(table)
    assert readings_of_cages.in_words(best) == "local C, total density, ensemble-cut"
    printed = readings_of_cages.Printed({0.47: 0.75, 0.58: 0.69}, 0.62, 0.801, 0.05, 0.06)
    away = readings_of_cages._distances(table, printed)
    expected = np.sqrt(np.mean([1.0, (0.01 / 0.05) ** 2, 0.0, (0.001 / 0.06) ** 2]))
    assert away[0] == pytest.approx(expected)
    assert np.isinf(away[1])
    assert own_reading(table, Choices()).calibrated_by.item() == "ensemble-cut"


def test_the_nearest_reading_stands_there_as_what_it_is():
    table = further(T)["readings"]
    made = {(row.quantity, row.state.split(",")[0]): row for row in _nearest_rows(table)}
    assert list(made) == [
        ("share softer than the peak", "T = 0.47"),
        ("share softer than the peak", "T = 0.58"),
        ("share softer than the peak", "T = 0.70"),
        ("onset temperature", "T up to 0.70"),
        ("lowest barrier, base 10", "softest"),
        ("highest barrier, base 10", "hardest"),
    ]
    for row in made.values():
        assert row.item.endswith("the nearest reading")
        assert "local C, total density, ensemble-cut" in row.state
        assert "chosen by them" in row.note
        # what is chosen by the printed numbers is not judged by them
        assert row.within is None
        assert row.note.startswith("Printed: ")
    share = made["share softer than the peak", "T = 0.58"]
    assert share.measured == pytest.approx(float(table["share"].sel(temperature=0.58)[0]))
    assert "Printed: 0.69." in share.note


def test_a_share_that_misses_says_what_the_readings_give():
    table = further(T)["readings"]
    common = {"item": "Sec. V, Fig. 4", "quantity": "share softer than the peak", "uncertainty": 0.01}
    tight = report.Tolerance.absolute(0.05)
    missed = report.Row(
        state="T = 0.58", published=0.69, measured=0.6, unit="1", tolerance=tight, note="Ours.", **common
    )
    met = report.Row(
        state="T = 0.58", published=0.69, measured=0.7, unit="1", tolerance=tight, note="", **common
    )
    other = report.Row("Sec. III", "p_c", "T = 0.58", 0.1, 0.2, None, "1", tolerance=tight, note="Flat.")
    said = with_readings([missed, met, other], table)
    shares = table["share"].sel(temperature=0.58).values
    near = float(readings_of_cages.nearest(table)["share"].sel(temperature=0.58))
    assert f"{shares.min():.2f} to {shares.max():.2f}" in said[0].note
    assert said[0].note.endswith(f"(local C, total density, ensemble-cut) {near:.2f}.")
    assert said[1:] == [met, other]
    # no reading has an onset: none is nearest, and barriers are not known
    without = table.assign(
        barrier_highest=table["barrier_highest"] * np.nan, distance=table["distance"] + np.inf
    )
    barrier = report.Row(
        "Sec. V, Fig. 5(c)",
        "highest barrier, base 10",
        "S = 1",
        2.9,
        2.0,
        0.1,
        "1",
        tolerance=tight,
        note="Ours.",
    )
    said = with_readings([missed, barrier], without)
    assert said[0].note.endswith(f"give {shares.min():.2f} to {shares.max():.2f}.")
    assert said[1].note == "Ours."


def test_a_horizon_within_which_all_rearrange_is_left_out():
    rng = np.random.default_rng(3)
    coords = {"frame": np.arange(400), "time": ("frame", 0.5 * np.arange(400))}
    # by turns each particle is above the threshold for 1 tau in 15
    moving = (np.arange(400)[:, None] + np.arange(60)) % 30 < 2
    p_hop = xr.DataArray(np.where(moving, 0.3, 0.01), coords, ("frame", "particle"), name="p_hop")
    softness = xr.DataArray(rng.normal(size=(400, 60)), coords, ("frame", "particle"), name="softness")
    table = ranked({"softness": softness}, p_hop, threshold=0.2, choices=Choices())
    # all have moved within 15 tau, and 150 tau is more than half of the run
    assert table.horizon.values.tolist() == [0.0, 5.0]
    assert np.isfinite(table.auc.values).all()
    always = xr.full_like(p_hop, 0.3)
    with pytest.raises(ParameterError, match=r"above 0\.2 at all times"):
        ranked({"softness": softness}, always, threshold=0.2, choices=Choices())


def bent(known: dict[float, slice], softness: np.ndarray) -> list[xr.Dataset]:
    """P_R whose logarithm bends with 1/T, alike for all softnesses, which meet at T = 0.8."""
    found = []
    for T, there in known.items():
        away = 1 / T - 1 / 0.8
        law = np.exp(-2.0 - (4.0 - 1e3 * softness) * (away + 0.8 * away**2))
        P = np.full(len(softness), np.nan)
        P[there] = law[there]
        data = {
            "rearrangement_probability": ("softness", P),
            "rearrangement_probability_error": ("softness", 1e-3 * P),
            "rearrangement_probability_jackknife": (("block", "softness"), np.tile(P, (3, 1))),
        }
        found.append(xr.Dataset(data, {"softness": softness, "temperature": T, "block": range(3)}))
    return found


def test_lines_that_bend_alike_cross_in_one_point_only_through_the_same_temperatures():
    softness = np.linspace(1e-3, 3e-3, 12)
    known = {0.47: slice(0, 8), 0.53: slice(0, 12), 0.58: slice(0, 12), 0.70: slice(4, 12)}
    probabilities = bent(known, softness)
    fits = crossing(probabilities, Choices())
    assert fits.attrs["least"] == 4
    assert int(np.isfinite(fits.barrier.values).sum()) == 4
    every = crossing(bent(dict.fromkeys(known, slice(0, 12)), softness), Choices())
    # The softnesses that all know say what would come out if all were known.
    assert fits.attrs["onset"] == pytest.approx(every.attrs["onset"], rel=1e-6)
    loose = relation.onset(barriers(probabilities, Choices())).temperature.value
    assert abs(loose - every.attrs["onset"]) > 0.03


def test_short_runs_cross_where_three_temperatures_know_the_softness():
    known = {0.47: slice(0, 6), 0.53: slice(0, 12), 0.58: slice(0, 12), 0.70: slice(5, 12)}
    fits = crossing(bent(known, np.linspace(1e-3, 3e-3, 12)), Choices())
    assert fits.attrs["least"] == 3
    assert int(np.isfinite(fits.barrier.values).sum()) == 12


def test_a_literal_inverse_proportion_keeps_the_mean_of_the_inverse_softness_and_has_no_intercept():
    depth = np.array([44.0, 39.0, 35.0, 29.0])
    softness = xr.Dataset({"softness": ("temperature", 1 / (25.0 * depth))})
    found = Cages(np.arange(4.0), softness, {"ensemble-cut": depth}, xr.DataArray())
    line = readings_of_cages._calibration("proportional", [], found)
    assert (line.c0, line.c1) == (0.0, pytest.approx(25.0))
    assert line.residual < 1e-12


def test_the_tables_say_what_the_results_hold():
    results = further(T)
    table = FIGURES.tables["readings"](results["readings"])
    assert len(table.lines) == 2
    assert all(len(line) == len(table.columns) for line in table.lines)
    assert table.lines[0][0] == "local, total, ensemble-cut"
    assert table.lines[1][-3:] == ("–", "–", "–")
    ranks = ranking(results["ranking"])
    assert len(ranks.lines) == 6
    assert ranks.lines[0][1] == "0.600 ± 0.004"


def test_parts_that_were_not_measured_have_no_place_on_the_page():
    assert {name for part in sections({}) for name in part.tables} == {"motion"}
    assert [name for part in sections(further(T)) for name in part.tables] == [
        "motion",
        "readings",
        "ranking",
    ]


def test_means_that_a_handful_of_particles_make_are_not_drawn():
    data = further(T)["propagation"]
    data["propagated_mean_error"][:, :, -1] = 1e-3
    axes = drawn.propagated_mean(data).axes[0]
    assert {len(line.get_xdata()) for line in axes.lines} == {4}
