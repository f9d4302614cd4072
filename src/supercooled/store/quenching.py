"""Inherent structures of a whole trajectory: quenched as a stream, never lost, never twice."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import nullcontext
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import Annotated, Any

import numpy as np

from supercooled import cluster, io
from supercooled.arguments import Number, validated
from supercooled.arrays import AnyArray, Array, Integers
from supercooled.box import Box
from supercooled.chunks import cores_of, spans
from supercooled.digests import digest_of
from supercooled.errors import ParameterError, StoreError
from supercooled.frame_source import digests_of_frames
from supercooled.io.gsd_reading import read_origins
from supercooled.mixture import Mixture
from supercooled.outputs import room_for, see_runs_folder
from supercooled.simulation.lammps_engine import LammpsEngine
from supercooled.simulation.quench import InherentStructure, Minimiser, check_quench, inherent_structure
from supercooled.simulation.start import species_of
from supercooled.source_code import provenance, simulating_digest
from supercooled.source_code import versions as versions_of_packages
from supercooled.store.folder import RunFolder
from supercooled.store.reading import first_frames
from supercooled.store.record import versions
from supercooled.trajectory import Trajectory
from supercooled.unwrapping import LARGEST_CONTINUOUS_STEP

# Five seconds of one core: what a killed quench loses, and how often the disk is asked to keep it.
_PARTICLES_PER_CHUNK = 32_000


@validated
def quench_trajectory(
    trajectory: Trajectory,
    *,
    tolerance: Annotated[float, Number(above=0.0, like="1e-2")],
    minimiser: Minimiser = "l-bfgs",
    mixture: Mixture | None = None,
    root: str | Path = "runs",
    workers: cluster.Workers = None,
    progress: bool = True,
) -> Trajectory:
    """Inherent structures of a trajectory, frame by frame, or what is there of them already.

    They are named by the frames of the trajectory, what its particles are, the tolerance, the minimiser and
    its source, and lie below ``root``. Asked for again they are read; if the trajectory has become longer,
    or the quench was killed at any instant, it goes on. Each frame stands once, in order, and is the same
    however many workers there were.

    Parameters
    ----------
    trajectory
        trajectory
    tolerance
        2-norm of all forces together at which a quench ends, epsilon_AA/sigma_AA; see
        :func:`supercooled.simulation.inherent_structure`
    minimiser
        algorithm of the quench
    mixture
        what the particles are, if the trajectory is not a run of this package
    root
        folder of the runs
    workers
        processes, by default one for each core; or a Dask cluster
    progress
        show progress bars

    Returns
    -------
    Trajectory
        Trajectory with the times, `state` and `temperature` of the one given, unwrapped alike; its file logs
        ``potential_energy`` a particle, ``force_norm`` and ``evaluations``, for :func:`logged`.

    Raises
    ------
    ParameterError
        if there is no mixture, or the tolerance is not positive.
    MixtureError, BoxError, SimulationError
        if the mixture is another one, the box too small, or a frame can't be quenched.
    StoreError
        if `root` is a folder of something else, or the disk is full; make room and ask again.

    Examples
    --------
    >>> import tempfile
    >>> from supercooled import simulate, systems
    >>> from supercooled.store import logged
    >>> root = tempfile.mkdtemp()
    >>> run = simulate(
    ...     systems.kob_andersen(density=1.2), temperature=1.0, n_particles=200, duration=0.2, every=0.1,
    ...     start="lattice", hold=0.5, root=root, progress=False)
    >>> still = quench_trajectory(run, tolerance=1e-2, root=root, workers=1, progress=False)
    >>> bool((logged(still, "potential_energy") < logged(run, "potential_energy") - 1.0).all())
    True
    """
    check_quench(tolerance=tolerance, minimiser=minimiser)
    if mixture is None:
        if trajectory.state is None:
            raise ParameterError(
                f"{trajectory.source.name} does not say which mixture its particles are; give "
                "it, for example mixture=sc.systems.kob_andersen(density=1.2).mixture"
            )
        mixture = trajectory.state.liquid.mixture
    task = _Task(trajectory, species_of(trajectory, mixture), mixture, tolerance, minimiser)
    see_runs_folder(root)
    folder = _folder_of(task, Path(root).absolute() / "inherent")
    while _frames(folder) < trajectory.n_frames:
        with folder.held():
            # Another process may have begun another trajectory here while this one waited.
            if _is_of(folder, task):
                _go_on(folder, task, workers, show=progress)
        folder = _folder_of(task, folder.path.parent)
    made = first_frames(folder, trajectory.n_frames, trajectory.temperature)
    return replace(made, state=trajectory.state)


@dataclass(frozen=True, slots=True)
class _Task:
    """What is to be quenched, and how."""

    trajectory: Trajectory
    kinds: Integers
    mixture: Mixture
    tolerance: float
    minimiser: Minimiser

    def name(self) -> dict[str, Any]:
        """What tells it from others, but for its frames beyond the first: there may be more of them later."""
        engine = {"engine": LammpsEngine().version()} if self.minimiser.startswith("lammps") else {}
        return {
            "state": None if self.trajectory.state is None else self.trajectory.state.to_dict(),
            "first_frame": self.origins(slice(0, 1))[0],
            "particles": digest_of(self.kinds),
            "mixture": self.mixture.to_dict(),
            "tolerance": float(self.tolerance),
            "minimiser": self.minimiser,
            **engine,
            "source_of_quench": simulating_digest("supercooled.simulation.quench"),
            **versions_of_packages("numba", "numpy"),
        }

    def origins(self, chunk: slice) -> list[str]:
        """Digests of some frames and of when they are."""
        trajectory = self.trajectory
        frames = trajectory.frames[chunk].tolist()
        held = digests_of_frames(trajectory.source, frames)
        moments = [trajectory.moment(k) for k in range(*chunk.indices(trajectory.n_frames))]
        return [digest_of(*each) for each in zip(held, frames, moments, strict=True)]

    @property
    def key(self) -> str:
        """Hash of its name."""
        return digest_of(self.name())

    def quench(self, chunk: slice) -> list[InherentStructure]:
        """Inherent structures of some frames, unwrapped where the trajectory says how."""
        trajectory = self.trajectory
        data = trajectory.read(chunk)
        found = []
        for k, frame in enumerate(trajectory.frames[chunk]):
            box = Box.from_array(data.boxes[k], trajectory.dimensions)
            free = data.positions[k]
            if data.images is not None and not data.unwrapped:
                free = box.unwrap(free, data.images[k])
            found.append(
                inherent_structure(
                    free,
                    box,
                    self.kinds,
                    self.mixture,
                    tolerance=self.tolerance,
                    minimiser=self.minimiser,
                    name=f"{trajectory.source.name}: frame {frame}",
                )
            )
        return found


def _folder_of(task: _Task, root: Path) -> RunFolder:
    """The folder of a quench, made if it is not there: the first under its key that holds its frames or none.

    Trajectories may be the same in their first frame and others later on.
    """
    key = task.key
    for number in count():
        folder = RunFolder(root / (f"{key}-{number}" if number else key))
        if _is_of(folder, task):
            break
    with room_for(folder.path):
        folder.path.mkdir(parents=True, exist_ok=True)
    return folder


def _is_of(folder: RunFolder, task: _Task) -> bool:
    """Whether all that a folder holds was made from the frames of a task."""
    done = min(_frames(folder), task.trajectory.n_frames)
    return done == 0 or read_origins(folder.trajectory, done) == task.origins(slice(0, done))


def _frames(folder: RunFolder) -> int:
    """Frames on disk for good."""
    return int(folder.record().get("frames", 0)) if folder.trajectory.exists() else 0


def _go_on(folder: RunFolder, task: _Task, workers: cluster.Workers, *, show: bool) -> None:
    trajectory, n_frames = task.trajectory, task.trajectory.n_frames
    record = {"evaluations": 0, "seconds": 0.0, **folder.record(), **task.name()}
    record["versions"], record["source"] = versions(LammpsEngine()), provenance()
    done = int(record.get("frames", 0))
    with io.GsdAppender(
        folder.trajectory,
        species=task.kinds,
        names=task.mixture.species,
        masses=task.mixture.masses,
        dimensions=trajectory.dimensions,
    ) as file:
        if file.n_frames < done:
            raise StoreError(
                f"{folder.trajectory} has {file.n_frames} frames of the {done} that were "
                "written; delete the folder to start again"
            )
        # Those beyond were not vouched for when the last quench was killed.
        file.truncate(done)
        paths = _Paths(folder.trajectory, task, done)
        began = time.perf_counter()
        size = max(1, _PARTICLES_PER_CHUNK // trajectory.n_particles)
        chunks = [span.read for span in spans(done, n_frames, size=size, end=n_frames)]
        for chunk, found in _shown(_quenched(task, chunks, workers), done, n_frames, show=show):
            boxes, origins = trajectory.boxes(chunk), task.origins(chunk)
            for k, frame in enumerate(range(chunk.start, chunk.stop)):
                box = Box.from_array(boxes[k], trajectory.dimensions)
                positions, images = paths.next(found[k].positions, box)
                log = {
                    "potential_energy": found[k].energy,
                    "force_norm": found[k].force,
                    "evaluations": float(found[k].evaluations),
                }
                step = int(trajectory.frames[frame])
                file.append(step, trajectory.moment(frame), box, positions, images, log, origin=origins[k])
                record["evaluations"] += found[k].evaluations
            file.flush()
            record["frames"] = file.n_frames
            now = time.perf_counter()
            folder.write_record({**record, "seconds": round(record["seconds"] + now - began, 3)})


def _quenched(
    task: _Task, chunks: list[slice], workers: cluster.Workers
) -> Iterator[tuple[slice, list[InherentStructure]]]:
    """The chunks in their order, some being made ahead."""
    waiting: deque[tuple[slice, Future[list[InherentStructure]]]] = deque()
    with cluster.executor(cluster.at_most(workers, len(chunks))) as executor:
        cores = cores_of(executor)
        ahead = 1 if cores == 1 else 2 * cores
        left = iter(chunks)
        while True:
            for chunk in left:
                waiting.append((chunk, executor.submit(task.quench, chunk)))
                if len(waiting) >= ahead:
                    break
            if not waiting:
                return
            chunk, future = waiting.popleft()
            yield chunk, future.result()


def _shown(
    results: Iterator[tuple[slice, list[InherentStructure]]], done: int, n_frames: int, *, show: bool
) -> Iterator[tuple[slice, list[InherentStructure]]]:
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True)) if show else nullcontext() as bar:
        task = None if bar is None else bar.add_task("quench", total=n_frames, completed=done)
        for chunk, found in results:
            yield chunk, found
            if bar is not None and task is not None:
                bar.update(task, completed=chunk.stop)


class _Paths:
    """Folds each structure into the box, so that paths stay whole.

    Without images or unwrapped coordinates in the trajectory, each structure follows the one before.
    """

    def __init__(self, path: Path, task: _Task, done: int) -> None:
        trajectory = task.trajectory
        first = trajectory.read(slice(0, 1))
        self._name = trajectory.source.name
        self._follows = first.images is None and not first.unwrapped
        self._last: Array | None = None
        if self._follows and done:
            self._last = io.read(path).unwrapped(slice(done - 1, done))[0]

    def next(self, positions: Array, box: Box) -> tuple[Array, AnyArray]:
        """Folded positions and images of the next structure."""
        folded, images = box.wrap(positions)
        if not self._follows:
            return folded, images
        if self._last is None:
            images = np.zeros_like(images)
        else:
            away = box.fractional(self._last - folded)
            images = np.rint(away).astype(np.int32)
            far = np.abs(away - images)[:, : box.dimensions].max(axis=1)
            if far.max() > LARGEST_CONTINUOUS_STEP:
                raise StoreError(
                    f"{self._name}: particle {int(far.argmax())} moves {far.max():.2f} of the "
                    "box between two frames, too far to tell in which direction; give image "
                    "flags"
                )
            if box.dimensions == 2:
                images[:, 2] = 0
        self._last = box.unwrap(folded, images)
        return folded, images
