"""Fields that are read when asked for."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr
from xarray.backends.common import BackendArray
from xarray.core import indexing

from supercooled.arrays import Array
from supercooled.errors import StoreError, SupercooledError
from supercooled.extras import require
from supercooled.fields.checksums import SUMMED, check, own_sum

if TYPE_CHECKING:
    from supercooled.fields.stored_arrays import Array as StoredArray
    from supercooled.fields.stored_arrays import Group

VALUES = "values"
LABELS = "labels"
# Of a chunk of frames that is looked at at once, megabytes.
CHUNK = 8.0


def opened(path: str | Path) -> xr.DataArray:
    """A field that :func:`field` has stored: its labels now, its values when asked for.

    Raises
    ------
    StoreError
        if it is missing, or damaged, now or when a chunk is read.
    """
    folder = Path(path).absolute()
    if not folder.is_dir():
        raise StoreError(f"there is no field in {folder}")
    stored = _Stored.of(folder, check(folder).get(VALUES))
    with reading(f"the field in {folder}"):
        labels = dataset(folder, LABELS)
        return xr.DataArray(
            indexing.LazilyIndexedArray(stored),
            dims=("frame", "particle"),
            coords=labels.coords,
            name=str(labels.attrs["name"]),
            attrs={k: v for k, v in labels.attrs.items() if k not in ("name", "dims")},
        )


@contextmanager
def reading(what: str, remedy: str = "delete it and run it again") -> Iterator[None]:
    """Say in one sentence what a library can't read; it raises whatever it stumbles over.

    Parameters
    ----------
    what, remedy
        is being read, and what to do, for the sentence

    Raises
    ------
    StoreError
        instead.
    """
    try:
        yield
    except SupercooledError:
        raise
    except Exception as error:
        raise StoreError(f"{what} is damaged ({error}); {remedy}") from error


def dataset(folder: Path, group: str) -> xr.Dataset:
    """A group of a Zarr folder that has been checked, read into memory."""
    require("zarr", doing="reading what is stored")
    # No units of ours are dates.
    return xr.load_dataset(
        folder, engine="zarr", group=group, consolidated=False, zarr_format=3, decode_times=False
    )


def is_lazy(values: xr.DataArray) -> bool:
    """Whether a field's values are read, or computed, only when asked for."""
    return not isinstance(values.variable._data, np.ndarray)


def mapped(values: xr.DataArray, function: Callable[[Array], Array]) -> xr.DataArray:
    """The field ``function(values)``, element by element; of a lazy one it is lazy too.

    Parameters
    ----------
    function
        of arrays of any shape

    Examples
    --------
    >>> mapped(xr.DataArray([1.0, 4.0]), np.sqrt).values
    array([1., 2.])
    """
    if not is_lazy(values):
        return values.copy(data=function(values.values))
    return values.copy(data=indexing.LazilyIndexedArray(_Mapped(values.variable, function)))


def looking_ahead(values: xr.DataArray, frames: int, function: Callable[[Array], Array]) -> xr.DataArray:
    """What ``function`` makes of each frame and those after it; of a lazy field it is lazy too.

    Parameters
    ----------
    values
        (frame, particle)
    frames
        how many later ones each needs; the last ones, which lack them, are left out
    function
        of (frame + frames, particle), giving (frame, particle)

    Examples
    --------
    >>> rising = xr.DataArray([[1.0], [2.0], [5.0]], dims=("frame", "particle"))
    >>> looking_ahead(rising, 1, lambda x: x[1:] - x[:-1]).values.T
    array([[1., 3.]])
    """
    ordered = values.transpose("frame", "particle")
    kept = ordered.isel(frame=slice(0, ordered.sizes["frame"] - frames))
    if not is_lazy(values):
        return kept.copy(data=function(ordered.values))
    return kept.copy(data=indexing.LazilyIndexedArray(_Ahead(ordered.variable, frames, function)))


