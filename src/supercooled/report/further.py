"""Plates of what only a long study measures."""

from __future__ import annotations

from supercooled.report.captions import heterogeneity as words
from supercooled.report.captions import propensity as propensity_words
from supercooled.report.figures import heterogeneity, neighbourhood, propensity
from supercooled.report.panels import Panel, Plate

FURTHER: tuple[Plate, ...] = (
    Plate(
        "closures",
        "Direct correlation function of distance",
        (
            Panel(
                "closures",
                lambda r: neighbourhood.closures(r["closures"]),
                (("closures", "direct_correlation"),),
                words.closures,
            ),
        ),
    ),
    Plate(
        "memory",
        "How long softness lasts",
        (
            Panel(
                "memory",
                lambda r: heterogeneity.memory(r["memory"], r["dynamics"]),
                (
                    ("memory", "memory"),
                    ("dynamics", "overlap"),
                ),
                words.memory,
            ),
            Panel(
                "propagator",
                lambda r: heterogeneity.propagator(r["propagator"]),
                (("propagator", "propagator"),),
                words.propagator,
            ),
            Panel(
                "propagated_mean",
                lambda r: heterogeneity.propagated_mean(r["propagation"]),
                (("propagation", "propagated_mean"),),
                words.propagated_mean,
            ),
            Panel(
                "overlap_by_softness",
                lambda r: heterogeneity.overlap_by_softness(r["propagation"]),
                (("propagation", "overlap"),),
                words.overlap_by_softness,
            ),
        ),
    ),
    Plate(
        "ranking",
        "How well a field ranks who will rearrange",
        (
            Panel(
                "area_by_horizon",
                lambda r: heterogeneity.area_by_horizon(r["ranking"]),
                (("ranking", "auc"),),
                words.area_by_horizon,
            ),
            Panel(
                "area_by_temperature",
                lambda r: heterogeneity.area_by_temperature(r["ranking"]),
                (("ranking", "auc"),),
                words.area_by_temperature,
                temperatures=2,
            ),
        ),
    ),
    Plate(
        "propensity",
        "How well a field ranks the propensity for motion",
        (
            Panel(
                "rank_by_time",
                lambda r: propensity.rank_by_time(r["propensity"]),
                (("propensity", "rank_correlation"),),
                propensity_words.rank_by_time,
            ),
            Panel(
                "rank_by_temperature",
                lambda r: propensity.rank_by_temperature(r["propensity"]),
                (("propensity", "rank_correlation"),),
                propensity_words.rank_by_temperature,
                temperatures=2,
            ),
        ),
    ),
    Plate(
        "neighbourhood",
        "The neighbours of those that rearrange",
        (
            Panel(
                "around",
                lambda r: neighbourhood.around(r["neighbourhood"]),
                (("neighbourhood", "around"),),
                words.around,
            ),
            Panel(
                "representative",
                lambda r: neighbourhood.representative(r["neighbourhood"]),
                (("neighbourhood", "representative"),),
                words.representative,
            ),
            Panel(
                "smeared",
                lambda r: neighbourhood.smeared(r["neighbourhood"]),
                (
                    ("neighbourhood", "smeared"),
                    ("neighbourhood", "around"),
                ),
                words.smeared,
            ),
            Panel(
                "one_particle",
                lambda r: neighbourhood.one_particle(r["neighbourhood"]),
                (("neighbourhood", "one"),),
                words.one_particle,
            ),
        ),
    ),
    Plate(
        "widths",
        "Width of the local g(r) and window of the hops",
        (
            Panel(
                "softness_by_width",
                lambda r: neighbourhood.softness_by_width(r["widths"]),
                (("widths", "P_S"),),
                words.softness_by_width,
            ),
            Panel(
                "share_by_width",
                lambda r: neighbourhood.share_by_width(r["widths"]),
                (("widths", "share"),),
                words.share_by_width,
            ),
            Panel(
                "share_by_window",
                lambda r: neighbourhood.share_by_window(r["windows"]),
                (("windows", "share"),),
                words.share_by_window,
            ),
        ),
    ),
    Plate(
        "by_depth",
        "The depth of the cage as order parameter",
        (
            Panel(
                "probability_by_depth",
                lambda r: neighbourhood.probability_by_depth(r["depth_rearrangement"]),
                (("depth_rearrangement", "rearrangement_probability"),),
                words.probability_by_depth,
            ),
            Panel(
                "arrhenius_by_depth",
                lambda r: neighbourhood.arrhenius_by_depth(r["depth_rearrangement"], r["depth_arrhenius"]),
                (
                    ("depth_rearrangement", "rearrangement_probability"),
                    ("depth_arrhenius", "barrier"),
                    ("depth_arrhenius", "entropy"),
                ),
                propensity_words.arrhenius_by_depth,
            ),
            Panel(
                "barrier_by_depth",
                lambda r: neighbourhood.barrier_by_depth(r["depth_arrhenius"]),
                (("depth_arrhenius", "barrier"),),
                words.barrier_by_depth,
            ),
        ),
    ),
)
"""In the order of the page."""
