"""LAMMPS in this process, one replica at a time.

Every command is built from numbers and fixed words; the only text from outside is a checkpoint's
path, and :func:`~supercooled.simulation.plain_paths.quoted` refuses what could end its quotes.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from supercooled.arguments import validated
from supercooled.box import Box
from supercooled.errors import SimulationError, StoreError
from supercooled.mixture import Mixture
from supercooled.simulation.active import Drive
from supercooled.simulation.engine import MELT_FACTOR, MELT_LEAST, MELT_TIME, Leg, Snapshot
from supercooled.simulation.lammps_library import open_lammps
from supercooled.simulation.pair_styles import pair_commands
from supercooled.simulation.plain_paths import plain_folder, plainly, quoted
from supercooled.simulation.start import Start
from supercooled.state import StatePoint

SKIN = 0.2  # measured: 0.3 costs 10 %, 0.5 20 %
# Begins and ends every restart file that is whole.
_MAGIC = b"LammpS RestartT\0"
_OF = "run_"
_LOG = {"potential_energy": "pe", "kinetic_temperature": "temp", "pressure": "press"}


@validated
@dataclass(frozen=True, slots=True)
class LammpsEngine:
    """LAMMPS through its library, without communication: one core a replica."""

    def version(self) -> str:
        """For example ``LAMMPS 20250722``.

        Returns
        -------
        str
            name and version of the engine
        """
        with session("the version of LAMMPS") as lmp:
            return f"LAMMPS {lmp.version()}"

    @validated
    def prepare(self, state: StatePoint, start: Start, checkpoint: Path) -> None:
        """Write the checkpoint of step 0: fresh velocities, after melting if `start` is a lattice.

        Parameters
        ----------
        state
            state point
        start
            starting configuration
        checkpoint
            file that is written

        Raises
        ------
        SimulationError
            if LAMMPS refuses, or a pair potential is one it is not told about.
        """
        with session(f"{state.label}: start from {start.name}") as lmp:
            create(lmp, state.liquid.mixture, start)
            interact(lmp, state.liquid.mixture)
            if start.melt:
                _melt(lmp, state)
            _velocities(lmp, state.temperature, state.seed)
            # Restart files keep the names of groups: this one says whose it is.
            lmp.command(f"group {_OF}{state.key} empty")
            lmp.command("run 0 post no")
            _energies(lmp)
            _write_checkpoint(lmp, checkpoint)

    @validated
    def advance(
        self,
        state: StatePoint,
        checkpoint: Path,
        leg: Leg,
        after: Path | None,
        tick: Callable[[int], None],
    ) -> list[Snapshot]:
        """Run a leg from its checkpoint; write the checkpoint of its end to `after`, if named.

        Parameters
        ----------
        state
            state point
        checkpoint
            file to start from
        leg
            part of the run
        after
            file of the checkpoint at its end, or None
        tick
            called with the number of steps done

        Returns
        -------
        list[Snapshot]
            frames of the leg

        Raises
        ------
        SimulationError
            if the checkpoint is not that of the leg's beginning, or another run's, or the run blows up.
        """
        snapshots = []
        box = Box.cube(state.liquid.edge(state.n_particles), state.liquid.mixture.dimensions)
        _check_kind(checkpoint)
        with session(state.label) as lmp:
            with plainly(checkpoint) as plain:
                lmp.command(f"read_restart {quoted(plain)}")
            step = int(lmp.extract_global("ntimestep"))
            if step != leg.begin:
                raise SimulationError(
                    f"{checkpoint} is of step {step}, not {leg.begin}; delete the run's folder"
                )
            _check_owner(lmp, state, checkpoint)
            # The computes were there before the checkpoint said how many dimensions there are.
            lmp.command(f"compute_modify thermo_temp extra/dof {state.liquid.mixture.dimensions}")
            interact(lmp, state.liquid.mixture)
            _integrator(lmp, state, held=leg.begin >= state.protocol.steps(state.protocol.hold))
            drive = _drive(lmp, state)
            if drive is not None:
                # The step that this leg begins at was the last of what was drawn before it.
                _push(lmp, drive, max(0, step - 1))
            lmp.command("run 0 post no")
            if leg.begin in leg.frames:
                snapshots.append(_snapshot(lmp, leg.begin, box))
            for stop in leg.stops:
                for piece in [stop] if drive is None else drive.pieces(step, stop):
                    if drive is not None:
                        _push(lmp, drive, step)
                    lmp.command(f"run {piece - step} pre no post no")
                    step = piece
                _energies(lmp)
                if stop in leg.frames:
                    snapshots.append(_snapshot(lmp, stop, box))
                tick(stop)
            if after is not None:
                _write_checkpoint(lmp, after)
        return snapshots


@contextmanager
def session(what: str) -> Iterator[Any]:
    """A LAMMPS instance, closed at the end; its errors become ours.

    Each leg has its own: one that ran before could leave something behind.
    """
    lmp = open_lammps()
    try:
        yield lmp
    except Exception as error:
        # LAMMPS' own errors arrive as bare Exception, or as a class of the wrapper's.
        if type(error) is not Exception and not type(error).__module__.startswith("lammps"):
            raise
        message = " ".join(str(error).split())
        raise SimulationError(f"{what}: LAMMPS stopped: {message}") from error
    finally:
        lmp.close()


def create(lmp: Any, mixture: Mixture, start: Start) -> None:
    """The box with its particles at rest, identities in their order."""
    half = start.box.lengths / 2.0
    edges = " ".join(f"{-h!r} {h!r}" for h in map(float, half))
    lmp.commands_string(
        f"units lj\ndimension {mixture.dimensions}\nboundary p p p\natom_style atomic\natom_modify map yes\n"
        f"region all block {edges}\ncreate_box {len(mixture.species)} all"
    )
    n = len(start.species)
    created = lmp.create_atoms(
        n,
        list(range(1, n + 1)),
        [int(s) + 1 for s in start.species],
        np.ascontiguousarray(start.positions, dtype=np.float64).ravel().tolist(),
    )
    if created != n:
        raise SimulationError(
            f"{start.name}: LAMMPS placed {created} of {n} particles; some lie outside the box"
        )
    for kind, mass in enumerate(mixture.masses, start=1):
        lmp.command(f"mass {kind} {float(mass)!r}")


def interact(lmp: Any, mixture: Mixture) -> None:
    """Pair potentials and lists of neighbours."""
    with plain_folder() as folder:
        lmp.commands_string("\n".join(pair_commands(mixture, folder)))
    lmp.commands_string(
        f"neighbor {SKIN} bin\nneigh_modify delay 0 every 1 check yes\n"
        "thermo_style custom step temp pe press\nthermo_modify norm yes lost error flush no"
    )


def _check_kind(checkpoint: Path) -> None:
    """Refuse a checkpoint that LAMMPS can't have written."""
    try:
        with checkpoint.open("rb") as file:
            ours = file.read(len(_MAGIC)) == _MAGIC
    except OSError as error:
        raise SimulationError(f"{checkpoint} can't be read: {error.strerror}") from error
    if not ours:
        raise SimulationError(
            f"{checkpoint} is not a checkpoint of LAMMPS; continue with the engine that made "
            "it, or delete the run's folder"
        )


