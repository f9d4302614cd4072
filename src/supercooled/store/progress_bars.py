"""Progress of runs, read off their folders: it works for any executor on one file system."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from supercooled.display import shown
from supercooled.errors import StoreError
from supercooled.plain_data import read_bytes
from supercooled.simulation.schedule import Schedule
from supercooled.store.folder import RunFolder
from supercooled.store.request import Request

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

_SECONDS = 0.5


@contextmanager
def watched(runs: Sequence[tuple[RunFolder, Request]], *, show: bool) -> Iterator[None]:
    """Show a bar with the time left for each run while the block lasts."""
    if not show or not runs:
        yield
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[note]}"),
    )
    with Progress(*columns, console=Console(stderr=True), speed_estimate_period=120.0) as progress:
        tasks = [_task(progress, folder, request) for folder, request in runs]
        done = threading.Event()

        def look() -> None:
            while not done.wait(_SECONDS):
                _update(progress, tasks, runs)

        watcher = threading.Thread(target=look, daemon=True)
        watcher.start()
        try:
            yield
        finally:
            done.set()
            watcher.join()
            _update(progress, tasks, runs)


def _task(progress: Progress, folder: RunFolder, request: Request) -> TaskID:
    from rich.markup import escape

    state = request.state
    total = Schedule.of(state).frame_step(request.n_frames - 1)
    note = "another process is making it" if folder.is_held() else ""
    return progress.add_task(
        escape(shown(f"{state.label} seed {state.seed}")),
        total=total,
        completed=_step(folder, request),
        note=note,
    )


def _update(progress: Progress, tasks: Sequence[TaskID], runs: Sequence[tuple[RunFolder, Request]]) -> None:
    for task, (folder, request) in zip(tasks, runs, strict=True):
        progress.update(task, completed=_step(folder, request))


def _step(folder: RunFolder, request: Request) -> int:
    """Step reached; a leg that is being made counts as far as it has come."""
    schedule = Schedule.of(request.state)
    last = schedule.frame_step(request.n_frames - 1)
    try:
        return min(last, int(read_bytes(folder.progress_path, most=64, error=StoreError)))
    except (StoreError, ValueError):
        frames = folder.frames_done()
        return min(last, schedule.frame_step(frames - 1)) if frames else 0
