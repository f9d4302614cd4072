"""What only particles with a diameter each have."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations_with_replacement

import numpy as np

from supercooled.arguments import NotNegative, Positive, Temperature, validated
from supercooled.arrays import Array
from supercooled.cage.smearing import Normalisation
from supercooled.errors import ParameterError
from supercooled.fields import Features, Indicator, parameter
from supercooled.frame import Frame
from supercooled.indicators.cage import LocalDepth
from supercooled.mixture import Mixture, pair_labels
from supercooled.potentials import ContinuousSizes
from supercooled.simulation import SizedForces
from supercooled.size_classes import Classes, Share
from supercooled.structure import Radial

# More are no description of a surrounding.
_MOST_FUNCTIONS = 1000
# Of the sums over all pairs of classes.
_MOST_POINTS = 10**6


@validated
@dataclass(frozen=True)
class Diameter(
    Indicator,
    unit="sigma_AA",
    symbol="$d$",
    long_name="diameter of the particle",
    source="the trajectory",
):
    """The size of each particle, to hold fixed what other indicators know beyond it.

    Examples
    --------
    >>> from supercooled import Box
    >>> Diameter().of(Frame.from_arrays([[0.0, 0.0, 0.0]], Box.cube(8.0), diameters=[1.2])).values
    array([1.2])
    """

    def __call__(self, frame: Frame) -> Array:
        """Value of every particle, (particle,)."""
        return frame.sizes


@validated
@dataclass(frozen=True)
class SizedEnergy(Indicator, quantity="potential_energy", source="Ninarello, Berthier and Coslovich 2017"):
    r"""Energy of each particle, half of that of its pairs, by its diameter and those around it.

    .. math:: e_i = \tfrac12 \sum_j U(r_{ij}/\sigma_{ij})

    Parameters
    ----------
    potential
        between two of any sizes

    References
    ----------
    the pair potentials of Ninarello, Berthier and Coslovich 2017, Eqs. 1 and 2.

    Examples
    --------
    >>> from supercooled.systems import ninarello2017
    >>> liquid = ninarello2017()
    >>> bool(SizedEnergy(liquid.potential)(liquid.lattice(100, seed=1)).min() > 0.0)
    True
    """

    potential: ContinuousSizes

    def __call__(self, frame: Frame) -> Array:
        """Value of every particle, (particle,)."""
        forces = SizedForces(self.potential, frame.box, frame.sizes)
        return forces.energies(frame.positions.T)


@validated
@dataclass(frozen=True)
class SizedStructureFunctions(
    Features,
    unit="1",
    symbol="$G$",
    long_name="structure functions of distances in units of the two diameters",
    source="Behler and Parrinello 2007; Ninarello, Berthier and Coslovich 2017",
):
    r"""Radial structure functions of distances in units of each pair's own length.

    .. math:: G(i; \mu) = \sum_{j \ne i} e^{-(r_{ij}/\sigma_{ij} - \mu)^2 / 2w^2},\qquad
              \sigma_{ij} = \tfrac12 (d_i + d_j)\,(1 - \eta\,|d_i - d_j|)

    Parameters
    ----------
    radial
        which functions, their lengths in units of sigma_ij; every neighbour counts, of whatever species
    nonadditivity
        eta, 1/sigma_AA

    Raises
    ------
    ParameterError
        if the sizes are not known, differ by too much for eta, or there are more than 1000 functions.
    BoxError
        if the box is too small for the last function about the largest particles.

    References
    ----------
    J. Behler and M. Parrinello, Phys. Rev. Lett. 98, 146401 (2007); the length of a pair is that of
    Ninarello, Berthier and Coslovich 2017, Eq. 2.

    Examples
    --------
    >>> from supercooled import Box
    >>> pair = Frame.from_arrays([[0.0, 0, 0], [1.1, 0, 0]], Box.cube(20.0), diameters=[0.8, 1.2])
    >>> near = SizedStructureFunctions(Radial(first=1.0, step=0.1, number=3, width=0.1))
    >>> near.of(pair).isel(particle=0).values.round(4)
    array([0.6065, 1.    , 0.6065])
    """

    radial: Radial
    nonadditivity: NotNegative = parameter(0.0, unit="1/sigma_AA")

    def __post_init__(self) -> None:
        if self.radial.number > _MOST_FUNCTIONS:
            raise ParameterError(f"radial has {self.radial.number} functions, more than {_MOST_FUNCTIONS}")

    def columns(self, frame: Frame) -> tuple[str, ...]:
        """Parameters of each function."""
        return tuple(f"r/sigma mu={mean:.6g} sigma={self.radial.width:g}" for mean in self.radial.means)

    def values(self, frame: Frame) -> Array:
        """Values of every particle, (particle, function)."""
        sizes = frame.sizes
        bonds = frame.neighbours(self.radial.reach * float(sizes.max()))
        a, b = sizes[bonds.centre], sizes[bonds.partner]
        sigma = 0.5 * (a + b) * (1.0 - self.nonadditivity * np.abs(a - b))
        if not (sigma > 0).all():
            raise ParameterError(
                f"{frame.place}: its sizes differ by too much for a nonadditivity of {self.nonadditivity:g}"
            )
        x = bonds.distances / sigma
        near = x < self.radial.reach
        out = np.empty((frame.n_particles, self.radial.number))
        for k, mean in enumerate(self.radial.means):
            terms = np.where(near, np.exp(-0.5 * ((x - mean) / self.radial.width) ** 2), 0.0)
            out[:, k] = bonds.add_up(terms)
        return out


@validated
@dataclass(frozen=True)
class PseudoSpeciesDepth(
    Indicator, quantity="depth", source="Patel et al. 2021; sharma2022, Eqs. 5, 6, 8 and Appendix B"
):
    r"""Depth of each particle's cage in a liquid of many sizes, whose M classes of sizes count as species.

    .. math:: \beta\Phi_r^i = \rho \sum_{v=1}^{M} \sqrt{x_u x_v}
        \int_{lower}^{upper} 4\pi r^2 dr\, C_{uv}(r)\, g_{uv}^i(r)

    for i of class u: over all particles that makes the sum over M^2 pairs. :class:`LocalDepth` of the
    mixture of classes, each with its mean diameter, C from the particle's own g. How the answer depends on
    M is a question to ask: compare several.

    Parameters
    ----------
    potential
        between two of any sizes
    classes
        M
    cutoffs
        (lower, upper) of the integral, in units of the length of each pair of classes
    equal
        what the classes have in common: "width", of the range of sizes, or "number", of particles
    normalisation
        rho' of g is the "total" density, or that of the "partner" class v
    width
        of the Gaussians that smear g, sigma_AA
    dr
        largest step of the sum, sigma_AA
    temperature
        epsilon_AA/k_B; None takes that of the frame

    Raises
    ------
    ParameterError
        if sizes or temperature are not known, or the integrals have more than a million points.
    BoxError
        if the box is too small for the cutoffs.

    References
    ----------
    Patel et al., J. Chem. Phys. 155, 034502 (2021), for the classes; sharma2022, Eqs. 5, 6, 8 and Appendix B.

    Examples
    --------
    >>> from supercooled.systems import ninarello2017
    >>> liquid = ninarello2017()
    >>> depth = PseudoSpeciesDepth(liquid.potential, classes=4, temperature=0.3)
    >>> depth(liquid.lattice(400, seed=1)).shape
    (400,)
    """

    potential: ContinuousSizes
    classes: Classes
    cutoffs: tuple[Positive, Positive] = (0.8, 1.45)
    equal: Share = "width"
    normalisation: Normalisation = "partner"
    width: Positive = parameter(0.09, unit="sigma_AA")
    dr: Positive = parameter(0.01, unit="sigma_AA")
    temperature: Temperature | None = parameter(None, unit="epsilon_AA/k_B")

    def __call__(self, frame: Frame) -> Array:
        """Value of every particle that is wanted, (particle,)."""
        lower, upper = self.cutoffs
        points = (upper - lower) * float(frame.sizes.max()) / self.dr * self.classes**2
        if points > _MOST_POINTS:
            raise ParameterError(
                f"dr={self.dr:g} and {self.classes} classes make an integral of {points:.2g} points, more "
                f"than {_MOST_POINTS:.0e}: use a larger dr"
            )
        parted = frame.by_size(self.classes, equal=self.equal)
        counts = np.bincount(parted.species)
        means = (np.bincount(parted.species, weights=frame.sizes) / counts).tolist()
        pairs = tuple(self.potential.between(a, b) for a, b in combinations_with_replacement(means, 2))
        mixture = Mixture(
            "classes of sizes",
            parted.names,
            tuple((counts / counts.sum()).tolist()),
            (1.0,) * len(counts),
            pairs,
            frame.dimensions,
        )
        ends = {
            label: (lower * pair.sigma, upper * pair.sigma)
            for label, pair in zip(pair_labels(parted.names), pairs, strict=True)
        }
        depth = LocalDepth(
            mixture,
            ends,
            "local",
            self.normalisation,
            width=self.width,
            dr=self.dr,
            temperature=self.temperature,
        )
        return depth(parted)
