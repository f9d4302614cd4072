"""Distributions of a structural field, their peak, and who is beyond it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike

from supercooled.arguments import AnyNumber, Blocks, Uncertain, validated
from supercooled.arrays import Array
from supercooled.blocks import jackknife_error
from supercooled.errors import ParameterError
from supercooled.estimate import Estimate
from supercooled.quantities import TABLE, labelled
from supercooled.relation.pairing import (
    Fields,
    Stream,
    bin_edges,
    over_blocks,
    stream,
    stream_pairs,
    with_error,
)

# Bins of the grid on which densities are smoothed, in one bandwidth, and the share of values beyond
# it on either side, whose exact place can't matter to a peak.
FINE = 10
TAIL = 1e-3
# Beyond the quartiles, in units of their distance, no peak is looked for.
FAR = 50.0


# What a share is without.
NO_PEAK = Estimate(np.nan, np.nan, "1", "not computed")


@validated
@dataclass(frozen=True, slots=True)
class Peak(Estimate):
    """Most frequent value of a field.

    Parameters
    ----------
    value, error, unit, reason
        as of :class:`supercooled.Estimate`, in the field's unit; the error is the
        jackknife's over blocks, NaN where these are not independent: shorter than ten correlation times, as
        the frames tell
    bandwidth
        of the kernel, in the field's unit
    """

    bandwidth: Uncertain = np.nan


@validated
@dataclass(frozen=True, slots=True)
class Share(Estimate):
    """Share of the rearranging particles that lie on the soft side of the peak.

    Parameters
    ----------
    value, error, unit, reason
        as of :class:`supercooled.Estimate`, 0 to 1; the error is the jackknife's
        over blocks, the peak's own noise included, NaN where these are not independent: shorter than ten
        correlation times, as the frames tell
    peak
        of the distribution of all particles
    of_all
        share of all particles on that side, what chance would give
    n_rearranging
        how many samples (particle and frame) rearrange
    """

    peak: Estimate = NO_PEAK
    of_all: Uncertain = np.nan
    n_rearranging: int = 0


@validated
def distribution(field: Fields, *, bins: int | ArrayLike, blocks: Blocks = 5) -> xr.Dataset:
    r"""Probability density of a field over particles and frames.

    .. math:: P(x) = \frac{n(x)}{N\,\delta x}

    Parameters
    ----------
    field
        (frame, particle), or one for each replica; NaN where a particle has no value
    bins
        edges, or how many over the range of the values
    blocks
        parts of each run, left out in turn for the error

    Returns
    -------
    xr.Dataset
        ``probability_density``, its standard error and ``count`` along a coordinate that has the
        field's name; the attribute ``no_error`` says why an error is not known. The density integrates to the
        share of values inside the bins.

    Raises
    ------
    ParameterError
        if the field has no value, an infinite one, or other dimensions.

    References
    ----------
    sharma2022, Fig. 2.

    Examples
    --------
    >>> field = xr.DataArray([[0.1, 0.2, 0.6, 0.9]], dims=("frame", "particle"), name="softness")
    >>> distribution(field, bins=[0.0, 0.5, 1.0]).probability_density.values
    array([1., 1.])
    """
    pooled = stream(field, blocks=blocks)
    edges = bin_edges(np.array([pooled.low, pooled.high]), bins)
    counts = pooled.counts(edges)[:, 0]
    totals = pooled.in_blocks()
    name = field_name(field)
    _, replicates = over_blocks(np.column_stack([counts, totals]), lambda n: n[:-1] / n[-1] / np.diff(edges))
    density = counts.sum(axis=0) / totals.sum() / np.diff(edges)
    coords = bin_coordinates(name, edges)
    return xr.Dataset(
        {
            "probability_density": density_of(density, field, coords),
            "probability_density_error": density_of(pooled.independence * jackknife_error(replicates), field),
            "count": count_of(counts.sum(axis=0), name),
        },
        attrs={"no_error": pooled.no_error},
    )


@validated
def peak(field: Fields, *, blocks: Blocks = 5) -> Peak:
    r"""Most frequent value of a field: the top of its distribution smoothed by a Gaussian.

    .. math:: h = \left(\frac{4}{5n}\right)^{1/7} \min(s, \mathrm{IQR}/1.349)

    with n values of standard deviation s, the bandwidth that serves the slope of a density best, and
    so its top, were the density Gaussian.

    Parameters
    ----------
    field, blocks
        as in :func:`distribution`

    Returns
    -------
    Peak
        place of the maximum with its error, in the unit of the field

    Raises
    ------
    ParameterError
        if the field has no value, or the same everywhere.

    References
    ----------
    J. E. Chacon, T. Duong, M. P. Wand, Statistica Sinica 21, 807 (2011), Sec. 5 (bandwidth).

    Examples
    --------
    >>> import numpy as np
    >>> normal = np.random.default_rng(1).normal(3.0, 1.0, (10, 4000))
    >>> field = xr.DataArray(normal, dims=("frame", "particle"), name="softness")
    >>> abs(peak(field).value - 3.0) < 0.1
    True
    """
    pooled = stream(field, blocks=blocks)
    bandwidth, edges = _grid(pooled, field_name(field))
    counts = pooled.counts(edges, clipped=True)[:, 0]
    value, error = with_error(counts, lambda n: _mode(n, edges), independence=pooled.independence)
    unit = str((field if isinstance(field, xr.DataArray) else field[0]).attrs.get("units", "1"))
    return Peak(value, error, unit, _why(error, pooled.no_error), bandwidth=bandwidth)


@validated
def softer_share(
    softness: Fields,
    p_hop: Fields,
    *,
    threshold: AnyNumber | None = None,
    lead: float,
    blocks: Blocks = 5,
) -> Share:
    r"""Share of the rearranging particles that are softer than the peak of the distribution of all.

    .. math:: f = P(S > S^* \mid p_\mathrm{hop} > p_c), \qquad S^* = \arg\max P(S)

    Parameters
    ----------
    softness
        (frame, particle), or one for each replica
    p_hop
        what :func:`supercooled.dynamics.hops` returns, in the same order
    threshold
        p_c, sigma_AA^2; must be given
    lead
        how long before t the structure is taken, tau
    blocks
        parts of each run, left out in turn for the error

    Returns
    -------
    Share
        share with its error, and the peak that it refers to

    Raises
    ------
    ParameterError
        if the threshold is missing, no frame is in both fields, or no particle rearranges.

    Notes
    -----
    Frames are matched by their number, particles by theirs where both say it. The peak is
    :func:`peak`'s, of the particles and frames that were matched.

    References
    ----------
    sharma2022, Sec. V and Fig. 4.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(1)
    >>> dims, coords = ("frame", "particle"), {"frame": np.arange(10)}
    >>> softness = xr.DataArray(rng.normal(size=(10, 500)), coords, dims, name="softness")
    >>> p_hop = xr.DataArray(np.where(softness > 1.0, 1.0, 0.0), coords, dims, name="p_hop")
    >>> softer_share(softness, p_hop, threshold=0.1, lead=0.0).value
    1.0
    """
    return _share(softness, p_hop, threshold, lead, blocks, above=True)


@validated
def shallower_share(
    depth: Fields,
    p_hop: Fields,
    *,
    threshold: AnyNumber | None = None,
    lead: float,
    blocks: Blocks = 5,
) -> Share:
    r"""Share of the rearranging particles in cages shallower than the peak of the distribution of all.

    .. math:: f = P(\Phi < \Phi^* \mid p_\mathrm{hop} > p_c), \qquad \Phi^* = \arg\max P(\Phi)

    Parameters
    ----------
    depth
        (frame, particle), or one for each replica
    p_hop
        result of :func:`supercooled.dynamics.hops`, one per depth
    threshold
        p_hop above which a particle counts as rearranging
    lead
        time from the structure to the motion, tau
    blocks
        parts of each run for the errors

    Returns
    -------
    Share
        share with its error, and the peak that it refers to

    Notes
    -----
    The rest is as in :func:`softer_share`.

    References
    ----------
    sharma2022, App. B and Fig. 15(a).

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(1)
    >>> dims, coords = ("frame", "particle"), {"frame": np.arange(10)}
    >>> depth = xr.DataArray(rng.normal(size=(10, 500)), coords, dims, name="depth")
    >>> p_hop = xr.DataArray(np.where(depth > 1.0, 1.0, 0.0), coords, dims, name="p_hop")
    >>> shallower_share(depth, p_hop, threshold=0.1, lead=0.0).value
    0.0
    """
    return _share(depth, p_hop, threshold, lead, blocks, above=False)


def field_name(field: Fields) -> str:
    """Name of a field, or of the first of several."""
    first = field if isinstance(field, xr.DataArray) else field[0]
    return str(first.name or "value")


def field_unit(field: Fields) -> str:
    """Unit of a field as it says itself, or that of its name; "unit" if neither is known."""
    first = field if isinstance(field, xr.DataArray) else field[0]
    name = field_name(field)
    return str(first.attrs.get("units") or (TABLE[name].unit if name in TABLE else "unit"))


def bin_coordinates(name: str, edges: Array) -> dict[str, object]:
    """Centres of bins under the field's name, with their edges."""
    return {name: 0.5 * (edges[1:] + edges[:-1]), "lower": (name, edges[:-1]), "upper": (name, edges[1:])}


