"""Contenders measured in every configuration, and held against the propensity."""

from __future__ import annotations

import time as clock
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from supercooled.analysis.benchmark.defaults import ENERGY, Sets
from supercooled.arrays import Array
from supercooled.blocks import FEWEST_PARTS
from supercooled.datasets import Configuration
from supercooled.datasets.configurations import published
from supercooled.digests import digest_of
from supercooled.errors import ParameterError
from supercooled.fields import Features, values_of
from supercooled.fields.indicator import check_units_in
from supercooled.frame import Frame
from supercooled.indicators.inherent_structures import TOLERANCE, inherent_frame
from supercooled.mixture import Mixture
from supercooled.outputs import Manifest, owned_file, set_aside
from supercooled.plain_data import read_arrays
from supercooled.predictors import score
from supercooled.predictors.fitting import PENALTIES, Table
from supercooled.predictors.scores import correlation

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Measured:
    """Columns of each feature for each configuration, and what each cost.

    Parameters
    ----------
    columns
        by the text of the feature, then of the configuration, (particle, column)
    """

    columns: dict[str, dict[str, Array]]
    seconds: dict[str, float]
    said: tuple[str, ...]

    def of(self, features: Sequence[Features], name: str) -> Array:
        """Columns of several features side by side, (particle, column)."""
        return np.concatenate([self.columns[str(one)][name] for one in features], axis=1)


def measured_of(
    given: Sequence[Configuration],
    singles: Sequence[Features],
    sets: Sets,
    *,
    mixture: Mixture | None,
    cache: Path | None,
    progress: Progress | None,
) -> Measured:
    """Every contender in every configuration, the inherent structures quenched where they are not known."""
    frames: dict[str, Frame] = {}
    for configuration in given:
        frames.setdefault(_whose(configuration), configuration.frame)
    features = [*singles, *(one for several in sets.values() for one in _several(several))]
    wanted = {str(one): one for one in features}
    if not wanted:
        raise ParameterError("there is no indicator and no predictor")
    columns: dict[str, dict[str, Array]] = {name: {} for name in wanted}
    costs: dict[str, list[float]] = {name: [] for name in (*wanted, "quench")}
    needs_still = any("inherent" in str(one) for one in wanted.values())
    said = dict.fromkeys(word for configuration in given for word in configuration.said)
    for k, (whose, frame) in enumerate(frames.items()):
        check_units_in(frame, list(wanted.values()))
        there = frame
        if needs_still and frame.inherent is None and mixture is not None:
            began = clock.process_time()
            there = replace(frame, inherent=_still(frame, mixture, cache))
            costs["quench"].append(clock.process_time() - began)
            said[f"inherent structures quenched with {mixture.name} to {TOLERANCE:g}"] = None
        for name, one in wanted.items():
            began = clock.process_time()
            fresh = replace(there, known={}, inherent=_forgetful(there.inherent))
            columns[name][whose] = values_of(fresh, [one])
            costs[name].append(clock.process_time() - began)
        if progress is not None:
            progress(k + 1, len(frames))
    # The first meets what is compiled or loaded once.
    seconds = {name: float(np.median(each)) if each else np.nan for name, each in costs.items()}
    return Measured(columns, seconds, tuple(said))


def _forgetful(frame: Frame | None) -> Frame | None:
    return None if frame is None else replace(frame, known={})


def _still(frame: Frame, mixture: Mixture, cache: Path | None) -> Frame:
    """The inherent structure, taken from the cache or kept there."""
    if cache is None:
        return inherent_frame(frame, mixture, TOLERANCE)
    key = digest_of(frame.positions, frame.species, frame.box.to_array(), mixture.to_dict(), TOLERANCE)
    path = cache / f"{key}.npz"
    if path.exists() and Manifest(cache).objection(path.name) is not None:
        set_aside(path)
    if path.exists():
        held = read_arrays(path, ["positions"], error=ParameterError, remedy="; delete it")["positions"]
        return replace(frame, positions=np.asarray(held, dtype=np.float64), known={}, inherent=None)
    found = inherent_frame(frame, mixture, TOLERANCE)
    with owned_file(path, by="benchmark") as unfinished, unfinished.open("wb") as file:
        np.savez(file, positions=found.positions)
    return found


