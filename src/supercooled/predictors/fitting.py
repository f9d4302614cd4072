"""Fitting a predictor: groups kept apart, penalty chosen by groups left out."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from typing import Annotated, Any, Literal, get_args

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike

from supercooled.arguments import AnyNumbers, AtLeast, Name, Positive, Random, Whole, validated
from supercooled.arrays import AnyArray, Array, Booleans, Integers
from supercooled.blocks import FEWEST_PARTS, TIMES_A_PART, error_of_mean, forgotten, remembered
from supercooled.errors import ParameterError
from supercooled.extras import require
from supercooled.fields import Features, values_of
from supercooled.fields.indicator import check_units_in
from supercooled.frame import Frame
from supercooled.predictors.predictor import INSIDE, Kind, Layers, Predictor
from supercooled.predictors.scores import correlation, score
from supercooled.replicas import SAME_PLACE

Model = Literal["ridge", "mlp", "svm", "logistic"]
MODELS: tuple[str, ...] = get_args(Model)
PENALTIES = (1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1)
# A network or machine is slow: one penalty unless several are asked for.
ONE_PENALTY = (1e-3,)
_NOTHING = 1e-9
_ROUNDS = 20_000
_RARE = 0.1
# Particles whose memory is watched.
_WATCHED = 200


@validated
def fit_predictor(
    features: Features | Sequence[Features],
    frames: Annotated[Sequence[Frame], AtLeast(2)],
    targets: Sequence[AnyNumbers],
    *,
    target: Name,
    model: Model = "ridge",
    species: str | tuple[str, ...] = "A",
    groups: Sequence[int | str] | None = None,
    penalties: Annotated[tuple[Positive, ...], AtLeast(1)] | None = None,
    folds: Annotated[int, Whole(at_least=2, at_most=10**6)] | None = None,
    hidden: Annotated[int, Whole(at_least=1, at_most=4096)] = 16,
    networks: Annotated[int, Whole(at_least=1, at_most=1000)] = 3,
    seed: Random = 0,
    unit: str | None = None,
) -> Predictor:
    r"""An indicator that combines others to predict a target.

    .. math:: \min_{\mathbf w, b} \frac1n \sum_i \ell(y_i, \mathbf w \cdot \mathbf z_i + b)
              + \lambda |\mathbf w|^2

    with features z standardised among the particles that learn. Groups are whole: particles of one
    configuration (or of one run) never learn and judge at once.

    Parameters
    ----------
    features
        indicators and sets of features
    frames
        configurations
    targets
        of each frame, (particle,), numbers (regression) or truth values (classification); particles
        where it is NaN are left out
    target
        what it is, in words
    model
        "ridge" (squared loss); "mlp" (a layer of `hidden`, the mean of so many `networks`); "svm"
        (linear, for numbers with an insensitive loss); "logistic" (truth values only). All but "ridge" need
        scikit-learn
    species
        those that learn, each by itself
    groups
        of each frame; default each frame is one
    penalties
        lambda, tried by leaving groups out; default six from 1e-6 to 0.1 for "ridge", else 1e-3
    folds
        groups are dealt into so many folds, each left out once; default each group by itself
    hidden
        units in the hidden layer of a network
    networks
        number of networks that are averaged
    seed
        of the networks' first weights
    unit
        of the target; default what the targets say that theirs is, or 1

    Returns
    -------
    Predictor
        A :class:`Predictor`. Its ``scores`` hold, of each species, for each fold that was left out and on
        average with its standard error, what :func:`score` gives; the penalty of a fold is chosen by the
        other folds alone. The error is None, and ``provenance["no_error"]`` says why, of fewer than four
        folds, and where groups are frames of one run that are not independent: closer than ten correlation
        times of a particle's target or features, as the frames tell.

    Raises
    ------
    ParameterError
        if frames, targets and groups differ in number, there is one group only, a feature does not vary, a
        target is not finite, or a kind is missing in a group.

    References
    ----------
    the protocol of Jung et al., arXiv 2311.14752 (groups are configurations).

    Examples
    --------
    >>> from supercooled.indicators import BondOrder
    >>> from supercooled.testing import liquid_frame
    >>> frames = [liquid_frame(seed=k) for k in range(3)]
    >>> order = BondOrder(6)
    >>> fitted = fit_predictor(order, frames, [2.0 * order(f) + 1.0 for f in frames], target="a line")
    >>> round(fitted.scores["A"]["pearson"]["mean"], 3)
    1.0
    """
    wanted = (features,) if isinstance(features, Features) else tuple(features)
    kinds = (species,) if isinstance(species, str) else species
    names = list(range(len(frames))) if groups is None else list(groups)
    if not wanted or not kinds:
        raise ParameterError("one or more features and species are needed")
    if not len(frames) == len(targets) == len(names):
        raise ParameterError(
            f"{len(frames)} frames need the same number of targets and groups, not "
            f"{len(targets)} and {len(names)}"
        )
    if others := [frame for frame in frames if frame.names != frames[0].names]:
        raise ParameterError(
            f"{others[0].place} has the species {others[0].names}, and the first frame has {frames[0].names}"
        )
    _check_frames(frames, names)
    for frame in frames:
        check_units_in(frame, wanted)
    columns = tuple(name for one in wanted for name in one.columns(frames[0]))
    # What is found out about a frame is not kept: it would be kept of all.
    tables = [values_of(replace(frame, known=dict(frame.known)), wanted) for frame in frames]
    wishes = [_target_of(one, frame) for one, frame in zip(targets, frames, strict=True)]
    kind: Kind = "classification" if all(one.dtype == bool for one in wishes) else "regression"
    if kind == "regression" and model == "logistic":
        raise ParameterError("a logistic model predicts truth values, but the targets are numbers")
    if model != "ridge":
        require("sklearn", doing=f"fitting a model of the kind {model!r}")
    tried = tuple(penalties or (PENALTIES if model == "ridge" else ONE_PENALTY))
    fold_of = _dealt(names, folds)
    why = _why_no_error(frames, names, wishes, tables, int(fold_of.max()) + 1)
    models, scores = {}, {}
    for one in kinds:
        parts = [_part(x, y, frame, one) for x, y, frame in zip(tables, wishes, frames, strict=True)]
        merged = [
            (
                np.concatenate([parts[k][0] for k in np.flatnonzero(fold_of == fold)]),
                np.concatenate([parts[k][1] for k in np.flatnonzero(fold_of == fold)]),
            )
            for fold in range(fold_of.max() + 1)
        ]
        _check(merged, columns, one, kind)
        table = Table.of(merged, model, kind, hidden, networks, seed)
        models[one], scores[one] = table.fitted(tried, known=not why)
        _warn_if_no_better(scores[one], one, kind)
    made = {
        "version": version("supercooled"),
        "model": model,
        "unit": _unit_of(targets, unit, kind),
        "dimensions": frames[0].dimensions,
        "penalties": list(tried),
        "frames": len(frames),
        "groups": len(set(names)),
        "folds": int(fold_of.max() + 1),
        "density": [float(f(one.n_particles / one.box.volume for one in frames)) for f in (min, max)],
        **({"no_error": why} if why else {}),
    }
    made |= {"hidden": hidden, "networks": networks, "seed": seed} if model == "mlp" else {}
    return Predictor(wanted, models, target, kind, frames[0].names, columns, scores, made)


def _check_frames(frames: Sequence[Frame], names: Sequence[int | str]) -> None:
    """Refused where a configuration is in two groups, or frames are of liquids that can't be one."""
    first = frames[0]
    probes = np.array([frame.positions[0] for frame in frames])
    for k, frame in enumerate(frames):
        if frame.dimensions != first.dimensions:
            raise ParameterError(
                f"frame {k}, {frame.place}, has {frame.dimensions} dimensions, and frame 0, "
                f"{first.place}, {first.dimensions}: a predictor is for one liquid"
            )
        for place in np.flatnonzero(_near(frame, probes[:k])).tolist():
            if names[place] != names[k] and _same(frames[place], frame):
                raise ParameterError(
                    f"frames {place} and {k} of those given are one configuration, "
                    f"{frame.place}: it would be used for training and testing at once; give "
                    "each once, or put them into one group"
                )


