"""Trajectories of your own: what is said about their files, and what the files know themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import numpy as np

from supercooled import io
from supercooled.analysis.choices import temperature_of
from supercooled.box import Box
from supercooled.errors import ParameterError
from supercooled.io.meaning import Repeats, Unfinished
from supercooled.trajectory import Trajectory
from supercooled.units import Units, units_of

# As the frames of a run of this package are called.
RUN_FILE = "trajectory.gsd"


@dataclass(frozen=True, slots=True)
class Given:
    """What is said about files that hold trajectories.

    Parameters
    ----------
    temperatures
        of each file; a run of this package has its own
    timestep, names, species_column, unwrapped, units, box, repeats, unfinished, frames, format, topology
        as
        of :func:`supercooled.read`, and of every file
    begin
        time from the first frame before which frames are left out, tau
    stride
        every how many frames of the others one is taken
    """

    temperatures: Sequence[float] | None = None
    timestep: float | None = None
    names: Mapping[str, str] | None = None
    begin: float = 0.0
    stride: int = 1
    species_column: str | None = None
    unwrapped: bool | None = None
    units: Units | str | None = None
    box: Box | None = None
    repeats: Repeats = "refuse"
    unfinished: Unfinished = "refuse"
    frames: slice = field(default_factory=lambda: slice(None))
    format: str | None = None
    topology: str | None = None

    def meaning(self, temperature: float | None) -> io.Meaning:
        """What is said about a file at a temperature."""
        shared = {one.name for one in fields(io.Meaning)} & {one.name for one in fields(self)}
        return io.Meaning(temperature=temperature, **{name: getattr(self, name) for name in shared})

    def opened(self, files: Sequence[Path], *, temperatures_needed: bool = True) -> list[Trajectory]:
        """The trajectories, each with its temperature.

        Parameters
        ----------
        temperatures_needed
            must they be known?

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
        runs = [self._opened(Path(file), T) for file, T in zip(files, told, strict=True)]
        if temperatures_needed:
            for run in runs:
                temperature_of(run)
        return runs

    def _opened(self, file: Path, told: float | None) -> Trajectory:
        run = io.open_file(file, self.meaning(told)).trajectory
        known = None
        if file.name == RUN_FILE:
            # Only a run of this package needs what files runs, and that what simulates.
            from supercooled.store.reading import temperature_beside

            known = temperature_beside(file)
        if known is not None and run.temperature is not None and not np.isclose(known, run.temperature):
            raise ParameterError(
                f"{file} was made at T = {known:g}, but --temperature gives {told:g}: "
                "temperatures are in the order of the files, and can be left out for such runs"
            )
        run = replace(run, temperature=known if told is None else run.temperature)
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
            one.name: _in_words(value)
            for one in fields(self)
            if one.name != "temperatures" and (value := getattr(self, one.name)) != getattr(unsaid, one.name)
        }


def _in_words(value: Any) -> Any:
    """A value as plain data."""
    if isinstance(value, Box):
        return value.to_array().tolist()[: 2 if value.dimensions == 2 else 6]
    if isinstance(value, slice):
        return ":".join("" if at is None else str(at) for at in (value.start, value.stop, value.step))
    return str(value) if isinstance(value, Units) else value


def said_of(options: Mapping[str, Any]) -> dict[str, Any]:
    """What the options of the command line say about files, as :class:`Given` and ``io.Meaning`` take it.

    Raises
    ------
    ParameterError
        if a text is not what its option takes.

    Examples
    --------
    >>> said_of({"names": "3=A,7=B", "frames": "100::2", "box": None, "timestep": 0.5})
    {'names': {'3': 'A', '7': 'B'}, 'frames': slice(100, None, 2), 'box': None, 'timestep': 0.5}
    """
    made: Mapping[str, Any] = {"names": names_of, "frames": frames_of, "box": box_of, "units": _scales}
    return {name: made[name](value) if name in made else value for name, value in options.items()}


def frames_of(text: str | None) -> slice:
    """Frames as the command line has them.

    Raises
    ------
    ParameterError
        if the text is something else.

    Examples
    --------
    >>> frames_of("100:"), frames_of(":50"), frames_of(None)
    (slice(100, None, None), slice(None, 50, None), slice(None, None, None))
    """
    parts = (text or ":").split(":")
    try:
        numbers = [int(part) if part.strip() else None for part in parts]
    except ValueError:
        numbers = []
    if len(numbers) not in (2, 3) or (len(numbers) == 3 and numbers[2] is not None and numbers[2] < 1):
        raise ParameterError(
            f"--frames {text!r} should be a range of frames, for example 100:, :50 or 100:200:2"
        )
    return slice(*numbers)


def box_of(text: str | None) -> Box | None:
    """A box as the command line has it.

    Raises
    ------
    ParameterError, BoxError
        if the text is something else.

    Examples
    --------
    >>> box_of("8") == Box.cube(8.0), box_of("8,9").dimensions
    (True, 2)
    """
    if text is None:
        return None
    try:
        values = [float(part) for part in text.split(",")]
    except ValueError:
        values = []
    if len(values) == 1:
        return Box.cube(values[0])
    if len(values) == 2:
        return Box(values[0], values[1], dimensions=2)
    if len(values) in (3, 6):
        return Box.from_array([*values, 0.0, 0.0, 0.0][:6], 3)
    raise ParameterError(
        f"--box {text!r} should be the edges of the box, for example 8 or 8,8,9, in a plane 8,8, or tilted "
        "8,8,9,xy,xz,yz with tilts as Box has them"
    )


def _scales(text: str | None) -> Units | None:
    return None if text is None else units_of(text)


def names_of(text: str | None) -> dict[str, str] | None:
    """Names of species as the command line has them.

    Raises
    ------
    ParameterError
        if the text is something else.

    Examples
    --------
    >>> names_of("3=A,7=B")
    {'3': 'A', '7': 'B'}
    """
    if text is None:
        return None
    pairs = [part.partition("=") for part in text.split(",")]
    found = {label.strip(): name.strip() for label, _, name in pairs}
    if len(found) < len(pairs) or not all(label and name for label, name in found.items()):
        raise ParameterError(f"--names {text!r} should assign each name once, for example 3=A,7=B")
    return found
