"""Radical Voronoi cells: the part of space that belongs to each particle."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from supercooled.arguments import validated
from supercooled.arrays import Array, Integers
from supercooled.box import Box
from supercooled.errors import BoxError, ParameterError
from supercooled.kernels.voronoi import cells_in_plane, cells_in_space
from supercooled.neighbour_list import Neighbours

# First reach of the neighbours that may cut a cell, in mean distances; enough for a dense liquid.
_REACH = 2.6
_FARTHER = 1.25
# Faces smaller than this part of a cell's surface are corners and edges, up to rounding.
_SMALLEST = 1e-10


@validated
@dataclass(frozen=True, slots=True, eq=False)
class VoronoiCells:
    """Radical (power) Voronoi cells of the particles of a frame.

    Parameters
    ----------
    neighbours
        particles across a face, the nearest first; their weights are the areas of the faces, in
        the plane the lengths of the edges
    volumes
        (particle,), sigma_AA^d; 0 of a cell that larger neighbours have taken

    Notes
    -----
    Made by :meth:`supercooled.Frame.voronoi`.
    """

    neighbours: Neighbours
    volumes: Array

    @property
    def surfaces(self) -> Array:
        """Area of all faces of each cell, in the plane its perimeter, (particle,), sigma_AA^(d-1)."""
        return self.neighbours.add_up(self.neighbours.weights)

    @property
    def coordination(self) -> Integers:
        """Faces of each cell, (particle,)."""
        return self.neighbours.counts


def tessellated(
    neighbours: Callable[[float], Neighbours], box: Box, radii: Array, place: str
) -> VoronoiCells:
    """Cells of particles of some radii.

    Parameters
    ----------
    neighbours
        gives those nearer than a cutoff
    radii
        (particle,); where all are alike the cells are Voronoi's

    Raises
    ------
    ParameterError
        if two particles lie on one another.
    BoxError
        if a cell reaches so far that it might touch an image of one of its neighbours.
    """
    weights = radii**2
    longest = 0.5 * float(box.heights.min())
    spacing = float(np.exp(np.log(box.heights).mean())) / len(radii) ** (1.0 / box.dimensions)
    reach = min(_REACH * spacing, longest)
    kernel = cells_in_plane if box.dimensions == 2 else cells_in_space
    while True:
        near = neighbours(reach)
        if len(near.distances) and near.distances.min() == 0.0:
            one = int(np.argmin(near.distances))
            raise ParameterError(
                f"{place}: particles {near.centre[one]} and {near.partner[one]} have the same "
                "position, so they have no Voronoi cells of their own"
            )
        areas, volumes = np.empty(len(near.partner)), np.empty(len(radii))
        farthest = np.empty(len(radii))
        kernel(
            near.starts,
            near.partner,
            near.vectors,
            near.distances,
            weights,
            reach,
            areas,
            volumes,
            farthest,
        )
        # The plane of a particle farther away than the reach is at least so far from this one.
        nearest = 0.5 * (reach + (weights - weights.max()) / reach)
        if (farthest <= nearest).all():
            break
        if reach >= longest:
            raise BoxError(
                f"{place}: the Voronoi cell of particle {int(np.argmax(farthest - nearest))} "
                "extends beyond a quarter of the smallest height of the box, "
                f"{2 * longest:.4g}: use a larger box"
            )
        reach = min(_FARTHER * reach, longest)
    surfaces = near.add_up(areas)
    faces = near.weighted(areas).kept(areas > _SMALLEST * surfaces[near.centre])
    return VoronoiCells(faces, volumes)
