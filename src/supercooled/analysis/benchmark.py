"""Every structural predictor on the same data: who knows how much of the motion, when, at what cost."""

from __future__ import annotations

import time as clock
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import xarray as xr

from supercooled.arguments import Anything, Name, Positive, validated
from supercooled.arrays import Array
from supercooled.blocks import FEWEST_PARTS
from supercooled.datasets import Configuration, load, names, read_configurations
from supercooled.datasets.configurations import published
from supercooled.digests import digest_of
from supercooled.errors import ParameterError, SupercooledError
from supercooled.fields import Features, values_of
from supercooled.frame import Frame
from supercooled.indicators import (
    Average,
    Averages,
    BondOrder,
    CageDistance,
    CageFluctuation,
    DebyeWaller,
    DistanceToInherent,
    LocalDepth,
    PackingOrder,
    PairEntropy,
    PotentialEnergy,
    Variance,
    Vibrality,
    VoronoiVolume,
    inherent,
)
from supercooled.indicators.averaging import CUTOFF
from supercooled.indicators.inherent_structures import TOLERANCE, inherent_frame
from supercooled.mixture import Mixture
from supercooled.outputs import Manifest, made_by, owned_file, results_folder, set_aside
from supercooled.plain_data import read_arrays
from supercooled.predictors import score
from supercooled.predictors.fitting import PENALTIES, Table
from supercooled.predictors.scores import correlation
from supercooled.trajectory import Trajectory

if TYPE_CHECKING:
    import pandas as pd

# At which one average of the energy knows most of the propensity of the Kob-Andersen liquid.
LENGTH = 1.5
LENGTHS = (0.0, 1.0, 2.0, 3.0, 4.5)
ENERGY = "averaged inherent energy"
Progress = Callable[[int, int], None]
Sets = Mapping[str, Features | Sequence[Features]]


@validated
@dataclass(frozen=True)
class Benchmark:
    """What :func:`benchmark` found.

    table : ``pearson`` and ``spearman`` (contender, temperature, time) over the particles of configurations
        that took no part in the training, each with its standard ``_error`` over configurations; ``ceiling``
        (temperature, time); ``configurations``; along contenders ``kind``, ``columns`` and ``seconds``
    added : ``added`` (feature, temperature, time): what the largest predictor loses without one of its
        features; ``beyond_energy``: what each gives to averaged inherent energy, if that is a predictor
    transfer : ``transfer`` (contender, trained, judged): temperatures, at times of equal mean propensity
    said : what was assumed, and what could not be measured
    """

    table: Annotated[xr.Dataset, Anything()]
    added: Annotated[xr.Dataset, Anything()]
    transfer: Annotated[xr.Dataset, Anything()]
    said: tuple[str, ...] = ()

    def to_pandas(self) -> pd.DataFrame:
        """One line for each method, temperature and time."""
        frame: pd.DataFrame = self.table.to_dataframe().reset_index()
        known: pd.DataFrame = frame[frame["pearson"].notna()]
        return known

    def lines(self) -> list[tuple[str, ...]]:
        """Method, kind, numbers a particle, seconds, state and Pearson correlation, as text."""
        t = self.table
        return [
            (
                str(method),
                str(t["kind"].values[m]),
                f"{t['columns'].values[m]:.0f}" if t["columns"].values[m] > 0 else "-",
                f"{t['seconds'].values[m]:.2f}" if np.isfinite(t["seconds"].values[m]) else "-",
                f"T={T:g}, t={time:g}",
                _shown(t["pearson"].values[m, i, k], t["pearson_error"].values[m, i, k]),
            )
            for m, method in enumerate(t["contender"].values)
            for i, T in enumerate(t["temperature"].values)
            for k, time in enumerate(t["time"].values)
            if np.isfinite(t["pearson"].values[m, i, k])
        ]

    def __repr__(self) -> str:
        """A line for each method, temperature and time."""
        return "\n".join("  ".join(line) for line in self.lines())

    @validated
    def report(
        self, out: str | Path, *, provenance: Annotated[Mapping[str, Any] | None, Anything()] = None
    ) -> Path:
        """Write the table, the page and all results into a folder; the page's path.

        provenance : plain data: what was read, and the command that repeats it

        Raises
        ------
        ParameterError
            if `out` can't be the name of a folder to write.
        StoreError
            if it holds something else than a report, or can't be written.
        """
        from supercooled import report

        with made_by("supercooled benchmark"):
            return report.write(
                out,
                title="Who knows how much of the motion",
                summary=self._summary(),
                rows=self._rows(),
                results={"benchmark": self.table, "added": self.added, "transfer": self.transfer},
                provenance=dict(provenance or {}),
                sections=(
                    report.Section("Leaderboard", "", ("leaderboard",), ("benchmark",)),
                    report.Section("What each feature adds", "", (), ("added",)),
                    report.Section("Other temperatures", "", (), ("transfer",)),
                ),
            )

    def _summary(self) -> str:
        t = self.table
        number = int(t["configurations"].max())
        first = (
            f"{number} configurations at a temperature and time, particles of {t.attrs['species']}. "
            "Predictors are ridge regressions, judged by configurations left out one by one; errors are over "
            "configurations."
        )
        words = [first]
        energy = _found(t, ENERGY)
        every = _found(t, "all indicators averaged")
        if energy is not None and every is not None:
            words.append(
                f"Averaged inherent energy alone reaches {energy:.3f} at best, all indicators averaged "
                f"{every:.3f}."
            )
        quench = t.attrs.get("quench_seconds", np.nan)
        if np.isfinite(quench):
            words.append(f"A quench took {quench:.1f} processor seconds a configuration, not counted below.")
        return " ".join(words) + "".join(
            f"\n\n{sentence[:1].upper()}{sentence[1:]}." for sentence in self.said
        )

    def _rows(self) -> list[Any]:
        from supercooled.report import Row

        t = self.table
        return [
            Row.judge(
                item="benchmark",
                quantity=str(method)[:80],
                state=f"T = {T:g}, t = {time:g}",
                published=None,
                measured=float(t["pearson"].values[m, i, k]),
                uncertainty=float(t["pearson_error"].values[m, i, k]),
                unit="1",
                tolerance=None,
                note="Pearson correlation with the propensity"
                + (", configurations left out." if t["kind"].values[m] == "predictor" else "."),
            )
            for m, method in enumerate(t["contender"].values)
            for i, T in enumerate(t["temperature"].values)
            for k, time in enumerate(t["time"].values)
            if np.isfinite(t["pearson"].values[m, i, k])
        ]


