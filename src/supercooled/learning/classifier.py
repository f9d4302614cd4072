"""The estimator: standardise, then separate soft from hard."""

from __future__ import annotations

import warnings
from typing import Any, Literal, Self, get_args

import numpy as np
import xarray as xr
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.svm import SVC, LinearSVC
from sklearn.utils import ClassifierTags, Tags
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from supercooled.arguments import shown
from supercooled.arrays import AnyArray, Array
from supercooled.errors import ParameterError
from supercooled.learning.model import SoftnessModel, Unit

Method = Literal["svm", "linear-svm", "logistic", "ridge", "neural-network"]
METHODS: tuple[str, ...] = get_args(Method)
# A spread this much below the largest is rounding, or a Gaussian where no neighbour comes.
_NOTHING = 1e-9
_HIDDEN = 16
# A solver does not end in the time of a person beyond it.
LARGEST_C = 1e9
_ROUNDS = 20_000


class SoftnessClassifier(ClassifierMixin, BaseEstimator):
    r"""Softness as a scikit-learn classifier, whose decision function is the softness.

    .. math:: \min_{\mathbf w, b} \tfrac12 |\mathbf w|^2 + C \sum_n \xi_n, \qquad
              y_n (\mathbf w \cdot \mathbf z_n + b) \ge 1 - \xi_n, \quad \xi_n \ge 0

    with each feature z standardised by its mean and spread in the training set.

    Parameters
    ----------
    method
        "svm" (LIBSVM, as above), "linear-svm" (LIBLINEAR: xi squared, and b^2 beside |w|^2; far faster
        for many examples), "logistic", "ridge" (C is 1/alpha), or "neural-network" (one hidden layer of 16;
        C is 1/alpha)
    C
        penalty of examples on the wrong side
    unit
        see :class:`SoftnessModel`
    constant
        "refuse" features that don't vary, or "ignore" them
    seed
        of the network's first weights

    Raises
    ------
    ParameterError
        if a class is empty, or a feature does not vary.

    Notes
    -----
    Fitted: ``model_``, a :class:`SoftnessModel` without names; ``classes_``.

    References
    ----------
    schoenholz2016, Sec. I.C, Eq. 2.

    Examples
    --------
    >>> z = np.array([[0.0, 1.0], [0.2, 3.0], [2.0, 2.0], [2.2, 1.5]])
    >>> fitted = SoftnessClassifier(method="svm", C=1.0).fit(z, [False, False, True, True])
    >>> (fitted.decision_function(z) > 0).tolist()
    [False, False, True, True]
    """

    def __init__(
        self,
        *,
        method: Method = "linear-svm",
        C: float = 1.0,
        unit: Unit = "margin",
        constant: Literal["refuse", "ignore"] = "refuse",
        seed: int = 0,
    ) -> None:
        self.method = method
        self.C = C
        self.unit = unit
        self.constant = constant
        self.seed = seed

    def __sklearn_tags__(self) -> Tags:
        tags: Tags = super().__sklearn_tags__()  # type: ignore[no-untyped-call]
        tags.classifier_tags = ClassifierTags(multi_class=False)
        return tags

    def fit(self, X: Any, y: Any) -> Self:
        """Learn from examples: X (example, feature), y true where soft.

        Parameters
        ----------
        X
            (example, feature)
        y
            (example,), true where soft

        Returns
        -------
        Self
            the fitted classifier itself
        """
        self._check_parameters()
        named = isinstance(X, xr.DataArray) and "feature" in X.coords
        names = [str(n) for n in X["feature"].values] if named else None
        definition = str(X.attrs.get("definition", "")) if named else ""
        X, y = _data(self, _table(X), _table(y), dtype=np.float64, ensure_min_samples=1)
        _check_labels(y)
        soft = check_classes(y)
        mean, scale = standards(X, self.constant, names)
        z = np.where(scale > 0, (X - mean) / np.where(scale > 0, scale, 1.0), 0.0)
        self.classes_ = np.unique(y)
        self.model_ = SoftnessModel(
            tuple(names or [f"x{k}" for k in range(X.shape[1])]),
            mean,
            scale,
            _separate(z, soft, method=self.method, C=self.C, seed=self.seed),
            self.unit,
            definition,
        )
        return self

    def decision_function(self, X: Any) -> Array:
        """Softness, (example,).

        Parameters
        ----------
        X
            (example, feature)

        Returns
        -------
        Array
            (example,), signed distance from the plane
        """
        check_is_fitted(self)
        return self.model_.decide(_data(self, _table(X), dtype=np.float64, reset=False))

    def predict(self, X: Any) -> AnyArray:
        """Class of each example: the second one where the softness is positive.

        Parameters
        ----------
        X
            (example, feature)

        Returns
        -------
        AnyArray
            (example,), entries of ``classes_``
        """
        positive = self.decision_function(X) > 0
        found: AnyArray = self.classes_[positive.astype(int)]
        return found

    def _check_parameters(self) -> None:
        if self.method not in METHODS:
            raise ParameterError(f"method must be one of {', '.join(METHODS)}, not {self.method!r}")
        if self.unit not in ("margin", "distance") or self.constant not in ("refuse", "ignore"):
            raise ParameterError(
                f"unit must be 'margin' or 'distance' and constant 'refuse' or 'ignore', not {self.unit!r} "
                f"and {self.constant!r}"
            )
        if self.unit == "distance" and self.method == "neural-network":
            raise ParameterError("a network has no hyperplane, so there is no distance: use unit='margin'")
        if not (isinstance(self.C, int | float | np.number) and 0 < self.C < LARGEST_C):
            raise ParameterError(f"C must be positive and below {LARGEST_C:g}, not {shown(self.C)}")


