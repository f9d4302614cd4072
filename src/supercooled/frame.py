"""One frame: particles in a box at one moment, and what is found out about them once."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Annotated, Any, Literal, Protocol, TypeVar

import numpy as np
from numpy.typing import ArrayLike

from supercooled.arguments import Anything, NotNegative, Numbers, Positive, Temperature, shown, validated
from supercooled.array_input import as_array, kinds_of, three_columns
from supercooled.arrays import Array, Booleans, Integers
from supercooled.box import Box
from supercooled.display import html_table
from supercooled.errors import ParameterError, TrajectoryError
from supercooled.field_of_view import FieldOfView
from supercooled.size_classes import Classes, Share, classes_of

if TYPE_CHECKING:
    from supercooled.kernels.neighbours import Cells
    from supercooled.neighbour_list import Neighbours
    from supercooled.voronoi import VoronoiCells

_T = TypeVar("_T")
Radii = tuple[tuple[str, Positive], ...] | Literal["sizes"]


class Run(Protocol):
    """The trajectory that a frame is one of, for what needs an earlier one."""

    def frame(self, row: int) -> Frame:
        """A frame by its place."""
        ...

    def displacement(self, first: int, last: int) -> Array:
        """Way of every particle from one frame to another, (particle, 3), sigma_AA."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """What a frame shows of a sample that goes on beyond its borders.

    field_of_view : its borders, which are open
    particles : (particle,), which of the trajectory's particles those of the frame are
    n_particles : how many the trajectory has
    missing : (missing, 3), about where particles are that are seen before and after, but not now
    within : (missing,), how far off those places are at most
    """

    field_of_view: FieldOfView
    particles: Integers
    n_particles: int
    missing: Array
    within: Array


@validated
@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """Particles in a box at one moment.

    Parameters
    ----------
    positions
        (particle, 3), folded into the box, sigma_AA
    box
        the periodic box
    species
        (particle,), index into `names`
    names
        of the species
    number
        of the frame in its source
    time
        tau; None where it is not known
    temperature
        epsilon_AA/k_B; None where it is not known
    place
        what an error calls it
    inherent
        the minimum of the energy below it, where it is known
    diameters
        (particle,), sigma_AA; None where sizes are not known
    run, row
        the trajectory that it is one of, and its place there
    chosen
        (particle,), whose values are wanted; what costs less for fewer may leave the others out
    known
        results that were found in this frame, by their key
    view
        where its borders are open and particles come and go, what is known of that; `box` is then the
        field of view, with its centre at the origin, and has no copies beyond its faces

    Notes
    -----
    A trajectory gives them: ``run[3]``, ``for frame in run``. One alone is made by :meth:`from_arrays`.
    What is found out about a frame (cells, neighbours, Voronoi cells) is kept with it, and shared by all
    that ask.
    """

    positions: Annotated[Array, Numbers(columns=3, array=True)]
    box: Box
    species: Annotated[Integers, Numbers(rank=1, whole=True, array=True)]
    names: tuple[str, ...]
    number: int = 0
    time: float | None = None
    temperature: float | None = None
    place: str = "frame 0 of arrays in memory"
    inherent: Frame | None = None
    diameters: Annotated[Array, Numbers(rank=1, array=True)] | None = None
    run: Annotated[Run | None, Anything()] = None
    row: int = 0
    chosen: Annotated[Booleans | None, Anything()] = None
    known: Annotated[dict[Hashable, Any], Anything()] = field(default_factory=dict, repr=False)
    view: Annotated[View | None, Anything()] = None

    @classmethod
    @validated
    def from_arrays(
        cls,
        positions: Annotated[ArrayLike, Numbers(rank=2)],
        box: Box,
        *,
        species: Annotated[ArrayLike | None, Anything()] = None,
        names: tuple[str, ...] = ("A", "B", "C", "D", "E"),
        temperature: Temperature | None = None,
        inherent: Frame | None = None,
        diameters: Annotated[ArrayLike, Numbers(rank=1, above=0.0)] | None = None,
    ) -> Frame:
        """One frame of arrays in memory.

        Parameters
        ----------
        positions
            (particle, dimensions), inside or outside the box, sigma_AA
        box
            periodic box
        species
            (particle,), whole numbers from 0 on, default all 0
        names
            names of the species 0, 1, ...
        temperature
            temperature of the frame, epsilon_AA/k_B, if known
        inherent
            the minimum of the energy below it, with the same particles
        diameters
            (particle,), sigma_AA

        Returns
        -------
        Frame
            frame with its positions wrapped into the box

        Raises
        ------
        TrajectoryError
            if the shapes do not match, or species have no name or share one.

        Examples
        --------
        >>> pair = Frame.from_arrays([[0.0, 0.0, 0.0], [1.0, 0.0, 0.0]], Box.cube(8.0))
        >>> pair.neighbours(1.2).counts
        array([1, 1])
        """
        xyz = three_columns(np.asarray(positions, dtype=np.float64)[None], "positions")[0]
        kinds = kinds_of(np.zeros(len(xyz), np.int32) if species is None else as_array(species))
        if kinds.shape != (len(xyz),) or (inherent is not None and inherent.n_particles != len(xyz)):
            raise TrajectoryError(
                f"{len(xyz)} positions need the same number of species and of inherent "
                f"positions, not {kinds.shape}"
            )
        sizes = None if diameters is None else np.asarray(diameters, dtype=np.float64)
        if sizes is not None and sizes.shape != (len(xyz),):
            raise TrajectoryError(
                f"{len(xyz)} positions need the same number of diameters, not {sizes.shape}"
            )
        used = int(kinds.max(initial=0)) + 1
        if len(set(names)) < len(names):
            raise TrajectoryError(f"two species have the same name in {names}: give each a different name")
        if used > len(names):
            raise TrajectoryError(f"species {used - 1} (counted from 0) has no name in {names}")
        return cls(
            box.wrap(xyz)[0],
            box,
            kinds,
            tuple(names[:used]),
            temperature=temperature,
            inherent=inherent,
            diameters=sizes,
        )

    @property
    def n_particles(self) -> int:
        """Number of particles."""
        return len(self.positions)

    @property
    def dimensions(self) -> int:
        """2 or 3."""
        return self.box.dimensions

    @property
    def density(self) -> float:
        """Particles per volume, sigma_AA^-d."""
        return self.n_particles / self.box.volume

    @property
    def wanted(self) -> Booleans:
        """Whose values are wanted, (particle,)."""
        return np.ones(self.n_particles, bool) if self.chosen is None else self.chosen

    @property
    def sizes(self) -> Array:
        """Diameter of every particle, (particle,), sigma_AA.

        Raises
        ------
        ParameterError
            if they are not known.

        Examples
        --------
        >>> one = Frame.from_arrays([[0.0, 0.0, 0.0]], Box.cube(8.0), diameters=[1.2])
        >>> one.sizes
        array([1.2])
        """
        if self.diameters is None:
            raise ParameterError(
                f"{self.place}: the diameters of its particles are not known, and they are needed here: a "
                "GSD file has them as 'diameter', a text file as a column 'diameter' or 'radius'; or give "
                "them, for example trajectory.with_diameters(sizes)"
            )
        return self.diameters

    @validated
    def by_size(self, classes: Classes, *, equal: Share) -> Frame:
        """The same frame with classes of sizes, d1, d2, ..., as species (pseudo-species).

        Parameters
        ----------
        classes
            how many
        equal
            "width", each has an equal part of the range of sizes; "number", of the particles

        Returns
        -------
        Frame
            frame with the size classes as its species

        Raises
        ------
        ParameterError
            if the sizes are not known.

        Examples
        --------
        >>> three = Frame.from_arrays(np.zeros((3, 3)), Box.cube(8.0), diameters=[0.8, 1.2, 1.0])
        >>> three.by_size(2, equal="width").species
        array([0, 1, 1], dtype=int32)
        """
        kinds, names = classes_of(self.sizes, classes, equal)
        below = self.inherent
        if below is not None:
            below = replace(below, species=kinds, names=names, known={})
        return replace(self, species=kinds, names=names, inherent=below, run=None, known={})

    def of_all(self) -> Frame:
        """The same frame where the values of all particles are wanted.

        Returns
        -------
        Frame
            frame in which all particles are chosen
        """
        return self if self.chosen is None else replace(self, chosen=None)

    @validated
    def once(self, key: Hashable, make: Callable[[], _T]) -> _T:
        """What `make` returns, made once a frame under a key that says all that it depends on.

        Parameters
        ----------
        key
            text, or tuple of what the result depends on
        make
            function without arguments that computes the result

        Returns
        -------
        _T
            what `make` returned, now or earlier

        Raises
        ------
        ParameterError
            if the key is neither a text nor a tuple.

        Examples
        --------
        >>> frame = Frame.from_arrays([[0.0, 0.0, 0.0]], Box.cube(8.0))
        >>> frame.once("answer", lambda: 42), frame.once("answer", lambda: 0)
        (42, 42)
        """
        if not isinstance(key, str | tuple):
            raise ParameterError(
                f"key must be a text, or a tuple of what the result depends on, not {shown(key)}"
            )
        if key not in self.known:
            self.known[key] = make()
        found: _T = self.known[key]
        return found

    @validated
    def neighbours(self, cutoff: Positive) -> Neighbours:
        """Neighbours of every particle nearer than a cutoff, sigma_AA; the nearest first.

        A list that reaches as far or farther is not made again.

        Parameters
        ----------
        cutoff
            distance up to which two particles are neighbours, sigma_AA

        Returns
        -------
        Neighbours
            list of all bonds shorter than the cutoff

        Raises
        ------
        BoxError
            if a particle would meet a neighbour twice.
        """
        found: Neighbours | None = self.known.get(("neighbours", cutoff))
        if found is not None:
            return found
        widest: tuple[float, Neighbours] | None = self.known.get("widest")
        if widest is not None and widest[0] > cutoff:
            found = widest[1].within(cutoff)
        else:
            # Kernels are imported when they are needed: opening a file needs none.
            from supercooled.neighbour_list import listed

            found = listed(self.cells(cutoff), cutoff)
            self.known["widest"] = (cutoff, found)
        self.known["neighbours", cutoff] = found
        return found

    @validated
    def voronoi(self, radii: Radii = ()) -> VoronoiCells:
        """Radical Voronoi cells: a point belongs to the particle with the smallest r^2 - R^2.

        Parameters
        ----------
        radii
            R of each species by name, ``(("A", 0.5), ("B", 0.44))``, sigma_AA, or "sizes" for half of each
            particle's diameter; none makes Voronoi's cells

        Returns
        -------
        VoronoiCells
            volumes, surfaces and faces of the cells

        Raises
        ------
        ParameterError
            if a species has no radius among those given, the sizes are not known, or two particles lie on
            one another.
        BoxError
            if the box is too small for the largest cell.

        Examples
        --------
        >>> grid = np.stack(np.meshgrid(*[np.arange(8.0)] * 3), axis=-1).reshape(-1, 3)
        >>> cubes = Frame.from_arrays(grid, Box.cube(8.0)).voronoi()
        >>> [float(x[0].round(12)) for x in (cubes.volumes, cubes.surfaces, cubes.coordination)]
        [1.0, 6.0, 6.0]
        """
        if self.view is not None:
            raise ParameterError(
                f"{self.place}: Voronoi cells need a periodic box, and the borders of this one are open"
            )
        from supercooled.voronoi import tessellated

        if radii == "sizes":
            half = 0.5 * self.sizes
            return self.once("voronoi", lambda: tessellated(self.neighbours, self.box, half, self.place))
        of_species = np.zeros(len(self.names))
        if radii:
            known = dict(radii)
            for k, name in enumerate(self.names):
                if name not in known:
                    raise ParameterError(f"{self.place}: species {name!r} has no radius among {radii}")
                of_species[k] = known[name]
        own = of_species[self.species]
        return self.once(
            ("voronoi", tuple(of_species)), lambda: tessellated(self.neighbours, self.box, own, self.place)
        )

    @validated
    def cells(self, cutoff: Positive) -> Cells:
        """Particles sorted into cells that cover a cutoff, for kernels.

        Parameters
        ----------
        cutoff
            distance that neighbouring cells cover, sigma_AA

        Returns
        -------
        Cells
            cell list

        Raises
        ------
        BoxError
            if a particle would meet a neighbour twice.
        """
        from supercooled.neighbour_list import cells_of, sorted_into_cells

        if self.view is not None:
            # In a box that much wider nobody meets anybody across its faces.
            box = self.view.field_of_view.box(cutoff)
            return self.once(("cells", cutoff), lambda: sorted_into_cells(self.positions, box, cutoff))
        return self.once(("cells", cutoff), lambda: cells_of(self.positions, self.box, cutoff, self.place))

    @validated
    def check_cutoff(self, cutoff: Positive) -> None:
        """Refuse a cutoff at which a particle would meet a neighbour twice.

        Parameters
        ----------
        cutoff
            distance, sigma_AA

        Raises
        ------
        BoxError
            naming the frame.
        """
        from supercooled.neighbour_list import check_cutoff

        if self.view is not None:
            return
        check_cutoff(self.box, cutoff, self.place)

    @validated
    def surrounded(self, distance: NotNegative) -> Booleans:
        """Which particles have everything about them in sight up to a distance, (particle,).

        All, in a periodic box. Where the borders are open, those that are so far from every border, and from
        where a particle is that is seen before and after, but not now.

        Parameters
        ----------
        distance
            sigma_AA

        Returns
        -------
        Booleans
            (particle,)

        Examples
        --------
        >>> Frame.from_arrays([[0.0, 0.0, 0.0]], Box.cube(8.0)).surrounded(2.0)
        array([ True])
        """
        if self.view is None:
            return np.ones(self.n_particles, bool)
        seen = self.view.field_of_view
        found = seen.depths(self.positions + seen.centre) >= distance
        if len(self.view.missing) and found.any():
            from scipy.spatial import KDTree

            tree = KDTree(self.positions)
            far = distance + self.view.within
            for near in tree.query_ball_point(self.view.missing, far):
                found[near] = False
        return found

    @validated
    def species_index(self, species: str) -> int:
        """Number of a species given by name.

        Parameters
        ----------
        species
            name of a species

        Returns
        -------
        int
            index into ``names``

        Raises
        ------
        ParameterError
            if no species has this name.
        """
        if species not in self.names:
            raise ParameterError(f"{self.place}: no species {species!r} among {self.names}")
        return self.names.index(species)

    @validated
    def earlier(self, frames: int) -> Frame | None:
        """The frame so many before this one in its trajectory; None where there is none.

        Parameters
        ----------
        frames
            number of frames to go back

        Returns
        -------
        Frame | None
            the earlier frame, or None
        """
        if self.run is None or not 0 <= self.row - frames <= self.row:
            return None
        return self.run.frame(self.row - frames)

    def __repr__(self) -> str:
        """In one line; the arrays are attributes."""
        counts = np.bincount(self.species, minlength=len(self.names))
        particles = ", ".join(f"{n} {name}" for name, n in zip(self.names, counts, strict=True))
        when = "" if self.time is None else f"; t = {self.time:g}"
        return f"Frame({self.place}{when}; {particles})"

    def _repr_html_(self) -> str:
        counts = np.bincount(self.species, minlength=len(self.names))
        lines: list[tuple[object, ...]] = [
            ("particles", ", ".join(f"{n} {name}" for name, n in zip(self.names, counts, strict=True))),
            ("density", f"{self.density:.4g} sigma_AA^-{self.dimensions}"),
            ("time", "not known" if self.time is None else f"{self.time:g} tau"),
        ]
        return html_table(self.place, lines) + self.box._repr_html_()
