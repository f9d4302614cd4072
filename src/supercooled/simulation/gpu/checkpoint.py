"""Where a run on the card stopped."""

from __future__ import annotations

import zipfile
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from supercooled.arrays import Array, Integers
from supercooled.errors import SimulationError
from supercooled.outputs import whole_file


@dataclass(slots=True, eq=False)
class Checkpoint:
    """What a leg begins with.

    key : of the state point whose run it is
    step : integration steps since the start of the hold
    positions, velocities, images : (particle, dimension), velocities half a step before
    chain : zetas of the thermostats, 1/tau
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
        try:
            with np.load(path, allow_pickle=False) as file:
                found = cls(**{name: file[name][()] for name in cls.__dataclass_fields__})
        except OSError as error:
            raise SimulationError(f"{path} can't be read: {error.strerror or error}") from error
        except (AttributeError, TypeError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
            raise SimulationError(
                f"{path} is no checkpoint of gamdpy; go on with the engine that made it, or delete the run's "
                "folder"
            ) from error
        if str(found.key) != key:
            raise SimulationError(
                f"{path} is a checkpoint of another run, not of {label}; delete the run's folder"
            )
        found.key, found.step = str(found.key), int(found.step)
        return found
