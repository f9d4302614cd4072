"""Plates of what only a long study measures."""

from __future__ import annotations

from supercooled.report.captions import heterogeneity as words
from supercooled.report.captions import propensity as propensity_words
from supercooled.report.figures import heterogeneity, neighbourhood, propensity
from supercooled.report.panels import Plate, drawn_by

FURTHER: tuple[Plate, ...] = (
    Plate(
        "closures",
        "Direct correlation function of distance",
        (drawn_by(neighbourhood.closures, words.closures, "closures/direct_correlation"),),
    ),
    Plate(
        "memory",
        "How long softness lasts",
        (
            drawn_by(heterogeneity.memory, words.memory, "memory/memory", "dynamics/overlap"),
            drawn_by(heterogeneity.propagator, words.propagator, "propagator/propagator"),
            drawn_by(heterogeneity.propagated_mean, words.propagated_mean, "propagation/propagated_mean"),
            drawn_by(heterogeneity.overlap_by_softness, words.overlap_by_softness, "propagation/overlap"),
        ),
    ),
    Plate(
        "ranking",
        "How well a field ranks who will rearrange",
        (
            drawn_by(heterogeneity.area_by_horizon, words.area_by_horizon, "ranking/auc"),
            drawn_by(
                heterogeneity.area_by_temperature, words.area_by_temperature, "ranking/auc", temperatures=2
            ),
        ),
    ),
    Plate(
        "propensity",
        "How well a field ranks the propensity for motion",
        (
            drawn_by(propensity.rank_by_time, propensity_words.rank_by_time, "propensity/rank_correlation"),
            drawn_by(
                propensity.rank_by_temperature,
                propensity_words.rank_by_temperature,
                "propensity/rank_correlation",
                temperatures=2,
            ),
        ),
    ),
    Plate(
        "neighbourhood",
        "The neighbours of those that rearrange",
        (
            drawn_by(neighbourhood.around, words.around, "neighbourhood/around"),
            drawn_by(neighbourhood.representative, words.representative, "neighbourhood/representative"),
            drawn_by(neighbourhood.smeared, words.smeared, "neighbourhood/smeared", "neighbourhood/around"),
            drawn_by(neighbourhood.one_particle, words.one_particle, "neighbourhood/one"),
        ),
    ),
    Plate(
        "widths",
        "Width of the local g(r) and window of the hops",
        (
            drawn_by(neighbourhood.softness_by_width, words.softness_by_width, "widths/P_S"),
            drawn_by(neighbourhood.share_by_width, words.share_by_width, "widths/share"),
            drawn_by(neighbourhood.share_by_window, words.share_by_window, "windows/share"),
        ),
    ),
    Plate(
        "by_depth",
        "The depth of the cage as order parameter",
        (
            drawn_by(
                neighbourhood.probability_by_depth,
                words.probability_by_depth,
                "depth_rearrangement/rearrangement_probability",
            ),
            drawn_by(
                neighbourhood.arrhenius_by_depth,
                propensity_words.arrhenius_by_depth,
                "depth_rearrangement/rearrangement_probability",
                "depth_arrhenius/barrier",
                "depth_arrhenius/entropy",
            ),
            drawn_by(neighbourhood.barrier_by_depth, words.barrier_by_depth, "depth_arrhenius/barrier"),
        ),
    ),
)
"""In the order of the page."""
