"""The propensities that the package ships: simulated, reduced and kept, configuration by configuration.

python -m benchmarks.propensities --out FOLDER [--workers N | --scheduler WHICH] [STATE ...]
python -m benchmarks.propensities --out FOLDER --pack SHIPPED [STATE ...]
python -m benchmarks.propensities --count

Each state has 12 configurations. All begin with one in equilibrium and run apart for ten relaxation times
with velocities of their own, so that those that learn (the first 8) and those that judge (the last 4) have
nothing left in common; how much is left is measured and kept. From each, 32 runs give the distance that every
particle goes, at 6 times from 0.1 to 3 relaxation times. Killed at any moment, the same command goes on.
The second command writes what is complete as the package ships it: rounded, packed, a few hundred kilobytes.
"""

from __future__ import annotations

import argparse
import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import supercooled as sc
from supercooled import Mixture, Trajectory
from supercooled.cluster import Scheduler, Workers
from supercooled.datasets.shipped import DISTANCE, FORMAT, POSITION, contents
from supercooled.dynamics.propensity import distances_gone
from supercooled.indicators.inherent_structures import TOLERANCE
from supercooled.mixture import Liquid
from supercooled.outputs import whole_file
from supercooled.simulation import inherent_structure, lattice
from supercooled.simulation.start import Start
from supercooled.source_code import provenance
from supercooled.store.configurations import write_configuration

CONFIGURATIONS, LEARN, RUNS = 12, 8, 32
# In relaxation times.
TIMES = (0.1, 0.2, 0.5, 1.0, 2.0, 3.0)
APART, HELD, CHECKED = 10.0, 10.0, 22.0
DT = 0.005
# What a particle has gone that is still where it was, as the overlap of the relaxation time takes it.
NEAR = 0.3


@dataclass(frozen=True)
class State:
    """A liquid at a temperature.

    tau : relaxation time by which times are counted: that of the record of the equilibrated configuration,
        rounded so that a tenth of it is a whole number of steps
    start : "equilibrated", the package's own; "lattice"; or the state whose configuration is cooled
    """

    system: str
    density: float
    temperature: float
    n_particles: int
    tau: float
    start: str = "equilibrated"

    @property
    def name(self) -> str:
        """As the folder and the file are called."""
        return f"{self.system}_rho{self.density:g}_T{self.temperature:g}_N{self.n_particles}"

    @property
    def liquid(self) -> Liquid:
        """The liquid at its density."""
        return sc.systems.named(self.system, density=self.density)

    @property
    def atom_steps(self) -> tuple[float, float]:
        """Of the isoconfigurational runs, and of what is done before them."""
        a_tau = self.n_particles * self.tau / DT
        before = CONFIGURATIONS * APART + (0.0 if self.start == "equilibrated" else HELD + CHECKED)
        return CONFIGURATIONS * RUNS * TIMES[-1] * a_tau, before * a_tau


# Hot ones first.
STATES = (
    State("ka-wca", 1.2, 0.8, 1000, 2.1),
    State("ka-wca", 1.2, 0.6, 1000, 5.0),
    State("ka-wca", 1.2, 0.45, 1000, 18.0),
    State("ka-lj", 1.2, 0.7, 4096, 7.4, "lattice"),
    State("wahnstrom", 1.2959, 0.65, 1000, 27.0),
    State("ka2d", 1.19206, 0.43, 1290, 62.0, "lattice"),
    State("ka-lj", 1.2, 0.58, 4096, 28.0, "ka-lj_rho1.2_T0.7_N4096"),
)
KNOWN = {state.name: state for state in STATES}


def main() -> None:
    """Make what is missing of the named states, or of all."""
    about = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    about.add_argument("states", nargs="*", metavar="STATE", help=", ".join(KNOWN))
    about.add_argument("--out", type=Path, help="folder to write")
    about.add_argument("--workers", type=int, default=1, help="processes side by side")
    about.add_argument("--scheduler", help="Dask cluster instead, as the commands take it")
    about.add_argument("--pack", type=Path, help="folder of what is shipped, to write complete states to")
    about.add_argument("--count", action="store_true", help="only count the atom-steps")
    given = about.parse_args()
    if unknown := set(given.states) - set(KNOWN):
        about.error(f"no state {sorted(unknown)[0]}; known are {', '.join(KNOWN)}")
    states = [KNOWN[name] for name in given.states] or list(STATES)
    for state in states:
        runs, before = state.atom_steps
        print(f"{state.name}: {runs:.2g} atom-steps, and {before:.2g} before them", flush=True)
    if given.count:
        return
    if given.out is None:
        about.error("say where to write: --out FOLDER")
    if given.pack is not None:
        for state in states:
            pack(state, given.out, given.pack)
        return
    workers = given.workers if given.scheduler is None else Scheduler(given.scheduler)
    for state in states:
        try:
            make(state, given.out, workers)
        except sc.SupercooledError as error:
            # The others need not wait for it.
            print(f"{state.name}: {error}", flush=True)