@validated
def benchmark(
    data: str | Path | Sequence[Configuration],
    *,
    mixture: Mixture | None = None,
    indicators: Sequence[Features] | None = None,
    predictors: Sets | None = None,
    species: Name = "A",
    temperature: Positive | None = None,
    time: Positive | None = None,
    slow: bool = False,
    cache: str | Path | None = None,
    progress: Progress | None = None,
) -> Benchmark:
    r"""Indicators and predictors against propensity, by the protocol of GlassBench.

    .. math:: r = \frac{\langle \delta x\, \delta y \rangle}{\sigma_x \sigma_y}, \qquad
              r_\mathrm{max} = \sqrt{\frac{2 r_{12}}{1 + r_{12}}}

    over the particles of one species of each configuration. Predictors are ridge regressions; each is judged
    by configurations left out one by one, its penalty chosen by the others. Where configurations say whether
    they learn or judge, those that judge take no part in the training, and all else is judged by them too.
    Errors are those of the mean over configurations, which must know nothing of each other, and NaN of fewer
    than four. The ceiling is that of the mean over all runs, from the correlation r_12 of two halves of them.

    data : folder that :func:`supercooled.datasets.read_configurations` reads; the name of a set that comes
        with the package (:func:`supercooled.datasets.names`), or of a liquid, which stands for all of its
        sets; or configurations
    mixture : pair potentials, for energies and for inherent structures that a file does not bring; default
        none, or those of the set
    indicators : default energy and its average, cell volume, bond and packing order, pair entropy and the
        depth of the cage (sharma2022; softness is one over a line in it), thermal and in the inherent
        structure, and the distance to it, as far as they can be measured
    predictors : sets of features by name; default averaged inherent energy, the same with the depth of the
        cage and with others, and all indicators averaged
    species : whose particles are judged, and learn
    temperature, time : where neither a file nor its name says it, epsilon_AA/k_B and tau
    slow : among the defaults also cage state, Debye-Waller factor of short runs and vibrality, some 30
        processor seconds a configuration of 4096 particles
    cache : folder of its own, new, empty or of an earlier call, in which inherent structures that were
        quenched are kept
    progress : called with how many configurations are done, and of how many

    Raises
    ------
    ParameterError
        if there is no configuration, two are the same, or nothing can be measured.
    TrajectoryError
        naming the file whose arrays don't fit together.
    StoreError
        if `cache` holds something else, or can't be written.

    Source: G. Jung et al., arXiv 2311.14752 (the protocol and the published curves, Zenodo 10118191,
    CC-BY-4.0); C. Spearman, Br. J. Psychol. 3, 271 (1910), of the ceiling.
    """
    if isinstance(data, str | Path):
        given, mixture = _found_by(data, mixture, temperature, time)
    else:
        given = list(data)
    if not given or not all(isinstance(one, Configuration) for one in given):
        raise ParameterError("no configuration with a propensity was given")
    kinds = sorted({f"{one.frame.n_particles} particles in {one.frame.dimensions}-D" for one in given})
    if len(kinds) > 1:
        raise ParameterError(f"there are {' and '.join(kinds)}: give the folder of one set")
    keys = [(one.name, one.state) for one in given]
    if len(set(keys)) < len(keys):
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ParameterError(
            f"the configuration {twice[0]} is given twice at T={twice[1][0]:g}, t={twice[1][1]:g}"
        )
    singles = list(default_indicators(mixture, given, slow=slow) if indicators is None else indicators)
    sets = dict(default_predictors(singles, mixture, given) if predictors is None else predictors)
    inputs = [data] if isinstance(data, str | Path) else []
    kept = nullcontext() if cache is None else results_folder(cache, by="benchmark", inputs=inputs)
    with kept as there:
        measured = _measured(given, singles, sets, mixture=mixture, cache=there, progress=progress)
    return _judged(given, singles, sets, measured, species)


