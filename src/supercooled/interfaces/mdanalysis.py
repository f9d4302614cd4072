"""Indicators and models as an analysis of MDAnalysis."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from supercooled.errors import BoxError, ParameterError
from supercooled.extras import require
from supercooled.interfaces.snapshots import Snapshot, Wanted, listed, meaning_of
from supercooled.io.labels import Names
from supercooled.units import Units

require("MDAnalysis", doing="supercooled.interfaces.mdanalysis")
from MDAnalysis.analysis.base import AnalysisBase  # noqa: E402
from MDAnalysis.analysis.results import ResultsGroup  # noqa: E402

__all__ = ["IndicatorAnalysis"]


class IndicatorAnalysis(AnalysisBase):  # type: ignore[misc]
    """Indicators and models of every frame of an atom group.

    Parameters
    ----------
    atomgroup
        the atoms, which fill their periodic box
    wanted
        an indicator, its text as on the command line (``"BondOrder:degree=6"``), a model by its name
        (:func:`supercooled.models`) or file; or several of these
    names
        of the species by the atoms' labels, for example ``{"1": "A", "2": "B"}``
    units
        what the universe's numbers are worth, as of :func:`supercooled.read`; None takes lengths as reduced
        ones, as of a universe opened with ``convert_units=False``
    temperature
        where an indicator needs it
    species_column
        attribute of the atoms that tells the species: "types", "names" or "elements"
    verbose
        show progress

    After ``run(start=..., stop=..., step=..., backend=...)`` ``results`` holds (frame, atom) values by the
    name of each indicator, (frame, atom, feature) of a set of features, and ``results.units`` the unit of
    each. ``frames`` and ``times`` are as of any analysis. Backends are "serial", "multiprocessing" and
    "dask".

    Raises
    ------
    MissingExtraError
        if MDAnalysis is not installed.
    ParameterError
        if it is something else, or there is no such indicator or model.
    BoxError
        if a frame has no box.
    """

    _analysis_algorithm_is_parallelizable = True

    @classmethod
    def get_supported_backends(cls) -> tuple[str, ...]:
        """Frames are independent of each other."""
        return ("serial", "multiprocessing", "dask")

    def __init__(
        self,
        atomgroup: Any,
        wanted: Wanted | Sequence[Wanted],
        *,
        names: Names | None = None,
        units: Units | str | None = None,
        temperature: float | None = None,
        species_column: str = "types",
        verbose: bool = False,
    ) -> None:
        if not hasattr(atomgroup, "universe") or not hasattr(atomgroup, "positions"):
            raise ParameterError(
                f"IndicatorAnalysis takes an AtomGroup, not {type(atomgroup).__name__}; for example "
                "IndicatorAnalysis(universe.atoms, 'BondOrder')"
            )
        if not hasattr(atomgroup, species_column):
            raise ParameterError(
                f"its atoms have no {species_column}: take another species_column, such as types"
            )
        super().__init__(atomgroup.universe.trajectory, verbose=verbose)
        self._atomgroup = atomgroup
        self._wanted = listed(wanted)
        self._labels = [str(label) for label in getattr(atomgroup, species_column)]
        self._meaning = meaning_of(names=names, units=units, temperature=temperature)

    def _prepare(self) -> None:
        self._values: dict[str, list[Any]] = {}
        self._units: dict[str, str] = {}

    def _single_frame(self) -> None:
        if self._ts.dimensions is None:
            raise BoxError(f"frame {self._ts.frame} has no box, but positions are taken as periodic")
        snapshot = Snapshot(
            f"MDAnalysis, frame {self._ts.frame}",
            self._atomgroup.positions,
            np.asarray(self._ts.triclinic_dimensions, np.float64).T,
            self._labels,
        )
        for name, values in snapshot.values(self._wanted, self._meaning).items():
            self._values.setdefault(str(name), []).append(np.asarray(values.values, np.float64))
            self._units[str(name)] = str(values.attrs.get("units", "1"))
        # Workers send what `results` holds.
        for name, rows in self._values.items():
            self.results[name] = rows
        self.results.units = self._units

    def _get_aggregator(self) -> ResultsGroup:
        # Names are those of the first frame, which no worker knows before.
        return _Joined()

    def _conclude(self) -> None:
        for name in self.results.get("units", {}):
            self.results[name] = np.array(self.results[name])


class _Joined(ResultsGroup):  # type: ignore[misc]
    """Rows of all workers, one after the other."""

    def merge(self, objects: Sequence[Any], require_all_aggregators: bool = True) -> Any:
        """What the workers found, in the order of their frames."""
        first = objects[0]
        for other in objects[1:]:
            for name in other.get("units", {}):
                first[name] = [*first.get(name, []), *other[name]]
            first.units = {**first.get("units", {}), **other.get("units", {})}
        return first
