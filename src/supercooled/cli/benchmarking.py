"""Structural predictors on public data."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import supercooled as sc
from supercooled.cli.command_line import given_command
from supercooled.cli.printing import say


def benchmark(
    context: typer.Context,
    data: Annotated[
        Path,
        typer.Argument(
            help="Folder of .npz files as GlassBench and BOTAN give them, of results of `supercooled "
            "propensity`, or of isoconfigurational GSD runs; or a set or liquid that comes with the package."
        ),
    ],
    out: Annotated[Path, typer.Option(help="Folder for the results.")],
    liquid: Annotated[
        str | None,
        typer.Option(
            help="Liquid whose pair potentials are used: a name in the catalogue, a YAML file, or "
            "none, in which case only the data in the files are used. Default ka-lj; a set of "
            "the package has its own."
        ),
    ] = None,
    species: Annotated[
        str, typer.Option(help="Species whose particles are used for training and testing.")
    ] = "A",
    temperature: Annotated[
        float | None, typer.Option("--temperature", "-T", help="If neither a file nor its name gives it.")
    ] = None,
    time: Annotated[float | None, typer.Option(help="Likewise, tau.")] = None,
    slow: Annotated[
        bool,
        typer.Option(
            "--slow",
            help="Also cage state, Debye-Waller factor and vibrality: half a minute a configuration of 4096.",
        ),
    ] = False,
) -> None:
    """Indicators and predictors against propensity: table and page, beside what is published."""
    from supercooled import report
    from supercooled.analysis.benchmark.benchmark import is_shipped
    from supercooled.analysis.provenance import describe

    ours = not data.exists() and is_shipped(str(data))
    named = liquid or (None if ours else "ka-lj")
    mixture = None if named in (None, "none") else sc.systems.named(named, density=1.0).mixture
    inputs = [one for one in (data, liquid) if one is not None and Path(one).exists()]
    with report.own_folder(out, by="supercooled benchmark", inputs=inputs):
        found = sc.benchmark(
            data,
            mixture=mixture,
            species=species,
            temperature=temperature,
            time=time,
            slow=slow,
            cache=out / "work" / "inherent",
            progress=lambda done, total: say(f"configuration {done} of {total}", err=True),
        )
        about = describe(
            [],
            parameters={"data": str(data), "liquid": named, "species": species, "assumed": list(found.said)},
            commands=[given_command(context)],
            source="Protocol, published curves: GlassBench, Zenodo 10118191 (CC-BY-4.0), arXiv 2311.14752.",
        )
        page = found.report(out, provenance=about)
    for line in found.lines():
        say("  ".join(line))
    for sentence in found.said:
        say(sentence, err=True)
    say(f"Report: {page}")
