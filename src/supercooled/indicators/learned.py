"""Learned softness: the side of a plane on which the surroundings of a particle lie."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Self

import numpy as np

from supercooled.arguments import validated
from supercooled.arrays import Array
from supercooled.errors import MixtureError, ParameterError
from supercooled.fields import Indicator
from supercooled.frame import Frame
from supercooled.indicators.structure_functions import StructureFunctions
from supercooled.learning import SoftnessModel, load_model
from supercooled.plain_data import parsed_json
from supercooled.structure import Angular, Radial


@validated
@dataclass(frozen=True, eq=False)
class LearnedSoftness(Indicator, quantity="learned_softness", source="schoenholz2016, Eq. 1 and Sec. I.C"):
    r"""Softness by a model that was taught with rearrangements.

    .. math:: S_i = \mathbf w \cdot \mathbf z_i + b

    with z the standardised structure functions of the model. Particles of other species than the one that it
    was taught with have none: NaN.

    model : from :func:`supercooled.learning.fit_softness`, or of a file by :meth:`of_file`

    Raises
    ------
    ParameterError
        if the model does not say how its features are made.
    MixtureError
        if the frame has other species or dimensions than the model.

    Source: schoenholz2016, Eq. 1.
    """

    model: SoftnessModel

    def __post_init__(self) -> None:
        if not self.model.definition:
            raise ParameterError(
                "the model does not say how its features are made: fit it from features that do"
            )

    @classmethod
    @validated
    def of_file(cls, path: str | Path) -> Self:
        """By the model that a file holds.

        Raises
        ------
        StoreError
            if the file can't be read, or holds no such model.
        """
        return cls(load_model(path))

    def __call__(self, frame: Frame) -> Array:
        """Value of every particle of the model's species that is wanted, (particle,)."""
        said, functions = _described(self.model.definition)
        names = tuple(said["species"])
        if frame.names != names or frame.dimensions != said["dimensions"]:
            raise MixtureError(
                f"{frame.place} has the species {frame.names} in {frame.dimensions} dimensions, the model "
                f"was taught with {names} in {said['dimensions']}"
            )
        centre = names.index(said["centre"])
        chosen = frame.wanted & (frame.species == centre)
        values = functions.values(frame)[chosen]
        place = {name: k for k, name in enumerate(functions.columns(frame))}
        if missing := [name for name in self.model.features if name not in place]:
            raise ParameterError(f"the model's feature {missing[0]!r} is not one of those that it describes")
        softness = np.full(frame.n_particles, np.nan)
        softness[chosen] = self.model.decide(values[:, [place[name] for name in self.model.features]])
        return softness


@lru_cache
def _described(definition: str) -> tuple[dict[str, Any], StructureFunctions]:
    """What a model says of its features, and what makes them."""
    said: dict[str, Any] = dict(parsed_json(definition))
    told = said["angular"]
    angular = None if told is None else Angular(tuple(map(tuple, told["functions"])), told["cutoff"])
    return said, StructureFunctions(tuple(Radial(**one) for one in said["radial"]), angular)
