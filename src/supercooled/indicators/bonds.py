"""Which particles are neighbours: within a cutoff, a number of the nearest, or across a Voronoi face."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from supercooled.arguments import Count, Positive
from supercooled.errors import BoxError
from supercooled.fields import Indicator, parameter
from supercooled.frame import Frame, Radii
from supercooled.neighbour_list import Neighbours

# First reach of the search for so many neighbours: a sphere that holds this many times their number.
_ROOM = 2.0
_FARTHER = 1.25


@dataclass(frozen=True, kw_only=True)
class Bonded(Indicator):
    """What is made of the bonds to neighbours, and which those are.

    Parameters
    ----------
    neighbours
        "cutoff"; "nearest", a number of them; "voronoi", those across a face of the radical
        Voronoi cell, each bond with the area of its face as its weight
    cutoff
        sigma_AA, with "cutoff"
    number
        of the nearest, with "nearest"
    radii
        of each species by name, sigma_AA, with "voronoi"; none makes Voronoi's own cells
    """

    neighbours: Literal["cutoff", "nearest", "voronoi"] = "cutoff"
    cutoff: Positive = parameter(1.4, unit="sigma_AA")
    number: Count = 12
    radii: Radii = parameter((), unit="sigma_AA")

    @property
    def reach(self) -> float:
        """Cutoff of the bonds, where they have one."""
        return self.cutoff if self.neighbours == "cutoff" else 0.0

    def extent(self, frame: Frame) -> float | None:
        """Cutoff of the bonds; not said of those that are not cut."""
        return self.cutoff if self.neighbours == "cutoff" else None

    def bonds(self, frame: Frame) -> Neighbours:
        """The bonds of a frame.

        Raises
        ------
        BoxError
            if the box is too small for them.
        """
        if self.neighbours == "cutoff":
            return frame.neighbours(self.cutoff)
        if self.neighbours == "voronoi":
            return frame.voronoi(self.radii).neighbours
        return frame.once(("nearest", self.number), lambda: nearest(frame, self.number))


def nearest(frame: Frame, number: int) -> Neighbours:
    """A number of nearest neighbours of every particle.

    Raises
    ------
    BoxError
        if so many are not found within half of the box.
    """
    d = frame.dimensions
    longest = 0.5 * float(frame.box.heights.min())
    ball = np.pi if d == 2 else 4.0 * np.pi / 3.0
    reach = min(float((_ROOM * (number + 1) / ball / frame.density) ** (1.0 / d)), longest)
    while True:
        found = frame.neighbours(reach)
        fewest = int(found.counts.min())
        if fewest >= number:
            return found.nearest(number)
        if reach >= longest:
            raise BoxError(
                f"{frame.place}: particle {int(np.argmin(found.counts))} has {fewest} "
                f"neighbours within half of the smallest height {2 * longest:.4g} of the box, "
                f"fewer than the {number} nearest that were requested"
            )
        reach = min(_FARTHER * reach, longest)
