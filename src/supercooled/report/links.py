"""From a number in the comparison to the figure that shows it."""

from __future__ import annotations

from collections.abc import Mapping

# Beginnings of a row's name, and the plate; where several fit, the longest counts.
FIGURE_OF: Mapping[str, str] = {
    "softness": "cage",
    "average softness": "cage",
    "a0": "depth",
    "a1": "depth",
    "b0": "depth",
    "b1": "depth",
    "c0": "depth",
    "c1": "depth",
    "p_c": "dynamics",
    "relaxation time": "hops",
    "share softer than the peak": "rearranging",
    "share shallower than the peak": "rearranging",
    "d ln P_R": "arrhenius",
    "onset temperature": "arrhenius",
    "onset temperature by depth": "by_depth",
    "lowest barrier": "arrhenius",
    "highest barrier": "arrhenius",
    "area under the ROC curve": "ranking",
    "rank correlation with propensity": "propensity",
}


def figure_of(name: str, numbers: Mapping[str, int]) -> tuple[str, int] | None:
    """Plate and its number on the page for a row's name; None where the page has no such figure.

    >>> figure_of("onset temperature by depth", {"arrhenius": 5, "by_depth": 9})
    ('by_depth', 9)
    >>> figure_of("onset temperature by depth", {"arrhenius": 5})
    ('arrhenius', 5)
    """
    fitting = [words for words, plate in FIGURE_OF.items() if name.startswith(words) and plate in numbers]
    if not fitting:
        return None
    plate = FIGURE_OF[max(fitting, key=len)]
    return plate, numbers[plate]