def make(state: State, out: Path, workers: Workers) -> None:
    """All configurations of a state, each a file ``configuration-NN.npz`` and a JSON beside it."""
    folder, runs = out / state.name, out / "runs"
    folder.mkdir(parents=True, exist_ok=True)
    if all(_written(folder, k).exists() for k in range(CONFIGURATIONS)):
        return
    begun = _begun(state, out, workers)
    for k, beginning in enumerate(begun):
        if _written(folder, k).exists():
            continue
        seeds = 1000 * (k + 1)
        several = sc.store.isoconfigurational(
            state.liquid,
            n_runs=RUNS,
            temperature=state.temperature,
            n_particles=state.n_particles,
            duration=TIMES[-1] * state.tau,
            every=TIMES[0] * state.tau,
            first_seed=seeds,
            start=beginning,
            dt=DT,
            root=runs,
            workers=workers,
            progress=False,
        )
        _keep(state, folder, k, several, beginning)
        for run in several:
            shutil.rmtree(Path(run.source.name).parent)
        print(f"{state.name}: configuration {k + 1} of {CONFIGURATIONS}", flush=True)


def _written(folder: Path, k: int) -> Path:
    # Written last.
    return folder / f"configuration-{k + 1:02d}.json"


def _begun(state: State, out: Path, workers: Workers) -> list[Trajectory]:
    """Twelve runs of ten relaxation times from one configuration; their last frames count."""
    start = _equilibrated(state, out)
    asked = [
        sc.store.request(
            state.liquid,
            temperature=state.temperature,
            n_particles=state.n_particles,
            duration=APART * state.tau,
            every=state.tau,
            seed=100 + k,
            start=start,
            dt=DT,
        )
        for k in range(CONFIGURATIONS)
    ]
    return sc.store.simulate_all(asked, root=out / "runs", workers=workers, progress=False)


def _equilibrated(state: State, out: Path) -> str | Path:
    if state.start == "equilibrated":
        return state.start
    path = out / state.name / "equilibrated.gsd"
    if not path.with_suffix(".json").exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        if state.start == "lattice":
            start = path.with_name("lattice.gsd")
            write_configuration(start, state.liquid.mixture, _lattice(state))
        else:
            start = Path(_equilibrated(KNOWN[state.start], out))
        # A hundredth of the relaxation time between frames is enough to see it.
        sc.store.equilibrate(
            state.liquid,
            state.temperature,
            state.n_particles,
            start=start,
            hold=HELD * state.tau,
            duration=CHECKED * state.tau,
            every=0.1 * state.tau,
            longest=4.0 * CHECKED * state.tau,
            out=path,
            dt=DT,
            root=out / "runs",
            progress=False,
        )
        print(f"{state.name}: equilibrated", flush=True)
    return path


def _lattice(state: State) -> Start:
    """A lattice whose composition is met as nearly as whole particles can, quenched."""
    liquid, n = state.liquid, state.n_particles
    mixture = liquid.mixture
    alike = Mixture("alike", ("A",), (1.0,), (1.0,), (mixture.potentials[0],), dimensions=mixture.dimensions)
    sites = lattice(Liquid(alike, liquid.density), n, 1)
    counts = mixture.counts(n, nearest=True)
    species = np.random.default_rng(1).permutation(np.repeat(np.arange(len(counts)), counts))
    still = inherent_structure(sites.positions, sites.box, species, mixture, tolerance=1.0)
    return Start("lattice", sites.box.wrap(still.positions)[0], species.astype(np.int32), sites.box)


