"""Mixtures in YAML files: what they mean, and what is refused."""

import textwrap

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from supercooled import store, systems
from supercooled.errors import BoxError, MixtureError, SimulationError
from supercooled.mixture import Liquid
from supercooled.potentials import (
    ExpandedLennardJones,
    HarmonicRepulsion,
    InversePower,
    LennardJones,
    SmoothedLennardJones,
    Tabulated,
)
from supercooled.simulation.pair_styles import pair_commands

KOB_ANDERSEN = """
name: ka-lj
species:
  - {name: A, fraction: 0.8, mass: 1.0}
  - {name: B, fraction: 0.2}
pairs:
  B-B: {style: lennard-jones, epsilon: 0.5, sigma: 0.88, cutoff: 2.2}
  A-A: {style: lennard-jones, epsilon: 1, sigma: 1, cutoff: 2.5}
  B-A: {style: lennard-jones, epsilon: 1.5, sigma: 0.8, cutoff: 2.0}
"""
SMOOTH = """
name: smooth
sizes: {smallest: 0.73, largest: 1.63, exponent: -3, classes: 3}
nonadditivity: 0.2
pair: {style: inverse-power-smoothed, epsilon: 1.0, sigma: 1.0, exponent: 12, cutoff: 1.25}
"""
DISCS = """
name: discs
dimensions: 2
sizes: {smallest: 0.73, largest: 1.63, exponent: -3, classes: 5}
nonadditivity: 0.2
pair: {style: inverse-power, epsilon: 1.0, sigma: 1.0, exponent: 12, cutoff: 1.25}
"""
EVERY_STYLE = """
name: all
species: [{name: A, fraction: 0.25}, {name: B, fraction: 0.25}, {name: C, fraction: 0.5, mass: 2}]
pairs:
  A-A: {style: lennard-jones, epsilon: 1, sigma: 1, cutoff: 2.5, shift: false}
  A-B: {style: wca, epsilon: 1e-1, sigma: 1}
  A-C: {style: lennard-jones-smoothed, epsilon: 1, sigma: 1, cutoff: 2.5}
  B-B: {style: lennard-jones-expanded, epsilon: 1, sigma: 0.7, delta: 0.3, cutoff: 2.5, shift: true}
  B-C: {style: harmonic, epsilon: 10, sigma: 1.1}
  C-C: {style: tabulated, file: cc.txt, points: 500}
"""


def written(folder, text, name="my.yaml"):
    path = folder / name
    path.write_text(textwrap.dedent(text) if text.strip() else text)
    return path


def test_a_file_can_say_what_the_catalogue_says(tmp_path):
    assert systems.read_mixture(written(tmp_path, KOB_ANDERSEN)).to_dict() == (
        systems.kob_andersen(density=1.2).mixture.to_dict()
    )
    liquid = systems.named(str(tmp_path / "my.yaml"), density=1.3)
    assert liquid.name == "ka-lj_rho1.3"


def test_every_style_has_its_potential(tmp_path):
    r = np.linspace(0.6, 2.0, 60)
    np.savetxt(tmp_path / "cc.txt", np.column_stack([r, (2.0 - r) ** 3]))
    mixture = systems.read_mixture(written(tmp_path, EVERY_STYLE))
    assert mixture.masses == (1.0, 1.0, 2.0)
    assert mixture.potential("A", "A") == LennardJones(1, 1, 2.5, shift=False)
    assert mixture.potential("A", "B") == LennardJones.wca(0.1, 1)
    assert mixture.potential("C", "A") == SmoothedLennardJones(1, 1, 2.5)
    assert mixture.potential("B", "B") == ExpandedLennardJones(1, 0.7, 0.3, 2.5)
    assert mixture.potential("B", "C") == HarmonicRepulsion(10, 1.1)
    table = mixture.potential("C", "C")
    assert isinstance(table, Tabulated)
    assert len(table.energies) == 500
    np.testing.assert_allclose(table.force([0.8, 1.5]), [3 * 1.2**2, 3 * 0.5**2], rtol=1e-6)


@given(st.floats(-6, 6), st.integers(1, 30), st.floats(1.1, 4))
def test_size_classes_hold_equal_shares_and_keep_the_mean(exponent, classes, ratio):
    sizes = systems.size_classes(smallest=0.5, largest=0.5 * ratio, exponent=exponent, classes=classes)
    d = np.linspace(0.5, 0.5 * ratio, 20_001)
    density = d**exponent
    mean = np.trapezoid(density * d, d) / np.trapezoid(density, d)
    assert sizes.mean() == pytest.approx(mean, rel=1e-5)
    assert (np.diff(sizes) > 0).all()
    assert sizes[0] > 0.5
    assert sizes[-1] < 0.5 * ratio
    # the share of the distribution below the boundary of two classes
    if classes == 2:
        cumulated = np.cumsum(density) / density.sum()
        median = d[np.searchsorted(cumulated, 0.5)]
        assert sizes[0] < median < sizes[1]


