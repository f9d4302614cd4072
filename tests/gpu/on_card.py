"""What the graphics card computes, against a slow obvious twin; run by ../test_gpu.py.

Without a card numba simulates one, a thread at a time: small liquids and few steps. With a card the last
tests run too, which say whether it makes a liquid.
"""

import ctypes
import os
from dataclasses import replace

import numpy as np
import pytest
from gpu.twin import DT, WCA, binary, forces_of, free_of, start_of, state_of, twin

from supercooled import io, systems
from supercooled.box import Box
from supercooled.errors import SimulationError
from supercooled.mixture import Activity, Mixture
from supercooled.potentials import (
    CurvatureSmoothedLennardJones,
    ExpandedLennardJones,
    HarmonicRepulsion,
    InversePower,
    LennardJones,
    SmoothedInversePower,
    SmoothedLennardJones,
    Tabulated,
)
from supercooled.simulation import Leg, PairForces, Start, from_trajectory, inherent_structure, lattice
from supercooled.simulation.gpu import device as device_module
from supercooled.simulation.gpu.checkpoint import Checkpoint
from supercooled.simulation.gpu.device import Device
from supercooled.simulation.gpu.engine import GamdpyEngine
from supercooled.simulation.gpu.motion import NoseHoover
from supercooled.simulation.gpu.pairs import pair_law
from supercooled.simulation.lammps_engine import _drive as lammps_drive
from supercooled.simulation.lammps_engine import _push as lammps_push
from supercooled.simulation.lammps_engine import create, interact, session
from supercooled.store.crystal import order

SIMULATED = os.environ.get("NUMBA_ENABLE_CUDASIM") == "1"
# Enough for pairs across every face, and a simulated card takes a thread for each.
FEW = 24
card_only = pytest.mark.skipif(SIMULATED, reason="needs a graphics card")

KINDS = {
    "plain": lambda eps, sig: LennardJones(eps, sig, 1.7 * sig),
    "not shifted": lambda eps, sig: LennardJones(eps, sig, 1.7 * sig, shift=False),
    "smoothed": lambda eps, sig: SmoothedLennardJones(eps, sig, 1.7 * sig),
    "curvature smoothed": lambda eps, sig: CurvatureSmoothedLennardJones(eps, sig, 1.7 * sig),
    "well": lambda eps, sig: ExpandedLennardJones.modified_well(eps, sig, well_width=0.3, cutoff=1.6),
    "shifted well": lambda eps, sig: ExpandedLennardJones(eps, sig, 0.2, 1.6),
    "power": lambda eps, sig: InversePower(eps, sig, 12.0, 1.6),
    "odd power": lambda eps, sig: InversePower(eps, sig, 7.5, 1.6, shift=False),
    "smoothed power": lambda eps, sig: SmoothedInversePower(eps, sig, 12.0, 1.25 * sig),
    "harmonic": lambda eps, sig: HarmonicRepulsion(eps, 1.4 * sig),
}


def no_tick(_step):
    return None


@pytest.mark.parametrize("kind", KINDS)
def test_energy_virial_and_forces_are_those_of_the_potentials(kind):
    liquid = binary(KINDS[kind])
    start = start_of(liquid)
    device = Device(liquid.mixture, 64, start.box)
    at_rest = np.zeros((64, 3))
    device.load(start.positions, at_rest, at_rest, start.species)
    device.run(0)
    there = device.read()
    energy, virial, forces = forces_of(liquid, start, start.positions)
    scale = np.abs(forces).max()
    np.testing.assert_allclose(there.forces, forces, atol=1e-5 * scale)
    assert there.energy.sum() == pytest.approx(energy, abs=1e-5 * scale * 64)
    assert there.virial.sum() == pytest.approx(virial, abs=1e-5 * scale * 64)


