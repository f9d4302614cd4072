"""Straight lines that tie barriers to softness, and how well they bring all liquids onto one curve."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, TypeAlias

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtri, stdtrit

from supercooled.arguments import AnyNumbers, Fraction, Numbers, Uncertain, validated
from supercooled.arrays import Array
from supercooled.errors import ParameterError

AboveZero: TypeAlias = Annotated[ArrayLike, Numbers(above=0.0)]


@validated
@dataclass(frozen=True, slots=True)
class Line:
    """A straight line, y = intercept + slope x.

    Parameters
    ----------
    intercept, slope
        with standard errors from the scatter, and ends of their confidence intervals
    intercept_error
        standard error of the intercept
    slope_error
        standard error of the slope
    intercept_ends
        confidence interval of the intercept
    slope_ends
        confidence interval of the slope
    confidence
        probability that the intervals contain the true value
    correlation
        Pearson's r
    spread
        standard deviation of y about the line
    n
        points
    """

    intercept: Uncertain
    slope: Uncertain
    intercept_error: Uncertain
    slope_error: Uncertain
    intercept_ends: tuple[Uncertain, Uncertain]
    slope_ends: tuple[Uncertain, Uncertain]
    confidence: Uncertain
    correlation: Uncertain
    spread: Uncertain
    n: int

    @validated
    def __call__(self, x: ArrayLike) -> Array:
        """The line at x.

        Parameters
        ----------
        x
            where the line is evaluated

        Returns
        -------
        Array
            values on the line, in the shape of `x`
        """
        return np.asarray(self.intercept + self.slope * np.asarray(x, dtype=np.float64))


@validated
def line(x: AnyNumbers, y: AnyNumbers, *, confidence: Fraction) -> Line:
    r"""Straight line of least squares; its scatter tells the errors.

    .. math:: S = a_0 + a_1 T,\qquad \beta\Delta\Phi = C + B/S,\qquad
              \Delta E = T \ln(\tau_\alpha/\tau_0) = C' + B'/S

    Parameters
    ----------
    x, y
        (point,); each point counts alike
    confidence
        of the intervals, by Student's t, for example 0.95

    Returns
    -------
    Line
        intercept and slope with their errors and confidence intervals

    Raises
    ------
    ParameterError
        if there are fewer than three points, x does not vary, or one is not finite.

    References
    ----------
    nandi2021, Fig. 2 and SI Tables II, III.

    Examples
    --------
    >>> found = line([1.0, 2.0, 3.0, 4.0], [2.1, 3.9, 6.1, 7.9], confidence=0.95)
    >>> round(found.slope, 2), round(found.correlation, 3), found.slope_ends[0] < 2.0 < found.slope_ends[1]
    (1.96, 0.999, True)
    """
    x, y = _paired(x, y)
    if len(x) < 3 or np.ptp(x) == 0:
        raise ParameterError(f"a line with errors needs three different points, not {len(np.unique(x))}")
    if not 0.0 < confidence < 1.0:
        raise ParameterError(f"confidence must lie between 0 and 1, not {confidence}; for example 0.95")
    n, mean = len(x), x.mean()
    squares = np.sum((x - mean) ** 2)
    slope = float(np.sum((x - mean) * (y - y.mean())) / squares)
    intercept = float(y.mean() - slope * mean)
    left = float(np.sum((y - intercept - slope * x) ** 2))
    spread = np.sqrt(left / (n - 2))
    errors = spread * np.sqrt([1.0 / n + mean**2 / squares, 1.0 / squares])
    reach = stdtrit(n - 2, 0.5 * (1.0 + confidence)) * errors
    both = squares * np.sum((y - y.mean()) ** 2)
    correlation = float(np.sum((x - mean) * (y - y.mean())) / np.sqrt(both)) if both > 0 else 0.0
    return Line(
        intercept,
        slope,
        float(errors[0]),
        float(errors[1]),
        (float(intercept - reach[0]), float(intercept + reach[0])),
        (float(slope - reach[1]), float(slope + reach[1])),
        float(confidence),
        correlation,
        float(spread),
        n,
    )


@validated
@dataclass(frozen=True, slots=True)
class Collapse:
    """How well scaling by each liquid's own line brings all onto one.

    Parameters
    ----------
    before
        share of the variance of y that the best line common to all liquids leaves
    after
        share of the variance of (y - C)/B that the master curve y = x leaves
    """

    before: Uncertain
    after: Uncertain

    @property
    def quality(self) -> float:
        """1 if scaling removes all of the spread, 0 if it removes nothing."""
        return 1.0 - self.after / self.before if self.before > 0 else 0.0


@validated
def collapse(x: Sequence[AnyNumbers], y: Sequence[AnyNumbers], lines: Sequence[Line]) -> Collapse:
    r"""Spread of several liquids about one curve, before each is scaled by its own line and after.

    .. math:: \tilde y = \frac{y - C}{B} = x = \frac1S

    Parameters
    ----------
    x, y
        points of each liquid, (liquid)(point,)
    lines
        of each liquid

    Returns
    -------
    Collapse
        spreads before and after, and the line of each liquid

    Raises
    ------
    ParameterError
        if their numbers differ, or a slope is 0.

    References
    ----------
    nandi2021, insets of Fig. 2(a) and 2(c), Fig. 2(d); the number is ours.

    Examples
    --------
    >>> x = np.linspace(1.0, 2.0, 5)
    >>> y = [1.0 + 2.0 * x, 7.0 + 9.0 * x]
    >>> found = collapse([x, x], y, [line(x, one, confidence=0.9) for one in y])
    >>> found.before > 0.5, round(found.after, 9)
    (True, 0.0)
    """
    if not len(x) == len(y) == len(lines) or not lines:
        raise ParameterError(
            f"{len(x)} sets of x, {len(y)} of y and {len(lines)} lines: the numbers must be equal"
        )
    if any(one.slope == 0 for one in lines):
        raise ParameterError("a liquid whose line has no slope can't be scaled by it: leave it out")
    pairs = [_paired(*pair) for pair in zip(x, y, strict=True)]
    every_x = np.concatenate([pair[0] for pair in pairs])
    every_y = np.concatenate([pair[1] for pair in pairs])
    scaled = np.concatenate(
        [(pair[1] - one.intercept) / one.slope for pair, one in zip(pairs, lines, strict=True)]
    )
    common = line(every_x, every_y, confidence=0.5)
    return Collapse(
        before=float(np.mean((every_y - common(every_x)) ** 2) / every_y.var()),
        after=float(np.mean((scaled - every_x) ** 2) / scaled.var()),
    )


@validated
@dataclass(frozen=True, slots=True)
class SoftnessLaw:
    """Relaxation times by softness; the fields are those of :class:`supercooled.dynamics.LawFit`.

    Parameters
    ----------
    values
        fitted value of each parameter
    low
        lower end of each confidence interval
    high
        upper end of each confidence interval
    confidence
        probability that the intervals contain the true value
    chi_square
        sum of the squared residuals over their errors
    degrees_of_freedom
        number of points less that of parameters
    aic
        Akaike's information criterion
    bic
        Bayesian information criterion
    parameters
        tau_0 (tau), C (epsilon_AA), B (epsilon_AA sigma_AA^2)
    """

    values: tuple[Uncertain, ...]
    low: tuple[Uncertain, ...]
    high: tuple[Uncertain, ...]
    confidence: Uncertain
    chi_square: Uncertain
    degrees_of_freedom: int
    aic: Uncertain
    bic: Uncertain
    parameters: tuple[str, ...] = ("tau_0", "C", "B")

    @validated
    def __call__(self, temperatures: AboveZero, softness: AboveZero) -> Array:
        """Relaxation times at temperatures and softnesses, tau.

        Parameters
        ----------
        temperatures
            temperatures, epsilon_AA/k_B
        softness
            softness at each temperature

        Returns
        -------
        Array
            tau, in the shape of the arguments

        Raises
        ------
        ParameterError
            if the shapes differ.
        """
        T, S = (np.asarray(a, dtype=np.float64) for a in (temperatures, softness))
        if T.ndim and S.ndim and T.shape != S.shape:
            raise ParameterError(
                f"temperatures have shape {T.shape} and softness {S.shape}: the shapes must be equal"
            )
        tau_0, C, B = self.values
        with np.errstate(over="ignore"):
            return np.asarray(tau_0 * np.exp((C + B / S) / T))


@validated
def softness_law(
    temperatures: AnyNumbers,
    softness: AnyNumbers,
    times: AnyNumbers,
    *,
    confidence: Fraction,
    errors: AnyNumbers | None = None,
) -> SoftnessLaw:
    r"""Relaxation times as softness gives them.

    .. math:: \tau_\alpha = \tau_0 \exp\frac{C' + B'/S}{T}

    with tau_0 free, so that it stands beside the three-parameter laws of
    :func:`supercooled.dynamics.fit_law`: least squares of ln tau, and the same information criteria.

    Parameters
    ----------
    temperatures, softness, times
        (temperature,)
    confidence
        probability that the intervals contain the true value
    errors
        (temperature,), standard errors of the times; None lets every ln tau count alike

    Returns
    -------
    SoftnessLaw
        fitted parameters with confidence intervals and information criteria

    Raises
    ------
    ParameterError
        if there are no more temperatures than parameters, or a number is not positive.

    References
    ----------
    nandi2021, Eq. 3.

    Examples
    --------
    >>> T = np.array([0.5, 0.6, 0.7, 0.8, 1.0])
    >>> S = 1.8e-4 + 1.4e-3 * T
    >>> found = softness_law(T, S, 0.5 * np.exp((-3.6 + 4.2e-3 / S) / T), confidence=0.9)
    >>> [round(value, 6) for value in found.values]
    [0.5, -3.6, 0.0042]
    """
    T, tau = _paired(temperatures, times)
    _, S = _paired(temperatures, softness)
    if len(np.unique(T)) <= 3 or not ((T > 0) & (S > 0) & (tau > 0)).all():
        raise ParameterError(
            f"softness needs positive numbers at four temperatures or more, not {len(np.unique(T))}"
        )
    weight = np.ones(len(T)) if errors is None else tau / _paired(temperatures, errors)[1]
    design = np.stack([np.ones(len(T)), 1.0 / T, 1.0 / (S * T)], axis=1)
    # columns of like size, or 1/S would swamp the others
    scale = np.abs(design).max(axis=0)
    scaled = design / scale * weight[:, None]
    inverse = np.linalg.inv(scaled.T @ scaled)
    y = np.log(tau) * weight
    found = inverse @ (scaled.T @ y)
    chi_square = float(np.sum((scaled @ found - y) ** 2))
    n, k = design.shape
    if errors is None:
        reach = stdtrit(n - k, 0.5 * (1 + confidence)) * np.sqrt(chi_square / (n - k))
        likelihood, free = n * np.log(max(chi_square, 1e-30) / n), k + 1
    else:
        reach = np.sqrt(chdtri(1, 1.0 - confidence) * max(1.0, chi_square / (n - k)))
        likelihood, free = chi_square, k
    around = reach * np.sqrt(np.diag(inverse)) / scale
    found = found / scale
    ends = [found - around, found, found + around]
    for end in ends:
        end[0] = np.exp(end[0])
    low, values, high = (tuple(float(v) for v in end) for end in ends)
    return SoftnessLaw(
        values,
        low,
        high,
        float(confidence),
        chi_square,
        n - k,
        aic=float(likelihood + 2 * free),
        bic=float(likelihood + free * np.log(n)),
    )


def _paired(x: ArrayLike, y: ArrayLike) -> tuple[Array, Array]:
    x, y = (np.atleast_1d(np.asarray(a, dtype=np.float64)) for a in (x, y))
    if x.ndim != 1 or x.shape != y.shape:
        raise ParameterError(f"x has {x.shape} points and y {y.shape}: the numbers must be equal")
    if not (np.isfinite(x) & np.isfinite(y)).all():
        k = int(np.argmin(np.isfinite(x) & np.isfinite(y)))
        raise ParameterError(f"point {k} is not finite (x = {x[k]:g}, y = {y[k]:g}): leave it out")
    return x, y
