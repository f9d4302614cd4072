"""The cage of each particle: where it is on average while nobody may leave their place."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, TypeAlias

import numpy as np

from supercooled.arguments import Number, Positive, Random, Temperature, Whole, validated
from supercooled.arrays import Array
from supercooled.digests import digest_of
from supercooled.errors import ParameterError
from supercooled.fields import Features, Indicator, parameter, values_of
from supercooled.frame import Frame
from supercooled.indicators.surroundings import kinds_in
from supercooled.kernels.cage_state import sweep
from supercooled.mixture import Mixture
from supercooled.potentials import PairPotential
from supercooled.simulation.pair_forces import wall_of

RADIUS, STEP, SWEEPS, SEED = 0.35, 0.07, 1500, 1
_NODES = 8192
# Sweeps that nobody counts, as a share.
_SETTLING = 0.2
# Numbers drawn at once.
_DRAWS = 2**20
Sweeps: TypeAlias = Annotated[int, Whole(at_least=1, at_most=10**7)]
_SOURCE = "Alkemade et al. 2023"


@validated
@dataclass(frozen=True, slots=True, eq=False)
class CageState:
    """Where particles are on average while each stays near its place.

    Parameters
    ----------
    frame
        mean positions, folded into the box
    distance
        from where they started to their mean, (particle,), sigma_AA
    fluctuation
        mean square distance from the mean, (particle,), sigma_AA^2
    accepted
        share of the moves that were made

    Notes
    -----
    Made by :func:`cage_state`.
    """

    frame: Frame
    distance: Array
    fluctuation: Array
    accepted: Annotated[float, Number(at_least=0.0, at_most=1.0)]


@validated
def cage_state(
    frame: Frame,
    mixture: Mixture,
    *,
    temperature: Temperature | None = None,
    radius: Positive = RADIUS,
    step: Positive = STEP,
    sweeps: Sweeps = SWEEPS,
    seed: Random = SEED,
) -> CageState:
    r"""Mean positions in a Monte Carlo simulation that keeps every particle within a radius of its start.

    .. math:: P_\mathrm{accept} = \min\big(1, e^{-\Delta U/T}\big)\;
              \Theta\big(R - |\mathbf r_i' - \mathbf r_i(0)|\big), \qquad
              \mathbf r_i^\mathrm{cage} = \langle \mathbf r_i \rangle

    One particle after the other tries a step, evenly distributed in a cube. The first fifth of the sweeps
    is not averaged over.

    Parameters
    ----------
    frame
        configuration
    mixture
        mixture whose potentials act between the particles
    temperature
        T, epsilon_AA/k_B; None takes the frame's
    radius
        R, sigma_AA
    step
        longest of a component, sigma_AA
    sweeps
        tries of each particle
    seed
        of the random numbers; the same gives the same to the last bit

    Returns
    -------
    CageState
        mean positions and fluctuations

    Raises
    ------
    ParameterError
        if neither the frame nor the caller gives a temperature.
    BoxError, MixtureError
        if the box is smaller than twice the cutoff and four radii, or a species is not the mixture's.

    References
    ----------
    Alkemade, Smallenburg and Filion, J. Chem. Phys. 158, 134512 (2023).

    Examples
    --------
    >>> from supercooled import Box
    >>> from supercooled.systems import kob_andersen_wca
    >>> alone = Frame.from_arrays([[0.0, 0.0, 0.0]], Box.cube(9.0), temperature=0.5)
    >>> cage = cage_state(alone, kob_andersen_wca(density=1.2).mixture, radius=0.5, step=0.4, sweeps=20000)
    >>> abs(cage.fluctuation[0] - 3 / 5 * 0.5**2) < 0.01  # a ball is filled evenly
    np.True_
    """
    T = frame.temperature if temperature is None else temperature
    if T is None:
        raise ParameterError(f"{frame.place}: its temperature is not known; give it as temperature=")
    key = ("cage state", digest_of(mixture.to_dict(), float(T), float(radius), float(step), sweeps, seed))
    return frame.once(key, lambda: _caged(frame, mixture, (radius, step, T), sweeps, seed))


def _caged(
    frame: Frame, mixture: Mixture, limits: tuple[float, float, float], sweeps: int, seed: int
) -> CageState:
    kinds, n = kinds_in(frame, mixture), frame.n_particles
    bonds = frame.neighbours(mixture.cutoff + 2.0 * limits[0])
    table, first, per_step = _energies(mixture)
    of_pair = kinds[bonds.centre] * len(mixture.species) + kinds[bonds.partner]
    row = (of_pair * _NODES).astype(np.uint32)
    partner, apart = bonds.partner.astype(np.uint32), np.ascontiguousarray(bonds.vectors.T)
    moved, sums = np.zeros((3, n)), np.zeros((4, n))
    counted = np.arange(sweeps) >= int(_SETTLING * sweeps)
    rng, at_once, gone = np.random.default_rng(seed), max(1, _DRAWS // (4 * n)), 0
    for begin in range(0, sweeps, at_once):
        some = counted[begin : begin + at_once]
        draws = rng.random((len(some), n, 4))
        if frame.dimensions == 2:
            draws[..., 2] = 0.5
        gone += sweep(
            moved, bonds.starts, partner, row, apart, table.ravel(), _NODES, first, per_step,
            limits, draws, some, sums,
        )  # fmt: skip
    sums /= counted.sum()
    mean = sums[:3].T
    inside = frame.box.wrap(frame.positions + mean)[0]
    there = replace(frame, positions=inside, known={}, run=None, row=0, chosen=None, inherent=None)
    distance2 = (mean**2).sum(axis=1)
    return CageState(there, np.sqrt(distance2), np.maximum(sums[3] - distance2, 0.0), gone / (sweeps * n))


def _energies(mixture: Mixture) -> tuple[Array, float, float]:
    """Energies of each ordered pair of species, evenly spaced in r^2; the first node, and nodes per unit."""
    pairs = [mixture.potential(a, b) for a in mixture.species for b in mixture.species]
    first, last = min(map(wall_of, pairs)) ** 2, mixture.cutoff**2
    squares = np.linspace(first, last, _NODES)

    def finite(pair: PairPotential) -> Array:
        values = pair.energy(np.sqrt(squares))
        # Nearer than its own wall a pair never gets.
        near = np.sqrt(squares) < wall_of(pair)
        values[near] = pair.energy(wall_of(pair))
        return np.asarray(values)

    table = np.stack([finite(pair) for pair in pairs])
    table[:, -1] = 0.0
    return table, float(first), float((_NODES - 1) / (last - first))


@validated
@dataclass(frozen=True)
class CageDistance(
    Indicator,
    unit="sigma_AA",
    symbol=r"$|\mathbf r_i - \mathbf r_i^\mathrm{cage}|$",
    long_name="distance to the cage",
    source=_SOURCE,
):
    r"""How far a particle is from the middle of its cage.

    .. math:: |\mathbf r_i - \mathbf r_i^\mathrm{cage}|

    Parameters
    ----------
    mixture, temperature, radius, step, sweeps, seed
        as in :func:`cage_state`

    References
    ----------
    Alkemade, Smallenburg and Filion, J. Chem. Phys. 158, 134512 (2023).

    Examples
    --------
    >>> from supercooled.systems import kob_andersen_wca
    >>> from supercooled.testing import liquid_frame
    >>> one = CageDistance(kob_andersen_wca(density=1.0).mixture, temperature=0.5, sweeps=20)
    >>> bool((one(liquid_frame()) < 0.35).all())
    True
    """

    mixture: Mixture
    temperature: Temperature | None = parameter(None, unit="epsilon_AA/k_B")
    radius: Positive = parameter(RADIUS, unit="sigma_AA")
    step: Positive = parameter(STEP, unit="sigma_AA")
    sweeps: Sweeps = SWEEPS
    seed: Random = SEED

    def __call__(self, frame: Frame) -> Array:
        """Value of every particle, (particle,)."""
        return cage_state(frame, **self.parameters()).distance


@validated
@dataclass(frozen=True)
class CageFluctuation(
    Indicator,
    unit="sigma_AA^2",
    symbol=r"$\langle|\delta\mathbf r_i|^2\rangle_\mathrm{cage}$",
    long_name="caged Debye-Waller factor",
    source=_SOURCE,
):
    r"""How far a particle swings while nobody may leave their place.

    .. math:: \langle|\mathbf r_i - \mathbf r_i^\mathrm{cage}|^2\rangle

    Parameters
    ----------
    mixture, temperature, radius, step, sweeps, seed
        as in :func:`cage_state`

    References
    ----------
    the simulation of Alkemade, Smallenburg and Filion, J. Chem. Phys. 158, 134512 (2023); the
    factor of a free one is that of Widmer-Cooper and Harrowell, Phys. Rev. Lett. 96, 185701 (2006).

    Examples
    --------
    >>> from supercooled.systems import kob_andersen_wca
    >>> from supercooled.testing import liquid_frame
    >>> one = CageFluctuation(kob_andersen_wca(density=1.0).mixture, temperature=0.5, sweeps=20)
    >>> bool((one(liquid_frame()) < 0.35**2).all())
    True
    """

    mixture: Mixture
    temperature: Temperature | None = parameter(None, unit="epsilon_AA/k_B")
    radius: Positive = parameter(RADIUS, unit="sigma_AA")
    step: Positive = parameter(STEP, unit="sigma_AA")
    sweeps: Sweeps = SWEEPS
    seed: Random = SEED

    def __call__(self, frame: Frame) -> Array:
        """Value of every particle, (particle,)."""
        return cage_state(frame, **self.parameters()).fluctuation


@validated
@dataclass(frozen=True)
class AtCage(Features, long_name="features of the cage state", source=_SOURCE):
    """An indicator or a set of features, of the cage state of a frame instead of the frame itself.

    Parameters
    ----------
    inner
        the indicator or features
    mixture, temperature, radius, step, sweeps, seed
        as in :func:`cage_state`

    References
    ----------
    Alkemade, Smallenburg and Filion, J. Chem. Phys. 158, 134512 (2023).

    Examples
    --------
    >>> from supercooled.indicators import BondOrder
    >>> from supercooled.systems import kob_andersen_wca
    >>> from supercooled.testing import liquid_frame
    >>> one = AtCage(BondOrder(6), kob_andersen_wca(density=1.0).mixture, temperature=0.5, sweeps=20)
    >>> one.of(liquid_frame()).feature.item()
    'cage bond_order'
    """

    inner: Features
    mixture: Mixture
    temperature: Temperature | None = parameter(None, unit="epsilon_AA/k_B")
    radius: Positive = parameter(RADIUS, unit="sigma_AA")
    step: Positive = parameter(STEP, unit="sigma_AA")
    sweeps: Sweeps = SWEEPS
    seed: Random = SEED

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", f"cage_{self.inner.name}")
        object.__setattr__(self, "unit", self.inner.unit)

    def columns(self, frame: Frame) -> tuple[str, ...]:
        """Those of the inner features."""
        return tuple(f"cage {name}" for name in self.inner.columns(frame))

    def values(self, frame: Frame) -> Array:
        """Values of every particle, (particle, column)."""
        own = {name: value for name, value in self.parameters().items() if name != "inner"}
        there = cage_state(frame, **own).frame
        return values_of(replace(there, chosen=frame.chosen), [self.inner])
