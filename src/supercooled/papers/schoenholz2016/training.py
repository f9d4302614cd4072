"""From inherent structures of the coldest runs to a softness, and to what it has learned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np
import xarray as xr

from supercooled import dynamics, learning, structure
from supercooled.analysis.stages import stage
from supercooled.arrays import Array, Integers
from supercooled.errors import ParameterError
from supercooled.indicators import StructureFunctions
from supercooled.learning import Method, SoftnessModel, Validation
from supercooled.learning.model import Unit
from supercooled.papers.schoenholz2016.chosen import Choices
from supercooled.trajectory import Trajectory

SIZES = (50, 100, 200, 400, 800, 1600, 3200)
KEPT = (166, 80, 40, 20, 10, 5, 2, 1)
OTHER_METHODS: tuple[Method, ...] = ("svm", "logistic", "ridge", "neural-network")


@dataclass(frozen=True, slots=True, eq=False)
class Coldest:
    """What the softness of a density is learned from: the runs at its lowest temperature.

    Parameters
    ----------
    runs
        inherent structures, one run or several
    events
        of each
    quiet, size
        of the preset
    """

    runs: tuple[Trajectory, ...]
    events: tuple[xr.Dataset, ...]
    choices: Choices
    quiet: float
    size: int

    @property
    def n_groups(self) -> int:
        """Parts that are left out in turn."""
        return len(self.runs) if len(self.runs) > 1 else self.choices.blocks

    def group(self, run: int, frame: Integers) -> Integers:
        """Part that frames of a run, by their numbers, belong to: the run, or blocks of the only one."""
        if len(self.runs) > 1:
            return np.full(len(frame), run, np.int64)
        place = np.searchsorted(self.runs[0].frames, frame)
        block: Integers = np.minimum(place * self.n_groups // self.runs[0].n_frames, self.n_groups - 1)
        return block

    @property
    def left_out(self) -> str:
        """What is left out in turn, in words."""
        return f"{self.n_groups} runs" if len(self.runs) > 1 else "blocks of one run"

    def training(self, C: float | Sequence[float], *, method: str | None = None) -> learning.Training:
        """What every fit shares; a Gaussian where no neighbour comes does not vary."""
        return learning.Training(
            cast("Method", method or self.choices.method), C, self.n_groups, constant="ignore"
        )

    def examples(
        self,
        *,
        lead: float | None = None,
        quiet: float | None = None,
        draw: int = 0,
        by_words: bool = False,
    ) -> xr.DataArray:
        """Structure functions of soft particles `lead` before the peak of p_hop, and of as many hard ones
        amid quiet; lead and quiet are the study's where none is given. ``group`` tells the parts apart.
        Another `draw` takes others of them. `by_words`, the hard have not rearranged for as long before
        their structure, as the paper has it, and may have moved by less.
        """
        lead = self.choices.lead if lead is None else lead
        seed = self.choices.seed + draw
        still = self.quiet if quiet is None else quiet
        table = _examples(self, lead, still, seed=seed, by_words=by_words)
        found = structure.features_of_examples(
            self.runs, table, StructureFunctions.of_paper(self.choices.features), species=self.choices.species
        )
        group = np.zeros(found.sizes["example"], np.int64)
        for run in range(len(self.runs)):
            here = found["run"].values == run
            group[here] = self.group(run, found["frame"].values[here])
        return found.assign_coords(group=("example", group))


@dataclass(frozen=True, slots=True)
class Told:
    """How well examples are told apart by what other parts of the runs have taught, over several draws.

    Parameters
    ----------
    C
        the penalty that is best on their average
    accuracy, error
        its error includes the parts and the draws
    soft_share, share_error
        of the soft with S > 0
    draws, scatter
        how many, and the standard deviation of the accuracy between them, NaN of one
    """

    C: float
    accuracy: float
    error: float
    soft_share: float
    share_error: float
    draws: int
    scatter: float


@dataclass(frozen=True, slots=True, eq=False)
class Trained:
    """A softness of the coldest runs of a density.

    Parameters
    ----------
    whole
        learned from all examples of the first draw
    parts
        one for each part of the runs, learned from the others
    validation
        on the parts left out
    examples
        (example, feature), of the study's lead
    """

    whole: SoftnessModel
    parts: tuple[SoftnessModel, ...]
    validation: Told
    examples: xr.DataArray


def told(cold: Coldest, draws: Sequence[xr.DataArray]) -> Told:
    """Accuracy and share of the soft on parts left out, averaged over draws, at the best penalty."""
    tried = {C: [_left_out(cold, one, C) for one in draws] for C in sorted(cold.choices.C)}
    accuracy = {C: float(np.mean([one.accuracy for one in each])) for C, each in tried.items()}
    # Of equals the smallest penalty: the simplest plane.
    best = max(accuracy, key=lambda C: (round(accuracy[C], 12), -C))
    found = tried[best]
    shares = [_shares(one, features) for one, features in zip(found, draws, strict=True)]
    return Told(
        best,
        accuracy[best],
        _error([one.accuracy for one in found], [one.error for one in found]),
        float(np.mean([one.soft_share for one in found])),
        _error([one.soft_share for one in found], [float(s.std(ddof=1) / np.sqrt(len(s))) for s in shares]),
        len(draws),
        float(np.std([one.accuracy for one in found], ddof=1)) if len(draws) > 1 else np.nan,
    )


def _left_out(cold: Coldest, features: xr.DataArray, C: float) -> Validation:
    return learning.cross_validated(features, groups=features["group"].values, training=cold.training(C))


def _shares(found: Validation, features: xr.DataArray) -> Array:
    """Share of the soft with S > 0 in each part."""
    soft, group = features["soft"].values, features["group"].values
    return np.array([float((found.softness[soft & (group == g)] > 0).mean()) for g in np.unique(group[soft])])


def _error(values: Sequence[float], errors: Sequence[float]) -> float:
    """Of an average over draws: what parts differ by in one draw stays, what draws differ by is averaged."""
    between = float(np.var(values, ddof=1)) / len(values) if len(values) > 1 else 0.0
    return float(np.sqrt(np.mean(np.square(errors)) + between))


def trained(cold: Coldest, *, draws: int = 1) -> Trained:
    """The softness, by examples of which each part of the runs is left out in turn."""
    choices = cold.choices
    drawn = [cold.examples(draw=k) for k in range(draws)]
    features, found = drawn[0], told(cold, drawn)
    group = features["group"].values
    model, _ = learning.fit_softness(
        features,
        groups=group,
        training=replace(cold.training(found.C), unit=cast("Unit", choices.unit), seed=choices.seed),
        provenance={"temperature": cold.runs[0].temperature, "lead": choices.lead},
    )
    parts = []
    for k in range(cold.n_groups):
        rest = features.isel(example=group != k)
        classifier = learning.SoftnessClassifier(
            method=cast("Method", choices.method),
            C=found.C,
            unit=cast("Unit", choices.unit),
            constant="ignore",
        )
        part = classifier.fit(rest, rest["soft"].values).model_
        parts.append(part)
    return Trained(model, tuple(parts), found, features)


def _examples(cold: Coldest, lead: float, quiet: float, *, seed: int, by_words: bool = False) -> xr.Dataset:
    choices, runs = cold.choices, cold.runs
    events = cold.events
    if by_words:
        events = tuple(
            dynamics.events(
                run, window=choices.window, threshold=choices.rearrangement, species=choices.species
            )
            for run in runs
        )
    table = dynamics.training_by_crossing(
        events,
        rearrangement=choices.rearrangement,
        lead=0.0,
        quiet=quiet,
        hard_at="after" if by_words else "middle",
    )
    hard = table.isel(example=~table["soft"].values)
    soft = xr.concat(
        [_before_peak(cold.events[k], runs[k], k, choices, lead) for k in range(len(runs))], dim="example"
    )
    both = xr.concat([soft, hard], dim="example", combine_attrs="override").assign_attrs(
        table.attrs, lead=lead
    )
    number = min(cold.size, soft.sizes["example"], hard.sizes["example"])
    if number < 10 * cold.n_groups:
        raise ParameterError(
            f"{runs[0].source.name}: {soft.sizes['example']} soft and {hard.sizes['example']} hard examples "
            "are too few to learn from: prolong the run"
        )
    return dynamics.balanced(both, size=number, seed=seed)


def _before_peak(events: xr.Dataset, run: Trajectory, k: int, choices: Choices, lead: float) -> xr.Dataset:
    """The rearranging of run number k, `lead` before the peak of p_hop."""
    peaks = dynamics.rearrangements(events, threshold=choices.rearrangement)
    place = np.searchsorted(run.frames, peaks["frame"].values) - round(lead / run.interval)
    there = place >= 0
    columns = {
        "run": np.full(int(there.sum()), k, np.int64),
        "frame": run.frames[place[there]],
        "particle": peaks["particle"].values[there],
        "soft": np.ones(int(there.sum()), bool),
        "time": run.times[place[there]],
    }
    return xr.Dataset({name: ("example", values) for name, values in columns.items()})


@stage()
def learned(cold: Coldest, found: Trained) -> dict[str, xr.Dataset]:
    """Accuracy by lead, quiet, split, features, method and number of examples; projections of the normal."""
    choices, features, C = cold.choices, found.examples, found.validation.C
    how: dict[str, Any] = {"groups": features["group"].values, "training": cold.training(C)}
    numbers = [n for n in KEPT if n <= features.sizes["feature"]]
    return {
        "by_lead": _compared("lead", _by_lead(cold, features), cold, C=C),
        "by_quiet": _compared("quiet", _by_quiet(cold, features), cold, C=C),
        "by_split": _by_split(cold, found),
        "by_subset": learning.by_subset(
            features, subsets(features), **{**how, "training": cold.training(choices.C)}
        ),
        "by_elimination": learning.by_elimination(features, numbers=numbers, **how),
        "by_number": learning.by_number(features, sizes=SIZES, seed=choices.seed, **how),
        "by_method": _by_method(features, cold),
        "projections": learning.projections(found.whole).to_dataset(name="projection"),
    }


def subsets(features: xr.DataArray) -> Mapping[str, Sequence[str]]:
    """Two features at the first peaks; the radial and the angular ones; another paper's."""
    names = [str(n) for n in features["feature"].values]
    radial = [n for n in names if " mu=" in n]
    partners = {n: n.split(" mu=", maxsplit=1)[0] for n in radial}
    # First peaks of the inherent structures' g(r), to the nearest Gaussian.
    peaks = dict(zip(sorted(set(partners.values())), (1.1, 0.9), strict=False))
    first = [
        min((n for n in radial if partners[n] == species), key=lambda n: abs(_of(n) - at))
        for species, at in peaks.items()
    ]
    near = [n for n in radial if 0.35 < _of(n) < 3.05]
    chosen = {"two first peaks": first, "radial": radial, "graham2023": near}
    angular = [n for n in names if n not in radial]
    return {**chosen, **({"angular": angular, "all": names} if angular else {})}


