"""Fields (frame, particle) larger than memory: made, stored and read chunk by chunk."""

from supercooled.fields import field_digests as field_digests
from supercooled.fields.blockwise import field
from supercooled.fields.checksums import check, not_ours, objection, seal, sealed_folder
from supercooled.fields.described import Described, enter, installed, parameter
from supercooled.fields.exact_quantiles import quantiles
from supercooled.fields.indicator import Features, Indicator, compute, sources_of, values_of
from supercooled.fields.lazy import chunks_of, dataset, is_lazy, looking_ahead, mapped, opened, reading

__all__ = [
    "Described",
    "Features",
    "Indicator",
    "check",
    "chunks_of",
    "compute",
    "dataset",
    "enter",
    "field",
    "installed",
    "is_lazy",
    "looking_ahead",
    "mapped",
    "not_ours",
    "objection",
    "opened",
    "parameter",
    "quantiles",
    "reading",
    "seal",
    "sealed_folder",
    "sources_of",
    "values_of",
]
