from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import njit
from oracles import dynamics as oracle
from scipy.special import j0

from supercooled import Box, Trajectory
from supercooled.dynamics import correlators, displacements, logarithmic_lags
from supercooled.dynamics.wave_vectors import shell_vectors
from supercooled.errors import BoxError, ParameterError, TrajectoryError
from supercooled.kernels import correlators as kernels

CURVES = ("msd", "quartic", "overlap", "scattering", "van_hove", "chi4_overlap", "chi4_scattering")
COUNTS = ("van_hove_beyond", "n_origins", "mean_lag")
EDGES = 0.1 * np.arange(11)
SKEW = Box(5.0, 6.0, 7.0, xy=0.3, xz=-0.2, yz=0.1)
LOOKED = {"radius": 0.3, "waves": [1.0, 7.25], "edges": EDGES}
ASKED = {"overlap_radius": 0.3, "wave_numbers": [1.0, 7.25], "r_max": 1.0, "dr": 0.1}


def walk(seed, n_frames=24, n_particles=7, step=0.1, dimensions=3):
    rng = np.random.default_rng(seed)
    return np.cumsum(rng.normal(scale=step, size=(n_frames, n_particles, dimensions)), axis=0)


def run_of(positions, times=None, box=SKEW, **more):
    return Trajectory.from_arrays(positions, box, times=times, unwrapped=True, **more)


def assert_equal(found, expected, rtol=1e-10):
    for name in CURVES + COUNTS:
        np.testing.assert_allclose(found[name].values, expected[name], rtol=rtol, atol=1e-11, err_msg=name)


@njit
def each(function, x, out):
    for i in range(len(x)):
        out[i] = function(x[i])


@pytest.mark.parametrize(
    ("function", "squared", "reference"),
    [
        (kernels.sinc, True, lambda x: np.sinc(x / np.pi)),
        (kernels.bessel, True, j0),
        (kernels.cosine, False, np.cos),
    ],
)
def test_waves_of_the_kernels_are_those_of_the_library_to_1e_12(function, squared, reference):
    x = np.concatenate([[0.0, 5.0], np.geomspace(1e-12, 1e6, 4001), np.linspace(0.0, 100.0, 20001)])
    out = np.empty_like(x)
    each(function, x**2 if squared else x, out)
    np.testing.assert_allclose(out, reference(x), rtol=0, atol=1e-12)


@given(
    seed=st.integers(0, 1000),
    n=st.integers(1, kernels.TILE),
    farthest=st.floats(-6.0, 5.0).map(lambda power: 10.0**power),
)
@settings(deadline=None, max_examples=60)
def test_the_sum_of_waves_without_square_roots_is_that_of_the_library(*, seed, n, farthest):
    """Whatever the largest argument: the polynomial alone, tripled, or too far for it."""
    rng = np.random.default_rng(seed)
    x, weights = rng.uniform(0.0, farthest, n), rng.uniform(0.0, 2.0, n)
    x[0] = farthest
    squares, q2 = x**2 / 7.0, 7.0
    found = kernels.isotropic(squares, weights, q2, squares.max(), np.empty(n))
    expected = (weights * np.sinc(np.sqrt(q2 * squares) / np.pi)).sum()
    assert found == pytest.approx(expected, rel=0, abs=1e-12 * n)


