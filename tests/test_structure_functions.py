"""Structure functions: against the formulas, and what turning, shifting and renaming leave alone."""

from __future__ import annotations

import json

import hypothesis.strategies as st
import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from oracles import structure_functions as slow

import supercooled as sc
from supercooled.cluster import executor
from supercooled.indicators import StructureFunctions
from supercooled.kernels.exponential import exponential
from supercooled.structure import FEATURE_SETS, Angular, Radial, features_of_examples

FEW = Angular(((2.0, 1.0, 1), (0.9, 1.0, 16), (2.0, -1.0, 2), (14.6, 0.5, 3)), cutoff=1.9)
NEAR = Radial(first=0.6, step=0.15, number=9, width=0.1, cutoff=2.0)


def structure_functions(run, *, species="A", radial=(), angular=None, **more):
    near = (radial,) if isinstance(radial, Radial) else tuple(radial)
    return StructureFunctions(near, angular).of(run, species=species, **more)


def gas(seed, n=60, *, edge=5.0, species=2, tilts=(0.0, 0.0, 0.0), dimensions=3, frames=1):
    random = np.random.default_rng(seed)
    if dimensions == 2:
        box = sc.Box(edge, edge, xy=tilts[0], dimensions=2)
    else:
        box = sc.Box(edge, edge, edge, *tilts)
    fractions = random.uniform(-0.5, 0.5, (frames, n, 3))
    fractions[..., dimensions:] = 0.0
    kind = np.append(np.arange(species), random.integers(0, species, n - species))
    return sc.Trajectory.from_arrays(box.absolute(fractions), box, species=kind, temperature=0.5)


def expected(run, radial, angular, species=0, frame=0):
    box, xyz, kind = run.fixed_box(), run.positions()[frame], run.species
    n = len(run.names)
    rows = []
    for i in np.flatnonzero(kind == species):
        vectors = slow.distances(xyz, i, box.matrix, run.dimensions)
        row = [
            slow.radial(vectors, kind, i, v, mean=mean, width=s.width, cutoff=s.reach)
            for s in radial
            for v in range(n)
            for mean in s.means
        ]
        if angular is not None:
            row += [
                slow.angular(vectors, kind, i, (a, b), xi=f[0], sign=f[1], zeta=f[2], cutoff=angular.cutoff)
                for a in range(n)
                for b in range(a, n)
                for f in angular.functions
            ]
        rows.append(row)
    return np.array(rows)


@given(
    seed=st.integers(0, 2**32 - 1),
    n=st.integers(4, 16),
    species=st.integers(1, 3),
    dimensions=st.sampled_from([2, 3]),
    tilt=st.floats(-0.4, 0.4),
    number=st.integers(1, 5),
    ratio=st.floats(0.3, 4.0),
)
@settings(max_examples=12, deadline=None)
def test_they_are_what_the_formulas_say(*, seed, n, species, dimensions, tilt, number, ratio):
    run = gas(seed, n, species=species, dimensions=dimensions, tilts=(tilt, 0.0, 0.0))
    reach = 0.49 * run.fixed_box().heights.min()
    radial = (Radial(first=0.2, step=0.2 * ratio, number=number, width=0.2, cutoff=reach),)
    angular = Angular(FEW.functions, cutoff=reach)
    found = structure_functions(run, radial=radial, angular=angular)
    np.testing.assert_allclose(found.values[0], expected(run, radial, angular), rtol=1e-9, atol=2e-8 * n)


