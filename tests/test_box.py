from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from supercooled import Box
from supercooled.errors import BoxError

lengths = st.floats(1.0, 20.0)
tilts = st.floats(-0.6, 0.6)
boxes = st.one_of(
    st.builds(Box, lengths, lengths, lengths, tilts, tilts, tilts),
    st.builds(lambda x, y, t: Box(x, y, xy=t, dimensions=2), lengths, lengths, tilts),
)
seeds = st.integers(0, 1000)


def points(seed, dimensions, n=20, size=50.0):
    positions = np.random.default_rng(seed).uniform(-size, size, size=(n, 3))
    positions[:, dimensions:] = 0.0
    return positions


@given(boxes)
def test_the_volume_is_that_of_the_edges(box):
    d = box.dimensions
    assert box.volume == pytest.approx(np.linalg.det(box.matrix[:d, :d]), rel=1e-12)


@given(boxes)
def test_the_edges_follow_the_convention_of_gsd(box):
    a, b, c = box.matrix.T
    assert a.tolist() == [box.Lx, 0, 0]
    assert b.tolist() == [box.xy * box.Ly, box.Ly, 0]
    assert c.tolist() == [box.xz * box.Lz, box.yz * box.Lz, box.Lz]


@given(boxes)
def test_heights_are_volume_over_face(box):
    a, b, c = box.matrix.T
    faces = [np.cross(b, c), np.cross(c, a), np.cross(a, b)]
    volume = abs(np.linalg.det(box.matrix))
    expected = [volume / np.linalg.norm(f) for f in faces][: box.dimensions]
    np.testing.assert_allclose(box.heights, expected, rtol=1e-10)


@given(boxes, seeds)
def test_wrapping_goes_inside_and_images_bring_back(box, seed):
    positions = points(seed, box.dimensions)
    wrapped, images = box.wrap(positions)
    inside = box.fractional(wrapped)[:, : box.dimensions]
    assert (inside >= -0.5 - 1e-9).all()
    assert (inside < 0.5 + 1e-9).all()
    np.testing.assert_allclose(box.unwrap(wrapped, images), positions, atol=1e-10)
    again, none = box.wrap(wrapped * (1 - 1e-9))
    assert not none.any()
    np.testing.assert_allclose(again, wrapped, atol=1e-6)


@given(boxes, seeds)
def test_whole_edges_change_nothing_but_the_images(box, seed):
    positions = points(seed, box.dimensions, size=10.0)
    shifts = np.random.default_rng(seed).integers(-3, 4, size=positions.shape)
    shifts[:, box.dimensions :] = 0
    moved = positions + shifts @ box.matrix.T
    difference = box.fractional(box.wrap(moved)[0] - box.wrap(positions)[0])
    # A point on a face may fold to either side of it.
    np.testing.assert_allclose(difference - np.rint(difference), 0.0, atol=1e-9)


@given(boxes, seeds)
def test_fractions_and_positions_are_inverse(box, seed):
    positions = points(seed, box.dimensions)
    np.testing.assert_allclose(box.absolute(box.fractional(positions)), positions, atol=1e-10)


@given(boxes, seeds)
def test_the_minimum_image_is_the_shortest_within_half_of_the_height(box, seed):
    vectors = points(seed, box.dimensions)
    found = box.minimum_image(vectors)
    reach = range(-2, 3)
    cells = list(product(reach, reach, reach if box.dimensions == 3 else (0,)))
    images = found[:, None, :] + (np.array(cells) @ box.matrix.T)[None]
    shortest = np.linalg.norm(images, axis=2).min(axis=1)
    short = shortest < 0.5 * box.heights.min() * (1 - 1e-9)
    np.testing.assert_allclose(np.linalg.norm(found, axis=1)[short], shortest[short], rtol=1e-9)


def test_a_planar_box_leaves_the_third_coordinate_alone():
    box = Box(4.0, 5.0, 7.0, dimensions=2)
    assert box.Lz == 1.0
    assert box.volume == 20.0
    wrapped, images = box.wrap([[3.0, 0.0, 9.0]])
    assert wrapped.tolist() == [[-1.0, 0.0, 9.0]]
    assert images.tolist() == [[1, 0, 0]]


@given(boxes)
def test_arrays_round_trip(box):
    assert Box.from_array(box.to_array(), box.dimensions) == box


def test_a_cube():
    assert Box.cube(3.0).to_array().tolist() == [3.0, 3.0, 3.0, 0.0, 0.0, 0.0]
    assert Box.cube(3.0, 2) == Box(3.0, 3.0, dimensions=2)
    assert Box.cube(3.0).lengths.tolist() == [3.0, 3.0, 3.0]


@pytest.mark.parametrize(
    ("values", "dimensions", "message"),
    [
        ((0.0, 1.0, 1.0), 3, "positive"),
        ((1.0, -1.0, 1.0), 3, "positive"),
        ((1.0, 1.0, np.nan), 3, "finite"),
        ((1.0, 1.0, 1.0, np.inf), 3, "finite"),
        ((1.0, 1.0, 1.0, 0.0, 0.2), 2, "out of its plane"),
        ((1.0, 1.0), 4, "2 or 3 dimensions"),
    ],
)
def test_boxes_that_are_none(values, dimensions, message):
    with pytest.raises(BoxError, match=message):
        Box(*values, dimensions=dimensions)
