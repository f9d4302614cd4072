"""The table of motion, on walks whose every number is known."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import supercooled as sc
from supercooled import io
from supercooled.analysis import motion
from supercooled.analysis.inputs import Given
from supercooled.analysis.motion import Motion, motion_curves, motion_rows
from supercooled.cli import app
from supercooled.errors import ParameterError, TrajectoryError
from supercooled.report.tables import motion as as_table

D = 0.004


def walk(path: Path, seed: int, frames: int = 300, n: int = 150) -> Path:
    """Brownian motion with a diffusion coefficient D."""
    steps = np.random.default_rng(seed).normal(scale=np.sqrt(2 * D), size=(frames, n, 3))
    species = (np.arange(n) % 5 == 4).astype(int)
    run = sc.Trajectory.from_arrays(
        np.cumsum(steps, axis=0), sc.Box.cube(8.0), species=species, names=("A", "B"),
        times=np.arange(float(frames)), unwrapped=True,
    )  # fmt: skip
    io.write_gsd(path, run)
    return path


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("walks")
    return [walk(folder / f"walk{k}.gsd", k) for k in range(3)]


def test_a_walk_has_its_diffusion_coefficient_and_relaxation_time(files, tmp_path):
    table = motion.run(files, out=tmp_path, given=Given([0.5, 0.5, 0.5]), how=Motion(species=None))
    assert table.sizes["temperature"] == 1
    here = table.isel(temperature=0)
    assert float(here["diffusivity"]) == pytest.approx(D, rel=0.06)
    assert abs(float(here["diffusivity"]) - D) < 5 * float(here["diffusivity_error"])
    # The overlap of a walk is that of a Gaussian of width sqrt(2 D t): 1/e where a^2 = 2 D t * 1.73,
    # the 1/e quantile of chi squared with three degrees of freedom.
    assert float(here["tau_alpha"]) == pytest.approx(0.09 / (2 * D * 1.7236), rel=0.06)
    # alpha_2 of a walk is none, so its maximum is chance or nothing.
    assert np.isnan(here["p_c"]) or abs(float(here["alpha2_max"])) < 0.1
    stored = json.loads((tmp_path / "comparison.json").read_text())
    assert {row["quantity"] for row in stored} >= {"relaxation time", "diffusion coefficient"}
    assert "Motion of all particles" in (tmp_path / "report.html").read_text()


@pytest.fixture
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages without figures, which take longer than what is measured here."""
    monkeypatch.setattr("supercooled.report.plates.draw", lambda *_: None)


@pytest.mark.usefixtures("undrawn")
def test_replicas_are_averaged_and_temperatures_are_sorted(files, tmp_path):
    how = Motion(species="A")
    runs = [io.read(f, temperature=T) for f, T in zip(files, (0.7, 0.5, 0.5), strict=True)]
    both = motion_curves(runs[1:], how, folder=tmp_path)
    each = [motion_curves([run], how, folder=tmp_path) for run in runs[1:]]
    np.testing.assert_allclose(both["msd"], 0.5 * (each[0]["msd"] + each[1]["msd"]), rtol=1e-9)
    table = motion.run(files, out=tmp_path / "out", given=Given([0.7, 0.5, 0.5]), how=how)
    np.testing.assert_allclose(table["temperature"], [0.5, 0.7])
    assert table.attrs["species"] == "A"


@pytest.mark.usefixtures("undrawn")
def test_what_is_not_reached_says_why(tmp_path):
    short = [walk(tmp_path / "short.gsd", 9, frames=12)]
    table = motion.run(short, out=tmp_path / "out", given=Given([0.5]), how=Motion(species=None))
    rows = {row.quantity: row for row in motion_rows(table, list(table.data_vars), item="measured")}
    assert rows["relaxation time"].measured is None
    assert "longest lag" in rows["relaxation time"].note
    assert as_table(table).lines[0][1] == "–"


@pytest.mark.usefixtures("undrawn")
def test_the_command_prints_a_line_a_temperature_and_goes_on_from_what_is_there(files, tmp_path):
    arguments = ["dynamics", *map(str, files), "--out", str(tmp_path / "out"), "--species", "all"]
    for T in (0.5, 0.5, 0.7):
        arguments += ["-T", str(T)]
    first = CliRunner().invoke(app, arguments)
    assert first.exit_code == 0, first.output
    lines = [line.split() for line in first.output.splitlines()]
    assert [line[0] for line in lines if line and line[0] in ("0.50", "0.70")] == ["0.50", "0.70"]
    made = sorted((path, path.stat().st_mtime_ns) for path in (tmp_path / "out" / "work").iterdir())
    assert CliRunner().invoke(app, arguments).output == first.output
    assert made == sorted((path, path.stat().st_mtime_ns) for path in (tmp_path / "out" / "work").iterdir())


