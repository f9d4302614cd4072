"""Pair structure: radial distribution functions and structure factors; features of examples to learn from."""

from supercooled.structure.entropy import Logistic, pair_entropy
from supercooled.structure.examples import features_of_examples
from supercooled.structure.factor import structure_factor
from supercooled.structure.feature_sets import FEATURE_SETS, Angular, FeatureSet, Radial
from supercooled.structure.grouped import grouped_pair_entropy, grouped_radial_distribution
from supercooled.structure.isochores import IdealGas, KnownEntropy, entropy_onset, excess_entropy
from supercooled.structure.radial import radial_distribution

__all__ = [
    "FEATURE_SETS",
    "Angular",
    "FeatureSet",
    "IdealGas",
    "KnownEntropy",
    "Logistic",
    "Radial",
    "entropy_onset",
    "excess_entropy",
    "features_of_examples",
    "grouped_pair_entropy",
    "grouped_radial_distribution",
    "pair_entropy",
    "radial_distribution",
    "structure_factor",
]
