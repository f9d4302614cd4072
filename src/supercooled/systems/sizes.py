"""Liquids of particles of many sizes, as classes of equal share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from itertools import combinations_with_replacement
from typing import Any

import numpy as np

from supercooled.arguments import Count, Positive, validated
from supercooled.arrays import Array
from supercooled.errors import MixtureError
from supercooled.mixture import Mixture
from supercooled.potentials import PairPotential, Tabulated

LARGEST_NUMBER = 64
LARGEST_EXPONENT = 50.0


@validated(error=MixtureError)
def size_classes(*, smallest: Positive, largest: Positive, exponent: float, classes: Count) -> Array:
    r"""Diameters of classes that hold equally many particles, (class,), rising.

    .. math:: P(d) \propto d^{\,p},\quad d_\mathrm{min} < d < d_\mathrm{max}

    Each class stands for its share of the distribution by the mean diameter there, so that the mean
    diameter of the liquid is exact.

    Parameters
    ----------
    smallest, largest
        ends of the distribution, sigma_AA
    exponent
        p; 0 for a uniform distribution, -3 for the one that crystallises least
    classes
        how many

    Returns
    -------
    Array
        (class,), sigma_AA

    Raises
    ------
    MixtureError
        if the ends are not positive and rising, there are not 1 to 64 classes, or the exponent is
        beyond 50.

    References
    ----------
    Ninarello, Berthier and Coslovich 2017, Sec. II (p = -3).

    Examples
    --------
    >>> size_classes(smallest=0.5, largest=1.5, exponent=0.0, classes=2)
    array([0.75, 1.25])
    """
    if not 0 < smallest < largest < np.inf:
        raise MixtureError(f"sizes must be positive and increasing, not from {smallest} to {largest}")
    if not 1 <= classes <= LARGEST_NUMBER:
        raise MixtureError(f"the number of size classes must be 1 to {LARGEST_NUMBER}, not {classes}")
    if not abs(exponent) <= LARGEST_EXPONENT:
        raise MixtureError(
            f"the exponent of a size distribution must be between -50 and 50, not {exponent:g}"
        )
    ratio = largest / smallest
    share = np.linspace(0.0, 1.0, classes + 1)
    if abs(exponent + 1.0) < 1e-12:
        ends = ratio**share
    else:
        n = exponent + 1.0
        ends = (1.0 + share * (ratio**n - 1.0)) ** (1.0 / n)
    means: Array = smallest * _power(ends, exponent + 1.0) / _power(ends, exponent)
    if not np.isfinite(means).all():
        raise MixtureError(f"sizes from {smallest} to {largest} with exponent {exponent:g} are out of range")
    return means


def _power(ends: Array, power: float) -> Array:
    """Integral of x^power between neighbouring ends."""
    if abs(power + 1.0) < 1e-12:
        return np.diff(np.log(ends))
    return np.diff(ends ** (power + 1.0)) / (power + 1.0)


@validated(error=MixtureError)
def polydisperse(
    name: str,
    diameters: Sequence[float],
    pair: PairPotential,
    *,
    nonadditivity: float,
    dimensions: int = 3,
    source: str = "",
) -> Mixture:
    r"""Mixture of size classes of equal share and mass 1, each pair with the same potential, scaled.

    .. math:: U_{ij}(r) = U(r/\sigma_{ij}),\qquad
              \sigma_{ij} = \tfrac12 (d_i + d_j)\,(1 - \eta\,|d_i - d_j|)

    Sizes are classes, not one a particle: every pair of classes is a pair of species, and the number
    of particles must be a multiple of the number of classes.

    Parameters
    ----------
    name
        name of the mixture
    diameters
        (class,), sigma_AA
    pair
        the potential, its lengths in units of :math:`\sigma_{ij}`
    nonadditivity
        eta, 1/sigma_AA; 0 for additive sizes
    dimensions
        2 or 3
    source
        where it is defined

    Returns
    -------
    Mixture
        mixture with one species per size class

    Raises
    ------
    MixtureError
        if there are more than 64 classes, or a sigma is not positive.

    References
    ----------
    Ninarello, Berthier and Coslovich 2017, Eq. 2.

    Examples
    --------
    >>> from supercooled.potentials import InversePower
    >>> soft = InversePower(epsilon=1.0, sigma=1.0, exponent=12.0, cutoff=1.25)
    >>> polydisperse("poly", (0.8, 1.2), soft, nonadditivity=0.2).potential("d1", "d2").sigma
    0.92
    """
    if not 1 <= len(diameters) <= LARGEST_NUMBER:
        raise MixtureError(f"{name}: the number of sizes must be 1 to {LARGEST_NUMBER}, not {len(diameters)}")
    potentials = []
    for a, b in combinations_with_replacement(map(float, diameters), 2):
        sigma = 0.5 * (a + b) * (1.0 - nonadditivity * abs(a - b))
        if not (np.isfinite(sigma) and min(a, b) > 0 and sigma > 0):
            raise MixtureError(f"{name}: sizes {a:g} and {b:g} give sigma {sigma:g}, which is not positive")
        potentials.append(scaled(pair, sigma))
    n = len(diameters)
    width = len(str(n))
    return Mixture(
        name,
        tuple(f"d{k:0{width}d}" for k in range(1, n + 1)),
        (1.0 / n,) * n,
        (1.0,) * n,
        tuple(potentials),
        dimensions,
        source,
    )


def scaled(potential: PairPotential, length: float) -> PairPotential:
    """The potential ``U(r / length)``."""
    if isinstance(potential, Tabulated):
        return Tabulated(
            potential.inner * length,
            potential.cutoff * length,
            potential.energies,
            tuple(force / length for force in potential.forces),
        )
    data: Any = potential
    lengths = {f.name for f in fields(data)} & {"sigma", "delta", "cutoff"}
    changed: PairPotential = replace(data, **{name: getattr(data, name) * length for name in lengths})
    return changed
