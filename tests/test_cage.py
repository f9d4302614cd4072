"""The mean-field cage: closed forms, limits and what must not matter."""

from dataclasses import replace

import numpy as np
import pytest
import xarray as xr
from asked import local_depth
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import cage as oracle

import supercooled as sc
from supercooled import cage
from supercooled.blocks import interval_of
from supercooled.cage.examples import bump
from supercooled.errors import ParameterError
from supercooled.mixture import pair_labels
from supercooled.structure import radial_distribution, structure_factor


def fluid(species=("A",), composition=(1.0,)):
    n_pairs = len(species) * (len(species) + 1) // 2
    pairs = tuple(sc.LennardJones(1.0 + 0.3 * p, 1.0 - 0.1 * p, 2.5) for p in range(n_pairs))
    return sc.Mixture("test", species, composition, (1.0,) * len(species), pairs)


def jittered(seed, n_frames):
    """A dense mixture on a jittered lattice: S far from 1, both species."""
    rng = np.random.default_rng(seed)
    lattice = np.stack(np.meshgrid(*[np.arange(5.0)] * 3), axis=-1).reshape(-1, 3)
    xyz = lattice + rng.normal(scale=0.15, size=(n_frames, 125, 3))
    species = np.random.default_rng(7).permutation([0] * 90 + [1] * 35)
    return sc.Trajectory.from_arrays(xyz, sc.Box.cube(5.0), species=species)


def measured_factor(seed=0, blocks=1):
    return structure_factor(jittered(seed, 12), q_max=12.0, dq=0.5, blocks=blocks)


# --- in wave numbers


def test_softness_of_one_bump_has_a_closed_form():
    # For S = 1 + h, C(S - 1) = h^2 / (1 + h); to lowest order in h a Gaussian of width w / sqrt(2).
    h, q0, w = 1e-3, 7.0, 0.4
    q = np.linspace(0, 14, 200001)
    gaussian = h**2 * np.exp(-(((q - q0) / w) ** 2))
    exact = np.trapezoid(q**4 * gaussian, q) / (6 * np.pi**2)
    moments = np.sqrt(np.pi) * w * h**2 * (q0**4 + 3 * q0**2 * w**2 + 0.75 * w**4) / (6 * np.pi**2)
    assert moments == pytest.approx(exact, rel=1e-9)
    result = cage.softness(bump(height=h, centre=q0, width=w), q_max=20.0)
    assert result.softness.item() == pytest.approx(1 / moments, rel=2 * h)
    depth = np.sqrt(np.pi) * w * h**2 * (q0**2 + w**2 / 2) / (2 * np.pi**2)
    assert result.depth.item() == pytest.approx(depth, rel=2 * h)


def test_harmonic_fit_tends_to_the_curvature_and_the_potential_softens_away_from_the_middle():
    sq = bump(height=1.5)
    at_zero = cage.softness(sq, q_max=20.0).softness.item()
    fits = [cage.softness(sq, q_max=20.0, fit_range=(0.0, r)).softness.item() for r in (0.2, 0.1, 0.01)]
    assert fits[0] > fits[1] > fits[2] > at_zero
    assert fits[2] == pytest.approx(at_zero, rel=1e-3)


def test_softness_is_the_curvature_of_the_potential_whose_minimum_is_the_depth():
    sq = measured_factor()
    result = cage.softness(sq, q_max=10.0)
    h = 1e-3
    phi = cage.potential(sq, q_max=10.0, displacement=[0.0, h]).values
    assert result.depth.item() == pytest.approx(-phi[0], rel=1e-12)
    assert 2 * (phi[1] - phi[0]) / h**2 == pytest.approx(1 / result.softness.item(), rel=1e-4)
    assert abs(cage.potential(sq, q_max=10.0, displacement=20.0).item()) < 1e-6 * -phi[0]


