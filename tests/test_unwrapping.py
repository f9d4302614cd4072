"""Paths of particles in a box that changes."""

from itertools import pairwise

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.special import gammainc

from supercooled import Box, Trajectory, read
from supercooled.dynamics import correlators, displacements, hops, relaxation_time
from supercooled.dynamics.changing_box import breathing
from supercooled.errors import BoxError
from supercooled.unwrapping import far_ones_move_with_the_box

D = 0.002


def walkers(boxes, n=400, *, seed=1, spread=6.0, carried=True):
    """Free walkers of diffusion coefficient D as simulations write them: folded, images, both together.

    The steps are folded in each frame's own box; images are left over from an equilibration.
    carried : the barostat moves the particles along with the box
    """
    rng = np.random.default_rng(seed)
    d = boxes[0].dimensions
    plane = np.arange(3) < d
    xyz = boxes[0].absolute((rng.random((n, 3)) - 0.5) * plane)
    images = np.rint(rng.normal(scale=spread, size=(n, 3))) * plane
    folded, counts = [xyz], [images]
    for old, new in pairwise(boxes):
        turned = np.rint(np.linalg.inv(new.matrix) @ old.matrix)
        if carried:
            xyz = new.absolute(old.fractional(xyz) @ turned.T)
        xyz, crossed = new.wrap(xyz + rng.normal(scale=np.sqrt(2 * D), size=(n, 3)) * plane)
        images = images @ turned.T + crossed
        folded.append(xyz)
        counts.append(images)
    whole = [box.unwrap(xyz, n) for box, xyz, n in zip(boxes, folded, counts, strict=True)]
    return np.array(folded), np.array(counts), np.array(whole)


def as_written(how, boxes, **more):
    folded, images, whole = walkers(boxes, **more)
    if how == "x y z":
        return Trajectory.from_arrays(folded, boxes)
    if how == "x y z ix iy iz":
        return Trajectory.from_arrays(folded, boxes, images=images)
    if how == "xu yu zu":
        return Trajectory.from_arrays(whole, boxes, unwrapped=True)
    # The paths themselves, added up by somebody else, from wherever they began.
    steps = np.diff(folded, axis=0)
    steps += [box.absolute(-np.rint(box.fractional(s))) for box, s in zip(boxes[1:], steps, strict=True)]
    start = whole[:1]
    return Trajectory.from_arrays(np.cumsum(np.concatenate([start, steps]), axis=0), boxes, unwrapped=True)


WAYS = ["x y z", "x y z ix iy iz", "xu yu zu", "added up"]
NOISE = 0.002 * np.random.default_rng(7).normal(size=240)
TILTS = 0.004 * np.arange(240)
BOXES = {
    "breathing": [Box.cube(10.5 * (1 + e)) for e in NOISE],
    "breathing, planar": [Box.cube(10.5 * (1 + e), 2) for e in NOISE],
    "compressed": [Box.cube(10.5 - 0.005 * k) for k in range(240)],
    "one edge at a time": [Box(10.0 * (1 + e), 8.0, 9.0 * (1 - e), 0.2, -0.1, 0.3) for e in NOISE],
    "sheared back and forth": [Box(9.0, 10.0, 11.0, xy=0.01 * e / 0.002) for e in NOISE],
    "sheared, its edges flip": [Box(9.0, 9.0, 9.0, xy=x - np.rint(x)) for x in 0.004 * np.arange(240)],
    "sheared, planar, flips": [
        Box(9.0, 9.0, xy=x - np.rint(x), dimensions=2) for x in 0.004 * np.arange(240)
    ],
}


@pytest.mark.filterwarnings("ignore:.*the box changes")
@pytest.mark.parametrize("how", WAYS)
@pytest.mark.parametrize("box", BOXES)
def test_walkers_in_a_box_that_changes_come_back_with_the_diffusion_they_were_given(box, how):
    boxes = BOXES[box]
    # A barostat's own motion of the particles is another matter: here the box changes around them.
    run = as_written(how, boxes, carried=False)
    lags = np.array([1.0, 3.0, 10.0])
    found = displacements(run, lags=lags, overlap_radius=0.3, blocks=24)
    right = 2 * run.dimensions * D * lags
    error = right * np.sqrt(2.0 / run.dimensions / (400 * 240 / lags) * 2.0)
    assert (np.abs(found.msd.values - right) < 4 * error).all()
    # Fewer frames, other pieces: the same walkers.
    rare = displacements(run[::3], lags=lags[1:2], overlap_radius=0.3)
    assert abs(rare.msd.item() - right[1]) < 4 * np.sqrt(3) * error[1]


