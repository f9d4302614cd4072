"""Compressed text, unpacked once.

None of gzip, bzip2 and zstd can be entered in the middle, and windows and lags go back as well as forth:
so the text goes to a temporary file, in the folder that ``TMPDIR`` names, through a buffer of a few
megabytes. It is removed when the process that made it ends, or by the next one if it was killed. Another
process on the same machine uses it too; one that does not see it unpacks its own.
"""

from __future__ import annotations

import bz2
import os
import shutil
import tempfile
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, BinaryIO

from supercooled.digests import Digest
from supercooled.errors import TrajectoryError
from supercooled.extras import require
from supercooled.outputs import room_for, scratch_folder
from supercooled.plain_data import MOST_TIMES, open_regular, size_of, unpacks_to_too_much

_PIECE = 2**20
# A file system's clock is coarse: what was changed less than this before may change again unseen.
_COARSE = 2e9


@dataclass(frozen=True, slots=True)
class _Unpacked:
    """The copy of a compressed file.

    Parameters
    ----------
    seen
        what the system said of the compressed file, times of change included, which nobody can set
    certain
        it said so long enough after the last change
    digest
        of the compressed file
    whole
        it has its own end mark
    owner
        process that made it
    """

    seen: tuple[int, ...]
    certain: bool
    digest: str
    text: Path
    whole: bool
    owner: int = field(default_factory=os.getpid)


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
    size_of(source, error=TrajectoryError)
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
            before, known = known, _Unpacked(seen, certain, digest, *_unpack(source))
            if before is not None and before.owner == os.getpid():
                # From now on the file is read as it is now.
                shutil.rmtree(before.text.parent, ignore_errors=True)
        _unpacked[name] = known = replace(known, seen=seen, certain=certain)
    return known.text, known.whole


def _digest(source: Path) -> str:
    digest = Digest()
    with open_regular(source, error=TrajectoryError) as packed:
        while piece := packed.read(_PIECE):
            digest.add(piece)
    return digest.text


def _unpack(source: Path) -> tuple[Path, bool]:
    folder = tempfile.mkdtemp(dir=scratch_folder())
    target = Path(folder, source.stem)
    unpack = _DECOMPRESSORS[source.suffix.lower()]
    try:
        with (
            open_regular(source, error=TrajectoryError) as packed,
            room_for(target),
            target.open("wb") as text,
        ):
            whole = unpack(packed, _Sink(source, text).write)
    except zlib.error as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise TrajectoryError(f"{source} is damaged and can't be unpacked ({error})") from error
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return target, whole


@dataclass(slots=True)
class _Sink:
    """Where the text goes; it refuses what unpacks to far more than a text."""

    source: Path
    text: BinaryIO
    size: int = 0

    def write(self, piece: bytes) -> None:
        self.size += len(piece)
        if unpacks_to_too_much(self.size, self.source.stat().st_size):
            raise TrajectoryError(
                f"{self.source} unpacks to more than {MOST_TIMES} times its own size: it is not a trajectory"
            )
        self.text.write(piece)


# Each unpacks all that a file holds, in pieces of a megabyte whatever they come from, and says whether the
# last part has its end mark.
_Write = Callable[[bytes], None]


def _gunzip(packed: BinaryIO, write: _Write) -> bool:
    inner, whole = zlib.decompressobj(wbits=31), True
    while piece := packed.read(_PIECE):
        while piece:
            write(text := inner.decompress(piece, _PIECE))
            while len(text) == _PIECE and not inner.eof:
                write(text := inner.decompress(inner.unconsumed_tail, _PIECE))
            whole, piece = inner.eof, inner.unused_data
            if whole:
                inner = zlib.decompressobj(wbits=31)
    return whole


def _bunzip(packed: BinaryIO, write: _Write) -> bool:
    inner, whole = bz2.BZ2Decompressor(), True
    while piece := packed.read(_PIECE):
        while piece:
            write(_of_bz2(inner, piece))
            while not inner.eof and not inner.needs_input:
                write(_of_bz2(inner, b""))
            whole, piece = inner.eof, inner.unused_data
            if whole:
                inner = bz2.BZ2Decompressor()
    return whole


def _of_bz2(inner: bz2.BZ2Decompressor, piece: bytes) -> bytes:
    try:
        return inner.decompress(piece, _PIECE)
    except OSError as error:
        # of damaged data, and not of a disk
        raise zlib.error(str(error)) from None


def _unzstd(packed: BinaryIO, write: _Write) -> bool:
    require("zstandard", doing="a file packed by zstd")
    import zstandard

    reader = zstandard.ZstdDecompressor().stream_reader(
        packed, read_size=_PIECE, read_across_frames=True, closefd=False
    )
    while text := _of_zstd(reader, zstandard.ZstdError):
        write(text)
    return _zstd_is_whole(packed.fileno(), packed.seek(0, os.SEEK_END))


def _of_zstd(reader: Any, damaged: type[Exception]) -> bytes:
    try:
        return bytes(reader.read(_PIECE))
    except damaged as error:
        raise zlib.error(str(error)) from None


def _zstd_is_whole(file: int, size: int) -> bool:
    """Whether the last frame has its last block, which the library does not say.

    The format: https://www.rfc-editor.org/rfc/rfc8878.
    """
    at = 0
    while at < size:
        head = os.pread(file, 8, at)
        magic = int.from_bytes(head[:4], "little")
        if magic & ~0xF == _SKIPPED:
            at += 8 + int.from_bytes(head[4:8], "little")
            continue
        if magic != _ZSTD or len(head) < 5:
            return False
        says = head[4]
        single = says >> 5 & 1
        at += 5 + (1 - single) + (0, 1, 2, 4)[says & 3] + (single, 2, 4, 8)[says >> 6]
        last = False
        while not last:
            block = os.pread(file, 3, at)
            if len(block) < 3:
                return False
            value = int.from_bytes(block, "little")
            last = bool(value & 1)
            # a block of one byte repeated holds that byte
            at += 3 + (1 if value >> 1 & 3 == 1 else value >> 3)
        at += 4 * (says >> 2 & 1)
    return at == size


_ZSTD, _SKIPPED = 0xFD2FB528, 0x184D2A50
_DECOMPRESSORS: dict[str, Callable[[BinaryIO, _Write], bool]] = {
    ".gz": _gunzip,
    ".bz2": _bunzip,
    ".zst": _unzstd,
}
