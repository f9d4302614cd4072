"""Barriers of rearrangements, and how strongly softness decides."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

import numpy as np
import xarray as xr

from supercooled.arguments import Count, Number, validated
from supercooled.arguments.datasets import ProbabilitiesWithErrors
from supercooled.arrays import AnyArray
from supercooled.errors import ParameterError
from supercooled.quantities import labelled
from supercooled.relation.arrhenius_lines import concatenated, known, straight_line
from supercooled.relation.distributions import error_of, spread_of


@validated
def arrhenius(
    probabilities: ProbabilitiesWithErrors | Sequence[ProbabilitiesWithErrors],
    *,
    weighting: Literal["equal", "errors"],
    largest_error: Annotated[float, Number(above=0.0, infinite=True)] = np.inf,
    minimum_temperatures: Count = 3,
) -> xr.Dataset:
    r"""Barrier and entropy of rearrangement at each softness.

    .. math:: \ln P_R(S, T) = \Sigma(S) - \Delta E(S)/T

    Parameters
    ----------
    probabilities
        :func:`rearrangement_probability` at several temperatures, in the same bins: a
        list, or concatenated along ``temperature``. Leave out those above onset.
    weighting
        "equal", each temperature counts the same; or "errors", each by the error of its P_R.
        Errors are right where the law holds. Where barriers grow on cooling they are not: soft
        particles are many when hot and hard ones when cold, so weights change with S, and with them
        the part of a bent curve that the line follows.
    largest_error
        relative error of a probability above which it is left out. A probability that rests
        on fewer than some ten rearrangements passes more easily where chance made it large, and draws
        the barrier down; bins or runs must be so large that none does, or `largest_error` about 0.3.
    minimum_temperatures
        with a probability above zero that a softness needs, at least 2

    Returns
    -------
    xr.Dataset
        ``barrier``, ``entropy`` with ``_error`` and ``_spread``, their ``covariance``, ``barrier_base10``
        (= barrier/ln 10: what sharma2022 prints is the slope of log10 P_R against -1/T), ``chi_square``
        per degree of freedom and ``n_temperatures``, along the bins; NaN where temperatures are too few.
        The errors follow from those of P_R, and are NaN where one of these is not known, which the attribute
        ``no_error`` explains; the spreads, which weigh softnesses against each other, from its spreads.

    Raises
    ------
    ParameterError
        if bins differ, a temperature is missing, the weighting is unknown, or no softness
        has enough temperatures.

    References
    ----------
    sharma2022, Sec. V and Fig. 5(b, c); schoenholz2016, Eq. 1.

    Examples
    --------
    >>> import numpy as np
    >>> P_R = "rearrangement_probability"
    >>> T = np.array([0.4, 0.5, 0.6])
    >>> P = np.exp(2.0 - 3.0 / T)[:, None]
    >>> data = {P_R: (("temperature", "softness"), P), P_R + "_error": (("temperature", "softness"), 0.1 * P)}
    >>> fit = arrhenius(xr.Dataset(data, {"temperature": T, "softness": [1.0]}), weighting="equal")
    >>> fit.barrier.round(9).item(), fit.entropy.round(9).item()
    (3.0, 2.0)
    """
    together = concatenated(probabilities)
    name, P, spread, error = known(together)
    inverse = 1.0 / together["temperature"].values
    if minimum_temperatures < 2:
        raise ParameterError(f"a line needs at least 2 temperatures, not {minimum_temperatures}")
    if weighting not in ("equal", "errors"):
        raise ParameterError(f"weighting must be 'equal' or 'errors', not {weighting!r}")
    P = np.where(spread <= largest_error * P, P, np.nan)
    # One that is given twice is one.
    different = np.array([len(np.unique(inverse[known])) for known in np.isfinite(P).T])
    enough = different >= minimum_temperatures
    if not enough.any():
        raise ParameterError(
            f"no {name} has a rearrangement probability at {minimum_temperatures} temperatures: "
            "widen the bins, lower minimum_count, or add temperatures"
        )
    fits = np.full((6, P.shape[1]), np.nan)
    for b in np.flatnonzero(enough):
        rows = np.isfinite(P[:, b])
        relative = spread[rows, b] / P[rows, b]
        weight = 1.0 / relative if weighting == "errors" else np.ones(len(relative))
        fits[:, b] = straight_line(-inverse[rows], np.log(P[rows, b]), relative, weight)
    # One temperature whose error is not known leaves that of the line unknown.
    unknown = (np.isfinite(P) & ~np.isfinite(error)).any(axis=0)
    errors = {"barrier": np.sqrt(fits[3]), "entropy": np.sqrt(fits[2])}
    coords = {c: together[c] for c in (name, "lower", "upper") if c in together.coords}
    barrier = labelled("barrier", fits[1], (name,), coords)
    result = {
        "barrier": barrier,
        "barrier_error": error_of("barrier", np.where(unknown, np.nan, errors["barrier"]), (name,)),
        "barrier_spread": spread_of("barrier", errors["barrier"], (name,)),
        "entropy": labelled("entropy", fits[0], (name,)),
        "entropy_error": error_of("entropy", np.where(unknown, np.nan, errors["entropy"]), (name,)),
        "entropy_spread": spread_of("entropy", errors["entropy"], (name,)),
        "covariance": _plain(fits[4], name, "epsilon_AA", "covariance of barrier and entropy"),
        "barrier_base10": labelled("barrier", fits[1] / np.log(10.0), (name,)),
        "barrier_base10_error": error_of(
            "barrier", np.where(unknown, np.nan, errors["barrier"]) / np.log(10.0), (name,)
        ),
        "chi_square": _plain(fits[5], name, "1", "chi square per degree of freedom"),
        "n_temperatures": _plain(different, name, "1", "temperatures with a probability"),
    }
    for key in ("barrier_base10", "barrier_base10_error"):
        result[key].attrs["long_name"] += " in base 10"
    return xr.Dataset(result).assign_attrs(
        temperatures=[float(T) for T in together["temperature"].values],
        weighting=weighting,
        largest_error=float(largest_error),
        minimum_temperatures=int(minimum_temperatures),
        no_error=str(together.attrs.get("no_error", "")) if unknown.any() else "",
    )


@validated
def steepness(probabilities: ProbabilitiesWithErrors | Sequence[ProbabilitiesWithErrors]) -> xr.Dataset:
    r"""How strongly rearrangements depend on softness at each temperature.

    .. math:: m(T) = \frac{d \ln P_R}{d \ln S}

    The slope of a straight line through ln P_R against ln S, weighted by the errors of P_R.

    Parameters
    ----------
    probabilities
        as in :func:`arrhenius`, one temperature being enough

    Returns
    -------
    xr.Dataset
        ``steepness`` and ``steepness_error`` (temperature), dimensionless; NaN where fewer than
        two bins have a probability above zero.

    Raises
    ------
    ParameterError
        if a bin's centre is not positive: it has no logarithm.

    References
    ----------
    sharma2022, Fig. 5(a), which shows it without giving it a number.

    Examples
    --------
    >>> import numpy as np
    >>> P_R = "rearrangement_probability"
    >>> S = np.array([1.0, 2.0, 4.0])
    >>> row = ("softness", 0.01 * S**3)
    >>> one = xr.Dataset({P_R: row, P_R + "_error": row}, {"softness": S, "temperature": 0.5})
    >>> steepness([one]).steepness.values.round(6)
    array([3.])
    """
    together = concatenated(probabilities)
    name, P, spread, error = known(together)
    centres = together[name].values
    if (centres[np.isfinite(P).any(axis=0)] <= 0).any():
        raise ParameterError(f"the steepness needs a positive {name}, and a bin lies at {centres.min():g}")
    slopes = np.full((2, len(P)), np.nan)
    for t in range(len(P)):
        row = np.isfinite(P[t])
        if row.sum() >= 2:
            relative = spread[t, row] / P[t, row]
            fit = straight_line(np.log(centres[row]), np.log(P[t, row]), relative, 1.0 / relative)
            slopes[:, t] = fit[1], np.sqrt(fit[3]) if np.isfinite(error[t, row]).all() else np.nan
    coords = {"temperature": together["temperature"]}
    return xr.Dataset(
        {
            "steepness": labelled("steepness", slopes[0], ("temperature",), coords),
            "steepness_error": error_of("steepness", slopes[1], ("temperature",)),
        }
    )


def _plain(data: AnyArray, name: str, unit: str, long_name: str) -> xr.DataArray:
    return xr.DataArray(data, dims=(name,), attrs={"units": unit, "long_name": long_name})