def _found_by(
    data: str | Path, mixture: Mixture | None, temperature: float | None, time: float | None
) -> tuple[list[Configuration], Mixture | None]:
    """Configurations of a folder, or of a set that comes with the package and its own liquid."""
    if Path(data).exists() or not is_shipped(str(data)):
        return read_configurations(data, temperature=temperature, time=time), mixture
    shipped = load(str(data))
    return list(shipped.configurations), shipped.liquid.mixture if mixture is None else mixture


def is_shipped(name: str) -> bool:
    """Whether propensities of a name come with the package."""
    return any(one == name or one.startswith(f"{name}_rho") for one in names())


def default_indicators(
    mixture: Mixture | None, given: Sequence[Configuration], *, slow: bool = False
) -> list[Features]:
    """Those that can be measured of all configurations."""
    still = mixture is not None or all(one.frame.inherent is not None for one in given)
    both: list[Features] = [VoronoiVolume.glassbench(), BondOrder(6), PairEntropy.graham2023()]
    if mixture is not None:
        energy = PotentialEnergy(mixture)
        averaged = Average(energy, LENGTH, cutoff=_cutoff(given))
        both += [PackingOrder.of_mixture(mixture), *_depths(mixture, given), energy, averaged]
    found = list(both)
    if still:
        found += [inherent(one, mixture) for one in both]
        found.append(DistanceToInherent(mixture))
    if mixture is not None and slow:
        found += [CageDistance(mixture), CageFluctuation(mixture), DebyeWaller(mixture), Vibrality(mixture)]
    return found


def _depths(mixture: Mixture, given: Sequence[Configuration]) -> list[Features]:
    """Depth of the cage, with the shells of the g(r) of all configurations at the coldest temperature."""
    coldest = min(one.temperature for one in given)
    frames = {one.name: one.frame for one in given if one.temperature == coldest}
    first = next(iter(frames.values()))
    alike = [one for one in frames.values() if np.array_equal(one.species, first.species)]
    run = Trajectory.from_arrays(
        np.stack([one.positions[:, : one.dimensions] for one in alike]),
        first.box,
        species=first.species,
        names=first.names,
        temperature=coldest,
    )
    try:
        return [replace(LocalDepth.sharma2022(run, mixture), temperature=None)]
    except SupercooledError:
        # A pair that never comes near has no shell.
        return []


def _cutoff(given: Sequence[Configuration]) -> float:
    """Of averages: as far as the smallest box allows, and no farther than 7 sigma_AA."""
    return min(CUTOFF, 0.49 * min(float(one.frame.box.heights.min()) for one in given))


