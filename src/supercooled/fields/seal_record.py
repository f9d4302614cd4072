"""What the seal of a stored folder holds: the files that were written, and who made them."""

from __future__ import annotations

from supercooled.records import Fields


class File(Fields):
    """Of a stored folder."""

    size: int
    sum: str


class Files(Fields):
    """All of a stored folder, by their paths below it."""

    files: dict[str, File]
    by: str = ""


class Seal(Fields):
    """An empty group to Zarr, whose attributes name the files."""

    zarr_format: int
    node_type: str
    attributes: Files
