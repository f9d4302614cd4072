"""Energy and force of every pair potential: LAMMPS says the same, and so do the laws."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from supercooled.errors import MixtureError, SimulationError
from supercooled.mixture import Mixture
from supercooled.potentials import (
    CurvatureSmoothedLennardJones,
    ExpandedLennardJones,
    HarmonicRepulsion,
    InversePower,
    LennardJones,
    PairPotential,
    SmoothedInversePower,
    SmoothedLennardJones,
    Tabulated,
)
from supercooled.simulation.lammps_library import open_lammps
from supercooled.simulation.pair_styles import pair_commands

R = np.linspace(0.5, 2.5, 1001)
WAVE = 3.0 * (1 - R / 2.5) ** 3 * np.cos(5 * R)  # no power of r, so that nothing fits it by chance

POTENTIALS = {
    "lennard-jones": LennardJones(1.5, 0.8, 2.0),
    "lennard-jones, unshifted": LennardJones(1.5, 0.8, 2.0, shift=False),
    "wca": LennardJones.wca(0.5, 0.88),
    "smoothed": SmoothedLennardJones(1.5, 0.8, 2.0),
    "curvature smoothed": CurvatureSmoothedLennardJones(1.5, 0.8, 2.0),
    "curvature smoothed, short": CurvatureSmoothedLennardJones(0.75, 0.94, 1.6),
    "expanded": ExpandedLennardJones(0.7, 0.6, 0.4, 2.2),
    "expanded, unshifted": ExpandedLennardJones.modified_well(1.5, 0.8, well_width=0.3, cutoff=2.0),
    "inverse power": InversePower(1.2, 0.9, 12.0, 1.8),
    "inverse power, odd": InversePower(0.3, 1.1, 10.3, 2.1, shift=False),
    "inverse power, weak": InversePower(1e-5, 0.9, 3.0, 2.5),
    "inverse power, smoothed": SmoothedInversePower(1.2, 0.9, 12.0, 1.125),
    "inverse power, smoothed, odd": SmoothedInversePower(0.3, 1.1, 7.3, 2.1),
    "harmonic": HarmonicRepulsion(2.5, 1.4),
    "tabulated": Tabulated.through(R, WAVE, points=2000),
    "tabulated, coarse": Tabulated.through(R, WAVE, points=300),
}
named = pytest.mark.parametrize("potential", POTENTIALS.values(), ids=POTENTIALS)


def core(potential):
    """Distance where the energy becomes infinite."""
    return getattr(potential, "inner", getattr(potential, "delta", 0.0))


def inside(potential, n=400):
    low = max(1.0001 * core(potential), 0.3 * potential.cutoff)
    low = max(low, core(potential) + 0.3 * getattr(potential, "sigma", 0.0))
    return np.linspace(low, potential.cutoff, n, endpoint=False)


def dimer_in_lammps(potentials, pair, distances, folder):
    """Energy and force of two particles of the species of a pair at each distance."""
    species = tuple("ABC"[: 1 if len(potentials) == 1 else 2])
    share = (1.0 / len(species),) * len(species)
    mixture = Mixture("dimer", species, share, (1.0,) * len(species), potentials)
    lmp = open_lammps()
    try:
        lmp.commands_string(
            "units lj\natom_style atomic\natom_modify map yes\nregion all block -10 10 -10 10 -10 10\n"
            f"create_box {len(species)} all\ncreate_atoms {pair[0]} single 0 0 0\n"
            f"create_atoms {pair[1]} single 1 0 0\nmass * 1.0\nneighbor 0.2 bin\nneigh_modify delay 0 every 1"
        )
        lmp.commands_string("\n".join(pair_commands(mixture, folder)))
        lmp.command("thermo_modify norm no")
        energies, forces = [], []
        # along no axis, so that no component of the force is right by chance
        direction = np.array([2.0, -3.0, 6.0]) / 7.0
        for r in distances:
            lmp.scatter_atoms("x", 1, 3, np.ctypeslib.as_ctypes(np.r_[0.0, 0.0, 0.0, r * direction]))
            lmp.command("run 0 post no")
            energies.append(lmp.get_thermo("pe"))
            pull = np.array(lmp.gather_atoms("f", 1, 3)).reshape(2, 3)
            np.testing.assert_allclose(pull[0], -pull[1], rtol=1e-12, atol=1e-12)
            np.testing.assert_allclose(pull[1], (pull[1] @ direction) * direction, rtol=1e-9, atol=1e-9)
            forces.append(pull[1] @ direction)
        return np.array(energies), np.array(forces)
    finally:
        lmp.close()


@named
def test_lammps_has_the_same_energy_and_force(potential, tmp_path):
    r = np.r_[inside(potential, 60), potential.cutoff * (1 + np.array([1e-9, 0.01, 0.5]))]
    energies, forces = dimer_in_lammps((potential,), (1, 1), r, tmp_path)
    scale = np.abs(potential.energy(r)).max(), np.abs(potential.force(r)).max()
    assert np.abs(energies - potential.energy(r)).max() < 1e-10 * max(1.0, scale[0])
    assert np.abs(forces - potential.force(r)).max() < 1e-10 * max(1.0, scale[1])
    # relative too: a weak potential is not right because it is small
    np.testing.assert_allclose(forces[:50], potential.force(r)[:50], rtol=1e-9, atol=1e-11 * scale[1])


def test_lammps_keeps_the_styles_of_a_mixture_apart(tmp_path):
    mixed = (POTENTIALS["tabulated"], POTENTIALS["expanded"], POTENTIALS["inverse power"])
    for pair, potential in zip(((1, 1), (1, 2), (2, 2)), mixed, strict=True):
        r = inside(potential, 20)
        energies, forces = dimer_in_lammps(mixed, pair, r, tmp_path)
        np.testing.assert_allclose(energies, potential.energy(r), rtol=1e-9, atol=1e-10)
        np.testing.assert_allclose(forces, potential.force(r), rtol=1e-9, atol=1e-9)


@named
def test_the_force_is_minus_the_slope_of_the_energy(potential):
    r = inside(potential)[1:-1]
    step = 1e-5 * r
    slope = (
        8 * (potential.energy(r + step) - potential.energy(r - step))
        - (potential.energy(r + 2 * step) - potential.energy(r - 2 * step))
    ) / (12 * step)
    tolerance = 2e-4 if isinstance(potential, Tabulated) else 1e-6
    scale = np.maximum(np.abs(potential.force(r)), 1e-3 * np.abs(potential.force(r)).max())
    assert np.abs((potential.force(r) + slope)[5:-5] / scale[5:-5]).max() < tolerance


@named
def test_the_curvature_is_minus_the_slope_of_the_force(potential):
    r = inside(potential)[1:-1]
    step = 1e-5 * r
    slope = (
        8 * (potential.force(r + step) - potential.force(r - step))
        - (potential.force(r + 2 * step) - potential.force(r - 2 * step))
    ) / (12 * step)
    # A spline's second derivative changes from node to node, and a step may cross one.
    tolerance = 2e-3 if isinstance(potential, Tabulated) else 1e-6
    scale = np.maximum(np.abs(slope), 1e-3 * np.abs(slope).max())
    assert np.abs((potential.curvature(r) + slope)[5:-5] / scale[5:-5]).max() < tolerance
    beyond = potential.cutoff * np.array([1.0, 1.0 + 1e-12, 3.0])
    assert potential.curvature(beyond).tolist() == [0.0] * 3


@named
def test_energy_and_force_end_at_the_cutoff(potential):
    beyond = potential.cutoff * np.array([1.0, 1.0 + 1e-12, 3.0])
    assert potential.energy(beyond).tolist() == potential.force(beyond).tolist() == [0.0] * 3
    if getattr(potential, "shift", True):
        assert abs(potential.energy(potential.cutoff * (1 - 1e-10))) < 1e-8
    assert isinstance(potential, PairPotential)


@named
def test_nothing_overlaps_for_free_and_no_warning_is_given(potential, recwarn):
    close = potential.energy([0.0, core(potential), 0.5 * core(potential)])
    if isinstance(potential, HarmonicRepulsion):
        assert (close == 0.5 * potential.epsilon).all()
    else:
        assert (close == np.inf).all()
        assert potential.force(0.0) == potential.curvature(0.0) == np.inf
    assert not recwarn.list


@named
def test_a_potential_is_named_by_its_numbers(potential):
    import json

    data = potential.to_dict()
    assert json.loads(json.dumps(data)) == data
    numbers = {k: tuple(v) if isinstance(v, list) else v for k, v in data.items() if k != "style"}
    assert type(potential)(**numbers) == potential
    assert hash(type(potential)(**numbers)) == hash(potential)


@given(st.floats(0.1, 5), st.floats(0.5, 1.5), st.floats(1.2, 3))
def test_smoothing_changes_the_force_by_a_constant_that_makes_it_end_at_zero(epsilon, sigma, reach):
    plain = LennardJones(epsilon, sigma, reach * sigma)
    smooth = plain.smoothed()
    r = np.linspace(0.8, 0.999 * reach, 50) * sigma
    changes = smooth.force(r) - plain.force(r)
    np.testing.assert_allclose(changes, changes[0], rtol=1e-9, atol=1e-9 * epsilon / sigma)
    end = plain.cutoff * (1 - 1e-12)
    assert abs(smooth.force(end)) < 1e-8 * epsilon / sigma
    assert abs(smooth.energy(end)) < 1e-10 * epsilon


@given(st.floats(0, 0.9), st.floats(0.5, 1.5))
def test_the_well_of_another_width_keeps_its_minimum_and_depth(width, sigma):
    well = ExpandedLennardJones.modified_well(1.5, sigma, well_width=width, cutoff=2.5 * sigma)
    bottom = 2 ** (1 / 6) * sigma
    assert float(well.energy(bottom)) == pytest.approx(-1.5)
    assert abs(well.force(bottom)) < 1e-9 / (sigma - well.delta) ** 2
    # U'' at the minimum is 72 eps / (2^(1/3) s'^2): a larger width parameter makes the well narrower
    step = 1e-4 * well.sigma
    curvature = (well.force(bottom - step) - well.force(bottom + step)) / (2 * step)
    assert float(curvature) == pytest.approx(72 * 1.5 / (2 ** (1 / 3) * well.sigma**2), rel=1e-3)


def test_a_well_of_width_zero_is_lennard_jones():
    r = np.linspace(0.8, 2.6, 50)
    plain = LennardJones(1, 1, 2.5, shift=False)
    well = ExpandedLennardJones.modified_well(1, 1, well_width=0.0, cutoff=2.5)
    np.testing.assert_array_equal(plain.energy(r), well.energy(r))
    np.testing.assert_array_equal(plain.force(r), well.force(r))


def test_an_inverse_power_scales():
    r = np.linspace(0.6, 1.9, 30)
    one = InversePower(1.0, 1.0, 12.0, 10.0, shift=False)
    np.testing.assert_allclose(one.energy(2 * r), one.energy(r) / 4096)
    np.testing.assert_allclose(one.force(2 * r), one.force(r) / 8192)
    np.testing.assert_allclose(one.force(r) * r, 12 * one.energy(r))


@given(st.floats(2, 40), st.floats(0.5, 1.5), st.floats(1.1, 2))
def test_a_smoothed_inverse_power_ends_with_its_force_and_the_slope_of_that(exponent, sigma, reach):
    soft = SmoothedInversePower(1.5, sigma, exponent, reach * sigma)
    # what is left is of third order in the distance to the end
    gaps = np.array([1e-2, 2e-2]) * soft.cutoff
    energy, force = soft.energy(soft.cutoff - gaps), soft.force(soft.cutoff - gaps)
    assert (energy > 0).all()
    assert 7.0 < energy[1] / energy[0] < 9.0 + 0.3 * exponent
    assert 3.5 < force[1] / force[0] < 5.0 + 0.15 * exponent
    # nothing but the constant, the square and the fourth power was added
    r = np.linspace(0.7, 0.95, 9) * soft.cutoff
    added = soft.energy(r) - InversePower(1.5, sigma, exponent, 9.0, shift=False).energy(r)
    terms = np.stack([np.ones(9), r**2, r**4], axis=1)
    left = added - terms @ np.linalg.lstsq(terms, added, rcond=None)[0]
    assert np.abs(left).max() < 1e-9 * np.abs(added).max()


def test_a_lennard_jones_pair_ends_with_its_force_and_the_slope_of_that():
    smooth = CurvatureSmoothedLennardJones(0.75, 0.94, 2.35)
    gaps = np.array([1e-2, 2e-2]) * smooth.cutoff
    energy, force = smooth.energy(smooth.cutoff - gaps), smooth.force(smooth.cutoff - gaps)
    # what is left is of third order in the distance to the end
    assert 7.0 < energy[1] / energy[0] < 9.5
    assert 3.5 < force[1] / force[0] < 5.0
    # twelve and six, each smoothed, are what is smoothed here
    r = np.linspace(0.8, 2.34, 50)
    twelve, six = (SmoothedInversePower(3.0, 0.94, n, 2.35) for n in (12.0, 6.0))
    for law in ("energy", "force", "curvature"):
        expected = getattr(twelve, law)(r) - getattr(six, law)(r)
        np.testing.assert_allclose(getattr(smooth, law)(r), expected, rtol=1e-9, atol=1e-12)


def test_the_coefficients_for_twelve_are_those_in_use():
    end = 1.25
    expected = (-28 / end**12, 48 / end**14, -21 / end**16)
    np.testing.assert_allclose(SmoothedInversePower(1.0, 1.0, 12.0, end).coefficients, expected, rtol=1e-14)


def test_a_table_of_lennard_jones_is_lennard_jones():
    plain = LennardJones(1.0, 1.0, 2.5)
    r = np.linspace(0.8, 2.5, 2001)
    table = Tabulated.through(r, plain.energy(r), points=2000)
    between = np.linspace(0.81, 2.49, 777)
    np.testing.assert_allclose(table.energy(between), plain.energy(between), rtol=1e-7, atol=1e-8)
    np.testing.assert_allclose(table.force(between), plain.force(between), rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"energies": (4.0, 3.0, 2.0, 1.0, 0.5)}, "must end at energy 0"),
        ({"energies": (4.0, 3.0, 2.0, 1.0, 1e-9)}, "must end at energy 0"),
        ({"forces": (1.0, 1.0, 1.0)}, "5 energies and 3 forces"),
        ({"energies": (np.nan, 3.0, 2.0, 1.0, 0.0)}, "finite"),
        ({"inner": 3.0}, "must increase"),
        ({"inner": -1.0}, "positive"),
        ({"forces": (-2.0,) * 5}, "not the negative slope of its energies near r ="),
    ],
)
def test_tables_that_are_none(change, message):
    r2 = np.linspace(1.0, 4.0, 5)
    good = {
        "inner": 1.0,
        "cutoff": 2.0,
        "energies": tuple(4.0 - r2),
        "forces": tuple(2.0 * np.sqrt(r2)),
    }
    Tabulated(**good)
    with pytest.raises(MixtureError, match=message):
        Tabulated(**good | change)


@pytest.mark.parametrize(
    ("r", "energy", "message"),
    [
        ([1, 2, 3], [3, 2, 0], "6 distances"),
        (R, WAVE[:-1], "the same number of energies"),
        (R[::-1], WAVE, "increasing"),
        (R - 0.5, WAVE, "positive"),
        (R, np.where(np.arange(len(R)) == 5, np.inf, WAVE), "finite"),
        (R, WAVE + 1.0, "end at energy 0, not 1: subtract"),
    ],
)
def test_samples_that_make_no_table(r, energy, message):
    with pytest.raises(MixtureError, match=message):
        Tabulated.through(r, energy, points=100)


@pytest.mark.parametrize(
    "make",
    [
        lambda: SmoothedLennardJones(1, 1, 0),
        lambda: CurvatureSmoothedLennardJones(1, 1, 1e-12),
        lambda: ExpandedLennardJones(1, 1, -0.1, 2.5),
        lambda: ExpandedLennardJones(1, 1, 2.5, 2.5),
        lambda: ExpandedLennardJones(1, np.nan, 0.1, 2.5),
        lambda: ExpandedLennardJones.modified_well(1, 1, well_width=1.2, cutoff=2.5),
        lambda: InversePower(1, 1, -12, 2),
        lambda: InversePower(1, 10, 400, 2),
        lambda: SmoothedInversePower(1, 1, 12, 0),
        lambda: HarmonicRepulsion(1, np.inf),
    ],
)
def test_potentials_that_are_none(make):
    with pytest.raises(MixtureError, match=r"must be positive|delta|width|out of range"):
        make()


def test_tables_of_two_lengths_and_tables_without_folder_are_refused(tmp_path):
    short, long = (Tabulated.through(R, WAVE, points=n) for n in (300, 2000))
    two = Mixture("two", ("A", "B"), (0.5, 0.5), (1.0, 1.0), (short, long, short))
    with pytest.raises(SimulationError, match="tables of the same length, not 300, 2000"):
        pair_commands(two, tmp_path)
    one = Mixture("one", ("A",), (1.0,), (1.0,), (short,))
    with pytest.raises(SimulationError, match="needs a folder"):
        pair_commands(one)


def test_a_smoothed_power_whose_coefficients_are_no_numbers_is_refused():
    for exponent, cutoff in ((1100.0, 0.5), (400.0, 0.1)):
        with pytest.raises(MixtureError, match="out of range"):
            SmoothedInversePower(1.0, 1.0, exponent, cutoff)
