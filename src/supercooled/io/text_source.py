"""Frames of text files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from supercooled.arrays import AnyArray, Array, Integers
from supercooled.box import Box
from supercooled.errors import ParameterError, TrajectoryError
from supercooled.frame_source import Frames, digest_of_fields, kept
from supercooled.io.decompression import plain_text
from supercooled.kernels import text as kernels

_FREE = (("xu", "yu", "zu"), ("xsu", "ysu", "zsu"))
_FOLDED = (("x", "y", "z"), ("xs", "ys", "zs"))
_LARGEST_ID = 2.0**53
_IMAGES = ("ix", "iy", "iz")
# Columns that give the size of a particle, the first that is there.
SIZES = ("diameter", "radius")
Z = {"z", "zu", "zs", "zsu"}


@dataclass(frozen=True, slots=True)
class Columns:
    """What each column of a row is for.

    Parameters
    ----------
    names
        in the file
    roles
        as the kernel wants them, see there
    coordinates
        how many (2 or 3); they come first among the numbers, then images, then the id
    images
        how many of them are counted (0, 2 or 3)
    size
        what the column of sizes gives, "diameter" or "radius"; it stands behind the images
    """

    names: tuple[str, ...]
    roles: tuple[int, ...]
    coordinates: int
    scaled: bool
    unwrapped: bool
    images: int
    has_ids: bool
    has_species: bool
    size: str | None = None

    @property
    def n_numbers(self) -> int:
        """How many numbers are kept of each row."""
        return self.coordinates + self.images + (self.size is not None) + self.has_ids

    @property
    def words(self) -> str:
        """What the coordinates are."""
        scaled = "scaled by the box, " if self.scaled else ""
        return scaled + ("unwrapped" if self.unwrapped else "folded")


def one_column(names: tuple[str, ...], place: int, *, word: bool) -> Columns:
    """A single column, of words or of numbers."""
    roles = [-1] * len(names)
    roles[place] = -2 if word else 0
    return Columns(
        names=names,
        roles=tuple(roles),
        coordinates=0 if word else 1,
        scaled=False,
        unwrapped=False,
        images=0,
        has_ids=False,
        has_species=word,
    )


def choose_columns(
    path: str | Path,
    names: tuple[str, ...],
    *,
    planar: bool = False,
    species: int | None = None,
    unwrapped: bool | None = None,
) -> Columns:
    """Decide which columns to read.

    Parameters
    ----------
    planar
        no particle ever leaves its plane, and nobody needs to count along z
    species
        which column tells it, by its place; None takes the one called so
    unwrapped
        whether positions are, if their names do not say so

    Raises
    ------
    TrajectoryError
        if there are no coordinates among them.
    """
    # Printed digits are few: folded coordinates with image flags lose none to how far particles went.
    there = set(names)
    counted = {"ix", "iy"} <= there and (planar or "iz" in there or not {"z", "zs"} & there)
    free_first = not counted if unwrapped is None else unwrapped
    order = _FREE + _FOLDED if free_first else _FOLDED + _FREE
    whole = [kind for kind in order if set(kind) <= there]
    kinds = whole or [kind for kind in order if set(kind[:2]) <= there]
    if not kinds:
        raise TrajectoryError(f"{path}: no coordinates among its columns {' '.join(names)}")
    kind = kinds[0]
    if kind[2] not in names and not planar and (other := there & Z):
        raise TrajectoryError(
            f"{path}: its columns {' '.join(names)} have {' and '.join(kind[:2])} but "
            f"{min(other)}: all coordinates must be of one kind; dump it with {' '.join(kind)}"
        )
    coordinates = 3 if kind[2] in names else 2
    free = "u" in kind[0]
    if unwrapped and not free and counted:
        raise ParameterError(
            f"{path} has image flags, which give the number of box crossings of each particle: "
            "leave unwrapped out"
        )
    is_unwrapped = free if unwrapped is None else unwrapped
    wanted = list(kind[:coordinates])
    images = 0 if is_unwrapped or free or not counted else (coordinates if "iz" in there else 2)
    wanted += _IMAGES[:images]
    told = names.index("species") if species is None and "species" in names else species
    size = next((name for name in SIZES if name in names and told != names.index(name)), None)
    if size is not None:
        wanted.append(size)
    if "id" in names:
        wanted.append("id")
    roles = [wanted.index(name) if name in wanted else -1 for name in names]
    twice = [name for name in wanted if names.count(name) > 1]
    if twice:
        raise TrajectoryError(f"{path}: {twice[0]} appears twice among its columns {' '.join(names)}")
    if told is not None:
        if roles[told] >= 0:
            raise ParameterError(f"{path}: the column {names[told]} does not give the species")
        roles[told] = -2
    return Columns(
        names=names,
        roles=tuple(roles),
        coordinates=coordinates,
        scaled="s" in kind[0],
        unwrapped=is_unwrapped,
        images=images,
        has_ids="id" in names,
        has_species=told is not None,
        size=size,
    )


@dataclass(frozen=True, slots=True, eq=False)
class TextSource:
    """Frames of a text file; their places are known, and a chunk's bytes are read at once parsed.

    Parameters
    ----------
    starts, stops
        (frame,), bytes of the plain text
    box_values
        (frame, 6)
    corners
        (frame, 3)
    rotations
        (frame, 3, 3), from the file's axes to those of the box; None where they agree
    ids
        (particle,), sorted; None where the file has none
    words
        (particle,), packed names of the species, in the order of `ids`
    text_digest
        of the whole file, unpacked
    unended
        the last line of the text has no end
    """

    name: str
    text_digest: str
    starts: Integers
    stops: Integers
    columns: Columns
    box_values: Array
    corners: Array
    rotations: Array | None
    dimensions: int
    ids: Integers | None
    words: Integers
    flat: float | None
    unended: bool
    known: dict[str, str] = field(default_factory=dict, repr=False, compare=False)

    @property
    def digest(self) -> str:
        """Digest of the text, made while its frames were found, and of how it is read."""
        return kept(self.known, lambda: digest_of_fields(self, without=("name", "known")))

    @property
    def n_frames(self) -> int:
        """How many frames there are."""
        return len(self.starts)

    def boxes(self, frames: Sequence[int]) -> Array:
        """Boxes of the given frames, (frame, 6)."""
        return self.box_values[np.asarray(frames, dtype=np.int64)]

    def read(self, frames: Sequence[int]) -> Frames:
        """The given frames, particles sorted by id."""
        n = len(self.words)
        positions = np.zeros((len(frames), n, 3))
        images = np.zeros((len(frames), n if self.columns.images else 0, 3), np.int32)
        sizes = None if self.columns.size is None else np.empty((len(frames), n))
        behind = self.columns.coordinates + self.columns.images
        rows = Rows(self.name, self.columns, n, unended=self.unended)
        with plain_text(self.name).open("rb", buffering=0) as file:
            for k, f in enumerate(frames):
                numbers, words = rows.parse(file, f, int(self.starts[f]), int(self.stops[f]))
                place = self._places(f, numbers, words)
                shift, turn, offset = self._to_centre(f)
                row = kernels.place_rows(
                    numbers, place, shift, self.columns.coordinates, positions[k], images[k]
                )
                if row >= 0:
                    raise self._no_image(f, row, numbers)
                if turn is not None:
                    positions[k] = positions[k] @ turn.T - offset
                if sizes is not None:
                    sizes[k, place] = numbers[:, behind] * (2.0 if self.columns.size == "radius" else 1.0)
        kept = images if self.columns.images else None
        return Frames(positions, self.boxes(frames), kept, self.columns.unwrapped, sizes)

    def _places(self, frame: int, numbers: Array, words: Integers) -> NDArray[np.int64]:
        where = f"{self.name}: frame {frame}"
        if self.ids is None:
            place: NDArray[np.int64] = np.arange(len(self.words))
        else:
            place = places_of(numbers[:, -1], self.ids, where)
        if self.flat is not None and (lifted := numbers[:, 2] != self.flat).any():
            row = int(np.argmax(lifted))
            raise TrajectoryError(f"{where}, particle in row {row} leaves the plane z = {self.flat:g}")
        if self.columns.has_species and (changed := words != self.words[place]).any():
            row = int(np.argmax(changed))
            who = f"particle {row}" if self.ids is None else f"particle id {numbers[row, -1]:.0f}"
            before, now = unpacked_word(self.words[place[row]]), unpacked_word(words[row])
            raise TrajectoryError(f"{where}, {who}: its species is {now!r}, in frame 0 it was {before!r}")
        return place

    def _no_image(self, frame: int, row: int, numbers: Array) -> TrajectoryError:
        first = self.columns.coordinates
        counts = numbers[row, first : first + self.columns.images]
        which = f" (id {numbers[row, -1]:.0f})" if self.columns.has_ids else ""
        return TrajectoryError(
            f"{self.name}: frame {frame}, particle in row {row}{which}: its image flags "
            f"{' '.join(f'{count:.12g}' for count in counts)} are not whole numbers below 2^31"
        )

    def _to_centre(self, frame: int) -> tuple[Array, Array | None, Array]:
        """Shift, then matrix and offset, that bring coordinates of the file about the first box's centre.

        One point for all frames: that of each frame's own box moves where its corner stays, and jumps by half
        an edge where a sheared box flips, and all particles would seem to move with it.
        """
        d = self.dimensions
        (edges, half, centre), (_, _, first) = self._centre(frame), self._centre(0)
        turn = None if self.rotations is None else self.rotations[frame]
        moved = np.zeros(3)
        moved[:d] = centre - first
        if turn is not None:
            moved = turn @ moved
        if self.columns.scaled:
            return np.full(d, 0.5), edges, -moved
        if turn is None:
            return first, None, half
        return self.corners[frame, :d], turn, half - moved

    def _centre(self, frame: int) -> tuple[Array, Array, Array]:
        """Edges, half of their sum, and in coordinates of the file where the centre of the box is."""
        d = self.dimensions
        edges = Box.from_array(self.box_values[frame], d).matrix
        half = edges[:, :d].sum(axis=1) / 2
        away = half if self.rotations is None else half @ self.rotations[frame]
        return edges, half, self.corners[frame, :d] + away[:d]


class Rows:
    """The particles of one frame after another, in arrays that are used again."""

    def __init__(self, name: str, columns: Columns, n_particles: int, *, unended: bool = False) -> None:
        self._name = name
        self._unended = unended
        self._columns = columns
        self._roles = np.array(columns.roles)
        self._numbers = np.empty((n_particles, columns.n_numbers))
        self._words = np.zeros((n_particles, 1), dtype=np.int64)
        self._text = np.empty(0, np.uint8)

    def parse(self, file: Any, frame: int, start: int, stop: int) -> tuple[Array, Integers]:
        """Numbers (particle, column) and packed species (particle,) of the rows between two bytes."""
        file.seek(start)
        if len(self._text) < stop - start:
            self._text = np.empty(stop - start, np.uint8)
        text = self._text[: stop - start]
        got = file.readinto(text.data)
        if self._unended and got == len(text) - 1:
            text[-1] = ord("\n")
        elif got < len(text) or text[-1] != ord("\n"):
            raise TrajectoryError(f"{self._name}: frame {frame} has changed since the file was first read")
        row, column = kernels.parse_rows(
            text, self._roles, kernels.HIGH, kernels.LOW, self._numbers, self._words
        )
        if row >= 0:
            raise self._error(frame, text, row, column)
        if not np.isfinite(self._numbers).all():
            row, column = np.argwhere(~np.isfinite(self._numbers))[0]
            raise self._error(frame, text, row, self._columns.roles.index(column))
        return self._numbers, self._words[:, 0]

    def _error(self, frame: int, text: AnyArray, row: int, column: int) -> TrajectoryError:
        fields = text.tobytes().split(b"\n")[row].decode(errors="replace").split()
        names = self._columns.names
        where = f"{self._name}: frame {frame}, particle in row {row}"
        if "id" in names and len(fields) > names.index("id"):
            where += f" (id {fields[names.index('id')]})"
        if len(fields) != len(names):
            return TrajectoryError(f"{where}: {len(fields)} values for {len(names)} columns")
        if not 0 <= column < len(names):
            # A byte that ends a value here and not there, such as a zero.
            line = text.tobytes().split(b"\n")[row][:60]
            return TrajectoryError(f"{where}: {line!r} is not {len(names)} values")
        wanted = "a name of at most 7 characters" if self._columns.roles[column] < 0 else "a finite number"
        return TrajectoryError(f"{where}: {names[column]} is {fields[column]!r}, not {wanted}")


def whole_ids(found: Array, where: str) -> NDArray[np.int64]:
    """Ids as whole numbers; what stands behind the point is cut off.

    Raises
    ------
    TrajectoryError
        if one is larger than doubles tell from the next.
    """
    if (large := np.abs(found) >= _LARGEST_ID).any():
        raise TrajectoryError(f"{where}: particle id {found[np.argmax(large)]:g} is 2^53 or more")
    return found.astype(np.int64)


def places_of(found: Array, ids: Integers, where: str) -> NDArray[np.int64]:
    """Places of `found` ids among the sorted `ids`; each must occur once.

    Raises
    ------
    TrajectoryError
        naming an id that is missing, doubled or new.
    """
    whole = whole_ids(found, where)
    n = len(ids)
    doubled = ids[1:] == ids[:-1]
    if doubled.any():
        raise TrajectoryError(f"{where}: particle id {ids[int(np.argmax(doubled))]} occurs more than once")
    contiguous = ids[-1] - ids[0] + 1 == n
    place: NDArray[np.int64] = whole - ids[0] if contiguous else np.searchsorted(ids, whole)
    strange = (place < 0) | (place >= n)
    strange[~strange] = ids[place[~strange]] != found[~strange]
    if strange.any():
        raise TrajectoryError(f"{where}: particle id {found[np.argmax(strange)]:g} is not in frame 0")
    times = np.bincount(place, minlength=n)
    if (times != 1).any():
        raise TrajectoryError(
            f"{where}: particle id {ids[np.argmax(times)]} occurs {times.max()} times, "
            f"id {ids[np.argmin(times)]} is missing"
        )
    return place


def unpacked_word(word: int) -> str:
    """Text of a packed word."""
    return int(word).to_bytes(8, "big").lstrip(b"\0").decode(errors="replace")
