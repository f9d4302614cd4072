"""Pair potentials as gamdpy wants them: a function in single precision, and its numbers for each pair."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import float32

from supercooled.arrays import Array
from supercooled.errors import SimulationError
from supercooled.mixture import Mixture
from supercooled.potentials import (
    CurvatureSmoothedLennardJones,
    ExpandedLennardJones,
    HarmonicRepulsion,
    InversePower,
    LennardJones,
    PairPotential,
    SmoothedInversePower,
    SmoothedLennardJones,
)


# gamdpy calls these with a distance below the cutoff, and a pair's numbers; they return the energy, the
# force over the distance, and U'', which is not asked for here.
def lennard_jones(r: Any, pair: Any) -> Any:
    """Numbers: sigma, 4 epsilon, delta, energy and slope at the cutoff that are taken away, cutoff."""
    per_s = float32(1.0) / (r - pair[2])
    x = pair[0] * per_s
    x2 = x * x
    x6 = x2 * x2 * x2
    energy = pair[1] * x6 * (x6 - float32(1.0)) - pair[3] - (r - pair[5]) * pair[4]
    force = float32(12.0) * pair[1] * x6 * (x6 - float32(0.5)) * per_s + pair[4]
    return energy, force / r, float32(0.0)


def curvature_smoothed(r: Any, pair: Any) -> Any:
    """Numbers: sigma, 4 epsilon, c_0, c_2, c_4, cutoff."""
    x = r / pair[0]
    x2 = x * x
    per_x2 = float32(1.0) / x2
    x6 = per_x2 * per_x2 * per_x2
    energy = pair[1] * (x6 * (x6 - float32(1.0)) + pair[2] + x2 * (pair[3] + x2 * pair[4]))
    added = float32(2.0) * x2 * (pair[3] + float32(2.0) * x2 * pair[4])
    force = pair[1] * (float32(12.0) * x6 * (x6 - float32(0.5)) - added) / r
    return energy, force / r, float32(0.0)


def inverse_power(r: Any, pair: Any) -> Any:
    """Numbers: sigma, epsilon, exponent, c_0, c_2, c_4, cutoff."""
    x = r / pair[0]
    x2 = x * x
    steep = x ** (-pair[2])
    energy = pair[1] * (steep + pair[3] + x2 * (pair[4] + x2 * pair[5]))
    force = pair[1] * (pair[2] * steep - float32(2.0) * x2 * (pair[4] + float32(2.0) * x2 * pair[5])) / r
    return energy, force / r, float32(0.0)


def harmonic(r: Any, pair: Any) -> Any:
    """Numbers: epsilon, sigma, which is the cutoff."""
    gap = float32(1.0) - r / pair[1]
    return float32(0.5) * pair[0] * gap * gap, pair[0] * gap / (pair[1] * r), float32(0.0)


@dataclass(frozen=True, slots=True, eq=False)
class PairLaw:
    """What all pairs of a mixture obey.

    Parameters
    ----------
    function
        one of this module's
    numbers
        (number, species, species), the last one the cutoff
    """

    function: Callable[..., Any]
    numbers: Array


def pair_law(mixture: Mixture) -> PairLaw:
    """The mixture's potentials in gamdpy's words.

    Raises
    ------
    SimulationError
        if a potential is of a kind that has no words, or the pairs are of several.

    Examples
    --------
    >>> pair_law(Mixture("mono", ("A",), (1.0,), (1.0,), (LennardJones(1.0, 1.0, 2.5),))).numbers[1:3, 0, 0]
    array([4., 0.])
    """
    told = [[_told(mixture.potential(a, b), mixture) for b in mixture.species] for a in mixture.species]
    functions = {function for row in told for function, _ in row}
    if len(functions) > 1:
        names = ", ".join(sorted(function.__name__ for function in functions))
        raise SimulationError(f"{mixture.name}: gamdpy takes pairs of one kind only, not {names}; use lammps")
    numbers = np.array([[values for _, values in row] for row in told])
    return PairLaw(functions.pop(), np.moveaxis(numbers, 2, 0))


def _told(potential: PairPotential, mixture: Mixture) -> tuple[Callable[..., Any], list[float]]:
    tell = _TELL.get(type(potential))
    if tell is None:
        known = ", ".join(sorted(kind.__name__ for kind in _TELL))
        raise SimulationError(
            f"{mixture.name}: gamdpy can't compute {type(potential).__name__}, only {known}; use lammps"
        )
    function, values = tell(potential)
    return function, [float(value) for value in values]


def _plain(p: LennardJones) -> tuple[Callable[..., Any], list[float]]:
    x6 = (p.sigma / p.cutoff) ** 6
    end = 4.0 * p.epsilon * (x6 * x6 - x6) if p.shift else 0.0
    return lennard_jones, [p.sigma, 4.0 * p.epsilon, 0.0, end, 0.0, p.cutoff]


def _smoothed(p: SmoothedLennardJones) -> tuple[Callable[..., Any], list[float]]:
    x6 = (p.sigma / p.cutoff) ** 6
    end, slope = 4.0 * p.epsilon * (x6 * x6 - x6), -48.0 * p.epsilon * x6 * (x6 - 0.5) / p.cutoff
    return lennard_jones, [p.sigma, 4.0 * p.epsilon, 0.0, end, slope, p.cutoff]


def _curvature_smoothed(p: CurvatureSmoothedLennardJones) -> tuple[Callable[..., Any], list[float]]:
    return curvature_smoothed, [p.sigma, 4.0 * p.epsilon, *p.coefficients, p.cutoff]


def _expanded(p: ExpandedLennardJones) -> tuple[Callable[..., Any], list[float]]:
    return lennard_jones, [p.sigma, 4.0 * p.epsilon, p.delta, p.energy_at_cutoff, 0.0, p.cutoff]


def _power(p: InversePower) -> tuple[Callable[..., Any], list[float]]:
    end = -p.energy_at_cutoff / p.epsilon
    return inverse_power, [p.sigma, p.epsilon, p.exponent, end, 0.0, 0.0, p.cutoff]


def _smoothed_power(p: SmoothedInversePower) -> tuple[Callable[..., Any], list[float]]:
    return inverse_power, [p.sigma, p.epsilon, p.exponent, *p.coefficients, p.cutoff]


def _harmonic(p: HarmonicRepulsion) -> tuple[Callable[..., Any], list[float]]:
    return harmonic, [p.epsilon, p.sigma]


_TELL: dict[type, Callable[..., tuple[Callable[..., Any], list[float]]]] = {
    LennardJones: _plain,
    SmoothedLennardJones: _smoothed,
    CurvatureSmoothedLennardJones: _curvature_smoothed,
    ExpandedLennardJones: _expanded,
    InversePower: _power,
    SmoothedInversePower: _smoothed_power,
    HarmonicRepulsion: _harmonic,
}
