"""A run's folder: named by its parameters and by what made it, held by one process at a time, never half.

What lies in it

- ``trajectory.gsd``: the frames
- ``start.gsd``: where the run started
- ``checkpoint.json``: the last checkpoint's step and file, and how many frames are on disk for good
- ``checkpoint-STEP``: that checkpoint, in the engine's own format
- ``run.json``: versions, seeds, timings, where it started
- ``progress``: step reached, for progress bars of other processes
- ``lock``: held while a process writes
- ``signac_statepoint.json``: the parameters, the engine, and the digest of the code that simulates
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import time
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, NonNegativeInt, StringConstraints

from supercooled.arguments import validated
from supercooled.digests import Digest, digest_of
from supercooled.errors import MissingExtraError, StoreError
from supercooled.extras import require
from supercooled.outputs import room_for, see_runs_folder, whole_file
from supercooled.plain_data import json_text, read_json
from supercooled.records import Fields, read_record
from supercooled.simulation.engine import Engine
from supercooled.simulation.engine_choice import EngineName, chosen_engine
from supercooled.source_code import simulating_digest
from supercooled.state import StatePoint

# Where a run started, in its folder.
START = "start.gsd"
# Beside the state point, what names a run.
_MAKER = ("engine", "source")
# Modules that say where a run stops and what of it is written.
_STEERING = ("supercooled.simulation.schedule", "supercooled.store.running")
# Of what else stands in a record.
_SUM = "checksum"
_DAMAGED = "can't be read: damaged checkpoint.json"
_POLL = 0.5
# Nothing is there yet, or it is read-only.
_NO_LOCK = (errno.ENOENT, errno.ENOTDIR, errno.EACCES, errno.EPERM, errno.EROFS)


@contextmanager
def _one_at_a_time(root: Path, flags: int) -> Iterator[None]:
    """Hold a folder of runs for the instant in which another process would find its records half written.

    A folder that holds no lock and can't be given one is nobody's to write, and is read as it is.
    """
    try:
        descriptor = os.open(root / ".runs.lock", flags, 0o644)
    except OSError as error:
        if error.errno in _NO_LOCK:
            yield
            return
        raise
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What the folder vouches for.

    Parameters
    ----------
    step
        of the engine's checkpoint
    file
        its name
    digest
        of its contents
    frames
        frames on disk for good; those at `step` and after it are recomputed when the run goes
        on, to the same bits
    """

    step: int
    file: str
    digest: str
    frames: int


class _Vouched(Fields):
    """A checkpoint as ``checkpoint.json`` has it."""

    step: NonNegativeInt
    file: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
    digest: str
    frames: NonNegativeInt
    checksum: str


class _MixtureRecord(Fields):
    model_config = ConfigDict(extra="allow")

    name: str


class _ActivityRecord(Fields):
    force: float
    persistence_time: float
    species: list[str]
    fraction: float


class _ProtocolRecord(Fields):
    every: float
    dt: float
    damping: float
    ensemble: Literal["nvt", "nve"]
    start: str
    hold: float
    per_decade: float = 0.0


class _StateRecord(Fields):
    activity: _ActivityRecord | None = None
    mixture: _MixtureRecord
    density: float
    temperature: float
    n_particles: int
    protocol: _ProtocolRecord
    seed: int


class _StartRecord(Fields):
    name: str
    sha256: str


class RunRecord(Fields):
    """What ``run.json`` says, of a simulation or of a quench."""

    model_config = ConfigDict(extra="allow")

    state: _StateRecord | None = None
    start: _StartRecord | None = None
    label: str = ""
    versions: dict[str, str] | None = None
    frames: NonNegativeInt = 0
    duration: float = 0.0
    seconds: float = 0.0
    atom_steps: NonNegativeInt = 0
    atom_steps_per_second: float = 0.0
    evaluations: float = 0.0


