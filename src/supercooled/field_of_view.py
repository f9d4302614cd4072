"""What a microscope sees of a sample that goes on beyond it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import ArrayLike

from supercooled.arguments import NotNegative, Numbers, validated
from supercooled.arrays import Array
from supercooled.box import Box
from supercooled.errors import BoxError

__all__ = ["FieldOfView"]


@validated(error=BoxError)
@dataclass(frozen=True, slots=True)
class FieldOfView:
    """A rectangle or cuboid within which particles are seen; its borders are open.

    Parameters
    ----------
    low, high
        its corners, (dimensions,), sigma_AA
    localisation_error
        standard deviation of each coordinate of a position from the true one, sigma_AA; None where it is
        not known

    Raises
    ------
    BoxError
        if the corners have no 2 or 3 coordinates each, or `high` is not above `low` in every one.

    Examples
    --------
    >>> seen = FieldOfView((0.0, 0.0), (40.0, 30.0), localisation_error=0.03)
    >>> seen.volume, seen.dimensions
    (1200.0, 2)
    """

    low: tuple[float, ...]
    high: tuple[float, ...]
    localisation_error: NotNegative | None = None

    def __post_init__(self) -> None:
        """Refuse corners without a volume between them."""
        if len(self.low) != len(self.high) or len(self.low) not in (2, 3):
            raise BoxError(
                f"a field of view has two corners of 2 or 3 coordinates each, not {self.low} and {self.high}"
            )
        if not all(b > a for a, b in zip(self.low, self.high, strict=True)):
            raise BoxError(f"a field of view from {self.low} to {self.high} has no volume")
        self.box()

    @property
    def dimensions(self) -> int:
        """2 or 3."""
        return len(self.low)

    @property
    def lengths(self) -> Array:
        """Edges, (dimensions,), sigma_AA."""
        return np.subtract(self.high, self.low)

    @property
    def volume(self) -> float:
        """Volume, or area in the plane."""
        return float(self.lengths.prod())

    @property
    def centre(self) -> Array:
        """Its middle, (3,), sigma_AA; 0 out of the plane."""
        middle = np.zeros(3)
        middle[: self.dimensions] = 0.5 * np.add(self.high, self.low)
        return middle

    @validated(error=BoxError)
    def box(self, margin: NotNegative = 0.0) -> Box:
        """Box about it.

        Parameters
        ----------
        margin
            by which it is wider on each side, sigma_AA

        Returns
        -------
        Box
            with its centre at the origin
        """
        Lx, Ly, Lz = (*(float(edge) + 2.0 * margin for edge in self.lengths), 1.0)[:3]
        return Box(Lx, Ly, Lz, dimensions=self.dimensions)

    @validated(error=BoxError)
    def depths(self, positions: Annotated[ArrayLike, Numbers(columns=3)]) -> Array:
        """Distance from the nearest border, (particle,), sigma_AA; negative outside.

        Parameters
        ----------
        positions
            (particle, 3), sigma_AA

        Returns
        -------
        Array
            (particle,)

        Examples
        --------
        >>> FieldOfView((0.0, 0.0), (4.0, 3.0)).depths([[1.0, 1.25, 0.0]])
        array([1.])
        """
        some = np.asarray(positions, dtype=np.float64)[..., : self.dimensions]
        found: Array = np.minimum(some - self.low, np.asarray(self.high) - some).min(axis=-1)
        return found
