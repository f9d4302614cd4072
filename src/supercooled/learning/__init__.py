"""Softness learned from examples of particles that rearrange and particles that stay.

A model is read and applied with the core alone; what learns is imported when it is first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from supercooled.extras import require
from supercooled.learning.model import SoftnessModel, load_model

if TYPE_CHECKING:
    from supercooled.learning.classifier import METHODS, Method, SoftnessClassifier
    from supercooled.learning.examining import by_elimination, by_number, by_subset, projections
    from supercooled.learning.fitting import Training, Validation, cross_validated, fit_softness, groups_of
    from supercooled.learning.streams import fit_in_batches

_LEARNING = {
    "METHODS": "classifier",
    "Method": "classifier",
    "SoftnessClassifier": "classifier",
    "Training": "fitting",
    "Validation": "fitting",
    "by_elimination": "examining",
    "by_number": "examining",
    "by_subset": "examining",
    "cross_validated": "fitting",
    "fit_in_batches": "streams",
    "fit_softness": "fitting",
    "groups_of": "fitting",
    "projections": "examining",
}

__all__ = [
    "METHODS",
    "Method",
    "SoftnessClassifier",
    "SoftnessModel",
    "Training",
    "Validation",
    "by_elimination",
    "by_number",
    "by_subset",
    "cross_validated",
    "fit_in_batches",
    "fit_softness",
    "groups_of",
    "load_model",
    "projections",
]


def __getattr__(name: str) -> Any:
    if name not in _LEARNING:
        raise AttributeError(f"module 'supercooled.learning' has no attribute {name!r}")
    require("sklearn", doing=f"learning.{name}")
    return getattr(importlib.import_module(f"supercooled.learning.{_LEARNING[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
