"""Barriers in units of the crossover, and whether all liquids then share one line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, TypeAlias

import numpy as np
import xarray as xr

from supercooled.arguments import AnyNumbers, AtLeast, Positive, Uncertain, validated
from supercooled.arguments.datasets import Lines
from supercooled.errors import ParameterError
from supercooled.quantities import labelled

Points: TypeAlias = Annotated[Sequence[AnyNumbers], AtLeast(1)]


@validated
def scaled_barriers(fits: Lines, *, crossover: Positive) -> xr.Dataset:
    r"""Entropic and energetic barriers, divided by what the crossover makes of them.

    .. math:: \ln P_R(T_A) = \Big\langle \Sigma - \frac{\Delta E}{T_A} \Big\rangle, \qquad
              \frac{\Delta E}{T_A \ln P_R(T_A)} = \frac{\Sigma}{\ln P_R(T_A)} - 1

    The average is over the strata, all of which have the same P_R at the crossover if they cross there;
    the second equation then holds, and ``identity`` is by how much it does not.

    Parameters
    ----------
    fits
        what :func:`arrhenius` returns
    crossover
        T_A, epsilon_AA/k_B

    Returns
    -------
    xr.Dataset
        ``scaled_entropy``, ``scaled_barrier`` and ``identity`` along the strata, dimensionless, and the
        attributes ``crossover`` and ``log_probability``, ln P_R(T_A).

    Raises
    ------
    ParameterError
        if the crossover is not positive, or ln P_R there is not negative.

    References
    ----------
    graham2023, Eqs. 7, 8 and Fig. 6. Its log is the natural one of its Eyring law.

    Examples
    --------
    >>> lines = {"barrier": ("softness", [3.0, 4.0]), "entropy": ("softness", [1.0, 2.25])}
    >>> scaled = scaled_barriers(xr.Dataset(lines), crossover=0.8)
    >>> scaled.attrs["log_probability"], scaled.identity.values.round(12).tolist()
    (-2.75, [0.0, 0.0])
    """
    if not (np.isfinite(crossover) and crossover > 0):
        raise ParameterError(f"the crossover temperature must be positive, not {crossover}")
    (name,) = (str(d) for d in fits["barrier"].dims)
    E, S = (np.asarray(fits[key].values, dtype=np.float64) for key in ("barrier", "entropy"))
    log_probability = float(np.nanmean(S - E / crossover))
    if not log_probability < 0:
        raise ParameterError(
            f"ln P_R at the crossover {crossover:g} is {log_probability:g}: a share of "
            "particles can't be above 1"
        )
    entropy, barrier = S / log_probability, E / (crossover * log_probability)
    # ln P_R is negative: the sign of Eq. 8 as printed
    identity = barrier - (entropy - 1.0)
    coords = {name: fits[name]} if name in fits.coords else {}
    named = {"scaled_entropy": entropy, "scaled_barrier": barrier, "identity": identity}
    return xr.Dataset(
        {key: labelled(key, value, (name,), coords) for key, value in named.items()},
        attrs={"crossover": float(crossover), "log_probability": log_probability},
    )


@validated
@dataclass(frozen=True, slots=True)
class CommonLine:
    """One straight line through the points of several liquids.

    Parameters
    ----------
    intercept, slope
        of least squares, each point counting alike
    r_squared
        share of the variance of y that it explains
    spread
        root of the mean square of what is left, in units of the standard deviation of all y
    """

    intercept: Uncertain
    slope: Uncertain
    r_squared: Uncertain
    spread: Uncertain


@validated
def common_line(x: Points, y: Points) -> CommonLine:
    r"""How far the points of several liquids lie from one straight line.

    .. math:: \text{spread}^2 = \frac{\langle (y - a - b x)^2 \rangle}{\langle (y - \bar y)^2 \rangle}
              = 1 - R^2

    The unit of y does not matter, so that curves can be compared before and after they are scaled.

    Parameters
    ----------
    x, y
        points of each liquid, (liquid)(point,); points that are not finite don't count

    Returns
    -------
    CommonLine
        line and spread about it

    Raises
    ------
    ParameterError
        if there are fewer than three points, or x or y does not vary.

    References
    ----------
    graham2023, Fig. 6, calls this collapse; the number is ours.

    Examples
    --------
    >>> line = common_line([[1.0, 2.0], [3.0, 4.0]], [[2.0, 4.0], [6.0, 8.0]])
    >>> line.slope, round(line.spread, 6)
    (2.0, 0.0)
    """
    together = [np.concatenate([np.asarray(v, dtype=np.float64).ravel() for v in part]) for part in (x, y)]
    if len(together[0]) != len(together[1]):
        raise ParameterError(
            f"there are {len(together[0])} x and {len(together[1])} y: give the same number of both"
        )
    good = np.isfinite(together[0]) & np.isfinite(together[1])
    xs, ys = together[0][good], together[1][good]
    if len(xs) < 3 or np.ptp(xs) == 0 or np.ptp(ys) == 0:
        raise ParameterError(
            f"{len(xs)} different points do not determine a line with an error: three are needed"
        )
    dx, dy = xs - xs.mean(), ys - ys.mean()
    slope = float(dx @ dy / (dx @ dx))
    left = float(np.sum((dy - slope * dx) ** 2) / (dy @ dy))
    return CommonLine(float(ys.mean() - slope * xs.mean()), slope, 1.0 - left, float(np.sqrt(left)))
