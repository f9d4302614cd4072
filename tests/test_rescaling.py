"""Every quantity of the table scales as its unit says when length, energy, mass and time are multiplied."""

import re
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import pytest
import xarray as xr
from asked import local_depth, surroundings

from supercooled import (
    Box,
    LennardJones,
    Mixture,
    Trajectory,
    analyze,
    cage,
    dynamics,
    indicators,
    learning,
    relation,
    space,
    structure,
    targets,
)
from supercooled.analysis.choices import Choices
from supercooled.indicators import BondOrder, Coordination, LocalDepth, StructureFunctions, VoronoiVolume
from supercooled.potentials import ContinuousSizes, HarmonicRepulsion, SmoothedInversePower
from supercooled.quantities import TABLE
from supercooled.simulation import inherent_structure
from supercooled.simulation.configurational import configurational
from supercooled.testing import liquid_frame, liquid_runs

# No power of one is a power of the others.
LENGTH, ENERGY, MASS = np.sqrt(2.0), np.pi / 2, np.e / 2
TIME = LENGTH * np.sqrt(MASS / ENERGY)


@dataclass(frozen=True)
class Units:
    """Factors on lengths, energies, masses and times, and the dimensions of the liquid."""

    L: float
    E: float
    m: float
    t: float
    d: int

    def of(self, unit):
        """Factor on a quantity of this unit."""
        if unit in ("1", "bit", "k_B"):
            return 1.0
        names = {"sigma_AA": self.L, "epsilon_AA": self.E, "tau": self.t, "k_B": 1.0, "1": 1.0}
        factor, sign = 1.0, 1
        for part in re.split(r"([ /])", unit):
            if part in (" ", "/"):
                sign = -1 if part == "/" else 1
                continue
            name, _, power = part.partition("^")
            powers = {"": 1, "d": self.d, "-d": -self.d, "(d-1)": self.d - 1, "(d+2)": self.d + 2}
            factor *= names[name] ** (sign * (powers[power] if power in powers else int(power)))
        return factor


def ours(d):
    return Units(1.0, 1.0, 1.0, 1.0, d)


def theirs(d):
    return Units(LENGTH, ENERGY, MASS, TIME, d)


def fluid(u):
    return Mixture("lj", ("A",), (1.0,), (u.m,), (LennardJones(u.E, u.L, 2.5 * u.L),))


def positions(u, n_frames=300, rate=0.03):
    """A crystal whose particles rattle, and some of which hop to where nobody was."""
    rng = np.random.default_rng(4)
    sites = np.stack(np.meshgrid(*[np.arange(7 if u.d == 3 else 12)] * u.d, indexing="ij"), -1)
    sites = 1.1 * sites.reshape(-1, u.d)
    hops = rng.normal(scale=0.7, size=(n_frames, *sites.shape)) * (
        rng.random((n_frames, len(sites), 1)) < rate
    )
    return u.L * (sites + np.cumsum(hops, axis=0) + rng.normal(scale=0.08, size=hops.shape))


@cache
def run_of(u, n_frames=300, rate=0.03):
    edge = (7 if u.d == 3 else 12) * 1.1
    return Trajectory.from_arrays(
        positions(u, n_frames, rate),
        Box.cube(edge * u.L, u.d),
        times=u.t * np.arange(float(n_frames)),
        unwrapped=True,
        temperature=0.7 * u.E,
    )


def radial(u):
    return structure.Radial(0.5 * u.L, 0.5 * u.L, 4, 0.3 * u.L, cutoff=2.5 * u.L)


@cache
def curves(u):
    return dynamics.correlators(
        run_of(u), lags=u.t * np.array([1.0, 3.0, 10.0, 30.0, 60.0, 100.0]), overlap_radius=0.4 * u.L,
        wave_numbers=[4.0 / u.L], r_max=3.0 * u.L, dr=0.5 * u.L,
    )  # fmt: skip


