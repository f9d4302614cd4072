"""Indicators of inherent structures, and variances of indicators."""

from dataclasses import dataclass, replace

import numpy as np
import pytest

import supercooled as sc
from supercooled import Box, Frame, Indicator
from supercooled.errors import ParameterError
from supercooled.indicators import (
    Averages,
    BondOrder,
    DistanceToInherent,
    Inherent,
    InherentFeatures,
    Variance,
    VoronoiVolume,
    inherent,
    parameter,
)
from supercooled.simulation.quench import inherent_structure
from supercooled.systems import force_smoothed, kob_andersen
from supercooled.testing import check_indicator, liquid_frame, rescaled

# Its forces end smoothly, so that a minimum is one.
MIXTURE = force_smoothed(kob_andersen(density=1.2)).mixture


def with_inherent(dimensions=3):
    frame = liquid_frame(dimensions)
    moves = np.random.default_rng(2).normal(scale=0.1, size=frame.positions.shape)
    moves[:, dimensions:] = 0.0
    return replace(
        frame, inherent=replace(frame, positions=frame.box.wrap(frame.positions + moves)[0], known={})
    )


def crystal():
    """A few B in a lattice of A that is a little shaken: there is one minimum below it."""
    cubic = np.stack(np.meshgrid(*[np.arange(4.0)] * 3), axis=-1).reshape(-1, 3)
    fcc = 1.5 * (cubic[:, None] + 0.5 * np.array([[0, 0, 0], [0, 1, 1], [1, 0, 1], [1, 1, 0]])).reshape(-1, 3)
    random = np.random.default_rng(3)
    shaken = fcc + random.normal(scale=0.03, size=fcc.shape)
    return Frame.from_arrays(shaken, Box.cube(6.0), species=random.random(256) < 0.1)


@pytest.mark.parametrize("dimensions", [2, 3])
@pytest.mark.parametrize(
    "one", [DistanceToInherent(), Inherent(BondOrder(6)), InherentFeatures(VoronoiVolume())]
)
def test_laws_where_the_inherent_structure_is_known(one, dimensions):
    check_indicator(one, frame=with_inherent(dimensions), rtol=1e-8)


def test_a_quench_in_other_units_is_the_same():
    frame, one = crystal(), DistanceToInherent(MIXTURE, 1e-4)
    larger = replace(frame, positions=2.0 * frame.positions, box=Box.cube(12.0), known={})
    there = rescaled(one, 2.0, 3.0)
    assert there.tolerance == pytest.approx(1.5e-4)
    np.testing.assert_allclose(there(larger), 2.0 * one(frame), atol=1e-4)


def test_values_are_those_of_the_inherent_structure():
    frame = with_inherent()
    several = Averages(BondOrder(6), (0.0, 2.0), ("A", "all"), cutoff=3.0)
    there = frame.inherent
    assert Inherent(BondOrder(6))(frame).tobytes() == BondOrder(6)(there).tobytes()
    assert InherentFeatures(several).values(frame).tobytes() == several.values(there).tobytes()
    assert isinstance(inherent(BondOrder(6)), Inherent)
    assert isinstance(inherent(several), InherentFeatures)
    assert Inherent(VoronoiVolume()).unit == "sigma_AA^d"
    # What is found out about the inherent structure stays with it.
    frame = with_inherent()
    Inherent(BondOrder(6))(frame)
    assert ("neighbours", 1.4) in frame.inherent.known


def test_a_frame_is_quenched_once_and_as_the_quench_does_it(monkeypatch):
    frame = crystal()
    alone = inherent_structure(frame.positions, frame.box, frame.species, MIXTURE, tolerance=1e-3)
    made = []
    monkeypatch.setattr(
        "supercooled.indicators.inherent_structures.inherent_structure",
        lambda *a, **b: made.append(1) or inherent_structure(*a, **b),
    )
    found = sc.compute(frame, [DistanceToInherent(MIXTURE, 1e-3), Inherent(BondOrder(6), MIXTURE, 1e-3)])
    assert len(made) == 1
    moved = np.linalg.norm(frame.box.minimum_image(alone.positions - frame.positions), axis=1)
    (name,) = [one for one in found if one.startswith("distance")]
    np.testing.assert_allclose(found[name], moved, rtol=1e-9)
    swapped = replace(frame, names=("B", "A"), species=1 - frame.species, known={})
    np.testing.assert_allclose(DistanceToInherent(MIXTURE, 1e-3)(swapped), moved, rtol=1e-9)


def test_frames_without_an_inherent_structure_are_refused():
    with pytest.raises(ParameterError, match="its inherent structure is not known; give it"):
        DistanceToInherent()(liquid_frame())
    strange = replace(crystal(), names=("A", "X"))
    with pytest.raises(ParameterError, match="has no species 'X'"):
        DistanceToInherent(MIXTURE)(strange)


@pytest.mark.parametrize("over", ["A", "all"])
@pytest.mark.parametrize("own", [True, False])
def test_variance_is_that_of_the_loop(over, own):
    frame = liquid_frame()
    x = BondOrder(6)(frame)
    r = np.linalg.norm(frame.box.minimum_image(frame.positions[None] - frame.positions[:, None]), axis=2)
    chosen = (frame.species == 0) | (over == "all")
    found = Variance(BondOrder(6), 0.8, over, cutoff=2.5, own=own)(frame)
    for i in range(0, 512, 7):
        near = (r[i] < 2.5) & chosen
        near[i] &= own
        w = np.exp(-r[i, near] / 0.8)
        assert found[i] == pytest.approx(np.cov(x[near], aweights=w, ddof=0), rel=1e-9)


@dataclass(frozen=True)
class Crowding(Indicator, unit="epsilon_AA/sigma_AA^2"):
    """Neighbours times a stiffness."""

    stiffness: float = parameter(1.0, unit="epsilon_AA/sigma_AA^2")
    cutoff: float = parameter(1.4, unit="sigma_AA")

    def __call__(self, frame):
        return self.stiffness * frame.neighbours(self.cutoff).add_up(
            frame.neighbours(self.cutoff).distances < 1e9
        )


def test_laws_of_variances():
    check_indicator(Variance(VoronoiVolume(), 1.0, cutoff=2.5), rtol=1e-8)
    check_indicator(Variance(Crowding(), 1.0, cutoff=2.5), frame=liquid_frame(2), rtol=1e-8)
    assert Variance(Crowding(), 1.0).unit == "epsilon_AA^2/sigma_AA^4"
