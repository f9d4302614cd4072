"""Structure and hops of the same particles, put side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from supercooled.arrays import Array, Booleans, Integers
from supercooled.blocks import jackknife_error, leave_one_out, stretch_of
from supercooled.errors import ParameterError

# Values (frame, particle), whether they rearrange, and as many frame numbers as there are frames.
Part: TypeAlias = tuple[Array, Booleans, Integers]
# One field, or one for each replica.
Fields: TypeAlias = xr.DataArray | Sequence[xr.DataArray]


@dataclass(frozen=True, slots=True)
class Samples:
    """Particles at times, in no particular order.

    values : (sample,), of the field
    rearranging : (sample,)
    stretch : (sample,), which independent part of which run
    n_stretches : how many there are
    """

    values: Array
    rearranging: Booleans
    stretch: NDArray[np.int64]
    n_stretches: int

    def counts(self, edges: Array) -> Array:
        """How many are in each bin: all and those that rearrange, (stretch, 2, bin).

        Bins hold their lower edge, and the last its upper one too; what lies outside isn't counted.
        """
        n = len(edges) - 1
        place = np.searchsorted(edges, self.values, side="right") - 1
        place[self.values == edges[-1]] = n - 1
        inside = (place >= 0) & (place < n)
        both = []
        for chosen in (inside, inside & self.rearranging):
            flat = self.stretch[chosen] * n + place[chosen]
            both.append(np.bincount(flat, minlength=self.n_stretches * n).reshape(self.n_stretches, n))
        return np.stack(both, axis=1).astype(np.float64)


def samples(field: Fields, *, stretches: int) -> Samples:
    """Every defined value of a field; NaN says that a particle has none."""
    parts: list[Part] = []
    for one in _listed(field):
        values = _framed(one).values
        parts.append((values, np.zeros(values.shape, bool), np.arange(len(values))))
    return _pooled(parts, stretches, _name(field))


def paired(field: Fields, p_hop: Fields, *, threshold: float | None, lead: float, stretches: int) -> Samples:
    """Values of a field, each with whether its particle rearranges `lead` later."""
    limit = _threshold(threshold)
    fields, hops = _listed(field), _listed(p_hop)
    if len(fields) != len(hops):
        raise ParameterError(f"{len(fields)} fields for {len(hops)} p_hop: give one of each for every run")
    parts = [_side_by_side(one, hop, limit, lead) for one, hop in zip(fields, hops, strict=True)]
    together = _pooled(parts, stretches, _name(field))
    if not together.rearranging.any():
        largest = max(float(hop.max()) for hop in hops)
        raise ParameterError(
            f"no particle with a {_name(field)} has p_hop above the threshold of {limit:g} (the largest "
            f"p_hop is {largest:.3g}): prolong the run or lower the threshold"
        )
    return together


def over_stretches(counts: Array, estimate: Callable[[Array], ArrayLike]) -> tuple[Array, Array]:
    """An estimate from all counts, and from those without each stretch in turn, (stretch, ...)."""
    with np.errstate(invalid="ignore", divide="ignore"):
        value = np.asarray(estimate(counts.sum(axis=0)), dtype=np.float64)
        replicates = np.array([estimate(part) for part in leave_one_out(counts)], dtype=np.float64)
    return value, replicates


def with_error(counts: Array, estimate: Callable[[Array], float]) -> tuple[float, float]:
    """An estimate and its standard error by the jackknife over stretches."""
    value, replicates = over_stretches(counts, estimate)
    return float(value), float(jackknife_error(replicates))


def bin_edges(values: Array, bins: int | ArrayLike) -> Array:
    """Edges as given, or `bins` equal ones over the values' range."""
    if isinstance(bins, int | np.integer):
        if bins < 1:
            raise ParameterError(f"there must be at least one bin, not {bins}")
        low, high = float(values.min()), float(values.max())
        return np.linspace(low, high if high > low else low + 1.0, int(bins) + 1)
    edges = np.asarray(bins, dtype=np.float64)
    if edges.ndim != 1 or len(edges) < 2 or not np.isfinite(edges).all() or (np.diff(edges) <= 0).any():
        raise ParameterError("bins must be a number or rising edges, such as bins=np.linspace(0, 3e-3, 31)")
    return edges


def _threshold(threshold: float | None) -> float:
    example = "for example threshold=0.115, or the value of dynamics.hop_threshold"
    if threshold is None:
        raise ParameterError(f"which p_hop counts as a rearrangement must be given: {example}")
    if not np.isfinite(threshold):
        raise ParameterError(f"the threshold is {threshold}: the run didn't give one; name it, {example}")
    return float(threshold)