@cache
def jumps(u):
    return dynamics.events(run_of(u), window=10.0 * u.t, threshold=0.05 * u.L**2)


@cache
def waits(u):
    return dynamics.waiting_times(jumps(u), times=u.t * np.array([1.0, 10.0, 50.0]))


@cache
def factors(u):
    run = run_of(u, 30, 0.0)
    return structure.structure_factor(run, q_max=12.0 / u.L, dq=0.7 / u.L, blocks=1)


@cache
def distances(u):
    return structure.radial_distribution(run_of(u)[::10], r_max=3.0 * u.L, dr=0.1 * u.L)


@cache
def cages(u):
    return cage.softness(factors(u), q_max=12.0 / u.L)


def cutoffs(u):
    return {"AA": (0.8 * u.L, 1.5 * u.L)}


@cache
def depths(u, stop=None, step=10):
    return local_depth(
        run_of(u), mixture=fluid(u), temperature=0.7 * u.E, species="A", width=0.1 * u.L, cutoffs=cutoffs(u),
        dr=0.02 * u.L, direct_correlation="local", normalisation="total", frames=slice(0, stop, step),
    )  # fmt: skip


@cache
def line(u):
    T = {"temperature": u.E * np.array([0.5, 0.7])}
    found = cages(u)
    S = [found.softness.item(), 2.0 * found.softness.item()]
    deep, shallow = (float(end) for end in np.nanquantile(depths(u, None, 1), [1.0, 0.0]))
    return cage.calibrate(
        xr.DataArray([deep, shallow], T, ("temperature",)), xr.DataArray(S, T, ("temperature",)), reading="x"
    )


@cache
def well(u):
    return cage.potential(factors(u), q_max=12.0 / u.L, displacement=u.L * np.linspace(0.0, 4.0, 401))


def barrier_less(u):
    # Dimensionless, as what an exponential is taken of must be.
    return lambda r: -5.0 * np.exp(-((r / u.L) ** 2))


@cache
def hopping(u):
    return dynamics.hops(run_of(u), window=10.0 * u.t)


@cache
def followed(u):
    field = line(u).softness(depths(u, None, 1))
    low, middle, high = np.nanquantile(field.values, [0.0, 0.5, 1.0])
    return relation.propagation(
        field,
        run_of(u),
        ranges=[(low, middle), (middle, high)],
        lags=u.t * np.array([2.0, 10.0]),
        bins=8,
        stay=relation.StayRule(within=1.0 * u.L, overlap_radius=0.4 * u.L, origins=40),
    )


@cache
def chances(u):
    return relation.rearrangement_probability(
        depths(u), hopping(u), threshold=0.2 * u.L**2, bins=4, lead=0.0, minimum_count=1
    )


@cache
def lines(u):
    T = u.E * np.array([0.5, 0.6, 0.7, 0.9])
    S = u.of("sigma_AA^(d+2)") * np.array([1.0, 2.0, 3.0])
    barrier, entropy = 6.0 - np.arange(3.0), 4.0 - np.arange(3.0) / 0.8
    P = np.exp(entropy - u.E * barrier / T[:, None])
    both = ("temperature", "softness")
    named = {"rearrangement_probability": (both, P), "rearrangement_probability_error": (both, 0.1 * P)}
    return xr.Dataset(named, {"temperature": T, "softness": S})


@cache
def around(u):
    return surroundings(
        run_of(u, 3, 0.0), mixture=fluid(u), species="A", shells={"AA": 1.5 * u.L}, radius=2.0 * u.L,
        width=0.2 * u.L,
    )  # fmt: skip


@cache
def ranked(u):
    return relation.ranking(depths(u), hopping(u), threshold=0.2 * u.L**2, lead=0.0, bins=4)


