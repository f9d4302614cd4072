"""Learning from more examples than fit into memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib.metadata import version
from typing import Annotated, Literal

import numpy as np
import xarray as xr
from sklearn.linear_model import SGDClassifier

from supercooled.arguments import Positive, Random, Whole, validated
from supercooled.arrays import Array, Booleans
from supercooled.errors import ParameterError
from supercooled.learning.classifier import usable
from supercooled.learning.model import SoftnessModel, Unit


@validated
def fit_in_batches(
    batches: Callable[[], Iterable[xr.DataArray]],
    *,
    C: Positive,
    passes: Annotated[int, Whole(at_least=1, at_most=10_000)],
    unit: Unit,
    seed: Random,
    constant: Literal["refuse", "ignore"] = "refuse",
) -> SoftnessModel:
    r"""A plane from examples that come in batches, only one of which is ever in memory.

    .. math:: \min_{\mathbf w, b} \tfrac12 |\mathbf w|^2 + C \sum_n \xi_n

    as an SVM does it, by averaged stochastic gradient descent: the same plane within the error that
    other examples of the same number would make.

    Parameters
    ----------
    batches
        called once for each pass; gives (example, feature) with ``soft``, in any order that mixes
        both kinds
    C
        penalty of examples on the wrong side
    passes
        over all examples; 10 to 50
    unit
        see :class:`SoftnessModel`
    seed
        of the order within a batch
    constant
        'refuse' features that do not vary, or 'ignore' them

    Returns
    -------
    SoftnessModel
        model with the plane and the standardisation of its features

    Raises
    ------
    ParameterError
        if there is no batch, a kind is missing, features differ, or one does not vary.

    References
    ----------
    schoenholz2016, Eq. 2; W. Xu, arXiv:1107.2490 (averaging).

    Examples
    --------
    >>> soft = np.arange(60) % 2 == 0
    >>> one = xr.DataArray(np.stack([np.where(soft, 1.0, -1.0), np.arange(60.0)], axis=1),
    ...     dims=("example", "feature"), coords={"feature": ["a", "b"], "soft": ("example", soft)})
    >>> model = fit_in_batches(lambda: [one[:30], one[30:]], C=1.0, passes=20, unit="distance", seed=1)
    >>> bool(model.weights[0] > 0.9)
    True
    """
    if passes < 1 or not (np.isfinite(C) and C > 0):
        raise ParameterError(f"passes must be at least 1 and C positive, not {passes} and {C}")
    names, definition, sums, kinds = _moments(batches)
    number = sums[0, 0]
    mean = sums[1] / number
    spread = np.sqrt(np.maximum(sums[2] / number, 0.0))
    mean, scale = usable(mean, spread, constant, list(names))
    safe = np.where(scale > 0, scale, 1.0)
    machine = SGDClassifier(
        loss="hinge",
        alpha=1.0 / (C * number),
        # The first pass is far from the plane, and would stay in the average.
        average=int(number) if passes > 1 else True,
        random_state=seed,
        learning_rate="optimal",
    )
    random = np.random.default_rng(seed)
    for _ in range(passes):
        for batch in batches():
            X, soft = _numbers(batch)
            order = random.permutation(len(soft))
            z = np.where(scale > 0, (X - mean) / safe, 0.0)
            machine.partial_fit(z[order], soft[order], classes=[False, True])
    weights = machine.coef_.reshape(-1).astype(np.float64)
    sides = [_sides(*_numbers(batch), mean, scale, weights) for batch in batches()]
    bias = _best_bias(*(np.concatenate(column) for column in zip(*sides, strict=True)))
    plane = (weights[:, None], np.array([bias]))
    made = {
        "version": version("supercooled"),
        "method": "linear svm in batches",
        "C": float(C),
        "passes": passes,
        "seed": seed,
        "examples": kinds,
    }
    return SoftnessModel(names, mean, scale, (plane,), unit, definition, made)


def _sides(X: Array, soft: Booleans, mean: Array, scale: Array, weights: Array) -> tuple[Array, Array]:
    """w.z of each example, and on which side it belongs."""
    z = np.where(scale > 0, (X - mean) / np.where(scale > 0, scale, 1.0), 0.0)
    return z @ weights, np.where(soft, 1.0, -1.0)


def _best_bias(along: Array, side: Array) -> float:
    """The bias of least slack: steps of the descent leave it noisier than the direction."""
    edges = np.sort(side - along)
    low, high = 0, len(edges) - 1
    while low < high:
        middle = (low + high) // 2
        # The slack is convex: where more soft than hard ones lie inside the margin, b must grow.
        b = edges[middle]
        inside = side * (along + b) < 1.0 - 1e-12
        low, high = (middle + 1, high) if side[inside].sum() > 0 else (low, middle)
    return float(edges[low])


def _moments(
    batches: Callable[[], Iterable[xr.DataArray]],
) -> tuple[tuple[str, ...], str, Array, list[int]]:
    """Names, definition, (number, mean x number, squared deviations) of each feature, and kinds."""
    names: tuple[str, ...] | None = None
    definition, kinds = "", [0, 0]
    number, mean, squares = 0.0, np.zeros(0), np.zeros(0)
    for batch in batches():
        here = tuple(map(str, batch["feature"].values))
        if names is None:
            names, definition = here, str(batch.attrs.get("definition", ""))
            mean, squares = np.zeros(len(here)), np.zeros(len(here))
        if here != names or str(batch.attrs.get("definition", "")) != definition:
            raise ParameterError("batches have different features, or features of different parameters")
        X, soft = _numbers(batch)
        # Means and squares of two parts put together: sums of squares alone would lose small spreads.
        n, their_mean = len(X), X.mean(axis=0)
        gap = their_mean - mean
        squares += ((X - their_mean) ** 2).sum(axis=0) + gap**2 * number * n / (number + n)
        mean = mean + gap * n / (number + n)
        number += n
        kinds = [kinds[0] + int(soft.sum()), kinds[1] + int((~soft).sum())]
    if names is None:
        raise ParameterError("there is no batch of examples")
    if 0 in kinds:
        raise ParameterError(
            f"there is no {'soft' if kinds[0] == 0 else 'hard'} example in any batch: check the thresholds"
        )
    return names, definition, np.stack([np.full(len(mean), number), mean * number, squares]), kinds


def _numbers(batch: xr.DataArray) -> tuple[Array, Booleans]:
    X = np.asarray(batch.transpose("example", "feature").values, dtype=np.float64)
    if len(X) == 0:
        raise ParameterError("a batch contains no example")
    return X, np.asarray(batch["soft"].values, dtype=bool)
