"""Forces of pairs that are summed in the same order each time."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from gamdpy.interactions.interaction import Interaction
from numba import cuda, float32, njit

from supercooled.simulation.gpu.pairs import PairLaw


class SteadyForces(Interaction):
    """Pair forces to the same bits, where gamdpy's own add up in the order in which threads arrive.

    Several threads share a particle. Each looks for neighbours among a share of all particles, drawn once
    (on a lattice, neighbours may all be so many indices away), and lists them in that order; the sums over
    their lists are added up thread by thread.

    Parameters
    ----------
    skin
        beyond the cutoff that is listed too, sigma_AA
    density
        of particles, which says how much room lists need
    """

    def __init__(self, law: PairLaw, *, skin: float, density: float, dimensions: int) -> None:
        self._law = law
        self._cutoff = float(law.numbers[-1].max())
        self._skin = skin
        reach = self._cutoff + skin
        sphere = 4.0 / 3.0 * np.pi * reach**3 if dimensions == 3 else np.pi * reach**2
        self.neighbours = density * sphere

    def get_params(self, configuration: Any, compute_plan: Any, verbose: bool = False) -> Any:
        """What the kernels are called with: lists that have to be made."""
        N, D, tp = configuration.N, configuration.D, compute_plan["tp"]
        share = self.neighbours / tp
        # Twice an even density's, and six standard deviations
        self._room = int(2.0 * share + 6.0 * np.sqrt(2.0 * share)) + 8
        self._state = cuda.to_device(np.array([1, 0], np.int32))
        numbers = np.ascontiguousarray(np.moveaxis(self._law.numbers, 0, 2), dtype=np.float32)
        lists = cuda.to_device(np.zeros((self._room, tp, N), np.int32))
        counts = cuda.to_device(np.zeros((tp, N), np.int32))
        made_at = cuda.to_device(np.zeros((N, D), np.float32))
        order = np.random.default_rng(1).permutation(N).astype(np.int32)
        return cuda.to_device(numbers), cuda.to_device(order), lists, counts, made_at, self._state

    def check_datastructure_validity(self) -> bool:
        """Whether there was room for every neighbour."""
        most = int(self._state.copy_to_host()[1])
        if most > self._room:
            raise RuntimeError(f"{most} neighbours of one thread, and room for {self._room}")
        return True

    def get_kernel(
        self, configuration: Any, compute_plan: Any, compute_flags: Any, verbose: bool = False
    ) -> Callable[..., None]:
        """Looks whether lists still hold, makes them if not, and adds the forces up."""
        N, pb = configuration.N, compute_plan["pb"]
        look, make, add = (
            cuda.jit(device=compute_plan["gridsync"])(function)
            for function in (
                _looking(configuration, far=0.5 * self._skin),
                _making(configuration, compute_plan["tp"], self._room, reach=self._cutoff + self._skin),
                _adding(configuration, pb, compute_plan["tp"], self._law),
            )
        )
        if compute_plan["gridsync"]:

            def compute(grid: Any, vectors: Any, scalars: Any, ptype: Any, box: Any, params: Any) -> None:
                look(vectors, box, params)
                grid.sync()
                make(vectors, box, params)
                grid.sync()
                add(vectors, scalars, ptype, box, params)

            return cuda.jit(device=True)(compute)
        blocks = (N - 1) // pb + 1

        def launch(grid: Any, vectors: Any, scalars: Any, ptype: Any, box: Any, params: Any) -> None:
            look[blocks, (pb, 1)](vectors, box, params)
            make[blocks, (pb, compute_plan["tp"])](vectors, box, params)
            add[blocks, (pb, compute_plan["tp"])](vectors, scalars, ptype, box, params)

        return launch


# What follows is compiled with its sizes as constants; i, j particles, t thread of a particle, n place in its
# list, k dimension (then energy and virial); state [lists have to be made, most neighbours found].
def _looking(configuration: Any, *, far: float) -> Callable[..., None]:
    N, r_id = configuration.N, configuration.vectors.indices["r"]
    square = njit(configuration.simbox.get_dist_sq_function())
    far2 = np.float32(far**2)

    def look(vectors: Any, box: Any, params: Any) -> None:
        i, t = cuda.grid(2)
        _, _, _, _, made_at, state = params
        if i < N and t == 0 and square(vectors[r_id][i], made_at[i], box) > far2:
            state[0] = 1

    return look


def _making(configuration: Any, threads: int, room: int, *, reach: float) -> Callable[..., None]:
    D, N, r_id = configuration.D, configuration.N, configuration.vectors.indices["r"]
    square = njit(configuration.simbox.get_dist_sq_function())
    reach2 = np.float32(reach**2)

    def make(vectors: Any, box: Any, params: Any) -> None:
        i, t = cuda.grid(2)
        _, order, lists, counts, made_at, state = params
        if i < N and state[0] == 1:
            n = 0
            for m in range(t, N, threads):
                j = order[m]
                if j != i and square(vectors[r_id][j], vectors[r_id][i], box) < reach2:
                    if n < room:
                        lists[n, t, i] = j
                    n += 1
            counts[t, i] = min(n, room)
            if n > room:
                cuda.atomic.max(state, 1, n)
            if t == 0:
                for k in range(D):
                    made_at[i, k] = vectors[r_id][i, k]

    return make


def _adding(configuration: Any, block: int, threads: int, pairs: PairLaw) -> Callable[..., None]:
    D, N = configuration.D, configuration.N
    r_id, f_id = (configuration.vectors.indices[key] for key in ("r", "f"))
    u_id, w_id = (configuration.sid[key] for key in ("U", "W"))
    last = len(pairs.numbers) - 1
    law = njit(pairs.function)
    between = njit(configuration.simbox.get_dist_sq_dr_function())
    half, per_dimension = np.float32(0.5), np.float32(0.5 / D)
    n_sums, shared_shape = D + 2, (D + 2, threads, block)

    def add(vectors: Any, scalars: Any, ptype: Any, box: Any, params: Any) -> None:
        numbers, _, lists, counts, _, state = params
        place, t = cuda.threadIdx.x, cuda.threadIdx.y
        i = cuda.blockIdx.x * block + place
        everyones = cuda.shared.array(shared_shape, float32)
        sums = cuda.local.array(n_sums, float32)
        dr = cuda.local.array(D, float32)
        for k in range(n_sums):
            sums[k] = float32(0.0)
        if i < N:
            for n in range(counts[t, i]):
                j = lists[n, t, i]
                r2 = between(vectors[r_id][i], vectors[r_id][j], box, dr)
                pair = numbers[ptype[i], ptype[j]]
                if r2 < pair[last] * pair[last]:
                    energy, per_r, _ = law(math.sqrt(r2), pair)
                    for k in range(D):
                        sums[k] += per_r * dr[k]
                    sums[D] += half * energy
                    sums[D + 1] += per_dimension * per_r * r2
        for k in range(n_sums):
            everyones[k, t, place] = sums[k]
        cuda.syncthreads()
        if i < N and t == 0:
            for other in range(1, threads):
                for k in range(n_sums):
                    sums[k] += everyones[k, other, place]
            for k in range(D):
                vectors[f_id][i, k] = sums[k]
            scalars[i, u_id], scalars[i, w_id] = sums[D], sums[D + 1]
        if i == 0 and t == 0:
            state[0] = 0

    return add
