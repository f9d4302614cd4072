"""Making a run, from wherever it stopped."""

from __future__ import annotations

import time
import warnings
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from supercooled import io
from supercooled.box import Box
from supercooled.errors import StoreError, TrajectoryError
from supercooled.io.gsd_writing import keep_first, whole_frames
from supercooled.simulation.engine import Engine, Snapshot
from supercooled.simulation.pair_forces import PairForces
from supercooled.simulation.schedule import Schedule
from supercooled.store.configurations import write_configuration
from supercooled.store.energies import FROM_POSITIONS
from supercooled.store.folder import Checkpoint, RunFolder
from supercooled.store.record import Record
from supercooled.store.request import Request, read_configuration

_PROGRESS_SECONDS = 0.5


def make(folder: RunFolder, request: Request, engine: Engine) -> int:
    """Make what is missing of a run; how many frames it has then.

    Raises
    ------
    SimulationError
        if the engine stops.
    StoreError
        if the folder can't be written; what is in it is still good to go on from.
    """
    with folder.held():
        mend_tail(folder, request)
        if folder.frames_done() < request.n_frames:
            try:
                _go_on(folder, request, engine)
            finally:
                folder.progress_path.unlink(missing_ok=True)
        return folder.frames_done()


def tail_is_whole(folder: RunFolder, request: Request) -> bool:
    """Whether the frames behind the last checkpoint, which can be computed again, are as written."""
    checkpoint = folder.checkpoint()
    return checkpoint is None or _whole(folder, checkpoint, request) >= checkpoint.frames


def mend_tail(folder: RunFolder, request: Request) -> None:
    """Leave out what is damaged behind the last checkpoint, so that it is computed again, and say so.

    Raises
    ------
    StoreError
        if frames before it are lost.
    """
    checkpoint = folder.checkpoint()
    if checkpoint is None or (whole := _whole(folder, checkpoint, request)) >= checkpoint.frames:
        return
    kept = Schedule.of(request.state).frames_before(checkpoint.step)
    if whole < kept:
        return
    warnings.warn(
        f"{folder.trajectory}: frames {whole} to {checkpoint.frames - 1} are damaged or missing, and are "
        "computed again",
        stacklevel=2,
    )
    folder.replace_checkpoint(replace(checkpoint, frames=whole))
    keep_first(folder.trajectory, whole)


def _whole(folder: RunFolder, checkpoint: Checkpoint, request: Request) -> int:
    """Frames that are there, those behind the checkpoint as they were written."""
    if checkpoint.frames == 0 or not folder.trajectory.exists():
        return 0
    kept = Schedule.of(request.state).frames_before(checkpoint.step)
    try:
        return min(whole_frames(folder.trajectory, begin=kept), checkpoint.frames)
    except TrajectoryError as error:
        raise StoreError(f"{error}; delete {folder.path} to make the run again") from error


def _go_on(folder: RunFolder, request: Request, engine: Engine) -> None:
    state, n_frames = request.state, request.n_frames
    mixture = state.liquid.mixture
    schedule = Schedule.of(state)
    record = Record(folder, request, engine)
    checkpoint = folder.checkpoint() or _first(folder, request, engine, record)
    if checkpoint.frames == 0:
        folder.trajectory.unlink(missing_ok=True)
    species = read_configuration(folder.start).species
    forces = PairForces(mixture, Box.cube(state.liquid.edge(state.n_particles), mixture.dimensions), species)
    with io.GsdAppender(
        folder.trajectory,
        species=species,
        names=mixture.species,
        masses=mixture.masses,
        dimensions=mixture.dimensions,
    ) as file:
        if file.n_frames < checkpoint.frames:
            raise StoreError(
                f"{folder.trajectory} has {file.n_frames} frames of the {checkpoint.frames} "
                "that were written; delete the folder to start again"
            )
        while checkpoint.frames < n_frames:
            leg, whole = schedule.leg(checkpoint.step, n_frames)
            end = leg.stops[-1] if leg.stops else leg.begin
            after = folder.engine_file(end) if whole else None
            with record.timed((end - leg.begin) * state.n_particles):
                snapshots = engine.advance(
                    state,
                    folder.engine_file_of(checkpoint),
                    leg,
                    after,
                    _Ticker(folder.progress_path),
                )
            kept = schedule.frames_before(leg.begin)
            if file.n_frames > kept:
                # Recomputed to the same bits; until they are back they are not vouched for.
                folder.replace_checkpoint(replace(checkpoint, frames=kept))
                file.truncate(kept)
            for shot in snapshots:
                step = shot.step - schedule.hold
                measured = schedule.measures_temperature(file.n_frames)
                log = {**shot.log, FROM_POSITIONS: _temperature(forces, shot) if measured else np.nan}
                file.append(step, step * state.protocol.dt, shot.box, shot.positions, shot.images, log)
            file.flush()
            if after is not None:
                checkpoint = folder.checkpoint_of(end, file.n_frames)
            else:
                checkpoint = replace(checkpoint, frames=file.n_frames)
            folder.replace_checkpoint(checkpoint)
            folder.remove_files_but_of(checkpoint)
            record.write(checkpoint.frames)


def _temperature(forces: PairForces, shot: Snapshot) -> float:
    """Configurational temperature; no number where particles of a strange engine lie in each other."""
    found = forces.configurational_temperature(np.ascontiguousarray(shot.positions.T, dtype=np.float64))
    return found if np.isfinite(found) else np.nan


def _first(folder: RunFolder, request: Request, engine: Engine, record: Record) -> Checkpoint:
    """Checkpoint of step 0; where it started stays in the folder."""
    start = request.start()
    write_configuration(folder.start, request.state.liquid.mixture, start)
    record.begin(start)
    with record.timed(0):
        engine.prepare(request.state, start, folder.engine_file(0))
    checkpoint = folder.checkpoint_of(0, 0)
    record.write(0)
    folder.replace_checkpoint(checkpoint)
    return checkpoint


@dataclass(frozen=True, slots=True)
class _Ticker:
    """Leaves the step reached where the watcher looks, now and then."""

    path: Path

    def __call__(self, step: int) -> None:
        # Progress can do without; the frames can't.
        with suppress(OSError):
            if not self.path.exists() or time.time() - self.path.stat().st_mtime > _PROGRESS_SECONDS:
                self.path.write_text(str(step))
