"""The commands that cool, quench and repeat: thin, and the same as the package's own functions."""

from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import supercooled as sc
from supercooled.cli import app
from supercooled.errors import MixtureError

LIQUID = ("ka-lj", "--density", "1.2", "-N", "200", "-T")


def said(*words: str | Path | float) -> tuple[list[str], str]:
    result = CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout.split("\n")[:-1], result.stderr


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("runs")


@pytest.fixture(scope="module")
def run(runs: Path) -> sc.Trajectory:
    (path,), rate = said(
        "simulate", *LIQUID, 2.0, "--start", "lattice", "--hold", 1, "--duration", 1, "--every", 0.5,
        "--per-decade", 3, "--runs", runs,
    )  # fmt: skip
    assert "million atom-steps per second" in rate
    return sc.store.read_run(path, sc.systems.kob_andersen(density=1.2).mixture)


def test_frames_can_be_spaced_evenly_in_log_time(run: sc.Trajectory) -> None:
    offsets = np.array([0, 1, 2, 5, 10, 22, 46]) * 0.005
    np.testing.assert_allclose(run.times, [*offsets, *(0.5 + offsets), 1.0])


def test_quench_makes_what_the_function_makes_and_does_not_make_it_again(
    run: sc.Trajectory, runs: Path
) -> None:
    words = ("quench", "ka-lj", run.source.name, "--tolerance", 0.01, "--workers", 1, "--runs", runs)
    (path,), told = said(*words)
    assert "15 frames by l-bfgs to 0.01: energy -7." in told
    written = Path(path).stat()
    same = sc.store.quench_trajectory(run, tolerance=0.01, root=runs, workers=1, progress=False)
    assert Path(same.source.name) == Path(path)
    assert said(*words)[0] == [path]
    assert Path(path).stat() == written


def test_quench_refuses_a_run_of_another_mixture(run: sc.Trajectory, runs: Path) -> None:
    with pytest.raises(MixtureError, match="was made with ka-lj, and ka-wca is another mixture"):
        said("quench", "ka-wca", run.source.name, "--tolerance", 0.01, "--runs", runs)


def test_a_trajectory_without_record_is_quenched_too(run: sc.Trajectory, tmp_path: Path) -> None:
    sc.write_gsd(tmp_path / "own.gsd", run[:2])
    (path,), _ = said(
        "quench", "ka-lj", tmp_path / "own.gsd", "--tolerance", 1.0, "--workers", 1, "--runs", tmp_path / "r"
    )
    assert sc.read(path).n_frames == 2


def test_cool_takes_one_time_for_all_steps_or_one_each(runs: Path) -> None:
    paths, told = said(
        "cool", *LIQUID, 3.0, "-T", 2.0, "--hold", 0.5, "--hold", 1.0, "--duration", 2, "--every", 0.1,
        "--runs", runs,
    )  # fmt: skip
    mixture = sc.systems.kob_andersen(density=1.2).mixture
    states = [sc.store.read_run(path, mixture).state for path in paths]
    assert [(s.temperature, s.protocol.hold) for s in states if s] == [(3.0, 0.5), (2.0, 1.0)]
    assert "T=3: its halves" in told
    assert "T=2: its halves" in told


def test_propensity_writes_the_average_of_the_runs_that_it_makes(
    run: sc.Trajectory, runs: Path, tmp_path: Path
) -> None:
    out = tmp_path / "propensity.zarr"
    (path,), told = said(
        "propensity", *LIQUID, 2.0, "--n-runs", 2, "--start", run.source.name, "--duration", 0.2, "--every",
        0.1, "--out", out, "--workers", 1, "--runs", runs,
    )  # fmt: skip
    assert path == str(out)
    assert told.splitlines()[-1].startswith("2 runs; after 0.2 tau 0.")
    found = sc.report.load_results(out)["propensity"]
    ensemble = sc.store.isoconfigurational(
        sc.systems.kob_andersen(density=1.2), n_runs=2, start=run.source.name, temperature=2.0,
        n_particles=200, duration=0.2, every=0.1, root=runs, workers=1, progress=False,
    )  # fmt: skip
    moved = [np.linalg.norm(one.unwrapped()[1:] - one.unwrapped()[0], axis=2) for one in ensemble]
    np.testing.assert_allclose(found["propensity"], np.mean(moved, axis=0), atol=1e-6)


def test_an_active_run_knows_again_what_drives_it(tmp_path: Path) -> None:
    (path,), _ = said(
        "simulate", "ka-active1", *LIQUID[1:], 2.0, "--start", "lattice", "--hold", 0.5, "--duration", 0.5,
        "--every", 0.5, "--runs", tmp_path,
    )  # fmt: skip
    liquid = sc.systems.named("ka-active1", density=1.2)
    state = sc.store.read_run(path, liquid.mixture).state
    assert state is not None
    assert state.liquid == liquid


def test_equilibrate_says_how_often_the_liquid_relaxed_and_stars_what_was_checked_briefly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = (
        "equilibrate", *LIQUID, 2.0, "--start", "lattice", "--hold", 5, "--duration", 10, "--every", 0.1,
        "--runs", tmp_path / "runs",
    )  # fmt: skip
    (line,), _ = said(*words, "--relaxations", 5, "--out", tmp_path / "brief.gsd")
    (made,) = sc.systems.library(tmp_path)
    assert made.relaxations is not None
    assert 5 <= made.relaxations < 20
    assert line == f"{made.path}: {made.relaxations:.3g}* relaxation times, all 5 passed"
    monkeypatch.setattr(sc.systems, "library", lambda: (made,))
    shown, _ = said("systems", "--states")
    assert f" {made.relaxations:.3g}* " in shown[1]
    assert "starred below 20" in shown[2]


def test_the_list_of_liquids_says_what_a_name_assumes() -> None:
    shown, _ = said("systems")
    assert any(line.startswith("ka-active0.5*") for line in shown)
    caption = " ".join(" ".join(shown).split())
    assert "ka-active1.75: every particle is active, and all directions are redrawn every 4 tau" in caption
    assert "* assumed for ka2d: pairs with C" in caption
