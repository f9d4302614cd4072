"""Motion in a box that changes."""

from __future__ import annotations

import sys
import warnings
from types import FrameType

import numpy as np

from supercooled.trajectory import Trajectory

# What rounding in a file changes of a box that doesn't.
_ROUNDING = 1e-5


def warn_of_breathing(trajectory: Trajectory) -> None:
    """Say so, once a call, where the box changes: every displacement contains what the box does.

    A particle n edges away from where it began moves by n times what the edge does, though no neighbour
    sees it move.
    """
    boxes, d = trajectory.boxes(), trajectory.dimensions
    changes = np.ptp(boxes, axis=0)
    edges, tilts = changes[:d] / boxes[:, :d].mean(axis=0), changes[3:]
    change = float(max(edges.max(), tilts.max()))
    if change > _ROUNDING:
        warnings.warn(
            f"{trajectory.source.name}: the box changes by {100 * change:.2g} % of its edges, and "
            "displacements contain that; cage_relative_displacement and nonaffine_displacement don't",
            stacklevel=_outside(),
        )


def _outside() -> int:
    """How far up the caller's own code is."""
    level = 1
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and frame.f_globals.get("__name__", "").startswith("supercooled."):
        level, frame = level + 1, frame.f_back
    return level