@cache
def propensities(u):
    run = run_of(u)
    start = run.unwrapped(slice(0, 1))
    other = Trajectory.from_arrays(
        start + 0.5 * (run.unwrapped() - start), run.fixed_box(), times=run.times, unwrapped=True
    )
    runs = [run, replace(other, temperature=run.temperature)]
    return dynamics.propensity(runs, times=u.t * np.array([5.0, 20.0]))


def onset_of(u):
    T = np.array([0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.9, 1.0, 1.2])
    times = np.exp(1.0 / T + 9.0 * np.maximum(0.0, 1 / T - 1 / 0.8) ** 2)
    found = dynamics.onset_temperatures(u.E * T, u.t * times, hot=0.8 * u.E, excess=0.1)
    return found.onset_temperature.sel(definition="bend")


def pressed(u):
    """Energy of pairs, and forces, of a few particles of the liquid."""
    r = u.L * np.array([1.0, 1.1, 1.3])
    return LennardJones(u.E, u.L, 2.5 * u.L).energy(r)


def times_of(u):
    return dynamics.relaxation_time(curves(u))


def dynamic(name):
    return lambda u: curves(u)[name]


# How each quantity is computed of a liquid in some units.
CASES = {
    "r": lambda u: distances(u).r,
    "q": lambda u: factors(u).q,
    "lag": lambda u: curves(u).mean_lag,
    "time": lambda u: hopping(u).time,
    "temperature": lambda u: chances(u).temperature,
    "density": lambda u: distances(u).attrs["density"],
    "radial_distribution": lambda u: distances(u).radial_distribution,
    "structure_factor": lambda u: factors(u).structure_factor,
    "n_vectors": lambda u: factors(u).n_vectors,
    "direct_correlation": lambda u: cage.direct_correlation(factors(u)),
    "caging_potential": well,
    "depth": depths,
    "depth_q": lambda u: cages(u).depth,
    "depth_r": lambda u: cage.depth(distances(u), fluid(u), temperature=0.7 * u.E, cutoffs=cutoffs(u)),
    "normalised_depth": lambda u: cages(u).normalised_depth,
    "softness": lambda u: [cages(u).softness, line(u).softness(depths(u))],
    "normalised_softness": lambda u: [
        cages(u).normalised_softness,
        line(u).normalised_softness(depths(u), density=distances(u).attrs["density"]),
    ],
    "cage_range": lambda u: cage.cage_range(well(u), share=0.1),
    # Of a time in sigma^2/D_0 that is, which the logarithm has no unit for.
    "log_first_passage_time": lambda u: (
        cage.first_passage_time(barrier_less(u), r_max=2.0 * u.L) - 2.0 * np.log(u.L)
    ),
    "log_kramers_time": lambda u: (
        cage.kramers_time(barrier_less(u), r_max=2.0 * u.L, top="integral") - 2.0 * np.log(u.L)
    ),
    "p_hop": hopping,
    **{name: dynamic(name) for name in ("msd", "quartic", "alpha2", "overlap", "scattering", "chi4_overlap")},
    **{name: dynamic(name) for name in ("chi4_scattering", "van_hove", "van_hove_beyond")},
    "relaxation_time": lambda u: times_of(u).value,
    "stretched_exponent": lambda u: (
        dynamics.stretched_exponential(curves(u), shortest=1.0 * u.t, longest=100.0 * u.t).exponent.value
    ),
    "onset_temperature": onset_of,
    "duration": lambda u: jumps(u).duration,
    "displacement": lambda u: jumps(u).displacement,
    "waiting_time": lambda u: waits(u).persistence_mean,
    "survival": lambda u: waits(u).persistence_survival,
    "nonaffine": lambda u: (
        dynamics.nonaffine_displacement(run_of(u, 40, 0.0)[::10], lag=10.0 * u.t, cutoff=1.9 * u.L).nonaffine
    ),
    "cage_relative_displacement": lambda u: (
        dynamics.cage_relative_displacement(
            run_of(u)[::30], lag=30.0 * u.t, cutoff=1.6 * u.L
        ).cage_relative_displacement
    ),
    "propensity": lambda u: propensities(u).propensity,
    "diffusivity": lambda u: dynamics.diffusion(curves(u), tolerance=0.9, decades=0.6).value,
    "information": lambda u: dynamics.compare_laws(
        u.E * np.array([0.5, 0.6, 0.7, 0.8, 1.0]),
        u.t * 0.3 * (np.array([0.5, 0.6, 0.7, 0.8, 1.0]) / 0.43 - 1) ** -2.4,
        errors=0.01 * u.t * np.ones(5), confidence=0.68, laws=("arrhenius", "mct"),
    ).aic,
    "probability": lambda u: relation.shallower_share(
        depths(u), hopping(u), threshold=0.2 * u.L**2, lead=0.0
    ).value,
    "probability_density": lambda u: relation.distribution(depths(u), bins=5).probability_density,
    "rearrangement_probability": lambda u: chances(u).rearrangement_probability,
    "memory": lambda u: relation.memory(depths(u, None, 1), lags=u.t * np.array([1.0, 3.0])).memory,
    "propagated_mean": lambda u: followed(u).propagated_mean,
    "propagated_width": lambda u: followed(u).propagated_width,
    "staying": lambda u: followed(u).staying,
    "auc": lambda u: ranked(u).auc,
    "mutual_information": lambda u: ranked(u).mutual_information,
    "coordination": lambda u: around(u).coordination,
    "local_density": lambda u: around(u).local_density,
    "potential_energy": lambda u: around(u).potential_energy,
    "energy": lambda u: energies(u).potential_energy,
    "rank_correlation": lambda u: relation.rank_correlation(
        [depths(u, 1, 1).isel(frame=0)], [propensities(u).propensity]
    ).rank_correlation,
    "steepness": lambda u: relation.steepness(lines(u)).steepness,
    "barrier": lambda u: relation.arrhenius(lines(u), weighting="equal").barrier,
    "entropy": lambda u: relation.arrhenius(lines(u), weighting="equal").entropy,
    "pair_entropy": lambda u: structure.pair_entropy(
        distances(u), r_max=3.0 * u.L, switching=None
    ).pair_entropy,
    "excess_entropy": lambda u: structure.excess_entropy(
        u.E * np.geomspace(1.0, 100.0, 9), u.E * 0.1 * np.geomspace(1.0, 100.0, 9) ** 0.75,
        start=structure.IdealGas(12.0, u.d),
    ).excess_entropy,
    "structure_function": lambda u: StructureFunctions((radial(u),)).of(run_of(u)[::100], species="A"),
    "reduced_diffusivity": lambda u: dynamics.reduced_diffusion(
        0.01 * u.of("sigma_AA^2/tau"), density=1.2 * u.of("sigma_AA^-d"), temperature=0.5 * u.E, mass=u.m,
        dimensions=u.d,
    ),
    "pair_energy": pressed,
    "count": lambda u: chances(u)["count"],
}  # fmt: skip


