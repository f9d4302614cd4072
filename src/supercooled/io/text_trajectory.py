"""From an indexed text file to a trajectory."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from supercooled.arrays import Array, Integers
from supercooled.errors import ParameterError, TrajectoryError
from supercooled.io.cells import upright
from supercooled.io.decompression import plain_text
from supercooled.io.labels import species_of_labels
from supercooled.io.meaning import Meaning
from supercooled.io.opened import Found, Opened, opened
from supercooled.io.text_index import TextIndex
from supercooled.io.text_source import (
    Columns,
    Rows,
    TextSource,
    Z,
    choose_columns,
    one_column,
    places_of,
    unpacked_word,
    whole_ids,
)


def text_trajectory(path: str | Path, index: TextIndex, meaning: Meaning, *, kind: str) -> Opened:
    """Trajectory of an indexed text file: what its first frame says about the particles holds for all."""
    place = _species_place(path, index, meaning)
    columns = choose_columns(path, index.columns, planar=_is_plane(path, index), species=place)
    first, words = _first_frame(path, index, columns)
    order = np.arange(index.n_particles)
    ids = None
    if columns.has_ids:
        found = whole_ids(first[:, -1], f"{path}: frame 0")
        order = np.argsort(found, kind="stable")
        ids = found[order]
        places_of(first[:, -1], ids, f"{path}: frame 0")
    flat = bool(columns.coordinates == 3 and index.n_particles > 2 and np.ptp(first[:, 2]) == 0)
    dimensions = 2 if flat or columns.coordinates == 2 else 3
    columns = choose_columns(
        path, index.columns, planar=dimensions == 2, species=place, unwrapped=meaning.unwrapped
    )
    boxes, rotations = upright(path, index.edges, index.periodic, dimensions)
    codes, kinds = np.unique(words[order], return_inverse=True)
    labels = [unpacked_word(code) or "1" for code in codes]
    species, called = species_of_labels(path, labels, kinds, meaning.names)
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
        unended=index.unended,
    )
    return opened(
        path,
        Found(
            kind=kind,
            source=source,
            species=species,
            names=called,
            dimensions=dimensions,
            steps=index.steps,
            times=index.times,
            units=index.units,
            species_column=None if place is None else index.called[place],
            coordinates=columns.words,
            counts_images=columns.images > 0,
            left_out=index.left_out,
            unended=index.unended,
            has_z=bool(Z & set(index.columns)),
            not_read=tuple(n for n, role in zip(index.called, columns.roles, strict=True) if role == -1),
        ),
        meaning,
    )


def _first_frame(path: str | Path, index: TextIndex, columns: Columns) -> tuple[Array, Integers]:
    with plain_text(path).open("rb", buffering=0) as file:
        rows = Rows(str(path), columns, index.n_particles, unended=index.unended)
        return rows.parse(file, 0, int(index.starts[0]), int(index.stops[0]))


def _is_plane(path: str | Path, index: TextIndex) -> bool:
    """Whether coordinates of two kinds, as ``xu yu z``, lie in a plane."""
    names = set(index.columns)
    mixed = not any({"x" + kind, "y" + kind, "z" + kind} <= names for kind in ("", "u", "s", "su"))
    z = next((name for name in index.columns if name in Z), None)
    if z is None or not mixed:
        return False
    values, _ = _first_frame(path, index, one_column(index.columns, index.columns.index(z), word=False))
    return bool(np.ptp(values[:, 0]) == 0)


def _species_place(path: str | Path, index: TextIndex, meaning: Meaning) -> int | None:
    """Which column tells the species.

    Where several could, one that the caller's names fit, or the first if all tell the same particles apart.
    """
    if meaning.species_column is not None:
        if meaning.species_column not in index.called:
            raise ParameterError(
                f"{path} has no column {meaning.species_column!r}; it has {', '.join(index.called)}"
            )
        return index.called.index(meaning.species_column)
    places = [index.called.index(name) for name in index.labels]
    if len(places) < 2:
        return places[0] if places else None
    words = [_words(path, index, place) for place in places]
    if isinstance(meaning.names, Mapping):
        for place, own in zip(places, words, strict=True):
            if {unpacked_word(code) for code in np.unique(own)} <= set(meaning.names):
                return place
    for place, own in zip(places[1:], words[1:], strict=True):
        if not _tell_the_same(words[0], own):
            said = [f"{index.called[p]} {_some(w)}" for p, w in ((places[0], words[0]), (place, own))]
            meaning.doubt(
                TrajectoryError(
                    f"{path}: its columns distinguish the species differently "
                    f"({'; '.join(said)}): choose one, for example "
                    f"species_column={index.called[place]!r}, or --species-column "
                    f"{index.called[place]}"
                )
            )
            break
    return places[0]


def _words(path: str | Path, index: TextIndex, place: int) -> Integers:
    return _first_frame(path, index, one_column(index.called, place, word=True))[1].copy()


def _tell_the_same(one: Integers, other: Integers) -> bool:
    together = np.unique(np.stack([one, other]), axis=1).shape[1]
    return bool(together == len(np.unique(one)) == len(np.unique(other)))


def _some(words: Integers) -> str:
    found = [unpacked_word(code) for code in np.unique(words)]
    return ", ".join(found[:4]) + (" and others" if len(found) > 4 else "")
