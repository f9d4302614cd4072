"""The comparison with the paper, the figures, and the page that holds them."""

from supercooled.report.comparison import Kind, Row, Verdict, read_comparison, write_comparison
from supercooled.report.console import print_comparison
from supercooled.report.files import load_results, save_results
from supercooled.report.plates import Section
from supercooled.report.scene import scene
from supercooled.report.tolerance import Tolerance
from supercooled.report.writing import own_folder, rebuild, write

__all__ = [
    "Kind",
    "Row",
    "Section",
    "Tolerance",
    "Verdict",
    "load_results",
    "own_folder",
    "print_comparison",
    "read_comparison",
    "rebuild",
    "save_results",
    "scene",
    "write",
    "write_comparison",
]
