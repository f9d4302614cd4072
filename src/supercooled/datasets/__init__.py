"""Configurations with the motion that followed: public sets, own runs, and what the package ships."""

from supercooled.datasets.configurations import Configuration, beginning, read_configurations
from supercooled.datasets.examples import example, examples
from supercooled.datasets.shipped import Dataset, load, names

__all__ = [
    "Configuration",
    "Dataset",
    "beginning",
    "example",
    "examples",
    "load",
    "names",
    "read_configurations",
]
