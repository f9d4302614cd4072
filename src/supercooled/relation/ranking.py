"""How well a field ranks the particles that will rearrange."""

from __future__ import annotations

from functools import partial
from typing import Annotated

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from supercooled.arguments import AnyNumber, Blocks, NotNegative, Whole, validated
from supercooled.arguments.datasets import ParticleField
from supercooled.arrays import Array, Booleans
from supercooled.blocks import jackknife_error, without_bias
from supercooled.errors import ParameterError
from supercooled.fields import looking_ahead
from supercooled.quantities import labelled, quantity
from supercooled.relation.pairing import Fields, Stream, over_blocks, stream_pairs

# Of an interval, what rounding may make of a written time.
_ROUNDING = 1e-2


@validated
def within_horizon(p_hop: ParticleField, *, threshold: float, horizon: NotNegative) -> xr.DataArray:
    r"""Largest p_hop of each particle from a frame on, as far as the horizon reaches.

    .. math:: p_h(i, t) = \max_{t \le t' \le t + h} p_\mathrm{hop}(i, t')

    It exceeds the threshold where the particle rearranges within the horizon. Only whether it does is
    worked out: values are 0 or infinity's stand-in, twice the threshold; NaN where p_hop is not known
    throughout the horizon and does not exceed where it is.

    Parameters
    ----------
    p_hop
        what :func:`supercooled.dynamics.hops` returns
    threshold
        p_c, sigma_AA^2
    horizon
        h, tau

    Returns
    -------
    xr.DataArray
        ``p_hop`` (frame, particle) for the frames whose horizon lies within the run.

    Raises
    ------
    ParameterError
        if the threshold is not positive, the horizon is negative or reaches beyond the run, or frames
        are unevenly spaced.

    References
    ----------
    definition of this package.

    Examples
    --------
    >>> hop = xr.DataArray([[0.0], [0.0], [0.3], [0.0]], {"time": ("frame", np.arange(4.0)),
    ...     "frame": np.arange(4)}, ("frame", "particle"))
    >>> within_horizon(hop, threshold=0.1, horizon=1.0).values.T
    array([[0. , 0.2, 0.2]])
    """
    if not (np.isfinite(threshold) and threshold > 0):
        raise ParameterError(f"threshold must be positive, not {threshold}; for example 0.2")
    ordered = p_hop.transpose("frame", "particle")
    times = ordered["time"].values
    if not (np.isfinite(horizon) and 0 <= horizon < times[-1] - times[0] + 1e-9):
        raise ParameterError(f"the horizon {horizon} must lie between 0 and {times[-1] - times[0]:g} tau")
    interval = float(times[-1] - times[0]) / max(len(times) - 1, 1)
    # Written times are rounded; what matters is a good part of an interval.
    if horizon > 0 and (np.abs(np.diff(times) - interval) > _ROUNDING * interval).any():
        raise ParameterError("the frames of p_hop are unevenly spaced: a horizon needs an even interval")
    steps = 0 if horizon == 0 else int(horizon / interval + _ROUNDING)
    out = looking_ahead(ordered, steps, partial(_will_exceed, threshold, steps))
    return out.assign_attrs(horizon=float(horizon))


@validated
def ranking(
    field: Fields,
    p_hop: Fields,
    *,
    threshold: AnyNumber | None = None,
    lead: float,
    bins: Annotated[int, Whole(at_least=1, at_most=10_000)],
    blocks: Blocks = 5,
) -> xr.Dataset:
    r"""How well a field tells the particles that rearrange from those that don't.

    .. math:: A = P(x_R > x_N) + \tfrac12 P(x_R = x_N), \qquad
              I = \sum_{b, y} p(b, y) \log_2 \frac{p(b, y)}{p(b)\, p(y)}

    A is the area under the ROC curve: the chance that of two particles, one that rearranges and one
    that doesn't, the first has the larger field; 1/2 is chance, ties count half. I is the mutual
    information of the field's quantile bin b and y, whether the particle rearranges, in bits; at most
    the ``entropy`` of y.

    Parameters
    ----------
    field
        (frame, particle), or one for each replica; larger where rearranging is likelier
    p_hop
        of the same runs, as from :func:`supercooled.dynamics.hops` or :func:`within_horizon`
    threshold
        p_c, sigma_AA^2; must be given
    lead
        how long before p_hop the field is taken, tau
    bins
        quantiles of the field that the information is counted in
    blocks
        parts of each run, left out in turn for errors and bias

    Returns
    -------
    xr.Dataset
        ``auc``, ``mutual_information``, each with ``_error``; ``entropy``, bit; ``n_rearranging``; the
        attribute ``no_error`` says why errors are not known.

    Raises
    ------
    ParameterError
        if the threshold is missing, no frame is in both fields, or all or none rearrange.

    Notes
    -----
    Counting makes independent things look informative: the part of I that falls as 1/n is removed by
    the jackknife, n I - (n - 1) <I without a block>, which accounts for hops that last several frames.

    References
    ----------
    J. A. Hanley, B. J. McNeil, Radiology 143, 29 (1982) (A); T. M. Cover, J. A. Thomas,
    Elements of Information Theory, Wiley 2006, Eq. 2.28 (I); M. H. Quenouille, Biometrika 43, 353
    (1956) (bias).

    Examples
    --------
    >>> at = {"frame": np.arange(2)}
    >>> x = xr.DataArray([[1.0, 2.0, 3.0, 4.0]] * 2, at, ("frame", "particle"), name="softness")
    >>> hop = xr.DataArray([[0.0, 0.3, 0.0, 0.3]] * 2, at, ("frame", "particle"))
    >>> ranking(x, hop, threshold=0.1, lead=0.0, bins=2, blocks=2).auc.item()
    0.75
    """
    if bins < 2:
        raise ParameterError(f"information needs at least 2 bins, not {bins}")
    pooled = stream_pairs(field, p_hop, threshold=threshold, lead=lead, blocks=blocks)
    if pooled.n_rearranging == pooled.total:
        raise ParameterError("every particle rearranges, so there are no two classes: raise the threshold")
    area, areas = _areas(pooled)
    inner = pooled.quantiles([k / bins for k in range(1, bins)])
    every, moving = pooled.counts(np.concatenate([[-np.inf], np.unique(inner), [np.inf]])).swapaxes(0, 1)
    raw, replicates = over_blocks(np.stack([every - moving, moving], axis=1), information)
    corrected = without_bias(raw, replicates)
    number = pooled.n_rearranging / pooled.total
    return xr.Dataset(
        {
            "auc": labelled("auc", area, ()),
            "auc_error": _error("auc", pooled.independence * jackknife_error(areas)),
            "mutual_information": labelled("mutual_information", corrected, ()),
            "mutual_information_error": _error(
                "mutual_information", pooled.independence * jackknife_error(replicates)
            ),
            "entropy": labelled("mutual_information", _entropy(np.array([number, 1.0 - number])), ()),
            "n_rearranging": ((), pooled.n_rearranging),
        },
        attrs={
            "bins": bins,
            "lead": float(lead),
            "uncorrected": float(raw),
            "threshold": float(threshold or 0),
            "no_error": pooled.no_error,
        },
    )


