"""Energy, density and number of neighbours of each particle."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from supercooled.arguments import Positive, validated
from supercooled.arrays import Array, Integers
from supercooled.errors import MixtureError, ParameterError
from supercooled.fields import Indicator, parameter
from supercooled.frame import Frame
from supercooled.mixture import Mixture, pair_labels

# A neighbour's share is followed to so many widths beyond the radius, where it has fallen to 1e-9.
TAIL = 6.0


@validated
@dataclass(frozen=True)
class PotentialEnergy(
    Indicator,
    quantity="potential_energy",
    symbol="$e$",
    source="Jung, Biroli and Berthier 2023; sharma2022, Sec. I",
):
    r"""Potential energy of each particle: half of that of its pairs.

    .. math:: e_i = \tfrac12 \sum_{j \ne i} U(r_{ij})

    Parameters
    ----------
    mixture
        pair potentials, cut where they are cut

    Raises
    ------
    MixtureError
        if the species differ from the mixture's.

    References
    ----------
    Jung, Biroli and Berthier, Phys. Rev. Lett. 130, 238202 (2023); sharma2022, Sec. I.

    Examples
    --------
    >>> import supercooled as sc
    >>> fluid = Mixture("lj", ("A",), (1.0,), (1.0,), (sc.LennardJones(1.0, 1.0, 2.5),))
    >>> pair = sc.Frame.from_arrays([[0.0, 0.0, 0.0], [2 ** (1 / 6), 0.0, 0.0]], sc.Box.cube(8.0))
    >>> PotentialEnergy(fluid).of(pair).values.round(3)
    array([-0.492, -0.492])
    """

    mixture: Mixture

    @property
    def reach(self) -> float:
        """Largest cutoff of a pair."""
        return self.mixture.cutoff

    def extent(self, frame: Frame) -> float | None:
        """As far as it reaches."""
        return self.reach

    def __call__(self, frame: Frame) -> Array:
        """Value of every particle, (particle,)."""
        check_species(frame, self.mixture)
        bonds = frame.neighbours(self.mixture.cutoff)
        energies = np.zeros(len(bonds.partner))
        first, second = frame.species[bonds.centre], frame.species[bonds.partner]
        names = self.mixture.species
        for a in range(len(names)):
            for b in range(len(names)):
                own = (first == a) & (second == b)
                energies[own] = self.mixture.potential(names[a], names[b]).energy(bonds.distances[own])
        return 0.5 * bonds.add_up(energies)


@validated
@dataclass(frozen=True)
class LocalDensity(
    Indicator, quantity="local_density", source="Jung, Biroli and Berthier 2023; sharma2022, Sec. I"
):
    r"""Neighbours within a radius per volume, each counted less the farther out it lies.

    .. math:: \rho_i = \frac{1}{V(R)} \sum_{j \ne i} \tfrac12\, \mathrm{erfc}\frac{r_{ij} - R}{\sqrt2\,\delta}

    Parameters
    ----------
    radius
        R, sigma_AA
    width
        delta, over which a neighbour passes from inside to outside, sigma_AA
    of_species
        those that are counted; None counts all

    References
    ----------
    Jung, Biroli and Berthier, Phys. Rev. Lett. 130, 238202 (2023); sharma2022, Sec. I.

    Examples
    --------
    >>> import supercooled as sc
    >>> grid = np.stack(np.meshgrid(*[np.arange(6.0)] * 3), axis=-1).reshape(-1, 3)
    >>> LocalDensity(1.2, 0.01).of(sc.Frame.from_arrays(grid, sc.Box.cube(6.0))).values[0].round(3)
    np.float64(0.829)
    """

    radius: Positive = parameter(1.5, unit="sigma_AA")
    width: Positive = parameter(0.1, unit="sigma_AA")
    of_species: str | None = None

    @property
    def reach(self) -> float:
        """Radius and tail."""
        return self.radius + TAIL * self.width

    def extent(self, frame: Frame) -> float | None:
        """As far as it reaches."""
        return self.reach

    def __call__(self, frame: Frame) -> Array:
        """Value of every particle, (particle,)."""
        from scipy.special import erfc

        bonds = frame.neighbours(self.reach)
        shares = 0.5 * erfc((bonds.distances - self.radius) / (np.sqrt(2.0) * self.width))
        if self.of_species is not None:
            shares = shares * (frame.species[bonds.partner] == frame.species_index(self.of_species))
        R = self.radius
        volume = 4.0 / 3.0 * np.pi * R**3 if frame.dimensions == 3 else np.pi * R**2
        return bonds.add_up(shares) / volume


@validated
@dataclass(frozen=True, eq=False)
class Coordination(Indicator, quantity="coordination", source="sharma2022, Sec. I"):
    r"""Number of neighbours in the first shell.

    .. math:: z_i = \sum_{j \ne i} \theta(R_{uv} - r_{ij})

    Parameters
    ----------
    shells
        R_uv of each pair of species, for example the first minimum of g(r), or one for all, sigma_AA

    Raises
    ------
    ParameterError
        if a pair has no shell.

    References
    ----------
    sharma2022, Sec. I.

    Examples
    --------
    >>> import supercooled as sc
    >>> grid = np.stack(np.meshgrid(*[np.arange(6.0)] * 3), axis=-1).reshape(-1, 3)
    >>> Coordination(1.2).of(sc.Frame.from_arrays(grid, sc.Box.cube(6.0))).values[:2]
    array([6., 6.])
    """

    shells: Mapping[str, Positive] | Positive = parameter(1.4, unit="sigma_AA")

    @property
    def reach(self) -> float:
        """Largest shell."""
        return max(self.shells.values()) if isinstance(self.shells, Mapping) else self.shells

    def extent(self, frame: Frame) -> float | None:
        """As far as it reaches."""
        return self.reach

    def __call__(self, frame: Frame) -> Array:
        """Value of every particle, (particle,)."""
        bonds = frame.neighbours(self.reach)
        if not isinstance(self.shells, Mapping):
            return bonds.counts.astype(np.float64)
        n = len(frame.names)
        shell = np.zeros((n, n))
        needed = np.unique(frame.species[frame.wanted])
        for pair, a, b in zip(pair_labels(frame.names), *np.triu_indices(n), strict=True):
            if a not in needed and b not in needed:
                continue
            # The order of the species in a file is nobody's choice.
            turned = pair_labels((frame.names[b], frame.names[a]))[1]
            found = self.shells.get(pair, self.shells.get(turned))
            if found is None:
                raise ParameterError(f"no shell for the pair {pair}; pass shells={{{pair!r}: 1.4, ...}}")
            shell[a, b] = shell[b, a] = found
        there = bonds.distances <= shell[frame.species[bonds.centre], frame.species[bonds.partner]]
        return bonds.add_up(there)


def check_species(frame: Frame, mixture: Mixture) -> None:
    """Refuse a frame whose species are not those of a mixture.

    Raises
    ------
    MixtureError
        naming both.
    """
    if frame.names != mixture.species:
        raise MixtureError(
            f"{frame.place} has the species {frame.names}, {mixture.name} has {mixture.species}"
        )


def kinds_in(frame: Frame, mixture: Mixture) -> Integers:
    """Index of each particle's species in a mixture, (particle,)."""
    if lacking := [name for name in frame.names if name not in mixture.species]:
        raise MixtureError(
            f"{frame.place}: {mixture.name} has no species {lacking[0]!r}: name them when reading"
        )
    return np.array([mixture.species.index(name) for name in frame.names], dtype=np.int32)[frame.species]
