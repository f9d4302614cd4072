"""Indicators as plain data, by the name of their class and their parameters; no file is executed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np

from supercooled import systems
from supercooled.cage import Calibration
from supercooled.digests import digest_of
from supercooled.errors import ParameterError, SupercooledError
from supercooled.fields import Features
from supercooled.indicators import known
from supercooled.learning import SoftnessModel
from supercooled.learning.model import model_of
from supercooled.mixture import Mixture
from supercooled.structure import Angular, Radial

# Nouns that stand in the fields of indicators.
_NOUNS: Mapping[str, type[Any]] = {"Radial": Radial, "Angular": Angular, "Calibration": Calibration}


def to_plain(value: Any) -> Any:
    """Plain data of an indicator, or of what stands in its fields.

    Raises
    ------
    ParameterError
        naming what can't be written down.
    """
    kind = type(value).__name__
    if value is None or isinstance(value, bool | int | float | str):
        plain: Any = value
    elif isinstance(value, np.generic):
        plain = value.item()
    elif isinstance(value, tuple | list):
        plain = [to_plain(one) for one in value]
    elif isinstance(value, Mapping):
        plain = {"mapping": {str(name): to_plain(one) for name, one in value.items()}}
    elif isinstance(value, Mixture):
        plain = {"mixture": value.name, "digest": digest_of(_catalogued(value.name, value).to_dict())}
    elif isinstance(value, SoftnessModel):
        plain = {"softness": value.to_dict()}
    elif isinstance(value, Features):
        plain = _indicator(value)
    elif _NOUNS.get(kind) is type(value):
        plain = {"noun": kind, "fields": _fields(value)}
    else:
        raise ParameterError(f"a parameter of the type {kind} can't be stored in a file")
    return plain


def _indicator(value: Features) -> dict[str, Any]:
    if (written := getattr(value, "to_dict", None)) is not None:
        return {"predictor": written()}
    kind = type(value).__name__
    if known().get(kind) is not type(value):
        raise ParameterError(
            f"the indicator {kind} can't be stored in a file: give its class a source, and "
            "import it from an installed package"
        )
    return {"indicator": kind, "fields": _fields(value)}


def _fields(value: Any) -> dict[str, Any]:
    return {f.name: to_plain(getattr(value, f.name)) for f in fields(value) if f.init}


def from_plain(plain: Any, predictor: Callable[[Any], Any]) -> Any:
    """What :func:`to_plain` wrote.

    Parameters
    ----------
    predictor
        makes one of plain data, which may stand among the features

    Raises
    ------
    ParameterError
        naming the indicator that is not known, or what is wrong with its parameters.
    """
    if isinstance(plain, list):
        return tuple(from_plain(one, predictor) for one in plain)
    if not isinstance(plain, Mapping):
        return plain
    keys = set(plain)
    if keys == {"predictor"}:
        return predictor(plain["predictor"])
    if keys == {"softness"}:
        return model_of(plain["softness"])
    if keys == {"mixture", "digest"}:
        return _mixture(plain["mixture"], plain["digest"])
    inside = next((plain[name] for name in ("mapping", "fields") if name in keys), None)
    if not isinstance(inside, Mapping) or not keys < {"mapping", "fields", "indicator", "noun"}:
        raise ParameterError(f"a record with {', '.join(sorted(map(str, keys)))[:100]} is not a parameter")
    given = {str(name): from_plain(one, predictor) for name, one in inside.items()}
    return given if keys == {"mapping"} else _made(plain, given)


def _made(plain: Mapping[str, Any], given: dict[str, Any]) -> Any:
    """An indicator or noun of its fields."""
    word = "indicator" if "indicator" in plain else "noun"
    name = str(plain.get(word))
    table: Mapping[str, type[Any]] = known() if word == "indicator" else _NOUNS
    kind = table.get(name)
    if kind is None or not is_dataclass(kind):
        raise ParameterError(f"there is no {word} {name[:60]!r}: install the package that provides it")
    try:
        return kind(**given)
    except (TypeError, SupercooledError) as error:
        raise ParameterError(f"the {word} {name} can't be made from these parameters: {error}") from error


def _catalogued(name: str, mixture: Mixture | None) -> Mixture:
    if name not in systems.catalogue():
        raise ParameterError(
            f"the mixture {name!r} is not in the catalogue, so it can't be stored in a file by name"
        )
    found = systems.named(name, density=1.0).mixture
    if mixture is not None and found.to_dict() != mixture.to_dict():
        raise ParameterError(f"the mixture {name!r} is not the one of that name in the catalogue")
    return found


def _mixture(name: Any, digest: Any) -> Mixture:
    found = _catalogued(str(name), None)
    if digest_of(found.to_dict()) != digest:
        raise ParameterError(
            f"the mixture {name!r} of the catalogue differs from the one that was used for training"
        )
    return found
