"""Correlations in space: fields that are planted, walkers that know nothing of each other, slow twins."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import xarray as xr
from scipy.special import gammainc

from supercooled import Box, Trajectory, space
from supercooled.errors import BoxError, ParameterError


def field_of(values, name="x", start=0):
    frames = np.arange(start, start + len(values))
    return xr.DataArray(
        values, {"frame": frames, "particle": np.arange(values.shape[1])}, ("frame", "particle"), name
    )


def independent(run, field):
    """Frames that know nothing of each other, as runs of their own."""
    n = run.n_frames // 10
    parts = [slice(k * n, (k + 1) * n) for k in range(10)]
    return [run[part] for part in parts], [field.isel(frame=part) for part in parts]


def gaussian_field(seed, d, *, cells, L, n, n_frames, correlation=None, spectrum=None):
    """Particles at some of the places of a grid, with a Gaussian field of known correlation or spectrum."""
    rng = np.random.default_rng(seed)
    if spectrum is None:
        x = np.fft.fftfreq(cells, 1.0 / cells) * L / cells
        r = np.sqrt(sum(g**2 for g in np.meshgrid(*[x] * d, indexing="ij")))
        power = np.maximum(np.fft.fftn(correlation(r)).real, 0.0)
    else:
        k = 2 * np.pi * np.fft.fftfreq(cells, L / cells)
        power = spectrum(np.sqrt(sum(g**2 for g in np.meshgrid(*[k] * d, indexing="ij"))))
    xyz, values = np.zeros((n_frames, n, 3)), np.empty((n_frames, n))
    for frame in range(n_frames):
        of_grid = np.fft.ifftn(np.sqrt(power) * np.fft.fftn(rng.normal(size=power.shape))).real
        places = rng.choice(cells**d, n, replace=False)
        xyz[frame, :, :d] = (np.array(np.unravel_index(places, power.shape)).T + 0.5) * L / cells - L / 2
        values[frame] = of_grid.ravel()[places]
    return Trajectory.from_arrays(xyz, Box.cube(L, d)), field_of(values)


def mixture(seed=1, n=90, n_frames=3, box=None):
    rng = np.random.default_rng(seed)
    box = box or Box(6.0, 5.0, 7.0, xy=0.2, xz=-0.1, yz=0.15)
    xyz = box.absolute(rng.uniform(-0.5, 0.5, (n_frames, n, 3)))
    species = (np.arange(n) % 3 == 0).astype(int)
    run = Trajectory.from_arrays(xyz, box, species=species, names=("A", "B"))
    x = rng.normal(size=(n_frames, n)) + species + 0.3 * xyz[..., 0]
    y = rng.normal(size=(n_frames, n)) - species + 0.5 * x
    return run, field_of(x), field_of(y, "y")


def slow_correlation(run, x, y, a, b, *, r_max=2.0, dr=0.5):
    """Every pair, one after the other."""
    kind = run.species
    mean = [[f.values[:, kind == s].mean() for s in (0, 1)] for f in (x, y)]
    spread = [[f.values[:, kind == s].std() for s in (0, 1)] for f in (x, y)]
    sums, counts = np.zeros(round(r_max / dr)), np.zeros(round(r_max / dr))
    for frame, xyz in enumerate(run.positions()):
        for i in np.flatnonzero(kind == a):
            others = np.flatnonzero((kind == b) & (np.arange(len(kind)) != i))
            r = np.linalg.norm(run.box.minimum_image(xyz[others] - xyz[i]), axis=1)
            for j, apart in zip(others[r < r_max], r[r < r_max], strict=True):
                one, other = x.values[frame, i] - mean[0][a], y.values[frame, j] - mean[1][b]
                sums[int(apart / dr)] += one * other / (spread[0][a] * spread[1][b])
                counts[int(apart / dr)] += 1
    return sums / np.maximum(counts, 1)


def test_the_correlation_is_that_of_a_double_loop():
    run, x, y = mixture()
    one = space.spatial_correlation(run, x, r_max=2.0, dr=0.5, blocks=1).spatial_correlation
    both = space.spatial_correlation(run, x, other=y, r_max=2.0, dr=0.5, blocks=1).spatial_correlation
    for pair, a, b in (("AA", 0, 0), ("AB", 0, 1), ("BB", 1, 1)):
        np.testing.assert_allclose(one.sel(pair=pair), slow_correlation(run, x, x, a, b), atol=1e-12)
    for pair, a, b in (("AB", 0, 1), ("BA", 1, 0)):
        np.testing.assert_allclose(both.sel(pair=pair), slow_correlation(run, x, y, a, b), atol=1e-12)


def slow_spectrum(xyz, box, x, y, *, q_max, d):
    """Every wave vector, one after the other: lengths and values, N S."""
    n = int(q_max * max(box.lengths) / (2 * np.pi)) + 3
    whole = np.stack(np.meshgrid(*[np.arange(-n, n + 1)] * d, indexing="ij"), -1).reshape(-1, d)
    vectors = 2 * np.pi * whole @ np.linalg.inv(box.matrix[:d, :d])
    length = np.linalg.norm(vectors, axis=1)
    vectors = vectors[(length > 0) & (length <= q_max)]
    phase = np.exp(-1j * vectors @ xyz[:, :d].T)
    return np.linalg.norm(vectors, axis=1), ((phase @ x) * np.conj(phase @ y)).real


def in_shells(length, values, dq):
    shell = (length / dq).astype(int)
    return np.array([values[shell == k].mean() for k in np.unique(shell)])


def test_spectra_are_those_of_a_sum_over_every_wave_vector():
    run, x, y = mixture()
    found = space.field_structure_factor(run, x, other=y, q_max=4.0, dq=0.9, blocks=1)
    totals = {}
    for name, f, g in (("xx", x, x), ("xy", x, y), ("yy", y, y)):
        standard = []
        for one in (f, g):
            values = one.values.copy()
            for s in (0, 1):
                of = values[:, run.species == s]
                values[:, run.species == s] = (of - of.mean()) / of.std()
            standard.append(values)
        parts = [
            slow_spectrum(xyz, run.box, a, b, q_max=4.0, d=3)
            for xyz, a, b in zip(run.positions(), *standard, strict=True)
        ]
        totals[name] = np.mean([in_shells(*part, 0.9) for part in parts], axis=0) / run.n_particles
    np.testing.assert_allclose(found.field_structure_factor, totals["xy"], rtol=1e-6, atol=1e-7)
    np.testing.assert_allclose(
        found.coherence, totals["xy"] / np.sqrt(totals["xx"] * totals["yy"]), rtol=1e-6
    )


def walkers(seed, d, n=300):
    n_frames, step, L = 12, 0.25, 8.0
    rng = np.random.default_rng(seed)
    xyz = np.zeros((n_frames, n, 3))
    xyz[..., :d] = rng.uniform(-L / 2, L / 2, (1, n, d)) + np.cumsum(
        rng.normal(scale=step, size=(n_frames, n, d)), axis=0
    )
    return Trajectory.from_arrays(xyz, Box.cube(L, d), unwrapped=True)


@pytest.mark.parametrize("mobility", ["overlap", "displacement"])
@pytest.mark.parametrize("d", [2, 3])
def test_s4_is_that_of_a_sum_over_every_wave_vector(d, mobility):
    run = walkers(1, d, n=40)
    found = space.four_point_structure_factor(
        run, lags=[2.0, 5.0], overlap_radius=0.5, q_max=3.0, dq=1.0, mobility=mobility, blocks=2
    )
    places = run.unwrapped()
    for lag in (2, 5):
        u = np.linalg.norm(places[lag:] - places[:-lag], axis=-1)
        w = (u <= 0.5).astype(float) if mobility == "overlap" else (u - u.mean()) / u.std()
        parts = [
            slow_spectrum(xyz, run.box, one, one, q_max=3.0, d=d) for xyz, one in zip(places, w, strict=False)
        ]
        expected = np.mean([in_shells(*part, 1.0) for part in parts], axis=0) / run.n_particles
        np.testing.assert_allclose(found.four_point.sel(lag=lag), expected, rtol=1e-6)
        chi = run.n_particles * w.mean(axis=1).var()
        np.testing.assert_allclose(found.chi4.sel(lag=lag), chi, rtol=1e-9)
        np.testing.assert_allclose(
            found.mobility.sel(lag=lag), w.mean() if mobility == "overlap" else u.mean()
        )


@pytest.mark.parametrize("d", [2, 3])
def test_s4_of_independent_walkers_is_their_overlap(d):
    runs = [walkers(seed, d) for seed in range(12)]
    found = space.four_point_structure_factor(
        runs, lags=[1.0, 4.0], overlap_radius=0.5, q_max=4.0, dq=0.5, blocks=1
    )
    for lag in (1.0, 4.0):
        overlap = gammainc(d / 2, 0.25 / (2 * 0.25**2 * lag))
        one = found.sel(lag=lag)
        pull = (one.four_point - overlap) / one.four_point_error
        assert np.sqrt(np.mean(pull**2)) < 1.5
        assert abs(one.chi4 - overlap * (1 - overlap)) < 3 * one.chi4_error
        assert abs(one.mobility - overlap) < 3 * one.mobility_error
    fit = space.ornstein_zernike(found, q_max=4.0)
    assert (fit.correlation_length <= 2 * fit.correlation_length_error).all()
    # A number of particles that is fixed leaves out the fluctuations of the density: w^2 of walkers.
    missing = fit.chi4_limit - found.chi4
    np.testing.assert_allclose(missing, found.mobility**2, atol=0.1)


def agree(lengths, truth):
    """Eight estimates scatter about the truth, and their errors hold it: fewer than three are 1 in 70."""
    value, error = np.transpose(lengths)
    assert abs(value.mean() - truth) < 3 * value.std(ddof=1) / np.sqrt(len(value)), lengths
    assert (np.abs(value - truth) < error).sum() >= 3, lengths


@pytest.mark.parametrize("d", [2, 3])
def test_a_gaussian_field_returns_its_length_and_strength(d):
    L, xi = (40.0, 1.6) if d == 2 else (20.0, 1.2)
    found_lengths = []
    for seed in range(8):
        made = gaussian_field(
            seed,
            d,
            cells=96 if d == 2 else 40,
            L=L,
            n=1200,
            n_frames=20,
            correlation=lambda r: np.exp(-r / xi),
        )
        found = space.spatial_correlation(*independent(*made), r_max=0.45 * L, dr=0.5, blocks=1)
        length = space.correlation_length(found, pair="AA", shortest=0.5, longest=4 * xi)
        assert 0 < length.error < 0.15 * xi
        found_lengths.append((length.value, length.error))
    agree(found_lengths, xi)


@pytest.mark.parametrize("d", [2, 3])
def test_ornstein_and_zernike_return_the_length_of_their_field(d):
    L, xi = (60.0, 2.5) if d == 2 else (20.0, 1.3)
    lengths = []
    for seed in range(8):
        made = gaussian_field(
            seed, d, cells=64 if d == 2 else 20, L=L, n=(64**2 if d == 2 else 20**3), n_frames=10,
            spectrum=lambda k: 1.0 / (1.0 + (xi * k) ** 2),
        )  # fmt: skip
        found = space.field_structure_factor(*independent(*made), q_max=1.2, dq=0.1, blocks=1)
        fit = space.ornstein_zernike(found, q_max=1.2)
        assert fit.correlation_length_error < 0.4 * xi
        assert not fit.beyond_box
        lengths.append((float(fit.correlation_length), float(fit.correlation_length_error)))
    agree(lengths, xi)


@pytest.mark.parametrize("d", [2, 3])
def test_white_noise_has_no_correlation_and_no_length(d):
    rng = np.random.default_rng(3)
    xyz = np.zeros((20, 600, 3))
    xyz[..., :d] = rng.uniform(-5, 5, (20, 600, d))
    made = Trajectory.from_arrays(xyz, Box.cube(10.0, d)), field_of(rng.normal(size=(20, 600)))
    runs, fields = independent(*made)
    found = space.spatial_correlation(runs, fields, r_max=5.0, dr=0.25, blocks=1)
    pull = found.spatial_correlation * np.sqrt(found.n_pairs)
    assert 0.7 < np.sqrt(np.mean(pull**2)) < 1.3
    length = space.correlation_length(found, pair="AA", shortest=0.5, longest=4.0)
    assert length.value == 0.0
    assert 0 < length.error < 0.3
    flat = space.field_structure_factor(runs, fields, q_max=4.0, dq=0.4, blocks=1)
    assert (
        np.sqrt(np.mean(((flat.field_structure_factor - 1) / flat.field_structure_factor_error) ** 2)) < 1.6
    )
    fit = space.ornstein_zernike(flat, q_max=4.0)
    assert fit.correlation_length.item() <= 2 * fit.correlation_length_error.item()


def everything(run, x, y):
    """Numbers of all functions that look at fields."""
    curve = space.spatial_correlation(run, x, other=y, r_max=2.0, dr=0.5, blocks=1)
    q = space.field_structure_factor(run, x, other=y, q_max=4.0, dq=0.9, blocks=1)
    return np.concatenate([curve.spatial_correlation.values.ravel(), q.coherence.values])


def test_moved_turned_and_relabelled_particles_have_the_same_correlations():
    run, x, y = mixture(box=Box.cube(6.0))
    before = everything(run, x, y)
    xyz = run.positions()
    order = np.random.default_rng(5).permutation(run.n_particles)
    turn = np.array([[0.0, 1, 0], [0, 0, -1], [-1, 0, 0]])
    for places, who in (
        (xyz + np.array([1.0, -2.0, 0.5]), None),
        (xyz @ turn.T, None),
        (xyz[:, order], order),
    ):
        species = run.species if who is None else run.species[who]
        other = Trajectory.from_arrays(places, run.box, species=species, names=run.names)
        fields = [one if who is None else field_of(one.values[:, who], one.name) for one in (x, y)]
        np.testing.assert_allclose(everything(other, *fields), before, atol=1e-7)


def test_chunks_and_workers_never_change_the_answer(monkeypatch):
    run, x, y = mixture(n_frames=8)
    moving = walkers(3, 3, n=30)
    asked = {"lags": [1.0, 3.0], "overlap_radius": 0.5, "q_max": 3.0, "dq": 1.0, "blocks": 3}
    before = everything(run, x, y), space.four_point_structure_factor(moving, **asked)
    monkeypatch.setattr(space.averages, "CHUNK", 1e-6)
    monkeypatch.setattr(space.spectra, "ORIGINS", 2)
    monkeypatch.setattr(space.spectra, "MEGABYTES", 1e-6)
    np.testing.assert_allclose(everything(run, x, y), before[0], atol=1e-12)
    with ThreadPoolExecutor(2) as pool:
        again = space.four_point_structure_factor(moving, **asked, executor=pool)
    xr.testing.assert_allclose(again, before[1], rtol=1e-10)


def test_a_drift_that_is_removed_leaves_the_motion():
    moving = walkers(3, 3, n=30)
    drifting = Trajectory.from_arrays(
        moving.unwrapped() + 0.4 * np.arange(12)[:, None, None] * [1.0, 0, 0], moving.box, unwrapped=True
    )
    asked = {"lags": [2.0], "overlap_radius": 0.5, "q_max": 3.0, "dq": 1.0, "remove_drift": True, "blocks": 1}
    one, other = (space.four_point_structure_factor(run, **asked) for run in (moving, drifting))
    np.testing.assert_allclose(one.chi4, other.chi4, rtol=1e-6)
    assert abs(other.mobility.item() - one.mobility.item()) < 1e-9


def test_particles_without_a_value_are_left_out():
    run, x, _ = mixture()
    some = x.where(x.particle < 40)
    few = x.isel(particle=slice(0, 40))
    asked = {"r_max": 2.0, "dr": 0.5, "blocks": 1}
    xr.testing.assert_allclose(
        space.spatial_correlation(run, some, **asked), space.spatial_correlation(run, few, **asked)
    )


def test_what_cannot_be_is_refused_in_a_sentence():
    run, x, _ = mixture()
    with pytest.raises(ParameterError, match="the same for all particles"):
        space.spatial_correlation(run, 0 * x, r_max=2.0, dr=0.5)
    with pytest.raises(ParameterError, match="the same for all particles"):
        space.field_structure_factor(run, 0 * x + 7.0, q_max=2.0, dq=0.5)
    with pytest.raises(ParameterError, match="one for each"):
        space.spatial_correlation(run, [x, x], r_max=2.0, dr=0.5)
    with pytest.raises(BoxError, match="r_max=4"):
        space.spatial_correlation(run, x, r_max=4.0, dr=0.5)
    found = space.spatial_correlation(run, x, r_max=2.0, dr=0.5)
    with pytest.raises(ParameterError, match="no pair 'CC'"):
        space.correlation_length(found, pair="CC", shortest=0.1, longest=2.0)
    with pytest.raises(ParameterError, match="an exponential needs three"):
        space.correlation_length(found, pair="AA", shortest=0.1, longest=0.8)
    with pytest.raises(ParameterError, match="increasing"):
        space.four_point_structure_factor(
            walkers(1, 3), lags=[2.0, 1.0], overlap_radius=0.5, q_max=3.0, dq=1.0
        )


def grid(n, d):
    return np.stack(np.meshgrid(*[np.arange(float(n))] * d, indexing="ij"), -1).reshape(-1, d)


def lattice_run(n, d, occupied):
    """Particles on all sites of a lattice, and which are chosen, (frame, site)."""
    xyz = np.zeros((len(occupied), n**d, 3))
    xyz[..., :d] = grid(n, d)
    return Trajectory.from_arrays(xyz, Box.cube(float(n), d)), field_of(occupied.astype(float))


def slow_clusters(xyz, box, cutoff):
    """Sizes of clusters: labels that spread until nothing changes."""
    near = np.linalg.norm(box.minimum_image(xyz[:, None] - xyz), axis=-1) < cutoff
    label = np.arange(len(xyz))
    for _ in range(len(xyz)):
        label = np.where(near, label, len(xyz)).min(axis=1)
    return np.sort(np.unique(label, return_counts=True)[1])


def test_clusters_are_those_of_labels_that_spread():
    run, x, _ = mixture()
    found = space.clusters(run, x, above=0.0, cutoff=1.1)
    assert found.attrs["n_frames"] == 3
    for frame, xyz in enumerate(run.positions()):
        chosen = xyz[x.values[frame] > 0.0]
        mine = np.sort(found["size"].values[found.frame.values == frame])
        np.testing.assert_array_equal(mine, slow_clusters(chosen, run.box, 1.1))
        assert found.chosen.values[frame] == len(chosen)
    other = space.clusters(run, -x, below=0.0, cutoff=1.1)
    np.testing.assert_array_equal(other["size"], found["size"])


@pytest.mark.parametrize("d", [1, 2, 3])
def test_rods_squares_and_cubes_have_their_dimension(d):
    sizes = {1: [10, 20, 30], 2: [6, 12, 20], 3: [6, 9, 12]}[d]
    n_frames, sites = len(sizes) * 4, grid(36, 3)
    occupied = np.array(
        [(sites[:, :d] < sizes[k % len(sizes)]).all(1) & (sites[:, d:] == 5).all(1) for k in range(n_frames)]
    )
    run = Trajectory.from_arrays(np.tile(sites, (n_frames, 1, 1)), Box.cube(36.0))
    found = space.clusters(run, field_of(occupied.astype(float)), above=0.5, cutoff=1.1)
    np.testing.assert_array_equal(found["size"], np.tile(sizes, 4) ** d)
    # A block of n sites along each axis has (n^2 - 1)/12 of the square of its radius from each.
    np.testing.assert_allclose(found.gyration_radius**2, d * (np.tile(sizes, 4) ** 2 - 1) / 12)
    assert abs(space.cluster_statistics(found, blocks=4).fractal_dimension.value - d) < 0.03 * d
    assert not found.percolates.any()


def test_clusters_of_sites_go_around_the_box_as_often_as_published():
    # Either way around at p_c: M. E. J. Newman and R. M. Ziff, Phys. Rev. E 64, 016706 (2001)
    critical, published = 0.59274621, 0.690473725
    rng = np.random.default_rng(1)
    run, x = lattice_run(32, 2, rng.random((400, 32**2)) < critical)
    found = space.cluster_statistics(space.clusters(run, x, above=0.5, cutoff=1.1), blocks=10)
    assert abs(found.percolating.value - published) < 3 * found.percolating.error
    # Of those that don't, 91/48 in the limit of large ones: D. Stauffer and A. Aharony, Table 2
    assert abs(found.fractal_dimension.value - 91 / 48) < 0.15
    for share, expected in ((0.3, 0.0), (0.85, 1.0)):
        run, x = lattice_run(32, 2, rng.random((20, 32**2)) < share)
        assert (
            space.cluster_statistics(space.clusters(run, x, above=0.5, cutoff=1.1)).percolating.value
            == expected
        )


def test_a_frame_in_which_nothing_is_chosen_counts_as_one_without_a_cluster():
    run, x = lattice_run(4, 2, np.repeat([[True], [False]], 16, axis=1))
    found = space.clusters(run, x, above=0.5, cutoff=1.1)
    assert space.cluster_statistics(found, blocks=1).percolating.value == 0.5
    none = space.cluster_statistics(space.clusters(run, x, above=9.0, cutoff=1.1), blocks=1)
    assert not none.mean_size.known
    assert "no cluster" in none.mean_size.reason
    with pytest.raises(ParameterError, match="either above or below"):
        space.clusters(run, x, above=0.5, below=0.2, cutoff=1.1)


def test_a_length_that_can_not_be_seen_is_bounded_by_the_chance_of_its_pairs():
    """Of n pairs that know nothing of each other a correlation is less than n^-1/2, nearest first."""
    r = np.array([1.0, 2.0, 3.0, 4.0])
    of_r = {
        "spatial_correlation": (("pair", "r"), np.zeros((1, 4))),
        "n_pairs": (("pair", "r"), [[400.0] * 4]),
    }
    none = space.correlation_length(
        xr.Dataset(of_r, {"pair": ["AA"], "r": r}), pair="AA", shortest=1.0, longest=4.0
    )
    assert none.value == 0.0
    assert none.error == pytest.approx(1.0 / np.log(20.0))
    # Just above three times what chance gives at the nearest distance, and just below.
    for times, seen in ((3.2, True), (2.8, False)):
        of_r["spatial_correlation"] = (("pair", "r"), times / 20.0 * np.exp(-30.0 * (r - 1.0))[None])
        curve = xr.Dataset(of_r, {"pair": ["AA"], "r": r})
        length = space.correlation_length(curve, pair="AA", shortest=1.0, longest=4.0)
        assert (length.value > 0) == seen
