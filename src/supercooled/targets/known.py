"""Which targets there are."""

from __future__ import annotations

from collections.abc import Mapping

from supercooled.arguments import validated
from supercooled.fields import installed
from supercooled.targets.target import Target

GROUP = "supercooled.targets"


@validated
def known() -> Mapping[str, type[Target]]:
    """Every target by the name of its class, those of installed packages too.

    Returns
    -------
    Mapping[str, type[Target]]
        class of each name

    Raises
    ------
    ParameterError
        naming the package, if what it offers as a target can't be imported or is none.

    Examples
    --------
    >>> known()["Displacement"].source
    'Kob et al. 1997'
    """
    return installed(GROUP, Target, "target")  # type: ignore[type-abstract]
