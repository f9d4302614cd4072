"""Trajectories of your own: what is said about their files, and what the files know themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np

from supercooled import io
from supercooled.errors import ParameterError
from supercooled.store.reading import temperature_beside
from supercooled.studies.line import temperature_of
from supercooled.trajectory import Trajectory


@dataclass(frozen=True, slots=True)
class Given:
    """What is said about files that hold trajectories.

    temperatures : of each file; a run of this package knows its own
    timestep : of files that count steps only, tau
    names : what a file calls a species: what it shall be called
    begin : time from the first frame before which frames are left out, tau
    stride : every how many frames of the others one is taken
    """

    temperatures: Sequence[float] | None = None
    timestep: float | None = None
    names: Mapping[str, str] | None = None
    begin: float = 0.0
    stride: int = 1

    def opened(self, files: Sequence[Path]) -> list[Trajectory]:
        """The trajectories, each with its temperature.

        Raises
        ------
        ParameterError, TrajectoryError
            if a temperature is missing or not that of the run, no frame is left, or a file can't be read.
        """
        if not (np.isfinite(self.begin) and self.begin >= 0 and self.stride >= 1):
            raise ParameterError(
                f"begin must be at least 0 and stride at least 1, not {self.begin:g} and {self.stride}"
            )
        if self.temperatures is not None and len(self.temperatures) != len(files):
            raise ParameterError(
                f"{len(files)} files need {len(files)} times --temperature, not {len(self.temperatures)}"
            )
        told: Sequence[float | None] = self.temperatures or [None] * len(files)
        return [self._opened(Path(file), T) for file, T in zip(files, told, strict=True)]

    def _opened(self, file: Path, told: float | None) -> Trajectory:
        run = io.read(file, temperature=told, timestep=self.timestep, names=self.names)
        known = temperature_beside(file)
        if known is not None and told is not None and not np.isclose(known, told):
            raise ParameterError(
                f"{file} was made at T = {known:g}, --temperature says {told:g}: they are in the order of "
                "the files, and can be left out for such runs"
            )
        run = replace(run, temperature=known if told is None else told)
        temperature_of(run)
        if not self.begin:
            return run[:: self.stride]
        late = run.times - run.times[0] >= self.begin * (1 - 1e-9)
        if not late.any():
            raise ParameterError(f"{file}: the run of {run.times[-1] - run.times[0]:g} ends before begin")
        return run[int(np.argmax(late)) :: self.stride]

    def said(self) -> dict[str, Any]:
        """What was said, by name; temperatures are told with the runs."""
        unsaid = Given()
        return {
            field.name: value
            for field in fields(self)
            if field.name != "temperatures"
            and (value := getattr(self, field.name)) != getattr(unsaid, field.name)
        }


def names_of(text: str | None) -> dict[str, str] | None:
    """Names of species as the command line has them.

    Raises
    ------
    ParameterError
        if the text is something else.

    >>> names_of("3=A,7=B")
    {'3': 'A', '7': 'B'}
    """
    if text is None:
        return None
    pairs = [part.partition("=") for part in text.split(",")]
    found = {label.strip(): name.strip() for label, _, name in pairs}
    if len(found) < len(pairs) or not all(label and name for label, name in found.items()):
        raise ParameterError(f"--names {text!r} should say what is what, each once, for example 3=A,7=B")
    return found