@pytest.mark.parametrize(("first", "cutoff"), [(2.0, 2.4), (0.1, 2.4), (6.0, 2.4), (2.0, 0.5)])
def test_neighbours_far_from_every_gaussian_add_nothing(first, cutoff):
    run = gas(5, n=40)
    radial = (Radial(first=first, step=0.07, number=3, width=0.05, cutoff=cutoff),)
    found = structure_functions(run, radial=radial)
    np.testing.assert_allclose(found.values[0], expected(run, radial, None), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("widths", [0.03, 0.4, 4.1, 7.9, 15.9])
def test_any_spacing_beside_the_width_gives_the_same_sums(widths):
    run = gas(7, n=40)
    radial = (Radial(first=0.3, step=0.05 * widths, number=4, width=0.05, cutoff=2.4),)
    found = structure_functions(run, radial=radial)
    np.testing.assert_allclose(found.values[0], expected(run, radial, None), rtol=1e-9, atol=1e-12)


def test_a_single_gaussian_needs_no_spacing():
    run = gas(6, n=40)
    one, other = (
        structure_functions(run, radial=Radial(first=1.1, step=step, number=1, width=0.01, cutoff=2))
        for step in (0.01, 50.0)
    )
    np.testing.assert_array_equal(one.values, other.values)


def test_the_sets_of_the_papers_have_the_papers_numbers_of_functions():
    # Rows of particles far from each other keep the box large enough and the loop short.
    run = gas(3, n=8, edge=12.0)
    for name, number in (("schoenholz2016", 166), ("graham2023", 54)):
        chosen = FEATURE_SETS[name]
        found = structure_functions(run, radial=chosen.radial, angular=chosen.angular)
        assert found.sizes["feature"] == number
        assert len(set(found.feature.values)) == number
        np.testing.assert_allclose(
            found.values[0], expected(run, chosen.radial, chosen.angular), rtol=1e-9, atol=1e-6
        )


def test_two_neighbours_at_a_right_angle_give_the_value_worked_out_by_hand():
    run = sc.Trajectory.from_arrays([[[0, 0, 0], [1.0, 0, 0], [0, 1.5, 0]]], sc.Box.cube(10.0))
    found = structure_functions(run, angular=Angular(((2.0, 1.0, 3),), cutoff=1.6))
    # 1 + 2.25 + 3.25 = 6.5, and the cosine vanishes; the third particle is too far from the second
    assert found.values[0, 0, 0] == pytest.approx(np.exp(-6.5 / 4.0), rel=1e-12)


@pytest.mark.parametrize("distance", [1.999999, 2.000001])
def test_a_neighbour_counts_nearer_than_the_cutoff_only(distance):
    run = sc.Trajectory.from_arrays([[[0, 0, 0], [distance, 0, 0], [-1.0, 0, 0]]], sc.Box.cube(10.0))
    radial = structure_functions(run, radial=Radial(first=2.0, step=0.1, number=1, width=0.1, cutoff=2.0))
    pairs = structure_functions(run, angular=Angular(((3.0, 1.0, 1), (3.0, -1.0, 1)), cutoff=2.0))
    inside = distance < 2.0
    assert (radial.values[0, 0, 0] > 0.99) == inside
    # opposite neighbours: 1 + cos = 0, 1 - cos = 2
    assert (pairs.values[0, 0, 1] > 0.0) == inside
    assert pairs.values[0, 0, 0] == pytest.approx(0.0, abs=1e-12)


@given(seed=st.integers(0, 2**32 - 1), shift=st.tuples(*[st.floats(-7, 7)] * 3))
@settings(max_examples=10, deadline=None)
def test_shifting_the_liquid_and_choosing_other_images_changes_nothing(seed, shift):
    run = gas(seed, tilts=(0.2, -0.1, 0.1))
    box, xyz = run.fixed_box(), run.positions()[0]
    random = np.random.default_rng(seed)
    moved = box.unwrap(xyz + np.array(shift), random.integers(-2, 3, xyz.shape))
    other = sc.Trajectory.from_arrays(moved[None], box, species=run.species)
    a, b = (structure_functions(r, radial=NEAR, angular=FEW).values for r in (run, other))
    np.testing.assert_allclose(a, b, rtol=1e-8, atol=1e-7)


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=10, deadline=None)
def test_turning_a_cluster_changes_nothing(seed):
    random = np.random.default_rng(seed)
    cluster = random.uniform(-1.5, 1.5, (20, 3))
    turn, _ = np.linalg.qr(random.normal(size=(3, 3)))
    kind = np.arange(20) % 2
    a, b = (
        structure_functions(
            sc.Trajectory.from_arrays(c[None], sc.Box.cube(12.0), species=kind),
            species="B",
            radial=NEAR,
            angular=FEW,
        ).values
        for c in (cluster, cluster @ turn.T)
    )
    np.testing.assert_allclose(a, b, rtol=1e-8, atol=1e-7)


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=10, deadline=None)
def test_renaming_like_particles_permutes_them_and_nothing_else(seed):
    run = gas(seed, n=40)
    order = np.random.default_rng(seed + 1).permutation(40)
    other = sc.Trajectory.from_arrays(
        run.positions()[:, order], run.fixed_box(), species=run.species[order], names=run.names
    )
    a, b = (structure_functions(r, radial=NEAR, angular=FEW) for r in (run, other))
    back = b.assign_coords(particle=order[b.particle.values]).sortby("particle")
    np.testing.assert_allclose(a.values, back.values, rtol=1e-9, atol=1e-9)


