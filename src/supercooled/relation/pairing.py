"""Structure and hops of the same particles, put side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, TypeAlias

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from supercooled.arguments import AtLeast
from supercooled.arrays import Array, Booleans, Integers
from supercooled.blocks import (
    FEWEST_PARTS,
    TIMES_A_PART,
    block_of,
    forgotten,
    jackknife_error,
    leave_one_out,
    memory_of,
)
from supercooled.errors import ParameterError
from supercooled.fields import chunks_of, quantiles
from supercooled.fields.lazy import CHUNK
from supercooled.matching import Labels, matched
from supercooled.replicas import alike, each_once

# One field, or one for each replica.
Fields: TypeAlias = Annotated[xr.DataArray | Sequence[xr.DataArray], AtLeast(1)]

# Bins of a field.
MOST_BINS = 100_000
# Bytes of values that are not read a second time.
KEPT = 2**24


@dataclass(frozen=True, slots=True)
class Samples:
    """Particles at times, in no particular order.

    Parameters
    ----------
    values
        (sample,), of the field
    rearranging
        (sample,)
    block
        (sample,), which independent part of which run
    n_blocks
        how many there are
    of_frames
        (frame, 4), of each frame how many there are, the mean and the spread of the values, and the
        share that rearranges
    """

    values: Array
    rearranging: Booleans
    block: NDArray[np.int64]
    n_blocks: int
    of_frames: Array

    def counts(self, edges: Array) -> Array:
        """How many are in each bin: all and those that rearrange, (block, 2, bin).

        Bins hold their lower edge, and the last its upper one too; what lies outside isn't counted.
        """
        n = len(edges) - 1
        place = np.searchsorted(edges, self.values, side="right") - 1
        place[self.values == edges[-1]] = n - 1
        inside = (place >= 0) & (place < n)
        both = []
        for chosen in (inside, inside & self.rearranging):
            flat = self.block[chosen] * n + place[chosen]
            both.append(np.bincount(flat, minlength=self.n_blocks * n).reshape(self.n_blocks, n))
        return np.stack(both, axis=1).astype(np.float64)


@dataclass(frozen=True, slots=True)
class Stream:
    """Particles at times, some frames at a time: fields larger than memory go by chunk by chunk.

    Parameters
    ----------
    sides
        one for each run
    total, n_rearranging
        of all samples
    low, high
        of their values
    n_blocks
        how many there are
    kept
        everything, where it is little
    independence
        1 where blocks last ten correlation times of the mean and the spread of the values and
        of the share that rearranges, as the frames tell; NaN where they know of each other
    """

    sides: tuple[_Side, ...]
    total: int
    n_rearranging: int
    low: float
    high: float
    n_blocks: int
    kept: Samples | None
    independence: float

    @classmethod
    def of(cls, sides: Sequence[_Side], name: str) -> Stream:
        """What a first look at all of it says."""
        kept: list[Samples] | None = []
        total, moving, held, low, high = 0, 0, 0, np.inf, -np.inf
        n = sum(side.n_blocks for side in sides)
        frames: list[list[Array]] = [[] for _ in sides]
        for k, chunk in ((k, chunk) for k, side in enumerate(sides) for chunk in side.chunks(n)):
            frames[k].append(chunk.of_frames)
            total, moving = total + len(chunk.values), moving + int(chunk.rearranging.sum())
            held += chunk.values.nbytes
            kept = None if kept is None or held > KEPT else [*kept, chunk]
            if len(chunk.values):
                low, high = min(low, float(chunk.values.min())), max(high, float(chunk.values.max()))
        if total == 0:
            raise ParameterError(
                f"{name} is NaN for every particle in every frame, or p_hop is NaN wherever it is not"
            )
        independence = _independence(sides, [np.concatenate(parts) for parts in frames])
        whole = None if kept is None else _joined(kept)
        return cls(tuple(sides), total, moving, low, high, n, whole, independence)

    @property
    def no_error(self) -> str:
        """Why errors by blocks are not known; empty if they are."""
        return why_unknown(self.n_blocks, self.independence)

    def chunks(self) -> Iterator[Samples]:
        """All of it, once more."""
        if self.kept is not None:
            yield self.kept
            return
        for side in self.sides:
            yield from side.chunks(self.n_blocks)

    def gathered(self) -> Samples:
        """All of it, in memory."""
        return self.kept or _joined(list(self.chunks()))

    def counts(self, edges: Array, *, clipped: bool = False) -> Array:
        """How many are in each bin: all and those that rearrange, (block, 2, bin).

        Parameters
        ----------
        clipped
            what lies beyond the edges counts in the first and the last bin
        """
        sums = np.zeros((self.n_blocks, 2, len(edges) - 1))
        for chunk in self.chunks():
            inside = replace(chunk, values=np.clip(chunk.values, edges[0], edges[-1])) if clipped else chunk
            sums += inside.counts(edges)
        return sums

    def in_blocks(self) -> NDArray[np.int64]:
        """How many in each block, (block,)."""
        zero = np.zeros(self.n_blocks, np.int64)
        return sum((np.bincount(b.block, minlength=len(zero)) for b in self.chunks()), zero)

    def quantiles(self, q: Sequence[float]) -> Array:
        """Of the values."""
        return quantiles(lambda: (chunk.values for chunk in self.chunks()), q)

    def deviation(self) -> float:
        """Standard deviation of the values."""
        mean = sum(float(chunk.values.sum()) for chunk in self.chunks()) / self.total
        squares = sum(float(((chunk.values - mean) ** 2).sum()) for chunk in self.chunks())
        return float(np.sqrt(squares / self.total))


def stream(field: Fields, *, blocks: int, one_temperature: bool = True) -> Stream:
    """Every defined value of a field; NaN says that a particle has none."""
    sides, first = [], 0
    each = _listed(field)
    alike(each, one_temperature=one_temperature)
    each_once(each)
    for one in each:
        structure = _framed(one)
        rows = np.arange(structure.sizes["frame"])
        side = _Side(structure, rows, slice(None), block_of(len(rows), _at_least_one(blocks)), first)
        sides.append(side)
        first += side.n_blocks
    return Stream.of(sides, _name(field))


def stream_pairs(
    field: Fields, p_hop: Fields, *, threshold: float | None, lead: float, blocks: int
) -> Stream:
    """Values of a field, each with whether its particle rearranges `lead` later."""
    limit = _threshold(threshold)
    fields, hops = _listed(field), _listed(p_hop)
    if len(fields) != len(hops):
        raise ParameterError(f"{len(fields)} fields for {len(hops)} p_hop: give one of each per run")
    alike([*fields, *hops])
    each_once(fields)
    each_once(hops)
    sides, first = [], 0
    for one, hop in zip(fields, hops, strict=True):
        side = _side_by_side(one, hop, limit, lead, blocks=_at_least_one(blocks), first=first)
        sides.append(side)
        first += side.n_blocks
    together = Stream.of(sides, _name(field))
    if together.n_rearranging == 0:
        largest = max(float(np.nanmax(chunk)) for hop in hops for _, chunk in chunks_of(_framed(hop)))
        raise ParameterError(
            f"no particle with a {_name(field)} has p_hop above the threshold of {limit:g} (the largest "
            f"p_hop is {largest:.3g}): prolong the run or lower the threshold"
        )
    return together


def samples(field: Fields, *, blocks: int, one_temperature: bool = True) -> Samples:
    """Every defined value of a field, in memory."""
    return stream(field, blocks=blocks, one_temperature=one_temperature).gathered()


def paired(field: Fields, p_hop: Fields, *, threshold: float | None, lead: float, blocks: int) -> Samples:
    """Values of a field, each with whether its particle rearranges `lead` later, in memory."""
    return stream_pairs(field, p_hop, threshold=threshold, lead=lead, blocks=blocks).gathered()


def _independence(sides: Sequence[_Side], frames: Sequence[Array]) -> float:
    """1 where the blocks are independent of each other, as far as the frames tell; NaN where not."""
    if all(side.n_blocks == 1 for side in sides):
        return 1.0
    seen = [one[one[:, 0] > 0] for one in frames]
    memory = memory_of([[one[:, k] for one in seen] for k in (1, 2, 3)])
    part = min(len(side.rows) / side.n_blocks for side in sides if side.n_blocks)
    return 1.0 if forgotten(memory, part) else np.nan


def why_unknown(blocks: int, independence: float) -> str:
    """Why an error by blocks is not known; empty if it is."""
    if np.isnan(independence):
        return (
            "parts of the run are not independent of each other: they are shorter than "
            f"{TIMES_A_PART:g} correlation times of the structure or of the rearrangements; "
            f"prolong the run, or give {FEWEST_PARTS} or more independent runs with blocks=1"
        )
    if blocks < FEWEST_PARTS:
        return (
            f"{blocks} parts of the run are fewer than {FEWEST_PARTS}, too few for an estimate "
            "of their scatter: use more blocks, or give more runs"
        )
    return ""


def over_blocks(counts: Array, estimate: Callable[[Array], ArrayLike]) -> tuple[Array, Array]:
    """An estimate from all counts, and from those without each block in turn, (block, ...)."""
    with np.errstate(invalid="ignore", divide="ignore"):
        value = np.asarray(estimate(counts.sum(axis=0)), dtype=np.float64)
        replicates = np.array([estimate(part) for part in leave_one_out(counts)], dtype=np.float64)
    return value, replicates


def with_error(
    counts: Array, estimate: Callable[[Array], float], *, independence: float
) -> tuple[float, float]:
    """An estimate and its standard error by the jackknife over blocks; NaN if they aren't independent."""
    value, replicates = over_blocks(counts, estimate)
    return float(value), float(independence * jackknife_error(replicates))


