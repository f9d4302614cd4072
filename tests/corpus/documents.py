"""Mixtures in YAML, learned models and tables in JSON, runs' records, stored fields and curves."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import xarray as xr

from corpus.case import Case
from supercooled import fields, learning, report, systems
from supercooled.errors import MixtureError, StoreError
from supercooled.learning.model import SoftnessModel
from supercooled.store.folder import RunFolder

MIXTURE = """name: mine
species: [{name: A, fraction: 0.8}, {name: B, fraction: 0.2, mass: 2.0}]
pairs:
  A-A: {style: lennard-jones, epsilon: 1.0, sigma: 1.0, cutoff: 2.5}
  A-B: {style: lennard-jones, epsilon: 1.5, sigma: 0.8, cutoff: 2.0}
  B-B: {style: lennard-jones, epsilon: 0.5, sigma: 0.88, cutoff: 2.2}
"""


def mixture(old: str, new: str, folder: Path) -> object:
    """The mixture with something replaced."""
    assert old in MIXTURE
    return described(MIXTURE.replace(old, new, 1).encode("utf-8", "surrogateescape"), folder)


def described(content: bytes, folder: Path) -> object:
    """A mixture's file of some bytes."""
    (folder / "mine.yaml").write_bytes(content)
    return systems.read_mixture(folder / "mine.yaml")


def _yaml(name: str, old: str, new: str, says: str) -> Case:
    return Case(f"yaml: {name}", partial(mixture, old, new), MixtureError, says)


def _text(name: str, content: bytes, says: str) -> Case:
    return Case(f"yaml: {name}", partial(described, content), MixtureError, says)


BOMB = "a: &a [x, x, x, x, x, x, x, x]\n" + "".join(
    f"{c}: &{c} [{', '.join([f'*{b}'] * 8)}]\n" for b, c in zip("abcdefgh", "bcdefghi", strict=True)
)
MIXTURES = (
    _yaml("negative width", "sigma: 1.0", "sigma: -1.0", "greater than 0"),
    _yaml("nan", "epsilon: 1.0", "epsilon: .nan", "finite number"),
    _yaml("infinite", "epsilon: 1.0", "epsilon: .inf", "finite number"),
    _yaml("a word for a number", "epsilon: 1.0", "epsilon: strong", "valid number"),
    _yaml("unknown style", "style: lennard-jones", "style: morse", "A-A"),
    _yaml("unknown key", "epsilon: 1.0", "epsilom: 1.0", "epsilon: field required"),
    _yaml("fractions beyond one", "fraction: 0.8", "fraction: 0.9", "mine.yaml"),
    _yaml("negative fraction", "fraction: 0.8", "fraction: -0.8", "mine.yaml"),
    _yaml("no mass", "mass: 2.0", "mass: 0.0", "greater than 0"),
    _yaml(
        "a pair too few", "  A-B: {style: lennard-jones, epsilon: 1.5, sigma: 0.8, cutoff: 2.0}\n", "", "A-B"
    ),
    _yaml("a pair of nobody", "A-B:", "A-C:", "A-C"),
    _yaml("a pair twice", "B-B:", "A-A:", "'A-A' is given twice"),
    _yaml("one species twice", "name: B", "name: A", "mine.yaml"),
    _yaml("a command for a name", "name: B", 'name: "B\\nshell rm"', "a name has at most 64 letters"),
    _yaml("a path for a name", "name: mine", "name: ../../mine", "a name has at most 64 letters"),
    _yaml("code", "name: mine", 'name: !!python/object/apply:os.system ["true"]', "constructor"),
    _yaml("an alias", "name: B", "name: &x B\n    other: *x", "mine.yaml"),
    _yaml("not closed", "{name: A,", "{name: A", "line 2"),
    _yaml("tabs", "  A-A", "\tA-A", "line"),
    _yaml("other bytes", "name: mine", "name: \udcff\udcfe", "not a YAML file"),
    _text("empty", b"", "mine.yaml"),
    _text("a list", b"[1, 2, 3]\n", "mine.yaml"),
    _text("a number", b"7\n", "mine.yaml"),
    _text("zeros", bytes(100), "mine.yaml"),
    _text("aliases that blow up", BOMB.encode(), "aliases are not allowed"),
    _text("brackets without end", b"[" * 50_000, "mine.yaml"),
    _text("too long", b"# " + b"x" * 2_000_000, "larger than 1 MB"),
)


