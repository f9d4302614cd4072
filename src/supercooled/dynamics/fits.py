"""Laws fitted to relaxation times at several temperatures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike
from scipy.optimize import brentq
from scipy.special import chdtri, fdtri

from supercooled.arrays import Array
from supercooled.dynamics.laws import LAWS, Law, law_named
from supercooled.errors import ParameterError
from supercooled.quantities import labelled

# Places at which a characteristic temperature is first tried.
GRID = 200
# Each round is ten times finer than the one before. The least chi square is flat: of it alone a few do.
ROUNDS, FEW_ROUNDS = 10, 5
# Logarithm of the factor beyond which a parameter counts as unbounded.
FARTHEST = 25.0


@dataclass(frozen=True, slots=True)
class LawFit:
    """A law through relaxation times.

    law : its name
    parameters, values, low, high : names, best values and ends of the confidence intervals
    at_bound : parameters on the edge of what is possible: a law that the data don't want, or whose
        characteristic temperature lies beyond them
    confidence : of the intervals
    chi_square, degrees_of_freedom : of ln tau, in units of the errors or, without any, of 1
    aic, bic : information criteria of Akaike and Schwarz; only differences between laws mean anything
    """

    law: str
    parameters: tuple[str, ...]
    values: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    at_bound: tuple[str, ...]
    confidence: float
    chi_square: float
    degrees_of_freedom: int
    aic: float
    bic: float

    def __call__(self, temperatures: ArrayLike) -> Array:
        """Relaxation times at other temperatures, tau."""
        return law_named(self.law)(np.asarray(temperatures, dtype=np.float64), np.array(self.values))

    def __getitem__(self, parameter: str) -> float:
        """Best value of a parameter."""
        if parameter not in self.parameters:
            raise ParameterError(f"no parameter {parameter!r} in {self.parameters} of the law {self.law}")
        return self.values[self.parameters.index(parameter)]


def fit_law(
    temperatures: ArrayLike,
    times: ArrayLike,
    *,
    law: str,
    confidence: float,
    errors: ArrayLike | None = None,
) -> LawFit:
    r"""A law through relaxation times at several temperatures.

    .. math:: \tau_\mathrm{arrhenius} &= \tau_0\, e^{E/T} \\
              \tau_\mathrm{vft} &= \tau_0 \exp\frac{1}{K\,(T/T_\mathrm{VFT} - 1)} \\
              \tau_\mathrm{parabolic} &= \tau_0 \exp\left[J^2 (1/T - 1/T_o)^2\right],\; T < T_o \\
              \tau_\mathrm{mct} &= \tau_0\, (T/T_c - 1)^{-\gamma}

    temperatures, times : (temperature,), epsilon_AA/k_B and tau
    law : "arrhenius", "vft" (K is the kinetic fragility), "parabolic" or "mct"
    confidence : of the intervals, for example 0.68
    errors : (temperature,), standard errors of the times; None lets every ln tau count alike, and its
        scatter tell the error

    Least squares of ln tau. The intervals are profiles: the values of a parameter at which chi square,
    all others at their best, exceeds the least one by the quantile of chi square or F; with errors the
    quantile is multiplied by chi square per degree of freedom where that exceeds 1.

    .. math:: \mathrm{AIC} = \chi^2 + 2k,\quad \mathrm{BIC} = \chi^2 + k\ln n \quad
              (\chi^2 \to n\ln(\chi^2/n),\; k \to k + 1 \text{ without errors})

    Raises
    ------
    ParameterError
        if there are no more temperatures than parameters, a time isn't positive, or none rises on cooling.

    Source: nandi2021, SI Table I and reference 36 (VFT with K); Y. S. Elmatad, D. Chandler and
    J. P. Garrahan, J. Phys. Chem. B 113, 5563 (2009), Eq. 1 (parabolic); W. Kob and H. C. Andersen, Phys.
    Rev. E 51, 4626 (1995) (power law).

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


def compare_laws(
    temperatures: ArrayLike,
    times: ArrayLike,
    *,
    confidence: float,
    errors: ArrayLike | None = None,
    laws: Sequence[str] = tuple(LAWS),
) -> xr.Dataset:
    r"""Several laws through the same relaxation times, side by side.

    .. math:: w_l = \frac{e^{-\mathrm{AIC}_l/2}}{\sum_m e^{-\mathrm{AIC}_m/2}}

    temperatures, times, confidence, errors : as in :func:`fit_law`
    laws : which

    Returns ``aic``, ``bic``, ``chi_square``, ``weight`` w (law), ``value``, ``low``, ``high``
    (law, parameter), NaN where a law has no such parameter, and ``at_bound`` (law).

    Raises
    ------
    ParameterError
        as :func:`fit_law` does for the law of most parameters

    Source: K. P. Burnham and D. R. Anderson, Model Selection and Multimodel Inference, Springer 2002,
    Sec. 2.9 (weights).

    >>> T = np.array([0.5, 0.6, 0.7, 0.8, 1.0])
    >>> found = compare_laws(T, 0.3 * (T / 0.43 - 1) ** -2.4, errors=0.01 * T, confidence=0.68)
    >>> found.law.values[found.aic.values.argmin()].item()
    'mct'
    """
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


@dataclass(frozen=True, slots=True)
class Data:
    """Temperatures, ln tau, the inverse of its errors, and whether those are known."""

    T: Array
    y: Array
    root_weight: Array
    known: bool


