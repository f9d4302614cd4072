"""What the page says about the study, and the parameters that it took."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

import numpy as np
import xarray as xr

from supercooled.papers.nandi2021 import figures, supplement, tables
from supercooled.papers.nandi2021.chosen import Choices
from supercooled.papers.nandi2021.liquids import DT, DT_DENSE, Preset
from supercooled.papers.nandi2021.relating import Related
from supercooled.report import Section
from supercooled.report.plates import Figures

FIGURES = Figures(
    plates=(*figures.PLATES, *supplement.PLATES),
    tables={"slopes": tables.slopes, "laws": tables.laws, "far": tables.far, "scan": tables.scan},
    shown_in={
        **dict.fromkeys(
            (
                "softness",
                "median deviation of S",
                "largest deviation of S at",
                "a0",
                "a1",
                "correlation of S with T",
            ),
            ("master_softness",),
        ),
        "correlation of βΔΦ": ("master_escape",),
        **dict.fromkeys(
            (
                "correlation of ΔE with",
                "B'",
                "C'",
                "B",
                "K_VFT",
                "T_VFT",
                "pairs of liquids",
                "variance left after collapse",
            ),
            ("master_dynamics",),
        ),
        **dict.fromkeys(
            ("S_0", "correlation of S_ML", "correlation of ΔE_ML", "slope of S_ML"), ("master_learned",)
        ),
    },
)
WHY = {
    "q_max": "the paper prints none; one for all liquids, with which its Table III is reproduced",
    "dq": "width of the shells that S(q) is averaged over",
    "fit_range": "the paper fits a parabola near 0 and prints no range; softness is the curvature at 0",
    "share": "the cage ends where a hundredth of its depth is left; the paper prints no r_max",
    "overlap_radius": "a of the overlap (SI Sec. II A), averaged over all particles as in SI Eq. 2",
    "structure_frames": "frames of each replica, evenly spread, for S(q)",
    "confidence": "of every interval",
}


def summary(found: Sequence[Related]) -> str:
    """The page's first paragraphs."""
    passive = [one for one in found if not one.studied.active]
    fragile = max((one for one in passive if one.dynamics is not None), key=_slope, default=None)
    strong = min((one for one in passive if one.dynamics is not None), key=_slope, default=None)
    paragraph = (
        "A particle's mean-field cage follows from the structure factors alone. Its softness falls "
        "linearly on cooling, its depth rises as the inverse of the softness, and so does the barrier "
        "that the simulated relaxation times ask for, each liquid with a slope of its own."
    )
    if fragile is None or strong is None or fragile is strong:
        return paragraph
    return (
        f"{paragraph}\n\nOf the {len(passive)} liquids in equilibrium, {fragile.studied.label} depends "
        f"most on softness (B' = {1e3 * _slope(fragile):.3g}e-3) and {strong.studied.label} least "
        f"({1e3 * _slope(strong):.2g}e-3)."
    )


def _slope(one: Related) -> float:
    return one.dynamics.slope if one.dynamics is not None else float("nan")


def sections(results: dict[str, xr.Dataset]) -> tuple[Section, ...]:
    """The page's parts, in the paper's order."""
    before, after = (results["master"].attrs.get(f"dynamics_{word}") for word in ("before", "after"))
    told = (
        f" One line for all liquids leaves {100 * before:.0f} % of the variance of the barriers; scaled by"
        f" each liquid's own line, {100 * after:.1f} % is left."
        if before is not None and after is not None and np.isfinite([before, after]).all()
        else ""
    )
    parts = (
        Section(
            "Softness",
            "One wave number q_max ends the integral of the caging potential for every liquid; the "
            "softness is the inverse of its curvature at 0. Lines, the paper's Table III.",
            ("master_softness",),
        ),
        Section(
            "Escape from the mean-field cage",
            "The mean first-passage time out of the cage, by quadrature in logarithms. It follows the "
            "depth of the cage, which goes with the inverse softness.",
            ("master_escape",),
        ),
        Section(
            "Softness and the simulated dynamics",
            "The relaxation time is that of the overlap of all particles. τ0 is read at the onset: for "
            "Kob-Andersen at density 1.2 the T = 0.801 that sharma2022 prints, for every other liquid where "
            f"its reduced relaxation time is the same.{told}",
            ("master_dynamics",),
            ("laws",),
        ),
        Section(
            "What the paper's words leave open: the slope B'",
            'τ0 is "the value at the onset temperature", the caption of Table II leaves it out, and the '
            "range of temperatures is not printed. Every reading gives its own slope. The barriers of Tables "
            "II and III begin (C' + B'/S is 0) at T = 0.71 for LJ 1.2, 0.56 for WCA 1.2, 0.63 for WAHN, 2.14 "
            "for LJ 1.6 and 2.01 for WCA 1.6: the paper's windows are colder than ours, and at density 1.6 "
            "they hardly overlap.",
            (),
            ("slopes",),
        ),
        Section(
            "Learned softness",
            "The softness that tells particles about to move from others, learned from examples with "
            "functions of the distances alone, averaged over each state. One plane for both liquids; the "
            "paper takes its numbers from another group and prints no parameters.",
            ("master_learned",),
        ),
        Section(
            "What q_max and the fit range do",
            "The integrand falls slowly, so that softness depends on where the integral ends, and a "
            "parabola fitted to a finite range is wider than the one that touches the bottom.",
            ("master_convention",),
            ("far",),
        ),
        Section(
            "Supplement",
            "The potential at every temperature, and times against softness before anything is scaled.",
            ("cage", "master_supplement"),
        ),
    )
    if "scan" not in results:
        return parts
    scan = Section(
        "Who is active, and for how long",
        "The active liquids' data were not generated by the authors, and their rules are not printed: "
        "each component of the force is taken as plus or minus f0, the forces add up to zero, and all "
        "directions are drawn anew together. Who is active and how long a direction lasts is scanned at "
        "one temperature.",
        (),
        ("scan",),
    )
    return (*parts[:-1], scan, parts[-1])


def parameters(choices: Choices, preset: Preset) -> dict[str, object]:
    """Choices with their reasons."""
    chosen = {name: {"value": value, "why": WHY.get(name, "")} for name, value in asdict(choices).items()}
    return {
        **chosen,
        "dt": {
            "value": f"{DT:g}; {DT_DENSE:g} at density 1.6",
            "why": "the paper's; at density 1.6, where forces are steepest, a shorter one to be safe",
        },
        "seeds": {"value": list(preset.seeds), "why": "replicas"},
    }
