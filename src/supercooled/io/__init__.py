"""Trajectories from and to files."""

from supercooled.io.gsd_reading import read_fields
from supercooled.io.gsd_writing import GsdAppender, write_gsd
from supercooled.io.reading import read

__all__ = ["GsdAppender", "read", "read_fields", "write_gsd"]
