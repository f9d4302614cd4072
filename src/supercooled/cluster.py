"""Where work runs: in this process, or side by side in others."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from multiprocessing.synchronize import Event
from types import TracebackType
from typing import Any, ParamSpec, TypeVar

from supercooled.errors import ParameterError

_P = ParamSpec("_P")
_T = TypeVar("_T")


def executor(workers: int | None = None) -> Executor:
    """Executor with that many workers, one core each; by default as many as there are cores.

    One worker is this process itself. Use it in a ``with`` statement: an exception, Ctrl-C among them,
    then ends the workers at once instead of waiting for them.

    Raises
    ------
    ParameterError
        if `workers` is not positive.

    >>> with executor(1) as inside:
    ...     list(inside.map(abs, [-1, 2, -3]))
    [1, 2, 3]
    """
    if workers is None:
        workers = available_cores()
    if workers < 1:
        raise ParameterError(f"workers must be at least 1, not {workers}")
    return Serial() if workers == 1 else Processes(workers)


def available_cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class Serial(Executor):
    """Runs each call in this process when it is submitted."""

    def submit(self, fn: Callable[_P, _T], /, *args: _P.args, **kwargs: _P.kwargs) -> Future[_T]:
        """A future that is done already."""
        future: Future[_T] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


class Processes(ProcessPoolExecutor):
    """Fresh processes that end with the one that made them, however that one ends."""

    def __init__(self, workers: int) -> None:
        # Fork would copy a process in which numba, MPI or an open figure may hold threads.
        context = multiprocessing.get_context("spawn")
        self._stop = context.Event()
        super().__init__(workers, mp_context=context, initializer=_begin_worker, initargs=(self._stop,))

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool | None:
        """Wait for what was submitted; after an exception, stop it."""
        if kind is not None:
            self._stop.set()
            self.shutdown(wait=False, cancel_futures=True)
            return None
        return super().__exit__(kind, error, trace)


def _begin_worker(stop: Event) -> None:
    # A terminal sends Ctrl-C to every process in it; whether to stop is for the first to decide.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for name in ("OMP_NUM_THREADS", "NUMBA_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"
    threading.Thread(target=_end_with_parent, args=(stop,), daemon=True).start()


def _end_with_parent(stop: Any) -> None:
    parent = multiprocessing.parent_process()
    while not stop.wait(0.5):
        if parent is None or not parent.is_alive():
            break
    os._exit(1)
