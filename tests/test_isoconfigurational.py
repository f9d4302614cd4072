"""Ensembles from one configuration, ladders of temperatures, and frames spaced evenly in log t."""

from dataclasses import replace
from functools import cache
from itertools import pairwise
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supercooled import Box, Trajectory, store, systems
from supercooled.errors import MixtureError, ParameterError, SimulationError
from supercooled.mixture import Liquid, Mixture
from supercooled.potentials import LennardJones
from supercooled.simulation import Schedule, from_trajectory
from supercooled.state import Protocol, StatePoint

LIQUID = systems.kob_andersen(density=1.2)
WAHNSTROM = systems.wahnstrom(density=1.2959)


@cache
def melt(liquid=LIQUID, n=200):
    folder = TemporaryDirectory()
    run = store.simulate(
        liquid,
        temperature=1.0,
        n_particles=n,
        duration=0.1,
        every=0.1,
        start="lattice",
        hold=1.0,
        root=folder.name,
        progress=False,
    )
    return run, folder


def ensemble(root, n_runs=4, liquid=LIQUID, n=200, **changes):
    arguments = {"temperature": 1.0, "duration": 0.2, "every": 0.1, "workers": 1, "progress": False}
    return store.isoconfigurational(
        liquid, n_runs=n_runs, n_particles=n, start=melt(liquid, n)[0], root=root, **{**arguments, **changes}
    )


def test_all_runs_begin_with_the_same_frame_and_part(tmp_path):
    positions = [run.unwrapped() for run in ensemble(tmp_path)]
    shared = melt()[0].fixed_box().minimum_image(positions[0][0] - melt()[0].positions()[-1])
    np.testing.assert_allclose(shared, 0.0, atol=2e-6)
    for k, one in enumerate(positions):
        for other in positions[:k]:
            np.testing.assert_array_equal(one[0], other[0])
            assert (np.abs(one[1:] - other[1:]).max(axis=2) > 0).all()


def test_velocities_are_maxwells_for_each_mass_and_independent(tmp_path):
    T, dt = 0.8, 0.001
    liquid, n = WAHNSTROM, 500
    runs = ensemble(tmp_path, 6, liquid, n, temperature=T, dt=dt, every=dt, duration=dt, ensemble="nve")
    species = runs[0].species
    mass = np.array(liquid.mixture.masses)[species]
    velocities = np.array([np.diff(run.unwrapped(), axis=0)[0] / dt for run in runs])
    # The force of the configuration is common to all runs; velocities are not.
    velocities -= velocities.mean(axis=0)
    scaled = velocities * np.sqrt(mass / T * 6 / 5)[None, :, None]
    for kind in (0, 1):
        chosen = scaled[:, species == kind]
        # Some 4500 numbers, of which every sixth is redundant: 5 standard errors
        assert np.mean(chosen**2) == pytest.approx(1.0, abs=5 * np.sqrt(2 / (chosen.size * 5 / 6)))
        assert np.mean(chosen**4) / np.mean(chosen**2) ** 2 == pytest.approx(3.0, abs=0.45)
    correlation = np.corrcoef(scaled.reshape(6, -1))
    # Without their mean, six independent ones are correlated by -1/5.
    assert np.abs(correlation[np.triu_indices(6, 1)] + 0.2).max() < 5 / np.sqrt(3 * n)


def test_more_runs_are_added_and_seeds_make_other_runs(tmp_path):
    few = ensemble(tmp_path, 2)
    more = ensemble(tmp_path, 3)
    assert [run.source.name for run in more[:2]] == [run.source.name for run in few]
    later = ensemble(tmp_path, 1, first_seed=3)
    assert later[0].source.name == more[2].source.name
    assert [run.state.seed for run in more] == [1, 2, 3]
    assert len(list((tmp_path / "workspace").iterdir())) == 3


def test_an_ensemble_needs_a_configuration(tmp_path):
    ask = {"temperature": 1.0, "n_particles": 200, "duration": 0.2, "every": 0.1, "root": tmp_path}
    with pytest.raises(ParameterError, match="starts from one configuration"):
        store.isoconfigurational(LIQUID, n_runs=2, start="lattice", **ask)
    with pytest.raises(ParameterError, match="n_runs must be from 1 to 100000, not 0"):
        store.isoconfigurational(LIQUID, n_runs=0, start=melt()[0], **ask)
    assert not list(tmp_path.iterdir())


def test_logarithmic_frames_are_dense_where_time_is_short(tmp_path):
    run = ensemble(tmp_path, 1, every=1.0, duration=2.0, per_decade=4)[0]
    steps = np.rint(run.times / 0.005).astype(int)
    within = [0, 1, 2, 3, 6, 10, 18, 32, 56, 100, 178]
    np.testing.assert_array_equal(steps, [*within, *(200 + np.array(within)), 400])
    even = ensemble(tmp_path, 1, every=0.05, duration=2.0)[0]
    # The same seed: frames of the two that fall together are the same motion.
    common = [k for k, step in enumerate(steps) if step % 10 == 0 and step <= 100]
    np.testing.assert_allclose(
        run.unwrapped()[common], even.unwrapped()[[steps[k] // 10 for k in common]], atol=1e-4
    )
    longer = ensemble(tmp_path, 1, every=1.0, duration=3.0, per_decade=4)[0]
    assert longer.source.name == run.source.name
    np.testing.assert_array_equal(longer.positions(slice(0, len(steps))), run.positions())


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 70),
    st.integers(1, 400),
    st.integers(0, 7),
    st.integers(1, 5),
    st.sampled_from([200, 10**6]),
)
def test_legs_hold_each_frame_of_any_schedule_once(hold, every, per_decade, intervals, n_particles):
    protocol = Protocol(every=every * 0.005, hold=hold * 0.005, per_decade=per_decade)
    state = StatePoint(LIQUID, 1.0, n_particles, protocol)
    schedule = Schedule.of(state)
    n_frames = Schedule.n_frames(state, intervals * every * 0.005)
    expected = [hold + k * every + o for k in range(intervals) for o in protocol.offsets]
    expected.append(hold + intervals * every)
    assert [schedule.frame_step(k) for k in range(n_frames)] == expected
    assert [schedule.frames_before(step) for step in expected] == list(range(n_frames))
    begin, frames = 0, []
    while len(frames) < n_frames:
        leg, whole = schedule.leg(begin, n_frames)
        frames += sorted(leg.frames)
        assert set(leg.frames) <= {leg.begin, *leg.stops}
        if not whole:
            break
        begin = leg.stops[-1]
    assert frames == expected


