"""The stiffness of a frame at the minimum of its energy, and its inverse without translations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Any

import numpy as np
from scipy import sparse
from scipy.linalg import LinAlgError, cho_solve, cholesky, get_blas_funcs, get_lapack_funcs, solve_triangular

from supercooled.arrays import Array, Booleans, Integers
from supercooled.box import Box
from supercooled.digests import digest_of
from supercooled.errors import ParameterError, SimulationError
from supercooled.frame import Frame
from supercooled.indicators.inherent_structures import inherent_frame
from supercooled.indicators.surroundings import kinds_in
from supercooled.mixture import Mixture
from supercooled.simulation.hessian import hessian

# Rows of the dense matrix that is left when every other slab is eliminated: 8 GB.
MOST_ROWS = 2**15
# Of the mean stiffness: what is below is no stiffness but rounding.
ROUNDING = 1e-9
_symmetric_product, _gram = get_blas_funcs(("symm", "syrk"), dtype=np.float64)
_inverse = get_lapack_funcs("potri", dtype=np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class Stiffness:
    """The Hessian of a frame at the minimum of its energy, without particles that nothing holds.

    Parameters
    ----------
    matrix
        sparse, (d n, d n), epsilon_AA/sigma_AA^2
    held
        (particle,), the n that are in it
    slabs
        of each of the n, every one next only to the one before and after; all 0 in a small box
    """

    matrix: Any
    held: Booleans
    slabs: Integers
    dimensions: int
    place: str

    @property
    def translations(self) -> Array:
        """Orthonormal, (d n, d)."""
        n = self.matrix.shape[0] // self.dimensions
        return np.asarray(np.tile(np.eye(self.dimensions), (n, 1)) / np.sqrt(n))

    def without_translations(self, vectors: Array) -> Array:
        """Vectors, (d n, k), less what moves everything alike."""
        translations = self.translations
        return np.asarray(vectors - translations @ (translations.T @ vectors))

    def on_particles(self, values: Array) -> Array:
        """Sum over the components of each particle, (d n,) to (particle,); NaN where nothing holds it."""
        whole = np.full(len(self.held), np.nan)
        whole[self.held] = values.reshape(-1, self.dimensions).sum(axis=1)
        return whole


def stiffness_of(frame: Frame, mixture: Mixture, tolerance: float) -> Stiffness:
    """The Hessian at the inherent structure of a frame, made once a frame.

    A particle whose own block is singular has too few neighbours that touch it; it rattles and is left
    out, and so is one that only such hold.
    """

    def made() -> Stiffness:
        minimum = inherent_frame(frame, mixture, tolerance)
        d = minimum.dimensions
        matrix = hessian(
            minimum.positions, minimum.box, kinds_in(minimum, mixture), mixture, name=minimum.place
        )
        held = np.ones(minimum.n_particles, bool)
        while held.any() and not (fine := _firm(matrix, d)).all():
            held[held] = fine
            kept = np.repeat(fine, d)
            matrix = _without_free(matrix, kept, d)
        if not held.any():
            raise SimulationError(
                f"{minimum.place}: no particle is confined by its neighbours; use a denser liquid"
            )
        slabs = slabs_of(minimum.positions[held], minimum.box, mixture.cutoff)
        return Stiffness(matrix, held, slabs, d, f"the inherent structure of {frame.place}")

    return frame.once(("stiffness", digest_of(mixture.to_dict(), tolerance)), made)


def _own_blocks(matrix: Any, d: int) -> Array:
    """(particle, d, d)."""
    blocks = np.zeros((matrix.shape[0] // d, d, d))
    for k in range(-d + 1, d):
        diagonal = matrix.diagonal(k)
        for a in range(max(0, -k), min(d, d - k)):
            # Entry (d i + a, d i + a + k) of a diagonal that starts in row max(0, -k).
            blocks[:, a, a + k] = diagonal[a - max(0, -k) :: d]
    return blocks


def _firm(matrix: Any, d: int) -> Booleans:
    """Particles whose neighbours hold them in every direction."""
    least = np.linalg.eigvalsh(_own_blocks(matrix, d))[:, 0]
    firm: Booleans = np.abs(least) > ROUNDING * np.abs(matrix.diagonal()).max(initial=0.0)
    return firm


def _without_free(matrix: Any, kept: Booleans, d: int) -> Any:
    """The matrix of those that are kept; what a free one pushed is no longer pushed."""
    inner = matrix[kept][:, kept].tocsr()
    n = inner.shape[0] // d
    lost = matrix[kept][:, ~kept]
    if lost.nnz:
        sums = np.asarray(lost @ np.tile(np.eye(d), (lost.shape[1] // d, 1))).reshape(n, d, d)
        inner = inner + sparse.bsr_array((sums, np.arange(n), np.arange(n + 1)), shape=inner.shape)
    return inner.tocsr()


def slabs_of(positions: Array, box: Box, cutoff: float) -> Integers:
    """Slab of each particle, an even number of them as thick as the cutoff; all 0 if fewer than 4 fit."""
    axis = int(np.argmax(box.heights))
    number = 2 * int(box.heights[axis] / cutoff / 2.0)
    if number < 4:
        return np.zeros(len(positions), np.int64)
    place = (box.fractional(positions)[:, axis] + 0.5) % 1.0
    slabs: Integers = np.minimum((place * number).astype(np.int64), number - 1)
    return slabs


class Compliance:
    """Inverse of a stiffness without its translations: forces to displacements.

    One particle is pinned, which changes nothing where the forces add up to zero. Every other slab is
    eliminated on its own; the slabs between them, half of the rows, are left as one dense matrix.

    Raises
    ------
    SimulationError
        if the energy has no minimum there, or a flat one.
    ParameterError
        if the dense matrix would have more than 2^15 rows.
    """

    def __init__(self, stiffness: Stiffness) -> None:
        d, matrix, slabs = stiffness.dimensions, stiffness.matrix, stiffness.slabs
        self.stiffness = stiffness
        number = int(slabs.max(initial=0)) + 1
        rows = [_rows(slabs == slab, d) for slab in range(number)]
        self._rest = np.concatenate(rows[::2])
        if len(self._rest) > MOST_ROWS:
            raise ParameterError(
                f"{stiffness.place}: {matrix.shape[0]} degrees of freedom are too many: the "
                f"inverse of the Hessian would need {8e-9 * len(self._rest) ** 2:.0f} GB"
            )
        places = _one_after_another([len(one) for one in rows[::2]])
        dense = matrix[self._rest][:, self._rest].toarray(order="F")
        self._mean = float(matrix.diagonal().mean())
        pinned = np.arange(d)
        dense[pinned, pinned] += self._mean
        self._slabs: list[_Slab] = []
        for slab in range(1, number, 2):
            if len(rows[slab]) == 0:
                continue
            # In the order of the rest, so that lower triangles stay lower.
            beside = sorted({slab - 1, (slab + 1) % number})
            inside = matrix[rows[slab]]
            own = self._triangle(inside[:, rows[slab]].toarray(order="F"))
            outside = inside[:, np.concatenate([rows[one] for one in beside])].toarray(order="F")
            across = solve_triangular(own, outside, lower=True, overwrite_b=True, check_finite=False)
            made = _Slab(rows[slab], tuple(places[one // 2] for one in beside), own, across)
            made.take_from(dense)
            self._slabs.append(made)
        self._dense = self._triangle(dense)

    def _triangle(self, matrix: Array) -> Array:
        with suppress(LinAlgError):
            lower = cholesky(matrix, lower=True, overwrite_a=True, check_finite=False)
            if np.square(lower.diagonal()).min(initial=np.inf) > ROUNDING * self._mean:
                return np.asarray(lower)
        raise SimulationError(
            f"{self.stiffness.place} is not a stable minimum of the energy: its Hessian has "
            "further modes with zero or negative eigenvalues; quench with a smaller tolerance, "
            "or use a denser liquid"
        )

    def __call__(self, forces: Array) -> Array:
        """Displacements under forces, both (d n, k)."""
        return self.stiffness.without_translations(self._pinned(self.stiffness.without_translations(forces)))

    def _pinned(self, forces: Array) -> Array:
        moved = np.empty(forces.shape, order="F")
        rest = forces[self._rest]
        parts = []
        for slab in self._slabs:
            part = solve_triangular(slab.own, forces[slab.rows], lower=True, check_finite=False)
            for at, lever in slab.levers:
                rest[at] -= lever.T @ part
            parts.append(part)
        rest = cho_solve((self._dense, True), rest, overwrite_b=True, check_finite=False)
        moved[self._rest] = rest
        for slab, part in zip(self._slabs, parts, strict=True):
            pull = part - sum(lever @ rest[at] for at, lever in slab.levers)
            moved[slab.rows] = solve_triangular(slab.own, pull, lower=True, trans="T", check_finite=False)
        return moved

    def diagonal(self) -> Array:
        """Of the inverse without translations, (d n,), sigma_AA^2/epsilon_AA."""
        translations = self.stiffness.translations
        pulled = self._pinned(translations)
        inverse = np.empty(len(pulled))
        dense = _inverse(self._dense, lower=1)[0]
        inverse[self._rest] = dense.diagonal()
        for slab in self._slabs:
            lever = solve_triangular(slab.own, slab.across, lower=True, trans="T", check_finite=False)
            given_back = _symmetric_product(1.0, slab.part_of(dense), lever, side=1, lower=1)
            own = _inverse(slab.own, lower=1)[0].diagonal()
            inverse[slab.rows] = own + np.einsum("ik,ik->i", given_back, lever)
        # Of P S P, where S is the inverse of the pinned one and P takes translations away.
        both = translations @ (translations.T @ pulled)
        return np.asarray(inverse - ((2.0 * pulled - both) * translations).sum(axis=1))


@dataclass(frozen=True, slots=True, eq=False)
class _Slab:
    """What is left of an eliminated slab.

    Parameters
    ----------
    rows
        in the matrix, (b,)
    places
        of the slabs beside it among the rest
    own
        lower triangle, (b, b)
    across
        its inverse times the coupling to those beside, (b, 2 b)
    """

    rows: Integers
    places: tuple[slice, ...]
    own: Array
    across: Array

    @property
    def pieces(self) -> list[slice]:
        """Columns of `across` that belong to each place."""
        return _one_after_another([one.stop - one.start for one in self.places])

    @property
    def levers(self) -> list[tuple[slice, Array]]:
        """The part of `across` for each place."""
        return [(at, self.across[:, piece]) for at, piece in zip(self.places, self.pieces, strict=True)]

    def take_from(self, dense: Array) -> None:
        """Subtract what the slab passes on, in the lower triangle."""
        passed = _gram(1.0, self.across, trans=1, lower=1)
        for at, here in zip(self.places, self.pieces, strict=True):
            for other, there in zip(self.places, self.pieces, strict=True):
                if at.start >= other.start:
                    dense[at, other] -= passed[here, there]

    def part_of(self, dense: Array) -> Array:
        """Rows and columns of the places, in the lower triangle."""
        size = self.across.shape[1]
        part = np.zeros((size, size), order="F")
        for at, here in zip(self.places, self.pieces, strict=True):
            for other, there in zip(self.places, self.pieces, strict=True):
                if at.start >= other.start:
                    part[here, there] = dense[at, other]
        return part


def _one_after_another(lengths: Sequence[int]) -> list[slice]:
    ends = accumulate(lengths, initial=0)
    return [slice(low, high) for low, high in pairwise(ends)]


def _rows(chosen: Booleans, d: int) -> Integers:
    return np.asarray((np.flatnonzero(chosen)[:, None] * d + np.arange(d)).ravel())


def lowest(
    apply: Callable[[Array], Array], rows: int, number: int, *, block: int, tolerance: float, seed: int
) -> tuple[Array, Array]:
    """Largest eigenvalues of a symmetric operator and their vectors, by block Lanczos.

    Parameters
    ----------
    apply
        (rows, k) to (rows, k)
    tolerance
        of the residual, relative to the eigenvalue

    Returns
    -------
    tuple[Array, Array]
        eigenvalues (number,), falling, and vectors (rows, number).
    """
    room = min(rows, 3 * number + 8 * block)
    basis = np.zeros((rows, room), order="F")
    projected = np.zeros((room, room))
    start = apply(np.random.default_rng(seed).normal(size=(rows, block)))
    basis[:, :block] = np.linalg.qr(start)[0]
    known, last, check_at = block, 0, min(rows, 2 * number)
    while True:
        newest = basis[:, last:known]
        image = apply(newest)
        # Twice, against rounding.
        share = basis[:, :known].T @ image
        image -= basis[:, :known] @ share
        again = basis[:, :known].T @ image
        image -= basis[:, :known] @ again
        projected[:known, last:known] = share + again
        projected[last:known, :known] = projected[:known, last:known].T
        following, rest = np.linalg.qr(image)
        if known >= check_at or known + block > room:
            values, vectors = np.linalg.eigh(projected[:known, :known])
            values, vectors = values[::-1][:number], vectors[:, ::-1][:, :number]
            left = np.linalg.norm(rest @ vectors[last:known], axis=0)
            if (left <= tolerance * values).all():
                return values, basis[:, :known] @ vectors
            check_at = known + max(block, number // 5)
        if known + block > room:
            room = min(rows, 2 * room)
            basis, older = np.zeros((rows, room), order="F"), basis
            basis[:, :known] = older[:, :known]
            projected, smaller = np.zeros((room, room)), projected
            projected[:known, :known] = smaller[:known, :known]
        basis[:, known : known + block] = following
        last, known = known, known + block
