"""Numbers that a simulation logged with its frames, or that follow from them."""

from __future__ import annotations

import xarray as xr

from supercooled.arguments import validated
from supercooled.errors import ParameterError, TrajectoryError
from supercooled.io.gsd_file import GsdFile
from supercooled.matching import coordinates, origin
from supercooled.quantities import labelled
from supercooled.simulation.configurational import configurational
from supercooled.trajectory import Trajectory

NAMES = ("potential_energy", "kinetic_temperature", "pressure")
FROM_POSITIONS = "configurational_temperature"


@validated
def logged(trajectory: Trajectory, name: str) -> xr.DataArray:
    """One number a frame, (frame,), with the frame's ``time``.

    name : "potential_energy" (a particle, epsilon_AA), "kinetic_temperature" (epsilon_AA/k_B),
        "pressure" (epsilon_AA/sigma_AA^3), or "configurational_temperature" (epsilon_AA/k_B), which is made
        from the frames' positions when asked for, of every run whose liquid is known: see
        :func:`supercooled.simulation.configurational`

    Raises
    ------
    BoxError
        if the box is too small for a temperature of the positions.
    ParameterError
        if the trajectory's file has no such log: only runs of this package do.
    TrajectoryError
        if it is damaged.
    """
    if name == FROM_POSITIONS and trajectory.state is not None:
        return configurational(trajectory, trajectory.state.liquid.mixture)[name]
    path, n_frames = trajectory.source.name, trajectory.source.n_frames
    chunk = f"log/{name}"
    none = ParameterError(f"{path}: no log of {name!r}; runs of this package have {', '.join(NAMES)}")
    try:
        opened = GsdFile(path)
    except TrajectoryError as error:
        raise none from error
    with opened as file:
        there, values = file.scalars(chunk, min(n_frames, file.n_frames), 1)
        if n_frames > file.n_frames or not there[trajectory.frames].all():
            raise none
        values = values[trajectory.frames, 0]
    return labelled(name, values, ("frame",), coordinates(trajectory), **origin(trajectory))
