"""How often particles of a given structure rearrange."""

from __future__ import annotations

from typing import Literal

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike

from supercooled.arguments import AnyNumber, Blocks, Count, validated
from supercooled.arguments.datasets import ParticleField
from supercooled.arrays import Array, Booleans
from supercooled.blocks import FEWEST_PARTS, jackknife_variance
from supercooled.quantities import labelled, quantity
from supercooled.relation.distributions import (
    bin_coordinates,
    count_of,
    density_of,
    error_of,
    field_name,
    spread_of,
)
from supercooled.relation.pairing import Fields, bin_edges, over_blocks, stream_pairs


@validated
def rearrangement_probability(
    field: Fields,
    p_hop: Fields,
    *,
    threshold: AnyNumber | None = None,
    bins: int | ArrayLike,
    lead: float,
    minimum_count: Count,
    blocks: Blocks = 5,
) -> xr.Dataset:
    r"""Share of particles of each softness (or other structure) that rearrange.

    .. math:: P_R(S) = \frac{n(S, p_\mathrm{hop} > p_c)}{n(S)}

    Parameters
    ----------
    field
        (frame, particle), or one for each replica
    p_hop
        what :func:`supercooled.dynamics.hops` returns, in the same order
    threshold
        p_c, sigma_AA^2; must be given
    bins
        edges, or how many over the range of the values
    lead
        how long before t the structure is taken, tau
    minimum_count
        samples (particle and frame) that a bin must hold for a probability; NaN below
    blocks
        parts of each run, left out in turn for the error

    Returns
    -------
    xr.Dataset
        ``rearrangement_probability`` of each bin with its error, and the number of particles in it

    Raises
    ------
    ParameterError
        if the threshold is missing, no frame is in both fields, or no particle rearranges.

    Notes
    -----
    Returns, along a coordinate with the field's name, ``rearrangement_probability`` with ``_error``,
    ``_spread`` and ``_jackknife`` (block, ...), ``probability_density`` P(S) and
    ``probability_density_rearranging`` P(S|R), ``count`` and ``count_rearranging``, and ``independence``
    (1, or NaN). Attributes: ``total_share`` that rearranges, ``dependence``, and ``no_error``.

    The spread is the binomial error times the root of ``dependence``, the mean over bins of the
    jackknife's variance over the binomial's, at least 1: a hop stays above the threshold for
    several frames, so counts aren't independent. A bin without rearrangement gets that of one. It weighs bins
    and temperatures against each other in fits. It is the error, too, where the run can tell: blocks
    last ten correlation times of the mean and the spread of the field and of the share that
    rearranges, and are four or more; else the error is NaN and ``no_error`` says why.

    References
    ----------
    sharma2022, Sec. V and Fig. 5(a).

    Examples
    --------
    >>> import numpy as np
    >>> dims, coords = ("frame", "particle"), {"frame": np.arange(2)}
    >>> softness = xr.DataArray([[1.0, 1.0, 2.0, 2.0]] * 2, coords, dims, name="softness")
    >>> p_hop = xr.DataArray([[0.0, 0.3, 0.3, 0.3], [0.0, 0.0, 0.3, 0.3]], coords, dims, name="p_hop")
    >>> rearrangement_probability(
    ...     softness, p_hop, threshold=0.1, bins=[0.5, 1.5, 2.5], lead=0.0, minimum_count=1
    ... ).rearrangement_probability.values
    array([0.25, 1.  ])
    """
    pooled = stream_pairs(field, p_hop, threshold=threshold, lead=lead, blocks=blocks)
    edges = bin_edges(np.array([pooled.low, pooled.high]), bins)
    counts = pooled.counts(edges)
    n, rearranging = counts.sum(axis=0)
    value, replicates = over_blocks(counts, lambda c: c[1] / c[0])
    enough = n >= max(minimum_count, 1)
    binomial = np.sqrt(np.maximum(rearranging, 1.0) * (1.0 - value)) / np.maximum(n, 1.0)
    variance = jackknife_variance(replicates, fewest=FEWEST_PARTS)
    dependence = _dependence(variance, binomial, enough & (rearranging > 0))
    name = field_name(field)
    coords = bin_coordinates(name, edges)
    temperature = _temperature(p_hop)
    if temperature is not None:
        coords["temperature"] = temperature
    width, total = np.diff(edges), float(pooled.total)
    spread = np.where(enough, np.sqrt(dependence) * binomial, np.nan)
    error = spread if not pooled.no_error else np.full_like(spread, np.nan)
    result = {
        "rearrangement_probability": labelled(
            "rearrangement_probability", np.where(enough, value, np.nan), (name,), coords
        ),
        "rearrangement_probability_error": error_of("rearrangement_probability", error, (name,)),
        "rearrangement_probability_spread": spread_of("rearrangement_probability", spread, (name,)),
        "rearrangement_probability_jackknife": _jackknife(np.where(enough, replicates, np.nan), name),
        "probability_density": density_of(n / total / width, field),
        "probability_density_rearranging": density_of(rearranging / pooled.n_rearranging / width, field),
        "count": count_of(n, name),
        "count_rearranging": count_of(rearranging, name),
        "independence": xr.DataArray(
            pooled.independence, attrs={"units": "1", "long_name": "1 where blocks are independent"}
        ),
    }
    result["probability_density_rearranging"].attrs["long_name"] += " of those that rearrange"
    return xr.Dataset(result).assign_attrs(
        threshold=float(threshold or 0.0),
        lead=float(lead),
        minimum_count=int(minimum_count),
        dependence=dependence,
        no_error=pooled.no_error,
        total_share=pooled.n_rearranging / pooled.total,
    )


