"""How structure and rearrangements go together."""

from supercooled.relation.autocorrelation import StayRule, memory, propagation
from supercooled.relation.barrier_scaling import CommonLine, common_line, scaled_barriers
from supercooled.relation.barriers import arrhenius, steepness
from supercooled.relation.distributions import Peak, Share, distribution, peak, shallower_share, softer_share
from supercooled.relation.event_theory import (
    Drift,
    Leaving,
    closed_overlap,
    event_rates,
    excursions,
    transitions,
)
from supercooled.relation.linear_barriers import Straight, left_out, straight_barriers
from supercooled.relation.master_curves import Collapse, Line, SoftnessLaw, collapse, line, softness_law
from supercooled.relation.onset_temperature import Onset, block_error, onset
from supercooled.relation.probability import counted, rearrangement_probability
from supercooled.relation.rank_agreement import rank_correlation
from supercooled.relation.ranking import ranking, within_horizon
from supercooled.relation.relaxation_prediction import predicted_overlap
from supercooled.relation.strata import Crossings, crossings, strata, within_fences

__all__ = [
    "Collapse",
    "CommonLine",
    "Crossings",
    "Drift",
    "Leaving",
    "Line",
    "Onset",
    "Peak",
    "Share",
    "SoftnessLaw",
    "StayRule",
    "Straight",
    "arrhenius",
    "block_error",
    "closed_overlap",
    "collapse",
    "common_line",
    "counted",
    "crossings",
    "distribution",
    "event_rates",
    "excursions",
    "left_out",
    "line",
    "memory",
    "onset",
    "peak",
    "predicted_overlap",
    "propagation",
    "rank_correlation",
    "ranking",
    "rearrangement_probability",
    "scaled_barriers",
    "shallower_share",
    "softer_share",
    "softness_law",
    "steepness",
    "straight_barriers",
    "strata",
    "transitions",
    "within_fences",
    "within_horizon",
]
