"""The liquids by name and the configurations shipped with them."""

import hashlib
import json
import re
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from supercooled import Activity, io, store, systems
from supercooled.errors import MixtureError, ParameterError, StoreError
from supercooled.mixture import Liquid
from supercooled.potentials import ExpandedLennardJones
from supercooled.simulation.start import from_trajectory
from supercooled.store.crystal import order


@pytest.mark.parametrize("name", sorted(systems.catalogue()))
def test_every_pair_of_every_system_ends_where_its_paper_says(name):
    mixture = systems.named(name, density=1.2).mixture
    for potential in mixture.potentials:
        inside = potential.cutoff * (1 - 1e-9)
        if isinstance(potential, ExpandedLennardJones):
            # graham2023 prints a plain cut: what is left there is some percent of the well
            assert -0.04 * potential.epsilon < potential.energy(inside) < 0
        else:
            assert potential.energy(inside) == pytest.approx(0.0, abs=1e-7)
        if name in ("ka-lj-smooth", "ka2d"):
            assert potential.force(inside) == pytest.approx(0.0, abs=1e-7)
        assert potential.energy(0.9 * potential.sigma + getattr(potential, "delta", 0.0)) > 0


@pytest.mark.parametrize("name", sorted(systems.catalogue()))
def test_an_entry_says_what_it_makes(name):
    entry = systems.catalogue()[name]
    assert entry.densities
    for density in entry.densities:
        liquid = systems.named(name, density=density)
        assert liquid.mixture.name == ("ka-lj" if liquid.activity else name)
        assert bool(liquid.activity) is name.startswith("ka-active")
        assert bool(entry.assumption) is name.startswith(("ka-active", "ka2d"))
        assert f" {name} " in systems.equilibration_command(liquid, 0.5, 1000)
        assert liquid.density == density
        if name == "ka2d":
            assert liquid.mixture.counts(1290) == (600, 330, 360)
            assert liquid.mixture.dimensions == 2
            continue
        assert liquid.mixture.counts(1000)[1] == (500 if name == "wahnstrom" else 200)
    assert {"nandi2021", "sharma2022", "schoenholz2016", "graham2023", "glassbench"} >= set(
        entry.source.split("; ")
    )


def test_active_liquids_say_how_they_are_driven():
    for force in (0.5, 1.0, 1.75):
        liquid = systems.named(f"ka-active{force:g}", density=1.2)
        assert liquid.activity == Activity(
            force=force, persistence_time=4.0, species=("A", "B"), fraction=1.0
        )
        assert replace(liquid, activity=None) == systems.kob_andersen(density=1.2)
        assert "4 tau" in systems.catalogue()[f"ka-active{force:g}"].assumption


def test_an_active_liquid_starts_from_its_own_configuration_or_from_that_of_the_passive_one(
    monkeypatch, tmp_path
):
    active = systems.named("ka-active0.5", density=1.2)
    passive = replace(active, activity=None)
    shipped = next(c for c in systems.library() if c.fits(passive, 0.7, 1000))
    assert not shipped.fits(active, 0.7, 1000)
    module = sys.modules[systems.library.__module__]
    monkeypatch.setattr(module, "library", lambda: (shipped,))
    monkeypatch.setattr(systems, "library", lambda: (shipped,))
    assert systems.equilibrated(active, 0.7, 1000) == shipped.path
    wanted = {"temperature": 0.7, "n_particles": 1000, "duration": 1.0, "every": 0.1}
    with pytest.raises(ParameterError, match="hold it first"):
        store.request(active, **wanted)
    assert active.activity is not None
    record = {**shipped.record, "activity": active.activity.to_dict()}
    path = Path(shutil.copy(shipped.path, tmp_path / "own.gsd"))
    own = replace(shipped, path=path, record=record)
    assert own.name == "ka-lj_f0.5_tau4"
    assert not own.fits(passive, 0.7, 1000)
    monkeypatch.setattr(module, "library", lambda: (shipped, own))
    assert systems.equilibrated(active, 0.7, 1000) == own.path
    assert systems.equilibrated(passive, 0.7, 1000) == shipped.path
    monkeypatch.setattr(systems, "library", lambda: (shipped, own))
    assert store.request(active, **wanted).state.protocol.hold == 0.0


def test_a_well_of_another_width_keeps_every_minimum_in_its_place():
    plain = systems.kob_andersen(density=1.2).mixture
    for width, density in ((0.1, 1.18), (0.2, 1.16), (0.3, 1.14), (0.4, 1.12)):
        entry = systems.catalogue()[f"ka-width{width:g}"]
        assert entry.densities == (density,)
        for pair in plain.pairs:
            lj, well = (m.potential(*pair) for m in (plain, entry.make(density=density).mixture))
            bottom = 2 ** (1 / 6) * lj.sigma
            assert float(well.energy(bottom)) == pytest.approx(-lj.epsilon)
            assert well.cutoff == lj.cutoff
            # narrower on both sides
            for r in (0.95 * bottom, 1.1 * bottom):
                assert well.energy(r) > lj.energy(r)
    assert systems.kob_andersen_width(well_width=0.0, density=1.2) == systems.kob_andersen(density=1.2)


