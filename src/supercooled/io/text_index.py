"""Where each frame of a text file lies, and what its header says."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

from supercooled.arrays import AnyArray, Array, Integers
from supercooled.digests import Digest
from supercooled.errors import TrajectoryError
from supercooled.io.decompression import ends_early, is_packed, plain_text
from supercooled.io.labels import cut_short
from supercooled.io.meaning import Meaning
from supercooled.kernels import text as kernels

# Rows that are passed, and then added to the digest, at once: they are in the processor's cache still.
_ROWS = 4096
# Bytes of a last line without an end, and of those before that show how numbers are written.
_LONGEST_ROW, _EVIDENCE = 2**16, 2**16
_FIXED = re.compile(rb"[+-]?\d+\.(\d+)([eE][+-]?\d+)?")


# Bytes of a line of a header, and columns of a row.
LONGEST_LINE = 2**21
MOST_COLUMNS = 4096
# Python would take 1_000 and digits of other scripts, and as many of them as there are.
_WHOLE = re.compile(r"\s*[-+]?[0-9]{1,40}\s*")


class CutError(Exception):
    """The text ends where a line should go on.

    Parameters
    ----------
    last
        what there is of the line, where that may be all
    """

    def __init__(self, last: str | None = None) -> None:
        super().__init__(last)
        self.last = last


@dataclass(frozen=True, slots=True)
class Header:
    """What comes before the particles of a frame.

    Parameters
    ----------
    columns
        canonical names: x y z, xu.., xs.., xsu.., ix iy iz, id, species; others are passed over
    edges
        (3, 3), edges of the box as columns
    corner
        (3,), where the edges meet
    periodic
        along each edge
    step, time
        None where the header has none
    called
        the columns as the file calls them
    labels
        those of them that may tell the species, the first one by default
    units
        as LAMMPS names them; None where the header says nothing
    """

    n_particles: int
    columns: tuple[str, ...]
    edges: Array
    corner: Array
    periodic: tuple[bool, ...]
    step: int | None = None
    time: float | None = None
    called: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    units: str | None = None


@dataclass(frozen=True, slots=True)
class TextIndex:
    """All headers of a file, and the bytes between which each frame's particles lie.

    Parameters
    ----------
    starts, stops
        (frame,)
    edges
        (frame, 3, 3)
    corners
        (frame, 3)
    periodic
        along each edge, in every frame
    steps, times
        (frame,), None unless every frame has one
    digest
        of the whole text
    called, labels
        as in :class:`Header`
    units
        that the file says it has; None where it says nothing
    unended
        the last line has no end
    left_out
        the last frame is not whole, and was left out
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
    called: tuple[str, ...]
    labels: tuple[str, ...]
    units: str | None
    unended: bool
    left_out: bool


class LineReader:
    """Lines of a binary file that must be whole."""

    def __init__(self, file: BinaryIO, name: str | Path) -> None:
        self._file = file
        self._name = name

    def next(self) -> str:
        """The next line, without its end."""
        line = self._file.readline(LONGEST_LINE)
        if not line.endswith(b"\n"):
            if len(line) == LONGEST_LINE:
                raise TrajectoryError(
                    f"{self._name}: a line of more than {LONGEST_LINE // 2**20} MB is in the "
                    "place of a header; this is not a trajectory in text form, or it is damaged"
                )
            raise CutError
        # Editors put a mark before the first letter of a file.
        return line.decode("utf-8", errors="replace").strip().lstrip("\ufeff")

    def at_end(self) -> bool:
        """Whether nothing but blank lines is left; otherwise the next line is the next one."""
        while line := self._file.readline(LONGEST_LINE):
            if line.strip():
                self._file.seek(-len(line), 1)
                return False
        return True


def index_text(
    path: str | Path,
    read_header: Callable[[LineReader, str], Header],
    meaning: Meaning | None = None,
) -> TextIndex:
    """Find every frame of a text file.

    Parameters
    ----------
    read_header
        reads a header from the lines; the second argument names file and frame
    meaning
        says whether a last frame that may be cut is an error, left out, or kept

    Raises
    ------
    TrajectoryError
        if the file is missing, empty, or cut short (naming the last whole frame), or if the number
        of particles or the columns change.
    """
    said = meaning or Meaning()
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
    left_out = False
    try:
        for header, start, stop in _frames(path, plain, read_header, digest, keep=said.unfinished == "keep"):
            _check_like_first(path, len(headers), header, headers[0] if headers else header)
            starts.append(start)
            stops.append(stop)
            headers.append(header)
            end = stop
        if ends_early(path):
            raise CutError
    except CutError as cut:
        left_out = True
        error = cut_short(path, len(headers), _how_to_cut(path, end), cut.last)
        if not headers:
            raise error from None
        if said.unfinished != "drop":
            said.doubt(error)
    if not headers:
        raise TrajectoryError(f"{path}: there is no frame in it")
    units = {h.units for h in headers if h.units is not None}
    if len(units) > 1:
        raise TrajectoryError(f"{path}: its frames have different units: {', '.join(sorted(units))}")
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
        called=headers[0].called,
        labels=headers[0].labels,
        units=next(iter(units), None),
        unended=stops[-1] > plain.stat().st_size,
        left_out=left_out,
    )


