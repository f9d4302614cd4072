"""Trajectories from GSD files, read frame by frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from supercooled.arrays import Array
from supercooled.digests import digest_of
from supercooled.errors import TrajectoryError
from supercooled.frames import Frames, digest_by_reading, digest_of_fields, kept
from supercooled.io import gsd_layout as layout
from supercooled.io.labels import Names, named_species, times_of
from supercooled.quantities import TABLE, labelled
from supercooled.trajectory import Trajectory


@dataclass(frozen=True, slots=True)
class GsdSource:
    """Frames of a GSD file; it is opened for each block, so nothing stays open between two."""

    name: str
    n_frames: int
    n_particles: int
    dimensions: int
    has_images: bool
    known: dict[str, str] = field(default_factory=dict, repr=False, compare=False)

    @property
    def digest(self) -> str:
        """Digest of all frames, read when it is first asked for."""
        return kept(
            self.known,
            lambda: digest_of(digest_by_reading(self), digest_of_fields(self, without=("name", "known"))),
        )

    def boxes(self, frames: Sequence[int]) -> Array:
        """Boxes of the given frames, (frame, 6)."""
        with layout.open_to_read(self.name) as file:
            return np.array([layout.box_values(file, f, self.dimensions) for f in frames]).reshape(-1, 6)

    def read(self, frames: Sequence[int]) -> Frames:
        """The given frames, in double precision."""
        shape = (len(frames), self.n_particles, 3)
        positions = np.zeros(shape)
        boxes = np.empty((len(frames), 6))
        images = np.zeros(shape, np.int32) if self.has_images else None
        with layout.open_to_read(self.name) as file:
            for k, f in enumerate(frames):
                if f >= file.nframes:
                    raise TrajectoryError(f"{self.name}: frame {f} is gone since the file was first read")
                boxes[k] = layout.box_values(file, f, self.dimensions)
                positions[k] = layout.rows(file, f, layout.POSITION, shape[1:], 0.0)
                if images is not None:
                    images[k] = layout.rows(file, f, layout.IMAGE, shape[1:], 0)
        return Frames(positions, boxes, images)


def read_gsd(
    path: str | Path,
    *,
    timestep: float | None = None,
    temperature: float | None = None,
    names: Names | None = None,
) -> Trajectory:
    """Trajectory of a GSD file. See :func:`supercooled.io.read`."""
    layout.check_uncut(path)
    with layout.open_to_read(path) as file:
        n_frames = layout.finished_frames(file)
        if n_frames == 0:
            raise TrajectoryError(f"{path}: no frame in it")
        n_particles = _count(path, file)
        species = layout.rows(file, 0, layout.TYPE_OF, (n_particles,), np.zeros(n_particles)).astype(np.int32)
        _check_same_particles(path, file, n_frames, n_particles, species)
        source = GsdSource(
            name=str(path),
            n_frames=n_frames,
            n_particles=n_particles,
            dimensions=_dimensions(file),
            has_images=layout.IMAGE in file.find_matching_chunk_names(layout.IMAGE),
        )
        timed = layout.TIME in file.find_matching_chunk_names(layout.TIME)
        recorded = _scalars(file, n_frames, layout.TIME, np.nan) if timed else None
        steps = _scalars(file, n_frames, layout.STEP, 0)
        species, called = named_species(path, species, layout.type_names(file), names)
    return Trajectory(
        source=source,
        species=species,
        names=called,
        moments=times_of(path, n_frames, recorded=recorded, steps=steps, timestep=timestep),
        frames=np.arange(n_frames),
        dimensions=source.dimensions,
        temperature=temperature,
    )


def read_fields(path: str | Path) -> xr.Dataset:
    """Per-particle fields of a GSD file, as :func:`write_gsd` stored them.

    Returns
    -------
    Dataset with one variable (frame, particle) a field, with coordinate ``time`` where the file has
    times; NaN where a frame or a particle has no value.

    Raises
    ------
    TrajectoryError
        if the file can't be read, or holds no fields.

    >>> import tempfile
    >>> from supercooled import Box, Trajectory
    >>> from supercooled.io import write_gsd
    >>> file = Path(tempfile.mkdtemp()) / "still.gsd"
    >>> still = Trajectory.from_arrays(np.zeros((2, 5, 3)), Box.cube(10.0))
    >>> write_gsd(file, still, fields={"softness": np.full((2, 5), 1e-3)})
    >>> read_fields(file).softness.dims
    ('frame', 'particle')
    """
    layout.check_uncut(path)
    with layout.open_to_read(path) as file:
        n_frames = layout.finished_frames(file)
        stored = file.find_matching_chunk_names(layout.FIELD)
        if n_frames == 0 or not stored:
            raise TrajectoryError(f"{path}: no per-particle fields in it")
        n_particles = _count(path, file)
        coords: dict[str, Any] = {"frame": np.arange(n_frames)}
        if layout.TIME in file.find_matching_chunk_names(layout.TIME):
            coords["time"] = ("frame", _scalars(file, n_frames, layout.TIME, np.nan))
        variables = {}
        for chunk_name in stored:
            values = np.full((n_frames, n_particles), np.nan)
            for f in range(n_frames):
                values[f] = layout.rows(file, f, chunk_name, (n_particles,), np.nan)
            variables[chunk_name.removeprefix(layout.FIELD)] = values
    dims = ("frame", "particle")
    return xr.Dataset(
        {
            name: labelled(name, values, dims, coords)
            if name in TABLE
            else xr.DataArray(values, dims=dims, coords=coords)
            for name, values in variables.items()
        }
    )


def _scalars(file: Any, n_frames: int, name: str, default: float) -> Array:
    return np.array(
        [layout.rows(file, f, name, (1,), [default])[0] for f in range(n_frames)], dtype=np.float64
    )


def _count(path: str | Path, file: Any) -> int:
    """How many particles; no more than could be in a file of this size."""
    n = int(layout.rows(file, 0, layout.COUNT, (1,), [0])[0])
    if n < 1:
        raise TrajectoryError(f"{path}: no particles in it")
    if n > Path(path).stat().st_size:
        raise TrajectoryError(f"{path}: {n} particles can't be in a file of this size; it is damaged")
    return n


def _dimensions(file: Any) -> int:
    stored = layout.chunk(file, 0, layout.DIMENSIONS)
    if stored is not None:
        if stored.shape != (1,) or stored[0] not in (2, 3):
            raise TrajectoryError(f"{file.name}: {stored} dimensions instead of 2 or 3; the file is damaged")
        return int(stored[0])
    # The schema's own rule: a box without thickness is planar.
    return 2 if layout.box_values(file, 0, 3)[2] == 0 else 3


def _check_same_particles(path: str | Path, file: Any, n_frames: int, n_particles: int, species: Any) -> None:
    for f in range(1, n_frames):
        if file.chunk_exists(frame=f, name=layout.COUNT):
            count = int(layout.rows(file, f, layout.COUNT, (1,), None)[0])
            if count != n_particles:
                raise TrajectoryError(
                    f"{path}: frame {f} has {count} particles, frame 0 has {n_particles}; "
                    "a trajectory must keep its particles"
                )
        if file.chunk_exists(frame=f, name=layout.TYPE_OF):
            now = layout.rows(file, f, layout.TYPE_OF, (n_particles,), None)
            changed = np.flatnonzero(now != species)
            if len(changed):
                raise TrajectoryError(
                    f"{path}: frame {f}, particle {changed[0]}: its species is not that of frame 0"
                )
