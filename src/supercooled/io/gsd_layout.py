"""How a trajectory lies in a GSD file: names of chunks, defaults, and which frames are whole.

The HOOMD schema: https://gsd.readthedocs.io/en/stable/schema-hoomd.html. The file layer, whose header
and index are read here to find what a cut or a killed writing left:
https://gsd.readthedocs.io/en/stable/file-layer.html.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import gsd.fl
import numpy as np

from supercooled.arrays import AnyArray, Array
from supercooled.box import Box
from supercooled.errors import TrajectoryError
from supercooled.io.labels import cut_short

APPLICATION = "supercooled"
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

_IN_EVERY_FRAME = (STEP, BOX, POSITION)
_IN_ALL_OR_NONE = (TIME, IMAGE)
_MAGIC = 0x65DF65DF65DF65DF
_HEADER = np.dtype(
    [("magic", "<u8"), ("index_at", "<u8"), ("index_slots", "<u8"), ("names_at", "<u8"), ("names", "<u8")]
)
_ENTRY = np.dtype(
    [
        ("frame", "<u8"),
        ("rows", "<u8"),
        ("at", "<i8"),
        ("columns", "<u4"),
        ("name", "<u2"),
        ("type", "u1"),
        ("flags", "u1"),
    ]
)
_KNOWN_TYPES = np.arange(1, 12)
_ITEM_BYTES = np.array([0, 1, 2, 4, 8, 1, 2, 4, 8, 4, 8, 1])


def open_to_read(path: str | Path) -> Any:
    """Open file of the HOOMD schema, for reading.

    Raises
    ------
    TrajectoryError
        if there is none, or it is something else.
    """
    try:
        file = gsd.fl.open(name=str(path), mode="r", schema="hoomd")
        # The texts of the header are decoded when they are asked for, and may be none.
        _ = file.application
    except FileNotFoundError as error:
        raise TrajectoryError(f"{path}: no such file") from error
    except (RuntimeError, OSError, UnicodeDecodeError) as error:
        raise TrajectoryError(f"{path} is not a readable GSD trajectory ({error})") from error
    return file


def create(path: str | Path) -> Any:
    """New, empty file, for writing."""
    return gsd.fl.open(
        name=str(path),
        mode="w",
        application=APPLICATION,
        schema="hoomd",
        schema_version=[1, 4],
    )


def check_uncut(path: str | Path) -> None:
    """Refuse a file that ends before its last frame does.

    The library that reads GSD refuses a file that is cut short without saying where.

    Raises
    ------
    TrajectoryError
        naming the last whole frame; or if the file isn't there, is no GSD file, or has lost its index.
    """
    file = Path(path)
    if not file.is_file():
        raise TrajectoryError(f"{path}: no such file")
    size = file.stat().st_size
    raw = file.open("rb")
    with raw:
        head = raw.read(_HEADER.itemsize)
        if len(head) < _HEADER.itemsize or (header := np.frombuffer(head, _HEADER)[0])["magic"] != _MAGIC:
            raise TrajectoryError(f"{path} is not a GSD file")
        start, slots = int(header["index_at"]), int(header["index_slots"])
        if start + slots * _ENTRY.itemsize > size:
            raise TrajectoryError(f"{path} is cut short: its list of frames is gone, so none can be read")
        raw.seek(start)
        index = np.frombuffer(raw.read(slots * _ENTRY.itemsize), _ENTRY)
    index = index[index["at"] != 0]
    strange = (
        (index["rows"] > size)
        | (index["columns"] > size)
        | ~np.isin(index["type"], _KNOWN_TYPES)
        | (index["at"] < 0)
    )
    if strange.any():
        number = int(index["frame"][np.argmax(strange)])
        raise TrajectoryError(f"{path}: what its index says of frame {number} can't be; the file is damaged")
    kind = np.minimum(index["type"], len(_ITEM_BYTES) - 1)
    end = index["at"] + (index["rows"] * index["columns"]).astype(np.int64) * _ITEM_BYTES[kind]
    lost = index["frame"][end > size]
    if len(lost):
        raise cut_short(path, int(lost.min()))


def finished_frames(file: Any) -> int:
    """Frames of an open file, less a last one whose writing was killed.

    Only our own files say that: elsewhere a missing chunk means that it is as in the first frame.
    """
    n = int(file.nframes)
    if not file.application.startswith(APPLICATION) or n == 0:
        return n
    expected = [
        *_IN_EVERY_FRAME,
        *(name for name in _IN_ALL_OR_NONE if file.chunk_exists(frame=0, name=name)),
    ]
    return n if all(file.chunk_exists(frame=n - 1, name=name) for name in expected) else n - 1


def rows(file: Any, frame: int, name: str, shape: tuple[int, ...], default: Any) -> Any:
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


def chunk(file: Any, frame: int, name: str, default: Any = None) -> Any:
    """Chunk of a frame; where absent, that of the first frame; where that is absent too, `default`."""
    for source in (frame, 0):
        if file.chunk_exists(frame=source, name=name):
            try:
                return file.read_chunk(frame=source, name=name)
            except (RuntimeError, ValueError, OSError, KeyError) as error:
                raise TrajectoryError(
                    f"{file.name}: frame {source}: {name} can't be read ({error}); the file is damaged"
                ) from error
    return default


def type_names(file: Any) -> tuple[str, ...]:
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


def box_values(file: Any, frame: int, dimensions: int) -> Array:
    """Box of a frame, (6,); planar boxes are one thick."""
    stored = rows(file, frame, BOX, (6,), np.array([1.0, 1, 1, 0, 0, 0]))
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
