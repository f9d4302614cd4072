"""Pair structure: against the formulas written out, a peer, and by law."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from oracles import structure as oracle

import supercooled as sc
from supercooled.errors import BoxError, ParameterError, TrajectoryError
from supercooled.structure import radial_distribution, structure_factor

few = settings(max_examples=25, deadline=None)


@st.composite
def systems(draw, n_frames=1):
    """A box of any tilt, two or three dimensions, and one to three species of any numbers."""
    dimensions = draw(st.sampled_from((2, 3)))
    lengths = [draw(st.floats(3.0, 5.0)) for _ in range(dimensions)] + [1.0] * (3 - dimensions)
    tilts = [draw(st.floats(-0.4, 0.4)) for _ in range(3)]
    if dimensions == 2:
        tilts[1:] = [0.0, 0.0]
    box = sc.Box(*lengths, *tilts, dimensions=dimensions)
    counts = draw(st.lists(st.integers(1, 9), min_size=1, max_size=3))
    species = np.repeat(np.arange(len(counts)), counts)
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    fractions = rng.uniform(-0.5, 0.5, (n_frames, len(species), 3))
    if dimensions == 2:
        fractions[..., 2] = 0.0
    rng.shuffle(species)
    return sc.Trajectory.from_arrays(box.absolute(fractions), box, species=species), box


def gas(n_frames=4, n=200, box=None, species=None, seed=3, **kwargs):
    box = box or sc.Box.cube(6.0)
    fractions = np.random.default_rng(seed).uniform(-0.5, 0.5, (n_frames, n, 3))
    if box.dimensions == 2:
        fractions[..., 2] = 0.0
    return sc.Trajectory.from_arrays(box.absolute(fractions), box, species=species, **kwargs)


# --- radial distribution


@few
@given(systems(), st.integers(1, 40))
def test_radial_distribution_equals_the_double_loop(system, n_bins):
    trajectory, box = system
    r_max = 0.5 * box.heights.min()
    dr = r_max / n_bins
    edges = dr * np.arange(n_bins + 1)
    positions = trajectory.positions()[0]
    n_species = len(trajectory.names)
    for i in range(len(positions)):
        for _, r in oracle.neighbour_distances(positions, box, i):
            assume(abs(r / dr - round(r / dr)) > 1e-9 or r > r_max + dr)
    expected = oracle.radial_distribution(positions, box, trajectory.species, n_species, edges)
    measured = radial_distribution(trajectory, r_max=r_max, dr=dr)
    np.testing.assert_allclose(measured.radial_distribution, expected, rtol=1e-12)


@pytest.mark.parametrize("box", [sc.Box(7, 8, 9, 0.3, -0.2, 0.4), sc.Box(9, 8, 1, 0.3, dimensions=2)])
@pytest.mark.parametrize("r_max", [1.0, 3.2])
def test_radial_distribution_equals_freuds_bin_by_bin(box, r_max):
    freud = pytest.importorskip("freud")
    trajectory = gas(n_frames=1, n=300, box=box)
    positions = trajectory.positions()[0]
    peer = freud.density.RDF(bins=16, r_max=r_max)
    there = freud.box.Box(box.Lx, box.Ly, box.Lz if box.dimensions == 3 else 0, box.xy, box.xz, box.yz)
    peer.compute((there, positions))
    measured = radial_distribution(trajectory, r_max=r_max, dr=r_max / 16)
    # freud holds positions in single precision
    np.testing.assert_allclose(measured.r, peer.bin_centers, rtol=1e-5)
    np.testing.assert_allclose(measured.radial_distribution[0], peer.rdf, rtol=1e-4)


def test_radial_distribution_of_an_ideal_gas_is_one():
    g = radial_distribution(gas(100, 400, species=[0] * 100 + [1] * 300), r_max=3.0, dr=1.0)
    limits = {"AA": 1 - 1 / 100, "AB": 1.0, "BB": 1 - 1 / 300}
    for pair, limit in limits.items():
        np.testing.assert_allclose(g.radial_distribution.sel(pair=pair)[1:], limit, atol=0.005)


def test_no_particle_is_its_own_neighbour():
    one = sc.Trajectory.from_arrays(np.zeros((1, 1, 3)), sc.Box.cube(4.0))
    assert not radial_distribution(one, r_max=2.0, dr=0.1).radial_distribution.any()


def test_radial_distribution_averages_boxes_of_different_volume_frame_by_frame():
    small, large = gas(2, box=sc.Box.cube(6.0)), gas(2, box=sc.Box.cube(8.0), seed=4)
    changing = sc.Trajectory.from_arrays(
        np.concatenate([small.positions(), large.positions()]),
        [sc.Box.cube(edge) for edge in (6.0, 6.0, 8.0, 8.0)],
        species=small.species,
        names=small.names,
    )
    both = radial_distribution(changing, r_max=2.0, dr=0.25).radial_distribution
    each = [radial_distribution(t, r_max=2.0, dr=0.25).radial_distribution for t in (small, large)]
    np.testing.assert_allclose(both, 0.5 * (each[0] + each[1]), rtol=1e-12)


def test_radial_distribution_beyond_half_the_box_is_refused():
    tilted = gas(box=sc.Box(6, 6, 6, xy=1.0))
    half = 0.5 * sc.Box(6, 6, 6, xy=1.0).heights.min()
    radial_distribution(tilted, r_max=half, dr=half / 10)
    with pytest.raises(BoxError, match="half of the smallest height"):
        radial_distribution(tilted, r_max=half * 1.01, dr=half / 100)


# --- structure factor


@few
@given(systems(n_frames=2), st.floats(2.0, 7.0))
def test_structure_factor_equals_the_direct_sum(system, q_max):
    trajectory, box = system
    dq = 0.5 + 1e-4 * np.sqrt(2)
    lengths = np.linalg.norm(oracle.wave_vectors(box, q_max + dq), axis=1)
    assume((lengths < q_max).any() and np.abs(lengths - q_max).min() > 1e-9)
    assume(np.abs(lengths / dq - np.round(lengths / dq)).min() > 1e-9)
    S, q, n_vectors = oracle.structure_factor(
        trajectory.positions(), box, trajectory.species, len(trajectory.names), q_max=q_max, dq=dq
    )
    measured = structure_factor(trajectory, q_max=q_max, dq=dq)
    np.testing.assert_allclose(measured.structure_factor, S, atol=1e-6)
    np.testing.assert_allclose(measured.q, q, rtol=1e-12)
    np.testing.assert_array_equal(measured.n_vectors, n_vectors)


def test_structure_factor_keeps_six_digits_on_a_larger_system_with_a_rare_species():
    species = np.zeros(2000, int)
    species[7] = 1
    trajectory = gas(1, 2000, box=sc.Box(10, 11, 12, 0.2, 0.1, -0.3), species=species)
    measured = structure_factor(trajectory, q_max=6.0, dq=0.777)
    S, *_ = oracle.structure_factor(
        trajectory.positions(), trajectory.fixed_box(), trajectory.species, 2, q_max=6.0, dq=0.777
    )
    np.testing.assert_allclose(measured.structure_factor, S, atol=1e-6)
    np.testing.assert_allclose(measured.structure_factor.sel(pair="BB"), 1.0, atol=1e-6)


def test_structure_factor_of_an_ideal_gas_is_one_and_between_species_zero():
    trajectory = gas(60, 400, species=[0] * 100 + [1] * 300)
    S = structure_factor(trajectory, q_max=12.0, dq=2.0).structure_factor.isel(q=slice(1, None))
    for pair, limit in {"AA": 1.0, "AB": 0.0, "BB": 1.0}.items():
        np.testing.assert_allclose(S.sel(pair=pair), limit, atol=0.03)


def test_structure_factor_of_a_lattice_is_its_bragg_peaks():
    n, a = 4, 1.3
    grid = np.stack(np.meshgrid(*[np.arange(n) * a] * 3), axis=-1).reshape(1, -1, 3)
    lattice = sc.Trajectory.from_arrays(grid, sc.Box.cube(n * a))
    sq = structure_factor(lattice, q_max=2 * np.pi / a * 1.2, dq=0.01)
    peak = np.isclose(sq.q, 2 * np.pi / a)
    np.testing.assert_allclose(sq.structure_factor[0][peak], n**3, rtol=1e-6)
    np.testing.assert_allclose(sq.structure_factor[0][~peak], 0.0, atol=1e-6)


def test_structure_factor_of_jittered_sites_rises_to_one():
    # Away from the Bragg peaks S = 1 - exp(-q^2 s^2) for Gaussian displacements s of lattice sites.
    n, a, s = 6, 1.0, 0.12
    sites = np.stack(np.meshgrid(*[np.arange(n) * a] * 3), axis=-1).reshape(-1, 3)
    xyz = sites + np.random.default_rng(8).normal(scale=s, size=(40, n**3, 3))
    run = sc.Trajectory.from_arrays(xyz, sc.Box.cube(n * a))
    sq = structure_factor(run, q_max=30.0, dq=0.05)
    vectors = oracle.wave_vectors(run.fixed_box(), 8.0)
    on_site = np.isclose(vectors * a / (2 * np.pi), np.round(vectors * a / (2 * np.pi))).all(axis=1)
    peaks = np.unique((np.linalg.norm(vectors[on_site], axis=1) / 0.05).astype(int))
    low = sq.sel(q=slice(0.0, 7.9))
    free = ~np.isin((low.q.values / 0.05).astype(int), peaks) & (low.n_vectors > 20)
    S = low.structure_factor[0]
    np.testing.assert_allclose(S[free], 1 - np.exp(-((low.q[free] * s) ** 2)), atol=0.05)
    np.testing.assert_allclose(sq.structure_factor[0].sel(q=slice(28.0, 30.0)), 1.0, atol=0.05)


def changed(trajectory, how):
    """The same liquid, seen otherwise."""
    box = trajectory.fixed_box()
    xyz = trajectory.positions()
    order = np.random.default_rng(1).permutation(trajectory.n_particles)
    return {
        "translated": sc.Trajectory.from_arrays(
            xyz + np.array([0.3, 1.7, -5.0]), box, species=trajectory.species
        ),
        "axes permuted": sc.Trajectory.from_arrays(
            xyz[..., [2, 0, 1]], sc.Box(box.Lz, box.Lx, box.Ly), species=trajectory.species
        ),
        "inverted": sc.Trajectory.from_arrays(-xyz, box, species=trajectory.species),
        "relabelled": sc.Trajectory.from_arrays(xyz[:, order], box, species=trajectory.species[order]),
    }[how]


@pytest.mark.parametrize("how", ["translated", "axes permuted", "inverted", "relabelled"])
def test_structure_does_not_depend_on_how_the_liquid_is_seen(how):
    trajectory = gas(2, 90, box=sc.Box(5.0, 6.0, 7.0), species=[0] * 60 + [1] * 30)
    other = changed(trajectory, how)
    for measure, kwargs in (
        (radial_distribution, {"r_max": 2.5, "dr": 0.1}),
        (structure_factor, {"q_max": 9.0, "dq": 0.31}),
    ):
        a, b = measure(trajectory, **kwargs), measure(other, **kwargs)
        for name in a.data_vars:
            np.testing.assert_allclose(a[name], b[name], atol=2e-7, rtol=1e-9)


def test_chunks_replicas_and_workers_never_change_structure():
    whole = gas(9, 60, species=[0] * 40 + [1] * 20)
    parts = [whole[:2], whole[2:7], whole[7:]]
    with ThreadPoolExecutor(2) as executor:
        for measure, kwargs in (
            (radial_distribution, {"r_max": 2.5, "dr": 0.1}),
            (structure_factor, {"q_max": 9.0, "dq": 0.31, "blocks": 3}),
        ):
            a, b = measure(whole, **kwargs), measure(parts, **kwargs, executor=executor)
            for name in a.data_vars:
                np.testing.assert_allclose(a[name], b[name], atol=1e-12, rtol=1e-12)


def test_jackknife_leaves_out_one_block_in_turn():
    trajectory = gas(6, 50)
    sq = structure_factor(trajectory, q_max=6.0, dq=0.31, blocks=3)
    without_second = structure_factor([trajectory[:2], trajectory[4:]], q_max=6.0, dq=0.31)
    np.testing.assert_allclose(
        sq.structure_factor_jackknife[1], without_second.structure_factor, rtol=1e-12, atol=1e-12
    )


def test_a_changing_box_has_no_structure_factor():
    changing = sc.Trajectory.from_arrays(
        gas(2).positions(), [sc.Box.cube(6.0), sc.Box.cube(6.1)], species=gas().species, names=gas().names
    )
    with pytest.raises(BoxError, match="box of frame 1 differs"):
        structure_factor(changing, q_max=5.0, dq=0.1)


@pytest.mark.parametrize(
    ("kwargs", "message"),
    [
        ({"q_max": 5.0, "dq": 0.0}, "dq"),
        ({"q_max": 5.0, "dq": 0.1, "blocks": 9}, "blocks"),
        ({"q_max": 0.1, "dq": 0.1}, "wave vector"),
    ],
)
def test_bad_arguments_are_named(kwargs, message):
    with pytest.raises((ParameterError, BoxError), match=message):
        structure_factor(gas(), **kwargs)


def test_replicas_must_be_of_one_kind_and_species_present():
    with pytest.raises(ParameterError, match="replicas"):
        radial_distribution([gas(n=20), gas(n=21)], r_max=1.0, dr=0.1)
    with pytest.raises(TrajectoryError, match="species B"):
        radial_distribution(gas(n=20, species=[0] * 20, names=("A", "B")), r_max=1.0, dr=0.1)
    with pytest.raises(ParameterError, match="no trajectory"):
        structure_factor([], q_max=5.0, dq=0.1)
