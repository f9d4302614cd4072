"""A field computed chunk by chunk, in memory or straight into a store."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Generic, TypeVar

import numpy as np
import xarray as xr

from supercooled.arrays import Array
from supercooled.extras import require
from supercooled.fields.checksums import sealed_folder
from supercooled.fields.lazy import LABELS, VALUES, opened
from supercooled.outputs import Named
from supercooled.quantities import labelled

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class _Chunk(Generic[Item]):
    """What makes some rows, and which."""

    item: Item
    rows: slice


def field(
    name: str,
    function: Callable[[Item], Array],
    items: Sequence[Item],
    sizes: Sequence[int],
    *,
    coords: Mapping[str, Any],
    executor: Executor | None,
    out: str | Path | None,
    by: str,
    inputs: Sequence[Named] = (),
    **attributes: Any,
) -> xr.DataArray:
    """Field (frame, particle) of chunks of frames, one after the other or side by side.

    Parameters
    ----------
    function
        of an item, (frame, particle)
    items
        one for each chunk of frames, in order
    sizes
        frames of each; all but the last alike
    coords
        with ``frame`` and ``particle``
    executor
        maps the chunks; None makes them here
    out
        folder to store the values in, which then never are in memory all together; it appears when it
        is whole. None keeps them in memory.
    by
        the function that stores them, unless one that called it has said so
    inputs
        files that the values are made from, which must not lie in `out`

    Raises
    ------
    ParameterError
        if `out` can't be the name of a folder to write, or an input lies in it.
    StoreError
        if `out` holds something else than what the same function stored, or can't be written.
    """
    stops = np.cumsum(sizes)
    chunks = [
        _Chunk(item, slice(int(stop) - size, int(stop)))
        for item, size, stop in zip(items, sizes, stops, strict=True)
    ]
    shape = (int(stops[-1]), len(coords["particle"]))
    apply = map if executor is None else executor.map
    if out is None:
        values = np.empty(shape)
        for chunk, part in zip(chunks, apply(function, items), strict=True):
            values[chunk.rows] = part
        return labelled(name, values, ("frame", "particle"), coords, **attributes)
    require("zarr", doing="storing a field")
    with sealed_folder(out, by=by, inputs=inputs) as made:
        made.mkdir()
        labels = _labels(name, shape, coords, attributes)
        _lay_out(made, labels, shape, rows=int(sizes[0]))
        for _ in apply(partial(_write, function, made / VALUES), chunks):
            pass
    return opened(out)


def _labels(
    name: str, shape: tuple[int, int], coords: Mapping[str, Any], attributes: Mapping[str, Any]
) -> xr.Dataset:
    # One value stands for all, so that fields are labelled in one way only.
    like = labelled(name, np.broadcast_to(0.0, shape), ("frame", "particle"), coords, **attributes)
    plain = {k: v.item() if isinstance(v, np.generic) else v for k, v in like.attrs.items()}
    return xr.Dataset(coords=like.coords).assign_attrs(plain, name=name, dims=["frame", "particle"])


def _lay_out(folder: Path, labels: xr.Dataset, shape: tuple[int, int], *, rows: int) -> None:
    """Labels, and room for the values."""
    import zarr
    from zarr.codecs import Crc32cCodec

    # Numbers without a pattern don't get smaller; what a checksum costs is nothing beside making them.
    zarr.create_array(
        folder / VALUES,
        shape=shape,
        chunks=(rows, shape[1]),
        dtype="f8",
        compressors=[Crc32cCodec()],
        fill_value=np.nan,
        config={"write_empty_chunks": True},
    )
    labels.to_zarr(folder / LABELS, consolidated=False, write_empty_chunks=True)


def _write(function: Callable[[Item], Array], values: Path, chunk: _Chunk[Item]) -> None:
    import zarr

    array = zarr.open_array(values, mode="r+", config={"write_empty_chunks": True})
    array[chunk.rows] = np.asarray(function(chunk.item), dtype=np.float64)
