"""Columns of numbers in text, parsed where they lie."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from numba import njit
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

LARGEST_POWER = 290
_EXACT_POWER = 22
_EXACT_INTEGER = 2**53
_SAFE_DIGITS = 18
_SPLIT = 134217729.0  # 2^27 + 1: halves a double's 53 bits
_FAR = 200
_MOST_IMAGES = 2.0**31


def _powers_of_ten() -> tuple[Floats, Floats]:
    exponents = range(-LARGEST_POWER, LARGEST_POWER + 1)
    high = [float(Fraction(10) ** k) for k in exponents]
    low = [float(Fraction(10) ** k - Fraction(h)) for k, h in zip(exponents, high, strict=True)]
    return np.array(high), np.array(low)


HIGH, LOW = _powers_of_ten()


# x a byte of text, n lines to pass
@njit(cache=True, nogil=True)
def end_of_lines(text: Bytes, start: int, n: int) -> int:
    """Where the n-th line from `start` ends, or -1 if the text ends before."""
    at = start
    size = len(text)
    while n > 0 and at + 64 <= size:
        ends = 0
        for x in range(at, at + 64):
            ends += text[x] == 10
        if ends > n - 1:
            break
        n -= ends
        at += 64
    while n > 0 and at < size:
        n -= text[at] == 10
        at += 1
    return at if n == 0 else -1


# mantissa * 10^exponent, to half a unit in the last place but for ties closer than 1e-13 of it
@njit(cache=True, nogil=True, inline="always", error_model="numpy")
def _scaled(mantissa: np.int64, exponent: int, high: Floats, low: Floats) -> float:
    leading = float(mantissa)
    if mantissa < _EXACT_INTEGER:
        if 0 <= exponent <= _EXACT_POWER:
            return float(leading * high[LARGEST_POWER + exponent])
        if -_EXACT_POWER <= exponent < 0:
            return float(leading / high[LARGEST_POWER - exponent])
    if mantissa == 0 or exponent < -LARGEST_POWER - _FAR:
        return 0.0
    if exponent > LARGEST_POWER + _FAR:
        return np.inf
    last = 1.0
    # Near the ends of the range of doubles the products below would leave it on the way.
    if exponent > LARGEST_POWER - 20:
        last = 1e200
        exponent -= _FAR
    elif exponent < 20 - LARGEST_POWER:
        last = 1e-200
        exponent += _FAR
    trailing = float(mantissa - np.int64(leading))
    h = high[LARGEST_POWER + exponent]
    product = leading * h
    a = _SPLIT * leading
    a1 = a - (a - leading)
    a2 = leading - a1
    b = _SPLIT * h
    b1 = b - (b - h)
    b2 = h - b1
    lost = ((a1 * b1 - product) + a1 * b2 + a2 * b1) + a2 * b2
    return float((product + (lost + (leading * low[LARGEST_POWER + exponent] + trailing * h))) * last)


# a number with more digits than an integer holds: the first 18 that matter, and the power they lack
@njit(cache=True, nogil=True)
def _many_digits(text: Bytes, at: int) -> tuple[np.int64, int]:
    mantissa = np.int64(0)
    power = 0
    kept = 0
    point = False
    while True:
        c = np.int64(text[at]) - 48
        if c == -2 and not point:
            point = True
        elif 0 <= c <= 9:
            if kept < _SAFE_DIGITS:
                mantissa = mantissa * 10 + c
                kept += int(mantissa > 0)
                power -= point
            elif not point:
                power += 1
        else:
            return mantissa, power
        at += 1


# the number that starts at `at`, and where it ends: -1 if it is none
@njit(cache=True, nogil=True, inline="always", error_model="numpy")
def _number(text: Bytes, at: int, high: Floats, low: Floats) -> tuple[float, int]:
    negative = text[at] == 45
    if negative or text[at] == 43:
        at += 1
    first = at
    mantissa = np.int64(0)
    c = np.int64(text[at]) - 48
    while 0 <= c <= 9:
        mantissa = mantissa * 10 + c
        at += 1
        c = np.int64(text[at]) - 48
    digits = at - first
    power = 0
    if c == -2:
        at += 1
        after = at
        c = np.int64(text[at]) - 48
        while 0 <= c <= 9:
            mantissa = mantissa * 10 + c
            at += 1
            c = np.int64(text[at]) - 48
        power = after - at
        digits -= power
    if digits == 0:
        return 0.0, -1
    if digits > _SAFE_DIGITS:
        mantissa, power = _many_digits(text, first)
    if c in (53, 21):
        at += 1
        down = text[at] == 45
        if down or text[at] == 43:
            at += 1
        c = np.int64(text[at]) - 48
        if not 0 <= c <= 9:
            return 0.0, -1
        exponent = 0
        while 0 <= c <= 9:
            exponent = min(exponent * 10 + int(c), 100000)
            at += 1
            c = np.int64(text[at]) - 48
        power += -exponent if down else exponent
    if text[at] > 32:
        return 0.0, -1
    value = _scaled(mantissa, power, high, low)
    return (-value if negative else value), at


# i row, c column; roles[c]: -1 skip, k >= 0 into numbers[i, k], k <= -2 packed bytes into words[i, -k-2];
# text ends with a line's end
@njit(cache=True, nogil=True, error_model="numpy")
def parse_rows(  # noqa: PLR0912  a state machine
    text: Bytes, roles: Whole, high: Floats, low: Floats, numbers: Floats, words: Whole
) -> tuple[int, int]:
    """Parse rows into `numbers` and `words`; the first row and column that are wrong, or (-1, -1)."""
    at = 0
    size = len(text)
    n_columns = len(roles)
    for i in range(len(numbers)):
        for c in range(n_columns):
            while at < size and text[at] <= 32 and text[at] != 10:
                at += 1
            if at >= size or text[at] == 10:
                return i, c
            role = roles[c]
            if role >= 0:
                value, at = _number(text, at, high, low)
                if at < 0:
                    return i, c
                numbers[i, role] = value
            elif role == -1:
                while text[at] > 32:
                    at += 1
            else:
                word = np.int64(0)
                first = at
                while text[at] > 32:
                    word = (word << 8) | np.int64(text[at])
                    at += 1
                if at - first > 7:
                    return i, c
                words[i, -role - 2] = word
        while text[at] != 10:
            if text[at] > 32:
                return i, n_columns
            at += 1
        at += 1
    return -1, -1


# i row of a frame, p its particle, a axis; the first columns of `numbers` are coordinates, then images
@njit(cache=True, nogil=True, error_model="numpy")
def place_rows(
    numbers: Floats,
    place: Whole,
    shift: Floats,
    first_image: int,
    positions: Floats,
    images: NDArray[np.int32],
) -> int:
    """Put rows where their particles belong, coordinates less `shift`; images only where there are any.

    The first row whose images are no whole numbers below 2^31, or -1.
    """
    axes = len(shift)
    for i in range(len(place)):
        p = place[i]
        for a in range(axes):
            positions[p, a] = numbers[i, a] - shift[a]
        if len(images) > 0:
            for a in range(axes):
                count = numbers[i, first_image + a]
                if not (-_MOST_IMAGES < count < _MOST_IMAGES and count == np.rint(count)):
                    return i
                images[p, a] = np.int32(count)
    return -1