def test_a_pair_of_sizes_is_the_pair_potential_scaled(tmp_path):
    mixture = systems.read_mixture(written(tmp_path, DISCS))
    assert mixture.dimensions == 2
    assert mixture.composition == (0.2,) * 5
    sizes = systems.size_classes(smallest=0.73, largest=1.63, exponent=-3, classes=5)
    unit = InversePower(1.0, 1.0, 12.0, 1.25)
    for (a, b), potential in zip(mixture.pairs, mixture.potentials, strict=True):
        first, second = sizes[mixture.species.index(a)], sizes[mixture.species.index(b)]
        sigma = (first + second) / 2 * (1 - 0.2 * abs(first - second))
        r = np.linspace(0.8, 1.3, 11)
        np.testing.assert_allclose(potential.energy(r * sigma), unit.energy(r), rtol=1e-12, atol=1e-14)
        np.testing.assert_allclose(potential.force(r * sigma) * sigma, unit.force(r), rtol=1e-12)


def test_given_sizes_and_a_table_scale_too(tmp_path):
    r = np.linspace(0.5, 2.0, 40)
    np.savetxt(tmp_path / "u.txt", np.column_stack([r, (2.0 - r) ** 2]))
    text = """
        name: two
        sizes: [1.0, 1.5]
        nonadditivity: 0
        pair: {style: tabulated, file: u.txt, points: 300}
    """
    mixture = systems.read_mixture(written(tmp_path, text))
    small, between = mixture.potential("d1", "d1"), mixture.potential("d1", "d2")
    np.testing.assert_allclose(between.energy(1.25 * r[1:]), small.energy(r[1:]), rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(between.force(1.25 * r[1:]) * 1.25, small.force(r[1:]), rtol=1e-12)


@pytest.mark.parametrize(
    ("text", "density", "n"), [(DISCS, 1.0, 100), (EVERY_STYLE, 0.8, 200), (SMOOTH, 1.0, 150)]
)
def test_a_mixture_of_a_file_runs(tmp_path, text, density, n):
    """Planar and polydisperse, or of every style: each number of the file has reached LAMMPS, through a
    checkpoint, or the energy is another.
    """
    r = np.linspace(0.3, 2.0, 400)
    np.savetxt(tmp_path / "cc.txt", np.column_stack([r, r**-12 - 2.0**-12]))
    path = written(tmp_path, text.replace("shift: false", "shift: true"))
    liquid = systems.named(str(path), density=density)
    run = store.simulate(
        liquid, temperature=1.0, n_particles=n, duration=0.1, every=0.05, start="lattice", hold=0.5,
        root=tmp_path / "runs", progress=False,
    )  # fmt: skip
    box, xyz = run.fixed_box(), run.positions()[-1]
    assert (xyz[:, 2] == 0).all() == (liquid.mixture.dimensions == 2)
    distances = np.linalg.norm(box.minimum_image(xyz[:, None] - xyz[None]), axis=2)
    names = liquid.mixture.species
    energy = sum(
        float(liquid.mixture.potential(names[run.species[i]], names[run.species[j]]).energy(distances[i, j]))
        for i in range(n)
        for j in range(i)
    )
    # frames are in single precision
    logged = store.logged(run, "potential_energy").values[-1]
    assert logged == pytest.approx(energy / n, rel=1e-4, abs=1e-5)


def test_what_lammps_can_not_mix_is_refused(tmp_path):
    np.savetxt(tmp_path / "cc.txt", np.column_stack([np.linspace(0.3, 2, 40), np.linspace(0.3, 2, 40) - 2]))
    liquid = systems.named(str(written(tmp_path, EVERY_STYLE)), density=0.8)
    with pytest.raises(SimulationError, match="all: LAMMPS shifts either all pairs or none"):
        pair_commands(liquid.mixture, tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("name: ka-lj", "name: 'ka; shell rm -rf'", r"name: a name has at most 64 letters, digits, - and _"),
        ("name: ka-lj", 'name: "a\\nshell ls"', "name: a name"),
        ("name: A,", "name: '${x}',", r"species\.0\.name: a name"),
        ("name: A,", "name: no,", r"species\.0\.name: input should be a valid string"),
        ("epsilon: 1,", "epsilon: '1 shell ls',", r"pairs\.A-A\.epsilon: input should be a valid number"),
        ("epsilon: 1,", "epsilon: .nan,", r"pairs\.A-A\.epsilon: .*finite"),
        ("epsilon: 1,", "epsilon: -.inf,", r"pairs\.A-A\.epsilon: .*(finite|greater)"),
        ("epsilon: 1,", "epsilon: 1" + 400 * "0" + ",", "line 8: a whole number of 401 digits"),
        ("epsilon: 1,", "epsilon: true,", r"pairs\.A-A\.epsilon"),
        (
            "epsilon: 1,",
            "epsilon: !!python/object/apply:os.system [ls],",
            "line 8: tags such as .*os.system. are not allowed",
        ),
        ("epsilon: 1,", "epsilon: &x 1, sigma: *x,", "line 8: aliases are not allowed"),
        ("epsilon: 1,", "epsilon: 1, epsilon: 2,", "line 8: 'epsilon' is given twice"),
        ("epsilon: 1,", "epsilon: 0,", r"pairs\.A-A\.epsilon: input should be greater than 0"),
        ("epsilon: 1,", "", r"pairs\.A-A\.epsilon: field required"),
        ("epsilon: 1,", "epsilon: 1, charge: 2,", r"pairs\.A-A\.charge: extra inputs"),
        ("A-A: {style: lennard-jones", "A-A: {style: morse", r"pairs\.A-A: .*'morse'.*'wca'.*'tabulated'"),
        ("A-A: {", "A-C: {", r"pairs\.'A-C': there is no such pair among the species A, B"),
        ("B-A: {", "A-A: {", "'A-A' is given twice"),
        ("  B-A:", "  A-B: {style: wca, epsilon: 1, sigma: 1}\n  B-A:", "given twice, as A-B and B-A"),
        ("  B-A: {", "  #", r"pairs\.A-B: this pair is missing"),
        ("fraction: 0.2", "fraction: 0.3", "add up to 1"),
        ("name: B", "name: A", "names must be different"),
        ("name: ka-lj", "name: ka-lj\ndimensions: 4", "dimensions: input should be 2 or 3"),
        ("name: ka-lj", "name: ka-lj\nsource: |\n  two\n  lines", "source: a source must be one line"),
        ("name: ka-lj", "name: [", "line"),
        (KOB_ANDERSEN, "- 1", "not a file of a mixture"),
        (KOB_ANDERSEN, 3000 * "[", "line 1: lists nested more than 32 deep"),
        (KOB_ANDERSEN, 1_000_001 * " ", "larger than 1 MB"),
    ],
)
def test_what_is_wrong_in_a_file_is_named(tmp_path, old, new, message):
    assert old in KOB_ANDERSEN
    path = written(tmp_path, KOB_ANDERSEN.replace(old, new))
    with pytest.raises(MixtureError, match=message) as caught:
        systems.read_mixture(path)
    assert str(caught.value).startswith(str(path))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("classes: 5", "classes: 65", "classes must be 1 to 64"),
        ("largest: 1.63", "largest: 0.1", "must be positive and increasing"),
        ("nonadditivity: 0.2", "nonadditivity: 5", "sigma .* not positive"),
        ("exponent: -3", "exponent: 1e5", "between -50 and 50"),
        ("nonadditivity: 0.2", "", "nonadditivity: field required"),
        ("sizes: {smallest: 0.73,", "sizes: {", r"sizes\.smallest: field required"),
    ],
)
def test_what_is_wrong_with_sizes_is_named(tmp_path, old, new, message):
    with pytest.raises(MixtureError, match=message):
        systems.read_mixture(written(tmp_path, DISCS.replace(old, new)))


