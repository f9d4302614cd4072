"""The propensities that come with the package."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np

from supercooled import systems
from supercooled.arguments import Anything, AtLeast, Name, validated
from supercooled.box import Box
from supercooled.datasets.configurations import Configuration
from supercooled.digests import digest_of
from supercooled.errors import ParameterError, StoreError
from supercooled.frame import Frame
from supercooled.mixture import Liquid
from supercooled.plain_data import read_some_arrays
from supercooled.records import Fields, read_record

FOLDER = Path(__file__).with_name("propensities")
FORMAT = "supercooled propensities 1"
# Positions are whole numbers of the first, distances of the second, sigma_AA.
POSITION, DISTANCE = 1e-5, 1e-3
_ARRAYS = ("species", "positions", "inherent", "halves")


class Record(Fields):
    """The JSON beside the arrays of a set."""

    format: str
    system: str
    density: float
    temperature: float
    n_particles: int
    relaxation_time: float
    times: list[float]
    edges: list[float]
    roles: list[Literal["learn", "judge"]]
    digest: str
    made: dict[str, Any]


@validated
@dataclass(frozen=True)
class Dataset:
    """Configurations of one liquid, and how far their particles went.

    Parameters
    ----------
    name
        name of the data set
    configurations
        each at each of the times
    liquid
        with whose potentials
    records
        what made each of the sets that it holds, by name
    """

    name: str
    configurations: Annotated[tuple[Configuration, ...], AtLeast(1)]
    liquid: Liquid
    records: Annotated[Mapping[str, Any], Anything()]

    def __repr__(self) -> str:
        """Name, temperatures, times, and how many configurations learn and judge."""
        one = self.configurations[0]
        temperatures = ", ".join(f"{T:g}" for T in sorted({c.temperature for c in self.configurations}))
        at = [c for c in self.configurations if c.state == one.state]
        judges = sum(c.role == "judge" for c in at)
        return (
            f"{self.name}: {one.frame.n_particles} particles, T = {temperatures}; at each of "
            f"{len({c.time for c in self.configurations if c.temperature == one.temperature})} "
            f"times {len(at) - judges} configurations are for training and {judges} for testing"
        )


@validated
def names() -> tuple[str, ...]:
    """Names of the sets that come with the package: the liquid, its temperature and number of particles.

    Returns
    -------
    tuple[str, ...]
        sorted names
    """
    return tuple(sorted(path.stem for path in FOLDER.glob("*.json")))


@validated
def load(name: Name) -> Dataset:
    """Propensities that come with the package.

    Parameters
    ----------
    name
        of a set, as :func:`names` lists them, or of a liquid in the catalogue: then all of its sets

    Returns
    -------
    Dataset
        structures and propensities

    Raises
    ------
    ParameterError
        listing the names, if there is none of this name.
    StoreError
        naming the file, if it is damaged.

    Notes
    -----
    Positions are rounded to 1e-5 sigma_AA, distances to 1e-3.
    """
    there = names()
    chosen = [one for one in there if one == name] or [one for one in there if one.startswith(f"{name}_rho")]
    if not chosen:
        raise ParameterError(f"the package has no propensities {name!r}; it has {', '.join(there) or 'none'}")
    made = [_loaded(FOLDER / f"{one}.json") for one in chosen]
    configurations = tuple(one for several, _, _ in made for one in several)
    return Dataset(
        name, configurations, made[0][1], {key: r for key, (_, _, r) in zip(chosen, made, strict=True)}
    )


def _loaded(beside: Path) -> tuple[list[Configuration], Liquid, dict[str, Any]]:
    record = read_record(beside, Record, error=StoreError, saying="is not a record of propensities")
    path = beside.with_suffix(".npz")
    held = read_some_arrays(path, _ARRAYS, error=StoreError)
    n, c, t, d = record.n_particles, len(record.roles), len(record.times), len(record.edges)
    shapes = {"species": (n,), "positions": (c, n, d), "inherent": (c, n, d), "halves": (c, 2, t, n)}
    if record.format != FORMAT or any(held.get(k) is None or held[k].shape != s for k, s in shapes.items()):
        raise StoreError(f"{path} does not match its record; reinstall the package")
    if contents(held) != record.digest:
        raise StoreError(f"{path} is damaged: its contents differ from its record; reinstall the package")
    liquid = systems.named(record.system, density=record.density)
    box = Box(record.edges[0], record.edges[1], record.edges[2] if d == 3 else 1.0, dimensions=d)
    names = liquid.mixture.species
    found = []
    for k, role in enumerate(record.roles):
        there, still = (
            np.asarray(held[key][k], dtype=np.float64) * POSITION for key in ("positions", "inherent")
        )
        common: dict[str, Any] = {"species": held["species"].astype(np.int64), "names": names}
        below = Frame.from_arrays(there + still, box, **common)
        frame = Frame.from_arrays(there, box, temperature=record.temperature, inherent=below, **common)
        halves = np.asarray(held["halves"][k], dtype=np.float64) * DISTANCE
        found += [
            Configuration(
                f"{k + 1:02d}",
                frame,
                record.temperature,
                time,
                halves[:, m].mean(axis=0),
                halves[:, m],
                role=role,
            )
            for m, time in enumerate(record.times)
        ]
    return found, liquid, record.model_dump()


def contents(held: Mapping[str, Any]) -> str:
    """Digest of the arrays of a set."""
    return digest_of({name: held[name] for name in _ARRAYS})
