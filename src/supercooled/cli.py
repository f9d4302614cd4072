"""The command line: it parses, calls a study or a stage, and prints."""

from __future__ import annotations

import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

import supercooled as sc
from supercooled.errors import SupercooledError

app = typer.Typer(
    help="How much of where a particle will move is written in the structure around it?",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Liquid = Annotated[
    str, typer.Argument(help="Name in the catalogue (see `supercooled systems`), or a mixture's YAML file.")
]
# The base of all that typer refuses, which it does not export.
_UsageError: Any = typer.BadParameter.__base__
# What typer makes of Ctrl-C.
_STOPPED = 130

Density = Annotated[float, typer.Option(help="Particles per volume, sigma_AA^-3.")]
Temperatures = Annotated[list[float], typer.Option("--temperature", "-T", help="epsilon_AA/k_B; repeat it.")]
Particles = Annotated[int, typer.Option("--particles", "-N", help="How many particles.")]
Workers = Annotated[
    int | None, typer.Option(min=1, help="Processes side by side, one core each; default every core.")
]
Runs = Annotated[Path, typer.Option(help="Folder of the runs, shared between studies.")]


@app.command()
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
                _relaxation(checks["relaxation_time"]),
                f"{checks['potential_energy']:.4f}",
                _passed(checks),
            )
    else:
        for heading in ("name", "liquid", "densities", "source"):
            table.add_column(heading)
        for name, entry in sc.systems.catalogue().items():
            densities = ", ".join(f"{density:g}" for density in sorted(entry.densities))
            table.add_row(name, entry.summary, densities, entry.source)
    Console().print(table)


@app.command()
def simulate(
    liquid: Liquid,
    temperature: Temperatures,
    density: Density,
    duration: Annotated[float, typer.Option(help="Length of the run, tau.")],
    every: Annotated[float, typer.Option(help="Time between frames, tau.")],
    particles: Particles = 4000,
    dt: Annotated[float, typer.Option(help="Integration step, tau.")] = 0.005,
    damping: Annotated[float, typer.Option(help="Time constant of the thermostat, steps.")] = 100.0,
    ensemble: Annotated[Literal["nvt", "nve"], typer.Option(help="Constant temperature or energy.")] = "nvt",
    start: Annotated[
        str, typer.Option(help="'equilibrated', 'lattice', or a file with one configuration.")
    ] = "equilibrated",
    hold: Annotated[float, typer.Option(help="Time before the first frame, tau.")] = 0.0,
    seed: Annotated[int, typer.Option(help="Of the first replica's velocities; the next take the next.")] = 1,
    replicas: Annotated[int, typer.Option(min=1, help="Runs a temperature, side by side.")] = 1,
    runs: Runs = Path("runs"),
    workers: Workers = None,
) -> None:
    """Simulate a liquid; an interrupted run goes on where it stopped, a finished one is not repeated."""
    model = sc.systems.named(liquid, density=density)
    requests = [
        sc.store.request(
            model,
            temperature=T,
            n_particles=particles,
            duration=duration,
            every=every,
            seed=seed + replica,
            dt=dt,
            damping=damping,
            ensemble=ensemble,
            start=start,
            hold=hold,
        )
        for T in temperature
        for replica in range(replicas)
    ]
    for trajectory in sc.store.simulate_all(requests, root=runs, workers=workers, progress=True):
        typer.echo(trajectory.source.name)
        record = sc.store.RunFolder(Path(trajectory.source.name).parent).record()
        rate = record.get("atom_steps_per_second", 0) / 1e6
        typer.echo(f"{record['label']}: {rate:.3g} million atom-steps a second", err=True)


@app.command()
def equilibrate(
    liquid: Liquid,
    temperature: Annotated[float, typer.Option("--temperature", "-T", help="epsilon_AA/k_B.")],
    density: Density,
    hold: Annotated[float, typer.Option(help="Time before the part that is checked, tau.")],
    duration: Annotated[float, typer.Option(help="Time over which equilibrium is checked, tau.")],
    out: Annotated[Path, typer.Option(help="GSD file to write; a JSON beside it records the checks.")],
    start: Annotated[str, typer.Option(help="'lattice', or a file with one configuration.")] = "lattice",
    particles: Particles = 4000,
    dt: Annotated[float, typer.Option(help="Integration step, tau.")] = 0.005,
    seed: Annotated[int, typer.Option(help="Of the velocities.")] = 1,
    runs: Runs = Path("runs"),
) -> None:
    """Make an equilibrated configuration and check it: no ageing, no crystal."""
    model = sc.systems.named(liquid, density=density)
    made = sc.store.equilibrate(
        model,
        temperature,
        particles,
        start=start,
        hold=hold,
        duration=duration,
        out=out,
        seed=seed,
        dt=dt,
        root=runs,
    )
    typer.echo(f"{made.path}: {_passed(made.record['checks'])}")


