"""The Debye-Waller factor of short runs: the obvious simulation, exact motion, what no seed may change."""

from dataclasses import replace

import numpy as np
import pytest

from supercooled import Box, Frame
from supercooled.errors import BoxError, MixtureError, ParameterError, SimulationError
from supercooled.indicators import DebyeWaller
from supercooled.simulation import inherent_structure
from supercooled.systems import named
from supercooled.testing import liquid_frame, rescaled

MIXTURE = named("wahnstrom", density=1.2959).mixture
REPULSIVE = named("ka-wca", density=1.2).mixture


def settled(mixture, box, n, temperature=0.7, seed=3):
    rng = np.random.default_rng(seed)
    kinds = rng.integers(0, len(mixture.species), n)
    anywhere = box.absolute(rng.uniform(-0.5, 0.5, (n, 3)) * (np.arange(3) < box.dimensions))
    apart = inherent_structure(anywhere, box, kinds, mixture, tolerance=30.0).positions
    return Frame.from_arrays(apart, box, species=kinds, temperature=temperature)


def obvious(frame, one):
    """With every pair and the potentials themselves, one particle after the other."""
    mixture, n = one.mixture, frame.n_particles
    masses = np.array(mixture.masses)[frame.species]
    rng, found = np.random.default_rng(one.seed), []

    def pull(places):
        force = np.zeros((n, 3))
        for i in range(n):
            for j in range(n):
                apart = frame.box.minimum_image(places[i] - places[j])
                if i != j:
                    r = np.linalg.norm(apart)
                    pair = mixture.potential(frame.names[frame.species[i]], frame.names[frame.species[j]])
                    force[i] += pair.force(r) * apart / r
        return force

    for _ in range(one.runs):
        v = np.zeros((n, 3))
        v[:, : frame.dimensions] = rng.normal(size=(n, frame.dimensions))
        v *= np.sqrt(frame.temperature / masses)[:, None]
        v -= (masses[:, None] * v).sum(axis=0) / masses.sum()
        x = frame.positions.copy()
        force = pull(x)
        for _ in range(round(one.time / one.dt)):
            v = v + 0.5 * one.dt * force / masses[:, None]
            x = x + one.dt * v
            force = pull(x)
            v = v + 0.5 * one.dt * force / masses[:, None]
        gone = x - frame.positions
        own = []
        for i in range(n):
            apart = np.linalg.norm(frame.box.minimum_image(frame.positions - frame.positions[i]), axis=1)
            near = [j for j in range(n) if j != i and one.cutoff and apart[j] < one.cutoff]
            own.append(np.sum((gone[i] - (gone[near].mean(axis=0) if near else 0.0)) ** 2))
        found.append(own)
    return np.mean(found, axis=0)


@pytest.mark.parametrize(
    ("mixture", "box", "n"),
    [
        (replace(REPULSIVE, masses=(1.0, 0.5)), Box(4.1, 4.2, 4.3, 0.2, -0.1, 0.1), 40),
        (named("ka2d", density=1.2).mixture, Box(6.0, 6.5, 1.0, dimensions=2), 22),
    ],
)
@pytest.mark.parametrize("cutoff", [1.4, None])
def test_it_is_the_obvious_simulation(mixture, box, n, cutoff):
    frame = settled(mixture, box, n)
    one = DebyeWaller(mixture, time=0.03, runs=2, cutoff=cutoff, seed=5)
    np.testing.assert_allclose(one(frame), obvious(frame, one), rtol=1e-7)
    assert one(frame).min() > 0


def test_two_that_never_meet_fly():
    """<dr^2> = d T t^2 mu / m^2 with the reduced mass mu, since their momenta add up to nothing."""
    for d in (2, 3):
        far = Frame.from_arrays([[0.0] * d, [4.0] + [0.0] * (d - 1)], Box.cube(8.5, d), species=[0, 1])
        t, T, n = 0.1, 0.7, 4000
        found = DebyeWaller(MIXTURE, temperature=T, time=t, runs=n, cutoff=None, dt=0.05)(far)
        m = np.array(MIXTURE.masses)
        expected = d * T * t**2 * (m[0] * m[1] / m.sum()) / m**2
        # One degree of freedom in each direction: a standard error of sqrt(2 / (d n)), 2 %.
        np.testing.assert_allclose(found, expected, rtol=0.08)


