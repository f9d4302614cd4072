"""What this package has written into a folder: name, size, digest (XXH3, 128 bits) and maker of each file.

The manifest is a hidden file of lines of JSON. A line is added before its file gets its name, so that at
every instant what lies under the name is among the contents that the manifest lists; a line that was half
written when its process was killed is of a file that never came.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import xxhash

from supercooled.errors import StoreError
from supercooled.outputs.locks import same, wait_for_lock
from supercooled.outputs.makers import made_by_another, maker
from supercooled.plain_data import parsed_json, read_bytes

NAME = ".supercooled.manifest"
Kind = Literal["results", "files"]
_PIECE = 2**20
# Longer manifests are not ours; a line has about 150 bytes.
_LONGEST = 64 * 2**20
# Two lines, of the kind and of the maker.
_BEGINNING = 4096


@dataclass(frozen=True, slots=True)
class Content:
    """Of a file, different for any other content."""

    size: int
    digest: str

    @classmethod
    def of(cls, path: Path) -> Content:
        """As it is now."""
        with path.open("rb") as file:
            digest = xxhash.xxh3_128()
            while piece := file.read(_PIECE):
                digest.update(piece)
            return cls(path.stat().st_size, digest.hexdigest())


@dataclass(frozen=True, slots=True)
class Written:
    """A file as it was written, and by which command or function."""

    content: Content
    by: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """Of the files that lie directly in a folder."""

    folder: Path

    @property
    def path(self) -> Path:
        """Where it lies."""
        return self.folder / NAME

    def kind(self) -> Kind | None:
        """What the folder is: one that this package made for results, or anyone's with some files of ours.

        None without a manifest, or with one that is not begun.
        """
        first, _, _ = self._beginning().partition(b"\n")
        kinds: tuple[Kind, ...] = ("results", "files")
        return next((kind for kind in kinds if first + b"\n" == _head(kind)), None)

    def maker(self) -> str | None:
        """The command or function whose results the folder holds; None for anyone's folder."""
        head, _, rest = self._beginning().partition(b"\n")
        if head + b"\n" != _head("results") or b"\n" not in rest:
            return None
        entry = _parsed(rest.partition(b"\n")[0].decode(errors="replace"))
        return str(entry["by"]) or None if entry.keys() == {"by"} else None

    def claim(self, kind: Kind) -> None:
        """Begin one, if there is none; results are those of who makes outputs now.

        Raises
        ------
        StoreError
            if a file of another kind has its name.
        """
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o644)
        with os.fdopen(descriptor, "r+b") as file:
            first = file.readline(200)
            if first in (_head("results"), _head("files")):
                return
            # A disk may have been full in the middle of the first line.
            if first and not any(_head(each).startswith(first) for each in ("results", "files")):
                raise StoreError(f"{self.path} is not a manifest of supercooled: move it")
            file.seek(0)
            file.write(_head(kind) + (_made_by(maker()) if kind == "results" else b""))

    def is_begun(self) -> bool:
        """Whether there is one that lists nothing yet, or is not even begun."""
        if self.path.is_symlink() or not self.path.is_file():
            return False
        head, ended, rest = self._beginning().partition(b"\n")
        if not ended:
            return any(_head(each).startswith(head) for each in ("results", "files"))
        listed = rest.count(b"\n") - (self.maker() is not None)
        return self.kind() is not None and listed <= 0

    def _beginning(self) -> bytes:
        """Kind and maker, without the list if it is long."""
        try:
            if self.path.is_symlink() or not self.path.is_file():
                return b""
            with self.path.open("rb") as file:
                return file.read(_BEGINNING)
        except OSError:
            return b""

    def written(self) -> dict[str, list[Written]]:
        """By name, what was written, the last one last."""
        found: dict[str, list[Written]] = {}
        try:
            if self.path.stat().st_size > _LONGEST:
                return {}
            text = read_bytes(self.path, most=_LONGEST, error=StoreError)
        except (OSError, StoreError):
            return {}
        for line in text.decode(errors="replace").splitlines()[1:]:
            with suppress(ValueError, KeyError, TypeError):
                entry = _parsed(line)
                content = Content(int(entry["size"]), str(entry["digest"]))
                found.setdefault(str(entry["name"]), []).append(Written(content, str(entry["by"])))
        return found

    def objection(self, name: str) -> str | None:
        """Why a file that is there is not to be replaced or removed.

        None if it is as it was written by the command or function that makes outputs now.
        """
        known = self.written().get(name)
        if known is None:
            return "was not written by supercooled"
        path = self.folder / name
        if path.is_symlink() or not path.is_file():
            return "is no longer the file that supercooled wrote"
        # Sizes first: of most changes no byte has to be read.
        size = path.stat().st_size
        if any(one.content.size == size for one in known):
            there = Content.of(path)
            makers = [one.by for one in known if one.content == there]
            if makers:
                return made_by_another(makers[-1])
        return "has changed since supercooled wrote it"

    @contextmanager
    def noting(self, kind: Kind = "files") -> Iterator[Notes]:
        """Nobody else notes, or replaces a file, while the block lasts."""
        while True:
            self.claim(kind)
            descriptor = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_NOFOLLOW)
            wait_for_lock(descriptor, self.path)
            if same(descriptor, self.path):
                break
            os.close(descriptor)
        try:
            yield Notes(self, descriptor)
        finally:
            fcntl.flock(descriptor, fcntl.LOCK_UN)
            os.close(descriptor)


