"""Who is near whom: one list of neighbours a frame, for whatever needs it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated

import numpy as np
from numpy.typing import ArrayLike

from supercooled.arguments import Count, Numbers, Positive, shown, validated
from supercooled.arrays import AnyArray, Array, Booleans, Integers
from supercooled.box import Box
from supercooled.errors import BoxError, ParameterError
from supercooled.kernels.neighbour_list import count_neighbours, list_neighbours, weighted_sums
from supercooled.kernels.neighbours import Cells, make_cells

Bonds = Annotated[ArrayLike, Numbers(rank=1, nan=True, infinite=True)]


@validated
@dataclass(frozen=True, slots=True, eq=False)
class Neighbours:
    """Neighbours of every particle, the nearest first; each bond stands twice, once from either end.

    Parameters
    ----------
    starts
        first bond of each particle, (particle + 1,)
    partner
        at the other end of each bond, (bond,)
    vectors
        to it, (bond, 3), sigma_AA
    distances
        their lengths, (bond,), sigma_AA
    weights
        how much each counts, (bond,): 1, or the area of a Voronoi face

    Notes
    -----
    Made by :func:`neighbours` and :meth:`supercooled.Frame.neighbours`.
    """

    starts: Integers
    partner: Integers
    vectors: Array
    distances: Array
    weights: Array

    @property
    def n_particles(self) -> int:
        """Number of particles."""
        return len(self.starts) - 1

    @property
    def counts(self) -> Integers:
        """Neighbours of each particle, (particle,)."""
        return np.diff(self.starts)

    @property
    def centre(self) -> Integers:
        """The particle that each bond starts from, (bond,)."""
        return np.repeat(np.arange(self.n_particles), self.counts)

    @validated
    def of(self, particle: int) -> slice:
        """Bonds of one particle.

        Parameters
        ----------
        particle
            index of the particle

        Returns
        -------
        slice
            where the particle's bonds lie in ``partner``, ``vector`` and ``distance``

        Raises
        ------
        ParameterError
            if there is no such particle.
        """
        if not 0 <= particle < self.n_particles:
            raise ParameterError(f"there is no particle {particle} among {self.n_particles}")
        return slice(int(self.starts[particle]), int(self.starts[particle + 1]))

    @validated
    def within(self, cutoff: Positive) -> Neighbours:
        """Only those nearer than `cutoff`, sigma_AA.

        Parameters
        ----------
        cutoff
            largest distance, sigma_AA

        Returns
        -------
        Neighbours
            shorter list
        """
        return self.kept(self.distances < cutoff)

    @validated
    def nearest(self, number: Count) -> Neighbours:
        """Only the nearest `number` of each particle; fewer where it has fewer.

        Parameters
        ----------
        number
            number of neighbours of each particle

        Returns
        -------
        Neighbours
            list with at most `number` bonds per particle
        """
        rank = np.arange(len(self.partner)) - self.starts[:-1][self.centre]
        return self.kept(rank < number)

    def kept(self, chosen: Booleans) -> Neighbours:
        """Only some bonds, (bond,) of truth values.

        Parameters
        ----------
        chosen
            (bond,), true for the bonds that are kept

        Returns
        -------
        Neighbours
            shorter list

        Raises
        ------
        ParameterError
            if there is not one truth value per bond.
        """
        given = isinstance(chosen, np.ndarray) and chosen.dtype == bool
        if not given or chosen.shape != self.partner.shape:
            raise ParameterError(
                f"{len(self.partner)} bonds need the same number of truth values, not {shown(chosen)}"
            )
        counts = np.bincount(self.centre[chosen], minlength=self.n_particles)
        return replace(
            self,
            starts=np.concatenate([[0], np.cumsum(counts)]),
            partner=self.partner[chosen],
            vectors=self.vectors[chosen],
            distances=self.distances[chosen],
            weights=self.weights[chosen],
        )

    @validated
    def weighted(self, weights: Bonds) -> Neighbours:
        """With other weights, (bond,).

        Parameters
        ----------
        weights
            (bond,), new weights

        Returns
        -------
        Neighbours
            the same bonds with these weights

        Raises
        ------
        ParameterError
            if there is not one weight per bond.
        """
        given = np.asarray(weights, dtype=np.float64)
        if given.shape != self.partner.shape:
            raise ParameterError(
                f"{len(self.partner)} bonds need the same number of weights, not {given.shape}"
            )
        return replace(self, weights=given)

    @validated
    def sum(self, values: Annotated[ArrayLike, Numbers(nan=True, infinite=True)]) -> Array:
        r"""Weighted sum over the neighbours of each particle, :math:`\sum_j w_{ij} x_j`.

        Parameters
        ----------
        values
            x, (particle,) or (particle, ...)

        Returns
        -------
        Array
            the same shape.

        Raises
        ------
        ParameterError
            if there is not one value per particle.

        Examples
        --------
        >>> chain = neighbours([[0.0, 0, 0], [1, 0, 0], [2, 0, 0]], Box.cube(10.0), cutoff=1.5)
        >>> chain.sum([1.0, 10.0, 100.0])
        array([ 10., 101.,  10.])
        """
        x = np.asarray(values, dtype=np.float64)
        if x.ndim == 0 or len(x) != self.n_particles:
            raise ParameterError(f"values of {self.n_particles} particles are needed, not {x.shape}")
        columns = np.ascontiguousarray(x.reshape(len(x), -1))
        out = np.empty_like(columns)
        weighted_sums(self.starts, self.partner, self.weights, columns, out)
        return out.reshape(x.shape)

    @validated
    def add_up(self, terms: Annotated[ArrayLike, Numbers(nan=True, infinite=True)]) -> Array:
        """Sum of a term a bond over the bonds of each particle: (bond, ...) to (particle, ...).

        Parameters
        ----------
        terms
            (bond, ...), one term per bond

        Returns
        -------
        Array
            (particle, ...), sums

        Raises
        ------
        ParameterError
            if there is not one term per bond.
        """
        x = np.asarray(terms, dtype=np.float64)
        if x.ndim == 0 or len(x) != len(self.partner):
            raise ParameterError(f"{len(self.partner)} bonds need the same number of terms, not {x.shape}")
        out = np.zeros((self.n_particles, *x.shape[1:]))
        some = self.counts > 0
        if some.any():
            out[some] = np.add.reduceat(x, self.starts[:-1][some], axis=0)
        return out


@validated
def neighbours(
    positions: Annotated[ArrayLike, Numbers(columns=3)],
    box: Box,
    *,
    cutoff: Positive,
    name: str = "positions",
) -> Neighbours:
    """Neighbours of every particle nearer than a cutoff, across the faces of a periodic box.

    Parameters
    ----------
    positions
        (particle, 3), inside or outside the box, sigma_AA
    box
        periodic box
    cutoff
        sigma_AA, at most half of the smallest height of the box
    name
        what an error calls the positions

    Returns
    -------
    Neighbours
        list of all bonds shorter than the cutoff

    Raises
    ------
    BoxError
        if a particle would meet a neighbour twice: the box is too small for the cutoff.

    Examples
    --------
    >>> pair = neighbours([[0.1, 0, 0], [9.9, 0, 0]], Box.cube(10.0), cutoff=1.0)
    >>> pair.partner, pair.vectors[0].round(3)
    (array([1, 0]), array([-0.2,  0. ,  0. ]))
    """
    if np.size(positions) == 0:
        raise ParameterError("there is no particle in positions")
    folded = box.wrap(np.asarray(positions, dtype=np.float64))[0]
    return listed(cells_of(folded, box, cutoff, name), cutoff)


def cells_of(positions: Array, box: Box, reach: float, place: str) -> Cells:
    """Particles of a box sorted into cells that cover a reach.

    Parameters
    ----------
    positions
        (particle, 3), inside the box
    place
        the frame that an error names

    Raises
    ------
    BoxError
        if a particle would meet a neighbour twice.
    """
    check_cutoff(box, reach, place)
    return sorted_into_cells(positions, box, reach)


def sorted_into_cells(
    positions: Array, box: Box, reach: float, fractions: Array | None = None, finer: int | None = None
) -> Cells:
    """Particles of a box sorted into cells that cover a reach that has been checked.

    Parameters
    ----------
    positions
        (particle, 3), inside the box
    fractions
        of the positions, where they are known already, (particle, 3)
    finer
        how many cells lie along the reach; by default as many as hold some eight particles
    """
    known = box.fractional(positions) if fractions is None else fractions
    return make_cells(positions, known, box.matrix, box.heights, reach, finer)


def check_cutoff(box: Box, reach: float, place: str) -> None:
    """Refuse a reach at which a particle would meet a neighbour twice.

    Raises
    ------
    BoxError
        naming the frame.
    """
    smallest = float(box.heights.min())
    if reach > 0.5 * smallest:
        raise BoxError(
            f"{place}: neighbours are counted up to {reach:.4g}, more than half of the smallest "
            f"height {smallest:.4g} of the box: use a larger box, or functions and cutoffs that "
            f"end at {0.5 * smallest:.4g}"
        )


def check_argument(box: Box, reach: float, place: str, name: str) -> None:
    """Refuse a distance, given by a name, beyond half of the smallest height of the box.

    Half of it, but for rounding, is allowed: a last bin may end there.

    Raises
    ------
    BoxError
        naming the frame and the argument.
    """
    half = 0.5 * float(box.heights.min())
    if reach > half * (1 + 1e-9):
        raise BoxError(
            f"{place}: {name}={reach:g} exceeds half of the smallest height of the box; "
            f"choose at most {half:.6g}"
        )


def listed(cells: Cells, cutoff: float) -> Neighbours:
    """The neighbours nearer than a cutoff that cells cover."""
    n = len(cells.order)
    counts = np.empty(n, np.int64)
    count_neighbours(cells, cutoff**2, counts)
    starts = np.concatenate([[0], np.cumsum(counts)])
    partner, distances = np.empty(starts[-1], np.int64), np.empty(starts[-1])
    vectors = np.empty((starts[-1], 3))
    list_neighbours(cells, cutoff**2, starts, partner, vectors, distances)
    return Neighbours(starts, partner, vectors, distances, np.ones(len(partner)))


def in_order(values: AnyArray, cells: Cells) -> AnyArray:
    """Values of particles that are sorted into cells, in the order of their own numbers."""
    back: AnyArray = np.empty_like(values)
    back[cells.order] = values
    return back
