"""Excess entropy: the ideal gas, soft spheres with published virial coefficients, and the onset."""

import numpy as np
import pytest
from scipy.special import gamma

from supercooled import structure
from supercooled.errors import ParameterError

# Of r^-12 at T = 1, from B3 on: T. B. Tan, A. J. Schultz and D. A. Kofke, Mol. Phys. 109, 123 (2011).
VIRIAL = np.array([2 * np.pi / 3 * gamma(0.75), 3.79106644, 3.52761, 2.1149, 0.7695, 0.0908, -0.074])


def soft_spheres(density, T):
    """Energy and excess entropy of r^-12 by the virial series, where it has converged."""
    x = density * np.asarray(T, float) ** -0.25
    k = np.arange(1, len(VIRIAL) + 1)
    terms = VIRIAL * x[..., None] ** k
    free = (terms / k).sum(axis=-1)
    energy = 0.25 * terms.sum(axis=-1)
    return energy * T, energy - free


def simulated_energy(rng, n, density, T, sweeps):
    """Mean energy per particle of r^-12 by Monte Carlo in a cube, many cubes at once."""
    cubes, L = 40, (n / density) ** (1 / 3)
    side = int(np.ceil(n ** (1 / 3)))
    sites = np.stack(np.meshgrid(*[np.arange(side)] * 3, indexing="ij"), -1).reshape(-1, 3)[:n]
    x = np.tile(sites * L / side, (cubes, 1, 1))
    every, total, seen = np.arange(cubes), 0.0, 0

    def energy_of(place, i):
        apart = x - place[:, None]
        square = ((apart - L * np.rint(apart / L)) ** 2).sum(axis=-1)
        square[every, i] = np.inf
        return (square**-6).sum(axis=1)

    for step in range(sweeps * n):
        i = rng.integers(n, size=cubes)
        new = x[every, i] + 0.25 * rng.uniform(-1, 1, (cubes, 3))
        change = energy_of(new, i) - energy_of(x[every, i], i)
        moves = rng.random(cubes) < np.exp(-np.clip(change / T, 0, 700))
        x[every[moves], i[moves]] = new[moves]
        if step > sweeps * n // 5 and step % 10 == 0:
            # Any particle has twice its share.
            total, seen = total + 0.5 * energy_of(x[every, i], i), seen + 1
    return total / seen


def test_an_ideal_gas_has_no_excess_entropy():
    found = structure.excess_entropy(
        [0.5, 1.0, 2.0, 8.0], np.zeros(4), start=structure.IdealGas(), errors=np.zeros(4)
    )
    np.testing.assert_array_equal(found.excess_entropy, 0.0)
    np.testing.assert_array_equal(found.excess_entropy_error, 0.0)


@pytest.mark.parametrize("density", [0.2, 0.4])
def test_soft_spheres_have_the_entropy_of_their_published_virial_coefficients(density):
    T = np.geomspace(1.0, 1e8, 20)
    energy, expected = soft_spheres(density, T)
    found = structure.excess_entropy(T, energy, start=structure.IdealGas(exponent=12.0))
    np.testing.assert_allclose(found.excess_entropy, expected, rtol=1e-4)
    # From somewhere in the middle.
    start = structure.KnownEntropy(T[7], expected[7], 0.1)
    known = structure.excess_entropy(T, energy, start=start, errors=0 * T)
    np.testing.assert_allclose(known.excess_entropy[:8], expected[:8], atol=1e-4)
    np.testing.assert_allclose(known.excess_entropy_error, 0.1)


