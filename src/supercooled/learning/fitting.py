"""From examples to a model, with runs kept apart."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from typing import Annotated, Any, Literal, TypeAlias

import numpy as np
import xarray as xr
from sklearn.model_selection import GroupKFold

from supercooled.arguments import Count, Numbers, Random, Uncertain, Whole, validated
from supercooled.arguments.datasets import Features
from supercooled.arrays import AnyArray, Array, Booleans, Integers
from supercooled.blocks import FEWEST_PARTS, TIMES_A_PART, error_of_mean, forgotten, remembered
from supercooled.errors import ParameterError
from supercooled.learning.classifier import Method, SoftnessClassifier, standards
from supercooled.learning.model import SoftnessModel, Unit
from supercooled.plain_data import json_text

Folds: TypeAlias = Annotated[int, Whole(at_least=2, at_most=1000)]


@validated
@dataclass(frozen=True, slots=True)
class Training:
    """How a softness is learned: what stays the same from one set of examples to another.

    Parameters
    ----------
    method
        of :class:`SoftnessClassifier`
    C
        penalty of examples on the wrong side; of several the best is taken, by cross-validation
    folds
        parts that the groups are dealt into, each of which is left out once
    unit
        see :class:`SoftnessModel`
    constant
        "refuse" features that don't vary, or "ignore" them
    seed
        of what is drawn

    Raises
    ------
    ParameterError
        if there is no such method or unit, or a number is out of range.

    Examples
    --------
    >>> Training("linear-svm", C=(0.1, 1.0), folds=5).unit
    'margin'
    """

    method: Method
    C: float | Sequence[float]
    folds: Folds
    unit: Unit = "margin"
    constant: Literal["refuse", "ignore"] = "refuse"
    seed: Random = 0


@validated
@dataclass(frozen=True, slots=True, eq=False)
class Validation:
    """How well examples are told apart that took no part in the training.

    Parameters
    ----------
    C
        the best of those tried
    accuracy, error
        share of examples on their own side, and its standard error over the folds
    soft_share, hard_share
        share of the soft with S > 0, and of the hard with S <= 0
    tried
        (C, mean accuracy) of each tried
    softness
        (example,), each by the model that has not seen its group
    chance
        share of the commoner kind, which is right if that is always said
    no_error
        why the error is not known; empty if it is
    """

    C: Uncertain
    accuracy: Uncertain
    error: Uncertain
    soft_share: Uncertain
    hard_share: Uncertain
    tried: tuple[tuple[Uncertain, Uncertain], ...]
    softness: Array
    chance: Uncertain
    no_error: str = ""

    @property
    def balanced_accuracy(self) -> float:
        """Mean of the shares of both kinds on their own side: 1/2 for who always says one kind."""
        return 0.5 * (self.soft_share + self.hard_share)

    @property
    def warning(self) -> str:
        """Why the model is no better than saying one kind always; empty if it is."""
        if self.accuracy > self.chance and min(self.soft_share, self.hard_share) > 0:
            return ""
        return (
            f"accuracy {self.accuracy:.3f} is no better than the {self.chance:.3f} of always "
            "predicting the more frequent kind (balanced accuracy  "
            f"{self.balanced_accuracy:.3f}, {100 * self.soft_share:.0f} % of the soft examples "
            "classified as soft): use equal numbers of both kinds"
        )


@validated
def groups_of(examples: xr.Dataset | xr.DataArray, *, blocks: Count) -> Integers:
    """Group of each example: its run, or a block of time in it; learn and test on different ones.

    Parameters
    ----------
    examples
        with ``run`` and ``time`` along ``example``
    blocks
        equal parts of the time that the examples of a run span; 1 keeps runs whole

    Returns
    -------
    Integers
        (example,). Blocks of one run are not quite independent: cages last longer than the gap
        between them, which is none. Use runs where there are enough.

    Raises
    ------
    ParameterError
        if the examples have no ``run`` or ``time``, or one of them is not known.

    Examples
    --------
    >>> times = xr.Dataset({"run": ("example", [0, 0, 0]), "time": ("example", [0.0, 40.0, 90.0])})
    >>> groups_of(times, blocks=3).tolist()
    [0, 1, 2]
    """
    there = {*examples.coords, *(examples.data_vars if isinstance(examples, xr.Dataset) else ())}
    for name in ("run", "time"):
        if name not in there or examples[name].dims != ("example",):
            raise ParameterError(f"examples must hold run and time along example, and {name} is not there")
    run, time = np.asarray(examples["run"].values), np.asarray(examples["time"].values, dtype=np.float64)
    for name, unknown in (("run", examples["run"].isnull().values), ("time", ~np.isfinite(time))):
        if unknown.any():
            raise ParameterError(
                f"{name} of example {np.argmax(unknown)} is not known: it belongs to no group"
            )
    groups = np.zeros(len(run), np.int64)
    for number, one in enumerate(np.unique(run)):
        here = run == one
        first, last = time[here].min(), time[here].max()
        part = np.floor((time[here] - first) / max(last - first, 1e-12) * blocks * (1 - 1e-9))
        groups[here] = number * blocks + part.astype(np.int64)
    _, numbered = np.unique(groups, return_inverse=True)
    found: Integers = numbered.astype(np.int64)
    return found


@validated
def cross_validated(
    features: Features,
    *,
    groups: Annotated[Integers, Numbers(rank=1, whole=True, array=True)],
    training: Training,
) -> Validation:
    """Accuracy on groups left out in turn, at the best penalty of those given.

    Parameters
    ----------
    features
        (example, feature) with ``soft``, as ``features_of_examples`` returns them
    groups
        (example,), which examples belong together, as from :func:`groups_of`
    training
        how, and in how many folds; of several C each is measured

    Returns
    -------
    Validation
        accuracy at each penalty, with the best one

    Raises
    ------
    ParameterError
        if a class is empty in a fold, there are fewer groups than folds, or a feature is constant.

    Notes
    -----
    The error of the accuracy is the scatter of the folds over the root of their number. It is NaN, and
    ``no_error`` says why, of fewer than four folds, and where groups are parts of one run (known from
    ``run`` and ``time``) that last less than ten correlation times of the share of correct answers.

    References
    ----------
    schoenholz2016, Sec. I.C (C by cross-validation).

    Examples
    --------
    >>> random = np.random.default_rng(1)
    >>> soft = np.arange(80) % 2 == 0
    >>> near = xr.DataArray(random.normal(size=(80, 2)) + 3.0 * soft[:, None], dims=("example", "feature"),
    ...     coords={"feature": ["a", "b"], "soft": ("example", soft)})
    >>> found = cross_validated(
    ...     near, groups=np.arange(80) // 20, training=Training("linear-svm", C=(0.1, 1.0), folds=4))
    >>> found.accuracy > 0.9
    True
    """
    X, soft = examples_of(features)
    folds = training.folds
    standards(X, training.constant, [str(name) for name in features["feature"].values])
    penalties = sorted({float(c) for c in np.atleast_1d(np.asarray(training.C, dtype=np.float64))})
    if not penalties:
        raise ParameterError("no penalty C was given, for example C=[0.1, 1.0, 10.0]")
    tried = []
    for penalty in penalties:
        classifier = classifier_of(training, penalty)
        values = np.empty(len(soft))
        scores, sizes = [], []
        for train, test in folded(soft, groups, folds):
            classifier.fit(X[train], soft[train])
            values[test] = classifier.decision_function(X[test])
            scores.append(float(((values[test] > 0) == soft[test]).mean()))
            sizes.append(len(test))
        tried.append((penalty, float(np.average(scores, weights=sizes)), scores, values))
    # Of equals the smallest penalty: the simplest plane.
    best = max(tried, key=lambda one: (round(one[1], 12), -one[0]))
    values = best[3]
    why = why_no_error(features, (values > 0) == soft, groups, folds)
    error = np.nan if why else float(error_of_mean(np.array(best[2])))
    return Validation(
        best[0],
        best[1],
        error,
        float((values[soft] > 0).mean()),
        float((values[~soft] <= 0).mean()),
        tuple((c, accuracy) for c, accuracy, _, _ in tried),
        values,
        float(max(soft.mean(), 1.0 - soft.mean())),
        why,
    )


def why_no_error(features: xr.DataArray, right: Booleans, groups: Integers, folds: int) -> str:
    """Why folds don't tell the error of the accuracy: few, or of one run that has not forgotten."""
    if folds < FEWEST_PARTS:
        return (
            f"{folds} folds are fewer than {FEWEST_PARTS}, too few for an estimate of their scatter: use more"
        )
    if not {"run", "time"} <= set(features.coords):
        return ""
    run, time = (np.asarray(features[name].values, dtype=np.float64) for name in ("run", "time"))
    shared = [one for one in np.unique(run) if len(np.unique(groups[run == one])) > 1]
    series = []
    for one in shared:
        at, place = np.unique(time[run == one], return_inverse=True)
        number = np.bincount(place, minlength=len(at))
        series.append(np.bincount(place, weights=right[run == one], minlength=len(at)) / number)
    if not series:
        return ""
    part = min(len(one) / len(np.unique(groups[run == k])) for one, k in zip(series, shared, strict=True))
    if forgotten(remembered(series), part):
        return ""
    return (
        "parts of a run are not independent of each other: they are shorter than "
        f"{TIMES_A_PART:g} correlation times of the classification errors; use more runs, or "
        "longer ones"
    )


@validated
def fit_softness(
    features: Features,
    *,
    groups: Annotated[Integers, Numbers(rank=1, whole=True, array=True)],
    training: Training,
    provenance: Mapping[str, Any] | None = None,
) -> tuple[SoftnessModel, Validation]:
    r"""Softness from examples of surroundings that are about to rearrange and of others that stay.

    .. math:: S = \mathbf w \cdot \mathbf z - b

    Parameters
    ----------
    features
        (example, feature) with ``soft``, as ``features_of_examples`` returns them
    groups
        which examples are left out together, to find C and the accuracy
    training
        how; its unit "margin" is the equation above, "distance" divides it by |w|
    provenance
        plain data that the model shall carry

    Returns
    -------
    tuple[SoftnessModel, Validation]
        the model, trained on all examples, and what the cross-validation at the chosen C says; warns if
        the model is no better than saying one kind always, as models of few examples of one kind often are.

    Raises
    ------
    ParameterError
        if a class is empty, a feature constant, a value no number, or the provenance not what JSON can hold.

    References
    ----------
    schoenholz2016, Sec. I.C.

    Examples
    --------
    >>> soft = np.arange(40) % 2 == 0
    >>> near = xr.DataArray(np.where(soft, 1.0, -1.0)[:, None] + 0.01 * np.arange(40.0)[:, None],
    ...     dims=("example", "feature"), coords={"feature": ["few neighbours"], "soft": ("example", soft)})
    >>> model, found = fit_softness(
    ...     near, groups=np.arange(40) // 10, training=Training("svm", C=1.0, folds=4))
    >>> float(model.weights[0]) > 0, found.accuracy
    (True, 1.0)
    """
    json_text(dict(provenance or {}), "provenance")
    soft = examples_of(features)[1]
    found = cross_validated(features, groups=groups, training=training)
    if found.warning:
        warnings.warn(found.warning, stacklevel=2)
    fitted = classifier_of(training, found.C)
    fitted.fit(features.transpose("example", "feature"), soft)
    made = {
        "version": version("supercooled"),
        "method": training.method,
        "C": found.C,
        "seed": training.seed,
        "examples": [int(soft.sum()), int((~soft).sum())],
        "groups": len(np.unique(groups)),
        "folds": training.folds,
        "accuracy": found.accuracy,
        # A file has no NaN.
        "accuracy_error": None if found.no_error else found.error,
        "accuracy_no_error": found.no_error,
        "balanced_accuracy": found.balanced_accuracy,
        "chance": found.chance,
        **{k: v for k, v in features.attrs.items() if k != "definition" and isinstance(v, (str, int, float))},
        **(provenance or {}),
    }
    model = replace(fitted.model_, provenance=made)
    return model, found


def classifier_of(training: Training, C: float) -> SoftnessClassifier:
    """The classifier at one penalty."""
    return SoftnessClassifier(
        method=training.method, C=C, unit=training.unit, constant=training.constant, seed=training.seed
    )


def examples_of(features: xr.DataArray) -> tuple[Array, Booleans]:
    """Numbers and kinds of the examples, checked."""
    if set(features.dims) != {"example", "feature"} or "soft" not in features.coords:
        raise ParameterError("features must have dimensions example and feature, and a coordinate soft")
    soft: Booleans = np.asarray(features["soft"].values, dtype=bool)
    for kind, number in (("soft", int(soft.sum())), ("hard", int((~soft).sum()))):
        if number == 0:
            raise ParameterError(f"there is no {kind} example{_why(kind, features.attrs)}")
    X: Array = np.asarray(features.transpose("example", "feature").values, dtype=np.float64)
    if not np.isfinite(X).all():
        row, column = np.argwhere(~np.isfinite(X))[0]
        name = features["feature"].values[column]
        raise ParameterError(f"example {row}: the feature {name} is {X[row, column]}, not a number")
    return X, soft


def folded(soft: Booleans, groups: Integers, folds: int) -> Iterator[tuple[AnyArray, AnyArray]]:
    """Training and test examples of each fold, both kinds in each training part."""
    if len(groups) != len(soft):
        raise ParameterError(f"{len(groups)} groups for {len(soft)} examples")
    if len(np.unique(groups)) < folds or folds < 2:
        raise ParameterError(
            f"{len(np.unique(groups))} groups can't be divided into {folds} folds: use more "
            "runs, or more blocks per run"
        )
    for train, test in GroupKFold(folds).split(np.zeros((len(soft), 1)), soft, groups):
        if len(np.unique(soft[train])) < 2:
            raise ParameterError(
                "in one fold only examples of one kind are left for training: use fewer folds or "
                "more examples"
            )
        yield train, test


def _why(kind: str, made: Mapping[Any, Any]) -> str:
    """Which threshold to look at."""
    if kind == "soft" and "rearrangement" in made:
        return f": no p_hop exceeded rearrangement={made['rearrangement']:g}; use a longer run or lower it"
    if kind == "hard" and "quiet" in made:
        return (
            f": no particle stayed below {made.get('candidate', 0.0):g} for quiet={made['quiet']:g}; use a "
            "longer run, or a shorter quiet"
        )
    if kind == "soft" and "soft_above" in made:
        return f": no peak exceeded soft_above={made['soft_above']:g}; use a longer run or lower it"
    if kind == "hard" and "hard_below" in made:
        return f": no trough stayed below hard_below={made['hard_below']:g}; use a longer run or raise it"
    return ": check the thresholds that select them"