@pytest.mark.usefixtures("undrawn")
def test_a_temperature_for_each_file_and_a_species_that_is_there(files, tmp_path):
    with pytest.raises(ParameterError, match="3 files need 3 times --temperature, not 1"):
        motion.run(files, out=tmp_path, given=Given([0.5]), how=Motion(species=None))
    with pytest.raises(ParameterError, match="C"):
        motion.run(files[:1], out=tmp_path, given=Given([0.5]), how=Motion(species="C"))


def test_runs_of_the_package_know_their_temperature_and_a_contradiction_is_refused(tmp_path):
    liquid = sc.systems.kob_andersen(density=1.2)
    run = sc.simulate(
        liquid, temperature=1.5, n_particles=200, duration=0.4, every=0.1, start="lattice", hold=0.1,
        root=tmp_path, progress=False,
    )  # fmt: skip
    file = Path(run.source.name)
    assert [one.temperature for one in Given().opened([file])] == [1.5]
    assert [one.temperature for one in Given([1.5]).opened([file])] == [1.5]
    with pytest.raises(ParameterError, match=r"was made at T = 1\.5, but --temperature gives 0\.7"):
        Given([0.7]).opened([file])


def test_the_beginning_is_left_out_and_frames_are_thinned(files):
    (run,) = Given([0.5], begin=100.0, stride=10).opened(files[:1])
    assert run.times.tolist() == list(np.arange(100.0, 300.0, 10.0))
    with pytest.raises(ParameterError, match="ends before begin"):
        Given([0.5], begin=300.0).opened(files[:1])
    for wrong in ({"begin": -1.0}, {"stride": 0}, {"begin": np.nan}):
        with pytest.raises(ParameterError, match="begin must be at least 0 and stride at least 1"):
            Given([0.5], **wrong).opened(files[:1])
    with pytest.raises(ParameterError, match="2 files need 2 times --temperature, not 1"):
        Given([0.5]).opened(files[:2])


@pytest.mark.usefixtures("undrawn")
def test_what_was_said_of_the_files_stands_among_the_parameters(files, tmp_path):
    said = {"timestep": 0.005, "names": {"A": "B", "B": "A"}, "begin": 20.0, "stride": 2}
    motion.run(files[:1], out=tmp_path, given=Given([0.5], **said), how=Motion(species="A"))
    parameters = json.loads((tmp_path / "provenance.json").read_text())["provenance"]["parameters"]
    assert {name: parameters[name] for name in said} == said


@pytest.mark.usefixtures("undrawn")
def test_species_are_named_on_the_command_line(files, tmp_path):
    named = ["dynamics", str(files[0]), "-T", "0.5", "--out", str(tmp_path / "out"), "--names", "A=Ni,B=P"]
    refused = CliRunner().invoke(app, named)
    assert refused.exit_code != 0
    assert "no particle of species A; it has Ni, P" in str(refused.exception)
    for text in ("A", "A=", "A=Ni,A=P", "=Ni"):
        refused = CliRunner().invoke(app, [*named[:-1], text])
        assert "should assign each name once" in str(refused.exception)
    assert not (tmp_path / "out").exists()
    made = CliRunner().invoke(app, [*named, "--species", "P"])
    assert made.exit_code == 0, made.output
    whole = CliRunner().invoke(app, [*named[:5], str(tmp_path / "b"), "--species", "B"])
    assert made.output.splitlines()[:2] == whole.output.splitlines()[:2]


@pytest.mark.usefixtures("undrawn")
def test_frames_evenly_spaced_in_the_logarithm_need_no_further_word(tmp_path):
    within = np.array([0, 1, 2, 4, 8, 16, 32, 64])
    times = (100 * np.arange(40)[:, None] + within).ravel()
    steps = np.random.default_rng(5).normal(scale=np.sqrt(2 * D), size=(times[-1] + 1, 150, 3))
    run = sc.Trajectory.from_arrays(
        np.cumsum(steps, axis=0)[times], sc.Box.cube(8.0), times=0.1 * times, unwrapped=True
    )
    io.write_gsd(tmp_path / "log.gsd", run)
    table = motion.run(
        [tmp_path / "log.gsd"], out=tmp_path / "out", given=Given([0.5]), how=Motion(species=None)
    )
    msd = sc.report.load_results(tmp_path / "out" / "results.zarr")["dynamics"].msd[0]
    early = msd.sel(lag=slice(None, 20.0))
    assert early.sizes["lag"] > 15
    np.testing.assert_allclose(early / (60 * D * early.lag), 1.0, atol=0.05)
    assert float(table.tau_alpha[0]) == pytest.approx(0.09 / (20 * D * 1.7236), rel=0.15)