def _frames(
    path: str | Path,
    plain: Path,
    read_header: Callable[[LineReader, str], Header],
    digest: Digest,
    *,
    keep: bool,
) -> Iterator[tuple[Header, int, int]]:
    """Header and first and last byte of every frame; the whole text is added to the digest on the way.

    Parameters
    ----------
    keep
        a last line without an end, as it is; its end is counted as if it were there
    """
    text: AnyArray = np.zeros(0, np.uint8)
    added = 0
    with plain.open("rb") as file:
        lines = LineReader(file, path)
        frame = 0
        while not lines.at_end():
            header = read_header(lines, f"{path}: frame {frame}")
            start = file.tell()
            if header.n_particles < 1:
                raise TrajectoryError(f"{path}: frame {frame} has no particles")
            if frame == 0:
                # Not before there is a header: whatever else it is may be of any size.
                text = _mapped(path, plain)
            # A row takes a byte at least, and the kernel counts no further than 64 bits.
            if header.n_particles > len(text):
                raise CutError
            stop = start
            for row in range(0, header.n_particles, _ROWS):
                rows = min(_ROWS, header.n_particles - row)
                before, stop = stop, int(kernels.end_of_lines(text, stop, rows))
                if stop < 0:
                    _check_last_line(text, before, rows, header, last=row + rows, keep=keep)
                    stop = len(text) + 1
                digest.add(text[added:stop])
                added = stop
            yield header, start, stop
            file.seek(stop)
            frame += 1
    digest.add(text[added:])


def _mapped(path: str | Path, plain: Path) -> AnyArray:
    try:
        return np.asarray(np.memmap(plain, np.uint8, mode="r"))
    except OSError as error:
        raise TrajectoryError(f"{path} can't be read: {error.strerror}") from error


def _check_last_line(text: AnyArray, start: int, rows: int, header: Header, *, last: int, keep: bool) -> None:
    """Refuse a text that ends before a row does, unless only the end of its line can be missing."""
    at = int(kernels.end_of_lines(text, start, rows - 1))
    if at < 0 or last < header.n_particles or len(text) - at > _LONGEST_ROW:
        raise CutError
    line = text[at:].tobytes()
    if b"\n" in line or len(line.split()) != len(header.columns):
        raise CutError
    if not keep and not ends_for_certain(line, text[max(0, at - _EVIDENCE) : at].tobytes()):
        raise CutError(line.decode("utf-8", errors="replace").strip())


def ends_for_certain(line: bytes, before: bytes) -> bool:
    r"""Whether the last value of a line without an end can't have lost a digit.

    Parameters
    ----------
    line
        its last line
    before
        some of the text before it, from anywhere in a line

    Notes
    -----
    So if there is a blank behind it, or if it has as many digits behind the point as the last values of
    the lines before have, and these show that zeros at their ends are written too.

    Examples
    --------
    >>> ends_for_certain(b"2 1 0.1322 6.5062", b"3 1 0.7544 4.7801\n1 1 5.0957 2.1580\n")
    True
    >>> ends_for_certain(b"2 1 0.1322 6.506", b"1 1 5.0957 2.1580\n")
    False
    """
    if line[-1:].isspace():
        return True
    n = len(line.split())
    if n == 0:
        return False
    rows = [row.split() for row in before.split(b"\n")[1:]]
    forms = [_FIXED.fullmatch(row[-1]) for row in rows if len(row) == n]
    own = _FIXED.fullmatch(line.split()[-1])
    if own is None or None in forms or not forms:
        return False
    found = [form for form in forms if form is not None]
    # 0.25 and 1.5 are shortened, 0.2500 and 1.5000 are not: without a zero at an end nothing is certain.
    padded = any(form[1].endswith(b"0") for form in found) or all(form[2] for form in found)
    return padded and {(len(form[1]), len(form[2] or b"")) for form in found} == {
        (len(own[1]), len(own[2] or b""))
    }


def numbers(line: str, n: int, where: str) -> list[float]:
    """The `n` numbers of a line.

    Raises
    ------
    TrajectoryError
        if they are not there.
    """
    try:
        # Fortran writes the exponent of a double after a D.
        words = [] if "_" in line else line.split()
        values = [float(word.replace("D", "e").replace("d", "e")) for word in words]
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
    if not _WHOLE.fullmatch(line):
        raise TrajectoryError(f"{where}: {line[:60]!r} should be a whole number")
    return int(line)


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


def check_columns(number: int, where: str) -> None:
    """Refuse more columns than any row has.

    Raises
    ------
    TrajectoryError
        if there are.
    """
    if number > MOST_COLUMNS:
        raise TrajectoryError(f"{where}: {number} columns, more than the {MOST_COLUMNS} that are read")


def _all_or_none(values: Sequence[float | None]) -> Array | None:
    return None if None in values else np.array(values, dtype=np.float64)


def _how_to_cut(path: str | Path, size: int) -> str:
    name = Path(path).name
    name = shlex.quote(f"./{name}" if name.startswith("-") else name)
    show = {
        ".gz": f"gzip -dc {name} 2>/dev/null | head",
        ".bz2": f"bzip2 -dc {name} 2>/dev/null | head",
        ".zst": f"zstd -dc {name} | head",
    }
    command = f"{show[Path(path).suffix.lower()]} -c {size}" if is_packed(path) else f"head -c {size} {name}"
    return f'; "{command}" prints the complete ones'