def test_one_species_split_in_two_adds_up_to_what_it_was():
    run = gas(5, n=50, species=1)
    split = sc.Trajectory.from_arrays(run.positions(), run.fixed_box(), species=np.arange(50) % 2)
    whole = structure_functions(run, angular=FEW).values[0, ::2]
    parts = structure_functions(split, angular=FEW).values[0]
    np.testing.assert_allclose(parts.reshape(25, 3, -1).sum(axis=1), whole, rtol=1e-9)


def test_chunks_workers_and_frames_change_nothing(tmp_path):
    run = gas(7, n=50, frames=7)
    whole = structure_functions(run, radial=NEAR, angular=FEW)
    assert whole.sizes["frame"] == 7
    for k in range(7):
        one = structure_functions(run, radial=NEAR, angular=FEW, frames=slice(k, k + 1))
        np.testing.assert_array_equal(one.values[0], whole.values[k])
    with executor(1) as pool:
        parts = structure_functions(run, radial=NEAR, angular=FEW, executor=pool, megabytes=1e-3)
    np.testing.assert_array_equal(parts.values, whole.values)
    some = structure_functions(run, radial=NEAR, angular=FEW, frames=slice(1, None, 3))
    np.testing.assert_array_equal(some.frame, [1, 4])
    np.testing.assert_array_equal(some.values, whole.values[1::3])
    stored = structure_functions(run, radial=NEAR, angular=FEW, out=tmp_path / "features", megabytes=1e-3)
    np.testing.assert_array_equal(stored.values, whole.values)
    assert json.loads(stored.attrs["definition"]) == json.loads(whole.attrs["definition"])
    np.testing.assert_array_equal(stored.feature.values, whole.feature.values)
    np.testing.assert_array_equal(stored.frame.values, whole.frame.values)
    assert [p.name for p in tmp_path.iterdir()] == ["features"]


def table(**columns):
    return xr.Dataset({name: ("example", np.asarray(values)) for name, values in columns.items()})


def test_features_of_examples_are_those_of_their_particles_and_frames():
    runs = [gas(1, n=40, frames=60), gas(2, n=40, frames=3)]
    random = np.random.default_rng(3)
    run = random.integers(0, 2, 50)
    frame = np.where(run == 0, random.integers(0, 60, 50), random.integers(0, 3, 50))
    particle = np.array([random.choice(runs[k].of_species("B")) for k in run])
    examples = table(run=run, frame=frame, particle=particle, soft=run == 0).assign_attrs(lead=5.0)
    with executor(1) as pool:
        found = features_of_examples(
            runs, examples, StructureFunctions((NEAR,), FEW), species="B", executor=pool
        )
    whole = [structure_functions(r, species="B", radial=NEAR, angular=FEW) for r in runs]
    for row, k, f, p in zip(found.values, run, frame, particle, strict=True):
        np.testing.assert_array_equal(row, whole[k].sel(frame=f, particle=p).values)
    assert found.attrs["lead"] == 5.0
    assert found.attrs["definition"] == whole[0].attrs["definition"]
    np.testing.assert_array_equal(found.soft.values, run == 0)


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("run", 2, "run 2, but 1 runs"),
        ("frame", 9, "frames 9 to 9, .* 0 to 0: they have no frame in common"),
        ("particle", 1, "not of species A"),
    ],
)
def test_an_example_that_does_not_exist_is_refused(column, value, message):
    columns = {"run": [0], "frame": [0], "particle": [0], column: [value]}
    with pytest.raises(sc.SupercooledError, match=message):
        features_of_examples(gas(1, n=8), table(**columns), StructureFunctions((NEAR,)), species="A")


