"""What is averaged over several runs is of one state point, and each run is given once."""

from dataclasses import replace

import numpy as np
import pytest
from asked import local_depth

import supercooled as sc
from supercooled import dynamics, relation, structure
from supercooled.errors import ParameterError, SupercooledError, TrajectoryError
from supercooled.indicators import StructureFunctions
from supercooled.replicas import replicas
from supercooled.structure import Radial

FLUID = sc.Mixture("lj", ("A", "B"), (0.5, 0.5), (1.0, 1.0), (sc.LennardJones(1.0, 1.0, 1.5),) * 3)


def moving(
    seed, *, edge=4.0, species=(0, 1), names=("A", "B"), temperature=0.5, frames=40, particles=40, start=None
):
    """Particles that walk, each seed in its own way; from `start`, or from places of the seed."""
    rng = np.random.default_rng(seed)
    first = (
        rng.uniform(0, edge, (particles, 3))
        if start is None
        else np.random.default_rng(start).uniform(0, edge, (particles, 3))
    )
    steps = rng.normal(scale=0.08, size=(frames, particles, 3)) * (rng.random((frames, particles, 1)) < 0.3)
    steps[0] = 0.0
    return sc.Trajectory.from_arrays(
        first + np.cumsum(steps, axis=0), sc.Box.cube(edge), species=np.resize(species, particles),
        names=names, unwrapped=True, temperature=temperature,
    )  # fmt: skip


def depth_of(run):
    pairs = {f"{run.names[0]}{name}": (0.8, 1.4) for name in run.names}
    fluid = replace(FLUID, species=run.names)
    return local_depth(
        run, mixture=fluid, temperature=run.temperature or 0.5, species=run.names[0], width=0.05,
        cutoffs=pairs, dr=0.02,
        direct_correlation="local", normalisation="total",
    )  # fmt: skip


def hops_of(run):
    return dynamics.hops(run, window=4.0)


def related(runs):
    return relation.rearrangement_probability(
        [depth_of(run) for run in runs], [hops_of(run) for run in runs], threshold=0.01, bins=3, lead=0.0,
        minimum_count=1,
    )  # fmt: skip


def grouped(runs):
    return structure.grouped_radial_distribution(
        runs, [hops_of(run) for run in runs], edges=[0.0, 0.01, 9.0], r_max=1.5, dr=0.1
    )


def propagated(runs):
    return relation.propagation(
        [hops_of(run) for run in runs],
        runs,
        ranges=[(0.0, 9.0)],
        lags=[1.0, 2.0],
        bins=3,
        stay=relation.StayRule(within=0.5, overlap_radius=0.3, origins=5),
    )


def trained(runs):
    return dynamics.training_by_extrema(
        runs,
        dynamics.ExtremaRule(
            window=4.0, soft_above=0.02, hard_below=0.01, soft_separation=3.0, hard_separation=3.0, lead=0.0
        ),
    )


def trained_by_events(runs):
    return dynamics.training_by_crossing(
        [dynamics.events(run, window=4.0, threshold=0.01) for run in runs],
        rearrangement=0.02, lead=0.0, quiet=4.0, hard_at="middle",
    )  # fmt: skip


AVERAGES = {
    "displacements": lambda runs: dynamics.displacements(runs, lags=[1.0, 2.0], overlap_radius=0.3),
    "correlators": lambda runs: dynamics.correlators(
        runs, lags=[1.0], overlap_radius=0.3, wave_numbers=[7.0]
    ),
    "radial_distribution": lambda runs: structure.radial_distribution(runs, r_max=1.5, dr=0.1),
    "structure_factor": lambda runs: structure.structure_factor(runs, q_max=6.0, dq=0.5),
    "grouped_radial_distribution": grouped,
    "rearrangement_probability": related,
    "softer_share": lambda runs: relation.softer_share(
        [depth_of(run) for run in runs], [hops_of(run) for run in runs], threshold=0.01, lead=0.0
    ),
    "distribution": lambda runs: relation.distribution([hops_of(run) for run in runs], bins=3),
    "peak": lambda runs: relation.peak([depth_of(run) for run in runs]),
    "strata": lambda runs: relation.strata([depth_of(run) for run in runs], count=2, percentiles=(5.0, 95.0)),
    "ranking": lambda runs: relation.ranking(
        [depth_of(run) for run in runs], [hops_of(run) for run in runs], threshold=0.01, lead=0.0, bins=2
    ),
    "propagation": propagated,
    "training_by_extrema": trained,
    "training_by_crossing": trained_by_events,
}
# What differs, and what the message says of both; events tables say no temperature.
DIFFERENT = {
    "another liquid": ({"species": (0, 0, 1, 0)}, "A': 30|30 A|30.* A"),
    "other names": ({"names": ("C", "D")}, "C': 20|20 C"),
    "another number of particles": ({"particles": 50}, "25"),
    "another box": ({"edge": 4.2}, "box"),
    "another temperature": ({"temperature": 0.9}, "0.9"),
}


