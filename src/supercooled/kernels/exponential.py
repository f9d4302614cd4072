"""The exponential function, so that many of them vectorise."""

from __future__ import annotations

import numpy as np
from numba import njit

# exp(-745) is the smallest double; below this the sum has long forgotten the term.
LOWEST = -700.0
_LOG2E = 1.4426950408889634
_LN2_HIGH = 6.93145751953125e-1
_LN2_LOW = 1.42860682030941723212e-6
# 1.5 x 2^52: adding it rounds to a whole number, which then stands in the last bits.
_ROUND = 6755399441055744.0


# exp(x) for -700 <= x <= 700 in operations that fill vector registers; not reassociated, or the
# rounding would be lost
@njit(cache=True, fastmath={"contract"}, error_model="numpy")
def exponential(x: float) -> float:
    """exp(x) as 2^k times a polynomial, to 1e-14."""
    shifted = x * _LOG2E + _ROUND
    k = shifted - _ROUND
    f = (x - k * _LN2_HIGH) - k * _LN2_LOW
    p = 1.0 / 39916800.0
    p = p * f + 1.0 / 3628800.0
    p = p * f + 1.0 / 362880.0
    p = p * f + 1.0 / 40320.0
    p = p * f + 1.0 / 5040.0
    p = p * f + 1.0 / 720.0
    p = p * f + 1.0 / 120.0
    p = p * f + 1.0 / 24.0
    p = p * f + 1.0 / 6.0
    p = p * f + 0.5
    p = p * f + 1.0
    p = p * f + 1.0
    # The last bits of `shifted` are those of k: eleven of them go where a double keeps its exponent.
    bits = np.float64(shifted).view(np.int64)
    return p * np.int64((bits << 52) + (1023 << 52)).view(np.float64)
