"""Softness by machine learning, and the relaxation that follows from it (schoenholz2016).

Kob-Andersen Lennard-Jones at the densities and temperatures of Table I. Sections follow the paper.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Literal

import numpy as np
import xarray as xr

from supercooled import dynamics, relation, store, systems
from supercooled.analysis.scenes import scene_of_softness
from supercooled.cluster import Workers, executor
from supercooled.errors import ParameterError
from supercooled.learning import SoftnessModel
from supercooled.papers import Findings, Paper, Work
from supercooled.papers.schoenholz2016 import claims, measuring, page, reasons, training
from supercooled.papers.schoenholz2016.chosen import CHOICES, PRESETS, Choices, Preset
from supercooled.papers.schoenholz2016.definitions import definition_rows
from supercooled.papers.schoenholz2016.figures import FIGURES
from supercooled.papers.schoenholz2016.rows import (
    at_home,
    barrier_rows,
    decay_rows,
    deviation,
    learning_rows,
    left_out_rows,
    relaxation_rows,
    rise_rows,
    share_rows,
)
from supercooled.report import Row
from supercooled.structure import FEATURE_SETS
from supercooled.trajectory import Trajectory


@dataclass(frozen=True, slots=True, eq=False)
class Density:
    """What one density gives."""

    rows: list[Row]
    results: dict[str, xr.Dataset]
    onset: float
    onset_error: float
    accuracy: float
    model: SoftnessModel


def study(preset: Preset, where: Work) -> Findings:
    """Simulate, measure, compare."""
    found: dict[float, Density] = {}
    everything: list[Trajectory] = []
    for density in preset.durations:
        still = inherent(density, preset, CHOICES, runs=where.root, workers=where.workers)
        moving = thermal(density, preset, CHOICES, runs=where.root, workers=where.workers)
        everything += chain.from_iterable(still.values())
        found[density] = of_density(
            density, still, preset, CHOICES, where.kept, workers=where.workers, thermal=moving
        )
    # first of the density whose numbers the paper prints
    ordered = sorted(found, key=lambda density: not at_home(density))
    rows = [row for density in ordered for row in found[density].rows]
    rows += definition_rows(preset, CHOICES)
    rows += rise_rows({density: (one.onset, one.onset_error) for density, one in found.items()})
    results = {
        name if np.isclose(density, 1.2) or len(found) == 1 else f"{name}_{density:g}": data
        for density, one in found.items()
        for name, data in one.results.items()
    } | onsets(found)
    return Findings(
        summary=page.summary(found, CHOICES),
        rows=rows,
        results=results,
        trajectories=everything,
        parameters=page.parameters(CHOICES, preset),
        sections=page.SECTIONS,
        models={f"{density:g}": one.model for density, one in found.items()},
    )


def onsets(found: Mapping[float, Density]) -> dict[str, xr.Dataset]:
    """Onset of each density that has one, for the figure; nothing of a single one."""
    known = {density: one for density, one in sorted(found.items()) if np.isfinite(one.onset)}
    if len(known) < 2:
        return {}
    data = {
        "onset": ("density", [one.onset for one in known.values()]),
        "onset_error": ("density", [one.onset_error for one in known.values()]),
    }
    return {"learned_onsets": xr.Dataset(data, {"density": list(known)})}


def inherent(
    density: float, preset: Preset, choices: Choices, *, runs: Path, workers: Workers
) -> dict[float, tuple[Trajectory, ...]]:
    """Inherent structures of the runs of a density, coldest first."""
    found: dict[float, tuple[Trajectory, ...]] = {}
    for T, runs_of_one in thermal(density, preset, choices, runs=runs, workers=workers).items():
        found[T] = tuple(
            store.quench_trajectory(
                one,
                tolerance=choices.tolerance,
                root=runs,
                workers=None if not isinstance(workers, int) else workers,
            )
            for one in runs_of_one
        )
    return found


def thermal(
    density: float, preset: Preset, choices: Choices, *, runs: Path, workers: Workers
) -> dict[float, tuple[Trajectory, ...]]:
    """Frames of the runs of a density that inherent structures are sought of, coldest first."""
    liquid = systems.kob_andersen(density=density)
    coldest = min(preset.durations[density])
    requests = [
        store.request(
            liquid,
            temperature=T,
            n_particles=preset.n_particles,
            duration=duration,
            every=preset.every,
            dt=preset.dt,
            seed=preset.seed + k,
            hold=preset.apart if k > 0 else 0.0,
        )
        for T, duration in sorted(preset.durations[density].items())
        for k in range(preset.replicas.get(density, 1) if coldest == T else 1)
    ]
    simulated = store.simulate_all(requests, root=runs, workers=workers)
    stride = round(choices.interval / preset.every)
    found: dict[float, tuple[Trajectory, ...]] = {}
    for one, request in zip(simulated, requests, strict=True):
        # A run may be longer than asked for; what was asked for decides the numbers.
        wanted = one[: round(request.duration / preset.every) + 1 : stride]
        T = request.state.temperature
        found[T] = (*found.get(T, ()), wanted)
    return found


def of_density(
    density: float,
    still: Mapping[float, tuple[Trajectory, ...]],
    preset: Preset,
    choices: Choices,
    work: Path,
    *,
    workers: Workers = 1,
    thermal: Mapping[float, tuple[Trajectory, ...]] | None = None,
) -> Density:
    """Softness of one density, and what it says.

    Parameters
    ----------
    still
        inherent structures of the runs at each temperature, coldest first
    work
        folder of what is kept
    """
    coldest = min(still)
    events = {T: tuple(_events(run, choices) for run in runs) for T, runs in still.items()}
    cold = training.Coldest(
        still[coldest], events[coldest], choices, quiet=preset.quiet[density], size=preset.size
    )
    trained = training.trained(cold, draws=choices.draws if at_home(density) else 1)
    learned = training.learned.kept(work, f"{density:g}-learned", cold, trained)
    fields: dict[float, list[xr.DataArray]] = {T: [] for T in still}
    with executor(workers) as pool:
        for T, k, run in [(T, k, run) for T, runs in still.items() for k, run in enumerate(runs)]:
            label = f"{density:g}-T{T:g}-softness-{k}"
            taught = k if coldest == T else None
            made = measuring.softness_of.kept(work, label, run, trained, cold, taught=taught, executor=pool)
            fields[T].append(made["softness"]["learned_softness"])
    probabilities = {T: measuring.probability_of(runs, fields[T], choices) for T, runs in still.items()}
    changes = {T: measuring.changes_of(runs, fields[T], choices) for T, runs in still.items()}
    overlaps = {T: measuring.relaxed(runs, choices) for T, runs in still.items()}
    lags = {
        T: claims.settled(
            overlaps[T], None if thermal is None else measuring.relaxed(thermal[T], choices), choices
        )
        for T in still
    }
    constants = {T: _constant(changes[T], probabilities[T], lags[T]) for T in still}
    # The paper's c_a is one constant for all temperatures; it is taken where training is. No share exceeds 1.
    beyond = min(1.0, measuring.constant_of(changes[coldest], probabilities[coldest], lag=lags[coldest]))
    displaced, _ = measuring.share_beyond(chain.from_iterable(events.values()), choices)

    def predicted(T: float, beyond: float, probability: xr.Dataset) -> xr.Dataset:
        return measuring.predicted(
            probability, overlaps[T], changes[T], interval=choices.interval, beyond=beyond
        )

    def tried(T: float) -> str:
        own = None
        if coldest != T:
            constant = min(1.0, constants[T])
            if np.isfinite(constant):
                own = (constant, deviation(predicted(T, constant, probabilities[T]), "propagated"))
        peaks = measuring.probability_of(still[T], fields[T], choices, once=events[T])
        return reasons.relaxation(own, (displaced, deviation(predicted(T, displaced, peaks), "propagated")))

    relaxations = {T: predicted(T, beyond, probabilities[T]) for T in still}
    decays = {
        T: measuring.initial_decay(changes[T], probabilities[T], beyond=beyond, lag=lags[T]) for T in still
    }
    shares = {T: measuring.soft_share(one) for T, one in probabilities.items()}
    rows = [*learning_rows(density, cold, trained, learned), *share_rows(density, shares, cold)]
    results = {**learned, **_joined(probabilities, relaxations, decays)}
    results["learned_decay"].attrs["share_beyond"] = beyond
    results["learned_changes"] = changes[coldest].assign_attrs(temperature=coldest)
    if at_home(density):
        results |= scene_of_softness(
            cold.runs[0],
            fields[coldest][0],
            window=choices.window,
            width=FEATURE_SETS[choices.features].radial[0].width,
        )
    low = [T for T in still if choices.highest >= T or not at_home(density)]
    lines, more, onset, error = _lines(density, [probabilities[T] for T in low], low, choices)
    results |= more
    rows += lines.rows
    if at_home(density):
        seen = claims.Seen(cold, trained, still, events, fields, probabilities, changes, overlaps, lags)
        extra = claims.examined(seen, work)
        results |= extra
        rows += claims.claim_rows(density, seen, learned=learned, lines=lines, extra=extra)
        rows += claims.constant_rows(density, seen, constants)
        rows += claims.leaving_rows(density, seen, beyond)
    rows += relaxation_rows(density, relaxations, beyond=beyond, tried=tried)
    rows += decay_rows(density, decays, coldest=coldest, constant=beyond, displaced=displaced)
    return Density(rows, results, onset, error, trained.validation.accuracy, trained.whole)


def _lines(
    density: float, chosen: list[xr.Dataset], temperatures: list[float], choices: Choices
) -> tuple[claims.Lines, dict[str, xr.Dataset], float, float]:
    """Arrhenius lines with their rows and datasets, the onset and its error; NaN below three temperatures."""
    if len(chosen) < 3:
        return claims.Lines(None, None, None, tuple(temperatures), []), {}, float("nan"), float("nan")
    fits = _fits(chosen, choices)
    straight, equal = relation.straight_barriers(fits), None
    error = relation.block_error(chosen, lambda p: relation.straight_barriers(_fits(p, choices)).onset)
    left = relation.left_out(chosen, weighting="equal")
    results = {
        "learned_arrhenius": fits.assign_attrs(onset=straight.onset, onset_error=error),
        "learned_left_out": left,
    }
    rows = [
        *barrier_rows(density, fits, straight, error, temperatures),
        *left_out_rows(density, left),
    ]
    with suppress(ParameterError):
        equal = relation.straight_barriers(_fits(chosen, choices, weighting="equal"))
    return claims.Lines(fits, straight, equal, tuple(temperatures), rows), results, straight.onset, error


def _joined(
    probabilities: Mapping[float, xr.Dataset],
    relaxations: Mapping[float, xr.Dataset],
    decays: Mapping[float, xr.Dataset],
) -> dict[str, xr.Dataset]:
    """What each temperature gave, along ``temperature``."""
    along = xr.Variable("temperature", list(probabilities))
    return {
        "learned_probability": xr.concat(
            list(probabilities.values()), dim="temperature", combine_attrs="drop_conflicts", join="outer"
        ),
        "learned_relaxation": xr.concat(list(relaxations.values()), dim=along, join="outer"),
        "learned_decay": xr.concat(list(decays.values()), dim=along, combine_attrs="drop_conflicts"),
    }


def _constant(changes: xr.Dataset, probability: xr.Dataset, lag: float) -> float:
    """c_a of one temperature, NaN where nothing has left."""
    try:
        return measuring.constant_of(changes, probability, lag=lag)
    except ParameterError:
        return float("nan")


def _fits(
    probabilities: xr.Dataset | list[xr.Dataset],
    choices: Choices,
    *,
    weighting: Literal["errors", "equal"] = "errors",
) -> xr.Dataset:
    return relation.arrhenius(
        probabilities, weighting=weighting, largest_error=choices.largest_error, minimum_temperatures=3
    )


def _events(still: Trajectory, choices: Choices) -> xr.Dataset:
    return dynamics.events(still, window=choices.window, threshold=choices.candidate, species=choices.species)


PAPER = Paper(
    name="schoenholz2016",
    title="Softness by machine learning and the relaxation of a glassy liquid",
    source="schoenholz2016: Nature Physics 12, 469 (2016), doi:10.1038/nphys3644",
    presets=PRESETS,
    study=study,
    figures=FIGURES,
)