@pytest.mark.parametrize("ensemble", ["nvt", "nve"])
def test_particles_go_where_the_slow_twin_goes(tmp_path, ensemble):
    # A quick thermostat, or its mistakes would not show.
    state, start, engine = (
        state_of(WCA, FEW, ensemble=ensemble, damping=10.0),
        start_of(WCA, FEW),
        GamdpyEngine(),
    )
    engine.prepare(state, start, tmp_path / "start")
    begun = Checkpoint.read(tmp_path / "start", state.key, state.label)
    steps = 12
    leg = Leg(0, (5, steps), frozenset({0, steps}))
    first, last = engine.advance(state, tmp_path / "start", leg, None, no_tick)
    free, v = twin(state, start, begun, steps)
    np.testing.assert_allclose(free_of(first), start.positions, atol=1e-6)
    assert np.abs(free - start.positions).max() > 0.05
    np.testing.assert_allclose(free_of(last), free, atol=5e-6)
    masses = np.asarray(WCA.mixture.masses)[start.species][:, None]
    kinetic = (masses * v**2).sum() / (3 * (FEW - 1))
    assert last.log["kinetic_temperature"] == pytest.approx(kinetic, rel=2e-5)
    energy, virial, _ = forces_of(WCA, start, free)
    assert last.log["potential_energy"] == pytest.approx(energy / FEW, rel=1e-4)
    pressure = ((FEW - 1) * kinetic + virial) / start.box.volume
    assert last.log["pressure"] == pytest.approx(pressure, rel=1e-4)


@pytest.mark.parametrize("push", [0.0, 20.0])
def test_the_slow_twin_goes_where_lammps_goes(push):
    activity = Activity(force=push or 1.0, persistence_time=3 * DT, species=("A",), fraction=1.0)
    liquid = replace(WCA, activity=activity if push else None)
    state, start, steps = state_of(liquid, damping=10.0), start_of(liquid), 30
    masses = np.asarray(WCA.mixture.masses)[start.species][:, None]
    v = np.random.default_rng(3).standard_normal((64, 3))
    v -= (masses * v).sum(axis=0) / masses.sum()
    with session("a run beside the twin's") as lmp:
        create(lmp, WCA.mixture, start)
        interact(lmp, WCA.mixture)
        numbers = v.ravel().tolist()
        lmp.scatter_atoms("v", 1, 3, (ctypes.c_double * len(numbers))(*numbers))
        lmp.commands_string(f"timestep {DT}\nfix move all nvt temp 1.0 1.0 {10 * DT}")
        drive = lammps_drive(lmp, state)
        for step in range(0, steps, 3):
            if drive is not None:
                lammps_push(lmp, drive, step)
            lmp.command(f"run 3 pre {'no' if step else 'yes'} post no")
        there = np.ctypeslib.as_array(lmp.gather_atoms("x", 1, 3)).reshape(64, 3)
        images = np.ctypeslib.as_array(lmp.gather_atoms("image", 0, 3)).reshape(64, 3)
        free = start.box.unwrap(there, images)
    _, _, force = forces_of(WCA, start, start.positions)
    pushes = 0.0 if drive is None else drive.forces(0)
    halfway = v - 0.5 * DT * (force + pushes) / masses
    begun = Checkpoint(state.key, 0, start.species, start.positions, halfway, np.zeros((64, 3)), 0)
    ours, _ = twin(state, start, begun, steps, first=1)
    assert np.abs(ours - start.positions).max() > 0.1
    np.testing.assert_allclose(ours, free, atol=1e-9)


def test_velocities_begin_with_the_temperature_exactly_and_go_nowhere(tmp_path):
    state, start = state_of(WCA), start_of(WCA)
    GamdpyEngine().prepare(state, start, tmp_path / "start")
    (shot,) = GamdpyEngine().advance(state, tmp_path / "start", Leg(0, (1,), frozenset({0})), None, no_tick)
    assert shot.log["kinetic_temperature"] == pytest.approx(1.0, rel=1e-5)
    begun = Checkpoint.read(tmp_path / "start", state.key, state.label)
    masses = np.asarray(WCA.mixture.masses)[start.species][:, None]
    _, _, forces = forces_of(WCA, start, start.positions)
    v = begun.velocities + 0.5 * DT * forces / masses
    np.testing.assert_allclose((masses * v).sum(axis=0), 0.0, atol=1e-4)


