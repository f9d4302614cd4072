"""How long particles wait for an event, and from one to the next."""

from __future__ import annotations

import numpy as np
import xarray as xr

from supercooled.arguments import Times, validated
from supercooled.arguments.datasets import EventTimes
from supercooled.arrays import Array, Integers
from supercooled.blocks import FEWEST_PARTS, PART, jackknife_error
from supercooled.errors import ParameterError
from supercooled.quantities import labelled

# Particles are left out in so many groups for the errors.
GROUPS = 20
# Share of an interval by which two times that are alike may differ.
TIE = 1e-6


@validated
def waiting_times(events: EventTimes, *, times: Times) -> xr.Dataset:
    r"""Persistence times, from any moment to a particle's next event, and exchange times, from event to
    event.

    .. math:: P_p(t) = \frac{\sum_k \max(L_k - t, 0)}{N (T - t)}, \qquad
              P_x(t) = \frac{\#\{\text{events at } t_e \le T - t \text{ without another in } (t_e, t_e + t]\}}
                            {\#\{\text{events at } t_e \le T - t\}}

    of the stretches L without event, those cut by the ends of the observed time T included: every moment
    counts from which t is left, so that the end of the run favours neither short times nor long ones.

    .. math:: \langle t_x \rangle = \frac{\sum_x x w_x}{\sum_x w_x},\; w_x = \frac{1}{T - x}, \qquad
              \langle t_p \rangle = \frac{\sum_L \int_0^L p\,w_p\,dp}{\sum_L \int_0^L w_p\,dp}

    of the stretches that end with an event; w makes up for those that the run is too short to hold whole.

    Parameters
    ----------
    events
        what :func:`events` or :func:`rearrangements` returns; an event counts at its peak
    times
        (time,), tau, for the shares; a frame stands for the interval around it

    Returns
    -------
    xr.Dataset
        ``persistence_survival`` and ``exchange_survival`` (time), ``persistence_mean``, ``exchange_mean``
        (tau), each with ``*_error``, and ``persistence_unseen``, ``exchange_unseen``: the shares that last
        longer than the run. The means are of the rest, so lower bounds if these aren't small; NaN without
        any. Errors are jackknives over 20 groups of particles, times the root of ``dependence``: the variance
        of the number of events from one part of the run to the next, over that of particles that know nothing
        of each other, at least 1. They are NaN, and ``no_error`` says why, where the run is shorter than five
        mean persistence times, or has fewer than four particles. In a steady state :math:`\langle t_p \rangle
        = \langle t_x^2 \rangle / (2 \langle t_x \rangle)` if successive times are independent, so that both
        means agree for a Poisson process.

    Raises
    ------
    ParameterError
        if times aren't rising and at least 0, or not all shorter than the time observed.

    References
    ----------
    Y. Jung, J. P. Garrahan and D. Chandler, Phys. Rev. E 69, 061205 (2004), Sec. III (persistence
    and exchange); the weights are those of inclusion in a window of length T.

    Examples
    --------
    >>> table = xr.Dataset(
    ...     {"particle": ("event", [0, 0, 0]), "time": ("event", [2.0, 4.0, 6.0]), "observed": [0]},
    ...     attrs={"observed_from": 0.0, "observed_to": 8.0},
    ... )
    >>> found = waiting_times(table, times=[0.0, 1.0, 3.0])
    >>> found.exchange_survival.values, found.persistence_survival.values.round(2)
    (array([1., 1., 0.]), array([1.  , 0.57, 0.  ]))
    """
    wanted = np.atleast_1d(np.asarray(times, dtype=np.float64))
    # Each frame is the middle of an interval, so that no wait is as long as the time observed.
    half = 0.5 * float(events.attrs.get("interval", 0.0))
    start = events.attrs["observed_from"] - half
    length = float(events.attrs["observed_to"] + half - start)
    if wanted.ndim != 1 or not np.isfinite(wanted).all() or (np.diff(wanted) <= 0).any() or wanted[0] < 0:
        raise ParameterError(
            "times must increase and start at 0 or later, for example times=[0.0, 1.0, 10.0]"
        )
    if not wanted[-1] < length:
        raise ParameterError(
            f"the longest time, {wanted[-1]:g}, is not shorter than the time observed, {length:g}"
        )
    observed = events["observed"].values
    groups = np.array_split(observed, min(GROUPS, len(observed)))
    # Of times that are whole intervals the last bit must not decide what is longer.
    tie = TIE * float(events.attrs.get("interval", 0.0))
    shifted = events.assign(time=events["time"] - start)
    sums = np.array([_sums(shifted, group, wanted, length, tie) for group in groups])
    value = _estimates(sums.sum(axis=0), len(wanted))
    without = sums.sum(axis=0) - sums
    replicates = np.array([_estimates(part, len(wanted)) for part in without])
    dependence = _dependence(shifted, length)
    why = _why_unknown(len(groups), length, float(value[2 * len(wanted)]), float(value[2 * len(wanted) + 2]))
    error = np.where(bool(why), np.nan, np.sqrt(dependence)) * jackknife_error(replicates)
    found = _labelled(wanted, value, error)
    return found.assign_attrs({**events.attrs, "dependence": dependence, "no_error": why})


