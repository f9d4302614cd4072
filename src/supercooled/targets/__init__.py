"""Targets: what the motion to come makes of each particle, at the frame the structure is taken from.

:func:`known` lists them with unit and source. A new one is a frozen dataclass that inherits from
:class:`Target`; one from another package is found through the entry point ``supercooled.targets``. Any field
(frame, particle) may serve as one.
"""

from supercooled.fields import parameter
from supercooled.targets.known import known
from supercooled.targets.moving import Displacement, Hop, PersistenceTime, Propensity
from supercooled.targets.surrounding import BondBreaking, NonaffineMotion
from supercooled.targets.target import Target

__all__ = [
    "BondBreaking",
    "Displacement",
    "Hop",
    "NonaffineMotion",
    "PersistenceTime",
    "Propensity",
    "Target",
    "known",
    "parameter",
]
