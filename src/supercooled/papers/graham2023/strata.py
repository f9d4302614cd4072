"""Rearrangements by strata of softness and of pair entropy, and the crossover that they tell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr

from supercooled import relation
from supercooled.arrays import Array
from supercooled.errors import ParameterError
from supercooled.papers.graham2023.chosen import Choices
from supercooled.papers.graham2023.liquid import LiquidRuns, Measured

FIELDS = ("softness", "entropy")


@dataclass(frozen=True, slots=True, eq=False)
class Strata:
    """Rearrangements by strata of one field of a liquid.

    Parameters
    ----------
    edges
        of the strata
    probabilities
        P_R at each fitted temperature, coldest first
    fits
        Arrhenius lines, None where too few temperatures have a probability
    crossover, error
        T_A from the pairs of lines, NaN without lines
    """

    edges: Array
    probabilities: list[xr.Dataset]
    fits: xr.Dataset | None
    crossover: float
    error: float


def strata_of(liquid: LiquidRuns, measured: Measured, field: str, choices: Choices) -> Strata:
    """Strata of ``softness`` or ``entropy``, their probabilities, lines and crossover."""
    edges = relation.strata(
        [field_of(measured, field, k) for T in liquid.fitted for k in liquid.at(T)],
        count=choices.strata,
        percentiles=(choices.lowest, choices.highest),
    )
    probabilities = [
        relation.rearrangement_probability(
            [field_of(measured, field, k) for k in liquid.at(T)],
            [measured.per_run[k]["p_hop"]["p_hop"] for k in liquid.at(T)],
            threshold=choices.threshold,
            bins=edges,
            lead=0.0,
            minimum_count=choices.minimum_count,
            blocks=choices.blocks,
        ).assign_coords(temperature=T)
        for T in liquid.fitted
    ]

    def lines(given: xr.Dataset | Sequence[xr.Dataset]) -> xr.Dataset:
        return relation.arrhenius(given, weighting="equal", largest_error=choices.largest_error)

    try:
        fits = lines(probabilities)
        crossed = relation.crossings(fits, fences=choices.fences)
    except ParameterError:
        return Strata(edges, probabilities, None, np.nan, np.nan)

    def again(given: xr.Dataset) -> float:
        try:
            return relation.crossings(lines(given), fences=choices.fences).temperature.value
        except ParameterError:
            return np.nan

    by_block = relation.block_error(probabilities, again)
    # Of the pairs of lines and of the blocks together: one of them alone is less than the error.
    error = float(np.hypot(crossed.temperature.error, by_block))
    return Strata(edges, probabilities, fits, crossed.temperature.value, error)


def field_of(measured: Measured, field: str, run: int) -> xr.DataArray:
    """``softness`` or local ``entropy`` (frame, particle) of one of the runs."""
    return (
        measured.softness[run]
        if field == "softness"
        else measured.per_run[run]["pair_entropy"]["pair_entropy"]
    )
