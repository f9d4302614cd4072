"""The file layer of GSD, read here: what a cut or a kill left is then distinguished from what is whole.

The layer: https://gsd.readthedocs.io/en/stable/file-layer.html. Files of this package hold, in each frame, a
chunk ``supercooled/checksums`` with two numbers for each chunk of the frame before it: the XXH3 (64 bits) of
its name, and that of its bytes with the seed ``type + 2^8 columns + 2^16 rows``. Every chunk is held against
it when it is read, and so is a chunk that is not there.
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

import numpy as np
import xxhash

from supercooled.array_input import not_counts
from supercooled.arrays import AnyArray, Booleans, Integers
from supercooled.digests import digest_of
from supercooled.errors import TrajectoryError
from supercooled.io.labels import cut_short
from supercooled.plain_data import size_of

CHECKSUMS = "supercooled/checksums"
# How the application is called that writes them; before there were checksums it was called "supercooled".
WITH_CHECKSUMS = "supercooled, with checksums"

_MAGIC = 0x65DF65DF65DF65DF
_HEADER = np.dtype(
    [
        ("magic", "<u8"),
        ("index_at", "<u8"),
        ("index_slots", "<u8"),
        ("names_at", "<u8"),
        ("names", "<u8"),
        ("schema_version", "<u4"),
        ("version", "<u4"),
        ("application", "S64"),
        ("schema", "S64"),
        ("reserved", "S80"),
    ]
)
_ENTRY = np.dtype(
    [
        ("frame", "<u8"),
        ("rows", "<u8"),
        ("at", "<i8"),
        ("columns", "<u4"),
        ("name", "<u2"),
        ("type", "u1"),
        ("flags", "u1"),
    ]
)
_TYPES = ("", "u1", "<u2", "<u4", "<u8", "i1", "<i2", "<i4", "<i8", "<f4", "<f8", "i1")
_KINDS = {np.dtype(kind).str: number for number, kind in enumerate(_TYPES[:11]) if kind}
_ITEM_BYTES = np.array([0, 1, 2, 4, 8, 1, 2, 4, 8, 4, 8, 1])
_SLOT = 64
# Bytes that are read without asking whether a file has holes.
_FREELY = 2**26


class _Column(NamedTuple):
    """Where the chunks of one name lie.

    Parameters
    ----------
    entry
        (frame,), of the index; -1 where the frame has none
    stated
        (frame,), whether the frame's checksums name it
    sums
        (frame,), its checksum there
    """

    entry: Integers
    stated: Booleans
    sums: AnyArray


@dataclass(slots=True)
class _Layout:
    """What header, names and index say, and what was found from them since.

    Parameters
    ----------
    stated
        frame and (name, checksum) of every chunk that has one
    """

    application: str
    names: tuple[str, ...]
    index: AnyArray
    columns: dict[str, _Column] = field(default_factory=dict)
    stated: tuple[Integers, AnyArray] | None = None
    digests: dict[tuple[tuple[str, ...], int], str] = field(default_factory=dict)


# Chunks of frames are read one after another, each from the file opened anew.
_known: dict[str, tuple[tuple[int, ...], _Layout]] = {}
_KEPT = 8
_COARSE = 2e9


def checksum(data: AnyArray) -> int:
    """Checksum of a chunk, from its bytes, type and shape."""
    columns = 1 if data.ndim == 1 else data.shape[1]
    return _sum(
        data.reshape(-1).view(np.uint8).data if data.size else b"", _KINDS[data.dtype.str], columns, len(data)
    )


def name_key(name: str) -> int:
    """What stands for a name among the checksums."""
    return int(xxhash.xxh3_64_intdigest(name.encode()))


def _sum(data: Any, kind: int, columns: int, rows: int) -> int:
    return int(xxhash.xxh3_64_intdigest(data, _seed(kind, columns, rows)))


def _seed(kind: int, columns: int, rows: int) -> int:
    return (kind + (columns << 8) + (rows << 16)) % 2**64


class GsdFile:
    """A GSD file of the HOOMD schema, open for reading; a context.

    Attributes
    ----------
    n_frames
        that it lists
    names
        of its chunks

    Raises
    ------
    TrajectoryError
        if there is none, it is something else, its header or index is damaged, or it is cut short
        (naming the last whole frame), unless `cut` frames are wanted.
    """

    def __init__(self, path: str | Path, *, cut: bool = False) -> None:
        self.name = str(path)
        size_of(path, error=TrajectoryError)
        self._descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            about = os.fstat(self._descriptor)
            self._size = about.st_size
            seen = (about.st_dev, about.st_ino, about.st_size, about.st_mtime_ns, about.st_ctime_ns, cut)
            known = _known.get(self.name)
            if known is not None and known[0] == seen:
                self._at = known[1]
            else:
                self._at = self._opened(cut=cut)
                _known.pop(self.name, None)
                # What was changed just now may change again unseen: clocks of file systems are coarse.
                if time.time_ns() - about.st_ctime_ns > _COARSE:
                    _known[self.name] = seen, self._at
                    while len(_known) > _KEPT:
                        _known.pop(next(iter(_known)), None)
        except BaseException:
            os.close(self._descriptor)
            raise
        self.application, self.names = self._at.application, self._at.names
        index = self._at.index
        self.n_frames = int(index["frame"][-1]) + 1 if len(index) else 0
        self.checked = CHECKSUMS in self.names or self.application == WITH_CHECKSUMS

    def _opened(self, *, cut: bool) -> _Layout:
        head = os.pread(self._descriptor, _HEADER.itemsize, 0)
        if len(head) < _HEADER.itemsize or (header := np.frombuffer(head, _HEADER)[0])["magic"] != _MAGIC:
            raise TrajectoryError(f"{self.name} is not a GSD file")
        try:
            application = header["application"].decode()
            schema = header["schema"].decode()
        except UnicodeDecodeError as error:
            raise TrajectoryError(f"{self.name} is not a readable GSD trajectory ({error})") from error
        if schema != "hoomd" or header["version"] >> 16 not in (1, 2):
            raise TrajectoryError(
                f"{self.name} is not a readable GSD trajectory (schema {schema!r}, version "
                f"{header['version'] >> 16})"
            )
        names = self._read_names(int(header["names_at"]), int(header["names"]) * _SLOT)
        index = self._read_index(int(header["index_at"]), int(header["index_slots"]), len(names), cut=cut)
        return _Layout(application, names, index)

    def _read_names(self, start: int, size: int) -> tuple[str, ...]:
        if start + size > self._size:
            raise TrajectoryError(f"{self.name} is cut short: its list of names is missing")
        self.check_stored(size, "its list of names")
        raw = os.pread(self._descriptor, size, start)
        try:
            return tuple(name.decode() for name in raw.split(b"\0") if name)
        except UnicodeDecodeError as error:
            raise TrajectoryError(f"{self.name} is not a readable GSD trajectory ({error})") from error

    def _read_index(self, start: int, slots: int, n_names: int, *, cut: bool) -> AnyArray:
        size = slots * _ENTRY.itemsize
        if start + size > self._size:
            raise TrajectoryError(
                f"{self.name} is cut short: its list of frames is missing, so none can be read"
            )
        self.check_stored(size, "its list of frames")
        index = np.frombuffer(os.pread(self._descriptor, size, start), _ENTRY)
        used = index["at"] != 0
        n = len(index) if used.all() else int(np.argmin(used))
        lost = index["frame"][n:][used[n:]]
        index = index[:n]
        strange = (
            (index["rows"] > self._size)
            | (index["columns"] > self._size)
            | (index["columns"] == 0)
            | (index["type"] == 0)
            | (index["type"] >= len(_TYPES))
            | (index["name"] >= n_names)
            | (index["flags"] != 0)
            | (index["at"] < 0)
            | (index["frame"] >= slots)
        )
        # Frames follow each other; the first of one that can't be ends what can be trusted.
        strange[1:] |= index["frame"][1:] < index["frame"][:-1]
        if strange.any():
            number = int(index["frame"][np.argmax(strange)])
            raise TrajectoryError(
                f"{self.name}: the index entry of frame {number} is impossible; the file is damaged"
            )
        end = index["at"] + (index["rows"] * index["columns"]).astype(np.int64) * _ITEM_BYTES[index["type"]]
        sizes = index["rows"].astype(np.float64) * index["columns"] * _ITEM_BYTES[index["type"]]
        lost = np.concatenate(
            [lost, index["frame"][(end > self._size) | (end < index["at"]) | (sizes > self._size)]]
        )
        if len(lost):
            whole = int(lost.min())
            if not cut:
                raise cut_short(self.name, whole)
            index, sizes = index[index["frame"] < whole], sizes[index["frame"] < whole]
        self.check_stored(int(sizes.max(initial=0.0)), "a chunk")
        return index

    def check_stored(self, size: int, what: str) -> None:
        """Refuse what would take more bytes than the file really has on the disk: a file may have holes.

        Raises
        ------
        TrajectoryError
            if it would.
        """
        if size <= _FREELY:
            return
        stored = at = 0
        try:
            while at < self._size and stored < size:
                at = os.lseek(self._descriptor, at, os.SEEK_DATA)
                end = os.lseek(self._descriptor, at, os.SEEK_HOLE)
                stored, at = stored + end - at, end
        except OSError:
            # no data beyond, or a file system that knows no holes
            stored = stored or self._size
        if stored < size:
            raise TrajectoryError(
                f"{self.name}: {what} should take {size} bytes, but only {stored} bytes of the "
                "file are on the disk and the rest is empty: it is damaged"
            )

    def holds(self, name: str, n_frames: int) -> bool:
        """Whether any of the first frames has a chunk of its own."""
        column = self._column(name)
        there = column.entry[:n_frames] >= 0
        if self.checked and (wrong := there != column.stated[:n_frames]).any():
            raise self._damaged(int(np.argmax(wrong)), name)
        return bool(there.any())

    def check_complete(self, n_frames: int) -> None:
        """Refuse a file whose first frames lack, or have more, chunks than their checksums name.

        Raises
        ------
        TrajectoryError
            if it is.
        """
        if not self.checked:
            return
        for name in self.names:
            if name != CHECKSUMS:
                self.holds(name, n_frames)
        listed = np.bincount(self._at.index["frame"].astype(np.int64), minlength=self.n_frames) - 1
        stated = np.bincount(self._table()[0], minlength=self.n_frames)
        if (wrong := (listed != stated)[:n_frames]).any():
            raise self._damaged(int(np.argmax(wrong)), "its list of chunks")

    def has(self, frame: int, name: str) -> bool:
        """Whether a frame has a chunk of its own.

        Raises
        ------
        TrajectoryError
            if it has one and shouldn't, or should have one and hasn't.
        """
        column = self._column(name)
        there = bool(column.entry[frame] >= 0)
        if self.checked and there != bool(column.stated[frame]):
            raise self._damaged(frame, name)
        return there

    def read(self, frame: int, name: str) -> AnyArray:
        """A chunk that a frame has, (rows,) or (rows, columns), verified."""
        column = self._column(name)
        entry = self._at.index[column.entry[frame]]
        kind, rows, columns = int(entry["type"]), int(entry["rows"]), int(entry["columns"])
        size = rows * columns * int(_ITEM_BYTES[kind])
        raw = os.pread(self._descriptor, size, int(entry["at"]))
        if len(raw) != size:
            raise TrajectoryError(f"{self.name}: frame {frame}: {name} can't be read; the file is damaged")
        if self.checked and (
            not column.stated[frame] or _sum(raw, kind, columns, rows) != int(column.sums[frame])
        ):
            raise self._damaged(frame, name)
        values = np.frombuffer(raw, _TYPES[kind])
        return values if columns == 1 else values.reshape(rows, columns)

    def read_into(self, name: str, frames: Sequence[int], out: AnyArray) -> Integers:
        """Read the chunks of some frames, each of the shape of `out[k]`; which of them have none.

        Raises
        ------
        TrajectoryError
            if one has another shape, or is damaged.
        """
        column = self._column(name)
        chosen = np.asarray(frames, dtype=np.int64)
        entries = column.entry[chosen]
        if self.checked and (wrong := (entries >= 0) != column.stated[chosen]).any():
            raise self._damaged(int(chosen[np.argmax(wrong)]), name)
        there = np.flatnonzero(entries >= 0)
        found = self._at.index[entries[there]]
        n_rows, n_columns = (*out.shape[1:], 1)[:2]
        if (odd := (found["rows"] != n_rows) | (found["columns"] != n_columns)).any():
            frame = int(chosen[there[np.argmax(odd)]])
            raise TrajectoryError(
                f"{self.name}: frame {frame}: {name} has shape {self.read(frame, name).shape} instead of "
                f"{out.shape[1:]}; the file is damaged"
            )
        sums = column.sums[chosen[there]].tolist()
        for kind in set(found["type"].tolist()):
            # One buffer, which stays in the processor's cache from the disk to the sum to `out`.
            buffer = np.empty(out.shape[1:], _TYPES[kind])
            raw = buffer.reshape(-1).view(np.uint8).data if buffer.size else memoryview(b"")
            seed = _seed(kind, n_columns, n_rows)
            fits = out.dtype.kind != "i" or np.can_cast(buffer.dtype, out.dtype)
            for k in np.flatnonzero(found["type"] == kind).tolist():
                if os.preadv(self._descriptor, [raw], int(found["at"][k])) != len(raw):
                    raise TrajectoryError(f"{self.name} has become shorter while it was read")
                if self.checked and xxhash.xxh3_64_intdigest(raw, seed) != sums[k]:
                    raise self._damaged(int(chosen[there[k]]), name)
                if not fits and (wrong := not_counts(buffer, out.dtype)).any():
                    particle = int(np.argwhere(wrong)[0, 0])
                    raise TrajectoryError(
                        f"{self.name}: frame {int(chosen[there[k]])}, particle {particle}: {name} is "
                        f"{buffer[wrong].flat[0]}, not a whole number below 2^31"
                    )
                # A value that is none gets its sentence where positions are looked at.
                with np.errstate(invalid="ignore"):
                    out[there[k]] = buffer
        return np.flatnonzero(entries < 0)

    def scalars(self, name: str, n_frames: int, width: int) -> tuple[Booleans, AnyArray]:
        """Chunks of one small kind of the first frames: which have one, and their values (frame, width).

        Of a frame without one the values are 0. They are verified as :meth:`read` does.

        Raises
        ------
        TrajectoryError
            if one has another width.
        """
        self.holds(name, n_frames)
        column = self._column(name)
        entry = column.entry[:n_frames]
        there = entry >= 0
        found = self._at.index[entry[there]]
        values = np.zeros((n_frames, width))
        shapes = found["rows"] * found["columns"] if len(found) else np.zeros(0)
        if (odd := shapes != width).any():
            frame = int(np.flatnonzero(there)[np.argmax(odd)])
            raise TrajectoryError(
                f"{self.name}: frame {frame}: {name} has shape {self.read(frame, name).shape} instead of "
                f"({width},); the file is damaged"
            )
        for kind in np.unique(found["type"]):
            same = found["type"] == kind
            raw = self._gathered(found["at"][same], width * int(_ITEM_BYTES[kind]))
            frames = np.flatnonzero(there)[same]
            if self.checked:
                self._verify(name, frames, raw, found[same], column.sums[frames])
            values[frames] = raw.view(_TYPES[kind])
        return there, values

    def _verify(
        self, name: str, frames: Integers, raw: AnyArray, entries: AnyArray, stated: AnyArray
    ) -> None:
        kind, columns, rows = int(entries["type"][0]), entries["columns"].tolist(), entries["rows"].tolist()
        found = [_sum(data.data, kind, m, n) for data, m, n in zip(raw, columns, rows, strict=True)]
        wrong = np.array(found, dtype=np.uint64) != stated
        if wrong.any():
            raise self._damaged(int(frames[np.argmax(wrong)]), name)

    def digest(self, names: Sequence[str], n_frames: int) -> str:
        """Digest of some chunks in the first frames, from their checksums."""
        asked = (tuple(names), n_frames)
        if asked not in self._at.digests:
            columns = [self._column(name) for name in names]
            self._at.digests[asked] = digest_of(
                [(c.stated[:n_frames], np.where(c.stated, c.sums, 0)[:n_frames]) for c in columns]
            )
        return self._at.digests[asked]

    def frame_digests(self, names: Sequence[str], frames: Sequence[int]) -> list[str]:
        """Digest of some chunks of each frame, from their checksums; what a frame has not is the first's."""
        columns = [self._column(name) for name in names]
        chosen = np.asarray(frames, dtype=np.int64)
        stated = np.stack([np.where(c.stated[chosen], c.sums[chosen], c.sums[0]) for c in columns], axis=1)
        return [digest_of(row) for row in stated]

    @property
    def with_checksums(self) -> Booleans:
        """Which frames have checksums, (frame,)."""
        return np.asarray(self._entries(CHECKSUMS) >= 0)

    def whole_frames(self, begin: int = 0) -> int:
        """How many frames are whole: all chunks of the first so many, from `begin` on, are as written."""
        for frame in range(begin, self.n_frames):
            try:
                for name in self.names:
                    if name != CHECKSUMS and self.has(frame, name):
                        self.read(frame, name)
            except TrajectoryError:
                return frame
            if self.checked and not self.with_checksums[frame]:
                return frame
        return self.n_frames

    def _damaged(self, frame: int, name: str) -> TrajectoryError:
        return TrajectoryError(
            f"{self.name}: frame {frame}: {name} is not what was written (its checksum "
            "differs); the file is damaged: copy it again from its original, or make it again"
        )

    def _entries(self, name: str) -> Integers:
        entry = np.full(self.n_frames, -1, dtype=np.int64)
        if name in self.names:
            mine = np.flatnonzero(self._at.index["name"] == self.names.index(name))
            entry[self._at.index["frame"][mine].astype(np.int64)] = mine
        return entry

    def _column(self, name: str) -> _Column:
        if name not in self._at.columns:
            stated, sums = np.zeros(self.n_frames, dtype=bool), np.zeros(self.n_frames, dtype=np.uint64)
            if self.checked:
                frames, table = self._table()
                mine = table[:, 0] == np.uint64(name_key(name))
                stated[frames[mine]], sums[frames[mine]] = True, table[mine, 1]
            self._at.columns[name] = _Column(self._entries(name), stated, sums)
        return self._at.columns[name]

    def _table(self) -> tuple[Integers, AnyArray]:
        """Frame and (name, checksum) of every chunk that has one."""
        if self._at.stated is None:
            entry = self._entries(CHECKSUMS)
            frames = np.flatnonzero(entry >= 0)
            found = self._at.index[entry[frames]]
            wrong = (found["columns"] != 2) | (found["type"] != _KINDS["<u8"])
            if wrong.any():
                raise self._damaged(int(frames[np.argmax(wrong)]), CHECKSUMS)
            owners, tables = [np.zeros(0, np.int64)], [np.zeros((0, 2), np.uint64)]
            for rows in np.unique(found["rows"]).tolist():
                same = found["rows"] == rows
                raw = self._gathered(found["at"][same], 16 * rows)
                tables.append(raw.view("<u8").reshape(-1, 2))
                owners.append(np.repeat(frames[same], rows))
            self._at.stated = np.concatenate(owners), np.concatenate(tables)
        return self._at.stated

    def _gathered(self, at: Integers, size: int) -> AnyArray:
        """Bytes of small chunks, (chunk, size)."""
        if len(at) * size == 0:
            return np.zeros((len(at), size), np.uint8)
        pieces = [os.pread(self._descriptor, size, start) for start in at.tolist()]
        if min(map(len, pieces)) < size:
            raise TrajectoryError(f"{self.name} has become shorter while it was read")
        return np.frombuffer(b"".join(pieces), np.uint8).reshape(len(at), size)

    def close(self) -> None:
        """Close it; more than once does no harm."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
