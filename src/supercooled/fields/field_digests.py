"""What a labelled array is, for digests: its labels, and its values or what makes them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr
from xarray.core import indexing

from supercooled.digests import digest_of, identify
from supercooled.fields.checksums import SEAL
from supercooled.fields.lazy import _Ahead, _Mapped, _Stored, chunks_of


def identity_of_array(array: xr.DataArray) -> Sequence[Any]:
    """What tells an array from others; a stored field is not read for it."""
    coords = {str(name): identity_of_variable(one.variable) for name, one in sorted(array.coords.items())}
    return [array.name, coords, identity_of_variable(array.variable)]


def identity_of_dataset(data: xr.Dataset) -> Sequence[Any]:
    """What tells a dataset from others."""
    every = {str(name): identity_of_variable(one) for name, one in sorted(data.variables.items())}
    return [every, sorted(map(str, data.coords)), dict(sorted(data.attrs.items()))]


def identity_of_variable(variable: xr.Variable) -> Sequence[Any]:
    """Dimensions, attributes and values."""
    attributes = dict(sorted((str(name), value) for name, value in variable.attrs.items()))
    return [variable.dims, attributes, _values(variable, variable._data)]


def _values(variable: xr.Variable, data: Any) -> Any:
    """Values, or for those that are read when asked for, what they are made of."""
    if isinstance(data, indexing.MemoryCachedArray | indexing.CopyOnWriteArray):
        return _values(variable, data.array)
    if isinstance(data, indexing.LazilyIndexedArray):
        made = _made(variable, data.array)
        if made is not None:
            return [made, [_place(one) for one in data.key.tuple]]
    made = _made(variable, data)
    if made is not None:
        return made
    if (
        variable.ndim == 2
        and not isinstance(data, np.ndarray)
        and set(variable.dims) == {"frame", "particle"}
    ):
        return [digest_of(part) for _, part in chunks_of(xr.DataArray(variable))]
    return variable.values


def _made(variable: xr.Variable, data: Any) -> Any:
    if isinstance(data, _Stored):
        # Its seal holds the sizes and sums of its files, but for the chunks, which end with their own.
        return ["stored", (data.folder / SEAL).read_bytes(), data.sums]
    if isinstance(data, _Mapped):
        return ["mapped", identity_of_variable(data.inner), data.function]
    if isinstance(data, _Ahead):
        return ["ahead", identity_of_variable(data.inner), data.frames, data.function]
    return None


def _place(key: Any) -> Any:
    return key if isinstance(key, slice | np.ndarray) else int(key)


identify(xr.DataArray, identity_of_array)
identify(xr.Dataset, identity_of_dataset)
identify(xr.Variable, identity_of_variable)
