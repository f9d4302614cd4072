"""What every pair potential offers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike

from supercooled.arrays import Array
from supercooled.errors import MixtureError


@runtime_checkable
class PairPotential(Protocol):
    """What a mixture, the caging potential and the simulation ask of a pair potential."""

    @property
    def cutoff(self) -> float:
        """Distance beyond which energy and force are zero, sigma_AA."""
        ...

    def energy(self, r: ArrayLike) -> Array:
        """Energy of a pair at distance `r`, epsilon_AA."""
        ...

    def force(self, r: ArrayLike) -> Array:
        """Repulsive force of a pair at distance `r`, -dU/dr, epsilon_AA/sigma_AA."""
        ...

    def to_dict(self) -> dict[str, Any]:
        """Plain data that names it, for files and hashes."""
        ...


def check_positive(what: str, **values: float) -> None:
    """Refuse a parameter that is not a positive, finite number."""
    for name, value in values.items():
        if not (np.isfinite(value) and value > 0):
            raise MixtureError(f"{what} {name} must be positive, not {value}")


def between(r: ArrayLike, core: float, cutoff: float, formula: Callable[[Array], Array]) -> Array:
    """A formula where ``core < r < cutoff``; infinite below, 0 beyond."""
    distance = np.asarray(r, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        inside = formula(distance)
    return np.where(distance < cutoff, np.where(distance > core, inside, np.inf), 0.0)
