"""Indicators held against targets."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

import supercooled as sc
from supercooled.cli.command_line import given_command
from supercooled.cli.meaning import reads
from supercooled.cli.options import Begin, Files, Scheduler, Stride, Workers, placed
from supercooled.cli.printing import say


@reads
def compare(
    context: typer.Context,
    files: Files,
    indicators: Annotated[
        list[str],
        typer.Option(
            "--indicators",
            "-i",
            help="NAME or NAME:parameter=value,..., as BondOrder:degree=6,cutoff=1.4; repeat it. "
            "`supercooled indicators` lists them; a predictor is the JSON file that holds it.",
        ),
    ],
    targets: Annotated[
        list[str],
        typer.Option(
            "--targets", "-t", help="As Displacement:after=100; repeat it. `supercooled targets` lists them."
        ),
    ],
    out: Annotated[Path, typer.Option(help="Folder for the results.")],
    temperature: Annotated[
        list[float] | None,
        typer.Option("--temperature", "-T", help="Temperature of each file, for indicators that need it."),
    ] = None,
    species: Annotated[str | None, typer.Option(help="Species of the particles; default all.")] = None,
    at_fixed: Annotated[
        list[str] | None,
        typer.Option(help="What partial correlations hold fixed: species, or an indicator; repeat it."),
    ] = None,
    every: Annotated[
        int,
        typer.Option(min=1, help="Compute the structure in every n-th frame; the motion uses all frames."),
    ] = 1,
    blocks: Annotated[
        int | None,
        typer.Option(
            min=1, help="Blocks per run for errors; default whole runs, if there are at least four."
        ),
    ] = None,
    top: Annotated[
        float,
        typer.Option(
            help="Fraction of particles, those with the largest value of a target, that the area under "
            "the ROC curve is about."
        ),
    ] = 0.1,
    bins: Annotated[int, typer.Option(help="Number of quantiles for the mutual information.")] = 20,
    begin: Begin = 0.0,
    stride: Stride = 1,
    workers: Workers = None,
    scheduler: Scheduler = None,
    *,
    said: dict[str, Any],
) -> None:
    """How well each indicator predicts the motion to come: correlations, ROC area, information, with errors.

    Files of one state are independent runs; for a propensity those that start from one configuration are
    taken together.
    """
    from supercooled.analysis.comparison import files as compare_files
    from supercooled.analysis.inputs import Given

    found = compare_files.run(
        files,
        indicators=indicators,
        targets=targets,
        out=out,
        given=Given(temperature, begin=begin, stride=stride, **said),
        species=species,
        at_fixed=at_fixed or (),
        every=every,
        blocks=blocks,
        top=top,
        bins=bins,
        workers=placed(workers, scheduler),
        command=given_command(context),
    )
    _print(found)
    say(f"Comparison: {out / 'comparison.csv'}")


def _print(found: sc.Comparison) -> None:
    from rich.console import Console
    from rich.table import Table

    from supercooled.analysis.comparison.table import STATISTICS

    table = Table(box=None, header_style="bold", pad_edge=False)
    for heading in ("indicator", "target", *(STATISTICS[name] for name in found.statistics)):
        table.add_column(heading)
    for line in found.lines():
        table.add_row(*line)
    Console().print(table)
    for what, why in found.reasons().items():
        say(f"{what}: {why}", err=True)
