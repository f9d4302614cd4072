"""What papers say in words, measured on data whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from report_example import results as example

import supercooled as sc
from supercooled.analysis.choices import Choices
from supercooled.analysis.results import Relations
from supercooled.cage import Calibration
from supercooled.papers.sharma2022 import claims as sharma
from supercooled.relation import Share
from supercooled.report import Row

T = (0.47, 0.58, 0.70)


def by_quantity(rows: list[Row]) -> dict[str, Row]:
    found: dict[str, Row] = {}
    for row in rows:
        found.setdefault(row.quantity, row)
    return found


def shares(*values: float) -> list[Share]:
    return [Share(value, 0.002) for value in values]


@pytest.fixture
def found() -> dict[str, xr.Dataset]:
    data = example()
    lag = data["memory"]["lag"]
    slower = xr.DataArray(np.array([3.0, 1.0, 0.5]), dims="temperature")
    decay = 0.4 * np.exp(-lag / (40.0 * slower))
    data["memory"]["memory"] = decay.transpose("temperature", "lag")
    data["dynamics"]["tau_alpha_error"] = 0.05 * data["dynamics"]["tau_alpha"]
    data["cage"]["depth_r"] = data["cage"]["depth_q"] / 1.5
    names = [f"{a}{k}" for a in "abc" for k in (0, 1)]
    data["lines"] = xr.Dataset(
        {
            "value": ("coefficient", [0.0, 10.0, 30.0, 1.0, 0.0, 15.0]),
            "error": ("coefficient", np.full(6, 1e-3)),
        },
        {"coefficient": names},
    )
    data["facilitation"] = xr.Dataset({"change": ("origin", np.linspace(1e-5, 2e-5, 10))})
    return data


def made(found: dict[str, xr.Dataset], *, shaped: xr.Dataset | None = None) -> list[Row]:
    P = found["rearrangement"]
    error = P["rearrangement_probability_error"]
    each = [
        P.isel(temperature=k).assign(
            rearrangement_probability_spread=error.isel(temperature=k),
            rearrangement_probability_jackknife=P["rearrangement_probability"]
            .isel(temperature=k)
            .expand_dims(block=4),
        )
        for k in range(len(T))
    ]
    related = Relations(each, shares(0.75, 0.69, 0.65), [], [])
    return sharma.claim_rows(found, T, related=related, shaped=widths() if shaped is None else shaped)


def widths(depth: tuple[float, ...] = (9.0, 8.0, 7.0)) -> xr.Dataset:
    noise = np.array([-0.01, 0.0, 0.01, 0.02, -0.02])
    return xr.Dataset(
        {
            name: (("temperature", "part"), np.array(values)[:, None] * (1.0 + noise))
            for name, values in {
                "width_depth": depth,
                "mean_depth": (40.0, 35.0, 30.0),
                "width_softness": (3e-4, 4e-4, 5e-4),
                "mean_softness": (1.4e-3, 1.6e-3, 1.9e-3),
            }.items()
        }
    )


def test_distributions_that_broaden_and_narrow_as_printed_are_met_and_the_contrary_misses(
    found: dict[str, xr.Dataset],
) -> None:
    rows = by_quantity(made(found))
    for name in ("growth of the width of P(βΦ)", "growth of the width of P(S)", "change of the mean of P(S)"):
        assert rows[f"{name} on cooling"].verdict == "met", name
    other = by_quantity(made(found, shaped=widths((7.0, 8.0, 9.0))))
    assert other["growth of the width of P(βΦ) on cooling"].verdict == "missed"


def test_a_line_is_straight_and_a_proportion_goes_through_the_origin(found: dict[str, xr.Dataset]) -> None:
    rows = by_quantity(made(found))
    assert rows["correlation of Φ_q with Φ_r"].measured == pytest.approx(1.0)
    assert rows["a0 over the mean of 1/S"].verdict == "met"
    off = rows["b0 over the mean of Φ_q"]
    assert off.measured == pytest.approx(30.0 / float(found["cage"]["depth_q"].mean()))
    assert off.verdict == "missed"
    assert off.reading == sharma.KNOWN


def test_the_lifetime_is_when_memory_is_1_over_e_of_its_first_value(found: dict[str, xr.Dataset]) -> None:
    rows = [row for row in made(found) if row.quantity == "lifetime of softness over τ_α"]
    assert [row.state for row in rows] == ["T = 0.47", "T = 0.58", "T = 0.70"]
    # 120 tau at the coldest is beyond the lags; at the next it is 40.5 tau, between 10 and 50
    assert rows[0].verdict == "not measured"
    tau = found["dynamics"]["tau_alpha"].values
    assert rows[1].measured == pytest.approx(40.5 / tau[1], rel=0.1)
    plateau = by_quantity(made(found))["rise of C_S at 5 τ on cooling"]
    assert plateau.verdict == "met"


def test_a_time_is_where_the_values_cross_and_its_error_follows_from_the_slope() -> None:
    t = np.geomspace(1.0, 100.0, 201)
    at, error = sharma.when(t, 1.0 - np.log(t) / 5.0, np.full(201, 0.02), 0.5)
    assert at == pytest.approx(np.exp(2.5))
    assert error == pytest.approx(at * 0.1)
    assert np.isnan(sharma.when(t, np.full(201, 0.9), np.full(201, 0.1), 0.5)).all()
    assert np.isnan(sharma.when(t, np.full(201, 0.1), np.full(201, 0.1), 0.5)).all()


def test_lines_that_are_exact_collapse_and_their_barrier_rises_towards_the_hard(
    found: dict[str, xr.Dataset],
) -> None:
    rows = by_quantity(made(found))
    collapse = rows["root mean square deviation of ln(P_R/P_0) from -ΔE/T"]
    assert collapse.measured == pytest.approx(0.0, abs=1e-9)
    assert rows["largest step of the barrier from one softness to the next softer"].measured < 0
    S = found["arrhenius"].dropna("softness", subset=["barrier"])["softness"].values
    decades = rows["decades that P_R of the softest over that of the hardest gains on cooling"]
    # d ln P_R / dS is 900 (1/T - 1/0.8)
    expected = 900.0 * (S[-1] - S[0]) * (1 / 0.47 - 1 / 0.70) / np.log(10.0)
    assert decades.measured == pytest.approx(expected)
    assert decades.published == 1.0
    bent = {**found, "rearrangement": found["rearrangement"].copy(deep=True)}
    bent["rearrangement"]["rearrangement_probability"][0] *= 3.0
    assert by_quantity(made(bent))[collapse.quantity].measured > 0.2


def test_a_peak_about_the_rearranging_that_is_lower_in_every_part_is_met(
    found: dict[str, xr.Dataset],
) -> None:
    around = found["neighbourhood"]
    peak = around["around"].values[1]
    scale = np.array([0.99, 1.0, 1.01, 1.0, 1.0])[:, None, None]
    both = np.stack([np.stack([0.9 * factor * peak, peak]) for factor in scale])
    found["neighbourhood"] = around.assign(
        around=(("who", "pair", "r"), np.stack([0.9 * peak, peak])),
        around_jackknife=(("block", "who", "pair", "r"), both),
    )
    row = by_quantity(made(found))["first peak of g(r) about the rearranging over that about all"]
    assert row.measured == pytest.approx(0.9)
    n, each = 5, 0.9 * np.array([0.99, 1.0, 1.01, 1.0, 1.0])
    jackknife = np.sqrt((n - 1) / n * np.sum((each - each.mean()) ** 2))
    assert row.uncertainty == pytest.approx(1.14 * jackknife, rel=0.01)
    assert row.verdict == "met"


def test_means_of_softness_that_have_joined_beyond_the_relaxation_time_are_met(
    found: dict[str, xr.Dataset],
) -> None:
    found["dynamics"]["tau_alpha"][0] = 60.0
    row = by_quantity(made(found))["what is left of the spread of mean softness beyond τ_α"]
    assert row.state == "T = 0.47, 100 τ"
    assert row.measured == pytest.approx(np.exp(-100.0 / 40.0), rel=1e-6)
    found["dynamics"]["tau_alpha"][0] = 700.0
    row = by_quantity(made(found))["what is left of the spread of mean softness beyond τ_α"]
    assert row.verdict == "not measured"


def test_shapes_are_those_of_the_parts_of_a_run() -> None:
    random = np.random.default_rng(1)
    run = xr.DataArray(random.normal(30.0, 2.0, (60, 400)), dims=("frame", "particle"), name="depth")
    shaped = sharma.shapes([[run]], Calibration(0.0, 10.0, 0.0, 0.0, (0.5, 0.6), "", 0.0), blocks=5)
    assert shaped["width_depth"].shape == (1, 5)
    np.testing.assert_allclose(shaped["width_depth"], 2.0, rtol=0.05)
    np.testing.assert_allclose(shaped["mean_softness"], 1.0 / 300.0, rtol=0.02)


def test_the_hard_that_soften_beside_a_rearrangement_alone_are_facilitated() -> None:
    side, n_frames = 6, 61
    sites = np.stack(np.meshgrid(*[np.arange(side)] * 3, indexing="ij"), axis=-1).reshape(-1, 3) * 1.2
    run = sc.Trajectory.from_arrays(
        np.repeat(sites[None], n_frames, axis=0), sc.Box.cube(1.2 * side), unwrapped=True
    )
    n = len(sites)
    coords = {"frame": np.arange(n_frames), "time": ("frame", run.times), "particle": np.arange(n)}
    random = np.random.default_rng(2)
    movers = random.choice(n, 12, replace=False)
    p_hop = np.full((n_frames, n), 0.01)
    p_hop[:, movers] = 0.3
    away = np.linalg.norm((sites[:, None] - sites[movers] + 3.6) % 7.2 - 3.6, axis=2).min(axis=1)
    begin = random.permutation(np.linspace(1e-3, 2e-3, n))
    # everybody gains 1e-5 a frame, and twice that beside one that moves
    gain = np.where((away > 0) & (away < sharma.BESIDE), 2e-5, 1e-5)
    softness = begin + gain * np.arange(n_frames)[:, None]
    fields = [xr.DataArray(v, coords, ("frame", "particle")) for v in (softness, p_hop)]
    choices = Choices(window=10.0)
    change = sharma.facilitated(run, *fields, choices, threshold=0.1)["facilitation"]["change"]
    np.testing.assert_allclose(change, 10 * 1e-5, rtol=1e-6)
    (row,) = sharma._facilitation_rows(
        xr.Dataset({"change": change + 1e-9 * random.normal(size=change.size)}), 0.47
    )
    assert row.verdict == "met"
    still = sharma.facilitated(run, fields[0], 0.0 * fields[1], choices, threshold=0.1)["facilitation"]
    (row,) = sharma._facilitation_rows(still, 0.47)
    assert row.verdict == "not measured"


def test_every_claim_has_a_line_and_none_twice(found: dict[str, xr.Dataset]) -> None:
    rows = made(found)
    keys = [(row.item, row.quantity, row.state) for row in rows]
    assert len(set(keys)) == len(keys)
    known = {(line.item, line.quantity) for line in sharma.LINES.values()}
    assert {(item, quantity) for item, quantity, _ in keys} <= known
    assert all(row.note for row in rows)
