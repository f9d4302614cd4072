"""From inherent structures of the coldest run to a softness, and to what it has learned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import xarray as xr

from supercooled import dynamics, learning, structure
from supercooled.arrays import Integers
from supercooled.errors import ParameterError
from supercooled.learning import Method, SoftnessModel, Validation
from supercooled.learning.model import Unit
from supercooled.structure import FEATURE_SETS, FeatureSet
from supercooled.studies.schoenholz2016.chosen import Choices
from supercooled.trajectory import Trajectory

SIZES = (50, 100, 200, 400, 800, 1600, 3200)
KEPT = (166, 80, 40, 20, 10, 5, 2, 1)
OTHER_METHODS: tuple[Method, ...] = ("svm", "logistic", "ridge", "neural-network")


@dataclass(frozen=True, slots=True, eq=False)
class Trained:
    """A softness of the coldest run of a density.

    whole : learned from all examples
    parts : one for each stretch of the run, learned from the other stretches
    validation : on the stretches left out
    examples : (example, feature), of the study's lead
    """

    whole: SoftnessModel
    parts: tuple[SoftnessModel, ...]
    validation: Validation
    examples: xr.DataArray


def trained(still: Trajectory, events: xr.Dataset, choices: Choices, *, quiet: float, size: int) -> Trained:
    """The softness, by examples of which each stretch of the run is left out in turn."""
    table = examples(still, events, choices, lead=choices.lead, quiet=quiet, size=size)
    features = described(still, table, choices, FEATURE_SETS[choices.features])
    groups = stretch_of_examples(features, still, choices)
    how = how_to_fit(choices)
    model, found = learning.fit_softness(
        features,
        groups=groups,
        C=choices.C,
        unit=cast("Unit", choices.unit),
        seed=choices.seed,
        provenance={"temperature": still.temperature, "lead": choices.lead},
        **how,
    )
    parts = []
    for k in range(choices.stretches):
        rest = features.isel(example=groups != k)
        classifier = learning.SoftnessClassifier(
            method=how["method"], C=found.C, unit=cast("Unit", choices.unit), constant="ignore"
        )
        part = classifier.fit(rest, rest["soft"].values).model_
        parts.append(part)
    return Trained(model, tuple(parts), found, features)


def how_to_fit(choices: Choices) -> dict[str, Any]:
    """What every fit shares; a Gaussian where no neighbour comes does not vary."""
    return {"method": cast("Method", choices.method), "folds": choices.stretches, "constant": "ignore"}


def examples(
    still: Trajectory, events: xr.Dataset, choices: Choices, *, lead: float, quiet: float, size: int
) -> xr.Dataset:
    """Soft particles `lead` before the peak of p_hop, and hard ones amid quiet, equally many of both."""
    table = dynamics.training_by_crossing(
        events, rearrangement=choices.rearrangement, lead=0.0, quiet=quiet, hard_at="middle"
    )
    hard = table.isel(example=~table["soft"].values)
    peaks = dynamics.rearrangements(events, threshold=choices.rearrangement)
    frame = peaks["frame"].values - round(lead / still.interval)
    there = frame >= 0
    columns = {
        "run": np.zeros(int(there.sum()), np.int64),
        "frame": frame[there],
        "particle": peaks["particle"].values[there],
        "soft": np.ones(int(there.sum()), bool),
        "time": still.times[frame[there]],
    }
    soft = xr.Dataset({name: ("example", values) for name, values in columns.items()})
    both = xr.concat([soft, hard], dim="example", combine_attrs="override").assign_attrs(
        table.attrs, lead=lead
    )
    number = min(size, soft.sizes["example"], hard.sizes["example"])
    if number < 10 * choices.stretches:
        raise ParameterError(
            f"{still.source.name}: {soft.sizes['example']} soft and {hard.sizes['example']} hard examples "
            "are too few to learn from: prolong the run"
        )
    return dynamics.balanced(both, size=number, seed=choices.seed)


def described(still: Trajectory, table: xr.Dataset, choices: Choices, chosen: FeatureSet) -> xr.DataArray:
    """Structure functions of the examples."""
    return structure.features_of_examples(
        still, table, centre=choices.centre, radial=chosen.radial, angular=chosen.angular
    )


def stretch_of_examples(features: xr.DataArray, still: Trajectory, choices: Choices) -> Integers:
    """Stretch of the run that each example is from."""
    return stretch_of_frames(features["frame"].values, still, choices)


def stretch_of_frames(frames: Integers, still: Trajectory, choices: Choices) -> Integers:
    """The same of frames."""
    return np.minimum(frames * choices.stretches // still.n_frames, choices.stretches - 1)


def learned(
    still: Trajectory, events: xr.Dataset, found: Trained, choices: Choices, *, quiet: float, size: int
) -> dict[str, xr.Dataset]:
    """Accuracy by lead, quiet, features, method and number of examples; projections of the normal."""
    features, C = found.examples, found.validation.C
    groups = stretch_of_examples(features, still, choices)
    how = {"groups": groups, **how_to_fit(choices)}
    numbers = [n for n in KEPT if n <= features.sizes["feature"]]
    return {
        "by_lead": _by_lead(still, events, choices, C=C, quiet=quiet, size=size),
        "by_quiet": _by_quiet(still, events, choices, C=C, quiet=quiet, size=size),
        "by_subset": learning.by_subset(features, subsets(features), C=choices.C, **how),
        "by_elimination": learning.by_elimination(features, numbers=numbers, C=C, **how),
        "by_number": learning.by_number(features, sizes=SIZES, C=C, seed=choices.seed, **how),
        "by_method": _by_method(features, groups, choices),
        "projections": learning.projections(found.whole).to_dataset(name="projection"),
    }


def subsets(features: xr.DataArray) -> Mapping[str, Sequence[str]]:
    """Two features at the first peaks; the radial and the angular ones; another paper's."""
    names = [str(n) for n in features["feature"].values]
    length, partners = features["length"].values, features["partners"].values
    pairs = sorted({str(p) for p in partners if len(str(p)) == 2})
    # First peaks of the inherent structures' g(r), to the nearest Gaussian.
    peaks = dict(zip(pairs, (1.1, 0.9), strict=False))
    first = [
        min((n for n, p in zip(names, partners, strict=True) if p == pair), key=lambda n: abs(_of(n) - at))
        for pair, at in peaks.items()
    ]
    radial = [n for n, p in zip(names, partners, strict=True) if len(str(p)) == 2]
    near = [
        n for n, p, r in zip(names, partners, length, strict=True) if len(str(p)) == 2 and 0.35 < r < 3.05
    ]
    chosen = {"two first peaks": first, "radial": radial, "graham2023": near}
    angular = [n for n in names if n not in radial]
    return {**chosen, **({"angular": angular, "all": names} if angular else {})}