def _will_exceed(threshold: float, steps: int, p_hop: Array) -> Array:
    will = _any_within(p_hop > threshold, steps)
    missing = np.isnan(p_hop)
    otherwise = np.where(_any_within(missing, steps), np.nan, 0.0) if missing.any() else 0.0
    return np.where(will, 2.0 * threshold, otherwise)


def _any_within(where: Booleans, steps: int) -> Booleans:
    """Whether it is so in any of the frames from each one to `steps` later."""
    so_far = np.zeros((len(where) + 1, where.shape[1]), np.int32)
    np.cumsum(where, axis=0, out=so_far[1:])
    found: Booleans = so_far[steps + 1 :] > so_far[: len(where) - steps]
    return found


def _areas(pooled: Stream) -> tuple[float, Array]:
    """A of all samples, and without each block in turn, (block,).

    The rarer kind is held in memory and sorted; of the others each chunk is placed among them and
    forgotten.
    """
    held = 2 * pooled.n_rearranging <= pooled.total
    values, block = _of_kind(pooled, held)
    known, place = np.unique(values, return_inverse=True)
    n, size = pooled.n_blocks, len(known) + 1
    below, up_to = np.zeros((2, n, size), np.int64)
    for chunk in pooled.chunks():
        other = chunk.rearranging != held
        x, first = chunk.values[other], chunk.block[other] * size
        below += _tally(first + np.searchsorted(known, x, side="right"), below.shape)
        up_to += _tally(first + np.searchsorted(known, x, side="left"), up_to.shape)
    # Of the other kind in a block, how many are less than each value held; equal ones by half.
    less = 0.5 * (np.cumsum(below, axis=1) + np.cumsum(up_to, axis=1))[:, :-1]
    mine = _tally(block * len(known) + place, (n, len(known)))
    wins = mine.astype(np.float64) @ less.T
    pairs = np.outer(mine.sum(axis=1), below.sum(axis=1)).astype(np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        area, areas = wins.sum() / pairs.sum(), _without_each(wins) / _without_each(pairs)
    return (float(area), areas) if held else (float(1.0 - area), 1.0 - areas)


def _tally(flat: NDArray[np.int64], shape: tuple[int, ...]) -> NDArray[np.int64]:
    return np.bincount(flat, minlength=int(np.prod(shape))).reshape(shape)


def _of_kind(pooled: Stream, rearranging: bool) -> tuple[Array, NDArray[np.int64]]:
    """Values and blocks of those that rearrange, or of those that don't."""
    parts = [
        (b.values[chosen], b.block[chosen])
        for b in pooled.chunks()
        for chosen in [b.rearranging == rearranging]
    ]
    values, block = zip(*parts, strict=True)
    return np.concatenate(values), np.concatenate(block)


def _without_each(pairs: Array) -> Array:
    """Sum of (block, block) over both without each block in turn, (block,)."""
    return np.asarray(pairs.sum() - pairs.sum(axis=0) - pairs.sum(axis=1) + np.diag(pairs))


def information(counts: Array) -> Array:
    """Mutual information of what a table counts, bit."""
    p = counts / counts.sum()
    return np.asarray(_entropy(p.sum(axis=0)) + _entropy(p.sum(axis=1)) - _entropy(p.ravel()))


def _entropy(p: Array) -> float:
    seen = p[p > 0]
    return float(-(seen * np.log2(seen)).sum())


def _error(name: str, data: Array) -> xr.DataArray:
    entry = quantity(name)
    return xr.DataArray(
        data, attrs={"units": entry.unit, "long_name": f"standard error of the {entry.long_name}"}
    )
