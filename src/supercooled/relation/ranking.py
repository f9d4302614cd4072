"""How well a field ranks the particles that will rearrange."""

from __future__ import annotations

import numpy as np
import xarray as xr

from supercooled.arrays import Array, Integers
from supercooled.blocks import jackknife_error
from supercooled.errors import ParameterError
from supercooled.quantities import labelled, quantity
from supercooled.relation.pairing import Fields, Samples, over_stretches, paired


def within_horizon(p_hop: xr.DataArray, *, threshold: float, horizon: float) -> xr.DataArray:
    r"""Largest p_hop of each particle from a frame on, as far as the horizon reaches.

    .. math:: p_h(i, t) = \max_{t \le t' \le t + h} p_\mathrm{hop}(i, t')

    It exceeds the threshold where the particle rearranges within the horizon. Only whether it does is
    worked out: values are 0 or infinity's stand-in, twice the threshold.

    p_hop : what :func:`supercooled.dynamics.hops` returns
    threshold : p_c, sigma_AA^2
    horizon : h, tau

    Returns ``p_hop`` (frame, particle) for the frames whose horizon lies within the run.

    Raises
    ------
    ParameterError
        if the horizon is negative or reaches beyond the run.

    >>> hop = xr.DataArray([[0.0], [0.0], [0.3], [0.0]], {"time": ("frame", np.arange(4.0)),
    ...     "frame": np.arange(4)}, ("frame", "particle"))
    >>> within_horizon(hop, threshold=0.1, horizon=1.0).values.T
    array([[0. , 0.2, 0.2]])
    """
    ordered = p_hop.transpose("frame", "particle")
    times = ordered["time"].values
    if not (np.isfinite(horizon) and 0 <= horizon < times[-1] - times[0] + 1e-9):
        raise ParameterError(f"the horizon {horizon} must lie between 0 and {times[-1] - times[0]:g} tau")
    steps = 0 if horizon == 0 else int(horizon / (times[1] - times[0]) * (1.0 + 1e-9))
    jumps = np.zeros((len(times) + 1, ordered.sizes["particle"]), np.int32)
    np.cumsum(ordered.values > threshold, axis=0, out=jumps[1:])
    will = jumps[steps + 1 :] > jumps[: len(times) - steps]
    out = ordered.isel(frame=slice(0, len(times) - steps)).copy(data=np.where(will, 2.0 * threshold, 0.0))
    return out.assign_attrs(horizon=float(horizon))


def ranking(
    field: Fields,
    p_hop: Fields,
    *,
    threshold: float | None = None,
    lead: float,
    bins: int,
    stretches: int = 5,
) -> xr.Dataset:
    r"""How well a field tells the particles that rearrange from those that don't.

    .. math:: A = P(x_R > x_N) + \tfrac12 P(x_R = x_N), \qquad
              I = \sum_{b, y} p(b, y) \log_2 \frac{p(b, y)}{p(b)\, p(y)}

    A is the area under the ROC curve: the chance that of two particles, one that rearranges and one
    that doesn't, the first has the larger field; 1/2 knows nothing, ties count half. I is the mutual
    information of the field's quantile bin b and y, whether the particle rearranges, in bits; at most
    the ``entropy`` of y.

    field : (frame, particle), or one for each replica; larger where rearranging is likelier
    p_hop : of the same runs, as from :func:`supercooled.dynamics.hops` or :func:`within_horizon`
    threshold : p_c, sigma_AA^2; must be given
    lead : how long before p_hop the field is taken, tau
    bins : quantiles of the field that the information is counted in
    stretches : parts of each run, left out in turn for errors and bias

    Counting makes independent things look informative: the part of I that falls as 1/n is removed by
    the jackknife, n I - (n - 1) <I without a stretch>, which knows that hops last several frames.

    Returns ``auc``, ``mutual_information``, each with ``_error``; ``entropy``, bit; ``n_rearranging``.

    Raises
    ------
    ParameterError
        if the threshold is missing, no frame is in both fields, or all or none rearrange.

    Source: J. A. Hanley, B. J. McNeil, Radiology 143, 29 (1982) (A); T. M. Cover, J. A. Thomas,
    Elements of Information Theory, Wiley 2006, Eq. 2.28 (I); M. H. Quenouille, Biometrika 43, 353
    (1956) (bias).

    >>> at = {"frame": np.arange(2)}
    >>> x = xr.DataArray([[1.0, 2.0, 3.0, 4.0]] * 2, at, ("frame", "particle"), name="softness")
    >>> hop = xr.DataArray([[0.0, 0.3, 0.0, 0.3]] * 2, at, ("frame", "particle"))
    >>> ranking(x, hop, threshold=0.1, lead=0.0, bins=2, stretches=2).auc.item()
    0.75
    """
    if bins < 2:
        raise ParameterError(f"information needs at least 2 bins, not {bins}")
    pooled = paired(field, p_hop, threshold=threshold, lead=lead, stretches=stretches)
    if pooled.rearranging.all():
        raise ParameterError(
            "every particle rearranges, so there is nothing to tell apart: raise the threshold"
        )
    places, n_places = _places(pooled.values)
    area, areas = over_stretches(_counts(pooled, places, n_places), _area)
    rank = np.searchsorted(_edges(pooled.values, bins), pooled.values, side="right")
    counts = _counts(pooled, rank, bins)
    raw, replicates = over_stretches(counts, _information)
    n = int(np.isfinite(replicates).sum())
    corrected = n * raw - (n - 1) * np.nanmean(replicates) if n > 1 else raw
    number = float(pooled.rearranging.mean())
    return xr.Dataset(
        {
            "auc": labelled("auc", area, ()),
            "auc_error": _error("auc", jackknife_error(areas)),
            "mutual_information": labelled("mutual_information", corrected, ()),
            "mutual_information_error": _error("mutual_information", jackknife_error(replicates)),
            "entropy": labelled("mutual_information", _entropy(np.array([number, 1.0 - number])), ()),
            "n_rearranging": ((), int(pooled.rearranging.sum())),
        },
        attrs={
            "bins": bins,
            "lead": float(lead),
            "uncorrected": float(raw),
            "threshold": float(threshold or 0),
        },
    )


def _places(values: Array) -> tuple[Integers, int]:
    known, place = np.unique(values, return_inverse=True)
    return place.astype(np.int64), len(known)


def _edges(values: Array, bins: int) -> Array:
    return np.asarray(np.quantile(values, np.arange(1, bins) / bins), dtype=np.float64)


def _counts(pooled: Samples, place: Integers, number: int) -> Array:
    """(stretch, 2, place): those that stay and those that rearrange."""
    both = [
        np.bincount(
            pooled.stretch[chosen] * number + place[chosen], minlength=pooled.n_stretches * number
        ).reshape(pooled.n_stretches, number)
        for chosen in (~pooled.rearranging, pooled.rearranging)
    ]
    return np.stack(both, axis=1).astype(np.float64)


def _area(counts: Array) -> Array:
    still, moving = counts
    below = np.cumsum(still) - still
    return np.asarray(moving @ (below + 0.5 * still) / (moving.sum() * still.sum()))


def _information(counts: Array) -> Array:
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
