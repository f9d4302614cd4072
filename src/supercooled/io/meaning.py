"""What a caller says about a file: the same words for every format and every command."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeAlias, get_args

import numpy as np

from supercooled.arguments import shown, validated
from supercooled.box import Box
from supercooled.errors import ParameterError, SupercooledError
from supercooled.io.labels import Names
from supercooled.units import Units, how_to_say, units_of

# Which of several frames of one time counts.
Repeats: TypeAlias = Literal["refuse", "first", "last"]
# What to do with a last frame that may be cut.
Unfinished: TypeAlias = Literal["refuse", "drop", "keep"]


@validated
@dataclass(frozen=True, slots=True)
class Meaning:
    """What is said about a file, in the file's own units. See :func:`supercooled.io.read`.

    Parameters
    ----------
    format
        kind of file, by default from its name
    timestep
        integration step, or time between two frames
    temperature
        temperature of the run
    names
        names of the species
    species_column
        column of the species
    unwrapped
        positions were never wrapped
    units
        units of the file
    box
        periodic box, if the file has none
    repeats
        which of several frames with the same time is kept
    unfinished
        what happens to an incomplete last frame
    frames
        slice of frames
    topology
        file with the particles of a ``.dcd``, ``.xtc`` or ``.trr``
    doubts
        where sentences go that would refuse the file, so that what it holds can be shown all the same;
        None raises them
    """

    format: str | None = None
    timestep: float | None = None
    temperature: float | None = None
    names: Names | None = None
    species_column: str | None = None
    unwrapped: bool | None = None
    units: Units | str | None = None
    box: Box | None = None
    repeats: Repeats = "refuse"
    unfinished: Unfinished = "refuse"
    frames: slice = field(default_factory=lambda: slice(None))
    topology: str | Path | None = None
    doubts: list[str] | None = None

    def __post_init__(self) -> None:
        for name, kinds in (("repeats", Repeats), ("unfinished", Unfinished)):
            if getattr(self, name) not in get_args(kinds):
                known = ", ".join(map(repr, get_args(kinds)))
                raise ParameterError(f"{name} must be one of {known}, not {getattr(self, name)!r}")
        if self.timestep is not None and not (np.isfinite(self.timestep) and self.timestep > 0):
            raise ParameterError(f"timestep must be positive, not {self.timestep}")
        if not isinstance(self.frames, slice):
            raise ParameterError(
                f"frames must be a slice, for example slice(100, None), not {shown(self.frames)}"
            )
        if self.box is not None and not isinstance(self.box, Box):
            raise ParameterError(f"box must be a Box, for example Box.cube(8.0), not {self.box!r}")

    @property
    def scales(self) -> Units | None:
        """The units, if they were given."""
        return units_of(self.units) if isinstance(self.units, str) else self.units

    @validated
    def doubt(self, error: SupercooledError) -> None:
        """Raise an error, or keep its sentence where a file shall be shown all the same.

        Parameters
        ----------
        error
            error to raise or to keep

        Raises
        ------
        SupercooledError
            `error`, unless doubts are collected.
        """
        if self.doubts is None:
            raise error
        self.doubts.append(str(error))

    @validated
    def units_for(self, path: str | Path, said: str | None) -> Units:
        """Units of a file: those that its caller gave, or those that the file itself gives.

        Parameters
        ----------
        path
            file, for the message
        said
            units given by the file itself, None if it gives none

        Returns
        -------
        Units
            units of lengths, energies and times

        Raises
        ------
        ParameterError
            if the file is not in reduced units and its scales are not given, or it says other units.
        """
        given = self.scales
        if said is None or (given is None and said == "lj"):
            return given or Units()
        if given is None:
            try:
                how = how_to_say(said)
            except KeyError:
                how = (
                    "give the scales of the liquid in them, for example "
                    "units='sigma=2.2,epsilon=0.08,mass=58.7'"
                )
            self.doubt(
                ParameterError(
                    f"{path} is in units {said!r}, but everything is computed in reduced units: {how}"
                )
            )
            return Units()
        if given.system != said:
            self.doubt(ParameterError(f"{path} is in units {said!r}, not {given.system!r}"))
        return given