def model(change: Callable[[dict[str, object]], object], folder: Path) -> object:
    """A learned model with something changed."""
    plane = (np.array([[2.0], [0.5]]), np.array([1.0]))
    path = SoftnessModel(("a", "b"), np.zeros(2), np.ones(2), (plane,), "margin").save(folder / "model.json")
    data = json.loads(path.read_text())
    changed = change(data)
    content = changed if isinstance(changed, str) else json.dumps(data)
    path.write_bytes(content.encode("utf-8", "surrogateescape"))
    return learning.load_model(path)


def _with(**changes: object) -> Callable[[dict[str, object]], object]:
    return lambda data: data.update(changes)


def _model(name: str, change: Callable[[dict[str, object]], object], says: str) -> Case:
    return Case(f"model: {name}", partial(model, change), StoreError, says)


MODELS = (
    _model("cut", lambda data: json.dumps(data)[:100], "not a softness model"),
    _model("empty", lambda _: "", "not a softness model"),
    _model("a list", lambda _: "[]", "not a softness model"),
    _model("another format", _with(format="pickle"), "not 'supercooled softness 1'"),
    _model("a mean too few", _with(mean=[0.0]), "do not match"),
    _model("a word for a mean", _with(mean=["x", "y"]), "not a softness model"),
    _model("nan", _with(mean=[float("nan"), 0.0]), "finite"),
    _model("infinite weight", _with(layers=[{"weights": [[float("inf")], [1.0]], "bias": [0.0]}]), "finite"),
    _model("no layers", _with(layers=[]), "do not match"),
    _model("a flat layer", _with(layers=[{"weights": [1.0, 2.0], "bias": [0.0]}]), "model.json"),
    _model(
        "biases that don't fit",
        _with(layers=[{"weights": [[1.0], [2.0]], "bias": [0.0] * 3}]),
        "do not match",
    ),
    _model("another unit", _with(unit="metre"), "model.json"),
    _model("no features", lambda data: data.pop("features") and None, "not a softness model"),
)


def rows(content: str, folder: Path) -> object:
    """A comparison of some text."""
    (folder / "comparison.json").write_text(content)
    return report.read_comparison(folder / "comparison.json")


def record(name: str, content: str, folder: Path) -> object:
    """A run's record of some text."""
    (folder / name).write_text(content)
    run = RunFolder(folder)
    return run.record(), run.checkpoint()


def _record(what: str, name: str, content: str, says: str) -> Case:
    return Case(f"{name}: {what}", partial(record, name, content), StoreError, says)


def checkpoint(data: dict[str, object], folder: Path) -> object:
    """A checkpoint whose checksum fits."""
    RunFolder(folder)._write("checkpoint.json", data)
    return RunFolder(folder).checkpoint()


def _sealed(what: str, data: dict[str, object]) -> Case:
    return Case(f"checkpoint.json: {what}", partial(checkpoint, data), StoreError, "damaged checkpoint.json")


RECORDS = (
    Case("comparison: cut", partial(rows, '[{"item": "T'), StoreError, "comparison.json"),
    Case("comparison: no list", partial(rows, "{}"), StoreError, "not a list of rows"),
    Case("comparison: other rows", partial(rows, '[{"a": 1}]'), StoreError, "row 0"),
    Case(
        "comparison: nothing there",
        lambda f: report.read_comparison(f / "none.json"),
        StoreError,
        "none.json",
    ),
    _record("cut", "run.json", '{"label": "a', "can't be read"),
    _record("a list", "run.json", "[1, 2]", "run.json"),
    _record("cut", "checkpoint.json", '{"step"', "can't be read"),
    _record("a list", "checkpoint.json", "[]", "contains no record"),
    _sealed("other keys", {"step": 1}),
    _sealed("a path out of the folder", {"step": 1, "file": "../../x", "frames": 1}),
    _sealed("words for numbers", {"step": "a", "file": ".", "frames": "b"}),
)


