"""Curves: structure, motion, distributions, probabilities."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from supercooled.arguments import validated
from supercooled.arguments.datasets import Lines
from supercooled.errors import ParameterError
from supercooled.plot.drawing import Curves, axes_of, by_temperature, without_key
from supercooled.quantities import TABLE
from supercooled.report.figures import barriers, cage, dynamics, softness, structure
from supercooled.report.style import axis, band, figure, floats, panel, steps


@validated
def radial_distribution(rdf: Curves, *, temperatures: Sequence[float] | None = None) -> tuple[Axes, ...]:
    """g(r) of each pair, one strip a pair.

    Parameters
    ----------
    rdf
        of :func:`supercooled.structure.radial_distribution`, or several
    temperatures
        of several, unless their coordinates say it

    Returns
    -------
    tuple[Axes, ...]
        one for each pair of species
    """
    data = by_temperature(rdf, temperatures, "radial_distribution", "pair", "r")
    return without_key(axes_of(structure.radial_distribution, data), data)


@validated
def structure_factor(sq: Curves, *, temperatures: Sequence[float] | None = None) -> tuple[Axes, ...]:
    """S(q) of each pair, one strip a pair; arguments as in :func:`radial_distribution`.

    Parameters
    ----------
    sq
        result of :func:`supercooled.structure.structure_factor`, or several
    temperatures
        temperatures, epsilon_AA/k_B

    Returns
    -------
    tuple[Axes, ...]
        one for each pair of species
    """
    data = by_temperature(sq, temperatures, "structure_factor", "pair", "q")
    return without_key(axes_of(structure.structure_factor, data), data)


@validated
def caging_potential(
    potential: xr.DataArray | Sequence[xr.DataArray], *, temperatures: Sequence[float] | None = None
) -> Axes:
    """The mean-field cage, of :func:`supercooled.cage.potential`, or several.

    Parameters
    ----------
    potential
        result of :func:`supercooled.cage.potential`, or several
    temperatures
        temperatures, epsilon_AA/k_B

    Returns
    -------
    Axes
        the axes that were drawn on
    """
    data = by_temperature(potential, temperatures, "displacement").to_dataset(name="caging_potential")
    return without_key(axes_of(cage.potential, data), data)[0]


@validated
def displacements(motion: Curves, *, temperatures: Sequence[float] | None = None) -> Axes:
    """Mean squared displacement, of :func:`supercooled.dynamics.displacements`, or several.

    Parameters
    ----------
    motion
        result of :func:`supercooled.dynamics.displacements`, or several
    temperatures
        temperatures, epsilon_AA/k_B

    Returns
    -------
    Axes
        the axes that were drawn on
    """
    data = by_temperature(motion, temperatures, "msd", "lag")
    return without_key(axes_of(dynamics.displacements, data), data)[0]


@validated
def non_gaussian(motion: Curves, *, temperatures: Sequence[float] | None = None) -> Axes:
    """Non-Gaussian parameter; arguments as in :func:`displacements`.

    Parameters
    ----------
    motion
        result of :func:`supercooled.dynamics.displacements`, or several
    temperatures
        temperatures, epsilon_AA/k_B

    Returns
    -------
    Axes
        the axes that were drawn on
    """
    data = by_temperature(motion, temperatures, "alpha2", "lag")
    return without_key(axes_of(dynamics.non_gaussian, data), data)[0]


@validated
def overlap(motion: Curves, *, temperatures: Sequence[float] | None = None) -> Axes:
    """Self overlap; arguments as in :func:`displacements`.

    Parameters
    ----------
    motion
        result of :func:`supercooled.dynamics.displacements`, or several
    temperatures
        temperatures, epsilon_AA/k_B

    Returns
    -------
    Axes
        the axes that were drawn on
    """
    data = by_temperature(motion, temperatures, "overlap", "lag")
    return without_key(axes_of(dynamics.overlap, data), data)[0]


@validated
def distribution(found: Curves, *, temperatures: Sequence[float] | None = None) -> Axes:
    """Probability density of a field, of :func:`supercooled.relation.distribution`, or several.

    Parameters
    ----------
    found
        result of :func:`supercooled.relation.distribution`, or several
    temperatures
        temperatures, epsilon_AA/k_B

    Returns
    -------
    Axes
        the axes that were drawn on
    """
    data = by_temperature(found, temperatures, "probability_density")
    density = data["probability_density"]
    special = {"softness": softness.softness_distribution, "depth": softness.depth_distribution}
    names = {"softness": "P_S", "depth": "P_depth"}
    for name, draw in special.items():
        if name in density.dims:
            renamed = density.to_dataset(name=names[name])
            return without_key(axes_of(draw, renamed), data)[0]
    return curve(density)


@validated
def rearrangement_probability(found: Curves, *, temperatures: Sequence[float] | None = None) -> Axes:
    """P_R of softness or depth, of :func:`supercooled.relation.rearrangement_probability`, or several.

    Parameters
    ----------
    found
        result of :func:`supercooled.relation.rearrangement_probability`, or several
    temperatures
        temperatures, epsilon_AA/k_B

    Returns
    -------
    Axes
        the axes that were drawn on
    """
    data = by_temperature(found, temperatures, "rearrangement_probability")
    draw = barriers.probability_by_depth if "depth" in data.dims else barriers.rearrangement_probability
    return without_key(axes_of(draw, data), data)[0]


@validated
def arrhenius(probabilities: Curves, fits: Lines, *, temperatures: Sequence[float] | None = None) -> Axes:
    """Logarithm of P_R against 1/T with the lines of :func:`supercooled.relation.arrhenius`.

    Parameters
    ----------
    probabilities
        rearrangement probability of each temperature
    fits
        result of :func:`supercooled.relation.arrhenius`
    temperatures
        temperature of each result that has none of its own

    Returns
    -------
    Axes
        the axes that were drawn on
    """
    return axes_of(
        barriers.arrhenius, by_temperature(probabilities, temperatures, "rearrangement_probability"), fits
    )[0]


@validated
def barrier(fits: Lines) -> Axes:
    """Barriers against softness, of :func:`supercooled.relation.arrhenius`.

    Parameters
    ----------
    fits
        result of :func:`supercooled.relation.arrhenius`

    Returns
    -------
    Axes
        the axes that were drawn on
    """
    return axes_of(barriers.barrier, fits)[0]


@validated
def curve(data: xr.DataArray, *, error: xr.DataArray | None = None) -> Axes:
    r"""Any curve with labels from the table of quantities; a second dimension becomes colours.

    Parameters
    ----------
    data
        one dimension runs along x, the longest; at most one other
    error
        a standard error, drawn as a band

    Returns
    -------
    Axes
        the axes that were drawn on

    Raises
    ------
    ParameterError
        if it has more than two dimensions, or none.

    Examples
    --------
    >>> from supercooled.quantities import labelled
    >>> axes = curve(labelled("msd", [0.1, 0.2], ("lag",), {"lag": [1.0, 2.0]}))
    >>> axes.get_xlabel()
    '$t$ ($\\tau$)'
    """
    if not 1 <= data.ndim <= 2:
        raise ParameterError(
            f"a curve must have one dimension or two, not {data.dims}; select some with .isel"
        )
    if error is not None and (error.dims != data.dims or error.shape != data.shape):
        raise ParameterError(
            f"error has dimensions {error.dims} of {error.shape}, and data {data.dims} of {data.shape}"
        )
    return axes_of(_curve, data, error)[0]


@figure
def _curve(data: xr.DataArray, error: xr.DataArray | None) -> Figure:
    along = max(data.dims, key=lambda name: data.sizes[name])
    others = [name for name in data.dims if name != along]
    lines = [data] if not others else [data.isel({others[0]: k}) for k in range(data.sizes[others[0]])]
    fig, (axes,) = panel()
    x = floats(data[along]) if along in data.coords else np.arange(data.sizes[along], dtype=np.float64)
    for k, (line, colour) in enumerate(zip(lines, steps(len(lines)), strict=True)):
        label = _words(line[others[0]].item() if others[0] in line.coords else k) if others else None
        y = floats(line)
        spread = error if error is None or not others else error.isel({others[0]: k})
        band(axes, x, y, None if spread is None else floats(spread), colour)
        axes.plot(x, y, color=colour, label=label)
    axes.set(xlabel=_label(str(along)), ylabel=_label(str(data.name or "value")))
    if others:
        axes.legend(title=_label(str(others[0])))
    return fig


def _label(name: str) -> str:
    return axis(name) if name in TABLE else name.replace("_", " ")


def _words(value: object) -> str:
    return f"{value:g}" if isinstance(value, (float, np.floating)) else str(value)
