"""Arrays as a caller gives them for a trajectory, checked."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from supercooled.arguments import shown
from supercooled.arrays import AnyArray, Array, Booleans, Integers
from supercooled.box import Box
from supercooled.errors import BoxError, ParameterError, TrajectoryError


def numbered(species: AnyArray, names: Sequence[str]) -> AnyArray:
    """Place of each particle's species among `names`."""
    numbers = {name: k for k, name in enumerate(names)}
    unknown = sorted({str(name) for name in species.tolist() if name not in numbers})
    if unknown:
        raise TrajectoryError(f"species {', '.join(unknown)} not among the names {', '.join(names)}")
    return np.array([numbers[name] for name in species.tolist()])


def kinds_of(given: AnyArray) -> Integers:
    """Whole numbers that tell species."""
    if given.dtype.kind in "biuf" and not not_counts(given).any():
        return given.astype(np.int32)
    raise TrajectoryError("species must be names or small whole numbers, for example [0, 0, 1]")


def not_counts(values: AnyArray, kind: DTypeLike = np.int32) -> Booleans:
    """Which values are no whole numbers that `kind` holds: a conversion would wrap or cut them in silence.

    Examples
    --------
    >>> not_counts(np.array([1.0, 0.5, 2.0**31, np.nan]))
    array([False,  True,  True,  True])
    """
    limits = np.iinfo(np.dtype(kind))
    wrong = (values < limits.min) | (values > limits.max)
    if values.dtype.kind == "f":
        wrong |= ~np.isfinite(values) | (values != np.rint(values))
    return np.asarray(wrong)


def images_of(images: AnyArray) -> Integers:
    """Image counts, (frame, particle, 3), as whole numbers of 32 bits.

    Raises
    ------
    TrajectoryError
        naming frame and particle, if one is none.
    """
    counts = three_columns(images, "images")
    if counts.dtype.kind not in "iuf":
        raise TrajectoryError(f"image flags must be whole numbers, not {counts.dtype}")
    if (wrong := not_counts(counts)).any():
        frame, particle, axis = map(int, np.argwhere(wrong)[0])
        raise TrajectoryError(
            f"frame {frame}, particle {particle}: its image flag is "
            f"{counts[frame, particle, axis]}, not a whole number below 2^31"
        )
    return counts.astype(np.int32)


def boxes_of(box: Box | Sequence[Box], n_frames: int) -> tuple[Array, int]:
    """Boxes (frame, 6) of one for all frames or one for each, and their dimensions."""
    each = [box] if isinstance(box, Box) else list(box) if isinstance(box, list | tuple) else []
    if not each or not all(isinstance(one, Box) for one in each):
        raise ParameterError(
            f"box must be a Box, or one for each frame, not {type(box).__name__}; for example Box.cube(10.0)"
        )
    if len({one.dimensions for one in each}) > 1:
        raise BoxError("a run cannot mix boxes of two and of three dimensions")
    if len(each) not in (1, n_frames):
        raise TrajectoryError(f"{len(each)} boxes for {n_frames} frames; give one, or one for each")
    boxes = np.array([one.to_array() for one in each])
    return np.broadcast_to(boxes, (n_frames, boxes.shape[1])).copy(), each[0].dimensions


def three_columns(values: AnyArray, what: str) -> AnyArray:
    """Positions or images in three columns; the third of planar ones is 0."""
    if values.ndim != 3 or values.shape[2] not in (2, 3):
        raise TrajectoryError(f"{what} must have shape (frame, particle, 2 or 3), not {values.shape}")
    if values.shape[2] == 3:
        return values
    return np.concatenate([values, np.zeros((*values.shape[:2], 1), values.dtype)], axis=2)


def as_array(species: ArrayLike) -> AnyArray:
    """Species as a caller gives them."""
    try:
        return np.asarray(species)
    except (ValueError, TypeError) as error:
        raise TrajectoryError(
            f"species must be names or small whole numbers, not {shown(species)}"
        ) from error
