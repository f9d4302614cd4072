"""The caging potential, its softness, and its local version."""

from supercooled.cage.calibration import Calibration, calibrate
from supercooled.cage.local import local_depth, local_radial_distribution
from supercooled.cage.mean_field import direct_correlation, potential, softness
from supercooled.cage.real_space import depth, hypernetted_chain
from supercooled.cage.shell import cutoffs

__all__ = [
    "Calibration",
    "calibrate",
    "cutoffs",
    "depth",
    "direct_correlation",
    "hypernetted_chain",
    "local_depth",
    "local_radial_distribution",
    "potential",
    "softness",
]
