"""One word for one thing in the arguments of everything public, and one thing for one word."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
from test_arguments import PUBLIC

from supercooled.arguments import signatures
from supercooled.arguments.several import Either, Numbers, Several
from supercooled.arguments.single import Among, Anything, Number, Text, Whole

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
