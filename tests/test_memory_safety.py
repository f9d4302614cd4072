"""What the kernels would take out of their arrays is refused before, or stays inside."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from asked import surroundings

import supercooled as sc
from supercooled import cage, dynamics, relation, simulation, structure
from supercooled.kernels.neighbours import make_cells

LJ = sc.Mixture("lj", ("A",), (1.0,), (1.0,), (sc.LennardJones(1.0, 1.0, 2.5),))
STILL = sc.Trajectory.from_arrays(np.zeros((6, 2, 3)), sc.Box.cube(5.0), unwrapped=True)


def field(values, particles=None):
    values = np.atleast_2d(np.asarray(values, dtype=np.float64))
    n = values.shape[1]
    coords = {
        "frame": range(len(values)),
        "time": ("frame", np.arange(len(values), dtype=np.float64)),
        "particle": range(n) if particles is None else particles,
    }
    return xr.DataArray(values, coords, ("frame", "particle"), name="softness")


def gas(n, *, species=None, seed=0, edge=10.0):
    xyz = np.random.default_rng(seed).uniform(-edge / 2, edge / 2, (1, n, 3))
    return sc.Trajectory.from_arrays(xyz, sc.Box.cube(edge), species=species)


@pytest.mark.parametrize("edge", [3.0, 1e3, 2.0**22, 1e9])
@pytest.mark.parametrize("reach", [1e-300, 1e-7, 1.0])
def test_cells_are_no_more_than_the_particles_can_fill(edge, reach):
    run = gas(5, edge=edge)
    box = run.fixed_box()
    xyz = run.positions()[0]
    cells = make_cells(xyz, box.fractional(xyz), box.matrix, box.heights, reach)
    assert 1 <= cells.counts.prod() <= 64
    assert (cells.counts * reach <= 3 * cells.counts.max() * box.heights).all()


def test_two_near_particles_in_a_huge_box_meet():
    pair = sc.Trajectory.from_arrays([[[0, 0, 0], [0.7, 0, 0]]], sc.Box.cube(2.0**22))
    rdf = structure.radial_distribution(pair, r_max=1.0, dr=0.5)
    assert rdf.radial_distribution.values[0].tolist().index(0.0) == 0
    assert (rdf.radial_distribution.values[0] > 0).tolist() == [False, True]


@pytest.mark.parametrize("order", [1, -1])
def test_runs_of_other_species_have_no_common_distribution(order):
    runs = [gas(20), gas(20, species=np.arange(20) % 2)][::order]
    with pytest.raises(sc.SupercooledError, match="replicas must have the same state point"):
        structure.grouped_radial_distribution(
            runs, [field(np.zeros(20)), field(np.full(20, 99.0))], edges=[-5, 0, 5], r_max=4.0, dr=0.5
        )


@pytest.mark.parametrize("particles", [[0, 1, 20], [-1, 0, 1]])
def test_a_field_of_other_particles_is_refused(particles):
    with pytest.raises(sc.SupercooledError, match=r"has particles .*has only 20, numbered from 0"):
        structure.grouped_radial_distribution(
            gas(20), field(np.zeros(3), particles), edges=[-5, 0, 5], r_max=4.0, dr=0.5
        )


def test_times_without_a_finite_span_are_refused():
    with pytest.raises(sc.SupercooledError, match="do not span a finite time"):
        sc.Trajectory.from_arrays(np.zeros((3, 4, 3)), sc.Box.cube(5.0), times=[-1e308, 0.9e308, 1e308])


@pytest.mark.parametrize("place", [1e20, 1.7e308])
def test_positions_beyond_every_count_of_images_are_refused(place):
    run = sc.Trajectory.from_arrays([[[0, 0, 0], [0.1, place, 0.1]]], sc.Box.cube(5.0))
    for ask in (
        lambda: structure.structure_factor(run, q_max=60.0, dq=10.0),
        lambda: surroundings(run, mixture=LJ, species="A", shells={"AA": 1.3}, width=0.05, radius=2.0),
    ):
        with pytest.raises(
            sc.SupercooledError, match=r"box edges from the origin|must be below 1e\+15 in size"
        ):
            ask()


@pytest.mark.parametrize("shape", [(3, 4), (3, 12), (2, 8), (8, 3)])
def test_forces_of_other_particles_are_refused(shape):
    forces = simulation.PairForces(LJ, sc.Box.cube(10.0), np.zeros(8, int))
    xyz = np.random.default_rng(1).uniform(-5, 5, (3, 8))
    with pytest.raises(sc.SupercooledError, match="must both be"):
        forces(xyz, np.zeros(shape))
    with pytest.raises(sc.SupercooledError, match="must both be"):
        forces(np.zeros(shape), np.zeros((3, 8)))


@pytest.mark.parametrize(
    ("positions", "species", "edge", "message"),
    [
        (np.full((8, 3), np.nan), np.zeros(8), 10.0, "must be a finite number"),
        (np.zeros((8, 3)), np.zeros(9), 10.0, "must be"),
        (np.zeros((8, 2)), np.zeros(8), 10.0, "must be"),
        (np.zeros((0, 3)), np.zeros(0), 10.0, "must be"),
        (np.zeros((8, 3)), np.zeros(8, int), 0.01, "less than twice the cutoff"),
    ],
)
def test_what_is_no_configuration_is_not_quenched(positions, species, edge, message):
    with pytest.raises(sc.SupercooledError, match=message):
        simulation.inherent_structure(positions, sc.Box.cube(edge), species, LJ, tolerance=1e-3)


def test_the_largest_value_of_a_field_is_in_the_propagator():
    found = relation.propagation(
        field(np.tile([0.0, 1.0], (6, 1))),
        STILL,
        ranges=[(-1, 0.5), (0.5, 2)],
        lags=[1.0],
        bins=4,
        stay=relation.StayRule(within=0.5, overlap_radius=0.3, origins=3),
    )
    shares = found.propagator.values[:, 0] if found.propagator.dims[1] == "lag" else found.propagator.values
    assert np.isfinite(found.propagator.values).all()
    assert shares[0].argmax() == 0
    assert shares[1].argmax() == shares.shape[-1] - 1


def test_a_species_without_particles_is_named():
    run = sc.Trajectory.from_arrays(
        np.zeros((4, 3, 3)) + np.arange(3)[:, None], sc.Box.cube(9.0), names=("A", "B"), unwrapped=True
    )
    gaussians = structure.Radial(first=0.5, step=0.1, number=3, width=0.1)
    for ask in (
        lambda: dynamics.correlators(run, lags=[1.0], overlap_radius=0.3, species="B"),
        lambda: sc.indicators.StructureFunctions((gaussians,)).of(run, species="B"),
        lambda: cage.local_radial_distribution(
            run, species="A", width=0.1, r=[0.9, 1.0], normalisation="partner"
        ),
    ):
        with pytest.raises(sc.SupercooledError, match="species B has no particle"):
            ask()


@pytest.mark.parametrize("species", [[0.5, 0.0], [np.nan, 0.0], [2**32, 0]])
def test_species_are_small_whole_numbers(species):
    with pytest.raises(sc.SupercooledError, match="small whole numbers"), np.errstate(invalid="ignore"):
        sc.Trajectory.from_arrays(np.zeros((1, 2, 3)), sc.Box.cube(5.0), species=species)


def test_nobody_is_no_trajectory():
    with pytest.raises(sc.SupercooledError, match="no particle"):
        sc.Trajectory.from_arrays(np.zeros((2, 0, 3)), sc.Box.cube(5.0))
