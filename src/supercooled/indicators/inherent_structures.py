"""Indicators of the inherent structure, the minimum of the energy below a frame."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from supercooled.arguments import Positive, validated
from supercooled.arrays import Array
from supercooled.digests import digest_of
from supercooled.errors import ParameterError
from supercooled.fields import Features, Indicator, parameter, values_of
from supercooled.frame import Frame
from supercooled.mixture import Mixture
from supercooled.simulation.quench import inherent_structure

_SOURCE = "Stillinger and Weber 1982"
TOLERANCE = 1e-2


@validated
@dataclass(frozen=True)
class Inherent(Indicator, long_name="of the inherent structure", source=_SOURCE):
    """Another indicator, of the inherent structure of a frame instead of the frame itself.

    Parameters
    ----------
    inner
        the indicator, of any unit
    mixture
        the liquid whose energy is minimised where a frame's inherent structure is not known; None
        refuses such frames
    tolerance
        2-norm of all forces together at which the minimum is reached, epsilon_AA/sigma_AA

    Notes
    -----
    A frame is quenched once for all indicators that ask with the same mixture and tolerance.

    References
    ----------
    Stillinger and Weber, Phys. Rev. A 25, 978 (1982).

    Examples
    --------
    >>> from supercooled import Box
    >>> from supercooled.indicators import VoronoiVolume
    >>> grid = np.stack(np.meshgrid(*[np.arange(8.0)] * 3), axis=-1).reshape(-1, 3)
    >>> shaken = grid + np.random.default_rng(1).normal(scale=0.05, size=grid.shape)
    >>> frame = Frame.from_arrays(shaken, Box.cube(8.0), inherent=Frame.from_arrays(grid, Box.cube(8.0)))
    >>> Inherent(VoronoiVolume()).of(frame).values[:2].round(9)
    array([1., 1.])
    """

    inner: Indicator
    mixture: Mixture | None = None
    tolerance: Positive = parameter(TOLERANCE, unit="epsilon_AA/sigma_AA")

    def __post_init__(self) -> None:
        _named_after(self, self.inner)

    def __call__(self, frame: Frame) -> Array:
        """Value of every particle, (particle,)."""
        return values_of(inherent_frame(frame, self.mixture, self.tolerance), [self.inner])[:, 0]


@validated
@dataclass(frozen=True)
class InherentFeatures(Features, long_name="features of the inherent structure", source=_SOURCE):
    """A set of features, of the inherent structure of a frame instead of the frame itself.

    Parameters
    ----------
    inner
        the features
    mixture, tolerance
        as in :class:`Inherent`

    References
    ----------
    as :class:`Inherent`.

    Examples
    --------
    >>> from supercooled import Box
    >>> from supercooled.indicators import Averages, VoronoiVolume
    >>> grid = np.stack(np.meshgrid(*[np.arange(8.0)] * 3), axis=-1).reshape(-1, 3)
    >>> frame = Frame.from_arrays(grid, Box.cube(8.0), inherent=Frame.from_arrays(grid, Box.cube(8.0)))
    >>> several = Averages(VoronoiVolume(), (0.0, 1.0), ("all",), cutoff=2.0)
    >>> InherentFeatures(several).of(frame).sizes
    Frozen({'particle': 512, 'feature': 2})
    """

    inner: Features
    mixture: Mixture | None = None
    tolerance: Positive = parameter(TOLERANCE, unit="epsilon_AA/sigma_AA")

    def __post_init__(self) -> None:
        _named_after(self, self.inner)

    def columns(self, frame: Frame) -> tuple[str, ...]:
        """Those of the inner features."""
        return tuple(f"inherent {name}" for name in self.inner.columns(frame))

    def values(self, frame: Frame) -> Array:
        """Values of every particle, (particle, column)."""
        return values_of(inherent_frame(frame, self.mixture, self.tolerance), [self.inner])


@validated
@dataclass(frozen=True)
class DistanceToInherent(
    Indicator,
    unit="sigma_AA",
    symbol=r"$|\mathbf r_i - \mathbf r_i^{IS}|$",
    long_name="distance to the inherent structure",
    source=_SOURCE,
):
    r"""How far a particle is from its place in the inherent structure.

    .. math:: |\mathbf r_i - \mathbf r_i^\mathrm{IS}|

    Parameters
    ----------
    mixture, tolerance
        as in :class:`Inherent`

    References
    ----------
    Stillinger and Weber, Phys. Rev. A 25, 978 (1982).

    Examples
    --------
    >>> from supercooled import Box
    >>> box = Box.cube(8.0)
    >>> frame = Frame.from_arrays([[3.9, 0.0, 0.0]], box, inherent=Frame.from_arrays([[-3.9, 0.0, 0.0]], box))
    >>> DistanceToInherent()(frame).round(12)
    array([0.2])
    """

    mixture: Mixture | None = None
    tolerance: Positive = parameter(TOLERANCE, unit="epsilon_AA/sigma_AA")

    def __call__(self, frame: Frame) -> Array:
        """Value of every particle, (particle,)."""
        there = inherent_frame(frame, self.mixture, self.tolerance).positions
        return np.asarray(np.linalg.norm(frame.box.minimum_image(frame.positions - there), axis=1))


@validated
def inherent(inner: Features, mixture: Mixture | None = None, *, tolerance: Positive = TOLERANCE) -> Features:
    """An indicator or features, of the inherent structure of a frame instead of the frame itself.

    Parameters
    ----------
    inner
        the indicator or features
    mixture
        the liquid whose energy is minimised where a frame's inherent structure is not known; None
        refuses such frames
    tolerance
        2-norm of all forces together at which the minimum is reached, epsilon_AA/sigma_AA

    Returns
    -------
    Features
        :class:`Inherent` of an indicator, :class:`InherentFeatures` of all else.

    Examples
    --------
    >>> from supercooled.indicators import BondOrder
    >>> print(inherent(BondOrder(4)))
    inherent_bond_order(inner=bond_order(degree=4))
    """
    if isinstance(inner, Indicator):
        return Inherent(inner, mixture, tolerance)
    return InherentFeatures(inner, mixture, tolerance)


def inherent_frame(frame: Frame, mixture: Mixture | None, tolerance: float) -> Frame:
    """The inherent structure of a frame: the one that it holds, or else the minimum of a mixture's energy.

    Raises
    ------
    ParameterError
        if neither is given, or the mixture lacks a species of the frame.
    """
    if frame.inherent is not None:
        still = frame.inherent
        T = frame.temperature if still.temperature is None else still.temperature
        return replace(still, chosen=frame.chosen, temperature=T)
    if mixture is None:
        raise ParameterError(
            f"{frame.place}: its inherent structure is not known; give it to Frame.from_arrays as inherent=, "
            "or a mixture to the indicator, which then quenches each frame"
        )
    if lacking := [name for name in frame.names if name not in mixture.species]:
        raise ParameterError(f"{frame.place}: {mixture.name} has no species {lacking[0]!r}")

    def quenched() -> Frame:
        kinds = np.array([mixture.species.index(name) for name in frame.names])[frame.species]
        found = inherent_structure(
            frame.positions, frame.box, kinds, mixture, tolerance=tolerance, name=frame.place
        )
        folded = frame.box.wrap(found.positions)[0]
        return replace(frame, positions=folded, known={}, run=None, row=0, chosen=None)

    made = frame.once(("inherent", digest_of(mixture.to_dict(), tolerance)), quenched)
    return replace(made, chosen=frame.chosen)


def _named_after(one: Features, inner: Features) -> None:
    """Its unit and symbol are those of the inner one."""
    for name, value in (
        ("name", f"inherent_{inner.name}"),
        ("unit", inner.unit),
        ("symbol", f"inherent {inner.symbol}"),
        ("long_name", f"{inner.long_name}, inherent structure"),
    ):
        object.__setattr__(one, name, value)
