"""From positions in the box to paths without jumps, also where the box changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from supercooled.arrays import Array, Integers
from supercooled.box import Box
from supercooled.errors import BoxError, TrajectoryError
from supercooled.frame_source import Frames, FrameSource

# Continuity can't tell a step of 0.6 of the box from one of 0.4 backwards: steps beyond this
# fraction of an edge are refused instead of guessed.
LARGEST_CONTINUOUS_STEP = 1.0 / 3.0
# So many pairs of frames, those between which the box changes most, say what positions far from it mean.
_PAIRS = 32
# They say so if they do by this many standard errors.
_SURE = 3.0


@dataclass(frozen=True, slots=True)
class Way:
    """How a source says where particles are that have left the box.

    Parameters
    ----------
    name, dimensions
        of the source, for errors and for planar boxes
    nearest
        by nothing, so that each step is the shortest
    whole_edges
        lay paths out in each frame's own box, n of its edges away, instead of adding steps up
    """

    name: str
    dimensions: int
    nearest: bool
    whole_edges: bool


@dataclass(frozen=True, slots=True)
class Place:
    """Where a frame has left the particles.

    Parameters
    ----------
    frame
        its number in the source
    edges
        of its box, as columns
    fractions
        (particle, 3), of the positions; of no use unless steps are the shortest
    images
        (particle, 3), edges of this frame's box that a particle is away
    shift
        (particle, 3), from the position to the path; None as long as the box hasn't changed, where it is
        that of the images
    """

    frame: int
    edges: Array
    fractions: Array
    images: Array
    shift: Array | None


def follow(data: Frames, frames: Integers, before: Place | None, way: Way, out: Array) -> Place | None:
    r"""Fill `out` with the paths in consecutive frames; where the last has left the particles.

    .. math:: \mathbf u_{k+1} = \mathbf u_k + \mathbf r_{k+1} - \mathbf r_k
              + \mathsf H_{k+1} (\mathbf n_{k+1} - \mathsf M_k \mathbf n_k)

    with the edges H, the images n, and M the whole number of new edges that each old one is: 1 unless the
    edges of a sheared box flip. So n itself, however large, doesn't multiply what the box does.

    Parameters
    ----------
    frames
        (frame,), their numbers in the source
    before
        where the frame before the first was, None at the beginning of a path

    Raises
    ------
    TrajectoryError
        naming frame and particle, if a shortest step is too long for it to be known.
    BoxError
        if the box changes so much between two frames that nothing can be followed.

    References
    ----------
    S. von Bülow, J. T. Bullerjahn and G. Hummer, J. Chem. Phys. 153, 021101 (2020).
    """
    boxes = [Box.from_array(box, way.dimensions) for box in data.boxes]
    place = before
    for k, box in enumerate(boxes):
        edges, xyz, frame = box.matrix, data.positions[k], int(frames[k])
        fractions = box.fractional(xyz) if way.nearest else xyz
        turned = _turned(place, edges, frame, way.name)
        if way.nearest:
            images = _nearest(place, turned, fractions, frame, way)
        elif data.images is None:
            images = np.floor(box.fractional(xyz) + 0.5)
            images[:, way.dimensions :] = 0.0
            xyz = xyz - images @ edges.T
        else:
            images = np.asarray(data.images[k], dtype=np.float64)
        shift = place.shift if place is not None else None
        if place is not None and turned is not None and not way.whole_edges:
            last = place.images @ place.edges.T if shift is None else shift
            shift = last + (images - place.images @ turned.T) @ edges.T
        elif place is not None and shift is not None:
            shift = shift + (images - place.images) @ edges.T
        out[k] = xyz + (images @ edges.T if shift is None else shift)
        place = Place(frame, edges, fractions, images, shift)
    return place


def _turned(place: Place | None, edges: Array, frame: int, name: str) -> Array | None:
    """How many new edges each old one is; None where the box is the same."""
    if place is None or (place.edges == edges).all():
        return None
    return multiples(place.edges, edges, f"{name}: frames {place.frame} and {frame}")


def _nearest(place: Place | None, turned: Array | None, fractions: Array, frame: int, way: Way) -> Array:
    if place is None:
        return np.zeros(fractions.shape)
    steps = fractions - (place.fractions if turned is None else place.fractions @ turned.T)
    crossed = np.rint(steps)
    far = np.abs((steps - crossed)[:, : way.dimensions]).max(axis=1, initial=0.0)
    if far.max(initial=0.0) > LARGEST_CONTINUOUS_STEP:
        i = int(np.argmax(far > LARGEST_CONTINUOUS_STEP))
        raise TrajectoryError(
            f"{way.name}: particle {i} moves {far[i]:.2f} of the box between frames "
            f"{place.frame} and {frame}, too far to tell in which direction; write frames more "
            "often, or with image flags or unwrapped coordinates; if these were never wrapped, "
            "read them with unwrapped=True, or --unwrapped"
        )
    crossed[:, way.dimensions :] = 0.0
    images = place.images if turned is None else place.images @ turned.T
    return np.asarray(images - crossed)


def multiples(old: Array, new: Array, where: str) -> Array:
    r"""Whole numbers M of new edges that the old ones are, :math:`\mathsf H' \mathsf M \approx \mathsf H`.

    1 unless a sheared box is described by other edges of the same lattice.

    Raises
    ------
    BoxError
        if there are none: the box has changed by as much as itself.
    """
    exact = np.linalg.inv(new) @ old
    found = np.rint(exact)
    if abs(abs(np.linalg.det(found)) - 1.0) > 0.5:
        raise BoxError(
            f"{where}: the box changes so much between them that the displacements of its "
            "particles are ambiguous: write frames more often"
        )
    return np.asarray(found)


def edges_followed(boxes: Array, dimensions: int, where: str) -> Array:
    """Edges of the box of the first frame as they move and turn with it, (frame, 3, 3).

    Where the box flips to other edges these are not its own.
    """
    edges = [Box.from_array(box, dimensions).matrix for box in boxes]
    found, turn = [edges[0]], np.eye(3)
    for k in range(1, len(edges)):
        if (boxes[k] != boxes[k - 1]).any():
            turn = (
                multiples(edges[k - 1], edges[k], f"{where}: frames {k - 1} and {k} of {len(edges)}") @ turn
            )
        found.append(edges[k] @ turn)
    return np.array(found)


def far_ones_move_with_the_box(source: FrameSource, dimensions: int) -> bool:
    """Whether a particle n edges away moves by n times what the box does.

    In a simulation it does: its image flags, and the unwrapped coordinates that LAMMPS and others make of
    them, say in which of the box's copies it is, and the copies move. Where somebody has added displacements
    up it doesn't. The frames between which the box changes most decide, by least squares of the displacement
    against n times the change; where they can't, it does.
    """
    return _decided(_Known(source, dimensions, source.digest))


@dataclass(frozen=True, slots=True, eq=False)
class _Known:
    """A source that is known by what it holds."""

    source: FrameSource
    dimensions: int
    digest: str

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Known) and (self.dimensions, self.digest) == (
            other.dimensions,
            other.digest,
        )

    def __hash__(self) -> int:
        return hash((self.dimensions, self.digest))


@lru_cache(maxsize=8)
def _decided(known: _Known) -> bool:
    source, d = known.source, known.dimensions
    boxes = source.boxes(range(source.n_frames))
    change = np.abs(np.diff(boxes, axis=0)).sum(axis=1)
    pairs = [int(k) for k in np.argsort(-change, kind="stable")[:_PAIRS] if change[k] > 0]
    along, across = 0.0, 0.0
    for k in pairs:
        data = source.read([k, k + 1])
        old, new = (Box.from_array(box, d) for box in data.boxes)
        paths, away = _as_given(data, (old, new))
        turned = multiples(old.matrix, new.matrix, f"{source.name}: frames {k} and {k + 1}")
        # What the box does to a particle that stays in its copy of it.
        taken = (away @ (new.matrix @ turned - old.matrix).T)[:, :d]
        moved = (paths[1] - paths[0])[:, :d]
        size = float(np.sum(taken**2))
        if size == 0.0:
            continue
        slope = float(np.sum(moved * taken)) / size
        rest = max(float(np.mean((moved - slope * taken) ** 2)), 1e-12 * size / taken.size)
        along, across = along + slope * size / rest, across + size / rest
    if across == 0.0:
        return True
    return not 0.5 - along / across > _SURE / np.sqrt(across)


def _as_given(data: Frames, boxes: Sequence[Box]) -> tuple[Array, Array]:
    """Unwrapped positions of two frames as images or the file give them, and the first one's images."""
    if data.images is None:
        return data.positions, np.floor(boxes[0].fractional(data.positions[0]) + 0.5)
    paths = [box.unwrap(xyz, n) for box, xyz, n in zip(boxes, data.positions, data.images, strict=True)]
    return np.stack(paths), np.asarray(data.images[0], dtype=np.float64)
