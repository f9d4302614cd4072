"""Liquids simulated and equilibrated."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

import supercooled as sc
from supercooled.cli.checks import passed
from supercooled.cli.options import Density, Liquid, Particles, Runs, Temperatures, Workers


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
    typer.echo(f"{made.path}: {passed(made.record['checks'])}")
