"""Plates of a learned softness."""

from __future__ import annotations

from supercooled.report.captions import learned as words
from supercooled.report.figures import learned
from supercooled.report.panels import Panel, Plate

__all__ = ["LEARNED"]

LEARNED: tuple[Plate, ...] = (
    Plate(
        "learned_accuracy",
        "How well rearrangements are told beforehand",
        (
            Panel(
                "accuracy_by_lead",
                lambda r: learned.accuracy_by_lead(r["by_lead"]),
                (("by_lead", "accuracy"),),
                words.accuracy_by_lead,
            ),
            Panel(
                "accuracy_by_number",
                lambda r: learned.accuracy_by_number(r["by_number"]),
                (("by_number", "accuracy"),),
                words.accuracy_by_number,
            ),
            Panel(
                "accuracy_by_features",
                lambda r: learned.accuracy_by_features(r["by_elimination"]),
                (("by_elimination", "accuracy"),),
                words.accuracy_by_features,
            ),
        ),
    ),
    Plate(
        "learned_probability",
        "Learned softness and rearrangement",
        (
            Panel(
                "learned_distribution",
                lambda r: learned.distribution(r["learned_probability"]),
                (("learned_probability", "probability_density_rearranging"),),
                words.distribution,
            ),
            Panel(
                "learned_probability",
                lambda r: learned.probability(r["learned_probability"]),
                (("learned_probability", "rearrangement_probability"),),
                words.probability,
            ),
            Panel(
                "learned_arrhenius",
                lambda r: learned.arrhenius(
                    r["learned_probability"].sel(temperature=r["learned_arrhenius"].attrs["temperatures"]),
                    r["learned_arrhenius"],
                ),
                (
                    ("learned_probability", "rearrangement_probability"),
                    ("learned_arrhenius", "barrier"),
                ),
                words.arrhenius,
            ),
            Panel(
                "learned_barrier",
                lambda r: learned.barrier(r["learned_arrhenius"]),
                (("learned_arrhenius", "barrier"),),
                words.barrier,
            ),
            Panel(
                "onset_by_density",
                lambda r: learned.onset_by_density(r["learned_onsets"]),
                (("learned_onsets", "onset"),),
                words.onset_by_density,
            ),
        ),
    ),
    Plate(
        "learned_relaxation",
        "Relaxation foretold from softness",
        (
            Panel(
                "learned_relaxation",
                lambda r: learned.relaxation(r["learned_relaxation"]),
                (("learned_relaxation", "overlap"), ("learned_relaxation", "overlap_propagated")),
                words.relaxation,
            ),
            Panel(
                "learned_drift",
                lambda r: learned.drift(r["learned_changes"]),
                (("learned_changes", "propagated_mean"),),
                words.drift,
            ),
        ),
    ),
)
