"""Plates of many liquids at once."""

from __future__ import annotations

from collections.abc import Callable

import xarray as xr
from matplotlib.figure import Figure

from supercooled.report.captions import master as words
from supercooled.report.captions.common import Results, Words
from supercooled.report.figures import master
from supercooled.report.panels import Panel, Plate, drawn_by


def _of_liquids(
    name: str, draw: Callable[[xr.Dataset, xr.Dataset], Figure], said: Callable[[Results], Words], column: str
) -> Panel:
    return drawn_by(draw, said, f"master/{column}", "master_lines/tau_0", name=name)


MASTER: tuple[Plate, ...] = (
    Plate(
        "master_softness",
        "Softness of the liquids",
        (_of_liquids("master_softness", master.softness, words.softness, "softness"),),
    ),
    Plate(
        "master_escape",
        "Escape from the mean-field cage",
        (_of_liquids("master_depth", master.depth, words.depth, "depth"),),
    ),
    Plate(
        "master_dynamics",
        "Softness and the simulated dynamics",
        (
            _of_liquids("master_times", master.times, words.times, "tau_alpha"),
            _of_liquids("master_barriers", master.barriers, words.barriers, "barrier"),
            _of_liquids("master_collapse", master.collapse, words.collapse, "barrier"),
        ),
    ),
    Plate(
        "master_learned",
        "Learned softness beside the mean-field one",
        (
            drawn_by(master.learned, words.learned, "learned/learned_softness", name="master_learned"),
            drawn_by(
                master.learned_barriers,
                words.learned_barriers,
                "learned_barriers/barrier",
                name="master_learned_barriers",
            ),
        ),
    ),
    Plate(
        "master_convention",
        "What the convention does",
        (
            drawn_by(master.reach, words.reach, "far/softness", name="master_reach"),
            drawn_by(master.fit_range, words.fit_range, "far/softness_fit", name="master_fit_range"),
        ),
    ),
    Plate(
        "master_supplement",
        "Times against softness",
        (
            _of_liquids(
                "master_inverse_temperature",
                master.inverse_temperature,
                words.inverse_temperature,
                "softness",
            ),
            _of_liquids("master_times_of_escape", master.escape, words.escape, "log_first_passage_time"),
            _of_liquids("master_relaxation", master.relaxation, words.relaxation, "tau_alpha"),
        ),
    ),
)
