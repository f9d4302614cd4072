"""From an indexed text file to a trajectory."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from supercooled.arrays import AnyArray, Array, Booleans, Integers
from supercooled.box import Box
from supercooled.errors import BoxError
from supercooled.io.labels import Names, species_of_labels, times_of
from supercooled.io.text_index import TextIndex
from supercooled.io.text_source import Rows, TextSource, choose_columns, places_of, unpacked_word
from supercooled.io.unpacking import plain_text
from supercooled.trajectory import Trajectory

_ALIGNED = 1e-9


def text_trajectory(
    path: str | Path,
    index: TextIndex,
    *,
    timestep: float | None,
    temperature: float | None,
    names: Names | None,
) -> Trajectory:
    """Trajectory of an indexed text file: what its first frame says about the particles holds for all."""
    columns = choose_columns(path, index.columns)
    n_frames = len(index.starts)
    with plain_text(path).open("rb", buffering=0) as file:
        rows = Rows(str(path), columns, index.n_particles)
        first, words = rows.parse(file, 0, int(index.starts[0]), int(index.stops[0]))
    order = np.arange(index.n_particles)
    ids = None
    if columns.has_ids:
        found = first[:, -1].astype(np.int64)
        order = np.argsort(found, kind="stable")
        ids = found[order]
        places_of(first[:, -1], ids, f"{path}: frame 0")
    flat = bool(columns.coordinates == 3 and index.n_particles > 2 and np.ptp(first[:, 2]) == 0)
    dimensions = 2 if flat or columns.coordinates == 2 else 3
    columns = choose_columns(path, index.columns, planar=flat)
    boxes, rotations = _text_boxes(path, index, dimensions)
    codes, kinds = np.unique(words[order], return_inverse=True)
    labels = [unpacked_word(code) or "1" for code in codes]
    species, called = species_of_labels(path, labels, kinds, names)
    source = TextSource(
        name=str(path),
        text_digest=index.digest,
        starts=index.starts,
        stops=index.stops,
        columns=columns,
        box_values=boxes,
        corners=index.corners,
        rotations=rotations,
        dimensions=dimensions,
        ids=ids,
        words=words[order],
        flat=float(first[0, 2]) if flat else None,
    )
    frames = _once(source, index.steps, n_frames)
    times = times_of(path, n_frames, recorded=index.times, steps=index.steps, timestep=timestep)
    return Trajectory(
        source=source,
        species=species,
        names=called,
        moments=None if times is None else times[frames],
        frames=frames,
        dimensions=dimensions,
        temperature=temperature,
    )


def _once(source: TextSource, steps: Array | None, n_frames: int) -> Integers:
    """Frames, once each: a restarted run writes the one that it begins at again."""
    frames = np.arange(n_frames)
    if steps is None:
        return frames
    for k in map(int, np.flatnonzero(np.diff(steps) == 0) + 1):
        both = source.read([k - 1, k])
        if np.array_equal(*both.boxes) and np.array_equal(*both.positions):
            frames = frames[frames != k]
    return frames


def _text_boxes(path: str | Path, index: TextIndex, dimensions: int) -> tuple[Array, Array | None]:
    """Boxes (frame, 6), and the rotations that bring the file's edges into the box's form."""
    edges = index.edges.copy()
    if not all(index.periodic[:dimensions]):
        free = [axis for axis, closed in zip("xyz", index.periodic, strict=True) if not closed]
        raise BoxError(f"{path}: the box is not periodic along {', '.join(free)}, and it must be")
    if dimensions == 2:
        edges[:, 2, 2] = 1.0
    known: Booleans = np.asarray(np.isfinite(edges).all(axis=(1, 2)))
    with np.errstate(over="ignore"):
        bad = ~(known & (np.linalg.det(np.where(known[:, None, None], edges, 0.0)) > 0))
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
    return np.array([_box(path, f, h, dimensions).to_array() for f, h in enumerate(edges)]), rotations


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
