"""The displacement that tells a hop from a rattle."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from supercooled.arguments import Uncertain, validated
from supercooled.arguments.datasets import NonGaussian
from supercooled.arrays import Array, Booleans
from supercooled.blocks import jackknife_error
from supercooled.dynamics.diffusion import Decades
from supercooled.dynamics.jackknife import lags_of, without_gaps
from supercooled.errors import ParameterError
from supercooled.estimate import Estimate

# A maximum counts as seen when the curve goes on for as long again after it ...
LAGS_BEYOND = 2.0
# ... and when the runs together last this many times its time. Pieces of a run of 70 t* of the
# Kob-Andersen liquid (T = 0.7, 4000 particles) scatter by 9 % at 5 t*, 5 % at 8 t*, 3 % at 15 t*.
RUNS_BEYOND = 8.0
LEAST_POINTS = 4


@validated
@dataclass(frozen=True, slots=True)
class HopThreshold(Estimate):
    """Threshold p_c of the hop indicator, or why the run doesn't give one.

    Parameters
    ----------
    value, error, unit, reason
        as of :class:`supercooled.Estimate`, sigma_AA^2
    time
        of the maximum of alpha2, tau; NaN without a value
    """

    time: Uncertain = np.nan


@validated
def hop_threshold(displacements: NonGaussian, *, decades: Decades) -> HopThreshold:
    r"""Mean squared displacement where the non-Gaussian parameter is largest.

    .. math:: p_c = \langle\Delta r^2(t^*)\rangle, \qquad t^* = \arg\max_t \alpha_2(t)

    The maximum is flat, so t* is the top of a parabola in log t through the points within `decades`
    decades of the largest one, and p_c comes from a parabola through log msd there.

    Parameters
    ----------
    displacements
        what :func:`displacements` returns
    decades
        decades of time on either side, for example 0.4

    Returns
    -------
    HopThreshold
        threshold, sigma_AA^2, and the time at which it was found, tau

    Raises
    ------
    ParameterError
        if `decades` is not positive.

    Notes
    -----
    It is reached when 2 t* is within the lags and the runs together last 8 t* or longer; otherwise
    nothing is guessed. The error is the jackknife's over blocks, the points staying the same.

    References
    ----------
    sharma2022, Sec. III, where the mean squared displacement is called its root.

    Examples
    --------
    >>> import numpy as np
    >>> from supercooled import Box, Trajectory
    >>> rng = np.random.default_rng(1)
    >>> walk = np.cumsum(rng.normal(size=(50, 20, 3)), axis=0)
    >>> run = Trajectory.from_arrays(walk, Box.cube(9.0), unwrapped=True)
    >>> from supercooled.dynamics import displacements
    >>> hop_threshold(displacements(run, lags=[1, 2], overlap_radius=0.3), decades=0.4).known
    False
    """
    if not (np.isfinite(decades) and decades > 0):
        raise ParameterError(f"decades must be a positive number, for example decades=0.4, not {decades}")
    lags = lags_of(displacements["alpha2"])
    alpha2 = displacements["alpha2"].values
    for name in ("alpha2", "msd"):
        without_gaps(displacements[name], displacements)
    if not np.isfinite(alpha2).any():
        return _unreached("no particle moved")
    top = int(np.nanargmax(alpha2))
    near = np.isfinite(alpha2) & (np.abs(np.log10(lags / lags[top])) <= decades)
    if near.sum() < LEAST_POINTS:
        return _unreached(
            f"only {int(near.sum())} lags lie within {decades:g} decades of the largest alpha2, "
            f"at {lags[top]:g}: use more lags per decade or more decades"
        )
    time = _top(lags[near], alpha2[near])
    if np.isnan(time):
        return _unreached(
            f"alpha2 has no maximum within {decades:g} decades of its largest value, at {lags[top]:g}"
        )
    if LAGS_BEYOND * time > lags[-1]:
        return _unreached(
            f"alpha2 is largest at {time:.3g}, and the longest lag, {lags[-1]:g}, is below twice that"
        )
    if displacements.attrs["duration"] < RUNS_BEYOND * time:
        return _unreached(
            f"alpha2 is largest at {time:.3g}, and the runs of {displacements.attrs['duration']:g} in all "
            "last less than eight times that"
        )
    value = _value_at(time, lags[near], displacements["msd"].values[near])
    error = _error(displacements, near, time)
    why = (
        displacements.attrs.get("no_error", "")
        or "with one of its blocks left out alpha2 has no maximum there"
    )
    return HopThreshold(value, error, "sigma_AA^2", "" if np.isfinite(error) else why, time=time)


def _unreached(reason: str) -> HopThreshold:
    return HopThreshold(np.nan, np.nan, "sigma_AA^2", reason)


def _top(lags: Array, alpha2: Array) -> float:
    x = np.log(lags)
    centre = x.mean()
    curvature, slope, _ = np.polyfit(x - centre, alpha2, 2)
    if not curvature < 0:
        return np.nan
    top = centre - slope / (2.0 * curvature)
    return float(np.exp(top)) if x[0] <= top <= x[-1] else np.nan


def _value_at(time: float, lags: Array, msd: Array) -> float:
    centre = np.log(time)
    return float(np.exp(np.polyfit(np.log(lags) - centre, np.log(msd), 2)[-1]))


def _error(displacements: NonGaussian, near: Booleans, time: float) -> float:
    lags = displacements["lag"].values[near]
    seen = displacements["block_weight"].values[:, near]
    held = np.where(np.all(seen > 0, axis=1), seen[:, -1], 0.0)
    alpha2 = displacements["alpha2_jackknife"].values[:, near]
    msd = displacements["msd_jackknife"].values[:, near]
    tops = [_top(lags, a) if there else np.nan for a, there in zip(alpha2, held > 0, strict=True)]
    values = [
        _value_at(top, lags, m) if np.isfinite(top) else np.nan for top, m in zip(tops, msd, strict=True)
    ]
    if np.isnan(np.array(tops)[held > 0]).any():
        return np.nan
    scale = np.interp(time, displacements["lag"].values, displacements["independence"].values)
    return float(jackknife_error(np.array(values), held) * scale)
