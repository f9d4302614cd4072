"""Bond order of Gaussian shells against the formula written out."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import sph_harm_y

from supercooled import Box, Frame
from supercooled.errors import ParameterError
from supercooled.indicators import AngularDescriptors, BondOrder
from supercooled.testing import check_indicator, liquid_frame

SMALL = AngularDescriptors((0.9, 1.35, 1.6), (1, 2, 6), 0.1)


def slow(frame, one):
    vectors = frame.box.minimum_image(frame.positions[None] - frame.positions[:, None])
    r = np.linalg.norm(vectors, axis=2)
    np.fill_diagonal(r, np.inf)
    polar = np.arccos(np.clip(vectors[..., 2] / r, -1, 1))
    azimuth = np.arctan2(vectors[..., 1], vectors[..., 0])
    columns = []
    for radius in one.radii:
        weights = np.exp(-((r - radius) ** 2) / (2 * one.width**2))
        weights /= weights.sum(axis=1)[:, None]
        for degree in one.degrees:
            if frame.dimensions == 2:
                columns.append(np.abs((weights * np.exp(1j * degree * azimuth)).sum(axis=1)))
                continue
            m = np.arange(-degree, degree + 1)
            q = [(weights * sph_harm_y(degree, k, polar, azimuth)).sum(axis=1) for k in m]
            columns.append(np.sqrt(4 * np.pi / (2 * degree + 1) * (np.abs(q) ** 2).sum(axis=0)))
    return np.stack(columns, axis=1)


@pytest.mark.parametrize(
    "box", [Box(5.0, 5.0, 5.2, 0.1, 0.0, -0.1), Box(9.0, 9.0, 1.0, 0.2, dimensions=2)], ids=str
)
def test_descriptors_are_those_of_the_formula(box):
    fractions = np.random.default_rng(4).uniform(-0.5, 0.5, (100, 3))
    fractions[:, 2] *= box.dimensions == 3
    frame = Frame.from_arrays(box.absolute(fractions), box)
    np.testing.assert_allclose(SMALL.values(frame), slow(frame, SMALL), rtol=0, atol=1e-9)


def test_laws():
    check_indicator(SMALL)


def test_a_shell_around_all_bonds_is_the_bond_order():
    cubic = np.stack(np.meshgrid(*[np.arange(6.0)] * 3), axis=-1).reshape(-1, 3)
    frame = Frame.from_arrays(cubic, Box.cube(6.0))
    narrow = AngularDescriptors((1.0, np.sqrt(2.0)), (4, 6), 0.02).values(frame)
    np.testing.assert_allclose(narrow[:, 0], BondOrder(4, cutoff=1.2, averaged=False)(frame), rtol=1e-9)
    np.testing.assert_allclose(narrow[:, 1], BondOrder(6, cutoff=1.2, averaged=False)(frame), rtol=1e-9)
    # The second neighbours of the simple cubic lattice are the first of fcc.
    np.testing.assert_allclose(narrow[:, 3], 0.57452, atol=1e-5)
    assert np.isnan(AngularDescriptors((0.5,), (4,), 0.02).values(frame)).all()


def test_only_those_that_are_wanted_cost_time():
    frame = liquid_frame()
    some = replace(frame, chosen=frame.species == 1)
    found = SMALL.values(some)
    assert np.isnan(found[frame.species == 0]).all()
    assert found[frame.species == 1].tobytes() == SMALL.values(frame)[frame.species == 1].tobytes()


def test_names_and_numbers():
    one = AngularDescriptors.boattini2021()
    names = one.columns(liquid_frame())
    assert len(names) == len(set(names)) == 192
    assert (names[0], names[-1]) == ("q1 r=0.9", "q12 r=2.4")
    with pytest.raises(ParameterError, match="twice"):
        AngularDescriptors((1.0, 1.0))
