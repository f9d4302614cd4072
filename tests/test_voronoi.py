"""Radical Voronoi cells against those of Qhull and freud, and what is read off them."""

import numpy as np
import pytest
from scipy.spatial import ConvexHull, HalfspaceIntersection

from supercooled import Box, Frame
from supercooled.errors import BoxError, ParameterError
from supercooled.indicators import Asphericity, VoronoiCoordination, VoronoiSurface, VoronoiVolume
from supercooled.testing import check_indicator, liquid_frame

RADII = (("A", 0.5), ("B", 0.3))
BOXES = [
    Box(6.0, 6.5, 7.0),
    Box(6.5, 6.5, 6.5, 0.3, -0.2, 0.1),
    Box(15.0, 16.0, dimensions=2),
    Box(15.0, 15.0, 1.0, 0.4, dimensions=2),
]
KINDS = [VoronoiVolume, VoronoiSurface, Asphericity]


def fluid(box):
    """Particles thrown in that keep a distance, two thirds of them A."""
    random = np.random.default_rng(7)
    placed = np.empty((0, 3))
    for _ in range(4000):
        one = box.absolute(random.uniform(-0.5, 0.5, 3) * (1.0, 1.0, box.dimensions == 3))
        if (np.linalg.norm(box.minimum_image(placed - one), axis=-1) > 0.8).all():
            placed = np.append(placed, one[None], axis=0)
    return Frame.from_arrays(placed, box, species=(random.random(len(placed)) < 0.3).astype(int))


def slow_cell(frame, i, radii):
    """Volume of a cell and area of the face to each other particle, by Qhull."""
    d = frame.dimensions
    R = (
        np.array([dict(radii)[name] for name in frame.names])[frame.species]
        if radii
        else np.zeros(frame.n_particles)
    )
    steps = [-1, 0, 1]
    shifts = (
        np.stack(np.meshgrid(steps, steps, steps if d == 3 else [0]), -1).reshape(-1, 3) @ frame.box.matrix.T
    )
    images = (frame.positions[None] - frame.positions[i] + shifts[:, None])[..., :d]
    r2 = (images**2).sum(axis=-1)
    k, j = np.nonzero((r2 > 0) & (r2 < 25))
    # n . x <= (r^2 + R_i^2 - R_j^2) / 2
    offsets = 0.5 * (r2[k, j] + R[i] ** 2 - R[j] ** 2)
    inside = np.zeros(d)
    corners = HalfspaceIntersection(np.column_stack([images[k, j], -offsets]), inside).intersections
    hull = ConvexHull(corners)
    areas = np.zeros(frame.n_particles)
    for vertices in hull.simplices:
        simplex = corners[vertices]
        edges = simplex[1:] - simplex[0]
        area = np.sqrt(np.linalg.det(edges @ edges.T)) / (d - 1)
        face = np.argmin(np.abs(images[k, j] @ simplex.mean(axis=0) - offsets))
        areas[j[face]] += area
    return hull.volume, areas


@pytest.mark.parametrize("radii", [(), RADII], ids=["plain", "radical"])
@pytest.mark.parametrize("box", BOXES, ids=str)
def test_cells_are_those_of_qhull(box, radii):
    frame = fluid(box)
    cells = frame.voronoi(radii)
    assert cells.volumes.sum() == pytest.approx(box.volume, rel=1e-12)
    for i in range(0, frame.n_particles, 24):
        volume, areas = slow_cell(frame, i, radii)
        own = cells.neighbours.of(i)
        assert cells.volumes[i] == pytest.approx(volume, rel=1e-9)
        found = np.zeros(frame.n_particles)
        found[cells.neighbours.partner[own]] = cells.neighbours.weights[own]
        np.testing.assert_allclose(found, areas, atol=1e-9)
        assert cells.surfaces[i] == pytest.approx(areas.sum(), rel=1e-9)
        assert cells.coordination[i] == (areas > 1e-9).sum()


@pytest.mark.parametrize("box", BOXES, ids=str)
def test_cells_without_radii_are_those_of_freud(box):
    freud = pytest.importorskip("freud")
    frame = fluid(box)
    there = freud.locality.Voronoi()
    freud_box = freud.Box(*box.to_array()[: 3 if box.dimensions == 3 else 2], xy=box.xy, xz=box.xz, yz=box.yz)
    there.compute((freud_box, frame.positions))
    cells = frame.voronoi()
    np.testing.assert_allclose(cells.volumes, there.volumes, rtol=1e-4)
    faces = np.zeros((frame.n_particles,) * 2)
    faces[there.nlist[:, 0], there.nlist[:, 1]] = there.nlist.weights
    own = np.zeros_like(faces)
    own[cells.neighbours.centre, cells.neighbours.partner] = cells.neighbours.weights
    # It works in single precision.
    np.testing.assert_allclose(own, faces, atol=1e-4)


