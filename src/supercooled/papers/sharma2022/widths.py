"""What the width of the local g(r) changes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr
from scipy.stats import spearmanr

from supercooled import relation
from supercooled.analysis.choices import Choices
from supercooled.analysis.results import relations
from supercooled.arrays import Array
from supercooled.cage import Calibration
from supercooled.papers import of_parts
from supercooled.papers.sharma2022.variants import Variant, softness_of
from supercooled.quantities import labelled


def widths(
    depths: Sequence[xr.Dataset],
    hops: Sequence[xr.DataArray],
    thresholds: Sequence[float],
    calibration: Calibration,
    *,
    values: Sequence[float],
    choices: Choices,
) -> xr.Dataset:
    """Softness by several widths delta, calibrated alike, and how it goes with rearrangements.

    Parameters
    ----------
    depths
        of :func:`supercooled.papers.sharma2022.variants.depths`, one for each temperature, coldest first
    values
        of delta

    Returns
    -------
    xr.Dataset
        along ``width``: ``share``, ``steepness`` (temperature) with errors; P(S), P(S|R) (bin) of the
        coldest and ``P_R`` (temperature, bin) at ``bin_softness`` (bin); the ``correlation`` of the
        coldest's softness with that of the study's width, by value and by rank; and ``spread``, the standard
        deviation of the coldest's softness. Errors of the last two are those of blocks of frames.
    """
    rows = []
    reference = _softness(depths[0], choices, choices.width, calibration)
    for width in values:
        name = _variant(choices, width).name
        related = relations(
            [d["depth"].sel(variant=name, drop=True) for d in depths],
            hops,
            thresholds,
            calibration,
            choices,
        )
        slopes = relation.steepness(related.probabilities)
        mine = _softness(depths[0], choices, width, calibration)
        both = np.isfinite(mine) & np.isfinite(reference)
        cold = related.probabilities[0]
        shares = related.shares
        by_block = _by_block(depths[0], choices, width, calibration)
        rows.append(
            xr.Dataset(
                {
                    "share": labelled("probability", [s.value for s in shares], ("temperature",)),
                    "share_error": labelled("probability", [s.error for s in shares], ("temperature",)),
                    "steepness": ("temperature", slopes.steepness.values),
                    "steepness_error": ("temperature", slopes.steepness_error.values),
                    "bin_softness": labelled("softness", cold["softness"].values, ("bin",)),
                    "P_S": ("bin", cold["probability_density"].values),
                    "P_S_R": ("bin", cold["probability_density_rearranging"].values),
                    "P_R": (
                        ("temperature", "bin"),
                        np.stack([p["rearrangement_probability"].values for p in related.probabilities]),
                    ),
                    "correlation": ((), float(np.corrcoef(mine[both], reference[both])[0, 1])),
                    "rank_correlation": ((), float(spearmanr(mine[both], reference[both]).statistic)),
                    "rank_correlation_error": ((), of_parts([rank for rank, _ in by_block])[1]),
                    "spread": labelled("softness", of_parts([spread for _, spread in by_block])[0], ()),
                    "spread_error": labelled("softness", of_parts([spread for _, spread in by_block])[1], ()),
                }
            )
        )
    temperatures = [float(p["temperature"]) for p in related.probabilities]
    found = xr.concat(rows, dim=xr.Variable("width", list(values)), combine_attrs="drop_conflicts")
    return found.assign_coords(temperature=temperatures)


def _variant(choices: Choices, width: float) -> Variant:
    return Variant(choices.direct_correlation, choices.normalisation, width)


def _by_block(
    depths: xr.Dataset, choices: Choices, width: float, calibration: Calibration
) -> list[tuple[float, float]]:
    """Rank correlation with the softness of the study's width, and standard deviation, of each block."""
    found = []
    for part in np.array_split(np.arange(depths.sizes["frame"]), choices.blocks):
        here = depths.isel(frame=part)
        mine, reference = (_softness(here, choices, w, calibration) for w in (width, choices.width))
        both = np.isfinite(mine) & np.isfinite(reference)
        rank = float(spearmanr(mine[both], reference[both]).statistic)
        found.append((rank, float(np.std(mine[both]))))
    return found


def _softness(depths: xr.Dataset, choices: Choices, width: float, calibration: Calibration) -> Array:
    one = depths["depth"].sel(variant=_variant(choices, width).name)
    some = softness_of(one, calibration).values.ravel()[:: max(1, one.size // 100_000)]
    return np.asarray(some, dtype=np.float64)
