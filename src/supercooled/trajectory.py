"""Fixed particles, many frames, read lazily."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Literal, TypeAlias, overload

import numpy as np
from numpy.typing import ArrayLike

from supercooled.arguments import (
    AnyNumbers,
    Anything,
    Numbers,
    Positive,
    Temperature,
    Whole,
    shown,
    validated,
)
from supercooled.array_input import as_array, boxes_of, images_of, kinds_of, numbered, three_columns
from supercooled.arrays import Array, Booleans, Integers
from supercooled.box import Box
from supercooled.digests import digest_of
from supercooled.display import html_table
from supercooled.errors import BoxError, ParameterError, TrajectoryError
from supercooled.field_of_view import FieldOfView
from supercooled.frame import Frame, View
from supercooled.frame_source import Frames, FrameSource, MemorySource, SizedSource
from supercooled.size_classes import Classes, Share, classes_of
from supercooled.state import StatePoint
from supercooled.tracks import MemoryTracks, TrackSource, unseen
from supercooled.units import Units
from supercooled.unwrapping import Place, Way, far_ones_move_with_the_box, follow

__all__ = ["Trajectory"]

# Megabytes of positions that are unwrapped at once: a chunk needs little more than its own memory.
PIECE = 16.0

Sizes: TypeAlias = Annotated[ArrayLike, Numbers(above=0.0)]
Numbering: TypeAlias = Annotated[Integers, Numbers(rank=1, whole=True, array=True)]


@validated
@dataclass(frozen=True, slots=True, eq=False)
class Trajectory:
    """Particles that stay the same over frames that are read when asked for.

    Parameters
    ----------
    source
        where the frames come from
    species
        (particle,), index into `names`
    names
        name of each species
    moments
        (frame,), times of the frames, rising, in units of tau; None where the source holds none.
        Ask for them by :attr:`times`, which refuses to make them up.
    frames
        (frame,), which of the source's frames
    dimensions
        2 or 3
    state
        the state point that made it, if known
    temperature
        of the run, if known
    units
        what the source's numbers are worth in reduced units, where somebody said so: lengths and times
        of the trajectory are in sigma_AA and tau always
    clock
        "frame" where times are the numbers of the frames instead (:meth:`by_frame`)
    field_of_view
        where the borders are open and particles come and go, as under a microscope; None where the box is
        periodic and every particle is there in every frame. What does not take it into account refuses such a
        trajectory; :meth:`tracks`, :meth:`present` and :meth:`seen` take it

    Notes
    -----
    Make one with :func:`supercooled.read`, :meth:`from_arrays`, or a simulation.
    """

    source: FrameSource
    species: Numbering
    names: tuple[str, ...]
    moments: Annotated[Array, Numbers(rank=1, nan=True, infinite=True, array=True)] | None
    frames: Numbering
    dimensions: int = 3
    state: StatePoint | None = None
    temperature: Temperature | None = None
    units: Units | None = None
    clock: Literal["tau", "frame"] = "tau"
    field_of_view: FieldOfView | None = None

    def __post_init__(self) -> None:
        if self.moments is not None and len(self.moments) != len(self.frames):
            raise TrajectoryError(
                f"{self.source.name}: {len(self.moments)} times for {len(self.frames)} frames"
            )
        if len(self.frames) == 0:
            raise TrajectoryError(f"{self.source.name}: no frame")
        if len(self.species) == 0:
            raise TrajectoryError(f"{self.source.name}: no particle")
        if self.moments is not None:
            self._check_rising(self.moments)
        if strange := [name for name in self.names if not str(name).isprintable()]:
            raise TrajectoryError(
                f"{self.source.name}: {strange[0]!r} is not a valid name of a species: it "
                "contains a character that cannot be printed; give names"
            )
        if alike := [name for k, name in enumerate(self.names) if name in self.names[:k]]:
            raise TrajectoryError(
                f"{self.source.name}: two species are called {shown(alike[0])}: give each a different name"
            )
        if self.species.min() < 0 or self.species.max() >= len(self.names):
            raise TrajectoryError(
                f"{self.source.name}: species {self.species.max()} (counted from 0) has no name "
                f"in {self.names}"
            )

    def _check_rising(self, times: Array) -> None:
        later = np.isfinite(times)
        later[1:] &= times[1:] > times[:-1]
        if not later.all():
            late = int(np.argmin(later))
            raise TrajectoryError(
                f"{self.source.name}: the time of frame {self.frames[late]}, {times[late]:g}, is not "
                f"after the one before, {times[late - 1]:g}: joined runs must follow each other"
                if late
                else f"{self.source.name}: the time of frame {self.frames[0]} is {times[0]:g}"
            )
        if not np.isfinite(float(times[-1]) - float(times[0])):
            raise TrajectoryError(
                f"{self.source.name}: times from {times[0]:g} to {times[-1]:g} do not span a finite time"
            )

    @classmethod
    @validated
    def from_arrays(
        cls,
        positions: AnyNumbers,
        box: Box | Sequence[Box],
        *,
        species: Annotated[ArrayLike | None, Anything()] = None,
        names: Sequence[str] | None = None,
        times: Annotated[ArrayLike, Numbers(rank=1, nan=True, infinite=True, least=1)] | None = None,
        images: AnyNumbers | None = None,
        unwrapped: bool = False,
        temperature: Temperature | None = None,
        diameters: Sizes | None = None,
    ) -> Trajectory:
        """Trajectory of arrays in memory.

        Parameters
        ----------
        positions
            (frame, particle, dimensions), sigma_AA; planar ones may lack the third column
        box
            of all frames, or one for each
        species
            (particle,), whole numbers from 0 on or names, default all 0
        names
            of the species 0, 1, ..., default those of `species` in alphabetical order, or A, B, ...
        times
            (frame,), default 0, 1, 2, ...
        images
            (frame, particle, dimensions), how many edges each particle has crossed
        unwrapped
            the positions are unwrapped, not folded into the box
        temperature
            temperature of the run, epsilon_AA/k_B, if known
        diameters
            of each particle, (particle,), or (frame, particle) where they change, sigma_AA

        Returns
        -------
        Trajectory
            trajectory with the positions wrapped into the box

        Raises
        ------
        TrajectoryError
            if the shapes do not match, or species have no name or share one.

        Examples
        --------
        >>> still = Trajectory.from_arrays(np.zeros((3, 5, 3)), Box.cube(10.0))
        >>> still.n_frames, still.n_particles
        (3, 5)
        >>> Trajectory.from_arrays(np.zeros((1, 3, 3)), Box.cube(10.0), species=["B", "A", "A"]).species
        array([1, 0, 0], dtype=int32)
        """
        given_positions = np.asarray(positions, dtype=np.float64)
        xyz = three_columns(given_positions, "positions")
        n_frames, n_particles = xyz.shape[:2]
        given = np.zeros(n_particles, np.int32) if species is None else as_array(species)
        if given.shape != (n_particles,):
            raise TrajectoryError(f"species has shape {given.shape}, positions have {n_particles} particles")
        if given.dtype.kind in "UO" and all(isinstance(name, str) for name in given.tolist()):
            names = sorted(set(given.tolist())) if names is None else names
            given = numbered(given, names)
        kinds = kinds_of(given)
        if names is None:
            names = [chr(ord("A") + k) for k in range(int(kinds.max(initial=0)) + 1)]
        crossed = None if images is None else images_of(np.asarray(images))
        if crossed is not None and crossed.shape != xyz.shape:
            raise TrajectoryError(f"images have shape {crossed.shape}, positions {xyz.shape}")
        boxes, dimensions = boxes_of(box, n_frames)
        if given_positions.shape[2] < dimensions or (images is not None and np.shape(images)[2] < dimensions):
            raise TrajectoryError(
                "positions or image flags have two coordinates and the box three: make it "
                "planar, for example Box.cube(20.0, dimensions=2)"
            )
        sizes = None if diameters is None else _sizes(diameters, n_frames, n_particles)
        return cls(
            source=MemorySource(Frames(xyz, boxes, crossed, unwrapped, sizes)),
            species=kinds,
            names=tuple(names),
            moments=np.arange(n_frames, dtype=np.float64) if times is None else np.asarray(times, np.float64),
            frames=np.arange(n_frames),
            dimensions=dimensions,
            temperature=temperature,
        )

    @validated
    def with_diameters(self, diameters: Sizes | None) -> Trajectory:
        """The same frames with a diameter for each particle, whatever the file says of it.

        Parameters
        ----------
        diameters
            (particle,), or (frame, particle) where they change, sigma_AA; None for none

        Returns
        -------
        Trajectory
            the same frames with these diameters

        Examples
        --------
        >>> run = Trajectory.from_arrays(np.zeros((3, 2, 3)), Box.cube(10.0)).with_diameters([0.8, 1.2])
        >>> run.diameters(slice(0, 1))
        array([[0.8, 1.2]])
        """
        if diameters is None:
            return replace(self, source=SizedSource(self.source, None))
        given = _sizes(diameters, self.n_frames, self.n_particles)
        if np.ndim(diameters) == 1:
            return replace(self, source=SizedSource(self.source, given[0]))
        of_source = np.full((self.source.n_frames, self.n_particles), np.nan)
        of_source[self.frames] = given
        return replace(self, source=SizedSource(self.source, of_source))

    @validated
    def by_size(self, classes: Classes, *, equal: Share) -> Trajectory:
        """The same frames with classes of sizes, d1, d2, ..., as species (pseudo-species).

        Parameters
        ----------
        classes
            how many
        equal
            "width", each has an equal part of the range of sizes; "number", of the particles

        Returns
        -------
        Trajectory
            trajectory with the size classes as its species

        Raises
        ------
        ParameterError
            if the sizes are not known, or change from frame to frame, as swaps make them.

        Examples
        --------
        >>> run = Trajectory.from_arrays(np.zeros((2, 3, 3)), Box.cube(8.0), diameters=[0.8, 1.2, 1.0])
        >>> run.by_size(3, equal="number").names
        ('d1', 'd2', 'd3')
        """
        first = self.frame(0).sizes
        for chunk in self.chunks():
            other = (self.diameters(chunk) != first).any(axis=1)
            if other.any():
                changed = self.frames[chunk.start + int(np.argmax(other))]
                raise ParameterError(
                    f"{self.source.name}: sizes of frame {changed} are not those of frame "
                    f"{self.frames[0]}: with swaps a particle has no class for all frames; take them "
                    "one by one, trajectory[3].by_size(...)"
                )
        kinds, names = classes_of(first, classes, equal)
        return replace(self, species=kinds, names=names)

    @classmethod
    @validated
    def from_tracks(
        cls,
        positions: AnyNumbers,
        *,
        field_of_view: FieldOfView | None = None,
        species: Annotated[ArrayLike | None, Anything()] = None,
        names: Sequence[str] | None = None,
        times: Annotated[ArrayLike, Numbers(rank=1, nan=True, infinite=True, least=1)] | None = None,
        temperature: Temperature | None = None,
    ) -> Trajectory:
        """Trajectory of particles that come and go, as a microscope sees them.

        Parameters
        ----------
        positions
            (frame, particle, 2 or 3), sigma_AA; NaN where a particle is not seen
        field_of_view
            whose borders are open; None takes the smallest that holds every position
        species, names, times, temperature
            as of :meth:`from_arrays`

        Returns
        -------
        Trajectory
            with its field of view.

        Raises
        ------
        TrajectoryError
            naming frame and particle, if a position is infinite, has some coordinates only, or lies outside
            of the field of view.

        Examples
        --------
        >>> tracks = Trajectory.from_tracks([[[0.0, 0.0], [1.0, 2.0]], [[0.1, 0.0], [np.nan, np.nan]]])
        >>> tracks.present()
        array([[ True,  True],
               [ True, False]])
        """
        xyz = np.asarray(positions, dtype=np.float64)
        if xyz.ndim != 3 or xyz.shape[2] not in (2, 3):
            raise TrajectoryError(f"positions must have shape (frame, particle, 2 or 3), not {xyz.shape}")
        there = ~np.isnan(xyz).all(axis=2)
        if (wrong := there & ~np.isfinite(xyz).all(axis=2)).any():
            f, i = np.argwhere(wrong)[0]
            raise TrajectoryError(
                f"frame {f}, particle {i}: position {xyz[f, i]} is not a finite number; NaN in every "
                "coordinate says that the particle is not seen"
            )
        if not there.any():
            raise TrajectoryError("no particle is seen in any frame")
        frames, particles = np.nonzero(there)
        rows = xyz[frames, particles]
        if field_of_view is None:
            field_of_view = _smallest(rows)
        n_frames, n_particles, dimensions = xyz.shape
        if field_of_view.dimensions != dimensions:
            raise TrajectoryError(
                f"positions have {dimensions} coordinates and the field of view {field_of_view.dimensions}"
            )
        flat = np.zeros((len(rows), 3))
        flat[:, :dimensions] = rows
        if (outside := field_of_view.depths(flat) < 0).any():
            k = int(np.argmax(outside))
            raise TrajectoryError(
                f"frame {frames[k]}, particle {particles[k]}: position {rows[k]} lies outside of the field "
                f"of view, {field_of_view.low} to {field_of_view.high}"
            )
        like = cls.from_arrays(
            np.zeros((n_frames, n_particles, 3)),
            field_of_view.box(),
            species=species,
            names=names,
            times=times,
            temperature=temperature,
        )
        source = MemoryTracks(
            starts=np.searchsorted(frames, np.arange(n_frames + 1)),
            particles=particles,
            positions=flat,
            n_particles=n_particles,
            edges=field_of_view.box().to_array(),
        )
        return replace(like, source=source, field_of_view=field_of_view)

    @property
    def n_frames(self) -> int:
        """How many frames."""
        return len(self.frames)

    @property
    def n_particles(self) -> int:
        """Number of particles."""
        return len(self.species)

    @property
    def fingerprint(self) -> str:
        """Who the particles are and all that their source holds, as 32 hexadecimal digits.

        Made of the contents of the file or of the arrays (positions, boxes, images, steps), of the species
        of every particle with their names, and of how positions are meant. A slice keeps it: which
        frames it has, `frames` says, and when, `times`. What a file is called, where it lies and when
        it was written don't count.

        Raises
        ------
        TrajectoryError
            if a frame can't be read.

        Examples
        --------
        >>> run = Trajectory.from_arrays(np.zeros((3, 5, 3)), Box.cube(10.0))
        >>> run[1:].fingerprint == run.fingerprint
        True
        >>> run.fingerprint == replace(run, names=("B",)).fingerprint
        False
        """
        scales = None if self.units is None or self.units.is_reduced else str(self.units)
        return digest_of(self.source.digest, self.species, self.names, self.dimensions, scales)

    def identity(self) -> tuple[object, ...]:
        """All that tells these frames from others: `fingerprint`, `frames`, `moments`, and what is known.

        Returns
        -------
        tuple[object, ...]
            values to compare or to hash
        """
        known: tuple[object, ...] = (
            self.fingerprint,
            self.frames,
            self.moments,
            self.state,
            self.temperature,
        )
        known = known if self.clock == "tau" else (*known, self.clock)
        return known if self.field_of_view is None else (*known, self.field_of_view)

    @property
    def times(self) -> Array:
        """Times of the frames, (frame,), rising, in units of tau.

        Raises
        ------
        ParameterError
            if the source holds none: frame numbers would be taken for tau.
        """
        if self.moments is None:
            name = self.source.name
            raise ParameterError(
                f"{name} contains no times, and they are needed here: give the time of one "
                "integration step, or the time between two frames where it counts no steps, for "
                f'example read("{Path(name).name}", '
                "timestep=0.005), or --timestep 0.005; trajectory.by_frame() takes frames for times"
            )
        return self.moments

    def by_frame(self) -> Trajectory:
        """The same frames, 0, 1, 2, ... as their times: windows, lags and times are numbers of frames then.

        For frames in the order of a strain or of a number, with times unevenly apart or without any, as runs
        of quasistatic shear have them. Results say so: their attribute ``clock`` is "frame", and what would
        be in tau is in frames.

        Returns
        -------
        Trajectory
            trajectory with frame numbers as times

        Examples
        --------
        >>> run = Trajectory.from_arrays(np.zeros((3, 5, 3)), Box.cube(10.0), times=[0.0, 1.0, 5.0])
        >>> run.by_frame().times, run.by_frame().interval
        (array([0., 1., 2.]), 1.0)
        """
        return replace(self, moments=np.arange(self.n_frames, dtype=np.float64), clock="frame")

    @validated
    def moment(self, frame: int) -> float | None:
        """Time of one frame, tau; None where the source holds no times.

        Parameters
        ----------
        frame
            index of the frame in the trajectory

        Returns
        -------
        float | None
            tau, or None

        Raises
        ------
        ParameterError
            if there is no such frame.
        """
        if not -self.n_frames <= frame < self.n_frames:
            raise ParameterError(f"{self.source.name} has {self.n_frames} frames, and no frame {frame}")
        return None if self.moments is None else float(self.moments[frame])

    @property
    def interval(self) -> float:
        """Time between frames.

        Raises
        ------
        TrajectoryError
            if the frames are unevenly spaced, or there is only one.
        """
        if self.n_frames < 2:
            raise TrajectoryError(
                f"{self.source.name}: there is only one frame, so there is no interval between frames"
            )
        steps = np.diff(self.times)
        if np.ptp(steps) > 1e-6 * steps.mean():
            raise TrajectoryError(
                f"{self.source.name}: frames are unevenly spaced in time "
                f"({steps.min():g} to {steps.max():g}), and an even interval is needed here; "
                "where their order alone counts, as in quasistatic runs, "
                "trajectory.by_frame() takes frames for times"
            )
        return float((self.times[-1] - self.times[0]) / (self.n_frames - 1))

    @overload
    def __getitem__(self, selection: slice) -> Trajectory: ...
    @overload
    def __getitem__(self, selection: int) -> Frame: ...
    def __getitem__(self, selection: slice | int) -> Trajectory | Frame:
        """Some of the frames, still lazy: ``trajectory[100::2]``; or one of them, read: ``trajectory[3]``."""
        if isinstance(selection, int | np.integer) and not isinstance(selection, bool):
            if not -self.n_frames <= selection < self.n_frames:
                # Of this kind, so that a loop over places ends.
                raise IndexError(f"{self.source.name} has {self.n_frames} frames, and no frame {selection}")
            return self._any_frame(int(selection) % self.n_frames)
        if not isinstance(selection, slice):
            raise ParameterError(
                "choose frames with a slice, for example trajectory[10:20], or a single frame with its number"
            )
        moments = None if self.moments is None else self.moments[selection]
        return replace(self, moments=moments, frames=self.frames[selection])

    def __len__(self) -> int:
        """How many frames."""
        return self.n_frames

    def __iter__(self) -> Iterator[Frame]:
        """The frames, one after the other; no more than one is held."""
        return (self._any_frame(row) for row in range(self.n_frames))

    @validated
    def frame(self, row: Annotated[int, Whole(at_least=0)]) -> Frame:
        """One frame by its place, read.

        Parameters
        ----------
        row
            index of the frame in the trajectory

        Returns
        -------
        Frame
            the frame

        Raises
        ------
        ParameterError
            if there is no such frame.

        Examples
        --------
        >>> run = Trajectory.from_arrays(np.zeros((3, 5, 3)), Box.cube(10.0))
        >>> run.frame(2).number, len(run), [frame.time for frame in run]
        (2, 3, [0.0, 1.0, 2.0])
        """
        if row >= self.n_frames:
            raise ParameterError(f"{self.source.name} has {self.n_frames} frames, and no frame {row}")
        return next(self.each(slice(row, row + 1)))

    @validated
    def each(self, chunk: slice = slice(None)) -> Iterator[Frame]:
        """Frames of a chunk, which is read at once.

        Parameters
        ----------
        chunk
            slice of frames

        Returns
        -------
        Iterator[Frame]
            frames in their order

        Examples
        --------
        >>> run = Trajectory.from_arrays(np.zeros((5, 2, 3)), Box.cube(10.0))
        >>> [frame.number for frame in run.each(slice(1, None, 2))]
        [1, 3]
        """
        rows = np.arange(self.n_frames)[chunk]
        data = self.read(chunk)
        positions = self._folded(data)
        for k, (row, xyz, edges) in enumerate(zip(rows.tolist(), positions, data.boxes, strict=True)):
            yield Frame(
                xyz,
                Box.from_array(edges, self.dimensions),
                self.species,
                self.names,
                number=int(self.frames[row]),
                time=self.moment(row),
                temperature=self.temperature,
                place=f"{self.source.name}: frame {self.frames[row]}",
                diameters=None if data.diameters is None else data.diameters[k],
                run=self,
                row=row,
            )

    @validated
    def seen(self, chunk: slice = slice(None)) -> Iterator[Frame]:
        """Frames of a chunk with the particles that are seen in each, and their :attr:`Frame.view`.

        Parameters
        ----------
        chunk
            which frames

        Yields
        ------
        Frame
            as :meth:`each` where every particle is there in every frame.

        Examples
        --------
        >>> run = Trajectory.from_tracks([[[0.0, 0.0], [1.0, 2.0]], [[0.1, 0.0], [np.nan, np.nan]]])
        >>> [frame.n_particles for frame in run.seen()]
        [2, 1]
        """
        if self.field_of_view is None:
            yield from self.each(chunk)
            return
        seen = self.field_of_view
        assert isinstance(self.source, TrackSource)  # noqa: S101
        rows = np.arange(self.n_frames)[chunk]
        frames = [int(f) for f in self.frames[chunk]]
        data = self.source.read(frames)
        missing = unseen(self.source, frames)
        for k, (row, xyz, (places, off)) in enumerate(
            zip(rows.tolist(), data.positions, missing, strict=True)
        ):
            there = np.flatnonzero(~np.isnan(xyz[:, 0]))
            yield Frame(
                xyz[there] - seen.centre,
                seen.box(),
                self.species[there],
                self.names,
                number=int(self.frames[row]),
                time=self.moment(row),
                temperature=self.temperature,
                place=f"{self.source.name}: frame {self.frames[row]}",
                diameters=None if data.diameters is None else data.diameters[k][there],
                run=self,
                row=row,
                view=View(seen, there, self.n_particles, places - seen.centre, off),
            )

    @validated
    def tracks(self, chunk: slice = slice(None), particles: Numbering | None = None) -> Array:
        """Positions of a chunk without jumps, NaN where a particle is not seen, (frame, particle, 3).

        Parameters
        ----------
        chunk
            which frames
        particles
            which; None takes all

        Returns
        -------
        Array
            in sigma_AA; as :meth:`unwrapped` where every particle is there in every frame.
        """
        if self.field_of_view is None:
            return self.unwrapped(chunk, particles)
        positions = self.source.read([int(f) for f in self.frames[chunk]]).positions
        return positions if particles is None else np.ascontiguousarray(positions[:, particles])

    @validated
    def present(self, chunk: slice = slice(None)) -> Booleans:
        """Which particles are there in the frames of a chunk.

        Parameters
        ----------
        chunk
            slice of frames

        Returns
        -------
        Booleans
            (frame, particle)
        """
        if self.field_of_view is None:
            return np.ones((len(self.frames[chunk]), self.n_particles), bool)
        return ~np.isnan(self.tracks(chunk)[..., 0])

    def _any_frame(self, row: int) -> Frame:
        return self.frame(row) if self.field_of_view is None else next(self.seen(slice(row, row + 1)))

    def check_borders(self) -> None:
        """Refuse where particles come and go, for what takes them to stay.

        Raises
        ------
        TrajectoryError
            if the run has a field of view.
        """
        if self.field_of_view is not None:
            raise TrajectoryError(
                f"{self.source.name}: particles come and go through the open borders of its field of view, "
                "and this needs a periodic box with every particle in every frame"
            )

    @validated
    def displacement(self, first: int, last: int) -> Array:
        """Way of every particle from one frame to another, by their places, (particle, 3), sigma_AA.

        Frames between them tell how often a particle crossed a face, where the source doesn't.

        Parameters
        ----------
        first
            index of the first frame
        last
            index of the last frame

        Returns
        -------
        Array
            (particle, 3), sigma_AA
        """
        paths = self.unwrapped(slice(min(first, last), max(first, last) + 1))
        way: Array = paths[-1] - paths[0]
        return way if last >= first else -way

    @property
    def box(self) -> Box:
        """The box, if it is the same in every frame; :meth:`boxes` gives each."""
        return self.fixed_box()

    def composition(self) -> Array:
        """Fraction of particles of each species, (species,).

        Returns
        -------
        Array
            (species,), fractions that add up to 1
        """
        return np.bincount(self.species, minlength=len(self.names)) / self.n_particles

    @validated
    def of_species(self, species: str | int) -> Integers:
        """Indices of the particles of one species, by name or number.

        Parameters
        ----------
        species
            name of a species, or its number

        Returns
        -------
        Integers
            (particle,), indices, rising

        Raises
        ------
        ParameterError
            if there is no such species, or no particle of it.
        """
        found = np.flatnonzero(self.species == self.species_index(species))
        if len(found) == 0:
            raise ParameterError(f"{self.source.name}: species {species} has no particle")
        return found

    @validated
    def species_index(self, species: str | int) -> int:
        """Number of a species given by name or number.

        Parameters
        ----------
        species
            name of a species, or its number

        Returns
        -------
        int
            index into ``names``

        Raises
        ------
        ParameterError
            if there is no such species.
        """
        if isinstance(species, str):
            if species not in self.names:
                raise ParameterError(f"{self.source.name}: no species {species!r} among {self.names}")
            return self.names.index(species)
        if not 0 <= species < len(self.names):
            raise ParameterError(f"{self.source.name}: no species {species} among {self.names}")
        return species

    @validated
    def read(self, chunk: slice = slice(None)) -> Frames:
        """A chunk of frames as the source has them, checked.

        Parameters
        ----------
        chunk
            slice of frames

        Returns
        -------
        Frames
            positions, boxes and image flags

        Raises
        ------
        TrajectoryError
            naming file, frame and particle, if a coordinate is not a finite number.
        BoxError
            if a box has no volume.
        """
        self.check_borders()
        wanted = self.frames[chunk]
        data = self.source.read([int(f) for f in wanted])
        if data.diameters is not None:
            self._check_diameters(data.diameters, wanted)
        if not np.isfinite(data.positions).all():
            f, i = np.argwhere(~np.isfinite(data.positions).all(axis=2))[0]
            raise TrajectoryError(
                f"{self.source.name}: frame {wanted[f]}, particle {i}: position {data.positions[f, i]} "
                "is not a finite number"
            )
        self._check_boxes(data.boxes, wanted)
        return data

    def _check_diameters(self, diameters: Array, frames: Integers) -> None:
        good = np.isfinite(diameters) & (diameters > 0)
        if not good.all():
            f, i = np.argwhere(~good)[0]
            raise TrajectoryError(
                f"{self.source.name}: frame {frames[f]}, particle {i}: its diameter is {diameters[f, i]:g}, "
                "and sizes must be positive; trajectory.with_diameters(None) leaves them out, "
                "trajectory.with_diameters(sizes) gives others"
            )

    @validated
    def diameters(self, chunk: slice = slice(None)) -> Array:
        """Diameters of a chunk, (frame, particle), sigma_AA; where swaps move them they change by frame.

        Parameters
        ----------
        chunk
            slice of frames

        Returns
        -------
        Array
            (frame, particle), sigma_AA

        Raises
        ------
        ParameterError
            if the source holds none: :meth:`with_diameters` gives them.
        TrajectoryError
            naming file, frame and particle, if one is not positive.
        """
        found = [self.frame(row).sizes for row in np.arange(self.n_frames)[chunk].tolist()]
        return np.array(found).reshape(-1, self.n_particles)

    @validated
    def boxes(self, chunk: slice = slice(None)) -> Array:
        """Boxes of a chunk, (frame, 6).

        Parameters
        ----------
        chunk
            slice of frames

        Returns
        -------
        Array
            (frame, 6), edges in sigma_AA and tilts
        """
        self.check_borders()
        wanted = self.frames[chunk]
        boxes = self.source.boxes([int(f) for f in wanted])
        self._check_boxes(boxes, wanted)
        return boxes

    def _check_boxes(self, boxes: Array, frames: Integers) -> None:
        edges = boxes[:, : self.dimensions]
        good = np.isfinite(boxes).all(axis=1) & (edges > 0).all(axis=1)
        if not good.all():
            f = int(np.argmin(good))
            raise BoxError(f"{self.source.name}: frame {frames[f]}: box {boxes[f]} has no volume")

    @validated
    def positions(self, chunk: slice = slice(None)) -> Array:
        """Positions of a chunk folded into the box, (frame, particle, 3), in sigma_AA.

        Parameters
        ----------
        chunk
            slice of frames

        Returns
        -------
        Array
            (frame, particle, 3), sigma_AA

        Raises
        ------
        BoxError
            if a position can not be wrapped into its box.
        """
        return self._folded(self.read(chunk))

    def _folded(self, data: Frames) -> Array:
        folded = np.empty(data.positions.shape)
        for out, xyz, box in zip(folded, data.positions, data.boxes, strict=True):
            try:
                out[:] = Box.from_array(box, self.dimensions).wrap(xyz)[0]
            except BoxError as error:
                raise BoxError(f"{self.source.name}: {error}") from error
        return folded

    @validated
    def unwrapped(
        self,
        chunk: slice = slice(None),
        particles: Numbering | None = None,
    ) -> Array:
        """Positions of a chunk without jumps at the faces, (frame, particle, 3), in sigma_AA.

        Parameters
        ----------
        chunk
            slice of frames
        particles
            which; None takes all

        Returns
        -------
        Array
            (frame, particle, 3), sigma_AA

        Raises
        ------
        TrajectoryError
            naming frame and particle, if a step by continuity exceeds a third of the box: beyond
            half of it two answers are possible, and a step that long says that such steps occur.
        BoxError
            if the box changes by as much as itself between two frames.

        Notes
        -----
        From image flags or unwrapped coordinates where the file has them. Otherwise by continuity
        from the chunk's first frame: then only differences within one chunk have a meaning, and
        frames must follow each other closely. In a box that changes displacements are added up from frame
        to frame, so that what the box does isn't multiplied by how many edges a particle is away; there too
        only differences within one chunk have a meaning.

        References
        ----------
        S. von Bülow, J. T. Bullerjahn and G. Hummer, J. Chem. Phys. 153, 021101 (2020).
        """
        return self._followed(chunk, particles, whole_edges=False)

    @validated
    def laid_out(self, chunk: slice = slice(None)) -> Array:
        """Positions of a chunk without jumps, whole edges of each frame's own box away, (frame, particle, 3).

        The same as :meth:`unwrapped` in a box that is fixed. In one that changes, a particle n edges away
        moves by n times what the box does, so that the map that carries the box carries these too.

        Parameters
        ----------
        chunk
            slice of frames

        Returns
        -------
        Array
            (frame, particle, 3), sigma_AA

        Raises
        ------
        TrajectoryError, BoxError
            as :meth:`unwrapped`
        """
        return self._followed(chunk, None, whole_edges=True)

    def _followed(self, chunk: slice, particles: Integers | None, *, whole_edges: bool) -> Array:
        if particles is not None and not np.isin(particles, np.arange(self.n_particles)).all():
            raise ParameterError(
                f"{self.source.name} has particles 0 to {self.n_particles - 1}, not all of those requested"
            )
        some = self[chunk]
        n_chosen = self.n_particles if particles is None else len(particles)
        paths = np.empty((some.n_frames, n_chosen, 3))
        place: Place | None = None
        as_given: bool | None = None
        box: Array | None = None
        for piece in some.chunks(PIECE):
            data = some.read(piece)
            # Of some particles, all are unwrapped piece by piece: memory is that of those kept.
            into = paths[piece]
            if particles is not None:
                into = np.empty((piece.stop - piece.start, self.n_particles, 3))
            nearest = data.images is None and not data.unwrapped
            if as_given is None and not nearest:
                # In a box that is fixed, image flags and unwrapped coordinates leave no choice.
                box = data.boxes[0] if box is None else box
                boxes = some.boxes() if data.unwrapped else data.boxes
                if whole_edges:
                    as_given = True
                elif (boxes != box).any():
                    as_given = not far_ones_move_with_the_box(self.source, self.dimensions)
                elif data.unwrapped:
                    as_given = True
            if data.unwrapped and as_given:
                into[:] = data.positions
            else:
                way = Way(self.source.name, self.dimensions, nearest, whole_edges or bool(as_given))
                place = follow(data, some.frames[piece], place, way, into)
            if particles is not None:
                paths[piece] = into[:, particles]
        return paths

    def fixed_box(self) -> Box:
        """The box, if it is the same in every frame.

        Returns
        -------
        Box
            the box of all frames

        Raises
        ------
        BoxError
            if it changes: then wave vectors, densities and shells change with it.
        """
        boxes = self.boxes()
        same = np.isclose(boxes, boxes[0], rtol=1e-6, atol=1e-9).all(axis=1)
        if not same.all():
            raise BoxError(
                f"{self.source.name}: the box of frame {self.frames[int(np.argmin(same))]} "
                f"differs from that of frame {self.frames[0]}, and a fixed box is needed here; "
                "pass frames with the same box, for example trajectory[100:200], or simulate "
                "at constant volume"
            )
        return Box.from_array(boxes[0], self.dimensions)

    @validated
    def chunks(self, megabytes: Positive = 64.0) -> Iterator[slice]:
        """Consecutive slices of frames that hold about `megabytes` of positions each.

        Parameters
        ----------
        megabytes
            size of a chunk

        Returns
        -------
        Iterator[slice]
            slices that together hold every frame once
        """
        size = max(1, int(megabytes * 2**20 / (24 * self.n_particles)))
        for start in range(0, self.n_frames, size):
            yield slice(start, min(start + size, self.n_frames))

    def __repr__(self) -> str:
        """In one line; the arrays are attributes."""
        kinds = zip(self.names, np.bincount(self.species, minlength=len(self.names)), strict=True)
        told = (
            [f"{self.n_frames} frames", f"t = {self.moments[0]:g} to {self.moments[-1]:g}"]
            if self.moments is not None
            else [f"{self.n_frames} frames without times"]
        )
        told.append(", ".join(f"{n} {name}" for name, n in kinds))
        told += [] if self.temperature is None else [f"T = {self.temperature:g}"]
        return f"Trajectory({self.source.name}: {'; '.join(told)})"

    def _lasting(self) -> str:
        if self.moments is None:
            return "without times"
        return f"t = {self.moments[0]:g} to {self.moments[-1]:g} tau"

    def _repr_html_(self) -> str:
        kinds = zip(self.names, np.bincount(self.species, minlength=len(self.names)), strict=True)
        box = Box.from_array(self.source.boxes([int(self.frames[0])])[0], self.dimensions)
        edges = " × ".join(f"{edge:.5g}" for edge in box.lengths[: self.dimensions])
        if self.field_of_view is not None:
            known = [
                ("particles", f"{self.n_particles} tracks: " + ", ".join(f"{n} {name}" for name, n in kinds)),
                ("frames", f"{self.n_frames}, {self._lasting()}"),
                ("field of view", f"{edges} sigma_AA, with open borders"),
                ("read from", self.source.name),
            ]
            return html_table("Trajectory", known)
        lines = [
            ("particles", f"{self.n_particles} particles: " + ", ".join(f"{n} {name}" for name, n in kinds)),
            ("frames", f"{self.n_frames}, {self._lasting()}"),
            ("box of the first", f"{edges} sigma_AA, density {self.n_particles / box.volume:.4g}"),
            ("temperature", "not known" if self.temperature is None else f"{self.temperature:g}"),
            ("read from", self.source.name),
        ]
        return html_table("Trajectory" if self.state is None else self.state.label, lines)


def _sizes(diameters: ArrayLike, n_frames: int, n_particles: int) -> Array:
    """Diameters as (frame, particle).

    Raises
    ------
    TrajectoryError
        if they are not one for each particle.
    """
    given = np.asarray(diameters, dtype=np.float64)
    if given.shape not in ((n_particles,), (n_frames, n_particles)):
        raise TrajectoryError(
            f"diameters have shape {given.shape}; {n_frames} frames of {n_particles} particles need "
            f"({n_particles},) or ({n_frames}, {n_particles})"
        )
    return np.broadcast_to(given, (n_frames, n_particles))


def _smallest(rows: Array) -> FieldOfView:
    """The smallest field of view that holds some positions, (row, dimensions)."""
    low, high = rows.min(axis=0), rows.max(axis=0)
    return FieldOfView(tuple(low.tolist()), tuple(high.tolist()))