def default_predictors(
    singles: Sequence[Features], mixture: Mixture | None, given: Sequence[Configuration]
) -> Sets:
    """Averaged inherent energy, and every indicator averaged, over each species and all."""
    over = (*given[0].frame.names, "all")
    cutoff = _cutoff(given)

    def averaged(one: Features) -> Features:
        return Averages(one, LENGTHS, over, cutoff)

    found: dict[str, Features | Sequence[Features]] = {}
    if mixture is not None:
        energy = PotentialEnergy(mixture)
        found[ENERGY] = inherent(averaged(energy), mixture)
        for depth in singles:
            if isinstance(depth, LocalDepth):
                found["averaged inherent energy and depth of the cage"] = [
                    inherent(averaged(energy), mixture),
                    averaged(depth),
                    inherent(averaged(depth), mixture),
                ]
        found["averaged inherent energy, its variance"] = [
            inherent(averaged(energy), mixture),
            inherent(averaged(Variance(energy, 1.0, cutoff=cutoff)), mixture),
        ]
        found["averaged inherent energy and volume, distance to the inherent structure"] = [
            inherent(averaged(energy), mixture),
            inherent(averaged(VoronoiVolume()), mixture),
            averaged(DistanceToInherent(mixture)),
        ]
    found["all indicators averaged"] = [averaged(one) for one in singles if "averaged" not in one.name]
    return found


@dataclass(frozen=True)
class _Measured:
    """Columns of each feature for each configuration, and what each cost.

    columns : by the text of the feature, then of the configuration, (particle, column)
    """

    columns: dict[str, dict[str, Array]]
    seconds: dict[str, float]
    said: tuple[str, ...]

    def of(self, features: Sequence[Features], name: str) -> Array:
        return np.concatenate([self.columns[str(one)][name] for one in features], axis=1)


def _measured(
    given: Sequence[Configuration],
    singles: Sequence[Features],
    sets: Sets,
    *,
    mixture: Mixture | None,
    cache: Path | None,
    progress: Progress | None,
) -> _Measured:
    frames: dict[str, Frame] = {}
    for configuration in given:
        frames.setdefault(_whose(configuration), configuration.frame)
    features = [*singles, *(one for several in sets.values() for one in _several(several))]
    wanted = {str(one): one for one in features}
    if not wanted:
        raise ParameterError("no indicator and no predictor was asked for")
    columns: dict[str, dict[str, Array]] = {name: {} for name in wanted}
    costs: dict[str, list[float]] = {name: [] for name in (*wanted, "quench")}
    needs_still = any("inherent" in str(one) for one in wanted.values())
    said = dict.fromkeys(word for configuration in given for word in configuration.said)
    for k, (whose, frame) in enumerate(frames.items()):
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
    return _Measured(columns, seconds, tuple(said))


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


def _judged(
    given: Sequence[Configuration],
    singles: Sequence[Features],
    sets: Sets,
    measured: _Measured,
    species: str,
) -> Benchmark:
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
                f"T={T:g}, t={t:g}: a predictor is judged by configurations left out, and "
                f"there are {len(group)}"
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
            "seconds": ("contender", cost, {"units": "s", "long_name": "processor seconds a configuration"}),
        },
        coords,
        {"species": species, "quench_seconds": measured.seconds["quench"]},
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
    return Benchmark(
        _beside_published(table, given[0].frame),
        gain,
        _transfer(states, sets, measured, species, temperatures),
        tuple(said),
    )


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
    one: Configuration, features: Sequence[Features], measured: _Measured, species: str
) -> tuple[Array, Array]:
    own = _own(one, species)
    x, y = measured.of(features, _whose(one))[own], one.propensity[own]
    there = np.isfinite(x).all(axis=1)
    return x[there], y[there]


def _table(
    group: Sequence[Configuration], features: Sequence[Features], measured: _Measured, species: str
) -> tuple[Array, Table]:
    """Which columns vary, and the table of those."""
    parts = [_part(one, features, measured, species) for one in group]
    spread = np.concatenate([x for x, _ in parts]).std(axis=0)
    kept = np.asarray(spread > 0)
    return kept, Table.of([(x[:, kept], y) for x, y in parts], "ridge", "regression", 1, 1, 0)


def _judges(group: Sequence[Configuration]) -> list[Configuration]:
    """Those that judge; all of them where none says so."""
    return [one for one in group if one.role == "judge"] or list(group)


def _learners(group: Sequence[Configuration]) -> list[Configuration]:
    """Those that learn; all of them where none judges."""
    if all(one.role != "judge" for one in group):
        return list(group)
    return [one for one in group if one.role != "judge"]


def _left_out(
    group: Sequence[Configuration], features: Sequence[Features], measured: _Measured, species: str
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
    measured: _Measured,
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


def _found(table: xr.Dataset, method: str) -> float | None:
    if method not in table["contender"].values:
        return None
    values = table["pearson"].sel(contender=method).values
    return float(np.nanmax(values)) if np.isfinite(values).any() else None


def _shown(value: float, error: float) -> str:
    return f"{value:.3f} ± {error:.3f}" if np.isfinite(error) else f"{value:.3f}"