def error_of(name: str, data: Array, dims: tuple[str, ...]) -> xr.DataArray:
    """Standard error of a quantity, labelled."""
    entry = TABLE[name]
    return xr.DataArray(
        data, dims=dims, attrs={"units": entry.unit, "long_name": f"standard error of the {entry.long_name}"}
    )


def spread_of(name: str, data: Array, dims: tuple[str, ...]) -> xr.DataArray:
    """By what a quantity is weighted in fits: its standard error, if parts of the run were independent."""
    entry = TABLE[name]
    words = f"scatter of the {entry.long_name}, used as its weight in fits"
    return xr.DataArray(data, dims=dims, attrs={"units": entry.unit, "long_name": words})


def density_of(data: Array, field: Fields, coords: dict[str, object] | None = None) -> xr.DataArray:
    """Probability density of a field's values, labelled."""
    density = labelled("probability_density", data, (field_name(field),), coords)
    unit = field_unit(field)
    density.attrs["units"] = "1/unit" if unit == "unit" else f"1/({unit})"
    if coords is not None and unit != "unit":
        density[field_name(field)].attrs["units"] = unit
    return density


def count_of(data: Array, dim: str) -> xr.DataArray:
    """Numbers of samples (particle and frame), labelled."""
    return xr.DataArray(
        data.astype(np.int64), dims=(dim,), attrs={"units": "1", "long_name": "samples (particle and frame)"}
    )


