"""A softness learned from one's own runs."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Any

import typer

import supercooled as sc
from supercooled.cli.command_line import given_command
from supercooled.cli.meaning import reads
from supercooled.cli.options import Begin, Files, Stride
from supercooled.cli.printing import say
from supercooled.errors import ParameterError

BY = "supercooled learn"


@reads
def learn(
    context: typer.Context,
    files: Files,
    examples: Annotated[
        str,
        typer.Option(
            "--examples",
            "-e",
            help="Who is soft and who is hard: schoenholz2016 or graham2023 by events of p_hop; a target as "
            "Hop:within=10; or a field of the GSD files by its name.",
        ),
    ],
    features: Annotated[
        str, typer.Option(help="Structure functions of a paper, schoenholz2016 or graham2023.")
    ],
    species: Annotated[str, typer.Option(help="Species of the particles.")],
    out: Annotated[Path, typer.Option(help="JSON file for the model.")],
    quiet: Annotated[
        float | None,
        typer.Option(
            help="How long a hard particle stays, tau, for schoenholz2016; a relaxation time in the paper."
        ),
    ] = None,
    above: Annotated[
        float | None, typer.Option(help="Soft where the field or target is larger, if it is a number.")
    ] = None,
    size: Annotated[int, typer.Option(min=1, help="Examples of each kind at most.")] = 6000,
    blocks: Annotated[
        int, typer.Option(min=1, help="Parts of each run that are left out in turn; 1 leaves out whole runs.")
    ] = 1,
    seed: Annotated[int, typer.Option(min=0, help="Of the draw of the examples.")] = 0,
    page: Annotated[Path | None, typer.Option(help="Folder for a page of scores and weights.")] = None,
    temperature: Annotated[
        list[float] | None, typer.Option("--temperature", "-T", help="Temperature of each file.")
    ] = None,
    begin: Begin = 0.0,
    stride: Stride = 1,
    *,
    said: dict[str, Any],
) -> None:
    """Learn a softness from runs: examples, features, cross-validation; written as a model that predicts.

    Files are independent runs of one state; each is left out in turn. Learn from inherent structures
    (`supercooled quench`) where the liquid is hot.
    """
    from supercooled.analysis.inputs import Given
    from supercooled.analysis.provenance import describe
    from supercooled.outputs import reserved_file
    from supercooled.report import own_folder

    inputs: list[str | Path] = list(files)
    with ExitStack() as stack:
        # Before anything is computed.
        stack.enter_context(reserved_file(out, by=BY, inputs=inputs))
        if page is not None:
            stack.enter_context(own_folder(page, by=BY, inputs=inputs))
        given = Given(temperature, begin=begin, stride=stride, **said)
        runs = given.opened(files, temperatures_needed=False)
        found = sc.learn(
            runs,
            species=species,
            examples=_rule(examples, quiet, runs[0]),
            features=features,
            above=above,
            size=size,
            blocks=blocks,
            seed=seed,
        )
        found.save(out)
        if page is not None:
            commands = [command] if (command := given_command(context)) else []
            written = found.report(
                page,
                provenance=describe(runs, parameters=given.said(), commands=commands, source=""),
            )
    for name, value in found.lines():
        say(f"{name}: {value}")
    counts = found.model.provenance["examples"]
    say(f"{counts['soft']} soft and {counts['hard']} hard examples; {found.model.provenance['validated']}")
    say(f"Written: {out}")
    if page is not None:
        say(f"Report: {written}")


def _rule(examples: str, quiet: float | None, first: sc.Trajectory) -> Any:
    if examples == "schoenholz2016":
        if quiet is None:
            raise ParameterError("--examples schoenholz2016 needs --quiet, a relaxation time in the paper")
        return sc.dynamics.CrossingRule.schoenholz2016(quiet=quiet)
    if examples == "graham2023":
        return sc.dynamics.ExtremaRule.graham2023(lead=0.0)
    if examples.split(":", maxsplit=1)[0] in sc.targets.known():
        from supercooled.analysis.from_text import made_from_text

        return made_from_text(examples, sc.targets.known(), "target", first)
    return examples
