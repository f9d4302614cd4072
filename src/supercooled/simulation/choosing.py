"""Which engine."""

from __future__ import annotations

import importlib.util
import os
from typing import Literal, get_args

from supercooled.errors import MissingExtraError, ParameterError
from supercooled.simulation.engine import Engine
from supercooled.simulation.lammps_engine import LammpsEngine

EngineName = Literal["lammps", "gamdpy"]
# Names the engine where nobody else does.
ENGINE = "SUPERCOOLED_ENGINE"


def chosen_engine(asked: str | Engine | None = None) -> Engine:
    """The engine asked for; unless it is, the one that ``SUPERCOOLED_ENGINE`` names; else LAMMPS.

    Raises
    ------
    ParameterError
        if there is none of that name.
    MissingExtraError
        if it is not installed.

    >>> chosen_engine("lammps")
    LammpsEngine()
    """
    name = (os.environ.get(ENGINE) or "lammps") if asked is None else asked
    if not isinstance(name, str):
        return name
    if name == "lammps":
        return LammpsEngine()
    if name != "gamdpy":
        where = f" (from {ENGINE})" if asked is None else ""
        raise ParameterError(f"no engine {name!r}{where}; known are {', '.join(get_args(EngineName))}")
    if importlib.util.find_spec("gamdpy") is None:
        raise MissingExtraError("the engine gamdpy is not installed: pip install supercooled[gpu]")
    from supercooled.simulation.gpu.engine import GamdpyEngine

    return GamdpyEngine()
