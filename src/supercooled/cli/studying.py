"""Trajectories analysed, papers repeated, reports drawn again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from typer.core import TyperArgument, TyperCommand

import supercooled as sc
from supercooled import extensions
from supercooled.cli.command_line import given_command
from supercooled.cli.meaning import reads
from supercooled.cli.options import Begin, Files, Scheduler, Stride, Workers, placed


@reads
def analyze(
    context: typer.Context,
    files: Files,
    out: Annotated[Path, typer.Option(help="Folder for the results.")],
    liquid: Annotated[
        str | None,
        typer.Option(
            help="Liquid whose pair potentials are used: a name in the catalogue, or a YAML file. "
            "Default none: only what needs no potential is computed."
        ),
    ] = None,
    temperature: Annotated[
        list[float] | None,
        typer.Option(
            "--temperature",
            "-T",
            help="Temperature of each file, in their order; replicas share one. Runs made by this "
            "package contain theirs.",
        ),
    ] = None,
    window: Annotated[float, typer.Option(help="Time window of p_hop, tau.")] = 15.0,
    threshold: Annotated[
        list[float] | None,
        typer.Option(help="Threshold of p_hop for each file; default the MSD at the maximum of alpha_2."),
    ] = None,
    q_max: Annotated[
        float, typer.Option(help="Upper wave number of the caging potential, 1/sigma_AA.")
    ] = 24.5,
    width: Annotated[float, typer.Option(help="Width delta of the local g(r), sigma_AA.")] = 0.09,
    direct_correlation: Annotated[
        Literal["local", "ensemble"], typer.Option(help="C(r) of the local depth: local or ensemble.")
    ] = "local",
    normalisation: Annotated[
        Literal["total", "partner"], typer.Option(help="Density of the local g(r): total or partner.")
    ] = "total",
    calibrated_by: Annotated[
        Literal["ensemble-cut", "ensemble-full", "local-mean"],
        typer.Option(help="Depth used for the calibration: ensemble-cut, ensemble-full or local-mean."),
    ] = "ensemble-cut",
    species: Annotated[str, typer.Option(help="Species whose cages and hops are measured.")] = "A",
    remove_drift: Annotated[bool, typer.Option(help="Subtract the mean position of all particles.")] = False,
    compare: Annotated[
        list[str] | None,
        typer.Option(
            "--compare",
            help="An indicator or a target, as BondOrder:degree=6 or Displacement:after=100; repeat "
            "it. Every indicator is compared with every target, and the report shows how much "
            "of the motion each predicts.",
        ),
    ] = None,
    space: Annotated[
        bool,
        typer.Option(
            "--space",
            help="Measure how far softness and mobility extend: correlations in space, S4, lengths.",
        ),
    ] = False,
    begin: Begin = 0.0,
    stride: Stride = 1,
    workers: Workers = None,
    scheduler: Scheduler = None,
    *,
    said: dict[str, Any],
) -> None:
    """Cages, local softness, hops and their relation, on your own trajectories."""
    from supercooled.analysis import analyze_files
    from supercooled.analysis.choices import Choices
    from supercooled.analysis.inputs import Given

    choices = Choices(
        window=window,
        q_max=q_max,
        width=width,
        direct_correlation=direct_correlation,
        normalisation=normalisation,
        calibrated_by=calibrated_by,
        species=species,
        remove_drift=remove_drift,
    )
    placement = placed(workers, scheduler)
    inputs: list[str | Path] = [*files, *([] if liquid is None else [liquid])]
    with sc.report.own_folder(out, by="supercooled analyze", inputs=inputs):
        analyze_files.run(
            files,
            out=out,
            liquid=liquid,
            given=Given(temperature, begin=begin, stride=stride, **said),
            thresholds=threshold,
            choices=choices,
            compare=compare or (),
            space=space,
            workers=placement,
            command=given_command(context),
        )
        _finish(out)


class ListsPapers(TyperCommand):
    """A command whose help lists the papers that are installed: it looks for them when help is asked for."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """The help, with the names."""
        for parameter in self.params:
            if isinstance(parameter, TyperArgument):
                parameter.help = f"The paper: {', '.join(extensions.known(extensions.PAPERS))}."
        super().format_help(ctx, formatter)


def study(
    name: Annotated[str, typer.Argument(help="The paper.")],
    out: Annotated[Path, typer.Option(help="Folder for the results.")],
    preset: Annotated[
        str, typer.Option(help="Length of the runs: quick, medium or paper; some papers also have long.")
    ] = "quick",
    runs: Annotated[Path | None, typer.Option(help="Folder of the runs; default OUT/runs.")] = None,
    workers: Workers = None,
    scheduler: Scheduler = None,
) -> None:
    """Repeat a paper: simulate its liquid, measure what it measures, compare number by number."""
    from supercooled import papers

    paper, placement = papers.named(name), placed(workers, scheduler)
    root = runs or out / "runs"
    with sc.report.own_folder(out, by=paper.maker, root=root):
        paper.run(preset, out, root=root, workers=placement)
        _finish(out)


def report(
    out: Annotated[Path, typer.Argument(help="Folder written by a study or an analysis.")],
    figures: Annotated[
        str,
        typer.Option(
            help="Formats of the figures: svg, pdf, png, with commas between them. The page needs svg."
        ),
    ] = "svg",
) -> None:
    """Draw the figures and the page again from the stored results."""
    from supercooled.arguments import shown
    from supercooled.errors import ParameterError
    from supercooled.report.plates import KINDS

    formats: list[Any] = [word.strip() for word in figures.split(",")]
    if wrong := [word for word in formats if word not in KINDS]:
        raise ParameterError(
            f"--figures: {shown(wrong[0])} is not a format of figures; known are {', '.join(KINDS)}, "
            "for example --figures pdf,png"
        )
    with sc.report.own_folder(out, redrawn=True):
        sc.report.rebuild(out, formats=formats)
        _finish(out)


def _finish(out: Path) -> None:
    sc.report.print_comparison(sc.report.read_comparison(out / "comparison.json"), out / "report.html")
