"""Neighbourhood averages: the slow way, by law, and what they refuse."""

from dataclasses import dataclass

import numpy as np
import pytest

from supercooled import Box, Frame, Indicator
from supercooled.errors import BoxError, ParameterError
from supercooled.fields import Features, parameter
from supercooled.indicators import Average, Averages, BondOrder, averaged
from supercooled.testing import check_indicator, liquid_frame


@dataclass(frozen=True)
class Counts(Features, unit="1"):
    """Neighbours of each species; none of the second particle."""

    cutoff: float = parameter(1.5, unit="sigma_AA")
    gap: bool = False

    def columns(self, frame):
        return tuple(f"{name} within {self.cutoff:g}" for name in frame.names)

    def values(self, frame):
        bonds = frame.neighbours(self.cutoff)
        found = np.stack([bonds.sum(frame.species == k) for k in range(len(frame.names))], axis=1)
        if self.gap:
            found[1, 0] = np.nan
        return found


@dataclass(frozen=True)
class Inverse(Indicator, unit="sigma_AA^-1"):
    """Sum of 1/r."""

    cutoff: float = parameter(1.5, unit="sigma_AA")

    def __call__(self, frame):
        bonds = frame.neighbours(self.cutoff)
        return bonds.add_up(1.0 / bonds.distances)


def slowly(x, frame, length, over, *, cutoff, own):
    """The average, pair by pair."""
    found = np.full(x.shape, np.nan)
    for i in range(len(x)):
        r = np.linalg.norm(frame.box.minimum_image(frame.positions - frame.positions[i]), axis=1)
        for k in range(x.shape[1]):
            up = down = 0.0
            for j in range(len(x)):
                counts = over in ("all", frame.names[frame.species[j]]) and (i != j or own)
                if r[j] < cutoff and counts and np.isfinite(x[j, k]):
                    up += np.exp(-r[j] / length) * x[j, k]
                    down += np.exp(-r[j] / length)
            found[i, k] = up / down if down > 0 else np.nan
    return found


@pytest.mark.parametrize("dimensions", [2, 3])
@pytest.mark.parametrize("own", [True, False])
def test_the_fast_way_is_the_slow_way(dimensions, own):
    whole = liquid_frame(dimensions)
    frame = Frame.from_arrays(
        0.6 * whole.positions[:60],
        Box.cube(0.6 * whole.box.lengths[0], dimensions),
        species=whole.species[:60],
    )
    inner, cutoff = Counts(1.1, gap=True), 2.4
    x = inner.values(frame)
    fast = Averages(inner, (0.0, 0.5, 3.0), ("B", "all"), cutoff, own=own, generations=2).values(frame)
    slow = [x]
    once = {(s, L): slowly(x, frame, L, s, cutoff=cutoff, own=own) for s in ("B", "all") for L in (0.5, 3.0)}
    slow += once.values()
    slow += [slowly(one, frame, L, s, cutoff=cutoff, own=own) for (s, L), one in once.items()]
    np.testing.assert_allclose(fast, np.concatenate(slow, axis=1), rtol=1e-12)


@pytest.mark.parametrize(
    "one",
    [
        Average(Inverse(), 1.0, cutoff=2.5),
        Average(BondOrder(6), 2.0, "B", cutoff=3.0, own=False),
        Averages(Counts(), (0.0, 1.0, 3.0), ("A", "each", "all"), 3.0),
        Averages(Inverse(), (1.0,), ("all",), 2.0, generations=2),
    ],
    ids=str,
)
def test_averages_obey_the_laws(one):
    check_indicator(one)


def test_the_average_of_a_constant_is_the_constant_and_a_short_one_is_the_particle():
    @dataclass(frozen=True)
    class Ones(Indicator):
        value: float = 3.0

        def __call__(self, frame):
            return np.where(np.arange(frame.n_particles) % 7 == 0, np.nan, self.value)

    frame = liquid_frame()
    np.testing.assert_allclose(Average(Ones(), 1.0, cutoff=3.0)(frame), 3.0, rtol=1e-13)
    near = Average(Inverse(), 0.01, cutoff=3.0)(frame)
    np.testing.assert_allclose(near, Inverse()(frame), rtol=1e-12)


def test_names_units_and_columns():
    one = averaged(Inverse(), 2.0, over="B")
    assert (one.unit, one.name) == ("sigma_AA^-1", "averaged_inverse")
    assert one.columns(liquid_frame()) == ("averaged_inverse(inner=inverse, length=2, over='B')",)
    several = averaged(Inverse(), (0.0, 2.0), over=("each", "all"))
    assert several.columns(liquid_frame()) == (
        "inverse",
        "inverse over A at L=2",
        "inverse over B at L=2",
        "inverse over all at L=2",
    )
    assert averaged(Inverse(), 2.0).digest != averaged(Inverse(), 2.0, own=False).digest


def test_a_species_that_is_nowhere_near_gives_none():
    frame = Frame.from_arrays(
        [[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [5.0, 5.0, 5.0]], Box.cube(12.0), species=[0, 0, 1]
    )
    found = Average(Inverse(), 1.0, "B", cutoff=3.0)(frame)
    assert np.isnan(found[:2]).all()
    assert found[2] == 0.0


def test_what_is_refused():
    with pytest.raises(BoxError, match="more than half of the smallest height"):
        Average(Inverse(), 1.0).of(liquid_frame())
    with pytest.raises(ParameterError, match="twice"):
        Averages(Inverse(), (1.0, 1.0))
    with pytest.raises(ParameterError, match="no species 'C'"):
        Average(Inverse(), 1.0, "C", cutoff=3.0).of(liquid_frame())
