"""Vibrations about the minimum of the energy: soft modes, and how far each particle swings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from scipy.linalg import eigh

from supercooled.arguments import Count, Number, Positive, validated
from supercooled.arrays import Array
from supercooled.digests import digest_of
from supercooled.errors import ParameterError
from supercooled.fields import Indicator, parameter
from supercooled.frame import Frame
from supercooled.indicators.inherent_structures import TOLERANCE
from supercooled.indicators.stiffness import Compliance, Stiffness, lowest, stiffness_of
from supercooled.mixture import Mixture

# Vectors a step of block Lanczos. Measured at N = 4096: 32 and 64 take 1.1 and 1.4 times as long.
_BLOCK = 16
# Rows that are diagonalised at once.
_DENSE = 1200
_RESIDUAL = 1e-7


@validated
@dataclass(frozen=True, slots=True, eq=False)
class NormalModes:
    r"""The softest modes of a frame at the minimum of its energy, translations left out.

    Parameters
    ----------
    stiffness
        lambda_k, the square of the frequency where all masses are 1; (mode,), rising,
        epsilon_AA/sigma_AA^2
    weights
        |e_k^i|^2, which add up to 1 over particles; (particle, mode), NaN of a particle that rattles
    participation
        P_k = 1/(N sum_i |e_k^i|^4), (mode,): 1 where all move alike, 1/N where one does

    Notes
    -----
    Made by :func:`normal_modes`.
    """

    stiffness: Array
    weights: Array
    participation: Array


@validated
def normal_modes(
    frame: Frame, mixture: Mixture, *, number: Count, tolerance: Positive = TOLERANCE
) -> NormalModes:
    r"""The softest modes of the Hessian at the inherent structure of a frame.

    .. math:: H\,\mathbf e_k = \lambda_k\,\mathbf e_k,\qquad
              P_k = \Big(N \sum_i |\mathbf e_k^i|^4\Big)^{-1}

    The Hessian is that of the energy, not divided by masses. It is inverted (see :class:`Vibrality`), and the
    largest eigenvalues of the inverse are found by block Lanczos, to a relative residual of 1e-7.

    Parameters
    ----------
    frame
        configuration
    mixture
        mixture whose potentials act between the particles
    number
        of modes
    tolerance
        2-norm of all forces where a quench ends, epsilon_AA/sigma_AA; a frame that brings its
        inherent structure is not quenched

    Returns
    -------
    NormalModes
        eigenvalues, eigenvectors and participation ratios

    Raises
    ------
    ParameterError
        if there are fewer modes.
    SimulationError
        if the quench does not end, or ends at no minimum.
    BoxError, MixtureError
        if the box is too small for the cutoff, or a species is not the mixture's.

    References
    ----------
    Widmer-Cooper, Perry, Harrowell and Reichman, Nat. Phys. 4, 711 (2008).

    Examples
    --------
    >>> from supercooled.systems import kob_andersen
    >>> from supercooled.testing import liquid_frame
    >>> modes = normal_modes(liquid_frame(), kob_andersen(density=1.0).mixture, number=9)
    >>> bool((np.diff(modes.stiffness) >= 0).all()), modes.weights.shape
    (True, (512, 9))
    """

    def found() -> NormalModes:
        whole = stiffness_of(frame, mixture, tolerance)
        rows, d = whole.matrix.shape[0], whole.dimensions
        if number > rows - d:
            raise ParameterError(f"{whole.place} has {max(rows - d, 0)} modes, fewer than {number}")
        compliance = Compliance(whole)
        if rows <= _DENSE or number > rows // 6:
            values, vectors = _all_at_once(whole, number)
        else:
            inverse, vectors = lowest(compliance, rows, number, block=_BLOCK, tolerance=_RESIDUAL, seed=1)
            values = 1.0 / inverse
        squares = (vectors**2).reshape(-1, d, number).sum(axis=1)
        weights = np.full((len(whole.held), number), np.nan)
        weights[whole.held] = squares
        return NormalModes(values, weights, 1.0 / (len(squares) * (squares**2).sum(axis=0)))

    return frame.once(("normal modes", digest_of(mixture.to_dict(), number, tolerance)), found)


def _all_at_once(whole: Stiffness, number: int) -> tuple[Array, Array]:
    """By diagonalising the matrix, with translations moved out of the way."""
    matrix = whole.matrix.toarray()
    translations = whole.translations
    matrix += np.abs(matrix).sum(axis=1).max() * translations @ translations.T
    values, vectors = eigh(matrix, subset_by_index=[0, number - 1], overwrite_a=True, check_finite=False)
    return values, vectors


@validated
@dataclass(frozen=True)
class LowModes(
    Indicator,
    unit="1",
    symbol=r"$p_i$",
    long_name="participation in soft modes",
    source="Widmer-Cooper et al. 2008",
):
    r"""How much a particle takes part in the softest modes of the inherent structure.

    .. math:: p_i = \sum_{k \le n,\; P_k < b} |\mathbf e_k^i|^2, \qquad
              P_k = \Big(N \sum_i |\mathbf e_k^i|^4\Big)^{-1}

    Parameters
    ----------
    mixture
        whose pair potentials make the Hessian
    number
        n, of the softest modes without the translations
    participation_below
        b; 1 takes all of them, 0.1 only quasi-localised ones
    tolerance
        2-norm of all forces where a quench ends, epsilon_AA/sigma_AA; a frame that brings its
        inherent structure is not quenched

    Notes
    -----
    A particle that rattles has none: NaN.

    The jump of a force at its cutoff (`ka-lj`) is not in a Hessian: where pairs lie within a
    vibration of their cutoff, the modes are those of a piece of the minimum. Measured at N = 4096, T = 0.44:
    `ka-lj` with cutoffs at 2.5 sigma has no negative mode, and its 200 softest begin at 2.0 and end at 12.1,
    where `ka-lj-smooth`, whose force goes to zero there, has 1.2 and 11.2; both predict motion alike.

    References
    ----------
    Widmer-Cooper, Perry, Harrowell and Reichman, Nat. Phys. 4, 711 (2008).

    Examples
    --------
    >>> from supercooled.systems import kob_andersen
    >>> from supercooled.testing import liquid_frame
    >>> p = LowModes(kob_andersen(density=1.0).mixture, number=30)(liquid_frame())
    >>> p.sum().round(9).item()
    30.0
    """

    mixture: Mixture
    number: Count = 200
    participation_below: Annotated[float, Number(above=0.0, at_most=1.0)] = 1.0
    tolerance: Positive = parameter(TOLERANCE, unit="epsilon_AA/sigma_AA")

    def __call__(self, frame: Frame) -> Array:
        """Value of every particle, (particle,)."""
        modes = normal_modes(frame, self.mixture, number=self.number, tolerance=self.tolerance)
        chosen = modes.participation < self.participation_below
        if self.participation_below == 1.0:
            chosen[:] = True
        return np.asarray(modes.weights[:, chosen].sum(axis=1))


@validated
@dataclass(frozen=True)
class Vibrality(
    Indicator,
    unit="sigma_AA^2/epsilon_AA",
    symbol=r"$\Psi$",
    long_name="vibrality",
    source="Richard et al. 2020",
):
    r"""How far a particle swings about its place in the inherent structure, by temperature.

    .. math:: \Psi_i = \sum_k \frac{|\mathbf e_k^i|^2}{\lambda_k} = \operatorname{tr}\,(H^+)_{ii}

    where :math:`H^+` is the inverse of the Hessian without translations: T Psi_i is the mean square vibration
    in the harmonic approximation. No mode is computed. The Hessian is eliminated slab by slab, and
    only the blocks that are asked for are inverted; exact to rounding. It costs (d N)^3 / 4 operations and
    0.9 GB of memory at N = 4096.

    Parameters
    ----------
    mixture
        whose pair potentials make the Hessian
    tolerance
        2-norm of all forces where a quench ends, epsilon_AA/sigma_AA; a frame that brings its
        inherent structure is not quenched

    Notes
    -----
    A particle that rattles has none: NaN. About cutoffs see :class:`LowModes`.

    References
    ----------
    Richard et al., Phys. Rev. Materials 4, 113609 (2020).

    Examples
    --------
    >>> from supercooled.systems import kob_andersen
    >>> from supercooled.testing import liquid_frame
    >>> bool((Vibrality(kob_andersen(density=1.0).mixture)(liquid_frame()) > 0).all())
    True
    """

    mixture: Mixture
    tolerance: Positive = parameter(TOLERANCE, unit="epsilon_AA/sigma_AA")

    def __call__(self, frame: Frame) -> Array:
        """Value of every particle, (particle,)."""
        whole = stiffness_of(frame, self.mixture, self.tolerance)
        return whole.on_particles(Compliance(whole).diagonal())
