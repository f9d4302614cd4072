"""Single configurations in GSD files: positions, types and masses, nothing else."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from supercooled.io import gsd_layout as layout
from supercooled.mixture import Mixture
from supercooled.outputs import whole_file
from supercooled.simulation.start import Start


def write_configuration(path: Path, mixture: Mixture, start: Start) -> None:
    """Write a configuration to a GSD file, whole or not at all.

    Raises
    ------
    StoreError
        if the disk is full or the folder can't be written.
    """
    with whole_file(path) as temporary, layout.create(temporary) as file:
        file.write_chunk(layout.BOX, layout.stored_box(start.box))
        layout.write_particles(file, start.species, mixture.species, mixture.dimensions)
        file.write_chunk(layout.MASS, np.asarray(mixture.masses, dtype=np.float32)[start.species])
        file.write_chunk(layout.POSITION, start.positions.astype(np.float32))
        file.write_chunk(layout.FRAMES, np.array([1], dtype=np.uint64))
        file.end_frame()
