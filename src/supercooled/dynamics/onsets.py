"""Where slow dynamics begins, by several definitions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike

from supercooled.arguments import AnyNumbers, Number, Positive, validated
from supercooled.arrays import Array, Booleans
from supercooled.dynamics.laws import law_named
from supercooled.dynamics.profiles import Data, Problem, checked
from supercooled.errors import ParameterError
from supercooled.quantities import labelled

STEP = 1e-3
GRID = 100


@validated
def onset_temperatures(
    temperatures: ArrayLike,
    times: AnyNumbers,
    *,
    hot: Positive,
    excess: Annotated[float, Number(above=0.0, at_most=1e3)],
    errors: AnyNumbers | None = None,
    others: Mapping[str, tuple[float, float]] | None = None,
) -> xr.Dataset:
    r"""Onset temperature of slow dynamics from relaxation times, by several definitions.

    .. math:: \text{parabolic} &: \ln\tau = a + J^2 (1/T - 1/T_o)^2 \text{ through } T < T_\mathrm{hot} \\
              \text{bend} &: \ln\tau = a + E/T + c\,\max(0, 1/T - 1/T_o)^2 \text{ through all} \\
              \text{departure} &: \ln\tau(T_o) = a + E/T_o + \delta, \text{ the line through }
              T \ge T_\mathrm{hot}

    Parameters
    ----------
    temperatures, times
        (temperature,), epsilon_AA/k_B and tau
    hot
        T_hot, where the Arrhenius line of the hot liquid ends; the first and the last definition hang on
        it, the second doesn't
    excess
        delta of ln tau, for example 0.1; between two temperatures the departure is linear in 1/T
    errors
        (temperature,), standard errors of the times
    others
        onsets found elsewhere, to stand beside, with their errors: the crossing of the barriers of
        all softnesses, for example

    Returns
    -------
    xr.Dataset
        ``onset_temperature`` and ``onset_temperature_error`` (definition), and ``reason``, empty
        where the onset was found. An error is that of the times, propagated; NaN without any.

    Raises
    ------
    ParameterError
        if fewer than six temperatures are given, fewer than two at `hot` or above or than four below.

    References
    ----------
    Y. S. Elmatad, D. Chandler and J. P. Garrahan, J. Phys. Chem. B 113, 5563 (2009) (parabolic);
    nandi2021 and sharma2022 use the departure from the Arrhenius line of the hot liquid without writing
    it down; the bend is the two in one.

    Examples
    --------
    >>> T = np.array([0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.9, 1.0, 1.2])
    >>> times = np.exp(1.0 / T + 9.0 * np.maximum(0.0, 1 / T - 1 / 0.8) ** 2)
    >>> found = onset_temperatures(T, times, hot=0.8, excess=0.1, others={"softness": (0.81, 0.02)})
    >>> found.onset_temperature.sel(definition=["bend", "softness"]).values.round(3)
    array([0.8 , 0.81])
    """
    data = checked(temperatures, times, errors, 5, "an onset")
    cold = hot > data.T
    if cold.sum() < 4 or (~cold).sum() < 2:
        raise ParameterError(
            f"{int(cold.sum())} temperatures below hot={hot:g} and {int((~cold).sum())} above "
            "it: an onset needs at least four and two"
        )
    if not (np.isfinite(excess) and excess > 0):
        raise ParameterError(f"excess must be positive, not {excess}, for example excess=0.1")
    definitions: dict[str, Callable[[Array], tuple[float, str]]] = {
        "parabolic": lambda y: _parabolic(data, y, cold),
        "bend": lambda y: _bend(data, y),
        "departure": lambda y: _departure(data, y, ~cold, excess),
    }
    names, values, sigma, reasons = [], [], [], []
    for name, estimate in definitions.items():
        value, reason = estimate(data.y)
        names.append(name)
        values.append(value)
        sigma.append(_propagated(estimate, data))
        reasons.append(reason)
    for name, (other, its_error) in (others or {}).items():
        names.append(name)
        values.append(other)
        sigma.append(its_error)
        reasons.append("")
    coords = {"definition": names}
    onset = labelled("onset_temperature", np.array(values), ("definition",), coords)
    error = labelled("onset_temperature", np.array(sigma), ("definition",), coords)
    error.attrs["long_name"] = f"standard error of the {error.attrs['long_name']}"
    return xr.Dataset(
        {
            "onset_temperature": onset,
            "onset_temperature_error": error,
            "reason": xr.DataArray(reasons, dims="definition"),
        },
        attrs={"hot": float(hot), "excess": float(excess)},
    )


def _parabolic(data: Data, y: Array, cold: Booleans) -> tuple[float, str]:
    problem = Problem(law_named("parabolic"), Data(data.T[cold], y[cold], data.root_weight[cold], data.known))
    best, _ = problem.best()
    if problem.at_bound(best):
        return np.nan, "the parabola through the colder temperatures has no vertex beyond them"
    return float(best[2]), ""


def _bend(data: Data, y: Array) -> tuple[float, str]:
    x, w = 1.0 / data.T, data.root_weight

    def chi_square(at: float) -> tuple[float, float]:
        design = np.stack([np.ones(len(x)), x, np.maximum(0.0, x - at) ** 2], axis=1) * w[:, None]
        fit, *_ = np.linalg.lstsq(design, w * y)
        return float(np.sum((design @ fit - w * y) ** 2)), float(fit[2])

    order = np.sort(np.unique(x))
    # Two temperatures on the line and two beyond the bend, or one of the two isn't determined.
    low, high = order[1], order[-2]
    grid = np.linspace(low, high, GRID)
    for _ in range(6):
        k = int(np.argmin([chi_square(t)[0] for t in grid]))
        best = grid[k]
        grid = np.linspace(grid[max(k - 1, 0)], grid[min(k + 1, len(grid) - 1)], 21)
    if min(best - low, high - best) < 1e-3 * (high - low):
        return np.nan, "the bend of the Arrhenius line is at the edge of the temperatures or beyond"
    if chi_square(best)[1] <= 0:
        return np.nan, "the relaxation times do not rise above the Arrhenius line"
    return float(1.0 / best), ""


def _departure(data: Data, y: Array, hot: Booleans, excess: float) -> tuple[float, str]:
    x = 1.0 / data.T
    slope, intercept = np.polyfit(x[hot], y[hot], 1, w=data.root_weight[hot])
    order = np.argsort(x)
    above = (y - intercept - slope * x)[order]
    x = x[order]
    beyond = np.flatnonzero(above > excess)
    if len(beyond) == 0:
        return np.nan, f"the times never exceed the Arrhenius line of the hot liquid by {excess:g}"
    k = int(beyond[0])
    if k == 0:
        return np.nan, "the hottest temperature is above the Arrhenius line already"
    along = (excess - above[k - 1]) / (above[k] - above[k - 1])
    return float(1.0 / (x[k - 1] + along * (x[k] - x[k - 1]))), ""


def _propagated(estimate: Callable[[Array], tuple[float, str]], data: Data) -> float:
    if not data.known:
        return np.nan
    sigma = 1.0 / data.root_weight
    changes = []
    for k in range(len(sigma)):
        step = np.zeros(len(sigma))
        step[k] = STEP * sigma[k]
        changes.append((estimate(data.y + step)[0] - estimate(data.y - step)[0]) / (2.0 * STEP))
    return float(np.sqrt(np.sum(np.square(changes))))