def test_potential_equals_the_formula_written_out():
    rng = np.random.default_rng(2)
    q = np.linspace(0.01, 12.0, 1200)
    wiggle = 0.4 * np.sin(q[:, None] * rng.uniform(0.5, 2, 3) + rng.uniform(0, 6, 3))
    S = np.stack([1 + wiggle[:, 0], 0.5 * wiggle[:, 1], 1 + wiggle[:, 2]])
    matrices = np.moveaxis(np.array([[S[0], S[1]], [S[1], S[2]]]), -1, 0)
    for dimensions in (2, 3):
        sq = xr.Dataset(
            {"structure_factor": (("pair", "q"), S)},
            {"pair": ["AA", "AB", "BB"], "q": q},
            {"species": ["A", "B"], "composition": [0.7, 0.3], "dimensions": dimensions, "q_max": 12.0},
        )
        r = np.array([0.0, 0.1, 0.4])
        expected = oracle.potential(
            matrices, q, [0.7, 0.3], q_max=12.0, displacement=r, dimensions=dimensions
        )
        np.testing.assert_allclose(
            cage.potential(sq, q_max=12.0, displacement=r), expected, rtol=1e-4, atol=1e-4
        )


def test_direct_correlation_inverts_the_structure_factor():
    sq = measured_factor()
    C = cage.direct_correlation(sq).values
    S = sq.structure_factor.values
    for k in range(S.shape[1]):
        matrix_S, matrix_C = (np.array([[m[0, k], m[1, k]], [m[1, k], m[2, k]]]) for m in (S, C))
        np.testing.assert_allclose((np.eye(2) - matrix_C) @ matrix_S, np.eye(2), atol=1e-9)


def test_naming_like_particles_differently_changes_the_cage_by_a_known_factor():
    # Splitting one species at random leaves S_ab = delta_ab + sqrt(x_a x_b) (S - 1). The published sum
    # is then smaller by (sum x^(3/2))^2: it is not blind to names, and this pins its weights.
    one = bump(height=1.2)
    h = one.structure_factor.values[0] - 1.0
    x = np.array([0.8, 0.2])
    S = np.stack([1 + x[0] * h, np.sqrt(x[0] * x[1]) * h, 1 + x[1] * h])
    two = xr.Dataset(
        {"structure_factor": (("pair", "q"), S)},
        {"pair": ["AA", "AB", "BB"], "q": one.q},
        {**one.attrs, "species": ["A", "B"], "composition": x.tolist()},
    )
    split, whole = cage.softness(two, q_max=20.0), cage.softness(one, q_max=20.0)
    factor = np.sum(x**1.5) ** 2
    assert split.depth.item() == pytest.approx(factor * whole.depth.item(), rel=1e-9)
    assert split.softness.item() == pytest.approx(whole.softness.item() / factor, rel=1e-9)


def test_an_ideal_gas_has_no_cage():
    flat = bump(height=0.0)
    np.testing.assert_array_equal(cage.potential(flat, q_max=20.0, displacement=[0.0, 1.0]), 0.0)
    with pytest.raises(ParameterError, match="no minimum"):
        cage.softness(flat, q_max=20.0)


def gas(seed, n_frames=10):
    """200 particles anywhere, frame by frame."""
    xyz = np.random.default_rng(seed).uniform(-3, 3, (n_frames, 200, 3))
    return sc.Trajectory.from_arrays(xyz, sc.Box.cube(6.0))


def test_the_noise_of_the_structure_factor_makes_no_cage():
    # The depth of an ideal gas is 0 whatever the number of frames; S alone would make it deeper with fewer.
    def depth(run, blocks):
        sq = structure_factor(run, q_max=12.0, dq=0.5, blocks=blocks)
        return -cage.potential(sq, q_max=12.0, displacement=[0.0]).item()

    noisy = np.array([depth(gas(seed), 1) for seed in range(20)])
    corrected = np.array([depth(gas(seed), 5) for seed in range(20)])
    assert noisy.mean() > 10 * noisy.std() / np.sqrt(20)
    assert abs(corrected.mean()) < 3 * corrected.std(ddof=1) / np.sqrt(20)
    assert abs(corrected.mean()) < 0.1 * noisy.mean()
    assert depth(gas(0, 500), 1) == pytest.approx(noisy.mean() / 50, abs=0.05 * noisy.mean())