def test_active_particles_push(tmp_path):
    activity = Activity(force=20.0, persistence_time=3 * DT, species=("A",), fraction=1.0)
    liquid = replace(WCA, activity=activity)
    state, start, engine = state_of(liquid, FEW), start_of(liquid, FEW), GamdpyEngine()
    engine.prepare(state, start, tmp_path / "start")
    begun = Checkpoint.read(tmp_path / "start", state.key, state.label)
    leg = Leg(0, (4, 8), frozenset({8}))
    (shot,) = engine.advance(state, tmp_path / "start", leg, None, no_tick)
    free, _ = twin(state, start, begun, 8)
    np.testing.assert_allclose(free_of(shot), free, atol=5e-6)
    passive, _ = twin(replace(state, liquid=WCA), start, begun, 8)
    assert np.abs(free - passive).max() > 0.01
    # The next run on the same card has none of it.
    engine.prepare(replace(state, liquid=WCA), start, tmp_path / "passive")
    # A frame at which new directions are drawn is the same whether it ends a leg or begins one.
    (ends,) = engine.advance(
        state, tmp_path / "start", Leg(0, (3,), frozenset({3})), tmp_path / "at3", no_tick
    )
    begins, shot = engine.advance(state, tmp_path / "at3", Leg(3, (8,), frozenset({3, 8})), None, no_tick)
    assert begins.log["kinetic_temperature"] == pytest.approx(ends.log["kinetic_temperature"], rel=1e-5)
    np.testing.assert_allclose(free_of(shot), free, atol=5e-6)


def test_a_planar_liquid_stays_in_its_plane(tmp_path):
    liquid = binary(LennardJones.wca, dimensions=2, density=0.8)
    state, start, engine = state_of(liquid), start_of(liquid), GamdpyEngine()
    engine.prepare(state, start, tmp_path / "start")
    begun = Checkpoint.read(tmp_path / "start", state.key, state.label)
    (shot,) = engine.advance(state, tmp_path / "start", Leg(0, (8,), frozenset({8})), None, no_tick)
    free, v = twin(state, start, begun, 8)
    np.testing.assert_allclose(free_of(shot), free, atol=5e-6)
    assert (shot.positions[:, 2] == 0).all()
    assert shot.box.dimensions == 2
    masses = np.asarray(liquid.mixture.masses)[start.species][:, None]
    kinetic = (masses * v**2).sum() / (2 * 63)
    assert shot.log["kinetic_temperature"] == pytest.approx(kinetic, rel=2e-5)
    _, virial, _ = forces_of(liquid, start, free)
    assert shot.log["pressure"] == pytest.approx((63 * kinetic + virial) / start.box.volume, rel=1e-4)


def test_lists_are_made_anew_when_particles_have_moved(monkeypatch, tmp_path):
    monkeypatch.setattr(device_module, "SKIN", 0.04)
    device_module.device_for.cache_clear()
    state, start, engine = replace(state_of(WCA, FEW), temperature=3.0), start_of(WCA, FEW), GamdpyEngine()
    engine.prepare(state, start, tmp_path / "start")
    begun = Checkpoint.read(tmp_path / "start", state.key, state.label)
    (shot,) = engine.advance(state, tmp_path / "start", Leg(0, (24,), frozenset({24})), None, no_tick)
    free, _ = twin(state, start, begun, 24)
    device_module.device_for.cache_clear()
    assert np.abs(free - start.positions).max() > 0.3
    np.testing.assert_allclose(free_of(shot), free, atol=1e-5)


