"""Which names an output may have: never one by which something else would be lost."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Literal

from supercooled.errors import ParameterError, StoreError

Named = str | os.PathLike[str] | None


def place_of(
    path: str | Path,
    *,
    kind: Literal["file", "folder", "results", "runs"],
    inputs: Iterable[Named] = (),
    root: Named = None,
    known: Callable[[Path], bool] = lambda _: False,
) -> Path:
    """The absolute path of an output that a user has named, if it can be one.

    Parameters
    ----------
    kind
        "file"; "folder", which is replaced as a whole; "results", in which files are; "runs", to which
        only runs are added
    inputs
        files that are read, which must not be replaced and must not lie in a folder of outputs; what
        is not there is none
    root
        folder of runs, which is not a folder of outputs itself, and may only lie in one of results
    known
        of a folder, whether it is ours: then it may be the one that is worked in

    Raises
    ------
    ParameterError
        if it is empty, of another kind, a link, the working folder or the home folder or one above them,
        or an input.
    StoreError
        if no file can be made there.
    """
    if not isinstance(path, str | os.PathLike) or not isinstance(os.fspath(path), str):
        raise ParameterError(f"the name of an output must be a text or a path, not {path!r}")
    text = os.fspath(path)
    if not text:
        raise ParameterError(
            "the name of an output is empty: give a file or folder (perhaps a variable is not set?)"
        )
    if "\0" in text:
        raise ParameterError(f"{text!r} can't be the name of a file: it contains a NUL byte")
    final = _absolute(Path(text))
    try:
        _check_kind(final, text, kind)
        if kind != "file":
            _check_folder(final, text, known)
        _check_parent(final)
        for one in inputs:
            if one is not None and os.path.lexists(one):
                _check_input(final, text, one, kind)
        if root is not None:
            _check_runs(final, text, root, kind)
    except OSError as error:
        raise StoreError(f"{text} can't be written: {error.strerror}") from error
    return final


def _absolute(path: Path) -> Path:
    """With the folders' own names, but the last one as it was given, which may be a link."""
    if path.name in ("", ".."):
        return path.resolve()
    return path.parent.resolve() / path.name


def _check_kind(final: Path, text: str, kind: str) -> None:
    if final.is_symlink() and (kind != "runs" or not final.is_dir()):
        raise ParameterError(
            f"{text} is a symbolic link, which would be lost: give the path that it leads to, "
            f"{final.readlink()}, or another"
        )
    if not os.path.lexists(final):
        return
    if kind == "file" and not final.is_file():
        raise ParameterError(f"{text} is a folder or a device: give the name of a file")
    if kind != "file" and not final.is_dir():
        raise ParameterError(f"{text} is a file, and a folder is to be written: give another name")


def _check_folder(final: Path, text: str, known: Callable[[Path], bool]) -> None:
    itself = final.resolve()
    for name, folder in (("the home folder", _home()), ("the working folder", _working())):
        if folder is None or not (itself == folder or itself in folder.parents):
            continue
        if not (itself.is_dir() and itself != itself.parent and known(itself)):
            which = name if itself == folder else f"above {name}"
            raise ParameterError(
                f"{text} is {which}: give a folder of its own, for example {Path(text) / 'results'}"
            )


def _check_parent(final: Path) -> None:
    there = next(folder for folder in final.parents if os.path.lexists(folder))
    if not there.is_dir():
        raise StoreError(f"{final} can't be written: {there} is not a folder")
    place = final if final.is_dir() else there
    if not os.access(place, os.W_OK | os.X_OK):
        raise StoreError(f"{final} can't be written: you have no permission to write in {place}")


def _check_runs(final: Path, text: str, root: str | os.PathLike[str], kind: str) -> None:
    itself = _absolute(Path(root))
    if final == itself or (kind != "results" and final in itself.parents):
        raise ParameterError(
            f"the runs would be in {text}, among the results written there: give another folder"
        )


def _check_input(final: Path, text: str, given: str | os.PathLike[str], kind: str) -> None:
    itself = Path(given).resolve()
    if kind == "file":
        if itself == final.resolve() or (final.exists() and itself.exists() and final.samefile(itself)):
            raise ParameterError(f"{text} is one of the inputs: give another name for the output")
        return
    about = final.stat() if final.exists() else None
    for folder in (itself, *itself.parents):
        # By number too: a file system may know one folder by two names.
        alike = about is not None and folder.exists() and os.path.samestat(about, folder.stat())
        if folder == final or alike:
            raise ParameterError(
                f"{given} is one of the inputs and is in {text}: give another folder for the output"
            )


def _home() -> Path | None:
    try:
        return Path.home().resolve()
    except RuntimeError:
        return None


def _working() -> Path | None:
    try:
        return Path.cwd().resolve()
    except FileNotFoundError:
        return None
