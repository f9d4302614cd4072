"""What gamdpy keeps of a run or of one configuration, in HDF5."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from supercooled.arrays import AnyArray, Array
from supercooled.errors import SupercooledError, TrajectoryError
from supercooled.extras import require
from supercooled.io.cells import Held, takes_no
from supercooled.io.meaning import Meaning
from supercooled.io.opened import Opened
from supercooled.plain_data import unpacks_to_too_much

KIND = "gamdpy"
# Bytes of positions and image counts.
_LARGEST = 2**34


def read_h5(path: str | Path, meaning: Meaning) -> Opened:
    """Trajectory of a run of gamdpy, or of one configuration. See :func:`supercooled.io.read`.

    Blocks follow each other; a frame that ends one and begins the next counts once.
    """
    takes_no(path, KIND, meaning, "species_column", "box", "topology")
    require("h5py", doing=f"reading {path}")
    import h5py

    try:
        with h5py.File(path, "r") as file:
            held = _run(path, file) if "trajectory/positions" in file else _configuration(path, file)
    except SupercooledError:
        raise
    except Exception as error:
        # What it raises on damage is of many kinds.
        raise TrajectoryError(f"{path}: h5py can't read it: {type(error).__name__}: {error}") from error
    return held.opened(path, meaning)


def _run(path: str | Path, file: Any) -> Held:
    stored = file["trajectory/positions"]
    if stored.ndim != 4 or stored.size * 8 > _LARGEST:
        raise TrajectoryError(
            f"{path}: trajectory/positions is {stored.shape}, not (block, frame, particle, d)"
        )
    # HDF5 reads what was never written as zeros, and packs: a small file may claim all memory.
    if unpacks_to_too_much(stored.size * stored.dtype.itemsize, stored.id.get_storage_size()):
        raise TrajectoryError(f"{path}: trajectory/positions unpacks to too much for what is in the file")
    blocks, each, n, d = stored.shape
    start = file["initial_configuration"]
    images = file.get("trajectory/images")
    known = file.get("trajectory/sim_box")
    data = (
        np.asarray(start.attrs["simbox_data"])[None]
        if known is None
        else np.asarray(known).reshape(blocks * each, -1)
    )
    sheared = _name(start) == "LeesEdwards"
    if sheared and known is None:
        raise TrajectoryError(
            f"{path}: a sheared box whose shift is not kept frame by frame: save sim_box too"
        )
    edges = np.broadcast_to(_edges(path, _name(start), data, d), (blocks * each, 3, 3))
    steps = None
    if "steps" in file["trajectory"] and "steps_per_timeblock" in file["trajectory"].attrs:
        inside = np.asarray(file["trajectory/steps"], dtype=np.float64)
        long = float(file["trajectory"].attrs["steps_per_timeblock"])
        if len(inside) == each:
            steps = (long * np.arange(blocks)[:, None] + inside).ravel()
    dt = file.attrs.get("dt")
    return Held(
        kind="gamdpy",
        positions=np.asarray(stored, dtype=np.float64).reshape(blocks * each, n, d),
        edges=edges,
        labels=_labels(start["ptype"]),
        corner=-edges[0].sum(axis=1) / 2,
        images=None if images is None or sheared else _three(np.asarray(images).reshape(blocks * each, n, d)),
        steps=steps,
        times=None if steps is None or dt is None else steps * float(dt),
        species_column="ptype",
    )


def _configuration(path: str | Path, file: Any) -> Held:
    groups = [name for name in file if hasattr(file[name], "keys") and "vectors" in file[name]]
    if not groups:
        raise TrajectoryError(
            f"{path}: neither 'trajectory/positions' nor a group with 'vectors': no run or configuration of "
            "gamdpy"
        )
    if len(groups) > 1 and "configuration" not in groups:
        raise TrajectoryError(f"{path}: several configurations, {', '.join(groups[:5])}: keep one in a file")
    group = file["configuration" if "configuration" in groups else groups[0]]
    columns = [str(one) for one in group["vectors"].attrs["vector_columns"]]
    positions = np.asarray(group["vectors"], dtype=np.float64)[columns.index("r")]
    d = positions.shape[1]
    edges = _edges(path, _name(group), np.asarray(group.attrs["simbox_data"])[None], d)
    return Held(
        kind="gamdpy",
        positions=positions[None],
        edges=edges,
        labels=_labels(group["ptype"]),
        corner=-edges[0].sum(axis=1) / 2,
        images=None if _name(group) == "LeesEdwards" else _three(np.asarray(group["r_im"])[None]),
        species_column="ptype",
    )


def _name(group: Any) -> str:
    said = group.attrs["simbox_name"]
    return said.decode() if isinstance(said, bytes) else str(said)


def _edges(path: str | Path, name: str, data: AnyArray, d: int) -> Array:
    """Edges as columns, (frame, 3, 3): lengths, and along x the shift of the image above."""
    if name not in ("Orthorhombic", "LeesEdwards") or data.shape[1] < d:
        raise TrajectoryError(f"{path}: its box is {name!r}, and Orthorhombic and LeesEdwards are read")
    edges = np.tile(np.eye(3), (len(data), 1, 1))
    edges[:, range(d), range(d)] = data[:, :d]
    if name == "LeesEdwards":
        edges[:, 0, 1] = data[:, d]
    return edges


def _labels(types: Any) -> list[str]:
    """Types from 0 on as those of other files, from 1 on."""
    return [f"{kind + 1}" for kind in np.asarray(types, dtype=np.int64)]


def _three(images: AnyArray) -> AnyArray:
    """Image counts with a third column of zeros, where there are two."""
    return np.pad(images, ((0, 0), (0, 0), (0, 3 - images.shape[2])))
