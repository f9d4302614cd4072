"""What a trajectory is read from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, fields, replace
from typing import Any, Protocol

import numpy as np

from supercooled.arrays import Array, Integers
from supercooled.digests import digest_of


@dataclass(frozen=True, slots=True)
class Frames:
    """What a source reads: some frames, whole.

    Parameters
    ----------
    positions
        (frame, particle, 3)
    boxes
        (frame, 6), ``Lx, Ly, Lz, xy, xz, yz``
    images
        (frame, particle, 3), or None where the file has none
    unwrapped
        the positions are unwrapped already
    diameters
        (frame, particle), or None where the file has none
    """

    positions: Array
    boxes: Array
    images: Integers | None = None
    unwrapped: bool = False
    diameters: Array | None = None

    def identity(self) -> tuple[object, ...]:
        """What identifies these frames; without diameters the same as in earlier versions."""
        named = [(one.name, getattr(self, one.name)) for one in fields(self)]
        return tuple(pair for pair in named if pair[0] != "diameters" or pair[1] is not None)


# While a task for another process is packed: the frames that it needs of each source, by its identity.
_NEEDED: ContextVar[Mapping[int, Integers] | None] = ContextVar("needed", default=None)


class FramesLeftBehind(Exception):  # noqa: N818
    """A task asks for frames that it did not take with it."""


@contextmanager
def taking_only(frames: Mapping[int, Integers]) -> Iterator[None]:
    """Sources in memory are pickled with these frames alone.

    Parameters
    ----------
    frames
        rising, of each source by its identity; of a source that is not here none are taken
    """
    token = _NEEDED.set(frames)
    try:
        yield
    finally:
        _NEEDED.reset(token)


class FrameSource(Protocol):
    """Where frames come from. Small, picklable, holds no open file across processes."""

    @property
    def name(self) -> str:
        """What an error calls it: the file's path."""
        ...

    @property
    def n_frames(self) -> int:
        """How many whole frames there are."""
        ...

    @property
    def digest(self) -> str:
        """Digest of all that reading gives, whatever its name and its file's times are."""
        ...

    def boxes(self, frames: Sequence[int]) -> Array:
        """Boxes of the given frames, (frame, 6), without reading the particles."""
        ...

    def read(self, frames: Sequence[int]) -> Frames:
        """The given frames, in the given order."""
        ...


@dataclass(frozen=True, slots=True)
class MemorySource:
    """Frames that are in memory already."""

    frames: Frames
    name: str = "arrays in memory"
    known: dict[str, str] = field(default_factory=dict, repr=False, compare=False)

    def __reduce__(self) -> tuple[Any, ...]:
        """Whole, or with the frames that a task needs."""
        if (needed := _NEEDED.get()) is None:
            return type(self), (self.frames, self.name, self.known)
        numbers = needed.get(id(self), np.zeros(0, np.int64))
        part = self.read(numbers.tolist())
        return PartInMemory, (part, numbers, self.frames.boxes, self.name, self.digest)

    @property
    def n_frames(self) -> int:
        """How many frames there are."""
        return len(self.frames.positions)

    @property
    def digest(self) -> str:
        """Digest of the arrays as they are when it is first asked for."""
        return kept(self.known, lambda: digest_of(self.frames))

    def boxes(self, frames: Sequence[int]) -> Array:
        """Boxes of the given frames, (frame, 6)."""
        return self.frames.boxes[np.asarray(frames, dtype=np.int64)]

    def read(self, frames: Sequence[int]) -> Frames:
        """The given frames."""
        index = np.asarray(frames, dtype=np.int64)
        images = None if self.frames.images is None else self.frames.images[index]
        diameters = None if self.frames.diameters is None else self.frames.diameters[index]
        return replace(
            self.frames,
            positions=self.frames.positions[index],
            boxes=self.frames.boxes[index],
            images=images,
            diameters=diameters,
        )


@dataclass(frozen=True, slots=True, eq=False)
class PartInMemory:
    """Some frames of a source in memory, as a task takes them to another process.

    Parameters
    ----------
    numbers
        of the frames in the whole source, rising
    every_box
        of all frames, (frame, 6)
    digest
        of the whole source
    """

    part: Frames
    numbers: Integers
    every_box: Array
    name: str
    digest: str

    @property
    def n_frames(self) -> int:
        """How many frames the whole source has."""
        return len(self.every_box)

    def boxes(self, frames: Sequence[int]) -> Array:
        """Boxes of the given frames, (frame, 6)."""
        return self.every_box[np.asarray(frames, dtype=np.int64)]

    def read(self, frames: Sequence[int]) -> Frames:
        """The given frames."""
        return MemorySource(self.part).read(_places(self.numbers, frames))


