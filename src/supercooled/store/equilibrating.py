"""Equilibrated configurations: made, checked, written with what is known about them."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from supercooled import systems
from supercooled.errors import ParameterError, SimulationError
from supercooled.io.whole import whole_file
from supercooled.mixture import Liquid
from supercooled.simulation.lammps_engine import LammpsEngine
from supercooled.simulation.start import Start, from_trajectory
from supercooled.state import Protocol
from supercooled.store.configurations import write_configuration
from supercooled.store.crystal import Order, order
from supercooled.store.energies import logged
from supercooled.store.halves import Agreement, compare, relaxation
from supercooled.store.record import versions
from supercooled.store.simulating import simulate
from supercooled.trajectory import Trajectory


def equilibrate(
    liquid: Liquid,
    temperature: float,
    n_particles: int,
    *,
    start: str | Path,
    hold: float,
    duration: float,
    out: str | Path,
    seed: int = 1,
    dt: float = 0.005,
    damping: float = 100.0,
    root: str | Path = "runs",
    progress: bool = True,
) -> systems.Configuration:
    """Hold a liquid at a temperature, run on, check that it is an equilibrium liquid, and write it.

    The last frame of the run goes to `out` (GSD: positions, types, masses), and what made it and what
    was measured to the JSON beside it.

    start : "lattice", "equilibrated", or a file
    hold : time before the run that is checked, tau
    duration : of that run, tau; its two halves are compared
    root : folder of the runs; a killed one resumes when the same is asked again

    Raises
    ------
    SimulationError
        with the evidence, if the configuration is partly crystalline or the halves differ; nothing
        is written.
    ParameterError, StoreError
        as :func:`supercooled.simulate`.
    """
    path = Path(out)
    if path.suffix != ".gsd":
        raise ParameterError(f"{out}: an equilibrated configuration goes to a .gsd file")
    every = _interval(duration, dt)
    run = simulate(
        liquid,
        temperature=temperature,
        n_particles=n_particles,
        duration=duration,
        every=every,
        seed=seed,
        dt=dt,
        damping=damping,
        start=start,
        hold=hold,
        root=root,
        progress=progress,
    )
    final = from_trajectory(run, liquid, temperature)
    found, agreements = order(final), compare(run)
    _refuse(run, found, agreements)
    write_configuration(path, liquid.mixture, final)
    record = {
        "mixture": liquid.mixture.to_dict(),
        "density": liquid.density,
        "temperature": temperature,
        "n_particles": n_particles,
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "hold": hold,
        "duration": duration,
        "made": _made(path, start, final, run),
        "checks": _checks(run, found, agreements),
    }
    beside = path.with_suffix(".json")
    with whole_file(beside) as temporary:
        temporary.write_text(json.dumps(record, indent=1, sort_keys=True) + "\n")
    return systems.Configuration(path, record)


def _interval(duration: float, dt: float, frames: int = 400) -> float:
    """Time between frames: about `frames` in the run, a whole number of steps, and of frames."""
    steps = round(duration / dt)
    every = next((k for k in range(max(1, steps // frames), steps + 1) if steps % k == 0), 0)
    if every == 0 or steps // every < 20:
        raise ParameterError(
            f"duration {duration:g} can't be divided into enough frames; take a round one, for example 100.0"
        )
    return float(f"{every * dt:.12g}")


def _refuse(run: Trajectory, found: Order, agreements: dict[str, Agreement]) -> None:
    label = run.state.label if run.state is not None else run.source.name
    if found.crystalline:
        raise SimulationError(
            f"{label} is no liquid: its largest solid-like cluster holds {found.cluster:.1%} of the "
            f"particles and its strongest Bragg peak is {found.bragg:.0f}; melt it and cool less far"
        )
    failed = [
        f"{name} {a.first:.5g} then {a.second:.5g} (at most {a.limit:.2g} apart)"
        for name, a in agreements.items()
        if not a.passed
    ]
    if failed:
        raise SimulationError(f"{label} is not in equilibrium: {'; '.join(failed)}; hold it longer")


def _made(path: Path, start: str | Path, final: Start, run: Trajectory) -> dict[str, Any]:
    state = run.state
    if state is None:
        raise SimulationError(f"{run.source.name} does not know its state point")
    protocol = state.protocol
    duration = float(run.times[-1])
    began: dict[str, Any] = {"name": Path(start).name}
    if Path(start).is_file():
        began["sha256"] = hashlib.sha256(Path(start).read_bytes()).hexdigest()
    step = "" if protocol.dt == Protocol(every=protocol.every).dt else f" --dt {protocol.dt:g}"
    return {
        "command": systems.equilibration_command(state.liquid, state.temperature, state.n_particles)
        .replace("--start lattice", f"--start {began['name']}")
        .replace("HOLD", f"{protocol.hold:g}")
        .replace("DURATION", f"{duration:g}")
        .replace("FILE.gsd", path.name)
        + step,
        "start": began,
        "seed": state.seed,
        "dt": protocol.dt,
        "damping": protocol.damping,
        "every": protocol.every,
        "steps": protocol.steps(protocol.hold) + protocol.steps(duration),
        "configuration_sha256": final.sha256,
        "versions": versions(LammpsEngine()),
    }


def _checks(run: Trajectory, found: Order, agreements: dict[str, Agreement]) -> dict[str, Any]:
    relaxed = relaxation(run)
    return {
        **{name: a.to_dict() for name, a in agreements.items()},
        "relaxation_time": {"value": relaxed.value, "error": relaxed.error}
        if relaxed.reached
        else {"value": None, "reason": relaxed.reason},
        "potential_energy": float(logged(run, "potential_energy").mean()),
        "kinetic_temperature": float(logged(run, "kinetic_temperature").mean()),
        "pressure": float(logged(run, "pressure").mean()),
        "crystal": {"largest_cluster": found.cluster, "strongest_bragg_peak": found.bragg, "passed": True},
    }
