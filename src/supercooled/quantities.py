"""The table of quantities: one name, unit, symbol and long name for each result."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import xarray as xr

from supercooled import extensions
from supercooled.arguments import Dimensions, validated
from supercooled.errors import ParameterError
from supercooled.units import Units, units_of

__all__ = ["TABLE", "Quantity", "expressed", "labelled", "quantity"]

# What a result is called for a moment.
_VALUE = "value in other units"


@validated
@dataclass(frozen=True, slots=True)
class Quantity:
    """How a result is labelled, in files, on axes and in tables."""

    name: str
    symbol: str
    unit: str
    long_name: str

    @property
    def axis(self) -> str:
        """Axis label: symbol and unit."""
        return f"{self.symbol} ({self.unit})" if self.unit != "1" else self.symbol

    def unit_in(self, dimensions: int) -> str:
        """Unit of a number that was measured in so many dimensions.

        Examples
        --------
        >>> [quantity("softness").unit_in(d) for d in (2, 3)], quantity("density").unit_in(2)
        (['sigma_AA^4', 'sigma_AA^5'], 'sigma_AA^-2')
        """

        def power(found: re.Match[str]) -> str:
            sign, more = found[1] or found[2], found[3]
            return f"^{(-1 if sign else 1) * dimensions + int(more or 0)}"

        plain = re.sub(r"\^(?:(-?)d\b|\((-?)d([+-]\d+)\))", power, self.unit)
        return re.sub(r"\^1\b", "", plain)


TABLE: dict[str, Quantity] = {
    q.name: q
    for q in (
        Quantity("r", "$r$", "sigma_AA", "distance"),
        Quantity("q", "$q$", "1/sigma_AA", "wave number"),
        Quantity("time", "$t$", "tau", "time"),
        Quantity("lag", "$t$", "tau", "time between two frames"),
        Quantity("temperature", "$T$", "epsilon_AA/k_B", "temperature"),
        Quantity("density", r"$\rho$", "sigma_AA^-d", "number density"),
        Quantity("radial_distribution", "$g(r)$", "1", "partial radial distribution function"),
        Quantity("structure_factor", "$S(q)$", "1", "partial static structure factor"),
        Quantity("direct_correlation", "$C(r)$", "1", "partial direct correlation function"),
        Quantity("n_vectors", "$n_q$", "1", "wave vectors in the shell"),
        Quantity(
            "caging_potential",
            r"$\beta\Phi(r)$",
            "sigma_AA^-d",
            "mean-field caging potential, with C without 1/rho",
        ),
        Quantity("depth", r"$\beta\Phi_r$", "1", "depth of the cage from the distances of neighbours"),
        Quantity(
            "depth_q",
            r"$\beta\Phi_q$",
            "sigma_AA^-d",
            "depth of the cage from the structure factor, with C without 1/rho",
        ),
        Quantity("depth_r", r"$\beta\Phi_r$", "1", "depth of the cage from the radial distribution function"),
        Quantity("softness", "$S$", "sigma_AA^(d+2)", "softness of the cage, with C without 1/rho"),
        Quantity(
            "normalised_depth", r"$\beta\Phi_q/\rho$", "1", "depth of the cage from the structure factor"
        ),
        Quantity(
            "normalised_softness",
            r"$\rho S$",
            "sigma_AA^2",
            "softness of the cage: its mean square along an axis",
        ),
        Quantity("structure_function", "$G$", "1", "structure function"),
        Quantity("learned_softness", "$S$", "1", "learned softness: distance from the hyperplane"),
        Quantity(
            "log_first_passage_time",
            r"$\ln\tau_\mathrm{mfpt}$",
            "1",
            "logarithm of the mean first-passage time out of the cage, in sigma_AA^2/D_0",
        ),
        Quantity(
            "log_kramers_time",
            r"$\ln\tau_\mathrm{Kramers}$",
            "1",
            "logarithm of the Kramers time of escape from the cage, in sigma_AA^2/D_0",
        ),
        Quantity("cage_range", r"$r_\mathrm{max}$", "sigma_AA", "range of the caging potential"),
        Quantity("p_hop", r"$p_\mathrm{hop}$", "sigma_AA^2", "indicator of a hop between two cages"),
        Quantity("msd", r"$\langle\Delta r^2\rangle$", "sigma_AA^2", "mean squared displacement"),
        Quantity(
            "quartic", r"$\langle\Delta r^4\rangle$", "sigma_AA^4", "mean fourth power of the displacement"
        ),
        Quantity("alpha2", r"$\alpha_2$", "1", "non-Gaussian parameter"),
        Quantity("overlap", "$q(t)$", "1", "self overlap function"),
        Quantity("scattering", "$F_s(k,t)$", "1", "self intermediate scattering function"),
        Quantity("chi4_overlap", r"$\chi_4^q(t)$", "1", "fluctuation of the self overlap"),
        Quantity("chi4_scattering", r"$\chi_4^F(k,t)$", "1", "fluctuation of self scattering"),
        Quantity("van_hove", "$G_s(r,t)$", "sigma_AA^-d", "self part of the van Hove function"),
        Quantity("van_hove_beyond", "$P(r>r_{max},t)$", "1", "share of displacements beyond the last bin"),
        Quantity("relaxation_time", r"$\tau_\alpha$", "tau", "alpha relaxation time"),
        Quantity("stretched_exponent", r"$\beta$", "1", "exponent of a stretched exponential"),
        Quantity("onset_temperature", "$T_o$", "epsilon_AA/k_B", "onset temperature of slow dynamics"),
        Quantity("duration", r"$\Delta t$", "tau", "time spent above the threshold"),
        Quantity("displacement", r"$\mathbf d$", "sigma_AA", "displacement"),
        Quantity("waiting_time", "$t$", "tau", "waiting time"),
        Quantity("survival", "$P(>t)$", "1", "share that lasts longer"),
        Quantity(
            "nonaffine",
            r"$D^2_\mathrm{min}$",
            "sigma_AA^2",
            "deviation from the best local affine deformation",
        ),
        Quantity(
            "cage_relative_displacement",
            r"$\Delta\mathbf r_\mathrm{CR}$",
            "sigma_AA",
            "displacement relative to the neighbours",
        ),
        Quantity(
            "propensity",
            r"$\langle|\Delta\mathbf r|\rangle_\mathrm{iso}$",
            "sigma_AA",
            "propensity for motion",
        ),
        Quantity("diffusivity", "$D$", "sigma_AA^2/tau", "self-diffusion coefficient"),
        Quantity("information", r"$\mathrm{IC}$", "1", "information criterion"),
        Quantity("probability", "$P$", "1", "probability"),
        Quantity("probability_density", "$P$", "1", "probability density"),
        Quantity("rearrangement_probability", "$P_R$", "1", "share of particles that rearrange"),
        Quantity("memory", "$C_S(t)$", "1", "correlation of softness with itself at a later time"),
        Quantity(
            "propagated_mean",
            r"$\langle S(t)\rangle_{S_0}$",
            "sigma_AA^(d+2)",
            "mean softness of particles that stayed",
        ),
        Quantity(
            "propagated_width",
            r"$\sigma_{S_0}(t)$",
            "sigma_AA^(d+2)",
            "standard deviation of the softness of particles that stayed",
        ),
        Quantity("staying", "$P$", "1", "share of particles that never left"),
        Quantity("auc", "$A$", "1", "area under the ROC curve"),
        Quantity("mutual_information", "$I$", "bit", "mutual information of structure and rearrangement"),
        Quantity("coordination", "$z$", "1", "neighbours in the first shell"),
        Quantity("local_density", r"$\rho_i$", "sigma_AA^-d", "density around a particle"),
        Quantity("rank_correlation", r"$r_s$", "1", "rank correlation"),
        Quantity("steepness", r"$d\ln P_R/d\ln S$", "1", "dependence of rearrangements on softness"),
        Quantity("barrier", r"$\Delta E$", "epsilon_AA", "energy barrier of a rearrangement"),
        Quantity("entropy", r"$\Sigma$", "1", "logarithm of the attempt probability of a rearrangement"),
        Quantity("energy", "$U/N$", "epsilon_AA", "potential energy per particle"),
        Quantity("potential_energy", "$U/N$", "epsilon_AA", "potential energy per particle"),
        Quantity(
            "kinetic_temperature", r"$T_\mathrm{kin}$", "epsilon_AA/k_B", "temperature of the velocities"
        ),
        Quantity(
            "configurational_temperature",
            r"$T_\mathrm{conf}$",
            "epsilon_AA/k_B",
            "temperature of the positions, squares of the forces over the Laplacian of the energy",
        ),
        Quantity("virial", "$W$", "epsilon_AA", "sum over pairs of distance times force"),
        Quantity(
            "virial_pressure",
            r"$p_\mathrm{conf}$",
            "epsilon_AA/sigma_AA^d",
            "pressure without its kinetic part",
        ),
        Quantity("pressure", "$p$", "epsilon_AA/sigma_AA^d", "pressure"),
        Quantity("force_norm", r"$|\mathbf F|$", "epsilon_AA/sigma_AA", "2-norm of all forces together"),
        Quantity("pair_entropy", "$s^{(2)}$", "k_B", "pair excess entropy per particle"),
        Quantity(
            "scaled_entropy", r"$\Sigma/\ln P_R(T_A)$", "1", "entropic barrier over that of the crossover"
        ),
        Quantity("excess_entropy", r"$s_\mathrm{ex}$", "k_B", "excess entropy per particle"),
        Quantity(
            "scaled_barrier",
            r"$\Delta E/T_A \ln P_R(T_A)$",
            "1",
            "energy barrier over that of the crossover",
        ),
        Quantity("identity", "$\\delta$", "1", "deviation from one common crossing"),
        Quantity("pearson", r"$\rho_{S,s^{(2)}}$", "1", "Pearson correlation of softness and pair entropy"),
        Quantity("reduced_diffusivity", "$D^*$", "1", "reduced self-diffusion coefficient"),
        Quantity("pair_energy", "$V(r)$", "epsilon_AA", "energy of a pair"),
        Quantity("count", "$n$", "1", "how many"),
        Quantity("event_rate", "$k(S)$", "1/tau", "events per time of a particle"),
        Quantity("spatial_correlation", "$C(r)$", "1", "correlation of a field in space"),
        Quantity("field_structure_factor", "$S_f(q)$", "1", "structure factor of a field"),
        Quantity("coherence", "$c(q)$", "1", "coherence of two fields"),
        Quantity("four_point", "$S_4(q,t)$", "1", "four-point structure factor"),
        Quantity("correlation_length", r"$\xi$", "sigma_AA", "correlation length"),
        Quantity("gyration_radius", "$R_g$", "sigma_AA", "radius of gyration"),
        Quantity("mobility_transfer", "$M(r,t)$", "1", "events that follow others, over shuffled ones"),
        Quantity("evaluations", "$n$", "1", "evaluations of energy and forces in a quench"),
    )
}


@validated
def add_quantity(entry: Quantity) -> Quantity:
    """Add a quantity to the table, so that results of this name get its unit and long name.

    Parameters
    ----------
    entry
        quantity with its name, unit, symbol and long name

    Returns
    -------
    Quantity
        the quantity that was added

    Raises
    ------
    ParameterError
        if another quantity has the name.

    Examples
    --------
    >>> add_quantity(Quantity("r", "$r$", "sigma_AA", "distance")).unit
    'sigma_AA'
    """
    known = TABLE.setdefault(entry.name, entry)
    if known != entry:
        raise ParameterError(f"the table of quantities already has {known}, so {entry} needs another name")
    return entry


@validated
def quantity(name: str) -> Quantity:
    """Entry of the table.

    Parameters
    ----------
    name
        name of a quantity in the table

    Returns
    -------
    Quantity
        the entry

    Raises
    ------
    ParameterError
        if the table has no such name.

    Examples
    --------
    >>> quantity("msd").unit
    'sigma_AA^2'
    """
    if name not in TABLE and name in extensions.known(extensions.QUANTITIES):
        brought = extensions.loaded(extensions.QUANTITIES, name, kind="quantity")
        if not isinstance(brought, Quantity) or brought.name != name:
            raise ParameterError(f"the quantity {name!r} of an installed package is {brought!r}")
        add_quantity(brought)
    if name not in TABLE:
        raise ParameterError(f"no quantity {name!r} in the table of quantities")
    return TABLE[name]


@validated
def labelled(
    name: str,
    data: Any,
    dims: Sequence[str],
    coords: Mapping[str, Any] | None = None,
    **attributes: Any,
) -> xr.DataArray:
    """DataArray of a quantity, with unit and long name from the table.

    Coordinates in the table get theirs too; `attributes` say how the value was made.

    Parameters
    ----------
    name
        name of a quantity in the table
    data
        values
    dims
        name of each dimension
    coords
        coordinates along the dimensions
    attributes
        further attributes

    Returns
    -------
    xr.DataArray
        array with its unit and long name as attributes

    Raises
    ------
    ParameterError
        if data, dimensions and coordinates do not match, or the table has no such name.
    """
    entry = quantity(name)
    try:
        array = xr.DataArray(data, dims=tuple(dims), coords=dict(coords or {}), name=name)
    except (ValueError, TypeError) as error:
        raise ParameterError(
            f"the data of {name} do not match the dimensions {tuple(dims)} and their coordinates: {error}"
        ) from error
    array.attrs.update(units=entry.unit, long_name=entry.long_name, **attributes)
    for coordinate in array.coords:
        if (known := TABLE.get(str(coordinate))) is not None:
            array[coordinate].attrs.update(units=known.unit, long_name=known.long_name)
    return array


@validated
def expressed(found: xr.DataArray | xr.Dataset, units: Units | str, *, dimensions: Dimensions = 3) -> Any:
    """A result in the units of a file: each variable and coordinate whose ``units`` are reduced ones.

    Parameters
    ----------
    found
        with units made of sigma_AA, epsilon_AA, tau and k_B, as results of this package have them
    units
        such as ``run.units``, or their text
    dimensions
        of space, for densities

    Returns
    -------
    Any
        a new one of the same kind, whose attribute ``in_units`` says which. Temperatures are in K, and
        what has no unit stays.

    Raises
    ------
    ParameterError
        if a unit is made of something else.

    Examples
    --------
    >>> import numpy as np
    >>> D = labelled("diffusivity", np.array([0.03]), ("state",))
    >>> argon = expressed(D, "metal,sigma=3.405,epsilon=0.010324,mass=39.948")
    >>> argon.values.round(4), argon.attrs["units"]
    (array([0.1613]), 'Angstrom^2/ps')
    """
    known = units_of(units) if isinstance(units, str) else units
    if isinstance(found, xr.DataArray):
        whole = _expressed(found.to_dataset(name=_VALUE), known, dimensions)
        return whole[_VALUE].rename(found.name).assign_attrs(in_units=str(known))
    return _expressed(found, known, dimensions).assign_attrs(in_units=str(known))


def _expressed(found: xr.Dataset, units: Units, dimensions: int) -> xr.Dataset:
    changed = found.copy()
    for name in [*changed.coords, *changed.data_vars]:
        one = changed[name].variable
        if one.attrs.get("units", "1") in ("1", "bit"):
            continue
        factor, word = units.worth(str(one.attrs["units"]), dimensions=dimensions)
        made = (one.dims, one.values * factor, {**one.attrs, "units": word})
        is_label = name in changed.coords
        changed = changed.assign_coords({name: made}) if is_label else changed.assign({name: made})
    return changed
