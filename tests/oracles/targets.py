"""Targets, frame by frame and particle by particle."""

import numpy as np

from oracles.dynamics import hop_indicator


def later(times, t, after):
    """The frame so long after one, or None."""
    found = [k for k in range(len(times)) if abs(times[k] - times[t] - after) < 1e-6]
    return found[0] if found else None


def hop(paths, times, within, side, threshold):
    known = hop_indicator(paths, side)
    out = np.full(paths.shape[:2], np.nan)
    for t in range(side, len(paths) - side):
        window = [k for k in range(t, len(paths)) if times[k] - times[t] <= within + 1e-9]
        if times[-1] - times[t] < within - 1e-9 or window[-1] >= len(paths) - side:
            continue
        for i in range(paths.shape[1]):
            out[t, i] = any(known[k - side, i] > threshold for k in window)
    return out


def displacement(paths, times, after):
    out = np.full(paths.shape[:2], np.nan)
    for t in range(len(paths)):
        end = later(times, t, after)
        if end is not None:
            out[t] = [np.sqrt(((b - a) ** 2).sum()) for a, b in zip(paths[t], paths[end], strict=True)]
    return out


def persistence(paths, times, distance, longest):
    out = np.full(paths.shape[:2], np.nan)
    for t in range(len(paths)):
        if times[-1] - times[t] < longest - 1e-9:
            continue
        for i in range(paths.shape[1]):
            out[t, i] = longest
            for k in range(t + 1, len(paths)):
                if times[k] - times[t] > longest + 1e-9:
                    break
                if np.sqrt(((paths[k, i] - paths[t, i]) ** 2).sum()) > distance:
                    out[t, i] = times[k] - times[t]
                    break
    return out


def bond_breaking(paths, edge, times, after, bounds):
    formed, broken = bounds

    def apart(frame, i, j):
        vector = frame[j] - frame[i]
        return np.sqrt(((vector - edge * np.round(vector / edge)) ** 2).sum())

    out = np.full(paths.shape[:2], np.nan)
    for t in range(len(paths)):
        end = later(times, t, after)
        for i in range(paths.shape[1]) if end is not None else ():
            near = [j for j in range(paths.shape[1]) if j != i and apart(paths[t], i, j) < formed]
            if near:
                out[t, i] = np.mean([apart(paths[end], i, j) > broken for j in near])
    return out
