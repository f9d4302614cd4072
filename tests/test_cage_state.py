"""The cage state: the obvious simulation, exact averages of two particles, and what no seed may change."""

import numpy as np
import pytest

from supercooled import Box, Frame
from supercooled.errors import BoxError, MixtureError, ParameterError
from supercooled.indicators import AtCage, BondOrder, CageDistance, CageFluctuation, cage_state
from supercooled.indicators.cage_state import _energies, wall_of
from supercooled.simulation import inherent_structure
from supercooled.systems import named
from supercooled.testing import liquid_frame, rescaled

MIXTURE = named("ka-wca", density=1.2).mixture


def obvious(frame, mixture, given):
    """With every pair and the potentials themselves; mean displacement and square distance from it."""
    rng, n = np.random.default_rng(given["seed"]), frame.n_particles
    moved, visited = np.zeros((n, 3)), []
    names = np.array(mixture.species)[frame.species]

    def energy(i, where):
        r = np.linalg.norm(frame.box.minimum_image(where - frame.positions - moved), axis=1)
        r[i] = np.inf
        return sum(mixture.potential(names[i], b).energy(r[names == b]).sum() for b in set(names))

    for draws in rng.random((given["sweeps"], n, 4)):
        for i in range(n):
            new = moved[i] + given["step"] * (2 * draws[i, :3] - 1) * (np.arange(3) < frame.dimensions)
            if np.linalg.norm(new) > given["radius"]:
                continue
            change = energy(i, frame.positions[i] + new) - energy(i, frame.positions[i] + moved[i])
            if draws[i, 3] < np.exp(min(0.0, -change / frame.temperature)):
                moved[i] = new
        visited.append(moved.copy())
    counted = np.array(visited[int(0.2 * given["sweeps"]) :])
    return counted.mean(axis=0), counted.var(axis=0).sum(axis=1)


@pytest.mark.parametrize(
    ("name", "box", "n"),
    [
        ("ka-wca", Box(4.0, 4.1, 4.3, 0.2, -0.1, 0.1), 48),
        ("wahnstrom", Box(7.0, 6.5, 1.0, dimensions=2), 25),
    ],
)
def test_it_is_the_obvious_simulation(name, box, n):
    mixture, rng = named(name, density=1.0).mixture, np.random.default_rng(3)
    kinds = rng.integers(0, 2, n)
    anywhere = box.absolute(rng.uniform(-0.5, 0.5, (n, 3)) * (np.arange(3) < box.dimensions))
    apart = inherent_structure(anywhere, box, kinds, mixture, tolerance=30.0).positions
    frame = Frame.from_arrays(apart, box, species=kinds, temperature=0.7)
    given = {"radius": 0.3, "step": 0.12, "sweeps": 7, "seed": 5}
    mean, square = obvious(frame, mixture, given)
    found = cage_state(frame, mixture, **given)
    np.testing.assert_allclose(box.minimum_image(found.frame.positions - apart), mean, atol=1e-12)
    np.testing.assert_allclose(found.distance, np.linalg.norm(mean, axis=1), atol=1e-12)
    np.testing.assert_allclose(found.fluctuation, square, atol=1e-12)


def test_a_table_has_the_energies_of_the_potentials():
    mixture = named("ka-lj", density=1.2).mixture
    table, first, per_step = _energies(mixture)
    for row, (a, b) in enumerate(("AA", "AB", "BA", "BB")):
        pair = mixture.potential(a, b)
        r = np.random.default_rng(1).uniform(0.9 * pair.sigma, 0.999 * pair.cutoff, 500)
        place = (r**2 - first) * per_step
        between = np.interp(place, np.arange(table.shape[1]), table[row])
        np.testing.assert_allclose(between, pair.energy(r), atol=2e-4 * pair.epsilon)
        assert table[row, 0] == pair.energy(wall_of(pair)) > 1e3
        assert table[row, -1] == 0.0


def test_two_particles_are_where_boltzmann_says():
    """Against averages over the two balls that they may be in, each point with its weight."""
    pair, T, R, start = MIXTURE.potential("A", "A"), 0.5, 0.4, 1.05
    frame = Frame.from_arrays([[0.0, 0, 0], [start, 0, 0]], Box.cube(9.0), temperature=T)
    found = cage_state(frame, MIXTURE, radius=R, step=0.3, sweeps=150_000, seed=2)
    rng = np.random.default_rng(4)
    points = rng.uniform(-R, R, (2, 400_000, 3))
    points = points[:, (np.linalg.norm(points, axis=2) < R).all(axis=0)]
    r = np.linalg.norm(points[1] - points[0] + [start, 0, 0], axis=1)
    weight = np.exp(-pair.energy(r) / T)
    weight /= weight.sum()
    mean = weight @ points[1]
    square = weight @ (points[1] ** 2).sum(axis=1) - (mean**2).sum()
    # Five standard errors of 150 000 sweeps in which every tenth is independent
    np.testing.assert_allclose(found.distance, np.linalg.norm(mean), atol=0.01)
    np.testing.assert_allclose(found.fluctuation, square, atol=0.003)
    assert mean[0] > 0.05  # or the pair would say nothing of the energy


