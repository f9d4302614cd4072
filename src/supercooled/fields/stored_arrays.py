"""What the metadata of stored arrays may say, looked at before any library acts on it.

Zarr lets metadata choose codecs, and some of those run code; lets a chunk that is not there stand for any
number of values; and lets a small one unpack to any size. So only what this package writes is read:
version 3, regular chunks that are all there, numbers and text of a fixed length, and the codecs ``bytes``,
``zstd`` and ``crc32c``. The format: https://zarr-specs.readthedocs.io/en/latest/v3/core/index.html.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from math import prod
from pathlib import Path, PurePosixPath
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, NonNegativeInt, PositiveInt

from supercooled.errors import StoreError
from supercooled.plain_data import unpacks_to_too_much
from supercooled.records import Fields, read_record

_SIZES = {
    "bool": 1,
    **{f"{sign}int{8 * size}": size for sign in ("", "u") for size in (1, 2, 4, 8)},
    "float32": 4,
    "float64": 8,
}
# What Zarr calls the metadata of an array or a group.
_METADATA = "zarr.json"
_MOST_DIMENSIONS = 8
# Of the head of a compressed chunk: enough to say how much it unpacks to.
_HEAD = 32
_ZSTD = 0xFD2FB528.to_bytes(4, "little")

_Number = Literal[
    "bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float32", "float64"
]


class _TextLength(Fields):
    length_bytes: Annotated[int, Field(ge=4, le=2**16, multiple_of=4)]


class _Text(Fields):
    name: Literal["fixed_length_utf32"]
    configuration: _TextLength


class _Endian(Fields):
    endian: Literal["little"] | None = None


class _Bytes(Fields):
    name: Literal["bytes"]
    configuration: _Endian = _Endian()


class _ZstdLevel(Fields):
    level: int
    checksum: bool = False


class _Zstd(Fields):
    name: Literal["zstd"]
    configuration: _ZstdLevel


class _Nothing(Fields):
    pass


class _Crc32c(Fields):
    name: Literal["crc32c"]
    configuration: _Nothing = _Nothing()


class _ChunkShape(Fields):
    chunk_shape: list[PositiveInt]


class _Grid(Fields):
    name: Literal["regular"]
    configuration: _ChunkShape


class _Separator(Fields):
    separator: Literal["/"] = "/"


class _Keys(Fields):
    name: Literal["default"]
    configuration: _Separator = _Separator()


class Array(Fields):
    """Metadata of an array."""

    zarr_format: Literal[3]
    node_type: Literal["array"]
    shape: Annotated[list[NonNegativeInt], Field(max_length=_MOST_DIMENSIONS)]
    data_type: _Number | _Text
    chunk_grid: _Grid
    chunk_key_encoding: _Keys
    fill_value: bool | int | float | str
    codecs: list[Annotated[_Bytes | _Zstd | _Crc32c, Field(discriminator="name")]]
    attributes: dict[str, Any] = Field(default_factory=dict)
    dimension_names: list[str] | None = None
    storage_transformers: Annotated[list[Any], Field(max_length=0)] = Field(default_factory=list)

    @property
    def chunk_shape(self) -> list[int]:
        """How many values of a chunk along each dimension."""
        return self.chunk_grid.configuration.chunk_shape

    @property
    def chunk_bytes(self) -> int:
        """Bytes of a chunk when it is unpacked."""
        kind = self.data_type
        return prod(self.chunk_shape) * (
            _SIZES[kind] if isinstance(kind, str) else kind.configuration.length_bytes
        )

    def has(self, codec: str) -> bool:
        """Whether it is packed by a codec, or summed by one."""
        return any(one.name == codec for one in self.codecs)


class Group(Fields):
    """Metadata of a group."""

    zarr_format: Literal[3]
    node_type: Literal["group"]
    attributes: dict[str, Any] = Field(default_factory=dict)


class _Node(Fields):
    # The rest is looked at when the kind is known.
    model_config = ConfigDict(extra="ignore")

    zarr_format: Literal[3]
    node_type: Literal["group", "array"]


def nodes_of(folder: Path, sizes: Mapping[str, int]) -> dict[str, Array | Group]:
    """Groups and arrays of a Zarr folder by their path below it ("" for itself), each of them checked.

    Parameters
    ----------
    sizes
        of every file in the folder, by its path below it; all of them must belong to a group or an array

    Raises
    ------
    StoreError
        naming the file that is no metadata this package writes, or the chunk that is missing, of another size
        than its array says, or of no array.
    """
    found: dict[str, Array | Group] = {}
    for name in sizes:
        place = PurePosixPath(name)
        if place.name == _METADATA:
            path = folder / name
            how: dict[str, Any] = {
                "error": StoreError,
                "saying": "is not the description of an array of this package",
            }
            kind = read_record(path, _Node, **how).node_type
            found["" if place.parent == PurePosixPath() else str(place.parent)] = (
                read_record(path, Array, **how) if kind == "array" else read_record(path, Group, **how)
            )
    left = {name for name in sizes if PurePosixPath(name).name != _METADATA}
    unpacked = 0
    for where, node in found.items():
        if isinstance(node, Array):
            chunks = _chunks(folder / where, node, [name for name in left if name.startswith(f"{where}/")])
            names = [f"{where}/{chunk}" for chunk in chunks]
            _check_chunks(folder, node, names, sizes)
            left.difference_update(names)
            unpacked += len(names) * node.chunk_bytes
    if left:
        raise StoreError(f"{folder / min(left)} belongs to no array; delete {folder} and run it again")
    if unpacks_to_too_much(unpacked, sum(sizes.values())):
        raise StoreError(f"{folder} unpacks to {unpacked} bytes from {sum(sizes.values())}: it is damaged")
    return found


def _chunks(where: Path, array: Array, there: list[str]) -> list[str]:
    """Names of all chunks; no more than there are files."""
    if len(array.chunk_shape) != len(array.shape):
        raise StoreError(f"{where}: its chunks and values have different dimensions")
    if array.dimension_names is not None and len(array.dimension_names) != len(array.shape):
        raise StoreError(f"{where}: {len(array.dimension_names)} names for {len(array.shape)} dimensions")
    order = [one.name for one in array.codecs]
    if order not in (["bytes"], ["bytes", "zstd"], ["bytes", "crc32c"], ["bytes", "zstd", "crc32c"]):
        raise StoreError(f"{where}: codecs {', '.join(order)} where bytes, zstd and crc32c should be")
    counts = [-(-length // each) for length, each in zip(array.shape, array.chunk_shape, strict=True)]
    if prod(counts) != len(there):
        raise StoreError(f"{where} has {len(there)} chunks, but its shape needs {prod(counts)}")
    return ["/".join(["c", *map(str, place)]) for place in product(*map(range, counts))]


def _check_chunks(folder: Path, array: Array, names: list[str], sizes: Mapping[str, int]) -> None:
    """See that each is there, and of the size that its array says."""
    extra = 4 if array.has("crc32c") else 0
    for name in names:
        if name not in sizes:
            raise StoreError(f"{folder / name} is missing; delete {folder} and run it again")
        size = sizes[name] - extra
        if array.has("zstd"):
            with (folder / name).open("rb") as file:
                head = file.read(_HEAD)
            if not head.startswith(_ZSTD):
                raise StoreError(f"{folder / name} is damaged: it is not packed by zstd")
            size = _unpacked_size(head)
        if size != array.chunk_bytes:
            raise StoreError(
                f"{folder / name} contains {size} bytes of values instead of "
                f"{array.chunk_bytes}; delete {folder} and run it again"
            )


def _unpacked_size(head: bytes) -> int:
    """Bytes that a frame of zstd unpacks to, as its head says; -1 where it does not.

    The format: https://www.rfc-editor.org/rfc/rfc8878, 3.1.1.1.
    """
    says = int.from_bytes(head[4:5])
    single = says >> 5 & 1
    at = 5 + (1 - single) + (0, 1, 2, 4)[says & 3]
    length = (single, 2, 4, 8)[says >> 6]
    field = head[at : at + length]
    if not length or len(field) < length:
        return -1
    return int.from_bytes(field, "little") + 256 * (length == 2)


class File(Fields):
    """Size and checksum of a file in a stored folder."""

    size: int
    sum: str


class Files(Fields):
    """All files of a stored folder, by their paths below it, and who wrote them."""

    files: dict[str, File]
    by: str = ""


class Seal(Fields):
    """The list of the files, which to Zarr is an empty group whose attributes name them."""

    zarr_format: int
    node_type: str
    attributes: Files