def _near(frame: Frame, others: Array) -> Booleans:
    """Where others are at the place of a frame's first particle, which tells nearly all frames apart."""
    apart = np.abs(frame.box.minimum_image(others - frame.positions[0])).reshape(-1, 3)
    near: Booleans = apart.max(axis=1, initial=0.0) <= SAME_PLACE * float(frame.box.heights.max())
    return near


def _same(a: Frame, b: Frame) -> bool:
    """Do two frames hold the same places, of whatever precision?"""
    if a.n_particles != b.n_particles:
        return False
    apart = np.abs(a.box.minimum_image(a.positions - b.positions)).max()
    return bool(apart <= SAME_PLACE * float(a.box.heights.max()))


def _target_of(given: ArrayLike, frame: Frame) -> AnyArray:
    if isinstance(given, xr.DataArray):
        given = _of_frame(given, frame)
    values = np.asarray(given)
    if values.shape != (frame.n_particles,) or values.dtype.kind not in "biuf":
        raise ParameterError(
            f"{frame.place}: a target must be {frame.n_particles} numbers or truth values, one a particle, "
            f"not {values.shape} of {values.dtype}"
        )
    return values if values.dtype == bool else values.astype(np.float64)


def _unit_of(targets: Sequence[ArrayLike], given: str | None, kind: Kind) -> str:
    """Unit of what is predicted: that of the targets where they have one."""
    said = {
        str(one.attrs["units"]) for one in targets if isinstance(one, xr.DataArray) and "units" in one.attrs
    }
    if len(said) > 1:
        raise ParameterError(f"the targets are in different units: {', '.join(sorted(said))}")
    if kind == "classification" or not said:
        return given or "1"
    (own,) = said
    if given not in (None, own):
        raise ParameterError(f"the targets say that they are in {own}, and unit is {given!r}: leave it out")
    return own


