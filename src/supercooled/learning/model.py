"""A learned softness as plain data: saved as JSON, applied to any trajectory's features."""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
import xarray as xr
from pydantic import ValidationError

from supercooled.arguments import Numbers, Prose, shown, validated
from supercooled.arguments.single import LARGEST, SMALLEST
from supercooled.arrays import Array
from supercooled.errors import ParameterError, StoreError
from supercooled.matching import passed_on
from supercooled.outputs import owned_file
from supercooled.plain_data import json_text, parsed_json
from supercooled.quantities import labelled
from supercooled.records import Fields, first_wrong, read_record

__all__ = ["SoftnessModel", "Unit"]

Unit = Literal["margin", "distance"]
_FORMAT = "supercooled softness 1"
# Nothing that was learned has more; with numbers of at most LARGEST their products stay numbers.
MOST_LAYERS = 10
# Standard deviations from the examples beyond which features are of another liquid or in another unit, and
# particles that are too few to tell.
_FOREIGN, _FEW = 3.0, 10


@validated
@dataclass(frozen=True, slots=True, eq=False)
class SoftnessModel:
    r"""A plane between soft and hard surroundings, or a small network instead of it.

    .. math:: S = \mathbf w \cdot \mathbf z + b, \qquad z_k = (F_k - \bar F_k)/\sigma_k

    Parameters
    ----------
    features
        name of each feature F_k
    mean, scale
        of each feature in the training set; a scale of 0 leaves the feature out
    layers
        (weights, bias) of each layer, one for a plane; max(0, x) stands between layers
    unit
        "margin", S as above, 1 at the edge of the margin; "distance", divided by |w|
    definition
        all parameters of the features, as their attribute of that name says; "" if unknown
    provenance
        how it was made

    Notes
    -----
    Make one with :func:`fit_softness`, read one with :func:`load_model`.

    References
    ----------
    schoenholz2016, Eq. 1 and Sec. I.C.

    Examples
    --------
    >>> plane = (np.array([[3.0]]), np.array([0.5]))
    >>> model = SoftnessModel(("G",), np.array([1.0]), np.array([2.0]), (plane,), "margin")
    >>> model.decide(np.array([[5.0]]))
    array([6.5])
    """

    features: tuple[str, ...]
    mean: Array
    scale: Array
    layers: tuple[tuple[Array, Array], ...]
    unit: Unit
    definition: Prose = ""
    provenance: Mapping[str, Any] = field(default_factory=dict)

    @validated
    def softness(self, features: xr.DataArray) -> xr.DataArray:
        """Softness of every particle that has features.

        Parameters
        ----------
        features
            (..., feature), by name in any order, made with the same parameters

        Returns
        -------
        xr.DataArray
            ``learned_softness`` (...), dimensionless, with the same coordinates; positive is soft.

        Raises
        ------
        ParameterError
            if a feature is missing, or was made with other parameters or species.
        """
        ordered = self._checked(features)
        values = self.decide(ordered.values)
        warn_if_foreign(self, ordered.values, "the features")
        coords = {str(name): c for name, c in ordered.coords.items() if "feature" not in c.dims}
        dims = [str(d) for d in ordered.dims[:-1]]
        made = passed_on(features.attrs)
        return labelled("learned_softness", values, dims, coords, **made, unit=self.unit)

    @validated
    def decide(self, values: Annotated[Array, Numbers(array=True)]) -> Array:
        """Softness of features as an array, (..., feature) in the model's order.

        Parameters
        ----------
        values
            (..., feature), in the order of the model

        Returns
        -------
        Array
            (...,), signed distance from the plane

        Raises
        ------
        ParameterError
            if the last axis does not hold the model's features.
        """
        if values.ndim == 0 or values.shape[-1] != len(self.features):
            raise ParameterError(
                f"values must hold the {len(self.features)} features of the model, not {shown(values)}"
            )
        safe = np.where(self.scale > 0, self.scale, 1.0)
        x: Array = np.where(self.scale > 0, (values - self.mean) / safe, 0.0)
        for k, (weights, bias) in enumerate(self.layers):
            x = (np.maximum(x, 0.0) if k else x) @ weights + bias
        return x[..., 0] / self._length

    @property
    def weights(self) -> xr.DataArray:
        """Weight of each standardised feature, by name, in units of the softness.

        Raises
        ------
        ParameterError
            if the model is a network: it has no single weight a feature.
        """
        if len(self.layers) > 1:
            raise ParameterError(
                "a network does not have one weight per feature; fit a linear model, for example an svm"
            )
        return xr.DataArray(
            self.layers[0][0][:, 0] / self._length,
            {"feature": list(self.features)},
            ("feature",),
            "weight",
            {"units": "1", "long_name": "weight of the standardised feature"},
        )

    @property
    def _length(self) -> float:
        return float(np.linalg.norm(self.layers[0][0])) if self.unit == "distance" else 1.0

    def _checked(self, features: xr.DataArray) -> xr.DataArray:
        if "feature" not in features.dims or "feature" not in features.coords:
            raise ParameterError("features must have the dimension 'feature' and names along it")
        known = set(map(str, features["feature"].values))
        if len(known) < features.sizes["feature"]:
            raise ParameterError("a feature is named twice: give each of them once")
        missing = [name for name in self.features if name not in known]
        if missing:
            raise ParameterError(
                f"{len(missing)} features of the model are missing, the first {missing[0]!r}: compute the "
                "features with the model's own parameters and species"
            )
        theirs = str(features.attrs.get("definition", ""))
        if self.definition and theirs and theirs != self.definition:
            raise ParameterError(
                "the features were computed with other parameters than those of the model: "
                f"{_differences(self.definition, theirs)}"
            )
        chosen = features.sel(feature=list(self.features))
        return chosen.transpose(..., "feature")

    def to_dict(self) -> dict[str, Any]:
        """Plain data, for JSON.

        Returns
        -------
        dict[str, Any]
            what :meth:`save` writes
        """
        return {
            "format": _FORMAT,
            "features": list(self.features),
            "mean": self.mean.tolist(),
            "scale": self.scale.tolist(),
            "layers": [{"weights": w.tolist(), "bias": b.tolist()} for w, b in self.layers],
            "unit": self.unit,
            "definition": parsed_json(self.definition) if self.definition else None,
            "provenance": dict(self.provenance),
        }

    @validated
    def save(self, path: str | Path) -> Path:
        """Write the model as JSON that a text editor can read; an older one stays until this is whole.

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
        ParameterError
            if `path` can't be the name of a file to write, or its provenance holds what JSON can't.
        StoreError
            if a file is there that this package did not write, or that has been changed since; or it can't
            be written.
        """
        text = json_text(self.to_dict(), "the model")
        with owned_file(path, by="SoftnessModel.save") as unfinished:
            unfinished.write_text(text)
        return Path(path)


