"""Every option of every command in turn becomes what it can't be: one sentence, or an answer without NaN.

A part of the values in the tests, all of them with ``ARGUMENTS=all``.
"""

from __future__ import annotations

import inspect
import os
import random
import re
import shutil
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import typer.main
import valid_calls
from corpus import configurations
from matplotlib import pyplot
from test_bad_input import bounded
from typer.core import TyperOption

import supercooled as sc
from supercooled import cli
from supercooled.errors import SimulationError
from supercooled.simulation import LammpsEngine

ALL = os.environ.get("ARGUMENTS") == "all"
COMMANDS: Any = typer.main.get_command(cli.app).commands  # type: ignore[attr-defined]
LIQUID = "ka-lj -T 2 --density 1.2 --duration 0.1 --every 0.05 -N 200 --hold 1"
PROPENSITY = " --n-runs 2 --start run.gsd --out made.zarr --runs runs --workers 1"
# Of each command so many values in the tests: a study makes runs, the others take no second.
FEW = {"study": 10, "benchmark": 20, "analyze": 20}
# The words that make a small whole command of each.
WORDS = {
    "systems": "",
    "indicators": "",
    "targets": "",
    "models": "",
    "simulate": f"{LIQUID} --start lattice --runs runs --workers 1",
    "equilibrate": f"{LIQUID} --runs runs --out made.gsd",
    "cool": f"{LIQUID} --runs runs",
    "propensity": LIQUID.replace(" --hold 1", PROPENSITY),
    "quench": "ka-lj run.gsd --tolerance 10 --runs runs --workers 1",
    "look": "run.dump",
    "dynamics": "run.gsd -T 0.5 --out out",
    "analyze": "run.gsd -T 0.5 --window 4 --out out --workers 1",
    "benchmark": "configurations --out out --liquid none",
    "compare": "run.gsd -i BondOrder:cutoff=1.5 -t Displacement:after=2 --out out --workers 1",
    "predict": "run.gsd --model model.json --out made.gsd",
    "learn": "run.gsd -e Hop:within=2,window=4,threshold=0.01 --features graham2023 --species A --blocks 3 "
    "--size 20 --out model.json --page page",
    "study": "sharma2022 --out out --runs runs --workers 1",
    "report": "results",
}
NUMBERS = ("nan", "inf", "-inf", "1e400", "one", "")
WRONG = (
    *NUMBERS, "-1", "0", "1e308", "1e-320", "-0.0", "9" * 25, "0x10", "1_000", "  ", "\x1b[31mred", "müller",
    "a=b", "A=A,A=A", "1=A,1=B", "=", ",", "::", "0:0:0", "9:1:-1", "1:2:3:4", "metal", "lj,sigma=nan",
    "metal,sigma=0,epsilon=1,mass=1", "8,nan,8", "1e300", "-8,8,8", "/dev/zero", "/dev/null", "..", "/",
    "BondOrder", "BondOrder:degree=nan", "BondOrder:degree=99999999", "BondOrder:cutoff=1e-300",
    "Displacement:after=inf", "Displacement:after=-1", "Displacement:after=1,after=2", "Hop:within=1",
    "Nothing:x=1", "averaged(", "inherent(BondOrder)", "BondOrder:__class__=1", "tcp://127.0.0.1:1",
    "x" * 1500,
)  # fmt: skip


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the commands read, in one folder."""
    folder = tmp_path_factory.mktemp("made")
    drawn = np.random.default_rng(1)
    sites = np.stack(np.meshgrid(*[np.arange(6)] * 3), axis=-1).reshape(-1, 3)[:200] * 1.1 - 3.3
    still = sites + 0.05 * drawn.normal(size=(30, 200, 3))
    species = (np.arange(200) % 5 == 4).astype(int)
    run = sc.Trajectory.from_arrays(still, sc.Box.cube(6.6), species=species, names=("A", "B"))
    sc.write_gsd(folder / "run.gsd", run)
    with (folder / "run.dump").open("w") as file:
        for k in range(3):
            file.write(f"ITEM: TIMESTEP\n{k}\nITEM: NUMBER OF ATOMS\n200\nITEM: BOX BOUNDS pp pp pp\n")
            file.write("-3.3 3.3\n" * 3 + "ITEM: ATOMS id type x y z\n")
            file.writelines(
                f"{i + 1} {kind + 1} {place[0]:.4f} {place[1]:.4f} {place[2]:.4f}\n"
                for i, (kind, place) in enumerate(zip(species, still[k], strict=True))
            )
    (folder / "configurations").mkdir()
    for name in ("a", "b", "c"):
        arrays = {
            **configurations.ARRAYS,
            "box": np.full(3, 6.6),
            "types": species + 1,
            "initial_positions": still[0],
        }
        arrays["positions"] = still[0] + drawn.normal(0.0, 0.1, (4, 200, 3))
        arrays["initial_positions"] = still["abc".index(name)]
        (folder / "configurations" / f"{name}.npz").write_bytes(configurations.written(arrays))
    valid_calls.described_model().save(folder / "model.json")
    sc.report.write(
        folder / "results", title="t", summary="", rows=[valid_calls.row()],
        results={"a": valid_calls.table()}, provenance={},
    )  # fmt: skip
    return folder


class NoEngine(LammpsEngine):
    """Stands where LAMMPS would run."""

    def prepare(self, *_: Any, **__: Any) -> Any:
        raise SimulationError("the engine was reached")


def run(words: list[str], monkeypatch: pytest.MonkeyPatch, capsys: Any) -> tuple[int, str, str]:
    """Exit code, what was said, and what was said of what is wrong."""
    monkeypatch.setattr(sys, "argv", ["supercooled", *words])
    capsys.readouterr()
    code: Any = 0
    with bounded():
        try:
            cli.main()
        except SystemExit as ended:
            code = ended.code
    said = capsys.readouterr()
    pyplot.close("all")
    return code, said.out, said.err


def cases(command: str) -> list[tuple[str, str]]:
    """Options, and arguments by their place, each with each value."""
    named = [
        option.opts[0] if isinstance(option, TyperOption) else option.name
        for option in COMMANDS[command].params
        if option.name not in ("help", "out", "runs", "scheduler")
        and not (isinstance(option, TyperOption) and option.is_flag)
    ]
    return [(name, value) for name in named for value in WRONG]


def numeric(command: str, name: str) -> bool:
    """Whether an option or argument is a number, by its annotation."""
    option = next(one for one in COMMANDS[command].params if name in {*one.opts, one.name})
    callback = next(one.callback for one in cli.app.registered_commands if one.callback.__name__ == command)
    said = str(inspect.signature(callback, eval_str=True).parameters[option.name].annotation)
    return "float" in said or "int" in re.findall(r"\w+", said.partition(",")[0])


def changed(command: str, name: str, value: str) -> list[str]:
    words = WORDS[command].split()
    if not name.startswith("-"):
        place = [one.name for one in COMMANDS[command].params if not one.opts[0].startswith("-")].index(name)
        return [command, *words[:place], value, *words[place + 1 :]]
    option = next(one for one in COMMANDS[command].params if name in one.opts)
    for spelling in option.opts:
        while spelling in words:
            at = words.index(spelling)
            del words[at : at + 2]
    return [command, *words, f"{name}={value}"]


def test_every_command_has_words_here():
    assert set(COMMANDS) == set(WORDS)


def fault(command: str, name: str, value: str, code: int, out: str, err: str) -> str:  # noqa: PLR0917
    """What is wrong with what a command has said; empty if nothing is."""
    last = (err.strip().splitlines() or [""])[-1]
    never = value in NUMBERS and numeric(command, name)
    if "Traceback" in err + out or code not in {0, 2}:
        return f"exit code {code}: {err[-300:]!r}"
    if code == 2 and not (last.startswith("supercooled: ") and last.isprintable() and len(last) < 2000):
        return f"says {err[-300:]!r}"
    return "taken" if never and (code == 0 or "engine was reached" in err) else ""


@pytest.mark.parametrize("command", [name for name in WORDS if cases(name)])
def test_an_option_that_is_wrong_gets_one_sentence(command, made, tmp_path, monkeypatch, capsys):
    for method in ("prepare", "advance"):
        monkeypatch.setattr(LammpsEngine, method, NoEngine.prepare)
    # Where an option is right after all, the whole page is made: without figures, which take seconds.
    monkeypatch.setattr("supercooled.report.plates.draw", lambda *_: None)
    faults = []
    chosen = cases(command)
    if not ALL:
        chosen = random.Random(command).sample(chosen, min(len(chosen), FEW.get(command, 40)))
    for k, (name, value) in enumerate(chosen):
        place = tmp_path / str(k)
        shutil.copytree(made, place)
        monkeypatch.chdir(place)
        try:
            said = fault(command, name, value, *run(changed(command, name, value), monkeypatch, capsys))
        except Exception as error:
            said = f"raw {type(error).__name__}: {str(error)[:200]}"
        if said:
            faults.append(f"{name}={value[:60]!r}: {said}")
        monkeypatch.chdir(tmp_path)
        shutil.rmtree(place)
    assert not faults, "\n".join([command, *faults])


@pytest.mark.parametrize(("command", "option"), [("simulate", "--replicas"), ("propensity", "--n-runs")])
def test_runs_without_end_are_refused_before_any_is_made(  # noqa: PLR0917
    command, option, made, tmp_path, monkeypatch, capsys
):
    shutil.copytree(made, tmp_path / "here")
    monkeypatch.chdir(tmp_path / "here")
    code, _, err = run(changed(command, option, "9" * 18), monkeypatch, capsys)
    assert code == 2
    assert option.strip("-").replace("-", "_") in err.replace("-", "_")
    assert not (tmp_path / "here" / "runs").exists()
