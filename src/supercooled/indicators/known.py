"""Which indicators there are."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import entry_points

from supercooled.arguments import validated
from supercooled.errors import ParameterError
from supercooled.fields import Features, known_indicators

GROUP = "supercooled.indicators"


@validated
def known() -> Mapping[str, type[Features]]:
    """Every indicator and set of features by the name of its class, those of installed packages too.

    Raises
    ------
    ParameterError
        naming the package, if what it offers as an indicator can't be imported or is none.

    >>> known()["BondOrder"].source
    'Lechner and Dellago 2008'
    """
    for entry in entry_points(group=GROUP):
        try:
            found = entry.load()
        except Exception as error:
            raise ParameterError(
                f"the indicator {entry.name} of the installed package {entry.value} can't be used: {error}"
            ) from error
        if not (isinstance(found, type) and issubclass(found, Features)):
            raise ParameterError(f"{entry.value} is offered as the indicator {entry.name} and is none")
    return known_indicators()
