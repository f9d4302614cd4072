"""Virial, pressure and configurational temperature: against a double loop, LAMMPS, and by law."""

from dataclasses import replace

import numpy as np
import pytest

import supercooled as sc
from supercooled import store, systems
from supercooled.errors import BoxError, MixtureError, ParameterError
from supercooled.simulation import configurational
from supercooled.simulation.lammps_engine import create, interact, session
from supercooled.simulation.pair_forces import PairForces
from supercooled.simulation.start import Start
from supercooled.store import energies


def shaken(mixture, seed=3, tilt=0.0):
    """A lattice whose particles were moved at random, in a tilted box."""
    d = mixture.dimensions
    side = 6 if d == 3 else 15
    sites = (np.stack(np.meshgrid(*[np.arange(side)] * d), axis=-1).reshape(-1, d) + 0.5) / side - 0.5
    rng = np.random.default_rng(seed)
    edge = (len(sites) / 1.2) ** (1 / d)
    box = sc.Box(edge, edge, edge if d == 3 else 1.0, tilt, 0.0, tilt if d == 3 else 0.0, dimensions=d)
    fractions = np.zeros((len(sites), 3))
    fractions[:, :d] = sites + rng.normal(0, 0.04 / edge, sites.shape)
    return (
        box.wrap(box.absolute(fractions))[0],
        box,
        rng.permutation(np.arange(len(sites)) % 5 == 4).astype(int),
    )


def measured(positions, box, species, mixture, **options):
    run = sc.Trajectory.from_arrays(positions[None], box, species=species, names=mixture.species)
    return {name: float(values[0]) for name, values in configurational(run, mixture, **options).items()}


SMOOTH = systems.named("ka-lj-smooth", density=1.2).mixture
MIXTURES = {
    "3-D": systems.kob_andersen(density=1.2).mixture,
    "smooth": SMOOTH,
    "2-D": replace(systems.kob_andersen(density=1.2).mixture, dimensions=2),
    "smooth 2-D": replace(SMOOTH, dimensions=2),
}


@pytest.fixture(params=MIXTURES)
def mixture(request):
    return MIXTURES[request.param]


def twin(positions, box, species, mixture):
    """Every pair, and derivatives of u by differences of the energy."""
    d, energy, virial, laplacian = box.dimensions, 0.0, 0.0, 0.0
    forces = np.zeros_like(positions)
    first, second = np.triu_indices(len(positions), 1)
    vectors = box.minimum_image(positions[first] - positions[second])
    near = np.sum(vectors**2, axis=1) < mixture.cutoff**2
    for i, j, apart in zip(first[near], second[near], vectors[near], strict=True):
        u = mixture.potential(mixture.species[species[i]], mixture.species[species[j]])
        r, h = np.sqrt(apart @ apart), 1e-4
        if r >= u.cutoff - 2 * h:
            continue
        below, at, above = (float(u.energy(r + k * h)) for k in (-1, 0, 1))
        slope, curvature = (above - below) / (2 * h), (above - 2 * at + below) / h**2
        energy += at
        virial -= r * slope
        forces[i] -= slope * apart / r
        forces[j] += slope * apart / r
        laplacian += 2 * (curvature + (d - 1) * slope / r)
    return energy / len(positions), virial, np.sum(forces**2) / laplacian


def test_each_value_is_that_of_a_double_loop(mixture):
    shot = shaken(mixture, tilt=0.2)
    fast = measured(*shot, mixture)
    energy, virial, temperature = twin(*shot, mixture)
    assert fast["potential_energy"] == pytest.approx(energy, rel=1e-5, abs=1e-4)
    assert fast["virial"] == pytest.approx(virial, rel=1e-4)
    assert fast["configurational_temperature"] == pytest.approx(temperature, rel=1e-4)


@pytest.mark.parametrize("name", ["3-D", "2-D"])
def test_energy_and_pressure_are_those_of_lammps(name):
    mixture = MIXTURES[name]
    positions, box, species = shaken(mixture)
    with session("a configuration") as lmp:
        create(lmp, mixture, Start("shaken", positions, species, box))
        interact(lmp, mixture)
        lmp.command("run 0 post no")
        energy, pressure = (float(lmp.get_thermo(keyword)) for keyword in ("pe", "press"))
    ours = measured(positions, box, species, mixture)
    assert ours["potential_energy"] == pytest.approx(energy, rel=1e-10)
    assert ours["virial_pressure"] == pytest.approx(pressure, rel=1e-10)  # at rest


@pytest.mark.parametrize("tilt", [0.0, 0.3])
@pytest.mark.parametrize("name", ["smooth", "smooth 2-D"])
def test_the_virial_is_what_the_energy_loses_when_the_box_grows(name, tilt):
    """W = -d V dU/dV = -L dU/dL; of a potential without jumps."""
    mixture = MIXTURES[name]
    positions, box, species = shaken(mixture, tilt=tilt)
    energies = []
    for factor in (1 - 1e-5, 1 + 1e-5):
        edges = box.to_array()
        edges[: mixture.dimensions] *= factor
        grown = sc.Box.from_array(edges, mixture.dimensions)
        energies.append(measured(positions * factor, grown, species, mixture)["potential_energy"])
    virial = -len(species) * (energies[1] - energies[0]) / 2e-5
    assert measured(positions, box, species, mixture)["virial"] == pytest.approx(virial, rel=1e-5)


