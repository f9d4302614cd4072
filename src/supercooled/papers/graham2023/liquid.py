"""One liquid: its runs, its learned softness, its strata and groups."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import xarray as xr

from supercooled import dynamics, learning, structure
from supercooled.analysis.choices import temperature_of
from supercooled.analysis.stages import Results, stage
from supercooled.arrays import AnyArray
from supercooled.cluster import Workers, executor
from supercooled.errors import ParameterError
from supercooled.indicators import LearnedSoftness, PairEntropy, StructureFunctions
from supercooled.matching import laid_on
from supercooled.mixture import Mixture
from supercooled.papers.graham2023.chosen import Choices
from supercooled.potentials import ExpandedLennardJones
from supercooled.trajectory import Trajectory

# Frames of a run, evenly spread over it, that give the thermal g(r), and the furthest lag as a share of it.
_RADIAL_FRAMES, _LONGEST = 40, 0.6
# Fewer examples of a kind say nothing about an accuracy.
_FEW = 20


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """A run and its inherent structures.

    Parameters
    ----------
    thermal
        every frame
    inherent
        every `every`-th, quenched
    """

    thermal: Trajectory
    inherent: Trajectory
    every: int

    @property
    def moving(self) -> Trajectory:
        """What tells who moves: the inherent structures where there is one for every frame."""
        return self.inherent if self.every == 1 else self.thermal


@dataclass(frozen=True, slots=True, eq=False)
class LiquidRuns:
    """The runs of a liquid.

    Parameters
    ----------
    name, width, density, mixture
        of the liquid
    runs
        coldest first; replicas of a temperature follow each other
    fitted
        temperatures that the Arrhenius lines go through
    """

    name: str
    width: float
    density: float
    mixture: Mixture
    runs: tuple[Run, ...]
    fitted: tuple[float, ...]

    @property
    def temperatures(self) -> list[float]:
        """Of the runs, each once, coldest first."""
        return sorted({temperature_of(run.thermal) for run in self.runs})

    def at(self, temperature: float) -> list[int]:
        """Which runs have a temperature."""
        return [k for k, run in enumerate(self.runs) if temperature_of(run.thermal) == temperature]


@dataclass(frozen=True, slots=True)
class Accuracy:
    """How well the plane does at a temperature.

    Parameters
    ----------
    precision, recall
        P(R|S > 0) and P(S > 0|R) with equally many of each kind, NaN with too few
    examples
        of each kind
    soft_share
        of all that could be drawn from, peaks and troughs, the share that is soft
    """

    precision: float = np.nan
    recall: float = np.nan
    examples: int = 0
    soft_share: float = np.nan


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """What a liquid gave.

    Parameters
    ----------
    per_run
        of each run ``motion``, ``radial``, ``inherent_radial``, and the fields ``pair_entropy`` and
        ``p_hop`` (frame, particle) at the quenched frames
    softness
        (frame, particle) of each run
    model, validation
        the plane and how well it does on examples it has not seen
    accuracy
        at each temperature
    """

    per_run: list[Results]
    softness: list[xr.DataArray]
    model: learning.SoftnessModel
    validation: learning.Validation
    accuracy: dict[float, Accuracy]


def continuous(mixture: Mixture) -> Mixture:
    """The same forces from an energy without a step at the cutoff, which a minimiser needs.

    The paper's modified wells are cut without a shift: the force is the same, but the energy jumps whenever a
    pair crosses the cutoff.
    """
    shifted = tuple(
        replace(p, shift=True) if isinstance(p, ExpandedLennardJones) else p for p in mixture.potentials
    )
    return replace(mixture, potentials=shifted)


def measure(liquid: LiquidRuns, choices: Choices, *, folder: Path, workers: Workers) -> Measured:
    """Everything that one liquid's runs say; what is in `folder` is read back."""
    one = partial(_measure_run, name=liquid.name, choices=choices, work=folder)
    with executor(workers) as pool:
        per_run = list(pool.map(one, liquid.runs))
        model, validation, accuracy = learn(liquid, choices)
        softness = []
        for k, run in enumerate(liquid.runs):
            label = f"{liquid.name}-T{temperature_of(run.thermal):g}-softness-{k}"
            found = softness_of.kept(
                folder, label, run.inherent, run.thermal, model, species=choices.species, pool=pool
            )
            softness.append(found["softness"]["learned_softness"])
    return Measured(per_run, softness, model, validation, accuracy)


def _measure_run(run: Run, *, name: str, choices: Choices, work: Path) -> Results:
    return fields_of.kept(work, f"{name}-T{temperature_of(run.thermal):g}", run, choices)


