"""Packing order: how far the neighbours of a particle are from spheres that touch one another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal, Self

import numpy as np

from supercooled.arguments import AtLeast, Positive, shown, validated
from supercooled.arrays import Array
from supercooled.errors import ParameterError
from supercooled.fields import Indicator, parameter
from supercooled.frame import Frame
from supercooled.kernels.packing import tetrahedra, triangles
from supercooled.mixture import Mixture, pair_labels


@validated
@dataclass(frozen=True)
class PackingOrder(
    Indicator,
    symbol=r"$\Theta$",
    long_name="packing order, 0 if perfect",
    source="Tong and Tanaka 2018, 2019",
):
    r"""How far the triangles (2-D) or tetrahedra (3-D) of mutual neighbours are from perfect packing.

    .. math:: \Theta_o = \frac{1}{N_o} \sum_{\langle ij \rangle} |\theta^1_{ij} - \theta^2_{ij}|, \qquad
              \Theta_o = \frac{1}{N_o} \sum_{\langle ijk \rangle}
              \frac{\sum_{\langle ab \rangle} |r_{ab} - \sigma_{ab}|}{\sum_{\langle ab \rangle} \sigma_{ab}}

    In the plane over pairs of neighbours that are neighbours of one another: the angle at particle o, and
    that of a triangle of sides sigma_oi, sigma_oj, sigma_ij, in radians. In space over triples of neighbours
    that are all neighbours of one another, and the six edges of the tetrahedron that they form with o.

    Parameters
    ----------
    diameters
        sigma of each pair of species, by its label: ``(("AA", 1.0), ("AB", 0.8), ("BB", 0.88))``; None takes
        the mean of the two particles' own diameters
    neighbours
        "voronoi", those across a face of the radical Voronoi cell, whose radii are half of the like
        diameters; "cutoff"
    cutoff
        sigma_AA, with "cutoff"

    Notes
    -----
    A particle without such a triangle or tetrahedron has none: NaN.

    References
    ----------
    Tong and Tanaka, Phys. Rev. X 8, 011041 (2018); Nat. Commun. 10, 5596 (2019).

    Examples
    --------
    >>> from supercooled import Box
    >>> rows = np.array([[x + 0.5 * (y % 2), y * np.sqrt(0.75), 0.0] for x in range(8) for y in range(8)])
    >>> plane = Frame.from_arrays(rows, Box(8.0, 8 * np.sqrt(0.75), dimensions=2))
    >>> PackingOrder((("AA", 1.0),))(plane)[:3].round(9)
    array([0., 0., 0.])
    """

    diameters: Annotated[tuple[tuple[str, Positive], ...], AtLeast(1)] | None = parameter(
        None, unit="sigma_AA"
    )
    neighbours: Literal["voronoi", "cutoff"] = "voronoi"
    cutoff: Positive = parameter(1.5, unit="sigma_AA")

    @classmethod
    @validated
    def of_mixture(cls, mixture: Mixture) -> Self:
        """With the diameters of the potentials of a mixture.

        Parameters
        ----------
        mixture
            mixture whose potentials act between the particles

        Returns
        -------
        Self
            indicator with these diameters

        Raises
        ------
        ParameterError
            if a potential has no sigma.

        Examples
        --------
        >>> from supercooled.systems import kob_andersen
        >>> PackingOrder.of_mixture(kob_andersen(density=1.2).mixture).diameters
        (('AA', 1.0), ('AB', 0.8), ('BB', 0.88))
        """
        found: list[tuple[str, float]] = []
        for label, potential in zip(pair_labels(mixture.species), mixture.potentials, strict=True):
            sigma = getattr(potential, "sigma", None)
            if sigma is None:
                raise ParameterError(
                    f"{mixture.name}: the potential of {label} has no sigma; give the diameters, such as "
                    f'PackingOrder((("{label}", 1.0), ...))'
                )
            found.append((label, float(sigma)))
        return cls(tuple(found))

    @property
    def reach(self) -> float:
        """Cutoff of the neighbours, where they have one."""
        return self.cutoff if self.neighbours == "cutoff" else 0.0

    def __call__(self, frame: Frame) -> Array:
        """Value of every particle, (particle,)."""
        size = frame.sizes if self.diameters is None else np.empty(0)
        sigma = np.empty((0, 0)) if self.diameters is None else self._of_pairs(frame, self.diameters)
        if self.neighbours == "cutoff":
            bonds = frame.neighbours(self.cutoff)
        elif self.diameters is None:
            bonds = frame.voronoi("sizes").neighbours
        else:
            radii = tuple((name, 0.5 * float(sigma[k, k])) for k, name in enumerate(frame.names))
            bonds = frame.voronoi(radii).neighbours
        out = np.empty(frame.n_particles)
        kernel = triangles if frame.dimensions == 2 else tetrahedra
        species = frame.species.astype(np.int64)
        kernel(bonds.starts, bonds.partner, bonds.vectors, bonds.distances, species, sigma, size, out)
        return out

    @staticmethod
    def _of_pairs(frame: Frame, diameters: tuple[tuple[str, float], ...]) -> Array:
        """Sigma of each pair of species, (species, species)."""
        known = dict(diameters)
        n = len(frame.names)
        sigma = np.empty((n, n))
        for i, a in enumerate(frame.names):
            for j, b in enumerate(frame.names):
                ways = (f"{a}-{b}", f"{b}-{a}", f"{a}{b}", f"{b}{a}")
                found = [known[label] for label in ways if label in known]
                if not found:
                    raise ParameterError(
                        f"{frame.place}: the pair {a}-{b} has no diameter among {shown(diameters)}"
                    )
                sigma[i, j] = found[0]
        return sigma
