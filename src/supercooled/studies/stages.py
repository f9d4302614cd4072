"""Outputs named by their inputs: what is there is not made again."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import xarray as xr

from supercooled import __version__
from supercooled.errors import StoreError
from supercooled.fields import opened
from supercooled.report import load_results, save_results
from supercooled.whole import discard

Results = dict[str, xr.Dataset]

_POLL = 0.2


def stage(folder: Path, name: str, inputs: Mapping[str, Any], make: Callable[[], Results]) -> Results:
    """Result of `make`, read back if the same inputs have made it before.

    inputs : plain data that decides the result (run keys, frames, parameters)

    What was damaged since is made again.
    """
    path = _named(folder, name, inputs)
    if path.exists():
        try:
            return load_results(path)
        except StoreError:
            discard(path)
    save_results(path, make())
    return load_results(path)


def field_stage(
    folder: Path, name: str, inputs: Mapping[str, Any], make: Callable[[Path], xr.DataArray]
) -> xr.DataArray:
    """Field that `make` stores at a path, read when asked for; not stored again if it is there.

    make : stores the field and returns it, as :func:`supercooled.dynamics.hops` does with ``out=``
    """
    path = _named(folder, name, inputs)
    if path.exists():
        try:
            return opened(path)
        except StoreError:
            discard(path)
    return make(path)


def _named(folder: Path, name: str, inputs: Mapping[str, Any]) -> Path:
    text = json.dumps({"version": __version__, "stage": name, **inputs}, sort_keys=True, default=str)
    return folder / f"{name}-{hashlib.sha256(text.encode()).hexdigest()[:12]}.zarr"


@contextmanager
def alone(out: Path, waiting: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Hold an output folder; while another process does, call `waiting` once and wait.

    The system lets go of the lock when a process ends, however it ends. What is left of a refused
    command is nothing, not even the folder.
    """
    new = [folder for folder in (out, *out.parents) if not folder.exists()]
    lock = out / ".lock"
    told = False
    while True:
        out.mkdir(parents=True, exist_ok=True)
        try:
            descriptor = os.open(lock, os.O_RDWR | os.O_CREAT, 0o644)
        except FileNotFoundError:
            # Whoever held it before has removed the folder, which was left empty.
            continue
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # Whoever held it before removes the file: then this is no longer the one under its name.
            with suppress(FileNotFoundError):
                if os.path.samestat(os.fstat(descriptor), lock.stat()):
                    break
        except BlockingIOError:
            if not told:
                waiting()
                told = True
            time.sleep(_POLL)
        os.close(descriptor)
    try:
        yield
    finally:
        lock.unlink(missing_ok=True)
        os.close(descriptor)
        with suppress(OSError):
            for folder in new:
                folder.rmdir()
