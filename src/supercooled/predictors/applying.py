"""Models put to use: one line from a file to a value for each particle."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import xarray as xr

from supercooled.arguments import validated
from supercooled.arrays import AnyArray
from supercooled.errors import ParameterError, StoreError
from supercooled.fields import Indicator
from supercooled.frame import Frame
from supercooled.indicators import LearnedSoftness, LocalSoftness
from supercooled.io import read
from supercooled.learning import SoftnessModel
from supercooled.plain_data import read_json
from supercooled.predictors.predictor import FORMAT, Predictor, load_predictor
from supercooled.predictors.shipped import SOFTNESS, shipped
from supercooled.trajectory import Trajectory


@validated
def predict(
    run: str | Path | Trajectory | Frame,
    *,
    model: str | Path | Indicator | SoftnessModel,
    species: str | None = None,
    frames: slice = slice(None),
) -> xr.DataArray:
    """What a model says of each particle of a file, a trajectory or one frame.

    Parameters
    ----------
    run
        a path is read by :func:`supercooled.read`; where its file needs more said, read it yourself
    model
        name of one that comes with the package (:func:`shipped_models`), a JSON file that holds a
        predictor or a softness model, or one of these itself
    species
        of the particles; None takes all, of which those that the model does not know are NaN
    frames
        which frames of a trajectory

    Returns
    -------
    xr.DataArray
        DataArray (frame, particle), of one frame (particle,), with unit and long name.

    Raises
    ------
    ParameterError
        if there is no such model, or the species are others than it was trained with.
    StoreError
        if a file holds no model.

    Notes
    -----
    A frame that is unlike those that a predictor learned from gets a warning that says how foreign it is.

    Examples
    --------
    >>> import numpy as np
    >>> from supercooled import systems
    >>> file = systems.equilibrated(systems.kob_andersen(density=1.2), temperature=0.47, n_particles=4000)
    >>> found = predict(file, model="ka-propensity-T0.44", species="A")
    >>> found.attrs["units"], found.shape, bool(np.isfinite(found).all())
    ('sigma_AA', (1, 3200), True)
    """
    made = model_named(model)
    run = read(run) if isinstance(run, str | Path) else run
    return made.of(run, species=species, frames=frames)


@validated
def softness(
    run: str | Path | Trajectory | Frame,
    *,
    model: str | Path | Indicator | SoftnessModel,
    frames: slice = slice(None),
) -> xr.DataArray:
    """Softness of the particles of a file, a trajectory or one frame, by a model that was learned before.

    Parameters
    ----------
    run
        as in :func:`predict`
    model
        name of one that comes with the package (:func:`models`), a JSON file, or one of these itself
    frames
        which frames of a trajectory

    Returns
    -------
    xr.DataArray
        DataArray (frame, particle), of one frame (particle,); positive is soft, of a learned softness.

    Raises
    ------
    ParameterError
        if there is no such model, it predicts something else, or the species, dimensions or density are
        others than it was taught with.
    StoreError
        if a file holds no model.

    Notes
    -----
    Only a model of a softness is taken, and only particles of species that it was trained on are returned.
    What is foreign to a shipped model gets a warning that says how foreign.

    Examples
    --------
    >>> from supercooled.indicators import BondOrder
    >>> from supercooled.predictors import fit_predictor
    >>> from supercooled.testing import liquid_frame
    >>> frames = [liquid_frame(seed=1), liquid_frame(seed=2)]
    >>> made = fit_predictor(BondOrder(6), frames, [BondOrder(6)(one) for one in frames], target="softness")
    >>> found = softness(frames[0], model=made)
    >>> found.name.startswith("predicted_softness"), bool((frames[0].species[found.particle] == 0).all())
    (True, True)
    """
    made = model_named(model)
    if not isinstance(made, LearnedSoftness | LocalSoftness | Predictor) or (
        isinstance(made, Predictor) and made.target.split()[0] != SOFTNESS
    ):
        raise ParameterError(
            f"{made.name} is no softness, but {made.long_name}: supercooled.predict gives it, and "
            "supercooled.models lists what there is"
        )
    run = read(run) if isinstance(run, str | Path) else run
    known = _species_of(made, run.names)
    found = made.of(run, species=known[0] if len(known) == 1 else None, frames=frames)
    return found if len(known) in (1, len(run.names)) else found.sel(particle=_particles(run, known))


def _species_of(model: Indicator, names: tuple[str, ...]) -> tuple[str, ...]:
    """Of the species of a file those that a model was trained on; all where it does not say, or on none."""
    said: tuple[str, ...] = names
    if isinstance(model, Predictor):
        said = tuple(model.models)
    elif isinstance(model, LearnedSoftness):
        said = (model.centre,)
    return tuple(name for name in names if name in said) or names


def _particles(run: Trajectory | Frame, species: tuple[str, ...]) -> AnyArray:
    """Of several species."""
    kinds = [run.names.index(name) for name in species]
    return np.flatnonzero(np.isin(run.species, kinds))


@validated
def model_named(model: str | Path | Indicator | SoftnessModel) -> Indicator:
    """The indicator that a name, a file or a model stands for.

    Parameters
    ----------
    model
        name of a shipped model, JSON file, or a model

    Returns
    -------
    Indicator
        indicator

    Raises
    ------
    ParameterError
        if no file has this name, and no model that comes with the package.
    StoreError
        if the file holds no model.
    """
    if isinstance(model, Indicator):
        return model
    if isinstance(model, SoftnessModel):
        return LearnedSoftness(model)
    if not Path(model).is_file():
        return shipped(str(model))
    told = read_json(model, error=StoreError)
    written = told.get("format") if isinstance(told, dict) else None
    return load_predictor(model) if written == FORMAT else LearnedSoftness.of_file(model)
