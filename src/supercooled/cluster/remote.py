"""Work on a Dask cluster: the only place that imports Dask."""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import tempfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import CancelledError, Executor, Future
from dataclasses import dataclass
from importlib import metadata
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any, ParamSpec, TypeVar

from supercooled.cluster.certificates import Private
from supercooled.cluster.here import available_cores
from supercooled.cluster.scheduler import QUEUES, Scheduler
from supercooled.errors import ClusterError
from supercooled.extras import require

# This module is imported only where a cluster is asked for.
require("distributed", "cryptography", "threadpoolctl", doing="a Dask cluster")

_P = ParamSpec("_P")
_T = TypeVar("_T")

# Seconds that a scheduler may take to answer, and its first worker to appear.
ANSWERS_WITHIN = 10
WORKERS_WITHIN = 30
# Of a batch job, where the configuration of dask-jobqueue says nothing.
JOB_MEMORY = "4 GiB"
_SUBMITS = {"slurm": "sbatch", "pbs": "qsub"}


def connect(scheduler: Scheduler) -> Remote:
    """Executor on a cluster, which is started where it doesn't run already.

    Raises
    ------
    ClusterError
        if no scheduler answers, certificates are missing or refused, encryption is neither there nor waived,
        there is no worker, or a worker does several tasks at once or has another version.
    MissingExtraError
        if batch jobs are asked for and dask-jobqueue is not installed.
    """
    # What it has to say about lost connections comes once, as an error of ours.
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    cluster = private = None
    if scheduler.address == "local":
        private = Private(Path(tempfile.gettempdir()))
    elif scheduler.address in QUEUES:
        submit = _SUBMITS[scheduler.address]
        if shutil.which(submit) is None:
            raise ClusterError(f"{scheduler.address} needs the command {submit}, which was not found")
        # Relative paths of tasks begin in this folder, so the workers share it.
        private = Private(_shared_by_jobs(scheduler))
    try:
        if private is None:
            security = _of_running(scheduler)
        else:
            security = _security(scheduler.tls or private.tls, scheduler)
            start = _on_this_machine if scheduler.address == "local" else batch_jobs
            cluster = start(scheduler, security, private.folder)
            if scheduler.address in QUEUES:
                cluster.scale(scheduler.workers or 1)
        return _connected(scheduler, security, cluster, private)
    except BaseException:
        if cluster is not None:
            with contextlib.suppress(Exception):
                cluster.close(timeout=ANSWERS_WITHIN)
        if private is not None:
            private.close()
        raise


def _connected(scheduler: Scheduler, security: Any, cluster: Any, private: Private | None) -> Remote:
    from distributed import Client

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
                f"no Dask scheduler at {scheduler.address} accepts these certificates, or none "
                "answers there; scheduler, workers and client need certificates of the same "
                "authority"
            ) from error
        raise ClusterError(
            f"no Dask scheduler answers at {scheduler.address}; see `A cluster by hand` in the documentation "
            "for how to start one"
        ) from error
    remote = Remote(client, cluster, scheduler.address, private)
    try:
        remote.check(queued=scheduler.address in QUEUES)
    except BaseException as error:
        remote.__exit__(type(error), error, None)
        raise
    return remote


class Remote(Executor):
    """A Dask client as an executor: each call is a task for one core, in this process' folder."""

    def __init__(self, client: Any, cluster: Any, address: str, private: Private | None = None) -> None:
        self._client = client
        self._cluster = cluster
        self._private = private
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
                    f"worker {address} runs {worker['nthreads']} tasks at once in one process, "
                    "but each simulation needs its own process; start it with --nthreads 1, "
                    "and use --nworkers for several"
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

    def packed(self, what: Any) -> bytes:
        """What a worker unpacks with pickle, classes of a notebook by value."""
        return _packed(what)

    def _call(self, arguments: tuple[Any, ...], named: Mapping[str, Any]) -> _Call:
        return _Call(self._folder, _packed((arguments, dict(named))))

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Let go of the cluster; one that was started here ends."""
        self._tasks.shutdown(wait=wait and not cancel_futures)
        self._client.close(timeout=ANSWERS_WITHIN)
        if self._cluster is not None:
            self._cluster.close(timeout=ANSWERS_WITHIN)
        if self._private is not None:
            self._private.close()

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
        if self._private is not None:
            self._private.close()
        if issubclass(kind, KilledWorker):
            raise ClusterError(
                f"workers of {self._address} died four times on the same task: give them more "
                "memory, or check their logs; the same command continues from here"
            ) from error
        if issubclass(kind, CancelledError) or type(error).__name__ == "CommClosedError":
            raise ClusterError(
                f"the scheduler at {self._address} is lost ({error}); start it again, and the "
                "same command continues from here"
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
            f"{os.uname().nodename} has no folder {call.folder}: workers need a file system "
            "shared with the process that started the work"
        ) from error


def _itself(function: Any) -> Any:
    return function


def _version() -> str:
    return metadata.version("supercooled")


def _one_thread() -> None:
    """Keep BLAS and OpenMP to the one core that a worker has; the kernels have no threads."""
    from threadpoolctl import threadpool_limits

    threadpool_limits(1)


def _security(tls: tuple[str | Path, str | Path, str | Path], scheduler: Scheduler) -> Any:
    """Both sides show a certificate of one authority, and take nobody without."""
    from distributed.security import Security

    authority, certificate, key = map(str, tls)
    roles = {f"tls_{role}_{what}": file for role in ("client", "scheduler", "worker")
             for what, file in (("cert", certificate), ("key", key))}  # fmt: skip
    security = Security(tls_ca_file=authority, require_encryption=True, **roles)
    _see_certificates(scheduler, security)
    return security


def _of_running(scheduler: Scheduler) -> Any:
    """Encryption of a scheduler that runs already; None where the user has waived it."""
    import dask
    from distributed.security import Security

    if scheduler.address.startswith("tcp://"):
        if scheduler.encrypted and dask.config.get("distributed.comm.require-encryption", None) is not False:
            raise ClusterError(
                f"{scheduler.address} is not encrypted: anyone who can reach that port can run "
                "code as you. Give the scheduler and its workers certificates and use tls:// "
                "(`A cluster by hand` in the documentation), or, if their network is closed to "
                "others, set DASK_DISTRIBUTED__COMM__REQUIRE_ENCRYPTION=False"
            )
        return None
    if scheduler.tls is not None:
        return _security(scheduler.tls, scheduler)
    security = Security(require_encryption=True)
    _see_certificates(scheduler, security)
    return security


def _see_certificates(scheduler: Scheduler, security: Any) -> None:
    """See that those of an encrypted connection are there, ours or those of Dask's configuration."""
    try:
        context = security.get_connection_args("client")["ssl_context"]
    except (OSError, ValueError) as error:
        raise ClusterError(f"the certificates for {scheduler.address} can't be read ({error})") from error
    if context is None:
        raise ClusterError(
            f"{scheduler.address} requires a certificate: give tls=(authority, certificate, "
            "key), or name them in Dask's configuration"
        )


