"""Self-propulsion: who is active, and where each pushes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from supercooled.arrays import Array, Integers
from supercooled.errors import ParameterError
from supercooled.mixture import Activity, Mixture
from supercooled.state import StatePoint

# Tell the streams of random numbers apart.
_WHO, _WHERE = 1, 2


def active_particles(activity: Activity, mixture: Mixture, species: Integers, seed: int) -> Integers:
    """Which particles push, (active,), rising: drawn once for a run.

    Parameters
    ----------
    species
        (particle,), index into the mixture's species

    Raises
    ------
    ParameterError
        if a species is unknown, or their number is odd: the forces could not add up to zero.

    Examples
    --------
    >>> from supercooled.systems import kob_andersen
    >>> half = Activity(force=1.0, persistence_time=1.0, species=("A",), fraction=0.5)
    >>> active_particles(half, kob_andersen(density=1.2).mixture, np.zeros(8, int), seed=1).size
    4
    """
    unknown = set(activity.species) - set(mixture.species)
    if unknown:
        raise ParameterError(f"{mixture.name} has no species {sorted(unknown)} that could be active")
    kinds = [mixture.species.index(name) for name in activity.species]
    able = np.flatnonzero(np.isin(species, kinds))
    exact = activity.fraction * len(able)
    count = round(exact)
    if count % 2 or count == 0 or abs(exact - count) > 1e-6 * len(able):
        raise ParameterError(
            f"{activity.fraction:g} of {len(able)} particles is {exact:g}, and an even number must be active "
            "for the forces to add up to zero; choose another number of particles or fraction"
        )
    chosen = np.random.default_rng([seed, _WHO]).permutation(able)[:count]
    return np.sort(chosen)


def propulsion(activity: Activity, count: int, dimensions: int, seed: int, block: int) -> Array:
    r"""Forces of the active particles between two draws, (active, 3), epsilon_AA/sigma_AA.

    .. math:: \mathbf f_i = f_0 (\pm 1, \pm 1, \pm 1),\qquad \sum_i \mathbf f_i = 0

    Parameters
    ----------
    block
        number of the draw: seed and block alone make the forces, so a run that restarts goes on
        with the same

    References
    ----------
    nandi2021, SI Sec. I C prints the amplitude f_0 alone. That each component is +-f_0, that the
    forces add up to zero and are drawn anew together, who is active and for how long, are assumptions.

    Examples
    --------
    >>> gentle = Activity(force=0.5, persistence_time=1.0, species=("A",), fraction=1.0)
    >>> propulsion(gentle, 100, 3, seed=1, block=0).sum(axis=0).tolist()
    [0.0, 0.0, 0.0]
    """
    random = np.random.default_rng([seed, _WHERE, block])
    signs = np.repeat([1.0, -1.0], count // 2)
    forces = np.zeros((count, 3))
    for k in range(dimensions):
        forces[:, k] = activity.force * random.permutation(signs)
    return forces


@dataclass(frozen=True, slots=True, eq=False)
class Drive:
    """How the active particles of a run push, step by step.

    Parameters
    ----------
    who
        (active,), their indices
    period
        steps between two draws
    """

    activity: Activity
    who: Integers
    n_particles: int
    dimensions: int
    seed: int
    period: int

    @classmethod
    def of(cls, state: StatePoint, species: Integers) -> Drive | None:
        """Drive of a state point whose particles have these species; None if none pushes."""
        liquid = state.liquid
        if liquid.activity is None:
            return None
        who = active_particles(liquid.activity, liquid.mixture, species, state.seed)
        period = state.protocol.steps(liquid.activity.persistence_time)
        return cls(liquid.activity, who, len(species), liquid.mixture.dimensions, state.seed, period)

    def forces(self, step: int) -> Array:
        """Forces of the steps after `step`, until the next draw, (particle, 3), epsilon_AA/sigma_AA."""
        forces = np.zeros((self.n_particles, 3))
        block = step // self.period
        forces[self.who] = propulsion(self.activity, len(self.who), self.dimensions, self.seed, block)
        return forces

    def pieces(self, begin: int, end: int) -> list[int]:
        """Steps at which to draw on the way from `begin` to `end`, and the end."""
        first = (begin // self.period + 1) * self.period
        return [*range(first, end, self.period), end]
