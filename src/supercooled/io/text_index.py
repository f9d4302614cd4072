"""Where each frame of a text file lies, and what its header says."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

from supercooled.arrays import AnyArray, Array, Integers
from supercooled.digests import Digest
from supercooled.errors import TrajectoryError
from supercooled.io.labels import cut_short
from supercooled.io.unpacking import ends_early, is_packed, plain_text
from supercooled.kernels import text as kernels

# Rows that are passed, and then added to the digest, at once: they are in the processor's cache still.
_ROWS = 4096


class CutError(Exception):
    """The text ends where a line should go on."""


@dataclass(frozen=True, slots=True)
class Header:
    """What comes before the particles of a frame.

    columns : canonical names: x y z, xu.., xs.., xsu.., ix iy iz, id, species; others are passed over
    edges : (3, 3), edges of the box as columns
    corner : (3,), where the edges meet
    periodic : along each edge
    step, time : None where the header has none
    """

    n_particles: int
    columns: tuple[str, ...]
    edges: Array
    corner: Array
    periodic: tuple[bool, ...]
    step: int | None = None
    time: float | None = None


@dataclass(frozen=True, slots=True)
class TextIndex:
    """All headers of a file, and the bytes between which each frame's particles lie.

    starts, stops : (frame,)
    edges : (frame, 3, 3)
    corners : (frame, 3)
    periodic : along each edge, in every frame
    steps, times : (frame,), None unless every frame has one
    digest : of the whole text
    """

    starts: Integers
    stops: Integers
    n_particles: int
    columns: tuple[str, ...]
    edges: Array
    corners: Array
    periodic: tuple[bool, ...]
    steps: Array | None
    times: Array | None
    digest: str


class LineReader:
    """Lines of a binary file that must be whole."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def next(self) -> str:
        """The next line, without its end."""
        line = self._file.readline()
        if not line.endswith(b"\n"):
            raise CutError
        return line.decode("utf-8", errors="replace").strip()

    def at_end(self) -> bool:
        """Whether nothing but blank lines is left; otherwise the next line is the next one."""
        while line := self._file.readline():
            if line.strip():
                self._file.seek(-len(line), 1)
                return False
        return True


def index_text(path: str | Path, read_header: Callable[[LineReader, str], Header]) -> TextIndex:
    """Find every frame of a text file.

    read_header : reads a header from the lines; the second argument names file and frame

    Raises
    ------
    TrajectoryError
        if the file is missing, empty, or cut short (naming the last whole frame), or if the number
        of particles or the columns change.
    """
    plain = plain_text(path)
    if plain.stat().st_size == 0:
        if ends_early(path):
            raise cut_short(path, 0)
        raise TrajectoryError(f"{path}: the file is empty")
    starts: list[int] = []
    stops: list[int] = []
    headers: list[Header] = []
    end = 0
    digest = Digest()
    try:
        for header, start, stop in _frames(path, plain, read_header, digest):
            _check_like_first(path, len(headers), header, headers[0] if headers else header)
            starts.append(start)
            stops.append(stop)
            headers.append(header)
            end = stop
        if ends_early(path):
            raise CutError
    except CutError:
        raise cut_short(path, len(headers), _how_to_cut(path, end)) from None
    if not headers:
        raise TrajectoryError(f"{path}: no frame in it")
    return TextIndex(
        starts=np.array(starts),
        stops=np.array(stops),
        n_particles=headers[0].n_particles,
        columns=headers[0].columns,
        edges=np.array([h.edges for h in headers]),
        corners=np.array([h.corner for h in headers]),
        periodic=tuple(bool(b) for b in np.all([h.periodic for h in headers], axis=0)),
        steps=_all_or_none([h.step for h in headers]),
        times=_all_or_none([h.time for h in headers]),
        digest=digest.text,
    )


def _frames(
    path: str | Path, plain: Path, read_header: Callable[[LineReader, str], Header], digest: Digest
) -> Iterator[tuple[Header, int, int]]:
    """Header and first and last byte of every frame; the whole text is added to the digest on the way."""
    text: AnyArray = np.asarray(np.memmap(plain, np.uint8, mode="r"))
    added = 0
    with plain.open("rb") as file:
        lines = LineReader(file)
        frame = 0
        while not lines.at_end():
            header = read_header(lines, f"{path}: frame {frame}")
            start = file.tell()
            if header.n_particles < 1:
                raise TrajectoryError(f"{path}: frame {frame} has no particles")
            # A row takes a byte at least, and the kernel counts no further than 64 bits.
            if header.n_particles > len(text):
                raise CutError
            stop = start
            for row in range(0, header.n_particles, _ROWS):
                stop = int(kernels.end_of_lines(text, stop, min(_ROWS, header.n_particles - row)))
                if stop < 0:
                    raise CutError
                digest.add(text[added:stop])
                added = stop
            yield header, start, stop
            file.seek(stop)
            frame += 1
    digest.add(text[added:])


def numbers(line: str, n: int, where: str) -> list[float]:
    """The `n` numbers of a line.

    Raises
    ------
    TrajectoryError
        if they are not there.
    """
    try:
        values = [float(word) for word in line.split()]
    except ValueError:
        values = []
    if len(values) != n:
        raise TrajectoryError(f"{where}: {line[:60]!r} should be {n} number{'s' if n > 1 else ''}")
    return values


def whole_number(line: str, where: str) -> int:
    """The whole number in a line.

    Raises
    ------
    TrajectoryError
        if it is something else.
    """
    try:
        return int(line)
    except ValueError:
        raise TrajectoryError(f"{where}: {line[:60]!r} should be a whole number") from None


def _check_like_first(path: str | Path, frame: int, header: Header, first: Header) -> None:
    if header.n_particles != first.n_particles:
        raise TrajectoryError(
            f"{path}: frame {frame} has {header.n_particles} particles, frame 0 has {first.n_particles}; "
            "a trajectory must keep its particles"
        )
    if header.columns != first.columns:
        raise TrajectoryError(
            f"{path}: frame {frame} has columns {' '.join(header.columns)}, "
            f"frame 0 has {' '.join(first.columns)}"
        )


def _all_or_none(values: Sequence[float | None]) -> Array | None:
    return None if None in values else np.array(values, dtype=np.float64)


def _how_to_cut(path: str | Path, size: int) -> str:
    name = Path(path).name
    name = shlex.quote(f"./{name}" if name.startswith("-") else name)
    show = {".gz": f"gzip -dc {name} 2>/dev/null | head", ".zst": f"zstd -dc {name} | head"}
    command = f"{show[Path(path).suffix.lower()]} -c {size}" if is_packed(path) else f"head -c {size} {name}"
    return f'; "{command}" prints the whole ones'
