import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supercooled import Box, Trajectory
from supercooled.errors import BoxError, ParameterError, TrajectoryError
from supercooled.frame_source import Frames, MemorySource

BOX = Box(6.0, 7.0, 8.0, xy=0.2, xz=-0.1, yz=0.3)


def walk(seed=1, n_frames=30, n_particles=4, step=0.3):
    steps = np.random.default_rng(seed).normal(scale=step, size=(n_frames, n_particles, 3))
    return np.cumsum(steps, axis=0)


def with_boxes(positions, boxes, **more):
    source = MemorySource(Frames(positions, np.asarray(boxes, float), **more), name="run.gsd")
    n = len(positions)
    return Trajectory(source, np.zeros(positions.shape[1], int), ("A",), np.arange(float(n)), np.arange(n))


@given(seed=st.integers(0, 500), start=st.integers(0, 20), length=st.integers(1, 10))
@settings(deadline=None)
def test_images_continuity_and_unwrapped_files_move_particles_alike(seed, start, length):
    true = walk(seed)
    folded, images = BOX.wrap(true)
    chunk = slice(start, start + length)
    from_images = Trajectory.from_arrays(folded, BOX, images=images).unwrapped(chunk)
    from_file = Trajectory.from_arrays(true, BOX, unwrapped=True).unwrapped(chunk)
    by_continuity = Trajectory.from_arrays(folded, BOX).unwrapped(chunk)
    np.testing.assert_allclose(from_images, true[chunk], atol=1e-10)
    np.testing.assert_allclose(from_file, true[chunk], atol=1e-10)
    np.testing.assert_allclose(by_continuity - by_continuity[0], (true - true[start])[chunk], atol=1e-10)


def test_positions_are_folded_whatever_the_source_has():
    true = walk() * 10
    expected = BOX.wrap(true)[0]
    for run in (
        Trajectory.from_arrays(true, BOX, unwrapped=True),
        Trajectory.from_arrays(expected, BOX, images=BOX.wrap(true)[1]),
    ):
        np.testing.assert_allclose(run.positions(), expected, atol=1e-9)


def test_continuity_refuses_a_step_that_could_be_either_way():
    positions = np.zeros((5, 3, 3))
    positions[3:, 2, 0] = 0.4 * 10
    run = Trajectory.from_arrays(positions, Box.cube(10.0))
    with pytest.raises(TrajectoryError, match=r"particle 2 moves 0\.40 of the box between frames 2 and 3"):
        run.unwrapped()
    run.unwrapped(slice(0, 3))
    with pytest.raises(TrajectoryError, match="between frames 2 and 3"):
        run[1:].unwrapped()


def test_continuity_follows_a_box_that_breathes():
    # Particles at rest in fractions, by a face: no step, though the coordinates move.
    fractions = np.array([[0.499, 0.0, 0.0], [-0.499, 0.1, 0.2]])
    boxes = [Box.cube(L) for L in (10.0, 10.5, 9.8)]
    folded = np.stack([b.absolute(fractions) for b in boxes])
    run = with_boxes(folded, [b.to_array() for b in boxes])
    np.testing.assert_allclose(run.unwrapped(), folded, atol=1e-12)
    with pytest.raises(BoxError, match="box of frame 1 differs from that of frame 0"):
        run.fixed_box()
    assert run[:1].fixed_box() == boxes[0]


def test_the_plane_keeps_its_third_coordinate():
    flat = Box(6.0, 7.0, dimensions=2)
    true = walk()[..., :2]
    run = Trajectory.from_arrays(flat.wrap(np.pad(true, ((0, 0), (0, 0), (0, 1))))[0], flat)
    found = run.unwrapped()
    assert run.dimensions == 2
    assert not found[..., 2].any()
    np.testing.assert_allclose((found - found[0])[..., :2], true - true[0], atol=1e-12)