@cache
def stirred(u):
    """Places of particles that know nothing of each other, and two fields of them."""
    rng = np.random.default_rng(6)
    xyz = np.zeros((6, 200, 3))
    xyz[..., : u.d] = rng.uniform(-4.0, 4.0, (6, 200, u.d))
    run = Trajectory.from_arrays(u.L * xyz, Box.cube(8.0 * u.L, u.d), times=u.t * np.arange(6.0))
    values = rng.normal(size=(2, 6, 200)) + np.sin(xyz[..., 0])
    fields = [xr.DataArray(one, {"frame": np.arange(6)}, ("frame", "particle"), "x") for one in values]
    return run, *fields


@cache
def spectrum_of(u):
    run, x, y = stirred(u)
    return space.field_structure_factor(run, x, other=y, q_max=3.0 / u.L, dq=0.5 / u.L)


@cache
def four_points(u):
    return space.four_point_structure_factor(
        run_of(u)[::10], lags=[20.0 * u.t], overlap_radius=0.4 * u.L, q_max=3.0 / u.L, dq=0.5 / u.L
    )


def spatial(u):
    run, x, _ = stirred(u)
    return space.spatial_correlation(run, x, r_max=3.0 * u.L, dr=0.5 * u.L).spatial_correlation


def cluster_radii(u):
    run, x, _ = stirred(u)
    return space.clusters(run, x, above=0.5, cutoff=0.9 * u.L).gyration_radius


