"""More evidence on a configuration: a longer run that starts from it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from supercooled import systems
from supercooled.arguments import validated
from supercooled.errors import ParameterError, SimulationError, StoreError
from supercooled.outputs import whole_file
from supercooled.plain_data import read_json
from supercooled.simulation.start import from_trajectory
from supercooled.store.equilibration_checks import judge
from supercooled.store.folder import RunFolder
from supercooled.store.record import versions_of
from supercooled.store.request import read_configuration
from supercooled.trajectory import Trajectory


@validated
def recheck(configuration: systems.Configuration, run: Trajectory) -> systems.Configuration:
    """Add to a configuration's record what a run from it shows, if that is more than is known.

    If the configuration was not in equilibrium, the first half of a run from it would differ from the
    second; and the run may be long where the one that made the configuration was short. The
    configuration itself stays the same to the bit.

    Parameters
    ----------
    configuration
        shipped configuration
    run
        of the configuration's own state point, from it on, without a hold

    Returns
    -------
    systems.Configuration
        the configuration with its new record

    Raises
    ------
    ParameterError
        if the run is of another state point, starts elsewhere, or is not longer.
    SimulationError
        with what was measured, if the run's halves differ or it crystallised; the record stays as it was.
    StoreError
        if the record on disk is no longer the one that was read.
    """
    state = run.state
    if state is None or not configuration.fits(state.liquid, state.temperature, state.n_particles):
        raise ParameterError(
            f"{run.source.name} is not a run at the state point of {configuration.path.name}"
        )
    began = RunFolder(Path(run.source.name).parent).record().get("start", {}).get("sha256")
    there = from_trajectory(read_configuration(configuration.path), state.liquid, state.temperature)
    if began != there.sha256 or state.protocol.hold:
        raise ParameterError(f"{run.source.name} does not start from {configuration.path.name}")
    verdict = judge(run, from_trajectory(run, state.liquid, state.temperature))
    if verdict.n_relaxations <= (configuration.relaxations or 0.0):
        raise ParameterError(
            f"{run.source.name} lasts {verdict.n_relaxations:.3g} relaxation times, and "
            f"{configuration.path.name} was checked over {configuration.relaxations or 0.0:.3g} already"
        )
    wanted = systems.ENOUGH_RELAXATIONS
    if verdict.disagreements or verdict.crystalline:
        raise SimulationError(verdict.refusal(wanted))
    checks = verdict.to_dict(wanted)
    rechecked: dict[str, Any] = {
        "duration": verdict.duration,
        "every": run.interval,
        "dt": state.protocol.dt,
        "seed": state.seed,
        "checks": checks,
        "versions": versions_of(run),
    }
    record = {**configuration.record, "rechecked": rechecked}
    beside = configuration.path.with_suffix(".json")
    if read_json(beside, error=StoreError) != configuration.record:
        raise StoreError(f"{beside} has changed since the configuration was read: read it again")
    with whole_file(beside) as temporary:
        temporary.write_text(json.dumps(record, indent=1, sort_keys=True, allow_nan=False) + "\n")
    return systems.Configuration(configuration.path, record)
