"""Parameters of indicators and targets that are extreme, as a file may say: an answer, or one sentence.

A constructor alone refuses little: what takes memory or time without end, or overflows, shows in the use.
"""

from __future__ import annotations

import dataclasses
import os
import random
import warnings
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import numpy as np
import pytest
import valid_calls
from test_bad_input import bounded

import supercooled as sc
from supercooled import indicators, targets
from supercooled.errors import SupercooledError

ALL = os.environ.get("ARGUMENTS") == "all"
KNOWN: dict[str, Any] = {
    **{f"indicators.{name}": kind for name, kind in indicators.known().items() if dataclasses.fields(kind)},
    **{f"targets.{name}": kind for name, kind in targets.known().items()},
}
FLOATS = (5e-324, 1e-300, 1e-15, 1e-12, 1e-6, 1e-3, 1e3, 1e6, 1e12, 1e15, 1e150, 1e300)
WHOLE = (0, 1, 2, 3, 20, 10**3, 10**4, 10**6, 10**9, 2**31, 2**63 - 1, 10**18)
# Processor seconds: kernels are compiled at their first use.
SECONDS = 20


def frames() -> sc.Trajectory:
    """Three frames of a dense mixture."""
    first = sc.testing.liquid_frame(3, seed=1)
    xyz = np.stack([sc.testing.liquid_frame(3, seed=seed).positions for seed in (1, 2, 3)])
    return sc.Trajectory.from_arrays(
        xyz, first.box, species=first.species, temperature=0.5, diameters=first.diameters
    )


def extremes(value: Any) -> Iterator[Any]:  # noqa: PLR0912  one kind of value after the other
    """What a parameter may become and stay of its kind."""
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, int | np.integer):
        yield from WHOLE
    elif isinstance(value, float):
        yield from FLOATS
    elif value is None:
        yield from (1e-15, 1e15, 3, 10**9)
    elif isinstance(value, str):
        yield from ("", "A", "all", "each", "Z", "x" * 5000, "\x1b[31m")
    elif isinstance(value, tuple):
        yield ()
        if value:
            yield value * 2
            yield value * 10**5
            if isinstance(value[0], float):
                yield tuple(0.5 + 1e-9 * k for k in range(10**5))
            for one in extremes(value[0]):
                yield (one, *value[1:])
                yield (*value[:-1], one)
    elif isinstance(value, dict):
        yield {}
        for key in value:
            yield from ({**value, key: one} for one in extremes(value[key]))
    elif dataclasses.is_dataclass(value) and type(value).__name__ in {"Radial", "Angular", "Logistic"}:
        for each in dataclasses.fields(value):
            for one in extremes(getattr(value, each.name)):
                with suppress(SupercooledError):
                    yield dataclasses.replace(value, **{each.name: one})  # type: ignore[type-var]


def said_of(good: Any, name: str, value: Any, run: sc.Trajectory) -> str:
    """What is wrong with the answer to one extreme parameter; empty if nothing is."""
    try:
        with bounded(SECONDS):
            found = dataclasses.replace(good, **{name: value}).of(run)
    except SupercooledError as error:
        said = str(error)
        return "" if said.isprintable() and len(said) < 2000 else f"unprintable or long: {said[:100]!r}"
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt):
            raise
        return f"raw {type(error).__name__}: {str(error)[:150]}"
    endless = np.isinf(np.asarray(found.values, dtype=float)).any()
    return "an answer without end" if endless else ""


@pytest.mark.parametrize("kind", sorted(KNOWN))
def test_an_extreme_parameter_gets_a_finite_answer_or_one_sentence(kind):
    good, run = KNOWN[kind](**valid_calls.CALLS[kind]()), frames()
    names = [each.name for each in dataclasses.fields(good) if each.init]
    given = [(name, one) for name in names for one in extremes(getattr(good, name))]
    if not ALL:
        given = random.Random(kind).sample(given, min(len(given), 25))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        said = [(name, value, said_of(good, name, value, run)) for name, value in given]
    faults = [f"{name} = {str(value)[:80]}: {wrong}" for name, value, wrong in said if wrong]
    assert not faults, "\n".join([kind, *faults])
