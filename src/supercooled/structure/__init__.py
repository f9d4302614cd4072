"""Pair structure: radial distribution functions and structure factors; structure functions to learn from."""

from supercooled.structure.entropy import Logistic, pair_entropy
from supercooled.structure.examples import features_of_examples
from supercooled.structure.factor import structure_factor
from supercooled.structure.feature_sets import FEATURE_SETS, Angular, FeatureSet, Radial
from supercooled.structure.grouped import grouped_pair_entropy, grouped_radial_distribution
from supercooled.structure.local_entropy import EntropyReading, local_pair_entropy
from supercooled.structure.radial import radial_distribution
from supercooled.structure.structure_functions import structure_functions
from supercooled.structure.surroundings import surroundings

__all__ = [
    "FEATURE_SETS",
    "Angular",
    "EntropyReading",
    "FeatureSet",
    "Logistic",
    "Radial",
    "features_of_examples",
    "grouped_pair_entropy",
    "grouped_radial_distribution",
    "local_pair_entropy",
    "pair_entropy",
    "radial_distribution",
    "structure_factor",
    "structure_functions",
    "surroundings",
]