def _of_frame(target: xr.DataArray, frame: Frame) -> xr.DataArray:
    """A target with labels, which must be of the frame, in the order of its particles."""
    whose, made = getattr(frame.run, "fingerprint", None), target.attrs.get("trajectory")
    number = target.coords.get("frame")
    other = made is not None and whose is not None and made != whose
    if other or (number is not None and number.ndim == 0 and int(number) != frame.number):
        said = "" if number is None or number.ndim else f" frame {int(number)}"
        raise ParameterError(
            f"{frame.place}: its target is{said} of {'another trajectory' if other else 'its trajectory'}; "
            "give targets in the order of the frames"
        )
    if "particle" in target.coords and target.sizes["particle"] == frame.n_particles:
        return target.sortby("particle")
    return target


def _dealt(names: Sequence[int | str], folds: int | None) -> Integers:
    """Fold of each frame, groups kept whole."""
    groups = list(dict.fromkeys(names))
    if len(groups) < 2:
        raise ParameterError("groups are left out in turn, so two or more are needed")
    if folds is not None and not 2 <= folds <= len(groups):
        raise ParameterError(f"folds must be between 2 and the number of groups, {len(groups)}, not {folds}")
    number = len(groups) if folds is None else folds
    return np.array([groups.index(one) % number for one in names])


