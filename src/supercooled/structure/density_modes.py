"""Wave vectors of a periodic box in shells, and the transform of particles onto them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from supercooled.arrays import AnyArray, Array, Integers
from supercooled.box import Box
from supercooled.errors import BoxError, ParameterError

# Two digits finer than the 1e-6 promised; the next digit costs a tenth more time.
TOLERANCE = 1e-8
# One frame of them takes a gigabyte.
MOST_MODES = 1e8


@dataclass(frozen=True, slots=True)
class Modes:
    """Half of the wave vectors of a box, by shell.

    Parameters
    ----------
    shape
        modes along each edge, the last from 0 up, the others symmetric about 0
    shell
        shell of each mode, -1 beyond q_max, (l, m, n)
    q, n_vectors
        mean wave number and number of wave vectors of each shell, both halves
    """

    box: Box
    shape: tuple[int, ...]
    shell: Integers
    q: Array
    n_vectors: Integers

    @classmethod
    def of(cls, box: Box, q_max: float, dq: float) -> Modes:
        """Those up to a wave number."""
        d = box.dimensions
        edges = box.matrix[:d, :d]
        highest = np.floor(q_max * np.linalg.norm(edges, axis=0) / (2 * np.pi) + 1e-9)
        if (modes := float(np.prod(2.0 * highest + 1.0))) > MOST_MODES:
            raise ParameterError(
                f"q_max={q_max:g} needs {modes:.3g} wave vectors, more than {MOST_MODES:g}: "
                "choose a smaller q_max, for example 24.0"
            )
        axes = [np.arange(-n, n + 1.0) for n in highest[:-1]] + [np.arange(highest[-1] + 1.0)]
        # |q|^2 = n.G.n with the metric of the reciprocal lattice
        reciprocal = 2 * np.pi * np.linalg.inv(edges)
        metric = reciprocal @ reciprocal.T
        squares = np.zeros([len(axis) for axis in axes])
        highest = highest.astype(int)
        grids = np.meshgrid(*axes, indexing="ij", sparse=True)
        for i in range(d):
            for j in range(d):
                squares = squares + metric[i, j] * grids[i] * grids[j]
        length = np.sqrt(np.maximum(squares, 0.0))
        length[(*highest[:-1], 0)] = np.inf  # q = 0
        inside = length <= q_max * (1 + 1e-12)
        weight = np.where(grids[-1] == 0, 1, 2) * np.ones(squares.shape, np.int64)
        raw = (length[inside] / dq).astype(np.int64)
        if raw.size == 0:
            raise BoxError(
                f"no wave vector of the box lies below q_max={q_max:g}; the smallest one is longer"
            )
        totals = np.bincount(raw, weights=weight[inside])
        lengths = np.bincount(raw, weights=weight[inside] * length[inside])
        filled = totals > 0
        number = np.cumsum(filled) - 1
        shell = np.full(squares.shape, -1, np.int32)
        shell[inside] = number[raw]
        shape = tuple(len(axis) for axis in axes)
        if d == 2:
            shell = shell[None]
        q = lengths[filled] / totals[filled]
        return cls(box, shape, shell, q, totals[filled].astype(np.int64))

    def plan(self, n_species: int) -> Any:
        """A transform that is set up once and used for every frame, on one thread."""
        import finufft

        return finufft.Plan(
            1, self.shape, n_trans=n_species, eps=TOLERANCE, isign=-1, nthreads=1, upsampfac=1.25
        )

    def angles(self, xyz: Array) -> tuple[list[Array], AnyArray]:
        """Angles of each particle along the edges, and the phase that starts the last edge at mode 0."""
        angles = 2 * np.pi * self.box.fractional(xyz)[:, : self.box.dimensions].T
        shift = np.exp(-1j * (self.shape[-1] // 2) * angles[-1])
        return [np.ascontiguousarray(angle) for angle in angles], shift
