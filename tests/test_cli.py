"""The command line: what it prints, and what it refuses in one line."""

import importlib
import subprocess
import sys
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
from typer.testing import CliRunner

import supercooled as sc
from supercooled import cli
from supercooled.cli.options import Minimiser, Mover

RUNNER = CliRunner()


def test_help_imports_nothing_that_computes():
    code = """
import sys
from supercooled.cli import main
sys.argv = ["supercooled", "--help"]
try:
    main()
finally:
    print(*sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "analyze" in done.stdout
    loaded = set(done.stdout.splitlines()[-1].split())
    assert {"typer", "supercooled.cli"} <= loaded
    assert loaded.isdisjoint({"numpy", "scipy", "xarray", "numba", "matplotlib", "pydantic"})


def test_what_a_command_does_not_need_is_not_imported():
    """Half a second of the processor at each start: learning, statistics, all other indicators, figures."""
    code = "import sys; import supercooled.analysis.analyze_files, supercooled.store; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert "supercooled.analysis.measurement" in loaded
    assert loaded.isdisjoint(
        {"scipy.interpolate", "scipy.optimize", "scipy.stats", "scipy.spatial", "sklearn", "matplotlib"}
    )
    assert loaded.isdisjoint(
        f"supercooled.{name}"
        for name in (
            "analysis.compare",
            "indicators.stiffness",
            "predictors",
            "store.cooling",
            "store.crystal",
        )
    )


@pytest.mark.parametrize("name", ["indicators", "io", "store"])
def test_what_is_imported_when_asked_for_is_what_its_module_holds(name):
    package = importlib.import_module(f"supercooled.{name}")
    assert set(package._LATER) <= set(package.__all__) == set(dir(package))
    for what, where in package._LATER.items():
        found = getattr(package, what)
        assert found is vars(importlib.import_module(f"supercooled.{name}.{where}"))[what]
        # A module of that name would hide it.
        assert not (Path(package.__file__).parent / f"{what}.py").exists()
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        package.nothing  # noqa: B018


def test_every_indicator_is_known_before_any_is_asked_for():
    code = "import supercooled as sc; print(*sc.indicators.known())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    here = [getattr(sc.indicators, name) for name in sc.indicators.__all__]
    kinds = {one.__name__ for one in here if isinstance(one, type) and issubclass(one, sc.Features)}
    assert set(done.stdout.split()) >= kinds - {"Features", "Indicator"} > {"BondOrder", "LocalDepth"}


def test_what_options_spell_out_is_what_the_functions_take():
    (engines, _), (ways,) = get_args(get_args(Mover)[0]), (get_args(Minimiser)[0],)
    assert get_args(engines) == get_args(sc.simulation.EngineName)
    assert get_args(ways) == get_args(sc.simulation.Minimiser)


def refused(*arguments: str | Path) -> str:
    """The one line that a command is refused with; exit code 2 and no traceback are checked."""
    done = subprocess.run(
        [sys.executable, "-c", "from supercooled.cli import main; main()", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 2, done.stderr
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    assert "Traceback" not in done.stderr
    return lines[0]


def liquid_file(path: Path, *, n_frames: int = 40, every: float = 1.0, seed: int = 1) -> Path:
    """A small Kob-Andersen-like file, particles on a lattice that shakes."""
    random = np.random.default_rng(seed)
    lattice = np.stack(np.meshgrid(*[np.arange(10.0)] * 3), axis=-1).reshape(-1, 3) * 0.94 - 4.7 + 0.47
    shaking = lattice + 0.02 * random.normal(size=(n_frames, 1000, 3))
    species = (np.arange(1000) >= 800).astype(int)
    run = sc.Trajectory.from_arrays(
        shaking, sc.Box.cube(9.4), species=species, names=("A", "B"), times=every * np.arange(n_frames)
    )
    sc.write_gsd(path, run)
    return path


def test_systems_lists_the_catalogue_and_the_configurations() -> None:
    assert "wahnstrom" in RUNNER.invoke(cli.app, ["systems"]).stdout
    states = RUNNER.invoke(cli.app, ["systems", "--states"]).stdout
    assert all(f"{c.temperature:g}" in states for c in sc.systems.library())


def test_import_takes_less_than_half_a_second() -> None:
    code = "import time; t = time.perf_counter(); import supercooled; print(time.perf_counter() - t)"
    best = min(
        float(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout)
        for _ in range(3)
    )
    assert best < 0.5


def test_an_unknown_study_or_preset_lists_the_known(tmp_path: Path) -> None:
    assert "sharma2022" in refused("study", "smith1999", "--out", tmp_path / "out")
    assert "quick" in refused("study", "sharma2022", "--preset", "instant", "--out", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_an_unknown_system_lists_the_known(tmp_path: Path) -> None:
    common = ("--temperature", 0.5, "--density", 1.2, "--duration", 1, "--every", 1)
    line = refused("simulate", "glass", *common, "--runs", tmp_path / "runs")
    assert "ka-lj" in line
    assert "wahnstrom" in line
    assert not (tmp_path / "runs").exists()


def test_a_temperature_without_configuration_says_how_to_make_one(tmp_path: Path) -> None:
    line = refused(
        "simulate", "ka-lj", "--temperature", 0.4321, "--density", 1.2, "--duration", 1, "--every", 1,
        "--runs", tmp_path / "runs",
    )  # fmt: skip
    assert "supercooled equilibrate ka-lj --density 1.2 --temperature 0.4321" in line


def analyzed(file: Path, out: Path, *more: str | float) -> str:
    return refused("analyze", file, "--liquid", "ka-lj", "--temperature", 0.5, "--out", out, *more)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    assert "nowhere.gsd: no such file" in analyzed(tmp_path / "nowhere.gsd", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_truncated_dump_names_the_last_good_frame(tmp_path: Path) -> None:
    frame = (
        "ITEM: TIMESTEP\n{step}\nITEM: NUMBER OF ATOMS\n2\nITEM: BOX BOUNDS pp pp pp\n0 9\n0 9\n0 9\n"
        "ITEM: ATOMS id type x y z\n1 1 1.0 1.0 1.0\n2 2 3.0 3.0 3.0\n"
    )
    text = "".join(frame.format(step=200 * k) for k in range(5))
    file = tmp_path / "cut.dump"
    file.write_text(text[:-20])
    line = analyzed(file, tmp_path / "out", "--timestep", 0.005)
    assert "cut.dump" in line
    assert "3" in line
    assert not (tmp_path / "out").exists()


def test_a_truncated_gsd_is_named(tmp_path: Path) -> None:
    file = liquid_file(tmp_path / "cut.gsd")
    content = file.read_bytes()
    file.write_bytes(content[: len(content) // 3])
    assert "cut.gsd" in analyzed(file, tmp_path / "out")


def test_a_run_shorter_than_the_window_names_both(tmp_path: Path) -> None:
    file = liquid_file(tmp_path / "short.gsd", n_frames=10)
    line = analyzed(file, tmp_path / "out")
    assert "short.gsd" in line
    assert "15" in line
    assert not (tmp_path / "out" / "report.html").exists()


def test_a_liquid_of_other_species_is_refused(tmp_path: Path) -> None:
    file = liquid_file(tmp_path / "own.gsd")
    assert "composition" in refused(
        "analyze", file, "--liquid", "wahnstrom", "--temperature", 0.5, "--out", tmp_path / "out"
    )


@pytest.mark.parametrize(
    "arguments",
    [
        ("--window", -1),
        ("--window", "abc"),
        ("--q-max", 0),
        ("--width", "nan"),
        ("--threshold", "nan"),
        ("--threshold", 0),
        ("--timestep", -1),
        ("--workers", 0),
        ("--direct-correlation", "none"),
        ("--nonsense",),
    ],
)
def test_a_wrong_option_is_named_and_nothing_is_written(
    tmp_path: Path, arguments: tuple[str | float, ...]
) -> None:
    file = liquid_file(tmp_path / "own.gsd")
    line = analyzed(file, tmp_path / "out", *arguments)
    assert str(arguments[0]).strip("-").replace("-", "_") in line.replace("-", "_")
    assert not (tmp_path / "out").exists()


def test_names_that_are_folders_or_too_long_are_refused(tmp_path: Path) -> None:
    assert f"{tmp_path} is a folder" in analyzed(tmp_path, tmp_path / "out")
    assert "255 in each name" in analyzed(tmp_path / f"{'a' * 300}.gsd", tmp_path / "out")
    assert "255 in each name" in analyzed(liquid_file(tmp_path / "own.gsd"), tmp_path / ("a" * 300))


def test_a_quoted_file_can_not_command_the_terminal(tmp_path: Path) -> None:
    file = tmp_path / "junk.xyz"
    file.write_bytes(b"\x1b[2J" * 100 + b"\n")
    line = analyzed(file, tmp_path / "out", "--timestep", 0.005)
    assert line.isprintable()
    assert len(line) < 400


def test_what_can_not_start_leaves_no_folder(tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    common = ("--temperature", 0.4321, "--density", 1.2, "--duration", 1, "--every", 1, "--runs", runs)
    refused("simulate", "ka-lj", *common)
    assert "n_particles must be 1 or more" in refused("simulate", "ka-lj", *common, "-N", -5)
    refused("simulate", "ka-lj", *common, "--replicas", 0)
    assert "duration" in refused("simulate", "ka-lj", *common, "--duration", "nan")
    assert not runs.exists()


@pytest.mark.parametrize(
    ("number", "code", "said"),
    [("SIGTERM", 143, ""), ("SIGINT", 130, "the same command continues from here")],
)
def test_a_stopped_command_tidies_up(number: str, code: int, said: str) -> None:
    stopped = (
        "import atexit, os, signal; from supercooled import cli\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "@cli.app.command()\n"
        f"def stop() -> None: os.kill(os.getpid(), signal.{number})\n"
        "atexit.register(print, 'tidied up'); cli.main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", stopped, "stop"], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == code
    assert done.stdout == "tidied up\n"
    assert said in done.stderr


def test_temperatures_must_match_the_files(tmp_path: Path) -> None:
    file = liquid_file(tmp_path / "own.gsd")
    assert "--temperature" in refused("analyze", file, "--liquid", "ka-lj", "--out", tmp_path / "out")
    assert "2" in analyzed(file, tmp_path / "out", "--temperature", 0.6)


def test_a_report_of_nothing_is_refused(tmp_path: Path) -> None:
    assert str(tmp_path) in refused("report", tmp_path)


@pytest.mark.parametrize(
    "command", ["systems", "simulate", "equilibrate", "dynamics", "analyze", "compare", "study", "report"]
)
def test_every_command_explains_itself(command: str) -> None:
    assert RUNNER.invoke(cli.app, [command, "--help"]).exit_code == 0


def test_a_warning_is_a_sentence_and_the_module_is_the_command(tmp_path: Path) -> None:
    still = np.zeros((12, 20, 3)) + np.random.default_rng(1).uniform(-2, 2, (1, 20, 3))
    boxes = [sc.Box.cube(6.0 + 0.01 * k) for k in range(12)]
    path = tmp_path / "run.gsd"
    sc.io.write_gsd(path, sc.Trajectory.from_arrays(still, boxes, names=("A",)))
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "supercooled",
            "dynamics",
            str(path),
            "-T",
            "1",
            "--out",
            str(tmp_path / "out"),
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    said = [line for line in done.stderr.splitlines() if "the box changes by 1.8 %" in line]
    assert len(said) == 1, done.stderr
    assert said[0].startswith(f"supercooled: {path}")


def test_the_version_is_printed_without_a_command(capsys, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["supercooled", "--version"])
    with pytest.raises(SystemExit) as stopped:
        cli.main()
    assert stopped.value.code == 0
    assert capsys.readouterr().out == f"supercooled {sc.__version__}\n"