def _listed(field: Fields) -> list[xr.DataArray]:
    fields = [field] if isinstance(field, xr.DataArray) else list(field)
    if not fields:
        raise ParameterError("no field was given")
    return fields


def _name(field: Fields) -> str:
    return str(_listed(field)[0].name or "field")


def _framed(field: xr.DataArray) -> xr.DataArray:
    if set(field.dims) != {"frame", "particle"}:
        raise ParameterError(f"{field.name} must have dimensions frame and particle, not {tuple(field.dims)}")
    ordered = field.transpose("frame", "particle")
    infinite = np.isinf(ordered.values)
    if infinite.any():
        f, i = np.argwhere(infinite)[0]
        raise ParameterError(f"{field.name} of particle {i} in frame {f} is infinite: leave it out with NaN")
    return ordered


def _side_by_side(field: xr.DataArray, p_hop: xr.DataArray, threshold: float, lead: float) -> Part:
    structure, hop = _framed(field), _framed(p_hop)
    for one in (structure, hop):
        if "frame" not in one.coords:
            raise ParameterError(
                f"{one.name} has no coordinate that numbers its frames: use assign_coords(frame=...)"
            )
    earlier = structure["frame"].values + _lead_in_frames(hop, lead)
    common, rows, hop_rows = np.intersect1d(earlier, hop["frame"].values, return_indices=True)
    if len(common) == 0:
        raise ParameterError(
            f"{structure.name} with a lead of {lead:g} tau reaches frames {earlier.min()} to "
            f"{earlier.max()}, p_hop has {hop['frame'].values.min()} to {hop['frame'].values.max()}: "
            "no frame is in both"
        )
    columns, hop_columns = _same_particles(structure, hop)
    moved = hop.values[np.ix_(hop_rows, hop_columns)]
    # Where p_hop isn't known, not rearranging isn't known either: the particle doesn't count.
    values = np.where(np.isnan(moved), np.nan, structure.values[np.ix_(rows, columns)])
    return values, moved > threshold, np.arange(len(common))


def _lead_in_frames(p_hop: xr.DataArray, lead: float) -> int:
    if not np.isfinite(lead):
        raise ParameterError(f"lead must be a time, not {lead}, for example lead=0.0")
    if lead == 0:
        return 0
    if p_hop.sizes["frame"] < 2 or "time" not in p_hop.coords:
        raise ParameterError("a lead needs p_hop in at least two frames, with their `time` coordinate")
    times, frames = p_hop["time"].values, p_hop["frame"].values
    frames_per_time = (frames[-1] - frames[0]) / (times[-1] - times[0])
    exact = float(lead * frames_per_time)
    if abs(exact - round(exact)) > 1e-6 * max(1.0, abs(exact)):
        raise ParameterError(
            f"a lead of {lead:g} is not a multiple of the interval between frames, {1 / frames_per_time:g}"
        )
    return round(exact)


def _same_particles(field: xr.DataArray, p_hop: xr.DataArray) -> tuple[Integers, Integers]:
    if "particle" in field.coords and "particle" in p_hop.coords:
        _, columns, hop_columns = np.intersect1d(
            field["particle"].values, p_hop["particle"].values, return_indices=True
        )
        if len(columns) == 0:
            raise ParameterError(f"{field.name} and p_hop have no particle in common")
        return columns, hop_columns
    n, m = field.sizes["particle"], p_hop.sizes["particle"]
    if n != m:
        raise ParameterError(
            f"{field.name} has {n} particles, p_hop {m}, and no `particle` coordinate says which are which"
        )
    return np.arange(n), np.arange(m)


def _pooled(parts: list[Part], stretches: int, name: str) -> Samples:
    if stretches < 1:
        raise ParameterError(f"stretches must be at least 1, not {stretches}")
    values, rearranging, labels = [], [], []
    first = 0
    for field, hop, frames in parts:
        stretch = stretch_of(len(frames), stretches)
        defined = ~np.isnan(field)
        values.append(field[defined])
        rearranging.append(hop[defined])
        labels.append(np.broadcast_to(first + stretch[:, None], field.shape)[defined])
        first += int(stretch.max(initial=-1)) + 1
    pooled = np.concatenate(values)
    if len(pooled) == 0:
        raise ParameterError(f"{name} is NaN for every particle in every frame, or p_hop is where it is not")
    return Samples(pooled, np.concatenate(rearranging), np.concatenate(labels), first)