def checked(
    temperatures: ArrayLike, times: ArrayLike, errors: ArrayLike | None, parameters: int, what: str
) -> Data:
    """Relaxation times as a fit wants them.

    Raises
    ------
    ParameterError
        if they don't fit together, or are too few for `parameters` and one degree of freedom.
    """
    T = np.atleast_1d(np.asarray(temperatures, dtype=np.float64))
    tau = np.atleast_1d(np.asarray(times, dtype=np.float64))
    sigma = None if errors is None else np.atleast_1d(np.asarray(errors, dtype=np.float64))
    if T.ndim != 1 or T.shape != tau.shape or (sigma is not None and sigma.shape != T.shape):
        raise ParameterError(f"{T.shape} temperatures, {tau.shape} times and their errors must be as many")
    good = np.isfinite(T) & (T > 0) & np.isfinite(tau) & (tau > 0)
    good &= True if sigma is None else np.isfinite(sigma) & (sigma > 0)
    if not good.all():
        k = int(np.argmin(good))
        said = "" if sigma is None else f" with error {sigma[k]:g}"
        raise ParameterError(
            f"the relaxation time at T={T[k]:g}, {tau[k]:g}{said}, can't be fitted: leave out temperatures "
            "where it is not reached or has no error"
        )
    if len(np.unique(T)) <= parameters:
        raise ParameterError(
            f"{len(np.unique(T))} temperatures are too few for {what}, which has {parameters} parameters: "
            f"give at least {parameters + 1}"
        )
    root_weight = np.ones(len(T)) if sigma is None else tau / sigma
    return Data(T, np.log(tau), root_weight, sigma is not None)


@dataclass(frozen=True, slots=True)
class Problem:
    """A law and the data that it shall go through."""

    law: Law
    data: Data

    @property
    def bounds(self) -> tuple[float, float]:
        """Where the characteristic temperature may lie."""
        return self.law.between(float(self.data.T.min()), float(self.data.T.max()))

    def fits(self, thetas: Array, which: int | None = None, value: float = 0.0) -> tuple[Array, Array, Array]:
        """Best ln tau_0 and c at characteristic temperatures, one of the others held, and chi square."""
        T, y, weight = self.data.T[:, None], self.data.y[:, None], (self.data.root_weight**2)[:, None]
        g = self.law.shape(T, thetas) + 0.0 * thetas
        if which == 0:
            a = np.full(len(thetas), np.log(value))
            c = np.sum(weight * g * (y - a), axis=0) / np.sum(weight * g**2, axis=0)
        elif which == 1:
            c = self.law.factor(value, thetas) + 0.0 * thetas
            a = np.sum(weight * (y - c * g), axis=0) / weight.sum()
        else:
            g_mean, y_mean = np.sum(weight * g, axis=0) / weight.sum(), np.sum(weight * y) / weight.sum()
            about = g - g_mean
            c = np.sum(weight * about * (y - y_mean), axis=0) / np.sum(weight * about**2, axis=0)
            a = y_mean - c * g_mean
        return a, c, np.sum(weight * (y - a - c * g) ** 2, axis=0)

    def best(self) -> tuple[Array, float]:
        """Best parameters and their chi square."""
        theta, chi_square = self._least()
        a, c, _ = (float(x[0]) for x in self.fits(np.array([theta])))
        if not c > 0:
            raise ParameterError(
                f"the relaxation times don't rise on cooling as {self.law.label} would: "
                "check them, or leave out the hottest temperatures"
            )
        values = [np.exp(a), self.law.inverse(c, theta), theta]
        return np.array(values[: len(self.law.parameters)]), chi_square

    def _least(self, which: int | None = None, value: float = 0.0) -> tuple[float, float]:
        """Characteristic temperature of the least chi square, and that."""
        low, high = self.bounds
        grid = np.array([low])
        if high > low:
            T = float(self.data.T.min())
            grid = np.geomspace(low, high, GRID)
            if high < T:
                # Densest next to the data too, where the law bends most.
                near = T - np.geomspace(T - high, T - low, GRID)
                grid = np.clip(np.unique(np.concatenate([grid, near])), low, high)
        for _ in range(FEW_ROUNDS if which is not None else ROUNDS):
            chi_square = self.fits(grid, which, value)[2]
            k = int(np.argmin(chi_square))
            least = float(grid[k]), float(chi_square[k])
            grid = np.linspace(grid[max(k - 1, 0)], grid[min(k + 1, len(grid) - 1)], 21)
        return least

    def profile(self, which: int, value: float) -> float:
        """Least chi square with one parameter held."""
        if which == 2:
            return float(self.fits(np.array([value]))[2][0])
        return self._least(which, value)[1]

    def interval(self, which: int, best: Array, target: float) -> tuple[float, float]:
        """Where the profile crosses the target on either side."""
        low, high = self.bounds if which == 2 else (0.0, np.inf)

        def above(value: float) -> float:
            return self.profile(which, value) - target

        return _crossing(above, best[which], low, -1), _crossing(above, best[which], high, 1)

    def at_bound(self, best: Array) -> tuple[str, ...]:
        """The characteristic temperature, if the data push it to its edge."""
        if len(best) < 3:
            return ()
        low, high = self.bounds
        width = 1e-6 * (high - low)
        return (self.law.parameters[2],) if best[2] < low + width or best[2] > high - width else ()


def _crossing(function: Callable[[float], float], start: float, end: float, sign: int) -> float:
    """Where a function that is below 0 at the start first rises above it, or the end."""
    # Exact data leave no room but that of rounding.
    if function(start) >= 0:
        return float(start)
    inside, step = start, 1e-3
    while step < FARTHEST:
        outside = float(start * np.exp(sign * step))
        beyond = outside <= end if sign < 0 else outside >= end
        outside = float(end) if beyond else outside
        if function(outside) > 0:
            a, b = sorted((inside, outside))
            return float(brentq(function, a, b, rtol=1e-7))
        if beyond:
            return float(end)
        inside, step = outside, 2.0 * step
    return float(end)
