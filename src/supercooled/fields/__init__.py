"""Fields (frame, particle) larger than memory: made, stored and read block by block."""

from supercooled.fields import identity as identity
from supercooled.fields.lazy import blocks_of, dataset, is_lazy, looking_ahead, mapped, opened, reading
from supercooled.fields.making import field
from supercooled.fields.ranks import quantiles
from supercooled.fields.sealing import check, objection, seal, sealed_folder

__all__ = [
    "blocks_of",
    "check",
    "dataset",
    "field",
    "is_lazy",
    "looking_ahead",
    "mapped",
    "objection",
    "opened",
    "quantiles",
    "reading",
    "seal",
    "sealed_folder",
]
