"""Structure against hops, one particle at a time."""

import math


def shares(field, p_hop, threshold, edges, lead):
    """Particles, and those that rearrange, in each bin: fields as {(frame, particle): value}."""
    everyone = [0] * (len(edges) - 1)
    rearranging = [0] * (len(edges) - 1)
    for (frame, particle), value in field.items():
        hop = p_hop.get((frame + lead, particle))
        if hop is None or math.isnan(value):
            continue
        for b in range(len(edges) - 1):
            last = b == len(edges) - 2
            if edges[b] <= value < edges[b + 1] or (last and value == edges[b + 1]):
                everyone[b] += 1
                rearranging[b] += hop > threshold
    return everyone, rearranging
