"""What several commands ask for in the same words."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from supercooled import cluster

Liquid = Annotated[
    str, typer.Argument(help="Name in the catalogue (see `supercooled systems`), or a mixture's YAML file.")
]

Density = Annotated[float, typer.Option(help="Particles per volume, sigma_AA^-3.")]
Temperatures = Annotated[list[float], typer.Option("--temperature", "-T", help="epsilon_AA/k_B; repeat it.")]
Particles = Annotated[int, typer.Option("--particles", "-N", help="How many particles.")]
Dt = Annotated[float, typer.Option(help="Integration step, tau.")]
Damping = Annotated[float, typer.Option(help="Time constant of the thermostat, steps.")]
Mover = Annotated[
    Literal["lammps", "gamdpy"] | None,
    typer.Option(
        "--engine",
        help="LAMMPS, one core a run, or gamdpy on a graphics card; by default what SUPERCOOLED_ENGINE says.",
    ),
]
# Here too in full, so that asking for help imports no simulation; a test compares.
Minimiser = Annotated[
    Literal["l-bfgs", "lammps-cg", "lammps-fire"],
    typer.Option(help="Way down; each may end in another basin."),
]
Workers = Annotated[
    int | None, typer.Option(min=1, help="Processes side by side, one core each; default every core.")
]
Scheduler = Annotated[
    str | None,
    typer.Option(
        help="Dask cluster instead, encrypted, for this user only: local; slurm or pbs; tls://HOST:PORT of "
        "one that runs and sees the same folders."
    ),
]
Files = Annotated[list[Path], typer.Argument(help="Trajectories: GSD, LAMMPS dump, XYZ.")]
Begin = Annotated[float, typer.Option(help="Time of the run that is left out at its beginning, tau.")]
Stride = Annotated[int, typer.Option(min=1, help="Use every n-th frame.")]
Runs = Annotated[Path, typer.Option(help="Folder of the runs, shared between studies.")]


def placed(workers: int | None, scheduler: str | None) -> cluster.Workers:
    """Where the work is to run."""
    from supercooled import cluster

    return workers if scheduler is None else cluster.Scheduler(scheduler, workers)
