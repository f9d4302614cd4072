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

# Particles are taken in tiles, and origins some at a time: the tiles of a pair stay in the nearest cache, and
# those of a piece's frames and of so many origins in the next. Measured on one AVX-512 core, a particle and
# pair: 0.6 ns, where reading all of both frames took 2.0.
TILE = 512
ORIGINS_AT_ONCE = 32
# Tiles and rows begin at a multiple of this many numbers: a vector register that spans two lines of the cache
# takes twice as long to fill.
LINE = 8
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


# sin(x)/x is a polynomial of x squared up to SMALL; sin(3x)/3x = s (1 - 4/3 x^2 s^2) of s = sin(x)/x leads
# to nine times the square. It triples rounding, which 5 times leave at 1e-13.
SMALL = 9.0
TRIPLED_AT_MOST = 5
SINC = _powers(lambda s: np.sinc(np.sqrt(s) / np.pi), SMALL, 9)
SINE = _powers(lambda s: np.sinc(np.sqrt(s) / np.pi), np.pi**2 / 4, 7)
COSINE = _powers(lambda s: np.cos(np.sqrt(s)), np.pi**2 / 4, 8)
NEAR = _powers(lambda s: j0(np.sqrt(s)), FAR, 14)
IN_PHASE = _powers(lambda z: _amplitude(z, turned=False), 1.0, 14)
TURNED = _powers(lambda z: _amplitude(z, turned=True), 1.0, 14)


