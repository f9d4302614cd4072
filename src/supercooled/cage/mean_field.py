"""The caging potential of the whole liquid, from its structure factors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, TypeAlias

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike

from supercooled.arguments import Numbers, Positive, validated
from supercooled.arguments.datasets import StructureFactor
from supercooled.arrays import Array
from supercooled.blocks import FEWEST_PARTS, jackknife_error, without_bias
from supercooled.errors import ParameterError
from supercooled.quantities import labelled

# Beyond it the rounding of S^-1 would show in the fifth digit of C.
LARGEST_CONDITION = 1e10
FIT_POINTS = 101
CONVENTION = "exp(-q^2 r^2 / (2 d)), d dimensions; C = 1 - 1/S; q from 0 to q_max"

# q_max times the length of a fit below which what is left of the potential is rounding.
SHORTEST_FIT = 1e-3
Displacements: TypeAlias = Annotated[ArrayLike, Numbers(rank=1, least=1)]


@validated
def direct_correlation(sq: StructureFactor) -> xr.DataArray:
    r"""Partial direct correlation functions of wave number, made dimensionless by the densities.

    .. math:: \mathbf C(q) = \mathbf 1 - \mathbf S^{-1}(q)

    Parameters
    ----------
    sq
        what :func:`supercooled.structure.structure_factor` returns

    Returns
    -------
    xr.DataArray
        ``direct_correlation`` (pair, q), dimensionless.

    Raises
    ------
    ParameterError
        if the matrix of structure factors of some shell can't be inverted: average more frames or
        take wider shells.

    References
    ----------
    sharma2022, below Eq. 3; nandi2021, below Eq. 1.

    Examples
    --------
    >>> from supercooled.cage.examples import bump
    >>> direct_correlation(bump(height=1.0)).sel(q=7.0, method="nearest").round(3).item()
    0.5
    """
    values = _pairs(_direct(_matrix(sq.structure_factor.values, len(sq.species)), sq.q.values))
    return labelled("direct_correlation", values, ("pair", "q"), {"pair": sq.pair, "q": sq.q})


@validated
def potential(sq: StructureFactor, *, q_max: Positive, displacement: Displacements) -> xr.DataArray:
    r"""Mean-field caging potential of a particle displaced from the middle of its cage.

    .. math:: \beta\Phi(\Delta r) = -\int_{q < q_{max}} \frac{d\mathbf q}{(2\pi)^d}
        \sum_{uv} C_{uv}(q) \sqrt{x_u x_v}\, [S_{uv}(q) - \delta_{uv}]\, e^{-q^2 \Delta r^2 / 2d}

    in d dimensions: q^2 r^2 / 6 in three. The integral is a trapezoid over the shells from 0 to
    `q_max`; its value depends on `q_max`, which is part of the definition.

    Parameters
    ----------
    sq
        what :func:`supercooled.structure.structure_factor` returns
    q_max
        upper end of the integral, 1/sigma_AA
    displacement
        (displacement,), sigma_AA

    Returns
    -------
    xr.DataArray
        ``caging_potential`` (displacement), negative in the cage; one over a volume, sigma_AA^-d, since
        the papers' C lacks a factor 1/rho. Divided by the density it is dimensionless.

    Raises
    ------
    ParameterError
        if `q_max` lies beyond the structure factor, or a shell's matrix can't be inverted.

    Notes
    -----
    C (S - 1) is curved in S, so the noise of S would make every cage deeper and stiffer, an ideal gas
    too; what falls as one over the number of frames is removed by the jackknife over the blocks of
    the structure factor, where it has two or more.

    References
    ----------
    sharma2022, Eq. 3; nandi2021, SI Eq. 7 (the main text's Eq. 1 prints q^2 r^2 / 2).

    Examples
    --------
    >>> from supercooled.cage.examples import bump
    >>> cage = potential(bump(height=1.0), q_max=20.0, displacement=[0.0, 0.1])
    >>> bool(cage[0] < cage[1] < 0)
    True
    """
    r = np.atleast_1d(np.asarray(displacement, dtype=np.float64))
    whole, *without = (_Integrand.of(sq, S, q_max).potential(r) for S in _factors(sq))
    values = without_bias(whole, np.array(without).reshape(-1, len(r)))
    return labelled(
        "caging_potential", values, ("displacement",), {"displacement": r}, q_max=q_max, convention=CONVENTION
    )


@validated
def softness(
    sq: StructureFactor, *, q_max: Positive, fit_range: tuple[float, float] | None = None
) -> xr.Dataset:
    r"""Softness and depth of the mean-field cage.

    .. math:: \beta\Phi(\Delta r) \simeq \beta\Phi(0) + \frac{\Delta r^2}{2 S},\qquad
        \frac1S = \frac{\partial^2 \beta\Phi}{\partial \Delta r^2}\Big|_0 = \frac1d
        \int_{q < q_{max}} \frac{d\mathbf q}{(2\pi)^d}\, q^2
        \sum_{uv} C_{uv} \sqrt{x_u x_v}\, [S_{uv} - \delta_{uv}]

    Parameters
    ----------
    sq
        what :func:`supercooled.structure.structure_factor` returns
    q_max
        upper end of the integral, 1/sigma_AA; part of the definition (:func:`potential`)
    fit_range
        displacements (from, to) of a least-squares harmonic fit, sigma_AA, instead of the
        curvature at 0

    Returns
    -------
    xr.Dataset
        ``softness`` and ``depth`` (magnitude of the potential at 0), and of their errors ``*_error``: by
        jackknife over the blocks of the structure factor, which also removes the bias of its noise from 1/S
        and the depth, as in :func:`potential`; NaN where it was made with fewer than four blocks or they are
        not independent of each other, and the attribute ``no_error`` says why.

    Raises
    ------
    ParameterError
        if `q_max` lies beyond the structure factor, a shell's matrix can't be inverted, or the
        potential has no minimum at 0 that its error doesn't explain.

    Notes
    -----
    The papers print C = 1 - 1/S, where C = (1 - 1/S)/rho has the unit of a volume. So their potential is one
    over a volume and their softness a length to the power d + 2 (sigma_AA^5 in three dimensions), and
    numbers at different densities compare only with that factor known. Beside them stand
    ``normalised_softness`` rho S, a length squared, d of which are the mean squared displacement of a
    harmonic particle, and ``normalised_depth``, dimensionless.

    References
    ----------
    sharma2022, Eqs. 3, 4; nandi2021, Eq. 1.

    Examples
    --------
    >>> from supercooled.cage.examples import bump
    >>> soft, hard = (softness(bump(height=h), q_max=20.0).softness for h in (1.0, 2.0))
    >>> bool(soft > hard > 0)
    True
    """
    whole, *without = (_curvature_and_depth(sq, S, q_max, fit_range) for S in _factors(sq))
    replicates = np.array(without).reshape(-1, 2)
    curvature, depth = without_bias(np.array(whole), replicates)
    curvature_error, depth_error = jackknife_error(replicates)
    if not curvature > np.nan_to_num(curvature_error):
        raise ParameterError("the potential has no minimum at 0, so no softness: average more frames")
    known = np.nan if sq.attrs.get("no_error") else 1.0
    curvature_error, depth_error = known * curvature_error, known * depth_error
    named = {"softness": ("softness", 1.0 / curvature, curvature_error / curvature**2)}
    named["depth"] = ("depth_q", depth, depth_error)
    if "density" in sq.attrs:
        rho = float(sq.attrs["density"])
        named["normalised_softness"] = ("normalised_softness", *(rho * x for x in named["softness"][1:]))
        named["normalised_depth"] = ("normalised_depth", *(x / rho for x in named["depth"][1:]))
    data = {name: labelled(key, value, ()).rename(name) for name, (key, value, _) in named.items()}
    data |= {
        f"{name}_error": labelled(key, error, (), method="jackknife").rename(f"{name}_error")
        for name, (key, _, error) in named.items()
    }
    measured = (
        "curvature at 0" if fit_range is None else f"harmonic fit from {fit_range[0]} to {fit_range[1]}"
    )
    return xr.Dataset(
        data,
        attrs={
            "q_max": q_max, "convention": CONVENTION, "reading": measured, "blocks": len(without),
            "no_error": str(sq.attrs.get("no_error", "")) or _why_none(len(without)),
        },
    )  # fmt: skip


def _why_none(blocks: int) -> str:
    """Why an error over so many blocks is not known; empty if it is."""
    if blocks >= FEWEST_PARTS:
        return ""
    return f"the structure factor was made with fewer than {FEWEST_PARTS} blocks: make it with blocks=5, say"


@dataclass(frozen=True, slots=True)
class _Integrand:
    """The cage in wave numbers: nodes q, and the integrand there times measure and step."""

    q: Array
    weighted: Array
    dimensions: int

    @classmethod
    def of(cls, sq: StructureFactor, values: Array, q_max: float) -> _Integrand:
        highest = float(sq.attrs["q_max"])
        if not 0 < q_max <= highest * (1 + 1e-12):
            raise ParameterError(
                f"q_max={q_max:g} must be between 0 and {highest:g}, the largest wave number of "
                "the structure factor"
            )
        q = sq.q.values
        S = _matrix(values, len(sq.species))
        x = np.sqrt(np.asarray(sq.composition))
        d = int(sq.attrs["dimensions"])
        cage = np.einsum("quv,u,v,quv->q", _direct(S, q), x, x, S - np.eye(len(x)))
        shell = q**2 / (2 * np.pi**2) if d == 3 else q / (2 * np.pi)
        # The radial integrand vanishes at 0; beyond the last shell's mean it is held.
        if not (q < q_max).any():
            raise ParameterError(
                f"q_max={q_max:g} lies below {q.min():.3g}, the smallest wave number of the structure factor"
            )
        nodes = np.concatenate([[0.0], q[q < q_max], [q_max]])
        radial = np.interp(nodes, np.concatenate([[0.0], q]), np.concatenate([[0.0], cage * shell]))
        steps = np.diff(nodes)
        weights = 0.5 * (np.append(steps, 0.0) + np.insert(steps, 0, 0.0))
        return cls(nodes, weights * radial, d)

    def potential(self, r: Array) -> Array:
        decay: Array = np.exp(-np.outer(r**2, self.q**2) / (2 * self.dimensions))
        return -(decay @ self.weighted)

    def curvature(self) -> float:
        return float(self.q**2 @ self.weighted) / self.dimensions


def _factors(sq: StructureFactor) -> list[Array]:
    """All structure factors, then those without each block."""
    without = sq.structure_factor_jackknife.values if "block" in sq.sizes else []
    return [sq.structure_factor.values, *without]


def _curvature_and_depth(
    sq: StructureFactor, values: Array, q_max: float, fit_range: tuple[float, float] | None
) -> tuple[float, float]:
    integrand = _Integrand.of(sq, values, q_max)
    if fit_range is None:
        curvature = integrand.curvature()
    else:
        if not 0 <= fit_range[0] < fit_range[1]:
            raise ParameterError(
                f"fit_range={fit_range} must increase and start at 0 or above; try (0.0, 0.05)"
            )
        if fit_range[1] ** 2 - fit_range[0] ** 2 < (SHORTEST_FIT / q_max) ** 2:
            raise ParameterError(
                f"fit_range={fit_range} is too short: the potential changes there by no more "
                "than the rounding error; try (0.0, 0.05)"
            )
        r = np.linspace(*fit_range, FIT_POINTS)
        line = np.polynomial.Polynomial.fit(r**2, integrand.potential(r), 1).convert().coef
        # A potential that is level to the last bit has no second coefficient.
        curvature = 2.0 * float(line[1]) if len(line) > 1 else 0.0
    return curvature, -float(integrand.potential(np.zeros(1))[0])


def _direct(S: Array, q: Array) -> Array:
    """1 - S^-1 of each shell, (q, species, species)."""
    condition = np.linalg.cond(S)
    if not (condition < LARGEST_CONDITION).all():
        worst = float(q[int(np.argmax(np.nan_to_num(condition, nan=np.inf)))])
        raise ParameterError(
            f"the structure factors at q={worst:g} have no inverse (too few frames or wave "
            "vectors there); average more frames, or use wider shells (larger dq)"
        )
    return np.asarray(np.eye(S.shape[-1]) - np.linalg.inv(S), dtype=np.float64)


def _matrix(values: Array, n_species: int) -> Array:
    """Values of each unordered pair of species, (pair, x), as symmetric matrices, (x, species, species)."""
    matrix = np.empty((values.shape[1], n_species, n_species))
    a, b = np.triu_indices(n_species)
    matrix[:, a, b] = matrix[:, b, a] = values.T
    return matrix


def _pairs(matrix: Array) -> Array:
    """Symmetric matrices, (x, species, species), as values of each unordered pair, (pair, x)."""
    a, b = np.triu_indices(matrix.shape[-1])
    values: Array = matrix[:, a, b].T
    return values
