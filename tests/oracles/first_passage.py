"""Escape from a cage, written as its formulas read."""

import math

import numpy as np


def log_time(potential, r_max, steps):
    """ln of the double integral by midpoints, each sum in logarithms."""
    h = r_max / steps
    r = h * (np.arange(steps) + 0.5)
    phi = [float(potential(np.array([x]))[0]) for x in r]
    total, inside = -math.inf, -math.inf
    for k in range(steps):
        # up to the middle of the step: all before it and half of its own
        half = np.logaddexp(inside, math.log(0.5 * h) - phi[k])
        total = np.logaddexp(total, math.log(h) + phi[k] + half)
        inside = np.logaddexp(inside, math.log(h) - phi[k])
    return float(total)


def log_time_of_a_parabola(depth, r_max):
    """ln of r_max^2/2 2F2(1, 1; 3/2, 2; depth), the time for a harmonic well cut off at its depth."""
    term, total = 0.0, -math.inf
    for n in range(int(20 * depth) + 200):
        total = np.logaddexp(total, term)
        term += math.log((1 + n) * (1 + n) * depth / ((1.5 + n) * (2 + n) * (n + 1)))
    return float(total) + math.log(0.5 * r_max**2)