def _share(
    field: Fields, p_hop: Fields, threshold: AnyNumber | None, lead: float, blocks: int, *, above: bool
) -> Share:
    pooled = stream_pairs(field, p_hop, threshold=threshold, lead=lead, blocks=blocks)
    _, edges = _grid(pooled, field_name(field))
    counts = pooled.counts(edges, clipped=True)

    def beyond(n: Array) -> float:
        below = np.interp(_mode(n[0], edges), edges, np.concatenate([[0.0], np.cumsum(n[1])])) / n[1].sum()
        return float(1.0 - below if above else below)

    independence = pooled.independence
    value, error = with_error(counts, beyond, independence=independence)
    of_all, _ = with_error(counts, lambda n: beyond(np.stack([n[0], n[0]])), independence=independence)
    place, place_error = with_error(counts, lambda n: _mode(n[0], edges), independence=independence)
    unit = str((field if isinstance(field, xr.DataArray) else field[0]).attrs.get("units", "1"))
    return Share(
        value,
        error,
        "1",
        _why(error, pooled.no_error),
        peak=Estimate(place, place_error, unit, _why(place_error, pooled.no_error)),
        of_all=of_all,
        n_rearranging=pooled.n_rearranging,
    )


def _why(error: float, no_error: str) -> str:
    """Why an error is not known; empty if it is."""
    return "" if np.isfinite(error) else no_error or "with one of its blocks left out the run has no peak"


def _grid(pooled: Stream, name: str) -> tuple[float, Array]:
    low, quarter, three_quarters, high = pooled.quantiles((TAIL, 0.25, 0.75, 1.0 - TAIL))
    between = three_quarters - quarter
    spread = min(pooled.deviation(), between / 1.349)
    if not spread > 0:
        raise ParameterError(f"{name} hardly varies between particles: its distribution has no width")
    # A peak lies among the many; a grid that reaches out to a few strays could take any memory.
    low, high = max(low, quarter - FAR * between), min(high, three_quarters + FAR * between)
    bandwidth = float((4.0 / (5.0 * pooled.total)) ** (1.0 / 7.0) * spread)
    n = int(np.ceil((high - low + 6.0 * bandwidth) / bandwidth * FINE))
    return bandwidth, np.linspace(low - 3.0 * bandwidth, low - 3.0 * bandwidth + n * bandwidth / FINE, n + 1)


def _mode(counts: Array, edges: Array) -> float:
    # What was clipped to the ends is a heap there, not a peak.
    inner = np.concatenate([[0.0], counts[1:-1], [0.0]])
    kernel = np.exp(-0.5 * (np.arange(-6 * FINE, 6 * FINE + 1) / FINE) ** 2)
    smooth = np.convolve(inner, kernel)[6 * FINE : -6 * FINE]
    top = int(np.clip(np.argmax(smooth), 1, len(smooth) - 2))
    left, here, right = smooth[top - 1 : top + 2]
    curvature = left - 2.0 * here + right
    shift = 0.5 * (left - right) / curvature if curvature < 0 else 0.0
    width = edges[1] - edges[0]
    return float(edges[top] + (0.5 + np.clip(shift, -0.5, 0.5)) * width)