def _places(numbers: Integers, frames: Sequence[int]) -> Any:
    """Where some frames are among those that a task took with it."""
    asked = np.asarray(frames, dtype=np.int64)
    places = np.searchsorted(numbers, asked)
    if len(asked) and (len(numbers) == 0 or (numbers[np.minimum(places, len(numbers) - 1)] != asked).any()):
        raise FramesLeftBehind
    return places


@dataclass(frozen=True, slots=True, eq=False)
class ReducedSource:
    """Frames of another source whose lengths are not in units of sigma_AA.

    Parameters
    ----------
    length
        sigma_AA in the source's unit
    """

    source: FrameSource
    length: float
    dimensions: int

    @property
    def name(self) -> str:
        """What an error calls it."""
        return self.source.name

    @property
    def n_frames(self) -> int:
        """How many frames there are."""
        return self.source.n_frames

    @property
    def digest(self) -> str:
        """Digest of the source and of its unit."""
        return digest_of(self.source.digest, self.length)

    def boxes(self, frames: Sequence[int]) -> Array:
        """Boxes of the given frames, (frame, 6)."""
        return self._reduced(self.source.boxes(frames))

    def read(self, frames: Sequence[int]) -> Frames:
        """The given frames."""
        data = self.source.read(frames)
        diameters = None if data.diameters is None else data.diameters / self.length
        return replace(
            data,
            positions=data.positions / self.length,
            boxes=self._reduced(data.boxes),
            diameters=diameters,
        )

    def _reduced(self, boxes: Array) -> Array:
        # Tilts have no unit, and a planar box is one thick in any.
        reduced = boxes.copy()
        reduced[:, : self.dimensions] /= self.length
        return reduced


@dataclass(frozen=True, slots=True, eq=False)
class SizedSource:
    """Frames of another source with other diameters.

    Parameters
    ----------
    diameters
        (particle,), or (frame, particle) of the source's frames, sigma_AA; None where there are none
    numbers
        which frames `diameters` has, rising; None for all
    """

    source: FrameSource
    diameters: Array | None
    numbers: Integers | None = None

    def __reduce__(self) -> tuple[Any, ...]:
        """Whole, or with the frames that a task needs."""
        needed = (_NEEDED.get() or {}).get(id(self))
        if needed is None or self.diameters is None or self.diameters.ndim == 1 or self.numbers is not None:
            return type(self), (self.source, self.diameters, self.numbers)
        return type(self), (self.source, self.diameters[needed], needed)

    def __getattr__(self, name: str) -> Any:
        """When particles are seen, where the source says it."""
        if name != "seen":
            raise AttributeError(name)
        return getattr(self.source, name)

    @property
    def name(self) -> str:
        """What an error calls it."""
        return self.source.name

    @property
    def n_frames(self) -> int:
        """How many frames there are."""
        return self.source.n_frames

    @property
    def digest(self) -> str:
        """Digest of the source and of the diameters."""
        return digest_of(self.source.digest, self.diameters)

    def boxes(self, frames: Sequence[int]) -> Array:
        """Boxes of the given frames, (frame, 6)."""
        return self.source.boxes(frames)

    def read(self, frames: Sequence[int]) -> Frames:
        """The given frames."""
        data, given = self.source.read(frames), self.diameters
        if given is not None:
            shape = data.positions.shape[:2]
            index = (
                np.asarray(frames, dtype=np.int64) if self.numbers is None else _places(self.numbers, frames)
            )
            given = np.broadcast_to(given, shape) if given.ndim == 1 else given[index]
        return replace(data, diameters=given)


def kept(known: dict[str, str], make: Callable[[], str]) -> str:
    """The digest in `known`, made once."""
    if "digest" not in known:
        known["digest"] = make()
    return known["digest"]


def digest_by_reading(source: FrameSource) -> str:
    """Digest of all frames of a source, read one at a time."""
    every = [digest_of(source.read([frame])) for frame in range(source.n_frames)]
    return digest_of(every)


def digests_of_frames(source: FrameSource, frames: Sequence[int]) -> list[str]:
    """Digest of each of some frames: of its checksums where a source has them, else of what reading gives."""
    known: Callable[[Sequence[int]], list[str] | None] | None = getattr(source, "digests_of", None)
    found = None if known is None else known(frames)
    return [digest_of(source.read([frame])) for frame in frames] if found is None else found


def digest_of_fields(source: Any, *, without: Sequence[str]) -> str:
    """Digest of the fields of a source, a dataclass, but for some."""
    return digest_of(
        {one.name: getattr(source, one.name) for one in fields(source) if one.name not in without}
    )