def _whose(one: Configuration) -> str:
    return f"T={one.temperature:g} {one.name}"


def _called(features: Sequence[Features]) -> list[str]:
    """Each in words where these tell it from the others, else with its parameters."""
    words = [one.long_name for one in features]
    return [name if words.count(name) == 1 else str(one) for name, one in zip(words, features, strict=True)]


def _several(features: Features | Sequence[Features]) -> list[Features]:
    return [features] if isinstance(features, Features) else list(features)


def judged(
    given: Sequence[Configuration],
    singles: Sequence[Features],
    sets: Sets,
    measured: Measured,
    species: str,
) -> tuple[xr.Dataset, xr.Dataset, xr.Dataset, tuple[str, ...]]:
    """Scores beside those that are published, what each feature adds, transfer, and what is to be said."""
    states: dict[tuple[float, float], list[Configuration]] = {}
    for one in given:
        states.setdefault(one.state, []).append(one)
    temperatures = sorted({T for T, _ in states})
    times = sorted({t for _, t in states})
    methods = _called(singles) + list(sets)
    shape = (len(methods), len(temperatures), len(times))
    numbers = {
        name: np.full(shape, np.nan) for name in ("pearson", "pearson_error", "spearman", "spearman_error")
    }
    ceiling, count = np.full(shape[1:], np.nan), np.zeros(shape[1:], np.int64)
    best = max(sets, key=lambda name: len(_several(sets[name])), default=None)
    parts_of = _several(sets[best]) if best is not None else []
    added = np.full((len(parts_of), *shape[1:]), np.nan)
    added_error, beyond, beyond_error = (np.full_like(added, np.nan) for _ in range(3))
    energy = _several(sets[ENERGY]) if ENERGY in sets else []
    said = list(measured.said)
    for (T, t), group in states.items():
        i, k = temperatures.index(T), times.index(t)
        judges = _judges(group)
        count[i, k] = len(judges)
        ceiling[i, k] = _ceiling(judges, species)
        for m, single in enumerate(singles):
            found = [
                score(
                    measured.of([single], _whose(one))[_own(one, species), 0],
                    one.propensity[_own(one, species)],
                )
                for one in judges
            ]
            _enter(numbers, (m, i, k), found)
        if len(_learners(group)) < (3 if judges == group else 2):
            said.append(
                f"T={T:g}, t={t:g}: a predictor is tested on configurations left out, but there "
                f"are only {len(group)}"
            )
            continue
        for m, (_name, features) in enumerate(sets.items(), start=len(singles)):
            _enter(numbers, (m, i, k), _left_out(group, _several(features), measured, species))
        whole = [one["pearson"] for one in _left_out(group, parts_of, measured, species)] if parts_of else []
        for p in range(len(parts_of) if len(parts_of) > 1 else 0):
            without = [one for q, one in enumerate(parts_of) if q != p]
            less = [one["pearson"] for one in _left_out(group, without, measured, species)]
            added[p, i, k], added_error[p, i, k] = _difference(whole, less)
        alone = [one["pearson"] for one in _left_out(group, energy, measured, species)] if energy else []
        for p, part in enumerate(parts_of):
            if alone and str(part) not in map(str, energy):
                more = [one["pearson"] for one in _left_out(group, [*energy, part], measured, species)]
                beyond[p, i, k], beyond_error[p, i, k] = _difference(more, alone)
    along = ("contender", "temperature", "time")
    coords: dict[str, Any] = {"contender": methods, "temperature": temperatures, "time": times}
    cost = [measured.seconds[str(one)] for one in singles]
    cost += [sum(measured.seconds[str(one)] for one in _several(s)) for s in sets.values()]
    sizes = [1.0] * len(singles) + [
        float(measured.of(_several(s), _whose(given[0])).shape[1]) for s in sets.values()
    ]
    table = xr.Dataset(
        {
            **{name: (along, values, {"units": "1"}) for name, values in numbers.items()},
            "ceiling": (along[1:], ceiling, {"units": "1"}),
            "configurations": (along[1:], count),
            "kind": ("contender", ["indicator"] * len(singles) + ["predictor"] * len(sets)),
            "columns": ("contender", sizes),
            "seconds": (
                "contender",
                cost,
                {"units": "s", "long_name": "processor seconds per configuration"},
            ),
        },
        coords,
        {"species": species, "judged": _how(given), "quench_seconds": measured.seconds["quench"]},
    )
    gain = xr.Dataset(
        {
            "added": (("feature", *along[1:]), added, {"units": "1"}),
            "added_error": (("feature", *along[1:]), added_error, {"units": "1"}),
            "beyond_energy": (("feature", *along[1:]), beyond, {"units": "1"}),
            "beyond_energy_error": (("feature", *along[1:]), beyond_error, {"units": "1"}),
        },
        {"feature": _called(parts_of), "temperature": temperatures, "time": times},
        {"predictor": best or ""},
    )
    moved = _transfer(states, sets, measured, species, temperatures)
    return _beside_published(table, given[0].frame), gain, moved, tuple(said)


