"""Work on a Dask cluster: the only place that imports Dask."""

from __future__ import annotations

import contextlib
import logging
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import CancelledError, Executor, Future
from dataclasses import dataclass
from importlib import metadata
from itertools import islice
from types import TracebackType
from typing import Any, ParamSpec, TypeVar

from supercooled.cluster.here import available_cores
from supercooled.cluster.scheduler import Scheduler
from supercooled.errors import ClusterError, MissingExtraError

_P = ParamSpec("_P")
_T = TypeVar("_T")

# Seconds that a scheduler may take to answer, and its first worker to appear.
ANSWERS_WITHIN = 10
WORKERS_WITHIN = 30
# Of a batch job, where the configuration of dask-jobqueue says nothing.
JOB_MEMORY = "4 GiB"


def connect(scheduler: Scheduler) -> Remote:
    """Executor on a cluster, which is started where it doesn't run already.

    Raises
    ------
    ClusterError
        if no scheduler answers, certificates are missing or refused, there is no worker, or a worker does
        several tasks at once or has another version.
    MissingExtraError
        if batch jobs are asked for and dask-jobqueue is not installed.
    """
    from distributed import Client

    # What it has to say about lost connections comes once, as an error of ours.
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    security = _security(scheduler)
    _see_certificates(scheduler, security)
    cluster = _started(scheduler)
    try:
        client = Client(
            scheduler.address if cluster is None else cluster,
            timeout=ANSWERS_WITHIN,
            security=security,
            set_as_default=False,
        )
    except (OSError, TimeoutError) as error:
        if scheduler.address.startswith("tls://"):
            raise ClusterError(
                f"no Dask scheduler at {scheduler.address} takes these certificates, or none answers there; "
                "all sides need certificates of one authority"
            ) from error
        raise ClusterError(
            f"no Dask scheduler answers at {scheduler.address}; start one, for example with `dask scheduler "
            "--host 127.0.0.1 --no-dashboard`"
        ) from error
    remote = Remote(client, cluster, scheduler.address)
    try:
        remote.check(queued=cluster is not None and scheduler.address != "local")
    except BaseException as error:
        remote.__exit__(type(error), error, None)
        raise
    return remote


