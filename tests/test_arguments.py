"""Whatever a caller gives for an argument: the package's own error, or a right answer; never silence.

Everything public has one small valid call (:mod:`valid_calls`). Each argument of it, in turn, becomes each
of the values below. What must be refused follows from the annotation, and holds for all.
"""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import os
import sys
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest
import valid_calls
import xarray as xr
from matplotlib import pyplot
from test_bad_input import bounded

import supercooled as sc
from supercooled import matching
from supercooled.arguments import signatures
from supercooled.arguments.several import Either, Numbers
from supercooled.arguments.single import Anything, Check, Number
from supercooled.errors import SupercooledError

mpl.use("Agg")
MODULES = (
    "cage", "cluster", "datasets", "dynamics", "indicators", "interfaces", "io",
    "learning", "plot", "potentials", "predictors", "relation", "report", "simulation", "space", "store",
    "structure", "systems", "targets", "testing",
)  # fmt: skip
SECONDS = 10
NAN, INF = float("nan"), float("inf")


# Errors of a caller's own function, and NaN that is documented.
OF_ITS_OWN: dict[str, tuple[tuple[str, str], ...]] = {
    # A lattice at rest has no length of mobility.
    "analyze": (("space", "true"),),
    "relation.rearrangement_probability": (("minimum_count", "many"),),
    # One origin has no fluctuation.
    "dynamics.correlators": (("origin_spacing", "many"),),
    "dynamics.displacements": (("origin_spacing", "many"),),
    # Distances at which no particle is, and times in which no event follows.
    "space.mobility_transfer": (("dr", "a fraction"),),
    "space.response": (("dr", "a fraction"),),
    "space.backward_hops": (("window", "a fraction"),),
    # A cluster that meets its own image has no radius.
    "space.clusters": tuple(("above", kind) for kind in ("negative", "zero", "tiny", "a fraction")),
    # A cage that is not bound has no softness.
    "cage.Calibration.of_depth": tuple(
        ("depth", kind)
        for kind in ("nan", "minus infinity", "negative", "a list with nan", "an array with nan")
    ),
    # Of a particle without a value nobody knows a sum.
    "Neighbours.sum": (("values", "an array with nan"),),
    # One particle that is left has no correlation.
    "predictors.score": (("predicted", "a list with nan"), ("target", "a list with nan")),
    "compute": (("progress", "a class"),),
    # None takes those that can be measured, which takes a while.
    "benchmark": (("progress", "a class"), ("indicators", "none")),
    "compare": (("progress", "a class"),),
    # Of a short run parts tell no error.
    "learn": (("runs", "a trajectory"),),
    # A vector that is not finite stays so: boxes are asked in every frame.
    "Box.absolute": (("fractions", "an array with nan"),),
    "Box.fractional": (("positions", "an array with nan"),),
    "Box.unwrap": (("positions", "nan"), ("positions", "an array with nan"), ("images", "an array with nan")),
    "quantities.labelled": (("data", "nan"),),
    # None chooses an engine, which then runs.
    **{
        f"store.{name}": (("engine", "none"), ("workers", "none"))
        for name in ("cool", "equilibrate", "isoconfigurational", "simulate_all")
    },
    "simulate": (("engine", "none"),),
    "relation.block_error": (("estimate", "a class"),),
}


class _Nothing:
    """Of no kind that the package knows."""


WRONG: dict[str, Any] = {
    "nan": NAN,
    "infinity": INF,
    "minus infinity": -INF,
    "huge": 1e300,
    "many": 10**12,
    "more than 64 bits": 10**40,
    "negative": -1,
    "zero": 0,
    "tiny": 1e-300,
    "a fraction": 0.5,
    "true": True,
    "none": None,
    "text": "hot\x1b[31m",
    "a number in text": "1.0",
    "no text": "",
    "a long text": "x" * 5000,
    "a long path": "x/" * 3000,
    "complex": 1j,
    "nothing in a list": [],
    "a list with nan": [1.0, NAN],
    "a list of text": ["a", "b"],
    "one number in a list": [1.0],
    "a mapping": {"a": NAN},
    "too many dimensions": np.zeros((2, 2, 2, 2)),
    "an array with nan": np.array([1.0, NAN, 2.0]),
    "an empty array": np.zeros((0, 3)),
    "an array of objects": np.array([None, "a"], dtype=object),
    "an empty dataset": xr.Dataset(),
    "a data array without names": xr.DataArray(np.ones((2, 2))),
    "an object": _Nothing(),
    "a class": dict,
    "a liquid": valid_calls.ka(),
    "a trajectory": valid_calls.still(),
}