def test_an_empty_table_of_examples_is_refused():
    empty = table(run=[], frame=[], particle=[])
    with pytest.raises(sc.SupercooledError, match="contains no example"):
        features_of_examples(gas(1, n=8), empty, StructureFunctions((NEAR,)), species="A")


def test_the_definition_tells_different_parameters_apart():
    run = gas(1, n=8)
    a, b = (
        structure_functions(run, angular=Angular(FEW.functions, cutoff=c)).attrs["definition"]
        for c in (1.9, 2.0)
    )
    assert a != b


def test_bad_input_is_refused_in_a_sentence():
    run = gas(1, n=8)
    with pytest.raises(sc.SupercooledError, match=r"frame 0: neighbours are counted up to 3.*more than half"):
        structure_functions(run, angular=Angular(FEW.functions, cutoff=3.0))
    with pytest.raises(sc.SupercooledError, match="no structure function"):
        structure_functions(run)
    with pytest.raises(sc.SupercooledError, match="no species 'C'"):
        structure_functions(run, species="C", radial=NEAR)
    with pytest.raises(sc.SupercooledError, match="selects none of the 1 frames"):
        structure_functions(run, radial=NEAR, frames=slice(5, 9))
    with pytest.raises(sc.SupercooledError, match="must be a whole number"):
        Angular(((1.0, 1.0, 1.5),), cutoff=2.0)  # type: ignore[arg-type]
    with pytest.raises(sc.SupercooledError, match="must be a whole number"):
        Angular(((1.0, 1.0, float("inf")),), cutoff=2.0)  # type: ignore[arg-type]
    for sign, zeta in ((1.0, 1023), (-1.0, 2**63), (1e300, 2)):
        with pytest.raises(sc.SupercooledError, match=r"overflows|below"):
            Angular(((0.01, sign, zeta),), cutoff=2.0)
    with pytest.raises(sc.SupercooledError, match="twice"):
        Angular(((1.0, 1.0, 1), (1.0, 1.0, 1)), cutoff=2.0)
    with pytest.raises(sc.SupercooledError, match="must be positive"):
        Radial(first=0.1, step=0.1, number=3, width=0.0)
    with pytest.raises(sc.SupercooledError, match="number must be from 1 to 1000"):
        Radial(first=0.1, step=0.1, number=0, width=0.1)
    with pytest.raises(sc.SupercooledError, match="more than 16 widths"):
        Radial(first=0.1, step=0.5, number=3, width=0.02)
    nan = run.positions().copy()
    nan[0, 3] = np.nan
    with pytest.raises(sc.SupercooledError, match="particle 3"):
        structure_functions(sc.Trajectory.from_arrays(nan, run.fixed_box(), species=run.species), radial=NEAR)


@given(st.floats(-700.0, 700.0))
def test_the_exponential_is_one(x):
    assert exponential(x) == pytest.approx(np.exp(x), rel=2e-14)


def test_two_particles_on_one_place_are_named():
    run = gas(3)
    xyz = run.positions()
    xyz[0, 9] = xyz[0, 7]
    there = sc.Trajectory.from_arrays(xyz, run.fixed_box(), species=np.zeros(60, int))
    with pytest.raises(sc.errors.TrajectoryError, match="same position as particle 7"):
        structure_functions(there, angular=FEW)
    assert np.isfinite(structure_functions(there, radial=NEAR)).all()


def test_the_largest_powers_are_numbers():
    values = structure_functions(gas(3), angular=Angular(((1.0, 1.0, 1022), (0.01, 1.0, 1022)), cutoff=2.0))
    assert np.isfinite(values).all()
