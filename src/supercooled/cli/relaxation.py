"""How particles move."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from supercooled.cli.command_line import given_command
from supercooled.cli.meaning import reads
from supercooled.cli.options import Begin, Stride
from supercooled.cli.printing import say


@reads
def dynamics(
    context: typer.Context,
    files: Annotated[
        list[Path],
        typer.Argument(help="Trajectories; those at the same temperature are replicas and are averaged."),
    ],
    out: Annotated[Path, typer.Option(help="Folder for the results.")],
    temperature: Annotated[
        list[float] | None,
        typer.Option(
            "--temperature",
            "-T",
            help="Temperature of each file, in their order; runs made by this package contain theirs.",
        ),
    ] = None,
    species: Annotated[str, typer.Option(help="Species whose motion is measured, or all.")] = "A",
    overlap_radius: Annotated[float, typer.Option(help="Distance a of the overlap, sigma_AA.")] = 0.3,
    tolerance: Annotated[
        float | None,
        typer.Option(
            help="Relative tolerance of a lag for unevenly spaced frames, as 0.05; default only "
            "frames exactly a lag apart are paired."
        ),
    ] = None,
    wave_number: Annotated[
        float | None,
        typer.Option(help="Wave number of F_s, whose relaxation time is reported too, 1/sigma_AA."),
    ] = None,
    remove_drift: Annotated[bool, typer.Option(help="Subtract the mean position of all particles.")] = False,
    begin: Begin = 0.0,
    stride: Stride = 1,
    *,
    said: dict[str, Any],
) -> None:
    """Relaxation time, p_c, diffusion coefficient and shape of the decay, one line per temperature."""
    from supercooled import report
    from supercooled.analysis import motion as motion_of_files
    from supercooled.analysis.inputs import Given
    from supercooled.analysis.motion import Motion
    from supercooled.report.console import print_table
    from supercooled.report.tables import motion

    how = Motion(
        species=None if species == "all" else species,
        overlap_radius=overlap_radius,
        tolerance=tolerance,
        remove_drift=remove_drift,
        wave_number=wave_number,
    )
    given = Given(temperature, begin=begin, stride=stride, **said)
    with report.own_folder(out, by="supercooled dynamics", inputs=files):
        table = motion_of_files.run(files, out=out, given=given, how=how, command=given_command(context))
        rows = report.read_comparison(out / "comparison.json")
    print_table(motion(table))
    # The table has the numbers; what is left are the reasons of those that it has not.
    for row in rows:
        if row.measured is None:
            say(f"{row.quantity}, {row.state}: {row.note}", err=True)
    say(f"Report: {out / 'report.html'}")