@pytest.mark.parametrize("average", AVERAGES)
def test_replicas_of_one_state_point_are_averaged(average):
    assert AVERAGES[average]([moving(1), moving(2)]) is not None


@pytest.mark.parametrize("what", DIFFERENT)
@pytest.mark.parametrize("average", AVERAGES)
def test_an_average_over_runs_of_nothing_in_common_is_refused(average, what):
    """`displacements` of two liquids gave an MSD of 754."""
    changes, said = DIFFERENT[what]
    if (average, what) == ("strata", "another temperature"):
        AVERAGES[average]([moving(1), moving(2, **changes)])  # strata are those of all temperatures
        return
    if what in ("another liquid", "other names") or average not in ("peak", "strata", "distribution"):
        with pytest.raises(SupercooledError, match=said):
            AVERAGES[average]([moving(1), moving(2, **changes)])
        return
    with pytest.raises(SupercooledError):
        AVERAGES[average]([moving(1), moving(2, **changes)])


@pytest.mark.parametrize("average", AVERAGES)
def test_a_replica_given_twice_is_refused(average):
    run = moving(1)
    for again in (run, moving(1), run[5:], replace(run, temperature=None)):
        with pytest.raises(ParameterError, match=r"given twice|the same trajectory"):
            AVERAGES[average]([moving(2), run, again])


@pytest.mark.parametrize("average", AVERAGES)
def test_blocks_of_one_run_that_do_not_overlap_are_averaged(average):
    run = moving(1, frames=60)
    AVERAGES[average]([run[:30], run[30:]])
    with pytest.raises(ParameterError, match=r"given twice|the same trajectory"):
        AVERAGES[average]([run[:30], run[20:]])


def test_a_replica_under_another_path_or_read_again_is_refused(tmp_path):
    sc.write_gsd(tmp_path / "a.gsd", moving(1))
    (tmp_path / "b.gsd").write_bytes((tmp_path / "a.gsd").read_bytes())
    one, again, copy = (sc.read(tmp_path / f"{name}.gsd") for name in "aab")
    with pytest.raises(ParameterError, match=r"a\.gsd is given twice"):
        structure.radial_distribution([one, again], r_max=1.5, dr=0.1)
    with pytest.raises(ParameterError, match=r"b\.gsd has the same contents as .*a\.gsd"):
        dynamics.displacements([one, copy], lags=[1.0], overlap_radius=0.3)
    with pytest.raises(ParameterError, match="replicas are independent runs"):
        relation.distribution([hops_of(one), hops_of(copy)], bins=3)


def test_a_propensity_from_one_run_given_three_times_is_refused():
    run, other = moving(1, start=9), moving(2, start=9)
    assert dynamics.propensity([run, other], times=[5.0]).attrs["runs"] == 2
    with pytest.raises(ParameterError, match="given twice"):
        dynamics.propensity([run, run, run], times=[5.0])
    with pytest.raises(ParameterError, match="given twice"):
        dynamics.propensity([run, other, moving(1, start=9)], times=[5.0])
    with pytest.raises(ParameterError, match=r"T = 0\.9 and 0\.5"):
        dynamics.propensity([run, moving(2, start=9, temperature=0.9)], times=[5.0])