def _of(name: str) -> float:
    """Mu of a radial feature's name."""
    return float(name.split("mu=")[1].split(maxsplit=1)[0])


def _by_lead(
    still: Trajectory, events: xr.Dataset, choices: Choices, *, C: float, quiet: float, size: int
) -> xr.Dataset:
    tables = {
        lead: examples(still, events, choices, lead=lead, quiet=quiet, size=size) for lead in choices.leads
    }
    return _compared("lead", tables, still, choices, C=C)


def _by_quiet(
    still: Trajectory, events: xr.Dataset, choices: Choices, *, C: float, quiet: float, size: int
) -> xr.Dataset:
    """How hard a hard particle is depends on how long it has to be still; too long, and none is left."""
    tables = {}
    for longer in choices.quiets:
        with suppress(ParameterError):
            tables[longer * quiet] = examples(
                still, events, choices, lead=choices.lead, quiet=longer * quiet, size=size
            )
    return _compared("quiet", tables, still, choices, C=C)


def _compared(
    name: str, tables: Mapping[float, xr.Dataset], still: Trajectory, choices: Choices, *, C: float
) -> xr.Dataset:
    """Cross-validated accuracy on each table of examples."""
    rows = []
    for table in tables.values():
        features = described(still, table, choices, FEATURE_SETS[choices.features])
        groups = stretch_of_examples(features, still, choices)
        one = learning.cross_validated(features, groups=groups, C=C, **how_to_fit(choices))
        rows.append((one.accuracy, one.error, one.soft_share))
    columns = ("accuracy", "accuracy_error", "soft_share")
    return xr.Dataset(
        {n: (name, list(c)) for n, c in zip(columns, zip(*rows, strict=True), strict=True)},
        {name: list(tables)},
    )


def _by_method(features: xr.DataArray, groups: Integers, choices: Choices) -> xr.Dataset:
    rows = []
    how = how_to_fit(choices)
    for method in OTHER_METHODS:
        # LIBSVM and the network take long at large penalties, and gain nothing there.
        one = learning.cross_validated(features, groups=groups, C=[0.01, 0.1], **{**how, "method": method})
        rows.append((one.accuracy, one.error))
    return xr.Dataset(
        {
            n: ("method", list(c))
            for n, c in zip(("accuracy", "accuracy_error"), zip(*rows, strict=True), strict=True)
        },
        {"method": list(OTHER_METHODS)},
    )
