"""The radical Voronoi cell of a particle: its volume, surface, faces and shape."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from supercooled.arguments import validated
from supercooled.arrays import Array
from supercooled.fields import Indicator, parameter
from supercooled.frame import Frame, Radii

# Half of the like diameters of the Kob-Andersen mixtures, in space and in the plane.
GLASSBENCH: Radii = (("A", 0.5), ("B", 0.44), ("C", 0.47))


@dataclass(frozen=True)
class OfVoronoiCell(Indicator):
    """What is read off a radical Voronoi cell.

    Parameters
    ----------
    radii
        of each species by name, sigma_AA, or "sizes" for half
        of each diameter; none makes Voronoi's own cells
    """

    radii: Radii = parameter((), unit="sigma_AA")

    @classmethod
    def glassbench(cls) -> Self:
        """With the radii of GlassBench: A 0.5, B 0.44, C 0.47."""
        return cls(GLASSBENCH)


@validated
@dataclass(frozen=True)
class VoronoiVolume(
    OfVoronoiCell,
    unit="sigma_AA^d",
    symbol=r"$V_i$",
    long_name="volume of the Voronoi cell",
    source="Gellatly and Finney 1982",
):
    r"""Volume of the radical Voronoi cell, in the plane its area.

    .. math:: \{\mathbf x: |\mathbf x - \mathbf r_i|^2 - R_i^2 \le |\mathbf x - \mathbf r_j|^2 - R_j^2
              \text{ for all } j\}

    Parameters
    ----------
    radii
        R of each species by name, ``(("A", 0.5), ("B", 0.44))``, sigma_AA, or "sizes" for half
        of each diameter; none makes Voronoi's own cells

    References
    ----------
    Gellatly and Finney, J. Non-Cryst. Solids 50, 313 (1982).

    Examples
    --------
    >>> from supercooled.testing import liquid_frame
    >>> VoronoiVolume()(liquid_frame()).sum().round(9).item()
    512.0
    """

    def __call__(self, frame: Frame) -> Array:
        """Value of every particle, (particle,)."""
        return frame.voronoi(self.radii).volumes


@validated
@dataclass(frozen=True)
class VoronoiSurface(
    OfVoronoiCell,
    unit="sigma_AA^(d-1)",
    symbol=r"$S_i$",
    long_name="surface of the Voronoi cell",
    source="Jung, Biroli and Berthier 2023",
):
    """Area of all faces of the radical Voronoi cell, in the plane its perimeter.

    Parameters
    ----------
    radii
        R of each species by name, ``(("A", 0.5), ("B", 0.44))``, sigma_AA, or "sizes" for half
        of each diameter; none makes Voronoi's own cells

    References
    ----------
    Jung, Biroli and Berthier, Phys. Rev. Lett. 130, 238202 (2023).

    Examples
    --------
    >>> from supercooled import Box
    >>> grid = np.stack(np.meshgrid(*[np.arange(8.0)] * 3), axis=-1).reshape(-1, 3)
    >>> VoronoiSurface()(Frame.from_arrays(grid, Box.cube(8.0)))[0].round(9).item()
    6.0
    """

    def __call__(self, frame: Frame) -> Array:
        """Value of every particle, (particle,)."""
        return frame.voronoi(self.radii).surfaces


@validated
@dataclass(frozen=True)
class VoronoiCoordination(
    OfVoronoiCell,
    symbol=r"$N_b$",
    long_name="faces of the Voronoi cell",
    source="Gellatly and Finney 1982",
):
    """Faces of the radical Voronoi cell: the neighbours that no cutoff chooses; in the plane its edges.

    Parameters
    ----------
    radii
        R of each species by name, ``(("A", 0.5), ("B", 0.44))``, sigma_AA, or "sizes" for half
        of each diameter; none makes Voronoi's own cells

    References
    ----------
    Gellatly and Finney, J. Non-Cryst. Solids 50, 313 (1982).

    Examples
    --------
    >>> from supercooled.testing import liquid_frame
    >>> VoronoiCoordination()(liquid_frame(2)).mean().item()
    6.0
    """

    def __call__(self, frame: Frame) -> Array:
        """Value of every particle, (particle,)."""
        return frame.voronoi(self.radii).coordination.astype(np.float64)


@validated
@dataclass(frozen=True)
class Asphericity(
    OfVoronoiCell,
    symbol=r"$\alpha_i$",
    long_name="asphericity of the Voronoi cell",
    source="Ruocco, Sampoli and Vallauri 1992",
):
    r"""Inverse isoperimetric quotient of the radical Voronoi cell: 1 of a sphere or circle, else more.

    .. math:: \alpha_i = \frac{S_i^3}{36 \pi V_i^2}, \qquad \alpha_i = \frac{P_i^2}{4 \pi A_i}

    in space with surface S and volume V, in the plane with perimeter P and area A.

    Parameters
    ----------
    radii
        R of each species by name, ``(("A", 0.5), ("B", 0.44))``, sigma_AA, or "sizes" for half
        of each diameter; none makes Voronoi's own cells

    Notes
    -----
    A particle without a cell has none: NaN.

    References
    ----------
    Ruocco, Sampoli and Vallauri, J. Chem. Phys. 96, 6167 (1992).

    Examples
    --------
    >>> from supercooled import Box
    >>> grid = np.stack(np.meshgrid(*[np.arange(8.0)] * 3), axis=-1).reshape(-1, 3)
    >>> Asphericity()(Frame.from_arrays(grid, Box.cube(8.0)))[0].round(6).item()  # 6 / pi
    1.909859
    """

    def __call__(self, frame: Frame) -> Array:
        """Value of every particle, (particle,)."""
        cells = frame.voronoi(self.radii)
        surfaces = cells.surfaces
        volumes = np.where(cells.volumes > 0, cells.volumes, np.nan)
        if frame.dimensions == 2:
            return surfaces**2 / (4.0 * np.pi * volumes)
        return surfaces**3 / (36.0 * np.pi * volumes**2)
