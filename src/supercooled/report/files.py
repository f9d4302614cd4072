"""Text, plain data and results in files that appear only when they are complete."""

from __future__ import annotations

import json
import math
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from supercooled import plain_data
from supercooled.arguments import validated
from supercooled.errors import StoreError
from supercooled.extras import require
from supercooled.fields import check, dataset, reading, sealed_folder
from supercooled.fields.stored_arrays import Group
from supercooled.outputs import owned_file

# Who writes a report, unless a command or function of its own has said so.
BY = "report.write"


def write_text(path: str | Path, text: str, *, by: str = BY) -> None:
    """Text file in UTF-8, complete or not there."""
    write_bytes(path, text.encode(errors="replace"), by=by)


def write_bytes(path: str | Path, data: bytes, *, by: str = BY) -> None:
    """Binary file, complete or not there.

    Parameters
    ----------
    by
        the function that writes it, unless one that called it has said so
    """
    with owned_file(path, by=by) as made:
        made.write_bytes(data)


def write_json(path: str | Path, data: Any) -> None:
    """Plain data as JSON in its own order; NumPy's numbers become Python's, NaN becomes null."""
    write_text(path, json.dumps(plain(data), indent=1, ensure_ascii=False, allow_nan=False) + "\n")


def read_json(path: str | Path) -> Any:
    """Plain data of a JSON file.

    Raises
    ------
    StoreError
        if it is missing or damaged.
    """
    return plain_data.read_json(path, error=StoreError, remedy="; run the study again")


def plain(data: Any) -> Any:
    """`data` in what JSON has: dict with string keys, list, str, bool, int, finite float, None.

    Examples
    --------
    >>> plain({1: (np.float64(2.5), float("nan"), np.int64(3), np.array([1, 2]))})
    {'1': [2.5, None, 3, [1, 2]]}
    """
    if isinstance(data, Mapping):
        return {str(key): plain(value) for key, value in data.items()}
    if isinstance(data, (list, tuple, set, frozenset)):
        return [plain(value) for value in (sorted(data) if isinstance(data, (set, frozenset)) else data)]
    if isinstance(data, (np.ndarray, np.generic)):
        return plain(data.tolist())
    if isinstance(data, float):
        return data if math.isfinite(data) else None
    if data is None or isinstance(data, (str, bool, int)):
        return data
    return str(data)


@validated
def save_results(path: str | Path, results: Mapping[str, xr.Dataset]) -> None:
    """Datasets as groups of one Zarr folder, complete or not there.

    Parameters
    ----------
    path
        Zarr folder that is written
    results
        dataset of each name

    Raises
    ------
    ParameterError
        if `path` can't be the name of a folder to write.
    StoreError
        if it holds something else, or can't be written.
    """
    require("zarr", doing="storing results")
    with sealed_folder(path, by="save_results") as made, warnings.catch_warnings():
        # text coordinates ("AA", "AB") have no final Zarr 3 specification yet
        warnings.filterwarnings("ignore", module="zarr")
        xr.Dataset(attrs={"groups": sorted(results)}).to_zarr(made, mode="w", consolidated=False)
        for name, dataset in results.items():
            clean = dataset.assign_attrs(plain(dataset.attrs))
            for variable in clean.variables.values():
                variable.attrs = plain(variable.attrs)
                variable.encoding = {}
            clean.to_zarr(made, group=name, mode="w", consolidated=False, write_empty_chunks=True)


@validated
def load_results(path: str | Path) -> dict[str, xr.Dataset]:
    """Datasets of a Zarr folder by group, read into memory.

    Parameters
    ----------
    path
        ``results.zarr`` that a study or an analysis has written, or the folder that holds it

    Returns
    -------
    dict[str, xr.Dataset]
        dataset of each name

    Raises
    ------
    StoreError
        if the folder is missing or a group is damaged.
    """
    path = Path(path)
    if (path / "results.zarr").is_dir():
        path /= "results.zarr"
    if not path.is_dir():
        raise StoreError(f"there are no results in {path}; run the study first")
    nodes = check(path)
    top = nodes.get("")
    names = top.attributes.get("groups") if isinstance(top, Group) else None
    if not isinstance(names, list) or not all(isinstance(nodes.get(name), Group) for name in map(str, names)):
        raise StoreError(f"the results in {path} are damaged: a group is missing; run the study again")
    with reading(f"{path}"):
        return {str(name): dataset(path, str(name)) for name in names}