class Remote(Executor):
    """A Dask client as an executor: each call is a task for one core, in this process' folder."""

    def __init__(self, client: Any, cluster: Any, address: str) -> None:
        self._client = client
        self._cluster = cluster
        self._address = address
        self._tasks = client.get_executor(pure=False)
        self._folder = os.getcwd()  # noqa: PTH109  Path.cwd() is the same, and not a str
        self.cores = 1

    def check(self, *, queued: bool) -> None:
        """See that there are workers, and that each does one task at a time with this version."""
        if not queued:
            try:
                self._client.wait_for_workers(1, timeout=WORKERS_WITHIN)
            except TimeoutError as error:
                raise ClusterError(
                    f"the scheduler at {self._address} has no workers; start some, for example with `dask "
                    f"worker {self._address} --nworkers 4 --nthreads 1`"
                ) from error
        workers = self._client.scheduler_info(n_workers=-1)["workers"]
        self.cores = max(1, len(workers))
        for address, worker in workers.items():
            if worker["nthreads"] != 1:
                raise ClusterError(
                    f"worker {address} does {worker['nthreads']} tasks at once in one process, and a "
                    "simulation needs a process of its own; start it with --nthreads 1, and several with "
                    "--nworkers"
                )
        for address, version in self._client.run(_version).items():
            if version != _version():
                raise ClusterError(f"worker {address} has supercooled {version}, this is {_version()}")

    def submit(self, fn: Callable[_P, _T], /, *args: _P.args, **kwargs: _P.kwargs) -> Future[_T]:
        """A task."""
        future: Future[_T] = self._tasks.submit(_run, _packed(fn), self._call(args, kwargs))
        return future

    def map(
        self,
        fn: Callable[..., _T],
        *iterables: Iterable[Any],
        timeout: float | None = None,
        chunksize: int = 1,
    ) -> Iterator[_T]:
        """Results in order; some tasks ahead wait for the workers, not all: the memory of the cluster
        follows the workers.
        """
        # As a task of its own, the function goes to a worker once, and again if that worker is lost.
        function = self._client.submit(_itself, _packed(fn), pure=False)
        left = zip(*iterables, strict=False)
        ahead = 2 * self.cores + 2

        def task(arguments: tuple[Any, ...]) -> Any:
            return self._client.submit(_run, function, self._call(arguments, {}), pure=False)

        waiting = deque(task(arguments) for arguments in islice(left, ahead))

        def results() -> Iterator[_T]:
            try:
                while waiting:
                    result = waiting.popleft().result(timeout)
                    waiting.extend(task(arguments) for arguments in islice(left, 1))
                    yield result
            finally:
                self._client.cancel(list(waiting))

        return results()

    def _call(self, arguments: tuple[Any, ...], named: Mapping[str, Any]) -> _Call:
        return _Call(self._folder, _packed((arguments, dict(named))))

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Let go of the cluster; one that was started here ends."""
        self._tasks.shutdown(wait=wait and not cancel_futures)
        self._client.close(timeout=ANSWERS_WITHIN)
        if self._cluster is not None:
            self._cluster.close(timeout=ANSWERS_WITHIN)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool | None:
        """Wait for what was submitted; after an exception, cancel it."""
        if kind is None:
            return super().__exit__(kind, error, trace)
        from distributed import KilledWorker

        # What is lost already can't be closed in good order.
        with contextlib.suppress(Exception):
            self.shutdown(wait=False, cancel_futures=True)
        if issubclass(kind, KilledWorker):
            raise ClusterError(
                f"workers of {self._address} died four times over the same task: give them more memory, or "
                "look into their logs; the same command goes on from here"
            ) from error
        if issubclass(kind, CancelledError) or type(error).__name__ == "CommClosedError":
            raise ClusterError(
                f"the scheduler at {self._address} is lost ({error}); start it again, and the same command "
                "goes on from here"
            ) from error
        return None


@dataclass(frozen=True, slots=True)
class _Call:
    """Arguments, packed, and the folder that relative paths begin in."""

    folder: str
    arguments: bytes


def _packed(what: Any) -> bytes:
    """For a worker to unpack: the scheduler passes it on unread."""
    from distributed.protocol.pickle import dumps

    return bytes(dumps(what))


def _run(function: bytes, call: _Call) -> Any:
    from distributed.protocol.pickle import loads

    try:
        with contextlib.chdir(call.folder):
            _one_thread()
            arguments, named = loads(call.arguments)
            return loads(function)(*arguments, **named)
    except FileNotFoundError as error:
        if error.filename != call.folder:
            raise
        raise ClusterError(
            f"{os.uname().nodename} has no folder {call.folder}: workers need a file system that they share "
            "with the process that asks"
        ) from error


def _itself(function: Any) -> Any:
    return function


def _version() -> str:
    return metadata.version("supercooled")


def _one_thread() -> None:
    """Keep BLAS and OpenMP to the one core that a worker has; the kernels have no threads."""
    from threadpoolctl import threadpool_limits

    threadpool_limits(1)


def _security(scheduler: Scheduler) -> Any:
    if scheduler.tls is None:
        return None
    from distributed.security import Security

    authority, certificate, key = map(str, scheduler.tls)
    return Security(
        tls_ca_file=authority, tls_client_cert=certificate, tls_client_key=key, require_encryption=True
    )


def _see_certificates(scheduler: Scheduler, security: Any) -> None:
    """See that those of an encrypted connection are there, ours or those of Dask's configuration."""
    from distributed.security import Security

    if not scheduler.address.startswith("tls://"):
        return
    try:
        context = (security or Security()).get_connection_args("client")["ssl_context"]
    except (OSError, ValueError) as error:
        raise ClusterError(f"the certificates for {scheduler.address} can't be read ({error})") from error
    if context is None:
        raise ClusterError(
            f"{scheduler.address} takes nobody without a certificate: give tls=(authority, certificate, "
            "key), or name them in Dask's configuration"
        )


def _started(scheduler: Scheduler) -> Any:
    """Cluster on this machine or of batch jobs; None where one runs already."""
    if scheduler.address == "local":
        from distributed import LocalCluster

        return LocalCluster(
            n_workers=scheduler.workers or available_cores(),
            threads_per_worker=1,
            host="127.0.0.1",
            dashboard_address=scheduler.dashboard,
        )
    if scheduler.address in ("slurm", "pbs"):
        jobs = batch_jobs(scheduler)
        jobs.scale(scheduler.workers or 1)
        return jobs
    return None


def batch_jobs(scheduler: Scheduler) -> Any:
    """Cluster whose workers are batch jobs of one core each, as dask-jobqueue's configuration says."""
    try:
        from dask_jobqueue.pbs import PBSCluster
        from dask_jobqueue.slurm import SLURMCluster
    except ImportError as error:
        raise MissingExtraError("batch jobs need dask-jobqueue: pip install supercooled[jobqueue]") from error
    import dask

    kind = {"slurm": SLURMCluster, "pbs": PBSCluster}[scheduler.address]
    memory = dask.config.get(f"jobqueue.{scheduler.address}.memory", None) or JOB_MEMORY
    quiet = {"dashboard": False, "dashboard_address": "127.0.0.1:0"}
    return kind(cores=1, processes=1, memory=memory, scheduler_options=quiet)
