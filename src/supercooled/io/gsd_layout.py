"""How a trajectory lies in a GSD file: names of chunks, defaults, and which frames are whole.

The HOOMD schema: https://gsd.readthedocs.io/en/stable/schema-hoomd.html.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np

from supercooled.arrays import AnyArray, Array, Integers
from supercooled.box import Box
from supercooled.errors import TrajectoryError
from supercooled.extras import require
from supercooled.io.gsd_file import CHECKSUMS, WITH_CHECKSUMS, GsdFile, checksum, name_key

STEP = "configuration/step"
BOX = "configuration/box"
DIMENSIONS = "configuration/dimensions"
COUNT = "particles/N"
TYPES = "particles/types"
TYPE_OF = "particles/typeid"
MASS = "particles/mass"
POSITION = "particles/position"
IMAGE = "particles/image"
DIAMETER = "particles/diameter"
TIME = "log/time"
FIELD = "log/particles/"

NO_BOX = (1.0, 1.0, 1.0, 0.0, 0.0, 0.0)
FRAMES = "supercooled/frames"
# Digest of what the frame was made from.
ORIGIN = "supercooled/origin"
_OLD_APPLICATION = "supercooled"
_IN_EVERY_FRAME = (STEP, BOX, POSITION)
_IN_ALL_OR_NONE = (TIME, IMAGE)


class CheckedFile:
    """A GSD file open for writing, with the checksums of what each frame has."""

    def __init__(self, file: Any) -> None:
        self._file = file
        self._sums: list[tuple[int, int]] = []

    def write_chunk(self, name: str, data: AnyArray) -> None:
        """Add a chunk, (rows,) or (rows, columns), to the frame."""
        values = np.ascontiguousarray(data)
        self._file.write_chunk(name, values)
        self._sums.append((name_key(name), checksum(values)))

    def end_frame(self) -> None:
        """Add the checksums, and end the frame."""
        self._file.write_chunk(CHECKSUMS, np.array(self._sums, dtype=np.uint64).reshape(-1, 2))
        self._file.end_frame()
        self._sums = []

    def flush(self) -> None:
        """Write what is held back."""
        self._file.flush()

    def close(self) -> None:
        """Flush and close."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def create(path: str | Path) -> CheckedFile:
    """New, empty file, for writing.

    Raises
    ------
    MissingExtraError
        if gsd is not installed.
    """
    require("gsd", doing="writing a GSD file")
    import gsd.fl

    return CheckedFile(
        gsd.fl.open(
            name=str(path), mode="w", application=WITH_CHECKSUMS, schema="hoomd", schema_version=[1, 4]
        )
    )


def continued(path: str | Path) -> CheckedFile:
    """A file that is there, for adding frames.

    Raises
    ------
    MissingExtraError
        if gsd is not installed.
    """
    require("gsd", doing="writing a GSD file")
    import gsd.fl

    return CheckedFile(gsd.fl.open(name=str(path), mode="r+", schema="hoomd"))


def finished_frames(file: GsdFile) -> int:
    """Frames of an open file, less a last one whose writing was killed.

    Only our own files say that: elsewhere a missing chunk means that it is as in the first frame.

    Raises
    ------
    TrajectoryError
        if a frame before the last has lost its checksums, or a chunk that they name.
    """
    n = file.n_frames
    if n == 0:
        return n
    if file.checked:
        there = file.with_checksums
        if not there[:-1].all():
            lost = int(np.argmin(there))
            raise TrajectoryError(f"{file.name}: frame {lost} has no checksums; the file is damaged")
        n -= not there[-1]
        file.check_complete(n)
        _check_count(file, n)
        if n < file.n_frames:
            warnings.warn(
                f"{file.name}: its last frame, {n}, is incomplete and is left out: writing was "
                "interrupted, or the file is damaged",
                stacklevel=2,
            )
        return n
    if file.application != _OLD_APPLICATION:
        return n
    warnings.warn(
        f"{file.name} was written before frames had checksums: damage in it can't be noticed", stacklevel=2
    )
    expected = [*_IN_EVERY_FRAME, *(name for name in _IN_ALL_OR_NONE if file.has(0, name))]
    return n if all(file.has(n - 1, name) for name in expected) else n - 1


