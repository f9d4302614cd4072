"""Configurations with the propensity that followed: public npz files, and what this package makes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
import xarray as xr

from supercooled import dynamics, io
from supercooled.arguments import AtLeast, Numbers, Positive, Temperature, Times, validated
from supercooled.arrays import AnyArray, Array, Integers
from supercooled.box import Box
from supercooled.digests import digest_of
from supercooled.errors import ParameterError, StoreError, TrajectoryError
from supercooled.fields import check, dataset, reading
from supercooled.frame import Frame
from supercooled.plain_data import read_json, read_some_arrays
from supercooled.trajectory import Trajectory

# Two positions or distances of an original and an extract of it, which holds fewer digits.
SAME = 1e-3
# Particles per volume of the public sets, where a file does not give the edge of its box.
DENSITIES = {3: 1.2, 2: 1290.0 / 32.8962**2}
# Of any number in a file.
LARGEST = 1e15
_MOST_KINDS = 5
_KEYS = (
    "types", "box", "temperature", "time", "initial_positions", "initial_positions_inherent", "positions",
    "positions_inherent", "source_path", "first_npz_member", "propensity", "propensity_first_half",
    "propensity_second_half",
)  # fmt: skip
_NAME = re.compile(r"N(?P<n>\d+)T(?P<T>\d\.\d+)_(?P<number>\d+)_tc(?P<tc>\d+)")
_REDUCED = re.compile(r"T(?P<T>\d\.\d+)_configuration(?P<number>\d+)")


@validated
@dataclass(frozen=True, eq=False)
class Configuration:
    """One configuration and how far its particles went in a time.

    Parameters
    ----------
    name
        of the configuration: the same at all times
    frame
        positions, box and species
    temperature
        temperature, epsilon_AA/k_B
    time
        time after which the displacements are measured, tau
    propensity
        (particle,), sigma_AA
    halves
        over each half of the runs, (2, particle); None where it is not known
    said
        what was not in the file
    role
        whether a predictor learns from it or is judged by it; None leaves each out in turn
    """

    name: str
    frame: Frame
    temperature: Temperature
    time: Positive
    propensity: Annotated[Array, Numbers(rank=1, array=True)]
    halves: Annotated[Array, Numbers(rank=2, array=True)] | None
    said: tuple[str, ...] = ()
    role: Literal["learn", "judge"] | None = None

    @property
    def state(self) -> tuple[float, float]:
        """Temperature and time."""
        return self.temperature, self.time


@cache
def published() -> Any:
    """Curves and times of GlassBench (CC-BY-4.0), as plain data."""
    return read_json(Path(__file__).with_name("glassbench.json"), error=StoreError)


@validated
def read_configurations(
    folder: str | Path, *, temperature: Temperature | None = None, time: Positive | None = None
) -> list[Configuration]:
    """Every configuration below a folder.

    It holds ``.npz`` files as GlassBench and BOTAN give them, or what ``supercooled propensity`` wrote (or is
    that), or GSD runs, of which those that begin with one configuration are its isoconfigurational ensemble;
    the first kind that is there is read.

    Parameters
    ----------
    folder
        folder of the files
    temperature, time
        where neither a file nor its name says it, epsilon_AA/k_B and tau

    Returns
    -------
    list[Configuration]
        configurations in the order of their file names

    Raises
    ------
    ParameterError
        if there is nothing of the kind, or a temperature or time is not known.
    TrajectoryError
        naming the file, if its arrays don't fit together.
    StoreError
        naming the folder, if the results in it are damaged.
    """
    place = Path(folder)
    files = [place] if place.is_file() else sorted(place.rglob("*.npz"))
    if files:
        found = [_of_arrays(path, temperature, time) for path in files]
    elif results := _results_below(place):
        found = [one for path in results for one in _of_results(path)]
    else:
        found = of_runs([io.read(path) for path in sorted(place.rglob("*.gsd"))] if place.is_dir() else [])
    if not found:
        raise ParameterError(
            f"{folder}: there is no .npz file with a propensity, no result of supercooled "
            "propensity, and no GSD runs that start from one configuration"
        )
    return _once(found)


def _once(found: Sequence[Configuration]) -> list[Configuration]:
    """Without those that are there twice, as an original and an extract of it."""
    kept: dict[tuple[str, tuple[float, float]], Configuration] = {}
    for one in found:
        there = kept.setdefault((one.name, one.state), one)
        if there is one or there.frame.n_particles != one.frame.n_particles:
            continue
        moved = one.frame.box.minimum_image(one.frame.positions - there.frame.positions)
        if np.abs(moved).max() < SAME and np.allclose(one.propensity, there.propensity, rtol=1e-4, atol=1e-4):
            continue
        raise ParameterError(
            f"two different configurations are called {one.name} at T={one.temperature:g}, "
            f"t={one.time:g}: put each set into its own folder"
        )
    return list(kept.values())


def of_runs(runs: Sequence[Trajectory], times: Sequence[float] | None = None) -> list[Configuration]:
    """Configurations of isoconfigurational runs.

    Parameters
    ----------
    runs
        those that begin alike make one configuration; such that no other begins like are left out
    times
        tau; None takes all frames after the first
    """
    together: dict[str, list[Trajectory]] = {}
    for run in runs:
        together.setdefault(digest_of(np.round(run.positions(slice(0, 1))[0], 3)), []).append(run)
    found = []
    for key, several in together.items():
        if len(several) < 2:
            continue
        first = several[0]
        if first.temperature is None:
            raise ParameterError(f"{first.source.name}: its temperature is not known")
        wanted = list(first.times[1:] - first.times[0]) if times is None else list(times)
        whole = dynamics.propensity(several, times=wanted)["propensity"].values
        halves = _halves(several, wanted)
        found += [
            Configuration(
                key[:8],
                first.frame(0),
                float(first.temperature),
                float(t),
                whole[k],
                None if halves is None else halves[:, k],
            )
            for k, t in enumerate(wanted)
        ]
    return found


@validated
def beginning(runs: Annotated[Sequence[Trajectory], AtLeast(2)], times: Times) -> xr.Dataset:
    """Where isoconfigurational runs begin, and how far particles go in each half of them.

    With :func:`supercooled.dynamics.propensity` it is all that a benchmark asks of a configuration, without
    the runs.

    Parameters
    ----------
    runs
        from one configuration
    times
        (time,), after the first frame, tau

    Returns
    -------
    xr.Dataset
        ``positions`` (particle, axis), ``species`` (particle,) and, of four runs or more, ``halves``
        (half, time, particle), the propensity over every other run; the box, the names of the species and the
        temperature are attributes.

    Raises
    ------
    ParameterError
        as :func:`supercooled.dynamics.propensity`.
    """
    first = runs[0].frame(0)
    found: dict[str, Any] = {
        "positions": (("particle", "axis"), first.positions, {"units": "sigma_AA"}),
        "species": ("particle", np.asarray(first.species, dtype=np.int64)),
    }
    if (halves := _halves(runs, times)) is not None:
        found["halves"] = (("half", "time", "particle"), halves, {"units": "sigma_AA"})
    about = {
        "names": list(first.names),
        "box": first.box.to_array().tolist(),
        "dimensions": first.dimensions,
        "temperature": runs[0].temperature,
    }
    coords = {"time": np.atleast_1d(np.asarray(times, dtype=np.float64))}
    return xr.Dataset(found, coords, {name: value for name, value in about.items() if value is not None})


def _halves(runs: Sequence[Trajectory], times: Any) -> Array | None:
    """Propensity over every other run, (half, time, particle); None of fewer than four."""
    if len(runs) < 4:
        return None
    parts = (runs[0::2], runs[1::2])
    return np.stack([dynamics.propensity(part, times=times)["propensity"].values for part in parts])


def _results_below(place: Path) -> list[Path]:
    """Zarr folders below a folder, or itself, without the groups in them."""
    found: list[Path] = []
    for file in sorted(place.rglob("zarr.json"), key=lambda path: len(path.parts)):
        if not any(one in file.parents for one in found):
            found.append(file.parent)
    return sorted(found)


def _of_results(path: Path) -> list[Configuration]:
    """Configuration of a folder that ``supercooled propensity`` wrote, at each of its times."""
    nodes = check(path)
    if not {"propensity", "configuration"} <= set(nodes):
        raise ParameterError(f"{path} does not contain a propensity with its configuration; compute it again")
    with reading(f"{path}"):
        moved, began = dataset(path, "propensity"), dataset(path, "configuration")
        values, times = moved["propensity"].values, moved["time"].values
        about, positions = began.attrs, began["positions"].values
        halves = began["halves"].values if "halves" in began else None
        box = Box.from_array(np.array(about["box"], dtype=np.float64), int(about["dimensions"]))
        T = about.get("temperature")
        frame = Frame.from_arrays(
            positions, box, species=began["species"].values, names=tuple(about["names"]), temperature=T
        )
    if T is None:
        raise ParameterError(f"{path}: its temperature is not known")
    name = digest_of(np.round(positions, 3))[:8]
    return [
        Configuration(name, frame, float(T), float(t), values[k], None if halves is None else halves[:, k])
        for k, t in enumerate(times)
    ]


def _of_arrays(path: Path, temperature: float | None, time: float | None) -> Configuration:
    held = read_some_arrays(path, _KEYS, error=TrajectoryError)
    reduced = "propensity" in held
    start = "positions" if reduced else "initial_positions"
    if lacking := [name for name in ("types", start, "positions") if name not in held]:
        raise TrajectoryError(
            f"{path}: there is no array {lacking[0]!r}, which is needed for a configuration with a propensity"
        )
    first = _table(path, held, start, (None, None))
    n, d = first.shape
    kinds = _kinds(path, held, n)
    said = []
    if "box" in held:
        edges = _box(path, held, d)
    else:
        edges = np.full(d, (n / DENSITIES[d]) ** (1.0 / d))
        said.append(
            f"no box; with edge {edges[0]:.5f} the density of its {n} particles would be {DENSITIES[d]:.4g}"
        )
    box = Box(float(edges[0]), float(edges[1]), float(edges[2]) if d == 3 else 1.0, dimensions=d)
    names = ("initial_positions_inherent", "positions_inherent")
    still = next((name for name in names if name in held and held[name].size), None)
    inherent = None
    if still is not None:
        inherent = Frame.from_arrays(_table(path, held, still, (n, d)), box, species=kinds)
    T, t, name = _state(path, held, d, temperature, time)
    frame = Frame.from_arrays(first, box, species=kinds, temperature=T, inherent=inherent)
    values, halves = _reduced(path, held, n) if reduced else _averaged(path, held, first)
    return Configuration(name, frame, T, t, values, halves, tuple(said))


def _numbers(path: Path, held: dict[str, AnyArray], name: str) -> Array:
    """Numbers of an array, of a size that can be reckoned with."""
    values = held[name]
    if values.dtype.kind not in "biuf":
        raise TrajectoryError(f"{path}: {name} contains text instead of numbers")
    numbers = np.asarray(values, dtype=np.float64)
    if not (np.isfinite(numbers).all() and np.abs(numbers).max(initial=0.0) < LARGEST):
        raise TrajectoryError(
            f"{path}: {name} contains numbers that are not finite, or larger in size than {LARGEST:g}"
        )
    return numbers


def _table(path: Path, held: dict[str, AnyArray], name: str, shape: tuple[int | None, int | None]) -> Array:
    """Coordinates (particle, 2 or 3), as many as `shape` says where it does."""
    table = _numbers(path, held, name)
    known = tuple("particle" if size is None else size for size in shape)
    fits = table.ndim == 2 and table.shape[1] in (2, 3) and len(table) > 0
    if not fits or any(size not in (None, there) for size, there in zip(shape, table.shape, strict=True)):
        wanted = f"({known[0]}, {'2 or 3' if shape[1] is None else shape[1]})"
        raise TrajectoryError(f"{path}: {name} must be coordinates {wanted}, not {table.shape}")
    return table


def _kinds(path: Path, held: dict[str, AnyArray], n: int) -> Integers:
    types = _numbers(path, held, "types").ravel()
    if len(types) != n or np.any(types != np.round(types)) or np.ptp(types) > _MOST_KINDS - 1:
        raise TrajectoryError(
            f"{path}: types must be {n} whole numbers with at most {_MOST_KINDS} different "
            "values, one for each particle"
        )
    kinds: Integers = (types - types.min()).astype(np.int64)
    return kinds


def _box(path: Path, held: dict[str, AnyArray], d: int) -> Array:
    edges = _numbers(path, held, "box").ravel()
    if edges.size not in (1, d) or not (edges > 0).all():
        raise TrajectoryError(f"{path}: box must be one positive edge, or {d}, not {edges.size} numbers")
    return np.broadcast_to(edges, (d,))


def _averaged(path: Path, held: dict[str, AnyArray], first: Array) -> tuple[Array, Array | None]:
    """Mean displacement over runs, and over each half of them; positions are not folded."""
    positions = _numbers(path, held, "positions")
    if positions.ndim != 3 or positions.shape[1:] != first.shape or len(positions) == 0:
        raise TrajectoryError(
            f"{path}: positions must be (run, {first.shape[0]}, {first.shape[1]}), not {positions.shape}"
        )
    ways = np.linalg.norm(positions - first, axis=2)
    half = len(ways) // 2
    halves = np.stack([ways[:half].mean(axis=0), ways[half:].mean(axis=0)]) if half else None
    return ways.mean(axis=0), halves


def _reduced(path: Path, held: dict[str, AnyArray], n: int) -> tuple[Array, Array | None]:
    names = ("propensity_first_half", "propensity_second_half")
    given = {name: _numbers(path, held, name) for name in ("propensity", *names) if name in held}
    for name, values in given.items():
        if values.shape != (n,) or not (values >= 0.0).all():
            raise TrajectoryError(f"{path}: {name} must be {n} non-negative numbers, not {values.shape}")
    halves = np.stack([given[name] for name in names]) if set(names) <= set(given) else None
    return given["propensity"], halves


def _state(
    path: Path, held: dict[str, AnyArray], d: int, temperature: float | None, time: float | None
) -> tuple[float, float, str]:
    """Temperature, time and name of the configuration, by the file, its name, or what is said."""
    # An extract says in the file what it was called in the archive.
    called = [path.name, *(str(held[key]) for key in ("first_npz_member", "source_path") if key in held)]
    named = next((found for one in called if (found := _NAME.search(one))), None)
    match = named or _REDUCED.search(path.name)
    T = _number(path, held, "temperature")
    if T is None:
        T = float(match["T"]) if match else temperature
    if T is None:
        raise ParameterError(f"{path}: neither the file nor its name gives the temperature: pass it")
    t = _number(path, held, "time")
    if t is None and named:
        t = _time_of(int(named["tc"]), d, T)
    t = time if t is None else t
    if t is None:
        raise ParameterError(
            f"{path}: neither the file nor its name gives the time of the propensity: pass it"
        )
    return T, t, f"{int(match['number']):03d}" if match else path.stem


def _number(path: Path, held: dict[str, AnyArray], name: str) -> float | None:
    if name not in held:
        return None
    given = held[name]
    try:
        # Some of the public files have it as text.
        values = np.asarray(given, dtype=np.float64) if given.dtype.kind == "U" else given
    except ValueError as error:
        raise TrajectoryError(f"{path}: {name} is not a number") from error
    values = _numbers(path, {name: values}, name)
    if values.size != 1:
        raise TrajectoryError(f"{path}: {name} must be one number, not {values.size}")
    value = float(values.ravel()[0])
    if not value > 0:
        raise TrajectoryError(f"{path}: {name} must be positive, not {value:g}")
    return value


def _time_of(number: int, dimensions: int, temperature: float) -> float | None:
    """Time of the number in a file's name, of the archive's tables; those of KA2D at 0.23 count in fives."""
    for entry in published()["times"]:
        if entry["dimensions"] == dimensions and abs(entry["temperature"] - temperature) < 1e-6:
            place = number // 5 if (dimensions, temperature) == (2, 0.23) else number
            times = entry["times"]
            return float(times[place - 1]) if 1 <= place <= len(times) else None
    return None
