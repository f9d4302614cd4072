"""What the kernels need to smear the neighbours of each particle."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from supercooled.arguments import number_of_steps
from supercooled.arrays import Array, Booleans, Integers
from supercooled.errors import ParameterError, TrajectoryError
from supercooled.frame import Frame
from supercooled.kernels.cage import WIDTHS, Grid
from supercooled.kernels.gaussians import WIDEST
from supercooled.kernels.neighbours import Cells

Normalisation = Literal["total", "partner"]


def sphere(r: Array, dimensions: int) -> Array:
    """Surface of a sphere, or circumference of a circle."""
    return 4.0 * np.pi * r**2 if dimensions == 3 else 2.0 * np.pi * r


@dataclass(frozen=True, slots=True)
class Points:
    """Evenly spaced distances."""

    first: float
    step: float
    number: int

    @classmethod
    def between(cls, lower: float, upper: float, dr: float) -> Points:
        """Midpoints of equal steps of at most `dr`.

        Raises
        ------
        ParameterError
            if `dr` is not positive, or longer than the whole.
        """
        if not 0 < dr <= upper - lower:
            raise ParameterError(f"dr={dr} must be positive and at most {upper - lower:g}; try dr=0.01")
        number = number_of_steps(upper - lower, dr)
        step = (upper - lower) / number
        return cls(lower + 0.5 * step, step, number)

    @property
    def r(self) -> Array:
        """The distances, (number,)."""
        return np.asarray(self.first + self.step * np.arange(self.number), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """One frame, sorted into cells.

    Parameters
    ----------
    densities
        of each species, (species,)
    kind, chosen
        species of the sorted particles, and whether each is a centre
    """

    cells: Cells
    grid: Grid
    densities: Array
    kind: Integers
    chosen: Booleans


@dataclass(frozen=True, slots=True)
class Smearing:
    """Around which species, at which distances for each partner species, how wide, how normalised."""

    centre: int
    points: tuple[Points, ...]
    width: float
    normalisation: Normalisation

    def __post_init__(self) -> None:
        if not (np.isfinite(self.width) and self.width > 0):
            raise ParameterError(f"width must be positive, not {self.width}; for example width=0.09")
        widest = max(p.step for p in self.points)
        if widest > WIDEST * self.width:
            raise ParameterError(
                f"distances are spaced by {widest:g}, more than {WIDEST:g} widths of "
                f"{self.width:g}: most neighbours would fall between the grid points"
            )
        if self.normalisation not in ("total", "partner"):
            raise ParameterError(f"normalisation must be 'total' or 'partner', not {self.normalisation!r}")

    @property
    def reach(self) -> float:
        """Distance beyond which a neighbour does not count."""
        return max(p.first + p.step * p.number for p in self.points) + WIDTHS * self.width

    def neighbourhood(self, frame: Frame) -> Neighbourhood:
        """A frame, sorted into cells.

        Raises
        ------
        BoxError
            if a particle would meet a neighbour twice.
        TrajectoryError
            if a species whose density counts has no particle.
        """
        kind = frame.species.astype(np.int64)
        cells = frame.cells(self.reach)
        densities = np.bincount(kind, minlength=len(frame.names)) / frame.box.volume
        if self.normalisation == "partner" and not densities.all():
            empty = frame.names[int(np.argmin(densities))]
            raise TrajectoryError(
                f"{frame.place}: species {empty} has no particle, so there is no density to divide by"
            )
        sorted_kind = kind[cells.order]
        grid = self.grid(densities, frame.dimensions)
        chosen = (sorted_kind == self.centre) & frame.wanted[cells.order]
        return Neighbourhood(cells, grid, densities, sorted_kind, chosen)

    def grid(self, densities: Array, dimensions: int) -> Grid:
        """The distances as the kernels want them, with the densities of the species."""
        half = np.array([int(np.ceil(WIDTHS * self.width / p.step)) for p in self.points])
        table = np.zeros((len(half), 2 * half.max() + 1))
        scale = np.zeros((len(half), max(p.number for p in self.points)))
        for v, (p, h) in enumerate(zip(self.points, half, strict=True)):
            m = np.arange(2 * h + 1) - h
            table[v, : len(m)] = np.exp(-0.5 * (m * p.step / self.width) ** 2)
            density = densities.sum() if self.normalisation == "total" else densities[v]
            gaussian = 1.0 / (np.sqrt(2 * np.pi) * self.width)
            with np.errstate(divide="raise"):
                scale[v, : p.number] = gaussian / (density * sphere(p.r, dimensions))
        return Grid(
            np.array([p.first for p in self.points]),
            np.array([p.step for p in self.points]),
            np.array([p.number for p in self.points]),
            half,
            table,
            self.width,
            self.reach,
            scale,
        )
