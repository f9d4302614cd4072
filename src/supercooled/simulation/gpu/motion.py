"""What gamdpy lacks: Nose-Hoover chains in double precision to the same bits, and self-propulsion."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from gamdpy.integrators import Integrator
from gamdpy.interactions.interaction import Interaction
from numba import cuda, float32, float64, int64

from supercooled.arrays import Array

# As in LAMMPS. A single one rings for tens of tau after a quench.
CHAIN = 3
# Of twice the kinetic energy: integers add up to the same in any order, floats don't. All particles
# together have to stay below so many of them.
_UNITS, _MOST_UNITS = 2.0**32, 2.0**62
# So far nobody goes in a step, sigma_AA, nor farther than a quarter of the box.
LEAP = 0.5


class NoseHoover(Integrator):
    r"""Velocity Verlet between two halves of a chain of Nose-Hoover thermostats, or without one.

    .. math:: \dot{\mathbf v}_i = \frac{\mathbf f_i}{m_i} - \zeta_1\mathbf v_i,\qquad
              \dot\zeta_1 = \frac{1}{\tau^2}\Big(\frac{2K}{N_f T} - 1\Big) - \zeta_1\zeta_2,\qquad
              \dot\zeta_2 = N_f\zeta_1^2 - \frac{1}{\tau^2} - \zeta_2\zeta_3,\ \ldots

    Positions and velocities are doubles; gamdpy's single ones, which the forces are made of, follow. Between
    two steps the card holds positions at t and velocities at t - dt/2: a step begins with the half kick that
    is due, as the forces are known only then.

    Attributes
    ----------
    degrees
        of freedom, N_f

    References
    ----------
    Martyna, Klein and Tuckerman 1992, Eq. 2.3; Martyna, Tuckerman, Tobias and Klein 1996, Sec. 4.
    """

    def __init__(self, particles: int, dimensions: int) -> None:
        self.dt = 0.005
        self._degrees = dimensions * (particles - 1)
        self._law = cuda.to_device(np.zeros(4))
        self._chain = cuda.to_device(np.zeros(CHAIN + 1))
        # and whether a particle has leapt
        self._twice_kinetic = cuda.to_device(np.zeros(2, np.int64))
        self._lengths = cuda.to_device(np.ones(dimensions))
        self._positions = cuda.to_device(np.zeros((particles, dimensions)))
        self._velocities = cuda.to_device(np.zeros((particles, dimensions)))

    def set(self, *, dt: float, temperature: float, relaxation: float | None, chain: Array) -> None:
        """Set the step, the temperature, the thermostat's time constant (None for none), and its zetas."""
        self.dt = dt
        rate = 0.0 if relaxation is None else 1.0 / relaxation**2
        law = [dt, rate, 1.0 / (self._degrees * temperature), float(self._degrees)]
        self._law.copy_to_device(np.array(law))
        self._chain.copy_to_device(np.append(chain, 1.0))
        self._twice_kinetic.copy_to_device(np.zeros(2, np.int64))

    def place(self, positions: Array, velocities: Array, lengths: Array) -> None:
        """Set positions inside a box of these edges, and velocities half a step before."""
        for there, values in (
            (self._positions, positions), (self._velocities, velocities), (self._lengths, lengths),
        ):  # fmt: skip
            there.copy_to_device(np.ascontiguousarray(values, dtype=np.float64))

    @property
    def positions(self) -> Array:
        """Positions, (particle, dimension), sigma_AA."""
        return self._positions.copy_to_host()

    @property
    def velocities(self) -> Array:
        """Velocities half a step before, (particle, dimension)."""
        return self._velocities.copy_to_host()

    @property
    def leapt(self) -> bool:
        """Whether a particle went farther in a step than any does, since the step was set."""
        return bool(self._twice_kinetic.copy_to_host()[1])

    @property
    def chain(self) -> Array:
        """Zetas of the thermostats, (thermostat,), 1/tau."""
        return self._chain.copy_to_host()[:CHAIN]

    def get_params(self, configuration: Any, interactions_params: Any, verbose: bool = False) -> Any:
        """What the kernel is called with; gamdpy reads the step off its first entry."""
        moving = self._positions, self._velocities, self._lengths
        return np.float32(self.dt), self._law, self._chain, self._twice_kinetic, *moving

    def save_internal_state(self, output: Any, group_name: str) -> None:
        """Nothing: the engine's checkpoint holds it."""

    def get_kernel(
        self, configuration: Any, compute_plan: Any, compute_flags: Any, interactions_kernel: Any
    ) -> Callable[..., None]:
        """One step, called after the forces."""
        N, pb = configuration.N, compute_plan["pb"]
        kick, couple, drift = (
            cuda.jit(device=compute_plan["gridsync"])(function)
            for function in (_kicking(configuration), _couple, _drifting(configuration))
        )
        if compute_plan["gridsync"]:

            def step(
                grid: Any, vectors: Any, scalars: Any, r_im: Any, box: Any, params: Any, time: Any, ptype: Any
            ) -> None:
                kick(vectors, scalars, params)
                grid.sync()
                couple(params)
                grid.sync()
                drift(vectors, scalars, r_im, params)

            return cuda.jit(device=True)(step)
        blocks = (N - 1) // pb + 1

        def launch(
            grid: Any, vectors: Any, scalars: Any, r_im: Any, box: Any, params: Any, time: Any, ptype: Any
        ) -> None:
            kick[blocks, (pb, 1)](vectors, scalars, params)
            couple[1, (1, 1)](params)
            drift[blocks, (pb, 1)](vectors, scalars, r_im, params)

        return launch


