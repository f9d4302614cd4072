"""Pair potentials as frozen data."""

from __future__ import annotations

from dataclasses import asdict, dataclass
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


@dataclass(frozen=True, slots=True)
class LennardJones:
    r"""12-6 pair potential, cut off and shifted to zero there.

    .. math:: U(r) = 4\epsilon\left[(\sigma/r)^{12} - (\sigma/r)^6\right] - U_c,\quad r < r_c

    with :math:`U_c` its unshifted value at the cutoff if `shift`, else 0.

    epsilon : epsilon_AA
    sigma, cutoff : sigma_AA

    Raises
    ------
    MixtureError
        if epsilon, sigma or the cutoff is not positive.

    Source: nandi2021, SI Eq. 1; sharma2022, Eq. 1.

    >>> LennardJones(1.0, 1.0, 2.5, shift=False).energy(2 ** (1 / 6)).round(12).item()
    -1.0
    """

    epsilon: float
    sigma: float
    cutoff: float
    shift: bool = True

    def __post_init__(self) -> None:
        for name in ("epsilon", "sigma", "cutoff"):
            value = getattr(self, name)
            if not (np.isfinite(value) and value > 0):
                raise MixtureError(f"Lennard-Jones {name} must be positive, not {value}")

    @classmethod
    def wca(cls, epsilon: float, sigma: float) -> LennardJones:
        """Weeks-Chandler-Andersen: cut off at the minimum, so that only the repulsion is left."""
        return cls(epsilon, sigma, 2.0 ** (1.0 / 6.0) * sigma)

    def _unshifted(self, r: Array) -> Array:
        x6 = (self.sigma / r) ** 6
        return 4.0 * self.epsilon * (x6 * x6 - x6)

    def energy(self, r: ArrayLike) -> Array:
        """Energy of a pair at distance `r`; infinite at r = 0."""
        distance = np.asarray(r, dtype=np.float64)
        with np.errstate(divide="ignore", invalid="ignore"):
            inside = self._unshifted(distance)
        inside = np.where(distance > 0, inside, np.inf)
        if self.shift:
            inside = inside - self._unshifted(np.asarray(self.cutoff))
        return np.where(distance < self.cutoff, inside, 0.0)

    def force(self, r: ArrayLike) -> Array:
        """Repulsive force of a pair at distance `r`; infinite at r = 0."""
        distance = np.asarray(r, dtype=np.float64)
        with np.errstate(divide="ignore", invalid="ignore"):
            x6 = (self.sigma / distance) ** 6
            inside = 24.0 * self.epsilon * (2.0 * x6 * x6 - x6) / distance
        return np.where(distance < self.cutoff, np.where(distance > 0, inside, np.inf), 0.0)

    def to_dict(self) -> dict[str, Any]:
        """Plain data that names it."""
        return {"style": "lennard-jones", **asdict(self)}
