"""Pair entropy: against the formula written out, and by law."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import pair_entropy as oracle
from oracles.structure import neighbour_distances

import supercooled as sc
from supercooled.errors import BoxError, ParameterError
from supercooled.indicators import PairEntropy
from supercooled.structure import (
    Logistic,
    grouped_pair_entropy,
    grouped_radial_distribution,
    pair_entropy,
    radial_distribution,
)

WINDOW = Logistic(centre=1.1, width=0.2)
GRAHAM = {
    "species": None, "width": 0.1, "r": np.arange(0.4, 1.61, 0.1), "pair_correlation": "partial",
    "normalisation": "local",
    "radius": 1.6, "switching": WINDOW, "averaged_within": None,
}  # fmt: skip
PLAIN = {**GRAHAM, "pair_correlation": "total", "normalisation": "bulk", "radius": None, "switching": None}


def local_pair_entropy(run, *, species, frames=slice(None), executor=None, **reading):
    r = tuple(float(x) for x in np.atleast_1d(reading.pop("r")))
    return PairEntropy(r=r, **reading).of(run, species=species, frames=frames, executor=executor)


def gas(n, *, dimensions=3, tilts=(0.0, 0.0, 0.0), edge=4.4, seed=0, n_frames=1, n_species=2):
    """Particles anywhere in a box of any shape: nothing here depends on their keeping apart."""
    rng = np.random.default_rng(seed)
    box = (
        sc.Box(edge, edge * 1.1, edge * 1.2, *tilts)
        if dimensions == 3
        else sc.Box(edge, edge * 1.1, 1.0, tilts[0], dimensions=2)
    )
    fractions = rng.uniform(-0.5, 0.5, (n_frames, n, 3))
    if dimensions == 2:
        fractions[..., 2] = 0.0
    names = tuple("ABC"[:n_species])
    return sc.Trajectory.from_arrays(
        box.absolute(fractions), box, species=rng.integers(0, n_species, n), names=names
    )


@settings(max_examples=15, deadline=None)
@given(
    st.integers(0, 2**31),
    st.integers(1, 10),
    st.sampled_from([2, 3]),
    st.tuples(*[st.floats(-0.3, 0.3)] * 3),
    st.fixed_dictionaries(
        {
            "width": st.floats(0.04, 0.15),
            "points": st.integers(6, 12),
            "n_species": st.integers(1, 3),
            "total": st.booleans(),
            "local": st.booleans(),
            "switching": st.sampled_from([None, WINDOW]),
        }
    ),
)
def test_it_is_the_double_loop(seed, n, dimensions, tilts, chosen):
    width, n_species, total, switching = (chosen[k] for k in ("width", "n_species", "total", "switching"))
    run = gas(n, dimensions=dimensions, tilts=tilts, seed=seed, n_species=n_species, edge=5.4)
    r, radius = np.linspace(0.3, 1.3, chosen["points"]), 1.4 if chosen["local"] else None
    found = local_pair_entropy(
        run, species=None, width=width, r=r, pair_correlation="total" if total else "partial",
        normalisation="local" if chosen["local"] else "bulk", radius=radius,
        switching=switching, averaged_within=None,
    )  # fmt: skip
    for i in range(n):
        expected = oracle.local_pair_entropy(
            run.positions()[0], run.fixed_box(), run.species, i, n_species=n_species, width=width, r=r,
            total=total, radius=radius, switching=switching,
        )  # fmt: skip
        assert found.values[0, i] == pytest.approx(expected, rel=1e-10, abs=1e-10)


@pytest.mark.parametrize("r", [np.arange(3.4, 3.61, 0.1), np.arange(0.1, 0.31, 0.1)])
def test_neighbours_too_near_or_too_far_for_any_distance_count_at_none(r):
    run = gas(150, seed=3, edge=8.4)
    found = local_pair_entropy(run, **{**GRAHAM, "r": r, "radius": 3.3, "switching": None}).values[0]
    for i in range(40):
        expected = oracle.local_pair_entropy(
            run.positions()[0], run.fixed_box(), run.species, i, n_species=2, width=0.1, r=r,
            total=False, radius=3.3, switching=None,
        )  # fmt: skip
        assert found[i] == pytest.approx(expected, rel=1e-10, abs=1e-10)


def test_averaged_it_is_the_mean_over_the_neighbours():
    run = gas(24, seed=2)
    alone = local_pair_entropy(run, **GRAHAM).values[0]
    found = local_pair_entropy(run, **{**GRAHAM, "averaged_within": 1.2}).values[0]
    for i in range(24):
        expected = oracle.averaged(run.positions()[0], run.fixed_box(), alone, i, within=1.2)
        assert found[i] == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("width", [0.02, 0.1, 0.35])
def test_any_step_beside_the_width_gives_the_same_sums(width):
    run = gas(12, seed=3, edge=7.5)
    r = np.arange(0.5, 1.8, 0.1)
    found = local_pair_entropy(run, **{**GRAHAM, "width": width, "r": r, "radius": 1.0}).values[0]
    expected = [
        oracle.local_pair_entropy(
            run.positions()[0], run.fixed_box(), run.species, i, n_species=2, width=width, r=r, radius=1.0,
            switching=WINDOW,
        )
        for i in range(12)
    ]  # fmt: skip
    assert found == pytest.approx(expected, rel=1e-10, abs=1e-10)


def test_translation_rotation_and_relabelling_leave_it_alone():
    run = gas(60, seed=4)
    box, x = run.fixed_box(), run.positions()[0]
    before = local_pair_entropy(run, **GRAHAM).values[0]
    moved = sc.Trajectory.from_arrays([x + np.array([0.7, -1.3, 2.9])], box, species=run.species)
    assert local_pair_entropy(moved, **GRAHAM).values[0] == pytest.approx(before, rel=1e-10)
    turned_box = sc.Box(box.Ly, box.Lz, box.Lx)
    turned = sc.Trajectory.from_arrays([x[:, [1, 2, 0]]], turned_box, species=run.species)
    assert local_pair_entropy(turned, **GRAHAM).values[0] == pytest.approx(before, rel=1e-10)
    order = np.random.default_rng(1).permutation(60)
    shuffled = sc.Trajectory.from_arrays([x[order]], box, species=run.species[order])
    assert local_pair_entropy(shuffled, **GRAHAM).values[0] == pytest.approx(before[order], rel=1e-10)
    renamed = sc.Trajectory.from_arrays([x], box, species=1 - run.species)
    assert local_pair_entropy(renamed, **GRAHAM).values[0] == pytest.approx(before, rel=1e-10)


def test_a_free_cluster_may_turn_by_any_angle():
    rng = np.random.default_rng(5)
    cluster = rng.uniform(-1.2, 1.2, (15, 3))
    turn, _ = np.linalg.qr(rng.normal(size=(3, 3)))
    box = sc.Box.cube(12.0)
    values = [
        local_pair_entropy(sc.Trajectory.from_arrays([x], box), **GRAHAM).values
        for x in (cluster, cluster @ turn.T)
    ]
    assert values[0] == pytest.approx(values[1], rel=1e-10)


def test_a_box_scaled_with_every_length_keeps_it():
    run = gas(50, seed=6)
    scaled = sc.Trajectory.from_arrays(
        run.positions() * 1.7, sc.Box.from_array(run.boxes()[0] * ([1.7] * 3 + [1] * 3)), species=run.species
    )
    lengths = {"width": 0.17, "r": GRAHAM["r"] * 1.7, "radius": 1.6 * 1.7,
               "switching": Logistic(1.1 * 1.7, 0.2 * 1.7)}  # fmt: skip
    assert local_pair_entropy(scaled, **{**GRAHAM, **lengths}).values == pytest.approx(
        local_pair_entropy(run, **GRAHAM).values, rel=1e-9
    )


def test_neighbours_beyond_the_last_distance_leak_in():
    # At the cutoff itself the Gaussian has only fallen to half: without it g would be wrong at the end.
    box = sc.Box.cube(12.0)
    values = [
        float(local_pair_entropy(
            sc.Trajectory.from_arrays([[[0.0, 0, 0], [d, 0, 0]]], box), **PLAIN
        )[0, 0])
        for d in (1.7, 2.05, 2.2)
    ]  # fmt: skip
    nothing = -2 * np.pi * 2 / 12.0**3 * np.sum(np.arange(0.4, 1.61, 0.1) ** 2) * 0.1
    assert values[2] == pytest.approx(nothing, rel=1e-12)
    assert abs(values[1] - nothing) > 1e-9
    assert abs(values[0] - nothing) > 1e-2


def test_one_neighbour_is_the_integral_of_its_gaussian():
    # g ln g - g + 1 with a g that is one narrow Gaussian: everything but g ln g is elementary.
    d, width, box = 1.5, 0.05, sc.Box.cube(12.0)
    run = sc.Trajectory.from_arrays([[[0.0, 0, 0], [d, 0, 0]]], box)
    r = np.arange(0.9, 2.1, 0.005)
    found = float(local_pair_entropy(run, **{**PLAIN, "width": width, "r": r})[0, 0])
    rho = 2 / box.volume
    G = np.exp(-0.5 * ((r - d) / width) ** 2) / np.sqrt(2 * np.pi) / width
    # The mean of ln g over the Gaussian, to second order in its width.
    mean_log = -np.log(rho * 4 * np.pi * d**2 * np.sqrt(2 * np.pi) * width) - 0.5 + width**2 / d**2
    ideal = rho * 2 * np.pi * (2.0975**3 - 0.8975**3) / 3
    assert np.sum(G) * 0.005 == pytest.approx(1.0)
    assert found == pytest.approx(-0.5 * mean_log + 0.5 - ideal, rel=2e-4)


def test_order_lowers_it():
    lattice = np.stack(np.meshgrid(*[np.arange(6) * 1.1 - 3.3] * 3), axis=-1).reshape(-1, 3)
    rng = np.random.default_rng(7)
    box = sc.Box.cube(6.6)
    noise = rng.normal(size=lattice.shape)
    means = [
        float(local_pair_entropy(sc.Trajectory.from_arrays([lattice + w * noise], box), **GRAHAM).mean())
        for w in (0.0, 0.05, 0.1, 0.2)
    ]
    assert means == sorted(means)


def test_chunks_executors_and_chosen_centres_change_nothing():
    run = gas(30, seed=8, n_frames=6)
    whole = local_pair_entropy(run, **GRAHAM)
    with ThreadPoolExecutor(2) as pool:
        parallel = local_pair_entropy(run, **{**GRAHAM, "species": "B"}, executor=pool)
    b = run.of_species("B")
    assert np.array_equal(parallel.values, whole.values[:, b])
    assert np.array_equal(parallel.particle, b)
    some = local_pair_entropy(run, **GRAHAM, frames=slice(1, None, 2))
    assert np.array_equal(some.values, whole.values[1::2])
    assert some.frame.values.tolist() == [1, 3, 5]


def test_the_liquids_entropy_is_the_integral_over_its_distributions():
    run = gas(80, seed=9, n_frames=3)
    g = radial_distribution(run, r_max=2.0, dr=0.1)
    found = pair_entropy(g, r_max=1.7, switching=None)
    x = run.composition()
    rho = 80 / run.fixed_box().volume
    curves = g.radial_distribution.values[:, :17]
    r = g.r.values[:17]
    for a, rows in enumerate(([0, 1], [1, 2])):
        expected = oracle.pair_entropy(curves[rows], r, 0.1, rho * x, 3)
        assert float(found.pair_entropy[a]) == pytest.approx(expected, rel=1e-12)
    assert float(found.total) == pytest.approx(float(x @ found.pair_entropy.values))


def test_species_that_are_alike_are_one_liquid():
    run = gas(60, seed=10, n_frames=4, n_species=1)
    one = pair_entropy(radial_distribution(run, r_max=2.0, dr=0.1), r_max=2.0, switching=WINDOW)
    labels = sc.Trajectory.from_arrays(run.positions(), run.fixed_box(), species=np.arange(60) % 2)
    both = radial_distribution(labels, r_max=2.0, dr=0.1)
    # The two partial g of a species with its own kind lack the particle itself.
    pooled = pair_entropy(both, r_max=2.0, switching=WINDOW, pair_correlation="total")
    assert float(pooled.total) == pytest.approx(float(one.total), rel=1e-9)


@pytest.mark.parametrize("dimensions", [2, 3])
@pytest.mark.parametrize("frames", [40, 160])
def test_what_is_left_of_an_ideal_gas_falls_with_frames_and_particles(dimensions, frames):
    # Noise: each bin's g has the variance 1/(pairs in it), and g ln g - g + 1 = (g - 1)^2/2, so -1/(2 M N) a
    # bin. And g tends to 1 - 1/N: -1/(4 N) times the share of the box within r_max.
    n, bins, values = 300, 12, []
    for seed in range(8):
        run = gas(n, dimensions=dimensions, seed=seed, n_frames=frames, n_species=1, edge=10.0)
        g = radial_distribution(run, r_max=4.8, dr=0.4)
        values.append(float(pair_entropy(g, r_max=4.8, switching=None).total))
    within = (4 / 3 * np.pi * 4.8**3 if dimensions == 3 else np.pi * 4.8**2) / run.fixed_box().volume
    assert np.mean(values) == pytest.approx(-bins / (2 * frames * n) - within / (4 * n), rel=0.25)


def test_a_snapshot_of_an_ideal_gas_keeps_its_noise_at_any_density():
    # The variance of a smeared g is 1/(2 sqrt(pi) width 4 pi r^2 rho): -step/(8 sqrt(pi) width) a point.
    r = np.arange(0.8, 1.65, 0.1)
    for n in (500, 2000):
        runs = [gas(n, seed=seed, n_species=1, edge=4.6) for seed in range(12)]
        mean = np.mean([float(local_pair_entropy(run, **{**PLAIN, "r": r}).mean()) for run in runs])
        assert mean == pytest.approx(-len(r) / (8 * np.sqrt(np.pi)), rel=0.12)


def test_the_window_is_one_half_at_its_centre_and_falls():
    x = Logistic(2.0, 0.3)([1.7, 2.0, 2.3, 500.0])
    assert x[0] + x[2] == pytest.approx(1.0)
    assert x[0] == pytest.approx(1 / (1 + np.exp(-1)))
    assert x[1] == 0.5
    assert x[3] == pytest.approx(0.0)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"radius": None}, "needs a radius"),
        ({"normalisation": "bulk"}, "radius=None"),
        ({"normalisation": "some"}, "local"),
        ({"width": 0.0}, "width must be positive"),
        ({"r": [0.5]}, "evenly spaced"),
        ({"r": [0.5, 0.6, 0.8]}, "evenly spaced"),
        ({"averaged_within": -1.0}, "averaged_within"),
        ({"width": 0.004}, "more than 16 widths"),
    ],
)
def test_what_is_not_a_reading_is_refused(changes, words):
    with pytest.raises(ParameterError, match=words):
        local_pair_entropy(gas(5), **{**GRAHAM, **changes})


def test_a_small_box_and_missing_frames_are_refused():
    with pytest.raises(BoxError, match="half of the smallest height"):
        local_pair_entropy(gas(5, edge=3.0), **GRAHAM)
    with pytest.raises(ParameterError, match="selects none of the 1 frames"):
        local_pair_entropy(gas(5), **GRAHAM, frames=slice(3, 4))
    g = radial_distribution(gas(20), r_max=2.0, dr=0.1)
    with pytest.raises(ParameterError, match="must lie between"):
        pair_entropy(g, r_max=2.5, switching=None)
    with pytest.raises(ParameterError, match="width"):
        Logistic(2.0, 0.0)


def test_a_species_with_nobody_near_adds_nothing():
    box = sc.Box.cube(14.0)
    x = [[0.0, 0, 0], [1.0, 0, 0], [0.0, 6.5, 0]]
    both = sc.Trajectory.from_arrays([x], box, species=[0, 0, 1])
    alone = sc.Trajectory.from_arrays([x[:2]], box)
    assert local_pair_entropy(both, **GRAHAM)[0, 0] == pytest.approx(
        float(local_pair_entropy(alone, **GRAHAM)[0, 0])
    )
    assert float(local_pair_entropy(both, **GRAHAM)[0, 2]) == 0.0


def test_groups_have_the_distributions_of_their_members():
    run = gas(60, seed=11, n_frames=3)
    field = xr.DataArray(
        np.random.default_rng(1).normal(size=(2, run.of_species("A").size)),
        {"frame": [0, 2], "particle": run.of_species("A")},
        ("frame", "particle"),
    )
    edges = [-9.0, 0.1, 0.9]
    found = grouped_radial_distribution(run, field, edges=edges, r_max=2.0, dr=0.25)
    for group in range(2):
        counts, members = np.zeros((2, 8)), 0
        for frame in (0, 2):
            values = field.sel(frame=frame).values
            for i in field.particle.values[(values >= edges[group]) & (values < edges[group + 1])]:
                members += 1
                for j, distance in neighbour_distances(run.positions()[frame], run.fixed_box(), i):
                    if distance < 2.0:
                        counts[run.species[j], int(distance / 0.25)] += 1
        shells = 4 / 3 * np.pi * np.diff((0.25 * np.arange(9)) ** 3)
        rho = np.bincount(run.species) / run.fixed_box().volume
        assert int(found.members[group]) == members
        assert found.radial_distribution.values[group] == pytest.approx(
            counts / (members * rho[:, None] * shells)
        )


def test_one_group_of_all_has_the_entropy_of_the_liquid():
    run = gas(80, seed=12, n_frames=2, n_species=1)
    field = xr.DataArray(
        np.zeros((2, 80)), {"frame": [0, 1], "particle": np.arange(80)}, ("frame", "particle")
    )
    grouped = grouped_radial_distribution(run, field, edges=[-1.0, 1.0, 2.0], r_max=2.0, dr=0.1)
    values = grouped_pair_entropy(grouped, r_max=1.8, switching=WINDOW)
    g = radial_distribution(run, r_max=2.0, dr=0.1)
    # The liquid's g counts N (N - 1) / 2 of the N^2 / 2 pairs in the same way.
    expected = pair_entropy(g, r_max=1.8, switching=WINDOW)
    assert float(values[0]) == pytest.approx(float(expected.total), rel=1e-9)
    assert np.isnan(float(values[1]))
    other = gas(80, seed=13, n_frames=2, n_species=1)
    with pytest.raises(ParameterError, match="the same number of fields"):
        grouped_radial_distribution([run, other], field, edges=[0.0, 1.0], r_max=2.0, dr=0.1)
    with pytest.raises(BoxError, match="choose at most"):
        grouped_radial_distribution(run, field, edges=[0.0, 1.0], r_max=3.0, dr=0.1)