def test_a_curvature_within_its_error_is_no_cage():
    refused = 0
    for seed in range(12):
        sq = structure_factor(gas(seed), q_max=12.0, dq=0.5, blocks=5)
        try:
            found = cage.softness(sq, q_max=12.0)
        except ParameterError:
            refused += 1
        else:
            assert found.softness_error < found.softness
    assert refused >= 6


def test_the_depth_is_that_of_the_potential_at_its_middle():
    sq = measured_factor(blocks=4)
    middle = cage.potential(sq, q_max=10.0, displacement=[0.0]).item()
    assert cage.softness(sq, q_max=10.0).depth.item() == pytest.approx(-middle, rel=1e-12)


def test_errors_are_the_spread_of_the_leave_one_out_values():
    sq = measured_factor(blocks=4)
    result = cage.softness(sq, q_max=10.0)
    values = []
    for b in range(4):
        one = sq.drop_vars("structure_factor_jackknife")
        one["structure_factor"] = sq.structure_factor_jackknife[b]
        values.append(cage.softness(one, q_max=10.0).softness.item())
    # The curvature is what is measured; S is its inverse.
    whole = cage.softness(sq.drop_vars("structure_factor_jackknife"), q_max=10.0).softness.item()
    assert 1 / result.softness.item() == pytest.approx(4 / whole - 3 * np.mean(1 / np.array(values)))
    error = interval_of(4) * np.sqrt(3 * np.var(1 / np.array(values))) * result.softness.item() ** 2
    assert result.softness_error.item() == pytest.approx(error, rel=1e-12)
    assert np.isnan(cage.softness(measured_factor(), q_max=10.0).softness_error)


def test_singular_structure_and_short_range_are_refused():
    sq = bump(height=1.0)
    singular = sq.copy()
    S = np.repeat(sq.structure_factor.values, 3, axis=0)
    singular = xr.Dataset(
        {"structure_factor": (("pair", "q"), S)},
        {"pair": ["AA", "AB", "BB"], "q": sq.q},
        {**sq.attrs, "species": ["A", "B"], "composition": [0.5, 0.5]},
    )
    with pytest.raises(ParameterError, match="no inverse"):
        cage.direct_correlation(singular)
    with pytest.raises(ParameterError, match="q_max=31"):
        cage.softness(sq, q_max=31.0)


# --- in distances


def made_rdf(g, r, dr, *, species=("A",), composition=(1.0,), density=1.0, dimensions=3):
    return xr.Dataset(
        {"radial_distribution": (("pair", "r"), np.atleast_2d(g))},
        {"pair": list(pair_labels(species)), "r": r},
        {
            "species": list(species),
            "composition": list(composition),
            "density": density,
            "dimensions": dimensions,
            "dr": dr,
        },
    )


def test_hypernetted_chain_of_the_boltzmann_factor_is_the_mayer_function():
    mixture = fluid()
    r = np.arange(0.005, 3.0, 0.01)
    g = np.exp(-mixture.potentials[0].energy(r) / 0.8)
    g[g < 1e-300] = 0.0
    rdf = made_rdf(g, r, 0.01)
    C = cage.hypernetted_chain(rdf, mixture, temperature=0.8)
    assert (g == 0).any()
    np.testing.assert_allclose(C[0], g - 1.0, atol=1e-9)
    assert np.isfinite(C * rdf.radial_distribution).all()


@pytest.mark.parametrize("dimensions", [2, 3])
def test_depth_is_exact_for_a_step(dimensions):
    # Beyond the potential's cutoff a constant g = a has C = a - 1 - ln a, and the shell's volume is known.
    r = np.arange(2.55, 5.0, 0.1)
    a, rho = 1.7, 0.9
    rdf = made_rdf(np.full(len(r), a), r, 0.1, density=rho, dimensions=dimensions)
    for low, high in ((2.5, 5.0), (2.73, 4.11)):
        volume = 4 / 3 * np.pi * (high**3 - low**3) if dimensions == 3 else np.pi * (high**2 - low**2)
        depth = cage.depth(rdf, fluid(), temperature=0.5, cutoffs={"AA": (low, high)})
        assert depth.item() == pytest.approx(rho * volume * a * (a - 1 - np.log(a)), rel=1e-9)


