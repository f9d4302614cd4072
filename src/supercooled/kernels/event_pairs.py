"""Pairs of events in space and time."""

from __future__ import annotations

import numpy as np
from numba import njit

from supercooled.arrays import Array, Integers
from supercooled.kernels.neighbours import Cells, gather, room_for, square_distances


# c cell, i sorted event, k one around or before it; time, particle (sorted event); edges (interval + 1,);
# pairs (bin); later (interval, bin)
@njit(cache=True, error_model="numpy")
def count_event_pairs(
    cells: Cells, time: Array, particle: Integers, dr: float, edges: Array, pairs: Integers, later: Integers
) -> None:
    """Count pairs of events of two particles, each in both orders, and those that follow in each interval."""
    n_bins = pairs.shape[0]
    r_max = n_bins * dr
    room = room_for(cells)
    near = np.empty((3, room))
    who = np.empty(room, np.int64)
    squares = np.empty(room)
    for c in range(cells.starts.shape[0] - 1):
        first, end = cells.starts[c], cells.starts[c + 1]
        if first == end:
            continue
        n = gather(c, cells, near, who)
        for i in range(first, end):
            square_distances(i, n, cells.xyz, near, squares)
            for k in range(n):
                j = who[k]
                if squares[k] < r_max * r_max and particle[i] != particle[j]:
                    b = min(int(np.sqrt(squares[k]) / dr), n_bins - 1)
                    pairs[b] += 2
                    between = np.searchsorted(edges, abs(time[i] - time[j])) - 1
                    if 0 <= between < later.shape[0]:
                        later[between, b] += 1
            near[:, n] = cells.xyz[:, i]
            who[n] = i
            n += 1


# i, j events; parent (event)
@njit(cache=True, error_model="numpy")
def first_of(parent: Integers, i: int) -> int:
    """The event that stands for all that are connected with one."""
    while parent[i] != i:
        parent[i] = parent[parent[i]]
        i = parent[i]
    return i


# c cell, i sorted event, k one around or before it; time, number (sorted event); parent (event)
@njit(cache=True, error_model="numpy")
def connect_events(cells: Cells, time: Array, square: float, window: float, parent: Integers) -> None:
    """Connect events that are near each other in space and time."""
    room = room_for(cells)
    near = np.empty((3, room))
    who = np.empty(room, np.int64)
    squares = np.empty(room)
    for c in range(cells.starts.shape[0] - 1):
        first, end = cells.starts[c], cells.starts[c + 1]
        if first == end:
            continue
        n = gather(c, cells, near, who)
        for i in range(first, end):
            square_distances(i, n, cells.xyz, near, squares)
            for k in range(n):
                j = who[k]
                if squares[k] < square and abs(time[i] - time[j]) <= window:
                    a = first_of(parent, cells.order[i])
                    b = first_of(parent, cells.order[j])
                    # The one with the lower number stands for both.
                    parent[max(a, b)] = min(a, b)
            near[:, n] = cells.xyz[:, i]
            who[n] = i
            n += 1