@pytest.mark.parametrize("box", BOXES, ids=str)
def test_a_face_belongs_to_both_sides(box):
    faces = fluid(box).voronoi(RADII).neighbours
    area = np.zeros((faces.n_particles,) * 2)
    area[faces.centre, faces.partner] = faces.weights
    np.testing.assert_allclose(area, area.T, atol=1e-12)


@pytest.mark.parametrize("kind", KINDS)
def test_laws(kind):
    check_indicator(kind(RADII), rtol=1e-8)


def test_cells_of_lattices():
    cubic = np.stack(np.meshgrid(*[np.arange(4.0)] * 3), axis=-1).reshape(-1, 3)
    fcc = (cubic[:, None] + 0.5 * np.array([[0, 0, 0], [0, 1, 1], [1, 0, 1], [1, 1, 0]])).reshape(-1, 3)
    frame = Frame.from_arrays(fcc, Box.cube(4.0))
    assert set(frame.voronoi().coordination) == {12}
    np.testing.assert_allclose(VoronoiVolume()(frame), 0.25, rtol=1e-12)
    # A rhombic dodecahedron of edge e has the surface 8 sqrt(2) e^2 and the volume 16 e^3 / sqrt(27).
    e = (0.25 * np.sqrt(27) / 16) ** (1 / 3)
    np.testing.assert_allclose(VoronoiSurface()(frame), 8 * np.sqrt(2) * e**2, rtol=1e-12)
    hexagons = np.array([[x + 0.5 * (y % 2), y * np.sqrt(0.75), 0.0] for x in range(8) for y in range(8)])
    plane = Frame.from_arrays(hexagons, Box(8.0, 8 * np.sqrt(0.75), dimensions=2))
    np.testing.assert_allclose(Asphericity()(plane), 6 / np.pi * np.tan(np.pi / 6), rtol=1e-12)
    assert set(VoronoiCoordination()(plane)) == {6.0}


def test_a_particle_that_larger_ones_cover_has_no_cell():
    grid = np.stack(np.meshgrid(*[np.arange(6.0)] * 3), axis=-1).reshape(-1, 3)
    xyz = np.append(grid, [[0.1, 0.1, 0.0]], axis=0)
    frame = Frame.from_arrays(xyz, Box.cube(6.0), species=[0] * 216 + [1])
    cells = frame.voronoi((("A", 1.0), ("B", 0.1)))
    assert cells.volumes[-1] == 0.0
    assert cells.coordination[-1] == 0
    np.testing.assert_allclose(cells.volumes[:-1], 1.0, rtol=1e-12)
    assert np.isnan(Asphericity((("A", 1.0), ("B", 0.1)))(frame)).sum() == 1


def test_cells_around_a_hole_reach_into_it():
    frame = liquid_frame()
    around = np.linalg.norm(frame.positions, axis=1) > 1.7
    cells = Frame.from_arrays(frame.positions[around], frame.box).voronoi()
    assert cells.volumes.sum() == pytest.approx(512.0, rel=1e-12)
    assert cells.volumes.max() > 2.0


def test_cells_are_found_once_a_frame(monkeypatch):
    made = []
    monkeypatch.setattr("supercooled.voronoi.tessellated", lambda *a: made.append(a))
    frame = liquid_frame()
    assert frame.voronoi(RADII) is frame.voronoi((*RADII, ("C", 0.4)))
    frame.voronoi()
    assert len(made) == 2


def test_what_has_no_cells_is_refused():
    with pytest.raises(ParameterError, match="species 'B' has no radius"):
        liquid_frame().voronoi((("A", 0.5),))
    twice = Frame.from_arrays([[0.0, 0, 0], [1.0, 0, 0], [1.0, 0, 0]], Box.cube(8.0))
    with pytest.raises(ParameterError, match="particles 1 and 2 have the same position"):
        twice.voronoi()
    pair = Frame.from_arrays([[0.0, 0, 0], [1.0, 0, 0]], Box.cube(8.0))
    with pytest.raises(BoxError, match="extends beyond a quarter of the smallest height of the box, 8"):
        pair.voronoi()
