"""Nothing is lost by a name: what this package has not written, no command and no function replaces."""

from __future__ import annotations

import fcntl
import importlib
import inspect
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import valid_calls
import xarray as xr
from report_example import rows

import supercooled as sc
from supercooled import cli, fields, io, learning, outputs, report, store
from supercooled.analysis import analyze_files, motion
from supercooled.analysis.choices import Choices
from supercooled.analysis.comparison import files as compare_files
from supercooled.analysis.inputs import Given
from supercooled.analysis.motion import Motion
from supercooled.errors import ParameterError, StoreError
from supercooled.outputs import locks
from supercooled.papers import named

LIQUID = sc.systems.kob_andersen(density=1.2)
CHEAP: dict[str, Any] = {
    "temperature": 2.0, "n_particles": 200, "duration": 0.1, "every": 0.05, "start": "lattice",
}  # fmt: skip


@dataclass(frozen=True)
class Place:
    """A folder of the user's, with a trajectory in it."""

    folder: Path
    run: Path

    def opened(self) -> sc.Trajectory:
        return sc.read(self.run, temperature=0.5)


@pytest.fixture(scope="module")
def short_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("run") / "run.gsd"
    sites = np.stack(np.meshgrid(*[np.arange(6) * 1.1 - 3.3] * 3), axis=-1).reshape(1, -1, 3)
    species = (np.arange(216) % 5 == 4).astype(int)
    still = np.repeat(sites, 8, axis=0)
    sc.write_gsd(path, sc.Trajectory.from_arrays(still, sc.Box.cube(6.6), species=species, names=("A", "B")))
    return path


