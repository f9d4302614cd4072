"""What a page shows: figures with their captions in plates, tables, and which plate shows a number."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np
import xarray as xr

from supercooled.arguments import Prose, validated
from supercooled.errors import ParameterError
from supercooled.extras import require
from supercooled.report.files import write_bytes

if TYPE_CHECKING:
    from markupsafe import Markup
    from matplotlib.figure import Figure

    from supercooled.report.tables import Table

__all__ = ["Caption", "Figures", "Panel", "Plate", "Results", "Section", "drawn_by"]

Format = Literal["svg", "pdf", "png"]
KINDS: tuple[Format, ...] = get_args(Format)
Results = Mapping[str, xr.Dataset]


@dataclass(frozen=True, slots=True)
class Caption:
    """The caption of a figure, and a description of what it shows for those who can't see it."""

    text: Markup
    description: str


@dataclass(frozen=True, slots=True)
class Panel:
    """One figure: its file name, how it is drawn, and what it takes.

    Parameters
    ----------
    needs
        (dataset, variable) without which it isn't drawn
    temperatures
        how many there must be for it to show anything
    """

    name: str
    draw: Callable[[Results], Figure]
    needs: tuple[tuple[str, str], ...]
    caption: Callable[[Results], Caption]
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
    caption: Callable[[Results], Caption],
    *needs: str,
    name: str = "",
    temperatures: int = 1,
) -> Panel:
    """Panel of a drawing that takes the groups of what it needs, in their order.

    Parameters
    ----------
    needs
        "group/variable"
    name
        of its files; the drawing's own if none is given
    """
    pairs = tuple((group, variable) for group, _, variable in (each.partition("/") for each in needs))
    groups = tuple(dict.fromkeys(group for group, _ in pairs))
    return Panel(
        name or draw.__name__, lambda r: draw(*(r[group] for group in groups)), pairs, caption, temperatures
    )


@dataclass(frozen=True, slots=True)
class Plate:
    """Panels that belong together."""

    name: str
    title: str
    panels: tuple[Panel, ...]


@validated
@dataclass(frozen=True, slots=True)
class Section:
    """A part of the page: a heading, plain text (blank lines part paragraphs), tables and plates by name.

    Parameters
    ----------
    heading
        heading
    text
        plain text; blank lines separate paragraphs
    plates
        names of plates of the page; those without results are left out
    tables
        names of tables, likewise
    """

    heading: str
    text: Prose = ""
    plates: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Figures:
    """Plates and tables that a page may show, and the plates that show a number of the comparison.

    Parameters
    ----------
    plates
        in the order of the page, where no section says another
    tables
        by the group of results that they show
    shown_in
        by the beginnings of a row's name, the plates that may show it, the likeliest first

    Examples
    --------
    >>> one = Figures((Plate("a", "A", ()),), shown_in={"onset": ("a",)})
    >>> both = one + Figures((Plate("b", "B", ()),), shown_in={"onset by depth": ("b",)})
    >>> both.plate_of("onset by depth", {"a": 5, "b": 9})
    ('b', 9)
    >>> both.plate_of("onset by depth", {"a": 5})
    ('a', 5)
    """

    plates: tuple[Plate, ...] = ()
    tables: Mapping[str, Callable[[xr.Dataset], Table]] = field(default_factory=dict)
    shown_in: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __add__(self, other: Figures) -> Figures:
        """Both, those of `other` behind; a number that both show is shown by either.

        Raises
        ------
        ParameterError
            if two plates, or two figures, have one name: they would be written to the same files.
        """
        plates = (*self.plates, *other.plates)
        panels = [panel.name for plate in plates for panel in plate.panels]
        for names in ([plate.name for plate in plates], panels):
            twice = sorted({name for name in names if names.count(name) > 1})
            if twice:
                raise ParameterError(f"two figures are called {twice[0]!r}: give one of them another name")
        numbers = dict.fromkeys((*self.shown_in, *other.shown_in))
        return Figures(
            plates,
            {**self.tables, **other.tables},
            {name: (*self.shown_in.get(name, ()), *other.shown_in.get(name, ())) for name in numbers},
        )

    @property
    def files(self) -> tuple[str, ...]:
        """Names of the files of all figures."""
        panels = (panel.name for plate in self.plates for panel in plate.panels)
        return tuple(f"{name}.{kind}" for name in panels for kind in KINDS)

    def plate_of(self, name: str, numbers: Mapping[str, int]) -> tuple[str, int] | None:
        """Plate and its number on the page for a row's name; None where the page has no such figure.

        Of several beginnings that fit the longest counts.
        """
        for words in sorted(self.shown_in, key=len, reverse=True):
            # a symbol is no beginning of a word: B is not Bragg
            if name.startswith(words) and not (len(words) < 4 and name[len(words) :][:1].isalpha()):
                for plate in self.shown_in[words]:
                    if plate in numbers:
                        return plate, numbers[plate]
        return None


@dataclass(frozen=True, slots=True)
class DrawnPanel:
    """A panel's figure and its caption."""

    name: str
    figure: Figure
    svg: str
    caption: Caption


@dataclass(frozen=True, slots=True)
class DrawnPlate:
    """A plate drawn from results."""

    name: str
    title: str
    panels: tuple[DrawnPanel, ...]

    def save(self, folder: Path, formats: Collection[Format] = ()) -> set[str]:
        """Each panel as SVG, and in other formats, in `folder`; the names of the files."""
        require("matplotlib", doing="drawing a figure")
        from supercooled.report.style import render

        made = set()
        for panel in self.panels:
            for kind in KINDS:
                if kind == "svg" or kind in formats:
                    drawn = panel.svg.encode() if kind == "svg" else render(panel.figure, kind)
                    write_bytes(folder / f"{panel.name}.{kind}", drawn)
                    made.add(f"{panel.name}.{kind}")
        return made


def draw(plate: Plate, results: Results) -> DrawnPlate | None:
    """The plate with those of its panels that the results allow; None without any."""
    drawn = tuple(_drawn(panel, results) for panel in plate.panels if panel.possible(results))
    return DrawnPlate(plate.name, plate.title, drawn) if drawn else None


def _drawn(panel: Panel, results: Results) -> DrawnPanel:
    require("matplotlib", doing="drawing a figure")
    from supercooled.report.style import render

    figure = panel.draw(results)
    return DrawnPanel(panel.name, figure, render(figure, "svg").decode(), panel.caption(results))


def _has_numbers(data: xr.DataArray) -> bool:
    return bool(np.isfinite(data.values).any())