def test_runs_made_before_keep_their_names():
    plain = StatePoint(LIQUID, 0.5, 1000, Protocol(every=1.0))
    assert "per_decade" not in plain.canonical_json()
    fine = replace(plain, protocol=Protocol(every=1.0, per_decade=4))
    assert '"per_decade":4.0' in fine.canonical_json()
    assert fine.key != plain.key
    assert Protocol(every=1.0).offsets == (0,)
    with pytest.raises(ParameterError, match="per_decade must be from 0 to 100, not -1"):
        Protocol(every=1.0, per_decade=-1)


def test_each_rung_starts_where_the_warmer_one_ended(tmp_path):
    common = {"n_particles": 200, "every": 0.1, "root": tmp_path, "progress": False}
    rungs = store.cool(LIQUID, [3.0, 2.0, 1.2], hold=[1.0, 0.5, 0.5], duration=3.0, **common)
    assert [rung.run.temperature for rung in rungs] == [3.0, 2.0, 1.2]
    for warm, cold in pairwise(rungs):
        assert cold.run.state.protocol.start == f"sha256:{_sha256(warm.run)[:16]}"
        assert set(cold.agreements) == {"energy", "peak", "overlap"}
        assert not cold.order.crystalline
    energies = [float(store.logged(rung.run, "potential_energy").mean()) for rung in rungs]
    assert energies[0] > energies[1] + 0.3 > energies[2] + 0.6
    again = store.cool(LIQUID, [3.0, 2.0], hold=[1.0, 0.5], duration=3.0, **common)
    assert [r.run.source.name for r in again] == [r.run.source.name for r in rungs[:2]]


def _sha256(run):
    return from_trajectory(run, run.state.liquid, run.temperature).sha256


def test_a_ladder_that_rises_or_ends_in_a_crystal_is_refused(tmp_path):
    common = {"n_particles": 256, "every": 0.1, "root": tmp_path / "runs", "progress": False}
    with pytest.raises(ParameterError, match=r"must decrease, not \[1.0, 1.0\]"):
        store.cool(LIQUID, [1.0, 1.0], hold=1.0, duration=1.0, **common)
    with pytest.raises(ParameterError, match="hold has 1 times for 2 temperatures"):
        store.cool(LIQUID, [1.0, 0.9], hold=[1.0], duration=1.0, **common)
    mono = Liquid(Mixture("mono", ("A",), (1.0,), (1.0,), (LennardJones(1.0, 1.0, 2.5),)), 1.2)
    crystal = tmp_path / "crystal.gsd"
    store.configurations.write_configuration(crystal, mono.mixture, _fcc(mono))
    with pytest.raises(SimulationError, match=r"mono_rho1.2 crystallised at T=0.3: .* cool faster"):
        store.cool(mono, [0.3], hold=0.0, duration=1.0, start=crystal, **common)


def _fcc(liquid):
    from supercooled.simulation import lattice

    return lattice(liquid, 256, 1)


def near_the_composition():
    """216 particles of which 172.8 should be A: a simple cubic lattice with 173."""
    liquid = systems.kob_andersen(density=1.2)
    edge = liquid.edge(216)
    grid = np.stack(np.meshgrid(*[np.arange(6.0)] * 3), axis=-1).reshape(-1, 3) * edge / 6.0
    species = np.random.default_rng(1).permutation(np.repeat([0, 1], [173, 43]))
    return liquid, Trajectory.from_arrays(grid[None], Box.cube(edge), species=species)


def test_a_start_is_taken_that_comes_as_near_to_the_composition_as_whole_particles_can(tmp_path):
    """As the 3277 and 819 of the public sets of 4096 particles."""
    liquid, start = near_the_composition()
    assert liquid.mixture.counts(4096, nearest=True) == (3277, 819)
    common = {"temperature": 1.0, "n_particles": 216, "every": 0.05, "root": tmp_path, "progress": False}
    runs = store.isoconfigurational(liquid, n_runs=2, duration=0.1, start=start, workers=1, **common)
    assert np.bincount(runs[0].species).tolist() == [173, 43]
    # Goes on from its checkpoint, which says how many there are.
    longer = store.isoconfigurational(liquid, n_runs=2, duration=0.15, start=start, workers=1, **common)
    np.testing.assert_array_equal(longer[1].positions()[:3], runs[1].positions())
    still = store.quench_trajectory(
        start, tolerance=1.0, mixture=liquid.mixture, root=tmp_path, progress=False
    )
    assert np.bincount(still.species).tolist() == [173, 43]
    with pytest.raises(MixtureError, match="can't be divided"):
        store.simulate(liquid, duration=0.1, start="lattice", hold=0.1, **common)
    other = Trajectory.from_arrays(start.positions(), start.box, species=np.arange(216) < 44)
    with pytest.raises(MixtureError, match=r"not \(173, 43\)"):
        store.simulate(liquid, duration=0.1, start=other, **common)
