"""Configurations with a propensity (npz) and fitted predictors (JSON), as anybody may have written them."""

from __future__ import annotations

import copy
import io
import json
import warnings
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np

import supercooled as sc
from corpus.case import Case
from supercooled import learning, predictors
from supercooled.datasets.configurations import Configuration, read_configurations
from supercooled.errors import ParameterError, StoreError, TrajectoryError

N = 12
PLACES = np.random.default_rng(1).uniform(0.0, 4.0, (N, 3))
ARRAYS: dict[str, Any] = {
    "types": np.arange(N) % 2 + 1, "box": np.full(3, 4.0),
    "temperature": np.array(0.5), "time": np.array("1.0"),
    "initial_positions": PLACES, "positions": PLACES + np.random.default_rng(2).normal(0.0, 0.1, (4, N, 3)),
}  # fmt: skip
# An extract, which holds the propensity itself.
EXTRACT = {key: ARRAYS[key] for key in ("types", "box", "temperature", "time")} | {
    "positions": PLACES, "propensity": np.full(N, 0.1),
    "propensity_first_half": np.full(N, 0.1), "propensity_second_half": np.full(N, 0.2),
    "positions_inherent": PLACES,
}  # fmt: skip


def written(arrays: dict[str, Any]) -> bytes:
    """The bytes of a file of arrays, compressed as the public ones are."""
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()


def read(content: bytes, folder: Path) -> Configuration:
    """The one configuration of a file."""
    (folder / "a.npz").write_bytes(content)
    (one,) = read_configurations(folder / "a.npz")
    return one


def numbers_of(content: bytes, folder: Path) -> tuple[Any, ...]:
    """All that a configuration holds."""
    one = read(content, folder)
    return one.frame.positions, one.frame.box.to_array(), one.propensity, one.halves, np.array(one.state)


def _arrays(name: str, says: str, good: dict[str, Any] = ARRAYS, **changed: Any) -> Case:
    content = written({key: value for key, value in {**good, **changed}.items() if value is not None})
    return Case(f"npz: {name}", partial(read, content), TrajectoryError, says)


ALL_TEXT = np.full((N, 3), "x")
CONFIGURATIONS = (
    _arrays("two edges in space", "box must be one positive edge, or 3", box=np.ones(2)),
    _arrays("no edge", "box must be one positive edge", box=np.zeros(0)),
    _arrays("a box of text", "box contains text", box=np.array(["a", "b", "c"])),
    _arrays("a box turned round", "box must be one positive edge", box=-np.ones(3)),
    _arrays(
        "an endless box",
        "box contains numbers that are not finite, or larger in size than",
        box=np.full(3, 1e308),
    ),
    _arrays("types of text", "types contains text", types=np.full(N, "A")),
    _arrays(
        "types that are no numbers", "types contains numbers that are not finite", types=np.full(N, np.nan)
    ),
    _arrays("fractions of types", "types must be 12 whole numbers", types=np.linspace(0.0, 1.0, N)),
    _arrays(
        "many types", "types must be 12 whole numbers with at most 5 different values", types=np.arange(N)
    ),
    _arrays("no types", "types must be 12", types=np.zeros(0, int)),
    _arrays("places of text", "initial_positions contains text", initial_positions=ALL_TEXT),
    _arrays("places in four dimensions", "must be coordinates", initial_positions=np.zeros((N, 4))),
    _arrays("runs of text", "positions contains text", positions=np.full((2, N, 3), "x")),
    _arrays("no runs", "positions must be (run, 12, 3)", positions=np.zeros((0, N, 3))),
    _arrays("runs without end", "positions contains numbers", positions=np.full((2, N, 3), 1e300)),
    _arrays("two temperatures", "temperature must be one number", temperature=np.array([0.5, 0.7])),
    _arrays("a temperature of text", "temperature is not a number", temperature=np.array("hot")),
    _arrays("no time at all", "time must be one number, not 0", time=np.zeros(0)),
    _arrays("time without end", "time contains numbers that are not finite", time=np.array(np.inf)),
    _arrays("no positions", "no array 'positions'", positions=None),
    _arrays("inherent places of text", "contains text", initial_positions_inherent=ALL_TEXT),
    _arrays("inherent places in a plane", "must be coordinates (12, 3)", positions_inherent=np.zeros((N, 2))),
    _arrays("propensities of others", "propensity must be 12", EXTRACT, propensity=np.ones(3)),
    _arrays("ways below nothing", "non-negative", EXTRACT, propensity_first_half=-np.ones(N)),
)


@cache
def fitted() -> dict[str, Any]:
    """A predictor as plain data."""
    frames = [sc.testing.liquid_frame(2, seed=seed) for seed in (1, 2)]
    order = sc.indicators.BondOrder(6)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        made = predictors.fit_predictor(
            order, frames, [order(one) for one in frames], target="order", groups=[1, 2]
        )
    return made.to_dict()


