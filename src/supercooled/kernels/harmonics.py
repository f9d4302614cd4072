"""Spherical harmonics of the directions of bonds, summed particle by particle."""

from __future__ import annotations

import numpy as np
from numba import njit

from supercooled.arrays import Array, Booleans, Integers

# Sums in any order; NaN stays NaN.
FAST = {"arcp", "contract", "nsz", "reassoc"}


def harmonic_factors(degree: int) -> Array:
    r"""What the recursion of one degree needs, (3, degree + 1): steps, steps back, and what it starts from.

    With :math:`S_m(z) \propto d^m P_l/dz^m`, normalised so that the squares of all harmonics of a direction
    add up to 1, Legendre's equation gives each from the next two,
    :math:`S_m = a_m z S_{m+1} - b_m (1 - z^2) S_{m+2}`.
    """
    m = np.arange(degree + 1, dtype=np.float64)
    below = (degree - m) * (degree + m + 1.0)
    factors = np.zeros((3, degree + 1))
    factors[0, :-1] = 2.0 * (m[:-1] + 1.0) / np.sqrt(below[:-1])
    factors[1, :-1] = np.sqrt((degree - m[:-1] - 1.0) * (degree + m[:-1] + 2.0) / below[:-1])
    odd = np.arange(1.0, degree + 1.0)
    factors[2, degree] = np.sqrt(np.prod((2.0 * odd - 1.0) / (2.0 * odd)))
    return factors


# m order; z, x, y a unit vector; re, im (m)
@njit(cache=True, fastmath=FAST, error_model="numpy")
def add_harmonics(x: float, y: float, z: float, weight: float, factors: Array, re: Array, im: Array) -> None:
    """Add the harmonics of one direction, of orders from 0 on; the others are their conjugates."""
    degree = re.shape[0] - 1
    flat = 1.0 - z * z
    # (x + iy)^m of the highest order, then S_m downwards with the powers taken upwards in a second pass.
    after, now = 0.0, factors[2, degree] * weight
    for m in range(degree, -1, -1):
        if m < degree:
            after, now = now, factors[0, m] * z * now - factors[1, m] * flat * after
        re[m] = now
    c, s = 1.0, 0.0
    for m in range(degree + 1):
        im[m] = re[m] * s
        re[m] *= c
        c, s = c * x - s * y, c * y + s * x


# i particle, b bond, m order; re, im (i, m)
@njit(cache=True, fastmath=FAST, error_model="numpy")
def bond_harmonics(
    starts: Integers, vectors: Array, distances: Array, weights: Array, factors: Array, re: Array, im: Array
) -> None:
    """Weighted mean over the bonds of each particle of the harmonics of one degree; NaN without bonds."""
    orders = re.shape[1]
    one_re, one_im = np.empty(orders), np.empty(orders)
    for i in range(starts.shape[0] - 1):
        total = 0.0
        re[i], im[i] = 0.0, 0.0
        for b in range(starts[i], starts[i + 1]):
            r = 1.0 / distances[b]
            add_harmonics(
                vectors[b, 0] * r, vectors[b, 1] * r, vectors[b, 2] * r, weights[b], factors, one_re, one_im
            )
            total += weights[b]
            for m in range(orders):
                re[i, m] += one_re[m]
                im[i, m] += one_im[m]
        # 0 / 0 without bonds
        for m in range(orders):
            re[i, m] /= total
            im[i, m] /= total


# i particle, b bond, m order; re, im (i, m), out (i)
@njit(cache=True, fastmath=FAST, error_model="numpy")
def lengths_of_means(starts: Integers, partner: Integers, re: Array, im: Array, out: Array) -> None:
    """Root of the squares of the mean over each particle and its neighbours, the orders below 0 included."""
    orders = re.shape[1]
    for i in range(starts.shape[0] - 1):
        first, last = starts[i], starts[i + 1]
        total = 0.0
        for m in range(orders):
            a, b = re[i, m], im[i, m]
            for k in range(first, last):
                a += re[partner[k], m]
                b += im[partner[k], m]
            total += (1.0 if m == 0 else 2.0) * (a * a + b * b)
        out[i] = np.sqrt(total) / (last - first + 1)


# i particle, b bond; out (i)
@njit(cache=True, fastmath=FAST, error_model="numpy")
def bond_waves(
    starts: Integers, vectors: Array, distances: Array, weights: Array, fold: int, out: Array
) -> None:
    """Length of the weighted mean of exp(i k angle) over the bonds of each particle, in the plane."""
    for i in range(starts.shape[0] - 1):
        a, b, total = 0.0, 0.0, 0.0
        for k in range(starts[i], starts[i + 1]):
            x, y = vectors[k, 0] / distances[k], vectors[k, 1] / distances[k]
            c, s = weights[k], 0.0
            for _ in range(fold):
                c, s = c * x - s * y, c * y + s * x
            a += c
            b += s
            total += weights[k]
        out[i] = np.sqrt(a * a + b * b) / total


