"""Plates of many liquids at once."""

from __future__ import annotations

from collections.abc import Callable

import xarray as xr
from matplotlib.figure import Figure

from supercooled.report.captions import master as words
from supercooled.report.captions.common import Results, Words
from supercooled.report.figures import master
from supercooled.report.panels import Panel, Plate


def _of_liquids(
    name: str, draw: Callable[[xr.Dataset, xr.Dataset], Figure], said: Callable[[Results], Words], column: str
) -> Panel:
    return Panel(
        name,
        lambda r: draw(r["master"], r["master_lines"]),
        (("master", column), ("master_lines", "tau_0")),
        said,
    )


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
            Panel(
                "master_learned",
                lambda r: master.learned(r["learned"]),
                (("learned", "learned_softness"),),
                words.learned,
            ),
            Panel(
                "master_learned_barriers",
                lambda r: master.learned_barriers(r["learned_barriers"]),
                (("learned_barriers", "barrier"),),
                words.learned_barriers,
            ),
        ),
    ),
    Plate(
        "master_convention",
        "What the convention does",
        (
            Panel("master_reach", lambda r: master.reach(r["far"]), (("far", "softness"),), words.reach),
            Panel(
                "master_fit_range",
                lambda r: master.fit_range(r["far"]),
                (("far", "softness_fit"),),
                words.fit_range,
            ),
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
