"""Everything that a pair of frames says about how far particles moved, added up."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.polynomial import Chebyshev, Polynomial
from numpy.typing import NDArray
from scipy.special import j0, y0

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

# Particles are taken in tiles so that the squared displacements of one tile stay in the nearest cache.
TILE = 512
# The power series of J0 loses no digits below this square of x, the expansion in 1/x none above.
FAR = 25.0
# Adding and taking off this number rounds to a whole number, on whole vector registers.
ROUND = 1.5 * 2.0**52
# pi in three parts: the first two times up to 2^26 half turns are exact products.
PI_PARTS = (3.1415926218032837, 3.1786509424591713e-08, 1.2246467991473532e-16)
PER_HALF_TURN = 1.0 / np.pi


def _powers(function: Callable[[Floats], Floats], end: float, degree: int) -> tuple[float, ...]:
    """Coefficients, highest first, of the interpolating polynomial on [0, end]."""
    fit = Chebyshev.interpolate(function, degree, domain=[0.0, end])
    return tuple(float(c) for c in fit.convert(kind=Polynomial).coef[::-1])


def _amplitude(z: Floats, turned: bool) -> Floats:
    """P, or x Q if turned, of J0 = (2 / pi x)^(1/2) (P cos - Q sin)(x - pi/4), where z = FAR / x^2."""
    x = np.sqrt(FAR / z)
    c, s = np.cos(x - np.pi / 4), np.sin(x - np.pi / 4)
    both = x * (y0(x) * c - j0(x) * s) if turned else j0(x) * c + y0(x) * s
    return np.asarray(np.sqrt(np.pi * x / 2) * both)


SINE = _powers(lambda s: np.sinc(np.sqrt(s) / np.pi), np.pi**2 / 4, 7)
COSINE = _powers(lambda s: np.cos(np.sqrt(s)), np.pi**2 / 4, 8)
NEAR = _powers(lambda s: j0(np.sqrt(s)), FAR, 14)
IN_PHASE = _powers(lambda z: _amplitude(z, turned=False), 1.0, 14)
TURNED = _powers(lambda z: _amplitude(z, turned=True), 1.0, 14)


class Origins(NamedTuple):
    """Frames kept as time origins.

    positions (slot, component, place), order (slot, place) the particle at each place or empty where
    every place holds its own, weights (slot, place) or empty where all are 1, starts (slot, group + 1)
    """

    positions: Floats
    order: NDArray[np.uint32]
    weights: Floats
    starts: Whole


class Pairs(NamedTuple):
    """Pairs of frames: origin's slot, later frame, lag, block, and the time apart; all (pair,)."""

    slots: Whole
    frames: Whole
    lags: Whole
    blocks: Whole
    apart: Floats


class Measures(NamedTuple):
    """What is measured: radius a squared; q squared (q,) of the isotropic average; wave vectors
    (vector, component) and where each q's begin, (q + 1,), empty for the isotropic average; whether
    the liquid is planar; bins a length of the van Hove histogram.
    """

    radius2: float
    squares: Floats
    vectors: Floats
    starts: Whole
    planar: bool
    bins_a_length: float


# the polynomial's argument z
@njit(cache=True, forceinline=True, error_model="numpy", fastmath={"contract", "nsz"})
def _horner(coefficients: tuple[float, ...], z: float) -> float:
    value = coefficients[0]
    for k in range(1, len(coefficients)):
        value = value * z + coefficients[k]
    return value


# x = n pi + the angle returned, |angle| <= pi/2; the other is (-1)^n. No reassociation: it would undo
# the parts of pi.
@njit(cache=True, forceinline=True, error_model="numpy", fastmath={"contract", "nsz"})
def _fold(x: float) -> tuple[float, float]:
    n = (x * PER_HALF_TURN + ROUND) - ROUND
    odd = n - 2.0 * ((n * 0.5 + ROUND) - ROUND)
    angle = ((x - n * PI_PARTS[0]) - n * PI_PARTS[1]) - n * PI_PARTS[2]
    return angle, 1.0 - 2.0 * odd * odd