def bin_edges(values: Array, bins: int | ArrayLike) -> Array:
    """Edges as given, or `bins` equal ones over the values' range."""
    if isinstance(bins, int | np.integer):
        if not 1 <= bins <= MOST_BINS:
            raise ParameterError(f"the number of bins must be from 1 to {MOST_BINS}, not {bins}")
        low, high = float(values.min()), float(values.max())
        return np.linspace(low, high if high > low else low + 1.0, int(bins) + 1)
    edges = np.asarray(bins, dtype=np.float64)
    if edges.ndim != 1 or len(edges) < 2 or not np.isfinite(edges).all() or (np.diff(edges) <= 0).any():
        raise ParameterError(
            "bins must be a number or increasing edges, such as bins=np.linspace(0, 3e-3, 31)"
        )
    return edges


def _threshold(threshold: float | None) -> float:
    example = "for example threshold=0.115, or the value of dynamics.hop_threshold"
    if threshold is None:
        raise ParameterError(
            f"the p_hop above which a particle counts as rearranging must be given: {example}"
        )
    if not np.isfinite(threshold):
        raise ParameterError(
            f"the threshold is {threshold}: the run does not determine one; give it, {example}"
        )
    return float(threshold)


def _listed(field: Fields) -> list[xr.DataArray]:
    fields = [field] if isinstance(field, xr.DataArray) else list(field)
    if not fields:
        raise ParameterError("there is no field")
    return fields


