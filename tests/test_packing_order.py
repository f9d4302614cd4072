"""Tong and Tanaka's packing order against loops over triangles and tetrahedra."""

from itertools import combinations

import numpy as np
import pytest

from supercooled import Box, Frame, Mixture
from supercooled.errors import ParameterError
from supercooled.indicators import PackingOrder
from supercooled.potentials import Tabulated
from supercooled.testing import check_indicator, liquid_frame

DIAMETERS = (("AA", 1.0), ("AB", 0.8), ("BB", 0.88))
RADII = (("A", 0.5), ("B", 0.44))


def slow(frame, neighbours, cutoff):
    sigma = np.array([[1.0, 0.8], [0.8, 0.88]])
    vectors = frame.box.minimum_image(frame.positions[None] - frame.positions[:, None])
    r = np.linalg.norm(vectors, axis=2)
    if neighbours == "cutoff":
        near = r < cutoff
    else:
        faces = frame.voronoi(RADII).neighbours
        near = np.zeros(r.shape, dtype=bool)
        near[faces.centre, faces.partner] = True
    np.fill_diagonal(near, False)
    s, out = frame.species, []
    for o in range(frame.n_particles):
        terms = []
        around = np.flatnonzero(near[o])
        if frame.dimensions == 2:
            for i, j in combinations(around, 2):
                if near[i, j]:
                    here = np.arccos(vectors[o, i] @ vectors[o, j] / (r[o, i] * r[o, j]))
                    a, b, c = sigma[s[o], s[i]], sigma[s[o], s[j]], sigma[s[i], s[j]]
                    terms.append(abs(here - np.arccos((a**2 + b**2 - c**2) / (2 * a * b))))
        else:
            for corners in combinations(around, 3):
                edges = list(combinations((o, *corners), 2))
                if all(near[edge] for edge in edges):
                    touching = [sigma[s[a], s[b]] for a, b in edges]
                    off = [abs(r[edge] - t) for edge, t in zip(edges, touching, strict=True)]
                    terms.append(sum(off) / sum(touching))
        out.append(np.mean(terms) if terms else np.nan)
    return np.array(out)


@pytest.mark.parametrize("neighbours", ["voronoi", "cutoff"])
@pytest.mark.parametrize("dimensions", [2, 3])
def test_packing_order_is_that_of_the_loops(dimensions, neighbours):
    frame = liquid_frame(dimensions)
    if dimensions == 3:
        kept = frame.positions[(frame.positions > -3.6).all(axis=1) & (frame.positions < 2.4).all(axis=1)]
        box = Box(6.0, 6.1, 6.2, 0.1, 0.0, -0.1)
        frame = Frame.from_arrays(kept, box, species=np.arange(len(kept)) % 5 == 0)
    found = PackingOrder(DIAMETERS, neighbours)(frame)
    np.testing.assert_allclose(found, slow(frame, neighbours, 1.5), rtol=1e-10)


@pytest.mark.parametrize("neighbours", ["voronoi", "cutoff"])
def test_laws(neighbours):
    check_indicator(PackingOrder(DIAMETERS, neighbours, cutoff=1.6))


def test_spheres_that_touch_are_perfect_and_a_gap_is_its_share():
    cubic = np.stack(np.meshgrid(*[np.arange(4.0)] * 3), axis=-1).reshape(-1, 3)
    fcc = (cubic[:, None] + 0.5 * np.array([[0, 0, 0], [0, 1, 1], [1, 0, 1], [1, 1, 0]])).reshape(-1, 3)
    frame = Frame.from_arrays(fcc, Box.cube(4.0))
    touching = (("AA", np.sqrt(0.5)),)
    np.testing.assert_allclose(PackingOrder(touching, "cutoff", 0.8)(frame), 0.0, atol=1e-12)
    smaller = (("AA", np.sqrt(0.5) / 1.1),)
    np.testing.assert_allclose(PackingOrder(smaller, "cutoff", 0.8)(frame), 0.1, rtol=1e-12)
    assert np.isnan(PackingOrder(touching, "cutoff", 0.5)(frame)).all()


def test_neighbours_bonded_around_a_small_box_make_no_triangle():
    row = np.array([[0.0, 0, 0], [1.0, 0, 0], [2.0, 0, 0]])
    ring = Frame.from_arrays(row, Box(3.0, 9.0, dimensions=2))
    assert np.isnan(PackingOrder((("AA", 1.0),), "cutoff", 1.1)(ring)).all()


def test_what_has_no_diameter_is_refused():
    with pytest.raises(ParameterError, match="the pair A-B has no diameter"):
        PackingOrder((("AA", 1.0),))(liquid_frame())

    r = np.linspace(0.5, 2.5, 200)
    bare = Tabulated.through(r, (2.5 - r) ** 2, points=100)
    mixture = Mixture("soft", ("A",), (1.0,), (1.0,), (bare,))
    with pytest.raises(ParameterError, match="soft: the potential of AA has no sigma"):
        PackingOrder.of_mixture(mixture)