def test_nobody_leaves_their_place():
    frame = liquid_frame(3)
    narrow = cage_state(frame, MIXTURE, temperature=5.0, radius=0.05, step=0.1, sweeps=50)
    assert 0.0 < narrow.distance.max() <= 0.05
    assert narrow.fluctuation.max() <= 0.05**2
    plane = cage_state(liquid_frame(2), MIXTURE, temperature=1.0, sweeps=20)
    assert np.all(plane.frame.positions[:, 2] == liquid_frame(2).positions[:, 2])


def test_what_no_description_changes():
    """Numbers of one seed follow from the order of particles; averages over all do not, nor from the unit."""
    frame = liquid_frame(3)
    given = {"temperature": 0.5, "radius": 0.25, "step": 0.08, "sweeps": 300}
    one, two = (CageFluctuation(MIXTURE, seed=s, **given)(liquid_frame(3)) for s in (1, 1))
    assert one.tobytes() == two.tobytes()
    other = CageFluctuation(MIXTURE, seed=2, **given)(frame)
    assert np.abs(one - other).max() > 0
    order = np.random.default_rng(1).permutation(frame.n_particles)
    moved = frame.positions[order][:, [1, 0, 2]] * [-1.0, 1.0, 1.0] + [0.3, 0.2, 0.1]
    turned = Frame.from_arrays(moved, frame.box, species=frame.species[order])
    elsewhere = CageFluctuation(MIXTURE, seed=3, **given)(turned)
    same = np.corrcoef(one, other)[0, 1]
    assert same > 0.5
    assert np.corrcoef(one[order], elsewhere)[0, 1] == pytest.approx(same, abs=0.1)
    assert elsewhere.mean() == pytest.approx(one.mean(), rel=0.05)
    # Powers of two, so that every sum rounds alike.
    box = Box.cube(2 * frame.box.lengths[0])
    larger = Frame.from_arrays(2 * frame.positions, box, species=frame.species)
    few = {**given, "sweeps": 20}
    for kind, power in ((CageFluctuation, 2), (CageDistance, 1)):
        scaled = rescaled(kind(MIXTURE, **few), 2.0, 4.0)
        assert (scaled.temperature, scaled.radius, scaled.step) == (2.0, 0.5, 0.16)
        np.testing.assert_allclose(scaled(larger), 2**power * kind(MIXTURE, **few)(frame), rtol=1e-9)


def test_indicators_are_evaluated_where_the_cages_are():
    frame = liquid_frame(3)
    given = {"temperature": 0.5, "sweeps": 20}
    cage = cage_state(frame, MIXTURE, **given)
    found = AtCage(BondOrder(6), MIXTURE, **given).of(frame)
    np.testing.assert_array_equal(found.values[:, 0], BondOrder(6)(cage.frame))
    assert found.feature.item() == "cage bond_order"
    np.testing.assert_array_equal(CageDistance(MIXTURE, **given)(frame), cage.distance)
    some = AtCage(BondOrder(6), MIXTURE, **given).of(frame, species="B")
    np.testing.assert_array_equal(some.values, found.values[frame.species == 1])


def test_what_can_not_be_simulated_gets_a_sentence():
    frame = liquid_frame(3)
    with pytest.raises(ParameterError, match="its temperature is not known"):
        CageDistance(MIXTURE)(frame)
    with pytest.raises(BoxError, match="more than half of the smallest height"):
        cage_state(frame, MIXTURE, temperature=1.0, radius=1.5)
    with pytest.raises(MixtureError, match="has no species 'B'"):
        cage_state(frame, valid_fluid(), temperature=1.0)


def valid_fluid():
    from supercooled import LennardJones, Mixture

    return Mixture("lj", ("A",), (1.0,), (1.0,), (LennardJones(1.0, 1.0, 2.5),))


def test_all_moves_or_none_may_be_made():
    alone = Frame.from_arrays([[0.0, 0, 0]], Box.cube(9.0), temperature=0.5)
    assert cage_state(alone, MIXTURE, step=0.01, sweeps=5).accepted == 1.0
    assert cage_state(alone, MIXTURE, radius=1e-6, step=0.5, sweeps=5).accepted == 0.0
