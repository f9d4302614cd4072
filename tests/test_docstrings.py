"""Docstrings of everything public: numpydoc sections, which name exactly what is asked for."""

from __future__ import annotations

import inspect
import re

import pytest
from test_arguments import PUBLIC

# In numpydoc's order.
SECTIONS = (
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


def described(call: object) -> str:
    return inspect.getdoc(call if inspect.isclass(call) else inspect.unwrap(call)) or ""


def sections(text: str) -> dict[str, list[str]]:
    """Lines of each underlined section; the summary under an empty name."""
    lines, found, name = text.splitlines(), {"": []}, ""
    for place, line in enumerate(lines):
        below = lines[place + 1] if place + 1 < len(lines) else ""
        if below and line and set(below) == {"-"} and len(below) == len(line):
            name = line
            assert name not in found, f"{name} twice"
            found[name] = []
        elif not (set(line) == {"-"} and not found[name]):
            found[name].append(line)
    return found


def test_sections_are_read_as_numpydoc_reads_them():
    read = sections("One.\n\nParameters\n----------\na, *b\n    A number.\n\nRaises\n------\nE\n    never")
    assert read == {
        "": ["One.", ""],
        "Parameters": ["a, *b", "    A number.", ""],
        "Raises": ["E", "    never"],
    }


@pytest.mark.parametrize("name", PUBLIC)
def test_the_parameters_of_a_docstring_are_those_of_the_call(name):
    call = PUBLIC[name]
    asked = [one for one in inspect.signature(call).parameters if one not in ("self", "cls")]
    lines = sections(described(call)).get("Parameters", [])
    named = [one.strip("* ") for line in lines if line[:1].strip() for one in line.split(",")]
    assert sorted(named) == sorted(asked)
    assert all(line.startswith("    ") for line in lines if line and not line[:1].strip())


@pytest.mark.parametrize("name", PUBLIC)
def test_the_sections_are_those_of_numpydoc_in_their_order(name):
    text = described(PUBLIC[name])
    there = [one for one in sections(text) if one]
    assert there == [one for one in SECTIONS if one in there]
    assert "Examples" in there or ">>> " not in text
    assert not re.search(r"^(Source: |\w+(, \w+)* : )", text, re.MULTILINE)
    for one in ("Returns", "Yields", "Raises"):
        lines = sections(text).get(one, ["X", "    x"])
        assert lines[0].strip()
        assert lines[1].startswith("    "), f"{one} says no type"


@pytest.mark.parametrize("name", PUBLIC)
def test_a_docstring_says_what_is_returned_and_what_is_raised(name):
    call = PUBLIC[name]
    there = sections(described(call))
    if not inspect.isclass(call):
        returned = inspect.signature(inspect.unwrap(call)).return_annotation
        assert (returned in (None, "None")) or {"Returns", "Yields"} & set(there)
        if re.search(r"^\s+raise \w+", inspect.getsource(inspect.unwrap(call)), re.MULTILINE):
            assert "Raises" in there


@pytest.mark.parametrize("name", [name for name, call in PUBLIC.items() if ".. math::" in described(call)])
def test_a_formula_has_its_source_and_an_example(name):
    there = sections(described(PUBLIC[name]))
    assert "".join(there["References"]).strip()
    assert ">>> " in "".join(there["Examples"])