def test_simulated_soft_spheres_have_the_published_entropy_within_their_error():
    density, T, rng = 0.4, np.geomspace(1.0, 3000.0, 9), np.random.default_rng(1)
    runs = np.array([simulated_energy(rng, 27, density, one, 80) for one in T])
    errors = runs.std(axis=1, ddof=1) / np.sqrt(runs.shape[1])
    found = structure.excess_entropy(T, runs.mean(axis=1), start=structure.IdealGas(), errors=errors)
    expected = soft_spheres(density, T)[1]
    # 27 particles lack a 27th of the second virial coefficient's part.
    small = density * T**-0.25 * VIRIAL[0] * 0.75 / 27
    pull = (found.excess_entropy - expected - small) / found.excess_entropy_error
    assert (found.excess_entropy_error < 0.05).all()
    assert np.sqrt(np.mean(pull**2)) < 2.0, pull.values


def test_errors_are_those_of_energies_that_vary():
    rng, T = np.random.default_rng(1), np.geomspace(1.0, 1e3, 10)
    energy, sigma = soft_spheres(0.3, T)[0], 0.01 * T**0.75
    start = structure.IdealGas()
    stated = structure.excess_entropy(T, energy, start=start, errors=sigma).excess_entropy_error
    made = [
        structure.excess_entropy(T, energy + sigma * rng.normal(size=10), start=start).excess_entropy
        for _ in range(400)
    ]
    np.testing.assert_allclose(np.std(made, axis=0), stated, rtol=0.15)


def test_the_order_of_temperatures_does_not_matter():
    T = np.geomspace(1.0, 1e3, 10)
    energy, order = soft_spheres(0.3, T)[0], np.random.default_rng(1).permutation(10)
    one, other = (
        structure.excess_entropy(T[k], energy[k], start=structure.IdealGas()) for k in (np.arange(10), order)
    )
    np.testing.assert_allclose(other.excess_entropy, one.excess_entropy[order])
    np.testing.assert_array_equal(other.temperature, T[order])


def test_the_onset_is_where_the_residual_changes_sign():
    T = np.linspace(0.5, 1.5, 11)
    pair = -2.0 - 1.0 / T
    found = structure.entropy_onset(T, pair + 0.3 * (0.83 - T), pair, errors=0.01 + 0 * T)
    assert abs(found.value - 0.83) < 1e-9
    # Between 0.8 and 0.9, of which the first is nearer.
    expected = np.hypot(0.7 * 0.01, 0.3 * 0.01) / 0.3
    assert abs(found.error - expected) < 1e-9
    none = structure.entropy_onset(T, pair - 1.0, pair)
    assert not none.known
    assert "negative at all temperatures" in none.reason
    twice = structure.entropy_onset([1.0, 2.0, 3.0], [1.0, -1.0, 1.0], [0.0, 0.0, 0.0])
    assert "2 times" in twice.reason


def test_what_cannot_be_integrated_is_refused():
    with pytest.raises(ParameterError, match="given twice"):
        structure.excess_entropy([1.0, 1.0, 2.0, 3.0], np.zeros(4), start=structure.IdealGas())
    with pytest.raises(ParameterError, match="need as many"):
        structure.excess_entropy([1.0, 2.0, 3.0, 4.0], np.zeros(3), start=structure.IdealGas())
    with pytest.raises(ParameterError, match="outside of the temperatures"):
        structure.excess_entropy([1.0, 2.0, 3.0, 4.0], np.zeros(4), start=structure.KnownEntropy(9.0, -1.0))
    with pytest.raises(ParameterError, match="larger than 3 dimensions"):
        structure.IdealGas(exponent=3.0)


def test_the_error_of_the_onset_is_that_of_the_entropies_on_either_side():
    """By what the onset moves when each of the residuals does."""
    T, residual, errors = np.array([0.6, 0.8, 1.0]), np.array([0.1, -0.3, -0.5]), np.array([0.02, 0.005, 0.3])
    found = structure.entropy_onset(T, residual, 0.0 * T, errors=errors)
    moved = [
        (structure.entropy_onset(T, residual + 1e-6 * (np.arange(3) == k), 0.0 * T).value - found.value)
        / 1e-6
        for k in range(3)
    ]
    assert found.error == pytest.approx(np.hypot.reduce(np.array(moved) * errors), rel=1e-4)
