"""How long a particle takes to leave the mean-field cage."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, TypeAlias

import numpy as np
import xarray as xr

from supercooled.arguments import Fraction, Positive, shown, validated
from supercooled.arguments.datasets import CagingPotential
from supercooled.arrays import Array
from supercooled.errors import ParameterError
from supercooled.quantities import labelled

Potential: TypeAlias = Callable[[Array], Array] | CagingPotential
# Nodes a panel, panels at first and at most, and the change of ln tau at which doubling them ends.
NODES, FEWEST, MOST, ENOUGH = 12, 16, 1 << 15, 1e-9
# Slope at the end, in units of the depth over the range, below which the potential has a flat top there.
FLAT = 1e-3


@validated
def first_passage_time(potential: Potential, *, r_max: Positive) -> xr.DataArray:
    r"""Logarithm of the mean first-passage time out of the cage.

    .. math:: \tau_\mathrm{mfpt} = \frac{1}{D_0} \int_0^{r_{max}} e^{\beta\Phi(y)} dy
        \int_0^y e^{-\beta\Phi(z)} dz

    with D_0 = 1. Both integrals are done in logarithms, on Gauss-Legendre panels that are halved until
    ln tau stands still to 1e-9: a depth of thousands does not overflow.

    Parameters
    ----------
    potential
        beta Phi of the displacement: a function of an array, or what
        :func:`supercooled.cage.potential` returns (a cubic spline goes through it)
    r_max
        where the particle is free, sigma_AA; tau grows with it

    Returns
    -------
    xr.DataArray
        ``log_first_passage_time``, a number; tau itself in sigma_AA^2/D_0.

    Raises
    ------
    ParameterError
        if `r_max` is not positive or lies beyond the potential, or the potential is not finite.

    References
    ----------
    nandi2021, Eq. 2.

    Examples
    --------
    >>> free = first_passage_time(np.zeros_like, r_max=2.0)
    >>> round(float(np.exp(free)), 9)
    2.0
    """
    phi = _function(potential, r_max)
    panels, before = FEWEST, np.inf
    while panels <= MOST:
        found = _log_time(phi, r_max, panels)
        if abs(found - before) < ENOUGH * max(1.0, abs(found)):
            return labelled("log_first_passage_time", found, (), r_max=float(r_max), D_0=1.0)
        panels, before = 2 * panels, found
    raise ParameterError(
        f"the potential is sampled too coarsely up to r_max={r_max:g} for its first-passage "
        "time: give it at more displacements, or a smaller r_max"
    )


@validated
def kramers_time(
    potential: Potential, *, r_max: Positive, top: Literal["parabola", "edge", "integral"]
) -> xr.DataArray:
    r"""Logarithm of Kramers' escape time from the cage, which the mean first-passage time tends to.

    .. math:: \tau = \frac{1}{D_0}\, \frac12\sqrt{\frac{2\pi}{\beta\Phi''(0)}}\; L\; e^{\beta\Delta\Phi}

    with the bottom of the cage at 0 taken as a parabola, and the top by its length L.

    Parameters
    ----------
    potential
        potential of the cage
    r_max
        where the barrier is highest, sigma_AA
    top
        "parabola", L = (1/2) sqrt(2 pi / |beta Phi''(r_max)|), as printed: the potential must be flat
        and bend down there; "edge", L = 1 / beta Phi'(r_max), of a well that is cut off on its slope; or
        "integral", L the integral of exp[beta Phi(y) - beta Phi(r_max)], which needs no shape: the caging
        potential dies away without a maximum

    Returns
    -------
    xr.DataArray
        ``log_kramers_time``, a number.

    Raises
    ------
    ParameterError
        as :func:`first_passage_time`; if the potential does not bend up at 0; or if its top is not what
        `top` says.

    References
    ----------
    nandi2021, SI Eq. 9 ("parabola").

    Examples
    --------
    >>> def well(r):
    ...     return -25.0 * (1.0 + np.cos(np.pi * r))
    >>> exact = first_passage_time(well, r_max=1.0)
    >>> round(float(np.exp(kramers_time(well, r_max=1.0, top="parabola") - exact)), 2)
    0.99
    """
    phi = _function(potential, r_max)
    step = 1e-3 * r_max
    floor, near, end, before, second = phi(np.array([0.0, step, r_max, r_max - step, r_max - 2 * step]))
    curvature = 2.0 * (near - floor) / step**2
    if not curvature > 0:
        raise ParameterError("the potential has no minimum at 0, so the particle is not bound there")
    slope = (3.0 * end - 4.0 * before + second) / (2.0 * step)
    if top == "parabola":
        bend = (end - 2.0 * before + second) / step**2
        if bend >= 0 or abs(slope) * r_max > FLAT * abs(end - floor) + 2.0 * abs(bend) * step * r_max:
            raise ParameterError(
                f"the potential has no maximum at r_max={r_max:g} (its slope there is {slope:.3g}): "
                "use top='integral'"
            )
        length = 0.5 * np.log(-0.5 * np.pi / bend)
    elif top == "edge":
        if not slope > 0:
            raise ParameterError(f"the potential does not rise at r_max={r_max:g}: use top='integral'")
        length = -np.log(slope)
    elif top == "integral":
        length = _log_integral(phi, r_max) - end
    else:
        raise ParameterError(f"top must be 'parabola', 'edge' or 'integral', not {top!r}")
    value = 0.5 * np.log(0.5 * np.pi / curvature) + length + (end - floor)
    return labelled("log_kramers_time", float(value), (), r_max=float(r_max), top=top, D_0=1.0)


@validated
def cage_range(potential: CagingPotential, *, share: Fraction) -> xr.DataArray:
    r"""Displacement beyond which the cage is no deeper than a share of its depth.

    .. math:: |\beta\Phi(r_{max})| = s\, |\beta\Phi(0)|

    The potential falls off smoothly, so that its range is a matter of definition.

    Parameters
    ----------
    potential
        what :func:`supercooled.cage.potential` returns, from displacement 0 to beyond the range
    share
        s, between 0 and 1

    Returns
    -------
    xr.DataArray
        ``cage_range``, a number, sigma_AA.

    Raises
    ------
    ParameterError
        if `share` is out of range, the potential does not begin at 0 or is not negative there, or it does
        not fall that far.

    References
    ----------
    nandi2021, below Eq. 2, where the potential "disappears at r = r_max".

    Examples
    --------
    >>> r = np.linspace(0.0, 2.0, 201)
    >>> gaussian = xr.DataArray(-80 * np.exp(-8 * r**2), {"displacement": r}, ("displacement",))
    >>> cage_range(gaussian, share=0.01).round(3).item()
    0.759
    """
    r, values = potential["displacement"].values, potential.values
    if not 0 < share < 1:
        raise ParameterError(f"share must lie between 0 and 1, not {share:g}; for example share=0.01")
    if r[0] != 0 or not values[0] < 0:
        raise ParameterError("the range of a cage needs its potential from displacement 0, negative there")
    left = values / values[0]
    beyond = np.flatnonzero(left <= share)
    if len(beyond) == 0:
        raise ParameterError(
            f"the potential is still {left[-1]:.3g} of its depth at {r[-1]:g}, its last "
            f"displacement: give it at larger displacements than where {share:g} is left"
        )
    k = int(beyond[0])
    along = (share - left[k - 1]) / (left[k] - left[k - 1])
    found = float(r[k - 1] + along * (r[k] - r[k - 1]))
    return labelled("cage_range", found, (), share=float(share))


def _function(potential: Potential, r_max: float) -> Callable[[Array], Array]:
    """The potential as a function, checked up to `r_max`."""
    if not 0 < r_max < np.inf:
        raise ParameterError(f"r_max must be positive, not {r_max:g}; for example r_max=1.0")
    if isinstance(potential, xr.DataArray):
        r = potential["displacement"].values
        if len(r) < 4 or r[0] != 0 or r[-1] < r_max * (1 - 1e-12):
            raise ParameterError(
                f"the potential is known from {r[0]:g} to {r[-1]:g} at {len(r)} displacements; "
                f"a first-passage time needs it from 0 to {r_max:g}"
            )
        from scipy.interpolate import CubicSpline

        # Even in r, so without slope in the middle.
        spline = CubicSpline(r, potential.values, bc_type=((1, 0.0), "not-a-knot"))
        phi: Callable[[Array], Array] = lambda x: np.asarray(spline(x), dtype=np.float64)  # noqa: E731
    else:
        function = potential
        phi = lambda x: np.asarray(function(x), dtype=np.float64)  # noqa: E731
    try:
        tried = phi(np.linspace(0.0, r_max, 65))
    except (TypeError, ValueError) as error:
        raise ParameterError(
            "potential must be a function that takes an array of displacements and returns an "
            f"array of the same length, not {shown(potential)} ({error})"
        ) from error
    if tried.shape != (65,) or not np.isfinite(tried).all():
        raise ParameterError(f"the potential is not finite everywhere from 0 to r_max={r_max:g}")
    return phi


def _panels(phi: Callable[[Array], Array], r_max: float, panels: int) -> tuple[Array, Array, float]:
    """The potential (panel, node), Gauss-Legendre weights (node) and half the width of a panel."""
    x, w = np.polynomial.legendre.leggauss(NODES)
    half = 0.5 * r_max / panels
    middles = half * (2.0 * np.arange(panels) + 1.0)
    values = phi((middles[:, None] + half * x).ravel()).reshape(panels, NODES)
    return values, w, half


def _log_integral(phi: Callable[[Array], Array], r_max: float) -> float:
    """Logarithm of the integral of e^(beta Phi) from 0 to `r_max`."""
    from scipy.special import logsumexp

    values, w, half = _panels(phi, r_max, 2048)
    return float(logsumexp(values, b=half * w))


def _log_time(phi: Callable[[Array], Array], r_max: float, panels: int) -> float:
    from scipy.special import logsumexp

    values, w, half = _panels(phi, r_max, panels)
    # The inner integral up to each node: whole panels before it, and the part of its own. Each panel is
    # scaled by its own lowest value, so that nothing overflows within it.
    lowest = values.min(axis=1, keepdims=True)
    own = np.exp(lowest - values)
    part = half * np.maximum(own @ _to_each_node().T, 0.0)
    with np.errstate(divide="ignore"):
        within = np.log(part) - lowest
        whole = np.logaddexp.accumulate(np.log(half * (own @ w)) - lowest[:, 0])
    before = np.concatenate([[-np.inf], whole[:-1]])
    inner = np.logaddexp(before[:, None], within)
    return float(logsumexp(values + inner, b=half * w))


def _to_each_node() -> Array:
    """Integrals from -1 to each Gauss-Legendre node of the polynomial through values at all of them."""
    x, w = np.polynomial.legendre.leggauss(NODES)
    P = np.polynomial.legendre.legvander(x, NODES)
    degrees = np.arange(1, NODES)
    integrals = np.empty((NODES, NODES))
    integrals[:, 0] = x + 1.0
    integrals[:, 1:] = (P[:, 2:] - P[:, :-2]) / (2 * degrees + 1)
    coefficients = (np.arange(NODES) + 0.5)[:, None] * P[:, :NODES].T * w
    return np.asarray(integrals @ coefficients, dtype=np.float64)