@pytest.mark.usefixtures("undrawn")
def test_a_drift_is_taken_out_where_asked(files, tmp_path):
    run = io.read(files[0])
    drift = 0.05 * np.arange(run.n_frames)[:, None, None] * [1.0, 0.0, 0.0]
    moved = sc.Trajectory.from_arrays(
        run.unwrapped() + drift, sc.Box.cube(8.0), species=run.species, times=run.times, unwrapped=True
    )
    io.write_gsd(tmp_path / "drifting.gsd", moved)
    told = ["dynamics", str(tmp_path / "drifting.gsd"), "-T", "0.5", "--species", "all", "--out"]
    CliRunner().invoke(app, [*told, str(tmp_path / "kept")])
    made = CliRunner().invoke(app, [*told, str(tmp_path / "out"), "--remove-drift"])
    assert made.exit_code == 0, made.output
    kept, taken = (
        sc.report.load_results(tmp_path / name / "results.zarr")["dynamics"].msd[0, -1]
        for name in ("kept", "out")
    )
    assert float(kept) > 5 * float(taken)
    assert "--remove-drift" in (tmp_path / "out" / "provenance.json").read_text()


@pytest.mark.usefixtures("undrawn")
def test_the_relaxation_time_of_scattering_stands_beside_that_of_the_overlap(files, tmp_path):
    told = ["dynamics", str(files[0]), "-T", "0.5", "--species", "all", "--wave-number", "3", "--out"]
    made = CliRunner().invoke(app, [*told, str(tmp_path / "out")])
    assert made.exit_code == 0, made.output
    assert "τ_s" in made.output
    rows = {row.quantity: row for row in sc.report.read_comparison(tmp_path / "out" / "comparison.json")}
    # exp(-k^2 D t)
    assert rows["relaxation time of F_s"].measured == pytest.approx(1.0 / (9.0 * D), rel=0.1)
    assert (
        "F_s at k = 3"
        in as_table(sc.report.load_results(tmp_path / "out" / "results.zarr")["motion"]).caption
    )
    assert "--wave-number 3" in (tmp_path / "out" / "provenance.json").read_text()


@pytest.mark.usefixtures("undrawn")
def test_runs_that_are_no_replicas_are_not_averaged(files, tmp_path):
    run = io.read(files[0])
    wide = sc.Trajectory.from_arrays(
        run.unwrapped(), sc.Box.cube(9.0), species=run.species, times=run.times, unwrapped=True
    )
    few = sc.Trajectory.from_arrays(
        run.unwrapped()[:, :50], sc.Box.cube(8.0), species=run.species[:50], times=run.times, unwrapped=True
    )
    for name, other, words in (
        ("wide", wide, "their boxes differ"),
        ("few", few, "the same state point"),
        ("same", run, "has the same contents"),
    ):
        io.write_gsd(tmp_path / f"{name}.gsd", other)
        with pytest.raises((ParameterError, TrajectoryError), match=words):
            motion.run(
                [files[0], tmp_path / f"{name}.gsd"],
                out=tmp_path / "out",
                given=Given([0.5, 0.5]),
                how=Motion(species=None),
            )
    assert not (tmp_path / "out").exists()


@pytest.mark.usefixtures("undrawn")
def test_temperatures_of_three_decimals_are_told_apart(files, tmp_path):
    table = motion.run(files[:2], out=tmp_path / "out", given=Given([0.466, 0.474]), how=Motion(species=None))
    states = {row.state for row in motion_rows(table, ["tau_alpha"], item="x")}
    assert states == {"T = 0.466, all particles", "T = 0.474, all particles"}
    table = table.assign(tau_alpha_error=("temperature", [np.nan, 0.1]))
    notes = [row.note for row in motion_rows(table, ["tau_alpha"], item="x")]
    assert [note.startswith("Its error is not known") for note in notes] == [True, False]


def test_one_mapping_of_names_serves_files_that_have_them_already(files):
    (run,) = Given([0.5], names={"3": "A", "7": "B"}).opened(files[:1])
    assert run.names == ("A", "B")
    assert (run.species == io.read(files[0]).species).all()


@pytest.mark.usefixtures("undrawn")
def test_a_species_without_particles_boxes_that_breathe_and_another_order_of_names_are_no_hindrance(
    files, tmp_path
):
    run = io.read(files[0])
    paths, n = run.unwrapped(), run.n_frames
    paths = paths - paths.mean(axis=(0, 1))
    for k, start in enumerate((8.0, 8.02)):
        boxes = [sc.Box.cube(start + 0.1 * np.sin(0.3 * f)) for f in range(n)]
        breathing = sc.Trajectory.from_arrays(
            paths + k, boxes, species=2 * run.species, names=("A", "B", "C"), times=run.times, unwrapped=True
        )
        io.write_gsd(tmp_path / f"npt{k}.gsd", breathing)
    named = sc.Trajectory.from_arrays(
        run.unwrapped()[::-1], sc.Box.cube(8.0), species=1 - run.species, names=("B", "A"), times=run.times,
        unwrapped=True,
    )  # fmt: skip
    io.write_gsd(tmp_path / "named.gsd", named)
    for both in ([tmp_path / "npt0.gsd", tmp_path / "npt1.gsd"], [files[0], tmp_path / "named.gsd"]):
        table = motion.run(
            both, out=tmp_path / both[1].stem, given=Given([0.5, 0.5]), how=Motion(species=None)
        )
        assert table.sizes["temperature"] == 1