@pytest.mark.filterwarnings("ignore:.*the box changes")
@pytest.mark.parametrize("how", WAYS)
def test_image_counts_left_over_from_equilibration_change_neither_overlap_nor_relaxation(how):
    # The edge fluctuates by 0.2 %; with counts of sd 6 the msd was 0.1064 for 0.012 and tau 12.1 for 17.4.
    run = as_written(how, BOXES["breathing"], n=1000, carried=False)
    found = correlators(run, lags=np.arange(1.0, 41.0), overlap_radius=0.5)
    assert found.msd.values[0] == pytest.approx(0.012, rel=0.01)
    assert found.overlap.values[0] > 0.999
    # The overlap of a Gaussian of variance 2 D t in each component within 0.5 falls to 1/e then.
    right = brentq(lambda t: gammainc(1.5, 0.25 / (4 * D * t)) - np.exp(-1), 1.0, 100.0)
    assert relaxation_time(found).value == pytest.approx(right, rel=0.02)


@pytest.mark.filterwarnings("ignore:.*the box changes")
@pytest.mark.parametrize("how", WAYS)
def test_however_frames_are_cut_into_chunks_paths_in_a_moving_box_are_the_same(how, monkeypatch):
    boxes = BOXES["sheared, its edges flip"]
    run = as_written(how, boxes, n=60, carried=False)
    once = run.unwrapped()
    lags = [1.0, 7.0]
    whole = displacements(run, lags=lags, overlap_radius=0.3, origin_spacing=5.0)
    hopped = hops(run, window=10.0)
    monkeypatch.setattr("supercooled.trajectory.PIECE", 1e-2)
    np.testing.assert_allclose(run.unwrapped(), once, atol=1e-9)
    np.testing.assert_allclose(run.unwrapped(particles=np.array([3, 5])), once[:, [3, 5]], atol=1e-9)
    some = run.unwrapped(slice(50, 90))
    np.testing.assert_allclose(some - some[0], once[50:90] - once[50], atol=1e-9)
    cut = displacements(run, lags=lags, overlap_radius=0.3, origin_spacing=5.0, megabytes=1e-2)
    np.testing.assert_allclose(cut.msd, whole.msd, rtol=1e-9)
    np.testing.assert_allclose(hops(run, window=10.0, megabytes=1e-2), hopped, rtol=1e-7)


def test_in_a_fixed_box_paths_are_whole_edges_away_to_the_last_digit():
    box = Box(9.0, 8.0, 7.0, 0.3, -0.1, 0.2)
    folded, images, whole = walkers([box] * 50)
    run = Trajectory.from_arrays(folded, box, images=images)
    np.testing.assert_array_equal(run.unwrapped(), whole)
    np.testing.assert_array_equal(run.laid_out(), whole)
    np.testing.assert_array_equal(Trajectory.from_arrays(whole, box, unwrapped=True).unwrapped(), whole)


def test_what_unwrapped_means_is_told_from_the_frames():
    boxes = BOXES["breathing"]
    assert far_ones_move_with_the_box(as_written("xu yu zu", boxes).source, 3)
    assert far_ones_move_with_the_box(as_written("x y z ix iy iz", boxes).source, 3)
    assert not far_ones_move_with_the_box(as_written("added up", boxes).source, 3)
    # Nobody is far away: nothing tells, and nothing hangs on it.
    near = as_written("xu yu zu", boxes, spread=0.0)
    assert far_ones_move_with_the_box(near[:2].source, 3)


