"""A fitted predictor: an indicator that combines others."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import ValidationError

from supercooled.arguments import AtLeast, Numbers, Positive, validated
from supercooled.arguments.single import LARGEST, SMALLEST
from supercooled.arrays import Array
from supercooled.digests import digest_of
from supercooled.errors import ParameterError, StoreError
from supercooled.fields import Features, Indicator, values_of
from supercooled.frame import Frame
from supercooled.outputs import owned_file
from supercooled.plain_data import json_text
from supercooled.predictors.written import from_plain, to_plain
from supercooled.records import Fields, first_wrong, read_record

FORMAT = "supercooled predictor 1"
# Of the particles that learned, so many were nearer to their mean than `edge`; a frame is foreign where
# more than FOREIGN of its particles are farther.
INSIDE, FOREIGN = 0.999, 0.05
# A density this much away from those that it learned from, as a share, is warned of; and one that is no
# longer the same kind of liquid is refused.
NEAR_DENSITY, FAR_DENSITY = 0.02, 0.2
# Nothing that was learned has more; with numbers of at most LARGEST their products stay numbers.
MOST_LAYERS = 10
# Characters of what it predicts.
_LONGEST = 200

Kind = Literal["regression", "classification"]
Row = Annotated[Array, Numbers(rank=1, array=True)]


@validated
@dataclass(frozen=True, eq=False)
class Layers:
    r"""What was learned of one species: standardised features, then layers of weights.

    .. math:: z_k = (x_k - \bar x_k)/\sigma_k, \qquad y = W_n \max(0, \dots \max(0, W_1 z + b_1)) + b_n

    Parameters
    ----------
    mean, scale
        of each feature among the particles that learned; a scale of 0 leaves the feature out
    layers
        (weights, bias) of each; one of a linear model
    edge
        root mean square of z below which 99.9 % of the particles that learned lie

    Examples
    --------
    >>> line = Layers(np.zeros(1), np.ones(1), ((np.array([[2.0]]), np.array([1.0])),), edge=3.0)
    >>> line(np.array([[5.0]]))
    array([11.])
    """

    mean: Row
    scale: Row
    layers: tuple[tuple[Array, Array], ...]
    edge: Positive

    def __post_init__(self) -> None:
        sizes = [len(self.mean), *(w.shape[-1] for w, _ in self.layers)]
        numbers = [self.mean, self.scale, *(part for layer in self.layers for part in layer)]
        if (
            self.scale.shape != self.mean.shape
            or [w.shape for w, _ in self.layers] != list(pairwise(sizes))
            or [b.shape for _, b in self.layers] != [(n,) for n in sizes[1:]]
            or sizes[-1] != 1
            or not self.layers
            or not all(np.isfinite(one).all() for one in numbers)
            or (self.scale < 0).any()
        ):
            raise ParameterError(
                "the sizes of means, scales and weights do not match, or one of them is not a number"
            )
        there = self.scale[self.scale > 0]
        if max(float(np.abs(one).max(initial=0.0)) for one in numbers) > LARGEST or (there < SMALLEST).any():
            raise ParameterError(
                f"a mean, scale or weight is beyond {LARGEST:g} in size, or a scale below {SMALLEST:g}"
            )
        if len(self.layers) > MOST_LAYERS:
            raise ParameterError(f"there are {len(self.layers)} layers; at most {MOST_LAYERS} are allowed")

    def __call__(self, x: Array) -> Array:
        """Predicted values, (particle,) of (particle, feature); NaN where a feature is."""
        z = self.standardised(x)
        for k, (weights, bias) in enumerate(self.layers):
            z = (np.maximum(z, 0.0) if k else z) @ weights + bias
        return z[:, 0]

    def standardised(self, x: Array) -> Array:
        """z, (particle, feature)."""
        safe = np.where(self.scale > 0, self.scale, 1.0)
        return np.asarray(np.where(self.scale > 0, (x - self.mean) / safe, 0.0))

    def distance(self, x: Array) -> Array:
        """Root mean square of z over the features of each particle: 1 where it is as those that learned."""
        return np.asarray(np.sqrt((self.standardised(x) ** 2).mean(axis=1)))

    def to_dict(self) -> dict[str, Any]:
        """Plain data, for JSON."""
        return {
            "mean": self.mean.tolist(),
            "scale": self.scale.tolist(),
            "layers": [{"weights": w.tolist(), "bias": b.tolist()} for w, b in self.layers],
            "edge": float(self.edge),
        }


@validated
@dataclass(frozen=True, eq=False)
class Predictor(Indicator, long_name="predicted"):
    """An indicator that combines others as it has learned to predict a target.

    Parameters
    ----------
    features
        indicators and sets of features, side by side
    models
        what was learned, of each species; other particles have no value
    target
        what it predicts, in words
    kind
        "regression" gives the target's own number, "classification" one that is positive where it is true
    names
        of the species in the frames that it learned from, all of them
    columns_of
        of the features there
    scores
        of groups left out when it was fitted, as :func:`fit_predictor` writes them
    provenance
        how it was made

    Notes
    -----
    It warns where a frame is unlike those that it learned from: where more than 5 % of the particles are
    farther from their mean than 99.9 % of those were (:meth:`distance`, :meth:`foreign`), or the density is
    more than 2 % away from theirs. Other species or dimensions, and a density 20 % away, are refused.

    Made by :func:`fit_predictor`; read by :func:`load_predictor`.
    """

    features: Annotated[tuple[Features, ...], AtLeast(1)]
    models: Mapping[str, Layers]
    target: str
    kind: Kind
    names: tuple[str, ...]
    columns_of: tuple[str, ...]
    scores: Mapping[str, Any] = field(default_factory=dict, repr=False)
    provenance: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        if len(set(self.names)) < len(self.names) or len(set(self.columns_of)) < len(self.columns_of):
            raise ParameterError(
                f"a species or a column is given twice among {self.names}, {self.columns_of}"
            )
        if not self.models or any(len(m.mean) != len(self.columns_of) for m in self.models.values()):
            raise ParameterError(f"the model of each species needs {len(self.columns_of)} features")
        if strange := [one for one in self.models if one not in self.names]:
            raise ParameterError(
                f"there is a model for species {strange[0]!r}, which is not among {self.names}"
            )
        for words in (self.target, str(self.provenance.get("unit", "1"))):
            if not words.strip() or not words.isprintable() or len(words) > _LONGEST:
                raise ParameterError(
                    f"target and unit must be texts of at most {_LONGEST} letters, not {words[:40]!r}"
                )
        object.__setattr__(self, "unit", str(self.provenance.get("unit", "1")))
        object.__setattr__(self, "long_name", f"predicted {self.target}")
        object.__setattr__(self, "name", "predicted_" + "_".join(self.target.split()))

    @property
    def digest(self) -> str:
        """Digest of all that changes what it gives."""
        plain = self.to_dict()
        return digest_of({name: plain[name] for name in ("features", "models", "kind", "target")})

    @property
    def reach(self) -> float:
        """Largest cutoff of a feature."""
        return max(one.reach for one in self.features)

    def __str__(self) -> str:
        return f"{self.name}({self.digest[:8]})"

    def __call__(self, frame: Frame) -> Array:
        """Value of every particle, (particle,)."""
        x = self._features(frame)
        found = np.full(frame.n_particles, np.nan)
        for species, model in self.models.items():
            own = self._own(frame, species)
            found[own] = model(x[own])
        self._warn_if_foreign(frame, x)
        return found

    @validated
    def distance(self, frame: Frame) -> Array:
        """How far each particle is from the mean of those that it learned from, (particle,).

        Root mean square of the standardised features: about 1 among particles as those; NaN of a species
        of which nothing was learned.
        """
        x = self._features(frame)
        found = np.full(frame.n_particles, np.nan)
        for species, model in self.models.items():
            own = self._own(frame, species)
            found[own] = model.distance(x[own])
        return found

    @validated
    def foreign(self, frame: Frame) -> float:
        """Share of the particles that are farther than 99.9 % of those that it learned from."""
        return self._foreign(frame, self._features(frame))

    def _features(self, frame: Frame) -> Array:
        if frame.names != self.names:
            raise ParameterError(
                f"{frame.place}: {self.name} was trained on frames with the species {self.names}, and "
                f"these are {frame.names}: if they are the same, say so when the file is read, as "
                "names={'1': 'A', '2': 'B'} or --names 1=A,2=B"
            )
        learned_in = self.provenance.get("dimensions", frame.dimensions)
        if frame.dimensions != learned_in:
            raise ParameterError(
                f"{frame.place} has {frame.dimensions} dimensions, and {self.name} has learned in "
                f"{learned_in}"
            )
        self._check_density(frame)
        # A quench may be among them: values, distances and the foreign share of one frame need it once.
        # What is wanted decides which values are made.
        key = ("features of a predictor", self.digest, frame.wanted.tobytes())
        x = frame.once(key, lambda: values_of(frame, self.features))
        if x.shape[1] != len(self.columns_of):
            raise ParameterError(
                f"{self.name}: its features have {x.shape[1]} columns, but it was trained on "
                f"{len(self.columns_of)}: they differ from those of its training"
            )
        return x

    def _check_density(self, frame: Frame) -> None:
        """Refuse a frame whose density is far from those that it learned from, where these are known."""
        low, high = self.densities
        density = frame.n_particles / frame.box.volume
        away = max(low / density, density / high) - 1.0
        if away > FAR_DENSITY:
            raise ParameterError(
                f"{frame.place}: a density of {density:.4g} is far from the {_range(low, high)} that "
                f"{self.name} has learned from; lengths must be in sigma_AA: units= or --units says what the "
                "numbers of a file are worth"
            )
        if away > NEAR_DENSITY:
            warnings.warn(
                f"{frame.place}: a density of {density:.4g} is {100 * away:.0f} % away from the "
                f"{_range(low, high)} that {self.name} has learned from",
                stacklevel=4,
            )

    @property
    def densities(self) -> tuple[float, float]:
        """Lowest and highest density that it learned from; 0 and infinity if that is not known."""
        said = self.provenance.get("density")
        both = said if isinstance(said, list | tuple) else (said, said)
        if len(both) != 2 or not all(isinstance(one, int | float) and one > 0 for one in both):
            return 0.0, np.inf
        return float(min(both)), float(max(both))

    @staticmethod
    def _own(frame: Frame, species: str) -> Array:
        if species not in frame.names:
            return np.zeros(frame.n_particles, bool)
        return np.asarray((frame.species == frame.species_index(species)) & frame.wanted)

    def _foreign(self, frame: Frame, x: Array) -> float:
        far, number = 0.0, 0.0
        for species, model in self.models.items():
            distance = model.distance(x[self._own(frame, species)])
            far += float((distance > model.edge).sum())
            number += float(np.isfinite(distance).sum())
        return far / number if number else 0.0

    def _warn_if_foreign(self, frame: Frame, x: Array) -> None:
        share = self._foreign(frame, x)
        if share > FOREIGN:
            warnings.warn(
                f"{frame.place}: {100 * share:.0f} % of the particles are farther from the "
                f"training data of {self.name} than {100 * (1 - INSIDE):.1f} % of the training "
                "particles are: the prediction is an extrapolation",
                stacklevel=3,
            )

    def to_dict(self) -> dict[str, Any]:
        """Plain data, for JSON."""
        return {
            "format": FORMAT,
            "target": self.target,
            "kind": self.kind,
            "features": [to_plain(one) for one in self.features],
            "species": list(self.names),
            "columns": list(self.columns_of),
            "models": {species: model.to_dict() for species, model in self.models.items()},
            "scores": dict(self.scores),
            "provenance": dict(self.provenance),
        }

    @validated
    def save(self, path: str | Path) -> Path:
        """Write it as JSON that a text editor can read; an older one stays until this is whole.

        Raises
        ------
        ParameterError
            if `path` can't be the name of a file, or a feature can't be written down.
        StoreError
            if a file is there that this package did not write, or that has been changed since; or it can't
            be written.
        """
        text = json_text(self.to_dict(), "the predictor")
        with owned_file(path, by="Predictor.save") as unfinished:
            unfinished.write_text(text)
        return Path(path)


def _range(low: float, high: float) -> str:
    return f"{low:.4g}" if high - low < 1e-9 * high else f"{low:.4g} to {high:.4g}"


class _Layer(Fields):
    weights: list[list[float]]
    bias: list[float]


class _Model(Fields):
    mean: list[float]
    scale: list[float]
    layers: list[_Layer]
    edge: float


class Stored(Fields):
    """A predictor as JSON keeps it."""

    format: str
    target: str
    kind: Kind
    features: list[dict[str, Any]]
    species: list[str]
    columns: list[str]
    models: dict[str, _Model]
    scores: dict[str, Any]
    provenance: dict[str, Any]


@validated
def load_predictor(path: str | Path) -> Predictor:
    """A predictor from the JSON that :meth:`Predictor.save` wrote.

    Parameters
    ----------
    path
        JSON file of a predictor

    Returns
    -------
    Predictor
        predictor, ready to apply

    Raises
    ------
    StoreError
        if the file can't be read, is not a predictor, or one of an indicator that is not installed.
    """
    stored = read_record(path, Stored, error=StoreError, saying="is not a predictor")
    try:
        return made_of(stored)
    except (ParameterError, ValueError) as error:
        raise StoreError(f"{path} is not a predictor ({error})") from error


def made_of(stored: Stored) -> Predictor:
    """The predictor of a record."""
    if stored.format != FORMAT:
        raise ParameterError(f"its format is {stored.format!r}, not {FORMAT!r}")
    models = {
        species: Layers(
            np.array(one.mean, dtype=np.float64),
            np.array(one.scale, dtype=np.float64),
            tuple((_matrix(layer.weights), np.array(layer.bias, dtype=np.float64)) for layer in one.layers),
            one.edge,
        )
        for species, one in stored.models.items()
    }
    return Predictor(
        tuple(from_plain(one, _nested) for one in stored.features),
        models,
        stored.target,
        stored.kind,
        tuple(stored.species),
        tuple(stored.columns),
        stored.scores,
        stored.provenance,
    )


def _nested(plain: Any) -> Predictor:
    try:
        return made_of(Stored.model_validate(plain))
    except ValidationError as wrong:
        raise ParameterError(f"a predictor among its features: {first_wrong(wrong)}") from wrong


def _matrix(rows: Sequence[Sequence[float]]) -> Array:
    if len({len(row) for row in rows}) != 1:
        raise ParameterError("the weights of a layer are not a table of numbers")
    return np.array(rows, dtype=np.float64)
