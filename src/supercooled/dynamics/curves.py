"""From sums over pairs of frames to curves with errors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr

from supercooled.arrays import AnyArray, Array
from supercooled.blocks import FEWEST_PARTS, PART, independent, jackknife_error, leave_one_out
from supercooled.dynamics.streaming import Tally
from supercooled.quantities import labelled, quantity


@dataclass(frozen=True, slots=True)
class Axes:
    """Coordinates of the curves.

    Parameters
    ----------
    lags
        (lag,), tau
    groups
        names, or None where all particles are averaged together
    wave_numbers
        (q,), 1/sigma_AA
    edges
        (bin + 1,), of the van Hove function, sigma_AA
    dimensions
        2 or 3
    """

    lags: Array
    groups: Sequence[str | int] | None
    wave_numbers: Array
    edges: Array
    dimensions: int

    @property
    def coords(self) -> dict[str, AnyArray]:
        """All of them by dimension."""
        groups = np.zeros(1) if self.groups is None else np.asarray(self.groups)
        middles = 0.5 * (self.edges[1:] + self.edges[:-1])
        return {"group": groups, "q": self.wave_numbers, "lag": self.lags, "r": middles}


def curves(tally: Tally, axes: Axes, block: float, *, whole_runs: bool) -> xr.Dataset:
    """Every curve, its standard error ``*_error`` and, without each block in turn, ``*_jackknife``.

    Parameters
    ----------
    tally
        of all runs, one behind the other along the blocks
    block
        mean duration of a block, tau
    whole_runs
        each block is a run of its own, independent of the others

    Notes
    -----
    Where errors are not known the attribute ``no_error`` says why.
    """
    values = _estimates(Tally(tally.sums.sum(axis=0), tally.histogram.sum(axis=0)), axes)
    without = Tally(leave_one_out(tally.sums), leave_one_out(tally.histogram))
    replicates = _estimates(without, axes)
    held = np.moveaxis(tally.sums[..., -3], 2, 1)
    memory = _memory(tally, axes.lags)
    scale = np.ones(len(axes.lags)) if whole_runs else independent(axes.lags, part=block, memory=memory)
    arrays: dict[str, xr.DataArray] = {}
    for name, (dims, array) in values.items():
        after = dims.index("lag") - 1
        spread = (len(dims) - dims.index("lag") - 1) * (1,)
        there = held.reshape(*held.shape[:2], *(1,) * after, len(axes.lags), *spread)
        jackknife = replicates[name][1]
        error = jackknife_error(jackknife, np.broadcast_to(there, jackknife.shape))
        error *= scale.reshape(-1, *spread)
        arrays[name] = _labelled(name, array, dims, axes)
        arrays[f"{name}_error"] = _beside(name, error, dims, "standard error of the")
        if name != "van_hove":
            arrays[f"{name}_jackknife"] = _beside(
                name, jackknife, ("block", *dims), "with one block left out,"
            )
    counted = tally.sums.sum(axis=0).transpose(1, 0, 2)
    pairs = counted[..., -2]
    with np.errstate(invalid="ignore", divide="ignore"):
        mean_lag = counted[..., -1] / pairs
    plain: Mapping[str, tuple[tuple[str, ...], Any, str, str]] = {
        "block_weight": (
            ("block", "group", "lag"),
            held,
            "1",
            "particles at origins in the block, by weight",
        ),
        "n_origins": (("group", "lag"), pairs.astype(np.int64), "1", "pairs of frames averaged over"),
        "mean_lag": (("group", "lag"), mean_lag, "tau", "mean time between the frames of a pair"),
        "independence": (("lag",), scale, "1", "1 where blocks are independent"),
    }
    for name, (dims, data, units, long_name) in plain.items():
        attrs = {"units": units, "long_name": long_name}
        arrays[name] = xr.DataArray(data, dims=dims, attrs=attrs)
    dataset = xr.Dataset(arrays)
    if np.isnan(scale).any():
        dataset.attrs["no_error"] = _why(axes.lags, scale, block, memory)
    elif (np.count_nonzero(held > 0, axis=0) < FEWEST_PARTS).any():
        dataset.attrs["no_error"] = (
            f"fewer than {FEWEST_PARTS} parts of the run have a time origin, too few for an "
            "estimate of their scatter"
        )
    return dataset if axes.groups is not None else dataset.isel(group=0, drop=True)


def _memory(tally: Tally, lags: Array) -> float:
    """Time in which the overlap of all groups together falls to 1/e, or the longest lag."""
    both = tally.sums.sum(axis=(0, 2))
    with np.errstate(invalid="ignore", divide="ignore"):
        overlap = both[:, 2] / both[:, -3]
    gone = np.flatnonzero(overlap <= np.exp(-1))
    if len(gone) == 0 or gone[0] == 0:
        return float(lags[-1] if len(gone) == 0 else lags[0])
    k = int(gone[0])
    along = (overlap[k - 1] - np.exp(-1)) / (overlap[k - 1] - overlap[k])
    return float(lags[k - 1] * (lags[k] / lags[k - 1]) ** along)


def _why(lags: Array, scale: Array, block: float, memory: float) -> str:
    first = lags[int(np.argmax(np.isnan(scale)))]
    if block < PART * memory * (1 - 1e-9):
        forget = f"{PART:g} times as long as particles stay in place, {memory:.3g}"
        what = f"each lasts {block:.3g}, less than {forget}"
    else:
        what = f"from the lag {first:.3g} on each lasts, with {block:.3g}, less than {PART:g} lags"
    return (
        f"parts of the run are not independent of each other: {what}; prolong the run, or give "
        f"{FEWEST_PARTS} or more independent runs with blocks=1"
    )


def _estimates(tally: Tally, axes: Axes) -> dict[str, tuple[tuple[str, ...], Array]]:
    """Dimensions, from the group on, and values of each curve from sums (..., lag, group, column)."""
    d, n_waves = axes.dimensions, len(axes.wave_numbers)
    sums = np.moveaxis(tally.sums, -2, -3)
    moments = 3 + n_waves
    weight, pairs = sums[..., -3], sums[..., -2]
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = sums[..., :moments] / weight[..., None]
        msd, quartic, overlap = mean[..., 0], mean[..., 1], mean[..., 2]
        alpha2 = d / (d + 2.0) * quartic / msd**2 - 1.0
        squares = sums[..., moments:-3]
        chi4 = (squares - mean[..., 2:] * sums[..., 2:moments]) / pairs[..., None]
        # One pair has no variance to speak of.
        chi4 = np.where(pairs[..., None] > 1, chi4, np.nan)
        histogram = np.moveaxis(tally.histogram, -2, -3) / weight[..., None]
    lag = ("group", "lag")
    found: dict[str, tuple[tuple[str, ...], Array]] = {
        "msd": (lag, msd),
        "quartic": (lag, quartic),
        "alpha2": (lag, alpha2),
        "overlap": (lag, overlap),
        "chi4_overlap": (lag, chi4[..., 0]),
    }
    if n_waves:
        wave = ("group", "q", "lag")
        found["scattering"] = (wave, np.moveaxis(mean[..., 3:], -1, -2))
        found["chi4_scattering"] = (wave, np.moveaxis(chi4[..., 1:], -1, -2))
    if histogram.shape[-1]:
        ball = np.pi * axes.edges**2 if d == 2 else 4.0 / 3.0 * np.pi * axes.edges**3
        found["van_hove"] = (("group", "lag", "r"), histogram / np.diff(ball))
        found["van_hove_beyond"] = (lag, 1.0 - histogram.sum(axis=-1))
    return found


def _labelled(name: str, data: Array, dims: tuple[str, ...], axes: Axes) -> xr.DataArray:
    return labelled(name, data, dims, {dim: axes.coords[dim] for dim in dims})


def _beside(name: str, data: Array, dims: tuple[str, ...], what: str) -> xr.DataArray:
    entry = quantity(name)
    return xr.DataArray(
        data, dims=dims, attrs={"units": entry.unit, "long_name": f"{what} {entry.long_name}"}
    )
