"""Inherent structures: the right energy, the right force, and downhill."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from oracles.forces import energy_and_forces

from supercooled import simulation, systems
from supercooled.box import Box
from supercooled.errors import BoxError, MixtureError, ParameterError, SimulationError
from supercooled.mixture import Liquid, Mixture
from supercooled.potentials import ExpandedLennardJones, HarmonicRepulsion, InversePower, LennardJones
from supercooled.simulation import (
    PairForces,
    inherent_structure,
    lammps_engine,
    lattice,
    lbfgs,
    pair_forces,
)

KOB_ANDERSEN = systems.kob_andersen(density=1.2)
MIXTURE = KOB_ANDERSEN.mixture
N = 200
TOLERANCE = 1e-6


# A force that jumps at the cutoff makes many minima of one, some 1e-6 apart in energy.
SMOOTH = replace(MIXTURE, potentials=tuple(p.smoothed() for p in MIXTURE.potentials))


def mixture_of(*potentials, dimensions=3):
    return Mixture("test", ("A", "B"), (0.5, 0.5), (1.0, 1.0), potentials, dimensions)


SIZES = ((1.0, 1.0), (1.5, 0.8), (0.5, 0.9))
SHORT = mixture_of(*(LennardJones.wca(e, s) for e, s in SIZES))
MANY = {
    "lennard-jones": SHORT,
    "smoothed": mixture_of(
        *(LennardJones(e, s, 1.6).smoothed() for e, s in ((1, 1), (1.5, 0.8), (0.5, 0.9)))
    ),
    "mixed": mixture_of(
        LennardJones(1.0, 1.0, 1.6),
        InversePower(1.0, 0.9, exponent=12.0, cutoff=1.5),
        ExpandedLennardJones.modified_well(1.0, 1.0, well_width=0.2, cutoff=1.7),
    ),
    "expanded": mixture_of(
        ExpandedLennardJones(1.0, 0.8, 0.2, 1.7),
        ExpandedLennardJones.modified_well(1.5, 0.8, well_width=0.3, cutoff=1.6),
        LennardJones(0.5, 0.9, 1.6),
    ),
    "harmonic": mixture_of(*(HarmonicRepulsion(e, s) for e, s in ((1.0, 1.0), (2.0, 1.2), (1.0, 1.4)))),
}


@cache
def lively(n=N, seed=1):
    """A lattice with every particle well off its site."""
    start = lattice(KOB_ANDERSEN, n, seed)
    moved = start.positions + np.random.default_rng(seed).normal(scale=0.08, size=start.positions.shape)
    return start.box.wrap(moved)[0], start.box, start.species


@cache
def quenched():
    return inherent_structure(*lively(), SMOOTH, tolerance=TOLERANCE)


def evaluate(positions, box, species, mixture):
    force = np.empty((3, len(positions)))
    energy = PairForces(mixture, box, species)(np.ascontiguousarray(positions.T), force)
    return energy, force.T


@settings(max_examples=12, deadline=None)
@example("mixed", 8, (0.0, 0.0), 3, 86)
@given(
    st.sampled_from(sorted(MANY)),
    st.integers(2, 25),
    st.tuples(st.floats(0, 0.3), st.floats(-0.2, 0.2)),
    st.sampled_from([2, 3]),
    st.integers(0, 99),
)
def test_energy_and_forces_are_those_of_the_slow_twin(name, n, tilts, dimensions, seed):
    rng = np.random.default_rng(seed)
    beyond = (tilts[1], tilts[0]) if dimensions == 3 else (0.0, 0.0)
    box = Box(5.0, 4.5, 4.2, tilts[0], *beyond, dimensions=dimensions)
    positions = box.absolute(rng.uniform(-1.2, 1.2, (n, 3)))
    if dimensions == 2:
        positions[:, 2] = 0.0
    species = rng.integers(0, 2, n)
    separations = np.linalg.norm(box.minimum_image(positions[:, None] - positions[None]), axis=2)
    mixture = MANY[name]
    # Above 1e4, which no quench gets to, a table goes on straight.
    if (
        separations[np.triu_indices(n, 1)].min() < 0.55
        or energy_and_forces(positions, box, species, mixture)[0] > 9e3
    ):
        mixture = MANY["harmonic"]
    energy, forces = energy_and_forces(positions, box, species, mixture)
    found, found_forces = evaluate(positions, box, species, mixture)
    scale = 1.0 + np.abs(forces).max()
    assert found == pytest.approx(energy, rel=1e-8, abs=1e-9)
    np.testing.assert_allclose(found_forces, forces, atol=1e-6 * scale)
    assert np.abs(found_forces.sum(axis=0)).max() < 1e-10 * scale * n


@pytest.mark.parametrize("name", sorted(MANY))
def test_the_force_is_the_slope_of_the_energy(name):
    rng = np.random.default_rng(4)
    box = Box(5.0, 5.0, 5.0, 0.1)
    positions = box.absolute(np.mgrid[:4, :4, :4].reshape(3, -1).T / 4.0 - 0.4)
    positions += rng.normal(scale=0.05, size=positions.shape)
    species = rng.integers(0, 2, len(positions))
    way = rng.normal(size=positions.shape)
    h = 1e-5
    up, down = (evaluate(positions + s * h * way, box, species, MANY[name])[0] for s in (1, -1))
    _, forces = evaluate(positions, box, species, MANY[name])
    slope = -(forces * way).sum()
    assert (up - down) / (2 * h) == pytest.approx(slope, rel=1e-6, abs=1e-6 * np.abs(forces).max())


def test_a_list_of_neighbours_that_got_old_is_made_again():
    positions, box, species = lively()
    forces = PairForces(MIXTURE, box, species)
    rng = np.random.default_rng(0)
    xyz, force = np.ascontiguousarray(positions.T), np.empty((3, N))
    for _ in range(30):
        energy = forces(xyz, force)
        fresh, fresh_force = evaluate(xyz.T, box, species, MIXTURE)
        assert energy == pytest.approx(fresh, rel=1e-12)
        np.testing.assert_allclose(force.T, fresh_force, rtol=1e-9, atol=1e-9 * np.abs(fresh_force).max())
        xyz = xyz + rng.uniform(-0.015, 0.015, xyz.shape)
    assert 3 < forces.builds < 15


@pytest.mark.parametrize("mixture", [MIXTURE, SMOOTH], ids=["plain", "smoothed"])
def test_energy_and_forces_are_those_of_lammps_to_ten_digits(mixture):
    start = lattice(KOB_ANDERSEN, N, 1)
    shaken = start.positions + np.random.default_rng(5).normal(scale=0.03, size=(N, 3))
    start = replace(start, positions=start.box.wrap(shaken)[0])
    with lammps_engine.session("test") as lmp:
        lammps_engine.create(lmp, mixture, start)
        lammps_engine.interact(lmp, mixture)
        lmp.command("run 0 post no")
        theirs = lmp.get_thermo("pe")
        their_forces = np.ctypeslib.as_array(lmp.gather_atoms("f", 1, 3)).reshape(N, 3).copy()
    energy, forces = evaluate(start.positions, start.box, start.species, mixture)
    assert energy / N == pytest.approx(theirs, abs=1e-10)
    np.testing.assert_allclose(forces, their_forces, atol=1e-7)


def test_a_quench_goes_down_to_where_the_force_is_small():
    positions, box, species = lively()
    before, _ = evaluate(positions, box, species, SMOOTH)
    energy, forces = evaluate(quenched().positions, box, species, SMOOTH)
    assert np.linalg.norm(forces) <= 1.01 * TOLERANCE
    assert quenched().energy == pytest.approx(energy / N, abs=1e-12)
    assert energy < before - 0.1 * N
    rng = np.random.default_rng(1)
    for _ in range(5):
        nearby = quenched().positions + rng.normal(scale=1e-3, size=positions.shape)
        assert evaluate(nearby, box, species, SMOOTH)[0] > energy


def test_the_energy_never_rises_on_the_way(monkeypatch):
    energies = []

    class Watched(PairForces):
        def __call__(self, xyz, force):
            energies.append(super().__call__(xyz, force))
            return energies[-1]

    positions, box, species = lively()
    xyz = np.ascontiguousarray(positions.T)
    for most in (1, 5, 20, 60):
        end = lbfgs.descend(Watched(SMOOTH, box, species), xyz, tolerance=1e-6, most=most)
        assert end.energy == pytest.approx(min(energies), rel=1e-12)
    np.testing.assert_array_equal(xyz, positions.T)


@pytest.mark.parametrize("minimiser", ["lammps-cg", "lammps-fire"])
def test_gently_shaken_all_minimisers_find_the_same_minimum(minimiser):
    _, box, species = lively()
    bottom = quenched().positions
    shaken = bottom + np.random.default_rng(3).normal(scale=0.02, size=bottom.shape)
    for chosen in ("l-bfgs", minimiser):
        found = inherent_structure(shaken, box, species, SMOOTH, tolerance=1e-5, minimiser=chosen)
        assert found.energy == pytest.approx(quenched().energy, abs=1e-9)
        drift = (found.positions - bottom).mean(axis=0)
        assert np.abs(found.positions - bottom - drift).max() < 1e-4


def test_a_quench_of_a_quench_moves_nothing_and_a_lattice_stays():
    _, box, species = lively()
    again = inherent_structure(quenched().positions, box, species, SMOOTH, tolerance=TOLERANCE)
    np.testing.assert_array_equal(again.positions, quenched().positions)
    assert again.evaluations == 1
    mono = Mixture("mono", ("A",), (1.0,), (1.0,), (LennardJones(1.0, 1.0, 2.5),))
    start = lattice(Liquid(mono, 1.2), 256, 1)
    still = inherent_structure(start.positions, start.box, start.species, mono, tolerance=1e-8)
    np.testing.assert_allclose(still.positions, start.positions, atol=1e-9)


def test_moving_relabelling_and_unfolding_a_configuration_moves_its_minimum():
    positions, box, species = lively()
    order = np.random.default_rng(0).permutation(N)
    far = positions + box.lengths * np.random.default_rng(1).integers(-2, 3, (N, 3)) + 0.7
    found = inherent_structure(far[order], box, species[order], SMOOTH, tolerance=TOLERANCE)
    assert found.energy == pytest.approx(quenched().energy, abs=1e-9)
    moved = found.positions - far[order]
    np.testing.assert_allclose(moved, (quenched().positions - positions)[order], atol=1e-4)
    assert np.abs(moved.mean(axis=0)).max() < 1e-9


def test_a_tighter_tolerance_ends_nearer_to_the_same_minimum():
    positions = [
        inherent_structure(*lively(), SMOOTH, tolerance=t).positions - quenched().positions
        for t in (1e-1, 1e-3)
    ]
    coarse, fine = (np.abs(d).max() for d in positions)
    assert fine < 0.1 * coarse < 1e-2


def test_a_planar_and_a_tilted_configuration_have_minima():
    discs = Mixture("discs", ("A",), (1.0,), (1.0,), (LennardJones(1.0, 1.0, 2.5),), dimensions=2)
    start = lattice(Liquid(discs, 0.9), 100, 1)
    shaken = start.positions + [0.1, 0.1, 0.0] * np.random.default_rng(0).normal(size=(100, 3))
    for box, minimisers in (
        (start.box, ("l-bfgs", "lammps-cg")),
        (Box(11, 10.5, xy=0.2, dimensions=2), ("l-bfgs",)),
    ):
        for minimiser in minimisers:
            found = inherent_structure(shaken, box, start.species, discs, tolerance=1e-3, minimiser=minimiser)
            assert (found.positions[:, 2] == 0).all()
            assert found.force <= 1e-3
    with pytest.raises(ParameterError, match="tilted boxes are not supported"):
        inherent_structure(shaken, box, start.species, discs, tolerance=1e-3, minimiser="lammps-cg")


def test_what_no_quench_can_do_is_refused():
    positions, box, species = lively()
    ask = {"tolerance": 1e-3}
    with pytest.raises(ParameterError, match=r"tolerance must be positive.*tolerance=1e-2"):
        inherent_structure(positions, box, species, MIXTURE, tolerance=0.0)
    with pytest.raises(ParameterError, match="must be 'l-bfgs', 'lammps-cg' or 'lammps-fire'"):
        inherent_structure(positions, box, species, MIXTURE, minimiser="newton", **ask)
    with pytest.raises(BoxError, match="less than twice the cutoff"):
        inherent_structure(positions, Box.cube(4.9), species, MIXTURE, **ask)
    with pytest.raises(MixtureError, match="particles have others"):
        inherent_structure(positions, box, species + 1, MIXTURE, **ask)
    on_top = positions.copy()
    on_top[1] = on_top[0]
    with pytest.raises(SimulationError, match="frame 7: the forces stay at"):
        inherent_structure(on_top, box, species, MIXTURE, name="frame 7", **ask)


def test_a_force_that_jumps_at_the_cutoff_is_named_where_it_keeps_a_quench_from_its_end():
    soft = InversePower(1.0, 1.0, exponent=12.0, cutoff=1.25)
    mixture = Mixture("soft", ("A",), (1.0,), (1.0,), (soft,))
    start = lattice(Liquid(mixture, 1.0), 150, seed=3)
    shaken = start.positions + np.random.default_rng(3).normal(scale=0.15, size=start.positions.shape)
    with pytest.raises(SimulationError, match=r"the force of A-A jumps by 0\.66 at its cutoff"):
        inherent_structure(shaken, start.box, start.species, mixture, tolerance=1e-3)
    longer = replace(mixture, potentials=(replace(soft, cutoff=2.5),))
    assert inherent_structure(shaken, start.box, start.species, longer, tolerance=1e-3).force <= 1e-3


def test_a_skin_is_never_wider_than_the_box_allows():
    box = Box.cube(2 * MIXTURE.cutoff + 0.1)
    assert PairForces(MIXTURE, box, np.zeros(5, int)).skin == pytest.approx(0.05)
    assert PairForces(MIXTURE, Box.cube(9.0), np.zeros(5, int)).skin == pair_forces.SKIN
    assert simulation.Minimiser


@pytest.mark.parametrize("gap", [1e-9, 0.1, 0.25, 0.31])
def test_particles_nearer_than_the_well_begins_are_pushed_apart(gap):
    well = mixture_of(*(ExpandedLennardJones.modified_well(1.0, 1.0, well_width=0.3, cutoff=1.7),) * 3)
    positions = np.array([[0.0, 0.0, 0.0], [gap, 0.0, 0.0]])
    box, species = Box.cube(6.0), np.array([0, 1])
    energy, force = evaluate(positions, box, species, well)
    h, step = 1e-7 * max(gap, 1e-3), np.array([[0.0, 0.0, 0.0], [1.0, 0.0, 0.0]])
    up, down = (evaluate(positions + s * h * step, box, species, well)[0] for s in (1, -1))
    assert np.isfinite(energy)
    assert force[1, 0] > 0
    if gap > 1e-6:
        assert force[1, 0] == pytest.approx((down - up) / (2 * h), rel=1e-4)
    far, *_ = inherent_structure(positions, box, species, well, tolerance=1e-6).positions
    assert np.isfinite(far).all()