def velocities(u):
    here = positions(u, 3, 0.0)
    return (here[1] - here[0]) / u.t


def logged_temperature(u):
    # What engines log: m v^2 over the degrees of freedom.
    v = velocities(u)
    return u.m * np.mean(v**2)


@cache
def energies(u):
    return configurational(run_of(u, 3, 0.0), fluid(u), temperature=0.7 * u.E)


def force_of(u):
    r = u.L * np.array([1.0, 1.1, 1.3])
    return np.linalg.norm(LennardJones(u.E, u.L, 2.5 * u.L).force(r))


def learned(u):
    soft = np.arange(40) % 2 == 0
    near = structure.Radial(0.5 * u.L, 0.5 * u.L, 3, 0.3 * u.L, cutoff=2.5 * u.L)
    features = StructureFunctions((near,)).of(run_of(u)[::100], species="A")
    some = features.isel(frame=0, particle=slice(0, 40)).rename(particle="example").drop_vars("example")
    some = some.assign_coords(soft=("example", soft))
    model, _ = learning.fit_softness(
        some,
        groups=np.arange(40) // 10,
        training=learning.Training("ridge", C=1.0, folds=4, constant="ignore"),
    )
    return model.softness(features)


CASES |= {
    "learned_softness": learned,
    "kinetic_temperature": logged_temperature,
    **{
        name: lambda u, name=name: energies(u)[name]
        for name in ("pressure", "virial", "virial_pressure", "configurational_temperature")
    },
    "force_norm": force_of,
    **{
        name: lambda u, name=name: relation.scaled_barriers(
            relation.arrhenius(lines(u), weighting="equal"), crossover=0.4 * u.E
        )[name]
        for name in ("scaled_entropy", "scaled_barrier", "identity")
    },
    "pearson": lambda u: np.corrcoef(depths(u).values.ravel(), (depths(u) ** 2).values.ravel())[0, 1],
    "evaluations": lambda u: factors(u).n_vectors,
    "spatial_correlation": spatial,
    "field_structure_factor": lambda u: spectrum_of(u).field_structure_factor,
    "coherence": lambda u: spectrum_of(u).coherence,
    "four_point": lambda u: [four_points(u).four_point, four_points(u).chi4],
    "correlation_length": lambda u: (
        space.ornstein_zernike(spectrum_of(u), q_max=3.0 / u.L).correlation_length
    ),
    "gyration_radius": cluster_radii,
    "event_rate": lambda u: (
        relation.event_rates(
            depths(u, None, 1),
            relation.excursions(jumps(u), within=0.3 * u.L, window=30.0 * u.t),
            bins=5,
            lead=0.0,
        ).rate
    ),
    "mobility_transfer": lambda u: [
        space.mobility_transfer(
            run_of(u), jumps(u), delays=[0.0, 30.0 * u.t], r_max=3.0 * u.L, dr=u.L
        ).transfer,
        space.backward_hops(jumps(u), within=0.4 * u.L, window=40.0 * u.t).share,
        space.avalanches(run_of(u), jumps(u), cutoff=1.5 * u.L, window=3.0 * u.t)["size"],
    ],
}


# Before any test has entered an indicator of its own.
KNOWN = sorted(TABLE)
# Those of this package: a test of another file may have entered its own.
INSIDE = {
    name: kind for name, kind in indicators.known().items() if kind.__module__.startswith("supercooled.")
}


