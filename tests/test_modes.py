"""The Hessian, its soft modes and its inverse: finite differences, dense matrices, and the laws."""

from dataclasses import replace

import numpy as np
import pytest

from supercooled import Box, Frame, LennardJones, Mixture
from supercooled.errors import MixtureError, ParameterError, SimulationError
from supercooled.indicators import LowModes, Vibrality, normal_modes
from supercooled.indicators.stiffness import Compliance, lowest, slabs_of, stiffness_of
from supercooled.potentials import SmoothedInversePower
from supercooled.simulation import PairForces, hessian, inherent_structure
from supercooled.systems import named
from supercooled.testing import check_indicator

# Soft enough that nothing rattles, short enough that four slabs fit into a small box.
MIXTURE = Mixture(
    "soft",
    ("A", "B"),
    (0.8, 0.2),
    (1.0, 1.0),
    tuple(SmoothedInversePower(1.0, sigma, 12.0, 1.4) for sigma in (1.0, 0.95, 0.9)),
)


def minimum(edges, tolerance=1e-9, seed=1):
    """A frame that lies at the minimum of its energy: a quench leaves it there."""
    d = 2 if edges[2] == 1 else 3
    rng = np.random.default_rng(seed)
    sites = np.stack(np.meshgrid(*map(np.arange, edges), indexing="ij"), axis=-1).reshape(-1, 3)
    box = Box(*(np.array(edges) / np.where(np.arange(3) < d, 1.2 ** (1 / d), 1.0)), dimensions=d)
    jitter = rng.normal(scale=0.1, size=sites.shape) * (np.arange(3) < d)
    xyz = sites / np.array(edges) * box.lengths + jitter
    kinds = (rng.random(len(xyz)) < 0.2).astype(np.int32)
    found = inherent_structure(xyz, box, kinds, MIXTURE, tolerance=tolerance)
    return Frame.from_arrays(found.positions, box, species=kinds)


@pytest.fixture(scope="module")
def solid():
    return minimum((6, 6, 6))


@pytest.fixture(scope="module")
def plane():
    return minimum((16, 8, 1))


def dense(frame):
    d = frame.dimensions
    matrix = hessian(frame.positions, frame.box, frame.species, MIXTURE).toarray()
    values, vectors = np.linalg.eigh(matrix)
    assert np.abs(values[:d]).max() < 1e-9 * values[-1] < values[d]
    return values[d:], (vectors[:, d:] ** 2).reshape(frame.n_particles, d, -1).sum(axis=1)


@pytest.mark.parametrize(
    ("name", "box", "n"),
    [
        ("ka-wca", Box(4.2, 4.0, 4.4, 0.3, -0.2, 0.1), 80),
        ("ka-lj-smooth", Box(5.4, 5.6, 5.2), 170),
        ("wahnstrom", Box(7.0, 6.5, 1.0, dimensions=2), 60),
    ],
)
def test_the_hessian_is_the_slope_of_the_forces(name, box, n):
    mixture, rng, d = named(name, density=1.2).mixture, np.random.default_rng(2), box.dimensions
    kinds = rng.integers(0, 2, n).astype(np.int32)
    anywhere = box.absolute(rng.uniform(-0.5, 0.5, (n, 3)) * (np.arange(3) < d))
    # Not at a minimum: there the prestress alone would hardly show.
    xyz = inherent_structure(anywhere, box, kinds, mixture, tolerance=30.0).positions
    found = hessian(xyz, box, kinds, mixture).toarray()
    np.testing.assert_array_equal(found, found.T)
    forces, step = PairForces(mixture, box, kinds), 1e-6
    for i in rng.integers(0, n, 6):
        for k in range(d):
            moved, either = np.ascontiguousarray(xyz.T), np.zeros((2, 3, n))
            for sign, out in zip((1, -1), either, strict=True):
                moved[k, i] = xyz[i, k] + sign * step
                forces(moved, out)
            slope = (either[1] - either[0])[:d].T.ravel() / (2 * step)
            np.testing.assert_allclose(found[d * i + k], slope, atol=1e-6 * np.abs(found).max())


@pytest.mark.parametrize("which", ["solid", "plane"])
def test_modes_and_inverse_are_those_of_the_dense_matrix(which, request):
    frame = request.getfixturevalue(which)
    values, weights = dense(frame)
    assert slabs_of(frame.positions, frame.box, MIXTURE.cutoff).max() >= 3
    modes = normal_modes(frame, MIXTURE, number=40, tolerance=1e-3)
    np.testing.assert_allclose(modes.stiffness, values[:40], rtol=1e-9)
    np.testing.assert_allclose(modes.weights, weights[:, :40], atol=1e-9)
    np.testing.assert_allclose(modes.weights.sum(axis=0), 1.0)
    share = 1 / (frame.n_particles * (weights[:, :40] ** 2).sum(axis=0))
    np.testing.assert_allclose(modes.participation, share)
    np.testing.assert_allclose(LowModes(MIXTURE, 40)(frame), weights[:, :40].sum(axis=1), atol=1e-9)
    bound = float(np.median(share))
    local = LowModes(MIXTURE, 40, participation_below=bound)(frame)
    np.testing.assert_allclose(local, weights[:, :40][:, share < bound].sum(axis=1), atol=1e-9)
    np.testing.assert_allclose(Vibrality(MIXTURE)(frame), (weights / values).sum(axis=1), rtol=1e-9)


