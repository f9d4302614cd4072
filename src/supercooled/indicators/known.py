"""Which indicators there are."""

from __future__ import annotations

from collections.abc import Mapping

from supercooled.arguments import validated
from supercooled.fields import Features, installed

GROUP = "supercooled.indicators"


@validated
def known() -> Mapping[str, type[Features]]:
    """Every indicator and set of features by the name of its class, those of installed packages too.

    Returns
    -------
    Mapping[str, type[Features]]
        class of each name

    Raises
    ------
    ParameterError
        naming the package, if what it offers as an indicator can't be imported or is none.

    Examples
    --------
    >>> known()["BondOrder"].source
    'Lechner and Dellago 2008'
    """
    from supercooled import indicators

    # A kind is known when its module is there.
    for name in indicators.__all__:
        getattr(indicators, name)
    return installed(GROUP, Features, "indicator")  # type: ignore[type-abstract]