def _public() -> dict[str, Any]:
    """Functions, constructors and methods, by the name that a caller writes."""
    found: dict[str, Any] = {}

    def add(name: str, thing: Any) -> None:
        if (
            inspect.isclass(thing)
            and not issubclass(thing, BaseException)
            and not getattr(thing, "_is_protocol", False)
        ):
            found[name] = thing
            one_frame = issubclass(thing, sc.Features | sc.Target)
            for method, what in vars(thing).items():
                shown = not method.startswith("_") or method == "__call__"
                inherited = "request" in method  # made by scikit-learn
                if (
                    shown
                    # Its own methods take a frame; what it inherits is checked once.
                    and (not one_frame or isinstance(what, classmethod))
                    and not inherited
                    and not isinstance(what, property | type)
                    and callable(getattr(thing, method))
                ):
                    found[f"{name}.{method}"] = getattr(thing, method)
        elif inspect.isfunction(thing):
            found[name] = thing

    for name in sc.__all__:
        if not inspect.ismodule(thing := getattr(sc, name)) and not inspect.isabstract(thing):
            add(name, thing)
    top = {getattr(sc, name) for name in sc.__all__ if inspect.isclass(getattr(sc, name))}
    for module in MODULES:
        package = importlib.import_module(f"supercooled.{module}")
        for name in package.__all__:
            if (inspect.isclass(thing := getattr(package, name)) and thing in top) or inspect.isabstract(
                thing
            ):
                continue
            add(f"{module}.{name}", thing)
    quantities = sc.quantities
    same = {
        "predictors.models",
        "predictors.predict",
        "predictors.softness",
        "indicators.compute",
        "io.read",
        "io.write_gsd",
        "io.from_dataframe",
        "io.look",
        "store.simulate",
    }  # at the top
    unchecked = {"learning.SoftnessClassifier"}  # keeps what it is given, as scikit-learn wants; `fit` checks
    results = {"Analysis", "io.Look"}  # made by `look`
    python = {"cluster.Serial.submit"}
    found = {n: what for n, what in found.items() if n not in same | unchecked | results | python}
    own = {
        f"quantities.{n}": getattr(quantities, n)
        for n in ("add_quantity", "expressed", "labelled", "quantity")
    }
    pairing = ("matched", "laid_on", "field_values", "coordinates", "origin")
    found |= {f"matching.{name}": getattr(matching, name) for name in pairing}
    return {**found, **own}


PUBLIC = _public()


def _parameters(call: Any) -> dict[str, inspect.Parameter]:
    parameters = inspect.signature(call).parameters
    kinds = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return {n: p for n, p in parameters.items() if n != "self" and p.kind not in kinds}


NAMES = sorted(name for name, call in PUBLIC.items() if _parameters(call))


def _bound(name: str) -> Any:
    """What is called: a method on the object that it needs."""
    call = PUBLIC[name]
    owner, _, method = name.rpartition(".")
    made = valid_calls.OBJECTS.get(name, valid_calls.OBJECTS.get(owner))
    if made is not None and "self" in inspect.signature(call).parameters:
        return getattr(made(), method)
    return call


@pytest.fixture(autouse=True)
def _other_programs(monkeypatch):
    if find_spec("MDAnalysis") is None:
        monkeypatch.setitem(sys.modules, "MDAnalysis", valid_calls.stand_in())
    if find_spec("ase") is None:
        monkeypatch.setitem(sys.modules, "ase", valid_calls.stand_in_of_ase())


def _numbers(result: Any) -> Iterator[np.ndarray]:
    """Every number in a result."""
    if isinstance(result, xr.Dataset | dict):
        for name, part in result.items():
            # An error that can't be known is NaN, as documented.
            if not str(name).endswith(("_error", "_jackknife")):
                yield from _numbers(part)
    elif isinstance(result, list | tuple):
        for part in result:
            yield from _numbers(part)
    elif dataclasses.is_dataclass(result) and not isinstance(result, type):
        if not getattr(result, "reason", ""):
            for one in dataclasses.fields(result):
                yield from _numbers(getattr(result, one.name))
    elif isinstance(result, xr.DataArray | np.ndarray | float | np.floating):
        values = np.asarray(result)
        if values.dtype.kind == "f":
            yield values


def _unknown(result: Any) -> int:
    return sum(int(np.isnan(values).sum()) for values in _numbers(result))