def _check_owner(lmp: Any, state: StatePoint, checkpoint: Path) -> None:
    """Refuse a checkpoint of another run; an old one without a name is judged by its particles."""
    owners = [name for name in lmp.available_ids("group") if name and name.startswith(_OF)]
    types = np.ctypeslib.as_array(lmp.gather_atoms("type", 0, 1))
    counts = tuple(np.bincount(types, minlength=len(state.liquid.mixture.species) + 1)[1:].tolist())
    low, high = lmp.extract_box()[:2]
    edge = state.liquid.edge(state.n_particles)
    if (
        owners not in ([], [f"{_OF}{state.key}"])
        or counts != state.liquid.mixture.counts(state.n_particles, nearest=True)
        or abs(high[0] - low[0] - edge) > 1e-9 * edge
    ):
        raise SimulationError(
            f"{checkpoint} is a checkpoint of another run, not of {state.label}; delete the run's folder"
        )


def _velocities(lmp: Any, temperature: float, seed: int) -> None:
    lmp.command(f"velocity all create {float(temperature)!r} {int(seed)} mom yes rot no dist gaussian")


def _thermostat(lmp: Any, temperature: float, damping: float) -> None:
    T = repr(float(temperature))
    lmp.command(f"fix move all nvt temp {T} {T} {float(damping)!r}")