# What follows is compiled with its sizes as constants; i particle, t thread of a particle, k dimension;
# law [dt, 1/tau^2, 1/(N_f T), N_f]; chain [zeta, ..., factor of the velocities]; twice_kinetic [its sum in
# units, has a particle leapt].
def _kicking(configuration: Any) -> Callable[..., None]:
    D, N, f_id = configuration.D, configuration.N, configuration.vectors.indices["f"]
    m_id = configuration.sid["m"]
    most = _MOST_UNITS / N

    def kick(vectors: Any, scalars: Any, params: Any) -> None:
        i, t = cuda.grid(2)
        _, law, _, twice_kinetic, _, velocities, _ = params
        if i < N and t == 0:
            mass = float64(scalars[i, m_id])
            squares = 0.0
            for k in range(D):
                velocities[i, k] += 0.5 * law[0] / mass * vectors[f_id][i, k]
                squares += velocities[i, k] * velocities[i, k]
            units = mass * squares * _UNITS
            if units < most:
                cuda.atomic.add(twice_kinetic, 0, int64(units))
            else:
                twice_kinetic[1] = 1

    return kick


def _couple(params: Any) -> None:
    i, t = cuda.grid(2)
    _, law, chain, twice_kinetic, _, _, _ = params
    dt, rate, per_energy, degrees = law[0], law[1], law[2], law[3]
    if i == 0 and t == 0:
        ratio = float64(twice_kinetic[0]) / _UNITS * per_energy
        twice_kinetic[0] = 0
        factor = 1.0
        if rate > 0.0:
            # The end of the last step, and the beginning of the next
            for _half in range(2):
                # From the last thermostat to the first, and back
                for turn in range(2 * CHAIN):
                    k = CHAIN - 1 - turn if turn < CHAIN else turn - CHAIN
                    if turn == CHAIN:
                        factor *= math.exp(-0.5 * dt * chain[0])
                    force = rate * (ratio * factor * factor - 1.0)
                    if k > 0:
                        force = chain[k - 1] * chain[k - 1] * (degrees if k == 1 else 1.0) - rate
                    slowing = 1.0
                    if k < CHAIN - 1:
                        slowing = math.exp(-0.125 * dt * chain[k + 1])
                    chain[k] = (chain[k] * slowing + 0.25 * dt * force) * slowing
        chain[CHAIN] = factor


def _drifting(configuration: Any) -> Callable[..., None]:
    D, N, m_id = configuration.D, configuration.N, configuration.sid["m"]
    r_id, f_id = (configuration.vectors.indices[key] for key in ("r", "f"))

    def drift(vectors: Any, scalars: Any, r_im: Any, params: Any) -> None:
        i, t = cuda.grid(2)
        _, law, chain, twice_kinetic, positions, velocities, lengths = params
        if i < N and t == 0:
            dt, mass = law[0], float64(scalars[i, m_id])
            for k in range(D):
                v = chain[CHAIN] * velocities[i, k] + 0.5 * dt / mass * vectors[f_id][i, k]
                r = positions[i, k] + dt * v
                # Written so that NaN counts too
                if not abs(dt * v) < min(LEAP, 0.25 * lengths[k]):
                    twice_kinetic[1] = 1
                if 2.0 * r > lengths[k]:
                    r -= lengths[k]
                    r_im[i, k] += 1
                elif 2.0 * r < -lengths[k]:
                    r += lengths[k]
                    r_im[i, k] -= 1
                velocities[i, k], positions[i, k] = v, r
                vectors[r_id][i, k] = float32(r)

    return drift


class Push(Interaction):
    """A force of its own on every particle: one where the next steps begin, then another."""

    def __init__(self, particles: int, dimensions: int) -> None:
        self._forces = cuda.to_device(np.zeros((2, particles, dimensions), np.float32))
        self._begun = cuda.to_device(np.zeros(particles, np.int32))

    def set(self, first: Array, then: Array) -> None:
        """Set the forces, (particle, dimension), at the step that is reached, and after it."""
        self._forces.copy_to_device(np.ascontiguousarray([first, then], dtype=np.float32))
        self._begun.copy_to_device(np.zeros(len(first), np.int32))

    def get_params(self, configuration: Any, compute_plan: Any, verbose: bool = False) -> Any:
        """What the kernel is called with."""
        return self._forces, self._begun

    def get_kernel(
        self, configuration: Any, compute_plan: Any, compute_flags: Any, verbose: bool = False
    ) -> Callable[..., None]:
        """Adds the forces to those of the pairs."""
        D, N = configuration.D, configuration.N
        pb, together = compute_plan["pb"], compute_plan["gridsync"]
        f_id = configuration.vectors.indices["f"]

        def push(grid: Any, vectors: Any, scalars: Any, ptype: Any, box: Any, params: Any) -> None:
            i, t = cuda.grid(2)
            forces, begun = params
            if i < N and t == 0:
                for k in range(D):
                    vectors[f_id][i, k] += forces[begun[i], i, k]
                begun[i] = 1

        compiled = cuda.jit(device=together)(push)
        if together:
            return compiled
        return compiled[(N - 1) // pb + 1, (pb, 1)]
