"""The figures that no paper owns, each with its caption, a file for each subject."""

from supercooled.report.figures import (
    barriers,
    cage,
    comparison,
    dynamics,
    leaderboard,
    learned,
    memory,
    ranking,
    softness,
    space,
    structure,
)
from supercooled.report.plates import Figures
from supercooled.report.tables import motion
from supercooled.report.tables import ranking as table_of_ranking

__all__ = ["GENERAL"]

GENERAL = Figures(
    plates=(
        *structure.PLATES,
        *cage.PLATES,
        *dynamics.PLATES,
        *softness.PLATES,
        *barriers.PLATES,
        *memory.PLATES,
        *ranking.PLATES,
        *leaderboard.PLATES,
        *comparison.PLATES,
        *space.PLATES,
        *learned.PLATES,
    ),
    tables={
        "motion": motion,
        "ranking": table_of_ranking,
        **leaderboard.TABLES,
        **comparison.TABLES,
        **learned.TABLES,
    },
    shown_in={
        "softness": ("cage",),
        "average softness": ("cage",),
        **dict.fromkeys(("a0", "a1", "b0", "b1", "c0", "c1"), ("depth",)),
        "p_c": ("dynamics",),
        "largest alpha_2": ("dynamics",),
        "relaxation time": ("hops",),
        "stretched exponential": ("hops",),
        "diffusion coefficient": ("dynamics",),
        "share softer than the peak": ("rearranging",),
        "share shallower than the peak": ("rearranging",),
        "d ln P_R": ("arrhenius",),
        "onset temperature": ("arrhenius",),
        "onset temperature by depth": ("by_depth",),
        "lowest barrier": ("arrhenius",),
        "highest barrier": ("arrhenius",),
        "area under the ROC curve": ("ranking",),
        "rank correlation with propensity": ("propensity",),
        "four-point length": ("space",),
        "chi4": ("space",),
        "length of": ("space",),
    },
)
"""In the order of the page."""
