"""Inherent structures: the minimum of the energy below a configuration."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations_with_replacement
from typing import Annotated, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike

from supercooled.arguments import Number, Numbers, Uncertain, validated
from supercooled.arrays import Array, Integers
from supercooled.box import Box
from supercooled.errors import ParameterError, SimulationError
from supercooled.mixture import Mixture
from supercooled.neighbour_list import in_order, sorted_into_cells
from supercooled.simulation.lammps_minimise import lammps_minimum
from supercooled.simulation.lbfgs import descend
from supercooled.simulation.pair_forces import PairForces, spare_room
from supercooled.simulation.start import Start

Minimiser = Literal["l-bfgs", "lammps-cg", "lammps-fire"]
# A force that ends with less does not stand in a quench's way.
ABRUPT = 0.1
_MOST = 100_000


@validated
@dataclass(frozen=True, slots=True, eq=False)
class InherentStructure:
    """A configuration at a minimum of its energy.

    Parameters
    ----------
    positions
        (particle, 3), the ones given plus how far each went, not folded, sigma_AA
    energy
        a particle, epsilon_AA
    force
        2-norm of all forces together, epsilon_AA/sigma_AA
    evaluations
        of energy and forces
    """

    positions: Array
    energy: Uncertain
    force: Uncertain
    evaluations: int


def check_quench(*, tolerance: float, minimiser: str) -> None:
    """Refuse what no quench can do.

    Raises
    ------
    ParameterError
        if the tolerance is not positive, or the minimiser is unknown.
    """
    if not (np.isfinite(tolerance) and tolerance > 0):
        raise ParameterError(
            f"the force tolerance must be positive, not {tolerance}: give it, for example tolerance=1e-2"
        )
    if minimiser not in get_args(Minimiser):
        raise ParameterError(f"no minimiser {minimiser!r}; known are {', '.join(get_args(Minimiser))}")


@validated
def inherent_structure(
    positions: ArrayLike,
    box: Box,
    species: Annotated[ArrayLike, Numbers(rank=1, whole=True, at_least=0, at_most=10**6)],
    mixture: Mixture,
    *,
    tolerance: Annotated[float, Number(above=0.0, like="1e-2")],
    minimiser: Minimiser = "l-bfgs",
    name: str = "configuration",
) -> InherentStructure:
    r"""The minimum of the energy to which a configuration goes downhill.

    .. math:: \dot{\mathbf r}_i \parallel -\partial U/\partial \mathbf r_i,\qquad
              \Big(\sum_i |\partial U/\partial \mathbf r_i|^2\Big)^{1/2} \le \text{tolerance}

    Minimisers take longer steps than that equation. On the ridge between two basins each may take
    another side, and a large, hot configuration has many ridges: compare quenches made alike. A force
    that jumps at the cutoff splits minima into several, some 1e-6 a particle apart.

    Parameters
    ----------
    positions
        (particle, 3), inside or outside the box, sigma_AA
    box
        periodic box
    species
        (particle,), index into the mixture's species
    mixture
        mixture whose potentials act between the particles
    tolerance
        2-norm of all forces together, epsilon_AA/sigma_AA
    minimiser
        "l-bfgs", the package's own; "lammps-cg" or "lammps-fire", LAMMPS'
    name
        what an error calls it

    Returns
    -------
    InherentStructure
        positions, energy and largest force at the minimum, and whether it was reached

    Raises
    ------
    ParameterError
        if the tolerance is not positive, or the minimiser is unknown.
    BoxError, MixtureError
        if the box is too small for the cutoff, or a species is not the mixture's.
    SimulationError
        if the forces do not get below the tolerance, or two particles lie on one another.

    References
    ----------
    Stillinger and Weber 1982; the minimiser is Liu and Nocedal 1989.

    Examples
    --------
    >>> from supercooled.systems import kob_andersen
    >>> from supercooled.simulation import lattice
    >>> liquid = kob_andersen(density=1.2)
    >>> start = lattice(liquid, 200, seed=1)
    >>> quiet = inherent_structure(start.positions, start.box, start.species, liquid.mixture, tolerance=1e-3)
    >>> quiet.force < 1e-3, quiet.energy < -6.5
    (True, True)
    """
    check_quench(tolerance=tolerance, minimiser=minimiser)
    given = np.asarray(positions, dtype=np.float64)
    kinds = np.asarray(species, dtype=np.int32)
    if given.ndim != 2 or given.shape[1] != 3 or kinds.shape != (len(given),) or len(given) == 0:
        raise ParameterError(
            f"{name}: positions {given.shape} and species {kinds.shape} must be (particle, 3) and (particle,)"
        )
    inside, _ = box.wrap(given)
    if minimiser == "l-bfgs":
        quenched, energy, force, evaluations = _own(inside, box, kinds, mixture, tolerance)
    else:
        start = Start(name, inside, kinds, box)
        style = minimiser.removeprefix("lammps-")
        quenched, energy, force, evaluations = lammps_minimum(
            start, mixture, style=style, tolerance=tolerance, most=_MOST
        )
    # Rounding of the last sums differs between programs.
    if not force <= tolerance * 1.0001:
        raise SimulationError(
            f"{name}: the forces stay at {force:.2g} after {evaluations} evaluations, above the tolerance "
            f"{tolerance:g}; {_advice(mixture, tolerance)}"
        )
    moved = box.minimum_image(quenched - inside)
    return InherentStructure(given + moved, energy / len(kinds), force, evaluations)


def _advice(mixture: Mixture, tolerance: float) -> str:
    """What may be wrong with a quench that does not end."""
    jumps = [abs(float(p.force(p.cutoff * (1 - 1e-9)))) for p in mixture.potentials]
    largest = int(np.argmax(jumps))
    if jumps[largest] > max(tolerance, ABRUPT):
        a, b = list(combinations_with_replacement(mixture.species, 2))[largest]
        return (
            f"the force of {a}-{b} jumps by {jumps[largest]:.2g} at its cutoff, so with pairs "
            "at that distance no configuration has smaller forces: use a longer cutoff, or a "
            "potential that ends smoothly"
        )
    return "use a larger one, and check for particles at the same position"


def _own(
    inside: Array, box: Box, species: Integers, mixture: Mixture, tolerance: float
) -> tuple[Array, float, float, int]:
    spare_room(mixture, box)
    # Neighbours in space become neighbours in memory: 10 % faster.
    cells = sorted_into_cells(inside, box, mixture.cutoff)
    forces = PairForces(mixture, box, species[cells.order])
    found = descend(forces, cells.xyz, tolerance=tolerance, most=_MOST)
    return in_order(found.xyz.T, cells), found.energy, found.force, forces.evaluations
