"""What gamdpy lacks: a Nose-Hoover thermostat that gives the same bits each time, and self-propulsion."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from gamdpy.integrators import Integrator
from gamdpy.interactions.interaction import Interaction
from numba import cuda, float32, float64, int64

from supercooled.arrays import Array

# Of twice the kinetic energy: integers add up to the same in any order, floats don't.
_UNITS = 2.0**32


class NoseHoover(Integrator):
    r"""Velocity Verlet between two halves of a Nose-Hoover thermostat, or without one.

    .. math:: \dot\zeta = \frac{1}{\tau^2}\Big(\frac{2K}{N_f T} - 1\Big),\qquad
              \dot{\mathbf v}_i = \mathbf f_i/m_i - \zeta\mathbf v_i

    Between two steps the device holds positions at t and velocities at t - dt/2: the step begins with the
    half kick that is due, as the forces are known only then.

    degrees : of freedom, N_f
    """

    def __init__(self, degrees: int) -> None:
        self.dt = 0.005
        self._degrees = degrees
        self._law = cuda.to_device(np.zeros(3))
        self._state = cuda.to_device(np.zeros(2))
        self._twice_kinetic = cuda.to_device(np.zeros(1, np.int64))

    def set(self, *, dt: float, temperature: float, relaxation: float | None, friction: float) -> None:
        """Set the step, the temperature, the thermostat's time constant (None for none), and zeta."""
        self.dt = dt
        rate = 0.0 if relaxation is None else 1.0 / relaxation**2
        self._law.copy_to_device(np.array([dt, rate, 1.0 / (self._degrees * temperature)]))
        self._state.copy_to_device(np.array([friction, 1.0]))
        self._twice_kinetic.copy_to_device(np.zeros(1, np.int64))

    @property
    def friction(self) -> float:
        """Zeta, 1/tau."""
        return float(self._state.copy_to_host()[0])

    def get_params(self, configuration: Any, interactions_params: Any, verbose: bool = False) -> Any:
        """What the kernel is called with; gamdpy reads the step off its first entry."""
        return np.float32(self.dt), self._law, self._state, self._twice_kinetic

    def save_internal_state(self, output: Any, group_name: str) -> None:
        """Nothing: the engine's checkpoint holds it."""

    def get_kernel(
        self,
        configuration: Any,
        compute_plan: Any,
        compute_flags: Any,
        interactions_kernel: Any,
        _: Any = None,
    ) -> Callable[..., None]:
        """One step, called after the forces."""
        D, N = configuration.D, configuration.N
        pb, together = compute_plan["pb"], compute_plan["gridsync"]
        r_id, v_id, f_id = (configuration.vectors.indices[key] for key in ("r", "v", "f"))
        m_id = configuration.sid["m"]
        fold = cuda.jit(device=True)(configuration.simbox.get_apply_PBC())

        def kick(vectors: Any, scalars: Any, params: Any) -> None:
            i, thread = cuda.grid(2)
            _, law, _, twice_kinetic = params
            if i < N and thread == 0:
                half = float32(float64(0.5) * law[0]) / scalars[i][m_id]
                squares = float32(0.0)
                for k in range(D):
                    vectors[v_id][i, k] += half * vectors[f_id][i, k]
                    squares += vectors[v_id][i, k] * vectors[v_id][i, k]
                units = int64(float64(scalars[i][m_id] * squares) * _UNITS)
                cuda.atomic.add(twice_kinetic, 0, units)

        def couple(params: Any) -> None:
            i, thread = cuda.grid(2)
            _, law, state, twice_kinetic = params
            if i == 0 and thread == 0:
                dt, rate, per_energy = law[0], law[1], law[2]
                ratio = float64(twice_kinetic[0]) / _UNITS * per_energy
                zeta, factor = state[0], float64(1.0)
                # The end of the last step, and the beginning of the next
                for _half in range(2):
                    zeta += 0.25 * dt * rate * (ratio * factor * factor - 1.0)
                    factor *= math.exp(-0.5 * dt * zeta)
                    zeta += 0.25 * dt * rate * (ratio * factor * factor - 1.0)
                state[0], state[1] = zeta, factor
                twice_kinetic[0] = 0

        def drift(vectors: Any, scalars: Any, r_im: Any, box: Any, params: Any) -> None:
            i, thread = cuda.grid(2)
            _, law, state, _ = params
            if i < N and thread == 0:
                dt, factor = float32(law[0]), float32(state[1])
                half = float32(float64(0.5) * law[0]) / scalars[i][m_id]
                for k in range(D):
                    vectors[v_id][i, k] = factor * vectors[v_id][i, k] + half * vectors[f_id][i, k]
                    vectors[r_id][i, k] += dt * vectors[v_id][i, k]
                fold(vectors[r_id][i], r_im[i], box)

        kick, couple, drift = (cuda.jit(device=together)(f) for f in (kick, couple, drift))
        if together:

            def step(
                grid: Any, vectors: Any, scalars: Any, r_im: Any, box: Any, params: Any, time: Any, ptype: Any
            ) -> None:
                kick(vectors, scalars, params)
                grid.sync()
                couple(params)
                grid.sync()
                drift(vectors, scalars, r_im, box, params)

            return cuda.jit(device=True)(step)  # type: ignore[no-any-return]
        blocks = (N - 1) // pb + 1

        def launch(
            grid: Any, vectors: Any, scalars: Any, r_im: Any, box: Any, params: Any, time: Any, ptype: Any
        ) -> None:
            kick[blocks, (pb, 1)](vectors, scalars, params)
            couple[1, (1, 1)](params)
            drift[blocks, (pb, 1)](vectors, scalars, r_im, box, params)

        return launch


class Push(Interaction):
    """A force of its own on every particle, until another is set."""

    def __init__(self, particles: int, dimensions: int) -> None:
        self._forces = cuda.to_device(np.zeros((particles, dimensions), np.float32))

    def set(self, forces: Array) -> None:
        """Set the forces, (particle, dimension)."""
        self._forces.copy_to_device(np.ascontiguousarray(forces, dtype=np.float32))

    def get_params(self, configuration: Any, compute_plan: Any, verbose: bool = False) -> Any:
        """What the kernel is called with."""
        return (self._forces,)

    def get_kernel(self, configuration: Any, compute_plan: Any, compute_flags: Any, _: Any = None) -> Any:
        """Adds the forces to those of the pairs."""
        D, N = configuration.D, configuration.N
        pb, together = compute_plan["pb"], compute_plan["gridsync"]
        f_id = configuration.vectors.indices["f"]

        def push(grid: Any, vectors: Any, scalars: Any, ptype: Any, box: Any, params: Any) -> None:
            i, thread = cuda.grid(2)
            if i < N and thread == 0:
                for k in range(D):
                    vectors[f_id][i, k] += params[0][i, k]

        compiled = cuda.jit(device=together)(push)
        return compiled if together else compiled[(N - 1) // pb + 1, (pb, 1)]
