"""Products of density modes summed over shells of wave vectors."""

from __future__ import annotations

from numba import njit

from supercooled.arrays import AnyArray, Array, Integers


# a, b species; i, j, k modes along the edges, k half of them; shell (i, j, k); sums (pair, shell)
@njit(cache=True, fastmath=True, error_model="numpy")
def sum_shells(modes: AnyArray, shell: Integers, sums: Array) -> None:
    """Add the products of the modes of two species to the sums of their shells."""
    n_species = modes.shape[0]
    for i in range(modes.shape[1]):
        for j in range(modes.shape[2]):
            for k in range(modes.shape[3]):
                s = shell[i, j, k]
                if s < 0:
                    continue
                # Of a mode and its opposite only one is here, except in the plane k = 0.
                w = 1.0 if k == 0 else 2.0
                p = 0
                for a in range(n_species):
                    re = w * modes[a, i, j, k].real
                    im = w * modes[a, i, j, k].imag
                    for b in range(a, n_species):
                        other = modes[b, i, j, k]
                        sums[p, s] += re * other.real + im * other.imag
                        p += 1
