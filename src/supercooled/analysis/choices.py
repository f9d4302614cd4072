"""What a study and `supercooled analyze` share: every choice that changes a number, and who a run is."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np

from supercooled.errors import ParameterError
from supercooled.trajectory import Trajectory

__all__ = ["Choices", "Reading", "temperature_of"]

Reading = Literal["ensemble-cut", "ensemble-full", "local-mean"]


@dataclass(frozen=True, slots=True)
class Choices:
    """Every choice that changes a number.

    Parameters
    ----------
    window
        Delta t of p_hop, tau (sharma2022, Sec. III: 15)
    q_max
        upper wave number of the caging potential; 24.5 reproduces nandi2021's Table III
    width
        delta of the local g(r), sigma_AA (sharma2022, Sec. IV: 0.09)
    direct_correlation
        C(r) in the local depth, the particle's own ("local") or the liquid's ("ensemble")
    normalisation
        local g(r) by the "total" density (sharma2022, Eq. 8) or the "partner"'s
    calibrated_by
        the depth that fixes c0 and c1: the local sum, over the same pairs and between the
        same cutoffs, of the liquid's own g(r) ("ensemble-cut"); Eq. 5 as printed, over all pairs and
        distances ("ensemble-full"); or the mean of the local depths ("local-mean")
    lead
        time from the structure to the hop that it is held against, tau
    species
        species whose softness and hops are measured (sharma2022: A)
    remove_drift
        subtract the mean position of all particles in each frame, of hops and displacements
    overlap_radius
        a of the overlap function, sigma_AA
    lags_per_decade
        of the displacements
    structure_frames
        frames, evenly spread over the runs of a temperature, that give g(r) and S(q)
    blocks
        contiguous parts that each run is divided into for errors; of S(q), that all its frames are
    bins
        of the distributions, over the range that all temperatures share
    vanishing
        g(r) that counts as none, for the lower cutoff of the local sum (App. B)
    weighting, largest_error
        of the probabilities in a barrier (`relation.arrhenius`)
    minimum_count
        samples (particle and frame) that a bin needs for a probability
    peak_width
        decades of time about the maximum of alpha_2 that its parabola is fitted to
    """

    window: float = 15.0
    q_max: float = 24.5
    width: float = 0.09
    direct_correlation: Literal["local", "ensemble"] = "local"
    normalisation: Literal["total", "partner"] = "total"
    calibrated_by: Reading = "ensemble-cut"
    lead: float = 0.0
    species: str = "A"
    remove_drift: bool = False
    overlap_radius: float = 0.3
    lags_per_decade: int = 12
    structure_frames: int = 40
    blocks: int = 5
    dq: float = 0.1
    dr: float = 0.01
    depth_dr: float = 0.01
    vanishing: float = 0.001
    weighting: Literal["equal", "errors"] = "equal"
    largest_error: float = 0.5
    bins: int = 60
    minimum_count: int = 200
    peak_width: float = 0.4

    def __post_init__(self) -> None:
        known = ("ensemble-cut", "ensemble-full", "local-mean")
        if self.calibrated_by not in known:
            raise ParameterError(
                f"calibrated_by must be one of {', '.join(known)}, not {self.calibrated_by!r}"
            )
        for name, example in (("window", 15.0), ("q_max", 24.5), ("width", 0.09)):
            value = getattr(self, name)
            if not 0 < value < np.inf:
                raise ParameterError(f"{name} must be positive, not {value:g}; for example {example:g}")

    def only(self, *names: str) -> dict[str, Any]:
        """Some of the choices as plain data: those that a stage depends on."""
        every = asdict(self)
        return {name: every[name] for name in names}


def temperature_of(run: Trajectory) -> float:
    """Temperature of a run."""
    if run.temperature is None or not np.isfinite(run.temperature):
        raise ParameterError(f"{run.source.name}: give its temperature, for example --temperature 0.47")
    if not run.temperature > 0:
        raise ParameterError(f"{run.source.name}: temperature must be positive, not {run.temperature:g}")
    return run.temperature