@app.command()
def analyze(
    files: Annotated[list[Path], typer.Argument(help="Trajectories: GSD, LAMMPS dump, extended XYZ.")],
    liquid: Annotated[
        str, typer.Option(help="Whose pair potentials: a name in the catalogue, or a YAML file.")
    ],
    out: Annotated[Path, typer.Option(help="Folder to write.")],
    temperature: Annotated[
        list[float] | None, typer.Option("--temperature", "-T", help="Of each file, in their order.")
    ] = None,
    window: Annotated[float, typer.Option(help="Time window of p_hop, tau.")] = 15.0,
    threshold: Annotated[
        list[float] | None,
        typer.Option(help="Of p_hop for each file; without it, the MSD at the maximum of alpha_2."),
    ] = None,
    q_max: Annotated[
        float, typer.Option(help="Upper wave number of the caging potential, 1/sigma_AA.")
    ] = 24.5,
    width: Annotated[float, typer.Option(help="Width delta of the local g(r), sigma_AA.")] = 0.09,
    correlation: Annotated[
        Literal["local", "ensemble"], typer.Option(help="C(r) of the local depth: local or ensemble.")
    ] = "local",
    normalisation: Annotated[
        Literal["total", "partner"], typer.Option(help="Density of the local g(r): total or partner.")
    ] = "total",
    calibrated_by: Annotated[
        Literal["ensemble-cut", "ensemble-full", "local-mean"],
        typer.Option(help="Depth that calibrates: ensemble-cut, ensemble-full or local-mean."),
    ] = "ensemble-cut",
    timestep: Annotated[
        float | None, typer.Option(help="Integration step, tau, where the file counts steps only.")
    ] = None,
    workers: Workers = None,
) -> None:
    """Cages, local softness, hops and their relation, on your own trajectories."""
    from supercooled.studies import own
    from supercooled.studies.line import Choices

    _finish(
        own.run(
            files,
            out=out,
            liquid=liquid,
            temperatures=temperature,
            thresholds=threshold,
            timestep=timestep,
            choices=Choices(
                window=window,
                q_max=q_max,
                width=width,
                correlation=correlation,
                normalisation=normalisation,
                calibrated_by=calibrated_by,
            ),
            workers=workers,
        )
    )


@app.command()
def study(
    name: Annotated[str, typer.Argument(help="The paper: sharma2022.")],
    out: Annotated[Path, typer.Option(help="Folder to write.")],
    preset: Annotated[str, typer.Option(help="How long the runs are: quick, medium or paper.")] = "quick",
    runs: Annotated[Path | None, typer.Option(help="Folder of the runs; default OUT/runs.")] = None,
    workers: Workers = None,
) -> None:
    """Repeat a paper: simulate its liquid, measure what it measures, compare number by number."""
    from supercooled import studies

    _finish(studies.named(name)(preset, out, runs=runs or out / "runs", workers=workers))


@app.command()
def report(
    out: Annotated[Path, typer.Argument(help="Folder that a study or an analysis has written.")],
) -> None:
    """Draw the figures and the page again from the stored results."""
    sc.report.rebuild(out)
    _finish(out)


def _passed(checks: Mapping[str, Any]) -> str:
    judged = {name: check["passed"] for name, check in checks.items() if "passed" in _mapping(check)}
    failed = [name for name, passed in judged.items() if not passed]
    return f"FAILED: {', '.join(failed)}" if failed else f"all {len(judged)} passed"


def _relaxation(time: Any) -> str:
    value = _mapping(time).get("value")
    return "not reached" if value is None else f"{value:.3g} tau"


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _finish(out: Path) -> None:
    sc.report.print_comparison(sc.report.read_comparison(out / "comparison.json"), out / "report.html")


def main() -> None:
    """Entry point: an error on purpose is one line and exit code 2."""
    # A batch system's way to stop: workers and temporary files go, as with Ctrl-C.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        code = app(sys.argv[1:] or ["--help"], standalone_mode=False)
    except _UsageError as error:
        sys.exit(_refuse(f"{error.format_message()} (-h explains)"))
    except SupercooledError as error:
        sys.exit(_refuse(str(error)))
    except OSError as error:
        if error.errno is None:
            raise
        sys.exit(_refuse(f"{error.filename or 'output'}: {error.strerror}"))
    if code == _STOPPED:
        typer.echo("stopped; the same command goes on from here", err=True)
    sys.exit(code or 0)


def _refuse(sentence: str) -> int:
    # A file's own bytes may be quoted; a terminal would obey some of them.
    shown = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in " ".join(sentence.split()))
    typer.echo(f"supercooled: {shown}", err=True)
    return 2
