"""Monte Carlo in which every particle stays near where it started."""

from __future__ import annotations

import numpy as np
from numba import njit

from supercooled.arrays import AnyArray, Array, Booleans, Integers


# s sweep, i particle, m bond, j its other end, k component, t place in a table; moved (k, i) from the start;
# starts (i + 1), partner and row (m), apart (k, m) at the start; table (row and t), energies evenly spaced in
# r^2 from `first`; draws (s, i, [x, y, z, chance]) in 0..1; counted (s); sums (k + 1, i), the last the square
@njit(cache=True, fastmath=True, error_model="numpy")
def sweep(
    moved: Array,
    starts: Integers,
    partner: AnyArray,
    row: AnyArray,
    apart: Array,
    table: Array,
    nodes: int,
    first: float,
    per_step: float,
    limits: tuple[float, float, float],
    draws: Array,
    counted: Booleans,
    sums: Array,
) -> int:
    """Try to move every particle once a sweep; how many went.

    Parameters
    ----------
    limits
        radius, longest step of a component, temperature
    """
    radius, step, temperature = limits
    ux, uy, uz = moved[0], moved[1], moved[2]
    vx, vy, vz = apart[0], apart[1], apart[2]
    last = nodes - 2
    gone = 0
    for s in range(draws.shape[0]):
        for i in range(moved.shape[1]):
            ax, ay, az = ux[i], uy[i], uz[i]
            bx = ax + step * (2.0 * draws[s, i, 0] - 1.0)
            by = ay + step * (2.0 * draws[s, i, 1] - 1.0)
            bz = az + step * (2.0 * draws[s, i, 2] - 1.0)
            if bx * bx + by * by + bz * bz > radius * radius:
                continue
            change = 0.0
            for m in range(starts[i], starts[i + 1]):
                j = partner[m]
                x, y, z = vx[m] + ux[j], vy[m] + uy[j], vz[m] + uz[j]
                old = ((x - ax) ** 2 + (y - ay) ** 2 + (z - az) ** 2 - first) * per_step
                new = ((x - bx) ** 2 + (y - by) ** 2 + (z - bz) ** 2 - first) * per_step
                # Below the first node and beyond the last the energy stays what it is there.
                old = min(max(old, 0.0), last + 1.0)
                new = min(max(new, 0.0), last + 1.0)
                t0, t1 = min(int(old), last), min(int(new), last)
                p, q = row[m] + t0, row[m] + t1
                before = table[p] + (old - t0) * (table[p + 1] - table[p])
                after = table[q] + (new - t1) * (table[q + 1] - table[q])
                change += after - before
            if change <= 0.0 or draws[s, i, 3] < np.exp(-change / temperature):
                ux[i], uy[i], uz[i] = bx, by, bz
                gone += 1
        if counted[s]:
            for i in range(moved.shape[1]):
                sums[0, i] += ux[i]
                sums[1, i] += uy[i]
                sums[2, i] += uz[i]
                sums[3, i] += ux[i] ** 2 + uy[i] ** 2 + uz[i] ** 2
    return gone
