"""One configuration of another program: as a trajectory of one frame, and what indicators make of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import xarray as xr

from supercooled.analysis.from_text import made_from_text
from supercooled.arguments import shown
from supercooled.arrays import AnyArray, Array
from supercooled.errors import ParameterError
from supercooled.fields import Features, compute
from supercooled.indicators import known
from supercooled.io.cells import Held
from supercooled.io.labels import Names
from supercooled.io.meaning import Meaning
from supercooled.predictors import model_named
from supercooled.quantities import expressed
from supercooled.trajectory import Trajectory
from supercooled.units import Units

# An indicator, the text of one as on the command line, or the name or file of a model.
Wanted: TypeAlias = Features | str | Path


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Particles of another program at one time.

    Parameters
    ----------
    where
        what they are, to begin an error
    positions
        (particle, 2 or 3)
    edges
        (3, 3), of the box, as columns
    labels
        (particle,), what the program calls the species
    corner
        (3,), where the edges meet
    periodic
        along each edge
    """

    where: str
    positions: Array
    edges: Array
    labels: Sequence[str] | AnyArray
    corner: Sequence[float] | Array = (0.0, 0.0, 0.0)
    periodic: Sequence[bool] = (True, True, True)

    def trajectory(self, meaning: Meaning) -> Trajectory:
        """A trajectory of one frame, by what is said of its numbers."""
        held = Held(
            kind=self.where,
            positions=np.asarray(self.positions, np.float64)[None],
            edges=np.asarray(self.edges, np.float64)[None],
            labels=[str(label) for label in self.labels],
            corner=self.corner,
            periodic=self.periodic,
            unwrapped=True,
        )
        return held.opened(self.where, meaning).trajectory

    def values(self, wanted: Iterable[Wanted], meaning: Meaning) -> dict[str, xr.DataArray]:
        """What indicators and models give, (particle,) or (particle, feature) each, by their names.

        In reduced units; in those of the program where it is said what its numbers are worth. Two of one name
        have their parameters in it.
        """
        run = self.trajectory(meaning)
        features = [feature_set(one, run) for one in wanted]
        found = compute(run, features).isel(frame=0)
        if meaning.units is not None and run.units is not None:
            found = expressed(found, run.units, dimensions=run.box.dimensions)
        names = [one.name for one in features]
        return {one.name if names.count(one.name) == 1 else str(one): found[str(one)] for one in features}


def meaning_of(
    *, names: Names | None, units: Units | str | None, temperature: float | None = None
) -> Meaning:
    """What is said of the numbers of another program."""
    return Meaning(names=names, units=units, temperature=temperature)


def feature_set(wanted: Wanted, run: Trajectory) -> Features:
    """The indicator or model that is meant.

    Parameters
    ----------
    wanted
        an indicator; its text, such as ``BondOrder:degree=6``; or a model by its name or file
    run
        whose density a liquid of the catalogue gets

    Raises
    ------
    ParameterError
        if there is none of the name.
    """
    if isinstance(wanted, Features):
        return wanted
    if not isinstance(wanted, str | Path) or not str(wanted).strip():
        raise ParameterError(
            "this takes indicators, their text such as 'BondOrder:degree=6', and models by name or file, "
            f"not {shown(wanted)}"
        )
    name = str(wanted).partition(":")[0].partition(".")[0]
    if _plain(name) in {_plain(each) for each in known()}:
        return made_from_text(str(wanted), known(), "indicator", run)
    return model_named(wanted)


def _plain(name: str) -> str:
    return name.replace("_", "").lower()


def names_of(text: str) -> dict[str, str] | None:
    """Names of the species from a text such as ``1=A,2=B``; None of an empty one.

    Raises
    ------
    ParameterError
        if it is not of this form.

    Examples
    --------
    >>> names_of("1=A, 2=B")
    {'1': 'A', '2': 'B'}
    """
    pairs = [part.partition("=") for part in text.split(",") if part.strip()]
    if bad := next((one for one in pairs if not all(word.strip() for word in one)), None):
        raise ParameterError(f"names must be like 1=A,2=B, not {''.join(bad)!r}")
    return {label.strip(): name.strip() for label, _, name in pairs} or None


def listed(wanted: Any) -> list[Any]:
    """One, or several."""
    return list(wanted) if isinstance(wanted, list | tuple) else [wanted]