def _dependence(events: xr.Dataset, length: float) -> float:
    """How much more the number of events scatters in time than that of independent particles, at least 1."""
    part = np.clip(events["time"].values / length * GROUPS, 0, GROUPS - 1).astype(np.int64)
    of_all = np.bincount(part, minlength=GROUPS).var()
    _, particle = np.unique(events["particle"].values, return_inverse=True)
    counts = np.zeros((len(np.unique(particle)), GROUPS))
    np.add.at(counts, (particle, part), 1.0)
    alone = counts.var(axis=1).sum()
    return float(max(1.0, of_all / alone)) if alone > 0 else 1.0


def _why_unknown(groups: int, length: float, persistence: float, seen: float) -> str:
    if groups < FEWEST_PARTS:
        return f"{groups} particles are fewer than {FEWEST_PARTS}, too few for an estimate of their scatter"
    if np.isfinite(persistence) and length >= PART * persistence / max(seen, 1e-9) * (1 - 1e-9):
        return ""
    return (
        f"the time observed, {length:.3g}, is shorter than {PART:g} mean persistence times: the "
        "run covers only one state of all particles; use a longer run"
    )


def _sums(events: xr.Dataset, particles: Integers, times: Array, length: float, tie: float) -> Array:
    """Numerators and denominators of both shares (4, time), then of both means and shares seen (8)."""
    mine = np.isin(events["particle"].values, particles)
    particle, moment = events["particle"].values[mine], events["time"].values[mine]
    order = np.lexsort((moment, particle))
    particle, moment = particle[order], moment[order]
    same = particle[1:] == particle[:-1]
    gaps = np.diff(moment)[same]
    followed = np.append(same, False)[: len(moment)]
    next_in = np.full(len(moment), np.inf)
    next_in[followed] = gaps
    first = np.append(True, ~same)[: len(moment)]
    to_first, after_last = moment[first], length - moment[~followed]
    idle = np.full(len(particles) - len(np.unique(particle)), length)
    stretches = np.concatenate([to_first, gaps, after_last, idle])
    shares = np.empty((4, len(times)))
    for k, t in enumerate(times):
        early = moment <= length - t + tie
        shares[:, k] = (
            np.maximum(stretches - t, 0.0).sum(),
            len(particles) * (length - t),
            (next_in[early] > t + tie).sum(),
            early.sum(),
        )
    ended = np.concatenate([to_first, gaps])
    # Only without frames can the first event come at the very end: it would count without end.
    logarithms = -np.log1p(-np.minimum(ended, length * (1 - 1e-9)) / length)
    weights = 1.0 / np.maximum(length - gaps, length * 1e-9)
    means = (
        (length * logarithms - ended).sum(),
        logarithms.sum(),
        (gaps * weights).sum(),
        weights.sum(),
        logarithms.sum(),
        len(particles),
        weights.sum(),
        len(moment) / length,
    )
    return np.concatenate([shares.ravel(), means])


def _estimates(sums: Array, n: int) -> Array:
    """Shares (2 n), both means, both shares seen."""
    shares, means = sums[: 4 * n].reshape(4, n), sums[4 * n :]
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.concatenate([shares[0] / shares[1], shares[2] / shares[3], means[::2] / means[1::2]])


def _labelled(times: Array, value: Array, error: Array) -> xr.Dataset:
    n = len(times)
    found: dict[str, xr.DataArray] = {}
    coords = {"time": times}
    for suffix, numbers, what in (("", value, ""), ("_error", error, "standard error of the ")):
        for k, kind in enumerate(("persistence", "exchange")):
            survival = labelled("survival", numbers[k * n : (k + 1) * n], ("time",), coords)
            mean = labelled("waiting_time", numbers[2 * n + k], ())
            survival.attrs["long_name"] = f"{what}share of {kind} times that are longer"
            mean.attrs["long_name"] = f"{what}mean {kind} time"
            found[f"{kind}_survival{suffix}"], found[f"{kind}_mean{suffix}"] = survival, mean
    for k, kind in enumerate(("persistence", "exchange")):
        unseen = xr.DataArray(np.clip(1.0 - value[2 * n + 2 + k], 0.0, 1.0))
        unseen.attrs.update(units="1", long_name=f"share of {kind} times longer than the run")
        found[f"{kind}_unseen"] = unseen
    return xr.Dataset(found)
