"""Barriers of rearrangement against learned softness (SI Fig. 3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import xarray as xr
from scipy.special import fdtri

from supercooled import dynamics, learning, relation
from supercooled.analysis.results import common_bins
from supercooled.arrays import Array
from supercooled.errors import ParameterError
from supercooled.indicators import LearnedSoftness
from supercooled.papers import explained
from supercooled.papers.nandi2021.chosen import PRINTED
from supercooled.papers.nandi2021.measuring import Point
from supercooled.report import Row, Tolerance

BINS, LEAST, LARGEST_ERROR = 24, 200, 0.5
# Of a temperature, so that the longest run does not fill the memory.
MOST_FRAMES = 400
SHIFT = Tolerance.relative(0.2)
PRINTED_SHIFT = float(PRINTED["ml_barrier_shift_S0"]["value"])
PRINTED_SHIFT_ERROR = float(PRINTED["ml_barrier_shift_S0"]["uncertainty"])
# Shifts tried, beyond the hardest particles: the curve is straight long before the largest.
SHIFTS = np.geomspace(0.05, 1e4, 400)


def barriers(
    points: Sequence[Point],
    model: learning.SoftnessModel,
    *,
    species: str,
    window: float,
    threshold: float,
    longest_interval: float,
    blocks: int,
) -> xr.Dataset | None:
    """Barrier and entropy at each learned softness, from the temperatures whose frames resolve the window.

    None if fewer than three do, or no softness is known at three.
    """
    able = [point for point in points if point.runs[0].interval <= longest_interval]
    fields, hops, temperatures = [], [], []
    for point in able:
        runs = [run[:MOST_FRAMES] for run in point.runs]
        if runs[0].times[-1] - runs[0].times[0] < 2 * window:
            continue
        who = runs[0].of_species(species)
        fields.append([LearnedSoftness(model).of(run, species=species) for run in runs])
        hops.append([dynamics.hops(run, window=window).isel(particle=who) for run in runs])
        temperatures.append(point.temperature)
    if len(fields) < 3:
        return None
    edges = common_bins([one for each in fields for one in each], BINS)
    try:
        found = [
            relation.rearrangement_probability(
                field,
                hop,
                threshold=threshold,
                bins=edges,
                lead=0.0,
                minimum_count=LEAST,
                blocks=blocks,
            ).assign_coords(temperature=T)
            for field, hop, T in zip(fields, hops, temperatures, strict=True)
        ]
        fits = relation.arrhenius(
            found, weighting="equal", largest_error=LARGEST_ERROR, minimum_temperatures=3
        )
    except ParameterError:
        return None
    known = fits.dropna("learned_softness", subset=["barrier"])
    if known.sizes["learned_softness"] < 5:
        return None
    data = known[["barrier", "barrier_error", "barrier_spread"]].drop_vars(
        ("lower", "upper"), errors="ignore"
    )
    shift, low, high = best_shift(
        data["learned_softness"].values, data["barrier"].values, data["barrier_spread"].values
    )
    return data.assign(shift=shift, shift_low=low, shift_high=high, shift_printed=PRINTED_SHIFT).assign_attrs(
        temperatures=temperatures
    )


def with_others(data: xr.Dataset, others: Mapping[str, xr.Dataset | None]) -> xr.Dataset:
    """The barriers with ``shift_tried`` (tried), S0 of planes taught otherwise; NaN where there is none."""
    tried = [np.nan if one is None else float(one["shift"]) for one in others.values()]
    return data.assign(shift_tried=xr.DataArray(tried, {"tried": list(others)}, ("tried",)))


def best_shift(S: Array, barrier: Array, error: Array) -> tuple[float, float, float]:
    """S0 of a + b/(S + S0) by least squares, and its 95 % interval; an end is infinite where it is open."""
    tried = -S.min() + SHIFTS
    left = np.array([_left(1.0 / (S + shift), barrier, error) for shift in tried])
    best = int(np.argmin(left))
    freedom = len(S) - 3
    inside = left <= left[best] * (1.0 + fdtri(1, freedom, 0.95) / freedom)
    low = float(tried[inside][0])
    high = float(tried[inside][-1]) if not inside[-1] else np.inf
    return float(tried[best]), low, high


def _left(x: Array, y: Array, error: Array) -> float:
    fit = np.polyfit(x, y, 1, w=1.0 / error)
    return float(np.sum(((y - np.polyval(fit, x)) / error) ** 2))


def barrier_rows(data: xr.Dataset) -> list[Row]:
    """The shift S0, and whether the barrier falls with softness."""
    S, E = data["learned_softness"].values, data["barrier"].values
    low, high = float(data["shift_low"]), float(data["shift_high"])
    open_end = not np.isfinite(high)
    shift = float(data["shift"])
    return [
        explained(
            Row.judge(
                item="SI Fig. 3",
                quantity="S_0",
                state="LJ 1.2",
                published=PRINTED_SHIFT,
                measured=None if open_end else shift,
                uncertainty=None if open_end else 0.25 * (high - low),
                unit="1",
                tolerance=SHIFT,
                published_error=PRINTED_SHIFT_ERROR,
                note=(
                    f"The barriers are as straight in S_ML as in 1/(S_ML + S0): any S0 above {low:.3g} does. "
                    if open_end
                    else f"95 % interval {low:.3g} to {high:.3g}. "
                )
                + "In units of the margin of the plane, which another training set changes.",
            ),
            lambda: _tried(data),
        ),
        Row.judge(
            item="SI Fig. 3",
            quantity="correlation of ΔE_ML with 1/(S_ML + S0)",
            state=f"LJ 1.2, {len(S)} softnesses, T = {', '.join(map(str, data.attrs['temperatures']))}",
            published=None,
            measured=float(np.corrcoef(1.0 / (S + PRINTED_SHIFT), E)[0, 1]),
            uncertainty=None,
            unit="1",
            tolerance=None,
            note=f"With the printed S0; with S_ML itself {np.corrcoef(S, E)[0, 1]:.3f}.",
        ),
    ]


def _tried(data: xr.Dataset) -> str:
    if "shift_tried" not in data:
        return ""
    each = zip(data["tried"].values, data["shift_tried"].values, strict=True)
    found = [f"{how} {value:.3g}" if np.isfinite(value) else f"{how} none" for how, value in each]
    return f"Tried: {', '.join(found)}."