def warn_if_foreign(model: SoftnessModel, values: Array, place: str) -> None:
    """Say so where features, (..., feature) in the model's order, are far from those of the examples.

    So if the file is not in reduced units, or of another liquid.
    """
    varying = model.scale > 0
    if not varying.any() or values.size < _FEW * values.shape[-1]:
        return
    z = (values[..., varying] - model.mean[varying]) / model.scale[varying]
    away = np.sqrt(np.nanmean(z.reshape(-1, varying.sum()) ** 2, axis=0))
    typical = float(np.median(away))
    if typical > _FOREIGN:
        warnings.warn(
            f"{place}: half of the structure functions are more than {_FOREIGN:g} standard deviations "
            "from those of the examples that the softness was learned from: what it says is a guess; are the "
            "lengths in the same unit, and is it the same liquid?",
            stacklevel=4,
        )


class _Layer(Fields):
    weights: list[list[float]]
    bias: list[float]


class _Stored(Fields):
    format: str
    features: list[str]
    mean: list[float]
    scale: list[float]
    layers: list[_Layer]
    unit: Unit
    definition: dict[str, Any] | None
    provenance: dict[str, Any]


@validated
def load_model(path: str | Path) -> SoftnessModel:
    """A model from the JSON that :meth:`SoftnessModel.save` wrote.

    Parameters
    ----------
    path
        JSON file of a model

    Returns
    -------
    SoftnessModel
        model

    Raises
    ------
    StoreError
        if the file can't be read, or holds no such model.

    Examples
    --------
    >>> import tempfile
    >>> plane = (np.array([[2.0], [0.0]]), np.array([1.0]))
    >>> model = SoftnessModel(("a", "b"), np.zeros(2), np.ones(2), (plane,), "margin")
    >>> again = load_model(model.save(tempfile.mkdtemp() + "/model.json"))
    >>> float(again.decide(np.array([3.0, 5.0])))
    7.0
    """
    stored = read_record(path, _Stored, error=StoreError, saying="is not a softness model")
    if stored.format != _FORMAT:
        raise StoreError(f"{path} contains {stored.format!r}, not {_FORMAT!r}")
    try:
        return _of_record(stored)
    except ParameterError as error:
        raise StoreError(f"{path}: {error}") from error


