"""Displacements, hops and relaxation."""

from supercooled.dynamics.correlators import correlators
from supercooled.dynamics.diffusion import Diffusion, diffusion, reduced_diffusion
from supercooled.dynamics.displacements import displacements
from supercooled.dynamics.events import events, rearrangements
from supercooled.dynamics.fits import LawFit, compare_laws, fit_law
from supercooled.dynamics.hops import hops
from supercooled.dynamics.lags import logarithmic_lags
from supercooled.dynamics.local_strain import cage_relative_displacement, nonaffine_displacement
from supercooled.dynamics.onsets import onset_temperatures
from supercooled.dynamics.propensity import propensity
from supercooled.dynamics.relaxation import relaxation_time
from supercooled.dynamics.stretched_decay import StretchedExponential, stretched_exponential
from supercooled.dynamics.threshold import HopThreshold, hop_threshold
from supercooled.dynamics.training_examples import (
    CrossingRule,
    ExtremaRule,
    balanced,
    training_by_crossing,
    training_by_extrema,
)
from supercooled.dynamics.waiting_statistics import waiting_times

__all__ = [
    "CrossingRule",
    "Diffusion",
    "ExtremaRule",
    "HopThreshold",
    "LawFit",
    "StretchedExponential",
    "balanced",
    "cage_relative_displacement",
    "compare_laws",
    "correlators",
    "diffusion",
    "displacements",
    "events",
    "fit_law",
    "hop_threshold",
    "hops",
    "logarithmic_lags",
    "nonaffine_displacement",
    "onset_temperatures",
    "propensity",
    "rearrangements",
    "reduced_diffusion",
    "relaxation_time",
    "stretched_exponential",
    "training_by_crossing",
    "training_by_extrema",
    "waiting_times",
]
