"""Liquids of particles that have a diameter each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from supercooled.arguments import Dimensions, Particles, Positive, Random, validated
from supercooled.arrays import Array
from supercooled.box import Box
from supercooled.errors import MixtureError
from supercooled.frame import Frame
from supercooled.potentials import ContinuousSizes, SmoothedInversePower
from supercooled.systems.sizes import LARGEST_EXPONENT


@validated(error=MixtureError)
@dataclass(frozen=True)
class SizeDistribution:
    r"""Diameters that are distributed as a power.

    .. math:: P(d) \propto d^{\,p},\quad d_\mathrm{min} < d < d_\mathrm{max}

    Parameters
    ----------
    smallest, largest
        ends, sigma_AA
    exponent
        p; 0 for a uniform distribution, -3 for that of swap studies

    Raises
    ------
    MixtureError
        if the ends are not positive and rising, or the exponent is beyond 50.

    References
    ----------
    Ninarello, Berthier and Coslovich 2017, Sec. II (p = -3).

    Examples
    --------
    >>> SizeDistribution(0.5, 1.5, 0.0).diameters(4).tolist()
    [0.625, 0.875, 1.125, 1.375]
    """

    smallest: Positive
    largest: Positive
    exponent: float

    def __post_init__(self) -> None:
        if not self.smallest < self.largest:
            raise MixtureError(f"sizes must increase, not from {self.smallest:g} to {self.largest:g}")
        if not abs(self.exponent) <= LARGEST_EXPONENT:
            raise MixtureError(
                f"the exponent of a size distribution must be between -50 and 50, not {self.exponent:g}"
            )

    @validated(error=MixtureError)
    def diameters(self, n_particles: Particles, *, seed: Random | None = None) -> Array:
        """Diameters of some particles, (particle,), rising, sigma_AA.

        Parameters
        ----------
        n_particles
            how many
        seed
            draws them at random; None takes the middle one of each of `n_particles` equal shares, so that
            samples do not differ by their sizes

        Returns
        -------
        Array
            diameters, sigma_AA
        """
        share = (np.arange(n_particles) + 0.5) / n_particles
        if seed is not None:
            share = np.sort(np.random.default_rng(seed).random(n_particles))
        ratio, n = self.largest / self.smallest, self.exponent + 1.0
        if abs(n) < 1e-12:
            return np.asarray(self.smallest * ratio**share)
        return np.asarray(self.smallest * (1.0 + share * (ratio**n - 1.0)) ** (1.0 / n))


@validated(error=MixtureError)
@dataclass(frozen=True)
class SizedLiquid:
    """A liquid of particles with a diameter each, at a density.

    Parameters
    ----------
    potential
        between two of any sizes
    sizes
        their distribution
    density
        particles per volume, sigma_AA^-d
    dimensions
        2 or 3
    source
        the paper that defines it
    """

    potential: ContinuousSizes
    sizes: SizeDistribution
    density: Positive
    dimensions: Dimensions = 3
    source: str = ""

    @validated(error=MixtureError)
    def lattice(self, n_particles: Particles, *, seed: Random) -> Frame:
        """Particles on a simple cubic (square) lattice with sizes in random order, to be melted.

        Where the lattice has more sites than there are particles, sites chosen at random stay empty.

        Parameters
        ----------
        n_particles
            how many
        seed
            of the order of the sizes and of the empty sites

        Returns
        -------
        Frame
            at the liquid's density, with diameters

        Examples
        --------
        >>> ninarello2017().lattice(100, seed=1).density.__round__(12)
        1.0
        """
        d, rng = self.dimensions, np.random.default_rng(seed)
        along = int(np.ceil(n_particles ** (1.0 / d) - 1e-9))
        axes = np.meshgrid(*[np.arange(along)] * d, indexing="ij")
        sites = np.stack([axis.ravel() for axis in axes], axis=1)
        chosen = np.sort(rng.permutation(len(sites))[:n_particles])
        edge = (n_particles / self.density) ** (1.0 / d)
        xyz = np.zeros((n_particles, 3))
        xyz[:, :d] = ((sites[chosen] + 0.5) / along - 0.5) * edge
        sizes = rng.permutation(self.sizes.diameters(n_particles))
        return Frame.from_arrays(xyz, Box.cube(edge, d), diameters=sizes)


@validated
def ninarello2017(*, dimensions: Dimensions = 3) -> SizedLiquid:
    """The soft spheres of swap studies: a continuous power law of sizes, and lengths that do not add.

    Exponent 12, smooth at 1.25 sigma_ij, nonadditivity 0.2, sizes from 0.73 to 1.62 as d^-3, density 1.

    Parameters
    ----------
    dimensions
        2 or 3

    Returns
    -------
    SizedLiquid
        liquid with its potential, sizes and density

    References
    ----------
    Ninarello, Berthier and Coslovich 2017; in the plane L. Berthier, P. Charbonneau, A. Ninarello,
    M. Ozawa and S. Yaida, Nat. Commun. 10, 1508 (2019).

    Examples
    --------
    >>> liquid = ninarello2017()
    >>> float(liquid.sizes.diameters(1000).mean().round(3))
    1.006
    """
    soft = SmoothedInversePower(1.0, 1.0, exponent=12.0, cutoff=1.25)
    return SizedLiquid(
        ContinuousSizes(soft, 0.2),
        SizeDistribution(0.73, 1.62, -3.0),
        1.0,
        dimensions,
        "Ninarello, Berthier and Coslovich 2017",
    )
