import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles.events import cage_relative, nonaffine
from scipy.spatial.transform import Rotation

from supercooled import Box, Trajectory
from supercooled.dynamics import cage_relative_displacement, nonaffine_displacement
from supercooled.errors import BoxError, ParameterError, TrajectoryError

BOXES = [
    Box.cube(7.0),
    Box(8.0, 7.0, 7.5, 0.3, -0.2, 0.4),
    Box.cube(8.0, 2),
    Box(9.0, 8.0, xy=0.4, dimensions=2),
]


def moving(box, seed=1, n_frames=5, n_particles=90, step=0.2):
    rng = np.random.default_rng(seed)
    d = box.dimensions
    start = box.absolute(rng.random((n_particles, 3)) - 0.5)
    steps = step * rng.normal(size=(n_frames - 1, n_particles, 3))
    positions = np.concatenate([start[None], start + np.cumsum(steps, axis=0)])
    positions[..., d:] = 0.0
    return positions


def frames(positions, box, **more):
    return Trajectory.from_arrays(positions, box, **({"unwrapped": True} | more))


@given(seed=st.integers(0, 10_000), which=st.integers(0, 3), cutoff=st.floats(2.6, 3.2))
@settings(deadline=None, max_examples=8)
def test_the_kernels_equal_a_general_solver(seed, which, cutoff):
    box = BOXES[which]
    positions = moving(box, seed)
    run = frames(box.wrap(positions)[0], box, unwrapped=False)
    one = nonaffine_displacement(run, lag=2.0, cutoff=cutoff)
    two = cage_relative_displacement(run, lag=2.0, cutoff=cutoff, origin_spacing=2.0, megabytes=1e-4)
    assert one.frame.values.tolist() == [0, 1, 2]
    assert two.frame.values.tolist() == [0, 2]
    for k, start in enumerate(one.frame.values):
        moved = positions[start + 2] - positions[start]
        slow = nonaffine(positions[start], moved, box, cutoff)
        np.testing.assert_allclose(one.nonaffine.values[k], slow, rtol=1e-7, atol=1e-9)
    for k, start in enumerate(two.frame.values):
        moved = positions[start + 2] - positions[start]
        slow = cage_relative(positions[start], moved, box, cutoff)
        np.testing.assert_allclose(two.cage_relative_displacement.values[k], slow, atol=1e-12)


@pytest.mark.parametrize("dimensions", [2, 3])
def test_an_affine_motion_leaves_nothing_over_and_one_stray_particle_its_own_square(dimensions):
    # A cluster far from the faces, so that it can be strained freely within a fixed box.
    rng = np.random.default_rng(2)
    cluster = rng.uniform(-2.0, 2.0, (40, 3))
    cluster[:, dimensions:] = 0.0
    gradient = np.eye(3) + 0.3 * rng.normal(size=(3, 3))
    gradient[dimensions:, :dimensions] = gradient[:dimensions, dimensions:] = 0.0
    box = Box.cube(40.0, dimensions)
    strained = cluster @ gradient.T + 0.3 * np.array([1.0, -1.0, 0.0])
    one = nonaffine_displacement(frames(np.stack([cluster, strained]), box), lag=1.0, cutoff=4.0)
    assert (one.nonaffine.values >= 0).all()
    assert one.nonaffine.values.max() < 1e-25
    # Neighbours at the corners of a square or cube about 0: a stray step s of one of n leaves over
    # s^2 (1 - d / n), the share that the fit of its row takes away being its leverage.
    corners = np.array(np.meshgrid(*[[-1.0, 1.0]] * dimensions)).reshape(dimensions, -1).T
    n = len(corners)
    site = np.zeros((n + 1, 3))
    site[1:, :dimensions] = corners
    after = site.copy()
    after[1, 0] += 0.25
    two = nonaffine_displacement(frames(np.stack([site, after]), box), lag=1.0, cutoff=4.0)
    leverage = dimensions / n
    assert two.nonaffine.values[0, 0] == pytest.approx(0.25**2 * (1 - leverage), rel=1e-12)
    assert two.n_neighbours.values[0, 0] == n


def test_rotation_of_everything_changes_nothing_but_directions():
    rng = np.random.default_rng(3)
    cluster = rng.uniform(-2.0, 2.0, (30, 3))
    moved = np.stack([cluster, cluster + 0.3 * rng.normal(size=cluster.shape)])
    turn = Rotation.from_rotvec([0.3, -1.1, 0.7]).as_matrix()
    box = Box.cube(40.0)
    given_ = {"lag": 1.0, "cutoff": 2.5}
    one, two = (nonaffine_displacement(frames(x, box), **given_) for x in (moved, moved @ turn.T))
    np.testing.assert_allclose(one.nonaffine, two.nonaffine, rtol=1e-9)
    one, two = (cage_relative_displacement(frames(x, box), **given_) for x in (moved, moved @ turn.T))
    name = "cage_relative_displacement"
    np.testing.assert_allclose(one[name].values @ turn.T, two[name].values, atol=1e-12)


def test_a_long_wave_hardly_moves_particles_against_their_cages():
    box = Box.cube(20.0, 2)
    grid = np.stack(np.meshgrid(*[np.arange(20.0)] * 2), -1).reshape(-1, 2)
    amplitude, k = 0.5, 2 * np.pi / 20.0
    wave = np.stack([np.zeros(400), amplitude * np.sin(k * grid[:, 0])], axis=1)
    run = frames(np.stack([grid, grid + wave]), box)
    found = cage_relative_displacement(run, lag=1.0, cutoff=1.1).cage_relative_displacement.values[0]
    # Four neighbours, of which two share the particle's own phase.
    np.testing.assert_allclose(found[:, 1], 0.5 * (1 - np.cos(k)) * wave[:, 1], atol=1e-12)