def _integrator(lmp: Any, state: StatePoint, *, held: bool) -> None:
    protocol = state.protocol
    lmp.command(f"timestep {float(protocol.dt)!r}")
    if protocol.ensemble == "nvt" or not held:
        _thermostat(lmp, state.temperature, protocol.damping * protocol.dt)
    else:
        lmp.command("fix move all nve")
    if state.liquid.mixture.dimensions == 2:
        lmp.command("fix plane all enforce2d")


def _drive(lmp: Any, state: StatePoint) -> Drive | None:
    if state.liquid.activity is None:
        return None
    species = np.ctypeslib.as_array(lmp.gather_atoms("type", 0, 1)).reshape(state.n_particles) - 1
    lmp.command("fix drive all external pf/array 1")
    return Drive.of(state, species)


def _push(lmp: Any, drive: Drive, step: int) -> None:
    array = lmp.numpy.fix_external_get_force("drive")
    identities = lmp.numpy.extract_atom("id", nelem=len(array))
    # LAMMPS keeps particles in the order of its cells, and takes the array along.
    array[:] = drive.forces(step)[identities - 1]


def _melt(lmp: Any, state: StatePoint) -> None:
    """Relax the lattice's clashes, melt it hot, and take the thermostat off again."""
    protocol = state.protocol
    hot = max(MELT_FACTOR * state.temperature, MELT_LEAST)
    lmp.command("minimize 0.0 1.0 200 2000")
    _velocities(lmp, hot, state.seed)
    lmp.command(f"timestep {float(protocol.dt)!r}")
    _thermostat(lmp, hot, protocol.damping * protocol.dt)
    if state.liquid.mixture.dimensions == 2:
        lmp.command("fix plane all enforce2d")
    lmp.command(f"run {math.ceil(MELT_TIME / protocol.dt)} post no")
    lmp.command("unfix move")
    if state.liquid.mixture.dimensions == 2:
        lmp.command("unfix plane")
    lmp.command("reset_timestep 0")


def _energies(lmp: Any) -> dict[str, float]:
    log = {name: float(lmp.get_thermo(keyword)) for name, keyword in _LOG.items()}
    if not all(map(math.isfinite, log.values())):
        raise SimulationError(
            f"the energy is not finite at step {int(lmp.get_thermo('step'))}; use a smaller dt"
        )
    return log


def _snapshot(lmp: Any, step: int, box: Box) -> Snapshot:
    n = lmp.get_natoms()
    # gather_atoms sorts by identity: LAMMPS itself keeps particles in the order of its cells
    raw = np.ctypeslib.as_array(lmp.gather_atoms("x", 1, 3)).reshape(int(n), 3)
    crossed = np.ctypeslib.as_array(lmp.gather_atoms("image", 0, 3)).reshape(int(n), 3)
    positions, moved = box.wrap(raw)
    return Snapshot(step, positions, (crossed + moved).astype(np.int32), box, _energies(lmp))


def _write_checkpoint(lmp: Any, path: Path) -> None:
    """Write a checkpoint and bring it to the disk, or leave nothing."""
    try:
        with plainly(path) as plain:
            lmp.command(f"write_restart {quoted(plain)}")
    except Exception as error:
        path.unlink(missing_ok=True)
        if "I/O error" in str(error):
            raise _no_room(path) from error
        raise
    size = len(_MAGIC)
    with path.open("rb") as file:
        os.fsync(file.fileno())
        head = file.read(size)
        file.seek(-min(size, path.stat().st_size), os.SEEK_END)
        # Some versions only warn, into a log that is off.
        whole = head == file.read(size) == _MAGIC
    if not whole:
        path.unlink()
        raise _no_room(path)


def _no_room(path: Path) -> StoreError:
    return StoreError(f"{path}: the disk is full or the quota is used up; free some space and run it again")
