"""The list of neighbours against the slow obvious one, and what a frame keeps."""

import re
from pathlib import Path

import numpy as np
import pytest

import supercooled
from supercooled import Box, Frame, Trajectory, neighbours
from supercooled.errors import BoxError, ParameterError

BOXES = [
    Box(6.0, 7.0, 8.0),
    Box(7.0, 7.0, 7.0, 0.3, -0.2, 0.1),
    Box(9.0, 8.0, 1.0, dimensions=2),
    Box(9.0, 9.0, 1.0, 0.4, dimensions=2),
]


def gas(box, n=150, seed=3):
    fractions = np.random.default_rng(seed).uniform(-0.5, 0.5, (n, 3))
    if box.dimensions == 2:
        fractions[:, 2] = 0.0
    return box.absolute(fractions)


@pytest.mark.parametrize("box", BOXES, ids=str)
@pytest.mark.parametrize("cutoff", [0.7, 1.9, 2.9])
def test_each_pair_is_found_once_from_either_end(box, cutoff):
    xyz = gas(box)
    found = neighbours(xyz, box, cutoff=cutoff)
    vectors = box.minimum_image(xyz[None, :] - xyz[:, None])
    distances = np.linalg.norm(vectors, axis=2)
    near = (distances < cutoff) & ~np.eye(len(xyz), dtype=bool)
    assert found.counts.tolist() == near.sum(axis=1).tolist()
    for i in range(len(xyz)):
        own = found.of(i)
        by_distance = np.argsort(np.where(near[i], distances[i], np.inf))[: near[i].sum()]
        assert found.partner[own].tolist() == by_distance.tolist()
        np.testing.assert_allclose(found.vectors[own], vectors[i, by_distance], atol=1e-12)
        np.testing.assert_allclose(found.distances[own], distances[i, by_distance], rtol=1e-12)


def test_equally_near_neighbours_come_in_the_order_of_their_numbers():
    grid = np.stack(np.meshgrid(*[np.arange(4.0)] * 3, indexing="ij"), axis=-1).reshape(-1, 3)
    found = neighbours(grid, Box.cube(4.0), cutoff=1.2)
    assert all((np.diff(found.partner[found.of(i)]) > 0).all() for i in range(64))
    assert set(found.counts) == {6}


def test_sums_and_choices_are_those_of_a_loop():
    box = BOXES[1]
    found = neighbours(gas(box), box, cutoff=2.5)
    x = np.random.default_rng(1).normal(size=(150, 2))
    weights = 1.0 / found.distances
    slow = np.zeros_like(x)
    for i in range(150):
        for bond in range(found.starts[i], found.starts[i + 1]):
            slow[i] += weights[bond] * x[found.partner[bond]]
    np.testing.assert_allclose(found.weighted(weights).sum(x), slow, rtol=1e-12)
    np.testing.assert_allclose(found.add_up(weights[:, None] * x[found.partner]), slow, rtol=1e-12)
    near, again = found.within(1.5), neighbours(gas(box), box, cutoff=1.5)
    assert near.partner.tolist() == again.partner.tolist()
    assert near.vectors.tobytes() == again.vectors.tobytes()
    assert near.starts.tolist() == again.starts.tolist()
    three = found.nearest(3)
    assert three.counts.tolist() == np.minimum(found.counts, 3).tolist()
    assert three.partner[three.of(7)].tolist() == found.partner[found.of(7)][:3].tolist()


def test_a_particle_without_neighbours_adds_up_to_nothing():
    found = neighbours([[0.0, 0, 0], [1.0, 0, 0], [4.0, 4.0, 4.0]], Box.cube(10.0), cutoff=1.5)
    assert found.counts.tolist() == [1, 1, 0]
    assert found.sum([1.0, 2.0, 4.0]).tolist() == [2.0, 1.0, 0.0]
    assert found.add_up([1.0, 1.0]).tolist() == [1.0, 1.0, 0.0]


def test_a_box_too_small_is_refused_with_the_frame():
    run = Trajectory.from_arrays(np.zeros((3, 1, 3)), Box.cube(4.0))
    with pytest.raises(BoxError, match=r"frame 2: neighbours are counted up to 2\.1"):
        run[2].neighbours(2.1)
    with pytest.raises(BoxError, match="positions: neighbours"):
        neighbours([[0.0, 0, 0]], Box.cube(4.0), cutoff=2.1)


def test_what_is_found_out_about_a_frame_is_found_once():
    frame = Frame.from_arrays(gas(BOXES[0]), BOXES[0])
    wide = frame.neighbours(2.0)
    assert frame.neighbours(2.0) is wide
    assert frame.neighbours(1.0).partner.tolist() == wide.within(1.0).partner.tolist()
    assert frame.cells(1.3) is frame.cells(1.3)


def test_cells_are_made_in_one_place():
    package = Path(supercooled.__file__).parent
    makers = [
        p.relative_to(package).as_posix() for p in package.rglob("*.py") if "make_cells(" in p.read_text()
    ]
    assert sorted(makers) == ["kernels/neighbours.py", "neighbour_list.py"]
    assert len(re.findall(r"make_cells\(", (package / "neighbour_list.py").read_text())) == 1


def test_a_trajectory_gives_its_frames():
    xyz = np.random.default_rng(2).uniform(-3.0, 3.0, (5, 4, 3))
    run = Trajectory.from_arrays(xyz, Box.cube(6.0), species=[0, 0, 1, 1], times=[0.0, 1.0, 2.0, 4.0, 8.0])
    late = run[2:]
    assert len(late) == 3
    assert [frame.number for frame in late] == [2, 3, 4]
    assert late[-1].time == 8.0
    np.testing.assert_array_equal(late[1].positions, run.positions(slice(3, 4))[0])
    earlier = late[1].earlier(1)
    assert earlier is not None
    assert earlier.number == 2
    assert late[0].earlier(1) is None
    with pytest.raises(IndexError, match="no frame 3"):
        late[3]
    with pytest.raises(ParameterError, match="slice"):
        late["first"]


def test_a_displacement_follows_particles_across_faces():
    steps = np.arange(8.0)[:, None, None] * [0.9, 0.0, 0.0]
    run = Trajectory.from_arrays(Box.cube(4.0).wrap(steps)[0], Box.cube(4.0))
    np.testing.assert_allclose(run.displacement(1, 7), [[5.4, 0.0, 0.0]], atol=1e-12)
    np.testing.assert_allclose(run.displacement(7, 1), [[-5.4, 0.0, 0.0]], atol=1e-12)
