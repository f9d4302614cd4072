"""What a softness has learned: which features carry it, and how many examples it needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated

import numpy as np
import xarray as xr

from supercooled.arguments import AtLeast, Numbers, Random, validated
from supercooled.arguments.datasets import Features
from supercooled.arrays import AnyArray, Array, Booleans, Integers
from supercooled.blocks import error_of_mean
from supercooled.errors import ParameterError
from supercooled.learning.fitting import (
    Training,
    classifier_of,
    cross_validated,
    examples_of,
    folded,
    why_no_error,
)
from supercooled.learning.model import SoftnessModel


@validated
def projections(model: SoftnessModel) -> xr.DataArray:
    r"""Direction of the plane's normal along each feature's axis, the largest first.

    .. math:: \hat w_k = w_k / |\mathbf w|

    Features that tell nearly the same share what they carry between them: a small projection alone
    does not make a feature useless.

    Parameters
    ----------
    model
        model of a linear classifier

    Returns
    -------
    xr.DataArray
        (feature,), dimensionless, the largest in magnitude first

    References
    ----------
    schoenholz2016, main text ("the projection of the hyperplane normal").

    Examples
    --------
    >>> plane = (np.array([[3.0], [-4.0]]), np.zeros(1))
    >>> model = SoftnessModel(("a", "b"), np.zeros(2), np.ones(2), (plane,), "margin")
    >>> projections(model).feature.values.tolist(), projections(model).values.tolist()
    (['b', 'a'], [-0.8, 0.6])
    """
    weights = model.weights
    normal = (weights / np.linalg.norm(weights.values)).rename("projection")
    return normal.isel(feature=np.argsort(-np.abs(normal.values), kind="stable")).assign_attrs(
        units="1", long_name="projection of the plane's normal"
    )


@validated
def by_subset(
    features: Features,
    subsets: Annotated[Mapping[str, Sequence[str]], AtLeast(1)],
    *,
    groups: Annotated[Integers, Numbers(rank=1, whole=True, array=True)],
    training: Training,
) -> xr.Dataset:
    """Cross-validated accuracy with some of the features only.

    Parameters
    ----------
    features
        features of examples
    subsets
        names of the features of each subset
    groups, training
        as in :func:`cross_validated`

    Returns
    -------
    xr.Dataset
        ``accuracy``, ``accuracy_error``, ``soft_share``, ``C`` and ``number`` of features (subset).
        Errors are NaN where :func:`cross_validated` gives none; the attribute ``no_error`` says why.

    Raises
    ------
    ParameterError
        if a subset is empty or names an unknown feature.
    """
    known = set(map(str, features["feature"].values))
    rows: list[tuple[float, ...]] = []
    whys: list[str] = []
    for name, chosen in subsets.items():
        missing = [one for one in chosen if one not in known]
        if missing or not chosen:
            raise ParameterError(f"the subset {name!r} has no feature {missing[0] if missing else 'at all'}")
        found = cross_validated(
            features.sel(feature=list(chosen)),
            groups=groups,
            training=training,
        )
        whys.append(found.no_error)
        rows.append((found.accuracy, found.error, found.soft_share, found.C, len(chosen)))
    names = ("accuracy", "accuracy_error", "soft_share", "C", "number")
    return xr.Dataset(
        {name: ("subset", list(column)) for name, column in zip(names, zip(*rows, strict=True), strict=True)},
        {"subset": list(subsets)},
        {"no_error": next(filter(None, whys), "")},
    )


@validated
def by_elimination(
    features: Features,
    *,
    groups: Annotated[Integers, Numbers(rank=1, whole=True, array=True)],
    numbers: Annotated[Sequence[int], AtLeast(1)],
    training: Training,
) -> xr.Dataset:
    """Accuracy as features are taken away, those with the smallest weights first.

    Parameters
    ----------
    features
        features of examples
    numbers
        of features to keep, falling
    groups, training
        as in :func:`cross_validated`, with one C; in each fold the examples that test take
        no part in choosing the features

    Returns
    -------
    xr.Dataset
        ``accuracy`` and ``accuracy_error`` (number), and ``kept`` (number, feature), the share of
        folds that keep a feature. Errors are NaN
        where :func:`cross_validated` gives none; the attribute ``no_error`` says why.

    Raises
    ------
    ParameterError
        if the numbers don't fall from at most the number of features, or the method has no weights.
    """
    X, soft = examples_of(features)
    wanted = list(numbers)
    if sorted(set(wanted), reverse=True) != wanted or not 0 < wanted[-1] <= wanted[0] <= X.shape[1]:
        raise ParameterError(f"numbers must decrease from at most {X.shape[1]} to at least 1, not {wanted}")
    right = np.zeros((len(wanted), len(soft)), dtype=bool)
    classifier, folds = classifier_of(training, _one_penalty(training)), training.folds
    scores, kept = np.empty((folds, len(wanted))), np.zeros((len(wanted), X.shape[1]))
    for fold, (train, test) in enumerate(folded(soft, groups, training.folds)):
        left: AnyArray = np.arange(X.shape[1])
        for k, number in enumerate(wanted):
            if number < len(left):
                classifier.fit(X[np.ix_(train, left)], soft[train])
                weights = np.abs(classifier.model_.weights.values)
                left = np.sort(left[np.argsort(-weights, kind="stable")[:number]])
            classifier.fit(X[np.ix_(train, left)], soft[train])
            told = classifier.predict(X[np.ix_(test, left)]) == soft[test]
            scores[fold, k] = float(told.mean())
            right[k, test] = told
            kept[k, left] += 1.0 / folds
    why = _why_no_error(features, right, groups, folds)
    return xr.Dataset(
        {
            "accuracy": ("number", scores.mean(axis=0)),
            "accuracy_error": ("number", _standard_error(scores, why)),
            "kept": (("number", "feature"), kept),
        },
        {"number": wanted, "feature": features["feature"].values},
        {"no_error": why},
    )


@validated
def by_number(
    features: Features,
    *,
    groups: Annotated[Integers, Numbers(rank=1, whole=True, array=True)],
    sizes: Annotated[Sequence[int], AtLeast(1)],
    training: Training,
    seed: Random,
) -> xr.Dataset:
    """Accuracy against the number of examples of each kind learned from.

    Parameters
    ----------
    features
        features of examples
    sizes
        examples of each kind, drawn at random from those of the training folds
    seed
        of the draw
    groups, training
        as in :func:`cross_validated`

    Returns
    -------
    xr.Dataset
        ``accuracy`` and ``accuracy_error`` (size), on the groups left out; sizes that the training
        folds don't have are left out. Errors are NaN
        where :func:`cross_validated` gives none; the attribute ``no_error`` says why.

    Raises
    ------
    ParameterError
        if no size is small enough.
    """
    X, soft = examples_of(features)
    random = np.random.default_rng(seed)
    parts = list(folded(soft, groups, training.folds))
    most = min(min(int(soft[train].sum()), int((~soft[train]).sum())) for train, _ in parts)
    possible = [size for size in sizes if 1 <= size <= most]
    if not possible:
        raise ParameterError(f"a fold trains on {most} examples of each kind, fewer than {min(sizes)}")
    classifier, folds = classifier_of(training, _one_penalty(training)), training.folds
    scores, right = np.empty((folds, len(possible))), np.zeros((len(possible), len(soft)), dtype=bool)
    for fold, (train, test) in enumerate(parts):
        for k, size in enumerate(possible):
            kinds = (train[soft[train]], train[~soft[train]])
            drawn = np.concatenate([random.choice(kind, size, replace=False) for kind in kinds])
            classifier.fit(X[drawn], soft[drawn])
            told = classifier.predict(X[test]) == soft[test]
            scores[fold, k] = float(told.mean())
            right[k, test] = told
    why = _why_no_error(features, right, groups, folds)
    return xr.Dataset(
        {"accuracy": ("size", scores.mean(axis=0)), "accuracy_error": ("size", _standard_error(scores, why))},
        {"size": possible},
        {"no_error": why},
    )


def _why_no_error(features: xr.DataArray, right: Booleans, groups: Integers, folds: int) -> str:
    """Why folds don't tell an error, at whatever number of features or examples it is first so."""
    whys = (why_no_error(features, told, groups, folds) for told in right)
    return next(filter(None, whys), "")


def _one_penalty(training: Training) -> float:
    penalties = np.atleast_1d(np.asarray(training.C, dtype=np.float64))
    if len(penalties) != 1:
        raise ParameterError(f"training must have a single C here, not {len(penalties)}; for example C=1.0")
    return float(penalties[0])


def _standard_error(scores: Array, why: str) -> Array:
    found = error_of_mean(scores)
    return found * np.nan if why else found