def _keep(state: State, folder: Path, k: int, several: Sequence[Trajectory], beginning: Trajectory) -> None:
    """What is left of the runs of one configuration, whole or not at all."""
    first, mixture = several[0], state.liquid.mixture
    d = mixture.dimensions
    positions = first.positions(slice(0, 1))[0]
    box, species = first.fixed_box(), first.species
    still = inherent_structure(positions, box, species, mixture, tolerance=TOLERANCE)
    times = [round(t * state.tau, 9) for t in TIMES]
    distances = distances_gone(several, np.array(times))
    records = [sc.store.RunFolder(Path(run.source.name).parent).record() for run in several]
    about: dict[str, Any] = {
        "state": state.name,
        "configuration": k + 1,
        "role": "learn" if k < LEARN else "judge",
        "seeds": [1000 * (k + 1), 1000 * (k + 1) + RUNS - 1],
        "began_alike": _left(beginning),
        "atom_steps": sum(int(record["atom_steps"]) for record in records),
        "seconds": sum(float(record["seconds"]) for record in records),
        "versions": records[0]["versions"],
        "source": records[0].get("source", provenance()),
        "inherent_energy": still.energy,
        "edges": [float(edge) for edge in box.lengths[:d]],
        "times": times,
    }
    arrays = {
        "species": species.astype(np.uint8),
        "positions": positions[:, :d],
        "inherent": still.positions[:, :d],
        "distances": distances.astype(np.float32),
    }
    _put(folder / f"configuration-{k + 1:02d}.npz", lambda path: _save(path, arrays))
    _put(_written(folder, k), lambda path: path.write_text(json.dumps(about, indent=1) + "\n"))


def pack(state: State, out: Path, shipped: Path) -> None:
    """A complete state as the package ships it."""
    folder = out / state.name
    missing = [k + 1 for k in range(CONFIGURATIONS) if not _written(folder, k).exists()]
    if missing:
        print(f"{state.name}: {len(missing)} configurations are missing", flush=True)
        return
    about = [json.loads(_written(folder, k).read_text()) for k in range(CONFIGURATIONS)]
    held = [np.load(_written(folder, k).with_suffix(".npz")) for k in range(CONFIGURATIONS)]
    distances = np.stack([one["distances"] for one in held])
    halves = np.stack([distances[:, 0::2].mean(axis=1), distances[:, 1::2].mean(axis=1)], axis=1)
    positions = np.rint(np.stack([one["positions"] for one in held]) / POSITION)
    inherent = np.rint(np.stack([one["inherent"] for one in held]) / POSITION) - positions
    steps = np.rint(halves / DISTANCE)
    if steps.max() >= 2**16 or any((one["species"] != held[0]["species"]).any() for one in held):
        raise SystemExit(f"{state.name}: a distance is too large, or species differ between configurations")
    arrays = {
        "species": held[0]["species"].astype(np.uint8),
        "positions": positions.astype(np.int32),
        "inherent": inherent.astype(np.int32),
        "halves": steps.astype(np.uint16),
    }
    record = {
        "format": FORMAT,
        "system": state.system,
        "density": state.density,
        "temperature": state.temperature,
        "n_particles": state.n_particles,
        "relaxation_time": state.tau,
        "times": about[0]["times"],
        "edges": about[0]["edges"],
        "roles": [one["role"] for one in about],
        "digest": contents(arrays),
        "made": {
            "command": f"python -m benchmarks.propensities --out FOLDER {state.name}",
            "runs": RUNS,
            "dt": DT,
            "apart": APART,
            "seeds": [one["seeds"] for one in about],
            "began_alike": [round(one["began_alike"], 4) for one in about],
            "atom_steps": sum(one["atom_steps"] for one in about),
            "seconds": round(sum(one["seconds"] for one in about)),
            "inherent_energy": [round(one["inherent_energy"], 6) for one in about],
            "versions": about[0]["versions"],
            "source": about[0]["source"],
        },
    }
    shipped.mkdir(parents=True, exist_ok=True)
    _put(shipped / f"{state.name}.npz", lambda path: _save(path, arrays, packed=True))
    _put(shipped / f"{state.name}.json", lambda path: path.write_text(json.dumps(record, indent=1) + "\n"))
    print(f"{state.name}: {(shipped / f'{state.name}.npz').stat().st_size / 1e6:.2f} MB", flush=True)


def _left(run: Trajectory) -> float:
    """Share of particles that are where they were at the beginning of a run."""
    places = run.unwrapped(slice(0, run.n_frames))
    return float((np.linalg.norm(places[-1] - places[0], axis=1) < NEAR).mean())


def _save(path: Path, arrays: dict[str, Any], *, packed: bool = False) -> None:
    with path.open("wb") as file:
        (np.savez_compressed if packed else np.savez)(file, **arrays)


def _put(path: Path, write: Callable[[Path], object]) -> None:
    with whole_file(path) as unfinished:
        write(Path(unfinished))


if __name__ == "__main__":
    main()
