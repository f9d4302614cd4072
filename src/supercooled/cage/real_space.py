"""The cage of the whole liquid, from its radial distribution functions."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import xarray as xr

from supercooled.arguments import Temperature, validated
from supercooled.arguments.datasets import LiquidDistribution
from supercooled.arrays import Array
from supercooled.errors import ParameterError
from supercooled.mixture import Mixture, pair_labels
from supercooled.quantities import labelled


@validated
def hypernetted_chain(rdf: LiquidDistribution, mixture: Mixture, *, temperature: Temperature) -> xr.DataArray:
    r"""Partial direct correlation functions of distance in the hypernetted-chain approximation.

    .. math:: C_{ab}(r) = -\beta U_{ab}(r) + [g_{ab}(r) - 1] - \ln g_{ab}(r)

    Where no pair was seen, g = exp(-beta U) is as good as 0 and C = -1, the limit of a hard core;
    g C is 0 there.

    Parameters
    ----------
    rdf
        what :func:`supercooled.structure.radial_distribution` returns
    mixture
        its pair potentials
    temperature
        epsilon_AA / k_B

    Returns
    -------
    xr.DataArray
        ``direct_correlation`` (pair, r), dimensionless.

    Raises
    ------
    ParameterError
        if the temperature is not positive, or the species differ from the mixture's.

    References
    ----------
    sharma2022, Eq. 6.

    Examples
    --------
    >>> import supercooled as sc
    >>> g = xr.Dataset({"radial_distribution": (("pair", "r"), [[0.0, 1.0]])}, {"r": [0.5, 3.0]})
    >>> fluid = Mixture("lj", ("A",), (1.0,), (1.0,), (sc.LennardJones(1.0, 1.0, 2.5),))
    >>> g = g.assign_attrs(species=["A"], composition=[1.0], density=0.8, dimensions=3, dr=2.5)
    >>> hypernetted_chain(g, fluid, temperature=1.0).values
    array([[-1.,  0.]])
    """
    _check(rdf, mixture, temperature)
    g = rdf.radial_distribution.values
    r = rdf.r.values
    energies = np.stack([potential.energy(r) for potential in mixture.potentials])
    seen = g > 0
    known = np.where(seen, g, 1.0)
    values = np.where(seen, -np.where(seen, energies, 0.0) / temperature + known - 1.0 - np.log(known), -1.0)
    return labelled(
        "direct_correlation",
        values,
        ("pair", "r"),
        {"pair": list(pair_labels(mixture.species)), "r": r},
        temperature=temperature,
        closure="hypernetted chain",
    )


@validated
def depth(
    rdf: LiquidDistribution,
    mixture: Mixture,
    *,
    temperature: Temperature,
    cutoffs: Mapping[str, tuple[float, float]] | None = None,
    species: str | None = None,
) -> xr.DataArray:
    r"""Depth of the mean-field cage from pair distances: the magnitude of the potential at its minimum.

    .. math:: \beta\Phi_r = \rho \int d\mathbf r \sum_{uv} C_{uv}(r) \sqrt{x_u x_v}\, g_{uv}(r)

    The paper's sign is negative. The measure is 4 pi r^2 dr, in the plane 2 pi r dr.

    Parameters
    ----------
    rdf
        what :func:`supercooled.structure.radial_distribution` returns
    mixture
        mixture whose potentials act between the particles
    temperature
        epsilon_AA / k_B
    cutoffs
        (lower, upper) of the integral for each pair used, sigma_AA; without it all of `rdf`
    species
        only the terms of one species u, as around a particle of it; without it all u and v

    Returns
    -------
    xr.DataArray
        ``depth``, dimensionless, without dimensions; positive for a bound cage.

    Raises
    ------
    ParameterError
        if a cutoff is missing or out of range, pairs were seen within it nearer than their potential is
        known, or :func:`hypernetted_chain` raises it.

    References
    ----------
    sharma2022, Eq. 5 of the journal (the preprint's prefactor differs).

    Examples
    --------
    >>> import supercooled as sc
    >>> gas = xr.Dataset({"radial_distribution": (("pair", "r"), np.ones((1, 50)))})
    >>> gas = gas.assign_coords(r=np.arange(2.55, 7.5, 0.1)).assign_attrs(
    ...     species=["A"], composition=[1.0], density=1.0, dimensions=3, dr=0.1)
    >>> fluid = Mixture("lj", ("A",), (1.0,), (1.0,), (sc.LennardJones(1.0, 1.0, 2.5),))
    >>> depth(gas, fluid, temperature=1.0).item()
    0.0
    """
    C = hypernetted_chain(rdf, mixture, temperature=temperature).values
    g = rdf.radial_distribution.values
    names = list(rdf.species)
    x = np.sqrt(np.asarray(rdf.composition))
    if species is not None and species not in names:
        raise ParameterError(f"no species {species!r} among {names}")
    total = 0.0
    for p, (pair, u, v) in enumerate(
        zip(pair_labels(names), *(k.tolist() for k in np.triu_indices(len(names))), strict=True)
    ):
        if species is None:
            times = 1.0 if u == v else 2.0
        elif species in (names[u], names[v]):
            times = 1.0
        else:
            continue
        shells = _shells(rdf, None if cutoffs is None else cutoff_of(cutoffs, pair))
        within = shells > 0
        if not np.isfinite(C[p, within]).all():
            nearest = float(rdf.r.values[within & ~np.isfinite(C[p])].min())
            raise ParameterError(
                f"{pair} pairs come as close as {nearest:.3g}, where the potential of "
                f"{mixture.name} is not defined: start its table there, or raise the lower "
                "cutoff"
            )
        total += times * x[u] * x[v] * float(np.sum(shells[within] * C[p, within] * g[p, within]))
    return labelled(
        "depth",
        rdf.attrs["density"] * total,
        (),
        temperature=temperature,
        cutoffs="none" if cutoffs is None else str({k: tuple(map(float, v)) for k, v in cutoffs.items()}),
        species=species or "all",
    )


def cutoff_of(cutoffs: Mapping[str, tuple[float, float]], pair: str) -> tuple[float, float]:
    """Cutoffs of one pair, checked.

    Raises
    ------
    ParameterError
        if they are missing or don't rise.
    """
    if pair not in cutoffs:
        raise ParameterError(
            f"no cutoffs for the pair {pair}; pass cutoffs={{{pair!r}: (lower, upper), ...}}"
        )
    lower, upper = cutoffs[pair]
    if not 0 <= lower < upper < np.inf:
        raise ParameterError(f"cutoffs of {pair} must increase and start at 0 or above, not {(lower, upper)}")
    return float(lower), float(upper)


def _shells(rdf: LiquidDistribution, cutoffs: tuple[float, float] | None) -> Array:
    """Volume of each bin's shell between the cutoffs, (r,)."""
    dr, d = float(rdf.attrs["dr"]), int(rdf.attrs["dimensions"])
    inner, outer = rdf.r.values - 0.5 * dr, rdf.r.values + 0.5 * dr
    if cutoffs is not None:
        if cutoffs[1] > outer[-1] * (1 + 1e-9):
            raise ParameterError(
                f"the upper cutoff {cutoffs[1]:g} lies beyond the radial distribution, "
                f"which ends at {outer[-1]:g}; make it with a larger r_max"
            )
        inner, outer = np.clip(inner, *cutoffs), np.clip(outer, *cutoffs)
    shells: Array = 4.0 / 3.0 * np.pi * (outer**3 - inner**3) if d == 3 else np.pi * (outer**2 - inner**2)
    return shells


def _check(rdf: LiquidDistribution, mixture: Mixture, temperature: float) -> None:
    if not (np.isfinite(temperature) and temperature > 0):
        raise ParameterError(f"temperature must be positive, not {temperature}")
    if tuple(rdf.species) != mixture.species:
        raise ParameterError(
            f"the radial distribution has species {tuple(rdf.species)}, {mixture.name} has {mixture.species}"
        )
