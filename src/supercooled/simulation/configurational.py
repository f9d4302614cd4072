"""Energy, virial, pressure and configurational temperature of configurations, from their positions alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import numpy as np

from supercooled.arguments import Number, validated
from supercooled.arrays import Array, Integers
from supercooled.box import Box
from supercooled.errors import MixtureError
from supercooled.mixture import Mixture
from supercooled.nearest import check_units_once
from supercooled.potentials import PairPotential
from supercooled.simulation.pair_forces import PairForces
from supercooled.trajectory import Trajectory

if TYPE_CHECKING:
    import xarray as xr

# Of a distance: the slope of the force to some 1e-8 of itself.
_STEP = 3e-6


@validated
def configurational(
    trajectory: Trajectory,
    mixture: Mixture,
    *,
    temperature: Annotated[float, Number(above=0.0)] | None = None,
) -> xr.Dataset:
    r"""Energy, virial, pressure and temperature that positions have, frame by frame.

    .. math:: W = -\sum_{i<j} r_{ij} u'(r_{ij}) = -d\,V\,\frac{\partial U}{\partial V},\qquad
              p_c = \frac{W}{d\,V},\qquad p = \rho T + p_c,\qquad
              T_c = \frac{\sum_i |\mathbf F_i|^2}{\sum_i \nabla_i^2 U}

    d is 2 or 3, V the area in 2-D. Nothing is added for what lies beyond the cutoff. A force that jumps at
    the cutoff has there a delta in its slope, which the sum leaves out: average T_c over frames, and compare
    steps of the integration with one another rather than with T to its last digit, unless the potential is
    smooth.

    Parameters
    ----------
    trajectory
        trajectory
    mixture
        mixture whose potentials act between the particles
    temperature
        of the kinetic part of the pressure, epsilon_AA/k_B

    Returns
    -------
    xr.Dataset
        Dataset over (frame,) with ``potential_energy`` a particle, ``virial`` W of all pairs,
        ``virial_pressure`` p_c, ``configurational_temperature`` T_c, and, where a temperature is given,
        ``pressure`` p.

    Raises
    ------
    BoxError, MixtureError
        if a box is too small for the cutoff, or a species is not the mixture's.

    References
    ----------
    Rugh 1997; Butler, Ayton, Jepps and Evans 1998.

    Examples
    --------
    >>> from supercooled.systems import kob_andersen
    >>> from supercooled.simulation import lattice
    >>> liquid = kob_andersen(density=1.2)
    >>> start = lattice(liquid, 200, seed=1)
    >>> frame = start.positions[None]
    >>> run = Trajectory.from_arrays(frame, start.box, species=start.species, names=("A", "B"))
    >>> sorted(configurational(run, liquid.mixture, temperature=1.0))[:2]
    ['configurational_temperature', 'potential_energy']
    """
    # A simulation does without labels.
    import xarray as xr

    from supercooled.matching import coordinates, origin
    from supercooled.quantities import labelled

    unknown = set(trajectory.names) - set(mixture.species)
    if unknown:
        raise MixtureError(
            f"{trajectory.source.name}: species {sorted(unknown)} are not those of {mixture.name} "
            f"{mixture.species}: name them when reading"
        )
    check_units_once(trajectory, mixture)
    table = np.array([mixture.species.index(s) for s in trajectory.names], dtype=np.int32)
    kinds = table[trajectory.species]
    rows = []
    for chunk in trajectory.chunks(64.0):
        boxes = trajectory.boxes(chunk)
        for positions, edges in zip(trajectory.read(chunk).positions, boxes, strict=True):
            box = Box.from_array(edges, trajectory.dimensions)
            rows.append((*of_configuration(positions, box, kinds, mixture), box.volume))
    energy, virial, square, laplacian, volume = np.array(rows).T
    n, d = len(kinds), trajectory.dimensions
    values = {
        "potential_energy": energy / n,
        "virial": virial,
        "virial_pressure": virial / (d * volume),
        "configurational_temperature": square / laplacian,
    }
    if temperature is not None:
        values["pressure"] = n * temperature / volume + values["virial_pressure"]
    coords, whose = coordinates(trajectory), origin(trajectory)
    return xr.Dataset(
        {name: labelled(name, value, ("frame",), coords, **whose) for name, value in values.items()}
    )


def of_configuration(
    positions: Array, box: Box, kinds: Integers, mixture: Mixture
) -> tuple[float, float, float, float]:
    """Energy of all pairs, virial, sum of the squares of all forces, Laplacian of the energy."""
    xyz = np.ascontiguousarray(positions.T, dtype=np.float64)
    first, second = PairForces(mixture, box, kinds).pairs(xyz)
    apart = box.minimum_image(xyz.T[first] - xyz.T[second])
    r = np.sqrt(np.sum(apart * apart, axis=-1))
    energy = virial = laplacian = 0.0
    pull = np.zeros(len(r))
    for a, one in enumerate(mixture.species):
        for b, other in enumerate(mixture.species):
            potential = mixture.potential(one, other)
            here = np.flatnonzero((kinds[first] == a) & (kinds[second] == b))
            here = here[r[here] < potential.cutoff]
            force = potential.force(r[here])
            energy += float(np.sum(potential.energy(r[here])))
            virial += float(np.sum(r[here] * force))
            pull[here] = force / r[here]
            # Of each end: u'' + (d - 1) u' / r.
            laplacian += 2.0 * float(
                np.sum(_slope(potential, r[here]) - (box.dimensions - 1) * force / r[here])
            )
    square, n = 0.0, len(kinds)
    for component in (pull[:, None] * apart).T:
        on_each = np.bincount(first, component, n) - np.bincount(second, component, n)
        square += float(np.sum(on_each**2))
    return energy, virial, square, laplacian


def _slope(potential: PairPotential, r: Array) -> Array:
    """Second derivative of the energy, from forces on both sides, or before the cutoff."""
    h = _STEP * r
    centre = np.minimum(r, potential.cutoff * (1.0 - 2.0 * _STEP))
    return (potential.force(centre - h) - potential.force(centre + h)) / (2.0 * h)
