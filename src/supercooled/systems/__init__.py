"""Model liquids by name, and equilibrated configurations to start from."""

from supercooled.systems.catalogue import (
    Entry,
    catalogue,
    force_smoothed,
    kob_andersen,
    kob_andersen_active,
    kob_andersen_wca,
    kob_andersen_width,
    named,
    ternary_kob_andersen_2d,
    wahnstrom,
)
from supercooled.systems.continuous import SizeDistribution, SizedLiquid, ninarello2017
from supercooled.systems.library import (
    ENOUGH_RELAXATIONS,
    Configuration,
    equilibrated,
    equilibration_command,
    library,
)
from supercooled.systems.mixture_file import read_mixture
from supercooled.systems.sizes import polydisperse, size_classes

__all__ = [
    "ENOUGH_RELAXATIONS",
    "Configuration",
    "Entry",
    "SizeDistribution",
    "SizedLiquid",
    "catalogue",
    "equilibrated",
    "equilibration_command",
    "force_smoothed",
    "kob_andersen",
    "kob_andersen_active",
    "kob_andersen_wca",
    "kob_andersen_width",
    "library",
    "named",
    "ninarello2017",
    "polydisperse",
    "read_mixture",
    "size_classes",
    "ternary_kob_andersen_2d",
    "wahnstrom",
]