@pytest.mark.skipif(not SIMULATED, reason="a real card waits for all of its blocks anyway")
def test_threads_that_wait_for_one_another_go_the_same_way(monkeypatch, tmp_path):
    """As on a card: one program for many steps. The simulated one waits within a block, so there is one."""
    monkeypatch.setattr(device_module, "SKIN", 0.04)
    monkeypatch.setattr(device_module, "steady_plan", lambda _: {"pb": 64, "tp": 1, "gridsync": True})
    device_module.device_for.cache_clear()
    state, start, engine = replace(state_of(WCA, FEW), temperature=3.0), start_of(WCA, FEW), GamdpyEngine()
    engine.prepare(state, start, tmp_path / "start")
    begun = Checkpoint.read(tmp_path / "start", state.key, state.label)
    (shot,) = engine.advance(state, tmp_path / "start", Leg(0, (12,), frozenset({12})), None, no_tick)
    device_module.device_for.cache_clear()
    free, _ = twin(state, start, begun, 12)
    np.testing.assert_allclose(free_of(shot), free, atol=1e-5)


def test_a_hold_at_constant_temperature_comes_before_constant_energy(tmp_path):
    state, start, engine = (
        state_of(WCA, FEW, ensemble="nve", hold=6 * DT, damping=10.0),
        start_of(WCA, FEW),
        GamdpyEngine(),
    )
    engine.prepare(state, start, tmp_path / "start")
    begun = Checkpoint.read(tmp_path / "start", state.key, state.label)
    engine.advance(state, tmp_path / "start", Leg(0, (6,), frozenset()), tmp_path / "held", no_tick)
    first, last = engine.advance(state, tmp_path / "held", Leg(6, (12,), frozenset({6, 12})), None, no_tick)
    free, _ = twin(state, start, begun, 12, begin=6)
    np.testing.assert_allclose(free_of(last), free, atol=5e-6)
    logs = (first.log, last.log)
    total = [log["potential_energy"] + 1.5 * (1 - 1 / FEW) * log["kinetic_temperature"] for log in logs]
    assert total[1] == pytest.approx(total[0], rel=1e-2)


def test_the_liquid_as_a_whole_stays_where_it_is(tmp_path):
    state, start, engine = state_of(WCA, FEW), start_of(WCA, FEW), GamdpyEngine()
    engine.prepare(state, start, tmp_path / "start")
    begun = Checkpoint.read(tmp_path / "start", state.key, state.label)
    replace(begun, velocities=begun.velocities + 0.3).write(tmp_path / "drifting")
    leg = Leg(0, (4,), frozenset({0, 4}))
    first, last = engine.advance(state, tmp_path / "drifting", leg, None, no_tick)
    masses = np.asarray(WCA.mixture.masses)[start.species]
    moved = np.average(free_of(last) - free_of(first), axis=0, weights=masses)
    np.testing.assert_allclose(moved, 0.0, atol=1e-6)


def test_every_mass_has_the_temperature(tmp_path):
    state, start = state_of(WCA), start_of(WCA)
    kinetic = []
    for seed in range(1, 5):
        GamdpyEngine().prepare(replace(state, seed=seed), start, tmp_path / "start")
        begun = Checkpoint.read(tmp_path / "start", replace(state, seed=seed).key, state.label)
        _, _, forces = forces_of(WCA, start, start.positions)
        masses = np.asarray(WCA.mixture.masses)[start.species][:, None]
        v = begun.velocities + 0.5 * DT * forces / masses
        squares = (masses * v**2).sum(axis=1) / 3
        kinetic.append([squares[start.species == kind].mean() for kind in (0, 1)])
    # 128 particles, three directions each: 7 % in one standard error; without masses they differ by 2.5
    assert np.mean(kinetic, axis=0) == pytest.approx([1.0, 1.0], rel=0.3)


def test_a_lattice_is_melted(monkeypatch, tmp_path):
    from supercooled.simulation.gpu import starting

    monkeypatch.setattr(starting, "MELT_TIME", 0.1)
    state, start = state_of(WCA, FEW), replace(start_of(WCA, FEW), melt=True)
    GamdpyEngine().prepare(state, start, tmp_path / "start")
    begun = Checkpoint.read(tmp_path / "start", state.key, state.label)
    moved = start.box.minimum_image(begun.positions - start.positions)
    assert np.sqrt((moved**2).sum(axis=1).mean()) > 0.1
    assert (begun.images == 0).all()


