"""Arguments of everything public: one word for one thing, one thing for one word, and few to be given."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from test_arguments import PUBLIC

import supercooled
from supercooled.arguments import signatures
from supercooled.arguments.several import Either, Numbers, Several
from supercooled.arguments.single import Among, Anything, Number, Text, Whole
from supercooled.errors import MissingExtraError

# A word that means what another one says already, and where it has a meaning of its own.
SYNONYMS: dict[str, tuple[str, tuple[str, ...]]] = {
    "centre": ("species", ("structure.Logistic",)),
    "stretches": ("blocks", ()),
    "block": ("chunk, for frames that are read at once", ()),
    "pool": ("executor", ()),
    "n_workers": ("workers", ()),
    "reach": ("cutoff", ()),
    "rcut": ("cutoff", ()),
    "r_cut": ("cutoff", ()),
    "to": ("out", ()),
    "work": ("folder", ()),
    "correlation": ("direct_correlation or pair_correlation", ("relation.Line",)),
    "window_width": ("switching_width", ()),
}
# Words whose arguments must be of one kind wherever they stand: names, or the species of each particle, ...
NAMES = ("species",)
# ... numbers, ...
NUMBERS = (
    "cutoff",
    "radius",
    "r_max",
    "width",
    "decades",
    "well_width",
    "window",
    "density",
    "dr",
)
# ... whole numbers, ...
COUNTS = ("blocks",)
# ... or a choice of words.
CHOICES = ("direct_correlation", "pair_correlation", "normalisation")


def _arguments() -> list[tuple[str, str, Any]]:
    found = []
    for name, call in PUBLIC.items():
        owner = call if inspect.isclass(call) else None
        plan = signatures.plan_of(call.__init__ if owner else inspect.unwrap(call), owner)
        arguments = [one for one in inspect.signature(call).parameters if one not in ("self", "cls")]
        found += [(name, one, plan.get(one)) for one in arguments]
    return found


ARGUMENTS = _arguments()


def _parts(check: Any) -> list[Any]:
    return list(check.checks) if isinstance(check, Either) else [check]


def test_no_argument_has_a_second_name():
    wrong = [
        f"{name}({argument}): say {SYNONYMS[argument][0]}"
        for name, argument, _ in ARGUMENTS
        if argument in SYNONYMS and name not in SYNONYMS[argument][1]
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    ("words", "kinds"),
    [
        (NAMES, (Text, Several, Numbers, Anything)),
        (NUMBERS, (Number,)),
        (COUNTS, (Whole,)),
        (CHOICES, (Among,)),
    ],
    ids=["names", "numbers", "counts", "choices"],
)
def test_a_word_means_one_thing(words, kinds):
    seen, wrong = set(), []
    for name, argument, check in ARGUMENTS:
        if argument in words and check is not None:
            seen.add(argument)
            if not any(isinstance(one, kinds) for one in _parts(check)):
                wrong.append(f"{name}({argument}) takes {check}")
    assert seen == set(words)
    assert not wrong, "\n".join(wrong)


# What a function may ask for by name: a recipe, an object that holds the choices of a paper, fills the rest.
MOST_REQUIRED = 4


def _exported() -> Iterator[tuple[str, Any]]:
    """Functions and methods that any module exports, the command's own left out."""
    aside = ("supercooled.cli", "supercooled.__main__", "supercooled.simulation.gpu")
    found = pkgutil.walk_packages(supercooled.__path__, "supercooled.")
    names = [one.name for one in found if not one.name.startswith(aside)]
    modules = [supercooled]
    for name in names:
        # What stands inside another program's interface needs that program.
        with suppress(MissingExtraError):
            modules.append(importlib.import_module(name))
    for module in modules:
        for name in getattr(module, "__all__", ()):
            thing = getattr(module, name)
            if inspect.isfunction(thing):
                yield f"{thing.__module__}.{name}", thing
            elif inspect.isclass(thing) and thing.__module__.startswith("supercooled"):
                for method, what in vars(thing).items():
                    plain = getattr(what, "__func__", what)
                    if inspect.isfunction(plain) and (not method.startswith("_") or method == "__call__"):
                        yield f"{thing.__module__}.{name}.{method}", plain


def test_no_function_asks_for_more_than_four_keywords():
    wrong, looked = {}, 0
    for name, call in _exported():
        looked += 1
        asked = [
            one.name
            for one in inspect.signature(call).parameters.values()
            if one.kind is one.KEYWORD_ONLY and one.default is one.empty
        ]
        if len(asked) > MOST_REQUIRED:
            wrong[name] = asked
    assert looked > 500
    assert not wrong


# Words of the prose that a physicist would stumble over, and the plain ones.
PROSE = {
    r"foretold": "predicted",
    r"(?<!there )is no (number|text|file|folder|name)\b": "is not finite, is not a text, ...",
    r"\btold (by|from|rightly)\b": "identified, distinguished",
    r"knows? nothing of": "is independent of, has no data on",
}


@pytest.mark.parametrize("word", PROSE)
def test_the_text_has_plain_words(word):
    root = Path(__file__).parents[1]
    pages = [*(root / "src").rglob("*.py"), *(root / "docs").rglob("*.rst"), *root.glob("*.md")]
    found = [
        f"{page.relative_to(root)}:{number}: {line.strip()}"
        for page in pages
        for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), 1)
        if re.search(word, line)
    ]
    assert not found, f"say {PROSE[word]}:\n" + "\n".join(found)
