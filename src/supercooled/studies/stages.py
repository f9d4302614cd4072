"""Outputs named by their inputs: what is there is not made again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import xarray as xr

from supercooled import __version__
from supercooled.report import load_results, save_results

Results = dict[str, xr.Dataset]


def stage(folder: Path, name: str, inputs: Mapping[str, Any], make: Callable[[], Results]) -> Results:
    """Result of `make`, read back if the same inputs have made it before.

    inputs : plain data that decides the result (run keys, frames, parameters)
    """
    text = json.dumps({"version": __version__, "stage": name, **inputs}, sort_keys=True, default=str)
    path = folder / f"{name}-{hashlib.sha256(text.encode()).hexdigest()[:12]}.zarr"
    if not path.exists():
        save_results(path, make())
    return load_results(path)
