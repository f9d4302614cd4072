"""What the page says about the study, and the parameters that it took."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from supercooled.analysis.stages import Results
from supercooled.papers.graham2023.chosen import Choices
from supercooled.papers.graham2023.liquid import LiquidRuns
from supercooled.report import Section

WHY = {
    "window": "t_R of p_hop in tau; the paper's (Sec. II.B)",
    "threshold": "p_S; the paper's. It also counts rearrangements",
    "quiet": "p_H; the paper's",
    "learned_at": "the paper does not say at which temperatures it learns",
    "penalty": "the paper prints none; scikit-learn's default",
    "radius": "of rho*, the paper's",
    "eta": "the paper's",
    "steepness": "the paper prints no width of the logistic function; 1 is that of the function itself",
    "r_max": "the paper does not say where the integral of Eq. 4 ends",
    "fences": "the paper says IQR rejection and no factor; 1.5 is usual",
}

SECTIONS = (
    Section(
        "Five wells",
        "The same mixture with narrower and narrower wells, less dense so that the pressure stays: the "
        "peaks of g(r) sharpen, and diffusion slows down.",
        ("wells",),
    ),
    Section(
        "What softness and pair entropy say about diffusion",
        "Softness is the signed distance from a plane in the space of radial structure functions, "
        "learned for each liquid; s2 needs no learning.",
        ("reduced_diffusion",),
    ),
    Section(
        "Strata",
        "Particles are parted into five equally wide strata between the 5th and the 95th percentile. The "
        "lines are Arrhenius fits to each.",
        ("entropy_strata",),
    ),
    Section(
        "The two beside each other",
        "Both are made of the same surroundings; one has the potential too, through its examples.",
        ("joint", "crossovers"),
    ),
    Section(
        "Groups of like softness as liquids of their own",
        "The pair entropy of a group is that of its own g(r), as if it were a liquid. Barriers are scaled by "
        "the probability and the temperature at which all strata cross.",
        ("softness_groups", "scaled_barriers"),
    ),
)


def summary(liquids: Sequence[LiquidRuns], results: Results) -> str:
    """The page's first paragraphs."""
    joint = results["joint"]
    first, last = (f"{float(joint['pearson'][k]):.2f}" for k in (0, -1))
    strata = results["strata"]
    agreed = int(
        np.sum(
            np.abs(np.diff(strata["crossover"].values, axis=1)[:, 0])
            <= np.hypot(*strata["crossover_error"].values.T)
        )
    )
    return (
        "Is the learned softness of a particle an entropy? The local pair entropy s2 is made of the same "
        "radial distribution and learns nothing.\n\n"
        f"In {len(liquids)} liquids from Δ = {liquids[0].width:g} to {liquids[-1].width:g} the two correlate "
        f"with a Pearson coefficient from {first} to {last}. The crossover temperatures that their strata "
        f"tell agree within errors in {agreed}."
    )


def parameters(choices: Choices, further: Mapping[str, str]) -> dict[str, object]:
    """Choices with their reasons."""
    chosen = {name: {"value": value, "why": WHY.get(name, "")} for name, value in choices.to_dict().items()}
    return {**chosen, **{name: {"value": value, "why": ""} for name, value in further.items()}}
