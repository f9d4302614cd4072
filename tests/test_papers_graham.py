"""graham2023: the whole study on short runs of a small hot liquid, and its rows by law."""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

import supercooled as sc
from supercooled import papers, report, store, systems
from supercooled.errors import ParameterError
from supercooled.papers import graham2023
from supercooled.papers.graham2023 import claims, reasons
from supercooled.papers.graham2023.chosen import Choices
from supercooled.papers.graham2023.figures import FIGURES
from supercooled.papers.graham2023.liquid import LiquidRuns, Measured, Run, continuous
from supercooled.papers.graham2023.rows import lines
from supercooled.papers.graham2023.rows import rows as rows_of
from supercooled.papers.graham2023.strata import FIELDS
from supercooled.report.plates import draw

TEMPERATURES = (0.8, 0.9, 1.0)
CHOICES = Choices(
    window=4.0, hard_separation=10.0, soft_separation=4.0, quiet=0.1, strata=3, minimum_count=20, r_max=3.0,
    largest_error=10.0, dr=0.05, last=2.5, radius=2.5, folds=2,
)  # fmt: skip
PRESET = graham2023.Preset(((0.2, 1.16),), 12.0, every=0.5, quench_every=4, tolerance=50.0, dt=0.005)


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> LiquidRuns:
    root = tmp_path_factory.mktemp("runs")
    liquid = systems.kob_andersen_width(well_width=0.2, density=1.16)
    runs = []
    for T in TEMPERATURES:
        thermal = sc.simulate(
            liquid, temperature=T, n_particles=500, duration=12.0, every=0.5, start="lattice", hold=2.0,
            root=root, progress=False,
        )  # fmt: skip
        still = store.quench_trajectory(
            thermal[::4], mixture=continuous(liquid.mixture), tolerance=50.0, root=root, workers=1,
            progress=False,
        )  # fmt: skip
        runs.append(Run(thermal, still, 4))
    return LiquidRuns(liquid.name, 0.2, 1.16, liquid.mixture, tuple(runs), TEMPERATURES)


def analysed(simulated: LiquidRuns, out: Path) -> Path:
    def study(preset: graham2023.Preset, where: papers.Work) -> papers.Findings:
        return graham2023.analysed([simulated], where, choices=CHOICES, preset=preset)

    short = dataclasses.replace(graham2023.PAPER, presets={"short": PRESET}, study=study)
    return short.run("short", out, root=out / "runs")


