"""Numbers that a simulation logged with its frames, or that follow from them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from supercooled.arguments import validated
from supercooled.errors import ParameterError, TrajectoryError
from supercooled.io.gsd_file import GsdFile
from supercooled.trajectory import Trajectory

if TYPE_CHECKING:
    import xarray as xr

FROM_POSITIONS = "configurational_temperature"
NAMES = ("potential_energy", "kinetic_temperature", "pressure", FROM_POSITIONS)


@validated
def logged(trajectory: Trajectory, name: str) -> xr.DataArray:
    """One number a frame, (frame,), with the frame's ``time``.

    Parameters
    ----------
    trajectory
        trajectory
    name
        "potential_energy" (a particle, epsilon_AA), "kinetic_temperature" (epsilon_AA/k_B),
        "pressure" (epsilon_AA/sigma_AA^3), or "configurational_temperature" (epsilon_AA/k_B), which is logged
        with the first frame and then with one in 500 steps, and is NaN between. Of any frame it is what
        :func:`supercooled.simulation.configurational` makes of its positions, and here, too, of a run whose
        liquid is known and that has no log of it

    Returns
    -------
    xr.DataArray
        (frame,), with ``time``, tau

    Raises
    ------
    BoxError
        if the box is too small for a temperature of the positions.
    ParameterError
        if the trajectory's file has no such log: only runs of this package do.
    TrajectoryError
        if it is damaged.
    """
    from supercooled.matching import coordinates, origin
    from supercooled.quantities import labelled
    from supercooled.simulation import configurational

    path, n_frames = trajectory.source.name, trajectory.source.n_frames
    chunk = f"log/{name}"
    none = ParameterError(
        f"{path}: there is no log of {name!r}; runs of this package have {', '.join(NAMES)}"
    )
    try:
        opened = GsdFile(path)
    except TrajectoryError as error:
        raise none from error
    with opened as file:
        there, values = file.scalars(chunk, min(n_frames, file.n_frames), 1)
        known = n_frames <= file.n_frames and bool(there[trajectory.frames].all())
        if not known and name == FROM_POSITIONS and trajectory.state is not None:
            return configurational(trajectory, trajectory.state.liquid.mixture)[name]
        if not known:
            raise none
        values = values[trajectory.frames, 0]
    return labelled(name, values, ("frame",), coordinates(trajectory), **origin(trajectory))
