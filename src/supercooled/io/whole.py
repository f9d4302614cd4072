"""Files that appear under their name only when they are whole."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from supercooled.errors import StoreError

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def sync(path: Path) -> None:
    """Make sure that what was written to `path` has reached the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def room_for(path: str | Path) -> Iterator[None]:
    """Say in one sentence that the disk is full, or that the folder can't be written.

    Raises
    ------
    StoreError
        instead of the system's errors.
    """
    try:
        yield
    except OSError as error:
        if error.errno in _NO_ROOM:
            raise StoreError(
                f"{path}: the disk is full or the quota is used up; make room or choose another folder"
            ) from error
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOENT, errno.ENOTDIR):
            raise StoreError(f"{path} can't be written: {os.strerror(error.errno)}") from error
        raise


@contextmanager
def whole_file(path: str | Path) -> Iterator[Path]:
    """A temporary name in the same folder, renamed to `path` when the block ends without error.

    After an error, and on a full disk, nothing is left and an older file at `path` stays as it was.

    Raises
    ------
    StoreError
        if the disk is full or the folder can't be written.

    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> with whole_file(folder / "curve.txt") as temporary:
    ...     _ = temporary.write_text("1 2 3")
    >>> [file.name for file in folder.iterdir()]
    ['curve.txt']
    """
    final = Path(path)
    temporary = final.with_name(f".{final.name}.{os.getpid()}.part")
    with room_for(final):
        try:
            yield temporary
            sync(temporary)
            temporary.replace(final)
        finally:
            temporary.unlink(missing_ok=True)
