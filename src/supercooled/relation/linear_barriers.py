"""Barriers that fall straight with softness, and what they say of a temperature left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import xarray as xr

from supercooled.arguments import Count, Uncertain, validated
from supercooled.arguments.datasets import LinesWithErrors, ProbabilitiesWithErrors
from supercooled.errors import ParameterError
from supercooled.quantities import labelled
from supercooled.relation.arrhenius_lines import P_R, concatenated, known, straight_line, weight_of
from supercooled.relation.barriers import arrhenius


@validated
@dataclass(frozen=True, slots=True)
class Straight:
    r"""Barrier and entropy as straight lines of the softness, and where the lines cross.

    .. math:: \Delta E = e_0 - e_1 S, \qquad \Sigma = \Sigma_0 - \Sigma_1 S, \qquad T_0 = e_1/\Sigma_1

    Parameters
    ----------
    e0, e1
        epsilon_AA, and a unit of softness
    s0, s1
        dimensionless, and a unit of softness
    curvature
        of the barrier: the second-order term at the ends of the range, as a share of the first

    References
    ----------
    schoenholz2016, main text: barrier and entropy are nearly linear in softness.

    Examples
    --------
    >>> Straight(e0=4.0, e1=2.0, s0=3.0, s1=2.5, curvature=0.0).onset
    0.8
    """

    e0: Uncertain
    e1: Uncertain
    s0: Uncertain
    s1: Uncertain
    curvature: Uncertain

    @property
    def onset(self) -> float:
        """T_0, epsilon_AA/k_B."""
        return self.e1 / self.s1


@validated
def straight_barriers(fits: LinesWithErrors) -> Straight:
    """Straight lines through barrier and entropy against softness, weighted by their errors.

    Parameters
    ----------
    fits
        what :func:`arrhenius` returns

    Returns
    -------
    Straight
        slopes and intercepts of barrier and entropy

    Raises
    ------
    ParameterError
        if fewer than three softnesses have a barrier, or one of them has no error.

    References
    ----------
    schoenholz2016, main text and Fig. 2(c).

    Examples
    --------
    >>> S = np.array([-1.0, 0.0, 1.0])
    >>> ones = ("softness", np.ones(3))
    >>> law = {"barrier": ("softness", 6.0 - 2.0 * S), "entropy": ("softness", 7.0 - 2.5 * S)}
    >>> fits = xr.Dataset({**law, "barrier_error": ones, "entropy_error": ones}, {"softness": S})
    >>> straight_barriers(fits).e1, straight_barriers(fits).onset
    (2.0, 0.8)
    """
    (name,) = (str(d) for d in fits["barrier"].dims)
    S, E, s = (np.asarray(fits[n].values, dtype=np.float64) for n in (name, "barrier", "entropy"))
    good = np.isfinite(E) & np.isfinite(s)
    if good.sum() < 3:
        raise ParameterError(
            f"{int(good.sum())} softnesses have a barrier: a line and its curvature need three"
        )
    errors = [np.asarray(weight_of(fits, n).values, dtype=np.float64)[good] for n in ("barrier", "entropy")]
    if not all(((e > 0) & np.isfinite(e)).all() for e in errors):
        raise ParameterError("a barrier or an entropy has no error, and the fits are weighted by the errors")
    S, E, s = S[good], E[good], s[good]
    e0, slope_E = straight_line(S, E, errors[0], 1.0 / errors[0])[:2]
    s0, slope_s = straight_line(S, s, errors[1], 1.0 / errors[1])[:2]
    half = 0.5 * float(np.ptp(S))
    second = float(np.polyfit(S - S.mean(), E, 2, w=1.0 / errors[0])[0])
    # An exact line must give exact numbers, whatever the last bit of a sum.
    numbers = [float(f"{x:.14g}") for x in (e0, -slope_E, s0, -slope_s)]
    bend = abs(second * half / slope_E)
    return Straight(e0=numbers[0], e1=numbers[1], s0=numbers[2], s1=numbers[3], curvature=float(bend))


@validated
def left_out(
    probabilities: ProbabilitiesWithErrors | Sequence[ProbabilitiesWithErrors],
    *,
    weighting: Literal["equal", "errors"],
    minimum_temperatures: Count = 2,
) -> xr.Dataset:
    r"""Each temperature predicted from the Arrhenius lines of the others.

    .. math:: \ln P_R(S, T') = \Sigma_{T \ne T'}(S) - \Delta E_{T \ne T'}(S)/T'

    An Arrhenius law for each softness follows from any quantity that goes weakly with rearrangements; a
    barrier also says what happens where it was not measured.

    Parameters
    ----------
    probabilities
        as in :func:`arrhenius`
    weighting, minimum_temperatures
        of the lines through the other temperatures

    Returns
    -------
    xr.Dataset
        ``predicted`` (temperature, softness) beside the measured probability and its error, and of
        each temperature ``slope`` and ``offset`` of ln measured against ln predicted (1 and 0 if calibrated),
        ``deviation``, the root mean square of their difference, weighted by the particles, and ``outside``,
        true where the temperature lies beyond the others.

    Raises
    ------
    ParameterError
        if there are too few temperatures.

    References
    ----------
    arXiv:2403.00751 asks whether softness is an energy; the test is this package's.

    Examples
    --------
    >>> T, S = np.array([0.45, 0.5, 0.6]), np.array([-1.0, 0.0, 1.0])
    >>> P = np.exp(5.0 - 2.0 * S - (6.0 - 2.0 * S) / T[:, None])
    >>> both = ("temperature", "learned_softness")
    >>> table = xr.Dataset({P_R: (both, P), P_R + "_error": (both, 0.01 * P)},
    ...     {"temperature": T, "learned_softness": S})
    >>> left_out(table, weighting="equal").slope.values.round(6)
    array([1., 1., 1.])
    """
    together = concatenated(probabilities)
    name, P, spread, error = known(together)
    T = together["temperature"].values
    if len(T) < minimum_temperatures + 1:
        raise ParameterError(
            f"{len(T)} temperatures: leaving one out in turn needs {minimum_temperatures + 1}"
        )
    predicted = np.full(P.shape, np.nan)
    found = np.full((3, len(T)), np.nan)
    for t in range(len(T)):
        rest = together.isel(temperature=[k for k in range(len(T)) if k != t])
        fits = arrhenius(rest, weighting=weighting, minimum_temperatures=minimum_temperatures)
        predicted[t] = np.exp(fits["entropy"].values - fits["barrier"].values / T[t])
        seen = np.isfinite(P[t]) & np.isfinite(predicted[t])
        if seen.sum() < 2:
            continue
        x, y = np.log(predicted[t, seen]), np.log(P[t, seen])
        relative = spread[t, seen] / P[t, seen]
        line = straight_line(x, y, relative, 1.0 / relative)
        count = together["count"].values[t, seen] if "count" in together else np.ones(int(seen.sum()))
        found[:, t] = line[1], line[0], np.sqrt(np.average((y - x) ** 2, weights=count))
    both, one = ("temperature", name), ("temperature",)
    coords = {c: together[c] for c in ("temperature", name, "lower", "upper") if c in together.coords}
    plain = {"slope": found[0], "offset": found[1], "deviation": found[2]}
    return xr.Dataset(
        {
            "predicted": labelled("rearrangement_probability", predicted, both, coords),
            P_R: labelled("rearrangement_probability", P, both, coords),
            f"{P_R}_error": labelled("rearrangement_probability", error, both),
            **{key: (one, values) for key, values in plain.items()},
            "outside": (one, (T.min() == T) | (T.max() == T)),
        }
    )
