"""Motion in a box that changes."""

from __future__ import annotations

import sys
import warnings
from dataclasses import dataclass
from types import FrameType

import numpy as np

from supercooled.trajectory import Trajectory
from supercooled.unwrapping import edges_followed

# What rounding in a file changes of a box that doesn't.
_ROUNDING = 1e-5


@dataclass(frozen=True, slots=True)
class Breathing:
    """What a box that changes adds to mean squared displacements.

    Parameters
    ----------
    share
        by how much it changes, of its edges
    step
        from one frame to the next, on average, sigma_AA^2
    most
        between any two frames, at most, sigma_AA^2
    """

    share: float
    step: float
    most: float


def breathing(trajectory: Trajectory) -> Breathing:
    r"""How much of a mean squared displacement is the changing box.

    .. math:: \langle |(\mathsf H' - \mathsf H)\, \mathbf s|^2 \rangle
              = \tfrac{1}{12} \sum_{ab} (H'_{ab} - H_{ab})^2

    of particles that keep their places s in the box, which they fill evenly, from -1/2 to 1/2; H are its
    edges. How far away a particle was before doesn't count. In a file whose boxes keep a corner instead of
    their middle, the way of the middle comes on top; ``remove_drift`` takes it off.

    Raises
    ------
    BoxError
        if the box changes by as much as itself between two frames.

    Examples
    --------
    >>> from supercooled import Box
    >>> boxes = [Box.cube(10.0), Box.cube(10.1), Box.cube(10.0)]
    >>> found = breathing(Trajectory.from_arrays(np.zeros((3, 1, 3)), boxes))
    >>> round(found.step, 6), round(found.most, 6)
    (0.0025, 0.0025)
    """
    boxes, d = trajectory.boxes(), trajectory.dimensions
    changes = np.ptp(boxes, axis=0)
    edges, tilts = changes[:d] / boxes[:, :d].mean(axis=0), changes[3:]
    share = float(max(edges.max(), tilts.max()))
    if share <= _ROUNDING:
        return Breathing(share, 0.0, 0.0)
    followed = edges_followed(boxes, d, trajectory.source.name)[:, :d, :d]
    steps = np.sum(np.diff(followed, axis=0) ** 2, axis=(1, 2))
    return Breathing(share, float(steps.mean()) / 12.0, float(np.sum(np.ptp(followed, axis=0) ** 2)) / 12.0)


def warn_of_breathing(trajectory: Trajectory) -> None:
    """Say so, once a call, where the box changes: every displacement contains what the box does."""
    if trajectory.field_of_view is not None:
        return
    found = breathing(trajectory)
    if found.share > _ROUNDING:
        warnings.warn(
            f"{trajectory.source.name}: the box changes by {100 * found.share:.2g} % of its "
            f"edges, which adds {found.step:.2g} sigma^2 to the mean squared displacement from "
            f"one frame to the next and up to {found.most:.2g} sigma^2 between any two, if the "
            "centre of the box stays fixed; cage_relative_displacement and "
            "nonaffine_displacement do not contain it",
            stacklevel=_outside(),
        )


def _outside() -> int:
    """How far up the caller's own code is."""
    level = 1
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and frame.f_globals.get("__name__", "").startswith("supercooled."):
        level, frame = level + 1, frame.f_back
    return level
