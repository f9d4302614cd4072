"""Sums over the neighbours of each particle, and over pairs of them, of one frame."""

from __future__ import annotations

import numpy as np

from supercooled.arrays import Array
from supercooled.errors import TrajectoryError
from supercooled.frame import Frame
from supercooled.kernels.gaussians import gaussians_around, make_ladder
from supercooled.kernels.structure_functions import Angles, angular_sums
from supercooled.neighbour_list import in_order
from supercooled.structure.feature_sets import Angular, Radial


def radial_functions(frame: Frame, wanted: Radial) -> Array:
    """Radial functions of a frame, (particle, species and mean); NaN for particles that are not wanted.

    Raises
    ------
    BoxError
        if a particle would meet a neighbour twice.
    """
    ladder = make_ladder(wanted.first, wanted.step, wanted.number, wanted.width)
    cells = frame.cells(wanted.reach)
    found = np.full((frame.n_particles, len(frame.names), wanted.number), np.nan)
    kind = frame.species.astype(np.int64)[cells.order]
    gaussians_around(cells, kind, frame.wanted[cells.order], ladder, wanted.reach, found)
    return in_order(found, cells).reshape(frame.n_particles, -1)


def angular_functions(frame: Frame, wanted: Angular) -> Array:
    """Angular functions of a frame, (particle, pair of species and function); NaN for what is not wanted.

    Raises
    ------
    BoxError
        if a particle would meet a neighbour twice.
    TrajectoryError
        if another particle lies exactly on one, so that no angle is between them.
    """
    n, functions = len(frame.names), wanted.functions
    decays = sorted({xi for xi, _, _ in functions})
    powers = sorted({(sign, zeta) for _, sign, zeta in functions})
    # The kernel wants the functions of each xi together.
    order = sorted(range(len(functions)), key=lambda f: decays.index(functions[f][0]))
    counts = [sum(xi == decay for xi, _, _ in functions) for decay in decays]
    angles = Angles(
        np.array(decays) ** -2.0,
        np.concatenate([[0], np.cumsum(counts)]),
        np.array([powers.index(functions[f][1:]) for f in order]),
        np.array([float(sign) for sign, _ in powers]),
        np.array([int(zeta) for _, zeta in powers]),
        wanted.cutoff**2,
    )
    cells, chosen = frame.cells(wanted.cutoff), frame.wanted
    found = np.full((frame.n_particles, n * (n + 1) // 2, len(functions)), np.nan)
    angular_sums(cells, frame.species.astype(np.int64)[cells.order], chosen[cells.order], n, angles, found)
    values = np.empty_like(found)
    values[..., order] = in_order(found, cells)
    values = values.reshape(frame.n_particles, -1)
    # The angle with a neighbour at no distance is the only thing here that is not a number.
    without = np.flatnonzero(chosen & np.isnan(values).any(axis=1))
    if without.size:
        raise TrajectoryError(
            f"{frame.place}: another particle has the same position as particle {without[0]}, so "
            "the angle is undefined"
        )
    return values
