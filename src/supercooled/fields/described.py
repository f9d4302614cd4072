"""What says what it is: name, unit and source stand with its class, its choices in its fields."""

from __future__ import annotations

import re
from abc import ABC
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from dataclasses import field as dataclass_field
from inspect import isabstract
from typing import Any, ClassVar, TypeVar

from supercooled import extensions
from supercooled.arguments import shown, validated
from supercooled.digests import digest_of
from supercooled.errors import ParameterError
from supercooled.quantities import TABLE, Quantity, add_quantity

_Kind = TypeVar("_Kind", bound="Described")


@validated
def parameter(default: Any = MISSING, *, unit: str = "1") -> Any:
    """Field that has a unit: :func:`supercooled.testing.check_indicator` rescales it.

    Parameters
    ----------
    default
        value where none is given
    unit
        unit of the parameter, for example "sigma_AA"

    Returns
    -------
    Any
        field of a dataclass

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> @dataclass(frozen=True)
    ... class Shell:
    ...     cutoff: float = parameter(1.4, unit="sigma_AA")
    >>> Shell().cutoff
    1.4
    """
    return dataclass_field(default=default, metadata={"unit": unit})


class Described(ABC):
    """Name, unit, symbol and source of a kind; digest and text of one, by its fields."""

    name: ClassVar[str]
    unit: ClassVar[str]
    symbol: ClassVar[str]
    long_name: ClassVar[str]
    source: ClassVar[str]
    # Every kind that names its source, by the name of its class; each base has its own.
    known_kinds: ClassVar[dict[str, type[Any]]]

    def __init_subclass__(
        cls,
        *,
        unit: str = "1",
        symbol: str = "",
        long_name: str = "",
        source: str = "",
        quantity: str = "",
        **others: Any,
    ) -> None:
        """Say what it is called.

        Parameters
        ----------
        unit
            of the values, in sigma_AA, epsilon_AA, tau, k_B
        symbol, long_name
            for axes and tables; default the name of the class in words
        source
            the paper that defines it
        quantity
            entry of the table of quantities that it is; default a new one, named as the class
        """
        super().__init_subclass__(**others)
        words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", cls.__name__).lower()
        if quantity:
            known = TABLE[quantity]
            unit, symbol = known.unit, symbol or known.symbol
            long_name = long_name or known.long_name
        cls.name = quantity or words
        cls.unit, cls.symbol = unit, symbol or words.replace("_", " ")
        cls.long_name, cls.source = long_name or words.replace("_", " "), source
        if source and cls.__module__ != "__main__":
            cls.known_kinds[cls.__name__] = cls

    @property
    def digest(self) -> str:
        """Digest of the kind and of all parameters."""
        return digest_of(f"{type(self).__module__}.{type(self).__qualname__}", self.parameters())

    def parameters(self) -> dict[str, Any]:
        """The fields by name."""
        return {f.name: getattr(self, f.name) for f in fields(self)} if is_dataclass(self) else {}

    def __str__(self) -> str:
        """Name and what differs from the defaults: ``bond_order(degree=4)``."""
        own: tuple[Any, ...] = fields(self) if is_dataclass(self) else ()
        told = [
            f"{f.name}={_short(getattr(self, f.name))}"
            for f in own
            if f.repr and (f.default is MISSING or getattr(self, f.name) != f.default)
        ]
        return f"{self.name}({', '.join(told)})" if told else self.name


def enter(one: Described) -> None:
    """See to it that the table of quantities has what it gives."""
    if one.name not in TABLE:
        add_quantity(Quantity(one.name, one.symbol, one.unit, one.long_name))


def installed(group: str, kind: type[_Kind], word: str) -> Mapping[str, type[_Kind]]:
    """Every concrete kind by the name of its class, those that other packages offer through entry points too.

    Parameters
    ----------
    group
        of the entry points
    word
        what an error calls one

    Raises
    ------
    ParameterError
        naming the package, if what it offers can't be imported or is none.
    """
    for name in extensions.known(group):
        found = extensions.loaded(group, name, kind=word)
        if not (isinstance(found, type) and issubclass(found, kind)):
            raise ParameterError(
                f"{name} of an installed package is registered under {group}, but is not a {word}"
            )
    return {name: one for name, one in sorted(kind.known_kinds.items()) if not isabstract(one)}


def _short(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, Described):
        return str(value)
    name = getattr(value, "name", None)
    return name if isinstance(name, str) else shown(value)


def plain_parameters(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters that an attribute can hold; the others the digest tells apart."""
    found: dict[str, Any] = {}
    for name, value in parameters.items():
        if isinstance(value, bool | int | float | str):
            found[name] = value
        elif isinstance(value, Mapping):
            found[name] = str(dict(value))
        elif isinstance(value, tuple) and all(isinstance(one, int | float) for one in value):
            found[name] = list(value)
    return found
