"""Trajectories from and to files."""

from supercooled.io.gsd_reading import read_fields
from supercooled.io.gsd_writing import GsdAppender, write_gsd
from supercooled.io.mdanalysis import from_mdanalysis
from supercooled.io.reading import read

__all__ = ["GsdAppender", "from_mdanalysis", "read", "read_fields", "write_gsd"]