def _refuses(check: Check | None, value: Any) -> bool:
    """An annotation of that kind must refuse the value, whatever else it says."""
    if check is None or isinstance(check, Anything):
        return False
    if isinstance(check, Either):
        return not (value is None and check.none) and all(_refuses(one, value) for one in check.checks)
    if isinstance(value, _Nothing) or (value is dict and not isinstance(check, signatures.Function)):
        return True
    if isinstance(check, Number):
        number = isinstance(value, int | float) and not isinstance(value, bool)
        return not number or (value is NAN and not check.nan)
    if isinstance(check, Numbers):
        return value is None or isinstance(value, str | dict | complex) or (value is NAN and not check.nan)
    return not check.fits(value)


@cache
def _checks(name: str) -> dict[str, Check | None]:
    call = PUBLIC[name]
    owner = call if inspect.isclass(call) else None
    if owner is not None:
        call = call.__init__
    call = inspect.unwrap(getattr(call, "__func__", call))
    return signatures.plan_of(call, owner)


def test_everything_public_has_a_valid_call():
    assert sorted(set(NAMES) - set(valid_calls.CALLS)) == []
    assert sorted(set(valid_calls.CALLS) - set(NAMES)) == []


# These fit, simulate and write at each call. What their annotations must refuse they refuse before that;
# ARGUMENTS=all runs them with every value.
ALL = os.environ.get("ARGUMENTS") == "all"
LONG = ("learning.", "store.", "simulation.", "report.", "simulate")
SHORT = [name for name in NAMES if name in valid_calls.CALLS and (ALL or not name.startswith(LONG))]
LATER = sorted(set(NAMES) & set(valid_calls.CALLS) - set(SHORT))


