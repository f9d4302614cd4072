"""Equilibrated configurations: made, checked, written with what is known about them."""

from __future__ import annotations

import hashlib
import json
import math
from pathlib import Path
from typing import Any

from supercooled import systems
from supercooled.arguments import Count, NotNegative, Positive, Temperature, validated
from supercooled.errors import ParameterError, SimulationError
from supercooled.mixture import Liquid
from supercooled.outputs import owned_file, reserved_file, see_runs_folder
from supercooled.simulation.engine import Engine
from supercooled.simulation.engine_choice import EngineName
from supercooled.simulation.start import Start, from_trajectory
from supercooled.state import Protocol
from supercooled.store.configurations import write_configuration
from supercooled.store.equilibration_checks import Verdict, judge
from supercooled.store.folder import START
from supercooled.store.record import versions_of
from supercooled.store.request import Request, read_configuration, request
from supercooled.store.simulating import simulate_all
from supercooled.trajectory import Trajectory

# A run is never made more than twice as long at once: its first measure of the relaxation time may
# be far too large.
_GROWTH, _MARGIN = 2.0, 1.1
_LONGEST = 10.0
_FEWEST_FRAMES = 20
# Whose the configuration is, so that nothing else replaces it.
_BY = "supercooled equilibrate"


@validated
def equilibrate(
    liquid: Liquid,
    temperature: Temperature,
    n_particles: Count,
    *,
    start: str | Path | Trajectory,
    hold: NotNegative,
    duration: NotNegative,
    out: str | Path,
    relaxations: Positive = systems.ENOUGH_RELAXATIONS,
    longest: Positive | None = None,
    every: Positive | None = None,
    seed: int = 1,
    dt: Positive = 0.005,
    damping: Positive = 100.0,
    engine: EngineName | Engine | None = None,
    root: str | Path = "runs",
    progress: bool = True,
) -> systems.Configuration:
    """Hold a liquid at a temperature, run on until it is shown to be in equilibrium, and write it.

    The run is measured, and prolonged until it lasts `relaxations` of its own relaxation times and its
    two halves agree. Its last frame goes to `out` (GSD: positions, types, masses), and what made it and
    what was measured to the JSON beside it. An active liquid comes to a steady state instead, see
    :func:`steady_state`.

    Parameters
    ----------
    liquid
        mixture and density
    temperature
        temperature, epsilon_AA/k_B
    n_particles
        number of particles
    start
        "lattice", "equilibrated", a file, or a trajectory, of which the last frame counts
    hold
        time before the run that is checked, tau
    duration
        of that run at first, tau
    out
        GSD file that is written
    relaxations
        how many alpha relaxation times it must last (overlap of radius 0.3, all particles)
    longest
        how far it may be prolonged, tau; ten times `duration` unless said
    every
        time between its frames, tau; unless said, a four-hundredth of `duration`
    seed
        seed of the random numbers
    dt
        integration step, tau
    damping
        time constant of the thermostat, tau
    engine
        as :func:`supercooled.simulate`
    root
        folder of the runs; a killed one resumes when the same is asked again
    progress
        show progress bars

    Returns
    -------
    systems.Configuration
        the configuration with the record of its tests

    Raises
    ------
    SimulationError
        with what was measured, if the configuration is partly crystalline, or the longest run is too
        short or its halves differ; nothing is written, and a larger `longest` goes on from there.
    ParameterError, StoreError
        as :func:`supercooled.simulate`; and before anything is simulated, if `out` or the JSON beside it is
        the start, or a file that this package did not write.
    """
    path = Path(out)
    if path.suffix != ".gsd":
        raise ParameterError(f"{out}: an equilibrated configuration is written to a .gsd file")
    if not (math.isfinite(relaxations) and relaxations > 0):
        raise ParameterError(f"relaxations must be positive, not {relaxations}")
    limit = _LONGEST * duration if longest is None else longest
    if not duration <= limit < math.inf:
        raise ParameterError(f"longest must be finite and at least duration, {duration:g}, not {limit:g}")
    between = _interval(duration, dt) if every is None else every
    if duration < (_FEWEST_FRAMES - 0.5) * between:
        raise ParameterError(
            f"duration {duration:g} contains too few frames to compare its halves; use every "
            f"at most {duration / _FEWEST_FRAMES:g}"
        )
    see_runs_folder(root)
    beside = path.with_suffix(".json")
    given = start.source.name if isinstance(start, Trajectory) else start
    with reserved_file(path, by=_BY, inputs=[given]), reserved_file(beside, by=_BY, inputs=[given]):
        while True:
            asked = request(
                liquid,
                temperature=temperature,
                n_particles=n_particles,
                duration=duration,
                every=between,
                seed=seed,
                dt=dt,
                damping=damping,
                start=start,
                hold=hold,
            )
            run = simulate_all([asked], engine=engine, root=root, workers=1, progress=progress)[0]
            final = from_trajectory(run, liquid, temperature)
            verdict = judge(run, final)
            if verdict.settled(relaxations):
                made = _made(path, asked, start, run)
                return _written(path, asked, final, made, verdict=verdict, wanted=relaxations)
            longer = _longer(verdict, relaxations, limit, between)
            if longer <= duration:
                raise SimulationError(verdict.refusal(relaxations))
            duration = longer


