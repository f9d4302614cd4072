"""Softness learned from examples of particles that rearrange and particles that stay."""

from supercooled.learning.classifier import METHODS, Method, SoftnessClassifier
from supercooled.learning.examining import by_elimination, by_number, by_subset, projections
from supercooled.learning.fitting import Validation, cross_validated, fit_softness, groups_of
from supercooled.learning.model import SoftnessModel, load_model
from supercooled.learning.streams import fit_in_batches

__all__ = [
    "METHODS",
    "Method",
    "SoftnessClassifier",
    "SoftnessModel",
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
