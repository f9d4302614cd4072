"""Least squares of a law, and how they grow as one parameter is held elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from supercooled.arrays import Array
from supercooled.dynamics.laws import Law
from supercooled.errors import ParameterError

# Places at which a characteristic temperature is first tried.
GRID = 200
# Each round is ten times finer than the one before. The least chi square is flat: of it alone a few do.
ROUNDS, FEW_ROUNDS = 10, 5
# Logarithm of the factor beyond which a parameter counts as unbounded.
FARTHEST = 25.0


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
        raise ParameterError(
            f"{T.shape} temperatures, {tau.shape} times and their errors must be equal in number"
        )
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
                f"the relaxation times do not increase on cooling as {self.law.label} would: "
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
    # Imported where a fit is made: most of what moves is not fitted.
    from scipy.optimize import brentq

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