@pytest.fixture(scope="module")
def studied(simulated: LiquidRuns, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return analysed(simulated, tmp_path_factory.mktemp("graham"))


def test_everything_is_written_and_measured(studied: Path) -> None:
    rows = json.loads((studied / "comparison.json").read_text())
    assert {row["item"] for row in rows} >= {"Sec. II.B", "Fig. 3", "Fig. 4(b)", "Fig. 5(b)", "Fig. 6(a)"}
    results = report.load_results(studied / "results.zarr")
    assert results["states"].temperature.values.tolist() == [list(TEMPERATURES)]
    assert "report.html" in {path.name for path in studied.iterdir()}
    model = sc.learning.load_model(studied / "softness_ka-width0.2_rho1.16.json")
    assert len(model.features) == 54


def test_asked_again_it_reads_what_is_there(simulated: LiquidRuns, studied: Path, monkeypatch) -> None:
    before = (studied / "comparison.json").read_bytes()
    for module, name in ((sc.indicators.LearnedSoftness, "of"), (sc.dynamics, "hops")):
        monkeypatch.setattr(module, name, lambda *_a, **_k: pytest.fail("computed again"))
    assert (analysed(simulated, studied) / "comparison.json").read_bytes() == before


def test_a_crossover_has_an_error_where_blocks_of_the_runs_tell_one(studied: Path) -> None:
    """Left to the pairs of lines alone, an error is too small, and agreement is missed for nothing."""
    strata = report.load_results(studied / "results.zarr")["strata"].isel(liquid=0)
    counted = strata.rearrangement_probability.notnull()
    unknown = (counted & strata.rearrangement_probability_error.isnull()).any(("state", "stratum"))
    assert unknown.any()
    assert strata.crossover.where(unknown, drop=True).notnull().any()
    assert strata.crossover_error.where(unknown, drop=True).isnull().all()


def test_every_state_of_the_ladders_can_start():
    for (width, density), (fitted, hotter) in graham2023.LADDERS.items():
        assert len(fitted) >= 3
        assert list(fitted + hotter) == sorted(fitted + hotter)
        for T in (*fitted, *hotter):
            liquid = systems.kob_andersen_width(well_width=width, density=density)
            request = store.request(
                liquid, temperature=T, n_particles=graham2023.N_PARTICLES, duration=1.0, every=0.5
            )
            assert len(request.start().species) == graham2023.N_PARTICLES


def test_every_sentence_about_one_liquid_has_a_row(studied: Path) -> None:
    rows = report.read_comparison(studied / "comparison.json")
    made = {row.quantity: row for row in rows}
    # of several liquids, of every frame quenched, or of T = 1.0 alone
    several = {
        line.quantity
        for name, line in claims.LINES.items()
        if name in ("slower", "ln P_R, event") or name.endswith((", unscaled", ", events"))
    }
    assert {line.quantity for line in claims.LINES.values()} - several <= set(made)
    assert all("atom-steps" in made[claims.LINES[name].quantity].note for name in claims.NOT_RUN)
    # the run of 12 tau is short, and its row says by how much or that it can't tell
    length = made["length of the run over its relaxation time"]
    assert length.verdict in ("missed", "undecided", "not measured")
    alike = made["correlation of the softness that two halves of the examples teach"]
    assert alike.measured is None or -1.0 <= alike.measured <= 1.0
    change = made["change of s2 of the softness groups with temperature, over its range"]
    assert change.measured is not None
    assert change.measured > 0


def test_a_rearrangement_counts_once_in_its_first_frame(simulated: LiquidRuns) -> None:
    p = np.array([[0.1, 0.3], [0.3, 0.4], [0.5, 0.1], [0.1, 0.3]])
    p_hop = xr.DataArray(p, {"frame": np.arange(4)}, ("frame", "particle"), "p_hop")
    every = dataclasses.replace(simulated, runs=tuple(Run(r.thermal, r.thermal, 1) for r in simulated.runs))
    measured = Measured([{"p_hop": p_hop.to_dataset()}], [], None, None, {})  # type: ignore[arg-type]
    counted = claims.by_event(every, measured, CHOICES)
    assert counted is not None
    found = counted.per_run[0]["p_hop"]["p_hop"].values > CHOICES.threshold
    assert found.tolist() == [[False, True], [True, False], [False, False], [False, True]]
    assert claims.by_event(simulated, measured, CHOICES) is None


def test_what_liquids_have_in_common_before_scaling_stands_beside_what_events_make() -> None:
    results = example()
    both = lines(results)
    assert both is not None
    rows = {(row.quantity, row.state): row for row in claims.collapse_rows(results, both, results, both)}
    unscaled = rows["R^2 of the unscaled entropic barriers against s2", "2 liquids"]
    assert unscaled.measured == pytest.approx(both["entropic"][0].r_squared)
    events = rows["spread of the energetic barriers after scaling over that before, by event", "2 liquids"]
    assert events.measured == pytest.approx(0.0, abs=1e-6)
    assert rows["ln P_R(T_A), rearrangements counted by event", "Δ = 0.4"].measured == -5.0
    alone = claims.collapse_rows(results, None, None, None)
    assert {row.quantity for row in alone} == {"ln P_R(T_A), rearrangements counted by frame"}


def test_a_liquid_that_slows_as_wells_narrow_is_as_printed() -> None:
    states = example()["states"]
    states["temperature"][:, 1] = claims.COMMON
    states["diffusivity"] = (("liquid", "state"), np.array([[0.1, 0.02, 0.3], [0.1, 0.01, 0.3]]))
    states["diffusivity_error"] = 0.05 * states["diffusivity"]
    (row,) = claims._slower_rows(states)
    assert (row.state, row.measured, row.verdict) == ("Δ = 0 to 0.4", 0.5, "met")


def test_hotter_liquids_have_more_entropy_and_rearrange_more(studied: Path) -> None:
    states = report.load_results(studied / "results.zarr")["states"].isel(liquid=0)
    assert (np.diff(states.pair_entropy) > 0).all()
    assert (np.diff(states.total_share) > 0).all()
    # The inherent structures have sharper peaks than the frames they come from.
    assert (states.inherent_pair_entropy < states.pair_entropy).all()


def test_softness_and_pair_entropy_go_together(studied: Path) -> None:
    results = report.load_results(studied / "results.zarr")
    assert 0.0 < float(results["joint"].pearson[0]) < 1.0
    density = results["joint"].histogram.isel(liquid=0).values
    area = np.outer(*(np.diff(results["joint"][f"{f}_edges"][0]) for f in FIELDS))
    assert float((density * area).sum()) == pytest.approx(1.0, abs=0.02)
    groups = results["groups"].isel(liquid=0)
    assert (np.diff(groups.middle) > 0).all()
    assert float(groups.pair_entropy[-1]) > float(groups.pair_entropy[0])


def test_strata_hold_the_counts_of_their_particles(studied: Path) -> None:
    strata = report.load_results(studied / "results.zarr")["strata"].isel(liquid=0)
    P = strata.rearrangement_probability
    assert float(P.max()) <= 1.0
    assert float(P.min()) >= 0.0
    # Soft particles rearrange more often than hard ones, all temperatures together.
    assert float(P.sel(field="softness").isel(stratum=-1).mean()) > float(
        P.sel(field="softness").isel(stratum=0).mean()
    )


def example(scale: tuple[float, float] = (-3.0, -5.0), slope: float = 0.3) -> dict[str, xr.Dataset]:
    """Two liquids whose lines all cross, with barriers that one line describes once scaled."""
    T_A, s2 = np.array([0.8, 1.1]), np.array([np.linspace(-6, -4, 5), np.linspace(-5.5, -3.5, 5)])
    log_P = np.array(scale)
    entropy = log_P[:, None] * (1.0 + slope * s2)
    barrier = T_A[:, None] * (entropy - log_P[:, None])
    along = {"width": ("liquid", [0.0, 0.4]), "liquid": ["a", "b"]}
    by = ("liquid", "field", "stratum")
    T = np.array([[0.5, 0.6, 0.7], [0.7, 0.8, 0.9]])
    P = np.exp(entropy[:, None] - barrier[:, None] / T[..., None])
    both = np.stack([P, P**0.5], axis=1)
    strata = xr.Dataset(
        {
            "temperature": (("liquid", "state"), T),
            "rearrangement_probability": (("liquid", "field", "state", "stratum"), both),
            "rearrangement_probability_error": (("liquid", "field", "state", "stratum"), 0.1 * both),
            "entropy": (by, np.stack([entropy, entropy], axis=1)),
            "barrier": (by, np.stack([barrier, barrier], axis=1)),
            "entropy_error": (by, np.zeros((2, 2, 5))),
            "barrier_error": (by, np.zeros((2, 2, 5))),
            "middle": (by, np.stack([s2, s2], axis=1)),
            "crossover": (("liquid", "field"), np.stack([T_A, T_A + 0.05], axis=1)),
            "crossover_error": (("liquid", "field"), np.array([[0.02, 0.02], [0.04, 0.04]])),
        },
        {**along, "field": list(FIELDS)},
    )
    scaled = entropy / log_P[:, None]
    groups = xr.Dataset(
        {
            "pair_entropy": (("liquid", "stratum"), s2),
            "scaled_entropy": (("liquid", "stratum"), scaled),
            "scaled_barrier": (("liquid", "stratum"), scaled - 1.0),
            "identity": (("liquid", "stratum"), np.zeros((2, 5))),
            "log_probability": ("liquid", log_P),
            "middle": (("liquid", "stratum"), s2),
            "radial_distribution": (("liquid", "stratum", "species", "r"), np.ones((2, 5, 2, 9))),
        },
        {**along, "species": ["A", "B"], "r": np.linspace(0.5, 3, 9)},
    )
    joint = xr.Dataset(
        {
            "pearson": ("liquid", [0.2, 0.48]),
            "pearson_error": ("liquid", [0.01, 0.01]),
            "temperature": ("liquid", T[:, 0]),
            "histogram": (("liquid", "softness_bin", "entropy_bin"), np.ones((2, 3, 3))),
            "softness_edges": (("liquid", "softness_edge"), np.tile(np.arange(4.0), (2, 1))),
            "entropy_edges": (("liquid", "entropy_edge"), np.tile(np.arange(4.0), (2, 1))),
        },
        along,
    )
    accuracy = np.array([[0.76, 0.6, 0.45], [0.85, np.nan, np.nan]])
    states = xr.Dataset(
        {
            **{n: (("liquid", "state"), v) for n, v in (("accuracy", accuracy), ("recall", accuracy - 0.02))},
            "examples": (("liquid", "state"), np.full((2, 3), 100.0)),
            "soft_share": (("liquid", "state"), np.full((2, 3), 0.25)),
            "temperature": (("liquid", "state"), T),
            **dict.fromkeys(
                ("diffusivity", "reduced_diffusivity", "softness", "pair_entropy"),
                (("liquid", "state"), 0.01 * T),
            ),
        },
        along,
    )
    wells = xr.Dataset(
        {
            "pair_energy": (("liquid", "separation"), np.zeros((2, 9))),
            "radial_distribution": (("liquid", "r"), np.ones((2, 9))),
        },
        {**along, "separation": np.linspace(0.9, 2.5, 9), "r": np.linspace(0.5, 3, 9)},
    )
    return {"states": states, "strata": strata, "joint": joint, "groups": groups, "wells": wells}


def by_quantity(rows: list[report.Row], word: str) -> list[report.Row]:
    return [row for row in rows if word in row.quantity]


def test_rows_judge_by_the_tolerances_of_the_task() -> None:
    rows = rows_of(example())
    for reading, shift, verdict in (("P(R|S > 0)", 0.0, [None, None]), ("P(S > 0|R)", 0.02, [True, False])):
        cold, hot = by_quantity(rows, f"{reading}, coldest"), by_quantity(rows, f"{reading}, hottest")
        assert [row.measured for row in cold] == pytest.approx([0.76 - shift, 0.85 - shift])
        assert [row.within for row in cold] == verdict
        assert hot[0].within is verdict[0]
        # A liquid with one temperature has no hottest.
        assert hot[1].measured is None
    spread = by_quantity(rows, "strata of s2")
    further = by_quantity(rows, "strata of S")
    for one, more in zip(spread, further, strict=True):
        # P of the entropy's strata is the root of that of softness: half the decades, and as many more.
        assert more.measured == pytest.approx(one.measured)
        assert one.within is (one.measured is not None and one.measured <= 1.1)
    pearson = by_quantity(rows, "Pearson")
    assert [row.within for row in pearson] == [None, True]
    assert by_quantity(rows, "rise of that")[0].within is True
    difference = by_quantity(rows, "difference")
    assert [row.within for row in difference] == [False, True]


def test_a_liquid_without_lines_says_so() -> None:
    results = example()
    for name in ("crossover", "crossover_error"):
        results["strata"][name][1] = np.nan
    rows = by_quantity(rows_of(results), "crossover temperature")
    assert all("no lines to cross" in row.note and row.measured is None for row in rows if "0.4" in row.state)
    assert all(row.measured is not None for row in rows if "0.4" not in row.state)


def test_a_perfect_collapse_is_one_and_liquids_alike_do_not_gain() -> None:
    rows = rows_of(example())
    assert [row.within for row in by_quantity(rows, "over that before")] == [True, True]
    assert [row.measured for row in by_quantity(rows, "R^2")] == pytest.approx([1.0, 1.0])
    assert all(row.measured == 0.0 for row in by_quantity(rows, "identity"))
    broken = example()
    broken["groups"]["scaled_entropy"][1] = broken["groups"]["scaled_entropy"][1] * 3
    missed = by_quantity(rows_of(broken), "over that before")[0]
    assert missed.within is False
    # of two liquids none can be left out
    assert "Errors of the barriers alone would leave 0.00. ln P_R(T_A)" in missed.note
    none = example()
    none["groups"]["scaled_entropy"][:] = np.nan
    assert by_quantity(rows_of(none), "over that before")[0].measured is None


def test_a_collapse_that_misses_says_what_errors_leave_and_which_liquid_spoils_it() -> None:
    results = example()
    third = {name: data.isel(liquid=[0, 1, 1]).copy(deep=True) for name, data in results.items()}
    for data in third.values():
        data["width"] = ("liquid", [0.0, 0.2, 0.4])
    third["groups"]["scaled_entropy"][1] *= 3.0
    # half of each barrier is its error
    strata, groups = third["strata"], third["groups"]
    strata["entropy_error"] = 0.5 * np.abs(strata["entropy"])
    scaled = groups["scaled_entropy"].values
    noise = np.sqrt(np.mean((0.5 * scaled) ** 2)) / scaled.std()
    before = sc.relation.common_line(
        list(groups["pair_entropy"].values), list(strata["entropy"].sel(field="softness").values)
    )
    said = reasons.collapse(third, "entropy", "scaled_entropy", "ratio")
    assert f"would leave {noise / before.spread:.2f}." in said
    assert "the best is 0.00, without Δ = 0.2." in said
    said = reasons.collapse(third, "entropy", "scaled_entropy", "straight")
    assert f"would have {max(0.0, 1 - noise**2):.2f}." in said
    assert "the best is 1.00, without Δ = 0.2." in said


def test_crossovers_that_are_off_by_an_error_are_found_out() -> None:
    # ln P_R(T_A) is small beside barriers: half an error of the crossover spoils a collapse that is there.
    true = example(scale=(-0.4, -0.6), slope=6.0)
    assert by_quantity(rows_of(true), "over that before")[0].within
    strata, groups = true["strata"].sel(field="softness"), true["groups"]
    wrong = strata["crossover"].values + 0.5 * np.array([-0.02, 0.04])
    log_P = (strata["entropy"].values - strata["barrier"].values / wrong[:, None]).mean(axis=1)
    true["strata"]["crossover"].loc[{"field": "softness"}] = wrong
    true["strata"]["crossover_error"].loc[{"field": "softness"}] = [0.02, 0.04]
    groups["scaled_entropy"] = groups["scaled_entropy"].dims, strata["entropy"].values / log_P[:, None]
    groups["log_probability"] = "liquid", log_P
    row = by_quantity(rows_of(true), "over that before")[0]
    assert row.within is False
    found = re.search(r"at most (\d\.\d) of their standard errors it would be (\d\.\d\d)", row.note)
    assert found is not None
    assert 0.2 < float(found[1]) < 0.8
    assert float(found[2]) < row.measured / 3
    off = strata["barrier"].values[0].mean() * 0.02 / wrong[0] ** 2
    assert f"is {log_P[0]:.2f}({100 * off:.0f})" in row.note
    true["strata"]["crossover_error"][0, 0] = 0.0
    assert "ln P_R" not in by_quantity(rows_of(true), "over that before")[0].note


def test_a_share_that_misses_says_what_other_readings_give() -> None:
    results = example()
    results["states"]["accuracy"][0, -1], results["states"]["recall"][0, -1] = 0.6, 0.9
    note = next(row.note for row in by_quantity(rows_of(results), "P(S > 0|R), hottest"))
    # 9 of 10 soft and, with equally many of each, 6 of 10 hard: of 1 soft to 3 hard a third is soft.
    assert "is 0.60 on equally many examples, and 0.33 on as many" in note
    assert note.endswith("as were found, 25 % of them soft.")
    results["states"]["accuracy"][0, -1] = 0.0
    note = next(row.note for row in by_quantity(rows_of(results), "P(S > 0|R), hottest"))
    assert note.endswith("Tried: P(R|S > 0), as the words stand, is 0.00 on equally many examples.")


def test_a_spread_that_misses_says_how_many_errors_off_it_is() -> None:
    (first, _) = by_quantity(rows_of(example()), "strata of S")
    assert first.measured is not None
    assert first.uncertainty is not None
    away = (1.0 - first.measured) / first.uncertainty
    assert first.within is False
    assert f"{away:.1f} standard errors from the bound" in first.note
    empty = example()
    empty["strata"]["rearrangement_probability"][0, 0, 0, 0] = np.nan
    (first, _) = by_quantity(rows_of(empty), "strata of S")
    assert "1 of 5 stratum has no P_R yet" in first.note
    assert "standard errors" not in first.note


def test_figures_that_need_long_runs_are_drawn_and_described() -> None:
    # The others are drawn for the runs above.
    results = example()
    for plate in (p for p in FIGURES.plates if p.name in {"reduced_diffusion", "scaled_barriers"}):
        drawn = draw(plate, results)
        assert drawn is not None
        assert len(drawn.panels) == len(plate.panels)
        for panel in drawn.panels:
            assert panel.caption.description.endswith(".")
            assert len(panel.svg) > 1000


def test_a_minimiser_gets_the_same_forces_without_a_step() -> None:
    mixture = systems.kob_andersen_width(well_width=0.3, density=1.14).mixture
    whole = continuous(mixture)
    for a, b in zip(mixture.potentials, whole.potentials, strict=True):
        r = np.linspace(0.9 * b.cutoff, 0.999999 * b.cutoff, 5)
        assert b.force(r) == pytest.approx(a.force(r))
        assert abs(float(b.energy(r[-1]))) < 1e-7 < abs(float(a.energy(r[-1])))


def test_unknown_presets_and_states_without_a_start_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match="quick, medium, long, paper"):
        graham2023.PAPER.run("fast", tmp_path / "out", root=tmp_path / "runs", workers=1)