def stored(change: Callable[[Path], object], folder: Path) -> object:
    """A stored field, changed."""
    coords = {"frame": np.arange(6), "time": ("frame", np.arange(6.0)), "particle": np.arange(3)}
    values = np.arange(18.0).reshape(6, 3)
    fields.field(
        "depth", lambda rows: values[rows], [slice(0, 4), slice(4, 6)], [4, 2], coords=coords, executor=None,
        out=folder / "depth.zarr", by="me",
    )  # fmt: skip
    change(folder / "depth.zarr")
    return fields.opened(folder / "depth.zarr").load()


def curves(change: Callable[[Path], object], folder: Path) -> object:
    """Stored curves, changed."""
    g = xr.Dataset({"g": (("pair", "r"), np.ones((2, 9)))}, {"pair": ["AA", "AB"], "r": np.arange(9.0)})
    report.save_results(folder / "results.zarr", {"radial": g})
    change(folder / "results.zarr")
    return report.load_results(folder / "results.zarr")


def _flip(pattern: str, at: float = 0.5) -> Callable[[Path], object]:
    def flip(folder: Path) -> None:
        path = sorted(p for p in folder.glob(pattern) if p.is_file())[-1]
        data = bytearray(path.read_bytes())
        data[int(at * len(data))] ^= 1
        path.write_bytes(data)

    return flip


def _cut(pattern: str) -> Callable[[Path], object]:
    def cut(folder: Path) -> None:
        path = sorted(p for p in folder.glob(pattern) if p.is_file())[-1]
        path.write_bytes(path.read_bytes()[:-3])

    return cut


def _lose(pattern: str) -> Callable[[Path], object]:
    return lambda folder: sorted(p for p in folder.glob(pattern) if p.is_file())[-1].unlink()


def _zarr(name: str, of: Callable[..., object], change: Callable[[Path], object], says: str) -> Case:
    return Case(f"zarr: {name}", partial(of, change), StoreError, says)


STORES = (
    _zarr("field, a chunk cut", stored, _cut("values/c/**/*"), "bytes of"),
    _zarr("field, a chunk missing", stored, _lose("values/c/**/*"), "is missing"),
    _zarr("field, a bit flipped", stored, _flip("values/c/**/*"), "has changed"),
    _zarr("field, its shape flipped", stored, _flip("values/zarr.json"), "has changed"),
    _zarr("field, no shape", stored, _lose("values/zarr.json"), "is missing"),
    _zarr("field, labels flipped", stored, _flip("labels/time/c/*"), "has changed"),
    _zarr("field, no labels", stored, _lose("labels/zarr.json"), "is missing"),
    _zarr("field, its seal cut", stored, _cut("sealed/zarr.json"), "is damaged"),
    _zarr("curves, a chunk cut", curves, _cut("radial/g/c/**/*"), "bytes of"),
    _zarr("curves, a chunk missing", curves, _lose("radial/g/c/**/*"), "is missing"),
    _zarr("curves, a bit flipped", curves, _flip("radial/r/c/*"), "has changed"),
    _zarr("curves, a group missing", curves, _lose("radial/zarr.json"), "is missing"),
    Case("zarr: no field", lambda folder: fields.opened(folder / "none"), StoreError, "there is no field"),
    Case("zarr: no curves", lambda folder: report.load_results(folder / "none"), StoreError, "no results"),
    Case("zarr: an empty folder", report.load_results, StoreError, "damaged"),
)

CASES = (*MIXTURES, *MODELS, *RECORDS, *STORES)
