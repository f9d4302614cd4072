"""Model liquids by name, and equilibrated configurations to start from."""

from supercooled.systems.catalogue import (
    Entry,
    catalogue,
    kob_andersen,
    kob_andersen_wca,
    named,
    wahnstrom,
)
from supercooled.systems.library import (
    Configuration,
    equilibrated,
    equilibration_command,
    library,
)

__all__ = [
    "Configuration",
    "Entry",
    "catalogue",
    "equilibrated",
    "equilibration_command",
    "kob_andersen",
    "kob_andersen_wca",
    "library",
    "named",
    "wahnstrom",
]
