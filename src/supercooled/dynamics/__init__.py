"""Displacements, hops and relaxation."""

from supercooled.dynamics.displacements import displacements, logarithmic_lags
from supercooled.dynamics.hops import hops
from supercooled.dynamics.relaxation import RelaxationTime, relaxation_time
from supercooled.dynamics.threshold import HopThreshold, hop_threshold

__all__ = [
    "HopThreshold",
    "RelaxationTime",
    "displacements",
    "hop_threshold",
    "hops",
    "logarithmic_lags",
    "relaxation_time",
]
