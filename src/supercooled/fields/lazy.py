"""Fields that are read when asked for."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from xarray.backends.common import BackendArray
from xarray.core import indexing

from supercooled.arrays import Array
from supercooled.errors import StoreError
from supercooled.fields.sealing import check

VALUES = "values"
LABELS = "labels"
# Of a block of frames that is looked at at once, megabytes.
BLOCK = 8.0


def opened(path: str | Path) -> xr.DataArray:
    """A field that :func:`field` has stored: its labels now, its values when asked for.

    Raises
    ------
    StoreError
        if it is missing, or damaged, now or when a block is read.
    """
    folder = Path(path).absolute()
    if not folder.is_dir():
        raise StoreError(f"there is no field in {folder}")
    check(folder)
    try:
        labels = xr.load_dataset(folder / LABELS, engine="zarr", consolidated=False)
        name, dims = str(labels.attrs["name"]), tuple(labels.attrs["dims"])
        stored = _Stored(folder)
        return xr.DataArray(
            indexing.LazilyIndexedArray(stored),
            dims=dims,
            coords=labels.coords,
            name=name,
            attrs={k: v for k, v in labels.attrs.items() if k not in ("name", "dims")},
        )
    except (KeyError, OSError, ValueError, TypeError) as error:
        raise StoreError(f"the field in {folder} is damaged ({error}); delete it and ask again") from error


def is_lazy(values: xr.DataArray) -> bool:
    """Whether a field's values are read, or computed, only when asked for."""
    return not isinstance(values.variable._data, np.ndarray)


def mapped(values: xr.DataArray, function: Callable[[Array], Array]) -> xr.DataArray:
    """The field ``function(values)``, element by element; of a lazy one it is lazy too.

    function : of arrays of any shape

    >>> mapped(xr.DataArray([1.0, 4.0]), np.sqrt).values
    array([1., 2.])
    """
    if not is_lazy(values):
        return values.copy(data=function(values.values))
    return values.copy(data=indexing.LazilyIndexedArray(_Mapped(values.variable, function)))


def looking_ahead(values: xr.DataArray, frames: int, function: Callable[[Array], Array]) -> xr.DataArray:
    """What ``function`` makes of each frame and those after it; of a lazy field it is lazy too.

    values : (frame, particle)
    frames : how many later ones each needs; the last ones, which lack them, are left out
    function : of (frame + frames, particle), giving (frame, particle)

    >>> rising = xr.DataArray([[1.0], [2.0], [5.0]], dims=("frame", "particle"))
    >>> looking_ahead(rising, 1, lambda x: x[1:] - x[:-1]).values.T
    array([[1., 3.]])
    """
    ordered = values.transpose("frame", "particle")
    kept = ordered.isel(frame=slice(0, ordered.sizes["frame"] - frames))
    if not is_lazy(values):
        return kept.copy(data=function(ordered.values))
    return kept.copy(data=indexing.LazilyIndexedArray(_Ahead(ordered.variable, frames, function)))


def blocks_of(values: xr.DataArray, megabytes: float = BLOCK) -> Iterator[tuple[slice, Array]]:
    """Blocks of frames with their values, (frame, particle), in order.

    megabytes : of the values of a block
    """
    ordered = values.transpose("frame", "particle")
    n_frames, n_particles = ordered.shape
    size = max(1, int(megabytes * 2**20 / (8 * max(1, n_particles))))
    for start in range(0, n_frames, size):
        block = slice(start, min(start + size, n_frames))
        yield block, ordered.isel(frame=block).values


class _Lazy(BackendArray):
    """Values that are read by index."""

    shape: tuple[int, ...]
    dtype: np.dtype[Any]

    def __getitem__(self, key: indexing.ExplicitIndexer) -> Any:
        return indexing.explicit_indexing_adapter(key, self.shape, indexing.IndexingSupport.OUTER, self._read)

    @abstractmethod
    def _read(self, key: tuple[Any, ...]) -> Array:
        """Values at slices, numbers and arrays of numbers, one along each axis."""


@dataclass
class _Stored(_Lazy):
    """Values in a Zarr array; opened anew in each process."""

    folder: Path
    shape: tuple[int, ...] = field(init=False)
    dtype: np.dtype[Any] = field(init=False)

    def __post_init__(self) -> None:
        import zarr

        array = zarr.open_array(self.folder / VALUES, mode="r")
        self.shape, self.dtype = tuple(array.shape), np.dtype(np.float64)

    def _read(self, key: tuple[Any, ...]) -> Array:
        import zarr

        try:
            array = zarr.open_array(self.folder / VALUES, mode="r")
            return np.asarray(array.oindex[key], dtype=np.float64)
        except (OSError, ValueError, TypeError, RuntimeError) as error:
            raise StoreError(
                f"the field in {self.folder} is damaged ({error}); delete it and ask again"
            ) from error


@dataclass
class _Mapped(_Lazy):
    """A function of other values."""

    inner: xr.Variable
    function: Callable[[Array], Array]
    shape: tuple[int, ...] = field(init=False)
    dtype: np.dtype[Any] = field(init=False)

    def __post_init__(self) -> None:
        self.shape, self.dtype = tuple(self.inner.shape), np.dtype(np.float64)

    def _read(self, key: tuple[Any, ...]) -> Array:
        return np.asarray(self.function(self.inner[key].values))


@dataclass
class _Ahead(_Lazy):
    """A function of other values and those of later frames."""

    inner: xr.Variable
    frames: int
    function: Callable[[Array], Array]
    shape: tuple[int, ...] = field(init=False)
    dtype: np.dtype[Any] = field(init=False)

    def __post_init__(self) -> None:
        n_frames, n_particles = self.inner.shape
        self.shape, self.dtype = (n_frames - self.frames, n_particles), np.dtype(np.float64)

    def _read(self, key: tuple[Any, ...]) -> Array:
        rows = np.arange(self.shape[0])[key[0]]
        if rows.size == 0:
            return np.empty((0, self.shape[1]))[:, key[1]]
        first, last = int(rows.min()), int(rows.max())
        made = self.function(self.inner[first : last + self.frames + 1].values)
        return np.asarray(made[rows - first][..., key[1]])