@given(seed=st.integers(0, 1000))
@settings(deadline=None, max_examples=5)
def test_tiles_of_particles_and_rows_of_the_cache_are_not_seen(*, seed):
    """More particles than a tile holds, in groups that begin anywhere."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(kernels.TILE, 2 * kernels.TILE + 20))
    positions = walk(seed, n_frames=7, n_particles=n)
    kinds = rng.integers(0, 2, n)
    run = run_of(positions, species=kinds, names=("A", "B"))
    found = correlators(run, lags=[1.0, 4.0], particle_groups="species", **ASKED)
    for kind, lag in [(0, 1.0), (1, 4.0)]:
        expected = oracle.correlators(
            positions[:, kinds == kind], np.arange(7), range(7), (lag, lag), **LOOKED
        )
        assert_equal(found.sel(group="AB"[kind], lag=lag), expected)


@given(
    seed=st.integers(0, 1000),
    dimensions=st.sampled_from([2, 3]),
    spacing=st.sampled_from([None, 1.0, 2.0]),
    uneven=st.booleans(),
    weighing=st.booleans(),
    megabytes=st.sampled_from([1e-6, 1e-3, 64.0]),
)
@settings(deadline=None, max_examples=25)
def test_every_curve_equals_the_loop_over_pairs(*, seed, dimensions, spacing, uneven, weighing, megabytes):
    rng = np.random.default_rng(seed)
    positions = walk(seed, dimensions=dimensions)
    n_frames, n_particles, _ = positions.shape
    times = np.cumsum(rng.uniform(0.3, 0.8, n_frames)) if uneven else 0.5 * np.arange(n_frames)
    lags, tolerance = np.array([1.0, 3.0, 5.0]), 0.45 if uneven else None
    weights = rng.uniform(0, 2, (n_frames, n_particles)) if weighing else None
    box = Box(5.0, 6.0, xy=0.2, dimensions=2) if dimensions == 2 else SKEW
    found = correlators(
        run_of(positions, times, box),
        lags=lags,
        tolerance=tolerance,
        origin_spacing=spacing,
        weights=weights,
        megabytes=megabytes,
        **ASKED,
    )
    origins = [0]
    for f in range(1, n_frames):
        if times[f] - times[origins[-1]] >= (spacing or 0.0) - 1e-9:
            origins.append(f)
    for lag in lags:
        width = 0.45 * lag if uneven else 1e-9
        window = (lag - width, lag + width)
        expected = oracle.correlators(positions, times, origins, window, **LOOKED | {"weights": weights})
        assert_equal(found.sel(lag=lag), expected)


@given(seed=st.integers(0, 1000), moving=st.booleans(), weighing=st.booleans())
@settings(deadline=None, max_examples=10)
def test_groups_are_those_of_the_origin(*, seed, moving, weighing):
    rng = np.random.default_rng(seed)
    positions = walk(seed, n_particles=9)
    labels = rng.integers(-1, 3, (24, 9))
    if not moving:
        labels[:] = labels[0]
    weights = rng.uniform(0, 2, (24, 9)) if weighing else np.ones((24, 9))
    found = correlators(
        run_of(positions),
        lags=[2.0, 9.0],
        particle_groups=labels if moving else labels[0],
        group_labels=["slow", "middling", "fast"],
        weights=weights if weighing else None,
        megabytes=3e-3,
        **ASKED,
    )
    for number, name in enumerate(["slow", "middling", "fast"]):
        members = weights * (labels == number)
        if not members.any():
            continue
        for lag in (2.0, 9.0):
            expected = oracle.correlators(
                positions, np.arange(24), range(24), (lag, lag), **LOOKED | {"weights": members}
            )
            assert_equal(found.sel(group=name, lag=lag), expected)


def test_a_group_of_everybody_is_the_total_and_species_are_those_alone():
    positions = walk(3, n_particles=8)
    run = run_of(positions, species=[0, 1, 0, 0, 1, 0, 0, 0], names=("A", "B"))
    total = correlators(run, lags=[1.0, 8.0], **ASKED)
    everybody = correlators(run, lags=[1.0, 8.0], particle_groups=np.zeros(8, int), **ASKED).isel(group=0)
    often = correlators(run, lags=[1.0, 8.0], particle_groups=np.zeros((24, 8), int), **ASKED).isel(group=0)
    both = correlators(run, lags=[1.0, 8.0], particle_groups="species", **ASKED)
    assert both.group.values.tolist() == ["A", "B"]
    for name in total.data_vars:
        np.testing.assert_allclose(everybody[name].values, total[name].values, rtol=1e-12, atol=1e-13)
        np.testing.assert_allclose(often[name].values, total[name].values, rtol=1e-12, atol=1e-13)
        for species in "AB":
            alone = correlators(run, lags=[1.0, 8.0], species=species, **ASKED)[name]
            same = both[name].sel(group=species) if "group" in both[name].dims else both[name]
            np.testing.assert_allclose(same.values, alone.values, rtol=1e-12, atol=1e-13)


def test_drift_is_that_of_everybody_also_where_groups_are_averaged_alone():
    positions = walk(9) + np.arange(24)[:, None, None] * np.array([0.3, -0.2, 0.1])
    kinds = np.array([1, 0, 0, 1, 0, 1, 0])
    run = run_of(positions, species=kinds, names=("A", "B"))
    found = correlators(run, lags=[6.0], particle_groups="species", remove_drift=True, **ASKED)
    centred = positions - positions.mean(axis=1, keepdims=True)
    for number, name in enumerate("AB"):
        members = np.tile(kinds == number, (24, 1)).astype(float)
        expected = oracle.correlators(
            centred, np.arange(24), range(24), (6, 6), **LOOKED | {"weights": members}
        )
        assert_equal(found.sel(group=name, lag=6.0), expected)


def test_labels_that_know_some_frames_and_particles_take_only_those_as_origins():
    positions = walk(5)
    labels = xr.DataArray(
        [[0, 1, 0], [1, 1, 0]],
        dims=("frame", "particle"),
        coords={"frame": [3, 10], "particle": [1, 2, 5]},
    )
    found = correlators(run_of(positions), lags=[4.0], particle_groups=labels, **ASKED)
    members = np.zeros((2, 24, 7))
    members[0, [3, 3, 10], [1, 5, 5]] = 1.0
    members[1, [3, 10, 10], [2, 1, 2]] = 1.0
    for group in (0, 1):
        expected = oracle.correlators(
            positions, np.arange(24), [3, 10], (4, 4), **LOOKED | {"weights": members[group]}
        )
        assert_equal(found.sel(group=group, lag=4.0), expected)
    weighed = correlators(run_of(positions), lags=[4.0], weights=(labels == 0).astype(float), **ASKED)
    assert_equal(weighed.sel(lag=4.0), {n: found[n].sel(group=0, lag=4.0) for n in CURVES + COUNTS})


def test_chunks_and_an_executor_change_nothing_to_1e_12():
    positions = walk(1, n_frames=80, step=0.3)
    folded = Trajectory.from_arrays(SKEW.wrap(positions)[0], SKEW)
    lags = logarithmic_lags(folded, per_decade=5, longest=60.0)
    whole = correlators(folded, lags=lags, particle_groups=np.arange(7) % 2, **ASKED)
    with ThreadPoolExecutor(2) as executor:
        for megabytes in (1e-6, 2e-3, 64.0):
            cut = correlators(
                folded,
                lags=lags,
                particle_groups=np.arange(7) % 2,
                megabytes=megabytes,
                executor=executor,
                **ASKED,
            )
            for name in whole.data_vars:
                np.testing.assert_allclose(
                    cut[name].values, whole[name].values, rtol=1e-12, atol=1e-12, err_msg=name
                )


def test_the_shell_holds_every_wave_vector_of_the_box_and_its_mean_tends_to_all_directions():
    for box in (SKEW, Box(5.0, 6.0, xy=0.2, dimensions=2)):
        d = box.dimensions
        half = shell_vectors(box, q=4.0, width=1.0)
        whole = oracle.wave_vectors(box.matrix[:d, :d], 4.0, 1.0)
        both = np.concatenate([half, -half])[:, :d]
        assert len(both) == len(whole)
        np.testing.assert_allclose(
            both[np.lexsort(both.round(9).T)], whole[np.lexsort(whole.round(9).T)], atol=1e-12
        )
        positions = walk(2, n_particles=30, dimensions=d)
        asked = ASKED | {"wave_numbers": [4.0, 5.0]}
        found = correlators(run_of(positions, box=box), lags=[5.0], shell_width=1.0, **asked)
        shells = [oracle.wave_vectors(box.matrix[:d, :d], q, 1.0) for q in (4.0, 5.0)]
        expected = oracle.correlators(
            positions, np.arange(24), range(24), (5, 5), **LOOKED | {"waves": [4.0, 5.0], "shells": shells}
        )
        assert_equal(found.sel(lag=5.0), expected)
        directions = correlators(run_of(positions, box=box), lags=[5.0], **asked)
        np.testing.assert_allclose(found.scattering, directions.scattering, atol=0.1)
        assert np.abs(found.scattering - directions.scattering).max() > 1e-6


def test_ballistic_flight():
    speed = 0.7
    directions = np.random.default_rng(1).normal(size=(400, 3))
    directions *= speed / np.linalg.norm(directions, axis=1, keepdims=True)
    positions = 0.1 * np.arange(30)[:, None, None] * directions
    lags = 0.1 * np.array([1, 5, 20])
    found = correlators(run_of(positions, 0.1 * np.arange(30)), lags=lags, **ASKED)
    np.testing.assert_allclose(found.msd, speed**2 * lags**2, rtol=1e-10)
    np.testing.assert_allclose(found.alpha2, 3 / 5 - 1, rtol=1e-9)
    np.testing.assert_allclose(found.scattering.sel(q=7.25), np.sinc(7.25 * speed * lags / np.pi), atol=1e-10)
    # Each origin sees the same flight: nothing fluctuates.
    np.testing.assert_allclose(found.chi4_scattering, 0.0, atol=1e-10)


@pytest.mark.parametrize("dimensions", [2, 3])
def test_brownian_motion(dimensions):
    box = Box.cube(30.0, dimensions)
    step, q = 0.1, 2.0
    run = run_of(walk(3, 1500, 80, step, dimensions), box=box)
    asked = {"overlap_radius": 0.3, "wave_numbers": [q], "r_max": 4.0, "dr": 0.05}
    found = correlators(run, lags=[1.0, 5.0, 14.0], blocks=20, **asked)
    diffusion = step**2 / 2
    truth = {
        "msd": 2 * dimensions * diffusion * found.lag.values,
        "alpha2": 0.0,
        "scattering": np.exp(-(q**2) * diffusion * found.lag.values)[None],
    }
    for name, expected in truth.items():
        assert (np.abs(found[name].values - expected) < 4 * found[f"{name}_error"].values).all()
    width = 2 * diffusion * found.lag.values[:, None]
    gaussian = np.exp(-(found.r.values**2) / (2 * width)) / (2 * np.pi * width) ** (dimensions / 2)
    np.testing.assert_allclose(found.van_hove[1:], gaussian[1:], atol=0.05 * gaussian[1:].max())
    edges = 0.05 * np.arange(81)
    shell = np.diff(np.pi * edges**2 if dimensions == 2 else 4 / 3 * np.pi * edges**3)
    np.testing.assert_allclose(found.van_hove @ xr.DataArray(shell, dims="r"), 1.0, rtol=1e-9)


def test_a_harmonic_cage_has_a_plateau():
    sigma, q = 0.05, 7.25
    positions = np.random.default_rng(4).normal(scale=sigma, size=(60, 500, 3))
    found = correlators(run_of(positions), lags=[1.0, 10.0, 30.0], overlap_radius=0.3, wave_numbers=[q])
    np.testing.assert_allclose(found.msd, 6 * sigma**2, rtol=0.02)
    np.testing.assert_allclose(found.scattering[0], np.exp(-((q * sigma) ** 2)), rtol=5e-3)
    np.testing.assert_allclose(found.alpha2, 0.0, atol=0.03)


def test_particles_that_know_nothing_of_each_other_have_the_variance_of_one():
    q, sigma, n = 7.25, 0.12, 60
    # Pairs that share no frame, each its own draw: then origins are independent too.
    places = np.random.default_rng(5).normal(scale=sigma, size=(4000, n, 3))
    run = run_of(places)
    found = correlators(run, lags=[1.0], overlap_radius=0.3, wave_numbers=[q], origin_spacing=2.0)
    share = found.overlap.item()
    assert found.chi4_overlap.item() == pytest.approx(share * (1 - share), rel=0.1)
    r = np.linalg.norm(places[1::2] - places[::2], axis=2)
    assert found.chi4_scattering.item() == pytest.approx(np.sinc(q * r / np.pi).var(), rel=0.1)
    # Particles that all move together fluctuate as one: N times as much.
    together = np.broadcast_to(places[:, :1], places.shape)
    found = correlators(run_of(together), lags=[1.0], overlap_radius=0.3, origin_spacing=2.0)
    share = found.overlap.item()
    assert found.chi4_overlap.item() == pytest.approx(n * share * (1 - share))


def test_displacements_in_whole_bins_fill_one_bin_and_integrate_to_one():
    positions = np.zeros((10, 4, 3))
    positions[:, :, 1] = 0.25 * np.arange(10)[:, None]
    found = correlators(run_of(positions), lags=[1.0, 2.0, 8.0], overlap_radius=0.3, r_max=1.0, dr=0.1)
    shell = 4 / 3 * np.pi * np.diff(EDGES**3)
    inside = (found.van_hove * shell).values
    np.testing.assert_allclose(inside[0], np.arange(10) == 2)
    np.testing.assert_allclose(inside[1], np.arange(10) == 5)
    np.testing.assert_allclose(inside[2], 0.0)
    np.testing.assert_allclose(found.van_hove_beyond, [0, 0, 1])


def test_logarithmic_frames_with_sliding_origins_give_every_decade():
    # Ten cycles of 0, 1, 2, 4, ... 32 in each 64: pairs within a cycle and from one to the next.
    times = np.concatenate([64.0 * c + np.concatenate([[0.0], 2.0 ** np.arange(6)]) for c in range(10)])
    velocities = np.random.default_rng(6).normal(size=(20, 3))
    run = run_of(times[:, None, None] * velocities, times)
    lags = [1.0, 4.0, 16.0, 64.0, 320.0]
    found = correlators(run, lags=lags, tolerance=1e-3, overlap_radius=0.3)
    np.testing.assert_allclose(found.mean_lag, lags)
    np.testing.assert_allclose(found.msd, (velocities**2).sum(axis=1).mean() * np.square(lags))
    assert found.n_origins.values.tolist() == [20, 20, 20, 63, 35]
    asked = logarithmic_lags(run, per_decade=5, longest=320.0)
    assert (asked[0], asked[-1]) == pytest.approx((1.0, 320.0))


def test_a_tolerance_on_even_frames_gathers_neighbouring_lags():
    positions = walk(7, n_frames=40)
    found = correlators(run_of(positions), lags=[10.0], tolerance=0.1, **ASKED)
    expected = oracle.correlators(positions, np.arange(40), range(40), (8.99, 11.01), **LOOKED)
    assert_equal(found.sel(lag=10.0), expected)
    assert found.mean_lag.item() < 10.0


class Counting:
    """A source that says which frames were asked of it, and at most how many at once."""

    def __init__(self, source):
        self.source, self.name, self.n_frames = source, source.name, source.n_frames
        self.asked, self.most = [], 0

    def boxes(self, frames):
        return self.source.boxes(frames)

    def read(self, frames):
        self.asked += list(frames)
        self.most = max(self.most, len(frames))
        return self.source.read(frames)


def test_a_long_run_streams_once_and_only_the_frames_it_needs():
    run = run_of(walk(8, n_frames=5000, n_particles=2))
    watched = Counting(run.source)
    megabytes = 24 * 2 * 320 / 2**20
    found = correlators(
        replace(run, source=watched),
        lags=[1.0, 10.0, 1000.0],
        origin_spacing=100.0,
        overlap_radius=0.3,
        megabytes=megabytes,
    )
    assert watched.most <= 10
    needed = {o + lag for o in range(0, 5000, 100) for lag in (0, 1, 10, 1000) if o + lag < 5000}
    assert sorted(watched.asked[1:]) == sorted(needed)
    direct = displacements(run, lags=[1.0, 10.0, 1000.0], origin_spacing=100.0, overlap_radius=0.3)
    np.testing.assert_allclose(found.msd, direct.msd, rtol=1e-12)


def test_only_labelled_frames_and_those_a_lag_later_are_read():
    run = run_of(walk(8))
    watched = Counting(run.source)
    labels = xr.DataArray(np.zeros((2, 7)), dims=("frame", "particle"), coords={"frame": [3, 10]})
    correlators(replace(run, source=watched), lags=[4.0], overlap_radius=0.3, particle_groups=labels)
    assert sorted(watched.asked[1:]) == [3, 7, 10, 14]


def test_a_pair_belongs_to_the_block_of_its_origin():
    run = run_of(walk(8, n_frames=50))
    found = correlators(run, lags=[2.0, 30.0, 45.0], overlap_radius=1.0)
    assert (found.block_weight.sel(lag=2.0) > 0).all()
    assert (found.block_weight.sel(lag=30.0) > 0).values.tolist() == [True, True, False, False, False]
    assert np.isfinite(correlators(run, lags=[1.0], overlap_radius=0.05).msd_error).all()
    assert np.isnan(found.msd_error.sel(lag=[30.0, 45.0])).all()


def test_errors_of_scattering_and_chi4_cover_the_scatter_of_many_runs():
    runs = [
        correlators(
            run_of(walk(s, n_frames=150, n_particles=5), box=Box.cube(30.0)),
            lags=[5.0],
            overlap_radius=0.3,
            wave_numbers=[3.0],
        )
        for s in range(40)
    ]
    for name in ("scattering", "chi4_overlap"):
        scatter = np.std([r[name].item() for r in runs], ddof=1)
        claimed = np.sqrt(np.mean([r[f"{name}_error"].item() ** 2 for r in runs]))
        assert claimed == pytest.approx(scatter, rel=0.45)


@pytest.mark.parametrize(
    ("asked", "error", "message"),
    [
        ({"lags": [-1.0, 2.0]}, ParameterError, "positive"),
        ({"lags": [99.0]}, TrajectoryError, "exceeds the longest run"),
        ({"lags": [20.0], "origin_spacing": 50.0, "particle_groups": None}, None, None),
        ({"species": "C"}, ParameterError, "no species 'C'"),
        ({"particle_groups": "colour"}, ParameterError, "particle_groups must be 'species'"),
        ({"particle_groups": np.zeros(3, int)}, ParameterError, "particle_groups must be"),
        ({"particle_groups": np.full(7, -1)}, ParameterError, "no particle belongs to a group"),
        (
            {"particle_groups": np.full((24, 7), 2), "group_labels": ["a"]},
            ParameterError,
            "from -1 .none. to 0",
        ),
        ({"particle_groups": np.full(7, 0.5)}, ParameterError, "whole numbers"),
        ({"weights": -np.ones(7)}, ParameterError, "frame 0, particle 0: a weight"),
        ({"weights": np.full((24, 7), np.nan)}, ParameterError, "a weight must be"),
        ({"wave_numbers": [0.0]}, ParameterError, "wave_numbers"),
        ({"wave_numbers": [7.0], "shell_width": -1.0}, ParameterError, "shell_width"),
        ({"wave_numbers": [0.3], "shell_width": 0.01}, BoxError, "no wave vector"),
        ({"r_max": 1.0}, ParameterError, "0 < dr <= r_max"),
        ({"tolerance": 1.5}, ParameterError, "tolerance"),
        ({"lags": [0.4], "tolerance": 0.01}, TrajectoryError, "no origin has a frame 0.4 later"),
    ],
)
def test_bad_input_is_named(asked, error, message):
    given_ = {"lags": [1.0], "overlap_radius": 0.3} | asked
    if error is None:
        assert correlators(run_of(walk(1)), **given_).n_origins.item() == 1
        return
    with pytest.raises(error, match=message):
        correlators(run_of(walk(1)), **given_)


def test_uneven_frames_need_a_tolerance_and_several_runs_their_own_groups():
    uneven = run_of(walk(1, n_frames=4), times=[0, 1, 2, 10])
    with pytest.raises(TrajectoryError, match=r"tolerance=0\.05"):
        correlators(uneven, lags=[1.0], overlap_radius=0.3)
    both = [run_of(walk(1)), run_of(walk(2))]
    with pytest.raises(ParameterError, match="each of the 2 runs, not 1"):
        correlators(both, lags=[1.0], overlap_radius=0.3, particle_groups=[np.zeros(7, int)])
    found = correlators(
        both, lags=[1.0], overlap_radius=0.3, particle_groups=[np.arange(7) % 2, np.zeros(7, int)]
    )
    assert found.n_origins.sel(group=1).item() == 23
    assert found.n_origins.sel(group=0).item() == 46


def test_a_step_too_long_to_unwrap_names_frame_and_particle():
    positions = walk(1, step=0.05)
    positions[12:, 3, 0] += 2.6
    folded = Trajectory.from_arrays(SKEW.wrap(positions)[0], SKEW)
    with pytest.raises(TrajectoryError, match=r"particle 3 moves .* between frames 11 and 12"):
        correlators(folded, lags=[1.0], overlap_radius=0.3)
