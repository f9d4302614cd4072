"""Excess entropy in the pair approximation, of a liquid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike

from supercooled.arguments import Positive, validated
from supercooled.arguments.datasets import LiquidDistribution
from supercooled.arrays import Array
from supercooled.errors import ParameterError
from supercooled.mixture import pair_labels
from supercooled.quantities import labelled


@validated
@dataclass(frozen=True, slots=True)
class Logistic:
    r"""A switching function that falls from 1 to 0 about a distance.

    .. math:: L(r - \eta) = \frac{1}{1 + e^{(r - \eta)/w}}

    Parameters
    ----------
    centre
        eta, sigma_AA; 2.0 in graham2023
    width
        w, sigma_AA; the paper prints none, and a logistic function without one has 1.0

    Raises
    ------
    ParameterError
        if the width is not positive, or the centre is not a number.

    References
    ----------
    graham2023, after Eq. 6.

    Examples
    --------
    >>> Logistic(centre=2.0, width=1.0)([1.0, 2.0, 3.0]).round(3)
    array([0.731, 0.5  , 0.269])
    """

    centre: float
    width: Positive

    def __post_init__(self) -> None:
        if not (np.isfinite(self.centre) and np.isfinite(self.width) and self.width > 0):
            raise ParameterError(
                f"a switching function needs a centre and a positive width, not "
                f"{self.centre} and {self.width}; "
                "for example Logistic(centre=2.0, width=1.0)"
            )

    @validated
    def __call__(self, r: ArrayLike) -> Array:
        """The switching function at distances.

        Parameters
        ----------
        r
            distances, sigma_AA

        Returns
        -------
        Array
            values between 0 and 1, in the shape of `r`
        """
        x = (np.asarray(r, dtype=np.float64) - self.centre) / self.width
        return np.asarray(1.0 / (1.0 + np.exp(np.clip(x, -700.0, 700.0))), dtype=np.float64)


@validated
def pair_entropy(
    rdf: LiquidDistribution,
    *,
    r_max: Positive,
    switching: Logistic | None,
    pair_correlation: Literal["partial", "total"] = "partial",
) -> xr.Dataset:
    r"""Excess entropy of a liquid, as far as pairs of particles know it.

    .. math:: s^{(2)}_a = -\frac{1}{2} \sum_K \rho_K \int_0^{r_{max}}
        \left[g_{aK} \ln g_{aK} - g_{aK} + 1\right] 4\pi r^2 dr, \qquad
        s^{(2)} = \sum_a x_a s^{(2)}_a

    in units of k_B a particle; in the plane 2 pi r dr. The integral is the sum over the bins of `rdf`.
    Noise in g(r) counts as structure: M frames of N ideal particles in n bins give -n/(2MN) on average.

    Parameters
    ----------
    rdf
        what :func:`supercooled.structure.radial_distribution` returns
    r_max
        where the integral ends, sigma_AA, at most that of `rdf`
    switching
        the switching function that multiplies the integrand; None leaves it alone, as Eq. 4 is
        printed
    pair_correlation
        "partial", with the g of every pair, or "total", with one g of all species together

    Returns
    -------
    xr.Dataset
        ``pair_entropy`` (species), that of a particle of each, and ``total``, the mean over all.

    Raises
    ------
    ParameterError
        if `r_max` is outside of `rdf`, or `pair_correlation` is unknown.

    References
    ----------
    graham2023, Eq. 4; Nettleton and Green 1958.

    Examples
    --------
    >>> import supercooled as sc
    >>> gas = np.random.default_rng(1).uniform(-5, 5, (50, 500, 3))
    >>> g = sc.structure.radial_distribution(
    ...     sc.Trajectory.from_arrays(gas, sc.Box.cube(10.0)), r_max=4.0, dr=0.1)
    >>> round(float(pair_entropy(g, r_max=4.0, switching=None).total), 2)
    -0.0
    """
    curves = rdf["radial_distribution"]
    r, dr = curves["r"].values, float(rdf.attrs["dr"])
    if not dr <= r_max <= float(rdf.attrs["r_max"]) * (1 + 1e-9):
        raise ParameterError(
            f"r_max={r_max:g} must lie between {dr:g} and the {float(rdf.attrs['r_max']):g} of the radial "
            "distribution"
        )
    if pair_correlation not in ("partial", "total"):
        raise ParameterError(f"pair_correlation must be 'partial' or 'total', not {pair_correlation!r}")
    names = list(rdf.attrs["species"])
    x = np.asarray(rdf.attrs["composition"], dtype=np.float64)
    upper = np.triu_indices(len(names))
    g = np.empty((len(names), len(names), len(r)))
    g[upper] = curves.sel(pair=list(pair_labels(tuple(names)))).values
    g[upper[1], upper[0]] = g[upper]
    if pair_correlation == "total":
        names, g, x = ["all"], np.einsum("a,b,abr->r", x, x, g)[None, None], np.ones(1)
    density = float(rdf.attrs["density"])
    weight = half_measure(r, dr, int(rdf.attrs["dimensions"])) * (r < r_max * (1 + 1e-9))
    if switching is not None:
        weight = weight * switching(r)
    each = np.array([entropy_of(row, density * x, weight) for row in g])
    attributes = {
        "r_max": float(r_max),
        "dr": dr,
        "pair_correlation": pair_correlation,
        "switching": described(switching),
    }
    return xr.Dataset(
        {
            "pair_entropy": labelled("pair_entropy", each, ("species",), {"species": names}),
            "total": labelled("pair_entropy", float(x @ each), ()),
        },
        attrs=attributes,
    )


def entropy_of(g: Array, density: Array, weight: Array) -> float:
    """Pair entropy from g (partner, r), densities (partner,) and half the measure (r,).

    Examples
    --------
    >>> entropy_of(np.zeros((2, 5)), np.ones(2), np.ones(5))
    -10.0
    """
    # g ln g tends to 0 with g
    logarithm = np.log(np.where(g > 0, g, 1.0))
    return float(-density @ ((g * logarithm - g + 1.0) @ weight))


def half_measure(r: Array, dr: float, dimensions: int) -> Array:
    """Half the volume (area) that a distance stands for: 2 pi r^2 dr, or pi r dr."""
    return np.asarray((2.0 * np.pi * r**2 if dimensions == 3 else np.pi * r) * dr, dtype=np.float64)


def described(switching: Logistic | None) -> str:
    """The switching function in words, for attributes."""
    return (
        "none" if switching is None else f"logistic, centre {switching.centre:g}, width {switching.width:g}"
    )