@pytest.mark.parametrize("name", LATER)
def test_what_takes_long_refuses_a_wrong_argument_before_it_begins(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    good, call, checks = valid_calls.CALLS[name](), _bound(name), _checks(name)
    assert set(_parameters(call)) - set(good) == set(), "the valid call leaves arguments out"
    faults = []
    for argument in good:
        for kind, value in WRONG.items():
            if (argument, kind) in OF_ITS_OWN.get(name, ()) or not _refuses(checks.get(argument), value):
                continue
            try:
                with bounded(SECONDS):
                    call(**{**good, argument: value})
            except SupercooledError as error:
                if not str(error).isprintable():
                    faults.append(f"{argument} = {kind}: unprintable: {error!r}")
            except Exception as error:
                faults.append(f"{argument} = {kind}: raw {type(error).__name__}: {str(error)[:150]}")
            else:
                faults.append(f"{argument} = {kind}: taken")
    assert not faults, "\n".join([name, *faults])


@pytest.mark.parametrize("name", SHORT)
def test_a_wrong_argument_gets_an_error_or_a_right_answer(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    call = _bound(name)
    good = valid_calls.CALLS[name]()
    assert set(_parameters(call)) - set(good) == set(), "the valid call leaves arguments out"
    try:
        unknown = _unknown(call(**good))
    except SupercooledError:
        if name not in valid_calls.REFUSED:
            raise
        unknown = 0
    faults = [
        f"{argument} = {kind}: {fault}"
        for argument in good
        for kind, value in WRONG.items()
        if (argument, kind) not in OF_ITS_OWN.get(name, ())
        and (fault := _fault(name, argument, value, unknown))
    ]
    pyplot.close("all")
    assert not faults, "\n".join([name, *faults])


def _fault(name: str, argument: str, value: Any, unknown: int) -> str:
    given = {**valid_calls.CALLS[name](), argument: value}
    try:
        with bounded(SECONDS):
            result = _bound(name)(**given)
        pyplot.close("all")
    except SupercooledError as error:
        said = str(error)
        return "" if said.isprintable() and len(said) < 2000 else f"unprintable or long: {said!r}"
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt):
            raise
        return f"raw {type(error).__name__}: {str(error)[:150]}"
    if _refuses(_checks(name).get(argument), value):
        return f"taken, {str(result)[:60]!r}"
    kept = inspect.isclass(PUBLIC[name])  # a noun keeps what it is given, if its annotation lets it
    return "NaN in the result" if _unknown(result) > unknown and not kept else ""


# What is right but for one thing in it: an entry that is unknown, or twice there, or in another place.

# Results keep the names that they were made with.
NAMED_ALIKE = {"dynamics.LawFit", "relation.SoftnessLaw"}
# What would be read out of a curve or a table must be there.
WITHOUT_GAPS = {
    ("dynamics.relaxation_time", "curves", "overlap"),
    ("dynamics.stretched_exponential", "curves", "overlap"),
    ("dynamics.diffusion", "displacements", "msd"), ("dynamics.hop_threshold", "displacements", "alpha2"),
    ("dynamics.hop_threshold", "displacements", "msd"), ("dynamics.waiting_times", "events", "time"),
    ("dynamics.training_by_crossing", "events", "peak"), ("dynamics.rearrangements", "events", "start"),
    ("cage.potential", "sq", "structure_factor"), ("structure.pair_entropy", "rdf", "radial_distribution"),
    ("cage.cage_range", "potential", None),
}  # fmt: skip


def _spoiled(value: Any) -> Iterator[tuple[str, str | None, Any]]:
    """What is wrong, in which variable, and the value with it."""
    if isinstance(value, xr.Dataset | xr.DataArray):
        own = list(value.variables) if isinstance(value, xr.Dataset) else [None, *value.coords]
        for name in own:
            one = value if name is None else value[name]
            if one.dtype.kind != "f" or one.size < 2:
                continue
            holed = np.array(one.values)
            holed.flat[holed.size // 2] = NAN
            if name is None:
                yield "unknown", None, value.copy(data=holed)
            elif name in value.coords:
                yield "unknown", str(name), value.assign_coords({name: (one.dims, holed)})
            else:
                yield "unknown", str(name), value.assign({name: (one.dims, holed, one.attrs)})
            if name in value.dims:
                yield "falling", str(name), value.isel({name: slice(None, None, -1)})
                yield "twice", str(name), value.assign_coords({name: np.full(one.size, float(one[0]))})
    elif isinstance(value, np.ndarray) and value.dtype.kind == "f" and value.size:
        holed = value.copy()
        holed.flat[holed.size // 2] = NAN
        yield "unknown", None, holed
    elif isinstance(value, list | tuple) and len(value) > 1:
        if all(isinstance(one, str) for one in value):
            yield "named alike", None, type(value)([value[0]] * len(value))
        elif isinstance(value[0], sc.Trajectory | xr.Dataset | xr.DataArray):
            yield "given twice", None, type(value)([value[0], value[0], *value[2:]])


def _all_numbers(result: Any) -> np.ndarray:
    return np.sort(np.concatenate([np.zeros(0), *(values.ravel() for values in _numbers(result))]))


@pytest.mark.parametrize("name", [n for n in SHORT if n not in valid_calls.REFUSED])
def test_an_argument_with_one_thing_wrong_in_it_gets_an_error_or_a_right_answer(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    good = valid_calls.CALLS[name]()
    cases = [(a, *case) for a, value in good.items() for case in _spoiled(value)]
    if not cases:
        return
    before = _all_numbers(_bound(name)(**good))
    faults = []
    for argument, what, where, value in cases:
        entries = isinstance(good[argument], xr.Dataset | xr.DataArray) and where in good[argument].dims
        must = (
            what == "twice"
            or (what == "unknown" and (entries or (name, argument, where) in WITHOUT_GAPS))
            or (what == "named alike" and name not in NAMED_ALIKE)
        )
        try:
            with bounded(SECONDS):
                result = _bound(name)(**{**valid_calls.CALLS[name](), argument: value})
        except SupercooledError:
            continue
        except Exception as error:
            faults.append(f"{argument}, {where} {what}: raw {type(error).__name__}: {str(error)[:150]}")
            continue
        finally:
            pyplot.close("all")
        if must:
            faults.append(f"{argument}, {where} {what}: taken")
        elif what == "falling" and not np.allclose(_all_numbers(result), before, equal_nan=True):
            faults.append(f"{argument}, {where} {what}: other numbers")
    assert not faults, "\n".join([name, *faults])


def test_where_something_must_be_there_it_is_given_to_the_function():
    assert {name for name, _, _ in WITHOUT_GAPS} <= set(SHORT)


@pytest.mark.parametrize("temperature", [-1.0, 0.0, "hot", NAN, INF, True])
def test_a_trajectory_has_a_temperature_that_can_be(temperature):
    still = valid_calls.still()
    with pytest.raises(SupercooledError, match="temperature"):
        dataclasses.replace(still, temperature=temperature)
    with pytest.raises(SupercooledError, match="temperature"):
        sc.Trajectory.from_arrays(np.zeros((1, 2, 3)), sc.Box.cube(3.0), temperature=temperature)


def test_two_species_of_a_trajectory_are_not_called_alike():
    with pytest.raises(SupercooledError, match="two species are called 'A'"):
        sc.Trajectory.from_arrays(np.zeros((1, 2, 3)), sc.Box.cube(3.0), species=[0, 1], names=("A", "A"))


def test_a_parabola_over_less_than_rounding_is_no_softness():
    with pytest.raises(SupercooledError, match="too short"):
        sc.cage.softness(**{**valid_calls.CALLS["cage.softness"](), "fit_range": (0.0, 1e-8)})