def test_crystals_quenched_and_dilute_liquids_may_begin(tmp_path):
    """Forces that cancel, or are not there, are no sign of a wrong card."""
    box = Box.cube(4.8)
    sites = np.stack(np.meshgrid(*[np.arange(4)] * 3, indexing="ij"), axis=-1).reshape(-1, 3)
    species = (np.arange(64) % 2).astype(np.int32)
    alike = binary(lambda eps, sig: LennardJones(1.0, 1.0, 2.0), density=64 / 4.8**3)
    perfect = Start("perfect", box.wrap((sites + 0.5) * 1.2 - 2.4)[0], species, box)
    shaken = start_of(WCA)
    still = inherent_structure(shaken.positions, shaken.box, shaken.species, WCA.mixture, tolerance=1e-6)
    quenched = replace(shaken, positions=shaken.box.wrap(still.positions)[0])
    dilute = binary(LennardJones.wca, density=0.2)
    for liquid, start in ((alike, perfect), (WCA, quenched), (dilute, start_of(dilute))):
        _, _, force = forces_of(liquid, start, start.positions)
        assert np.abs(force).max() < 1e-5
        state = state_of(liquid)
        GamdpyEngine().prepare(state, start, tmp_path / "start")
        begun = Checkpoint.read(tmp_path / "start", state.key, state.label)
        np.testing.assert_array_equal(begun.positions, start.positions)
        assert np.abs(begun.velocities).max() > 0.5


def test_a_run_in_legs_gives_the_same_bits_again(tmp_path):
    state, start, engine = state_of(WCA, FEW), start_of(WCA, FEW), GamdpyEngine()
    engine.prepare(state, start, tmp_path / "start")
    shots = []
    for again in range(2):
        engine.prepare(state, start, tmp_path / f"start{again}")
        middle = tmp_path / f"middle{again}"
        engine.advance(state, tmp_path / f"start{again}", Leg(0, (2,), frozenset()), middle, no_tick)
        other = replace(state, seed=2)
        engine.prepare(other, start, tmp_path / "other")
        engine.advance(other, tmp_path / "other", Leg(0, (1,), frozenset()), None, no_tick)
        shots += engine.advance(state, middle, Leg(2, (4,), frozenset({4})), None, no_tick)
    np.testing.assert_array_equal(shots[0].positions, shots[1].positions)
    assert shots[0].log == shots[1].log
    # From lists made anew at step 2, and from lists that are kept: alike but for rounding
    (whole,) = engine.advance(state, tmp_path / "start", Leg(0, (4,), frozenset({4})), None, no_tick)
    np.testing.assert_allclose(free_of(whole), free_of(shots[0]), atol=2e-6)


def test_a_checkpoint_that_is_not_the_runs_own_is_refused(tmp_path):
    state, start, engine = state_of(WCA, FEW), start_of(WCA, FEW), GamdpyEngine()
    file = tmp_path / "start"
    engine.prepare(state, start, file)
    with pytest.raises(SimulationError, match="is of step 0, not 4"):
        engine.advance(state, file, Leg(4, (8,), frozenset()), None, no_tick)
    with pytest.raises(SimulationError, match="is a checkpoint of another run, not of pair_rho1_T1_N24"):
        engine.advance(replace(state, seed=3), file, Leg(0, (4,), frozenset()), None, no_tick)
    np.save(tmp_path / "array.npy", np.zeros(3))
    for odd in (b"LammpS RestartT\0", b"", file.read_bytes()[:200], (tmp_path / "array.npy").read_bytes()):
        file.write_bytes(odd)
        with pytest.raises(
            SimulationError, match="is not a checkpoint of gamdpy; continue with the engine that made"
        ):
            engine.advance(state, file, Leg(0, (4,), frozenset()), None, no_tick)
    file.unlink()
    with pytest.raises(SimulationError, match="start: no such file"):
        engine.advance(state, file, Leg(0, (4,), frozenset()), None, no_tick)


