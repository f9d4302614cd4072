"""How well numbers predict a target."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from numpy.typing import ArrayLike

from supercooled.arguments import Numbers, validated
from supercooled.arrays import Array, Booleans
from supercooled.errors import ParameterError

# Share of the particles, those that move farthest, that the area is of where a target is a number.
TOP = 0.1

Given = Annotated[ArrayLike, Numbers(rank=1, nan=True)]


@validated
def score(predicted: Given, target: Given) -> dict[str, float]:
    """Correlations of a prediction with a target, or how well it tells true from false.

    Parameters
    ----------
    predicted
        (particle,); positive means true, where the target is true or false
    target
        (particle,), numbers or truth values; particles where either is NaN are left out

    Returns
    -------
    dict[str, float]
        ``pearson`` and ``spearman`` of numbers, the ``auc`` of telling the tenth with the largest target from
        the others, and the ``accuracy``, the share on the same side of both medians; of truth values
        ``accuracy``, ``balanced_accuracy`` (mean of the shares found of those that are true and of those that
        are false), ``auc`` (area under the receiver's curve) and ``share`` of those that are true;
        ``number`` of particles. NaN where all are alike.

    Raises
    ------
    ParameterError
        if they differ in number.

    Examples
    --------
    >>> score([1.0, 2.0, 3.0], [1.0, 8.0, 27.0])["spearman"]
    1.0
    >>> score([1.0, -2.0, 3.0], [True, False, False])["auc"]
    0.5
    """
    from scipy.stats import rankdata

    x, y = np.asarray(predicted, dtype=np.float64), np.asarray(target)
    if x.shape != y.shape:
        raise ParameterError(
            f"{x.shape} predicted values and {y.shape} of the target: the numbers must be equal"
        )
    there = np.isfinite(x) & np.isfinite(y.astype(np.float64))
    x, y = x[there], y[there]
    if y.dtype != bool:
        return {
            "pearson": correlation(x, y.astype(np.float64)),
            "spearman": correlation(rankdata(x), rankdata(y)) if len(x) else np.nan,
            "auc": _area(x, y > np.quantile(y, 1.0 - TOP)) if len(x) else np.nan,
            "accuracy": _by_medians(x, y),
            "number": float(len(x)),
        }
    true, false = x[y] > 0, x[~y] <= 0
    with np.errstate(invalid="ignore"):
        n, m = float(len(true)), float(len(false))
        found = np.array([true.sum(), false.sum()]) / np.maximum([n, m], 1.0)
        both = min(n, m) > 0
    return {
        "accuracy": float((true.sum() + false.sum()) / max(n + m, 1.0)),
        "balanced_accuracy": float(found.mean()) if both else np.nan,
        "auc": _area(x, y),
        "share": n / max(n + m, 1.0),
        "number": n + m,
    }


def _area(x: Array, true: Booleans) -> float:
    """Area under the receiver's curve; NaN where all are alike."""
    n, m = float(true.sum()), float((~true).sum())
    if min(n, m) == 0:
        return np.nan
    from scipy.stats import rankdata

    return float((rankdata(x)[true].sum() - n * (n + 1) / 2) / (n * m))


def _by_medians(x: Array, y: Array) -> float:
    """Share on the same side of both medians; NaN where one does not vary."""
    if len(x) < 2 or np.ptp(x) == 0 or np.ptp(y) == 0:
        return np.nan
    return float(((x > np.median(x)) == (y > np.median(y))).mean())


def correlation(x: Array, y: Array) -> float:
    """Pearson's correlation; NaN where one does not vary."""
    if len(x) < 2:
        return np.nan
    a, b = x - x.mean(), y - y.mean()
    norm = float(np.sqrt((a @ a) * (b @ b)))
    return float(a @ b / norm) if norm > 0 else np.nan
