"""Stretches, peaks and troughs of an indicator."""

from __future__ import annotations

import numpy as np
from numba import njit

from supercooled.arrays import Array, Integers

# What becomes of an extremum of which only a part of the run is seen.
KEPT, REMOVED, UNDECIDED = 1, 2, 3


# t frame, i particle
@njit(cache=True)
def count_stretches(values: Array, threshold: float) -> int:
    """How many stretches above the threshold begin within the chunk."""
    n = 0
    for t in range(values.shape[0]):
        for i in range(values.shape[1]):
            if values[t, i] > threshold and (t == 0 or not values[t - 1, i] > threshold):
                n += 1
    return n


# t frame of positions, i particle, c component
@njit(cache=True, error_model="numpy")
def _mean_from(positions: Array, first: int, last: int, i: int, origin: Array, out: Array) -> None:
    for c in range(3):
        total = 0.0
        for t in range(first, last + 1):
            total += positions[t, i, c] - origin[c]
        out[c] = total / (last - first + 1)


# t frame of values (t + k of positions), i particle, s stretch; spans (s, 4): particle, first, last,
# peak frame; places (s, 3, 3): mean before, mean after, position one frame beyond the chunk, all from
# the position at the chunk's first frame
@njit(cache=True, error_model="numpy")
def find_stretches(
    values: Array,
    positions: Array,
    k: int,
    threshold: float,
    spans: Integers,
    peaks: Array,
    places: Array,
) -> None:
    """Fill in the stretches above the threshold, cut at the chunk's edges, in order of their starts."""
    n_frames, n_particles = values.shape
    current = np.full(n_particles, -1)
    n = 0
    for t in range(n_frames):
        for i in range(n_particles):
            s = current[i]
            value = values[t, i]
            if value > threshold:
                if s < 0:
                    s = n
                    n += 1
                    current[i] = s
                    spans[s, 0] = i
                    spans[s, 1] = t
                    peaks[s] = -np.inf
                if value > peaks[s]:
                    peaks[s] = value
                    spans[s, 3] = t
                spans[s, 2] = t
            elif s >= 0:
                current[i] = -1
    for s in range(n):
        i = spans[s, 0]
        origin = positions[k, i]
        _mean_from(positions, spans[s, 1], spans[s, 1] + k, i, origin, places[s, 0])
        _mean_from(positions, spans[s, 2] + k, spans[s, 2] + 2 * k, i, origin, places[s, 1])
        for c in range(3):
            places[s, 2, c] = positions[n_frames + k, i, c] - origin[c]


# t frame, i particle
@njit(cache=True)
def find_extrema(
    values: Array, above: float, below: float, frames: Integers, particles: Integers, out: Array
) -> int:
    """Peaks above and troughs below, each strictly; how many there are, of which the room takes some."""
    n = 0
    for t in range(1, values.shape[0] - 1):
        for i in range(values.shape[1]):
            value = values[t, i]
            peak = value > above and value > values[t - 1, i] and value > values[t + 1, i]
            trough = value < below and value < values[t - 1, i] and value < values[t + 1, i]
            if peak or trough:
                if n < len(out):
                    frames[n], particles[n], out[n] = t, i, value
                n += 1
    return n


# e extremum, by particle, then by frame; heights larger where it is more prominent
@njit(cache=True)
def thin_out(
    particles: Integers,
    frames: Integers,
    heights: Array,
    separation: int,
    seen_from: int,
    seen_to: int,
    fate: Integers,
) -> None:
    """Keep the most prominent of those that are less than `separation` frames apart.

    Frames outside of ``[seen_from, seen_to)`` may hold more prominent ones: what hangs on them stays
    undecided.
    """
    a = 0
    while a < len(frames):
        b = a
        while b < len(frames) and particles[b] == particles[a]:
            b += 1
        fate[a:b] = 0
        # A stable sort: of two that are alike the earlier one comes first.
        for e in a + np.argsort(-heights[a:b], kind="mergesort"):
            early = frames[e] - seen_from + 1 < separation
            late = seen_to - frames[e] < separation
            decided = UNDECIDED if early or late else KEPT
            j = e - 1
            while j >= a and frames[e] - frames[j] < separation:
                if fate[j] == KEPT:
                    decided = REMOVED
                elif fate[j] == UNDECIDED and decided == KEPT:
                    decided = UNDECIDED
                j -= 1
            j = e + 1
            while j < b and frames[j] - frames[e] < separation:
                if fate[j] == KEPT:
                    decided = REMOVED
                elif fate[j] == UNDECIDED and decided == KEPT:
                    decided = UNDECIDED
                j += 1
            fate[e] = decided
        a = b
