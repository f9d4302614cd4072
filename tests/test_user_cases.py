"""What new users met when they tried it with known answers, and the tests that hold the right values."""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

import supercooled as sc
from supercooled import Box, Trajectory, cage, dynamics, relation, store, structure
from supercooled.errors import SupercooledError

HERE = Path(__file__).parent

# What was met, and the tests of it: "file: name of the test".
CASES = {
    "stale answers": {
        "a quench with the right names after one with the wrong prints its own energy": (
            "quench_trajectory: the_command_given_the_right_names_does_not_print_the_first_ones_energy"
        ),
        "two trajectories that share their first frames do not answer for each other": (
            "quench_trajectory: two_trajectories_that_share_their_first_frames_do_not_answer_for_each_other"
        ),
        "quench takes no composition that analyze refuses": (
            "quench_trajectory: a_composition_that_is_not_the_mixtures_is_refused"
        ),
        "the MSD is changed in the code, and measured again": (
            "stages: changed_code_is_run_and_a_changed_caption_is_not"
        ),
        "any argument of a stage is changed": "stages: a_stage_with_any_argument_changed_is_another",
        "any argument of a run is changed": "store_runs: a_run_with_any_argument_changed_is_made_again",
        "the code that simulates is changed": (
            "store_runs: a_run_is_made_again_when_the_code_that_simulates_has_changed"
        ),
        "kept reports say which source made them": (
            "readme: a_kept_report_says_which_source_made_it_or_how_far_that_is_known"
        ),
        "an old folder is refused with the reason": (
            "store_runs: a_run_of_before_checksums_is_refused_with_the_reason"
        ),
    },
    "frames of a part laid over the whole": {
        "hops(run[100:]) as groups of correlators(run)": (
            "matching: hops_of_a_part_are_groups_of_the_whole_run_by_their_own_frames"
        ),
        "examples of a part given to features_of_examples(run)": (
            "matching: examples_of_a_part_have_the_features_of_their_own_frames"
        ),
        "an indicator of a part against the hops of the whole": (
            "user_cases: an_indicator_of_a_part_ranks_the_hops_of_the_whole"
        ),
    },
    "a box that breathes, with image counts": {
        "walkers in a box of 0.2 % and images of sd 6": (
            "unwrapping: image_counts_left_over_from_equilibration_change_neither_overlap_nor_relaxation"
        ),
        "walkers of known D, any shear, 2-D, any frame spacing": (
            "unwrapping: walkers_in_a_box_that_changes_come_back_with_the_diffusion_they_were_given"
        ),
        "the message says how large the effect is": (
            "unwrapping: a_particle_at_rest_in_its_place_of_the_box_moves_by_what_the_warning_says"
        ),
    },
    "what a column means": {
        "type 1, 2 and element C everywhere": (
            "io_meaning: types_1_and_2_with_carbon_everywhere_are_not_one_species"
        ),
        "positions of XYZ that were never folded": (
            "io_meaning: positions_that_were_never_folded_can_be_declared"
        ),
        "a restart that repeats or overlaps": (
            "io_meaning: a_restart_that_overlaps_has_a_remedy_in_every_format"
        ),
        "repeats to within rounding": "io_meaning: a_copy_to_the_last_bit_counts_once_in_every_format",
        "bracketed lists and JSON booleans": (
            "io_meaning: a_lattice_and_its_boundaries_are_read_however_they_are_written"
        ),
        "OVITO's export": "io_meaning: ovitos_export_to_lammps_is_read",
        "a last line without a newline": (
            "io_meaning: a_dump_without_a_last_newline_is_whole_where_its_numbers_say_so"
        ),
        "files that hold no times": (
            "io_times: structure_of_frames_without_times_is_that_of_frames_with_times"
        ),
        "what needs a time asks for it": (
            "io_times: a_dump_without_a_timestep_opens_and_asks_when_a_time_is_needed"
        ),
        "plain XYZ with a box": "io_meaning: plain_xyz_can_be_given_its_box",
        "bz2": "io_meaning: bz2_is_read_and_its_damage_named",
    },
    "units that are not there": {
        "all lengths multiplied": "rescaling: a_quantity_scales_as_its_unit_says",
        "the same of every indicator": "rescaling: an_indicator_scales_as_its_unit_says",
        "the same of every target": "rescaling: a_target_scales_as_its_unit_says",
        "the same of the table of an analysis": (
            "rescaling: every_row_of_an_analysis_scales_as_its_unit_says"
        ),
        "softness with 1/rho beside that of the papers": (
            "user_cases: softness_with_the_density_stands_beside_that_of_the_papers"
        ),
        "a dump in metal units": "io_meaning: a_dump_in_other_units_is_never_read_as_reduced",
        "one liquid in all units": "io_meaning: one_liquid_has_the_same_reduced_numbers_in_all_units",
    },
    "errors that are too small": {
        "half a relaxation time": "coverage: half_a_relaxation_time_gives_a_value_and_no_error",
        "every error from parts of a run": (
            "coverage: every_error_from_parts_of_one_run_is_known_or_says_why_not"
        ),
        "68 % of skewed processes too": (
            "coverage: stated_errors_of_skewed_and_intermittent_processes_cover_the_truth"
        ),
        "a replica given twice": "replicas: a_replica_given_twice_is_refused",
        "one run given three times": "replicas: a_propensity_from_one_run_given_three_times_is_refused",
    },
    "a printed command that does not repeat": {
        "every combination of options": (
            "repeating: the_printed_command_gives_the_same_numbers_in_a_new_folder"
        ),
        "no option is left out": "repeating: every_option_of_a_reporting_command_is_repeated",
        "a given threshold": "repeating: a_given_threshold_stands_in_the_report",
    },
    "advice from thin data": {
        "amplitudes above 1 and times beyond the last lag": (
            "dynamics_relaxation: "
            "a_stretched_exponential_above_1_or_beyond_the_last_lag_is_refused_with_the_reason"
        ),
        "246 soft and 1013 hard": "learning: a_model_that_always_says_hard_is_not_taken_for_one_that_knows",
    },
    "raw errors at wrong types": {
        "arrays, a liquid and a name where others are asked": (
            "user_cases: a_thing_of_another_kind_gets_a_sentence"
        ),
        "any argument of anything public": (
            "arguments: a_wrong_argument_gets_an_error_or_a_right_answer"
        ),
    },
    "the step of the integration": {
        "the configurational temperature of a step": (
            "simulation_configurational: "
            "an_oscillator_at_a_step_has_the_temperature_of_its_shadow_hamiltonian"
        ),
        "every run logs it": "store_runs: logged_numbers_belong_to_their_frames",
        "canonical configurations have that of their bath": (
            "simulation_configurational: canonical_configurations_have_the_temperature_of_their_bath"
        ),
        "pressure and virial of a configuration": (
            "simulation_configurational: energy_and_pressure_are_those_of_lammps"
        ),
    },
    "whole replicas of nothing in common": {
        "displacements of two liquids": (
            "replicas: an_average_over_runs_of_nothing_in_common_is_refused"
        ),
    },
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_each_case_stands_as_a_test(case):
    for what, where in CASES[case].items():
        file, name = where.split(": ")
        text = (HERE / f"test_{file}.py").read_text(encoding="utf-8")
        assert re.search(rf"^def test_{name}\(", text, flags=re.MULTILINE), (what, where)


@dataclass(frozen=True)
class Height(sc.Indicator, unit="sigma_AA", long_name="height above the lower face of the box"):
    """As docs/howto writes its own."""

    def __call__(self, frame):
        return frame.positions[:, 2]


def test_an_indicator_of_a_part_ranks_the_hops_of_the_whole():
    """Those who are high up hop in that frame, and nobody else: by position the AUC was 0.572."""
    rng = np.random.default_rng(1)
    run = Trajectory.from_arrays(rng.uniform(-4.0, 4.0, (200, 50, 3)), Box.cube(8.0))
    height = Height()
    hop = (height.of(run) > 3.0).astype(float).rename("p_hop")
    asked = {"threshold": 0.5, "lead": 0.0, "bins": 4}
    assert relation.ranking(height.of(run), hop, **asked).auc.item() == 1.0
    assert relation.ranking(height.of(run[100:]), hop, **asked).auc.item() == 1.0
    assert relation.ranking(height.of(run), hop[150:], **asked).auc.item() == 1.0
    table = sc.compare(run, [height.of(run[100:])], [hop]).table
    assert table.auc.item() == 1.0
    other = Trajectory.from_arrays(rng.uniform(-4.0, 4.0, (200, 50, 3)), Box.cube(8.0))
    with pytest.raises(SupercooledError, match="belong to different trajectories"):
        relation.ranking(height.of(other), hop, **asked)


def test_softness_with_the_density_stands_beside_that_of_the_papers():
    """Lengths times two: the papers' softness goes as the fifth power in 3-D, the other as the second."""
    sites = np.stack(np.meshgrid(*[np.arange(5.0)] * 3), -1).reshape(-1, 3)
    places = sites + 0.05 * np.random.default_rng(2).normal(size=(20, 125, 3))
    found = {}
    for L in (1.0, 2.0):
        run = Trajectory.from_arrays(L * places, Box.cube(5.0 * L))
        factors = structure.structure_factor(run, q_max=12.0 / L, dq=0.5 / L, blocks=1)
        found[L] = cage.softness(factors, q_max=12.0 / L)
        rho = 125 / (5.0 * L) ** 3
        assert found[L].normalised_softness.item() == pytest.approx(rho * found[L].softness.item(), rel=1e-9)
        assert found[L].normalised_depth.item() == pytest.approx(found[L].depth.item() / rho, rel=1e-9)
    for name, power in (("softness", 5), ("normalised_softness", 2), ("depth", -3), ("normalised_depth", 0)):
        ratio = found[2.0][name].item() / found[1.0][name].item()
        assert ratio == pytest.approx(2.0**power, rel=1e-6), name
    assert found[1.0].softness.attrs["units"] == "sigma_AA^(d+2)"
    assert found[1.0].normalised_softness.attrs["units"] == "sigma_AA^2"


LIQUID = sc.systems.named("ka-lj", density=1.2)
RUN = Trajectory.from_arrays(np.zeros((3, 4, 3)), Box.cube(5.0), unwrapped=True)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: dynamics.hops(np.zeros((3, 4, 3)), window=2.0), "trajectory"),
        (lambda: dynamics.correlators(np.zeros((3, 4, 3)), lags=[1.0], overlap_radius=0.3), "a Trajectory"),
        (lambda: sc.indicators.PotentialEnergy(LIQUID), "mixture"),
        (lambda: store.simulate("ka-lj"), "must be a Liquid"),
        (lambda: cage.softness(RUN, q_max=10.0), "structure_factor"),
        (lambda: sc.compare(RUN, [np.zeros((3, 4))], [sc.targets.Displacement(after=1.0)]), "indicator"),
        (lambda: relation.distribution(xr.Dataset(), bins=3), "field"),
    ],
)
def test_a_thing_of_another_kind_gets_a_sentence(call, said):
    with pytest.raises(SupercooledError, match=said):
        call()
