"""What several commands ask for in the same words."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Liquid = Annotated[
    str, typer.Argument(help="Name in the catalogue (see `supercooled systems`), or a mixture's YAML file.")
]

Density = Annotated[float, typer.Option(help="Particles per volume, sigma_AA^-3.")]
Temperatures = Annotated[list[float], typer.Option("--temperature", "-T", help="epsilon_AA/k_B; repeat it.")]
Particles = Annotated[int, typer.Option("--particles", "-N", help="How many particles.")]
Workers = Annotated[
    int | None, typer.Option(min=1, help="Processes side by side, one core each; default every core.")
]
Runs = Annotated[Path, typer.Option(help="Folder of the runs, shared between studies.")]
