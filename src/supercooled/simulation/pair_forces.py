"""Energies and forces of a mixture's particles, without a simulation program."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import numpy as np

from supercooled.arguments import Numbers, shown, validated
from supercooled.arrays import Array, Integers
from supercooled.box import Box
from supercooled.errors import BoxError, MixtureError, ParameterError
from supercooled.kernels import forces as kernels
from supercooled.kernels.minimise import two_farthest
from supercooled.mixture import Mixture
from supercooled.neighbour_list import sorted_into_cells
from supercooled.potentials import ExpandedLennardJones, LennardJones, PairPotential

# Neighbours so far beyond the cutoff are listed too, and of these, more often, those that are less far beyond
# it.
SKIN = 1.2
NARROW = 0.16
# Cells along the reach: with one, lists of so far look at twice as many particles.
FINER = 2
# Lists that serve once: distances are rounded.
ONCE = 1e-3
# An energy that no quench gets to; below that distance a table goes on straight.
_WALL = 1e4
# Cubics between so many nodes give a Lennard-Jones energy to 1e-10.
_NODES, _FEWEST_NODES, _NODES_OF_ALL = 8192, 512, 2**20

Kinds: TypeAlias = Annotated[Integers, Numbers(rank=1, whole=True, at_least=0, array=True)]


class PairForces:
    """Energy and forces as functions of the positions; remembers only who is near whom.

    Parameters
    ----------
    mixture
        mixture whose potentials act between the particles
    box
        whose smallest height is at least twice the largest cutoff
    species
        (particle,), index into the mixture's species

    Raises
    ------
    BoxError
        if a particle would meet the same neighbour twice.
    MixtureError
        if a species is not the mixture's.
    """

    @validated
    def __init__(
        self,
        mixture: Mixture,
        box: Box,
        species: Kinds,
    ) -> None:
        n = len(mixture.species)
        if len(species) == 0 or species.min() < 0 or species.max() >= n:
            raise MixtureError(
                f"{mixture.name} has the species {mixture.species}, but the particles have others"
            )
        self._slopes: Array | None = None
        self.skin = min(SKIN, spare_room(mixture, box))
        self.evaluations = 0
        self.builds = 0
        self._box = box
        self._kind = np.ascontiguousarray(species, dtype=np.int32)
        pairs = [[mixture.potential(a, b) for b in mixture.species] for a in mixture.species]
        self._cutoffs = np.array([[p.cutoff for p in row] for row in pairs])
        self._narrow = min(NARROW, self.skin / 3.0)
        plain = [[p for p in row if isinstance(p, LennardJones)] for row in pairs]
        wells = [[p for p in row if isinstance(p, LennardJones | ExpandedLennardJones)] for row in pairs]
        self._plain, self._expanded = plain == pairs, wells == pairs
        if self._plain:
            self._law = np.array([[_lennard_jones_law(p) for p in row] for row in plain])
        elif self._expanded:
            self._law = np.array([[_expanded_law(p) for p in row] for row in wells])
        else:
            nodes = max(_FEWEST_NODES, min(_NODES, _NODES_OF_ALL // n**2))
            self._law = np.array([[_table_law(p, nodes) for p in row] for row in pairs])
        self._cutoffs2 = self._cutoffs**2
        self._mixture = mixture
        count = len(species)
        self._first, self._end = np.zeros((2, count, n), np.int64)
        self._who = np.zeros(self._room(self.skin), np.uint32)
        self._built: Array | None = None
        self._narrowed = np.zeros((3, count))
        self._source, self._shift = np.zeros(0, np.int32), np.zeros((3, 0))
        self._home, self._places = np.zeros((3, count)), np.zeros((3, count + 1))
        self._wide = self._near = kernels.Near(self._first, self._end, self._who)

    def __call__(self, xyz: Array, force: Array) -> float:
        """Energy of all pairs, epsilon_AA; `force` is overwritten, epsilon_AA/sigma_AA.

        Parameters
        ----------
        xyz, force
            (3, particle), C order; positions may lie outside the box

        Returns
        -------
        float
            epsilon_AA

        Raises
        ------
        ParameterError
            if there are more or fewer of them than particles.
        """
        arrays = isinstance(xyz, np.ndarray) and isinstance(force, np.ndarray)
        if not arrays or not xyz.shape == force.shape == (3, len(self._kind)):
            raise ParameterError(
                f"positions and forces must both be arrays of shape (3, {len(self._kind)}), not "
                f"{shown(xyz)} and {shown(force)}"
            )
        self._follow(xyz)
        self.evaluations += 1
        common = self._places, self._kind, self._near
        if self._plain:
            return float(kernels.lennard_jones(*common, self._law, force))
        if self._expanded:
            return float(kernels.expanded(*common, self._law, force))
        return float(kernels.tabulated(*common, self._cutoffs2, self._law, force))

    @validated
    def configurational_temperature(self, xyz: Array) -> float:
        """Sum of the squares of all forces over that of all second derivatives of the energy, epsilon_AA/k_B.

        As :func:`supercooled.simulation.configurational` has it, from cubics between nodes, in a hundredth of
        the time. Infinite, or no number, where particles lie in each other.

        Parameters
        ----------
        xyz
            (3, particle), positions, sigma_AA

        Returns
        -------
        float
            epsilon_AA/k_B

        Raises
        ------
        ParameterError
            if the positions have another shape.
        """
        if xyz.shape != (3, len(self._kind)):
            raise ParameterError(f"positions {xyz.shape} must be (3, {len(self._kind)})")
        if self._slopes is None:
            kinds = self._mixture.species
            nodes = max(_FEWEST_NODES, min(_NODES, _NODES_OF_ALL // len(kinds) ** 2))
            each = [[self._mixture.potential(a, b) for b in kinds] for a in kinds]
            self._slopes = np.array([[_slope_law(pair, nodes) for pair in row] for row in each])
        # Listed anew each time: the order of the sums, and so their last bit, hangs on the positions alone.
        near, _ = self._list(xyz, min(ONCE, self.skin))
        squares, laplacian = kernels.squares_and_laplacian(
            xyz, self._kind, near, self._cutoffs2, self._slopes, self._box.dimensions
        )
        return float(squares / laplacian) if laplacian != 0.0 else np.nan

    @validated
    def pairs(self, xyz: Array) -> tuple[Integers, Integers]:
        """Each pair that is within reach once, as its two ends; some are a little farther than the cutoff.

        Parameters
        ----------
        xyz
            (3, particle), positions, sigma_AA

        Returns
        -------
        tuple[Integers, Integers]
            indices of the two particles of each pair, (pair,) each

        Raises
        ------
        ParameterError
            if the positions have another shape.
        """
        if xyz.shape != (3, len(self._kind)):
            raise ParameterError(f"positions {xyz.shape} must be (3, {len(self._kind)})")
        self._list(xyz, min(ONCE, self.skin))
        counts = (self._end - self._first).ravel()
        lists = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        second = self._who[np.repeat(self._first.ravel(), counts) + lists].astype(np.int64)
        first = np.repeat(np.arange(len(self._kind)), self._end.shape[1]).repeat(counts)
        once = first < second
        return first[once], second[once]

    def _room(self, skin: float) -> int:
        """How many neighbours to expect, of particles that are spread evenly and a quarter more."""
        d, reach = self._box.dimensions, float(self._cutoffs.max()) + skin
        around = np.pi * reach**2 if d == 2 else 4.0 / 3.0 * np.pi * reach**3
        count = len(self._kind)
        return int(1.25 * count * min(count, around * count / self._box.volume)) + 64

    def _follow(self, xyz: Array) -> None:
        """Put everybody in place, and list neighbours anew if two that are not listed could have met."""
        # No two particles have come nearer to each other than the two that moved most have moved.
        if self._built is None or not two_farthest(xyz, self._narrowed) < self._narrow:
            if self._built is None or not two_farthest(xyz, self._built) < self.skin - self._narrow:
                self._build(xyz)
            kernels.put_in_place(xyz, self._home, self._source, self._shift, self._places)
            reach = self._cutoffs + self._narrow
            kernels.keep_near(self._places, self._kind, self._wide, reach, self._near)
            self._narrowed = xyz.copy()
        else:
            kernels.put_in_place(xyz, self._home, self._source, self._shift, self._places)

    def _build(self, xyz: Array) -> None:
        near, inside = self._list(xyz, self.skin)
        count, kinds = self._end.shape
        known = np.empty((count, kernels.IMAGES), np.int32)
        who, room = np.empty(len(self._who), np.uint32), max(1024, 2 * count)
        while True:
            source, shift = np.empty(room, np.int32), np.empty((3, room))
            images = kernels.find_images(inside, near, known, who, source, shift)
            if images >= 0:
                break
            room *= 2
        self._source, self._shift = source[:images].copy(), shift[:, :images].copy()
        self._home, self._places = xyz - inside, np.empty((3, count + images + 1))
        self._wide = kernels.Near(self._first, self._end, who)
        filled = np.empty(len(who) + (kernels.LANES - 1) * count * kinds, np.uint32)
        self._near = kernels.Near(np.empty_like(self._first), np.empty_like(self._end), filled)
        self._built = xyz.copy()
        self.builds += 1

    def _list(self, xyz: Array, skin: float) -> tuple[kernels.Neighbours, Array]:
        """Everybody within `skin` beyond the cutoffs, and the positions in the box."""
        self._built = None
        fractions = self._box.fractional(xyz.T)
        edges = np.floor(fractions + 0.5)
        if self._box.dimensions == 2:
            edges[:, 2] = 0.0
        fractions -= edges
        inside = self._box.absolute(fractions)
        reach = self._cutoffs + skin
        cells = sorted_into_cells(inside, self._box, float(reach.max()), fractions, FINER)
        lists = self._first, self._end
        while kernels.list_neighbours(cells, self._kind, reach, *lists, self._who) < 0:
            self._who = np.zeros(2 * len(self._who), np.uint32)
        h = self._box.matrix
        sides = np.array([h[0, 0], h[1, 1], h[2, 2], h[0, 1], h[0, 2], h[1, 2]])
        return kernels.Neighbours(self._first, self._end, self._who, sides), np.ascontiguousarray(inside.T)


def spare_room(mixture: Mixture, box: Box) -> float:
    """From the cutoff to half of the smallest height of the box.

    Raises
    ------
    BoxError
        if there is none.
    """
    room = 0.5 * float(box.heights.min()) - mixture.cutoff
    if room < 0:
        raise BoxError(
            f"{mixture.name}: a box of smallest height {box.heights.min():.3f} is less than "
            f"twice the cutoff {mixture.cutoff:g}; use more particles"
        )
    return room


def _lennard_jones_law(pair: LennardJones) -> list[float]:
    x6 = (pair.sigma / pair.cutoff) ** 6
    end = 4.0 * pair.epsilon * (x6 * x6 - x6) if pair.shift else 0.0
    return [pair.sigma**2, 4.0 * pair.epsilon, pair.cutoff**2, end]


def _expanded_law(pair: LennardJones | ExpandedLennardJones) -> list[float]:
    least = pair.sigma * (4.0 * pair.epsilon / _WALL) ** (1.0 / 12.0)
    if isinstance(pair, LennardJones):
        return [*_lennard_jones_law(pair), 0.0, least]
    return [pair.sigma**2, 4.0 * pair.epsilon, pair.cutoff**2, pair.energy_at_cutoff, pair.delta, least]


def _table_law(pair: PairPotential, nodes: int) -> Array:
    """Rows for :func:`supercooled.kernels.forces.tabulated`, (node, 4): cubics with the pair's energies
    and forces at the nodes.
    """
    r = np.linspace(wall_of(pair), pair.cutoff, nodes)
    step = r[1] - r[0]
    # At the cutoff itself pairs are zero; the cubic before it needs the limit from inside.
    inside = np.append(r[:-1], np.nextafter(pair.cutoff, 0.0))
    return _cubics(r, pair.energy(inside), -pair.force(inside) * step)


def _slope_law(pair: PairPotential, nodes: int) -> Array:
    """Rows for :func:`supercooled.kernels.forces.squares_and_laplacian`: cubics of the force."""
    r = np.linspace(wall_of(pair), pair.cutoff, nodes)
    inside = np.append(r[:-1], np.nextafter(pair.cutoff, 0.0))
    return _cubics(r, pair.force(inside), -pair.curvature(inside) * (r[1] - r[0]))


def _cubics(r: Array, u: Array, slope: Array) -> Array:
    """Rows of cubics that have the values and slopes (a step) at equal steps of r, (node, 4)."""
    rise = np.diff(u)
    rows = np.zeros((len(r), 4))
    rows[0, :2] = r[0], 1.0 / (r[1] - r[0])
    rows[1:, 0] = u[:-1]
    rows[1:, 1] = slope[:-1]
    rows[1:, 2] = 3.0 * rise - 2.0 * slope[:-1] - slope[1:]
    rows[1:, 3] = slope[:-1] + slope[1:] - 2.0 * rise
    return rows


def wall_of(pair: PairPotential) -> float:
    """Distance below which the energy is higher than any quench gets to."""
    r = np.linspace(1e-3, 1.0, 1000) * pair.cutoff
    # One of these distances, not one computed from them: a table may begin there, and is infinite before it.
    above = np.flatnonzero(~(pair.energy(r[:-1]) < _WALL))
    return float(r[above[-1] + 1 if len(above) else 0])