def test_depth_is_the_sum_of_the_rows_of_the_species():
    mixture = fluid(("A", "B"), (0.7, 0.3))
    r = np.arange(0.805, 3.0, 0.01)
    g = 1.0 + np.exp(-r) * np.cos([5 * r, 6 * r, 7 * r])
    rdf = made_rdf(g, r, 0.01, species=("A", "B"), composition=(0.7, 0.3))
    rows = [cage.depth(rdf, mixture, temperature=0.5, species=s).item() for s in "AB"]
    assert cage.depth(rdf, mixture, temperature=0.5).item() == pytest.approx(sum(rows), rel=1e-12)
    with pytest.raises(ParameterError, match="no cutoffs for the pair AB"):
        cage.depth(rdf, mixture, temperature=0.5, species="A", cutoffs={"AA": (0.9, 1.4)})
    with pytest.raises(ParameterError, match="beyond the radial distribution"):
        cage.depth(rdf, mixture, temperature=0.5, species="A", cutoffs={"AA": (0.9, 4.0)})


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6), st.floats(0.0, 0.05))
def test_cutoffs_hold_against_noise(seed, noise):
    r = np.arange(0.005, 4.0, 0.01)
    g = np.where(r > 0.9, 1 + 1.6 * np.exp(1.5 * (0.9 - r)) * np.sin(2 * np.pi * (r - 0.85) / 0.9), 0.0)
    g = np.maximum(g + noise * np.random.default_rng(seed).normal(size=len(r)) * (g > 0), 1e-6 * (g > 0))
    lower, upper = cage.cutoffs(made_rdf(g, r, 0.01), vanishing=0.0)["AA"]
    assert lower == pytest.approx(0.9, abs=1e-9)
    # d/dr of the damped sine vanishes at tan(k (r - 0.85)) = k / 1.5, one half turn after the maximum
    k = 2 * np.pi / 0.9
    assert upper == pytest.approx(0.85 + (np.arctan(k / 1.5) + np.pi) / k, abs=0.05)


def test_cutoffs_of_a_gas_are_refused():
    r = np.arange(0.05, 3.0, 0.1)
    with pytest.raises(ParameterError, match="no first minimum"):
        cage.cutoffs(made_rdf(np.ones(len(r)), r, 0.1), vanishing=0.0)


# --- calibration


def test_calibration_finds_the_line_it_was_made_from_and_its_errors():
    rng = np.random.default_rng(5)
    T = {"temperature": np.linspace(0.5, 1.0, 40)}
    depth = xr.DataArray(120 - 70 * T["temperature"], T, dims="temperature")
    estimates = []
    for _ in range(100):
        inverse = 150.0 + 12.0 * depth + rng.normal(scale=4.0, size=40)
        line = cage.calibrate(depth, 1 / inverse, reading="ensemble-full")
        estimates.append((line.c0, line.c1, line.c0_error, line.c1_error))
    c0, c1, c0_error, c1_error = np.array(estimates).T
    assert c0.mean() == pytest.approx(150.0, abs=3 * c0.std() / 10)
    assert c1.mean() == pytest.approx(12.0, abs=3 * c1.std() / 10)
    assert c0_error.mean() == pytest.approx(c0.std(), rel=0.25)
    assert c1_error.mean() == pytest.approx(c1.std(), rel=0.25)
    np.testing.assert_allclose(1 / line.softness(depth), line.c0 + line.c1 * depth, rtol=1e-12)


