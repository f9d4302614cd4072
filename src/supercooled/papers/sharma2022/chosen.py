"""The study's reading of the paper, and how far off a value may be.

The tolerances stood before the study's first run. Three choices did not. Which pairs calibrate
("ensemble-cut" is the row of the particle's own species) and that barriers weigh temperatures alike were
settled after a first short run, for reasons that do not depend on its result. That barriers are taken
where all temperatures have the softness (Sec. V: where their P(S) overlap) was settled after the long
runs, whose onset was 0.92(4) with softnesses that any three temperatures know.
"""

from __future__ import annotations

from supercooled.analysis.choices import Choices
from supercooled.papers import printed_beside
from supercooled.report import Tolerance

# Sec. III: p_c at each temperature; App. B: delta = 0.09. What the paper leaves open, and the
# reading of it that this study takes, is said in `words.parameters`.
CHOICES = Choices()

# The onset that nandi2021 and sharma2022 name is about 0.8: 0.70 is the last temperature below it.
HIGHEST = 0.70

# See `rows` for where each applies. p_c at the paper's lengths, and in runs a fraction as long.
P_C, P_C_SHORT = Tolerance.relative(0.05), Tolerance.relative(0.10)
SOFTNESS = Tolerance.relative(0.05)
SHARE = Tolerance.absolute(0.05)
SHARE_BY_WIDTH = Tolerance.absolute(0.06)
ONSET = Tolerance.absolute(0.06)
# No reasoned bound: a quarter, set when results of an earlier version of this study were known.
BARRIER = Tolerance.relative(0.25)

# Where the printed lines of Fig. 5(b) end, a quarter as the barriers there; tau_alpha, printed to one digit.
ENDS, TAU = Tolerance.relative(0.25), Tolerance.absolute(50.0)

PRINTED = printed_beside(__file__)


def softness_line(temperature: float) -> float:
    """Average softness a0 + a1 T of this liquid, nandi2021, Table III, sigma_AA^5 (of C without 1/rho).

    Examples
    --------
    >>> round(softness_line(0.47), 7)
    0.0008394
    """
    row = PRINTED["softness_line"]
    return float(row["a0"] + row["a1"] * temperature)
