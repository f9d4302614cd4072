"""Liquids cooled, quenched, and run many times from one configuration."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

import supercooled as sc
from supercooled.cli.meaning import reads, reads_start, started
from supercooled.cli.options import (
    Damping,
    Density,
    Dt,
    Liquid,
    Minimiser,
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
def cool(
    liquid: Liquid,
    temperature: Temperatures,
    density: Density,
    hold: Annotated[list[float], typer.Option(help="Time before each run, tau: one for all, or one each.")],
    duration: Annotated[list[float], typer.Option(help="Length of each run, tau: one for all, or one each.")],
    every: Annotated[list[float], typer.Option(help="Time between frames, tau: one for all, or one each.")],
    particles: Particles = 4000,
    dt: Dt = 0.005,
    damping: Damping = 100.0,
    start: Annotated[
        str, typer.Option(help="Start of the first run: 'lattice', 'equilibrated', or a file.")
    ] = "lattice",
    seed: Annotated[int, typer.Option(help="Seed of the velocities.")] = 1,
    engine: Mover = None,
    runs: Runs = Path("runs"),
    *,
    said: dict[str, Any],
) -> None:
    """Cool a liquid step by step, and say of each step whether it came to equilibrium."""
    rungs = sc.store.cool(
        sc.systems.named(liquid, density=density),
        temperature,
        n_particles=particles,
        hold=_each(hold),
        duration=_each(duration),
        every=_each(every),
        start=started(start, said),
        seed=seed,
        dt=dt,
        damping=damping,
        engine=engine,
        root=runs,
    )
    for rung in rungs:
        say(rung.run.source.name)
        differing = [name for name, agreement in rung.agreements.items() if not agreement.passed]
        found = f"its halves differ in {', '.join(differing)}" if differing else "its halves agree"
        say(f"T={rung.run.temperature:g}: {found}", err=True)


@reads
def quench(
    liquid: Liquid,
    files: Annotated[
        list[Path], typer.Argument(help="Trajectories; those made by this package contain their state point.")
    ],
    tolerance: Annotated[
        float,
        typer.Option(help="2-norm of all forces at which the quench stops, epsilon_AA/sigma_AA, as 0.01."),
    ],
    minimiser: Minimiser = "l-bfgs",
    runs: Runs = Path("runs"),
    workers: Workers = None,
    scheduler: Scheduler = None,
    *,
    said: dict[str, Any],
) -> None:
    """Inherent structures of every frame; an interrupted quench goes on, a longer run is completed."""
    mixture = sc.systems.named(liquid, density=1.0).mixture
    meaning = sc.io.Meaning(**said)
    trajectories = [sc.store.read_run(file, mixture, meaning=meaning) for file in files]
    for trajectory in trajectories:
        still = sc.store.quench_trajectory(
            trajectory,
            tolerance=tolerance,
            minimiser=minimiser,
            mixture=mixture,
            root=runs,
            workers=placed(workers, scheduler),
        )
        say(still.source.name)
        energy = float(sc.store.logged(still, "potential_energy").mean())
        evaluations = float(sc.store.logged(still, "evaluations").mean())
        say(
            f"{still.n_frames} frames by {minimiser} to {tolerance:g}: energy {energy:.5f} per "
            f"particle, {evaluations:.0f} evaluations per frame",
            err=True,
        )


@reads_start
def propensity(
    liquid: Liquid,
    temperature: Annotated[float, typer.Option("--temperature", "-T", help="epsilon_AA/k_B.")],
    density: Density,
    n_runs: Annotated[int, typer.Option("--n-runs", min=2, help="Number of runs from the configuration.")],
    duration: Annotated[float, typer.Option(help="Length of each run, tau.")],
    every: Annotated[float, typer.Option(help="Time between the times at which it is measured, tau.")],
    out: Annotated[Path, typer.Option(help="Zarr folder for the result.")],
    particles: Particles = 4000,
    per_decade: Annotated[
        int, typer.Option(min=0, help="Frames per decade of time within each interval; 0: evenly spaced.")
    ] = 0,
    dt: Dt = 0.005,
    damping: Damping = 100.0,
    start: Annotated[
        str, typer.Option(help="Starting configuration: 'equilibrated', or a file, whose last frame is used.")
    ] = ("equilibrated"),
    first_seed: Annotated[
        int, typer.Option(help="Seed of the first run; the following runs take the following seeds.")
    ] = 1,
    engine: Mover = None,
    runs: Runs = Path("runs"),
    workers: Workers = None,
    scheduler: Scheduler = None,
    *,
    said: dict[str, Any],
) -> None:
    """How far each particle goes, averaged over runs from one configuration with fresh velocities."""
    from supercooled.fields import not_ours
    from supercooled.outputs import reserved_folder

    with reserved_folder(out, not_ours, by="supercooled propensity", inputs=[liquid, start], root=runs):
        ensemble = sc.store.isoconfigurational(
            sc.systems.named(liquid, density=density),
            n_runs=n_runs,
            temperature=temperature,
            n_particles=particles,
            duration=duration,
            every=every,
            per_decade=per_decade,
            first_seed=first_seed,
            start=started(start, said),
            dt=dt,
            damping=damping,
            engine=engine,
            root=runs,
            workers=placed(workers, scheduler),
        )
        times = ensemble[0].times[1:]
        found = sc.dynamics.propensity(ensemble, times=times)
        began = sc.datasets.beginning(ensemble, times)
        sc.report.save_results(out, {"propensity": found, "configuration": began})
    mean, spread = found["propensity"].mean("particle"), found["propensity"].std("particle")
    say(
        f"{n_runs} runs; after {times[-1]:g} tau {float(mean[-1]):.4f} on average, standard "
        f"deviation between particles {float(spread[-1]):.4f}",
        err=True,
    )
    say(out)


def _each(values: list[float]) -> float | list[float]:
    return values[0] if len(values) == 1 else values
