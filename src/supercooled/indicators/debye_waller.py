"""The Debye-Waller factor: how far particles swing in short runs from one configuration."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, TypeAlias

import numpy as np

from supercooled.arguments import Positive, Random, Temperature, Whole, validated
from supercooled.arrays import Array
from supercooled.errors import ParameterError, SimulationError
from supercooled.fields import Indicator, parameter
from supercooled.frame import Frame
from supercooled.indicators.surroundings import kinds_in
from supercooled.mixture import Mixture
from supercooled.simulation.pair_forces import PairForces

Runs: TypeAlias = Annotated[int, Whole(at_least=1, at_most=10**6)]


@validated
@dataclass(frozen=True)
class DebyeWaller(
    Indicator,
    unit="sigma_AA^2",
    symbol=r"$\langle|\Delta\mathbf r_i|^2\rangle_\mathrm{iso}$",
    long_name="Debye-Waller factor of short runs",
    source="Widmer-Cooper and Harrowell 2006",
):
    r"""Mean square displacement of a particle after a short time, without what its neighbours do together.

    .. math:: u_i^2 = \frac1n \sum_{k=1}^n \Big|\Delta\mathbf r_i^{(k)}(t)
              - \frac{1}{N_i} \sum_j \Delta\mathbf r_j^{(k)}(t)\Big|^2

    over n runs of constant energy, each with velocities drawn anew from the distribution of Maxwell and
    Boltzmann and no total momentum. j are the particles within `cutoff` at the beginning; a particle
    without any goes alone. In two dimensions the neighbours' mean takes away the long waves.

    It is dynamics, and says what structure alone does not; it costs accordingly: `runs` times `time`, at 2
    million particle-steps a second. The factor of the papers is that at the time at which d ln MSD / d ln t
    is smallest, about 1 to 2 tau in the Kob-Andersen liquid.

    Parameters
    ----------
    mixture
        the liquid that moves; its masses count
    temperature
        of the velocities, epsilon_AA/k_B; None takes the frame's
    time
        t, tau
    runs
        n
    cutoff
        of the neighbours, sigma_AA; None subtracts nothing
    dt
        integration step of velocity Verlet, tau
    seed
        of the velocities; the same gives the same to the last bit

    Raises
    ------
    ParameterError
        if neither the frame nor the caller gives a temperature, or `time` holds no whole step.
    BoxError, MixtureError
        if the box is smaller than twice the cutoff, or a species is not the mixture's.
    SimulationError
        if particles overlap so strongly that the short runs are unstable.

    References
    ----------
    A. Widmer-Cooper and P. Harrowell, Phys. Rev. Lett. 96, 185701 (2006); the neighbours' mean is
    taken away as by S. Mazoyer et al., EPL 88, 66004 (2009).

    Examples
    --------
    >>> from supercooled import Box
    >>> from supercooled.systems import kob_andersen_wca
    >>> alone = Frame.from_arrays(np.zeros((1, 3)), Box.cube(9.0), temperature=0.5)
    >>> DebyeWaller(kob_andersen_wca(density=1.2).mixture, runs=2)(alone)  # no momentum, no motion
    array([0.])
    """

    mixture: Mixture
    temperature: Temperature | None = parameter(None, unit="epsilon_AA/k_B")
    time: Positive = parameter(1.0, unit="tau")
    runs: Runs = 16
    cutoff: Positive | None = parameter(1.5, unit="sigma_AA")
    dt: Positive = parameter(0.005, unit="tau")
    seed: Random = 1

    def __call__(self, frame: Frame) -> Array:
        """Value of every particle, (particle,)."""
        T = frame.temperature if self.temperature is None else self.temperature
        if T is None:
            raise ParameterError(f"{frame.place}: its temperature is not known; give it as temperature=")
        steps = round(self.time / self.dt)
        if steps < 1:
            raise ParameterError(f"time {self.time:g} is shorter than one step of dt={self.dt:g}")
        kinds, n, d = kinds_in(frame, self.mixture), frame.n_particles, frame.dimensions
        mass = np.asarray(self.mixture.masses)[kinds]
        forces = PairForces(self.mixture, frame.box, kinds)
        bonds = None if self.cutoff is None else frame.neighbours(self.cutoff)
        rng, squares = np.random.default_rng(self.seed), np.zeros(n)
        for _ in range(self.runs):
            velocity = np.zeros((3, n))
            velocity[:d] = rng.normal(size=(n, d)).T * np.sqrt(T / mass)
            velocity -= (velocity @ mass / mass.sum())[:, None]
            gone = _moved(forces, frame.positions, velocity, 0.5 * self.dt / mass, (steps, self.dt))
            if not np.isfinite(gone).all():
                raise SimulationError(
                    f"{frame.place}: particles overlap so strongly that the short runs are unstable"
                )
            if bonds is not None:
                counts = np.maximum(np.diff(bonds.starts), 1)
                gone = (
                    gone
                    - np.stack([np.bincount(bonds.centre, one[bonds.partner], minlength=n) for one in gone])
                    / counts
                )
            squares += (gone**2).sum(axis=0)
        return squares / self.runs


def _moved(
    forces: PairForces, positions: Array, velocity: Array, half: Array, way: tuple[int, float]
) -> Array:
    """Way of every particle, (3, particle), by velocity Verlet; the velocities are overwritten.

    Parameters
    ----------
    half
        half a step over the mass of each particle
    way
        number of steps, and their length
    """
    start = np.ascontiguousarray(positions.T)
    place, pull = start.copy(), np.empty_like(start)
    steps, dt = way
    forces(place, pull)
    for _ in range(steps):
        velocity += half * pull
        place += dt * velocity
        forces(place, pull)
        velocity += half * pull
    return place - start
