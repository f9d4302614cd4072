"""How a trajectory lies in a GSD file: names of chunks, defaults, and which frames are whole.

The HOOMD schema: https://gsd.readthedocs.io/en/stable/schema-hoomd.html.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import gsd.fl
import numpy as np

from supercooled.arrays import AnyArray, Array
from supercooled.box import Box
from supercooled.errors import TrajectoryError
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
TIME = "log/time"
FIELD = "log/particles/"

_NO_BOX = (1.0, 1.0, 1.0, 0.0, 0.0, 0.0)
FRAMES = "supercooled/frames"
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
    """New, empty file, for writing."""
    return CheckedFile(
        gsd.fl.open(
            name=str(path), mode="w", application=WITH_CHECKSUMS, schema="hoomd", schema_version=[1, 4]
        )
    )


def continued(path: str | Path) -> CheckedFile:
    """A file that is there, for adding frames."""
    return CheckedFile(gsd.fl.open(name=str(path), mode="r+", schema="hoomd"))


def finished_frames(file: GsdFile) -> int:
    """Frames of an open file, less a last one whose writing was killed.

    Only our own files say that: elsewhere a missing chunk means that it is as in the first frame.

    Raises
    ------
    TrajectoryError
        if a frame before the last has lost its checksums.
    """
    n = file.n_frames
    if n == 0:
        return n
    if file.checked:
        there = file.with_checksums
        if not there[:-1].all():
            lost = int(np.argmin(there))
            raise TrajectoryError(f"{file.name}: frame {lost} has lost its checksums; the file is damaged")
        return n if there[-1] else n - 1
    if file.application != _OLD_APPLICATION:
        return n
    expected = [*_IN_EVERY_FRAME, *(name for name in _IN_ALL_OR_NONE if file.has(0, name))]
    return n if all(file.has(n - 1, name) for name in expected) else n - 1


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


def chunk(file: GsdFile, frame: int, name: str, default: Any = None) -> Any:
    """Chunk of a frame; where absent, that of the first frame; where that is absent too, `default`."""
    for source in (frame, 0):
        if file.has(source, name):
            return file.read(source, name)
    return default


def scalars(file: GsdFile, n_frames: int, name: str, default: Sequence[float]) -> Array:
    """Small chunks of the first frames, (frame, width); where absent, that of the first frame, else `default`.

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
            f"{file.name}: the name of a species is no text; the file is damaged"
        ) from error


def encoded_names(names: Sequence[str]) -> AnyArray:
    """Species' names as the schema stores them: rows of characters, padded with zeros."""
    encoded = [name.encode() for name in names]
    width = max(map(len, encoded)) + 1
    return np.array([list(name.ljust(width, b"\0")) for name in encoded], dtype=np.uint8).view(np.int8)


def box_values(file: GsdFile, frame: int, dimensions: int) -> Array:
    """Box of a frame, (6,); planar boxes are one thick."""
    stored = rows(file, frame, BOX, (6,), np.array(_NO_BOX))
    values: Array = stored.astype(np.float64)
    if dimensions == 2:
        values[2] = 1.0
    return values


def stored_box(box: Box) -> AnyArray:
    """Box as the schema stores it: single precision, and without thickness in the plane."""
    values = box.to_array().astype(np.float32)
    if box.dimensions == 2:
        values[2] = 0.0
    return values
