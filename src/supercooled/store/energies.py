"""Numbers that a simulation logged with its frames."""

from __future__ import annotations

import gsd.fl
import numpy as np
import xarray as xr

from supercooled.errors import ParameterError
from supercooled.quantities import labelled
from supercooled.trajectory import Trajectory

NAMES = ("potential_energy", "kinetic_temperature", "pressure")


def logged(trajectory: Trajectory, name: str) -> xr.DataArray:
    """One number a frame, (frame,), with the frame's ``time``.

    name : "potential_energy" (a particle, epsilon_AA), "kinetic_temperature" (epsilon_AA/k_B) or
        "pressure" (epsilon_AA/sigma_AA^3)

    Raises
    ------
    ParameterError
        if the trajectory's file has no such log: only runs of this package do.
    """
    chunk = f"log/{name}"
    path = trajectory.source.name
    try:
        with gsd.fl.open(name=path, mode="r") as file:
            values = np.array([file.read_chunk(frame=int(f), name=chunk)[0] for f in trajectory.frames])
    except (OSError, RuntimeError, KeyError) as error:
        raise ParameterError(
            f"{path}: no log of {name!r}; runs of this package have {', '.join(NAMES)}"
        ) from error
    return labelled(name, values, ("frame",), trajectory.time_coordinate(range(trajectory.n_frames)))