def test_continuity_does_not_look_out_of_the_plane():
    positions = np.zeros((3, 2, 3))
    positions[1:, 0, 2] = 0.9
    run = Trajectory.from_arrays(positions, Box(6.0, 7.0, dimensions=2))
    np.testing.assert_array_equal(run.unwrapped(), positions)


@given(st.floats(1e-6, 0.01), st.integers(1, 40))
@settings(deadline=None)
def test_chunks_cover_every_frame_once(megabytes, n_frames):
    run = Trajectory.from_arrays(np.zeros((n_frames, 10, 3)), BOX)
    chunks = list(run.chunks(megabytes))
    assert [f for b in chunks for f in range(b.start, b.stop)] == list(range(n_frames))
    for b in chunks:
        assert b.stop - b.start == 1 or (b.stop - b.start) * 240 <= megabytes * 2**20


def test_slices_stay_lazy_and_read_only_what_is_asked():
    asked = []

    class Spy(MemorySource):
        __slots__ = ()

        def read(self, frames):
            asked.append(list(frames))
            return super().read(frames)

    true = walk()
    boxes = np.tile(BOX.to_array(), (30, 1))
    run = Trajectory(Spy(Frames(true, boxes)), np.zeros(4, int), ("A",), np.arange(30.0), np.arange(30))
    part = run[10:20:3]
    assert asked == []
    assert part.times.tolist() == [10.0, 13.0, 16.0, 19.0]
    np.testing.assert_array_equal(part.read(slice(1, 3)).positions, true[[13, 16]])
    assert asked == [[13, 16]]
    part.boxes()
    assert asked == [[13, 16]]
    with pytest.raises(ParameterError, match=r"trajectory\[10:20\]"):
        run["10:20"]


def test_the_interval_needs_even_frames():
    assert Trajectory.from_arrays(walk(), BOX, times=5 + 0.1 * np.arange(30)).interval == pytest.approx(0.1)
    with pytest.raises(TrajectoryError, match="unevenly spaced in time"):
        _ = Trajectory.from_arrays(walk(), BOX, times=np.geomspace(1, 100, 30)).interval
    with pytest.raises(TrajectoryError, match="one frame"):
        _ = Trajectory.from_arrays(walk(n_frames=1), BOX).interval


def test_species_are_given_as_names():
    given = ["Zr", "Cu", "Zr", "Zr"]
    run = Trajectory.from_arrays(walk(), BOX, species=given)
    assert run.names == ("Cu", "Zr")
    assert run.species.tolist() == [1, 0, 1, 1]
    run = Trajectory.from_arrays(walk(), BOX, species=np.array(given, object), names=("Zr", "Cu"))
    assert run.names == ("Zr", "Cu")
    assert run.species.tolist() == [0, 1, 0, 0]


def test_species_by_name_and_number():
    run = Trajectory.from_arrays(walk(), BOX, species=[0, 1, 0, 0], names=("A", "B"))
    assert run.of_species("A").tolist() == [0, 2, 3]
    assert run.of_species(1).tolist() == [1]
    assert run.composition().tolist() == [0.75, 0.25]
    for wrong in ("C", 2, -1):
        with pytest.raises(ParameterError, match="no species"):
            run.of_species(wrong)
    assert Trajectory.from_arrays(walk(), BOX, species=[0, 1, 2, 0]).names == ("A", "B", "C")


def test_a_trajectory_travels_to_another_process():
    run = Trajectory.from_arrays(walk(), BOX, species=[0, 1, 0, 0], temperature=0.5)
    copy = pickle.loads(pickle.dumps(run))
    np.testing.assert_array_equal(copy.positions(), run.positions())
    assert (copy.temperature, copy.names) == (0.5, ("A", "B"))


def test_a_coordinate_that_is_no_number_is_named():
    positions = walk()
    positions[7, 2, 1] = np.nan
    run = Trajectory.from_arrays(positions, BOX)
    with pytest.raises(TrajectoryError, match="frame 7, particle 2: position"):
        run.positions()
    with pytest.raises(TrajectoryError, match="frame 7, particle 2"):
        run[5:].unwrapped()
    run.positions(slice(0, 7))


