"""Trajectories from GSD files, read frame by frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from supercooled.arguments import validated
from supercooled.array_input import not_counts
from supercooled.arrays import Array, Integers
from supercooled.digests import digest_of
from supercooled.errors import ParameterError, TrajectoryError
from supercooled.frame_source import Frames, digest_by_reading, digest_of_fields, kept
from supercooled.io import gsd_layout as layout
from supercooled.io.gsd_file import GsdFile
from supercooled.io.labels import named_species
from supercooled.io.meaning import Meaning
from supercooled.io.opened import Found, Opened, opened

if TYPE_CHECKING:
    import xarray as xr

# What decides the frames of a trajectory; logs and fields beside them may differ.
_SCIENCE = (
    *(layout.STEP, layout.BOX, layout.DIMENSIONS, layout.COUNT),
    *(layout.TYPES, layout.TYPE_OF, layout.POSITION, layout.IMAGE),
)

# What the schema has for each particle beside what is read.
_NOT_READ = ("mass", "charge", "body", "moment_inertia", "orientation", "velocity", "angmom")
_OF_A_FRAME = (layout.BOX, layout.POSITION, layout.IMAGE)


@dataclass(frozen=True, slots=True)
class GsdSource:
    """Frames of a GSD file; it is opened for each chunk, so nothing stays open between two."""

    name: str
    n_frames: int
    n_particles: int
    dimensions: int
    has_images: bool
    unwrapped: bool = False
    has_diameters: bool = False
    known: dict[str, str] = field(default_factory=dict, repr=False, compare=False)

    @property
    def digest(self) -> str:
        """Digest of the frames: of their checksums, or where there are none, of all that reading gives."""
        with GsdFile(self.name) as file:
            self._check_unchanged(file)
            checked = file.checked
        if checked:
            return digest_of(self.known["sums"], digest_of_fields(self, without=("name", "known")))
        return kept(
            self.known,
            lambda: digest_of(digest_by_reading(self), digest_of_fields(self, without=("name", "known"))),
        )

    def boxes(self, frames: Sequence[int]) -> Array:
        """Boxes of the given frames, (frame, 6)."""
        with GsdFile(self.name) as file:
            self._check_unchanged(file)
            return layout.box_values(file, frames, self.dimensions)

    def read(self, frames: Sequence[int]) -> Frames:
        """The given frames, in double precision."""
        shape = (len(frames), self.n_particles, 3)
        positions = np.zeros(shape)
        images = np.zeros(shape, np.int32) if self.has_images else None
        with GsdFile(self.name) as file:
            self._check_unchanged(file)
            boxes = layout.box_values(file, frames, self.dimensions)
            layout.rows_into(file, frames, layout.POSITION, positions)
            if images is not None:
                layout.rows_into(file, frames, layout.IMAGE, images)
            sizes = None
            if self.has_diameters:
                # The schema's own default, where the first frame has none.
                sizes = np.ones(shape[:2])
                layout.rows_into(file, frames, layout.DIAMETER, sizes)
        return Frames(positions, boxes, images, self.unwrapped, sizes)

    def digests_of(self, frames: Sequence[int]) -> list[str] | None:
        """Digest of each frame from its checksums; None where the file has none."""
        with GsdFile(self.name) as file:
            self._check_unchanged(file)
            return file.frame_digests(_read_of(file, _OF_A_FRAME), frames) if file.checked else None

    def _check_unchanged(self, file: GsdFile) -> None:
        """Refuse frames that are not those that were there when the file was opened."""
        if file.n_frames < self.n_frames:
            raise TrajectoryError(
                f"{self.name}: frame {self.n_frames - 1} has disappeared since the file was first read"
            )
        now = file.digest(_read_of(file, _SCIENCE), self.n_frames) if file.checked else ""
        if self.known.setdefault("sums", now) != now:
            raise TrajectoryError(f"{self.name} has changed since it was first read; read it again")


def _read_of(file: GsdFile, names: tuple[str, ...]) -> tuple[str, ...]:
    """The names, and that of the diameters where the file has some."""
    return (*names, layout.DIAMETER) if layout.DIAMETER in file.names else names


def read_gsd(path: str | Path, meaning: Meaning) -> Opened:
    """Trajectory of a GSD file. See :func:`supercooled.io.read`."""
    _check_meaning(path, meaning)
    with GsdFile(path) as file:
        listed = file.n_frames
        n_frames = layout.finished_frames(file)
        if n_frames == 0:
            raise TrajectoryError(f"{path}: there is no frame in it")
        n_particles = _count(path, file)
        species = _species(file, n_particles)
        _check_same_particles(path, file, n_frames, n_particles, species)
        source = GsdSource(
            name=str(path),
            n_frames=n_frames,
            n_particles=n_particles,
            dimensions=_dimensions(file),
            has_images=file.holds(layout.IMAGE, n_frames),
            unwrapped=bool(meaning.unwrapped),
            has_diameters=file.holds(layout.DIAMETER, n_frames),
            known={"sums": file.digest(_read_of(file, _SCIENCE), n_frames) if file.checked else ""},
        )
        if meaning.unwrapped and source.has_images:
            raise ParameterError(
                f"{path} has image flags, which give the number of box crossings of each "
                "particle: leave unwrapped out"
            )
        timed = file.holds(layout.TIME, n_frames)
        recorded = layout.scalars(file, n_frames, layout.TIME, [np.nan])[:, 0] if timed else None
        counted = file.holds(layout.STEP, n_frames)
        steps = layout.scalars(file, n_frames, layout.STEP, [0.0])[:, 0] if counted else None
        typed = file.holds(layout.TYPE_OF, 1)
        not_read = tuple(name for name in _NOT_READ if file.holds(f"particles/{name}", n_frames))
        species, called = named_species(path, species, layout.type_names(file), meaning.names)
    return opened(
        path,
        Found(
            kind="GSD",
            source=source,
            species=species,
            names=called,
            dimensions=source.dimensions,
            steps=steps,
            times=recorded,
            units=None,
            species_column="type" if typed else None,
            coordinates="unwrapped" if source.unwrapped else "folded",
            counts_images=source.has_images,
            left_out=n_frames < listed,
            not_read=not_read,
        ),
        meaning,
    )


def _species(file: GsdFile, n_particles: int) -> Integers:
    told = layout.rows(file, 0, layout.TYPE_OF, (n_particles,), np.zeros(n_particles, np.int32))
    if (wrong := not_counts(told)).any():
        particle = int(np.argmax(wrong))
        raise TrajectoryError(
            f"{file.name}: particle {particle}: its species is {told[particle]}, not a small whole number"
        )
    kinds: Integers = told.astype(np.int32)
    return kinds


def _check_meaning(path: str | Path, meaning: Meaning) -> None:
    if meaning.species_column not in (None, "type"):
        raise ParameterError(
            f"{path}: a GSD file gives the species in 'type', not in {meaning.species_column!r}"
        )
    if meaning.box is not None:
        raise ParameterError(f"{path}: a GSD file contains its box: leave box out")


def read_origins(path: str | Path, n_frames: int) -> list[str]:
    """What each of the first frames was made from, as given to :meth:`GsdAppender.append`, or "".

    Raises
    ------
    TrajectoryError
        if the file can't be read, or is damaged.
    """
    with GsdFile(path) as file:
        frames = range(min(n_frames, file.n_frames))
        return [
            bytes(file.read(f, layout.ORIGIN)).hex() if file.has(f, layout.ORIGIN) else "" for f in frames
        ]


@validated
def read_fields(path: str | Path) -> xr.Dataset:
    """Per-particle fields of a GSD file, as :func:`write_gsd` stored them.

    Parameters
    ----------
    path
        GSD file

    Returns
    -------
    xr.Dataset
        Dataset with one variable (frame, particle) a field, with coordinate ``time`` where the file has
        times; NaN where a frame or a particle has no value. Each says, as other results do, that it is of the
        trajectory in this file, which ``sc.read`` opens; :func:`supercooled.matching.laid_on` makes it one of
        the run that the file was written from.

    Raises
    ------
    TrajectoryError
        if the file can't be read, or holds no fields.

    Examples
    --------
    >>> import tempfile
    >>> from supercooled import Box, Trajectory
    >>> from supercooled.io import write_gsd
    >>> file = Path(tempfile.mkdtemp()) / "still.gsd"
    >>> still = Trajectory.from_arrays(np.zeros((2, 5, 3)), Box.cube(10.0))
    >>> write_gsd(file, still, fields={"softness": np.full((2, 5), 1e-3)})
    >>> read_fields(file).softness.dims
    ('frame', 'particle')
    """
    # Opening a trajectory needs no labels.
    import xarray as xr

    from supercooled.matching import origin
    from supercooled.quantities import TABLE, labelled

    with GsdFile(path) as file:
        n_frames = layout.finished_frames(file)
        stored = [name for name in file.names if name.startswith(layout.FIELD)]
        if n_frames == 0 or not stored:
            raise TrajectoryError(f"{path}: there are no per-particle fields in it")
        n_particles = _count(path, file)
        coords: dict[str, Any] = {"frame": np.arange(n_frames), "particle": np.arange(n_particles)}
        if file.holds(layout.TIME, n_frames):
            coords["time"] = ("frame", layout.scalars(file, n_frames, layout.TIME, [np.nan])[:, 0])
        variables = {}
        for chunk_name in stored:
            values = np.full((n_frames, n_particles), np.nan)
            for f in range(n_frames):
                values[f] = layout.rows(file, f, chunk_name, (n_particles,), np.nan)
            variables[chunk_name.removeprefix(layout.FIELD)] = values
    dims, whose = ("frame", "particle"), origin(read_gsd(path, Meaning()).trajectory)
    return xr.Dataset(
        {
            name: labelled(name, values, dims, coords, **whose)
            if name in TABLE
            else xr.DataArray(values, dims=dims, coords=coords, attrs=whose)
            for name, values in variables.items()
        }
    )


def _count(path: str | Path, file: GsdFile) -> int:
    """How many particles; no more than could be in a file of this size."""
    n = int(layout.rows(file, 0, layout.COUNT, (1,), [0])[0])
    if n < 1:
        raise TrajectoryError(f"{path}: there are no particles in it")
    if n > Path(path).stat().st_size:
        raise TrajectoryError(f"{path}: {n} particles do not fit into a file of this size; it is damaged")
    file.check_stored(n, f"{n} particles")
    return n


def _dimensions(file: GsdFile) -> int:
    stored = layout.chunk(file, 0, layout.DIMENSIONS)
    if stored is not None:
        if stored.shape != (1,) or stored[0] not in (2, 3):
            raise TrajectoryError(f"{file.name}: {stored} dimensions instead of 2 or 3; the file is damaged")
        return int(stored[0])
    # The schema's own rule: a box without thickness is planar.
    return 2 if layout.box_values(file, [0], 3)[0, 2] == 0 else 3


def _check_same_particles(
    path: str | Path, file: GsdFile, n_frames: int, n_particles: int, species: Any
) -> None:
    for f in range(1, n_frames):
        if file.has(f, layout.COUNT):
            count = int(layout.rows(file, f, layout.COUNT, (1,), None)[0])
            if count != n_particles:
                raise TrajectoryError(
                    f"{path}: frame {f} has {count} particles, frame 0 has {n_particles}; "
                    "a trajectory must keep its particles"
                )
        if file.has(f, layout.TYPE_OF):
            now = layout.rows(file, f, layout.TYPE_OF, (n_particles,), None)
            changed = np.flatnonzero(now != species)
            if len(changed):
                raise TrajectoryError(
                    f"{path}: frame {f}, particle {changed[0]}: its species is not that of frame 0"
                )
