"""A folder with a list of what is in it, so that nothing goes missing, changes or is added unnoticed.

Zarr reads a chunk that is not there as empty: without this, a lost file would be a field of NaN. It is also
by its seal that a folder is known as one that this package wrote, and may replace.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from supercooled.errors import StoreError
from supercooled.outputs import Named, made_by, made_by_another, maker, owned_folder, part_of_results

if TYPE_CHECKING:
    from supercooled.fields.stored_arrays import Array, Files, Group

# An empty group to Zarr, whose attributes name the files.
SEAL = "sealed/zarr.json"
# Chunks of a field, with sums of their own at their ends: of large ones no other is made.
SUMMED = "values/c/"
_LARGE = 2**20
_SUM = 4
# What file systems and desktops leave; Zarr never reads it.
_PASSED_OVER = (".DS_Store", ".nfs")


@contextmanager
def sealed_folder(path: str | Path, *, by: str, inputs: Iterable[Named] = ()) -> Iterator[Path]:
    """A name for a folder, which is sealed and comes to `path` when the block ends without error.

    Parameters
    ----------
    by
        the function that writes it, unless one that called it has said so
    inputs
        that it is made from, which must not lie in it

    Raises
    ------
    ParameterError
        if `path` can't be the name of a folder to write, or an input lies in it.
    StoreError
        if it holds anything that was not sealed there by the same command or function, or can't be written.
    """
    with made_by(by), owned_folder(path, not_ours, by=by, inputs=inputs) as made:
        yield made
        # Parts of results belong to the folder of these, and are identified by their contents alone.
        seal(made, by="" if part_of_results(Path(path)) else maker())


def objection(folder: Path) -> str | None:
    """Why a folder is not to be replaced: what in it was never sealed, or has changed; None without that."""
    if not (folder / SEAL).is_file():
        first = min(path.name for path in folder.iterdir())
        return f"holds {first}, and is not a folder that supercooled has written"
    try:
        check(folder)
    except StoreError as error:
        return f"is not as supercooled wrote it ({str(error).partition(f'; delete {folder}')[0]})"
    return None


def not_ours(folder: Path) -> str | None:
    """As :func:`objection`, and who makes outputs now must have sealed it, unless it is a part of results."""
    why = objection(folder)
    if why is not None or part_of_results(folder):
        return why
    return made_by_another(_sealed(folder).by)


def is_part(folder: Path) -> bool:
    """Whether a folder is a part of results as it was written, and no output that somebody put there."""
    if folder.is_symlink() or not (folder / SEAL).is_file():
        return False
    return objection(folder) is None and not _sealed(folder).by


def seal(folder: str | Path, *, by: str = "") -> None:
    """Write down the files of a folder: their sizes and hashes, of large chunks of a field their own sums.

    Parameters
    ----------
    by
        the command or function that made it
    """
    folder = Path(folder)
    files = {
        name: {"size": size, "sum": sum_of(folder / name, name)}
        for name, size in sorted(_sizes(folder).items())
    }
    group = {"zarr_format": 3, "node_type": "group", "attributes": {"files": files, "by": by}}
    (folder / SEAL).parent.mkdir()
    (folder / SEAL).write_text(json.dumps(group, indent=1, sort_keys=True) + "\n")


def check(folder: str | Path) -> dict[str, Array | Group]:
    """Groups and arrays of a sealed folder: all is there as it was sealed, and nothing else.

    Raises
    ------
    StoreError
        naming the first file that is missing, cut short, changed, added, a link, or described in a way that
        this package does not write; or if the folder was never sealed.
    """
    folder = Path(folder)
    remedy = _remedy(folder)
    stored = _sealed(folder).files
    sizes = _sizes(folder)
    for name, expected in stored.items():
        path = folder / name
        if name not in sizes:
            raise StoreError(f"{path} is missing{remedy}")
        if sizes[name] != expected.size:
            raise StoreError(f"{path} has {sizes[name]} bytes of {expected.size}{remedy}")
        if sum_of(path, name) != expected.sum:
            raise StoreError(f"{path} has changed since it was written{remedy}")
    if added := sorted(set(sizes) - set(stored)):
        raise StoreError(f"{folder / added[0]} is not among the files that were written{remedy}")
    from supercooled.fields.stored_arrays import nodes_of

    return nodes_of(folder, sizes)


def _sealed(folder: Path) -> Files:
    # What checks records is imported when one is read: most that is measured is not stored.
    from supercooled.fields.stored_arrays import Seal
    from supercooled.records import read_record

    remedy = _remedy(folder)
    if not (folder / SEAL).exists():
        raise StoreError(f"{folder} is damaged: the list of its files is missing ({SEAL}){remedy}")
    return read_record(folder / SEAL, Seal, error=StoreError, saying="is damaged", remedy=remedy).attributes


def _remedy(folder: Path) -> str:
    return f"; delete {folder} and run it again"


def sum_of(path: Path, name: str) -> str:
    """What tells whether a file is the one that was sealed.

    Parameters
    ----------
    name
        its path below the folder
    """
    if name.startswith(SUMMED) and path.stat().st_size > _LARGE:
        return own_sum(path)
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def own_sum(path: Path) -> str:
    """The sum at the end of a chunk, which Zarr compares with the values before it."""
    with path.open("rb") as file:
        file.seek(-min(_SUM, path.stat().st_size), os.SEEK_END)
        return file.read(_SUM).hex()


def _sizes(folder: Path) -> dict[str, int]:
    """Bytes of each file below a folder but the seal; links and what is not a file are refused."""
    sizes: dict[str, int] = {}
    waiting = [folder]
    while waiting:
        for entry in os.scandir(waiting.pop()):
            mode = entry.stat(follow_symlinks=False).st_mode
            if stat.S_ISDIR(mode):
                waiting.append(Path(entry.path))
            elif not stat.S_ISREG(mode):
                raise StoreError(
                    f"{entry.path} is a link or not a regular file, and is not read; delete {folder}"
                )
            elif not entry.name.startswith(_PASSED_OVER):
                name = Path(entry.path).relative_to(folder).as_posix()
                if name != SEAL:
                    sizes[name] = entry.stat(follow_symlinks=False).st_size
    return sizes
