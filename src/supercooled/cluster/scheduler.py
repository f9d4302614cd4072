"""Which Dask cluster."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from supercooled.arguments import validated
from supercooled.errors import ParameterError

QUEUES = ("slurm", "pbs")
_REMOTE = ("tcp://", "tls://")


@validated
@dataclass(frozen=True, slots=True)
class Scheduler:
    """A Dask cluster: one that runs already, one on this machine, or one of batch jobs.

    address : ``tcp://HOST:PORT`` or ``tls://HOST:PORT`` of a running scheduler; "local" for workers on
        this machine; "slurm" or "pbs" for workers that are batch jobs
    workers : how many to start, one core each; a running scheduler has its own
    tls : files of the certificate authority, the certificate and the key; without them those that Dask's
        configuration names
    dashboard : where a "local" cluster shows its dashboard, for example "127.0.0.1:8787"; without it
        there is none

    The runs and the output lie on a file system that all workers share.

    Raises
    ------
    ParameterError
        if the address is of no such kind, or the rest doesn't go with it.

    >>> Scheduler("tcp://10.0.0.1:8786").address
    'tcp://10.0.0.1:8786'
    """

    address: str
    workers: int | None = None
    tls: tuple[str | Path, str | Path, str | Path] | None = None
    dashboard: str | None = None

    def __post_init__(self) -> None:
        running = self.address.startswith(_REMOTE)
        if not running and self.address not in ("local", *QUEUES):
            raise ParameterError(
                "scheduler must be tcp://HOST:PORT, tls://HOST:PORT, local, slurm or pbs, not "
                f"{self.address!r}"
            )
        if running and self.workers is not None:
            raise ParameterError(f"{self.address} has workers of its own: leave the number out")
        if self.workers is not None and self.workers < 1:
            raise ParameterError(f"workers must be at least 1, not {self.workers}")
        if self.tls is not None and not self.address.startswith("tls://"):
            raise ParameterError(f"certificates need a scheduler at tls://HOST:PORT, not {self.address}")
        if self.dashboard is not None and self.address != "local":
            raise ParameterError(f"the dashboard of {self.address} is the scheduler's own affair")
