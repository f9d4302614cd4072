"""Where work runs: in this process, side by side in others, or on a Dask cluster."""

from __future__ import annotations

from concurrent.futures import Executor
from typing import Annotated, TypeAlias

from supercooled.arguments import Whole, validated
from supercooled.cluster.here import Processes, Serial, available_cores
from supercooled.cluster.scheduler import Scheduler

Workers: TypeAlias = Annotated[int, Whole(at_least=1, at_most=4096)] | Scheduler | None
"""What every `workers` argument takes: how many processes, None for one a core, or a Dask cluster."""

__all__ = [
    "Processes",
    "Scheduler",
    "Serial",
    "Workers",
    "at_most",
    "available_cores",
    "executor",
]


@validated
def executor(workers: Workers = None) -> Executor:
    """Executor with that many workers, one core each; by default as many as there are cores.

    Parameters
    ----------
    workers
        one is this process itself, more are processes beside it; a :class:`Scheduler` names a
        Dask cluster. The answer is the same.

    Returns
    -------
    Executor
        executor of :mod:`concurrent.futures`, or of Dask

    Raises
    ------
    ParameterError
        if `workers` is not positive.
    ClusterError
        if no scheduler answers, its workers can't do the work, or, while it is used, they are lost.

    Notes
    -----
    Use it in a ``with`` statement: an exception, Ctrl-C among them, then ends the workers at once
    instead of waiting for them.

    Examples
    --------
    >>> with executor(1) as inside:
    ...     list(inside.map(abs, [-1, 2, -3]))
    [1, 2, 3]
    """
    if isinstance(workers, Scheduler):
        from supercooled.cluster.remote import connect

        return connect(workers)
    if workers is None:
        workers = available_cores()
    return Serial() if workers == 1 else Processes(workers)


@validated
def at_most(workers: Workers, tasks: Annotated[int, Whole(at_least=0)]) -> Workers:
    """No more processes than there are tasks; a cluster stays as it is.

    Parameters
    ----------
    workers
        number of processes, None for one per core, or a cluster
    tasks
        number of tasks

    Returns
    -------
    Workers
        number of processes, or the cluster

    Examples
    --------
    >>> at_most(8, 3), at_most(2, 3)
    (3, 2)
    """
    if isinstance(workers, Scheduler):
        return workers
    return min(available_cores() if workers is None else workers, max(1, tasks))
