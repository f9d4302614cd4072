"""Runs read again from their files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from supercooled import io
from supercooled.arguments import validated
from supercooled.errors import MixtureError, ParameterError, StoreError
from supercooled.mixture import Activity, Liquid, Mixture
from supercooled.nearest import check_units
from supercooled.state import Protocol, StatePoint
from supercooled.store.folder import RunFolder
from supercooled.trajectory import Trajectory


@validated
def read_run(
    path: str | Path,
    mixture: Mixture,
    *,
    meaning: io.Meaning | None = None,
) -> Trajectory:
    """Trajectory of a file; if it is a run of this package, with the state point that made it.

    Parameters
    ----------
    path
        file of the trajectory
    mixture
        what its particles are
    meaning
        what is said about the file; see :func:`supercooled.read`

    Returns
    -------
    Trajectory
        trajectory

    Raises
    ------
    MixtureError
        if the run beside which the file lies was made with another mixture.
    TrajectoryError, ParameterError, StoreError
        as :func:`supercooled.read`, if its numbers can't be in reduced units of the mixture, or if the
        run's record is damaged.

    Examples
    --------
    >>> import tempfile
    >>> from supercooled import simulate, systems
    >>> liquid = systems.kob_andersen(density=1.2)
    >>> run = simulate(
    ...     liquid, temperature=2.0, n_particles=200, duration=0.1, every=0.05, start="lattice", hold=0.1,
    ...     root=tempfile.mkdtemp(), progress=False)
    >>> read_run(run.source.name, liquid.mixture).state == run.state
    True
    """
    trajectory = io.open_file(Path(path), meaning or io.Meaning()).trajectory
    recorded = RunFolder(Path(path).parent).record().get("state")
    if recorded is None:
        check_units(trajectory, mixture)
        return trajectory
    state = _state(recorded, mixture, path)
    return replace(trajectory, state=state, temperature=state.temperature)


def first_frames(folder: RunFolder, n_frames: int, temperature: float | None) -> Trajectory:
    """The first frames of a run of this package, as many as its record counts.

    Raises
    ------
    StoreError
        if the file has fewer.
    """
    whole = io.read(folder.trajectory, temperature=temperature)
    if whole.n_frames < n_frames:
        raise StoreError(
            f"{folder.trajectory} has {whole.n_frames} frames of the {n_frames} that its records count as "
            "written; delete the folder to make them again"
        )
    return whole[:n_frames]


def temperature_beside(path: str | Path) -> float | None:
    """Temperature of a run of this package, as recorded beside its frames; None of any other file."""
    file = Path(path)
    if file.name != "trajectory.gsd":
        return None
    temperature = RunFolder(file.parent).record().get("state", {}).get("temperature")
    return None if temperature is None else float(temperature)


def check_made_with(path: str | Path, mixture: Mixture) -> None:
    """Refuse a run of this package that was made with another mixture.

    Raises
    ------
    MixtureError
        if it was.
    """
    file = Path(path)
    if file.name == "trajectory.gsd":
        recorded = RunFolder(file.parent).record().get("state")
        # by another name it is the same
        if recorded is not None and {**recorded["mixture"], "name": mixture.name} != mixture.to_dict():
            raise _another(recorded["mixture"]["name"], mixture, path)


def _another(made_with: str, mixture: Mixture, path: str | Path) -> MixtureError:
    return MixtureError(
        f"{path} was made with {made_with}, and {mixture.name} is another mixture; give the one "
        "it was made with"
    )


def _state(recorded: dict[str, Any], mixture: Mixture, path: str | Path) -> StatePoint:
    if recorded["mixture"] != mixture.to_dict():
        raise _another(recorded["mixture"]["name"], mixture, path)
    activity: Activity | None = None
    if (driven := recorded.get("activity")) is not None:
        activity = Activity(**{**driven, "species": tuple(driven["species"])})
    protocol = dict(recorded["protocol"])
    if "per_decade" in protocol:
        protocol["per_decade"] = int(protocol["per_decade"])
    try:
        state = StatePoint(
            Liquid(mixture, recorded["density"], activity),
            recorded["temperature"],
            recorded["n_particles"],
            Protocol(**protocol),
            recorded["seed"],
        )
    except (ParameterError, MixtureError) as error:
        raise StoreError(f"{Path(path).parent / 'run.json'}: {error}") from error
    if state.to_dict() != recorded:
        raise StoreError(f"{path}: its run.json names a state point that this version can't make")
    return state