def test_bad_input_is_told():
    box = BOXES[0]
    run = frames(moving(box), box)
    with pytest.raises(ParameterError, match=r"cutoff=1\.5"):
        nonaffine_displacement(run, lag=1.0, cutoff=0.0)
    with pytest.raises(ParameterError, match=r"lag 1\.5 is not a multiple"):
        nonaffine_displacement(run, lag=1.5, cutoff=2.0)
    with pytest.raises(TrajectoryError, match="longer than the run"):
        cage_relative_displacement(run, lag=5.0, cutoff=2.0)
    with pytest.raises(BoxError, match="half of the smallest height"):
        nonaffine_displacement(run, lag=1.0, cutoff=3.6)
    with pytest.raises(TrajectoryError, match=r"frame 0, particle \d+: \d neighbours within 0\.9"):
        nonaffine_displacement(run, lag=1.0, cutoff=0.9)
    with pytest.raises(TrajectoryError, match=r"frame 0, particle \d+: no neighbour"):
        cage_relative_displacement(run, lag=1.0, cutoff=0.3)


DEFORMED = [
    (Box.cube(8.0), Box.cube(8.3)),
    (Box.cube(8.0), Box(8.0, 8.0, 8.0, xy=0.05)),
    (Box(9.0, 8.0, 8.5, 0.3, -0.2, 0.1), Box(9.2, 7.8, 8.6, 0.34, -0.25, 0.1)),
    (Box.cube(8.0, 2), Box(8.2, 7.9, xy=0.03, dimensions=2)),
]


@pytest.mark.parametrize(("before", "after"), DEFORMED)
@pytest.mark.parametrize("how", ["folded", "images", "unwrapped"])
def test_a_box_that_deforms_takes_neighbours_across_its_faces_along(before, after, how):
    rng = np.random.default_rng(4)
    fractions = rng.random((120, 3)) - 0.5
    jitter = rng.normal(scale=0.05, size=(120, 3))
    if before.dimensions == 2:
        fractions[:, 2] = jitter[:, 2] = 0.0
    # Some particles begin a few edges away, as after a long run.
    away = rng.integers(-2, 3, (120, 3)) * (np.arange(3) < before.dimensions)

    def run(shift):
        first, second = before.absolute(fractions), after.absolute(fractions) + shift
        if how == "folded":
            return Trajectory.from_arrays(np.stack([first, second]), [before, after])
        if how == "images":
            folded, images = zip(before.wrap(first), after.wrap(second), strict=True)
            return Trajectory.from_arrays(np.stack(folded), [before, after], images=np.stack(images) + away)
        paths = [before.unwrap(first, away), after.unwrap(second, away)]
        return Trajectory.from_arrays(np.stack(paths), [before, after], unwrapped=True)

    rest = nonaffine_displacement(run(0.0), lag=1.0, cutoff=2.6).nonaffine.values
    assert rest.max() < 1e-20
    still = cage_relative_displacement(run(0.0), lag=1.0, cutoff=2.6).cage_relative_displacement.values
    assert np.abs(still).max() < 1e-12
    # With motion of their own: neighbours by the box of each frame, one by one.
    start, moved = before.absolute(fractions), after.absolute(fractions) + jitter
    found = nonaffine_displacement(run(jitter), lag=1.0, cutoff=2.6).nonaffine.values[0]
    d = before.dimensions
    for i in range(120):
        old = before.minimum_image(start - start[i])
        near = (np.linalg.norm(old, axis=1) < 2.6) & (np.arange(120) != i)
        new = after.minimum_image(moved[near] - moved[i])[:, :d]
        gradient, *_ = np.linalg.lstsq(old[near][:, :d], new, rcond=None)
        assert found[i] == pytest.approx(np.sum((new - old[near][:, :d] @ gradient) ** 2), rel=1e-7)


@pytest.mark.parametrize("lag", [1.0, 3.0])
@pytest.mark.parametrize("unwrapped", [True, False])
def test_edges_that_flip_in_a_sheared_box_take_nobody_along(lag, unwrapped):
    # As LAMMPS does: beyond a tilt of a half the same crystal of images is described by other edges.
    fractions = np.random.default_rng(5).random((120, 3)) - 0.5
    tilts = np.array([0.40, 0.45, 0.49, 0.51, 0.55, 0.60])
    straight = [Box(8.0, 8.0, 8.0, xy=xy) for xy in tilts]
    flipped = [Box(8.0, 8.0, 8.0, xy=xy - np.rint(xy)) for xy in tilts]
    paths = np.stack([box.absolute(fractions) for box in straight])
    if unwrapped:
        run = Trajectory.from_arrays(paths, flipped, unwrapped=True)
    else:
        folded, images = zip(*(b.wrap(p) for b, p in zip(flipped, paths, strict=True)), strict=True)
        run = Trajectory.from_arrays(np.stack(folded), flipped, images=np.stack(images))
    rest = nonaffine_displacement(run, lag=lag, cutoff=2.6, megabytes=1e-3).nonaffine.values
    assert rest.max() < 1e-20
    still = cage_relative_displacement(run, lag=lag, cutoff=2.6).cage_relative_displacement.values
    assert np.abs(still).max() < 1e-12


def test_a_box_that_doubles_between_two_frames_is_refused():
    xyz = np.random.default_rng(6).uniform(-3, 3, (100, 3))
    run = Trajectory.from_arrays(np.stack([xyz, 2.5 * xyz]), [Box.cube(6.0), Box.cube(15.0)], unwrapped=True)
    with pytest.raises(BoxError, match="frames 0 and 1 of 2: the box changes so much"):
        nonaffine_displacement(run, lag=1.0, cutoff=2.6)
