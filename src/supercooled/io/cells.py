"""Boxes of any orientation, and files whose frames are all in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from supercooled.arrays import AnyArray, Array, Booleans
from supercooled.box import Box
from supercooled.errors import BoxError, ParameterError, TrajectoryError
from supercooled.frame_source import Frames, MemorySource
from supercooled.io.labels import species_of_labels
from supercooled.io.meaning import Meaning
from supercooled.io.opened import Found, Opened, opened

_ALIGNED = 1e-9
# Volume of a box that has none, in units of what its edges would enclose at right angles.
_FLAT = 1e-12
# Of any coordinate, as everywhere.
_LARGEST = 1e15


@dataclass(frozen=True, slots=True)
class Held:
    """What a file holds, all of it.

    Attributes
    ----------
    kind
        of file
    positions
        (frame, particle, 2 or 3)
    edges
        (frame, 3, 3), of the box, as columns
    labels
        (particle,), what the file calls the species
    corner
        (3,), where the edges of the first box meet
    periodic
        along each edge
    images
        (frame, particle, 3), how many edges each particle has crossed
    diameters
        (frame, particle)
    steps, times
        (frame,)
    temperature
        that the file says; what the caller says goes before it
    """

    kind: str
    positions: Array
    edges: Array
    labels: Sequence[str]
    corner: Sequence[float] | Array = (0.0, 0.0, 0.0)
    periodic: Sequence[bool] = (True, True, True)
    images: AnyArray | None = None
    diameters: Array | None = None
    unwrapped: bool = False
    steps: Array | None = None
    times: Array | None = None
    units: str | None = None
    species_column: str | None = None
    not_read: tuple[str, ...] = ()

    def opened(self, path: str | Path, meaning: Meaning) -> Opened:
        """The trajectory that it is by what is said about it.

        Raises
        ------
        TrajectoryError
            if a position is not finite.
        BoxError
            as :func:`upright`.
        """
        given = np.asarray(self.positions, dtype=np.float64)
        if given.ndim != 3 or given.shape[2] not in (2, 3) or 0 in given.shape:
            raise TrajectoryError(f"{path}: positions must be (frame, particle, 2 or 3), not {given.shape}")
        fine = np.isfinite(given) & (np.abs(given) < _LARGEST)
        if not fine.all():
            frame, particle, axis = np.argwhere(~fine)[0]
            raise TrajectoryError(
                f"{path}: frame {frame}, particle {particle}: {'xyz'[axis]} is "
                f"{given[frame, particle, axis]}, not a number"
            )
        n_frames, n, d = given.shape
        flat = d == 2 or bool(n > 2 and (np.ptp(given[:, :, 2]) == 0))
        dimensions = 2 if flat else 3
        boxes, rotations = upright(path, np.asarray(self.edges, np.float64), self.periodic, dimensions)
        middle = np.asarray(self.corner, np.float64) + self.edges[0].sum(axis=1) / 2
        positions = np.zeros((n_frames, n, 3))
        positions[:, :, :dimensions] = given[:, :, :dimensions] - middle[:dimensions]
        if rotations is not None:
            positions = np.einsum("fni,fji->fnj", positions, rotations)
        labels, kinds = np.unique(np.asarray(self.labels, dtype=str), return_inverse=True)
        species, called = species_of_labels(path, labels.tolist(), kinds, meaning.names)
        unwrapped = self.unwrapped if meaning.unwrapped is None else meaning.unwrapped
        images = None if self.images is None or unwrapped else np.asarray(self.images, np.int32)
        found = Found(
            kind=self.kind,
            source=MemorySource(Frames(positions, boxes, images, unwrapped, self.diameters), str(path)),
            species=species,
            names=called,
            dimensions=dimensions,
            steps=self.steps,
            times=self.times,
            units=self.units,
            species_column=self.species_column,
            coordinates="unwrapped" if unwrapped else "folded",
            counts_images=images is not None,
            has_z=d == 3,
            not_read=self.not_read,
        )
        return opened(path, found, meaning)


def takes_no(path: str | Path, kind: str, meaning: Meaning, *names: str) -> None:
    """Refuse what is said about a file and means nothing for its kind.

    Raises
    ------
    ParameterError
        naming it.
    """
    if strange := [name for name in names if getattr(meaning, name) is not None]:
        raise ParameterError(f"{path}: files of the kind {kind} take no {', '.join(strange)}")


def upright(
    path: str | Path, edges: Array, periodic: Sequence[bool], dimensions: int
) -> tuple[Array, Array | None]:
    """Boxes (frame, 6), and the rotations that bring the file's edges into the box's form.

    Parameters
    ----------
    edges
        (frame, 3, 3), as columns
    periodic
        along each edge

    Raises
    ------
    BoxError
        naming the frame, if its edges enclose no volume, or the box is not periodic.
    """
    edges = edges.copy()
    if not all(periodic[:dimensions]):
        free = [axis for axis, closed in zip("xyz", periodic, strict=True) if not closed]
        raise BoxError(f"{path}: the box is not periodic along {', '.join(free)}, and it must be")
    if dimensions == 2:
        edges[:, 2, 2] = 1.0
    known: Booleans = np.asarray(np.isfinite(edges).all(axis=(1, 2)))
    with np.errstate(over="ignore", invalid="ignore"):
        there = np.where(known[:, None, None], edges, 0.0)
        # So flat that rounding decides on which side of nothing it lies is flat.
        least = _FLAT * np.linalg.norm(there, axis=1).prod(axis=1)
        bad = ~(known & (np.linalg.det(there) > least))
    if bad.any():
        f = int(np.argmax(bad))
        raise BoxError(f"{path}: frame {f}: edges {_flat(edges[f])} enclose no volume, or are left-handed")
    lengths = np.linalg.norm(edges, axis=1)
    low = np.abs(np.stack([edges[:, 1, 0], edges[:, 2, 0], edges[:, 2, 1]], axis=1))
    rotations = None
    if (low > _ALIGNED * lengths[:, :1]).any():
        orthogonal, upper = np.linalg.qr(edges)
        signs = np.sign(np.einsum("fii->fi", upper))
        edges = signs[:, :, None] * upper
        rotations = signs[:, :, None] * orthogonal.transpose(0, 2, 1)
    # Most runs keep their box: each is made once.
    flat = edges.reshape(len(edges), 9)
    changes = np.append(True, (flat[1:] != flat[:-1]).any(axis=1))
    boxes = np.array([_box(path, int(f), edges[f], dimensions).to_array() for f in np.flatnonzero(changes)])
    return boxes[np.cumsum(changes) - 1], rotations


def _box(path: str | Path, frame: int, edges: Array, dimensions: int) -> Box:
    lengths = np.diag(edges)
    tilts = np.array([edges[0, 1], edges[0, 2], edges[1, 2]]) / lengths[[1, 2, 2]]
    tilts[np.abs(tilts) < _ALIGNED] = 0.0
    try:
        return Box.from_array(np.concatenate([lengths, tilts]), dimensions)
    except BoxError as error:
        raise BoxError(f"{path}: frame {frame}: {error}") from None


def _flat(edges: AnyArray) -> str:
    return " ".join(f"({', '.join(f'{v:g}' for v in edge)})" for edge in edges.T)
