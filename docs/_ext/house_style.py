"""The numpydoc sections of docstrings, in reStructuredText.

``Parameters`` and ``Attributes`` become definition lists, other headings rubrics, and the papers of
``References`` link to the list of references.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sphinx.application import Sphinx

PARAMETER = re.compile(r"\*{0,2}[A-Za-z_]\w*(?:, \*{0,2}[A-Za-z_]\w*)*")
HEADINGS = (
    "Parameters",
    "Attributes",
    "Returns",
    "Yields",
    "Raises",
    "Warns",
    "Notes",
    "References",
    "Examples",
)
ERROR = re.compile(r"[A-Z]\w*Error(?:, [A-Z]\w*Error)*")
PAPER = re.compile(r"\b(nandi2021|sharma2022|schoenholz2016|graham2023)\b")
FORWARD = re.compile(r"TypeAliasForwardRef\('(\w+)'\)")
LITERAL = re.compile(r"(``.*?``|:\w+:`.*?`)")


def restructured(lines: list[str]) -> list[str]:
    """Lines of a docstring as Sphinx reads them.

    >>> restructured(["Parameters", "----------", "r, q", "    distance,", "    wave number"])
    ['.. rst-class:: parameters', '', '``r``, ``q``', '    distance,', '    wave number', '', '']
    """
    out: list[str] = []
    section = ""
    for raw in _blocks(lines):
        is_text = not raw[0].startswith((">>> ", ".. ", " "))
        block = [_bars(line) for line in raw] if is_text else raw
        if len(block) > 1 and block[0] in HEADINGS and set(block[1]) == {"-"}:
            section = block[0]
            del block[:2]
            if section in ("Returns", "Yields", "Raises", "Warns", "Notes"):
                out += [f".. rubric:: {section}", ""]
            elif section == "References":
                out += [".. rst-class:: source", ""]
                block[0] = f"Source: {block[0]}"
        if section in ("Parameters", "Attributes"):
            out += _parameters(block)
        elif section in ("Returns", "Yields"):
            out += [line if line.startswith((" ", "``")) else f"``{line}``" for line in block]
        elif section in ("Raises", "Warns"):
            out += [_errors(line) for line in block]
        elif section == "References":
            out += [PAPER.sub(r":ref:`\1 <\1>`", line) for line in block]
        else:
            out += block
        out.append("")
    return out


def _bars(line: str) -> str:
    """A line whose bars are magnitudes, not the marks of a substitution."""
    parts = LITERAL.split(line)
    return "".join(part if odd % 2 else part.replace("|", r"\|") for odd, part in enumerate(parts))


def _blocks(lines: list[str]) -> list[list[str]]:
    """Lines that no blank line parts."""
    blocks: list[list[str]] = [[]]
    for line in lines:
        if line.strip():
            blocks[-1].append(line)
        elif blocks[-1]:
            blocks.append([])
    return [block for block in blocks if block]


def _parameters(block: list[str]) -> list[str]:
    out = [".. rst-class:: parameters", ""]
    for line in block:
        named = PARAMETER.fullmatch(line)
        out.append(", ".join(f"``{name}``" for name in line.split(", ")) if named else line)
    return [*out, ""]


def _errors(line: str) -> str:
    if not ERROR.fullmatch(line):
        return line
    return ", ".join(f":class:`~supercooled.errors.{name}`" for name in line.split(", "))


# The equation of the theory that a function computes.
THEORY = {
    "supercooled.structure.radial_distribution": "rdf",
    "supercooled.structure.structure_factor": "sq",
    "supercooled.indicators.StructureFunctions": "radial",
    "supercooled.structure.pair_entropy": "s2",
    "supercooled.indicators.PairEntropy": "s2i",
    "supercooled.cage.potential": "phi",
    "supercooled.cage.softness": "softness",
    "supercooled.cage.depth": "depth",
    "supercooled.cage.hypernetted_chain": "hnc",
    "supercooled.cage.local_radial_distribution": "gi",
    "supercooled.indicators.LocalDepth": "local",
    "supercooled.cage.calibrate": "calibration",
    "supercooled.dynamics.hops": "phop",
    "supercooled.dynamics.hop_threshold": "pc",
    "supercooled.dynamics.displacements": "pc",
    "supercooled.dynamics.propensity": "propensity",
    "supercooled.learning.fit_softness": "learned",
    "supercooled.relation.rearrangement_probability": "PR",
    "supercooled.relation.arrhenius": "arrhenius",
    "supercooled.relation.onset": "onset",
}


def _process(*arguments: Any) -> None:
    name, lines = str(arguments[2]), arguments[-1]
    lines[:] = restructured(lines)
    if name in THEORY:
        lines += ["", ".. rst-class:: source", "", f"Theory: :eq:`{THEORY[name]}` of :doc:`/line`.", ""]


def _plain_aliases(*arguments: Any) -> tuple[str | None, str | None]:
    """Names of array types as the source has them, also inside other types."""
    signature, returned = arguments[-2:]
    return _unwrapped(signature), _unwrapped(returned)


def _unwrapped(text: str | None) -> str | None:
    return None if text is None else FORWARD.sub(r"\1", text)


def _skip(*arguments: Any) -> bool | None:
    """Leave out what scikit-learn adds to every estimator."""
    name = str(arguments[2])
    return True if name.startswith("set_") and name.endswith("_request") else None


def setup(app: Sphinx) -> dict[str, Any]:
    """Sphinx calls this."""
    app.connect("autodoc-process-docstring", _process)
    app.connect("autodoc-process-signature", _plain_aliases)
    app.connect("autodoc-skip-member", _skip)
    return {"parallel_read_safe": True}
