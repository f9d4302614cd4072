"""The study of schoenholz2016 on a made-up liquid whose law is known."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
import xarray as xr

import supercooled as sc
from supercooled.analysis import stages
from supercooled.papers import named
from supercooled.papers import schoenholz2016 as study
from supercooled.papers.schoenholz2016 import claims, measuring, reasons, rows, training
from supercooled.papers.schoenholz2016.figures import PLATES
from supercooled.report import Tolerance
from supercooled.report.plates import draw
from supercooled.structure import FEATURE_SETS, FeatureSet, Radial

DENSITY = 1.2
N, FRAMES = 216, 400
NEAR = FeatureSet("near", "", (Radial(first=0.75, step=0.1, number=11, width=0.1),))
CHOICES = replace(
    study.CHOICES,
    features="near",
    bins=tuple(np.linspace(-3.0, 3.0, 7)),
    minimum_count=30,
    largest_error=5.0,
    field_frames=25,
    blocks=4,
    leads=(1.0, 5.0),
    draws=3,
)


def test_every_state_of_every_preset_can_start():
    for preset in study.PRESETS.values():
        for density, durations in preset.durations.items():
            liquid = sc.systems.kob_andersen(density=density)
            for T in durations:
                assert sc.systems.equilibrated(liquid, T, preset.n_particles).is_file()


def hopping(T, seed):
    """Particles on a jittered lattice that jump, each with the barrier of its own surroundings.

    E = 3 - 2 S and Sigma = 1 - 2.5 S, with S from the density of neighbours at 1.05, so T_0 = 0.8. They
    jump back soon after, and the surroundings stay what they were.
    """
    random = np.random.default_rng(7)
    edge = (N / DENSITY) ** (1 / 3)
    sites = np.stack(np.meshgrid(*[np.arange(6)] * 3, indexing="ij"), axis=-1).reshape(-1, 3)
    base = sites * (edge / 6) + random.normal(scale=0.08, size=(N, 3))
    species = (np.arange(N) % 5 == 4).astype(int)
    box = sc.Box.cube(edge)
    still = sc.Trajectory.from_arrays(base[None], box, species=species)
    density = (
        sc.indicators.StructureFunctions((Radial(first=1.05, step=0.1, number=1, width=0.1),))
        .of(still, species="A")
        .values[0, :, :]
        .sum(axis=1)
    )
    S = np.zeros(N)
    S[species == 0] = -(density - density.mean()) / density.std()
    chance = np.minimum(0.5 * np.exp(1.0 - 2.5 * S - (3.0 - 2.0 * S) / T), 0.2)
    random = np.random.default_rng(seed)
    away = np.zeros((FRAMES, N, 3))
    for i in np.flatnonzero(species == 0):
        t = 8
        while True:
            t += 1 + int(random.exponential(1.0 / chance[i]))
            if t + 14 >= FRAMES:
                break
            direction = random.normal(size=3)
            away[t : t + 12, i] = 0.7 * direction / np.linalg.norm(direction)
            t += 24
    paths = base + away + random.normal(scale=0.005, size=away.shape)
    return sc.Trajectory.from_arrays(paths, box, species=species, unwrapped=True, temperature=T)


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    out = tmp_path_factory.mktemp("study")
    monkeypatch = pytest.MonkeyPatch()
    monkeypatch.setitem(FEATURE_SETS, "near", NEAR)
    still = {T: (hopping(T, seed),) for seed, T in enumerate((0.5, 0.6, 0.7))}
    preset = study.Preset({DENSITY: dict.fromkeys(still, FRAMES - 1.0)}, quiet={DENSITY: 100.0}, size=300)
    yield study.of_density(DENSITY, still, preset, CHOICES, out), still, out, preset
    monkeypatch.undo()


def test_it_learns_what_the_liquid_was_made_of(found):
    one, still, out, _ = found
    assert one.accuracy > 0.62
    one.model.save(out / "softness_1.2.json")
    model = sc.learning.load_model(out / "softness_1.2.json")
    largest = str(sc.learning.projections(model).feature.values[0])
    assert largest.startswith("A mu=1")
    assert json.loads((out / "softness_1.2.json").read_text())["provenance"]["lead"] == 1.0
    assert set(one.results) >= {
        "by_lead", "by_quiet", "by_split", "by_subset", "by_elimination", "by_number", "by_method",
        "projections", "learned_probability", "learned_arrhenius", "learned_relaxation", "learned_decay",
        "learned_changes",
    }  # fmt: skip
    assert len(still) == one.results["learned_probability"].sizes["temperature"]


def test_soft_particles_rearrange_more_often_at_every_temperature(found):
    P = found[0].results["learned_probability"]["rearrangement_probability"]
    for T in P.temperature.values:
        row = P.sel(temperature=T).dropna("learned_softness")
        assert float(row[-1]) > 1.5 * float(row[0])


def test_every_jump_goes_beyond_the_radius_of_the_overlap(found):
    _, still, _, _ = found
    events = study._events(still[0.5][0], CHOICES)
    share, total = measuring.share_beyond([events], CHOICES)
    assert total == sc.dynamics.rearrangements(events, threshold=0.2).sizes["event"]
    assert share > 0.9  # every jump is 0.7 long, and a is 0.5


def test_rearranging_is_to_be_above_the_threshold_in_the_next_frame(found):
    one, still, _, _ = found
    (run,) = still[0.5]
    P = one.results["learned_probability"].sel(temperature=0.5)
    hops = sc.dynamics.hops(run, window=10.0).isel(particle=run.of_species("A"))
    after = np.arange(0, FRAMES, round(FRAMES / CHOICES.field_frames)) + 1
    there = hops.frame.values[np.isin(hops.frame.values, after)]
    expected = int((hops.sel(frame=there) > 0.2).sum())
    # softness beyond the last bin is not counted
    assert 0.9 * expected <= float(P.count_rearranging.sum()) <= expected


def coldest(runs, choices=CHOICES):
    events = tuple(study._events(run, choices) for run in runs)
    return training.Coldest(runs, events, choices, quiet=100.0, size=300)


def test_examples_come_before_the_peak_and_from_blocks_that_are_kept_apart(found):
    cold = coldest(found[1][0.5])
    (run,), (events,) = cold.runs, cold.events
    peaks = set(zip(events.particle.values.tolist(), events.frame.values.tolist(), strict=True))
    for lead in (5, 0):
        table = cold.examples(lead=float(lead))
        assert int(table.soft.sum()) == int((~table.soft).sum())
        soft = table.isel(example=table.soft.values)
        pairs = zip(soft.particle.values.tolist(), (soft.frame.values + lead).tolist(), strict=True)
        assert set(pairs) <= peaks
        assert (table.group.values == table.frame.values // 100).all()
    assert np.bincount(cold.group(0, np.arange(run.n_frames))).tolist() == [100] * 4


def test_the_hard_by_the_papers_words_have_not_rearranged_before_their_structure(found):
    cold = coldest(found[1][0.5])
    (run,) = cold.runs
    p_hop = sc.dynamics.hops(run, window=CHOICES.window, species="A")
    table = cold.examples(by_words=True)
    hard = table.isel(example=~table.soft.values)
    moved = []
    for frame, particle in zip(hard.frame.values, hard.particle.values, strict=True):
        before = p_hop.sel(particle=particle, frame=slice(frame - 99, frame))
        assert (before <= CHOICES.rearrangement).all()
        moved.append(float(before.max()))
    # the study's own are quieter than that, and its structures stand amid the quiet
    own = cold.examples()
    quiet = own.isel(example=~own.soft.values)
    for frame, particle in zip(quiet.frame.values[:20], quiet.particle.values[:20], strict=True):
        assert (p_hop.sel(particle=particle, frame=slice(frame - 40, frame + 40)) <= CHOICES.candidate).all()
    assert len(moved) > 20


def test_c_a_is_read_where_inherent_structures_no_longer_flicker():
    lag = np.array([1.0, 2.0, 4.0, 8.0, 16.0])
    thermal = xr.Dataset({"overlap": ("lag", 1.0 - 0.01 * lag)}, {"lag": lag})
    flicker = np.array([0.05, 0.01, 0.003, 0.001, 0.0])
    still = xr.Dataset({"overlap": ("lag", thermal.overlap.values - flicker)}, {"lag": lag})
    # 0.003 of 0.04 is the first below a tenth
    assert claims.settled(still, thermal, CHOICES) == 4.0
    assert claims.settled(still, None, CHOICES) == CHOICES.window / 2
    assert claims.settled(still - 0.1, thermal, CHOICES) == CHOICES.window / 2


def test_c_a_of_particles_that_leave_at_one_rate_is_that_rate_over_P_R_at_any_lag():
    lag, S = np.array([2.0, 8.0, 32.0]), np.array([-1.0, 0.0, 1.0])
    P = 0.01 * np.exp(S)
    overlap = np.exp(-0.4 * P[:, None] * lag)
    changes = xr.Dataset(
        {"overlap": (("group", "lag"), overlap), "initial": ("group", S)}, {"lag": lag, "group": [0, 1, 2]}
    )
    probability = xr.Dataset({"rearrangement_probability": ("learned_softness", P)}, {"learned_softness": S})
    for at in (0.0, 8.0, 20.0):
        assert measuring.constant_of(changes, probability, lag=at) == pytest.approx(0.4)
    decay = measuring.initial_decay(changes, probability, beyond=0.4, lag=5.0)
    assert decay.attrs["lag"] == 8.0
    np.testing.assert_allclose(decay.slope, decay.expected)


def test_every_sentence_has_a_row_and_c_a_falls_with_how_often_a_hop_counts(found):
    made = {row.quantity: row for row in found[0].rows}
    for line in claims.LINES.values():
        # of two species neither B nor words need be there in so small a liquid
        assert line.quantity in made or line.quantity.startswith("accuracy of B"), line.quantity
    by = {count: made[f"c_a, each rearrangement counted by {count}"].measured for count in claims.COUNTS}
    assert by["frame"] < by["event"] <= by["peak"]
    assert made["correlation of the softness of neighbours within 1.5"].uncertainty > 0
    assert all("atom-steps" in made[claims.LINES[name].quantity].note for name in claims.NOT_RUN)


def test_who_has_never_left_is_no_more_than_who_is_inside(found):
    still = found[1]
    field = xr.zeros_like(sc.dynamics.hops(still[0.7][0], window=CHOICES.window, species="A"))
    field = (field.rename("learned_softness") + np.linspace(-1, 1, field.sizes["particle"])).assign_attrs(
        stride=1
    )
    share = measuring.never_left([still[0.7][0][5:-4]], [field], CHOICES)
    assert (share["staying"] <= share["overlap"] + 1e-12).all()
    # they jump back: fewer have never left than are inside
    assert float(share["staying"][-1]) < float(share["overlap"][-1])
    made = [row for row in found[0].rows if row.quantity.startswith("largest deviation of the share")]
    assert len(made) == 2 * len(still)
    assert rows._to_a_tenth(100.0, 0.05) == ""


def test_of_several_runs_each_is_left_out_in_turn(found, tmp_path):
    _, still, _, preset = found
    runs = (*still[0.5], hopping(0.5, 11), hopping(0.5, 12))
    cold = coldest(runs)
    table = cold.examples()
    assert (table.group.values == table.run.values).all()
    assert set(table.run.values.tolist()) == {0, 1, 2}
    trained = training.trained(cold)
    assert len(trained.parts) == 3
    # A run gets the softness of what the others taught, a hotter one of what all did.
    rest = table.isel(example=table.run.values != 1)
    alone, _ = sc.learning.fit_softness(
        rest, groups=rest.run.values, training=sc.learning.Training(
            "linear-svm", C=trained.validation.C, folds=2, constant="ignore", seed=1
        ),
    )  # fmt: skip
    np.testing.assert_allclose(trained.parts[1].weights, alone.weights, rtol=1e-6)
    for taught, model in ((1, trained.parts[1]), (None, trained.whole)):
        found_here = measuring.softness_of(runs[1], trained, cold, taught=taught)
        field = found_here["softness"]["learned_softness"]
        near = sc.indicators.StructureFunctions(NEAR.radial)
        expected = model.softness(near.of(runs[1], species="A", frames=slice(0, FRAMES, 16)))
        np.testing.assert_allclose(field.values, expected.values)
    one = study.of_density(DENSITY, {**still, 0.5: runs}, preset, CHOICES, tmp_path)
    P, fewer = (x.results["learned_probability"].sel(temperature=0.5) for x in (one, found[0]))
    assert float(P["count"].sum()) > 2.5 * float(fewer["count"].sum())
    notes = {row.quantity: row.note for row in one.rows}
    assert "3 runs left out in turn" in notes["cross-validated accuracy"]


def test_replicas_have_left_where_all_begin(tmp_path, monkeypatch):
    asked = []

    def simulated(requests, **_):
        asked.extend(requests)
        return [sc.Trajectory.from_arrays(np.zeros((81, 2, 3)), sc.Box.cube(3.0)) for _ in requests]

    monkeypatch.setattr(study.store, "simulate_all", simulated)
    monkeypatch.setattr(study.store, "quench_trajectory", lambda one, **_: one)
    states = {DENSITY: {0.58: 40.0, 0.47: 30.0}}
    preset = study.Preset(states, quiet={DENSITY: 100.0}, replicas={DENSITY: 3}, apart=60.0)
    found = study.inherent(DENSITY, preset, CHOICES, runs=tmp_path, workers=1)
    states = [(r.state.temperature, r.state.seed, r.state.protocol.hold) for r in asked]
    assert states == [(0.47, 1, 0.0), (0.47, 2, 60.0), (0.47, 3, 60.0), (0.58, 1, 0.0)]
    assert {T: [run.n_frames for run in runs] for T, runs in found.items()} == {0.47: [31] * 3, 0.58: [41]}


def test_the_rows_say_the_lead_and_what_is_missed(found):
    rows = {(row.quantity, row.state): row for row in found[0].rows}
    accuracy = next(row for (name, _), row in rows.items() if name == "cross-validated accuracy")
    assert "1 τ before the peak" in accuracy.note
    assert accuracy.within is False
    assert accuracy.note.endswith(reasons.learning(found[0].results, "accuracy"))
    onset = next(row for (name, _), row in rows.items() if name == "onset temperature e1/Σ1")
    assert onset.published == 0.83
    assert len(rows) == len(found[0].rows)


def test_what_was_tried_names_the_most_of_each(found):
    learned = found[0].results
    by_quiet = learned["by_quiet"]
    best = by_quiet.isel(quiet=int(by_quiet.accuracy.argmax("quiet")))
    words = f"{float(best.accuracy):.3f} (hard ones still for {float(best.quiet):g} tau)"
    assert words in reasons.learning(learned, "accuracy")
    share = learned["by_lead"].soft_share
    said = reasons.learning(learned, "soft_share")
    assert f"{float(share.max()):.3f} (lead of {float(share.lead[int(share.argmax('lead'))]):g} tau)" in said
    assert "method" not in said  # whose share is not measured
    assert reasons.learning({}, "accuracy") == ""


def test_a_barrier_out_of_range_says_which_softnesses_are_within(found):
    fits = found[0].results["learned_arrhenius"]
    seen = fits.dropna("learned_softness", subset=["barrier"])
    lowest, highest = float(seen.barrier.min()), float(seen.barrier.max())
    middle = Tolerance.between(lowest + 1e-9, highest - 1e-9)
    S = seen.learned_softness.values[(seen.barrier > lowest) & (seen.barrier < highest)]
    assert f"have S = {', '.join(f'{s:g}' for s in S)}." in reasons.barrier(fits, middle)
    assert "No softness" in reasons.barrier(fits, Tolerance.between(highest + 1.0, highest + 2.0))


def test_a_missed_relaxation_tries_the_constant_of_its_own_temperature(found):
    one = found[0]
    relaxation = one.results["learned_relaxation"].sel(temperature=0.7).dropna("lag", subset=["overlap"])
    off = relaxation.assign(overlap_propagated=relaxation["overlap"] + 0.2)
    (row, _) = rows.relaxation_rows(1.2, {0.7: off}, beyond=0.5, tried=lambda T: f"Tried at {T:g}.")
    assert row.within is False
    assert row.note.endswith("Tried at 0.7.")
    (row, _) = rows.relaxation_rows(
        1.2, {0.7: off.assign(overlap_propagated=off["overlap"])}, beyond=0.5, tried=lambda T: "Tried."
    )
    assert "Tried" not in row.note
    missed = [r for r in one.rows if r.quantity.endswith("q(t), propagated") and r.within is False]
    assert missed
    # at the coldest c_a is that of the temperature already
    assert all(("the c_a of this temperature" in r.note) is ("T = 0.5" not in r.state) for r in missed)
    assert all("each rearrangement counted once" in r.note for r in missed)


def test_counted_once_each_rearrangement_is_one_particle_at_one_time(found):
    still = found[1]
    events = study._events(still[0.7][0], CHOICES)
    peaks = sc.dynamics.rearrangements(events, threshold=CHOICES.rearrangement)
    field = xr.zeros_like(sc.dynamics.hops(still[0.7][0], window=CHOICES.window, species="A"))
    field = field.rename("learned_softness") + np.linspace(-1, 1, field.sizes["particle"])
    each = measuring.probability_of(still[0.7], [field], CHOICES)
    once = measuring.probability_of(still[0.7], [field], CHOICES, once=[events])
    lead = round(CHOICES.lead / still[0.7][0].interval)
    there = np.isin(peaks["frame"].values - lead, field["frame"].values)
    assert float(once["count_rearranging"].sum()) == there.sum() > 0
    assert float(each["count_rearranging"].sum()) > float(once["count_rearranging"].sum())


def test_accuracy_is_compared_by_how_long_the_hard_are_still(found):
    one, still, _, _ = found
    by_quiet = one.results["by_quiet"]
    assert by_quiet.quiet.values.tolist() == [25.0, 50.0, 100.0, 150.0, 200.0]
    assert float(by_quiet.accuracy.sel(quiet=100.0)) == pytest.approx(one.accuracy, abs=0.03)
    cold = coldest(still[0.5], replace(CHOICES, quiets=(1.0, 50.0)))
    kept = training._by_quiet(cold, cold.examples())
    assert list(kept) == [100.0]  # none is still for longer than the run


def test_what_keeping_runs_apart_costs_stands_beside_it(found):
    split = found[0].results["by_split"]
    apart, at_random = split.split.values
    assert apart == "blocks of one run left out"
    # one draw beside the average of all
    assert float(split.accuracy.sel(split=apart)) == pytest.approx(found[0].accuracy, abs=0.05)
    # Every particle of this liquid keeps its surroundings: whoever is known is told for good.
    assert float(split.accuracy.sel(split=at_random)) >= found[0].accuracy - 0.05
    assert f"accuracy, split {at_random}" in {row.quantity for row in found[0].rows}


def test_accuracy_is_averaged_over_draws_and_its_error_knows_them(found):
    still = found[1]
    cold = coldest(still[0.5], replace(CHOICES, C=(0.1, 1.0)))
    drawn = [cold.examples(draw=k) for k in range(3)]
    assert len({tuple(one["frame"].values) for one in drawn}) == 3
    told = training.told(cold, drawn)
    by_penalty = {
        C: [
            sc.learning.cross_validated(one, groups=one["group"].values, training=cold.training(C))
            for one in drawn
        ]
        for C in (0.1, 1.0)
    }
    means = {C: np.mean([one.accuracy for one in each]) for C, each in by_penalty.items()}
    best = by_penalty[told.C]
    assert told.accuracy == pytest.approx(max(means.values()))
    assert means[told.C] == pytest.approx(told.accuracy)
    assert told.scatter == pytest.approx(np.std([one.accuracy for one in best], ddof=1))
    within = np.mean([one.error**2 for one in best])
    assert told.error == pytest.approx(np.sqrt(within + told.scatter**2 / 3))
    assert told.soft_share == pytest.approx(np.mean([one.soft_share for one in best]))
    assert 0 < told.share_error < 0.3
    assert told.share_error != told.error
    accuracy = next(row for row in found[0].rows if row.quantity == "cross-validated accuracy")
    assert f"Mean of {CHOICES.draws} draws" in accuracy.note
    assert np.isnan(training.told(cold, drawn[:1]).scatter)


def test_a_rise_within_its_error_is_not_judged():
    up, flat, down = rows.rise_rows(
        {
            1.2: (0.83, 0.02),
            1.15: (0.66, 0.03),
            1.25: (0.84, 0.03),
            1.3: (0.6, 0.05),
            1.4: (float("nan"), 1.0),
        }
    )
    assert (up.state, up.within) == ("ρ = 1.15 to 1.2", True)
    assert up.measured == pytest.approx(0.17)
    assert (flat.within, flat.published) == (None, None)
    assert "no more than its error" in flat.note
    assert down.within is False


def test_numbers_printed_of_one_density_judge_no_other(found):
    fits = found[0].results["learned_arrhenius"]
    straight = sc.relation.straight_barriers(fits)
    elsewhere = rows.barrier_rows(1.3, fits, straight, 0.1, [0.75, 0.84, 0.92])
    assert all(row.published is None and row.within is None for row in elsewhere)
    at_home = rows.barrier_rows(1.2, fits, straight, 0.1, [0.47, 0.53, 0.58])
    assert sum(row.within is not None for row in at_home) == 3


def test_every_figure_is_drawn_with_its_words(found):
    one = found[0]
    results = one.results | study.onsets({1.3: replace(one, onset=1.2), 1.2: one})
    for plate in PLATES:
        drawn = draw(plate, results)
        assert drawn is not None
        assert len(drawn.panels) == len(plate.panels)
        assert all(panel.caption.description for panel in drawn.panels)


def test_the_page_turns_the_coldest_run_coloured_by_softness(found):
    scene = found[0].results["scene"]
    assert list(scene.attrs["fields"]) == ["learned_softness", "p_hop"]
    assert float(scene.attrs["temperature"]) == 0.5
    soft = scene["learned_softness"].values
    assert np.isfinite(soft[:, scene.species.values == 0]).all()
    assert np.isnan(soft[:, scene.species.values == 1]).all()


def test_onsets_stand_by_density_and_alone_show_nothing(found):
    one = found[0]
    both = study.onsets({1.3: replace(one, onset=1.2, onset_error=0.1), 1.2: one})["learned_onsets"]
    assert both.density.values.tolist() == [1.2, 1.3]
    assert both.onset.values.tolist() == [one.onset, 1.2]
    assert study.onsets({1.2: one, 1.3: replace(one, onset=float("nan"))}) == {}


def test_asked_again_it_reads_what_is_there(found, monkeypatch):
    one, still, out, preset = found
    monkeypatch.setattr(stages, "save_results", lambda *_a, **_k: pytest.fail("computed again"))
    again = study.of_density(DENSITY, still, preset, CHOICES, out)
    assert again.onset == one.onset


def test_too_few_hops_are_refused(found):
    _, still, out, preset = found
    with pytest.raises(sc.SupercooledError, match=r"too few|only examples of one kind|no (soft|hard)"):
        study.of_density(
            DENSITY, {0.5: (still[0.5][0][:40],)}, replace(preset, quiet={1.2: 20.0}), CHOICES, out / "x"
        )


def test_presets_are_known_by_name(tmp_path):
    with pytest.raises(sc.SupercooledError, match="known are quick, medium, long, paper"):
        named("schoenholz2016").run("slow", tmp_path / "out", root=tmp_path / "runs", workers=1)
    assert all(preset.every <= study.CHOICES.interval for preset in study.PRESETS.values())
