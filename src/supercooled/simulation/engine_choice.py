"""Which engine."""

from __future__ import annotations

import os
from typing import Literal, get_args

from supercooled.arguments import validated
from supercooled.errors import ParameterError
from supercooled.simulation.engine import Engine
from supercooled.simulation.lammps_engine import LammpsEngine

EngineName = Literal["lammps", "gamdpy"]
# Names the engine where nobody else does.
ENGINE = "SUPERCOOLED_ENGINE"
_NAMES = ", ".join(get_args(EngineName))
_DOES = ("version", "prepare", "advance")


@validated
def chosen_engine(asked: str | Engine | None = None) -> Engine:
    """The engine asked for; unless it is, the one that ``SUPERCOOLED_ENGINE`` names; else LAMMPS.

    It need not be installed: runs that it made elsewhere are read without it.

    Parameters
    ----------
    asked
        name of an engine, an engine, or None

    Returns
    -------
    Engine
        engine

    Raises
    ------
    ParameterError
        if there is none of that name.

    Examples
    --------
    >>> chosen_engine("lammps")
    LammpsEngine()
    """
    name = (os.environ.get(ENGINE) or "lammps") if asked is None else asked
    if not isinstance(name, str):
        if isinstance(name, type) or not all(callable(getattr(name, does, None)) for does in _DOES):
            raise ParameterError(
                f"an engine is one of {_NAMES}, or an object with {', '.join(_DOES)}; {name!r} is not"
            )
        return name
    if name == "lammps":
        return LammpsEngine()
    if name != "gamdpy":
        where = f" (from {ENGINE})" if asked is None else ""
        raise ParameterError(f"there is no engine {name!r}{where}; known are {_NAMES}")
    from supercooled.simulation.gpu.engine import GamdpyEngine

    return GamdpyEngine()