def model_of(plain: Mapping[str, Any]) -> SoftnessModel:
    """A model of the plain data that :meth:`SoftnessModel.to_dict` gave.

    Raises
    ------
    ParameterError
        saying what is wrong, if it is not that of a model.
    """
    try:
        stored = _Stored.model_validate(plain)
    except ValidationError as error:
        raise ParameterError(f"it is not a softness model: {first_wrong(error)}") from error
    if stored.format != _FORMAT:
        raise ParameterError(f"it is {stored.format!r}, not {_FORMAT!r}")
    return _of_record(stored)


def _of_record(stored: _Stored) -> SoftnessModel:
    """The model of a record, its numbers and sizes checked."""
    try:
        layers = tuple((np.array(one.weights), np.array(one.bias)) for one in stored.layers)
    except ValueError as error:
        raise ParameterError("the weights of a layer are not a table of numbers") from error
    model = SoftnessModel(
        tuple(stored.features),
        np.array(stored.mean, dtype=np.float64),
        np.array(stored.scale, dtype=np.float64),
        layers,
        stored.unit,
        json.dumps(stored.definition, sort_keys=True) if stored.definition else "",
        stored.provenance,
    )
    numbers = [model.mean, model.scale, *(part for layer in model.layers for part in layer)]
    if not all(np.isfinite(part).all() for part in numbers):
        raise ParameterError("a mean, scale, weight or bias is not a finite number")
    if (model.scale < 0).any():
        raise ParameterError("a scale is negative")
    there = model.scale[model.scale > 0]
    if max(float(np.abs(part).max(initial=0.0)) for part in numbers) > LARGEST or (there < SMALLEST).any():
        raise ParameterError(
            f"a mean, scale or weight is beyond {LARGEST:g} in size, or a scale below {SMALLEST:g}"
        )
    if len(model.layers) > MOST_LAYERS:
        raise ParameterError(f"there are {len(model.layers)} layers; at most {MOST_LAYERS} are allowed")
    if len(set(model.features)) < len(model.features):
        raise ParameterError("a feature is named twice")
    if any(w.ndim != 2 or b.shape != w.shape[1:] for w, b in model.layers):
        raise ParameterError("the sizes of weights and biases do not match")
    sizes = [len(model.features), *(w.shape[1] for w, _ in model.layers)]
    shapes = [w.shape for w, _ in model.layers]
    if (
        model.mean.shape != (sizes[0],)
        or model.scale.shape != (sizes[0],)
        or shapes != list(pairwise(sizes))
        or sizes[-1] != 1
        or not model.layers
    ):
        raise ParameterError("the sizes of features, means and weights do not match")
    if model.unit == "distance" and not model._length > SMALLEST:
        raise ParameterError("all weights are 0, so there is no hyperplane")
    return model


def _differences(ours: str, theirs: str) -> str:
    try:
        a, b = dict(parsed_json(ours)), dict(parsed_json(theirs))
    except (ValueError, TypeError):
        return "they are not a list of parameters"
    return "; ".join(
        f"{key} is {b.get(key)}, in the model {a.get(key)}"
        for key in sorted(set(a) | set(b))
        if a.get(key) != b.get(key)
    )
