"""Trajectories to GSD files that OVITO and freud open."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Annotated, Self

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike

from supercooled.arguments import AnyNumber, AnyNumbers, Dimensions, Numbers, Whole, shown, validated
from supercooled.arrays import AnyArray, Array, Integers
from supercooled.box import Box
from supercooled.errors import ParameterError, StoreError, TrajectoryError
from supercooled.io import gsd_layout as layout
from supercooled.io.gsd_file import CHECKSUMS, GsdFile
from supercooled.io.gsd_layout import CheckedFile
from supercooled.matching import field_values
from supercooled.outputs import owned_file, place_of, room_for, see_apart, sync, whole_file
from supercooled.trajectory import Trajectory


@validated
def write_gsd(
    path: str | Path,
    trajectory: Trajectory,
    *,
    fields: Mapping[str, xr.DataArray | ArrayLike] | None = None,
    frames: slice = slice(None),
) -> None:
    """Write frames and per-particle fields to a GSD file, whole or not at all.

    Positions are folded into the box and stored in single precision, with image flags where the
    trajectory has them or has unwrapped positions, and with the time of each frame if it is known.

    Parameters
    ----------
    path
        file that is written
    trajectory
        trajectory whose frames are written
    fields
        by name, each (frame, particle), stored as log arrays ``particles/NAME``; in OVITO they
        are particle properties NAME to colour by. A DataArray may cover some of the frames
        and particles: its ``frame`` coordinate, which are numbers in the source of `trajectory`, and its
        ``time`` say which frames, its ``particle`` coordinate which particles. The rest is NaN. An array
        without labels must have a value for every frame and particle of `trajectory`.
    frames
        which frames of `trajectory` to write

    Raises
    ------
    ParameterError
        if a field does not fit the trajectory, or `path` is its own file or can't be the name of a file.
    StoreError
        if a file is there that this package did not write, or that has been changed since; the disk is full
        or the folder can't be written. No file is left then, and the older one stays.

    Examples
    --------
    >>> import tempfile
    >>> from supercooled.io import read
    >>> file = Path(tempfile.mkdtemp()) / "still.gsd"
    >>> write_gsd(file, Trajectory.from_arrays(np.zeros((3, 5, 3)), Box.cube(10.0)), frames=slice(2))
    >>> read(file).n_frames
    2
    """
    part = trajectory[frames]
    whole_fields = {
        _field_name(name): field_values(name, field, trajectory)[frames]
        for name, field in (fields or {}).items()
    }
    with (
        owned_file(path, by="write_gsd", inputs=[trajectory.source.name]) as temporary,
        layout.create(temporary) as file,
    ):
        first_sizes: Array = np.zeros(0)
        for chunk in part.chunks():
            data = part.read(chunk)
            for k, frame in enumerate(range(chunk.start, chunk.stop)):
                box = Box.from_array(data.boxes[k], part.dimensions)
                images = None if data.images is None else data.images[k]
                positions, images = _folded(data.positions[k], images, box, unwrapped=data.unwrapped)
                if frame == 0:
                    layout.write_particles(file, part.species, part.names, part.dimensions)
                    file.write_chunk(layout.FRAMES, np.array([part.n_frames], dtype=np.uint64))
                _write_frame(file, int(part.frames[frame]), part.moment(frame), box, positions, images)
                sizes = None if data.diameters is None else data.diameters[k]
                # Those of the first frame count where a frame has none of its own.
                if sizes is not None and (frame == 0 or not np.array_equal(sizes, first_sizes)):
                    file.write_chunk(layout.DIAMETER, sizes.astype(np.float32))
                if sizes is not None and frame == 0:
                    first_sizes = sizes
                for name, values in whole_fields.items():
                    file.write_chunk(layout.FIELD + name, values[frame])
                file.end_frame()


class GsdAppender:
    """A GSD file that a simulation adds its frames to, and that survives being killed.

    Parameters
    ----------
    path
        file that is written
    species
        (particle,), index into `names`
    names
        names of the species
    masses
        of each species, m_AA
    dimensions
        2 or 3

    Raises
    ------
    StoreError
        if the file there holds other particles or is not this package's, or the disk is full.

    Notes
    -----
    A file that is there already is continued; a last frame whose writing was killed is dropped.
    Frames reach the disk in :meth:`flush`, which leaving the ``with`` block calls too.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "run.gsd"
    >>> with GsdAppender(path, species=[0, 0, 1], names=("A", "B"), masses=(1.0, 1.0), dimensions=3) as file:
    ...     file.append(0, 0.0, Box.cube(4.0), np.zeros((3, 3)), np.zeros((3, 3), int), {"energy": -7.0})
    >>> from supercooled.io import read
    >>> read(path).names
    ('A', 'B')
    """

    @validated
    def __init__(
        self,
        path: str | Path,
        *,
        species: Annotated[ArrayLike, Numbers(rank=1, whole=True, at_least=0, least=1)],
        names: Sequence[str],
        masses: Sequence[float],
        dimensions: Dimensions,
    ) -> None:
        see_apart(place_of(path, kind="file"), path)
        self.path = Path(path)
        self._species: Integers = np.asarray(species, dtype=np.int64)
        self._names = tuple(names)
        self._masses: Array = np.asarray(masses, dtype=np.float64)
        self._dimensions = dimensions
        if len(self._masses) != len(self._names):
            raise ParameterError(f"{self.path}: {len(self._names)} species need the same number of masses")
        if self._species.min() < 0 or self._species.max() >= len(self._names):
            raise ParameterError(f"{self.path}: species {self._species.max()} has no name in {self._names}")
        self._species = self._species.astype(np.int32)
        with room_for(self.path):
            self._file = self._opened()

    @property
    def n_frames(self) -> int:
        """How many whole frames have been written, those not yet flushed included."""
        return self._n_frames

    @validated
    def append(  # noqa: PLR0917  the simulation's hot loop reads like a table row
        self,
        step: Annotated[int, Whole(at_least=0)],
        time: float | None,
        box: Box,
        positions: AnyNumbers,
        images: ArrayLike,
        log: Mapping[str, AnyNumber] | None = None,
        *,
        origin: str = "",
    ) -> None:
        """Add a frame.

        Parameters
        ----------
        step
            integration step of the frame
        time
            tau; None, in every frame, where it is not known
        box
            periodic box of the frame
        positions
            (particle, 3), folded into the box, sigma_AA
        images
            (particle, 3), how many edges each particle has crossed
        log
            more numbers of this frame, stored as ``log/NAME``
        origin
            digest of what it was made from, in hexadecimal digits

        Raises
        ------
        ParameterError
            if shapes do not fit, or a position is not a finite number.
        StoreError
            if the disk is full.
        """
        if origin and not re.fullmatch("([0-9a-f]{2})+", origin):
            raise ParameterError(
                f"{self.path}: origin must be pairs of hexadecimal digits, not {shown(origin)}"
            )
        xyz = np.asarray(positions, dtype=np.float64)
        crossed = np.asarray(images)
        expected = (len(self._species), 3)
        if xyz.shape != expected or crossed.shape != expected:
            raise ParameterError(
                f"{self.path}: step {step}: positions {xyz.shape} and images {crossed.shape} "
                f"must both be {expected}"
            )
        if not np.isfinite(xyz).all():
            lost = int(np.argmin(np.isfinite(xyz).all(axis=1)))
            raise ParameterError(f"{self.path}: step {step}: particle {lost} is at {xyz[lost]}")
        with room_for(self.path):
            if self._n_frames == 0:
                self._write_static()
            _write_frame(self._file, step, time, box, xyz, crossed)
            for name, value in (log or {}).items():
                self._file.write_chunk(f"log/{name}", np.array([value], dtype=np.float64))
            if origin:
                values = np.frombuffer(bytes.fromhex(origin), np.uint8)
                self._file.write_chunk(layout.ORIGIN, values)
            self._file.end_frame()
        self._n_frames += 1

    def flush(self) -> None:
        """Bring every frame to the disk."""
        with room_for(self.path):
            self._file.flush()
            sync(self.path)

    @validated
    def truncate(self, n_frames: int) -> None:
        """Keep the first `n_frames` frames; the file is rewritten beside and renamed.

        Parameters
        ----------
        n_frames
            number of frames that are kept

        Raises
        ------
        ParameterError
            if the file has fewer frames.
        """
        if not 0 <= n_frames <= self._n_frames:
            raise ParameterError(f"{self.path}: can't keep {n_frames} of {self._n_frames} frames")
        if n_frames == self._n_frames:
            return
        self.flush()
        self._file.close()
        keep_first(self.path, n_frames)
        self._file = self._opened()

    def close(self) -> None:
        """Flush and close; more than once does no harm."""
        with room_for(self.path):
            self._file.close()
            sync(self.path)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _opened(self) -> CheckedFile:
        if not self.path.exists() or self.path.stat().st_size == 0:
            self._n_frames = 0
            return layout.create(self.path)
        with GsdFile(self.path) as file:
            if not file.application.startswith("supercooled"):
                raise StoreError(
                    f"{self.path} was written by {file.application or 'something else'}, not by "
                    "supercooled, which appends only to its own files; choose another name"
                )
            self._n_frames = layout.finished_frames(file)
            if self._n_frames:
                self._check_same_liquid(file)
            changed = self._n_frames < file.n_frames or layout.FRAMES in file.names
        if changed:
            keep_first(self.path, self._n_frames)
        return layout.continued(self.path)

    def _check_same_liquid(self, file: GsdFile) -> None:
        if not file.checked:
            raise StoreError(
                f"{self.path} was written before frames had checksums, and can't be continued; choose "
                "another name or remove it"
            )
        stored = layout.chunk(file, 0, layout.TYPE_OF, np.zeros(0, np.int32))
        if not np.array_equal(stored, self._species) or layout.type_names(file) != self._names:
            raise StoreError(
                f"{self.path} holds {len(stored)} particles of {layout.type_names(file)}, not the "
                f"{len(self._species)} of {self._names} to add; choose another name or remove it"
            )

    def _write_static(self) -> None:
        layout.write_particles(self._file, self._species, self._names, self._dimensions)
        self._file.write_chunk(layout.MASS, self._masses[self._species].astype(np.float32))


def whole_frames(path: str | Path, *, begin: int = 0) -> int:
    """How many frames of a file of this package are whole; those before `begin` are not looked at.

    Raises
    ------
    TrajectoryError
        if it is no GSD file, has lost its index, or was written before frames had checksums.
    """
    with GsdFile(path, cut=True) as file:
        if not file.checked:
            raise TrajectoryError(f"{path} was written before frames had checksums")
        return file.whole_frames(min(begin, file.n_frames))


def keep_first(path: Path, n_frames: int) -> None:
    """Rewrite a file with its first frames, each verified; it may be truncated behind them."""
    with whole_file(path) as temporary, GsdFile(path, cut=True) as old, layout.create(temporary) as new:
        names = [name for name in old.names if name not in (CHECKSUMS, layout.FRAMES)]
        for f in range(n_frames):
            for name in names:
                if old.has(f, name):
                    new.write_chunk(name, old.read(f, name))
            new.end_frame()


def _write_frame(  # noqa: PLR0917
    file: CheckedFile, step: int, time: float | None, box: Box, positions: AnyArray, images: AnyArray | None
) -> None:
    # Before the others: a first frame whose writing was killed must not look like one without a time.
    if time is not None:
        file.write_chunk(layout.TIME, np.array([time], dtype=np.float64))
    file.write_chunk(layout.STEP, np.array([step], dtype=np.uint64))
    file.write_chunk(layout.BOX, layout.stored_box(box))
    file.write_chunk(layout.POSITION, positions.astype(np.float32))
    if images is not None:
        file.write_chunk(layout.IMAGE, images.astype(np.int32))


def _folded(
    positions: Array, images: AnyArray | None, box: Box, *, unwrapped: bool
) -> tuple[Array, AnyArray | None]:
    if images is None and not unwrapped:
        return box.wrap(positions)[0], None
    free = positions if images is None else box.unwrap(positions, images)
    # The file's box is in single precision: folding by that very box makes unwrapping exact.
    stored = Box.from_array(layout.stored_box(box), box.dimensions)
    return stored.wrap(free)


def _field_name(name: str) -> str:
    if not name or "/" in name or not name.isascii():
        raise ParameterError(f"a field's name must be ASCII characters without '/', not {name!r}")
    return name
