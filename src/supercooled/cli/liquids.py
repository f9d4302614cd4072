"""Which liquids and indicators there are, what is ready to start from, and how a file is read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

import supercooled as sc
from supercooled.cli.checks import passed, relaxation, relaxed
from supercooled.cli.meaning import reads
from supercooled.cli.options import Files
from supercooled.cli.printing import say

if TYPE_CHECKING:
    from supercooled.fields import Described


def systems(
    states: Annotated[bool, typer.Option("--states", help="The equilibrated configurations.")] = False,
) -> None:
    """List the liquids of the package, and the configurations that it ships."""
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, header_style="bold", pad_edge=False)
    if states:
        shipped = sc.systems.library()
        for heading in ("liquid", "density", "T", "N", "held", "run", "tau_alpha", "relaxed", "passed"):
            table.add_column(heading, justify="left" if heading in ("liquid", "passed") else "right")
        for one in shipped:
            checks = one.checked["checks"]
            table.add_row(
                one.name,
                f"{one.density:g}",
                f"{one.temperature:g}",
                f"{one.n_particles}",
                f"{one.hold:g}",
                f"{one.checked['duration']:g}",
                relaxation(checks["relaxation_time"]),
                relaxed(one),
                passed(checks).removesuffix(" passed"),
            )
        if any(one.briefly_checked for one in shipped):
            few = f"{sc.systems.ENOUGH_RELAXATIONS:g}"
            table.caption = f"Times in tau; relaxed: run over tau_alpha, starred below {few}"
    else:
        for heading in ("name", "liquid", "densities", "source"):
            table.add_column(heading)
        for name, entry in sc.systems.catalogue().items():
            densities = ", ".join(f"{density:g}" for density in sorted(entry.densities))
            table.add_row(name + ("*" if entry.assumption else ""), entry.summary, densities, entry.source)
        assumed: dict[str, list[str]] = {}
        for name, entry in sc.systems.catalogue().items():
            if entry.assumption:
                assumed.setdefault(entry.assumption, []).append(name)
        table.caption = "\n".join(
            f"* assumed for {', '.join(names)}: {words}" for words, names in assumed.items()
        )
    Console().print(table)


def indicators() -> None:
    """List the structural indicators that are known, with their unit and source."""
    _list(sc.indicators.known())


def targets() -> None:
    """List what of the motion to come indicators can be held against, with unit and source."""
    _list(sc.targets.known())


def _list(kinds: Mapping[str, type[Described]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, header_style="bold", pad_edge=False)
    for heading in ("name", "what it is", "unit", "source"):
        table.add_column(heading)
    for name, kind in kinds.items():
        table.add_row(name, kind.long_name, kind.unit, kind.source)
    Console().print(table)


@reads
def look(
    files: Files,
    temperature: Annotated[
        float | None, typer.Option("--temperature", "-T", help="Temperature of the runs, in the files' unit.")
    ] = None,
    *,
    said: dict[str, Any],
) -> None:
    """Print how files are read, and warn of what looks wrong; nothing is written."""
    from supercooled.store.reading import temperature_beside

    for file in files:
        known = temperature_beside(file) if temperature is None else temperature
        meaning = sc.io.Meaning(**said, temperature=known, doubts=[])
        say(f"{sc.io.look_at(file, meaning)}\n")
