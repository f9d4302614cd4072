"""Events and local strain, written as their definitions read."""

import numpy as np

from .structure import images


def stretches(p_hop, threshold):
    """(particle, first, last, frame of the peak, peak) of an indicator (frame, particle)."""
    found = []
    for i in range(p_hop.shape[1]):
        t = 0
        while t < len(p_hop):
            if p_hop[t, i] > threshold:
                end = t
                while end + 1 < len(p_hop) and p_hop[end + 1, i] > threshold:
                    end += 1
                top = t + int(np.argmax(p_hop[t : end + 1, i]))
                found.append((i, t, end, top, p_hop[top, i]))
                t = end
            t += 1
    return found


def extrema(p_hop, above, below):
    """Peaks (particle, frame, value) above and troughs below, each strictly."""
    peaks, troughs = [], []
    for i in range(p_hop.shape[1]):
        for t in range(1, len(p_hop) - 1):
            before, value, after = p_hop[t - 1 : t + 2, i]
            if value > above and value > before and value > after:
                peaks.append((i, t, value))
            if value < below and value < before and value < after:
                troughs.append((i, t, value))
    return peaks, troughs


def separated(found, separation, sign):
    """The most prominent first, each only if none kept so far is within `separation` frames."""
    kept = []
    for i, t, value in sorted(found, key=lambda e: (-sign * e[2], e[1])):
        if all(i != j or abs(t - s) >= separation for j, s, _ in kept):
            kept.append((i, t, value))
    return sorted(kept)


def neighbour_vectors(positions, box, i, cutoff):
    """(j, vector) of the images of other particles within the cutoff."""
    vectors = positions + np.array(images(box))[:, None] - positions[i]
    distances = np.linalg.norm(vectors, axis=2)
    for shift, j in np.argwhere(distances < cutoff):
        if j != i:
            yield j, vectors[shift, j]


def nonaffine(before, moved, box, cutoff):
    """Least sum of squares that an affine map of the neighbours leaves over, by a general solver."""
    d = box.dimensions
    least = []
    for i in range(len(before)):
        pairs = list(neighbour_vectors(before, box, i, cutoff))
        old = np.array([v for _, v in pairs])[:, :d]
        new = old + np.array([moved[j] - moved[i] for j, _ in pairs])[:, :d]
        gradient, *_ = np.linalg.lstsq(old, new, rcond=None)
        least.append(np.sum((new - old @ gradient) ** 2))
    return np.array(least)


def cage_relative(before, moved, box, cutoff):
    """Displacement minus the mean one of the neighbours."""
    return np.array(
        [
            moved[i] - np.mean([moved[j] for j, _ in neighbour_vectors(before, box, i, cutoff)], axis=0)
            for i in range(len(before))
        ]
    )