# Calls of the library's sine keep a loop from the vector units: 9.7 ns a particle, this 1.2 ns.
@njit(cache=True, forceinline=True, error_model="numpy", fastmath={"contract", "nsz"})
def sinc(x2: float) -> float:
    """sin(x)/x of x squared."""
    x: float = np.sqrt(x2 if x2 > 1e-300 else 1e-300)
    angle, sign = _fold(x)
    return sign * angle * _horner(SINE, angle * angle) / x


@njit(cache=True, forceinline=True, error_model="numpy", fastmath={"contract", "nsz"})
def cosine(x: float) -> float:
    """cos(x)."""
    angle, sign = _fold(x)
    return sign * _horner(COSINE, angle * angle)


@njit(cache=True, forceinline=True, error_model="numpy", fastmath={"contract", "nsz"})
def bessel(x2: float) -> float:
    """J0(x) of x squared."""
    far = x2 if x2 > FAR else FAR
    x = np.sqrt(far)
    angle, sign = _fold(x - 0.25 * np.pi)
    z = FAR / far
    wave = _horner(IN_PHASE, z) * _horner(COSINE, angle * angle)
    wave -= _horner(TURNED, z) / x * angle * _horner(SINE, angle * angle)
    near = _horner(NEAR, x2 if x2 < FAR else FAR)
    return near if x2 < FAR else sign * np.sqrt(2.0 / (np.pi * x)) * wave


# i place in the tile; a earlier, b later; totals: r^2, r^4, r <= a, weight. Contiguous rows one by one,
# and one output: the compiler makes no vector loop of the rows of a slice, nor where many arrays
# might overlap.
@njit(cache=True, error_model="numpy", fastmath={"reassoc", "contract", "nsz"})
def _add_moments(
    ax: Floats,
    ay: Floats,
    az: Floats,
    bx: Floats,
    by: Floats,
    bz: Floats,
    w: Floats,
    radius2: float,
    squares: Floats,
    totals: Floats,
) -> None:
    second, fourth, inside, weight = 0.0, 0.0, 0.0, 0.0
    for i in range(squares.shape[0]):
        dx, dy, dz = bx[i] - ax[i], by[i] - ay[i], bz[i] - az[i]
        r2 = dx * dx + dy * dy + dz * dz
        squares[i] = r2
        second += w[i] * r2
        fourth += w[i] * r2 * r2
        inside += w[i] if r2 <= radius2 else 0.0
        weight += w[i]
    totals[0] += second
    totals[1] += fourth
    totals[2] += inside
    totals[-1] += weight


# i place in the tile
@njit(cache=True, error_model="numpy", fastmath={"reassoc", "contract", "nsz"})
def _isotropic(squares: Floats, w: Floats, q2: float, planar: bool) -> float:
    total = 0.0
    if planar:
        for i in range(squares.shape[0]):
            total += w[i] * bessel(q2 * squares[i])
    else:
        for i in range(squares.shape[0]):
            total += w[i] * sinc(q2 * squares[i])
    return total


# v wave vector, i place in the tile; a earlier, b later
@njit(cache=True, error_model="numpy", fastmath={"reassoc", "contract", "nsz"})
def _over_shell(
    ax: Floats, ay: Floats, az: Floats, bx: Floats, by: Floats, bz: Floats, w: Floats, vectors: Floats
) -> float:
    total: float = 0.0
    for v in range(vectors.shape[0]):
        kx, ky, kz = vectors[v, 0], vectors[v, 1], vectors[v, 2]
        for i in range(w.shape[0]):
            total += w[i] * cosine(kx * (bx[i] - ax[i]) + ky * (by[i] - ay[i]) + kz * (bz[i] - az[i]))
    return total / float(vectors.shape[0])


# i place in the tile; what lies beyond the last bin is left out
@njit(cache=True, error_model="numpy")
def _add_histogram(squares: Floats, w: Floats, bins_a_length: float, histogram: Floats) -> None:
    for i in range(squares.shape[0]):
        place = np.sqrt(squares[i]) * bins_a_length
        if place < histogram.shape[0]:
            histogram[np.uint64(place)] += w[i]


