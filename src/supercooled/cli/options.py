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
Particles = Annotated[int, typer.Option("--particles", "-N", help="Number of particles.")]
Dt = Annotated[float, typer.Option(help="Integration step, tau.")]
Damping = Annotated[float, typer.Option(help="Time constant of the thermostat, steps.")]
Mover = Annotated[
    Literal["lammps", "gamdpy"] | None,
    typer.Option(
        "--engine",
        help="lammps, one core per run, or gamdpy on a graphics card; default from SUPERCOOLED_ENGINE.",
    ),
]
# Here too in full, so that asking for help imports no simulation; a test compares.
Minimiser = Annotated[
    Literal["l-bfgs", "lammps-cg", "lammps-fire"],
    typer.Option(help="Algorithm of the quench; each may end in another basin."),
]
Workers = Annotated[
    int | None, typer.Option(min=1, help="Parallel processes, one core each; default all cores.")
]
Scheduler = Annotated[
    str | None,
    typer.Option(
        help="Use a Dask cluster instead, encrypted and for this user only: local; slurm or pbs; or "
        "tls://HOST:PORT of a running one that shares the file system."
    ),
]
Files = Annotated[list[Path], typer.Argument(help="Trajectories: GSD, LAMMPS dump, XYZ.")]
Begin = Annotated[float, typer.Option(help="Time left out at the beginning of the run, tau.")]
Stride = Annotated[int, typer.Option(min=1, help="Use every n-th frame.")]
Runs = Annotated[Path, typer.Option(help="Folder of the runs, shared between studies.")]


def placed(workers: int | None, scheduler: str | None) -> cluster.Workers:
    """Where the work is to run."""
    from supercooled import cluster

    return workers if scheduler is None else cluster.Scheduler(scheduler, workers)
