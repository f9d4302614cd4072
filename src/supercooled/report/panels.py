"""Panels and plates: what a figure needs, and how it is drawn and kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from supercooled.report.captions.common import Results, Words
from supercooled.report.files import write_bytes
from supercooled.report.style import render

KINDS = ("svg", "pdf", "png")


@dataclass(frozen=True, slots=True)
class Panel:
    """One figure: its file name, how it is drawn, and what it takes.

    needs : (dataset, variable) without which it isn't drawn
    temperatures : how many there must be for it to show anything
    """

    name: str
    draw: Callable[[Results], Figure]
    needs: tuple[tuple[str, str], ...]
    words: Callable[[Results], Words]
    temperatures: int = 1

    def possible(self, results: Results) -> bool:
        """Whether the results hold what it needs, with at least one finite number in each."""
        return all(
            group in results
            and name in results[group]
            and _has_numbers(results[group][name])
            and results[group].sizes.get("temperature", self.temperatures) >= self.temperatures
            for group, name in self.needs
        )


def drawn_by(
    draw: Callable[..., Figure],
    words: Callable[[Results], Words],
    *needs: str,
    name: str = "",
    temperatures: int = 1,
) -> Panel:
    """Panel of a drawing that takes the groups of what it needs, in their order.

    needs : "group/variable"
    name : of its files; the drawing's own if none is given
    """
    pairs = tuple((group, variable) for group, _, variable in (each.partition("/") for each in needs))
    groups = tuple(dict.fromkeys(group for group, _ in pairs))
    return Panel(
        name or draw.__name__, lambda r: draw(*(r[group] for group in groups)), pairs, words, temperatures
    )


@dataclass(frozen=True, slots=True)
class Plate:
    """Panels that belong together."""

    name: str
    title: str
    panels: tuple[Panel, ...]


@dataclass(frozen=True, slots=True)
class DrawnPanel:
    """A panel's figure and its words."""

    name: str
    figure: Figure
    svg: str
    words: Words


@dataclass(frozen=True, slots=True)
class DrawnPlate:
    """A plate drawn from results."""

    name: str
    title: str
    panels: tuple[DrawnPanel, ...]

    def save(self, folder: Path) -> set[str]:
        """Each panel as SVG, PDF and PNG in `folder`; the names of the files."""
        for panel in self.panels:
            write_bytes(folder / f"{panel.name}.svg", panel.svg.encode())
            for kind in ("pdf", "png"):
                write_bytes(folder / f"{panel.name}.{kind}", render(panel.figure, kind))
        return {f"{panel.name}.{kind}" for panel in self.panels for kind in KINDS}


def draw(plate: Plate, results: Results) -> DrawnPlate | None:
    """The plate with those of its panels that the results allow; None without any."""
    drawn = tuple(_drawn(panel, results) for panel in plate.panels if panel.possible(results))
    return DrawnPlate(plate.name, plate.title, drawn) if drawn else None


def _drawn(panel: Panel, results: Results) -> DrawnPanel:
    figure = panel.draw(results)
    return DrawnPanel(panel.name, figure, render(figure, "svg").decode(), panel.words(results))


def _has_numbers(data: xr.DataArray) -> bool:
    return bool(np.isfinite(data.values).any())
