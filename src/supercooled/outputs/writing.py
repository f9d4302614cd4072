"""Outputs of this package: nothing else is replaced or removed, and each is whole or not there."""

from __future__ import annotations

import errno
import os
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path

from supercooled.errors import ParameterError, StoreError
from supercooled.outputs.exchange import name_anew, put_in_place
from supercooled.outputs.locks import clear_after_the_dead, held, holding, room_beside
from supercooled.outputs.makers import made_by, made_by_another, maker
from supercooled.outputs.manifest import NAME, Content, Manifest
from supercooled.outputs.places import Named, place_of

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_NOT_WRITABLE = (
    errno.EACCES,
    errno.EPERM,
    errno.EROFS,
    errno.ENOENT,
    errno.ENOTDIR,
    errno.EISDIR,
    errno.EEXIST,
    errno.ENOTEMPTY,
    errno.ELOOP,
    errno.ENAMETOOLONG,
)
LOCK = ".lock"
# What a folder of results consists of beside single files; all of it is replaced or removed as needed.
PARTS = ("results.zarr", "work", "figures")
# Names, of files and of folders, by which a folder is known as one of runs; and what is enough alone.
_OF_RUNS, _ALONE = (".signac", ".runs.lock"), {"inherent"}
# What a desktop or a file system leaves in a folder that is empty to people.
_NOBODYS = (".DS_Store", ".nfs")

Objection = Callable[[Path], str | None]
# Folders in which this thread makes parts of the results that hold them.
_making_parts: ContextVar[tuple[Path, ...]] = ContextVar("making_parts", default=())


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
                f"{path}: the disk is full or the quota is used up; free some space or choose another folder"
            ) from error
        if error.errno in _NOT_WRITABLE:
            raise StoreError(f"{path} can't be written: {os.strerror(error.errno)}") from error
        raise


