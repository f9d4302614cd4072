"""Compressed text, unpacked once.

None of gzip, bzip2 and zstd can be entered in the middle, and windows and lags go back as well as forth:
so the text goes to a temporary file, in the folder that ``TMPDIR`` names, through a buffer of a few
megabytes. It is removed when the process that made it ends. Another process on the same machine uses it
too; one that does not see it unpacks its own.
"""

from __future__ import annotations

import atexit
import bz2
import os
import shutil
import tempfile
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import zstandard

from supercooled.digests import Digest
from supercooled.errors import TrajectoryError
from supercooled.whole import room_for

_PIECE = 2**20
# A file system's clock is coarse: what was changed less than this before may change again unseen.
_COARSE = 2e9


@dataclass(frozen=True, slots=True)
class _Unpacked:
    """The copy of a compressed file.

    seen : what the system said of the compressed file, times of change included, which nobody can set
    certain : it said so long enough after the last change
    digest : of the compressed file
    whole : it has its own end mark
    """

    seen: tuple[int, ...]
    certain: bool
    digest: str
    text: Path
    whole: bool


_unpacked: dict[str, _Unpacked] = {}


def is_packed(path: str | Path) -> bool:
    """Whether the suffix says gzip, bzip2 or zstd."""
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
    name = str(source.resolve())
    about = source.stat()
    seen = (about.st_dev, about.st_ino, about.st_size, about.st_mtime_ns, about.st_ctime_ns)
    known = _unpacked.get(name)
    if known is None or not (known.certain and known.seen == seen and known.text.exists()):
        certain = time.time_ns() - about.st_ctime_ns > _COARSE
        digest = _digest(source)
        if known is None or known.digest != digest or not known.text.exists():
            known = _Unpacked(seen, certain, digest, *_unpack(source))
        _unpacked[name] = known = replace(known, seen=seen, certain=certain)
    return known.text, known.whole


def _digest(source: Path) -> str:
    digest = Digest()
    with source.open("rb") as packed:
        while piece := packed.read(_PIECE):
            digest.add(piece)
    return digest.text


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


class _Bz2:
    """Decompressor of bzip2 whose errors are those of damaged data, not those of a disk."""

    def __init__(self) -> None:
        self._inner = bz2.BZ2Decompressor()

    def decompress(self, piece: bytes) -> bytes:
        try:
            return self._inner.decompress(piece)
        except OSError as error:
            raise zlib.error(str(error)) from None

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data


_DECOMPRESSORS: dict[str, Callable[[], Any]] = {
    ".bz2": _Bz2,
    ".gz": lambda: zlib.decompressobj(wbits=31),
    ".zst": lambda: zstandard.ZstdDecompressor().decompressobj(),
}