def _of(name: str) -> float:
    """Mu of a radial feature's name."""
    return float(name.split("mu=")[1].split(maxsplit=1)[0])


def _by_lead(cold: Coldest, known: xr.DataArray) -> dict[float, xr.DataArray]:
    own = cold.choices.lead
    return {lead: known if lead == own else cold.examples(lead=lead) for lead in cold.choices.leads}


def _by_quiet(cold: Coldest, known: xr.DataArray) -> dict[float, xr.DataArray]:
    """How hard a hard particle is depends on how long it has to be still; too long, and none is left."""
    found = {}
    for longer in cold.choices.quiets:
        with suppress(ParameterError):
            quiet = longer * cold.quiet
            found[quiet] = known if longer == 1.0 else cold.examples(quiet=quiet)
    return found


def _by_split(cold: Coldest, found: Trained) -> xr.Dataset:
    """What keeping runs apart costs: examples dealt out at random share cages with those learned from."""
    features, training = found.examples, cold.training(found.validation.C)
    alone = np.random.default_rng(cold.choices.seed).permutation(features.sizes["example"])
    at_random = learning.cross_validated(features, groups=alone, training=training)
    both = (_left_out(cold, features, found.validation.C), at_random)
    return xr.Dataset(
        {
            "accuracy": ("split", [one.accuracy for one in both]),
            "accuracy_error": ("split", [one.error for one in both]),
            "soft_share": ("split", [one.soft_share for one in both]),
        },
        {"split": [f"{cold.left_out} left out", "examples left out at random"]},
    )


def _compared(name: str, examples: Mapping[float, xr.DataArray], cold: Coldest, *, C: float) -> xr.Dataset:
    """Cross-validated accuracy on each set of examples."""
    rows = []
    for features in examples.values():
        one = learning.cross_validated(features, groups=features["group"].values, training=cold.training(C))
        rows.append((one.accuracy, one.error, one.soft_share))
    columns = ("accuracy", "accuracy_error", "soft_share")
    return xr.Dataset(
        {n: (name, list(c)) for n, c in zip(columns, zip(*rows, strict=True), strict=True)},
        {name: list(examples)},
    )


def _by_method(features: xr.DataArray, cold: Coldest) -> xr.Dataset:
    rows = []
    for method in OTHER_METHODS:
        # LIBSVM and the network take long at large penalties, and gain nothing there.
        training = cold.training([0.01, 0.1], method=method)
        one = learning.cross_validated(features, groups=features["group"].values, training=training)
        rows.append((one.accuracy, one.error))
    return xr.Dataset(
        {
            n: ("method", list(c))
            for n, c in zip(("accuracy", "accuracy_error"), zip(*rows, strict=True), strict=True)
        },
        {"method": list(OTHER_METHODS)},
    )
