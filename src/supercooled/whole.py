"""Files and folders that appear under their name only when they are whole."""

from __future__ import annotations

import errno
import glob
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
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
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOENT, errno.ENOTDIR, errno.EEXIST):
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
    with room_for(final):
        final.parent.mkdir(parents=True, exist_ok=True)
    temporary = final.with_name(f".{final.name}.{os.getpid()}.part")
    with room_for(final):
        try:
            yield temporary
            sync(temporary)
            temporary.replace(final)
        finally:
            temporary.unlink(missing_ok=True)


@contextmanager
def whole_folder(path: str | Path) -> Iterator[Path]:
    """A name for a folder beside `path`, renamed to it when the block ends without error.

    What stood at `path` is replaced then, and stays as it was after an error. What a killed process
    left beside it goes.

    Raises
    ------
    StoreError
        if the disk is full or the folder can't be written.

    >>> import tempfile
    >>> place = Path(tempfile.mkdtemp())
    >>> with whole_folder(place / "results") as temporary:
    ...     temporary.mkdir()
    >>> [folder.name for folder in place.iterdir()]
    ['results']
    """
    final = Path(path).absolute()
    with room_for(final):
        final.parent.mkdir(parents=True, exist_ok=True)
        _clear_after_the_dead(final)
        room = Path(tempfile.mkdtemp(prefix=_room(final), dir=final.parent))
        made, replaced = room / final.name, room / "replaced"
        try:
            yield made
            if final.exists():
                final.rename(replaced)
            made.rename(final)
        finally:
            if replaced.exists() and not final.exists():
                replaced.rename(final)
            shutil.rmtree(room, ignore_errors=True)


def discard(path: str | Path) -> None:
    """Remove a folder at once, so that no part of it is found under its name."""
    final = Path(path).absolute()
    room = Path(tempfile.mkdtemp(prefix=_room(final), dir=final.parent))
    with suppress(FileNotFoundError):
        final.rename(room / final.name)
    shutil.rmtree(room, ignore_errors=True)


def _room(final: Path) -> str:
    """Beginning of the name of this process's folders beside `final`."""
    return f".{final.name}.{os.uname().nodename}.{os.getpid()}.part-"


def _clear_after_the_dead(final: Path) -> None:
    """Remove what processes of this machine left beside `final` when they were killed."""
    for left in final.parent.glob(f".{glob.escape(final.name)}.{os.uname().nodename}.*.part-*"):
        pid = left.name.rsplit(".", 2)[-2]
        if pid.isdigit() and not _alive(int(pid)):
            shutil.rmtree(left, ignore_errors=True)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
