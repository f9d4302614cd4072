"""Work on this machine: in this process, or in fresh ones beside it."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Annotated, Any, ParamSpec, TypeVar

from supercooled.arguments import Whole, validated
from supercooled.errors import ClusterError

_P = ParamSpec("_P")
_T = TypeVar("_T")
_ONE_THREAD = ("OMP_NUM_THREADS", "NUMBA_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


@validated
def available_cores() -> int:
    """Cores that this process may use.

    Returns
    -------
    int
        number of cores
    """
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class Serial(Executor):
    """Runs each call in this process when it is submitted."""

    cores = 1
    # Tasks are done in this process.
    here = True

    def submit(self, fn: Callable[_P, _T], /, *args: _P.args, **kwargs: _P.kwargs) -> Future[_T]:
        """A future that is done already."""
        future: Future[_T] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


class Processes(ProcessPoolExecutor):
    """Fresh processes that end with the one that made them, however that one ends.

    Parameters
    ----------
    workers
        number of processes
    """

    @validated
    def __init__(self, workers: Annotated[int, Whole(at_least=1, at_most=4096)]) -> None:
        # Fork would copy a process in which numba, MPI or an open figure may hold threads.
        context = multiprocessing.get_context("spawn")
        # A pipe, not an event: one whose waiter was killed can't be set any more.
        self._ends, self._stop = context.Pipe(duplex=False)
        self.cores = workers
        super().__init__(workers, mp_context=context, initializer=_begin_worker, initargs=(self._ends,))

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool | None:
        """Wait for what was submitted; after an exception, stop it."""
        if kind is None:
            return super().__exit__(kind, error, trace)
        self._stop.close()
        self.shutdown(wait=False, cancel_futures=True)
        if issubclass(kind, BrokenProcessPool):
            raise ClusterError(
                "a worker process died; run it again to continue (a script that uses several "
                "processes must do so below `if __name__ == '__main__':`)"
            ) from error
        return None


def _begin_worker(ends: Connection[Any, Any]) -> None:
    # A terminal sends Ctrl-C to every process in it; whether to stop is for the first to decide.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for name in _ONE_THREAD:
        os.environ[name] = "1"
    threading.Thread(target=_end_with_parent, args=(ends,), daemon=True).start()


def _end_with_parent(ends: Connection[Any, Any]) -> None:
    # Nothing is ever sent: this returns when the other end is closed, by its holder or with it.
    ends.poll(None)
    os._exit(1)
