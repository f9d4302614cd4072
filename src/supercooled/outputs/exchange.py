"""Two names of a folder exchanged in one step of the file system, or in steps that can be taken up again."""

from __future__ import annotations

import ctypes
import errno
import json
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path

from supercooled.errors import StoreError
from supercooled.plain_data import read_json

# No output is called so.
JOURNAL, REPLACED = ".journal", ".replaced"
# Of renameat2 (Linux) and renamex_np (macOS).
_AT_WORKING_FOLDER = -100
_LINUX = {"new": 1, "exchange": 2}
_MACOS = {"new": 4, "exchange": 2}
# A file system, or a system, that has no such rename.
_LACKING = (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP)


def exchange(made: Path, final: Path) -> bool:
    """Exchange two names in one step; False where the file system can't."""
    return _renamed(made, final, "exchange")


def name_anew(made: Path, final: Path) -> None:
    """Give `made` the name `final`, which nothing may have.

    Raises
    ------
    FileExistsError
        if something has come to lie there.
    """
    if _renamed(made, final, "new"):
        return
    if os.path.lexists(final):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(final))
    made.rename(final)


def put_in_place(room: Path, made: Path, final: Path) -> None:
    """Give the folder `made` in `room` the name `final`; what had that name is then in `room`.

    In one step where the file system can; else in two, with a note in `room` by which :func:`taken_up`
    brings back one of both after a kill between them.
    """
    if not os.path.lexists(final):
        name_anew(made, final)
        return
    if exchange(made, final):
        return
    (room / JOURNAL).write_text(json.dumps({"name": final.name}))
    final.rename(room / REPLACED)
    try:
        made.rename(final)
    except OSError:
        (room / REPLACED).rename(final)
        raise
    finally:
        (room / JOURNAL).unlink(missing_ok=True)


def taken_up(room: Path) -> None:
    """Finish what :func:`put_in_place` had begun in `room` when its process was killed."""
    try:
        name = read_json(room / JOURNAL, error=StoreError)["name"]
    except (StoreError, KeyError, TypeError):
        # No note, or none that is whole: nothing had been moved.
        return
    final = room.parent / Path(str(name)).name
    for whole in (room / final.name, room / REPLACED):
        if not os.path.lexists(final) and os.path.lexists(whole):
            # If the name is taken meanwhile, another process has put something whole there.
            with suppress(FileExistsError):
                name_anew(whole, final)


def _renamed(old: Path, new: Path, how: str) -> bool:
    rename = _system_rename()
    if rename is None:
        return False
    sys.audit(f"supercooled.rename.{how}", str(old), str(new))
    if rename(os.fsencode(old), os.fsencode(new), how) == 0:
        return True
    number = ctypes.get_errno()
    if number in _LACKING:
        return False
    raise OSError(number, os.strerror(number), str(old), None, str(new))


@cache
def _system_rename() -> Callable[[bytes, bytes, str], int] | None:
    """The system's rename with a flag; None where there is none."""
    library = ctypes.CDLL(None, use_errno=True)
    if sys.platform == "darwin":
        with suppress(AttributeError):
            of_macos = library.renamex_np
            return lambda old, new, how: int(of_macos(old, new, _MACOS[how]))
        return None
    with suppress(AttributeError):
        of_linux = library.renameat2
        return lambda old, new, how: int(
            of_linux(_AT_WORKING_FOLDER, old, _AT_WORKING_FOLDER, new, _LINUX[how])
        )
    return None
