"""Which liquids there are, and what is ready to start from."""

from __future__ import annotations

from typing import Annotated

import typer

import supercooled as sc
from supercooled.cli.checks import passed, relaxation


def systems(
    states: Annotated[bool, typer.Option("--states", help="The equilibrated configurations.")] = False,
) -> None:
    """List the liquids that the package knows, and the configurations that it ships."""
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, header_style="bold")
    if states:
        for heading in ("liquid", "density", "T", "N", "held", "checked", "tau_alpha", "U/N", "checks"):
            table.add_column(heading)
        for shipped in sc.systems.library():
            checks = shipped.record["checks"]
            table.add_row(
                shipped.mixture,
                f"{shipped.density:g}",
                f"{shipped.temperature:g}",
                f"{shipped.n_particles}",
                f"{shipped.record['hold']:g} tau",
                f"{shipped.record['duration']:g} tau",
                relaxation(checks["relaxation_time"]),
                f"{checks['potential_energy']:.4f}",
                passed(checks),
            )
    else:
        for heading in ("name", "liquid", "densities", "source"):
            table.add_column(heading)
        for name, entry in sc.systems.catalogue().items():
            densities = ", ".join(f"{density:g}" for density in sorted(entry.densities))
            table.add_row(name, entry.summary, densities, entry.source)
    Console().print(table)