@pytest.fixture(scope="module")
def results(short_run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of results with one of each kind of part."""
    out = tmp_path_factory.mktemp("results") / "an"
    one = {"energy": xr.Dataset({"energy": ("temperature", [1.0, 2.0])}, coords={"temperature": [0.5, 0.6]})}
    report.write(out, **{**NO_TEXT, "results": one})
    with report.own_folder(out):
        sc.write_gsd(out / "fields_T0.5.gsd", sc.read(short_run)[:2])
        MODEL.save(out / "softness_1.2.json")
        report.save_results(out / "work" / "T0.5-depth-1.zarr", one)
        store.RunFolder.of(store.request(LIQUID, **CHEAP, hold=1.0).state, out / "figures" / "runs")
    return out


@pytest.fixture
def place(short_run: Path, results: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    folder = tmp_path / "mydata"
    (folder / "thesis").mkdir(parents=True)
    (folder / "thesis" / "chapter1.tex").write_text("All of it.")
    for name in ("report.html", "notes.json", "softness_1.2.json"):
        (folder / name).write_text("mine")
    shutil.copy(short_run, folder / "run.gsd")
    shutil.copytree(results, tmp_path / "an")
    for kind, name in OF_ANOTHER.items():
        made(tmp_path / name, "supercooled something-else", kind)
    (tmp_path / "to_folder").symlink_to(folder)
    (tmp_path / "to_file").symlink_to(folder / "notes.json")
    (tmp_path / "to_nothing").symlink_to(tmp_path / "nothing")
    monkeypatch.chdir(folder)
    return Place(folder, folder / "run.gsd")


# Outputs of each kind that some other command has made.
OF_ANOTHER = {"file": "an.gsd", "folder": "an.zarr", "results": "an-other"}


def made(path: Path, by: str, kind: str) -> None:
    """An output of a command or function, with what it is known by, and little in it."""
    with outputs.made_by(by):
        if kind == "file":
            sc.write_gsd(path, sc.Trajectory.from_arrays(np.zeros((1, 2, 3)), sc.Box.cube(5.0)))
            MODEL.save(path.with_suffix(".json"))
        elif kind == "folder":
            report.save_results(path, {"a": xr.Dataset({"x": ("y", [1.0])})})
        else:
            with report.own_folder(path):
                report.write_comparison(path / "comparison.json", [])


def everything(folder: Path) -> dict[str, object]:
    def held(path: Path) -> object:
        return path.readlink() if path.is_symlink() else path.read_bytes() if path.is_file() else None

    return {str(path): held(path) for path in sorted(folder.rglob("*"))}


# What is asked for, and what stands for it; folders and files each have names that they may not have.
FOLDERS = {
    "a folder with other files": "mydata", "a folder with one": "mydata/thesis", "an empty name": "",
    "the working folder": ".", "one above it": "..", "the root": "/", "a file": "mydata/notes.json",
    "a link to a folder": "to_folder", "a link to a file": "to_file", "a link to nothing": "to_nothing",
    "below a file": "mydata/notes.json/out", "results of somebody": "an/results.zarr",
    "a stage of somebody's results": "an/work/T0.5-depth-1.zarr", "beside it": "an/work/new.zarr",
    "all stages": "an/work", "figures": "an/figures", "runs among figures": "an/figures/runs",
    "a folder that another command made": "an.zarr", "results that another command made": "an-other",
}  # fmt: skip
FILES = {
    "a file of somebody else": "mydata/notes.json", "a folder": "mydata", "an empty name": "",
    "the working folder": ".", "the root": "/", "a link to a folder": "to_folder",
    "a link to a file": "to_file", "a link to nothing": "to_nothing", "below a file": "mydata/notes.json/x",
    "a field of somebody's results": "an/fields_T0.5.gsd", "their model": "an/softness_1.2.json",
    "their comparison": "an/comparison.json", "among their stages": "an/work/new.gsd",
    "a file that another command made": "an.gsd", "one beside it": "an.json",
}  # fmt: skip


def given(value: str, tmp_path: Path) -> str:
    return str(tmp_path / value) if value.startswith(("mydata", "to_", "an")) else value


_guarded: list[str] = []


def _guard(event: str, arguments: tuple[Any, ...]) -> None:
    """The root of the file system is asked for: should it not be refused, nothing comes of it."""
    if not _guarded or event not in ("open", "os.mkdir", "os.rename", "os.remove", "os.rmdir"):
        return
    path, writes = arguments[0], True
    if event == "open":
        writes = bool(arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))
    if writes and isinstance(path, str) and str(Path(path).absolute().parent) == "/":
        raise AssertionError(f"{event} of {path}")


sys.addaudithook(_guard)


@pytest.fixture(autouse=True)
def guarded() -> Iterator[None]:
    _guarded.append("on")
    yield
    _guarded.clear()


# Commands: the words that make a whole command of each, but for its outputs.

COMMANDS = {
    "simulate": "ka-lj -T 2 --density 1.2 --duration 0.1 --every 0.05 -N 200 --start lattice --hold 1",
    "cool": "ka-lj -T 2 --density 1.2 --hold 1 --duration 0.1 --every 0.05 -N 200",
    "equilibrate": "ka-lj -T 2 --density 1.2 --hold 1 --duration 10 -N 200",
    "propensity": "ka-lj -T 2 --density 1.2 --n-runs 2 --duration 0.1 --every 0.05 -N 200 --start {run}",
    "quench": "ka-lj {run} --tolerance 0.01",
    "dynamics": "{run} -T 0.5",
    "analyze": "{run} -T 0.5 --liquid ka-lj",
    "benchmark": "{folder}",
    "predict": "{run} --model ka-propensity-T0.44",
    "learn": "{run} -e graham2023 --features graham2023 --species A",
    "compare": "{run} -i BondOrder -t Displacement:after=1",
    "study": "sharma2022",
    "report": "",
}
# Arguments that name what is read.
READ_BY_COMMANDS = {"files", "file", "data"}


def command_outputs() -> list[tuple[str, str]]:
    """Every command with each of its arguments that is a path, but for those that are read."""
    found = []
    for command in cli.app.registered_commands:
        assert command.callback is not None
        parameters = inspect.signature(command.callback, eval_str=True).parameters
        found += [
            (command.callback.__name__, name)
            for name, parameter in parameters.items()
            if "Path" in str(parameter.annotation) and name not in READ_BY_COMMANDS
        ]
    return found


def words_of(command: str, output: str, value: str, place: Place, tmp_path: Path) -> list[str]:
    words = COMMANDS[command].format(run=place.run, folder=place.folder).split()
    if command == "report":
        return [command, value]
    others = {"out": str(tmp_path / "made" / "out.gsd"), "runs": str(tmp_path / "made" / "runs")}
    has = {name for each, name in command_outputs() if each == command}
    named = {name: text for name, text in others.items() if name in has} | {output: value}
    return [command, *words, *(word for name, text in named.items() for word in (f"--{name}", text))]


def refused_by_command(words: list[str], monkeypatch: pytest.MonkeyPatch, capsys: Any) -> str:
    monkeypatch.setattr(sys, "argv", ["supercooled", *words])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    said = capsys.readouterr()
    assert ended.value.code == 2, said
    assert said.err.count("\n") == 1
    assert said.err.startswith("supercooled: ")
    return str(said.err)


@pytest.mark.parametrize(("command", "output"), command_outputs())
def test_a_command_refuses_a_name_by_which_something_would_be_lost(  # noqa: PLR0917
    command, output, place, tmp_path, monkeypatch, capsys
):
    names = FILES if (command, output) == ("equilibrate", "out") else FOLDERS
    before = everything(tmp_path)
    for what, value in names.items():
        if command == "report" and value == OF_ANOTHER["results"]:
            continue  # It draws again what any command has made.
        words = words_of(command, output, given(value, tmp_path), place, tmp_path)
        refused_by_command(words, monkeypatch, capsys)
        assert everything(tmp_path) == before, what


# What one command has made no other one replaces, and what two make at once is made once.

WHOSE = {command: f"supercooled {command}" for command in COMMANDS} | {
    "study": "supercooled study sharma2022", "study of another paper": "supercooled study nandi2021",
}  # fmt: skip
KINDS = {"equilibrate": "file", "learn": "file", "predict": "file", "propensity": "folder"}


class Reached(BaseException):
    """Nothing was refused up to here."""


def stopped(words: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["supercooled", *words])
    with pytest.raises(Reached):
        cli.main()


@pytest.fixture(scope="module")
def of_each(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Outputs of every kind, each as if each command had made it."""
    folder = tmp_path_factory.mktemp("each")
    for kind in ("results", "folder", "file"):
        for k, whose in enumerate(WHOSE.values()):
            made(folder / kind / f"{k}.gsd", whose, kind)
    return folder


@pytest.mark.parametrize("command", [command for command, output in command_outputs() if output == "out"])
def test_a_command_replaces_what_the_same_command_made_and_no_other(  # noqa: PLR0917
    command, place, of_each, tmp_path, monkeypatch, capsys
):
    def taken(*_: object) -> int:
        raise Reached

    monkeypatch.setattr(locks, "_locked", taken)
    of_kind = of_each / KINDS.get(command, "results")
    before = everything(of_kind)
    for k, whose in enumerate(WHOSE.values()):
        words = words_of(command, "out", str(of_kind / f"{k}.gsd"), place, tmp_path)
        if command == "report" or whose == WHOSE[command]:
            stopped(words, monkeypatch)
        else:
            said = refused_by_command(words, monkeypatch, capsys)
            assert f"was made by `{whose}`" in said
            assert "choose another" in said
        assert everything(of_kind) == before, whose


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_waits_for_one_that_writes_the_same_and_changes_nothing(
    command, place, tmp_path, monkeypatch, capsys
):
    """With the lock in other hands: which one it is the command shows by taking it."""
    monkeypatch.chdir(tmp_path)
    out = tmp_path / "new" / "out.gsd"
    output = next(name for each, name in sorted(command_outputs()) if each == command)
    words = words_of(command, output, str(out), place, tmp_path)
    if command == "report":
        report.write(out, **NO_TEXT)
    locked: list[Path] = []

    def flock(descriptor: int, how: int) -> None:
        path = Path(f"/proc/self/fd/{descriptor}").readlink()
        if how & fcntl.LOCK_NB and not path.parent.name.endswith(".part"):
            locked.append(path)
            raise Reached
        real(descriptor, how)

    def sleep(_: float) -> None:
        raise Reached

    real = fcntl.flock
    with monkeypatch.context() as patched:
        patched.setattr(fcntl, "flock", flock)
        stopped(words, monkeypatch)
    locked[0].parent.mkdir(parents=True, exist_ok=True)
    with locked[0].open("w") as held:
        real(held, fcntl.LOCK_EX)
        before = everything(tmp_path)
        capsys.readouterr()
        monkeypatch.setattr(time, "sleep", sleep)
        stopped(words, monkeypatch)
        assert everything(tmp_path) == before
    said = capsys.readouterr()
    assert not said.out
    assert said.err.startswith("supercooled: another process is writing ")
    assert said.err.count(": waiting for it\n") == 1


def test_equilibrate_refuses_files_of_somebody_else_before_anything_is_simulated(
    place, tmp_path, monkeypatch, capsys
):
    (place.folder / "other.gsd").write_text("mine")
    (place.folder / "beside.json").write_text("mine")
    before = everything(tmp_path)
    for name in ("other.gsd", "beside.gsd"):
        words = words_of("equilibrate", "out", str(place.folder / name), place, tmp_path)
        assert "was not written by supercooled" in refused_by_command(words, monkeypatch, capsys)
        assert everything(tmp_path) == before
    words = words_of("equilibrate", "out", str(place.run), place, tmp_path)
    assert "is one of the inputs" in refused_by_command(
        [*words, "--start", str(place.run)], monkeypatch, capsys
    )
    assert everything(tmp_path) == before


# Functions: how each is called with its output, and what of the public ones is no output.

NEAR = sc.indicators.StructureFunctions((sc.structure.Radial(first=0.9, step=0.1, number=2, width=0.1),))
MODEL = learning.SoftnessModel(("a",), np.zeros(1), np.ones(1), ((np.ones((1, 1)), np.ones(1)),), "margin")
NO_TEXT: dict[str, Any] = {"title": "", "summary": "", "rows": [], "results": {}, "provenance": {}}


OF_FUNCTIONS: dict[str, Callable[[Place, str], object]] = {
    "dynamics.hops:out": lambda p, v: sc.dynamics.hops(p.opened(), window=2.0, out=v),
    "compute:out": lambda p, v: sc.compute(p.opened(), [sc.indicators.BondOrder(6), NEAR], out=v),
    "Features.of:out": lambda p, v: NEAR.of(p.opened(), out=v),
    "Indicator.of:out": lambda p, v: sc.indicators.BondOrder(6).of(p.opened(), out=v),
    "predictors.Predictor.save:path": lambda p, v: valid_calls._predictor().save(v),
    "fields.field:out": lambda p, v: fields.field(
        "depth", np.zeros, [(1, 2)], [1], coords={"frame": [0], "particle": [0, 1]}, executor=None, out=v,
        by="me", inputs=[p.run],
    ),
    "fields.sealed_folder:path": lambda p, v: fields.sealed_folder(v, by="me", inputs=[p.run]).__enter__(),
    "report.save_results:path": lambda p, v: report.save_results(v, {"a": xr.Dataset({"x": ("y", [1.0])})}),
    "report.write:out": lambda p, v: report.write(v, **NO_TEXT),
    "report.rebuild:out": lambda p, v: report.rebuild(v),
    "report.own_folder:out": lambda p, v: report.own_folder(v, inputs=[p.run]).__enter__(),
    "report.write_comparison:path": lambda p, v: report.write_comparison(v, rows()),
    "learning.SoftnessModel.save:path": lambda p, v: MODEL.save(v),
    "write_gsd:path": lambda p, v: sc.write_gsd(v, p.opened()),
    "io.GsdAppender:path": lambda p, v: io.GsdAppender(
        v, species=[0], names=("A",), masses=(1.0,), dimensions=3
    ),
    "store.equilibrate:out": lambda p, v: store.equilibrate(
        LIQUID, 2.0, 200, start="lattice", hold=1.0, duration=10.0, out=v, root=p.folder.parent / "runs"
    ),
    "simulate:root": lambda p, v: sc.simulate(LIQUID, **CHEAP, hold=1.0, root=v, progress=False),
    "store.simulate_all:root": lambda p, v: store.simulate_all(
        [store.request(LIQUID, **CHEAP, hold=1.0)], root=v, progress=False
    ),
    "store.RunFolder.of:root": lambda p, v: store.RunFolder.of(
        store.request(LIQUID, **CHEAP, hold=1.0).state, v
    ),
    "store.cool:root": lambda p, v: store.cool(
        LIQUID, [2.0], n_particles=200, hold=1.0, duration=0.1, every=0.05, root=v, progress=False
    ),
    "store.equilibrate:root": lambda p, v: store.equilibrate(
        LIQUID, 2.0, 200, start="lattice", hold=1.0, duration=10.0, out=p.folder.parent / "a.gsd", root=v
    ),
    "store.isoconfigurational:root": lambda p, v: store.isoconfigurational(
        LIQUID, n_runs=2, **{**CHEAP, "start": "equilibrated", "temperature": 0.6, "n_particles": 4000},
        root=v, progress=False,
    ),
    "store.quench_trajectory:root": lambda p, v: store.quench_trajectory(
        p.opened(), tolerance=0.01, mixture=LIQUID.mixture, root=v, progress=False
    ),
    "benchmark:cache": lambda p, v: sc.benchmark(**{**valid_calls.CALLS["benchmark"](), "cache": v}),
    "Analysis.report:out": lambda p, v: valid_calls.analysed().report(v),
    "Comparison.save:out": lambda p, v: valid_calls.compared().save(v),
    "Learned.save:path": lambda p, v: valid_calls.learned().save(v),
    "Learned.report:out": lambda p, v: valid_calls.learned().report(v),
    "analysis.comparison.files.run:out": lambda p, v: compare_files.run(
        [p.run], indicators=["BondOrder"], targets=["Displacement:after=1"], out=v, given=Given()  # type: ignore[arg-type]
    ),
    "analysis.analyze_files.run:out": lambda p, v: analyze_files.run(
        [p.run], out=v, liquid="ka-lj", given=Given([0.5]), thresholds=None, choices=Choices(), workers=1  # type: ignore[arg-type]
    ),
    "analysis.motion.run:out": lambda p, v: motion.run(
        [p.run], out=v, given=Given([0.5]), how=Motion(species=None)  # type: ignore[arg-type]
    ),
    "papers.Paper.run:out": lambda p, v: named("sharma2022").run(
        "quick", v, root=p.folder.parent / "runs", workers=1
    ),
}  # fmt: skip
ONE_FILE = {
    "predictors.Predictor.save:path", "Learned.save:path",
    "report.write_comparison:path", "learning.SoftnessModel.save:path", "write_gsd:path",
    "io.GsdAppender:path", "store.equilibrate:out",
}  # fmt: skip
READ_OR_GIVEN_A_RUN_FOLDER = {
    # what is read, beside the functions that are called so
    "io.Meaning.units_for:path", "systems.library:folder", "systems.Configuration:path",
    "store.RunFolder:path", "store.RunFolder.is_there:root", "store.RunFolder.made_otherwise:root",
    "store.equilibrate:start", "fields.check:folder",
    # named on the screen
    "report.print_comparison:page", "fields.reading:where",
    # engines write into the folder of a run that the store has made
    "simulation.Engine.prepare:checkpoint", "simulation.Engine.advance:checkpoint",
    "simulation.Engine.advance:after", "simulation.LammpsEngine.prepare:checkpoint",
    "simulation.LammpsEngine.advance:checkpoint", "simulation.LammpsEngine.advance:after",
    # parts of making an output that have no name of their own
    "fields.seal:folder", "fields.objection:folder", "fields.not_ours:folder", "fields.dataset:folder",
    # stand for the other one of both
    "papers.Paper.run:root", "papers.Work:kept", "papers.Work:root",
    "analysis.analyze_files.run:files", "analysis.motion.run:files",
    "indicators.LearnedSoftness.of_file:path", "benchmark:data", "predict:run", "predict:model",
    "softness:run", "softness:model", "learn:runs", "io.Meaning:topology",
    "predictors.model_named:model", "interfaces.calculate:wanted", "io.Reader:open",
    "analysis.comparison.files.run:files", "Comparison.save:inputs", "analyze:runs",
}  # fmt: skip


# What draws again the results of any command; and what goes on with any file of runs.
OF_ANY = {("report.rebuild:out", OF_ANOTHER["results"]), ("io.GsdAppender:path", OF_ANOTHER["file"])}


def public_functions() -> Iterator[tuple[str, Any]]:
    seen: set[int] = set()
    packages = {name: getattr(sc, name) for name in sc.__all__ if inspect.ismodule(getattr(sc, name))}
    for package, module in {"": sc, **packages, "fields": fields}.items():
        for name in getattr(module, "__all__", ()):
            thing = getattr(module, name)
            if id(thing) in seen or inspect.ismodule(thing) or not callable(thing):
                continue
            seen.add(id(thing))
            full = f"{package}.{name}".strip(".")
            yield full, thing
            if inspect.isclass(thing):
                yield from (
                    (f"{full}.{method}", getattr(thing, method))
                    for method in vars(thing)
                    if not method.startswith("_") and callable(getattr(thing, method))
                )
    for name in ("analysis.analyze_files", "analysis.comparison.files", "analysis.motion"):
        yield f"{name}.run", importlib.import_module(f"supercooled.{name}").run


def test_every_public_function_that_is_given_a_path_is_known_here():
    found = set()
    for name, function in public_functions():
        try:
            parameters = inspect.signature(function).parameters
        except (TypeError, ValueError):
            continue
        if not name.rpartition(".")[2].startswith(("read", "load", "look", "open")):
            found |= {f"{name}:{p}" for p, one in parameters.items() if "Path" in str(one.annotation)}
    assert found - READ_OR_GIVEN_A_RUN_FOLDER == set(OF_FUNCTIONS)


@pytest.mark.parametrize("function", sorted(OF_FUNCTIONS))
def test_a_function_refuses_a_name_by_which_something_would_be_lost(function, place, tmp_path):
    before = everything(tmp_path)
    for what, value in (FILES if function in ONE_FILE else FOLDERS).items():
        if (function, value) in OF_ANY:
            continue
        with pytest.raises(sc.SupercooledError) as refused:
            OF_FUNCTIONS[function](place, given(value, tmp_path))
        assert len(str(refused.value)) < 400, what
        assert everything(tmp_path) == before, what


def test_a_field_does_not_take_the_place_of_the_file_that_it_is_made_from(short_run, tmp_path):
    """Not even in a folder that holds nothing else, or by another name of it."""
    run = tmp_path / "own" / "run.gsd"
    run.parent.mkdir()
    shutil.copy(short_run, run)
    opened, before = sc.read(run), everything(tmp_path)
    for out in (run.parent, f"{run.parent}/", tmp_path / "own" / ".." / "own"):
        with pytest.raises(ParameterError, match="is one of the inputs and is in"):
            sc.dynamics.hops(opened, window=2.0, out=out)
    os.link(run, tmp_path / "same.gsd")
    with pytest.raises(ParameterError, match="is one of the inputs"):
        sc.write_gsd(tmp_path / "same.gsd", opened)
    (tmp_path / "same.gsd").unlink()
    assert everything(tmp_path) == before


def test_an_output_of_ours_is_replaced_and_one_that_was_edited_is_not(short_run, tmp_path):
    run = sc.read(short_run)
    for path in (tmp_path / "a.gsd", tmp_path / "a.gsd"):
        sc.write_gsd(path, run[:2])
    for name in ("hops", "hops"):
        sc.dynamics.hops(run, window=2.0, out=tmp_path / name)
    with (tmp_path / "a.gsd").open("ab") as file:
        file.write(b"more")
    (tmp_path / "hops" / "notes.txt").write_text("mine")
    before = everything(tmp_path)
    with pytest.raises(StoreError, match="has changed since supercooled wrote it: move it"):
        sc.write_gsd(tmp_path / "a.gsd", run)
    with pytest.raises(StoreError, match=r"notes\.txt is not among the files.*: move it"):
        sc.dynamics.hops(run, window=2.0, out=tmp_path / "hops")
    assert everything(tmp_path) == before


def test_a_file_that_a_function_put_beside_results_is_replaced_by_that_function_alone(place, tmp_path):
    mine = tmp_path / "an" / "mine.gsd"
    for frames in (slice(2), slice(3)):
        sc.write_gsd(mine, place.opened(), frames=frames)
    before = mine.read_bytes()
    with pytest.raises(StoreError, match="was made by `write_gsd`: move it"):
        MODEL.save(mine)
    assert mine.read_bytes() == before


def test_a_folder_of_results_keeps_what_else_is_in_it(tmp_path):
    out = tmp_path / "out"
    report.write(out, **NO_TEXT)
    (out / "notes.txt").write_text("mine")
    report.write(out, **{**NO_TEXT, "title": "Again"})
    assert (out / "notes.txt").read_text() == "mine"
    (out / "report.html").write_text("edited")
    before = everything(tmp_path)
    for again in (lambda: report.write(out, **NO_TEXT), lambda: report.rebuild(out)):
        with pytest.raises(StoreError, match=r"report\.html has changed since supercooled wrote it: move it"):
            again()
        assert everything(tmp_path) == before


def test_runs_go_to_a_folder_of_runs_also_by_a_link_and_are_never_an_output(tmp_path):
    state = store.request(LIQUID, **CHEAP, hold=1.0).state
    store.RunFolder.of(state, tmp_path / "runs")
    (tmp_path / "scratch").symlink_to(tmp_path / "runs")
    store.RunFolder.of(state, tmp_path / "scratch")
    before = everything(tmp_path)
    for out in (tmp_path / "runs", tmp_path / "scratch"):
        with pytest.raises((ParameterError, StoreError)):
            report.save_results(out, {})
        with pytest.raises((ParameterError, StoreError)):
            report.write(out, **NO_TEXT)
    assert everything(tmp_path) == before


@pytest.mark.parametrize("runs", ["p.zarr", "p.zarr/runs"])
def test_a_propensity_does_not_go_where_its_runs_lie(runs, place, tmp_path, monkeypatch, capsys):
    words = words_of("propensity", "out", str(tmp_path / "p.zarr"), place, tmp_path)
    words[words.index("--runs") + 1] = str(tmp_path / runs)
    before = everything(tmp_path)
    assert "the runs would be in" in refused_by_command(words, monkeypatch, capsys)
    assert everything(tmp_path) == before


def test_an_analysis_refuses_at_once_a_hard_link_of_a_field_that_it_would_write(place, tmp_path):
    """Before hours of work, and not when the field is written."""
    os.link(tmp_path / "an" / "fields_T0.5.gsd", place.folder / "link.gsd")
    before = everything(tmp_path)
    with pytest.raises(
        ParameterError, match=r"link\.gsd is one of the inputs and would be overwritten as .*fields_T0\.5"
    ):
        analyze_files.run(
            [place.folder / "link.gsd"], out=tmp_path / "an", liquid="ka-lj", given=Given([0.5]),  # type: ignore[arg-type]
            thresholds=None, choices=Choices(), workers=1,
        )  # fmt: skip
    assert everything(tmp_path) == before


def test_a_worker_makes_parts_of_results_whose_lock_another_process_holds(results, tmp_path):
    shutil.copytree(results, tmp_path / "an")
    work = tmp_path / "an" / "work"
    with outputs.parts_of_results(work):
        report.save_results(work / "new.zarr", {})
        with pytest.raises(StoreError, match="is part of the results in"):
            report.save_results(tmp_path / "an" / "results.zarr", {})
    with pytest.raises(StoreError, match="is part of the results in"):
        report.save_results(work / "new.zarr", {})


def test_a_study_does_not_go_where_its_runs_lie(tmp_path):
    with pytest.raises(ParameterError, match="the runs would be in"):
        named("sharma2022").run("quick", tmp_path / "out", root=tmp_path / "out", workers=1)
    assert everything(tmp_path) == {}


def test_a_refused_name_is_not_even_touched_when_the_lock_is_somebody_elses_file(tmp_path):
    (tmp_path / ".lock").write_text("mine")
    before = everything(tmp_path)
    with pytest.raises(StoreError, match=r"holds \.lock"):
        report.write(tmp_path, **NO_TEXT)
    (tmp_path / ".a.zarr.lock").write_text("mine")
    with pytest.raises(StoreError, match="not a lock file of supercooled"):
        report.save_results(tmp_path / "a.zarr", {})
    (tmp_path / ".a.zarr.lock").unlink()
    (tmp_path / ".supercooled.manifest").write_text("mine")
    before = everything(tmp_path)
    for write in (lambda: report.write(tmp_path, **NO_TEXT), lambda: MODEL.save(tmp_path / "m.json")):
        with pytest.raises(StoreError):
            write()
    assert everything(tmp_path) == before
    assert outputs.Manifest(tmp_path).kind() is None
