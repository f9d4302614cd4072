"""Strata of a field, and the temperature at which their Arrhenius lines cross in pairs."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import Annotated

import numpy as np

from supercooled.arguments import AnyNumbers, Positive, Uncertain, Whole, validated
from supercooled.arguments.datasets import Lines
from supercooled.arrays import Array, Booleans
from supercooled.errors import ParameterError
from supercooled.estimate import Estimate
from supercooled.relation.pairing import Fields, samples


@validated
def strata(
    field: Fields,
    *,
    count: Annotated[int, Whole(at_least=1, at_most=10_000)],
    percentiles: tuple[float, float],
) -> Array:
    """Edges of equally wide bins between two percentiles of a field.

    Parameters
    ----------
    field
        (frame, particle), or one for each run, of one temperature or several, whose samples
        count alike
    count
        bins
    percentiles
        where the lowest begins and the highest ends, for example (5.0, 95.0)

    Returns
    -------
    Array
        (count + 1,), for :func:`rearrangement_probability`.

    Raises
    ------
    ParameterError
        if there is no bin, or the percentiles are not two rising numbers from 0 to 100.

    References
    ----------
    graham2023, caption of Fig. 3: five bins between the 5th and the 95th percentile.

    Examples
    --------
    >>> import xarray as xr
    >>> even = xr.DataArray(np.arange(101.0)[None], dims=("frame", "particle"), name="softness")
    >>> strata(even, count=3, percentiles=(5.0, 95.0))
    array([ 5., 35., 65., 95.])
    """
    low, high = percentiles
    if count < 1 or not 0 <= low < high <= 100:
        raise ParameterError(
            f"strata need a count of at least 1 and increasing percentiles, not {count} and "
            f"{percentiles}; for example count=5, percentiles=(5.0, 95.0)"
        )
    values = samples(field, blocks=1, one_temperature=False).values
    first, last = (float(v) for v in np.percentile(values, [low, high]))
    if not last > first:
        raise ParameterError(f"all values of the field are {first:g}: there are no strata")
    return np.linspace(first, last, count + 1)


@validated
def within_fences(values: AnyNumbers, *, fences: Positive) -> Booleans:
    r"""Which values are no outliers.

    .. math:: Q_1 - f\,(Q_3 - Q_1) \le x \le Q_3 + f\,(Q_3 - Q_1)

    Parameters
    ----------
    values
        (n,); what is not finite is an outlier
    fences
        f; J. W. Tukey's 1.5 is usual

    Returns
    -------
    Booleans
        (n,), true where the value is no outlier

    Raises
    ------
    ParameterError
        if f is negative.

    References
    ----------
    graham2023, Fig. 4 ("a simple IQR outlier rejection").

    Examples
    --------
    >>> within_fences([0.9, 1.0, 1.1, 1.0, 7.0, np.nan], fences=1.5)
    array([ True,  True,  True,  True, False, False])
    """
    if not fences >= 0:
        raise ParameterError(f"fences must be at least 0, not {fences}; for example 1.5")
    x = np.asarray(values, dtype=np.float64)
    finite = np.isfinite(x)
    if not finite.any():
        return np.zeros(x.shape, bool)
    first, third = np.percentile(x[finite], [25.0, 75.0])
    # Values that agree but for rounding are no outliers of each other.
    reach = fences * (third - first) + 1e-9 * np.abs([first, third]).max()
    with np.errstate(invalid="ignore"):
        inside: Booleans = finite & (x >= first - reach) & (x <= third + reach)
    return inside


@validated
@dataclass(frozen=True, slots=True)
class Crossings:
    """Where the Arrhenius lines of strata cross, pair by pair.

    Parameters
    ----------
    temperature
        mean of the kept crossings, epsilon_AA/k_B; its error is their standard deviation over the
        root of the lines less one: pairs share their lines
    spread
        their standard deviation
    kept, every
        how many crossings there were, after and before the rejection
    """

    temperature: Estimate
    spread: Uncertain
    kept: int
    every: int


@validated
def crossings(fits: Lines, *, fences: Positive) -> Crossings:
    r"""Crossover temperature from every pair of Arrhenius lines, without outliers.

    .. math:: T_{ij} = \frac{\Delta E_i - \Delta E_j}{\Sigma_i - \Sigma_j}

    Lines that are nearly the same cross anywhere; a crossing at no positive temperature is none.

    Parameters
    ----------
    fits
        what :func:`arrhenius` returns
    fences
        of :func:`within_fences`

    Returns
    -------
    Crossings
        temperatures of all pairs and of those that are no outliers

    Raises
    ------
    ParameterError
        if fewer than two strata have a barrier.

    References
    ----------
    graham2023, Fig. 4(b).

    Examples
    --------
    >>> import xarray as xr
    >>> lines = {"barrier": ("softness", [3.0, 4.0, 5.0]), "entropy": ("softness", [1.0, 2.25, 3.5])}
    >>> round(float(crossings(xr.Dataset(lines), fences=1.5).temperature), 9)
    0.8
    """
    E, S = (np.asarray(fits[name].values, dtype=np.float64) for name in ("barrier", "entropy"))
    known = np.flatnonzero(np.isfinite(E) & np.isfinite(S))
    if len(known) < 2:
        raise ParameterError(
            f"{len(known)} strata with a barrier are too few for a crossing: add temperatures or frames"
        )
    found = []
    for i, j in combinations(known, 2):
        apart = S[i] - S[j]
        T = (E[i] - E[j]) / apart if apart != 0 else np.nan
        found.append(T if T > 0 else np.nan)
    every = np.array(found)
    kept = every[within_fences(every, fences=fences)]
    if len(kept) == 0:
        return Crossings(_temperature(np.nan, np.nan, "no two lines cross"), np.nan, 0, len(every))
    spread = float(kept.std(ddof=1)) if len(kept) > 1 else np.nan
    error = spread / np.sqrt(len(known) - 1)
    why = "a single crossing has no scatter" if np.isnan(error) else ""
    return Crossings(_temperature(kept.mean(), error, why), spread, len(kept), len(every))


def _temperature(value: float, error: float, reason: str) -> Estimate:
    return Estimate(float(value), float(error), "epsilon_AA/k_B", reason)
