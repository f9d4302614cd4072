"""What a liquid is made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement
from typing import Annotated, Any

import numpy as np

from supercooled.arguments import Number, Particles, Positive, validated
from supercooled.arrays import Integers
from supercooled.display import html_table
from supercooled.errors import MixtureError
from supercooled.potentials import PairPotential

__all__ = ["Activity", "Liquid", "Mixture"]


def pair_labels(species: Sequence[str]) -> tuple[str, ...]:
    """Labels of the unordered pairs, in the order of :attr:`Mixture.pairs`.

    Examples
    --------
    >>> pair_labels(("A", "B"))
    ('AA', 'AB', 'BB')
    >>> pair_labels(("Si", "O"))
    ('Si-Si', 'Si-O', 'O-O')
    """
    between = "" if all(len(name) == 1 for name in species) else "-"
    return tuple(f"{a}{between}{b}" for a, b in combinations_with_replacement(species, 2))


@validated(error=MixtureError)
@dataclass(frozen=True, slots=True)
class Mixture:
    """Species, their composition and masses, and the potential of each pair.

    Parameters
    ----------
    name
        name of the mixture
    species
        names, for example ("A", "B")
    composition
        fraction of each species; they add up to 1
    masses
        of each species, m_AA
    potentials
        one for each unordered pair, in the order AA, AB, ..., BB, ...
    dimensions
        2 or 3
    source
        the paper that defines it

    Raises
    ------
    MixtureError
        if the parts do not fit together.
    """

    name: str
    species: tuple[str, ...]
    composition: tuple[float, ...]
    masses: tuple[float, ...]
    potentials: tuple[PairPotential, ...]
    dimensions: int = 3
    source: str = ""

    def __post_init__(self) -> None:
        n = len(self.species)
        if n == 0 or len(set(self.species)) != n:
            raise MixtureError(f"{self.name}: species must have different names, not {self.species}")
        if strange := [word for word in (self.name, *self.species) if not word.isprintable()]:
            raise MixtureError(
                f"{strange[0]!r} is not a valid name: it contains a character that cannot be printed"
            )
        if len(self.composition) != n or len(self.masses) != n:
            raise MixtureError(f"{self.name}: {n} species need {n} fractions and {n} masses")
        if min(self.composition) <= 0 or abs(sum(self.composition) - 1.0) > 1e-9:
            raise MixtureError(f"{self.name}: fractions {self.composition} must be positive and add up to 1")
        if min(self.masses) <= 0:
            raise MixtureError(f"{self.name}: masses must be positive, not {self.masses}")
        if len(self.potentials) != len(self.pairs):
            raise MixtureError(f"{self.name}: {len(self.pairs)} pairs need the same number of potentials")
        if self.dimensions not in (2, 3):
            raise MixtureError(
                f"{self.name}: the dimensions of a liquid must be 2 or 3, not {self.dimensions}"
            )

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Unordered pairs of species, in the order of `potentials`."""
        return tuple(combinations_with_replacement(self.species, 2))

    @property
    def cutoff(self) -> float:
        """Largest cutoff of any pair."""
        return max(p.cutoff for p in self.potentials)

    @validated(error=MixtureError)
    def potential(self, a: str, b: str) -> PairPotential:
        """Potential between species `a` and `b`, in either order.

        Parameters
        ----------
        a
            name of one species
        b
            name of the other species

        Returns
        -------
        PairPotential
            potential of the pair

        Raises
        ------
        MixtureError
            if the mixture has no such pair.
        """
        for pair, potential in zip(self.pairs, self.potentials, strict=True):
            if pair in ((a, b), (b, a)):
                return potential
        raise MixtureError(f"{self.name}: no pair {a}-{b} among {self.pairs}")

    @validated(error=MixtureError)
    def counts(self, n_particles: Particles, *, nearest: bool = False) -> tuple[int, ...]:
        """Particles of each species among `n_particles`.

        Parameters
        ----------
        n_particles
            number of particles
        nearest
            take the whole numbers nearest to the composition, as of a configuration that is there
            already; otherwise they must meet it

        Returns
        -------
        tuple[int, ...]
            number of particles of each species

        Raises
        ------
        MixtureError
            if the composition can't be met by whole particles.

        Examples
        --------
        >>> from supercooled.systems import kob_andersen
        >>> kob_andersen(density=1.2).mixture.counts(4096, nearest=True)
        (3277, 819)
        """
        exact = np.array(self.composition) * n_particles
        whole = np.rint(exact).astype(int)
        met = np.abs(exact - whole).max() <= 1e-6 * max(n_particles, 1)
        if n_particles < 1 or not (met or nearest) or whole.sum() != n_particles or whole.min() < 1:
            raise MixtureError(f"{self.name}: {n_particles} particles can't be divided as {self.composition}")
        return tuple(int(k) for k in whole)

    @validated(error=MixtureError)
    def species_of(self, n_particles: Particles) -> Integers:
        """Species of each particle, (particle,), the first species first.

        Parameters
        ----------
        n_particles
            number of particles

        Returns
        -------
        Integers
            (particle,), index into the mixture's species
        """
        return np.repeat(np.arange(len(self.species), dtype=np.int32), self.counts(n_particles))

    def to_dict(self) -> dict[str, Any]:
        """Plain data that names it, for files and hashes.

        Returns
        -------
        dict[str, Any]
            its parameters as plain data
        """
        potentials: Mapping[str, Any] = {
            f"{a}-{b}": p.to_dict() for (a, b), p in zip(self.pairs, self.potentials, strict=True)
        }
        return {
            "name": self.name,
            "species": list(self.species),
            "composition": list(self.composition),
            "masses": list(self.masses),
            "potentials": dict(potentials),
            "dimensions": self.dimensions,
        }

    def _repr_html_(self) -> str:
        kinds = zip(self.species, self.composition, self.masses, strict=True)
        lines: list[tuple[object, ...]] = [(name, f"fraction {x:g}", f"mass {m:g}") for name, x, m in kinds]
        pairs = zip(pair_labels(self.species), self.potentials, strict=True)
        # a polydisperse liquid has hundreds of pairs
        shown = list(pairs)[:6]
        lines += [(pair, _in_words(potential), f"cutoff {potential.cutoff:.5g}") for pair, potential in shown]
        if len(self.potentials) > len(shown):
            lines.append(("…", f"{len(self.potentials)} pairs in all", ""))
        return html_table(f"{self.name}, {self.dimensions} dimensions; {self.source}", lines)