def test_a_particle_at_rest_in_its_place_of_the_box_moves_by_what_the_warning_says():
    rng = np.random.default_rng(3)
    boxes = [Box(10.0 * (1 + e), 9.0, 8.0, xy=5 * e) for e in NOISE[:40]]
    places = rng.random((4000, 3)) - 0.5
    images = np.rint(rng.normal(scale=20, size=(4000, 3)))
    run = Trajectory.from_arrays(
        np.stack([box.absolute(places) for box in boxes]), boxes, images=np.stack([images] * 40)
    )
    with pytest.warns(UserWarning, match=r"adds .* sigma\^2 to the mean squared displacement"):
        found = displacements(run, lags=np.arange(1.0, 39.0), overlap_radius=0.3)
    said = breathing(run)
    assert found.msd.values[0] == pytest.approx(said.step, rel=0.05)
    assert found.msd.max() <= said.most


def test_a_box_that_changes_by_half_of_itself_between_two_frames_cannot_be_unwrapped():
    run = Trajectory.from_arrays(np.zeros((2, 1, 3)), [Box.cube(6.0), Box.cube(15.0)])
    with pytest.raises(BoxError, match="frames 0 and 1: the box changes so much"):
        run.unwrapped()


def written(path, paths, tilts, edges, columns, *, corner):
    """Dump or extended XYZ of a box whose corner stays, as LAMMPS deforms it and ASE writes it."""
    lines = []
    for k, (xyz, xy, edge) in enumerate(zip(paths, tilts, edges, strict=True)):
        box = np.array([[edge, xy, 0.0], [0.0, edge, 0.0], [0.0, 0.0, edge]])
        fractions = np.linalg.solve(box, (xyz - corner).T).T
        copies = np.floor(fractions)
        inside = corner + (fractions - copies) @ box.T
        numbers = {"xyz": inside, "x": inside, "xu": xyz, "xs": fractions - copies}[columns.split()[0]]
        if columns == "xyz":
            lattice = " ".join(f"{value:.12g}" for value in box.T.ravel())
            place = " ".join(f"{value:.12g}" for value in corner)
            lines += [
                str(len(xyz)),
                f'Lattice="{lattice}" Origin="{place}" Properties=species:S:1:pos:R:3 Time={k}',
            ]
            lines += ["A " + " ".join(f"{value:.12f}" for value in row) for row in numbers]
            continue
        low, high = min(0.0, xy), edge + max(0.0, xy)
        lines += [
            f"ITEM: TIMESTEP\n{k}\nITEM: NUMBER OF ATOMS\n{len(xyz)}\nITEM: BOX BOUNDS xy xz yz pp pp pp"
        ]
        lines += [f"{corner[0] + low:.12g} {corner[0] + high:.12g} {xy:.12g}"]
        lines += [f"{low_:.12g} {low_ + edge:.12g} 0" for low_ in corner[1:]]
        lines += [f"ITEM: ATOMS id type {columns}"]
        for i, (row, n) in enumerate(zip(numbers, copies, strict=True), 1):
            away = " ".join(f"{value:.0f}" for value in n) if "ix" in columns else ""
            lines += [f"{i} 1 " + " ".join(f"{value:.12f}" for value in row) + " " + away]
    path.write_text("\n".join(line.rstrip() for line in lines) + "\n")
    return read(path, format="xyz") if columns == "xyz" else read(path, format="lammps", timestep=1.0)


@pytest.mark.filterwarnings("ignore:.*the box changes")
@pytest.mark.parametrize("columns", ["x y z", "x y z ix iy iz", "xu yu zu", "xs ys zs ix iy iz", "xyz"])
@pytest.mark.parametrize("box", ["breathes", "is sheared, flips"])
def test_a_box_whose_corner_stays_moves_nobody(tmp_path, columns, box):
    # Its middle moves, and jumps by half an edge at a flip: an msd of 0.35 for 0.012 from a sheared dump.
    rng = np.random.default_rng(2)
    paths = rng.uniform(2.0, 7.0, (1, 50, 3)) + np.cumsum(rng.normal(scale=0.05, size=(40, 50, 3)), axis=0)
    turns = 0.02 * np.arange(40)
    tilts = 9.0 * (turns - np.rint(turns)) if box == "is sheared, flips" else np.zeros(40)
    edges = 9.0 * (1 + NOISE[:40]) if box == "breathes" else np.full(40, 9.0)
    corner = np.array([1.0, -2.0, 0.5])
    run = written(tmp_path / "run", paths + corner, tilts, edges, columns, corner=corner)
    moved = run.unwrapped() - run.unwrapped()[0]
    np.testing.assert_allclose(moved, paths - paths[0], atol=1e-9)
