"""What is kept between two commands is found again by all that made it, and by nothing else."""

import copy
import dataclasses
import importlib
import inspect
import os
import pkgutil
import shutil
import subprocess
import sys
import typing
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

import supercooled as sc
from supercooled import analysis, papers
from supercooled.analysis import stages
from supercooled.digests import digest_of
from supercooled.errors import ParameterError
from supercooled.fields import Features
from supercooled.targets import Target
from supercooled.trajectory import Trajectory

BOX = sc.Box.cube(5.0)

for module in (
    *pkgutil.walk_packages(analysis.__path__, "supercooled.analysis."),
    *pkgutil.walk_packages(papers.__path__, "supercooled.papers."),
):
    importlib.import_module(module.name)
# Stages that tests make are theirs.
STAGES = {name: one for name, one in stages.STAGES.items() if name.startswith("supercooled.")}


def run(seed: int = 0) -> Trajectory:
    steps = np.random.default_rng(seed).uniform(-0.3, 0.3, (6, 6, 3))
    return Trajectory.from_arrays(np.cumsum(steps, axis=0), BOX, species=[0, 0, 0, 0, 1, 1], temperature=0.5)


def field() -> xr.DataArray:
    coords = {"frame": [0, 1], "particle": [0, 2], "time": ("frame", [0.0, 1.0])}
    return xr.DataArray(np.arange(4.0).reshape(2, 2), coords, ("frame", "particle"), "depth", {"units": "1"})


def sample(kind: typing.Any) -> typing.Any:  # noqa: PLR0911  a table
    """A value of a kind, as the signature of a stage names it."""
    plain = {
        float: 0.5,
        int: 3,
        str: "A",
        bool: False,
        slice: slice(0, 4, 2),
        Trajectory: run(),
        xr.DataArray: field(),
        xr.Dataset: field().to_dataset(),
        type(None): None,
        np.ndarray: np.arange(3.0),
        typing.Any: 1,
    }
    if kind in plain:
        return plain[kind]
    origin, of = typing.get_origin(kind), typing.get_args(kind)
    if origin is typing.Literal:
        return of[0]
    if origin is np.ndarray:
        return np.arange(3.0)
    if origin is tuple:
        return tuple(sample(one) for one in of if one is not Ellipsis)
    if origin is not None and issubclass(origin, Mapping):
        return {sample(of[0]): sample(of[1])}
    if origin is not None and issubclass(origin, Sequence):
        return [sample(of[0])]
    if origin is not None:
        # One or the other: the first.
        return sample(of[0])
    if kind is sc.Mixture:
        return sc.systems.kob_andersen(density=1.2).mixture
    if kind is sc.Liquid:
        return sc.systems.kob_andersen(density=1.2)
    if kind is Features:
        return sc.indicators.PotentialEnergy(sc.systems.kob_andersen(density=1.2).mixture)
    if kind is Target:
        return sc.targets.Displacement(after=2.0)
    assert dataclasses.is_dataclass(kind), kind
    return with_fields(kind, {n: sample(t) for n, t in typing.get_type_hints(kind).items()})


def with_fields(kind: typing.Any, values: Mapping[str, typing.Any]) -> typing.Any:
    """A dataclass with any values, allowed or not."""
    made = object.__new__(kind)
    for one in dataclasses.fields(kind):
        object.__setattr__(made, one.name, values[one.name])
    return made


