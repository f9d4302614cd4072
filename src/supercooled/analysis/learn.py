"""A softness learned from one's own runs."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import xarray as xr

from supercooled import dynamics, learning
from supercooled.arguments import Anything, Count, Name, Random, validated
from supercooled.blocks import error_of_mean
from supercooled.dynamics import CrossingRule, ExtremaRule
from supercooled.errors import ParameterError
from supercooled.fields import Features
from supercooled.indicators import StructureFunctions
from supercooled.io import read, read_fields
from supercooled.matching import laid_on, matched
from supercooled.outputs import made_by
from supercooled.predictors import Predictor, score
from supercooled.predictors.predictor import INSIDE, Layers
from supercooled.predictors.shipped import SOFTNESS
from supercooled.structure import features_of_examples
from supercooled.targets import Target
from supercooled.trajectory import Trajectory

if TYPE_CHECKING:
    from supercooled.learning import Training, Validation

# schoenholz2016, Sec. I.C: at most so many examples of each kind, and C by cross-validation.
MOST, PENALTIES, FOLDS = 6000, (0.01, 0.1, 1.0), 5
_MEASURES = ("accuracy", "balanced_accuracy", "auc", "number")


@validated
@dataclass(frozen=True, eq=False)
class Learned:
    """What :func:`learn` found.

    Parameters
    ----------
    model
        what was learned, an indicator that can be saved
    validation
        how well examples are told apart that took no part in the training
    curve
        ``accuracy`` and ``accuracy_error`` (size) against the number of examples of each kind
    weights
        of each standardised feature, (feature,); empty of a network
    examples
        the table that it was learned from
    """

    model: Predictor
    validation: Annotated[Any, Anything()]
    curve: Annotated[xr.Dataset, Anything()]
    weights: Annotated[xr.DataArray, Anything()]
    examples: Annotated[xr.Dataset, Anything()]

    @property
    def scores(self) -> Mapping[str, Any]:
        """``accuracy``, ``balanced_accuracy`` and ``auc`` of groups left out: mean, error, folds."""
        scores: Mapping[str, Any] = next(iter(self.model.scores.values()))
        return scores

    @validated
    def save(self, path: str | Path) -> Path:
        """Write the model as JSON, which ``sc.softness`` and ``supercooled predict`` take.

        Parameters
        ----------
        path
            JSON file that is written

        Returns
        -------
        Path
            the file that was written

        Raises
        ------
        StoreError
            if a file is there that this package did not write, or it can't be written.
        """
        return self.model.save(path)

    def lines(self) -> list[tuple[str, ...]]:
        """Each score with its error, as text.

        Returns
        -------
        list[tuple[str, ...]]
            one line per score
        """
        return [
            (name.replace("_", " "), _with_error(self.scores[name]["mean"], self.scores[name]["error"]))
            for name in _MEASURES[:3]
        ]

    def __repr__(self) -> str:
        """A line for each score."""
        return "\n".join("  ".join(line) for line in self.lines())

    @validated
    def report(self, out: str | Path, *, provenance: Mapping[str, Any] | None = None) -> Path:
        """Write the page, scores, learning curve and weights into a folder.

        Parameters
        ----------
        out
            folder, in which nothing of somebody else is replaced
        provenance
            plain data: what was read, and the command that repeats it

        Returns
        -------
        Path
            the page

        Raises
        ------
        ParameterError
            if `out` can't be the name of a folder to write.
        StoreError
            if it holds something else than a report, or can't be written.
        """
        from supercooled import report

        made = self.model.provenance
        counts = made["examples"]
        rows = [
            report.Row.judge(
                item="learned",
                quantity=name.replace("_", " "),
                state=f"{made['centre']} particles",
                published=None,
                measured=self.scores[name]["mean"],
                uncertainty=self.scores[name]["error"],
                unit="1",
                note="of groups left out in turn; 0.5 says nothing.",
            )
            for name in _MEASURES[:3]
            if self.scores[name]["mean"] is not None
        ]
        summary = (
            f"{counts['soft']} soft and {counts['hard']} hard examples of {made['centre']} particles, "
            f"{made['groups']} groups of which {made['folds']} parts are left out in turn. {made['choices']}."
        )
        why = f"Errors are not known: {made['no_error']}." if made["no_error"] else ""
        results = {"learning_curve": self.curve}
        if self.weights.sizes["feature"]:
            results["learned_weights"] = self.weights.to_dataset(name="weight")
        with made_by("supercooled learn"):
            return report.write(
                out,
                title="A learned softness",
                summary="\n\n".join(part for part in (summary, why) if part),
                rows=rows,
                results=results,
                provenance=dict(provenance or {}),
                sections=(
                    report.Section("Learning curve", "", ("learning_curve",)),
                    report.Section("Weights", "", ("learned_weights",), ("learned_weights",)),
                ),
            )


@validated
def learn(
    runs: str | Path | Trajectory | Sequence[str | Path | Trajectory],
    *,
    species: Name,
    examples: Annotated[
        CrossingRule | ExtremaRule | Target | xr.DataArray | Sequence[xr.DataArray] | str, Anything()
    ],
    features: Annotated[Features | str, Anything()],
    above: float | None = None,
    size: Count = MOST,
    blocks: Count = 1,
    training: Annotated[Any, Anything()] = None,
    seed: Random = 0,
) -> Learned:
    r"""A softness learned from runs of one liquid: examples, features, cross-validation, model.

    .. math:: S = \mathbf w \cdot \mathbf z + b

    Parameters
    ----------
    runs
        of one state; a path is read by :func:`supercooled.read`. Inherent structures are learned from
        where the runs are quenched
    species
        of the particles that are learned from
    examples
        who is soft and who is hard: ``CrossingRule.schoenholz2016(quiet=...)`` and
        ``ExtremaRule.graham2023(lead=...)`` take events of p_hop; a target, such as
        ``sc.targets.Hop(within=10.0)``; a field (frame, particle) of truth values or numbers for each run; or
        the name of a field in the GSD files of the runs
    features
        "schoenholz2016" or "graham2023", the paper's structure functions, or a set of features
    above
        of a field or target that is a number: soft where it is larger
    size
        examples of each kind at most, drawn at random; there are as many of one as of the other
    blocks
        equal parts of the time of each run that are left out in turn; 1 leaves out whole runs
    training
        method, penalties and folds; None takes a linear support vector machine with the best of three
        penalties, in five folds, or as many as there are groups
    seed
        of the draw of the examples

    Returns
    -------
    Learned
        the model, with its accuracy, balanced accuracy and area under the ROC curve on groups left out, the
        learning curve and the weights

    Raises
    ------
    ParameterError
        if there are no examples of a kind, no features of that name, or fewer than two groups.
    TrajectoryError
        if a file can't be read, or holds no field of that name.
    MissingExtraError
        if scikit-learn is not installed.

    References
    ----------
    schoenholz2016, Secs. I.B and I.C; graham2023, Sec. II.B.

    Examples
    --------
    >>> from supercooled.structure import Radial
    >>> from supercooled.testing import liquid_runs
    >>> run = liquid_runs(2, number=1)[0]
    >>> near = StructureFunctions((Radial(0.9, 0.1, 4, 0.1),))
    >>> crowded = near.of(run, species="A")[..., 1]
    >>> found = learn(run, species="A", examples=crowded, above=float(crowded.median()), features=near,
    ...     size=100, blocks=4)
    >>> found.scores["accuracy"]["mean"] > 0.9
    True
    """
    opened, names = _opened(runs)
    chosen = _features(features)
    table = _examples(opened, names, examples, species, above)
    soft = int(table["soft"].sum())
    number = min(soft, table.sizes["example"] - soft, size)
    if number == 0:
        kind = "soft" if soft == 0 else "hard"
        raise ParameterError(
            f"there is no {kind} example among {table.sizes['example']}: use longer runs, or another rule"
        )
    drawn = dynamics.balanced(table, size=number, seed=seed)
    seen = features_of_examples(opened, drawn, chosen, species=species)
    groups = learning.groups_of(drawn, blocks=blocks)
    n_groups = len(np.unique(groups))
    if n_groups < 2:
        raise ParameterError(
            "the examples are all of one group, and none is left to test on: give several runs, or blocks=5"
        )
    how = training
    if how is None:
        how = learning.Training(
            "linear-svm", PENALTIES, min(FOLDS, n_groups), unit="margin", constant="ignore", seed=seed
        )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        fitted, found = learning.fit_softness(seen, groups=groups, training=how)
    if found.warning:
        warnings.warn(found.warning, stacklevel=2)
    curve = learning.by_number(
        seen,
        groups=groups,
        sizes=_sizes(number),
        training=learning.Training(how.method, found.C, how.folds, how.unit, how.constant, how.seed),
        seed=seed,
    )
    made = _predictor(opened, seen, chosen, fitted, found, groups, _said(examples, above, species, how))
    weights = xr.DataArray(np.zeros(0), {"feature": []}, ("feature",), "weight")
    return Learned(made, found, curve, fitted.weights if len(fitted.layers) == 1 else weights, drawn)


def _opened(
    runs: str | Path | Trajectory | Sequence[str | Path | Trajectory],
) -> tuple[list[Trajectory], list[str]]:
    """Trajectories, and the files that they were read from; "" of others."""
    several = [runs] if isinstance(runs, str | Path | Trajectory) else list(runs)
    if not several:
        raise ParameterError("no run was given to learn from")
    opened = [one if isinstance(one, Trajectory) else read(one) for one in several]
    return opened, [one.source.name for one in opened]


def _features(features: Features | str) -> Features:
    if isinstance(features, str):
        return StructureFunctions.of_paper(features)
    if not isinstance(features, Features):
        raise ParameterError(
            'features must be "schoenholz2016", "graham2023" or a set of features, such as '
            f"sc.indicators.StructureFunctions(...), not {type(features).__name__}"
        )
    return features


def _examples(
    runs: list[Trajectory], names: list[str], given: Any, species: str, above: float | None
) -> xr.Dataset:
    """A table of examples: run, frame, time, particle, soft."""
    if isinstance(given, CrossingRule):
        found = [
            dynamics.events(run, window=given.window, threshold=given.candidate, species=species)
            for run in runs
        ]
        return dynamics.training_by_crossing(
            found,
            rearrangement=given.rearrangement,
            lead=given.lead,
            quiet=given.quiet,
            hard_at=given.hard_at,
        )
    if isinstance(given, ExtremaRule):
        return dynamics.training_by_extrema(runs, given, species=species)
    if isinstance(given, Target):
        fields = [given.of(run, species=species) for run in runs]
        above = 0.5 if type(given).binary and above is None else above
    elif isinstance(given, str):
        fields = [_column(run, name, given) for run, name in zip(runs, names, strict=True)]
    elif isinstance(given, xr.DataArray):
        fields = [given]
    else:
        fields = list(given) if isinstance(given, list | tuple) else []
    if len(fields) != len(runs) or not all(isinstance(one, xr.DataArray) for one in fields):
        raise ParameterError(
            "examples must be a rule, such as CrossingRule.schoenholz2016(quiet=30.0), a target, the name of "
            f"a field in the files, or a field (frame, particle) for each of {len(runs)} runs"
        )
    parts = [
        _labelled(k, run, one, species, above) for k, (run, one) in enumerate(zip(runs, fields, strict=True))
    ]
    return xr.concat(parts, dim="example", combine_attrs="drop_conflicts")


def _column(run: Trajectory, file: str, name: str) -> xr.DataArray:
    """A field that stands beside the particles in the file of a run."""
    held = read_fields(file)
    if name not in held:
        raise ParameterError(f"{file} has no field {name!r}; it has {', '.join(map(str, held))}")
    return laid_on(held[name], run)


def _labelled(
    number: int, run: Trajectory, field: xr.DataArray, species: str, above: float | None
) -> xr.Dataset:
    """Examples of a field, whose value says who is soft."""
    place = matched(field, run)
    values = field.transpose("frame", "particle").values[np.ix_(place.rows, place.columns)]
    numbers = values.astype(np.float64)
    known = np.isfinite(numbers)
    if above is None and not np.isin(numbers[known], (0.0, 1.0)).all():
        raise ParameterError(
            f"{field.name or 'the field'} is a number, not true or false: give the value above which a "
            "particle is soft, above=..."
        )
    own = np.isin(place.other_columns, run.of_species(species))
    rows, columns = np.nonzero(known & own)
    frames = np.asarray(place.other_rows)[rows]
    return xr.Dataset(
        {
            "run": ("example", np.full(len(rows), number, np.int64)),
            "frame": ("example", run.frames[frames]),
            "time": ("example", run.times[frames]),
            "particle": ("example", np.asarray(place.other_columns)[columns]),
            "soft": ("example", numbers[rows, columns] > (0.5 if above is None else above)),
        }
    )


def _sizes(number: int) -> list[int]:
    """Numbers of examples of the learning curve, a factor of two apart."""
    return sorted({max(2, int(number * part)) for part in (0.05, 0.1, 0.2, 0.4, 0.75)})


def _said(examples: Any, above: float | None, species: str, how: Training) -> dict[str, Any]:
    rule = (
        str(examples) if not isinstance(examples, xr.DataArray | list | tuple) else "a field that was given"
    )
    words = rule + (f", soft above {above:g}" if above is not None else "")
    return {"centre": species, "choices": words, "model": how.method, "folds": how.folds}


def _predictor(  # noqa: PLR0917
    runs: list[Trajectory],
    seen: xr.DataArray,
    features: Features,
    fitted: Any,
    found: Validation,
    groups: Any,
    said: dict[str, Any],
) -> Predictor:
    soft = np.asarray(seen["soft"].values, dtype=bool)
    X = np.asarray(seen.transpose("example", "feature").values, dtype=np.float64)
    plane = Layers(fitted.mean, fitted.scale, fitted.layers, edge=1.0)
    edge = float(np.quantile(plane.distance(X), INSIDE))
    plane = Layers(fitted.mean, fitted.scale, fitted.layers, edge)
    whole = score(found.softness, soft)
    folds = [score(found.softness[groups == g], soft[groups == g]) for g in np.unique(groups)]
    frame = runs[0].frame(0)
    densities = [run.n_particles / run.frame(0).box.volume for run in runs]
    temperatures = sorted({run.temperature for run in runs if run.temperature is not None})
    centre = said["centre"]
    scores = {
        name: {
            "mean": _or_none(whole[name]),
            "error": _error(folds, name, found),
            "folds": [_or_none(one[name]) for one in folds],
        }
        for name in _MEASURES
    }
    n_groups = len(np.unique(groups))
    about = {
        **said,
        "unit": "1",
        "C": found.C,
        "chance": found.chance,
        "no_error": found.no_error,
        "density": densities[0] if np.ptp(densities) < 1e-9 else [min(densities), max(densities)],
        "dimensions": frame.dimensions,
        "temperature": temperatures[0] if len(temperatures) == 1 else None,
        "particles": frame.n_particles,
        "runs": len(runs),
        "groups": n_groups,
        "examples": {"soft": int(soft.sum()), "hard": int((~soft).sum())},
        "validated": f"{n_groups} groups in {said['folds']} parts that were left out in turn",
        "domain": f"{centre} particles of {', '.join(frame.names)} at density {np.mean(densities):.4g}"
        + (f", T = {', '.join(f'{T:g}' for T in temperatures)}" if temperatures else ""),
    }
    return Predictor(
        (features,),
        {centre: plane},
        SOFTNESS,
        "classification",
        frame.names,
        features.columns(frame),
        {centre: scores},
        {name: value for name, value in about.items() if value is not None},
    )


def _error(folds: Sequence[Mapping[str, float]], name: str, found: Validation) -> float | None:
    """Standard error of a score over the groups; None where it can't be told."""
    if name == "number" or found.no_error:
        return None
    if name == "accuracy":
        return _or_none(found.error)
    return _or_none(float(error_of_mean(np.array([one[name] for one in folds], dtype=np.float64))))


def _or_none(value: float) -> float | None:
    """A number of JSON."""
    return float(value) if np.isfinite(value) else None


def _with_error(value: float | None, error: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:.3f}" if error is None else f"{value:.3f} ± {error:.3f}"
