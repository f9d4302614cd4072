"""The study's reading of the paper, and how far off a value may be.

The tolerances are those of the task, and stood before the study's first run.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from supercooled.papers import printed_beside
from supercooled.report import Tolerance
from supercooled.structure import Logistic


@dataclass(frozen=True, slots=True)
class Choices:
    """Every choice that changes a number.

    Parameters
    ----------
    species
        species that is looked at (Sec. II.A: A)
    window
        t_R of p_hop, tau (Sec. II.B: 10)
    threshold, quiet
        p_S and p_H, sigma_AA^2 (0.2 and 0.05)
    soft_separation, hard_separation
        between peaks, and between troughs, tau (10 and 80)
    examples
        most of each kind to learn from
    learned_at
        coldest temperatures whose examples are learned from
    penalty, folds
        of the linear support vector machine
    width, step, first, last
        of the local g(r), sigma_AA (0.1, 0.1, 0.4, 3.0)
    radius
        of the local density rho*, sigma_AA (3.0)
    eta, steepness
        centre and width of the logistic switching function, sigma_AA (2.0; none printed: 1.0)
    strata, lowest, highest
        bins between two percentiles (5; 5 and 95)
    fences
        interquartile ranges beyond which a crossing is an outlier (1.5 is usual)
    r_max, dr
        of the pair entropy of the liquid and of the groups, sigma_AA
    largest_error
        relative error of a P_R above which it has no place in a barrier
    minimum_count
        samples (particle and frame) that a stratum needs for a probability
    blocks
        contiguous parts that each run is divided into for errors
    """

    species: str = "A"
    window: float = 10.0
    threshold: float = 0.2
    quiet: float = 0.05
    soft_separation: float = 10.0
    hard_separation: float = 80.0
    examples: int = 6000
    learned_at: int = 2
    penalty: float = 1.0
    folds: int = 4
    width: float = 0.1
    step: float = 0.1
    first: float = 0.4
    last: float = 3.0
    radius: float = 3.0
    eta: float = 2.0
    steepness: float = 1.0
    strata: int = 5
    lowest: float = 5.0
    highest: float = 95.0
    fences: float = 1.5
    r_max: float = 5.0
    dr: float = 0.02
    largest_error: float = 0.5
    minimum_count: int = 200
    blocks: int = 4

    @property
    def r(self) -> tuple[float, ...]:
        """Distances of the local g(r), sigma_AA."""
        number = round((self.last - self.first) / self.step) + 1
        return tuple(float(x) for x in self.first + self.step * np.arange(number))

    @property
    def logistic(self) -> Logistic:
        """The switching function of the local pair entropy."""
        return Logistic(self.eta, self.steepness)

    def to_dict(self) -> dict[str, Any]:
        """Plain data, for names of stages and for the page."""
        return asdict(self)


CHOICES = Choices()

# The paper: P(R|S > 0) is 73 to 80 % at the coldest temperatures, 40 to 50 % at the hottest.
ACCURACY_COLD, ACCURACY_HOT = Tolerance.between(0.73, 0.80), Tolerance.between(0.40, 0.50)
# At most about a decade for the entropy, and at least a decade more for softness.
ENTROPY_SPREAD, SOFTNESS_SPREAD = Tolerance.between(-np.inf, 1.1), Tolerance.between(1.0, np.inf)
PLATEAU = Tolerance.absolute(0.1)
# After scaling a third of the spread at most, and a straight line.
COLLAPSE, STRAIGHT = Tolerance.between(-np.inf, 1.0 / 3.0), Tolerance.between(0.95, np.inf)

PRINTED = printed_beside(__file__)