def test_what_is_found_step_by_step_is_what_is_found_at_once(solid):
    """Block Lanczos, and elimination slab by slab, for which large systems are needed otherwise."""
    values, weights = dense(solid)
    whole = stiffness_of(solid, MIXTURE, 1e-3)
    n = whole.matrix.shape[0]
    for block in (5, 16):
        inverse, vectors = lowest(Compliance(whole), n, 50, block=block, tolerance=1e-9, seed=3)
        np.testing.assert_allclose(1 / inverse, values[:50], rtol=1e-9)
        np.testing.assert_allclose(vectors.T @ vectors, np.eye(50), atol=1e-10)
        found = (vectors**2).reshape(-1, 3, 50).sum(axis=1)
        np.testing.assert_allclose(found.sum(axis=1), weights[:, :50].sum(axis=1), atol=1e-7)
    one = replace(whole, slabs=np.zeros(solid.n_particles, np.int64))
    np.testing.assert_allclose(Compliance(one).diagonal(), Compliance(whole).diagonal(), rtol=1e-10)
    push = np.random.default_rng(4).normal(size=(n, 2))
    moved = Compliance(whole)(push)
    np.testing.assert_allclose(whole.matrix @ moved, whole.without_translations(push), atol=1e-9)


@pytest.fixture(scope="module")
def small():
    return minimum((5, 5, 5))


@pytest.mark.parametrize(
    ("one", "which"),
    [
        (LowModes(MIXTURE, 30), "small"),
        (LowModes(MIXTURE, 30), "plane"),
        (Vibrality(MIXTURE), "solid"),
        (Vibrality(MIXTURE), "plane"),
    ],
    ids=str,
)
def test_they_measure_structure(one, which, request):
    frame = request.getfixturevalue(which)
    check_indicator(one, frame=frame, dimensions=(frame.dimensions,), rtol=1e-6)


def test_a_frame_is_quenched_unless_it_brings_its_minimum(solid):
    warm = solid.positions + np.random.default_rng(5).normal(scale=0.02, size=solid.positions.shape)
    frame = Frame.from_arrays(warm, solid.box, species=solid.species)
    known = replace(frame, inherent=solid)
    one = Vibrality(MIXTURE, tolerance=1e-8)
    np.testing.assert_array_equal(one(known), one(solid))
    np.testing.assert_allclose(one(frame), one(solid), rtol=1e-6)
    with pytest.raises(SimulationError, match="is not a stable minimum of the energy"):
        one(replace(frame, inherent=minimum((6, 6, 6), tolerance=1e3), known={}))


def test_who_rattles_has_no_value(solid):
    # A particle in a hole that is too large for it, and one that only that one touches.
    far = np.linalg.norm(solid.box.minimum_image(solid.positions - solid.positions[7]), axis=1)
    apart = np.flatnonzero((far > 0) & (far < 1.6))
    kept = np.setdiff1d(np.arange(solid.n_particles), apart)
    hole = Frame.from_arrays(solid.positions[kept], solid.box, species=solid.species[kept])
    found = stiffness_of(replace(hole, inherent=hole), MIXTURE, 1e-3)
    assert not found.held[np.flatnonzero(kept == 7)[0]]
    np.testing.assert_allclose(found.matrix @ found.translations, 0.0, atol=1e-9)
    spread = found.on_particles(np.ones(found.matrix.shape[0]))
    assert np.isnan(spread).tolist() == (~found.held).tolist()


def test_what_can_not_be_answered_gets_a_sentence(solid):
    with pytest.raises(ParameterError, match="has 645 modes, fewer than 646"):
        LowModes(MIXTURE, 646)(solid)
    with pytest.raises((MixtureError, ParameterError), match="soft has no species 'Si'"):
        Vibrality(MIXTURE)(replace(solid, names=("Si", "O"), known={}))
    chain = Mixture("chain", ("A",), (1.0,), (1.0,), (LennardJones(1.0, 1.0, 1.5, shift=False),))
    apart = 2 ** (1 / 6) / np.sqrt(8) * np.array([[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]])
    with pytest.raises(SimulationError, match="modes with zero or negative eigenvalues"):
        Vibrality(chain)(Frame.from_arrays(apart, Box.cube(9.0)))
    with pytest.raises(SimulationError, match="no particle is confined"):
        Vibrality(chain)(Frame.from_arrays(apart[:3], Box.cube(9.0)))