class Origins(NamedTuple):
    """Frames kept as time origins.

    positions (slot, component, place) with some room at the end, order (slot, place) the particle at each
    place or empty where every place holds its own, weights (slot, place) or empty where all are 1, starts
    (slot, group + 1)
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


# i place in the tile, which begins at j = a; slot and frame of the earlier and the later positions; totals
# (pair, [r^2, r^4, r <= a, F(q) ..., weight]). Unsigned indices need no test for counting from the end, and
# whole arrays no counting of who holds a slice: either would take as long as the sums.
@njit(cache=True, error_model="numpy", fastmath={"reassoc", "contract", "nsz"})
def _add_moments(
    earlier: Floats,
    slot: int,
    later: Floats,
    frame: int,
    a: int,
    w: Floats,
    radius2: float,
    squares: Floats,
    totals: Floats,
    p: int,
) -> None:
    o, f = np.uint64(slot), np.uint64(frame)
    second, fourth, inside, weight = 0.0, 0.0, 0.0, 0.0
    for i in range(squares.shape[0]):
        j = np.uint64(a + i)
        dx = later[f, 0, j] - earlier[o, 0, j]
        dy = later[f, 1, j] - earlier[o, 1, j]
        dz = later[f, 2, j] - earlier[o, 2, j]
        r2 = dx * dx + dy * dy + dz * dz
        squares[i] = r2
        second += w[i] * r2
        fourth += w[i] * r2 * r2
        inside += w[i] if r2 <= radius2 else 0.0
        weight += w[i]
    totals[p, 0] += second
    totals[p, 1] += fourth
    totals[p, 2] += inside
    totals[p, -1] += weight


# i place in the tile; numbers that are not negative are in the order of their bits, and the largest of whole
# numbers is a vector loop
@njit(cache=True, error_model="numpy")
def _largest(squares: Floats) -> float:
    bits = squares.view(np.int64)
    most = np.int64(0)
    for i in range(bits.shape[0]):
        most = max(most, bits[i])
    largest = np.empty(1, np.int64)
    largest[0] = most
    return float(largest.view(np.float64)[0])


# i place in the tile; largest of the squares; wave is room for as many numbers. Neither square root nor
# division, which take most of the time of the sinc above.
@njit(cache=True, error_model="numpy", fastmath={"reassoc", "contract", "nsz"})
def isotropic(squares: Floats, w: Floats, q2: float, largest: float, wave: Floats) -> float:
    """Sum of sin(qr)/qr of some r squared with their weights."""
    n = squares.shape[0]
    tripled, scale = 0, q2
    while scale * largest > SMALL and tripled <= TRIPLED_AT_MOST:
        scale /= 9.0
        tripled += 1
    total = 0.0
    if not scale * largest <= SMALL or tripled > TRIPLED_AT_MOST:
        for i in range(n):
            total += w[i] * sinc(q2 * squares[i])
        return total
    for i in range(n):
        wave[i] = _horner(SINC, scale * squares[i])
    for _ in range(tripled):
        factor = 4.0 / 3.0 * scale
        for i in range(n):
            s = wave[i]
            wave[i] = s * (1.0 - factor * squares[i] * s * s)
        scale *= 9.0
    for i in range(n):
        total += w[i] * wave[i]
    return total


# i place in the tile
@njit(cache=True, error_model="numpy", fastmath={"reassoc", "contract", "nsz"})
def _in_the_plane(squares: Floats, w: Floats, q2: float) -> float:
    total = 0.0
    for i in range(squares.shape[0]):
        total += w[i] * bessel(q2 * squares[i])
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


# a..b places of the tile; q wave number; slot, frame and totals as above; wave room for the tile
@njit(cache=True, error_model="numpy")
def _add_waves(
    earlier: Floats,
    slot: int,
    later: Floats,
    frame: int,
    a: int,
    w: Floats,
    measures: Measures,
    squares: Floats,
    wave: Floats,
    totals: Floats,
    p: int,
) -> None:
    if measures.vectors.shape[0] > 0:
        x0, x1, b = earlier[slot], later[frame], a + w.shape[0]
        rows = (x0[0, a:b], x0[1, a:b], x0[2, a:b], x1[0, a:b], x1[1, a:b], x1[2, a:b])
        for q in range(measures.squares.shape[0]):
            shell = measures.vectors[measures.starts[q] : measures.starts[q + 1]]
            totals[p, 3 + q] += _over_shell(*rows, w, shell)
    elif measures.planar:
        for q in range(measures.squares.shape[0]):
            totals[p, 3 + q] += _in_the_plane(squares, w, measures.squares[q])
    else:
        largest = _largest(squares)
        for q in range(measures.squares.shape[0]):
            totals[p, 3 + q] += isotropic(squares, w, measures.squares[q], largest, wave)


# p pair of frames, g group; the columns of sums: the moments r^2, r^4, r <= a, F(q) ..., the squares of all
# but the first two over the weight, then weight, pairs, time apart.
# sums (block, lag, group, column), histogram (block, lag, group, bin), later (frame, component, i), room
# (2, TILE)
@njit(cache=True, error_model="numpy")
def add_pairs(
    origins: Origins,
    pairs: Pairs,
    later: Floats,
    measures: Measures,
    room: Floats,
    sums: Floats,
    histogram: Floats,
) -> None:
    """Add every pair to the sums of its lag and block, group by group.

    Pairs whose origins lie in slots near each other should follow one another: all of them are gone through
    for one tile of particles, then for the next.
    """
    n_pairs, waves, bins = pairs.slots.shape[0], measures.squares.shape[0], histogram.shape[3]
    ordered, weighted = origins.order.shape[0] > 0, origins.weights.shape[0] > 0
    ones = np.ones(TILE)
    moved = np.empty((1, 3, origins.order.shape[1] if ordered else 0))
    totals = np.zeros((n_pairs, 3 + waves + 1))
    # Where groups change each pair has an order of its own, and all of its tiles come at once.
    at_once = 1 if ordered else n_pairs
    for first in range(0, n_pairs, at_once):
        slot = pairs.slots[first]
        if ordered:
            _gather(later[pairs.frames[first]], origins.order[slot], moved[0])
        for g in range(origins.starts.shape[1] - 1):
            totals[first : first + at_once] = 0.0
            a, last = origins.starts[slot, g], origins.starts[slot, g + 1]
            while a < last:
                b = min(a - a % LINE + TILE, last)
                w, squares, wave = ones[: b - a], room[0, : b - a], room[1, : b - a]
                for p in range(first, first + at_once):
                    o, f = pairs.slots[p], 0 if ordered else pairs.frames[p]
                    x1 = moved if ordered else later
                    if weighted:
                        w = origins.weights[o, a:b]
                    _add_moments(origins.positions, o, x1, f, a, w, measures.radius2, squares, totals, p)
                    if waves > 0:
                        _add_waves(origins.positions, o, x1, f, a, w, measures, squares, wave, totals, p)
                    if bins > 0:
                        into = histogram[pairs.blocks[p], pairs.lags[p], g]
                        _add_histogram(squares, w, measures.bins_a_length, into)
                a = b
            for p in range(first, first + at_once):
                if totals[p, -1] > 0.0:
                    _add_totals(totals[p], pairs.apart[p], sums[pairs.blocks[p], pairs.lags[p], g])


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


def rows_of_lines(outer: int, inner: int) -> Floats:
    """Room for numbers, (outer, 3, inner or a few more), whose rows begin where lines of the cache do."""
    length = -(-inner // LINE) * LINE
    room = np.empty(outer * 3 * length + LINE)
    skipped = -(room.ctypes.data // room.itemsize) % LINE
    return room[skipped : skipped + outer * 3 * length].reshape(outer, 3, length)


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
