"""Indicators and targets as the command line has them: NAME:parameter=value,parameter=value."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Mapping
from typing import Any, TypeVar

from supercooled import systems
from supercooled.errors import ParameterError
from supercooled.fields import Described
from supercooled.trajectory import Trajectory

_Kind = TypeVar("_Kind", bound=Described)


def made_from_text(text: str, known: Mapping[str, type[_Kind]], word: str, run: Trajectory) -> _Kind:
    """An indicator or target by its name, with its parameters.

    Parameters
    ----------
    text
        ``BondOrder``, ``bond_order:degree=4,cutoff=1.5``, or a recipe, ``PairEntropy.graham2023``. A
        ``mixture`` is a liquid's name in the catalogue or a YAML file; a recipe that looks at a trajectory
        gets the first one
    known
        kinds by the name of their class
    word
        what an error calls one

    Raises
    ------
    ParameterError
        if there is none of the name, or its parameters are not these.

    Examples
    --------
    >>> from supercooled.targets import known
    >>> print(made_from_text("displacement:after=5", known(), "target", None))
    displacement(after=5)
    """
    name, _, rest = text.partition(":")
    name, _, recipe = name.partition(".")
    kinds = {_plain(each): kind for each, kind in known.items()}
    if _plain(name) not in kinds:
        raise ParameterError(f"there is no {word} {name!r}; known are {', '.join(known)}")
    kind = kinds[_plain(name)]
    maker: Any = getattr(kind, recipe, None) if recipe else kind
    if not callable(maker):
        raise ParameterError(f"{name} has no recipe {recipe!r}")
    parameters = inspect.signature(maker).parameters
    given: dict[str, Any] = {"run": run} if "run" in parameters else {}
    for part in _parts(rest):
        key, equals, value = part.partition("=")
        key = key.strip()
        if not equals or key not in parameters or key == "run":
            takes = ", ".join(one for one in parameters if one != "run") or "no parameter"
            raise ParameterError(f"{text!r}: {part!r} should be parameter=value; {name} takes {takes}")
        given[key] = _value(key, value.strip(), run)
    missing = [
        one.name
        for one in parameters.values()
        if one.default is one.empty and one.name not in given and one.kind is not one.VAR_KEYWORD
    ]
    if missing:
        example = ",".join(f"{one}=..." for one in missing)
        raise ParameterError(f"{text!r} lacks {', '.join(missing)}: give them as {name}:{example}")
    made: _Kind = maker(**given)
    return made


def _plain(name: str) -> str:
    return name.replace("_", "").lower()


def _parts(text: str) -> list[str]:
    """Parameters of a text, parted by commas that no bracket holds."""
    return [part for part in re.split(r",(?![^(\[{]*[)\]}])", text) if part.strip()]


def _value(key: str, text: str, run: Trajectory) -> Any:
    if key in ("mixture", "liquid"):
        return systems.named(text, density=run.n_particles / run.fixed_box().volume).mixture
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return {"true": True, "false": False, "none": None}.get(text.lower(), text)
