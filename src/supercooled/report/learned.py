"""Plates of a learned softness."""

from __future__ import annotations

from supercooled.report.captions import learned as words
from supercooled.report.figures import learned
from supercooled.report.panels import Plate, drawn_by

__all__ = ["LEARNED"]

LEARNED: tuple[Plate, ...] = (
    Plate(
        "learned_accuracy",
        "How well rearrangements are told beforehand",
        (
            drawn_by(learned.accuracy, words.accuracy_by_lead, "by_lead/accuracy", name="accuracy_by_lead"),
            drawn_by(
                learned.accuracy, words.accuracy_by_quiet, "by_quiet/accuracy", name="accuracy_by_quiet"
            ),
            drawn_by(
                learned.accuracy, words.accuracy_by_number, "by_number/accuracy", name="accuracy_by_number"
            ),
            drawn_by(
                learned.accuracy,
                words.accuracy_by_features,
                "by_elimination/accuracy",
                name="accuracy_by_features",
            ),
        ),
    ),
    Plate(
        "learned_probability",
        "Learned softness and rearrangement",
        (
            drawn_by(
                learned.distribution,
                words.distribution,
                "learned_probability/probability_density_rearranging",
                name="learned_distribution",
            ),
            drawn_by(
                learned.probability,
                words.probability,
                "learned_probability/rearrangement_probability",
                name="learned_probability",
            ),
            drawn_by(
                learned.arrhenius,
                words.arrhenius,
                "learned_probability/rearrangement_probability",
                "learned_arrhenius/barrier",
                name="learned_arrhenius",
            ),
            drawn_by(learned.barrier, words.barrier, "learned_arrhenius/barrier", name="learned_barrier"),
            drawn_by(learned.onset_by_density, words.onset_by_density, "learned_onsets/onset"),
        ),
    ),
    Plate(
        "learned_relaxation",
        "Relaxation foretold from softness",
        (
            drawn_by(
                learned.relaxation,
                words.relaxation,
                "learned_relaxation/overlap",
                "learned_relaxation/overlap_propagated",
                name="learned_relaxation",
            ),
            drawn_by(learned.drift, words.drift, "learned_changes/propagated_mean", name="learned_drift"),
        ),
    ),
)