def _difference(one: Sequence[float], other: Sequence[float]) -> tuple[float, float]:
    """Mean difference of scores of the same configurations, and its standard error."""
    apart = np.array(one) - np.array(other)
    error = apart.std(ddof=1) / np.sqrt(len(apart)) if len(apart) >= FEWEST_PARTS else np.nan
    return float(apart.mean()), float(error)


def _enter(
    numbers: dict[str, Array], place: tuple[int, int, int], found: Sequence[Mapping[str, float]]
) -> None:
    for name in ("pearson", "spearman"):
        values = np.array([one[name] for one in found])
        numbers[name][place] = values.mean()
        if len(values) >= FEWEST_PARTS:
            numbers[f"{name}_error"][place] = values.std(ddof=1) / np.sqrt(len(values))


def _own(one: Configuration, species: str) -> Array:
    return np.asarray(one.frame.species == one.frame.species_index(species))


def _part(
    one: Configuration, features: Sequence[Features], measured: Measured, species: str
) -> tuple[Array, Array]:
    own = _own(one, species)
    x, y = measured.of(features, _whose(one))[own], one.propensity[own]
    there = np.isfinite(x).all(axis=1)
    return x[there], y[there]


def _table(
    group: Sequence[Configuration], features: Sequence[Features], measured: Measured, species: str
) -> tuple[Array, Table]:
    """Which columns vary, and the table of those."""
    parts = [_part(one, features, measured, species) for one in group]
    spread = np.concatenate([x for x, _ in parts]).std(axis=0)
    kept = np.asarray(spread > 0)
    return kept, Table.of([(x[:, kept], y) for x, y in parts], "ridge", "regression", 1, 1, 0)


def _how(given: Sequence[Configuration]) -> str:
    """How predictors are judged, in words."""
    if not any(one.role == "judge" for one in given):
        return "tested on configurations left out one by one"
    state = given[0].state
    learn = len(_learners([one for one in given if one.state == state]))
    return f"tested on configurations that took no part in the training, trained on {learn} others"


def _judges(group: Sequence[Configuration]) -> list[Configuration]:
    """Those that judge; all of them where none says so."""
    return [one for one in group if one.role == "judge"] or list(group)


def _learners(group: Sequence[Configuration]) -> list[Configuration]:
    """Those that learn; all of them where none judges."""
    if all(one.role != "judge" for one in group):
        return list(group)
    return [one for one in group if one.role != "judge"]


