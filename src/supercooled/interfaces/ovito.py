"""Indicators and models as a modifier of OVITO."""

from __future__ import annotations

from typing import Any

import numpy as np

from supercooled.errors import BoxError, ParameterError
from supercooled.extras import require
from supercooled.indicators import known
from supercooled.interfaces.snapshots import Snapshot, meaning_of, names_of
from supercooled.predictors import shipped_models

require("ovito", doing="supercooled.interfaces.ovito")
from ovito.data import DataCollection  # noqa: E402
from ovito.pipeline import ModifierInterface  # noqa: E402
from traits.api import Bool, Enum, Float, Str  # noqa: E402

__all__ = ["SupercooledModifier"]

# Of particles that have no value.
_GREY = (0.6, 0.6, 0.6)


class SupercooledModifier(ModifierInterface):  # type: ignore[misc]
    """A structural indicator, or a model of the motion to come, as a particle property.

    Parameters
    ----------
    what
        indicator or model by its name, with default parameters
    custom
        in place of `what`, an indicator with its parameters as on the command line
        (``BondOrder:degree=4,cutoff=1.5``), or the file of a model
    names
        of the species by their types, for example ``1=A,2=B``; empty takes types 1, 2, ... as A, B, ... and
        the names of types that have one
    units
        what the numbers are worth, for example ``metal,sigma=2.2,epsilon=0.08,mass=58.7``; empty takes
        lengths as reduced ones
    temperature
        where an indicator needs it; 0 where none does
    colour
        colour the particles from the smallest value to the largest

    It adds a property with the indicator's name, and its smallest and largest value as the attributes
    ``NAME.minimum`` and ``NAME.maximum``. Coloured, particles without a value are grey. For a legend, switch
    the colours off and add *Color coding* of this property, of selected particles only: those that have a
    value are selected then, until *Clear selection*. The *Color legend* takes that modifier.
    """

    what = Enum(
        ["BondOrder", *sorted({*known()} - {"BondOrder"}), *shipped_models()], label="Indicator or model"
    )
    custom = Str("", label="Or in words")
    names = Str("", label="Names of species")
    units = Str("", label="Units")
    temperature = Float(0.0, label="Temperature")
    colour = Bool(True, label="Colour particles")

    def modify(self, data: DataCollection, frame: int = 0, **_: Any) -> None:
        """Add the property to one frame."""
        if data.particles is None or data.particles.count == 0:
            raise ParameterError(f"frame {frame} has no particles")
        if data.cell is None:
            raise BoxError(f"frame {frame} has no simulation cell, but positions are taken as periodic")
        cell = np.asarray(data.cell[...], np.float64)
        d = 2 if data.cell.is2D else 3
        snapshot = Snapshot(
            f"OVITO, frame {frame}",
            np.asarray(data.particles.positions[...], np.float64)[:, :d],
            cell[:, :3],
            _labels(data),
            corner=cell[:, 3],
            periodic=tuple(bool(closed) for closed in data.cell.pbc),
        )
        meaning = meaning_of(
            names=names_of(self.names), units=self.units or None, temperature=self.temperature or None
        )
        found = snapshot.values([self.custom.strip() or self.what], meaning)
        ((name, values),) = found.items()
        numbers = np.asarray(values.values, np.float64)
        columns = None if numbers.ndim == 1 else [f"column {k + 1}" for k in range(numbers.shape[1])]
        data.particles_.create_property(str(name), data=numbers, components=columns)
        if columns is None:
            _marked(data, str(name), numbers, coloured=self.colour)


def _labels(data: DataCollection) -> list[str]:
    """Names of the particles' types, their numbers where these have no names."""
    types = data.particles.particle_types
    if types is None:
        return ["1"] * data.particles.count
    called = {one.id: one.name or str(one.id) for one in types.types}
    return [called.get(int(one), str(one)) for one in types[...]]


def _marked(data: DataCollection, name: str, values: np.ndarray[Any, Any], *, coloured: bool) -> None:
    """Range, selection and colours of a property."""
    from ovito.modifiers import ColorCodingModifier

    there = np.isfinite(values)
    if not there.any():
        return
    low, high = float(values[there].min()), float(values[there].max())
    data.attributes[f"{name}.minimum"], data.attributes[f"{name}.maximum"] = low, high
    data.particles_.create_property("Selection", data=there.astype(np.int8))
    if not coloured:
        return
    data.particles_.create_property("Color", data=np.tile(_GREY, (len(values), 1)))
    data.apply(
        ColorCodingModifier(
            property=name,
            gradient=ColorCodingModifier.Viridis(),
            only_selected=True,
            start_value=low,
            end_value=high,
        )
    )
    # Selected particles are drawn in red.
    data.particles_.create_property("Selection", data=np.zeros(len(values), np.int8))
