"""Liquids simulated and equilibrated."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import typer

import supercooled as sc
from supercooled.cli.checks import passed, relaxed
from supercooled.cli.meaning import reads_start, started
from supercooled.cli.options import (
    Damping,
    Density,
    Dt,
    Liquid,
    Mover,
    Particles,
    Runs,
    Scheduler,
    Temperatures,
    Workers,
    placed,
)
from supercooled.cli.printing import say


@reads_start
def simulate(
    liquid: Liquid,
    temperature: Temperatures,
    density: Density,
    duration: Annotated[float, typer.Option(help="Length of the run, tau.")],
    every: Annotated[float, typer.Option(help="Time between frames, tau.")],
    particles: Particles = 4000,
    per_decade: Annotated[
        int, typer.Option(min=0, help="Frames per decade of time within each interval; 0: evenly spaced.")
    ] = 0,
    dt: Dt = 0.005,
    damping: Damping = 100.0,
    ensemble: Annotated[Literal["nvt", "nve"], typer.Option(help="Constant temperature or energy.")] = "nvt",
    start: Annotated[
        str, typer.Option(help="'equilibrated', 'lattice', or a file with one configuration.")
    ] = "equilibrated",
    hold: Annotated[float, typer.Option(help="Time before the first frame, tau.")] = 0.0,
    seed: Annotated[int, typer.Option(help="Of the first replica's velocities; the next take the next.")] = 1,
    replicas: Annotated[int, typer.Option(min=1, max=10_000, help="Runs a temperature, side by side.")] = 1,
    engine: Mover = None,
    runs: Runs = Path("runs"),
    workers: Workers = None,
    scheduler: Scheduler = None,
    *,
    said: dict[str, Any],
) -> None:
    """Simulate a liquid; an interrupted run goes on where it stopped, a finished one is not repeated."""
    model = sc.systems.named(liquid, density=density)
    begin = started(start, said)
    requests = [
        sc.store.request(
            model,
            temperature=T,
            n_particles=particles,
            duration=duration,
            every=every,
            per_decade=per_decade,
            seed=seed + replica,
            dt=dt,
            damping=damping,
            ensemble=ensemble,
            start=begin,
            hold=hold,
        )
        for T in temperature
        for replica in range(replicas)
    ]
    placement = placed(workers, scheduler)
    made = sc.store.simulate_all(requests, root=runs, workers=placement, engine=engine, progress=True)
    for trajectory in made:
        say(trajectory.source.name)
        record = sc.store.RunFolder(Path(trajectory.source.name).parent).record()
        rate = record.get("atom_steps_per_second", 0) / 1e6
        say(f"{record['label']}: {rate:.3g} million atom-steps per second", err=True)


@reads_start
def equilibrate(
    liquid: Liquid,
    temperature: Annotated[float, typer.Option("--temperature", "-T", help="epsilon_AA/k_B.")],
    density: Density,
    hold: Annotated[float, typer.Option(help="Time before the checked part, tau.")],
    duration: Annotated[float, typer.Option(help="Initial length of the checked part, tau.")],
    out: Annotated[
        Path, typer.Option(help="GSD file for the configuration; a JSON file beside it records the checks.")
    ],
    start: Annotated[
        str, typer.Option(help="'lattice', 'equilibrated', or a file with one configuration.")
    ] = "lattice",
    particles: Particles = 4000,
    relaxations: Annotated[
        float,
        typer.Option(help="Relaxation times that the checked part must last; it is prolonged until it does."),
    ] = 20.0,
    longest: Annotated[
        float | None,
        typer.Option(help="Largest length of the checked part, tau; default ten times the duration."),
    ] = None,
    every: Annotated[
        float | None, typer.Option(help="Time between frames, tau; default 1/400 of the duration.")
    ] = None,
    dt: Dt = 0.005,
    damping: Damping = 100.0,
    seed: Annotated[int, typer.Option(help="Seed of the velocities.")] = 1,
    engine: Mover = None,
    runs: Runs = Path("runs"),
    *,
    said: dict[str, Any],
) -> None:
    """Make an equilibrated configuration: prolonged until it relaxed often, does not age, is no crystal."""
    model = sc.systems.named(liquid, density=density)
    made = sc.store.equilibrate(
        model,
        temperature,
        particles,
        start=started(start, said),
        hold=hold,
        duration=duration,
        out=out,
        relaxations=relaxations,
        longest=longest,
        every=every,
        seed=seed,
        dt=dt,
        damping=damping,
        engine=engine,
        root=runs,
    )
    say(f"{made.path}: {relaxed(made)} relaxation times, {passed(made.record['checks'])}")
