"""Locks that the system lets go of when a process ends, and rooms that tell by one whether theirs lives.

A lock is ``flock`` on a file: whatever ends the process ends the lock, and a process number that another
process has by now deceives nobody. A room is a hidden folder in which an output is made; it holds such a
lock, and the name of its host, for not every shared file system passes locks on to other hosts.
"""

from __future__ import annotations

import atexit
import errno
import fcntl
import json
import os
import shutil
import tempfile
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from supercooled.errors import StoreError
from supercooled.outputs.exchange import taken_up

_POLL = 0.2
_ROOM_LOCK = ".lock"
_PART = ".part"
_NO_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP)
# By lock file: process and thread that hold it, and how often.
_holders: dict[str, tuple[int, int, int]] = {}
# By process and temporary folder.
_scratch: dict[tuple[int, str], Path] = {}
_SCRATCH = "supercooled-scratch-"
_guard = threading.Lock()


@contextmanager
def held(lock: Path, what: Path) -> Iterator[None]:
    """Hold a lock file, made for it and removed at the end; say once if another process has it, and wait.

    What one thread holds it may hold once more.

    Parameters
    ----------
    what
        that the sentence names

    Raises
    ------
    StoreError
        where the file system has no locks.
    """
    key = _key(lock)
    if _counted(key, +1):
        try:
            yield
        finally:
            _counted(key, -1)
        return
    descriptor = _locked(lock, what)
    _counted(key, +1, first=True)
    try:
        yield
    finally:
        _counted(key, -1)
        lock.unlink(missing_ok=True)
        # A forked child may have the descriptor too: closing alone would leave it the lock.
        fcntl.flock(descriptor, fcntl.LOCK_UN)
        os.close(descriptor)


def holding(lock: Path) -> bool:
    """Whether this thread holds a lock."""
    return _counted(_key(lock), 0)


def _key(lock: Path) -> str:
    return os.path.join(os.path.realpath(lock.parent), lock.name)  # noqa: PTH118


def _counted(key: str, by: int, *, first: bool = False) -> bool:
    """Count one holding more or less of this thread; False where it holds none."""
    with _guard:
        me = (os.getpid(), threading.get_ident())
        *holder, depth = _holders.get(key, (0, 0, 0))
        if not first and tuple(holder) != me:
            return False
        depth = by if first else depth + by
        if depth:
            _holders[key] = (*me, depth)
        else:
            del _holders[key]
        return True


def _locked(lock: Path, what: Path) -> int:
    told = False
    while True:
        lock.parent.mkdir(parents=True, exist_ok=True)
        try:
            descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o644)
        except FileNotFoundError:
            # The process that held it before has removed the folder, which was left empty.
            continue
        if os.fstat(descriptor).st_size:
            os.close(descriptor)
            raise StoreError(f"{lock} is not a lock file of supercooled (those are empty): move it")
        if try_lock(descriptor, lock):
            # The process that held it before removes the file: then this is no longer the one under its name.
            if same(descriptor, lock):
                return descriptor
        elif not told:
            warnings.warn(f"another process is writing {what}: waiting for it", UserWarning, stacklevel=2)
            told = True
            time.sleep(_POLL)
        else:
            time.sleep(_POLL)
        os.close(descriptor)


