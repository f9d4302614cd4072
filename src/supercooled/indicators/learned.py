"""Learned softness: the side of a plane on which the surroundings of a particle lie."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Self

import numpy as np

from supercooled.arguments import shown, validated
from supercooled.arrays import Array
from supercooled.errors import MixtureError, ParameterError, StoreError
from supercooled.fields import Indicator
from supercooled.frame import Frame
from supercooled.indicators.structure_functions import StructureFunctions
from supercooled.learning import SoftnessModel, load_model
from supercooled.learning.model import warn_if_foreign
from supercooled.plain_data import parsed_json
from supercooled.records import Fields, first_wrong
from supercooled.structure import Angular, Radial


@validated
@dataclass(frozen=True, eq=False)
class LearnedSoftness(Indicator, quantity="learned_softness", source="schoenholz2016, Eq. 1 and Sec. I.C"):
    r"""Softness by a model that was trained on rearrangements.

    .. math:: S_i = \mathbf w \cdot \mathbf z_i + b

    with z the standardised structure functions of the model. Particles of other species than the one that it
    was trained with have none: NaN.

    Parameters
    ----------
    model
        from :func:`supercooled.learning.fit_softness`, or of a file by :meth:`of_file`

    Raises
    ------
    ParameterError
        if the model does not say how its features are made.
    MixtureError
        if the frame has other species or dimensions than the model.

    References
    ----------
    schoenholz2016, Eq. 1.

    Examples
    --------
    >>> from supercooled.indicators import StructureFunctions
    >>> from supercooled.structure import Radial
    >>> from supercooled.testing import liquid_frame
    >>> functions = StructureFunctions((Radial(0.9, 0.1, 1, 0.1),)).of(liquid_frame(), species="A")
    >>> names, plane = tuple(functions.feature.values.tolist()), (np.array([[1.0], [0.0]]), np.zeros(1))
    >>> said = functions.attrs["definition"]
    >>> model = SoftnessModel(names, np.zeros(2), np.ones(2), (plane,), "margin", said)
    >>> softness = LearnedSoftness(model).of(liquid_frame(), species="A")
    >>> bool(np.allclose(softness, functions[..., 0]))
    True
    """

    model: SoftnessModel

    def __post_init__(self) -> None:
        if not self.model.definition:
            raise ParameterError(
                "the model does not record how its features are computed: fit it to features that do"
            )
        _described(self.model.definition)

    @classmethod
    @validated
    def of_file(cls, path: str | Path) -> Self:
        """By the model that a file holds.

        Parameters
        ----------
        path
            JSON file of a softness model

        Returns
        -------
        Self
            indicator with the model of the file

        Raises
        ------
        StoreError
            if the file can't be read, or holds no such model.
        """
        model = load_model(path)
        try:
            return cls(model)
        except ParameterError as error:
            raise StoreError(f"{path}: {error}") from error

    @property
    def centre(self) -> str:
        """Species of the particles that have a softness."""
        return _described(self.model.definition)[0].centre

    def extent(self, frame: Frame) -> float | None:
        """That of the model's features."""
        return _described(self.model.definition)[1].extent(frame)

    def __call__(self, frame: Frame) -> Array:
        """Value of every particle of the model's species that is wanted, (particle,)."""
        said, functions = _described(self.model.definition)
        names = tuple(said.species)
        if frame.names != names or frame.dimensions != said.dimensions:
            raise MixtureError(
                f"{frame.place} has the species {frame.names} in {frame.dimensions} dimensions, the model "
                f"was trained with {shown(names)} in {said.dimensions}"
            )
        centre = names.index(said.centre)
        chosen = frame.wanted & (frame.species == centre)
        values = functions.values(frame)[chosen]
        place = {name: k for k, name in enumerate(functions.columns(frame))}
        if missing := [name for name in self.model.features if name not in place]:
            raise ParameterError(f"the model's feature {missing[0]!r} is not among those that it describes")
        softness = np.full(frame.n_particles, np.nan)
        ordered = values[:, [place[name] for name in self.model.features]]
        softness[chosen] = self.model.decide(ordered)
        # Once a file, not once a frame: the same words are said once.
        run = getattr(frame.run, "source", None)
        warn_if_foreign(self.model, ordered, frame.place if run is None else run.name)
        return softness


class _Radial(Fields):
    first: float
    step: float
    number: int
    width: float
    cutoff: float | None


class _Angular(Fields):
    functions: list[list[float]]
    cutoff: float


class _Definition(Fields):
    centre: str
    species: list[str]
    dimensions: int
    radial: list[_Radial]
    angular: _Angular | None


@lru_cache
def _described(definition: str) -> tuple[_Definition, StructureFunctions]:
    """What a model says of its features, and what makes them.

    Raises
    ------
    ParameterError
        if it says nothing of that kind.
    """
    from pydantic import ValidationError

    try:
        said = _Definition.model_validate(parsed_json(definition))
    except ValidationError as error:
        raise ParameterError(f"the model's features can't be made: {first_wrong(error)}") from error
    except ValueError as error:
        raise ParameterError(f"the model's features can't be made: {error}") from error
    if said.centre not in said.species:
        raise ParameterError(
            f"the model is of {shown(said.centre)}, which is not among its species {shown(said.species)}"
        )
    angular = None
    if said.angular is not None:
        if not all(len(one) == 3 and one[2] == one[2] // 1 for one in said.angular.functions):
            raise ParameterError("the model's features can't be made: zeta is a whole number")
        functions = tuple((xi, sign, int(zeta)) for xi, sign, zeta in said.angular.functions)
        angular = Angular(functions, said.angular.cutoff)
    radial = tuple(Radial(one.first, one.step, one.number, one.width, one.cutoff) for one in said.radial)
    return said, StructureFunctions(radial, angular)
