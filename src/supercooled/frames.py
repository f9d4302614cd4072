"""What a trajectory is read from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from supercooled.arrays import Array, Integers


@dataclass(frozen=True, slots=True)
class Frames:
    """What a source reads: some frames, whole.

    positions : (frame, particle, 3)
    boxes : (frame, 6), ``Lx, Ly, Lz, xy, xz, yz``
    images : (frame, particle, 3), or None where the file has none
    unwrapped : the positions are unwrapped already
    """

    positions: Array
    boxes: Array
    images: Integers | None = None
    unwrapped: bool = False


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

    @property
    def n_frames(self) -> int:
        """How many frames there are."""
        return len(self.frames.positions)

    def boxes(self, frames: Sequence[int]) -> Array:
        """Boxes of the given frames, (frame, 6)."""
        return self.frames.boxes[np.asarray(frames, dtype=np.int64)]

    def read(self, frames: Sequence[int]) -> Frames:
        """The given frames."""
        index = np.asarray(frames, dtype=np.int64)
        images = None if self.frames.images is None else self.frames.images[index]
        return replace(
            self.frames,
            positions=self.frames.positions[index],
            boxes=self.frames.boxes[index],
            images=images,
        )
