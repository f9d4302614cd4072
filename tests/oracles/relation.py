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


def roc_area(values, rearranging):
    """Chance that a particle that rearranges has the larger value, pair by pair."""
    won = pairs = 0.0
    for x, moves in zip(values, rearranging, strict=True):
        for y, also in zip(values, rearranging, strict=True):
            if moves and not also:
                pairs += 1
                won += 1.0 if x > y else 0.5 if x == y else 0.0
    return won / pairs


def correlation(field, step):
    """Pearson correlation of each frame with a later one, particle by particle; no value is missing."""
    total, count = 0.0, 0
    for early, late in zip(field, field[step:], strict=False):
        n = len(early)
        first, second = sum(early) / n, sum(late) / n
        width = math.sqrt(sum((x - first) ** 2 for x in early) / n)
        other = math.sqrt(sum((x - second) ** 2 for x in late) / n)
        for x, y in zip(early, late, strict=True):
            total += (x - first) * (y - second) / (width * other)
            count += 1
    return total / count


def stayed(field, positions, start, group, limits):
    """Of those that begin in a group: fields of the ones that never left, and how many are near again."""
    (origin, step), (limit, radius) = start, limits
    fields, near, number = [], 0, 0
    for i in range(len(field[origin])):
        if not group[0] <= field[origin][i] <= group[1]:
            continue
        number += 1
        away = [math.dist(positions[origin + s][i], positions[origin][i]) for s in range(1, step + 1)]
        near += away[-1] <= radius
        if max(away) <= limit:
            fields.append(field[origin + step][i])
    return fields, near, number