def _why_no_error(
    frames: Sequence[Frame],
    names: Sequence[int | str],
    wishes: Sequence[AnyArray],
    tables: Sequence[Array],
    folds: int,
) -> str:
    """Why folds don't tell the error of a score: few, or of one run whose particles have not forgotten."""
    if folds < FEWEST_PARTS:
        return (
            f"{folds} folds are fewer than {FEWEST_PARTS}, too few for an estimate of their "
            "scatter: give more groups"
        )
    of_run: dict[int, list[int]] = {}
    for k, frame in enumerate(frames):
        if frame.run is not None:
            of_run.setdefault(id(getattr(frame.run, "source", frame.run)), []).append(k)
    memory, part = 0.0, np.inf
    for places in of_run.values():
        groups = {names[k] for k in places}
        if len(groups) == 1:
            continue
        order = sorted(places, key=lambda k: frames[k].row)
        part = min(part, len(order) / len(groups))
        for own in range(len(frames[0].names)):
            chosen = np.flatnonzero(frames[0].species == own)[:_WATCHED]
            for column in range(-1, tables[0].shape[1]):
                each = [wishes[k] if column < 0 else tables[k][:, column] for k in order]
                memory = max(memory, _kept(np.array([one[chosen] for one in each], np.float64)))
    if forgotten(memory, part):
        return ""
    return (
        "groups are parts of one run and not independent of each other: they are shorter than "
        f"{TIMES_A_PART:g} correlation times of the target or the features; give independent "
        "runs or configurations"
    )


def _kept(values: Array) -> float:
    """For how many frames particles keep a value against the others of their kind, (frame, particle)."""
    values = values[:, np.isfinite(values).all(axis=0)]
    if values.shape[1] < 2:
        return 0.0
    spread = values.std(axis=1, keepdims=True)
    about = (values - values.mean(axis=1, keepdims=True)) / np.where(spread > 0, spread, 1.0)
    return remembered(list(about.T))


def _part(x: Array, y: AnyArray, frame: Frame, species: str) -> tuple[Array, AnyArray]:
    """Features and target of the particles of a species that have both."""
    own = frame.species == frame.species_index(species)
    there = own & np.isfinite(x).all(axis=1) & np.isfinite(y.astype(np.float64))
    return x[there], y[there]


def _check(parts: list[tuple[Array, AnyArray]], columns: tuple[str, ...], species: str, kind: Kind) -> None:
    if min(len(y) for _, y in parts) < 2:
        raise ParameterError(f"a group has fewer than two particles of {species} with features and a target")
    if kind == "classification" and any(len(np.unique(y)) < 2 for _, y in parts):
        raise ParameterError(f"the particles of {species} in a group are all true or all false")
    spread = np.concatenate([x for x, _ in parts]).std(axis=0)
    still = spread <= _NOTHING * max(float(spread.max()), 1e-300)
    if still.any():
        raise ParameterError(
            f"{int(still.sum())} features do not vary among the particles of {species}, the first is "
            f"{columns[int(np.argmax(still))]!r}: leave them out"
        )


def _warn_if_no_better(scores: dict[str, Any], species: str, kind: Kind) -> None:
    if kind == "regression":
        return
    rare = min(scores["share"]["mean"], 1.0 - scores["share"]["mean"])
    if rare < _RARE:
        warnings.warn(
            f"only {100 * rare:.1f} % of the particles of {species} are of the rarer kind: the "
            "accuracy is not informative, see balanced_accuracy and auc",
            stacklevel=4,
        )