def _name(field: Fields) -> str:
    return str(_listed(field)[0].name or "field")


def _framed(field: xr.DataArray) -> xr.DataArray:
    if set(field.dims) != {"frame", "particle"}:
        raise ParameterError(f"{field.name} must have dimensions frame and particle, not {tuple(field.dims)}")
    return field.transpose("frame", "particle")


def _at_least_one(blocks: int) -> int:
    if blocks < 1:
        raise ParameterError(f"blocks must be at least 1, not {blocks}")
    return blocks


def _side_by_side(
    field: xr.DataArray, p_hop: xr.DataArray, threshold: float, lead: float, *, blocks: int, first: int
) -> _Side:
    structure, hop = _framed(field), _framed(p_hop)
    both = matched(structure, Labels.of(hop, str(hop.name or "p_hop")), lead=lead)
    block = block_of(len(both.rows), blocks)
    beside = _Hops(hop, both.other_rows, both.other_columns, threshold)
    return _Side(structure, both.rows, both.columns, block, first, beside)


@dataclass(frozen=True, slots=True)
class _Hops:
    """Which of a p_hop stand beside a field, and what counts."""

    p_hop: xr.DataArray
    rows: Integers
    columns: Integers
    threshold: float


@dataclass(frozen=True, slots=True)
class _Side:
    """A field of one run, and the p_hop beside it.

    Parameters
    ----------
    rows
        its frames
    columns
        its particles
    block
        (frame,), of this run
    first
        number of its first block among those of all runs
    """

    field: xr.DataArray
    rows: Integers
    columns: Integers | slice
    block: NDArray[np.int64]
    first: int
    hops: _Hops | None = None

    @property
    def n_blocks(self) -> int:
        """How many blocks it has."""
        return int(self.block.max(initial=-1)) + 1

    def chunks(self, n_blocks: int) -> Iterator[Samples]:
        """Some frames at a time."""
        size = max(1, int(CHUNK * 2**20 / (8 * max(1, self.field.sizes["particle"]))))
        for start in range(0, len(self.rows), size):
            some = slice(start, start + size)
            values = _finite(self.field, self.rows[some])[:, self.columns]
            rearranging = np.zeros(values.shape, bool)
            if self.hops is not None:
                moved = _finite(self.hops.p_hop, self.hops.rows[some])[:, self.hops.columns]
                # Where p_hop isn't known, not rearranging isn't known either: the particle doesn't count.
                values = np.where(np.isnan(moved), np.nan, values)
                rearranging = moved > self.hops.threshold
            defined = ~np.isnan(values)
            block = np.broadcast_to(self.first + self.block[some, None], values.shape)
            of_frames = _each_frame(values, rearranging, defined)
            yield Samples(values[defined], rearranging[defined], block[defined], n_blocks, of_frames)


