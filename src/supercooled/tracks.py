"""Frames in which some of the particles are seen, as a microscope gives them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

import numpy as np

from supercooled.arrays import Array, Integers
from supercooled.digests import digest_of
from supercooled.frame_source import Frames, FrameSource, kept


@dataclass(frozen=True, slots=True)
class Seen:
    """When each particle is seen.

    first, last : (particle,), the frames of the source in which it is seen first and last
    longest_gap : frames in a row that a particle which is seen before and after is missing, at most
    largest_step : from one frame to the next, of all particles, sigma_AA
    """

    first: Integers
    last: Integers
    longest_gap: int
    largest_step: float


@runtime_checkable
class TrackSource(FrameSource, Protocol):
    """Frames in which some particles are seen; the positions of the others are NaN."""

    @property
    def seen(self) -> Seen:
        """When each particle is seen."""
        ...


@dataclass(slots=True)
class Watch:
    """Particles as frame after frame goes by, to say when each is seen."""

    first: Integers
    last: Integers
    before: Array
    gap: int = 0
    step: float = 0.0

    @classmethod
    def of(cls, n_particles: int) -> Watch:
        """Of so many particles, none seen so far."""
        nobody = np.full(n_particles, -1)
        return cls(nobody, nobody.copy(), np.full((n_particles, 3), np.nan))

    def add(self, frame: int, particles: Integers, positions: Array) -> None:
        """Who is seen in the next frame, and where, (particle, 3)."""
        last = self.last[particles]
        known = last >= 0
        if known.any():
            self.gap = max(self.gap, frame - int(last[known].min()) - 1)
            lately = last == frame - 1
            steps = np.linalg.norm(positions[lately] - self.before[particles[lately]], axis=1)
            self.step = max(self.step, float(steps.max(initial=0.0)))
        self.first[particles[~known]] = frame
        self.last[particles] = frame
        self.before[particles] = positions

    def seen(self) -> Seen:
        """When each is seen."""
        return Seen(self.first, self.last, self.gap, self.step)


@dataclass(frozen=True, slots=True, eq=False)
class MemoryTracks:
    """Tracks that are in memory: of each frame only who is seen.

    starts : (frame + 1,), where each frame begins among the rows
    particles : (row,), who is seen
    positions : (row, 3), where, sigma_AA
    n_particles : how many there are
    edges : (6,), the box about the field of view
    sizes : (row,), their diameters, sigma_AA; None where they are not known
    """

    starts: Integers
    particles: Integers
    positions: Array
    n_particles: int
    edges: Array
    sizes: Array | None = None
    name: str = "tracks in memory"
    known: dict[str, str] = field(default_factory=dict, repr=False, compare=False)
    watched: list[Seen] = field(default_factory=list, repr=False, compare=False)

    @property
    def n_frames(self) -> int:
        """How many frames there are."""
        return len(self.starts) - 1

    @property
    def digest(self) -> str:
        """Digest of all rows."""
        held = (self.starts, self.particles, self.positions, self.n_particles, self.edges, self.sizes)
        return kept(self.known, lambda: digest_of(*held))

    @property
    def seen(self) -> Seen:
        """When each particle is seen."""
        if not self.watched:
            watch = Watch.of(self.n_particles)
            for frame in range(self.n_frames):
                rows = slice(self.starts[frame], self.starts[frame + 1])
                watch.add(frame, self.particles[rows], self.positions[rows])
            self.watched.append(watch.seen())
        return self.watched[0]

    def boxes(self, frames: Sequence[int]) -> Array:
        """Boxes about the field of view, (frame, 6)."""
        return np.tile(self.edges, (len(frames), 1))

    def read(self, frames: Sequence[int]) -> Frames:
        """The given frames, NaN where a particle is not seen."""
        positions = np.full((len(frames), self.n_particles, 3), np.nan)
        sizes = None if self.sizes is None else np.full(positions.shape[:2], np.nan)
        for k, frame in enumerate(frames):
            rows = slice(self.starts[frame], self.starts[frame + 1])
            positions[k, self.particles[rows]] = self.positions[rows]
            if sizes is not None and self.sizes is not None:
                sizes[k, self.particles[rows]] = self.sizes[rows]
        return Frames(positions, self.boxes(frames), unwrapped=True, diameters=sizes)


def unseen(source: TrackSource, frames: Sequence[int]) -> list[tuple[Array, Array]]:
    """Where particles are in some frames that are seen before and after, but not then.

    Returns of each frame the places (missing, 3), on the straight line between the two times, and how far
    off they are at most, (missing,), sigma_AA, where no particle moves farther in one frame than the
    largest step of all.
    """
    seen = source.seen
    if seen.longest_gap == 0 or len(frames) == 0:
        return [(np.zeros((0, 3)), np.zeros(0)) for _ in frames]
    low, high = min(frames), max(frames)
    if high - low >= 2 * (len(frames) + seen.longest_gap):
        return [one for frame in frames for one in unseen(source, [frame])]
    begin = max(0, low - seen.longest_gap)
    end = min(source.n_frames, high + seen.longest_gap + 1)
    around = source.read(range(begin, end)).positions
    found = []
    for frame in frames:
        here = around[frame - begin, :, 0]
        missing = np.flatnonzero((seen.first < frame) & (seen.last > frame) & np.isnan(here))
        found.append(_between(around[:, missing], frame - begin, seen.largest_step))
    return found


def _between(around: Array, here: int, step: float) -> tuple[Array, Array]:
    there = ~np.isnan(around[..., 0])
    frames = np.arange(len(around))[:, None]
    before = np.where(there & (frames < here), frames, -1).max(axis=0)
    after = np.where(there & (frames > here), frames, len(around)).min(axis=0)
    who = np.arange(around.shape[1])
    share = ((here - before) / (after - before))[:, None]
    places = (1.0 - share) * around[before, who] + share * around[after, who]
    return places, 2.0 * step * (here - before) * (after - here) / (after - before)
