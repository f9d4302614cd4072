"""The command that a report prints, run in a new folder, gives the report again."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest
import short_study
import typer
from hypothesis import given, settings
from hypothesis import strategies as st
from test_papers_outside import installed  # noqa: F401  a fixture
from typer.testing import CliRunner

import supercooled as sc
from supercooled import papers
from supercooled.cli import app
from supercooled.cli.command_line import given_command
from supercooled.report import writing
from supercooled.simulation.engine_choice import ENGINE
from supercooled.systems import equilibration_command, kob_andersen

# Commands whose reports say how to make them again.
REPORTING = ("analyze", "benchmark", "compare", "dynamics", "study")
NASTY = ["it's $(touch x) `y`.gsd", "-dash.gsd", "two words.gsd", "müller 日本;&|.gsd", '"quoted\\".gsd']


def values_of(parameter: Any, kind: Any) -> st.SearchStrategy[list[str]]:
    """Words on the command line for one option or argument.

    kind : its type, as the command's function has it
    """
    if parameter.param_type_name == "option" and parameter.is_flag:
        return st.sampled_from([[word] for word in (*parameter.opts, *parameter.secondary_opts)])
    kinds = [kind, *get_args(kind), *(inner for outer in get_args(kind) for inner in get_args(outer))]
    if choices := [choice for choice in kinds if isinstance(choice, str)]:
        words = st.sampled_from(choices)
    elif float in kinds:
        words = st.floats(-1e6, 1e6).map(repr)
    elif int in kinds:
        words = st.integers(1, 10**6).map(str)
    else:
        words = st.sampled_from(NASTY) | st.text(
            st.characters(codec="utf-8", exclude_characters="\0"), min_size=1
        )
    many = parameter.multiple or parameter.nargs < 0
    several = st.lists(words, min_size=1, max_size=3 if many else 1)
    if parameter.param_type_name == "argument":
        return several
    return several.map(lambda each: [f"{parameter.opts[0]}={word}" for word in each])


@st.composite
def command_lines(draw: st.DrawFn) -> list[str]:
    name = draw(st.sampled_from(REPORTING))
    command = typer.main.get_command(app).commands[name]
    kinds = get_type_hints(command.callback)
    options, arguments = [], []
    for parameter in command.params:
        if parameter.name in kinds and (parameter.required or draw(st.booleans())):
            words = draw(values_of(parameter, kinds[parameter.name]))
            (options if parameter.param_type_name == "option" else arguments).extend(words)
    return [name, *options, "--", *arguments]


def parsed(words: list[str]) -> typer.Context:
    group = typer.main.get_command(app)
    return group.commands[words[0]].make_context(words[0], words[1:])  # type: ignore[attr-defined,no-any-return]


@settings(max_examples=60, deadline=None)
@given(command_lines())
def test_every_option_of_a_reporting_command_is_repeated(words):
    context = parsed(words)
    again = shlex.split(given_command(context))
    assert again[0] == "supercooled"
    assert parsed(again[1:]).params == context.params


def repeated(first: list[str], folder: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """The folder that a command has written, and that of the command which it printed, run somewhere else."""
    made = []
    for place in ("first", "second"):
        (folder / place).mkdir()
        for file in (*folder.glob("*.gsd"), *folder.glob("data")):
            (folder / place / file.name).symlink_to(file)
        monkeypatch.chdir(folder / place)
        done = CliRunner().invoke(app, first, catch_exceptions=False)
        assert done.exit_code == 0, done.output
        made.append(Path("out dir").absolute())
        kept = json.loads(Path("out dir", "provenance.json").read_text())
        (printed,) = kept.get("provenance", kept)["commands"]
        first = shlex.split(printed)[1:]
    return made[0], made[1]


@pytest.fixture(autouse=True)
def quick_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "rebuild", lambda out, **_: (out / "report.html").write_text("drawn"))


COMBINATIONS = [
    ("analyze", "--threshold 0.1"),
    (
        "analyze",
        (
            "--q-max 12.34567891 --width 0.07 --direct-correlation ensemble --normalisation partner "
            "--remove-drift --calibrated-by local-mean --begin 10 --stride 2"
        ),
    ),
    ("analyze", "--threshold 0.1 --species B --names A=A,B=B --calibrated-by ensemble-full"),
    (
        "dynamics",
        (
            "--species all --overlap-radius 0.25 --tolerance 0.05 --wave-number 7.25 --remove-drift "
            "--begin 5 --stride 3"
        ),
    ),
]


@pytest.mark.parametrize(("command", "options"), COMBINATIONS)
def test_the_printed_command_gives_the_same_numbers_in_a_new_folder(command, options, tmp_path, monkeypatch):
    sc.write_gsd(tmp_path / NASTY[0], short_study.lattice(0, 0.07))
    words = [command, NASTY[0], "-T", "0.5", "--out", "out dir", *shlex.split(options)]
    words += shlex.split("--liquid ka-lj --window 6 --workers 1") if command == "analyze" else []
    one, two = repeated(words, tmp_path, monkeypatch)
    for file in ("comparison.json", "provenance.json"):
        assert (one / file).read_text() == (two / file).read_text()


def numbers(folder: Path) -> dict[str, bytes]:
    """Everything that was stored of results, by name."""
    kept = folder / "results.zarr"
    return {str(path.relative_to(kept)): path.read_bytes() for path in kept.rglob("*") if path.is_file()}


def test_the_printed_command_of_a_comparison_gives_its_numbers_in_a_new_folder(tmp_path, monkeypatch):
    sc.write_gsd(tmp_path / NASTY[3], short_study.lattice(0, 0.07))
    options = (
        "-T 0.5 -i BondOrder:degree=6 -t Displacement:after=2 --blocks 3 --species A --begin 3 --stride 2"
    )
    one, two = repeated(["compare", NASTY[3], "--out", "out dir", *options.split()], tmp_path, monkeypatch)
    assert (one / "provenance.json").read_text() == (two / "provenance.json").read_text()
    assert numbers(one) == numbers(two) != {}


@pytest.mark.parametrize("options", ["--preset long", "--runs 'other runs'", "--preset quick --workers 1"])
def test_the_printed_command_of_a_study_gives_its_numbers_in_a_new_folder(
    installed,  # noqa: F811
    options,
    tmp_path,
    monkeypatch,
):
    words = ["study", "fifth2027", "--out", "out dir", *shlex.split(options)]
    one, two = repeated(words, tmp_path, monkeypatch)
    for file in ("comparison.json", "provenance.json"):
        assert (one / file).read_text() == (two / file).read_text()
    assert numbers(one) == numbers(two) != {}


def test_the_printed_command_of_every_study_is_what_was_asked(monkeypatch):
    monkeypatch.delenv(ENGINE, raising=False)
    for name in papers.known():
        for preset in papers.named(name).presets:
            words = shlex.split(papers.paper.command(name, preset, out=Path(NASTY[0]), root=Path(NASTY[2])))
            asked = parsed(words[1:]).params
            assert (asked["name"], asked["preset"]) == (name, preset)
            assert (str(asked["out"]), str(asked["runs"])) == (NASTY[0], NASTY[2])
    monkeypatch.setenv(ENGINE, "gamdpy")
    told = papers.paper.command("sharma2022", "quick", out=Path("out"), root=Path("runs"))
    assert told.startswith("SUPERCOOLED_ENGINE=gamdpy supercooled study sharma2022")


def test_a_given_threshold_stands_in_the_report(tmp_path, monkeypatch):
    sc.write_gsd(tmp_path / "run.gsd", short_study.lattice(0, 0.07))
    words = shlex.split("analyze run.gsd --liquid ka-lj -T 0.5 --out out --window 6 --threshold 0.1234")
    monkeypatch.chdir(tmp_path)
    assert CliRunner().invoke(app, words, catch_exceptions=False).exit_code == 0
    said = json.loads(Path("out", "provenance.json").read_text())["provenance"]["parameters"]["threshold"]
    assert said == {"value": 0.1234, "why": "given"}
    (row,) = [row for row in sc.report.read_comparison("out/comparison.json") if row.quantity == "p_c"]
    assert "--threshold gives one" not in row.note
    assert "threshold that was given, 0.1234" in row.note


def test_the_command_that_makes_a_configuration_is_complete_and_quoted():
    liquid = kob_andersen(density=1.2)
    command = equilibration_command(
        liquid, 0.123456789012, 4000, start="a b;c.gsd", hold=10.0, duration=20.0, out="$HOME.gsd", dt=0.0025
    )
    words = shlex.split(command)
    assert words[words.index("--temperature") + 1] == "0.123456789012"
    assert words[words.index("--start") + 1] == "a b;c.gsd"
    assert words[words.index("--out") + 1] == "$HOME.gsd"
    assert (words[words.index("--hold") + 1], words[words.index("--dt") + 1]) == ("10", "0.0025")