def test_a_card_that_computes_something_else_is_refused(monkeypatch, tmp_path):
    def stronger(mixture):
        law = pair_law(mixture)
        numbers = law.numbers.copy()
        numbers[1] *= 1.001
        return replace(law, numbers=numbers)

    state, start = state_of(WCA, FEW), start_of(WCA, FEW)
    monkeypatch.setattr(device_module, "pair_law", stronger)
    device_module.device_for.cache_clear()
    with pytest.raises(
        SimulationError, match=r"forces on the card differ from the processor's by 0\.001 of the largest"
    ):
        GamdpyEngine().prepare(state, start, tmp_path / "start")
    monkeypatch.undo()
    device_module.device_for.cache_clear()
    steps = NoseHoover.set
    monkeypatch.setattr(NoseHoover, "set", lambda self, **law: steps(self, **{**law, "dt": 1.01 * law["dt"]}))
    with pytest.raises(SimulationError, match=r"and positions after a step by 0\.000[1-9]; use lammps"):
        GamdpyEngine().prepare(state, start, tmp_path / "start")
    assert not (tmp_path / "start").exists()


def test_pairs_without_words_are_refused():
    r = np.linspace(0.5, 1.0, 51)
    table = Tabulated.through(r, 0.5 * (1 - r) ** 2, points=100)
    mono = Mixture("soft", ("A",), (1.0,), (1.0,), (table,))
    with pytest.raises(SimulationError, match=r"soft: gamdpy can't compute Tabulated, .* use lammps"):
        pair_law(mono)
    plain, power = LennardJones(1.0, 1.0, 1.7), InversePower(1.0, 1.0, 12.0, 1.7)
    mixed = Mixture("mixed", ("A", "B"), (0.5, 0.5), (1.0, 1.0), (plain, power, plain))
    with pytest.raises(SimulationError, match="pairs of one kind only, not inverse_power, lennard_jones"):
        pair_law(mixed)


@pytest.mark.parametrize(("temperature", "dt"), [(5.0, 0.1), (50.0, 0.25)])
def test_a_run_that_blows_up_says_so(tmp_path, temperature, dt):
    hot = replace(state_of(WCA, every=1.0, dt=dt), temperature=temperature)
    start, engine = start_of(WCA), GamdpyEngine()

    def both():
        engine.prepare(hot, start, tmp_path / "start")
        engine.advance(hot, tmp_path / "start", Leg(0, tuple(range(4, 80, 4)), frozenset()), None, no_tick)

    with pytest.raises(SimulationError, match=r"a particle moved farther than 0\.5 in one step.* smaller dt"):
        both()


def test_a_drop_finds_no_room_and_says_so(tmp_path):
    liquid = binary(KINDS["plain"])
    sparse = replace(liquid, density=0.01)
    drop = replace(start_of(liquid), box=Box.cube(sparse.edge(64)))
    with pytest.raises(SimulationError, match=r"more neighbours than twice the mean density .* use lammps"):
        GamdpyEngine().prepare(state_of(sparse), drop, tmp_path / "start")


@pytest.mark.parametrize(
    ("particles", "processors", "plan"),
    [(4000, 132, (8, True)), (32_000, 132, (2, True)), (8192, 28, (2, False)), (1000, 28, (8, True))],
)
def test_all_threads_find_place_at_once_or_do_not_wait(monkeypatch, particles, processors, plan):
    class Card:
        MULTIPROCESSOR_COUNT = processors

    monkeypatch.setattr(device_module.config, "ENABLE_CUDASIM", False)
    monkeypatch.setattr(device_module.cuda, "get_current_device", Card, raising=False)
    found = device_module.steady_plan(particles)
    assert (found["tp"], found["gridsync"]) == plan