def test_calibration_matches_temperatures_by_value_not_by_order():
    depth = xr.DataArray([76.0, 60.0, 44.0], {"temperature": [0.5, 0.6, 0.8]}, dims="temperature")
    softness = (1.0 / (100.0 + 14.0 * depth)).isel(temperature=[2, 0, 1])
    line = cage.calibrate(depth, softness, reading="mine")
    assert (line.c0, line.c1) == pytest.approx((100.0, 14.0))


def test_calibration_refuses_what_it_cant_fit():
    two = xr.DataArray([76.0, 60.0], {"temperature": [0.5, 0.6]}, dims="temperature")
    with pytest.raises(ParameterError, match="same two temperatures"):
        cage.calibrate(two[:1], two[:1], reading="mine")
    with pytest.raises(ParameterError, match="same two temperatures"):
        cage.calibrate(two, (1 / two).assign_coords(temperature=[0.5, 0.7]), reading="mine")
    with pytest.raises(ParameterError, match="does not fall with depth"):
        cage.calibrate(two, two, reading="mine")
    with pytest.raises(ParameterError, match="positive softness"):
        cage.calibrate(two, two - 60.0, reading="mine")


def test_the_ensembles_cage_follows_from_a_trajectory():
    rng = np.random.default_rng(0)
    lattice = np.stack(np.meshgrid(*[np.arange(5) * 1.1] * 3), axis=-1).reshape(-1, 3)
    xyz = lattice + rng.normal(scale=0.03, size=(4, 125, 3))
    run = sc.Trajectory.from_arrays(xyz, sc.Box.cube(5.5), species=rng.permutation([0] * 100 + [1] * 25))
    rdf = radial_distribution(run, r_max=2.5, dr=0.02)
    mixture = fluid(("A", "B"), (0.8, 0.2))
    near = cage.cutoffs(rdf, vanishing=0.0, smoothing=0.06, species="A")
    assert list(near) == ["AA", "AB"]
    for lower, upper in near.values():
        assert 0.85 < lower < 1.1 < upper < 1.4
    first = cage.depth(rdf, mixture, temperature=0.5, cutoffs=near, species="A").item()
    assert 0 < first < cage.depth(rdf, mixture, temperature=0.5, species="A").item()


def test_pairs_nearer_than_a_table_begins_are_refused():
    r = np.linspace(0.9, 2.5, 400)
    table = sc.potentials.Tabulated.through(r, (2.5 - r) ** 3, points=200)
    mixture = sc.Mixture("table", ("A",), (1.0,), (1.0,), (table,))
    xyz = np.random.default_rng(3).uniform(-4, 4, (2, 200, 3))
    # A gas, of which somebody said that its numbers are reduced ones.
    run = replace(sc.Trajectory.from_arrays(xyz, sc.Box.cube(8.0)), units=sc.Units())
    g = radial_distribution(run, r_max=2.5, dr=0.1)
    with pytest.raises(ParameterError, match=r"AA pairs come as close as .* start its table there"):
        cage.depth(g, mixture, temperature=1.0)
    # What the integral doesn't use may be unknown.
    assert np.isfinite(cage.depth(g, mixture, temperature=1.0, cutoffs={"AA": (1.0, 1.5)}))
    asked = {"temperature": 1.0, "species": "A", "width": 0.1, "dr": 0.05, "direct_correlation": "local"}
    with pytest.raises(ParameterError, match=r"AA is not defined below 0\.9"):
        local_depth(run, mixture=mixture, cutoffs={"AA": (0.6, 1.5)}, normalisation="total", **asked)
    depth = local_depth(run, mixture=mixture, cutoffs={"AA": (1.0, 1.5)}, normalisation="total", **asked)
    assert np.isfinite(depth).all()
    asked["direct_correlation"] = "ensemble"
    with pytest.raises(ParameterError, match="AA is not defined below"):
        local_depth(run, mixture=mixture, cutoffs={"AA": (0.6, 1.5)}, normalisation="total", rdf=g, **asked)
    depth = local_depth(
        run, mixture=mixture, cutoffs={"AA": (1.1, 1.5)}, normalisation="total", rdf=g, **asked
    )
    assert np.isfinite(depth).all()