def test_every_quantity_of_the_table_has_a_case():
    assert sorted(CASES) == KNOWN


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("d", [2, 3])
@pytest.mark.parametrize("name", KNOWN)
def test_a_quantity_scales_as_its_unit_says(name, d):
    here, there = (CASES[name](u) for u in (ours(d), theirs(d)))
    factor = theirs(d).of(TABLE[name].unit)
    if not isinstance(here, list):
        here, there = [here], [there]
    for ours_, theirs_ in zip(here, there, strict=True):
        a, b = (np.asarray(one, dtype=np.float64) for one in (ours_, theirs_))
        assert np.isfinite(a).any()
        # A wrong power of any factor is a third off at least; energies from tables agree to 1e-5.
        np.testing.assert_allclose(b / factor, a, rtol=1e-4, atol=1e-7 * np.nanmax(np.abs(a)))


@cache
def liquid(u, *, inherent=True):
    """A distorted lattice of two species, and a configuration near it that counts as its minimum."""
    one = liquid_frame(u.d)
    moves = np.random.default_rng(2).normal(scale=0.1, size=one.positions.shape) * (np.arange(3) < u.d)
    box = Box.cube(u.L * one.box.lengths[0], u.d)
    there = replace(
        one,
        positions=u.L * one.positions,
        box=box,
        temperature=0.7 * u.E,
        known={},
        diameters=u.L * one.diameters,
    )
    below = box.wrap(u.L * (one.positions + moves))[0]
    return replace(there, inherent=replace(there, positions=below, known={})) if inherent else there


def soft_spheres(u):
    sizes = (1.5, 1.4, 1.3)
    repulsion = tuple(HarmonicRepulsion(20.0 * u.E, size * u.L) for size in sizes)
    return Mixture("soft", ("A", "B"), (0.8, 0.2), (u.m, 0.5 * u.m), repulsion)


def sized_pair(u):
    return ContinuousSizes(SmoothedInversePower(3.0 * u.E, 1.0, exponent=12.0, cutoff=1.5), 0.2 / u.L)


@cache
def solid(u):
    """A frame at its minimum, the same in all units."""
    if u != ours(u.d):
        there, box = solid(ours(u.d)), Box.cube(u.L * solid(ours(u.d)).box.lengths[0], u.d)
        return replace(there, positions=u.L * there.positions, box=box, temperature=0.7 * u.E, known={})
    frame = liquid(u, inherent=False)
    found = inherent_structure(frame.positions, frame.box, frame.species, soft_spheres(u), tolerance=1e-8)
    return replace(frame, positions=found.positions, known={})


def depth_of(u):
    pairs = {"AA": (0.7 * u.L, 1.4 * u.L), "AB": (0.7 * u.L, 1.3 * u.L), "BB": (0.7 * u.L, 1.2 * u.L)}
    return LocalDepth(
        soft_spheres(u), pairs, "local", "total", width=0.1 * u.L, dr=0.02 * u.L, temperature=0.7 * u.E
    )


def line_through(u):
    per_softness = 1.0 / u.of("sigma_AA^(d+2)")
    return cage.Calibration(2.0 * per_softness, 0.5 * per_softness, 0.1, 0.1, (0.5, 0.6), "x", 0.1)


def caged(u):
    return {"temperature": 0.7 * u.E, "radius": 0.3 * u.L, "step": 0.1 * u.L, "sweeps": 5, "seed": 1}


def sizes_of(u):
    return (("A", 0.55 * u.L), ("B", 0.45 * u.L))


