"""Compressed text, unpacked once.

Neither gzip nor zstd can be entered in the middle, and windows and lags go back as well as forth: so the
text goes to a temporary file, in the folder that ``TMPDIR`` names, through a buffer of a few megabytes.
It is removed when the process that made it ends. Another process on the same machine uses it too; one
that does not see it unpacks its own.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import zstandard

from supercooled.errors import TrajectoryError
from supercooled.whole import room_for

_PIECE = 2**20
_unpacked: dict[tuple[str, int, int], tuple[Path, bool]] = {}


def is_packed(path: str | Path) -> bool:
    """Whether the suffix says gzip or zstd."""
    return Path(path).suffix.lower() in _DECOMPRESSORS


def plain_text(path: str | Path) -> Path:
    """`path` itself, or the unpacked copy of a compressed file.

    Raises
    ------
    TrajectoryError
        if the file is missing or damaged. One that is cut short is unpacked as far as it goes.
    StoreError
        if there is no room for the text.
    """
    return _plain(path)[0]


def ends_early(path: str | Path) -> bool:
    """Whether a compressed file stops before its own end mark."""
    return not _plain(path)[1]


def _plain(path: str | Path) -> tuple[Path, bool]:
    source = Path(path)
    if not source.is_file():
        raise TrajectoryError(f"{path}: no such file")
    if not is_packed(source):
        return source, True
    about = source.stat()
    key = (str(source.resolve()), about.st_mtime_ns, about.st_size)
    if key not in _unpacked or not _unpacked[key][0].exists():
        _unpacked[key] = _unpack(source)
    return _unpacked[key]


def _unpack(source: Path) -> tuple[Path, bool]:
    folder = tempfile.mkdtemp(prefix="supercooled-")
    atexit.register(_remove, folder, os.getpid())
    target = Path(folder, source.stem)
    make = _DECOMPRESSORS[source.suffix.lower()]
    try:
        with source.open("rb") as packed, room_for(target), target.open("wb") as text:
            decompressor, whole = make(), True
            while piece := packed.read(_PIECE):
                while piece:
                    text.write(decompressor.decompress(piece))
                    whole = decompressor.eof
                    piece = decompressor.unused_data if whole else b""
                    if whole:
                        decompressor = make()
    except (zlib.error, zstandard.ZstdError) as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise TrajectoryError(f"{source} is damaged and can't be unpacked ({error})") from error
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return target, whole


def _remove(folder: str, owner: int) -> None:
    # A forked child inherits the exit handlers, and must not take its parent's file away.
    if os.getpid() == owner:
        shutil.rmtree(folder, ignore_errors=True)


_DECOMPRESSORS: dict[str, Callable[[], Any]] = {
    ".gz": lambda: zlib.decompressobj(wbits=31),
    ".zst": lambda: zstandard.ZstdDecompressor().decompressobj(),
}