@contextmanager
def whole_file(path: str | Path) -> Iterator[Path]:
    """A temporary name in the same file system, renamed to `path` when the block ends without error.

    For files in a folder that is ours already; :func:`owned_file` is for those that a user names. After an
    error, and on a full disk, nothing is left and an older file at `path` stays as it was.

    Raises
    ------
    StoreError
        if the disk is full or the folder can't be written.

    Examples
    --------
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
        with room_beside(final) as room:
            temporary = room / final.name
            yield temporary
            sync(temporary)
            temporary.replace(final)


@contextmanager
def owned_file(path: str | Path, *, by: str, inputs: Iterable[Named] = ()) -> Iterator[Path]:
    """As :func:`whole_file`, and what is at `path` already must be what the same command or function wrote.

    Parameters
    ----------
    by
        the function that writes it, unless one that called it has said so (:func:`made_by`)
    inputs
        that the file is made from, which it must not replace

    Raises
    ------
    ParameterError
        if `path` can't be the name of a file to write: it is empty, a folder, a link, or an input.
    StoreError
        if the file there is somebody else's, or of another command or function, or the disk is full.

    Examples
    --------
    >>> import tempfile
    >>> mine = Path(tempfile.mkdtemp(), "notes.txt")
    >>> _ = mine.write_text("mine")
    >>> with owned_file(mine, by="write_gsd") as temporary:
    ...     _ = temporary.write_text("1 2 3")
    Traceback (most recent call last):
    supercooled.errors.StoreError: ...notes.txt was not written by supercooled: move it or choose another name
    """
    final = place_of(path, kind="file", inputs=inputs)
    with made_by(by), room_for(path):
        see_apart(final, path)
        see_file(final)
        seen = _stamp(final)
        final.parent.mkdir(parents=True, exist_ok=True)
        with room_beside(final) as room:
            temporary = room / final.name
            yield temporary
            sync(temporary)
            content = Content.of(temporary)
            manifest = Manifest(final.parent)
            with manifest.noting() as notes:
                if _stamp(final) != seen:
                    see_file(final)
                notes.add(final.name, content)
                if os.path.lexists(final):
                    temporary.replace(final)
                else:
                    name_anew(temporary, final)


@contextmanager
def reserved_file(path: str | Path, *, by: str, inputs: Iterable[Named] = ()) -> Iterator[Path]:
    """See that a file may be written, and hold its name meanwhile; another process waits.

    Parameters
    ----------
    by
        the command or function that writes it

    Raises
    ------
    ParameterError, StoreError
        as :func:`owned_file`.
    """
    final = place_of(path, kind="file", inputs=inputs)
    new = _missing(final.parent)
    try:
        with made_by(by), ExitStack() as holding_it:
            see_apart(final, path)
            see_file(final)
            with room_for(path):
                final.parent.mkdir(parents=True, exist_ok=True)
                holding_it.enter_context(held(final.with_name(f".{final.name}{LOCK}"), final))
            see_file(final)
            yield final
    finally:
        _remove_empty(new)


def see_file(final: Path) -> None:
    """See that a file is not there, or is ours.

    Raises
    ------
    StoreError
        if it is not.
    """
    objection = Manifest(final.parent).objection(final.name) if os.path.lexists(final) else None
    if objection is not None:
        raise StoreError(f"{final} {objection}: move it or choose another name")


def remove_owned(path: Path) -> None:
    """Remove a file that this package wrote, if it is there.

    Raises
    ------
    StoreError
        if it is there, and is somebody else's.
    """
    if os.path.lexists(path):
        see_file(path)
        with room_for(path):
            path.unlink()


def _stamp(path: Path) -> tuple[int, ...] | None:
    with suppress(FileNotFoundError):
        about = path.lstat()
        return about.st_ino, about.st_size, about.st_mtime_ns, about.st_ctime_ns
    return None


@contextmanager
def reserved_folder(
    path: str | Path, objection: Objection, *, by: str, inputs: Iterable[Named] = (), root: Named = None
) -> Iterator[Path]:
    """See that a folder may be written whole, and hold its name meanwhile; another process waits.

    Parameters
    ----------
    by
        the command or function that writes it
    objection
        of a folder that is there, why it is somebody else's, or None

    Raises
    ------
    ParameterError, StoreError
        as :func:`owned_folder`.
    """
    final = place_of(path, kind="folder", inputs=inputs, root=root)
    new = _missing(final.parent)
    try:
        with made_by(by), ExitStack() as holding_it:
            see_apart(final, path)
            _see_folder(final, objection)
            with room_for(path):
                final.parent.mkdir(parents=True, exist_ok=True)
                holding_it.enter_context(held(final.with_name(f".{final.name}{LOCK}"), final))
                clear_after_the_dead(final.parent, of=final.name)
            _see_folder(final, objection)
            yield final
    finally:
        _remove_empty(new)


@contextmanager
def owned_folder(
    path: str | Path, objection: Objection, *, by: str, inputs: Iterable[Named] = ()
) -> Iterator[Path]:
    """A name for a folder, exchanged with `path` when the block ends without error.

    What is at `path` already must be ours; it stays as it was until the new one is whole, and after an
    error. Whenever the process is killed, one of both is there for the next one.

    Parameters
    ----------
    objection
        of a folder that is there, why it is somebody else's, or None
    by
        the function that writes it, unless one that called it has said so (:func:`made_by`)
    inputs
        that it is made from, which must not lie in it

    Raises
    ------
    ParameterError
        if `path` can't be the name of a folder to write: it is empty, a file, a link, the working folder
        or the home folder or one above them, or an input lies in it.
    StoreError
        if the folder there is somebody else's, the disk is full or the folder can't be written.

    Examples
    --------
    >>> import tempfile
    >>> place = Path(tempfile.mkdtemp())
    >>> with owned_folder(place / "results", lambda folder: "is not ours", by="hops") as temporary:
    ...     temporary.mkdir()
    >>> [folder.name for folder in place.iterdir()]
    ['results']
    """
    with (
        reserved_folder(path, objection, by=by, inputs=inputs) as final,
        room_for(path),
        room_beside(final) as room,
    ):
        made = room / final.name
        yield made
        _see_folder(final, objection)
        put_in_place(room, made, final)


def _see_folder(final: Path, objection: Objection) -> None:
    if not final.is_dir() or not any(final.iterdir()):
        return
    why = objection(final)
    if why is not None:
        raise StoreError(f"{final} {why}: move it or choose another folder")


def set_aside(path: Path) -> None:
    """Give a damaged folder of ours another name, and say which.

    It may be that somebody works in it: removing is not ours.
    """
    clear_after_the_dead(path.parent, of=path.name)
    k = 1
    while os.path.lexists(aside := path.with_name(f"{path.name}.damaged-{k}")):
        k += 1
    with suppress(FileNotFoundError), room_for(path):
        path.rename(aside)
        warnings.warn(f"{path} is damaged: it is kept as {aside.name} and made again", stacklevel=2)


@contextmanager
def results_folder(
    out: str | Path,
    *,
    by: str | None,
    inputs: Iterable[Named] = (),
    root: Named = None,
    names: Sequence[str] = (),
    check: Objection | None = None,
) -> Iterator[Path]:
    """Hold a folder for results, which only the same command or function has made; another process waits.

    It is known by its manifest, which says whose it is and lists each file that was written there. Other
    files in it stay. What is left of a command that wrote nothing is nothing, not even the folder.

    Parameters
    ----------
    by
        the command or function whose results they are; None for one that draws again what another has made
    inputs
        that must not lie in it
    root
        folder of runs, which may lie in it
    names
        patterns of the files that will be written; none may be somebody else's
    check
        more to object to, of the folder

    Raises
    ------
    ParameterError
        if `out` can't be the name of a folder to write: it is empty, a file, a link, the working folder
        or the home folder or one above them, or an input lies in it.
    StoreError
        if the folder holds files and was not made by this package, or by another command or function of it,
        or one of its files has been changed.
    """
    inputs = list(inputs)
    final = place_of(out, kind="results", inputs=inputs, root=root, known=is_results_folder)
    see_apart(final, out)
    _see_no_input(final, names, inputs)
    manifest = Manifest(final)
    if holding(final / LOCK):
        _see_results(final, names, None)
        yield final
        return
    new = _missing(final)
    try:
        with ExitStack() as holding_it:
            with made_by(by or manifest.maker() or ""):
                _see_results(final, names, check)
            with room_for(out):
                holding_it.enter_context(held(final / LOCK, final))
                for folder in (final, *(inside for inside in final.iterdir() if _is_folder(inside))):
                    clear_after_the_dead(folder)
            # The process that held the folder may have made it.
            holding_it.enter_context(made_by(by or manifest.maker() or ""))
            _see_results(final, names, check)
            if (manifest.maker() or "") != maker():
                with room_for(out):
                    manifest.path.unlink(missing_ok=True)
                    manifest.claim("results")
            try:
                yield final
            finally:
                _leave(manifest)
    finally:
        _remove_empty(new)


@contextmanager
def parts_of_results(folder: Path) -> Iterator[None]:
    """What this thread writes into `folder` meanwhile belongs to the results that hold it.

    A worker makes parts of results whose lock the first process holds.
    """
    token = _making_parts.set((*_making_parts.get(), folder.resolve()))
    try:
        yield
    finally:
        _making_parts.reset(token)


def see_apart(final: Path, path: str | Path) -> None:
    """See that an output of its own is no part of results, which only who holds their folder may write.

    Parameters
    ----------
    path
        as the user named it

    Raises
    ------
    StoreError
        if it lies in a folder of results, and is listed there or belongs to the folders that they consist of.
    """
    with room_for(path):
        for folder in final.parents:
            if not is_results_folder(folder) or holding(folder / LOCK):
                continue
            first = final.relative_to(folder).parts[0]
            manifest = Manifest(folder)
            # What somebody else has put there is not of the results.
            listed = any(one.by == manifest.maker() for one in manifest.written().get(first, ()))
            ours = first in PARTS or listed
            if ours and not any(one in final.parents for one in _making_parts.get()):
                raise StoreError(f"{path} is part of the results in {folder}: choose another name")


def part_of_results(path: Path) -> bool:
    """Whether it lies in results whose folder this thread holds, or that it makes parts of."""
    final = path.parent.resolve() / path.name
    ours = _making_parts.get()
    return any(folder in ours or holding(folder / LOCK) for folder in final.parents)


def _see_no_input(final: Path, names: Sequence[str], inputs: Iterable[Named]) -> None:
    """See that no input is by another name, a hard link, one of the files that will be written."""
    linked = [Path(one) for one in inputs if one is not None and os.path.lexists(one)]
    linked = [one for one in linked if one.is_file() and one.stat().st_nlink > 1]
    if linked and final.is_dir():
        for path in sorted({path for pattern in names for path in final.glob(pattern)}):
            for one in linked:
                if path.samefile(one):
                    raise ParameterError(
                        f"{one} is one of the inputs and would be overwritten as {path}: give "
                        "another folder for the output"
                    )


def is_results_folder(path: Path) -> bool:
    """Whether this package has made a folder for results."""
    return Manifest(path).kind() == "results"


def _see_results(final: Path, names: Sequence[str], check: Objection | None) -> None:
    if not os.path.lexists(final):
        return
    with room_for(final):
        manifest = Manifest(final)
        made = manifest.maker()
        another = None if made is None else made_by_another(made)
        # Killed before it wrote anything.
        nothing = manifest.is_begun() and all(map(_is_of_ours, final.iterdir()))
        if another is not None and not nothing:
            raise StoreError(f"{final} {another}, which would be lost: choose another folder")
        if made is None:
            for inside in final.iterdir():
                if not _is_of_ours(inside):
                    raise StoreError(
                        f"{final} holds {inside.name}, and is not a results folder of "
                        "supercooled: choose a folder that is empty or does not exist yet"
                    )
            return
        for path in sorted({path for pattern in names for path in final.glob(pattern)}):
            objection = Manifest(path.parent).objection(path.name)
            if objection is not None:
                raise StoreError(f"{path} {objection}: move it or choose another folder")
        why = None if check is None else check(final)
        if why is not None:
            raise StoreError(f"{why}: move it or choose another folder")


def _leave(manifest: Manifest) -> None:
    """Shorten the manifests; with nothing beside it, it goes."""
    with suppress(OSError):
        beside = {path.name for path in manifest.folder.iterdir()} - {LOCK, NAME}
        if not beside:
            manifest.path.unlink(missing_ok=True)
            return
        for folder in (manifest.folder, *filter(_is_folder, manifest.folder.iterdir())):
            one = Manifest(folder)
            if one.kind() is not None:
                with one.noting() as notes, room_beside(one.path) as room:
                    notes.shorten(room)


def see_runs_folder(root: str | Path) -> Path:
    """See that a folder can hold runs: it is not there, is empty, or holds runs already.

    It may be a link to such a folder, since nothing in it is ever replaced.

    Raises
    ------
    ParameterError
        if `root` is empty, a file, or a link to nothing.
    StoreError
        if the folder holds something else.
    """
    final = place_of(root, kind="runs", known=_holds_runs)
    see_apart(final, root)
    if final.is_dir() and not _holds_runs(final):
        raise StoreError(
            f"{final} is not a folder of runs and contains something else: choose another folder for the runs"
        )
    return final


def _holds_runs(folder: Path) -> bool:
    with room_for(folder):
        inside = {path.name for path in folder.iterdir() if not path.name.startswith(_NOBODYS)}
    return not inside or inside == _ALONE or any(name in inside for name in _OF_RUNS)


def _is_of_ours(path: Path) -> bool:
    """Whether it is what a process leaves that was killed before its folder had a manifest."""
    if path.name == NAME:
        return Manifest(path.parent).is_begun()
    if path.name == LOCK:
        return not path.is_symlink() and path.is_file() and path.stat().st_size == 0
    return path.name.startswith(_NOBODYS)


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def _missing(folder: Path) -> list[Path]:
    """What has to be made for a folder to be there, the innermost first."""
    return [one for one in (folder, *folder.parents) if not one.exists()]


def _remove_empty(folders: Sequence[Path]) -> None:
    with suppress(OSError):
        for folder in folders:
            folder.rmdir()