@dataclass(frozen=True)
class Table:
    """Features and target of one species, fold by fold, and the sums that a ridge is made of.

    Parameters
    ----------
    parts
        (x, y) of each fold, x shifted and scaled to be of order one
    sums
        of each fold: number, x, y, x x, x y
    """

    parts: list[tuple[Array, Array]]
    sums: list[tuple[float, Array, float, Array, Array]]
    shift: Array
    size: Array
    model: Model
    kind: Kind
    hidden: int
    networks: int
    seed: int

    @classmethod
    def of(
        cls,
        parts: list[tuple[Array, AnyArray]],
        model: Model,
        kind: Kind,
        *more: int,
    ) -> Table:
        """Of (x, y) of each fold."""
        everything = np.concatenate([x for x, _ in parts])
        shift, size = everything.mean(axis=0), everything.std(axis=0)
        there = [((x - shift) / size, _numbers(y)) for x, y in parts]
        sums = [(float(len(y)), x.sum(axis=0), float(y.sum()), x.T @ x, x.T @ y) for x, y in there]
        return cls(there, sums, shift, size, model, kind, *more)

    def fitted(self, penalties: tuple[float, ...], *, known: bool = True) -> tuple[Layers, dict[str, Any]]:
        """What is learned of all, and the scores of each fold left out, with errors if they are known."""
        folds = list(range(len(self.parts)))
        found = []
        for out in folds:
            rest = [k for k in folds if k != out]
            penalty = self._best(rest, penalties)
            model = self._fit(rest, (penalty,))[0]
            found.append({**self._judged(model, out), "penalty": penalty})
        whole, penalty = self.learned(penalties)
        scores: dict[str, Any] = {
            name: _averaged([one[name] for one in found], known=known)
            for name in found[0]
            if name != "penalty"
        }
        scores["penalty"] = {"chosen": penalty, "folds": [one["penalty"] for one in found]}
        return whole, scores

    def learned(self, penalties: tuple[float, ...]) -> tuple[Layers, float]:
        """What is learned of all, and the penalty, chosen by folds left out."""
        folds = list(range(len(self.parts)))
        penalty = self._best(folds, penalties)
        whole = self._fit(folds, (penalty,))[0]
        x = np.concatenate([x for x, _ in self.parts])
        edge = float(np.quantile(whole.distance(x), INSIDE))
        # Back to the features' own numbers.
        own = Layers(whole.mean * self.size + self.shift, whole.scale * self.size, whole.layers, edge)
        return own, penalty

    def _judged(self, model: Layers, out: int) -> dict[str, float]:
        x, y = self.parts[out]
        return score(model(x), y > 0 if self.kind == "classification" else y)

    def _auc(self, model: Layers, out: int) -> float:
        return self._judged(model, out)["auc"]

    def _pearson(self, model: Layers, out: int) -> float:
        x, y = self.parts[out]
        return correlation(model(x), y)

    def _best(self, folds: list[int], penalties: tuple[float, ...]) -> float:
        """The penalty with the best mean score of folds left out one by one."""
        if len(penalties) == 1 or len(folds) < 2:
            return penalties[len(penalties) // 2]
        # Ranks cost more than the fit, and only one measure is asked for.
        measure = self._auc if self.kind == "classification" else self._pearson
        table = np.array(
            [
                [measure(model, out) for model in self._fit([k for k in folds if k != out], penalties)]
                for out in folds
            ]
        )
        return penalties[int(np.argmax(np.nan_to_num(table.mean(axis=0), nan=-np.inf)))]

    def _fit(self, folds: list[int], penalties: tuple[float, ...]) -> list[Layers]:
        """A model for each penalty, from some folds."""
        n = sum(self.sums[k][0] for k in folds)
        mean = sum(self.sums[k][1] for k in folds) / n
        centre = sum(self.sums[k][2] for k in folds) / n
        inner = sum(self.sums[k][3] for k in folds) / n - np.outer(mean, mean)
        scale = np.sqrt(np.maximum(np.diag(inner), 0.0))
        scale = np.where(scale > _NOTHING, scale, 0.0)
        safe = np.where(scale > 0, scale, 1.0)
        if self.model == "ridge":
            outer = (sum(self.sums[k][4] for k in folds) / n - mean * centre) / safe
            values, vectors = np.linalg.eigh(inner / np.outer(safe, safe))
            turned = vectors.T @ np.where(scale > 0, outer, 0.0)
            layers: list[tuple[tuple[Array, Array], ...]] = [
                (((vectors @ (turned / (np.maximum(values, 0.0) + penalty)))[:, None], np.array([centre])),)
                for penalty in penalties
            ]
        else:
            x = np.concatenate([self.parts[k][0] for k in folds])
            y = np.concatenate([self.parts[k][1] for k in folds])
            z = np.where(scale > 0, (x - mean) / safe, 0.0)
            layers = [self._learned(z, y, penalty) for penalty in penalties]
        return [Layers(np.asarray(mean), scale, one, edge=1.0) for one in layers]

    def _learned(self, z: Array, y: Array, penalty: float) -> tuple[tuple[Array, Array], ...]:
        """Layers that scikit-learn's estimators find."""
        from sklearn.linear_model import LogisticRegression
        from sklearn.svm import LinearSVC, LinearSVR

        C = 1.0 / (2.0 * penalty * len(y))
        if self.model == "mlp":
            return self._networks(z, y, penalty)
        if self.model == "logistic":
            plane = LogisticRegression(C=C, max_iter=_ROUNDS).fit(z, y > 0)
        elif self.kind == "classification":
            plane = LinearSVC(C=C, dual=False, max_iter=_ROUNDS).fit(z, y > 0)
        else:
            # The target in its own spread, of which a tenth counts as hit.
            size = float(y.std()) or 1.0
            plane = LinearSVR(C=C, epsilon=0.1, loss="squared_epsilon_insensitive", dual=False).fit(
                z, (y - y.mean()) / size
            )
            return ((size * plane.coef_.reshape(-1, 1), size * np.atleast_1d(plane.intercept_) + y.mean()),)
        return ((np.asarray(plane.coef_).reshape(-1, 1), np.atleast_1d(plane.intercept_).astype(float)),)

    def _networks(self, z: Array, y: Array, penalty: float) -> tuple[tuple[Array, Array], ...]:
        """The mean of several networks, which is one wide network."""
        from sklearn.exceptions import ConvergenceWarning
        from sklearn.neural_network import MLPClassifier, MLPRegressor

        kind: Callable[..., Any] = MLPClassifier if self.kind == "classification" else MLPRegressor
        size = 1.0 if self.kind == "classification" else float(y.std()) or 1.0
        middle = 0.0 if self.kind == "classification" else float(y.mean())
        wish = y > 0 if self.kind == "classification" else (y - middle) / size
        found = []
        for k in range(self.networks):
            network = kind(
                hidden_layer_sizes=(self.hidden,),
                alpha=2.0 * penalty * len(y),
                max_iter=60,
                batch_size=min(256, len(y)),
                random_state=self.seed + k,
            )
            with warnings.catch_warnings():
                # Groups left out say whether it is good, not whether its loss could still fall.
                warnings.simplefilter("ignore", ConvergenceWarning)
                network.fit(z, wish)
            found.append((network.coefs_, network.intercepts_))
        first = np.concatenate([w[0] for w, _ in found], axis=1), np.concatenate([b[0] for _, b in found])
        last = size / len(found) * np.concatenate([w[1] for w, _ in found], axis=0)
        return first, (last, size * np.mean([b[1] for _, b in found], axis=0) + middle)


def _numbers(y: AnyArray) -> Array:
    return np.where(y, 1.0, -1.0) if y.dtype == bool else np.asarray(y, dtype=np.float64)


def _averaged(values: list[float], *, known: bool) -> dict[str, Any]:
    """Mean over folds, its standard error, and each; None where there is none: JSON has no NaN."""
    there = [value for value in values if np.isfinite(value)]
    error = float(error_of_mean(np.array(there))) if known and len(there) >= FEWEST_PARTS else None
    return {
        "mean": float(np.mean(there)) if there else None,
        "error": error,
        "folds": [value if np.isfinite(value) else None for value in values],
    }
