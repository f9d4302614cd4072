"""Fields (frame, particle) larger than memory: made, stored and read block by block."""

from supercooled.fields import identity as identity
from supercooled.fields.indicator import (
    Features,
    Indicator,
    compute,
    known_indicators,
    parameter,
    values_of,
)
from supercooled.fields.lazy import blocks_of, dataset, is_lazy, looking_ahead, mapped, opened, reading
from supercooled.fields.making import field
from supercooled.fields.ranks import quantiles
from supercooled.fields.sealing import check, objection, seal, sealed_folder

__all__ = [
    "Features",
    "Indicator",
    "blocks_of",
    "check",
    "compute",
    "dataset",
    "field",
    "is_lazy",
    "known_indicators",
    "looking_ahead",
    "mapped",
    "objection",
    "opened",
    "parameter",
    "quantiles",
    "reading",
    "seal",
    "sealed_folder",
    "values_of",
]