class _KindError(ParameterError, TypeError):
    """Of examples that are no numbers; scikit-learn's own is a TypeError."""


def _table(given: Any) -> AnyArray:
    try:
        # A sparse one is refused by scikit-learn, in its words.
        return given if hasattr(given, "tocsr") else np.asarray(given)
    except (ValueError, TypeError) as error:
        raise ParameterError(f"examples must be a table of numbers, not {shown(given)}") from error


def _data(estimator: BaseEstimator, *given: AnyArray, **how: Any) -> Any:
    """As scikit-learn checks it, with an error of our own."""
    try:
        return validate_data(estimator, *given, **how)
    except (ValueError, TypeError) as error:
        # What is quoted of the examples may be long.
        kind = _KindError if isinstance(error, TypeError) else ParameterError
        raise kind(" ".join(str(error).split())[:500]) from error


def _check_labels(y: AnyArray) -> None:
    try:
        check_classification_targets(y)
    except ValueError as error:
        raise ParameterError(" ".join(str(error).split())[:500]) from error


def check_classes(y: AnyArray) -> AnyArray:
    """Which examples are soft, if there are both kinds."""
    classes = np.unique(y)
    if len(classes) != 2:
        kinds = "1 class" if len(classes) == 1 else f"{len(classes)} classes"
        raise ParameterError(
            f"Only binary classification is supported: examples of both kinds are needed, but the {len(y)} "
            f"given are of {kinds}"
        )
    soft: AnyArray = np.asarray(y) == classes[1]
    return soft


def standards(X: Array, constant: str, names: list[str] | None) -> tuple[Array, Array]:
    """Mean and spread of each feature; 0 for one that does not vary and is ignored."""
    return usable(X.mean(axis=0), X.std(axis=0), constant, names)


def usable(mean: Array, scale: Array, constant: str, names: list[str] | None) -> tuple[Array, Array]:
    """The same from known means and spreads."""
    still = scale <= _NOTHING * max(float(scale.max(initial=0.0)), 1e-300)
    if still.all():
        raise ParameterError("no feature varies among the examples")
    if still.any() and constant == "refuse":
        k = int(np.argmax(still))
        name = names[k] if names else f"number {k}"
        raise ParameterError(
            f"{int(still.sum())} features do not vary among the examples, the first is {name}: leave them "
            "out, or pass constant='ignore'"
        )
    return mean, np.where(still, 0.0, scale)


def _separate(
    z: Array, soft: AnyArray, *, method: str, C: float, seed: int
) -> tuple[tuple[Array, Array], ...]:
    """Weights and biases of what separates the standardised examples."""
    if method == "neural-network":
        network = MLPClassifier((_HIDDEN,), solver="lbfgs", alpha=1.0 / C, max_iter=200, random_state=seed)
        with warnings.catch_warnings():
            # Examples left out say whether the network is good, not whether its loss could still fall.
            warnings.simplefilter("ignore", ConvergenceWarning)
            network.fit(z, soft)
        return tuple(zip(network.coefs_, network.intercepts_, strict=True))
    if method == "svm":
        plane = SVC(kernel="linear", C=C, cache_size=500).fit(z, soft)
    elif method == "linear-svm":
        plane = LinearSVC(C=C, dual=False, max_iter=_ROUNDS).fit(z, soft)
    elif method == "logistic":
        plane = LogisticRegression(C=C, max_iter=_ROUNDS).fit(z, soft)
    else:
        plane = RidgeClassifier(alpha=1.0 / C).fit(z, soft)
    return ((np.asarray(plane.coef_).reshape(-1, 1), np.atleast_1d(plane.intercept_).astype(float)),)