@dataclass(frozen=True, slots=True)
class Notes:
    """A manifest that this process may write in."""

    manifest: Manifest
    descriptor: int

    def add(self, name: str, content: Content) -> None:
        """Note what a file is about to hold, for good."""
        made = Written(content, maker())
        known = self.manifest.written().get(name, [])
        if made in known and [one for one in known if one.content == content][-1] == made:
            return
        data = (b"" if self._whole() else b"\n") + _line(name, made)
        while data:
            data = data[os.write(self.descriptor, data) :]
        os.fsync(self.descriptor)

    def shorten(self, room: Path) -> None:
        """Keep one line for each file, the one that it holds, in the order of the names.

        Parameters
        ----------
        room
            for the new one, on the same file system
        """
        folder, lines = self.manifest.folder, []
        for name, known in sorted(self.manifest.written().items()):
            path = folder / name
            if path.is_symlink() or not path.is_file():
                continue
            # What was written last is there, or the last writing was killed before it got its name.
            there = known[-1].content if len(set(known)) == 1 else Content.of(path)
            # What has changed since is still to be known as changed.
            kept = next((one for one in reversed(known) if one.content == there), known[-1])
            lines.append(_line(name, kept))
        with (room / NAME).open("wb") as file:
            file.write(self._first() + b"".join(lines))
            file.flush()
            os.fsync(file.fileno())
        (room / NAME).replace(self.manifest.path)

    def _first(self) -> bytes:
        made = self.manifest.maker()
        head = os.pread(self.descriptor, 200, 0).partition(b"\n")[0] + b"\n"
        return head if made is None else head + _made_by(made)

    def _whole(self) -> bool:
        size = os.fstat(self.descriptor).st_size
        return os.pread(self.descriptor, 1, size - 1) == b"\n"


def _head(kind: str) -> bytes:
    return json.dumps({"supercooled": kind}).encode() + b"\n"


def _made_by(who: str) -> bytes:
    return json.dumps({"by": who}).encode() + b"\n"


def _line(name: str, made: Written) -> bytes:
    about = {"name": name, "size": made.content.size, "digest": made.content.digest, "by": made.by}
    return json.dumps(about).encode() + b"\n"


def _parsed(line: str) -> dict[str, Any]:
    """A line of it; of what is none, nothing."""
    try:
        entry = parsed_json(line)
    except ValueError:
        return {}
    return entry if isinstance(entry, dict) else {}
