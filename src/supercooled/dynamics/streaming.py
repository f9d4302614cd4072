"""Frames go by once; origins stay as long as a lag needs them."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from supercooled.arrays import Array
from supercooled.chunks import frames_within, map_add
from supercooled.dynamics.grouping import Groups
from supercooled.dynamics.hops import drift
from supercooled.dynamics.lags import Pairing
from supercooled.kernels.correlators import (
    ORIGINS_AT_ONCE,
    TILE,
    Measures,
    Origins,
    Pairs,
    add_pairs,
    lay_out,
    rows_of_lines,
)
from supercooled.parcels import parcels
from supercooled.trajectory import Trajectory

# Of the memory allowed, the frames read at once take this part: in small pieces they stay in the cache.
PIECE = 1.0 / 32.0
# The list of pairs of a piece is drawn up so many at a time that they have about this many sums.
NUMBERS_AT_ONCE = 500_000
# Columns of the sums after those of the moments.
BESIDE = 3


@dataclass(frozen=True, slots=True)
class Tally:
    """Sums over pairs of frames; ``+`` adds two.

    Parameters
    ----------
    sums
        (block, lag, group, column): r^2, r^4, r <= a, F(q) ...; the squares of all but the first
        two over the weight; weight, pairs, time apart
    histogram
        (block, lag, group, bin)
    """

    sums: Array
    histogram: Array

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.sums + other.sums, self.histogram + other.histogram)


@dataclass(frozen=True, slots=True)
class Plan:
    """One run and what is asked of it.

    Parameters
    ----------
    block
        (frame,), which block an origin belongs to
    bins
        of the van Hove histogram
    continuous
        paths are added up from frame to frame, so none may be left out
    """

    run: Trajectory
    pairing: Pairing
    groups: Groups
    measures: Measures
    block: NDArray[np.int64]
    blocks: int
    bins: int
    continuous: bool
    remove_drift: bool
    megabytes: float

    def tally(self, needed: NDArray[np.bool_], executor: Executor | None) -> Tally:
        """Sums over all pairs: one pass if the origins fit into memory, else one for each group of them.

        Parameters
        ----------
        needed
            (frame,), whether a pair begins or ends with it
        """
        room = frames_within(self.megabytes, len(self.groups.particles))
        frames = np.flatnonzero(needed)
        if len(frames) and self.continuous:
            frames = np.arange(frames[0], frames[-1] + 1)
        at_once = self._most_alive(frames, self.pairing)
        n = len(self.pairing.origins)
        size = n if executor is None and at_once <= room else room
        parts = [self.pairing.within(slice(a, a + size)) for a in range(0, n, size)]
        pool = parcels(executor, lambda part: [(self.run, self._read(frames, part))], self.run)
        return map_add(partial(_tally, self, frames), parts, pool)

    def _read(self, needed: NDArray[np.int64], pairing: Pairing) -> NDArray[np.int64]:
        """Frames that some origins and their pairs need."""
        last = self.run.times[pairing.origins[-1]] + pairing.longest[-1]
        end = np.searchsorted(self.run.times, last, "right")
        return np.asarray(needed[(needed >= pairing.origins[0]) & (needed < end)])

    def piece(self) -> int:
        """Frames read at once."""
        return frames_within(self.megabytes * PIECE, self.run.n_particles)

    def _most_alive(self, frames: NDArray[np.int64], pairing: Pairing) -> int:
        """Origins that must be kept at once."""
        at = pairing.times[pairing.origins]
        starts = frames[:: self.piece()]
        stops = np.append(starts[1:], frames[-1] + 1)
        oldest = np.searchsorted(at, pairing.times[starts] - pairing.longest[-1])
        return int((np.searchsorted(pairing.origins, stops) - oldest).max(initial=1))


def _tally(plan: Plan, needed: NDArray[np.int64], pairing: Pairing) -> Tally:
    """Sums of some origins, in one pass over the frames that they need."""
    frames = plan._read(needed, pairing)
    columns = 3 + len(plan.measures.squares)
    shape = (plan.blocks, len(pairing.longest), plan.groups.n_groups)
    sums = np.zeros((*shape, 2 * columns - 2 + BESIDE))
    histogram = np.zeros((*shape, plan.bins))
    if len(frames) == 0:
        return Tally(sums, histogram)
    ring = _Ring.empty(plan, pairing, plan._most_alive(frames, pairing))
    room = rows_of_lines(1, TILE)[0]
    add = add_pairs if plan.run.field_of_view is None else _add_seen
    for piece, positions in _pieces(plan, frames):
        ring.keep(piece, positions)
        for pairs in ring.pairs(piece):
            add(ring.origins, pairs, positions, plan.measures, room, sums, histogram)
    return Tally(sums, histogram)


def _add_seen(  # noqa: PLR0917  as the kernel that it calls
    origins: Origins,
    pairs: Pairs,
    later: Array,
    measures: Measures,
    room: Array,
    sums: Array,
    histogram: Array,
) -> None:
    """As :func:`add_pairs`, of those that are seen in both frames of a pair."""
    ordered, weighted = len(origins.order) > 0, len(origins.weights) > 0
    for slot, frame, lag, block, apart in zip(*pairs, strict=True):
        starts = origins.starts[slot]
        n = int(starts[-1])
        first, last = origins.positions[slot][:, :n], later[frame]
        last = last[:, origins.order[slot, :n]] if ordered else last[:, :n]
        both = ~(np.isnan(first[0]) | np.isnan(last[0]))
        some, others = rows_of_lines(1, int(both.sum())), rows_of_lines(1, int(both.sum()))
        some[0, :, : both.sum()], others[0, :, : both.sum()] = first[:, both], last[:, both]
        chosen = Origins(
            positions=some,
            order=np.empty((0, 0), np.uint32),
            weights=origins.weights[slot : slot + 1, :n][:, both] if weighted else np.empty((0, 0)),
            starts=np.concatenate([[0], np.cumsum(both)])[starts][None],
        )
        zero = np.zeros(1, np.int64)
        pair = Pairs(zero, zero, np.array([lag]), np.array([block]), np.array([apart]))
        add_pairs(chosen, pair, others, measures, room, sums, histogram)


@dataclass(frozen=True, slots=True)
class _Ring:
    """Origins still needed: origin number k lies in slot k modulo the number of slots."""

    plan: Plan
    pairing: Pairing
    origins: Origins

    @classmethod
    def empty(cls, plan: Plan, pairing: Pairing, slots: int) -> _Ring:
        n, groups = len(plan.groups.particles), plan.groups
        return cls(
            plan,
            pairing,
            Origins(
                positions=rows_of_lines(slots, n),
                order=np.empty((slots if groups.labels is not None else 0, n), np.uint32),
                weights=np.empty((slots if groups.weights is not None else 0, n)),
                starts=np.tile(np.asarray(groups.starts, np.int64), (slots, 1)),
            ),
        )

    def keep(self, frames: NDArray[np.int64], positions: Array) -> None:
        """Store those of a piece's frames that are origins."""
        groups, name, kept = self.plan.groups, self.plan.run.source.name, self.origins
        first, last = np.searchsorted(self.pairing.origins, (frames[0], frames[-1] + 1))
        for number in range(first, last):
            frame = int(self.pairing.origins[number])
            place = int(np.searchsorted(frames, frame))
            if place == len(frames) or frames[place] != frame:
                continue
            slot = number % len(kept.positions)
            order: NDArray[np.uint32] | slice = slice(None)
            if groups.labels is not None:
                order, kept.starts[slot] = groups.order(frame, name)
                kept.order[slot] = order
            n = len(groups.particles)
            kept.positions[slot, :, :n] = positions[place][:, :n][:, order]
            if groups.weights is not None:
                kept.weights[slot] = groups.weight(frame, name)[order]

    def pairs(self, frames: NDArray[np.int64]) -> Iterator[Pairs]:
        """Every pair that ends in one of a piece's frames, some frames at a time."""
        first, last = self.pairing.ending_in(frames)
        columns = len(self.plan.measures.squares) + 4
        batch = np.cumsum((last - first).sum(axis=1)) // (NUMBERS_AT_ONCE // columns + 1)
        for number in np.unique(batch):
            some = np.flatnonzero(batch == number)
            found = self._pairs(frames, some, first[some], last[some])
            if len(found.slots):
                yield found

    def _pairs(
        self,
        frames: NDArray[np.int64],
        places: NDArray[np.int64],
        first: NDArray[np.int64],
        last: NDArray[np.int64],
    ) -> Pairs:
        """Pairs of some places of a piece with the origins from the first to the last of each lag."""
        counts = last - first
        later, lag = np.nonzero(counts)
        many = counts[later, lag]
        begun = np.repeat(np.cumsum(many) - many, many)
        number = np.repeat(first[later, lag], many) + np.arange(many.sum()) - begun
        later, lag = np.repeat(places[later], many), np.repeat(lag, many)
        origin = self.pairing.origins[number]
        times = self.pairing.times
        slots = number % len(self.origins.positions)
        together = np.argsort(slots // ORIGINS_AT_ONCE, kind="stable")
        return Pairs(
            slots=slots[together],
            frames=later[together],
            lags=lag[together],
            blocks=self.plan.block[origin][together],
            apart=(times[frames[later]] - times[origin])[together],
        )


def _pieces(plan: Plan, frames: NDArray[np.int64]) -> Iterator[tuple[NDArray[np.int64], Array]]:
    """Frames some at a time with their positions (frame, component, place), unwrapped over all pieces.

    Each piece overwrites the one before.
    """
    size = min(plan.piece(), len(frames))
    buffer = rows_of_lines(size, len(plan.groups.particles))
    before: Array | None = None
    gone = np.zeros(3)
    for start in range(0, len(frames), size):
        piece = frames[start : start + size]
        read = piece if before is None else np.append(piece[0] - 1, piece)
        if plan.run.field_of_view is not None:
            seen = _some(plan.run, read).tracks()
            # The frame in common says how far all have gone until the piece begins.
            moved = gone + drift(seen) if plan.remove_drift else np.zeros((len(read), 3))
            if before is not None:
                seen, moved = seen[1:], moved[1:]
            before, gone = (seen[-1] if plan.continuous else None), moved[-1]
            out = buffer[: len(piece)]
            lay_out(np.ascontiguousarray(seen), plan.groups.particles, moved, out)
            yield piece, out
            continue
        positions = _some(plan.run, read).unwrapped()
        if before is not None:
            # Each piece begins anew: the frame in common says how far the two lie apart.
            positions = (positions + (before - positions[0]))[1:]
        if plan.continuous:
            before = positions[-1]
        mean = positions.mean(axis=1) if plan.remove_drift else np.zeros((len(piece), 3))
        out = buffer[: len(piece)]
        lay_out(np.ascontiguousarray(positions), plan.groups.particles, mean, out)
        yield piece, out


def _some(run: Trajectory, frames: NDArray[np.int64]) -> Trajectory:
    return replace(run, moments=run.times[frames], frames=run.frames[frames])
