"""Predictors: indicators that were fitted to a target.

:func:`fit_predictor` makes one of indicators and a target, :func:`load_predictor` reads one that was saved,
:func:`shipped` gives one that comes with the package, and :func:`models` lists them. Each is a
:class:`supercooled.Indicator` again.
"""

from supercooled.predictors.applying import model_named, predict, softness
from supercooled.predictors.fitting import MODELS, fit_predictor
from supercooled.predictors.predictor import Predictor, load_predictor
from supercooled.predictors.scores import score
from supercooled.predictors.shipped import models, recipe, shipped, shipped_models

__all__ = [
    "MODELS",
    "Predictor",
    "fit_predictor",
    "load_predictor",
    "model_named",
    "models",
    "predict",
    "recipe",
    "score",
    "shipped",
    "shipped_models",
    "softness",
]