# p pair of frames, g group, q wave number; the columns of sums: the moments r^2, r^4, r <= a, F(q) ...,
# the squares of all but the first two over the weight, then weight, pairs, time apart.
# sums (block, lag, group, column), histogram (block, lag, group, bin), later (frame, component, i)
@njit(cache=True, error_model="numpy")
def add_pairs(
    origins: Origins, pairs: Pairs, later: Floats, measures: Measures, sums: Floats, histogram: Floats
) -> None:
    """Add every pair to the sums of its lag and block, group by group."""
    waves, bins = measures.squares.shape[0], histogram.shape[3]
    ordered, weighted = origins.order.shape[0] > 0, origins.weights.shape[0] > 0
    squares, ones = np.empty(TILE), np.ones(TILE)
    moved = np.empty((3, origins.positions.shape[2] if ordered else 0))
    totals = np.empty(3 + waves + 1)
    for p in range(pairs.slots.shape[0]):
        slot, s, lag = pairs.slots[p], pairs.blocks[p], pairs.lags[p]
        x0, x1 = origins.positions[slot], later[pairs.frames[p]]
        if ordered:
            _gather(x1, origins.order[slot], moved)
            x1 = moved
        for g in range(origins.starts.shape[1] - 1):
            totals[:] = 0.0
            last = origins.starts[slot, g + 1]
            for a in range(origins.starts[slot, g], last, TILE):
                b = min(a + TILE, last)
                rows = (x0[0, a:b], x0[1, a:b], x0[2, a:b], x1[0, a:b], x1[1, a:b], x1[2, a:b])
                w = origins.weights[slot, a:b] if weighted else ones[: b - a]
                r2 = squares[: b - a]
                _add_moments(*rows, w, measures.radius2, r2, totals)
                for q in range(waves):
                    if measures.vectors.shape[0] > 0:
                        shell = measures.vectors[measures.starts[q] : measures.starts[q + 1]]
                        totals[3 + q] += _over_shell(*rows, w, shell)
                    else:
                        totals[3 + q] += _isotropic(r2, w, measures.squares[q], measures.planar)
                if bins > 0:
                    _add_histogram(r2, w, measures.bins_a_length, histogram[s, lag, g])
            if totals[-1] > 0.0:
                _add_totals(totals, pairs.apart[p], sums[s, lag, g])


# i particle, j place
@njit(cache=True, error_model="numpy")
def _gather(frame: Floats, order: NDArray[np.uint32], out: Floats) -> None:
    for c in range(3):
        row, target = frame[c], out[c]
        for j in range(order.shape[0]):
            target[j] = row[order[j]]


# m moment
@njit(cache=True, error_model="numpy")
def _add_totals(totals: Floats, apart: float, row: Floats) -> None:
    n, weight = totals.shape[0] - 1, totals[-1]
    for m in range(n):
        row[m] += totals[m]
    for m in range(2, n):
        row[n + m - 2] += totals[m] * totals[m] / weight
    row[-3] += weight
    row[-2] += 1.0
    row[-1] += apart


# f frame, i particle, j place, c component
@njit(cache=True, error_model="numpy")
def lay_out(positions: Floats, particles: Whole, drift: Floats, out: Floats) -> None:
    """``out[f, c, j] = positions[f, particles[j], c] - drift[f, c]``."""
    n = particles.shape[0]
    in_place = n == positions.shape[1]
    for j in range(n):
        in_place = in_place and particles[j] == j
    for f in range(out.shape[0]):
        source, x, y, z = positions[f], out[f, 0], out[f, 1], out[f, 2]
        dx, dy, dz = drift[f, 0], drift[f, 1], drift[f, 2]
        if in_place:
            for j in range(n):
                x[j] = source[j, 0] - dx
                y[j] = source[j, 1] - dy
                z[j] = source[j, 2] - dz
        else:
            for j in range(n):
                i = np.uint64(particles[j])
                x[j] = source[i, 0] - dx
                y[j] = source[i, 1] - dy
                z[j] = source[i, 2] - dz