def predicted(content: bytes, folder: Path) -> tuple[Any, ...]:
    """What the predictor of a file says of a frame; a particle that it does not know has no value."""
    (folder / "p.json").write_bytes(content)
    frame = sc.testing.liquid_frame(2, seed=1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        found = predictors.load_predictor(folder / "p.json")(frame)
    return (found[~np.isnan(found)],)


def _stored(name: str, says: str, error: type[sc.SupercooledError] = StoreError, **changed: Any) -> Case:
    def attempt(folder: Path) -> object:
        data = copy.deepcopy(fitted())
        model = data["models"]["A"]
        for key, value in changed.items():
            (model if key in model else data)[key] = value
        return predicted(json.dumps(data).encode(), folder)

    return Case(f"predictor: {name}", attempt, error, says)


def _layer(weight: float) -> list[dict[str, Any]]:
    return [{"weights": [[weight]], "bias": [0.0]}]


def _of(indicator: str, **given: Any) -> list[dict[str, Any]]:
    return [{"indicator": indicator, "fields": given}]


PREDICTORS = (
    _stored("weights without end", "a mean, scale or weight is beyond 1e+15", layers=_layer(1e308)),
    _stored("a scale of next to nothing", "a scale below 1e-15", scale=[1e-320]),
    _stored("many layers", "there are 11 layers; at most 10 are allowed", layers=_layer(1.0) * 11),
    _stored("a species that it does not know", "species 'A', which is not among", species=["B", "C"]),
    _stored("a target that steers a terminal", "target and unit must be texts", target="\x1b[31m"),
    _stored("a target without end", "target must be a text of at most", target="x" * 10**6),
    _stored("a unit that is a list", "target and unit must be texts", provenance={"unit": ["x" * 300]}),
    _stored("no predictor inside", "a predictor among its features", features=[{"predictor": {"x": 1}}]),
    _stored("a list inside", "a predictor among its features", features=[{"predictor": [1]}]),
    _stored("a program for an indicator", "there is no indicator 'os.system'", features=_of("os.system")),
    _stored("a degree without end", "degree must be from 1 to 20", features=_of("BondOrder", degree=10**9)),
    _stored("a file for a mixture", "not in the catalogue", features=[
        {"indicator": "PotentialEnergy", "fields": {"mixture": {"mixture": "/etc/passwd", "digest": "x"}}}
    ]),
    _stored(
        "other features", "its features have 2 columns", ParameterError,
        features=_of("BondOrder", degree=6) * 2,
    ),
)  # fmt: skip


def _softness(name: str, says: str, *, scale: float = 1.0, weight: float = 1.0, unit: Any = "margin") -> Case:
    def attempt(folder: Path) -> object:
        plane = (np.full((1, 1), weight), np.ones(1))
        made = learning.SoftnessModel(("a",), np.zeros(1), np.full(1, scale), (plane,), unit)
        return learning.load_model(made.save(folder / "m.json")).decide(np.ones((1, 1)))

    return Case(f"model: {name}", attempt, StoreError, says)


def described(folder: Path, **changed: Any) -> Path:
    """The file of a learned softness with a record of its features."""
    said: dict[str, Any] = {
        "centre": "A", "species": ["A", "B"], "dimensions": 2, "radial": _radial(),
        "angular": {"functions": [[1.0, -1.0, 2]], "cutoff": 1.5},
    }  # fmt: skip
    plane = (np.ones((1, 1)), np.ones(1))
    definition = json.dumps({**said, **changed})
    made = learning.SoftnessModel(
        ("A mu=1 sigma=0.1",), np.zeros(1), np.ones(1), (plane,), "margin", definition
    )
    return made.save(folder / "m.json")


def _describing(name: str, says: str, **changed: Any) -> Case:
    """A learned softness whose record of its features is not one."""

    def attempt(folder: Path) -> object:
        return predictors.model_named(described(folder, **changed))(sc.testing.liquid_frame(2, seed=1))

    return Case(f"model: {name}", attempt, StoreError, says)


def _radial(**changed: Any) -> list[dict[str, Any]]:
    return [{"first": 1.0, "step": 0.1, "number": 1, "width": 0.1, "cutoff": None, **changed}]


MODELS = (
    _describing("features of nothing", "can't be made: radial", radial=None),
    _describing("features that are words", "can't be made: radial.0", radial=["x"]),
    _describing("a feature without end", "can't be made: radial.0.step", radial=_radial(step="inf")),
    _describing("features beyond all memory", "number must be from 1 to 1000", radial=_radial(number=10**9)),
    _describing("steps beyond all memory", "are redundant", radial=_radial(number=2, step=1e-12)),
    _describing("a species that is not there", "not among its species", centre="C"),
    _describing("an angle of two numbers", "can't be made", angular={"functions": [[1, 1]], "cutoff": 2.0}),
    _describing("more than features", "can't be made: exec", exec="import os"),
    _softness("weights without end", "beyond 1e+15", weight=1e308),
    _softness("a scale of next to nothing", "a scale below 1e-15", scale=1e-320),
    _softness("a distance from next to nothing", "all weights are 0", weight=1e-320, unit="distance"),
)

CASES = (*CONFIGURATIONS, *PREDICTORS, *MODELS)
