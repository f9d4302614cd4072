"""Relaxation predicted from who rearranges: each particle by itself, or with a softness that changes."""

from __future__ import annotations

from typing import Annotated

import numpy as np
import xarray as xr

from supercooled.arguments import Number, Positive, Times, validated
from supercooled.arguments.datasets import Probabilities, Propagation
from supercooled.arrays import Array
from supercooled.errors import ParameterError
from supercooled.quantities import labelled
from supercooled.relation.arrhenius_lines import P_R

MOST_STEPS = 1_000_000


@validated
def predicted_overlap(
    probability: Probabilities,
    *,
    interval: Positive,
    lags: Times,
    share_beyond: Annotated[float, Number(above=0.0, at_most=1.0)],
    changes: Propagation | None = None,
) -> xr.Dataset:
    r"""Overlap that follows from the rearrangement probability and the distribution of softness.

    .. math:: q(t) = \int dS_0\, P(S_0)\, q(S_0, t), \qquad
              q(S_0, t + \tau) = q(S_0, t) \Big[1 - c_a \int dS\, P_R(S)\, G(S, S_0, t)\Big]

    Without `changes`, G stays where it began and q(S_0, t) = (1 - c_a P_R(S_0))^{t/tau}, the naive
    prediction; with them, G is a Gaussian with the measured mean and width of particles that have not
    moved.

    Parameters
    ----------
    probability
        of rearranging in one interval, with P(S), as :func:`rearrangement_probability` returns
    interval
        tau, of one step of the sum: the time that P_R belongs to
    lags
        (lag,), at which the overlap is wanted, tau
    share_beyond
        c_a, share of rearrangements that displace a particle by more than a
    changes
        what :func:`propagation` returns, its groups spanning the softness

    Returns
    -------
    xr.Dataset
        ``overlap`` (lag) and ``overlap_of`` (softness, lag), dimensionless. P_R between its bins, and
        the mean and width between groups and lags, follow straight lines (P_R's logarithm does); beyond the
        last they stay.

    Raises
    ------
    ParameterError
        if a number is out of range, no probability is known, or there are fewer than two groups.

    References
    ----------
    schoenholz2016, main text and Fig. 3.

    Examples
    --------
    >>> import numpy as np
    >>> one = xr.Dataset(
    ...     {P_R: ("softness", [0.1]), "probability_density": ("softness", [1.0])}, {"softness": [0.0]})
    >>> predicted_overlap(one, interval=1.0, lags=[1.0, 2.0], share_beyond=1.0).overlap.values
    array([0.9 , 0.81])
    """
    if not (0 < share_beyond <= 1 and np.isfinite(interval) and interval > 0):
        raise ParameterError(
            f"share_beyond={share_beyond} and interval={interval} must be positive, a share at most 1"
        )
    wanted = np.atleast_1d(np.asarray(lags, dtype=np.float64))
    if wanted.max() > MOST_STEPS * interval:
        raise ParameterError(
            f"lags up to {wanted.max():g} are more than {MOST_STEPS} intervals of {interval:g}"
        )
    if not (wanted >= 0).all():
        raise ParameterError("a lag is negative")
    (name,) = (str(d) for d in probability[P_R].dims)
    S = probability[name].values.astype(np.float64)
    weight = np.nan_to_num(probability["probability_density"].values.astype(np.float64))
    weight = weight * _widths(probability, name)
    rate = share_beyond * _filled(S, probability[P_R].values)
    steps = int(np.ceil(wanted.max(initial=0.0) / interval * (1 - 1e-12)))
    chance = (
        np.repeat(rate[:, None], steps, axis=1)
        if changes is None
        else _drifting(S, rate, changes, interval, steps)
    )
    left = np.concatenate(
        [np.zeros((len(S), 1)), np.cumsum(np.log1p(-np.minimum(chance, 1 - 1e-12)), axis=1)], axis=1
    )
    times = interval * np.arange(steps + 1)
    of_each = np.exp(np.stack([np.interp(wanted, times, row) for row in left]))
    coords = {"lag": wanted, name: S}
    return xr.Dataset(
        {
            "overlap": labelled("overlap", weight @ of_each / weight.sum(), ("lag",), {"lag": wanted}),
            "overlap_of": labelled("overlap", of_each, (name, "lag"), coords),
        },
        attrs={
            "share_beyond": float(share_beyond),
            "interval": float(interval),
            "propagated": changes is not None,
        },
    )


def _widths(probability: xr.Dataset, name: str) -> Array:
    if "lower" in probability.coords and "upper" in probability.coords:
        return np.asarray(probability["upper"].values - probability["lower"].values, dtype=np.float64)
    return np.ones(probability.sizes[name])


def _filled(S: Array, values: Array) -> Array:
    """Probability in every bin, from the neighbours where it is not known."""
    with np.errstate(invalid="ignore"):
        seen = values > 0
    if not seen.any():
        raise ParameterError(
            "no softness has a rearrangement probability: use wider bins or a lower minimum_count"
        )
    return np.exp(np.interp(S, S[seen], np.log(values[seen])))


def _drifting(S: Array, rate: Array, changes: xr.Dataset, interval: float, steps: int) -> Array:
    """Chance of each initial softness to rearrange at each step, (softness, step)."""
    if changes.sizes["group"] < 2:
        raise ParameterError("the propagator needs at least two groups of the initial softness")
    order = np.argsort(changes["initial"].values)
    begin = changes["initial"].values[order].astype(np.float64)
    lag = np.concatenate([[0.0], changes["lag"].values])
    mean = np.concatenate([begin[:, None], changes["propagated_mean"].values[order]], axis=1)
    width = np.concatenate([np.zeros((len(begin), 1)), changes["propagated_width"].values[order]], axis=1)
    chance = np.empty((len(S), steps))
    # A Gaussian on a grid finer than its width, in units of that width.
    x = np.linspace(-4.0, 4.0, 81)
    shape = np.exp(-0.5 * x**2)
    shape /= shape.sum()
    for k in range(steps):
        # P_R belongs to the whole interval, which begins at k.
        means = np.array([_at(k * interval, lag, row) for row in mean])
        widths = np.array([_at(k * interval, lag, row) for row in width])
        # The mean moves with S_0 within a group: what is left of the distance to the group's mean.
        m, w = _between(S, begin, means), np.interp(S, begin, widths)
        chance[:, k] = np.exp(np.interp(m[:, None] + w[:, None] * x, S, np.log(rate))) @ shape
    return chance


def _at(time: float, lag: Array, values: Array) -> float:
    known = np.isfinite(values)
    return float(np.interp(time, lag[known], values[known]))


def _between(S: Array, begin: Array, means: Array) -> Array:
    """Means between groups, and beyond the last along the line of the last two."""
    inside = np.interp(S, begin, means)
    for k, edge in ((0, begin[0] > S), (-1, begin[-1] < S)):
        other = 1 if k == 0 else -2
        slope = (means[k] - means[other]) / (begin[k] - begin[other])
        inside = np.where(edge, means[k] + slope * (S - begin[k]), inside)
    return np.asarray(inside, dtype=np.float64)
