"""A folder that knows what is in it, so that what goes missing later is missed.

Zarr reads a chunk that is not there as empty: without this, a lost file would be a field of NaN.
"""

from __future__ import annotations

import json
import zlib
from pathlib import Path

from supercooled.errors import StoreError

# An empty group to Zarr, whose attributes name the files.
SEAL = Path("sealed", "zarr.json")
# Larger files are chunks of fields, whose own checksums are looked at when they are read.
_SMALL = 2**20


def seal(folder: str | Path) -> None:
    """Write down the files of a folder: their sizes, and checksums of the small ones."""
    folder = Path(folder)
    inside = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    files = {str(path.relative_to(folder)): _described(path) for path in inside}
    group = {"zarr_format": 3, "node_type": "group", "attributes": {"files": files}}
    (folder / SEAL).parent.mkdir()
    (folder / SEAL).write_text(json.dumps(group, indent=1, sort_keys=True) + "\n")


def check(folder: str | Path) -> None:
    """See that all is there as it was sealed; what never was sealed passes.

    Raises
    ------
    StoreError
        naming the first file that is missing, cut short or changed.
    """
    folder = Path(folder)
    if not (folder / SEAL).exists():
        return
    try:
        files = json.loads((folder / SEAL).read_text())["attributes"]["files"]
        described = {str(name): list(value) for name, value in files.items()}
    except (OSError, ValueError, KeyError, AttributeError, TypeError) as error:
        raise StoreError(f"{folder / SEAL} is damaged ({error}); delete {folder} and ask again") from error
    for name, expected in described.items():
        path = folder / name
        what = None
        if not path.is_file():
            what = "is missing"
        elif path.stat().st_size != expected[0]:
            what = f"has {path.stat().st_size} bytes of {expected[0]}"
        elif _described(path) != expected:
            what = "has changed since it was written"
        if what is not None:
            raise StoreError(f"{path} {what}; delete {folder} and ask again")


def _described(path: Path) -> list[int]:
    size = path.stat().st_size
    return [size] if size > _SMALL else [size, zlib.crc32(path.read_bytes())]