def run(state, start, folder, *, steps, every):
    engine = GamdpyEngine()
    engine.prepare(state, start, folder / "start")
    frames = range(every, steps + 1, every)
    return engine.advance(state, folder / "start", Leg(0, tuple(frames), frozenset(frames)), None, no_tick)


@card_only
@pytest.mark.parametrize(("n", "T"), [(1000, 0.8), (4000, 0.58)])
def test_the_liquid_is_the_one_that_lammps_makes(tmp_path, n, T):
    liquid = systems.kob_andersen(density=1.2)
    (shipped,) = (c for c in systems.library() if c.fits(liquid, T, n))
    state = replace(state_of(liquid, n), temperature=T)
    start = from_trajectory(io.read(shipped.path, timestep=1.0), liquid, T)
    shots = run(state, start, tmp_path, steps=80_000, every=100)
    kept = {name: np.array([s.log[name] for s in shots]) for name in shots[0].log}
    spread = T * np.sqrt(2 / (3 * (n - 1)))
    assert kept["kinetic_temperature"].mean() == pytest.approx(T, rel=2e-3)
    assert kept["kinetic_temperature"].std() == pytest.approx(spread, rel=0.2)
    checks = shipped.record["checks"]
    halves = [half.mean() for half in np.array_split(kept["potential_energy"], 4)]
    tolerance = 5 * np.std(halves) / 2 + 2e-3
    assert kept["potential_energy"].mean() == pytest.approx(checks["potential_energy"], abs=tolerance)
    assert kept["pressure"].mean() == pytest.approx(checks["pressure"], abs=10 * tolerance)
    # nobody pushes: the centre of mass stays
    centres = np.array([free_of(s).mean(axis=0) for s in shots])
    assert np.ptp(centres, axis=0).max() < 1e-3
    assert np.abs(np.diff([free_of(s) for s in shots], axis=0)).max() < 1.5


@card_only
def test_energy_is_conserved_at_constant_energy(tmp_path):
    liquid = systems.force_smoothed(systems.kob_andersen(density=1.2))
    state = state_of(liquid, 1000, ensemble="nve", dt=0.0025)
    start = lattice(liquid, 1000, 1)
    shots = run(state, start, tmp_path, steps=100_000, every=500)
    total = [s.log["potential_energy"] + 1.5 * 0.999 * s.log["kinetic_temperature"] for s in shots]
    slope = np.polyfit(np.linspace(0, 1, len(total)), total, 1)[0]
    assert abs(slope) < 1e-5, (slope, np.std(total))


@card_only
def test_a_large_liquid_has_the_same_forces(tmp_path):
    """Above 32 768 particles gamdpy makes its lists from cells."""
    liquid, n = systems.kob_andersen(density=1.2), 50_000
    start = replace(lattice(liquid, n, 1), melt=False)
    device = Device(liquid.mixture, n, start.box)
    positions = start.box.wrap(start.positions + np.random.default_rng(1).uniform(-0.05, 0.05, (n, 3)))[0]
    at_rest = np.zeros((n, 3))
    # The forces' own positions are in single precision.
    positions = positions.astype(np.float32).astype(np.float64)
    device.load(positions, at_rest, at_rest, start.species)
    device.run(0)
    there = device.read()
    forces = np.zeros((3, n))
    energy = PairForces(liquid.mixture, start.box, start.species)(np.ascontiguousarray(positions.T), forces)
    np.testing.assert_allclose(there.forces, forces.T, atol=1e-5 * np.abs(forces).max())
    assert there.energy.sum(dtype=np.float64) == pytest.approx(energy, rel=1e-5)


@card_only
def test_a_melted_lattice_is_no_crystal(tmp_path):
    liquid = systems.wahnstrom(density=1.2959)
    state = replace(state_of(liquid, 1000), temperature=1.0)
    start = lattice(liquid, 1000, 1)
    shot = run(state, start, tmp_path, steps=4000, every=4000)[-1]
    assert not order(Start("melt", shot.positions, start.species, shot.box)).crystalline
    assert shot.log["kinetic_temperature"] == pytest.approx(1.0, abs=0.15)