def _interval(duration: float, dt: float, frames: int = 400) -> float:
    """Time between frames: about `frames` in the run, a whole number of steps, and of frames."""
    steps = round(duration / dt) if 0 < duration < math.inf else 0
    every = next((k for k in range(max(1, steps // frames), steps + 1) if steps % k == 0), 0)
    if every == 0 or steps // every < _FEWEST_FRAMES:
        raise ParameterError(
            f"duration {duration:g} can't be divided into enough frames; use a round number, "
            "for example 100.0"
        )
    return float(f"{every * dt:.12g}")


def _longer(verdict: Verdict, wanted: float, limit: float, every: float) -> float:
    """How long the next run is to be: as the relaxation time says, else twice as long."""
    duration = verdict.duration
    longer = _GROWTH * duration
    if verdict.n_relaxations and verdict.n_relaxations < wanted:
        longer = min(longer, _MARGIN * duration * wanted / verdict.n_relaxations)
    # One interval at least, or it would not grow.
    frames = min(
        max(math.ceil(longer / every), round(duration / every) + 1), math.floor(limit / every + 1e-6)
    )
    return float(f"{frames * every:.12g}")


def _written(
    path: Path, asked: Request, final: Start, made: dict[str, Any], *, verdict: Verdict, wanted: float
) -> systems.Configuration:
    state = asked.state
    liquid = state.liquid
    with owned_file(path, by=_BY) as temporary:
        write_configuration(temporary, liquid.mixture, final)
    # As the file has it: in single precision, a particle at an edge may lie at the other.
    kept = from_trajectory(read_configuration(path), liquid, state.temperature)
    record = {
        "mixture": liquid.mixture.to_dict(),
        **({} if liquid.activity is None else {"activity": liquid.activity.to_dict()}),
        "density": liquid.density,
        "temperature": state.temperature,
        "n_particles": state.n_particles,
        "sha256": _sha256(path),
        "hold": state.protocol.hold,
        "duration": asked.duration,
        "made": {**made, "configuration_sha256": kept.sha256},
        "checks": verdict.to_dict(wanted),
    }
    with owned_file(path.with_suffix(".json"), by=_BY) as temporary:
        temporary.write_text(json.dumps(record, indent=1, sort_keys=True, allow_nan=False) + "\n")
    return systems.Configuration(path, record)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _made(path: Path, asked: Request, start: str | Path | Trajectory, run: Trajectory) -> dict[str, Any]:
    state, protocol = asked.state, asked.state.protocol
    file = Path(start.source.name if isinstance(start, Trajectory) else start)
    began: dict[str, Any] = {"name": file.name}
    if file.is_file():
        began["sha256"] = _sha256(file)
    if isinstance(start, Trajectory):
        # What was said of the file is not known here; the run's folder keeps what was made of it.
        began["read_as"] = START
    usual = Protocol(every=protocol.every)
    options: dict[str, float] = {"every": protocol.every}
    options |= {"dt": protocol.dt} if protocol.dt != usual.dt else {}
    options |= {"damping": protocol.damping} if protocol.damping != usual.damping else {}
    options |= {"seed": state.seed} if state.seed != 1 else {}
    return {
        "command": systems.equilibration_command(
            state.liquid,
            state.temperature,
            state.n_particles,
            start=began.get("read_as", began["name"]),
            hold=protocol.hold,
            duration=asked.duration,
            out=path.name,
            **options,
        ),
        "start": began,
        "seed": state.seed,
        "dt": protocol.dt,
        "damping": protocol.damping,
        "every": protocol.every,
        "steps": protocol.steps(protocol.hold) + protocol.steps(asked.duration),
        "versions": versions_of(run),
    }
