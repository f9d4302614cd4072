"""The pair entropy of each particle."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from supercooled.arguments import Positive, check_entries, validated
from supercooled.arrays import Array
from supercooled.errors import ParameterError
from supercooled.fields import Indicator, parameter
from supercooled.frame import Frame
from supercooled.kernels.gaussians import NARROWEST, WIDEST, make_ladder
from supercooled.kernels.neighbours import half_of
from supercooled.kernels.pair_entropy import entropies, gaussian_sums, neighbour_means
from supercooled.neighbour_list import in_order
from supercooled.structure import Logistic
from supercooled.structure.entropy import half_measure

# Neighbours beyond the last distance leak in: so many widths beyond it they still count.
LEAK = 5.0


@validated
@dataclass(frozen=True)
class PairEntropy(
    Indicator,
    quantity="pair_entropy",
    symbol="$s^{(2)}_i$",
    source="graham2023, Eqs. 3, 5, 6; Piaggi and Parrinello 2017",
):
    r"""Pair entropy of each particle, from its own smeared radial distribution functions.

    .. math:: s^{(2)}_i = -2\pi \sum_K \rho^*_K \sum_k
        \left[g^i_K \ln g^i_K - g^i_K + 1\right] r_k^2\, L(r_k - \eta)\, \Delta r, \qquad
        g^i_K(r) = \frac{1}{4\pi \rho^*_K r^2} \sum_{j \in K,\, j \ne i}
        \frac{e^{-(r - r_{ij})^2/2\delta^2}}{\sqrt{2\pi}\,\delta}

    in units of k_B; in the plane pi r and 2 pi r stand for 2 pi r^2 and 4 pi r^2. The paper's Eq. 3 lacks
    the minus sign and the norm of the Gaussian, without which an ideal gas has g = 0.25. All neighbours
    up to five widths beyond the last distance count. A species of which no particle is within `radius`
    has rho* = 0 and adds nothing.

    Parameters
    ----------
    width
        of the Gaussian that each neighbour is smeared to, sigma_AA
    r
        evenly spaced distances at which g is taken, sigma_AA, each standing for one step
    pair_correlation
        "partial", a g for each partner species, or "total", one of all species together
    normalisation
        the density that g is divided by: "local", that of the partners within `radius` of the
        particle, or "bulk", that of the whole box
    radius
        of the local density, sigma_AA; None with "bulk"
    switching
        the switching function that multiplies the integrand; None leaves it alone
    averaged_within
        the value becomes the mean over the particle and its neighbours up to here,
        sigma_AA; None leaves it alone

    Raises
    ------
    ParameterError
        if a choice is missing, unknown or out of range.
    BoxError
        if a particle would meet a neighbour twice: the box is too small.

    Notes
    -----
    :meth:`graham2023` makes the paper's choice.

    References
    ----------
    graham2023, Eqs. 3, 5, 6; Piaggi and Parrinello, J. Chem. Phys. 147, 114112 (2017) for the
    bulk density, one g for all species, and the mean over neighbours.

    Examples
    --------
    >>> import supercooled as sc
    >>> lattice = np.stack(np.meshgrid(*[np.arange(8) * 1.1 - 4.4] * 3), axis=-1).reshape(1, -1, 3)
    >>> crystal = sc.Trajectory.from_arrays(lattice, sc.Box.cube(8.8))
    >>> s = PairEntropy.graham2023().of(crystal)
    >>> s.shape, bool(s.std() < 1e-9), round(float(s.mean()), 1)
    ((1, 512), True, -3.5)
    """

    pair_correlation: Literal["partial", "total"]
    normalisation: Literal["local", "bulk"]
    width: Positive = parameter(unit="sigma_AA")
    r: tuple[Positive, ...] = parameter(unit="sigma_AA")
    radius: Positive | None = parameter(unit="sigma_AA")
    switching: Logistic | None = parameter(unit="sigma_AA")
    averaged_within: Positive | None = parameter(None, unit="sigma_AA")

    def __post_init__(self) -> None:
        steps = np.diff(self.r)
        if len(self.r) < 2 or not (self.r[0] > 0 and (steps > 0).all() and np.ptp(steps) < 1e-6 * steps[0]):
            raise ParameterError(
                "r must hold two or more evenly spaced positive distances, for example "
                "np.arange(0.4, 3.05, 0.1)"
            )
        if not (np.isfinite(self.width) and self.width > 0):
            raise ParameterError(f"width must be positive, not {self.width}; for example width=0.1")
        if self.step > WIDEST * self.width:
            raise ParameterError(
                f"r is spaced by {self.step:g}, more than {WIDEST:g} widths of {self.width:g}: "
                "most neighbours would fall between the distances"
            )
        if self.step < NARROWEST * self.width:
            raise ParameterError(
                f"r is spaced by {self.step:g}, less than {NARROWEST:g} widths of {self.width:g}: take a "
                "wider spacing, for example r=np.arange(0.4, 3.05, 0.1), width=0.1"
            )
        check_entries("r", self.r)
        if self.pair_correlation not in ("partial", "total") or self.normalisation not in ("local", "bulk"):
            raise ParameterError(
                "pair_correlation must be 'partial' or 'total' and normalisation 'local' or 'bulk', not "
                f"{self.pair_correlation!r} and {self.normalisation!r}"
            )
        if (self.normalisation == "local") != (self.radius is not None and self.radius > 0):
            raise ParameterError(
                f"normalisation='local' needs a radius (graham2023: 3.0) and 'bulk' radius=None, not "
                f"{self.normalisation!r} and {self.radius}"
            )
        if self.averaged_within is not None and not self.averaged_within > 0:
            raise ParameterError(f"averaged_within must be positive or None, not {self.averaged_within}")

    @classmethod
    @validated
    def graham2023(cls, *, switching_width: Positive = 1.0) -> PairEntropy:
        """The paper's choice; it prints no width of the switching function; a plain logistic has 1.

        Parameters
        ----------
        switching_width
            width of the switching function, sigma_AA

        Returns
        -------
        PairEntropy
            indicator with the paper's choices
        """
        r = tuple(float(x) for x in np.arange(0.4, 3.05, 0.1))
        return cls("partial", "local", 0.1, r, 3.0, Logistic(2.0, switching_width))

    @property
    def step(self) -> float:
        """Between two distances."""
        return float(np.diff(self.r).mean())

    @property
    def smeared(self) -> float:
        """Distance beyond which no neighbour is smeared."""
        return self.r[-1] + LEAK * self.width

    @property
    def outermost(self) -> float:
        """Distance up to which a particle must meet each neighbour once."""
        return max(self.smeared, self.radius or 0.0, self.averaged_within or 0.0)

    def extent(self, frame: Frame) -> float | None:
        """Where the last neighbour counts; of the bulk density, which takes the whole box, it is not said."""
        own = max(self.smeared, self.radius or 0.0) + (self.averaged_within or 0.0)
        return own if self.normalisation == "local" else None

    def __call__(self, frame: Frame) -> Array:
        """Value of every particle, (particle,)."""
        partial = self.pair_correlation == "partial"
        kind = frame.species.astype(np.int64) if partial else np.zeros(frame.n_particles, np.int64)
        n, n_kinds, d = frame.n_particles, len(frame.names) if partial else 1, frame.dimensions
        r = np.array(self.r)
        ladder = make_ladder(self.r[0], self.step, len(r), self.width)
        lanes = len(ladder.table)
        cells = frame.cells(self.outermost)
        sums, inside = np.zeros((n, n_kinds, len(r) + 2 * lanes)), np.zeros((n, n_kinds))
        radius = self.radius or 0.0
        gaussian_sums(half_of(cells), kind[cells.order], ladder, self.smeared, radius, sums, inside)
        if self.normalisation == "local":
            density = inside / (4.0 / 3.0 * np.pi * radius**3 if d == 3 else np.pi * radius**2)
        else:
            density = np.tile(np.bincount(kind, minlength=n_kinds) / frame.box.volume, (n, 1))
        weight = half_measure(r, self.step, d)
        # From a sum of Gaussians to a density at a distance.
        scale = self.step / (2.0 * weight * np.sqrt(2.0 * np.pi) * self.width)
        if self.switching is not None:
            weight = weight * self.switching(r)
        found = np.empty(n)
        entropies(sums, lanes, scale, density, weight, found)
        if self.averaged_within is not None:
            alone, found = found, np.empty(n)
            neighbour_means(cells, alone, self.averaged_within, found)
        return in_order(found, cells)