def test_only_lennard_jones_forces_that_jump_are_smoothed():
    smooth = systems.force_smoothed(systems.wahnstrom(density=1.2959))
    assert smooth.name == "wahnstrom-smooth_rho1.2959"
    assert smooth.mixture.masses == (1.0, 0.5)
    with pytest.raises(MixtureError, match="already goes to zero at its cutoff"):
        systems.force_smoothed(systems.kob_andersen_wca(density=1.2))
    with pytest.raises(MixtureError, match="is not a Lennard-Jones pair"):
        systems.force_smoothed(smooth)
    with pytest.raises(MixtureError, match="width parameter"):
        systems.kob_andersen_width(well_width=-0.1, density=1.2)


def test_kob_andersen_and_its_repulsive_twin_have_the_same_force_where_they_repel():
    attractive, repulsive = systems.kob_andersen(density=1.2), systems.kob_andersen_wca(density=1.2)
    for pair in attractive.mixture.pairs:
        a, b = attractive.mixture.potential(*pair), repulsive.mixture.potential(*pair)
        r = np.linspace(0.8 * b.sigma, 0.999 * b.cutoff, 50)
        np.testing.assert_allclose(a.force(r), b.force(r), rtol=1e-12)
        # Repulsion ends where the attraction begins.
        assert abs(a.force(b.cutoff)) < 1e-10
        np.testing.assert_allclose(b.energy(b.sigma), a.epsilon)


def test_the_third_species_lies_between_the_two_of_kob_and_andersen():
    ternary = systems.ternary_kob_andersen_2d(density=1.19206).mixture
    plain = systems.kob_andersen(density=1.2).mixture
    for pair in (("A", "A"), ("A", "B"), ("B", "B")):
        assert ternary.potential(*pair).sigma == plain.potential(*pair).sigma
        assert ternary.potential(*pair).epsilon == plain.potential(*pair).epsilon
    for law in ("sigma", "epsilon"):
        a, b, c = (getattr(ternary.potential(s, s), law) for s in "ABC")
        assert c == pytest.approx((a + b) / 2)
    assert ternary.potential("B", "C") == ternary.potential("A", "B")


def test_wahnstrom_sigmas_add_up():
    potentials = systems.wahnstrom(density=1.2959).mixture.potentials
    assert potentials[1].sigma == pytest.approx((potentials[0].sigma + potentials[2].sigma) / 2)


def test_an_unknown_system_lists_the_known_ones():
    with pytest.raises(MixtureError, match=r"ka-lj, ka-lj-smooth, ka-wca, .*wahnstrom"):
        systems.named("ka", density=1.2)


def test_a_temperature_without_configuration_says_which_there_are_and_how_to_make_one():
    with pytest.raises(
        ParameterError, match=r"T=0\.47.*supercooled equilibrate ka-lj .*--temperature 0\.5 "
    ) as told:
        systems.equilibrated(systems.kob_andersen(density=1.2), 0.5, 4000)
    there = re.findall(r"T=\S+ \(N=\d+\)", str(told.value))
    assert len(there) == len(set(there))
    # of the driven liquids only
    assert "T=0.4 (N=1000)" not in there
    with pytest.raises(ParameterError, match="none of this liquid"):
        systems.equilibrated(systems.wahnstrom(density=1.3), 0.6, 1000)


def test_another_cutoff_is_another_liquid():
    liquid = systems.kob_andersen(density=1.2)
    shipped = next(one for one in systems.library() if one.fits(liquid, 0.7, 4000))
    assert shipped.fits(liquid, shipped.temperature, shipped.n_particles)
    repulsive = systems.kob_andersen_wca(density=1.2)
    assert not shipped.fits(repulsive, shipped.temperature, shipped.n_particles)
    assert not shipped.fits(Liquid(liquid.mixture, 1.25), shipped.temperature, shipped.n_particles)


@pytest.mark.parametrize("shipped", systems.library(), ids=lambda c: c.path.stem)
def test_a_shipped_configuration_is_the_liquid_that_its_record_names(shipped):
    data = shipped.path.read_bytes()
    assert len(data) < 90_000
    assert hashlib.sha256(data).hexdigest() == shipped.record["sha256"]
    assert shipped.record["mixture"] == systems.named(shipped.mixture, density=1.0).mixture.to_dict()
    liquid = systems.named(shipped.mixture, density=shipped.density)
    if shipped.activity is not None:
        liquid = replace(liquid, activity=Activity(**{**shipped.activity, "species": tuple("AB")}))
    assert systems.equilibrated(liquid, shipped.temperature, shipped.n_particles) == shipped.path
    from_trajectory(io.read(shipped.path, timestep=1.0), liquid, shipped.temperature)
    checks = shipped.record["checks"]
    judged = ["energy", "msd"] if shipped.activity else ["energy", "overlap", "peak"]
    assert ", ".join(["passed: crystal", *judged]) in shipped.summary
    assert all(checks[name]["passed"] for name in ("crystal", *judged))
    assert not shipped.briefly_checked