def _left_out(
    group: Sequence[Configuration], features: Sequence[Features], measured: Measured, species: str
) -> list[dict[str, float]]:
    """Scores of those that judge, or of each configuration left out in turn."""
    if any(one.role == "judge" for one in group):
        kept, table = _table(_learners(group), features, measured, species)
        model, _ = table.learned(PENALTIES)
        parts = [_part(one, features, measured, species) for one in _judges(group)]
        return [dict(score(model(x[:, kept]), y)) for x, y in parts]
    _, table = _table(group, features, measured, species)
    _, scores = table.fitted(PENALTIES)
    return [
        {"pearson": p, "spearman": s}
        for p, s in zip(scores["pearson"]["folds"], scores["spearman"]["folds"], strict=True)
    ]


def _ceiling(group: Sequence[Configuration], species: str) -> float:
    found = []
    for one in group:
        if one.halves is None:
            return np.nan
        own = _own(one, species)
        first, second = one.halves[:, own]
        r = correlation(first, second)
        # Spearman-Brown: of the mean over twice as many runs, with the limit of ever more.
        found.append(np.sqrt(max(2.0 * r / (1.0 + r), 0.0)))
    return float(np.mean(found))


def _transfer(
    states: Mapping[tuple[float, float], Sequence[Configuration]],
    sets: Sets,
    measured: Measured,
    species: str,
    temperatures: Sequence[float],
) -> xr.Dataset:
    """Trained at one temperature and judged at another, at times of equal mean propensity."""
    number = len(temperatures)
    found: Array = np.full((len(sets), number, number), np.nan)
    if number > 1:
        mean = {
            state: float(np.mean([one.propensity[_own(one, species)].mean() for one in group]))
            for state, group in states.items()
        }
        # The longest time at which each of the coldest particles moved as at the others.
        reached = min(max(v for (T, _), v in mean.items() if one == T) for one in temperatures)
        at = {
            T: min((s for s in states if s[0] == T), key=lambda s: abs(mean[s] - reached))
            for T in temperatures
        }
        for m, features in enumerate(sets.values()):
            several = _several(features)
            for i, trained in enumerate(temperatures):
                learners = _learners(states[at[trained]])
                if len(learners) < 2:
                    continue
                kept, table = _table(learners, several, measured, species)
                model, _ = table.learned(PENALTIES)
                for j, judged in enumerate(temperatures):
                    if i == j:
                        continue
                    scores = []
                    for one in _judges(states[at[judged]]):
                        x, y = _part(one, several, measured, species)
                        scores.append(score(model(x[:, kept]), y)["pearson"])
                    found[m, i, j] = float(np.mean(scores))
    return xr.Dataset(
        {"transfer": (("contender", "trained", "judged"), found, {"units": "1"})},
        {"contender": list(sets), "trained": list(temperatures), "judged": list(temperatures)},
    )


def _beside_published(table: xr.Dataset, frame: Frame) -> xr.Dataset:
    """With the published correlations at the same temperatures and times, (published, temperature, time)."""
    alike = (frame.dimensions, frame.n_particles)
    curves = [one for one in published()["curves"] if (one["dimensions"], one["particles"]) == alike]
    names = list(dict.fromkeys(name for one in curves for name in one["pearson"]))
    temperatures, times = table["temperature"].values, table["time"].values
    values = np.full((len(names), len(temperatures), len(times)), np.nan)
    for curve in curves:
        there = [
            (i, k, place)
            for i, T in enumerate(temperatures)
            for k, t in enumerate(times)
            for place, their in enumerate(curve["times"])
            if abs(T - curve["temperature"]) < 1e-6 and abs(their - t) <= 0.01 * t
        ]
        for i, k, place in there:
            for name, row in curve["pearson"].items():
                values[names.index(name), i, k] = row[place]
    with_them = table.assign_coords(published=("published", names))
    with_them["published_pearson"] = (("published", "temperature", "time"), values, {"units": "1"})
    return with_them.assign_attrs(
        published_source=published()["source"], published_license=published()["license"]
    )