@pytest.mark.parametrize("bad", [0.0, -3.0, np.nan])
def test_a_box_without_volume_is_named(bad):
    boxes = np.tile(BOX.to_array(), (5, 1))
    boxes[3, 1] = bad
    run = with_boxes(walk(n_frames=5), boxes)
    for ask in (run.boxes, run.positions):
        with pytest.raises(BoxError, match=r"run\.gsd: frame 3: box .* has no volume"):
            ask()


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"times": [0, 1, 2, 2, 3]}, "time of frame 3, 2, is not after the one before, 2"),
        ({"times": [0, 1, 2, np.nan, 3]}, "time of frame 3"),
        ({"times": [0, 1, 2]}, "3 times for 5 frames"),
        ({"species": [0, 1]}, "4 particles"),
        ({"species": [[0, 1, 0, 0]]}, "4 particles"),
        ({"species": ["A", "B", "C", "A"], "names": ("A", "B")}, "species C not among the names A, B"),
        ({"species": [0, None, 0, 0]}, "names or small whole numbers"),
        ({"species": [0.5, 1, 0, 0]}, "names or small whole numbers"),
        ({"species": [0, 1, 2, 0], "names": ("A", "B")}, r"species 2 \(counted from 0\) has no name"),
        ({"images": np.zeros((5, 3, 3))}, "images have shape"),
    ],
)
def test_arrays_that_do_not_fit_together(asked, message):
    with pytest.raises(TrajectoryError, match=message):
        Trajectory.from_arrays(walk(n_frames=5), BOX, **asked)


def test_shapes_that_are_no_frames():
    with pytest.raises(TrajectoryError, match="no frame"):
        Trajectory.from_arrays(np.zeros((0, 4, 3)), BOX)
    with pytest.raises(TrajectoryError, match="must have shape"):
        Trajectory.from_arrays(np.zeros((4, 3)), BOX)
    with pytest.raises(TrajectoryError, match="no frame"):
        _ = Trajectory.from_arrays(walk(), BOX)[30:]


def test_a_box_for_each_frame_is_taken_and_anything_else_refused():
    boxes = [Box.cube(5.0), Box.cube(6.0), Box.cube(7.0)]
    run = Trajectory.from_arrays(np.zeros((3, 4, 3)), boxes)
    assert [Box.from_array(b, 3).volume for b in run.read().boxes] == pytest.approx([125.0, 216.0, 343.0])
    for wrong in (5.0, [5.0, 5.0, 5.0], np.eye(3), []):
        with pytest.raises(ParameterError, match=r"Box\.cube\(10\.0\)"):
            Trajectory.from_arrays(np.zeros((3, 4, 3)), wrong)
    with pytest.raises(TrajectoryError, match="2 boxes for 3 frames"):
        Trajectory.from_arrays(np.zeros((3, 4, 3)), boxes[:2])
    with pytest.raises(BoxError, match="two and of three"):
        Trajectory.from_arrays(np.zeros((3, 4, 3)), [*boxes[:2], Box.cube(5.0, 2)])


def test_planar_positions_need_a_planar_box():
    flat = np.zeros((2, 5, 2))
    with pytest.raises(TrajectoryError, match=r"two coordinates and the box three.*dimensions=2"):
        Trajectory.from_arrays(flat, Box.cube(5.0))
    assert Trajectory.from_arrays(flat, Box.cube(5.0, dimensions=2)).dimensions == 2


def test_it_is_shown_in_one_line():
    run = Trajectory.from_arrays(
        np.zeros((3, 5, 3)), Box.cube(10.0), species=["B", "A", "A", "A", "B"], temperature=0.47
    )
    assert repr(run) == f"Trajectory({run.source.name}: 3 frames; t = 0 to 2; 3 A, 2 B; T = 0.47)"
