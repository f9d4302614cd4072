"""Single configurations in GSD files: positions, types and masses, nothing else."""

from __future__ import annotations

from pathlib import Path

import gsd.hoomd
import numpy as np

from supercooled.mixture import Mixture
from supercooled.simulation.start import Start
from supercooled.whole import whole_file


def write_configuration(path: Path, mixture: Mixture, start: Start) -> None:
    """Write a configuration to a GSD file, whole or not at all.

    Raises
    ------
    StoreError
        if the disk is full or the folder can't be written.
    """
    box = start.box.to_array()
    if mixture.dimensions == 2:
        box[2] = 0.0
    frame = gsd.hoomd.Frame()
    frame.configuration.box = box.astype(np.float32)
    frame.configuration.dimensions = mixture.dimensions
    frame.particles.N = len(start.species)
    frame.particles.types = list(mixture.species)
    frame.particles.typeid = start.species.astype(np.uint32)
    frame.particles.mass = np.asarray(mixture.masses, dtype=np.float32)[start.species]
    frame.particles.position = start.positions.astype(np.float32)
    with whole_file(path) as temporary, gsd.hoomd.open(name=str(temporary), mode="w") as file:
        file.append(frame)
