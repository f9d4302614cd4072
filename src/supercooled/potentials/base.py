"""What every pair potential offers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Protocol, TypeAlias, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike

from supercooled.arguments import Numbers
from supercooled.arrays import Array


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

    def curvature(self, r: ArrayLike) -> Array:
        """Second derivative of the energy of a pair at distance `r`, epsilon_AA/sigma_AA^2."""
        ...

    def to_dict(self) -> dict[str, Any]:
        """Plain data that names it, for files and hashes."""
        ...


Distances: TypeAlias = Annotated[ArrayLike, Numbers(infinite=True)]
"""Between two particles; infinity is far away."""


def between(r: ArrayLike, core: float, cutoff: float, formula: Callable[[Array], Array]) -> Array:
    """A formula where ``core < r < cutoff``; infinite below, 0 beyond."""
    distance = np.asarray(r, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        inside = formula(distance)
    # So near to the middle two infinities have no difference.
    inside = np.where(np.isnan(inside), np.inf, inside)
    return np.where(distance < cutoff, np.where(distance > core, inside, np.inf), 0.0)
