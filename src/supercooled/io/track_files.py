"""Tracks in a text table with commas, read in a stream: memory is that of some frames, not of all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

import numpy as np
import xxhash

from supercooled.arguments import Name, NotNegative, Positive, Temperature, validated
from supercooled.arrays import Array, Integers
from supercooled.errors import ParameterError, TrajectoryError
from supercooled.field_of_view import FieldOfView
from supercooled.frame_source import Frames
from supercooled.io.tables import pixels, seen_in_sigma, sizes_in_sigma
from supercooled.plain_data import open_regular
from supercooled.tracks import Seen, Watch
from supercooled.trajectory import Trajectory

# Bytes that are read at once, and the longest header.
BLOCK = 2**24
LONGEST_HEADER = 2**16
# A frame with more than this is no frame.
LONGEST_FRAME = 2**31


@dataclass(frozen=True, slots=True)
class _Columns:
    """Where the numbers stand in a line: coordinates, time, particle, and size if there is one."""

    path: str
    places: tuple[int, ...]
    names: tuple[str, ...]
    dimensions: int

    def parsed(self, text: bytes, first_row: int) -> Array:
        """Numbers of whole lines, (row, column)."""
        import pandas

        try:
            # In the order of the file; the same column may be asked for once only.
            table = pandas.read_csv(
                BytesIO(text),
                header=None,
                usecols=list(self.places),
                dtype=np.float64,
            )
        except (ValueError, pandas.errors.ParserError) as error:
            raise TrajectoryError(f"{self.path}: rows from {first_row} on: {error}") from error
        values = np.stack([table[place].to_numpy() for place in self.places], axis=1)
        if not (finite := np.isfinite(values)).all():
            row, column = np.argwhere(~finite)[0]
            raise TrajectoryError(
                f"{self.path}: row {first_row + row}: {self.names[column]} is {values[row, column]}: leave "
                "out the rows of particles that are not seen"
            )
        return np.asarray(values)


@dataclass(frozen=True, slots=True, eq=False)
class TrackFile:
    """A text table of tracks whose rows are sorted by frame.

    offsets : (frame + 1,), bytes at which each frame begins
    numbers : (particle,), what the particles are called in the table, rising
    scale : (dimensions,), sigma_AA in the table's unit
    edges : (6,), the box about the field of view
    """

    path: Path
    columns: _Columns
    offsets: Integers
    numbers: Array
    scale: Array
    edges: Array
    checksum: str
    watched: list[Seen] = field(default_factory=list, repr=False, compare=False)

    @property
    def name(self) -> str:
        """What an error calls it."""
        return str(self.path)

    @property
    def n_frames(self) -> int:
        """How many frames there are."""
        return len(self.offsets) - 1

    @property
    def digest(self) -> str:
        """Digest of the file and of how it is meant."""
        return xxhash.xxh3_128_hexdigest(
            repr((self.checksum, self.columns.places, self.scale.tolist(), self.edges.tolist())).encode()
        )

    @property
    def seen(self) -> Seen:
        """When each particle is seen; it is found out by reading the file once more."""
        if not self.watched:
            watch = Watch.of(len(self.numbers))
            for frame in range(self.n_frames):
                rows = self._rows(frame, frame + 1)
                watch.add(frame, *self._who_and_where(rows))
            self.watched.append(watch.seen())
        return self.watched[0]

    def boxes(self, frames: Sequence[int]) -> Array:
        """Boxes about the field of view, (frame, 6)."""
        return np.tile(self.edges, (len(frames), 1))

    def read(self, frames: Sequence[int]) -> Frames:
        """The given frames, NaN where a particle is not seen."""
        d = self.columns.dimensions
        sized = len(self.columns.places) > d + 2
        positions = np.full((len(frames), len(self.numbers), 3), np.nan)
        sizes = np.full(positions.shape[:2], np.nan) if sized else None
        for k, frame in enumerate(frames):
            rows = self._rows(int(frame), int(frame) + 1)
            who, where = self._who_and_where(rows)
            positions[k, who] = where
            if sizes is not None:
                sizes[k, who] = rows[:, d + 2] * self.scale[0]
        return Frames(positions, self.boxes(frames), unwrapped=True, diameters=sizes)

    def _rows(self, first: int, last: int) -> Array:
        begin, end = int(self.offsets[first]), int(self.offsets[last])
        with open_regular(self.path, error=TrajectoryError) as file:
            file.seek(begin)
            text = file.read(end - begin)
        if len(text) < end - begin:
            raise TrajectoryError(f"{self.path}: shorter than it was when it was opened")
        return self.columns.parsed(text, 0)

    def _who_and_where(self, rows: Array) -> tuple[Integers, Array]:
        d = self.columns.dimensions
        where = np.zeros((len(rows), 3))
        where[:, :d] = rows[:, :d] * self.scale
        return np.searchsorted(self.numbers, rows[:, d + 1]), where


@validated
def read_tracks(
    path: str | Path,
    *,
    x: Name = "x",
    y: Name = "y",
    z: Name | None = None,
    t: Name = "frame",
    particle: Name = "particle",
    size: Name | None = None,
    pixel: Positive | tuple[Positive, ...] | None = None,
    timestep: Positive | None = None,
    field_of_view: FieldOfView | None = None,
    localisation_error: NotNegative | None = None,
    temperature: Temperature | None = None,
) -> Trajectory:
    r"""Trajectory of a table of tracks in a CSV file, which is read in a stream.

    Only the frames that are asked for are in memory, however large the file is. Rows are sorted by frame, as
    trackpy writes them. Tables of other kinds, such as Parquet, or in another order, pandas reads: pass them
    to :func:`supercooled.from_dataframe`.

    Parameters
    ----------
    path
        text with commas, whose first line names the columns
    x, y, z, t, particle, size
        columns, as of :func:`supercooled.from_dataframe`
    pixel, timestep, field_of_view, localisation_error, temperature
        as of :func:`supercooled.from_dataframe`

    Returns
    -------
    Trajectory
        with its field of view; particles are numbered from 0 in the order of their numbers.

    Raises
    ------
    ParameterError
        if `pixel` is absent, or a column is missing.
    TrajectoryError
        naming file and row, if it can't be read, its rows are not sorted by frame, a number is not finite,
        or a particle stands twice in a frame.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "tracks.csv"
    >>> _ = file.write_text("x,y,frame,particle\n0,0,0,7\n50,40,0,9\n2,1,1,7\n")
    >>> run = read_tracks(file, pixel=0.1)
    >>> run.n_particles, run.present().tolist()
    (2, [[True, True], [True, False]])
    """
    axes = [x, y] if z is None else [x, y, z]
    scale = pixels(pixel, len(axes))
    wanted = [*axes, t, particle, *([] if size is None else [size])]
    if len(set(wanted)) < len(wanted):
        raise ParameterError(f"each column has a name of its own, not {', '.join(wanted)}")
    place = Path(path)
    columns, begin = _header(place, wanted, len(axes))
    times: list[float] = []
    offsets: list[int] = []
    numbers: Array = np.zeros(0)
    low, high = np.full(len(axes), np.inf), np.full(len(axes), -np.inf)
    checksum, end, row = xxhash.xxh3_128(), begin, 0
    for text, rows, starts in _frames(place, columns, begin):
        checksum.update(text)
        firsts = np.flatnonzero(np.diff(rows[:, len(axes)], prepend=np.nan) != 0)
        _check(rows, firsts, times[-1] if times else -np.inf, row, columns)
        times += rows[firsts, len(axes)].tolist()
        offsets += (end + starts[firsts]).tolist()
        numbers = np.union1d(numbers, rows[:, len(axes) + 1])
        low, high = (
            np.minimum(low, rows[:, : len(axes)].min(axis=0)),
            np.maximum(high, rows[:, : len(axes)].max(axis=0)),
        )
        if size is not None:
            sizes_in_sigma(rows[:, len(axes) + 2], size, scale, str(place), row)
        end, row = end + len(text), row + len(rows)
    if not times:
        raise TrajectoryError(f"{place}: no row")
    seen = seen_in_sigma(field_of_view, low, high, scale, localisation_error)
    if (seen.depths(_three(low * scale)) < 0).any() or (seen.depths(_three(high * scale)) < 0).any():
        raise TrajectoryError(f"{place}: positions from {low} to {high} lie outside of the field of view")
    source = TrackFile(
        path=place.absolute(),
        columns=columns,
        offsets=np.array([*offsets, end], dtype=np.int64),
        numbers=numbers,
        scale=scale,
        edges=seen.box().to_array(),
        checksum=checksum.hexdigest(),
    )
    return Trajectory(
        source=source,
        species=np.zeros(len(numbers), np.int32),
        names=("A",),
        moments=None if timestep is None else np.array(times) * timestep,
        frames=np.arange(len(times)),
        dimensions=len(axes),
        temperature=temperature,
        field_of_view=seen,
    )


def _three(corner: Array) -> Array:
    return np.concatenate([corner, np.zeros(3 - len(corner))])[None]


def _header(path: Path, wanted: Sequence[str], dimensions: int) -> tuple[_Columns, int]:
    """Which columns are read, and where the rows begin."""
    with open_regular(path, error=TrajectoryError) as file:
        line = file.readline(LONGEST_HEADER)
    if not line.endswith(b"\n"):
        raise TrajectoryError(f"{path}: the first line should name the columns, and has no end")
    try:
        names = [name.strip().strip('"') for name in line.decode().split(",")]
    except UnicodeDecodeError as error:
        raise TrajectoryError(f"{path}: the first line is not text: {error}") from error
    for name in wanted:
        if name not in names:
            raise ParameterError(f"{path}: no column {name!r} among {', '.join(names)}")
    return _Columns(str(path), tuple(map(names.index, wanted)), tuple(wanted), dimensions), len(line)


def _frames(path: Path, columns: _Columns, begin: int) -> Iterator[tuple[bytes, Array, Integers]]:
    """Whole frames of a file, some at a time: text, rows, and where each begins in the text."""
    at = columns.dimensions
    rest, row = b"", 0
    with open_regular(path, error=TrajectoryError) as file:
        file.seek(begin)
        while block := file.read(BLOCK):
            rest += block
            if len(rest) > LONGEST_FRAME:
                raise TrajectoryError(f"{path}: one frame has more than {LONGEST_FRAME >> 20} MB")
            end = rest.rfind(b"\n") + 1
            if end == 0:
                continue
            rows, starts = _lines(columns, rest[:end], row)
            # The last frame may go on in the next block.
            last = np.flatnonzero(rows[:, at] != rows[-1, at])
            if len(last) == 0:
                continue
            keep = int(last[-1]) + 1
            yield rest[: starts[keep]], rows[:keep], starts[:keep]
            rest, row = rest[starts[keep] :], row + keep
    if rest.strip():
        rows, starts = _lines(columns, rest, row)
        yield rest, rows, starts


def _lines(columns: _Columns, text: bytes, row: int) -> tuple[Array, Integers]:
    ends = np.flatnonzero(np.frombuffer(text, np.uint8) == ord("\n")) + 1
    starts = np.concatenate([[0], ends if not len(ends) or ends[-1] < len(text) else ends[:-1]])
    rows = columns.parsed(text, row)
    if len(rows) != len(starts):
        raise TrajectoryError(
            f"{columns.path}: rows from {row} on: an empty line, or a line broken in a quotation"
        )
    return rows, starts


def _check(rows: Array, firsts: Integers, before: float, row: int, columns: _Columns) -> None:
    """Frames rise, and each has a particle once."""
    at, name, path = columns.dimensions, columns.names[columns.dimensions], columns.path
    times = rows[:, at]
    back = np.flatnonzero(np.diff(times, prepend=before) < 0)
    if len(back):
        k = int(back[0])
        raise TrajectoryError(
            f"{path}: row {row + k}: {name} {times[k]:g} comes after a later one: sort the rows by {name}, "
            f"for example with pandas, sort_values({name!r}), or pass the table to from_dataframe"
        )
    who = rows[:, at + 1]
    if (wrong := who != np.rint(who)).any():
        k = int(np.argmax(wrong))
        raise TrajectoryError(
            f"{path}: row {row + k}: {columns.names[at + 1]} is {who[k]:g}, not a whole number"
        )
    frame = np.searchsorted(firsts, np.arange(len(rows)), side="right")
    order = np.lexsort((who, frame))
    twice = (np.diff(frame[order]) == 0) & (np.diff(who[order]) == 0)
    if twice.any():
        k = order[int(np.argmax(twice)) + 1]
        raise TrajectoryError(
            f"{path}: row {row + k}: particle {who[k]:g} stands twice in {name} {times[k]:g}: a particle has "
            "one position in a frame"
        )
