"""``.. comparisons:: FOLDER``: the tables of every ``comparison.json`` below a folder."""

import runpy
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from counting import cells, counted
from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from supercooled.report import Row, read_comparison
from supercooled.report.console import tally
from supercooled.report.numbers import score, shown, unit_text

NONE_YET = "No reproduction is stored in this copy of the repository; ``make demo`` makes one."


class Comparisons(SphinxDirective):
    """Published and measured numbers of each study, read when the pages are built."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Nodes of the tables."""
        folder = Path(self.env.srcdir, self.arguments[0]).resolve()
        files = sorted(folder.glob("*/comparison.json"))
        lines: list[str] = []
        for file in files:
            self.env.note_dependency(str(file))
            lines += table(file.parent.name, read_comparison(file))
        return self.parse_text_to_nodes(StringList(lines or [NONE_YET], source=self.arguments[0]))


class Verdicts(SphinxDirective):
    """Rows of each study by kind and verdict, counted when the pages are built."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Nodes of the table."""
        folder = Path(self.env.srcdir, self.arguments[0]).resolve()
        files = sorted(folder.glob("*/comparison.json"))
        for file in files:
            self.env.note_dependency(str(file))
        lines = counted({file.parent.name: read_comparison(file) for file in files}) if files else [NONE_YET]
        return self.parse_text_to_nodes(StringList(lines, source=self.arguments[0]))


class FromMarkdown(SphinxDirective):
    """A table that ``tools/readme.py`` makes of a kept file."""

    required_arguments = 1
    maker = ""

    def run(self) -> list[nodes.Node]:
        """Nodes of the table."""
        file = Path(self.env.srcdir, self.arguments[0]).resolve()
        self.env.note_dependency(str(file))
        tool = runpy.run_path(str(Path(self.env.srcdir).parent / "tools" / "readme.py"))
        lines = [".. list-table::", "    :header-rows: 1", ""]
        for row in tool[self.maker](file).splitlines():
            if not row.startswith("|---"):
                lines += cells([word.strip() for word in row.strip("|").split("|")])
        return self.parse_text_to_nodes(StringList([*lines, ""], source=self.arguments[0]))


class Speed(FromMarkdown):
    """``.. speed:: FILE``: our kernels beside their peers."""

    maker = "speed_table"


class Growth(FromMarkdown):
    """``.. growth:: FILE``: time against the number of particles."""

    maker = "growth_table"


def table(name: str, rows: Sequence[Row]) -> list[str]:
    """A study's comparison as reStructuredText: a sentence that counts, and the rows."""
    lines = [f"**{name}**: {len(rows)} rows. {tally(rows)}", "", ".. list-table::", "    :header-rows: 1", ""]
    lines += cells(["where", "quantity", "state", "published", "measured", "z", "kind", "verdict"])
    for row in rows:
        quantity = f"{row.name} ({unit})" if (unit := unit_text(row.unit)) else row.name
        # short values stay on one line
        state, published, measured = (
            words.replace(" ", "\N{NO-BREAK SPACE}")
            for words in (row.state, shown(row.published), shown(row.measured, row.uncertainty))
        )
        kind = row.kind if row.published is not None else "–"
        lines += cells([row.item, quantity, state, published, measured, score(row.z), kind, row.verdict])
    return [*lines, ""]


def setup(app: Sphinx) -> dict[str, Any]:
    """Sphinx calls this."""
    app.add_directive("comparisons", Comparisons)
    app.add_directive("verdicts", Verdicts)
    app.add_directive("speed", Speed)
    app.add_directive("growth", Growth)
    return {"parallel_read_safe": True}