def chunks_of(values: xr.DataArray, megabytes: float = CHUNK) -> Iterator[tuple[slice, Array]]:
    """Chunks of frames with their values, (frame, particle), in order.

    Parameters
    ----------
    megabytes
        of the values of a chunk
    """
    ordered = values.transpose("frame", "particle")
    n_frames, n_particles = ordered.shape
    size = max(1, int(megabytes * 2**20 / (8 * max(1, n_particles))))
    for start in range(0, n_frames, size):
        chunk = slice(start, min(start + size, n_frames))
        yield chunk, ordered.isel(frame=chunk).values


class Lazy(BackendArray):
    """Values that are read by index."""

    shape: tuple[int, ...]
    dtype: np.dtype[Any]

    def __getitem__(self, key: indexing.ExplicitIndexer) -> Any:
        return indexing.explicit_indexing_adapter(key, self.shape, indexing.IndexingSupport.OUTER, self.read)

    @abstractmethod
    def read(self, key: tuple[Any, ...]) -> Array:
        """Values at slices, numbers and arrays of numbers, one along each axis."""


@dataclass
class _Stored(Lazy):
    """Values in a Zarr array; opened anew in each process.

    Parameters
    ----------
    rows
        frames of a chunk
    sums
        at the end of each chunk
    """

    folder: Path
    shape: tuple[int, ...]
    rows: int
    sums: tuple[str, ...]
    dtype: np.dtype[Any] = field(default_factory=lambda: np.dtype(np.float64))

    @classmethod
    def of(cls, folder: Path, array: StoredArray | Group | None) -> _Stored:
        """Values that are described as this package stores them."""
        from supercooled.fields.stored_arrays import Array as StoredArray

        if (
            not isinstance(array, StoredArray)
            or array.data_type != "float64"
            or not array.has("crc32c")
            or len(array.shape) != 2
            or array.chunk_shape[1] != array.shape[1]
        ):
            raise StoreError(f"{folder / VALUES} contains no field; delete {folder} and run it again")
        rows = array.chunk_shape[0]
        names = [f"{SUMMED}{k}/0" for k in range(-(-array.shape[0] // rows))]
        return cls(folder, tuple(array.shape), rows, tuple(own_sum(folder / name) for name in names))

    def read(self, key: tuple[Any, ...]) -> Array:
        """As :meth:`Lazy.read`."""
        import zarr

        for chunk in np.unique(np.arange(self.shape[0])[key[0]] // self.rows):
            name = f"{SUMMED}{chunk}/0"
            path = self.folder / name
            # Zarr compares the values with the sum at their end, not with the one that they had.
            if not path.is_file() or own_sum(path) != self.sums[chunk]:
                raise StoreError(
                    f"{path} has changed since it was opened; delete {self.folder} and run it again"
                )
        with reading(f"the field in {self.folder}"):
            array = zarr.open_array(self.folder / VALUES, mode="r", zarr_format=3)
            return np.asarray(array.oindex[key], dtype=np.float64)


@dataclass
class _Mapped(Lazy):
    """A function of other values."""

    inner: xr.Variable
    function: Callable[[Array], Array]
    shape: tuple[int, ...] = field(init=False)
    dtype: np.dtype[Any] = field(init=False)

    def __post_init__(self) -> None:
        self.shape, self.dtype = tuple(self.inner.shape), np.dtype(np.float64)

    def read(self, key: tuple[Any, ...]) -> Array:
        """As :meth:`Lazy.read`."""
        return np.asarray(self.function(self.inner[key].values))


@dataclass
class _Ahead(Lazy):
    """A function of other values and those of later frames."""

    inner: xr.Variable
    frames: int
    function: Callable[[Array], Array]
    shape: tuple[int, ...] = field(init=False)
    dtype: np.dtype[Any] = field(init=False)

    def __post_init__(self) -> None:
        n_frames, n_particles = self.inner.shape
        self.shape, self.dtype = (n_frames - self.frames, n_particles), np.dtype(np.float64)

    def read(self, key: tuple[Any, ...]) -> Array:
        """As :meth:`Lazy.read`."""
        rows = np.arange(self.shape[0])[key[0]]
        if rows.size == 0:
            return np.empty((0, self.shape[1]))[:, key[1]]
        first, last = int(rows.min()), int(rows.max())
        made = self.function(self.inner[first : last + self.frames + 1].values)
        return np.asarray(made[rows - first][..., key[1]])