def _each_frame(values: Array, rearranging: Booleans, defined: Booleans) -> Array:
    number = defined.sum(axis=1)
    at_least = np.maximum(number, 1)
    mean = np.where(defined, values, 0.0).sum(axis=1) / at_least
    squares = np.where(defined, values - mean[:, None], 0.0) ** 2
    spread = np.sqrt(squares.sum(axis=1) / at_least)
    share = (rearranging & defined).sum(axis=1) / at_least
    return np.stack([number, mean, spread, share], axis=1)


def _finite(field: xr.DataArray, rows: Integers) -> Array:
    """Values of some frames."""
    # A slice is read in one piece where a list of frames is read one by one.
    inside = slice(int(rows[0]), int(rows[-1]) + 1, int(rows[1] - rows[0]) if len(rows) > 1 else 1)
    even = len(range(inside.start, inside.stop, max(1, inside.step))) == len(rows)
    values: Array = field.isel(frame=inside if even and (np.diff(rows, 2) == 0).all() else rows).values
    infinite = np.isinf(values)
    if infinite.any():
        f, i = np.argwhere(infinite)[0]
        raise ParameterError(
            f"{field.name} of particle {i} in frame {rows[f]} is infinite: set it to NaN to leave it out"
        )
    return values


def _joined(parts: list[Samples]) -> Samples:
    return Samples(
        np.concatenate([part.values for part in parts]),
        np.concatenate([part.rearranging for part in parts]),
        np.concatenate([part.block for part in parts]),
        parts[0].n_blocks,
        np.concatenate([part.of_frames for part in parts]),
    )
