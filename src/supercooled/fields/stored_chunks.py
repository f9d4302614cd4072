"""Values of several indicators, stored a chunk of frames at a time: what was stopped goes on where it was."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from xarray.core import indexing

from supercooled.arrays import Array, Integers
from supercooled.errors import StoreError
from supercooled.extras import require
from supercooled.fields.checksums import SUMMED, check, is_part, own_sum, sealed_folder
from supercooled.fields.lazy import VALUES, Lazy, reading
from supercooled.outputs import Named, parts_of_results, results_folder, set_aside

# Where a folder of results keeps what it is made of.
_PARTS = "work"
# At least so many chunks, for any number of workers: fewer leave workers idle, and lose more when stopped.
LEAST = 32


@dataclass(frozen=True, slots=True)
class _Chunk:
    """Which frames, and where their values are kept."""

    item: Integers
    path: Path


def stored_chunks(
    function: Callable[[Integers], Array],
    chunks: Sequence[Integers],
    *,
    key: str,
    out: str | Path,
    executor: Any,
    inputs: Iterable[Named],
) -> tuple[Path, ...]:
    """Folders with the values of each chunk of frames, in order; those that are whole already stay.

    Parameters
    ----------
    function
        of places of frames, (frame, particle, column)
    key
        of all that decides the values

    Raises
    ------
    ParameterError
        if `out` can't be the name of a folder to write, or an input lies in it.
    StoreError
        if `out` holds something else than results, or can't be written.
    """
    require("zarr", doing="storing the values of indicators")
    with results_folder(out, by="compute", inputs=inputs) as folder:
        parts = folder.resolve() / _PARTS
        asked = [_Chunk(chunk, parts / f"frames-{chunk[0]}-{chunk[-1]}-{key}.zarr") for chunk in chunks]
        for _ in (map if executor is None else executor.map)(partial(_kept, function, parts), asked):
            pass
        paths = tuple(one.path for one in asked)
        for old in sorted(set(parts.glob("frames-*.zarr")) - set(paths)):
            # Of what was asked before; what somebody has changed or put there stays.
            if is_part(old):
                shutil.rmtree(old)
    return paths


def _kept(function: Callable[[Integers], Array], parts: Path, chunk: _Chunk) -> None:
    import zarr
    from zarr.codecs import Crc32cCodec

    if chunk.path.exists():
        try:
            check(chunk.path)
        except StoreError:
            set_aside(chunk.path)
        else:
            return
    values = np.ascontiguousarray(np.moveaxis(function(chunk.item), 2, 0))
    with parts_of_results(parts), sealed_folder(chunk.path, by="compute") as made:
        made.mkdir()
        array = zarr.create_array(
            made / VALUES,
            shape=values.shape,
            # A column alone is read without the others.
            chunks=(1, *values.shape[1:]),
            dtype="f8",
            compressors=[Crc32cCodec()],
            fill_value=np.nan,
            config={"write_empty_chunks": True},
        )
        array[:] = values


def read_when_asked(
    like: xr.DataArray, paths: Sequence[Path], chunks: Sequence[Integers], first: int
) -> xr.DataArray:
    """An array like another whose values are those of stored chunks, read when asked for.

    Parameters
    ----------
    like
        (frame, particle) or (frame, particle, feature)
    first
        its first column in the chunks

    Raises
    ------
    StoreError
        if a chunk is damaged, now or when it is read.
    """
    rows = np.concatenate([[0], np.cumsum([len(chunk) for chunk in chunks])])
    columns = like.shape[2] if like.ndim == 3 else 1
    sums = tuple(_sums(path, first, columns) for path in paths)
    values = _Stored(tuple(paths), tuple(map(int, rows)), first, sums, like.shape)
    return like.copy(data=indexing.LazilyIndexedArray(values))


def _sums(path: Path, first: int, columns: int) -> tuple[str, ...]:
    from supercooled.fields.stored_arrays import Array as StoredArray

    array = check(path).get(VALUES)
    if (
        not isinstance(array, StoredArray)
        or len(array.shape) != 3
        or array.shape[0] < first + columns
        or array.chunk_shape != [1, *array.shape[1:]]
        or array.data_type != "float64"
        or not array.has("crc32c")
    ):
        raise StoreError(f"{path} contains no values of indicators; delete {path} and run it again")
    return tuple(own_sum(path / _file(column)) for column in range(first, first + columns))


def _file(column: int) -> str:
    return f"{SUMMED}{column}/0/0"


@dataclass
class _Stored(Lazy):
    """Columns of chunks that lie one after the other; opened anew in each process.

    Parameters
    ----------
    rows
        first row of each chunk, and the number of all
    first
        column of the chunks that is the first here
    sums
        at the end of each column of each chunk, by which a change is noticed
    """

    paths: tuple[Path, ...]
    rows: tuple[int, ...]
    first: int
    sums: tuple[tuple[str, ...], ...]
    shape: tuple[int, ...]
    dtype: np.dtype[Any] = field(default_factory=lambda: np.dtype(np.float64))

    def read(self, key: tuple[Any, ...]) -> Array:
        """Values at slices, numbers and arrays of numbers, one along each axis."""
        chosen = [np.arange(n)[one] for n, one in zip(self.shape, key, strict=True)]
        rows, particles, *more = map(np.atleast_1d, chosen)
        columns = more[0] if more else np.zeros(1, np.int64)
        values = np.empty((len(rows), len(particles), len(columns)))
        chunk = np.searchsorted(self.rows, rows, side="right") - 1
        for k in np.unique(chunk):
            here = np.flatnonzero(chunk == k)
            values[here] = self._of_chunk(int(k), rows[here] - self.rows[k], particles, columns)
        kept = [0 if one.ndim == 0 else slice(None) for one in chosen]
        return np.asarray(values[tuple([*kept, 0] if not more else kept)])

    def _of_chunk(self, k: int, rows: Integers, particles: Integers, columns: Integers) -> Array:
        import zarr

        path = self.paths[k]
        for column in columns:
            file = path / _file(self.first + column)
            # Zarr compares the values with the sum at their end, not with the one that they had.
            if not file.is_file() or own_sum(file) != self.sums[k][column]:
                raise StoreError(f"{file} has changed since it was opened; delete {path} and run it again")
        with reading(f"the field in {path}"):
            array = zarr.open_array(path / VALUES, mode="r", zarr_format=3)
            asked: Any = (self.first + columns, rows, particles)
            found = np.asarray(array.oindex[asked], dtype=np.float64)
        return np.moveaxis(found, 0, 2)
