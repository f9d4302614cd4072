"""The figures of the gallery, drawn by the lines that stand above them in docs/gallery.rst.

    python tools/gallery.py

simulates a thousand particles for a while and writes docs/_static/gallery/NUMBER.png.
"""

from __future__ import annotations

import re
import sys
import tempfile
import textwrap
from pathlib import Path

import matplotlib as mpl
from matplotlib import pyplot

import supercooled as sc

mpl.use("Agg")
DOCS = Path(__file__).resolve().parents[1] / "docs"
FOLDER = DOCS / "_static" / "gallery"


def blocks() -> list[str]:
    """The lines of each figure."""
    pattern = re.compile(r"^\.\. code-block:: python\n\n((?:    .*\n|\n)+)", re.MULTILINE)
    return [
        textwrap.dedent(found)
        for found in pattern.findall((DOCS / "gallery.rst").read_text(encoding="utf-8"))
    ]


def draw(number: int, lines: str, run: sc.Trajectory, liquid: sc.Liquid) -> Path:
    """One figure."""
    pyplot.close("all")
    exec(lines, {"sc": sc, "run": run, "liquid": liquid})  # noqa: S102  the page is ours
    FOLDER.mkdir(exist_ok=True)
    path = FOLDER / f"{number}.png"
    pyplot.gcf().savefig(path, dpi=90, metadata={"Software": None})
    return path


def main() -> int:
    """Draw all."""
    liquid = sc.systems.kob_andersen(density=1.2)
    with tempfile.TemporaryDirectory() as folder:
        run = sc.simulate(
            liquid, temperature=0.7, n_particles=1000, duration=60.0, every=0.5, root=folder, progress=False
        )
        for number, lines in enumerate(blocks(), 1):
            draw(number, lines, run, liquid)
    return 0


if __name__ == "__main__":
    sys.exit(main())
