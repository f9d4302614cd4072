"""Indicators and models on ``ase.Atoms``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import numpy as np

from supercooled.arguments import Anything, Temperature, validated
from supercooled.errors import ParameterError
from supercooled.extras import require
from supercooled.fields import Features
from supercooled.interfaces.snapshots import Snapshot, listed, meaning_of
from supercooled.io.labels import Names
from supercooled.units import Units


@validated
def calculate(
    atoms: Annotated[Any, Anything()],
    wanted: Features | str | Path | Sequence[Features | str | Path],
    *,
    names: Names | None = None,
    units: Units | str | None = None,
    temperature: Temperature | None = None,
) -> Any:
    """Configurations of ASE with the values of indicators and models as per-atom arrays.

    Parameters
    ----------
    atoms
        an ``ase.Atoms``, or several; each is taken by itself and may have other particles
    wanted
        an indicator, its text as on the command line (``"BondOrder:degree=6"``), a model by its name
        (:func:`supercooled.models`) or file; or several of these
    names
        of the species by their chemical symbols, for example ``{"Ni": "A", "P": "B"}``
    units
        what the numbers are worth, as of :func:`supercooled.read`; None takes lengths as reduced ones
    temperature
        where an indicator needs it

    Returns
    -------
    Atoms
        a copy, or a list of copies, whose ``arrays`` have (particle,) values by the name of each indicator,
        (particle, feature) of a set of features, NaN for species that a model was not trained on. They are in
        reduced units; where `units` are given, in those.

    Raises
    ------
    MissingExtraError
        if ASE is not installed.
    ParameterError
        if it is something else, or there is no such indicator or model.
    BoxError
        if a cell encloses no volume, or is not periodic.
    """
    require("ase", doing="calculate")
    from ase import Atoms

    frames = listed(atoms)
    if not frames or not all(isinstance(one, Atoms) for one in frames):
        raise ParameterError(
            f"calculate takes an ase.Atoms or several, not {type(atoms).__name__}; for example "
            "calculate(ase.io.read('run.traj', index=':'), 'BondOrder')"
        )
    meaning = meaning_of(names=names, units=units, temperature=temperature)
    made = []
    for k, one in enumerate(frames):
        snapshot = Snapshot(
            f"atoms of ASE, number {k}",
            one.get_positions(),
            np.asarray(one.cell, np.float64).T,
            one.get_chemical_symbols(),
            periodic=tuple(bool(closed) for closed in one.pbc),
        )
        copy = one.copy()
        for name, values in snapshot.values(listed(wanted), meaning).items():
            copy.set_array(str(name), np.asarray(values.values, np.float64))
        made.append(copy)
    return made if isinstance(atoms, list | tuple) else made[0]