# Each indicator in some units, and the frame that it is tried on.
INDICATORS = {
    "AngularDescriptors": lambda u: indicators.AngularDescriptors(
        degrees=(2, 6), radii=(1.0 * u.L, 1.3 * u.L), width=0.1 * u.L
    ),
    "Asphericity": lambda u: indicators.Asphericity(sizes_of(u)),
    "AtCage": lambda u: indicators.AtCage(VoronoiVolume(), soft_spheres(u), **caged(u)),
    "Average": lambda u: indicators.Average(VoronoiVolume(), 1.2 * u.L, "A", cutoff=3.0 * u.L),
    "Averages": lambda u: indicators.Averages(
        VoronoiVolume(), (0.0, 1.2 * u.L), ("A", "all"), cutoff=3.0 * u.L
    ),
    "BondOrder": lambda u: BondOrder(6, cutoff=1.4 * u.L),
    "CageDistance": lambda u: indicators.CageDistance(soft_spheres(u), **caged(u)),
    "CageFluctuation": lambda u: indicators.CageFluctuation(soft_spheres(u), **caged(u)),
    "Coordination": lambda u: Coordination(1.4 * u.L),
    "DebyeWaller": lambda u: indicators.DebyeWaller(
        soft_spheres(u), temperature=0.7 * u.E, time=0.05 * u.t, runs=2, cutoff=1.5 * u.L, dt=0.005 * u.t,
        seed=1,
    ),
    "Diameter": lambda u: indicators.Diameter(),
    "DistanceToInherent": lambda u: indicators.DistanceToInherent(),
    "Inherent": lambda u: indicators.Inherent(VoronoiVolume()),
    "InherentFeatures": lambda u: indicators.InherentFeatures(BondOrder(6, cutoff=1.4 * u.L)),
    "LocalDensity": lambda u: indicators.LocalDensity(1.4 * u.L, 0.1 * u.L),
    "LocalDepth": depth_of,
    "LocalSoftness": lambda u: indicators.LocalSoftness(depth_of(u), line_through(u)),
    "LowModes": lambda u: indicators.LowModes(soft_spheres(u), 30, tolerance=1e-4 * u.E / u.L),
    "NonaffineBefore": lambda u: indicators.NonaffineBefore(10.0 * u.t, cutoff=1.9 * u.L),
    "PackingOrder": lambda u: indicators.PackingOrder(
        (("AA", 1.1 * u.L), ("AB", 1.0 * u.L), ("BB", 0.9 * u.L)), "cutoff", cutoff=1.5 * u.L
    ),
    "PairEntropy": lambda u: indicators.PairEntropy(
        "partial", "local", 0.1 * u.L, tuple(u.L * np.arange(0.5, 2.05, 0.1)), 2.0 * u.L,
        structure.Logistic(1.5 * u.L, 0.05 * u.L),
    ),
    "PotentialEnergy": lambda u: indicators.PotentialEnergy(soft_spheres(u)),
    "PseudoSpeciesDepth": lambda u: indicators.PseudoSpeciesDepth(
        sized_pair(u), 3, width=0.1 * u.L, dr=0.02 * u.L, temperature=0.7 * u.E
    ),
    "SizedEnergy": lambda u: indicators.SizedEnergy(sized_pair(u)),
    "SizedStructureFunctions": lambda u: indicators.SizedStructureFunctions(
        structure.Radial(0.8, 0.1, 5, 0.1, cutoff=1.5), 0.2 / u.L
    ),
    "StructureFunction": lambda u: indicators.StructureFunction("A", 1.1 * u.L, 0.1 * u.L),
    "StructureFunctions": lambda u: StructureFunctions((radial(u),)),
    "Variance": lambda u: indicators.Variance(VoronoiVolume(), 1.2 * u.L, cutoff=3.0 * u.L),
    "Vibrality": lambda u: indicators.Vibrality(soft_spheres(u), tolerance=1e-4 * u.E / u.L),
    "VoronoiCoordination": lambda u: indicators.VoronoiCoordination(sizes_of(u)),
    "VoronoiSurface": lambda u: indicators.VoronoiSurface(sizes_of(u)),
    "VoronoiVolume": lambda u: VoronoiVolume(sizes_of(u)),
}  # fmt: skip
ON = {"LowModes": solid, "Vibrality": solid, "NonaffineBefore": lambda u: run_of(u, 40, 0.0)[20]}
# Its case stands among the quantities: what it has learned is in units of its own.
LEARNED = {"LearnedSoftness"}


