"""Models put to use: one line from a file to a value for each particle."""

from __future__ import annotations

from pathlib import Path

import xarray as xr

from supercooled.arguments import validated
from supercooled.errors import StoreError
from supercooled.fields import Indicator
from supercooled.frame import Frame
from supercooled.indicators import LearnedSoftness
from supercooled.io import read
from supercooled.learning import SoftnessModel
from supercooled.plain_data import read_json
from supercooled.predictors.predictor import FORMAT, load_predictor
from supercooled.predictors.shipped import shipped
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

    run : a path is read by :func:`supercooled.read`; where its file needs more said, read it yourself
    model : name of one that comes with the package (:func:`shipped_models`), a JSON file that holds a
        predictor or a softness model, or one of these itself
    species : of the particles; None takes all, of which those that the model does not know are NaN
    frames : which frames of a trajectory

    A frame that is unlike those that a predictor learned from gets a warning that says how foreign it is.

    Returns
    -------
    DataArray (frame, particle), of one frame (particle,), with unit and long name.

    Raises
    ------
    ParameterError
        if there is no such model, or the species are others than it was taught with.
    StoreError
        if a file holds no model.

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
def model_named(model: str | Path | Indicator | SoftnessModel) -> Indicator:
    """The indicator that a name, a file or a model stands for.

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