def test_a_cage_that_moves_as_a_whole_is_not_counted():
    """All neighbours of one another and no momentum: the mean of the others is what is left of nothing."""
    close = settled(REPULSIVE, Box.cube(2.4), 12, seed=2)
    frame = Frame.from_arrays(close.positions, Box.cube(9.0), species=close.species, temperature=0.7)
    alone = DebyeWaller(REPULSIVE, time=0.1, runs=4, cutoff=None)(frame)
    among = DebyeWaller(REPULSIVE, time=0.1, runs=4, cutoff=4.4)(frame)
    n = frame.n_particles
    # masses are 1: sum of all ways 0, so that the mean of the others is -way / (n - 1)
    np.testing.assert_allclose(among, alone * (n / (n - 1)) ** 2, rtol=1e-9)


def test_what_no_description_changes():
    """Numbers of one seed follow from the order of particles; averages over all do not, nor from the unit."""
    frame = settled(REPULSIVE, Box.cube(7.0), 400, temperature=0.3)
    given = {"time": 0.3, "runs": 8}
    one, again = (DebyeWaller(REPULSIVE, seed=1, **given)(frame) for _ in range(2))
    assert one.tobytes() == again.tobytes()
    other = DebyeWaller(REPULSIVE, seed=2, **given)(frame)
    assert np.abs(one - other).max() > 0
    order = np.random.default_rng(1).permutation(frame.n_particles)
    moved = frame.positions[order][:, [1, 0, 2]] * [-1.0, 1.0, 1.0] + [0.3, 0.2, 0.1]
    turned = Frame.from_arrays(moved, frame.box, species=frame.species[order], temperature=0.3)
    elsewhere = DebyeWaller(REPULSIVE, seed=3, **given)(turned)
    same = np.corrcoef(one, other)[0, 1]
    assert same > 0.3
    assert np.corrcoef(one[order], elsewhere)[0, 1] == pytest.approx(same, abs=0.15)
    assert elsewhere.mean() == pytest.approx(one.mean(), rel=0.1)
    # Powers of two, so that every sum rounds alike.
    larger = Frame.from_arrays(
        2 * frame.positions, Box.cube(2 * frame.box.lengths[0]), species=frame.species, temperature=1.2
    )
    scaled = rescaled(DebyeWaller(REPULSIVE, **given), 2.0, 4.0)
    assert (scaled.cutoff, scaled.time, scaled.dt) == (3.0, 0.3, 0.005)
    np.testing.assert_allclose(scaled(larger), 4.0 * DebyeWaller(REPULSIVE, **given)(frame), rtol=1e-9)


def test_a_hotter_one_swings_farther_and_a_choice_of_species_changes_nothing():
    frame = settled(MIXTURE, Box.cube(5.5), 120)
    cold, hot = (DebyeWaller(MIXTURE, temperature=T, time=0.2, runs=2) for T in (0.1, 1.0))
    assert hot(frame).mean() > 2 * cold(frame).mean()
    some = cold.of(frame, species="B")
    np.testing.assert_array_equal(some.values, cold(frame)[frame.species == 1])


def test_what_can_not_be_simulated_gets_a_sentence():
    frame = liquid_frame(3)
    with pytest.raises(ParameterError, match="its temperature is not known"):
        DebyeWaller(REPULSIVE)(frame)
    with pytest.raises(ParameterError, match=r"time 0\.001 is shorter than one step"):
        DebyeWaller(REPULSIVE, temperature=0.5, time=0.001)(frame)
    with pytest.raises(MixtureError, match="has no species 'B'"):
        DebyeWaller(valid_fluid(), temperature=0.5)(frame)
    small = Frame.from_arrays([[0.0, 0, 0]], Box.cube(3.0), temperature=0.5)
    with pytest.raises(BoxError):
        DebyeWaller(MIXTURE)(small)
    close = Frame.from_arrays([[0.0, 0, 0], [1e-40, 0, 0]], Box.cube(9.0), temperature=0.5)
    with pytest.raises(SimulationError, match="overlap so strongly that the short runs are unstable"):
        DebyeWaller(REPULSIVE, time=0.1, runs=1)(close)


def valid_fluid():
    from supercooled import LennardJones, Mixture

    return Mixture("lj", ("A",), (1.0,), (1.0,), (LennardJones(1.0, 1.0, 2.5),))
