"""Where a run on the card stopped."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from supercooled.arrays import Array, Integers
from supercooled.errors import SimulationError
from supercooled.outputs import whole_file
from supercooled.plain_data import read_arrays


@dataclass(slots=True, eq=False)
class Checkpoint:
    """What a leg begins with.

    Parameters
    ----------
    key
        of the state point whose run it is
    step
        integration steps since the start of the hold
    positions, velocities, images
        (particle, dimension), velocities half a step before
    chain
        zetas of the thermostats, 1/tau
    """

    key: str
    step: int
    species: Integers
    positions: Array
    velocities: Array
    images: Integers
    chain: Array

    def write(self, path: Path) -> None:
        """Bring it to the disk, or leave nothing.

        Raises
        ------
        StoreError
            if the disk is full or the folder can't be written.
        """
        with whole_file(path) as temporary, temporary.open("wb") as file:
            np.savez(file, **asdict(self))

    @classmethod
    def read(cls, path: Path, key: str, label: str) -> Checkpoint:
        """The checkpoint in a file.

        Raises
        ------
        SimulationError
            if it is another engine's, another run's, or damaged.
        """
        arrays = read_arrays(
            path,
            tuple(cls.__dataclass_fields__),
            error=SimulationError,
            saying="is not a checkpoint of gamdpy; continue with the engine that made it, or delete "
            "the folder",
        )
        values: dict[str, Any] = {name: array[()] for name, array in arrays.items()}
        found = cls(**values)
        if str(found.key) != key:
            raise SimulationError(
                f"{path} is a checkpoint of another run, not of {label}; delete the run's folder"
            )
        found.key, found.step = str(found.key), int(found.step)
        return found