@stage()
def fields_of(run: Run, choices: Choices) -> Results:
    """Motion and g(r), and the fields at the quenched frames."""
    thermal, inherent = run.thermal, run.inherent
    some = thermal[:: max(1, thermal.n_frames // _RADIAL_FRAMES)]
    r_max = min(choices.r_max, 0.5 * float(thermal.fixed_box().heights.min()))
    lags = dynamics.logarithmic_lags(
        thermal, per_decade=12, longest=_LONGEST * (thermal.times[-1] - thermal.times[0])
    )
    entropy = PairEntropy(
        width=choices.width,
        r=tuple(float(x) for x in choices.r),
        pair_correlation="partial",
        normalisation="local",
        radius=choices.radius,
        switching=choices.logistic,
    ).of(inherent, species=choices.species)
    p_hop = laid_on(dynamics.hops(run.moving, window=choices.window, species=choices.species), thermal)
    return {
        "motion": dynamics.displacements(
            thermal, lags=lags, overlap_radius=0.3, species=choices.species, blocks=choices.blocks
        ),
        "radial": structure.radial_distribution(some, r_max=r_max, dr=choices.dr),
        "inherent_radial": structure.radial_distribution(inherent, r_max=r_max, dr=choices.dr),
        "pair_entropy": laid_on(entropy, thermal).to_dataset(),
        "p_hop": p_hop.isel(frame=np.isin(p_hop["frame"].values, _quenched(run))).to_dataset(),
    }


def _quenched(run: Run) -> AnyArray:
    """Numbers of the run's frames that have an inherent structure."""
    return run.thermal.frames[run.every * np.arange(run.inherent.n_frames)]


@stage(free=["pool"])
def softness_of(
    inherent: Trajectory,
    thermal: Trajectory,
    model: learning.SoftnessModel,
    *,
    species: str,
    pool: Executor | None = None,
) -> Results:
    """Learned softness of the inherent structures of a run, at their frames in it."""
    found = LearnedSoftness(model).of(inherent, species=species, executor=pool)
    return {"softness": laid_on(found, thermal).to_dataset(name="learned_softness")}


def learn(
    liquid: LiquidRuns, choices: Choices
) -> tuple[learning.SoftnessModel, learning.Validation, dict[float, Accuracy]]:
    """The plane from the coldest temperatures' examples, and how well it does at each."""
    found = {T: examples_of(liquid, liquid.at(T), choices) for T in liquid.temperatures}
    learned = [T for T in liquid.temperatures if found[T] is not None][: choices.learned_at]
    if not learned:
        raise ParameterError(
            f"{liquid.name}: no temperature has {_FEW} peaks and {_FEW} troughs of p_hop; prolong the runs"
        )
    parts = [part for T in learned if (part := found[T]) is not None]
    together = xr.concat(parts, dim="example", combine_attrs="override")
    model, validation = learning.fit_softness(
        together,
        groups=learning.groups_of(together, blocks=choices.folds),
        training=learning.Training("linear-svm", choices.penalty, choices.folds, constant="ignore"),
    )
    accuracy, first = {}, 0
    for T in liquid.temperatures:
        part = found[T]
        if part is None:
            accuracy[T] = Accuracy()
            continue
        if T in learned:
            # by the models that have not seen them
            values = validation.softness[first : first + part.sizes["example"]]
            first += part.sizes["example"]
        else:
            values = np.asarray(model.softness(part).values)
        accuracy[T] = _accuracy(values, part)
    return model, validation, accuracy


def _accuracy(softness: AnyArray, examples: xr.DataArray) -> Accuracy:
    positive, soft = softness > 0, np.asarray(examples["soft"].values, dtype=bool)
    precision = float(soft[positive].mean()) if positive.any() else np.nan
    return Accuracy(
        precision, float(positive[soft].mean()), int(soft.sum()), float(examples.attrs["soft_share"])
    )


def examples_of(liquid: LiquidRuns, which: Sequence[int], choices: Choices) -> xr.DataArray | None:
    """Features of as many soft as hard particles at one temperature; None with too few."""
    runs = [liquid.runs[k] for k in which]
    table = dynamics.training_by_extrema(
        [run.moving for run in runs],
        dynamics.ExtremaRule(
            window=choices.window,
            soft_above=choices.threshold,
            hard_below=choices.quiet,
            soft_separation=choices.soft_separation,
            hard_separation=choices.hard_separation,
            lead=0.0,
        ),
        species=choices.species,
    )
    soft = np.asarray(table["soft"].values, dtype=bool)
    size = min(int(soft.sum()), int((~soft).sum()), choices.examples)
    if size < _FEW:
        return None
    drawn = dynamics.balanced(table, size=size, seed=1)
    features = structure.features_of_examples(
        [run.inherent for run in runs],
        _last_quenched(drawn, runs),
        StructureFunctions.of_paper("graham2023"),
        species=choices.species,
    )
    return features.assign_coords(
        run=("example", np.array(which)[features["run"].values]), time=drawn["time"]
    ).assign_attrs(soft_share=float(soft.mean()))


def _last_quenched(table: xr.Dataset, runs: Sequence[Run]) -> xr.Dataset:
    """The examples with the last inherent structure that is not later, which no longer has their time."""
    frame = np.empty(table.sizes["example"], np.int64)
    for k, run in enumerate(runs):
        here = table["run"].values == k
        place = np.searchsorted(run.moving.frames, table["frame"].values[here]) // run.every
        frame[here] = run.inherent.frames[np.minimum(place, run.inherent.n_frames - 1)]
    return (
        table.drop_vars("time")
        .assign(frame=("example", frame))
        .assign_attrs(trajectory=[run.inherent.fingerprint for run in runs])
    )
