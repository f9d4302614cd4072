"""Trajectories from and to files."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from supercooled.io.meaning import Meaning
from supercooled.io.readers import Reader, reader
from supercooled.io.reading import open_file, read

if TYPE_CHECKING:
    from supercooled.io.ase import from_ase
    from supercooled.io.file_summary import Look, look, look_at
    from supercooled.io.gsd_reading import read_fields
    from supercooled.io.gsd_writing import GsdAppender, write_gsd
    from supercooled.io.mdanalysis import from_mdanalysis
    from supercooled.io.tables import from_dataframe
    from supercooled.io.track_files import read_tracks

# What opening a file does not need is imported when it is asked for.
_LATER = {
    "GsdAppender": "gsd_writing",
    "Look": "file_summary",
    "from_ase": "ase",
    "from_dataframe": "tables",
    "from_mdanalysis": "mdanalysis",
    "look": "file_summary",
    "look_at": "file_summary",
    "read_fields": "gsd_reading",
    "read_tracks": "track_files",
    "write_gsd": "gsd_writing",
}

__all__ = [
    "GsdAppender",
    "Look",
    "Meaning",
    "Reader",
    "from_ase",
    "from_dataframe",
    "from_mdanalysis",
    "look",
    "look_at",
    "open_file",
    "read",
    "read_fields",
    "read_tracks",
    "reader",
    "write_gsd",
]


def __getattr__(name: str) -> Any:
    if name in _LATER:
        return getattr(importlib.import_module(f"supercooled.io.{_LATER[name]}"), name)
    raise AttributeError(f"module 'supercooled.io' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