def test_a_file_or_table_that_is_missing_or_broken_is_named(tmp_path):
    with pytest.raises(MixtureError, match=r"absent\.yaml: no such file"):
        systems.read_mixture(tmp_path / "absent.yaml")
    path = written(tmp_path, EVERY_STYLE)
    with pytest.raises(MixtureError, match=r"my\.yaml: pairs\.C-C: .*cc\.txt: no such file"):
        systems.read_mixture(path)
    (tmp_path / "cc.txt").write_text("1 2 3\n4 5 6\n")
    with pytest.raises(MixtureError, match="3 columns instead of the two"):
        systems.read_mixture(path)
    (tmp_path / "cc.txt").write_text("__import__('os') 2\n")
    with pytest.raises(MixtureError, match="not a table"):
        systems.read_mixture(path)
    (tmp_path / "raw.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(MixtureError, match=r"raw\.yaml"):
        systems.read_mixture(tmp_path / "raw.yaml")


def test_size_and_cutoff_of_a_file_are_checked_before_any_simulation(tmp_path):
    mixture = systems.read_mixture(written(tmp_path, DISCS))
    ask = {"temperature": 1.0, "duration": 1.0, "every": 0.5, "start": "lattice", "hold": 1.0}
    with pytest.raises(MixtureError, match="discs: 101 particles can't be divided"):
        store.request(Liquid(mixture, 1.0), n_particles=101, **ask)
    with pytest.raises(BoxError, match="less than twice the cutoff"):
        store.request(Liquid(mixture, 1.0), n_particles=10, **ask)
    assert [p.name for p in tmp_path.iterdir()] == ["my.yaml"]
