"""Bond order of one Gaussian shell after another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from supercooled.arguments import AtLeast, Positive, Whole, check_entries, validated
from supercooled.arrays import Array
from supercooled.fields import Features, parameter
from supercooled.frame import Frame
from supercooled.kernels.harmonics import shell_factors, shell_harmonics, shell_waves

# A Gaussian counts to eight widths, where it has fallen to 1e-14 of its peak.
_WIDTHS = 8.0
RADII = tuple(round(0.1 * k, 1) for k in range(9, 25))


@validated
@dataclass(frozen=True)
class AngularDescriptors(
    Features,
    symbol=r"$q_{lr}$",
    long_name="bond order of Gaussian shells",
    source="Boattini, Smallenburg and Filion 2021",
):
    r"""Bond order of degree l of the neighbours in a Gaussian shell of radius r, for every l and r.

    .. math:: q_{lm}(i, r) = \frac{\sum_j e^{-(r_{ij} - r)^2 / 2\delta^2} Y_{lm}(\hat{\mathbf r}_{ij})}
              {\sum_j e^{-(r_{ij} - r)^2 / 2\delta^2}}, \qquad
              q_l(i, r) = \Big(\frac{4\pi}{2l+1} \sum_m |q_{lm}(i, r)|^2\Big)^{1/2}

    In the plane :math:`e^{il\theta}` takes the place of the harmonics: the length of its mean is the value.

    Parameters
    ----------
    radii
        r, sigma_AA
    degrees
        l
    width
        delta, sigma_AA; a Gaussian counts to eight of them

    Notes
    -----
    A shell without any neighbour has none: NaN. The radial functions of the same paper, how many neighbours
    are in each shell, are :class:`StructureFunctions`.

    References
    ----------
    Boattini, Smallenburg and Filion, Phys. Rev. Lett. 127, 088007 (2021).

    Examples
    --------
    >>> from supercooled import Box
    >>> grid = np.stack(np.meshgrid(*[np.arange(6.0)] * 3), axis=-1).reshape(-1, 3)
    >>> cubes = AngularDescriptors(radii=(1.0, 1.4), degrees=(4, 6), width=0.03)
    >>> cubes.of(Frame.from_arrays(grid, Box.cube(6.0))).isel(particle=0).values.round(3)
    array([0.764, 0.354, 0.191, 0.575])
    """

    radii: Annotated[tuple[Positive, ...], AtLeast(1)] = parameter(RADII, unit="sigma_AA")
    degrees: Annotated[tuple[Annotated[int, Whole(at_least=1, at_most=20)], ...], AtLeast(1)] = tuple(
        range(1, 13)
    )
    width: Positive = parameter(0.1, unit="sigma_AA")

    def __post_init__(self) -> None:
        check_entries("radii", self.radii)
        check_entries("degrees", self.degrees)

    @classmethod
    def boattini2021(cls) -> AngularDescriptors:
        """Degrees 1 to 12 in 16 shells from 0.9 to 2.4.

        Returns
        -------
        AngularDescriptors
            features with the paper's shells
        """
        return cls(RADII, tuple(range(1, 13)), 0.1)

    @property
    def reach(self) -> float:
        """Where the last Gaussian ends."""
        return max(self.radii) + _WIDTHS * self.width

    def extent(self, frame: Frame) -> float | None:
        """As far as it reaches."""
        return self.reach

    def columns(self, frame: Frame) -> tuple[str, ...]:
        """Degree and radius of each."""
        letter = "psi" if frame.dimensions == 2 else "q"
        return tuple(f"{letter}{degree} r={r:g}" for r in self.radii for degree in self.degrees)

    def values(self, frame: Frame) -> Array:
        """Values of every particle, (particle, radius and degree); NaN for those that are not wanted."""
        bonds = frame.neighbours(self.reach)
        radii, degrees = np.array(self.radii), np.array(self.degrees)
        out = np.full((frame.n_particles, len(radii), len(degrees)), np.nan)
        shells = (bonds.starts, bonds.vectors, bonds.distances, frame.wanted, radii, self.width, _WIDTHS)
        if frame.dimensions == 2:
            shell_waves(*shells, degrees, out)
        else:
            shell_harmonics(*shells, *shell_factors(degrees), out)
        return out.reshape(frame.n_particles, -1)