@validated
def counted(
    p_hop: ParticleField, *, threshold: AnyNumber, count: Literal["frame", "event", "peak"]
) -> xr.DataArray:
    """Indicator of hops in which each rearrangement counts in every frame of it, or once.

    Parameters
    ----------
    p_hop
        (frame, particle), what :func:`supercooled.dynamics.hops` returns; all frames are held at once
    threshold
        p_c, sigma_AA^2
    count
        "frame": in every frame above p_c, as papers count; "event": in the first of frames above p_c that
        follow each other; "peak": in the one of these with the largest value, the first of equals

    Returns
    -------
    xr.DataArray
        p_hop where a rearrangement counts, and below p_c everywhere else, for
        :func:`rearrangement_probability` and whatever asks for p_hop

    References
    ----------
    schoenholz2016, main text: the fraction that is rearranging at a given time, which is every frame.

    Examples
    --------
    >>> p = xr.DataArray(
    ...     [[0.1], [0.3], [0.5], [0.1]], {"frame": range(4)}, ("frame", "particle"), name="p_hop")
    >>> [int((counted(p, threshold=0.2, count=how) > 0.2).sum()) for how in ("frame", "event", "peak")]
    [2, 1, 1]
    """
    if count == "frame":
        return p_hop
    values = np.asarray(p_hop.transpose("frame", "particle").values, dtype=np.float64)
    above = values > threshold
    chosen = above.copy()
    chosen[1:] &= ~above[:-1]
    if count == "peak" and chosen.any():
        chosen = _highest(values, above, chosen)
    made = xr.DataArray(
        np.where(above & ~chosen, min(0.0, float(threshold)), values), dims=("frame", "particle")
    )
    return p_hop.copy(data=made.transpose(*p_hop.dims).values)


def _highest(values: Array, above: Booleans, first: Booleans) -> Booleans:
    """Of frames above the threshold that follow each other the one with the largest value."""
    # Particle by particle, such frames have one number.
    flat, number = values.T.ravel(), np.cumsum(first.T.ravel()) - 1
    places = np.flatnonzero(above.T.ravel())
    highest = np.full(int(number[-1]) + 1, -np.inf)
    np.maximum.at(highest, number[places], flat[places])
    tops = places[flat[places] == highest[number[places]]]
    _, at = np.unique(number[tops], return_index=True)
    chosen = np.zeros(flat.shape, bool)
    chosen[tops[at]] = True
    return np.asarray(chosen.reshape(values.T.shape).T)


def _dependence(variance: Array, binomial: Array, counted: Array) -> float:
    # A bin that a single block fills has no jackknife, and says nothing of the others.
    usable = counted.astype(bool) & (binomial > 0) & np.isfinite(variance)
    if not usable.any():
        return 1.0
    return float(np.maximum(1.0, np.mean(variance[usable] / binomial[usable] ** 2)))


def _jackknife(replicates: Array, name: str) -> xr.DataArray:
    entry = quantity("rearrangement_probability")
    return xr.DataArray(
        replicates,
        dims=("block", name),
        coords={"block": np.arange(len(replicates))},
        attrs={"units": entry.unit, "long_name": f"with one block left out, {entry.long_name}"},
    )


def _temperature(p_hop: Fields) -> float | None:
    first = p_hop if isinstance(p_hop, xr.DataArray) else p_hop[0]
    return float(first["temperature"]) if "temperature" in first.coords else None
