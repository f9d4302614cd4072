"""How structure and rearrangements go together."""

from supercooled.relation.barriers import arrhenius, steepness
from supercooled.relation.crossing import Onset, onset, stretch_error
from supercooled.relation.distributions import Peak, Share, distribution, peak, shallower_share, softer_share
from supercooled.relation.master import Collapse, Line, SoftnessLaw, collapse, line, softness_law
from supercooled.relation.probability import rearrangement_probability
from supercooled.relation.ranking import ranking, within_horizon
from supercooled.relation.remembering import memory, propagation

__all__ = [
    "Collapse",
    "Line",
    "Onset",
    "Peak",
    "Share",
    "SoftnessLaw",
    "arrhenius",
    "collapse",
    "distribution",
    "line",
    "memory",
    "onset",
    "peak",
    "propagation",
    "ranking",
    "rearrangement_probability",
    "shallower_share",
    "softer_share",
    "softness_law",
    "steepness",
    "stretch_error",
    "within_horizon",
]
