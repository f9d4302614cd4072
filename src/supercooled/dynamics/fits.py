"""Laws fitted to relaxation times at several temperatures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike
from scipy.special import chdtri, fdtri

from supercooled.arguments import AnyNumbers, AtLeast, Fraction, Numbers, Uncertain, validated
from supercooled.arrays import Array
from supercooled.dynamics.laws import LAWS, law_named
from supercooled.dynamics.profiles import Problem, checked
from supercooled.errors import ParameterError
from supercooled.quantities import labelled


@validated
@dataclass(frozen=True, slots=True)
class LawFit:
    """A law through relaxation times.

    Parameters
    ----------
    law
        its name
    parameters, values, low, high
        names, best values and ends of the confidence intervals
    at_bound
        parameters on the edge of what is possible: a law that the data don't want, or whose
        characteristic temperature lies beyond them
    confidence
        of the intervals
    chi_square, degrees_of_freedom
        of ln tau, in units of the errors or, without any, of 1
    aic, bic
        information criteria of Akaike and Schwarz; only differences between laws mean anything
    """

    law: str
    parameters: tuple[str, ...]
    values: tuple[Uncertain, ...]
    low: tuple[Uncertain, ...]
    high: tuple[Uncertain, ...]
    at_bound: tuple[str, ...]
    confidence: Uncertain
    chi_square: Uncertain
    degrees_of_freedom: int
    aic: Uncertain
    bic: Uncertain

    @validated
    def __call__(self, temperatures: Annotated[ArrayLike, Numbers(above=0.0)]) -> Array:
        """Relaxation times at other temperatures, tau.

        Parameters
        ----------
        temperatures
            temperatures, epsilon_AA/k_B

        Returns
        -------
        Array
            relaxation times, tau
        """
        with np.errstate(over="ignore"):
            return law_named(self.law)(np.asarray(temperatures, dtype=np.float64), np.array(self.values))

    @validated
    def __getitem__(self, parameter: str) -> float:
        """Best value of a parameter."""
        if parameter not in self.parameters:
            raise ParameterError(f"no parameter {parameter!r} in {self.parameters} of the law {self.law}")
        return self.values[self.parameters.index(parameter)]


@validated
def fit_law(
    temperatures: ArrayLike,
    times: AnyNumbers,
    *,
    law: str,
    confidence: Fraction,
    errors: AnyNumbers | None = None,
) -> LawFit:
    r"""A law through relaxation times at several temperatures.

    .. math:: \tau_\mathrm{arrhenius} &= \tau_0\, e^{E/T} \\
              \tau_\mathrm{vft} &= \tau_0 \exp\frac{1}{K\,(T/T_\mathrm{VFT} - 1)} \\
              \tau_\mathrm{parabolic} &= \tau_0 \exp\left[J^2 (1/T - 1/T_o)^2\right],\; T < T_o \\
              \tau_\mathrm{mct} &= \tau_0\, (T/T_c - 1)^{-\gamma}

    Parameters
    ----------
    temperatures, times
        (temperature,), epsilon_AA/k_B and tau
    law
        "arrhenius", "vft" (K is the kinetic fragility), "parabolic" or "mct"
    confidence
        of the intervals, for example 0.68
    errors
        (temperature,), standard errors of the times; None lets every ln tau count alike, and its
        scatter tell the error

    Returns
    -------
    LawFit
        fitted parameters with their errors

    Raises
    ------
    ParameterError
        if there are no more temperatures than parameters, a time isn't positive, or none rises on cooling.

    Notes
    -----
    Least squares of ln tau. The intervals are profiles: the values of a parameter at which chi square,
    all others at their best, exceeds the least one by the quantile of chi square or F; with errors the
    quantile is multiplied by chi square per degree of freedom where that exceeds 1.

    .. math:: \mathrm{AIC} = \chi^2 + 2k,\quad \mathrm{BIC} = \chi^2 + k\ln n \quad
              (\chi^2 \to n\ln(\chi^2/n),\; k \to k + 1 \text{ without errors})

    References
    ----------
    nandi2021, SI Table I and reference 36 (VFT with K); Y. S. Elmatad, D. Chandler and
    J. P. Garrahan, J. Phys. Chem. B 113, 5563 (2009), Eq. 1 (parabolic); W. Kob and H. C. Andersen, Phys.
    Rev. E 51, 4626 (1995) (power law).

    Examples
    --------
    >>> T = np.array([0.47, 0.53, 0.6, 0.7, 0.8, 1.0])
    >>> found = fit_law(T, 0.2 * np.exp(1 / (0.189 * (T / 0.279 - 1))), law="vft", confidence=0.68)
    >>> round(found["K"], 4), round(found["T_VFT"], 4)
    (0.189, 0.279)
    """
    chosen = law_named(law)
    data = checked(temperatures, times, errors, len(chosen.parameters), chosen.label)
    if not 0.0 < confidence < 1.0:
        raise ParameterError(f"confidence must lie between 0 and 1, not {confidence}; for example 0.68")
    problem = Problem(chosen, data)
    best, chi_square = problem.best()
    n, k = len(data.T), len(chosen.parameters)
    freedom = n - k
    if data.known:
        rise = chdtri(1, 1.0 - confidence) * max(1.0, chi_square / freedom)
        likelihood = chi_square
    else:
        rise = fdtri(1, freedom, confidence) * chi_square / freedom
        likelihood = n * np.log(max(chi_square, 1e-30) / n)
    ends = [problem.interval(p, best, chi_square + rise) for p in range(k)]
    free = k if data.known else k + 1
    return LawFit(
        law=law,
        parameters=chosen.parameters,
        values=tuple(float(v) for v in best),
        low=tuple(e[0] for e in ends),
        high=tuple(e[1] for e in ends),
        at_bound=problem.at_bound(best),
        confidence=float(confidence),
        chi_square=chi_square,
        degrees_of_freedom=freedom,
        aic=float(likelihood + 2 * free),
        bic=float(likelihood + free * np.log(n)),
    )


@validated
def compare_laws(
    temperatures: ArrayLike,
    times: AnyNumbers,
    *,
    confidence: Fraction,
    errors: AnyNumbers | None = None,
    laws: Annotated[Sequence[str], AtLeast(1)] = tuple(LAWS),
) -> xr.Dataset:
    r"""Several laws through the same relaxation times, side by side.

    .. math:: w_l = \frac{e^{-\mathrm{AIC}_l/2}}{\sum_m e^{-\mathrm{AIC}_m/2}}

    Parameters
    ----------
    temperatures, times, confidence, errors
        as in :func:`fit_law`
    laws
        which

    Returns
    -------
    xr.Dataset
        ``aic``, ``bic``, ``chi_square``, ``weight`` w (law), ``value``, ``low``, ``high``
        (law, parameter), NaN where a law has no such parameter, and ``at_bound`` (law).

    Raises
    ------
    ParameterError
        as :func:`fit_law` does for the law of most parameters, or if a law is named twice.

    References
    ----------
    K. P. Burnham and D. R. Anderson, Model Selection and Multimodel Inference, Springer 2002,
    Sec. 2.9 (weights).

    Examples
    --------
    >>> T = np.array([0.5, 0.6, 0.7, 0.8, 1.0])
    >>> found = compare_laws(T, 0.3 * (T / 0.43 - 1) ** -2.4, errors=0.01 * T, confidence=0.68)
    >>> found.law.values[found.aic.values.argmin()].item()
    'mct'
    """
    if len(set(laws)) < len(laws):
        raise ParameterError(f"laws={list(laws)} names a law twice: they would share one weight")
    fits = [fit_law(temperatures, times, law=law, confidence=confidence, errors=errors) for law in laws]
    aic = np.array([fit.aic for fit in fits])
    weight = np.exp(-0.5 * (aic - aic.min()))
    names = list(dict.fromkeys(name for fit in fits for name in fit.parameters))
    coords = {"law": list(laws), "parameter": names}

    def column(values: Sequence[float] | Array) -> xr.DataArray:
        return labelled("information", np.asarray(values), ("law",), {"law": list(laws)})

    def table(which: str) -> xr.DataArray:
        rows = [dict(zip(fit.parameters, getattr(fit, which), strict=True)) for fit in fits]
        values = [[row.get(name, np.nan) for name in names] for row in rows]
        return xr.DataArray(values, dims=("law", "parameter"), coords=coords)

    return xr.Dataset(
        {
            "aic": column(aic),
            "bic": column([fit.bic for fit in fits]),
            "chi_square": xr.DataArray([fit.chi_square for fit in fits], dims="law"),
            "weight": xr.DataArray(weight / weight.sum(), dims="law"),
            "value": table("values"),
            "low": table("low"),
            "high": table("high"),
            "at_bound": xr.DataArray([", ".join(fit.at_bound) for fit in fits], dims="law"),
        },
        attrs={"confidence": float(confidence), "temperatures": len(np.atleast_1d(temperatures))},
    )
