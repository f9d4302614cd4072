"""The periodic box."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from supercooled.arguments import AnyNumber, Vectors, shown, validated
from supercooled.arguments.single import LARGEST, SMALLEST
from supercooled.arrays import Array, Integers
from supercooled.display import html_table
from supercooled.errors import BoxError

# Images are counted with 32 bits.
_MOST_IMAGES = 2.0**31


@validated(error=BoxError)
@dataclass(frozen=True, slots=True)
class Box:
    r"""A periodic, possibly triclinic box centred on the origin, in two or three dimensions.

    The edges are the columns of

    .. math:: H = \begin{pmatrix} L_x & t_{xy} L_y & t_{xz} L_z \\
                                   0 & L_y & t_{yz} L_z \\ 0 & 0 & L_z \end{pmatrix},

    the convention of GSD, HOOMD-blue and freud: tilts are dimensionless. A two-dimensional box has
    ``Lz = 1`` for every purpose of this package, and no tilt out of the plane.

    Parameters
    ----------
    Lx
        edge along x, sigma_AA
    Ly
        edge along y
    Lz
        edge along z; 1 in the plane
    xy
        tilt of y towards x, as a fraction of Ly
    xz
        tilt of z towards x, as a fraction of Lz
    yz
        tilt of z towards y, as a fraction of Lz
    dimensions
        2 or 3

    Raises
    ------
    BoxError
        if a length is not positive and finite, or a planar box is tilted out of its plane.

    References
    ----------
    GSD schema, ``configuration/box``: https://gsd.readthedocs.io.

    Examples
    --------
    >>> Box.cube(10.0).volume
    1000.0
    >>> Box(4.0, 4.0, dimensions=2).volume
    16.0
    """

    Lx: AnyNumber
    Ly: AnyNumber
    Lz: AnyNumber = 1.0
    xy: AnyNumber = 0.0
    xz: AnyNumber = 0.0
    yz: AnyNumber = 0.0
    dimensions: int = 3

    def __post_init__(self) -> None:
        values = (self.Lx, self.Ly, self.Lz, self.xy, self.xz, self.yz)
        if not np.isfinite(values).all():
            raise BoxError(f"box {values} has an edge or tilt that is not a finite number")
        if self.dimensions not in (2, 3):
            raise BoxError(f"a box has 2 or 3 dimensions, not {self.dimensions}")
        if min(values[: self.dimensions]) <= 0:
            raise BoxError(f"box lengths must be positive, not {values[: self.dimensions]}")
        if max(map(abs, values)) > LARGEST or min(values[: self.dimensions]) < SMALLEST:
            raise BoxError(
                f"box {values} has an edge or tilt beyond {LARGEST:g} in size, or an edge below {SMALLEST:g}"
            )
        if self.dimensions == 2 and (self.xz or self.yz):
            raise BoxError(f"a planar box can't be tilted out of its plane (xz={self.xz}, yz={self.yz})")
        if self.dimensions == 2 and self.Lz != 1.0:
            object.__setattr__(self, "Lz", 1.0)

    @classmethod
    @validated(error=BoxError)
    def cube(cls, length: float, dimensions: int = 3) -> Box:
        """Cube (or square) of edge `length`.

        Parameters
        ----------
        length
            edge, sigma_AA
        dimensions
            2 or 3

        Returns
        -------
        Box
            box with equal edges
        """
        return cls(length, length, length if dimensions == 3 else 1.0, dimensions=dimensions)

    @classmethod
    def from_array(cls, values: Sequence[float] | Array, dimensions: int = 3) -> Box:
        """Box from ``Lx, Ly, Lz, xy, xz, yz``, as GSD stores it.

        Parameters
        ----------
        values
            (6,), edges and tilts
        dimensions
            2 or 3

        Returns
        -------
        Box
            box with these edges and tilts

        Raises
        ------
        BoxError
            if they are not six numbers of a box.
        """
        try:
            Lx, Ly, Lz, xy, xz, yz = (float(v) for v in values)
        except (TypeError, ValueError) as error:
            raise BoxError(
                f"a box is made of six numbers, Lx, Ly, Lz, xy, xz, yz, not of {shown(values)}"
            ) from error
        return cls(Lx, Ly, Lz, xy, xz, yz, dimensions=dimensions)

    def to_array(self) -> Array:
        """``Lx, Ly, Lz, xy, xz, yz``.

        Returns
        -------
        Array
            (6,), edges in sigma_AA and tilts
        """
        return np.array([self.Lx, self.Ly, self.Lz, self.xy, self.xz, self.yz])

    @property
    def lengths(self) -> Array:
        """Edge lengths along the axes before tilting, (3,)."""
        return np.array([self.Lx, self.Ly, self.Lz])

    @property
    def matrix(self) -> Array:
        """Edges as columns, (3, 3)."""
        return np.array(
            [
                [self.Lx, self.xy * self.Ly, self.xz * self.Lz],
                [0.0, self.Ly, self.yz * self.Lz],
                [0.0, 0.0, self.Lz],
            ]
        )

    @property
    def volume(self) -> float:
        """Volume, or area in two dimensions."""
        area = self.Lx * self.Ly
        return area if self.dimensions == 2 else area * self.Lz

    @property
    def heights(self) -> Array:
        """Distances between opposite faces, (dimensions,): a sphere of radius below half of the
        smallest meets each image of a particle at most once.
        """
        reciprocal = np.linalg.inv(self.matrix)
        heights: Array = 1.0 / np.linalg.norm(reciprocal, axis=1)
        return heights[: self.dimensions]

    @validated(error=BoxError)
    def fractional(self, positions: Vectors) -> Array:
        """Positions in units of the edges, 0 at the centre: inside the box is [-1/2, 1/2).

        Parameters
        ----------
        positions
            (..., 3), sigma_AA

        Returns
        -------
        Array
            (..., 3), in units of the edges
        """
        inverse = np.linalg.inv(self.matrix)
        return np.asarray(positions, dtype=np.float64) @ inverse.T

    @validated(error=BoxError)
    def absolute(self, fractions: Vectors) -> Array:
        """Inverse of :meth:`fractional`.

        Parameters
        ----------
        fractions
            (..., 3), in units of the edges

        Returns
        -------
        Array
            (..., 3), sigma_AA
        """
        return np.asarray(fractions, dtype=np.float64) @ self.matrix.T

    @validated(error=BoxError)
    def wrap(self, positions: Vectors) -> tuple[Array, Integers]:
        """Positions brought into the box, and how many edges each was away: ``(wrapped, images)``.

        Parameters
        ----------
        positions
            (..., 3), sigma_AA

        Returns
        -------
        tuple[Array, Integers]
            positions in the box, (..., 3), sigma_AA, and the number of edges that each was away, (..., 3)

        Raises
        ------
        BoxError
            if a position is not finite, or too many edges away for its image to be counted.
        """
        fractions = self.fractional(positions)
        images = np.floor(fractions + 0.5)
        if not (np.abs(images) < _MOST_IMAGES).all():
            raise BoxError("a position is 2^31 or more box edges from the origin, or not a number")
        if self.dimensions == 2:
            images[..., 2] = 0.0
        wrapped = np.asarray(positions, dtype=np.float64) - images @ self.matrix.T
        return wrapped, images.astype(np.int32)

    @validated(error=BoxError)
    def unwrap(self, positions: Vectors, images: Vectors) -> Array:
        """Inverse of :meth:`wrap`.

        Parameters
        ----------
        positions
            (..., 3), folded into the box, sigma_AA
        images
            (..., 3), number of edges that each particle has crossed

        Returns
        -------
        Array
            (..., 3), sigma_AA
        """
        shifts = np.asarray(images, dtype=np.float64) @ self.matrix.T
        return np.asarray(positions, dtype=np.float64) + shifts

    @validated(error=BoxError)
    def minimum_image(self, vectors: Vectors) -> Array:
        """Vectors reduced by whole edges; the shortest image wherever it is below half of the
        smallest height.

        Parameters
        ----------
        vectors
            (..., 3), sigma_AA

        Returns
        -------
        Array
            (..., 3), sigma_AA
        """
        wrapped, _ = self.wrap(vectors)
        return wrapped

    def _repr_html_(self) -> str:
        edges = " × ".join(f"{edge:.5g}" for edge in self.lengths[: self.dimensions])
        lines = [("edges", f"{edges} sigma_AA"), ("volume", f"{self.volume:.6g} sigma_AA^{self.dimensions}")]
        if any((self.xy, self.xz, self.yz)):
            lines.append(("tilts", f"{self.xy:g}, {self.xz:g}, {self.yz:g}"))
        return html_table(f"Box in {self.dimensions} dimensions", lines)
