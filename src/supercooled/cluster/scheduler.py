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

    Parameters
    ----------
    address
        ``tls://HOST:PORT`` of a running scheduler; "local" for workers on this machine; "slurm" or
        "pbs" for workers that are batch jobs; ``tcp://HOST:PORT`` of a running scheduler without encryption
        only with ``encrypted=False``
    workers
        how many to start, one core each; a running scheduler has its own
    tls
        files of the certificate authority, the certificate and the key. Without them a cluster that is
        started here has certificates of its own, made for it and deleted with it; for a running one those
        that Dask's configuration names are taken
    interface
        network interface that batch jobs and their scheduler talk through, for example "ib0";
        without it the one that dask-jobqueue's configuration names, or that of the default route
    dashboard
        where a "local" cluster shows its dashboard, for example "127.0.0.1:8787": to everybody who
        reaches that address, without encryption; without it there is none, and no HTTP server
    encrypted
        False for a running scheduler at tcp://, where anybody who reaches its port or those of its
        workers runs code as their user

    Raises
    ------
    ParameterError
        if the address is of no such kind, or the rest doesn't go with it.

    Notes
    -----
    The runs and the output lie on a file system that all workers share.

    Examples
    --------
    >>> Scheduler("tls://10.0.0.1:8786").address
    'tls://10.0.0.1:8786'
    """

    address: str
    workers: int | None = None
    tls: tuple[str | Path, str | Path, str | Path] | None = None
    interface: str | None = None
    dashboard: str | None = None
    encrypted: bool = True

    def __post_init__(self) -> None:
        running = self.address.startswith(_REMOTE)
        if not running and self.address not in ("local", *QUEUES):
            raise ParameterError(
                "scheduler must be tcp://HOST:PORT, tls://HOST:PORT, local, slurm or pbs, not "
                f"{self.address!r}"
            )
        if running and self.workers is not None:
            raise ParameterError(f"{self.address} has its own workers: leave the number out")
        if self.workers is not None and self.workers < 1:
            raise ParameterError(f"workers must be at least 1, not {self.workers}")
        if not self.encrypted and not self.address.startswith("tcp://"):
            raise ParameterError(f"encrypted=False is for tcp://HOST:PORT; {self.address} is encrypted")
        if self.tls is not None and self.address.startswith("tcp://"):
            raise ParameterError(f"certificates need a scheduler at tls://HOST:PORT, not {self.address}")
        if self.interface is not None and self.address not in QUEUES:
            raise ParameterError(f"interface is for batch jobs (slurm, pbs), not {self.address}")
        if self.dashboard is not None and self.address != "local":
            raise ParameterError(f"a dashboard is shown by a local cluster only, not by {self.address}")