def try_lock(descriptor: int, path: Path) -> bool:
    """Take the lock of an open file if nobody has it.

    Raises
    ------
    StoreError
        where the file system has no locks.
    """
    try:
        _flock(descriptor, path, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def wait_for_lock(descriptor: int, path: Path) -> None:
    """Take the lock of an open file, as soon as it is released; for what takes an instant.

    Raises
    ------
    StoreError
        where the file system has no locks.
    """
    _flock(descriptor, path, fcntl.LOCK_EX)


def _flock(descriptor: int, path: Path, how: int) -> None:
    try:
        fcntl.flock(descriptor, how)
    except OSError as error:
        if error.errno in _NO_LOCKS:
            raise StoreError(
                f"the file system of {path} does not support file locks ({error.strerror}), so "
                "two commands at once would mix their results; choose a folder on another file "
                "system"
            ) from error
        raise


def same(descriptor: int, path: Path) -> bool:
    """Whether an open file is still the one under its name."""
    with suppress(FileNotFoundError):
        return os.path.samestat(os.fstat(descriptor), path.lstat())
    return False


@contextmanager
def room_beside(final: Path) -> Iterator[Path]:
    """A hidden folder beside `final`, held by this process and removed at the end.

    What killed processes left for the same name goes first.
    """
    clear_after_the_dead(final.parent, of=final.name)
    room, descriptor = _new_room(final.parent, _prefix(final.name), _PART)
    try:
        yield room
    finally:
        _remove(room, descriptor)


def scratch_folder(place: str | None = None) -> Path:
    """A folder of this process in the system's temporary folder, or in another, removed when it ends.

    What killed processes of this user left there goes when it is made.
    """
    parent = Path(place or tempfile.gettempdir())
    mine = (os.getpid(), str(parent))
    with _guard:
        if mine not in _scratch:
            _reap(parent, lambda name: name.startswith(_SCRATCH))
            folder, descriptor = _new_room(parent, _SCRATCH, "")
            _scratch[mine] = folder
            atexit.register(_remove_scratch, mine, descriptor)
        return _scratch[mine]


def _remove_scratch(mine: tuple[int, str], descriptor: int) -> None:
    # A forked child inherits the exit handlers, and must not take its parent's folder away.
    if os.getpid() == mine[0]:
        _remove(_scratch.pop(mine), descriptor)


def clear_after_the_dead(folder: Path, of: str | None = None) -> None:
    """Remove rooms and locks that killed processes of this host left in `folder`.

    Parameters
    ----------
    of
        name of the output they were for; None takes those of every output

    Notes
    -----
    Whatever lives, or lies on another host, or is not known as a room, stays.
    """
    prefix = "." if of is None else _prefix(of)
    _reap(folder, lambda name: name.startswith(prefix) and name.endswith(_PART))
    locks = [folder / f".{of}.lock"] if of is not None else list(folder.glob(".*.lock"))
    for lock in locks:
        _remove_unheld(lock)


def _prefix(name: str) -> str:
    # A file name may have 255 bytes, and this one has more to say than the output's.
    return f".{name[:40]}."


def _new_room(parent: Path, prefix: str, suffix: str) -> tuple[Path, int]:
    """A room that nobody has taken for a dead one before its lock was held."""
    while True:
        room = Path(tempfile.mkdtemp(prefix=prefix, suffix=suffix, dir=parent))
        try:
            descriptor = os.open(room / _ROOM_LOCK, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        except FileNotFoundError:
            continue
        if try_lock(descriptor, room) and same(descriptor, room / _ROOM_LOCK):
            os.write(descriptor, _header().encode())
            return room, descriptor
        os.close(descriptor)


def _header() -> str:
    return json.dumps({"supercooled": "room", "host": os.uname().nodename})


def _remove(room: Path, descriptor: int) -> None:
    """The lock goes last: a room without one would be nobody's for ever."""
    with suppress(OSError):
        for inside in os.scandir(room):
            if inside.is_dir(follow_symlinks=False):
                shutil.rmtree(inside.path, ignore_errors=True)
            elif inside.name != _ROOM_LOCK:
                Path(inside.path).unlink(missing_ok=True)
        if os.listdir(room) == [_ROOM_LOCK]:  # noqa: PTH208
            (room / _ROOM_LOCK).unlink(missing_ok=True)
            room.rmdir()
    fcntl.flock(descriptor, fcntl.LOCK_UN)
    os.close(descriptor)


def _reap(parent: Path, named: Callable[[str], bool]) -> None:
    with suppress(OSError):
        for entry in os.scandir(parent):
            if named(entry.name) and entry.is_dir(follow_symlinks=False):
                with suppress(OSError):
                    _reap_one(Path(entry.path))


def _reap_one(room: Path) -> None:
    if room.lstat().st_uid != os.getuid():
        return
    try:
        descriptor = os.open(room / _ROOM_LOCK, os.O_RDWR | os.O_NOFOLLOW)
    except FileNotFoundError:
        # Its process had no time to lock it; what is not empty is something else, and stays.
        room.rmdir()
        return
    try:
        if not try_lock(descriptor, room) or not same(descriptor, room / _ROOM_LOCK):
            return
        header = os.read(descriptor, 4096).decode(errors="replace")
        if header == _header():
            taken_up(room)
        elif header or os.listdir(room) != [_ROOM_LOCK]:  # noqa: PTH208
            return
        _remove(room, os.dup(descriptor))
    finally:
        os.close(descriptor)


def _remove_unheld(lock: Path) -> None:
    with suppress(OSError):
        descriptor = os.open(lock, os.O_RDWR | os.O_NOFOLLOW)
        try:
            if os.fstat(descriptor).st_size == 0 and try_lock(descriptor, lock) and same(descriptor, lock):
                lock.unlink()
        finally:
            os.close(descriptor)