@validated
@dataclass(frozen=True, slots=True)
class RunFolder:
    """Paths of a run, and how its records are read and replaced.

    Parameters
    ----------
    path
        folder of the run
    """

    path: Path

    @classmethod
    @validated
    def of(
        cls, state: StatePoint, root: str | Path, *, engine: EngineName | Engine | None = None
    ) -> RunFolder:
        """The folder of a state point below `root`, made if it is not there.

        Parameters
        ----------
        state
            state point
        root
            folder of the runs
        engine
            that makes the run, as of :func:`supercooled.simulate`; it and the code that simulates are
            part of the folder's name

        Returns
        -------
        RunFolder
            folder of the run

        Raises
        ------
        ParameterError
            if `root` can't be the name of a folder of runs.
        StoreError
            if it can't be made, what is there does not fit its name, or `root` holds no runs but other files.
        """
        require("signac", doing="a folder of runs")
        import signac
        from signac.errors import Error

        see_runs_folder(root)
        with room_for(root):
            Path(root).mkdir(parents=True, exist_ok=True)
            try:
                with _one_at_a_time(Path(root), os.O_RDWR | os.O_CREAT):
                    project = signac.init_project(str(Path(root).absolute()))
                    job = project.open_job(_name(project, state, engine))
                    job.init()
            except Error as error:
                raise StoreError(f"{root} is not a usable folder of runs: {error}") from error
        return cls(Path(job.path))

    @staticmethod
    @validated
    def is_there(state: StatePoint, root: str | Path, *, engine: EngineName | Engine | None = None) -> bool:
        """Whether a state point has a folder of an engine below `root`; nothing is made.

        Parameters
        ----------
        state
            state point
        root
            folder of the runs
        engine
            name of an engine, or an engine; None for the default

        Returns
        -------
        bool
            true where the folder exists
        """
        require("signac", doing="a folder of runs")
        import signac
        from signac.errors import Error

        with _one_at_a_time(Path(root), os.O_RDONLY):
            try:
                project = signac.get_project(str(Path(root).absolute()), search=False)
            except (LookupError, Error):
                return False
            return project.open_job(_name(project, state, engine)) in project

    @staticmethod
    @validated
    def made_otherwise(
        states: Sequence[StatePoint], root: str | Path, *, engine: EngineName | Engine | None = None
    ) -> list[str]:
        """What is below `root` of state points that this engine or this code did not make, a sentence each.

        Such runs stay where they are, and are not taken for what is asked for.

        Parameters
        ----------
        states
            state points
        root
            folder of the runs
        engine
            name of an engine, or an engine; None for the default

        Returns
        -------
        list[str]
            one sentence per run; empty if there is none
        """
        require("signac", doing="a folder of runs")
        import signac
        from signac.errors import Error

        try:
            project = signac.get_project(str(Path(root).absolute()), search=False)
        except (LookupError, Error):
            return []
        found = _of_states(project, states)
        said = []
        for state in states:
            wanted = _name(project, state, engine)
            others = [job for job in found.get(state.key, []) if job.sp() != wanted]
            said += [f"{job.path}: {_why(job.sp(), wanted)}" for job in others]
        return said

    @property
    def trajectory(self) -> Path:
        """The frames."""
        return self.path / "trajectory.gsd"

    @property
    def start(self) -> Path:
        """Where the run started."""
        return self.path / START

    @property
    def record_path(self) -> Path:
        """Provenance and timings."""
        return self.path / "run.json"

    @property
    def progress_path(self) -> Path:
        """Step reached."""
        return self.path / "progress"

    @validated
    def engine_file(self, step: int) -> Path:
        """The engine's checkpoint of a step.

        Parameters
        ----------
        step
            integration step

        Returns
        -------
        Path
            path of the file
        """
        return self.path / f"checkpoint-{step}"

    def checkpoint(self) -> Checkpoint | None:
        """The last checkpoint; None before the first.

        Returns
        -------
        Checkpoint | None
            the last checkpoint, or None

        Raises
        ------
        StoreError
            if it is damaged.
        """
        path = self.path / "checkpoint.json"
        if not path.exists():
            return None
        _check_sum(path, saying=_DAMAGED)
        stored = read_record(path, _Vouched, error=StoreError, saying=_DAMAGED, remedy="; delete the folder")
        checkpoint = Checkpoint(**stored.model_dump(exclude={_SUM}))
        if not (self.path / checkpoint.file).is_file():
            raise StoreError(f"{self.path}: {checkpoint.file} is missing; delete the folder")
        return checkpoint

    @validated
    def checkpoint_of(self, step: int, frames: int) -> Checkpoint:
        """The checkpoint of a step whose engine's file is there, vouching for so many frames.

        Parameters
        ----------
        step
            integration step
        frames
            number of frames written at that step

        Returns
        -------
        Checkpoint
            checkpoint with the digests of its files
        """
        file = self.engine_file(step)
        return Checkpoint(step, file.name, _digest_of_file(file), frames)

    @validated
    def engine_file_of(self, checkpoint: Checkpoint) -> Path:
        """The engine's file of a checkpoint, verified.

        Parameters
        ----------
        checkpoint
            checkpoint

        Returns
        -------
        Path
            path of the file

        Raises
        ------
        StoreError
            if it is not what was written.
        """
        path = self.path / checkpoint.file
        if _digest_of_file(path) != checkpoint.digest:
            raise StoreError(
                f"{path} is not what was written (its checksum differs), so the run can't "
                "continue from it; delete the folder to make the run again"
            )
        return path

    @validated
    def replace_checkpoint(self, checkpoint: Checkpoint) -> None:
        """Make this the checkpoint, in one step.

        Parameters
        ----------
        checkpoint
            checkpoint
        """
        self._write("checkpoint.json", asdict(checkpoint))

    @validated
    def remove_files_but_of(self, checkpoint: Checkpoint) -> None:
        """Remove the engine files of other checkpoints.

        Parameters
        ----------
        checkpoint
            checkpoint
        """
        for old in self.path.glob("checkpoint-*"):
            if old.name != checkpoint.file and old.name.removeprefix("checkpoint-").isdigit():
                old.unlink(missing_ok=True)

    def record(self) -> dict[str, Any]:
        """Provenance and timings so far; empty before the first.

        Returns
        -------
        dict[str, Any]
            content of ``record.json``
        """
        if not self.record_path.exists():
            return {}
        _check_sum(self.record_path)
        stored = read_record(self.record_path, RunRecord, error=StoreError, remedy="; delete the folder")
        return stored.model_dump(exclude_unset=True, exclude={_SUM})

    @validated
    def write_record(self, record: Mapping[str, Any]) -> None:
        """Replace provenance and timings.

        Parameters
        ----------
        record
            provenance and timings
        """
        self._write("run.json", dict(record))

    def frames_done(self) -> int:
        """Frames on disk for good.

        Returns
        -------
        int
            number of frames
        """
        checkpoint = self.checkpoint()
        return 0 if checkpoint is None or not self.trajectory.exists() else checkpoint.frames

    @validated
    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the folder; while another process does, say so and wait.

        The system lets go of the lock when a process ends, however it ends.

        Returns
        -------
        Iterator[None]
            context manager
        """
        with room_for(self.path):
            descriptor = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT, 0o644)
        try:
            told = False
            while True:
                try:
                    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if not told:
                        warnings.warn(f"another process is writing {self.path}: waiting for it", stacklevel=3)
                        told = True
                    time.sleep(_POLL)
            yield
        finally:
            os.close(descriptor)

    def is_held(self) -> bool:
        """Whether a process is writing in it now.

        Returns
        -------
        bool
            true while another process has the lock
        """
        try:
            with (self.path / "lock").open("r+b") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except FileNotFoundError:
            return False
        except BlockingIOError:
            return True
        return False

    def _write(self, name: str, data: Mapping[str, Any]) -> None:
        plain = {key: value for key, value in data.items() if key != _SUM}
        json_text(plain, "record", sort_keys=True)
        text = json_text({**plain, _SUM: _sum(plain)}, "record", sort_keys=True)
        with whole_file(self.path / name) as temporary:
            temporary.write_text(text)


def _name(project: Any, state: StatePoint, engine: EngineName | Engine | None) -> dict[str, Any]:
    """What names the run that is asked for.

    Where the engine is not installed nothing can be made anew, and a run that it made elsewhere with the same
    code is the one that is asked for.
    """
    chosen = chosen_engine(engine)
    try:
        version = chosen.version()
    except MissingExtraError:
        source = source_of_runs(chosen)
        made = [job.sp() for job in _of_states(project, [state]).get(state.key, [])]
        same = [name for name in made if name.get("source") == source]
        if not same:
            raise
        return dict(max(same, key=lambda name: str(name["engine"])))
    return {**state.to_dict(), "engine": version, "source": source_of_runs(chosen)}


def source_of_runs(engine: Engine) -> str:
    """Digest of the code that makes an engine's runs, its own with it; comments and docstrings don't count.

    Raises
    ------
    ParameterError
        if the engine's class stands in no file.
    """
    return simulating_digest(type(engine).__module__, *_STEERING)


def _of_states(project: Any, states: Sequence[StatePoint]) -> dict[str, list[Any]]:
    """Jobs of state points, of any engine and code, by the key of the state point."""
    wanted = {digest_of(state.to_dict()): state.key for state in states}
    found: dict[str, list[Any]] = {}
    for job in project:
        name = {key: value for key, value in job.sp().items() if key not in _MAKER}
        if (key := wanted.get(digest_of(name))) is not None:
            found.setdefault(key, []).append(job)
    return found


def _why(made: Mapping[str, Any], wanted: Mapping[str, Any]) -> str:
    """Why a run of the same state point is another."""
    if not set(_MAKER) <= set(made):
        return "an earlier version made this run and did not record the engine and the code in its name"
    if made["engine"] != wanted["engine"]:
        return f"this run was made with {made['engine']}, and the engine is now {wanted['engine']}"
    return "the code that simulates has changed since this run was made"


def _sum(data: Mapping[str, Any]) -> str:
    return digest_of(json.dumps(data, sort_keys=True))


def _check_sum(path: Path, saying: str = "can't be read") -> None:
    """Refuse a record that is not what was written."""
    data = read_json(path, error=StoreError, saying=saying, remedy="; delete the folder")
    stated = data.pop(_SUM, None) if isinstance(data, dict) else None
    if not isinstance(data, dict):
        return
    if stated is None:
        raise StoreError(
            f"{path} has no checksum: an earlier version or another program wrote it; delete "
            "the folder, or choose another folder of runs"
        )
    if stated != _sum(data):
        raise StoreError(
            f"{path} is not what was written (its checksum differs): it is damaged or was edited; delete the "
            "folder"
        )


def _digest_of_file(path: Path) -> str:
    digest = Digest()
    try:
        with path.open("rb") as file:
            while piece := file.read(2**20):
                digest.add(piece)
    except OSError as error:
        raise StoreError(f"{path} can't be read: {error.strerror}") from error
    return digest.text
