"""Trajectories from and to files."""

from supercooled.io.file_summary import Look, look, look_at
from supercooled.io.gsd_reading import read_fields
from supercooled.io.gsd_writing import GsdAppender, write_gsd
from supercooled.io.mdanalysis import from_mdanalysis
from supercooled.io.meaning import Meaning
from supercooled.io.readers import Reader, reader
from supercooled.io.reading import open_file, read

__all__ = [
    "GsdAppender",
    "Look",
    "Meaning",
    "Reader",
    "from_mdanalysis",
    "look",
    "look_at",
    "open_file",
    "read",
    "read_fields",
    "reader",
    "write_gsd",
]
