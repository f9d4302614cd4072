"""What the page says about the study, and the parameters that it took."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Protocol

import numpy as np

from supercooled.papers.schoenholz2016.chosen import Choices, Preset
from supercooled.report import Section
from supercooled.report.numbers import shown

WHY = {
    "window": "t_R of p_hop in tau (Sec. I.B)",
    "candidate": "p_hop of an event (Sec. I.B)",
    "rearrangement": "p_c (Sec. I.B); P_R counts particles above it in the next frame, as the text says",
    "interval": "states every tau (Sec. I.A)",
    "lead": "'rearrange in the next time step' (Sec. I.C): one frame before the peak of p_hop",
    "features": "166 functions; the paper prints no parameters, public codes that cite it do",
    "method": "squared slack; LIBSVM's own is compared beside it",
    "tolerance": "a tighter quench finds the same rearrangements",
    "overlap_radius": "a of the overlap (main text)",
    "unit": "S = w.z - b as printed (Sec. I.C), the margin at -1 and 1",
    "blocks": "of a single coldest run; the softness of a block comes from the others",
}
SECTIONS = (
    Section(
        "What is learned",
        "Examples are particles about to rearrange and particles that have been still. How well both are "
        "told apart depends on how long before the hop the structure is taken, on how long the others have "
        "been still, and on how many examples there are.",
        ("learned_accuracy",),
    ),
    Section(
        "Softness and rearrangement",
        "The share of particles of a softness that rearrange in the next frame, and the Arrhenius law of "
        "each softness; the lines meet at the onset.",
        ("learned_probability",),
    ),
    Section(
        "Relaxation from softness",
        "A particle that keeps its softness rearranges ever again with the same chance; one whose neighbours "
        "move does not keep it.",
        ("learned_relaxation",),
    ),
)


class Told(Protocol):
    """What the summary needs of a density."""

    @property
    def onset(self) -> float:
        """T_0."""
        ...

    @property
    def onset_error(self) -> float:
        """Its error."""
        ...

    @property
    def accuracy(self) -> float:
        """Of the cross-validation."""
        ...


def summary(found: Mapping[float, Told], choices: Choices) -> str:
    """The page's first paragraphs."""
    first = (
        "A plane between the surroundings of particles about to rearrange and of particles that stay gives "
        "each particle a softness, its distance from the plane. It is learned at the lowest temperature and "
        "held against rearrangements at all."
    )
    lines = [first]
    for density, one in found.items():
        told = (
            f"At density {density:g} it tells {100 * one.accuracy:.0f} % of the examples apart that it has "
            f"not seen, {choices.lead:g} τ before the peak of the hop."
        )
        if np.isfinite(one.onset):
            told += f" The Arrhenius lines meet at T = {shown(one.onset, one.onset_error, digits=2)}."
        lines.append(told)
    return "\n\n".join(lines)


def parameters(choices: Choices, preset: Preset) -> dict[str, object]:
    """Choices with their reasons."""
    chosen = {
        name: {"value": str(value) if isinstance(value, tuple) else value, "why": WHY.get(name, "")}
        for name, value in asdict(choices).items()
    }
    return {
        **chosen,
        "quiet": {
            "value": ", ".join(f"{t:g} (ρ={rho:g})" for rho, t in preset.quiet.items()),
            "why": "how long a hard particle is still; tau_alpha in the paper, whose overlap has a = 0.5",
        },
        "dt": {"value": preset.dt, "why": "the paper's is 0.0025"},
    }