def test_the_kinetic_part_of_the_pressure_is_that_of_an_ideal_gas(mixture):
    shot = shaken(mixture)
    without, at_two = measured(*shot, mixture), measured(*shot, mixture, temperature=2.0)
    assert "pressure" not in without
    assert at_two["pressure"] - without["virial_pressure"] == pytest.approx(2.0 * 1.2)


def test_canonical_configurations_have_the_temperature_of_their_bath(tmp_path):
    liquid = systems.named("ka-lj-smooth", density=1.2)
    run = store.simulate(
        liquid, temperature=1.0, n_particles=200, duration=8.0, every=0.08, dt=0.0025, damping=200.0,
        start="lattice", hold=4.0, seed=1, root=tmp_path, progress=False,
    )  # fmt: skip
    values = configurational(run, liquid.mixture)["configurational_temperature"]
    logged = store.logged(run, "configurational_temperature")
    # With the first frame, and then with the first of each 500 steps, from positions in double precision.
    steps = 32 * np.arange(run.n_frames)
    known = np.insert(np.diff(steps // 500) > 0, 0, True)
    np.testing.assert_array_equal(np.isfinite(logged), known)
    np.testing.assert_allclose(logged[known], values[known], rtol=1e-4)
    assert logged.attrs["units"] == "epsilon_AA/k_B"
    # It fluctuates as the kinetic one, by sqrt(2/3N) = 0.058, and forgets in half a tau: three errors.
    assert float(values.mean()) == pytest.approx(1.0, abs=3 * 0.058 / np.sqrt(8.0))


@pytest.mark.parametrize("tilt", [0.0, 0.3])
@pytest.mark.parametrize("name", ["ka-lj", "ka-wca", "ka-lj-smooth", "harmonic", "2-D"])
def test_the_kernel_gives_what_the_twin_does(name, tilt):
    """Every law that a run may have, in tilted boxes, and wherever particles were folded to."""
    if name == "harmonic":
        kinds = systems.kob_andersen(density=1.2).mixture
        mixture = replace(kinds, potentials=(sc.potentials.HarmonicRepulsion(40.0, 1.3),) * 3)
    else:
        mixture = MIXTURES["2-D"] if name == "2-D" else systems.named(name, density=1.2).mixture
    positions, box, species = shaken(mixture, tilt=tilt)
    forces = PairForces(mixture, box, species)
    found = forces.configurational_temperature(np.ascontiguousarray(positions.T))
    slow = measured(positions, box, species, mixture)["configurational_temperature"]
    assert found == pytest.approx(slow, rel=1e-6)
    again = forces.configurational_temperature(np.ascontiguousarray(positions.T))
    elsewhere = forces.configurational_temperature(np.ascontiguousarray((positions + box.matrix[:, 0]).T))
    assert again == found
    assert elsewhere == pytest.approx(found, rel=1e-9)


def test_a_run_without_a_log_of_it_has_it_from_its_positions(tmp_path, monkeypatch):
    liquid = systems.kob_andersen(density=1.2)
    run = store.simulate(
        liquid, temperature=2.0, n_particles=200, duration=0.1, every=0.05, start="lattice", hold=0.1,
        root=tmp_path, progress=False,
    )  # fmt: skip
    monkeypatch.setattr(energies.GsdFile, "scalars", lambda *_: (np.zeros(3, bool), np.zeros((3, 1))))
    found = store.logged(run, "configurational_temperature")
    assert found.identical(configurational(run, liquid.mixture)["configurational_temperature"])
    with pytest.raises(ParameterError, match="no log of 'pressure'"):
        store.logged(run, "pressure")


def test_an_oscillator_at_a_step_has_the_temperature_of_its_shadow_hamiltonian():
    """Velocity Verlet keeps p^2/2m + m w^2 (1 - w^2 dt^2/4) x^2/2: hotter in x by 1/(1 - w^2 dt^2/4)."""
    w, dt, x, v = 3.0, 0.1, 1.0, 0.0
    positions, speeds = [], []
    for _ in range(200_000):
        v -= 0.5 * dt * w**2 * x
        x += dt * v
        v -= 0.5 * dt * w**2 * x
        positions.append(x)
        speeds.append(v)
    hotter = w**2 * np.mean(np.square(positions)) / np.mean(np.square(speeds))
    assert hotter == pytest.approx(1 / (1 - (w * dt) ** 2 / 4), rel=1e-4)


def test_what_is_not_the_liquids_is_refused():
    positions, box, species = shaken(SMOOTH)
    other = sc.Trajectory.from_arrays(positions[None], box, species=species, names=("A", "C"))
    with pytest.raises(MixtureError, match="are not those of"):
        configurational(other, SMOOTH)
    small = sc.Trajectory.from_arrays(
        positions[None] * 0.5, sc.Box.cube(float(box.Lx) * 0.5), species=species, names=SMOOTH.species
    )
    with pytest.raises(BoxError, match="less than twice the cutoff"):
        configurational(small, SMOOTH)