@validated(error=MixtureError)
@dataclass(frozen=True, slots=True)
class Activity:
    """Particles that push themselves: each component of the force is plus or minus `force`.

    Parameters
    ----------
    force
        f0, epsilon_AA/sigma_AA
    persistence_time
        all directions are drawn anew together each time it has passed, tau
    species
        which may be active
    fraction
        of their particles that are

    Raises
    ------
    MixtureError
        if a number is out of range, or no species is named.
    """

    force: Positive
    persistence_time: Positive
    species: tuple[str, ...]
    fraction: Annotated[float, Number(above=0.0, at_most=1.0)]

    def __post_init__(self) -> None:
        if not self.species or isinstance(self.species, str) or len(set(self.species)) != len(self.species):
            raise MixtureError(
                f"an activity must name each species once, for example ('A', 'B'), not {self.species!r}"
            )

    def to_dict(self) -> dict[str, Any]:
        """Plain data that names it, for files and hashes.

        Returns
        -------
        dict[str, Any]
            its parameters as plain data
        """
        return {
            "force": float(self.force),
            "persistence_time": float(self.persistence_time),
            "species": list(self.species),
            "fraction": float(self.fraction),
        }


@validated(error=MixtureError)
@dataclass(frozen=True, slots=True)
class Liquid:
    """A mixture at a density.

    Parameters
    ----------
    mixture
        species, composition and pair potentials
    density
        particles per volume, sigma_AA^-3 (sigma_AA^-2 in the plane)
    activity
        of particles that push themselves; None in equilibrium
    """

    mixture: Mixture
    density: Positive
    activity: Activity | None = None

    @property
    def name(self) -> str:
        """Name of the mixture and density, for example ``ka-lj_rho1.2``."""
        plain = f"{self.mixture.name}_rho{self.density:g}"
        if self.activity is None:
            return plain
        return f"{plain}_f{self.activity.force:g}_tau{self.activity.persistence_time:g}"

    @validated(error=MixtureError)
    def edge(self, n_particles: Particles) -> float:
        """Edge of the cubic (or square) box that holds `n_particles`, sigma_AA.

        Parameters
        ----------
        n_particles
            number of particles

        Returns
        -------
        float
            sigma_AA
        """
        return float((n_particles / self.density) ** (1.0 / self.mixture.dimensions))

    def _repr_html_(self) -> str:
        lines: list[tuple[object, ...]] = [
            ("mixture", self.mixture.name),
            ("density", f"{self.density:g} sigma_AA^-{self.mixture.dimensions}"),
        ]
        if self.activity is not None:
            lines.append(("active force", f"{self.activity.force:g} epsilon_AA/sigma_AA"))
            lines.append(("persistence time", f"{self.activity.persistence_time:g} tau"))
        return html_table(self.name, lines) + self.mixture._repr_html_()


def _in_words(potential: PairPotential) -> str:
    """A potential's style and numbers."""
    plain = potential.to_dict()
    style = next((str(value) for value in plain.values() if isinstance(value, str)), type(potential).__name__)
    numbers = [
        f"{name} {value:g}" for name, value in plain.items() if isinstance(value, float) and name != "cutoff"
    ]
    return ", ".join([style, *numbers])