def test_every_shipped_file_has_its_record():
    folder = systems.library()[0].path.parent
    assert {p.stem for p in folder.glob("*.gsd")} == {p.stem for p in folder.glob("*.json")}
    assert sum(p.stat().st_size for p in folder.iterdir()) < 15_000_000


def the_coldest():
    """Of each liquid, the shipped configuration most likely to be a crystal."""
    coldest = {}
    for shipped in systems.library():
        coldest.setdefault((shipped.mixture, shipped.density), shipped)
    return list(coldest.values())


@pytest.mark.parametrize("shipped", the_coldest(), ids=lambda c: c.path.stem)
def test_the_coldest_shipped_configurations_are_no_crystals(shipped):
    liquid = systems.named(shipped.mixture, density=shipped.density)
    start = from_trajectory(io.read(shipped.path, timestep=1.0), liquid, shipped.temperature)
    found = order(start)
    assert not found.crystalline
    assert found.cluster == shipped.record["checks"]["crystal"]["largest_cluster"]


@pytest.mark.parametrize(
    "shipped", [c for c in systems.library() if c.n_particles == 1000], ids=lambda c: c.path.stem
)
def test_a_shipped_configuration_has_forgotten_where_it_came_from(shipped):
    """Twenty relaxation times in the checked run alone, at its temperature to 1 %, or driven above it."""
    checks = shipped.record["checks"]
    assert shipped.record["duration"] >= 20 * checks["relaxation_time"]["value"]
    if shipped.activity is None:
        assert checks["kinetic_temperature"] == pytest.approx(shipped.temperature, rel=0.01)
    else:
        assert checks["kinetic_temperature"] > shipped.temperature


def test_the_strongest_self_propulsion_heats_and_speeds_up_against_the_weakest_or_none():
    shipped = [c for c in systems.library() if (c.mixture, c.density, c.n_particles) == ("ka-lj", 1.2, 1000)]

    def force(one):
        return 0.0 if one.activity is None else float(one.activity["force"])

    for T in {c.temperature for c in shipped if c.activity is not None}:
        alike = sorted((c for c in shipped if c.temperature == T), key=force)
        checks = [c.record["checks"] for c in alike]
        if len(alike) > 1:
            assert checks[-1]["kinetic_temperature"] > T
            assert checks[-1]["kinetic_temperature"] > checks[0]["kinetic_temperature"]
            assert checks[-1]["relaxation_time"]["value"] < checks[0]["relaxation_time"]["value"]


@pytest.mark.parametrize("name", ["ka-lj", "ka-wca", "wahnstrom"])
def test_colder_shipped_configurations_have_less_energy_and_relax_more_slowly(name):
    for density in systems.catalogue()[name].densities:
        states = [
            c
            for c in systems.library()
            if (c.mixture, c.density, c.n_particles, c.activity) == (name, density, 1000, None)
        ]
        checks = [c.record["checks"] for c in states]
        for key, slope in (("potential_energy", 1), ("pressure", 1)):
            assert (slope * np.diff([c[key] for c in checks]) > 0).all()
        assert (np.diff([c["relaxation_time"]["value"] for c in checks]) < 0).all()


def test_energy_of_the_shipped_configurations_rises_with_temperature_as_rosenfeld_and_tarazona_say():
    """U = a + b T^(3/5), Rosenfeld and Tarazona 1998, to 1 % of its range."""
    shipped = [c for c in systems.library() if (c.mixture, c.density, c.n_particles) == ("ka-lj", 1.2, 4000)]
    assert {c.temperature for c in shipped} >= {0.47, 0.53, 0.58, 0.7, 0.8, 1.0}
    T = np.array([c.temperature for c in shipped])
    U = np.array([c.record["checks"]["potential_energy"] for c in shipped])
    fit = np.polynomial.Polynomial.fit(T**0.6, U, 1)
    assert np.abs(fit(T**0.6) - U).max() < 0.01 * np.ptp(U)


def test_a_library_names_the_file_that_is_missing_or_damaged(tmp_path):
    shipped = systems.library()[0].path.with_suffix(".json")
    (tmp_path / "one.json").write_text(shipped.read_text())
    with pytest.raises(StoreError, match=r"one\.gsd is missing"):
        systems.library(tmp_path)
    (tmp_path / "one.json").write_text("{")
    with pytest.raises(StoreError, match=r"one\.json is not a record of a configuration"):
        systems.library(tmp_path)
    (tmp_path / "one.json").write_text(json.dumps({"temperature": "cold"}))
    with pytest.raises(StoreError, match=r"one\.json is not a record of a configuration"):
        systems.library(tmp_path)