def test_p_hop_of_other_windows_or_intervals_is_no_replica():
    one, other = moving(1), moving(2)
    with pytest.raises(ParameterError, match=r"p_hop .* has window 4.*p_hop .* given with it 6"):
        relation.distribution([dynamics.hops(one, window=4.0), dynamics.hops(other, window=6.0)], bins=3)
    with pytest.raises(ParameterError, match="frames_in_each_half"):
        relation.distribution([dynamics.hops(one, window=4.0), dynamics.hops(other[::2], window=4.0)], bins=3)


def test_what_differs_is_said_with_both_names(tmp_path):
    for name, run in (("cold", moving(1)), ("hot", moving(2, temperature=None))):
        sc.write_gsd(tmp_path / f"{name}.gsd", run)
    cold, hot = (
        sc.read(tmp_path / f"{name}.gsd", temperature=T) for name, T in (("cold", 0.5), ("hot", 0.9))
    )
    with pytest.raises(ParameterError, match=r"hot\.gsd and .*cold\.gsd are of T = 0\.9 and 0\.5"):
        dynamics.displacements([cold, hot], lags=[1.0], overlap_radius=0.3)
    with pytest.raises(TrajectoryError, match="frames are 2 and 1 apart"):
        replicas([cold, replace(hot[::2], temperature=None)], one_interval=True)
    # Boxes that breathe are one where their mean volumes are.
    breathing = [
        sc.Trajectory.from_arrays(
            np.random.default_rng(seed).uniform(-2, 2, (4, 8, 3)),
            [sc.Box.cube(4.0 + x) for x in (0.0, 0.02, 0.01, 0.03 * seed)],
        )
        for seed in (1, 2, 9)
    ]
    assert len(replicas(breathing[:2])) == 2
    with pytest.raises(TrajectoryError, match="boxes differ"):
        replicas([breathing[0], breathing[2]])


def test_species_in_another_order_are_no_replicas_for_pairs():
    run = moving(1)
    turned = replace(moving(2), species=1 - run.species, names=("B", "A"))
    with pytest.raises(ParameterError, match="names in the same order"):
        structure.radial_distribution([run, turned], r_max=1.5, dr=0.1)
    dynamics.displacements([run, turned], lags=[1.0], overlap_radius=0.3, species="A")


EXAMPLES = StructureFunctions((Radial(first=0.8, step=0.2, number=2, width=0.2, cutoff=1.9),))


def test_features_are_of_the_run_that_the_table_counts():
    """Runs given in another order than the table has them would be other examples."""
    runs = [moving(1), moving(2)]
    table = trained(runs)
    table = table.isel(example=np.isin(table.particle.values, runs[0].of_species("A")))
    structure.features_of_examples(runs, table, EXAMPLES, species="A")
    with pytest.raises(ParameterError, match="different trajectories"):
        structure.features_of_examples(runs[::-1], table, EXAMPLES, species="A")
    with pytest.raises(ParameterError, match="given twice"):
        structure.features_of_examples([runs[0], runs[0]], table, EXAMPLES, species="A")


def test_a_run_given_again_in_another_form_or_from_before_it_was_prolonged_is_refused(tmp_path):
    run = moving(1)
    sc.write_gsd(tmp_path / "again.gsd", run)
    again = sc.read(tmp_path / "again.gsd")
    sc.write_gsd(tmp_path / "earlier.gsd", run[:30])
    earlier = sc.read(tmp_path / "earlier.gsd")
    for copy in (again, earlier, again[10:]):
        with pytest.raises(ParameterError, match="replicas are independent runs, each given once"):
            dynamics.displacements([run, copy], lags=[1.0], overlap_radius=0.3)
    # What begins alike and goes its own way is another run, and so is a block that doesn't overlap.
    assert len(replicas([moving(1, start=5), moving(2, start=5)])) == 2
    assert len(replicas([run[:20], again[20:]])) == 2


def test_runs_whose_frames_lie_further_apart_are_not_averaged_with_others():
    """At lags that both have one would count twice what the other does, at all others alone."""
    run, other = moving(1), moving(2)
    asked = {"lags": [2.0, 4.0], "overlap_radius": 0.3}
    with pytest.raises(TrajectoryError, match="closest frames are 2 and 1 apart"):
        dynamics.displacements([run, other[::2]], **asked)
    both = dynamics.displacements([run[::2], other[::2]], **asked)
    assert np.isfinite(both.msd).all()
