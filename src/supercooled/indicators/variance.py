"""How much an indicator differs among the neighbours of a particle."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from supercooled.arguments import Positive, validated
from supercooled.arrays import Array
from supercooled.fields import Features, Indicator, parameter
from supercooled.frame import Frame
from supercooled.indicators.averaging import CUTOFF, Averages


@validated
@dataclass(frozen=True)
class Variance(Indicator, long_name="local variance", source="Jung, Biroli and Berthier 2023"):
    r"""Variance of another indicator over the neighbourhood of each particle.

    .. math:: \frac{\sum_j e^{-r_{ij}/L} (X_j - \bar X_i)^2}{\sum_j e^{-r_{ij}/L}}, \qquad
              \bar X_i = \frac{\sum_j e^{-r_{ij}/L} X_j}{\sum_j e^{-r_{ij}/L}}, \qquad r_{ij} < r_c

    Parameters
    ----------
    inner
        the indicator X, of any unit: its variance has the square of it
    length
        L, sigma_AA
    over
        species of the particles j; "all" takes every one
    cutoff
        r_c, at most half of the smallest height of the box, sigma_AA
    own
        whether the particle itself counts, where it is of that species

    Notes
    -----
    Particles j without a value (NaN) are left out; a particle without any j has none.

    References
    ----------
    Jung, Biroli and Berthier, Phys. Rev. Lett. 130, 238202 (2023), there of the potential energy.

    Examples
    --------
    >>> from supercooled import Box
    >>> from supercooled.indicators import BondOrder
    >>> grid = np.stack(np.meshgrid(*[np.arange(4.0)] * 3), axis=-1).reshape(-1, 3)
    >>> same = Variance(BondOrder(4, cutoff=1.2), 1.0, cutoff=1.5)
    >>> print(same, same(Frame.from_arrays(grid, Box.cube(4.0))).max().round(12))
    variance_of_bond_order(inner=bond_order(cutoff=1.2, degree=4), length=1, cutoff=1.5) 0.0
    """

    inner: Indicator
    length: Positive = parameter(unit="sigma_AA")
    over: str = "all"
    cutoff: Positive = parameter(CUTOFF, unit="sigma_AA")
    own: bool = True

    def __post_init__(self) -> None:
        inner = self.inner
        for name, value in (
            ("name", f"variance_of_{inner.name}"),
            ("unit", squared(inner.unit)),
            ("symbol", f"variance of {inner.symbol}"),
            ("long_name", f"local variance of {inner.long_name}"),
        ):
            object.__setattr__(self, name, value)

    @property
    def reach(self) -> float:
        """Cutoff of what the inner indicator asks for."""
        return self.inner.reach

    def extent(self, frame: Frame) -> float | None:
        """That of the inner indicator, and the cutoff."""
        inner = self.inner.extent(frame)
        return None if inner is None else inner + self.cutoff

    def __call__(self, frame: Frame) -> Array:
        """Value of every particle, (particle,)."""
        powers = _Powers(self.inner)
        means = Averages(powers, (self.length,), (self.over,), self.cutoff, 1, self.own).values(frame)
        # Rounding of a difference of two near numbers
        return np.maximum(means[:, 1] - means[:, 0] ** 2, 0.0)


@dataclass(frozen=True)
class _Powers(Features):
    """An indicator and its square, from its mean on, so that little is lost when they are subtracted."""

    inner: Indicator

    @property
    def reach(self) -> float:
        return self.inner.reach

    def columns(self, frame: Frame) -> tuple[str, ...]:
        name = str(self.inner)
        return (name, f"{name}^2")

    def values(self, frame: Frame) -> Array:
        x = np.asarray(self.inner(frame), dtype=np.float64)
        there = np.isfinite(x)
        x = x - (x[there].mean() if there.any() else 0.0)
        return np.stack([x, x**2], axis=1)


def squared(unit: str) -> str:
    """The square of a unit.

    Examples
    --------
    >>> squared("epsilon_AA/sigma_AA^2"), squared("sigma_AA^-d")
    ('epsilon_AA^2/sigma_AA^4', 'sigma_AA^-d sigma_AA^-d')
    """

    def twice(word: str) -> str:
        name, _, power = word.partition("^")
        if word == "1" or not name:
            return word
        if re.fullmatch(r"-?\d*", power):
            return f"{name}^{2 * int(power or 1)}"
        return f"{word} {word}"

    return "/".join(" ".join(twice(word) for word in part.split(" ")) for part in unit.split("/"))
