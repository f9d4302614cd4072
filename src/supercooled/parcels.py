"""Tasks for other processes, which take with them the frames that they need, not the trajectory."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np

from supercooled.frame_source import FramesLeftBehind, MemorySource, taking_only
from supercooled.trajectory import Trajectory

# What a task reads: some frames of some trajectories, by their places.
Reads = Sequence[tuple[Trajectory, Any]]


@dataclass(frozen=True, slots=True)
class Parcels:
    """An executor whose tasks take some frames of trajectories in memory with them, and nothing of the rest.

    A task that asks for more is given everything, and done once more.

    Parameters
    ----------
    executor
        maps a function over items in other processes
    reads
        what the task of an item reads
    """

    executor: Executor
    reads: Callable[[Any], Reads]

    @property
    def cores(self) -> int:
        """Tasks done at the same time."""
        return int(getattr(self.executor, "cores", 1))

    def map(self, function: Callable[[Any], Any], items: Iterable[Any]) -> Iterator[Any]:
        """Results in the order of the items."""
        every = list(items)
        # What a notebook defines has no module to import it from: other machines get it by value.
        dumps: Callable[[Any], bytes] = getattr(self.executor, "packed", pickle.dumps)
        packed = (_packed(function, item, self.reads(item), dumps) for item in every)
        for item, result in zip(every, self.executor.map(_unpacked, packed), strict=True):
            if isinstance(result, _LeftBehind):
                yield from self.executor.map(function, [item])
            else:
                yield result


def parcels(executor: Executor | None, reads: Callable[[Any], Reads], *runs: Trajectory) -> Any:
    """`executor`, or one that sends parcels to it, if a run is in memory and tasks leave this process.

    Parameters
    ----------
    executor
        maps tasks; None does them here
    reads
        trajectories and places of frames that the task of an item reads
    runs
        those that tasks read
    """
    if executor is None or isinstance(executor, ThreadPoolExecutor) or getattr(executor, "here", False):
        return executor
    if not any(isinstance(_sources(run)[-1], MemorySource) for run in runs):
        return executor
    return Parcels(executor, reads)


def _sources(run: Trajectory) -> list[Any]:
    """The source of a trajectory, the one that it reads from, and so on."""
    found: list[Any] = [run.source]
    while (inner := getattr(found[-1], "source", None)) is not None:
        found.append(inner)
    return found


def _packed(function: Callable[[Any], Any], item: Any, reads: Reads, dumps: Callable[[Any], bytes]) -> bytes:
    needed: dict[int, Any] = {}
    for run, places in reads:
        for source in _sources(run):
            known = needed.get(id(source), np.zeros(0, np.int64))
            needed[id(source)] = np.union1d(known, run.frames[places]).astype(np.int64)
    with taking_only(needed):
        return dumps((function, item))


class _LeftBehind:
    """Stands for the result of a task that lacks frames."""


def _unpacked(data: bytes) -> Any:
    function, item = pickle.loads(data)  # noqa: S301 - by _packed
    try:
        return function(item)
    except FramesLeftBehind:
        return _LeftBehind()
