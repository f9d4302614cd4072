"""What a run's folder says about how it was made; nothing in it names a machine."""

from __future__ import annotations

import platform
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from supercooled.simulation.engine import Engine
from supercooled.simulation.schedule import Schedule
from supercooled.simulation.start import Start
from supercooled.source_code import provenance
from supercooled.source_code import versions as versions_of_packages
from supercooled.store.folder import RunFolder
from supercooled.store.request import Request
from supercooled.trajectory import Trajectory


def versions(engine: Engine) -> dict[str, str]:
    """Versions of what makes the numbers."""
    return {
        "engine": engine.version(),
        "python": platform.python_version(),
        **versions_of_packages("supercooled", "numpy", "gsd"),
    }


def versions_of(run: Trajectory) -> dict[str, str]:
    """Versions of what made a run of the store."""
    made: dict[str, str] = RunFolder(Path(run.source.name).parent).record()["versions"]
    return made


class Record:
    """The record of one run, kept while it is made."""

    def __init__(self, folder: RunFolder, request: Request, engine: Engine) -> None:
        self._folder = folder
        self._request = request
        self._data: dict[str, Any] = folder.record()
        self._data["versions"] = versions(engine)
        self._data["source"] = provenance()
        self._data.setdefault("state", request.state.to_dict())
        self._data.setdefault("label", request.state.label)
        self._data.setdefault("seconds", 0.0)
        self._data.setdefault("atom_steps", 0)

    def begin(self, start: Start) -> None:
        """Note where it starts."""
        self._data["start"] = {"name": Path(start.name).name, "sha256": start.sha256}

    @contextmanager
    def timed(self, atom_steps: int) -> Iterator[None]:
        """Add the time and the work of what is done inside."""
        before = time.perf_counter()
        yield
        self._data["seconds"] += time.perf_counter() - before
        self._data["atom_steps"] += atom_steps
        if self._data["seconds"] > 0:
            self._data["atom_steps_per_second"] = round(self._data["atom_steps"] / self._data["seconds"])

    def write(self, n_frames: int) -> None:
        """Bring it to the disk."""
        self._data["frames"] = n_frames
        schedule = Schedule.of(self._request.state)
        steps = schedule.frame_step(max(0, n_frames - 1)) - schedule.hold
        self._data["duration"] = round(steps * self._request.state.protocol.dt, 12)
        self._folder.write_record({**self._data, "seconds": round(self._data["seconds"], 6)})
