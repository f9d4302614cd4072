"""Bond order with each choice of neighbours."""

import numpy as np
import pytest

from supercooled import Box, Frame
from supercooled.errors import BoxError
from supercooled.indicators import BondOrder
from supercooled.testing import check_indicator, liquid_frame

CHOICES = [
    {"neighbours": "nearest", "number": 6},
    {"neighbours": "voronoi"},
    {"neighbours": "voronoi", "radii": (("A", 0.5), ("B", 0.44))},
]


@pytest.mark.parametrize(
    ("choice", "averaged"), list(zip(CHOICES, (True, False, True), strict=True)), ids=str
)
def test_laws(choice, averaged):
    check_indicator(BondOrder(6, averaged=averaged, **choice))


@pytest.mark.parametrize("degree", [1, 12, 20])
def test_harmonics_of_every_degree_are_those_of_scipy(degree):
    from scipy.special import sph_harm_y

    frame = liquid_frame()
    bonds = frame.neighbours(1.4)
    x, y, z = bonds.vectors.T / bonds.distances
    m = np.arange(-degree, degree + 1)
    waves = sph_harm_y(degree, m, np.arccos(z)[:, None], np.arctan2(y, x)[:, None])
    q = (bonds.add_up(waves.real) + 1j * bonds.add_up(waves.imag)) / bonds.counts[:, None]
    there = np.sqrt(4 * np.pi / (2 * degree + 1) * (np.abs(q) ** 2).sum(axis=1))
    np.testing.assert_allclose(BondOrder(degree, averaged=False)(frame), there, rtol=1e-11)


@pytest.mark.parametrize("dimensions", [2, 3])
def test_nearest_and_faces_are_those_of_freud(dimensions):
    freud = pytest.importorskip("freud")
    frame = liquid_frame(dimensions)
    system = (freud.Box(*frame.box.lengths[:dimensions]), frame.positions)
    cells = freud.locality.Voronoi().compute(system).nlist
    if dimensions == 3:
        nearest, faces = freud.order.Steinhardt(6), freud.order.Steinhardt(6, weighted=True)
        nearest.compute(system, neighbors={"num_neighbors": 12})
        faces.compute(system, neighbors=cells)
        pairs = [
            (nearest.particle_order, {"neighbours": "nearest"}),
            (faces.particle_order, {"neighbours": "voronoi"}),
        ]
    else:
        nearest, faces = freud.order.Hexatic(6), freud.order.Hexatic(6, weighted=True)
        nearest.compute(system, neighbors={"num_neighbors": 6})
        faces.compute(system, neighbors=cells)
        pairs = [
            (np.abs(nearest.particle_order), {"neighbours": "nearest", "number": 6}),
            (np.abs(faces.particle_order), {"neighbours": "voronoi"}),
        ]
    single = np.sqrt(np.finfo(np.float32).eps)
    for there, choice in pairs:
        here = BondOrder(6, averaged=False, **choice)(frame)
        np.testing.assert_allclose(here, there, rtol=0, atol=single)


def test_too_few_neighbours_are_one_sentence():
    few = Frame.from_arrays([[0.0, 0, 0], [1.0, 0, 0], [0, 1.0, 0]], Box.cube(9.0))
    with pytest.raises(BoxError, match=r"has 2 neighbours within half .* fewer than the 12 nearest"):
        BondOrder(6, neighbours="nearest")(few)
