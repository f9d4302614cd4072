"""Paths as LAMMPS can be told them: letters, digits and few marks, whatever a user's folders are called."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from supercooled.errors import SimulationError
from supercooled.outputs import scratch_folder

# In quotes these mean themselves. LAMMPS takes other scripts for typing errors, and $ and others for its own.
_PLAIN = re.compile(r"[A-Za-z0-9/._+@=,~ -]+")


def quoted(path: Path) -> str:
    """A path as one word of a command.

    Raises
    ------
    SimulationError
        if it holds anything else.

    Examples
    --------
    >>> quoted(Path("/runs/one more/checkpoint-0"))
    '"/runs/one more/checkpoint-0"'
    """
    text = str(path.absolute())
    if not _PLAIN.fullmatch(text):
        raise SimulationError(f"LAMMPS can't take the path {text}")
    return f'"{text}"'


@contextmanager
def plain_folder() -> Iterator[Path]:
    """A temporary folder whose path is plain, whatever ``TMPDIR`` names.

    Raises
    ------
    SimulationError
        if there is none.
    """
    places = (tempfile.gettempdir(), "/tmp", "/var/tmp", "/dev/shm")  # noqa: S108  others can't enter it
    for place in places:
        if _PLAIN.fullmatch(place) and os.access(place, os.W_OK | os.X_OK):
            with tempfile.TemporaryDirectory(dir=scratch_folder(place)) as folder:
                yield Path(folder)
            return
    raise SimulationError(
        f"LAMMPS can't take the path {tempfile.gettempdir()}: set TMPDIR to a folder with ASCII letters only"
    )


@contextmanager
def plainly(path: Path) -> Iterator[Path]:
    """A path to the same file, there or not, that is plain: itself, or a link to it.

    Raises
    ------
    SimulationError
        if no link can be made.
    """
    there = path.absolute()
    if _PLAIN.fullmatch(str(there)):
        yield there
        return
    with plain_folder() as folder:
        link = folder / "file"
        link.symlink_to(there)
        yield link