def shell_factors(degrees: Integers) -> tuple[Array, Integers]:
    """:func:`harmonic_factors` of several degrees, (degree, 3, order), and where the orders of each begin."""
    factors = np.zeros((len(degrees), 3, int(degrees.max()) + 1))
    for k, degree in enumerate(degrees):
        factors[k, :, : degree + 1] = harmonic_factors(int(degree))
    return factors, np.concatenate([[0], np.cumsum(degrees + 1)])


# l degree, h order of a degree; factors (l, 3, order), places (l + 1); re, im (h)
@njit(cache=True, fastmath=FAST, error_model="numpy")
def fill_harmonics(
    x: float, y: float, z: float, factors: Array, places: Integers, re: Array, im: Array
) -> None:
    """The harmonics of one direction, of every degree."""
    for k in range(factors.shape[0]):
        add_harmonics(x, y, z, 1.0, factors[k], re[places[k] : places[k + 1]], im[places[k] : places[k + 1]])


# i particle, b bond, s shell, l degree, h order of a degree; radii (s); out (i, s, l)
@njit(cache=True, fastmath=FAST, error_model="numpy")
def shell_harmonics(
    starts: Integers,
    vectors: Array,
    distances: Array,
    wanted: Booleans,
    radii: Array,
    width: float,
    reach: float,
    factors: Array,
    places: Integers,
    out: Array,
) -> None:
    """Length of the mean of the harmonics of each degree over the neighbours in each Gaussian shell."""
    orders = places[places.shape[0] - 1]
    re, im = np.empty(orders), np.empty(orders)
    sums_re, sums_im = np.empty((radii.shape[0], orders)), np.empty((radii.shape[0], orders))
    totals = np.empty(radii.shape[0])
    for i in range(starts.shape[0] - 1):
        if not wanted[i]:
            continue
        sums_re[:], sums_im[:], totals[:] = 0.0, 0.0, 0.0
        for b in range(starts[i], starts[i + 1]):
            r = distances[b]
            fill_harmonics(vectors[b, 0] / r, vectors[b, 1] / r, vectors[b, 2] / r, factors, places, re, im)
            for s in range(radii.shape[0]):
                off = (r - radii[s]) / width
                if off * off > reach * reach:
                    continue
                weight = np.exp(-0.5 * off * off)
                totals[s] += weight
                for h in range(orders):
                    sums_re[s, h] += weight * re[h]
                for h in range(orders):
                    sums_im[s, h] += weight * im[h]
        for s in range(radii.shape[0]):
            for k in range(places.shape[0] - 1):
                total = 0.0
                for h in range(places[k], places[k + 1]):
                    twice = 1.0 if h == places[k] else 2.0
                    total += twice * (sums_re[s, h] ** 2 + sums_im[s, h] ** 2)
                # A shell without any neighbour has no direction.
                out[i, s, k] = np.sqrt(total) / totals[s] if totals[s] > 0.0 else np.nan


# i particle, b bond, s shell, l fold; radii (s), folds (l); out (i, s, l)
@njit(cache=True, fastmath=FAST, error_model="numpy")
def shell_waves(
    starts: Integers,
    vectors: Array,
    distances: Array,
    wanted: Booleans,
    radii: Array,
    width: float,
    reach: float,
    folds: Integers,
    out: Array,
) -> None:
    """The same in the plane: length of the mean of exp(i k angle) over the neighbours in each shell."""
    most = 1
    for fold in folds:
        most = max(most, fold + 1)
    re, im = np.empty(most), np.empty(most)
    sums = np.empty((2, radii.shape[0], folds.shape[0]))
    totals = np.empty(radii.shape[0])
    for i in range(starts.shape[0] - 1):
        if not wanted[i]:
            continue
        sums[:], totals[:] = 0.0, 0.0
        for b in range(starts[i], starts[i + 1]):
            r = distances[b]
            x, y = vectors[b, 0] / r, vectors[b, 1] / r
            re[0], im[0] = 1.0, 0.0
            for m in range(1, most):
                re[m] = re[m - 1] * x - im[m - 1] * y
                im[m] = re[m - 1] * y + im[m - 1] * x
            for s in range(radii.shape[0]):
                off = (r - radii[s]) / width
                if off * off > reach * reach:
                    continue
                weight = np.exp(-0.5 * off * off)
                totals[s] += weight
                for k in range(folds.shape[0]):
                    sums[0, s, k] += weight * re[folds[k]]
                    sums[1, s, k] += weight * im[folds[k]]
        for s in range(radii.shape[0]):
            for k in range(folds.shape[0]):
                length = np.sqrt(sums[0, s, k] ** 2 + sums[1, s, k] ** 2)
                out[i, s, k] = length / totals[s] if totals[s] > 0.0 else np.nan
