"""The caging potential, its softness, and its local version."""

from supercooled.cage.calibration import Calibration, calibrate
from supercooled.cage.first_passage import cage_range, first_passage_time, kramers_time
from supercooled.cage.local import local_radial_distribution
from supercooled.cage.mean_field import direct_correlation, potential, softness
from supercooled.cage.real_space import depth, hypernetted_chain
from supercooled.cage.shell import cutoffs

__all__ = [
    "Calibration",
    "cage_range",
    "calibrate",
    "cutoffs",
    "depth",
    "direct_correlation",
    "first_passage_time",
    "hypernetted_chain",
    "kramers_time",
    "local_radial_distribution",
    "potential",
    "softness",
]
