"""Displacements, hops and relaxation."""

from supercooled.dynamics.correlators import correlators
from supercooled.dynamics.displacements import displacements
from supercooled.dynamics.events import events, rearrangements
from supercooled.dynamics.hops import hops
from supercooled.dynamics.lags import logarithmic_lags
from supercooled.dynamics.local_strain import cage_relative_displacement, nonaffine_displacement
from supercooled.dynamics.relaxation import RelaxationTime, relaxation_time
from supercooled.dynamics.threshold import HopThreshold, hop_threshold
from supercooled.dynamics.training import balanced, training_by_crossing, training_by_extrema
from supercooled.dynamics.waiting import waiting_times

__all__ = [
    "HopThreshold",
    "RelaxationTime",
    "balanced",
    "correlators",
    "cage_relative_displacement",
    "displacements",
    "events",
    "hop_threshold",
    "hops",
    "logarithmic_lags",
    "nonaffine_displacement",
    "rearrangements",
    "relaxation_time",
    "training_by_crossing",
    "training_by_extrema",
    "waiting_times",
]