def test_every_indicator_has_a_case():
    assert set(INDICATORS) | LEARNED == set(INSIDE)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("d", [2, 3])
@pytest.mark.parametrize("name", INDICATORS)
def test_an_indicator_scales_as_its_unit_says(name, d):
    here, there = ours(d), theirs(d)
    frame = ON.get(name, liquid)
    a = INDICATORS[name](here).of(frame(here)).values
    one = INDICATORS[name](there)
    b = one.of(frame(there)).values
    assert np.isfinite(a).any()
    largest = np.nanmax(np.abs(a))
    assert largest > 0
    np.testing.assert_allclose(b / there.of(one.unit), a, rtol=1e-6, atol=1e-7 * largest)


TARGETS = {
    "BondBreaking": lambda u: targets.BondBreaking(after=8.0 * u.t, formed=1.4 * u.L, broken=1.7 * u.L),
    "Displacement": lambda u: targets.Displacement(after=5.0 * u.t),
    "Hop": lambda u: targets.Hop(within=3.0 * u.t, window=4.0 * u.t, threshold=0.1 * u.L**2),
    "NonaffineMotion": lambda u: targets.NonaffineMotion(after=4.0 * u.t, cutoff=2.5 * u.L),
    "PersistenceTime": lambda u: targets.PersistenceTime(distance=0.3 * u.L, longest=9.0 * u.t),
    "Propensity": lambda u: targets.Propensity(after=6.0 * u.t),
}


def test_every_target_has_a_case():
    inside = {name for name, kind in targets.known().items() if kind.__module__.startswith("supercooled.")}
    assert set(TARGETS) == inside


@pytest.mark.parametrize("d", [2, 3])
@pytest.mark.parametrize("name", TARGETS)
def test_a_target_scales_as_its_unit_says(name, d):
    def runs(u):
        some = [
            Trajectory.from_arrays(
                u.L * run.unwrapped(), Box.cube(u.L * run.box.lengths[0], d), species=run.species,
                times=u.t * run.times, unwrapped=True,
            )
            for run in liquid_runs(d)
        ]  # fmt: skip
        return some if TARGETS[name](u).of_several else some[0]

    here, there = ours(d), theirs(d)
    a = TARGETS[name](here).of(runs(here)).values
    one = TARGETS[name](there)
    b = one.of(runs(there)).values
    assert np.nanmax(np.abs(a)) > 0
    np.testing.assert_allclose(b / there.of(one.unit), a, rtol=1e-6, atol=1e-7 * np.nanmax(np.abs(a)))


def analysed(u):
    choices = Choices(
        window=10.0 * u.t, q_max=12.0 / u.L, width=0.1 * u.L, overlap_radius=0.4 * u.L, dq=0.7 / u.L,
        dr=0.1 * u.L, depth_dr=0.02 * u.L, minimum_count=10,
    )  # fmt: skip
    return analyze(run_of(u, 120, 0.001), choices=choices, thresholds=[0.05 * u.L**2]).rows


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("d", [2, 3])
def test_every_row_of_an_analysis_scales_as_its_unit_says(d):
    here, there = analysed(ours(d)), analysed(theirs(d))
    assert len(here) > 3
    for one, other in zip(here, there, strict=True):
        assert (one.quantity, one.unit) == (other.quantity, other.unit)
        # The averaged bond order is of neighbours within a length of its own.
        if one.quantity != "bond order q6":
            a, b = (np.array([row.measured, row.uncertainty], np.float64) for row in (one, other))
            np.testing.assert_allclose(b / theirs(d).of(one.unit), a, rtol=1e-4)
    assert sum(one.measured is not None for one in here) > 2
