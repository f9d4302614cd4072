"""The temperature at which structure stops mattering."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr

from supercooled.arguments import Uncertain, validated
from supercooled.arguments.datasets import Lines
from supercooled.blocks import jackknife_variance
from supercooled.errors import ParameterError
from supercooled.estimate import Estimate
from supercooled.relation.arrhenius_lines import P_R, concatenated, weight_of


@validated
@dataclass(frozen=True, slots=True)
class Onset:
    """Where the Arrhenius lines of all softnesses cross.

    Parameters
    ----------
    temperature
        T_0
    energy
        e of dE = e + T_0 Sigma, epsilon_AA: the barrier of the crossing
    chi_square
        of the straight line, per degree of freedom
    unweighted
        slope of dE against Sigma by plain least squares, which errors of dE and Sigma, being
        alike, draw to the middle of the temperatures
    extrapolated
        that the crossing lies beyond the temperatures that were fitted; empty within them
    """

    temperature: Estimate
    energy: Uncertain
    chi_square: Uncertain
    unweighted: Uncertain
    extrapolated: str = ""


@validated
def onset(fits: Lines) -> Onset:
    r"""Temperature at which the Arrhenius lines of all softnesses cross.

    .. math:: \Delta E(S) = e + T_0 \Sigma(S)
              \;\Leftrightarrow\; \ln P_R(S, T_0) = -e/T_0 \text{ for every } S

    Parameters
    ----------
    fits
        what :func:`arrhenius` returns

    Returns
    -------
    Onset
        temperature with its error, epsilon_AA/k_B

    Raises
    ------
    ParameterError
        if fewer than three softnesses have a barrier: two lines always cross.

    Notes
    -----
    T_0 minimises the chi square of that line with the errors of both and their covariance, e following
    it: the same as fitting all P_R(S, T) at once with one crossing. The error is the one that raises
    chi square by 1, times the root of chi square per degree of freedom where that exceeds 1.
    For one that takes into account how P_R at different S depend on each other, see :func:`block_error`.

    References
    ----------
    sharma2022, Sec. V; schoenholz2016 (T_0).

    Examples
    --------
    >>> import numpy as np
    >>> S = np.array([1.0, 2.0, 3.0])
    >>> ones = ("softness", np.ones(3))
    >>> lines = {"barrier": ("softness", 5.0 - S), "entropy": ("softness", 4.0 - S / 0.8)}
    >>> errors = {"barrier_error": ones, "entropy_error": ones, "covariance": ("softness", 0.5 * np.ones(3))}
    >>> round(float(onset(xr.Dataset({**lines, **errors})).temperature), 6)
    0.8
    """
    names = ("barrier", "entropy", "barrier_error", "entropy_error", "covariance")
    E, S, dE, dS, cov = (np.asarray(fits[name].values, dtype=np.float64) for name in names)
    known = np.isfinite(dE) & np.isfinite(dS)
    dE, dS = (np.asarray(weight_of(fits, name).values, dtype=np.float64) for name in names[:2])
    good = np.isfinite(E) & np.isfinite(S)
    if good.sum() < 3:
        raise ParameterError(
            f"{int(good.sum())} softnesses with a barrier are too few to test whether their "
            "lines cross in one point: use more bins or temperatures"
        )
    unknown = bool((good & ~known).any())
    E, S, dE, dS, cov = (x[good] for x in (E, S, dE, dS, cov))

    def line(T0: float) -> tuple[float, float]:
        weight = 1.0 / np.maximum(dE**2 - 2.0 * T0 * cov + (T0 * dS) ** 2, 1e-300)
        rest = E - T0 * S
        e = float(np.average(rest, weights=weight))
        return float(np.sum(weight * (rest - e) ** 2)), e

    unweighted = float(np.polyfit(S, E, 1)[0])
    T0 = _smallest(lambda t: line(t)[0], abs(unweighted))
    chi_square, energy = line(T0)
    reduced = chi_square / (len(E) - 2)
    step = 1e-3 * T0
    curvature = (line(T0 + step)[0] - 2.0 * chi_square + line(T0 - step)[0]) / step**2
    error = np.sqrt(2.0 / curvature) if curvature > 0 and not unknown else np.nan
    why = str(fits.attrs.get("no_error", "")) or (
        "a barrier has no error" if unknown else "chi squared has no minimum there"
    )
    own = float(error * np.sqrt(max(1.0, reduced)))
    return Onset(
        Estimate(T0, own, "epsilon_AA/k_B", why if np.isnan(own) else ""),
        energy,
        reduced,
        unweighted,
        _beyond(T0, fits),
    )


@validated
def block_error(
    probabilities: xr.Dataset | Sequence[xr.Dataset], estimate: Callable[[xr.Dataset], float]
) -> float:
    r"""Standard error of anything made from P_R(S, T), by leaving out each block of each run.

    .. math:: \sigma^2 = \sum_T \frac{n_T - 1}{n_T} \sum_s (x_{T,s} - \bar x_T)^2

    The softnesses of a temperature vary together here, as they do in the run. NaN where the blocks of a
    temperature are not independent of each other (``independence`` of :func:`rearrangement_probability`).

    Parameters
    ----------
    probabilities
        as in :func:`arrhenius`
    estimate
        from P_R concatenated along temperature to one number

    Returns
    -------
    float
        in the unit of what `make` returns; NaN where it can't be known

    References
    ----------
    B. Efron, The Jackknife, the Bootstrap and Other Resampling Plans, SIAM 1982, Eq. 3.5.

    Examples
    --------
    >>> import numpy as np
    >>> one = xr.Dataset(
    ...     {P_R: ("softness", [0.2]), P_R + "_error": ("softness", [0.1]),
    ...      P_R + "_jackknife": (("block", "softness"), [[0.1], [0.3]])},
    ...     {"softness": [1.0], "temperature": 0.5},
    ... )
    >>> round(block_error([one], lambda p: float(p[P_R].sum())), 3)
    0.1
    """
    together = concatenated(probabilities)
    (name,) = [str(d) for d in together[P_R].dims if d != "temperature"]
    P = together[P_R].transpose("temperature", name)
    without = together[f"{P_R}_jackknife"].transpose("temperature", "block", name).values
    if "independence" in together and not np.isfinite(together["independence"].values).all():
        return np.nan
    variance = 0.0
    for t, blocks in enumerate(without):
        values = []
        for row in blocks[np.isfinite(blocks).any(axis=1)]:
            changed = P.copy()
            changed[t] = row
            values.append(estimate(together.assign({P_R: changed})))
        variance += float(jackknife_variance(np.array(values, dtype=np.float64), fewest=2))
    return float(np.sqrt(variance))


def _beyond(T0: float, fits: xr.Dataset) -> str:
    T = np.atleast_1d(np.asarray(fits.attrs.get("temperatures", []), dtype=np.float64))
    if len(T) == 0 or T.min() <= T0 <= T.max():
        return ""
    return (
        f"the lines cross at {T0:.3g}, outside the temperatures {T.min():g} to {T.max():g} of "
        "the fit: an extrapolation, whose error holds only if the lines stay straight"
    )


def _smallest(function: Callable[[float], float], guess: float) -> float:
    grid = (guess if guess > 0 else 1.0) * np.geomspace(0.05, 20.0, 241)
    # Each round looks at the neighbourhood of the best so far, ten times finer.
    for _ in range(12):
        best = int(np.clip(np.argmin([function(t) for t in grid]), 1, len(grid) - 2))
        grid = np.linspace(grid[best - 1], grid[best + 1], 21)
    return float(grid[10])