def changes(value: typing.Any) -> typing.Iterator[tuple[str, typing.Any]]:  # noqa: PLR0912  a table
    """Every way to change a value a little, with where."""
    if isinstance(value, Trajectory):
        moved = value.read().positions.copy()
        moved[1, 2, 0] += 1e-9
        yield ".positions", dataclasses.replace(run(), source=Trajectory.from_arrays(moved, BOX).source)
        yield ".species", dataclasses.replace(value, species=1 - value.species)
        yield ".names", dataclasses.replace(value, names=("B", "A"))
        yield ".moments", dataclasses.replace(value, moments=2.0 * value.times)
        yield ".frames", value[:3]
        yield ".frames", value[1:]
        yield ".temperature", dataclasses.replace(value, temperature=0.6)
    elif isinstance(value, xr.DataArray):
        yield from (
            (f".values{at}", value + change) for at, change in enumerate(1e-9 * np.eye(4).reshape(4, 2, 2))
        )
        yield ".time", value.assign_coords(time=("frame", [0.0, 2.0]))
        yield ".particle", value.assign_coords(particle=[0, 3])
        yield ".attrs", value.assign_attrs(units="2")
        yield ".name", value.rename("other")
    elif isinstance(value, xr.Dataset):
        for at, other in changes(value["depth"]):
            yield at, other.to_dataset()
    elif dataclasses.is_dataclass(value):
        values = {one.name: getattr(value, one.name) for one in dataclasses.fields(value)}
        for name, old in values.items():
            for at, new in changes(old):
                yield f".{name}{at}", with_fields(type(value), {**values, name: new})
    elif isinstance(value, Mapping):
        for key, old in value.items():
            yield f"[{key!r}]", {f"{key}x": old}
            yield from ((f"[{key!r}]{at}", {key: new}) for at, new in changes(old))
    elif isinstance(value, list | tuple):
        yield ".shorter", value[:-1]
        yield ".longer", [*value, *value]
        for k, old in enumerate(value):
            yield from ((f"[{k}]{at}", [*value[:k], new, *value[k + 1 :]]) for at, new in changes(old))
    elif isinstance(value, slice):
        for name in ("start", "stop", "step"):
            parts = {part: getattr(value, part) for part in ("start", "stop", "step")}
            parts[name] += 1
            yield f".{name}", slice(parts["start"], parts["stop"], parts["step"])
    elif isinstance(value, np.ndarray):
        yield ".values", value + 1e-9
    elif value is None:
        yield "", 0
    elif isinstance(value, bool):
        yield "", not value
    elif isinstance(value, str):
        yield "", f"{value}x"
    else:
        yield "", value + type(value)(1)


def arguments(one: stages.Stage | stages.FieldStage) -> dict[str, typing.Any]:
    hints = typing.get_type_hints(one._function)
    return {
        name: sample(hints[name])
        for name in inspect.signature(one._function).parameters
        if name not in one.free
    }


def key(one: stages.Stage | stages.FieldStage, passed: Mapping[str, typing.Any]) -> str:
    others = {"root": Path(), "workers": 1}
    return one.key(**passed, **{name: value for name, value in others.items() if name in one.free})


def test_every_stage_is_found() -> None:
    """A kept result that doesn't go through a stage would be kept under a key written by hand."""
    assert len(STAGES) >= 18
    writes = [
        path.name
        for package in (analysis, papers)
        for path in Path(package.__path__[0]).rglob("*.py")
        if "save_results(" in path.read_text() or "load_results(" in path.read_text()
    ]
    # a comparison is saved where a user asks for it
    assert set(writes) <= {"stages.py", "motion.py", "table.py"}


@pytest.mark.parametrize("name", STAGES)
def test_a_stage_with_any_argument_changed_is_another(name: str) -> None:
    one = STAGES[name]
    passed = arguments(one)
    found = {"nothing": key(one, passed)}
    assert found["nothing"] == key(one, copy.deepcopy(passed))
    for parameter, value in passed.items():
        there = list(changes(value))
        assert there, parameter
        for k, (at, new) in enumerate(there):
            found[f"{parameter}{at}#{k}"] = key(one, {**passed, parameter: new})
    same = [at for at, made in found.items() if list(found.values()).count(made) > 1]
    assert same == []


@pytest.mark.parametrize("name", STAGES)
def test_who_does_the_work_and_where_it_is_kept_makes_no_other_stage(name: str) -> None:
    assert STAGES[name].free <= {"pool", "executor", "out", "root", "workers"}