def _on_this_machine(scheduler: Scheduler, security: Any, folder: Path) -> Any:
    """Cluster on the loopback of this machine, whose workers keep what they spill in `folder`."""
    from distributed import Nanny
    from distributed.deploy.spec import SpecCluster
    from distributed.worker_memory import parse_memory_limit

    from supercooled.cluster.servers import QuietScheduler, QuietWorker

    workers = scheduler.workers or available_cores()
    place = {"host": "127.0.0.1", "protocol": "tls://", "security": security}
    one = {
        "cls": Nanny,
        "options": {
            **place,
            "worker_class": QuietWorker,
            "nthreads": 1,
            "memory_limit": parse_memory_limit("auto", 1, workers, logger=logging.getLogger("distributed")),
            "local_directory": str(folder),
            "silence_logs": logging.CRITICAL,
        },
    }
    return SpecCluster(
        scheduler={
            "cls": QuietScheduler,
            "options": {
                **place,
                "port": 0,
                "dashboard": scheduler.dashboard is not None,
                "dashboard_address": scheduler.dashboard,
            },
        },
        workers=dict.fromkeys(range(workers), one),
        worker=one,
        security=security,
        silence_logs=logging.CRITICAL,
    )


def _shared_by_jobs(scheduler: Scheduler) -> Path:
    """Folder on the file system of the nodes: what dask-jobqueue's configuration says, or this one."""
    import dask

    named = dask.config.get(f"jobqueue.{scheduler.address}.shared-temp-directory", None)
    return Path(os.path.expandvars(named)).expanduser() if named else Path.cwd()


def batch_jobs(scheduler: Scheduler, security: Any, folder: Path) -> Any:
    """Cluster whose workers are batch jobs of one core each, as dask-jobqueue's configuration says.

    Scheduler and workers listen on the given interface, or where they reach each other, and nowhere else;
    the jobs read the certificates in the files that `security` names.
    """
    require("dask_jobqueue", doing="a cluster of batch jobs")
    import dask
    from dask_jobqueue.pbs import PBSCluster
    from dask_jobqueue.slurm import SLURMCluster
    from distributed.utils import get_ip

    from supercooled.cluster.servers import QuietScheduler, QuietWorker

    def configured(name: str, otherwise: Any = None) -> Any:
        return dask.config.get(f"jobqueue.{scheduler.address}.{name}", None) or otherwise

    kind = {"slurm": SLURMCluster, "pbs": PBSCluster}[scheduler.address]
    interface = scheduler.interface or configured("interface")
    ours = {"dashboard": False, "dashboard_address": None, "security": security, "protocol": "tls://"}
    place = {"interface": interface} if interface else {"host": get_ip()}
    return kind(
        cores=1,
        processes=1,
        memory=configured("memory", JOB_MEMORY),
        interface=interface,
        local_directory=configured("local-directory", str(folder)),
        security=security,
        protocol="tls://",
        scheduler_cls=QuietScheduler,
        scheduler_options=place | configured("scheduler-options", {}) | ours,
        worker_extra_args=[
            *configured("worker-extra-args", []),
            "--worker-class",
            f"{QuietWorker.__module__}.{QuietWorker.__qualname__}",
            "--no-dashboard",
        ],
    )
