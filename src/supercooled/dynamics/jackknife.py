"""A curve against time, and itself without each block of the run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import xarray as xr

from supercooled.arrays import Array, Booleans
from supercooled.blocks import jackknife_error
from supercooled.errors import ParameterError

# Step of a numerical derivative, as a fraction of the error.
STEP = 1e-3


@dataclass(frozen=True, slots=True)
class Curve:
    """One curve with what is known of its errors.

    Parameters
    ----------
    lags, values
        (lag,)
    without
        (block, lag), its values without each block, or None
    weights
        (block, lag), how much the block holds, 0 where it does not count
    independence
        (lag,), 1 where blocks are independent, NaN where not
    errors
        (lag,), of the values, where `without` is unknown, or None
    no_error
        why errors are not known at some lags
    """

    lags: Array
    values: Array
    without: Array | None
    weights: Array
    independence: Array
    errors: Array | None
    no_error: str = ""

    def why(self, error: float) -> str:
        """Why an error is not known; empty if it is."""
        if np.isfinite(error):
            return ""
        if self.without is None and self.errors is None:
            return "the curve has no errors"
        return self.no_error or "with one of its blocks left out the run does not reach it"

    def error(self, estimate: Callable[[Array], float], time: float) -> float:
        """Standard error of what `estimate` makes of the values up to `time`.

        By jackknife over blocks. Without blocks from the errors of the values, which are taken to
        go together, since those of neighbouring lags do: that is the most they can make. NaN where
        neither is known, or the estimate fails without a block.
        """
        if self.without is not None:
            reach = int(np.searchsorted(self.lags, time, side="right"))
            seen = self.weights[:, : reach + 1]
            # The last lag that the estimate looks at decides: there the fewest origins are left.
            held = np.where(np.all(seen > 0, axis=1), seen[:, -1], 0.0)
            replicates = np.array([estimate(row) for row in self.without])
            if np.isnan(replicates[held > 0]).any():
                return np.nan
            scale = np.interp(time, self.lags, self.independence)
            return float(jackknife_error(replicates, held) * scale)
        if self.errors is None:
            return np.nan
        total = 0.0
        for k in np.flatnonzero(self.errors > 0):
            step = np.zeros(len(self.lags))
            step[k] = STEP * self.errors[k]
            change = estimate(self.values + step) - estimate(self.values - step)
            total += abs(change) / (2.0 * STEP)
        return total


def lags_of(data: xr.DataArray) -> Array:
    """Lags of a curve, which rise.

    Raises
    ------
    ParameterError
        if they don't, or one is none.
    """
    lags = np.asarray(data["lag"].values, dtype=np.float64)
    if not (np.isfinite(lags).all() and (lags[:1] >= 0).all() and (np.diff(lags) > 0).all()):
        raise ParameterError(
            f"the lags of {data.name} must be finite numbers from 0 on, each longer than the one before"
        )
    return lags


def without_gaps(data: xr.DataArray, beside: xr.Dataset) -> Booleans:
    """Where a curve has a value: from some lag to some other, but for lags at which there was no pair.

    Parameters
    ----------
    beside
        holds ``n_origins`` if that is known

    Raises
    ------
    ParameterError
        naming the first value that is missing in between, or infinite.
    """
    good = np.isfinite(data.values)
    there = np.flatnonzero(good)
    inside = np.zeros(len(good), dtype=bool)
    if len(there):
        inside[there[0] : there[-1]] = True
    if "n_origins" in beside and beside["n_origins"].dims == ("lag",):
        inside &= beside["n_origins"].values > 0
    wrong = (inside & ~good) | np.isinf(data.values)
    if wrong.any():
        k = int(np.argmax(wrong))
        raise ParameterError(
            f"{data.name or 'the curve'} is {data.values[k]} at lag {data['lag'].values[k]:g}, "
            "not a measured number: remove such lags with dropna"
        )
    return np.asarray(good)


def curve_of(curves: xr.Dataset | xr.DataArray, name: str, errors: xr.DataArray | None = None) -> Curve:
    """One curve out of a dataset, or alone with its errors; lags without a value are left out.

    Of a single wave number or group it is taken as it is.

    Raises
    ------
    ParameterError
        if it isn't there, or hangs on more than the lag.
    """
    alone = [str(d) for d, size in curves.sizes.items() if size == 1 and d not in ("lag", "block")]
    curves = curves.isel(dict.fromkeys(alone, 0))
    if isinstance(curves, xr.DataArray):
        data, beside = curves, xr.Dataset()
        name = str(curves.name or name)
    else:
        if name not in curves:
            raise ParameterError(f"no curve {name!r} among {sorted(str(v) for v in curves.data_vars)}")
        data, beside = curves[name], curves
    if data.dims != ("lag",):
        others = [str(d) for d in data.dims if d != "lag"]
        raise ParameterError(
            f"{name} depends on {others} and the lag: choose one, for example curves.sel({others[0]}=...)"
            if others
            else f"{name} has no lag"
        )
    lags = lags_of(data)
    good = without_gaps(data, beside)
    if "mean_lag" in beside:
        lags = np.where(good, beside["mean_lag"].values, lags)
    without = weights = None
    if f"{name}_jackknife" in beside:
        without = beside[f"{name}_jackknife"].transpose("block", "lag").values[:, good]
        weights = beside["block_weight"].transpose("block", "lag").values[:, good]
    independence = beside["independence"].values[good] if "independence" in beside else np.ones(good.sum())
    if errors is None and f"{name}_error" in beside:
        errors = beside[f"{name}_error"]
    return Curve(
        lags[good],
        np.asarray(data.values[good], dtype=np.float64),
        without,
        np.ones((0, int(good.sum()))) if weights is None else weights,
        independence,
        None if errors is None else np.nan_to_num(np.asarray(errors.values[good], dtype=np.float64)),
        str(curves.attrs.get("no_error", "")),
    )