def _check_count(file: GsdFile, n_frames: int) -> None:
    """Of a file that was written whole, all frames must be there."""
    if n_frames and file.has(0, FRAMES):
        written = int(rows(file, 0, FRAMES, (1,), None)[0])
        if written != n_frames:
            raise TrajectoryError(
                f"{file.name} has {n_frames} of the {written} frames that were written; the file is damaged"
            )


def rows(file: GsdFile, frame: int, name: str, shape: tuple[int, ...], default: Any) -> Any:
    """Chunk of a frame as :func:`chunk` finds it, with the shape that it must have.

    Raises
    ------
    TrajectoryError
        naming file, frame and chunk, if it has another.
    """
    values = np.asarray(chunk(file, frame, name, default))
    if values.shape not in (shape, ()):
        raise TrajectoryError(
            f"{file.name}: frame {frame}: {name} has shape {values.shape} instead of {shape}; the "
            "file is damaged"
        )
    return values


def rows_into(file: GsdFile, frames: Sequence[int], name: str, out: AnyArray) -> None:
    """Fill `out` (frame, ...) with chunks as :func:`rows` finds them; what is nowhere stays as it is."""
    absent = file.read_into(name, frames, out)
    if len(absent) and file.has(0, name):
        file.read_into(name, [0], first := np.empty_like(out[:1]))
        out[absent] = first


def chunk(file: GsdFile, frame: int, name: str, default: Any = None) -> Any:
    """Chunk of a frame; where absent, that of the first frame; where that is absent too, `default`."""
    for source in (frame, 0):
        if file.has(source, name):
            return file.read(source, name)
    return default


def scalars(file: GsdFile, n_frames: int, name: str, default: Sequence[float]) -> Array:
    """Small chunks of the first frames, (frame, width).

    Where a frame has none, that of the first counts, and where that is absent too, `default`.

    Raises
    ------
    TrajectoryError
        naming file, frame and chunk, if one has another width, or is damaged.
    """
    there, values = file.scalars(name, n_frames, len(default))
    values[~there] = values[0] if there[0] else np.asarray(default)
    return values


def type_names(file: GsdFile) -> tuple[str, ...]:
    """Names of the species."""
    stored = chunk(file, 0, TYPES)
    if stored is None:
        return ("A",)
    try:
        return tuple(bytes(row.astype(np.uint8)).split(b"\0")[0].decode() for row in np.atleast_2d(stored))
    except UnicodeDecodeError as error:
        raise TrajectoryError(
            f"{file.name}: the name of a species is not text; the file is damaged"
        ) from error


def write_particles(file: CheckedFile, species: Integers, names: Sequence[str], dimensions: int) -> None:
    """Write the chunks that say who the particles are."""
    file.write_chunk(DIMENSIONS, np.array([dimensions], dtype=np.uint8))
    file.write_chunk(COUNT, np.array([len(species)], dtype=np.uint32))
    file.write_chunk(TYPES, _encoded_names(names))
    file.write_chunk(TYPE_OF, species.astype(np.uint32))


def _encoded_names(names: Sequence[str]) -> AnyArray:
    """Species' names as the schema stores them: rows of characters, padded with zeros."""
    encoded = [name.encode() for name in names]
    width = max(map(len, encoded)) + 1
    return np.array([list(name.ljust(width, b"\0")) for name in encoded], dtype=np.uint8).view(np.int8)


def box_values(file: GsdFile, frames: Sequence[int], dimensions: int) -> Array:
    """Boxes of some frames, (frame, 6); planar boxes are one thick."""
    values = np.tile(np.array(NO_BOX), (len(frames), 1))
    rows_into(file, frames, BOX, values)
    if dimensions == 2:
        values[:, 2] = 1.0
    return values


def stored_box(box: Box) -> AnyArray:
    """Box as the schema stores it: single precision, and without thickness in the plane."""
    values = box.to_array().astype(np.float32)
    if box.dimensions == 2:
        values[2] = 0.0
    return values
