"""The local cage: against the formula written out, and by law."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np
import pytest
from asked import local_depth
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import cage as oracle

import supercooled as sc
from supercooled import cage
from supercooled.errors import BoxError, MixtureError, ParameterError
from supercooled.structure import radial_distribution

CUTOFFS = {"AA": (0.8, 1.2), "AB": (0.7, 1.15), "BB": (0.75, 1.3), "AC": (0.9, 1.2), "BC": (0.9, 1.3),
           "CC": (0.9, 1.2)}  # fmt: skip
WIDTH = 0.06


def mixture_of(counts):
    names = tuple("ABC"[: len(counts)])
    n_pairs = len(names) * (len(names) + 1) // 2
    pairs = tuple(sc.LennardJones(1.0 + 0.3 * p, 1.0 - 0.05 * p, 2.5) for p in range(n_pairs))
    total = sum(counts)
    return sc.Mixture("test", names, tuple(c / total for c in counts), (1.0,) * len(names), pairs)


def crowd(counts, *, dimensions=3, tilts=(0.0, 0.0, 0.0), edge=3.3, seed=0, n_frames=1):
    """Particles apart from each other, in a box of any shape."""
    rng = np.random.default_rng(seed)
    box = (
        sc.Box(edge, edge * 1.1, edge * 1.2, *tilts)
        if dimensions == 3
        else sc.Box(edge, edge * 1.1, 1.0, tilts[0], dimensions=2)
    )
    frames = []
    for _ in range(n_frames):
        xyz = []
        while len(xyz) < sum(counts):
            f = rng.uniform(-0.5, 0.5, 3)
            if dimensions == 2:
                f[2] = 0.0
            trial = box.absolute(f)
            if all(np.linalg.norm(box.minimum_image(trial - other)) > 0.6 for other in xyz):
                xyz.append(trial)
        frames.append(xyz)
    species = np.random.default_rng(seed + 1).permutation(np.repeat(np.arange(len(counts)), counts))
    return sc.Trajectory.from_arrays(
        np.array(frames), box, species=species, names=tuple("ABC"[: len(counts)])
    )


def local(trajectory, mixture, **changes):
    known = {
        "mixture": mixture, "temperature": 0.6, "species": "A", "width": WIDTH, "cutoffs": CUTOFFS,
        "dr": 0.013, "direct_correlation": "local", "normalisation": "total",
    }  # fmt: skip
    return local_depth(trajectory, **{**known, **changes})


@settings(max_examples=25, deadline=None)
@given(
    counts=st.lists(st.integers(1, 6), min_size=1, max_size=3),
    dimensions=st.sampled_from((2, 3)),
    tilts=st.tuples(*[st.floats(-0.2, 0.2)] * 3),
    width=st.floats(0.02, 0.07),
    dr=st.floats(0.004, 0.2).map(lambda dr: round(dr, 5)),
    correlation=st.sampled_from(("local", "ensemble")),
    normalisation=st.sampled_from(("total", "partner")),
    seed=st.integers(0, 1000),
)
def test_local_depth_equals_the_formula_written_out(  # noqa: PLR0917
    counts, dimensions, tilts, width, dr, correlation, normalisation, seed
):
    trajectory = crowd(counts, dimensions=dimensions, tilts=tilts, seed=seed, edge=4.0)
    mixture = mixture_of(counts)
    names = trajectory.names
    centre = names[seed % len(names)]
    rdf = radial_distribution(trajectory, r_max=1.6, dr=0.05) if correlation == "ensemble" else None
    measured = local(
        trajectory, mixture, width=width, dr=dr, direct_correlation=correlation, normalisation=normalisation,
        species=centre, rdf=rdf,
    )  # fmt: skip
    pair = {b: "".join(sorted((centre, b))) for b in names}
    grids = []
    for b in names:
        low, high = CUTOFFS[pair[b]]
        n = int(np.ceil((high - low) / dr - 1e-9))
        step = (high - low) / n
        grids.append((low + step * (np.arange(n) + 0.5), step))
    C = None
    if rdf is not None:
        hnc = cage.hypernetted_chain(rdf, mixture, temperature=0.6)
        C = lambda v, r: np.interp(r, hnc.r.values, hnc.sel(pair=pair[names[v]]).values)  # noqa: E731
    expected = [
        oracle.local_depth(
            trajectory.positions()[0], trajectory.fixed_box(), trajectory.species, i,
            energy=lambda v, r: mixture.potential(centre, names[v]).energy(r),
            temperature=0.6, width=width, grids=grids, normalisation=normalisation, C=C,
        )
        for i in trajectory.of_species(centre)
    ]  # fmt: skip
    # A Gaussian is followed to six widths only
    np.testing.assert_allclose(measured[0], expected, rtol=1e-6, atol=2e-5)
    np.testing.assert_array_equal(measured.particle, trajectory.of_species(centre))


def test_local_distribution_equals_the_formula_written_out():
    trajectory = crowd([7, 4], tilts=(0.1, -0.2, 0.1), seed=4)
    r = np.linspace(0.5, 1.2, 36)
    measured = cage.local_radial_distribution(
        trajectory, species="B", width=WIDTH, r=r, normalisation="partner"
    )
    box = trajectory.fixed_box()
    for p, v in (("AB", 0), ("BB", 1)):
        density = np.sum(trajectory.species == v) / box.volume
        for i in trajectory.of_species("B"):
            g = oracle.local_distribution(
                trajectory.positions()[0], box, trajectory.species, i, v=v, r=r, width=WIDTH, density=density
            )
            np.testing.assert_allclose(measured.sel(pair=p, particle=i)[0], g, atol=1e-6)


def test_narrow_local_distributions_average_to_the_histogram():
    trajectory = crowd([30, 14], edge=4.4, seed=2, n_frames=3)
    histogram = radial_distribution(trajectory, r_max=1.5, dr=0.1)
    fine = np.arange(0.600125, 1.5, 0.00025)
    g = cage.local_radial_distribution(
        trajectory, species="A", width=0.0002, r=fine, normalisation="partner"
    ).mean(("frame", "particle"))
    for pair in ("AA", "AB"):
        shells = (g.sel(pair=pair).values * fine**2).reshape(-1, 400).sum(axis=1) * 0.00025
        edges = np.linspace(0.6, 1.5, 10)
        smeared = 3 * shells / (edges[1:] ** 3 - edges[:-1] ** 3)
        # Only what lies within a width of an edge may change sides
        np.testing.assert_allclose(smeared, histogram.radial_distribution.sel(pair=pair)[6:], rtol=0.03)


def test_all_cages_of_a_lattice_are_equally_deep():
    n = 5
    a = 2 ** (1 / 6)
    grid = np.stack(np.meshgrid(*[np.arange(n) * a] * 3), axis=-1).reshape(1, -1, 3)
    lattice = sc.Trajectory.from_arrays(grid, sc.Box.cube(n * a))
    depth = local(lattice, mixture_of([1]), cutoffs={"AA": (0.9, 1.4)}, width=0.05)
    assert depth.mean() > 0
    np.testing.assert_allclose(depth, depth.mean(), rtol=1e-9)
    # Six neighbours at a, twelve at its diagonal: g and C in closed form
    r = 0.9 + (np.arange(4000) + 0.5) * 0.5 / 4000
    rho = 1 / a**3
    peaks = [k * np.exp(-((r - s * a) ** 2) / (2 * 0.05**2)) for k, s in ((6, 1), (12, 2**0.5))]
    g = sum(peaks) / np.sqrt(2 * np.pi * 0.05**2) / (4 * np.pi * rho * r**2)
    U = 4 * (r**-12 - r**-6) - 4 * (2.5**-12 - 2.5**-6)
    C = -U / 0.6 + g - 1 - np.log(g)
    exact = np.sum(rho * 4 * np.pi * r**2 * C * g) * 0.5 / 4000
    fine = local(lattice, mixture_of([1]), cutoffs={"AA": (0.9, 1.4)}, width=0.05, dr=0.5 / 4000)
    assert fine[0, 0].item() == pytest.approx(exact, rel=1e-6)
    np.testing.assert_allclose(depth[0, 0], exact, rtol=1e-3)


@pytest.mark.parametrize("how", ["translated", "axes permuted", "inverted", "relabelled"])
def test_depth_does_not_depend_on_how_the_liquid_is_seen(how):
    trajectory = crowd([20, 9], seed=7)
    mixture = mixture_of([20, 9])
    box, xyz, species = trajectory.fixed_box(), trajectory.positions(), trajectory.species
    order = np.arange(len(species))
    if how == "relabelled":
        order = np.random.default_rng(1).permutation(len(species))
    other = {
        "translated": (xyz + np.array([0.4, -7.0, 2.2]), box),
        "axes permuted": (xyz[..., [1, 2, 0]], sc.Box(box.Ly, box.Lz, box.Lx)),
        "inverted": (-xyz, box),
        "relabelled": (xyz[:, order], box),
    }[how]
    seen = sc.Trajectory.from_arrays(*other, species=species[order])
    a, b = local(trajectory, mixture), local(seen, mixture)
    back = dict(zip(order[b.particle.values], b.values[0], strict=True))
    np.testing.assert_allclose([back[i] for i in a.particle.values], a[0], rtol=1e-9, atol=1e-12)


def test_like_particles_called_by_two_names_have_the_same_ensemble_depth():
    # With one C for all pairs and partner densities, the sum over partners must not see the names:
    # sqrt(x_u x_v) / x_v is 1 only for equal shares, so share equally.
    trajectory = crowd([16, 16], seed=3)
    merged = sc.Trajectory.from_arrays(trajectory.positions(), trajectory.fixed_box())
    lj = sc.LennardJones(1.0, 1.0, 2.5)
    one = sc.Mixture("one", ("A",), (1.0,), (1.0,), (lj,))
    two = sc.Mixture("two", ("A", "B"), (0.5, 0.5), (1.0, 1.0), (lj, lj, lj))
    rdf = radial_distribution(merged, r_max=1.6, dr=0.05)
    doubled = rdf.isel(pair=[0, 0, 0]).assign_coords(pair=["AA", "AB", "BB"])
    doubled = doubled.assign_attrs(species=["A", "B"], composition=[0.5, 0.5])
    same = dict.fromkeys(("AA", "AB", "BB"), (0.8, 1.25))
    ensemble = partial(local, direct_correlation="ensemble", normalisation="partner", cutoffs=same)
    named = ensemble(trajectory, two, rdf=doubled)
    np.testing.assert_allclose(
        named[0], ensemble(merged, one, rdf=rdf).sel(particle=named.particle)[0], rtol=1e-9
    )


def test_chunks_and_workers_never_change_depth():
    trajectory = crowd([12, 5], n_frames=5, seed=9)
    mixture = mixture_of([12, 5])
    whole = local(trajectory, mixture)
    with ThreadPoolExecutor(2) as executor:
        again = local(trajectory, mixture, executor=executor)
    np.testing.assert_array_equal(whole, again)
    for frames in (slice(1, 3), slice(None, None, 2), slice(4, 5)):
        some = local(trajectory, mixture, frames=frames)
        np.testing.assert_allclose(some, whole.sel(frame=some.frame), rtol=1e-12)
        np.testing.assert_array_equal(some.time, trajectory.times[frames])


def test_a_particle_with_no_neighbour_has_depth_zero():
    far = sc.Trajectory.from_arrays([[[0.0, 0, 0], [4.0, 0, 0]]], sc.Box.cube(9.0))
    np.testing.assert_array_equal(local(far, mixture_of([1])), 0.0)


def test_a_line_turns_depth_into_softness_and_counts_the_unbound():
    depth = local(crowd([12, 5]), mixture_of([12, 5]))
    line = cage.Calibration(-float(np.median(depth)), 1.0, 0.0, 0.0, (0.5, 0.6), "local-mean", 0.0)
    softness = line.softness(depth)
    bound = depth.values > np.median(depth)
    np.testing.assert_allclose(softness.values[bound], 1 / (depth.values[bound] - np.median(depth)))
    assert np.isnan(softness.values[~bound]).all()
    assert softness.attrs["unbound"] == (~bound).sum()


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"width": 0.0}, ParameterError, "width"),
        ({"width": 0.0004}, ParameterError, "more than 16 widths"),
        ({"dr": 1.0}, ParameterError, "dr"),
        ({"cutoffs": {"AA": (0.8, 1.2)}}, ParameterError, "pair AB"),
        ({"direct_correlation": "ensemble"}, ParameterError, "rdf"),
        ({"direct_correlation": "mine"}, ParameterError, "correlation"),
        ({"normalisation": "mine"}, ParameterError, "normalisation"),
        ({"temperature": 0.0}, ParameterError, "temperature"),
        ({"width": 0.3}, BoxError, "half of the smallest height"),
        ({"frames": slice(3, 3)}, ParameterError, "none of"),
        ({"species": "X"}, ParameterError, "no species"),
    ],
)
def test_bad_arguments_are_named(changes, error, message):
    with pytest.raises(error, match=message):
        local(crowd([12, 5]), mixture_of([12, 5]), **changes)


def test_a_mixture_of_other_species_is_refused():
    with pytest.raises(MixtureError, match="species"):
        local(crowd([12, 5]), mixture_of([1]))
    with pytest.raises(ParameterError, match="evenly spaced"):
        cage.local_radial_distribution(
            crowd([5]), species="A", width=0.1, r=[0.0, 0.1], normalisation="total"
        )
