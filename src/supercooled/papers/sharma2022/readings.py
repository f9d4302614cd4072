"""What every reading of the local cage makes of the same runs, side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, Final, Literal

import numpy as np
import xarray as xr

from supercooled import cage
from supercooled.analysis.choices import Choices, Reading
from supercooled.analysis.results import Cages, Relations, below_onset, crossing, relations
from supercooled.analysis.stages import Results
from supercooled.cage import Calibration
from supercooled.errors import ParameterError
from supercooled.papers.sharma2022.variants import Variant
from supercooled.quantities import labelled

# Proportional: the line through the origin, S = 1 / (c1 Phi), as the words "inversely proportional" and
# the caption of Fig. 1 have it; found to matter when the other readings' shares were known.
PROPORTIONAL: Final = "proportional"
CALIBRATIONS: tuple[Reading | Literal["proportional"], ...] = (
    "ensemble-cut",
    "ensemble-full",
    "local-mean",
    PROPORTIONAL,
)


def variants(width: float) -> list[Variant]:
    """C(r) and the density of the local g(r) in every combination."""
    return [Variant(c, n, width) for c, n in product(("local", "ensemble"), ("total", "partner"))]  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Printed:
    """What a paper prints about the quantities that readings decide.

    Parameters
    ----------
    shares
        of rearranging particles softer than the peak, by temperature
    shallower
        the same by depth, at the coldest temperature
    onset
        where the Arrhenius lines cross
    share_within, onset_within
        how far a measured value may be off
    softness, softness_within
        least and largest one with an Arrhenius line, and how far each may be off, as a share of it
    """

    shares: Mapping[float, float]
    shallower: float
    onset: float
    share_within: float
    onset_within: float
    softness: tuple[float, float] = (np.nan, np.nan)
    softness_within: float = np.nan


def readings(
    depths: Sequence[xr.Dataset],
    hops: Sequence[xr.DataArray],
    thresholds: Sequence[float],
    found: Cages,
    choices: Choices,
    *,
    highest: float,
    printed: Printed,
) -> xr.Dataset:
    r"""Shares, onset, barriers and softness by every reading.

    Parameters
    ----------
    depths
        of :func:`supercooled.papers.sharma2022.variants.depths`, one for each temperature, coldest first
    hops
        p_hop of the same runs
    highest
        temperature up to which barriers are fitted

    Returns
    -------
    xr.Dataset
        along ``reading`` (its parts in ``correlation``, ``normalisation``, ``calibrated_by``): ``share``,
        ``peak`` (temperature) with errors, ``shallower``, ``onset`` with errors, ``barrier_lowest`` and
        ``_highest`` in base 10, ``softness_lowest`` and ``_highest`` of those that have a barrier, and
        ``distance``: the root mean square, over what is printed, of the deviation in units of the tolerance.
        ``met`` (reading, what) says which of the shares, the share by depth, the onset and the scale of the
        softness lie within their tolerances. What a reading can't give is NaN, for example barriers where
        its P(S) don't overlap.
    """
    rows = []
    for variant in variants(choices.width):
        own = [d["depth"].sel(variant=variant.name) for d in depths]
        for reading in CALIBRATIONS:
            calibration = _calibration(reading, own, found)
            related = relations(own, hops, thresholds, calibration, choices)
            parts = _barriers(related, found.temperatures.tolist(), choices, highest)
            rows.append(_row(variant, reading, related, parts, found.temperatures))
    table = xr.concat(rows, dim="reading")
    table = table.assign(distance=("reading", _distances(table, printed)))
    met = _met(table, printed)
    return table.assign(
        met=xr.DataArray(np.stack([*met.values()], axis=1), {"what": [*met]}, ("reading", "what"))
    )


def nearest(table: xr.Dataset) -> xr.Dataset:
    """The reading whose printed quantities are met best."""
    return table.isel(reading=int(np.nanargmin(table["distance"].values)))


def in_words(row: xr.Dataset) -> str:
    """One reading in words."""
    return (
        f"{row['correlation'].item()} C, {row['normalisation'].item()} density, {row['calibrated_by'].item()}"
    )


def _calibration(
    reading: Reading | Literal["proportional"], own: Sequence[xr.DataArray], found: Cages
) -> Calibration:
    if reading == PROPORTIONAL:
        return _through_origin(found)
    if reading != "local-mean":
        return found.calibration(reading)
    means = xr.DataArray(
        [float(d.mean()) for d in own], {"temperature": found.temperatures}, ("temperature",)
    )
    return cage.calibrate(means, found.softness.softness, reading=reading)


def _through_origin(found: Cages) -> Calibration:
    depth, inverse = found.depths["ensemble-cut"], 1.0 / found.softness.softness.values
    slope = float(depth @ inverse / (depth @ depth))
    off = inverse - slope * depth
    error = float(np.sqrt(off @ off / max(len(depth) - 1, 1) / (depth @ depth)))
    residual = float(np.abs(off / inverse).max())
    temperatures = tuple(map(float, found.temperatures))
    return Calibration(0.0, slope, 0.0, error, temperatures, PROPORTIONAL, residual)


def _barriers(
    related: Relations, temperatures: Sequence[float], choices: Choices, highest: float
) -> dict[str, float]:
    names = (
        "onset",
        "onset_error",
        "barrier_lowest",
        "barrier_highest",
        "softness_lowest",
        "softness_highest",
    )
    try:
        chosen = below_onset(related.probabilities, temperatures, highest)
        fits = crossing(chosen, choices)
        seen = fits.dropna("softness", subset=["barrier"])
        onset, error = fits.attrs["onset"], fits.attrs["onset_error"]
    except ParameterError:
        return dict.fromkeys(names, np.nan)
    base10, S = seen["barrier_base10"].values, seen["softness"].values
    values = (onset, error, base10.min(), base10.max(), S.min(), S.max())
    return dict(zip(names, map(float, values), strict=True))


def _row(
    variant: Variant, reading: str, related: Relations, parts: dict[str, float], temperatures: Any
) -> xr.Dataset:
    quantities = {
        "onset": "temperature",
        "onset_error": "temperature",
        "barrier_lowest": "barrier",
        "barrier_highest": "barrier",
        "softness_lowest": "softness",
        "softness_highest": "softness",
    }
    along, shallow = ("temperature",), related.depth_shares[0]
    data: Results | dict[str, Any] = {
        "share": labelled("probability", [s.value for s in related.shares], along),
        "share_error": labelled("probability", [s.error for s in related.shares], along),
        "peak": labelled("softness", [s.peak.value for s in related.shares], along),
        "peak_error": labelled("softness", [s.peak.error for s in related.shares], along),
        "shallower": labelled("probability", shallow.value, ()),
        "shallower_error": labelled("probability", shallow.error, ()),
        **{name: labelled(quantities[name], value, ()) for name, value in parts.items()},
    }
    words: dict[str, Any] = {
        "correlation": variant.correlation,
        "normalisation": variant.normalisation,
        "calibrated_by": reading,
    }
    return xr.Dataset(data).assign_coords(temperature=np.asarray(temperatures), **words)


def _met(table: xr.Dataset, printed: Printed) -> dict[str, np.ndarray[Any, np.dtype[np.bool_]]]:
    """Which readings meet the shares, the share by depth, the onset and the ends of the softness."""
    shares = [
        np.abs(table["share"].sel(temperature=T, method="nearest").values - share) <= printed.share_within
        for T, share in printed.shares.items()
        if np.isclose(table["temperature"].values, T).any()
    ]
    ends = [
        np.abs(table[f"softness_{end}"].values / value - 1) <= printed.softness_within
        for end, value in zip(("lowest", "highest"), printed.softness, strict=True)
    ]
    return {
        "shares": np.all(shares, axis=0),
        "shallower": np.abs(table["shallower"].values - printed.shallower) <= printed.share_within,
        "onset": np.abs(table["onset"].values - printed.onset) <= printed.onset_within,
        "scale": np.all(ends, axis=0),
    }


def _distances(table: xr.Dataset, printed: Printed) -> np.ndarray[Any, np.dtype[np.float64]]:
    parts = [
        (table["share"].sel(temperature=T, method="nearest").values - share) / printed.share_within
        for T, share in printed.shares.items()
        if np.isclose(table["temperature"].values, T).any()
    ]
    parts.append((table["shallower"].values - printed.shallower) / printed.share_within)
    parts.append((table["onset"].values - printed.onset) / printed.onset_within)
    # without an onset a reading has one printed quantity fewer to meet, and must not win by it
    return np.asarray(np.sqrt(np.mean(np.square(np.nan_to_num(parts, nan=np.inf)), axis=0)), dtype=np.float64)