def test_what_is_made_once_is_read_back_and_what_is_damaged_is_made_again(tmp_path: Path) -> None:
    COUNTED.clear()
    for n in (1, 1, 2, 1):
        counted.kept(tmp_path, "s", n)
    assert COUNTED == [1, 2]
    for path in tmp_path.rglob("s-*/a/x/c/*"):
        path.write_bytes(b"")
    assert counted.kept(tmp_path, "s", 2)["a"].x.values.tolist() == [0.0, 1.0]
    assert COUNTED == [1, 2, 2]


COUNTED: list[int] = []


@stages.stage()
def counted(n: int) -> stages.Results:
    COUNTED.append(n)
    return {"a": xr.Dataset({"x": ("i", np.arange(float(n)))})}


def test_an_argument_that_cannot_be_told_apart_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match="have no digest"):
        counted.kept(tmp_path, "s", object())  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(TypeError, match="must be defined at the top level of a module"):
        stages.stage()(lambda n: {"a": n})


def test_a_stored_field_is_told_from_others_without_being_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from supercooled import dynamics
    from supercooled.cage import Calibration
    from supercooled.fields import lazy

    calm, other = (
        dynamics.hops(run(seed), window=2.0, species="A", remove_drift=False, out=tmp_path / f"{seed}")
        for seed in (0, 1)
    )
    again = dynamics.hops(run(0), window=2.0, species="A", remove_drift=False, out=tmp_path / "again")
    monkeypatch.setattr(lazy._Stored, "read", None)
    assert digest_of(calm) == digest_of(again) != digest_of(other)
    views = [calm, calm.isel(frame=slice(1, None)), calm.isel(particle=[0, 2]), lazy.mapped(calm, np.sqrt)]
    views += [lazy.mapped(calm, np.exp), lazy.looking_ahead(calm, 1, np.diff)]
    assert Calibration.__dataclass_params__.frozen  # its bound method is told by its fields
    assert len({digest_of(view) for view in views}) == len(views)


SCRIPT = """
import sys
import numpy as np, xarray as xr
import supercooled as sc
from supercooled.analysis import measurement
walk = np.cumsum(np.random.default_rng(1).normal(scale=0.05, size=(12, 8, 3)), axis=0)
run = sc.Trajectory.from_arrays(walk, sc.Box.cube(9.0), species=[0] * 8, unwrapped=True, temperature=0.5)
from pathlib import Path
found = measurement.motion.kept(Path(sys.argv[1]), "m", [run], species="A", overlap_radius=0.3,
    lags_per_decade=4, blocks=2, remove_drift=False)["motion"]
print(float(found["msd"][2]))
"""


def test_changed_code_is_run_and_a_changed_caption_is_not(tmp_path: Path) -> None:
    package = tmp_path / "src" / "supercooled"
    shutil.copytree(
        sc.__path__[0],
        package,
        ignore=shutil.ignore_patterns("__pycache__", "equilibrated", "*.nbi", "*.nbc"),
    )
    environment = {**os.environ, "PYTHONPATH": str(package.parent), "NUMBA_DISABLE_JIT": "1"}

    def analysed() -> float:
        command = [sys.executable, "-c", SCRIPT, str(tmp_path / "work")]
        return float(
            subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
        )

    def edit(module: str, old: str, new: str) -> None:
        text = (package / module).read_text()
        assert old in text
        (package / module).write_text(text.replace(old, new, 1))

    before = analysed()
    edit("report/console.py", '"""', '"""Said otherwise. ')
    edit("papers/sharma2022/page.py", '"""', '"""Said otherwise. ')
    assert analysed() == before
    assert len(list((tmp_path / "work").iterdir())) == 1
    edit("dynamics/curves.py", '"msd": (lag, msd)', '"msd": (lag, 2.0 * msd)')
    assert analysed() == pytest.approx(2.0 * before)
    assert len(list((tmp_path / "work").iterdir())) == 2
