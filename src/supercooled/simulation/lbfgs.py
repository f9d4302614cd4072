"""Going down to the nearest minimum with L-BFGS."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from supercooled.arrays import Array
from supercooled.kernels.minimise import advance, difference, dot, longest, quasi_newton

# Steps remembered. Measured: 5 to 20 need the same number of evaluations within their scatter.
_MEMORY = 8
# No particle goes farther at once, sigma_AA: LAMMPS' own limit.
_LARGEST_STEP = 0.1
_FIRST_STEP = 0.01
# Wolfe's conditions in the form that rounding can't break (Hager and Zhang 2005, Eqs. 4.1 and 4.3).
_DECREASE = 1e-4
_FLAT = 0.1
_ROUNDING = 1e-12


class Forces(Protocol):
    """Energy and forces as functions of the positions, and how often they were asked for."""

    evaluations: int

    def __call__(self, xyz: Array, force: Array) -> float:
        """Energy of all pairs; `force` is overwritten."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Descent:
    """Where a descent ended.

    Parameters
    ----------
    xyz
        (3, particle)
    energy
        of all pairs, epsilon_AA
    force
        2-norm of all forces together, epsilon_AA/sigma_AA
    """

    xyz: Array
    energy: float
    force: float


def descend(forces: Forces, xyz: Array, *, tolerance: float, most: int) -> Descent:
    """Follow the forces until their 2-norm is at most `tolerance`, or `most` evaluations are spent.

    The energy never rises, and no particle moves by more than 0.1 in a step. The descent also ends
    where rounding hides every way down.

    Parameters
    ----------
    xyz
        (3, particle), sigma_AA

    References
    ----------
    Liu and Nocedal 1989, Algorithm 2.1.
    """
    x = np.array(xyz, dtype=np.float64, order="C")
    f = np.zeros_like(x)
    energy = forces(x, f)
    norm = _norm(f)
    memory = _Memory(x.size)
    while norm > tolerance and forces.evaluations < most:
        way = memory.way(f)
        slope = dot(way.ravel(), f.ravel())
        if slope <= 0.0:
            memory.forget()
            continue
        found = _search(forces, x, energy, way, slope, first=memory.known == 0)
        if found is None:
            if memory.known == 0:
                break
            memory.forget()
            continue
        new, new_f, energy = found
        memory.add(x, new, f, new_f)
        x, f = new, new_f
        norm = _norm(f)
    return Descent(x, energy, norm)


def _search(
    forces: Forces, x: Array, energy: float, way: Array, slope: float, *, first: bool
) -> tuple[Array, Array, float] | None:
    """A point along `way` that is low enough; None if there is none."""
    farthest = float(longest(way))
    length = min(1.0, (_FIRST_STEP if first else _LARGEST_STEP) / farthest)
    new, f = np.empty_like(x), np.empty_like(x)
    while length * farthest > 1e-15:
        advance(x.ravel(), length, way.ravel(), new.ravel())
        new_energy = forces(new, f)
        if new_energy <= energy - _DECREASE * length * slope:
            return new, f, new_energy
        # Differences of energies are noise there, slopes are not.
        ahead = dot(f.ravel(), way.ravel())
        if new_energy <= energy + _ROUNDING * abs(energy) and abs(ahead) <= (1.0 - 2.0 * _FLAT) * slope:
            return new, f, new_energy
        curvature = (new_energy - energy) / length + slope
        lowest = 0.5 * length * slope / curvature if curvature > 0.0 else 0.0
        length = min(max(lowest, 0.1 * length), 0.5 * length)
    return None


def _norm(force: Array) -> float:
    return float(np.sqrt(dot(force.ravel(), force.ravel())))


class _Memory:
    """The last steps and what they did to the gradient."""

    def __init__(self, size: int) -> None:
        self.known = 0
        self._last = -1
        self._steps = np.zeros((_MEMORY, size))
        self._changes = np.zeros((_MEMORY, size))
        self._products = np.zeros(_MEMORY)
        self._spare = np.zeros((2, size))

    def way(self, force: Array) -> Array:
        """Where to go: along the force at first."""
        if self.known == 0:
            return force
        way = np.empty_like(force)
        history = self._steps, self._changes, self._products
        quasi_newton(force.ravel(), *history, self.known, self._last, way.ravel())
        return way

    def add(self, x: Array, new: Array, force: Array, new_force: Array) -> None:
        """Remember a step, unless the energy curves down along it."""
        row = (self._last + 1) % _MEMORY
        step, change = self._spare
        difference(new.ravel(), x.ravel(), step)
        difference(force.ravel(), new_force.ravel(), change)
        product = dot(step, change)
        if product <= 0.0:
            return
        self._last = row
        self._steps[row] = step
        self._changes[row] = change
        self._products[row] = product
        self.known = min(self.known + 1, _MEMORY)

    def forget(self) -> None:
        """Begin again along the force."""
        self.known = 0
